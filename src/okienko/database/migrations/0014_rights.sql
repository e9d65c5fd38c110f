-- The rights of people who write: their requests with clocks, restriction and objection, legal holds, erasures.
--
-- A declaration's last word may also be `blank`: the row stays when its person is erased, and this column is emptied.

-- Restricted: kept and not used (GDPR, article 18). Objected: not used for anything but answering (article 21).
alter table person add column restricted_at timestamptz;
alter table person add column objected_at timestamptz;

-- One who sets it, another who approves it: only then it holds. Past its review date it still does, and is shown as late.
create table legal_hold (
  brand_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  reason text not null check (length(btrim(reason)) >= 10),
  created_by uuid not null references staff,
  created_at timestamptz not null,
  approved_by uuid references staff,
  approved_at timestamptz,
  reviewed_at timestamptz not null,
  review_on date not null,
  released_by uuid references staff,
  released_at timestamptz,
  primary key (brand_id, id),
  foreign key (brand_id, person_id) references person on delete cascade,
  check ((approved_by is null) = (approved_at is null)),
  check (approved_by is null or approved_by <> created_by),
  check ((released_by is null) = (released_at is null)),
  check (review_on <= ((reviewed_at at time zone 'UTC') + interval '1 year')::date)
);
create index legal_hold_person on legal_hold (brand_id, person_id);

create function keep_hold() returns trigger language plpgsql as $$
begin
  if (new.brand_id, new.id, new.person_id, new.reason, new.created_by, new.created_at)
      is distinct from (old.brand_id, old.id, old.person_id, old.reason, old.created_by, old.created_at)
    or (old.approved_at is not null
      and (new.approved_by, new.approved_at) is distinct from (old.approved_by, old.approved_at))
    or old.released_at is not null
  then
    raise exception 'a legal hold is approved once and released once, and is otherwise not changed' using errcode = 'OK002';
  end if;
  return new;
end $$;
create trigger keep_hold before update on legal_hold for each row execute function keep_hold();

-- Whether nothing of a person may be deleted.
create function held(_brand uuid, _person uuid) returns boolean
  language sql stable
  return exists (
    select from legal_hold h
    where h.brand_id = _brand and h.person_id = _person and h.approved_at is not null and h.released_at is null);

-- Whether what is a person's stays although its time is over: held, or restricted at their own wish.
create function frozen(_brand uuid, _person uuid) returns boolean
  language sql stable
  return held(_brand, _person) or exists (
    select from person p where p.brand_id = _brand and p.id = _person and p.restricted_at is not null);

-- Whether what a person wrote may serve anything but answering them.
create function may_be_used(_brand uuid, _person uuid) returns boolean
  language sql stable
  return not exists (
    select from person p where p.brand_id = _brand and p.id = _person
      and (p.restricted_at is not null or p.objected_at is not null));

-- The last word on deletion: queries leave held people out, and this refuses those that do not.
create function refuse_held() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
declare
  whose uuid;
begin
  case tg_argv[0]
    when 'id' then whose := old.id;
    when 'person_id' then whose := old.person_id;
    else select c.person_id into whose from conversation c where c.brand_id = old.brand_id and c.id = old.conversation_id;
  end case;
  if held(old.brand_id, whose) then
    raise exception 'a legal hold keeps what this person wrote' using errcode = 'OK001';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger refuse_held before delete on person for each row execute function refuse_held('id');
create trigger refuse_held before delete on person_key for each row execute function refuse_held('person_id');
create trigger refuse_held_key before update of wrapped on person_key for each row when (new.wrapped is null)
  execute function refuse_held('person_id');
create trigger refuse_held before delete on identity for each row execute function refuse_held('person_id');
create trigger refuse_held before delete on conversation for each row execute function refuse_held('person_id');
create trigger refuse_held before delete on vault_item for each row execute function refuse_held('person_id');
create trigger refuse_held before delete on attachment for each row when (old.message_id is not null)
  execute function refuse_held('person_id');
create trigger refuse_held before delete on message for each row execute function refuse_held('conversation_id');

-- Requests of people about their data. Fulfilled only when we know whose they are; refused only with a reason; extended
-- once, in time, with a reason. `words` is what they wrote, masked; it goes with the person, and the register stays.
create table rights_request (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  reference text not null,
  person_id uuid,
  kind text not null check (kind in ('access', 'portability', 'rectify', 'erase', 'restrict', 'object', 'complaint')),
  words text not null default '' check (length(words) <= 4000),
  language text not null check (language in ('pl', 'en')),
  came_by text not null check (came_by in ('chat', 'form', 'desk', 'command')),
  rule text not null,
  received_at timestamptz not null,
  due_on date not null,
  extended_to date,
  extension_reason text,
  extended_at timestamptz,
  verified_at timestamptz,
  verified_by text check (verified_by in ('code', 'desk', 'operator')),
  state text not null default 'open' check (state in ('open', 'fulfilled', 'refused', 'withdrawn')),
  refusal text,
  closed_at timestamptz,
  digest bytea,
  primary key (brand_id, id),
  unique (brand_id, reference),
  foreign key (brand_id, person_id) references person on delete set null (person_id),
  check ((verified_at is null) = (verified_by is null)),
  check ((state = 'open') = (closed_at is null)),
  check (state <> 'fulfilled' or kind = 'complaint' or verified_at is not null),
  check (state <> 'refused' or coalesce(length(btrim(refusal)) >= 10, false)),
  check (
    (extended_to is null and extension_reason is null and extended_at is null)
    or coalesce(extended_to > due_on and length(btrim(extension_reason)) >= 10
      and (extended_at at time zone 'UTC')::date <= due_on, false))
);
create index rights_request_open on rights_request (brand_id, due_on) where state = 'open';
create index rights_request_person on rights_request (brand_id, person_id) where person_id is not null;

create function keep_request() returns trigger language plpgsql as $$
begin
  if new.person_id is null and old.person_id is not null then
    new.words := '';  -- the person is being erased, or was taken for another
  end if;
  if (new.brand_id, new.id, new.reference, new.kind, new.received_at, new.due_on, new.rule)
      is distinct from (old.brand_id, old.id, old.reference, old.kind, old.received_at, old.due_on, old.rule)
    or (old.extended_to is not null and (new.extended_to, new.extension_reason, new.extended_at)
      is distinct from (old.extended_to, old.extension_reason, old.extended_at))
    or (old.verified_at is not null and (new.verified_at, new.verified_by)
      is distinct from (old.verified_at, old.verified_by))
    or (old.verified_at is not null and new.person_id is not null and new.person_id is distinct from old.person_id)
    or (old.state <> 'open' and (new.state, new.refusal, new.closed_at, new.digest)
      is distinct from (old.state, old.refusal, old.closed_at, old.digest))
  then
    raise exception 'a request is verified, extended and closed once, and its clock is not changed' using errcode = 'OK003';
  end if;
  return new;
end $$;
create trigger keep_request before update on rights_request for each row execute function keep_request();

-- What was done about a request: only ever added to.
create table rights_event (
  brand_id uuid not null,
  request_id uuid not null,
  id uuid not null,
  what text not null check (what in ('received', 'verified', 'extended', 'fulfilled', 'refused', 'withdrawn')),
  staff_id uuid,
  at timestamptz not null,
  primary key (brand_id, request_id, id),
  foreign key (brand_id, request_id) references rights_request on delete cascade
);
create function only_added() returns trigger language plpgsql as $$
begin
  raise exception 'this is only ever added to' using errcode = 'OK004';
end $$;
create trigger only_added before update on rights_event for each row execute function only_added();

-- Who was erased, and when: an id that belongs to nobody any more. Replayed after a backup was restored (`replayed`).
create table erasure_ledger (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  person_id uuid not null,
  request_id uuid,
  row_count bigint not null check (row_count >= 0),
  replayed boolean not null default false,
  at timestamptz not null,
  primary key (brand_id, id)
);
create index erasure_ledger_person on erasure_ledger (brand_id, person_id);
create trigger only_added before update on erasure_ledger for each row execute function only_added();

-- Nobody is erased but at the request of a person who was found to be that person.
create function refuse_unverified() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  if not new.replayed and not exists (
    select from rights_request r
    where r.brand_id = new.brand_id and r.id = new.request_id and r.kind = 'erase' and r.verified_at is not null
      and r.person_id = new.person_id)
  then
    raise exception 'nobody is erased without a verified request' using errcode = 'OK005';
  end if;
  return new;
end $$;
create trigger refuse_unverified before insert on erasure_ledger for each row execute function refuse_unverified();

do $$
declare t text;
begin
  foreach t in array array['legal_hold', 'rights_request', 'rights_event', 'erasure_ledger'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update on legal_hold to okienko_app;
grant select, insert, update, delete on rights_request to okienko_app;
grant select, insert on rights_event to okienko_app;
grant select, insert, delete on erasure_ledger to okienko_app;

comment on column person.restricted_at is 'state; rights; conversation; yes; row';
comment on column person.objected_at is 'state; rights; conversation; yes; row';
comment on column legal_hold.brand_id is 'id; accountability; conversation; no; row';
comment on column legal_hold.id is 'id; accountability; conversation; no; row';
comment on column legal_hold.person_id is 'id; accountability; conversation; no; row';
comment on column legal_hold.reason is 'masked; accountability; conversation; no; row';
comment on column legal_hold.created_by is 'id; accountability; conversation; no; row';
comment on column legal_hold.created_at is 'state; accountability; conversation; no; row';
comment on column legal_hold.approved_by is 'id; accountability; conversation; no; row';
comment on column legal_hold.approved_at is 'state; accountability; conversation; no; row';
comment on column legal_hold.reviewed_at is 'state; accountability; conversation; no; row';
comment on column legal_hold.review_on is 'state; accountability; conversation; no; row';
comment on column legal_hold.released_by is 'id; accountability; conversation; no; row';
comment on column legal_hold.released_at is 'state; accountability; conversation; no; row';
comment on column rights_request.brand_id is 'id; rights; request; no; keep';
comment on column rights_request.id is 'id; rights; request; yes; keep';
comment on column rights_request.reference is 'id; rights; request; yes; keep';
comment on column rights_request.person_id is 'id; rights; request; no; blank';
comment on column rights_request.kind is 'state; rights; request; yes; keep';
comment on column rights_request.words is 'masked; rights; request; yes; blank';
comment on column rights_request.language is 'state; rights; request; yes; keep';
comment on column rights_request.came_by is 'state; rights; request; yes; keep';
comment on column rights_request.rule is 'state; rights; request; yes; keep';
comment on column rights_request.received_at is 'state; rights; request; yes; keep';
comment on column rights_request.due_on is 'state; rights; request; yes; keep';
comment on column rights_request.extended_to is 'state; rights; request; yes; keep';
comment on column rights_request.extension_reason is 'masked; rights; request; yes; keep';
comment on column rights_request.extended_at is 'state; rights; request; yes; keep';
comment on column rights_request.verified_at is 'state; rights; request; yes; keep';
comment on column rights_request.verified_by is 'state; rights; request; yes; keep';
comment on column rights_request.state is 'state; rights; request; yes; keep';
comment on column rights_request.refusal is 'masked; rights; request; yes; keep';
comment on column rights_request.closed_at is 'state; rights; request; yes; keep';
comment on column rights_request.digest is 'lookup; rights; request; no; keep';
comment on column rights_event.brand_id is 'id; accountability; request; no; keep';
comment on column rights_event.request_id is 'id; accountability; request; no; keep';
comment on column rights_event.id is 'id; accountability; request; no; keep';
comment on column rights_event.what is 'state; accountability; request; no; keep';
comment on column rights_event.staff_id is 'id; accountability; request; no; keep';
comment on column rights_event.at is 'state; accountability; request; no; keep';
comment on column erasure_ledger.brand_id is 'id; accountability; 72 months; no; keep';
comment on column erasure_ledger.id is 'id; accountability; 72 months; no; keep';
comment on column erasure_ledger.person_id is 'id; accountability; 72 months; no; keep';
comment on column erasure_ledger.request_id is 'id; accountability; 72 months; no; keep';
comment on column erasure_ledger.row_count is 'state; accountability; 72 months; no; keep';
comment on column erasure_ledger.replayed is 'state; accountability; 72 months; no; keep';
comment on column erasure_ledger.at is 'state; accountability; 72 months; no; keep';

-- Colleagues appear in somebody's export by their role; that somebody looked at a value or a file appears, too.
comment on column conversation.agent_id is 'staff; support; conversation; yes; row';
comment on column message.agent_id is 'staff; support; conversation; yes; row';
comment on column vault_reveal.item_id is 'id; accountability; conversation; yes; row';
comment on column vault_reveal.staff_id is 'staff; accountability; conversation; yes; row';
comment on column vault_reveal.at is 'state; accountability; conversation; yes; row';
comment on column attachment_view.attachment_id is 'id; accountability; conversation; yes; row';
comment on column attachment_view.staff_id is 'staff; accountability; conversation; yes; row';
comment on column attachment_view.at is 'state; accountability; conversation; yes; row';

-- Who is this: addresses that were verified, codes, what has been found out in a conversation, and letters.

-- An address that somebody is known by: they entered a code that was sent there, or the brand's own accounts say so.
-- Another address in its place is not verified.
alter table identity add column verified_at timestamptz;
alter table identity add column verified_by text check (verified_by in ('code', 'import'));
alter table identity add constraint identity_verified check ((verified_at is null) = (verified_by is null));
create function unverify() returns trigger language plpgsql as $$
begin
  new.verified_at := null;
  new.verified_by := null;
  return new;
end $$;
create trigger unverify before update of kind, lookup on identity for each row
  when ((old.kind, old.lookup) is distinct from (new.kind, new.lookup)) execute function unverify();

-- Somebody was asked for a code. The code is not stored: only this installation can work it out from the id. `lookup`
-- is the keyed hash of the address that was typed, whether anybody has it or not; whose it is is found out in the
-- worker, so that asking takes as long for everybody.
create table challenge (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  purpose text not null check (purpose in ('rights', 'conversation', 'contact')),
  conversation_id uuid,
  request_id uuid,
  lookup bytea not null,
  person_id uuid,
  tries integer not null default 0 check (tries >= 0),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (brand_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  foreign key (brand_id, request_id) references rights_request on delete cascade,
  foreign key (brand_id, person_id) references person on delete cascade,
  check ((purpose = 'rights') = (request_id is not null)),
  check ((purpose <> 'rights') = (conversation_id is not null))
);
create index challenge_lookup on challenge (brand_id, lookup);
create index challenge_conversation on challenge (brand_id, conversation_id) where conversation_id is not null;
create index challenge_request on challenge (brand_id, request_id) where request_id is not null;
create index challenge_person on challenge (brand_id, person_id) where person_id is not null;

-- What has been found out about who writes in a conversation; the last line holds. `proved_id` is the person whose
-- address it was, who need not be the one that this conversation made.
create table verification (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  proved_id uuid,
  level text not null check (level in ('none', 'order', 'code', 'person')),
  staff_id uuid references staff,
  reason text not null default '' check (length(reason) <= 500),
  at timestamptz not null,
  primary key (brand_id, conversation_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  foreign key (brand_id, person_id) references person on delete cascade,
  foreign key (brand_id, proved_id) references person on delete cascade,
  check (level <> 'order'),  -- nothing reads orders yet
  check ((level = 'code') = (staff_id is null)),
  check (staff_id is null or length(btrim(reason)) >= 10)
);
create index verification_person on verification (brand_id, person_id);
create index verification_proved on verification (brand_id, proved_id) where proved_id is not null;
create trigger only_added before update on verification for each row execute function only_added();

-- What a topic asks for before a person gets the conversation.
alter table category add column level text not null default 'none' check (level in ('none', 'code'));

-- Letters to be sent by e-mail: which, to whom and about what, by id. Words are put together when one is sent.
create table letter (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  template text not null check (template ~ '^[a-z]+(_[a-z]+)*$'),
  language text not null check (language in ('pl', 'en')),
  person_id uuid,
  identity_id uuid,
  about uuid,
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'failed', 'nobody')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  until timestamptz not null,
  claimed_until timestamptz,
  settled_at timestamptz,
  error text,
  created_at timestamptz not null,
  primary key (brand_id, id),
  foreign key (brand_id, person_id) references person on delete cascade,
  foreign key (brand_id, person_id, identity_id) references identity on delete cascade,
  check ((state in ('waiting', 'sending')) = (settled_at is null))
);
create index letter_due on letter (due_at) where state in ('waiting', 'sending');
create index letter_settled on letter (brand_id, settled_at) where settled_at is not null;
create index letter_person on letter (brand_id, person_id) where person_id is not null;

do $$
declare t text;
begin
  foreach t in array array['challenge', 'verification', 'letter'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on challenge, letter to okienko_app;
grant select, insert, delete on verification to okienko_app;

-- Claims letters that are due, of all brands: ids only. One whose sender was killed is claimed again after its lease.
create policy any_brand on letter to okienko_claimer using (true) with check (true);
grant select (brand_id, id, state, attempts, due_at, claimed_until), update (state, attempts, claimed_until) on letter
  to okienko_claimer;
create function claim_letters(_limit integer, _now timestamptz, _lease interval)
  returns table (brand_id uuid, id uuid, attempts integer)
  language sql security definer set search_path = okienko, pg_temp
begin atomic
  update letter l set state = 'sending', claimed_until = _now + _lease, attempts = l.attempts + 1
  from (
    select w.brand_id, w.id from letter w
    where w.state in ('waiting', 'sending') and w.due_at <= _now
      and (w.state = 'waiting' or w.claimed_until <= _now)
    order by w.due_at limit _limit for update skip locked
  ) w
  where l.brand_id = w.brand_id and l.id = w.id
  returning l.brand_id, l.id, l.attempts;
end;
grant create on schema okienko to okienko_claimer;
alter function claim_letters owner to okienko_claimer;
revoke create on schema okienko from okienko_claimer;
revoke execute on function claim_letters from public;
grant execute on function claim_letters to okienko_app;

comment on column identity.verified_at is 'state; security; conversation; yes; row';
comment on column identity.verified_by is 'state; security; conversation; yes; row';
comment on column category.level is 'public; settings; brand; no; keep';
comment on column challenge.brand_id is 'id; security; 2 hours; no; row';
comment on column challenge.id is 'id; security; 2 hours; no; row';
comment on column challenge.purpose is 'state; security; 2 hours; no; row';
comment on column challenge.conversation_id is 'id; security; 2 hours; no; row';
comment on column challenge.request_id is 'id; security; 2 hours; no; row';
comment on column challenge.lookup is 'lookup; security; 2 hours; no; row';
comment on column challenge.person_id is 'id; security; 2 hours; no; row';
comment on column challenge.tries is 'state; security; 2 hours; no; row';
comment on column challenge.created_at is 'state; security; 2 hours; no; row';
comment on column challenge.expires_at is 'state; security; 2 hours; no; row';
comment on column challenge.ended_at is 'state; security; 2 hours; no; row';
comment on column verification.brand_id is 'id; security; conversation; no; row';
comment on column verification.conversation_id is 'id; security; conversation; yes; row';
comment on column verification.id is 'id; security; conversation; yes; row';
comment on column verification.person_id is 'id; security; conversation; no; row';
comment on column verification.proved_id is 'id; security; conversation; no; row';
comment on column verification.level is 'state; security; conversation; yes; row';
comment on column verification.staff_id is 'id; security; conversation; no; row';
comment on column verification.reason is 'masked; security; conversation; yes; row';
comment on column verification.at is 'state; security; conversation; yes; row';
comment on column letter.brand_id is 'id; support; 7 days; no; row';
comment on column letter.id is 'id; support; 7 days; no; row';
comment on column letter.template is 'state; support; 7 days; no; row';
comment on column letter.language is 'state; support; 7 days; no; row';
comment on column letter.person_id is 'id; support; 7 days; no; row';
comment on column letter.identity_id is 'id; support; 7 days; no; row';
comment on column letter.about is 'id; support; 7 days; no; row';
comment on column letter.state is 'state; support; 7 days; no; row';
comment on column letter.attempts is 'state; support; 7 days; no; row';
comment on column letter.due_at is 'state; support; 7 days; no; row';
comment on column letter.until is 'state; support; 7 days; no; row';
comment on column letter.claimed_until is 'state; support; 7 days; no; row';
comment on column letter.settled_at is 'state; support; 7 days; no; row';
comment on column letter.error is 'masked; support; 7 days; no; row';
comment on column letter.created_at is 'state; support; 7 days; no; row';

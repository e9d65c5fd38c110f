-- The customers' own page of rights: repeated requests are one, complaints are answered in words, whoever cannot be
-- identified is reached, and others who have the data are told.

alter table rights_request drop constraint rights_request_kind_check;
alter table rights_request add constraint rights_request_kind_check check (kind in
  ('access', 'portability', 'rectify', 'erase', 'restrict', 'object', 'complaint', 'reklamacja', 'question'));
alter table rights_request drop constraint rights_request_verified_by_check;
alter table rights_request add constraint rights_request_verified_by_check
  check (verified_by in ('code', 'chat', 'desk', 'operator'));
alter table rights_request drop constraint rights_request_state_check;
alter table rights_request add constraint rights_request_state_check
  check (state in ('open', 'fulfilled', 'refused', 'withdrawn', 'joined'));
-- Complaints and questions are answered to anybody: to be answered, nobody has to say who they are.
alter table rights_request drop constraint rights_request_check2;
alter table rights_request add constraint rights_request_verified
  check (state <> 'fulfilled' or kind in ('complaint', 'reklamacja', 'question') or verified_at is not null);
alter table rights_event drop constraint rights_event_what_check;
alter table rights_event add constraint rights_event_what_check check (what in
  ('received', 'acknowledged', 'verified', 'extended', 'joined', 'fulfilled', 'refused', 'withdrawn'));

-- A repeat leads to the request that is worked on, whose clock is the earlier one.
alter table rights_request add column same_as uuid;
alter table rights_request add foreign key (brand_id, same_as) references rights_request on delete set null (same_as);
alter table rights_request add constraint rights_request_joined
  check ((same_as is null or state = 'joined') and same_as is distinct from id);
with known as (
  select brand_id, id, first_value(id) over (
    partition by brand_id, person_id, kind order by received_at, id) as first
  from rights_request
  where state = 'open' and person_id is not null and kind <> 'complaint'
)
update rights_request r set state = 'joined', same_as = k.first, closed_at = now()
from known k where k.brand_id = r.brand_id and k.id = r.id and k.first <> k.id;
create unique index rights_request_one on rights_request (brand_id, person_id, kind)
  where state = 'open' and kind not in ('complaint', 'reklamacja', 'question');

-- What the person was told at the end of a complaint or a question. None is closed as answered without it.
alter table rights_request add column outcome text check (length(outcome) <= 4000);
alter table rights_request add constraint rights_request_answered check (
  state <> 'fulfilled' or kind not in ('complaint', 'reklamacja', 'question')
  or coalesce(length(btrim(outcome)) >= 10, false)) not valid;
-- Until when somebody has to hear that their request is here, where the law says so; and when they have heard.
alter table rights_request add column acknowledge_by date;
alter table rights_request add column acknowledged_at timestamptz;
-- The first day on which whoever answers is reminded.
alter table rights_request add column warn_on date;

-- Whom to write to about a request: a person of their own, who has an address and nothing else, until they were
-- answered. Before it is known who asks, and for the receipt of an erasure.
create table rights_asker (
  brand_id uuid not null,
  request_id uuid not null,
  person_id uuid not null,
  expires_at timestamptz,
  primary key (brand_id, request_id),
  foreign key (brand_id, request_id) references rights_request on delete cascade,
  foreign key (brand_id, person_id) references person on delete cascade
);
create index rights_asker_person on rights_asker (brand_id, person_id);

-- Whoever works for the brand is told of an erasure, a correction, a restriction: a task until somebody has done it.
create table rights_notice (
  brand_id uuid not null,
  id uuid not null,
  request_id uuid not null,
  processor_id uuid not null,
  made_at timestamptz not null,
  told_at timestamptz,
  told_by uuid,
  primary key (brand_id, id),
  unique (brand_id, request_id, processor_id),
  foreign key (brand_id, request_id) references rights_request on delete cascade,
  foreign key (brand_id, processor_id) references processor,
  check ((told_at is null) = (told_by is null))
);
create index rights_notice_open on rights_notice (brand_id, made_at) where told_at is null;

-- How to reach the data protection officer: shown to everybody. Empty: the brand has named nobody.
alter table brand add column officer text not null default '' check (length(officer) <= 300);

do $$
declare t text;
begin
  foreach t in array array['rights_asker', 'rights_notice'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert on rights_asker, rights_notice to okienko_app;
grant update (expires_at) on rights_asker to okienko_app;
grant update (told_at, told_by) on rights_notice to okienko_app;

comment on column rights_request.same_as is 'id; rights; request; yes; keep';
comment on column rights_request.outcome is 'masked; rights; request; yes; keep';
comment on column rights_request.acknowledge_by is 'state; rights; request; yes; keep';
comment on column rights_request.acknowledged_at is 'state; rights; request; yes; keep';
comment on column rights_request.warn_on is 'state; rights; request; no; keep';
comment on column rights_asker.brand_id is 'id; rights; expires_at; no; row';
comment on column rights_asker.request_id is 'id; rights; expires_at; no; row';
comment on column rights_asker.person_id is 'id; rights; expires_at; no; row';
comment on column rights_asker.expires_at is 'state; rights; expires_at; no; row';
comment on column rights_notice.brand_id is 'id; accountability; request; no; keep';
comment on column rights_notice.id is 'id; accountability; request; no; keep';
comment on column rights_notice.request_id is 'id; accountability; request; no; keep';
comment on column rights_notice.processor_id is 'id; accountability; request; no; keep';
comment on column rights_notice.made_at is 'state; accountability; request; no; keep';
comment on column rights_notice.told_at is 'state; accountability; request; no; keep';
comment on column rights_notice.told_by is 'id; accountability; request; no; keep';
comment on column brand.officer is 'public; settings; brand; no; keep';

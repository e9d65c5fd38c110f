-- Cases with their clocks, opened within conversations; and which team is to take a conversation, how soon.

create table support_case (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  reference text not null check (length(reference) <= 40),
  kind text not null check (kind ~ '^[a-z][a-z0-9-]{0,59}$'),
  team text,
  opened_at timestamptz not null,
  due_on date,
  rule text not null default '',
  agent_id uuid references staff,
  closed_at timestamptz,
  closed_by uuid references staff,
  outcome text check (outcome in ('granted', 'partly', 'refused', 'withdrawn', 'mistake')),
  primary key (brand_id, conversation_id, id),
  unique (brand_id, reference),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  check ((closed_at is null) = (outcome is null))
);
create index support_case_open on support_case (brand_id, due_on) where closed_at is null;

alter table conversation add column team text check (length(team) <= 60);
alter table conversation add column priority text not null default 'normal'
  check (priority in ('low', 'normal', 'high', 'urgent'));
create index conversation_team on conversation (brand_id, team) where team is not null and closed_at is null;

alter table support_case enable row level security;
alter table support_case force row level security;
create policy brand on support_case using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update on support_case to okienko_app;

comment on column support_case.brand_id is 'id; support; conversation; no; row';
comment on column support_case.conversation_id is 'id; support; conversation; yes; row';
comment on column support_case.id is 'id; support; conversation; no; row';
comment on column support_case.reference is 'public; support; conversation; yes; row';
comment on column support_case.kind is 'public; support; conversation; yes; row';
comment on column support_case.team is 'public; support; conversation; yes; row';
comment on column support_case.opened_at is 'state; support; conversation; yes; row';
comment on column support_case.due_on is 'state; support; conversation; yes; row';
comment on column support_case.rule is 'public; support; conversation; yes; row';
comment on column support_case.agent_id is 'id; support; conversation; no; row';
comment on column support_case.closed_at is 'state; support; conversation; yes; row';
comment on column support_case.closed_by is 'id; support; conversation; no; row';
comment on column support_case.outcome is 'state; support; conversation; yes; row';
comment on column conversation.team is 'public; support; conversation; yes; row';
comment on column conversation.priority is 'state; support; conversation; yes; row';

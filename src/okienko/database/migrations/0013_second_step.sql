-- Signing in with a second step: passkeys, authenticator apps, recovery codes; and what a session has proved when.
--
-- Half of a sign-in (the password was right, the second step is owed) has a table of its own, so that a process of an
-- earlier version never takes it for a session.

alter table staff_session
  add column id uuid not null default gen_random_uuid(),
  add column proved_at timestamptz,
  add column browser text not null default '';
create unique index staff_session_id on staff_session (id);

create table staff_half_session (
  token bytea primary key,
  staff_id uuid not null references staff on delete cascade,
  expires_at timestamptz not null
);

-- One authenticator app a person. The seed is under the operator's key; a code's step is used once.
create table staff_app (
  staff_id uuid primary key references staff on delete cascade,
  sealed bytea not null,
  last_step bigint not null,
  created_at timestamptz not null,
  used_at timestamptz
);

create table staff_passkey (
  id uuid primary key,
  staff_id uuid not null references staff on delete cascade,
  credential bytea not null unique,
  public_key bytea not null,
  counter bigint not null,
  name text not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create index staff_passkey_staff on staff_passkey (staff_id);

-- A code is its selector, which finds the row, and the rest, of which only a hash is kept.
create table staff_recovery (
  staff_id uuid not null references staff on delete cascade,
  selector text not null,
  encoded text not null,
  used_at timestamptz,
  primary key (staff_id, selector)
);

create table staff_challenge (
  challenge bytea primary key,
  bound bytea not null,
  expires_at timestamptz not null
);

-- What was done to somebody's sign-in, and by whom: NULL is the operator at the console.
create table staff_event (
  id uuid primary key,
  staff_id uuid not null references staff on delete cascade,
  actor_id uuid references staff on delete set null,
  what text not null check (what in ('passkey_added', 'passkey_removed', 'app_added', 'app_removed', 'codes_made',
    'code_used', 'signed_out', 'reset')),
  at timestamptz not null
);
create index staff_event_staff on staff_event (staff_id, at);

grant select, insert, update, delete on staff_half_session, staff_app, staff_passkey, staff_recovery, staff_challenge
  to okienko_app;
grant select, insert on staff_event to okienko_app;

comment on column staff_session.id is 'id; staff; 12 hours; no; keep';
comment on column staff_session.proved_at is 'state; staff; 12 hours; no; keep';
comment on column staff_session.browser is 'staff; staff; 12 hours; no; keep';
comment on column staff_half_session.token is 'lookup; staff; 10 minutes; no; keep';
comment on column staff_half_session.staff_id is 'id; staff; 10 minutes; no; keep';
comment on column staff_half_session.expires_at is 'state; staff; 10 minutes; no; keep';
comment on column staff_app.staff_id is 'id; staff; account; no; keep';
comment on column staff_app.sealed is 'staff; staff; account; no; keep';
comment on column staff_app.last_step is 'state; staff; account; no; keep';
comment on column staff_app.created_at is 'state; staff; account; no; keep';
comment on column staff_app.used_at is 'state; staff; account; no; keep';
comment on column staff_passkey.id is 'id; staff; account; no; keep';
comment on column staff_passkey.staff_id is 'id; staff; account; no; keep';
comment on column staff_passkey.credential is 'staff; staff; account; no; keep';
comment on column staff_passkey.public_key is 'staff; staff; account; no; keep';
comment on column staff_passkey.counter is 'state; staff; account; no; keep';
comment on column staff_passkey.name is 'staff; staff; account; no; keep';
comment on column staff_passkey.created_at is 'state; staff; account; no; keep';
comment on column staff_passkey.used_at is 'state; staff; account; no; keep';
comment on column staff_recovery.staff_id is 'id; staff; account; no; keep';
comment on column staff_recovery.selector is 'staff; staff; account; no; keep';
comment on column staff_recovery.encoded is 'staff; staff; account; no; keep';
comment on column staff_recovery.used_at is 'state; staff; account; no; keep';
comment on column staff_challenge.challenge is 'lookup; staff; 5 minutes; no; keep';
comment on column staff_challenge.bound is 'lookup; staff; 5 minutes; no; keep';
comment on column staff_challenge.expires_at is 'state; staff; 5 minutes; no; keep';
comment on column staff_event.id is 'id; accountability; account; no; keep';
comment on column staff_event.staff_id is 'id; accountability; account; no; keep';
comment on column staff_event.actor_id is 'id; accountability; account; no; keep';
comment on column staff_event.what is 'state; accountability; account; no; keep';
comment on column staff_event.at is 'state; accountability; account; no; keep';

-- The audit log: one chain over changes and reads of personal data, for the whole installation.
--
-- audit_entry is the chain: numbers, times and hashes, and nothing that says who did what. audit_payload says it, in ids
-- and roles; its rows can be erased and the chain stays whole, for it holds a commitment to them and not their content.
--
-- An act writes its payload wherever it likes in its transaction. The entry follows when the transaction commits: a
-- deferred trigger takes the chain's lock then, numbers and links, and the lock is gone with the commit. So nobody waits
-- for somebody else's act, only for somebody else's commit; and what stores messages never takes the lock.

create table audit_payload (
  id uuid primary key,
  brand_id uuid,  -- null: of the installation itself
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('staff', 'customer', 'operator', 'worker')),
  actor uuid,
  role text check (role ~ '^[a-z]+(-[a-z]+)*$'),
  action text not null check (action ~ '^[a-z]+(-[a-z]+)*$'),
  object_kind text not null check (object_kind ~ '^[a-z]+(-[a-z]+)*$'),
  object text check (object ~ '^[A-Za-z0-9/_.-]{1,250}$'),
  conversation uuid,
  detail text not null default '' check (detail ~ '^[A-Za-z0-9=,:/_. -]*$' and length(detail) <= 1000),
  salt bytea not null check (length(salt) = 32),
  commitment bytea not null check (length(commitment) = 32),
  check ((actor_kind = 'staff') = (actor is not null))
);
create index audit_payload_brand on audit_payload (brand_id, id);
create index audit_payload_actor on audit_payload (brand_id, actor, id);
create index audit_payload_action on audit_payload (brand_id, action, id);
create index audit_payload_conversation on audit_payload (brand_id, conversation, actor, id);

create table audit_entry (
  number bigint primary key check (number > 0),
  id uuid not null unique,
  at timestamptz not null,
  commitment bytea not null,
  leaf bytea not null,
  head bytea not null
);

-- leaf = SHA-256(0x00 || number || time || id || commitment); head = SHA-256(0x01 || head before || leaf), as RFC 6962
-- tells leaves from nodes. Numbers are 8 bytes, times microseconds since 1970 in 8 bytes, both big-endian.
create function audit_append() returns trigger
  language plpgsql security definer set search_path = okienko, pg_temp
as $$
declare
  latest record;
  next_number bigint;
  next_leaf bytea;
begin
  perform pg_advisory_xact_lock(hashtextextended('okienko audit', 0));
  select e.number, e.head into latest from audit_entry e order by e.number desc limit 1;
  next_number := coalesce(latest.number, 0) + 1;
  next_leaf := sha256('\x00'::bytea || int8send(next_number) || int8send((extract(epoch from new.at) * 1000000)::bigint)
    || uuid_send(new.id) || new.commitment);
  insert into audit_entry (number, id, at, commitment, leaf, head)
  values (next_number, new.id, new.at, new.commitment, next_leaf,
    sha256('\x01'::bytea || coalesce(latest.head, ''::bytea) || next_leaf));
  return null;
end $$;

create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only ever added to' using errcode = 'insufficient_privilege';
end $$;

-- Signed heads, and where outside they have arrived.
create table audit_head (
  number bigint primary key check (number > 0),
  head bytea not null,
  at timestamptz not null,
  key bytea not null,
  signature bytea not null
);
create table audit_anchor (
  place text not null check (place in ('file', 'http')),
  number bigint not null references audit_head,
  at timestamptz not null,
  primary key (place, number)
);

-- A report for somebody outside: what it says is kept as it was handed out.
create table audit_pack (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  since date not null,
  until date not null check (until >= since),
  made_at timestamptz not null,
  digest bytea not null,
  body text not null,
  primary key (brand_id, id)
);

-- Once a month a sample of stored words is looked through for personal data that masking has missed.
create table audit_sample (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  at timestamptz not null,
  messages integer not null check (messages >= 0),
  primary key (brand_id, id)
);
create table audit_missed (
  brand_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  sample_id uuid not null,
  label text not null,
  detector text not null check (detector in ('first', 'second')),
  count integer not null check (count > 0),
  primary key (brand_id, conversation_id, message_id, sample_id, label, detector),
  foreign key (brand_id, sample_id) references audit_sample on delete cascade,
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index audit_missed_sample on audit_missed (brand_id, sample_id);

do $$
declare t text;
begin
  foreach t in array array['audit_payload', 'audit_pack', 'audit_sample', 'audit_missed'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
  end loop;
  foreach t in array array['audit_pack', 'audit_sample', 'audit_missed'] loop
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
  foreach t in array array['audit_entry', 'audit_head', 'audit_anchor'] loop
    execute format('create trigger only_added before update or delete or truncate on %I for each statement execute function audit_refuse()', t);
  end loop;
end $$;
-- What belongs to no brand is seen where no brand is set.
create policy brand on audit_payload
  using (brand_id is not distinct from current_brand()) with check (brand_id is not distinct from current_brand());
create trigger never_changed before update or truncate on audit_payload for each statement execute function audit_refuse();
create constraint trigger chained after insert on audit_payload
  deferrable initially deferred for each row execute function audit_append();

grant select, insert, delete on audit_payload to okienko_app;
grant select on audit_entry to okienko_app;
grant select, insert on audit_entry to okienko_claimer;
grant select, insert on audit_head, audit_anchor to okienko_app;
grant select, insert, delete on audit_pack, audit_sample, audit_missed to okienko_app;

grant create on schema okienko to okienko_claimer;
alter function audit_append owner to okienko_claimer;
revoke create on schema okienko from okienko_claimer;
revoke execute on function audit_append, audit_refuse from public;

-- Two roles that do not answer customers: who looks after privacy, and who looks at the log alone.
alter table staff_role drop constraint staff_role_role_check;
alter table staff_role add constraint staff_role_role_check
  check (role in ('agent', 'lead', 'admin', 'privacy', 'auditor'));

comment on column audit_payload.id is 'id; accountability; 72 months; no; keep';
comment on column audit_payload.brand_id is 'id; accountability; 72 months; no; keep';
comment on column audit_payload.at is 'state; accountability; 72 months; no; keep';
comment on column audit_payload.actor_kind is 'state; accountability; 72 months; no; keep';
comment on column audit_payload.actor is 'id; accountability; 72 months; no; keep';
comment on column audit_payload.role is 'state; accountability; 72 months; no; keep';
comment on column audit_payload.action is 'state; accountability; 72 months; no; keep';
comment on column audit_payload.object_kind is 'state; accountability; 72 months; no; keep';
comment on column audit_payload.object is 'id; accountability; 72 months; no; keep';
comment on column audit_payload.conversation is 'id; accountability; 72 months; no; keep';
comment on column audit_payload.detail is 'state; accountability; 72 months; no; keep';
comment on column audit_payload.salt is 'lookup; accountability; 72 months; no; keep';
comment on column audit_payload.commitment is 'lookup; accountability; 72 months; no; keep';
comment on column audit_entry.number is 'state; accountability; installation; no; keep';
comment on column audit_entry.id is 'id; accountability; installation; no; keep';
comment on column audit_entry.at is 'state; accountability; installation; no; keep';
comment on column audit_entry.commitment is 'lookup; accountability; installation; no; keep';
comment on column audit_entry.leaf is 'lookup; accountability; installation; no; keep';
comment on column audit_entry.head is 'lookup; accountability; installation; no; keep';
comment on column audit_head.number is 'state; accountability; installation; no; keep';
comment on column audit_head.head is 'lookup; accountability; installation; no; keep';
comment on column audit_head.at is 'state; accountability; installation; no; keep';
comment on column audit_head.key is 'state; accountability; installation; no; keep';
comment on column audit_head.signature is 'lookup; accountability; installation; no; keep';
comment on column audit_anchor.place is 'state; accountability; installation; no; keep';
comment on column audit_anchor.number is 'state; accountability; installation; no; keep';
comment on column audit_anchor.at is 'state; accountability; installation; no; keep';
comment on column audit_pack.brand_id is 'id; accountability; 72 months; no; keep';
comment on column audit_pack.id is 'id; accountability; 72 months; no; keep';
comment on column audit_pack.since is 'state; accountability; 72 months; no; keep';
comment on column audit_pack.until is 'state; accountability; 72 months; no; keep';
comment on column audit_pack.made_at is 'state; accountability; 72 months; no; keep';
comment on column audit_pack.digest is 'lookup; accountability; 72 months; no; keep';
comment on column audit_pack.body is 'id; accountability; 72 months; no; keep';
comment on column audit_sample.brand_id is 'id; accountability; 72 months; no; keep';
comment on column audit_sample.id is 'id; accountability; 72 months; no; keep';
comment on column audit_sample.at is 'state; accountability; 72 months; no; keep';
comment on column audit_sample.messages is 'state; accountability; 72 months; no; keep';
comment on column audit_missed.brand_id is 'id; accountability; conversation; no; row';
comment on column audit_missed.conversation_id is 'id; accountability; conversation; no; row';
comment on column audit_missed.message_id is 'id; accountability; conversation; no; row';
comment on column audit_missed.sample_id is 'id; accountability; conversation; no; row';
comment on column audit_missed.label is 'state; accountability; conversation; no; row';
comment on column audit_missed.detector is 'state; accountability; conversation; no; row';
comment on column audit_missed.count is 'state; accountability; conversation; no; row';

-- The channel of letters: addresses that take nothing, and how many letters the bot has written to whom.

-- Addresses as keyed hashes: nothing is sent there until then. Whoever writes from one takes it off the list, unless
-- they have complained.
create table letter_stop (
  brand_id uuid not null references brand,
  lookup bytea not null,
  why text not null check (why in ('bounce', 'full', 'policy', 'complaint')),
  at timestamptz not null,
  until timestamptz not null,
  primary key (brand_id, lookup)
);
create index letter_stop_until on letter_stop (brand_id, until);
alter table letter_stop enable row level security;
alter table letter_stop force row level security;
create policy brand on letter_stop using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update, delete on letter_stop to okienko_app;
comment on column letter_stop.brand_id is 'id; reliability; 12 months; no; keep';
comment on column letter_stop.lookup is 'lookup; reliability; 12 months; no; keep';
comment on column letter_stop.why is 'state; reliability; 12 months; no; keep';
comment on column letter_stop.at is 'state; reliability; 12 months; no; keep';
comment on column letter_stop.until is 'state; reliability; 12 months; no; keep';

-- What the bot has written in a day, so that two programs do not write to each other for ever. `body`: a keyed hash.
create table letter_count (
  brand_id uuid not null references brand,
  message_id uuid not null,
  conversation_id uuid not null,
  lookup bytea not null,
  body bytea not null,
  at timestamptz not null,
  primary key (brand_id, message_id)
);
create index letter_count_lookup on letter_count (brand_id, lookup, at);
create index letter_count_conversation on letter_count (brand_id, conversation_id, at);
alter table letter_count enable row level security;
alter table letter_count force row level security;
create policy brand on letter_count using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, delete on letter_count to okienko_app;
comment on column letter_count.brand_id is 'id; reliability; 1 day; no; keep';
comment on column letter_count.message_id is 'id; reliability; 1 day; no; keep';
comment on column letter_count.conversation_id is 'id; reliability; 1 day; no; keep';
comment on column letter_count.lookup is 'lookup; reliability; 1 day; no; keep';
comment on column letter_count.body is 'lookup; reliability; 1 day; no; keep';
comment on column letter_count.at is 'state; reliability; 1 day; no; keep';

-- Of two processes one takes the letters out of a mailbox: whoever it is says so, for a minute and a half at a time.
alter table connection_state add column collector uuid, add column collected_until timestamptz;
comment on column connection_state.collector is 'id; settings; brand; no; keep';
comment on column connection_state.collected_until is 'state; reliability; brand; no; keep';

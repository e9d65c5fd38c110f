-- Channels of vendors: what they were connected with, how they fare, and what vendors report about messages.

-- What a vendor gave: tokens, secrets, ids of accounts; one sealed list of names and values.
alter table connection add column given bytea;
comment on column connection.given is 'sealed; settings; brand; no; keep';

-- How a connection fares. Identifiers and times only: the senders of all brands look here before they claim.
create table connection_state (
  connection_id text primary key references connection on delete cascade,
  brand_id uuid not null references brand,
  trouble text check (trouble in ('sign_in', 'paused', 'down')),
  trouble_at timestamptz,
  paused_until timestamptz, -- nothing is sent until then; infinity while somebody has to sign in again
  failures integer not null default 0, -- in a row
  in_at timestamptz,
  out_at timestamptz,
  polled_at timestamptz,
  cursor text
);
create index connection_state_brand on connection_state (brand_id);
alter table connection_state enable row level security;
alter table connection_state force row level security;
create policy brand on connection_state using (brand_id = current_brand()) with check (brand_id = current_brand());
create policy any_brand on connection_state for select to okienko_app using (true);
create policy any_brand_claimed on connection_state for select to okienko_claimer using (true);
grant select, insert, update, delete on connection_state to okienko_app;
grant select on connection_state to okienko_claimer;
comment on column connection_state.connection_id is 'id; settings; brand; no; keep';
comment on column connection_state.brand_id is 'id; settings; brand; no; keep';
comment on column connection_state.trouble is 'state; reliability; brand; no; keep';
comment on column connection_state.trouble_at is 'state; reliability; brand; no; keep';
comment on column connection_state.paused_until is 'state; reliability; brand; no; keep';
comment on column connection_state.failures is 'state; reliability; brand; no; keep';
comment on column connection_state.in_at is 'state; reliability; brand; no; keep';
comment on column connection_state.out_at is 'state; reliability; brand; no; keep';
comment on column connection_state.polled_at is 'state; reliability; brand; no; keep';
comment on column connection_state.cursor is 'state; reliability; brand; no; keep';

-- What was said about an account or a connection, once each: a token that ended, a warning of the vendor's.
create table connection_notice (
  brand_id uuid not null references brand,
  id uuid not null,
  connection_id text not null references connection on delete cascade,
  kind text not null,
  word text not null default '',
  at timestamptz not null,
  primary key (brand_id, id)
);
create index connection_notice_latest on connection_notice (brand_id, connection_id, id desc);
alter table connection_notice enable row level security;
alter table connection_notice force row level security;
create policy brand on connection_notice using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, delete on connection_notice to okienko_app;
comment on column connection_notice.brand_id is 'id; settings; brand; no; keep';
comment on column connection_notice.id is 'id; settings; brand; no; keep';
comment on column connection_notice.connection_id is 'id; settings; brand; no; keep';
comment on column connection_notice.kind is 'state; reliability; brand; no; keep';
comment on column connection_notice.word is 'state; reliability; brand; no; keep';
comment on column connection_notice.at is 'state; reliability; brand; no; keep';

-- Every id of a vendor that is known, as a keyed hash, and which message it names: ours as well as customers'.
alter table seen add column conversation_id uuid, add column message_id uuid;
comment on column seen.conversation_id is 'id; reliability; 30 days; no; keep';
comment on column seen.message_id is 'id; reliability; 30 days; no; keep';

-- acted_at: when the customer last did something that lets us write, by the vendor's clock.
-- envelope: what an answer needs besides the thread's id (whom a letter goes to, what it answers), sealed.
alter table thread add column acted_at timestamptz, add column envelope bytea, add column envelope_at timestamptz;
comment on column thread.acted_at is 'state; support; conversation; no; row';
comment on column thread.envelope is 'sealed; support; conversation; no; row';
comment on column thread.envelope_at is 'state; support; conversation; no; row';

-- Until then somebody answers it elsewhere: in the vendor's own inbox, or another program that has the thread.
alter table conversation add column elsewhere_until timestamptz;
comment on column conversation.elsewhere_until is 'state; support; conversation; no; row';

-- A message in parts that the vendor takes one by one: how many have gone. What the vendor reported about it since.
alter table outbox add column part integer not null default 0, add column delivered_at timestamptz,
  add column read_at timestamptz;
comment on column outbox.part is 'state; reliability; conversation; no; row';
comment on column outbox.delivered_at is 'state; reliability; conversation; no; row';
comment on column outbox.read_at is 'state; reliability; conversation; no; row';

alter table message add column edited_at timestamptz, add column taken_back_at timestamptz;
comment on column message.edited_at is 'state; support; conversation; yes; row';
comment on column message.taken_back_at is 'state; support; conversation; yes; row';

-- What a customer thinks of a message, in one sign.
create table reaction (
  brand_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  sign text not null check (length(sign) between 1 and 16),
  at timestamptz not null,
  primary key (brand_id, conversation_id, message_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
alter table reaction enable row level security;
alter table reaction force row level security;
create policy brand on reaction using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update, delete on reaction to okienko_app;
comment on column reaction.brand_id is 'id; support; conversation; no; row';
comment on column reaction.conversation_id is 'id; support; conversation; no; row';
comment on column reaction.message_id is 'id; support; conversation; no; row';
comment on column reaction.sign is 'masked; support; conversation; yes; row';
comment on column reaction.at is 'state; support; conversation; yes; row';

-- Reports about messages that are not here yet: kept for a day and tried again.
create table parked (
  brand_id uuid not null references brand,
  id uuid not null,
  connection_id text not null references connection on delete cascade,
  about bytea not null,
  kind text not null,
  text text, -- masked
  value text, -- a word of the vendor's protocol, or of ours
  at timestamptz not null, -- the vendor's clock
  until timestamptz not null,
  primary key (brand_id, id),
  unique (connection_id, about, kind, at)
);
create index parked_until on parked (until);
alter table parked enable row level security;
alter table parked force row level security;
create policy brand on parked using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, delete on parked to okienko_app;
comment on column parked.brand_id is 'id; reliability; 1 day; no; keep';
comment on column parked.id is 'id; reliability; 1 day; no; keep';
comment on column parked.connection_id is 'id; reliability; 1 day; no; keep';
comment on column parked.about is 'lookup; reliability; 1 day; no; keep';
comment on column parked.kind is 'state; reliability; 1 day; no; keep';
comment on column parked.text is 'masked; reliability; 1 day; no; keep';
comment on column parked.value is 'state; reliability; 1 day; no; keep';
comment on column parked.at is 'state; reliability; 1 day; no; keep';
comment on column parked.until is 'state; reliability; 1 day; no; keep';

-- As before, but a paused connection's messages wait without an attempt, and calls by telephone are answered within the
-- call: whoever is on the line fetches what is said.
create or replace function claim_outbox(_limit integer, _now timestamptz, _lease interval)
  returns table (brand_id uuid, conversation_id uuid, message_id uuid, attempts integer, unsettled boolean, last_try boolean)
  language sql security definer set search_path = okienko, pg_temp
begin atomic
  update outbox o set state = 'sending', claimed_until = _now + _lease, attempts = o.attempts + 1
  from (
    select w.ctid, w.state = 'sending' as unsettled from outbox w
    where w.state in ('waiting', 'sending') and w.due_at <= _now
      and (w.state = 'waiting' or (w.state = 'sending' and w.claimed_until <= _now))
      and w.channel <> 'voice'
      and not exists (
        select from connection_state s where s.connection_id = w.connection_id and s.paused_until > _now)
      and not exists (
        select from outbox e
        where e.brand_id = w.brand_id and e.conversation_id = w.conversation_id and e.message_id < w.message_id
          and e.state in ('waiting', 'sending'))
    order by w.due_at limit _limit for update skip locked
  ) w
  where o.ctid = w.ctid
  returning o.brand_id, o.conversation_id, o.message_id, o.attempts, w.unsettled, o.last_try;
end;

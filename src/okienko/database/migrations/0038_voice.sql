-- Calls by telephone: how each fares, and what was answered to its requests, which Twilio may send again.

create table phone_call (
  brand_id uuid not null,
  conversation_id uuid not null,
  began_at timestamptz not null,
  sequence integer not null default -1, -- of the latest report: the later, the higher
  state text not null default 'in-progress' check (state in ('initiated', 'ringing', 'in-progress', 'completed', 'busy',
    'failed', 'no-answer', 'canceled', 'lost')),
  outcome text check (outcome in ('person', 'message')), -- was connected to a person; has left a message
  seconds integer,
  ended_at timestamptz,
  primary key (brand_id, conversation_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index phone_call_open on phone_call (brand_id, began_at) where ended_at is null;
alter table phone_call enable row level security;
alter table phone_call force row level security;
create policy brand on phone_call using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update, delete on phone_call to okienko_app;
comment on column phone_call.brand_id is 'id; support; conversation; no; row';
comment on column phone_call.conversation_id is 'id; support; conversation; no; row';
comment on column phone_call.began_at is 'state; support; conversation; yes; row';
comment on column phone_call.sequence is 'state; reliability; conversation; no; row';
comment on column phone_call.state is 'state; support; conversation; no; row';
comment on column phone_call.outcome is 'state; support; conversation; yes; row';
comment on column phone_call.seconds is 'state; support; conversation; yes; row';
comment on column phone_call.ended_at is 'state; support; conversation; yes; row';

-- The words that one request got, so that its repeat gets the same and nothing is said or stored twice.
create table phone_answer (
  brand_id uuid not null,
  conversation_id uuid not null,
  key bytea not null,
  twiml text not null,
  at timestamptz not null,
  primary key (brand_id, conversation_id, key),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index phone_answer_at on phone_answer (brand_id, at);
alter table phone_answer enable row level security;
alter table phone_answer force row level security;
create policy brand on phone_answer using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, delete on phone_answer to okienko_app;
comment on column phone_answer.brand_id is 'id; reliability; 10 minutes; no; row';
comment on column phone_answer.conversation_id is 'id; reliability; 10 minutes; no; row';
comment on column phone_answer.key is 'lookup; reliability; 10 minutes; no; row';
comment on column phone_answer.twiml is 'masked; reliability; 10 minutes; no; row';
comment on column phone_answer.at is 'state; reliability; 10 minutes; no; row';

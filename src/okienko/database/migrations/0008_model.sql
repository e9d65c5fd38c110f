-- An optional language model that may word answers: which brands have switched it on, what it may cost them a day, and
-- a record of every call without a word of what was said.

-- No row: off. The budget and what was spent are in millionths of whatever the operator's prices are in; with the prices
-- left alone, one for a million tokens, a millionth is a token.
create table brand_model (
  brand_id uuid primary key references brand on delete cascade,
  enabled boolean not null,
  budget bigint not null check (budget > 0),
  changed_at timestamptz not null
);

-- What a call may cost at most is added before it is made, and what it did not cost is taken off afterwards: a worker
-- that dies meanwhile leaves the brand with less to spend, never with more. A day is one of the brand's time zone.
create table model_day (
  brand_id uuid not null references brand on delete cascade,
  day date not null,
  spent bigint not null check (spent >= 0),
  primary key (brand_id, day)
);

-- `answers`: the number of the last message that the reply was to answer, as in `message`. `reason`: why it was not used.
create table model_call (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  answers bigint not null,
  model text not null,
  read_tokens integer not null check (read_tokens >= 0),
  written_tokens integer not null check (written_tokens >= 0),
  cost bigint not null check (cost >= 0),
  ms integer not null check (ms >= 0),
  outcome text not null check (outcome in ('used', 'none', 'rejected', 'slow', 'down', 'garbled', 'huge')),
  reason text,
  at timestamptz not null,
  primary key (brand_id, conversation_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index model_call_at on model_call (brand_id, at);

do $$
declare t text;
begin
  foreach t in array array['brand_model', 'model_day', 'model_call'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update on brand_model, model_day to okienko_app;
grant select, insert, delete on model_call to okienko_app;

comment on column brand_model.brand_id is 'id; settings; brand; no; keep';
comment on column brand_model.enabled is 'state; settings; brand; no; keep';
comment on column brand_model.budget is 'state; settings; brand; no; keep';
comment on column brand_model.changed_at is 'state; settings; brand; no; keep';
comment on column model_day.brand_id is 'id; settings; brand; no; keep';
comment on column model_day.day is 'state; settings; brand; no; keep';
comment on column model_day.spent is 'state; settings; brand; no; keep';
comment on column model_call.brand_id is 'id; accountability; conversation; no; row';
comment on column model_call.conversation_id is 'id; accountability; conversation; no; row';
comment on column model_call.id is 'id; accountability; conversation; no; row';
comment on column model_call.answers is 'state; accountability; conversation; yes; row';
comment on column model_call.model is 'state; accountability; conversation; yes; row';
comment on column model_call.read_tokens is 'state; accountability; conversation; no; row';
comment on column model_call.written_tokens is 'state; accountability; conversation; no; row';
comment on column model_call.cost is 'state; accountability; conversation; no; row';
comment on column model_call.ms is 'state; accountability; conversation; no; row';
comment on column model_call.outcome is 'state; accountability; conversation; yes; row';
comment on column model_call.reason is 'state; accountability; conversation; no; row';
comment on column model_call.at is 'state; accountability; conversation; yes; row';

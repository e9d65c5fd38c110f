-- What scenarios may look up: tables that a brand imports, and addresses that are asked; and what was asked, without values.

-- `needs`: what has to be said to find something, in this order. `gives`: what is found, in the order of a row's answers.
-- `proof`: what is asked of whoever asks: nothing; the second fact that stands among `needs`; a code to the address of
-- whom the row is about.
create table lookup_source (
  brand_id uuid not null references brand on delete cascade,
  id text not null check (id ~ '^[a-z][a-z0-9-]{0,59}$'),
  kind text not null check (kind in ('table', 'https')),
  proof text not null check (proof in ('none', 'order', 'code')),
  needs text[] not null check (cardinality(needs) between 1 and 4),
  gives text[] not null check (cardinality(gives) between 1 and 30),
  url text check (length(url) <= 2000),
  paths text[],
  owner_path text,
  header text,
  secret bytea,
  seconds real not null default 3 check (seconds between 0.5 and 5),
  loaded_at timestamptz,
  rows integer not null default 0,
  failures integer not null default 0,
  rests_until timestamptz,
  answered_at timestamptz,
  failed_at timestamptz,
  why text,
  made_at timestamptz not null,
  primary key (brand_id, id),
  check ((kind = 'https') = (url is not null)),
  check ((kind = 'https') = (paths is not null)),
  check (coalesce(cardinality(paths) = cardinality(gives), true)),
  check (proof <> 'order' or (kind = 'table' and cardinality(needs) > 1)),
  check ((header is null) = (secret is null))
);

-- One row of a table: found by the keyed hash of what it is asked by, with the keyed hash of the address of whom it is
-- about, where the table says so. What it answers went through masking.
create table lookup_row (
  brand_id uuid not null,
  source_id text not null,
  key bytea not null,
  owner bytea,
  answers text[] not null,
  primary key (brand_id, source_id, key),
  foreign key (brand_id, source_id) references lookup_source on delete cascade
);

-- What was asked within a conversation: which source, by what, and what came of it; no value. `subject` is the keyed hash
-- of the first of what was said, to count tries at one order.
create table lookup_use (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  source_id text not null,
  names text[] not null,
  outcome text not null check (outcome in ('found', 'missing', 'away', 'locked', 'refused')),
  subject bytea,
  at timestamptz not null,
  primary key (brand_id, conversation_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index lookup_use_subject on lookup_use (brand_id, subject, at) where subject is not null;
create trigger only_added before update on lookup_use for each row execute function only_added();

-- Whoever names an order and a second fact about it knows what only the buyer knows.
alter table verification drop constraint verification_level_check1;
alter table verification drop constraint verification_check;
alter table verification add constraint verification_by check ((level in ('order', 'code')) = (staff_id is null));
alter table verification add constraint verification_order check (level <> 'order' or proved_id is null);

do $$
declare t text;
begin
  foreach t in array array['lookup_source', 'lookup_row', 'lookup_use'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on lookup_source, lookup_row to okienko_app;
grant select, insert on lookup_use to okienko_app;

comment on column lookup_source.brand_id is 'id; settings; brand; no; keep';
comment on column lookup_source.id is 'public; settings; brand; no; keep';
comment on column lookup_source.kind is 'public; settings; brand; no; keep';
comment on column lookup_source.proof is 'public; settings; brand; no; keep';
comment on column lookup_source.needs is 'public; settings; brand; no; keep';
comment on column lookup_source.gives is 'public; settings; brand; no; keep';
comment on column lookup_source.url is 'public; settings; brand; no; keep';
comment on column lookup_source.paths is 'public; settings; brand; no; keep';
comment on column lookup_source.owner_path is 'public; settings; brand; no; keep';
comment on column lookup_source.header is 'public; settings; brand; no; keep';
comment on column lookup_source.secret is 'sealed; settings; brand; no; keep';
comment on column lookup_source.seconds is 'public; settings; brand; no; keep';
comment on column lookup_source.loaded_at is 'state; settings; brand; no; keep';
comment on column lookup_source.rows is 'state; settings; brand; no; keep';
comment on column lookup_source.failures is 'state; settings; brand; no; keep';
comment on column lookup_source.rests_until is 'state; settings; brand; no; keep';
comment on column lookup_source.answered_at is 'state; settings; brand; no; keep';
comment on column lookup_source.failed_at is 'state; settings; brand; no; keep';
comment on column lookup_source.why is 'state; settings; brand; no; keep';
comment on column lookup_source.made_at is 'state; settings; brand; no; keep';
comment on column lookup_row.brand_id is 'id; support; 30 days; no; keep';
comment on column lookup_row.source_id is 'public; support; 30 days; no; keep';
comment on column lookup_row.key is 'lookup; support; 30 days; no; keep';
comment on column lookup_row.owner is 'lookup; support; 30 days; no; keep';
comment on column lookup_row.answers is 'masked; support; 30 days; no; keep';
comment on column lookup_use.brand_id is 'id; support; conversation; no; row';
comment on column lookup_use.conversation_id is 'id; support; conversation; yes; row';
comment on column lookup_use.id is 'id; support; conversation; no; row';
comment on column lookup_use.source_id is 'public; support; conversation; yes; row';
comment on column lookup_use.names is 'public; support; conversation; yes; row';
comment on column lookup_use.outcome is 'state; support; conversation; yes; row';
comment on column lookup_use.subject is 'lookup; support; conversation; no; row';
comment on column lookup_use.at is 'state; support; conversation; yes; row';

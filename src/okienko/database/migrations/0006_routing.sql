-- Routing: examples of what customers write by category, and the router that has learnt from them.

-- Masked, as everything; written by people at the desk. Titles, descriptions and example questions of articles are
-- examples too, and stay where they are. `routing_version` counts up with each change, like `articles_version`.
create table routing_example (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  language text not null check (language in ('pl', 'en')),
  category text not null,
  text text not null check (text <> '' and length(text) <= 2000),
  staff_id uuid references staff,
  at timestamptz not null,
  primary key (brand_id, id)
);
create unique index routing_example_once on routing_example (brand_id, language, category, md5(text));
alter table brand add column routing_version bigint not null default 0;

-- One router a brand: arrays in the format of numpy, no pickle; null where too little is known. `version` counts up with
-- each training, `format` with what okienko writes into them; the two `learnt` say which examples and articles it has seen; before `next_at` nobody trains it again.
create table router (
  brand_id uuid primary key references brand on delete cascade,
  version bigint not null default 0,
  model bytea,
  format integer not null default 0,
  examples integer not null default 0,
  learnt bigint not null default -1,
  learnt_articles bigint not null default -1,
  next_at timestamptz not null,
  trained_at timestamptz
);
alter table router alter column model set storage external;

-- The version of the router that has chosen the conversation's category; null: somebody picked it, or an article did.
alter table conversation add column routed bigint;

do $$
declare t text;
begin
  foreach t in array array['routing_example', 'router'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on routing_example, router to okienko_app;

comment on column routing_example.brand_id is 'id; settings; brand; no; keep';
comment on column routing_example.id is 'id; settings; brand; no; keep';
comment on column routing_example.language is 'state; settings; brand; no; keep';
comment on column routing_example.category is 'state; settings; brand; no; keep';
comment on column routing_example.text is 'masked; settings; brand; no; keep';
comment on column routing_example.staff_id is 'id; settings; brand; no; keep';
comment on column routing_example.at is 'state; settings; brand; no; keep';
comment on column router.brand_id is 'id; settings; brand; no; keep';
comment on column router.version is 'state; settings; brand; no; keep';
comment on column router.model is 'masked; settings; brand; no; keep';
comment on column router.format is 'state; settings; brand; no; keep';
comment on column router.examples is 'state; settings; brand; no; keep';
comment on column router.learnt is 'state; settings; brand; no; keep';
comment on column router.learnt_articles is 'state; settings; brand; no; keep';
comment on column router.next_at is 'state; settings; brand; no; keep';
comment on column router.trained_at is 'state; settings; brand; no; keep';
comment on column brand.routing_version is 'state; settings; brand; no; keep';
comment on column conversation.routed is 'state; support; conversation; no; row';

-- Scenarios: their files with all versions, what runs since when, and where conversations stand in them.

alter table brand add column scenarios_version bigint not null default 0;  -- counts up: workers read them anew
alter table brand add column scenario_review boolean not null default true;  -- somebody else publishes than who wrote

create table scenario (
  brand_id uuid not null references brand on delete cascade,
  id text not null check (id ~ '^[a-z][a-z0-9-]{0,59}$'),
  published integer,
  created_at timestamptz not null,
  primary key (brand_id, id)
);

-- One version after the other. The last may be a draft, which is written over until it is published; what was published
-- once stays as it is. `edits` counts: a change names the edit that it began with, so that two people overwrite nothing.
create table scenario_version (
  brand_id uuid not null,
  scenario_id text not null,
  version integer not null check (version > 0),
  body text not null check (length(body) <= 262144),
  edits integer not null default 1,
  saved_by uuid references staff,
  saved_at timestamptz not null,
  proposed_at timestamptz,
  published_at timestamptz,
  primary key (brand_id, scenario_id, version),
  foreign key (brand_id, scenario_id) references scenario on delete cascade
);
create unique index scenario_draft on scenario_version (brand_id, scenario_id) where published_at is null;
alter table scenario add foreign key (brand_id, id, published)
  references scenario_version (brand_id, scenario_id, version) deferrable initially deferred;

create function keep_scenario() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  raise exception 'a version that was published is never changed';
end $$;
create trigger keep_scenario before update on scenario_version for each row
  when (old.published_at is not null and (old.body, old.version) is distinct from (new.body, new.version))
  execute function keep_scenario();

-- What has run since when, and who decided; null: nothing any more.
create table scenario_publication (
  brand_id uuid not null,
  scenario_id text not null,
  id uuid not null,
  version integer,
  staff_id uuid references staff,
  at timestamptz not null,
  primary key (brand_id, scenario_id, id),
  foreign key (brand_id, scenario_id) references scenario on delete cascade
);
create trigger only_added before update on scenario_publication for each row execute function only_added();

-- What a published scenario is found by: it stands among the articles in which answers are looked for.
create table scenario_trigger (
  brand_id uuid not null,
  scenario_id text not null,
  language text not null check (language in ('pl', 'en')),
  version integer not null,
  name text not null,
  category text,
  opening text not null,
  examples text[] not null,
  at timestamptz not null,
  primary key (brand_id, scenario_id, language),
  foreign key (brand_id, scenario_id) references scenario on delete cascade
);

-- Where a conversation stands in a scenario: the step that waits, and the answers so far, masked like all that is kept.
create table scenario_run (
  brand_id uuid not null,
  conversation_id uuid not null,
  scenario_id text not null,
  version integer not null,
  step text not null,
  names text[] not null default '{}',
  answers text[] not null default '{}',
  tries integer not null default 0,
  path text[] not null default '{}',
  changed_at timestamptz not null,
  primary key (brand_id, conversation_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  check (cardinality(names) = cardinality(answers))
);

-- What the choices of a message are called, where they are neither categories nor articles.
alter table message add column labels text[];

do $$
declare t text;
begin
  foreach t in array array['scenario', 'scenario_version', 'scenario_publication', 'scenario_trigger', 'scenario_run'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update on scenario, scenario_version to okienko_app;
grant select, insert on scenario_publication to okienko_app;
grant select, insert, delete on scenario_trigger to okienko_app;
grant select, insert, update, delete on scenario_run to okienko_app;

comment on column brand.scenarios_version is 'public; settings; brand; no; keep';
comment on column brand.scenario_review is 'public; settings; brand; no; keep';
comment on column message.labels is 'public; support; conversation; yes; row';
comment on column scenario.brand_id is 'id; settings; brand; no; keep';
comment on column scenario.id is 'public; settings; brand; no; keep';
comment on column scenario.published is 'public; settings; brand; no; keep';
comment on column scenario.created_at is 'public; settings; brand; no; keep';
comment on column scenario_version.brand_id is 'id; settings; brand; no; keep';
comment on column scenario_version.scenario_id is 'public; settings; brand; no; keep';
comment on column scenario_version.version is 'public; settings; brand; no; keep';
comment on column scenario_version.body is 'public; settings; brand; no; keep';
comment on column scenario_version.edits is 'state; settings; brand; no; keep';
comment on column scenario_version.saved_by is 'id; settings; brand; no; keep';
comment on column scenario_version.saved_at is 'state; settings; brand; no; keep';
comment on column scenario_version.proposed_at is 'state; settings; brand; no; keep';
comment on column scenario_version.published_at is 'state; settings; brand; no; keep';
comment on column scenario_publication.brand_id is 'id; settings; brand; no; keep';
comment on column scenario_publication.scenario_id is 'public; settings; brand; no; keep';
comment on column scenario_publication.id is 'id; settings; brand; no; keep';
comment on column scenario_publication.version is 'public; settings; brand; no; keep';
comment on column scenario_publication.staff_id is 'id; settings; brand; no; keep';
comment on column scenario_publication.at is 'state; settings; brand; no; keep';
comment on column scenario_trigger.brand_id is 'id; settings; brand; no; keep';
comment on column scenario_trigger.scenario_id is 'public; settings; brand; no; keep';
comment on column scenario_trigger.language is 'public; settings; brand; no; keep';
comment on column scenario_trigger.version is 'public; settings; brand; no; keep';
comment on column scenario_trigger.name is 'public; settings; brand; no; keep';
comment on column scenario_trigger.category is 'public; settings; brand; no; keep';
comment on column scenario_trigger.opening is 'public; settings; brand; no; keep';
comment on column scenario_trigger.examples is 'public; settings; brand; no; keep';
comment on column scenario_trigger.at is 'public; settings; brand; no; keep';
comment on column scenario_run.brand_id is 'id; support; conversation; no; row';
comment on column scenario_run.conversation_id is 'id; support; conversation; yes; row';
comment on column scenario_run.scenario_id is 'public; support; conversation; yes; row';
comment on column scenario_run.version is 'public; support; conversation; yes; row';
comment on column scenario_run.step is 'public; support; conversation; yes; row';
comment on column scenario_run.names is 'public; support; conversation; yes; row';
comment on column scenario_run.answers is 'masked; support; conversation; yes; row';
comment on column scenario_run.tries is 'state; support; conversation; yes; row';
comment on column scenario_run.path is 'public; support; conversation; yes; row';
comment on column scenario_run.changed_at is 'state; support; conversation; yes; row';

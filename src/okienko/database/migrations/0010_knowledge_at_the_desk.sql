-- What the desk decides about answers: a brand's own synonyms, who has switched the model, and what a source's last run
-- did.

-- Words that mean the same in this brand, one line a group with its words apart by spaces; added to those that okienko
-- brings. `version` counts up: a change names the version that it began with, so that two people overwrite nothing.
create table synonyms (
  brand_id uuid not null references brand on delete cascade,
  language text not null check (language in ('pl', 'en')),
  lines text[] not null,
  version bigint not null,
  staff_id uuid references staff,
  changed_at timestamptz not null,
  primary key (brand_id, language)
);

-- Null: by the operator, on the command line.
alter table brand_model add column staff_id uuid references staff;

-- A run has begun and not ended while `began_at` is later than `ended_at`. The counts are of the last run that changed
-- anything or could have; `trouble_kind` says in a word why one changed nothing, `trouble` in the importer's own words.
alter table article_source
  add column began_at timestamptz,
  add column ended_at timestamptz,
  add column trouble_kind text,
  add column created integer not null default 0,
  add column changed integer not null default 0,
  add column unchanged integer not null default 0,
  add column conflicting integer not null default 0,
  add column withdrawn integer not null default 0,
  add column taken integer not null default 0;
update article_source set ended_at = read_at where read_at is not null;

-- A brand that goes takes its sources with it, like everything else.
alter table article_source drop constraint article_source_brand_id_fkey;
alter table article_source add foreign key (brand_id) references brand on delete cascade;

alter table synonyms enable row level security;
alter table synonyms force row level security;
create policy brand on synonyms using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update on synonyms to okienko_app;

comment on column synonyms.brand_id is 'id; settings; brand; no; keep';
comment on column synonyms.language is 'state; settings; brand; no; keep';
comment on column synonyms.lines is 'public; settings; brand; no; keep';
comment on column synonyms.version is 'state; settings; brand; no; keep';
comment on column synonyms.staff_id is 'id; settings; brand; no; keep';
comment on column synonyms.changed_at is 'state; settings; brand; no; keep';
comment on column brand_model.staff_id is 'id; settings; brand; no; keep';
comment on column article_source.began_at is 'state; help centre; brand; no; keep';
comment on column article_source.ended_at is 'state; help centre; brand; no; keep';
comment on column article_source.trouble_kind is 'state; help centre; brand; no; keep';
comment on column article_source.created is 'state; help centre; brand; no; keep';
comment on column article_source.changed is 'state; help centre; brand; no; keep';
comment on column article_source.unchanged is 'state; help centre; brand; no; keep';
comment on column article_source.conflicting is 'state; help centre; brand; no; keep';
comment on column article_source.withdrawn is 'state; help centre; brand; no; keep';
comment on column article_source.taken is 'state; help centre; brand; no; keep';

-- Incidents: what broke, for whom, and what is said about it; which conversations asked about it, and what they were
-- told when it was over.

alter table brand add column incidents_version bigint not null default 0;  -- counts up: workers read them anew

create table incident (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  live integer,  -- the version that is said; null: it was never declared
  ended_at timestamptz,
  ended_by uuid references staff,
  solved boolean,  -- whoever asked about it is told so
  created_at timestamptz not null,
  primary key (brand_id, id),
  check ((ended_at is null) = (solved is null))
);
create index incident_open on incident (brand_id) where ended_at is null;

-- One version after the other. The last may be a draft, which is written over until it is declared; what was declared
-- once stays as it is. `edits` counts: a change names the edit that it began with, so that two people overwrite nothing.
create table incident_version (
  brand_id uuid not null,
  incident_id uuid not null,
  version integer not null check (version > 0),
  edits integer not null default 1,
  broke text not null check (length(broke) <= 300),
  since timestamptz not null,
  until timestamptz not null,
  news_at timestamptz,
  languages text[] not null default '{}',  -- whom it concerns; empty: everybody
  channels text[] not null default '{}',
  categories text[] not null default '{}',
  examples text[] not null default '{}',  -- the editor's own sentences: messages about it, and others that are not
  others text[] not null default '{}',
  clears boolean not null default false,  -- when its time is over by itself, it is solved
  saved_by uuid references staff,
  saved_at timestamptz not null,
  declared_at timestamptz,
  primary key (brand_id, incident_id, version),
  foreign key (brand_id, incident_id) references incident on delete cascade,
  check (until > since)
);
alter table incident add foreign key (brand_id, id, live)
  references incident_version (brand_id, incident_id, version) deferrable initially deferred;

create table incident_text (
  brand_id uuid not null,
  incident_id uuid not null,
  version integer not null,
  language text not null check (language in ('pl', 'en')),
  notice text not null check (length(notice) <= 2000),
  solved text not null default '' check (length(solved) <= 2000),
  primary key (brand_id, incident_id, version, language),
  foreign key (brand_id, incident_id, version) references incident_version on delete cascade
);

create function keep_incident() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  raise exception 'a version that was declared is never changed';
end $$;
create trigger keep_incident before update on incident_version for each row
  when (old.declared_at is not null) execute function keep_incident();

-- Customers' messages that an editor has pointed at: about it, or not. By id: the words stay where they are, and serve
-- while the incident is open.
create table incident_mark (
  brand_id uuid not null,
  incident_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  about boolean not null,
  staff_id uuid references staff,
  at timestamptz not null,
  primary key (brand_id, incident_id, conversation_id, message_id),
  foreign key (brand_id, incident_id) references incident on delete cascade,
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index incident_mark_conversation on incident_mark (brand_id, conversation_id);

-- Which conversations asked about it. `told`: the version of the notice that was said last; null: a person had the
-- conversation, and the bot said nothing. `outcome`: what became of the all clear, once there was one.
create table incident_report (
  brand_id uuid not null,
  conversation_id uuid not null,
  incident_id uuid not null,
  told integer,
  asked integer not null default 1,
  first_at timestamptz not null,
  last_at timestamptz not null,
  outcome text check (outcome in ('told', 'letter', 'elsewhere', 'withdrawn', 'restricted')),
  settled_at timestamptz,
  message_id uuid,
  letter_id uuid,
  primary key (brand_id, conversation_id, incident_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  foreign key (brand_id, incident_id) references incident on delete cascade,
  check ((outcome is null) = (settled_at is null))
);
create index incident_report_open on incident_report (brand_id, incident_id) where outcome is null;
create index incident_report_incident on incident_report (brand_id, incident_id, outcome);

do $$
declare t text;
begin
  foreach t in array array['incident', 'incident_version', 'incident_text', 'incident_mark', 'incident_report'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on incident to okienko_app;
grant select, insert, update on incident_version to okienko_app;
grant select, insert, update, delete on incident_text, incident_mark, incident_report to okienko_app;

comment on column brand.incidents_version is 'public; settings; brand; no; keep';
comment on column incident.brand_id is 'id; settings; brand; no; keep';
comment on column incident.id is 'id; settings; brand; no; keep';
comment on column incident.live is 'public; settings; brand; no; keep';
comment on column incident.ended_at is 'state; settings; brand; no; keep';
comment on column incident.ended_by is 'id; settings; brand; no; keep';
comment on column incident.solved is 'state; settings; brand; no; keep';
comment on column incident.created_at is 'state; settings; brand; no; keep';
comment on column incident_version.brand_id is 'id; settings; brand; no; keep';
comment on column incident_version.incident_id is 'id; settings; brand; no; keep';
comment on column incident_version.version is 'public; settings; brand; no; keep';
comment on column incident_version.edits is 'state; settings; brand; no; keep';
comment on column incident_version.broke is 'public; settings; brand; no; keep';
comment on column incident_version.since is 'public; settings; brand; no; keep';
comment on column incident_version.until is 'public; settings; brand; no; keep';
comment on column incident_version.news_at is 'public; settings; brand; no; keep';
comment on column incident_version.languages is 'public; settings; brand; no; keep';
comment on column incident_version.channels is 'public; settings; brand; no; keep';
comment on column incident_version.categories is 'public; settings; brand; no; keep';
comment on column incident_version.examples is 'public; settings; brand; no; keep';
comment on column incident_version.others is 'public; settings; brand; no; keep';
comment on column incident_version.clears is 'public; settings; brand; no; keep';
comment on column incident_version.saved_by is 'id; settings; brand; no; keep';
comment on column incident_version.saved_at is 'state; settings; brand; no; keep';
comment on column incident_version.declared_at is 'state; settings; brand; no; keep';
comment on column incident_text.brand_id is 'id; settings; brand; no; keep';
comment on column incident_text.incident_id is 'id; settings; brand; no; keep';
comment on column incident_text.version is 'public; settings; brand; no; keep';
comment on column incident_text.language is 'public; settings; brand; no; keep';
comment on column incident_text.notice is 'public; settings; brand; no; keep';
comment on column incident_text.solved is 'public; settings; brand; no; keep';
comment on column incident_mark.brand_id is 'id; support; conversation; no; row';
comment on column incident_mark.incident_id is 'id; support; conversation; no; row';
comment on column incident_mark.conversation_id is 'id; support; conversation; no; row';
comment on column incident_mark.message_id is 'id; support; conversation; no; row';
comment on column incident_mark.about is 'state; support; conversation; no; row';
comment on column incident_mark.staff_id is 'id; support; conversation; no; row';
comment on column incident_mark.at is 'state; support; conversation; no; row';
comment on column incident_report.brand_id is 'id; support; conversation; no; row';
comment on column incident_report.conversation_id is 'id; support; conversation; yes; row';
comment on column incident_report.incident_id is 'id; support; conversation; yes; row';
comment on column incident_report.told is 'public; support; conversation; yes; row';
comment on column incident_report.asked is 'state; support; conversation; yes; row';
comment on column incident_report.first_at is 'state; support; conversation; yes; row';
comment on column incident_report.last_at is 'state; support; conversation; yes; row';
comment on column incident_report.outcome is 'state; support; conversation; yes; row';
comment on column incident_report.settled_at is 'state; support; conversation; yes; row';
comment on column incident_report.message_id is 'id; support; conversation; no; row';
comment on column incident_report.letter_id is 'id; support; conversation; no; row';

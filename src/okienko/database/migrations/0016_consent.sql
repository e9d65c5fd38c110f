-- What people are told and what they agree to: published texts, who was shown which, consent as a ledger; what made each
-- message of the bot; people who want people only; whom a brand lets work on its behalf.

-- A text as it was published. Never changed: another version takes its place, and one is in force.
create function hash_of_text(_body text) returns bytea
  language sql immutable parallel safe
  return sha256(convert_to(_body, 'UTF8'));

create table published_text (
  brand_id uuid not null references brand on delete cascade,
  kind text not null check (kind ~ '^[a-z]+([.][a-z]+)+$'),
  language text not null check (language in ('pl', 'en')),
  version integer not null check (version > 0),
  body text not null check (btrim(body) <> '' and length(body) <= 10000),
  sha256 bytea not null generated always as (hash_of_text(body)) stored,
  since timestamptz not null,
  until timestamptz check (until >= since),
  primary key (brand_id, kind, language, version),
  unique (brand_id, kind, language, version, sha256)
);
create unique index published_text_in_force on published_text (brand_id, kind, language) where until is null;

create function keep_published() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if old.until is null and new.until is not null
      and (new.brand_id, new.kind, new.language, new.version, new.body, new.since)
        is not distinct from (old.brand_id, old.kind, old.language, old.version, old.body, old.since)
    then
      return new;
    end if;
  elsif not exists (select from brand where id = old.brand_id) then
    return old;  -- it goes with its brand
  end if;
  raise exception 'a published text stays as it is: publish another version' using errcode = 'OK006';
end $$;
create trigger keep_published before update or delete on published_text for each row execute function keep_published();
create trigger never_emptied before truncate on published_text for each statement execute function only_added();

-- A brand says from its first moment what answers there. `okienko.consent.texts` has the same words, and a test compares.
create function publish_first_notice(_brand uuid, _at timestamptz) returns void
  language plpgsql set search_path = okienko, pg_temp as $$
declare
  before text := coalesce(current_setting('okienko.brand', true), '');
begin
  perform set_config('okienko.brand', _brand::text, true);
  insert into published_text (brand_id, kind, language, version, body, since) values
    (_brand, 'ai.notice', 'pl', 1,
     'To jest program (bot), nie człowiek. Może się mylić. W każdej chwili możesz poprosić o człowieka.', _at),
    (_brand, 'ai.notice', 'en', 1,
     'This is a program (a bot), not a person. It can be wrong. You can ask for a person at any time.', _at);
  perform set_config('okienko.brand', before, true);
end $$;
create function publish_for_new_brand() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  perform publish_first_notice(new.id, new.created_at);
  return null;
end $$;
create trigger publish_first after insert on brand for each row execute function publish_for_new_brand();

-- Which of the places a brand serves a customer may choose from: ids of policies. Empty: its own alone.
alter table brand add column serves text[] not null default '{}';

-- The notice that somebody was shown: that version, in that language, then. Empty in conversations that are older than
-- this table. Whoever does not say which was shown has shown the one in force.
alter table conversation add column notice_version integer;
alter table conversation add column notice_language text;
alter table conversation add column noticed_at timestamptz;
create function note_notice() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  if new.notice_version is null then
    new.notice_language := new.language;
    select t.version into new.notice_version from published_text t
    where t.brand_id = new.brand_id and t.kind = 'ai.notice' and t.language = new.language and t.until is null;
  end if;
  if not exists (
    select from published_text t
    where t.brand_id = new.brand_id and t.kind = 'ai.notice' and t.language = new.notice_language
      and t.version = new.notice_version)
  then
    raise exception 'nobody is shown a notice that was not published' using errcode = 'OK007';
  end if;
  new.noticed_at := coalesce(new.noticed_at, new.updated_at);
  return new;
end $$;
create trigger note_notice before insert on conversation for each row
  when (new.noticed) execute function note_notice();
create trigger note_notice_later before update of noticed on conversation for each row
  when (new.noticed and not old.noticed) execute function note_notice();
create function keep_notice() returns trigger language plpgsql as $$
begin
  raise exception 'what somebody was shown stays on record' using errcode = 'OK007';
end $$;
create trigger keep_notice before update of noticed, notice_version, notice_language, noticed_at on conversation for each row
  when (old.noticed and (not new.noticed or (old.notice_version, old.notice_language, old.noticed_at)
    is distinct from (new.notice_version, new.notice_language, new.noticed_at)))
  execute function keep_notice();

-- What made a message of the bot. The constant is for what was written before this was recorded, and needs no rewriting.
alter table message add column generator text default 'unrecorded';
alter table message alter column generator drop default;
alter table message add constraint message_generator
  check (author <> 'bot' or coalesce(generator ~ '^[a-z][a-z0-9-]*(:.{1,200})?$', false)) not valid;
-- Not a word of the bot before its notice.
create function notice_first() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  perform from conversation c where c.brand_id = new.brand_id and c.id = new.conversation_id and c.noticed;
  if not found then
    raise exception 'the bot says first that it is one' using errcode = 'OK008';
  end if;
  return new;
end $$;
create trigger notice_first before insert on message for each row
  when (new.author = 'bot') execute function notice_first();

-- Since when a person wants no program to answer, on any channel. And visitors who have withdrawn their consent: nothing
-- more of theirs is taken until they give it again.
alter table person add column people_only_at timestamptz;
alter table thread add column muted boolean not null default false;

-- Who agreed to what, refused it, took it back. Only ever added to; goes with its person and never otherwise.
create table consent_event (
  brand_id uuid not null,
  person_id uuid not null,
  id uuid not null,
  purpose text not null check (purpose ~ '^[a-z]+(_[a-z]+)*$'),
  channel text not null check (channel ~ '^[a-z]+$'),
  action text not null check (action in ('given', 'refused', 'withdrawn')),
  how text not null check (how in ('button', 'words', 'desk')),
  text_kind text not null,
  text_language text not null,
  text_version integer not null,
  text_sha256 bytea not null,
  policy_hash bytea not null,
  at timestamptz not null,
  primary key (brand_id, person_id, id),
  foreign key (brand_id, person_id) references person on delete cascade,
  foreign key (brand_id, text_kind, text_language, text_version, text_sha256)
    references published_text (brand_id, kind, language, version, sha256),
  foreign key (brand_id, policy_hash) references policy_text (brand_id, hash)
);
create index consent_event_latest on consent_event (brand_id, person_id, purpose, channel, id desc);
create function keep_consent() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  if exists (select from person where brand_id = old.brand_id and id = old.person_id) then
    raise exception 'consent is only ever added to' using errcode = 'OK009';
  end if;
  return old;  -- its person is being erased
end $$;
create trigger only_added before update on consent_event for each row execute function only_added();
create trigger keep_consent before delete on consent_event for each row execute function keep_consent();
create trigger never_emptied before truncate on consent_event for each statement execute function only_added();

-- What holds now: the last word on each purpose and channel.
create view consent_now with (security_invoker = true) as
  select distinct on (brand_id, person_id, purpose, channel) * from consent_event
  order by brand_id, person_id, purpose, channel, id desc;

-- Whom a brand lets work on its behalf. One that may train on what it sees cannot be stored, nor one without a contract.
create table processor (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  name text not null check (btrim(name) <> '' and length(name) <= 200),
  does text not null check (btrim(does) <> '' and length(does) <= 500),
  region text not null check (btrim(region) <> '' and length(region) <= 100),
  transfer text not null default '' check (length(transfer) <= 200),
  contract_on date not null,
  training_allowed boolean not null default false,
  since timestamptz not null,
  until timestamptz check (until >= since),
  primary key (brand_id, id),
  constraint never_trains check (coalesce(not training_allowed, false))
);

do $$
declare t text;
begin
  foreach t in array array['published_text', 'consent_event', 'processor'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert on published_text, consent_event, processor to okienko_app;
grant update (until) on published_text, processor to okienko_app;
grant select on consent_now to okienko_app;

do $$
declare b record;
begin
  for b in select id, created_at from brand loop
    perform publish_first_notice(b.id, b.created_at);
  end loop;
end $$;

comment on column brand.serves is 'public; settings; brand; no; keep';
comment on column published_text.brand_id is 'id; accountability; brand; no; keep';
comment on column published_text.kind is 'public; accountability; brand; no; keep';
comment on column published_text.language is 'public; accountability; brand; no; keep';
comment on column published_text.version is 'public; accountability; brand; no; keep';
comment on column published_text.body is 'public; accountability; brand; no; keep';
comment on column published_text.sha256 is 'public; accountability; brand; no; keep';
comment on column published_text.since is 'public; accountability; brand; no; keep';
comment on column published_text.until is 'public; accountability; brand; no; keep';
comment on column conversation.notice_version is 'state; accountability; conversation; yes; row';
comment on column conversation.notice_language is 'state; accountability; conversation; yes; row';
comment on column conversation.noticed_at is 'state; accountability; conversation; yes; row';
comment on column message.generator is 'state; accountability; conversation; yes; row';
comment on column person.people_only_at is 'state; support; conversation; yes; row';
comment on column thread.muted is 'state; support; conversation; no; row';
comment on column consent_event.brand_id is 'id; accountability; conversation; no; row';
comment on column consent_event.person_id is 'id; accountability; conversation; yes; row';
comment on column consent_event.id is 'id; accountability; conversation; yes; row';
comment on column consent_event.purpose is 'state; accountability; conversation; yes; row';
comment on column consent_event.channel is 'state; accountability; conversation; yes; row';
comment on column consent_event.action is 'state; accountability; conversation; yes; row';
comment on column consent_event.how is 'state; accountability; conversation; yes; row';
comment on column consent_event.text_kind is 'public; accountability; conversation; yes; row';
comment on column consent_event.text_language is 'public; accountability; conversation; yes; row';
comment on column consent_event.text_version is 'public; accountability; conversation; yes; row';
comment on column consent_event.text_sha256 is 'public; accountability; conversation; yes; row';
comment on column consent_event.policy_hash is 'public; accountability; conversation; yes; row';
comment on column consent_event.at is 'state; accountability; conversation; yes; row';
comment on column processor.brand_id is 'id; accountability; brand; no; keep';
comment on column processor.id is 'id; accountability; brand; no; keep';
comment on column processor.name is 'public; accountability; brand; no; keep';
comment on column processor.does is 'public; accountability; brand; no; keep';
comment on column processor.region is 'public; accountability; brand; no; keep';
comment on column processor.transfer is 'public; accountability; brand; no; keep';
comment on column processor.contract_on is 'public; accountability; brand; no; keep';
comment on column processor.training_allowed is 'state; accountability; brand; no; keep';
comment on column processor.since is 'public; accountability; brand; no; keep';
comment on column processor.until is 'public; accountability; brand; no; keep';

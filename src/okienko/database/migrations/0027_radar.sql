-- The radar: what was left open when, which of it belongs together, and what an hour normally brings. Ids and counts
-- only: the words stay in the conversation's messages, and are read there.

-- Turns of the bot after which the customer still has no answer, and answers that did not help.
create table unresolved (
  brand_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  reason text not null check (reason in ('refused', 'offered', 'handed_over', 'not_helped')),
  at timestamptz not null,
  group_id uuid,
  primary key (brand_id, conversation_id, message_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index unresolved_at on unresolved (brand_id, at);
create index unresolved_group on unresolved (brand_id, group_id, at) where group_id is not null;

-- What rose. A group that somebody has dismissed stays so until twice as many people are in it.
create table radar_group (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  began_at timestamptz not null,
  noticed_at timestamptz not null,
  last_at timestamptz not null,
  people integer not null check (people > 0),
  dismissed_people integer,
  dismissed_at timestamptz,
  dismissed_by uuid references staff,
  primary key (brand_id, id),
  check ((dismissed_at is null) = (dismissed_people is null))
);
alter table unresolved add foreign key (brand_id, group_id) references radar_group on delete set null (group_id);

-- With how many people something was left open in an hour.
create table radar_hour (
  brand_id uuid not null references brand on delete cascade,
  hour timestamptz not null,
  people integer not null,
  primary key (brand_id, hour)
);

-- Up to when a brand was looked at, by whichever worker.
create table radar_look (
  brand_id uuid primary key references brand on delete cascade,
  at timestamptz not null
);

-- Noted where messages are stored, in the same commit, whoever stores them: a refusal is told by `unanswered`.
create function note_unresolved() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
declare
  message uuid;
begin
  if tg_argv[0] = 'refused' then message := new.message_id; else message := new.id; end if;
  insert into unresolved (brand_id, conversation_id, message_id, reason, at)
  values (new.brand_id, new.conversation_id, message, tg_argv[0], new.at)
  on conflict do nothing;
  return null;
end $$;
create trigger note_refused after insert on unanswered for each row execute function note_unresolved('refused');
create trigger note_offered after insert on message for each row
  when (new.author = 'bot' and new.kind = 'clarify' and array_to_string(new.choices, ' ') ~ '(^| )(article|scenario):')
  execute function note_unresolved('offered');
create trigger note_handed_over after insert on message for each row
  when (new.author = 'bot' and new.kind = 'handoff')
  execute function note_unresolved('handed_over');

do $$
declare t text;
begin
  foreach t in array array['unresolved', 'radar_group', 'radar_hour', 'radar_look'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on unresolved, radar_group, radar_hour, radar_look to okienko_app;

comment on column unresolved.brand_id is 'id; support; conversation; no; row';
comment on column unresolved.conversation_id is 'id; support; conversation; yes; row';
comment on column unresolved.message_id is 'id; support; conversation; yes; row';
comment on column unresolved.reason is 'state; support; conversation; yes; row';
comment on column unresolved.at is 'state; support; conversation; yes; row';
comment on column unresolved.group_id is 'id; support; conversation; no; row';
comment on column radar_group.brand_id is 'id; support; brand; no; keep';
comment on column radar_group.id is 'id; support; brand; no; keep';
comment on column radar_group.began_at is 'state; support; brand; no; keep';
comment on column radar_group.noticed_at is 'state; support; brand; no; keep';
comment on column radar_group.last_at is 'state; support; brand; no; keep';
comment on column radar_group.people is 'state; support; brand; no; keep';
comment on column radar_group.dismissed_people is 'state; support; brand; no; keep';
comment on column radar_group.dismissed_at is 'state; support; brand; no; keep';
comment on column radar_group.dismissed_by is 'id; support; brand; no; keep';
comment on column radar_hour.brand_id is 'id; support; brand; no; keep';
comment on column radar_hour.hour is 'state; support; brand; no; keep';
comment on column radar_hour.people is 'state; support; brand; no; keep';
comment on column radar_look.brand_id is 'id; support; brand; no; keep';
comment on column radar_look.at is 'state; support; brand; no; keep';

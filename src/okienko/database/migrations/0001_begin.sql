-- The first shape of the house.
--
-- Every table with a brand_id has row-level security, forced; the brand is set for a transaction with
-- set_config('okienko.brand', …, true). Unset means NULL, and NULL sees nothing.
--
-- Tables of identifiers only (connection, seen, lane, outbox, staff_role) are read across brands by the processes that
-- have to find out which brand some work belongs to; they carry no words, names or addresses.
--
-- Keys of a conversation's tables begin with (brand_id, conversation_id), so that a distributed database can keep a
-- conversation in one place. Times are UTC; ids are UUIDv7, made by the program.
--
-- Comments on columns are declarations that export and erasure read:
--   class; purpose; kept; export; erase
--   class  = id | state | masked | sealed | lookup | staff | public
--   export = yes | no      erase = row | key | keep

create function current_brand() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('okienko.brand', true), '')::uuid;

-- brands and their doors ------------------------------------------------------------------------------------------

create table brand (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  language text not null check (language in ('pl', 'en')),
  languages text[] not null check (cardinality(languages) > 0 and languages <@ array['pl', 'en'] and language = any(languages)),
  accent text not null check (accent ~ '^#[0-9a-f]{6}$'),
  timezone text not null,
  hours text not null,
  allowed text[] not null default '{}',
  origins text[] not null default '{}',
  keep_months integer not null default 12 check (keep_months between 1 and 72),
  articles_version bigint not null default 0,
  created_at timestamptz not null
);

create table category (
  brand_id uuid not null references brand,
  slug text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  language text not null check (language in ('pl', 'en')),
  name text not null,
  position integer not null,
  primary key (brand_id, slug, language)
);

create table connection (
  id text primary key,
  brand_id uuid not null references brand,
  channel text not null,
  secret bytea not null,
  reply_url text,
  active boolean not null default true,
  created_at timestamptz not null
);

-- people ----------------------------------------------------------------------------------------------------------

create table person (
  brand_id uuid not null references brand,
  id uuid not null,
  created_at timestamptz not null,
  erased_at timestamptz,
  primary key (brand_id, id)
);

create table person_key (
  brand_id uuid not null,
  person_id uuid not null,
  wrapped bytea,
  key_id text not null,
  destroyed_at timestamptz,
  primary key (brand_id, person_id),
  foreign key (brand_id, person_id) references person on delete cascade,
  check ((wrapped is null) = (destroyed_at is not null))
);

create table identity (
  brand_id uuid not null,
  person_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('email', 'phone', 'external')),
  lookup bytea not null,
  sealed bytea not null,
  created_at timestamptz not null,
  primary key (brand_id, person_id, id),
  unique (brand_id, person_id, kind, lookup),
  foreign key (brand_id, person_id) references person on delete cascade
);
create index identity_lookup on identity (brand_id, kind, lookup);

-- conversations ---------------------------------------------------------------------------------------------------

create table conversation (
  brand_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  connection_id text not null references connection,
  channel text not null,
  reference text not null,
  language text not null check (language in ('pl', 'en')),
  category text,
  picked boolean not null default false,
  holder text not null default 'bot' check (holder in ('bot', 'queue', 'agent')),
  agent_id uuid,
  version bigint not null default 0,
  noticed boolean not null default false,
  misses integer not null default 0,
  reason text,
  queued_at timestamptz,
  updated_at timestamptz not null,
  -- Lists begin with what changed last. An index on the very moment would be written at every turn, and all the others
  -- with it; one on the hour is written once an hour, and the few of an hour are sorted.
  updated_hour timestamptz not null generated always as (date_bin('1 hour', updated_at, timestamptz 'epoch')) stored,
  closed_at timestamptz,
  created_at timestamptz not null,
  primary key (brand_id, id),
  unique (brand_id, reference),
  foreign key (brand_id, person_id) references person on delete cascade,
  check ((holder = 'agent') = (agent_id is not null))
) with (fillfactor = 70);
create index conversation_open on conversation (brand_id, holder, updated_hour) where closed_at is null;
create index conversation_recent on conversation (brand_id, updated_hour);
create index conversation_person on conversation (brand_id, person_id);

-- A vendor's conversation id, or a web visitor's token, as a keyed hash; the original sealed where it is needed to answer.
create table thread (
  brand_id uuid not null,
  conversation_id uuid not null,
  connection_id text not null references connection,
  lookup bytea not null,
  sealed bytea,
  primary key (brand_id, connection_id, lookup),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index thread_conversation on thread (brand_id, conversation_id);

-- One month a partition: UUIDv7 sorts by time, so the key itself is the range.
create table message (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  author text not null check (author in ('customer', 'bot', 'agent', 'system', 'note')),
  kind text not null check (kind in ('text', 'notice', 'answer', 'clarify', 'handoff', 'person', 'choice', 'unreadable', 'event')),
  agent_id uuid,
  text text not null,
  arrival bigint,
  answers bigint,
  choice text,
  choices text[] not null default '{}',
  confidence real,
  at timestamptz not null,
  primary key (brand_id, conversation_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  check ((author = 'customer') = (arrival is not null)),
  check ((author in ('agent', 'note')) = (agent_id is not null))
) partition by range (id);
create table message_other partition of message default;

create table citation (
  brand_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  position integer not null,
  article_id text not null,
  article_language text not null,
  article_version integer not null,
  title text not null,
  quote text not null,
  published timestamptz not null,
  primary key (brand_id, conversation_id, message_id, position),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);

create table answer_feedback (
  brand_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  helped boolean not null,
  reason text check (reason in ('wrong', 'unclear', 'outdated', 'other')),
  comment text not null default '',
  at timestamptz not null,
  primary key (brand_id, conversation_id, message_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);

-- Values that masking took out and that may be needed later, sealed with the person's own key.
create table vault_item (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  label text not null,
  number integer not null check (number > 0),
  lookup bytea not null,
  sealed bytea not null,
  purpose text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (brand_id, conversation_id, id),
  unique (brand_id, conversation_id, label, lookup),
  unique (brand_id, conversation_id, label, number),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  foreign key (brand_id, person_id) references person on delete cascade
);
create index vault_item_person on vault_item (brand_id, person_id);
create index vault_item_lookup on vault_item (brand_id, lookup);
create index vault_item_expiry on vault_item (brand_id, expires_at);

create table vault_reveal (
  brand_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  item_id uuid not null,
  staff_id uuid not null,
  reason text not null check (length(btrim(reason)) >= 10),
  at timestamptz not null,
  primary key (brand_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);

-- the road --------------------------------------------------------------------------------------------------------

create table seen (
  connection_id text not null,
  key bytea not null,
  at timestamptz not null,
  primary key (connection_id, key)
);
create index seen_at on seen (at);

-- The queue of turns: one lane a conversation. arrived > answered means work; token fences a worker that lost its lease.
create table lane (
  brand_id uuid not null,
  conversation_id uuid not null,
  arrived bigint not null default 0,
  answered bigint not null default 0,
  waiting_since timestamptz,
  lease_until timestamptz not null default 'epoch',
  token bigint not null default 0,
  failures integer not null default 0,
  primary key (brand_id, conversation_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  check (answered <= arrived)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
create index lane_waiting on lane (waiting_since) where arrived > answered;

create table outbox (
  brand_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  connection_id text not null,
  channel text not null,
  author text not null check (author in ('bot', 'agent', 'system')),
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'unsure', 'failed', 'cancelled')),
  attempts integer not null default 0,
  last_try boolean not null default false,
  due_at timestamptz not null,
  claimed_until timestamptz,
  sent_at timestamptz,
  receipt bytea,
  error text,
  primary key (brand_id, conversation_id, message_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
create index outbox_due on outbox (due_at) where state in ('waiting', 'sending');
create index outbox_trouble on outbox (brand_id, due_at) where state in ('unsure', 'failed');

create table unparsed (
  brand_id uuid not null references brand,
  id uuid not null,
  connection_id text not null references connection,
  shape text not null,
  at timestamptz not null,
  primary key (brand_id, id)
);

-- the help centre -------------------------------------------------------------------------------------------------

create table article (
  brand_id uuid not null references brand,
  id text not null check (id ~ '^[a-z0-9][a-z0-9-]{0,199}$'),
  language text not null check (language in ('pl', 'en')),
  category text not null,
  owner text not null default '',
  review_on date,
  version integer not null default 1,
  state text not null default 'published' check (state in ('published', 'withdrawn')),
  updated_at timestamptz not null,
  primary key (brand_id, id, language)
);
create index article_category on article (brand_id, language, category) where state = 'published';

create table article_version (
  brand_id uuid not null,
  article_id text not null,
  language text not null,
  version integer not null,
  title text not null check (title <> ''),
  description text not null default '',
  body text not null check (body <> ''),
  staff_id uuid,
  published_at timestamptz not null,
  primary key (brand_id, article_id, language, version),
  foreign key (brand_id, article_id, language) references article on delete cascade
);

create table article_feedback (
  brand_id uuid not null,
  id uuid not null,
  article_id text not null,
  language text not null,
  version integer not null,
  helped boolean not null,
  reason text check (reason in ('wrong', 'unclear', 'outdated', 'other')),
  comment text not null default '',
  at timestamptz not null,
  primary key (brand_id, id),
  foreign key (brand_id, article_id, language) references article on delete cascade
);
create index article_feedback_article on article_feedback (brand_id, article_id, language);

-- staff -----------------------------------------------------------------------------------------------------------

create table staff (
  id uuid primary key,
  login text not null unique,
  name text not null,
  language text not null default 'pl' check (language in ('pl', 'en')),
  password text,
  disabled_at timestamptz,
  failures integer not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null
);

create table staff_role (
  brand_id uuid not null references brand,
  staff_id uuid not null references staff on delete cascade,
  role text not null check (role in ('agent', 'lead', 'admin')),
  primary key (brand_id, staff_id)
);
create index staff_role_staff on staff_role (staff_id);

create table staff_session (
  token bytea primary key,
  staff_id uuid not null references staff on delete cascade,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index staff_session_staff on staff_session (staff_id);

create table staff_invitation (
  token bytea primary key,
  staff_id uuid not null references staff on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- who may see what ------------------------------------------------------------------------------------------------

do $$
declare t text;
begin
  for t in
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'okienko'::regnamespace and a.attname = 'brand_id' and c.relkind in ('r', 'p')
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;

-- Identifiers only: found before the brand is known.
create policy any_brand on connection for select to okienko_app using (true);
create policy any_brand on staff_role for select to okienko_app using (true);
create policy any_brand on lane to okienko_claimer using (true) with check (true);
create policy any_brand on outbox to okienko_claimer using (true) with check (true);

grant usage on schema okienko to okienko_app, okienko_claimer;
grant select, insert, update, delete on all tables in schema okienko to okienko_app;
revoke update, delete on vault_reveal, article_version from okienko_app;
grant select, update on lane, outbox to okienko_claimer;

-- Leases up to _limit lanes with unanswered messages. Ids only: what a lane is about is read under its brand.
create function claim_lanes(_limit integer, _now timestamptz, _lease interval)
  returns table (brand_id uuid, conversation_id uuid, token bigint)
  language sql security definer set search_path = okienko, pg_temp
begin atomic
  update lane l set lease_until = _now + _lease, token = l.token + 1
  from (
    select w.ctid from lane w
    where w.arrived > w.answered and w.lease_until <= _now
    order by w.waiting_since limit _limit for update skip locked
  ) w
  where l.ctid = w.ctid  -- of a row that this statement has locked: no plan can make it a scan of the table
  returning l.brand_id, l.conversation_id, l.token;
end;

-- Web chat is not called: what is stored may be read at once, so it is sent by the commit that stores it.
create function first_state(_channel text) returns text
  language sql immutable parallel safe
  return case when _channel = 'webchat' then 'sent' else 'waiting' end;

-- Claims messages for channels that are called. One a conversation at a time and in order: a row waits while an earlier
-- one of its conversation is unfinished. `unsettled` says that an earlier claim was never settled: its sender died, and
-- whether the vendor has the message is not known. `last_try` says that a person took over while it was under way.
create function claim_outbox(_limit integer, _now timestamptz, _lease interval)
  returns table (brand_id uuid, conversation_id uuid, message_id uuid, attempts integer, unsettled boolean, last_try boolean)
  language sql security definer set search_path = okienko, pg_temp
begin atomic
  update outbox o set state = 'sending', claimed_until = _now + _lease, attempts = o.attempts + 1
  from (
    select w.ctid, w.state = 'sending' as unsettled from outbox w
    where w.state in ('waiting', 'sending') and w.due_at <= _now
      and (w.state = 'waiting' or (w.state = 'sending' and w.claimed_until <= _now))
      and not exists (
        select from outbox e
        where e.brand_id = w.brand_id and e.conversation_id = w.conversation_id and e.message_id < w.message_id
          and e.state in ('waiting', 'sending'))
    order by w.due_at limit _limit for update skip locked
  ) w
  where o.ctid = w.ctid
  returning o.brand_id, o.conversation_id, o.message_id, o.attempts, w.unsettled, o.last_try;
end;

-- How late the lanes are: for admission control and metrics.
create function lane_lag(_now timestamptz) returns table (waiting bigint, seconds double precision)
  language sql stable security definer set search_path = okienko, pg_temp
begin atomic
  select count(*), coalesce(extract(epoch from _now - min(w.waiting_since)), 0)::double precision
  from (select waiting_since from lane where arrived > answered order by waiting_since limit 10000) w;
end;

grant create on schema okienko to okienko_claimer;
alter function claim_lanes owner to okienko_claimer;
alter function claim_outbox owner to okienko_claimer;
alter function lane_lag owner to okienko_claimer;
revoke create on schema okienko from okienko_claimer;
revoke execute on function claim_lanes, claim_outbox, lane_lag from public;
grant execute on function claim_lanes, claim_outbox, lane_lag to okienko_app;

-- declarations ----------------------------------------------------------------------------------------------------

comment on column brand.id is 'id; settings; brand; no; keep';
comment on column brand.slug is 'public; settings; brand; no; keep';
comment on column brand.name is 'public; settings; brand; no; keep';
comment on column brand.language is 'public; settings; brand; no; keep';
comment on column brand.languages is 'public; settings; brand; no; keep';
comment on column brand.accent is 'public; settings; brand; no; keep';
comment on column brand.timezone is 'public; settings; brand; no; keep';
comment on column brand.hours is 'public; settings; brand; no; keep';
comment on column brand.allowed is 'public; settings; brand; no; keep';
comment on column brand.origins is 'public; settings; brand; no; keep';
comment on column brand.keep_months is 'public; settings; brand; no; keep';
comment on column brand.articles_version is 'public; settings; brand; no; keep';
comment on column brand.created_at is 'public; settings; brand; no; keep';
comment on column category.brand_id is 'id; settings; brand; no; keep';
comment on column category.slug is 'public; settings; brand; no; keep';
comment on column category.language is 'public; settings; brand; no; keep';
comment on column category.name is 'public; settings; brand; no; keep';
comment on column category.position is 'public; settings; brand; no; keep';
comment on column connection.id is 'id; settings; brand; no; keep';
comment on column connection.brand_id is 'id; settings; brand; no; keep';
comment on column connection.channel is 'state; settings; brand; no; keep';
comment on column connection.secret is 'sealed; settings; brand; no; keep';
comment on column connection.reply_url is 'state; settings; brand; no; keep';
comment on column connection.active is 'state; settings; brand; no; keep';
comment on column connection.created_at is 'state; settings; brand; no; keep';
comment on column person.brand_id is 'id; support; conversation; no; row';
comment on column person.id is 'id; support; conversation; yes; row';
comment on column person.created_at is 'state; support; conversation; yes; row';
comment on column person.erased_at is 'state; support; conversation; yes; row';
comment on column person_key.brand_id is 'id; security; conversation; no; row';
comment on column person_key.person_id is 'id; security; conversation; no; row';
comment on column person_key.wrapped is 'sealed; security; conversation; no; row';
comment on column person_key.key_id is 'state; security; conversation; no; row';
comment on column person_key.destroyed_at is 'state; security; conversation; no; row';
comment on column identity.brand_id is 'id; support; conversation; no; row';
comment on column identity.person_id is 'id; support; conversation; yes; row';
comment on column identity.id is 'id; support; conversation; yes; row';
comment on column identity.kind is 'state; support; conversation; yes; row';
comment on column identity.lookup is 'lookup; support; conversation; no; row';
comment on column identity.sealed is 'sealed; support; conversation; yes; key';
comment on column identity.created_at is 'state; support; conversation; yes; row';
comment on column conversation.brand_id is 'id; support; conversation; no; row';
comment on column conversation.id is 'id; support; conversation; yes; row';
comment on column conversation.person_id is 'id; support; conversation; yes; row';
comment on column conversation.connection_id is 'id; support; conversation; yes; row';
comment on column conversation.channel is 'state; support; conversation; yes; row';
comment on column conversation.reference is 'id; support; conversation; yes; row';
comment on column conversation.language is 'state; support; conversation; yes; row';
comment on column conversation.category is 'state; support; conversation; yes; row';
comment on column conversation.picked is 'state; support; conversation; yes; row';
comment on column conversation.holder is 'state; support; conversation; yes; row';
comment on column conversation.agent_id is 'id; support; conversation; yes; row';
comment on column conversation.version is 'state; support; conversation; no; row';
comment on column conversation.noticed is 'state; support; conversation; yes; row';
comment on column conversation.misses is 'state; support; conversation; no; row';
comment on column conversation.reason is 'state; support; conversation; yes; row';
comment on column conversation.queued_at is 'state; support; conversation; yes; row';
comment on column conversation.updated_at is 'state; support; conversation; yes; row';
comment on column conversation.updated_hour is 'state; support; conversation; no; row';
comment on column conversation.closed_at is 'state; support; conversation; yes; row';
comment on column conversation.created_at is 'state; support; conversation; yes; row';
comment on column thread.brand_id is 'id; support; conversation; no; row';
comment on column thread.conversation_id is 'id; support; conversation; no; row';
comment on column thread.connection_id is 'id; support; conversation; no; row';
comment on column thread.lookup is 'lookup; support; conversation; no; row';
comment on column thread.sealed is 'sealed; support; conversation; no; row';
comment on column message.brand_id is 'id; support; conversation; no; row';
comment on column message.conversation_id is 'id; support; conversation; yes; row';
comment on column message.id is 'id; support; conversation; yes; row';
comment on column message.author is 'state; support; conversation; yes; row';
comment on column message.kind is 'state; support; conversation; yes; row';
comment on column message.agent_id is 'id; support; conversation; yes; row';
comment on column message.text is 'masked; support; conversation; yes; row';
comment on column message.arrival is 'state; support; conversation; yes; row';
comment on column message.answers is 'state; support; conversation; yes; row';
comment on column message.choice is 'state; support; conversation; yes; row';
comment on column message.choices is 'state; support; conversation; yes; row';
comment on column message.confidence is 'state; support; conversation; yes; row';
comment on column message.at is 'state; support; conversation; yes; row';
comment on column citation.brand_id is 'id; support; conversation; no; row';
comment on column citation.conversation_id is 'id; support; conversation; yes; row';
comment on column citation.message_id is 'id; support; conversation; yes; row';
comment on column citation.position is 'public; support; conversation; yes; row';
comment on column citation.article_id is 'public; support; conversation; yes; row';
comment on column citation.article_language is 'public; support; conversation; yes; row';
comment on column citation.article_version is 'public; support; conversation; yes; row';
comment on column citation.title is 'public; support; conversation; yes; row';
comment on column citation.quote is 'public; support; conversation; yes; row';
comment on column citation.published is 'public; support; conversation; yes; row';
comment on column answer_feedback.brand_id is 'id; quality; conversation; no; row';
comment on column answer_feedback.conversation_id is 'id; quality; conversation; yes; row';
comment on column answer_feedback.message_id is 'id; quality; conversation; yes; row';
comment on column answer_feedback.helped is 'state; quality; conversation; yes; row';
comment on column answer_feedback.reason is 'state; quality; conversation; yes; row';
comment on column answer_feedback.comment is 'masked; quality; conversation; yes; row';
comment on column answer_feedback.at is 'state; quality; conversation; yes; row';
comment on column vault_item.brand_id is 'id; support; expires_at; no; row';
comment on column vault_item.conversation_id is 'id; support; expires_at; yes; row';
comment on column vault_item.id is 'id; support; expires_at; yes; row';
comment on column vault_item.person_id is 'id; support; expires_at; yes; row';
comment on column vault_item.label is 'state; support; expires_at; yes; row';
comment on column vault_item.number is 'state; support; expires_at; yes; row';
comment on column vault_item.lookup is 'lookup; support; expires_at; no; row';
comment on column vault_item.sealed is 'sealed; support; expires_at; yes; key';
comment on column vault_item.purpose is 'state; support; expires_at; yes; row';
comment on column vault_item.expires_at is 'state; support; expires_at; yes; row';
comment on column vault_item.created_at is 'state; support; expires_at; yes; row';
comment on column vault_reveal.brand_id is 'id; accountability; conversation; no; row';
comment on column vault_reveal.id is 'id; accountability; conversation; no; row';
comment on column vault_reveal.conversation_id is 'id; accountability; conversation; no; row';
comment on column vault_reveal.item_id is 'id; accountability; conversation; no; row';
comment on column vault_reveal.staff_id is 'id; accountability; conversation; no; row';
comment on column vault_reveal.reason is 'masked; accountability; conversation; no; row';
comment on column vault_reveal.at is 'state; accountability; conversation; no; row';
comment on column seen.connection_id is 'id; reliability; 30 days; no; keep';
comment on column seen.key is 'lookup; reliability; 30 days; no; keep';
comment on column seen.at is 'state; reliability; 30 days; no; keep';
comment on column lane.brand_id is 'id; reliability; conversation; no; row';
comment on column lane.conversation_id is 'id; reliability; conversation; no; row';
comment on column lane.arrived is 'state; reliability; conversation; no; row';
comment on column lane.answered is 'state; reliability; conversation; no; row';
comment on column lane.waiting_since is 'state; reliability; conversation; no; row';
comment on column lane.lease_until is 'state; reliability; conversation; no; row';
comment on column lane.token is 'state; reliability; conversation; no; row';
comment on column lane.failures is 'state; reliability; conversation; no; row';
comment on column outbox.brand_id is 'id; reliability; conversation; no; row';
comment on column outbox.conversation_id is 'id; reliability; conversation; no; row';
comment on column outbox.message_id is 'id; reliability; conversation; no; row';
comment on column outbox.connection_id is 'id; reliability; conversation; no; row';
comment on column outbox.channel is 'state; reliability; conversation; no; row';
comment on column outbox.author is 'state; reliability; conversation; no; row';
comment on column outbox.state is 'state; reliability; conversation; no; row';
comment on column outbox.attempts is 'state; reliability; conversation; no; row';
comment on column outbox.last_try is 'state; reliability; conversation; no; row';
comment on column outbox.due_at is 'state; reliability; conversation; no; row';
comment on column outbox.claimed_until is 'state; reliability; conversation; no; row';
comment on column outbox.sent_at is 'state; reliability; conversation; no; row';
comment on column outbox.receipt is 'lookup; reliability; conversation; no; row';
comment on column outbox.error is 'masked; reliability; conversation; no; row';
comment on column unparsed.brand_id is 'id; reliability; 30 days; no; keep';
comment on column unparsed.id is 'id; reliability; 30 days; no; keep';
comment on column unparsed.connection_id is 'id; reliability; 30 days; no; keep';
comment on column unparsed.shape is 'masked; reliability; 30 days; no; keep';
comment on column unparsed.at is 'state; reliability; 30 days; no; keep';
comment on column article.brand_id is 'id; help centre; brand; no; keep';
comment on column article.id is 'id; help centre; brand; no; keep';
comment on column article.language is 'public; help centre; brand; no; keep';
comment on column article.category is 'public; help centre; brand; no; keep';
comment on column article.owner is 'public; help centre; brand; no; keep';
comment on column article.review_on is 'public; help centre; brand; no; keep';
comment on column article.version is 'public; help centre; brand; no; keep';
comment on column article.state is 'public; help centre; brand; no; keep';
comment on column article.updated_at is 'public; help centre; brand; no; keep';
comment on column article_version.brand_id is 'id; help centre; brand; no; keep';
comment on column article_version.article_id is 'public; help centre; brand; no; keep';
comment on column article_version.language is 'public; help centre; brand; no; keep';
comment on column article_version.version is 'public; help centre; brand; no; keep';
comment on column article_version.title is 'public; help centre; brand; no; keep';
comment on column article_version.description is 'public; help centre; brand; no; keep';
comment on column article_version.body is 'public; help centre; brand; no; keep';
comment on column article_version.staff_id is 'id; help centre; brand; no; keep';
comment on column article_version.published_at is 'public; help centre; brand; no; keep';
comment on column article_feedback.brand_id is 'id; quality; 12 months; no; keep';
comment on column article_feedback.id is 'id; quality; 12 months; no; keep';
comment on column article_feedback.article_id is 'id; quality; 12 months; no; keep';
comment on column article_feedback.language is 'state; quality; 12 months; no; keep';
comment on column article_feedback.version is 'state; quality; 12 months; no; keep';
comment on column article_feedback.helped is 'state; quality; 12 months; no; keep';
comment on column article_feedback.reason is 'state; quality; 12 months; no; keep';
comment on column article_feedback.comment is 'masked; quality; 12 months; no; keep';
comment on column article_feedback.at is 'state; quality; 12 months; no; keep';
comment on column staff.id is 'id; staff; account; no; keep';
comment on column staff.login is 'staff; staff; account; no; keep';
comment on column staff.name is 'staff; staff; account; no; keep';
comment on column staff.language is 'state; staff; account; no; keep';
comment on column staff.password is 'staff; staff; account; no; keep';
comment on column staff.disabled_at is 'state; staff; account; no; keep';
comment on column staff.failures is 'state; staff; account; no; keep';
comment on column staff.locked_until is 'state; staff; account; no; keep';
comment on column staff.created_at is 'state; staff; account; no; keep';
comment on column staff_role.brand_id is 'id; staff; account; no; keep';
comment on column staff_role.staff_id is 'id; staff; account; no; keep';
comment on column staff_role.role is 'state; staff; account; no; keep';
comment on column staff_session.token is 'lookup; staff; 12 hours; no; keep';
comment on column staff_session.staff_id is 'id; staff; 12 hours; no; keep';
comment on column staff_session.created_at is 'state; staff; 12 hours; no; keep';
comment on column staff_session.seen_at is 'state; staff; 12 hours; no; keep';
comment on column staff_session.expires_at is 'state; staff; 12 hours; no; keep';
comment on column staff_invitation.token is 'lookup; staff; 7 days; no; keep';
comment on column staff_invitation.staff_id is 'id; staff; 7 days; no; keep';
comment on column staff_invitation.expires_at is 'state; staff; 7 days; no; keep';
comment on column staff_invitation.used_at is 'state; staff; 7 days; no; keep';

-- What vendors report about messages and threads, and the files that they keep for us for a while.

-- What the brand's people wrote elsewhere: in a vendor's inbox, on a telephone.
alter table message drop constraint message_kind_check;
alter table message add constraint message_kind_check check (kind in
  ('text', 'attachment', 'notice', 'answer', 'clarify', 'handoff', 'person', 'choice', 'unreadable', 'event', 'echo')) not valid;

-- more: what stands below the text and is not answered (what a letter quotes, its signature).
-- apart: why the bot does not answer it: a program wrote it, or another program had the thread.
alter table message add column more text, add column apart text check (apart in ('automatic', 'elsewhere'));
comment on column message.more is 'masked; support; conversation; yes; row';
comment on column message.apart is 'state; support; conversation; yes; row';

-- When the latest word on that was, by the vendor's clock: an older one that arrives later changes nothing.
alter table conversation add column elsewhere_at timestamptz;
comment on column conversation.elsewhere_at is 'state; support; conversation; no; row';

-- One that was taken back is remembered without its sign, so that an older report does not bring it back.
alter table reaction alter column sign drop not null;

-- Other ids under which a vendor has named a thread: a number that has become a name.
create table thread_alias (
  brand_id uuid not null,
  conversation_id uuid not null,
  connection_id text not null references connection,
  lookup bytea not null,
  primary key (brand_id, connection_id, lookup),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index thread_alias_conversation on thread_alias (brand_id, conversation_id);
alter table thread_alias enable row level security;
alter table thread_alias force row level security;
create policy brand on thread_alias using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update, delete on thread_alias to okienko_app;
comment on column thread_alias.brand_id is 'id; support; conversation; no; row';
comment on column thread_alias.conversation_id is 'id; support; conversation; no; row';
comment on column thread_alias.connection_id is 'id; support; conversation; no; row';
comment on column thread_alias.lookup is 'lookup; support; conversation; no; row';

-- Files of a message that its vendor keeps for a while. Where they lie is sealed, and goes when they are here.
create table remote_file (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  person_id uuid not null,
  connection_id text not null references connection on delete cascade,
  sealed bytea,
  state text not null default 'waiting' check (state in ('waiting', 'fetched', 'expired', 'refused', 'failed')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  until timestamptz,
  primary key (brand_id, conversation_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  foreign key (brand_id, person_id) references person on delete cascade
);
create index remote_file_due on remote_file (brand_id, due_at) where state = 'waiting';
create index remote_file_person on remote_file (brand_id, person_id);
alter table remote_file enable row level security;
alter table remote_file force row level security;
create policy brand on remote_file using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update, delete on remote_file to okienko_app;
comment on column remote_file.brand_id is 'id; support; conversation; no; row';
comment on column remote_file.conversation_id is 'id; support; conversation; no; row';
comment on column remote_file.id is 'id; support; conversation; no; row';
comment on column remote_file.message_id is 'id; support; conversation; no; row';
comment on column remote_file.person_id is 'id; support; conversation; no; row';
comment on column remote_file.connection_id is 'id; support; conversation; no; row';
comment on column remote_file.sealed is 'sealed; support; conversation; no; row';
comment on column remote_file.state is 'state; support; conversation; no; row';
comment on column remote_file.attempts is 'state; support; conversation; no; row';
comment on column remote_file.due_at is 'state; support; conversation; no; row';
comment on column remote_file.until is 'state; support; conversation; no; row';

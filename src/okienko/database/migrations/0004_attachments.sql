-- What customers attach: checked in memory, without its metadata, sealed with the person's own key.
--
-- Without a message an attachment is pending: it lies in the composer, can be seen by nobody and goes within the hour.
-- With one it belongs to that message and is kept as long as the words are. File names are not kept.
create table attachment (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  message_id uuid,
  type text not null check (type in ('jpeg', 'png', 'webp', 'gif', 'pdf', 'txt')),
  size integer not null check (size > 0),
  parts integer not null check (parts > 0),
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (brand_id, conversation_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  foreign key (brand_id, person_id) references person on delete cascade
);
create index attachment_person on attachment (brand_id, person_id);
create index attachment_expiry on attachment (brand_id, expires_at);

-- A mebibyte a row, each sealed by itself and bound to its number among how many: so neither writing nor showing a file
-- holds all of it several times in memory, and what is sent has been verified. Sealed bytes do not compress.
create table attachment_part (
  brand_id uuid not null,
  conversation_id uuid not null,
  attachment_id uuid not null,
  number integer not null check (number >= 0),
  sealed bytea not null,
  primary key (brand_id, conversation_id, attachment_id, number),
  foreign key (brand_id, conversation_id, attachment_id) references attachment on delete cascade
);
alter table attachment_part alter column sealed set storage external;

-- Who opened which file, and when. Written before the first byte is shown; never changed.
create table attachment_view (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  attachment_id uuid not null,
  staff_id uuid not null,
  at timestamptz not null,
  primary key (brand_id, conversation_id, id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index attachment_view_staff on attachment_view (brand_id, staff_id, at);

-- Rows that are there keep to the narrower rule already, so they are not read again.
alter table message drop constraint message_kind_check;
alter table message add constraint message_kind_check check (kind in
  ('text', 'attachment', 'notice', 'answer', 'clarify', 'handoff', 'person', 'choice', 'unreadable', 'event')) not valid;

do $$
declare t text;
begin
  foreach t in array array['attachment', 'attachment_part', 'attachment_view'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on attachment to okienko_app;
grant select, insert, delete on attachment_part to okienko_app;
grant select, insert on attachment_view to okienko_app;

comment on column attachment.brand_id is 'id; support; expires_at; no; row';
comment on column attachment.conversation_id is 'id; support; expires_at; yes; row';
comment on column attachment.id is 'id; support; expires_at; yes; row';
comment on column attachment.person_id is 'id; support; expires_at; yes; row';
comment on column attachment.message_id is 'id; support; expires_at; yes; row';
comment on column attachment.type is 'state; support; expires_at; yes; row';
comment on column attachment.size is 'state; support; expires_at; yes; row';
comment on column attachment.parts is 'state; support; expires_at; no; row';
comment on column attachment.expires_at is 'state; support; expires_at; yes; row';
comment on column attachment.created_at is 'state; support; expires_at; yes; row';
comment on column attachment_part.brand_id is 'id; support; expires_at; no; row';
comment on column attachment_part.conversation_id is 'id; support; expires_at; no; row';
comment on column attachment_part.attachment_id is 'id; support; expires_at; no; row';
comment on column attachment_part.number is 'state; support; expires_at; no; row';
comment on column attachment_part.sealed is 'sealed; support; expires_at; yes; key';
comment on column attachment_view.brand_id is 'id; accountability; conversation; no; row';
comment on column attachment_view.conversation_id is 'id; accountability; conversation; no; row';
comment on column attachment_view.id is 'id; accountability; conversation; no; row';
comment on column attachment_view.attachment_id is 'id; accountability; conversation; no; row';
comment on column attachment_view.staff_id is 'id; accountability; conversation; no; row';
comment on column attachment_view.at is 'state; accountability; conversation; no; row';

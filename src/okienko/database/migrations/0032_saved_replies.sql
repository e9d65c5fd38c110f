-- What a brand's people write again and again, kept once.

create table saved_reply (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  language text not null check (language in ('pl', 'en')),
  name text not null check (length(name) between 1 and 80),
  body text not null check (length(body) between 1 and 4000),
  edits integer not null default 1,
  changed_by uuid references staff,
  changed_at timestamptz not null,
  primary key (brand_id, id),
  unique (brand_id, language, name)
);
alter table saved_reply enable row level security;
alter table saved_reply force row level security;
create policy brand on saved_reply using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update, delete on saved_reply to okienko_app;

comment on column saved_reply.brand_id is 'id; settings; brand; no; keep';
comment on column saved_reply.id is 'id; settings; brand; no; keep';
comment on column saved_reply.language is 'public; settings; brand; no; keep';
comment on column saved_reply.name is 'public; settings; brand; no; keep';
comment on column saved_reply.body is 'public; settings; brand; no; keep';
comment on column saved_reply.edits is 'state; settings; brand; no; keep';
comment on column saved_reply.changed_by is 'id; settings; brand; no; keep';
comment on column saved_reply.changed_at is 'state; settings; brand; no; keep';

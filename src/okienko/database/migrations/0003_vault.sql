-- Agents' words, numbers that are never given out again, reveals counted across brands, a brand's own words.

-- How a value stands in an agent's message: inflected and spaced as it was written, sealed for the customer, who alone
-- reads it in clear. It goes with the value. `place` is where its placeholder begins in the message's text.
create table vault_form (
  brand_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  place integer not null check (place >= 0),
  item_id uuid not null,
  sealed bytea not null,
  primary key (brand_id, conversation_id, id),
  unique (brand_id, conversation_id, message_id, place),
  foreign key (brand_id, conversation_id, item_id) references vault_item on delete cascade
);
create index vault_form_item on vault_form (brand_id, conversation_id, item_id);

-- The highest number of a kind whose value is gone. Texts still name it, so no other value may have it.
create table vault_spent (
  brand_id uuid not null,
  conversation_id uuid not null,
  label text not null,
  number integer not null check (number > 0),
  primary key (brand_id, conversation_id, label),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);

-- Phrases that are always masked, and as what.
alter table brand add column denied text[] not null default '{}';
alter table brand add column denied_as text[] not null default '{}';
alter table brand add constraint brand_denied check (cardinality(denied) = cardinality(denied_as));

-- Who changed what a brand never masks or always masks.
create table brand_words (
  brand_id uuid not null references brand,
  id uuid not null,
  staff_id uuid not null,
  list text not null check (list in ('allowed', 'denied')),
  added text[] not null,
  removed text[] not null,
  at timestamptz not null,
  primary key (brand_id, id)
);

do $$
declare t text;
begin
  foreach t in array array['vault_form', 'vault_spent', 'brand_words'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on vault_form, vault_spent to okienko_app;
grant select, insert on brand_words to okienko_app;

-- Twenty values an hour are the most that one person may look at, in all brands together. A number leaves, nothing else.
create index vault_reveal_staff on vault_reveal (staff_id, at);
create policy any_brand on vault_reveal for select to okienko_claimer using (true);
grant select (staff_id, at) on vault_reveal to okienko_claimer;
create function count_reveals(_staff uuid, _since timestamptz) returns bigint
  language sql stable security definer set search_path = okienko, pg_temp
begin atomic
  select count(*) from vault_reveal r where r.staff_id = _staff and r.at > _since;
end;
grant create on schema okienko to okienko_claimer;
alter function count_reveals owner to okienko_claimer;
revoke create on schema okienko from okienko_claimer;
revoke execute on function count_reveals from public;
grant execute on function count_reveals to okienko_app;

comment on column vault_form.brand_id is 'id; support; expires_at; no; row';
comment on column vault_form.conversation_id is 'id; support; expires_at; yes; row';
comment on column vault_form.id is 'id; support; expires_at; yes; row';
comment on column vault_form.message_id is 'id; support; expires_at; yes; row';
comment on column vault_form.place is 'state; support; expires_at; yes; row';
comment on column vault_form.item_id is 'id; support; expires_at; yes; row';
comment on column vault_form.sealed is 'sealed; support; expires_at; yes; key';
comment on column vault_spent.brand_id is 'id; support; conversation; no; row';
comment on column vault_spent.conversation_id is 'id; support; conversation; no; row';
comment on column vault_spent.label is 'state; support; conversation; no; row';
comment on column vault_spent.number is 'state; support; conversation; no; row';
comment on column brand.denied is 'state; settings; brand; no; keep';
comment on column brand.denied_as is 'state; settings; brand; no; keep';
comment on column brand_words.brand_id is 'id; settings; brand; no; keep';
comment on column brand_words.id is 'id; settings; brand; no; keep';
comment on column brand_words.staff_id is 'id; settings; brand; no; keep';
comment on column brand_words.list is 'state; settings; brand; no; keep';
comment on column brand_words.added is 'state; settings; brand; no; keep';
comment on column brand_words.removed is 'state; settings; brand; no; keep';
comment on column brand_words.at is 'state; settings; brand; no; keep';

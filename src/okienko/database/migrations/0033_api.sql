-- Keys of a brand's own programs. Of a token there is its SHA-256 alone; it works for as long as whoever made it
-- administers the brand.

create table api_token (
  brand_id uuid not null references brand on delete cascade,
  id uuid not null,
  hash bytea not null check (length(hash) = 32),
  name text not null check (length(name) between 1 and 80),
  scopes text[] not null check (scopes <@ array['scenarios:read', 'scenarios:write'] and cardinality(scopes) > 0),
  until date not null,
  made_by uuid not null references staff on delete cascade,
  made_at timestamptz not null,
  used_on date,
  primary key (brand_id, id),
  unique (brand_id, hash)
);
alter table api_token enable row level security;
alter table api_token force row level security;
create policy brand on api_token using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, delete on api_token to okienko_app;
grant update (used_on) on api_token to okienko_app;

comment on column api_token.brand_id is 'id; settings; brand; no; keep';
comment on column api_token.id is 'id; settings; brand; no; keep';
comment on column api_token.hash is 'lookup; settings; brand; no; keep';
comment on column api_token.name is 'public; settings; brand; no; keep';
comment on column api_token.scopes is 'public; settings; brand; no; keep';
comment on column api_token.until is 'state; settings; brand; no; keep';
comment on column api_token.made_by is 'id; settings; brand; no; keep';
comment on column api_token.made_at is 'state; settings; brand; no; keep';
comment on column api_token.used_on is 'state; settings; brand; no; keep';

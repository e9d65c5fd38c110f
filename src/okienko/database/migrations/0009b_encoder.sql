-- Optional encoders, which find an article by what a question means: the brands that have switched theirs on, and what
-- published words look like to it. A call for a question's vector is recorded beside the calls for wording, without its words.

-- No row: off.
create table brand_encoder (
  brand_id uuid primary key references brand on delete cascade,
  enabled boolean not null,
  changed_at timestamptz not null
);

-- `encoder`: the name of what made it; vectors of different names do not compare. `digest`: the first 16 bytes of the
-- SHA-256 of a published passage, title or example question. `vector`: a scale (float32, little-endian), then one signed
-- byte a dimension. Any of it can be made again from the articles.
create table passage_vector (
  brand_id uuid not null references brand on delete cascade,
  encoder text not null,
  digest bytea not null check (length(digest) = 16),
  vector bytea not null check (length(vector) > 4),
  primary key (brand_id, encoder, digest)
);

-- For a vector no tokens are counted, and none are paid for here: the columns of tokens and cost are 0.
alter table model_call add column purpose text not null default 'wording' check (purpose in ('wording', 'meaning'));

do $$
declare t text;
begin
  foreach t in array array['brand_encoder', 'passage_vector'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update on brand_encoder to okienko_app;
grant select, insert, update, delete on passage_vector to okienko_app;

comment on column brand_encoder.brand_id is 'id; settings; brand; no; keep';
comment on column brand_encoder.enabled is 'state; settings; brand; no; keep';
comment on column brand_encoder.changed_at is 'state; settings; brand; no; keep';
comment on column passage_vector.brand_id is 'id; help centre; brand; no; keep';
comment on column passage_vector.encoder is 'state; help centre; brand; no; keep';
comment on column passage_vector.digest is 'public; help centre; brand; no; keep';
comment on column passage_vector.vector is 'public; help centre; brand; no; keep';
comment on column model_call.purpose is 'state; accountability; conversation; yes; row';

-- Whose law holds: where a brand is, what it has chosen beyond that, and where its people are.

-- Ids of policies: `pl`, `us-ca`, … Null: nobody has said, and the strictest of all holds. `choices`: TOML, towards the
-- stricter alone. `never_improves`: among them, that nobody's words make the bot better.
alter table brand add column jurisdiction text check (jurisdiction ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$');
alter table brand add column choices text not null default '';
alter table brand add column never_improves boolean not null default false;

-- Where a person says they are, and where their account is; ids of policies, or `strictest`. The first wins. Where
-- their network address seems to be is not kept.
alter table person add column declared text check (declared ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$');
alter table person add column account text check (account ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$');

-- The rules behind a hash that a consent, a request or a decision has recorded, as they were then.
create table policy_text (
  brand_id uuid not null references brand on delete cascade,
  hash bytea not null,
  text text not null check (hash = sha256(convert_to(text, 'UTF8'))),
  at timestamptz not null,
  primary key (brand_id, hash)
);

-- Whose rules hold for somebody; `okienko.policy.places` says the same, and a test compares.
create function jurisdiction_of(_declared text, _account text, _brand text) returns text
  language sql immutable parallel safe
  return coalesce(_declared, _account, _brand, 'strictest');

-- Whether what was said in a conversation may make anything better: example questions, a router, a measurement.
-- `_allowing`: the policies that do not ban it. A query that builds such data and does not ask this is a defect.
create function may_improve(_brand uuid, _conversation uuid, _allowing text[]) returns boolean
  language sql stable parallel safe
  return exists (
    select from conversation c
    join person p on p.brand_id = c.brand_id and p.id = c.person_id
    join brand b on b.id = c.brand_id
    where c.brand_id = _brand and c.id = _conversation and p.erased_at is null and not b.never_improves
      and jurisdiction_of(p.declared, p.account, b.jurisdiction) = any(_allowing));

alter table policy_text enable row level security;
alter table policy_text force row level security;
create policy brand on policy_text using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert on policy_text to okienko_app;

comment on column brand.jurisdiction is 'public; settings; brand; no; keep';
comment on column brand.choices is 'public; settings; brand; no; keep';
comment on column brand.never_improves is 'state; settings; brand; no; keep';
comment on column person.declared is 'state; support; conversation; yes; row';
comment on column person.account is 'state; support; conversation; yes; row';
comment on column policy_text.brand_id is 'id; accountability; brand; no; keep';
comment on column policy_text.hash is 'state; accountability; brand; no; keep';
comment on column policy_text.text is 'public; accountability; brand; no; keep';
comment on column policy_text.at is 'state; accountability; brand; no; keep';

-- Retention: what is deleted each night, class by class, and how it is found without reading everything.

-- Written when a conversation ends or begins anew, not at every turn.
create index conversation_closed on conversation (brand_id, closed_at) where closed_at is not null;

-- One run a brand and day of its time zone; whoever writes the row down first does it. Without an end it broke off, and
-- is done again.
create table retention_run (
  brand_id uuid not null references brand on delete cascade,
  day date not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  primary key (brand_id, day)
);

-- A row a class also when nothing was due. `kept`: rows whose time is over and that a hold or a restriction keeps.
create table retention_report (
  brand_id uuid not null,
  day date not null,
  class text not null,
  before timestamptz not null,
  deleted bigint not null check (deleted >= 0),
  kept bigint not null check (kept >= 0),
  primary key (brand_id, day, class),
  foreign key (brand_id, day) references retention_run on delete cascade
);

do $$
declare t text;
begin
  foreach t in array array['retention_run', 'retention_report'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on retention_run, retention_report to okienko_app;

-- What is kept for a time of its own, in the word of its class.
comment on column retention_run.brand_id is 'id; accountability; 24 months; no; keep';
comment on column retention_run.day is 'state; accountability; 24 months; no; keep';
comment on column retention_run.began_at is 'state; accountability; 24 months; no; keep';
comment on column retention_run.ended_at is 'state; accountability; 24 months; no; keep';
comment on column retention_report.brand_id is 'id; accountability; 24 months; no; keep';
comment on column retention_report.day is 'state; accountability; 24 months; no; keep';
comment on column retention_report.class is 'state; accountability; 24 months; no; keep';
comment on column retention_report.before is 'state; accountability; 24 months; no; keep';
comment on column retention_report.deleted is 'state; accountability; 24 months; no; keep';
comment on column retention_report.kept is 'state; accountability; 24 months; no; keep';
comment on column routing_example.text is 'masked; settings; 36 months; no; keep';

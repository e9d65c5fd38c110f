-- What the privacy officer's pages stand on: the rules behind each request and each night's deletions, questions that
-- stop a clock, a named person behind each refusal, and a brand's own words in what people are told.

-- The rules that set a request's clock, as `policy_text` keeps them; null in requests that are older than this column.
-- `clock_stops`: whether their law lets the clock stand still while the person is asked what they mean.
alter table rights_request add column policy_hash bytea;
alter table rights_request add foreign key (brand_id, policy_hash) references policy_text (brand_id, hash);
alter table rights_request add column clock_stops boolean not null default false;
create function keep_request_rules() returns trigger language plpgsql as $$
begin
  raise exception 'the rules of a request are not changed afterwards' using errcode = 'OK003';
end $$;
create trigger keep_request_rules before update of policy_hash, clock_stops on rights_request for each row
  when ((new.policy_hash, new.clock_stops) is distinct from (old.policy_hash, old.clock_stops))
  execute function keep_request_rules();

-- No program refuses: somebody at the desk does, by name.
alter table rights_request add column decided_by uuid;
alter table rights_request add constraint refused_by_somebody
  check (state <> 'refused' or decided_by is not null) not valid;

-- What somebody was asked about their request. From the question to its answer the clock stands still; `due_on` is the
-- last day as the answer has moved it.
create table rights_question (
  brand_id uuid not null,
  request_id uuid not null,
  id uuid not null,
  words text not null check (length(btrim(words)) >= 10 and length(words) <= 2000),
  asked_by uuid not null,
  asked_at timestamptz not null,
  answered_at timestamptz,
  due_on date,
  primary key (brand_id, request_id, id),
  foreign key (brand_id, request_id) references rights_request on delete cascade,
  check ((answered_at is null) = (due_on is null)),
  check (answered_at >= asked_at)
);
create unique index rights_question_open on rights_question (brand_id, request_id) where answered_at is null;
create function keep_question() returns trigger language plpgsql set search_path = okienko, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if old.answered_at is null
      and (new.brand_id, new.request_id, new.id, new.words, new.asked_by, new.asked_at)
        is not distinct from (old.brand_id, old.request_id, old.id, old.words, old.asked_by, old.asked_at)
    then
      return new;
    end if;
    raise exception 'a question is answered once, and is otherwise not changed' using errcode = 'OK003';
  end if;
  perform from rights_request r
  where r.brand_id = new.brand_id and r.id = new.request_id and r.state = 'open' and r.clock_stops
  for update;
  if not found then
    raise exception 'this clock does not stop' using errcode = 'OK010';
  end if;
  return new;
end $$;
create trigger keep_question before insert or update on rights_question for each row execute function keep_question();

-- The rules by which a night deleted; null in runs that are older than this column.
alter table retention_run add column policy_hash bytea;
alter table retention_run add foreign key (brand_id, policy_hash) references policy_text (brand_id, hash);

-- A brand's own wording of a text, with places for its name and its period, and what somebody is still writing. Without
-- one the words that come with okienko are published.
create table brand_text (
  brand_id uuid not null references brand on delete cascade,
  kind text not null check (kind ~ '^[a-z]+([.][a-z]+)+$'),
  language text not null check (language in ('pl', 'en')),
  draft text check (length(draft) <= 4000),
  drafted_by uuid,
  drafted_at timestamptz,
  wording text check (btrim(wording) <> '' and length(wording) <= 4000),
  worded_by uuid,
  worded_at timestamptz,
  primary key (brand_id, kind, language),
  check ((draft is null) = (drafted_at is null) and (draft is null) = (drafted_by is null)),
  check ((wording is null) = (worded_at is null) and (wording is null) = (worded_by is null))
);

do $$
declare t text;
begin
  foreach t in array array['rights_question', 'brand_text'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert on rights_question to okienko_app;
grant update (answered_at, due_on) on rights_question to okienko_app;
grant select, insert, update on brand_text to okienko_app;

comment on column rights_request.policy_hash is 'state; accountability; request; no; keep';
comment on column rights_request.clock_stops is 'state; rights; request; no; keep';
comment on column rights_request.decided_by is 'id; accountability; request; no; keep';
comment on column rights_question.brand_id is 'id; rights; request; no; keep';
comment on column rights_question.request_id is 'id; rights; request; no; keep';
comment on column rights_question.id is 'id; rights; request; no; keep';
comment on column rights_question.words is 'masked; rights; request; no; keep';
comment on column rights_question.asked_by is 'id; accountability; request; no; keep';
comment on column rights_question.asked_at is 'state; rights; request; no; keep';
comment on column rights_question.answered_at is 'state; rights; request; no; keep';
comment on column rights_question.due_on is 'state; rights; request; no; keep';
comment on column retention_run.policy_hash is 'state; accountability; 24 months; no; keep';
comment on column brand_text.brand_id is 'id; settings; brand; no; keep';
comment on column brand_text.kind is 'public; settings; brand; no; keep';
comment on column brand_text.language is 'public; settings; brand; no; keep';
comment on column brand_text.draft is 'public; settings; brand; no; keep';
comment on column brand_text.drafted_by is 'id; settings; brand; no; keep';
comment on column brand_text.drafted_at is 'state; settings; brand; no; keep';
comment on column brand_text.wording is 'public; settings; brand; no; keep';
comment on column brand_text.worded_by is 'id; settings; brand; no; keep';
comment on column brand_text.worded_at is 'state; settings; brand; no; keep';

-- What articles are asked for, what nobody could answer, where articles come from, and how well they keep.

-- How customers ask for an article: masked, found by search, shown to nobody but the desk. What was taken over from a
-- customer goes with the conversation that it stood in, unless somebody at the desk has put it into their own words.
create table article_question (
  brand_id uuid not null,
  article_id text not null,
  language text not null,
  text text not null check (text <> '' and length(text) <= 300),
  position integer not null,
  source text not null check (source in ('import', 'desk', 'customer')),
  conversation_id uuid,
  staff_id uuid,
  at timestamptz not null,
  primary key (brand_id, article_id, language, text),
  foreign key (brand_id, article_id, language) references article on delete cascade,
  foreign key (brand_id, conversation_id) references conversation on delete cascade,
  check (conversation_id is null or source = 'customer')
);
create index article_question_conversation on article_question (brand_id, conversation_id)
  where conversation_id is not null;

-- Turns of the bot that ended without an answer. The words stay where they are, in the conversation's messages.
create table unanswered (
  brand_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  at timestamptz not null,
  primary key (brand_id, conversation_id, message_id),
  foreign key (brand_id, conversation_id) references conversation on delete cascade
);
create index unanswered_at on unanswered (brand_id, at);
create index answer_feedback_at on answer_feedback (brand_id, at);

-- Whether customers' masked questions may be proposed as example questions: nobody is asked for consent yet, so nobody's
-- are until an administrator has decided it. And whether an article past its review date is still quoted.
alter table brand add column propose_questions boolean not null default false;
alter table brand add column when_overdue text not null default 'quote' check (when_overdue in ('quote', 'withhold'));
alter table article add column overdue boolean not null default false;

-- Where articles are read from again and again.
create table article_source (
  brand_id uuid not null references brand,
  id uuid not null,
  location text not null,
  category text not null,
  language text not null check (language in ('pl', 'en')),
  every_hours integer not null check (every_hours between 1 and 8760),
  due_at timestamptz not null,
  read_at timestamptz,
  trouble text,
  created_at timestamptz not null,
  primary key (brand_id, id),
  unique (brand_id, location)
);

-- Which source an article came from, and what the source said last. An article that was edited at the desk meanwhile is
-- left alone; what the source says is kept beside it until somebody has decided.
create table article_origin (
  brand_id uuid not null,
  article_id text not null,
  language text not null,
  source_id uuid not null,
  version integer not null,
  digest bytea not null,
  missed integer not null default 0,
  title text,
  description text,
  body text,
  primary key (brand_id, article_id, language),
  foreign key (brand_id, article_id, language) references article on delete cascade,
  foreign key (brand_id, source_id) references article_source on delete cascade,
  check ((title is null) = (body is null) and (title is null) = (description is null))
);
create index article_origin_source on article_origin (brand_id, source_id);

-- Links in articles, as they were when somebody followed them last.
create table article_link (
  brand_id uuid not null,
  article_id text not null,
  language text not null,
  address text not null,
  trouble text,
  failures integer not null default 0,
  checked_at timestamptz not null,
  primary key (brand_id, article_id, language, address),
  foreign key (brand_id, article_id, language) references article on delete cascade
);

do $$
declare t text;
begin
  foreach t in array array['article_question', 'unanswered', 'article_source', 'article_origin', 'article_link'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy brand on %I using (brand_id = current_brand()) with check (brand_id = current_brand())', t);
  end loop;
end $$;
grant select, insert, update, delete on article_question, unanswered, article_source, article_origin, article_link
  to okienko_app;

comment on column article_question.brand_id is 'id; help centre; brand; no; keep';
comment on column article_question.article_id is 'id; help centre; brand; no; keep';
comment on column article_question.language is 'state; help centre; brand; no; keep';
comment on column article_question.text is 'masked; help centre; brand or conversation; no; row';
comment on column article_question.position is 'state; help centre; brand; no; keep';
comment on column article_question.source is 'state; help centre; brand; no; keep';
comment on column article_question.conversation_id is 'id; help centre; conversation; no; row';
comment on column article_question.staff_id is 'id; help centre; brand; no; keep';
comment on column article_question.at is 'state; help centre; brand; no; keep';
comment on column unanswered.brand_id is 'id; quality; conversation; no; row';
comment on column unanswered.conversation_id is 'id; quality; conversation; no; row';
comment on column unanswered.message_id is 'id; quality; conversation; no; row';
comment on column unanswered.at is 'state; quality; conversation; no; row';
comment on column brand.propose_questions is 'state; settings; brand; no; keep';
comment on column brand.when_overdue is 'state; settings; brand; no; keep';
comment on column article.overdue is 'public; help centre; brand; no; keep';
comment on column article_source.brand_id is 'id; help centre; brand; no; keep';
comment on column article_source.id is 'id; help centre; brand; no; keep';
comment on column article_source.location is 'public; help centre; brand; no; keep';
comment on column article_source.category is 'public; help centre; brand; no; keep';
comment on column article_source.language is 'public; help centre; brand; no; keep';
comment on column article_source.every_hours is 'state; help centre; brand; no; keep';
comment on column article_source.due_at is 'state; help centre; brand; no; keep';
comment on column article_source.read_at is 'state; help centre; brand; no; keep';
comment on column article_source.trouble is 'state; help centre; brand; no; keep';
comment on column article_source.created_at is 'state; help centre; brand; no; keep';
comment on column article_origin.brand_id is 'id; help centre; brand; no; keep';
comment on column article_origin.article_id is 'id; help centre; brand; no; keep';
comment on column article_origin.language is 'public; help centre; brand; no; keep';
comment on column article_origin.source_id is 'id; help centre; brand; no; keep';
comment on column article_origin.version is 'state; help centre; brand; no; keep';
comment on column article_origin.digest is 'state; help centre; brand; no; keep';
comment on column article_origin.missed is 'state; help centre; brand; no; keep';
comment on column article_origin.title is 'public; help centre; brand; no; keep';
comment on column article_origin.description is 'public; help centre; brand; no; keep';
comment on column article_origin.body is 'public; help centre; brand; no; keep';
comment on column article_link.brand_id is 'id; help centre; brand; no; keep';
comment on column article_link.article_id is 'id; help centre; brand; no; keep';
comment on column article_link.language is 'public; help centre; brand; no; keep';
comment on column article_link.address is 'public; help centre; brand; no; keep';
comment on column article_link.trouble is 'state; help centre; brand; no; keep';
comment on column article_link.failures is 'state; help centre; brand; no; keep';
comment on column article_link.checked_at is 'state; help centre; brand; no; keep';

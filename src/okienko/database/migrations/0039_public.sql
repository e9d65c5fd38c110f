-- Conversations that everybody can read, such as a review in a shop of applications, and vendors that have to be asked.

alter table conversation add column public boolean not null default false;
comment on column conversation.public is 'state; support; conversation; yes; row';

-- What the bot proposes to whoever answers is a note that nobody has written.
alter table message drop constraint if exists message_check1;
alter table message add constraint message_agent check (agent_id is null or author in ('agent', 'note'));

-- Where everybody reads, a person speaks and nothing else does: whatever wants to send, no program's words leave.
create function keep_inside() returns trigger language plpgsql as $$
begin
  if exists (
    select from okienko.conversation c
    where c.brand_id = new.brand_id and c.id = new.conversation_id and c.public
  ) then
    return null;
  end if;
  return new;
end
$$;
create trigger keep_inside before insert on outbox
  for each row when (new.author <> 'agent' and new.channel <> 'webchat') execute function keep_inside();

-- When a vendor is asked next; while one is being asked, until when nobody else may.
alter table connection_state add column poll_at timestamptz;
comment on column connection_state.poll_at is 'state; reliability; brand; no; keep';

-- What the list of a vendor that is asked has shown: each review and each answer, as keyed hashes, and which version of
-- it was taken. met_at: when it was listed last.
create table listed (
  brand_id uuid not null references brand,
  connection_id text not null references connection on delete cascade,
  item bytea not null,
  version bytea not null,
  met_at timestamptz not null,
  primary key (connection_id, item)
);
create index listed_met on listed (connection_id, met_at);
alter table listed enable row level security;
alter table listed force row level security;
create policy brand on listed using (brand_id = current_brand()) with check (brand_id = current_brand());
grant select, insert, update, delete on listed to okienko_app;
comment on column listed.brand_id is 'id; reliability; brand; no; keep';
comment on column listed.connection_id is 'id; reliability; brand; no; keep';
comment on column listed.item is 'lookup; reliability; 30 days; no; keep';
comment on column listed.version is 'lookup; reliability; 30 days; no; keep';
comment on column listed.met_at is 'state; reliability; 30 days; no; keep';

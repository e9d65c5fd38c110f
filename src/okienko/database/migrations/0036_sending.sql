-- A message in parts: of how many calls it consists, once that is known. And how long it has waited between attempts,
-- in seconds: what a paused connection keeps it waiting does not count.
alter table outbox add column parts integer, add column waited real not null default 0;
comment on column outbox.parts is 'state; reliability; conversation; no; row';
comment on column outbox.waited is 'state; reliability; conversation; no; row';
create index outbox_trouble_connection on outbox (brand_id, connection_id, message_id) where state in ('unsure', 'failed');

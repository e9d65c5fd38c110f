-- Connecting channels at the desk: when each value of a vendor's was set, which a secret's reader cannot see, and when
-- the vendor has asked for the verify token, without which it sends nothing.
alter table connection add column given_at jsonb not null default '{}';
comment on column connection.given_at is 'state; settings; brand; no; keep';

alter table connection_state add column greeted_at timestamptz;
comment on column connection_state.greeted_at is 'state; reliability; brand; no; keep';

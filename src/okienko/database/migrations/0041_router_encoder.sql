-- The encoder that a router reads messages with, besides their words; '' for words alone.
alter table router add column encoder text not null default '';
comment on column router.encoder is 'state; settings; brand; no; keep';

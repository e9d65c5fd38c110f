-- Messages in which words about health, or about something the GDPR treats alike, were found.
--
-- The words stay, since they may be the matter itself; the moment says until when. Null: nothing of the kind was found,
-- and the message is kept as long as its conversation. A column without a default is added without reading the table.
-- An index would not be: the job that deletes brings its own, made outside a transaction, partition by partition.
alter table message add column sensitive_until timestamptz;
comment on column message.sensitive_until is 'state; support; sensitive_until; yes; row';
comment on column message.text is 'masked; support; conversation or sensitive_until; yes; row';

-- Whether a file was scanned for malware when it arrived. What came before a scanner was connected was not.
alter table attachment add column scanned boolean not null default false;
comment on column attachment.scanned is 'state; support; expires_at; no; row';

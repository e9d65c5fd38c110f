-- Which part of a quote says most to the question: offsets into it, in characters; null where it is the whole.
alter table citation add column marked_start integer, add column marked_end integer;
alter table citation add constraint citation_marked
  check (coalesce(0 <= marked_start and marked_start < marked_end, marked_start is null and marked_end is null)) not valid;
alter table citation validate constraint citation_marked;

comment on column citation.marked_start is 'public; support; conversation; yes; row';
comment on column citation.marked_end is 'public; support; conversation; yes; row';

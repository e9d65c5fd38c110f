-- Who changed an article last: also what makes no new version, such as withdrawing it. Null: an import.
alter table article add column staff_id uuid;
comment on column article.staff_id is 'id; help centre; brand; no; keep';

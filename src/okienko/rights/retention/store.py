"""SQL of retention: for each class what is due, what is kept all the same, and one batch of deletions.

Held and restricted people are left out everywhere; the database would refuse held ones besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, LiteralString

from okienko.conversations.store import attachments, upkeep
from okienko.database.pool import Connection

MOST: Final = 500  # rows at once, each with what hangs on it
BROKEN_OFF: Final = timedelta(hours=1)  # a run without an end is done again after this


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Rows of a class whose time is over: those that go, and those that a hold or a restriction keeps."""

    due: int
    kept: int


# what goes --------------------------------------------------------------------------------------------------------

# A conversation that nobody has closed ends with its last change. Lanes are locked first, as everywhere.
DELETE_TRANSCRIPTS: Final = """
with over as (
  select l.conversation_id as id from conversation c
  join lane l on l.brand_id = c.brand_id and l.conversation_id = c.id
  where c.brand_id = current_brand() and not frozen(c.brand_id, c.person_id)
    and (c.closed_at < %(before)s::timestamptz or (
      c.closed_at is null and c.updated_hour < %(before)s::timestamptz and c.updated_at < %(before)s::timestamptz))
  limit %(most)s::integer for update of l skip locked
), learnt as (
  update brand set articles_version = articles_version + 1
  where id = current_brand() and exists (
    select from article_question q where q.brand_id = current_brand() and q.conversation_id in (select id from over))
)
delete from conversation where brand_id = current_brand() and id in (select id from over)
"""
COUNT_TRANSCRIPTS: Final = """
select count(*) filter (where not frozen(brand_id, person_id)), count(*) filter (where frozen(brand_id, person_id))
from conversation
where brand_id = current_brand() and (closed_at < %(before)s::timestamptz or (
  closed_at is null and updated_hour < %(before)s::timestamptz and updated_at < %(before)s::timestamptz))
"""
DELETE_SENSITIVE: Final = """
delete from message where brand_id = current_brand() and (conversation_id, id) in (
  select m.conversation_id, m.id from message m
  join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
  where m.brand_id = current_brand() and m.sensitive_until < %(before)s::timestamptz
    and not frozen(c.brand_id, c.person_id)
  limit %(most)s::integer)
"""
COUNT_SENSITIVE: Final = """
select count(*) filter (where not frozen(c.brand_id, c.person_id)),
  count(*) filter (where frozen(c.brand_id, c.person_id))
from message m join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
where m.brand_id = current_brand() and m.sensitive_until < %(before)s::timestamptz
"""
COUNT_VALUES: Final = """
select count(*) filter (where not frozen(brand_id, person_id)), count(*) filter (where frozen(brand_id, person_id))
from vault_item where brand_id = current_brand() and expires_at < %(before)s::timestamptz
"""
COUNT_ATTACHMENTS: Final = """
select count(*) filter (where not frozen(brand_id, person_id) or message_id is null),
  count(*) filter (where frozen(brand_id, person_id) and message_id is not null)
from attachment where brand_id = current_brand() and expires_at < %(before)s::timestamptz
"""
DELETE_MODEL_CALLS: Final = """
delete from model_call where brand_id = current_brand() and (conversation_id, id) in (
  select m.conversation_id, m.id from model_call m
  join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
  where m.brand_id = current_brand() and m.at < %(before)s::timestamptz and not frozen(c.brand_id, c.person_id)
  limit %(most)s::integer)
"""
COUNT_MODEL_CALLS: Final = """
select count(*) filter (where not frozen(c.brand_id, c.person_id)),
  count(*) filter (where frozen(c.brand_id, c.person_id))
from model_call m join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
where m.brand_id = current_brand() and m.at < %(before)s::timestamptz
"""
DELETE_GAPS: Final = """
delete from unanswered where brand_id = current_brand() and (conversation_id, message_id) in (
  select u.conversation_id, u.message_id from unanswered u
  join conversation c on c.brand_id = u.brand_id and c.id = u.conversation_id
  where u.brand_id = current_brand() and u.at < %(before)s::timestamptz and not frozen(c.brand_id, c.person_id)
  limit %(most)s::integer)
"""
COUNT_GAPS: Final = """
select count(*) filter (where not frozen(c.brand_id, c.person_id)),
  count(*) filter (where frozen(c.brand_id, c.person_id))
from unanswered u join conversation c on c.brand_id = u.brand_id and c.id = u.conversation_id
where u.brand_id = current_brand() and u.at < %(before)s::timestamptz
"""
DELETE_ARTICLE_FEEDBACK: Final = """
delete from article_feedback where brand_id = current_brand() and id in (
  select id from article_feedback where brand_id = current_brand() and at < %(before)s::timestamptz
  limit %(most)s::integer)
"""
COUNT_ARTICLE_FEEDBACK: Final = """
select count(*), 0 from article_feedback where brand_id = current_brand() and at < %(before)s::timestamptz
"""
DELETE_UNPARSED: Final = """
delete from unparsed where brand_id = current_brand() and id in (
  select id from unparsed where brand_id = current_brand() and at < %(before)s::timestamptz limit %(most)s::integer)
"""
COUNT_UNPARSED: Final = """
select count(*), 0 from unparsed where brand_id = current_brand() and at < %(before)s::timestamptz
"""
# The router learns anew from what is left.
DELETE_EXAMPLES: Final = """
with over as (
  select id from routing_example where brand_id = current_brand() and at < %(before)s::timestamptz
  limit %(most)s::integer
), learnt as (
  update brand set routing_version = routing_version + 1 where id = current_brand() and exists (select from over)
)
delete from routing_example where brand_id = current_brand() and id in (select id from over)
"""
COUNT_EXAMPLES: Final = """
select count(*), 0 from routing_example where brand_id = current_brand() and at < %(before)s::timestamptz
"""
DELETE_REQUESTS: Final = """
delete from rights_request where brand_id = current_brand() and id in (
  select id from rights_request where brand_id = current_brand() and closed_at < %(before)s::timestamptz
    and not held(brand_id, person_id)
  limit %(most)s::integer)
"""
COUNT_REQUESTS: Final = """
select count(*) filter (where not held(brand_id, person_id)), count(*) filter (where held(brand_id, person_id))
from rights_request where brand_id = current_brand() and closed_at < %(before)s::timestamptz
"""
DELETE_ERASURES: Final = """
delete from erasure_ledger where brand_id = current_brand() and id in (
  select id from erasure_ledger where brand_id = current_brand() and at < %(before)s::timestamptz
  limit %(most)s::integer)
"""
COUNT_ERASURES: Final = """
select count(*), 0 from erasure_ledger where brand_id = current_brand() and at < %(before)s::timestamptz
"""
DELETE_REPORTS: Final = """
delete from retention_run where brand_id = current_brand() and day in (
  select day from retention_run where brand_id = current_brand() and began_at < %(before)s::timestamptz
  limit %(most)s::integer)
"""
COUNT_REPORTS: Final = """
select count(*), 0 from retention_run where brand_id = current_brand() and began_at < %(before)s::timestamptz
"""
# An address goes as soon as its letter has gone, or was given up.
DELETE_ASKERS: Final = """
delete from person where brand_id = current_brand() and id in (
  select a.person_id from rights_asker a
  where a.brand_id = current_brand() and (a.expires_at < %(before)s::timestamptz or (
    a.expires_at is not null and exists (
      select from letter l where l.brand_id = a.brand_id and l.person_id = a.person_id
        and l.state in ('sent', 'failed', 'nobody'))))
    and not exists (select from conversation c where c.brand_id = a.brand_id and c.person_id = a.person_id)
  limit %(most)s::integer)
"""
COUNT_ASKERS: Final = """
select count(*), 0 from rights_asker a
where a.brand_id = current_brand() and (a.expires_at < %(before)s::timestamptz or (
    a.expires_at is not null and exists (
      select from letter l where l.brand_id = a.brand_id and l.person_id = a.person_id
        and l.state in ('sent', 'failed', 'nobody'))))
  and not exists (select from conversation c where c.brand_id = a.brand_id and c.person_id = a.person_id)
"""
# With their key: whatever of theirs is still sealed somewhere opens no more. An imported account stays until an import
# is without it.
DELETE_PEOPLE: Final = """
delete from person where brand_id = current_brand() and id in (
  select p.id from person p
  where p.brand_id = current_brand() and p.created_at < %(before)s::timestamptz and not frozen(p.brand_id, p.id)
    and not exists (select from conversation c where c.brand_id = p.brand_id and c.person_id = p.id)
    and not exists (
      select from rights_request r where r.brand_id = p.brand_id and r.person_id = p.id and r.state = 'open')
    and not exists (select from rights_asker a where a.brand_id = p.brand_id and a.person_id = p.id)
    and not exists (
      select from identity i where i.brand_id = p.brand_id and i.person_id = p.id and i.verified_by = 'import')
  limit %(most)s::integer)
"""
COUNT_PEOPLE: Final = """
select count(*) filter (where not frozen(p.brand_id, p.id)), count(*) filter (where frozen(p.brand_id, p.id))
from person p
where p.brand_id = current_brand() and p.created_at < %(before)s::timestamptz
  and not exists (select from conversation c where c.brand_id = p.brand_id and c.person_id = p.id)
  and not exists (
    select from rights_request r where r.brand_id = p.brand_id and r.person_id = p.id and r.state = 'open')
  and not exists (select from rights_asker a where a.brand_id = p.brand_id and a.person_id = p.id)
  and not exists (
    select from identity i where i.brand_id = p.brand_id and i.person_id = p.id and i.verified_by = 'import')
"""

_COUNTS: Final[Mapping[str, LiteralString]] = {
    "transcript": COUNT_TRANSCRIPTS,
    "sensitive_message": COUNT_SENSITIVE,
    "value": COUNT_VALUES,
    "attachment": COUNT_ATTACHMENTS,
    "model_call": COUNT_MODEL_CALLS,
    "gap": COUNT_GAPS,
    "article_comment": COUNT_ARTICLE_FEEDBACK,
    "unparsed": COUNT_UNPARSED,
    "example": COUNT_EXAMPLES,
    "dsar_record": COUNT_REQUESTS,
    "erasure": COUNT_ERASURES,
    "report": COUNT_REPORTS,
    "asker": COUNT_ASKERS,
    "person": COUNT_PEOPLE,
}
_DELETES: Final[Mapping[str, LiteralString]] = {
    "transcript": DELETE_TRANSCRIPTS,
    "sensitive_message": DELETE_SENSITIVE,
    "model_call": DELETE_MODEL_CALLS,
    "gap": DELETE_GAPS,
    "article_comment": DELETE_ARTICLE_FEEDBACK,
    "unparsed": DELETE_UNPARSED,
    "example": DELETE_EXAMPLES,
    "dsar_record": DELETE_REQUESTS,
    "erasure": DELETE_ERASURES,
    "report": DELETE_REPORTS,
    "asker": DELETE_ASKERS,
    "person": DELETE_PEOPLE,
}


async def count_due(connection: Connection, name: str, before: datetime) -> Counted:
    """What of a class has had its time."""
    row = await (await connection.execute(_COUNTS[name], {"before": before})).fetchone()
    return Counted(due=row[0], kept=row[1]) if row else Counted(due=0, kept=0)


async def delete_some(connection: Connection, name: str, before: datetime) -> int:
    """Deletes one batch of a class; how many rows of it, 0 when nothing is left."""
    if name == "value":
        return await upkeep.expire_vault(connection, before)
    if name == "attachment":
        return await attachments.expire_attachments(connection, before)
    return (await connection.execute(_DELETES[name], {"before": before, "most": MOST})).rowcount


# runs and their reports -------------------------------------------------------------------------------------------

BEGIN_RUN: Final = """
insert into retention_run as r (brand_id, day, began_at)
values (current_brand(), %(day)s::date, %(now)s::timestamptz)
on conflict (brand_id, day) do update set began_at = excluded.began_at
  where r.ended_at is null and r.began_at < %(broken)s::timestamptz
"""


async def begin_run(connection: Connection, day: date, now: datetime) -> bool:
    """Whether this day's run is the caller's: nobody has done it, or whoever began it broke off an hour ago."""
    values = {"day": day, "now": now, "broken": now - BROKEN_OFF}
    return (await connection.execute(BEGIN_RUN, values)).rowcount == 1


AGAIN: Final = """
insert into retention_run as r (brand_id, day, began_at)
values (current_brand(), %(day)s::date, %(now)s::timestamptz)
on conflict (brand_id, day) do update set began_at = excluded.began_at, ended_at = null
"""


async def begin_again(connection: Connection, day: date, now: datetime) -> None:
    """A run that somebody asked for, whatever was done that day."""
    await connection.execute(AGAIN, {"day": day, "now": now})


REPORT: Final = """
insert into retention_report as r (brand_id, day, class, before, deleted, kept)
values (current_brand(), %(day)s::date, %(class)s::text, %(before)s::timestamptz, %(deleted)s::bigint,
  %(kept)s::bigint)
on conflict (brand_id, day, class) do update set before = excluded.before, deleted = r.deleted + excluded.deleted,
  kept = excluded.kept
"""


async def report(connection: Connection, day: date, name: str, before: datetime, *, deleted: int, kept: int) -> None:
    """One class's line of a run, also when there was nothing to do."""
    values = {"day": day, "class": name, "before": before, "deleted": deleted, "kept": kept}
    await connection.execute(REPORT, values)


END_RUN: Final = """
update retention_run set ended_at = %(now)s::timestamptz, policy_hash = %(policy)s::bytea
where brand_id = current_brand() and day = %(day)s::date
"""


async def end_run(connection: Connection, day: date, now: datetime, *, policy: bytes) -> None:
    """The run is done, by the rules of this hash."""
    await connection.execute(END_RUN, {"day": day, "now": now, "policy": policy})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One class's line of a run's report."""

    day: date
    name: str
    before: datetime
    deleted: int
    kept: int


LIST_REPORTS: Final = """
select day, class, before, deleted, kept from retention_report
where brand_id = current_brand() and day >= %(since)s::date order by day desc, class
"""


async def list_reports(connection: Connection, since: date) -> list[Line]:
    """The lines of all runs from a day on, the latest first."""
    rows = await (await connection.execute(LIST_REPORTS, {"since": since})).fetchall()
    return [
        Line(day=day, name=name, before=before, deleted=deleted, kept=kept) for day, name, before, deleted, kept in rows
    ]


LAST_ENDED: Final = "select max(ended_at) from retention_run where brand_id = current_brand()"


async def read_last_ended(connection: Connection) -> datetime | None:
    """When a run was done last; None: never. Two days ago is overdue."""
    row = await (await connection.execute(LAST_ENDED)).fetchone()
    return row[0] if row else None

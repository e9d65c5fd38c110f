"""SQL of the radar: what was left open, which of it rose together, and what each hour brought.

Ids and counts are kept; words are read where they are, for as long as they are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from okienko.database.arrays import ids
from okienko.database.pool import Connection
from okienko.policy.files import list_improvable
from okienko.values import ConversationId, Language, MaskedText, MessageId, PersonId, StaffId

CLAIM: Final = "select pg_try_advisory_xact_lock(hashtextextended('okienko radar ' || current_brand()::text, 0))"
READ_LOOK: Final = "select at from radar_look where brand_id = current_brand()"
SET_LOOK: Final = """
insert into radar_look (brand_id, at) values (current_brand(), %(now)s::timestamptz)
on conflict (brand_id) do update set at = excluded.at
"""
TAKE_NOT_HELPED: Final = """
insert into unresolved (brand_id, conversation_id, message_id, reason, at)
select brand_id, conversation_id, message_id, 'not_helped', at from answer_feedback
where brand_id = current_brand() and at > %(since)s::timestamptz and not helped
on conflict do nothing
"""
ANY_SINCE: Final = """
select exists (select from unresolved where brand_id = current_brand() and at > %(since)s::timestamptz)
"""


async def claim(connection: Connection) -> bool:
    """Whether this transaction alone looks at the brand that is set: one worker at a time does."""
    row = await (await connection.execute(CLAIM)).fetchone()
    assert row is not None
    return row[0]


async def read_look(connection: Connection) -> datetime | None:
    """Up to when the brand was looked at."""
    row = await (await connection.execute(READ_LOOK)).fetchone()
    return None if row is None else row[0]


async def set_look(connection: Connection, now: datetime) -> None:
    """The brand has been looked at until now."""
    await connection.execute(SET_LOOK, {"now": now})


async def take_not_helped(connection: Connection, since: datetime) -> None:
    """Answers of which customers said after `since` that they did not help are left open, too."""
    await connection.execute(TAKE_NOT_HELPED, {"since": since})


async def is_any_since(connection: Connection, since: datetime) -> bool:
    """Whether anything was left open after `since`."""
    row = await (await connection.execute(ANY_SINCE, {"since": since})).fetchone()
    assert row is not None
    return row[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A message of the bot after which something was left open."""

    message: MessageId
    conversation: ConversationId
    person: PersonId
    language: Language
    at: datetime
    group: UUID | None


# What was offered is left open unless something was picked; who heard of an incident in that turn has heard what there
# is to say; whoever objects, or wants their data kept and not used, is left out.
LIST_LEFT: Final = """
select u.message_id, u.conversation_id, c.person_id, c.language, u.at, u.group_id
from unresolved u
join conversation c on c.brand_id = u.brand_id and c.id = u.conversation_id
where u.brand_id = current_brand() and u.at > %(since)s::timestamptz and u.at <= %(until)s::timestamptz
  and may_be_used(c.brand_id, c.person_id)
  and (u.reason <> 'offered' or u.at <= %(settled)s::timestamptz and not exists (
    select from message m
    where m.brand_id = u.brand_id and m.conversation_id = u.conversation_id and m.id > u.message_id
      and m.author = 'customer' and m.choice ~ '^(article|scenario):'))
  and not exists (
    select from incident_report i
    where i.brand_id = u.brand_id and i.conversation_id = u.conversation_id and i.told is not null
      and u.at between i.first_at and i.last_at)
order by u.at desc, u.message_id desc
limit %(limit)s::integer
"""


async def list_left(
    connection: Connection, *, since: datetime, until: datetime, settled: datetime, limit: int
) -> list[Left]:
    """What was left open in a time, the newest first; of what was offered, what is older than `settled`."""
    values = {"since": since, "until": until, "settled": settled, "limit": limit}
    return [_left(row) for row in await (await connection.execute(LIST_LEFT, values)).fetchall()]


# Of each hour as much as of every other, so that a day on which much went wrong does not become what is usual.
SAMPLE_LEFT: Final = """
select u.message_id, u.conversation_id, c.person_id, c.language, u.at, u.group_id
from generate_series(%(since)s::timestamptz, %(until)s::timestamptz - interval '1 hour', interval '1 hour') as hour
cross join lateral (
  select * from unresolved o
  where o.brand_id = current_brand() and o.at >= hour and o.at < hour + interval '1 hour'
  order by o.at, o.message_id limit %(most)s::integer
) u
join conversation c on c.brand_id = u.brand_id and c.id = u.conversation_id
where may_be_used(c.brand_id, c.person_id)
"""


async def sample_left(connection: Connection, *, since: datetime, until: datetime, most: int) -> list[Left]:
    """What was left open in a time, `most` of each hour."""
    values = {"since": since, "until": until, "most": most}
    return [_left(row) for row in await (await connection.execute(SAMPLE_LEFT, values)).fetchall()]


# The words that something is about are those of the turn; of a turn without any, and of a handover, those before, too.
READ_WORDS: Final = """
select u.message_id, said.text, said.longest
from unnest(%(conversations)s::uuid[], %(messages)s::uuid[]) as u (conversation_id, message_id)
cross join lateral (
  select m.answers, m.kind = 'handoff' as handed_over, coalesce((
    select max(p.answers) from message p
    where p.brand_id = current_brand() and p.conversation_id = u.conversation_id and p.author = 'bot'
      and p.answers < m.answers
  ), 0) as before
  from message m
  where m.brand_id = current_brand() and m.conversation_id = u.conversation_id and m.id = u.message_id
) turn
cross join lateral (
  select coalesce(
      string_agg(m.text, ' ' order by m.arrival) filter (where m.arrival > turn.before and not turn.handed_over),
      string_agg(m.text, ' ' order by m.arrival) filter (where turn.handed_over),
      (array_agg(m.text order by m.arrival desc))[1]
    ) as text,
    (array_agg(m.text order by m.arrival > turn.before or turn.handed_over desc, length(m.text) desc, m.arrival))[1]
      as longest,
    coalesce(bool_or(m.sensitive_until is not null), false) as sensitive
  from message m
  where m.brand_id = current_brand() and m.conversation_id = u.conversation_id and m.author = 'customer'
    and m.kind = 'text' and m.arrival <= turn.answers and m.arrival > turn.answers - %(turns)s::integer
) said
where said.text is not null and not said.sensitive
"""
_TURNS: Final = 4  # messages of a customer that count as what a handover is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was asked, masked: all of it, and the one message that tells most of it."""

    all: MaskedText
    message: MaskedText


async def read_words(connection: Connection, left: Collection[Left]) -> dict[MessageId, Words]:
    """What was asked, by the message that left it open. Words about health and the like are left out."""
    if not left:
        return {}
    values = {
        "conversations": ids([one.conversation for one in left]),
        "messages": ids([one.message for one in left]),
        "turns": _TURNS,
    }
    rows = await (await connection.execute(READ_WORDS, values)).fetchall()
    return {
        MessageId(message): Words(all=MaskedText(text), message=MaskedText(longest)) for message, text, longest in rows
    }


COUNT_HOURS: Final = """
insert into radar_hour (brand_id, hour, people)
select u.brand_id, date_trunc('hour', u.at, 'UTC'), count(distinct c.person_id)
from unresolved u
join conversation c on c.brand_id = u.brand_id and c.id = u.conversation_id
where u.brand_id = current_brand() and u.at >= %(since)s::timestamptz
group by 1, 2
on conflict (brand_id, hour) do update set people = excluded.people
"""
READ_HOURS: Final = """
select hour, people from radar_hour where brand_id = current_brand() and hour >= %(since)s::timestamptz
"""


async def count_hours(connection: Connection, since: datetime) -> None:
    """Counts the hours from this one on again."""
    await connection.execute(COUNT_HOURS, {"since": since})


async def read_hours(connection: Connection, since: datetime) -> dict[datetime, int]:
    """With how many people something was left open, by the hour in UTC; hours without any are left out."""
    return dict(await (await connection.execute(READ_HOURS, {"since": since})).fetchall())


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What rose together."""

    id: UUID
    began_at: datetime
    noticed_at: datetime
    last_at: datetime
    people: int
    dismissed_at: datetime | None
    dismissed_people: int | None


LIST_GROUPS: Final = """
select id, began_at, noticed_at, last_at, people, dismissed_at, dismissed_people from radar_group
where brand_id = current_brand() and last_at > %(since)s::timestamptz
order by dismissed_at is not null, noticed_at desc, id
"""


async def list_groups(connection: Connection, since: datetime) -> list[Group]:
    """The groups that something joined after `since`: those that nobody has dismissed first, the latest first."""
    rows = await (await connection.execute(LIST_GROUPS, {"since": since})).fetchall()
    return [
        Group(
            id=id_,
            began_at=began,
            noticed_at=noticed,
            last_at=last,
            people=people,
            dismissed_at=dismissed,
            dismissed_people=dismissed_people,
        )
        for id_, began, noticed, last, people, dismissed, dismissed_people in rows
    ]


SAVE_GROUP: Final = """
insert into radar_group (brand_id, id, began_at, noticed_at, last_at, people)
values (current_brand(), %(id)s::uuid, %(began)s::timestamptz, %(now)s::timestamptz, %(last)s::timestamptz,
  %(people)s::integer)
on conflict (brand_id, id) do update set
  last_at = greatest(radar_group.last_at, excluded.last_at), people = greatest(radar_group.people, excluded.people),
  noticed_at = case when %(again)s::boolean then excluded.noticed_at else radar_group.noticed_at end,
  began_at = case when %(again)s::boolean then excluded.began_at else radar_group.began_at end,
  dismissed_at = case when %(again)s::boolean then null else radar_group.dismissed_at end,
  dismissed_people = case when %(again)s::boolean then null else radar_group.dismissed_people end,
  dismissed_by = case when %(again)s::boolean then null else radar_group.dismissed_by end
"""
JOIN_GROUP: Final = """
update unresolved u set group_id = %(group)s::uuid
from unnest(%(conversations)s::uuid[], %(messages)s::uuid[]) as m (conversation_id, message_id)
where u.brand_id = current_brand() and u.conversation_id = m.conversation_id and u.message_id = m.message_id
  and u.group_id is null
"""


async def save_group(
    connection: Connection,
    group: UUID,
    members: Sequence[tuple[ConversationId, MessageId]],
    *,
    began: datetime,
    last: datetime,
    people: int,
    again: bool,
    now: datetime,
) -> None:
    """A group with what has joined it. `again`: it was dismissed, and is shown once more."""
    values = {"id": group, "began": began, "last": last, "people": people, "again": again, "now": now}
    await connection.execute(SAVE_GROUP, values)
    values = {
        "group": group,
        "conversations": ids([conversation for conversation, _ in members]),
        "messages": ids([message for _, message in members]),
    }
    await connection.execute(JOIN_GROUP, values)


DISMISS: Final = """
update radar_group set dismissed_at = %(now)s::timestamptz, dismissed_by = %(staff)s::uuid, dismissed_people = people
where brand_id = current_brand() and id = %(id)s::uuid and dismissed_at is null
returning id
"""


async def dismiss(connection: Connection, group: UUID, *, staff_id: StaffId, now: datetime) -> bool:
    """Whether the group was there and is dismissed now."""
    values = {"id": group, "staff": staff_id, "now": now}
    return await (await connection.execute(DISMISS, values)).fetchone() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody's message in a group, as the page shows it."""

    left: Left
    reference: str
    channel: str
    category: str | None
    may_improve: bool  # the law of where the customer is does not forbid that their words make the bot better


LIST_MEMBERS: Final = """
select u.message_id, u.conversation_id, c.person_id, c.language, u.at, u.group_id, c.reference, c.channel, c.category,
  may_improve(c.brand_id, c.id, %(improvable)s::text[])
from unresolved u
join conversation c on c.brand_id = u.brand_id and c.id = u.conversation_id
where u.brand_id = current_brand() and u.group_id = %(group)s::uuid and may_be_used(c.brand_id, c.person_id)
order by u.at desc, u.message_id desc
limit %(limit)s::integer
"""


async def list_members(connection: Connection, group: UUID, *, limit: int) -> list[Member]:
    """What is in a group, the newest first."""
    values = {"group": group, "limit": limit, "improvable": [*list_improvable()]}
    return [
        Member(left=_left(row), reference=reference, channel=channel, category=category, may_improve=may_improve)
        for *row, reference, channel, category, may_improve in await (
            await connection.execute(LIST_MEMBERS, values)
        ).fetchall()
    ]


COUNT_OPEN: Final = """
select count(*) from radar_group
where brand_id = current_brand() and last_at > %(since)s::timestamptz and dismissed_at is null
"""


async def count_open(connection: Connection, since: datetime) -> int:
    """How many groups that nobody has dismissed rise still: something has joined them after `since`."""
    row = await (await connection.execute(COUNT_OPEN, {"since": since})).fetchone()
    assert row is not None
    return row[0]


FORGET_LEFT: Final = """
delete from unresolved where brand_id = current_brand() and at < %(before)s::timestamptz
"""
FORGET_GROUPS: Final = """
delete from radar_group where brand_id = current_brand() and last_at < %(before)s::timestamptz
"""
FORGET_HOURS: Final = """
delete from radar_hour where brand_id = current_brand() and hour < %(before)s::timestamptz
"""


async def forget(connection: Connection, *, left: datetime, hours: datetime) -> None:
    """What was left open and what rose before `left`, and what hours brought before `hours`, is needed no more."""
    await connection.execute(FORGET_LEFT, {"before": left})
    await connection.execute(FORGET_GROUPS, {"before": left})
    await connection.execute(FORGET_HOURS, {"before": hours})


def _left(row: Sequence[Any]) -> Left:
    message, conversation, person, language, at, group = row
    return Left(message=message, conversation=conversation, person=person, language=language, at=at, group=group)

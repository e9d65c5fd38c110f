"""What the desk reads: the inbox, one conversation, and what needs to be looked at.

Every function of this folder works inside the caller's transaction, with the brand set.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, LiteralString, cast
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import (
    Author,
    Citation,
    ConversationId,
    Holder,
    Kind,
    Language,
    MessageId,
    PersonId,
    Priority,
    StaffId,
)

View = Literal["mine", "waiting", "bot", "closed", "all"]
SendState = Literal["waiting", "sending", "sent", "unsure", "failed", "cancelled"]


# the inbox -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A conversation in the queue."""

    id: ConversationId
    reference: str
    channel: str
    language: Language
    category: str | None
    team: str | None  # that is to take it, as a scenario says
    priority: Priority
    holder: Holder
    agent_id: StaffId | None
    agent: str | None  # the name
    words: str  # the customer's last words, masked; empty when there are none yet
    kind: Kind | None  # of the customer's last message, which may be a button
    sensitive: bool  # the customer has written about health or something as private, among the last forty messages
    waiting_since: datetime | None  # the customer waits for a person since then
    updated_at: datetime
    closed_at: datetime | None


# Lists use the index on the hour of the last change, and sort the few of an hour.
# Forty messages a row are enough to know the customer's last words and since when nobody has answered. A handoff
# leaves the customer waiting; the bot's other words answer.
_ROW: Final = """
select c.id, c.reference, c.channel, c.language, c.category, c.holder, c.agent_id, s.name, m.words, m.kind,
  case
    when c.closed_at is not null or c.holder = 'bot' then null
    when c.holder = 'queue' then c.queued_at
    else m.unanswered_since end as waiting_since,
  c.updated_at, c.closed_at, m.sensitive, c.team, c.priority
from conversation c
left join staff s on s.id = c.agent_id
cross join lateral (
  select
    (array_agg(r.text order by r.id desc)
      filter (where r.author = 'customer' and r.kind in ('text', 'attachment')))[1] as words,
    (array_agg(r.kind order by r.id desc) filter (where r.author = 'customer'))[1] as kind,
    coalesce(bool_or(r.sensitive_until is not null), false) as sensitive,
    min(r.at) filter (where r.author = 'customer' and r.at > coalesce(r.answered_at, '-infinity')) as unanswered_since
  from (
    select l.*, max(l.at) filter (
        where l.author = 'agent' or (l.author = 'bot' and l.kind <> 'handoff') or l.kind = 'echo'
      ) over () as answered_at
    from (
      select id, author, kind, text, at, sensitive_until from message
      where brand_id = current_brand() and conversation_id = c.id
      order by id desc limit 40
    ) l
  ) r
) m
where c.brand_id = current_brand() and (%(team)s::text is null or c.team = %(team)s::text)
  and (%(channel)s::text is null or c.channel = %(channel)s::text)
"""
LIST_MINE: Final = (
    _ROW
    + """
and c.closed_at is null and c.holder = 'agent' and c.agent_id = %(staff)s::uuid
order by waiting_since nulls last, c.updated_at desc limit %(limit)s::integer
"""
)
LIST_WAITING: Final = (
    _ROW
    + """
and c.closed_at is null and c.holder = 'queue'
order by array_position('{urgent,high,normal,low}'::text[], c.priority), c.queued_at limit %(limit)s::integer
"""
)
LIST_BOT: Final = (
    _ROW
    + """
and c.closed_at is null and c.holder = 'bot' and c.updated_hour <= %(before)s::timestamptz
and c.updated_at < %(before)s::timestamptz
order by c.updated_hour desc, c.updated_at desc limit %(limit)s::integer
"""
)
LIST_CLOSED: Final = (
    _ROW
    + """
and c.closed_at is not null and c.updated_hour <= %(before)s::timestamptz
and c.updated_at < %(before)s::timestamptz
order by c.updated_hour desc, c.updated_at desc limit %(limit)s::integer
"""
)
LIST_ALL: Final = (
    _ROW
    + """
and c.updated_hour <= %(before)s::timestamptz and c.updated_at < %(before)s::timestamptz
order by c.updated_hour desc, c.updated_at desc limit %(limit)s::integer
"""
)
_LISTS: Final[dict[View, LiteralString]] = {
    "mine": LIST_MINE,
    "waiting": LIST_WAITING,
    "bot": LIST_BOT,
    "closed": LIST_CLOSED,
    "all": LIST_ALL,
}


async def list_conversations(
    connection: Connection,
    view: View,
    *,
    staff_id: StaffId,
    before: datetime,
    limit: int,
    team: str | None = None,
    channel: str | None = None,
) -> tuple[Row, ...]:
    """A view of the inbox: where people wait, the most urgent and then the longest waiting first, else the latest
    change before `before`. `team`: what is for that team alone. `channel`: what came by that channel alone.
    """
    values = {"staff": staff_id, "before": before, "limit": limit, "team": team, "channel": channel}
    return _read_rows(await (await connection.execute(_LISTS[view], values)).fetchall())


def _read_rows(rows: Sequence[tuple[object, ...]]) -> tuple[Row, ...]:
    return tuple(
        Row(
            id=ConversationId(cast("UUID", row[0])),
            reference=cast("str", row[1]),
            channel=cast("str", row[2]),
            language=cast("Language", row[3]),
            category=cast("str | None", row[4]),
            holder=Holder(cast("str", row[5])),
            agent_id=cast("StaffId | None", row[6]),
            agent=cast("str | None", row[7]),
            words=cast("str | None", row[8]) or "",
            kind=None if row[9] is None else Kind(cast("str", row[9])),
            waiting_since=cast("datetime | None", row[10]),
            updated_at=cast("datetime", row[11]),
            closed_at=cast("datetime | None", row[12]),
            sensitive=cast("bool", row[13]),
            team=cast("str | None", row[14]),
            priority=cast("Priority", row[15]),
        )
        for row in rows
    )


COUNT_VIEWS: Final = """
select count(*) filter (where holder = 'agent' and agent_id = %(staff)s::uuid),
  count(*) filter (where holder = 'queue'), count(*) filter (where holder = 'bot')
from conversation where brand_id = current_brand() and closed_at is null
"""


async def count_views(connection: Connection, staff_id: StaffId) -> dict[View, int]:
    """How many open conversations are in the views that are about open ones."""
    row = await (await connection.execute(COUNT_VIEWS, {"staff": staff_id})).fetchone()
    mine, waiting, bot = row or (0, 0, 0)
    return {"mine": mine, "waiting": waiting, "bot": bot}


LIST_TEAMS: Final = """
select distinct team from conversation
where brand_id = current_brand() and team is not null and closed_at is null order by team
"""


async def list_teams(connection: Connection) -> list[str]:
    """The teams for which open conversations are meant."""
    return [row[0] for row in await (await connection.execute(LIST_TEAMS)).fetchall()]


# The scan reads the messages of the 2,000 conversations that changed last, by their keys, and nothing else: no index
# is needed for it, and it cannot become slow as the years go by. Searching everything wants an index of folded lemmas.
FIND_WORDS: Final = """
select l.id from (
  select id, person_id, updated_at from conversation where brand_id = current_brand()
  order by updated_hour desc, updated_at desc limit 2000
) l
where not exists (
  select from person p where p.brand_id = current_brand() and p.id = l.person_id and p.restricted_at is not null
) and exists (
  select from message f where f.brand_id = current_brand() and f.conversation_id = l.id
    and f.text ilike all(%(patterns)s::text[])
)
order by l.updated_at desc limit %(limit)s::integer
"""
FIND_PEOPLE: Final = """
select c.id from conversation c
where c.brand_id = current_brand() and c.person_id in (
  select person_id from identity
  where brand_id = current_brand() and kind in ('email', 'phone', 'external') and lookup = any(%(lookups)s::bytea[])
  union all
  select person_id from vault_item where brand_id = current_brand() and lookup = any(%(lookups)s::bytea[])
) and not exists (
  select from person p where p.brand_id = current_brand() and p.id = c.person_id and p.restricted_at is not null
)
order by c.updated_at desc limit %(limit)s::integer
"""
FIND_REFERENCE: Final = (
    "select id from conversation where brand_id = current_brand() and reference = %(reference)s::text"
)
LIST_FOUND: Final = (
    _ROW
    + """
and c.id = any(%(ids)s::uuid[])
order by c.updated_at desc
"""
)


async def search_words(connection: Connection, words: Sequence[str], *, limit: int) -> tuple[Row, ...]:
    """Recent conversations with one masked message that has all these words in it, in any letter case."""
    patterns = [f"%{_escape(word)}%" for word in words]
    return await _list_found(connection, FIND_WORDS, {"patterns": patterns, "limit": limit})


async def search_people(connection: Connection, lookups: Collection[bytes], *, limit: int) -> tuple[Row, ...]:
    """Conversations of whoever left one of these values: keyed hashes are compared, nothing is opened."""
    return await _list_found(connection, FIND_PEOPLE, {"lookups": list(lookups), "limit": limit})


async def search_reference(connection: Connection, reference: str) -> tuple[Row, ...]:
    """The conversation with this reference, if there is one."""
    return await _list_found(connection, FIND_REFERENCE, {"reference": reference})


async def _list_found(connection: Connection, search: LiteralString, values: dict[str, object]) -> tuple[Row, ...]:
    ids = [row[0] for row in await (await connection.execute(search, values)).fetchall()]
    if not ids:
        return ()
    rows = await connection.execute(LIST_FOUND, {"ids": ids, "team": None, "channel": None})
    return _read_rows(await rows.fetchall())


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# one conversation ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The head of an open conversation pane."""

    id: ConversationId
    person_id: PersonId
    reference: str
    channel: str
    language: Language
    category: str | None
    holder: Holder
    agent_id: StaffId | None
    agent: str | None
    reason: str | None  # why the bot did what it did last: a word of its closed list
    routed: int | None  # the version of the router that has chosen the category, if it was one
    waiting_since: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    created_at: datetime
    erased: bool
    people_only: bool  # the customer wants no program to answer, on any channel
    team: str | None  # that is to take it, as a scenario says
    priority: Priority
    connection_id: str
    acted_at: datetime | None  # when the customer last did something that lets us write
    elsewhere_until: datetime | None  # somebody answers in the vendor's own inbox, or another program, until then
    public: bool  # everybody can read it


READ_CONVERSATION: Final = """
select c.id, c.person_id, c.reference, c.channel, c.language, c.category, c.holder, c.agent_id, s.name, c.reason,
  c.queued_at, c.updated_at, c.closed_at, c.created_at, p.erased_at is not null, c.routed,
  p.people_only_at is not null, c.team, c.priority, c.connection_id, t.acted_at, c.elsewhere_until, c.public
from conversation c
join person p on p.brand_id = current_brand() and p.id = c.person_id
left join staff s on s.id = c.agent_id
left join thread t on t.brand_id = current_brand() and t.conversation_id = c.id and t.connection_id = c.connection_id
where c.brand_id = current_brand() and c.reference = %(reference)s::text
"""


async def read_conversation(connection: Connection, reference: str) -> Conversation | None:
    """The conversation with this reference in the brand that is set."""
    row = await (await connection.execute(READ_CONVERSATION, {"reference": reference})).fetchone()
    if row is None:
        return None
    return Conversation(
        id=ConversationId(row[0]),
        person_id=PersonId(row[1]),
        reference=row[2],
        channel=row[3],
        language=row[4],
        category=row[5],
        holder=Holder(row[6]),
        agent_id=row[7],
        agent=row[8],
        reason=row[9],
        waiting_since=row[10],
        updated_at=row[11],
        closed_at=row[12],
        created_at=row[13],
        erased=row[14],
        routed=row[15],
        people_only=row[16],
        team=row[17],
        priority=row[18],
        connection_id=row[19],
        acted_at=row[20],
        elsewhere_until=row[21],
        public=row[22],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message as the desk shows it."""

    id: MessageId
    author: Author
    kind: Kind
    agent: str | None
    text: str
    choice: str | None
    choices: tuple[str, ...]
    confidence: float | None
    at: datetime
    citations: tuple[Citation, ...]
    state: SendState | None  # None where nothing is sent: the customer's words and notes
    error: str | None
    helped: bool | None  # what the customer said about an answer
    feedback: str | None  # the reason they chose
    comment: str
    sensitive: bool  # about health or something as private: kept for a shorter time
    labels: tuple[str, ...] = ()  # what the first of the choices are called, where nothing else says so
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    edited_at: datetime | None = None
    taken_back_at: datetime | None = None
    reaction: str | None = None  # what the customer thinks of it, in one sign
    more: str = ""  # what stands below the words: what a letter quotes, its signature
    apart: Literal["automatic", "elsewhere"] | None = None  # why the bot does not answer it

    @property
    def proposed(self) -> bool:
        """Whether it is what the bot would say, to be sent by a person or not at all."""
        return self.author is Author.NOTE and self.kind is Kind.ANSWER

    @property
    def names(self) -> Mapping[str, str]:
        """What its choices are called, where nothing else says so."""
        return dict(zip(self.choices, self.labels, strict=False))


READ_TRANSCRIPT: Final = """
select m.id, m.author, m.kind, s.name, m.text, m.choice, m.choices, m.confidence, m.at, o.state, o.error,
  f.helped, f.reason, coalesce(f.comment, ''), m.sensitive_until is not null, m.labels,
  o.delivered_at, o.read_at, m.edited_at, m.taken_back_at, r.sign, coalesce(m.more, ''), m.apart
from (
  select * from message
  where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
  order by id desc limit %(limit)s::integer
) m
left join outbox o on o.brand_id = current_brand() and o.conversation_id = m.conversation_id and o.message_id = m.id
left join answer_feedback f
  on f.brand_id = current_brand() and f.conversation_id = m.conversation_id and f.message_id = m.id
left join reaction r
  on r.brand_id = current_brand() and r.conversation_id = m.conversation_id and r.message_id = m.id
left join staff s on s.id = m.agent_id
order by m.id
"""
READ_CITATIONS: Final = """
select message_id, article_id, article_language, article_version, title, quote, published, marked_start, marked_end
from citation where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
order by message_id, position
"""


async def read_transcript(
    connection: Connection, conversation_id: ConversationId, *, limit: int = 500
) -> tuple[Line, ...]:
    """The last `limit` messages, oldest first: everything that was said, also what never left."""
    values = {"conversation": conversation_id, "limit": limit}
    cited: dict[UUID, list[Citation]] = {}
    for message, article, language, version, title, quote, published, start, end in await (
        await connection.execute(READ_CITATIONS, values)
    ).fetchall():
        citation = Citation(
            article=article,
            language=language,
            version=version,
            title=title,
            quote=quote,
            published=published,
            marked=None if start is None else (start, end),
        )
        cited.setdefault(message, []).append(citation)
    rows = await (await connection.execute(READ_TRANSCRIPT, values)).fetchall()
    return tuple(
        Line(
            id=MessageId(row[0]),
            author=Author(row[1]),
            kind=Kind(row[2]),
            agent=row[3],
            text=row[4],
            choice=row[5],
            choices=tuple(row[6]),
            confidence=row[7],
            at=row[8],
            citations=tuple(cited.get(row[0], ())),
            state=row[9],
            error=row[10],
            helped=row[11],
            feedback=row[12],
            comment=row[13],
            sensitive=row[14],
            labels=tuple(row[15] or ()),
            delivered_at=row[16],
            read_at=row[17],
            edited_at=row[18],
            taken_back_at=row[19],
            reaction=row[20],
            more=row[21],
            apart=row[22],
        )
        for row in rows
    )


# the person ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Another conversation of the same person."""

    reference: str
    category: str | None
    holder: Holder
    created_at: datetime
    closed_at: datetime | None


READ_EARLIER: Final = """
select reference, category, holder, created_at, closed_at from conversation
where brand_id = current_brand() and person_id = %(person)s::uuid and id <> %(conversation)s::uuid
order by created_at desc limit 10
"""


async def read_earlier(
    connection: Connection, person_id: PersonId, conversation_id: ConversationId
) -> tuple[Earlier, ...]:
    """The person's ten other latest conversations."""
    values = {"person": person_id, "conversation": conversation_id}
    rows = await (await connection.execute(READ_EARLIER, values)).fetchall()
    return tuple(
        Earlier(reference=row[0], category=row[1], holder=Holder(row[2]), created_at=row[3], closed_at=row[4])
        for row in rows
    )


# By keyed hashes: nothing is opened. A name, a number or an address that nobody has verified says nothing here.
READ_SAME: Final = """
select distinct c.reference, c.created_at
from identity i
join identity o on o.brand_id = i.brand_id and o.kind = i.kind and o.lookup = i.lookup and o.person_id <> i.person_id
  and o.verified_at is not null
join person p on p.brand_id = o.brand_id and p.id = o.person_id and p.restricted_at is null and p.erased_at is null
cross join lateral (
  select reference, created_at from conversation
  where brand_id = o.brand_id and person_id = o.person_id order by created_at desc limit 1
) c
where i.brand_id = current_brand() and i.person_id = %(person)s::uuid and i.kind = 'email'
  and i.verified_at is not null
order by c.created_at desc limit 5
"""


async def read_same(connection: Connection, person_id: PersonId) -> tuple[str, ...]:
    """The latest conversations of other people who have verified the same e-mail address, by reference."""
    rows = await (await connection.execute(READ_SAME, {"person": person_id})).fetchall()
    return tuple(row[0] for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """An incident that a conversation asked about."""

    id: UUID
    broke: str
    told: bool  # its customer has heard of it
    over: bool


READ_INCIDENTS: Final = """
select i.id, v.broke, r.told is not null, i.ended_at is not null
from incident_report r
join incident i on i.brand_id = r.brand_id and i.id = r.incident_id
join incident_version v on v.brand_id = i.brand_id and v.incident_id = i.id and v.version = i.live
where r.brand_id = current_brand() and r.conversation_id = %(conversation)s::uuid
order by r.first_at
"""


async def read_incidents(connection: Connection, conversation_id: ConversationId) -> tuple[Reported, ...]:
    """The incidents that a conversation asked about."""
    rows = await (await connection.execute(READ_INCIDENTS, {"conversation": conversation_id})).fetchall()
    return tuple(Reported(id=row[0], broke=row[1], told=row[2], over=row[3]) for row in rows)


# to be looked at -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A message that did not get out, or a lane that cannot be answered."""

    reference: str
    what: Literal["failed", "unsure", "stuck"]
    error: str | None
    attempts: int
    at: datetime


LIST_TROUBLES: Final = """
(select c.reference, o.state, o.error, o.attempts, o.due_at
from outbox o join conversation c on c.brand_id = current_brand() and c.id = o.conversation_id
where o.brand_id = current_brand() and o.state in ('failed', 'unsure')
order by o.due_at desc limit %(limit)s::integer)
union all
(select c.reference, 'stuck', c.reason, l.failures, l.waiting_since
from lane l join conversation c on c.brand_id = current_brand() and c.id = l.conversation_id
where l.brand_id = current_brand() and l.failures > 2 and l.arrived > l.answered
order by l.waiting_since limit %(limit)s::integer)
"""


async def list_troubles(connection: Connection, *, limit: int = 50) -> tuple[Trouble, ...]:
    """Sends that failed or whose fate is unknown, latest first; then conversations whose turn keeps breaking."""
    rows = await (await connection.execute(LIST_TROUBLES, {"limit": limit})).fetchall()
    return tuple(Trouble(reference=row[0], what=row[1], error=row[2], attempts=row[3], at=row[4]) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unparsed:
    """A delivery that was signed well and not understood: its shape alone."""

    connection_id: str
    channel: str
    shape: str
    at: datetime


LIST_UNPARSED: Final = """
select u.connection_id, d.channel, u.shape, u.at
from unparsed u join connection d on d.id = u.connection_id
where u.brand_id = current_brand() order by u.id desc limit %(limit)s::integer
"""


async def list_unparsed(connection: Connection, *, limit: int = 50) -> tuple[Unparsed, ...]:
    """The latest deliveries that were not understood."""
    rows = await (await connection.execute(LIST_UNPARSED, {"limit": limit})).fetchall()
    return tuple(Unparsed(connection_id=row[0], channel=row[1], shape=row[2], at=row[3]) for row in rows)

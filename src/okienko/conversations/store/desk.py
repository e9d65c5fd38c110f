"""What the desk reads and does: the inbox, one conversation, the person behind it, and the actions of agents.

Every function works inside the caller's transaction, with the brand set. Actions are conditional updates of the
conversation's row: whoever comes second learns it from the outcome, and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    MaskedText,
    MessageId,
    PersonId,
    StaffId,
)

View = Literal["mine", "waiting", "bot", "closed", "all"]
Outcome = Literal["done", "already", "held", "closed"]
"""done; already so (a double click); somebody else holds the conversation; it is closed."""

SendState = Literal["waiting", "sending", "sent", "unsure", "failed", "cancelled"]

REVEALS_AN_HOUR: Final = 20


# the inbox -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A conversation in the queue."""

    id: ConversationId
    reference: str
    channel: str
    language: Language
    category: str | None
    holder: Holder
    agent_id: StaffId | None
    agent: str | None  # the name
    words: str  # the customer's last words, masked; empty when there are none yet
    kind: Kind | None  # of the customer's last message, which may be a button
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
  c.updated_at, c.closed_at
from conversation c
left join staff s on s.id = c.agent_id
cross join lateral (
  select
    (array_agg(r.text order by r.id desc) filter (where r.author = 'customer' and r.kind = 'text'))[1] as words,
    (array_agg(r.kind order by r.id desc) filter (where r.author = 'customer'))[1] as kind,
    min(r.at) filter (where r.author = 'customer' and r.at > coalesce(r.answered_at, '-infinity')) as unanswered_since
  from (
    select l.*, max(l.at) filter (where l.author = 'agent' or (l.author = 'bot' and l.kind <> 'handoff')) over ()
      as answered_at
    from (
      select id, author, kind, text, at from message
      where brand_id = current_brand() and conversation_id = c.id
      order by id desc limit 40
    ) l
  ) r
) m
where c.brand_id = current_brand()
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
order by c.queued_at limit %(limit)s::integer
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
    connection: Connection, view: View, *, staff_id: StaffId, before: datetime, limit: int
) -> tuple[Row, ...]:
    """A view of the inbox: longest waiting first where people wait, else the latest change before `before` first."""
    values = {"staff": staff_id, "before": before, "limit": limit}
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


# The scan reads the messages of the 2,000 conversations that changed last, by their keys, and nothing else: no index
# is needed for it, and it cannot become slow as the years go by. Searching everything wants an index of folded lemmas.
FIND_WORDS: Final = """
select l.id from (
  select id, updated_at from conversation where brand_id = current_brand()
  order by updated_hour desc, updated_at desc limit 2000
) l
where exists (
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


async def search_people(connection: Connection, lookups: Sequence[bytes], *, limit: int) -> tuple[Row, ...]:
    """Conversations of whoever left one of these values: keyed hashes are compared, nothing is opened."""
    return await _list_found(connection, FIND_PEOPLE, {"lookups": list(lookups), "limit": limit})


async def search_reference(connection: Connection, reference: str) -> tuple[Row, ...]:
    """The conversation with this reference, if there is one."""
    return await _list_found(connection, FIND_REFERENCE, {"reference": reference})


async def _list_found(connection: Connection, search: LiteralString, values: dict[str, object]) -> tuple[Row, ...]:
    ids = [row[0] for row in await (await connection.execute(search, values)).fetchall()]
    return _read_rows(await (await connection.execute(LIST_FOUND, {"ids": ids})).fetchall()) if ids else ()


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
    waiting_since: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    created_at: datetime
    erased: bool


READ_CONVERSATION: Final = """
select c.id, c.person_id, c.reference, c.channel, c.language, c.category, c.holder, c.agent_id, s.name, c.reason,
  c.queued_at, c.updated_at, c.closed_at, c.created_at, p.erased_at is not null
from conversation c
join person p on p.brand_id = current_brand() and p.id = c.person_id
left join staff s on s.id = c.agent_id
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


READ_TRANSCRIPT: Final = """
select m.id, m.author, m.kind, s.name, m.text, m.choice, m.choices, m.confidence, m.at, o.state, o.error,
  f.helped, f.reason, coalesce(f.comment, '')
from (
  select * from message
  where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
  order by id desc limit %(limit)s::integer
) m
left join outbox o on o.brand_id = current_brand() and o.conversation_id = m.conversation_id and o.message_id = m.id
left join answer_feedback f
  on f.brand_id = current_brand() and f.conversation_id = m.conversation_id and f.message_id = m.id
left join staff s on s.id = m.agent_id
order by m.id
"""
READ_CITATIONS: Final = """
select message_id, article_id, article_language, article_version, title, quote, published
from citation where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
order by message_id, position
"""


async def read_transcript(
    connection: Connection, conversation_id: ConversationId, *, limit: int = 500
) -> tuple[Line, ...]:
    """The last `limit` messages, oldest first: everything that was said, also what never left."""
    values = {"conversation": conversation_id, "limit": limit}
    cited: dict[UUID, list[Citation]] = {}
    for message, article, language, version, title, quote, published in await (
        await connection.execute(READ_CITATIONS, values)
    ).fetchall():
        citation = Citation(
            article=article, language=language, version=version, title=title, quote=quote, published=published
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
        )
        for row in rows
    )


# the person ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A sealed value as it may be shown: what it is, never what it says."""

    id: UUID
    label: str  # a label of masking, or an identity's kind: email, phone, external
    number: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Another conversation of the same person."""

    reference: str
    category: str | None
    holder: Holder
    created_at: datetime
    closed_at: datetime | None


READ_IDENTITIES: Final = """
select id, kind, row_number() over (partition by kind order by id), created_at
from identity where brand_id = current_brand() and person_id = %(person)s::uuid order by id
"""


async def read_identities(connection: Connection, person_id: PersonId) -> tuple[Hidden, ...]:
    """How this person can be reached, sealed."""
    rows = await (await connection.execute(READ_IDENTITIES, {"person": person_id})).fetchall()
    return tuple(Hidden(id=row[0], label=row[1], number=row[2], at=row[3]) for row in rows)


READ_VAULT_ITEMS: Final = """
select id, label, number, created_at from vault_item
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and expires_at > %(now)s::timestamptz
order by label, number
"""


async def read_vault_items(
    connection: Connection, conversation_id: ConversationId, now: datetime
) -> tuple[Hidden, ...]:
    """What masking took out of this conversation's words and kept, sealed."""
    values = {"conversation": conversation_id, "now": now}
    rows = await (await connection.execute(READ_VAULT_ITEMS, values)).fetchall()
    return tuple(Hidden(id=row[0], label=row[1], number=row[2], at=row[3]) for row in rows)


READ_NUMBERS: Final = """
select label, lookup, number from vault_item
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
"""


async def read_numbers(connection: Connection, conversation_id: ConversationId) -> dict[tuple[str, bytes], int]:
    """The numbers that this conversation has given to values, by label and lookup: for masking an agent's words."""
    rows = await (await connection.execute(READ_NUMBERS, {"conversation": conversation_id})).fetchall()
    return {(label, bytes(lookup)): number for label, lookup, number in rows}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed value with what opens it: the place it is bound to and the person's wrapped key."""

    person_id: PersonId
    table: Literal["vault_item", "identity"]
    row: UUID
    sealed: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


READ_SEALED: Final = """
select v.person_id, 'vault_item', v.id, v.sealed, k.wrapped from vault_item v
join person_key k on k.brand_id = current_brand() and k.person_id = v.person_id and k.wrapped is not null
where v.brand_id = current_brand() and v.conversation_id = %(conversation)s::uuid and v.id = %(item)s::uuid
  and v.expires_at > %(now)s::timestamptz
union all
select i.person_id, 'identity', i.id, i.sealed, k.wrapped from conversation c
join identity i on i.brand_id = current_brand() and i.person_id = c.person_id and i.id = %(item)s::uuid
join person_key k on k.brand_id = current_brand() and k.person_id = i.person_id and k.wrapped is not null
where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
"""


async def read_sealed(
    connection: Connection, conversation_id: ConversationId, item_id: UUID, now: datetime
) -> Sealed | None:
    """A value of this conversation or of its person, still sealed; None when it is gone or its key was destroyed."""
    values = {"conversation": conversation_id, "item": item_id, "now": now}
    row = await (await connection.execute(READ_SEALED, values)).fetchone()
    if row is None:
        return None
    return Sealed(person_id=PersonId(row[0]), table=row[1], row=row[2], sealed=bytes(row[3]), wrapped=bytes(row[4]))


LOCK_REVEALS: Final = "select pg_advisory_xact_lock(hashtextextended('okienko reveal ' || %(staff)s::uuid::text, 0))"
COUNT_REVEALS: Final = """
select count(*) from vault_reveal
where brand_id = current_brand() and staff_id = %(staff)s::uuid and at > %(since)s::timestamptz
"""
RECORD_REVEAL: Final = """
insert into vault_reveal (brand_id, id, conversation_id, item_id, staff_id, reason, at)
values (current_brand(), %(id)s::uuid, %(conversation)s::uuid, %(item)s::uuid, %(staff)s::uuid, %(reason)s::text,
  %(now)s::timestamptz)
"""


async def count_reveals(connection: Connection, staff_id: StaffId, now: datetime) -> int:
    """How many values somebody has looked at in this brand within the last hour."""
    values = {"staff": staff_id, "since": now - timedelta(hours=1)}
    row = await (await connection.execute(COUNT_REVEALS, values)).fetchone()
    return row[0] if row else 0


async def record_reveal(
    connection: Connection,
    *,
    reveal_id: UUID,
    conversation_id: ConversationId,
    item_id: UUID,
    staff_id: StaffId,
    reason: MaskedText,
    elsewhere: int,
    now: datetime,
) -> bool:
    """Writes down who looks at what and why; False when it would be the 21st within an hour.

    `elsewhere`: this person's reveals of the last hour in other brands. Open the value only after True, in this very
    transaction: what is not written down is not shown.
    """
    await connection.execute(LOCK_REVEALS, {"staff": staff_id})
    if elsewhere + await count_reveals(connection, staff_id, now) >= REVEALS_AN_HOUR:
        return False
    await connection.execute(
        RECORD_REVEAL,
        {
            "id": reveal_id,
            "conversation": conversation_id,
            "item": item_id,
            "staff": staff_id,
            "reason": reason.text,
            "now": now,
        },
    )
    return True


# actions ---------------------------------------------------------------------------------------------------------

TAKE_OVER: Final = """
update conversation set holder = 'agent', agent_id = %(staff)s::uuid, version = version + 1, queued_at = null,
  updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null
  and agent_id is distinct from %(staff)s::uuid and (agent_id is null or agent_id = %(holder)s::uuid)
"""
# A statement of its own, after the conversation's row is ours: it sees what the bot's last turn has committed
# meanwhile. What is under way to a vendor cannot be called back; it is not tried again.
SILENCE_BOT: Final = """
update outbox set state = case state when 'waiting' then 'cancelled' else state end, last_try = true
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and author = 'bot'
  and state in ('waiting', 'sending')
"""


async def take_over(
    connection: Connection,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    holder: StaffId | None,
    message_id: UUID,
    said: MaskedText,
    now: datetime,
) -> Outcome:
    """Gives the conversation to `staff_id` and silences the bot: after the commit no send of the bot starts.

    `holder` is the colleague whom the conversation is knowingly taken from; when somebody else has it meanwhile, the
    outcome is "held". `said` tells the customer.
    """
    values = {"conversation": conversation_id, "staff": staff_id, "holder": holder, "now": now}
    if (await connection.execute(TAKE_OVER, values)).rowcount != 1:
        return await _explain(connection, conversation_id, staff_id)
    await connection.execute(SILENCE_BOT, values)
    await _say(connection, conversation_id, message_id, said, now)
    return "done"


HOLD: Final = """
update conversation set updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null
  and agent_id = %(staff)s::uuid
returning connection_id
"""
ONCE: Final = """
insert into seen (connection_id, key, at) values (%(connection)s::text, %(once)s::bytea, %(now)s::timestamptz)
on conflict do nothing
"""


async def reply(
    connection: Connection,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    message_id: UUID,
    once: bytes,
    text: MaskedText,
    now: datetime,
) -> Outcome:
    """An agent's words for the customer, on their way out. `once` is a keyed hash of the form's own id: sent again,
    it changes nothing ("already")."""
    values = {"conversation": conversation_id, "staff": staff_id, "once": once, "now": now}
    row = await (await connection.execute(HOLD, values)).fetchone()
    if row is None:
        outcome = await _explain(connection, conversation_id, staff_id)
        return "held" if outcome == "already" else outcome
    if (await connection.execute(ONCE, {**values, "connection": row[0]})).rowcount == 0:
        return "already"
    await _say(connection, conversation_id, message_id, text, now, staff_id=staff_id)
    return "done"


ADD_NOTE: Final = """
with noted as (
  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, at)
  select current_brand(), id, %(message)s::uuid, 'note', 'text', %(staff)s::uuid, %(text)s::text, %(now)s::timestamptz
  from conversation where brand_id = current_brand() and id = %(conversation)s::uuid
)
update conversation set updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid
"""
READ_DOOR: Final = """
select connection_id from conversation where brand_id = current_brand() and id = %(conversation)s::uuid for update
"""


async def add_note(
    connection: Connection,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    message_id: UUID,
    once: bytes,
    text: MaskedText,
    now: datetime,
) -> Outcome:
    """A note for colleagues; anybody may leave one, whoever holds the conversation. It is never sent."""
    values = {"conversation": conversation_id, "staff": staff_id, "once": once, "now": now}
    row = await (await connection.execute(READ_DOOR, values)).fetchone()
    if row is None:
        return "closed"
    if (await connection.execute(ONCE, {**values, "connection": row[0]})).rowcount == 0:
        return "already"
    await connection.execute(ADD_NOTE, {**values, "message": message_id, "text": text.text})
    return "done"


HAND_BACK: Final = """
update conversation set holder = 'bot', agent_id = null, version = version + 1, misses = 0,
  updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null and agent_id = %(staff)s::uuid
"""
TO_QUEUE: Final = """
update conversation set holder = 'queue', agent_id = null, version = version + 1, queued_at = %(now)s::timestamptz,
  updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null and agent_id = %(staff)s::uuid
"""
CLOSE: Final = """
update conversation set closed_at = %(now)s::timestamptz, version = version + 1, updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null
  and (agent_id is null or agent_id = %(staff)s::uuid)
"""
REOPEN: Final = """
update conversation set closed_at = null, holder = 'agent', agent_id = %(staff)s::uuid, queued_at = null,
  version = version + 1, updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is not null
"""

Change = Literal["hand_back", "to_queue", "close", "reopen"]
_CHANGES: Final[dict[Change, LiteralString]] = {
    "hand_back": HAND_BACK,
    "to_queue": TO_QUEUE,
    "close": CLOSE,
    "reopen": REOPEN,
}


async def change_holder(
    connection: Connection,
    change: Change,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    message_id: UUID,
    said: MaskedText,
    now: datetime,
) -> Outcome:
    """Hands back to the bot, puts into the queue, closes, or opens again (for oneself). `said` tells the customer.

    Only who holds a conversation may give it away; one that no person holds may be closed by anybody.
    """
    values = {"conversation": conversation_id, "staff": staff_id, "now": now}
    if (await connection.execute(_CHANGES[change], values)).rowcount != 1:
        return await _explain_change(connection, change, conversation_id)
    if change == "reopen":
        await connection.execute(SILENCE_BOT, values)
    await _say(connection, conversation_id, message_id, said, now)
    return "done"


SEND_AGAIN: Final = """
update outbox o set state = first_state(o.channel), due_at = %(now)s::timestamptz, attempts = 0, error = null
from conversation c
where o.brand_id = current_brand() and o.conversation_id = %(conversation)s::uuid and o.message_id = %(message)s::uuid
  and o.state in ('failed', 'unsure') and o.author = 'agent'
  and c.brand_id = current_brand() and c.id = o.conversation_id and c.agent_id = %(staff)s::uuid
"""


async def send_again(
    connection: Connection, *, conversation_id: ConversationId, staff_id: StaffId, message_id: UUID, now: datetime
) -> bool:
    """Tries a person's message once more that failed, or of which nobody knows whether it arrived."""
    values = {"conversation": conversation_id, "staff": staff_id, "message": message_id, "now": now}
    return (await connection.execute(SEND_AGAIN, values)).rowcount == 1


SAY: Final = """
with said as (
  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, at)
  values (current_brand(), %(conversation)s::uuid, %(message)s::uuid, %(author)s::text, %(kind)s::text,
    %(staff)s::uuid, %(text)s::text, %(now)s::timestamptz)
)
insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
select current_brand(), id, %(message)s::uuid, connection_id, channel, %(author)s::text, first_state(channel),
  %(now)s::timestamptz
from conversation where brand_id = current_brand() and id = %(conversation)s::uuid
"""


async def _say(
    connection: Connection,
    conversation_id: ConversationId,
    message_id: UUID,
    text: MaskedText,
    now: datetime,
    *,
    staff_id: StaffId | None = None,
) -> None:
    """A message and its way out: an agent's words, or, without `staff_id`, the system's."""
    await connection.execute(
        SAY,
        {
            "conversation": conversation_id,
            "message": message_id,
            "author": "agent" if staff_id else "system",
            "kind": "text" if staff_id else "event",
            "staff": staff_id,
            "text": text.text,
            "now": now,
        },
    )


READ_HELD: Final = """
select closed_at is not null, agent_id, holder from conversation
where brand_id = current_brand() and id = %(conversation)s::uuid
"""


async def _explain(connection: Connection, conversation_id: ConversationId, staff_id: StaffId) -> Outcome:
    """Why a conditional update met no row."""
    row = await (await connection.execute(READ_HELD, {"conversation": conversation_id})).fetchone()
    if row is None or row[0]:
        return "closed"
    return "already" if row[1] == staff_id else "held"


async def _explain_change(connection: Connection, change: Change, conversation_id: ConversationId) -> Outcome:
    row = await (await connection.execute(READ_HELD, {"conversation": conversation_id})).fetchone()
    closed, holder = (row[0], row[2]) if row else (True, None)
    wanted = {"hand_back": not closed and holder == "bot", "to_queue": not closed and holder == "queue"}
    if wanted.get(change, closed == (change == "close")):
        return "already"
    return "closed" if closed else "held"


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

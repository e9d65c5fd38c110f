"""The outbox: what is on its way out. After a takeover's commit no send of the bot starts.

Web chat needs no sender: its messages are sent by the commit that stores them (`first_state` in the migrations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import (
    Author,
    BrandId,
    Citation,
    ConnectionId,
    ConversationId,
    Kind,
    Language,
    MaskedText,
    MessageId,
    PersonId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this sender may send until its claim ends."""

    brand: BrandId
    conversation: ConversationId
    message: MessageId
    attempt: int  # 1 for the first
    unsettled: bool  # an earlier claim was never settled: the vendor may have the message already
    last_try: bool  # a person took over meanwhile: it must not be sent again


CLAIM_OUTBOX: Final = "select * from claim_outbox(%(limit)s::integer, %(now)s::timestamptz, %(lease)s::interval)"


async def claim_outbox(connection: Connection, *, limit: int, now: datetime, lease: timedelta) -> list[Claimed]:
    """Claims what is due for channels that are called: one message a conversation, in order."""
    rows = await (await connection.execute(CLAIM_OUTBOX, {"limit": limit, "now": now, "lease": lease})).fetchall()
    return [
        Claimed(
            brand=BrandId(brand),
            conversation=ConversationId(conversation),
            message=MessageId(message),
            attempt=attempt,
            unsettled=unsettled,
            last_try=last_try,
        )
        for brand, conversation, message, attempt, unsettled, last_try in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A claimed message with everything that sending needs; what is sealed still sealed."""

    claimed: Claimed
    connection: ConnectionId
    person: PersonId
    wrapped_key: bytes = field(repr=False)
    thread: bytes = field(repr=False)
    author: Author
    kind: Kind
    text: MaskedText
    citations: tuple[Citation, ...]
    language: Language
    reference: str
    hidden: frozenset[bytes] = frozenset()  # of the bot's words: keyed hashes of the values in the vault
    part: int = 0  # the call that is to be made, of those that the message consists of …
    parts: int | None = None  # … which are so many; None: nobody has written it down yet
    waited: float = 0.0  # seconds between attempts so far
    at: datetime  # when it was written
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # what the first of them are called, where nothing else says so
    envelope: bytes | None = field(default=None, repr=False)
    acted_at: datetime | None = None  # the customer's last action: what opens the vendor's window
    elsewhere_until: datetime | None = None


# A claim that somebody else has taken over meanwhile is not read. A conversation may have several threads of a
# connection, when a vendor has named it anew: the one in which the customer acted last is answered.
READ_DRAFTS: Final = """
select m.id, o.connection_id, c.person_id, k.wrapped, t.sealed, m.author, m.kind, m.text,
  c.language, c.reference, case when m.author = 'bot' then (
    select array_agg(v.lookup) from vault_item v
    where v.brand_id = current_brand() and v.conversation_id = w.conversation_id
  ) end,
  o.part, o.parts, o.waited, m.at, m.choices, m.labels, t.envelope,
  coalesce(t.acted_at, (
    select x.at from message x
    where x.brand_id = current_brand() and x.conversation_id = w.conversation_id and x.author = 'customer'
    order by x.id desc limit 1
  )), c.elsewhere_until,
  q.articles, q.languages, q.versions, q.titles, q.quotes, q.dates
from unnest(%(conversations)s::uuid[], %(messages)s::uuid[], %(attempts)s::integer[])
  as w (conversation_id, message_id, attempt)
join outbox o on o.brand_id = current_brand() and o.conversation_id = w.conversation_id and o.message_id = w.message_id
  and o.state = 'sending' and o.attempts = w.attempt
join message m on m.brand_id = current_brand() and m.conversation_id = w.conversation_id and m.id = w.message_id
cross join lateral (
  select r.sealed, r.envelope, r.acted_at from thread r
  where r.brand_id = current_brand() and r.conversation_id = w.conversation_id and r.connection_id = o.connection_id
    and r.sealed is not null
  order by r.acted_at desc nulls last limit 1
) t
join conversation c on c.brand_id = current_brand() and c.id = w.conversation_id
join person_key k on k.brand_id = current_brand() and k.person_id = c.person_id and k.wrapped is not null
cross join lateral (
  select
    array_agg(c.article_id order by c.position) as articles,
    array_agg(c.article_language order by c.position) as languages,
    array_agg(c.article_version order by c.position) as versions,
    array_agg(c.title order by c.position) as titles,
    array_agg(c.quote order by c.position) as quotes,
    array_agg(c.published order by c.position) as dates
  from citation c
  where c.brand_id = current_brand() and c.conversation_id = m.conversation_id and c.message_id = m.id
) q
"""


async def read_drafts(connection: Connection, claimed: Sequence[Claimed]) -> list[Draft]:
    """What the claimed messages of one brand say and where they go."""
    by_message: dict[UUID, Claimed] = {c.message: c for c in claimed}
    rows = await (
        await connection.execute(
            READ_DRAFTS,
            {
                "conversations": [c.conversation for c in claimed],
                "messages": [c.message for c in claimed],
                "attempts": [c.attempt for c in claimed],
            },
        )
    ).fetchall()
    return [
        Draft(
            claimed=by_message[message],
            connection=ConnectionId(connection_id),
            person=PersonId(person),
            wrapped_key=bytes(wrapped),
            thread=bytes(thread),
            author=Author(author),
            kind=Kind(kind),
            text=MaskedText(text),
            language=language,
            reference=reference,
            hidden=frozenset(map(bytes, hidden)) if hidden else frozenset(),
            part=part,
            parts=parts,
            waited=waited,
            at=at,
            choices=tuple(choices),
            labels=tuple(labels or ()),
            envelope=None if envelope is None else bytes(envelope),
            acted_at=acted_at,
            elsewhere_until=elsewhere_until,
            citations=tuple(
                Citation(article=article, language=language, version=version, title=title, quote=quote, published=date)
                for article, language, version, title, quote, date in zip(
                    *(column or () for column in cited), strict=True
                )
            ),
        )
        for (
            message,
            connection_id,
            person,
            wrapped,
            thread,
            author,
            kind,
            text,
            language,
            reference,
            hidden,
            part,
            parts,
            waited,
            at,
            choices,
            labels,
            envelope,
            acted_at,
            elsewhere_until,
            *cited,
        ) in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one attempt.

    `waiting`: there will be another one at `due` (None: as soon as it may), of this part or, when it was `sent`, of the
    next. `counted`: an attempt was made, and how long it waits is to be counted; what was only put back costs nothing.
    """

    claimed: Claimed
    state: Literal["waiting", "sent", "unsure", "failed", "cancelled"]
    part: int = 0  # the one that was claimed
    following: bool = False  # and has gone: the next one waits
    parts: int | None = None  # of how many it consists
    connection: ConnectionId | None = None
    receipt: bytes | None = None  # keyed hash of the vendor's id of our message
    error: str | None = None  # a word of ours, never the vendor's text
    due: datetime | None = None
    counted: bool = True
    waits: float = 0.0  # seconds until `due`, as far as the message's patience pays for them


# Before the outbox, as the way in takes them: what vendors report finds the message from here on.
NOTE_RECEIPTS: Final = """
insert into seen as s (connection_id, key, at, conversation_id, message_id)
select r.connection_id, r.key, %(now)s::timestamptz, r.conversation_id, r.message_id
from unnest(%(connections)s::text[], %(keys)s::bytea[], %(conversations)s::uuid[], %(messages)s::uuid[])
  as r (connection_id, key, conversation_id, message_id)
order by r.connection_id, r.key
on conflict (connection_id, key) do update
  set conversation_id = excluded.conversation_id, message_id = excluded.message_id
  where s.message_id is null
"""
# `last_try` is read from the row as it is when the update gets it: a takeover that commits during the send is seen, and
# what waits is cancelled instead of tried again. A message in parts begins each part anew.
SETTLE: Final = """
update outbox o set
  state = case when s.state = 'waiting' and o.last_try then 'cancelled' else s.state end,
  due_at = coalesce(s.due, o.due_at), claimed_until = null, receipt = coalesce(s.receipt, o.receipt), error = s.error,
  attempts = case when s.following then 0 when s.counted then o.attempts else o.attempts - 1 end,
  waited = case when s.following then 0 else o.waited + s.waits end,
  part = case when s.following then o.part + 1 else o.part end,
  parts = coalesce(s.parts, o.parts),
  sent_at = case when s.state = 'sent' then %(now)s::timestamptz end
from unnest(
  %(conversations)s::uuid[], %(messages)s::uuid[], %(attempts)s::integer[], %(parts_claimed)s::integer[],
  %(states)s::text[], %(receipts)s::bytea[], %(errors)s::text[], %(dues)s::timestamptz[], %(counted)s::boolean[],
  %(waits)s::real[], %(following)s::boolean[], %(parts)s::integer[]
) as s (conversation_id, message_id, attempt, part, state, receipt, error, due, counted, waits, following, parts)
where o.brand_id = current_brand() and o.conversation_id = s.conversation_id and o.message_id = s.message_id
  and o.state = 'sending' and o.attempts = s.attempt and o.part = s.part
"""


async def settle(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Writes down what became of sends of one brand. A claim that another sender took over is left to it.

    Receipts are kept in any case: what a vendor has named is ours, whoever has the claim.
    """
    receipts = [(s, s.connection, s.receipt) for s in settled if s.receipt is not None and s.connection is not None]
    if receipts:
        await connection.execute(
            NOTE_RECEIPTS,
            {
                "connections": [door for _, door, _ in receipts],
                "keys": [key for _, _, key in receipts],
                "conversations": [s.claimed.conversation for s, _, _ in receipts],
                "messages": [s.claimed.message for s, _, _ in receipts],
                "now": now,
            },
        )
    await connection.execute(
        SETTLE,
        {
            "conversations": [s.claimed.conversation for s in settled],
            "messages": [s.claimed.message for s in settled],
            "attempts": [s.claimed.attempt for s in settled],
            "parts_claimed": [s.part for s in settled],
            "states": [s.state for s in settled],
            "receipts": [s.receipt for s in settled],
            "errors": [s.error for s in settled],
            "dues": [s.due for s in settled],
            "counted": [s.counted for s in settled],
            "waits": [s.waits for s in settled],
            "following": [s.following for s in settled],
            "parts": [s.parts for s in settled],
            "now": now,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A conversation whose customer waits for what the bot is about to say."""

    conversation: ConversationId
    connection: ConnectionId
    person: PersonId
    wrapped_key: bytes = field(repr=False)
    thread: bytes = field(repr=False)
    envelope: bytes | None = field(repr=False)
    language: Language


READ_AWAITED: Final = """
select c.id, c.connection_id, c.person_id, k.wrapped, t.sealed, t.envelope, c.language
from unnest(%(conversations)s::uuid[]) as w (conversation_id)
join conversation c on c.brand_id = current_brand() and c.id = w.conversation_id
join person_key k on k.brand_id = current_brand() and k.person_id = c.person_id and k.wrapped is not null
cross join lateral (
  select r.sealed, r.envelope from thread r
  where r.brand_id = current_brand() and r.conversation_id = c.id and r.connection_id = c.connection_id
    and r.sealed is not null
  order by r.acted_at desc nulls last limit 1
) t
where not exists (
  select from connection_state s
  where s.brand_id = current_brand() and s.connection_id = c.connection_id and s.trouble is not null)
"""


async def read_awaited(connection: Connection, conversations: Sequence[ConversationId]) -> list[Awaited]:
    """Where these conversations are had; those whose connection is in trouble are left out."""
    rows = await (await connection.execute(READ_AWAITED, {"conversations": list(conversations)})).fetchall()
    return [
        Awaited(
            conversation=ConversationId(row[0]),
            connection=ConnectionId(row[1]),
            person=PersonId(row[2]),
            wrapped_key=bytes(row[3]),
            thread=bytes(row[4]),
            envelope=None if row[5] is None else bytes(row[5]),
            language=row[6],
        )
        for row in rows
    ]


NOTE_ELSEWHERE: Final = """
update conversation set elsewhere_until = greatest(elsewhere_until, %(until)s::timestamptz)
where brand_id = current_brand() and id = any(%(conversations)s::uuid[])
"""


async def note_elsewhere(connection: Connection, conversations: Sequence[ConversationId], until: datetime) -> None:
    """Another program has these conversations: the bot says nothing in them for a while."""
    await connection.execute(NOTE_ELSEWHERE, {"conversations": list(conversations), "until": until})

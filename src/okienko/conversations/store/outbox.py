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
    """A claimed message with everything that sending needs; the vendor's thread id still sealed."""

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


READ_DRAFTS: Final = """
select m.id, o.connection_id, c.person_id, k.wrapped, t.sealed, m.author, m.kind, m.text,
  c.language, c.reference, case when m.author = 'bot' then (
    select array_agg(v.lookup) from vault_item v
    where v.brand_id = current_brand() and v.conversation_id = w.conversation_id
  ) end,
  q.articles, q.languages, q.versions, q.titles, q.quotes, q.dates
from unnest(%(conversations)s::uuid[], %(messages)s::uuid[]) as w (conversation_id, message_id)
join outbox o on o.brand_id = current_brand() and o.conversation_id = w.conversation_id and o.message_id = w.message_id
join message m on m.brand_id = current_brand() and m.conversation_id = w.conversation_id and m.id = w.message_id
join thread t on t.brand_id = current_brand() and t.conversation_id = w.conversation_id
  and t.connection_id = o.connection_id and t.sealed is not null
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
            {"conversations": [c.conversation for c in claimed], "messages": [c.message for c in claimed]},
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
            *cited,
        ) in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one attempt. `again` is when to try next; None means that this was the end."""

    claimed: Claimed
    state: Literal["sent", "unsure", "failed"]
    receipt: bytes | None = None  # keyed hash of the vendor's id of our message
    error: str | None = None  # a word of ours, never the vendor's text
    again: datetime | None = None


# `last_try` is read from the row as it is when the update gets it: a takeover that commits during the send is seen, and
# what failed is cancelled instead of tried again.
SETTLE: Final = """
update outbox o set
  state = case
    when s.state <> 'failed' or s.again is null then s.state
    when o.last_try then 'cancelled'
    else 'waiting' end,
  due_at = coalesce(s.again, o.due_at), claimed_until = null, receipt = s.receipt, error = s.error,
  sent_at = case when s.state = 'sent' then %(now)s::timestamptz end
from unnest(
  %(conversations)s::uuid[], %(messages)s::uuid[], %(attempts)s::integer[], %(states)s::text[], %(receipts)s::bytea[],
  %(errors)s::text[], %(agains)s::timestamptz[]
) as s (conversation_id, message_id, attempt, state, receipt, error, again)
where o.brand_id = current_brand() and o.conversation_id = s.conversation_id and o.message_id = s.message_id
  and o.state = 'sending' and o.attempts = s.attempt
"""


async def settle(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Writes down what became of sends of one brand. A claim that another sender took over is left to it."""
    await connection.execute(
        SETTLE,
        {
            "conversations": [s.claimed.conversation for s in settled],
            "messages": [s.claimed.message for s in settled],
            "attempts": [s.claimed.attempt for s in settled],
            "states": [s.state for s in settled],
            "receipts": [s.receipt for s in settled],
            "errors": [s.error for s in settled],
            "agains": [s.again for s in settled],
            "now": now,
        },
    )

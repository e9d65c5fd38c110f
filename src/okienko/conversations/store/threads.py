"""Conversations as their customers have them: beginning, finding again, reading, rating, leaving an address."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from okienko.conversations.store.attachments import Attached, read_attached
from okienko.database.pool import Connection
from okienko.values import (
    Author,
    Citation,
    ConnectionId,
    ConversationId,
    Holder,
    Kind,
    Language,
    MaskedText,
    MessageId,
    PersonId,
)

Reason = Literal["wrong", "unclear", "outdated", "other"]

MOST_VISIBLE: Final = 500  # messages; a longer conversation shows its newest
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I, O, 0, 1: a reference is read aloud on the telephone


def new_reference() -> str:
    """What a customer calls their conversation: `K7F-2QDA`, one of 32^7."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(7))
    return f"{drawn[:3]}-{drawn[3:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a vendor's conversation, or the holder of a web visitor's token, belongs."""

    conversation: ConversationId
    person: PersonId
    language: Language


# Two processes may meet the same new thread at once: the second waits here and then finds what the first has made.
LOCK_THREAD: Final = "select pg_advisory_xact_lock(hashtextextended(%(key)s::text, 0))"
FIND_THREAD: Final = """
select t.conversation_id, c.person_id, c.language from thread t
join conversation c on c.brand_id = t.brand_id and c.id = t.conversation_id
where t.brand_id = current_brand() and t.connection_id = %(connection)s::text and t.lookup = %(lookup)s::bytea
"""
START: Final = """
with new_person as (
  insert into person (brand_id, id, created_at) values (current_brand(), %(person)s::uuid, %(now)s::timestamptz)
  on conflict do nothing
), new_key as (
  insert into person_key (brand_id, person_id, wrapped, key_id)
  values (current_brand(), %(person)s::uuid, %(wrapped_key)s::bytea, %(key_id)s::text)
  on conflict do nothing
), new_conversation as (
  insert into conversation
    (brand_id, id, person_id, connection_id, channel, reference, language, noticed, notice_version, notice_language,
    updated_at, created_at, public)
  values (current_brand(), %(conversation)s::uuid, %(person)s::uuid, %(connection)s::text, %(channel)s::text,
    %(reference)s::text, %(language)s::text, %(noticed)s::boolean, %(notice)s::integer,
    case when %(notice)s::integer is not null then %(language)s::text end, %(now)s::timestamptz, %(now)s::timestamptz,
    %(public)s::boolean)
  on conflict (brand_id, reference) do nothing
  returning id
), new_lane as (
  insert into lane (brand_id, conversation_id) select current_brand(), id from new_conversation
), new_thread as (
  insert into thread (brand_id, conversation_id, connection_id, lookup, sealed)
  select current_brand(), id, %(connection)s::text, %(lookup)s::bytea, %(sealed)s::bytea from new_conversation
)
select id from new_conversation
"""


async def find_thread(connection: Connection, door: ConnectionId, lookup: bytes) -> Thread | None:
    """The conversation behind a keyed hash of a token or of a vendor's thread id."""
    row = await (await connection.execute(FIND_THREAD, {"connection": door, "lookup": lookup})).fetchone()
    if row is None:
        return None
    return Thread(conversation=ConversationId(row[0]), person=PersonId(row[1]), language=row[2])


async def start(
    connection: Connection,
    *,
    person: PersonId,
    conversation: ConversationId,
    door: ConnectionId,
    channel: str,
    language: Language,
    lookup: bytes,
    sealed: bytes | None = None,
    wrapped_key: bytes,
    key_id: str,
    noticed: bool = False,
    notice: int | None = None,
    public: bool = False,
    now: datetime,
) -> Thread:
    """A new person with a conversation, its lane and its thread; the existing thread when there is one already.

    `lookup` is the keyed hash of the thread's id and `sealed` the id itself, where answering needs it. `noticed` says
    that the customer has seen the AI notice before the start, `notice` which version; None: the one in force. `public`:
    everybody can read it, so that a person answers.
    """
    await connection.execute(LOCK_THREAD, {"key": f"{door} {lookup.hex()}"})
    known = await find_thread(connection, door, lookup)
    if known is not None:
        return known
    values = {
        "person": person,
        "conversation": conversation,
        "connection": door,
        "channel": channel,
        "language": language,
        "lookup": lookup,
        "sealed": sealed,
        "wrapped_key": wrapped_key,
        "key_id": key_id,
        "noticed": noticed,
        "notice": notice,
        "public": public,
        "now": now,
    }
    while await (await connection.execute(START, values | {"reference": new_reference()})).fetchone() is None:
        pass  # the reference was taken: draw another
    return Thread(conversation=conversation, person=person, language=language)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleMessage:
    """One message as its customer sees it."""

    id: MessageId
    author: Author
    kind: Kind
    name: str | None  # of the agent
    text: MaskedText
    choice: str | None
    choices: tuple[str, ...]
    labels: tuple[str, ...]  # what the first of them are called, where nothing else says so
    citations: tuple[Citation, ...]
    helped: bool | None  # the customer's word on an answer
    at: datetime
    attachments: tuple[Attached, ...] = ()
    generator: str | None = None  # what made a message of the bot


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """A conversation as its customer sees it: never a note, never a word that has not been sent."""

    reference: str
    language: Language
    holder: Holder
    agent: str | None
    closed: bool
    searching: bool  # the bot has a message to answer
    contact: bool  # a way to be reached has been left
    people_only: bool  # the customer wants no program to answer
    consent: Literal["given", "refused", "withdrawn"] | None  # the last word on this chat; None: nobody has asked
    places: tuple[str | None, str | None]  # where the customer and their account are, as `okienko.policy` wants it
    messages: tuple[VisibleMessage, ...] = field(repr=False)
    asks_code: bool = False  # the topic wants to know who writes, and nobody has found out
    unconfirmed: bool = False  # an e-mail address was left, and not confirmed with a code


READ_STATE: Final = """
select c.reference, c.language, c.holder, s.name, c.closed_at is not null,
  c.holder = 'bot' and c.closed_at is null and l.arrived > l.answered,
  exists (
    select from identity i
    where i.brand_id = c.brand_id and i.person_id = c.person_id and i.kind in ('email', 'phone')),
  p.people_only_at is not null, p.declared, p.account, (
    select e.action from consent_event e
    where e.brand_id = c.brand_id and e.person_id = c.person_id and e.purpose = 'chat' and e.channel = c.channel
    order by e.id desc limit 1),
  exists (
    select from category k where k.brand_id = c.brand_id and k.slug = c.category and k.level <> 'none')
  and coalesce((
    select v.level in ('none', 'order') from verification v
    where v.brand_id = c.brand_id and v.conversation_id = c.id order by v.id desc limit 1), true),
  exists (
    select from identity i
    where i.brand_id = c.brand_id and i.person_id = c.person_id and i.kind = 'email' and i.verified_at is null)
from conversation c
join person p on p.brand_id = c.brand_id and p.id = c.person_id
join lane l on l.brand_id = c.brand_id and l.conversation_id = c.id
left join staff s on s.id = c.agent_id
where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
"""
READ_VISIBLE: Final = """
select m.id, m.author, m.kind, s.name, m.text, m.choice, m.choices, m.labels, f.helped, m.at, m.generator,
  q.articles, q.languages, q.versions, q.titles, q.quotes, q.dates, q.starts, q.ends
from (
  select m.* from message m
  left join outbox o on o.brand_id = m.brand_id and o.conversation_id = m.conversation_id and o.message_id = m.id
  where m.brand_id = current_brand() and m.conversation_id = %(conversation)s::uuid
    and (m.author = 'customer' or (m.author in ('bot', 'agent', 'system') and o.state = 'sent'))
  order by m.id desc limit %(limit)s::integer
) m
left join staff s on s.id = m.agent_id
left join answer_feedback f
  on f.brand_id = m.brand_id and f.conversation_id = m.conversation_id and f.message_id = m.id
left join lateral (
  select
    array_agg(c.article_id order by c.position) as articles,
    array_agg(c.article_language order by c.position) as languages,
    array_agg(c.article_version order by c.position) as versions,
    array_agg(c.title order by c.position) as titles,
    array_agg(c.quote order by c.position) as quotes,
    array_agg(c.published order by c.position) as dates,
    array_agg(c.marked_start order by c.position) as starts,
    array_agg(c.marked_end order by c.position) as ends
  from citation c
  where c.brand_id = m.brand_id and c.conversation_id = m.conversation_id and c.message_id = m.id
) q on m.kind in ('answer', 'clarify')
order by m.id
"""


async def read_visible(connection: Connection, conversation: ConversationId) -> Visible | None:
    """What the customer may see now; of a very long conversation, the newest 500 messages."""
    state = await (await connection.execute(READ_STATE, {"conversation": conversation})).fetchone()
    if state is None:
        return None
    reference, language, holder, agent, closed, searching, contact, people_only, declared, account, *more = state
    consent, asks_code, unconfirmed = more
    rows = await (
        await connection.execute(READ_VISIBLE, {"conversation": conversation, "limit": MOST_VISIBLE})
    ).fetchall()
    attached: Mapping[MessageId, tuple[Attached, ...]] = {}
    if any(row[2] == "attachment" for row in rows):
        attached = await read_attached(connection, conversation)
    return Visible(
        reference=reference,
        language=language,
        holder=Holder(holder),
        agent=agent,
        closed=closed,
        searching=searching,
        contact=contact,
        people_only=people_only,
        consent=consent,
        asks_code=asks_code,
        unconfirmed=unconfirmed,
        places=(declared, account),
        messages=tuple(
            VisibleMessage(
                id=MessageId(id_),
                author=Author(author),
                kind=Kind(kind),
                name=name,
                text=MaskedText(text),
                choice=choice,
                choices=tuple(choices),
                labels=tuple(labels or ()),
                helped=helped,
                at=at,
                generator=generator,
                attachments=attached.get(MessageId(id_), ()),
                citations=tuple(
                    Citation(
                        article=article,
                        language=spoken,
                        version=version,
                        title=title,
                        quote=quote,
                        published=date,
                        marked=None if start is None else (start, end),
                    )
                    for article, spoken, version, title, quote, date, start, end in zip(
                        *(column or () for column in cited), strict=True
                    )
                ),
            )
            for id_, author, kind, name, text, choice, choices, labels, helped, at, generator, *cited in rows
        ),
    )


GIVE_FEEDBACK: Final = """
insert into answer_feedback (brand_id, conversation_id, message_id, helped, reason, comment, at)
select m.brand_id, m.conversation_id, m.id, %(helped)s::boolean, %(reason)s::text, %(comment)s::text,
  %(now)s::timestamptz
from message m
where m.brand_id = current_brand() and m.conversation_id = %(conversation)s::uuid and m.id = %(message)s::uuid
  and m.author = 'bot' and m.kind = 'answer'
on conflict (brand_id, conversation_id, message_id) do update
  set helped = excluded.helped, reason = excluded.reason, comment = excluded.comment, at = excluded.at
returning message_id
"""


async def give_feedback(
    connection: Connection,
    *,
    conversation: ConversationId,
    message: MessageId,
    helped: bool,
    reason: Reason | None,
    comment: MaskedText,
    now: datetime,
) -> bool:
    """Keeps the customer's last word on an answer of the bot. False when this conversation has no such answer."""
    cursor = await connection.execute(
        GIVE_FEEDBACK,
        {
            "conversation": conversation,
            "message": message,
            "helped": helped,
            "reason": reason,
            "comment": comment.text,
            "now": now,
        },
    )
    return await cursor.fetchone() is not None


READ_PERSON_KEY: Final = """
select wrapped from person_key where brand_id = current_brand() and person_id = %(person)s::uuid
"""


async def read_person_key(connection: Connection, person: PersonId) -> bytes | None:
    """The person's wrapped key; None when it was destroyed with their data."""
    row = await (await connection.execute(READ_PERSON_KEY, {"person": person})).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


LEAVE_CONTACT: Final = """
with fresh as (
  insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at)
  values (current_brand(), %(person)s::uuid, %(id)s::uuid, %(kind)s::text, %(lookup)s::bytea, %(sealed)s::bytea,
    %(now)s::timestamptz)
  on conflict (brand_id, person_id, kind, lookup) do nothing
  returning id
), touched as (
  update conversation c set updated_at = %(now)s::timestamptz
  where c.brand_id = current_brand() and c.id = %(conversation)s::uuid and exists (select from fresh)
  returning c.id, c.connection_id, c.channel
), said as (
  insert into message (brand_id, conversation_id, id, author, kind, text, at)
  select current_brand(), id, %(message)s::uuid, 'system', 'event', %(text)s::text, %(now)s::timestamptz from touched
)
insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
select current_brand(), id, %(message)s::uuid, connection_id, channel, 'system', first_state(channel),
  %(now)s::timestamptz
from touched
"""


async def leave_contact(
    connection: Connection,
    *,
    conversation: ConversationId,
    person: PersonId,
    id: UUID,  # noqa: A002 - the column's name; the value is sealed for this row
    kind: Literal["email", "phone"],
    lookup: bytes,
    sealed: bytes,
    message: MessageId,
    text: MaskedText,
    now: datetime,
) -> None:
    """Keeps a way to reach the person and says so in the conversation; a second time, nothing happens."""
    await connection.execute(
        LEAVE_CONTACT,
        {
            "conversation": conversation,
            "person": person,
            "id": id,
            "kind": kind,
            "lookup": lookup,
            "sealed": sealed,
            "message": message,
            "text": text.text,
            "now": now,
        },
    )


FIND_LANGUAGE: Final = """
select language from conversation where brand_id = current_brand() and id = %(conversation)s::uuid
"""


async def find_language(connection: Connection, conversation: ConversationId) -> Language | None:
    """The language that a conversation is held in; None when there is no such conversation."""
    row = await (await connection.execute(FIND_LANGUAGE, {"conversation": conversation})).fetchone()
    return None if row is None else row[0]


SET_LANGUAGE: Final = """
update conversation set language = %(language)s::text
where brand_id = current_brand() and id = %(conversation)s::uuid
"""


async def set_language(connection: Connection, conversation: ConversationId, language: Language) -> None:
    """The language that the customer chose to be answered in."""
    await connection.execute(SET_LANGUAGE, {"conversation": conversation, "language": language})

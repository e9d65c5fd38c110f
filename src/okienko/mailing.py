"""What letters need on the road besides other messages: who takes part, who is not believed, whom nothing is sent to.

A letter from an address that has not taken part before, and one that its sender's domain disowns, are people's: the bot
does not answer them, and so says nothing of what was written before to whoever has guessed an id.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from okienko.channels.event import Event
from okienko.channels.vendor import Suppresses
from okienko.conversations.store import connections
from okienko.conversations.store import letters as store
from okienko.conversations.store.actions import ONCE
from okienko.conversations.store.letters import Leaving, Refusal
from okienko.database.ids import new_id
from okienko.database.pool import Connection as DatabaseConnection
from okienko.identity.codes import NotAnAddress, hash_address
from okienko.keys import Keys
from okienko.masking.mask import published
from okienko.values import (
    Author,
    Brand,
    Connection,
    ConversationId,
    Inbound,
    Language,
    Outgoing,
    PersonId,
    RawText,
)
from okienko.web.i18n import Words, words

LASTING: Final = timedelta(days=365)  # that nothing is sent to an address that is no more, or whose owner complains
WHILE: Final = timedelta(days=7)  # that nothing is sent where a mailbox is full, or a server has a rule against us


async def find_named(
    connection: DatabaseConnection, keys: Keys, door: Connection, inbound: Inbound
) -> ConversationId | None:
    """The conversation that a letter's subject names, if its sender takes part in that: anybody can write a subject."""
    lookup = _hash(keys, inbound.sender)
    if inbound.reference is None or lookup is None or inbound.unverified:
        return None
    return await store.find_named(connection, door.id, inbound.reference, lookup)


async def meet(
    connection: DatabaseConnection,
    keys: Keys,
    inbound: Inbound,
    *,
    conversation: ConversationId,
    person: PersonId,
    close: Callable[[RawText, UUID], bytes | None],
    language: Language,
    now: datetime,
) -> None:
    """What a letter that was stored just now says about its sender, in the same commit.

    `close` seals a person's address for the row of this id; None for a person whose data are gone.
    """
    notes: list[str] = []
    speak, lookup = words(language), _hash(keys, inbound.sender)
    if inbound.sender is not None and lookup is not None:
        row = new_id(now)
        sealed = close(inbound.sender, row)
        if sealed is not None and await store.meet(connection, person, id=row, lookup=lookup, sealed=sealed, now=now):
            notes.append(
                speak.gettext(
                    "This letter came from an address that has not taken part before. Answers go there from now on: "
                    "make sure who it is before you say anything about the customer."
                )
            )
        if not inbound.automatic and not inbound.unverified:
            await store.lift(connection, lookup)
    if inbound.unverified:
        notes.append(
            speak.gettext(
                "The sender is not verified: the domain of the address says that this letter is not its own. Say "
                "nothing about the customer, and change nothing, before you know who it is."
            )
        )
    for note in notes:
        await store.tell_staff(connection, conversation, published(note), hand_over=not inbound.automatic, now=now)


async def take_report(  # noqa: PLR0917 - the road's tools, in their usual order
    connection: DatabaseConnection,
    keys: Keys,
    adapter: Suppresses,
    door: Connection,
    brand: Brand,
    event: Event,
    now: datetime,
) -> ConversationId | None:
    """What a report says about an address: nothing is sent there for a while, and people are told.

    Anybody can send a report. One is believed that shows a letter of ours to a conversation in which the address takes
    part; another is an administrator's to look at.
    """
    found = adapter.undelivered(event, door)
    lookup = None if found is None else _hash(keys, RawText(found.address))
    conversation = None
    if found is not None and lookup is not None:
        about = [keys.lookup(f"event:{door.id}", one) for one in event.about]
        conversation = await store.find_part(
            connection, door.id, lookup, conversation=adapter.continues(event, door), about=about
        )
    once = {"connection": door.id, "once": keys.lookup(f"undelivered:{door.id}", event.dedupe), "now": now}
    failed = event.kind == "failed" or event.notice == "complaint"
    if not failed or (await connection.execute(ONCE, once)).rowcount == 0:
        return None
    if found is None or lookup is None or conversation is None:
        await connections.add_notice(connection, door.id, kind="possible_bounce", word="", now=now)
        return None
    await store.stop(connection, lookup, found.why, until=now + (LASTING if found.lasting else WHILE), now=now)
    note = _explain(words(brand.language), found.why)
    await store.tell_staff(connection, conversation, published(note), hand_over=True, now=now)
    return conversation


async def refuse(  # noqa: PLR0917 - the road's tools, in their usual order
    connection: DatabaseConnection,
    keys: Keys,
    adapter: Suppresses,
    outgoing: Outgoing,
    language: Language,
    now: datetime,
) -> Refusal | None:
    """Why a letter is not sent, which people are told; None: it goes, and counts where no person has written it."""
    lookup = _hash(keys, RawText(adapter.address(outgoing)))
    if lookup is None:
        return None  # the adapter says what is wrong with it
    leaving = Leaving(
        conversation=outgoing.conversation,
        message=outgoing.message,
        lookup=lookup,
        body=keys.lookup("letter", f"{outgoing.kind}\x1f{outgoing.text}"),
        automatic=outgoing.author is not Author.AGENT,
    )
    refusal = await store.may_leave(connection, leaving, now)
    if refusal is None:
        return None
    speak = words(language)
    if refusal == "suppressed":
        note = speak.gettext("A letter was not sent: the customer's address is on the list of those that take none.")
    else:
        note = speak.gettext(
            "The bot has stopped writing: it has sent this address too many letters, or the same one twice. Perhaps "
            "a program answers there."
        )
    await store.tell_staff(connection, outgoing.conversation, published(note), hand_over=True, now=now)
    return refusal


def _explain(speak: Words, why: str) -> str:
    match why:
        case "complaint":
            return speak.gettext("The customer has reported our letter as unwanted. Nothing is sent to this address.")
        case "full":
            return speak.gettext("A letter came back: the mailbox is full. Nothing is sent there for a week.")
        case "policy":
            return speak.gettext(
                "A letter came back: the mail server there has a rule against it. Nothing is sent there for a week."
            )
        case _:
            return speak.gettext(
                "A letter came back: there is no such address any more. Nothing is sent there; reach the customer in "
                "another way."
            )


def _hash(keys: Keys, address: RawText | None) -> bytes | None:
    """The keyed hash by which an address is known; None for what is none."""
    if address is None:
        return None
    try:
        return hash_address(keys, address)
    except NotAnAddress:
        return None

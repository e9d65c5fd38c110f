"""Ends what has had its time, and tells those who asked about an incident that it is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from okienko.audit import store as audit
from okienko.conversations.store.choices import tell
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.incidents import store
from okienko.incidents.clear import decide
from okienko.incidents.incident import Incident
from okienko.incidents.notice import write_all_clear
from okienko.mail.store import write_letter
from okienko.masking.mask import published
from okienko.values import Brand, ConversationId, MessageId
from okienko.web.i18n import words

_LETTER: Final = timedelta(hours=24)  # after which nobody needs it any more


async def end_due(database: Database, brand: Brand, now: datetime) -> None:
    """Ends the incidents whose time is over; the audit log says that nobody did it by hand."""
    async with database.brand(brand.id) as connection:
        for id_, solved in await store.expire(connection, brand.id, now):
            await audit.record(
                connection,
                "incident-ended",
                by=audit.WORKER,
                brand=brand.id,
                kind="incident",
                object=id_,
                detail={"solved": solved},
                now=now,
            )


async def tell_all_clear(
    database: Database, brand: Brand, now: datetime, *, can_mail: bool, most: int = store.SETTLED_AT_ONCE
) -> list[ConversationId]:
    """Tells up to `most` conversations, in one transaction with the note that it was done; which.

    Whoever is killed in between has told nobody of this round, and everybody of the rounds before. So it may be called
    again at any time, by any worker.
    """
    told: list[ConversationId] = []
    async with database.brand(brand.id) as connection:
        known: dict[UUID, Incident] = {}
        for one in await store.claim_unsettled(connection, brand.id, now=now, most=most):
            outcome = decide(one.facts, can_mail=can_mail)
            message: MessageId | None = None
            letter: UUID | None = None
            if outcome in {"told", "letter"}:
                if one.incident not in known:
                    known[one.incident] = await store.read_said(connection, brand.id, one.incident)
                speak = words(one.language)
                text = write_all_clear(
                    known[one.incident], speak, brand=brand.name, timezone=brand.timezone, asked=one.asked_at
                )
                message = MessageId(new_id(now))
                await tell(connection, one.conversation, message=message, text=published(text), now=now)
            if outcome == "letter":
                letter = await write_letter(
                    connection,
                    template="all_clear",
                    language=one.language,
                    person=one.person,
                    identity=one.address,
                    about=one.incident,
                    until=now + _LETTER,
                    now=now,
                )
            await store.settle(connection, brand.id, one, outcome, message=message, letter=letter, now=now)
            told.append(one.conversation)
    return told

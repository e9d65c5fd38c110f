"""What vendors report besides messages: edits, what was taken back, reactions, deliveries, echoes, who has a thread.

`receive.py` hands events over, one by one, with what it has verified; `work.py` has those tried again that were about
messages which were not here yet. All of it may come twice and in any order, and each has its effect once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from okienko import mailing
from okienko.attachments.lines import add_lines
from okienko.channels.event import Event, EventKind
from okienko.channels.vendor import Explains, Reads, Suppresses
from okienko.conversations.sealing import Sealing, seal_values
from okienko.conversations.store import actions, arrivals, connections
from okienko.conversations.store import reports as store
from okienko.conversations.store.arrivals import Vault
from okienko.conversations.store.reports import Known, Parked, Report, Touch, What
from okienko.conversations.store.threads import find_language
from okienko.conversations.store.vault import open_vault
from okienko.database.ids import id_of, new_id
from okienko.database.pool import Connection as DatabaseConnection
from okienko.database.pool import Database
from okienko.keys import Keys
from okienko.masking.keeping import sensitive_until
from okienko.masking.mask import Findings, MaskingFailed, find, published, read_placeholder, render
from okienko.masking.vault import open_person_key
from okienko.values import (
    Author,
    Brand,
    Clock,
    Connection,
    ConversationId,
    Failed,
    Language,
    MaskedText,
    RawText,
)
from okienko.web.i18n import words

INBOX: Final = timedelta(hours=12)  # after somebody has answered elsewhere, the bot is silent for so long
OWNED: Final = timedelta(hours=24)  # a thread that another program has been given comes back by itself
SETTLING: Final = timedelta(seconds=60)  # an echo that may be of what is under way waits so long to be known as ours
OLDEST: Final = timedelta(days=7)  # a vendor repeats no longer than that: an older clock is wrong
AHEAD: Final = timedelta(minutes=1)

_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_LINE: Final = re.compile(r"\[[^\[\]\n]{1,80}\]")
_ABOUT: Final[Mapping[EventKind, What]] = {
    "message_edited": "edited",
    "message_deleted": "deleted",
    "reaction": "reaction",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}
# What vendors call reactions where they do not send the sign itself.
_SIGNS: Final[Mapping[str, str]] = {
    "like": "👍",
    "dislike": "👎",
    "love": "❤",
    "smile": "😆",
    "haha": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😠",
}
_OTHER: Final = "•"
_PICTURE: Final = r"[^\w\s\x00-\xa8\u200d\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"
_ONE: Final = rf"{_PICTURE}\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_SIGN: Final = re.compile(rf"{_ONE}(?:\u200d{_ONE})*|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3")


def read_sign(said: str | None) -> str:
    """One sign for a reaction, whatever a vendor sends: text that is no sign is not kept. Pure."""
    if said is None:
        return _OTHER
    if said in _SIGNS:
        return _SIGNS[said]
    return said if len(said) <= 16 and _SIGN.fullmatch(said) else _OTHER


def read_moment(at: datetime | None, now: datetime) -> datetime:
    """When something happened, by the vendor's clock as far as that can be right, else by ours. Pure."""
    return at if at is not None and now - OLDEST <= at <= now + AHEAD else now


def find_placeholders(text: str) -> set[tuple[str, int]]:
    """The values that a masked text names: (label, number). Pure."""
    places = (place for place, sign in enumerate(text) if sign == "[")
    return {read[:2] for place in places if (read := read_placeholder(text, place)) is not None}


def put_text(old: str, new: MaskedText) -> MaskedText:
    """New words for a message; the lines of its files stay below them. Pure."""
    lines: list[str] = []
    for line in reversed(old.split("\n")):
        if not _LINE.fullmatch(line) or read_placeholder(line, 0) is not None:
            break
        lines.insert(0, line)
    return add_lines(new, lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Takes what is reported about messages and threads."""

    database: Database
    keys: Keys
    clock: Clock

    async def take(self, adapter: Reads, door: Connection, brand: Brand, event: Event) -> ConversationId | None:
        """Has one event its effect, once; the conversation that it has changed.

        An echo's thread must be known: whoever hands it over opens one that is new.
        """
        async with self.database.brand(brand.id) as connection:
            if event.kind == "echo" or (event.kind == "comment" and event.direction == "out"):
                return await self._echo(connection, adapter, door, brand, event)
            undelivered: ConversationId | None = None
            if isinstance(adapter, Suppresses):
                undelivered = await mailing.take_report(
                    connection, self.keys, adapter, door, brand, event, self.clock()
                )
            match event.kind:
                case "message_edited" | "message_deleted" | "reaction":
                    changed = await self._about(connection, adapter, door, brand, event)
                    if event.kind == "reaction" and event.direction == "in":
                        await self._act(connection, door, event)
                    return changed
                case "sent" | "delivered" | "read" | "failed":
                    return await self._fared(connection, adapter, door, brand, event) or undelivered
                case "handover":
                    return await self._handed(connection, door, event)
                case "referral" | "optin" | "call":
                    if event.direction == "in" and "value" not in event.standing:  # a preference is no word to us
                        await self._act(connection, door, event)
                case "account_notice":
                    await self._notice(connection, door, event)
                case "unknown":
                    notice = _word(event.notice)
                    await self._unparsed(connection, door, f"unknown: {notice}" if notice else "unknown")
                case _:
                    pass
        return undelivered

    async def sweep(self, brand: Brand) -> list[ConversationId]:
        """Tries again what was about messages that were not here; the conversations that it has changed."""
        now = self.clock()
        async with self.database.brand(brand.id) as connection:
            await store.forget_parked(connection, now)
            ripe = await store.list_ripe(connection)
        changed: list[ConversationId] = []
        for parked in ripe:
            async with self.database.brand(brand.id) as connection:
                conversation = await self._sweep_one(connection, brand, parked)
            if conversation is not None:
                changed.append(conversation)
        return changed

    async def apply_waiting(
        self, connection: DatabaseConnection, door: Connection, brand: Brand, keys: Sequence[bytes]
    ) -> None:
        """What has waited for messages that this transaction stores."""
        for parked in await store.list_parked_of(connection, door.id, keys):
            known = await store.find_known(connection, door.id, parked.report.about)
            if known is not None and await store.unpark(connection, parked.id):
                await self._apply(connection, parked.report, known)

    # about messages ------------------------------------------------------------------------------------------------

    def key(self, door: Connection, id: str) -> bytes:  # noqa: A002 - the vendor's
        """The keyed hash by which a vendor's id of a message is known."""
        return self.keys.lookup(f"event:{door.id}", id)

    def lookup(self, door: Connection, thread: str) -> bytes:
        """The keyed hash by which a thread is known."""
        return self.keys.lookup(f"{door.channel}:{door.id}", thread)

    async def _about(
        self, connection: DatabaseConnection, adapter: Reads, door: Connection, brand: Brand, event: Event
    ) -> ConversationId | None:
        changed: ConversationId | None = None
        for about in event.about:
            report = Report(
                what=_ABOUT[event.kind],
                connection=door.id,
                about=self.key(door, about),
                at=self._moment(event),
                value=self._value(adapter, event),
            )
            known = await store.find_known(connection, door.id, report.about)
            if report.what == "edited":
                conversation = known.conversation if known else await self._find(connection, door, event.thread)
                report = replace(report, text=await self._mask(connection, event.text, brand, conversation))
            changed = await self._apply_or_park(connection, report, known) or changed
        return changed

    async def _apply_or_park(
        self, connection: DatabaseConnection, report: Report, known: Known | None
    ) -> ConversationId | None:
        if known is not None:
            return await self._apply(connection, report, known)
        now = self.clock()
        await store.park(connection, report, id=new_id(now), now=now)
        return None

    async def _apply(self, connection: DatabaseConnection, report: Report, known: Known) -> ConversationId | None:
        now, done = self.clock(), False
        own = known.author in {Author.BOT, Author.AGENT, Author.SYSTEM}
        match report.what:
            case "edited" if report.text is not None:
                text = put_text(known.text.text, report.text)
                sensitive = _sensitive(report.text, now)
                done = await store.edit(connection, known, text, at=report.at, sensitive=sensitive, now=now)
                if done:
                    await self._forget_values(connection, known, text)
            case "deleted":
                blank = published(words(known.language).gettext("[message taken back by its writer]"))
                done = await store.take_back(connection, known, text=blank, at=report.at, now=now)
                if done and not own and not known.frozen:
                    await self._forget_values(connection, known, blank)
            case "reaction":
                done = await store.react(connection, known, report.value, at=report.at)
            case "sent" | "delivered" | "read" | "failed" if own:
                done = await store.fare(
                    connection, known.conversation, known.message, report.what, at=report.at, error=report.value
                )
            case _:
                pass
        return known.conversation if done else None

    async def _forget_values(self, connection: DatabaseConnection, known: Known, text: MaskedText) -> None:
        """Sealed values that only the old words named."""
        gone = find_placeholders(known.text.text) - find_placeholders(text.text)
        if gone and not known.frozen:
            for other in await store.read_words(connection, known):
                gone -= find_placeholders(other)
            await store.drop_values(connection, known, gone)

    async def _mask(
        self, connection: DatabaseConnection, raw: RawText | None, brand: Brand, conversation: ConversationId | None
    ) -> MaskedText:
        """Words as they may be kept; what masking takes out goes to the conversation's vault, where there is one."""
        if raw is None:
            return MaskedText("")
        language, vault = brand.language, None
        if conversation is not None:
            language = await find_language(connection, conversation) or language
            vault = await open_vault(connection, conversation)
        try:
            findings = find(raw, allowed=brand.allowed, denied=brand.denied)
        except MaskingFailed:
            return published(words(language).gettext("[message that could not be read]"))
        return await self.seal(connection, raw, findings, brand=brand, vault=vault, language=language)

    async def seal(
        self,
        connection: DatabaseConnection,
        raw: RawText,
        findings: Findings,
        *,
        brand: Brand,
        vault: Vault | None,
        language: Language,
    ) -> MaskedText:
        """The masked words, numbered after what the conversation has; its new values are stored."""
        given: Mapping[tuple[str, bytes], int] = {} if vault is None else vault.numbers
        spent = None if vault is None else vault.spent
        masked = render(raw, findings, given, self.keys, language, spent=spent)
        if vault is not None and vault.wrapped_key is not None and masked.vaulted:
            now = self.clock()
            key = await open_person_key(self.keys, vault.wrapped_key, brand=brand.id, person=vault.person)
            sealing = Sealing(key=key, brand=brand, person=vault.person, now=now)
            items = seal_values(masked.vaulted, sealing, conversation=vault.conversation)
            await arrivals.store_vault_items(connection, items, now)
        return masked.text

    def _value(self, adapter: Reads, event: Event) -> str | None:
        """What a report says in one word: a sign, or why something failed."""
        if event.kind == "reaction":
            return None if event.removed else read_sign(event.emoji)
        if event.kind != "failed":
            return None
        if event.trouble is None:
            return "the vendor could not deliver it"
        if isinstance(adapter, Explains):
            explained = adapter.explain(event.trouble)
            if isinstance(explained, Failed):
                return explained.reason
        return f"the vendor says {event.trouble.code}"

    # our own messages ----------------------------------------------------------------------------------------------

    async def _fared(
        self, connection: DatabaseConnection, adapter: Reads, door: Connection, brand: Brand, event: Event
    ) -> ConversationId | None:
        conversation = await self._find(connection, door, event.thread)
        message = _own_id(event.metadata)
        if conversation is not None and message is not None:
            now = self.clock()
            for about in event.about:
                key = self.key(door, about)
                await store.recognise(
                    connection, door=door.id, key=key, conversation=conversation, message=message, now=now
                )
        changed = await self._about(connection, adapter, door, brand, event)
        if event.until is not None and event.kind in {"delivered", "read"} and conversation is not None:
            what = "read" if event.kind == "read" else "delivered"
            if await store.fare_until(connection, conversation, what, until=min(event.until, self.clock() + AHEAD)):
                changed = conversation
        return changed

    async def _echo(
        self, connection: DatabaseConnection, adapter: Reads, door: Connection, brand: Brand, event: Event
    ) -> ConversationId | None:
        conversation = await self._find(connection, door, event.thread)
        if conversation is None or event.message is None:
            return None
        now, key = self.clock(), self.key(door, event.message)
        if await store.find_known(connection, door.id, key) is not None:
            return None
        message = _own_id(event.metadata)
        if message is not None and await store.recognise(
            connection, door=door.id, key=key, conversation=conversation, message=message, now=now
        ):
            return conversation
        report = Report(what="echo", connection=door.id, about=key, at=self._moment(event))
        ours, theirs = door.given.get("app_id"), event.standing.get("app")
        if ours and ours == theirs:  # its answer is still on its way to us
            await store.park(connection, report, id=new_id(now), now=now)
            return None
        text = await self._mask_echo(connection, adapter, door, brand, event, conversation)
        report = replace(report, text=text, value=str(conversation))
        if not (ours and theirs) and await store.is_under_way(connection, conversation):
            await store.park(connection, report, id=new_id(now), now=now)
            return None
        return await self._keep_echo(connection, report, conversation)

    async def _mask_echo(  # noqa: PLR0917 - the road's tools, in their usual order
        self,
        connection: DatabaseConnection,
        adapter: Reads,
        door: Connection,
        brand: Brand,
        event: Event,
        conversation: ConversationId,
    ) -> MaskedText:
        """What somebody wrote elsewhere, with a line for what is no text: read as if it were a customer's message."""
        read = adapter.inbound(replace(event, kind="message", direction="in"), door)
        text = await self._mask(connection, event.text if read is None else read.text, brand, conversation)
        speak = words(await find_language(connection, conversation) or brand.language)
        return add_lines(text, [speak.gettext(line) for line in (read.lines if read is not None else ())])

    async def _keep_echo(
        self, connection: DatabaseConnection, report: Report, conversation: ConversationId
    ) -> ConversationId | None:
        """Somebody at the brand has answered elsewhere: it is shown, and the bot is silent for a while."""
        now, text = self.clock(), report.text or MaskedText("")
        fresh = await store.keep_echo(
            connection,
            door=report.connection,
            key=report.about,
            conversation=conversation,
            message=id_of(report.at, now),
            text=text,
            sensitive=_sensitive(text, now),
            at=report.at,
            now=now,
        )
        if not fresh:
            return None
        await store.set_elsewhere(connection, conversation, report.at + INBOX, at=report.at, now=now)
        return conversation

    async def _sweep_one(self, connection: DatabaseConnection, brand: Brand, parked: Parked) -> ConversationId | None:
        report, now = parked.report, self.clock()
        known = await store.find_known(connection, report.connection, report.about)
        if known is not None:
            if not await store.unpark(connection, parked.id):
                return None
            return await self._apply(connection, report, known)
        if report.what != "echo" or report.value is None:
            return None
        conversation = ConversationId(UUID(report.value))
        if now - parked.since < SETTLING and await store.is_under_way(connection, conversation):
            return None
        if not await store.unpark(connection, parked.id):
            return None
        return await self._keep_echo(connection, report, conversation)

    # threads and connections ---------------------------------------------------------------------------------------

    async def _handed(self, connection: DatabaseConnection, door: Connection, event: Event) -> ConversationId | None:
        conversation = await self._find(connection, door, event.thread)
        how, ours = event.standing.get("how", ""), door.given.get("app_id")
        if conversation is None or how.startswith("request") or how == "app_roles":
            return None
        at, now = self._moment(event), self.clock()
        # Without an owner it is idle. A vendor that was not told who we are says "pass" to whoever gets it.
        back = event.owner is None or (event.owner == ours if ours else how.startswith("pass"))
        until = None if back else at + OWNED
        return conversation if await store.set_elsewhere(connection, conversation, until, at=at, now=now) else None

    async def _act(self, connection: DatabaseConnection, door: Connection, event: Event) -> None:
        conversation = await self._find(connection, door, event.thread)
        if conversation is not None:
            acted = Touch(conversation=conversation, connection=door.id, acted_at=self._moment(event))
            await store.touch(connection, acted)

    async def _notice(self, connection: DatabaseConnection, door: Connection, event: Event) -> None:
        """Once each, in words of the vendor's protocol; whoever has another id now is found by it."""
        names = [value for name, value in event.standing.items() if name.startswith("now:")]
        if event.thread and names:
            conversation = await self._find(connection, door, event.thread)
            if conversation is not None:
                await store.name_thread(connection, conversation, door.id, [self.lookup(door, name) for name in names])
            return
        now = self.clock()
        once = {"connection": door.id, "once": self.keys.lookup(f"notice:{door.id}", event.dedupe), "now": now}
        if event.user is not None or (await connection.execute(actions.ONCE, once)).rowcount == 0:
            return  # about somebody, not about the account; or known
        said = [_word(event.standing.get(name)) for name in ("event", "action", "decision", "status")]
        if event.trouble is not None:
            said.append(str(event.trouble.code))
        kind, word = _word(event.notice) or "account", " ".join(one for one in said if one)
        await connections.add_notice(connection, door.id, kind=kind, word=word, now=now)

    async def _find(self, connection: DatabaseConnection, door: Connection, thread: str) -> ConversationId | None:
        if not thread:
            return None
        found = await store.resolve_thread(connection, door.id, lookups=[self.lookup(door, thread)], now=self.clock())
        return None if found is None else found.conversation

    async def _unparsed(self, connection: DatabaseConnection, door: Connection, shape: str) -> None:
        now = self.clock()
        await arrivals.store_unparsed(connection, id=new_id(now), door=door.id, shape=shape, at=now)

    def _moment(self, event: Event) -> datetime:
        """The vendor's clock; where it stands still, the count of edits tells which is later."""
        return read_moment(event.at, self.clock()) + timedelta(microseconds=min(event.edits or 0, 999))


def _own_id(metadata: str | None) -> UUID | None:
    """The id of our message that a vendor gives back, before whatever else stands there."""
    try:
        return None if metadata is None else UUID(metadata[:36])
    except ValueError:
        return None


def _word(said: str | None) -> str | None:
    """A word of a vendor's protocol; None for what could be anybody's."""
    return said if said is not None and _WORD.fullmatch(said) else None


def _sensitive(text: MaskedText, now: datetime) -> datetime | None:
    """When words have had their time that are about health and the like: placeholders hide nothing of that."""
    try:
        findings = find(RawText(text.text))
    except MaskingFailed:
        return None
    return sensitive_until({span.label for span in findings.spans}, now=now)

"""The telephone: a call's request is verified, what was said is stored like any message, and the answer is waited for.

Whoever calls waits on the line, so the very request that brings their words is answered with the next ones. What is
said comes from the outbox: nothing is called back. Where the bot has not decided in time the line is asked to wait, and
then a person takes it: by telephone where the brand names a number, else whoever reads the message that is left.

A request that comes again gets the same answer, and nothing is stored twice.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlencode
from uuid import UUID

import structlog
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from okienko.answers.text import split_sentences
from okienko.brands.directory import Directory
from okienko.brands.store import read_categories
from okienko.channels.voice import speech
from okienko.channels.voice.adapter import ADAPTER, ENDS, Request, read_request
from okienko.channels.voice.twiml import Dial, Hangup, Listen, Redirect, Say, Verb, write
from okienko.consent.store import publish_texts
from okienko.consent.texts import NOTICE, write_texts
from okienko.conversations.store import arrivals, calls, threads
from okienko.conversations.store.calls import Ended, Number
from okienko.conversations.store.threads import Visible, VisibleMessage
from okienko.database.ids import new_id
from okienko.database.pool import Connection as DatabaseConnection
from okienko.database.pool import Database, DatabaseAway
from okienko.desk.hours import describe_hours, is_open
from okienko.keys import Keys
from okienko.log import describe
from okienko.masking.mask import MaskingFailed, find, published
from okienko.masking.vault import new_person_key, person_bound, seal
from okienko.values import (
    ARTICLE,
    Brand,
    BrandId,
    Clock,
    Connection,
    ConversationId,
    Holder,
    Hook,
    Inbound,
    Kind,
    Language,
    MessageId,
    PersonId,
    RawText,
    Unreadable,
)
from okienko.web.i18n import Words, words
from okienko.web.live import Live
from okienko.web.services import ReadNotices

log = structlog.get_logger()

PATH: Final = "/hooks/voice/"
PATIENCE: Final = 8.0  # seconds that a request waits for the bot; Twilio gives up after fifteen
LOOK: Final = 0.1  # seconds between looks
MOST_WAITS: Final = 2  # times that a caller is asked to wait
MOST_SILENCES: Final = 2  # in a row, and the call ends
MOST_STEPS: Final = 100  # of a call; beyond, a person gets it
MOST_ADDED: Final = 10  # times that something is added to a message that is left
REMEMBER: Final = timedelta(minutes=10)  # how long a repeat of a request is answered as it was
LONGEST_CALL: Final = timedelta(hours=5)  # Twilio ends calls after four
MORE: Final = "9"  # the key that goes on reading
PERSON: Final = "person"  # among what is offered: 0, always
_NOT_SPOKEN: Final = frozenset({PERSON, "contact", "code", "skip"})  # forms of the window, and what 0 is for
_CONNECTED: Final = frozenset({"completed", "answered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """Where a call stands: it is written into the address that Twilio is to ask next, and comes back signed."""

    number: int = 0
    message: MessageId | None = None  # whose choices are offered, or which is read in parts
    sentence: int | None = None  # of that message: where it goes on
    silences: int = 0
    waits: int = 0
    left: int = 0  # messages that were left

    @classmethod
    def read(cls, query: str) -> _Step:
        given = QueryParams(query)
        try:
            message = MessageId(UUID(given["m"])) if "m" in given else None
            numbers = {name: int(given[name]) for name in ("n", "s", "q", "w", "l") if name in given}
        except ValueError:  # we have not written that
            return cls()
        return cls(
            number=numbers.get("n", 0),
            message=message,
            sentence=numbers.get("s"),
            silences=numbers.get("q", 0),
            waits=numbers.get("w", 0),
            left=numbers.get("l", 0),
        )

    def write(self) -> str:
        given = {"n": self.number, "m": self.message, "s": self.sentence}
        counted = {"q": self.silences, "w": self.waits, "l": self.left}
        return urlencode(
            {name: value for name, value in given.items() if value is not None}
            | {name: value for name, value in counted.items() if value}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One request of one call."""

    door: Connection
    brand: Brand
    request: Request
    step: _Step
    key: bytes  # keyed hash of what is equal in a repeat of this request
    conversation: ConversationId
    language: Language
    now: datetime

    @property
    def words(self) -> Words:
        return words(self.language)

    def to(self, place: str, step: _Step | None = None) -> str:
        """The address of the next step, from the root of ours. Each request of a call has another one."""
        after = replace(step or _Step(), number=self.step.number + 1)
        return f"{PATH}{self.door.id}/{place}?{after.write()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Menu:
    """What a message offers, by key."""

    message: VisibleMessage
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])  # key → value, name


class Takes(Protocol):
    """Stores messages: `okienko.receive`."""

    async def take(self, door: Connection, brand: Brand, inbound: Inbound) -> object:
        """Returns when the message is stored, masked. Raises `DatabaseAway`."""
        ...


class Telephone:
    """Answers the requests of calls."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        keys: Keys,
        clock: Clock,
        *,
        live: Live,
        reception: Takes,
        public_url: str,
        notices: ReadNotices | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._directory = directory
        self._keys = keys
        self._clock = clock
        self._live = live
        self._reception = reception
        self._public_url = public_url.rstrip("/")
        self._notices = notices
        self._patience = patience

    async def hook(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: `POST /hooks/voice/<connection>[/step]`."""
        try:
            response = await self._answer(scope, receive)
        except DatabaseAway:
            response = Response(status_code=503)  # Twilio asks the number's other address
        except Exception as error:  # noqa: BLE001 - whatever it was, it may carry the caller's words
            log.error("call_broke", **describe(error))
            response = Response(status_code=500)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        _, _, _, door_id, place, *_ = [*scope["path"].split("/"), "", ""]
        found = await self._directory.door(door_id)
        if found is None or found[0].channel != ADAPTER.name:
            return Response(status_code=404)
        if scope["method"] != "POST":
            return Response(status_code=405, headers={"Allow": "POST"})
        door, brand = found
        body = await _read_body(HttpRequest(scope, receive))
        if body is None:
            return Response(status_code=413)
        hook = Hook(url=self._url(scope), headers=Headers(scope=scope), body=body, method=scope["method"])
        if not ADAPTER.verify(hook, door, self._clock()):
            return Response(status_code=401)
        try:
            request = read_request(hook)
        except Unreadable as unreadable:
            now = self._clock()
            async with self._database.brand(brand.id) as connection:
                await arrivals.store_unparsed(connection, id=new_id(now), door=door.id, shape=unreadable.shape, at=now)
            return _twiml(write([Hangup()], language=brand.language))
        try:
            return await self._go_on(
                door, brand, request, place, scope.get("query_string", b"").decode("ascii", "replace")
            )
        except DatabaseAway as away:
            if place == "status":
                raise
            log.warning("database_away", **describe(away))
            return _twiml(self._apologise(door, brand))

    def _url(self, scope: Scope) -> str:
        path = scope.get("raw_path") or scope["path"].encode()
        query = scope.get("query_string", b"")
        return self._public_url + (path + (b"?" + query if query else b"")).decode("ascii", "replace")

    def _apologise(self, door: Connection, brand: Brand) -> str:
        """Nothing can be stored now: whoever answers the telephone, or nobody."""
        spoken = words(brand.language)
        forward = self._forward(door, brand)
        sorry = Say(text=spoken.gettext("Something is broken here at the moment. We are sorry."))
        later = Say(text=spoken.gettext("Please call again later."))
        verbs: list[Verb] = [sorry, later, Hangup()]
        if forward:
            verbs = [sorry, Dial(number=forward, action=f"{PATH}{door.id}/dialled?n=1")]
        return write(verbs, language=brand.language, voice=door.given.get("voice", ""))

    async def _go_on(self, door: Connection, brand: Brand, request: Request, place: str, query: str) -> Response:
        now = self._clock()
        async with self._database.brand(brand.id) as connection:
            lookup = self._keys.lookup(f"{door.channel}:{door.id}", request.call)
            thread = await threads.find_thread(connection, door.id, lookup)
            if place == "status":
                return await self._note_report(connection, brand, request, thread, now)
            if thread is None:  # also where the first request was lost
                thread = await self._open(connection, door, brand, request, lookup, now)
            line = _Line(
                door=door,
                brand=brand,
                request=request,
                step=_Step.read(query),
                key=self._keys.lookup(f"call:{door.id}", request.key),
                conversation=thread.conversation,
                language=thread.language,
                now=now,
            )
            again = await calls.lock(connection, line.conversation, line.key)
        if again is not None:
            return _twiml(again)
        match place:
            case "turn":
                return await self._turn(line)
            case "wait":
                return await self._reply(line)
            case "message":
                return await self._take_message(line)
            case "dialled":
                return await self._after_person(line)
            case _:
                return await self._greet(line)

    # the beginning ---------------------------------------------------------------------------------------------------

    async def _open(  # noqa: PLR0917 - a call's own
        self,
        connection: DatabaseConnection,
        door: Connection,
        brand: Brand,
        request: Request,
        lookup: bytes,
        now: datetime,
    ) -> threads.Thread:
        """A conversation for a call, and the number to call back. The greeting says what answers here."""
        person, conversation = PersonId(new_id(now)), ConversationId(new_id(now))
        key = new_person_key(os.urandom(32))
        texts = await publish_texts(connection, brand, write_texts, now)
        thread = await threads.start(
            connection,
            person=person,
            conversation=conversation,
            door=door.id,
            channel=door.channel,
            language=brand.language,
            lookup=lookup,
            wrapped_key=self._keys.wrap(key, person_bound(brand=brand.id, person=person)),
            key_id=self._keys.key_id,
            noticed=True,
            notice=texts[NOTICE, brand.language].version,
            now=now,
        )
        ours = thread.conversation == conversation
        number = self._number(key, brand.id, person, request.caller, now) if ours else None
        await calls.begin(connection, thread.conversation, thread.person, number, now)
        return thread

    def _number(
        self, key: bytes, brand: BrandId, person: PersonId, caller: RawText | None, now: datetime
    ) -> Number | None:
        """The caller's number, sealed; None where there is none, or none that is known as one."""
        if caller is None:
            return None
        try:
            found = [span for span in find(caller).spans if span.label == "PHONE_NUMBER"]
        except MaskingFailed:
            return None
        if len(found) != 1:
            return None
        row = new_id(now)
        sealed = seal(
            key, RawText(found[0].value), brand=brand, person=person, table="identity", column="sealed", row=row
        )
        # As in the vault: the desk finds both with one hash.
        return Number(id=row, lookup=self._keys.lookup("PHONE_NUMBER", found[0].value), sealed=sealed)

    async def _greet(self, line: _Line) -> Response:
        """Who answers, what is kept, and the way to a person."""
        spoken, brand = line.words, line.brand
        period = spoken.ngettext("%(n)s month", "%(n)s months", brand.keep_months)
        kept = spoken.gettext(
            "The words of this call are kept as text for %(period)s; no recording is made.", period=period
        )
        says = [spoken.gettext("Hello, this is %(brand)s.", brand=brand.name)]
        alone = line.door.given.get("bot") == "off"
        async with self._database.brand(brand.id) as connection:
            if not alone:
                texts = await publish_texts(connection, brand, write_texts, line.now)
                says.append(texts[NOTICE, line.language].body)
            says.append(kept)
            if alone:
                await calls.queue(connection, line.conversation, "asked_for_person", line.now)
        if self._notices is not None:
            says += await self._notices(brand, line.language, ADAPTER.name)
        if alone:
            return await self._keep(line, self._to_person(line, says))
        says.append(spoken.gettext("Press 0 to talk to a person. How can we help?"))
        return await self._keep(line, await self._listen(line, says))

    # what the caller says --------------------------------------------------------------------------------------------

    async def _turn(self, line: _Line) -> Response:
        """Stores what was said or pressed, and answers it."""
        request, spoken = line.request, line.words
        if line.step.number > MOST_STEPS:
            return await self._give_to_person(line, "asked_for_person")
        menu = await self._menu(line)
        pressed = request.pressed or (request.word if menu and request.word in menu.choices else None) or ""
        helped = menu is not None and menu.message.kind is Kind.ANSWER and not menu.choices
        if line.step.sentence is not None and menu and (pressed == MORE or request.word == "more"):
            return await self._keep(line, await self._read_on(line, menu.message, line.step.sentence))
        if menu and pressed in menu.choices:
            value, name = menu.choices[pressed]
            return await self._store(line, Kind.CHOICE, RawText(name), choice=value)
        if pressed == "0":
            return await self._store(line, Kind.PERSON, RawText(spoken.gettext("Talk to a person")))
        if menu and helped and (pressed in {"1", "2"} or request.word in {"yes", "no"}):
            return await self._keep(line, await self._rate(line, menu.message, pressed == "1" or request.word == "yes"))
        if pressed:
            return await self._keep(line, await self._ask_again(line, spoken.gettext("There is nothing on this key.")))
        if request.said is None:
            return await self._keep(line, await self._after_silence(line))
        return await self._store(line, Kind.TEXT, request.said)

    async def _store(self, line: _Line, kind: Kind, text: RawText, choice: str | None = None) -> Response:
        inbound = Inbound(
            event=line.request.key,
            thread=line.request.call,
            text=text,
            kind=kind,
            choice=choice,
            language=line.language,
        )
        await self._reception.take(line.door, line.brand, inbound)
        await self._live.announce(line.brand.id, [line.conversation])
        return await self._reply(line)

    async def _reply(self, line: _Line) -> Response:
        """Waits for the bot's words; then says them, or asks the caller to wait, or gives up on the bot."""
        if not await self._is_decided(line):
            if line.step.waits >= MOST_WAITS:
                return await self._give_to_person(line, "broken")
            step = replace(line.step, waits=line.step.waits + 1, silences=0)
            wait = Say(text=line.words.gettext("One moment, please."))
            return await self._keep(line, [wait, Redirect(to=line.to("wait", step))])
        async with self._database.brand(line.brand.id) as connection:
            again = await calls.lock(connection, line.conversation, line.key)
            if again is not None:
                return _twiml(again)
            taken = await calls.take_words(connection, line.conversation, line.now)
            visible = await threads.read_visible(connection, line.conversation)
            categories = (await read_categories(connection)).get(line.language, {})
            verbs = self._say(line, visible, taken, categories)
            twiml = self._write(line, verbs)
            await calls.keep_answer(connection, line.conversation, line.key, twiml, line.now)
        await self._live.announce(line.brand.id, [line.conversation])
        return _twiml(twiml)

    async def _is_decided(self, line: _Line) -> bool:
        end = asyncio.get_running_loop().time() + self._patience
        while True:
            async with self._database.brand(line.brand.id) as connection:
                if await calls.is_decided(connection, line.conversation):
                    return True
            if asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(LOOK)

    def _say(
        self, line: _Line, visible: Visible | None, taken: frozenset[MessageId], categories: Mapping[str, str]
    ) -> Sequence[Verb]:
        """What was taken, and what comes after it: the next question, or a person."""
        if visible is None:  # erased meanwhile
            return [Hangup()]
        said = [message for message in visible.messages if message.id in taken]
        says: list[str] = []
        step = _Step()
        menu: _Menu | None = None
        for message in said:
            part, rest = speech.cut(_sentences(message, line), 0)
            says += part
            if message.choices or message.kind is Kind.ANSWER:
                menu = _Menu(message=message, choices=_offer(message, categories))
                step = _Step(message=message.id, sentence=rest)
        if visible.holder is not Holder.BOT and not visible.closed and not (said and visible.holder is Holder.AGENT):
            return self._to_person(line, says)
        if menu is not None:
            says += self._offer_aloud(line, menu, step.sentence)
        elif not says:
            says = [line.words.gettext("How can we help?")]
        free = said and (menu is None or (not menu.choices and menu.message.kind is not Kind.ANSWER))
        return self._ask(line, says, categories, step, keys=None if free else 1)

    def _offer_aloud(self, line: _Line, menu: _Menu, rest: int | None) -> list[str]:
        spoken = line.words
        says = [
            spoken.gettext("%(name)s: press %(key)s.", name=speech.read_aloud(name, line.language), key=key)
            for key, (_, name) in menu.choices.items()
        ]
        if PERSON in menu.message.choices:
            says.append(spoken.gettext("A person: press 0."))
        if rest is not None:
            says.append(spoken.gettext("To hear more, press 9."))
        if menu.message.kind is Kind.ANSWER and not menu.choices:
            says.append(spoken.gettext("Did this help? If it did, press 1; if not, press 2. Or ask something else."))
        return says

    async def _read_on(self, line: _Line, message: VisibleMessage, start: int) -> Sequence[Verb]:
        """The next sentences of a long message."""
        async with self._database.brand(line.brand.id) as connection:
            categories = (await read_categories(connection)).get(line.language, {})
        part, rest = speech.cut(_sentences(message, line), start)
        menu = _Menu(message=message, choices=_offer(message, categories))
        says = [*part, *self._offer_aloud(line, menu, rest)]
        step = _Step(message=message.id, sentence=rest)
        return self._ask(line, says, categories, step)

    async def _rate(self, line: _Line, message: VisibleMessage, helped: bool) -> Sequence[Verb]:
        async with self._database.brand(line.brand.id) as connection:
            await threads.give_feedback(
                connection,
                conversation=line.conversation,
                message=message.id,
                helped=helped,
                reason=None,
                comment=published(""),
                now=line.now,
            )
        if helped:
            return await self._listen(line, [line.words.gettext("Good. Can we help with anything else?")])
        return await self._listen(line, [line.words.gettext("Put it in other words, or press 0 to talk to a person.")])

    async def _ask_again(self, line: _Line, why: str) -> Sequence[Verb]:
        """The same choices once more, without repeating them all."""
        step = replace(line.step, silences=0)
        says = [why, line.words.gettext("Say what it is about, or press 0 to talk to a person.")]
        return await self._listen(line, says, step)

    async def _after_silence(self, line: _Line) -> Sequence[Verb]:
        if line.step.silences + 1 >= MOST_SILENCES:
            return [Say(text=line.words.gettext("There is nothing to be heard. Goodbye.")), Hangup()]
        step = replace(line.step, silences=line.step.silences + 1)
        says = [line.words.gettext("We did not hear you. Say what it is about, or press 0 to talk to a person.")]
        return await self._listen(line, says, step)

    async def _menu(self, line: _Line) -> _Menu | None:
        """What the message offers that the caller has heard last."""
        if line.step.message is None:
            return None
        async with self._database.brand(line.brand.id) as connection:
            visible = await threads.read_visible(connection, line.conversation)
            categories = (await read_categories(connection)).get(line.language, {})
        said = [] if visible is None else [one for one in visible.messages if one.id == line.step.message]
        return _Menu(message=said[0], choices=_offer(said[0], categories)) if said else None

    async def _listen(self, line: _Line, says: Sequence[str], step: _Step | None = None) -> Sequence[Verb]:
        async with self._database.brand(line.brand.id) as connection:
            categories = (await read_categories(connection)).get(line.language, {})
        return self._ask(line, says, categories, step or _Step())

    def _ask(
        self,
        line: _Line,
        says: Sequence[str],
        categories: Mapping[str, str],
        step: _Step,
        keys: int | None = 1,
    ) -> Sequence[Verb]:
        """Says and listens. One key is an answer, except where the bot has asked something: that may be a number."""
        hints = [*categories.values(), *line.words.gettext("a person, an agent").split(",")]
        said = [Say(text=text) for text in says if text]
        return [Listen(says=said, action=line.to("turn", step), hints=hints, keys=keys)]

    # a person --------------------------------------------------------------------------------------------------------

    def _forward(self, door: Connection, brand: Brand) -> str:
        """The number of whoever answers the telephone now; empty when nobody does."""
        forward = door.given.get("forward", "")
        return forward if forward and is_open(brand.hours, brand.timezone, self._clock()) else ""

    def _to_person(self, line: _Line, before: Sequence[str], *, tried: bool = False) -> Sequence[Verb]:
        """Connects to a person, or asks for a message."""
        spoken = line.words
        says = [Say(text=text) for text in before if text]
        forward = "" if tried else self._forward(line.door, line.brand)
        if forward:
            connect = Say(text=spoken.gettext("You are being connected."))
            return [*says, connect, Dial(number=forward, action=line.to("dialled"))]
        nobody = spoken.gettext("Nobody can answer the telephone now.")
        if not is_open(line.brand.hours, line.brand.timezone, line.now):
            hours = speech.read_aloud(describe_hours(line.brand.hours, line.language), line.language)
            nobody = spoken.gettext("We are closed now. Opening hours: %(hours)s.", hours=hours)
        leave = spoken.gettext("Leave a message: say what it is about, and a person will get back to you.")
        if line.request.caller is None:
            leave = spoken.gettext("Leave a message: say what it is about, and at which number you can be called back.")
        says += [Say(text=nobody), Say(text=leave)]
        return [Listen(says=says, action=line.to("message"), wait=8, pause=3)]

    async def _give_to_person(self, line: _Line, reason: calls.Reason) -> Response:
        async with self._database.brand(line.brand.id) as connection:
            await calls.queue(connection, line.conversation, reason, line.now)
        says = [line.words.gettext("A person will take this.")]
        response = await self._keep(line, self._to_person(line, says))
        await self._live.announce(line.brand.id, [line.conversation])
        return response

    async def _take_message(self, line: _Line) -> Response:
        """Stores a message that was left, and reads out what the case is called."""
        spoken, left = line.words, line.step.left
        said = line.request.said
        if said is not None:
            inbound = Inbound(
                event=line.request.key, thread=line.request.call, text=said, kind=Kind.TEXT, language=line.language
            )
            await self._reception.take(line.door, line.brand, inbound)
            left += 1
        async with self._database.brand(line.brand.id) as connection:
            visible = await threads.read_visible(connection, line.conversation)
            if said is not None:
                await calls.note_outcome(connection, line.conversation, "message")
            else:
                await calls.queue(connection, line.conversation, "asked_for_person", line.now)
        await self._live.announce(line.brand.id, [line.conversation])
        if visible is None:
            return await self._keep(line, [Hangup()])
        goodbye = [Say(text=spoken.gettext("Goodbye.")), Hangup()]
        name = speech.spell(visible.reference)
        case = spoken.gettext("Your case is %(reference)s. Once more: %(reference)s.", reference=name)
        if said is None:
            return await self._keep(line, goodbye if left else [Say(text=case), *goodbye])
        saved = [spoken.gettext("The message is saved."), *([case] if left == 1 else [])]
        if left >= MOST_ADDED:
            return await self._keep(line, [*(Say(text=text) for text in saved), *goodbye])
        saved.append(spoken.gettext("To add something, go on speaking. If that was all, you may hang up."))
        action = line.to("message", _Step(left=left))
        return await self._keep(line, [Listen(says=[Say(text=t) for t in saved], action=action, wait=6, pause=3)])

    async def _after_person(self, line: _Line) -> Response:
        """Somebody has answered, and the conversation is done; or nobody has, and a message can be left."""
        if line.request.dialled not in _CONNECTED:
            async with self._database.brand(line.brand.id) as connection:
                await calls.queue(connection, line.conversation, "asked_for_person", line.now)
            return await self._keep(line, self._to_person(line, (), tried=True))
        async with self._database.brand(line.brand.id) as connection:
            await calls.note_outcome(connection, line.conversation, "person")
            await calls.close(connection, line.conversation, "person", line.now)
        await self._live.announce(line.brand.id, [line.conversation])
        return await self._keep(line, [Hangup()])

    # the end ---------------------------------------------------------------------------------------------------------

    async def _note_report(
        self,
        connection: DatabaseConnection,
        brand: Brand,
        request: Request,
        thread: threads.Thread | None,
        now: datetime,
    ) -> Response:
        """How the call fares, in whatever order it is said."""
        if thread is not None and request.state:
            ended = await calls.report(
                connection,
                thread.conversation,
                state=request.state,
                sequence=request.sequence or 0,
                ends=request.state in ENDS,
                seconds=request.seconds,
                now=now,
            )
            if ended is not None:
                await _tell_end(connection, thread.conversation, ended, now)
        return Response(status_code=204)

    # answers ---------------------------------------------------------------------------------------------------------

    def _write(self, line: _Line, verbs: Sequence[Verb]) -> str:
        return write(verbs, language=line.language, voice=line.door.given.get("voice", ""))

    async def _keep(self, line: _Line, verbs: Sequence[Verb]) -> Response:
        """Answers, and the same to a repeat of the request."""
        async with self._database.brand(line.brand.id) as connection:
            again = await calls.lock(connection, line.conversation, line.key)
            if again is not None:
                return _twiml(again)
            twiml = self._write(line, verbs)
            await calls.keep_answer(connection, line.conversation, line.key, twiml, line.now)
        return _twiml(twiml)


async def tend(database: Database, brand: BrandId, now: datetime) -> list[ConversationId]:
    """What is due by the minute: calls of whose end nothing was heard are over, what was not said fails, and repeats
    are no longer answered. The conversations that changed.
    """
    async with database.brand(brand) as connection:
        await calls.forget_answers(connection, now - REMEMBER)
        lost = await calls.list_lost(connection, now - LONGEST_CALL)
        for conversation in lost:
            ended = await calls.report(
                connection, conversation, state="lost", sequence=0, ends=True, seconds=None, now=now
            )
            if ended is not None:
                await _tell_end(connection, conversation, ended, now)
        await calls.fail_unsaid(connection)
    return lost


async def _tell_end(connection: DatabaseConnection, conversation: ConversationId, ended: Ended, now: datetime) -> None:
    text = describe_end(ended)
    await calls.tell_end(connection, conversation, message=MessageId(new_id(now)), text=published(text), now=now)


def describe_end(ended: Ended) -> str:
    """How a call went, for the desk. Pure."""
    spoken = words(ended.language)
    if ended.outcome == "person":
        what = spoken.gettext("It was connected to a person.")
    elif ended.outcome == "message":
        what = spoken.gettext("A message was left.")
    elif ended.holder is Holder.BOT:
        what = spoken.gettext("Nobody was asked for.")
    else:
        what = spoken.gettext("The caller wanted a person and left no message.")
    if ended.seconds is None:
        return spoken.gettext("The call is over; how long it was is not known.") + " " + what
    minutes, seconds = divmod(ended.seconds, 60)
    length = f"{minutes}:{seconds:02}"
    return spoken.gettext("The call is over after %(length)s min.", length=length) + " " + what


def _offer(message: VisibleMessage, categories: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Its choices by key, as far as they can be said: a choice without a name, or a form, cannot."""
    names = {
        **categories,
        **{ARTICLE + citation.article: citation.title for citation in message.citations},
        **dict(zip(message.choices, message.labels, strict=False)),
    }
    said = [(value, names[value]) for value in message.choices if value in names and value not in _NOT_SPOKEN]
    return {str(key): one for key, one in enumerate(said[: speech.MOST_CHOICES], start=1)}


def _sentences(message: VisibleMessage, line: _Line) -> Sequence[str]:
    """A message, sentence by sentence, as it is read aloud; an answer after what it is taken from."""
    text = message.text.text
    own = message.kind is not Kind.ANSWER
    found = [
        said
        for part in text.splitlines()
        for start, end in split_sentences(part)
        if (said := speech.read_aloud(part[start:end], line.language, own=own))
    ]
    titles = dict.fromkeys(citation.title for citation in message.citations)
    if own or not titles or not found:
        return found
    source = line.words.gettext("From the article %(title)s.", title=", ".join(titles))
    return [f"{speech.read_aloud(source, line.language)} {found[0]}", *found[1:]]


def _twiml(document: str) -> Response:
    return Response(document, media_type="text/xml", headers={"Cache-Control": "no-store"})


async def _read_body(request: HttpRequest) -> bytes | None:
    """None when it is longer than any of Twilio's."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > ADAPTER.most_bytes:
            return None
    return bytes(body)

"""The sandbox while it runs: what the customer does becomes reports to okienko, and what okienko sends is heard."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from okienko.http import Answered, Http
from okienko.sandbox import hooks, letters, twiml
from okienko.sandbox.faults import Fault, Faults, Kind
from okienko.sandbox.graph import FIELDS
from okienko.sandbox.hooks import How, Item, Whom
from okienko.sandbox.world import REVIEWS, Channel, Door, File, Line, Option, Posted, SetClock, World
from okienko.values import Clock, HttpCall

PAUSES: Final = (1.0, 5.0, 30.0)  # seconds, before a report that was not taken is made again
LONGEST_PAUSE: Final = 30.0  # of a call's
PATIENCE: Final = 6.0  # somebody who types is so many times slower than somebody who speaks
INBOX: Final = "263902037430900"  # Meta's own inbox, as an application

Pause = Callable[[float], Awaitable[object]]


async def _nothing() -> None:
    """What is done when a review is there: nothing."""


@dataclass(slots=True)
class PhoneCall:
    """A call that is going on."""

    sid: str
    heard: asyncio.Queue[Mapping[str, str]] = field(default_factory=asyncio.Queue[Mapping[str, str]])
    listens: bool = False
    asked: int = 0  # requests made


class Sandbox:
    """One customer and seven vendors. `okienko` is where reports go, `site` is where the sandbox itself answers."""

    def __init__(
        self,
        doors: Mapping[Channel, Door],
        *,
        seed: str,
        http: Http,
        clock: Clock,
        okienko: str,
        site: str,
        pause: Pause = asyncio.sleep,
        on_review: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self.clock = SetClock(clock)
        self.world = World(seed=seed, doors=doors)
        self.faults = Faults()
        self.call: PhoneCall | None = None
        self.site = site
        self.okienko = okienko.rstrip("/")
        self._http = http
        self._pause = pause
        self._on_review = on_review
        self.subscribed: dict[str, frozenset[str]] = dict(FIELDS)
        self.google_token = f"ya29.{seed}"
        self._last: dict[Channel, Sequence[HttpCall]] = {}
        self._data: dict[str, str] = {}  # what comes back with each status of a message, by its id
        self._tasks: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        """Stops what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something beside the request that asks for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Waits until nothing is under way; a call by telephone goes on."""
        while waiting := {task for task in self._tasks if task.get_name() != "call"}:
            await asyncio.wait(waiting)

    def whom(self, channel: Channel) -> Whom:
        """Who writes on this channel."""
        world = self.world
        return Whom(channel=channel, door=world.doors[channel], customer=world.customer, okienko=self.okienko)

    async def pause(self, seconds: float) -> None:
        """Waits."""
        await self._pause(seconds)

    # reports to okienko ---------------------------------------------------------------------------------------------

    async def post(self, channel: Channel, what: str, calls: Sequence[HttpCall]) -> None:
        """Reports something, call by call; what was not taken is reported again later."""
        for call in calls:
            if not await self._post_one(channel, what, call):
                self.later(self._post_again(channel, what, call))

    async def _post_one(self, channel: Channel, what: str, call: HttpCall) -> bool:
        answered = await self._http.post(call)
        status = answered.status if isinstance(answered, Answered) else 0
        self.world.posts.append(Posted(channel=channel, what=what, status=status, at=self.clock()))
        return 0 < status < 500 and status != 429

    async def _post_again(self, channel: Channel, what: str, call: HttpCall) -> None:
        for seconds in PAUSES:
            await self.pause(seconds)
            if await self._post_one(channel, what, call):
                return

    def ask_fault(self, channel: Channel, kind: Kind, lasting: float | None) -> None:
        """Something goes wrong: the next time, or for so many seconds."""
        until = None if lasting is None else self.clock() + timedelta(seconds=lasting)
        times = 1 if lasting is None else None
        self.faults.ask(Fault(vendor=channel, kind=kind, times=times, until=until))

    async def repeat(self, channel: Channel) -> None:
        """The customer's last message once more, letter by letter."""
        await self.post(channel, "again", self._last.get(channel, ()))

    async def _report(self, channel: Channel, what: str, *items: Item, how: How = "once") -> None:
        calls = hooks.make_posts(self.whom(channel), items, how=how, now=self.clock())
        await self.post(channel, what, calls)

    async def greet(self) -> None:
        """Meta asks whether the addresses are okienko's, before anything else. A moment after the doors were opened: a
        running okienko looks at them every two seconds.
        """
        await self.pause(3.0)
        asked: tuple[Channel, ...] = ("messenger", "instagram", "whatsapp")
        for channel in asked:
            if channel in self.world.doors:
                challenge = self.world.mint("")
                call = hooks.handshake(self.whom(channel), challenge)
                answered = await self._http.post(call)
                status = answered.status if isinstance(answered, Answered) else 0
                if isinstance(answered, Answered) and status == 200 and answered.body != challenge.encode():
                    status = 400  # anything but the challenge, letter by letter, is no answer
                self.world.posts.append(Posted(channel=channel, what="handshake", status=status, at=self.clock()))

    # what the customer does -----------------------------------------------------------------------------------------

    async def say(
        self,
        channel: Channel,
        *texts: str,
        payload: str | None = None,
        answers: str = "",
        files: Sequence[File] = (),
        subject: str = "",
        stars: int = 0,
        how: How = "once",
    ) -> None:
        """The customer writes, several messages in a row where there are several texts; or picks `payload`."""
        if channel == "voice":
            await self.speak(" ".join(texts))
            return
        talk = self.world.talks[channel]
        held = [self._keep(file) for file in files]
        prefix = {"whatsapp": "wamid.", "email": "<"}.get(channel, "m_")
        suffix = "@poczta.example>" if channel == "email" else ""
        listed = len(self._offered(channel)) > 3
        lines = [
            Line(
                id=self.world.mint(prefix) + suffix,
                ours=False,
                text=text,
                at=self.clock(),
                answers=answers,
                subject=subject,
                stars=stars,
                files=tuple(held),
            )
            for text in texts
        ]
        if channel in REVIEWS:
            talk.lines = [line for line in talk.lines if line.ours] + lines  # a review is changed, not added to
            await self._on_review()
            return
        talk.lines += lines
        talk.acted_at = self.clock()
        calls = self._tell(channel, lines, payload, files=held, listed=listed, how=how)
        self._last[channel] = calls
        await self.post(channel, "message", calls)

    def _tell(
        self,
        channel: Channel,
        lines: Sequence[Line],
        payload: str | None,
        *,
        files: Sequence[str],
        listed: bool,
        how: How,
    ) -> list[HttpCall]:
        whom, now = self.whom(channel), self.clock()
        if channel == "email":
            calls = [self._write_letter(whom, line, how) for line in lines]
            return [call for call in calls for _ in range(2 if how == "twice" else 1)][
                :: -1 if how == "reversed" else 1
            ]
        if channel == "whatsapp":
            file = None
            if files:
                file = (files[0], self.digest(files[0]), self.world.files[files[0]])
            items = [hooks.whatsapp_message(whom, line, payload=payload, listed=listed, file=file) for line in lines]
        else:
            placed = [(f"{self.site}/files/{id_}", self.world.files[id_]) for id_ in files]
            items = [hooks.message(whom, line, payload=payload, files=placed) for line in lines]
        return hooks.make_posts(whom, items, how=how, now=now)

    def _write_letter(self, whom: Whom, line: Line, how: How) -> HttpCall:
        talk = self.world.talks["email"]
        answered = talk.find(line.answers)
        to = answered.sender if answered is not None and answered.sender else whom.door.given["address"]
        files = [self.world.files[id_] for id_ in line.files]
        now = self.clock() - hooks.AGO if how == "stale" else self.clock()
        raw = letters.write(whom.customer, line, to=to, answers=answered, files=files, now=now)
        return hooks.letter_post(whom, raw, how=how)

    def _keep(self, file: File) -> str:
        id_ = self.world.mint("")
        self.world.files[id_] = file
        return id_

    def _offered(self, channel: Channel) -> tuple[Option, ...]:
        last = self.world.talks[channel].last(ours=True)
        return () if last is None else last.options

    async def edit(self, channel: Channel, id_: str, text: str) -> bool:
        """The customer changes a message; whether there is one."""
        line = self.world.talks[channel].find(id_)
        if line is None or line.ours or line.gone or channel not in {"messenger", "instagram", "whatsapp"}:
            return False
        line.text, line.edits, now = text, line.edits + 1, self.clock()
        whom = self.whom(channel)
        if channel == "whatsapp":
            item = hooks.whatsapp_edited(whom, line, self.world.mint("wamid."), now)
        else:
            item = hooks.edited(whom, line, now)
        await self._report(channel, "edit", item)
        return True

    async def unsend(self, channel: Channel, id_: str) -> bool:
        """The customer takes a message back; whether there is one."""
        line = self.world.talks[channel].find(id_)
        if line is None or line.ours or line.gone or channel not in {"messenger", "instagram", "whatsapp"}:
            return False
        line.gone, line.text, line.files, now = True, "", (), self.clock()
        whom = self.whom(channel)
        if channel == "whatsapp":
            item = hooks.whatsapp_revoked(whom, line, self.world.mint("wamid."), now)
        else:
            item = hooks.deleted(whom, line, now)
        await self._report(channel, "unsend", item)
        return True

    async def react(self, channel: Channel, id_: str, sign: str) -> bool:
        """The customer marks a message, or takes the mark away; whether there is one."""
        line = self.world.talks[channel].find(id_)
        if line is None or not line.ours or channel not in {"messenger", "instagram", "whatsapp"}:
            return False
        line.reaction = "" if line.reaction == sign else sign
        whom, now = self.whom(channel), self.clock()
        if channel == "whatsapp":
            item = hooks.whatsapp_reacted(whom, line, line.reaction, self.world.mint("wamid."), now)
        elif line.reaction:
            item = hooks.reacted(whom, line, line.reaction, now)
        else:
            item = hooks.reacted(whom, line, "", now)
        await self._report(channel, "reaction", item)
        return True

    def look(self, channel: Channel) -> None:
        """The customer looks at the conversation: what was not read is read now."""
        unread = [line for line in self.world.talks[channel].lines if line.ours and line.state in {"sent", "delivered"}]
        if not unread or channel not in {"messenger", "instagram", "whatsapp"}:
            return
        now, whom = self.clock(), self.whom(channel)
        for line in unread:
            line.move("read")
        if channel == "whatsapp":
            items = [hooks.whatsapp_status(whom, line, self._data.get(line.id), now) for line in unread]
        else:
            items = [hooks.read(whom, unread[-1], now)]
        self.later(self._report(channel, "read", *items))

    def begin_anew(self) -> None:
        """Somebody else writes from now on."""
        self.hang_up()
        self.world.begin_anew()

    # what okienko sends ---------------------------------------------------------------------------------------------

    def hear(self, channel: Channel, line: Line) -> None:
        """The brand's message is there."""
        self.world.talks[channel].writing_at = None
        self.world.talks[channel].lines.append(line)

    async def tell_echo(self, channel: Channel, line: Line, metadata: str | None, *, app: str | None) -> None:
        """The vendor reports what was sent for the brand, and that it has arrived; Instagram knows no arrival."""
        whom = self.whom(channel)
        await self._report(channel, "echo", hooks.echo(whom, line, metadata=metadata, app=app))
        if channel == "messenger" and line.move("delivered"):
            await self._report(channel, "delivered", hooks.delivered(whom, line, self.clock()))

    async def tell_statuses(self, line: Line, data: str | None) -> None:
        """WhatsApp reports how far a message has got."""
        if data is not None:
            self._data[line.id] = data
        for state in ("sent", "delivered"):
            if line.move(state) or state == line.state:
                item = hooks.whatsapp_status(self.whom("whatsapp"), line, data, self.clock())
                await self._report("whatsapp", state, item)

    async def answer_elsewhere(self, channel: Channel, text: str) -> None:
        """Somebody at the brand answers in the vendor's own inbox."""
        line = Line(id=self.world.mint("m_"), ours=True, text=text, at=self.clock(), state="sent")
        self.hear(channel, line)
        await self.tell_echo(channel, line, None, app=INBOX)

    def sign(self, channel: Channel, what: str) -> None:
        """The brand shows that it has read, or that somebody writes."""
        talk = self.world.talks[channel]
        for line in talk.lines:
            if not line.ours:
                line.move("read")
        talk.writing_at = self.clock() if what == "typing_on" else None

    def answer_review(self, channel: Channel, text: str, *, note: str = "") -> Line:
        """The brand's public answer; one that was there is replaced."""
        talk = self.world.talks[channel]
        line = Line(id=self.world.mint("r"), ours=True, text=text, at=self.clock(), note=note)
        talk.lines = [one for one in talk.lines if not one.ours] + [line]
        return line

    def publish(self) -> None:
        """An answer in the App Store that has waited for long enough is public."""
        line = self.world.talks["app_store"].last(ours=True)
        if line is not None and line.note and self.clock() - line.at >= self.world.publish_after:
            line.note = "PUBLISHED"

    def digest(self, file: str) -> str:
        """A file's SHA-256, as WhatsApp writes it."""
        return base64.b64encode(hashlib.sha256(self.world.files[file].content).digest()).decode()

    def take_letter(self, raw: bytes) -> None:
        """A letter of the brand's has arrived."""
        letter = letters.read(raw)
        self.hear(
            "email",
            Line(
                id=letter.id,
                ours=True,
                text=letter.text,
                at=self.clock(),
                subject=letter.subject,
                sender=letter.sender,
                references=letter.references,
                answers=letter.answers,
                files=tuple(self._keep(file) for file in letter.files),
                note="automatic" if letter.automatic else "",
            ),
        )

    # the telephone --------------------------------------------------------------------------------------------------

    def ring(self) -> None:
        """The customer calls."""
        if self.call is None:
            self.call = PhoneCall(sid=self.world.mint("CA"))
            task = asyncio.create_task(self._talk(self.call), name="call")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def speak(self, words: str) -> None:
        """The customer says something, or presses keys; silence is no words."""
        if self.call is None:
            return
        keys = words.replace(" ", "")
        if words:
            self._note("voice", words, ours=False)
        if keys and all(key in "0123456789*#" for key in keys):
            self.call.heard.put_nowait({"Digits": keys})
        elif words:
            self.call.heard.put_nowait({"SpeechResult": words, "Confidence": "0.92"})
        else:
            self.call.heard.put_nowait({})

    def hang_up(self) -> None:
        """The customer ends the call."""
        call, self.call = self.call, None
        if call is not None:
            for task in self._tasks:
                if task.get_name() == "call":
                    task.cancel()
            self.later(self._end(call))

    async def _end(self, call: PhoneCall) -> None:
        self._note("voice", "", ours=False, note="over")
        await self._ring_at(
            call, f"{self.whom('voice').url}/status", {"CallStatus": "completed", "SequenceNumber": "9"}
        )

    async def _talk(self, call: PhoneCall) -> None:
        url, said = self.whom("voice").url, dict[str, str]()
        going: tuple[str, Mapping[str, str]] | None = (url, said)
        try:
            while going is not None:
                url, fields = going
                state = "ringing" if call.asked == 0 else "in-progress"
                answered = await self._ring_at(call, url, {"CallStatus": state, **fields})
                if answered is None:
                    self._note("voice", "", ours=True, note="broken")
                    break
                going = await self._play(call, twiml.read_steps(answered.body, url))
        except twiml.BadTwiml:
            self._note("voice", "", ours=True, note="broken")
        if self.call is call:
            self.call = None
        await self._end(call)

    async def _ring_at(self, call: PhoneCall, url: str, fields: Mapping[str, str]) -> Answered | None:
        call.asked += 1
        given = self.world.doors["voice"].given
        number = self.world.customer.id("voice")
        said = {
            "CallSid": call.sid,
            "AccountSid": given["account_sid"],
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "From": number,
            "Caller": number,
            "To": given["number"],
            "Called": given["number"],
            **fields,
        }
        posted = hooks.phone_post(self.world.doors["voice"], url, said, repeat=f"{call.sid}-{call.asked}")
        self._last["voice"] = [posted]
        answered = await self._http.post(posted)
        status = answered.status if isinstance(answered, Answered) else 0
        self.world.posts.append(Posted(channel="voice", what=fields["CallStatus"], status=status, at=self.clock()))
        return answered if isinstance(answered, Answered) and answered.status == 200 else None

    async def _play(self, call: PhoneCall, steps: Sequence[twiml.Step]) -> tuple[str, Mapping[str, str]] | None:
        """What is heard, step by step; where it goes on, and with what. None: the call is over."""
        for step in steps:
            match step.verb:
                case "Say":
                    self._note("voice", step.text, ours=True)
                case "Pause":
                    await self.pause(min(step.seconds, LONGEST_PAUSE))
                case "Redirect":
                    return step.url, {}
                case "Gather":
                    for inner in step.inner:
                        self._note("voice", inner.text, ours=True)
                    heard = await self._listen(call, step)
                    if heard or step.empty:
                        return step.url, heard
                case "Dial" | "Enqueue":
                    self._note("voice", step.text, ours=True, note="dialled")
                    return step.url, {"DialCallStatus": "completed", "DialCallDuration": "30"}
                case "Reject" | "Hangup":
                    return None
                case "Record" | "Play":
                    self._note("voice", "", ours=True, note=step.verb)
        return None

    async def _listen(self, call: PhoneCall, step: twiml.Step) -> Mapping[str, str]:
        call.listens = True
        heard = asyncio.ensure_future(call.heard.get())
        silence = asyncio.ensure_future(self._pause(step.seconds * PATIENCE))
        try:
            await asyncio.wait({heard, silence}, return_when=asyncio.FIRST_COMPLETED)
            return heard.result() if heard.done() else {}
        finally:
            call.listens = False
            heard.cancel()
            silence.cancel()

    def _note(self, channel: Channel, text: str, *, ours: bool, note: str = "") -> None:
        if text or note:
            line = Line(id=self.world.mint("v_"), ours=ours, text=text, at=self.clock(), note=note)
            self.world.talks[channel].lines.append(line)

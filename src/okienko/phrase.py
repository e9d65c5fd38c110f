"""Wording an answer: the quoted passages and the customer's masked words go to a model, checked words come back.

The one rule: whatever the model does, is slow, away, garbled, huge or in an attacker's hands, the customer gets the
article's own words in time. So everything here ends with a plan, and nearly every way leads back to the one that came
in. The reply has to pass `answers.model.check`, and then the look for personal data that all outgoing words pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

import psycopg
import structlog

from okienko.answers.model import store
from okienko.answers.model.check import Backed, check
from okienko.answers.model.prompt import Excerpt, most_tokens, write_body
from okienko.answers.model.store import Call, Outcome
from okienko.answers.model.stream import Stream
from okienko.database.ids import new_id
from okienko.database.pool import Database, DatabaseAway
from okienko.http import Streaming
from okienko.keys import Keys
from okienko.log import describe
from okienko.masking.egress import guard
from okienko.masking.kinds import Fate
from okienko.masking.mask import MaskingFailed, find
from okienko.settings import Settings, read_key
from okienko.turn import what_is_asked
from okienko.values import Brand, BrandId, Citation, Clock, HttpCall, Kind, MaskedText, Plan, RawText, Say
from okienko.web.i18n import words

log = structlog.get_logger()

LEAST: Final = 0.5  # seconds; with less left it is not worth asking
FAILURES: Final = 3  # in a row; then nobody waits for the model for a while
REST: Final = 30.0  # seconds
FRESH: Final = 1.0  # seconds that a brand's switch is believed; the budget's row asks it again
_TROUBLE: Final = frozenset[Outcome]({"slow", "down", "garbled", "huge"})
_NONE: Final = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that answers at `url`/chat/completions."""

    url: str
    name: str
    key: str | None = field(default=None, repr=False)
    seconds: float = 4.0  # for one call, from the first byte sent to the last one read
    prices: tuple[float, float] = (1.0, 1.0)  # millionths for a token read, and for one written


def open_model(settings: Settings) -> Model | None:
    """The operator's model, if there is one. Raises `WrongSetting` when its key cannot be read."""
    if settings.model_url is None:
        return None
    return Model(
        url=settings.model_url,
        name=settings.model_name,
        key=read_key("model", settings.model_key, settings.model_key_file),
        seconds=settings.model_seconds,
        prices=settings.model_prices,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of one call."""

    outcome: Outcome
    reason: str | None = None  # why the words were not used
    text: MaskedText | None = None
    cited: tuple[int, ...] = ()  # positions of the passages that the text rests on
    usage: tuple[int, int] | None = None  # tokens read and written, as the other side says


def answering(plan: Plan) -> int | None:
    """Which of a plan's messages may be worded anew: its only answer, quoted in the customer's language.

    Words about health and the like do not leave, masked or not.
    """
    situation = plan.situation
    answers = [nth for nth, say in enumerate(plan.says) if say.kind is Kind.ANSWER]
    if len(answers) != 1 or situation.sensitive or what_is_asked(situation) is None:
        return None
    citations = plan.says[answers[0]].citations
    return answers[0] if citations and all(c.language == plan.language for c in citations) else None


async def ask(
    model: Model,
    http: Streaming,
    body: bytes,
    *,
    keys: Keys,
    brand: Brand,
    plan: Plan,
    citations: Sequence[Citation],
    seconds: float,
) -> Reply:
    """One call, and the judgement on what it brought, at most `seconds` later. Raises nothing but its cancellation."""
    stream = Stream()
    headers = {"content-type": "application/json", "accept": "text/event-stream"}
    if model.key is not None:
        headers["authorization"] = f"Bearer {model.key}"
    call = HttpCall(url=f"{model.url}/chat/completions", headers=headers, body=body)
    try:
        async with asyncio.timeout(seconds):
            status = await http.stream(call, stream.feed)
    except TimeoutError:
        return Reply(outcome="slow", usage=stream.usage)
    if status != 200:
        return Reply(outcome="down", reason=f"status {status}" if isinstance(status, int) else status.reason)
    if stream.broken is not None:
        return Reply(outcome=stream.broken, usage=stream.usage)
    if not stream.finished:
        return Reply(outcome="garbled", reason="ended early", usage=stream.usage)
    if stream.text.strip().strip(".") == _NONE:
        return Reply(outcome="none", usage=stream.usage)
    return replace(_judge(stream.text, keys, brand, plan, citations), usage=stream.usage)


def _judge(text: str, keys: Keys, brand: Brand, plan: Plan, citations: Sequence[Citation]) -> Reply:
    checked = check(text, excerpts(citations), language=plan.language, allowed=brand.allowed)
    if not isinstance(checked, Backed):
        return Reply(outcome="rejected", reason=checked)
    try:
        published = [
            citation.quote[span.start : span.end]
            for citation in citations
            for span in find(RawText(citation.quote), allowed=brand.allowed, denied=brand.denied).spans
            if span.fate is not Fate.KEEP
        ]
        guarded = guard(
            RawText(checked.text),
            plan.situation.hidden,
            keys=keys,
            language=plan.language,
            allowed=(*brand.allowed, *published),
            denied=brand.denied,
        )
    except MaskingFailed:
        return Reply(outcome="rejected", reason="unreadable")
    if guarded.text != checked.text:
        return Reply(outcome="rejected", reason="personal")
    return Reply(outcome="used", text=guarded, cited=checked.cited)


def excerpts(citations: Sequence[Citation]) -> list[Excerpt]:
    """What a model sees of the articles: what is quoted, and nothing else."""
    return [Excerpt(title=citation.title, text=citation.quote) for citation in citations]


def write_call(model: Model, keys: Keys, brand: Brand, plan: Plan, citations: Sequence[Citation]) -> bytes:
    """The body of a call. The customer's words pass the gate once more, masked as they are. Raises `MaskingFailed`."""
    asked = what_is_asked(plan.situation)
    assert asked is not None
    gone = guard(
        RawText(asked.text),
        plan.situation.hidden,
        keys=keys,
        language=plan.language,
        allowed=brand.allowed,
        denied=brand.denied,
    )
    return write_body(model.name, gone.text, excerpts(citations), plan.language)


def put_in(plan: Plan, nth: int, reply: Reply, model: str) -> Plan:
    """The plan with a reply's words in place of the quote, which stays beneath them, and with what made them."""
    say = plan.says[nth]
    assert reply.text is not None
    told = words(plan.language).gettext("Worded by a language model from the articles named here.")
    worded: Say = replace(
        say,
        text=MaskedText(f"{reply.text.text}\n\n{told}"),
        citations=tuple(say.citations[position] for position in reply.cited),
        generator=f"model:{model}"[:200],
    )
    return replace(plan, says=(*plan.says[:nth], worded, *plan.says[nth + 1 :]))


class Phraser:
    """Asks the model for whole brands: switch, budget, record; and lets it rest when it keeps failing."""

    def __init__(self, model: Model, database: Database, http: Streaming, keys: Keys, clock: Clock) -> None:
        self.model = model
        self._database = database
        self._http = http
        self._keys = keys
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0
        self._known: dict[BrandId, tuple[float, bool]] = {}

    async def takes(self, brand: Brand, plan: Plan) -> bool:
        """Whether a plan is to be worded: it answers, the model does not rest, and the brand wants it.

        Raises `DatabaseAway`.
        """
        if answering(plan) is None or _now() < self._rests_until:
            return False
        known = self._known.get(brand.id)
        if known is None or _now() - known[0] > FRESH:
            async with self._database.brand(brand.id) as connection:
                switch = await store.read_switch(connection, _day(brand, self._clock()))
            known = self._known[brand.id] = _now(), switch is not None and switch.enabled
        return known[1]

    async def phrase(self, brand: Brand, plan: Plan, *, until: float) -> Plan:
        """The plan in the model's words, or as it came; never later than `until`, a moment of the loop's clock."""
        try:
            return await self._phrase(brand, plan, until)
        except (DatabaseAway, psycopg.Error, MaskingFailed) as error:
            log.warning("not_phrased", conversation=str(plan.situation.conversation), **describe(error))
            return plan

    async def _phrase(self, brand: Brand, plan: Plan, until: float) -> Plan:
        nth = answering(plan)
        if nth is None:
            return plan
        citations = plan.says[nth].citations
        body = write_call(self.model, self._keys, brand, plan, citations)
        most = most_tokens(body)
        reserved = self._cost(most)
        began_at = self._clock()
        day = _day(brand, began_at)
        async with self._database.brand(brand.id) as connection:
            if not await store.reserve(connection, day=day, cost=reserved):
                return plan
        began = _now()
        seconds = min(self.model.seconds, until - began)
        if seconds < LEAST:
            reply = Reply(outcome="slow", reason="not asked", usage=(0, 0))
        else:
            reply = await ask(
                self.model,
                self._http,
                body,
                keys=self._keys,
                brand=brand,
                plan=plan,
                citations=citations,
                seconds=seconds,
            )
            self._note(reply)
        # Who does not say what a call cost is taken at the most that it may have cost; who says more, too.
        usage = (0, 0) if reply.outcome == "down" else reply.usage or most
        usage = min(usage[0], most[0]), min(usage[1], most[1])
        record = Call(
            id=new_id(began_at),
            conversation=plan.situation.conversation,
            answers=plan.situation.arrived,
            model=self.model.name,
            read_tokens=usage[0],
            written_tokens=usage[1],
            cost=self._cost(usage),
            ms=round(1000 * (_now() - began)),
            outcome=reply.outcome,
            reason=reply.reason,
            at=began_at,
        )
        async with self._database.brand(brand.id) as connection:
            await store.settle(connection, record, day=day, reserved=reserved)
        return plan if reply.outcome != "used" else put_in(plan, nth, reply, self.model.name)

    def _cost(self, tokens: tuple[int, int]) -> int:
        return ceil(tokens[0] * self.model.prices[0] + tokens[1] * self.model.prices[1])

    def _note(self, reply: Reply) -> None:
        self._failures = self._failures + 1 if reply.outcome in _TROUBLE else 0
        if self._failures >= FAILURES:
            self._failures, self._rests_until = 0, _now() + REST
            log.warning("model_rests", seconds=REST)


def _now() -> float:
    """The loop's clock: budgets of seconds are about real time, whatever the calendar's clock says."""
    return asyncio.get_running_loop().time()


def _day(brand: Brand, at: datetime) -> date:
    return at.astimezone(ZoneInfo(brand.timezone)).date()

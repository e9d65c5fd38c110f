"""Two weeks of conversations, played from hand-written dialogues. Pure: the same dialogues give the same past.

A dialogue is a list of steps in the order in which they happened, one key a step:

    customer: words, or a list of wordings of which each conversation takes one
    answer: article, with `quote` (and `also`): its words, letter by letter
    clarify: [categories]       choice: category
    nothing:                    the bot knows no answer
    person:                     the customer presses "talk to a person"
    handoff:   contact: email   joined: name   agent: words   note: words
    helped: true | false, with `reason` and `comment`: the customer's word on the last answer
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import yaml

from okienko.values import Author, Holder, Kind, Language

try:  # LibYAML's loader is ten times as fast, and comes with the wheels of PyYAML
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader

DAYS: Final = 14
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # as in every reference: none that sounds or looks like another

Ends = Literal["closed", "bot", "queue", "agent"]

_SLOT: Final = re.compile(r"\{(\w+)\}")
_NO_DIACRITICS: Final = str.maketrans("łŁ", "lL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened."""

    what: str
    wordings: tuple[str, ...] = ()  # a customer's, an agent's; or the one word that the step is about
    quotes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    helped: bool = False
    reason: str | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """How a kind of conversation goes."""

    name: str
    language: Language
    channel: str
    category: str | None
    times: int
    ends: Ends
    agent: str | None
    ago: int  # minutes since the last word, of a conversation that is not closed
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """All dialogues of a brand and the words that vary in them."""

    slots: Mapping[Language, Mapping[str, Sequence[str]]]
    dialogues: tuple[Dialogue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The program's own words in one language, and the names of a brand's categories."""

    notice: str
    clarify: str
    nothing: str
    handoff: str  # with %(reference)s
    person: str
    joined: str  # with %(name)s
    contact: str
    closed: str
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words of an article, before it is known in which version they stand."""

    article: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The customer's word on an answer."""

    helped: bool
    reason: str | None
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the past."""

    author: Author
    kind: Kind
    text: str
    at: datetime
    agent: str | None = None
    arrival: int | None = None
    answers: int | None = None
    choice: str | None = None
    choices: tuple[str, ...] = ()
    confidence: float | None = None
    quoted: tuple[Quoted, ...] = ()
    word: Word | None = None
    unanswered: bool = False  # the bot knew no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation of the past."""

    name: str  # of its dialogue
    language: Language
    channel: str
    category: str | None
    holder: Holder
    agent: str | None
    reference: str
    reason: str
    misses: int
    contact: bool  # an e-mail address has been left
    queued_at: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    created_at: datetime
    messages: tuple[Message, ...]


def read_yaml(text: str) -> Any:
    """One of the demo's own files."""
    return yaml.load(text, Loader=SafeLoader)


def read_script(text: str) -> Script:
    """The dialogues of a brand from their YAML. Raises `KeyError`, `TypeError` or YAML's errors where it is wrong."""
    loaded = read_yaml(text)
    return Script(slots=loaded["slots"], dialogues=tuple(_read_dialogue(found) for found in loaded["dialogues"]))


def _read_dialogue(found: Mapping[str, Any]) -> Dialogue:
    return Dialogue(
        name=found["name"],
        language=found.get("language", "pl"),
        channel=found.get("channel", "webchat"),
        category=found.get("category"),
        times=found.get("times", 1),
        ends=found.get("ends", "closed"),
        agent=found.get("agent"),
        ago=found.get("ago", 0),
        steps=tuple(_read_step(step) for step in found["says"]),
    )


def _read_step(found: Mapping[str, Any]) -> Step:
    what, value = next(iter(found.items()))
    if what == "answer":
        return Step(what=what, wordings=(value,), quotes=tuple(found[key] for key in ("quote", "also") if key in found))
    if what == "clarify":
        return Step(what=what, categories=tuple(value))
    if what == "helped":
        return Step(what=what, helped=value, reason=found.get("reason"), comment=found.get("comment", ""))
    if isinstance(value, str):
        return Step(what=what, wordings=(value,))
    return Step(what=what, wordings=tuple(value or ()))


def play(
    script: Script, voices: Mapping[Language, Voice], *, seed: str, now: datetime, timezone: str
) -> list[Conversation]:
    """Every conversation of the script in order of its beginning. All of it lies before `now` (aware)."""
    taken: set[str] = set()
    played: list[Conversation] = []
    for dialogue in script.dialogues:
        for nth in range(dialogue.times):
            # Each conversation has its own chance, so that a new dialogue leaves the others as they were.
            chance = Random(f"{seed}/{dialogue.name}/{nth}")  # noqa: S311 - a story, not a secret
            scene = _Scene(
                dialogue,
                nth,
                voice=voices[dialogue.language],
                slots=script.slots[dialogue.language],
                reference=_draw_reference(chance, taken),
                chance=chance,
            )
            played.append(_at_its_time(scene.play(), dialogue, chance, now, ZoneInfo(timezone)))
    return sorted(played, key=lambda conversation: conversation.created_at)


class _Scene:
    """One conversation while it is being played; time counts from its own beginning."""

    def __init__(
        self,
        dialogue: Dialogue,
        nth: int,
        *,
        voice: Voice,
        slots: Mapping[str, Sequence[str]],
        reference: str,
        chance: Random,
    ) -> None:
        self.dialogue, self.voice, self.chance, self.nth = dialogue, voice, chance, nth
        self.filled = {slot: chance.choice(words) for slot, words in slots.items()}
        self.rough = dialogue.language == "pl" and chance.random() < 0.25
        self.reference = reference
        self.at = _BEGINNING
        self.messages: list[Message] = []
        self.arrived = 0
        self.holder = Holder.BOT
        self.agent: str | None = None
        self.reason = "answered"
        self.misses = 0
        self.contact = False
        self.queued_at: datetime | None = None
        self.noticed = dialogue.channel == "webchat"  # the window itself shows the notice before the first word

    def play(self) -> Conversation:
        for step in self.dialogue.steps:
            self._take(step)
        dialogue = self.dialogue
        if dialogue.ends == "closed":
            if self.agent is not None:
                self._wait(20, 240)
                self._say(Author.SYSTEM, Kind.EVENT, self.voice.closed)
            elif self.holder is Holder.BOT:
                self._wait(600, 1800)
        return Conversation(
            name=dialogue.name,
            language=dialogue.language,
            channel=dialogue.channel,
            category=dialogue.category,
            holder=self.holder,
            agent=self.agent,
            reference=self.reference,
            reason=self.reason,
            misses=self.misses,
            contact=self.contact,
            queued_at=self.queued_at,
            updated_at=self.at,
            closed_at=self.at if dialogue.ends == "closed" else None,
            created_at=self.messages[0].at,
            messages=tuple(self.messages),
        )

    def _take(self, step: Step) -> None:
        match step.what:
            case "customer":
                self._wait(12, 110)
                self._ask(Kind.TEXT, self._words(step))
            case "person":
                self._wait(5, 30)
                self._ask(Kind.PERSON, self.voice.person)
            case "choice":
                self._wait(3, 12)
                self._ask(Kind.CHOICE, self.voice.categories[step.wordings[0]], choice=step.wordings[0])
            case "answer":
                quoted = tuple(Quoted(article=step.wordings[0], quote=quote) for quote in step.quotes)
                confidence = round(self.chance.uniform(0.55, 0.97), 3)
                self.reason, self.misses = "answered", 0
                self._answer(Kind.ANSWER, "\n\n".join(step.quotes), quoted=quoted, confidence=confidence)
            case "clarify":
                self.reason = "clarified"
                self._answer(Kind.CLARIFY, self.voice.clarify, choices=step.categories)
            case "nothing":
                self.reason, self.misses = "no_answer", self.misses + 1
                self._answer(Kind.TEXT, self.voice.nothing, choices=("person",), unanswered=True)
            case "handoff":
                self.reason, self.misses, self.holder = "asked_for_person", 0, Holder.QUEUE
                self._answer(Kind.HANDOFF, self.voice.handoff % {"reference": self.reference})
                self.queued_at = self.at
            case "contact":
                self._wait(20, 60)
                self.contact = True
                self._say(Author.SYSTEM, Kind.EVENT, self.voice.contact)
            case "joined":
                self._wait(50, 420)
                self.holder, self.agent, self.queued_at = Holder.AGENT, step.wordings[0], None
                self._say(Author.SYSTEM, Kind.EVENT, self.voice.joined % {"name": self.agent})
            case "agent" | "note":
                self._wait(20, 160)
                author = Author.AGENT if step.what == "agent" else Author.NOTE
                self._say(author, Kind.TEXT, self._words(step), agent=self.agent)
            case "helped":
                nth = max(n for n, message in enumerate(self.messages) if message.kind is Kind.ANSWER)
                given = Word(
                    helped=step.helped,
                    reason=step.reason,
                    comment=step.comment,
                    at=self.at + timedelta(seconds=self.chance.randint(2, 11)),
                )
                self.messages[nth] = replace(self.messages[nth], word=given)
            case what:
                raise KeyError(what)

    def _wait(self, least: int, most: int) -> None:
        self.at += timedelta(seconds=self.chance.randint(least, most), milliseconds=self.chance.randint(0, 999))

    def _words(self, step: Step) -> str:
        """The wording of this conversation, its slots filled; now and then without diacritics, as people type."""
        said = step.wordings[self.nth % len(step.wordings)]
        said = _SLOT.sub(lambda found: self.filled[found[1]], said)
        if step.what == "customer" and self.rough and "[" not in said:
            said = fold_words(said)
        return said

    def _ask(self, kind: Kind, text: str, *, choice: str | None = None) -> None:
        self.arrived += 1
        self.messages.append(
            Message(author=Author.CUSTOMER, kind=kind, text=text, at=self.at, arrival=self.arrived, choice=choice)
        )

    def _answer(
        self,
        kind: Kind,
        text: str,
        *,
        quoted: tuple[Quoted, ...] = (),
        choices: tuple[str, ...] = (),
        confidence: float | None = None,
        unanswered: bool = False,
    ) -> None:
        self.at += timedelta(milliseconds=self.chance.randint(25, 190))
        if not self.noticed:
            self.noticed = True
            self.messages.append(
                Message(author=Author.BOT, kind=Kind.NOTICE, text=self.voice.notice, at=self.at, answers=self.arrived)
            )
            self.at += timedelta(milliseconds=1)
        self.messages.append(
            Message(
                author=Author.BOT,
                kind=kind,
                text=text,
                at=self.at,
                answers=self.arrived,
                choices=choices,
                confidence=confidence,
                quoted=quoted,
                unanswered=unanswered,
            )
        )

    def _say(self, author: Author, kind: Kind, text: str, *, agent: str | None = None) -> None:
        self.messages.append(Message(author=author, kind=kind, text=text, at=self.at, agent=agent))


_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))


def fold_words(text: str) -> str:
    """Polish as it is typed on a foreign keyboard: no diacritics and a small first letter."""
    plain = unicodedata.normalize("NFD", text.translate(_NO_DIACRITICS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain[:1].lower() + plain[1:]


def _draw_reference(chance: Random, taken: set[str]) -> str:
    while True:
        drawn = "".join(chance.choice(LETTERS) for _ in range(7))
        reference = f"{drawn[:3]}-{drawn[3:]}"
        if reference not in taken:
            taken.add(reference)
            return reference


def _at_its_time(
    conversation: Conversation, dialogue: Dialogue, chance: Random, now: datetime, zone: ZoneInfo
) -> Conversation:
    if conversation.closed_at is None:
        begins = now - timedelta(minutes=dialogue.ago) - (conversation.updated_at - _BEGINNING)
    else:
        begins = _draw_beginning(conversation, chance, now.astimezone(zone))
    return _moved(conversation, begins - _BEGINNING)


def _draw_beginning(conversation: Conversation, chance: Random, local: datetime) -> datetime:
    """A day of the two weeks and an hour at which people write; a person answers only on working days, in the day."""
    day = local.date() - timedelta(days=chance.randint(1, DAYS))
    if conversation.agent is None:
        hour = chance.triangular(7, 23, 19)
    else:
        hour = chance.triangular(9, 18, 12)
        if day.isoweekday() > 5:
            day -= timedelta(days=day.isoweekday() - 5)
    minutes = int(hour * 60)
    wall = datetime.combine(day, time(minutes // 60, minutes % 60, chance.randint(0, 59)), tzinfo=local.tzinfo)
    return wall.astimezone(_BEGINNING.tzinfo)


def _moved(conversation: Conversation, by: timedelta) -> Conversation:
    return replace(
        conversation,
        queued_at=None if conversation.queued_at is None else conversation.queued_at + by,
        updated_at=conversation.updated_at + by,
        closed_at=None if conversation.closed_at is None else conversation.closed_at + by,
        created_at=conversation.created_at + by,
        messages=tuple(
            replace(
                message,
                at=message.at + by,
                word=None if message.word is None else replace(message.word, at=message.word.at + by),
            )
            for message in conversation.messages
        ),
    )

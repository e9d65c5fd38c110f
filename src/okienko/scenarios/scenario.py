"""What a scenario is, once it was read: steps in their order, wordings in their languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from okienko.scenarios.messages import Message, Value
from okienko.values import Language, Priority

AskKind = Literal["choice", "text", "number", "date", "order_number", "email"]
# What a person who takes over may rely on: nothing, an order that was named rightly, a code to the address on record.
Authentication = Literal["none", "order", "code"]
Comparison = Literal["is", "not", "over", "under", "at_least", "at_most", "known"]

# What `okienko.cases` knows; rooms do not know each other, and a test compares.
CASES: Final = frozenset({"complaint", "claim", "appeal", "return", "refund", "account"})
EVERYWHERE: Final = "other"  # the wording for every channel that has none of its own
# What the house knows at each step; a scenario may read these and not set them.
GIVEN: Final[Mapping[str, Literal["text", "date"]]] = {
    "brand": "text",
    "language": "text",
    "channel": "text",
    "reference": "text",
    "open": "text",  # "yes" or "no": whether somebody is at the desk now
    "today": "date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One thing to say: by language, then by channel."""

    line: int
    texts: Mapping[Language, Mapping[str, Message]]

    def write(self, values: Mapping[str, Value], language: Language, channel: str) -> str:
        """In this language if it is written in it, else in the first there is. Raises `KeyError`: an unset variable."""
        spoken = language if language in self.texts else next(iter(self.texts))
        by_channel = self.texts[spoken]
        return by_channel.get(channel, by_channel[EVERYWHERE]).write(values, spoken)

    def messages(self) -> Iterator[tuple[Language, Message]]:
        """Every text of it."""
        for language, by_channel in self.texts.items():
            for message in by_channel.values():
                yield language, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers that a question offers."""

    value: str
    label: Wording
    also: Mapping[Language, tuple[str, ...]] = field(default_factory=dict[Language, tuple[str, ...]])
    go: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A variable compared with values; `days_ago`: the days since the date that it holds."""

    name: str
    comparison: Comparison
    operands: tuple[str, ...]
    days_ago: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out of a branch: taken when all its conditions hold."""

    line: int
    conditions: tuple[Condition, ...]
    go: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Says something and goes on; `rate`: whether it helped is asked below it."""

    name: str
    line: int
    say: Wording
    rate: bool = False
    go: str | None = None
    renew: bool = False  # who comes here goes on with the newest version


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Asks, waits, and keeps what was answered."""

    name: str
    line: int
    say: Wording
    kind: AskKind
    save: str
    choices: tuple[Choice, ...] = ()
    otherwise: Wording | None = None  # said when the answer was not understood
    tries: int = 2  # that are not understood before `give_up`
    give_up: str | None = None  # None: a person
    least: int | None = None
    most: int | None = None
    when: Literal["past", "future"] | None = None
    like: str | None = None  # an order number's shape: `#` a digit, `@` a letter, `*` either; the rest as it stands
    go: str | None = None
    renew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Goes the first way whose conditions hold."""

    name: str
    line: int
    ways: tuple[Way, ...]
    renew: bool = False
    go: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Gives variables fixed values."""

    name: str
    line: int
    values: Mapping[str, str]
    go: str | None = None
    renew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Reads something elsewhere: an order's state, a subscription."""

    name: str
    line: int
    source: str
    arguments: Mapping[str, str]  # what the source calls it → the variable that holds it
    save: Mapping[str, str]  # the variable → what the source calls it
    missing: str  # the step where nothing was found
    away: str  # the step where the source cannot be reached
    go: str | None = None
    renew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Quotes an article."""

    name: str
    line: int
    article: str
    say: Wording | None = None
    go: str | None = None
    renew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """Gives the conversation to people, with what was found out. The scenario ends."""

    name: str
    line: int
    say: Wording | None = None
    team: str | None = None
    priority: Priority = "normal"
    authentication: Authentication = "none"
    renew: bool = False
    go: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Opens a case with its clock, and keeps its reference."""

    name: str
    line: int
    kind: str
    save: str | None = None
    go: str | None = None
    renew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """Goes elsewhere."""

    name: str
    line: int
    go: str
    renew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Ends the scenario; the bot listens again."""

    name: str
    line: int
    say: Wording | None = None
    rate: bool = False
    solved: bool = True
    renew: bool = False
    go: None = None


Step = Tell | Ask | Branch | Put | LookUp | Quote | HandOff | OpenCase | Jump | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One exchange of an example dialogue: what a customer writes or picks, and what has to come of it."""

    line: int
    says: str
    at: str | None = None  # the step that asks next
    told: tuple[str, ...] = ()  # words that stand in what is said
    ends: Literal["solved", "unsolved", "person"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """An example of how it goes, which is a test: publishing is refused while it goes otherwise."""

    name: str
    line: int
    language: Language
    turns: tuple[Turn, ...]
    finds: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict[str, Mapping[str, str] | None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario."""

    id: str
    name: Mapping[Language, str]
    languages: tuple[Language, ...]
    category: str | None
    examples: Mapping[Language, tuple[str, ...]]  # sentences that start it
    button: bool  # offered as a quick reply
    link: bool  # may be started by a link
    days_after_order: int | None
    steps: tuple[Step, ...]
    dialogues: tuple[Dialogue, ...]

    def step(self, name: str) -> Step | None:
        """The step of that name."""
        return next((step for step in self.steps if step.name == name), None)

    def after(self, step: Step) -> str | None:
        """The step that comes next where `step` names none."""
        if step.go is not None:
            return step.go
        place = self.steps.index(step)
        return self.steps[place + 1].name if place + 1 < len(self.steps) else None

    def kinds(self) -> Mapping[str, str]:
        """Its variables: what kind of value each holds (an `AskKind`, or `text`)."""
        kinds: dict[str, str] = dict(GIVEN)
        for step in self.steps:
            match step:
                case Ask():
                    kinds[step.save] = step.kind
                case Put():
                    kinds.update(dict.fromkeys(step.values, "text"))
                case LookUp():
                    kinds.update(dict.fromkeys(step.save, "text"))
                case OpenCase(save=str(name)):
                    kinds[name] = "text"
                case _:
                    pass
        return kinds


def leads_to(scenario: Scenario, step: Step) -> tuple[str, ...]:
    """Where one can be after `step`, by name; a step that hands off or ends leads nowhere."""
    after = scenario.after(step)
    on = (after,) if after is not None else ()
    match step:
        case HandOff() | End():
            return ()
        case Branch(ways=ways):
            return tuple(way.go for way in ways)
        case Ask():
            chosen = tuple(choice.go or after for choice in step.choices) if step.choices else on
            given_up = (step.give_up,) if step.give_up is not None else ()
            return tuple(dict.fromkeys(name for name in (*chosen, *given_up) if name is not None))
        case LookUp():
            return tuple(dict.fromkeys((*on, step.missing, step.away)))
        case _:
            return on

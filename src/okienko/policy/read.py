"""Reads a policy file: TOML in, typed rules out, or all that is wrong with the file, key and fix.

The tables below say which keys a file may have. The reader and the published JSON Schema (`make_schema`) are both made
from them, so neither can know a key that the other does not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, cast

from okienko.policy import periods
from okienko.policy.holidays import CALENDARS
from okienko.policy.periods import Period, read_period
from okienko.policy.rules import (
    SECTIONS,
    Ban,
    Calendar,
    Clock,
    Confidence,
    Direction,
    Extension,
    Gate,
    Limit,
    Notice,
    Origin,
    Policy,
    Retention,
    Rule,
)
from okienko.policy.texts import TEXTS
from okienko.values import OperatorError

FORMAT: Final = 1  # `schema` in each file
ID: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
NAME: Final = r"[a-z][a-z0-9_]*"
LAW: Final = r"[a-z0-9][a-z0-9-]*:.+"

JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a file."""

    file: str
    key: str  # empty: the file as a whole
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}{f' [{self.key}]' if self.key else ''}: {self.what}. {self.fix}"


class PolicyRefused(OperatorError):
    """A file that cannot be used; nothing of it is."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who has looked at a file that is not its author, and when somebody has to look again."""

    state: Literal["pending", "done"]
    by: tuple[str, ...]
    on: date | None
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """One file, before anything that it extends is added."""

    id: str
    title: str
    extends: str | None
    review: Review
    policy: Policy


# what may be written -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a value may be: for JSON Schema, for people, and as a check."""

    schema: JsonSchema
    expects: str
    fits: Callable[[object], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a table."""

    kind: Kind
    required: bool = False


def _matching(pattern: str, expects: str) -> Kind:
    compiled = re.compile(pattern)
    return Kind(
        schema={"type": "string", "pattern": f"^({pattern})$"},
        expects=expects,
        fits=lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None,
    )


def _one_of(*options: str) -> Kind:
    return Kind(
        schema={"enum": list(options)},
        expects=f"one of {', '.join(options)}",
        fits=lambda value: isinstance(value, str) and value in options,
    )


def _list_of(kind: Kind, least: int, expects: str) -> Kind:
    return Kind(
        schema={"type": "array", "items": kind.schema, "minItems": least, "uniqueItems": True},
        expects=expects,
        fits=lambda value: (
            isinstance(value, list)
            and len(cast("list[object]", value)) >= least
            and all(kind.fits(item) for item in cast("list[object]", value))
            and len(set(map(str, cast("list[object]", value)))) == len(cast("list[object]", value))
        ),
    )


def _table_of(keys: Mapping[str, Key], expects: str) -> Kind:
    return Kind(
        schema=_schema_of(keys),
        expects=expects,
        fits=lambda value: (
            isinstance(value, dict)
            and cast("dict[str, object]", value).keys() <= keys.keys()
            and all(
                key.kind.fits(cast("dict[str, object]", value)[name]) if name in value else not key.required
                for name, key in keys.items()
            )
        ),
    )


def _schema_of(keys: Mapping[str, Key]) -> JsonSchema:
    return {
        "type": "object",
        "properties": {name: key.kind.schema for name, key in keys.items()},
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }


TEXT: Final = _matching(r"\S(.*\S)?", "some words")
PERIOD: Final = _matching(periods.PATTERN, "a period such as P1M, P10D or PT72H")
DAY: Final = Kind(
    schema={"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    expects="a day such as 2026-08-02, without quotation marks",
    fits=lambda value: isinstance(value, date) and not isinstance(value, datetime),
)
FLAG: Final = Kind(schema={"type": "boolean"}, expects="true or false", fits=lambda value: isinstance(value, bool))
COUNT: Final = Kind(
    schema={"type": "integer", "minimum": 0},
    expects="a whole number",
    fits=lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
)
EVENT: Final = _matching(NAME, "an event's name such as received")
DIRECTION: Final = _one_of("at_most", "at_least")
LAWS: Final = _list_of(_matching(LAW, "a law"), 1, 'a list of laws such as ["gdpr:12(3)"], each named in sources.toml')
UI: Final = _list_of(_one_of(*sorted(TEXTS)), 1, f"a list of texts' ids: {', '.join(sorted(TEXTS))}")

_ORIGIN: Final = {
    "law": Key(kind=LAWS, required=True),
    "confidence": Key(kind=_one_of("high", "medium", "low"), required=True),
    "from": Key(kind=DAY),
}
RULES: Final[Mapping[str, Mapping[str, Key]]] = {
    "clock": {
        **_ORIGIN,
        "start": Key(kind=EVENT, required=True),
        "period": Key(kind=PERIOD, required=True),
        "calendar": Key(kind=_one_of("eu-1182-71", "civil", "working-days", "elapsed"), required=True),
        "direction": Key(kind=DIRECTION),
        "extension": Key(
            kind=_table_of(
                {
                    "max": Key(kind=PERIOD, required=True),
                    "notify_within": Key(kind=PERIOD, required=True),
                    "needs_reason": Key(kind=FLAG, required=True),
                },
                '{ max = "P2M", notify_within = "P1M", needs_reason = true }',
            )
        ),
        "pause": Key(kind=FLAG),
        "warn": Key(kind=PERIOD),
    },
    "gate": {
        **_ORIGIN,
        "value": Key(kind=FLAG, required=True),
        "when": Key(kind=EVENT, required=True),
        "ui": Key(kind=UI),
    },
    "ban": {
        **_ORIGIN,
        "value": Key(kind=FLAG, required=True),
        "applies_to": Key(kind=_list_of(EVENT, 1, "a list of classes of data")),
    },
    "limit": {**_ORIGIN, "value": Key(kind=COUNT, required=True), "direction": Key(kind=DIRECTION, required=True)},
    "retention": {
        **_ORIGIN,
        "trigger": Key(kind=EVENT, required=True),
        "period": Key(kind=PERIOD, required=True),
        "direction": Key(kind=DIRECTION),
        "hard_cap": Key(
            kind=_table_of(
                {"trigger": Key(kind=EVENT, required=True), "period": Key(kind=PERIOD, required=True)},
                '{ trigger = "account_closed", period = "P6Y" }',
            )
        ),
        "action": Key(kind=_one_of("delete", "shred")),
    },
    "notice": {**_ORIGIN, "when": Key(kind=EVENT, required=True), "ui": Key(kind=UI, required=True)},
}
HEAD: Final[Mapping[str, Key]] = {
    "schema": Key(
        kind=Kind(
            schema={"const": FORMAT}, expects=str(FORMAT), fits=lambda value: type(value) is int and value == FORMAT
        ),
        required=True,
    ),
    "id": Key(kind=_matching(ID, "an id such as us-ca"), required=True),
    "title": Key(kind=TEXT, required=True),
    "extends": Key(kind=_matching(ID, "another file's id")),
    "holidays": Key(kind=_one_of(*CALENDARS)),
    "authority": Key(kind=TEXT),
    "review": Key(kind=_one_of("pending", "done"), required=True),
    "reviewed_by": Key(kind=_list_of(TEXT, 2, "a list of at least two names, neither of them the author's")),
    "reviewed_on": Key(kind=DAY),
    "review_due": Key(kind=DAY, required=True),
}


def make_schema() -> JsonSchema:
    """The JSON Schema (2020-12) of a policy file. TOML's days are strings in it, as tools for TOML hand them over."""
    head = _schema_of(HEAD)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A policy of okienko",
        **head,
        "properties": {
            **head["properties"],
            **{
                section: {
                    "type": "object",
                    "patternProperties": {f"^{NAME}$": _schema_of(keys)},
                    "additionalProperties": False,
                }
                for section, keys in RULES.items()
            },
        },
        "if": {"properties": {"review": {"const": "done"}}},
        "then": {"required": ["reviewed_by", "reviewed_on"]},
        "else": {"properties": {"reviewed_by": False, "reviewed_on": False}},
    }


# reading -------------------------------------------------------------------------------------------------------------


def parse(file: str, text: str) -> dict[str, object]:
    """The tables of a TOML file. Raises `PolicyRefused` with the line of a mistake."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = Problem(file=file, key="", what=f"this is no TOML: {error}", fix="Mend that line")
        raise PolicyRefused([problem]) from None


def read_policy(file: str, text: str) -> PolicyFile:
    """One policy file. Raises `PolicyRefused`."""
    raw = parse(file, text)
    problems = [*_check_keys(file, "", {k: v for k, v in raw.items() if k not in RULES}, HEAD)]
    problems += _check_rules(file, raw)
    if not problems:
        problems += _check_review(file, raw)
    if not problems and raw["id"] != file.removesuffix(".toml"):
        problems.append(Problem(file=file, key="id", what="the id is not the file's name", fix="Make them the same"))
    if problems:
        raise PolicyRefused(problems)
    id_ = str(raw["id"])
    return PolicyFile(
        id=id_,
        title=str(raw["title"]),
        extends=_text(raw.get("extends")),
        review=Review(
            state=cast("Literal['pending', 'done']", raw["review"]),
            by=_texts(raw.get("reviewed_by")),
            on=cast("date | None", raw.get("reviewed_on")),
            due=cast("date", raw["review_due"]),
        ),
        policy=Policy(
            places=frozenset({id_}),
            holidays=frozenset({str(raw.get("holidays", "none"))}),
            authorities=frozenset({str(raw["authority"])} if "authority" in raw else ()),
            rules=build_rules(raw, id_),
        ),
    )


def read_rules(file: str, text: str, origin: str) -> Mapping[str, frozenset[Rule]]:
    """Rules alone, without a head, of which `law` and `confidence` may be left out: a brand's own choices.

    Raises `PolicyRefused`.
    """
    raw = parse(file, text)
    for section in RULES:
        for rule in _tables(raw.get(section)).values():
            if isinstance(rule, dict):
                table = cast("dict[str, object]", rule)
                table.setdefault("law", ["house:brand"])
                table.setdefault("confidence", "high")
    known = ", ".join(RULES)
    problems = [
        Problem(file=file, key=key, what="a brand cannot say this", fix=f"Tables are {known}")
        for key in raw
        if key not in RULES
    ]
    problems += _check_rules(file, raw)
    if problems:
        raise PolicyRefused(problems)
    return build_rules(raw, origin)


def _check_keys(file: str, where: str, raw: Mapping[str, object], keys: Mapping[str, Key]) -> Iterator[Problem]:
    """What is missing, unknown or of the wrong kind in one table."""
    for name, value in raw.items():
        full = f"{where}.{name}" if where else name
        if name not in keys:
            yield Problem(file=file, key=full, what="there is no such key", fix=f"Keys are {', '.join(keys)}")
        elif not keys[name].kind.fits(value):
            yield Problem(file=file, key=full, what="the value does not fit", fix=f"Write {keys[name].kind.expects}")
    for name, key in keys.items():
        if key.required and name not in raw:
            full = f"{where}.{name}" if where else name
            yield Problem(file=file, key=full, what="it is missing", fix=f"Write {key.kind.expects}")


def _check_rules(file: str, raw: Mapping[str, object]) -> Iterator[Problem]:
    for section, keys in RULES.items():
        if section in raw and not isinstance(raw[section], dict):
            yield Problem(file=file, key=section, what="this is no table", fix=f"Write [{section}.<name>]")
        for name, rule in _tables(raw.get(section)).items():
            key = f"{section}.{name}"
            if not re.fullmatch(NAME, name):
                yield Problem(file=file, key=key, what="this is no name", fix="Use small letters, digits and _")
            if not isinstance(rule, dict):
                yield Problem(file=file, key=key, what="this is no table", fix=f"Write [{section}.<name>]")
                continue
            table = cast("dict[str, object]", rule)
            found = list(_check_keys(file, key, table, keys))
            yield from found
            if not found and section == "clock":
                yield from _check_clock(file, key, table)


def _check_clock(file: str, key: str, raw: Mapping[str, object]) -> Iterator[Problem]:
    """What the kinds of single values cannot say."""
    period, calendar = _period(raw["period"]), raw["calendar"]
    right = {"elapsed": "H", "working-days": "D"}.get(str(calendar))
    if (period.unit == "H") != (calendar == "elapsed") or (right is not None and period.unit != right):
        fix = "Hours go with elapsed, days with working-days, days and months with the others"
        yield Problem(file=file, key=f"{key}.calendar", what=f"{period} and {calendar} do not go together", fix=fix)
    if "extension" in raw:
        extension = _tables(raw["extension"])
        if _period(extension["max"]).unit != period.unit or _period(extension["notify_within"]).unit == "H":
            fix = "Use the clock's own unit for max, and days or months for notify_within"
            yield Problem(file=file, key=f"{key}.extension", what="the units do not go together", fix=fix)
    if raw.get("pause") and calendar in ("elapsed", "working-days"):
        fix = "Only clocks of calendar days and months stand still"
        yield Problem(file=file, key=f"{key}.pause", what="such a clock cannot be paused", fix=fix)
    if "warn" in raw and _period(raw["warn"]).unit == "H":
        yield Problem(file=file, key=f"{key}.warn", what="a reminder has a day", fix="Write days or months")


def _check_review(file: str, raw: Mapping[str, object]) -> Iterator[Problem]:
    for key in ("reviewed_by", "reviewed_on"):
        if (key in raw) != (raw["review"] == "done"):
            fix = 'A reviewed file says review = "done", reviewed_by and reviewed_on; one that waits says none of them'
            yield Problem(file=file, key=key, what=f'it does not go with review = "{raw["review"]}"', fix=fix)


def build_rules(raw: Mapping[str, object], origin: str) -> Mapping[str, frozenset[Rule]]:
    """The rules of tables that were checked, each named with its section."""
    return {
        f"{section}.{name}": frozenset({_build(section, cast("Mapping[str, object]", rule), origin)})
        for section in SECTIONS
        for name, rule in _tables(raw.get(section)).items()
    }


def _build(section: str, raw: Mapping[str, object], policy: str) -> Rule:
    origin = Origin(
        policy=policy,
        law=_texts(raw["law"]),
        confidence=cast("Confidence", raw["confidence"]),
        since=cast("date | None", raw.get("from")),
    )
    direction = cast("Direction", raw.get("direction", "at_most"))
    match section:
        case "clock":
            extension = _tables(raw.get("extension"))
            return Clock(
                origin=origin,
                start=str(raw["start"]),
                period=_period(raw["period"]),
                calendar=cast("Calendar", raw["calendar"]),
                direction=direction,
                extension=Extension(
                    by=_period(extension["max"]),
                    notify_within=_period(extension["notify_within"]),
                    needs_reason=bool(extension["needs_reason"]),
                )
                if extension
                else None,
                pause=bool(raw.get("pause", False)),
                warn=_period(raw["warn"]) if "warn" in raw else None,
            )
        case "gate":
            return Gate(origin=origin, value=bool(raw["value"]), when=str(raw["when"]), ui=_texts(raw.get("ui")))
        case "ban":
            return Ban(origin=origin, value=bool(raw["value"]), applies_to=_texts(raw.get("applies_to")))
        case "limit":
            return Limit(origin=origin, value=cast("int", raw["value"]), direction=direction)
        case "retention":
            cap = _tables(raw.get("hard_cap"))
            return Retention(
                origin=origin,
                trigger=str(raw["trigger"]),
                period=_period(raw["period"]),
                direction=direction,
                cap=(str(cap["trigger"]), _period(cap["period"])) if cap else None,
                action=cast("Literal['delete', 'shred']", raw.get("action", "delete")),
            )
        case _:
            return Notice(origin=origin, when=str(raw["when"]), ui=_texts(raw["ui"]))


def _tables(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, cast("list[object]", value))) if isinstance(value, list) else ()


def _period(value: object) -> Period:
    return read_period(str(value))

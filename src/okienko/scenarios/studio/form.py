"""A scenario's forms: which fields a step has, and what a sent form changes in the file's plain data. Pure.

A field is named after what it changes and how it is written: `t:steps/0/say/pl` a text, `l:…/also/pl` a list with one
item a line, `m:steps/3/set/0/key` a row of a table, `c:steps/2/branch/0/0/name` a row of a condition. What was not
touched is not written anew. Nothing that was typed is refused here: the check says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, cast, get_args

from okienko.folding import fold
from okienko.scenarios.scenario import AskKind, Authentication, Priority
from okienko.scenarios.schema import KINDS, MOST_CHOICES, MOST_STEPS
from okienko.scenarios.studio.rewrite import Data
from okienko.values import Language
from okienko.web.i18n import LANGUAGES, Words, mark

Table = dict[str, Data]

ASKS: Final = get_args(AskKind)
PRIORITIES: Final = get_args(Priority)
AUTHENTICATIONS: Final = get_args(Authentication)
# What a condition may say, in the order in which it is offered; `days_…` compares the days since a date.
COMPARISONS: Final[Mapping[str, str]] = {
    "is": mark("is (or one of, with commas)"),
    "not": mark("is not"),
    "known": mark("is known"),
    "unknown": mark("is not known"),
    "over": mark("is more than"),
    "under": mark("is less than"),
    "at_least": mark("is at least"),
    "at_most": mark("is at most"),
    "days_over": mark("was more than … days ago"),
    "days_under": mark("was less than … days ago"),
    "days_at_least": mark("was at least … days ago"),
    "days_at_most": mark("was at most … days ago"),
}
# The same in one line.
_TOLD: Final[Mapping[str, str]] = {
    "is": "%(name)s = %(value)s",
    "not": "%(name)s ≠ %(value)s",
    "known": mark("%(name)s is known"),
    "unknown": mark("%(name)s is not known"),
    "over": "%(name)s > %(value)s",
    "under": "%(name)s < %(value)s",
    "at_least": "%(name)s ≥ %(value)s",
    "at_most": "%(name)s ≤ %(value)s",
    "days_over": mark("%(name)s: more than %(value)s days ago"),
    "days_under": mark("%(name)s: less than %(value)s days ago"),
    "days_at_least": mark("%(name)s: at least %(value)s days ago"),
    "days_at_most": mark("%(name)s: at most %(value)s days ago"),
}
# How a new step is called, by its kind; what makes it new within a field that says where it goes on.
NAMES: Final[Mapping[str, str]] = {
    "say": mark("message"),
    "ask": mark("question"),
    "branch": mark("branch"),
    "set": mark("values"),
    "article": mark("article"),
    "hand_off": mark("person"),
    "case": mark("case"),
    "look_up": mark("look-up"),
    "go": mark("jump"),
    "end": mark("end"),
}
NEW: Final = "+"
_GOES: Final = frozenset({"go", "give_up", "missing", "away"})
_LONGEST: Final = 40  # characters of a name that is made from words
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison of a condition."""

    name: str
    comparison: str
    value: str


def table(data: Data | None) -> Table:
    """What stands there, as a table: an empty one for anything else."""
    return data if isinstance(data, dict) else {}


def items(data: Data | None) -> list[Data]:
    """What stands there, as a list: an empty one for anything else."""
    return data if isinstance(data, list) else []


def text(data: Data | None) -> str:
    """What stands there, as one text."""
    return data if isinstance(data, str) else ""


def steps(data: Mapping[str, Data]) -> list[Table]:
    """The steps of a file."""
    return [table(step) for step in items(data.get("steps"))]


def kind_of(step: Mapping[str, Data]) -> str | None:
    """Which of `KINDS` a step is."""
    return next((kind for kind in KINDS if kind in step), None)


def languages_of(data: Mapping[str, Data]) -> tuple[Language, ...]:
    """The languages that the scenario has a name in."""
    names = table(data.get("name"))
    return tuple(language for language in LANGUAGES if language in names)


def first_words(step: Mapping[str, Data], language: Language) -> str:
    """What a step says first, in this language or another; nothing for one that says nothing."""
    said = table(step.get("say"))
    return text(spoken(said.get(language))) or next((text(spoken(one)) for one in said.values()), "")


def spoken(said: Data | None) -> Data | None:
    """A wording in one language: what is said where a channel has none of its own."""
    return said.get("other") if isinstance(said, dict) else said


def variables(data: Mapping[str, Data]) -> dict[str, list[str]]:
    """The variables that steps give values to, with those that a choice or a `set` may give."""
    found: dict[str, list[str]] = {}
    for step in steps(data):
        saved = step.get("save")
        if isinstance(saved, dict):
            for name in saved:
                found.setdefault(name, [])
        elif isinstance(saved, str) and saved:
            values = [text(table(choice).get("value")) for choice in items(step.get("choices"))]
            found.setdefault(saved, []).extend(value for value in values if value)
        for name, value in table(step.get("set")).items():
            found.setdefault(name, []).append(text(value))
    return {name: list(dict.fromkeys(values)) for name, values in found.items()}


def rows(when: Data | None) -> list[Row]:
    """A condition, one comparison a row."""
    found: list[Row] = []
    for name, compared in table(when).items():
        for comparison, operand in compared.items() if isinstance(compared, dict) else [("is", compared)]:
            if comparison == "days_ago":
                found += [
                    Row(name=name, comparison=f"days_{than}", value=text(days)) for than, days in table(operand).items()
                ]
            elif comparison == "known":
                known = "known" if text(operand) in {"true", "yes"} else "unknown"
                found.append(Row(name=name, comparison=known, value=""))
            else:
                value = ", ".join(map(text, operand)) if isinstance(operand, list) else text(operand)
                found.append(Row(name=name, comparison=comparison, value=value))
    return found


def tell_row(row: Row, words: Words) -> str:
    """One comparison in words."""
    told = _TOLD.get(row.comparison)
    if told is None:
        return f"{row.name} {row.comparison} {row.value}"
    return words.gettext(told, name=row.name, value=row.value)


def make_when(written: Sequence[Row]) -> Table:
    """The condition that these rows say."""
    when: Table = {}
    for row in written:
        operands = [part.strip() for part in row.value.split(",") if part.strip()]
        operand: Data = cast("list[Data]", operands) if len(operands) > 1 else row.value.strip()
        if row.comparison == "is":
            when[row.name] = operand
            continue
        before = when.get(row.name)
        compared = when[row.name] = before if isinstance(before, dict) else {}
        if row.comparison in {"known", "unknown"}:
            compared["known"] = "true" if row.comparison == "known" else "false"
        elif row.comparison.startswith("days_"):
            days = compared.get("days_ago")
            compared["days_ago"] = {**table(days), row.comparison.removeprefix("days_"): row.value.strip()}
        else:
            compared[row.comparison] = operand if row.comparison == "not" else row.value.strip()
    return when


# what a sent form changes ---------------------------------------------------------------------------------------------


def apply(data: Mapping[str, Data], form: Mapping[str, str], words: Words) -> Table:
    """The file's data with what the form says."""
    changed = deepcopy(dict(data))
    _rename_all(changed, form)
    grouped: dict[tuple[str, tuple[str, ...]], dict[int, dict[str, str]]] = {}
    for field, sent in form.items():
        how, _, path = field.partition(":")
        keys: tuple[str, ...] = tuple(path.split("/"))
        value = sent.replace("\r\n", "\n").strip()
        if len(keys) > _DEEPEST or not all(keys):
            continue
        if how in {"m", "c"} and len(keys) > 2 and keys[-2].isdecimal() and len(keys[-2]) < 4:
            grouped.setdefault((how, keys[:-2]), {}).setdefault(int(keys[-2]), {})[keys[-1]] = value
        elif how == "t" and value != text(_read(changed, keys)):
            _write(changed, keys, value)
        elif how == "l" and value != write_lines(_read(changed, keys)):
            lines = [line.strip() for line in value.split("\n") if line.strip()]
            _write(changed, keys, cast("list[Data]", lines) or "")
    for (how, keys), written in grouped.items():
        sent_rows = [written[number] for number in sorted(written)]
        (_write_rows if how == "m" else _write_when)(changed, keys, sent_rows)
    for step in steps(changed):
        _tidy(step)
    for dialogue in map(table, items(changed.get("dialogues"))):
        if "turns" in dialogue:
            dialogue["turns"] = [turn for turn in items(dialogue["turns"]) if text(table(turn).get("customer"))]
    _add_wanted(changed, words)
    return changed


def _rename_all(data: Table, form: Mapping[str, str]) -> None:
    """Steps that the form gives another name: whatever names them does so, too."""
    for at, step in enumerate(steps(data)):
        old, new = text(step.get("step")), form.get(f"t:steps/{at}/step", "").strip()
        if old and new and old != new:
            step["step"] = new
            if old not in {text(other.get("step")) for other in steps(data)}:
                _rename(data, old, new)


def write_lines(data: Data | None) -> str:
    """A list of texts as it is typed, one a line."""
    return "\n".join(map(text, data)) if isinstance(data, list) else text(data)


def _read(data: Data, keys: Sequence[str]) -> Data | None:
    found: Data | None = data
    for key in keys:
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def _write(data: Table, keys: Sequence[str], value: Data) -> None:
    """Puts a value there, with the tables and lists around it; an empty one takes the key away."""
    around = cast("Data", data)
    for key, following in pairwise(keys):
        inner: Data = [] if following.isdecimal() else {}
        if isinstance(around, list):
            if not key.isdecimal() or int(key) > len(around):
                return
            if int(key) == len(around):
                around.append(inner)
            around = around[int(key)]
        elif isinstance(around, dict):
            found: Data | None = around.get(key)
            if found is None or type(found) is not type(inner):
                found = inner
                around[key] = found
            around = found
        else:
            return
    if isinstance(around, dict):
        if value:
            around[keys[-1]] = value
        elif keys[-1] in KINDS and len(keys) == 3:
            around[keys[-1]] = ""  # what a step is, it stays
        else:
            around.pop(keys[-1], None)
            if not around and len(keys) > 1 and keys[-2] not in KINDS and not keys[-2].isdecimal():
                _write(data, keys[:-1], "")


def _write_rows(data: Table, keys: Sequence[str], sent: Sequence[Mapping[str, str]]) -> None:
    new = {row.get("key", ""): row.get("value", "") for row in sent if row.get("key")}
    if new != table(_read(data, keys)):
        _write(data, keys, cast("Data", new) if new or keys[-1] not in KINDS else {})


def _write_when(data: Table, keys: Sequence[str], sent: Sequence[Mapping[str, str]]) -> None:
    written = [
        Row(name=row["name"], comparison=row.get("comparison", "is"), value=row.get("value", ""))
        for row in sent
        if row.get("name")
    ]
    if written != rows(table(_read(data, keys)).get("when")):
        _write(data, (*keys, "when"), make_when(written) or "")


def _rename(data: Table, old: str, new: str) -> None:
    """Every step that leads there leads there still, and the dialogues know it."""
    for step in steps(data):
        for around in (step, *map(table, items(step.get("choices"))), *map(table, items(step.get("branch")))):
            for key in _GOES & around.keys():
                if around[key] == old:
                    around[key] = new
    for dialogue in map(table, items(data.get("dialogues"))):
        for turn in map(table, items(dialogue.get("turns"))):
            if turn.get("at") == old:
                turn["at"] = new


def _tidy(step: Table) -> None:
    """Rows that hold nothing go; a choice gets a value; the way without a condition is the last."""
    if step.get("say") == {} and kind_of(step) != "say":
        del step["say"]
    if "choices" in step:
        kept: list[Table] = []
        for choice in map(table, items(step["choices"])):
            called = next((text(choice[language]) for language in LANGUAGES if choice.get(language)), "")
            if not called:
                continue
            if not choice.get("value"):
                taken = {text(other.get("value")) for other in map(table, items(step["choices"]))}
                value = free_name(make_name(called, "_") or "answer", taken, "_")
                ordered: Table = {"value": value, **choice}
                choice.clear()
                choice.update(ordered)
            kept.append(choice)
        step["choices"] = cast("list[Data]", kept)
        if not kept:
            del step["choices"]
    if "branch" in step:
        ways = [way for way in map(table, items(step["branch"])) if way]
        step["branch"] = cast("list[Data]", sorted(ways, key=lambda way: "when" not in way))


def _add_wanted(data: Table, words: Words) -> None:
    """Makes the steps that fields ask for: `+end` in a field that says where it goes on."""
    for step in steps(data):
        for around in (step, *map(table, items(step.get("choices"))), *map(table, items(step.get("branch")))):
            for key in sorted(_GOES & around.keys()):
                kind = text(around[key])
                if not kind.startswith(NEW):
                    continue
                if kind[1:] not in KINDS or len(steps(data)) >= MOST_STEPS:
                    del around[key]
                    continue
                called = "" if around is step else next((text(around[one]) for one in LANGUAGES if one in around), "")
                new = new_step(data, kind[1:], words, called)
                data["steps"] = [*items(data.get("steps")), new]
                around[key] = new["step"]


# acts -----------------------------------------------------------------------------------------------------------------


def new_step(data: Mapping[str, Data], kind: str, words: Words, called: str = "") -> Table:
    """A step of this kind that is to be filled in; its name is made of `called`, else of its kind."""
    taken = {text(step.get("step")) for step in steps(data)}
    name = free_name(make_name(called) or make_name(words.gettext(NAMES.get(kind, kind))) or "step", taken)
    empty: Table = dict.fromkeys(languages_of(data), "")
    step: Table = {"step": name}
    match kind:
        case "ask":
            saved = free_name(name.replace("-", "_")[:_LONGEST], set(variables(data)), "_")
            step |= {"ask": "choice", "save": saved, "say": empty}
        case "say":
            step |= {"say": empty}
        case "end":
            step |= {"end": "solved"}
        case "hand_off":
            step |= {"hand_off": {}}
        case "branch":
            step |= {"branch": []}
        case "set":
            step |= {"set": {}}
        case "look_up":
            step |= {"look_up": "", "with": {}, "save": {}, "missing": "", "away": ""}
        case _:
            step |= {kind: ""}
    return step


def new_scenario(name: str, language: Language, words: Words) -> Table:
    """A scenario to be filled in: a question. A person takes over where nobody understands the answer."""
    data: Table = {
        "scenario": make_name(name) or "scenario",
        "name": {language: name},
        "triggers": {"examples": {language: [name]}},
        "steps": [],
    }
    return {**data, "steps": [new_step(data, "ask", words)]}


def insert(data: Mapping[str, Data], after: int, step: Table) -> Table:
    """With a step more, after the one at this place."""
    listed = items(data.get("steps"))
    if len(listed) >= MOST_STEPS:
        return dict(data)
    return {**data, "steps": [*listed[: after + 1], step, *listed[after + 1 :]]}


def move(data: Mapping[str, Data], at: int, by: int) -> Table:
    """With a step before the one that it followed, or after the one that followed it."""
    listed = list(items(data.get("steps")))
    if 0 <= at < len(listed) and 0 <= at + by < len(listed):
        listed.insert(at + by, listed.pop(at))
    return {**data, "steps": listed}


def drop(data: Mapping[str, Data], keys: Sequence[str]) -> Table:
    """Without the item of a list that stands there."""
    changed = deepcopy(dict(data))
    around = _read(changed, keys[:-1])
    if isinstance(around, list) and keys[-1].isdecimal() and int(keys[-1]) < len(around):
        del around[int(keys[-1])]
        if not around and keys[:-1] == ("dialogues",):
            del changed["dialogues"]
    return changed


def add_dialogue(data: Mapping[str, Data], dialogue: Table) -> Table:
    """With one dialogue more."""
    return {**data, "dialogues": [*items(data.get("dialogues")), dialogue]}


def more_choices(step: Mapping[str, Data]) -> range:
    """The places of the empty rows that a question's form ends with."""
    listed = len(items(step.get("choices")))
    return range(listed, min(max(2, listed + 1), MOST_CHOICES))


def make_name(words: str, between: str = "-") -> str:
    """A step's or a variable's name from words: small letters a to z, digits, a letter first."""
    plain = re.sub(r"[^a-z0-9]+", between, fold(words)).strip(between)
    return re.sub(r"^[0-9_-]+", "", plain)[:_LONGEST].strip(between)


def free_name(name: str, taken: set[str], between: str = "-") -> str:
    """The name, with a number where it is taken."""
    return next(one for one in _numbered(name, between) if one not in taken)


def _numbered(name: str, between: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name[: _LONGEST - 4]}{between}{number}"
        number += 1

"""What differs between two versions of a scenario, step by step. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from okienko.scenarios.studio.form import Data, Table, first_words, items, rows, table, tell_row, text
from okienko.web.differences import Piece, compare
from okienko.web.i18n import Words, mark

_KEYS: Final[Mapping[str, str]] = {
    "name": mark("name"),
    "category": mark("category"),
    "examples": mark("example sentences"),
    "button": mark("button"),
    "link": mark("link"),
    "days_after_order": mark("days after an order"),
    "step": mark("name"),
    "say": mark("says"),
    "otherwise": mark("when the answer was not clear"),
    "ask": mark("asks for"),
    "save": mark("kept as"),
    "choices": mark("answer"),
    "also": mark("other words for it"),
    "go": mark("goes on with"),
    "give_up": mark("when nobody understands"),
    "missing": mark("when nothing was found"),
    "away": mark("when the source is away"),
    "tries": mark("tries"),
    "branch": mark("way"),
    "when": mark("condition"),
    "set": mark("values"),
    "look_up": mark("source"),
    "with": mark("asked with"),
    "article": mark("article"),
    "hand_off": mark("hand-off"),
    "team": mark("team"),
    "priority": mark("priority"),
    "authentication": mark("authentication"),
    "case": mark("case"),
    "end": mark("ends"),
    "turns": mark("message"),
    "customer": mark("customer"),
    "at": mark("then at step"),
    "told": mark("then said"),
    "ends": mark("then ends"),
    "language": mark("language"),
    "pl": mark("in Polish"),
    "en": mark("in English"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part of the scenario that is not as it was."""

    part: Literal["head", "step", "dialogue"]
    name: str
    words: str  # what the step says first
    kind: Literal["added", "removed", "moved", "changed"]
    details: Sequence[tuple[str, Sequence[Piece]]] = ()  # what about it, and the way from old to new


def tell_changes(old: Mapping[str, Data], new: Mapping[str, Data], words: Words) -> list[Change]:
    """The head first, then steps and dialogues in the order in which they stand now; what is gone at the end."""
    head_keys = ("scenario", "name", "category", "triggers")
    head = _details({key: old.get(key, "") for key in head_keys}, {key: new.get(key, "") for key in head_keys}, words)
    changes = [Change(part="head", name="", words="", kind="changed", details=head)] if head else []
    changes += _listed("step", "step", old.get("steps"), new.get("steps"), words)
    changes += _listed("dialogue", "dialogue", old.get("dialogues"), new.get("dialogues"), words)
    return changes


def _listed(
    part: Literal["step", "dialogue"], key: str, old: Data | None, new: Data | None, words: Words
) -> Iterator[Change]:
    before = {text(item.get(key)): item for item in map(table, items(old))}
    after = {text(item.get(key)): item for item in map(table, items(new))}
    stayed = _stayed([name for name in before if name in after], [name for name in after if name in before])
    for name, item in after.items():
        shown = first_words(item, words.language)
        if name not in before:
            yield Change(part=part, name=name, words=shown, kind="added", details=_details({}, item, words))
            continue
        details = _details(before[name], item, words)
        if details or name not in stayed:
            kind = "changed" if name in stayed else "moved"
            yield Change(part=part, name=name, words=shown, kind=kind, details=details)
    for name, item in before.items():
        if name not in after:
            yield Change(part=part, name=name, words=first_words(item, words.language), kind="removed")


def _stayed(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Those whose order among themselves is as it was."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {name for block in blocks for name in before[block.a : block.a + block.size]}


def _details(old: Table, new: Table, words: Words) -> list[tuple[str, Sequence[Piece]]]:
    before, after = dict(_leaves(old, words)), dict(_leaves(new, words))
    named = dict.fromkeys([*after, *before])
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in named)
    return [(name, compare(was, now)) for name, was, now in pairs if was != now]


def _leaves(data: Data, words: Words, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text in it, with what it is in words: `answer 2, in Polish`."""
    match data:
        case dict():
            for key, value in data.items():
                if key == "when":
                    yield (
                        ", ".join((*path, words.gettext(_KEYS[key]))),
                        "\n".join(tell_row(row, words) for row in rows(value)),
                    )
                elif key == "triggers":
                    yield from _leaves(value, words, path)
                else:
                    yield from _leaves(value, words, (*path, words.gettext(_KEYS[key]) if key in _KEYS else key))
        case list() if all(isinstance(item, str) for item in data):
            yield ", ".join(path), "\n".join(map(text, data))
        case list():
            for number, item in enumerate(data, 1):
                yield from _leaves(item, words, (*path[:-1], f"{path[-1]} {number}" if path else str(number)))
        case _:
            yield ", ".join(path), data

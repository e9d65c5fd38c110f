"""Which keys a scenario's file may have. The reader and the published JSON Schema are both made from these tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from okienko.scenarios.scenario import EVERYWHERE, AskKind, Authentication, Priority
from okienko.web.i18n import LANGUAGES

MOST_STEPS: Final = 200
MOST_CHOICES: Final = 10
IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9-]{0,59}")
VARIABLE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
LIKE: Final = re.compile(r"[A-Za-z0-9#@*/_.-]{3,40}")  # an order number's shape
MARKS: Final = frozenset("#@*")

JsonSchema = dict[str, Any]


_TEXT: Final[JsonSchema] = {"type": "string", "minLength": 1}
_NUMBER: Final[JsonSchema] = {"type": "integer"}
_STEP: Final[JsonSchema] = {"type": "string", "pattern": f"^{IDENTIFIER.pattern}$"}
_VARIABLE: Final[JsonSchema] = {"type": "string", "pattern": f"^{VARIABLE.pattern}$"}
_SCALAR: Final[JsonSchema] = {"type": ["string", "number", "boolean"]}


def _by_language(schema: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, schema),
        "additionalProperties": False,
        "minProperties": 1,
    }


def _one_of(literal: object) -> JsonSchema:
    return {"enum": list(get_args(literal))}


def _table(properties: Mapping[str, JsonSchema], *required: str) -> JsonSchema:
    table: JsonSchema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return table | {"required": list(required)} if required else table


def _named(values: JsonSchema) -> JsonSchema:
    return {"type": "object", "additionalProperties": values, "minProperties": 1}


_WORDING: Final = _by_language({"anyOf": [_TEXT, _named(_TEXT) | {"required": [EVERYWHERE]}]})
_COMPARED: Final[JsonSchema] = {
    "anyOf": [
        _SCALAR,
        {"type": "array", "items": _SCALAR, "minItems": 1},
        _table(
            {
                "not": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]},
                "over": _NUMBER,
                "under": _NUMBER,
                "at_least": _NUMBER,
                "at_most": _NUMBER,
                "known": {"type": "boolean"},
                "days_ago": _table(dict.fromkeys(("over", "under", "at_least", "at_most"), _NUMBER)),
            }
        ),
    ]
}
_CHOICE: Final = _table(
    {
        "value": _VARIABLE,
        **dict.fromkeys(LANGUAGES, _TEXT),
        "also": _by_language({"type": "array", "items": _TEXT}),
        "go": _STEP,
    },
    "value",
)
# What each key of a step holds.
KEYS: Final[Mapping[str, JsonSchema]] = {
    "step": _STEP,
    "say": _WORDING,
    "ask": _one_of(AskKind),
    "save": {"anyOf": [_VARIABLE, _named(_TEXT)]},
    "choices": {"type": "array", "items": _CHOICE, "minItems": 2, "maxItems": MOST_CHOICES},
    "otherwise": _WORDING,
    "tries": {"type": "integer", "minimum": 1, "maximum": 5},
    "give_up": _STEP,
    "least": _NUMBER,
    "most": _NUMBER,
    "when": {"enum": ["past", "future"]},
    "like": {"type": "string", "pattern": f"^{LIKE.pattern}$"},
    "branch": {
        "type": "array",
        "items": _table({"when": {"type": "object", "additionalProperties": _COMPARED}, "go": _STEP}, "go"),
        "minItems": 2,
    },
    "set": _named(_SCALAR),
    "look_up": _TEXT,
    "with": _named(_VARIABLE),
    "missing": _STEP,
    "away": _STEP,
    "article": _TEXT,
    "hand_off": _table(
        {"team": _TEXT, "priority": _one_of(Priority), "authentication": _one_of(Authentication)},
    ),
    "case": _TEXT,
    "end": {"enum": ["solved", "unsolved"]},
    "go": _STEP,
    "rate": {"type": "boolean"},
    "renew": {"type": "boolean"},
}
# The key that names a step's kind → (keys that it needs, keys that it may have), besides `step` and `renew`.
KINDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "ask": (("say", "save"), ("choices", "otherwise", "tries", "give_up", "least", "most", "when", "like", "go")),
    "branch": ((), ()),
    "set": ((), ("go",)),
    "look_up": (("with", "save", "missing", "away"), ("go",)),
    "article": ((), ("say", "go")),
    "hand_off": ((), ("say",)),
    "case": ((), ("save", "go")),
    "end": ((), ("say", "rate")),
    "say": ((), ("rate", "go")),
    "go": ((), ()),
}


def make_schema() -> JsonSchema:
    """The published JSON Schema of a scenario's file (draft 2020-12)."""
    steps = [
        _table(
            {key: KEYS[key] for key in ("step", kind, *needed, *may, "renew")},
            "step",
            kind,
            *needed,
        )
        for kind, (needed, may) in KINDS.items()
    ]
    turn = _table(
        {
            "customer": _TEXT,
            "at": _STEP,
            "told": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
            "ends": {"enum": ["solved", "unsolved", "person"]},
        },
        "customer",
    )
    dialogue = _table(
        {
            "dialogue": _TEXT,
            "language": {"enum": list(LANGUAGES)},
            "finds": _named({"anyOf": [_named(_SCALAR), {"enum": ["missing", "away"]}]}),
            "turns": {"type": "array", "items": turn, "minItems": 1},
        },
        "dialogue",
        "language",
        "turns",
    )
    triggers = _table(
        {
            "examples": _by_language({"type": "array", "items": _TEXT, "minItems": 1}),
            "button": {"type": "boolean"},
            "link": {"type": "boolean"},
            "days_after_order": {"type": "integer", "minimum": 0, "maximum": 365},
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of okienko",
        **_table(
            {
                "scenario": _STEP,
                "name": _by_language(_TEXT),
                "category": _TEXT,
                "triggers": triggers,
                "steps": {"type": "array", "items": {"anyOf": steps}, "minItems": 1, "maxItems": MOST_STEPS},
                "dialogues": {"type": "array", "items": dialogue},
            },
            "scenario",
            "name",
            "steps",
        ),
    }

"""JSON of others, read without trust in its shape: what is missing or of another type is not there. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

import orjson

from okienko.channels.event import describe
from okienko.values import RawText, Unreadable

Given = Mapping[str, object]

EMPTY: Final[Given] = {}
LONGEST_URL: Final = 4096
LONGEST_WORD: Final = 512  # characters of an id or a name of a thing; longer ones are nobody's


def read_objects(body: bytes) -> Sequence[Given]:
    """The body, which has to be a JSON object or a list of some. Raises `Unreadable`."""
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unreadable("not JSON") from None
    listed: object = cast("object", value) if isinstance(value, list) else [value]
    found = parts({"": listed}, "")
    if not any(found):
        raise Unreadable(describe(cast("object", value), ()))
    return found


def part(given: Given, key: str) -> Given:
    """The object under `key`; an empty one where there is none."""
    value = given.get(key)
    return cast("Given", value) if isinstance(value, dict) else EMPTY


def parts(given: Given, key: str) -> Sequence[Given]:
    """The objects of the list under `key`; what is no object becomes an empty one, so that places stay."""
    value = given.get(key)
    if not isinstance(value, list):
        return ()
    return [cast("Given", item) if isinstance(item, dict) else EMPTY for item in cast("list[object]", value)]


def word(given: Given, key: str) -> str | None:
    """An id, a name of a thing: text, or a number that is one. None where there is none, or an empty one."""
    value = given.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    written = str(value)
    return written if written and len(written) <= LONGEST_WORD else None


def word_of_url(given: Given, key: str) -> str | None:
    """An address; signed ones are long."""
    value = given.get(key)
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_URL else None


def words(given: Given, key: str) -> tuple[str, ...]:
    """The ids of the list under `key`."""
    value = given.get(key)
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(found for item in listed if (found := word({"": item}, "")) is not None)


def raw(given: Given, key: str) -> RawText | None:
    """Free text; None where there is none."""
    value = given.get(key)
    return RawText(value) if isinstance(value, str) and value.strip() else None


def whole(given: Given, key: str) -> int | None:
    """A whole number, also one that is written as text."""
    value = given.get(key)
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def real(given: Given, key: str) -> float | None:
    """A number."""
    value = given.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_true(given: Given, key: str) -> bool:
    """Whether it says `true`."""
    return given.get(key) is True

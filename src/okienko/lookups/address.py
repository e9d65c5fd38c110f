"""An address to ask: put together from what was understood, and what its answer says. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

import orjson

LONGEST: Final = 2_000  # characters
_NAME: Final = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`https://api.shop.example/orders/{number}?fields=state`."""

    text: str
    names: tuple[str, ...]  # each once
    place: str  # host:port, which no value can change


def read_template(text: str) -> Template | None:
    """None when it is none: another scheme, no name, a name outside the path and the query, a user, a fragment."""
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        return None
    names = tuple(dict.fromkeys(_NAME.findall(text)))
    within = set(_NAME.findall(parts.path)) | set(_NAME.findall(parts.query))
    rest = _NAME.sub("", text)
    whole = parts.scheme == "https" and host and parts.username is None and not parts.fragment
    if not whole or not names or set(names) != within or "{" in rest or "}" in rest or "{" in parts.netloc:
        return None
    shown = f"[{host}]" if ":" in (host or "") else host
    return Template(text=text, names=names, place=f"{shown}:{port}")


def write_address(template: str, values: Mapping[str, str]) -> str | None:
    """The address with its values, each escaped whole; None where one, as `..` would, leads beyond its place."""
    if any(not value.strip(".") for value in values.values()):
        return None
    return _NAME.sub(lambda match: quote(values[match[1]], safe=""), template)


def read_reply(body: bytes, paths: Sequence[str]) -> tuple[str | None, ...] | None:
    """What stands at each path, as text; None for the whole where the body is no JSON."""
    try:
        root: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return tuple(_find(root, path.split(".")) for path in paths)


def _find(value: Any, steps: Sequence[str]) -> str | None:
    for step in steps:
        match value:
            case dict():
                value = cast("dict[str, Any]", value).get(step)
            case list() if step.isascii() and step.isdecimal() and int(step) < len(cast("list[Any]", value)):
                value = cast("list[Any]", value)[int(step)]
            case _:
                return None
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case str() if value.strip():
            return value
        case _:
            return None

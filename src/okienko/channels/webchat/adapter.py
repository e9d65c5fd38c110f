"""What the widget sends, as values. The visitor's token is its signature: the store knows its keyed hash or refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, cast, final
from uuid import UUID

import orjson

from okienko.values import Connection, Hook, Inbound, Kind, Malformed, RawText

MOST_CHARACTERS: Final = 4000
MOST_ATTACHMENTS: Final = 5  # files of one message
EXPECTED: Final = (
    'expected {"id": a UUID, "kind": "text", "person" or "choice", "text": at most 4000 characters, '
    '"choice": a category, "article:" and an id, '
    'or null, "language": "pl", "en" or null, "seen": kinds of personal data or null} as JSON'
)
_LONGEST_CHOICE: Final = 208  # `article:` and an id
KINDS: Final = {"text": Kind.TEXT, "person": Kind.PERSON, "choice": Kind.CHOICE}


def read_token(headers: Mapping[str, str]) -> str | None:
    """The visitor's token of a request."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and 32 <= len(token) <= 128 else None


def read_seen(given: object) -> frozenset[str] | None:
    """Kinds that a visitor has seen hidden; None when nothing is to be shown first. Raises `Malformed`."""
    if given is None:
        return None
    if not isinstance(given, list):
        raise Malformed(EXPECTED)
    return frozenset(kind for kind in cast("list[object]", given) if isinstance(kind, str))


def read_attachments(given: object) -> tuple[UUID, ...]:
    """The files that go with a message, each once and in order. Raises `Malformed`."""
    if not isinstance(given, list) or len(cast("list[object]", given)) > MOST_ATTACHMENTS:
        raise Malformed(f"a message has at most {MOST_ATTACHMENTS} attachments, each by its id")
    try:
        return tuple(dict.fromkeys(UUID(str(one)) for one in cast("list[object]", given)))
    except ValueError:
        raise Malformed("an attachment is named by the id that it got when it was taken") from None


@final
class Webchat:
    """The channel of the widget. It is not called: customers' streams read what is theirs."""

    name = "webchat"
    opens = False
    limited = True
    most_bytes = 32 * 1024

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Whether there is a token at all; whose it is the store knows."""
        return read_token(hook.headers) is not None

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Inbound]:
        """One message. Raises `Malformed`."""
        token = read_token(headers)
        assert token is not None
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Malformed(EXPECTED) from None
        match given:
            case {"id": str(event), "kind": str(kind), "text": str(text), **rest} if kind in KINDS:
                choice, language, seen = rest.get("choice"), rest.get("language"), read_seen(rest.get("seen"))
                attachments = read_attachments(rest.get("attachments", []))
            case _:
                raise Malformed(EXPECTED)
        if not (choice is None or (isinstance(choice, str) and len(choice) <= _LONGEST_CHOICE)) or not (
            text.strip() or attachments
        ):
            raise Malformed(EXPECTED)
        if attachments and kind != "text":
            raise Malformed(EXPECTED)
        if len(text) > MOST_CHARACTERS:
            raise Malformed(f"a message has at most {MOST_CHARACTERS} characters")
        try:
            UUID(event)
        except ValueError:
            raise Malformed(EXPECTED) from None
        return (
            Inbound(
                event=f"{token}:{event}",
                thread=token,
                text=RawText(text),
                kind=Kind.ATTACHMENT if attachments else KINDS[kind],
                choice=choice,
                language=language if language in ("pl", "en") else None,
                seen=seen,
                attachments=attachments,
            ),
        )


ADAPTER: Final = Webchat()

"""WhatsApp's Cloud API: the conversations of a number. See README.md in this folder. Pure.

Whoever writes is known by a business-scoped id, else by their number. Their thread bears the one that is surest, the
other one is an alias of it; what an answer and the sign of being read need besides goes along as the envelope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, final
from urllib.parse import quote, urlencode, urlsplit

from okienko.channels import meta
from okienko.channels.cited import number, write
from okienko.channels.event import Event, Reading
from okienko.channels.given import read_objects, word, word_of_url
from okienko.channels.meta_inbound import read_envelope, read_inbound
from okienko.channels.split import split
from okienko.channels.vendor import Window
from okienko.channels.whatsapp.events import read_events
from okienko.values import Call, Choice, Connection, Hook, HttpCall, Inbound, Outgoing, Unreadable
from okienko.web.i18n import words

MOST_CHARACTERS: Final = 4096
MOST_ABOVE_BUTTONS: Final = 1024
MOST_BUTTONS: Final = 3
MOST_ROWS: Final = 10
LONGEST_BUTTON: Final = 20
LONGEST_ROW: Final = 24
LONGEST_DESCRIPTION: Final = 72
GROUP: Final = "group:"


@final
class WhatsApp(meta.Meta):
    """The channel of a number."""

    name = "whatsapp"
    account = "phone_number_id"
    window = Window(free=meta.FREE)
    rate = 80.0
    pace = timedelta(seconds=6)
    burst = 10

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """The events of a delivery. Raises `Unreadable` with its shape."""
        return read_events(hook.body)

    def inbound(self, event: Event, connection: Connection) -> Inbound | None:
        """The message that a customer's event is; None when it is none. What is said in a group nobody answers."""
        found = read_inbound(event, {"message": event.message or ""}, by_id=True)
        if found is None:
            return None
        if "group_id" in event.standing:
            return replace(found, thread=GROUP + found.thread, automatic=True)
        ids = (event.standing.get("id:user"), event.standing.get("id:number"))
        return replace(found, aliases=tuple(id_ for id_ in ids if id_ is not None and id_ != found.thread))

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """One call for every 4096 characters, the last one with the choices; after the window an approved template."""
        contents = (_write_template(connection) if outgoing.late else []) or _write_contents(outgoing)
        whom = _address(outgoing)
        return [
            _post(connection, {**whom, **content, "biz_opaque_callback_data": str(outgoing.message)})
            for content in contents
        ]

    def signals(self, outgoing: Outgoing, connection: Connection) -> Sequence[HttpCall]:
        """That the message was read, and that somebody writes: one call, which names the message."""
        latest = word(read_envelope(outgoing.envelope), "message")
        if latest is None:
            return ()
        body = {"status": "read", "message_id": latest, "typing_indicator": {"type": "text"}}
        return (_post(connection, body),)

    def file_call(self, place: str, connection: Connection) -> HttpCall:
        """The call that asks where a file lies, by its id; then the one that reads it there, with the token, too.

        The token goes to Meta's hosts by https, or to where the connection was set up to; nowhere else.
        """
        if "://" not in place:
            asked = urlencode({"phone_number_id": connection.given.get("phone_number_id", "")})
            place = meta.address(connection, f"{quote(place, safe='')}?{asked}")
        headers = meta.bearer(connection) if self._is_metas(place, connection) else {}
        return HttpCall(url=place, headers=headers, method="GET")

    def file_place(self, place: str, body: bytes) -> str | None:
        """Where a file lies, in the answer to its id; an empty address where the answer does not say."""
        if "://" in place:
            return None
        try:
            return word_of_url(read_objects(body)[0], "url") or ""
        except Unreadable:
            return ""

    def _is_metas(self, place: str, connection: Connection) -> bool:
        own = connection.given.get("base") or meta.FACEBOOK
        given, base = urlsplit(place), urlsplit(own)
        if (given.scheme, given.netloc) == (base.scheme, base.netloc):
            return True
        host = given.hostname or ""
        named = any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in self.hosts)
        return given.scheme == "https" and named


def _post(connection: Connection, body: Mapping[str, Any]) -> HttpCall:
    path = f"{connection.given.get('phone_number_id', '')}/messages"
    return meta.post(connection, path, {"messaging_product": "whatsapp", **body})


def _address(outgoing: Outgoing) -> dict[str, str]:
    """Whom it goes to: a group, a number, or a business-scoped id such as `PL.1A2b`."""
    thread = outgoing.thread
    if thread.startswith(GROUP):
        return {"recipient_type": "group", "to": thread.removeprefix(GROUP)}
    return {"recipient_type": "individual", "to" if thread.isdigit() else "recipient": thread}


def _write_template(connection: Connection) -> list[dict[str, Any]]:
    """The template that reopens a conversation; none where the brand has none."""
    name = connection.given.get("template")
    if not name:
        return []
    language = connection.given.get("template_language") or "pl"
    return [{"type": "template", "template": {"name": name, "language": {"code": language}}}]


def _write_contents(outgoing: Outgoing) -> list[dict[str, Any]]:
    """The text in pieces; with choices, the last piece as a question with buttons or a list."""
    choices = meta.name_shortly(outgoing)
    text = write(outgoing)
    action = _offer(choices, outgoing) if text else None
    if choices and action is None:
        text = number(text, choices)
    *pieces, last = split(text, MOST_CHARACTERS) or ("",)
    if action is not None:
        *more, last = split(last, MOST_ABOVE_BUTTONS)
        pieces += more
    contents = [_plain(piece) for piece in pieces]
    if action is None:
        return [*contents, _plain(last)] if last else contents
    kind, offered = action
    return [
        *contents,
        {"type": "interactive", "interactive": {"type": kind, "body": {"text": last}, "action": offered}},
    ]


def _plain(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _offer(choices: Sequence[Choice], outgoing: Outgoing) -> tuple[str, dict[str, Any]] | None:
    """The choices as buttons or, where these are too few or too short, as a list; None where they fit neither.

    Titles have to differ. What is too long for a row's title stands below it in full.
    """
    labels = [choice.label for choice in choices]
    if not choices or len(choices) > MOST_ROWS or outgoing.thread.startswith(GROUP):
        return None
    if len(choices) <= MOST_BUTTONS and max(map(len, labels)) <= LONGEST_BUTTON and len(set(labels)) == len(labels):
        buttons = [{"type": "reply", "reply": {"id": choice.value, "title": choice.label}} for choice in choices]
        return "button", {"buttons": buttons}
    titles = [label if len(label) <= LONGEST_ROW else f"{label[: LONGEST_ROW - 1].rstrip()}…" for label in labels]
    if max(map(len, labels)) > LONGEST_DESCRIPTION or len(set(titles)) < len(titles):
        return None
    rows = [
        {"id": choice.value, "title": title, **({"description": choice.label} if title != choice.label else {})}
        for choice, title in zip(choices, titles, strict=True)
    ]
    return "list", {"button": words(outgoing.language).gettext("Choose"), "sections": [{"rows": rows}]}


ADAPTER: Final = WhatsApp()

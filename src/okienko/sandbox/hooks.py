"""What vendors post to okienko: bodies in their shapes, signed as they sign, once or as things go wrong. Pure."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from urllib.parse import urlencode

from okienko.sandbox.world import Channel, Customer, Door, File, Line
from okienko.values import HttpCall

How = Literal["once", "twice", "reversed", "batched", "wrong", "unsigned", "altered", "stale", "unknown"]
"""once: one body a thing; twice: each again; reversed: the last first; batched: all in one body; wrong: signed with
another secret; unsigned; altered: one byte changed after signing; stale: a day old; unknown: among things and fields
that nobody has heard of."""
HOWS: Final[tuple[How, ...]] = get_args(How)
HOW_OF: Final[Mapping[str, How]] = {how: how for how in HOWS}
Item = Mapping[str, object]
_OBJECTS: Final[Mapping[str, str]] = {"messenger": "page", "instagram": "instagram"}
_ACCOUNTS: Final[Mapping[str, str]] = {"messenger": "page_id", "instagram": "account_id"}
AGO: Final = timedelta(hours=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Who writes to which door, and where okienko answers."""

    channel: Channel
    door: Door
    customer: Customer
    okienko: str  # its address, without a path

    @property
    def url(self) -> str:
        """The door's hook."""
        return f"{self.okienko}/hooks/{self.channel}/{self.door.id}"


def make_posts(whom: Whom, items: Sequence[Item], *, how: How = "once", now: datetime) -> list[HttpCall]:
    """The requests with which Meta reports these things, in the order in which they arrive."""
    if how == "stale":
        items, now = [_age(item) for item in items], now - AGO
    ordered = list(reversed(items)) if how == "reversed" else list(items)
    groups = [ordered] if how == "batched" else [[item] for item in ordered]
    if how == "twice":
        groups = [group for group in groups for _ in range(2)]
    return [_sign(whom, _pack(whom, group, strange=how == "unknown", now=now), how) for group in groups]


def _pack(whom: Whom, items: Sequence[Item], *, strange: bool, now: datetime) -> bytes:
    if whom.channel == "whatsapp":
        return _pack_whatsapp(whom, items, strange=strange)
    entry: dict[str, object] = {
        "id": whom.door.given[_ACCOUNTS[whom.channel]],
        "time": millis(now),
        "messaging": list(items),
    }
    if strange:
        odd: Item = {"sender": None, "recipient": {"id": "0"}, "timestamp": millis(now), "hologram": {"beam": 1}}
        entry = {**entry, "messaging": [odd, *({**item, "shade": "teal"} for item in items)], "mood": None}
    return dump({"object": _OBJECTS[whom.channel], "entry": [entry]})


def _pack_whatsapp(whom: Whom, items: Sequence[Item], *, strange: bool) -> bytes:
    given, user = whom.door.given, whom.customer.id("whatsapp")
    value: dict[str, object] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "48220000000", "phone_number_id": given["phone_number_id"]},
    }
    messages = [item for item in items if "status" not in item]
    if messages:
        value["contacts"] = [{"profile": {"name": whom.customer.name}, "wa_id": user}]
        value["messages"] = messages
    statuses = [item for item in items if "status" in item]
    if statuses:
        value["statuses"] = statuses
    if strange:
        odd: Item = {"from": user, "id": None, "timestamp": "soon", "type": "hologram", "hologram": None}
        value = {**value, "messages": [odd, *messages], "mood": None}
    changes = [{"field": "messages", "value": value}]
    return dump({"object": "whatsapp_business_account", "entry": [{"id": given["waba_id"], "changes": changes}]})


def _sign(whom: Whom, body: bytes, how: How) -> HttpCall:
    secret = "somebody else's" if how == "wrong" else whom.door.given["app_secret"]
    headers = {"content-type": "application/json", "user-agent": "okienko sandbox"}
    if how != "unsigned":
        headers["x-hub-signature-256"] = f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}"
    if how == "altered":
        body = body[:-1] + b" }"
    return HttpCall(url=whom.url, headers=headers, body=body)


def handshake(whom: Whom, challenge: str) -> HttpCall:
    """Meta's question whether the address is okienko's; the answer is the challenge, letter by letter."""
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": whom.door.given["verify_token"]}
    return HttpCall(url=f"{whom.url}?{urlencode(asked)}", headers={}, method="GET")


def _age(item: Item) -> Item:
    """The same a day ago, whichever way the vendor writes time."""
    value = item.get("timestamp")
    if isinstance(value, int):
        return {**item, "timestamp": value - int(AGO.total_seconds() * 1000)}
    if isinstance(value, str) and value.isdecimal():
        return {**item, "timestamp": str(int(value) - int(AGO.total_seconds()))}
    return item


def dump(value: object) -> bytes:
    """JSON as Meta writes it: letters beyond ASCII escaped, with small hexadecimal digits."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def millis(moment: datetime) -> int:
    """Milliseconds, as Messenger and Instagram count."""
    return int(moment.timestamp() * 1000)


def seconds(moment: datetime) -> str:
    """Seconds, as WhatsApp writes them."""
    return str(int(moment.timestamp()))


# Messenger and Instagram --------------------------------------------------------------------------------------------


def _item(whom: Whom, now: datetime, **what: object) -> Item:
    account = whom.door.given[_ACCOUNTS[whom.channel]]
    return {
        "sender": {"id": whom.customer.id(whom.channel)},
        "recipient": {"id": account},
        "timestamp": millis(now),
        **what,
    }


def message(whom: Whom, line: Line, *, payload: str | None, files: Sequence[tuple[str, File]]) -> Item:
    """The customer writes, or presses a quick reply; `files` with their addresses."""
    said: dict[str, object] = {"mid": line.id}
    if line.text:
        said["text"] = line.text
    if payload is not None:
        said["quick_reply"] = {"payload": payload}
    if files:
        said["attachments"] = [{"type": _family(file.mime), "payload": {"url": url}} for url, file in files]
    if line.answers:
        said["reply_to"] = {"mid": line.answers}
    return _item(whom, line.at, message=said)


def edited(whom: Whom, line: Line, now: datetime) -> Item:
    """The customer has changed a message."""
    return _item(whom, now, message_edit={"mid": line.id, "text": line.text, "num_edit": line.edits})


def deleted(whom: Whom, line: Line, now: datetime) -> Item:
    """The customer has taken a message back."""
    return _item(whom, now, message={"mid": line.id, "is_deleted": True})


def reacted(whom: Whom, line: Line, sign: str, now: datetime) -> Item:
    """The customer marks a message; without a sign they take the mark away."""
    what = {"action": "react", "reaction": "other", "emoji": sign} if sign else {"action": "unreact"}
    return _item(whom, now, reaction={"mid": line.id, **what})


def read(whom: Whom, line: Line, now: datetime) -> Item:
    """The customer has read up to this message."""
    return _item(whom, now, read={"mid": line.id} if whom.channel == "instagram" else {"watermark": millis(line.at)})


def delivered(whom: Whom, line: Line, now: datetime) -> Item:
    """The customer's telephone has the message."""
    return _item(whom, now, delivery={"mids": [line.id], "watermark": millis(line.at)})


def echo(whom: Whom, line: Line, *, metadata: str | None, app: str | None) -> Item:
    """What was sent for the brand comes back. `app`: whose program it was; None: somebody in the vendor's own inbox."""
    said: dict[str, object] = {"is_echo": True, "mid": line.id, "text": line.text}
    if app is not None:
        said["app_id"] = app
    if metadata is not None:
        said["metadata"] = metadata
    item = _item(whom, line.at)
    return {**item, "sender": item["recipient"], "recipient": item["sender"], "message": said}


def _family(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in {"image", "video", "audio"} else "file"


# WhatsApp -----------------------------------------------------------------------------------------------------------


def _whatsapp(whom: Whom, id_: str, now: datetime, content: tuple[str, object], answers: str = "") -> Item:
    item: dict[str, object] = {
        "from": whom.customer.id("whatsapp"),
        "id": id_,
        "timestamp": seconds(now),
        "type": content[0],
        content[0]: content[1],
    }
    return {**item, "context": {"id": answers}} if answers else item


def whatsapp_message(
    whom: Whom, line: Line, *, payload: str | None, listed: bool, file: tuple[str, str, File] | None
) -> Item:
    """The customer writes, presses a button or picks a row. `file`: the vendor's id of it, its SHA-256, and itself."""
    if payload is not None:
        kind = "list_reply" if listed else "button_reply"
        content: object = {"type": kind, kind: {"id": payload, "title": line.text}}
        return _whatsapp(whom, line.id, line.at, ("interactive", content), line.answers)
    if file is not None:
        id_, digest, held = file
        family = held.mime.partition("/")[0]
        kind = family if family in {"image", "video", "audio"} else "document"
        about: dict[str, object] = {"id": id_, "mime_type": held.mime, "sha256": digest}
        if line.text:
            about["caption"] = line.text
        if kind == "document":
            about["filename"] = held.name
        return _whatsapp(whom, line.id, line.at, (kind, about), line.answers)
    return _whatsapp(whom, line.id, line.at, ("text", {"body": line.text}), line.answers)


def whatsapp_edited(whom: Whom, line: Line, id_: str, now: datetime) -> Item:
    """The customer has changed a message."""
    content = {"original_message_id": line.id, "message": {"type": "text", "text": {"body": line.text}}}
    return _whatsapp(whom, id_, now, ("edit", content))


def whatsapp_revoked(whom: Whom, line: Line, id_: str, now: datetime) -> Item:
    """The customer has taken a message back."""
    return _whatsapp(whom, id_, now, ("revoke", {"original_message_id": line.id}))


def whatsapp_reacted(whom: Whom, line: Line, sign: str, id_: str, now: datetime) -> Item:
    """The customer marks a message; an empty sign takes the mark away."""
    return _whatsapp(whom, id_, now, ("reaction", {"message_id": line.id, "emoji": sign}))


def whatsapp_status(whom: Whom, line: Line, data: str | None, now: datetime) -> Item:
    """How far a message has got."""
    status: dict[str, object] = {
        "id": line.id,
        "status": line.state,
        "timestamp": seconds(now),
        "recipient_id": whom.customer.id("whatsapp"),
    }
    return status if data is None else {**status, "biz_opaque_callback_data": data}


# e-mail, by Postmark's inbound hook ---------------------------------------------------------------------------------


def letter_post(whom: Whom, raw: bytes, *, how: How) -> HttpCall:
    """A letter as Postmark hands it over. Signed it is not: it comes with a name and a password."""
    given = whom.door.given
    password = "somebody else's" if how == "wrong" else given["hook_password"]
    token = base64.b64encode(f"{given['hook_user']}:{password}".encode()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {token}"}
    if how == "unsigned":
        del headers["authorization"]
    sender = {"Email": whom.customer.id("email"), "Name": whom.customer.name, "MailboxHash": ""}
    body: dict[str, object] = {
        "From": sender["Email"],
        "FromName": sender["Name"],
        "FromFull": sender,
        "To": given["address"],
        "OriginalRecipient": given["address"],
        "RawEmail": raw.decode("ascii"),
        "Attachments": [],
        "Headers": [],
    }
    if how == "unknown":
        body |= {"Hologram": {"Beam": 1}, "Mood": None}
    return HttpCall(url=whom.url, headers=headers, body=dump(body))


# the telephone ------------------------------------------------------------------------------------------------------


def phone_post(door: Door, url: str, fields: Mapping[str, str], *, repeat: str) -> HttpCall:
    """A request as Twilio makes it: a form, signed over its address and its fields by name.

    X-Twilio-Signature: base64 of HMAC-SHA1 over the address and, by name, each name and value. `repeat`: equal when the
    same request is made again.
    """
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.digest(door.given["auth_token"].encode(), signed.encode(), "sha1")
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": base64.b64encode(digest).decode(),
        "i-twilio-idempotency-token": repeat,
    }
    return HttpCall(url=url, headers=headers, body=urlencode(fields).encode())

"""What Messenger and Instagram take: a call to `/{version}/{id}/messages`, looked at field by field. Pure.

Limits as Meta documents them for the Graph API v26.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from okienko.channels.given import Given, part, parts, word
from okienko.sandbox.refusal import Refusal, find_unknown, graph
from okienko.sandbox.world import DAY, Option

VERSION: Final = re.compile(r"v(\d+)\.0")
OLDEST, NEWEST = 21, 26  # of the Graph API's versions, in November 2026
HUMAN: Final = timedelta(days=7)

_TOP: Final = frozenset(
    {"recipient", "messaging_type", "tag", "message", "sender_action", "payload", "persona_id", "notification_type"}
    | {"reply_to", "thread_control"}
)
_RECIPIENTS: Final = frozenset({"id", "user_ref", "comment_id", "post_id", "notification_messages_token"})
_MESSAGE: Final = frozenset({"text", "attachment", "attachments", "quick_replies", "metadata", "reply_to"})
_QUICK: Final = frozenset({"content_type", "title", "payload", "image_url"})
_TYPES: Final = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"})
_ACTIONS: Final = frozenset({"typing_on", "typing_off", "mark_seen", "react", "unreact"})
_ATTACHMENTS: Final = frozenset({"image", "video", "audio", "file", "template", "like_heart"})
MOST_QUICK: Final = 13
LONGEST_TITLE: Final = 20
LONGEST_PAYLOAD: Final = 1000
LONGEST_TEXT: Final = 2000  # characters, in Messenger
LONGEST_BYTES: Final = 1000  # of UTF-8, in Instagram

Vendor = Literal["messenger", "instagram"]
# What an account may tell an application; the sandbox's tell everything, until somebody asks for less.
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "messenger": frozenset(
        {"messages", "message_echoes", "message_edits", "message_reactions", "message_reads", "message_deliveries"}
        | {"messaging_postbacks", "messaging_referrals", "messaging_optins", "messaging_handovers", "standby"}
        | {"messaging_account_linking", "messaging_policy_enforcement", "feed"}
    ),
    "instagram": frozenset(
        {"messages", "message_edit", "message_reactions", "messaging_seen", "messaging_postbacks"}
        | {"messaging_referral", "messaging_optins", "standby", "messaging_handover", "comments", "live_comments"}
    ),
}
_WINDOW: Final[Mapping[Vendor, int]] = {"messenger": 2018278, "instagram": 2534022}
_NOBODY: Final[Mapping[Vendor, int]] = {"messenger": 2018001, "instagram": 2534014}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A call that is right."""

    text: str = ""
    options: tuple[Option, ...] = ()
    attachment: str = ""  # its type
    metadata: str | None = None
    action: str | None = None  # instead of a message
    answers: str = ""
    human: bool = False  # it bears the tag for what a person has written after the window


def check_version(version: str) -> Refusal | None:
    """Whether the version in the path is one that can be called."""
    found = VERSION.fullmatch(version)
    if found is None:
        return graph(2500, message="Unknown path components: the version belongs into the path", status=404)
    if not OLDEST <= int(found[1]) <= NEWEST:
        return graph(2635, message="You are calling a version of the API that is not there")
    return None


def check_token(authorization: str, token: str) -> Refusal | None:
    """Whether the call bears the token: in its header, where no log keeps it."""
    if authorization != f"Bearer {token}":
        return graph(190, 467, message="Error validating access token", status=401)
    return None


def expired() -> Refusal:
    """What an ended token is answered."""
    return graph(190, 463, message="Error validating access token: Session has expired", status=401)


def read_send(
    vendor: Vendor, body: Given, *, user: str, acted_at: datetime | None, ours: bool, now: datetime
) -> Sending | Refusal:
    """What the call says, or why it is refused. `user` is whom one may write to; `ours`: the thread is okienko's."""
    recipient, message = part(body, "recipient"), part(body, "message")
    unknown = (
        find_unknown(body, _TOP) or find_unknown(recipient, _RECIPIENTS) or find_unknown(message, _MESSAGE) or None
    )
    if unknown is not None:
        return graph(100, message=f"Param {unknown} is not known")
    if len(recipient) != 1:
        return graph(100, message="Param recipient must have one of its fields")
    if word(recipient, "id") != user:
        return graph(100, _NOBODY[vendor], message="No matching user found")
    action = word(body, "sender_action")
    if action is not None:
        if action not in _ACTIONS or body.keys() - {"recipient", "sender_action", "payload"}:
            return graph(100, message="A sender action stands alone")
        return Sending(action=action)
    human = _check_type(vendor, body)
    if isinstance(human, Refusal):
        return human
    if not ours:
        return graph(10, 2018300, message="Another app controls this thread now")
    since = None if acted_at is None else now - acted_at
    if since is None or since > (HUMAN if human else DAY):
        return graph(10, _WINDOW[vendor], message="This message is sent outside of allowed window.")
    return _read_message(vendor, message, human=human, answers=word(part(body, "reply_to"), "mid") or "")


def _check_type(vendor: Vendor, body: Given) -> bool | Refusal:
    """Whether it bears the tag for a person's late answer."""
    kind, tag = word(body, "messaging_type"), word(body, "tag")
    if kind is None and vendor == "messenger":
        return graph(100, message="Param messaging_type is required")
    if kind is not None and kind not in _TYPES:
        return graph(100, message="Param messaging_type is not one of its values")
    if (kind == "MESSAGE_TAG") != (tag is not None) or tag not in {None, "HUMAN_AGENT"}:
        return graph(100, message="Param tag: this tag has ended, or does not go with the type")
    return tag is not None


def _read_message(vendor: Vendor, message: Given, *, human: bool, answers: str) -> Sending | Refusal:
    text, attachment = message.get("text"), part(message, "attachment")
    options: list[Option] = []
    if text is not None and (not isinstance(text, str) or not text.strip()):
        return graph(100, message="Param message[text] must be a non-empty string")
    if (text is None) == (not attachment):
        return graph(100, message="Either text or an attachment")
    if attachment and word(attachment, "type") not in _ATTACHMENTS:
        return graph(100, message="Param message[attachment][type] is not known")
    if isinstance(text, str) and _is_too_long(vendor, text):
        return graph(100, message="Length of param message[text] must be less than or equal to the limit")
    metadata = message.get("metadata")
    if metadata is not None and not (isinstance(metadata, str) and len(metadata) <= LONGEST_PAYLOAD):
        return graph(100, message="Length of param message[metadata] must be at most 1000")
    offered = parts(message, "quick_replies")
    if len(offered) > MOST_QUICK:
        return graph(100, message="Param message[quick_replies] has more than 13 elements")
    for one in offered:
        title, payload = one.get("title"), one.get("payload")
        if find_unknown(one, _QUICK) or one.get("content_type") != "text":
            return graph(100, message="Param message[quick_replies] has a field that is not known")
        if not isinstance(title, str) or not isinstance(payload, str) or not title.strip() or not payload:
            return graph(100, message="A quick reply has a title and a payload")
        if len(title) > LONGEST_TITLE or len(payload) > LONGEST_PAYLOAD:
            return graph(100, message="A quick reply's title has at most 20 characters, its payload 1000")
        options.append(Option(payload=payload, title=title))
    return Sending(
        text=text if isinstance(text, str) else "",
        options=tuple(options),
        attachment=word(attachment, "type") or "",
        metadata=metadata,
        answers=word(part(message, "reply_to"), "mid") or answers,
        human=human,
    )


def _is_too_long(vendor: Vendor, text: str) -> bool:
    return len(text) > LONGEST_TEXT if vendor == "messenger" else len(text.encode()) > LONGEST_BYTES

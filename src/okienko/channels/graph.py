"""What Messenger, Instagram and WhatsApp share: Meta's signature, its handshake, and the shape of its deliveries.

Messenger's and Instagram's conversations are reported in one form, with few differences. Pure.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from okienko.channels.event import (
    Attachment,
    AttachmentKind,
    Event,
    EventKind,
    Reading,
    Referral,
    Trouble,
    describe,
    join,
    read_time,
)
from okienko.channels.given import Given, is_true, part, parts, raw, read_objects, real, whole, word, word_of_url, words
from okienko.values import Unreadable

_PREFIX: Final = "sha256="
_HEX: Final = 64  # digits

# Keys that a shape may show: Meta's own words, none of which is anybody's.
_WORDS: Final = """
    object entry id time messaging standby changes field value sender recipient timestamp message mid text
    attachments type payload url quick_reply reply_to is_echo is_deleted is_unsupported is_self app_id metadata
    message_edit num_edit reaction emoji action read watermark delivery mids postback title referral ref source
    ad_id optin user_ref account_linking status policy_enforcement pass_thread_control take_thread_control
    request_thread_control new_owner_app_id previous_owner_app_id requested_owner_app_id app_roles
    messaging_feedback response_feedback game_play branded_camera checkout_update pre_checkout payment sticker_id
    coordinates lat long name contacts messages statuses errors code profile wa_id user_id parent_user_id from
    from_user_id messaging_product display_phone_number phone_number_id calls event context interactive button image
    video audio document sticker location order system edit revoke unsupported
"""
KNOWN: Final = frozenset(_WORDS.split())

_ATTACHMENTS: Final[Mapping[str, AttachmentKind]] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "file",
    "sticker": "sticker",
    "like_heart": "sticker",
    "location": "location",
    "template": "template",
    "fallback": "share",
    "share": "share",
    "reel": "share",
    "ig_reel": "share",
    "post": "share",
    "ig_post": "share",
    "story_mention": "story",
    "appointment_booking": "unsupported",
}
# Reports that matter to the operator alone; the last one is written in two ways.
_NOTICES: Final = (
    "account_linking",
    "messaging_feedback",
    "response_feedback",
    "policy_enforcement",
    "policy-enforcement",
)
_HANDOVERS: Final = ("pass_thread_control", "take_thread_control", "request_thread_control", "app_roles")
_LEGACY: Final = ("game_play", "branded_camera", "checkout_update", "pre_checkout", "payment")
_STOOD_BY: Final[frozenset[EventKind]] = frozenset({"message", "quick_reply", "postback"})


def is_signed(body: bytes, headers: Mapping[str, str], secrets: Iterable[bytes]) -> bool:
    """Whether `X-Hub-Signature-256` is ours over these very bytes; constant time. No secret at all signs nothing.

    `secrets`: the application's secret, and while it changes its predecessor.
    """
    given = headers.get("x-hub-signature-256", "")
    digest = given.removeprefix(_PREFIX)
    if digest == given or len(digest) != _HEX or not digest.isascii():
        return False
    expected = [hmac.digest(secret, body, "sha256").hex() for secret in secrets if secret]
    return any(hmac.compare_digest(one, digest) for one in expected)


def read_signed_request(signed: str, secrets: Iterable[bytes]) -> Given | None:
    """What Meta says in a `signed_request` (somebody wants their data deleted): its JSON; None where it is not signed.

    Two parts in base64 for addresses: HMAC-SHA256 with the application's secret over the second, as it is written.
    """
    signature, _, payload = signed.partition(".")
    try:
        digest, body = (
            base64.b64decode(one + "=" * (-len(one) % 4), b"-_", validate=True) for one in (signature, payload)
        )
    except ValueError:
        return None
    expected = [hmac.digest(secret, payload.encode(), "sha256") for secret in secrets if secret]
    if not any(hmac.compare_digest(one, digest) for one in expected):
        return None
    try:
        given = read_objects(body)[0]
    except Unreadable:
        return None
    return given if (word(given, "algorithm") or "").upper() == "HMAC-SHA256" else None


def answer_handshake(given: Mapping[str, str], token: str) -> str | None:
    """What to answer, letter by letter, to a query that asks whether this address is ours; None: it is refused."""
    if given.get("hub.mode") != "subscribe" or not token:
        return None
    if not hmac.compare_digest(given.get("hub.verify_token", "").encode(), token.encode()):
        return None
    return given.get("hub.challenge")


def read_deliveries(body: bytes, wanted: str) -> list[Given]:
    """The entries of a body, or of a list of bodies, about `wanted`: `page`, `instagram` …

    Raises `Unreadable` with the shape of what there is instead.
    """
    deliveries = read_objects(body)
    entries = [entry for given in deliveries if word(given, "object") == wanted for entry in parts(given, "entry")]
    if not entries:
        raise Unreadable("; ".join(describe(given, KNOWN) for given in deliveries))
    return entries


_Read = Callable[[Given, Event, Given], Event | str | None]
ReadChange = Callable[[str, Given, str, datetime | None], Event | None]
"""Reads one of `changes`, given its field, its value, the account and the entry's time."""


def read_conversations(entries: Iterable[Given], read_change: ReadChange) -> Reading:
    """All that entries of Messenger or Instagram report. One event that is not understood leaves the others."""
    events: list[Event] = []
    unparsed: list[str] = []
    ignored: list[str] = []
    for entry in entries:
        account, at = word(entry, "id") or "", read_time(entry.get("time"))
        items = [(item, False) for item in parts(entry, "messaging")]
        items += [(item, True) for item in parts(entry, "standby")]
        changes = [*parts(entry, "changes"), *([entry] if "field" in entry else [])]
        if not items and not changes:
            unparsed.append(describe(entry, KNOWN))
        for change in changes:
            value = part(change, "value")
            if "sender" in value:  # the dashboard's test button puts a conversation's event here
                items.append((value, False))
            elif (event := read_change(word(change, "field") or "", value, account, at)) is not None:
                events.append(event)
            else:
                unparsed.append(describe(change, KNOWN))
        for item, standing_by in items:
            match _read_item(item, account, standing_by=standing_by):
                case Event() as event:
                    events.append(event)
                case str(why):
                    ignored.append(why)
                case None:
                    unparsed.append(describe(item, KNOWN))
    return Reading(events=tuple(events), unparsed=tuple(unparsed), ignored="; ".join(ignored) or None)


def _read_item(item: Given, account: str, *, standing_by: bool) -> Event | str | None:
    """One event of a conversation; why there is nothing to do; None where it is not understood."""
    sender = part(item, "sender")
    user = word(sender, "id") or word(sender, "user_ref")
    base = Event(
        kind="unknown", account=account, thread=user or "", user=user, dedupe="", at=read_time(item.get("timestamp"))
    )
    key = next((key for key in _READERS if key in item), None)
    if key is None:
        return None
    event = _READERS[key](part(item, key), base, item)
    if isinstance(event, Event) and standing_by:
        kind = "standby_message" if event.kind in _STOOD_BY else event.kind
        return replace(event, kind=kind, standing={**event.standing, "standby": "yes"})
    return event


def _read_message(message: Given, base: Event, item: Given) -> Event | str | None:
    mid = word(message, "mid")
    if mid is None:
        return None
    echo = is_true(message, "is_echo")
    if echo and is_true(message, "is_self"):
        return "the account writes to itself"
    if not echo and base.user == base.account:
        return "the account's own message"
    if echo:
        customer = word(part(item, "recipient"), "id")
        base = replace(base, direction="out", thread=customer or "", user=customer)
    base = replace(base, message=mid, dedupe=mid)
    if is_true(message, "is_deleted"):
        return replace(base, kind="message_deleted", about=(mid,), dedupe=f"{mid}:deleted")
    quick = part(message, "quick_reply")
    kind: EventKind = "echo" if echo else "quick_reply" if quick else "message"
    text, attachments = raw(message, "text"), _read_attachments(message)
    if text is None and not attachments:
        attachments = (Attachment(kind="unsupported"),)  # a place is kept for it: a person looks
    booking = next((word(part(one, "payload"), "status") for one in parts(message, "attachments") if _books(one)), None)
    standing = {"app": word(message, "app_id"), "booking": booking}
    return replace(
        base,
        kind=kind,
        text=text,
        attachments=attachments,
        choice=word(quick, "payload"),
        reply_to=word(part(message, "reply_to"), "mid"),
        referral=_read_referral(part(message, "referral")),
        metadata=word(message, "metadata"),
        standing={name: value for name, value in standing.items() if value is not None},
    )


def _books(attachment: Given) -> bool:
    return word(attachment, "type") == "appointment_booking"


def _read_attachments(message: Given) -> tuple[Attachment, ...]:
    found = [_read_attachment(one, message) for one in parts(message, "attachments")]
    story = part(part(message, "reply_to"), "story")
    if story:
        found.append(Attachment(kind="story", url=word_of_url(story, "url"), id=word(story, "id")))
    if is_true(message, "is_unsupported"):
        found.append(Attachment(kind="unsupported"))
    if not found and word(message, "sticker_id") is not None:
        found.append(Attachment(kind="sticker", id=word(message, "sticker_id")))
    return tuple(found)


def _read_attachment(given: Given, message: Given) -> Attachment:
    payload = part(given, "payload")
    sticker = word(payload, "sticker_id") or word(message, "sticker_id")
    kind = "sticker" if sticker is not None else _ATTACHMENTS.get(word(given, "type") or "", "unsupported")
    coordinates = part(payload, "coordinates")
    ids = (word(payload, key) for key in ("attachment_id", "reel_video_id", "ig_post_media_id", "booking_id"))
    return Attachment(
        kind=kind,
        url=word_of_url(payload, "url") or word_of_url(given, "url") or word_of_url(given, "URL"),
        id=sticker or next((found for found in ids if found is not None), None),
        title=raw(payload if "title" in payload else given, "title"),
        latitude=real(coordinates, "lat"),
        longitude=real(coordinates, "long"),
    )


def _read_referral(given: Given) -> Referral | None:
    if not given:
        return None
    return Referral(
        source=word(given, "source"),
        kind=word(given, "type"),
        ref=raw(given, "ref"),
        ad=word(given, "ad_id"),
        product=word(part(given, "product"), "id"),
    )


def _read_edit(edit: Given, base: Event, item: Given) -> Event | None:
    mid, edits = word(edit, "mid"), whole(edit, "num_edit")
    if mid is None:
        return None
    dedupe = f"{mid}:e{edits if edits is not None else item.get('timestamp')}"
    return replace(base, kind="message_edited", about=(mid,), text=raw(edit, "text"), edits=edits, dedupe=dedupe)


def _read_reaction(reaction: Given, base: Event, item: Given) -> Event | None:
    mid, action = word(reaction, "mid"), word(reaction, "action") or ""
    if mid is None:
        return None
    emoji = word(reaction, "emoji") or word(reaction, "reaction")
    dedupe = join(mid, base.user, action, emoji, item.get("timestamp"))
    removed = action == "unreact"
    return replace(base, kind="reaction", about=(mid,), emoji=emoji, removed=removed, dedupe=dedupe)


def _read_read(read: Given, base: Event, item: Given) -> Event:
    mid, watermark = word(read, "mid"), read.get("watermark")
    dedupe = join("read", base.user, mid or watermark)
    return replace(base, kind="read", about=() if mid is None else (mid,), until=read_time(watermark), dedupe=dedupe)


def _read_delivery(delivery: Given, base: Event, item: Given) -> Event:
    watermark = delivery.get("watermark")
    dedupe = join("delivered", base.user, watermark)
    return replace(base, kind="delivered", about=words(delivery, "mids"), until=read_time(watermark), dedupe=dedupe)


def _read_postback(postback: Given, base: Event, item: Given) -> Event:
    mid, payload = word(postback, "mid"), word(postback, "payload")
    dedupe = mid or join("postback", base.user, item.get("timestamp"), payload)
    return replace(
        base,
        kind="postback",
        message=mid,
        dedupe=dedupe,
        text=raw(postback, "title"),
        choice=payload,
        referral=_read_referral(part(postback, "referral")),
    )


def _read_referred(referral: Given, base: Event, item: Given) -> Event:
    dedupe = join("referral", base.user, item.get("timestamp"))
    return replace(base, kind="referral", referral=_read_referral(referral), dedupe=dedupe)


def _read_optin(optin: Given, base: Event, item: Given) -> Event:
    standing = {name: value for name in ("type", "topic") if (value := word(optin, name)) is not None}
    user = base.user or word(optin, "user_ref")
    referral = Referral(ref=raw(optin, "ref")) if "ref" in optin else None
    dedupe = join("optin", user, item.get("timestamp"))
    return replace(
        base, kind="optin", user=user, thread=user or "", referral=referral, standing=standing, dedupe=dedupe
    )


def _read_notice(notice: str) -> _Read:
    def read(given: Given, base: Event, item: Given) -> Event:
        standing = {name: value for name in ("status", "action") if (value := word(given, name)) is not None}
        dedupe = join(notice, base.user, item.get("timestamp"))
        return replace(
            base,
            kind="account_notice",
            direction="system",
            notice=notice,
            text=raw(given, "reason"),
            standing=standing,
            dedupe=dedupe,
        )

    return read


def _read_handover(how: str) -> _Read:
    def read(given: Given, base: Event, item: Given) -> Event:
        owner = word(given, "new_owner_app_id")
        standing = {
            "how": how,
            "before": word(given, "previous_owner_app_id"),
            "requested": word(given, "requested_owner_app_id"),
        }
        return replace(
            base,
            kind="handover",
            direction="system",
            owner=owner,
            metadata=word(given, "metadata"),
            standing={name: value for name, value in standing.items() if value is not None},
            dedupe=join(how, base.user, item.get("timestamp"), owner),
        )

    return read


def _read_legacy(what: str) -> _Read:
    def read(given: Given, base: Event, item: Given) -> Event:
        return replace(base, notice=what, dedupe=join(what, base.user, item.get("timestamp")))

    return read


_READERS: Final[Mapping[str, _Read]] = {
    "message": _read_message,
    "message_edit": _read_edit,
    "reaction": _read_reaction,
    "read": _read_read,
    "delivery": _read_delivery,
    "postback": _read_postback,
    "referral": _read_referred,
    "optin": _read_optin,
    **{how: _read_handover(how) for how in _HANDOVERS},
    **{notice: _read_notice(notice.replace("-", "_")) for notice in _NOTICES},
    **{what: _read_legacy(what) for what in _LEGACY},
}


def read_trouble(given: Given) -> Trouble | None:
    """Why Meta refuses: its code and subcode. Its words are not kept, for they may quote what was sent."""
    code = whole(given, "code")
    return None if code is None else Trouble(code=code, subcode=whole(given, "error_subcode"))

"""What WhatsApp's Cloud API reports. Pure.

A person is known by a business-scoped id (`user_id`) where there is one, else by their number (`wa_id`): either may be
missing, and a message that has both links them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    describe,
    join,
    read_time,
)
from okienko.channels.given import EMPTY, Given, is_true, part, parts, raw, read_objects, real, word, word_of_url
from okienko.channels.graph import KNOWN, read_deliveries, read_trouble
from okienko.values import RawText, Unreadable

OBJECT: Final = "whatsapp_business_account"

_FILES: Final[Mapping[str, AttachmentKind]] = {
    "image": "image",
    "video": "video",
    "document": "file",
    "sticker": "sticker",
    "audio": "audio",
}
_STATUSES: Final[Mapping[str, EventKind]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
    "deleted": "message_deleted",
}
# Keys of a value that hold lists of events; what stands beside them is about whose and whom.
_LISTS: Final = ("messages", "message_echoes", "statuses", "calls", "user_preferences")


def read_events(body: bytes) -> Reading:
    """The events of a delivery. Raises `Unreadable` with its shape."""
    events: list[Event] = []
    unparsed: list[str] = []
    for entry in read_deliveries(body, OBJECT):
        changes = parts(entry, "changes")
        if not changes:
            unparsed.append(describe(entry, KNOWN))
        for change in changes:
            found, missed = _read_change(change, entry)
            events += found
            unparsed += missed
    return Reading(events=tuple(events), unparsed=tuple(unparsed))


def _read_change(change: Given, entry: Given) -> tuple[list[Event], list[str]]:
    field, value = word(change, "field") or "", part(change, "value")
    if not field or not value:
        return [], [describe(change, KNOWN)]
    account = word(part(value, "metadata"), "phone_number_id") or word(entry, "id") or ""
    at = read_time(entry.get("time"))
    if not any(isinstance(value.get(key), list) for key in _LISTS):
        return [_read_notice(field, value, account, at)], []
    events: list[Event] = []
    unparsed: list[str] = []
    for key, read in _LISTED.items():
        for place, given in enumerate(parts(value, key)):
            event = read(given, _find_contact(value, given, place), account)
            if event is None:
                unparsed.append(describe({key: [given]}, KNOWN))
            else:
                standing_by = field == "standby" and event.kind in {"message", "quick_reply"}
                events.append(replace(event, kind="standby_message") if standing_by else event)
    return events, unparsed


def _find_contact(value: Given, given: Given, place: int) -> Given:
    """Whoever it is about, by their ids; by place only where there are none."""
    contacts = parts(value, "contacts")
    known = {word(given, key) for key in ("from", "from_user_id", "recipient_id", "recipient_user_id")} - {None}
    for contact in contacts:
        if known & {word(contact, "wa_id"), word(contact, "user_id")}:
            return contact
    return contacts[place] if not known and place < len(contacts) else EMPTY


def _whose(given: Given, contact: Given, number: str, scoped: str) -> dict[str, str]:
    """The ids that are known of somebody: `user`, `number`, `parent`."""
    ids = {
        "user": word(given, scoped) or word(contact, "user_id"),
        "number": word(given, number) or word(contact, "wa_id"),
        "parent": word(contact, "parent_user_id"),
    }
    return {name: known for name, known in ids.items() if known is not None}


def _read_message(given: Given, contact: Given, account: str) -> Event | None:
    id_, kind = word(given, "id"), word(given, "type")
    if id_ is None or kind is None:
        return None
    ids = _whose(given, contact, "from", "from_user_id")
    user = ids.get("user") or ids.get("number")
    context = part(given, "context")
    standing = {f"id:{name}": known for name, known in ids.items()}
    standing |= {name: known for name in ("group_id",) if (known := word(given, name)) is not None}
    standing |= {name: "yes" for name in ("forwarded", "frequently_forwarded") if is_true(context, name)}
    product = word(part(context, "referred_product"), "product_retailer_id")
    if product is not None:
        standing["product"] = product
    errors = parts(given, "errors")
    base = Event(
        kind="message",
        account=account,
        thread=word(given, "group_id") or user or "",
        user=user,
        message=id_,
        dedupe=id_,
        at=read_time(given.get("timestamp")),
        reply_to=word(context, "id"),
        referral=_read_referral(part(given, "referral")),
        name=raw(part(contact, "profile"), "name"),
        trouble=read_trouble(errors[0]) if errors else None,
        standing=standing,
    )
    reader = _TYPES.get(kind)
    if reader is not None:
        return reader(part(given, kind), base)
    if kind == "contacts":
        return replace(base, attachments=tuple(map(_read_card, parts(given, "contacts"))))
    if kind in _FILES:
        return _read_file(kind, part(given, kind), base)
    # What cannot be shown keeps a place: a person looks.
    what = word(part(given, "unsupported"), "type") or kind
    return replace(base, attachments=(Attachment(kind="unsupported"),), standing={**standing, "type": what})


def _read_text(text: Given, base: Event) -> Event | None:
    body = raw(text, "body")
    return None if body is None else replace(base, text=body)


def _read_file(kind: str, file: Given, base: Event) -> Event | None:
    if word(file, "id") is None:
        return None
    attachment = Attachment(
        kind="voice" if is_true(file, "voice") else _FILES[kind],
        id=word(file, "id"),
        url=word_of_url(file, "url"),
        mime=word(file, "mime_type"),
        sha256=word(file, "sha256"),
        name=raw(file, "filename"),
    )
    return replace(base, attachments=(attachment,), text=raw(file, "caption"))


def _read_location(given: Given, base: Event) -> Event:
    named = [known for key in ("name", "address") if isinstance(known := given.get(key), str) and known]
    attachment = Attachment(
        kind="location",
        latitude=real(given, "latitude"),
        longitude=real(given, "longitude"),
        url=word_of_url(given, "url"),
        title=RawText(", ".join(named)) if named else None,
    )
    return replace(base, attachments=(attachment,))


def _read_card(given: Given) -> Attachment:
    """Somebody's card: all of it is personal, so it becomes one text that is masked."""
    lines = [word(part(given, "name"), "formatted_name"), word(part(given, "org"), "company")]
    lines += [word(phone, "phone") for phone in parts(given, "phones")]
    lines += [word(mail, "email") for mail in parts(given, "emails")]
    return Attachment(kind="contact", title=RawText("\n".join(line for line in lines if line is not None)))


def _read_interactive(given: Given, base: Event) -> Event | None:
    kind = word(given, "type")
    reply = part(given, kind or "")
    match kind:
        case "button_reply" | "list_reply":
            return replace(base, kind="quick_reply", choice=word(reply, "id"), text=raw(reply, "title"))
        case "nfm_reply":
            standing = {**base.standing, "form": word(reply, "name") or "form"}
            return replace(base, text=_read_form(reply), standing=standing)
        case "call_permission_reply":
            return replace(
                base, kind="optin", standing={**base.standing, "calls": word(reply, "response") or "unknown"}
            )
        case _:
            return None


def _read_form(reply: Given) -> RawText | None:
    """A form's answers, a line each; they are JSON in a text, written by the customer."""
    answers = reply.get("response_json")
    if not isinstance(answers, str):
        return raw(reply, "body")
    try:
        (given,) = read_objects(answers.encode("utf-8", "surrogatepass"))
    except (Unreadable, ValueError):
        return raw(reply, "response_json")
    lines = [
        f"{name}: {answer}"
        for name, answer in given.items()
        if name != "flow_token" and isinstance(answer, str | int | float) and not isinstance(answer, bool)
    ]
    return RawText("\n".join(lines)) if lines else raw(reply, "response_json")


def _read_button(given: Given, base: Event) -> Event:
    return replace(base, kind="quick_reply", choice=word(given, "payload"), text=raw(given, "text"))


def _read_order(given: Given, base: Event) -> Event:
    keys = ("quantity", "product_retailer_id", "item_price", "currency")
    items = ([word(item, key) for key in keys] for item in parts(given, "product_items"))
    lines = [" ".join(known for known in item if known is not None) for item in items]
    text = given.get("text")
    if isinstance(text, str) and text.strip():
        lines.insert(0, text)
    standing = {**base.standing, "catalogue": word(given, "catalog_id") or ""}
    return replace(base, text=RawText("\n".join(lines)) if lines else None, standing=standing)


def _read_reaction(given: Given, base: Event) -> Event | None:
    about, emoji = word(given, "message_id"), word(given, "emoji")
    if about is None:
        return None
    return replace(base, kind="reaction", about=(about,), emoji=emoji, removed=emoji is None)


def _read_edit(given: Given, base: Event) -> Event | None:
    about, message = word(given, "original_message_id"), part(given, "message")
    if about is None:
        return None
    content = part(message, word(message, "type") or "text")
    text = raw(content, "body" if "body" in content else "caption")
    return replace(base, kind="message_edited", about=(about,), text=text)


def _read_revoke(given: Given, base: Event) -> Event | None:
    about = word(given, "original_message_id")
    return None if about is None else replace(base, kind="message_deleted", about=(about,))


def _read_system(given: Given, base: Event) -> Event:
    """Somebody has another number or id now: their words about it hold both, and are not kept."""
    now = {"now:number": word(given, "wa_id") or word(given, "new_wa_id"), "now:user": word(given, "user_id")}
    before = {"before:user": word(given, "previous_user_id")}
    standing = {name: known for name, known in {**base.standing, **now, **before}.items() if known is not None}
    return replace(
        base,
        kind="account_notice",
        direction="system",
        notice=word(given, "type") or "system",
        standing=standing,
    )


def _read_welcome(given: Given, base: Event) -> Event:
    return replace(base, kind="referral", notice="request_welcome")


_TYPES: Final[Mapping[str, Callable[[Given, Event], Event | None]]] = {
    "text": _read_text,
    "location": _read_location,
    "interactive": _read_interactive,
    "button": _read_button,
    "order": _read_order,
    "reaction": _read_reaction,
    "edit": _read_edit,
    "revoke": _read_revoke,
    "system": _read_system,
    "request_welcome": _read_welcome,
}


def _read_referral(given: Given) -> Referral | None:
    if not given:
        return None
    return Referral(
        source=word_of_url(given, "source_url"),
        kind=word(given, "source_type"),
        ref=raw(given, "headline"),
        ad=word(given, "source_id"),
    )


def _read_echo(given: Given, contact: Given, account: str) -> Event | None:
    """What somebody at the brand has written in WhatsApp's own application."""
    event = _read_message(given, EMPTY, account)
    if event is None:
        return None
    customer = word(given, "to_user_id") or word(given, "to")
    kind = "echo" if event.kind in {"message", "quick_reply"} else event.kind
    return replace(event, kind=kind, direction="out", user=customer, thread=customer or "", name=None)


def _read_status(given: Given, contact: Given, account: str) -> Event | None:
    id_, status = word(given, "id"), word(given, "status")
    if id_ is None or status is None:
        return None
    ids = _whose(given, contact, "recipient_id", "recipient_user_id")
    user = ids.get("user") or ids.get("number")
    call = word(given, "type") == "call"
    kind: EventKind = "call" if call else _STATUSES.get(status, "unknown")
    errors = parts(given, "errors")
    standing = {f"id:{name}": known for name, known in ids.items()} | {"status": status}
    category = word(part(given, "pricing"), "category")
    if category is not None:
        standing["category"] = category
    return Event(
        kind=kind,
        direction="out",
        account=account,
        thread=user or "",
        user=user,
        message=id_,
        dedupe=join(id_, status, user),
        at=read_time(given.get("timestamp")),
        about=(id_,),
        metadata=word(given, "biz_opaque_callback_data"),
        trouble=read_trouble(errors[0]) if errors else None,
        notice=None if kind != "unknown" else "status",
        standing=standing,
    )


def _read_call(given: Given, contact: Given, account: str) -> Event | None:
    id_, event = word(given, "id"), word(given, "event")
    if id_ is None or event is None:
        return None
    outgoing = word(given, "direction") == "BUSINESS_INITIATED"
    ids = _whose(given, contact, "to" if outgoing else "from", "to_user_id" if outgoing else "from_user_id")
    user = ids.get("user") or ids.get("number")
    return Event(
        kind="call",
        direction="out" if outgoing else "in",
        account=account,
        thread=user or "",
        user=user,
        message=id_,
        dedupe=join(id_, event),
        at=read_time(given.get("timestamp")),
        name=raw(part(contact, "profile"), "name"),
        standing={"event": event},
    )


def _read_preference(given: Given, contact: Given, account: str) -> Event | None:
    """Whether somebody wants advertising: it is theirs to say."""
    ids = _whose(given, contact, "wa_id", "user_id")
    user, value = ids.get("user") or ids.get("number"), word(given, "value")
    if user is None or value is None:
        return None
    category = word(given, "category") or "marketing_messages"
    return Event(
        kind="optin",
        account=account,
        thread=user,
        user=user,
        dedupe=join("preference", user, category, value, given.get("timestamp")),
        at=read_time(given.get("timestamp")),
        standing={"topic": category, "value": value},
    )


_LISTED: Final[Mapping[str, Callable[[Given, Given, str], Event | None]]] = {
    "messages": _read_message,
    "message_echoes": _read_echo,
    "statuses": _read_status,
    "calls": _read_call,
    "user_preferences": _read_preference,
}


def _read_notice(field: str, value: Given, account: str, at: datetime | None) -> Event:
    """What is about the account, its number or its templates."""
    errors = parts(value, "errors")
    kept = ("event", "decision", "message_template_name", "message_template_language", "message_template_id")
    standing = {name: known for name in (*kept, "current_limit", "reason") if (known := word(value, name)) is not None}
    return Event(
        kind="account_notice",
        direction="system",
        account=account,
        at=at,
        notice=field,
        dedupe=join(field, account, at, *standing.values()),
        trouble=read_trouble(errors[0]) if errors else None,
        standing=standing,
    )

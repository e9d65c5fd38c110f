"""WhatsApp: whoever writes under two ids, every type of message, statuses, and what is about the account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import orjson
import pytest

from okienko.channels.event import Event, Reading
from okienko.channels.whatsapp.events import read_events

NUMBER: Final = "48600100200"
SCOPED: Final = "PL.1A2b"
CONTACT: Final = {"profile": {"name": "Anna"}, "wa_id": NUMBER, "user_id": SCOPED, "parent_user_id": "PL.ENT.9x"}
MOMENT: Final = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def deliver(field: str = "messages", **value: Any) -> Reading:
    whole = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1061"}, **value}
    changes = [{"field": field, "value": whole}]
    return read_events(
        orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": changes}]})
    )


def message(**what: Any) -> dict[str, Any]:
    return {"from": NUMBER, "from_user_id": SCOPED, "id": "wamid.1", "timestamp": "1700000000", **what}


def read(what: dict[str, Any], *, field: str = "messages", key: str = "messages") -> Event:
    reading = deliver(field, contacts=[CONTACT], **{key: [what]})
    assert reading.unparsed == ()
    (event,) = reading.events
    return event


TYPES: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = [
    ({"type": "text", "text": {"body": "hej"}}, {"kind": "message", "text": "hej"}),
    (
        {"type": "image", "image": {"id": "1", "caption": "to"}},
        {"files": ["image"], "text": "to"},
    ),
    ({"type": "document", "document": {"id": "1", "filename": "umowa.pdf"}}, {"files": ["file"]}),
    ({"type": "audio", "audio": {"id": "1", "voice": True}}, {"files": ["voice"]}),
    ({"type": "audio", "audio": {"id": "1", "voice": False}}, {"files": ["audio"]}),
    ({"type": "location", "location": {"latitude": 52.2, "longitude": 21, "name": "dom"}}, {"files": ["location"]}),
    (
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Jan"}, "phones": [{"phone": "600"}]}]},
        {"files": ["contact"]},
    ),
    (
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "A", "title": "Tak"}}},
        {"kind": "quick_reply", "choice": "A", "text": "Tak"},
    ),
    (
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "B", "title": "Nie"}}},
        {"kind": "quick_reply", "choice": "B", "text": "Nie"},
    ),
    (
        {
            "type": "interactive",
            "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}", "body": "b"}},
        },
        {"kind": "message", "text": "{}"},
    ),
    (
        {"type": "interactive", "interactive": {"type": "call_permission_reply", "call_permission_reply": {}}},
        {"kind": "optin"},
    ),
    ({"type": "button", "button": {"text": "Tak", "payload": "P"}}, {"kind": "quick_reply", "choice": "P"}),
    (
        {"type": "order", "order": {"text": "proszę", "product_items": [{"product_retailer_id": "X", "quantity": 2}]}},
        {"text": "proszę\n2 X"},
    ),
    (
        {"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "👍"}},
        {"kind": "reaction", "removed": False},
    ),
    ({"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": ""}}, {"kind": "reaction", "removed": True}),
    ({"type": "reaction", "reaction": {"message_id": "wamid.0"}}, {"kind": "reaction", "about": ("wamid.0",)}),
    (
        {
            "type": "edit",
            "edit": {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "n"}}},
        },
        {"kind": "message_edited", "about": ("wamid.0",), "text": "n"},
    ),
    ({"type": "revoke", "revoke": {"original_message_id": "wamid.0"}}, {"kind": "message_deleted"}),
    (
        {"type": "system", "system": {"type": "user_changed_number", "wa_id": "4"}},
        {"kind": "account_notice"},
    ),
    ({"type": "request_welcome"}, {"kind": "referral"}),
    ({"type": "unsupported", "errors": [{"code": 131051}]}, {"files": ["unsupported"], "kind": "message"}),
    ({"type": "hologram", "hologram": {}}, {"files": ["unsupported"], "kind": "message"}),
    ({"type": "text", "text": {"body": "x"}, "context": {"id": "wamid.0"}}, {"reply_to": "wamid.0"}),
]


@pytest.mark.parametrize(("what", "wanted"), TYPES)
def test_a_message_of_every_type(what: dict[str, Any], wanted: dict[str, Any]) -> None:
    event = read(message(**what))
    assert (event.account, event.thread, event.message, event.at) == ("1061", SCOPED, "wamid.1", MOMENT)
    found: dict[str, Any] = {
        "kind": event.kind,
        "text": None if event.text is None else event.text.reveal(),
        "files": [file.kind for file in event.attachments],
        "choice": event.choice,
        "removed": event.removed,
        "about": event.about,
        "reply_to": event.reply_to,
    }
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("contact", "sender", "user", "ids"),
    [
        (CONTACT, {"from": NUMBER, "from_user_id": SCOPED}, SCOPED, {"user": SCOPED, "number": NUMBER}),
        ({"wa_id": NUMBER}, {"from": NUMBER}, NUMBER, {"number": NUMBER}),
        ({"user_id": SCOPED}, {"from_user_id": SCOPED}, SCOPED, {"user": SCOPED}),
        (CONTACT, {}, SCOPED, {"user": SCOPED, "number": NUMBER}),  # without any id: by place
        ({"wa_id": "48999", "user_id": "PL.other"}, {"from": NUMBER}, NUMBER, {"number": NUMBER}),
    ],
)
def test_somebody_is_known_by_either_id(
    contact: dict[str, Any], sender: dict[str, Any], user: str, ids: dict[str, str]
) -> None:
    given = {"id": "wamid.1", "timestamp": "1700000000", "type": "text", "text": {"body": "x"}, **sender}
    (event,) = deliver(contacts=[contact], messages=[given]).events
    assert event.user == event.thread == user
    kept = {
        name.removeprefix("id:"): value for name, value in event.standing.items() if name in {"id:user", "id:number"}
    }
    assert kept == ids


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
        ("in_orbit", "unknown"),
    ],
)
def test_a_status_says_what_became_of_our_message(status: str, kind: str) -> None:
    given = {"id": "wamid.1", "status": status, "timestamp": "1700000000", "recipient_id": NUMBER}
    event = read({**given, "biz_opaque_callback_data": "ours", "errors": [{"code": 131047}]}, key="statuses")
    assert (event.kind, event.direction, event.about, event.metadata) == (kind, "out", ("wamid.1",), "ours")
    assert event.trouble is not None
    assert event.trouble.code == 131047
    assert event.dedupe != read({**given, "status": "other"}, key="statuses").dedupe


def test_what_somebody_writes_in_whatsapps_own_application_is_an_echo() -> None:
    event = read(
        {**message(type="text", text={"body": "x"}), "to": "48700"}, field="smb_message_echoes", key="message_echoes"
    )
    assert (event.kind, event.direction, event.thread) == ("echo", "out", "48700")


def test_a_call_and_a_wish_about_advertising_are_told() -> None:
    call = read({"id": "wacid.1", "event": "connect", "from": NUMBER, "timestamp": "1700000000"}, key="calls")
    assert (call.kind, call.thread, call.standing) == ("call", SCOPED, {"event": "connect"})
    ringing = read({"id": "wacid.1", "type": "call", "status": "RINGING", "recipient_id": NUMBER}, key="statuses")
    assert ringing.kind == "call"
    wish = read({"wa_id": NUMBER, "value": "stop", "category": "marketing_messages"}, key="user_preferences")
    assert (wish.kind, wish.standing) == ("optin", {"topic": "marketing_messages", "value": "stop"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_template_status_update", {"event": "REJECTED", "message_template_name": "hej"}),
        ("account_update", {"event": "DISABLED_UPDATE"}),
        ("messages", {"errors": [{"code": 131000}]}),
        ("a_field_of_tomorrow", {"anything": 1}),
    ],
)
def test_what_is_about_the_account_is_a_notice(field: str, value: dict[str, Any]) -> None:
    (event,) = deliver(field, **value).events
    assert (event.kind, event.direction, event.notice) == ("account_notice", "system", field)


def test_one_that_is_broken_leaves_the_others() -> None:
    good = [message(id=f"wamid.{n}", type="text", text={"body": "x"}) for n in range(3)]
    broken: list[Any] = [7, {}, {"id": "wamid.9"}, message(type="text"), message(type="reaction", reaction={})]
    reading = deliver(contacts=[CONTACT], messages=[*good[:2], *broken, *good[2:]])
    assert [event.message for event in reading.events] == ["wamid.0", "wamid.1", "wamid.2"]
    assert len(reading.unparsed) == len(broken)
    assert NUMBER not in str(reading.unparsed)


def test_two_kinds_in_one_value_are_both_read() -> None:
    status = {"id": "wamid.8", "status": "sent", "timestamp": "1"}
    reading = deliver(contacts=[CONTACT], messages=[message(type="text", text={"body": "x"})], statuses=[status])
    assert [event.kind for event in reading.events] == ["message", "sent"]

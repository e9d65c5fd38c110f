"""Messenger and Instagram: signatures, the handshake, every variant that is reported, and what is no report at all.

The payloads are written from the contract, not recorded.
"""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.channels.check import find_reader
from okienko.channels.event import Event
from okienko.channels.graph import answer_handshake, is_signed, read_signed_request
from okienko.values import Unreadable

AT: Final = 1700000000123
MOMENT: Final = datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)
PAGE: Final = "100"
ANN: Final = "200"

SIGNED: Final = (
    b'{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},'
    b'"timestamp":1,"message":{"mid":"m_1","text":"za\\u017c\\u00f3\\u0142\\u0107"}}]}]}'
)
SIGNATURE: Final = "sha256=facc24f3cf47279ea59147e499f2007e63470c35d488ca802704dfefda5b61cf"


def item(**what: Any) -> dict[str, Any]:
    """One event of a conversation with Ann."""
    return {"sender": {"id": ANN}, "recipient": {"id": PAGE}, "timestamp": AT, **what}


def body(*items: Any, wanted: str = "page", key: str = "messaging") -> bytes:
    return orjson.dumps({"object": wanted, "entry": [{"id": PAGE, "time": AT, key: list(items)}]})


def read(channel: str, *items: Any, key: str = "messaging") -> tuple[Event, ...]:
    wanted = {"messenger": "page", "instagram": "instagram"}[channel]
    reading = find_reader(channel)(body(*items, wanted=wanted, key=key))
    assert reading.unparsed == ()
    return reading.events


def reveal(event: Event) -> str | None:
    """The text of an event that a test has made up itself."""
    return None if event.text is None else event.text.reveal()


@pytest.mark.parametrize(
    ("header", "secrets", "fine"),
    [
        (SIGNATURE, [b"app-secret-1"], True),
        (SIGNATURE, [b"a newer one", b"app-secret-1"], True),
        (SIGNATURE, [b"another"], False),
        (SIGNATURE, [], False),
        (SIGNATURE, [b""], False),
        (SIGNATURE.upper(), [b"app-secret-1"], False),
        (SIGNATURE.removeprefix("sha256="), [b"app-secret-1"], False),
        (SIGNATURE[:-1], [b"app-secret-1"], False),
        ("sha256=" + "ż" * 64, [b"app-secret-1"], False),
        ("sha1=" + "0" * 40, [b"app-secret-1"], False),
        ("", [b"app-secret-1"], False),
    ],
)
def test_only_these_very_bytes_are_signed(header: str, secrets: list[bytes], fine: bool) -> None:
    headers = {"x-hub-signature-256": header}
    assert is_signed(SIGNED, headers, secrets) == fine
    assert not is_signed(SIGNED.replace(b"\\u017c", "ż".encode()), headers, secrets)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=t%2B1", "1158201444"),
        ("hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=t%2B1", "<b>"),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=other", None),
        ("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=t%2B1", None),
        ("hub.mode=subscribe&hub.verify_token=t%2B1", None),
        ("hub.mode=subscribe&hub.challenge=1", None),
        ("", None),
    ],
)
def test_the_handshake_is_answered_for_the_right_word_alone(query: str, answer: str | None) -> None:
    assert answer_handshake(dict(parse_qsl(query)), "t+1") == answer
    without = dict(parse_qsl(query.replace("t%2B1", ""), keep_blank_values=True))
    assert answer_handshake(without, "") is None, "no word is agreed on: nobody is let in"


DELETION: Final = (
    "uXyZ1hHeLlv6XUy20eUNcfEuLtnE5LBVJP7qTh7Ta2c"
    ".eyJ1c2VyX2lkIjoiMTIzIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjE3MDAwMDAwMDB9"
)


@pytest.mark.parametrize(
    ("signed", "secrets", "user"),
    [
        (DELETION, [b"app-secret-1"], "123"),
        (DELETION, [b"a newer one", b"app-secret-1"], "123"),
        (DELETION, [b"another"], None),
        (DELETION, [b""], None),
        (DELETION, [], None),
        (DELETION[:-1], [b"app-secret-1"], None),
        ("A" + DELETION[1:], [b"app-secret-1"], None),
        (DELETION.partition(".")[2], [b"app-secret-1"], None),
        ("ż.ż", [b"app-secret-1"], None),
        (".", [b"app-secret-1"], None),
        ("", [b"app-secret-1"], None),
    ],
)
def test_a_wish_to_be_deleted_is_signed_too(signed: str, secrets: list[bytes], user: str | None) -> None:
    given_by_meta = read_signed_request(signed, secrets)
    assert (None if given_by_meta is None else given_by_meta["user_id"]) == user


def test_it_names_how_it_is_signed() -> None:
    payload = base64.urlsafe_b64encode(b'{"algorithm":"none","user_id":"123"}').decode().rstrip("=")
    signature = base64.urlsafe_b64encode(hmac.digest(b"s", payload.encode(), "sha256")).decode().rstrip("=")
    assert read_signed_request(f"{signature}.{payload}", [b"s"]) is None


MESSAGES: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = [
    ({"text": "hej"}, {"kind": "message", "text": "hej"}),
    ({"text": "tak", "quick_reply": {"payload": "YES"}}, {"kind": "quick_reply", "choice": "YES", "text": "tak"}),
    ({"attachments": [{"type": "image", "payload": {"url": "https://a.example/1"}}]}, {"files": ["image"]}),
    ({"attachments": [{"type": "sticker", "payload": {"url": "u", "sticker_id": 369}}]}, {"files": ["sticker"]}),
    ({"attachments": [{"type": "image", "payload": {"url": "u", "sticker_id": 369}}]}, {"files": ["sticker"]}),
    ({"sticker_id": 369}, {"files": ["sticker"]}),
    ({"attachments": [{"type": "location", "payload": {"coordinates": {"lat": 52, "long": 21.0}}}]}, {"at": (52, 21)}),
    ({"attachments": [{"type": "ig_reel", "payload": {"url": "u", "reel_video_id": "1"}}]}, {"files": ["share"]}),
    ({"attachments": [{"type": "fallback", "title": "t", "URL": "u", "payload": None}]}, {"files": ["share"]}),
    ({"attachments": [{"type": "fallback", "url": "u"}]}, {"files": ["share"]}),
    ({"attachments": [{"type": "hologram"}, {"type": "file"}]}, {"files": ["unsupported", "file"]}),
    (
        {"attachments": [{"type": "appointment_booking", "payload": {"booking_id": "1", "status": "requested"}}]},
        {"files": ["unsupported"], "standing": {"booking": "requested"}},
    ),
    ({}, {"files": ["unsupported"]}),
    ({"is_unsupported": True}, {"files": ["unsupported"]}),
    ({"text": "x", "reply_to": {"mid": "m_0"}}, {"reply_to": "m_0"}),
    ({"text": "x", "reply_to": {"story": {"id": "9", "url": "u"}}}, {"files": ["story"], "text": "x"}),
    ({"text": "x", "referral": {"source": "ADS", "ad_id": 12}}, {"referral": ("ADS", "12", None)}),
    ({"text": "x", "referral": {"product": {"id": "P1"}}}, {"referral": (None, None, "P1")}),
    ({"is_deleted": True}, {"kind": "message_deleted", "about": ("m_1",), "dedupe": "m_1:deleted"}),
    ({"text": "x", "seq": 3, "nlp": {"entities": {}}, "commands": []}, {"text": "x"}),
]


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
@pytest.mark.parametrize(("message", "wanted"), MESSAGES)
def test_a_message_of_every_kind(channel: str, message: dict[str, Any], wanted: dict[str, Any]) -> None:
    (event,) = read(channel, item(message={"mid": "m_1", **message}))
    assert (event.thread, event.user, event.message, event.at, event.direction) == (ANN, ANN, "m_1", MOMENT, "in")
    found: dict[str, Any] = {
        "kind": event.kind,
        "text": reveal(event),
        "choice": event.choice,
        "files": [file.kind for file in event.attachments],
        "at": next(((file.latitude, file.longitude) for file in event.attachments), None),
        "reply_to": event.reply_to,
        "referral": event.referral and (event.referral.source, event.referral.ad, event.referral.product),
        "about": event.about,
        "dedupe": event.dedupe,
        "standing": event.standing,
    }
    assert {name: found[name] for name in wanted} == wanted
    if "kind" not in wanted:
        assert event.kind == "message"


OTHERS: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = [
    ({"message_edit": {"mid": "m_1", "text": "nowe", "num_edit": 2}}, {"kind": "message_edited", "dedupe": "m_1:e2"}),
    ({"reaction": {"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤"}}, {"kind": "reaction"}),
    ({"reaction": {"mid": "m_1", "action": "unreact"}}, {"kind": "reaction", "removed": True}),
    ({"read": {"watermark": AT}}, {"kind": "read", "until": MOMENT}),
    ({"read": {"mid": "m_1"}}, {"kind": "read", "about": ("m_1",)}),
    ({"delivery": {"watermark": str(AT)}}, {"kind": "delivered", "until": MOMENT}),
    ({"delivery": {"mids": ["m_1", "m_2"], "watermark": AT}}, {"kind": "delivered", "about": ("m_1", "m_2")}),
    ({"postback": {"mid": "m_1", "title": "Pomoc", "payload": "HELP"}}, {"kind": "postback", "choice": "HELP"}),
    ({"referral": {"ref": "promo", "source": "SHORTLINK", "type": "OPEN_THREAD"}}, {"kind": "referral"}),
    ({"optin": {"ref": "x"}}, {"kind": "optin"}),
    ({"optin": {"type": "notification_messages", "topic": "t"}}, {"kind": "optin"}),
    ({"account_linking": {"status": "linked", "authorization_code": "c"}}, {"standing": {"status": "linked"}}),
    ({"policy_enforcement": {"action": "block", "reason": "r"}}, {"notice": "policy_enforcement"}),
    ({"policy-enforcement": {"action": "block", "reason": "r"}}, {"notice": "policy_enforcement"}),
    ({"pass_thread_control": {"new_owner_app_id": 12, "metadata": "d"}}, {"kind": "handover", "owner": "12"}),
    ({"take_thread_control": {"previous_owner_app_id": "1", "new_owner_app_id": None}}, {"owner": None}),
    ({"request_thread_control": {"requested_owner_app_id": 9}}, {"kind": "handover", "direction": "system"}),
    ({"app_roles": {"9": ["primary_receiver"]}}, {"kind": "handover"}),
    ({"messaging_feedback": {"feedback_screens": []}}, {"kind": "account_notice"}),
    ({"game_play": {"score": 99}}, {"kind": "unknown", "notice": "game_play"}),
]


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
@pytest.mark.parametrize(("what", "wanted"), OTHERS)
def test_what_happens_besides_messages(channel: str, what: dict[str, Any], wanted: dict[str, Any]) -> None:
    (event,) = read(channel, item(**what))
    assert {name: getattr(event, name) for name in wanted} == wanted
    assert event.dedupe
    assert read(channel, item(**what))[0].dedupe == event.dedupe, "the same report has the same key"


def test_an_echo_belongs_to_the_customer_whom_it_was_sent_to() -> None:
    message = {"mid": "m_1", "is_echo": True, "app_id": 263902037430900, "metadata": "ours", "text": "x"}
    (event,) = read(
        "messenger", {"sender": {"id": PAGE}, "recipient": {"id": ANN}, "timestamp": AT, "message": message}
    )
    assert (event.kind, event.direction, event.thread, event.metadata) == ("echo", "out", ANN, "ours")
    assert event.standing == {"app": "263902037430900"}


@pytest.mark.parametrize(
    "message",
    [
        {"mid": "m_1", "text": "x"},  # from the page's own id, without saying that it is an echo
        {"mid": "m_1", "text": "x", "is_echo": True, "is_self": True},
    ],
)
def test_the_accounts_own_words_are_ignored(message: dict[str, Any]) -> None:
    own = {"sender": {"id": PAGE}, "recipient": {"id": PAGE}, "timestamp": AT, "message": message}
    reading = instagram_events(body(own, wanted="instagram"))
    assert (reading.events, reading.unparsed) == ((), ())
    assert reading.ignored


def test_whoever_stands_by_is_told_and_does_not_answer() -> None:
    events = read(
        "messenger",
        item(message={"mid": "m_1", "text": "x"}),
        item(postback={"title": "t"}),
        item(read={}),
        key="standby",
    )
    assert [event.kind for event in events] == ["standby_message", "standby_message", "read"]
    assert all(event.standing["standby"] == "yes" for event in events)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"verb": "add", "parent_id": "100_1"}, {"thread": "100_1_2", "removed": False}),
        ({"verb": "add", "parent_id": "100_1_0"}, {"thread": "100_1_0", "reply_to": "100_1_0"}),
        ({"verb": "edited"}, {"kind": "comment"}),
        ({"verb": "remove"}, {"removed": True}),
        ({"from": {"id": PAGE, "name": "Seans"}}, {"direction": "out"}),
    ],
)
def test_a_comment_below_a_post(value: dict[str, Any], wanted: dict[str, Any]) -> None:
    comment = {
        "item": "comment",
        "comment_id": "100_1_2",
        "post_id": "100_1",
        "message": "hej",
        "created_time": 1700000000,
    }
    whole = {"from": {"id": ANN, "name": "Anna"}, **comment, **value}
    (event,) = read("messenger", {"field": "feed", "value": whole}, key="changes")
    assert (event.kind, event.message, reveal(event)) == ("comment", "100_1_2", "hej")
    assert {name: getattr(event, name) for name in wanted} == wanted
    assert (event.dedupe == "100_1_2") == (value.get("verb", "add") == "add")


COMMENT: Final = {"id": "7", "from": {"id": ANN, "username": "ann"}, "text": "hej", "media": {"id": "5"}}


@pytest.mark.parametrize(
    "delivery",
    [
        {"object": "instagram", "entry": [{"id": PAGE, "changes": [{"field": "comments", "value": COMMENT}]}]},
        {"object": "instagram", "entry": [{"id": PAGE, "field": "comments", "value": COMMENT}]},
        [{"object": "instagram", "entry": [{"id": PAGE, "field": "live_comments", "value": COMMENT}]}],
    ],
)
def test_instagrams_comments_come_in_three_shapes(delivery: object) -> None:
    (event,) = instagram_events(orjson.dumps(delivery)).events
    assert (event.kind, event.thread, event.user, event.message, reveal(event)) == ("comment", "7", ANN, "7", "hej")


def test_the_dashboards_test_button_is_understood() -> None:
    (event,) = read("instagram", {"field": "messages", "value": item(message={"mid": "m", "text": "x"})}, key="changes")
    assert (event.kind, event.thread) == ("message", ANN)


def test_one_that_is_broken_leaves_the_other_nine() -> None:
    items: list[Any] = [item(message={"mid": f"m_{n}", "text": "x"}) for n in range(9)]
    others: list[Any] = [None, 7, [], {}, item(message={"text": "without an id"}), item(hologram={"secret": "Anna"})]
    for broken in others:
        reading = find_reader("messenger")(body(*items[:4], broken, *items[4:]))
        assert [event.message for event in reading.events] == [f"m_{n}" for n in range(9)]
        assert len(reading.unparsed) == 1
        assert "Anna" not in reading.unparsed[0]
        assert "hologram" not in reading.unparsed[0]


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
@pytest.mark.parametrize(
    "foreign",
    [b"", b"hej", b"null", b"[]", b"{}", b'{"object":"user","entry":[{}]}', b'{"object":"page","entry":[]}', b"\xff"],
)
def test_what_is_no_delivery_is_told_by_its_shape(channel: str, foreign: bytes) -> None:
    with pytest.raises(Unreadable):
        find_reader(channel)(foreign)


_KEYS: Final = """
    message mid sender id attachments type payload reaction read value field messages statuses contacts metadata text
    interactive from status errors
"""
KEYS: Final = _KEYS.split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(st.sampled_from(["messenger", "instagram", "whatsapp"]), st.lists(JSON, min_size=1, max_size=3))
def test_whatever_a_delivery_holds_it_is_read_to_its_end(channel: str, items: list[Any]) -> None:
    wanted = {"messenger": "page", "instagram": "instagram", "whatsapp": "whatsapp_business_account"}[channel]
    for key in ("messaging", "standby", "changes"):
        try:
            given_body = body(*items, wanted=wanted, key=key)
        except (TypeError, orjson.JSONEncodeError):  # a number beyond 64 bits, half a character
            continue
        find_reader(channel)(given_body)


def instagram_events(given_body: bytes) -> Any:
    return find_reader("instagram")(given_body)

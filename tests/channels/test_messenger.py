"""Messenger and Instagram: the door, what customers' messages become, what is sent.

The payloads are written from the contract, not recorded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import orjson
import pytest

from okienko.channels import adapters
from okienko.channels.cited import write
from okienko.channels.instagram.adapter import ADAPTER as INSTAGRAM
from okienko.channels.messenger.adapter import ADAPTER as MESSENGER
from okienko.channels.split import count_bytes
from okienko.channels.vendor import Explains, Fetches, Greets, Limits, Reads, Signals
from okienko.values import Author, Caller, Choice, Hook, Kind, Sent, Unsure
from tests.channels.meta_world import (
    ANN,
    AT,
    ID,
    MOMENT,
    NOW,
    PAGE,
    SIGNATURE,
    SIGNED,
    calls,
    clear,
    door,
    going,
    item,
    offer,
    quote,
    sent,
    take,
    take_items,
)

ALL: Final = ("messenger", "instagram", "whatsapp")
BOTH: Final = ("messenger", "instagram")


@pytest.mark.parametrize("channel", ALL)
def test_they_are_channels_of_a_vendor(channel: str) -> None:
    for has in (Reads, Greets, Limits, Signals, Explains, Fetches, Caller):
        assert isinstance(adapters()[channel], has)


@pytest.mark.parametrize("channel", ALL)
@pytest.mark.parametrize(
    ("given", "header", "fine"),
    [
        ({}, SIGNATURE, True),
        ({"app_secret": "a newer one", "old_app_secret": "app-secret-1"}, SIGNATURE, True),
        ({"app_secret": "another"}, SIGNATURE, False),
        ({"app_secret": "", "old_app_secret": ""}, SIGNATURE, False),
        ({}, SIGNATURE.removeprefix("sha256="), False),
        ({}, SIGNATURE[:-1], False),
        ({}, SIGNATURE + "0", False),
        ({}, "sha256=" + "z" * 64, False),
        ({}, "sha256=lQ2V2WSYzzeq0zmvWIzQf6G+DsMNVl/FOgv8O6ggXVQ=", False),  # base64, as others write it
        ({}, "", False),
    ],
)
def test_only_the_application_signs(channel: str, given: dict[str, str], header: str, fine: bool) -> None:
    adapter, connection = adapters()[channel], door(channel, **given)
    signed = Hook(url="", headers={"x-hub-signature-256": header}, body=SIGNED)
    assert adapter.verify(signed, connection, NOW) is fine
    assert not adapter.verify(replace(signed, body=orjson.dumps(orjson.loads(SIGNED))), connection, NOW)
    assert not adapter.verify(replace(signed, headers={}), connection, NOW)


def test_on_instagram_the_products_secret_is_good_as_well() -> None:
    signed = Hook(url="", headers={"x-hub-signature-256": SIGNATURE}, body=SIGNED)
    given = {"app_secret": "another", "instagram_secret": "app-secret-1"}
    assert INSTAGRAM.verify(signed, door("instagram", **given), NOW)
    assert not MESSENGER.verify(signed, door("messenger", **given), NOW)


@pytest.mark.parametrize("channel", ALL)
def test_the_handshake(channel: str) -> None:
    adapter = adapters()[channel]
    assert isinstance(adapter, Greets)
    asked = {"hub.mode": "subscribe", "hub.verify_token": "v+1", "hub.challenge": "1158201444"}
    greeting = Hook(url="", headers={}, body=b"", query=asked, method="GET")
    assert adapter.greet(greeting, door(channel)) == "1158201444"
    assert adapter.greet(greeting, door(channel, verify_token="")) is None
    assert adapter.greet(replace(greeting, query={**asked, "hub.verify_token": "v"}), door(channel)) is None
    assert adapter.greet(replace(greeting, query={}), door(channel)) is None


URL: Final = "https://scontent.fbcdn.net/v/1"
MESSAGES: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = [
    ({"text": "hej", "reply_to": {"mid": "m_0"}}, {"text": "hej", "refers": ("m_0",)}),
    ({"text": "Zwroty", "quick_reply": {"payload": "returns"}}, {"kind": Kind.CHOICE, "choice": "returns"}),
    ({"text": "Ta", "quick_reply": {"payload": "article:zwroty"}}, {"kind": Kind.CHOICE, "choice": "article:zwroty"}),
    ({"text": "Człowiek", "quick_reply": {"payload": "person"}}, {"kind": Kind.PERSON, "choice": None}),
    ({"text": "Cennik", "quick_reply": {"payload": "MENU_PRICES"}}, {"kind": Kind.TEXT, "choice": None}),
    (
        {"text": "patrz", "attachments": [{"type": "image", "payload": {"url": URL}}]},
        {"kind": Kind.ATTACHMENT, "text": "patrz", "lines": ("[attachment: image]",), "fetch": [URL]},
    ),
    (
        {"attachments": [{"type": "audio", "payload": {"url": URL}}, {"type": "location", "title": "Tu"}]},
        {"kind": Kind.ATTACHMENT, "text": "Tu", "lines": ("[place on a map]", "[attachment: recording]")},
    ),
    (
        {"attachments": [{"type": "sticker", "payload": {"url": URL, "sticker_id": 369239263222822}}]},
        {"kind": Kind.TEXT, "text": "", "lines": ("[sticker]",), "automatic": True, "fetch": []},
    ),
    ({"attachments": [{"type": "like_heart"}]}, {"lines": ("[sticker]",), "automatic": True}),
    (
        {"attachments": [{"type": "ig_post", "payload": {"url": URL, "title": "Nowość"}}], "text": "Ile kosztuje?"},
        {"kind": Kind.TEXT, "text": "Ile kosztuje?", "more": "Nowość", "lines": ("[shared post]",), "automatic": False},
    ),
    ({"attachments": [{"type": "fallback", "url": URL}]}, {"kind": Kind.ATTACHMENT, "lines": ("[shared post]",)}),
    (
        {"attachments": [{"type": "story_mention", "payload": {"url": URL}}]},
        {"lines": ("[mention in a story]",), "automatic": True, "fetch": []},
    ),
    (
        {"text": "Ładne", "reply_to": {"story": {"id": "9", "url": URL}}},
        {"kind": Kind.TEXT, "lines": ("[reply to a story]",), "automatic": False, "fetch": []},
    ),
    (
        {"attachments": [{"type": "appointment_booking", "payload": {"booking_id": "1"}}]},
        {"kind": Kind.ATTACHMENT, "lines": ("[something that cannot be shown here]",)},
    ),
    ({"is_unsupported": True}, {"kind": Kind.ATTACHMENT, "lines": ("[something that cannot be shown here]",)}),
    ({"text": "x", "referral": {"ref": "someone's link", "source": "ADS"}}, {"text": "x", "more": None, "lines": ()}),
]


@pytest.mark.parametrize("channel", BOTH)
@pytest.mark.parametrize(("message", "wanted"), MESSAGES)
def test_what_a_customers_message_becomes(channel: str, message: dict[str, Any], wanted: dict[str, Any]) -> None:
    (found,) = take_items(channel, item(message={"mid": "m_1", **message}))
    assert (found.event, found.thread, found.at) == ("m_1", ANN, MOMENT)
    assert (found.elsewhere, found.public, found.envelope) == (False, False, None)
    seen = {
        "text": clear(found.text),
        "more": clear(found.more),
        "fetch": [clear(remote.place) for remote in found.fetch],
    }
    assert {name: seen.get(name, getattr(found, name)) for name in wanted} == wanted


@pytest.mark.parametrize("channel", BOTH)
@pytest.mark.parametrize(
    "what",
    [
        {"read": {"watermark": AT}},
        {"delivery": {"watermark": AT}},
        {"reaction": {"mid": "m_1", "action": "react", "emoji": "❤"}},
        {"message_edit": {"mid": "m_1", "text": "inaczej", "num_edit": 1}},
        {"message": {"mid": "m_1", "is_deleted": True}},
        {"message": {"mid": "m_1", "is_echo": True, "text": "x"}},
        {"message": {"mid": "m_1", "text": "x"}, "sender": {"id": PAGE}},
        {"referral": {"ref": "x", "source": "SHORTLINK"}},
        {"optin": {"ref": "x"}},
        {"pass_thread_control": {"new_owner_app_id": "1"}},
    ],
)
def test_what_is_no_customers_message(channel: str, what: dict[str, Any]) -> None:
    assert take_items(channel, item(**what)) == []


@pytest.mark.parametrize("channel", BOTH)
def test_a_button_is_a_choice_and_so_is_one_without_an_id(channel: str) -> None:
    pressed = {"title": "Zwroty", "payload": "returns"}
    first, second = take_items(channel, item(postback={"mid": "m_1", **pressed}), item(postback=pressed))
    assert (first.event, first.kind, first.choice, clear(first.text)) == ("m_1", Kind.CHOICE, "returns", "Zwroty")
    assert len(second.event) == 64
    assert take_items(channel, item(postback=pressed))[0].event == second.event


@pytest.mark.parametrize("channel", BOTH)
def test_whoever_stands_by_is_told_only(channel: str) -> None:
    first, second = take_items(
        channel, item(message={"mid": "m_1", "text": "hej"}), item(postback={"title": "Zwroty"}), key="standby"
    )
    assert (first.elsewhere, second.elsewhere) == (True, True)


COMMENT: Final[dict[str, dict[str, Any]]] = {
    "messenger": {
        "field": "feed",
        "value": {
            "item": "comment", "verb": "add", "comment_id": "100_1_2", "post_id": "100_1", "parent_id": "100_1",
            "from": {"id": ANN, "name": "Anna"}, "message": "Ile?", "created_time": 1700000000,
        },
    },
    "instagram": {
        "field": "comments",
        "value": {"id": "100_1_2", "from": {"id": ANN, "username": "ann"}, "text": "Ile?", "media": {"id": "5"}},
    },
}  # fmt: skip


@pytest.mark.parametrize("channel", BOTH)
def test_a_comment_is_a_thread_of_its_own_and_answered_in_private(channel: str) -> None:
    (found,) = take_items(channel, COMMENT[channel], key="changes")
    assert (found.thread, found.public, found.automatic, clear(found.text)) == ("comment:100_1_2", True, False, "Ile?")
    envelope = clear(found.envelope)
    assert envelope is not None
    person = going("Napiszę prywatnie.", thread="comment:100_1", envelope=envelope, author=Author.AGENT, late=True)
    (body,) = sent(channel, person)
    assert body["recipient"] == {"comment_id": "100_1_2"}, "the latest of the thread"
    assert "tag" not in body
    assert sent(channel, replace(person, envelope=""))[0]["recipient"] == {"comment_id": "100_1"}
    adapter = adapters()[channel]
    assert isinstance(adapter, Signals)
    assert adapter.signals(person, door(channel)) == []


def test_a_comment_that_was_changed_or_taken_away_is_told_so() -> None:
    for verb, kind in (("edited", "message_edited"), ("remove", "message_deleted")):
        value = {**COMMENT["messenger"]["value"], "verb": verb}
        body = {"object": "page", "entry": [{"id": PAGE, "time": AT, "changes": [{"field": "feed", "value": value}]}]}
        reading = MESSENGER.read(Hook(url="", headers={}, body=orjson.dumps(body)), door("messenger"))
        assert [(event.kind, event.about) for event in reading.events] == [(kind, ("100_1_2",))]
        assert take("messenger", body) == []


def test_plain_text_on_messenger() -> None:
    (body,) = sent("messenger", going())
    assert body == {
        "recipient": {"id": ANN},
        "messaging_type": "RESPONSE",
        "message": {"text": "Dzień dobry", "metadata": str(ID)},
    }


@pytest.mark.parametrize(
    ("channel", "given", "url"),
    [
        ("messenger", {}, "https://graph.facebook.com/v26.0/100/messages"),
        ("messenger", {"base": "http://127.0.0.1:9/meta/", "graph_version": "v25.0"}, "http://127.0.0.1:9/meta/v25.0/100/messages"),
        ("instagram", {}, "https://graph.instagram.com/v26.0/100/messages"),
        ("instagram", {"flavour": "page"}, "https://graph.facebook.com/v26.0/me/messages"),
        ("instagram", {"base": "http://127.0.0.1:9"}, "http://127.0.0.1:9/v26.0/100/messages"),
        ("whatsapp", {}, "https://graph.facebook.com/v26.0/100/messages"),
    ],
)  # fmt: skip
def test_where_calls_go(channel: str, given: dict[str, str], url: str) -> None:
    (call,) = calls(channel, going(), **given)
    assert call.url == url


def test_plain_text_on_instagram() -> None:
    assert sent("instagram", going()) == [{"recipient": {"id": ANN}, "message": {"text": "Dzień dobry"}}]
    (body,) = sent("instagram", going(), flavour="page")
    assert body["messaging_type"] == "RESPONSE"


@pytest.mark.parametrize("channel", BOTH)
def test_the_tag_is_a_persons_and_only_after_the_free_window(channel: str) -> None:
    for author, late in ((Author.AGENT, False), (Author.BOT, True), (Author.SYSTEM, True), (Author.BOT, False)):
        (body,) = sent(channel, going(author=author, late=late))
        assert "tag" not in body
    (body,) = sent(channel, going(author=Author.AGENT, late=True))
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


@pytest.mark.parametrize(("channel", "most", "count"), [("messenger", 2000, len), ("instagram", 1000, count_bytes)])
def test_a_long_text_goes_in_pieces_and_the_last_has_the_choices(channel: str, most: int, count: Any) -> None:
    text = "Zażółć gęślą jaźń, dwa razy. " * 150
    bodies = sent(channel, going(text, choices=offer("Tak", "Nie")))
    texts = [body["message"]["text"] for body in bodies]
    assert len(texts) > 2
    assert all(count(piece) <= most for piece in texts)
    assert " ".join(texts) == text.strip()
    assert ["quick_replies" in body["message"] for body in bodies] == [*[False] * (len(bodies) - 1), True]


@pytest.mark.parametrize("channel", BOTH)
def test_choices_are_buttons_as_far_as_they_fit(channel: str) -> None:
    (short,) = sent(channel, going(choices=offer("Zwroty", "Rozmowa")))
    assert short["message"]["text"] == "Dzień dobry"
    assert short["message"]["quick_replies"] == [
        {"content_type": "text", "title": "Zwroty", "payload": "value-1"},
        {"content_type": "text", "title": "Rozmowa", "payload": "value-2"},
    ]
    (long,) = sent(channel, going(choices=offer("Jak zwrócić towar kupiony w sklepie?", "Inne")))
    assert long["message"]["text"] == "Dzień dobry\n\n1. Jak zwrócić towar kupiony w sklepie?\n2. Inne"
    assert [one["title"] for one in long["message"]["quick_replies"]] == ["1", "2"]
    assert [one["payload"] for one in long["message"]["quick_replies"]] == ["value-1", "value-2"]
    (many,) = sent(channel, going(choices=offer(*map(str, range(14)))))
    assert "quick_replies" not in many["message"]
    assert many["message"]["text"].endswith("\n14. 13")


@pytest.mark.parametrize("channel", BOTH)
def test_a_person_fits_on_every_button(channel: str) -> None:
    person = Choice(value="person", label="Porozmawiaj z człowiekiem")
    (body,) = sent(channel, going(choices=(person,)))
    assert body["message"]["text"] == "Dzień dobry"
    assert body["message"]["quick_replies"][0]["title"] == "Połącz z człowiekiem"
    (kept,) = sent(channel, going(choices=(person,), language="en"))
    assert kept["message"]["quick_replies"][0]["title"] == "Get a person"


def test_what_has_no_name_is_no_button() -> None:
    (body,) = sent("messenger", going(choices=(*offer("Zwroty"), *offer(""))))
    assert len(body["message"]["quick_replies"]) == 1


def test_a_quote_bears_its_title_and_a_link_where_our_address_is_known() -> None:
    said = going("Tak to jest.", kind=Kind.ANSWER, citations=(quote(),))
    assert write(said) == "Tak to jest.\n\n„Masz 14 dni.”\nŹródło: Zwroty"
    known = replace(said, help="https://help.company.example/help/seans")
    assert write(known).endswith("Źródło: Zwroty\nhttps://help.company.example/help/seans/pl/articles/zwroty")
    assert write(replace(known, text="Masz 14 dni.")).count("Masz 14 dni.") == 1, "said once"
    assert write(replace(said, kind=Kind.CLARIFY)) == "Tak to jest.", "what is offered is among the choices"
    assert write(replace(said, citations=(quote("scenario:reset"),))) == "Tak to jest."


@pytest.mark.parametrize("adapter", [MESSENGER, INSTAGRAM])
def test_the_receipt_is_the_vendors_id(adapter: Caller) -> None:
    assert adapter.outcome(200, {}, b'{"recipient_id":"200","message_id":"m_9"}') == Sent(receipt="m_9")
    assert isinstance(adapter.outcome(200, {}, b"<html>"), Unsure)
    assert isinstance(adapter.outcome(200, {}, b"{}"), Unsure)
    assert not adapter.idempotent


@pytest.mark.parametrize("channel", BOTH)
def test_customers_see_that_somebody_reads_and_writes(channel: str) -> None:
    adapter = adapters()[channel]
    assert isinstance(adapter, Signals)
    bodies = [orjson.loads(call.body) for call in adapter.signals(going(), door(channel))]
    assert bodies == [
        {"recipient": {"id": ANN}, "sender_action": "mark_seen"},
        {"recipient": {"id": ANN}, "sender_action": "typing_on"},
    ]


@pytest.mark.parametrize("adapter", [MESSENGER, INSTAGRAM])
def test_a_file_lies_at_its_address_and_needs_no_token(adapter: Fetches) -> None:
    call = adapter.file_call(URL, door("messenger"))
    assert (call.url, call.headers, call.method) == (URL, {}, "GET")
    assert adapter.file_place(URL, b"{}") is None

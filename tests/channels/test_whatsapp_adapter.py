"""WhatsApp: customers under two ids, what is sent to which of them, choices as buttons and lists, the template.

The payloads are written from the contract, not recorded.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest

from okienko.channels.whatsapp.adapter import ADAPTER
from okienko.values import Author, Choice, Inbound, Kind, Sent
from tests.channels.meta_world import ID, clear, door, going, offer, sent, take

NUMBER: Final = "48600100200"
SCOPED: Final = "PL.1A2b"
WHO: Final = {"from": NUMBER, "from_user_id": SCOPED, "id": "wamid.1", "timestamp": "1700000000"}


def deliver(message: dict[str, Any], **value: Any) -> list[Inbound]:
    whole = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "100"}, "messages": [message], **value}
    changes = [{"field": "messages", "value": whole}]
    return take("whatsapp", {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]})


def test_whoever_writes_has_two_ids_and_one_thread() -> None:
    contact = {"profile": {"name": "Anna"}, "wa_id": NUMBER, "user_id": SCOPED}
    (both,) = deliver({**WHO, "type": "text", "text": {"body": "hej"}}, contacts=[contact])
    assert (both.thread, both.aliases, clear(both.name)) == (SCOPED, (NUMBER,), "Anna")
    (number,) = deliver({"from": NUMBER, "id": "wamid.1", "timestamp": "1", "type": "text", "text": {"body": "hej"}})
    assert (number.thread, number.aliases) == (NUMBER, ())
    without = {name: value for name, value in WHO.items() if name != "from"}
    (scoped,) = deliver({**without, "type": "text", "text": {"body": "hej"}})
    assert (scoped.thread, scoped.aliases) == (SCOPED, ())


def tap(kind: str, reply: dict[str, Any]) -> dict[str, Any]:
    """An answer by a button, a list, a form."""
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}


MESSAGES: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = [
    ({"type": "text", "text": {"body": "hej"}, "context": {"id": "wamid.0"}}, {"text": "hej", "refers": ("wamid.0",)}),
    (
        {"type": "image", "image": {"id": "M1", "mime_type": "image/jpeg", "sha256": "aGFzaA==", "caption": "tu"}},
        {"kind": Kind.ATTACHMENT, "text": "tu", "fetch": [("M1", "image/jpeg", "aGFzaA==")]},
    ),
    (
        {"type": "document", "document": {"id": "M1", "mime_type": "application/pdf", "url": "https://lookaside.fbsbx.com/x"}},
        {"lines": ("[attachment: file]",), "fetch": [("M1", "application/pdf", None)]},
    ),
    ({"type": "audio", "audio": {"id": "M1", "voice": True}}, {"kind": Kind.ATTACHMENT, "lines": ("[voice message]",)}),
    ({"type": "sticker", "sticker": {"id": "M1"}}, {"lines": ("[sticker]",), "automatic": True, "fetch": []}),
    (
        {"type": "location", "location": {"latitude": 52.2, "longitude": 21, "name": "Dom", "address": "Miła 1"}},
        {"kind": Kind.ATTACHMENT, "text": "Dom, Miła 1", "lines": ("[place on a map]",)},
    ),
    (
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Jan"}}, {"name": {"formatted_name": "Ewa"}}]},
        {"kind": Kind.ATTACHMENT, "text": "Jan", "more": "Ewa", "lines": ("[contact card]", "[contact card]")},
    ),
    (
        tap("list_reply", {"id": "returns", "title": "Zwroty"}),
        {"kind": Kind.CHOICE, "choice": "returns", "text": "Zwroty"},
    ),
    (
        tap("button_reply", {"id": "person", "title": "Ktoś"}),
        {"kind": Kind.PERSON},
    ),
    ({"type": "button", "button": {"text": "Tak", "payload": "YES!"}}, {"kind": Kind.TEXT, "choice": None}),
    (
        tap("nfm_reply", {"name": "flow", "response_json": '{"flow_token":"x","rozmiar":"M","ile":2,"tak":true}'}),
        {"kind": Kind.ATTACHMENT, "text": "rozmiar: M\nile: 2", "lines": ("[form]",)},
    ),
    (
        {"type": "order", "order": {"catalog_id": "C", "product_items": [{"product_retailer_id": "X", "quantity": 2}]}},
        {"kind": Kind.ATTACHMENT, "text": "2 X", "lines": ("[order from a catalogue]",)},
    ),
    (
        {"type": "unsupported", "errors": [{"code": 131051, "title": "t"}]},
        {"kind": Kind.ATTACHMENT, "text": "", "lines": ("[something that cannot be shown here]",)},
    ),
    (
        {"type": "text", "text": {"body": "hej"}, "referral": {"source_type": "ad", "headline": "Promocja!"}},
        {"kind": Kind.TEXT, "text": "hej", "more": None, "lines": ()},
    ),
    ({"type": "text", "text": {"body": "hej"}, "group_id": "G1"}, {"thread": "group:G1", "automatic": True}),
]  # fmt: skip


@pytest.mark.parametrize(("message", "wanted"), MESSAGES)
def test_what_a_customers_message_becomes(message: dict[str, Any], wanted: dict[str, Any]) -> None:
    (found,) = deliver({**WHO, **message})
    assert (found.event, clear(found.envelope)) == ("wamid.1", '{"message":"wamid.1"}')
    seen = {
        "text": clear(found.text),
        "more": clear(found.more),
        "fetch": [(clear(remote.place), remote.mime, remote.sha256) for remote in found.fetch],
    }
    assert {name: seen.get(name, getattr(found, name)) for name in wanted} == wanted


@pytest.mark.parametrize(
    "message",
    [
        {"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "❤"}},
        {
            "type": "edit",
            "edit": {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "x"}}},
        },
        {"type": "revoke", "revoke": {"original_message_id": "wamid.0"}},
        {"type": "system", "system": {"type": "user_changed_number", "wa_id": "48600100201"}},
        {"type": "request_welcome"},
    ],
)
def test_what_is_no_customers_message(message: dict[str, Any]) -> None:
    assert deliver({**WHO, **message}) == []


@pytest.mark.parametrize(
    ("thread", "whom"),
    [
        (NUMBER, {"recipient_type": "individual", "to": NUMBER}),
        (SCOPED, {"recipient_type": "individual", "recipient": SCOPED}),
        ("group:G1", {"recipient_type": "group", "to": "G1"}),
    ],
)
def test_plain_text(thread: str, whom: dict[str, str]) -> None:
    assert sent("whatsapp", going(thread=thread)) == [
        {
            "messaging_product": "whatsapp",
            **whom,
            "type": "text",
            "text": {"body": "Dzień dobry", "preview_url": False},
            "biz_opaque_callback_data": str(ID),
        }
    ]


def test_a_long_text_goes_in_pieces() -> None:
    text = "Zażółć gęślą jaźń, dwa razy. " * 300
    bodies = sent("whatsapp", going(text))
    assert " ".join(body["text"]["body"] for body in bodies) == text.strip()
    assert all(len(body["text"]["body"]) <= 4096 for body in bodies)
    *before, last = sent("whatsapp", going(text, choices=offer("Tak", "Nie")))
    assert " ".join([*(body["text"]["body"] for body in before), last["interactive"]["body"]["text"]]) == text.strip()
    assert len(last["interactive"]["body"]["text"]) <= 1024


def test_three_short_choices_are_buttons() -> None:
    (body,) = sent("whatsapp", going(choices=offer("Zwroty", "Płatności", "Rozmowa")))
    assert body["type"] == "interactive"
    assert body["interactive"]["type"] == "button"
    assert body["interactive"]["body"] == {"text": "Dzień dobry"}
    assert body["interactive"]["action"]["buttons"][0] == {
        "type": "reply",
        "reply": {"id": "value-1", "title": "Zwroty"},
    }


def test_a_person_fits_on_a_button() -> None:
    person = Choice(value="person", label="Porozmawiaj z człowiekiem")
    (body,) = sent("whatsapp", going(choices=(*offer("Zwroty"), person)))
    assert body["interactive"]["type"] == "button"
    assert body["interactive"]["action"]["buttons"][1]["reply"] == {"id": "person", "title": "Połącz z człowiekiem"}


def test_more_of_them_or_longer_ones_are_a_list() -> None:
    long = "Jak zwrócić towar kupiony w sklepie?"
    (body,) = sent("whatsapp", going(choices=offer(long, "Płatności", "Rozmowa", "Inne")))
    action = body["interactive"]["action"]
    assert (body["interactive"]["type"], action["button"]) == ("list", "Wybierz")
    (section,) = action["sections"]
    assert section["rows"][0] == {"id": "value-1", "title": "Jak zwrócić towar kupio…", "description": long}
    assert section["rows"][1] == {"id": "value-2", "title": "Płatności"}
    assert all(len(row["title"]) <= 24 for row in section["rows"])


@pytest.mark.parametrize(
    "labels",
    [
        tuple(map(str, range(11))),
        ("x" * 73, "Inne"),
        ("Jak zwrócić towar kupiony w sklepie?", "Jak zwrócić towar kupiony w sieci?"),  # rows look alike
        ("Tak", "Tak"),
    ],
)
def test_what_fits_neither_is_numbered(labels: tuple[str, ...]) -> None:
    (body,) = sent("whatsapp", going(choices=offer(*labels)))
    assert body["type"] == "text"
    assert f"\n1. {labels[0]}\n2. {labels[1]}" in body["text"]["body"]


def test_after_the_window_the_brands_template_goes_where_it_has_one() -> None:
    late = going(author=Author.AGENT, late=True)
    (body,) = sent("whatsapp", late, template="reopen", template_language="pl")
    assert body["template"] == {"name": "reopen", "language": {"code": "pl"}}
    assert body["type"] == "template"
    (text,) = sent("whatsapp", late)
    assert text["type"] == "text", "WhatsApp itself refuses it, and says so"
    (free,) = sent("whatsapp", going(author=Author.AGENT), template="reopen")
    assert free["type"] == "text"


def test_the_sign_of_being_read_names_the_latest_message() -> None:
    (call,) = ADAPTER.signals(going(envelope='{"message":"wamid.1"}'), door("whatsapp"))
    assert orjson.loads(call.body) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.1",
        "typing_indicator": {"type": "text"},
    }
    assert ADAPTER.signals(going(), door("whatsapp")) == ()


def test_the_receipt_is_the_id_of_the_message() -> None:
    body = b'{"messaging_product":"whatsapp","contacts":[{"input":"1"}],"messages":[{"id":"wamid.9"}]}'
    assert ADAPTER.outcome(200, {}, body) == Sent(receipt="wamid.9")


def test_a_file_is_asked_for_by_its_id_and_read_where_it_lies() -> None:
    connection = door("whatsapp")
    asked = ADAPTER.file_call("M 1", connection)
    assert asked.url == "https://graph.facebook.com/v26.0/M%201?phone_number_id=100"
    assert asked.headers == {"authorization": "Bearer T"}
    place = ADAPTER.file_place("M 1", b'{"url":"https://lookaside.fbsbx.com/whatsapp?x=1","mime_type":"image/jpeg"}')
    assert place == "https://lookaside.fbsbx.com/whatsapp?x=1"
    assert ADAPTER.file_call(place, connection).headers == {"authorization": "Bearer T"}
    assert ADAPTER.file_place(place, b'{"url":"https://elsewhere.example"}') is None, "that is the file"
    assert ADAPTER.file_place("M1", b"<html>") == ""
    assert ADAPTER.file_place("M1", b"{}") == ""


@pytest.mark.parametrize(
    "place",
    [
        "https://elsewhere.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.elsewhere.example/x",
        "https://evilfbcdn.net/x",
        "https://graph.facebook.com:444/x",
        "https://graph.facebook.com@elsewhere.example/x",
    ],
)
def test_the_token_goes_to_no_other_host(place: str) -> None:
    assert ADAPTER.file_call(place, door("whatsapp")).headers == {}
    assert ADAPTER.file_call("http://127.0.0.1:9/file", door("whatsapp")).headers == {}
    assert ADAPTER.file_call("http://127.0.0.1:9/file", door("whatsapp", base="http://127.0.0.1:9")).headers != {}

"""What the played vendors take and refuse, field by field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from okienko.channels.app_store.adapter import ADAPTER as APPLE
from okienko.channels.app_store.adapter import sign
from okienko.channels.google_play.adapter import ADAPTER as GOOGLE
from okienko.channels.jwt import read_key, write_token
from okienko.sandbox import graph, reviews, whatsapp
from okienko.sandbox.faults import Fault, Faults, read_fault
from okienko.sandbox.refusal import Refusal
from okienko.sandbox.world import Customer, Line, Talk
from okienko.values import BrandId, Connection, Malformed
from tests.sandbox.conftest import DOORS, NOW

USER = "2400"
GOOD: dict[str, Any] = {"recipient": {"id": USER}, "messaging_type": "RESPONSE", "message": {"text": "dzień dobry"}}
LATE = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
QUICK = {"content_type": "text", "title": "Tak", "payload": "option:tak"}


def send(body: dict[str, Any], vendor: graph.Vendor = "messenger", *, hours: float = 1, ours: bool = True) -> Any:
    """What becomes of a call so many hours after the customer wrote."""
    acted = NOW - timedelta(hours=hours)
    return graph.read_send(vendor, body, user=USER, acted_at=acted, ours=ours, now=NOW)


def code(refused: Any) -> tuple[int, int | None]:
    """The code and subcode of a refusal of Meta's."""
    assert isinstance(refused, Refusal)
    error: Any = refused.body["error"]
    return error["code"], error.get("error_subcode")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"colour": "teal"}, (100, None)),
        ({"recipient": {}}, (100, None)),
        ({"recipient": {"id": USER, "comment_id": "1"}}, (100, None)),
        ({"recipient": {"id": "nobody"}}, (100, 2018001)),
        ({"messaging_type": None}, (100, None)),
        ({"messaging_type": "PROMOTION"}, (100, None)),
        ({"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, (100, None)),
        ({"tag": "HUMAN_AGENT"}, (100, None)),
        ({"message": {"text": ""}}, (100, None)),
        ({"message": {"text": "x" * 2001}}, (100, None)),
        ({"message": {"text": "x", "colour": "teal"}}, (100, None)),
        ({"message": {"text": "x", "attachment": {"type": "image"}}}, (100, None)),
        ({"message": {"attachment": {"type": "hologram"}}}, (100, None)),
        ({"message": {"text": "x", "metadata": "x" * 1001}}, (100, None)),
        ({"message": {"text": "x", "quick_replies": [QUICK] * 14}}, (100, None)),
        ({"message": {"text": "x", "quick_replies": [{**QUICK, "title": "x" * 21}]}}, (100, None)),
        ({"message": {"text": "x", "quick_replies": [{**QUICK, "payload": "x" * 1001}]}}, (100, None)),
        ({"message": {"text": "x", "quick_replies": [{**QUICK, "shade": "teal"}]}}, (100, None)),
        ({"sender_action": "typing_on"}, (100, None)),
    ],
)
def test_messenger_refuses_what_it_documents(change: dict[str, Any], expected: tuple[int, int | None]) -> None:
    assert isinstance(send(GOOD), graph.Sending)
    assert code(send({key: value for key, value in {**GOOD, **change}.items() if value is not None})) == expected


@pytest.mark.parametrize(
    ("hours", "change", "expected"),
    [
        (23.999, {}, None),
        (24.001, {}, (10, 2018278)),
        (24.001, LATE, None),
        (24 * 7 - 0.001, LATE, None),
        (24 * 7 + 0.001, LATE, (10, 2018278)),
    ],
)
def test_the_window_is_a_day_and_for_a_person_a_week(
    hours: float, change: dict[str, Any], expected: tuple[int, int] | None
) -> None:
    done = send({**GOOD, **change}, hours=hours)
    assert isinstance(done, graph.Sending) if expected is None else code(done) == expected


def test_instagram_counts_bytes_and_needs_no_type() -> None:
    plain = {"recipient": {"id": USER}, "message": {"text": "ż" * 500}}
    assert isinstance(send(plain, "instagram"), graph.Sending)
    assert code(send({**plain, "message": {"text": "ż" * 501}}, "instagram")) == (100, None)
    assert code(send(plain, "instagram", hours=25)) == (10, 2534022)
    assert code(send({**plain, "recipient": {"id": "nobody"}}, "instagram")) == (100, 2534014)


def test_a_thread_of_somebody_else_is_not_written_to() -> None:
    assert code(send(GOOD, ours=False)) == (10, 2018300)
    action = {"recipient": {"id": USER}, "sender_action": "typing_on"}
    assert send(action, ours=False) == graph.Sending(action="typing_on")


@pytest.mark.parametrize(
    ("version", "status"), [("v26.0", None), ("v21.0", None), ("v20.0", 400), ("v27.0", 400), ("me", 404), ("v26", 404)]
)
def test_a_version_belongs_into_the_path(version: str, status: int | None) -> None:
    refused = graph.check_version(version)
    assert (None if refused is None else refused.status) == status


PHONE = "48100200300"
TEXT: dict[str, Any] = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "dzień dobry"}}


def button(id_: str, title: str) -> dict[str, Any]:
    """One of WhatsApp's."""
    return {"type": "reply", "reply": {"id": id_, "title": title}}


def buttons(*given: dict[str, Any]) -> dict[str, Any]:
    """A message with these."""
    action = {"buttons": list(given)}
    return {"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}, "action": action}}


def rows(*titles: str, button: str = "Wybierz", **more: str) -> dict[str, Any]:
    """A message with a list."""
    listed = [{"id": str(place), "title": title, **more} for place, title in enumerate(titles)]
    action = {"button": button, "sections": [{"rows": listed}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": "x"}, "action": action}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"messaging_product": "telegram"}, 100),
        ({"colour": "teal"}, 100),
        ({"to": "48999"}, 131026),
        ({"to": f"+{PHONE}"}, None),
        ({"text": {"body": " "}}, 100),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"text": {"body": "x", "colour": "teal"}}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"recipient_type": "group"}, 100),
        ({"type": "hologram", "hologram": {}}, 100),
        (buttons(button("a", "Tak")), None),
        (buttons(*(button(str(n), f"{n}") for n in range(4))), 100),
        (buttons(button("a", "x" * 21)), 100),
        (buttons(button("x" * 257, "Tak")), 100),
        (buttons(button("a", "Tak"), button("a", "Nie")), 100),
        (buttons(button("a", "Tak"), button("b", "Tak")), 100),
        (buttons(), 100),
        (rows("a", "b"), None),
        (rows(*map(str, range(11))), 100),
        (rows("x" * 25), 100),
        (rows("a", description="x" * 73), 100),
        (rows("a", button=""), 100),
        ({"type": "template", "template": {"name": "wznowienie", "language": {"code": "pl"}}}, None),
        ({"type": "template", "template": {"name": "wznowienie"}}, 100),
        ({"type": "image", "image": {"link": "https://x.example"}}, None),
        ({"type": "image", "image": {"caption": "x"}}, 100),
    ],
)
def test_whatsapp_refuses_what_it_documents(change: dict[str, Any], expected: int | None) -> None:
    body = {
        key: value for key, value in {**TEXT, **change}.items() if change.get("type", "text") == "text" or key != "text"
    }
    done = whatsapp.read_send(body, user=PHONE, acted_at=NOW, now=NOW)
    assert isinstance(done, whatsapp.Sending) if expected is None else code(done)[0] == expected


def test_after_a_day_whatsapp_takes_templates_alone() -> None:
    acted, template = NOW - timedelta(hours=24, seconds=1), {"name": "wznowienie", "language": {"code": "pl"}}
    assert code(whatsapp.read_send(TEXT, user=PHONE, acted_at=acted, now=NOW)) == (131047, None)
    body = {"messaging_product": "whatsapp", "to": PHONE, "type": "template", "template": template}
    assert isinstance(whatsapp.read_send(body, user=PHONE, acted_at=acted, now=NOW), whatsapp.Sending)


# tokens of shops ----------------------------------------------------------------------------------------------------


def connection(channel: Any) -> Connection:
    """What okienko has of a played shop."""
    return Connection(
        id=DOORS[channel].id, brand_id=BrandId(UUID(int=1)), channel=channel, secret=b"",
        given=DOORS[channel].given,
    )  # fmt: skip


def test_googles_token_is_for_a_signed_request_of_the_account() -> None:
    call = GOOGLE.token_call(connection("google_play"), NOW)
    fields = dict(pair.split("=", 1) for pair in call.body.decode().replace("%3A", ":").split("&"))
    account = orjson.loads(DOORS["google_play"].given["service_account"])
    assert reviews.check_assertion(fields, account, NOW) is None
    assert reviews.check_assertion(fields, account, NOW + timedelta(hours=2)) is not None
    assert reviews.check_assertion(fields | {"grant_type": "password"}, account, NOW) is not None
    assert reviews.check_assertion(fields, account | {"client_email": "other@sandbox.example"}, NOW) is not None
    head, claims, signature = fields["assertion"].split(".")
    assert reviews.check_assertion(fields | {"assertion": f"{head}.{claims}x.{signature}"}, account, NOW) is not None


@pytest.mark.parametrize(
    ("claims", "key_id"),
    [
        ({"aud": "somebody-else"}, None),
        ({"exp": int((NOW + timedelta(hours=1)).timestamp())}, None),
        ({"exp": int((NOW - timedelta(seconds=1)).timestamp())}, None),
        ({"iss": "somebody-else"}, None),
        ({}, "ANOTHER"),
    ],
)
def test_apple_refuses_tokens_that_are_wrong(claims: dict[str, Any], key_id: str | None) -> None:
    given = DOORS["app_store"].given
    good = f"Bearer {sign(connection('app_store'), NOW)}"
    assert reviews.check_apple(good, given, NOW) is None
    issued = int(NOW.timestamp())
    said = {"iss": given["issuer"], "iat": issued, "exp": issued + 900, "aud": "appstoreconnect-v1", **claims}
    key = read_key(given["private_key"])
    assert key is not None
    token = write_token(key, said, key_id=key_id or given["key_id"])
    refused = reviews.check_apple(f"Bearer {token}", given, NOW)
    assert refused is not None
    assert refused.status == 401


def test_what_shops_list_is_read_as_it_was_written() -> None:
    talk, customer = Talk(), Customer(number=0, seed="123456789")
    assert "reviews" not in reviews.list_google(talk, customer, NOW)
    talk.lines.append(Line(id="1", ours=False, text="Zacina się", at=NOW, subject="Słabo", stars=2))
    (event,) = GOOGLE.read_page(
        200, orjson.dumps(reviews.list_google(talk, customer, NOW)), connection("google_play")
    ).reading.events
    assert (event.kind, event.rating, event.thread) == ("review", 2, customer.id("google_play"))
    assert "reviews" not in reviews.list_google(talk, customer, NOW + timedelta(days=7, seconds=1))
    page = orjson.dumps(reviews.list_apple(talk, customer, "http://127.0.0.1:8790/apple"))
    (event,) = APPLE.read_page(200, page, connection("app_store")).reading.events
    assert (event.kind, event.rating, event.thread) == ("review", 2, customer.id("app_store"))


@pytest.mark.parametrize(
    ("body", "good"),
    [
        ({"replyText": "x" * 350}, True),
        ({"replyText": "x" * 351}, False),
        ({"replyText": " "}, False),
        ({"replyText": "x", "colour": "teal"}, False),
        ({}, False),
    ],
)
def test_an_answer_in_google_play_is_short(body: dict[str, Any], good: bool) -> None:
    assert isinstance(reviews.read_google_reply(body), str) is good


# faults -------------------------------------------------------------------------------------------------------------


def test_counted_faults_happen_to_what_is_sent_and_lasting_ones_to_all() -> None:
    faults = Faults()
    faults.ask(Fault(vendor="messenger", kind="error", times=2))
    assert faults.take("messenger", NOW, counted=False) is None
    assert faults.take("whatsapp", NOW, counted=True) is None
    assert [faults.take("messenger", NOW, counted=True) is None for _ in range(3)] == [False, False, True]
    faults.ask(Fault(vendor="messenger", kind="limit", times=None, until=NOW + timedelta(minutes=1)))
    assert faults.take("messenger", NOW, counted=False) is not None
    assert faults.take("messenger", NOW + timedelta(minutes=1), counted=True) is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"vendor": "messenger", "kind": "earthquake"},
        {"vendor": "messenger", "kind": "limit", "colour": "teal"},
        {"vendor": "messenger", "kind": "limit", "times": "many"},
        {"vendor": "messenger", "kind": "limit", "seconds": -1},
        {"vendor": "messenger", "kind": "limit", "times": True},
    ],
)
def test_a_fault_that_is_not_understood_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_fault(given, NOW)

"""What the connect pages ask Meta about Instagram and WhatsApp, and what they make of its answers."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest

from okienko.channels import connects
from okienko.channels.connect import Check, State, find_problems
from okienko.channels.instagram.connect import SUBSCRIBED as INSTAGRAM
from okienko.channels.messenger.connect import SUBSCRIBED as MESSENGER
from tests.channels.meta_world import NOW, door

WABA: Final = {"waba_id": "300"}


def find(channel: str, name: str) -> Check:
    (check,) = (one for one in connects()[channel].checks if one.name == name)
    assert isinstance(check, Check)
    return check


@pytest.mark.parametrize(
    ("channel", "name", "given", "path"),
    [
        ("messenger", "token", {}, "https://graph.facebook.com/v26.0/me?fields=id"),
        ("messenger", "subscribed", {}, "https://graph.facebook.com/v26.0/100/subscribed_apps"),
        ("instagram", "token", {}, "https://graph.instagram.com/v26.0/me?fields=id,user_id"),
        ("instagram", "token", {"flavour": "page"}, "https://graph.facebook.com/v26.0/me?fields=instagram_business_account"),
        ("instagram", "subscribed", {}, "https://graph.instagram.com/v26.0/100/subscribed_apps"),
        ("instagram", "subscribed", {"flavour": "page"}, "https://graph.facebook.com/v26.0/me/subscribed_apps"),
        ("whatsapp", "token", {}, "https://graph.facebook.com/v26.0/100?fields=id,display_phone_number"),
        ("whatsapp", "subscribed", WABA, "https://graph.facebook.com/v26.0/300/subscribed_apps"),
        (
            "whatsapp",
            "template",
            {**WABA, "template": "reopen"},
            "https://graph.facebook.com/v26.0/300/message_templates?name=reopen&fields=name%2Clanguage%2Cstatus%2Ccomponents",
        ),
    ],
)  # fmt: skip
def test_what_is_asked(channel: str, name: str, given: dict[str, str], path: str) -> None:
    call = find(channel, name).call(door(channel, **given), NOW)
    assert call is not None
    assert (call.method, call.url, call.headers) == ("GET", path, {"authorization": "Bearer T"})


def test_nothing_is_asked_without_what_it_takes() -> None:
    assert find("whatsapp", "subscribed").call(door("whatsapp"), NOW) is None
    assert find("whatsapp", "template").call(door("whatsapp", **WABA), NOW) is None
    assert find("instagram", "token").call(door("instagram", token=""), NOW) is None


def told(*fields: str) -> dict[str, Any]:
    return {"data": [{"id": "9", "subscribed_fields": list(fields)}]}


def template(status: str = "APPROVED", language: str = "pl", text: str = "Wracamy do rozmowy.") -> dict[str, Any]:
    components = [{"type": "BODY", "text": text}]
    return {"data": [{"name": "reopen", "language": language, "status": status, "components": components}]}


REOPEN: Final = {**WABA, "template": "reopen", "template_language": "pl"}
LISTED: Final = {"data": [{"whatsapp_business_api_data": {"id": "9", "name": "okienko"}}]}


@pytest.mark.parametrize(
    ("channel", "name", "given", "answer", "state"),
    [
        ("messenger", "token", {}, {"id": "100"}, "good"),
        ("messenger", "token", {}, {"id": "101"}, "bad"),
        ("messenger", "subscribed", {}, told(*MESSENGER), "good"),
        ("messenger", "subscribed", {"app_id": "8"}, told(*MESSENGER), "bad"),
        ("messenger", "subscribed", {"app_id": "9"}, told("messages"), "doubtful"),
        ("messenger", "subscribed", {}, told("feed"), "bad"),
        ("instagram", "token", {}, {"id": "5", "user_id": "100"}, "good"),
        ("instagram", "token", {}, {"id": "5", "user_id": "101"}, "bad"),
        ("instagram", "token", {"flavour": "page"}, {"instagram_business_account": {"id": "100"}, "id": "1"}, "good"),
        ("instagram", "token", {"flavour": "page"}, {"id": "100"}, "bad"),
        ("instagram", "subscribed", {}, told(*INSTAGRAM), "good"),
        ("instagram", "subscribed", {}, told("messages"), "doubtful"),
        ("instagram", "subscribed", {"flavour": "page"}, told("messages"), "good"),
        ("whatsapp", "token", {}, {"id": "100", "display_phone_number": "+48 600 100 200"}, "good"),
        ("whatsapp", "token", {}, {"id": "100"}, "bad"),
        ("whatsapp", "subscribed", {}, LISTED, "good"),
        ("whatsapp", "subscribed", {"app_id": "9"}, LISTED, "good"),
        ("whatsapp", "subscribed", {"app_id": "8"}, LISTED, "bad"),
        ("whatsapp", "subscribed", {}, {"data": []}, "bad"),
        ("whatsapp", "template", REOPEN, template(), "good"),
        ("whatsapp", "template", REOPEN, template(status="PAUSED"), "bad"),
        ("whatsapp", "template", REOPEN, template(language="en"), "bad"),
        ("whatsapp", "template", REOPEN, template(text="Dzień dobry, {{1}}"), "bad"),
        ("whatsapp", "template", REOPEN, {"data": []}, "bad"),
    ],
)
def test_what_is_made_of_an_answer(
    channel: str, name: str, given: dict[str, str], answer: dict[str, Any], state: State
) -> None:
    found = find(channel, name).read(200, orjson.dumps(answer), door(channel, **given))
    assert found.state == state
    refused = find(channel, name).read(400, b'{"error":{"code":190,"error_subcode":463}}', door(channel, **given))
    assert (refused.state, refused.values) == ("bad", {"code": "190/463"})


@pytest.mark.parametrize(
    ("channel", "given", "url"),
    [
        ("instagram", {}, "https://graph.instagram.com/v26.0/100/subscribed_apps?subscribed_fields=messages%2Cmessage_edit"),
        ("instagram", {"flavour": "page"}, "https://graph.facebook.com/v26.0/me/subscribed_apps?subscribed_fields=messages"),
        ("whatsapp", WABA, "https://graph.facebook.com/v26.0/300/subscribed_apps"),
    ],
)  # fmt: skip
def test_a_button_puts_the_subscription_right(channel: str, given: dict[str, str], url: str) -> None:
    mend = find(channel, "subscribed").mend
    assert mend is not None
    call = mend.call(door(channel, **given), NOW)
    assert call.method == "POST"
    assert call.url.startswith(url)


def test_ids_are_numbers() -> None:
    assert set(find_problems(connects()["whatsapp"], {"phone_number_id": "+48 600", "waba_id": "3", "token": "T"})) == {
        "phone_number_id",
        "app_secret",
    }
    assert set(find_problems(connects()["instagram"], {"account_id": "@seans", "flavour": "page", "token": "T"})) == {
        "account_id",
        "app_secret",
    }

"""What connecting a channel takes, and how a connection fares, in plain words: the pure part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest

from okienko.channels import connects
from okienko.channels.connect import Check, Connect, Field, find_problems, take
from okienko.channels.connections.health import Facts, check_address, read_reach, tell
from okienko.channels.messenger.connect import CONNECT as MESSENGER
from okienko.channels.messenger.connect import SUBSCRIBED
from okienko.channels.meta_connect import tell_trouble
from okienko.values import BrandId, Connection, ConnectionId, Failed, Unsure

NOW = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)

CHANNEL = Connect(
    channel="probe",
    name="Probe",
    about="",
    account="id",
    fields=(
        Field(name="id", label="id"),
        Field(name="token", label="token", secret=True),
        Field(name="old", label="old", secret=True, required=False),
        Field(name="way", label="way", options=(("imap", "IMAP"), ("hook", "Hook"))),
        Field(name="host", label="host", when=("way", frozenset({"imap"}))),
        Field(name="verify", label="verify", made=True),
        Field(name="key", label="key", lines=5, secret=True, required=False),
    ),
    steps=(),
)
WHOLE = {"id": "1", "token": "t", "way": "hook", "verify": "v"}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (WHOLE, set[str]()),
        ({}, {"id", "token", "way"}),
        ({**WHOLE, "way": "imap"}, {"host"}),
        ({**WHOLE, "way": "imap", "host": "mail.shop.example"}, set[str]()),
        ({**WHOLE, "way": "pigeon"}, {"way"}),
        ({**WHOLE, "token": "two\nlines"}, {"token"}),
        ({**WHOLE, "key": "two\nlines"}, set[str]()),
        ({**WHOLE, "id": "1" * 9000}, {"id"}),
    ],
)
def test_what_keeps_values_from_being_used(given: Mapping[str, str], wrong: set[str]) -> None:
    assert find_problems(CHANNEL, given).keys() == wrong


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        ({}, WHOLE),
        ({"token": ""}, WHOLE),  # an empty secret stays as it is
        ({"token": " new "}, {**WHOLE, "token": "new"}),
        ({"id": ""}, {"token": "t", "way": "hook", "verify": "v"}),  # anything else can be emptied
        ({"verify": "chosen by a stranger"}, WHOLE),  # what we make is not typed
        ({"other": "x"}, WHOLE),
        ({"key": "a\r\nb"}, {**WHOLE, "key": "a\nb"}),
    ],
)
def test_changing_one_value_keeps_the_others(typed: Mapping[str, str], after: Mapping[str, str]) -> None:
    assert take(CHANNEL, WHOLE, typed) == after


FINE = Facts(active=True, missing=False, in_at=NOW - timedelta(hours=1), greeted_at=NOW, created_at=NOW)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (FINE, "works"),
        (replace(FINE, active=False), "switched off"),
        (replace(FINE, missing=True), "not finished"),
        (replace(FINE, trouble="sign_in", paused=True), "sign in again"),
        (replace(FINE, trouble="paused", paused=True), "paused"),
        (replace(FINE, trouble="paused", paused_until=NOW + timedelta(minutes=5)), "paused"),
        (replace(FINE, trouble="paused", paused_until=NOW), "works"),  # over
        (replace(FINE, failures=2), "works"),
        (replace(FINE, failures=3), "does not send"),
        (replace(FINE, trouble="down", failures=10, paused_until=NOW), "does not send"),
        (replace(FINE, in_at=None, greeted_at=None), "not verified yet"),
        (replace(FINE, in_at=None), "silent"),
        (replace(FINE, in_at=NOW - timedelta(hours=24)), "quiet"),
        (replace(FINE, in_at=NOW - timedelta(hours=23, minutes=59)), "works"),
    ],
)
def test_how_a_connection_fares_in_a_word(facts: Facts, word: str) -> None:
    assert tell(facts, MESSENGER, NOW).word == word


@pytest.mark.parametrize(
    ("url", "state"),
    [
        (None, "bad"),
        ("https://help.shop.example", "good"),
        ("http://help.shop.example", "bad"),
        ("https://localhost:8700", "bad"),
        ("https://127.0.0.1", "bad"),
        ("https://192.168.1.4", "bad"),
        ("https://[fd00::1]", "bad"),
        ("https://desk.internal", "bad"),
        ("https://desk", "bad"),
    ],
)
def test_an_address_that_vendors_cannot_call_is_told_by_its_looks(url: str | None, state: str) -> None:
    assert check_address(url).state == state


@pytest.mark.parametrize(
    ("answered", "state"),
    [
        (200, "good"),
        (502, "bad"),
        (Failed(reason="the address leads into a private network", permanent=True), "bad"),
        (Failed(reason="no connection", permanent=False), "doubtful"),
        (Unsure(reason="lost"), "doubtful"),
    ],
)
def test_what_came_of_calling_our_own_address(answered: int | Failed | Unsure, state: str) -> None:
    assert read_reach(answered).state == state


def graph_error(code: int, subcode: int | None = None) -> bytes:
    more = {} if subcode is None else {"error_subcode": subcode}
    return orjson.dumps({"error": {"message": "a customer's words", "code": code, **more}})


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (400, graph_error(190, 463), "refused"),
        (400, graph_error(102), "refused"),
        (403, graph_error(10), "permission"),
        (400, graph_error(200), "permission"),
        (400, graph_error(4), "Too many"),
        (429, b"", "Too many"),
        (400, graph_error(100), "no such account"),
        (503, b"<html>", "trouble of its own"),
        (404, b"[]", "refuses"),
    ],
)
def test_the_graph_api_is_put_into_plain_words_without_its_own(status: int, body: bytes, says: str) -> None:
    found = tell_trouble(status, body)
    assert found is not None
    assert says in found.text
    assert "customer" not in found.text + "".join(found.values.values())


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ([], "bad"),
        ([{"id": "77", "subscribed_fields": ["messages"]}], "doubtful"),
        ([{"id": "77", "subscribed_fields": list(SUBSCRIBED)}], "good"),
        ([{"id": "another-app", "subscribed_fields": list(SUBSCRIBED)}], "bad"),
    ],
)
def test_a_page_that_does_not_tell_us_is_noticed(data: list[object], state: str) -> None:
    check = next(one for one in MESSENGER.checks if one.name == "subscribed")
    door = Connection(
        id=ConnectionId("m"),
        brand_id=BrandId(UUID(int=1)),
        channel="messenger",
        secret=b"",
        given={"token": "t", "page_id": "123", "app_id": "77"},
    )
    assert isinstance(check, Check)
    assert check.read(200, orjson.dumps({"data": data}), door).state == state


def test_every_channel_that_can_be_connected_is_whole() -> None:
    """Fields of steps exist, what is told to the vendor is made by us, and whatever is needed is asked in some step."""
    for connect in connects().values():
        names = {one.name for one in connect.fields}
        asked = {name for step in connect.steps for name in step.fields}
        told = {name for step in connect.steps for name in step.copy} - {"callback"}
        assert asked <= names, connect.channel
        assert told <= {one.name for one in connect.fields if one.made}, connect.channel
        assert {one.name for one in connect.fields if one.required and not one.made} <= asked, connect.channel
        assert connect.account in names, connect.channel
        for one in connect.fields:
            assert one.when is None or one.when[0] in names

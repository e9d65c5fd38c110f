"""Every error of Meta's that the contract names, and what becomes of the message and the connection."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest

from okienko.channels.event import Trouble
from okienko.channels.messenger.adapter import ADAPTER as MESSENGER
from okienko.channels.meta_errors import read_wait
from okienko.channels.whatsapp.adapter import ADAPTER as WHATSAPP
from okienko.channels.whatsapp.events import read_events
from okienko.values import Caller, Failed, Unsure

AGAIN: Final = (False, None)
SIGN_IN: Final = (False, "sign_in")
PAUSED: Final = (False, "paused")
WINDOW: Final = (True, "window")
ELSEWHERE: Final = (True, "elsewhere")
NEVER: Final = (True, None)

CODES: Final[list[tuple[tuple[bool, str | None], list[int]]]] = [
    (
        AGAIN,
        [
            *(1, 2, 4, 17, 32, 341, 613, 2022, *range(80001, 80015)),
            *(130429, 131000, 131016, 131056, 131057, 133016, 135000),
        ],
    ),
    (SIGN_IN, [0, 3, 10, 102, 190, 200, 230, 299, 131005, 131031, 131042, 131045, 133010]),
    (PAUSED, [368, 131048, 131064]),
    (WINDOW, [131047]),
    (
        NEVER,
        [
            *(27, 100, 551, 10900, 10903, 10904, 2018027, 2018028, 2018032),
            *(130472, 130497, 131021, 131026, 131030, 131049, 131050, 131062),
            *(131008, 131009, 131037, 131051, 131052, 131053, 131063),
            *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 137000),
            *(999, 424242),  # nobody knows these
        ],
    ),
]
SUBCODES: Final[list[tuple[tuple[bool, str | None], int, int]]] = [
    *((SIGN_IN, 190, subcode) for subcode in (458, 459, 460, 463, 464, 467)),
    (SIGN_IN, 200, 2534041),
    (AGAIN, 613, 2534040),
    (WINDOW, 10, 2018278),
    (WINDOW, 10, 2534022),
    (PAUSED, 10, 1893063),
    (ELSEWHERE, 10, 2018300),
    (NEVER, 10, 2018065),
    (NEVER, 10, 2018108),
    *((NEVER, 100, subcode) for subcode in (2018001, 2018109, 2534014, 2534029)),
    (NEVER, 551, 1545041),
]
ALL: Final = [
    *((wanted, Trouble(code=code)) for wanted, codes in CODES for code in codes),
    *((wanted, Trouble(code=code, subcode=subcode)) for wanted, code, subcode in SUBCODES),
]


def answer(code: int, subcode: int | None = None, **more: Any) -> bytes:
    error = {
        "message": "Ann Smith, +48 600 100 200",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "A1",
        **more,
    }
    return orjson.dumps({"error": error if subcode is None else {**error, "error_subcode": subcode}})


@pytest.mark.parametrize("adapter", [MESSENGER, WHATSAPP])
@pytest.mark.parametrize(("wanted", "trouble"), ALL)
def test_every_error(adapter: Caller, wanted: tuple[bool, str | None], trouble: Trouble) -> None:
    found = adapter.outcome(400, {}, answer(trouble.code, trouble.subcode))
    assert isinstance(found, Failed)
    assert (found.permanent, found.trouble) == wanted
    assert str(trouble.code) in found.reason
    assert "Ann" not in found.reason, "the vendor's words may quote what was sent"


@pytest.mark.parametrize(("wanted", "trouble"), ALL)
def test_what_is_reported_later_means_the_same(wanted: tuple[bool, str | None], trouble: Trouble) -> None:
    found = WHATSAPP.explain(trouble)
    assert isinstance(found, Failed)
    assert (found.permanent, found.trouble) == wanted


def test_a_failed_status_is_explained() -> None:
    status = {"id": "wamid.1", "status": "failed", "timestamp": "1", "errors": [{"code": 131047, "title": "t"}]}
    value = {"metadata": {"phone_number_id": "1"}, "statuses": [status]}
    body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}
    (event,) = read_events(orjson.dumps(body)).events
    assert event.trouble is not None
    found = WHATSAPP.explain(event.trouble)
    assert isinstance(found, Failed)
    assert found.trouble == "window"


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("transient", [True, False])
def test_what_may_have_been_sent_is_not_sent_again(status: int, transient: bool) -> None:
    body = answer(1, 1357046, is_transient=transient)
    assert isinstance(MESSENGER.outcome(status, {}, body), Unsure)


@pytest.mark.parametrize("code", [100, 368, 424242])
def test_what_will_pass_is_tried_again(code: int) -> None:
    found = MESSENGER.outcome(400, {}, answer(code, is_transient=True))
    assert isinstance(found, Failed)
    assert (found.permanent, found.trouble) == AGAIN


@pytest.mark.parametrize(
    ("status", "body", "wanted"),
    [
        (429, b"", AGAIN),
        (503, b"<html>", AGAIN),
        (500, answer(424242), AGAIN),
        (502, answer(131047), WINDOW),  # the code decides, not the status
        (401, b"", SIGN_IN),
        (404, b"<html>", NEVER),
        (302, b"", NEVER),
        (400, b'{"error":"x"}', NEVER),
        (200, answer(190), SIGN_IN),
    ],
)
def test_answers_without_a_known_error(status: int, body: bytes, wanted: tuple[bool, str | None]) -> None:
    found = MESSENGER.outcome(status, {}, body)
    assert isinstance(found, Failed)
    assert (found.permanent, found.trouble) == wanted


BUSY: Final = '{"1061":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":7}]}'


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT", "x-business-use-case-usage": BUSY}, 420.0),
        ({"x-business-use-case-usage": BUSY}, 420.0),
        ({"x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":25}'}, None),
        ({"x-page-usage": '{"call_count":99,"estimated_time_to_regain_access":2}'}, 120.0),
        ({"x-app-usage": '{"estimated_time_to_regain_access":0}'}, None),
        ({"x-app-usage": "not JSON"}, None),
    ],
)
def test_how_long_the_vendor_asks_us_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert read_wait(headers) == seconds
    found = MESSENGER.outcome(400, headers, answer(613))
    assert isinstance(found, Failed)
    assert found.retry_after == seconds


def test_waits_that_are_known_without_being_told() -> None:
    pair = WHATSAPP.outcome(400, {}, answer(131056))
    paused = WHATSAPP.outcome(400, {}, answer(131048))
    assert isinstance(pair, Failed)
    assert isinstance(paused, Failed)
    assert (pair.retry_after, paused.retry_after) == (6.0, 3600.0)

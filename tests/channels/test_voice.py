"""The telephone's pure parts: Twilio's signature, what a request says, TwiML, and messages as they are read aloud."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID
from xml.etree import ElementTree as ET

import orjson
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from okienko.channels.connect import Check, find_problems
from okienko.channels.voice import speech
from okienko.channels.voice.adapter import ADAPTER, read_request, sign
from okienko.channels.voice.connect import CONNECT
from okienko.channels.voice.twiml import Dial, Hangup, Listen, Redirect, Say, write
from okienko.keys import Keys
from okienko.masking.mask import mask
from okienko.values import BrandId, Connection, ConnectionId, Hook, Language, RawText, Unreadable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKEN = "0123456789abcdef0123456789abcdef"
OLD = "fedcba9876543210fedcba9876543210"
URL = "https://okienko.probny.example/hooks/voice/phone/turn?n=2&q=1"
FIELDS = {
    "CallSid": "CA" + "1" * 32,
    "From": "+48501234567",
    "SpeechResult": "zażółć gęślą",
    "CallStatus": "in-progress",
}
# printf '<URL>CallSidCA1…1CallStatusin-progressFrom+48501234567SpeechResultzażółć gęślą' |
#   openssl dgst -sha1 -hmac <TOKEN> -binary | base64
BY_OPENSSL = "SQg10AXZY5dK4duC7kGfgo27B1c="
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def door(**given: str) -> Connection:
    return Connection(
        id=ConnectionId("phone"), brand_id=BrandId(UUID(int=7)), channel="voice", secret=bytes(32), given=given
    )


def hook(
    body: bytes, *, url: str = URL, signature: str | None = BY_OPENSSL, kind: str = FORM, method: str = "POST"
) -> Hook:
    headers = {"content-type": kind} | ({} if signature is None else {"x-twilio-signature": signature})
    return Hook(url=url, headers=headers, body=body, method=method)


BODY = urlencode(FIELDS).encode()


# signatures ----------------------------------------------------------------------------------------------------------


def test_a_signature_is_what_another_program_makes_of_the_same() -> None:
    assert sign(TOKEN, URL, {name: [value] for name, value in FIELDS.items()}) == BY_OPENSSL
    assert ADAPTER.verify(hook(BODY), door(auth_token=TOKEN), NOW)


def test_names_are_in_order_and_of_equal_values_one_is_signed() -> None:
    twice = {"b": ["2"], "a": ["5678", "1234", "1234"], "A": ["1"]}
    assert sign("t", "https://a.example/x", twice) == sign("t", "https://a.example/xA1a1234a5678b2", {})
    body = b"b=2&a=5678&a=1234&a=1234&A=1"
    signature = sign(TOKEN, URL, twice)
    assert ADAPTER.verify(hook(body, signature=signature), door(auth_token=TOKEN), NOW)


@pytest.mark.parametrize("url", ["https://okienko.probny.example/x?a=%C5%BC", "https://a:b@okienko.probny.example/x"])
@pytest.mark.parametrize("port", ["", ":443"])
@pytest.mark.parametrize("asked", ["", ":443"])
def test_the_standard_port_may_stand_there_or_not(url: str, port: str, asked: str) -> None:
    place = "probny.example"
    signature = sign(TOKEN, url.replace(place, place + port), {})
    given = hook(b"", url=url.replace(place, place + asked), signature=signature)
    assert ADAPTER.verify(given, door(auth_token=TOKEN), NOW)


def test_another_port_is_another_address() -> None:
    signature = sign(TOKEN, "https://okienko.probny.example:8443/x", {})
    given = hook(b"", url="https://okienko.probny.example/x", signature=signature)
    assert not ADAPTER.verify(given, door(auth_token=TOKEN), NOW)


def test_both_tokens_are_good_while_they_are_changed() -> None:
    assert ADAPTER.verify(hook(BODY), door(auth_token=OLD, old_auth_token=TOKEN), NOW)
    assert not ADAPTER.verify(hook(BODY), door(auth_token=OLD), NOW)


def test_a_body_that_is_no_form_is_signed_by_its_hash() -> None:
    body = orjson.dumps({"CallSid": "CA1"})
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = sign(TOKEN, url, {})
    json = "application/json"
    assert ADAPTER.verify(hook(body, url=url, signature=signature, kind=json), door(auth_token=TOKEN), NOW)
    assert not ADAPTER.verify(hook(body + b" ", url=url, signature=signature, kind=json), door(auth_token=TOKEN), NOW)
    without = hook(body, signature=sign(TOKEN, URL, {}), kind=json)
    assert not ADAPTER.verify(without, door(auth_token=TOKEN), NOW)


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        (hook(BODY), {}),
        (hook(BODY), {"auth_token": "", "old_auth_token": ""}),
        (hook(BODY, signature=None), {"auth_token": TOKEN}),
        (hook(BODY, signature=""), {"auth_token": TOKEN}),
        (hook(BODY, signature="ż" * 28), {"auth_token": TOKEN}),
        (hook(BODY, signature=BY_OPENSSL[:-1]), {"auth_token": TOKEN}),
        (hook(BODY, signature=BY_OPENSSL.swapcase()), {"auth_token": TOKEN}),
        (hook(BODY + b"&a="), {"auth_token": TOKEN}),
        (hook(BODY.replace(b"501234567", b"501234568")), {"auth_token": TOKEN}),
        (hook(BODY, url=URL.replace("n=2", "n=3")), {"auth_token": TOKEN}),
        (hook(BODY, url=URL.replace("https", "http")), {"auth_token": TOKEN}),
        (hook(BODY, url="https://[::1"), {"auth_token": TOKEN}),
        (hook(BODY, method="GET"), {"auth_token": TOKEN}),
        (hook(BODY, kind="text/plain"), {"auth_token": TOKEN}),
        (hook(b"\xff" + BODY), {"auth_token": TOKEN}),
        (hook(BODY), {"auth_token": "\ud800"}),
    ],
)
def test_whatever_else_is_refused(given: Hook, secrets: dict[str, str]) -> None:
    assert not ADAPTER.verify(given, door(**secrets), NOW)


@settings(deadline=None)
@over(body=st.binary(max_size=300), url=st.text(max_size=60), signature=st.text(max_size=40))
def test_no_request_breaks_the_check(body: bytes, url: str, signature: str) -> None:
    assert not ADAPTER.verify(hook(body, url=url, signature=signature), door(auth_token=TOKEN), NOW)


# requests ------------------------------------------------------------------------------------------------------------


def masked(text: RawText | None) -> str | None:
    return None if text is None else mask(text, keys=Keys.passing(), language="pl").text.text


@pytest.mark.parametrize(
    ("fields", "said", "pressed", "word"),
    [
        ({"SpeechResult": " chcę zwrócić buty "}, "chcę zwrócić buty", "", None),
        ({"Digits": "1"}, None, "1", None),
        ({"Digits": "*"}, None, "*", None),
        ({"Digits": "123456"}, "123456", "", None),
        ({"Digits": "4111111111111111"}, "[karta]", "", None),
        ({"SpeechResult": "karta 4111 1111 1111 1111"}, "karta [karta]", "", None),
        ({"SpeechResult": "Tak."}, "Tak.", "", "yes"),
        ({"SpeechResult": "nie"}, "nie", "", "no"),
        ({"SpeechResult": "Dwa"}, "Dwa", "", "2"),
        ({"SpeechResult": "nie wiem"}, "nie wiem", "", None),
        ({"SpeechResult": "", "Digits": ""}, None, "", None),
        ({"Digits": "hangup"}, None, "", None),
    ],
)
def test_what_was_said_and_pressed(fields: dict[str, str], said: str | None, pressed: str, word: str | None) -> None:
    request = read_request(hook(urlencode({**FIELDS, "SpeechResult": "", **fields}).encode()))
    assert (masked(request.said), request.pressed, request.word) == (said, pressed, word)


@pytest.mark.parametrize(
    ("caller", "known"),
    [
        ("+48501234567", True),
        ("anonymous", False),
        ("+266696687", False),  # ANONYMOUS on the keys of a telephone
        ("+8656696", False),  # UNKNOWN
        ("client:anna", False),
        ("sip:anna@probny.example", False),
        ("", False),
    ],
)
def test_who_calls(caller: str, known: bool) -> None:
    request = read_request(hook(urlencode({**FIELDS, "From": caller}).encode()))
    assert (request.caller is not None) is known


def test_words_on_the_keys_of_a_telephone_are_nobodys_numbers() -> None:
    keys = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
    for word in ("ANONYMOUS", "RESTRICTED", "BLOCKED", "UNKNOWN", "UNAVAILABLE"):
        number = "+" + word.translate(keys)
        assert read_request(hook(urlencode({**FIELDS, "From": number}).encode())).caller is None, word


def test_a_repeat_has_the_same_key_and_another_step_has_another() -> None:
    again = read_request(hook(BODY)).key
    assert read_request(hook(BODY)).key == again
    others = [
        read_request(hook(BODY, url=URL.replace("n=2", "n=3"))),
        read_request(hook(BODY, url=URL.replace("/turn", "/message"))),
        read_request(hook(urlencode({**FIELDS, "Digits": "1"}).encode())),
        read_request(hook(urlencode({**FIELDS, "CallSid": "CA" + "2" * 32}).encode())),
        read_request(hook(urlencode({**FIELDS, "SequenceNumber": "1"}).encode())),
    ]
    assert len({again, *(other.key for other in others)}) == 6


@pytest.mark.parametrize("body", [b"", b"CallSid=", b"CallSid=../../x", b"{}", b"\xff", b"CallSid=SM" + b"1" * 32])
def test_a_request_without_a_call_is_kept_as_its_shape(body: bytes) -> None:
    with pytest.raises(Unreadable) as raised:
        read_request(hook(body))
    assert re.fullmatch(r"a form of \d+ fields without a call", raised.value.shape)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
NAMES = ["CallSid", "From", "SpeechResult", "Digits", "CallStatus", "SequenceNumber", "CallDuration", "DialCallStatus"]


@settings(deadline=None)
@over(fields=st.dictionaries(st.sampled_from(NAMES) | TEXT, TEXT, max_size=12))
def test_whatever_a_form_holds_a_request_is_read_or_refused(fields: dict[str, str]) -> None:
    fields = {"CallSid": "CA" + "1" * 32, **fields}
    try:
        request = read_request(hook(urlencode(fields).encode()))
    except Unreadable:
        assert not re.fullmatch(r"CA[0-9a-zA-Z]{10,60}", fields["CallSid"])
        return
    assert request.pressed in {"", *"0123456789*#"}


# TwiML ---------------------------------------------------------------------------------------------------------------


def test_what_twilio_is_told() -> None:
    listen = Listen(says=[Say(text="Cześć & <dzień> dobry")], action="/x?n=1&q=2", hints=["zwrot", "a, b"], keys=1)
    document = write([listen, Redirect(to="/y?a=1&b=2"), Hangup()], language="pl", voice="Polly.Ola-Neural")
    assert document == (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        '<Gather input="speech dtmf" language="pl-PL" timeout="5" speechTimeout="auto" bargeIn="true" '
        'actionOnEmptyResult="true" action="/x?n=1&amp;q=2" method="POST" hints="zwrot,a  b" numDigits="1">'
        '<Say language="pl-PL" voice="Polly.Ola-Neural">Cześć &amp; &lt;dzień&gt; dobry</Say></Gather>'
        '<Redirect method="POST">/y?a=1&amp;b=2</Redirect><Hangup /></Response>'
    )
    assert write([Dial(number="+48221234567", action="/d")], language="en").endswith(
        '<Dial action="/d" method="POST" timeout="25"><Number>+48221234567</Number></Dial></Response>'
    )


@settings(deadline=None)
@over(text=st.text(), hint=st.text(), number=st.text(), language=st.sampled_from(("pl", "en")))
def test_whatever_is_said_is_xml_and_short_enough(text: str, hint: str, number: str, language: Language) -> None:
    verbs = [
        Say(text=text * 50),
        Listen(says=[Say(text=text)], action="/x", hints=[hint]),
        Dial(number=number, action="/"),
    ]
    root = ET.fromstring(write(verbs, language=language).encode())
    assert [verb.tag for verb in root] == ["Say", "Gather", "Dial"]
    assert all(len(say.text or "") <= 4000 for say in root.iter("Say"))


# what is read aloud --------------------------------------------------------------------------------------------------

ALOUD = [
    ("pl", "Masz **14 dni** od odbioru.", "Masz 14 dni od odbioru."),
    ("pl", "Zobacz [zwroty](https://probny.example/z).", "Zobacz zwroty."),
    ("pl", "Wejdź na https://probny.example/zwroty?a=1.", "Wejdź na adres internetowy."),
    ("pl", "Pisz na pomoc@probny.example.", "Pisz na pomoc małpa probny kropka example."),
    ("pl", "Do 2026-11-21 albo 01.12.2026.", "Do 21 listopada 2026 albo 1 grudnia 2026."),
    ("pl", "Nie 2026-13-41.", "Nie 2026-13-41."),
    ("pl", "pn.–pt. 08:00–20:00", "od poniedziałku do piątku od 8:00 do 20:00"),
    ("pl", "sob. 10:00–14:00", "sobota od 10:00 do 14:00"),
    ("pl", "Przyjdzie w 2–3 dni.", "Przyjdzie w 2 do 3 dni."),
    ("pl", "Zadzwoń: 501-234-567.", "Zadzwoń: 501-234-567."),
    ("pl", "Sprawa K7F-2QDA czeka.", "Sprawa K, 7, F, 2, Q, D, A czeka."),
    ("pl", "Kod 12345678.", "Kod 1 2 3 4 5 6 7 8."),
    ("pl", "Mail: [e-mail 2].", "Mail: ukryte: e-mail."),
    ("pl", "np. but, tj. obuwie nr 3", "na przykład but, to jest obuwie numer 3"),
    ("pl", "- pierwszy punkt ✅", "pierwszy punkt"),
    ("en", "Open Mon–Fri 09:00-17:00, e.g. now", "Open Monday to Friday from 9:00 to 17:00, for example now"),
    ("en", "Write to help@shop.example.", "Write to help at shop dot example."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "aloud"), ALOUD)
def test_a_text_as_it_is_read_aloud(language: Language, text: str, aloud: str) -> None:
    assert speech.read_aloud(text, language) == aloud


def test_the_bots_own_words_ask_to_speak_and_an_articles_stay() -> None:
    assert speech.read_aloud("Napisz, co się stało.", "pl", own=True) == "Powiedz, co się stało."
    assert speech.read_aloud("Można to napisać inaczej.", "pl", own=True) == "Można to powiedzieć inaczej."
    assert speech.read_aloud("Please write what happened.", "en", own=True) == "Please say what happened."
    assert speech.read_aloud("Napisz do nas list.", "pl") == "Napisz do nas list."


@settings(deadline=None)
@over(text=st.text(max_size=200), language=st.sampled_from(("pl", "en")))
def test_nothing_is_read_aloud_that_is_a_link_or_markup(text: str, language: Language) -> None:
    aloud = speech.read_aloud(f"{text} https://probny.example/x **{text}** `y`", language)
    assert "://" not in aloud.replace(text, "")
    assert not set(aloud) & set("*`|<>")


@pytest.mark.parametrize(
    ("sentences", "start", "part", "rest"),
    [
        ("", 0, "", None),
        ("abc", 0, "abc", None),
        ("abcd", 0, "abcd", None),  # one more is said rather than kept for later
        ("abcde", 0, "abc", 3),
        ("abcde", 3, "de", None),
        ("abcdefghi", 3, "def", 6),
        ("abc", 9, "", None),
    ],
)
def test_three_sentences_at_a_time(sentences: str, start: int, part: str, rest: int | None) -> None:
    said, further = speech.cut(list(sentences), start)
    assert ("".join(said), further) == (part, rest)


# connecting ----------------------------------------------------------------------------------------------------------

GIVEN = {"account_sid": "AC" + "2" * 32, "auth_token": TOKEN, "number": "+48221234567"}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, set[str]()),
        ({"forward": "+48221234568", "voice": "Google.pl-PL-Wavenet-A", "bot": "off"}, set[str]()),
        ({"number": "22 123 45 67"}, {"number"}),
        ({"number": ""}, {"number"}),
        ({"forward": "+48221234567"}, {"forward"}),
        ({"forward": "112"}, {"forward"}),
        ({"account_sid": "CA" + "2" * 32}, {"account_sid"}),
        ({"voice": '"><Play>'}, {"voice"}),
        ({"bot": "maybe"}, {"bot"}),
    ],
)
def test_what_can_be_connected(changed: dict[str, str], wrong: set[str]) -> None:
    assert find_problems(CONNECT, {**GIVEN, **changed}).keys() == wrong


def number(**fields: str) -> bytes:
    ours = {
        "phone_number": "+48221234567",
        "voice_url": "https://okienko.probny.example/hooks/voice/phone",
        "voice_method": "POST",
        "status_callback": "https://okienko.probny.example/hooks/voice/phone/status",
    }
    return orjson.dumps({"incoming_phone_numbers": [{**ours, **fields}]})


@pytest.mark.parametrize(
    ("name", "status", "body", "state"),
    [
        ("account", 200, b'{"status": "active"}', "good"),
        ("account", 200, b'{"status": "suspended"}', "bad"),
        ("account", 401, b'{"code": 20003}', "bad"),
        ("account", 503, b"<html>", "doubtful"),
        ("account", 200, b"<html>", "bad"),
        ("number", 200, number(), "good"),
        ("number", 200, number(voice_url="https://demo.twilio.example/welcome"), "bad"),
        ("number", 200, number(voice_method="GET"), "bad"),
        ("number", 200, number(status_callback=""), "doubtful"),
        ("number", 200, b'{"incoming_phone_numbers": []}', "bad"),
        ("number", 429, b"", "doubtful"),
    ],
)
def test_what_a_check_finds(name: str, status: int, body: bytes, state: str) -> None:
    (check,) = [check for check in CONNECT.checks if isinstance(check, Check) and check.name == name]
    assert check.read(status, body, door(**GIVEN)).state == state


def test_a_check_asks_with_the_accounts_token_and_only_reads() -> None:
    for check in CONNECT.checks:
        assert isinstance(check, Check)
        call = check.call(door(**GIVEN), NOW)
        assert call is not None
        assert call.method == "GET"
        assert call.url.startswith(f"https://api.twilio.com/2010-04-01/Accounts/AC{'2' * 32}")
        assert TOKEN not in call.url
        assert check.call(door(), NOW) is None

"""The sandbox as okienko and its customer meet it: calls, reports, faults, letters, a telephone."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

import aiosmtplib
import httpx2
import orjson
import pytest
import uvicorn

from okienko.channels.email.adapter import ADAPTER as EMAIL
from okienko.channels.graph import answer_handshake
from okienko.channels.messenger.events import read_events as read_messenger
from okienko.channels.voice.adapter import ADAPTER as VOICE
from okienko.channels.whatsapp.events import read_events as read_whatsapp
from okienko.http import Answered, Client, place_of
from okienko.sandbox.app import run_mail
from okienko.sandbox.hooks import How
from okienko.sandbox.process import PAUSES
from okienko.sandbox.world import Channel
from okienko.values import BrandId, Connection, Failed, Hook, HttpCall, Unsure
from tests.sandbox.conftest import DOORS, NOW, Played, is_signed

pytestmark = pytest.mark.anyio
_NOBODY: Final = UUID(int=1)
ANSWER = {"messaging_type": "RESPONSE", "message": {"text": "W drodze.", "metadata": "ours"}}


def secret(channel: Channel) -> str:
    """What Meta signs with."""
    return DOORS[channel].given["app_secret"]


def path(channel: Channel) -> str:
    """Where Meta takes messages."""
    given = DOORS[channel].given
    own = next(given[name] for name in ("page_id", "account_id", "phone_number_id") if name in given)
    return f"/graph/v26.0/{own}/messages"


async def answer(played: Played, channel: Channel = "messenger", **change: Any) -> httpx2.Response:
    """okienko answers the customer."""
    body: dict[str, Any] = {"recipient": {"id": played.sandbox.world.customer.id(channel)}, **ANSWER, **change}
    return await call(played, "POST", path(channel), body, token=DOORS[channel].given["token"])


async def call(played: Played, method: str, url: str, body: Any = None, *, token: str = "") -> httpx2.Response:
    async with played.browser() as browser:
        headers = {"authorization": f"Bearer {token}"}
        return await browser.request(method, url, json=body, headers=headers)


def told(played: Played, channel: Channel = "messenger") -> list[Any]:
    """What was reported to okienko, read by okienko's own reader."""
    read = read_whatsapp if channel == "whatsapp" else read_messenger
    return [event for one in played.okienko.calls for event in read(one.body).events]


@pytest.mark.parametrize(
    ("how", "bodies", "signed", "texts"),
    [
        ("once", 2, True, ["jeden", "dwa"]),
        ("twice", 4, True, ["jeden", "jeden", "dwa", "dwa"]),
        ("reversed", 2, True, ["dwa", "jeden"]),
        ("batched", 1, True, ["jeden", "dwa"]),
        ("stale", 2, True, ["jeden", "dwa"]),
        ("unknown", 2, True, ["jeden", "dwa"]),
        ("wrong", 2, False, ["jeden", "dwa"]),
        ("unsigned", 2, False, ["jeden", "dwa"]),
        ("altered", 2, False, ["jeden", "dwa"]),
    ],
)
async def test_reports_come_as_they_are_asked_for(
    played: Played, how: How, bodies: int, signed: bool, texts: list[str]
) -> None:
    channels: tuple[Channel, ...] = ("messenger", "whatsapp")
    for channel in channels:
        played.okienko.calls.clear()
        body = {"channel": channel, "texts": ["jeden", "dwa"], "how": how}
        assert (await call(played, "POST", "/_emit", body)).json() == [200] * bodies
        assert {is_signed(one, secret(channel)) for one in played.okienko.calls} == {signed}
        events = [event for event in told(played, channel) if event.text is not None]
        assert [event.text.reveal() for event in events] == texts
        assert all((event.at < NOW - timedelta(days=1)) is (how == "stale") for event in events)


async def test_what_okienko_does_not_take_comes_again(played: Played) -> None:
    played.okienko.answers = [
        Answered(status=503, headers={}, body=b""),
        Failed(reason="no connection", permanent=False),
        Answered(status=429, headers={}, body=b""),
    ]
    await played.sandbox.say("messenger", "halo")
    await played.sandbox.settle()
    assert [post.status for post in played.sandbox.world.posts] == [503, 0, 429, 200]
    assert played.pauses == list(PAUSES)
    assert len({one.body for one in played.okienko.calls}) == 1
    await played.sandbox.repeat("messenger")
    assert played.okienko.calls[-1] == played.okienko.calls[0]


async def test_what_is_refused_is_not_reported_again(played: Played) -> None:
    played.okienko.answers = [Answered(status=401, headers={}, body=b"")]
    await played.sandbox.say("messenger", "halo")
    await played.sandbox.settle()
    assert len(played.okienko.calls) == 1


@pytest.mark.parametrize("echo", ["after", "before", "never"])
async def test_an_answer_is_heard_and_comes_back_as_an_echo(played: Played, echo: str) -> None:
    await call(played, "POST", "/_set", {"echo": echo})
    await played.sandbox.say("messenger", "gdzie jest paczka?")
    done = await answer(played)
    assert done.status_code == 200
    await played.sandbox.settle()
    events = told(played)[1:]
    expected = [] if echo == "never" else ["echo", "delivered"]
    assert [event.kind for event in events] == expected
    if expected:
        assert (events[0].message, events[0].metadata) == (done.json()["message_id"], "ours")
        assert events[0].standing["app"] == DOORS["messenger"].given["app_id"]
    (line,) = [line for line in played.sandbox.world.talks["messenger"].lines if line.ours]
    assert (line.text, line.state) == ("W drodze.", "delivered" if expected else "sent")
    played.sandbox.look("messenger")
    await played.sandbox.settle()
    assert told(played)[-1].kind == "read"


async def test_whatsapp_reports_how_far_a_message_got_with_our_word(played: Played) -> None:
    await played.sandbox.say("whatsapp", "gdzie jest paczka?")
    body = {
        "messaging_product": "whatsapp",
        "to": played.sandbox.world.customer.id("whatsapp"),
        "type": "text",
        "text": {"body": "W drodze."},
        "biz_opaque_callback_data": "ours",
    }
    done = await call(played, "POST", path("whatsapp"), body, token=DOORS["whatsapp"].given["token"])
    await played.sandbox.settle()
    played.sandbox.look("whatsapp")
    await played.sandbox.settle()
    events = told(played, "whatsapp")[1:]
    assert [(event.kind, event.metadata) for event in events] == [
        ("sent", "ours"),
        ("delivered", "ours"),
        ("read", "ours"),
    ]
    assert {event.message for event in events} == {done.json()["messages"][0]["id"]}


async def test_what_a_customer_changes_is_reported(played: Played) -> None:
    channels: tuple[Channel, ...] = ("messenger", "whatsapp")
    for channel in channels:
        played.okienko.calls.clear()
        await played.sandbox.say(channel, "gdzie jest paczka?")
        (line,) = played.sandbox.world.talks[channel].lines
        await played.sandbox.edit(channel, line.id, "gdzie są paczki?")
        await played.sandbox.unsend(channel, line.id)
        events = told(played, channel)
        assert [event.kind for event in events] == ["message", "message_edited", "message_deleted"]
        assert events[1].text.reveal() == "gdzie są paczki?"
        assert events[1].about == events[2].about == (line.id,)


@pytest.mark.parametrize(
    ("headers", "version", "expected"),
    [({}, "v26.0", 401), ({"authorization": "Bearer wrong"}, "v26.0", 401), (None, "v19.0", 400), (None, "v26.0", 200)],
)
async def test_a_call_bears_its_token_and_a_version(
    played: Played, headers: dict[str, str] | None, version: str, expected: int
) -> None:
    given = DOORS["messenger"].given
    headers = {"authorization": f"Bearer {given['token']}"} if headers is None else headers
    async with played.browser() as browser:
        done = await browser.get(f"/graph/{version}/me?fields=id", headers=headers)
        if headers:
            assert done.status_code == expected
        named = await browser.get(f"/graph/{version}/{given['page_id']}", headers=headers)
        assert named.status_code == expected
        assert (await browser.get("/graph/v26.0/12345", headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ({"kind": "limit", "seconds": 7}, 429, 613),
        ({"kind": "error", "status": 503}, 503, 2),
        ({"kind": "code", "code": 10, "subcode": 2018278}, 400, 10),
        ({"kind": "expired"}, 401, 190),
    ],
)
async def test_the_next_call_is_answered_as_asked_and_the_one_after_it_well(
    played: Played, script: dict[str, Any], status: int, code: int
) -> None:
    await played.sandbox.say("messenger", "halo")
    await call(played, "POST", "/_script", {"vendor": "messenger", **script})
    typing = {"recipient": {"id": played.sandbox.world.customer.id("messenger")}, "sender_action": "typing_on"}
    done = await call(played, "POST", path("messenger"), typing, token=DOORS["messenger"].given["token"])
    assert done.status_code == 200, "what sends nothing is not counted"
    done = await answer(played)
    assert (done.status_code, done.json()["error"]["code"]) == (status, code)
    assert done.headers.get("retry-after") == ("7" if status == 429 else None)
    assert (await answer(played)).status_code == 200
    calls = (await call(played, "GET", "/_calls")).json()
    assert [one["status"] for one in calls] == [200, status, 200]


async def test_time_moves_by_hand_and_the_window_with_it(played: Played) -> None:
    await played.sandbox.say("messenger", "halo")
    await call(played, "POST", "/_clock", {"move": 24 * 3600 + 1})
    assert (await answer(played)).json()["error"]["error_subcode"] == 2018278
    assert (await answer(played, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")).status_code == 200


async def test_only_this_computer_and_this_page_are_let_in(played: Played) -> None:
    async with played.browser() as browser:
        assert (await browser.get("/talk/messenger", headers={"host": "sandbox.example"})).status_code == 400
        elsewhere = {"sec-fetch-site": "cross-site"}
        assert (await browser.post("/_script", json={}, headers=elsewhere)).status_code == 403
        assert (await browser.post("/talk/messenger/write", data={"text": "x"}, headers=elsewhere)).status_code == 403


async def test_a_dropped_line_leaves_okienko_unsure_before_and_after(played: Played) -> None:
    await played.sandbox.say("messenger", "halo")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            played.app, lifespan="off", log_config=None, log_level="critical", timeout_graceful_shutdown=0
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        body = orjson.dumps({"recipient": {"id": played.sandbox.world.customer.id("messenger")}, **ANSWER})
        headers = {"authorization": f"Bearer {DOORS['messenger'].given['token']}", "content-type": "application/json"}
        async with Client(neighbours=[place_of(site)]) as client:
            for kind, heard in (("drop_before", 0), ("drop_after", 1)):
                await call(played, "POST", "/_script", {"vendor": "messenger", "kind": kind})
                done = await client.post(HttpCall(url=site + path("messenger"), headers=headers, body=body))
                assert isinstance(done, Unsure)
                assert sum(line.ours for line in played.sandbox.world.talks["messenger"].lines) == heard
        server.should_exit = True
        await running
    await played.sandbox.settle()
    assert [event.kind for event in told(played)] == ["message", "echo", "delivered"], "the echo comes all the same"


async def test_meta_asks_first_whether_the_address_is_okienkos(played: Played) -> None:
    played.okienko.answers = [
        Answered(status=200, headers={}, body=b"12345678900001"),
        Answered(status=200, headers={}, body=b"something else"),
        Answered(status=403, headers={}, body=b""),
    ]
    await played.sandbox.greet()
    assert [post.status for post in played.sandbox.world.posts] == [200, 400, 403]
    call = played.okienko.calls[0]
    assert call.method == "GET"
    query = dict(parse_qsl(call.url.partition("?")[2]))
    assert answer_handshake(query, DOORS["messenger"].given["verify_token"]) == "12345678900001"


# letters ------------------------------------------------------------------------------------------------------------


async def test_letters_are_taken_and_answered_with_what_they_said(played: Played) -> None:
    given = DOORS["email"].given
    door = Connection(id=DOORS["email"].id, brand_id=BrandId(_NOBODY), channel="email", secret=b"", given=given)
    await played.sandbox.say("email", "Gdzie jest moja paczka?", subject="Paczka")
    (post,) = played.okienko.calls
    hook = Hook(url=post.url, headers=post.headers, body=post.body)
    assert EMAIL.verify(hook, door, NOW)
    (event,) = EMAIL.read(hook, door).events
    assert event.text is not None
    assert event.text.reveal() == "Gdzie jest moja paczka?"
    letter = EmailMessage()
    letter["From"], letter["Subject"], letter["Message-ID"] = (
        "pomoc@sandbox.example",
        "Re: Paczka",
        "<1@okienko.example>",
    )
    letter["Reply-To"] = "pomoc+c.token@sandbox.example"
    letter["Auto-Submitted"] = "auto-replied"
    letter.set_content("W drodze.")
    letter["To"] = played.sandbox.world.customer.id("email")
    async with run_mail(played.sandbox, 0) as port:

        async def give(password: str) -> None:
            user = given["smtp_user"]
            await aiosmtplib.send(letter, hostname="127.0.0.1", port=port, username=user, password=password)

        await call(played, "POST", "/_script", {"vendor": "email", "kind": "code"})
        with pytest.raises(aiosmtplib.SMTPResponseException):
            await give("wrong")
        with pytest.raises(aiosmtplib.SMTPDataError):
            await give(given["smtp_password"])
        await give(given["smtp_password"])
    line = played.sandbox.world.talks["email"].lines[-1]
    assert (line.text, line.subject, line.note) == ("W drodze.", "Re: Paczka", "automatic")
    await played.sandbox.say("email", "Dziękuję", subject="Re: Paczka", answers=line.id)
    hook = Hook(url=post.url, headers=post.headers, body=played.okienko.calls[-1].body)
    (event,) = EMAIL.read(hook, door).events
    assert event.text is not None
    assert event.text.reveal() == "Dziękuję"
    assert event.reply_to == "1@okienko.example"
    assert "To: pomoc+c.token@sandbox.example" in orjson.loads(played.okienko.calls[-1].body)["RawEmail"]


# the telephone ------------------------------------------------------------------------------------------------------

GATHER = (
    '<Gather input="speech dtmf" timeout="5" actionOnEmptyResult="true" action="/hooks/voice/x/turn?n=1">{}</Gather>'
)
SAY = "<Say>{}</Say>"


def twiml(*verbs: str) -> Answered:
    """What okienko answers a call with."""
    return Answered(status=200, headers={}, body=f"<Response>{''.join(verbs)}</Response>".encode())


async def test_a_call_goes_from_what_is_said_to_what_is_heard(played: Played) -> None:
    played.okienko.answers = [
        twiml(SAY.format("Dzień dobry"), GATHER.format(SAY.format("W czym pomóc?"))),
        twiml(SAY.format("Do usłyszenia"), "<Hangup/>"),
    ]
    played.waits = True  # somebody speaks before the silence is over
    played.sandbox.ring()
    await _until(lambda: played.sandbox.call is not None and played.sandbox.call.listens)
    await played.sandbox.speak("gdzie jest paczka")
    await _until(lambda: played.sandbox.call is None and len(played.okienko.calls) == 3)
    lines = played.sandbox.world.talks["voice"].lines
    assert [line.text for line in lines if line.text] == [
        "Dzień dobry",
        "W czym pomóc?",
        "gdzie jest paczka",
        "Do usłyszenia",
    ]
    first, second, over = played.okienko.calls
    door = Connection(
        id=DOORS["voice"].id, brand_id=BrandId(_NOBODY), channel="voice", secret=b"", given=DOORS["voice"].given
    )
    for one in (first, second, over):
        assert VOICE.verify(Hook(url=one.url, headers=one.headers, body=one.body), door, NOW)
    assert second.url == "http://localhost:8700/hooks/voice/x/turn?n=1"
    assert dict(parse_qsl(second.body.decode()))["SpeechResult"] == "gdzie jest paczka"
    assert dict(parse_qsl(over.body.decode()))["CallStatus"] == "completed"


async def test_an_answer_that_is_no_twiml_ends_the_call(played: Played) -> None:
    played.okienko.answers = [Answered(status=200, headers={}, body=b"<Response><Dance/></Response>")]
    played.sandbox.ring()
    await _until(lambda: played.sandbox.call is None)
    assert played.sandbox.world.talks["voice"].lines[0].note == "broken"


async def _until(true: Any) -> None:
    """Lets other tasks go on until something holds."""
    for _ in range(200):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came")

"""Channels at the desk: connecting one, checking it, pausing it; who may, and what is written down."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx2
import orjson
import pytest

from okienko.audit.store import list_log
from okienko.brands.store import open_given
from okienko.channels.connect import find_problems
from okienko.channels.connections import pages, store
from okienko.channels.email.connect import CONNECT as EMAIL
from okienko.channels.messenger.connect import SUBSCRIBED
from okienko.channels.webhook.adapter import sign
from okienko.conversations.store.connections import Fared, add_notice, note_fared
from okienko.database.urls import Urls
from okienko.http import Answered
from okienko.staff.store import Role
from okienko.values import BrandId, Connection, ConnectionId, Failed, HttpCall, Letter, Sent, Unsure
from okienko.web.services import Entry
from tests.desk_world import World, csrf, once, open_world

pytestmark = pytest.mark.anyio

PAGE = "/desk/channels"
TOKEN, APP_SECRET = "EAAG-invented-token", "0123456789abcdef0123456789abcdef"
SAVED = {"page_id": "1234567", "token": TOKEN, "app_id": "77", "app_secret": APP_SECRET}


@dataclass
class Vendor:
    """Answers by the last part of an address."""

    answers: dict[str, Answered | Failed | Unsure] = field(default_factory=dict[str, Answered | Failed | Unsure])
    calls: list[HttpCall] = field(default_factory=list[HttpCall])

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        self.calls.append(call)
        name = call.url.partition("?")[0].rpartition("/")[2]
        return self.answers.get(name, Failed(reason="no connection", permanent=False))


def answer(body: object, status: int = 200) -> Answered:
    return Answered(status=status, headers={}, body=orjson.dumps(body))


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path, vendor: Vendor) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        settings = replace(world.services.settings, public_url="https://help.shop.example")
        world.services = replace(world.services, settings=settings, http=vendor)
        world.app.state.services = world.services
        world.app.router.routes.extend(pages.routes())
        yield world


async def enter(
    world: World, role: Role = "admin", name: str = "Adam", brand: BrandId | None = None
) -> httpx2.AsyncClient:
    """A browser of somebody who has signed in at the address that vendors call, too."""
    entered = await world.enter(await world.hire(name, {brand or world.brand.id: role}))
    transport = httpx2.ASGITransport(app=world.app, client=("127.0.0.1", 1))
    browser = httpx2.AsyncClient(transport=transport, base_url="https://help.shop.example")
    browser.cookies.set("__Host-okienko-desk", entered.cookies["okienko-desk"])
    return browser


async def begin(browser: httpx2.AsyncClient, channel: str = "messenger") -> str:
    """Begins to connect a channel; the address of its steps."""
    form = {"csrf": csrf((await browser.get(PAGE)).text), "brand": "seans", "channel": channel}
    begun = await browser.post(PAGE, data=form)
    assert begun.status_code == 303
    return begun.headers["location"]


async def post(browser: httpx2.AsyncClient, address: str, /, **form: str) -> httpx2.Response:
    page = (await browser.get(address)).text
    return await browser.post(address, data={"csrf": csrf(page), **form})


async def read(world: World, steps: str) -> tuple[store.Kept, Mapping[str, str]]:
    """What is kept of a connection, opened."""
    door = steps.split("/")[4]
    async with world.services.database.brand(world.brand.id) as connection:
        kept = await store.read_connection(connection, door)
    assert kept is not None
    return kept, await open_given(world.services.keys, door, kept.given)


async def test_a_channel_is_connected_step_by_step(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        kept, given = await read(world, steps)
        page = (await browser.get(steps)).text
        assert f"https://help.shop.example/hooks/messenger/{kept.id}" in page
        assert given["verify_token"] in page
        assert "niedokończone" in page
        saved = await post(browser, steps, do="save", app_id="77", app_secret=APP_SECRET)
        assert saved.status_code == 303
        await post(browser, steps, do="save", page_id="1234567", token=TOKEN)
        kept, given = await read(world, steps)
        assert {name: given[name] for name in SAVED} == SAVED
        page = (await browser.get(steps)).text
        assert "niedokończone" not in page
        assert "1234567" in page
        assert TOKEN not in page
        assert APP_SECRET not in page
        assert page.count("Ustawiono:") == 2


async def test_changing_a_value_keeps_the_others_and_says_when_it_was_set(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        await post(browser, steps, do="save", **SAVED)
        first = world.at
        world.later(minutes=5)
        await post(browser, steps, do="save", token="another-token", page_id="1234567")
        kept, given = await read(world, steps)
        assert given["token"] == "another-token"
        assert given["app_secret"] == APP_SECRET
        assert kept.given_at["token"] == first + timedelta(minutes=5)
        assert kept.given_at["app_secret"] == first
        await post(browser, steps, do="save", old_app_secret="the-one-before")
        await post(browser, steps, **{"do": "save", "old_app_secret": "", "forget-old_app_secret": "yes"})
        kept, given = await read(world, steps)
        assert "old_app_secret" not in given
        assert "old_app_secret" not in kept.given_at


async def test_a_wrong_value_is_shown_and_nothing_is_saved(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        refused = await post(browser, steps, do="save", page_id="my page", token=TOKEN)
        assert refused.status_code == 422
        assert "Identyfikator strony jest liczbą." in refused.text
        assert "my page" in refused.text
        assert TOKEN not in refused.text
        _, given = await read(world, steps)
        assert "token" not in given


async def test_an_account_is_connected_once(world: World) -> None:
    async with await enter(world) as browser:
        first = await begin(browser)
        await post(browser, first, do="save", **SAVED)
        world.later(seconds=5)
        second = await begin(browser)
        refused = await post(browser, second, do="save", **SAVED)
        assert refused.status_code == 422
        assert "To konto jest już połączone" in refused.text
        one = first.removesuffix("/connect")
        await post(browser, one, do="close")
        world.later(seconds=5)
        assert (await post(browser, second, do="save", **SAVED)).status_code == 303
        world.later(seconds=5)
        again = await post(browser, one, do="open")
        assert again.headers["location"].endswith("said=taken")
        assert (await read(world, first))[0].active is False


async def test_checks_say_in_plain_words_what_is_wrong(world: World, vendor: Vendor) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        await post(browser, steps, do="save", **SAVED)
        vendor.answers = {
            "healthz": Failed(reason="the address leads into a private network", permanent=True),
            "me": answer({"error": {"message": "secret words", "code": 190, "error_subcode": 463}}, 400),
            "subscribed_apps": answer({"data": []}),
        }
        page = (await post(browser, steps, do="check")).text
        assert "Adres prowadzi do sieci prywatnej" in page
        assert "Dostawca nie zapytał jeszcze o token weryfikacyjny" in page
        assert "Token został odrzucony: utwórz nowy (190/463)." in page
        assert "Konto nie powiadamia aplikacji o wiadomościach." in page
        assert "secret words" not in page
        asked = next(call for call in vendor.calls if "/me?" in call.url)
        assert (asked.method, TOKEN in asked.url) == ("GET", False)
        vendor.answers = {
            "healthz": answer({}),
            "me": answer({"id": "1234567"}),
            "subscribed_apps": answer({"data": [{"id": "77", "subscribed_fields": list(SUBSCRIBED)}]}),
        }
        async with world.services.database.brand(world.brand.id) as connection:
            await store.note_greeted(connection, steps.split("/")[4], world.at)
        page = (await post(browser, steps, do="check")).text
        assert page.count('class="tag done"') == 4


async def test_what_a_check_found_can_be_put_right_with_a_button(world: World, vendor: Vendor) -> None:
    vendor.answers = {"subscribed_apps": answer({"data": []})}
    async with await enter(world) as browser:
        steps = await begin(browser)
        await post(browser, steps, do="save", **SAVED)
        page = (await post(browser, steps, do="check")).text
        assert re.search(r'name="check" value="subscribed"', page)
        assert 'name="check" value="token"' not in page
        mended = await post(browser, steps, do="mend", check="subscribed")
        assert mended.headers["location"].endswith("said=mended")
        assert vendor.calls[-1].method == "POST"
        assert "subscribed_fields=messages" in vendor.calls[-1].url
        assert (await post(browser, steps, do="mend", check="token")).status_code == 400


async def test_a_connection_is_paused_resumed_closed_and_opened(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        await post(browser, steps, do="save", **SAVED)
        one = steps.removesuffix("/connect")
        await post(browser, one, do="pause")
        assert (await read(world, steps))[0].paused
        assert "wstrzymane" in (await browser.get(one)).text
        await post(browser, one, do="resume")
        assert not (await read(world, steps))[0].paused
        await post(browser, one, do="close")
        assert not (await read(world, steps))[0].active
        assert "wyłączone" in (await browser.get(PAGE)).text
        await post(browser, one, do="open")
        assert (await read(world, steps))[0].active
        assert (await post(browser, one, do="explode")).status_code == 400


async def test_a_send_that_was_under_way_does_not_end_a_pause(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        await post(browser, steps.removesuffix("/connect"), do="pause")
        door = ConnectionId(steps.split("/")[4])
        async with world.services.database.brand(world.brand.id) as connection:
            await note_fared(connection, Fared(connection=door, sent=True, well=True), world.at)
        assert (await read(world, steps))[0].paused


async def test_new_values_end_the_wait_for_a_sign_in(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        await post(browser, steps, do="save", **SAVED)
        door = ConnectionId(steps.split("/")[4])
        async with world.services.database.brand(world.brand.id) as connection:
            await note_fared(connection, Fared(connection=door, trouble="sign_in", word="190/463"), world.at)
            await add_notice(connection, door, kind="policy_enforcement", word="warning", now=world.at)
        page = (await browser.get(steps.removesuffix("/connect"))).text
        assert "zaloguj ponownie" in page
        assert "Dostawca odrzuca dane połączenia" in page
        assert "190/463" in page
        assert "policy_enforcement" in page
        await post(browser, steps, do="save", page_id="1234567", token="")  # nothing is new
        assert (await read(world, steps))[0].trouble == "sign_in"
        await post(browser, steps, do="save", token="a-new-one")
        assert (await read(world, steps))[0].trouble is None


async def test_what_was_not_understood_is_shown_by_its_shape(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        door = steps.split("/")[4]
        async with world.services.database.brand(world.brand.id) as connection:
            for number in range(3):
                await connection.execute(
                    "insert into unparsed values (current_brand(), gen_random_uuid(), %(door)s, %(shape)s, %(now)s)",
                    {"door": door, "shape": "{entry: [?]}" if number else "{?: int}", "now": world.at},
                )
        page = (await browser.get(steps.removesuffix("/connect"))).text
        assert "{entry: [?]}" in page
        assert "{?: int}" in page


@pytest.mark.parametrize("role", ["agent", "lead", "privacy", "auditor"])
async def test_only_administrators_of_the_brand(world: World, role: Role) -> None:
    async with await enter(world) as admin:
        steps = await begin(admin)
    async with await enter(world, role, "Ewa") as browser:
        for address in (PAGE, steps, steps.removesuffix("/connect")):
            assert (await browser.get(address)).status_code in {403, 404}, address
    async with await enter(world, "admin", "Obcy", world.other.id) as browser:
        assert (await browser.get(steps)).status_code == 404
        form = {"csrf": csrf((await browser.get(PAGE)).text), "do": "close"}
        assert (await browser.post(steps.removesuffix("/connect"), data=form)).status_code == 404


async def test_each_change_wants_a_fresh_proof(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        token = csrf((await browser.get(PAGE)).text)
        world.later(minutes=11)
        one = steps.removesuffix("/connect")
        assert (await browser.get(one)).status_code == 200  # how it fares is no secret of theirs
        assert (await browser.get(steps)).headers["location"].startswith("/desk/confirm")
        for address, form in (
            (steps, SAVED),
            (one, {"do": "close"}),
            (PAGE, {"brand": "seans", "channel": "messenger"}),
        ):
            answered = await browser.post(address, data={"csrf": token, **form})
            assert answered.headers["location"].startswith("/desk/confirm"), address
        kept, given = await read(world, steps)
        assert (kept.active, "token" in given) == (True, False)


async def test_who_changed_what_is_written_down_and_no_secret_is(world: World) -> None:
    async with await enter(world) as browser:
        steps = await begin(browser)
        await post(browser, steps, do="save", **SAVED)
        await post(browser, steps.removesuffix("/connect"), do="pause")
    async with world.services.database.brand(world.brand.id) as connection:
        log = await list_log(connection, limit=20)
        everything = await (await connection.execute("select p::text from audit_payload p")).fetchall()
    told = [(line.payload.action, line.payload.detail) for line in log if line.payload.object_kind == "connection"]
    assert told == [
        ("channel-paused", "channel=messenger"),
        ("channel-changed", "channel=messenger fields=app_id,app_secret,page_id,token"),
        ("channel-connected", "channel=messenger"),
    ]
    assert not [row for row in everything if TOKEN in row[0] or APP_SECRET in row[0]]


LETTERS = {
    "address": "pomoc@shop.example",
    "way": "imap",
    "imap_host": "imap.shop.example",
    "imap_encryption": "imaps",
    "imap_password": "one two three",
    "smtp_host": "smtp.shop.example",
    "smtp_encryption": "smtp+starttls",
}


@dataclass
class MailHouse:
    """Mail servers that say what they are told to, and take letters."""

    inbox: Entry = "open"
    server: Entry = "open"
    letters: list[Letter] = field(default_factory=list[Letter])

    async def try_inbox(self, connection: Connection) -> Entry:
        assert connection.given["imap_password"] == "one two three"
        return self.inbox

    async def try_server(self, letter: Letter) -> Entry:
        assert (letter.host, letter.port) == ("smtp.shop.example", 587)
        return self.server

    async def carry(self, letter: Letter) -> Sent | Failed | Unsure:
        self.letters.append(letter)
        return Sent(receipt=letter.message_id)


async def test_a_mailbox_is_tried_and_writes_to_itself(world: World) -> None:
    house = MailHouse(inbox="refused")
    world.app.state.services = replace(world.services, doors=house, carry=house.carry)
    async with await enter(world) as browser:
        steps = await begin(browser, "email")
        page = (await browser.get(steps)).text
        assert 'name="imap_host"' in page
        assert 'name="signing_key"' not in page  # of another way in
        assert (await post(browser, steps, do="try")).headers["location"].endswith("said=not-tried")
        assert (await post(browser, steps, do="save", **LETTERS)).status_code == 303
        page = (await post(browser, steps, do="check")).text
        assert "Serwer odrzuca użytkownika albo hasło." in page
        assert page.count("Serwer nas wpuszcza.") == 1
        assert (await post(browser, steps, do="try")).headers["location"].endswith("said=tried")
    (letter,) = house.letters
    assert (letter.sender, letter.to) == ("pomoc@shop.example", "pomoc@shop.example")
    assert b"Auto-Submitted: auto-generated" in letter.content


async def test_an_application_of_ones_own_sees_its_secret_until_it_has_used_it(world: World, vendor: Vendor) -> None:
    vendor.answers = {"okienko": answer({})}
    async with await enter(world) as browser:
        steps = await begin(browser, "webhook")
        shown = re.search(r"whsec_[A-Za-z0-9+/=]+", (await browser.get(steps)).text)
        assert shown is not None
        assert (await post(browser, steps, do="save", reply_url="shop")).status_code == 422
        await post(browser, steps, do="save", reply_url="https://shop.example/okienko")
        assert (await read(world, steps))[0].reply_url == "https://shop.example/okienko"
        assert (await post(browser, steps, do="try")).headers["location"].endswith("said=tried")
        call = vendor.calls[-1]
        key = b64decode(shown[0].removeprefix("whsec_"))
        signed = sign(key, call.headers["webhook-id"], call.headers["webhook-timestamp"], call.body)
        assert call.headers["webhook-signature"] == signed
        world.later(minutes=1)
        async with world.services.database.brand(world.brand.id) as connection:
            await connection.execute(
                "insert into connection_state (connection_id, brand_id, in_at)"
                " values (%(id)s, current_brand(), %(at)s)",
                {"id": steps.split("/")[4], "at": world.at},
            )
        assert "whsec_" not in (await browser.get(steps)).text
        world.later(minutes=1)
        await post(browser, steps, do="renew", field="secret")
        again = re.search(r"whsec_[A-Za-z0-9+/=]+", (await browser.get(steps)).text)
        assert again is not None
        assert again[0] != shown[0]
        assert (await post(browser, steps, do="renew", field="reply_url")).status_code == 400


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (LETTERS, set[str]()),
        ({**LETTERS, "address": "pomoc"}, {"address"}),
        ({**LETTERS, "address": "po moc@shop.example"}, {"address"}),
        ({**LETTERS, "smtp_port": "70000"}, {"smtp_port"}),
        ({name: value for name, value in LETTERS.items() if name != "imap_password"}, {"imap_password"}),
        ({**LETTERS, "way": "postmark"}, {"hook_user", "hook_password"}),
        ({**LETTERS, "way": "mailgun"}, {"signing_key"}),
        ({**LETTERS, "way": "ses", "topic": "arn:aws:sns:eu-central-1:1:mail"}, set[str]()),
    ],
)
def test_what_a_mailbox_needs(given: Mapping[str, str], wrong: set[str]) -> None:
    assert find_problems(EMAIL, given).keys() == wrong


async def test_what_did_not_get_out_is_sent_again(world: World) -> None:
    begun = await world.begin("gdzie jest paczka")
    async with await enter(world) as browser:
        steps = await begin(browser)
        door, one = steps.split("/")[4], steps.removesuffix("/connect")
        token = csrf((await browser.get(PAGE)).text)
        await browser.post(f"{begun.address}/take-over", data={"csrf": token})
        for text in ("pierwsza", "druga"):
            page = (await browser.get(begun.address)).text
            form = {"csrf": token, "once": once(page), "as": "reply", "text": text}
            await browser.post(f"{begun.address}/say", data=form)
        await begun.change(
            "update outbox set connection_id = %(door)s, channel = 'messenger', state = 'failed', attempts = 8,"
            " error = 'window' where conversation_id = %(id)s and author = 'agent'",
            door=door,
        )
        page = (await browser.get(one)).text
        assert page.count("czas na odpowiedź minął") == 2
        message = re.search(r'name="message" value="([0-9a-f-]{36})"', page)
        assert message is not None
        await post(browser, one, do="again", message=message[1])
        states = "select state from outbox where conversation_id = %(id)s and author = 'agent' order by state"
        assert [row[0] for row in await begun.read(states)] == ["failed", "waiting"]
        done = await post(browser, one, do="again", message=message[1])
        assert done.headers["location"].endswith("said=none")
        await post(browser, one, do="again")
        assert [row[0] for row in await begun.read(states)] == ["waiting", "waiting"]
        assert (await post(browser, one, do="again", since="yesterday")).status_code == 400

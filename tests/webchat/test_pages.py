"""What the window asks the server for, and what a stranger gets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest

from okienko.channels.webchat.pages import read_contact
from okienko.conversations.sealing import Sealing, seal_forms, seal_values
from okienko.conversations.store import actions, threads
from okienko.conversations.store.vault import open_vault
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.masking.forms import find_forms
from okienko.masking.mask import find, render
from okienko.masking.vault import open_person_key, open_sealed
from okienko.values import RawText, StaffId
from okienko.web.live import Live
from tests.web_world import CITATION, DOOR, NOW, Site, World, build_app, open_world, serve

pytestmark = pytest.mark.anyio

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=site.address, headers=OWN, trust_env=False) as client:
        yield client


async def start(client: httpx2.AsyncClient, language: str = "pl") -> dict[str, str]:
    answer = await client.post(f"/chat/{DOOR}/start", json={"language": language})
    assert answer.status_code == 200
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def send(client: httpx2.AsyncClient, token: dict[str, str], text: str) -> None:
    answer = await client.post(
        f"/hooks/webchat/{DOOR}", headers=token, json={"id": str(uuid4()), "kind": "text", "text": text, "choice": None}
    )
    assert answer.json() == {"state": "stored"}


async def updates(answer: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield orjson.loads(line.removeprefix("data: "))


async def test_looking_leaves_no_trace(client: httpx2.AsyncClient, world: World) -> None:
    for address in (f"/chat/{DOOR}.js", f"/chat/{DOOR}", f"/chat/{DOOR}?lang=en"):
        answer = await client.get(address)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert await world.rows("select count(*) from conversation") == [(0,)]
    assert await world.rows("select count(*) from person") == [(0,)]


async def test_the_script_brings_its_words_and_colour(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/chat/{DOOR}.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    found = re.search(r"const settings = (\{.*\});", answer.text)
    assert found is not None
    settings = orjson.loads(found[1])
    assert settings["words"]["pl"]["open"] == "Pomoc"
    assert settings["words"]["en"]["title"] == "Seans: help"
    assert settings["accent"]["light"] == "#7a1f3d"


async def test_the_window_says_first_what_answers(client: httpx2.AsyncClient) -> None:
    polish = (await client.get(f"/chat/{DOOR}")).text
    assert "To jest program (bot), nie człowiek." in polish
    assert "na 12 miesięcy" in polish
    assert re.findall(r'data-choice="(\w+)"', polish) == ["odtwarzanie", "platnosci", "konto"]
    assert polish.index('id="notice"') < polish.index('id="log"')
    assert "This is a program (a bot)" in (await client.get(f"/chat/{DOOR}?lang=en")).text


async def test_a_brand_without_a_list_may_be_framed_anywhere(client: httpx2.AsyncClient) -> None:
    assert "frame-ancestors" not in (await client.get(f"/chat/{DOOR}")).headers["content-security-policy"]


async def test_sec_10_a_list_of_sites_is_the_policy(database_urls: Urls) -> None:
    async with (
        open_world(database_urls, origins=("https://shop.example",)) as world,
        serve(world) as site,
        httpx2.AsyncClient(trust_env=False) as client,
    ):
        answer = await client.get(f"{site.address}/chat/{DOOR}")
        assert "frame-ancestors 'self' https://shop.example" in answer.headers["content-security-policy"]


async def test_a_token_is_told_once_and_kept_as_a_hash(client: httpx2.AsyncClient, world: World) -> None:
    token = await start(client)
    said = token["Authorization"].removeprefix("Bearer ")
    ((lookup, sealed, noticed),) = await world.rows(
        "select t.lookup, t.sealed, c.noticed from thread t join conversation c on c.id = t.conversation_id"
    )
    assert lookup == world.keys.lookup(f"webchat:{DOOR}", said)
    assert sealed is None
    assert noticed


async def test_strangers_are_refused(client: httpx2.AsyncClient, world: World) -> None:
    for token in ({}, {"Authorization": "Bearer " + "x" * 43}, {"Authorization": "Basic " + "x" * 43}):
        assert (await client.get(f"/chat/{DOOR}/stream", headers=token)).status_code == 401
        assert (await client.get(f"/chat/{DOOR}/transcript", headers=token)).status_code == 401
        for what in ("feedback", "contact", "language"):
            assert (await client.post(f"/chat/{DOOR}/{what}", headers=token, json={})).status_code == 401
    assert (await client.get("/chat/elsewhere")).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await client.post(f"/chat/{DOOR}/start", headers=foreign, json={})).status_code == 403
    assert (await client.post(f"/chat/{DOOR}/start", content=b"{")).status_code == 400
    assert await world.rows("select count(*) from conversation") == [(0,)]


async def test_an_address_may_begin_so_many_chats(world: World) -> None:
    app = build_app(world, Live(world.database, world.url), chats_per_hour=2)
    transport = httpx2.ASGITransport(app, client=("203.0.113.7", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk.example", headers=OWN) as client:
        await start(client)
        await start(client)
        refused = await client.post(f"/chat/{DOOR}/start", json={})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "3600"
    assert await world.rows("select count(*) from conversation") == [(2,)]


async def test_a_stream_begins_with_everything_and_repeats_nothing(client: httpx2.AsyncClient, site: Site) -> None:
    token = await start(client)
    await send(client, token, "nie mogę się zalogować, anna@poczta.example")
    conversation = await site.conversation()
    async with client.stream("GET", f"/chat/{DOOR}/stream", headers=token) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = updates(answer)
        first = await anext(events)
        assert [m["text"] for m in first["messages"]] == ["nie mogę się zalogować, [e-mail]"]
        assert first["state"]["searching"]
        await site.say(conversation, "cytat", kind="answer", citations=(CITATION,))
        second = await anext(events)
        assert [m["text"] for m in second["messages"]] == ["cytat"]
        assert second["messages"][0]["citations"] == [
            {
                "title": "Logowanie na telewizorze",
                "quote": CITATION.quote,
                "best": "Kod działa 10 minut.",
                "language": "pl",
                "address": "/help/seans/pl/articles/logowanie-na-telewizorze",
                "date": "3 września",
                "version": 3,
            }
        ]
        assert second["messages"][0]["time"] == "11:41"
        await site.live.announce_typing(site.world.brand.id, conversation)
        assert await anext(events) == {}
        await site.say(conversation, "Wybierz.", kind="clarify", choices=("konto", "person", "contact"))
        assert (await anext(events))["messages"][0]["choices"] == [
            {"slug": "konto", "name": "Konto i logowanie"},
            {"slug": "person", "name": "Porozmawiaj z człowiekiem"},
            {"slug": "contact", "name": None},
        ]
    async with client.stream("GET", f"/chat/{DOOR}/stream", headers=token) as answer:
        assert len((await anext(updates(answer)))["messages"]) == 3


async def test_an_agents_words_come_in_clear_through_the_stream(
    client: httpx2.AsyncClient, site: Site, world: World
) -> None:
    token = await start(client)
    conversation, written = await site.conversation(), "Kurier: 501-234-567"
    async with client.stream("GET", f"/chat/{DOOR}/stream", headers=token) as answer:
        events = updates(answer)
        assert (await anext(events))["messages"] == []
        async with world.database.brand(world.brand.id) as database:
            await database.execute(
                "update conversation set holder = 'agent', agent_id = %s where id = %s", (world.agent, conversation)
            )
            vault = await open_vault(database, conversation)
            assert vault is not None
            assert vault.wrapped_key is not None
            findings = find(RawText(written))
            masked = render(RawText(written), findings, {}, world.keys, "pl")
            key = await open_person_key(world.keys, vault.wrapped_key, brand=world.brand.id, person=vault.person)
            sealing = Sealing(key=key, brand=world.brand, person=vault.person, now=NOW)
            await actions.reply(
                database,
                conversation_id=conversation,
                staff_id=StaffId(world.agent),
                message_id=new_id(NOW),
                once=b"once",
                text=masked.text,
                items=seal_values(masked.vaulted, sealing, conversation=conversation),
                forms=seal_forms(find_forms(RawText(written), findings, masked.text), sealing),
                now=NOW,
            )
        await site.live.announce(world.brand.id, [conversation])
        update = await anext(events)
        while not update["messages"]:  # the state alone may come first
            update = await anext(events)
        (message,) = update["messages"]
        assert (message["author"], message["text"]) == ("agent", written)
    async with client.stream("GET", f"/chat/{DOOR}/stream", headers=token) as answer:
        first = await anext(updates(answer))
        assert first["messages"][-1]["text"] == written, "also when the window is opened again"
    assert await world.rows("select text from message where author = 'agent'") == [("Kurier: [telefon]",)]


async def test_feedback_is_kept_masked(client: httpx2.AsyncClient, site: Site) -> None:
    token = await start(client)
    message = str(await site.say(await site.conversation(), "cytat", kind="answer"))

    async def rate(**given: object) -> int:
        return (await client.post(f"/chat/{DOOR}/feedback", headers=token, json=given)).status_code

    assert await rate(message=message, helped=False) == 200
    assert await rate(message=message, helped=False, reason="unclear", comment="piszcie na a@b.example") == 200
    assert await site.world.rows("select helped, reason, comment from answer_feedback") == [
        (False, "unclear", "piszcie na [e-mail]")
    ]
    assert await rate(message=str(uuid4()), helped=True) == 404
    for wrong in (
        {"message": "1", "helped": True},
        {"message": message, "helped": 1},
        {"message": message, "helped": True, "reason": "bored"},
        {"message": message, "helped": True, "reason": ["wrong"]},
        {"message": message, "helped": True, "comment": "x" * 1001},
        {"helped": True},
    ):
        assert await rate(**wrong) == 400


async def test_a_contact_is_sealed_and_shown_as_a_word(client: httpx2.AsyncClient, site: Site) -> None:
    token = await start(client)
    world = site.world
    typed = {"value": " Anna@Poczta.example "}
    assert (await client.post(f"/chat/{DOOR}/contact", headers=token, json=typed)).status_code == 200
    ((row, person, kind, lookup, sealed),) = await world.rows(
        "select id, person_id, kind, lookup, sealed from identity"
    )
    assert kind == "email"
    async with world.database.brand(world.brand.id) as connection:
        wrapped = await threads.read_person_key(connection, person)  # type: ignore[arg-type]
    assert wrapped is not None
    place: dict[str, Any] = {"brand": world.brand.id, "person": person}
    key = await open_person_key(world.keys, wrapped, **place)
    assert isinstance(sealed, bytes)
    opened = open_sealed(key, sealed, **place, table="identity", column="sealed", row=row)  # type: ignore[arg-type]
    assert lookup == world.keys.lookup("EMAIL_ADDRESS", opened.reveal())
    ((text,),) = await world.rows("select text from message")
    assert text == "Zostawiono kontakt: [e-mail]. Konsultant będzie mógł tam napisać."


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("anna@poczta.example", "EMAIL_ADDRESS"),
        ("600 000 000", "PHONE_NUMBER"),
        ("+48 601 234 567", "PHONE_NUMBER"),
        ("zadzwońcie", None),
        ("a@b.example albo c@d.example", None),
        ("4111 1111 1111 1111", None),
        ("", None),
    ],
)
def test_what_is_a_contact(typed: str, label: str | None) -> None:
    found = read_contact(RawText(typed))
    assert (found.label if found else None) == label


async def test_what_is_no_contact_is_refused_and_not_kept(client: httpx2.AsyncClient, world: World) -> None:
    token = await start(client)
    for value in ("nic takiego", "", "x" * 300, 7, None):
        answer = await client.post(f"/chat/{DOOR}/contact", headers=token, json={"value": value})
        assert answer.status_code == 400
    assert await world.rows("select count(*) from identity") == [(0,)]


async def test_the_transcript_is_what_the_window_shows(client: httpx2.AsyncClient, site: Site) -> None:
    token = await start(client)
    conversation = await site.conversation()
    await send(client, token, "nie działa")
    await site.say(conversation, CITATION.quote, kind="answer", citations=(CITATION,))
    await site.say(conversation, "uwaga zespołu", author="note")
    await site.say(conversation, "Dzień dobry.", author="agent")
    answer = await client.get(f"/chat/{DOOR}/transcript", headers=token)
    lines = answer.text.splitlines()
    assert re.fullmatch(r"Seans · rozmowa \w{3}-\w{4}", lines[0])
    assert lines[1:] == [
        "Zapisano: 3 września 2026, 11:41",
        "",
        "Ty · 3 września 2026, 11:41",
        "nie działa",
        "",
        "Bot · 3 września 2026, 11:41",
        f"„{CITATION.quote}”",
        "Logowanie na telewizorze, stan na 3 września 2026, wersja 3, /help/seans/pl/articles/logowanie-na-telewizorze",
        "",
        "Anna · 3 września 2026, 11:41",
        "Dzień dobry.",
    ]


async def test_the_language_may_be_switched(client: httpx2.AsyncClient, world: World) -> None:
    token = await start(client, "xx")
    assert await world.rows("select language from conversation") == [("pl",)]
    assert (await client.post(f"/chat/{DOOR}/language", headers=token, json={"language": "en"})).status_code == 200
    assert (await client.post(f"/chat/{DOOR}/language", headers=token, json={"language": "de"})).status_code == 400
    assert await world.rows("select language from conversation") == [("en",)]

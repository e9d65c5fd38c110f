"""Bytes in, rows out: what arrives is masked, stored once and in order, or refused with nothing kept."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from psycopg import sql

from okienko.channels.webhook.adapter import sign
from tests.road.conftest import SECRET, World

pytestmark = pytest.mark.anyio
TOKEN = "t" * 43
PLANTED = (
    "jan.kowalski@poczta.example",
    "501 234 567",
    "501234567",
    "44051401458",
    "4111 1111 1111 1111",
    "4111111111111111",
)


async def test_ai_10_a_question_is_answered_with_a_citation(world: World) -> None:
    conversation = await world.begin(TOKEN)
    assert (await world.say(TOKEN, "ile mam czasu na zwrot towaru?")).status == 200
    await world.settle()
    (customer, bot) = await world.transcript(conversation)
    assert customer == ("customer", "text", "ile mam czasu na zwrot towaru?")
    assert bot[:2] == ("bot", "answer")
    assert "14 dni" in bot[2]
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select article_id, article_version, quote from citation")).fetchone()
    assert row == ("zwrot-towaru", 1, bot[2])


async def test_personal_data_are_placeholders_and_numbered_in_the_conversation(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "mój mail jan@poczta.example")
    await world.say(TOKEN, "albo ewa@poczta.example, nie jan@poczta.example")
    await world.say(TOKEN, "piszcie na pomoc@probny.example")
    texts = [text for author, _, text in await world.transcript(conversation) if author == "customer"]
    assert texts == ["mój mail [e-mail]", "albo [e-mail 2], nie [e-mail]", "piszcie na pomoc@probny.example"]


async def test_prv_03_nothing_planted_is_found_in_any_table(world: World) -> None:
    await world.begin(TOKEN)
    for value in PLANTED:
        await world.say(TOKEN, f"zwrot, moje dane to {value} proszę o pomoc")
    await world.settle()
    stored = dump(world.urls.owner)
    assert "moje dane to" in stored  # the probe sees what is there
    for value in PLANTED:
        assert value not in stored
        assert value.encode().hex() not in stored


def dump(owner: str) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(owner, autocommit=True) as connection:
        tables = connection.execute(
            "select relname from pg_class where relnamespace = 'okienko'::regnamespace and relkind = 'r'"
        ).fetchall()
        rows: list[str] = []
        for (brand,) in connection.execute("select id::text from okienko.brand").fetchall():
            connection.execute("select set_config('okienko.brand', %s, false)", (brand,))
            for (table,) in tables:
                read = sql.SQL("select t::text from okienko.{} t").format(sql.Identifier(table))
                rows += (row for (row,) in connection.execute(read))
    return "\n".join(rows)


async def test_sec_03_rel_05_a_repeat_has_no_second_effect(world: World) -> None:
    conversation = await world.begin(TOKEN)
    event = uuid4()
    states = [
        r.body["state"] for r in await asyncio.gather(*(world.say(TOKEN, "zwrot", event=event) for _ in range(64)))
    ]
    assert sorted(set(states)) == ["duplicate", "stored"]
    assert states.count("stored") == 1
    await world.settle()
    assert [author for author, _, _ in await world.transcript(conversation)] == ["customer", "bot"]


async def test_messages_keep_their_order_when_only_some_are_sealed(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await world.directory.read()  # so that no request waits for the brand's settings and is overtaken
    texts = [f"zwrot {n}" if n % 2 else f"zwrot {n} na jan{n}@poczta.example" for n in range(20)]
    await asyncio.gather(*(world.say(TOKEN, text) for text in texts))
    stored = [text.split()[1] for author, _, text in await world.transcript(conversation) if author == "customer"]
    assert stored == [str(n) for n in range(20)]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/hooks/webchat/nowhere", b"{}", {"authorization": f"Bearer {TOKEN}"}, 404),
        ("/hooks/webhook/chat", b"{}", {}, 404),
        ("/hooks/webchat/chat", b"{}", {}, 401),
        ("/hooks/webchat/chat", b"{}", {"authorization": "Bearer short"}, 401),
        ("/hooks/webchat/chat", b"not json", {"authorization": f"Bearer {TOKEN}"}, 400),
        ("/hooks/webchat/chat", b'{"id": "1", "kind": "text", "text": "x"}', {"authorization": f"Bearer {TOKEN}"}, 400),
        ("/hooks/webchat/chat", b"x" * 40_000, {"authorization": f"Bearer {TOKEN}"}, 413),
        (
            "/hooks/webchat/chat",
            orjson.dumps({"id": str(UUID(int=9)), "kind": "text", "text": "nobody's"}),
            {"authorization": f"Bearer {'u' * 43}"},
            401,
        ),
        ("/hooks/webhook/hook", b"{}", {}, 401),
    ],
)
async def test_sec_02_what_is_wrong_is_refused_and_leaves_nothing(
    world: World, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    await world.begin(TOKEN)
    before = dump(world.urls.owner)
    assert (await world.post(path, body, headers)).status == status
    assert dump(world.urls.owner) == before


def signed(world: World, body: bytes, event: str, *, age: float = 0) -> dict[str, str]:
    """Headers of a genuine delivery."""
    timestamp = str(int(world.clock().timestamp() - age))
    return {
        "webhook-id": event,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(SECRET, event, timestamp, body),
    }


async def test_a_signed_webhook_opens_a_conversation_and_is_answered_where_it_came_from(world: World) -> None:
    body = orjson.dumps({"conversation": "room-77-anna", "sender": "anna", "text": "ile mam czasu na zwrot towaru?"})
    assert (await world.post("/hooks/webhook/hook", body, signed(world, body, "e1"))).status == 200
    assert (await world.post("/hooks/webhook/hook", body, signed(world, body, "e1"))).body["state"] == "duplicate"
    await world.settle()
    notice, answer = (orjson.loads(call.body) for call in world.http.calls)
    assert (notice["kind"], answer["kind"]) == ("notice", "answer")
    assert {notice["conversation"], answer["conversation"]} == {"room-77-anna"}
    assert answer["citations"][0]["article"] == "zwrot-towaru"
    assert "room-77-anna" not in dump(world.urls.owner)


@pytest.mark.parametrize("age", [301, -301])
async def test_sec_02_a_webhook_that_is_too_old_or_too_new_is_refused(world: World, age: float) -> None:
    body = orjson.dumps({"conversation": "c", "sender": "s", "text": "zwrot"})
    assert (await world.post("/hooks/webhook/hook", body, signed(world, body, "e1", age=age))).status == 401


async def test_what_is_signed_and_not_understood_is_kept_by_its_shape(world: World) -> None:
    body = orjson.dumps({"conversation": 7, "text": "tajne", "secret-key": ["tajne"]})
    assert (await world.post("/hooks/webhook/hook", body, signed(world, body, "e1"))).status == 200
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select shape from unparsed")).fetchone()
    assert row == ("{?: [str], conversation: int, text: str}",)


async def test_a_choice_that_is_neither_category_nor_article_is_not_kept(world: World) -> None:
    await world.begin(TOKEN)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "insert into article (brand_id, id, language, category, updated_at)"
            " values (%s, 'haslo', 'pl', 'konto', now())",
            (world.brand.id,),
        )
    await world.say(TOKEN, "Hasło", kind="choice", choice="article:haslo")
    await world.say(TOKEN, "Hasło", kind="choice", choice="article:jan-kowalski")
    await world.say(TOKEN, "Konto", kind="choice", choice="konto")
    await world.say(TOKEN, "Konto", kind="choice", choice="jan@poczta.example")
    assert (await world.say(TOKEN, "Konto", kind="choice", choice="601234567")).status == 200
    async with world.database.brand(world.brand.id) as connection:
        rows = await (await connection.execute("select choice from message order by id")).fetchall()
    assert rows == [("article:haslo",), (None,), ("konto",), (None,), (None,)]

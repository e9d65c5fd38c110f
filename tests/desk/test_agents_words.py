"""What an agent writes: stored masked, read in clear by its customer alone, and for as long as it may be."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx2
import psycopg
import pytest
from psycopg import sql

from okienko.conversations.store import actions, upkeep
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.values import MaskedText, StaffId
from tests.desk_world import Begun, World, csrf, once

pytestmark = pytest.mark.anyio

TOKEN = "t" * 43
VALUES = ("501-234-567", "kurier@paczki.example")
WRITTEN = f"Kurier: {VALUES[0]}, {VALUES[1]}. Pozdrawiam"
STORED = "Kurier: [telefon], [e-mail 2]. Pozdrawiam"


@pytest.fixture
async def begun(world: World) -> Begun:
    """A conversation that Ola has taken over."""
    begun = await world.begin("mój adres to jan@poczta.example", token=TOKEN)
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    async with world.services.database.brand(begun.brand.id) as connection:
        await actions.take_over(
            connection,
            conversation_id=begun.id,
            staff_id=ola,
            holder=None,
            message_id=new_id(world.at),
            said=MaskedText("dołącza"),
            now=world.at,
        )
    return begun


async def ola(world: World, begun: Begun) -> httpx2.AsyncClient:
    """The browser of whoever has the conversation."""
    ((agent,),) = await begun.read("select agent_id from conversation where id = %(id)s")
    return await world.enter(StaffId(agent))


async def write(world: World, begun: Begun, text: str, *, mode: str = "reply", twice: bool = False) -> None:
    """A reply or a note, previewed where that is asked for."""
    async with await ola(world, begun) as browser:
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": once(page), "as": mode, "text": text}
        answer = await browser.post(begun.address + "/say", data=form)
        if answer.status_code == 200:
            found = re.search(r'name="seen" value="([^"]+)"', answer.text)
            assert found is not None
            form["seen"] = found[1]
            answer = await browser.post(begun.address + "/say", data=form)
        assert answer.status_code == 303
        if twice:
            assert (await browser.post(begun.address + "/say", data=form)).status_code == 303


async def window(world: World, begun: Begun, token: str = TOKEN) -> str:
    """What the customer's window has, as the file that it offers."""
    async with world.browser() as browser:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await browser.get(f"/chat/{begun.door}/transcript", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


async def test_the_customer_reads_what_was_written_and_nobody_else_does(
    world: World, begun: Begun, database_urls: Urls
) -> None:
    await write(world, begun, WRITTEN, twice=True)
    assert WRITTEN in await window(world, begun)
    assert WRITTEN in await window(world, begun), "also when the window is opened again"
    assert "mój adres to [e-mail]" in await window(world, begun), "the customer's own bubble stays as it is"
    assert await begun.read("select text from message where author = 'agent'") == [(STORED,)]
    async with await ola(world, begun) as browser:
        page = (await browser.get(begun.address)).text
        assert STORED in page
        found = await browser.post("/desk/search", data={"csrf": csrf(page), "words": VALUES[0]})
        assert begun.reference in found.text, "found by its keyed hash"
        page += (await browser.get("/desk?view=all")).text
        assert not any(value in page for value in VALUES)
    dumped = dump(database_urls.owner, str(begun.brand.id))
    assert STORED in dumped
    assert not any(value in dumped or value.encode().hex() in dumped for value in VALUES)


def dump(owner: str, brand: str) -> str:
    """Every row of a brand, as text."""
    rows: list[str] = []
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("select set_config('okienko.brand', %s, false)", (brand,))
        tables = connection.execute(
            "select relname from pg_class where relnamespace = 'okienko'::regnamespace and relkind = 'r'"
        ).fetchall()
        for (table,) in tables:
            read = sql.SQL("select t::text from okienko.{} t").format(sql.Identifier(table))
            rows += (row for (row,) in connection.execute(read))
    return "\n".join(rows)


async def test_what_is_said_again_keeps_its_number_and_its_own_spelling(world: World, begun: Begun) -> None:
    await write(world, begun, "to Jan@Poczta.example?")
    await write(world, begun, "a jednak jan@poczta.example")
    assert await begun.read("select text from message where author = 'agent' order by id") == [
        ("to [e-mail]?",), ("a jednak [e-mail]",),
    ]  # fmt: skip
    said = await window(world, begun)
    assert "to Jan@Poczta.example?" in said
    assert "a jednak jan@poczta.example" in said


async def test_a_placeholder_that_an_agent_types_is_only_a_word(world: World, begun: Begun) -> None:
    await write(world, begun, "Nadany na [e-mail], nie na inny@poczta.example")
    assert "Nadany na [e-mail], nie na inny@poczta.example" in await window(world, begun)


@pytest.mark.parametrize(
    "change",
    [
        "update vault_item set expires_at = expires_at - interval '20 years' where label = 'PHONE_NUMBER'",
        "delete from vault_item where label = 'PHONE_NUMBER'",
        "update vault_form set sealed = 'x' where place = 8",
        "update vault_form f set sealed = g.sealed from vault_form g where f.place = 8 and g.place = 19",
    ],
)
async def test_what_has_expired_or_does_not_open_leaves_its_placeholder(
    world: World, begun: Begun, change: str
) -> None:
    await write(world, begun, WRITTEN)
    await begun.change(change)
    assert f"Kurier: [telefon], {VALUES[1]}. Pozdrawiam" in await window(world, begun)


async def test_an_erased_persons_words_stay_closed(world: World, begun: Begun) -> None:
    await write(world, begun, WRITTEN)
    await begun.change("update person_key set wrapped = null, destroyed_at = now()")
    assert STORED in await window(world, begun)


async def test_neither_notes_nor_the_bots_words_are_put_into_clear(world: World, begun: Begun) -> None:
    await write(world, begun, "oddzwonić na 601 202 303", mode="note")
    await write(world, begun, WRITTEN)
    assert "601" not in await window(world, begun)
    await begun.change(
        "update message set author = 'bot', generator = 'articles', agent_id = null where author = 'agent'"
    )
    said = await window(world, begun)
    assert "[telefon 2], [e-mail 2]" in said, "whatever a row says, only what people wrote is put into clear"


async def test_a_stranger_reads_nothing(world: World, begun: Begun) -> None:
    await write(world, begun, WRITTEN)
    await world.begin("halo", token="u" * 43)
    theirs = await window(world, begun, "u" * 43)
    assert not any(value in theirs for value in VALUES)
    async with world.browser() as browser:
        headers = {"Authorization": f"Bearer {'v' * 43}"}
        assert (await browser.get(f"/chat/{begun.door}/transcript", headers=headers)).status_code == 401


async def test_a_number_is_not_given_out_again_when_its_value_has_expired(world: World, begun: Begun) -> None:
    await write(world, begun, WRITTEN)
    await begun.change("update vault_item set expires_at = expires_at - interval '20 years'")
    async with world.services.database.brand(begun.brand.id) as connection:
        assert await upkeep.expire_vault(connection, world.at) == 3
        assert await upkeep.expire_vault(connection, world.at) == 0
    assert await begun.read("select label, number from vault_spent order by label") == [
        ("EMAIL_ADDRESS", 2), ("PHONE_NUMBER", 1),
    ]  # fmt: skip
    assert await begun.read("select 1 from vault_form") == []
    await write(world, begun, "teraz inny@poczta.example i 601-202-303")
    assert await begun.read("select text from message where author = 'agent' order by id desc limit 1") == [
        ("teraz [e-mail 3] i [telefon 2]",)
    ]
    await begun.change("update vault_item set expires_at = expires_at - interval '20 years'")
    async with world.services.database.brand(begun.brand.id) as connection:
        await upkeep.expire_vault(connection, world.at)
    assert await begun.read("select label, number from vault_spent order by label") == [
        ("EMAIL_ADDRESS", 3), ("PHONE_NUMBER", 2),
    ]  # fmt: skip


async def test_a_value_that_is_said_again_is_kept_as_long_as_the_words_that_say_it(world: World, begun: Begun) -> None:
    expiry = "select expires_at from vault_item where number = 1 and label = 'EMAIL_ADDRESS'"
    ((before,),) = await begun.read(expiry)
    world.later(days=100)
    ((agent,),) = await begun.read("select agent_id from conversation where id = %(id)s")
    assert agent is not None
    await write(world, begun, "pisałam na jan@poczta.example")
    ((after,),) = await begun.read(expiry)
    assert (after - before).days == 100


async def test_what_was_not_posted_is_not_sealed(world: World, begun: Begun) -> None:
    await begun.change("update conversation set closed_at = now() where id = %(id)s")
    async with await ola(world, begun) as browser:
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": str(uuid4()), "as": "reply", "text": WRITTEN}
        asked = await browser.post(begun.address + "/say", data=form)
        found = re.search(r'name="seen" value="([^"]+)"', asked.text)
        assert found is not None
        assert (await browser.post(begun.address + "/say", data=form | {"seen": found[1]})).status_code == 409
    assert await begun.read("select count(*) from vault_item union all select count(*) from vault_form") == [(1,), (0,)]

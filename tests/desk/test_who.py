"""Who writes: the desk says plainly how much is known, and what somebody finds out is noted with a reason."""

from __future__ import annotations

import httpx2
import pytest

from okienko.identity import store as identity
from okienko.identity.levels import Level
from okienko.staff.store import Role
from okienko.values import PersonId
from tests.desk_world import Begun, World, csrf

pytestmark = pytest.mark.anyio
UNKNOWN = "tożsamość niesprawdzona"


async def enter(world: World, role: Role = "lead") -> httpx2.AsyncClient:
    return await world.enter(await world.hire("Anna", {world.brand.id: role}))


async def post(browser: httpx2.AsyncClient, begun: Begun, **form: str) -> httpx2.Response:
    token = csrf((await browser.get(begun.address)).text)
    return await browser.post(begun.address + "/identity", data={"csrf": token, **form})


async def levels(begun: Begun) -> list[tuple[object, ...]]:
    return await begun.read(
        "select level, reason, staff_id is not null from verification where conversation_id = %(id)s order by id"
    )


async def test_nobody_is_verified_until_somebody_is(world: World) -> None:
    begun = await world.begin("Dzień dobry")
    async with await enter(world) as browser:
        page = (await browser.get(begun.address)).text
        assert UNKNOWN in page
        assert "Niczego nie zmieniaj na koncie" in page
        answer = await post(browser, begun, checked="yes", reason="Oddzwoniono na numer z umowy")
        assert answer.status_code == 303
        page = (await browser.get(answer.headers["location"])).text
        assert "sprawdzono osobiście" in page
        assert "Oddzwoniono na numer z umowy" in page
        assert UNKNOWN not in page
        answer = await post(browser, begun, checked="no", reason="Głos był inny niż wczoraj")
        page = (await browser.get(answer.headers["location"])).text
        assert UNKNOWN in page
    assert [row[0] for row in await levels(begun)] == ["person", "none"]
    acts = await begun.read("select action from audit_payload where action like 'identity%%' order by at, id")
    assert [act for (act,) in acts] == ["identity-checked", "identity-doubted"]


@pytest.mark.parametrize("reason", ["", "tak", "   tak      "])
async def test_without_a_reason_nothing_is_noted(world: World, reason: str) -> None:
    begun = await world.begin("Dzień dobry")
    async with await enter(world) as browser:
        answer = await post(browser, begun, checked="yes", reason=reason)
        assert "co najmniej 10 znakach" in (await browser.get(answer.headers["location"])).text
    assert await levels(begun) == []


async def test_a_reason_is_masked(world: World) -> None:
    begun = await world.begin("Dzień dobry")
    async with await enter(world) as browser:
        await post(browser, begun, checked="yes", reason="pisze z halina.sroka@poczta.example")
    ((_, reason, _),) = await levels(begun)
    assert reason == "pisze z [e-mail]"


async def test_it_takes_a_fresh_proof_and_the_conversation(world: World) -> None:
    begun = await world.begin("Dzień dobry")
    async with await enter(world) as browser:
        world.later(minutes=11)
        answer = await post(browser, begun, checked="yes", reason="Oddzwoniono na numer z umowy")
        assert answer.headers["location"].startswith("/desk/confirm?next=")
    agent = await world.hire("Ewa", {world.brand.id: "agent"})
    async with await world.enter(agent) as browser:
        answer = await post(browser, begun, checked="yes", reason="Oddzwoniono na numer z umowy")
        assert answer.status_code == 403
    assert await levels(begun) == []


async def test_a_code_says_whose_address_it_was(world: World) -> None:
    begun, earlier = await world.begin("Dzień dobry"), await world.begin("Wczoraj")
    ((person,),) = await earlier.read("select person_id from conversation where id = %(id)s")
    async with world.services.database.brand(world.brand.id) as connection:
        await identity.note_code(connection, begun.id, PersonId(person), now=world.at)
    async with await enter(world) as browser:
        assert "kod na znany adres" in (await browser.get(begun.address)).text
        await earlier.change(
            """insert into identity
              (brand_id, person_id, id, kind, lookup, sealed, created_at, verified_at, verified_by)
            select brand_id, person_id, id, 'email', 'x', 'x', now(), now(), 'import' from conversation
            where id = %(id)s"""
        )
        assert "kod na adres z konta" in (await browser.get(begun.address)).text


async def test_a_category_that_asks_is_marked_until_somebody_is_verified(world: World) -> None:
    begun = await world.begin("Dzień dobry")
    await begun.change("update conversation set category = 'konto' where id = %(id)s")
    async with world.services.database.brand(world.brand.id) as connection:
        await identity.set_level(connection, "konto", Level.CODE)
    async with await enter(world) as browser:
        head = (await browser.get(begun.address)).text.split("</header>")
        assert any(UNKNOWN in part and 'id="talk-title"' in part for part in head)
        await post(browser, begun, checked="yes", reason="Oddzwoniono na numer z umowy")
        head = (await browser.get(begun.address)).text.split("</header>")
        assert not any(UNKNOWN in part and 'id="talk-title"' in part for part in head)

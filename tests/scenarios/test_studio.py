"""Scenarios at the desk: begun from a ready one, changed, tried, published by somebody else, taken back, withdrawn."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx2
import pytest

from okienko.audit.store import list_log
from okienko.database.urls import Urls
from okienko.scenarios import pages
from okienko.scenarios.files import read_texts
from okienko.staff.store import Role
from tests.desk_world import ACCOUNT, World, csrf, open_world

pytestmark = pytest.mark.anyio

PAGE = "/desk/scenarios"
ONE = f"{PAGE}/seans/delivery-problem"
BODY = read_texts()["delivery-problem"].replace("category: delivery", "category: konto")


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        world.app.router.routes.extend(pages.routes())
        await world.publish(ACCOUNT)
        yield world


async def _enter(world: World, name: str, role: Role = "lead") -> httpx2.AsyncClient:
    return await world.enter(await world.hire(name, {world.brand.id: role}))


async def _begin(browser: httpx2.AsyncClient) -> dict[str, str]:
    """A draft of the ready scenario; the hidden fields of its form."""
    token = csrf((await browser.get(PAGE)).text)
    made = await browser.post(PAGE, data={"csrf": token, "brand": "seans", "ready": "delivery-problem"})
    assert made.status_code == 303
    return {"csrf": token, "base": "1.1"}


def _body(page: str, name: str = "body") -> str:
    """The text that a page carries."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


async def test_from_a_ready_one_to_what_runs_with_a_second_pair_of_eyes(world: World) -> None:
    async with await _enter(world, "Lena") as lena, await _enter(world, "Adam", "admin") as adam:
        form = await _begin(lena)
        page = (await lena.post(ONE, data={**form, "body": read_texts()["delivery-problem"], "do": "look"})).text
        assert "Marka nie ma kategorii „delivery”. Ma: konto." in page
        said = "nie przyszła\nwczoraj\ntak"
        page = (await lena.post(ONE, data={**form, "body": BODY, "said": said, "language": "pl", "do": "look"})).text
        assert "Nic do poprawy; 3 dialogi przebiegają tak, jak zapisano." in page
        assert "Dobrze. Gdyby paczka nie przyszła" in page
        proposed = await lena.post(ONE, data={**form, "body": BODY, "do": "propose"})
        assert "Teraz może to opublikować ktoś inny." in proposed.text
        page = (await lena.get(ONE)).text
        assert "czeka na drugą osobę" in page
        assert "Opublikuje to ktoś inny." in page
        refused = await lena.post(f"{ONE}/run", data={**form, "base": "1.2", "do": "publish"})
        assert refused.status_code == 403
        assert "Musi to opublikować ktoś inny" in refused.text
        theirs = {"csrf": csrf((await adam.get(PAGE)).text), "base": "1.2", "do": "publish"}
        done = await adam.post(f"{ONE}/run", data=theirs)
        assert "Od teraz działa" in (await adam.get(done.headers["location"])).text
        assert "działa wersja 1" in (await lena.get(PAGE)).text
    async with world.services.database.brand(world.brand.id) as connection:
        acts = [line.payload.action for line in await list_log(connection, limit=10)]
    assert [act for act in acts if act.startswith("scenario")] == [
        "scenario-published",
        "scenario-saved",
        "scenario-saved",
    ]


async def test_what_has_problems_is_saved_and_not_published(world: World) -> None:
    async with await _enter(world, "Lena") as lena, await _enter(world, "Adam", "admin") as adam:
        form = await _begin(lena)
        broken = BODY.replace("go: damage", "go: damge", 1)
        proposed = await lena.post(ONE, data={**form, "body": broken, "do": "propose"})
        assert proposed.status_code == 422
        assert "Nie ma kroku „damge”. Może „damage”?" in proposed.text
        token = csrf((await adam.get(PAGE)).text)
        refused = await adam.post(f"{ONE}/run", data={"csrf": token, "base": "1.2", "do": "publish"})
        assert refused.status_code == 422
        assert "najpierw trzeba poprawić" in refused.text
        assert "nie działa" in (await adam.get(PAGE)).text
        other = await lena.post(
            ONE, data={**form, "base": "1.2", "body": BODY.replace("scenario: d", "scenario: e", 1), "do": "keep"}
        )
        assert other.status_code == 422
        assert "musi zostać taka, jaka jest" in other.text


async def test_two_people_overwrite_nothing_unseen(world: World) -> None:
    async with await _enter(world, "Lena") as lena, await _enter(world, "Adam", "admin") as adam:
        form = await _begin(lena)
        theirs = {**form, "csrf": csrf((await adam.get(PAGE)).text)}
        assert (await lena.post(ONE, data={**form, "body": BODY, "do": "keep"})).status_code == 200
        late = await adam.post(ONE, data={**theirs, "body": BODY + "# moje\n", "do": "keep"})
        assert late.status_code == 409
        assert "# moje" in late.text
        assert 'name="base" value="1.2"' in late.text


async def test_back_to_a_version_that_ran_and_withdrawn(world: World) -> None:
    async with await _enter(world, "Adam", "admin") as adam:
        form = await _begin(adam)
        token = {"csrf": form["csrf"]}
        changed = await adam.post(f"{PAGE}/review", data={**token, "brand": "seans", "review": "no"})
        assert "Zmieniono, kto publikuje." in (await adam.get(changed.headers["location"])).text
        await adam.post(ONE, data={**form, "body": BODY, "do": "keep"})
        assert (await adam.post(f"{ONE}/run", data={**token, "base": "1.2", "do": "publish"})).status_code == 303
        newer = BODY.replace("Co się stało z przesyłką?", "Co się stało?")
        await adam.post(ONE, data={**token, "base": "1.2", "body": newer, "do": "keep"})
        assert (await adam.post(f"{ONE}/run", data={**token, "base": "2.1", "do": "publish"})).status_code == 303
        assert (await adam.post(f"{ONE}/run", data={**token, "base": "1.2", "do": "publish"})).status_code == 303
        page = (await adam.get(ONE)).text
        assert "działa wersja 1" in page
        done = await adam.post(f"{ONE}/run", data={**token, "do": "withdraw"})
        page = (await adam.get(done.headers["location"])).text
        assert "Już się nie zaczyna." in page
        assert page.count("już nic") == 1


async def test_a_new_one_is_filled_in_by_forms_and_the_trial_is_not_saved(world: World) -> None:
    async with await _enter(world, "Lena") as lena:
        token = {"csrf": csrf((await lena.get(PAGE)).text)}
        new = {**token, "brand": "seans", "name": "Karta nie działa", "language": "pl"}
        made = await lena.post(PAGE, data=new)
        place = made.headers["location"].partition("?")[0]
        assert place == f"{PAGE}/seans/karta-nie-dziala"
        page = (await lena.get(made.headers["location"])).text
        assert 'name="t:steps/0/say/pl"' in page
        assert "Tu powinien być tekst" in page
        assert (await lena.post(PAGE, data=new)).status_code == 409
        form = {**token, "base": "1.1", "view": "steps", "open": "0", "body": _body(page), "language": "pl"}
        asked = {
            "t:steps/0/say/pl": "Co się dzieje?",
            "t:steps/0/choices/0/pl": "Jest zużyta",
            "t:steps/0/choices/0/go": "+end",
            "t:steps/0/choices/1/pl": "Coś innego",
            "t:steps/0/choices/1/go": "+hand_off",
        }
        tried = (await lena.post(place, data={**form, **asked, "do": "pick:Jest zużyta"})).text
        assert "Tu scenariusz się kończy." in tried
        assert "Co się dzieje?" not in (await lena.get(f"{place}?view=text")).text
        kept = (await lena.post(place, data={**form, **asked, "said": "Jest zużyta", "do": "dialogue"})).text
        assert "Próba jest teraz dialogiem" in kept
        assert "1 ✓" in kept
        text = (await lena.get(f"{place}?view=text")).text
        assert "customer: Jest zużyta" in text
        gone = (await lena.post(place, data={**form, "base": "1.2", "body": _body(text), "do": "remove:1"})).text
        assert "Nie ma kroku „jest-zuzyta”" in gone
        back = {**form, "base": "1.3", "body": _body(gone), "before": _body(gone, "before"), "do": "undo"}
        assert "Szkic zapisany." in (await lena.post(place, data=back)).text
        assert _body((await lena.get(f"{place}?view=text")).text) == _body(text)


async def test_two_versions_are_compared_and_what_differs_from_theirs_is_shown(world: World) -> None:
    async with await _enter(world, "Adam", "admin") as adam, await _enter(world, "Lena") as lena:
        form = await _begin(adam)
        token = {"csrf": form["csrf"]}
        await adam.post(f"{PAGE}/review", data={**token, "brand": "seans", "review": "no"})
        await adam.post(ONE, data={**form, "body": BODY, "do": "publish"})
        newer = BODY.replace("Co się stało z przesyłką?", "Co się stało?")
        await adam.post(ONE, data={**token, "base": "1.2", "body": newer, "do": "keep"})
        page = (await adam.get(f"{ONE}?view=versions&from=2&to=1")).text
        assert "Od wersji 1 do wersji 2" in page
        assert "mówi, po polsku" in page
        assert "<del>" in page
        theirs = {"csrf": csrf((await lena.get(PAGE)).text), "base": "1.2", "body": BODY + "# moje\n", "do": "keep"}
        late = await lena.post(ONE, data=theirs)
        assert late.status_code == 409
        assert "Od tego, co zapisano, do Twojego tekstu" in late.text


async def test_a_draft_is_kept_whatever_is_wrong_with_it_and_its_author_is_on_record_once(world: World) -> None:
    async with await _enter(world, "Lena") as lena:
        form = await _begin(lena)
        for number, body in enumerate(["scenario: [", "steps: 3", "name: {pl: A}\nsteps: []"], start=1):
            kept = await lena.post(ONE, data={**form, "base": f"1.{number}", "body": body, "do": "keep"})
            assert "Szkic zapisany." in kept.text
            for view in ("steps", "picture", "text", "dialogues", "versions"):
                assert (await lena.get(f"{ONE}?view={view}")).status_code == 200
    async with world.services.database.brand(world.brand.id) as connection:
        acts = [line.payload.action for line in await list_log(connection, limit=10)]
    assert acts.count("scenario-saved") == 1


async def test_only_leads_and_administrators_of_the_brand(world: World) -> None:
    async with await _enter(world, "Lena") as lena:
        await _begin(lena)
        token = csrf((await lena.get(PAGE)).text)
        assert (
            await lena.post(f"{PAGE}/review", data={"csrf": token, "brand": "seans", "review": "no"})
        ).status_code == 403
    async with await _enter(world, "Iga", "agent") as iga:
        assert (await iga.get(PAGE)).status_code == 403
        assert (await iga.get(ONE)).status_code == 403
    async with await world.enter(await world.hire("Ola", {world.other.id: "admin"})) as ola:
        assert (await ola.get(ONE)).status_code == 404

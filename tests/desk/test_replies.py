"""Saved replies: who keeps them, what a conversation makes of them, and two people who change the same one."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx2
import pytest

from okienko.desk.replies.form import LONGEST_BODY, LONGEST_NAME, fill, find_problem
from tests.desk_world import World, csrf

GREETING = {
    "id": "",
    "edits": "0",
    "language": "pl",
    "name": "Powitanie",
    "body": "Dzień dobry, tu {agent}. Sprawa {reference}.",
}


@pytest.mark.parametrize(
    ("name", "body", "fine"),
    [
        ("a", "b", True),
        ("a" * LONGEST_NAME, "b" * LONGEST_BODY, True),
        ("", "b", False),
        ("a" * (LONGEST_NAME + 1), "b", False),
        ("a", "", False),
        ("a", "b" * (LONGEST_BODY + 1), False),
        ("a", "{reference} { brand } {agent}", True),
        ("a", "{imię}", False),
        ("a", "{}", False),
        ("a", "a } { b\n{", True),
    ],
)
def test_what_may_be_saved(name: str, body: str, fine: bool) -> None:
    assert (find_problem(name, body) is None) == fine


def test_what_stands_in_braces_is_put_in() -> None:
    assert fill("{reference}, { brand }, {agent}", {"reference": "K7F-2QDA", "brand": "Seans"}) == (
        "K7F-2QDA, Seans, {agent}"
    )


async def save(browser: httpx2.AsyncClient, world: World, form: Mapping[str, str]) -> httpx2.Response:
    page = (await browser.get("/desk/replies")).text
    return await browser.post(f"/desk/replies/{world.brand.slug}", data={**form, "csrf": csrf(page)})


async def find_form(browser: httpx2.AsyncClient, world: World) -> dict[str, str]:
    """The form of the one reply that there is."""
    page = (await browser.get("/desk/replies")).text
    (address,) = set(re.findall(rf"/desk/replies/{world.brand.slug}/[0-9a-f-]{{36}}(?=#)", page))
    page = (await browser.get(address)).text
    edits = re.search(r'name="edits" value="(\d+)"', page)
    assert edits is not None
    return {**GREETING, "id": address.rsplit("/", 1)[1], "edits": edits[1]}


@pytest.mark.anyio
async def test_a_lead_keeps_a_reply_and_an_agent_finds_it_filled_in(world: World) -> None:
    ewa = await world.hire("Ewa Lis", {world.brand.id: "lead"})
    jan = await world.hire("Jan Wilk", {world.brand.id: "agent"})
    begun = await world.begin("halo")
    address = f"/desk/conversations/{world.brand.slug}/{begun.reference}"
    async with await world.enter(ewa) as browser:
        assert (await save(browser, world, GREETING)).status_code == 303
        assert "Powitanie" in (await browser.get("/desk/replies?did=saved")).text
    async with await world.enter(jan) as browser:
        page = (await browser.get(address)).text
        assert 'id="replies"' not in page, "only who may reply is offered replies"
        await browser.post(f"{address}/take-over", data={"csrf": csrf(page)})
        page = (await browser.get(address)).text
        filled = f"Dzień dobry, tu Jan Wilk. Sprawa {begun.reference}."
        assert f'data-insert="{filled}"' in page
        link = re.search(r'href="([^"]+\?insert=[^"]+)"', page)
        assert link is not None
        assert f"{filled}</textarea>" in (await browser.get(link[1])).text, "without a script"
        assert (await browser.get("/desk/replies")).status_code == 403


@pytest.mark.anyio
async def test_two_who_change_the_same_reply_overwrite_nothing_unseen(world: World) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "lead"})
    ola = await world.hire("Ola", {world.brand.id: "admin"})
    async with await world.enter(ewa) as first, await world.enter(ola) as second:
        assert (await save(first, world, GREETING)).status_code == 303
        form = await find_form(second, world)
        assert (await save(first, world, {**form, "body": "Dzień dobry od Ewy."})).status_code == 303
        late = await save(second, world, {**form, "body": "Dzień dobry od Oli."})
        assert late.status_code == 422
        assert "Dzień dobry od Oli.</textarea>" in late.text, "what was typed is not lost"
        assert "Dzień dobry od Ewy." in (await second.get("/desk/replies")).text
        again = re.search(r'name="edits" value="(\d+)"', late.text)
        assert again is not None
        sure = {**form, "edits": again[1], "body": "Dzień dobry od Oli."}
        assert (await save(second, world, sure)).status_code == 303
        assert "Dzień dobry od Oli." in (await first.get("/desk/replies")).text


@pytest.mark.anyio
async def test_a_name_stands_once_in_a_language_and_a_reply_can_be_deleted(world: World) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "lead"})
    async with await world.enter(ewa) as browser:
        assert (await save(browser, world, GREETING)).status_code == 303
        assert (await save(browser, world, {**GREETING, "body": "Co innego."})).status_code == 422
        assert (await save(browser, world, {**GREETING, "language": "de"})).status_code == 400
        form = await find_form(browser, world)
        page = (await browser.get("/desk/replies")).text
        gone = await browser.post(f"/desk/replies/{world.brand.slug}/{form['id']}/delete", data={"csrf": csrf(page)})
        assert gone.status_code == 303
        assert "Powitanie" not in (await browser.get("/desk/replies")).text
        gone = await browser.get(f"/desk/replies/{world.brand.slug}/{form['id']}")
        assert gone.headers["location"].startswith("/desk/replies?did=deleted")
        assert (await browser.get(f"/desk/replies/{world.other.slug}/{form['id']}")).status_code == 404

"""Incidents at the desk: declared, previewed on real messages, changed, ended; and who may."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from okienko.audit.store import list_log
from okienko.incidents import store
from okienko.staff.store import Role
from tests.desk_world import ACCOUNT, World, csrf

pytestmark = pytest.mark.anyio

PAGE = "/desk/incidents"
FORM = {
    "broke": "Film nie odtwarza się na telewizorze",
    "notice_pl": "Na telewizorach filmy się nie włączają. Na telefonie i komputerze działają.",
    "notice_en": "Films do not start on TVs. Phones and computers work.",
    "since": "2026-09-21T10:30",
    "until": "2026-09-21T18:00",
    "examples": "film nie włącza się na telewizorze\nna tv czarny ekran zamiast filmu\nfilm does not start on my tv",
}


async def _enter(world: World, name: str, role: Role = "lead") -> httpx2.AsyncClient:
    return await world.enter(await world.hire(name, {world.brand.id: role}))


async def _new(browser: httpx2.AsyncClient) -> tuple[str, dict[str, str]]:
    """The address of a new incident's form, and the form."""
    page = (await browser.get(f"{PAGE}/new")).text
    found = re.search(r'action="(/desk/incidents/seans/[0-9a-f-]{36})"', page)
    assert found is not None
    return found[1], {**FORM, "csrf": csrf(page)}


async def test_from_an_empty_form_to_what_is_said_and_to_its_end(world: World) -> None:
    async with await _enter(world, "Lena") as lena:
        address, form = await _new(lena)
        refused = await lena.post(address, data={**form, "notice_en": "", "broke": " ", "do": "declare"})
        assert refused.status_code == 422
        assert refused.text.count('aria-invalid="true"') == 2
        declared = await lena.post(address, data={**form, "do": "declare"})
        assert declared.status_code == 303
        page = (await lena.get(declared.headers["location"])).text
        assert "Ogłoszona" in page
        assert "trwa" in (await lena.get(PAGE)).text
        base = re.search(r'name="base" value="([\d.]+)"', page)
        assert base is not None
        newer = {**form, "base": base[1], "notice_pl": "Wraca po kolei.", "do": "declare"}
        assert (await lena.post(address, data=newer)).status_code == 303
        overtaken = await lena.post(address, data={**newer, "notice_pl": "Co innego."})
        assert overtaken.status_code == 409
        assert "Co innego." in overtaken.text
        ended = await lena.post(f"{address}/end", data={"csrf": form["csrf"], "do": "solved", "solved_pl": "Działa."})
        assert ended.status_code == 303
        assert "usunięta" in (await lena.get(PAGE)).text
        assert (await lena.post(address, data={**newer, "base": "2.1"})).status_code == 409, "what is over stays over"
    async with world.services.database.brand(world.brand.id) as connection:
        (version, *_) = await store.list_incidents(connection, world.brand.id)
        log = [line.payload.action for line in await list_log(connection, limit=10)]
    assert (version.version, version.live, version.solved) == (2, 2, True)
    assert version.incident.notice["pl"] == "Wraca po kolei."
    assert version.incident.solved["pl"] == "Działa."
    assert [action for action in reversed(log) if action.startswith("incident")] == [
        "incident-declared",
        "incident-updated",
        "incident-ended",
    ]


async def test_the_preview_shows_which_messages_would_have_heard_of_it_and_learns(world: World) -> None:
    await world.begin("Na telewizorze zamiast filmu mam czarny ekran, nie włącza się")
    await world.begin("Jak zmienić hasło do konta?", token="b")
    strange = await world.begin("Ekran u mnie ciemny, tylko dźwięk idzie", token="c")
    async with await _enter(world, "Lena") as lena:
        address, form = await _new(lena)
        page = (await lena.post(address, data={**form, "do": "preview"})).text
        heard, others = page.split('id="not-heard"')
        assert "Na telewizorze zamiast filmu" in heard
        assert "Jak zmienić hasło" in others
        assert "Ekran u mnie ciemny" in others
        button = re.search(rf'value="(about:{strange.id}:[0-9a-f-]+)"', others)
        assert button is not None
        learnt = (await lena.post(address, data={**form, "do": button[1]})).text
        assert "Ekran u mnie ciemny" in learnt.split('id="not-heard"')[0]
        marks = re.search(r'name="marks" value="([^"]+)"', learnt)
        assert marks is not None
        assert marks[1] == button[1]
        saved = await lena.post(address, data={**form, "marks": marks[1], "do": "save"})
        assert saved.status_code == 303
        assert marks[1] in (await lena.get(address)).text
        taken_back = (await lena.post(address, data={**form, "marks": marks[1], "do": "unmark" + marks[1][5:]})).text
        assert 'name="marks" value=""' in taken_back
    await strange.change("delete from conversation where id = %(id)s", id=strange.id)
    async with world.services.database.brand(world.brand.id) as connection:
        assert await store.read_marks(connection, world.brand.id) == [], "nothing was copied"


async def test_another_page_can_open_a_draft_and_customers_words_are_not_copied(world: World) -> None:
    begun = await world.begin("Na telewizorze zamiast filmu mam czarny ekran")
    async with await _enter(world, "Lena") as lena:
        token = csrf((await lena.get(PAGE)).text)
        fields = {
            "csrf": token,
            "brand": "seans",
            "broke": "czarny ekran na telewizorze",
            "since": (world.at - timedelta(minutes=20)).isoformat(),
            "language": ["pl"],
            "channel": ["webchat"],
            "category": "konto",
            "example": ["Na telewizorze zamiast filmu mam czarny ekran", "film nie rusza na tv"],
        }
        made = await lena.post(f"{PAGE}/draft", data=fields)
        assert made.status_code == 303
        page = (await lena.get(made.headers["location"])).text
        assert "czarny ekran na telewizorze" in page
        assert f"about:{begun.id}:" in page
        assert (await lena.post(f"{PAGE}/draft", data={**fields, "csrf": "x"})).status_code == 403
    async with world.services.database.brand(world.brand.id) as connection:
        (draft,) = await store.list_incidents(connection, world.brand.id)
        (marked,) = await store.read_marks(connection, world.brand.id)
    assert draft.live is None
    assert draft.incident.examples == ("film nie rusza na tv",)
    assert (draft.incident.languages, draft.incident.channels, draft.incident.categories) == (
        ("pl",),
        ("webchat",),
        ("konto",),
    )
    assert draft.incident.since == (world.at - timedelta(minutes=20)).replace(second=0, microsecond=0)
    assert marked.about


async def test_agents_see_and_leads_declare(world: World) -> None:
    async with await _enter(world, "Lena") as lena, await _enter(world, "Aga", "agent") as aga:
        address, form = await _new(lena)
        await lena.post(address, data={**form, "do": "declare"})
        assert "Film nie odtwarza" in (await aga.get(PAGE)).text
        page = (await aga.get(address)).text
        assert FORM["notice_pl"] in page
        assert "incident-form" not in page
        token = csrf((await aga.get("/desk/account")).text)
        assert (await aga.get(f"{PAGE}/new")).status_code == 403
        assert (await aga.post(address, data={**form, "csrf": token, "do": "declare"})).status_code == 403
        assert (await aga.post(f"{address}/end", data={"csrf": token, "do": "end"})).status_code == 403
        assert (await aga.post(f"{PAGE}/draft", data={"csrf": token, "brand": "seans"})).status_code == 403


async def test_whether_it_is_solved_can_be_said_later_and_a_draft_can_be_thrown_away(world: World) -> None:
    async with await _enter(world, "Lena") as lena:
        address, form = await _new(lena)
        await lena.post(address, data={**form, "do": "declare"})
        token = {"csrf": form["csrf"]}
        await lena.post(f"{address}/end", data={**token, "do": "end"})
        assert "Czy awaria jest usunięta?" in (await lena.get(address)).text
        await lena.post(f"{address}/end", data={**token, "do": "solved"})
        assert "Czy awaria jest usunięta?" not in (await lena.get(address)).text
        other, form = await _new(lena)
        await lena.post(other, data={**form, "do": "save"})
        assert (await lena.post(other, data={**token, "do": "discard"})).status_code == 303
        assert (await lena.get(other)).status_code == 404
        await lena.post(address, data={**token, "do": "discard"})
        assert (await lena.get(address)).status_code == 200, "what was declared once is not thrown away"


async def test_a_conversation_at_the_desk_names_the_incident_that_it_asked_about(world: World) -> None:
    begun = await world.begin("Na telewizorze zamiast filmu mam czarny ekran")
    async with await _enter(world, "Lena") as lena:
        address, form = await _new(lena)
        await lena.post(address, data={**form, "do": "declare"})
        before = (await lena.get(begun.address)).text
        await begun.change(
            """insert into incident_report (brand_id, conversation_id, incident_id, told, first_at, last_at)
            select brand_id, %(id)s, id, 1, now(), now() from incident"""
        )
        after = (await lena.get(begun.address)).text
        account = (await lena.get(address)).text
    assert FORM["broke"] not in before
    assert f'<a href="{address}">{FORM["broke"]}</a>' in after
    assert begun.reference in account.split("incident-account")[1]


async def test_articles_that_whoever_asks_also_gets_are_named_so_that_none_contradicts(world: World) -> None:
    tv = replace(
        ACCOUNT,
        id="telewizor",
        title="Film nie włącza się na telewizorze",
        body="Gdy film nie włącza się na telewizorze, zaktualizuj aplikację na telewizorze.",
    )
    await world.publish(tv, ACCOUNT)
    async with await _enter(world, "Lena") as lena:
        address, form = await _new(lena)
        page = (await lena.post(address, data={**form, "do": "preview"})).text
        assert 'href="/desk/articles/seans/pl/telewizor"' in page
        assert "/desk/articles/seans/pl/konto" not in page

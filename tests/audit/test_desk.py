"""The log at the desk: what is written down there, who may read it, packs, and samples of what masking missed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx2
import psycopg
import pytest

from okienko import missed
from okienko.answers.shelf import Shelf
from okienko.app import build
from okienko.audit.store import list_log, list_samples
from okienko.auditing import verify
from okienko.consent import store as consent
from okienko.consent.texts import CONSENT, write_texts
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.pack import make, store
from okienko.policy.brand import put_in_force
from okienko.policy.files import read_own_book
from okienko.receive import Reception
from okienko.rights.clocks import find_term
from okienko.rights.retention import nightly
from okienko.rights.store import requests
from okienko.values import BrandId, StaffId
from tests.conftest import Cluster
from tests.desk_world import World, csrf, open_world

pytestmark = pytest.mark.anyio

REASON = "potrzebny adres do wysyłki"
SECRET = "ola.nowak@poczta.example"


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        yield world


async def enter(world: World, staff: StaffId) -> httpx2.AsyncClient:
    """A browser of somebody who has signed in, at the whole application."""
    given = world.services
    reception = Reception(given.database, given.directory, given.keys, given.clock, lambda: None)
    transport = httpx2.ASGITransport(app=build(given, reception, Shelf()), client=("127.0.0.1", 1))
    browser = httpx2.AsyncClient(transport=transport, base_url="http://desk.example")
    async with await world.enter(staff) as entered:
        browser.cookies.update(entered.cookies)
    return browser


async def acts(world: World, brand: BrandId | None) -> list[str]:
    """What the log says was done, the first thing first."""
    database = world.services.database
    async with database.shared() if brand is None else database.brand(brand) as connection:
        return [line.payload.action for line in reversed(await list_log(connection, limit=100))]


async def test_what_is_looked_at_and_done_at_the_desk_stands_in_the_log_and_no_word_of_it(
    world: World, database_urls: Urls, cluster: Cluster
) -> None:
    ola = await world.hire("Ola", {world.brand.id: "lead"})
    begun = await world.begin(f"Zwrot na {SECRET}, dziękuję")
    item = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    async with await enter(world, ola) as browser:
        page = await browser.get(begun.address)
        assert page.status_code == 200
        form = {"csrf": csrf(page.text)}
        await browser.get(begun.address)
        await browser.post("/desk/search", data=form | {"words": SECRET})
        await browser.post(begun.address + "/reveal", data=form | {"item": str(item), "reason": REASON})
        await browser.post(begun.address + "/take-over", data=form)
        await browser.post(begun.address + "/close", data=form)
    said = await acts(world, world.brand.id)
    assert said == [
        "colleague-added",
        "conversation-read",  # once, although it was opened twice
        "people-searched",
        "value-revealed",
        "conversation-taken",
        "conversation-closed",
    ]
    assert "signed-in" in await acts(world, None)
    superuser = urlsplit(cluster.server.superuser)._replace(path=urlsplit(database_urls.app).path).geturl()
    with psycopg.connect(superuser) as connection:
        rows = connection.execute("select p.*::text, e.*::text from okienko.audit_payload p, okienko.audit_entry e")
        everything = str(rows.fetchall())
    assert "value-revealed" in everything
    for word in (SECRET, "nowak", "adres", "Zwrot", "Ola"):
        assert word not in everything
    verdict = await verify(
        world.services.database, [world.brand.id, world.other.id], heads=(), trusted=(), now=world.at
    )
    assert verdict.problems == ()


async def test_a_refused_reveal_leaves_no_entry(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    begun = await world.begin(f"to {SECRET}")
    item = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    async with await enter(world, ola) as browser:
        form = {"csrf": csrf((await browser.get(begun.address)).text), "item": str(item), "reason": REASON}
        assert (await browser.post(begun.address + "/reveal", data=form)).status_code == 403
    assert "value-revealed" not in await acts(world, world.brand.id)


PAGES = ["/desk/audit", "/desk/audit/check", "/desk/audit/packs", "/desk/audit/samples"]


@pytest.mark.parametrize("role", ["auditor", "privacy", "admin"])
async def test_who_audits_reads_the_log(world: World, role: str) -> None:
    ela = await world.hire("Ela", {world.brand.id: role})  # pyright: ignore[reportArgumentType] - a role, by name
    async with await enter(world, ela) as browser:
        for page in PAGES:
            assert (await browser.get(page)).status_code == 200, page
        shown = (await browser.get("/desk/audit")).text
    assert "odczyt tego dziennika" in shown, "reading it is an entry, too"
    assert "Kramik" not in shown, "another brand's log is not theirs"


@pytest.mark.parametrize("role", ["agent", "lead"])
async def test_who_answers_customers_does_not(world: World, role: str) -> None:
    ola = await world.hire("Ola", {world.brand.id: role})  # pyright: ignore[reportArgumentType] - a role, by name
    async with await enter(world, ola) as browser:
        for page in PAGES:
            assert (await browser.get(page)).status_code == 403, page


async def test_an_auditor_sees_nothing_but_the_log(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "auditor"})
    begun = await world.begin("Gdzie jest moja paczka?")
    async with await enter(world, ela) as browser:
        assert (await browser.get("/desk")).headers["location"] == "/desk/audit"
        assert (await browser.get(begun.address)).status_code == 404
        for page in ("/desk/check", "/desk/colleagues", "/desk/words"):
            assert (await browser.get(page)).status_code == 403, page
        found = await browser.post(
            "/desk/search", data={"csrf": csrf((await browser.get("/desk/audit")).text), "words": begun.reference}
        )
        assert begun.reference not in found.text


async def test_the_log_is_filtered_and_paged(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "admin", world.other.id: "admin"})
    ola = await world.hire("Ola", {world.brand.id: "lead"})
    begun = await world.begin("Gdzie jest moja paczka?")
    async with await enter(world, ola) as hers:
        await hers.get(begun.address)
    async with await enter(world, ela) as browser:
        seen = (await browser.get(f"/desk/audit?brand=seans&who={ola}&what=seen")).text
        assert begun.reference in seen
        assert begun.reference not in (await browser.get(f"/desk/audit?brand=seans&who={ela}")).text
        assert begun.reference not in (await browser.get("/desk/audit?brand=seans&what=done")).text
        assert begun.reference not in (await browser.get("/desk/audit?brand=seans&until=2026-01-01")).text
        assert begun.reference not in (await browser.get("/desk/audit?brand=kramik")).text
        assert "zalogowanie" in (await browser.get("/desk/audit?brand=-")).text
        for _ in range(101):
            await browser.get("/desk/audit?brand=seans")
        first = (await browser.get("/desk/audit?brand=seans")).text
        assert "Starsze wpisy" in first
        assert (await browser.get("/desk/audit?brand=seans&before=3")).text.count("<tr>") <= 3


async def test_the_check_says_that_it_is_whole_and_what_is_wrong(
    world: World, database_urls: Urls, cluster: Cluster
) -> None:
    ela = await world.hire("Ela", {world.brand.id: "auditor"})
    async with await enter(world, ela) as browser:
        form = {"csrf": csrf((await browser.get("/desk/audit/check")).text)}
        assert "Wszystko się zgadza" in (await browser.post("/desk/audit/check", data=form)).text
        superuser = urlsplit(cluster.server.superuser)._replace(path=urlsplit(database_urls.app).path).geturl()
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute("delete from okienko.audit_entry where number = 1")
        said = (await browser.post("/desk/audit/check", data=form)).text
    assert "Dziennik nie jest kompletny" in said
    assert "1: brak" in said


# packs ----------------------------------------------------------------------------------------------------------------


async def test_a_pack_is_made_by_one_button_and_says_who_saw_what(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    begun = await world.begin("Gdzie jest moja paczka?")
    day = world.at.date().isoformat()
    async with await enter(world, ela) as browser:
        await browser.get(begun.address)
        page = (await browser.get("/desk/audit/packs")).text
        form = {"csrf": csrf(page), "brand": "seans", "since": day, "until": day}
        assert (await browser.post("/desk/audit/packs", data=form | {"until": "2020-01-01"})).status_code == 422
        assert (await browser.post("/desk/audit/packs", data=form)).status_code == 303
        async with world.services.database.brand(world.brand.id) as connection:
            made = (await store.list_packs(connection))[0]
        address = f"/desk/audit/packs/seans/{made.id}"
        shown = await browser.get(address + ".json")
        page = await browser.get(address + ".html")
        world.later(minutes=11)
        late = await browser.get(address + ".json")
    pack = json.loads(shown.text)
    rows = {section["id"]: section["rows"] for section in pack["sections"]}
    assert [row for row in rows["seen"] if row[4] == "conversation-read" and row[7] == begun.reference]
    assert ["Ela", "privacy", "open"] in rows["access"]
    assert pack["log"]["problems"] == []
    assert shown.headers["content-disposition"].startswith("attachment")
    assert begun.reference in page.text
    assert made.digest in page.text
    assert late.status_code == 303, "after ten minutes it is asked again whether it is they"
    assert (await acts(world, world.brand.id))[-2:] == ["pack-read", "pack-read"]
    async with world.services.database.brand(world.brand.id) as connection:
        recorded = [line.payload for line in await list_log(connection, limit=9) if line.payload.action == "pack-made"]
    assert made.digest in recorded[0].detail, "the log knows what was handed out"


async def test_a_pack_is_made_once_a_month_of_the_month_before(world: World) -> None:
    database, brand = world.services.database, world.brand
    assert await make.is_due(database, brand, world.at)
    since, until = make.last_month(world.at.date())
    assert (since.isoformat(), until.isoformat()) == ("2026-08-01", "2026-08-31")
    verdict = await verify(database, [brand.id], heads=(), trusted=(), now=world.at)
    await make.make_pack(
        database, brand, since=since, until=until, verdict=verdict, by=missed.audit.WORKER, now=world.at
    )
    assert not await make.is_due(database, brand, world.at + timedelta(days=5))
    assert await make.is_due(database, brand, world.at + timedelta(days=20))


async def test_every_section_can_be_read_and_has_its_titles(world: World) -> None:
    async with world.services.database.brand(world.brand.id) as connection:
        for section in store.SECTIONS:
            read = await store.read_section(
                connection,
                section,
                since=world.at,
                until=world.at + timedelta(days=1),
                now=world.at,
                zone=ZoneInfo("UTC"),
            )
            assert read is None or read.total == len(read.rows)
            assert all(len(row) == len(make.TITLES[section.id][1]) for row in (read.rows if read else ()))
    assert [section.id for section in store.SECTIONS] == [id_ for id_ in make.TITLES if id_ != "overdue"]


async def test_a_pack_says_which_rules_were_applied_what_people_agreed_to_and_what_is_late(world: World) -> None:
    """All of it out of what really happened: a request, an answer to a consent text, a conversation past its time."""
    database, brand = world.services.database, world.brand
    await world.move("pl")
    brand = replace(brand, jurisdiction="pl")
    old = await world.begin("Gdzie jest moja paczka?")
    asked, silent = await world.begin("Halo"), await world.begin("Dzień dobry")
    rules = put_in_force(read_own_book(), brand="us-ca")
    async with database.brand(brand.id) as connection:
        term = find_term(read_own_book(), brand, world.at)
        new = requests.NewRequest(kind="access", language="pl", came_by="form", term=term)
        await requests.open_request(connection, new, now=world.at)
        texts = await consent.publish_texts(connection, brand, write_texts, world.at)
        (person,) = (await asked.read("select person_id from conversation where id = %(id)s"))[0]
        await consent.add_event(
            connection,
            brand=brand.id,
            person=person,
            id=new_id(world.at),
            purpose=consent.CHAT,
            channel="webchat",
            action="given",
            how="button",
            text=texts[CONSENT, "pl"],
            in_force=rules,
            now=world.at,
        )
    await old.change("update conversation set closed_at = %(at)s where id = %(id)s", at=world.at - timedelta(days=400))
    await silent.change("update conversation set updated_at = %(at)s where id = %(id)s", at=world.at)
    later, day, by = world.at + timedelta(days=60), world.at.date(), missed.audit.WORKER
    verdict = await verify(database, [brand.id], heads=(), trusted=(), now=world.at)
    made = await make.make_pack(database, brand, since=day, until=day, verdict=verdict, by=by, now=later)
    rows = {section["id"]: section["rows"] for section in json.loads(made.body)["sections"]}
    counts = {place: tuple(row) for _, digest, place, *row in rows["policies"] if digest}
    assert counts == {"pl": (1, 0, 0), "us-ca": (0, 1, 0)}
    assert rows["coverage"] == [["", "", "not asked", 2], ["chat", "webchat", "given", 1]]
    assert [(row[1], row[5]) for row in rows["requests"]] == [("access", "late")]
    assert [(row[0], row[2], row[3]) for row in rows["overdue"]] == [("transcript", 1, 0)]
    await nightly.run_now(database, brand, lambda: world.at)
    made = await make.make_pack(database, brand, since=day, until=day, verdict=verdict, by=by, now=world.at)
    rows = {section["id"]: section["rows"] for section in json.loads(made.body)["sections"]}
    assert rows["overdue"] == []
    assert [row[1:3] for row in rows["retention"] if row[2]] == [["transcript", 1]]
    assert {place: tuple(row) for _, digest, place, *row in rows["policies"] if digest}["pl"] == (1, 0, 1)


# samples --------------------------------------------------------------------------------------------------------------


async def test_a_sample_finds_what_lies_in_clear_and_tells_kinds_and_ids_alone(world: World) -> None:
    given = world.services
    begun = await world.begin(f"Piszę z {SECRET}, proszę o zwrot")
    await world.begin("Dzień dobry, gdzie jest paczka?")
    assert await missed.look_when_due(given.database, given.keys, world.brand, world.at) == 2
    async with given.database.brand(world.brand.id) as connection:
        clean = (await list_samples(connection))[0]
    assert (clean.messages, clean.kinds, clean.references) == (2, (), ())
    assert await missed.look_when_due(given.database, given.keys, world.brand, world.at) is None, "once a month"
    await begun.change("update message set text = %(text)s where conversation_id = %(id)s", text=f"Adres: {SECRET}")
    world.later(days=20)
    assert await missed.look_when_due(given.database, given.keys, world.brand, world.at) == 2
    async with given.database.brand(world.brand.id) as connection:
        found = (await list_samples(connection))[0]
        line = (await list_log(connection, limit=1))[0]
    assert found.kinds == (("EMAIL_ADDRESS", "first", 1), ("EMAIL_ADDRESS", "second", 1))
    assert found.references == (begun.reference,)
    assert (line.payload.action, line.payload.detail) == ("text-sampled", "messages=2 missed=2")
    assert SECRET not in str(await begun.read("select m::text, a::text from audit_missed m, audit_payload a"))

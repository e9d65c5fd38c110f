"""The privacy officer's pages: who may do what there, and what becomes of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from okienko.answers.shelf import Shelf
from okienko.app import build
from okienko.audit.store import list_log
from okienko.consent import store as consent
from okienko.consent import texts
from okienko.consent.store import Processor
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.desk.privacy.policy.tell import CLASSES, NAMES, PLACES, SECTIONS
from okienko.desk.privacy.requests.pages import KINDS
from okienko.policy.book import BASE, STRICTEST
from okienko.policy.files import read_own_book
from okienko.policy.rules import SECTIONS as KINDS_OF_RULES
from okienko.receive import Reception
from okienko.rights.clocks import find_term
from okienko.rights.retention.schedule import CLASSES as SCHEDULE
from okienko.rights.store import holds, requests
from okienko.rights.store.requests import Kind, NewRequest
from okienko.values import PersonId, StaffId
from tests.desk_world import Begun, World, csrf, open_world

pytestmark = pytest.mark.anyio

PRIVACY = "/desk/privacy"
PAGES = ["", "/ledger", "/retention", "/holds", "/processors", "/policy", "/texts"]
REASON = "Sprawa sądowa, sygnatura w aktach"
BY_MAIL = "ola.nowak@poczta.example"


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        await world.move("pl")
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


async def person_of(begun: Begun) -> PersonId:
    return PersonId((await begun.read("select person_id from conversation where id = %(id)s"))[0][0])


async def ask(world: World, begun: Begun | None, kind: Kind, *, place: str = "pl", verified: bool = True) -> UUID:
    """A request; verified by a code where it says whose it is."""
    now = world.at
    person = None if begun is None else await person_of(begun)
    async with world.services.database.brand(world.brand.id) as connection:
        term = find_term(read_own_book(), world.brand, now, kind=kind, declared=place)
        new = NewRequest(kind=kind, language="pl", came_by="form", term=term, person=person)
        request = await requests.open_request(connection, new, now=now)
        if verified and person is not None:
            assert await requests.verify(connection, request, person, by="code", now=now)
    return request


async def read(world: World, request: UUID) -> requests.Request:
    async with world.services.database.brand(world.brand.id) as connection:
        found = await requests.read_request(connection, request)
    assert found is not None
    return found


async def do(browser: httpx2.AsyncClient, page: str, **form: str) -> httpx2.Response:
    """Sends a form to one of the pages, with the token of the session."""
    token = csrf((await browser.get(PRIVACY)).text)
    return await browser.post(PRIVACY + page, data={"csrf": token, "brand": "seans", **form})


async def act_on(browser: httpx2.AsyncClient, world: World, request: UUID, what: str, **form: str) -> str:
    """What the page says afterwards, by its word."""
    asked = await read(world, request)
    answer = await do(browser, f"/requests/seans/{asked.reference}/{what}", **form)
    assert answer.status_code == 303, answer.status_code
    return answer.headers["location"].rpartition("said=")[2]


async def acts(world: World) -> list[str]:
    async with world.services.database.brand(world.brand.id) as connection:
        return [line.payload.action for line in reversed(await list_log(connection, limit=100))]


# who may look, and who may act ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["privacy", "admin", "auditor"])
async def test_who_may_look_sees_every_page(world: World, role: str) -> None:
    ela = await world.hire("Ela", {world.brand.id: role})  # pyright: ignore[reportArgumentType] - a role, by name
    request = await ask(world, await world.begin("Dzień dobry"), "access")
    reference = (await read(world, request)).reference
    async with await enter(world, ela) as browser:
        for page in [*PAGES, f"/requests/seans/{reference}"]:
            shown = await browser.get(PRIVACY + page)
            assert shown.status_code == 200, page
            assert "Kramik" not in shown.text, "another brand's are not theirs"


@pytest.mark.parametrize("role", ["agent", "lead"])
async def test_who_answers_customers_does_not(world: World, role: str) -> None:
    ola = await world.hire("Ola", {world.brand.id: role})  # pyright: ignore[reportArgumentType] - a role, by name
    async with await enter(world, ola) as browser:
        for page in PAGES:
            assert (await browser.get(PRIVACY + page)).status_code == 403, page


async def test_an_auditor_changes_nothing_and_reads_no_words(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "auditor"})
    begun = await world.begin("Dzień dobry")
    request = await ask(world, begun, "erase")
    asked = await read(world, request)
    await begun.change("update rights_request set words = 'proszę o wszystko'")
    async with await enter(world, ela) as browser:
        shown = (await browser.get(f"{PRIVACY}/requests/seans/{asked.reference}")).text
        assert "proszę o wszystko" not in shown
        assert begun.reference not in shown
        token = csrf(shown)
        for page in (
            f"/requests/seans/{asked.reference}/erase",
            "/retention",
            "/holds",
            "/processors",
            "/policy",
            "/policy/serves",
            "/texts",
            "",
        ):
            form = {"csrf": token, "brand": "seans", "sure": "yes", "kind": "erase", "do": "set"}
            assert (await browser.post(PRIVACY + page, data=form)).status_code == 403, page
    assert (await read(world, request)).state == "open"


async def test_every_act_asks_for_a_fresh_proof(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    request = await ask(world, await world.begin("Dzień dobry"), "erase")
    reference = (await read(world, request)).reference
    async with await enter(world, ela) as browser:
        token = csrf((await browser.get(PRIVACY)).text)
        world.later(minutes=11)
        for page in (
            f"/requests/seans/{reference}/erase",
            f"/requests/seans/{reference}/hand-over",
            "/retention",
            "/holds",
            "/processors",
            "/policy",
            "/texts",
        ):
            form = {"csrf": token, "brand": "seans", "sure": "yes", "do": "set", "place": "us"}
            answer = await browser.post(PRIVACY + page, data=form)
            assert answer.headers["location"].startswith("/desk/confirm?next="), page
    assert (await read(world, request)).state == "open"
    assert set(await acts(world)) <= {"policy-changed", "colleague-added"}


# requests -------------------------------------------------------------------------------------------------------------


async def test_a_copy_is_handed_over_once_and_is_the_persons(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    begun = await world.begin(f"Mój adres to {BY_MAIL}")
    request = await ask(world, begun, "access")
    reference = (await read(world, request)).reference
    async with await enter(world, ela) as browser:
        answer = await do(browser, f"/requests/seans/{reference}/hand-over")
        again = await do(browser, f"/requests/seans/{reference}/hand-over")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert BY_MAIL.encode() in package.read("data.json")
    assert again.headers["location"].endswith("said=gone")
    assert (await read(world, request)).state == "fulfilled"
    assert "data-exported" in await acts(world)


async def test_whoever_vouches_does_not_erase_and_another_does(world: World) -> None:
    ela, adam = (
        await world.hire("Ela", {world.brand.id: "privacy"}),
        await world.hire("Adam", {world.brand.id: "admin"}),
    )
    begun = await world.begin("Dzień dobry")
    request = await ask(world, None, "erase")
    async with await enter(world, ela) as browser:
        assert await act_on(browser, world, request, "erase", sure="yes") == "gone", "nobody knows who asks"
        assert await act_on(browser, world, request, "identify", how="account", reference="AAA-AAAA") == "nobody"
        assert (
            await act_on(browser, world, request, "identify", how="account", reference=begun.reference) == "identified"
        )
        assert await act_on(browser, world, request, "erase", sure="yes") == "same"
    async with await enter(world, adam) as browser:
        assert await act_on(browser, world, request, "erase") == "sure"
        asked = await read(world, request)
        page = await do(browser, f"/requests/seans/{asked.reference}/erase", sure="yes")
        assert page.status_code == 200
        assert "Potwierdzenie usunięcia" in page.text
        ledger = (await browser.get(PRIVACY + "/ledger")).text
    assert asked.reference in ledger
    assert await begun.read("select 1 from conversation where id = %(id)s") == []


async def test_what_each_kind_asks_for_is_done(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    begun = await world.begin(f"Mój adres to {BY_MAIL}")
    async with await enter(world, ela) as browser:
        assert await act_on(browser, world, await ask(world, begun, "restrict"), "restrict") == "restricted"
        assert await act_on(browser, world, await ask(world, begun, "object"), "object") == "objected"
        wrong = await ask(world, begun, "rectify")
        row = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
        value = f"vault_item/{row}"
        assert await act_on(browser, world, wrong, "correct", value=value, right="nie adres") == "other-kind"
        assert await act_on(browser, world, wrong, "correct", value=value, right="ala@poczta.example") == "corrected"
        assert await act_on(browser, world, wrong, "close", outcome="Adres jest poprawiony.") == "closed"
        complaint = await ask(world, None, "complaint")
        assert await act_on(browser, world, complaint, "close", outcome="krótko") == "short"
        assert await act_on(browser, world, complaint, "close", outcome="Dane usunięto, oto szczegóły.") == "closed"
        refused = await ask(world, begun, "access")
        assert await act_on(browser, world, refused, "refuse", reason="nie") == "short"
        assert await act_on(browser, world, refused, "refuse", reason="Wniosek jest oczywiście bezzasadny") == "refused"
        assert await act_on(browser, world, refused, "refuse", reason="Wniosek jest oczywiście bezzasadny") == "gone"
    assert (await read(world, complaint)).outcome == "Dane usunięto, oto szczegóły."
    assert {"processing-restricted", "objection-taken", "data-corrected", "request-closed"} <= set(await acts(world))


async def test_a_term_is_extended_once_and_stands_still_where_the_law_lets_it(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    begun, other = await world.begin("Dzień dobry"), await world.begin("Hello")
    ours, british = await ask(world, begun, "access"), await ask(world, other, "access", place="uk")
    async with await enter(world, ela) as browser:
        assert await act_on(browser, world, ours, "ask", words="O którą rozmowę chodzi?") == "gone"
        assert await act_on(browser, world, british, "ask", words="O którą rozmowę chodzi?") == "asked"
        assert (await read(world, british)).stands_since == world.at
        world.later(days=5)
    async with await enter(world, ela) as browser:
        assert await act_on(browser, world, british, "answered") == "answered"
        assert (await read(world, british)).last_day > (await read(world, british)).due_on
        assert await act_on(browser, world, ours, "extend", reason="Bardzo wiele rozmów do przejrzenia") == "extended"
        assert await act_on(browser, world, ours, "extend", reason="Bardzo wiele rozmów do przejrzenia") == "late"
        longer = await read(world, ours)
        assert longer.extended_to is not None
        assert longer.extended_to - longer.due_on > timedelta(days=50)
        world.later(days=60)
    async with await enter(world, ela) as browser:
        assert await act_on(browser, world, british, "extend", reason="Bardzo wiele rozmów do przejrzenia") == "late"
        listed = (await browser.get(PRIVACY)).text
    assert "po terminie" in listed


async def test_a_letter_s_request_is_written_down_with_its_clock(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    async with await enter(world, ela) as browser:
        answer = await do(browser, "", kind="erase", words=f"Proszę usunąć moje dane, {BY_MAIL}")
        page = (await browser.get(answer.headers["location"])).text
    assert BY_MAIL not in page
    assert "art. 12 ust. 3" in page
    assert "jeszcze nie wiadomo" in page
    assert (await acts(world))[-1] == "request-opened"


# the other pages ------------------------------------------------------------------------------------------------------


async def test_dsr_07_a_hold_is_asked_for_by_one_and_approved_by_another(world: World) -> None:
    ela, adam = (
        await world.hire("Ela", {world.brand.id: "privacy"}),
        await world.hire("Adam", {world.brand.id: "admin"}),
    )
    begun = await world.begin("Dzień dobry")
    day = (world.at + timedelta(days=90)).date().isoformat()

    async def hold() -> holds.Hold:
        async with world.services.database.brand(world.brand.id) as connection:
            return (await holds.list_holds(connection))[0]

    async with await enter(world, ela) as browser:
        form = {"reference": begun.reference, "reason": REASON, "review": day}
        late = {**form, "review": (world.at + timedelta(days=400)).date().isoformat()}
        assert (await do(browser, "/holds", **late)).headers["location"].endswith("said=late")
        assert (await do(browser, "/holds", **form)).headers["location"].endswith("said=asked")
        address = f"/holds/{(await hold()).id}"
        assert (await do(browser, address, do="approve")).headers["location"].endswith("said=self")
        assert not (await hold()).works
    async with await enter(world, adam) as browser:
        assert (await do(browser, address, do="approve")).headers["location"].endswith("said=approved")
        assert (await hold()).works
        request = await ask(world, begun, "erase")
        assert await act_on(browser, world, request, "erase", sure="yes") == "held"
        assert (await do(browser, address, do="review", review=day)).headers["location"].endswith("said=reviewed")
        assert (await do(browser, address, do="release")).headers["location"].endswith("said=released")
    assert [act for act in await acts(world) if act.startswith("hold")] == [
        "hold-set",
        "hold-approved",
        "hold-reviewed",
        "hold-released",
    ]


async def test_retention_is_shown_before_it_deletes_and_reported_afterwards(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    begun = await world.begin("Dzień dobry")
    await begun.change(
        "update conversation set closed_at = %(at)s where id = %(id)s", at=world.at - timedelta(days=400)
    )
    async with await enter(world, ela) as browser:
        before = (await browser.get(PRIVACY + "/retention")).text
        assert await begun.read("select 1 from conversation where id = %(id)s") == [(1,)]
        await do(browser, "/retention")
        after = (await browser.get(PRIVACY + "/retention")).text
    assert await begun.read("select 1 from conversation where id = %(id)s") == []
    assert "Rozmowy: 1" not in before
    assert "Rozmowy: 1" in after
    assert (await acts(world))[-1] == "retention-run"


async def test_prv_13_a_processor_that_trains_is_kindly_refused_and_another_is_added_and_ended(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    form = {"name": "Chmura", "does": "trzyma bazę danych", "region": "UE", "contract": "2026-09-01"}

    async def there() -> list[Processor]:
        async with world.services.database.brand(world.brand.id) as connection:
            return list(await consent.read_processors(connection))

    async with await enter(world, ela) as browser:
        refused = await do(browser, "/processors", **form, trains="yes")
        said = (await browser.get(refused.headers["location"])).text
        assert "Nie dodano. Kto może szkolić modele" in said
        assert await there() == []
        await do(browser, "/processors", **form, trains="no")
        (added,) = await there()
        await do(browser, f"/processors/{added.id}/end")
        page = (await browser.get(PRIVACY + "/processors")).text
    assert await there() == []
    assert "Dawne podmioty" in page
    assert "Odpowiadanie klientom" in page, "the register is readable"
    assert [act for act in await acts(world) if act == "processor-changed"] == ["processor-changed"] * 2


async def test_a_change_of_place_is_shown_before_it_is_made(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})

    async def place() -> str:
        row = await world_rows(world, "select jurisdiction from brand where id = current_brand()")
        return str(row[0][0])

    async with await enter(world, ela) as browser:
        tried = await do(browser, "/policy", place="us", do="try")
        assert tried.status_code == 200
        assert "Przestanie obowiązywać" in tried.text
        assert await place() == "pl"
        laxer = "[ban.training]\nvalue = false\n"
        refused = await do(browser, "/policy", place="pl", choices=laxer, do="set")
        assert refused.status_code == 422
        assert "a brand cannot lift a ban" in refused.text
        assert (await do(browser, "/policy", place="us", do="set")).headers["location"].endswith("said=set")
        assert await place() == "us"
        await do(browser, "/policy/serves", **{"serves-pl": "yes", "serves-uk": "yes", "serves-mars": "yes"})
        assert await world_rows(world, "select serves from brand where id = current_brand()") == [(["pl", "uk"],)]
        page = (await browser.get(PRIVACY + "/policy")).text
    assert "jeszcze bez przeglądu prawnika" in page
    assert "Stany Zjednoczone" in page


async def world_rows(world: World, statement: str) -> list[tuple[object, ...]]:
    async with world.services.database.brand(world.brand.id) as connection:
        return await (await connection.execute(statement.encode())).fetchall()


async def test_a_brand_words_its_notice_and_cannot_take_the_person_out_of_it(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    good = "Tu Seans. To jest program (bot), nie człowiek. W każdej chwili możesz poprosić o człowieka."
    form = {"kind": texts.NOTICE, "language": "pl"}
    async with await enter(world, ela) as browser:
        refused = await do(browser, "/texts", **form, wording="Cześć, tu Ola.", do="publish")
        assert refused.status_code == 422
        assert "W każdej chwili możesz poprosić o człowieka." in refused.text
        empty = await do(browser, "/texts", **form, wording="", do="publish")
        assert empty.status_code == 422
        await do(browser, "/texts", **form, wording=good, do="keep")
        async with world.services.database.brand(world.brand.id) as connection:
            assert (await consent.read_texts(connection))[texts.NOTICE, "pl"].version == 1
        await do(browser, "/texts", **form, wording=good, do="publish")
        page = (await browser.get(PRIVACY + "/texts")).text
        await do(browser, "/texts", **form, do="back")
    assert good in page
    async with world.services.database.brand(world.brand.id) as connection:
        notice = (await consent.read_texts(connection))[texts.NOTICE, "pl"]
        history = await consent.read_history(connection)
    assert notice.version == 3
    assert [one.text.body for one in history if one.text.kind == texts.NOTICE and one.text.version == 2] == [good]


async def test_the_ledger_shows_what_was_agreed_to_by_text(world: World) -> None:
    ela = await world.hire("Ela", {world.brand.id: "privacy"})
    person = await person_of(await world.begin("Halo"))
    async with world.services.database.brand(world.brand.id) as connection:
        published = await consent.publish_texts(connection, world.brand, texts.write_texts, world.at)
        for n, action in enumerate(("given", "withdrawn")):
            await consent.add_event(
                connection,
                brand=world.brand.id,
                person=person,
                id=new_id(world.at + timedelta(seconds=n)),
                purpose=consent.CHAT,
                channel="webchat",
                action=action,  # pyright: ignore[reportArgumentType] - one of the three
                how="button",
                text=published[texts.CONSENT, "pl"],
                in_force=find_term(read_own_book(), world.brand, world.at).in_force,
                now=world.at,
            )
        counted = {one.action: (one.events, one.people) for one in await consent.count_events(connection)}
    assert counted == {"given": (1, 0), "withdrawn": (1, 1)}
    async with await enter(world, ela) as browser:
        assert "chat.consent.us pl" in (await browser.get(PRIVACY + "/ledger")).text


# words ----------------------------------------------------------------------------------------------------------------


def test_every_rule_class_and_kind_has_words() -> None:
    book = read_own_book()
    assert {key for policy in book.policies.values() for key in policy.rules} == set(NAMES)
    assert {one.name for one in SCHEDULE} - set(CLASSES) == set()
    assert set(PLACES) == {*book.places, BASE, STRICTEST}
    assert set(SECTIONS) == set(KINDS_OF_RULES)
    assert set(KINDS) == set(Kind.__args__)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]

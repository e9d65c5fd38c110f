"""The page of rights over HTTP: who may do what, requests of whom nobody knows, clocks, repeats and receipts."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko import post
from okienko.audit.store import OPERATOR
from okienko.brands.directory import Directory
from okienko.consent import store as consent
from okienko.consent.gate import find_rules
from okienko.consent.store import Processor
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.keys import Keys
from okienko.masking.mask import published
from okienko.policy.files import read_own_book
from okienko.rights import fulfil
from okienko.rights.clocks import find_term
from okienko.rights.retention import nightly
from okienko.rights.steps import ANYBODYS, ENDS, MOVES, Stage, find_next, find_stage
from okienko.rights.store import askers, notices, requests
from okienko.rights.store.requests import Kind, NewRequest
from okienko.rights.visit import (
    TERM,
    Act,
    Way,
    asks_for_code,
    begin_visit,
    is_pin,
    read_visit,
    write_pin,
    write_visit,
)
from okienko.values import BrandId, MaskedText, PersonId
from tests.identity.world import ADDRESS, OTHER, Clock, FakePost
from tests.rights.world import BEGIN, BRAND, never
from tests.rights.world import World as Register
from tests.rights.world import open_world as open_register
from tests.web_world import DOOR, Site, World, open_world, serve

OWN = {"Sec-Fetch-Site": "same-origin"}
PAGE = "/privacy/seans/pl/requests"


@pytest.fixture
def clock() -> Clock:
    return Clock(at=BEGIN)


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls) as world:
        yield world


@pytest.fixture
async def site(world: World, tmp_path: Path, clock: Clock) -> AsyncIterator[Site]:
    async with serve(world, folder=tmp_path, can_mail=True, clock=clock) as site:
        yield site


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=site.address, headers=OWN, trust_env=False, follow_redirects=True, timeout=20
    ) as client:
        yield client


@pytest.fixture
async def register(database_urls: Urls, tmp_path: Path) -> AsyncIterator[Register]:
    async with open_register(database_urls, tmp_path) as register:
        for _ in range(2):
            await register.settle_in()
        yield register


def find_csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def find_words(page: str) -> tuple[str, str]:
    """The number and the word of the request that a page shows."""
    reference, pin, *_ = re.findall(r'<b class="numbers">([A-Z0-9-]+)</b>', page)
    return reference, pin


async def ask(client: httpx2.AsyncClient, once: str = "1", **form: str) -> httpx2.Response:
    return await client.post(f"{PAGE}/ask", data={"kind": "access", "once": once, **form})


async def settle(client: httpx2.AsyncClient, address: str | None = None) -> str:
    """A conversation; with an address that was left there and not verified. Its token."""
    token = (await client.post(f"/chat/{DOOR}/start", json={"language": "pl"})).json()["token"]
    if address is not None:
        headers = {"Authorization": f"Bearer {token}"}
        assert (await client.post(f"/chat/{DOOR}/contact", json={"value": address}, headers=headers)).is_success
    return token


async def enter(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.post(f"{PAGE}/chat", data={"connection": DOOR, "token": token})


# who it is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "way", "elsewhere", "reachable", "code"),
    [
        ("see", "chat", False, False, False),
        ("see", "chat", False, True, False),
        ("see", "chat", True, False, True),
        ("download", "chat", True, True, True),
        ("correct", "chat", False, False, False),
        ("correct", "chat", False, True, True),
        ("erase", "chat", False, False, False),
        ("erase", "chat", False, True, True),
        ("erase", "chat", True, False, True),
        ("erase", "code", True, True, False),
        ("restrict", "chat", True, True, False),
        ("object", "chat", True, True, False),
        ("withdraw", "chat", True, True, False),
    ],
)
def test_dsr_02_the_key_of_a_conversation_proves_that_one_alone(
    act: Act, way: Way, elsewhere: bool, reachable: bool, code: bool
) -> None:
    assert asks_for_code(act, way, elsewhere=elsewhere, reachable=reachable) is code


@given(people=st.lists(st.uuids(), max_size=4, unique=True), minutes=st.integers(0, 40), flip=st.integers(0, 400))
def test_a_visit_is_read_by_its_own_brand_in_its_time_and_unchanged(
    people: list[UUID], minutes: int, flip: int
) -> None:
    keys, brand = Keys(operator=b"o" * 32, index=b"i" * 32), BrandId(UUID(int=7))
    visit = begin_visit(BEGIN).prove([PersonId(one) for one in people], "chat")
    cookie = write_visit(keys, brand, visit)
    now = BEGIN + timedelta(minutes=minutes)
    assert read_visit(keys, brand, cookie, now) == (visit if now < BEGIN + TERM else None)
    assert read_visit(keys, BrandId(UUID(int=8)), cookie, BEGIN) is None
    at = flip % len(cookie)
    changed = cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :]
    assert read_visit(keys, brand, changed, BEGIN) in (None, visit)  # the last letter's spare bits say nothing
    assert read_visit(keys, brand, "", BEGIN) is None
    assert read_visit(keys, brand, "ż.ż", BEGIN) is None


def test_the_word_of_a_request_is_its_own() -> None:
    keys = Keys(operator=b"o" * 32, index=b"i" * 32)
    one, other = UUID(int=1), UUID(int=2)
    assert is_pin(keys, one, write_pin(keys, one).lower().replace("-", " "))
    assert not is_pin(keys, other, write_pin(keys, one))
    assert not is_pin(keys, one, "")


@pytest.mark.anyio
async def test_dsr_02_nothing_is_shown_or_done_without_a_proof(client: httpx2.AsyncClient, world: World) -> None:
    await settle(client)
    for path in ("/see", "/correct", "/erase"):
        answer = await client.get(PAGE + path)
        assert answer.url.path == PAGE
    for path in ("download", "correct", "erase", "restrict", "object", "withdraw", "prove", "leave", "code"):
        assert (await client.post(f"{PAGE}/{path}", data={"csrf": "", "sure": "yes"})).status_code == 403
    assert (await enter(client, "guessed")).url.path == PAGE
    assert "okienko-rights" not in client.cookies
    assert await world.rows("select count(*) from person") == [(1,)]


@pytest.mark.anyio
async def test_dsr_02_another_site_can_send_nothing_in_somebody_s_name(
    client: httpx2.AsyncClient, world: World
) -> None:
    csrf = find_csrf((await enter(client, await settle(client))).text)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in ("erase", "restrict", "chat", "ask", "complain", "state"):
        answer = await client.post(f"{PAGE}/{path}", data={"csrf": csrf, "sure": "yes"}, headers=foreign)
        assert answer.status_code == 403
    assert (await client.post(f"{PAGE}/erase", data={"csrf": "0" * 64, "sure": "yes"})).status_code == 403
    assert await world.rows("select count(*) from person") == [(1,)]


@pytest.mark.anyio
async def test_dsr_09_by_form_and_code_without_an_account(
    client: httpx2.AsyncClient, world: World, site: Site, clock: Clock
) -> None:
    """An address that was verified before; the code goes there, and the request is fulfilled."""
    await settle(client, ADDRESS)
    await world.run("update identity set verified_at = %(at)s, verified_by = 'code'", at=BEGIN - timedelta(days=1))
    page = await ask(client, address=ADDRESS)
    assert page.url.path == f"{PAGE}/receipt"
    assert "2 grudnia 2026" in page.text
    letters = await send_letters(world, clock)
    wrong = await client.post(f"{PAGE}/code", data={"csrf": find_csrf(page.text), "code": "000000"})
    assert wrong.status_code == 400
    assert "Zostały 4 próby" in wrong.text
    seen = await client.post(f"{PAGE}/code", data={"csrf": find_csrf(page.text), "code": letters.code()})
    assert seen.url.path == f"{PAGE}/see"
    assert ADDRESS in seen.text
    assert await world.rows("select state, verified_by from rights_request") == [("fulfilled", "code")]


async def send_letters(world: World, clock: Clock) -> FakePost:
    """What the worker does."""
    fake = FakePost()
    directory = Directory(world.database, world.keys, clock)
    while await post.send(world.database, directory, world.keys, fake, clock):
        pass
    return fake


@pytest.mark.anyio
async def test_dsr_09_whoever_cannot_be_identified_is_heard_and_is_told_nothing(
    client: httpx2.AsyncClient, world: World, clock: Clock
) -> None:
    """The same page whether the address is known, known and not verified, or nobody's; and no code is of use."""
    await settle(client, ADDRESS)
    shapes: set[str] = set()
    for number, address in enumerate((ADDRESS, OTHER)):
        page = await ask(client, str(number), address=address, words=f"Mój adres to {address}")
        assert page.status_code == 200
        assert address not in page.text
        reference, pin = find_words(page.text)
        plain = page.text.replace(reference, "").replace(pin, "")
        shapes.add(re.sub(r'value="[^"]*"', "", plain))
    assert len(shapes) == 1
    assert (await send_letters(world, clock)).taken == []
    rows = await world.rows("select state, person_id, verified_at, words from rights_request")
    assert rows == [("open", None, None, "Mój adres to [e-mail]")] * 2
    async with world.database.brand(world.brand.id) as connection:
        for one in await requests.list_open(connection):
            reached = await askers.read_asker(connection, one.id)
            assert reached is not None
            assert reached.kind == "email"
            assert one.due_on == date(2026, 12, 2)
            assert one.acknowledged_at is not None


@pytest.mark.anyio
async def test_from_the_chat_a_verified_address_is_asked_before_anything_is_deleted(
    client: httpx2.AsyncClient, world: World, clock: Clock
) -> None:
    token = await settle(client, ADDRESS)
    await world.run("update identity set verified_at = %(at)s, verified_by = 'code'", at=BEGIN - timedelta(days=1))
    csrf = find_csrf((await enter(client, token)).text)
    assert ADDRESS in (await client.get(f"{PAGE}/see")).text
    page = await client.post(f"{PAGE}/erase", data={"csrf": csrf, "sure": "yes"})
    assert "potrzebny jest kod" in page.text
    assert await world.rows("select count(*) from person") == [(1,)]
    page = await client.post(f"{PAGE}/prove", data={"csrf": csrf, "act": "erase", "address": ADDRESS})
    assert page.url.path == f"{PAGE}/receipt"
    code = (await send_letters(world, clock)).code()
    page = await client.post(f"{PAGE}/code", data={"csrf": find_csrf(page.text), "code": code})
    assert page.url.path == f"{PAGE}/erase"
    page = await client.post(f"{PAGE}/erase", data={"csrf": find_csrf(page.text), "sure": "yes"})
    assert "Twoje dane są usunięte" in page.text
    assert await world.rows("select kind, state, verified_by from rights_request") == [("erase", "fulfilled", "code")]


# the receipt, and telling others ----------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_dsr_05_a_receipt_is_shown_and_sent_others_are_told_and_the_address_goes_with_the_letter(
    client: httpx2.AsyncClient, world: World, clock: Clock
) -> None:
    token = await settle(client, ADDRESS)
    await world.run("update identity set verified_at = %(at)s, verified_by = 'code'", at=BEGIN - timedelta(days=1))
    page = await ask(client, kind="erase", address=ADDRESS)
    code = (await send_letters(world, clock)).code()
    page = await client.post(f"{PAGE}/code", data={"csrf": find_csrf(page.text), "code": code})
    async with world.database.brand(world.brand.id) as connection:
        await consent.add_processor(
            connection,
            Processor(
                id=new_id(BEGIN), name="Chmura", does="hosting", region="EU", transfer="", contract_on=date(2026, 1, 1)
            ),
            trains=False,
            now=BEGIN,
        )
    page = await client.post(f"{PAGE}/erase", data={"csrf": find_csrf(page.text), "sure": "yes"})
    ((number,),) = await world.rows("select id from erasure_ledger")
    assert str(number) in page.text
    assert "Chmura: zostanie zawiadomiony" in page.text
    reference, pin = find_words(page.text)
    async with world.database.brand(world.brand.id) as connection:
        (notice,) = await notices.list_untold(connection)
        assert (notice.processor, notice.reference, notice.kind) == ("Chmura", reference, "erase")
    # All that is left of the address is sealed for a person who has nothing else, and nobody finds it by the address.
    assert await world.rows("select count(*) from identity where lookup = %(l)s", l=find_lookup(world)) == [(0,)]
    assert await world.rows("select count(*) from person") == [(1,)]
    letters = await send_letters(world, clock)
    assert [str(one["To"]) for one in letters.taken] == [ADDRESS]
    assert reference in str(letters.taken[0].get_content())
    await nightly.run_now(world.database, world.brand, clock)
    assert await world.rows("select count(*) from person") == [(0,)]
    assert (await enter(client, token)).url.path == PAGE
    # Years later somebody may still look at what became of it.
    client.cookies.clear()
    state = await client.post(f"{PAGE}/state", data={"reference": reference, "pin": pin})
    assert str(number) in state.text


def find_lookup(world: World) -> bytes:
    return world.keys.lookup("EMAIL_ADDRESS", ADDRESS)


@pytest.mark.anyio
async def test_dsr_05_without_a_letter_the_address_goes_after_three_days(
    client: httpx2.AsyncClient, world: World, clock: Clock
) -> None:
    await settle(client, ADDRESS)
    await world.run("update identity set verified_at = %(at)s, verified_by = 'code'", at=BEGIN - timedelta(days=1))
    page = await ask(client, kind="erase", address=ADDRESS)
    code = (await send_letters(world, clock)).code()
    page = await client.post(f"{PAGE}/code", data={"csrf": find_csrf(page.text), "code": code})
    await client.post(f"{PAGE}/erase", data={"csrf": find_csrf(page.text), "sure": "yes"})
    for days, left in ((2, 1), (4, 0)):
        clock.at = BEGIN + timedelta(days=days)
        await nightly.run_now(world.database, world.brand, clock)
        assert await world.rows("select count(*) from person") == [(left,)]


@pytest.mark.anyio
async def test_dsr_07_who_is_held_is_told_and_the_request_stays_open(client: httpx2.AsyncClient, world: World) -> None:
    csrf = find_csrf((await enter(client, await settle(client))).text)
    await world.run(
        """insert into legal_hold (brand_id, id, person_id, reason, created_by, created_at, reviewed_at, review_on,
          approved_by, approved_at)
        select current_brand(), gen_random_uuid(), id, 'Postępowanie sądowe', %(a)s, now(), now(), now()::date + 30,
          %(b)s, now() from person""",
        a=world.agent,
        b=await add_colleague(world),
    )
    assert "wymaga tego obowiązek prawny" in (await client.get(f"{PAGE}/erase")).text
    page = await client.post(f"{PAGE}/erase", data={"csrf": csrf, "sure": "yes"})
    assert "pozostaje otwarty" in page.text
    assert await world.rows("select state from rights_request") == [("open",)]
    assert await world.rows("select count(*) from person") == [(1,)]


async def add_colleague(world: World) -> UUID:
    colleague = new_id(BEGIN)
    await world.run(
        "insert into staff (id, login, name, created_at) values (%(id)s, 'ewa', 'Ewa', %(now)s)",
        id=colleague,
        now=BEGIN,
    )
    return colleague


# consents ---------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_prv_18_and_prv_09_a_consent_withdrawn_on_the_page_is_gone_in_the_next_transaction(
    client: httpx2.AsyncClient, world: World
) -> None:
    await client.get(f"/chat/{DOOR}")
    token = await settle(client)
    ((person,),) = await world.rows("select id from person")
    assert isinstance(person, UUID)
    async with world.database.brand(world.brand.id) as connection:
        texts = await consent.read_texts(connection)
        await consent.add_event(
            connection,
            brand=world.brand.id,
            person=PersonId(person),
            id=new_id(BEGIN),
            purpose="marketing",
            channel="email",
            action="given",
            how="button",
            text=texts["chat.notice", "pl"],
            in_force=find_rules(world.brand),
            now=BEGIN,
        )
        assert await consent.has_consent(connection, PersonId(person), "marketing", "email")
    csrf = find_csrf((await enter(client, token)).text)
    form = {"csrf": csrf, "part": "0", "purpose": "marketing", "channel": "email"}
    assert "Zgoda wycofana." in (await client.post(f"{PAGE}/withdraw", data=form)).text
    async with world.database.brand(world.brand.id) as connection:
        assert not await consent.has_consent(connection, PersonId(person), "marketing", "email")
    assert (await client.post(f"{PAGE}/withdraw", data=form)).is_success  # a second press changes nothing
    assert await world.rows("select action from consent_event order by id") == [("given",), ("withdrawn",)]
    assert await world.rows("select muted from thread") == [(False,)]  # that was another purpose


# complaints -------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_dsr_10_a_reklamacja_has_fourteen_days_from_its_receipt_and_warns_on_the_tenth(
    client: httpx2.AsyncClient, world: World
) -> None:
    form = {"kind": "reklamacja", "words": "Paczka przyszła pusta, proszę o zwrot.", "once": "1"}
    page = await client.post(f"{PAGE}/complain", data=form)
    assert "16 listopada 2026" in page.text
    again = await client.post(f"{PAGE}/complain", data=form)  # the button was pressed twice
    assert find_words(again.text) == find_words(page.text)
    (one,) = await world.rows("select kind, due_on, warn_on, rule from rights_request")
    assert one == ("reklamacja", date(2026, 11, 16), date(2026, 11, 12), "pl clock.reklamacja")


def test_dsr_10_elsewhere_such_a_complaint_has_the_term_of_any_request() -> None:
    book, brand = read_own_book(), replace(BRAND, jurisdiction="eu")
    assert find_term(book, brand, BEGIN, kind="reklamacja").rule == "strictest clock.reklamacja"


@pytest.mark.parametrize(
    ("place", "kind", "by"),
    [
        ("uk", "complaint", date(2026, 12, 2)),
        ("uk", "access", None),
        ("eu", "complaint", None),
        ("us-ca", "access", date(2026, 11, 17)),
    ],
)
def test_dsr_08_until_when_a_complaint_is_acknowledged(place: str, kind: Kind, by: date | None) -> None:
    assert find_term(read_own_book(), replace(BRAND, jurisdiction=place), BEGIN, kind=kind).acknowledge_by == by


@pytest.mark.anyio
async def test_dsr_08_the_page_acknowledges_at_once_and_no_complaint_is_closed_without_an_answer(
    client: httpx2.AsyncClient, world: World, clock: Clock
) -> None:
    await world.run("update brand set jurisdiction = 'uk'")
    clock.move(minutes=10)  # the directory looks again
    page = await client.post(
        f"{PAGE}/complain", data={"kind": "complaint", "words": "Moje dane trafiły do kogoś innego.", "once": "1"}
    )
    reference, pin = find_words(page.text)
    assert await world.rows("select acknowledged_at, acknowledge_by from rights_request") == [
        (clock.at, date(2026, 12, 2))
    ]
    async with world.database.brand(world.brand.id) as connection:
        assert await requests.list_unacknowledged(connection) == []
        request = await requests.find_request(connection, reference)
        assert request is not None
        for outcome in (None, MaskedText("ok")):
            with pytest.raises(psycopg.errors.CheckViolation):
                async with connection.transaction():
                    await requests.close(connection, request, "fulfilled", outcome=outcome, now=clock.at)
        said = published("To był błąd przy wysyłce; wysyłka jest już poprawiona.")
        assert await requests.close(connection, request, "fulfilled", outcome=said, now=clock.at)
    state = await client.post(f"{PAGE}/state", data={"reference": reference, "pin": pin})
    assert "To był błąd przy wysyłce" in state.text


@pytest.mark.anyio
async def test_the_state_of_a_request_says_when_by_which_law_and_why_later(
    client: httpx2.AsyncClient, world: World, clock: Clock
) -> None:
    page = await ask(client, words="Proszę o kopię")
    reference, pin = find_words(page.text)
    assert "RODO, art. 12 ust. 3" in page.text
    async with world.database.brand(world.brand.id) as connection:
        request = await requests.find_request(connection, reference)
        assert request is not None
        await requests.extend(
            connection, request, to=date(2027, 2, 2), reason=published("Danych jest bardzo dużo"), staff=None, now=BEGIN
        )
    client.cookies.clear()
    wrong = await client.post(f"{PAGE}/state", data={"reference": reference, "pin": "AAAAA-AAAAA"})
    assert wrong.status_code == 400
    assert "2027" not in wrong.text
    state = await client.post(f"{PAGE}/state", data={"reference": reference, "pin": pin})
    assert "2 lutego 2027" in state.text
    assert "Danych jest bardzo dużo" in state.text


# repeats ----------------------------------------------------------------------------------------------------------


def test_dsr_03_every_state_has_a_next_step_and_a_way_to_an_end() -> None:
    day = date(2026, 12, 2)
    for stage, moves in MOVES.items():
        ends = find_next(stage, day).what == "nothing"
        assert ends == (stage in ENDS)
        assert (find_next(stage, day).by is None) == ends
        if stage == "joined":
            continue  # what it repeats has one
        reached, fresh = set[Stage]([stage]), set[Stage]([stage])
        while fresh:
            fresh = set[Stage](to for one in fresh for to in MOVES[one].values()) - reached
            reached |= fresh
        assert reached & ENDS, stage
        assert bool(moves) != ends


async def new(register: Register, kind: Kind, person: PersonId | None, said: str = "") -> UUID:
    now = register.clock()
    term = find_term(read_own_book(), register.brand, now, kind=kind)
    async with register.database.brand(register.brand.id) as connection:
        return await requests.open_request(
            connection,
            NewRequest(kind=kind, language="pl", came_by="form", term=term, person=person, words=MaskedText(said)),
            now=now,
        )


async def verify(register: Register, request: UUID, person: PersonId) -> bool:
    async with register.database.brand(register.brand.id) as connection:
        return await requests.verify(connection, request, person, by="code", now=register.clock())


async def read(register: Register, request: UUID) -> requests.Request:
    async with register.database.brand(register.brand.id) as connection:
        found = await requests.read_request(connection, request)
    assert found is not None
    return found


@pytest.mark.anyio
async def test_dsr_03_an_unproved_repeat_is_not_approved_by_itself_and_blocks_nobody(register: Register) -> None:
    """fides#7972 and #7971: two requests of whom nobody knows; the first that is proved wins, the other is joined."""
    someone = register.people[0].id
    first = await new(register, "erase", None, "pierwszy")
    register.clock.move(days=3)
    second = await new(register, "erase", None, "drugi")
    assert first != second
    assert await verify(register, second, someone)
    assert (await read(register, first)).verified_at is None  # nothing is known of that one
    with pytest.raises(fulfil.NotReady, match="found out"):
        await fulfil.restrict(
            register.database,
            register.brand.id,
            await new(register, "restrict", None),
            by=OPERATOR,
            clock=register.clock,
        )
    assert await verify(register, first, someone)  # the same person after all: the earlier clock leads
    joined = await read(register, second)
    assert (joined.state, joined.same_as, joined.words) == ("joined", first, "drugi")
    leads = await read(register, first)
    assert (leads.state, leads.verified_by, leads.due_on) == ("open", "code", date(2026, 12, 2))
    assert await verify(register, second, someone) is False  # it leads to the first, which is verified
    assert not await verify(register, second, register.people[1].id)
    receipt = await fulfil.erase(
        register.database,
        register.brand.id,
        second,  # whoever looks at the repeat erases by the request that leads
        ledger=register.ledger,
        by=OPERATOR,
        clock=register.clock,
        pause=never,
    )
    assert receipt.rows
    assert (await read(register, first)).state == "fulfilled"


@pytest.mark.anyio
async def test_dsr_03_a_repeat_leaves_its_words_and_each_complaint_is_its_own(register: Register) -> None:
    someone = register.people[0].id
    first = await new(register, "rectify", someone, "Nazwisko jest z błędem")
    assert await new(register, "rectify", someone) == first
    assert await new(register, "rectify", someone, "Adres też") == first
    rows = await register.run("select words, state from rights_request where kind = 'rectify' order by id")
    assert rows == [("Nazwisko jest z błędem", "open"), ("Adres też", "joined")]
    one, other = [await new(register, "complaint", someone, said) for said in ("Pierwsza", "Druga")]
    assert one != other
    with pytest.raises(psycopg.errors.UniqueViolation):
        await register.run(
            """insert into rights_request
              (brand_id, id, reference, person_id, kind, language, came_by, rule, received_at, due_on)
            select brand_id, gen_random_uuid(), 'AAA-AAAA', person_id, kind, language, came_by, rule, received_at,
              due_on from rights_request where id = %(id)s""",
            id=first,
        )


@pytest.mark.anyio
async def test_dsr_03_a_joining_by_hand_keeps_to_the_rules_and_alike_are_found(
    client: httpx2.AsyncClient, world: World, clock: Clock
) -> None:
    for number in "12":
        await ask(client, number, address=OTHER, kind="erase")
        clock.move(days=1)
    await ask(client, "3", address=OTHER, kind="access")
    async with world.database.brand(world.brand.id) as connection:
        first, second, third = [one.id for one in await requests.list_open(connection)]
        assert await askers.find_alike(connection, second) == [first, third]
        assert not await requests.join(connection, first, second, now=clock.at)  # the later clock never leads
        assert not await requests.join(connection, third, first, now=clock.at)  # another kind
        assert await requests.join(connection, second, first, now=clock.at)
        assert not await requests.join(connection, second, first, now=clock.at)


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(6))
async def test_dsr_03_whatever_happens_repeats_are_one_and_none_is_stuck(register: Register, seed: int) -> None:
    """A walk through everything that may be done with requests, in any order; after each step the rules hold."""
    chance = random.Random(seed)
    people: list[PersonId] = [one.id for one in register.people]
    kinds: list[Kind] = ["access", "erase", "rectify", "complaint"]
    made: list[UUID] = []
    for _ in range(40):
        register.clock.move(hours=chance.randrange(1, 30))
        now = register.clock()
        act = chance.choice(["open", "open", "verify", "verify", "join", "extend", "withdraw", "fulfil"])
        if act == "open" or not made:
            person = chance.choice([None, None, *people])
            made.append(await new(register, chance.choice(kinds), person, chance.choice(["", "słowa"])))
            continue
        request = chance.choice(made)
        before = await read(register, request)
        async with register.database.brand(register.brand.id) as connection:
            match act:
                case "verify":
                    await requests.verify(connection, request, chance.choice(people), by="code", now=now)
                case "join":
                    await requests.join(connection, request, chance.choice(made), now=now)
                case "withdraw" if chance.random() < 0.3:
                    await requests.close(connection, request, "withdrawn", now=now)
                case "fulfil" if before.verified_at is not None or before.kind in ANYBODYS:
                    said = published("Odpowiedź na skargę") if before.kind in ANYBODYS else None
                    await requests.close(connection, request, "fulfilled", outcome=said, now=now)
                case _:
                    pass
        await check_rules(register, made)


async def check_rules(register: Register, made: list[UUID]) -> None:
    found = {one: await read(register, one) for one in made}
    async with register.database.brand(register.brand.id) as connection:
        listed = {one.id for one in await requests.list_open(connection)}
    leaders: set[tuple[PersonId, Kind]] = set()
    for one in found.values():
        stage = find_stage(state=one.state, kind=one.kind, verified=one.verified_at is not None)
        following = find_next(stage, one.last_day)
        if one.state == "open":
            assert one.id in listed
            assert following.by == one.last_day
            if one.person is not None and one.kind not in ANYBODYS:
                assert (one.person, one.kind) not in leaders
                leaders.add((one.person, one.kind))
        if one.state == "fulfilled":
            assert one.verified_at is not None or one.kind in ANYBODYS
        if one.state == "joined":
            leads = await read(register, one.same_as or UUID(int=0))
            assert leads.state != "joined"  # one step leads to where it is worked on
            assert leads.kind == one.kind
            assert leads.received_at <= one.received_at  # with the earlier clock

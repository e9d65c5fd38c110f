"""Tokens: how they are written, who makes them, what is kept of them, and when they stop working."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import httpx2
import pytest

from okienko.api.form import LONGEST, LONGEST_NAME, find_problem
from okienko.api.token import SCOPES, Scope, read_token, write_token
from okienko.audit.store import list_log
from okienko.staff.passwords import hash_token
from okienko.staff.store import change_role
from okienko.web.signed_in import PROOF
from tests.api.conftest import PAGE, Api
from tests.desk_world import World, csrf

SECRET = "A-_" + "b" * 40
TODAY = date(2026, 9, 21)


@pytest.mark.parametrize(
    ("header", "slug"),
    [
        (f"Bearer okd_seans_{SECRET}", "seans"),
        (f"bearer   okd_dwa-okna_{SECRET}", "dwa-okna"),
        (f"okd_seans_{SECRET}", None),
        (f"Basic okd_seans_{SECRET}", None),
        (f"Bearer okd_seans_{SECRET}x", None),
        (f"Bearer okd_seans_{SECRET[:-1]}", None),
        (f"Bearer okd_Seans_{SECRET}", None),
        ("Bearer ", None),
        ("", None),
    ],
)
def test_a_token_says_whose_it_is(header: str, slug: str | None) -> None:
    read = read_token(header)
    assert read == (None if slug is None else (write_token(slug, SECRET), slug))


@pytest.mark.parametrize(
    ("name", "scopes", "until", "fine"),
    [
        ("git", SCOPES, TODAY, True),
        ("n" * LONGEST_NAME, ("scenarios:read",), TODAY + LONGEST, True),
        ("", SCOPES, TODAY, False),
        ("n" * (LONGEST_NAME + 1), SCOPES, TODAY, False),
        ("git", (), TODAY, False),
        ("git", SCOPES, None, False),
        ("git", SCOPES, TODAY - timedelta(days=1), False),
        ("git", SCOPES, TODAY + LONGEST + timedelta(days=1), False),
    ],
)
def test_what_may_be_asked_for(name: str, scopes: tuple[Scope, ...], until: date | None, fine: bool) -> None:
    assert (find_problem(name, scopes, until, today=TODAY) is None) == fine


async def _list(api: Api, token: str) -> httpx2.Response:
    return await api.ask("GET", "/api/scenarios", token)


@pytest.mark.anyio
async def test_a_token_is_shown_once_and_kept_as_a_hash(
    api: Api, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    token = await api.make()
    assert token.startswith("okd_seans_")
    assert (await _list(api, token)).status_code == 200
    async with await api.world.enter(api.admin) as browser:
        page = (await browser.get(PAGE)).text
    assert "Git" in page
    assert token not in page
    async with api.world.services.database.brand(api.world.brand.id) as connection:
        rows = await (await connection.execute("select t::text, t.hash from api_token t")).fetchall()
        acts = [(line.payload.action, line.payload.detail) for line in await list_log(connection, limit=5)]
    ((written, hash_),) = rows
    assert bytes(hash_) == hash_token(token)
    secret = token.rpartition("seans_")[2]
    assert secret not in written
    assert [act for act, _ in acts if act.startswith("token")] == ["token-made"]
    assert acts[0][1] == "scopes=scenarios:read,scenarios:write until=2026-12-01"
    assert secret not in str(acts)
    assert secret not in caplog.text + "".join(capfd.readouterr())


@pytest.mark.anyio
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer okd_seans_short", f"Bearer okd_seans_{SECRET}", f"Bearer okd_nobody_{SECRET}", "Basic Og=="],
)
async def test_without_a_token_that_works_nothing_is_done(api: Api, header: str) -> None:
    await api.make()
    async with api.world.browser() as browser:
        answer = await browser.get("/api/scenarios", headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.anyio
async def test_a_token_of_one_brand_says_nothing_with_another_brands_name(api: Api) -> None:
    token = await api.make()
    forged = token.replace("okd_seans_", "okd_kramik_")
    assert (await _list(api, forged)).status_code == 401


@pytest.mark.anyio
async def test_a_token_works_until_the_end_of_its_last_day(api: Api) -> None:
    token = await api.make(until=api.world.at.date().isoformat())
    assert (await _list(api, token)).status_code == 200
    api.world.later(hours=12)  # 23:00 in Warsaw
    assert (await _list(api, token)).status_code == 200
    api.world.later(hours=1)
    assert (await _list(api, token)).status_code == 401


@pytest.mark.anyio
async def test_a_revoked_token_opens_nothing_at_once(api: Api) -> None:
    token = await api.make()
    async with await api.world.enter(api.admin) as browser:
        page = (await browser.get(PAGE)).text
        address = re.search(r'action="(/desk/api/[0-9a-f-]{36}/revoke)"', page)
        assert address is not None
        form = {"csrf": csrf(page), "brand": "seans"}
        other = await browser.post(address[1], data={**form, "brand": "kramik"})
        assert other.status_code == 404, "no brand of theirs"
        olga = await api.world.hire("Olga", {api.world.other.id: "admin"})
        async with await api.world.enter(olga) as hers:
            theirs = {"csrf": csrf((await hers.get(PAGE)).text), "brand": "kramik"}
            assert (await hers.post(address[1], data=theirs)).status_code == 303, "there is no such token in her brand"
        assert (await _list(api, token)).status_code == 200
        gone = await browser.post(address[1], data=form)
        assert "nie otwiera" in (await browser.get(gone.headers["location"])).text
    assert (await _list(api, token)).status_code == 401
    async with api.world.services.database.brand(api.world.brand.id) as connection:
        assert "token-revoked" in [line.payload.action for line in await list_log(connection, limit=5)]


@pytest.mark.anyio
async def test_a_token_stops_with_the_administrator_who_made_it(api: Api) -> None:
    token = await api.make()
    async with api.world.services.database.brand(api.world.brand.id) as connection:
        await change_role(connection, api.world.brand.id, api.admin, "lead")
    assert (await _list(api, token)).status_code == 401
    ola = await api.world.hire("Ola", {api.world.brand.id: "admin"})
    async with await api.world.enter(ola) as browser:
        assert "nie administruje już marką" in (await browser.get(PAGE)).text


@pytest.mark.anyio
async def test_the_last_use_is_a_day(api: Api) -> None:
    token = await api.make()
    async with await api.world.enter(api.admin) as browser:
        assert "Jeszcze nieużyty" in (await browser.get(PAGE)).text
        await _list(api, token)
        assert "Ostatnio użyty: 21 września" in unescape((await browser.get(PAGE)).text)
    async with api.world.services.database.brand(api.world.brand.id) as connection:
        used = await (await connection.execute("select used_on from api_token")).fetchall()
    assert used == [(api.world.at.date(),)], "no time of day is kept"


@pytest.mark.anyio
async def test_making_one_asks_for_a_fresh_proof_and_the_right_form(api: Api) -> None:
    world: World = api.world
    async with await world.enter(api.admin) as browser:
        page = (await browser.get(PAGE)).text
        form = {"csrf": csrf(page), "brand": "seans", "name": "Git", "until": "2026-10-01", "scenarios:read": "yes"}
        assert (await browser.post(PAGE, data={**form, "csrf": "wrong"})).status_code == 403
        late = await browser.post(PAGE, data={**form, "until": "2027-12-01"})
        assert late.status_code == 422
        assert "najdalej za rok" in late.text
        assert 'value="2027-12-01"' in late.text, "what was typed stays"
        world.later(seconds=PROOF.total_seconds())
        assert (await browser.post(PAGE, data=form)).headers["location"].startswith("/desk/confirm")
        assert (await browser.get(PAGE)).headers["location"].startswith("/desk/confirm")
    lena = await world.hire("Lena", {world.brand.id: "lead"})
    async with await world.enter(lena) as browser:
        assert (await browser.get(PAGE)).status_code == 403

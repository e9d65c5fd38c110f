"""Signing in, invitations, sessions and roles, through the pages and a real database."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import httpx2
import pytest

from okienko.database.ids import new_id
from okienko.staff import store
from okienko.staff.passwords import FREE_FAILURES, hash_token
from okienko.values import StaffId
from tests.desk_world import BEGIN, PASSWORD, World, csrf
from tests.staff.authenticator import set_up_app

pytestmark = pytest.mark.anyio

ANOTHER = "inne dobre slowa razem"


async def sign_in(world: World, login: str, password: str, *, address: str = "127.0.0.1") -> httpx2.Response:
    async with world.browser(address=address) as browser:
        return await browser.post("/desk/sign-in", data={"login": login, "password": password})


def welcome(password: str = ANOTHER, **other: str) -> dict[str, str]:
    return {"name": "Ola", "login": "ola", "password": password, "again": password, "language": "pl"} | other


async def invite_first(world: World) -> str | None:
    token = secrets.token_urlsafe(32)
    async with world.services.database.shared() as connection:
        invited = await store.invite_first(
            connection, staff_id=new_id(world.at), token_hash=hash_token(token), now=world.at
        )
    return f"/desk/welcome/{token}" if invited else None


async def test_the_first_administrator_comes_by_a_link(world: World) -> None:
    outdated, link = await invite_first(world), await invite_first(world)
    assert outdated is not None
    assert link is not None
    async with world.browser() as browser:
        assert (await browser.get(outdated)).status_code == 404
        assert (await browser.get(link)).status_code == 200
        answer = await browser.post(link, data=welcome())
        assert answer.headers["location"] == "/desk"
        assert (await browser.get("/desk/colleagues")).headers["location"] == "/desk/account", "a second step first"
        await set_up_app(browser, world)
        page = await browser.get("/desk/colleagues")
        assert page.status_code == 200
        assert "Seans" in page.text
        assert "Kramik" in page.text
        assert (await browser.get(link)).status_code == 404
    assert await invite_first(world) is None
    assert (await sign_in(world, " OLA ", ANOTHER)).headers["location"] == "/desk/sign-in/second"


async def test_two_first_links_make_one_administrator(world: World) -> None:
    """Two processes may start at the same moment; the second form finds the place taken."""
    tokens = [secrets.token_urlsafe(32) for _ in range(2)]
    async with world.services.database.shared() as connection:
        for token in tokens:
            staff_id = new_id(world.at)
            await connection.execute(
                "insert into staff (id, login, name, created_at) values (%s, %s, '', %s)",
                (staff_id, f"first-{staff_id}", world.at),
            )
            await store.invite_again(connection, StaffId(staff_id), hash_token(token), world.at)
    async with world.browser() as browser:
        first = await browser.post(f"/desk/welcome/{tokens[0]}", data=welcome())
        second = await browser.post(f"/desk/welcome/{tokens[1]}", data=welcome(login="ewa", name="Ewa"))
    assert first.status_code == 303
    assert second.status_code == 404
    async with world.services.database.shared() as connection:
        row = await (await connection.execute("select count(distinct staff_id) from staff_role")).fetchone()
    assert row == (1,)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"password": "krotkie", "again": "krotkie"}, "12 znaków"),
        ({"again": "cos innego w tym polu"}, "Hasła się różnią"),
        ({"name": " "}, "Imię"),
        ({"login": "first-x"}, "Wybierz inny login"),
    ],
)
async def test_a_welcome_that_is_not_accepted_keeps_the_link(world: World, changed: dict[str, str], says: str) -> None:
    link = await invite_first(world)
    assert link is not None
    async with world.browser() as browser:
        answer = await browser.post(link, data=welcome() | changed)
        assert answer.status_code == 422
        assert says in answer.text
        assert (await browser.get(link)).status_code == 200


async def test_a_link_ends_after_seven_days(world: World) -> None:
    link = await invite_first(world)
    assert link is not None
    world.later(days=7)
    async with world.browser() as browser:
        assert (await browser.get(link)).status_code == 404


async def test_wrong_passwords_close_the_account_for_a_growing_while(world: World) -> None:
    await world.hire("Ola", {world.brand.id: "agent"})
    for _ in range(FREE_FAILURES):
        assert (await sign_in(world, "ola", "nie to haslo na pewno")).status_code == 401
    closed = await sign_in(world, "ola", PASSWORD)
    assert closed.status_code == 401, "closed, although the password is right"
    unknown = await sign_in(world, "ewa", PASSWORD)
    assert re.sub('value="(ola|ewa)"', "", closed.text) == re.sub('value="(ola|ewa)"', "", unknown.text)
    world.later(seconds=31)
    assert (await sign_in(world, "ola", "znowu nie to haslo")).status_code == 401
    world.later(seconds=31)
    assert (await sign_in(world, "ola", PASSWORD)).status_code == 401, "the sixth failure closes it for a minute"
    world.later(seconds=30)
    assert (await sign_in(world, "ola", PASSWORD)).status_code == 303


async def test_one_address_may_not_try_without_end(world: World) -> None:
    form = {"login": "x", "password": "y"}
    async with world.browser() as browser:
        plain = {"content-type": "text/plain"}
        codes = {(await browser.post("/desk/sign-in", headers=plain)).status_code for _ in range(20)}
        assert codes == {415}
        assert (await browser.post("/desk/sign-in", data=form)).status_code == 429
        async with world.browser(address="192.0.2.2") as other:
            assert (await other.post("/desk/sign-in", data=form)).status_code == 401
        world.later(seconds=61)
        assert (await browser.post("/desk/sign-in", data=form)).status_code == 401


async def test_signing_in_makes_a_new_session_and_ends_the_old(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    async with await world.enter(ola) as browser:
        planted = browser.cookies["okienko-desk"]
        answer = await browser.post("/desk/sign-in", data={"login": "ola", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert planted not in cookie
    async with world.services.database.shared() as connection:
        assert await store.find_signed_in(connection, hash_token(planted), world.at) is None


async def test_sessions_end(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    async with await world.enter(ola) as browser:
        for _ in range(23):  # twelve hours, never idle for thirty minutes
            world.later(minutes=29)
            assert (await browser.get("/desk")).status_code == 200
        world.later(minutes=59)
        assert (await browser.get("/desk")).status_code == 303
    async with await world.enter(ola) as browser:
        world.later(minutes=31)
        assert (await browser.get("/desk")).headers["location"] == "/desk/sign-in?next=%2Fdesk"
        partial = await browser.get("/desk", headers={"HX-Request": "true"})
        assert (partial.status_code, partial.headers["hx-redirect"]) == (401, "/desk/sign-in")
    async with world.services.database.shared() as connection:
        await store.forget_expired(connection, world.at)
        row = await (await connection.execute("select count(*) from staff_session")).fetchone()
    assert row == (0,)


async def test_signing_out(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    async with await world.enter(ola) as browser:
        token = browser.cookies["okienko-desk"]
        page = await browser.get("/desk")
        assert (await browser.post("/desk/sign-out", data={"csrf": "guessed"})).status_code == 403
        assert (await browser.post("/desk/sign-out", data={"csrf": csrf(page.text)})).status_code == 303
    async with world.services.database.shared() as connection:
        assert await store.find_signed_in(connection, hash_token(token), world.at) is None


@pytest.mark.parametrize(
    ("after", "leads"),
    [
        ("/desk?view=mine", "/desk?view=mine"),
        ("/desk/conversations/seans/K7F-2QDA", "/desk/conversations/seans/K7F-2QDA"),
        ("https://evil.example/desk/", "/desk"),
        ("//evil.example/desk/", "/desk"),
        ("/desk/..\\evil", "/desk"),
        ("/elsewhere", "/desk"),
    ],
)
async def test_after_signing_in_one_stays_here(world: World, after: str, leads: str) -> None:
    await world.hire("Ola", {world.brand.id: "agent"})
    async with world.browser() as browser:
        answer = await browser.post("/desk/sign-in", data={"login": "ola", "password": PASSWORD, "next": after})
    assert answer.headers["location"] == leads


async def test_presence(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    await world.hire("Ewa", {world.brand.id: "agent"})
    browser = await world.enter(ola)
    await world.enter(ola)
    async with browser, world.services.database.shared() as connection:
        assert await store.agents_present(connection, world.brand.id, world.at) == 1
        assert await store.agents_present(connection, world.other.id, world.at) == 0
        token = hash_token(browser.cookies["okienko-desk"])
        assert await store.agents_present(connection, world.brand.id, world.at + timedelta(minutes=3)) == 0
        assert await store.touch_session(connection, token, world.at + timedelta(minutes=3))
        assert await store.agents_present(connection, world.brand.id, world.at + timedelta(minutes=3)) == 1
        assert not await store.touch_session(connection, token, BEGIN + timedelta(hours=13))


# colleagues ------------------------------------------------------------------------------------------------------


async def test_an_administrator_adds_a_colleague(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "admin"})
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get("/desk/colleagues")).text)
        form = {"csrf": token, "login": "Ewa", "name": "Ewa", "brand": str(world.brand.id), "role": "agent"}
        page = await browser.post("/desk/colleagues", data=form)
        link = re.search(r"http://localhost:8700(/desk/welcome/[\w-]+)", page.text)
        assert link is not None
        elsewhere = await browser.post("/desk/colleagues", data=form | {"brand": str(world.other.id), "login": "adam"})
        assert elsewhere.status_code == 400
    async with world.browser() as browser:
        page = await browser.get(link[1])
        assert 'value="ewa" readonly' in page.text
        answer = await browser.post(link[1], data=welcome(name="Ewa", login="somebody-else"))
        assert answer.status_code == 303
        assert (await browser.get("/desk")).status_code == 200
        assert (await browser.get("/desk/colleagues")).status_code == 403
    assert (await sign_in(world, "ewa", ANOTHER)).status_code == 303


async def test_nobody_changes_their_own_role(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "admin"})
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get("/desk/colleagues")).text)
        form = {"csrf": token, "brand": str(world.brand.id), "role": "agent"}
        assert (await browser.post(f"/desk/colleagues/{ola}/role", data=form)).status_code == 403
        assert (await browser.post(f"/desk/colleagues/{ola}/disable", data=form)).status_code == 403
        again = form | {"login": "ola", "name": "Ola"}
        assert (await browser.post("/desk/colleagues", data=again)).status_code == 403


async def test_roles_change_and_disabling_ends_sessions(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "admin"})
    ewa = await world.hire("Ewa", {world.brand.id: "agent"})
    async with await world.enter(ola) as browser, await world.enter(ewa) as hers:
        token = csrf((await browser.get("/desk/colleagues")).text)
        form = {"csrf": token, "brand": str(world.brand.id), "role": "lead"}
        assert (await browser.post(f"/desk/colleagues/{ewa}/role", data=form)).status_code == 303
        assert (await hers.get("/desk/check")).headers["location"] == "/desk/account", "a lead needs a second step"
        await set_up_app(hers, world)
        assert (await hers.get("/desk/check")).status_code == 200, "a lead sees what has to be checked"
        assert (await browser.post(f"/desk/colleagues/{ewa}/disable", data=form)).status_code == 303
        assert (await hers.get("/desk")).status_code == 303
        assert (await sign_in(world, "ewa", PASSWORD)).status_code == 401
        assert (await browser.post(f"/desk/colleagues/{ewa}/enable", data=form)).status_code == 303
        assert (await sign_in(world, "ewa", PASSWORD)).status_code == 303


async def test_a_colleague_of_another_brand_is_not_mine_to_close(world: World) -> None:
    """Whoever administers one brand can neither take over nor close an account that another brand relies on."""
    ola = await world.hire("Ola", {world.brand.id: "admin"})
    ewa = await world.hire("Ewa", {world.brand.id: "agent", world.other.id: "lead"})
    adam = await world.hire("Adam", {world.other.id: "agent"})
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get("/desk/colleagues")).text)
        for action in ("disable", "enable", "link"):
            answer = await browser.post(f"/desk/colleagues/{ewa}/{action}", data={"csrf": token})
            assert answer.status_code == 403
        assert (await browser.post(f"/desk/colleagues/{adam}/link", data={"csrf": token})).status_code == 404
        form = {"csrf": token, "login": "adam", "name": "X", "brand": str(world.brand.id), "role": "agent"}
        page = await browser.post("/desk/colleagues", data=form)
        assert "/desk/welcome/" not in page.text
    assert (await sign_in(world, "adam", PASSWORD)).status_code == 303

"""Second steps, fresh proofs and one's own sessions, through the pages and a real database. Names are TRUST.md's."""

from __future__ import annotations

import asyncio
import re
import secrets
import statistics
import time
from base64 import b32decode
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import httpx2
import psycopg
import pytest

from okienko.database.ids import new_id
from okienko.staff import store as accounts
from okienko.staff.passwords import hash_token
from okienko.staff.second import store
from okienko.staff.second.totp import PERIOD, code_of, step_at
from okienko.staff.store import Role
from okienko.values import StaffId
from tests.desk_world import PASSWORD, World, csrf
from tests.staff.authenticator import Authenticator, set_up_app

pytestmark = pytest.mark.anyio

REASON = "wysyłka nowego linku do logowania"


async def hire_plain(world: World, name: str = "Ola", role: Role = "lead") -> StaffId:
    """Somebody without a second step yet."""
    staff_id = await world.hire(name, {world.brand.id: role})
    async with world.services.database.shared() as connection:
        for passkey in await store.list_passkeys(connection, staff_id):
            await store.remove_passkey(connection, staff_id, passkey.id)
    return staff_id


def codes_of(page: str) -> list[str]:
    return re.findall(r"<code>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})</code>", page)


async def add_passkey(browser: httpx2.AsyncClient, authenticator: Authenticator) -> httpx2.Response:
    token = csrf((await browser.get("/desk/account")).text)
    asked = await browser.post("/desk/passkey/enrol", headers={"x-csrf-token": token})
    assert asked.status_code == 200, asked.text
    answer = authenticator.register(asked.json()["challenge"])
    return await browser.post("/desk/account/passkeys", data={"csrf": token, "name": "Laptop", "passkey": answer})


async def sign_in(browser: httpx2.AsyncClient, login: str = "ola", password: str = PASSWORD) -> httpx2.Response:
    return await browser.post("/desk/sign-in", data={"login": login, "password": password})


# enrolment -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["lead", "admin", "privacy", "auditor"])
async def test_sec_15_a_sensitive_role_does_nothing_without_a_second_step(world: World, role: Role) -> None:
    ola = await hire_plain(world, role=role)
    begun = await world.begin("dzień dobry")
    async with await world.enter(ola) as browser:
        for address in ("/desk", "/desk/live", "/desk/colleagues", "/desk/words", begun.address, "/desk/nowhere"):
            answer = await browser.get(address)
            assert (answer.status_code, answer.headers.get("location")) == (303, "/desk/account"), address
        for address in ("/desk/search", begun.address + "/take-over", "/desk/colleagues", "/desk/accountant"):
            answer = await browser.post(address, data={})
            assert (answer.status_code, answer.headers.get("location")) == (303, "/desk/account"), address
        partial = await browser.get("/desk", headers={"HX-Request": "true"})
        assert (partial.status_code, partial.headers["hx-redirect"]) == (401, "/desk/account")
        await set_up_app(browser, world)
        assert (await browser.get("/desk")).headers.get("location") != "/desk/account"
        assert (await browser.get("/desk/account")).status_code == 200


async def test_sec_15_nobody_switches_it_off_for_sensitive_roles(world: World) -> None:
    """The only way around would be a setting; the only setting makes it stricter. The last one cannot be removed."""
    ola = await hire_plain(world, role="admin")
    async with await world.enter(ola) as browser:
        await set_up_app(browser, world)
        token = csrf((await browser.get("/desk/account")).text)
        answer = await browser.post("/desk/account/app/remove", data={"csrf": token})
        assert answer.status_code == 422
        assert (await add_passkey(browser, Authenticator())).status_code == 303
        assert (await browser.post("/desk/account/app/remove", data={"csrf": token})).status_code == 303
        passkey = re.search(r"/desk/account/passkeys/[0-9a-f-]+/remove", (await browser.get("/desk/account")).text)
        assert passkey is not None
        assert (await browser.post(passkey[0], data={"csrf": token})).status_code == 422


async def test_everybody_when_the_operator_says_so(world: World) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "agent"})
    async with await world.enter(ewa) as browser:
        assert (await browser.get("/desk")).status_code == 200
    settings = replace(world.services.settings, second_step="everybody")
    world.app.state.services = replace(world.services, settings=settings)
    async with await world.enter(ewa) as browser:
        assert (await browser.get("/desk")).headers["location"] == "/desk/account"


async def test_an_agent_may_do_with_a_password_and_may_go_back_to_it(world: World) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "agent"})
    async with await world.enter(ewa) as browser:
        await set_up_app(browser, world)
        token = csrf((await browser.get("/desk/account")).text)
        assert (await browser.post("/desk/account/app/remove", data={"csrf": token})).status_code == 303
    async with world.browser() as browser:
        assert (await sign_in(browser, "ewa")).headers["location"] == "/desk"


async def test_the_secret_is_shown_once_and_sealed(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        seed = await set_up_app(browser, world)
        page = (await browser.get("/desk/account")).text
        assert "Włączona" in page
        again = (await browser.get("/desk/account/app")).text
    async with world.services.database.shared() as connection:
        app = await store.read_app(connection, ola)
    assert app is not None
    assert seed not in app.sealed
    for text in (page, again):
        assert seed.hex() not in text
    secret = re.search(r'<code class="link">([A-Z2-7 ]+)</code>', again)
    assert secret is not None
    assert b32decode(secret[1].replace(" ", "")) != seed, "a replacement has a secret of its own"


async def test_a_sealed_seed_is_for_one_person_and_needs_its_code(world: World) -> None:
    ola, ewa = await hire_plain(world), await hire_plain(world, "Ewa")
    async with await world.enter(ola) as browser, await world.enter(ewa) as hers:
        page = (await browser.get("/desk/account/app")).text
        sealed = re.search(r'name="sealed" value="([^"]+)"', page)
        assert sealed is not None
        theirs = csrf((await hers.get("/desk/account")).text)
        form = {"csrf": theirs, "sealed": sealed[1], "code": "000000"}
        assert (await hers.post("/desk/account/app", data=form)).status_code == 400
        for wrong in ("", "????", "AAAA"):
            form = {"csrf": csrf(page), "sealed": wrong, "code": "000000"}
            assert (await browser.post("/desk/account/app", data=form)).status_code == 400
        form = {"csrf": csrf(page), "sealed": sealed[1], "code": "nothing"}
        answer = await browser.post("/desk/account/app", data=form)
        assert answer.status_code == 422
        assert sealed[1] not in answer.text, "sealed anew, the same secret"
        assert (await browser.get("/desk")).status_code == 303


async def test_the_first_second_step_ends_other_sessions(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser, await world.enter(ola) as elsewhere:
        await set_up_app(browser, world)
        assert (await elsewhere.get("/desk/account")).headers["location"].startswith("/desk/sign-in")
        assert (await browser.get("/desk")).status_code == 200


# signing in ------------------------------------------------------------------------------------------------------


async def test_the_code_after_the_password(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        seed = await set_up_app(browser, world)
    used = code_of(seed, step_at(world.at))
    async with world.browser() as browser:
        answer = await sign_in(browser)
        assert answer.headers["location"] == "/desk/sign-in/second"
        half = browser.cookies["okienko-desk"]
        assert (await browser.get("/desk")).headers["location"].startswith("/desk/sign-in"), "half opens nothing"
        assert (await browser.get("/desk/account")).status_code == 303
        assert (await browser.get("/desk/sign-in/second")).status_code == 200
        answer = await browser.post("/desk/sign-in/second", data={"code": used})
        assert answer.status_code == 401, "a code that was used to set the app up"
        world.later(seconds=PERIOD)
        answer = await browser.post("/desk/sign-in/second?x", data={"code": code_of(seed, step_at(world.at))})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert browser.cookies["okienko-desk"] != half
        assert (await browser.get("/desk")).status_code == 200
    async with world.services.database.shared() as connection:
        assert await store.read_half(connection, hash_token(half), world.at) is None


async def test_one_code_opens_one_session_however_many_ask_at_once(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        seed = await set_up_app(browser, world)
    world.later(seconds=PERIOD)
    code = code_of(seed, step_at(world.at))
    browsers = [world.browser() for _ in range(4)]
    for browser in browsers:
        await sign_in(browser)
    answers = await asyncio.gather(*(b.post("/desk/sign-in/second", data={"code": code}) for b in browsers))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]
    for browser in browsers:
        await browser.aclose()


async def test_half_a_sign_in_ends_after_ten_minutes_and_with_the_account(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        seed = await set_up_app(browser, world)
    async with world.browser() as browser:
        await sign_in(browser)
        world.later(minutes=10)
        answer = await browser.post("/desk/sign-in/second", data={"code": code_of(seed, step_at(world.at))})
        assert answer.headers["location"] == "/desk/sign-in?late"
        assert "za późno" in (await browser.get("/desk/sign-in?late")).text
        await sign_in(browser)
        async with world.services.database.shared() as connection:
            await accounts.set_disabled(connection, ola, True, world.at)
        answer = await browser.post("/desk/sign-in/second", data={"code": code_of(seed, step_at(world.at))})
        assert answer.headers["location"] == "/desk/sign-in?late"


async def test_guessing_codes_closes_the_account_for_a_growing_while(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        seed = await set_up_app(browser, world)
    world.later(minutes=5)
    async with world.browser() as browser:
        await sign_in(browser)
        for _ in range(5):
            assert (await browser.post("/desk/sign-in/second", data={"code": "000000"})).status_code == 401
        right = code_of(seed, step_at(world.at))
        assert (await browser.post("/desk/sign-in/second", data={"code": right})).status_code == 401
        assert (await sign_in(browser)).status_code == 401, "the password is not taken either"
        world.later(seconds=31)
        await sign_in(browser)
        right = code_of(seed, step_at(world.at))
        assert (await browser.post("/desk/sign-in/second", data={"code": right})).status_code == 303, "never for good"


async def test_a_recovery_code_works_once_and_leads_to_the_account(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        page = (await browser.get("/desk/account/app")).text
        secret, sealed = re.search(r'link">([A-Z2-7 ]+)<', page), re.search(r'name="sealed" value="([^"]+)"', page)
        assert secret is not None
        assert sealed is not None
        seed = b32decode(secret[1].replace(" ", ""))
        form = {"csrf": csrf(page), "sealed": sealed[1], "code": code_of(seed, step_at(world.at))}
        codes = codes_of((await browser.post("/desk/account/app", data=form)).text)
        assert len(set(codes)) == 10
        assert codes_of((await browser.get("/desk/account")).text) == []
    async with world.services.database.shared() as connection:
        rows = await (await connection.execute("select selector, encoded from staff_recovery")).fetchall()
    assert all(encoded.startswith("$argon2id$") for _, encoded in rows)
    assert not any(code.replace("-", "")[4:] in str(rows) for code in codes)
    async with world.browser() as browser:
        await sign_in(browser)
        answer = await browser.post("/desk/sign-in/second", data={"recovery": "zzzz-zzzz-zzzz-zzzz"})
        assert answer.status_code == 401
        answer = await browser.post("/desk/sign-in/second", data={"recovery": codes[3].upper()})
        assert answer.headers["location"] == "/desk/account"
        page = (await browser.get("/desk/account")).text
        assert "Zostało 9 kodów zapasowych" in page
        assert "Użyto kodu zapasowego" in page
        await browser.post("/desk/sign-out", data={"csrf": csrf(page)})
        await sign_in(browser)
        answer = await browser.post("/desk/sign-in/second", data={"recovery": codes[3]})
        assert answer.status_code == 401, "each works once"
        await browser.post("/desk/sign-in/second", data={"recovery": codes[4]})
        token = csrf((await browser.get("/desk/account")).text)
        fresh = codes_of((await browser.post("/desk/account/codes", data={"csrf": token})).text)
        assert len(fresh) == 10
        await browser.post("/desk/sign-out", data={"csrf": token})
        await sign_in(browser)
        assert (await browser.post("/desk/sign-in/second", data={"recovery": codes[5]})).status_code == 401
        assert (await browser.post("/desk/sign-in/second", data={"recovery": fresh[5]})).status_code == 303


async def test_a_new_link_does_not_lead_around_the_second_step(world: World) -> None:
    """Who gets hold of an invitation may set a password, and no more."""
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        await set_up_app(browser, world)
    token = secrets.token_urlsafe(32)
    async with world.services.database.shared() as connection:
        await accounts.invite_again(connection, ola, hash_token(token), world.at)
    form = {"name": "Ola", "password": "inne dobre slowa razem", "again": "inne dobre slowa razem", "language": "pl"}
    async with world.browser() as browser:
        answer = await browser.post(f"/desk/welcome/{token}", data=form)
        assert answer.headers["location"] == "/desk/sign-in/second"
        assert (await browser.get("/desk")).headers["location"].startswith("/desk/sign-in")


# passkeys --------------------------------------------------------------------------------------------------------


async def test_a_passkey_opens_the_desk_without_a_password(world: World) -> None:
    ola = await hire_plain(world)
    authenticator = Authenticator()
    async with await world.enter(ola) as browser:
        answer = await add_passkey(browser, authenticator)
        assert len(codes_of(answer.text)) == 10, "the first second step brings recovery codes"
        again = await add_passkey(browser, authenticator)
        assert again.status_code == 422, "the same one twice"
    async with world.browser() as browser:
        asked = (await browser.post("/desk/passkey/enter")).json()
        assert asked["allowCredentials"] == []
        assert asked["userVerification"] == "required"
        answer = authenticator.sign(asked["challenge"])
        signed = await browser.post("/desk/sign-in/passkey", data={"passkey": answer, "next": "/desk?view=mine"})
        assert signed.headers["location"] == "/desk?view=mine"
        assert (await browser.get("/desk")).status_code == 200
    async with world.browser() as browser:
        replayed = await browser.post("/desk/sign-in/passkey", data={"passkey": answer})
        assert replayed.headers["location"] == "/desk/sign-in?refused", "a challenge is answered once"
        asked = (await browser.post("/desk/passkey/enter")).json()
        stranger = await browser.post(
            "/desk/sign-in/passkey", data={"passkey": Authenticator().sign(asked["challenge"])}
        )
        assert stranger.headers["location"] == "/desk/sign-in?refused"
        late = (await browser.post("/desk/passkey/enter")).json()
        world.later(minutes=5)
        answer = authenticator.sign(late["challenge"])
        refused = await browser.post("/desk/sign-in/passkey", data={"passkey": answer})
        assert refused.headers["location"] == "/desk/sign-in?refused"


async def test_a_passkey_still_opens_an_account_that_a_stranger_has_closed(world: World) -> None:
    """Wrong passwords keep nobody out who has a passkey: it cannot be guessed."""
    ola = await hire_plain(world)
    authenticator = Authenticator()
    async with await world.enter(ola) as browser:
        await add_passkey(browser, authenticator)
    async with world.browser(address="192.0.2.9") as stranger:
        for _ in range(6):
            await sign_in(stranger, password="nie to haslo na pewno")
    async with world.browser() as browser:
        assert (await sign_in(browser)).status_code == 401
        asked = (await browser.post("/desk/passkey/enter")).json()
        answer = await browser.post("/desk/sign-in/passkey", data={"passkey": authenticator.sign(asked["challenge"])})
        assert answer.headers["location"] == "/desk"


async def test_a_challenge_is_good_for_one_purpose_and_one_session(world: World) -> None:
    ola, ewa = await hire_plain(world), await hire_plain(world, "Ewa")
    authenticator, hers = Authenticator(), Authenticator()
    async with await world.enter(ola) as browser, await world.enter(ewa) as other:
        await add_passkey(browser, authenticator)
        await add_passkey(other, hers)
        token, theirs = csrf((await browser.get("/desk/account")).text), csrf((await other.get("/desk/account")).text)
        asked = (await browser.post("/desk/passkey/confirm", headers={"x-csrf-token": token})).json()
        assert [one["id"] for one in asked["allowCredentials"]] != []
        answer = authenticator.sign(asked["challenge"])
        entered = await other.post("/desk/sign-in/passkey", data={"passkey": answer})
        assert entered.headers["location"] == "/desk/sign-in?refused", "asked to confirm, not to enter"
        refused = await other.post("/desk/confirm", data={"csrf": theirs, "passkey": answer})
        assert refused.status_code == 422, "asked in another session"
        asked = (await browser.post("/desk/passkey/confirm", headers={"x-csrf-token": token})).json()
        refused = await browser.post("/desk/confirm", data={"csrf": token, "passkey": hers.sign(asked["challenge"])})
        assert refused.status_code == 422, "somebody else's passkey"
        asked = (await browser.post("/desk/passkey/confirm", headers={"x-csrf-token": token})).json()
        right = await browser.post(
            "/desk/confirm", data={"csrf": token, "passkey": authenticator.sign(asked["challenge"])}
        )
        assert right.status_code == 303


async def test_an_account_that_is_closed_has_no_passkey(world: World) -> None:
    ola = await hire_plain(world)
    authenticator = Authenticator()
    async with await world.enter(ola) as browser:
        await add_passkey(browser, authenticator)
    async with world.services.database.shared() as connection:
        await accounts.set_disabled(connection, ola, True, world.at)
    async with world.browser() as browser:
        asked = (await browser.post("/desk/passkey/enter")).json()
        answer = await browser.post("/desk/sign-in/passkey", data={"passkey": authenticator.sign(asked["challenge"])})
        assert answer.headers["location"] == "/desk/sign-in?refused"


async def test_challenges_are_asked_by_our_own_page(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        for purpose in ("enrol", "confirm"):
            assert (await browser.post(f"/desk/passkey/{purpose}")).status_code == 403
        elsewhere = {"sec-fetch-site": "cross-site"}
        assert (await browser.post("/desk/passkey/enter", headers=elsewhere)).status_code == 403
        assert (await browser.post("/desk/passkey/other")).status_code == 404
    async with world.browser() as browser:
        assert (await browser.post("/desk/passkey/second")).status_code == 401
        assert (await browser.post("/desk/passkey/confirm")).status_code == 303
        codes = {(await browser.post("/desk/passkey/enter")).status_code for _ in range(40)}
    assert codes == {200, 429}


# a fresh proof ---------------------------------------------------------------------------------------------------


async def test_prv_14_a_reveal_needs_a_proof_of_the_last_ten_minutes(world: World) -> None:
    ola = await hire_plain(world)
    begun = await world.begin("to jan.kowalski@poczta.example")
    item = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    async with await world.enter(ola) as browser:
        seed = await set_up_app(browser, world)
        form = {"csrf": csrf((await browser.get(begun.address)).text), "item": str(item), "reason": REASON}
        assert "jan.kowalski" in (await browser.post(begun.address + "/reveal", data=form)).text
        world.later(minutes=10)
        page = (await browser.get(begun.address)).text
        assert 'name="reason"' not in page
        back = quote(f"{begun.address}?asked={item}", safe="")
        assert f"/desk/confirm?next={begun.address}%3Fasked%3D{item}" in page
        answer = await browser.post(begun.address + "/reveal", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/confirm?next={back}")
        partial = await browser.post(begun.address + "/reveal", data=form, headers={"HX-Request": "true"})
        assert (partial.status_code, partial.headers["hx-redirect"]) == (401, f"/desk/confirm?next={back}")
        proof = {"csrf": form["csrf"], "next": f"{begun.address}?asked={item}", "password": PASSWORD}
        assert (await browser.post("/desk/confirm", data=proof)).status_code == 422, "the password alone"
        code = code_of(seed, step_at(world.at))
        wrong = proof | {"password": "nie to haslo na pewno", "code": code}
        assert (await browser.post("/desk/confirm", data=wrong)).status_code == 422
        answer = await browser.post("/desk/confirm", data=proof | {"code": code})
        assert (answer.status_code, answer.headers["location"]) == (303, proof["next"])
        page = (await browser.get(proof["next"])).text
        assert "<details open>" in page
        assert "jan.kowalski" in (await browser.post(begun.address + "/reveal", data=form)).text
        world.later(minutes=10)
        answer = await browser.post("/desk/confirm", data=proof | {"code": code})
        assert answer.status_code == 422, "a code that was used"


async def test_whoever_has_a_passkey_alone_proves_it_with_that(world: World) -> None:
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        await add_passkey(browser, Authenticator())
        world.later(minutes=11)
        token = csrf((await browser.get("/desk/account")).text)
        answer = await browser.post("/desk/confirm", data={"csrf": token, "password": PASSWORD})
        assert answer.status_code == 422
        assert 'name="password"' not in answer.text


async def test_accounts_and_words_are_changed_with_a_fresh_proof(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "admin"})
    ewa = await world.hire("Ewa", {world.brand.id: "agent"})
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get("/desk/colleagues")).text)
        world.later(minutes=10)
        form = {"csrf": token, "brand": str(world.brand.id), "role": "lead", "login": "x", "name": "X"}
        for address, back in (
            ("/desk/colleagues", "/desk/colleagues"),
            (f"/desk/colleagues/{ewa}/role", "/desk/colleagues"),
            (f"/desk/colleagues/{ewa}/link", "/desk/colleagues"),
            (f"/desk/colleagues/{ewa}/disable", "/desk/colleagues"),
            (f"/desk/colleagues/{ewa}/reset", "/desk/colleagues"),
            ("/desk/words/seans", "/desk/words"),
            ("/desk/account/codes", "/desk/account"),
            ("/desk/account/passkeys", "/desk/account"),
            ("/desk/account/app", "/desk/account"),
            ("/desk/account/app/remove", "/desk/account"),
        ):
            answer = await browser.post(address, data=form)
            assert answer.headers["location"] == f"/desk/confirm?next={quote(back, safe='')}", address
        asked = await browser.post("/desk/passkey/enrol", headers={"x-csrf-token": token})
        assert asked.headers["location"].startswith("/desk/confirm")
        assert (await browser.get("/desk/account/app")).headers["location"].startswith("/desk/confirm")


@pytest.mark.parametrize("after", ["https://evil.example/desk/", "//evil.example/desk/", "/elsewhere", "/desk/sign-in"])
async def test_a_proof_leads_nowhere_else(world: World, after: str) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "agent"})
    async with await world.enter(ewa) as browser:
        token = csrf((await browser.get("/desk/account")).text)
        world.later(minutes=11)
        answer = await browser.post("/desk/confirm", data={"csrf": token, "next": after, "password": PASSWORD})
        assert answer.headers["location"] == "/desk"


# sessions --------------------------------------------------------------------------------------------------------


async def test_sec_11_own_sessions_are_listed_and_ended(world: World) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "agent"})
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    firefox = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0"}
    async with world.browser() as here, world.browser() as there, await world.enter(ewa) as third:
        await sign_in(here, "ewa")
        await there.post("/desk/sign-in", data={"login": "ewa", "password": PASSWORD}, headers=firefox)
        async with await world.enter(ola) as hers:
            page = (await here.get("/desk/account")).text
            assert "Firefox, Linux" in page
            assert page.count('name="session"') == 2
            assert hash_token(there.cookies["okienko-desk"]).hex() not in page
            session = re.findall(r'name="session" value="([^"]+)"', page)
            token = csrf(page)
            theirs = csrf((await hers.get("/desk/account")).text)
            for one in session:
                await hers.post("/desk/account/sessions", data={"csrf": theirs, "session": one})
            assert (await there.get("/desk")).status_code == 200, "nobody ends somebody else's"
            await here.post("/desk/account/sessions", data={"csrf": token, "session": session[0]})
            states = {(await one.get("/desk")).status_code for one in (there, third)}
            assert states == {200, 303}
            await here.post("/desk/account/sessions", data={"csrf": token})
            assert {(await one.get("/desk")).status_code for one in (there, third)} == {303}
            assert (await here.get("/desk")).status_code == 200
            assert (await hers.get("/desk")).status_code == 200


async def test_sec_11_closing_an_account_ends_its_sessions_at_once(world: World) -> None:
    """At the next request, and within the 15 seconds between two beats of an open live stream."""
    ewa = await world.hire("Ewa", {world.brand.id: "agent"})
    async with await world.enter(ewa) as browser:
        token = hash_token(browser.cookies["okienko-desk"])
        async with world.services.database.shared() as connection:
            await accounts.set_disabled(connection, ewa, True, world.at)
        assert (await browser.get("/desk")).status_code == 303
        async with world.services.database.shared() as connection:
            assert not await accounts.touch_session(connection, token, world.at)


async def test_sec_11_over_https_the_cookie_is_bound_to_the_host(world: World) -> None:
    await world.hire("Ewa", {world.brand.id: "agent"})
    settings = replace(world.services.settings, public_url="https://desk.example")
    world.app.state.services = replace(world.services, settings=settings)
    async with world.browser() as browser:
        cookie = (await sign_in(browser, "ewa")).headers["set-cookie"]
    assert cookie.startswith("__Host-okienko-desk=")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


# what is known of accounts ---------------------------------------------------------------------------------------


async def test_sec_01_signing_in_does_not_tell_whether_an_account_exists(world: World) -> None:
    """Text, status and time: with a second step, without one, and without an account."""
    ola = await hire_plain(world)
    async with await world.enter(ola) as browser:
        await set_up_app(browser, world)
    await world.hire("Ewa", {world.brand.id: "agent"})
    took: dict[str, list[float]] = {"ola": [], "ewa": [], "nobody": []}
    texts: set[str] = set()
    for _ in range(3):
        for login, times in took.items():
            async with world.browser() as browser:
                begun = time.perf_counter()
                answer = await sign_in(browser, login, "nie to haslo na pewno")
                times.append(time.perf_counter() - begun)
            assert answer.status_code == 401
            texts.add(answer.text.replace(f'value="{login}"', ""))
    assert len(texts) == 1
    least = {login: min(times) for login, times in took.items()}
    assert min(least.values()) >= 0.5, "every failure takes at least half a second"
    assert statistics.median(least.values()) / min(least.values()) < 1.5


async def test_networks_are_counted_without_their_addresses(world: World) -> None:
    """The /24, under the index key: nothing of an address is kept anywhere."""
    async with world.browser(address="198.51.100.7") as one, world.browser(address="198.51.100.8") as neighbour:
        plain = {"content-type": "text/plain"}
        for _ in range(20):
            await one.post("/desk/sign-in", headers=plain)
        assert (await neighbour.post("/desk/sign-in", headers=plain)).status_code == 429
    async with world.browser(address="203.0.113.7") as other:
        assert (await other.post("/desk/sign-in", headers=plain)).status_code == 415


# administrators and the operator ---------------------------------------------------------------------------------


async def test_an_administrator_takes_a_second_step_away_and_it_is_written_down(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "admin"})
    ewa = await hire_plain(world, "Ewa")
    async with await world.enter(ola) as browser, await world.enter(ewa) as hers:
        await set_up_app(hers, world)
        token = csrf((await browser.get("/desk/colleagues")).text)
        answer = await browser.post(f"/desk/colleagues/{ola}/reset", data={"csrf": token})
        assert answer.status_code == 403, "one's own is not taken away"
        assert (await browser.post(f"/desk/colleagues/{ewa}/reset", data={"csrf": token})).status_code == 303
        assert (await hers.get("/desk/account")).headers["location"].startswith("/desk/sign-in")
    async with world.browser() as browser:
        assert (await sign_in(browser, "ewa")).headers["location"] == "/desk"
        assert (await browser.get("/desk")).headers["location"] == "/desk/account"
    async with world.services.database.shared() as connection:
        events = await store.list_events(connection, ewa)
    assert (events[0].what, events[0].by) == ("reset", "Ola")


async def test_who_has_none(world: World) -> None:
    await world.hire("Ola", {world.brand.id: "admin"})
    ewa = await hire_plain(world, "Ewa")
    adam = await world.hire("Adam", {world.brand.id: "agent", world.other.id: "agent"})
    async with world.services.database.shared() as connection:
        found = await store.list_without(connection)
    assert [(one.id, one.roles) for one in found] == [(adam, ("agent",)), (ewa, ("lead",))]


async def test_what_was_done_is_only_added_to(world: World) -> None:

    ola = await world.hire("Ola", {world.brand.id: "admin"})
    async with world.services.database.shared() as connection:
        await store.record(connection, ola, "reset", by=None, event_id=new_id(world.at), now=world.at)
    for statement in ("delete from staff_event", "update staff_event set what = 'app_added'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with world.services.database.shared() as connection:
                await connection.execute(statement.encode())


async def test_what_was_begun_and_not_ended_is_forgotten(world: World) -> None:
    ola = await hire_plain(world)
    async with world.services.database.shared() as connection:
        await store.open_half(connection, ola, b"token", world.at)
        await store.keep_challenge(connection, b"challenge", b"bound", world.at)
        await accounts.forget_expired(connection, world.at + timedelta(minutes=4))
        rows = await (await connection.execute("select 1 from staff_half_session, staff_challenge")).fetchall()
        assert rows == [(1,)]
        await accounts.forget_expired(connection, world.at + timedelta(minutes=10))
        rows = await (
            await connection.execute("select 1 from staff_half_session union all select 1 from staff_challenge")
        ).fetchall()
    assert rows == []

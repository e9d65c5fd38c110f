"""SEC-06: docs/roles.md says who may use which page, and it is so: every role at every address."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest
from starlette.routing import Route

from okienko.channels.webhook.adapter import ADAPTER as WEBHOOK
from okienko.staff.store import Role
from tests.conftest import Cluster
from tests.desk_world import Begun, csrf
from tests.trust.house import ARTICLE, HOOK, ROLES, House, open_house

pytestmark = pytest.mark.anyio

DOC = (Path(__file__).resolve().parents[2] / "docs" / "roles.md").read_text("utf-8")
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS: dict[str, str] = {match[1]: match[2] for match in SECTION.finditer(DOC)}
EVERYBODY, DOOR = "Everybody", "The door"
WINDOW, SELF, BY_ROLE = "A customer’s own conversation", "Oneself", "By role"
RIGHTS, PROGRAM = "The page of rights", "A program with a token"
ROW = re.compile(r"^\| `([A-Z]+ /\S*)` \| (.+) \|$", re.MULTILINE)
TABLE = {match[1]: dict(zip(ROLES, match[2].split(" | "), strict=True)) for match in ROW.finditer(SECTIONS[BY_ROLE])}
LISTED = {
    title: re.findall(r"^- `([A-Z]+ /\S*)`", SECTIONS[title], re.MULTILINE)
    for title in (EVERYBODY, DOOR, WINDOW, RIGHTS, SELF, PROGRAM)
}


@pytest.fixture(scope="module")
async def house(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for all: nobody's answer depends on what was done before."""
    with cluster.database("roles_" + uuid4().hex) as urls:
        async with open_house(urls, tmp_path_factory.mktemp("house")) as house:
            yield house


@pytest.fixture(scope="module")
async def known(house: House) -> Mapping[str, str]:
    """What addresses are made of: things that are there, so that a 404 is a refusal."""
    world = house.world
    begun = await begin(house)
    celina = await world.hire("Celina", {world.brand.id: "agent"})
    async with await house.enter("admin") as admin:
        page = (await admin.get("/desk/audit/packs")).text
        month = {"brand": world.brand.slug, "since": "2026-08-01", "until": "2026-08-31"}
        await admin.post("/desk/audit/packs", data={"csrf": csrf(page), **month})
        pack = re.search(r"/desk/audit/packs/seans/([0-9a-f-]{36})\.", (await admin.get("/desk/audit/packs")).text)
        assert pack is not None
        scenario = {"csrf": csrf(page), "brand": world.brand.slug, "ready": "delivery-problem"}
        await admin.post("/desk/scenarios", data=scenario)
        reply = {"csrf": csrf(page), "language": "pl", "name": "Powitanie", "body": "Dzień dobry."}
        await admin.post(f"/desk/replies/{world.brand.slug}", data=reply)
        replies = re.search(r"/desk/replies/seans/([0-9a-f-]{36})#", (await admin.get("/desk/replies")).text)
        assert replies is not None
        drafted = await admin.post("/desk/incidents/draft", data={"csrf": csrf(page), "brand": world.brand.slug})
        request = {"csrf": csrf(page), "brand": world.brand.slug, "kind": "restrict"}
        opened = await admin.post("/desk/privacy", data=request)
        asked = urlsplit(opened.headers["location"]).path.rpartition("/")[2]
    return {
        "brand": world.brand.slug,
        "reference": begun.reference,
        "article": ARTICLE.id,
        "scenario": "delivery-problem",
        "incident": urlsplit(drafted.headers["location"]).path.rpartition("/")[2],
        "reply": replies[1],
        "language": "pl",
        "category": "konto",
        "staff_id": str(celina),
        "action": "role",
        "id": str(uuid4()),
        "purpose": "confirm",
        "token": "nobody-s",
        "pack": pack[1],
        "asked": asked,
        "do": "restrict",
        "kind": "json",
        "connection": world.doors[world.brand.id],
        "attachment": str(uuid4()),
        "colour": "7a1f3d",
        "path": "okienko.css",
    }


async def begin(house: House) -> Begun:
    return await house.world.begin("nazywam się Anna Wilga, anna.wilga@poczta.example")


def address_of(route: Route, known: Mapping[str, str]) -> str:
    """A route's address. Raises KeyError for a value that nobody knows: put one into `known`."""
    if route.path.startswith("/desk/channels/"):
        known = {**known, "connection": HOOK}  # the window is made with its brand: there is nothing to connect
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: known[match[1]], route.path)


async def ask(house: House, browser: httpx2.AsyncClient, method: str, path: str, *, item: str = "") -> str:
    """`yes`, `no`, or `door`: what somebody is told."""
    if path == "/desk/live" or path.endswith("/stream"):
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        status, _ = await house.listen(path, {"cookie": cookie})
        return "door" if status in {303, 401} else "yes"
    token = ""
    if "okienko-desk" in browser.cookies and not path.endswith("/sign-out"):
        token = csrf((await browser.get("/desk/account")).text)
    brand = house.world.brand
    form = {
        "csrf": token,
        "brand": str(brand.id) if "colleagues" in path else brand.slug,
        "role": "agent",
        "item": item,
        "reason": "bardzo ważny powód",
        "as": "note",
        "text": "halo",
        "once": str(uuid4()),
        "attachment": str(uuid4()),
        "language": "pl",
    }
    parts = {name: (None, value) for name, value in form.items()} if method == "POST" else None
    answer = await browser.request(method, path, files=parts)
    to = answer.headers.get("location", "")
    if answer.status_code == 401 or urlsplit(to).path == "/desk/sign-in":
        return "door"
    assert answer.status_code < 500, (method, path)
    return "no" if answer.status_code in {403, 404} or "but=not-yours" in to else "yes"


def name(method: str, route: Route) -> str:
    return f"{method} {re.sub(r':[a-z]+(?=})', '', route.path)}"


def list_pages(house: House) -> dict[str, tuple[str, Route]]:
    """Every page and action by its name in the table."""
    return {
        name(method, route): (method, route)
        for route in house.routes
        for method in sorted((route.methods or set()) - {"HEAD"})
    }


async def test_sec_06_every_page_stands_in_the_table_of_roles_and_no_other(house: House) -> None:
    """Whoever adds a page writes down in docs/roles.md who may use it."""
    written = [*TABLE, *(page for pages in LISTED.values() for page in pages)]
    assert len(written) == len(set(written))
    assert sorted(set(list_pages(house)) - set(written)) == [], "docs/roles.md does not say who may use these"
    assert sorted(set(written) - set(list_pages(house))) == [], "docs/roles.md has pages that are not there"
    assert WEBHOOK.name in SECTIONS[EVERYBODY], "the way in is no page; it is named there too"


@pytest.mark.parametrize("role", ROLES)
async def test_sec_06_a_role_may_do_what_the_table_says_and_nothing_else(
    house: House, known: Mapping[str, str], role: Role
) -> None:
    pages = list_pages(house)
    wrong: list[tuple[str, str, str]] = []
    begun = await begin(house)
    item = str((await begun.read("select id from vault_item where conversation_id = %(id)s limit 1"))[0][0])
    async with await house.enter(role) as browser:
        for page, cells in TABLE.items():
            if page not in pages:
                continue  # the other test says so
            method, route = pages[page]
            action = "take-over" if page.endswith("/{reference}/{action}") else known["action"]
            path = address_of(route, {**known, "reference": begun.reference, "action": action})
            found = await ask(house, browser, method, path, item=item)
            expected = {"yes": "yes", "no": "no", "own": "no"}[cells[role]]
            if found != expected:
                wrong.append((page, f"said: {cells[role]}", f"found: {found}"))
    assert wrong == []


async def test_sec_06_what_is_ones_own_conversation_may_be_used(house: House, known: Mapping[str, str]) -> None:
    own: list[tuple[str, Role]] = [
        (page, role) for page, cells in TABLE.items() for role in ROLES if cells[role] == "own"
    ]
    assert own
    for page, role in own:
        method, route = list_pages(house)[page]
        begun = await begin(house)
        await begun.change(
            "update conversation set holder = 'agent', agent_id = %(who)s, version = version + 1 where id = %(id)s",
            who=house.staff[role],
        )
        item = str((await begun.read("select id from vault_item where conversation_id = %(id)s limit 1"))[0][0])
        async with await house.enter(role) as browser:
            path = address_of(route, {**known, "reference": begun.reference})
            assert await ask(house, browser, method, path, item=item) == "yes", page


async def test_sec_06_nobody_comes_in_without_signing_in(house: House, known: Mapping[str, str]) -> None:
    """Nobody, at every address: what is open is open, and everything else leads to the door."""
    closed = {*TABLE, *LISTED[WINDOW], *LISTED[SELF], *LISTED[PROGRAM]}
    wrong: list[tuple[str, str]] = []
    async with house.browser() as browser:
        for page, (method, route) in list_pages(house).items():
            if page in LISTED[DOOR]:
                continue
            found = await ask(house, browser, method, address_of(route, known))
            if (found == "door") != (page in closed):
                wrong.append((page, found))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_sec_06_whoever_has_signed_in_sees_to_themselves(
    house: House, known: Mapping[str, str], role: Role
) -> None:
    async with await house.enter(role) as browser:
        for page in LISTED[SELF]:
            method, route = list_pages(house)[page]
            assert await ask(house, browser, method, address_of(route, known)) != "door", page


async def test_sec_06_being_signed_in_opens_nothing_that_is_for_programs(
    house: House, known: Mapping[str, str]
) -> None:
    async with await house.enter("admin") as browser:
        for page in LISTED[PROGRAM]:
            method, route = list_pages(house)[page]
            assert await ask(house, browser, method, address_of(route, known)) == "door", page

"""SEC-04: another brand's things do not exist, on every page and action of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from starlette.routing import BaseRoute, Mount, Route

from okienko.values import BrandId
from tests.desk_world import World, csrf

pytestmark = pytest.mark.anyio


def find_routes(routes: list[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        match route:
            case Mount():
                yield from find_routes(list(route.routes))
            case Route():
                yield route
            case _:
                pass


async def test_sec_04_another_brand_s_things_are_not_found(world: World) -> None:
    """An administrator of one brand asks for what belongs to the other, by its right name, on every address."""
    ola = await world.hire("Ola", {world.other.id: "admin"})
    adam = await world.hire("Adam", {world.brand.id: "agent"})
    theirs = await world.begin("to jan.kowalski@poczta.example")
    item = (await theirs.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    there = {
        "brand": world.brand.slug,
        "reference": theirs.reference,
        "staff_id": str(adam),
        "action": "role",
        "id": str(uuid4()),
        "purpose": "nothing",
        "token": "nobody's",
    }
    asked = 0
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get("/desk/colleagues")).text)
        form = {
            "csrf": token,
            "brand": str(world.brand.id),
            "role": "admin",
            "item": str(item),
            "reason": "bardzo ważny powód",
            "as": "note",
            "text": "halo",
            "once": str(uuid4()),
            "attachment": str(uuid4()),
        }
        for route in find_routes(list(world.app.routes)):
            if not route.path.startswith("/desk/") or "{" not in route.path:
                continue
            address = route.path
            for name, value in there.items():
                for kind in ("", ":str", ":uuid", ":int", ":path"):
                    address = address.replace(f"{{{name}{kind}}}", value)
            for method in (route.methods or set()) - {"HEAD"}:
                answer = await browser.request(method, address, data=form if method == "POST" else None)
                assert answer.status_code == 404, (method, route.path)
                asked += 1
    assert asked >= 10
    assert await theirs.read("select 1 from vault_reveal") == []
    assert await theirs.read("select 1 from message where author <> 'customer'") == []
    rows = await world.services.directory.read()
    assert BrandId(world.brand.id) in rows.brands

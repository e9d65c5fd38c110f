"""Two registers that are only ever added to: what people said to which text, and who was erased."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.consent import store as consent
from okienko.desk.privacy.view import ADDRESS, show, visit
from okienko.desk.rules import make_code
from okienko.rights.fulfil import BACKUPS
from okienko.rights.store import people

MOST = 100  # lines


def routes() -> list[Route]:
    """Everything under /desk/privacy/ledger."""
    return [Route(ADDRESS + "/ledger", _show, methods=["GET"])]


async def _show(request: Request) -> Response:
    there = await visit(request)
    async with there.given.database.brand(there.brand.id) as connection:
        counted = await consent.count_events(connection)
        events = await consent.list_events(connection, limit=MOST)
        erased = await people.list_receipts(connection, limit=MOST)
    return show(
        there, "ledger", counted=counted, events=events, erased=erased, backups=BACKUPS, code=make_code, most=MOST
    )

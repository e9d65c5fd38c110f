"""Processors at the desk, and the register of processing to read."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.audit.store import record
from okienko.consent import store
from okienko.consent.register import read_purposes
from okienko.consent.store import MayTrain, Processor
from okienko.database.ids import new_id
from okienko.desk.privacy.policy.tell import NAMES, tell_period, tell_since
from okienko.desk.privacy.view import ADDRESS, act, show, visit
from okienko.desk.view import read_uuid
from okienko.policy.clocks import find_keeping
from okienko.rights.retention.nightly import periods_of, rules_of
from okienko.web.i18n import mark, words
from okienko.web.templates import page_language

PAGE: Final = "/processors"
_SAID: Final = {
    "added": mark("Added. It stands on the brand's public page from now on."),
    "ended": mark("Ended. It stays on record, and is no longer on the public page."),
    "missing": mark("Nothing was added: write a name, what it does, where, and the day of the contract."),
    "trains": mark(
        "Nothing was added. Whoever may train on what customers wrote cannot work for a brand here: agree in the "
        "contract that they may not, and add them then."
    ),
}


def routes() -> list[Route]:
    """Everything under /desk/privacy/processors."""
    return [
        Route(ADDRESS + PAGE, _show, methods=["GET"]),
        Route(ADDRESS + PAGE, _add, methods=["POST"]),
        Route(ADDRESS + PAGE + "/{id:uuid}/end", _end, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    there = await visit(request)
    speak, rules = words(page_language(request)), rules_of(there.brand).policy
    periods = periods_of(there.brand, there.today)
    async with there.given.database.brand(there.brand.id) as connection:
        processors = await store.read_processors(connection)
        past = await store.read_past_processors(connection)

    def keep(name: str) -> str:
        """How long a class of data is kept, in words."""
        terms = {
            f"{tell_period(rule.period, speak)} {tell_since(rule.trigger, speak)}"
            for rule in find_keeping(rules, name, there.today)
        }
        if not terms and name in periods:  # no law of this place names a term: okienko's own
            terms = {tell_period(periods[name], speak)}
        return f"{speak.gettext(NAMES[f'retention.{name}'])}: {' / '.join(sorted(terms))}"

    return show(
        there,
        "processors",
        said=_SAID,
        processors=processors,
        past=past,
        register=[
            (row, [keep(name) for name in row.retention])
            for row in read_purposes(_read_register(), page_language(request))
        ],
        authorities=sorted(rules.authorities),
    )


@cache
def _read_register() -> str:
    return (files("okienko.consent") / "purposes.toml").read_text("utf-8")


def _read(form: dict[str, str], key: str, longest: int) -> str:
    return " ".join(form.get(key, "").split())[:longest]


async def _add(request: Request) -> Response:
    there, form = await act(request, PAGE)
    try:
        on = date.fromisoformat(form.get("contract", ""))
    except ValueError:
        return there.go(PAGE, said="missing")
    processor = Processor(
        id=new_id(there.now),
        name=_read(form, "name", 200),
        does=_read(form, "does", 500),
        region=_read(form, "region", 100),
        transfer=_read(form, "transfer", 200),
        contract_on=on,
    )
    if not (processor.name and processor.does and processor.region):
        return there.go(PAGE, said="missing")
    try:
        async with there.given.database.brand(there.brand.id) as connection:
            await store.add_processor(connection, processor, trains=form.get("trains") == "yes", now=there.now)
            await record(
                connection,
                "processor-changed",
                by=there.by,
                brand=there.brand.id,
                kind="processor",
                object=processor.id,
                detail={"added": 1},
                now=there.now,
            )
    except MayTrain:
        return there.go(PAGE, said="trains")
    return there.go(PAGE, said="added")


async def _end(request: Request) -> Response:
    there, _ = await act(request, PAGE)
    processor = read_uuid(str(request.path_params["id"]))
    async with there.given.database.brand(there.brand.id) as connection:
        found = next((one for one in await store.read_processors(connection) if one.id == processor), None)
        if found is None or not await store.end_processor(connection, found.name, there.now):
            return there.go(PAGE, said="gone")
        await record(
            connection,
            "processor-changed",
            by=there.by,
            brand=there.brand.id,
            kind="processor",
            object=processor,
            detail={"ended": 1},
            now=there.now,
        )
    return there.go(PAGE, said="ended")

"""Retention at the desk: the schedule with its laws, tonight's run before it happens, and the last runs' reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.desk.privacy.policy.tell import CLASSES, tell_law, tell_period, tell_since
from okienko.desk.privacy.view import ADDRESS, act, show, visit
from okienko.policy.clocks import find_keeping
from okienko.rights.retention import nightly, store
from okienko.rights.retention.schedule import CLASSES as SCHEDULE
from okienko.rights.retention.store import Line
from okienko.web.i18n import mark, words
from okienko.web.templates import page_language

PAGE: Final = "/retention"
SHOWN: Final = timedelta(days=14)  # of reports
LATE: Final = timedelta(days=2)  # without a run, after which something is wrong
_SAID: Final = {"run": mark("Done. What had its time is deleted; the report stands below.")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One class of data: how long it is kept, by which law, and what would go now."""

    name: str
    period: str
    since: str
    laws: Sequence[str]
    before: datetime
    due: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One day's report: classes in which something happened, and how many there were in all."""

    day: date
    lines: Sequence[Line]
    classes: int

    @property
    def deleted(self) -> int:
        """Rows that went."""
        return sum(line.deleted for line in self.lines)


def routes() -> list[Route]:
    """Everything under /desk/privacy/retention."""
    return [
        Route(ADDRESS + PAGE, _show, methods=["GET"]),
        Route(ADDRESS + PAGE, _run, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    there = await visit(request)
    speak = words(page_language(request))
    rules = nightly.rules_of(there.brand)
    periods = nightly.periods_of(there.brand, there.today)
    outcomes = await nightly.preview(there.given.database, there.brand, there.now)
    async with there.given.database.brand(there.brand.id) as connection:
        lines = await store.list_reports(connection, there.today - SHOWN)
        ended = await store.read_last_ended(connection)
    begins: Mapping[str, str] = {one.name: one.since for one in SCHEDULE}
    rows = [
        Row(
            name=speak.gettext(CLASSES.get(one.name, one.name)),
            period=tell_period(periods[one.name], speak) if one.name in periods else "",
            since=tell_since(begins[one.name], speak),
            laws=[
                tell_law(law, speak)
                for law in sorted(
                    {law for rule in find_keeping(rules.policy, one.name, there.today) for law in rule.origin.law}
                )
            ],
            before=one.before,
            due=one.deleted,
            kept=one.kept,
        )
        for one in outcomes
    ]
    runs = [_gather(day, list(some)) for day, some in groupby(lines, key=lambda line: line.day)]
    return show(
        there,
        "retention",
        said=_SAID,
        rows=rows,
        runs=runs,
        names=CLASSES,
        ended=ended,
        late=ended is not None and there.now - ended > LATE,
        place=rules.place,
    )


def _gather(day: date, lines: Sequence[Line]) -> Run:
    return Run(day=day, lines=[line for line in lines if line.deleted or line.kept], classes=len(lines))


async def _run(request: Request) -> Response:
    there, _ = await act(request, PAGE)
    await nightly.run_now(there.given.database, there.brand, there.given.clock, by=there.by)
    return there.go(PAGE, said="run")

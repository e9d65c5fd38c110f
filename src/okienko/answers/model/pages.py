"""The optional model at the desk: its state, its budget, its switch, and the record of its calls without their words.

Administrators alone. It switches what `okienko model on` and `off` switch, and works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.answers.model import store
from okienko.answers.model.store import Listed, Outcome
from okienko.audit import store as audit
from okienko.values import Brand, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import ADMINS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import render

ADDRESS: Final = "/desk/model"
PAGE: Final = 50  # calls
MILLION: Final = 1_000_000
MOST: Final = 1_000_000  # a day

OUTCOMES: Final[Mapping[Outcome, str]] = {
    "used": mark("its words were sent"),
    "none": mark("it found no answer in the quotes"),
    "rejected": mark("its words did not pass the check"),
    "slow": mark("it was too slow"),
    "down": mark("it could not be reached"),
    "garbled": mark("it answered with nonsense"),
    "huge": mark("it answered too much"),
}
REASONS: Final[Mapping[str, str]] = {
    "empty": mark("there was nothing in it"),
    "long": mark("it was too long"),
    "characters": mark("it had unusual characters"),
    "markup": mark("it had markup in it"),
    "uncited": mark("a sentence named no quote"),
    "citation": mark("it named a quote that is not there"),
    "language": mark("it was in another language"),
    "link": mark("it had a link that no article has"),
    "unsupported": mark("a sentence was not backed by its quote"),
    "number": mark("it had a number that the quote does not have"),
    "negation": mark("it turned a “yes” into a “no”, or the other way round"),
    "condition": mark("it left out a condition"),
    "personal": mark("it looked like personal data"),
    "unreadable": mark("it could not be looked over"),
    "not asked": mark("there was no time left to ask"),
    "ended early": mark("it broke off"),
}
_SAID: Final[Mapping[str, str]] = {
    "on": mark("The model is on. It words answers within a few seconds from now on."),
    "off": mark("The model is off. No call begins any more; what is under way ends within seconds."),
    "budget": mark("Write a budget above 0, at most a million."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a brand has decided, and what it has come to today."""

    enabled: bool
    budget: float
    spent: float
    changed: datetime | None
    by: str | None  # None: the operator, at a terminal

    @property
    def share(self) -> int:
        """What is spent of the day's budget, in hundredths."""
        return min(100, round(100 * self.spent / self.budget)) if self.budget else 0


def routes() -> list[Route]:
    """Everything under /desk/model."""
    return [
        Route(ADDRESS, _show, methods=["GET"]),
        Route(ADDRESS, _switch, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff, ADMINS)
    return await _render(request, staff, brands, brand)


async def _switch(request: Request) -> Response:
    """On with a budget, or off."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
    if form.get("do") != "off":  # to stop something nobody is asked who they are
        require_proof(request, back=ADDRESS)
    given = services(request)
    now, do = given.clock(), form.get("do")
    budget = read_budget(form.get("budget", "")) if do == "on" else 0
    if do not in {"on", "off"} or (do == "on" and given.settings.model_url is None):
        raise HTTPException(400)
    if budget is None:
        return _go_back(brand, "budget")
    async with given.database.brand(brand.id) as connection:
        if do == "on":
            await store.switch_on(connection, budget=budget, now=now, staff=staff.id)
        else:
            await store.switch_off(connection, now, staff=staff.id)
        await audit.record(
            connection,
            "model-switched",
            by=audit.staff(staff, brand.id),
            brand=brand.id,
            kind="brand",
            object=brand.id,
            detail={"budget": budget},
            now=now,
        )
    return _go_back(brand, do)


def read_budget(text: str) -> int | None:
    """Millionths a day out of what was typed, with a comma or a point; None when it is no budget."""
    try:
        typed = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return max(1, round(typed * MILLION)) if 0 < typed <= MOST else None


def write_money(amount: float, *, language: Language) -> str:
    """An amount with two digits that say something: `0,0025`, `12,5`."""
    rounded = float(f"{amount:.2g}") if amount < 1 else round(amount, 2)
    return format_decimal(rounded, format="#,##0.########", locale=language)


def _go_back(brand: Brand, said: str | None) -> Response:
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'said': said})}", 303)


async def _render(request: Request, staff: SignedIn, brands: Sequence[Brand], brand: Brand) -> Response:
    given = services(request)
    now = given.clock()
    asked = request.query_params
    before = _read_moment(asked.get("before", ""))
    async with given.database.brand(brand.id) as connection:
        switch = await store.read_switch(connection, now.astimezone(ZoneInfo(brand.timezone)).date())
        switched = await store.read_switched(connection)
        calls = await store.list_calls(connection, before=before or now + timedelta(seconds=1), limit=PAGE + 1)
        sums = await store.sum_calls(connection, since=now - timedelta(days=1))
    state = State(
        enabled=switch is not None and switch.enabled,
        budget=switch.budget / MILLION if switch else 1.0,
        spent=switch.spent / MILLION if switch else 0.0,
        changed=switched[0] if switched else None,
        by=switched[1] if switched else None,
    )
    settings = given.settings
    said = asked.get("said", "")
    return render(
        request,
        "answers/model.html",
        brand=brand,
        brands=brands,
        model=settings.model_name if settings.model_url else None,
        host=urlsplit(settings.model_url).netloc if settings.model_url else None,
        priced=settings.model_prices != (1.0, 1.0),
        state=state,
        said=_SAID.get(said),
        wrong=said == "budget",
        calls=calls[:PAGE],
        older=_older(brand, calls) if len(calls) > PAGE else None,
        newest=before is None,
        sums=sums,
        outcomes=OUTCOMES,
        reasons=REASONS,
        write_money=write_money,
        million=MILLION,
        now=now,
    )


def _read_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _older(brand: Brand, calls: Sequence[Listed]) -> str:
    return f"{ADDRESS}?{urlencode({'brand': brand.slug, 'before': calls[PAGE - 1].at.isoformat()})}#calls"

"""What the privacy officer's pages share: who may do what, for which brand, and how typed words are masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from okienko.audit import store as audit
from okienko.audit.store import Actor
from okienko.desk import rules
from okienko.masking.lines import mask_lines
from okienko.values import Brand, MaskedText, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.services import Services, services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import page_language, render

ADDRESS: Final = "/desk/privacy"
LONGEST: Final = 2_000  # characters of a reason, a question, an answer
SHORTEST: Final = 10  # the least that says why; the database wants it, too

TABS: Final[Mapping[str, str]] = {
    "": mark("Requests"),
    "/ledger": mark("Consents and erasures"),
    "/retention": mark("Retention"),
    "/holds": mark("Legal holds"),
    "/processors": mark("Processors"),
    "/policy": mark("Policy"),
    "/texts": mark("Texts"),
}
SAID: Final[Mapping[str, str]] = {
    "short": mark("Nothing was done: write at least ten characters, in words that say nothing of anybody."),
    "gone": mark("Nothing was done: it is no longer as the page showed it."),
}
WRONG: Final = frozenset(SAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at these pages, with the brand that they look at."""

    request: Request
    staff: SignedIn
    brand: Brand
    brands: tuple[Brand, ...]  # that they may look at, by name
    given: Services
    now: datetime

    @property
    def writes(self) -> bool:
        """Whether they may change anything; an auditor may not."""
        return rules.may_keep(self.staff, self.brand.id)

    @property
    def by(self) -> Actor:
        """Who acts, for the audit log."""
        return audit.staff(self.staff, self.brand.id)

    @property
    def today(self) -> date:
        """The day where the brand is."""
        return self.now.astimezone(ZoneInfo(self.brand.timezone)).date()

    def address(self, page: str, **more: str) -> str:
        """One of these pages, of this brand."""
        return f"{ADDRESS}{page}?{urlencode({'brand': self.brand.slug, **more})}"

    def go(self, page: str, **more: str) -> Response:
        """Leads there after an action."""
        return RedirectResponse(self.address(page, **more), 303)

    def mask(self, typed: str) -> MaskedText | None:
        """What somebody typed, without personal data; None for less than ten characters, or when masking fails."""
        masked = mask_lines([typed.strip()], page_language(self.request), self.brand, longest=LONGEST)
        return masked[0] if masked and len(masked[0].text) >= SHORTEST else None


async def visit(request: Request) -> Visit:
    """Who asks, and the brand that the address names, else the first of theirs. Raises 403 for who has none here."""
    staff = signed_in(request)
    brands = await _list_brands(request, staff)
    if not brands:
        raise HTTPException(403)
    slug = request.path_params.get("brand")
    asked = slug or request.query_params.get("brand")
    brand = next((one for one in brands if one.slug == asked), None)
    if brand is None and slug is not None:
        raise HTTPException(404)
    return _visit(request, staff, brand or brands[0], brands)


async def act(request: Request, page: str) -> tuple[Visit, dict[str, str]]:
    """Who acts on which brand, with which form: proved within the last ten minutes, else they are asked first.

    Raises 403 without the token of their session or without the right to write, and 404 for another brand.
    """
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brands = await _list_brands(request, staff)
    slug = request.path_params.get("brand") or form.get("brand", "")
    brand = next((one for one in brands if one.slug == slug), None)
    if brand is None:
        raise HTTPException(404 if brands else 403)
    found = _visit(request, staff, brand, brands)
    if not found.writes:
        raise HTTPException(403)
    require_proof(request, back=found.address(page))
    return found, form


async def _list_brands(request: Request, staff: SignedIn) -> tuple[Brand, ...]:
    known = (await services(request).directory.read()).brands.values()
    return tuple(sorted((one for one in known if rules.may_audit(staff, one.id)), key=lambda one: one.name))


def _visit(request: Request, staff: SignedIn, brand: Brand, brands: tuple[Brand, ...]) -> Visit:
    given = services(request)
    return Visit(request=request, staff=staff, brand=brand, brands=brands, given=given, now=given.clock())


def show(there: Visit, name: str, *, said: Mapping[str, str] = SAID, status: int = 200, **values: Any) -> Response:
    """One of these pages. `said`: what may be said after an action, by the word in the address."""
    told = there.request.query_params.get("said", "")
    return render(
        there.request,
        f"desk/privacy/{name}.html",
        status=status,
        brand=there.brand,
        brands=there.brands,
        writes=there.writes,
        tabs=TABS,
        said={**SAID, **said}.get(told),
        wrong=told in WRONG,
        now=there.now,
        today=there.today,
        **values,
    )

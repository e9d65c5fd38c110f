"""A brand's own synonyms at the desk, with what they would change before they are saved. Works without JavaScript.

Leads and administrators write them. Words travel in forms: an address would be kept by browsers and logs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.articles.asked.bot import Bot, Gain
from okienko.articles.asked.pages import read_tried
from okienko.articles.editor.view import Place
from okienko.articles.store import list_tended
from okienko.articles.synonyms.form import WHY, Problem, read_lines, write_lines
from okienko.articles.synonyms.store import NOTHING, Kept, read_kept, save_lines
from okienko.audit import store as audit
from okienko.values import Brand, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.own_brands import LEADS, choose_brand, find_own, read_language
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import render

ADDRESS: Final = "/desk/articles/synonyms"
_FORM_LIMIT: Final = 512 * 1024  # bytes: all lines at their longest, half of their letters escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody has written in one language and not saved."""

    language: Language
    text: str
    problems: Sequence[tuple[str, str]] = ()  # a line, and what is wrong with it
    gain: Gain | None = None  # what it would change
    overtaken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One language's lines as the page shows them."""

    language: Language
    kept: Kept
    text: str
    written: Written | None


def routes(bot: Bot) -> list[Route]:
    """Everything under /desk/articles/synonyms."""

    def ask(page: Callable[[Request, Bot], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def with_bot(request: Request) -> Response:
            return await page(request, bot)

        return with_bot

    return [
        Route(ADDRESS, _show, methods=["GET"]),
        Route(ADDRESS, ask(_change), methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff, LEADS)
    return await _render(request, brands, brand, saved=request.query_params.get("saved", ""))


async def _change(request: Request, bot: Bot) -> Response:
    """Shows what the lines would change, or saves them."""
    staff = signed_in(request)
    form = await read_form(request, _FORM_LIMIT)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    language = read_language(brand, form.get("language", ""))
    text = form.get("lines", "")
    lines, problems = read_lines(text, brand)
    if problems:
        return await _ask_again(request, staff, brand, Written(language=language, text=text, problems=_say(problems)))
    given = services(request)
    if form.get("do") != "save":
        gain = await _try(request, bot, brand, language, lines)
        return await _ask_again(request, staff, brand, Written(language=language, text=write_lines(lines), gain=gain))
    base, now = form.get("base", ""), given.clock()
    async with given.database.brand(brand.id) as connection:
        saved = await save_lines(
            connection,
            brand.id,
            language,
            lines,
            base=int(base) if base.isascii() and base.isdecimal() and len(base) < 18 else 0,
            staff_id=staff.id,
            now=now,
        )
        if saved:
            await audit.record(
                connection,
                "synonyms-changed",
                by=audit.staff(staff, brand.id),
                brand=brand.id,
                kind="synonyms",
                object=language,
                detail={"lines": len(lines)},
                now=now,
            )
    if not saved:
        written = Written(language=language, text=write_lines(lines), overtaken=True)
        return await _ask_again(request, staff, brand, written, status=409)
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'saved': language})}#{language}", 303)


async def _try(request: Request, bot: Bot, brand: Brand, language: Language, lines: Sequence[str]) -> Gain:
    """What was asked lately, with these lines and without."""
    async with services(request).database.brand(brand.id) as connection:
        kept = await read_kept(connection, brand.id)
    others: Mapping[Language, Sequence[str]] = {spoken: one.lines for spoken, one in kept.items()}
    tried = await read_tried(request, Place(brand=brand, language=language, may_publish=True))
    return await bot.compare_synonyms(brand, language, {**others, language: lines}, tried)


def _say(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    return [(problem.line, WHY[problem.why]) for problem in problems]


async def _ask_again(
    request: Request, staff: SignedIn, brand: Brand, written: Written, *, status: int | None = None
) -> Response:
    brands, _ = await choose_brand(request, staff, LEADS)
    return await _render(request, brands, brand, written=written, status=status or (422 if written.problems else 200))


async def _render(
    request: Request,
    brands: Sequence[Brand],
    brand: Brand,
    *,
    written: Written | None = None,
    saved: str = "",
    status: int = 200,
) -> Response:
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        kept = await read_kept(connection, brand.id)
        listed = await list_tended(connection, brand.id, since=now) if written and written.gain else []
    parts: list[Part] = []
    for language in brand.languages:
        own = written if written is not None and written.language == language else None
        there = kept.get(language, NOTHING)
        parts.append(
            Part(language=language, kept=there, text=own.text if own else write_lines(there.lines), written=own)
        )
    return render(
        request,
        "articles/synonyms/lines.html",
        status=status,
        brand=brand,
        brands=brands,
        all_parts=parts,
        saved=saved,
        titles={one.id: one.title for one in listed if written and one.language == written.language},
        now=now,
    )

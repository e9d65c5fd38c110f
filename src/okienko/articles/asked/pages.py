"""What nobody could answer, and example questions for the articles that should have been quoted. Works without
JavaScript.

Everybody at the desk may look; leads and administrators add questions; administrators decide whether customers' words
are proposed at all. Words travel in forms: an address would be kept by browsers and logs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.articles import store
from okienko.articles.asked.bot import Bot, Gain, Quoted
from okienko.articles.asked.gaps import SHOWN, Gap, group, write_question
from okienko.articles.drafts import Draft
from okienko.articles.editor.view import (
    Place,
    find_place,
    may_publish,
    read_change,
    read_shown,
)
from okienko.articles.questions import LONGEST, MOST, mask_questions
from okienko.articles.store import Policy, Shown, Tended
from okienko.audit import store as audit
from okienko.conversations.store.unanswered import find_unusable, list_recent_questions, list_unanswered
from okienko.values import Brand, Language, MaskedText
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import LEADS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import render

ADDRESS: Final = "/desk/articles/gaps"
MOST_GAPS: Final = 50  # shown
MOST_PROPOSED: Final = 4  # of an article at once: for each, everything that was asked lately is asked again
MOST_TRIED: Final = 300  # questions

_SAID: Final[Mapping[str, str]] = {
    "added": mark("The question is added. The bot looks for it from its next answer on."),
    "full": mark("The article has 50 example questions already. Remove one first."),
    "empty": mark("Write a question first."),
    "unusable": mark(
        "Nothing was added: these are a customer's own words, and the law of where the customer is forbids to use "
        "them. Write the question in your own words."
    ),
    "overtaken": mark("Nothing was added: somebody has changed the article meanwhile. Try again."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as these pages name it."""

    address: str
    title: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGap:
    """A gap with what the bot would say now."""

    gap: Gap
    place: Place
    quoted: Article | None
    near: Sequence[Article]
    failed: Sequence[Article]  # whose words did not help
    other: Article | None  # the nearest that is neither, where another would help
    proposed: str  # its wordings as example questions; empty where customers' words are not proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A question that an article may be given, and what that would change."""

    text: str
    asked: int  # times; 0: somebody at the desk has written it
    gain: Gain


def routes(bot: Bot) -> list[Route]:
    """The gap list, and each article's example questions."""

    def ask(page: Callable[[Request, Bot], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def with_bot(request: Request) -> Response:
            return await page(request, bot)

        return with_bot

    questions = "/desk/articles/{brand:str}/{language:str}/{article:str}/questions"
    return [
        Route(ADDRESS, ask(_show_gaps), methods=["GET"]),
        Route(ADDRESS, _set_policy, methods=["POST"]),
        Route(ADDRESS + "/article", ask(_choose_article), methods=["POST"]),
        Route(questions, ask(_show_questions), methods=["GET"]),
        Route(questions, ask(_add_question), methods=["POST"]),
    ]


# the gap list --------------------------------------------------------------------------------------------------------


async def _show_gaps(request: Request, bot: Bot) -> Response:
    staff = signed_in(request)
    given = services(request)
    now = given.clock()
    brands, brand = await choose_brand(request, staff)
    async with given.database.brand(brand.id) as connection:
        policy = await store.read_policy(connection)
        found = await list_unanswered(connection, brand.id, since=now - SHOWN)
        titles = _name_articles(brand, await store.list_tended(connection, brand.id, since=now))
    gaps = group(found, bot.terms, now=now)
    shown: list[ShownGap] = []
    quoted: dict[Language, Mapping[str, Quoted]] = {}
    for language in brand.languages:
        asked = [gap.title for gap in gaps[:MOST_GAPS] if gap.language == language]
        quoted[language] = await bot.quote(brand, language, asked)
    for gap in gaps[:MOST_GAPS]:
        if gap.language not in quoted:
            continue
        said = quoted[gap.language][gap.title]
        quoted_now = titles.get((gap.language, said.article or ""))
        near = [titles[gap.language, one] for one in said.near if (gap.language, one) in titles]
        failed = [titles[article] for article in gap.articles if article in titles]
        shown.append(
            ShownGap(
                gap=gap,
                place=Place(brand=brand, language=gap.language, may_publish=may_publish(staff, brand)),
                quoted=quoted_now,
                near=near,
                failed=failed,
                other=next((one for one in near if one != quoted_now and one not in failed), None)
                if gap.wants_another
                else None,
                proposed="\n".join([*gap.questions][:MOST]) if policy.propose_questions else "",
            )
        )
    return render(
        request,
        "articles/asked/gaps.html",
        brand=brand,
        brands=brands,
        gaps=shown,
        more=len(gaps) - len(gaps[:MOST_GAPS]),
        total=sum(len(gap.open) for gap in gaps),
        policy=policy,
        titles={
            language: sorted({article.title for article in titles.values() if article.language == language})
            for language in brand.languages
        },
        may_decide=staff.roles[brand.id] == "admin",
        saved="saved" in request.query_params,
        unknown="unknown" in request.query_params,
        now=now,
    )


async def _choose_article(request: Request, bot: Bot) -> Response:
    """A gap's question for the article of this title: what it would change."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    given = services(request)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    title = form.get("title", "").strip()
    async with given.database.brand(brand.id) as connection:
        policy = await store.read_policy(connection)
        listed = await store.list_tended(connection, brand.id, since=given.clock())
        chosen = next(
            (one for one in listed if (one.language, one.title) == (form.get("language"), title) and not one.withdrawn),
            None,
        )
        article = chosen and await store.read_article(connection, brand.id, chosen.id, chosen.language)
    if not article:
        return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug})}&unknown", 303)
    place = Place(brand=brand, language=article.language, may_publish=True)
    typed = [write_question(form.get("question", ""))] if policy.propose_questions else []
    own = "".join(text.text for text in mask_questions(typed, place.language, brand))
    return await _render_questions(request, bot, place, article, own=own)


async def _set_policy(request: Request) -> Response:
    """Administrators decide for their brand."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    given = services(request)
    brand = await given.directory.brand_called(form.get("brand", ""))
    if brand is None or brand.id not in staff.roles:
        raise HTTPException(404)
    if staff.roles[brand.id] != "admin":
        raise HTTPException(403)
    policy = Policy(
        propose_questions=form.get("propose") == "1",
        when_overdue="withhold" if form.get("overdue") == "withhold" else "quote",
    )
    async with given.database.brand(brand.id) as connection:
        await store.set_policy(connection, brand.id, policy)
        await audit.record(
            connection,
            "articles-policy-changed",
            by=audit.staff(staff, brand.id),
            brand=brand.id,
            kind="brand",
            object=brand.id,
            detail={"overdue": policy.when_overdue, "propose": policy.propose_questions},
            now=given.clock(),
        )
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug})}&saved#policy", 303)


def _name_articles(brand: Brand, articles: Sequence[Tended]) -> Mapping[tuple[Language, str], Article]:
    return {
        (article.language, article.id): Article(
            address=f"/desk/articles/{brand.slug}/{article.language}/{article.id}",
            title=article.title,
            language=article.language,
        )
        for article in articles
        if not article.withdrawn
    }


# an article's example questions --------------------------------------------------------------------------------------


async def _show_questions(request: Request, bot: Bot) -> Response:
    place = await find_place(request, signed_in(request))
    article = await read_shown(request, place)
    return await _render_questions(request, bot, place, article, said=_SAID.get(request.query_params.get("said", "")))


async def _add_question(request: Request, bot: Bot) -> Response:
    """Shows what a question would change, or adds it."""
    place, form = await read_change(request)
    article = await read_shown(request, place)
    typed = write_question(form.get("question", ""))
    texts = mask_questions([typed], place.language, place.brand)
    address = f"{place.address}/{article.id}/questions"
    if not texts:
        return RedirectResponse(f"{address}?said=empty", 303)
    if form.get("do") != "add":
        return await _render_questions(request, bot, place, article, own=texts[0].text)
    if len(article.questions) >= MOST:
        return RedirectResponse(f"{address}?said=full", 303)
    given = services(request)
    async with given.database.brand(place.brand.id) as connection:
        lately = given.clock() - SHOWN
        if texts[0].text in await find_unusable(connection, place.brand.id, since=lately, longest=LONGEST):
            return RedirectResponse(f"{address}?said=unusable", 303)
        version = await store.publish_edit(
            connection,
            place.brand.id,
            replace(_draft(article), questions=(*_questions(article), *texts)),
            base=article.version,
            staff_id=signed_in(request).id,
            now=given.clock(),
        )
    if version is not None:
        await trace_customers(request, place, article.id)
    return RedirectResponse(f"{address}?said={'overtaken' if version is None else 'added'}", 303)


async def trace_customers(request: Request, place: Place, article: str) -> None:
    """Marks the example questions that are a customer's own words, so that they go with their conversation."""
    given = services(request)
    async with given.database.brand(place.brand.id) as connection:
        found = await list_unanswered(connection, place.brand.id, since=given.clock() - SHOWN)
        found.sort(key=lambda one: one.may_improve)  # of two who said the same, the one whose words may be used
        said = {write_question(one.text.text): one.conversation for one in found}
        await store.trace_questions(connection, place.brand.id, article, place.language, said)


async def _render_questions(
    request: Request, bot: Bot, place: Place, article: Shown, *, own: str = "", said: str | None = None
) -> Response:
    given = services(request)
    now = given.clock()
    brand, language = place.brand, place.language
    async with given.database.brand(brand.id) as connection:
        policy = await store.read_policy(connection)
        found = await list_unanswered(connection, brand.id, since=now - SHOWN)
        titles = _name_articles(brand, await store.list_tended(connection, brand.id, since=now))
    gaps = [gap for gap in group(found, bot.terms, now=now) if gap.language == language]
    chosen: dict[str, int] = {own: 0} if own else {}
    if policy.propose_questions:
        quoted = await bot.quote(brand, language, [gap.title for gap in gaps])
        for gap in gaps:
            if (
                gap.wants_another
                and gap.example is not None
                and _next_best(quoted[gap.title]) == article.id
                and len(chosen) < MOST_PROPOSED
            ):
                chosen.setdefault(gap.example, len(gap.open))
    there = [question.text for question in article.questions]
    chosen = {text: asked for text, asked in chosen.items() if text not in there}
    missed = [gap.example for gap in gaps if gap.example is not None]
    tried = [*chosen, *missed, *await read_tried(request, place)][:MOST_TRIED]
    gains = await bot.compare(brand, language, article.id, [[*there, text] for text in chosen], tried)
    return render(
        request,
        "articles/asked/questions.html",
        place=place,
        brand=brand,
        article=article,
        policy=policy,
        proposals=[
            Proposal(text=text, asked=asked, gain=gain)
            for (text, asked), gain in zip(chosen.items(), gains, strict=True)
        ],
        own=own,
        titles={id_: named.title for (spoken, id_), named in titles.items() if spoken == language},
        said=said,
        may_decide=signed_in(request).roles[brand.id] == "admin",
    )


async def read_tried(request: Request, place: Place) -> list[str]:
    """What was asked lately, and the example questions of all articles: what a change is tried with."""
    given = services(request)
    async with given.database.brand(place.brand.id) as connection:
        recent = await list_recent_questions(
            connection, place.brand.id, place.language, since=given.clock() - SHOWN, limit=MOST_TRIED // 2
        )
        examples = await store.list_questions(connection, place.brand.id, place.language)
    tried = dict.fromkeys([*(write_question(text.text) for text in recent), *examples])
    return [question for question in tried if question][:MOST_TRIED]


def _next_best(said: Quoted) -> str | None:
    """The article that fits best of those that are not quoted already."""
    return next((near for near in said.near if near != said.article), None)


def _questions(article: Shown) -> tuple[MaskedText, ...]:
    return tuple(MaskedText(question.text) for question in article.questions)


def _draft(article: Shown) -> Draft:
    """The article as it is."""
    return Draft(
        id=article.id,
        language=article.language,
        category=article.category,
        category_name=article.category_name,
        title=article.title,
        description=article.description,
        body=article.body,
        owner=article.owner,
        review_on=article.review_on,
    )

"""Articles at the desk: the list, the editor, versions and what differs between them. Works without JavaScript.

Agents read. Leads and administrators publish, and every publication is a version of its own; nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.articles import store
from okienko.articles.asked.bot import Bot, Gain
from okienko.articles.asked.gaps import SHOWN
from okienko.articles.asked.pages import read_tried, trace_customers
from okienko.articles.body import render_body
from okienko.articles.drafts import Draft, make_slug
from okienko.articles.editor.form import Written, check, propose_id, read_written
from okienko.articles.editor.view import (
    Place,
    find_place,
    may_publish,
    name_categories,
    read_change,
    read_shown,
    reader_language,
    require_publisher,
    today_of,
)
from okienko.articles.questions import LONGEST, write_questions
from okienko.articles.sources.store import Conflict, read_conflict, settle_conflict
from okienko.articles.store import Shown, Tended, Version
from okienko.audit import store as audit
from okienko.brands.store import read_categories
from okienko.conversations.store.unanswered import Helped, count_answers_helped, find_unusable
from okienko.database.pool import Connection
from okienko.values import Brand, SignedIn
from okienko.web.csrf import require_token
from okienko.web.differences import Piece, compare
from okienko.web.forms import read_form
from okienko.web.i18n import LANGUAGES, mark
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import render

PAGE: Final = 100  # articles
YEAR: Final = timedelta(days=365)  # so long ratings count

# What is written beside a field that is wrong: the whole rule, so that it is right whichever part was broken.
_RULES: Final[Mapping[str, str]] = {
    "id": mark("Use letters, digits and hyphens, at most 200 characters."),
    "taken": mark("Another article has this address. Change it, or edit that article."),
    "title": mark("Write a title of at most 300 characters."),
    "description": mark("Write at most 1,000 characters."),
    "category": mark("Choose a category or name a new one, at most 63 characters."),
    "owner": mark("Write at most 200 characters."),
    "review_on": mark("Write the date as year-month-day, such as 2027-03-31."),
    "body": mark("Write the article, at most 200,000 characters."),
    "questions": mark("Write one question a line: at most 50, each of at most 300 characters."),
    "unusable": mark(
        "Some of the questions are a customer's own words, and the law of where the customer is forbids to use them. "
        "Write them in your own words."
    ),
}
_SAID: Final[Mapping[str, str]] = {
    "published": mark("Version %(n)s is published. The bot's next answer will quote it."),
    "kept": mark("The changes are saved. The text is the same, so version %(n)s stays."),
    "withdrawn": mark("The article is withdrawn: it has left the help centre, and the bot no longer quotes it."),
    "taken": mark("The source's text is published as version %(n)s."),
    "refused": mark("The desk's text stays. When the source changes again, it is shown here again."),
    "overtaken": mark("Nothing was changed: version %(n)s was published in the meantime."),
    "again": mark("Version %(n)s is published again. The bot may quote it from its next answer on."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which articles the list shows, as its address says it."""

    brand: str = ""
    language: str = ""
    category: str = ""
    overdue: bool = False
    sort: str = ""  # "", "title", "review" or "failed"
    page: int = 1

    def address(self, **changes: object) -> str:
        """The list's address with some of it changed; any change but of the page begins on the first one."""
        values = {**asdict(self), "page": 1, **changes}
        kept = {name: value for name, value in values.items() if value and (name, value) != ("page", 1)}
        query = urlencode({name: 1 if value is True else value for name, value in kept.items()})
        return f"/desk/articles?{query}" if query else "/desk/articles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of the list."""

    brand: Brand
    article: Tended
    category: str  # its name, in the reader's language where it has one
    overdue: bool

    @property
    def address(self) -> str:
        """Its page at the desk."""
        return f"/desk/articles/{self.brand.slug}/{self.article.language}/{self.article.id}"


Difference = tuple[tuple[str, tuple[Piece, ...]], ...]
"""What differs between two texts of an article, by field; fields that are equal are left out."""


def routes(bot: Bot) -> list[Route]:
    """Everything under /desk/articles but what customers ask. `bot`: says what example questions would change."""

    async def save_new(request: Request) -> Response:
        return await _save_new(request, bot)

    async def save_article(request: Request) -> Response:
        return await _save_article(request, bot)

    article = "/desk/articles/{brand:str}/{language:str}/{article:str}"
    return [
        Route("/desk/articles", _show_list, methods=["GET"]),
        Route("/desk/articles", _find, methods=["POST"]),
        Route("/desk/articles/{brand:str}/{language:str}", _show_new, methods=["GET"]),
        Route("/desk/articles/{brand:str}/{language:str}", save_new, methods=["POST"]),
        Route(article, _show_article, methods=["GET"]),
        Route(article, save_article, methods=["POST"]),
        Route(article + "/state", _set_state, methods=["POST"]),
        Route(article + "/source", _settle, methods=["POST"]),
    ]


# the list ------------------------------------------------------------------------------------------------------------


async def _show_list(request: Request) -> Response:
    return await _render_list(request, signed_in(request), words=None)


async def _find(request: Request) -> Response:
    """Words of a title travel in the body: an address would be kept by browsers and logs."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    return await _render_list(request, staff, words=form.get("words", "").strip()[:200])


async def _render_list(request: Request, staff: SignedIn, *, words: str | None) -> Response:
    given = services(request)
    now = given.clock()
    known = (await given.directory.read()).brands
    brands = sorted((known[brand] for brand in staff.roles if brand in known), key=lambda brand: brand.name)
    found: list[Listed] = []
    for brand in brands:
        today = today_of(brand, now)
        async with given.database.brand(brand.id) as connection:
            names = name_categories(await read_categories(connection), reader_language(request))
            rated = await count_answers_helped(connection, brand.id, since=now - YEAR)
            found += [
                Listed(
                    brand=brand,
                    article=_add_ratings(article, rated.get((article.id, article.language))),
                    category=names.get(article.category, article.category),
                    overdue=_is_overdue(article, today),
                )
                for article in await store.list_tended(connection, brand.id, since=now - YEAR)
            ]
    chosen = _read_chosen(request, brands)
    shown = _sort(_filter(found, chosen, words), chosen.sort)
    pages = max(1, -(-len(shown) // PAGE))
    page = min(chosen.page, pages) if words is None else 1
    return render(
        request,
        "articles/editor/list.html",
        rows=shown[(page - 1) * PAGE : page * PAGE],
        total=len(shown),
        overdue=sum(row.overdue for row in shown),
        any_at_all=bool(found),
        page=page,
        pages=pages if words is None else 1,
        chosen=chosen,
        words_typed=words,
        brands=brands,
        languages=[language for language in LANGUAGES if any(language in brand.languages for brand in brands)],
        categories=sorted(
            {row.article.category: row.category for row in found if chosen.brand in {"", row.brand.slug}}.items(),
            key=lambda pair: make_slug(pair[1]),
        ),
        places=_writable(brands, staff, chosen),
    )


def _add_ratings(article: Tended, answers: Helped | None) -> Tended:
    """The ratings of the article's page and of the answers that quote it, together."""
    if answers is None:
        return article
    return replace(article, helped=article.helped + answers.helped, failed=article.failed + answers.failed)


def _read_chosen(request: Request, brands: Sequence[Brand]) -> Chosen:
    """What the address asks for; what it cannot mean is left out."""
    asked = request.query_params
    page = asked.get("page", "")
    return Chosen(
        brand=next((brand.slug for brand in brands if brand.slug == asked.get("brand")), ""),
        language=next((language for language in LANGUAGES if language == asked.get("language")), ""),
        category=make_slug(asked.get("category", ""))[:63],
        overdue=asked.get("overdue") == "1",
        sort=next((sort for sort in ("title", "review", "failed") if sort == asked.get("sort")), ""),
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )


def _filter(rows: Sequence[Listed], chosen: Chosen, words: str | None) -> list[Listed]:
    """What fits the filter and, by their beginnings and without diacritics, the words in title or id."""
    typed = make_slug(words).split("-") if words else []
    return [
        row
        for row in rows
        if chosen.brand in {"", row.brand.slug}
        and chosen.language in {"", row.article.language}
        and chosen.category in {"", row.article.category}
        and (row.overdue or not chosen.overdue)
        and all(f"-{word}" in f"-{make_slug(row.article.title)}-{row.article.id}" for word in typed)
    ]


def _sort(rows: list[Listed], sort: str) -> list[Listed]:
    """By category and title; or by title; or the longest overdue or the least helpful first."""

    def place(row: Listed) -> tuple[Any, ...]:
        article = row.article
        named = (make_slug(article.title), article.id, article.language, row.brand.name)
        match sort:
            case "title":
                return named
            case "review":
                return (article.review_on or date.max, *named)
            case "failed":
                return (-article.failed, *named)
            case _:
                return (row.brand.name, make_slug(row.category), *named)

    return sorted(rows, key=place)


def _writable(brands: Sequence[Brand], staff: SignedIn, chosen: Chosen) -> list[Place]:
    """Where the reader may write a new article, within the filter."""
    return [
        Place(brand=brand, language=language, may_publish=True)
        for brand in brands
        if may_publish(staff, brand) and chosen.brand in {"", brand.slug}
        for language in brand.languages
        if chosen.language in {"", language}
    ]


# one article ---------------------------------------------------------------------------------------------------------


async def _show_new(request: Request) -> Response:
    place = await find_place(request, signed_in(request))
    require_publisher(place)
    return await _render_editor(request, place, written=Written(id=make_slug(request.query_params.get("id", ""))[:200]))


async def _save_new(request: Request, bot: Bot) -> Response:
    """Also begins a draft from the gap list, with customers' words as example questions where the brand allows it."""
    place, form = await read_change(request)
    if form.get("do") == "begin":
        async with services(request).database.brand(place.brand.id) as connection:
            policy = await store.read_policy(connection)
        asked = read_written(form).questions if policy.propose_questions else ""
        return await _render_editor(request, place, written=Written(questions=asked))
    written = replace(propose_id(read_written(form)), base=0)
    return await _save(request, bot, place, written, None, publish=form.get("do") == "publish")


async def _show_article(request: Request) -> Response:
    place = await find_place(request, signed_in(request))
    article = await read_shown(request, place)
    written = _write_down(article)
    older = request.query_params.get("text")
    if older is not None and place.may_publish:
        version = await _read_version(request, place, article, older)
        written = replace(written, title=version.title, description=version.description, body=version.body)
    return await _render_editor(
        request, place, article=article, written=written, said=_SAID.get(request.query_params.get("said", ""))
    )


async def _save_article(request: Request, bot: Bot) -> Response:
    place, form = await read_change(request)
    article = await read_shown(request, place)
    written = replace(read_written(form), id=article.id)
    return await _save(request, bot, place, written, article, publish=form.get("do") == "publish")


async def _are_usable(connection: Connection, place: Place, draft: Draft, article: Shown | None, now: datetime) -> bool:
    """Whether no new example question is the words of a customer who is where that is forbidden."""
    there = {question.text for question in article.questions} if article else set[str]()
    new = {question.text for question in draft.questions} - there
    if not new:
        return True
    return new.isdisjoint(await find_unusable(connection, place.brand.id, since=now - SHOWN, longest=LONGEST))


async def _save(
    request: Request, bot: Bot, place: Place, written: Written, article: Shown | None, *, publish: bool
) -> Response:
    """Publishes, or shows what was typed again: as a preview, with what is wrong, or beside what others published."""
    given = services(request)
    brand, language = place.brand.id, place.language
    version, newest, unusable = None, article, False
    async with given.database.brand(brand) as connection:
        draft, wrong = check(
            written, language, name_categories(await read_categories(connection), language), place.brand
        )
        if draft is not None and not await _are_usable(connection, place, draft, article, given.clock()):
            draft, unusable = None, True
        if draft is not None and publish:
            version = await store.publish_edit(
                connection, brand, draft, base=written.base, staff_id=signed_in(request).id, now=given.clock()
            )
        if draft is not None and version is None:
            newest = await store.read_article(connection, brand, draft.id, language, withdrawn=True)
    if draft is None:
        rules = {"questions": "unusable"} if unusable else {name: name for name in wrong}
        return await _render_editor(request, place, article=article, written=written, wrong=rules, status=422)
    if version is not None:
        await trace_customers(request, place, draft.id)
        said = "kept" if version == written.base else "published"
        return RedirectResponse(f"{place.address}/{draft.id}?said={said}", 303)
    if newest is not None and article is None:
        return await _render_editor(request, place, written=written, draft=draft, wrong={"id": "taken"}, status=422)
    if newest is not None and newest.version != written.base:
        written = replace(written, base=newest.version)
        return await _render_editor(
            request, place, article=newest, written=written, draft=draft, overtaken=True, status=409
        )
    gain = None if newest is None else await _try_questions(request, bot, place, newest, draft)
    return await _render_editor(request, place, article=newest, written=written, draft=draft, gain=gain)


async def _try_questions(request: Request, bot: Bot, place: Place, article: Shown, draft: Draft) -> Gain | None:
    """What other example questions would change; None when they are the same."""
    new = [question.text for question in draft.questions]
    if new == [question.text for question in article.questions]:
        return None
    tried = await read_tried(request, place)
    return (await bot.compare(place.brand, place.language, article.id, [new], [*new, *tried]))[0]


async def _set_state(request: Request) -> Response:
    place, form = await read_change(request)
    article = await read_shown(request, place)
    state = form.get("state")
    if state not in {"withdrawn", "published"}:
        raise HTTPException(400)
    given = services(request)
    async with given.database.brand(place.brand.id) as connection:
        await store.set_withdrawn(
            connection,
            place.brand.id,
            article.id,
            place.language,
            withdrawn=state == "withdrawn",
            staff_id=signed_in(request).id,
            now=given.clock(),
        )
    said = "withdrawn" if state == "withdrawn" else "again"
    return RedirectResponse(f"{place.address}/{article.id}?said={said}", 303)


async def _settle(request: Request) -> Response:
    """What a source says otherwise is taken over or refused."""
    place, form = await read_change(request)
    article = await read_shown(request, place)
    given = services(request)
    take = form.get("do") == "take"
    version: int | None = article.version
    async with given.database.brand(place.brand.id) as connection:
        conflict = await read_conflict(connection, place.brand.id, article.id, place.language)
        if conflict is not None and take:
            theirs = replace(
                _write_down(article), title=conflict.title, description=conflict.description, body=conflict.body
            )
            names = name_categories(await read_categories(connection), place.language)
            draft, _ = check(theirs, place.language, names, place.brand)
            version = draft and await store.publish_edit(
                connection,
                place.brand.id,
                draft,
                base=article.version,
                staff_id=signed_in(request).id,
                now=given.clock(),
            )
        if conflict is not None and version is not None:
            await settle_conflict(connection, place.brand.id, article.id, place.language, taken=take)
            if not take:
                await audit.record(
                    connection,
                    "source-refused",
                    by=audit.staff(signed_in(request), place.brand.id),
                    brand=place.brand.id,
                    kind="article",
                    object=f"{place.language}/{article.id}",
                    now=given.clock(),
                )
    said = "taken" if take and version is not None else "refused" if not take else "overtaken"
    return RedirectResponse(f"{place.address}/{article.id}?said={said}", 303)


async def _render_editor(
    request: Request,
    place: Place,
    *,
    written: Written,
    article: Shown | None = None,
    draft: Draft | None = None,
    wrong: Mapping[str, str] | None = None,
    overtaken: bool = False,
    gain: Gain | None = None,
    said: str | None = None,
    status: int = 200,
) -> Response:
    """The editor. `draft`: what is shown as a preview; `wrong`: field → which rule; `overtaken`: by another version;
    `gain`: what its example questions would change."""
    given = services(request)
    now = given.clock()
    versions: Sequence[Version] = ()
    conflict: Conflict | None = None
    dead: Sequence[store.Link] = ()
    answers: Helped | None = None
    titles: Mapping[str, str] = {}
    complaints: Sequence[store.Complaint] = ()
    async with given.database.brand(place.brand.id) as connection:
        categories = name_categories(await read_categories(connection), place.language)
        if gain is not None:
            listed = await store.list_tended(connection, place.brand.id, since=now)
            titles = {one.id: one.title for one in listed if one.language == place.language}
        if article is not None:
            conflict = await read_conflict(connection, place.brand.id, article.id, place.language)
            dead = [
                link
                for link in await store.list_links(connection, place.brand.id)
                if (link.article, link.language) == (article.id, article.language) and store.is_dead(link)
            ]
            answers = (await count_answers_helped(connection, place.brand.id, since=now - YEAR)).get(
                (article.id, article.language)
            )
            versions = await store.read_versions(connection, place.brand.id, article.id, place.language)
            complaints = await store.list_complaints(
                connection, place.brand.id, article.id, place.language, since=now - YEAR
            )
    return render(
        request,
        "articles/editor/article.html",
        status=status,
        place=place,
        brand=place.brand,
        article=article,
        written=written,
        wrong={field: _RULES[rule] for field, rule in (wrong or {}).items()},
        said=said,
        overtaken=overtaken,
        categories=categories,
        published=None if article is None else render_body(article.body).html,
        preview=None if draft is None else render_body(draft.body).html,
        draft=draft,
        gain=gain,
        titles=titles,
        changes=None if draft is None or article is None else _differ_from_draft(article, draft, categories),
        versions=versions,
        conflict=conflict,
        otherwise=None if conflict is None or article is None else _differ_from_source(article, conflict),
        dead=dead,
        answers=answers,
        compared=_compare_versions(request, versions),
        now_said=[complaint for complaint in complaints if article and complaint.version == article.version],
        said_before=[complaint for complaint in complaints if article and complaint.version != article.version],
        overdue=article is not None and _is_overdue(article, today_of(place.brand, now)),
        now=now,
    )


def _compare_versions(request: Request, versions: Sequence[Version]) -> tuple[Version, Version, Difference] | None:
    """The two versions that the address names, the older one first."""
    by_number = {str(version.version): version for version in versions}
    one, other = (by_number.get(request.query_params.get(name, "")) for name in ("from", "to"))
    if one is None or other is None or one is other:
        return None
    old, new = sorted((one, other), key=lambda version: version.version)
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in ("title", "description", "body")]
    return old, new, _differ(pairs)


def _differ_from_draft(article: Shown, draft: Draft, categories: Mapping[str, str]) -> Difference:
    """What publishing the draft would change."""
    return _differ(
        [
            ("title", article.title, draft.title),
            ("description", article.description, draft.description),
            ("category", article.category_name, categories.get(draft.category, draft.category_name)),
            ("owner", article.owner, draft.owner),
            ("review_on", str(article.review_on or ""), str(draft.review_on or "")),
            ("body", article.body, draft.body),
            ("questions", write_questions([one.text for one in article.questions]), write_questions(draft.questions)),
        ]
    )


def _differ_from_source(article: Shown, conflict: Conflict) -> Difference:
    """What taking over the source's words would change."""
    return _differ(
        [
            ("title", article.title, conflict.title),
            ("description", article.description, conflict.description),
            ("body", article.body, conflict.body),
        ]
    )


def _differ(pairs: Sequence[tuple[str, str, str]]) -> Difference:
    return tuple((name, compare(old, new)) for name, old, new in pairs if old != new)


def _write_down(article: Shown) -> Written:
    """An article as the form holds it."""
    return Written(
        id=article.id,
        title=article.title,
        description=article.description,
        category=article.category,
        owner=article.owner,
        review_on="" if article.review_on is None else article.review_on.isoformat(),
        body=article.body,
        questions=write_questions([one.text for one in article.questions]),
        base=article.version,
    )


async def _read_version(request: Request, place: Place, article: Shown, number: str) -> Version:
    async with services(request).database.brand(place.brand.id) as connection:
        versions = await store.read_versions(connection, place.brand.id, article.id, place.language)
    version = next((version for version in versions if str(version.version) == number), None)
    if version is None:
        raise HTTPException(404)
    return version


def _is_overdue(article: Tended | Shown, today: date) -> bool:
    """Whether somebody should have looked at it by now; a withdrawn one can wait."""
    return article.review_on is not None and article.review_on < today and not article.withdrawn

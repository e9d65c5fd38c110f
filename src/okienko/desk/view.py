"""What the desk's pages share: who asks about which conversation, and the page that shows it in its list.

Every page is a whole page; asked by htmx for a conversation, only the conversation's part is sent. Actions are forms
that answer with a redirect to the conversation, so that everything also works without a script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from okienko.attachments.lines import drop_lines
from okienko.audit import store as audit
from okienko.brands.store import read_categories
from okienko.cases import store as cases
from okienko.cases.kinds import NAMES, OUTCOMES
from okienko.cases.store import Case
from okienko.conversations.store import attachments, reveals
from okienko.conversations.store import desk as store
from okienko.conversations.store.attachments import Attached
from okienko.conversations.store.desk import Conversation, Row, View
from okienko.database.pool import Connection
from okienko.desk import rules
from okienko.desk.replies.form import fill
from okienko.desk.replies.store import SavedReply, list_replies
from okienko.identity import store as identity
from okienko.identity.levels import Level
from okienko.masking.forms import Piece
from okienko.masking.kinds import ENTITIES
from okienko.values import Brand, Language, MessageId, Reach, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark, words
from okienko.web.services import services
from okienko.web.signed_in import is_partial, is_proved, signed_in
from okienko.web.templates import page_language, render

log = structlog.get_logger()

TALK: Final = "/desk/conversations/{brand:str}/{reference:str}"
PAGE: Final = 50  # conversations
VIEW_NAMES: Final[dict[View, str]] = {
    "mine": mark("Mine"),
    "waiting": mark("Waiting"),
    "bot": mark("Bot now"),
    "closed": mark("Closed"),
    "all": mark("All"),
}
TITLES: Final[dict[str, str]] = {**VIEW_NAMES, "found": mark("Search results")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A row of the queue with everything the template shows."""

    brand: Brand
    row: Row
    category: str | None
    address: str
    waits: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The open conversation with everything the template shows."""

    brand: Brand
    conversation: Conversation
    address: str
    query: str
    lines: tuple[store.Line, ...]
    attached: Mapping[MessageId, tuple[Attached, ...]]
    categories: Mapping[str, str]
    category: str | None
    hidden: tuple[reveals.Hidden, ...]
    earlier: tuple[store.Earlier, ...]
    same: tuple[str, ...]  # conversations of others who have verified the same address, by reference
    incidents: tuple[store.Reported, ...]
    replies: Sequence[SavedReply]  # those in the customer's language first
    cases: Sequence[Case]
    found: Sequence[identity.Found]  # about who writes, the last word first
    proved: str  # the code of the person that they were proved to be
    asks_code: bool  # the category wants to know, and nobody has found out
    code: str
    own: bool
    senior: bool
    may_reveal: bool
    may_open: bool
    once: str
    reach: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the customer would see of a reply, shown to its writer alone."""

    pieces: tuple[Piece, ...]
    seen: str  # sent back, it says that these very words were seen
    hidden: bool  # something is hidden for good
    shown: bool  # something is sealed, and the customer reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an agent has written and not sent yet."""

    text: str = ""
    mode: str = "reply"
    preview: Preview | None = None
    wrong: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the page says after an action."""

    text: str
    look: str
    undo: str | None
    over: bool = False  # nothing more is to be done here: the next conversation is offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A hidden value, for this one answer."""

    id: UUID
    value: str


async def read_brands(request: Request, staff: SignedIn) -> list[Brand]:
    """The brands that somebody may see, by name."""
    known = (await services(request).directory.read()).brands
    return sorted((known[brand] for brand in staff.roles if brand in known), key=lambda brand: brand.name)


def read_view(request: Request) -> View:
    """The view of the list that the address asks for."""
    asked = request.query_params.get("view", "")
    return asked if asked in VIEW_NAMES else "waiting"


def inbox_address(view: str, brand: str | None, team: str | None = None, channel: str | None = None) -> str:
    """A view of the list, of one brand or of all, of one team or of all, of one channel or of all."""
    chosen = {"view": view, "brand": brand or "", "team": team or "", "channel": channel or ""}
    return "/desk?" + urlencode({name: value for name, value in chosen.items() if value})


def talk_address(brand: Brand, reference: str) -> str:
    """A conversation's page."""
    return f"/desk/conversations/{brand.slug}/{reference}"


def keep_query(view: str, brand: str | None, team: str | None, channel: str | None = None) -> str:
    """The part of an address that keeps the list beside a conversation as it was."""
    chosen = {
        "view": view if view in VIEW_NAMES else "",
        "brand": brand or "",
        "team": team or "",
        "channel": channel or "",
    }
    kept = {name: value for name, value in chosen.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


async def find_brand(request: Request, staff: SignedIn) -> Brand:
    """The brand that the address names. Raises 404."""
    brand = await services(request).directory.brand_called(request.path_params["brand"])
    if brand is None or brand.id not in staff.roles:
        raise HTTPException(404)  # for whom it is none of their business, it does not exist
    return brand


async def find_conversation(connection: Connection, request: Request) -> Conversation:
    """The conversation that the address names, in the brand that is set. Raises 404."""
    conversation = await store.read_conversation(connection, request.path_params["reference"])
    if conversation is None:
        raise HTTPException(404)
    return conversation


async def read_action(request: Request) -> tuple[SignedIn, Brand, dict[str, str]]:
    """Who asks, for which brand, with which form. Raises 403 without the token of their session, and 404."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    return staff, await find_brand(request, staff), form


def read_uuid(text: str) -> UUID:
    """An id out of a form. Raises 400."""
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(400) from None


async def go_back(request: Request, brand: Brand, **told: str) -> Response:
    """To the conversation, which says what became of the action: `did` or `but`, words of ours."""
    address = talk_address(brand, request.path_params["reference"])
    return RedirectResponse(f"{address}?{urlencode(told)}" if told else address, 303)


class _TooMany(Exception):
    """Somebody has read more conversations within an hour than their work can need."""


async def read_talk(request: Request, staff: SignedIn, brand: Brand, once: str | None = None) -> Talk:
    """Everything that a conversation's page shows. `once`: of a text that was not sent yet, its form's own id.

    Raises 429 for who has read so many conversations that it is no work any more; that is written down.
    """
    try:
        return await _read_talk(request, staff, brand, once)
    except _TooMany:
        given, now = services(request), services(request).clock()
        async with given.database.brand(brand.id) as connection:
            if await audit.record_slowed(connection, by=audit.staff(staff, brand.id), brand=brand.id, now=now):
                log.warning("reading_slowed", brand=str(brand.id))
        raise HTTPException(429, headers={"Retry-After": "900"}) from None


async def _read_talk(request: Request, staff: SignedIn, brand: Brand, once: str | None) -> Talk:
    given, by = services(request), audit.staff(staff, brand.id)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
        if not await audit.record_look(connection, by=by, brand=brand.id, conversation=conversation.id, now=now):
            raise _TooMany
        lines = await store.read_transcript(connection, conversation.id)
        attached = await attachments.read_attached(connection, conversation.id)
        hidden = (
            *await reveals.read_identities(connection, conversation.person_id),
            *await reveals.read_vault_items(connection, conversation.id, now),
        )
        earlier = await store.read_earlier(connection, conversation.person_id, conversation.id)
        same = await store.read_same(connection, conversation.person_id)
        incidents = await store.read_incidents(connection, conversation.id)
        names = await read_categories(connection)
        found = await identity.list_found(connection, conversation.id)
        opened = await cases.list_cases_of(connection, conversation.id)
        asking = await identity.read_levels(connection)
        own = conversation.agent_id == staff.id
        replies = await list_replies(connection) if own else []  # only who may reply is offered any
    language = page_language(request)
    last = found[0] if found else None
    slugs = {slug for known in names.values() for slug in known}
    return Talk(
        brand=brand,
        conversation=conversation,
        address=talk_address(brand, conversation.reference),
        query=keep_query(
            read_view(request) if "view" in request.query_params else "",
            request.query_params.get("brand"),
            request.query_params.get("team"),
            request.query_params.get("channel"),
        ),
        lines=tuple(replace(line, text=drop_lines(line.text, len(attached.get(line.id, ())))) for line in lines),
        attached=attached,
        categories={slug: _name(names, language, slug) or slug for slug in slugs},
        category=_name(names, language, conversation.category),
        hidden=hidden,
        earlier=earlier,
        same=same,
        incidents=incidents,
        replies=_fill_in(replies, brand, conversation, staff),
        cases=opened,
        found=found,
        proved=rules.make_code(last.proved) if last is not None and last.proved is not None else "",
        asks_code=conversation.category in asking and (last is None or not last.level.reaches(Level.CODE)),
        code=rules.make_code(conversation.person_id),
        own=own,
        senior=rules.is_senior(staff, brand.id),
        may_reveal=rules.may_reveal(staff, brand.id, conversation.agent_id),
        may_open=rules.may_open(staff, brand.id, conversation.agent_id),
        once=once or str(uuid4()),
        reach=given.reach(conversation.channel, conversation.acted_at, now),
    )


def _fill_in(
    replies: Sequence[SavedReply], brand: Brand, conversation: Conversation, staff: SignedIn
) -> list[SavedReply]:
    values = {"reference": conversation.reference, "brand": brand.name, "agent": staff.name}
    ordered = sorted(replies, key=lambda reply: reply.language != conversation.language)
    return [replace(reply, body=fill(reply.body, values)) for reply in ordered]


async def render_inbox(
    request: Request,
    staff: SignedIn,
    *,
    rows: Sequence[tuple[Brand, Row]] | None = None,
    talk: Talk | None = None,
    draft: Draft | None = None,
    said: Said | None = None,
    shown: Shown | None = None,
    asked: UUID | None = None,
    refused: str | None = None,
    status: int = 200,
) -> Response:
    """The whole page, or the open conversation alone when htmx asks for it."""
    given = services(request)
    now = given.clock()
    view, chosen = read_view(request), request.query_params.get("brand") or None
    team = (request.query_params.get("team") or None) if rows is None else None
    channel = (request.query_params.get("channel") or None) if rows is None else None
    brands = await read_brands(request, staff)
    shared: dict[str, Any] = {
        "talk": talk,
        "draft": draft or Draft(),
        "said": said,
        "shown": shown,
        "asked": asked or _asked(request),
        "proved": is_proved(staff, now),
        "refused": refused,
        "view": view if rows is None else "found",
        "brand_filter": chosen,
        "brands": brands,
        "inbox_address": partial(inbox_address, team=team, channel=channel),
        "team_address": partial(inbox_address, view, chosen, channel=channel),
        "team_filter": team,
        "channel_address": partial(inbox_address, view, chosen, team),
        "channel_filter": channel,
        "kinds": ENTITIES,
        "case_names": NAMES,
        "case_outcomes": OUTCOMES,
        "shown_for": rules.SHOWN // timedelta(milliseconds=1),
        "now": now,
        "today": now.astimezone(ZoneInfo(talk.brand.timezone)).date() if talk else now.date(),
    }
    headers = {"Vary": "HX-Request"}
    if shown is not None and talk is not None and not is_partial(request):
        headers["Refresh"] = f"{rules.SHOWN.seconds}; url={talk.address}"  # where no script takes the value away
    if is_partial(request):
        return render(request, "desk/open.html", status=status, headers=headers, **shared)
    listed = [brand for brand in brands if chosen in {None, brand.slug}]
    counts: dict[View, int] = {}
    names: dict[Brand, Mapping[Language, Mapping[str, str]]] = {}
    found: list[tuple[Brand, Row]] = []
    teams: set[str] = set()
    before = _before(request)
    for brand in listed:
        async with given.database.brand(brand.id) as connection:
            names[brand] = await read_categories(connection)
            teams.update(await store.list_teams(connection))
            for name, count in (await store.count_views(connection, staff.id)).items():
                counts[name] = counts.get(name, 0) + count
            if rows is None:
                listing = await store.list_conversations(
                    connection,
                    view,
                    staff_id=staff.id,
                    before=before,
                    limit=PAGE + 1,
                    team=team,
                    channel=channel,
                )
                found += [(brand, row) for row in listing]
    channels = {
        door.channel
        for door in (await given.directory.read()).doors.values()
        if door.brand_id in {b.id for b in listed}
    }
    ordered = sort_rows(view, found) if rows is None else list(rows)
    page = ordered[:PAGE]
    older = None
    if rows is None and len(ordered) > PAGE and view in {"bot", "closed", "all"}:
        last = page[-1][1].updated_at.isoformat()
        older = f"{inbox_address(view, chosen, team, channel)}&{urlencode({'before': last})}"
    language = page_language(request)
    placed = [
        Placed(
            brand=brand,
            row=row,
            category=_name(names.get(brand, {}), language, row.category),
            address=talk_address(brand, row.reference)
            + keep_query(view if rows is None else "", chosen, team, channel),
            waits=None if row.waiting_since is None else max(now - row.waiting_since, timedelta()),
        )
        for brand, row in page
    ]
    speak = words(language)
    title = TITLES["found" if rows is not None else view]
    return render(
        request,
        "desk/inbox.html",
        status=status,
        headers=headers,
        rows=placed,
        older=older,
        teams=sorted(teams | ({team} if team else set())),
        channels=sorted(channels | ({channel} if channel else set())),
        counts=counts,
        title=speak.gettext(title),
        view_names=[(name, speak.gettext(label)) for name, label in VIEW_NAMES.items()],
        **shared,
    )


def _asked(request: Request) -> UUID | None:
    """The hidden value that somebody was about to look at when they were asked whether it is they."""
    try:
        return UUID(request.query_params["asked"])
    except (KeyError, ValueError):
        return None


def sort_rows(view: View, rows: list[tuple[Brand, Row]]) -> list[tuple[Brand, Row]]:
    """The rows of several brands in one list, in the order that the store gives for one brand."""
    if view in {"mine", "waiting"}:
        return sorted(rows, key=lambda pair: rules.wait_order(pair[1]))
    return sorted(rows, key=lambda pair: pair[1].updated_at, reverse=True)


def _before(request: Request) -> datetime:
    """Where an older page of a list begins."""
    try:
        before = datetime.fromisoformat(request.query_params["before"])
    except (KeyError, ValueError):
        return datetime.max.replace(tzinfo=UTC)
    return before if before.tzinfo else before.replace(tzinfo=UTC)


def _name(names: Mapping[Language, Mapping[str, str]], language: Language, category: str | None) -> str | None:
    """A category in the agent's language, else in another one, else its slug."""
    if category is None:
        return None
    for known in (names.get(language, {}), *names.values()):
        if category in known:
            return known[category]
    return category

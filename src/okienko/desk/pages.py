"""The inbox: its pages, its actions, its live stream.

Every page is a whole page; asked by htmx for a conversation, only the conversation's part is sent. Actions are forms
that answer with a redirect to the conversation, so that everything also works without a script.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from okienko.attachments.kinds import MEDIA_TYPES
from okienko.attachments.lines import drop_lines
from okienko.brands.store import read_categories
from okienko.conversations.sealing import Sealing, seal_forms, seal_values
from okienko.conversations.store import actions, attachments, reveals
from okienko.conversations.store import desk as store
from okienko.conversations.store.actions import Change, Outcome
from okienko.conversations.store.arrivals import SealedItem
from okienko.conversations.store.attachments import Attached, SealedFile
from okienko.conversations.store.desk import Conversation, Row, View
from okienko.conversations.store.vault import SealedForm, open_vault
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.desk import rules
from okienko.masking.egress import find_places
from okienko.masking.forms import Piece, find_forms, read_pieces
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import Findings, Masked, MaskingFailed, find, mask, published
from okienko.masking.mask import render as render_masked
from okienko.masking.vault import SealBroken, open_part, open_person_key, open_sealed
from okienko.values import Brand, Language, MaskedText, MessageId, RawText, SignedIn, StaffId
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark, words
from okienko.web.services import services
from okienko.web.signed_in import is_partial, signed_in
from okienko.web.templates import browser_language, render

Confirm = Callable[[Request, str], Awaitable[bool]]
"""Asks for the password again: whether it was right."""
Touch = Callable[[Request], Awaitable[bool]]
"""A sign of life of the session: whether it still exists."""

PAGE: Final = 50  # conversations
LONGEST_TEXT: Final = 5000  # characters

_VIEW_NAMES: Final[dict[View, str]] = {
    "mine": mark("Mine"),
    "waiting": mark("Waiting"),
    "bot": mark("Bot now"),
    "closed": mark("Closed"),
    "all": mark("All"),
}
_TITLES: Final[dict[str, str]] = {**_VIEW_NAMES, "found": mark("Search results")}

# What the customer reads when the holder changes; in the conversation's language, with the agent's name.
_JOINED: Final = mark("%(name)s has joined the conversation.")
_SAID: Final[dict[Change, str]] = {
    "hand_back": mark("From here on the bot answers again."),
    "to_queue": mark("The conversation is waiting for another person."),
    "close": mark("The conversation is closed. A new message opens it again."),
    "reopen": mark("%(name)s has opened the conversation again."),
}
_CHANGES: Final[dict[str, Change]] = {
    "hand-back": "hand_back",
    "queue": "to_queue",
    "close": "close",
    "reopen": "reopen",
}

# What the agent reads after an action: the words and how to undo it.
_DONE: Final[dict[str, tuple[str, str | None]]] = {
    "take-over": (mark("The conversation is yours; the bot is silent."), "hand-back"),
    "hand-back": (mark("The bot answers again."), "take-over"),
    "queue": (mark("The conversation waits in the queue."), "take-over"),
    "close": (mark("The conversation is closed."), "reopen"),
    "reopen": (mark("The conversation is open and yours."), "close"),
    "send-again": (mark("The message is on its way again."), None),
}
_NOT_DONE: Final[dict[Outcome, str]] = {
    "held": mark("Nothing was changed: the conversation is not yours."),
    "closed": mark("Nothing was changed: the conversation is closed."),
}
# Why an attachment was not opened.
_NOT_OPENED: Final[dict[str, str]] = {
    "not-yours": mark("Attachments are opened by whoever has the conversation. Take it over first."),
    "gone": mark("The attachment is gone: its time was over, or the person's data were erased."),
    "enough": mark("100 attachments an hour are the most. Ask a colleague, or wait a while."),
    "sealed": mark("The attachment could not be opened."),
}


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
    code: str
    own: bool
    senior: bool
    may_reveal: bool
    may_open: bool
    once: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A hidden value, for this one answer."""

    id: UUID
    value: str


def routes(*, confirm_password: Confirm, touch: Touch) -> list[Route]:
    """Everything under /desk/ that is about conversations. The two functions come from the room of accounts."""

    async def reveal(request: Request) -> Response:
        return await _reveal(request, confirm_password)

    async def live(request: Request) -> Response:
        staff = signed_in(request)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(request, staff, touch), media_type="text/event-stream", headers=headers)

    talk = "/desk/conversations/{brand:str}/{reference:str}"
    return [
        Route("/desk", _show_inbox, methods=["GET"]),
        Route("/desk/search", _search, methods=["POST"]),
        Route("/desk/check", _show_check, methods=["GET"]),
        Route("/desk/live", live, methods=["GET"]),
        Route(talk, _show_talk, methods=["GET"]),
        Route(talk + "/say", _say, methods=["POST"]),
        Route(talk + "/typing", _typing, methods=["POST"]),
        Route(talk + "/reveal", reveal, methods=["POST"]),
        Route(talk + "/attachment", _open_attachment, methods=["POST"]),
        Route(talk + "/{action:str}", _act, methods=["POST"]),
    ]


# the inbox -----------------------------------------------------------------------------------------------------------


def _language(request: Request) -> Language:
    return cast("Language | None", getattr(request.state, "language", None)) or browser_language(request)


async def _brands(request: Request, staff: SignedIn) -> list[Brand]:
    """The brands that somebody may see, by name."""
    known = (await services(request).directory.read()).brands
    return sorted((known[brand] for brand in staff.roles if brand in known), key=lambda brand: brand.name)


def _view(request: Request) -> View:
    asked = request.query_params.get("view", "")
    return asked if asked in _VIEW_NAMES else "waiting"


def _inbox_address(view: str, brand: str | None) -> str:
    chosen = {"view": view, "brand": brand or ""}
    return "/desk?" + urlencode({name: value for name, value in chosen.items() if value})


def _talk_address(brand: Brand, reference: str) -> str:
    return f"/desk/conversations/{brand.slug}/{reference}"


def _query(view: str, brand: str | None) -> str:
    """The part of an address that keeps the list beside a conversation as it was."""
    chosen = {"view": view if view in _VIEW_NAMES else "", "brand": brand or ""}
    kept = {name: value for name, value in chosen.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


async def _render_inbox(
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
    view, chosen = _view(request), request.query_params.get("brand") or None
    brands = await _brands(request, staff)
    shared: dict[str, Any] = {
        "talk": talk,
        "draft": draft or Draft(),
        "said": said,
        "shown": shown,
        "asked": asked,
        "refused": refused,
        "view": view if rows is None else "found",
        "brand_filter": chosen,
        "brands": brands,
        "inbox_address": _inbox_address,
        "kinds": ENTITIES,
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
    before = _before(request)
    for brand in listed:
        async with given.database.brand(brand.id) as connection:
            names[brand] = await read_categories(connection)
            for name, count in (await store.count_views(connection, staff.id)).items():
                counts[name] = counts.get(name, 0) + count
            if rows is None:
                listing = await store.list_conversations(
                    connection, view, staff_id=staff.id, before=before, limit=PAGE + 1
                )
                found += [(brand, row) for row in listing]
    ordered = _order(view, found) if rows is None else list(rows)
    page = ordered[:PAGE]
    older = None
    if rows is None and len(ordered) > PAGE and view in {"bot", "closed", "all"}:
        last = page[-1][1].updated_at.isoformat()
        older = "/desk?" + urlencode({"view": view, "brand": chosen or "", "before": last})
    language = _language(request)
    placed = [
        Placed(
            brand=brand,
            row=row,
            category=_name(names.get(brand, {}), language, row.category),
            address=_talk_address(brand, row.reference) + _query(view if rows is None else "", chosen),
            waits=None if row.waiting_since is None else max(now - row.waiting_since, timedelta()),
        )
        for brand, row in page
    ]
    speak = words(language)
    title = _TITLES["found" if rows is not None else view]
    return render(
        request,
        "desk/inbox.html",
        status=status,
        headers=headers,
        rows=placed,
        older=older,
        counts=counts,
        title=speak.gettext(title),
        view_names=[(name, speak.gettext(label)) for name, label in _VIEW_NAMES.items()],
        **shared,
    )


def _order(view: View, rows: list[tuple[Brand, Row]]) -> list[tuple[Brand, Row]]:
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


async def _show_inbox(request: Request) -> Response:
    return await _render_inbox(request, signed_in(request))


async def _search(request: Request) -> Response:
    """Looks for words, a reference, or whoever left an e-mail address or telephone number; nothing of it is kept."""
    given = services(request)
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    typed = form.get("words", "")[:200].strip()
    size = len(typed)
    reference = rules.read_reference(typed)
    found: list[tuple[Brand, Row]] = []
    for brand in await _brands(request, staff):
        raw = RawText(typed)
        findings = find(raw, allowed=brand.allowed, denied=brand.denied)
        masked = render_masked(raw, findings, {}, given.keys, brand.language).text.text
        async with given.database.brand(brand.id) as connection:
            rows = await store.search_reference(connection, reference) if reference else ()
            if rows:
                pass  # one conversation was meant
            elif masked.strip():
                lookups = {given.keys.lookup(span.label, span.value) for span in findings.vaulted}
                # A name without its capitals or a number without its context may be somebody's all the same.
                lookups |= {lookup for start, end, _, lookup in find_places(typed, given.keys) if end - start == size}
                rows = await store.search_people(connection, lookups, limit=PAGE) if lookups else ()
                if not rows and not findings.vaulted:
                    rows = await store.search_words(connection, masked.split()[:8], limit=PAGE)
        found += [(brand, row) for row in rows]
    return await _render_inbox(request, staff, rows=_order("all", found)[:PAGE])


async def _show_check(request: Request) -> Response:
    given = services(request)
    staff = signed_in(request)
    brands = [brand for brand in await _brands(request, staff) if rules.is_senior(staff, brand.id)]
    if not brands:
        raise HTTPException(403)
    found: list[tuple[Brand, tuple[store.Trouble, ...], tuple[store.Unparsed, ...]]] = []
    for brand in brands:
        async with given.database.brand(brand.id) as connection:
            found.append((brand, await store.list_troubles(connection), await store.list_unparsed(connection)))
    return render(request, "desk/check.html", found=found, now=given.clock())


# one conversation ----------------------------------------------------------------------------------------------------


async def _find_brand(request: Request, staff: SignedIn) -> Brand:
    brand = await services(request).directory.brand_called(request.path_params["brand"])
    if brand is None or brand.id not in staff.roles:
        raise HTTPException(404)  # for whom it is none of their business, it does not exist
    return brand


async def _find_conversation(connection: Connection, request: Request) -> Conversation:
    conversation = await store.read_conversation(connection, request.path_params["reference"])
    if conversation is None:
        raise HTTPException(404)
    return conversation


async def _read_talk(request: Request, staff: SignedIn, brand: Brand, once: str | None = None) -> Talk:
    given = services(request)
    async with given.database.brand(brand.id) as connection:
        conversation = await _find_conversation(connection, request)
        lines = await store.read_transcript(connection, conversation.id)
        attached = await attachments.read_attached(connection, conversation.id)
        hidden = (
            *await reveals.read_identities(connection, conversation.person_id),
            *await reveals.read_vault_items(connection, conversation.id, given.clock()),
        )
        earlier = await store.read_earlier(connection, conversation.person_id, conversation.id)
        names = await read_categories(connection)
    language = _language(request)
    slugs = {slug for known in names.values() for slug in known}
    return Talk(
        brand=brand,
        conversation=conversation,
        address=_talk_address(brand, conversation.reference),
        query=_query(_view(request) if "view" in request.query_params else "", request.query_params.get("brand")),
        lines=tuple(replace(line, text=drop_lines(line.text, len(attached.get(line.id, ())))) for line in lines),
        attached=attached,
        categories={slug: _name(names, language, slug) or slug for slug in slugs},
        category=_name(names, language, conversation.category),
        hidden=hidden,
        earlier=earlier,
        code=rules.make_code(conversation.person_id),
        own=conversation.agent_id == staff.id,
        senior=rules.is_senior(staff, brand.id),
        may_reveal=rules.may_reveal(staff, brand.id, conversation.agent_id),
        may_open=rules.may_open(staff, brand.id, conversation.agent_id),
        once=once or str(uuid4()),
    )


async def _show_talk(request: Request) -> Response:
    staff = signed_in(request)
    brand = await _find_brand(request, staff)
    talk = await _read_talk(request, staff, brand)
    return await _render_inbox(request, staff, talk=talk, said=_read_said(request))


def _read_said(request: Request) -> Said | None:
    """What an action that led here has to say. The address carries a word of ours, never text."""
    speak = words(_language(request))
    did, outcome = request.query_params.get("did", ""), request.query_params.get("but", "")
    if outcome in _NOT_OPENED:
        return Said(text=speak.gettext(_NOT_OPENED[outcome]), look="clock", undo=None)
    if outcome in _NOT_DONE:
        return Said(text=speak.gettext(_NOT_DONE[outcome]), look="clock", undo=None)
    if did in _DONE:
        text, undo = _DONE[did]
        return Said(text=speak.gettext(text), look="done", undo=undo)
    return None


async def _back(request: Request, brand: Brand, **told: str) -> Response:
    address = _talk_address(brand, request.path_params["reference"])
    return RedirectResponse(f"{address}?{urlencode(told)}" if told else address, 303)


async def _read_action(request: Request) -> tuple[SignedIn, Brand, dict[str, str]]:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    return staff, await _find_brand(request, staff), form


async def _act(request: Request) -> Response:
    """Take over, hand back, put into the queue, close, open again, send again."""
    given = services(request)
    staff, brand, form = await _read_action(request)
    action = request.path_params["action"]
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        conversation = await _find_conversation(connection, request)
        speak = words(conversation.language)
        outcome: Outcome
        if action == "take-over":
            sure = rules.is_senior(staff, brand.id) or form.get("sure") == "yes"
            outcome = await actions.take_over(
                connection,
                conversation_id=conversation.id,
                staff_id=staff.id,
                holder=StaffId(_read_uuid(form["from"])) if sure and form.get("from") else None,
                message_id=new_id(now),
                said=published(speak.gettext(_JOINED, name=staff.name)),
                now=now,
            )
        elif action in _CHANGES:
            change = _CHANGES[action]
            text = speak.gettext(_SAID[change], name=staff.name)
            outcome = await actions.change_holder(
                connection,
                change,
                conversation_id=conversation.id,
                staff_id=staff.id,
                message_id=new_id(now),
                said=published(text),
                now=now,
            )
        elif action == "send-again":
            message = _read_uuid(form.get("message", ""))
            again = await actions.send_again(
                connection, conversation_id=conversation.id, staff_id=staff.id, message_id=message, now=now
            )
            outcome = "done" if again else "already"
        else:
            raise HTTPException(404)
    if outcome == "done":
        await given.live.announce(brand.id, [conversation.id])
    if outcome in _NOT_DONE:
        return await _back(request, brand, but=outcome)
    return await _back(request, brand, did=action)


def _read_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(400) from None


async def _say(request: Request) -> Response:
    """A reply or a note, stored masked. What the customer has to read in clear is sealed.

    Before a reply leaves, its writer is asked when the customer would not read what was written, because something is
    hidden for good, or would read a value that this conversation has not had before: it may be somebody else's.
    """
    given = services(request)
    staff, brand, form = await _read_action(request)
    speak = words(_language(request))
    mode = "note" if form.get("as") == "note" else "reply"
    typed, once = form.get("text", "").strip(), form.get("once", "")
    now = given.clock()

    async def ask_again(status: int, *, preview: Preview | None = None, wrong: str | None = None) -> Response:
        talk = await _read_talk(request, staff, brand, once=once)
        draft = Draft(text=typed, mode=mode, preview=preview, wrong=wrong)
        return await _render_inbox(request, staff, talk=talk, draft=draft, status=status)

    if not typed or len(typed) > LONGEST_TEXT:
        return await ask_again(422, wrong=speak.gettext("Write at least a word, and at most 5,000 characters."))
    key = given.keys.lookup(f"desk {mode}", str(_read_uuid(once)))
    raw = RawText(typed)
    try:
        # Who writes signs with the name that stands above the message anyway.
        findings = find(raw, allowed=(*brand.allowed, staff.name, *staff.name.split()[:1]), denied=brand.denied)
    except MaskingFailed:
        return await ask_again(422, wrong=speak.gettext("This text cannot be processed. Nothing was sent; change it."))
    preview: Preview | None = None
    outcome: Outcome = "already"
    async with given.database.brand(brand.id) as connection:
        conversation = await _find_conversation(connection, request)
        vault = await open_vault(connection, conversation.id) if findings.vaulted else None
        masked = render_masked(
            raw,
            findings,
            vault.numbers if vault else {},
            given.keys,
            conversation.language,
            spent=vault.spent if vault else {},
        )
        wrapped = vault.wrapped_key if vault else None
        if mode == "reply":
            seen = given.keys.token("desk preview", f"{once}\x1f{typed}\x1f{masked.text}".encode()).hex()
            preview = _preview(raw, findings, masked, sealed=wrapped is not None, seen=seen)
            if form.get("seen") == seen:
                preview = None
        if preview is None:
            items: Sequence[SealedItem] = ()
            forms: Sequence[SealedForm] = ()
            if wrapped is not None:
                person_key = await open_person_key(given.keys, wrapped, brand=brand.id, person=conversation.person_id)
                sealing = Sealing(key=person_key, brand=brand, person=conversation.person_id, now=now)
                items = seal_values(masked.vaulted, sealing, conversation=conversation.id)
                forms = seal_forms(find_forms(raw, findings, masked.text), sealing)
            common: dict[str, Any] = {
                "conversation_id": conversation.id,
                "staff_id": staff.id,
                "message_id": new_id(now),
                "once": key,
                "text": masked.text,
                "items": items,
                "now": now,
            }
            if mode == "note":
                outcome = await actions.add_note(connection, **common)
            else:
                outcome = await actions.reply(connection, **common, forms=forms)
    if preview is not None:
        return await ask_again(200, preview=preview)
    if outcome in _NOT_DONE:
        return await ask_again(409, wrong=speak.gettext(_NOT_DONE[outcome]))
    if outcome == "done":
        await given.live.announce(brand.id, [conversation.id])
    return await _back(request, brand)


def _preview(raw: RawText, findings: Findings, masked: Masked, *, sealed: bool, seen: str) -> Preview | None:
    """What to show before a reply leaves; None when its customer will read just what was written, and nothing new."""
    hidden = any(span.fate is Fate.DROP or (span.fate is Fate.VAULT and not sealed) for span in findings.spans)
    if not hidden and not masked.vaulted:
        return None
    pieces = read_pieces(raw, findings, masked.text, sealed=sealed)
    return Preview(
        pieces=pieces,
        seen=seen,
        hidden=hidden,
        shown=any(piece.fate is Fate.VAULT for piece in pieces),
    )


async def _typing(request: Request) -> Response:
    """Tells the customer's window that somebody is writing."""
    given = services(request)
    staff, brand, _ = await _read_action(request)
    async with given.database.brand(brand.id) as connection:
        conversation = await _find_conversation(connection, request)
    if conversation.agent_id == staff.id and conversation.closed_at is None:
        await given.live.announce_typing(brand.id, conversation.id)
    return Response(status_code=204)


async def _reveal(request: Request, confirm_password: Confirm) -> Response:
    """One hidden value, for one answer: with the right to it, a reason, the password again, and a record of it all."""
    given = services(request)
    staff, brand, form = await _read_action(request)
    item = _read_uuid(form.get("item", ""))
    speak = words(_language(request))
    reason = " ".join(form.get("reason", "")[:300].split())
    now = given.clock()

    async def refuse(why: str) -> Response:
        talk = await _read_talk(request, staff, brand)
        return await _render_inbox(request, staff, talk=talk, asked=item, refused=speak.gettext(why), status=422)

    async with given.database.brand(brand.id) as connection:
        conversation = await _find_conversation(connection, request)
    if not rules.may_reveal(staff, brand.id, conversation.agent_id):
        raise HTTPException(403)
    if len(reason) < rules.SHORTEST_REASON:
        return await refuse(mark("Say in at least 10 characters what it is needed for."))
    if not await confirm_password(request, form.get("password", "")[:1000]):
        return await refuse(mark("The password was not right. The value stays hidden."))
    try:
        why = mask(
            RawText(reason), keys=given.keys, language=brand.language, allowed=brand.allowed, denied=brand.denied
        ).text
        async with given.database.brand(brand.id) as connection:
            sealed = await reveals.read_sealed(connection, conversation.id, item, now)
            recorded = sealed is not None and await reveals.record_reveal(
                connection,
                reveal_id=new_id(now),
                conversation_id=conversation.id,
                item_id=item,
                staff_id=staff.id,
                reason=_lengthen(why),
                now=now,
            )
            value = await _open(request, brand, sealed) if sealed is not None and recorded else None
    except (MaskingFailed, SealBroken):
        return await refuse(mark("The value could not be opened."))
    if sealed is None:
        return await refuse(mark("The value is gone: its time was over, or the person's data were erased."))
    if value is None:
        return await refuse(mark("20 values an hour are the most. Ask a colleague, or wait a while."))
    talk = await _read_talk(request, staff, brand)
    return await _render_inbox(request, staff, talk=talk, shown=Shown(id=item, value=value))


def _lengthen(reason: MaskedText) -> MaskedText:
    """A reason that masking has shortened below the table's ten characters is still a reason."""
    return MaskedText(reason.text.ljust(rules.SHORTEST_REASON, "."))


async def _open(request: Request, brand: Brand, sealed: reveals.Sealed) -> str:
    keys = services(request).keys
    person_key = await open_person_key(keys, sealed.wrapped, brand=brand.id, person=sealed.person_id)
    opened = open_sealed(
        person_key,
        sealed.sealed,
        brand=brand.id,
        person=sealed.person_id,
        table=sealed.table,
        column="sealed",
        row=sealed.row,
    )
    return opened.reveal()


async def _open_attachment(request: Request) -> Response:
    """One file, for whoever has the conversation: written down first, then unsealed part by part.

    A picture is shown by the browser itself, which may run and load nothing for it; anything else is downloaded.
    """
    given = services(request)
    staff, brand, form = await _read_action(request)
    id_ = _read_uuid(form.get("attachment", ""))
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        conversation = await _find_conversation(connection, request)
        if not rules.may_open(staff, brand.id, conversation.agent_id):
            return await _back(request, brand, but="not-yours")
        file = await attachments.read_file(connection, conversation.id, id_, now)
        recorded = file is not None and await attachments.record_view(
            connection,
            view=new_id(now),
            conversation=conversation.id,
            attachment=id_,
            staff=staff.id,
            now=now,
        )
    if file is None:
        return await _back(request, brand, but="gone")
    if not recorded:
        return await _back(request, brand, but="enough")
    parts = _open_parts(request, brand, conversation, file)
    try:
        first = await anext(parts)
    except SealBroken:
        return await _back(request, brand, but="sealed")
    await given.live.announce(brand.id, [conversation.id])  # the page says who opened it last
    shown = "inline" if file.type.family == "image" else "attachment"
    return StreamingResponse(
        _follow(first, parts),
        media_type=MEDIA_TYPES[file.type],
        headers={
            "Content-Length": str(file.size),
            "Content-Disposition": f'{shown}; filename="{conversation.reference}-{file.position}.{file.type}"',
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        },
    )


async def _open_parts(
    request: Request, brand: Brand, conversation: Conversation, file: SealedFile
) -> AsyncIterator[bytes]:
    """The parts of a file, one at a time, and no connection of the pool held while a slow browser reads them."""
    given = services(request)
    person_key = await open_person_key(given.keys, file.wrapped, brand=brand.id, person=file.person)
    for part in range(file.parts):
        async with given.database.brand(brand.id) as connection:
            sealed = await attachments.read_part(connection, conversation.id, file.id, part)
        if sealed is None:
            raise SealBroken("a part of an attachment is gone")
        yield open_part(
            person_key,
            sealed,
            brand=brand.id,
            person=file.person,
            table="attachment_part",
            column="sealed",
            row=file.id,
            part=part,
            parts=file.parts,
        )


async def _follow(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


# live ----------------------------------------------------------------------------------------------------------------


async def _stream(request: Request, staff: SignedIn, touch: Touch) -> AsyncIterator[str]:
    """Ids of conversations that changed, for the brands that somebody may see; ends with their session.

    `desk.js` closes the stream after twenty minutes without a key or a pointer: an abandoned tab neither counts as
    somebody being there nor keeps a session from running out.
    """
    with services(request).live.subscribe(*(f"brand:{brand}" for brand in staff.roles)) as events:
        yield "retry: 2000\nevent: beat\ndata: -\n\n"
        async for event in events:
            if event.kind == "beat":
                if not await touch(request):
                    yield "event: over\ndata: -\n\n"
                    return
                yield "event: beat\ndata: -\n\n"
            elif event.kind == "changed":
                yield f"event: changed\ndata: {event.conversation}\n\n"

"""The widget's side of the web: the script for a brand's page, the window itself, and what the window asks for.

The window is framed by other people's pages, so it has no cookies; its conversation is known by a token in a header.
Messages do not come in here but through `receive.py`, as those of every channel.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from okienko.attachments.kinds import MOST_BYTES
from okienko.brands.store import read_categories
from okienko.channels.webchat.adapter import MOST_ATTACHMENTS, MOST_CHARACTERS, read_seen, read_token
from okienko.channels.webchat.code import pages as code
from okienko.channels.webchat.uploads import pages as uploads
from okienko.channels.webchat.view import only_new, show_message, show_state, transcript
from okienko.consent import store as consent
from okienko.consent.gate import asks_first, find_gates, find_rules
from okienko.consent.store import Text
from okienko.consent.texts import CONSENT, NOTICE, write_texts
from okienko.conversations.clear import resolve_all
from okienko.conversations.store import choices, threads
from okienko.conversations.store.places import declare_place, read_places
from okienko.conversations.store.threads import Reason, Thread, Visible, VisibleMessage
from okienko.conversations.store.vault import read_forms
from okienko.database.ids import new_id
from okienko.database.pool import Connection as DatabaseConnection
from okienko.database.pool import DatabaseAway
from okienko.keys import Keys
from okienko.masking.kinds import ENTITIES
from okienko.masking.mask import Finding, MaskingFailed, find, mask, published
from okienko.masking.preview import Preview, preview
from okienko.masking.vault import new_person_key, open_person_key, person_bound, seal
from okienko.values import (
    SCENARIO,
    Author,
    Brand,
    Connection,
    ConversationId,
    Language,
    Malformed,
    MaskedText,
    MessageId,
    PersonId,
    RawText,
)
from okienko.web.accent import ON_ACCENT, accent_for
from okienko.web.assets import assets
from okienko.web.csrf import require_own_page
from okienko.web.forms import read_json
from okienko.web.headers import content_policy
from okienko.web.hourly import HourLimit
from okienko.web.i18n import choose_language, words
from okienko.web.network import network_of
from okienko.web.services import Services, read_notices, services
from okienko.web.templates import render

NAME: Final = "webchat"
MOST_STREAMS: Final = 5000  # open windows that one process follows
STREAM_LIFE: Final = timedelta(minutes=10)  # the window connects again by itself
MOST_COMMENT: Final = 1000  # characters
_CONTACTS: Final[Mapping[str, Literal["email", "phone"]]] = {"EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone"}
_REASONS: Final[tuple[Reason, ...]] = ("wrong", "unclear", "outdated", "other")
_ANYWHERE: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}


FindStart = Callable[[Brand, str, Language], Awaitable[str | None]]
"""What a scenario is called that a link may begin, by its name; None where there is none."""


def routes(find_start: FindStart | None = None) -> list[Route]:
    """Everything under /chat/. `find_start`: what a link may begin, which another room knows."""
    limit = HourLimit()
    streams = asyncio.BoundedSemaphore(MOST_STREAMS)

    async def begin(request: Request) -> Response:
        return await _start(request, limit)

    async def show(request: Request) -> Response:
        return await _window(request, find_start)

    async def follow(request: Request) -> Response:
        return await _stream(request, streams)

    return [
        Route("/chat/{connection}.js", _script),
        Route("/chat/{connection}", show),
        Route("/chat/{connection}/start", begin, methods=["POST"]),
        Route("/chat/{connection}/stream", follow),
        Route("/chat/{connection}/feedback", _feedback, methods=["POST"]),
        Route("/chat/{connection}/contact", _contact, methods=["POST"]),
        Route("/chat/{connection}/language", _language, methods=["POST"]),
        Route("/chat/{connection}/consent", _consent, methods=["POST"]),
        Route("/chat/{connection}/place", _place, methods=["POST"]),
        Route("/chat/{connection}/people-only", _people_only, methods=["POST"]),
        Route("/chat/{connection}/transcript", _transcript),
        Route("/chat/{connection}/incidents", _incidents),
        *uploads.routes(_visitor),
        *code.routes(_visitor),
    ]


async def _door(request: Request) -> tuple[Connection, Brand]:
    found = await services(request).directory.door(request.path_params["connection"])
    if found is None or found[0].channel != NAME:
        raise HTTPException(404)
    return found


# The script and the window --------------------------------------------------------------------------------------------


async def _script(request: Request) -> Response:
    """The one script tag. It says everything that the closed button needs, so that it need not ask."""
    _, brand = await _door(request)
    settings = {
        "language": brand.language,
        "words": {
            language: {
                "open": words(language).gettext("Help"),
                "title": words(language).gettext("%(brand)s: help", brand=brand.name),
                "unread": words(language).gettext("new: %(n)s", n="%(n)s"),
            }
            for language in brand.languages
        },
        "accent": {theme: accent_for(brand.accent, theme) for theme in ("light", "dark")},
        "on": ON_ACCENT,
    }
    launcher = assets()["webchat/launcher.js"].body.replace(b"SETTINGS;", orjson.dumps(settings) + b";")
    return Response(
        launcher,
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=300", **_ANYWHERE},
    )


def _spoken(request: Request, brand: Brand) -> Language:
    return choose_language(
        request.headers.get("accept-language", ""),
        brand.languages,
        default=brand.language,
        chosen=request.query_params.get("lang"),
    )


async def _incidents(request: Request) -> Response:
    """What is said about incidents now: the window asks while somebody looks at it."""
    _, brand = await _door(request)
    return JSONResponse({"notices": list(await read_notices(request, brand, _spoken(request, brand), NAME))})


async def _window(request: Request, find_start: FindStart | None) -> Response:
    """The window: it makes no record and sets nothing until the first message.

    With `?start=` and the name of a scenario that a link may begin, that is offered first: a press begins it.
    """
    connection, brand = await _door(request)
    language = _spoken(request, brand)
    now = services(request).clock()
    async with services(request).database.brand(brand.id) as database:
        categories = (await read_categories(database)).get(language, {})
        texts = await consent.publish_texts(database, brand, write_texts, now)
        serves = await consent.read_serves(database)
    linked, name = request.query_params.get("start", "")[:60], None
    if linked and find_start is not None:
        name = await find_start(brand, linked, language)
    return render(
        request,
        "webchat/chat.html",
        language=language,
        headers={
            "Content-Security-Policy": content_policy(("'self'", *brand.origins) if brand.origins else None),
            **_ANYWHERE,
        },
        brand=brand,
        categories={SCENARIO + linked: name, **categories} if name else categories,
        help_address=f"/help/{brand.slug}/{language}/",
        privacy_address=f"/privacy/{brand.slug}/{language}/",
        texts={kind: text.body for (kind, spoken), text in texts.items() if spoken == language},
        places=serves,
        incidents=await read_notices(request, brand, language, NAME),
        settings={
            "gates": find_gates(brand, serves, now.date()),
            "notice": texts[NOTICE, language].version,
            "consent": texts[CONSENT, language].version,
            "connection": connection.id,
            "address": f"/chat/{connection.id}",
            "hook": f"/hooks/{NAME}/{connection.id}",
            "language": language,
            "origins": brand.origins,
            "most": MOST_CHARACTERS,
            "placeholders": [entity.word(language) for entity in ENTITIES.values()],
            "files": MOST_ATTACHMENTS,
            "bytes": MOST_BYTES,
        },
    )


# Beginning ------------------------------------------------------------------------------------------------------------


async def _start(request: Request, limit: HourLimit) -> Response:
    """A new conversation. Its token is told once and kept only as a keyed hash.

    Nothing begins when the first message holds something of which its writer should see first that it is hidden.
    """
    connection, brand = await _door(request)
    require_own_page(request.headers)
    given = services(request)
    now = given.clock()
    network = network_of(request.client.host) if request.client else None
    if network is not None and given.settings.chats_per_hour > 0:
        wait = limit.seconds_to_wait(given.keys.lookup("network", network), now, given.settings.chats_per_hour)
        if wait > 0:
            raise HTTPException(429, headers={"Retry-After": str(wait)})
    body = await read_json(request)
    language = choose_language("", brand.languages, default=brand.language, chosen=str(body.get("language")))
    async with given.database.brand(brand.id) as database:
        texts = await consent.publish_texts(database, brand, write_texts, now)
        place = _read_place(body.get("place"), await consent.read_serves(database))
    rules = find_rules(brand, declared=place)
    said = _read_consent(body.get("consent"), texts[CONSENT, language]) if asks_first(rules, now.date()) else None
    shown = _preview(body, brand, given.keys, language)
    if shown is not None:
        return JSONResponse(shown.show(), 409)
    token = secrets.token_urlsafe(32)
    person = PersonId(new_id(now))
    async with given.database.brand(brand.id) as database:
        await threads.start(
            database,
            person=person,
            conversation=ConversationId(new_id(now)),
            door=connection.id,
            channel=NAME,
            language=language,
            lookup=given.keys.lookup(f"{NAME}:{connection.id}", token),
            wrapped_key=given.keys.wrap(new_person_key(os.urandom(32)), person_bound(brand=brand.id, person=person)),
            key_id=given.keys.key_id,
            noticed=True,  # the window says first what answers here
            notice=_read_notice(body.get("notice"), texts[NOTICE, language]),
            now=now,
        )
        if place is not None:
            await declare_place(database, person, place)
        if body.get("people_only") is True or said == "refused":
            await choices.set_people_only(database, person, True, now)
        if said is not None:
            await consent.add_event(
                database,
                brand=brand.id,
                person=person,
                id=new_id(now),
                purpose=consent.CHAT,
                channel=NAME,
                action=said,
                how="button",
                text=texts[CONSENT, language],
                in_force=rules,
                now=now,
            )
    return JSONResponse({"token": token})


def _read_place(given: object, serves: Sequence[str]) -> str | None:
    """Where a visitor says they are, if that is one of the places to choose from."""
    return given if isinstance(given, str) and given in serves else None


def _read_notice(given: object, in_force: Text) -> int:
    """The version of the notice that the window has shown; a window is not open for so long that there were many."""
    return given if isinstance(given, int) and 0 < given <= in_force.version else in_force.version


def _read_consent(given: object, text: Text) -> Literal["given", "refused"]:
    """What a visitor said to the text in force. Raises 403 when they were not asked, 412 when it was another text."""
    match given:
        case {"action": "given", "version": int(version)}:
            action = "given"
        case {"action": "refused", "version": int(version)}:
            action = "refused"
        case _:
            raise HTTPException(403)
    if version != text.version:
        raise HTTPException(412)
    return action


def _preview(body: Mapping[str, Any], brand: Brand, keys: Keys, language: Language) -> Preview | None:
    """What would be hidden in a first message. Raises 400."""
    text = body.get("text", "")
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
        raise HTTPException(400)
    try:
        seen = read_seen(body.get("seen"))
    except Malformed:
        raise HTTPException(400) from None
    if seen is None:
        return None
    raw = RawText(text)
    try:
        findings = find(raw, allowed=brand.allowed, denied=brand.denied)
    except MaskingFailed:
        return None  # its shell will be stored, and the writer is asked to send it again
    return preview(raw, findings, seen, numbers={}, keys=keys, language=language)


# What the holder of a token may do ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visitor:
    """Whose request it is."""

    brand: Brand
    thread: Thread


async def _visitor(request: Request) -> _Visitor:
    """Raises 401 for a token that is not known here: never given, or its conversation is gone."""
    connection, brand = await _door(request)
    token = read_token(request.headers)
    if token is None:
        raise HTTPException(401)
    given = services(request)
    async with given.database.brand(brand.id) as database:
        thread = await threads.find_thread(database, connection.id, given.keys.lookup(f"{NAME}:{connection.id}", token))
    if thread is None:
        raise HTTPException(401)
    return _Visitor(brand=brand, thread=thread)


async def _stream(request: Request, streams: asyncio.BoundedSemaphore) -> Response:
    """Server-sent events: first everything that may be seen, then what is new, and `typing`."""
    visitor = await _visitor(request)
    if streams.locked():
        raise HTTPException(503, headers={"Retry-After": "10"})
    return StreamingResponse(
        _events(request, visitor, streams),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, visitor: _Visitor, streams: asyncio.BoundedSemaphore) -> AsyncGenerator[bytes]:
    given = services(request)
    brand, conversation = visitor.brand, visitor.thread.conversation
    spoken = words(_spoken(request, brand))
    end = given.clock() + STREAM_LIFE
    shown: set[MessageId] = set()
    state: dict[str, Any] | None = None
    names: Mapping[str, str] | None = None
    async with streams:
        # Listen first, read then: what comes between is read twice rather than missed.
        with given.live.subscribe(str(conversation)) as events:
            turns = aiter(events)
            kind = "changed"
            while given.clock() < end:
                if kind == "typing":
                    yield b"event: typing\ndata: {}\n\n"
                else:
                    try:
                        async with given.database.brand(brand.id) as database:
                            visible = await threads.read_visible(database, conversation)
                            new = only_new(visible, shown) if visible else ()
                            clear = await _clear(database, given, brand, conversation, new)
                            if names is None:
                                names = (await read_categories(database)).get(spoken.language, {})
                    except DatabaseAway:
                        return  # the window connects again
                    if visible is None:
                        return
                    now_state = _state(visible, brand, given)
                    if new or now_state != state:
                        state = now_state
                        shown.update(message.id for message in new)
                        messages = [
                            show_message(
                                message, clear=clear, brand=brand, words=spoken, categories=names, now=given.clock()
                            )
                            for message in new
                        ]
                        yield b"event: update\ndata: %b\n\n" % orjson.dumps({"state": state, "messages": messages})
                    else:
                        yield b": beat\n\n"
                kind = (await anext(turns)).kind


def _state(visible: Visible, brand: Brand, given: Services) -> dict[str, Any]:
    declared, account = visible.places
    rules = find_rules(brand, declared=declared, account=account)
    return {
        **show_state(visible),
        "place": declared,
        "asks": asks_first(rules, given.clock().date()),
        "code": given.can_mail and visible.asks_code,
        "confirm": given.can_mail and visible.unconfirmed,
    }


async def _clear(
    database: DatabaseConnection,
    given: Services,
    brand: Brand,
    conversation: ConversationId,
    messages: Sequence[VisibleMessage],
) -> Mapping[MessageId, str]:
    """Agents' words as they were written, for the eyes of their customer: read, shown, and kept nowhere."""
    written = {message.id: message.text for message in messages if message.author is Author.AGENT}
    forms = await read_forms(database, dict.fromkeys(written, conversation), given.clock())
    return await resolve_all(written, forms, keys=given.keys, brand=brand.id)


async def _feedback(request: Request) -> Response:
    """Whether an answer helped; a comment is masked before it is kept."""
    visitor = await _visitor(request)
    given = services(request)
    match await read_json(request):
        case {"message": str(message), "helped": bool(helped), **rest}:
            reason, comment = rest.get("reason"), rest.get("comment") or ""
        case _:
            raise HTTPException(400)
    if (reason is not None and reason not in _REASONS) or not isinstance(comment, str) or len(comment) > MOST_COMMENT:
        raise HTTPException(400)
    try:
        id_ = MessageId(UUID(message))
    except ValueError:
        raise HTTPException(400) from None
    masked = MaskedText("")
    if comment.strip():
        try:
            masked = mask(
                RawText(comment),
                keys=given.keys,
                language=visitor.thread.language,
                allowed=visitor.brand.allowed,
                denied=visitor.brand.denied,
            ).text
        except MaskingFailed:
            raise HTTPException(400) from None
    async with given.database.brand(visitor.brand.id) as database:
        known = await threads.give_feedback(
            database,
            conversation=visitor.thread.conversation,
            message=id_,
            helped=helped,
            reason=reason,
            comment=masked,
            now=given.clock(),
        )
    if not known:
        raise HTTPException(404)
    return JSONResponse({"state": "stored"})


def read_contact(typed: RawText) -> Finding | None:
    """The one e-mail address or phone number that somebody typed, if that is what it is. Pure."""
    try:
        spans = find(typed).spans
    except MaskingFailed:
        return None
    return spans[0] if len(spans) == 1 and spans[0].label in _CONTACTS else None


async def _contact(request: Request) -> Response:
    """A way to be reached: sealed with the person's key; the conversation shows only that it was left."""
    visitor = await _visitor(request)
    given = services(request)
    value = (await read_json(request)).get("value")
    contact = read_contact(RawText(value)) if isinstance(value, str) and len(value) <= 254 else None
    if contact is None:
        raise HTTPException(400)
    kind = _CONTACTS[contact.label]
    brand, person, now = visitor.brand.id, visitor.thread.person, given.clock()
    row = new_id(now)
    spoken = words(visitor.thread.language)
    said = {
        "email": spoken.gettext("Contact left: [e-mail]. A person will be able to write there."),
        "phone": spoken.gettext("Contact left: [phone]. A person will be able to call there."),
    }
    async with given.database.brand(brand) as database:
        wrapped = await threads.read_person_key(database, person)
        if wrapped is None:
            raise HTTPException(401)
        key = await open_person_key(given.keys, wrapped, brand=brand, person=person)
        await threads.leave_contact(
            database,
            conversation=visitor.thread.conversation,
            person=person,
            id=row,
            kind=kind,
            lookup=given.keys.lookup(
                contact.label, contact.value
            ),  # as in the vault: the desk finds both with one hash
            sealed=seal(
                key, RawText(contact.value), brand=brand, person=person, table="identity", column="sealed", row=row
            ),
            message=MessageId(new_id(now)),
            text=published(said[kind]),
            now=now,
        )
    await given.live.announce(brand, [visitor.thread.conversation])
    return JSONResponse({"state": "stored"})


async def _language(request: Request) -> Response:
    """The customer switched the window to another language: the bot follows."""
    visitor = await _visitor(request)
    asked = (await read_json(request)).get("language")
    for language in visitor.brand.languages:
        if language == asked:
            async with services(request).database.brand(visitor.brand.id) as database:
                await threads.set_language(database, visitor.thread.conversation, language)
            return JSONResponse({"state": "stored"})
    raise HTTPException(400)


async def _consent(request: Request) -> Response:
    """Consent to the chat is given, refused or taken back, by the holder of its token and nobody else."""
    visitor = await _visitor(request)
    given = services(request)
    brand, thread, now = visitor.brand, visitor.thread, given.clock()
    body = await read_json(request)
    spoken = words(thread.language)
    async with given.database.brand(brand.id) as database:
        declared, account = await read_places(database, thread.person)
        rules = find_rules(brand, declared=declared, account=account)
        action: consent.Action
        if body.get("action") == "withdrawn":
            action = "withdrawn"
            text = await consent.read_text_given(database, thread.person, consent.CHAT, NAME)
            if text is None:
                raise HTTPException(400)
            said = spoken.gettext("Consent withdrawn: nothing more is taken from this chat.")
        else:
            texts = await consent.publish_texts(database, brand, write_texts, now)
            text = texts[CONSENT, thread.language]
            action = _read_consent(body, text)
            said = spoken.gettext("Consent given.") if action == "given" else ""
        await consent.add_event(
            database,
            brand=brand.id,
            person=thread.person,
            id=new_id(now),
            purpose=consent.CHAT,
            channel=NAME,
            action=action,
            how="button",
            text=text,
            in_force=rules,
            now=now,
        )
        await choices.set_muted(database, thread.conversation, action == "withdrawn")
        if action == "refused":
            await choices.set_people_only(database, thread.person, True, now)
        if said:
            message = MessageId(new_id(now))
            await choices.tell(database, thread.conversation, message=message, text=published(said), now=now)
    await given.live.announce(brand.id, [thread.conversation])
    return JSONResponse({"state": "stored"})


async def _place(request: Request) -> Response:
    """The customer says where they are, which decides whose rules hold."""
    visitor = await _visitor(request)
    given = services(request)
    asked = (await read_json(request)).get("place")
    async with given.database.brand(visitor.brand.id) as database:
        place = _read_place(asked, await consent.read_serves(database))
        if place is None and asked is not None:
            raise HTTPException(400)
        await declare_place(database, visitor.thread.person, place)
    await given.live.announce(visitor.brand.id, [visitor.thread.conversation])
    return JSONResponse({"state": "stored"})


async def _people_only(request: Request) -> Response:
    """Whether people alone are to answer this person, here and on every other channel."""
    visitor = await _visitor(request)
    given = services(request)
    now = given.clock()
    wanted = (await read_json(request)).get("on")
    if not isinstance(wanted, bool):
        raise HTTPException(400)
    spoken = words(visitor.thread.language)
    said = spoken.gettext("From now on only people answer.") if wanted else spoken.gettext("The bot may answer again.")
    async with given.database.brand(visitor.brand.id) as database:
        await choices.set_people_only(database, visitor.thread.person, wanted, now)
        message = MessageId(new_id(now))
        await choices.tell(database, visitor.thread.conversation, message=message, text=published(said), now=now)
    await given.live.announce(visitor.brand.id, [visitor.thread.conversation])
    return JSONResponse({"state": "stored"})


async def _transcript(request: Request) -> Response:
    """The conversation as a text file; everything in it is what the window shows."""
    visitor = await _visitor(request)
    given = services(request)
    async with given.database.brand(visitor.brand.id) as database:
        visible = await threads.read_visible(database, visitor.thread.conversation)
        if visible is None:
            raise HTTPException(401)
        clear = await _clear(database, given, visitor.brand, visitor.thread.conversation, visible.messages)
    text = transcript(
        visible, clear=clear, brand=visitor.brand, words=words(_spoken(request, visitor.brand)), now=given.clock()
    )
    return PlainTextResponse(text, headers={"Content-Disposition": "attachment"})

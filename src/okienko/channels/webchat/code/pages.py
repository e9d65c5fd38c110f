"""What the widget asks for to show who its customer is: a code to an address, and whether it is the right one.

An address that is typed here is compared and not kept, and the answer is the same whether anybody has it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from okienko.channels.webchat.uploads.pages import Visitor
from okienko.conversations.store import choices
from okienko.database.ids import new_id
from okienko.identity import store as identity
from okienko.identity.codes import LONGEST, NotAnAddress, Over, Proved, Purpose, TooMany, Wrong
from okienko.masking.mask import published
from okienko.values import MessageId, RawText
from okienko.web.forms import read_json
from okienko.web.hourly import HourLimit
from okienko.web.i18n import words
from okienko.web.network import network_of
from okienko.web.services import services

OF_NETWORK: Final = 20  # codes an hour from one network
LONGEST_CODE: Final = 40  # characters, with whatever was copied along


def routes(find_visitor: Callable[[Request], Awaitable[Visitor]]) -> list[Route]:
    """Everything under /chat/…/code. `find_visitor` raises 401 for who is not known."""
    limit = HourLimit()

    async def ask(request: Request) -> Response:
        return await _ask(request, await find_visitor(request), limit)

    async def enter(request: Request) -> Response:
        return await _enter(request, await find_visitor(request))

    return [
        Route("/chat/{connection}/code", ask, methods=["POST"]),
        Route("/chat/{connection}/code/enter", enter, methods=["POST"]),
    ]


def _read_purpose(given: object) -> Purpose:
    match given:
        case "conversation":
            return "conversation"
        case "contact":
            return "contact"
        case _:
            raise HTTPException(400)


async def _ask(request: Request, visitor: Visitor, limit: HourLimit) -> Response:
    """A code: to the address that was typed, if it is on record; or to the one that was just left here."""
    given = services(request)
    if not given.can_mail:
        raise HTTPException(404)
    now, thread = given.clock(), visitor.thread
    network = network_of(request.client.host) if request.client else None
    wait = 0 if network is None else limit.seconds_to_wait(given.keys.lookup("network", network), now, OF_NETWORK)
    if wait > 0:
        raise HTTPException(429, headers={"Retry-After": str(wait)})
    body = await read_json(request)
    purpose, address = _read_purpose(body.get("purpose")), body.get("address", "")
    if not isinstance(address, str) or len(address) > LONGEST:
        raise HTTPException(400)
    try:
        async with given.database.brand(visitor.brand.id) as database:
            if purpose == "contact":
                challenge = await identity.ask_left(
                    database, conversation=thread.conversation, language=thread.language, now=now
                )
            else:
                challenge = await identity.ask(
                    database,
                    given.keys,
                    typed=RawText(address),
                    purpose=purpose,
                    within=thread.conversation,
                    language=thread.language,
                    now=now,
                )
    except NotAnAddress:
        raise HTTPException(400) from None
    except TooMany as many:
        raise HTTPException(429, headers={"Retry-After": str(many.seconds)}) from None
    return JSONResponse({"challenge": str(challenge)})


async def _enter(request: Request, visitor: Visitor) -> Response:
    """A code that was typed: proved, wrong with the tries that are left, or over."""
    given = services(request)
    body = await read_json(request)
    purpose = _read_purpose(body.get("purpose"))
    match body:
        case {"challenge": str(challenge), "code": str(code)} if len(code) <= LONGEST_CODE:
            pass
        case _:
            raise HTTPException(400)
    try:
        id_ = UUID(challenge)
    except ValueError:
        raise HTTPException(400) from None
    now, conversation = given.clock(), visitor.thread.conversation
    spoken = words(visitor.thread.language)
    async with given.database.brand(visitor.brand.id) as database:
        entered = await identity.enter(
            database, given.keys, challenge=id_, purpose=purpose, within=conversation, typed=RawText(code), now=now
        )
        if isinstance(entered, Proved):
            if purpose == "conversation":
                await identity.note_code(database, conversation, entered.people[0], now=now)
                said = spoken.gettext("Confirmed with a code that was sent to an address on record.")
            else:
                said = spoken.gettext("The e-mail address that was left here is confirmed.")
            message = MessageId(new_id(now))
            await choices.tell(database, conversation, message=message, text=published(said), now=now)
    match entered:
        case Proved():
            await given.live.announce(visitor.brand.id, [conversation])
            return JSONResponse({"state": "proved"})
        case Wrong(left=left):
            return JSONResponse({"state": "wrong", "left": left})
        case Over():
            return JSONResponse({"state": "over"})

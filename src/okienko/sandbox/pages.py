"""The customer's page: one invented customer on every channel, as that vendor shows it to them, and faults at a press.

It works without scripts; with them, what the brand says appears by itself.
"""

from __future__ import annotations

from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.sandbox.api import sandbox_of
from okienko.sandbox.faults import Kind
from okienko.sandbox.letters import subject_of_answer
from okienko.sandbox.process import Sandbox
from okienko.sandbox.world import CHANNEL_OF, CHANNELS, REVIEWS, Channel, File
from okienko.values import Language
from okienko.web.csrf import require_own_page
from okienko.web.forms import read_form, read_upload
from okienko.web.i18n import LANGUAGES, choose_language
from okienko.web.templates import render

LONGEST: Final = 20_000  # characters
MOST_BYTES: Final = 16_000_000  # of a file
SIGNS: Final = ("❤", "👍", "😮")
COOKIE: Final = "okienko-sandbox-language"
CHATS: Final[frozenset[Channel]] = frozenset({"messenger", "instagram", "whatsapp"})
UNSENDS: Final[frozenset[Channel]] = frozenset({"instagram", "whatsapp"})
MINUTE: Final = 60.0
DAY: Final = 86_400.0


def routes() -> list[Route]:
    """The page and what its forms do."""
    return [
        Route("/", _home),
        Route("/talk/{channel}", _show),
        Route("/talk/{channel}/lines", _lines),
        Route("/talk/{channel}/write", _write, methods=["POST"]),
        Route("/talk/{channel}/edit", _edit, methods=["POST"]),
        Route("/talk/{channel}/unsend", _unsend, methods=["POST"]),
        Route("/talk/{channel}/react", _react, methods=["POST"]),
        Route("/talk/{channel}/call", _call, methods=["POST"]),
        Route("/talk/{channel}/fault", _fault, methods=["POST"]),
        Route("/talk/{channel}/new", _new, methods=["POST"]),
    ]


def _channel(request: Request) -> Channel:
    channel = CHANNEL_OF.get(request.path_params["channel"])
    if channel is None or channel not in sandbox_of(request).world.doors:
        raise HTTPException(404)
    return channel


def _language(request: Request) -> Language:
    chosen = request.query_params.get("lang") or request.cookies.get(COOKIE)
    return choose_language(request.headers.get("accept-language", ""), LANGUAGES, default="pl", chosen=chosen)


async def _home(request: Request) -> Response:
    first = next(channel for channel in CHANNELS if channel in sandbox_of(request).world.doors)
    return RedirectResponse(f"/talk/{first}")


async def _show(request: Request) -> Response:
    response = _render(request, "sandbox/talk.html")
    if "lang" in request.query_params:
        response.set_cookie(COOKIE, _language(request), httponly=True, samesite="strict")
    return response


async def _lines(request: Request) -> Response:
    return _render(request, "sandbox/news.html")


def _render(request: Request, template: str) -> Response:
    sandbox, channel = sandbox_of(request), _channel(request)
    sandbox.look(channel)
    sandbox.publish()
    talk, now = sandbox.world.talks[channel], sandbox.clock()
    last = talk.last(ours=True)
    new = "new" in request.query_params or last is None
    return render(
        request,
        template,
        language=_language(request),
        channel=channel,
        channels=[one for one in CHANNELS if one in sandbox.world.doors],
        customer=sandbox.world.customer,
        address=sandbox.world.customer.id(channel),
        talk=talk,
        writes=talk.writing_at is not None and (now - talk.writing_at).total_seconds() < 20,
        files=sandbox.world.files,
        chats=channel in CHATS,
        unsends=channel in UNSENDS,
        edits=channel in CHATS,
        reviews=channel in REVIEWS,
        signs=SIGNS,
        editing=talk.find(request.query_params.get("edit", "")),
        answered=None if new or last is None else last,
        subject="" if new or last is None else subject_of_answer(last.subject),
        review=talk.last(ours=False),
        call=sandbox.call,
        faults=[fault for fault in sandbox.faults.list(now) if fault.vendor == channel],
        posts=[post for post in reversed(sandbox.world.posts) if post.channel == channel][:5],
        desk=sandbox.okienko,
    )


async def _form(request: Request) -> tuple[Sandbox, Channel, dict[str, str]]:
    require_own_page(request.headers)
    return sandbox_of(request), _channel(request), await read_form(request)


def _back(channel: Channel) -> Response:
    return RedirectResponse(f"/talk/{channel}#write", status_code=303)


async def _write(request: Request) -> Response:
    """The customer writes: with a file, an answer that was picked, stars, a subject, as the channel has it."""
    require_own_page(request.headers)
    sandbox, channel = sandbox_of(request), _channel(request)
    files: dict[str, bytes] = {}
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        given, files = await read_upload(request, MOST_BYTES)
    else:
        given = await read_form(request)
    text, subject = given.get("text", "").strip()[:LONGEST], given.get("subject", "").strip()[:200]
    payload, stars = given.get("payload"), given.get("stars", "")
    content = files.get("file", b"")
    attached = [] if not content else [File(name=name_of(content), mime=mime_of(content), content=content)]
    if text or attached or channel == "voice":
        await sandbox.say(
            channel,
            text,
            payload=payload,
            answers=given.get("answers", ""),
            files=attached,
            subject=subject,
            stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else 3 if channel in REVIEWS else 0,
        )
    return _back(channel)


_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg", "zdjecie.jpg"),
    (b"\x89PNG\r\n", "image/png", "obraz.png"),
    (b"GIF8", "image/gif", "obraz.gif"),
    (b"%PDF", "application/pdf", "dokument.pdf"),
)


def mime_of(content: bytes) -> str:
    """What a file is, by its beginning."""
    return next((mime for start, mime, _ in _MAGIC if content.startswith(start)), "text/plain")


def name_of(content: bytes) -> str:
    """What the customer's telephone calls it."""
    return next((name for start, _, name in _MAGIC if content.startswith(start)), "plik.txt")


async def _edit(request: Request) -> Response:
    sandbox, channel, given = await _form(request)
    text = given.get("text", "").strip()[:LONGEST]
    if not text or not await sandbox.edit(channel, given.get("line", ""), text):
        raise HTTPException(404)
    return _back(channel)


async def _unsend(request: Request) -> Response:
    sandbox, channel, given = await _form(request)
    if channel not in UNSENDS or not await sandbox.unsend(channel, given.get("line", "")):
        raise HTTPException(404)
    return _back(channel)


async def _react(request: Request) -> Response:
    sandbox, channel, given = await _form(request)
    if given.get("sign") not in SIGNS or not await sandbox.react(channel, given.get("line", ""), given["sign"]):
        raise HTTPException(404)
    return _back(channel)


async def _call(request: Request) -> Response:
    sandbox, channel, given = await _form(request)
    if channel != "voice":
        raise HTTPException(404)
    if given.get("do") == "ring":
        sandbox.ring()
    else:
        sandbox.hang_up()
    return _back(channel)


_BUTTONS: Final = {"limit", "drop_after", "error", "expired", "html"}
_LASTING: Final = {"limit": MINUTE, "expired": DAY}


async def _fault(request: Request) -> Response:
    """Something goes wrong: until it is over, or the next time."""
    sandbox, channel, given = await _form(request)
    kind = given.get("kind", "")
    if kind in _BUTTONS:
        lasting = _LASTING.get(kind)
        sandbox.ask_fault(channel, cast("Kind", kind), lasting)
    elif kind == "well":
        sandbox.faults.clear()
    elif kind == "again":
        await sandbox.repeat(channel)
    elif kind == "elsewhere" and channel in {"messenger", "instagram"}:
        await sandbox.answer_elsewhere(channel, given.get("text", "").strip()[:1000] or "…")
    else:
        raise HTTPException(404)
    return _back(channel)


async def _new(request: Request) -> Response:
    sandbox, channel, _ = await _form(request)
    sandbox.begin_anew()
    return _back(channel)

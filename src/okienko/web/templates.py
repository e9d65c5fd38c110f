"""Pages from Jinja templates, with the reader's words and nothing undefined."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from okienko.database.pool import DatabaseAway
from okienko.values import Language
from okienko.web.assets import accent_address, static
from okienko.web.i18n import LANGUAGES, NAMES, choose_language, mark, words

TEMPLATES: Final = Path(__file__).parent / "templates"

_PROBLEMS: Final = {
    400: mark("The form could not be read. Go back and send it once more."),
    401: mark("This needs a sign-in or a conversation that is still known here."),
    403: mark("This is not open to you, or the page had been open for too long. Go back, reload it and try again."),
    404: mark("There is no page at this address."),
    405: mark("This address does not take that kind of request."),
    413: mark("That was too long to be taken. Nothing was stored."),
    429: mark("Too many attempts for now. Try again in a while."),
    503: mark("The service is not ready at the moment. Try again in a minute; nothing was lost."),
}


@cache
def environment(language: Language) -> Environment:
    """The templates in one language. `_`, `ngettext` and `words` are globals, so macros have them too."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    spoken = words(language)
    shared: dict[str, object] = {
        "_": spoken.gettext,
        "ngettext": spoken.ngettext,
        "words": spoken,
        "language": language,
        "language_names": NAMES,
        "static": static,
        "accent_address": accent_address,
    }
    cast("dict[str, object]", made.globals).update(shared)
    return made


def render(
    request: Request,
    name: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    language: Language | None = None,
    **values: object,
) -> HTMLResponse:
    """A page. The language is the caller's, else `request.state.language`, else the browser's."""
    spoken = language or page_language(request)
    values.setdefault("staff", getattr(request.state, "staff", None))
    values.setdefault("request", request)
    text = environment(spoken).get_template(name).render(**values)
    return HTMLResponse(text, status_code=status, headers=headers)


def page_language(request: Request) -> Language:
    """The language that whoever is signed in has chosen, else the browser's."""
    return cast("Language | None", getattr(request.state, "language", None)) or browser_language(request)


def browser_language(request: Request) -> Language:
    """The language that the browser asks for, of those we speak; Polish when it does not say."""
    return choose_language(request.headers.get("accept-language", ""), LANGUAGES, default="pl")


async def problem(request: Request, error: Exception) -> HTMLResponse:
    """The page for an error: what happened and what to do. An exception handler of the application."""
    match error:
        case HTTPException():
            status, headers = error.status_code, error.headers
        case DatabaseAway():
            status, headers = 503, {"Retry-After": "2"}
        case _:
            status, headers = 500, None
    text = _PROBLEMS.get(status, mark("Something went wrong on our side. Try again; what was sent before is kept."))
    return render(request, "web/problem.html", status=status, headers=headers, code=status, text=text)

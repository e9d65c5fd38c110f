"""What the pages of rights share: the brand, its language, the visit behind a cookie, forms, how requests are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from okienko.consent.gate import find_rules
from okienko.consent.store import read_officer
from okienko.conversations.store.places import read_places
from okienko.database.pool import Connection
from okienko.masking.mask import mask
from okienko.policy.brand import InForce
from okienko.policy.files import read_own_book
from okienko.rights.clocks import find_term
from okienko.rights.fulfil import BACKUPS
from okienko.rights.steps import Next, Stage, find_next, find_stage
from okienko.rights.store import people, requests
from okienko.rights.store.notices import Notice, list_of_request
from okienko.rights.store.people import Erasure
from okienko.rights.store.requests import Kind, NewRequest, Question
from okienko.rights.tell import find_law, tell_law
from okienko.rights.visit import TERM, Visit, begin_visit, read_visit, write_csrf, write_pin, write_visit
from okienko.values import Brand, Language, MaskedText, PersonId, RawText
from okienko.web.csrf import require_own_page, require_token
from okienko.web.forms import read_form
from okienko.web.hourly import HourLimit
from okienko.web.i18n import Words, mark, words
from okienko.web.network import network_of
from okienko.web.services import Services, services
from okienko.web.templates import render

MOST_WORDS: Final = 2000  # characters of what somebody writes with a request
OF_NETWORK: Final = 30  # requests, codes and looks at a state from one network in an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A request of a browser to one brand's page of rights."""

    request: Request
    given: Services
    brand: Brand
    language: Language
    now: datetime
    cookie: str
    visit: Visit | None  # None: none has begun, or it is over

    @property
    def address(self) -> str:
        """Of the page itself; the others hang below it."""
        return f"/privacy/{self.brand.slug}/{self.language}/requests"

    @property
    def speak(self) -> Words:
        """The words of its language."""
        return words(self.language)


async def find_place(request: Request) -> Place:
    """Raises 404 for a brand that there is not, or a language that it does not speak."""
    given = services(request)
    brand = await given.directory.brand_called(request.path_params["brand"])
    if brand is None:
        raise HTTPException(404)
    language: Language | None = next((one for one in brand.languages if one == request.path_params["language"]), None)
    if language is None:
        raise HTTPException(404)
    request.state.language = language
    cookie = request.cookies.get(name_cookie(given), "")
    now = given.clock()
    visit = read_visit(given.keys, brand.id, cookie, now) if cookie else None
    return Place(request=request, given=given, brand=brand, language=language, now=now, cookie=cookie, visit=visit)


def name_cookie(given: Services) -> str:
    """`__Secure-` where browsers come by https: they then refuse it over anything else."""
    secure = urlsplit(given.settings.public_url or "").scheme == "https"
    return "__Secure-okienko-rights" if secure else "okienko-rights"


def show(place: Place, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in this place's language, with what all of them need."""
    visit = place.visit
    return render(
        place.request,
        f"rights/page/{name}.html",
        status=status,
        language=place.language,
        brand=place.brand,
        address=place.address,
        visit=visit,
        proved=bool(visit and visit.people),
        csrf=write_csrf(place.given.keys, place.cookie) if visit else "",
        now=place.now,
        minutes=int(TERM.total_seconds()) // 60,
        **values,
    )


def go(place: Place, to: str = "", *, visit: Visit | None = None, leave: bool = False) -> Response:
    """To a page below this place's address; `visit`: the cookie that goes along. `leave`: the visit is over."""
    answer = RedirectResponse(place.address + to, 303)
    name, path = name_cookie(place.given), f"/privacy/{place.brand.slug}/"
    secure = name.startswith("__Secure-")
    if leave:
        answer.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="strict")
    elif visit is not None:
        answer.set_cookie(
            name,
            write_visit(place.given.keys, place.brand.id, visit),
            max_age=int((visit.until - place.now).total_seconds()),
            path=path,
            secure=secure,
            httponly=True,
            samesite="strict",
        )
    return answer


async def read_open_form(place: Place) -> dict[str, str]:
    """A form that needs no visit. Raises 403 for one that another site has sent."""
    require_own_page(place.request.headers)
    return await read_form(place.request)


async def read_own_form(place: Place) -> dict[str, str]:
    """A form of a visit. Raises 403 for one that its own pages have not made."""
    form = await read_form(place.request)
    expected = write_csrf(place.given.keys, place.cookie) if place.visit else ""
    require_token(place.request.headers, sent=form.get("csrf", ""), expected=expected)
    return form


def seconds_to_wait(place: Place, limit: HourLimit) -> int:
    """0, and counted; or until when this network has to wait."""
    client = place.request.client
    network = network_of(client.host) if client else None
    if network is None:
        return 0
    return limit.seconds_to_wait(place.given.keys.lookup("network", network), place.now, OF_NETWORK)


def current(place: Place) -> Visit:
    """The visit, or a new one."""
    return place.visit or begin_visit(place.now)


def read_words(place: Place, typed: str) -> MaskedText:
    """What somebody has written, as it may be kept. Raises `MaskingFailed`, and 400 for too much of it."""
    if len(typed) > MOST_WORDS:
        raise HTTPException(400)
    if not typed.strip():
        return MaskedText("")
    return mask(
        RawText(typed.strip()),
        keys=place.given.keys,
        language=place.language,
        allowed=place.brand.allowed,
        denied=place.brand.denied,
    ).text


def new_once() -> str:
    """What makes a form that is sent twice one request."""
    return str(uuid4())


def read_once(place: Place, typed: str) -> UUID:
    """The id of the request that this very form makes: only whoever has the form can have it."""
    return UUID(bytes=place.given.keys.token("rights once", typed.encode())[:16], version=4)


async def rules_of(connection: Connection, place: Place, person: PersonId | None) -> InForce:
    """The rules for a person, as far as it is known where they are."""
    declared, account = (None, None) if person is None else await read_places(connection, person)
    return find_rules(place.brand, declared=declared, account=account)


async def new_request(
    connection: Connection, place: Place, kind: Kind, *, person: PersonId | None, words: MaskedText | None = None
) -> NewRequest:
    """A request with its clock: that of the place where the person is, or the brand."""
    declared, account = (None, None) if person is None else await read_places(connection, person)
    term = find_term(read_own_book(), place.brand, place.now, kind=kind, declared=declared, account=account)
    return NewRequest(
        kind=kind,
        language=place.language,
        came_by="chat" if place.visit and ("chat" in dict(place.visit.people).values()) else "form",
        term=term,
        person=person,
        words=words or MaskedText(""),
    )


KINDS: Final[dict[Kind, str]] = {
    "access": mark("See or download data"),
    "portability": mark("See or download data"),
    "rectify": mark("Correct data"),
    "erase": mark("Delete data"),
    "restrict": mark("Restrict the use of data"),
    "object": mark("Object to the use of data"),
    "complaint": mark("Complaint about data"),
    "reklamacja": mark("Complaint about goods or services"),
    "question": mark("Message to the data protection officer"),
}


def name_kinds(place: Place, kinds: Sequence[Kind]) -> dict[Kind, str]:
    """Kinds of requests in words, in this order."""
    return {kind: place.speak.gettext(KINDS[kind]) for kind in kinds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A request as whoever sent it is told of it. One that repeats another is told as that one stands."""

    request: requests.Request
    leads: requests.Request
    title: str
    pin: str = field(repr=False)
    stage: Stage
    next: Next
    law: str
    question: Question | None  # that waits for an answer, so that the clock stands still
    erasure: Erasure | None
    backups_until: datetime | None
    told: Sequence[Notice]


async def tell(connection: Connection, place: Place, id_: UUID) -> Told | None:
    """A request; None: there is none of this id, or it has had its time."""
    own = await requests.read_request(connection, id_)
    if own is None:
        return None
    leads = own
    if own.same_as is not None:
        leads = await requests.read_request(connection, own.same_as) or own
    stage = find_stage(state=leads.state, kind=leads.kind, verified=leads.verified_at is not None)
    erasure = await people.read_erasure_of(connection, leads.id)
    questions = await requests.list_questions(connection, leads.id)
    return Told(
        request=own,
        leads=leads,
        title=place.speak.gettext(KINDS[own.kind]),
        pin=write_pin(place.given.keys, id_),
        stage=stage,
        next=find_next(stage, leads.last_day),
        law=tell_law(find_law(read_own_book(), leads.rule), place.speak),
        question=next((one for one in questions if one.answered_at is None), None),
        erasure=erasure,
        backups_until=None if erasure is None else erasure.at + BACKUPS,
        told=await list_of_request(connection, leads.id),
    )


async def read_contacts(connection: Connection, place: Place) -> dict[str, object]:
    """Whom one may turn to: the data protection officer, and the authority that the rules name."""
    return {
        "officer": await read_officer(connection),
        "authorities": sorted(find_rules(place.brand).policy.authorities),
    }

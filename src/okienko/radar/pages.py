"""The radar at the desk: what many ask about all at once, with a draft of an incident one click away.

Everybody at the desk may look; leads and administrators draft and dismiss. Works without JavaScript.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.brands.store import read_categories
from okienko.folding import fold
from okienko.radar import store
from okienko.radar.growth import Bar, draw
from okienko.radar.store import Group, Member
from okienko.radar.typical import order_typical
from okienko.radar.watch import ALIVE
from okienko.values import MaskedText, MessageId
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import LEADS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import page_language, render

Value = TypeVar("Value")

ADDRESS: Final = "/desk/radar"
SHOWN: Final = timedelta(days=7)
MOST_EXAMPLES: Final = 30  # that a draft is given
_MOST: Final = 500  # messages of a group that are looked at
_SEEN: Final = 6  # examples on the page, before more are asked for
_SHARE: Final = 0.8  # of the messages: if so many have one language, channel or category, it is said to concern them
_SAID: Final = {"dismissed": mark("It is dismissed. It is shown again when twice as many people ask about it.")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A message of a group, masked."""

    text: MaskedText
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A group with everything the page shows."""

    group: Group
    examples: Sequence[Example]  # each wording once, the most typical first
    messages: int
    step: timedelta
    bars: Sequence[Bar]
    languages: Sequence[str]  # whom an incident would concern; empty: everybody
    channels: Sequence[str]
    category: str | None
    alive: bool


def routes() -> list[Route]:
    """Everything under /desk/radar."""
    return [
        Route(ADDRESS, _show, methods=["GET"]),
        Route(ADDRESS, _dismiss, methods=["POST"]),
        Route(ADDRESS + "/mark", _mark, methods=["GET"]),
    ]


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    given = services(request)
    now = given.clock()
    brands, brand = await choose_brand(request, staff)
    shown: list[Shown] = []
    async with given.database.brand(brand.id) as connection:
        categories = await read_categories(connection)
        for group in await store.list_groups(connection, now - SHOWN):
            members = await store.list_members(connection, group.id, limit=_MOST)
            said = await store.read_words(connection, [member.left for member in members])
            if said:
                shown.append(_put_on_page(group, members, said, now))
    in_order = (*categories.values(), categories.get(page_language(request), {}))
    names = {slug: name for known in in_order for slug, name in known.items()}
    return render(
        request,
        "radar/radar.html",
        staff=staff,
        brands=brands,
        brand=brand,
        rising=[one for one in shown if one.alive and one.group.dismissed_at is None],
        earlier=[one for one in shown if not one.alive or one.group.dismissed_at is not None],
        names=names,
        senior=staff.roles[brand.id] in LEADS,
        said=_SAID.get(request.query_params.get("said", "")),
        seen=_SEEN,
        now=now,
    )


def _put_on_page(
    group: Group, members: Sequence[Member], said: Mapping[MessageId, store.Words], now: datetime
) -> Shown:
    read = [member for member in members if member.left.message in said]
    examples: dict[str, Example] = {}
    for member in read:
        text = said[member.left.message].message
        example = Example(text=text, reference=member.reference, at=member.left.at)
        examples.setdefault(" ".join(fold(text.text).split()), example)
    wordings = list(examples.values())
    times = [member.left.at for member in members]
    alive = now - group.last_at <= ALIVE
    step, bars = draw(times, began=group.began_at, until=now if alive else group.last_at)
    return Shown(
        group=group,
        examples=[wordings[n] for n in order_typical([example.text.text for example in wordings])],
        messages=len(members),
        step=step,
        bars=bars,
        languages=_list(_find_common([member.left.language for member in read])),
        channels=_list(_find_common([member.channel for member in read])),
        category=_find_common([member.category for member in read]),
        alive=alive,
    )


def _list(value: Value | None) -> list[Value]:
    return [] if value is None else [value]


def _find_common(values: Sequence[Value | None]) -> Value | None:
    """What nearly all have in common."""
    (value, count), *_ = Counter(values).most_common(1)
    return value if count >= _SHARE * len(values) else None


async def _dismiss(request: Request) -> Response:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    try:
        group = UUID(form.get("group", ""))
    except ValueError:
        raise HTTPException(400) from None
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        if await store.dismiss(connection, group, staff_id=staff.id, now=now):
            await audit.record(
                connection,
                "radar-dismissed",
                by=audit.staff(staff, brand.id),
                brand=brand.id,
                kind="radar-group",
                object=group,
                now=now,
            )
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'said': 'dismissed'})}", 303)


async def _mark(request: Request) -> Response:
    """How many groups rise in the brands of who asks, for the desk's navigation; nothing where none does."""
    staff = signed_in(request)
    given = services(request)
    now = given.clock()
    known = (await given.directory.read()).brands
    rising = 0
    for brand in known.keys() & staff.roles.keys():
        async with given.database.brand(brand) as connection:
            rising += await store.count_open(connection, now - ALIVE)
    return render(request, "radar/mark.html", rising=rising)

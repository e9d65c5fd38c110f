"""What somebody who has proved who they are may do: see, take along, correct, delete, restrict, object, withdraw.

Each of these is a request in the register, fulfilled at once. One browser may be several people in the database: each
chat makes one, and a code proves all of them by whose verified address it went to; then each is seen and done for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.audit.store import CUSTOMER, record
from okienko.consent import store as consent
from okienko.conversations.store import choices
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Connection
from okienko.identity import store as identity
from okienko.identity.codes import NotAnAddress, TooMany
from okienko.masking.kinds import ENTITIES, placeholder
from okienko.masking.mask import MaskingFailed, published
from okienko.rights import fulfil
from okienko.rights.package import Copy
from okienko.rights.page.view import (
    MOST_WORDS,
    Place,
    Told,
    current,
    find_place,
    go,
    new_request,
    read_contacts,
    read_own_form,
    read_words,
    rules_of,
    show,
    tell,
)
from okienko.rights.store import people, requests
from okienko.rights.store.askers import find_verified
from okienko.rights.store.people import Found
from okienko.rights.store.requests import Kind
from okienko.rights.vault import OtherKind
from okienko.rights.view import AUTHORS
from okienko.rights.visit import Act, Visit, Way, asks_for_code
from okienko.values import MaskedText, MessageId, PersonId, RawText

KIND_OF: Final[Mapping[Act, Kind]] = {
    "see": "access",
    "download": "access",
    "correct": "rectify",
    "erase": "erase",
    "restrict": "restrict",
    "object": "object",
}
ADDRESSES: Final[Mapping[Kind, str]] = {"access": "/see", "rectify": "/correct", "erase": "/erase"}
MOST_VALUE: Final = 500  # characters of a corrected value
PARTS: Final = ("conversation", "message", "attachment", "vault_item", "identity")  # that a page counts in words


def routes(base: str) -> list[Route]:
    """Everything that needs a proof."""
    return [
        Route(f"{base}/see", _see),
        Route(f"{base}/download", _download, methods=["POST"]),
        Route(f"{base}/correct", _correct, methods=["GET", "POST"]),
        Route(f"{base}/correct/other", _correct_other, methods=["POST"]),
        Route(f"{base}/erase", _erase, methods=["GET", "POST"]),
        Route(f"{base}/restrict", _restrict, methods=["POST"]),
        Route(f"{base}/resume", _resume, methods=["POST"]),
        Route(f"{base}/object", _object, methods=["POST"]),
        Route(f"{base}/object/back", _object_back, methods=["POST"]),
        Route(f"{base}/withdraw", _withdraw, methods=["POST"]),
        Route(f"{base}/prove", _prove, methods=["POST"]),
    ]


# who it is --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One of the people that a visitor is, as far as there is anything of theirs."""

    id: PersonId
    way: Way
    found: Found
    reachable: bool  # a code can be sent to an address of theirs that was verified

    def needs_code(self, act: Act) -> bool:
        """Whether the visit's proof is not enough for this."""
        return asks_for_code(act, self.way, elsewhere=len(self.found.references) > 1, reachable=self.reachable)


async def _read_own(connection: Connection, place: Place) -> list[Own]:
    """The people of the visit who are still there."""
    own: list[Own] = []
    for person, way in place.visit.people if place.visit else ():
        for found in await people.find_people(connection, person=person):
            verified = await find_verified(connection, person)
            own.append(Own(id=person, way=way, found=found, reachable=verified is not None and place.given.can_mail))
    return own


async def _require(place: Place) -> list[Own]:
    """Raises 303 to the beginning for whoever has proved nothing, or whose data are gone."""
    async with place.given.database.brand(place.brand.id) as connection:
        own = await _read_own(connection, place)
    if not own:
        raise HTTPException(303, headers={"Location": place.address})
    return own


async def take_up(
    connection: Connection, place: Place, person: PersonId, way: Way, kind: Kind, *, words: MaskedText | None = None
) -> UUID:
    """A proved request of this person's: the open one of this kind, or a new one."""
    new = await new_request(connection, place, kind, person=person, words=words)
    request = await requests.open_request(connection, new, now=place.now)
    await requests.acknowledge(connection, request, now=place.now)
    await requests.verify(connection, request, person, by=way, now=place.now)
    return request


# the page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A consent that somebody has given, with the words that they agreed to."""

    person: int  # its number among the visit's people
    purpose: str
    channel: str
    text: str = field(repr=False)
    at: datetime


async def home(place: Place, *, done: str | None = None, status: int = 200) -> Response:
    """All rights, what holds now, and the requests that were made."""
    async with place.given.database.brand(place.brand.id) as connection:
        own = await _read_own(connection, place)
        if not own:
            return go(place, leave=True)
        told: list[Told] = []
        consents: list[Given] = []
        for number, one in enumerate(own):
            for standing in await consent.read_now(connection, one.id):
                text = await consent.read_text_given(connection, one.id, standing.purpose, standing.channel)
                if text is not None:
                    consents.append(
                        Given(
                            person=number,
                            purpose=standing.purpose,
                            channel=standing.channel,
                            text=text.body,
                            at=standing.at,
                        )
                    )
            for request in await requests.list_of_person(connection, one.id, limit=20):
                known = await tell(connection, place, request.id)
                if known is not None and known.stage != "joined":
                    told.append(known)
        contacts = await read_contacts(connection, place)
    return show(
        place,
        "home",
        status=status,
        own=own,
        references=[reference for one in own for reference in one.found.references],
        restricted=all(one.found.restricted for one in own),
        objected=all(one.found.objected for one in own),
        consents=consents,
        told=told,
        done=done,
        addresses=ADDRESSES,
        by_chat=all(one.way == "chat" for one in own),
        **contacts,
    )


def _ask_for_code(place: Place, own: Sequence[Own], act: Act) -> Response | None:
    """The page that asks for a code first, where this proof is not enough."""
    if not any(one.needs_code(act) for one in own):
        return None
    return show(place, "prove", act=act, problem=None, can_mail=place.given.can_mail)


async def _prove(request: Request) -> Response:
    """The request is received, with its clock, and a code asked for; without codes a person finds out who asks."""
    place = await find_place(request)
    form = await read_own_form(place)
    own = await _require(place)
    act: Act | None = next((one for one in KIND_OF if one == form.get("act")), None)
    if act is None:
        raise HTTPException(400)
    asked_of = next((one for one in own if one.needs_code(act)), None)
    if asked_of is None:
        return go(place, ADDRESSES.get(KIND_OF[act], ""))
    challenge, problem = None, None
    async with place.given.database.brand(place.brand.id) as connection:
        new = await new_request(connection, place, KIND_OF[act], person=asked_of.id)
        opened = await requests.open_request(connection, new, now=place.now)
        await requests.acknowledge(connection, opened, now=place.now)
        if place.given.can_mail:
            try:
                challenge = await identity.ask(
                    connection,
                    place.given.keys,
                    typed=RawText(form.get("address", "")[:255]),
                    purpose="rights",
                    within=opened,
                    language=place.language,
                    now=place.now,
                )
            except NotAnAddress:
                problem = "address"
            except TooMany:
                problem = "many"
    if problem is not None:
        return show(place, "prove", status=400, act=act, problem=problem, can_mail=True)
    return go(place, "/receipt", visit=replace(current(place), requests=(opened,), challenge=challenge))


# seeing and taking along ------------------------------------------------------------------------------------------


async def _see(request: Request) -> Response:
    """Everything that is kept, to be read."""
    place = await find_place(request)
    own = await _require(place)
    if (code := _ask_for_code(place, own, "see")) is not None:
        return code
    copies: list[Copy] = []
    async with place.given.database.brand(place.brand.id, longest=LONGEST_WORK) as connection:
        for one in own:
            copy, _ = await fulfil.read_copy(connection, place.given.keys, place.brand, one.id, place.now)
            copies.append(copy)
            await record(
                connection,
                "data-exported",
                by=CUSTOMER,
                brand=place.brand.id,
                kind="person",
                object=one.id,
                detail={"shown": sum(len(table.rows) for table in copy.tables)},
                now=place.now,
            )
            opened = await requests.find_open(connection, one.id, "access")
            if opened is not None:
                await requests.verify(connection, opened, one.id, by=one.way, now=place.now)
                await requests.close(connection, opened, "fulfilled", now=place.now)
        processors = await consent.read_processors(connection)
    return show(
        place,
        "see",
        parts=[_arrange(copy, place) for copy in copies],
        processors=processors,
        authors={name: place.speak.gettext(text) for name, text in AUTHORS.items()},
        schema="/privacy/export.schema.json",
    )


def _arrange(copy: Copy, place: Place) -> dict[str, Any]:
    """One person's rows as the page shows them."""
    by_conversation: dict[str, list[Mapping[str, Any]]] = {}
    for message in sorted(copy.rows("message"), key=lambda row: str(row["id"])):
        by_conversation.setdefault(message["conversation_id"], []).append({**message, "at": _moment(message["at"])})
    return {
        "conversations": [
            {**row, "created_at": _moment(row["created_at"]), "messages": by_conversation.get(row["id"], [])}
            for row in sorted(copy.rows("conversation"), key=lambda row: str(row["created_at"]))
        ],
        "values": [
            {"word": placeholder(row["label"], row["number"], place.language), "value": row["sealed"]}
            for row in copy.rows("vault_item")
            if row["sealed"] is not None
        ],
        "contacts": [
            {"word": name_label(place, row["kind"]), "value": row["sealed"], "verified": row["verified_at"] is not None}
            for row in copy.rows("identity")
            if row["sealed"] is not None
        ],
        "files": [{**row, "created_at": _moment(row["created_at"])} for row in copy.rows("attachment")],
        "consents": [{**row, "at": _moment(row["at"])} for row in copy.rows("consent_event")],
        "others": sum(len(table.rows) for table in copy.tables),
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def name_label(place: Place, label: str) -> str:
    """What a value is, in a word."""
    label = {"email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER"}.get(label, label)
    return ENTITIES[label].word(place.language) if label in ENTITIES else label


async def _download(request: Request) -> Response:
    """A copy as a ZIP: a page to read, JSON with its schema, the files."""
    place = await find_place(request)
    form = await read_own_form(place)
    own = await _require(place)
    if (code := _ask_for_code(place, own, "download")) is not None:
        return code
    number = int(form["part"]) if form.get("part", "").isdecimal() else 0
    if number >= len(own):
        raise HTTPException(404)
    one = own[number]
    async with place.given.database.brand(place.brand.id) as connection:
        opened = await take_up(connection, place, one.id, one.way, "access")
    package = await fulfil.hand_over(
        place.given.database, place.given.keys, place.brand, opened, by=CUSTOMER, clock=place.given.clock
    )
    name = f"{place.brand.slug}-{number + 1}.zip"
    return Response(
        package,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


# correcting -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value that may be put right."""

    person: int
    table: str
    row: str
    word: str
    value: str = field(repr=False)
    verified: bool


async def _read_fields(connection: Connection, place: Place, own: Sequence[Own]) -> list[Field]:
    fields: list[Field] = []
    for number, one in enumerate(own):
        copy, _ = await fulfil.read_copy(connection, place.given.keys, place.brand, one.id, place.now)
        for table, name in (("identity", "kind"), ("vault_item", "label")):
            fields += [
                Field(
                    person=number,
                    table=table,
                    row=row["id"],
                    word=name_label(place, row[name]),
                    value=row["sealed"],
                    verified=row.get("verified_at") is not None,
                )
                for row in copy.rows(table)
                if row["sealed"] is not None and row[name] != "external"
            ]
    return fields


async def _correct(request: Request) -> Response:
    """Sealed values, each with a field for the right one."""
    place = await find_place(request)
    form = await read_own_form(place) if request.method == "POST" else {}
    own = await _require(place)
    if (code := _ask_for_code(place, own, "correct")) is not None:
        return code
    done, wrong = None, None
    if form:
        wrong = await _put_right(place, own, form)
        done = "corrected" if wrong is None else None
    async with place.given.database.brand(place.brand.id) as connection:
        fields = await _read_fields(connection, place, own)
    return show(
        place,
        "correct",
        status=400 if wrong else 200,
        fields=fields,
        done=done,
        wrong=wrong,
        row=form.get("row"),
        most=MOST_WORDS,
        most_value=MOST_VALUE,
    )


async def _put_right(place: Place, own: Sequence[Own], form: Mapping[str, str]) -> str | None:
    """Why it was not done; None: it was."""
    number, value = form.get("part", ""), form.get("value", "")
    try:
        row = UUID(form.get("row", ""))
    except ValueError:
        raise HTTPException(400) from None
    if not number.isdecimal() or int(number) >= len(own) or len(value) > MOST_VALUE:
        raise HTTPException(400)
    one = own[int(number)]
    async with place.given.database.brand(place.brand.id) as connection:
        opened = await take_up(connection, place, one.id, one.way, "rectify")
    try:
        there = await fulfil.rectify(
            place.given.database,
            place.given.keys,
            place.brand.id,
            opened,
            table=form.get("table", ""),
            row=row,
            value=RawText(value),
            by=CUSTOMER,
            clock=place.given.clock,
        )
    except OtherKind:
        return "kind"
    except psycopg.errors.UniqueViolation:
        return "there"
    async with place.given.database.brand(place.brand.id) as connection:
        asked = await requests.read_request(connection, opened)
        if asked is not None and not asked.words:  # words beside it are for a person to answer
            await requests.close(connection, opened, "fulfilled" if there else "withdrawn", now=place.now)
    return None if there else "gone"


async def _correct_other(request: Request) -> Response:
    """What no field is for: a person puts it right."""
    place = await find_place(request)
    form = await read_own_form(place)
    own = await _require(place)
    try:
        words = read_words(place, form.get("words", ""))
    except MaskingFailed:
        raise HTTPException(400) from None
    if not words.text:
        return go(place, "/correct")
    async with place.given.database.brand(place.brand.id) as connection:
        opened = await take_up(connection, place, own[0].id, own[0].way, "rectify", words=words)
    return go(place, "/receipt", visit=replace(current(place), requests=(opened,), challenge=None))


# deleting ---------------------------------------------------------------------------------------------------------


async def _erase(request: Request) -> Response:
    """What goes, what stays and why; asked once more; then it is done, and the receipt is shown."""
    place = await find_place(request)
    form = await read_own_form(place) if request.method == "POST" else {}
    own = await _require(place)
    if (code := _ask_for_code(place, own, "erase")) is not None:
        return code
    if form.get("sure") == "yes":
        return await _do_erase(place, own)
    counted: dict[str, int] = dict.fromkeys(PARTS, 0)
    async with place.given.database.brand(place.brand.id) as connection:
        for one in own:
            for table, count in (await fulfil.count_kept(connection, one.id)).items():
                if table in counted:
                    counted[table] += count
        processors = await consent.read_processors(connection)
    return show(
        place,
        "erase",
        counted=counted,
        held=any(one.found.held for one in own),
        all_held=all(one.found.held for one in own),
        processors=processors,
        sure=request.method == "POST",
        letter=any(one.reachable for one in own),
    )


async def _do_erase(place: Place, own: Sequence[Own]) -> Response:
    made: list[UUID] = []
    kept: list[PersonId] = []
    for one in own:
        async with place.given.database.brand(place.brand.id) as connection:
            opened = await take_up(connection, place, one.id, one.way, "erase")
        made.append(opened)
        try:
            await fulfil.erase(
                place.given.database,
                place.brand.id,
                opened,
                ledger=place.given.settings.ledger,
                by=CUSTOMER,
                clock=place.given.clock,
                pause=asyncio.sleep,
                live=place.given.live,
                letters=place.given.keys if place.given.can_mail else None,
            )
        except (fulfil.Held, fulfil.StillSending):
            kept.append(one.id)  # the request stays open: a person says why, and when it ends
    visit = current(place)
    left = tuple(one for one in visit.people if one[0] in kept)
    after = Visit(until=visit.until, people=left, requests=tuple(made))
    return go(place, "/receipt", visit=after)


# restricting, objecting -------------------------------------------------------------------------------------------


async def do_at_once(place: Place, kind: Kind, who: Collection[PersonId], way: Way = "code") -> None:
    """Fulfils what needs no further word: a restriction, an objection."""
    if kind not in {"restrict", "object"}:
        return
    for person in who:
        async with place.given.database.brand(place.brand.id) as connection:
            opened = await take_up(connection, place, person, way, kind)
        act = fulfil.restrict if kind == "restrict" else fulfil.take_objection
        await act(place.given.database, place.brand.id, opened, by=CUSTOMER, clock=place.given.clock)


async def _restrict(request: Request) -> Response:
    """Kept, and not used, from now on."""
    place = await find_place(request)
    await read_own_form(place)
    for one in await _require(place):
        await do_at_once(place, "restrict", [one.id], one.way)
    return await home(place, done="restricted")


async def _resume(request: Request) -> Response:
    """Their own restriction is over, at their own word."""
    place = await find_place(request)
    await read_own_form(place)
    for one in await _require(place):
        if one.found.restricted:
            await fulfil.resume(place.given.database, place.brand.id, one.id, by=CUSTOMER, clock=place.given.clock)
    return await home(place, done="resumed")


async def _object(request: Request) -> Response:
    """What they write serves nothing but answering them."""
    place = await find_place(request)
    await read_own_form(place)
    for one in await _require(place):
        await do_at_once(place, "object", [one.id], one.way)
    return await home(place, done="objected")


async def _object_back(request: Request) -> Response:
    """The objection is taken back."""
    place = await find_place(request)
    await read_own_form(place)
    for one in await _require(place):
        await fulfil.drop_objection(place.given.database, place.brand.id, one.id, by=CUSTOMER, clock=place.given.clock)
    return await home(place, done="unobjected")


async def _withdraw(request: Request) -> Response:
    """A consent is taken back: one press, as giving it was. From the commit on nothing happens on its ground."""
    place = await find_place(request)
    form = await read_own_form(place)
    own = await _require(place)
    number, purpose, channel = form.get("part", ""), form.get("purpose", ""), form.get("channel", "")
    if not number.isdecimal() or int(number) >= len(own):
        raise HTTPException(400)
    person = own[int(number)].id
    said = place.speak.gettext("Consent withdrawn: nothing more is taken from this chat.")
    touched = []
    async with place.given.database.brand(place.brand.id) as connection:
        text = await consent.read_text_given(connection, person, purpose, channel)
        if text is None:
            return await home(place, done="withdrawn")
        await consent.add_event(
            connection,
            brand=place.brand.id,
            person=person,
            id=new_id(place.now),
            purpose=purpose,
            channel=channel,
            action="withdrawn",
            how="button",
            text=text,
            in_force=await rules_of(connection, place, person),
            now=place.now,
        )
        if purpose == consent.CHAT:
            touched = await choices.list_conversations(connection, person, channel)
            for conversation in touched:
                await choices.set_muted(connection, conversation, True)
                message = MessageId(new_id(place.now))
                await choices.tell(connection, conversation, message=message, text=published(said), now=place.now)
    with suppress(Exception):  # the windows look again by themselves
        await place.given.live.announce(place.brand.id, touched)
    return await home(place, done="withdrawn")

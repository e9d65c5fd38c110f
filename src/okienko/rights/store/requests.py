"""Requests of people about their data: a register with clocks. The database keeps its rules (see 0014_rights.sql).

A request is opened when it arrives, whoever it may be from; it is fulfilled only when we know whose data it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from okienko.conversations.store.threads import new_reference
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.values import Language, MaskedText, PersonId, StaffId

Kind = Literal["access", "portability", "rectify", "erase", "restrict", "object", "complaint"]
State = Literal["open", "fulfilled", "refused", "withdrawn"]
CameBy = Literal["chat", "form", "desk", "command"]
VerifiedBy = Literal["code", "desk", "operator"]
"""A code sent to an address that was verified before; somebody at the desk; the operator at the console."""
What = Literal["received", "verified", "extended", "fulfilled", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request as it arrives. `due_on` is its clock's first answer, `rule` the name of that clock and its policy."""

    kind: Kind
    language: Language
    came_by: CameBy
    rule: str
    due_on: date
    person: PersonId | None = None
    words: MaskedText = field(default=MaskedText(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request with its clock."""

    id: UUID
    reference: str
    kind: Kind
    state: State
    person: PersonId | None  # None: not known yet, or erased
    words: str = field(repr=False)  # masked
    language: Language
    came_by: CameBy
    rule: str
    received_at: datetime
    due_on: date
    extended_to: date | None
    extension_reason: str | None = field(repr=False)
    verified_at: datetime | None
    verified_by: VerifiedBy | None
    refusal: str | None = field(repr=False)
    closed_at: datetime | None

    @property
    def last_day(self) -> date:
        """The day by which it has to be answered, with its extension."""
        return self.extended_to or self.due_on


FIND_OPEN: Final = """
select id from rights_request
where brand_id = current_brand() and person_id = %(person)s::uuid and kind = %(kind)s::text and state = 'open'
order by received_at limit 1
"""
LOCK_PERSON: Final = """
select id from person where brand_id = current_brand() and id = %(person)s::uuid for no key update
"""
OPEN_REQUEST: Final = """
insert into rights_request
  (brand_id, id, reference, person_id, kind, words, language, came_by, rule, received_at, due_on)
values (current_brand(), %(id)s::uuid, %(reference)s::text, %(person)s::uuid, %(kind)s::text, %(words)s::text,
  %(language)s::text, %(came_by)s::text, %(rule)s::text, %(now)s::timestamptz, %(due)s::date)
on conflict (brand_id, reference) do nothing
"""
ADD_EVENT: Final = """
insert into rights_event (brand_id, request_id, id, what, staff_id, at)
values (current_brand(), %(request)s::uuid, %(id)s::uuid, %(what)s::text, %(staff)s::uuid, %(now)s::timestamptz)
"""


async def open_request(connection: Connection, new: NewRequest, *, staff: StaffId | None = None, now: datetime) -> UUID:
    """Writes a request down, with the clock running from `now`; its id.

    Asked twice, a person known has one request of a kind: the first, with the first one's clock.
    """
    values = {"person": new.person, "kind": new.kind}
    if new.person is not None:
        await connection.execute(LOCK_PERSON, values)
        known = await (await connection.execute(FIND_OPEN, values)).fetchone()
        if known is not None:
            return known[0]
    request = new_id(now)
    values |= {
        "id": request,
        "words": new.words.text,
        "language": new.language,
        "came_by": new.came_by,
        "rule": new.rule,
        "due": new.due_on,
        "now": now,
    }
    while (await connection.execute(OPEN_REQUEST, {**values, "reference": new_reference()})).rowcount == 0:
        pass  # the reference was taken: draw another
    await _add_event(connection, request, "received", staff, now)
    return request


VERIFY: Final = """
update rights_request set verified_at = %(now)s::timestamptz, verified_by = %(by)s::text, person_id = %(person)s::uuid
where brand_id = current_brand() and id = %(id)s::uuid and state = 'open' and verified_at is null
  and (person_id is null or person_id = %(person)s::uuid)
"""


async def verify(
    connection: Connection,
    request: UUID,
    person: PersonId,
    *,
    by: VerifiedBy,
    staff: StaffId | None = None,
    now: datetime,
) -> bool:
    """Whoever asks is this person. False: the request is closed, was verified, or is about somebody else.

    By a code to an address that was verified before, never to one that the request itself brings.
    """
    values = {"id": request, "person": person, "by": by, "now": now}
    if (await connection.execute(VERIFY, values)).rowcount == 0:
        return False
    await _add_event(connection, request, "verified", staff, now)
    return True


EXTEND: Final = """
update rights_request set extended_to = %(to)s::date, extension_reason = %(reason)s::text,
  extended_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(id)s::uuid and state = 'open' and extended_to is null
"""


async def extend(
    connection: Connection, request: UUID, *, to: date, reason: MaskedText, staff: StaffId | None, now: datetime
) -> bool:
    """More time, once. False: it is closed or was extended. Raises `psycopg.errors.CheckViolation` when the first term
    is over, or there is no reason. Tell the person now: the law wants them told within the first term.
    """
    values = {"id": request, "to": to, "reason": reason.text, "now": now}
    if (await connection.execute(EXTEND, values)).rowcount == 0:
        return False
    await _add_event(connection, request, "extended", staff, now)
    return True


CLOSE: Final = """
update rights_request set state = %(state)s::text, refusal = %(refusal)s::text, digest = %(digest)s::bytea,
  closed_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(id)s::uuid and state = 'open'
"""


async def close(
    connection: Connection,
    request: UUID,
    state: Literal["fulfilled", "refused", "withdrawn"],
    *,
    refusal: MaskedText | None = None,
    digest: bytes | None = None,
    staff: StaffId | None = None,
    now: datetime,
) -> bool:
    """The end of a request; False when it had ended. `digest`: SHA-256 of what was handed over.

    Raises `psycopg.errors.CheckViolation` for one that is fulfilled and was not verified, or refused without a reason.
    """
    text = None if refusal is None else refusal.text
    values = {"id": request, "state": state, "refusal": text, "digest": digest, "now": now}
    if (await connection.execute(CLOSE, values)).rowcount == 0:
        return False
    await _add_event(connection, request, state, staff, now)
    return True


async def _add_event(connection: Connection, request: UUID, what: What, staff: StaffId | None, now: datetime) -> None:
    values = {"request": request, "id": new_id(now), "what": what, "staff": staff, "now": now}
    await connection.execute(ADD_EVENT, values)


_REQUEST: Final = """
select id, reference, kind, state, person_id, words, language, came_by, rule, received_at, due_on, extended_to,
  extension_reason, verified_at, verified_by, refusal, closed_at
from rights_request where brand_id = current_brand()
"""
READ_REQUEST: Final = _REQUEST + "and id = %(id)s::uuid"
LIST_OPEN: Final = (
    _REQUEST + "and state = 'open' order by coalesce(extended_to, due_on), received_at limit %(limit)s::integer"
)
LIST_CLOSED: Final = _REQUEST + "and state <> 'open' order by closed_at desc limit %(limit)s::integer"
LIST_OF_PERSON: Final = _REQUEST + "and person_id = %(person)s::uuid order by received_at desc limit %(limit)s::integer"
READ_BY_REFERENCE: Final = """
select id from rights_request where brand_id = current_brand() and reference = %(reference)s::text
"""


async def read_request(connection: Connection, request: UUID) -> Request | None:
    """One request."""
    row = await (await connection.execute(READ_REQUEST, {"id": request})).fetchone()
    return None if row is None else _read(row)


async def find_request(connection: Connection, reference: str) -> UUID | None:
    """The request of this reference."""
    row = await (await connection.execute(READ_BY_REFERENCE, {"reference": reference})).fetchone()
    return row[0] if row else None


async def list_open(connection: Connection, *, limit: int = 500) -> list[Request]:
    """Open requests, the one that is due first at the top."""
    return [_read(row) for row in await (await connection.execute(LIST_OPEN, {"limit": limit})).fetchall()]


async def list_closed(connection: Connection, *, limit: int = 500) -> list[Request]:
    """What has been answered, the latest first."""
    return [_read(row) for row in await (await connection.execute(LIST_CLOSED, {"limit": limit})).fetchall()]


async def list_of_person(connection: Connection, person: PersonId, *, limit: int = 100) -> list[Request]:
    """What somebody has asked for, the latest first."""
    values = {"person": person, "limit": limit}
    return [_read(row) for row in await (await connection.execute(LIST_OF_PERSON, values)).fetchall()]


READ_EVENTS: Final = """
select what, staff_id, at from rights_event
where brand_id = current_brand() and request_id = %(id)s::uuid order by id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What was done about a request, and by whom; None: not by anybody at the desk."""

    what: What
    staff: StaffId | None
    at: datetime


async def read_events(connection: Connection, request: UUID) -> list[Event]:
    """What was done about a request, in order."""
    rows = await (await connection.execute(READ_EVENTS, {"id": request})).fetchall()
    return [Event(what=what, staff=staff, at=at) for what, staff, at in rows]


def _read(row: tuple[Any, ...]) -> Request:
    (
        id_,
        reference,
        kind,
        state,
        person,
        words,
        language,
        came_by,
        rule,
        received_at,
        due_on,
        extended_to,
        extension_reason,
        verified_at,
        verified_by,
        refusal,
        closed_at,
    ) = row
    return Request(
        id=id_,
        reference=reference,
        kind=kind,
        state=state,
        person=person,
        words=words,
        language=language,
        came_by=came_by,
        rule=rule,
        received_at=received_at,
        due_on=due_on,
        extended_to=extended_to,
        extension_reason=extension_reason,
        verified_at=verified_at,
        verified_by=verified_by,
        refusal=refusal,
        closed_at=closed_at,
    )

"""Requests of people about their data: a register with clocks. The database keeps its rules (see 0014_rights.sql).

A request is opened when it arrives, whoever it may be from; it is fulfilled only when we know whose data it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from okienko.conversations.store.threads import new_reference
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.policy.store import record_policy
from okienko.rights.clocks import Term
from okienko.rights.steps import ANYBODYS
from okienko.values import Language, MaskedText, PersonId, StaffId

Kind = Literal["access", "portability", "rectify", "erase", "restrict", "object", "complaint", "reklamacja", "question"]
"""`reklamacja`: a consumer's complaint about goods or services; `question`: to the data protection officer."""
State = Literal["open", "fulfilled", "refused", "withdrawn", "joined"]
CameBy = Literal["chat", "form", "desk", "command"]
VerifiedBy = Literal["code", "chat", "desk", "operator"]
"""A code sent to an address that was verified before; the key of the one conversation that the person has; somebody at
the desk; the operator at the console."""
What = Literal["received", "acknowledged", "verified", "extended", "joined", "fulfilled", "refused", "withdrawn"]
SOON: Final = timedelta(days=7)  # what is due within a week is looked at first
TO_ANSWER: Final = timedelta(days=7)  # after a request's end its answer can still be sent to the address it came with


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request as it arrives, with its clock: `clocks.find_term`."""

    kind: Kind
    language: Language
    came_by: CameBy
    term: Term
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
    clock_stops: bool  # their law lets it stand still while they are asked what they mean
    stands_since: datetime | None  # they were asked, and have not answered
    moved_to: date | None  # the last day after the time that it stood still
    verified_at: datetime | None
    verified_by: VerifiedBy | None
    refusal: str | None = field(repr=False)
    closed_at: datetime | None
    same_as: UUID | None  # the request that this one repeats
    outcome: str | None = field(repr=False)  # what the person was told at the end, masked
    acknowledge_by: date | None  # until when the law wants them to hear that it is here
    acknowledged_at: datetime | None
    warn_on: date | None  # the first day on which whoever answers is reminded

    @property
    def last_day(self) -> date:
        """The day by which it has to be answered, with its extension and the time that it stood still."""
        return max(day for day in (self.due_on, self.extended_to, self.moved_to) if day is not None)


FIND_OPEN: Final = """
select id from rights_request
where brand_id = current_brand() and person_id = %(person)s::uuid and kind = %(kind)s::text and state = 'open'
  and id is distinct from %(but)s::uuid
order by received_at, id limit 1
"""
LOCK_PERSON: Final = """
select id from person where brand_id = current_brand() and id = %(person)s::uuid for no key update
"""
OPEN_REQUEST: Final = """
insert into rights_request
  (brand_id, id, reference, person_id, kind, words, language, came_by, rule, policy_hash, clock_stops, received_at,
  due_on, acknowledge_by, warn_on)
values (current_brand(), %(id)s::uuid, %(reference)s::text, %(person)s::uuid, %(kind)s::text, %(words)s::text,
  %(language)s::text, %(came_by)s::text, %(rule)s::text, %(hash)s::bytea, %(stops)s::boolean, %(now)s::timestamptz,
  %(due)s::date, %(acknowledge_by)s::date, %(warn_on)s::date)
on conflict (brand_id, reference) do nothing
"""
ADD_EVENT: Final = """
insert into rights_event (brand_id, request_id, id, what, staff_id, at)
values (current_brand(), %(request)s::uuid, %(id)s::uuid, %(what)s::text, %(staff)s::uuid, %(now)s::timestamptz)
"""


async def open_request(
    connection: Connection,
    new: NewRequest,
    *,
    id: UUID | None = None,  # noqa: A002 - the column's name
    staff: StaffId | None = None,
    now: datetime,
) -> UUID:
    """Writes a request down, with the clock running from `now` and the rules that set it; its id.

    Asked twice, a person known has one request of a kind: the first, with the first one's clock. What they wrote the
    second time is kept beside it, in a request of its own that is joined to the first. Each complaint and each question
    is another one. `id`: of the form that it came with; a form that comes twice is one request.
    """
    values: dict[str, object] = {"person": new.person, "kind": new.kind, "but": None}
    leads: UUID | None = None
    if id is not None and await read_request(connection, id) is not None:
        return id
    if new.person is not None and new.kind not in ANYBODYS:
        await connection.execute(LOCK_PERSON, values)
        known = await (await connection.execute(FIND_OPEN, values)).fetchone()
        if known is not None:
            leads = known[0]
            if not new.words.text:
                return known[0]
    request = id or new_id(now)
    values |= {
        "id": request,
        "words": new.words.text,
        "language": new.language,
        "came_by": new.came_by,
        "rule": new.term.rule,
        "hash": await record_policy(connection, new.term.in_force, now),
        "stops": new.term.stops,
        "due": new.term.due_on,
        "acknowledge_by": new.term.acknowledge_by,
        "warn_on": new.term.warn_on,
        "now": now,
        "person": None if leads is not None else new.person,  # one open request of a kind is a person's
    }
    while (await connection.execute(OPEN_REQUEST, {**values, "reference": new_reference()})).rowcount == 0:
        pass  # the reference was taken: draw another
    await _add_event(connection, request, "received", staff, now)
    if leads is None:
        return request
    await _join(connection, request, leads, new.person, staff=staff, now=now)
    return leads


ACKNOWLEDGE: Final = """
update rights_request set acknowledged_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(id)s::uuid and acknowledged_at is null
"""


async def acknowledge(connection: Connection, request: UUID, *, staff: StaffId | None = None, now: datetime) -> bool:
    """Whoever asked has heard that their request is here: the page that follows says so. False: they had before."""
    if (await connection.execute(ACKNOWLEDGE, {"id": request, "now": now})).rowcount == 0:
        return False
    await _add_event(connection, request, "acknowledged", staff, now)
    return True


JOIN: Final = """
update rights_request set state = 'joined', same_as = %(leads)s::uuid, closed_at = %(now)s::timestamptz,
  person_id = coalesce(person_id, %(person)s::uuid)
where brand_id = current_brand() and id = %(id)s::uuid and state = 'open'
"""
LEAD_ON: Final = """
update rights_request set same_as = %(leads)s::uuid where brand_id = current_brand() and same_as = %(id)s::uuid
"""


async def join(
    connection: Connection, request: UUID, leads: UUID, *, staff: StaffId | None = None, now: datetime
) -> bool:
    """The first repeats the second, and becomes what that one becomes. False: one of them is closed, they are of
    different kinds or about different people, or the first has the earlier clock.
    """
    one, other = await read_request(connection, request), await read_request(connection, leads)
    if one is None or other is None or one.id == other.id or (one.state, other.state) != ("open", "open"):
        return False
    if one.kind != other.kind or (one.received_at, one.id) < (other.received_at, other.id):
        return False
    if one.person is not None and one.person != other.person:
        return False
    await _join(connection, request, leads, one.person, staff=staff, now=now)
    return True


async def _join(
    connection: Connection, request: UUID, leads: UUID, person: PersonId | None, *, staff: StaffId | None, now: datetime
) -> None:
    values = {"id": request, "leads": leads, "person": person, "now": now}
    if (await connection.execute(JOIN, values)).rowcount:
        await connection.execute(LEAD_ON, values)  # what repeated the one repeats the other now
        await _add_event(connection, request, "joined", staff, now)


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

    By a code to an address that was verified before, never to one that the request itself brings. One that was joined
    to another verifies that one, so that a repeat is never in the way. Where the person has another open request of
    this kind, the two are one from here on: the earlier, whose clock is the shorter, and it is verified.
    """
    await connection.execute(LOCK_PERSON, {"person": person})
    asked = await read_request(connection, request)
    if asked is None or asked.person not in (None, person):
        return False
    if asked.same_as is not None:
        return await verify(connection, asked.same_as, person, by=by, staff=staff, now=now)
    if asked.state != "open" or asked.verified_at is not None:
        return False
    other = None
    if asked.kind not in ANYBODYS:
        values = {"person": person, "kind": asked.kind, "but": request}
        row = await (await connection.execute(FIND_OPEN, values)).fetchone()
        other = None if row is None else await read_request(connection, row[0])
    if other is not None and (other.received_at, other.id) < (asked.received_at, asked.id):
        await _join(connection, request, other.id, person, staff=staff, now=now)
        await verify(connection, other.id, person, by=by, staff=staff, now=now)
        return True
    if other is not None:
        await _join(connection, other.id, request, person, staff=staff, now=now)
    await connection.execute(VERIFY, {"id": request, "person": person, "by": by, "now": now})
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


# asking back -------------------------------------------------------------------------------------------------------

ASK: Final = """
insert into rights_question (brand_id, request_id, id, words, asked_by, asked_at)
select current_brand(), %(request)s::uuid, %(id)s::uuid, %(words)s::text, %(staff)s::uuid, %(now)s::timestamptz
where not exists (
  select from rights_question
  where brand_id = current_brand() and request_id = %(request)s::uuid and answered_at is null)
"""
ANSWER: Final = """
update rights_question set answered_at = %(now)s::timestamptz, due_on = %(due)s::date
where brand_id = current_brand() and request_id = %(request)s::uuid and answered_at is null
"""
LIST_QUESTIONS: Final = """
select words, asked_at, answered_at, due_on from rights_question
where brand_id = current_brand() and request_id = %(request)s::uuid order by asked_at, id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody was asked about their request; with the answer the clock runs on."""

    words: str = field(repr=False)  # masked
    asked_at: datetime
    answered_at: datetime | None
    due_on: date | None  # the last day, as the answer has moved it


async def ask(connection: Connection, request: UUID, words: MaskedText, *, staff: StaffId, now: datetime) -> bool:
    """Asks what somebody means; until they answer, the clock stands still. False: a question is open already.

    Raises `psycopg.DatabaseError` (OK010) where the law of the request's place does not let it stand still, or when the
    request is closed, and `psycopg.errors.CheckViolation` for fewer than ten characters.
    """
    values = {"request": request, "id": new_id(now), "words": words.text, "staff": staff, "now": now}
    return (await connection.execute(ASK, values)).rowcount == 1


async def answer(connection: Connection, request: UUID, *, due_on: date, now: datetime) -> bool:
    """The person has answered: the clock runs on, to `due_on` (`clocks.find_moved`). False: nothing was asked."""
    return (await connection.execute(ANSWER, {"request": request, "due": due_on, "now": now})).rowcount == 1


async def list_questions(connection: Connection, request: UUID) -> list[Question]:
    """What was asked about a request, in order."""
    rows = await (await connection.execute(LIST_QUESTIONS, {"request": request})).fetchall()
    return [
        Question(words=words, asked_at=asked_at, answered_at=answered_at, due_on=due_on)
        for words, asked_at, answered_at, due_on in rows
    ]


# the end -----------------------------------------------------------------------------------------------------------

CLOSE: Final = """
update rights_request set state = %(state)s::text, refusal = %(refusal)s::text, digest = %(digest)s::bytea,
  outcome = %(outcome)s::text, closed_at = %(now)s::timestamptz, decided_by = %(staff)s::uuid
where brand_id = current_brand() and id = %(id)s::uuid and state = 'open'
"""


END_ASKER: Final = """
update rights_asker set expires_at = %(until)s::timestamptz
where brand_id = current_brand() and request_id = %(id)s::uuid and expires_at is null
"""


async def close(
    connection: Connection,
    request: UUID,
    state: Literal["fulfilled", "refused", "withdrawn"],
    *,
    refusal: MaskedText | None = None,
    outcome: MaskedText | None = None,
    digest: bytes | None = None,
    staff: StaffId | None = None,
    now: datetime,
) -> bool:
    """The end of a request; False when it had ended. `digest`: SHA-256 of what was handed over. `outcome`: what the
    person is told; a complaint or a question has none but with it. An address that came with the request goes a week
    later.

    Raises `psycopg.errors.CheckViolation` for one that is fulfilled and was not verified, for a complaint that is
    answered without a word, or one refused without a reason or by nobody at the desk: no program refuses.
    """
    text = None if refusal is None else refusal.text
    said = None if outcome is None else outcome.text
    values = {"id": request, "state": state, "refusal": text, "outcome": said, "digest": digest, "staff": staff}
    if (await connection.execute(CLOSE, {**values, "now": now})).rowcount == 0:
        return False
    await connection.execute(END_ASKER, {"id": request, "until": now + TO_ANSWER})
    await _add_event(connection, request, state, staff, now)
    return True


async def _add_event(connection: Connection, request: UUID, what: What, staff: StaffId | None, now: datetime) -> None:
    values = {"request": request, "id": new_id(now), "what": what, "staff": staff, "now": now}
    await connection.execute(ADD_EVENT, values)


_REQUEST: Final = """
select r.id, r.reference, r.kind, r.state, r.person_id, r.words, r.language, r.came_by, r.rule, r.received_at, r.due_on,
  r.extended_to, r.extension_reason, r.clock_stops, q.stands_since, q.moved_to, r.verified_at, r.verified_by, r.refusal,
  r.closed_at, r.same_as, r.outcome, r.acknowledge_by, r.acknowledged_at, r.warn_on
from rights_request r
left join lateral (
  select max(asked_at) filter (where answered_at is null) as stands_since, max(due_on) as moved_to
  from rights_question where brand_id = r.brand_id and request_id = r.id
) q on true
where r.brand_id = current_brand()
"""
READ_REQUEST: Final = _REQUEST + "and r.id = %(id)s::uuid"
LIST_OPEN: Final = (
    _REQUEST
    + "and r.state = 'open' order by q.stands_since is not null, greatest(r.due_on, r.extended_to, q.moved_to), "
    "r.received_at limit %(limit)s::integer"
)
LIST_UNACKNOWLEDGED: Final = (
    _REQUEST + "and r.state = 'open' and r.acknowledge_by is not null and r.acknowledged_at is null "
    "order by r.acknowledge_by, r.received_at"
)
LIST_CLOSED: Final = _REQUEST + "and r.state <> 'open' order by r.closed_at desc limit %(limit)s::integer"
LIST_OF_PERSON: Final = (
    _REQUEST + "and r.person_id = %(person)s::uuid order by r.received_at desc limit %(limit)s::integer"
)
READ_BY_REFERENCE: Final = """
select id from rights_request where brand_id = current_brand() and reference = %(reference)s::text
"""


async def read_request(connection: Connection, request: UUID) -> Request | None:
    """One request."""
    row = await (await connection.execute(READ_REQUEST, {"id": request})).fetchone()
    return None if row is None else _read(row)


async def find_open(connection: Connection, person: PersonId, kind: Kind) -> UUID | None:
    """Somebody's open request of a kind."""
    values = {"person": person, "kind": kind, "but": None}
    row = await (await connection.execute(FIND_OPEN, values)).fetchone()
    return row[0] if row else None


async def find_request(connection: Connection, reference: str) -> UUID | None:
    """The request of this reference."""
    row = await (await connection.execute(READ_BY_REFERENCE, {"reference": reference})).fetchone()
    return row[0] if row else None


async def list_open(connection: Connection, *, limit: int = 500) -> list[Request]:
    """Open requests, the one that is due first at the top, those whose clock stands still last."""
    return [_read(row) for row in await (await connection.execute(LIST_OPEN, {"limit": limit})).fetchall()]


async def list_unacknowledged(connection: Connection) -> list[Request]:
    """Whose sender has not heard yet that it is here, where the law wants them told; the one that is due first."""
    return [_read(row) for row in await (await connection.execute(LIST_UNACKNOWLEDGED)).fetchall()]


async def list_closed(connection: Connection, *, limit: int = 500) -> list[Request]:
    """What has been answered, the latest first."""
    return [_read(row) for row in await (await connection.execute(LIST_CLOSED, {"limit": limit})).fetchall()]


COUNT_OPEN: Final = """
select count(*), count(*) filter (where q.open is null and d.day between %(today)s::date and %(soon)s::date),
  count(*) filter (where q.open is null and d.day < %(today)s::date)
from rights_request r
left join lateral (
  select max(asked_at) filter (where answered_at is null) as open, max(due_on) as moved_to from rights_question
  where brand_id = r.brand_id and request_id = r.id
) q on true
cross join lateral (select greatest(r.due_on, r.extended_to, q.moved_to) as day) d
where r.brand_id = current_brand() and r.state = 'open'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Open requests of a brand: all of them; of those whose clock runs, what is due within a week, and what is late."""

    open: int
    soon: int
    late: int


async def count_open(connection: Connection, today: date) -> Counted:
    """How many requests wait. `today`: the brand's day."""
    row = await (await connection.execute(COUNT_OPEN, {"today": today, "soon": today + SOON})).fetchone()
    return Counted(open=row[0], soon=row[1], late=row[2]) if row else Counted(open=0, soon=0, late=0)


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
        clock_stops,
        stands_since,
        moved_to,
        verified_at,
        verified_by,
        refusal,
        closed_at,
        same_as,
        outcome,
        acknowledge_by,
        acknowledged_at,
        warn_on,
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
        clock_stops=clock_stops,
        stands_since=stands_since,
        moved_to=moved_to,
        verified_at=verified_at,
        verified_by=verified_by,
        refusal=refusal,
        closed_at=closed_at,
        same_as=same_as,
        outcome=outcome,
        acknowledge_by=acknowledge_by,
        acknowledged_at=acknowledged_at,
        warn_on=warn_on,
    )

"""The tables of second steps: authenticator apps, passkeys, recovery codes, challenges, half sessions, what was done.

They belong to no brand: every function works in `database.shared()`, inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from uuid import UUID

from okienko.audit import store as audit
from okienko.database.pool import Connection
from okienko.staff.second.passkeys import NewPasskey
from okienko.values import StaffId

HALF: Final = timedelta(minutes=10)  # between the password and the second step
ANSWER: Final = timedelta(minutes=5)  # for a challenge

What = Literal[
    "passkey_added",
    "passkey_removed",
    "app_added",
    "app_removed",
    "codes_made",
    "code_used",
    "signed_out",
    "reset",
]

# What opens the account, or does not any more, stands in the audit log too.
_LOGGED: Final[frozenset[What]] = frozenset(get_args(What)) - {"signed_out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An authenticator app."""

    sealed: bytes = field(repr=False)  # the seed, under the operator's key
    last_step: int
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as the list of one's own shows it."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A passkey that somebody answers a challenge with."""

    id: UUID
    staff: StaffId
    passkey: NewPasskey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What somebody can prove themselves with, beside the password."""

    app: bool
    passkeys: int
    codes: int  # recovery codes that are left

    @property
    def any(self) -> bool:
        """Whether there is a second step. Recovery codes alone are none."""
        return self.app or self.passkeys > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One of somebody's sessions."""

    id: UUID
    browser: str
    created_at: datetime
    seen_at: datetime
    own: bool  # the one that asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was done to somebody's sign-in; `by` None: they themselves, or the operator for `reset`."""

    what: What
    by: str | None
    at: datetime


READ_WAYS: Final = """
select exists (select from staff_app where staff_id = %(staff)s::uuid),
       (select count(*) from staff_passkey where staff_id = %(staff)s::uuid),
       (select count(*) from staff_recovery where staff_id = %(staff)s::uuid and used_at is null)
"""


async def read_ways(connection: Connection, staff_id: StaffId) -> Ways:
    """What somebody has set up."""
    row = await (await connection.execute(READ_WAYS, {"staff": staff_id})).fetchone()
    app, passkeys, codes = row or (False, 0, 0)
    return Ways(app=app, passkeys=passkeys, codes=codes)


# between password and second step ------------------------------------------------------------------------------------

OPEN_HALF: Final = """
insert into staff_half_session (token, staff_id, expires_at)
values (%(token)s::bytea, %(staff)s::uuid, %(expires)s::timestamptz)
"""


async def open_half(connection: Connection, staff_id: StaffId, token_hash: bytes, now: datetime) -> None:
    """The password was right; the second step is owed. This opens nothing."""
    await connection.execute(OPEN_HALF, {"staff": staff_id, "token": token_hash, "expires": now + HALF})


READ_HALF: Final = """
select h.staff_id from staff_half_session h join staff s on s.id = h.staff_id
where h.token = %(token)s::bytea and h.expires_at > %(now)s::timestamptz and s.disabled_at is null
"""


async def read_half(connection: Connection, token_hash: bytes, now: datetime) -> StaffId | None:
    """Who owes the second step."""
    row = await (await connection.execute(READ_HALF, {"token": token_hash, "now": now})).fetchone()
    return StaffId(row[0]) if row else None


CLOSE_HALF: Final = "delete from staff_half_session where token = %(token)s::bytea"


async def close_half(connection: Connection, token_hash: bytes) -> None:
    """The second step was done, or given up."""
    await connection.execute(CLOSE_HALF, {"token": token_hash})


# challenges ----------------------------------------------------------------------------------------------------------

KEEP_CHALLENGE: Final = """
insert into staff_challenge (challenge, bound, expires_at)
values (%(challenge)s::bytea, %(bound)s::bytea, %(expires)s::timestamptz)
"""


async def keep_challenge(connection: Connection, challenge: bytes, bound: bytes, now: datetime) -> None:
    """A question that a passkey is asked. `bound` says for what, and whom: an answer for something else is none."""
    await connection.execute(KEEP_CHALLENGE, {"challenge": challenge, "bound": bound, "expires": now + ANSWER})


USE_CHALLENGE: Final = """
delete from staff_challenge
where challenge = %(challenge)s::bytea and bound = %(bound)s::bytea and expires_at > %(now)s::timestamptz
"""


async def use_challenge(connection: Connection, challenge: bytes, bound: bytes, now: datetime) -> bool:
    """Whether we have asked this, for this, within five minutes, and nobody has answered it yet."""
    values = {"challenge": challenge, "bound": bound, "now": now}
    return (await connection.execute(USE_CHALLENGE, values)).rowcount == 1


# passkeys ------------------------------------------------------------------------------------------------------------

LIST_PASSKEYS: Final = """
select id, name, created_at, used_at from staff_passkey where staff_id = %(staff)s::uuid order by created_at, id
"""


async def list_passkeys(connection: Connection, staff_id: StaffId) -> tuple[Passkey, ...]:
    """Somebody's passkeys, the oldest first."""
    rows = await (await connection.execute(LIST_PASSKEYS, {"staff": staff_id})).fetchall()
    return tuple(Passkey(id=id_, name=name, created_at=made, used_at=used) for id_, name, made, used in rows)


LIST_CREDENTIALS: Final = "select credential from staff_passkey where staff_id = %(staff)s::uuid order by created_at"


async def list_credentials(connection: Connection, staff_id: StaffId) -> list[bytes]:
    """By what browsers know them."""
    rows = await (await connection.execute(LIST_CREDENTIALS, {"staff": staff_id})).fetchall()
    return [bytes(credential) for (credential,) in rows]


FIND_PASSKEY: Final = """
select p.id, p.staff_id, p.public_key, p.counter from staff_passkey p join staff s on s.id = p.staff_id
where p.credential = %(credential)s::bytea and s.disabled_at is null for update of p
"""


async def find_passkey(connection: Connection, credential: bytes) -> Known | None:
    """Whose passkey this is; None also for an account that is closed. Two answers at once wait for each other."""
    row = await (await connection.execute(FIND_PASSKEY, {"credential": credential})).fetchone()
    if row is None:
        return None
    id_, staff_id, public_key, counter = row
    kept = NewPasskey(credential=credential, public_key=bytes(public_key), counter=counter)
    return Known(id=id_, staff=StaffId(staff_id), passkey=kept)


ADD_PASSKEY: Final = """
insert into staff_passkey (id, staff_id, credential, public_key, counter, name, created_at)
values (%(id)s::uuid, %(staff)s::uuid, %(credential)s::bytea, %(key)s::bytea, %(counter)s::bigint, %(name)s::text,
  %(now)s::timestamptz)
on conflict (credential) do nothing
"""


async def add_passkey(
    connection: Connection, staff_id: StaffId, passkey: NewPasskey, *, id_: UUID, name: str, now: datetime
) -> bool:
    """False when this very passkey is somebody's already."""
    values = {
        "id": id_,
        "staff": staff_id,
        "credential": passkey.credential,
        "key": passkey.public_key,
        "counter": passkey.counter,
        "name": name,
        "now": now,
    }
    return (await connection.execute(ADD_PASSKEY, values)).rowcount == 1


USE_PASSKEY: Final = """
update staff_passkey set counter = %(counter)s::bigint, used_at = %(now)s::timestamptz where id = %(id)s::uuid
"""


async def use_passkey(connection: Connection, id_: UUID, counter: int, now: datetime) -> None:
    """It has answered; its counter now."""
    await connection.execute(USE_PASSKEY, {"id": id_, "counter": counter, "now": now})


REMOVE_PASSKEY: Final = "delete from staff_passkey where id = %(id)s::uuid and staff_id = %(staff)s::uuid"


async def remove_passkey(connection: Connection, staff_id: StaffId, id_: UUID) -> bool:
    """False when it is not theirs, or gone."""
    return (await connection.execute(REMOVE_PASSKEY, {"id": id_, "staff": staff_id})).rowcount == 1


# the app -------------------------------------------------------------------------------------------------------------

READ_APP: Final = """
select sealed, last_step, created_at, used_at from staff_app where staff_id = %(staff)s::uuid
"""


async def read_app(connection: Connection, staff_id: StaffId) -> App | None:
    """Somebody's authenticator app."""
    row = await (await connection.execute(READ_APP, {"staff": staff_id})).fetchone()
    if row is None:
        return None
    sealed, last_step, created_at, used_at = row
    return App(sealed=bytes(sealed), last_step=last_step, created_at=created_at, used_at=used_at)


SET_APP: Final = """
insert into staff_app (staff_id, sealed, last_step, created_at)
values (%(staff)s::uuid, %(sealed)s::bytea, %(step)s::bigint, %(now)s::timestamptz)
on conflict (staff_id) do update
set sealed = excluded.sealed, last_step = excluded.last_step, created_at = excluded.created_at, used_at = null
"""


async def set_app(connection: Connection, staff_id: StaffId, *, sealed: bytes, step: int, now: datetime) -> None:
    """The app that has just shown the code of `step`; an earlier app's codes are worth nothing from now on."""
    await connection.execute(SET_APP, {"staff": staff_id, "sealed": sealed, "step": step, "now": now})


USE_STEP: Final = """
update staff_app set last_step = %(step)s::bigint, used_at = %(now)s::timestamptz
where staff_id = %(staff)s::uuid and last_step < %(step)s::bigint
"""


async def use_step(connection: Connection, staff_id: StaffId, step: int, now: datetime) -> bool:
    """Uses a code's step up. False when that was done before, also by somebody at the very same moment."""
    return (await connection.execute(USE_STEP, {"staff": staff_id, "step": step, "now": now})).rowcount == 1


REMOVE_APP: Final = "delete from staff_app where staff_id = %(staff)s::uuid"


async def remove_app(connection: Connection, staff_id: StaffId) -> bool:
    """False when there was none."""
    return (await connection.execute(REMOVE_APP, {"staff": staff_id})).rowcount == 1


READ_SEALED: Final = "select staff_id, sealed from staff_app for update"


async def read_sealed(connection: Connection) -> dict[StaffId, bytes]:
    """All seeds as they are sealed, to be wrapped with another key."""
    rows = await (await connection.execute(READ_SEALED)).fetchall()
    return {StaffId(staff_id): bytes(sealed) for staff_id, sealed in rows}


WRAP_APP_ANEW: Final = "update staff_app set sealed = %(sealed)s::bytea where staff_id = %(staff)s::uuid"


async def wrap_app_anew(connection: Connection, staff_id: StaffId, sealed: bytes) -> None:
    """The same seed under another operator's key."""
    await connection.execute(WRAP_APP_ANEW, {"staff": staff_id, "sealed": sealed})


# recovery codes ------------------------------------------------------------------------------------------------------

FORGET_CODES: Final = "delete from staff_recovery where staff_id = %(staff)s::uuid"
KEEP_CODE: Final = """
insert into staff_recovery (staff_id, selector, encoded)
values (%(staff)s::uuid, %(selector)s::text, %(encoded)s::text)
"""


async def keep_codes(connection: Connection, staff_id: StaffId, codes: Sequence[tuple[str, str]]) -> None:
    """(selector, hash) of each new code; earlier ones are worth nothing from now on."""
    await connection.execute(FORGET_CODES, {"staff": staff_id})
    for selector, encoded in codes:
        await connection.execute(KEEP_CODE, {"staff": staff_id, "selector": selector, "encoded": encoded})


READ_CODE: Final = """
select encoded from staff_recovery
where staff_id = %(staff)s::uuid and selector = %(selector)s::text and used_at is null
"""


async def read_code(connection: Connection, staff_id: StaffId, selector: str) -> str | None:
    """The hash of a code that was not used."""
    row = await (await connection.execute(READ_CODE, {"staff": staff_id, "selector": selector})).fetchone()
    return row[0] if row else None


USE_CODE: Final = """
update staff_recovery set used_at = %(now)s::timestamptz
where staff_id = %(staff)s::uuid and selector = %(selector)s::text and encoded = %(encoded)s::text and used_at is null
"""


async def use_code(connection: Connection, staff_id: StaffId, selector: str, encoded: str, now: datetime) -> bool:
    """Uses a code up. False when that was done before."""
    values = {"staff": staff_id, "selector": selector, "encoded": encoded, "now": now}
    return (await connection.execute(USE_CODE, values)).rowcount == 1


# sessions ------------------------------------------------------------------------------------------------------------

PROVE_SESSION: Final = """
update staff_session set proved_at = %(now)s::timestamptz
where token = %(token)s::bytea and staff_id = %(staff)s::uuid
"""
FORGIVE: Final = """
update staff set failures = 0, locked_until = null
where id = %(staff)s::uuid and (failures > 0 or locked_until is not null)
"""


async def prove_session(connection: Connection, staff_id: StaffId, token_hash: bytes, now: datetime) -> None:
    """It was proved, in this session, that it is really they; earlier failures are forgotten."""
    values = {"token": token_hash, "staff": staff_id, "now": now}
    await connection.execute(PROVE_SESSION, values)
    await connection.execute(FORGIVE, values)


LIST_SESSIONS: Final = """
select id, browser, created_at, seen_at, token = %(token)s::bytea from staff_session
where staff_id = %(staff)s::uuid and expires_at > %(now)s::timestamptz and seen_at > %(idle)s::timestamptz
order by token = %(token)s::bytea desc, seen_at desc
"""


async def list_sessions(
    connection: Connection, staff_id: StaffId, token_hash: bytes, *, now: datetime, idle: timedelta
) -> tuple[Session, ...]:
    """Where somebody is signed in: the session that asks first, then the last seen."""
    values = {"staff": staff_id, "token": token_hash, "now": now, "idle": now - idle}
    rows = await (await connection.execute(LIST_SESSIONS, values)).fetchall()
    return tuple(
        Session(id=id_, browser=browser, created_at=created, seen_at=seen, own=own)
        for id_, browser, created, seen, own in rows
    )


CLOSE_OTHERS: Final = """
delete from staff_session
where staff_id = %(staff)s::uuid and token <> %(token)s::bytea and id = coalesce(%(id)s::uuid, id)
"""


async def close_others(connection: Connection, staff_id: StaffId, token_hash: bytes, id_: UUID | None = None) -> int:
    """Ends somebody's other sessions, or one of them; how many."""
    values = {"staff": staff_id, "token": token_hash, "id": id_}
    return (await connection.execute(CLOSE_OTHERS, values)).rowcount


FORGET_HALVES: Final = "delete from staff_half_session where expires_at <= %(now)s::timestamptz"
FORGET_CHALLENGES: Final = "delete from staff_challenge where expires_at <= %(now)s::timestamptz"


async def forget_expired(connection: Connection, now: datetime) -> None:
    """Deletes what was begun and not ended. For a job that runs now and then."""
    await connection.execute(FORGET_HALVES, {"now": now})
    await connection.execute(FORGET_CHALLENGES, {"now": now})


# what was done -------------------------------------------------------------------------------------------------------

RECORD: Final = """
insert into staff_event (id, staff_id, actor_id, what, at)
values (%(id)s::uuid, %(staff)s::uuid, %(actor)s::uuid, %(what)s::text, %(now)s::timestamptz)
"""


async def record(
    connection: Connection, staff_id: StaffId, what: What, *, by: StaffId | None, event_id: UUID, now: datetime
) -> None:
    """Writes down what was done to somebody's sign-in, in the transaction that does it. `by` None: the operator.

    For them to see; and, where it changes what opens the account, for the audit log.
    """
    values = {"id": event_id, "staff": staff_id, "actor": by, "what": what, "now": now}
    await connection.execute(RECORD, values)
    if what in _LOGGED:
        await audit.record(
            connection,
            "second-step-changed",
            by=audit.OPERATOR if by is None else audit.member(by),
            brand=None,
            kind="account",
            object=staff_id,
            detail={"what": what},
            now=now,
        )


LIST_EVENTS: Final = """
select e.what, case when e.actor_id <> e.staff_id then s.name end, e.at
from staff_event e left join staff s on s.id = e.actor_id
where e.staff_id = %(staff)s::uuid order by e.at desc, e.id desc limit 10
"""


async def list_events(connection: Connection, staff_id: StaffId) -> tuple[Event, ...]:
    """The last ten, the newest first."""
    rows = await (await connection.execute(LIST_EVENTS, {"staff": staff_id})).fetchall()
    return tuple(Event(what=what, by=by, at=at) for what, by, at in rows)


# for administrators and the operator ---------------------------------------------------------------------------------

FORGET_PASSKEYS: Final = "delete from staff_passkey where staff_id = %(staff)s::uuid"
CLOSE_ALL: Final = "delete from staff_session where staff_id = %(staff)s::uuid"
CLOSE_HALVES: Final = "delete from staff_half_session where staff_id = %(staff)s::uuid"


async def reset(
    connection: Connection, staff_id: StaffId, *, by: StaffId | None, event_id: UUID, now: datetime
) -> None:
    """Takes passkeys, app and recovery codes away and ends every session; the password stays. Writes it down."""
    for statement in (FORGET_PASSKEYS, REMOVE_APP, FORGET_CODES, CLOSE_ALL, CLOSE_HALVES):
        await connection.execute(statement, {"staff": staff_id})
    await record(connection, staff_id, "reset", by=by, event_id=event_id, now=now)


LIST_WITHOUT: Final = """
select s.id, s.login, s.name, array_agg(distinct r.role order by r.role)
from staff s join staff_role r on r.staff_id = s.id
where s.disabled_at is null and s.password is not null
  and not exists (select from staff_app a where a.staff_id = s.id)
  and not exists (select from staff_passkey p where p.staff_id = s.id)
group by s.id order by s.name, s.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """Somebody who signs in with a password alone."""

    id: StaffId
    login: str
    name: str
    roles: tuple[str, ...]


async def list_without(connection: Connection) -> tuple[Without, ...]:
    """Everybody who can sign in and has no second step."""
    rows = await (await connection.execute(LIST_WITHOUT)).fetchall()
    return tuple(
        Without(id=StaffId(id_), login=login, name=name, roles=tuple(roles)) for id_, login, name, roles in rows
    )

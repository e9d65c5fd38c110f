"""The tables of accounts, roles, sessions and invitations. Nobody else writes them.

`staff`, `staff_session` and `staff_invitation` belong to no brand. `staff_role` is read across brands and written
inside one (`database.brand`): row-level security lets nobody grant a role in a brand that is not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from okienko.audit.store import OPERATOR, WORKER, Actor, member, record
from okienko.database.pool import Connection
from okienko.staff.passwords import ABSOLUTE, IDLE, INVITATION, find_delay, make_csrf
from okienko.staff.second import store as second
from okienko.staff.second.store import FORGIVE
from okienko.values import BrandId, Language, SignedIn, StaffId

Role = Literal["agent", "lead", "admin", "privacy", "auditor"]

PRESENCE: Final = timedelta(minutes=2)
"""Somebody is there when their session was seen this recently. The desk's live stream touches it every 15 seconds."""

_TOUCH_AFTER: Final = timedelta(seconds=10)  # a row need not be written for every request


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What signing in needs to know."""

    id: StaffId
    login: str
    name: str
    password: str | None = field(repr=False)
    disabled: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An open invitation: whom it is for. `first`: nobody works here yet, so the login is free to choose."""

    staff_id: StaffId
    login: str
    name: str
    language: Language
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A row of the list of colleagues."""

    id: StaffId
    login: str
    name: str
    roles: Mapping[BrandId, Role]
    state: Literal["active", "invited", "disabled"]
    seen_at: datetime | None
    enrolled: bool  # has a second step


# sessions --------------------------------------------------------------------------------------------------------

READ_SIGNED_IN: Final = """
select s.id, s.name, s.language, ss.seen_at, coalesce(array_agg(r.brand_id) filter (where r.role is not null), '{}'),
       coalesce(array_agg(r.role) filter (where r.role is not null), '{}'), ss.proved_at,
       exists (select from staff_app a where a.staff_id = s.id)
         or exists (select from staff_passkey p where p.staff_id = s.id)
from staff_session ss
join staff s on s.id = ss.staff_id
left join staff_role r on r.staff_id = s.id
where ss.token = %(token)s::bytea and s.disabled_at is null
  and ss.seen_at > %(idle)s::timestamptz and ss.expires_at > %(now)s::timestamptz
group by s.id, ss.token
"""


async def find_signed_in(connection: Connection, token_hash: bytes, now: datetime) -> tuple[SignedIn, Language] | None:
    """Whose session this is and the language they want the desk in.

    None: unknown, 30 minutes without a sign of life, 12 hours old, or disabled. Call it in `database.shared()`. It
    counts as a sign of life.
    """
    values = {"token": token_hash, "now": now, "idle": now - IDLE}
    row = await (await connection.execute(READ_SIGNED_IN, values)).fetchone()
    if row is None:
        return None
    staff_id, name, language, seen_at, brands, roles, proved_at, enrolled = row
    if now - seen_at > _TOUCH_AFTER:
        await touch_session(connection, token_hash, now)
    staff = SignedIn(
        id=StaffId(staff_id),
        name=name,
        roles={BrandId(brand): role for brand, role in zip(brands, roles, strict=True) if role != "auditor"},
        audits=frozenset(BrandId(brand) for brand, role in zip(brands, roles, strict=True) if role == "auditor"),
        csrf=make_csrf(token_hash),
        enrolled=enrolled,
        proved_at=proved_at,
    )
    return staff, language


TOUCH_SESSION: Final = """
update staff_session set seen_at = greatest(seen_at, %(now)s::timestamptz)
where token = %(token)s::bytea and seen_at > %(idle)s::timestamptz and expires_at > %(now)s::timestamptz
"""


async def touch_session(connection: Connection, token_hash: bytes, now: datetime) -> bool:
    """Notes a sign of life. False when the session is over (a live stream should end then)."""
    cursor = await connection.execute(TOUCH_SESSION, {"token": token_hash, "now": now, "idle": now - IDLE})
    return cursor.rowcount == 1


OPEN_SESSION: Final = """
insert into staff_session (token, staff_id, created_at, seen_at, expires_at, proved_at, browser)
values (%(token)s::bytea, %(staff)s::uuid, %(now)s::timestamptz, %(now)s::timestamptz, %(expires)s::timestamptz,
  %(now)s::timestamptz, %(browser)s::text)
"""


async def open_session(
    connection: Connection, staff_id: StaffId, token_hash: bytes, now: datetime, *, browser: str = ""
) -> None:
    """A new session, after everything that signing in asks for was right; forgets earlier failures."""
    values = {"staff": staff_id, "token": token_hash, "now": now, "expires": now + ABSOLUTE, "browser": browser}
    await connection.execute(FORGIVE, values)
    await connection.execute(OPEN_SESSION, values)
    who = member(staff_id)
    await record(connection, "signed-in", by=who, brand=None, kind="account", object=staff_id, now=now)


CLOSE_SESSION: Final = "delete from staff_session where token = %(token)s::bytea"


async def close_session(connection: Connection, token_hash: bytes) -> None:
    """Signs out; also used at sign-in, so that a session known before it is worth nothing after it."""
    await connection.execute(CLOSE_SESSION, {"token": token_hash})


CLOSE_SESSIONS: Final = "delete from staff_session where staff_id = %(staff)s::uuid"


async def close_sessions(connection: Connection, staff_id: StaffId) -> None:
    """Signs somebody out everywhere."""
    await connection.execute(CLOSE_SESSIONS, {"staff": staff_id})


FORGET_SESSIONS: Final = """
delete from staff_session where expires_at <= %(now)s::timestamptz or seen_at <= %(idle)s::timestamptz
"""
FORGET_INVITATIONS: Final = "delete from staff_invitation where expires_at <= %(now)s::timestamptz"


async def forget_expired(connection: Connection, now: datetime) -> None:
    """Deletes sessions and invitations that are over. For a job that runs now and then."""
    await connection.execute(FORGET_SESSIONS, {"now": now, "idle": now - IDLE})
    await connection.execute(FORGET_INVITATIONS, {"now": now})
    await second.forget_expired(connection, now)


COUNT_PRESENT: Final = """
select count(distinct r.staff_id)
from staff_role r
join staff s on s.id = r.staff_id and s.disabled_at is null
join staff_session ss on ss.staff_id = r.staff_id
where r.brand_id = %(brand)s::uuid and r.role in ('agent', 'lead', 'admin')
  and ss.seen_at > %(recently)s::timestamptz and ss.expires_at > %(now)s::timestamptz
"""


async def agents_present(connection: Connection, brand_id: BrandId, now: datetime) -> int:
    """How many people who may answer for this brand have the desk open."""
    values = {"brand": brand_id, "now": now, "recently": now - PRESENCE}
    row = await (await connection.execute(COUNT_PRESENT, values)).fetchone()
    return row[0] if row else 0


# passwords -------------------------------------------------------------------------------------------------------

_ACCOUNT: Final = "select id, name, password, disabled_at is not null, locked_until, login from staff"
READ_ACCOUNT: Final = _ACCOUNT + " where login = %(login)s::text"


async def read_account(connection: Connection, login: str) -> Account | None:
    """The account of a login, in any letter case."""
    return _read_account(await (await connection.execute(READ_ACCOUNT, {"login": clean_login(login)})).fetchone())


READ_ACCOUNT_OF: Final = _ACCOUNT + " where id = %(staff)s::uuid"


async def read_account_of(connection: Connection, staff_id: StaffId) -> Account | None:
    """The account of somebody who is signed in, to ask for the password again."""
    return _read_account(await (await connection.execute(READ_ACCOUNT_OF, {"staff": staff_id})).fetchone())


COUNT_FAILURE: Final = "update staff set failures = failures + 1 where id = %(staff)s::uuid returning failures"
LOCK: Final = "update staff set locked_until = %(until)s::timestamptz where id = %(staff)s::uuid"


async def count_failure(connection: Connection, staff_id: StaffId, now: datetime) -> None:
    """A wrong password: counts it and, from the fifth on, closes the account for a growing while."""
    row = await (await connection.execute(COUNT_FAILURE, {"staff": staff_id})).fetchone()
    await record(connection, "sign-in-failed", by=WORKER, brand=None, kind="account", object=staff_id, now=now)
    delay = find_delay(row[0]) if row else None
    if delay is not None:
        await connection.execute(LOCK, {"staff": staff_id, "until": now + delay})


REHASH: Final = "update staff set password = %(password)s::text where id = %(staff)s::uuid"


async def rehash(connection: Connection, staff_id: StaffId, encoded: str) -> None:
    """Stores the same password under today's parameters."""
    await connection.execute(REHASH, {"staff": staff_id, "password": encoded})


SET_LANGUAGE: Final = "update staff set language = %(language)s::text where id = %(staff)s::uuid"


async def set_language(connection: Connection, staff_id: StaffId, language: Language) -> None:
    """The language that somebody wants the desk in."""
    await connection.execute(SET_LANGUAGE, {"staff": staff_id, "language": language})


# invitations -----------------------------------------------------------------------------------------------------

ANYBODY: Final = "select exists (select from staff where password is not null)"
FORGET_FIRST: Final = """
delete from staff s where s.password is null and s.login like 'first-%%' and not exists (
  select from staff_role r where r.staff_id = s.id)
"""


async def invite_first(connection: Connection, *, staff_id: UUID, token_hash: bytes, now: datetime) -> bool:
    """When nobody can sign in yet: a place for the first administrator, with an invitation. Earlier ones stop working.

    Call it in `database.shared()` when the program starts; print `make_link` when it returns True.
    """
    row = await (await connection.execute(ANYBODY)).fetchone()
    if row is None or row[0]:
        return False
    await connection.execute(FORGET_FIRST)
    values = {"staff": staff_id, "login": f"first-{staff_id}", "name": "", "language": "pl", "now": now}
    await connection.execute(ADD_STAFF, values)
    await _invite(connection, StaffId(staff_id), token_hash, now)
    return True


FIND_LOGIN: Final = """
select s.id, s.password is not null or exists (
  select from staff_role r where r.staff_id = s.id and r.brand_id <> %(brand)s::uuid)
from staff s where s.login = %(login)s::text
"""
ADD_STAFF: Final = """
insert into staff (id, login, name, language, created_at)
values (%(staff)s::uuid, %(login)s::text, %(name)s::text, %(language)s::text, %(now)s::timestamptz)
"""
GRANT: Final = """
insert into staff_role (brand_id, staff_id, role) values (%(brand)s::uuid, %(staff)s::uuid, %(role)s::text)
on conflict (brand_id, staff_id) do update set role = excluded.role
"""


async def add_staff(
    connection: Connection,
    *,
    login: str,
    name: str,
    brand_id: BrandId,
    role: Role,
    language: Language,
    staff_id: UUID,
    token_hash: bytes,
    now: datetime,
    by: Actor = OPERATOR,
) -> bool:
    """A new colleague with a role and an invitation to set a password (True: give them the link).

    When the login exists, that account gets the role as well and stays as it is (False: the link would do nothing). So
    nobody who administers one brand can take over the account of somebody who works for another. Call it in
    `database.brand(brand_id)`.
    """
    values = {
        "staff": staff_id,
        "login": clean_login(login),
        "name": name.strip(),
        "language": language,
        "brand": brand_id,
        "now": now,
    }
    found = await (await connection.execute(FIND_LOGIN, values)).fetchone()
    if found is None:
        await connection.execute(ADD_STAFF, values)
    colleague, settled = (StaffId(found[0]), found[1]) if found else (StaffId(staff_id), False)
    await connection.execute(GRANT, {"brand": brand_id, "staff": colleague, "role": role})
    await record(
        connection,
        "colleague-added",
        by=by,
        brand=brand_id,
        kind="account",
        object=colleague,
        detail={"role": role},
        now=now,
    )
    if not settled:
        await _invite(connection, colleague, token_hash, now)
    return not settled


GRANT_WAITING: Final = """
insert into staff_role (brand_id, staff_id, role)
select %(brand)s::uuid, s.id, 'admin' from staff s
where s.password is not null and s.disabled_at is null and not exists (
  select from staff_role r where r.staff_id = s.id)
returning staff_id
"""


async def grant_waiting(connection: Connection, brand_id: BrandId, now: datetime) -> bool:
    """A new brand's first administrator: whoever has an account and no brand, which is the first administrator of an
    installation that had no brand then. False: there is nobody. Call it in `database.brand(brand_id)`."""
    granted = await (await connection.execute(GRANT_WAITING, {"brand": brand_id})).fetchall()
    for (staff_id,) in granted:
        await record(
            connection,
            "colleague-added",
            by=OPERATOR,
            brand=brand_id,
            kind="account",
            object=staff_id,
            detail={"role": "admin"},
            now=now,
        )
    return bool(granted)


REVOKE_INVITATIONS: Final = "delete from staff_invitation where staff_id = %(staff)s::uuid"
INVITE: Final = """
insert into staff_invitation (token, staff_id, expires_at)
values (%(token)s::bytea, %(staff)s::uuid, %(expires)s::timestamptz)
"""


async def _invite(connection: Connection, staff_id: StaffId, token_hash: bytes, now: datetime) -> None:
    await connection.execute(REVOKE_INVITATIONS, {"staff": staff_id})
    await connection.execute(INVITE, {"staff": staff_id, "token": token_hash, "expires": now + INVITATION})


async def invite_again(connection: Connection, staff_id: StaffId, token_hash: bytes, now: datetime) -> None:
    """A new link for a colleague who lost the link or the password. The old password works until the link is used."""
    await _invite(connection, staff_id, token_hash, now)


READ_INVITATION: Final = """
select s.id, s.login, s.name, s.language, s.login like 'first-%%'
from staff_invitation i
join staff s on s.id = i.staff_id
where i.token = %(token)s::bytea and i.used_at is null and i.expires_at > %(now)s::timestamptz and s.disabled_at is null
  and (s.login not like 'first-%%' or not exists (select from staff where password is not null))
"""


async def read_invitation(connection: Connection, token_hash: bytes, now: datetime) -> Invitation | None:
    """An invitation that may still be used, or None."""
    row = await (await connection.execute(READ_INVITATION, {"token": token_hash, "now": now})).fetchone()
    if row is None:
        return None
    staff_id, login, name, language, first = row
    return Invitation(
        staff_id=StaffId(staff_id),
        login="" if first else login,
        name=name,
        language=cast("Language", language),
        first=first,
    )


USE_INVITATION: Final = """
update staff_invitation set used_at = %(now)s::timestamptz
where token = %(token)s::bytea and used_at is null and expires_at > %(now)s::timestamptz
"""
ACCEPT: Final = """
update staff set login = %(login)s::text, name = %(name)s::text, language = %(language)s::text,
  password = %(password)s::text, failures = 0, locked_until = null
where id = %(staff)s::uuid
"""
SET_BRAND: Final = "select set_config('okienko.brand', %(brand)s::text, true)"
EVERY_BRAND: Final = "select id from brand"
FIRST_ONLY: Final = "select pg_advisory_xact_lock(hashtextextended('okienko first administrator', 0))"


async def accept_invitation(
    connection: Connection,
    invitation: Invitation,
    *,
    token_hash: bytes,
    login: str,
    name: str,
    language: Language,
    password: str,
    now: datetime,
) -> bool:
    """Sets name, login and the hashed `password`; ends all sessions. False when the link was used meanwhile.

    The first administrator gets every brand there is. Call it in `database.shared()`. Raises psycopg's
    `UniqueViolation` when the login is taken.
    """
    if invitation.first:
        await connection.execute(FIRST_ONLY)
        row = await (await connection.execute(ANYBODY)).fetchone()
        if row is None or row[0]:
            return False
    cursor = await connection.execute(USE_INVITATION, {"token": token_hash, "now": now})
    if cursor.rowcount != 1:
        return False
    staff_id = invitation.staff_id
    values = {"staff": staff_id, "login": clean_login(login), "name": name, "language": language, "password": password}
    await connection.execute(ACCEPT, values)
    await record(connection, "password-set", by=member(staff_id), brand=None, kind="account", object=staff_id, now=now)
    await close_sessions(connection, staff_id)
    if invitation.first:
        for (brand_id,) in await (await connection.execute(EVERY_BRAND)).fetchall():
            await connection.execute(SET_BRAND, {"brand": str(brand_id)})
            await connection.execute(GRANT, {"brand": brand_id, "staff": staff_id, "role": "admin"})
    return True


# colleagues ------------------------------------------------------------------------------------------------------

LIST_COLLEAGUES: Final = """
select s.id, s.login, s.name, array_agg(r.brand_id), array_agg(r.role),
       case when s.disabled_at is not null then 'disabled' when s.password is null then 'invited' else 'active' end,
       (select max(ss.seen_at) from staff_session ss where ss.staff_id = s.id),
       exists (select from staff_app a where a.staff_id = s.id)
         or exists (select from staff_passkey p where p.staff_id = s.id)
from staff s
join staff_role r on r.staff_id = s.id
where s.id in (select staff_id from staff_role where brand_id = any(%(brands)s::uuid[]))
group by s.id
order by s.disabled_at is not null, s.name, s.id
"""


async def list_colleagues(connection: Connection, brands: list[BrandId]) -> tuple[Colleague, ...]:
    """Everybody with a role in one of `brands`, with all their roles. Call it in `database.shared()`."""
    rows = await (await connection.execute(LIST_COLLEAGUES, {"brands": brands})).fetchall()
    return tuple(
        Colleague(
            id=StaffId(staff_id),
            login=login,
            name=name,
            roles={BrandId(brand): cast("Role", role) for brand, role in zip(of, roles, strict=True)},
            state=state,
            seen_at=seen_at,
            enrolled=enrolled,
        )
        for staff_id, login, name, of, roles, state, seen_at, enrolled in rows
    )


CHANGE_ROLE: Final = """
update staff_role set role = %(role)s::text where brand_id = %(brand)s::uuid and staff_id = %(staff)s::uuid
"""


async def change_role(connection: Connection, brand_id: BrandId, staff_id: StaffId, role: Role) -> bool:
    """Another role in one brand. Call it in `database.brand(brand_id)`."""
    return (await connection.execute(CHANGE_ROLE, {"brand": brand_id, "staff": staff_id, "role": role})).rowcount == 1


DISABLE: Final = """
update staff set disabled_at = case when %(disabled)s::boolean then coalesce(disabled_at, %(now)s::timestamptz) end
where id = %(staff)s::uuid
"""


async def set_disabled(connection: Connection, staff_id: StaffId, disabled: bool, now: datetime) -> None:
    """Closes an account at once, with its sessions and open invitations; or opens it again."""
    await connection.execute(DISABLE, {"staff": staff_id, "disabled": disabled, "now": now})
    if disabled:
        await close_sessions(connection, staff_id)
        await connection.execute(REVOKE_INVITATIONS, {"staff": staff_id})


def clean_login(login: str) -> str:
    """Logins are compared without letter case and outer spaces."""
    return login.strip().lower()


def _read_account(row: tuple[object, ...] | None) -> Account | None:
    if row is None:
        return None
    staff_id, name, password, disabled, locked_until, login = row
    return Account(
        id=StaffId(cast("UUID", staff_id)),
        login=cast("str", login),
        name=cast("str", name),
        password=cast("str | None", password),
        disabled=bool(disabled),
        locked_until=cast("datetime | None", locked_until),
    )

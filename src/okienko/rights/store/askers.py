"""Whom to write to about a request: an address with a key of its own, for as long as it is needed and no longer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """An address, sealed for a person who has nothing else: made by `vault.seal_asker`."""

    person: PersonId
    wrapped_key: bytes = field(repr=False)
    key_id: str
    identity: UUID
    kind: Literal["email", "phone"]
    lookup: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


ADD_ASKER: Final = """
with new_person as (
  insert into person (brand_id, id, created_at) values (current_brand(), %(person)s::uuid, %(now)s::timestamptz)
), new_key as (
  insert into person_key (brand_id, person_id, wrapped, key_id)
  values (current_brand(), %(person)s::uuid, %(wrapped_key)s::bytea, %(key_id)s::text)
), new_identity as (
  insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at)
  values (current_brand(), %(person)s::uuid, %(identity)s::uuid, %(kind)s::text, %(lookup)s::bytea, %(sealed)s::bytea,
    %(now)s::timestamptz)
)
insert into rights_asker (brand_id, request_id, person_id, expires_at)
values (current_brand(), %(request)s::uuid, %(person)s::uuid, %(expires_at)s::timestamptz)
"""


async def add_asker(
    connection: Connection, request: UUID, asker: Asker, *, expires_at: datetime | None = None, now: datetime
) -> None:
    """Keeps an address for a request. `expires_at`: when it goes; None: some days after the request is closed."""
    await connection.execute(
        ADD_ASKER,
        {
            "request": request,
            "person": asker.person,
            "wrapped_key": asker.wrapped_key,
            "key_id": asker.key_id,
            "identity": asker.identity,
            "kind": asker.kind,
            "lookup": asker.lookup,
            "sealed": asker.sealed,
            "expires_at": expires_at,
            "now": now,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Where whoever asks may be reached: by id, so that the sender of letters opens it and nobody else has to."""

    person: PersonId
    identity: UUID
    kind: Literal["email", "phone"]
    expires_at: datetime | None


READ_ASKER: Final = """
select a.person_id, i.id, i.kind, a.expires_at from rights_asker a
join identity i on i.brand_id = a.brand_id and i.person_id = a.person_id
where a.brand_id = current_brand() and a.request_id = %(request)s::uuid
"""


async def read_asker(connection: Connection, request: UUID) -> Reached | None:
    """Where to write about a request; None: whoever sent it left no address, or it has gone."""
    row = await (await connection.execute(READ_ASKER, {"request": request})).fetchone()
    return None if row is None else Reached(person=PersonId(row[0]), identity=row[1], kind=row[2], expires_at=row[3])


DROP_ASKER: Final = """
delete from person where brand_id = current_brand() and id in (
  select a.person_id from rights_asker a
  where a.brand_id = current_brand() and a.request_id = %(request)s::uuid
    and not exists (select from conversation c where c.brand_id = a.brand_id and c.person_id = a.person_id))
"""
END_ASKER: Final = """
update rights_asker set expires_at = %(until)s::timestamptz
where brand_id = current_brand() and request_id = %(request)s::uuid
"""


async def drop_asker(connection: Connection, request: UUID) -> None:
    """The address that came with a request is no longer needed: it goes with its key."""
    await connection.execute(DROP_ASKER, {"request": request})


async def end_asker(connection: Connection, request: UUID, until: datetime) -> None:
    """The address that came with a request goes then."""
    await connection.execute(END_ASKER, {"request": request, "until": until})


FIND_ALIKE: Final = """
select r.id from rights_asker own
join identity mine on mine.brand_id = own.brand_id and mine.person_id = own.person_id
join identity i on i.brand_id = mine.brand_id and i.kind = mine.kind and i.lookup = mine.lookup
join rights_asker a on a.brand_id = i.brand_id and a.person_id = i.person_id and a.request_id <> own.request_id
join rights_request r on r.brand_id = a.brand_id and r.id = a.request_id and r.state = 'open'
where own.brand_id = current_brand() and own.request_id = %(request)s::uuid
order by r.received_at, r.id
"""


async def find_alike(connection: Connection, request: UUID) -> list[UUID]:
    """Other open requests that give the same address, the oldest first: for the eyes of whoever looks into them.

    Nothing is done about it by itself: anybody can type anybody's address.
    """
    return [id_ for (id_,) in await (await connection.execute(FIND_ALIKE, {"request": request})).fetchall()]


FIND_VERIFIED: Final = """
select id from identity
where brand_id = current_brand() and person_id = %(person)s::uuid and kind = 'email' and verified_at is not null
order by verified_at limit 1
"""


async def find_verified(connection: Connection, person: PersonId) -> UUID | None:
    """The identity with the address by which somebody is known, if one of theirs was verified."""
    row = await (await connection.execute(FIND_VERIFIED, {"person": person})).fetchone()
    return row[0] if row else None


READ_SEALED_ADDRESS: Final = """
select sealed from identity
where brand_id = current_brand() and person_id = %(person)s::uuid and id = %(identity)s::uuid
"""


async def read_sealed_address(connection: Connection, person: PersonId, identity: UUID) -> bytes | None:
    """An address as it is sealed."""
    values = {"person": person, "identity": identity}
    row = await (await connection.execute(READ_SEALED_ADDRESS, values)).fetchone()
    return bytes(row[0]) if row else None

"""SQL of policies: what a brand has chosen, and the rules behind the hashes that others record."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from okienko.audit import store as audit
from okienko.audit.store import Actor
from okienko.database.pool import Connection
from okienko.policy.book import Book
from okienko.policy.brand import InForce, check_choices, put_in_force
from okienko.policy.read import PolicyRefused, Problem
from okienko.policy.rules import Ban
from okienko.values import BrandId

SET_POLICY: Final = """
update brand set jurisdiction = %(jurisdiction)s::text, choices = %(choices)s::text,
  never_improves = %(never_improves)s::boolean,
  articles_version = articles_version + 1 -- customers' words among example questions may have to go from the index
where id = current_brand()
"""


async def set_policy(
    connection: Connection,
    brand_id: BrandId,
    book: Book,
    *,
    jurisdiction: str | None,
    choices: str,
    by: Actor,
    now: datetime,
) -> InForce:
    """Where the current brand is, and what it has chosen beyond that; the rules that hold from now on.

    Raises `PolicyRefused` when there is no such place, or a choice is laxer than what holds there.
    """
    if jurisdiction is not None and jurisdiction not in book.places:
        fix = f"Choose one of {', '.join(book.places)}"
        what = "there is no policy for this place"
        raise PolicyRefused([Problem(file="the brand", key="jurisdiction", what=what, fix=fix)])
    chosen = check_choices(book, jurisdiction, choices).get("ban.improvement", frozenset())
    in_force = put_in_force(book, brand=jurisdiction, choices=choices)
    values = {
        "jurisdiction": jurisdiction,
        "choices": choices,
        "never_improves": any(isinstance(rule, Ban) and rule.value for rule in chosen),
    }
    await connection.execute(SET_POLICY, values)
    await record_policy(connection, in_force, now)
    await audit.record(
        connection,
        "policy-changed",
        by=by,
        brand=brand_id,
        kind="brand",
        object=brand_id,
        detail={"place": in_force.place.id, "hash": in_force.hash.hex()},
        now=now,
    )
    return in_force


RECORD_POLICY: Final = """
insert into policy_text (brand_id, hash, text, at)
values (current_brand(), %(hash)s::bytea, %(text)s::text, %(now)s::timestamptz)
on conflict do nothing
"""


async def record_policy(connection: Connection, in_force: InForce, now: datetime) -> bytes:
    """Keeps the rules behind a hash, once; the hash, for the row that refers to it."""
    await connection.execute(RECORD_POLICY, {"hash": in_force.hash, "text": in_force.text, "now": now})
    return in_force.hash


READ_POLICY_TEXT: Final = "select text from policy_text where brand_id = current_brand() and hash = %(hash)s::bytea"


async def read_policy_text(connection: Connection, hash_: bytes) -> str | None:
    """The rules behind a hash of the current brand; None when nobody has recorded it."""
    row = await (await connection.execute(READ_POLICY_TEXT, {"hash": hash_})).fetchone()
    return None if row is None else row[0]


COUNT_PLACES: Final = """
select coalesce(p.declared, p.account, b.jurisdiction, 'strictest'),
  case when p.declared is not null then 'declared' when p.account is not null then 'account'
    when b.jurisdiction is not null then 'brand' else 'strictest' end,
  count(*)
from person p join brand b on b.id = p.brand_id
where p.brand_id = current_brand() and p.erased_at is null
group by 1, 2 order by 3 desc, 1
"""


async def count_places(connection: Connection) -> list[tuple[str, str, int]]:
    """(place, how it is known, people): whose rules hold for how many of the current brand's people."""
    return [(place, basis, n) for place, basis, n in await (await connection.execute(COUNT_PLACES)).fetchall()]


LIST_RECORDED: Final = """
select hash, split_part(text, E'\\n', 1), at from policy_text
where brand_id = current_brand() order by at desc, hash limit %(limit)s::integer
"""


async def list_recorded(connection: Connection, *, limit: int) -> list[tuple[str, str, datetime]]:
    """(hash, place, since when): the rules that something was decided by, the latest first."""
    rows = await (await connection.execute(LIST_RECORDED, {"limit": limit})).fetchall()
    return [(bytes(hash_).hex(), place, at) for hash_, place, at in rows]

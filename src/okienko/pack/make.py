"""Making an audit pack: every section is read in one snapshot, and what comes out is kept and put down in the log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from okienko.audit import store as audit
from okienko.audit.heads import write_head
from okienko.audit.store import WORKER, Actor
from okienko.auditing import SNAPSHOT, Verdict
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, SET_BRAND, Database
from okienko.pack import store
from okienko.pack.titles import TITLES
from okienko.rights.retention import nightly
from okienko.values import Brand, Language
from okienko.web.templates import environment

KIND: Final = "okienko audit pack 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack: JSON, and what it is known by."""

    id: UUID
    body: str
    digest: str  # SHA-256 in hex digits; the log has it


async def make_pack(
    database: Database, brand: Brand, *, since: date, until: date, verdict: Verdict, by: Actor, now: datetime
) -> Pack:
    """A pack of a brand from the first of one day to the last of another, in the brand's time zone."""
    body = await _read(database, brand, since=since, until=until, verdict=verdict, now=now)
    digest = hashlib.sha256(body.encode()).digest()
    pack_id = new_id(now)
    # Not in the snapshot's transaction: that would not see the chain's latest entry, to which this one is linked.
    async with database.brand(brand.id) as connection:
        await store.store_pack(connection, pack_id, since=since, until=until, digest=digest, body=body, now=now)
        await audit.record(
            connection,
            "pack-made",
            by=by,
            brand=brand.id,
            kind="pack",
            object=pack_id,
            detail={"since": since, "until": until, "sha256": digest.hex()},
            now=now,
        )
    return Pack(id=pack_id, body=body, digest=digest.hex())


async def _read(database: Database, brand: Brand, *, since: date, until: date, verdict: Verdict, now: datetime) -> str:
    """Every section, in one snapshot, as JSON."""
    zone = ZoneInfo(brand.timezone)
    begin = datetime.combine(since, time(), zone).astimezone(UTC)
    end = datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC)
    sections: list[Mapping[str, object]] = []
    absent: list[str] = []
    async with database.shared(longest=LONGEST_WORK) as connection:
        await connection.execute(SNAPSHOT)
        heads = await audit.read_heads(connection)
        await connection.execute(SET_BRAND, {"brand": str(brand.id)})
        for section in store.SECTIONS:
            read = await store.read_section(connection, section, since=begin, until=end, now=now, zone=zone)
            if read is None:
                absent.append(section.id)
                continue
            sections.append(_write_section(section.id, read.rows, read.total))
            if section.id == "retention":
                due = [
                    [one.name, one.before.isoformat(), one.deleted, one.kept]
                    for one in await nightly.count(connection, brand, now)
                    if one.deleted or one.kept
                ]
                sections.append(_write_section("overdue", due, len(due)))
    problems = [{"what": one.what, "first": one.first, "last": one.last} for one in verdict.problems]
    pack = {
        "is": KIND,
        "brand": {"id": str(brand.id), "slug": brand.slug, "name": brand.name},
        "since": since.isoformat(),
        "until": until.isoformat(),
        "timezone": brand.timezone,
        "made_at": now.isoformat(),
        "log": {
            "entries": verdict.entries,
            "agreed": verdict.agreed,
            "problems": problems,
            "head": json.loads(write_head(heads[-1])) if heads else None,
        },
        "sections": sections,
        "absent": absent,
    }
    return json.dumps(pack, ensure_ascii=False, indent=1)


def _write_section(id_: str, rows: Sequence[Sequence[str | int]], total: int) -> Mapping[str, object]:
    title, columns = TITLES[id_]
    return {"id": id_, "title": title, "columns": columns, "rows": rows, "total": total}


def last_month(day: date) -> tuple[date, date]:
    """The first and the last day of the month before."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


async def is_due(database: Database, brand: Brand, now: datetime) -> bool:
    """Whether this month's pack of the month before is still to be made."""
    async with database.brand(brand.id) as connection:
        made = await audit.find_latest(connection, "pack-made", WORKER.kind)
    zone = ZoneInfo(brand.timezone)
    return made is None or made.astimezone(zone).date() < now.astimezone(zone).date().replace(day=1)


def write_page(body: str, language: Language) -> str:
    """A pack as one page that needs nothing else."""
    read: dict[str, Any] = json.loads(body)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return environment(language).get_template("desk/audit/pack-file.html").render(pack=read, digest=digest)

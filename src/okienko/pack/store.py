"""SQL of the audit pack: its sections, each one statement, and the packs that were made.

A section stands on the tables of some room. One whose tables are not there is left out, and the pack says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, LiteralString, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import sql

from okienko.audit.chain import READS
from okienko.database.pool import Connection

MOST: Final = 20_000  # rows of a section; how many there are is always said


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table of the pack. Its statement gives text and numbers alone."""

    id: str
    needs: str  # the table without which there is nothing to say
    statement: LiteralString


_LOG: Final = """
select e.number, p.at, coalesce(s.name, p.actor_kind), coalesce(p.role, ''),
  p.action, p.object_kind, coalesce(p.object, ''), coalesce(c.reference, ''), p.detail
from audit_payload p
join audit_entry e on e.id = p.id
left join staff s on s.id = p.actor
left join conversation c on c.brand_id = p.brand_id and c.id = p.conversation
where p.brand_id = current_brand() and p.at >= %(since)s::timestamptz and p.at < %(until)s::timestamptz"""

SECTIONS: Final[Sequence[Section]] = (
    Section(
        id="access",
        needs="staff_role",
        statement="""
select s.name, r.role, case when s.disabled_at is null then 'open' else 'closed' end
from staff_role r join staff s on s.id = r.staff_id where r.brand_id = current_brand() order by r.role, s.name, s.id""",
    ),
    Section(
        id="seen",
        needs="audit_payload",
        statement=_LOG + " and p.action = any(%(reads)s::text[]) order by e.number",
    ),
    Section(
        id="done",
        needs="audit_payload",
        statement=_LOG + " and p.action <> all(%(reads)s::text[]) order by e.number",
    ),
    Section(
        id="answers",
        needs="citation",
        statement="""
select m.at, c.reference, upper(right(replace(c.person_id::text, '-', ''), 3)),
  q.article_id, q.article_language, q.article_version, coalesce((
    select l.model from model_call l
    where l.brand_id = m.brand_id and l.conversation_id = m.conversation_id and l.answers = m.answers
      and l.outcome = 'used' limit 1), '')
from message m
join citation q on q.brand_id = m.brand_id and q.conversation_id = m.conversation_id and q.message_id = m.id
join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
where m.brand_id = current_brand() and m.author = 'bot'
  and m.at >= %(since)s::timestamptz and m.at < %(until)s::timestamptz
order by m.id, q.position""",
    ),
    Section(
        id="articles",
        needs="article_version",
        statement="""
select v.published_at, v.article_id, v.language, v.version, coalesce(s.name, '')
from article_version v left join staff s on s.id = v.staff_id
where v.brand_id = current_brand()
  and v.published_at >= %(since)s::timestamptz and v.published_at < %(until)s::timestamptz
order by v.published_at, v.article_id, v.language, v.version""",
    ),
    Section(
        id="policies",
        needs="policy_text",
        statement="""
select t.at, encode(t.hash, 'hex'), split_part(t.text, E'\n', 1), (
    select count(*) from rights_request r where r.brand_id = t.brand_id and r.policy_hash = t.hash
      and r.received_at >= %(since)s::timestamptz and r.received_at < %(until)s::timestamptz), (
    select count(*) from consent_event e where e.brand_id = t.brand_id and e.policy_hash = t.hash
      and e.at >= %(since)s::timestamptz and e.at < %(until)s::timestamptz), (
    select count(*) from retention_run n where n.brand_id = t.brand_id and n.policy_hash = t.hash
      and n.began_at >= %(since)s::timestamptz and n.began_at < %(until)s::timestamptz)
from policy_text t where t.brand_id = current_brand() and t.at < %(until)s::timestamptz order by t.at, t.hash""",
    ),
    Section(
        id="texts",
        needs="published_text",
        statement="""
select t.kind, t.language, t.version, t.since,
  t.until, encode(t.sha256, 'hex')
from published_text t
where t.brand_id = current_brand() and t.since < %(until)s::timestamptz
  and coalesce(t.until >= %(since)s::timestamptz, true)
order by t.kind, t.language, t.version""",
    ),
    Section(
        id="consents",
        needs="consent_event",
        statement="""
select e.purpose, e.channel, e.action, e.text_kind || ' ' || e.text_language, e.text_version, count(*)
from consent_event e
where e.brand_id = current_brand() and e.at >= %(since)s::timestamptz and e.at < %(until)s::timestamptz
group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5""",
    ),
    # Of the people who wrote in this time: what each has said last, as it stands now.
    Section(
        id="coverage",
        needs="consent_event",
        statement="""
select coalesce(n.purpose, ''), coalesce(n.channel, ''), coalesce(n.action, 'not asked'), count(*)
from (
  select distinct c.person_id from conversation c
  where c.brand_id = current_brand() and c.updated_at >= %(since)s::timestamptz
    and c.created_at < %(until)s::timestamptz
) p
left join consent_now n on n.brand_id = current_brand() and n.person_id = p.person_id
group by 1, 2, 3 order by 1, 2, 3""",
    ),
    Section(
        id="processors",
        needs="processor",
        statement="""
select p.name, p.does, p.region, p.contract_on, p.since,
  p.until
from processor p
where p.brand_id = current_brand() and p.since < %(until)s::timestamptz
  and coalesce(p.until >= %(since)s::timestamptz, true)
order by p.name, p.id""",
    ),
    Section(
        id="retention",
        needs="retention_report",
        statement="""
select r.day, r.class, r.deleted, r.kept from retention_report r
where r.brand_id = current_brand()
  and r.day >= %(first)s::date and r.day <= %(last)s::date
order by r.day, r.class""",
    ),
    Section(
        id="requests",
        needs="rights_request",
        statement="""
select r.reference, r.kind, r.received_at, r.due_on,
  r.extended_to,
  case when coalesce(r.extended_to, r.due_on) < %(today)s::date then 'late' else '' end
from rights_request r where r.brand_id = current_brand() and r.state = 'open' order by r.due_on, r.reference""",
    ),
    Section(
        id="holds",
        needs="legal_hold",
        statement="""
select h.approved_at, h.review_on, coalesce(a.name, ''),
  coalesce(b.name, ''), case when h.review_on < %(today)s::date then 'late' else '' end
from legal_hold h left join staff a on a.id = h.created_by left join staff b on b.id = h.approved_by
where h.brand_id = current_brand() and h.approved_at is not null and h.released_at is null order by h.approved_at""",
    ),
    Section(
        id="missed",
        needs="audit_sample",
        statement="""
select a.at, a.messages, coalesce(f.label, ''), coalesce(f.detector, ''),
  coalesce(sum(f.count), 0)::bigint
from audit_sample a left join audit_missed f on f.brand_id = a.brand_id and f.sample_id = a.id
where a.brand_id = current_brand() and a.at >= %(since)s::timestamptz and a.at < %(until)s::timestamptz
group by a.id, a.at, a.messages, f.label, f.detector order by a.at, f.label, f.detector""",
    ),
)

THERE: Final = "select to_regclass('okienko.' || %(table)s::text) is not null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a section says: its rows, of how many."""

    section: Section
    rows: Sequence[Sequence[str | int]]
    total: int


async def read_section(
    connection: Connection, section: Section, *, since: datetime, until: datetime, now: datetime, zone: ZoneInfo
) -> Rows | None:
    """A section of the current brand, whose days are those of `zone`; None when this database has no such table."""
    there = await (await connection.execute(THERE, {"table": section.needs})).fetchone()
    if there is None or not there[0]:
        return None
    statement = sql.SQL("select s.*, count(*) over () from ({}) s limit %(most)s::integer").format(
        sql.SQL(section.statement)
    )
    values = {
        "since": since,
        "until": until,
        "first": since.astimezone(zone).date(),
        "last": (until - timedelta(microseconds=1)).astimezone(zone).date(),
        "today": now.astimezone(zone).date(),
        "reads": sorted(READS),
        "most": MOST,
    }
    rows = await (await connection.execute(statement, values)).fetchall()
    plain = [[_write(value) for value in row[:-1]] for row in rows]
    return Rows(section=section, rows=plain, total=rows[0][-1] if rows else 0)


def _write(value: object) -> str | int:
    match value:
        case int() | str():
            return value
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case None:
            return ""
        case _:
            return str(value)


# packs that were made -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A pack in the list."""

    id: UUID
    since: date
    until: date  # the last day
    made_at: datetime
    digest: str  # SHA-256 of the JSON, in hex digits


STORE_PACK: Final = """
insert into audit_pack (brand_id, id, since, until, made_at, digest, body)
values (current_brand(), %(id)s::uuid, %(since)s::date, %(until)s::date, %(now)s::timestamptz, %(digest)s::bytea,
  %(body)s::text)
"""
LIST_PACKS: Final = """
select id, since, until, made_at, encode(digest, 'hex') from audit_pack
where brand_id = current_brand() order by made_at desc, id desc limit %(limit)s::integer
"""
READ_PACK: Final = "select body from audit_pack where brand_id = current_brand() and id = %(id)s::uuid"


async def store_pack(
    connection: Connection, pack_id: UUID, *, since: date, until: date, digest: bytes, body: str, now: datetime
) -> None:
    """Keeps a pack as it was made."""
    values = {"id": pack_id, "since": since, "until": until, "digest": digest, "body": body, "now": now}
    await connection.execute(STORE_PACK, values)


async def list_packs(connection: Connection, *, limit: int = 50) -> tuple[Made, ...]:
    """The latest packs of the current brand."""
    rows = await (await connection.execute(LIST_PACKS, {"limit": limit})).fetchall()
    return tuple(Made(id=row[0], since=row[1], until=row[2], made_at=row[3], digest=row[4]) for row in rows)


async def read_pack(connection: Connection, pack_id: UUID) -> str | None:
    """A pack's JSON, as it was made."""
    row = await (await connection.execute(READ_PACK, {"id": pack_id})).fetchone()
    return None if row is None else cast("str", row[0])

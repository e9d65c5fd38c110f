"""SQL of the rehearsal: what is copied, what an evening was, and what became of a play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from okienko.database.pool import Connection
from okienko.policy.files import list_improvable
from okienko.rehearsal.evening import Written

# What a brand has published and set; `brand` itself first.
COPIED: Final = (
    "brand",
    "category",
    "article",
    "article_version",
    "article_question",
    "synonyms",
    "routing_example",
    "router",
    "published_text",
    "scenario",
    "scenario_version",
    "scenario_publication",
    "scenario_trigger",
    "incident",
    "incident_version",
    "incident_text",
    "radar_hour",
)
_WITHOUT_CUSTOMERS: Final = frozenset({"article_question"})  # where customers' own words stand, too


async def read_rows(connection: Connection) -> dict[str, list[dict[str, object]]]:
    """What is copied of the brand that is set, by table. Nothing can be written in this transaction from here on."""
    await connection.execute("set transaction read only")
    rows: dict[str, list[dict[str, object]]] = {}
    for table in COPIED:
        key = sql.Identifier("id" if table == "brand" else "brand_id")
        condition = sql.SQL(" and t.conversation_id is null") if table in _WITHOUT_CUSTOMERS else sql.SQL("")
        statement = sql.SQL("select to_jsonb(t) from {table} t where t.{key} = current_brand()").format(
            table=sql.Identifier(table), key=key
        )
        rows[table] = [row for (row,) in await (await connection.execute(statement + condition)).fetchall()]
    return rows


def write_rows(superuser: str, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """Puts what was read into an empty database."""
    with psycopg.connect(superuser) as connection:
        connection.execute("set session_replication_role = replica")  # neither triggers nor foreign keys: it is a copy
        connection.execute("set search_path = okienko")
        for table, own in rows.items():
            generated = {
                name
                for (name,) in connection.execute(
                    "select attname from pg_attribute where attrelid = %s::regclass and attgenerated <> ''", (table,)
                )
            }
            for row in own:
                plain = {name: value for name, value in row.items() if name not in generated}
                statement = sql.SQL("insert into {0} ({1}) select {1} from jsonb_populate_record(null::{0}, %s)")
                columns = sql.SQL(", ").join(map(sql.Identifier, plain))
                connection.execute(statement.format(sql.Identifier(table), columns), (Jsonb(plain),))


# Words of which the law of where their writer is forbids that they serve anything but their conversation are left out,
# and so are those about health and the like. That something was written then is kept: it is part of the load.
RECORD: Final = """
select m.at, m.conversation_id, c.language, c.channel,
  case when m.sensitive_until is null and may_be_used(c.brand_id, c.person_id)
    and may_improve(c.brand_id, c.id, %(improvable)s::text[]) then m.text end
from conversation c
join message m on m.brand_id = c.brand_id and m.conversation_id = c.id
where c.brand_id = current_brand() and c.updated_hour >= date_bin('1 hour', %(since)s::timestamptz, timestamptz 'epoch')
  and m.author = 'customer' and m.kind = 'text' and m.at >= %(since)s::timestamptz and m.at < %(until)s::timestamptz
order by m.at, m.id
limit %(limit)s::integer
"""


async def record(connection: Connection, *, since: datetime, until: datetime, limit: int) -> list[Written]:
    """What customers of the brand wrote in a time, masked, oldest first."""
    values = {"since": since, "until": until, "limit": limit, "improvable": [*list_improvable()]}
    return [
        Written(at=at, conversation=str(conversation), language=language, channel=channel, text=text or None)
        for at, conversation, language, channel, text in await (await connection.execute(RECORD, values)).fetchall()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of a conversation."""

    conversation: UUID
    article: bool  # an article was quoted
    offered: bool  # articles or scenarios were offered to choose from
    scenario: bool
    incident: bool  # it heard of an incident
    handed_over: bool


OUTCOMES: Final = """
select c.id,
  coalesce(bool_or(m.kind = 'answer'), false), coalesce(bool_or(m.kind = 'clarify'), false),
  exists (select from scenario_run r where r.brand_id = c.brand_id and r.conversation_id = c.id)
    or c.reason is not distinct from 'scenario',
  exists (
    select from incident_report i where i.brand_id = c.brand_id and i.conversation_id = c.id and i.told is not null),
  c.holder <> 'bot'
from conversation c
left join message m on m.brand_id = c.brand_id and m.conversation_id = c.id and m.author = 'bot'
where c.brand_id = current_brand() and c.id = any(%(conversations)s::uuid[])
group by c.brand_id, c.id, c.reason, c.holder
"""


async def read_outcomes(connection: Connection, conversations: Sequence[UUID]) -> list[Became]:
    """What became of these conversations."""
    rows = await (await connection.execute(OUTCOMES, {"conversations": [*conversations]})).fetchall()
    return [
        Became(
            conversation=id_,
            article=article,
            offered=offered,
            scenario=scenario,
            incident=incident,
            handed_over=handed_over,
        )
        for id_, article, offered, scenario, incident, handed_over in rows
    ]

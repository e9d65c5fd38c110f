"""Forgetting what has had its time: dedupe keys after thirty days, vaulted values when they expire."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from okienko.database.pool import Connection
from okienko.values import ConversationId, Language

MOST: Final = 5000  # rows at once
FORGET_SEEN: Final = """
delete from seen where (connection_id, key) in (
  select connection_id, key from seen where at < %(before)s::timestamptz order by at limit %(most)s::integer)
"""


async def forget_seen(connection: Connection, before: datetime) -> int:
    """Deletes up to `MOST` dedupe keys older than a moment; how many there were."""
    return (await connection.execute(FORGET_SEEN, {"before": before, "most": MOST})).rowcount


CLOSE_IDLE: Final = """
update conversation set closed_at = %(now)s::timestamptz, version = version + 1
where brand_id = current_brand() and id in (
  select id from conversation
  where brand_id = current_brand() and closed_at is null and holder = 'bot'
    and updated_hour < %(before)s::timestamptz
  limit %(most)s::integer)
"""


async def close_idle(connection: Connection, *, before: datetime, now: datetime) -> int:
    """Closes up to `MOST` conversations that the bot holds and in which nothing was said since `before`.

    The next message opens them again.
    """
    return (await connection.execute(CLOSE_IDLE, {"before": before, "now": now, "most": MOST})).rowcount


HAND_OVER: Final = """
update conversation set holder = 'queue', reason = 'code_skipped', queued_at = %(now)s::timestamptz,
  updated_at = %(now)s::timestamptz, version = version + 1
where brand_id = current_brand() and id in (
  select id from conversation
  where brand_id = current_brand() and closed_at is null and holder = 'bot' and reason = 'code_asked'
    and updated_hour < %(before)s::timestamptz and updated_at < %(before)s::timestamptz
  limit %(most)s::integer)
returning id, language
"""


async def hand_over_unverified(
    connection: Connection, *, before: datetime, now: datetime
) -> list[tuple[ConversationId, Language]]:
    """Conversations in which a code was asked for and nothing has come since `before`: a person gets them all the
    same. With the language in which their customers are to be told.
    """
    rows = await (await connection.execute(HAND_OVER, {"before": before, "now": now, "most": MOST})).fetchall()
    return [(ConversationId(conversation), language) for conversation, language in rows]


# The texts still name the numbers: they are written down as spent, so that no other value gets them.
EXPIRE_VAULT: Final = """
with expired as (
  delete from vault_item where brand_id = current_brand() and (conversation_id, id) in (
    select conversation_id, id from vault_item
    where brand_id = current_brand() and expires_at < %(now)s::timestamptz and not frozen(brand_id, person_id)
    limit %(most)s::integer)
  returning conversation_id, label, number
), spent as (
  insert into vault_spent (brand_id, conversation_id, label, number)
  select current_brand(), conversation_id, label, max(number) from expired group by conversation_id, label
  on conflict (brand_id, conversation_id, label) do update set number = greatest(vault_spent.number, excluded.number)
)
select count(*) from expired
"""


async def expire_vault(connection: Connection, now: datetime) -> int:
    """Deletes up to `MOST` sealed values of the current brand whose time is over; how many there were.

    Those of people who are held or restricted stay.
    """
    row = await (await connection.execute(EXPIRE_VAULT, {"now": now, "most": MOST})).fetchone()
    return row[0] if row else 0

"""What the database says after a load: SQL of the bench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from okienko.database.pool import Connection

# A message is lost when it is acknowledged and not stored, or stored and not answered; a repeat is a second row of one
# message or a second turn that answers it (one turn may say two things, in one commit); order is broken when a later
# answer covers earlier messages.
CHECK: Final = """
with said as (
  select conversation_id, id, answers,
    at > lag(at) over (partition by conversation_id order by id) as later,
    lag(answers) over (partition by conversation_id order by id) as before
  from message where brand_id = current_brand() and author = 'bot'
)
select
  (select coalesce(sum(arrived), 0) from lane where brand_id = current_brand()),
  (select count(*) from message where brand_id = current_brand() and author = 'customer'),
  (select coalesce(sum(arrived - answered), 0) from lane where brand_id = current_brand()),
  (select count(*) from said where answers = before and later),
  (select count(*) from said where answers < before),
  (select count(*) from message where brand_id = current_brand() and kind = 'answer'),
  (select count(*) from said),
  (select count(*) from outbox where brand_id = current_brand() and state <> 'sent')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Counts over all conversations of the brand."""

    arrived: int
    stored: int
    unanswered: int
    answered_twice: int
    out_of_order: int
    answers: int  # of them, those that quote an article
    says: int
    unsent: int


async def check(connection: Connection) -> Check:
    """Counts what the bench promises to be zero, and what it is compared with."""
    row = await (await connection.execute(CHECK)).fetchone()
    assert row is not None
    return Check(
        arrived=int(row[0]),
        stored=row[1],
        unanswered=int(row[2]),
        answered_twice=row[3],
        out_of_order=row[4],
        answers=row[5],
        says=row[6],
        unsent=row[7],
    )

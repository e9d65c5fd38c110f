"""What the bot could not answer, and what its answers did not help with: for whoever writes articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from okienko.database.pool import Connection
from okienko.policy.files import list_improvable
from okienko.values import BrandId, ConversationId, Language, MaskedText

Reason = Literal["wrong", "unclear", "outdated", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question that was left open."""

    conversation: ConversationId
    reference: str
    language: Language
    text: MaskedText
    at: datetime
    article: tuple[Language, str] | None  # the answer that did not help quoted it; None: there was no answer
    reason: Reason | None  # why it did not help
    may_improve: bool  # its words may make the bot better: the law of where the customer is does not forbid it


# The words of the turn; of a turn without words (a category was picked), those before it. Conversations with words
# about health and the like are left out altogether: nobody needs them to write an article. So are those of people who
# object, or want their data kept and not used.
LIST_UNANSWERED: Final = """
with open as (
  (
    select conversation_id, message_id, at, null as reason, false as answered from unanswered
    where brand_id = %(brand)s::uuid and at > %(since)s::timestamptz
    order by at desc limit %(limit)s::integer
  ) union all (
    select conversation_id, message_id, at, reason, true from answer_feedback
    where brand_id = %(brand)s::uuid and at > %(since)s::timestamptz and not helped
    order by at desc limit %(limit)s::integer
  )
)
select o.conversation_id, c.reference, c.language, said.text, o.at, cited.language, cited.article, o.reason,
  may_improve(c.brand_id, c.id, %(improvable)s::text[])
from open o
join conversation c on c.brand_id = %(brand)s::uuid and c.id = o.conversation_id
cross join lateral (
  select m.answers, coalesce((
    select max(p.answers) from message p
    where p.brand_id = %(brand)s::uuid and p.conversation_id = o.conversation_id and p.author = 'bot'
      and p.answers < m.answers
  ), 0) as before
  from message m
  where m.brand_id = %(brand)s::uuid and m.conversation_id = o.conversation_id and m.id = o.message_id
) turn
cross join lateral (
  select coalesce(
      string_agg(m.text, ' ' order by m.arrival) filter (where m.arrival > turn.before),
      (array_agg(m.text order by m.arrival desc))[1]
    ) as text,
    bool_or(m.sensitive_until is not null) as sensitive
  from message m
  where m.brand_id = %(brand)s::uuid and m.conversation_id = o.conversation_id and m.author = 'customer'
    and m.kind = 'text' and m.arrival <= turn.answers
) said
left join lateral (
  select t.article_language as language, t.article_id as article from citation t
  where o.answered and t.brand_id = %(brand)s::uuid and t.conversation_id = o.conversation_id
    and t.message_id = o.message_id
  order by t.position limit 1
) cited on true
where not said.sensitive and may_be_used(c.brand_id, c.person_id)
order by o.at, o.message_id
"""


async def list_unanswered(
    connection: Connection, brand_id: BrandId, *, since: datetime, limit: int = 2_000
) -> list[Unanswered]:
    """The questions left open after `since`, oldest first; at most `limit` of a kind, the newest. Words masked."""
    values = {"brand": brand_id, "since": since, "limit": limit, "improvable": [*list_improvable()]}
    cursor = await connection.execute(LIST_UNANSWERED, values)
    return [
        Unanswered(
            conversation=ConversationId(conversation),
            reference=reference,
            language=language,
            text=MaskedText(text),
            at=at,
            article=None if article is None else (article_language, article),
            reason=reason,
            may_improve=may_improve,
        )
        for (
            conversation,
            reference,
            language,
            text,
            at,
            article_language,
            article,
            reason,
            may_improve,
        ) in await cursor.fetchall()
    ]


async def find_unusable(connection: Connection, brand_id: BrandId, *, since: datetime, longest: int) -> frozenset[str]:
    """Customers' words after `since`, each as one line of at most `longest` characters, that nothing may learn from
    because of where these customers are. Words that somebody else has said too, whose place allows it, may serve.
    """
    found = await list_unanswered(connection, brand_id, since=since)
    lines = [(" ".join(one.text.text.split())[:longest].strip(), one.may_improve) for one in found]
    return frozenset(line for line, _ in lines) - {line for line, may_improve in lines if may_improve}


LIST_RECENT_QUESTIONS: Final = """
select said.text
from (
  select id from conversation
  where brand_id = %(brand)s::uuid and language = %(language)s::text and updated_hour > %(since)s::timestamptz
    and may_be_used(brand_id, person_id) and may_improve(brand_id, id, %(improvable)s::text[])
  order by updated_hour desc limit %(limit)s::integer
) c
cross join lateral (
  select m.text from message m
  where m.brand_id = %(brand)s::uuid and m.conversation_id = c.id and m.author = 'customer' and m.kind = 'text'
    and m.sensitive_until is null
  order by m.id limit 2
) said
"""


async def list_recent_questions(
    connection: Connection, brand_id: BrandId, language: Language, *, since: datetime, limit: int = 100
) -> list[MaskedText]:
    """The first two messages of each of the latest conversations in a language, of people whose place allows that their
    words serve to measure something.
    """
    values = {
        "brand": brand_id,
        "language": language,
        "since": since,
        "limit": limit,
        "improvable": [*list_improvable()],
    }
    cursor = await connection.execute(LIST_RECENT_QUESTIONS, values)
    return [MaskedText(text) for (text,) in await cursor.fetchall()]


COUNT_ANSWERS_HELPED: Final = """
select t.article_id, t.article_language, count(*) filter (where f.helped), count(*) filter (where f.reason = 'wrong'),
  count(*) filter (where f.reason = 'unclear'), count(*) filter (where f.reason = 'outdated'),
  count(*) filter (where f.reason = 'other'), count(*) filter (where not f.helped and f.reason is null)
from answer_feedback f
join citation t on t.brand_id = f.brand_id and t.conversation_id = f.conversation_id and t.message_id = f.message_id
join conversation c on c.brand_id = f.brand_id and c.id = f.conversation_id and may_be_used(c.brand_id, c.person_id)
where f.brand_id = %(brand)s::uuid and f.at > %(since)s::timestamptz
group by t.article_id, t.article_language
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """How answers that quote an article were rated."""

    helped: int
    reasons: dict[Reason | None, int]  # why not, with how many said so; None: without a reason

    @property
    def failed(self) -> int:
        """How many did not help."""
        return sum(self.reasons.values())


async def count_answers_helped(
    connection: Connection, brand_id: BrandId, *, since: datetime
) -> dict[tuple[str, Language], Helped]:
    """The ratings of the bot's answers after `since`, by the article that they quote."""
    rows = await (await connection.execute(COUNT_ANSWERS_HELPED, {"brand": brand_id, "since": since})).fetchall()
    reasons: Sequence[Reason | None] = ("wrong", "unclear", "outdated", "other", None)
    return {
        (article, language): Helped(
            helped=helped, reasons={reason: n for reason, n in zip(reasons, counts, strict=True) if n}
        )
        for article, language, helped, *counts in rows
    }

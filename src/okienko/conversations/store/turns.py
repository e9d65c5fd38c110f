"""The queue of turns: claim lanes, read situations, write plans. The write gives way to a person who came first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from okienko.database.arrays import ids, numbers, texts, times
from okienko.database.pool import Connection
from okienko.values import (
    Asked,
    BrandId,
    ConnectionId,
    ConversationId,
    Holder,
    Kind,
    MaskedText,
    PersonId,
    Plan,
    Run,
    Situation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lane that this worker may work on until its lease ends. `token` fences it off when it does."""

    brand: BrandId
    conversation: ConversationId
    token: int


CLAIM_LANES: Final = "select * from claim_lanes(%(limit)s::integer, %(now)s::timestamptz, %(lease)s::interval)"


async def claim_lanes(connection: Connection, *, limit: int, now: datetime, lease: timedelta) -> list[Lease]:
    """Leases up to `limit` lanes with unanswered messages, oldest first. A lost claim is claimed again after the lease,
    so it need not wait for the disk."""
    await connection.execute("set local synchronous_commit = off")
    rows = await (await connection.execute(CLAIM_LANES, {"limit": limit, "now": now, "lease": lease})).fetchall()
    return [Lease(brand=BrandId(b), conversation=ConversationId(c), token=t) for b, c, t in rows]


# The last forty messages are more than any customer writes before the next turn; a flood beyond is answered by the turn
# all the same, without being read word by word.
READ_SITUATIONS: Final = """
select c.id, c.person_id, c.connection_id, c.channel, w.token, c.version, c.holder, c.closed_at is not null, c.language,
  c.category, c.picked, c.reference, c.noticed, c.misses, l.failures, l.arrived,
  m.arrivals, m.kinds, m.texts, m.choices, m.ats, case when m.last_kind = 'clarify' then m.last_words end,
  m.sensitive or coalesce(m.last_kind = 'clarify' and m.last_sensitive, false), m.sensitive_before, (
    select t.article_id from citation t where t.brand_id = current_brand()
    and t.conversation_id = w.conversation_id and t.message_id = m.last_answer and t.position = 1
  ),
  case when c.holder = 'bot' or c.closed_at is not null then (
    select array_agg(v.lookup) from vault_item v
    where v.brand_id = current_brand() and v.conversation_id = w.conversation_id
  ) end, (
    select array[p.restricted_at is not null, p.people_only_at is not null, exists (
      select from identity i
      where i.brand_id = current_brand() and i.person_id = p.id and i.kind in ('email', 'phone')
    )] from person p
    where p.brand_id = current_brand() and p.id = c.person_id
  ), (
    select v.level from verification v
    where v.brand_id = current_brand() and v.conversation_id = w.conversation_id
    order by v.id desc limit 1
  ), (
    select array_agg(concat_ws(' ', k.kind, k.reference, case when k.closed_at is null then 'open' end) order by k.id)
    from support_case k where k.brand_id = current_brand() and k.conversation_id = w.conversation_id
  ), m.code_asked, c.holder = 'bot' and c.reason is not distinct from 'code_asked',
  c.public, coalesce(c.elsewhere_until > %(now)s::timestamptz, false), m.last_choices, e.incidents, e.told,
  n.scenario_id, n.version, n.step, n.names, n.answers, n.tries, n.path
from unnest(%(conversations)s::uuid[], %(tokens)s::bigint[]) as w (conversation_id, token)
cross join lateral (
  select * from lane
  where brand_id = current_brand() and conversation_id = w.conversation_id and token = w.token
    and arrived > answered limit 1
) l
cross join lateral (
  select * from conversation where brand_id = current_brand() and id = w.conversation_id limit 1
) c
cross join lateral (
  select
    array_agg(r.arrival order by r.id) filter (where r.arrival > l.answered and r.asks) as arrivals,
    array_agg(r.kind order by r.id) filter (where r.arrival > l.answered and r.asks) as kinds,
    array_agg(r.text order by r.id) filter (where r.arrival > l.answered and r.asks) as texts,
    array_agg(r.choice order by r.id) filter (where r.arrival > l.answered and r.asks) as choices,
    array_agg(r.at order by r.id) filter (where r.arrival > l.answered and r.asks) as ats,
    coalesce(bool_or('code' = any(r.choices)) filter (where r.author = 'bot'), false) as code_asked,
    coalesce(bool_or(r.sensitive_until is not null) filter (where r.arrival > l.answered), false) as sensitive,
    coalesce(bool_or(r.sensitive_until is not null) filter (where r.arrival <= l.answered), false) as sensitive_before,
    (array_agg(r.kind order by r.id desc) filter (where r.author = 'bot'))[1] as last_kind,
    (array_agg(array_to_string(r.choices, ' ') order by r.id desc) filter (where r.author = 'bot'))[1] as last_choices,
    (array_agg(r.id order by r.id desc) filter (where r.author = 'bot' and r.kind = 'answer'))[1] as last_answer,
    (array_agg(r.text order by r.id desc) filter (where r.arrival <= l.answered and r.kind = 'text'))[1] as last_words,
    (array_agg(r.sensitive_until is not null order by r.id desc)
      filter (where r.arrival <= l.answered and r.kind = 'text'))[1] as last_sensitive
  from (
    select id, author, kind, text, arrival, choice, choices, at, sensitive_until,
      apart is null and taken_back_at is null as asks
    from message
    where brand_id = current_brand() and conversation_id = w.conversation_id
    order by id desc limit 40
  ) r
) m
cross join lateral (
  select array_agg(i.incident_id) as incidents, array_agg(i.told) as told from incident_report i
  where i.brand_id = current_brand() and i.conversation_id = w.conversation_id and i.told is not null
) e
left join scenario_run n on n.brand_id = current_brand() and n.conversation_id = w.conversation_id
"""


async def read_situations(connection: Connection, leases: Sequence[Lease], now: datetime) -> list[Situation]:
    """The situations of leased lanes of one brand, in one round trip. A lease that was lost meanwhile is left out, and
    a lane in which nothing waits any more.
    """
    rows = await (
        await connection.execute(
            READ_SITUATIONS,
            {
                "conversations": ids([lease.conversation for lease in leases]),
                "tokens": numbers([lease.token for lease in leases]),
                "now": now,
            },
        )
    ).fetchall()
    return [
        Situation(
            conversation=ConversationId(conversation),
            person=PersonId(person),
            connection=ConnectionId(connection_id),
            channel=channel,
            token=token,
            version=version,
            holder=Holder(holder),
            closed=closed,
            language=language,
            category=category,
            picked=picked,
            reference=reference,
            noticed=noticed,
            misses=misses,
            failures=failures,
            arrived=arrived,
            asked=tuple(
                Asked(arrival=arrival, kind=Kind(kind), text=MaskedText(text), choice=choice, at=at)
                for arrival, kind, text, choice, at in zip(
                    arrivals or (), kinds or (), texts or (), choices or (), ats or (), strict=True
                )
            ),
            sensitive=sensitive,
            sensitive_before=sensitive_before,
            quoted=quoted,
            open_question=None if open_question is None else MaskedText(open_question),
            hidden=frozenset(map(bytes, hidden)) if hidden else frozenset(),
            restricted=wishes[0],
            people_only=wishes[1],
            reachable=wishes[2],
            verified=level in {"code", "person"},
            knows_order=level == "order",
            cases=_read_open(cases or ()),
            opened=len(cases or ()),
            code_asked=code_asked,
            code_awaited=code_awaited,
            public=public,
            elsewhere=elsewhere,
            offered=tuple((offered or "").split()),
            told=dict(zip(incidents or (), told or (), strict=True)),
            run=_read_run(run),
        )
        for (
            conversation,
            person,
            connection_id,
            channel,
            token,
            version,
            holder,
            closed,
            language,
            category,
            picked,
            reference,
            noticed,
            misses,
            failures,
            arrived,
            arrivals,
            kinds,
            texts,
            choices,
            ats,
            open_question,
            sensitive,
            sensitive_before,
            quoted,
            hidden,
            wishes,
            level,
            cases,
            code_asked,
            code_awaited,
            public,
            elsewhere,
            offered,
            incidents,
            told,
            *run,
        ) in rows
    ]


def _read_open(cases: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Kind and reference of the open ones: `complaint KR-K7F-2QDA open`."""
    parts = (case.split(" ") for case in cases)
    return tuple((kind, reference) for kind, reference, *is_open in parts if is_open)


def _read_run(row: Sequence[Any]) -> Run | None:
    scenario, version, step, names, answers, tries, path = row
    if scenario is None:
        return None
    kept = dict(zip(names, answers, strict=True))
    return Run(scenario=scenario, version=version, step=step, kept=kept, tries=tries, path=tuple(path))


# A plan is written if its lease still holds (the lane's token) and nobody changed the conversation since it was read
# (its version). A lane whose conversation moved on is released, to be decided anew. Shaped like `STORE_ARRIVALS`.
WRITE_PLANS: Final = """
with plan as (
  select * from unnest(
    %(conversations)s::uuid[], %(tokens)s::bigint[], %(versions)s::bigint[], %(arrived)s::bigint[], %(holders)s::text[],
    %(categories)s::text[], %(languages)s::text[], %(misses)s::integer[], %(reasons)s::text[], %(noticed)s::boolean[],
    %(picked)s::boolean[], %(routed)s::bigint[], %(notices)s::integer[], %(teams)s::text[], %(priorities)s::text[]
  ) as p (conversation_id, token, version, arrived, holder, category, language, misses, reason, noticed, picked, routed,
    notice, team, priority)
  order by conversation_id
), mine as (
  select p.* from plan p
  cross join lateral (
    select from lane
    where brand_id = current_brand() and conversation_id = p.conversation_id and token = p.token for update
  ) l
), held as (
  update conversation c set
    version = c.version + 1, holder = m.holder, category = m.category, language = m.language, misses = m.misses,
    picked = m.picked, routed = case
      when m.picked then null
      when m.routed is null and m.category is not distinct from c.category then c.routed
      else m.routed
    end, reason = m.reason, noticed = m.noticed, notice_version = coalesce(c.notice_version, m.notice),
    notice_language = coalesce(c.notice_language, case when m.notice is not null then m.language end),
    closed_at = null, updated_at = %(now)s::timestamptz,
    team = case when m.priority is null then c.team else m.team end, priority = coalesce(m.priority, c.priority),
    agent_id = case when m.holder = 'agent' then c.agent_id end,
    queued_at = case when m.holder = 'queue' then coalesce(c.queued_at, %(now)s::timestamptz) end
  from mine m
  where c.brand_id = current_brand() and c.id = m.conversation_id and c.version = m.version
  returning c.id as conversation_id, m.arrived
), done as (
  update lane l set
    answered = greatest(l.answered, h.arrived), failures = 0, lease_until = 'epoch',
    waiting_since = %(now)s::timestamptz
  from held h
  where l.brand_id = current_brand() and l.conversation_id = h.conversation_id
), released as (
  update lane l set lease_until = 'epoch'
  from mine m
  where l.brand_id = current_brand() and l.conversation_id = m.conversation_id
    and (m.conversation_id in (select conversation_id from held)) is not true
), say as (
  select * from unnest(
    %(say_conversations)s::uuid[], %(say_ids)s::uuid[], %(say_connections)s::text[], %(say_channels)s::text[],
    %(say_kinds)s::text[], %(say_texts)s::text[], %(say_answers)s::bigint[], %(say_choices)s::text[],
    %(say_confidences)s::real[], %(say_misses)s::boolean[], %(say_generators)s::text[], %(say_labels)s::text[],
    %(say_proposed)s::boolean[]
  ) as s (conversation_id, id, connection_id, channel, kind, text, answers, choices, confidence, misses, generator,
    labels, proposed)
  where (conversation_id in (select conversation_id from held)) is true
), said as (
  insert into message (brand_id, conversation_id, id, author, kind, text, answers, choices, confidence, generator, at,
    labels)
  select current_brand(), conversation_id, id, case when proposed then 'note' else 'bot' end, kind, text, answers,
    string_to_array(choices, ' '), confidence, generator, %(now)s::timestamptz, string_to_array(labels, E'\x1f')
  from say
), sent as (
  insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
  select current_brand(), conversation_id, id, connection_id, channel, 'bot', first_state(channel),
    %(now)s::timestamptz
  from say where not proposed
), missed as (
  insert into unanswered (brand_id, conversation_id, message_id, at)
  select current_brand(), conversation_id, id, %(now)s::timestamptz from say where misses
), cited as (
  insert into citation (brand_id, conversation_id, message_id, position, article_id, article_language, article_version,
    title, quote, published, marked_start, marked_end)
  select current_brand(), c.*
  from unnest(
    %(cite_conversations)s::uuid[], %(cite_messages)s::uuid[], %(cite_positions)s::integer[], %(cite_articles)s::text[],
    %(cite_languages)s::text[], %(cite_versions)s::integer[], %(cite_titles)s::text[], %(cite_quotes)s::text[],
    %(cite_dates)s::timestamptz[], %(cite_starts)s::integer[], %(cite_ends)s::integer[]
  ) as c (conversation_id, message_id, position, article_id, article_language, article_version, title, quote, published,
    marked_start, marked_end)
  where (c.conversation_id in (select conversation_id from held)) is true
), went_on as (
  insert into scenario_run (brand_id, conversation_id, scenario_id, version, step, names, answers, tries, path,
    changed_at)
  select current_brand(), conversation_id, scenario_id, version, step, string_to_array(names, E'\x1f'),
    string_to_array(answers, E'\x1f'), tries, string_to_array(path, E'\x1f'), %(now)s::timestamptz
  from unnest(
    %(run_conversations)s::uuid[], %(run_scenarios)s::text[], %(run_versions)s::integer[], %(run_steps)s::text[],
    %(run_names)s::text[], %(run_answers)s::text[], %(run_tries)s::integer[], %(run_paths)s::text[]
  ) as r (conversation_id, scenario_id, version, step, names, answers, tries, path)
  where (conversation_id in (select conversation_id from held)) is true
  on conflict (brand_id, conversation_id) do update set
    scenario_id = excluded.scenario_id, version = excluded.version, step = excluded.step, names = excluded.names,
    answers = excluded.answers, tries = excluded.tries, path = excluded.path, changed_at = excluded.changed_at
), reported as (
  insert into incident_report as i (brand_id, conversation_id, incident_id, told, first_at, last_at)
  select current_brand(), conversation_id, incident_id, told, %(now)s::timestamptz, %(now)s::timestamptz
  from unnest(%(report_conversations)s::uuid[], %(report_incidents)s::uuid[], %(report_told)s::integer[])
    as r (conversation_id, incident_id, told)
  where (conversation_id in (select conversation_id from held)) is true
  on conflict (brand_id, conversation_id, incident_id) do update set
    told = coalesce(excluded.told, i.told), asked = i.asked + 1, last_at = excluded.last_at
), left_it as (
  delete from scenario_run r
  where r.brand_id = current_brand() and r.conversation_id = any(%(run_ended)s::uuid[])
    and (r.conversation_id in (select conversation_id from held)) is true
)
select conversation_id from held
"""

_BETWEEN: Final = "\x1f"  # what stands between the elements of an array within an array; in no text that is stored


def pack_plans(plans: Sequence[Plan], says: Sequence[Sequence[UUID]], now: datetime) -> dict[str, object]:
    """The parameters of `WRITE_PLANS`; `says` has an id for each message of each plan."""
    spoken = [
        (plan, say, message)
        for plan, messages in zip(plans, says, strict=True)
        for say, message in zip(plan.says, messages, strict=True)
    ]
    cited = [
        (plan.situation.conversation, message, position, citation)
        for plan, say, message in spoken
        for position, citation in enumerate(say.citations, start=1)
    ]
    runs = [
        (plan.situation.conversation, plan.run)
        for plan in plans
        if plan.run is not None and plan.run != plan.situation.run
    ]
    reports = [(plan.situation.conversation, plan.report) for plan in plans if plan.report is not None]
    return {
        "now": now,
        "conversations": ids([p.situation.conversation for p in plans]),
        "tokens": numbers([p.situation.token for p in plans]),
        "versions": numbers([p.situation.version for p in plans]),
        "arrived": numbers([p.situation.arrived for p in plans]),
        "holders": texts([p.holder.value for p in plans]),
        "categories": texts([p.category for p in plans]),
        "picked": numbers([p.picked for p in plans]),
        "routed": numbers([p.routed for p in plans]),
        "languages": texts([p.language for p in plans]),
        "misses": numbers([p.misses for p in plans]),
        "reasons": texts([p.reason for p in plans]),
        "noticed": numbers([p.situation.noticed or p.notice is not None for p in plans]),
        "notices": numbers([p.notice for p in plans]),
        "teams": texts([p.team for p in plans]),
        "priorities": texts([p.priority for p in plans]),
        "say_conversations": ids([p.situation.conversation for p, _, _ in spoken]),
        "say_ids": ids([message for _, _, message in spoken]),
        "say_connections": texts([p.situation.connection for p, _, _ in spoken]),
        "say_channels": texts([p.situation.channel for p, _, _ in spoken]),
        "say_kinds": texts([s.kind.value for _, s, _ in spoken]),
        "say_texts": texts([s.text.text for _, s, _ in spoken]),
        "say_answers": numbers([p.situation.arrived for p, _, _ in spoken]),
        "say_choices": texts([" ".join(s.choices) for _, s, _ in spoken]),
        "say_confidences": numbers([s.confidence for _, s, _ in spoken]),
        "say_misses": numbers([p.reason == "no_answer" and s is p.says[-1] for p, s, _ in spoken]),
        "say_generators": texts([s.generator for _, s, _ in spoken]),
        "say_proposed": numbers([s.proposed for _, s, _ in spoken]),
        "cite_conversations": ids([conversation for conversation, _, _, _ in cited]),
        "cite_messages": ids([message for _, message, _, _ in cited]),
        "cite_positions": numbers([position for _, _, position, _ in cited]),
        "cite_articles": texts([c.article for _, _, _, c in cited]),
        "cite_languages": texts([c.language for _, _, _, c in cited]),
        "cite_versions": numbers([c.version for _, _, _, c in cited]),
        "cite_titles": texts([c.title for _, _, _, c in cited]),
        "cite_quotes": texts([c.quote for _, _, _, c in cited]),
        "cite_dates": times([c.published for _, _, _, c in cited]),
        "cite_starts": numbers([c.marked[0] if c.marked else None for _, _, _, c in cited]),
        "cite_ends": numbers([c.marked[1] if c.marked else None for _, _, _, c in cited]),
        "say_labels": texts([_join(s.labels) if s.labels else None for _, s, _ in spoken]),
        "run_conversations": ids([conversation for conversation, _ in runs]),
        "run_scenarios": texts([run.scenario for _, run in runs]),
        "run_versions": numbers([run.version for _, run in runs]),
        "run_steps": texts([run.step for _, run in runs]),
        "run_names": texts([_join(run.kept) for _, run in runs]),
        "run_answers": texts([_join(run.kept.values()) for _, run in runs]),
        "run_tries": numbers([run.tries for _, run in runs]),
        "run_paths": texts([_join(run.path) for _, run in runs]),
        "report_conversations": ids([conversation for conversation, _ in reports]),
        "report_incidents": ids([report.incident for _, report in reports]),
        "report_told": numbers([report.told for _, report in reports]),
        "run_ended": ids([p.situation.conversation for p in plans if p.run is None and p.situation.run is not None]),
    }


def _join(values: Iterable[str]) -> str:
    return _BETWEEN.join(value.replace(_BETWEEN, " ") for value in values)


RETRY_LATER: Final = """
update lane l set failures = l.failures + 1, lease_until = %(until)s::timestamptz
from unnest(%(conversations)s::uuid[], %(tokens)s::bigint[]) as w (conversation_id, token)
where l.brand_id = current_brand() and l.conversation_id = w.conversation_id and l.token = w.token
"""


async def retry_later(connection: Connection, leases: Sequence[Lease], until: datetime) -> None:
    """Puts lanes whose turn broke aside for a while and counts the failure."""
    await connection.execute(
        RETRY_LATER,
        {
            "conversations": [lease.conversation for lease in leases],
            "tokens": [lease.token for lease in leases],
            "until": until,
        },
    )


LANE_LAG: Final = "select waiting, seconds from lane_lag(%(now)s::timestamptz)"


async def lane_lag(connection: Connection, now: datetime) -> tuple[int, float]:
    """(lanes with unanswered messages, at most 10,000; seconds that the oldest has waited)."""
    row = await (await connection.execute(LANE_LAG, {"now": now})).fetchone()
    assert row is not None
    return row[0], row[1]

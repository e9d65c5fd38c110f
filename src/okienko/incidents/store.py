"""SQL of incidents: drafts, versions, what runs, marks, and which conversations asked about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from okienko.database.pool import Connection
from okienko.incidents.clear import Facts, Outcome
from okienko.incidents.incident import Incident
from okienko.values import BrandId, ConversationId, Language, MessageId, PersonId, StaffId

MOST_BACKGROUND: Final = 1500  # texts of each kind from which it is learnt how customers of a brand write
MOST_PREVIEWED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an incident."""

    id: UUID
    version: int
    edits: int
    incident: Incident
    live: int | None  # the version that is said; None: the incident was never declared
    saved_name: str | None
    saved_at: datetime
    declared_at: datetime | None  # this version
    ended_at: datetime | None  # the incident
    ended_name: str | None
    solved: bool | None
    reports: int  # conversations that asked about it

    @property
    def base(self) -> tuple[int, int]:
        """What a change of it names."""
        return self.version, self.edits


_VERSION: Final = """
select i.id, v.version, v.edits, v.broke, v.since, v.until, v.news_at, v.languages, v.channels, v.categories,
  v.examples, v.others, v.clears, i.live, s.name, v.saved_at, v.declared_at, i.ended_at, e.name, i.solved,
  t.languages, t.notices, t.solved,
  (select count(*) from incident_report r where r.brand_id = i.brand_id and r.incident_id = i.id)
from incident i
join incident_version v on v.brand_id = i.brand_id and v.incident_id = i.id
left join staff s on s.id = v.saved_by
left join staff e on e.id = i.ended_by
cross join lateral (
  select array_agg(x.language) as languages, array_agg(x.notice) as notices, array_agg(x.solved) as solved
  from incident_text x where x.brand_id = i.brand_id and x.incident_id = i.id and x.version = v.version
) t
where i.brand_id = %(brand)s::uuid
"""
_LATEST_ONLY: Final = """
and v.version = (
  select max(o.version) from incident_version o where o.brand_id = i.brand_id and o.incident_id = i.id
)
order by i.created_at desc limit 200
"""
LIST: Final = _VERSION + _LATEST_ONLY
READ_VERSIONS: Final = _VERSION + " and i.id = %(incident)s::uuid order by v.version desc"
READ_SAID: Final = _VERSION + " and i.id = %(incident)s::uuid and v.version = i.live"
READ_LIVE: Final = _VERSION + " and i.ended_at is null and v.version = i.live order by v.since, i.id"


async def list_incidents(connection: Connection, brand_id: BrandId) -> list[Version]:
    """The incidents of a brand in their latest version, the newest first; at most 200."""
    return await _read(connection, LIST, {"brand": brand_id})


async def read_versions(connection: Connection, brand_id: BrandId, incident: UUID) -> list[Version]:
    """Every version of an incident, the latest first; none where there is no such incident."""
    return await _read(connection, READ_VERSIONS, {"brand": brand_id, "incident": incident})


async def read_said(connection: Connection, brand_id: BrandId, incident: UUID) -> Incident:
    """An incident that was declared, in the version that is or was said last."""
    (said,) = await _read(connection, READ_SAID, {"brand": brand_id, "incident": incident})
    return said.incident


async def read_live(connection: Connection, brand_id: BrandId) -> list[Version]:
    """What was declared and has not been ended, in the version that is said; also what has yet to begin."""
    return await _read(connection, READ_LIVE, {"brand": brand_id})


async def _read(connection: Connection, statement: Any, values: Mapping[str, object]) -> list[Version]:
    rows = await (await connection.execute(statement, values)).fetchall()
    return [_version(row) for row in rows]


def _version(row: Sequence[Any]) -> Version:
    id_, version, edits, broke, since, until, news_at, languages, channels, categories = row[:10]
    examples, others, clears, live, saved_name, saved_at, declared_at, ended_at, ended_name, solved = row[10:20]
    spoken, notices, all_clears, reports = row[20:]
    return Version(
        id=id_,
        version=version,
        edits=edits,
        incident=Incident(
            broke=broke,
            since=since,
            until=until,
            news_at=news_at,
            languages=tuple(languages),
            channels=tuple(channels),
            categories=tuple(categories),
            notice=dict(zip(spoken or (), notices or (), strict=True)),
            solved=dict(zip(spoken or (), all_clears or (), strict=True)),
            clears=clears,
            examples=tuple(examples),
            others=tuple(others),
        ),
        live=live,
        saved_name=saved_name,
        saved_at=saved_at,
        declared_at=declared_at,
        ended_at=ended_at,
        ended_name=ended_name,
        solved=solved,
        reports=reports,
    )


# writing --------------------------------------------------------------------------------------------------------------

ADD: Final = """
insert into incident (brand_id, id, created_at)
values (%(brand)s::uuid, %(incident)s::uuid, %(now)s::timestamptz) on conflict do nothing
"""
LOCK: Final = """
select ended_at is not null from incident where brand_id = %(brand)s::uuid and id = %(incident)s::uuid for update
"""
LATEST: Final = """
select version, edits, declared_at is null from incident_version
where brand_id = %(brand)s::uuid and incident_id = %(incident)s::uuid order by version desc limit 1
"""
SAVE: Final = """
insert into incident_version as v (brand_id, incident_id, version, broke, since, until, news_at, languages, channels,
  categories, examples, others, clears, saved_by, saved_at)
values (%(brand)s::uuid, %(incident)s::uuid, %(version)s::integer, %(broke)s::text, %(since)s::timestamptz,
  %(until)s::timestamptz, %(news_at)s::timestamptz, %(languages)s::text[], %(channels)s::text[],
  %(categories)s::text[], %(examples)s::text[], %(others)s::text[], %(clears)s::boolean, %(staff)s::uuid,
  %(now)s::timestamptz)
on conflict (brand_id, incident_id, version) do update set
  edits = v.edits + 1, broke = excluded.broke, since = excluded.since, until = excluded.until,
  news_at = excluded.news_at, languages = excluded.languages, channels = excluded.channels,
  categories = excluded.categories, examples = excluded.examples, others = excluded.others, clears = excluded.clears,
  saved_by = excluded.saved_by, saved_at = excluded.saved_at
"""
SAVE_TEXT: Final = """
insert into incident_text (brand_id, incident_id, version, language, notice, solved)
values (%(brand)s::uuid, %(incident)s::uuid, %(version)s::integer, %(language)s::text, %(notice)s::text,
  %(solved)s::text)
on conflict (brand_id, incident_id, version, language) do update set
  notice = excluded.notice, solved = excluded.solved
"""


async def save(
    connection: Connection,
    brand_id: BrandId,
    id_: UUID,
    incident: Incident,
    *,
    base: tuple[int, int] | None,
    staff_id: StaffId | None,
    now: datetime,
) -> int | None:
    """Saves a draft: of a new incident (`base` None), or of another version of one. The version.

    None when somebody else has saved since `base`, the version and edit that were read, or when it has ended.
    """
    values: dict[str, object] = {"brand": brand_id, "incident": id_, "staff": staff_id, "now": now}
    await connection.execute(ADD, values)
    ended = await (await connection.execute(LOCK, values)).fetchone()
    row = await (await connection.execute(LATEST, values)).fetchone()
    if ended is None or ended[0] or (None if row is None else (row[0], row[1])) != base:
        return None
    version = 1 if row is None else row[0] if row[2] else row[0] + 1
    details = {
        "version": version,
        "broke": incident.broke.strip(),
        "since": incident.since,
        "until": incident.until,
        "news_at": incident.news_at,
        "languages": list(incident.languages),
        "channels": list(incident.channels),
        "categories": list(incident.categories),
        "examples": list(incident.examples),
        "others": list(incident.others),
        "clears": incident.clears,
    }
    await connection.execute(SAVE, {**values, **details})
    spoken: set[Language] = {*incident.notice, *incident.solved}
    for language in sorted(spoken):
        text = {"notice": incident.notice.get(language, ""), "solved": incident.solved.get(language, "")}
        await connection.execute(SAVE_TEXT, {**values, **text, "version": version, "language": language})
    return version


# A version counter of the brand, which workers look at: they read what runs anew.
BUMP: Final = "update brand set incidents_version = incidents_version + 1 where id = %(brand)s::uuid"
DECLARE: Final = """
update incident_version set declared_at = %(now)s::timestamptz
where brand_id = %(brand)s::uuid and incident_id = %(incident)s::uuid
  and (version, edits) = (%(version)s::integer, %(edits)s::integer) and declared_at is null
"""
SET_LIVE: Final = """
update incident set live = %(version)s::integer
where brand_id = %(brand)s::uuid and id = %(incident)s::uuid and ended_at is null
"""


async def go_live(
    connection: Connection, brand_id: BrandId, id_: UUID, base: tuple[int, int], *, now: datetime
) -> bool:
    """Says this version from now on; False when it is another one by now, when it was declared, or has ended."""
    values = {"brand": brand_id, "incident": id_, "version": base[0], "edits": base[1], "now": now}
    ended = await (await connection.execute(LOCK, values)).fetchone()
    if ended is None or ended[0] or (await connection.execute(DECLARE, values)).rowcount == 0:
        return False
    await connection.execute(SET_LIVE, values)
    await connection.execute(BUMP, values)
    return True


async def declare(
    connection: Connection,
    brand_id: BrandId,
    incident: Incident,
    *,
    id_: UUID,
    staff_id: StaffId | None,
    now: datetime,
) -> None:
    """Declares a new incident at once: workers say it within seconds. Whoever calls has looked for its problems."""
    version = await save(connection, brand_id, id_, incident, base=None, staff_id=staff_id, now=now)
    assert version == 1
    await go_live(connection, brand_id, id_, (1, 1), now=now)


END: Final = """
update incident set ended_at = %(at)s::timestamptz, ended_by = %(staff)s::uuid, solved = %(solved)s::boolean
where brand_id = %(brand)s::uuid and id = %(incident)s::uuid and ended_at is null and live is not null
"""
SET_SOLVED: Final = """
update incident_text set solved = %(text)s::text
where brand_id = %(brand)s::uuid and incident_id = %(incident)s::uuid and language = %(language)s::text
  and version = (select live from incident where brand_id = %(brand)s::uuid and id = %(incident)s::uuid)
"""


async def end(
    connection: Connection,
    brand_id: BrandId,
    id_: UUID,
    *,
    solved: bool,
    all_clear: Mapping[Language, str] | None = None,
    staff_id: StaffId | None,
    now: datetime,
) -> bool:
    """Ends an incident; when it is solved, those who asked about it are told: `all_clear`, or what was saved before.

    False when it has ended before or was never declared.
    """
    values = {"brand": brand_id, "incident": id_, "at": now, "staff": staff_id, "solved": solved}
    if (await connection.execute(END, values)).rowcount == 0:
        return False
    for language, text in (all_clear or {}).items():
        await connection.execute(SET_SOLVED, {**values, "language": language, "text": text})
    await connection.execute(BUMP, values)
    return True


# Also one that nobody was there to end: its time was over when it was over.
EXPIRE: Final = """
update incident i set ended_at = v.until, solved = v.clears
from incident_version v
where i.brand_id = %(brand)s::uuid and i.ended_at is null and v.brand_id = i.brand_id and v.incident_id = i.id
  and v.version = i.live and v.until <= %(now)s::timestamptz
returning i.id, i.solved
"""


async def expire(connection: Connection, brand_id: BrandId, now: datetime) -> list[tuple[UUID, bool]]:
    """Ends what has had its time; which, and whether it counts as solved."""
    rows = await (await connection.execute(EXPIRE, {"brand": brand_id, "now": now})).fetchall()
    if rows:
        await connection.execute(BUMP, {"brand": brand_id})
    return [(id_, solved) for id_, solved in rows]


DISCARD: Final = """
delete from incident where brand_id = %(brand)s::uuid and id = %(incident)s::uuid and live is null
"""


async def discard(connection: Connection, brand_id: BrandId, id_: UUID) -> bool:
    """Throws a draft away that was never declared; False when it was."""
    return (await connection.execute(DISCARD, {"brand": brand_id, "incident": id_})).rowcount > 0


# messages that were pointed at ----------------------------------------------------------------------------------------

Message = tuple[ConversationId, MessageId]

SET_MARK: Final = """
insert into incident_mark (brand_id, incident_id, conversation_id, message_id, about, staff_id, at)
select m.brand_id, %(incident)s::uuid, m.conversation_id, m.id, %(about)s::boolean, %(staff)s::uuid,
  %(now)s::timestamptz
from message m
where m.brand_id = %(brand)s::uuid and m.conversation_id = %(conversation)s::uuid and m.id = %(message)s::uuid
  and m.author = 'customer'
on conflict (brand_id, incident_id, conversation_id, message_id) do update set
  about = excluded.about, staff_id = excluded.staff_id, at = excluded.at
"""
REMOVE_MARKS: Final = """
delete from incident_mark
where brand_id = %(brand)s::uuid and incident_id = %(incident)s::uuid
  and (message_id = any(%(kept)s::uuid[])) is not true
"""


async def set_marks(
    connection: Connection,
    brand_id: BrandId,
    id_: UUID,
    marks: Mapping[Message, bool],
    *,
    staff_id: StaffId | None,
    now: datetime,
) -> None:
    """Which messages of customers are about the incident (True), and which only look like it. Others are unmarked."""
    values: dict[str, object] = {"brand": brand_id, "incident": id_, "staff": staff_id, "now": now}
    await connection.execute(REMOVE_MARKS, {**values, "kept": [message for _, message in marks]})
    for (conversation, message), about in marks.items():
        mark = {"conversation": conversation, "message": message, "about": about}
        await connection.execute(SET_MARK, {**values, **mark})


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A message that an editor has pointed at."""

    incident: UUID
    message: Message
    text: str
    about: bool


# Whoever objects, or wants their data kept and not used, is not read here; and words about health serve nobody's list.
READ_MARKS: Final = """
select k.incident_id, k.conversation_id, k.message_id, m.text, k.about
from incident_mark k
join incident i on i.brand_id = k.brand_id and i.id = k.incident_id and i.ended_at is null
join conversation c on c.brand_id = k.brand_id and c.id = k.conversation_id
join message m on m.brand_id = k.brand_id and m.conversation_id = k.conversation_id and m.id = k.message_id
where k.brand_id = %(brand)s::uuid and m.sensitive_until is null and may_be_used(c.brand_id, c.person_id)
order by k.at, k.message_id
"""


async def read_marks(connection: Connection, brand_id: BrandId) -> list[Marked]:
    """The marked messages of all incidents that have not ended."""
    rows = await (await connection.execute(READ_MARKS, {"brand": brand_id})).fetchall()
    return [
        Marked(incident=incident, message=(ConversationId(c), MessageId(m)), text=text, about=about)
        for incident, c, m, text, about in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A message of a customer, as the preview shows it."""

    message: Message
    reference: str
    language: Language
    channel: str
    picked: str | None
    text: str
    at: datetime


LIST_RECENT: Final = """
select c.id, m.id, c.reference, c.language, c.channel, case when c.picked then c.category end, m.text, m.at
from message m
join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
where m.brand_id = %(brand)s::uuid and m.author = 'customer' and m.kind = 'text' and m.sensitive_until is null
  and m.id > %(after)s::uuid and may_be_used(c.brand_id, c.person_id)
order by m.id desc limit %(most)s::integer
"""


async def list_recent(
    connection: Connection, brand_id: BrandId, *, after: UUID, most: int = MOST_PREVIEWED
) -> list[Recent]:
    """The last messages of customers since an id, the latest first: masked, without words about health and the like,
    and without those of people who object or want their data not to be used."""
    values = {"brand": brand_id, "after": after, "most": most}
    rows = await (await connection.execute(LIST_RECENT, values)).fetchall()
    return [
        Recent(
            message=(ConversationId(conversation), MessageId(message)),
            reference=reference,
            language=language,
            channel=channel,
            picked=picked,
            text=text,
            at=at,
        )
        for conversation, message, reference, language, channel, picked, text, at in rows
    ]


# What customers of the brand write, and what was written for them to find: from before, so that a fault of today does
# not seem to be what everybody always writes about.
READ_BACKGROUND: Final = """
(
  select m.text from message m
  join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
  where m.brand_id = %(brand)s::uuid and m.author = 'customer' and m.kind = 'text' and m.sensitive_until is null
    and m.id between %(after)s::uuid and %(before)s::uuid and may_be_used(c.brand_id, c.person_id)
  order by m.id desc limit %(most)s::integer
) union all (
  select v.title || '. ' || v.description
  from article a
  join article_version v on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language
    and v.version = a.version
  where a.brand_id = %(brand)s::uuid and a.state = 'published'
  limit %(most)s::integer
) union all (
  select text from article_question where brand_id = %(brand)s::uuid and conversation_id is null
  limit %(most)s::integer
)
"""


async def read_background(connection: Connection, brand_id: BrandId, *, after: UUID, before: UUID) -> list[str]:
    """Texts from which it is learnt how this brand's customers write."""
    values = {"brand": brand_id, "after": after, "before": before, "most": MOST_BACKGROUND}
    rows = await (await connection.execute(READ_BACKGROUND, values)).fetchall()
    return [text for (text,) in rows]


READ_VERSION: Final = "select incidents_version from brand where id = %(brand)s::uuid"


async def read_version(connection: Connection, brand_id: BrandId) -> int:
    """How often what runs has changed."""
    row = await (await connection.execute(READ_VERSION, {"brand": brand_id})).fetchone()
    return 0 if row is None else row[0]


# the all clear --------------------------------------------------------------------------------------------------------

SETTLED_AT_ONCE: Final = 200

# Conversations are locked first, and in order, as a turn does. What another worker is at is left to it.
LOCK_UNSETTLED: Final = """
select c.id from conversation c
where c.brand_id = %(brand)s::uuid and c.id in (
  select r.conversation_id from incident_report r
  join incident i on i.brand_id = r.brand_id and i.id = r.incident_id and i.solved
  where r.brand_id = %(brand)s::uuid and r.outcome is null
  order by r.conversation_id limit %(most)s::integer
)
order by c.id for no key update skip locked
"""
READ_UNSETTLED: Final = """
select r.incident_id, r.conversation_id, r.first_at, c.person_id, c.language, p.restricted_at is not null,
  exists (select from thread t where t.brand_id = c.brand_id and t.conversation_id = c.id and t.muted),
  exists (
    select from incident_report o
    join conversation d on d.brand_id = o.brand_id and d.id = o.conversation_id and d.person_id = c.person_id
    where o.brand_id = r.brand_id and o.incident_id = r.incident_id and o.conversation_id <> r.conversation_id
      and (o.outcome in ('told', 'letter')
        or (o.outcome is null and (o.last_at, o.conversation_id) > (r.last_at, r.conversation_id)))
  ),
  (
    select e.id from identity e
    where e.brand_id = c.brand_id and e.person_id = c.person_id and e.kind = 'email' and e.verified_at is not null
    order by e.verified_at desc limit 1
  ),
  c.updated_at
from incident_report r
join incident i on i.brand_id = r.brand_id and i.id = r.incident_id and i.solved
join conversation c on c.brand_id = r.brand_id and c.id = r.conversation_id
join person p on p.brand_id = c.brand_id and p.id = c.person_id
where r.brand_id = %(brand)s::uuid and r.outcome is null and r.conversation_id = any(%(conversations)s::uuid[])
order by r.conversation_id, r.incident_id for no key update of r
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A conversation that asked about an incident that is solved, and has not been told so."""

    incident: UUID
    conversation: ConversationId
    asked_at: datetime
    person: PersonId
    language: Language
    facts: Facts
    address: UUID | None  # a verified e-mail address


async def claim_unsettled(
    connection: Connection, brand_id: BrandId, *, now: datetime, most: int = SETTLED_AT_ONCE
) -> list[Unsettled]:
    """Locks up to `most` conversations that have yet to be told. Whoever is told in the same transaction is told once:
    when it breaks off, nobody was."""
    locked = await (await connection.execute(LOCK_UNSETTLED, {"brand": brand_id, "most": most})).fetchall()
    values = {"brand": brand_id, "conversations": [conversation for (conversation,) in locked]}
    rows = await (await connection.execute(READ_UNSETTLED, values)).fetchall() if locked else []
    return [
        Unsettled(
            incident=incident,
            conversation=ConversationId(conversation),
            asked_at=asked_at,
            person=PersonId(person),
            language=language,
            facts=Facts(
                restricted=restricted,
                withdrawn=withdrawn,
                elsewhere=elsewhere,
                has_address=address is not None,
                silent=now - updated_at,
            ),
            address=address,
        )
        for (
            incident,
            conversation,
            asked_at,
            person,
            language,
            restricted,
            withdrawn,
            elsewhere,
            address,
            updated_at,
        ) in rows
    ]


SETTLE: Final = """
update incident_report set outcome = %(outcome)s::text, settled_at = %(now)s::timestamptz,
  message_id = %(message)s::uuid, letter_id = %(letter)s::uuid
where brand_id = %(brand)s::uuid and conversation_id = %(conversation)s::uuid and incident_id = %(incident)s::uuid
"""


async def settle(
    connection: Connection,
    brand_id: BrandId,
    unsettled: Unsettled,
    outcome: Outcome,
    *,
    message: MessageId | None = None,
    letter: UUID | None = None,
    now: datetime,
) -> None:
    """What became of the all clear for one conversation."""
    values = {"brand": brand_id, "conversation": unsettled.conversation, "incident": unsettled.incident, "now": now}
    await connection.execute(SETTLE, {**values, "outcome": outcome, "message": message, "letter": letter})


SOLVE: Final = """
update incident set solved = true
where brand_id = %(brand)s::uuid and id = %(incident)s::uuid and ended_at is not null and not solved
"""


async def solve(connection: Connection, brand_id: BrandId, id_: UUID) -> bool:
    """What has ended without a word is solved after all: those who asked are told. False when it was before."""
    return (await connection.execute(SOLVE, {"brand": brand_id, "incident": id_})).rowcount > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Conversations of one incident to which the same happened, with some of them."""

    what: str  # an `Outcome`, or: waits, failed, letter-failed, open
    count: int
    references: Sequence[str]


# A message that the channel has not taken, and a letter that did not arrive, are told apart from those that did.
READ_ACCOUNT: Final = """
select what, count(*), (array_agg(reference order by at desc))[1:20]
from (
  select c.reference, r.last_at as at,
    case
      when r.outcome is null then case when i.solved then 'waits' else 'open' end
      when r.outcome in ('told', 'letter') and o.state in ('failed', 'unsure', 'cancelled') then 'failed'
      when r.outcome = 'letter' and l.state = 'failed' then 'letter-failed'
      else r.outcome
    end as what
  from incident_report r
  join incident i on i.brand_id = r.brand_id and i.id = r.incident_id
  join conversation c on c.brand_id = r.brand_id and c.id = r.conversation_id
  left join outbox o
    on o.brand_id = r.brand_id and o.conversation_id = r.conversation_id and o.message_id = r.message_id
  left join letter l on l.brand_id = r.brand_id and l.id = r.letter_id
  where r.brand_id = %(brand)s::uuid and r.incident_id = %(incident)s::uuid
) x
group by what order by what
"""


async def read_account(connection: Connection, brand_id: BrandId, id_: UUID) -> list[Account]:
    """What became of those who asked about an incident, by kind; of each kind the latest twenty by their reference."""
    rows = await (await connection.execute(READ_ACCOUNT, {"brand": brand_id, "incident": id_})).fetchall()
    return [Account(what=what, count=count, references=tuple(references)) for what, count, references in rows]


READ_ASKED: Final = """
select min(r.first_at) from incident_report r
join conversation c on c.brand_id = r.brand_id and c.id = r.conversation_id
where r.brand_id = current_brand() and r.incident_id = %(incident)s::uuid and c.person_id = %(person)s::uuid
"""


async def read_asked(connection: Connection, id_: UUID, person: PersonId) -> datetime | None:
    """When somebody asked about an incident first; None where that is gone."""
    row = await (await connection.execute(READ_ASKED, {"incident": id_, "person": person})).fetchone()
    return None if row is None else row[0]


LIST_CHANNELS: Final = """
select distinct channel from connection where brand_id = %(brand)s::uuid and active order by channel
"""


async def list_channels(connection: Connection, brand_id: BrandId) -> list[str]:
    """The channels that a brand has."""
    rows = await (await connection.execute(LIST_CHANNELS, {"brand": brand_id})).fetchall()
    return [channel for (channel,) in rows]


FIND_MESSAGES: Final = """
select distinct on (m.text) m.text, m.conversation_id, m.id from message m
join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
where m.brand_id = %(brand)s::uuid and m.author = 'customer' and m.kind = 'text' and m.sensitive_until is null
  and m.id > %(after)s::uuid and m.text = any(%(texts)s::text[]) and may_be_used(c.brand_id, c.person_id)
order by m.text, m.id desc
"""


async def find_messages(
    connection: Connection, brand_id: BrandId, texts: Sequence[str], *, after: UUID
) -> dict[str, Message]:
    """Which of these texts are customers' own words, written since an id: these are pointed at, and not copied."""
    values = {"brand": brand_id, "texts": list(texts), "after": after}
    rows = await (await connection.execute(FIND_MESSAGES, values)).fetchall()
    return {text: (ConversationId(conversation), MessageId(message)) for text, conversation, message in rows}


READ_ALL_VERSIONS: Final = "select id, incidents_version from brand where incidents_version > 0"


async def read_all_versions(connection: Connection) -> dict[BrandId, int]:
    """The same of all brands that ever had an incident; outside any brand."""
    rows = await (await connection.execute(READ_ALL_VERSIONS)).fetchall()
    return {BrandId(brand): version for brand, version in rows}

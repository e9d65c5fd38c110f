"""SQL of texts, consent and processors. Every function works inside the caller's transaction, with the brand set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

import psycopg

from okienko.audit import store as audit
from okienko.audit.chain import Action as AuditAction
from okienko.audit.store import Actor
from okienko.database.pool import Connection
from okienko.policy.brand import InForce
from okienko.policy.store import record_policy
from okienko.values import Brand, BrandId, Language, OperatorError, PersonId, StaffId

Action = Literal["given", "refused", "withdrawn"]
How = Literal["button", "words", "desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it was published."""

    kind: str
    language: Language
    version: int
    body: str
    sha256: bytes


_SAID: Final[Mapping[Action, AuditAction]] = {
    "given": "consent-given",
    "refused": "consent-refused",
    "withdrawn": "consent-withdrawn",
}
CHAT: Final = "chat"  # the purpose: processing and recording a chat, also with AI

# texts ------------------------------------------------------------------------------------------------------------

READ_TEXTS: Final = """
select kind, language, version, body, sha256 from published_text
where brand_id = current_brand() and until is null
"""
PUBLISH: Final = """
with ended as (
  update published_text set until = %(now)s::timestamptz
  where brand_id = current_brand() and kind = %(kind)s::text and language = %(language)s::text and until is null
  returning version
)
insert into published_text (brand_id, kind, language, version, body, since)
select current_brand(), %(kind)s::text, %(language)s::text, coalesce((select max(version) from ended), 0) + 1,
  %(body)s::text, %(now)s::timestamptz
returning version, sha256
"""
LOCK_TEXTS: Final = "select pg_advisory_xact_lock(hashtextextended('okienko texts ' || current_brand()::text, 0))"


async def read_texts(connection: Connection) -> Mapping[tuple[str, Language], Text]:
    """The texts in force, by kind and language."""
    rows = await (await connection.execute(READ_TEXTS)).fetchall()
    return {
        (kind, language): Text(kind=kind, language=language, version=version, body=body, sha256=bytes(sha256))
        for kind, language, version, body, sha256 in rows
    }


Written = Mapping[tuple[str, Language], str]


async def publish_texts(
    connection: Connection,
    brand: Brand,
    write: Callable[[Brand, Written], Written],
    now: datetime,
    *,
    by: Actor = audit.WORKER,
) -> Mapping[tuple[str, Language], Text]:
    """The texts in force, with what is worded otherwise now published as another version.

    `write` is `texts.write_texts`: it makes the bodies of a brand, given its own wordings.
    """
    known = await read_texts(connection)
    if all(key in known and known[key].body == body for key, body in write(brand, await read_own(connection)).items()):
        return known
    await connection.execute(LOCK_TEXTS)  # two processes that notice it at once publish one version
    known = await read_texts(connection)
    for (kind, language), body in write(brand, await read_own(connection)).items():
        if (kind, language) not in known or known[kind, language].body != body:
            values = {"kind": kind, "language": language, "body": body, "now": now}
            row = await (await connection.execute(PUBLISH, values)).fetchone()
            assert row is not None
            await audit.record(
                connection,
                "text-published",
                by=by,
                brand=brand.id,
                kind="text",
                object=kind,
                detail={"language": language, "version": row[0], "sha256": bytes(row[1]).hex()},
                now=now,
            )
    return await read_texts(connection)


READ_OWN: Final = """
select kind, language, wording from brand_text where brand_id = current_brand() and wording is not null
"""


async def read_own(connection: Connection) -> Written:
    """The brand's own wordings that are in force, by kind and language."""
    rows = await (await connection.execute(READ_OWN)).fetchall()
    return {(kind, language): wording for kind, language, wording in rows}


READ_DRAFTS: Final = """
select t.kind, t.language, t.draft, t.drafted_at, s.name from brand_text t left join staff s on s.id = t.drafted_by
where t.brand_id = current_brand() and t.draft is not null
"""
SAVE_DRAFT: Final = """
insert into brand_text as t (brand_id, kind, language, draft, drafted_by, drafted_at)
values (current_brand(), %(kind)s::text, %(language)s::text, %(draft)s::text,
  case when %(draft)s::text is not null then %(staff)s::uuid end,
  case when %(draft)s::text is not null then %(now)s::timestamptz end)
on conflict (brand_id, kind, language) do update
set draft = excluded.draft, drafted_by = excluded.drafted_by, drafted_at = excluded.drafted_at
"""
SET_WORDING: Final = """
insert into brand_text as t (brand_id, kind, language, wording, worded_by, worded_at)
values (current_brand(), %(kind)s::text, %(language)s::text, %(wording)s::text,
  case when %(wording)s::text is not null then %(staff)s::uuid end,
  case when %(wording)s::text is not null then %(now)s::timestamptz end)
on conflict (brand_id, kind, language) do update
set draft = null, drafted_by = null, drafted_at = null, wording = excluded.wording, worded_by = excluded.worded_by,
  worded_at = excluded.worded_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody is writing and has not published."""

    text: str
    by: str | None
    at: datetime


async def read_drafts(connection: Connection) -> Mapping[tuple[str, Language], Draft]:
    """Wordings that are still written, by kind and language."""
    rows = await (await connection.execute(READ_DRAFTS)).fetchall()
    return {(kind, language): Draft(text=text, by=by, at=at) for kind, language, text, at, by in rows}


async def save_draft(
    connection: Connection, kind: str, language: Language, draft: str | None, *, staff: StaffId, now: datetime
) -> None:
    """Keeps what somebody has written so far; None gives it up. Nothing of it is shown to customers."""
    values = {"kind": kind, "language": language, "draft": draft, "staff": staff, "now": now}
    await connection.execute(SAVE_DRAFT, values)


async def set_wording(
    connection: Connection, kind: str, language: Language, wording: str | None, *, staff: StaffId, now: datetime
) -> None:
    """The brand's own wording from now on; None: okienko's again. `publish_texts` publishes it, in this transaction.

    Look before whether it may be published: `texts.find_missing`.
    """
    await connection.execute(LOCK_TEXTS)
    values = {"kind": kind, "language": language, "wording": wording, "staff": staff, "now": now}
    await connection.execute(SET_WORDING, values)


READ_HISTORY: Final = """
select kind, language, version, body, sha256, since, until from published_text
where brand_id = current_brand() order by kind, language, version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A text with the time when it was in force. `until` None: it is."""

    text: Text
    since: datetime
    until: datetime | None


async def read_history(connection: Connection) -> Sequence[Published]:
    """Every text that was ever published."""
    rows = await (await connection.execute(READ_HISTORY)).fetchall()
    return [
        Published(
            text=Text(kind=kind, language=language, version=version, body=body, sha256=bytes(sha256)),
            since=since,
            until=until,
        )
        for kind, language, version, body, sha256, since, until in rows
    ]


# the ledger -------------------------------------------------------------------------------------------------------

# Taken back is only what was given.
ADD_EVENT: Final = """
insert into consent_event (brand_id, person_id, id, purpose, channel, action, how, text_kind, text_language,
  text_version, text_sha256, policy_hash, at)
select current_brand(), %(person)s::uuid, %(id)s::uuid, %(purpose)s::text, %(channel)s::text, %(action)s::text,
  %(how)s::text, %(kind)s::text, %(language)s::text, %(version)s::integer, %(sha256)s::bytea, %(hash)s::bytea,
  %(now)s::timestamptz
where %(action)s::text <> 'withdrawn' or exists (
  select from consent_now
  where brand_id = current_brand() and person_id = %(person)s::uuid and purpose = %(purpose)s::text
    and channel = %(channel)s::text and action = 'given')
returning id
"""


async def add_event(
    connection: Connection,
    *,
    brand: BrandId,
    person: PersonId,
    id: UUID,  # noqa: A002 - the column's name
    purpose: str,
    channel: str,
    action: Action,
    how: How,
    text: Text,
    in_force: InForce,
    now: datetime,
) -> bool:
    """Writes down what a person has said to a published text, under which rules: here, and in the audit log.

    False: nothing there to take back. A text that was never published, or not with these words, is refused by the
    database.
    """
    await record_policy(connection, in_force, now)
    values = {
        "person": person,
        "id": id,
        "purpose": purpose,
        "channel": channel,
        "action": action,
        "how": how,
        "kind": text.kind,
        "language": text.language,
        "version": text.version,
        "sha256": text.sha256,
        "hash": in_force.hash,
        "now": now,
    }
    if await (await connection.execute(ADD_EVENT, values)).fetchone() is None:
        return False
    await audit.record(
        connection,
        _SAID[action],
        by=audit.CUSTOMER,
        brand=brand,
        kind="person",
        object=person,
        detail={"purpose": purpose, "channel": channel, "text": text.kind, "version": text.version},
        now=now,
    )
    return True


READ_NOW: Final = """
select purpose, channel, action, at from consent_now
where brand_id = current_brand() and person_id = %(person)s::uuid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person's last word on a purpose, on a channel."""

    purpose: str
    channel: str
    action: Action
    at: datetime


async def read_now(connection: Connection, person: PersonId) -> Sequence[Standing]:
    """What holds of a person's consent now."""
    rows = await (await connection.execute(READ_NOW, {"person": person})).fetchall()
    return [Standing(purpose=purpose, channel=channel, action=action, at=at) for purpose, channel, action, at in rows]


HAS_CONSENT: Final = """
select action = 'given' from consent_now
where brand_id = current_brand() and person_id = %(person)s::uuid and purpose = %(purpose)s::text
  and channel = %(channel)s::text
"""


async def has_consent(connection: Connection, person: PersonId, purpose: str, channel: str) -> bool:
    """Whether a person agrees to a purpose on a channel at this moment. Ask in the transaction that acts on it."""
    values = {"person": person, "purpose": purpose, "channel": channel}
    row = await (await connection.execute(HAS_CONSENT, values)).fetchone()
    return row is not None and row[0]


READ_TEXT_GIVEN: Final = """
select t.kind, t.language, t.version, t.body, t.sha256 from consent_now e
join published_text t on t.brand_id = e.brand_id and t.kind = e.text_kind and t.language = e.text_language
  and t.version = e.text_version
where e.brand_id = current_brand() and e.person_id = %(person)s::uuid and e.purpose = %(purpose)s::text
  and e.channel = %(channel)s::text and e.action = 'given'
"""


async def read_text_given(connection: Connection, person: PersonId, purpose: str, channel: str) -> Text | None:
    """The text that a person has agreed to, where they still do."""
    values = {"person": person, "purpose": purpose, "channel": channel}
    row = await (await connection.execute(READ_TEXT_GIVEN, values)).fetchone()
    if row is None:
        return None
    return Text(kind=row[0], language=row[1], version=row[2], body=row[3], sha256=bytes(row[4]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many events of the ledger say the same to the same text."""

    purpose: str
    channel: str
    action: Action
    kind: str
    language: Language
    version: int
    events: int
    people: int  # for whom it is the last word


COUNT_EVENTS: Final = """
select e.purpose, e.channel, e.action, e.text_kind, e.text_language, e.text_version, count(*), count(n.id)
from consent_event e
left join consent_now n on n.brand_id = e.brand_id and n.person_id = e.person_id and n.id = e.id
where e.brand_id = current_brand() group by 1, 2, 3, 4, 5, 6 order by 1, 2, 4, 5, 6 desc, 3
"""


async def count_events(connection: Connection) -> Sequence[Count]:
    """The ledger, summed up by text and answer."""
    rows = await (await connection.execute(COUNT_EVENTS)).fetchall()
    return [
        Count(
            purpose=purpose,
            channel=channel,
            action=action,
            kind=kind,
            language=language,
            version=version,
            events=events,
            people=people,
        )
        for purpose, channel, action, kind, language, version, events, people in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the ledger."""

    person: PersonId
    purpose: str
    channel: str
    action: Action
    how: How
    kind: str
    language: Language
    version: int
    sha256: bytes
    at: datetime


LIST_EVENTS: Final = """
select person_id, purpose, channel, action, how, text_kind, text_language, text_version, text_sha256, at
from consent_event where brand_id = current_brand() order by at desc, id desc limit %(limit)s::integer
"""


async def list_events(connection: Connection, *, limit: int) -> Sequence[Event]:
    """The latest lines of the ledger."""
    rows = await (await connection.execute(LIST_EVENTS, {"limit": limit})).fetchall()
    return [
        Event(
            person=PersonId(person),
            purpose=purpose,
            channel=channel,
            action=action,
            how=how,
            kind=kind,
            language=language,
            version=version,
            sha256=bytes(sha256),
            at=at,
        )
        for person, purpose, channel, action, how, kind, language, version, sha256, at in rows
    ]


# places that a brand serves ---------------------------------------------------------------------------------------

READ_SERVES: Final = "select serves from brand where id = current_brand()"
SET_SERVES: Final = "update brand set serves = %(places)s::text[] where id = current_brand()"


async def read_serves(connection: Connection) -> tuple[str, ...]:
    """The places that a customer may say they are in, by the ids of their policies."""
    row = await (await connection.execute(READ_SERVES)).fetchone()
    return tuple(row[0]) if row is not None else ()


async def set_serves(connection: Connection, brand: Brand, places: Sequence[str], *, by: Actor, now: datetime) -> None:
    """Lets the customers of a brand say in which of these places they are."""
    await connection.execute(SET_SERVES, {"places": list(places)})
    await audit.record(
        connection,
        "policy-changed",
        by=by,
        brand=brand.id,
        kind="brand",
        object=brand.id,
        detail={"serves": ",".join(places)},
        now=now,
    )


# the data protection officer --------------------------------------------------------------------------------------

MOST_OFFICER: Final = 300  # characters
READ_OFFICER: Final = "select officer from brand where id = current_brand()"
SET_OFFICER: Final = "update brand set officer = %(officer)s::text where id = current_brand()"


async def read_officer(connection: Connection) -> str:
    """How the brand's data protection officer is reached; empty: nobody was named."""
    row = await (await connection.execute(READ_OFFICER)).fetchone()
    return row[0] if row is not None else ""


async def set_officer(connection: Connection, brand: Brand, officer: str, *, by: Actor, now: datetime) -> None:
    """Names the data protection officer, as everybody is shown it. At most 300 characters; empty: nobody."""
    await connection.execute(SET_OFFICER, {"officer": officer.strip()})
    await audit.record(
        connection,
        "policy-changed",
        by=by,
        brand=brand.id,
        kind="brand",
        object=brand.id,
        detail={"officer": bool(officer.strip())},
        now=now,
    )


# processors -------------------------------------------------------------------------------------------------------


class MayTrain(OperatorError):
    """A processor that may train on what it sees cannot be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Somebody who works on a brand's behalf."""

    id: UUID
    name: str
    does: str
    region: str
    transfer: str  # what allows the transfer, where there is one
    contract_on: date


READ_PROCESSORS: Final = """
select id, name, does, region, transfer, contract_on from processor
where brand_id = current_brand() and until is null order by lower(name), id
"""
ADD_PROCESSOR: Final = """
insert into processor (brand_id, id, name, does, region, transfer, contract_on, training_allowed, since)
values (current_brand(), %(id)s::uuid, %(name)s::text, %(does)s::text, %(region)s::text, %(transfer)s::text,
  %(contract_on)s::date, %(trains)s::boolean, %(now)s::timestamptz)
"""
END_PROCESSOR: Final = """
update processor set until = %(now)s::timestamptz
where brand_id = current_brand() and lower(name) = lower(%(name)s::text) and until is null
"""


async def read_processors(connection: Connection) -> Sequence[Processor]:
    """Who works for the brand now, by name."""
    rows = await (await connection.execute(READ_PROCESSORS)).fetchall()
    return [
        Processor(id=id_, name=name, does=does, region=region, transfer=transfer, contract_on=contract_on)
        for id_, name, does, region, transfer, contract_on in rows
    ]


async def add_processor(connection: Connection, processor: Processor, *, trains: bool, now: datetime) -> None:
    """Adds a processor. Raises `MayTrain` when their contract lets them train on what they see."""
    values = {
        "id": processor.id,
        "name": processor.name,
        "does": processor.does,
        "region": processor.region,
        "transfer": processor.transfer,
        "contract_on": processor.contract_on,
        "trains": trains,
        "now": now,
    }
    try:
        await connection.execute(ADD_PROCESSOR, values)
    except psycopg.errors.CheckViolation as error:
        if error.diag.constraint_name == "never_trains":
            raise MayTrain(
                "a processor that may train on customers' words cannot be added: change the contract"
            ) from None
        raise


async def end_processor(connection: Connection, name: str, now: datetime) -> bool:
    """Ends what a processor does for the brand; the row stays for the record. False: there is none of this name."""
    return (await connection.execute(END_PROCESSOR, {"name": name, "now": now})).rowcount > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Somebody who has worked on a brand's behalf."""

    processor: Processor
    since: datetime
    until: datetime


READ_PAST: Final = """
select id, name, does, region, transfer, contract_on, since, until from processor
where brand_id = current_brand() and until is not null order by until desc, id
"""


async def read_past_processors(connection: Connection) -> Sequence[Past]:
    """Who worked for the brand once, the latest to end first."""
    rows = await (await connection.execute(READ_PAST)).fetchall()
    return [
        Past(
            processor=Processor(
                id=id_, name=name, does=does, region=region, transfer=transfer, contract_on=contract_on
            ),
            since=since,
            until=until,
        )
        for id_, name, does, region, transfer, contract_on, since, until in rows
    ]

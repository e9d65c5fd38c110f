"""The audit chain on the real database: no gaps under load, every tampering found, contents that can be erased."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from okienko.audit import store
from okienko.audit.chain import READS, Action, Entry, Head, Payload, Problem, Walk, commit, make_head, make_leaf
from okienko.audit.heads import (
    SignedHead,
    Unreadable,
    is_genuine,
    read_entry,
    read_head,
    sign,
    write_entry,
    write_head,
)
from okienko.audit.store import OPERATOR, WORKER, erase_payload, list_log, read_end, record
from okienko.auditing import dump, verify_dump
from okienko.desk.audit.tell import ACTIONS
from tests.audit.conftest import NOW, SECRET, TRUSTED, Log, found


@pytest.mark.anyio
async def test_200_acts_at_once_have_200_numbers_without_a_gap(log: Log) -> None:
    connections = asyncio.Semaphore(10)  # as many as the pool has; the others would wait for one, and not for ever

    async def act(number: int) -> None:
        async with connections:
            await log.act(begin=number)

    await asyncio.gather(*map(act, range(200)))
    async with log.database.shared() as connection:
        entries = await store.read_entries(connection, after=0, limit=1000)
    assert [entry.number for entry in entries] == list(range(1, 201))
    verdict = await log.verify()
    assert (verdict.entries, verdict.problems) == (200, ())


@pytest.mark.anyio
async def test_an_act_that_is_rolled_back_leaves_neither_an_entry_nor_a_gap(log: Log) -> None:
    await log.act()
    async with log.database.brand(log.brand.id) as connection:
        await record(connection, "keys-rotated", by=OPERATOR, brand=log.brand.id, kind="key", now=NOW)
        raise psycopg.Rollback
    await log.act()
    verdict = await log.verify()
    assert (verdict.entries, verdict.problems) == (2, ())


@pytest.mark.anyio
async def test_an_open_transaction_that_has_recorded_holds_nobody_up(log: Log) -> None:
    """The chain's lock is taken by the commit, not by the act."""
    async with log.database.brand(log.brand.id) as connection:
        await record(connection, "data-exported", by=OPERATOR, brand=log.brand.id, kind="person", now=NOW)
        await log.act()  # would wait for ever
        async with log.database.shared() as other:
            end = await read_end(other)
    assert end is not None
    assert end.number == 1
    async with log.database.shared() as connection:
        end = await read_end(connection)
    assert end is not None
    assert end.number == 2


@pytest.mark.anyio
async def test_one_transaction_may_record_several_acts_of_several_brands(log: Log) -> None:
    async with log.database.brand(log.brand.id) as connection:
        for _ in range(3):
            await record(connection, "article-published", by=OPERATOR, brand=log.brand.id, kind="article", now=NOW)
    async with log.database.shared() as connection:
        await record(connection, "keys-rotated", by=OPERATOR, brand=None, kind="key", object="0" * 16, now=NOW)
        lines = await list_log(connection, limit=10)
    assert lines == ()  # it has its number with the commit
    async with log.database.shared() as connection:
        lines = await list_log(connection, limit=10)
    assert [(line.number, line.payload.action) for line in lines] == [(4, "keys-rotated")]  # the installation's alone
    verdict = await log.verify()
    assert (verdict.entries, verdict.problems) == (4, ())


@pytest.mark.anyio
@pytest.mark.parametrize("detail", ["jan@poczta.example", "Zażółć", 'x"y', "a" * 1001])
async def test_words_of_people_are_refused_by_the_database(log: Log, detail: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        async with log.database.brand(log.brand.id) as connection:
            await record(
                connection,
                "person-found",
                by=OPERATOR,
                brand=log.brand.id,
                kind="person",
                detail={"x": detail},
                now=NOW,
            )


# who may change it --------------------------------------------------------------------------------------------------

CHANGES: Final = [
    sql.SQL("update audit_entry set at = now() where number = 1"),
    sql.SQL("delete from audit_entry where number = 1"),
    sql.SQL("truncate audit_entry"),
    sql.SQL("update audit_head set at = now()"),
    sql.SQL("delete from audit_head"),
    sql.SQL("truncate audit_head cascade"),
    sql.SQL("update audit_payload set action = 'note-written'"),
    sql.SQL("truncate audit_payload"),
    sql.SQL("delete from audit_anchor"),
]
INSERT: Final = sql.SQL(
    "insert into audit_entry (number, id, at, commitment, leaf, head) values (9, gen_random_uuid(), now(), '', '', '')"
)


@pytest.mark.anyio
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["app", "owner"])
async def test_sec_16_neither_the_app_nor_the_owner_can_change_the_log(log: Log, change: sql.SQL, role: str) -> None:
    await log.act()
    with psycopg.connect(getattr(log.urls, role)) as connection:
        connection.execute("set search_path = okienko")
        connection.execute("select set_config('okienko.brand', %s, false)", (str(log.brand.id),))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(change)


@pytest.mark.anyio
async def test_sec_16_the_app_cannot_write_an_entry_by_itself(log: Log) -> None:
    with psycopg.connect(log.urls.app) as connection:
        connection.execute("set search_path = okienko")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(INSERT)


# what a superuser does ----------------------------------------------------------------------------------------------


def recompute(log: Log) -> None:
    """Takes the fifth entry out and makes a new chain of the others, in which every hash is right."""
    with psycopg.connect(log.superuser, autocommit=True) as connection:
        connection.execute("set search_path = okienko")
        connection.execute("set session_replication_role = replica")
        read = "select id, at, commitment from audit_entry where number <> 5 order by number"
        rows = connection.execute(read).fetchall()
        connection.execute("delete from audit_payload where id = (select id from audit_entry where number = 5)")
        connection.execute("delete from audit_entry")
        head = b""
        for number, (id_, at, commitment) in enumerate(rows, 1):
            leaf = make_leaf(number, at, id_, bytes(commitment))
            head = make_head(head, leaf)
            connection.execute(
                "insert into audit_entry values (%s, %s, %s, %s, %s, %s)", (number, id_, at, commitment, leaf, head)
            )


TAMPERED: Final[list[tuple[str, list[tuple[str, int, int]]]]] = [
    ("update audit_entry set at = at + interval '1 hour' where number = 4", [("changed", 4, 4), ("content", 4, 4)]),
    ("update audit_entry set commitment = sha256('x') where number = 4", [("changed", 4, 4), ("content", 4, 4)]),
    ("update audit_entry set leaf = sha256('x') where number = 4", [("unlinked", 4, 4), ("changed", 4, 4)]),
    ("delete from audit_entry where number = 4", [("missing", 4, 4)]),
    ("delete from audit_entry where number in (1, 2)", [("missing", 1, 2)]),
    (
        "update audit_entry set number = number + 100 where number in (4, 5);"
        "update audit_entry set number = 109 - number where number > 100",
        [("unlinked", 4, 4), ("changed", 4, 4), ("unlinked", 5, 5), ("changed", 5, 5), ("unlinked", 6, 6)],
    ),
    ("update audit_payload set action = 'note-written' where id = (select id from audit_entry where number = 4)",
     [("content", 4, 4)]),
    ("update audit_payload set actor = gen_random_uuid() where id = (select id from audit_entry where number = 4)",
     [("content", 4, 4)]),
    ("delete from audit_payload where id in (select id from audit_entry where number in (2, 3, 7))",
     [("erased", 2, 3), ("erased", 7, 7)]),
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(("statement", "problems"), TAMPERED)
async def test_sec_16_what_a_superuser_edits_deletes_or_reorders_is_found_at_its_entry(
    log: Log,
    statement: str,
    problems: list[tuple[str, int, int]],
) -> None:
    await log.act(8)
    anchored = await log.sign_end()
    log.tamper(statement)
    verdict = await log.verify(anchored)
    assert found(verdict.problems) == problems


@pytest.mark.anyio
@pytest.mark.parametrize("statement", ["delete from audit_entry where number > 5", "truncate audit_entry"])
async def test_sec_16_a_cut_off_end_is_found_with_a_head_from_outside_and_only_with_it(
    log: Log, statement: str
) -> None:
    await log.act(8)
    anchored = await log.sign_end()
    async with log.database.shared() as connection:
        await store.store_head(connection, anchored)
    log.tamper(statement, "delete from audit_head")
    kept = 0 if "truncate" in statement else 5
    unaware = await log.verify()
    assert (unaware.entries, unaware.problems) == (kept, ())
    verdict = await log.verify(anchored)
    assert found(verdict.problems) == [("cut", kept + 1, 8)]


@pytest.mark.anyio
async def test_sec_16_a_whole_new_chain_is_found_for_nobody_can_sign_it(log: Log) -> None:
    await log.act(4)
    early = await log.sign_end()
    await log.act(4, begin=4)
    late = await log.sign_end(NOW + timedelta(hours=1))
    await log.act(1, begin=8)
    recompute(log)
    assert (await log.verify()).problems == ()
    verdict = await log.verify(early, late)
    assert verdict.problems == (Problem(what="otherwise", first=5, last=8, at=NOW + timedelta(hours=1)),)
    forged = sign(bytes(32), Head(number=8, head=b"x" * 32, at=NOW))
    verdict = await log.verify(early, forged)
    assert (verdict.problems, verdict.foreign) == ((), 1)  # said, and not taken for a proof of anything


@pytest.mark.anyio
async def test_sec_16_the_same_is_found_in_a_dump_without_a_database(log: Log) -> None:
    await log.act(6)
    anchored = await log.sign_end()
    lines = [line async for line in dump(log.database, [log.brand.id])]
    assert verify_dump(lines, heads=[anchored], trusted=TRUSTED, now=NOW).problems == ()
    assert found(verify_dump(lines[:4], heads=[anchored], trusted=TRUSTED, now=NOW).problems) == [("cut", 5, 6)]
    assert found(verify_dump([*lines[:2], *lines[3:]], heads=(), trusted=TRUSTED, now=NOW).problems) == [
        ("missing", 3, 3)
    ]
    assert found(verify_dump([lines[1], lines[0]], heads=(), trusted=TRUSTED, now=NOW).problems) == [
        ("missing", 1, 1),
        ("unlinked", 1, 1),
    ]
    with pytest.raises(Unreadable):
        verify_dump([*lines, "{}"], heads=(), trusted=TRUSTED, now=NOW)


@pytest.mark.anyio
async def test_what_an_entry_says_can_be_erased_and_the_chain_stays_whole(log: Log) -> None:
    await log.act(3)
    async with log.database.brand(log.brand.id) as connection:
        line = (await list_log(connection, limit=10))[1]
        assert await erase_payload(connection, line.payload.id, by=WORKER, brand=log.brand.id, now=NOW)
    async with log.database.brand(log.brand.id) as connection:
        assert [one.number for one in await list_log(connection, limit=10)] == [4, 3, 1]
        assert not await erase_payload(connection, line.payload.id, by=WORKER, brand=log.brand.id, now=NOW)
    verdict = await log.verify()
    assert (verdict.entries, verdict.problems) == (4, ())


@pytest.mark.anyio
async def test_an_end_that_nobody_signs_is_a_problem_after_an_hour(log: Log) -> None:
    await log.act(3)
    later = NOW + timedelta(hours=2)
    verdict = await log.verify(now=later)
    assert found(verdict.problems) == [("unsigned", 1, 3)]
    anchored = await log.sign_end()
    assert (await log.verify(anchored, now=later)).problems == ()


# values ---------------------------------------------------------------------------------------------------------------

WORDS: Final = st.text(alphabet="abcdefghijklmnopqrstuvwxyz-", max_size=12)
PAYLOADS: Final = st.builds(
    Payload,
    id=st.uuids(),
    brand=st.none() | st.uuids(),
    at=st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    actor_kind=st.sampled_from(["staff", "operator", "worker"]),
    actor=st.none() | st.uuids(),
    role=st.none() | WORDS,
    action=WORDS,
    object_kind=WORDS,
    object=st.none() | WORDS,
    conversation=st.none() | st.uuids(),
    detail=WORDS,
    salt=st.binary(min_size=32, max_size=32),
)


@given(payload=PAYLOADS, other=PAYLOADS, number=st.integers(1, 2**62))
def test_an_entry_survives_its_line_and_commits_to_one_payload_alone(
    payload: Payload, other: Payload, number: int
) -> None:
    commitment = commit(payload)
    leaf = make_leaf(number, payload.at, payload.id, commitment)
    entry = Entry(
        number=number, id=payload.id, at=payload.at, commitment=commitment, leaf=leaf, head=make_head(b"", leaf)
    )
    assert read_entry(write_entry(entry, payload)) == (entry, payload)
    assert read_entry(write_entry(entry, None)) == (entry, None)
    assert (commit(other) == commitment) == (other == payload)


@given(number=st.integers(1, 2**62), head=st.binary(min_size=32, max_size=32), at=st.datetimes(timezones=st.just(UTC)))
def test_a_signed_head_survives_its_line_and_nothing_of_it_can_be_changed(
    number: int, head: bytes, at: datetime
) -> None:
    signed = sign(SECRET, Head(number=number, head=head, at=at))
    assert read_head(write_head(signed)) == signed
    assert is_genuine(signed, TRUSTED)
    changed: list[Head] = [
        Head(number=number + 1, head=head, at=at),
        Head(number=number, head=bytes([head[0] ^ 1, *head[1:]]), at=at),
    ]
    for one in changed:
        assert not is_genuine(SignedHead(head=one, key=signed.key, signature=signed.signature), TRUSTED)
    assert not is_genuine(sign(bytes(32), signed.head), TRUSTED)


@pytest.mark.parametrize("line", ["", "[]", "{}", "null", '{"is": "okienko audit head 1"}', "x" * 50])
def test_a_line_that_is_no_head_is_refused(line: str) -> None:
    with pytest.raises(Unreadable):
        read_head(line)


def test_every_act_has_words_at_the_desk() -> None:
    assert set(ACTIONS) == set(get_args(Action))
    assert set(ACTIONS) > READS


def test_a_walk_over_nothing_finds_nothing() -> None:
    assert Walk(signed=()).end(NOW) == []

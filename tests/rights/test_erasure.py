"""After an erasure nothing of a person is found, also when an older backup is brought back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from okienko.audit.store import OPERATOR
from okienko.database.backup import BackupFailed, dump, restore_aside
from okienko.database.embedded import EmbeddedPostgres
from okienko.database.ids import new_id
from okienko.database.migrate import migrate
from okienko.database.pool import Database
from okienko.database.space import rewrite
from okienko.database.urls import Urls
from okienko.prove.needles import Plant, Search
from okienko.prove.places import read_database, read_files
from okienko.restore import replay, restore
from okienko.rights import files, fulfil
from okienko.rights.catalogue import Catalogue, Column, Link, find_troubles
from okienko.rights.files import BadLedger
from okienko.rights.retention.schedule import KEPT
from okienko.rights.store import holds
from okienko.rights.store.catalogue import read_catalogue
from okienko.values import MaskedText
from tests.rights.world import Clock, Someone, World, never, open_world

PEOPLE = 50
ERASED = 6


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Three people."""
    async with open_world(database_urls, tmp_path) as world:
        for _ in range(3):
            await world.settle_in(others=world.people[-1:])
        yield world


# everything, everywhere -------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server of its own, so that all its files can be searched."""
    with EmbeddedPostgres.start(tmp_path / "run" / "data", durable=False) as server:
        migrate(server.urls.owner, now=Clock()())
        yield server


def plants(people: list[Someone]) -> list[Plant]:
    """What was planted for somebody, in clear and as it is known by."""
    return [
        Plant(kind=place, way=someone.reference, needles=(value,))
        for someone in people
        for place, value in (*someone.handed.items(), *someone.kept_back.items())
    ]


def look(server: EmbeddedPostgres, folder: Path, people: list[Someone]) -> set[str]:
    """Whose values are found, and where; the log before the last checkpoint is left out, for it expires."""
    search = Search(plants(people))
    places = [*read_database(server), *read_files(folder)]
    hits = {hit for place, data in places if place != "write-ahead log" for hit in search.look(place, data)}
    return {f"{hit.plant.way} {hit.plant.kind} in {hit.place}" for hit in hits}


def tidy(server: EmbeddedPostgres) -> None:
    """What the night does."""
    with psycopg.connect(server.urls.owner, autocommit=True) as owner:
        assert rewrite(owner, everything=True).busy == ()


@pytest.mark.anyio
async def test_dsr_05_dsr_06_nothing_is_left_of_the_erased_nor_comes_back(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    backup, folder = tmp_path / "before.dump", tmp_path / "run"
    async with open_world(server.urls, tmp_path) as world:
        for _ in range(PEOPLE):
            await world.settle_in(others=world.people[-2:])
        dump(server, backup)
        erased, others = world.people[:: PEOPLE // ERASED][:ERASED], world.people[1:4]
        assert len(look(server, folder, erased)) > ERASED * 5  # the search does see what is there
        for someone in erased:
            receipt = await world.erase(someone.id)
            assert receipt.rows["message"] == 5
            assert receipt.backups_until - receipt.at == timedelta(days=35)
        tidy(server)
        assert look(server, folder, erased) == set()
        assert look(server, folder, others)
        ledger, clock = world.ledger, world.clock
    written = ledger.read_text()
    assert written.count("\n") == ERASED
    assert not any(value in written for someone in erased for value in someone.handed.values())
    restored = await restore(server, backup, ledger, replace=True, clock=clock)
    assert (restored.replayed.erasures, restored.replayed.people) == (ERASED, ERASED)
    tidy(server)
    assert look(server, folder, erased) == set()
    assert look(server, folder, others)
    with psycopg.connect(server.superuser) as connection:
        names = {name for (name,) in connection.execute("select datname from pg_database")}
    assert names == {"okienko", "postgres", "template0", "template1"}
    async with await Database.open(server.urls.app, size=2) as database:
        assert (await replay(database, ledger, clock)).erasures == 0  # once is enough


def test_a_used_database_is_not_replaced_unasked(server: EmbeddedPostgres, tmp_path: Path) -> None:
    dump(server, tmp_path / "empty.dump")
    with psycopg.connect(server.urls.owner) as owner:
        owner.execute(
            """insert into okienko.brand (id, slug, name, language, languages, accent, timezone, hours, created_at)
            values (gen_random_uuid(), 'x', 'X', 'pl', '{pl}', '#112233', 'UTC', 'always', now())"""
        )
    with pytest.raises(BackupFailed, match="--replace"):
        restore_aside(server, tmp_path / "empty.dump", replace=False)
    (tmp_path / "broken.dump").write_bytes(b"nothing of the kind")
    with pytest.raises(BackupFailed, match="cannot be restored"):
        restore_aside(server, tmp_path / "broken.dump", replace=True)
    with pytest.raises(BackupFailed, match="is there already"):
        dump(server, tmp_path / "empty.dump")


# one erasure ------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_every_table_is_empty_of_an_erased_person_and_others_keep_theirs(world: World) -> None:
    someone, other = world.people[0], world.people[1]
    before = await world.run("select articles_version from brand where id = current_brand()")
    receipt = await world.erase(someone.id)
    assert set(receipt.rows) >= {"person", "person_key", "conversation", "message", "vault_item", "thread", "outbox"}
    async with world.database.brand(world.brand.id) as connection:
        catalogue = await read_catalogue(connection)
        for table, columns in catalogue.tables.items():
            names = [c.name for c in columns if c.name in {"person_id", "conversation_id"}]
            for name in names if table != "erasure_ledger" else ():
                rows = await connection.execute(
                    f"select count(*) from {table} where {name} in (%s, %s)".encode(),
                    (someone.id, someone.conversation),
                )
                assert await rows.fetchone() == (0,), table
    assert await world.run("select count(*) from message where conversation_id = %(c)s", c=other.conversation) == [(5,)]
    after = await world.run("select articles_version from brand where id = current_brand()")
    assert after[0][0] == before[0][0] + 1  # indexes in memory follow


@pytest.mark.anyio
async def test_the_register_stays_without_the_person(world: World) -> None:
    someone = world.people[0]
    copy = await world.ask(someone.id, "access", words="Proszę o kopię")
    await world.erase(someone.id)
    rows = await world.run("select kind, state, person_id, words from rights_request order by kind")
    theirs = [row for row in rows if row[2] is None]
    assert theirs == [
        ("access", "withdrawn", None, ""),
        ("complaint", "open", None, ""),
        ("erase", "fulfilled", None, ""),
    ]
    (events,) = await world.run("select count(*) from rights_event where request_id = %(id)s", id=copy)
    assert events == (3,)
    (line,) = await world.run("select person_id, replayed from erasure_ledger")
    assert line == (someone.id, False)


@pytest.mark.anyio
async def test_nobody_is_erased_without_a_verified_request(world: World) -> None:
    someone = world.people[0]
    request = await world.ask(someone.id, "erase", verified=False)
    with pytest.raises(fulfil.NotReady, match="found out"):
        await erase(world, request)
    with pytest.raises(psycopg.DatabaseError, match="verified request"):
        await world.run(
            """insert into erasure_ledger (brand_id, id, person_id, request_id, row_count, at)
            values (current_brand(), gen_random_uuid(), %(p)s, %(r)s, 1, %(now)s)""",
            p=someone.id,
            r=request,
            now=world.clock(),
        )
    assert await world.run("select count(*) from person") == [(3,)]


async def erase(world: World, request: UUID, *, pause: Callable[[float], Awaitable[None]] = never) -> None:
    await fulfil.erase(
        world.database,
        world.brand.id,
        request,
        ledger=world.ledger,
        by=OPERATOR,
        clock=world.clock,
        pause=pause,
    )


@pytest.mark.anyio
async def test_what_is_being_sent_is_waited_for_and_nothing_is_sent_afterwards(world: World) -> None:
    someone = world.people[0]
    request = await world.ask(someone.id, "erase")
    await world.run(
        """update outbox set state = 'sending', channel = 'webhook', claimed_until = %(until)s
        where conversation_id = %(c)s""",
        c=someone.conversation,
        until=world.clock() + timedelta(seconds=30),
    )
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        world.clock.move(seconds=10)

    await erase(world, request, pause=wait)
    assert len(waits) == 3
    async with world.database.shared() as connection:
        claimed = await connection.execute(
            "select count(*) from claim_outbox(10, %s, '1 minute')", (world.clock() + timedelta(days=1),)
        )
        assert await claimed.fetchone() == (0,)


@pytest.mark.anyio
async def test_a_ledger_that_cannot_be_written_stops_the_erasure(world: World) -> None:
    someone = world.people[0]
    request = await world.ask(someone.id, "erase")
    blocked = replace(world, ledger=Path("/dev/null/erasures.jsonl"))
    with pytest.raises(OSError, match=r"exists|irectory"):
        await erase(blocked, request)
    assert await world.run("select count(*) from person where id = %(p)s", p=someone.id) == [(1,)]
    assert await world.run("select count(*) from erasure_ledger") == [(0,)]


@pytest.mark.anyio
async def test_a_line_that_was_cut_off_is_no_erasure_and_a_damaged_one_is_said(world: World) -> None:
    await world.erase(world.people[0].id)
    whole = world.ledger.read_bytes()
    world.ledger.write_bytes(whole + whole[:40])
    assert len(files.read(world.ledger)[world.brand.id]) == 1
    await world.erase(world.people[1].id)
    assert len(files.read(world.ledger)[world.brand.id]) == 2
    world.ledger.write_bytes(b"{}\n" + whole)
    with pytest.raises(BadLedger, match="line 1"):
        files.read(world.ledger)


@pytest.mark.anyio
async def test_each_start_makes_both_ledgers_whole(world: World) -> None:
    await world.erase(world.people[0].id)
    world.ledger.unlink()
    done = await replay(world.database, world.ledger, world.clock)
    assert done.erasures == 0
    assert len(files.read(world.ledger)[world.brand.id]) == 1
    await world.run("delete from erasure_ledger")  # as in a database that was restored …
    await world.run(
        "insert into person (brand_id, id, created_at) values (current_brand(), %(p)s, now())", p=world.people[0].id
    )  # … with them in it
    done = await replay(world.database, world.ledger, world.clock)
    assert (done.erasures, done.people) == (1, 1)
    assert await world.run("select action from audit_payload where action = 'ledger-replayed'") == []  # no brand's
    assert await world.run("select replayed from erasure_ledger") == [(True,)]


# legal holds ------------------------------------------------------------------------------------------------------


async def hold(world: World, someone: Someone) -> UUID:
    now = world.clock()
    hold = new_id(now)
    async with world.database.brand(world.brand.id) as connection:
        await holds.set_hold(
            connection,
            id=hold,
            person=someone.id,
            reason=MaskedText("Pozew w sprawie zamówienia"),
            staff=world.agents[0],
            review_on=now.date() + timedelta(days=90),
            now=now,
        )
    return hold


@pytest.mark.anyio
async def test_dsr_07_an_approved_hold_blocks_erasure_and_its_release_unblocks_it(world: World) -> None:
    someone, now = world.people[0], world.clock()
    request = await world.ask(someone.id, "erase")
    set_ = await hold(world, someone)
    async with world.database.brand(world.brand.id) as connection:
        with pytest.raises(psycopg.errors.CheckViolation):
            async with connection.transaction():
                await holds.approve_hold(connection, set_, staff=world.agents[0], now=now)
        assert await holds.approve_hold(connection, set_, staff=world.agents[1], now=now)
    with pytest.raises(fulfil.Held):
        await erase(world, request)
    assert not world.ledger.exists()
    async with world.database.brand(world.brand.id) as connection:
        (held,) = await holds.list_holds(connection)
        assert held.works
        assert await holds.release_hold(connection, set_, staff=world.agents[0], now=now)
    await erase(world, request)
    assert await world.run("select count(*) from person where id = %(p)s", p=someone.id) == [(0,)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "statement",
    [
        "delete from person where id = %(p)s",
        "delete from person_key where person_id = %(p)s",
        "update person_key set wrapped = null, destroyed_at = now() where person_id = %(p)s",
        "delete from conversation where id = %(c)s",
        "delete from message where conversation_id = %(c)s",
        "delete from vault_item where person_id = %(p)s",
        "delete from attachment where person_id = %(p)s",
        "delete from identity where person_id = %(p)s",
    ],
)
async def test_the_database_refuses_to_delete_what_is_held(world: World, statement: str) -> None:
    someone = world.people[1]
    set_ = await hold(world, someone)
    async with world.database.brand(world.brand.id) as connection:
        await holds.approve_hold(connection, set_, staff=world.agents[1], now=world.clock())
    with pytest.raises(psycopg.DatabaseError, match="legal hold"):
        await world.run(statement, p=someone.id, c=someone.conversation)


@pytest.mark.anyio
async def test_a_hold_is_reviewed_within_a_year_and_not_approved_twice(world: World) -> None:
    someone, now = world.people[0], world.clock()
    set_ = await hold(world, someone)
    async with world.database.brand(world.brand.id) as connection:
        with pytest.raises(psycopg.errors.CheckViolation):
            async with connection.transaction():
                await holds.review_hold(connection, set_, review_on=now.date() + timedelta(days=400), now=now)
        assert await holds.approve_hold(connection, set_, staff=world.agents[1], now=now)
        assert not await holds.approve_hold(connection, set_, staff=world.agents[1], now=now)
        with pytest.raises(psycopg.DatabaseError, match="approved once"):
            async with connection.transaction():
                await connection.execute("update legal_hold set created_by = approved_by where id = %s", (set_,))


# the catalogue ----------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_prv_06_every_column_is_declared_and_built_as_it_is_declared(world: World) -> None:
    async with world.database.brand(world.brand.id) as connection:
        catalogue = await read_catalogue(connection)
    assert find_troubles(catalogue, kept=KEPT) == []


def column(name: str, **more: Any) -> Column:
    plain = Column(name=name, holds="id", purpose="support", kept="conversation", export=False, erase="row")
    return replace(plain, **more)


PERSON = {"person": [column("id")]}
LINK = Link(table="new", columns=("person_id",), target="person", targets=("id",), on_delete="cascade")


@pytest.mark.parametrize(
    ("columns", "links", "says"),
    [
        ([column("person_id")], [], "no foreign key leads"),
        ([column("words", export=True, erase="keep")], [], "no foreign key leads"),
        ([column("person_id")], [replace(LINK, on_delete="refuse")], "on delete cascade is wanted"),
        ([column("person_id", erase="blank")], [LINK], "on delete set null is wanted"),
        ([column("person_id", erase="keep")], [replace(LINK, on_delete="set null")], "says of no column"),
        ([column("person_id", kept="a while")], [LINK], "which retention does not know"),
        ([column("sealed", holds="sealed", export=True)], [LINK], "no column id"),
    ],
)
def test_a_table_that_is_declared_one_way_and_built_another_is_noticed(
    columns: list[Column], links: list[Link], says: str
) -> None:
    troubles = find_troubles(Catalogue(tables={**PERSON, "new": columns}, links=links), kept=KEPT)
    assert any(says in trouble for trouble in troubles), troubles

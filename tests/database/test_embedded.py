"""The embedded server under its supervisor: real processes, real kills."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from okienko.database import accounts, binaries, embedded, locks
from okienko.database.embedded import EmbeddedPostgres, NoServer

ACCOUNTS: list[str | None] = [None]  # None: found by trying
if os.geteuid() == 0:
    nobody = pwd.getpwnam("nobody")
    ACCOUNTS.append(f"user:{nobody.pw_uid}:{nobody.pw_gid}")

SUPERVISE = """
import sys
from pathlib import Path
from okienko.database.embedded import EmbeddedPostgres
with EmbeddedPostgres.start(Path(sys.argv[1])) as server:
    print("joined" if server.joined else "supervises", flush=True)
    sys.stdin.read()
"""


def until(answer: Callable[[], bool], seconds: float = 30) -> None:
    """Polls real processes until they have done what the test waits for."""
    deadline = time.monotonic() + seconds
    while not answer():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def supervise(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process that starts or joins the server; and which of the two it did."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate("", timeout=30)


def postmaster(folder: Path) -> int:
    return int((folder / "cluster" / "postmaster.pid").read_text("utf-8").split("\n")[0])


def socket_of(server: EmbeddedPostgres) -> Path:
    """The folder of its socket; not beside the data when the test's own path is long."""
    return Path(str(conninfo_to_dict(server.urls.app)["host"]))


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("account", ACCOUNTS)
def test_starts_twice_keeps_its_rows_and_leaves_nothing(tmp_path: Path, account: str | None) -> None:
    folder = tmp_path / "a folder, 'quoted' \"twice\"" / "database"
    with EmbeddedPostgres.start(folder, account=account) as server, psycopg.connect(server.urls.owner) as connection:
        assert not server.joined
        connection.execute("create table okienko.kept as select 'zażółć'::text as word")
    assert locks.holders(folder / "server.lock") == []
    assert not (folder / "cluster" / "postmaster.pid").exists()
    with EmbeddedPostgres.start(folder, account=account) as server, psycopg.connect(server.urls.owner) as connection:
        assert connection.execute("select word from okienko.kept").fetchall() == [("zażółć",)]
        assert not answers("postgresql://postgres@127.0.0.1:5432/postgres?connect_timeout=2&password=x")
    assert locks.holders(folder / "server.lock") == []
    server.stop()  # once more changes nothing


def test_changes_its_account_between_starts(tmp_path: Path) -> None:
    for account in (*ACCOUNTS, *ACCOUNTS):
        with EmbeddedPostgres.start(tmp_path / "database", account=account) as server:
            assert answers(server.urls.app)


def test_touches_no_folder_but_its_own(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    folder = private / "data" / "database"
    folder.parent.mkdir(mode=0o750)
    programs = binaries.wheel()
    watched = [*folder.parents, programs.program("postgres"), *programs.program("postgres").parents]
    before = [(path, path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in watched]
    with EmbeddedPostgres.start(folder) as server:
        assert before == [(path, path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in watched]
        for path in (folder, folder / "cluster", socket_of(server)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "server.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((folder / "server.log").stat().st_mode) == 0o600


def test_nobody_enters_without_the_right_password(tmp_path: Path) -> None:
    with EmbeddedPostgres.start(tmp_path / "database") as server:
        parts = urlsplit(server.urls.app)
        for netloc in ("okienko_app:wrong@", "okienko_app@", "okienko_owner@", "postgres@", "okienko_claimer@"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(parts._replace(netloc=netloc).geturl(), passfile=str(tmp_path / "none"))
        assert quote(parts.password or "") not in repr(server.urls)
        with psycopg.connect(server.urls.app) as connection:
            powers = "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = %s"
            for role in ("okienko_app", "okienko_owner", "okienko_claimer"):
                assert connection.execute(powers, (role,)).fetchone() == (False,)


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long " * 20).strip() / "database"
    with EmbeddedPostgres.start(folder) as server:
        assert answers(server.urls.app)
        socket = socket_of(server)
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert not socket.exists()


def test_others_join_and_the_next_takes_over(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    first, word = supervise(folder)
    assert word == "supervises"
    second, word = supervise(folder)
    assert word == "joined"
    with EmbeddedPostgres.start(folder) as server:
        assert server.joined
        finish(second)
        assert answers(server.urls.app)  # one that joined stops nothing when it leaves
        finish(first)
        assert not answers(server.urls.app)
    with EmbeddedPostgres.start(folder) as server:
        assert not server.joined


def test_starting_at_the_same_moment_makes_one_server(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(tmp_path / "database")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    words = [process.stdout.readline().strip() for process in started if process.stdout is not None]
    assert sorted(words) == ["joined", "joined", "supervises"]
    for process in started:
        finish(process)


def test_rel_02_a_killed_server_comes_back_with_every_acknowledged_row(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    acknowledged: list[int] = []
    with EmbeddedPostgres.start(folder) as server:
        with psycopg.connect(server.urls.owner) as connection:
            connection.execute("create table okienko.count (n integer primary key)")
        for kill in range(3):
            killed = postmaster(folder)
            with psycopg.connect(server.urls.owner, autocommit=True) as connection:
                for n in range(kill * 1000, kill * 1000 + 50):
                    connection.execute("insert into okienko.count values (%s)", (n,))
                    acknowledged.append(n)
                os.kill(killed, signal.SIGKILL)
                with contextlib.suppress(psycopg.OperationalError):
                    for n in range(kill * 1000 + 50, kill * 1000 + 1000):
                        connection.execute("insert into okienko.count values (%s)", (n,))
                        acknowledged.append(n)
                assert connection.broken
            until(lambda: answers(server.urls.owner))
            assert postmaster(folder) != killed
        with psycopg.connect(server.urls.owner) as connection:
            stored = {n for (n,) in connection.execute("select n from okienko.count")}
        assert stored >= set(acknowledged)
    assert locks.holders(folder / "server.lock") == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_server_ends_with_a_killed_supervisor(tmp_path: Path, account: str | None) -> None:
    folder = tmp_path / "database"
    code = SUPERVISE.replace("sys.argv[1])", f"sys.argv[1]), account={account!r}")
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "supervises\n"
        with psycopg.connect(EmbeddedPostgres.start(folder).urls.owner) as connection:
            connection.execute("create table okienko.kept as select 1 as n")
        process.kill()
    until(lambda: locks.holders(folder / "server.lock") == [])
    with EmbeddedPostgres.start(folder, account=account) as server, psycopg.connect(server.urls.owner) as connection:
        assert not server.joined
        assert connection.execute("select n from okienko.kept").fetchall() == [(1,)]


def test_starting_right_after_both_were_killed(tmp_path: Path) -> None:
    """The supervisor cannot say anything any more, and the server's file names a process that is no server."""
    folder = tmp_path / "database"
    process, _ = supervise(folder)
    with process:
        os.kill(postmaster(folder), signal.SIGKILL)
        process.kill()
    with EmbeddedPostgres.start(folder) as server:
        assert answers(server.urls.app)


def test_a_living_process_with_a_dead_servers_id_is_no_server(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    with EmbeddedPostgres.start(folder) as server:
        socket = socket_of(server)
        files = [folder / "cluster" / "postmaster.pid", socket / ".s.PGSQL.5432.lock"]
        words = [path.read_text("utf-8") for path in files]
        dead = str(postmaster(folder))
    socket.mkdir(mode=0o700, exist_ok=True)
    for path, text in zip(files, words, strict=True):
        path.write_text(text.replace(dead, str(os.getpid()), 1), "utf-8")
    with EmbeddedPostgres.start(folder) as server:
        assert answers(server.urls.app)


def test_a_server_that_somebody_else_started_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    with EmbeddedPostgres.start(folder) as server:
        socket = socket_of(server)
    socket.mkdir(mode=0o700, exist_ok=True)
    postgres = binaries.wheel().program("postgres")
    command = accounts.command(accounts.choose(postgres), postgres, ["-D", str(folder / "cluster")])
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as by_hand:
        until((socket / ".s.PGSQL.5432").exists)
        with pytest.raises(NoServer, match="did not start"):
            EmbeddedPostgres.start(folder)
        assert by_hand.poll() is None
        by_hand.send_signal(signal.SIGINT)


def test_lost_passwords_are_said_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    with EmbeddedPostgres.start(folder):
        pass
    (folder / "server.json").unlink()
    with pytest.raises(NoServer, match=r"server\.json"):
        EmbeddedPostgres.start(folder)
    with pytest.raises(NoServer, match=r"server\.json"):  # and the lock is free again
        EmbeddedPostgres.start(folder)
    assert (folder / "cluster" / "PG_VERSION").exists()


def test_a_first_start_that_broke_off_begins_again(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    with EmbeddedPostgres.start(folder):
        pass
    state = (folder / "server.json").read_text("utf-8")
    (folder / "server.json").write_text(state.replace('"prepared": true', '"prepared": false'), "utf-8")
    (folder / "cluster.new").mkdir()
    with EmbeddedPostgres.start(folder) as server:
        assert answers(server.urls.app)


def test_prv_17_the_database_s_log_holds_no_words_of_anybody(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    planted = "jan.kowalski@poczta.example"
    with EmbeddedPostgres.start(folder) as server, psycopg.connect(server.urls.owner, autocommit=True) as connection:
        connection.execute("create table okienko.one (word text primary key)")
        for statement in (
            "select %s::integer",
            "select %s::text::uuid",
            "insert into okienko.one values (%s), (%s)",
            "select %s::text, pg_terminate_backend(pg_backend_pid())",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode(), [planted] * statement.count("%s"))
    assert "kowalski" not in (folder / "server.log").read_text("utf-8")


def test_the_log_stays_small(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    folder.mkdir()
    (folder / "server.log").write_bytes(b"x" * (embedded.LOG_BYTES + 1))
    with EmbeddedPostgres.start(folder):
        assert (folder / "server.log").stat().st_size < 10_000
        assert (folder / "server.log.1").stat().st_size == embedded.LOG_BYTES + 1

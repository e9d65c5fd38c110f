"""Our own PostgreSQL: started, watched and stopped by the first process that needs it, joined by the others.

A folder holds everything:

    supervisor.lock   held by the process that supervises; it ends with that process, however it ends
    server.lock       inherited by every PostgreSQL process: free means that none of them lives
    server.json       passwords and socket folder, readable by the owner alone
    cluster/          PostgreSQL's data
    socket/           its socket (elsewhere when the path is too long for one)
    server.log        rotated by size

Process ids are never trusted: after a crash, in a container without an init, a dead server's id belongs to a zombie or
to somebody else. The two locks say the truth, because the kernel drops them with the last process that holds them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

import psycopg
from psycopg import sql

from okienko.database import accounts, binaries, locks
from okienko.database.binaries import Binaries
from okienko.database.state import (
    NoServer,
    State,
    choose_socket_folder,
    make_private,
    read_state,
    remove_temporary_socket,
    write_private,
    write_state,
)
from okienko.database.urls import Urls, socket_url

DATABASE: Final = "okienko"
LOG_BYTES: Final = 4 * 1024 * 1024
JOIN_SECONDS: Final = 60.0
START_SECONDS: Final = 600.0  # replaying a long log after a crash takes its time
STOP: Final = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))  # and seconds to obey
PAUSE_SECONDS: Final = (0.1, 30.0)  # before a dead server is started again: at first, and at most

PREPARE_ROLES: Final = """
drop database if exists okienko;
drop role if exists okienko_owner, okienko_app, okienko_claimer;
create role okienko_owner login password {owner};
create role okienko_app login password {app};
create role okienko_claimer nologin;
grant okienko_app, okienko_claimer to okienko_owner;
create database okienko owner okienko_owner;
"""
PREPARE_DATABASE: Final = """
drop schema public;
create schema okienko authorization okienko_owner;
revoke all on database okienko from public;
grant connect, temporary on database okienko to okienko_app, okienko_owner;
"""

# What people typed must not reach a log: no statements, parameters or details, and no errors at all, for their words
# may quote a value; errors go to the session that made them. `log_min_messages = log` keeps starts, stops and crashes.
SETTINGS: Final = """
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = 60
shared_buffers = 32MB
max_wal_size = 512MB
checkpoint_timeout = 10min
autovacuum_naptime = 5s
max_logical_replication_workers = 0
max_parallel_workers_per_gather = 0
jit = off
timezone = UTC
log_timezone = UTC
idle_in_transaction_session_timeout = 5min
log_destination = stderr
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_autovacuum_min_duration = -1
"""
SETTINGS_16: Final = "scram_iterations = 1\n"  # 256 random bits need no stretching, and connecting gets cheaper
SETTINGS_18: Final = "io_method = sync\n"  # three idle processes less
SETTINGS_FOR_TESTS: Final = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"

_log = logging.getLogger(__name__)


@final
class EmbeddedPostgres:
    """A running server that this process supervises or has joined. Made by `start`; as a context manager it stops."""

    def __init__(self, state: State, keeper: _Keeper | None) -> None:
        self._keeper = keeper
        socket = Path(state.socket)
        self.urls: Final = Urls(
            owner=socket_url(role="okienko_owner", password=state.owner, database=DATABASE, folder=socket),
            app=socket_url(role="okienko_app", password=state.app, database=DATABASE, folder=socket),
        )
        self.superuser: Final = _superuser(state, "postgres")

    @classmethod
    def start(
        cls, folder: Path, *, durable: bool = True, programs: Binaries | None = None, account: str | None = None
    ) -> Self:
        """Starts the server whose data are in `folder`, or joins it when another process supervises it.

        Returns when it accepts connections: about a second for the first time, a tenth of one later. The folder is
        made with permissions 0700 if it is missing; no other folder's permissions are touched. `durable=False` gives
        up safety for speed and is for tests; `programs` is another build than the wheel's; `account` is one of
        `launch.py`'s words, found by trying when None. Raises `NoServer` or `NoBinaries` with a sentence for the
        operator.
        """
        programs = programs or binaries.wheel()
        folder = folder.absolute()
        make_private(folder)
        deadline = time.monotonic() + JOIN_SECONDS
        while time.monotonic() < deadline:
            lock = locks.take(folder / "supervisor.lock")
            if lock is not None:
                keeper = _Keeper(folder, lock, durable=durable, programs=programs, account=account)
                return cls(keeper.open(), keeper)
            state = read_state(folder)
            if state is not None and state.prepared:
                server = cls(state, None)
                if _answers(server.urls.app):
                    return server
            time.sleep(4 * locks.POLL_SECONDS)
        raise NoServer(f"another process supervises the database in {folder}, but the database does not answer")

    @property
    def joined(self) -> bool:
        """Whether another process supervises the server."""
        return self._keeper is None

    def stop(self) -> None:
        """Stops the server if this process supervises it. What was committed stays. May be called twice."""
        if self._keeper is not None:
            self._keeper.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


@final
class _Keeper:
    """Supervises one server. Its thread starts the server, and again when it dies, until told to stop.

    One thread does all the starting because the server is told to end with its parent *thread*.
    """

    def __init__(self, folder: Path, lock: int, *, durable: bool, programs: Binaries, account: str | None) -> None:
        self._folder = folder
        self._cluster = folder / "cluster"
        self._lock: int | None = lock
        self._durable = durable
        self._programs = programs
        self._account = account or ""
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="postgres", daemon=True)

    def open(self) -> State:
        """Starts the server; for the first time, makes its data, roles and database too."""
        try:
            return self._open()
        except (accounts.NoAccount, locks.StillHeld) as error:
            self.stop()
            raise NoServer(str(error)) from None
        except BaseException:
            self.stop()
            raise

    def _open(self) -> State:
        os.close(locks.take_from_leftovers(self._folder / "server.lock"))
        self._account = self._account or accounts.choose(self._programs.program("postgres"))
        state = read_state(self._folder)
        if state is None:
            if self._cluster.exists():
                raise NoServer(
                    f"{self._folder / 'server.json'} is missing or damaged, and it holds the database's passwords: "
                    "bring it back from a backup, or move the folder away to begin anew"
                )
            superuser, owner, app = (secrets.token_urlsafe(32) for _ in range(3))
            state = State(socket="", prepared=False, superuser=superuser, owner=owner, app=app)
        state = replace(state, socket=str(choose_socket_folder(self._folder, state.socket)))
        write_state(self._folder, state)
        if not self._cluster.exists():
            self._initialise(state.superuser)
        accounts.own(self._cluster, self._account)
        self._configure(state.socket)
        self._thread.start()
        self._wait_until_ready()
        if not state.prepared:
            _prepare(state)
            state = replace(state, prepared=True)
            write_state(self._folder, state)
        return state

    def stop(self) -> None:
        """Sessions end and a checkpoint is made; a server that takes too long is ended harder."""
        if self._lock is None:
            return
        self._stopping.set()
        if self._thread.ident is not None:
            for number, seconds in STOP:
                if self._process is not None:
                    self._process.send_signal(number)  # does nothing to a process that has ended
                self._thread.join(seconds)
                if not self._thread.is_alive():
                    break
        try:
            os.close(locks.take_from_leftovers(self._folder / "server.lock"))
            remove_temporary_socket(self._folder)
        finally:
            os.close(self._lock)
            self._lock = None

    def _initialise(self, password: str) -> None:
        """Makes the data beside their place and moves them there when complete."""
        fresh = self._folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        make_private(fresh)
        accounts.own(fresh, self._account)
        read, write = os.pipe()  # the password goes through a pipe: never on a disk, never among the arguments
        os.write(write, password.encode() + b"\n")
        os.close(write)
        arguments = [f"--pgdata={fresh}", "--username=postgres", f"--pwfile=/dev/fd/{read}", "--auth=scram-sha-256"]
        arguments += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        arguments += ["--locale-provider=builtin"] if self._programs.major >= 17 else []
        arguments += [] if self._durable else ["--no-sync"]  # a sync costs a tenth of a second
        try:
            process = self._spawn("initdb", arguments, output=subprocess.PIPE, inherited=(read,))
            _, said = process.communicate()
        finally:
            os.close(read)
        if process.returncode != 0:
            raise NoServer(f"initdb failed: {said.decode(errors='replace').strip()[-500:]}")
        fresh.rename(self._cluster)

    def _configure(self, socket: str) -> None:
        """At every start, so that a new version brings its own settings. `alter system` overrides them for good."""
        quoted = socket.replace('"', '""').replace("'", "''")
        text = "# Written by okienko at every start. To change a setting for good: alter system set …\n"
        text += f"unix_socket_directories = '\"{quoted}\"'" + SETTINGS
        text += SETTINGS_16 if self._programs.major >= 16 else ""
        text += SETTINGS_18 if self._programs.major >= 18 else ""
        text += "" if self._durable else SETTINGS_FOR_TESTS
        for name, content in (("postgresql.conf", text), ("pg_hba.conf", "local all all scram-sha-256\n")):
            write_private(self._cluster / name, content)
            accounts.own(self._cluster / name, self._account)

    def _watch(self) -> None:
        """The thread: one server after the other."""
        shortest, longest = PAUSE_SECONDS
        pause = shortest
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                ending = f"ended with {self._run()}"
            except (OSError, NoServer, binaries.NoBinaries, locks.StillHeld) as error:
                ending = f"cannot start: {error}"
            if self._stopping.is_set():
                return
            self._failure = ending
            pause = shortest if time.monotonic() - began > 2 * longest else min(pause * 2, longest)
            _log.warning("the database's server %s; starting it again in %.1f s", ending, pause)
            self._stopping.wait(pause)

    def _run(self) -> int:
        """One server from its start to its end. Returns its exit status as `Popen` does."""
        log = self._folder / "server.log"
        _rotate(log)
        log.touch(mode=0o600)
        with log.open("ab") as output:
            process = self._spawn("postgres", ["-D", str(self._cluster)], output=output.fileno())
        self._process = process
        if self._stopping.is_set():  # told so while it was being started
            process.send_signal(signal.SIGINT)
        while True:
            try:
                return process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(OSError):  # a full disk is no reason to lose sight of the server
                    _rotate(log)

    def _spawn(
        self, program: str, arguments: list[str], *, output: int, inherited: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        """Starts a program that holds the server's lock, it and all its children, and nobody else."""
        lock = locks.take_from_leftovers(self._folder / "server.lock")
        try:
            _forget_server(self._cluster)
            return subprocess.Popen(  # noqa: S603 — our own programs
                accounts.command(self._account, self._programs.program(program), arguments),
                pass_fds=(lock, *inherited),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
                start_new_session=True,  # Ctrl+C in a terminal is for us; we stop the server when we are done
            )
        finally:
            os.close(lock)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._failure is not None:
                log = self._folder / "server.log"
                raise NoServer(f"PostgreSQL {self._failure}; its log ends with: {_tail(log)}")
            if self._process is not None and _is_ready(self._cluster, self._process.pid):
                return
            time.sleep(locks.POLL_SECONDS)
        raise NoServer(f"PostgreSQL is not ready after {START_SECONDS:.0f} seconds; see {self._folder / 'server.log'}")


# the server's log and marks ---------------------------------------------------------------------------------------


def _rotate(log: Path) -> None:
    """Keeps at most two times `LOG_BYTES`. The server appends to its open file, so the file is emptied in place."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copy(log, log.with_name(log.name + ".1"))
        os.truncate(log, 0)


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").splitlines() if log.exists() else []
    return " / ".join(lines[-3:]) or "nothing"


def _marks(cluster: Path) -> list[str]:
    """The lines of `postmaster.pid`: process id first, the socket's folder fifth, the server's state eighth."""
    try:
        return (cluster / "postmaster.pid").read_text("utf-8").splitlines()
    except OSError:
        return []


def _is_ready(cluster: Path, process: int) -> bool:
    lines = _marks(cluster)
    return len(lines) >= 8 and lines[0] == str(process) and lines[7].strip() == "ready"


def _forget_server(cluster: Path) -> None:
    """Removes the marks of a dead server; called when nobody holds our lock. One started by hand would not hold it."""
    lines = _marks(cluster)
    if not lines:
        return
    with contextlib.suppress(OSError):
        if Path(f"/proc/{lines[0]}/cwd").readlink() == cluster.resolve():
            raise NoServer(f"a PostgreSQL that okienko did not start (process {lines[0]}) uses {cluster}: stop it")
    if len(lines) >= 5 and lines[4]:
        (Path(lines[4]) / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    (cluster / "postmaster.pid").unlink()


# first use ---------------------------------------------------------------------------------------------------------


def _prepare(state: State) -> None:
    """Makes roles and database. Runs until it has succeeded once, so it begins by forgetting a try that broke off."""
    passwords = {"owner": sql.Literal(state.owner), "app": sql.Literal(state.app)}
    with psycopg.connect(_superuser(state, "postgres"), autocommit=True) as connection:
        for statement in PREPARE_ROLES.strip().split("\n"):  # not in one transaction: databases are made outside any
            connection.execute(sql.SQL(statement).format(**passwords))
    with psycopg.connect(_superuser(state, DATABASE)) as connection:
        connection.execute(PREPARE_DATABASE)


def _superuser(state: State, database: str) -> str:
    return socket_url(role="postgres", password=state.superuser, database=database, folder=Path(state.socket))


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True

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
import json
import logging
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

import psycopg
from psycopg import sql

from okienko.database import binaries
from okienko.database.binaries import Binaries
from okienko.database.urls import Urls, socket_url

DATABASE: Final = "okienko"
LONGEST_SOCKET_FOLDER: Final = 107 - len("/.s.PGSQL.5432")  # bytes; the kernel's limit for a socket's path
LOG_BYTES: Final = 4 * 1024 * 1024
START_SECONDS: Final = 600.0  # replaying a long log after a crash takes its time
INIT_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.005
SYSTEM_USER: Final = "okienko"

PREPARE_ROLES: Final = """
create role okienko_owner login password {owner};
create role okienko_app login password {app};
create role okienko_claimer nologin;
grant okienko_app, okienko_claimer to okienko_owner;
"""
FORGET: Final = """
drop role if exists okienko_owner, okienko_app, okienko_claimer;
"""
PREPARE_DATABASE: Final = """
drop schema public;
create schema okienko authorization okienko_owner;
revoke all on database okienko from public;
grant connect, temporary on database okienko to okienko_app, okienko_owner;
"""

_log = logging.getLogger(__name__)


class NoServer(Exception):
    """The embedded database cannot be started. The message says why and what to do."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What `server.json` keeps between starts."""

    socket: str
    prepared: bool
    superuser: str = field(repr=False)
    owner: str = field(repr=False)
    app: str = field(repr=False)


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
        self.superuser: Final = socket_url(
            role="postgres", password=state.superuser, database="postgres", folder=socket
        )

    @classmethod
    def start(cls, folder: Path, *, durable: bool = True, programs: Binaries | None = None) -> Self:
        """Starts the server whose data are in `folder`, or joins it when another process supervises it.

        Returns when it accepts connections: about a second for the first time, a tenth of one later. The folder is
        made with permissions 0700 if it is missing; no other folder's permissions are touched. `durable=False` gives
        up safety for speed and is for tests. `programs` is another build of PostgreSQL than the wheel's. Raises
        `NoServer` (or `binaries.NoBinaries`) with a sentence for the operator.
        """
        folder = folder.absolute()
        _make_private(folder)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            lock = _lock(folder / "supervisor.lock")
            if lock is not None:
                try:
                    keeper = _Keeper(folder, lock, durable=durable, programs=programs or binaries.wheel())
                    return cls(keeper.open(), keeper)
                except BaseException:
                    os.close(lock)
                    raise
            state = _read_state(folder)
            if state is not None and state.prepared:
                server = cls(state, None)
                if _answers(server.urls.app):
                    return server
            time.sleep(0.02)
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
    """Supervises one server. Its thread starts the server, and starts it again when it dies, until told to stop.

    One thread does all the starting because the server is told to end with its parent *thread*.
    """

    def __init__(self, folder: Path, lock: int, *, durable: bool, programs: Binaries) -> None:
        self._folder = folder
        self._cluster = folder / "cluster"
        self._lock = lock
        self._durable = durable
        self._programs = programs
        self._account = "same"
        self._environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: NoServer | None = None
        self._stopping = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, name="postgres", daemon=True)

    def open(self) -> State:
        """Starts the server and prepares the roles and the database the first time."""
        _end_leftovers(self._folder)
        self._account, self._programs = _choose_account(self._folder, self._programs)
        state = _read_state(self._folder)
        if state is None:
            if self._cluster.exists():
                raise NoServer(
                    f"{self._folder / 'server.json'} is missing or damaged: it holds the database's passwords. "
                    "Bring it back from a backup, or move the folder away to begin anew"
                )
            state = State(
                socket="", prepared=False, **{role: secrets.token_urlsafe(32) for role in ("superuser", "owner", "app")}
            )
        state = replace(state, socket=str(_socket_folder(self._folder, state.socket, self._account)))
        _write_state(self._folder, state)
        if not self._cluster.exists():
            self._initialise(state)
        _own(self._cluster, self._account)
        self._configure(state)
        self._thread.start()
        try:
            self._wait_until_ready()
            if not state.prepared:
                _prepare(state)
                state = replace(state, prepared=True)
                _write_state(self._folder, state)
        except BaseException:
            self.stop()
            raise
        return state

    def stop(self) -> None:
        """SIGINT (sessions end, a checkpoint), and when that takes too long SIGQUIT, then SIGKILL."""
        if self._stopped:
            return
        self._stopped = True
        self._stopping.set()
        if self._thread.ident is not None:
            for number, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                process = self._process
                if process is not None and process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.send_signal(number)
                self._thread.join(seconds)
                if not self._thread.is_alive():
                    break
        _end_leftovers(self._folder)
        state = _read_state(self._folder)
        if state is not None and Path(state.socket).parent != self._folder:
            shutil.rmtree(state.socket, ignore_errors=True)
        os.close(self._lock)

    def _command(self, program: str, *arguments: str) -> list[str]:
        launch = str(Path(__file__).with_name("launch.py"))
        path = str(self._programs.program(program))
        return [sys.executable, "-I", "-S", launch, str(os.getpid()), self._account, path, *arguments]

    def _initialise(self, state: State) -> None:
        fresh = self._folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _make_private(fresh)
        _own(fresh, self._account)
        locale = ["--locale=C.UTF-8"]
        if self._programs.major >= 17:
            locale.append("--locale-provider=builtin")
        read, write = os.pipe()  # the password goes through a pipe: never on a disk, never among the arguments
        os.write(write, state.superuser.encode() + b"\n")
        os.close(write)
        lock = _wait_for_lock(self._folder / "server.lock")
        try:
            done = subprocess.run(  # noqa: S603 — our own programs
                self._command(
                    "initdb",
                    f"--pgdata={fresh}",
                    "--username=postgres",
                    f"--pwfile=/dev/fd/{read}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    *locale,
                    "--no-instructions",
                    *([] if self._durable else ["--no-sync"]),
                ),
                pass_fds=(read, lock),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=INIT_SECONDS,
                cwd="/",
                env=self._environment,
                start_new_session=True,
            )
        finally:
            os.close(read)
            os.close(lock)
        if done.returncode != 0:
            raise NoServer(f"initdb failed: {done.stderr.decode(errors='replace').strip()[-500:]}")
        fresh.rename(self._cluster)

    def _configure(self, state: State) -> None:
        """Written at every start, so that a new version brings its own; `alter system` overrides it for good."""
        quoted = state.socket.replace('"', '""').replace("'", "''")
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"""'"{quoted}"'""",
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            "max_connections": "60",
            "superuser_reserved_connections": "3",
            "shared_buffers": "32MB",
            "max_wal_size": "512MB",
            "checkpoint_timeout": "10min",
            "wal_level": "replica",  # a base backup stays possible
            "max_logical_replication_workers": "0",  # one idle process less
            "max_parallel_workers_per_gather": "0",  # the cores belong to the desk
            "autovacuum_naptime": "5s",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "idle_in_transaction_session_timeout": "5min",
            # What people typed must not reach a log: no statements, no parameters, no errors' details. Errors go to the
            # session that made them; `log` keeps starts, stops and crashes.
            "log_destination": "stderr",
            "log_line_prefix": "'%m [%p] '",
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "log_statement": "none",
            "log_min_duration_statement": "-1",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_checkpoints": "off",
            "log_autovacuum_min_duration": "-1",
        }
        if self._programs.major >= 16:
            settings["scram_iterations"] = "1"  # 256 random bits need no stretching; connecting gets cheaper
        if self._programs.major >= 18:
            settings["io_method"] = "sync"  # three idle processes less
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        lines = ["# Written by okienko at every start. To change a setting: alter system set …"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        _write(self._cluster / "postgresql.conf", "\n".join(lines) + "\n", self._account)
        _write(self._cluster / "pg_hba.conf", "local all all scram-sha-256\n", self._account)
        _write(self._cluster / "pg_ident.conf", "", self._account)

    def _watch(self) -> None:
        """The thread: one server after the other."""
        pause = 0.1
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                process = self._process = self._spawn()
            except (NoServer, OSError) as error:
                self._failure = error if isinstance(error, NoServer) else NoServer(f"PostgreSQL cannot start: {error}")
                return
            while True:
                try:
                    code = process.wait(timeout=30)
                    break
                except subprocess.TimeoutExpired:
                    _rotate(self._folder / "server.log")
            if self._stopping.is_set():
                return
            if time.monotonic() - began > 60:
                pause = 0.1
            _log.warning("the database's server ended with %d; starting it again in %.1f s", code, pause)
            self._stopping.wait(pause)
            pause = min(pause * 2, 30)

    def _spawn(self) -> subprocess.Popen[bytes]:
        lock = _wait_for_lock(self._folder / "server.lock")
        try:
            _forget_server(self._cluster, Path(_require_state(self._folder).socket))
            _rotate(self._folder / "server.log")
            log = os.open(self._folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                return subprocess.Popen(  # noqa: S603 — our own programs
                    self._command("postgres", "-D", str(self._cluster)),
                    pass_fds=(lock,),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=self._environment,
                    start_new_session=True,  # Ctrl+C in a terminal is for us; we stop the server when we are done
                )
            finally:
                os.close(log)
        finally:
            os.close(lock)  # from here on the server's processes hold it, and nobody else

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._failure is not None:
                raise self._failure
            process = self._process
            if process is not None:
                if process.poll() is not None:
                    raise NoServer(f"PostgreSQL ended at once; its log says: {_tail(self._folder / 'server.log')}")
                if _is_ready(self._cluster, process.pid):
                    return
            time.sleep(POLL_SECONDS)
        raise NoServer(f"PostgreSQL is not ready after {START_SECONDS:.0f} seconds; see {self._folder / 'server.log'}")


# files -------------------------------------------------------------------------------------------------------------


def _make_private(folder: Path) -> None:
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise NoServer(f"{folder} cannot be written: give it to this user or choose another with --data")


def _write(path: Path, text: str, account: str) -> None:
    """Replaces a file at once, readable by the owner alone."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _own(fresh, account)
    fresh.rename(path)


def _write_state(folder: Path, state: State) -> None:
    text = {name: getattr(state, name) for name in State.__dataclass_fields__}
    _write(folder / "server.json", json.dumps(text, indent=1), "same")


def _read_state(folder: Path) -> State | None:
    try:
        return State(**json.loads((folder / "server.json").read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _require_state(folder: Path) -> State:
    state = _read_state(folder)
    if state is None:
        raise NoServer(f"{folder / 'server.json'} has gone")
    return state


def _socket_folder(folder: Path, before: str, account: str) -> Path:
    """A private folder whose path is short enough: beside the data, or the last start's, or a new temporary one."""
    beside = folder / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
        _make_private(beside)
        _own(beside, account)
        return beside
    if before and _is_private(Path(before)):
        return Path(before)
    for place in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 — mkdtemp makes it private
        made = Path(tempfile.mkdtemp(prefix="okienko-", dir=place))
        if len(os.fsencode(made)) <= LONGEST_SOCKET_FOLDER:
            _own(made, account)
            return made
        made.rmdir()
    raise NoServer("no folder with a path short enough for a socket: set TMPDIR to a short one")


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700 and status.st_uid == os.geteuid()


def _rotate(log: Path) -> None:
    """Keeps the last two times `LOG_BYTES`. The server appends to its open file, so the file is emptied in place."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copy(log, log.with_name(log.name + ".1"))
        os.truncate(log, 0)


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").splitlines() if log.exists() else []
    return " / ".join(lines[-3:]) or "nothing"


# processes ---------------------------------------------------------------------------------------------------------


def _lock(path: Path) -> int | None:
    """Takes an exclusive lock and returns its descriptor, or None when somebody has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _wait_for_lock(path: Path) -> int:
    """Waits for the last server's processes to end: they hold the lock. Those that will not are ended."""
    began = time.monotonic()
    signals = [(25.0, signal.SIGKILL), (10.0, signal.SIGQUIT)]  # after that many seconds
    while (descriptor := _lock(path)) is None:
        waited = time.monotonic() - began
        if signals and waited > signals[-1][0]:
            _, number = signals.pop()
            for process in _holders(path):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
        if waited > 40:
            raise NoServer(f"processes of an earlier server do not end; they hold {path}")
        time.sleep(POLL_SECONDS)
    return descriptor


def _end_leftovers(folder: Path) -> None:
    """Returns when no process of this folder's server lives."""
    os.close(_wait_for_lock(folder / "server.lock"))


def _holders(path: Path) -> list[int]:
    """The processes that have this very file open. Where there is no /proc, the postmaster as its own file says."""
    if not Path("/proc/self/fd").exists():
        first = _pid_file(path.parent / "cluster")[:1]
        return [int(first[0])] if first and first[0].isdigit() else []
    wanted = path.stat()
    found: list[int] = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if any(os.path.samestat(wanted, descriptor.stat()) for descriptor in (process / "fd").iterdir()):
                found.append(int(process.name))
    return found


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text("utf-8").splitlines()
    except OSError:
        return []


def _is_ready(cluster: Path, process: int) -> bool:
    """PostgreSQL writes its state into the eighth line of its file."""
    lines = _pid_file(cluster)
    return len(lines) >= 8 and lines[0] == str(process) and lines[7].strip() == "ready"


def _forget_server(cluster: Path, socket: Path) -> None:
    """Removes the marks of a server that is dead: nobody holds our lock. One started by hand would not hold it."""
    first = _pid_file(cluster)[:1]
    if first:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{first[0]}/cwd").readlink() == cluster.resolve():
                raise NoServer(f"a PostgreSQL that okienko did not start (process {first[0]}) uses {cluster}: stop it")
    for path in (cluster / "postmaster.pid", socket / ".s.PGSQL.5432.lock", socket / ".s.PGSQL.5432"):
        path.unlink(missing_ok=True)


# accounts ----------------------------------------------------------------------------------------------------------


def _choose_account(folder: Path, programs: Binaries) -> tuple[str, Binaries]:
    """As whom the server runs. Only root has a choice to make: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return "same", programs
    other = next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_name == "nobody"), None)
    if other is not None and _runs(f"namespace:{other}", programs.program("postgres"), "--version"):
        return f"namespace:{other}", programs
    return _system_user(folder, programs)


def _system_user(folder: Path, programs: Binaries) -> tuple[str, Binaries]:
    """Root without user namespaces: a user of the system, and programs and data where that user can reach them."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = shutil.which("useradd")
        if useradd is None:
            raise NoServer("PostgreSQL does not run as root: start okienko as an ordinary user") from None
        subprocess.run(  # noqa: S603 — a fixed command
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
        )
        entry = pwd.getpwnam(SYSTEM_USER)
    account = f"user:{entry.pw_uid}:{entry.pw_gid}"
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    if not _runs(account, Path("/usr/bin/test"), "-w", str(folder)):
        raise NoServer(
            f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot reach {folder}: "
            "choose a folder outside private ones with --data, or start okienko as an ordinary user"
        )
    if not _runs(account, programs.program("postgres"), "--version"):
        programs = _copy(programs, folder / "programs", account)
    return account, programs


def _copy(programs: Binaries, into: Path, account: str) -> Binaries:
    if not programs.parts:
        raise NoServer(f"the user {SYSTEM_USER} cannot run {programs.program('postgres')}")
    copied = replace(programs, root=into, folder=into / programs.folder.relative_to(programs.root))
    if not _runs(account, copied.program("postgres"), "--version"):
        shutil.rmtree(into, ignore_errors=True)
        _make_private(into)
        for part in programs.parts:
            source, target = programs.root / part, into / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True)
            else:
                shutil.copy2(source, target)
        _own(into, account)
    return copied


def _own(path: Path, account: str) -> None:
    """Gives a file or a tree to the account that the server runs as. Only root has something to give."""
    if os.geteuid() != 0:
        return
    uid, gid = (int(number) for number in account.split(":")[1:]) if account.startswith("user:") else (0, os.getegid())
    if path.stat().st_uid == uid:
        return
    os.chown(path, uid, gid)
    for inside in path.rglob("*"):
        os.chown(inside, uid, gid, follow_symlinks=False)


def _runs(account: str, program: Path, *arguments: str) -> bool:
    launch = str(Path(__file__).with_name("launch.py"))
    command = [sys.executable, "-I", "-S", launch, str(os.getpid()), account, str(program), *arguments]
    return subprocess.run(command, check=False, capture_output=True, cwd="/").returncode == 0  # noqa: S603 — as above


# first use ---------------------------------------------------------------------------------------------------------


def _prepare(state: State) -> None:
    """Roles and database. Runs until it has succeeded once, so it begins by forgetting a try that broke off."""
    socket = Path(state.socket)
    passwords = {"owner": sql.Literal(state.owner), "app": sql.Literal(state.app)}
    with psycopg.connect(
        socket_url(role="postgres", password=state.superuser, database="postgres", folder=socket), autocommit=True
    ) as connection:
        connection.execute("drop database if exists okienko")
        connection.execute(FORGET)
        connection.execute(sql.SQL(PREPARE_ROLES).format(**passwords))
        connection.execute("create database okienko owner okienko_owner")
    with psycopg.connect(
        socket_url(role="postgres", password=state.superuser, database=DATABASE, folder=socket)
    ) as connection:
        connection.execute(PREPARE_DATABASE)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True

"""Backups of the embedded database, and bringing one back beside it. Opening what was brought back is the last step."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from okienko.database import binaries
from okienko.database.embedded import DATABASE, EmbeddedPostgres
from okienko.database.urls import Urls
from okienko.values import OperatorError

ASIDE: Final = "okienko_restored"
FORMER: Final = "okienko_former"
THERE: Final = "select exists (select from pg_database where datname = %s)"
USED: Final = "select to_regclass('okienko.brand') is not null"
BRANDS: Final = "select exists (select from okienko.brand)"


class BackupFailed(OperatorError):
    """A backup was not made or not brought back; what was there is as it was. Says what to do."""


def dump(server: EmbeddedPostgres, path: Path) -> None:
    """Writes everything in the database to a file of its own, readable by its owner alone. Raises `BackupFailed`."""
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            said = _run(server, "pg_dump", ["--format=custom", f"--dbname={DATABASE}"], output=file.fileno())
        if said is not None:
            path.unlink()
            raise BackupFailed(f"the backup was not made: {said}")
        return
    raise BackupFailed(f"{path} is there already: name another file")


def restore_aside(server: EmbeddedPostgres, path: Path, *, replace: bool) -> Urls:
    """Brings a backup back into a database that nobody opens; where that is.

    Raises `BackupFailed`, also when the database that is there holds something and `replace` is not said.
    """
    if not replace and _is_used(server):
        raise BackupFailed(
            "there is a database with brands in it. Make a backup of it, then say --replace: it will be deleted"
        )
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(ASIDE)))
        connection.execute(sql.SQL("create database {} owner okienko_owner").format(sql.Identifier(ASIDE)))
        connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(ASIDE)))
        connection.execute(
            sql.SQL("grant connect, temporary on database {} to okienko_app, okienko_owner").format(
                sql.Identifier(ASIDE)
            )
        )
    said = _run(server, "pg_restore", ["--exit-on-error", f"--dbname={ASIDE}", str(path)])
    if said is not None:
        drop_aside(server)
        raise BackupFailed(f"{path.name} cannot be restored: {said}")
    return Urls(owner=_elsewhere(server.urls.owner, ASIDE), app=_elsewhere(server.urls.app, ASIDE))


def drop_aside(server: EmbeddedPostgres) -> None:
    """Gives up what was brought back."""
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(ASIDE)))


def open_restored(server: EmbeddedPostgres) -> None:
    """Puts what was brought back in the place of what was there, which is deleted. Raises `BackupFailed` while
    anybody still uses that.
    """
    here, aside, former = (sql.Identifier(name) for name in (DATABASE, ASIDE, FORMER))
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(former))
        try:
            connection.execute(sql.SQL("alter database {} rename to {}").format(here, former))
        except psycopg.errors.ObjectInUse:
            raise BackupFailed(
                "okienko is running: stop `okienko serve` and `okienko work`, then run it again"
            ) from None
        connection.execute(sql.SQL("alter database {} rename to {}").format(aside, here))
        connection.execute(sql.SQL("drop database {} with (force)").format(former))


def _is_used(server: EmbeddedPostgres) -> bool:
    with psycopg.connect(_elsewhere(server.superuser, DATABASE)) as connection:
        there = connection.execute(USED).fetchone()
        if there is None or not there[0]:
            return False
        brands = connection.execute(BRANDS).fetchone()
        return brands is not None and bool(brands[0])


def _run(server: EmbeddedPostgres, program: str, arguments: list[str], *, output: int | None = None) -> str | None:
    """None when it went well; else its last words, which name objects of ours and no content. The password is not
    among the arguments, which everybody on the machine can read.
    """
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    given = conninfo_to_dict(server.superuser)
    environment = {names[name]: str(value) for name, value in given.items() if name in names}
    done = subprocess.run(  # noqa: S603 - our own programs
        [binaries.wheel().program(program), *arguments],
        env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if output is None else output,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if "error:" in line]
    return lines[0].split("error:", 1)[1].strip()[:200] if lines else f"{program} ended with {done.returncode}"


def _elsewhere(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()

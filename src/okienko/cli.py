"""The commands. Each reads its arguments and calls one function."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from okienko import log, settings
from okienko.database.embedded import NoServer
from okienko.database.migrate import MigrationRefused
from okienko.database.pool import DatabaseAway
from okienko.keys import WrongKey
from okienko.settings import Settings, WrongSetting

console = Console(stderr=True, highlight=False)
Result = TypeVar("Result")

data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the embedded database."
)


def refuse(message: str) -> NoReturn:
    """Ends with what is wrong and what to do."""
    console.print(f"[red]✗[/red] {message}", markup=True)
    sys.exit(1)


def read_settings(data: Path | None, **changes: Any) -> Settings:
    """The environment's settings; an option on the command line wins."""
    try:
        read = settings.read(os.environ, Path.home())
    except WrongSetting as wrong:
        refuse(str(wrong))
    if data is not None:
        changes["data"] = data.absolute()
    return dataclasses.replace(read, **{name: value for name, value in changes.items() if value is not None})


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="okienko")
def commands() -> None:
    """okienko: a self-hosted customer-service desk with a bot."""


def main() -> None:
    """The entry point: expected troubles end with a sentence, not with a traceback."""
    log.configure()
    try:
        commands()
    except (WrongSetting, MigrationRefused, WrongKey, NoServer) as trouble:
        refuse(str(trouble))
    except DatabaseAway as away:
        refuse(f"{away}. Is it running? Try: okienko doctor")


@commands.command()
@data_option
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (8700).")
@click.option("--with-work/--without-work", default=False, help="Take turns in this process, too.")
def serve(data: Path | None, host: str | None, port: int | None, with_work: bool) -> None:
    """Serve the widget, the help centre, the hooks and the desk."""
    from okienko import start

    chosen = read_settings(data, host=host, port=port)
    with start.open_database(chosen) as urls:

        def ready() -> None:
            console.print(f"okienko listens on http://{chosen.host}:{chosen.port}")
            link = asyncio.run_coroutine_threadsafe
            del link

        uvloop.run(start.run(chosen, urls, start.Parts(work=with_work, on_ready=ready)))


@commands.command()
@data_option
def work(data: Path | None) -> None:
    """Take turns, send and keep house; beside `okienko serve`, as many as wanted."""
    from okienko import start

    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        parts = start.Parts(serve=False, on_ready=lambda: console.print("okienko works"))
        uvloop.run(start.run(chosen, urls, parts))

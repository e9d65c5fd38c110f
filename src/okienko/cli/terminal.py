"""What commands share: options, settings, and how they speak to whoever typed them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from okienko import settings
from okienko.settings import Settings

Result = TypeVar("Result")

LANGUAGES: Final = click.Choice(["pl", "en"])
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY: Final = click.DateTime(["%Y-%m-%d"])
data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the embedded database."
)
brand_option = click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def say(message: object) -> None:
    """Tells how things go, beside what the command prints."""
    click.echo(message, err=True)


def mark(*, well: bool) -> str:
    """A green tick or a red cross."""
    color = None if "NO_COLOR" in os.environ else "green" if well else "red"
    return click.style("✓" if well else "✗", fg=color)


def refuse(message: str, problems: Iterable[object] = ()) -> NoReturn:
    """Ends with what is wrong and what to do."""
    for problem in problems:
        say(problem)
    say(f"{mark(well=False)} {message}")
    sys.exit(1)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs one asynchronous function to its end."""
    import uvloop  # noqa: PLC0415 - not every command needs it

    return uvloop.run(work)


def read_settings(data: Path | None, **changes: Any) -> Settings:
    """The environment's settings; an option on the command line wins.

    A demo keeps its keys in its data folder, so that `--data` names them, too, unless the environment names others.
    """
    chosen = settings.read(os.environ, Path.home())
    if data is not None:
        from okienko.keys import OPERATOR_FILE  # noqa: PLC0415 - what it imports takes longer than a help text

        changes["data"] = data.absolute()
        beside = changes["data"] / "keys"
        if not {"OKIENKO_KEYS", "OKIENKO_KEYS_COMMAND"} & os.environ.keys() and (beside / OPERATOR_FILE).exists():
            changes.setdefault("keys", beside)
    return replace(chosen, **{name: value for name, value in changes.items() if value is not None})


@contextmanager
def progress(what: str, total: int | None) -> Generator[Callable[[int, int], None]]:
    """A bar; what it yields moves it: so many are done, of so many."""
    from rich.console import Console  # noqa: PLC0415 - only what takes long needs it
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, soft_wrap=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, of: bar.update(task, completed=done, total=of)

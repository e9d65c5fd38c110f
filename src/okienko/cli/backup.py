"""`okienko backup` and `restore`, of the embedded database."""

from __future__ import annotations

from pathlib import Path

import click

from okienko import restore
from okienko.cli.terminal import FILE, data_option, read_settings, refuse, run, say
from okienko.database.backup import dump
from okienko.database.embedded import EmbeddedPostgres
from okienko.opening import now


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_option
def backup(file: Path, data: Path | None) -> None:
    """Write the embedded database to a new FILE. It holds no keys: back those up elsewhere."""
    with EmbeddedPostgres.start(own_folder(data)) as server:
        dump(server, file.absolute())
    click.echo(f"{file}: {file.stat().st_size} bytes. Let it expire after 35 days.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Delete the database that is there.")
@data_option
def restore_(file: Path, replace: bool, data: Path | None) -> None:
    """Bring a backup back: whoever was erased since is erased again, what has had its time goes; then it is opened."""
    ledger = read_settings(data).ledger
    if not ledger.exists():
        say(f"There is no ledger of erasures at {ledger}: nobody is known to have been erased.")
    with EmbeddedPostgres.start(own_folder(data)) as server:
        done = run(restore.restore(server, file.absolute(), ledger, replace=replace, clock=now))
    click.echo(
        f"{done.brands} brands are back. {done.replayed.people} people were erased again, by "
        f"{done.replayed.erasures} lines of the ledger; {done.expired} rows had had their time."
    )


def own_folder(data: Path | None) -> Path:
    """The embedded database's folder."""
    chosen = read_settings(data)
    if chosen.database_url is not None:
        refuse("This is for the embedded database. Use your own tools; every start replays the ledger of erasures.")
    return chosen.data

"""`okienko lookup`: what scenarios may look up, as tables that a brand imports."""

from __future__ import annotations

from pathlib import Path

import click

from okienko.cli.terminal import FILE, brand_option, data_option, mark, read_settings, refuse, run
from okienko.commands import choose_brand, open_brand, record
from okienko.database.pool import LONGEST_WORK, Database
from okienko.database.urls import Urls
from okienko.facts import import_table
from okienko.lookups import store
from okienko.lookups.source import Source
from okienko.lookups.table import MOST_BYTES, decode, name_table, read_table
from okienko.opening import now, open_database, open_keys
from okienko.settings import Settings

_PROOFS = click.Choice(["none", "order", "code"])


@click.group()
def lookup() -> None:
    """What scenarios may look up. docs/scenarios.md says how."""


@lookup.command("import")
@click.argument("file", type=FILE)
@click.option("--name", required=True, help="What scenarios call it, such as orders.")
@click.option("--key", "keys", multiple=True, required=True, help="A column that a row is found by; several together.")
@click.option("--owner", help="The column with the e-mail address of whom a row is about. It is kept as a keyed hash.")
@click.option(
    "--proof",
    type=_PROOFS,
    default="none",
    show_default=True,
    help="What is asked of who asks: nothing, a second fact (another --key), or a code to the owner's address.",
)
@brand_option
@data_option
def lookup_import(
    *, file: Path, name: str, keys: tuple[str, ...], owner: str | None, proof: str, brand: str | None, data: Path | None
) -> None:
    """Put the table in FILE, CSV or JSON lines, in the place of the one that was there: all of it or nothing.

    What a row is found by is kept as a keyed hash, the rest is masked. A table that is not imported again answers for
    30 days. FILE stays as it is: delete it when it has been taken over.
    """
    chosen = read_settings(data)
    source = name_table(name, keys, proof=proof, owner=owner)
    if file.stat().st_size > MOST_BYTES:
        refuse(f"{file} has more than {MOST_BYTES // 1_000_000} MB.")
    with open_database(chosen) as urls:
        loaded = run(load(chosen, urls, decode(file.read_bytes()), source, brand, owner=owner))
    click.echo(f"{mark(well=True)} “{loaded.id}”: {loaded.rows} rows, found by {', '.join(loaded.needs)}.")
    click.echo(f"  It gives {', '.join(loaded.gives)}.")


async def load(
    settings: Settings, urls: Urls, text: str, source: Source, slug: str | None, *, owner: str | None
) -> Source:
    """All of a file or nothing. Raises `BadTable`."""
    keys, table = open_keys(settings), read_table(text, source.needs, owner=owner)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
            loaded = await import_table(connection, keys, brand, source, table, now=now())
            await record(connection, "lookup-saved", brand.id, source=source.id)
    return loaded


@lookup.command("list")
@brand_option
@data_option
def lookup_list(brand: str | None, data: Path | None) -> None:
    """List the sources of a brand, with how they are."""
    with open_database(read_settings(data)) as urls:
        for one in run(read_sources(urls, brand)):
            when = f"imported {one.loaded_at:%Y-%m-%d}" if one.loaded_at else one.kind
            trouble = f"  last trouble: {one.why} {one.failed_at:%Y-%m-%d %H:%M}" if one.why and one.failed_at else ""
            click.echo(f"{one.id:24}{when}  {one.rows} rows  proof: {one.proof}{trouble}")
            click.echo(f"{'':24}asked with {', '.join(one.needs)}; gives {', '.join(one.gives)}")


async def read_sources(urls: Urls, slug: str | None) -> list[Source]:
    """All sources of a brand."""
    async with open_brand(urls, slug) as (_, connection):
        return await store.list_sources(connection)


@lookup.command("remove")
@click.argument("name")
@brand_option
@data_option
def lookup_remove(name: str, brand: str | None, data: Path | None) -> None:
    """Remove a source with its rows. Scenarios that look there find it away."""
    with open_database(read_settings(data)) as urls:
        if not run(remove(urls, name, brand)):
            refuse(f"There is no source “{name}”.")
    click.echo(f"{mark(well=True)} “{name}” is removed.")


async def remove(urls: Urls, name: str, slug: str | None) -> bool:
    """Whether there was one."""
    async with open_brand(urls, slug) as (brand, connection):
        removed = await store.remove_source(connection, name)
        if removed:
            await record(connection, "lookup-removed", brand.id, source=name)
    return removed

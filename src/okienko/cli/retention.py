"""`okienko retention`: what is deleted when its time is over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import psycopg

from okienko.cli.terminal import brand_option, data_option, read_settings, run
from okienko.commands import choose_brand
from okienko.database.pool import Database
from okienko.database.space import Rewritten, rewrite
from okienko.database.urls import Urls
from okienko.opening import now, open_database
from okienko.rights.retention import nightly
from okienko.rights.retention.nightly import Outcome


@click.group()
def retention() -> None:
    """What is deleted when its time is over."""


@retention.command("preview")
@brand_option
@data_option
def retention_preview(brand: str | None, data: Path | None) -> None:
    """Say what the next run would delete. Deletes nothing."""
    with open_database(read_settings(data)) as urls:
        say_outcomes(run(run_retention(urls, brand, delete=False)))


@retention.command("run")
@brand_option
@data_option
def retention_run(brand: str | None, data: Path | None) -> None:
    """Delete now what has had its time; the worker does it every night."""
    with open_database(read_settings(data)) as urls:
        outcomes = run(run_retention(urls, brand, delete=True))
        rewrite_files(urls)
    say_outcomes(outcomes)


def say_outcomes(outcomes: Sequence[Outcome]) -> None:
    """A line a class."""
    for one in outcomes:
        kept = f", {one.kept} kept by a hold or a restriction" if one.kept else ""
        click.echo(f"{one.deleted:>9}  {one.name} before {one.before:%Y-%m-%d}{kept}")


async def run_retention(urls: Urls, slug: str | None, *, delete: bool) -> list[Outcome]:
    """What has had its time in a brand: deleted now, or only counted."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        return await nightly.run_now(database, brand, now) if delete else await nightly.preview(database, brand, now())


def rewrite_files(urls: Urls) -> Rewritten:
    """Takes what was deleted out of the database's files, as far as that is quick."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        return rewrite(connection)

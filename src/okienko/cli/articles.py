"""`okienko articles`: imports, sources that are read again and again, and links."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from okienko import links, sources
from okienko.articles.drafts import Defaults, ImportRefused
from okienko.articles.importers.files import read_path
from okienko.articles.sources import store
from okienko.articles.sources.store import Kept, Source
from okienko.articles.store import Link, is_dead, list_links
from okienko.cli.terminal import LANGUAGES, brand_option, data_option, progress, read_settings, refuse, run, say
from okienko.commands import choose_brand, import_articles, open_brand, record
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.http import Reader
from okienko.opening import now, open_database
from okienko.values import Language

category_option = click.option("--category", default="general", show_default=True, help="For articles that name none.")
language_option = click.option(
    "--lang", "language", type=LANGUAGES, default="pl", show_default=True, help="For articles that name none."
)


@click.group()
def articles() -> None:
    """The help centre's articles."""


@articles.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@data_option
@click.option("--brand", help="The brand's slug; a new slug makes a new brand.")
@category_option
@language_option
def import_(source: Path, data: Path | None, brand: str | None, category: str, language: Language) -> None:
    """Import articles: a folder of Markdown, of HTML or of Zendesk's JSON, or a JSONL or CSV file. All, or nothing."""
    try:
        drafts = read_path(source, Defaults(category=category, language=language))
    except ImportRefused as refused:
        refuse("Nothing was imported. Mend what is listed above and try again.", refused.problems)
    with open_database(read_settings(data)) as urls, progress("Importing articles", len(drafts)) as show:
        into, new, imported = run(import_articles(urls, drafts, brand, language, show))
    if new:
        say(f"Brand “{into.slug}” is new. Who works for it: okienko staff add --brand {into.slug} --help")
    click.echo(f"{imported.created} new, {imported.changed} changed, {imported.unchanged} unchanged")


@articles.group("sources")
def sources_() -> None:
    """Places that articles are read from again and again: a sitemap's address, or a path on this machine."""


@sources_.command("add")
@click.argument("location")
@data_option
@brand_option
@category_option
@language_option
@click.option("--every", "hours", type=click.IntRange(1, 8760), default=24, show_default=True, help="Hours.")
def sources_add(  # noqa: PLR0917 - one parameter an option
    location: str, data: Path | None, brand: str | None, category: str, language: Language, hours: int
) -> None:
    """Read LOCATION now, and again every so many hours. Behind `#` stands how the paths of a sitemap's pages begin."""
    defaults = Defaults(category=category, language=language)
    with open_database(read_settings(data)) as urls:
        name, outcome = run(add_source(urls, location, brand, defaults, hours))
    if isinstance(outcome, ImportRefused):
        refuse("Nothing was imported. It is tried again when it is due.", outcome.problems)
    say_kept(name, outcome)


async def add_source(
    urls: Urls, location: str, slug: str | None, defaults: Defaults, every_hours: int
) -> tuple[str, Kept | ImportRefused]:
    """Adds a source and reads it; (where, what happened). It stays a source when it cannot be read now."""
    location = sources.find_location(location)
    async with await Database.open(urls.app, size=2) as database, Reader() as pages:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            await store.add_source(
                connection,
                brand.id,
                source_id=new_id(now()),
                location=location,
                defaults=defaults,
                every_hours=every_hours,
                now=now(),
            )
            await record(connection, "source-added", brand.id)
            source = next(one for one in await store.list_sources(connection, brand.id) if one.location == location)
            await store.claim_source(connection, brand.id, source, now())
        return location, await sources.run_source(database, brand.id, source, pages, now)


@sources_.command("list")
@data_option
@brand_option
def sources_list(data: Path | None, brand: str | None) -> None:
    """Say which sources there are, how many articles came from each, and what is wrong."""
    with open_database(read_settings(data)) as urls:
        found = run(list_sources(urls, brand))
    for source in found:
        click.echo(
            f"{source.location}  every {source.every_hours} h, {source.articles} articles, "
            f"{source.conflicts} in conflict, read {source.read or 'never'}"
        )
        if source.trouble:
            click.echo(f"  {source.trouble}")


async def list_sources(urls: Urls, slug: str | None) -> list[Source]:
    """A brand's sources."""
    async with open_brand(urls, slug) as (brand, connection):
        return await store.list_sources(connection, brand.id)


@sources_.command("run")
@data_option
@brand_option
def sources_run(data: Path | None, brand: str | None) -> None:
    """Read all sources of a brand now."""
    with open_database(read_settings(data)) as urls:
        done = run(run_sources(urls, brand))
    for location, outcome in done:
        if isinstance(outcome, ImportRefused):
            for problem in outcome.problems:
                say(problem)
        else:
            say_kept(location, outcome)
    sys.exit(1 if any(isinstance(outcome, ImportRefused) for _, outcome in done) else 0)


async def run_sources(urls: Urls, slug: str | None) -> list[tuple[str, Kept | ImportRefused]]:
    """Reads all sources of a brand; (where, what happened) of each."""
    async with await Database.open(urls.app, size=2) as database, Reader() as pages:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            found = await store.list_sources(connection, brand.id)
        return [(one.location, await sources.run_source(database, brand.id, one, pages, now)) for one in found]


def say_kept(location: str, kept: Kept) -> None:
    """What reading a source has done."""
    click.echo(
        f"{location}: {kept.created} new, {kept.changed} changed, {kept.unchanged} unchanged, "
        f"{kept.conflicts} in conflict, {kept.withdrawn} withdrawn, {kept.taken} of another source"
    )


@sources_.command("remove")
@click.argument("location")
@data_option
@brand_option
def sources_remove(location: str, data: Path | None, brand: str | None) -> None:
    """Do not read LOCATION again. Its articles stay."""
    with open_database(read_settings(data)) as urls:
        if not run(remove_source(urls, location, brand)):
            refuse(f"“{location}” is no source of this brand; see `okienko articles sources list`.")


async def remove_source(urls: Urls, location: str, slug: str | None) -> bool:
    """False when there is no such source."""
    async with open_brand(urls, slug) as (brand, connection):
        removed = await store.remove_source(connection, brand.id, sources.find_location(location))
        if removed:
            await record(connection, "source-removed", brand.id)
        return removed


@articles.command("links")
@data_option
@brand_option
def articles_links(data: Path | None, brand: str | None) -> None:
    """Follow the links in articles now, up to 200 that were not followed for a week."""
    with open_database(read_settings(data)) as urls:
        followed, dead = run(follow_links(urls, brand))
    click.echo(f"{followed} links followed")
    for link in dead:
        click.echo(f"{link.language}/{link.article}: {link.address} ({link.trouble})")
    sys.exit(1 if dead else 0)


async def follow_links(urls: Urls, slug: str | None) -> tuple[int, list[Link]]:
    """Follows links of a brand's articles; (how many, all that are dead now)."""
    async with await Database.open(urls.app, size=2) as database, Reader() as pages:
        brand = await choose_brand(database, slug)
        followed, _ = await links.check_links(database, brand.id, pages, now)
        async with database.brand(brand.id) as connection:
            return followed, [link for link in await list_links(connection, brand.id) if is_dead(link)]

"""`okienko accounts`: who is known by which address, as the brand's own system says."""

from __future__ import annotations

from pathlib import Path

import click

from okienko.audit import store as audit
from okienko.cli.terminal import brand_option, data_option, read_settings, refuse, run
from okienko.commands import choose_brand
from okienko.database.pool import LONGEST_WORK, Database
from okienko.database.urls import Urls
from okienko.identity.accounts import Imported, import_accounts, read_accounts
from okienko.opening import now, open_database, open_keys
from okienko.settings import Settings
from okienko.values import Brand


@click.group()
def accounts() -> None:
    """Addresses of the brand's own accounts, to which codes may be sent."""


@accounts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--whole", is_flag=True, help="The file is the whole list: an account that is not in it is not known.")
@brand_option
@data_option
def accounts_import(file: Path, whole: bool, brand: str | None, data: Path | None) -> None:
    """Take over the e-mail addresses of accounts from FILE, a CSV with the columns email and, if wanted, country.

    They are kept sealed. FILE stays as it is: delete it when it has been taken over.
    """
    chosen = read_settings(data)
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        refuse(f"{file} is not text in UTF-8.")
    with open_database(chosen) as urls:
        into, done = run(take_over(chosen, urls, text, brand, whole=whole))
    click.echo(f"“{into.slug}”: {done.added} new accounts, {done.known} known before, {done.removed} no longer known.")


async def take_over(
    settings: Settings, urls: Urls, text: str, slug: str | None, *, whole: bool
) -> tuple[Brand, Imported]:
    """All of a file or nothing. Raises `BadFile`."""
    keys, read = open_keys(settings), read_accounts(text)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
            done = await import_accounts(connection, keys, brand.id, read, whole=whole, now=now())
            await audit.record(
                connection,
                "accounts-imported",
                by=audit.OPERATOR,
                brand=brand.id,
                kind="brand",
                object=brand.id,
                detail={"added": done.added, "known": done.known, "removed": done.removed},
                now=now(),
            )
    return brand, done

"""`okienko policy`: the rules of places, and what a brand says of itself under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TextIO

import click

from okienko.audit.store import OPERATOR
from okienko.cli.terminal import DAY, brand_option, data_option, read_settings, refuse, run
from okienko.commands import open_brand, record, set_policy
from okienko.consent import store
from okienko.consent.register import read_purposes, render_register
from okienko.consent.store import MOST_OFFICER, Processor
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.opening import now, open_database
from okienko.policy.book import STRICTEST, check_reviews, list_pending
from okienko.policy.files import read_own_book
from okienko.policy.table import render_book, render_place
from okienko.values import Brand


@click.group()
def policy() -> None:
    """What the law of a place asks: reviewed files that come with okienko, and what a brand has chosen beyond them."""


@policy.command("check")
@click.option("--on", "day", type=DAY, help="As of this day, instead of today.")
def policy_check(day: datetime | None) -> None:
    """Read all policy files; exit with 1 when one is wrong or its review has expired."""
    book = read_own_book()
    today = (day or datetime.now(UTC)).date()
    for id_ in list_pending(book):
        click.echo(f"{id_}.toml: counsel has not reviewed it yet; due {book.files[id_].review.due}")
    expired = check_reviews(book, today)
    for problem in expired:
        click.echo(str(problem))
    if expired:
        refuse(f"{len(expired)} of {len(book.files)} policy files have to be reviewed again.")
    click.echo(f"{len(book.files)} policy files can be read, and no review has expired on {today}.")


@policy.command("register")
def policy_register() -> None:
    """Print what personal data are processed for: the register of article 30 of the GDPR."""
    click.echo(write_register(), nl=False)


def write_register() -> str:
    """The register of processing, as Markdown."""
    purposes = read_purposes((files("okienko.consent") / "purposes.toml").read_text("utf-8"))
    return render_register(purposes, read_own_book().policies[STRICTEST])


@policy.command("table")
@click.option("--id", "place", help="Of one place: eu, pl, uk, us, us-ca, ca, ca-qc, default, or strictest for all.")
def policy_table(place: str | None) -> None:
    """Print what okienko keeps in each place, with the law behind it."""
    book = read_own_book()
    if place is not None and place not in book.policies:
        refuse(f"There is no policy “{place}”. Policies: {', '.join(sorted(book.policies))}.")
    click.echo(render_book(book) if place is None else render_place(book, place), nl=False)


@policy.command("serves")
@brand_option
@click.argument("places", nargs=-1)
@data_option
def policy_serves(brand: str | None, places: tuple[str, ...], data: Path | None) -> None:
    """Let customers say in the chat in which of these places they are: pl us us-ca."""
    known = read_own_book().places
    unknown = sorted(set(places) - set(known))
    if unknown:
        refuse(f"There is no policy for {', '.join(unknown)}. Places: {', '.join(known)}.")
    with open_database(read_settings(data)) as urls:
        into = run(set_serves(urls, slug=brand, places=places))
    click.echo(
        f"Customers of “{into.slug}” may choose from: {', '.join(places) or 'nothing; the brand’s place holds'}."
    )


async def set_serves(urls: Urls, *, slug: str | None, places: Sequence[str]) -> Brand:
    """Lets a brand's customers choose from these places."""
    async with open_brand(urls, slug) as (brand, connection):
        await store.set_serves(connection, brand, places, by=OPERATOR, now=now())
    return brand


@policy.command("officer")
@brand_option
@click.argument("how", default="")
@data_option
def policy_officer(brand: str | None, how: str, data: Path | None) -> None:
    """Say how the data protection officer is reached, as everybody is shown it; without words: nobody is named."""
    if len(how.strip()) > MOST_OFFICER:
        refuse(f"At most {MOST_OFFICER} characters.")
    with open_database(read_settings(data)) as urls:
        into = run(set_officer(urls, slug=brand, how=how))
    click.echo(f"The page of rights of “{into.slug}” says: {how.strip() or 'nothing about an officer'}.")


async def set_officer(urls: Urls, *, slug: str | None, how: str) -> Brand:
    """Names a brand's data protection officer."""
    async with open_brand(urls, slug) as (brand, connection):
        await store.set_officer(connection, brand, how, by=OPERATOR, now=now())
    return brand


@policy.command("processor")
@click.argument("name")
@brand_option
@click.option("--does", help="What they do, for the public page.")
@click.option("--region", help="Where they do it, such as EU.")
@click.option("--transfer", default="", help="What allows the transfer, where there is one.")
@click.option("--contract", type=DAY, help="The day of the contract on processing.")
@click.option("--trains", is_flag=True, help="Their contract lets them train on what they see: they are refused.")
@click.option("--end", is_flag=True, help="They work for the brand no more.")
@data_option
def policy_processor(  # noqa: PLR0917 - one parameter an option
    name: str,
    brand: str | None,
    does: str | None,
    region: str | None,
    transfer: str,
    contract: datetime | None,
    trains: bool,
    end: bool,
    data: Path | None,
) -> None:
    """Add somebody who works on a brand's behalf to its public page, or end what they do with --end."""
    with open_database(read_settings(data)) as urls:
        if end:
            if not run(end_processor(urls, slug=brand, name=name)):
                refuse(f"There is no processor called “{name}”.")
        elif does is None or region is None or contract is None:
            refuse("Say --does, --region and --contract, or --end.")
        else:
            signed = contract.date()
            chosen = Processor(
                id=new_id(now()), name=name, does=does, region=region, transfer=transfer, contract_on=signed
            )
            run(add_processor(urls, slug=brand, processor=chosen, trains=trains))
    click.echo("Stored. The brand's page at /privacy/ shows it at once.")


async def add_processor(urls: Urls, *, slug: str | None, processor: Processor, trains: bool) -> None:
    """Adds somebody who works on a brand's behalf. Raises `MayTrain`."""
    async with open_brand(urls, slug) as (brand, connection):
        await store.add_processor(connection, processor, trains=trains, now=now())
        await record(connection, "processor-changed", brand.id)


async def end_processor(urls: Urls, *, slug: str | None, name: str) -> bool:
    """Ends what a processor does for a brand. False: there is none of this name."""
    async with open_brand(urls, slug) as (brand, connection):
        ended = await store.end_processor(connection, name, now())
        if ended:
            await record(connection, "processor-changed", brand.id)
        return ended


@policy.command("set")
@brand_option
@click.option("--place", help="Where the brand is: eu, pl, uk, us, us-ca, ca or ca-qc.")
@click.option("--choices", type=click.File("r", encoding="utf-8"), help="A file of stricter rules; an empty one: none.")
@data_option
def policy_set(brand: str | None, place: str | None, choices: TextIO | None, data: Path | None) -> None:
    """Say where a brand is, whose people are then under that law unless they say otherwise, and what it adds to it."""
    if place is None and choices is None:
        refuse("Say --place, --choices or both.")
    text = None if choices is None else choices.read()
    with open_database(read_settings(data)) as urls:
        into, in_force = run(set_policy(urls, slug=brand, place=place, choices=text))
    click.echo(f"“{into.slug}” is under the rules of {in_force.place.id}; their hash is {in_force.hash.hex()}.")

"""`okienko person`: what people may ask of their data, done from a terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import click

from okienko.audit import store as audit
from okienko.cli.retention import rewrite_files
from okienko.cli.terminal import brand_option, data_option, read_settings, refuse, run
from okienko.commands import choose_brand
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.desk.rules import read_reference
from okienko.keys import Keys
from okienko.masking.egress import find_lookups
from okienko.masking.mask import find, render
from okienko.opening import now, open_database, open_keys
from okienko.policy.files import read_own_book
from okienko.rights import fulfil
from okienko.rights.clocks import find_term
from okienko.rights.store import people, requests
from okienko.rights.store.people import Found
from okienko.rights.store.requests import NewRequest
from okienko.settings import Settings
from okienko.values import Brand, PersonId, RawText
from okienko.web.live import Live

SHORTEST_REASON: Final = 10  # characters

reason_option = click.option("--reason", required=True, help="Why, for the register: ten characters at least.")


@click.group()
def person() -> None:
    """People who write here, and what they may ask of their data."""


@person.command("find")
@brand_option
@data_option
def person_find(brand: str | None, data: Path | None) -> None:
    """Find somebody by an e-mail address, a phone number or a conversation's reference, read from standard input."""
    chosen = read_settings(data)
    typed = read_typed("E-mail address, phone number or reference")
    with open_database(chosen) as urls:
        into, found = run(find_people(chosen, urls, RawText(typed), brand, reference=read_reference(typed)))
    for one in found:
        states = {"restricted": one.restricted, "objected": one.objected, "held": one.held}
        said = ", ".join([*one.channels, *(state for state, is_so in states.items() if is_so)])
        click.echo(
            f"{one.id}  since {one.created_at:%Y-%m-%d}  {' '.join(one.references) or 'no conversation'}  {said}"
        )
        if one.open_requests:
            click.echo(f"  {one.open_requests} open requests")
    if not found:
        refuse(f"Nobody in “{into.slug}” has left this.")


def read_typed(what: str) -> str:
    """What is typed or piped in: an argument would stay in the shell's history, and everybody could read it."""
    return (click.prompt(what, err=True) if sys.stdin.isatty() else sys.stdin.readline()).strip()


async def find_people(
    settings: Settings, urls: Urls, typed: RawText, slug: str | None, *, reference: str | None
) -> tuple[Brand, list[Found]]:
    """Whoever left what was typed: an e-mail address, a phone number, a name, or a conversation's reference."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        findings = find(typed, allowed=brand.allowed, denied=brand.denied)
        async with database.brand(brand.id) as connection:
            found = await people.find_people(
                connection, lookups=find_lookups(findings, typed, keys), reference=reference
            )
            await audit.record(
                connection,
                "person-found",
                by=audit.OPERATOR,
                brand=brand.id,
                kind="person",
                detail={"people": len(found)},
                now=now(),
            )
    return brand, found


@person.command("export")
@click.argument("who", type=click.UUID)
@click.option("--to", "into", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A new ZIP file.")
@reason_option
@brand_option
@data_option
def person_export(who: UUID, into: Path, reason: str, brand: str | None, data: Path | None) -> None:
    """Write a copy of everything that is kept about the person with the id WHO, in clear."""
    if into.exists():
        refuse(f"{into} is there already: name another file.")
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        size = run(export_person(chosen, urls, who, brand, reason=read_reason(reason), into=into.absolute()))
    click.echo(f"{into}: {size} bytes, all of it in clear. Hand it over, then delete it.")


async def export_person(
    settings: Settings, urls: Urls, who: UUID, slug: str | None, *, reason: RawText, into: Path
) -> int:
    """Writes a person's copy of their data to a new file for its owner alone; its size in bytes. Raises `NotReady`."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        request = await _ask_for(database, keys, brand, PersonId(who), "access", reason=reason)
        package = await fulfil.hand_over(database, keys, brand, request, by=audit.OPERATOR, clock=now)
    handle = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(package)
    return len(package)


@person.command("erase")
@click.argument("who", type=click.UUID)
@reason_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@brand_option
@data_option
def person_erase(*, who: UUID, reason: str, yes: bool, brand: str | None, data: Path | None) -> None:
    """Erase the person with the id WHO: everything they wrote, their files, their key. It cannot be taken back."""
    chosen = read_settings(data)
    told = read_reason(reason)
    if not yes:
        click.confirm("Erase everything that is kept about this person?", abort=True, err=True)
    with open_database(chosen) as urls:
        receipt = run(erase_person(chosen, urls, who, brand, reason=told))
        rewritten = rewrite_files(urls)
    click.echo(f"Receipt {receipt.number}, {receipt.at:%Y-%m-%d %H:%M} UTC")
    for table, count in receipt.rows.items():
        click.echo(f"{count:>9}  {table}")
    click.echo(f"No backup holds them after {receipt.backups_until:%Y-%m-%d}.")
    if rewritten.vacuumed or rewritten.busy:
        click.echo(f"Free space of these may hold remains: {', '.join((*rewritten.vacuumed, *rewritten.busy))}")


def read_reason(reason: str) -> RawText:
    """Raises `click.BadParameter` for one that says nothing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise click.BadParameter("ten characters at least.", param_hint="--reason")
    return RawText(reason.strip())


async def erase_person(
    settings: Settings, urls: Urls, who: UUID, slug: str | None, *, reason: RawText
) -> fulfil.Receipt:
    """Erases a person. Raises `NotReady`, `Held`, `StillSending`."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        request = await _ask_for(database, keys, brand, PersonId(who), "erase", reason=reason)
        return await fulfil.erase(
            database,
            brand.id,
            request,
            ledger=settings.ledger,
            by=audit.OPERATOR,
            clock=now,
            pause=asyncio.sleep,
            live=Live(database, urls.app),
        )


async def _ask_for(
    database: Database, keys: Keys, brand: Brand, who: PersonId, kind: Literal["access", "erase"], *, reason: RawText
) -> UUID:
    """A request in the register, for which the operator answers. An open one of the same kind is taken up."""
    term = find_term(read_own_book(), brand, now())
    findings = find(reason, allowed=brand.allowed, denied=brand.denied)
    words = render(reason, findings, {}, keys, brand.language).text
    async with database.brand(brand.id) as connection:
        if not await people.find_people(connection, person=who):
            raise fulfil.NotReady(f"nobody in “{brand.slug}” has the id {who}; `okienko person find` says who has")
        new = NewRequest(
            kind=kind,
            language=brand.language,
            came_by="command",
            term=term,
            person=who,
            words=words,
        )
        request = await requests.open_request(connection, new, now=now())
        await requests.verify(connection, request, who, by="operator", now=now())
    return request

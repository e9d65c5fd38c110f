"""`okienko staff`: the people at the desk."""

from __future__ import annotations

from pathlib import Path

import click

from okienko.cli.terminal import brand_option, data_option, read_settings, refuse, run
from okienko.commands import add_staff
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.opening import now, open_database
from okienko.staff.second import store as second_step
from okienko.staff.second.store import Without
from okienko.staff.store import Role, read_account


@click.group()
def staff() -> None:
    """The people at the desk."""


@staff.command("add")
@click.option("--login", required=True, help="What the person signs in with.")
@click.option("--name", required=True, help="What customers and colleagues see.")
@brand_option
@click.option(
    "--role",
    type=click.Choice(["agent", "lead", "admin", "privacy", "auditor"]),
    default="agent",
    show_default=True,
)
@data_option
def staff_add(login: str, name: str, brand: str | None, role: Role, data: Path | None) -> None:
    """Add a person and print the one-time link where they choose a password."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        link = run(add_staff(chosen, urls, login=login, name=name, slug=brand, role=role))
    if link is None:
        click.echo(f"{login} has an account already; it has the role {role} now.")
    else:
        click.echo(f"{name} begins here, once, within seven days:\n  {link}")


@staff.command("reset-second-step")
@click.argument("login")
@data_option
def staff_reset_second_step(login: str, data: Path | None) -> None:
    """Take LOGIN's passkeys, authenticator app and recovery codes away and end their sessions; it is written down."""
    with open_database(read_settings(data)) as urls:
        if not run(reset_second_step(urls, login)):
            refuse(f"Nobody has the login “{login}”.")
    click.echo(f"{login} signs in with the password alone and sets up a new second step then.")


async def reset_second_step(urls: Urls, login: str) -> bool:
    """Takes somebody's second step away, as the operator; False when nobody has this login."""
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        account = await read_account(connection, login)
        if account is None:
            return False
        await second_step.reset(connection, account.id, by=None, event_id=new_id(now()), now=now())
    return True


@staff.command("without-second-step")
@data_option
def staff_without_second_step(data: Path | None) -> None:
    """List who signs in with a password alone."""
    with open_database(read_settings(data)) as urls:
        found = run(list_without_second_step(urls))
    for person in found:
        click.echo(f"{person.login}  {person.name}  {', '.join(person.roles)}")


async def list_without_second_step(urls: Urls) -> tuple[Without, ...]:
    """Who signs in with a password alone."""
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        return await second_step.list_without(connection)

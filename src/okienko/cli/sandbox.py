"""`okienko sandbox`: the vendors, played on this computer, for a brand of a running okienko."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from pathlib import Path

import click

from okienko.cli.terminal import brand_option, data_option, read_settings, run, say
from okienko.database.urls import Urls
from okienko.opening import open_database
from okienko.sandbox.place import HOST, PORT, list_neighbours
from okienko.settings import Settings


@click.command("sandbox")
@brand_option
@click.option("--port", type=click.IntRange(1, 65534), default=PORT, show_default=True, help="And the next one.")
@click.option("--okienko", help="Where okienko answers (http://localhost:8700).")
@click.option("--demo", is_flag=True, help="With the demo's data and keys.")
@data_option
def sandbox_(brand: str | None, port: int, okienko: str | None, demo: bool, data: Path | None) -> None:
    """Play the vendors of all channels for a brand, with a page to write as its customer. Nothing leaves this computer.

    Beside a running `okienko demo` or `okienko serve` on the same data. While it runs the brand has a connection of
    each channel that leads here; when it stops they are closed. docs/sandbox.md says what can be made to go wrong.
    """
    if demo and data is None:
        data = Path.home() / ".local" / "share" / "okienko-demo"
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        run(play(chosen, urls, slug=brand, port=port, okienko=okienko))


async def play(settings: Settings, urls: Urls, *, slug: str | None, port: int, okienko: str | None) -> None:
    """Opens the doors, serves until the process is told to stop, and closes them. Raises `NoSuchBrand`, `PortTaken`."""
    from okienko.channels import adapters  # noqa: PLC0415 - nearly everything is imported from here on
    from okienko.commands import choose_brand, public_address  # noqa: PLC0415
    from okienko.database.pool import Database  # noqa: PLC0415
    from okienko.http import Client, place_of  # noqa: PLC0415
    from okienko.opening import now, open_keys  # noqa: PLC0415
    from okienko.sandbox import store  # noqa: PLC0415
    from okienko.sandbox.app import build, run_mail  # noqa: PLC0415
    from okienko.sandbox.process import Sandbox  # noqa: PLC0415
    from okienko.sandbox.world import CHANNELS, REVIEWS, Channel  # noqa: PLC0415
    from okienko.start import PortTaken, serve  # noqa: PLC0415

    site, there = f"http://{HOST}:{port}", okienko or public_address(settings)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await Database.open(urls.app, size=2))
        chosen = await choose_brand(database, slug)
        played: list[Channel] = [channel for channel in CHANNELS if channel in adapters()]
        doors = store.make_doors(chosen, played, site=site, mail_port=port + 1)

        async def ask_again() -> None:
            async with database.brand(chosen.id) as connection:
                await store.ask_again(connection, [doors[shop].id for shop in REVIEWS if shop in doors])

        http = await stack.enter_async_context(Client(neighbours=[place_of(there)]))
        sandbox = Sandbox(
            doors,
            seed=str(secrets.randbelow(900_000_000) + 100_000_000),
            http=http,
            clock=now,
            okienko=there,
            site=site,
            on_review=ask_again,
        )
        stack.push_async_callback(sandbox.aclose)
        try:  # before the doors are opened: they may be those of another sandbox that listens here
            await stack.enter_async_context(run_mail(sandbox, port + 1))
        except OSError as error:
            reason = error.strerror or "it cannot be opened"
            raise PortTaken(f"port {port + 1} on {HOST}, for letters: {reason}. Choose another with --port") from None
        async with database.brand(chosen.id) as connection:
            await store.open_doors(connection, open_keys(settings), chosen, doors, now())
        closed = asyncio.Event()

        async def close() -> None:
            if not closed.is_set():
                closed.set()
                async with database.brand(chosen.id) as connection:
                    await store.close_doors(connection, chosen, [door.id for door in doors.values()], now())

        stack.push_async_callback(close)

        def ready() -> None:
            sandbox.later(sandbox.greet())
            say(f"\n  {site}/  write as a customer of {chosen.name}; it is told to {there}")
            if not set(list_neighbours(port)) <= set(settings.neighbours):
                needed = " ".join(list_neighbours(port))
                by_itself = "; the demo does so by itself" if port == PORT else ", and so does the demo"
                say(f'  `okienko serve` answers here when it runs with OKIENKO_NEIGHBOURS="{needed}"{by_itself}.')
            say("\nStop with Ctrl+C.")

        await serve(build(sandbox), HOST, port, on_ready=ready, on_stop=close)

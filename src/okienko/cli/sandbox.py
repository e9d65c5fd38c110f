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
from okienko.sandbox.place import HOST, NEIGHBOURS, PORT, list_neighbours
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
    from okienko.sandbox.world import CHANNELS, Channel  # noqa: PLC0415
    from okienko.start import serve  # noqa: PLC0415

    site, there = f"http://{HOST}:{port}", okienko or public_address(settings)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await Database.open(urls.app, size=2))
        chosen = await choose_brand(database, slug)
        given: dict[Channel, dict[str, str]] = {
            channel: store.make_given(channel, site=site, mail_port=port + 1)
            for channel in CHANNELS
            if channel in adapters()
        }
        async with database.brand(chosen.id) as connection:
            doors = await store.open_doors(connection, open_keys(settings), chosen, given, now())
        ids = {channel: door.id for channel, door in doors.items()}

        async def ask_again() -> None:
            async with database.brand(chosen.id) as connection:
                await store.ask_again(connection, [ids[one] for one in ids if one in {"google_play", "app_store"}])

        async def close() -> None:
            async with database.brand(chosen.id) as connection:
                await store.close_doors(connection, chosen, list(ids.values()), now())

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
        closed = asyncio.Event()

        async def stop() -> None:
            if not closed.is_set():
                closed.set()
                await close()

        stack.push_async_callback(stop)
        await stack.enter_async_context(run_mail(sandbox, port + 1))

        def ready() -> None:
            say(f"\n  {site}/  write as a customer of {chosen.name}; it is told to {there}")
            needed = [one for one in list_neighbours(port) if one not in {*settings.neighbours, *NEIGHBOURS}]
            missing = [one for one in list_neighbours(port) if one not in settings.neighbours]
            if missing:
                say(
                    f'  `okienko serve` answers there when it runs with OKIENKO_NEIGHBOURS="{" ".join(missing)}"'
                    + ("." if needed else "; the demo does so by itself.")
                )
            say("\nStop with Ctrl+C.")

        await serve(build(sandbox), HOST, port, on_ready=ready, on_stop=stop)

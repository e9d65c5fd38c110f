"""`okienko serve`, `work` and `demo`: what runs until it is stopped."""

from __future__ import annotations

import secrets
import webbrowser
from pathlib import Path

import click

from okienko import start
from okienko.cli.terminal import data_option, read_settings, run, say
from okienko.commands import public_address
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.demo import load as demo
from okienko.opening import now, open_database, open_keys
from okienko.settings import Settings
from okienko.staff import passwords
from okienko.staff import store as staff_store

port_option = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (8700).")


@click.command()
@data_option
@click.option("--host", help="Address to listen on (127.0.0.1).")
@port_option
@click.option("--with-work", is_flag=True, help="Take turns in this process, too.")
def serve(data: Path | None, host: str | None, port: int | None, with_work: bool) -> None:
    """Serve the widget, the help centre, the hooks and the desk."""
    chosen = read_settings(data, host=host, port=port)
    with open_database(chosen) as urls:
        link = run(invite_first(chosen, urls))
        if link is not None:
            say(f"Nobody can sign in yet. The first administrator begins here, once:\n  {link}")

        def ready() -> None:
            say(f"okienko listens on http://{chosen.host}:{chosen.port}")

        run(start.run(chosen, urls, start.Parts(work=with_work, on_ready=ready)))


async def invite_first(settings: Settings, urls: Urls) -> str | None:
    """The link for the first administrator; None when somebody can sign in already."""
    async with await Database.open(urls.app, size=2) as database:
        token = secrets.token_urlsafe(32)
        async with database.shared() as connection:
            invited = await staff_store.invite_first(
                connection, staff_id=new_id(now()), token_hash=passwords.hash_token(token), now=now()
            )
    return passwords.make_link(public_address(settings), token) if invited else None


@click.command()
@data_option
def work(data: Path | None) -> None:
    """Take turns, send and keep house; beside `okienko serve`, as many as wanted."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        run(start.run(chosen, urls, start.Parts(serve=False, on_ready=lambda: say("okienko works"))))


@click.command("demo")
@data_option
@port_option
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--reset", is_flag=True, help="Remove the demo's brands and load them anew.")
def demo_(data: Path | None, port: int | None, no_browser: bool, reset: bool) -> None:
    """Two invented brands with articles and conversations, in one process, to look around in."""
    folder = (data or Path.home() / ".local" / "share" / "okienko-demo").absolute()
    # The demo keeps its keys beside its data, so that deleting one folder removes all of it. Real data deserve better.
    chosen = read_settings(folder, port=port, keys=folder / "keys", keys_command=())
    say(f"Starting the demo in {folder}. Its keys are kept there too, which is for a demo only.")
    with open_database(chosen) as urls:
        loaded, link = run(prepare_demo(chosen, urls, reset=reset))
        say(f"{loaded.articles} articles and {loaded.conversations} past conversations are there.")
        entrance = public_address(chosen) + "/"

        def ready() -> None:
            say(f"\n  {entrance}  the demo: two shop windows, two help centres, the desk")
            if link is not None:
                say(f"  {link}\n  the desk's entrance, once: choose a password there")
            say("\nStop with Ctrl+C.")
            if not no_browser:
                webbrowser.open(entrance)

        run(start.run(chosen, urls, start.Parts(demo=True, on_ready=ready)))


async def prepare_demo(settings: Settings, urls: Urls, *, reset: bool) -> tuple[demo.Loaded, str | None]:
    """Loads the demo's world where it is missing; what there is, and a link that signs in at the desk once."""
    async with await Database.open(urls.app, size=4) as database:
        keys = open_keys(settings)
        site = public_address(settings)
        loaded = await demo.load(database, keys, now=now(), site=site, reset=reset)
        return loaded, await demo.invite(database, now=now(), site=site)

"""`okienko serve`, `work` and `demo`: what runs until it is stopped."""

from __future__ import annotations

import gc
import webbrowser
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

import click

from okienko.cli.terminal import data_option, read_settings, run, say
from okienko.database.urls import Urls
from okienko.opening import open_database
from okienko.settings import Settings

port_option = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (8700).")


@contextmanager
def open_and_import(settings: Settings) -> Generator[Urls]:
    """The database, as long as the block runs. While it is opened in a thread, all that is to work with it is imported:
    either takes a second for the first time, the one waiting for PostgreSQL, the other busy with Python.
    """
    # What is imported stays, and so does an index of hundreds of thousands of objects: looking through them for cycles
    # again and again is a tenth of a start's and of a worker's time, and what a turn leaves behind has none.
    gc.set_threshold(20_000, 50, 100)
    with ExitStack() as stack:
        with ThreadPoolExecutor(1) as thread:
            opened = thread.submit(stack.enter_context, open_database(settings))
            import_module("okienko.cli.running")
        yield opened.result()


@click.command()
@data_option
@click.option("--host", help="Address to listen on (127.0.0.1).")
@port_option
@click.option("--with-work", is_flag=True, help="Take turns in this process, too.")
def serve(data: Path | None, host: str | None, port: int | None, with_work: bool) -> None:
    """Serve the widget, the help centre, the hooks and the desk."""
    chosen = read_settings(data, host=host, port=port)
    with open_and_import(chosen) as urls:
        from okienko.cli import running  # noqa: PLC0415 - imported by now

        link = run(running.invite_first(chosen, urls))
        if link is not None:
            say(f"Nobody can sign in yet. The first administrator begins here, once:\n  {link}")

        def ready() -> None:
            say(f"okienko listens on http://{chosen.host}:{chosen.port}")

        run(running.start(chosen, urls, running.Parts(work=with_work, on_ready=ready)))


@click.command()
@data_option
def work(data: Path | None) -> None:
    """Take turns, send and keep house; beside `okienko serve`, as many as wanted."""
    chosen = read_settings(data)
    with open_and_import(chosen) as urls:
        from okienko.cli import running  # noqa: PLC0415 - imported by now

        run(running.start(chosen, urls, running.Parts(serve=False, on_ready=lambda: say("okienko works"))))


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
    with open_and_import(chosen) as urls:
        from okienko.cli import running  # noqa: PLC0415 - imported by now

        loaded, link = run(running.prepare_demo(chosen, urls, reset=reset))
        say(f"{loaded.articles} articles and {loaded.conversations} past conversations are there.")
        entrance = running.public_address(chosen) + "/"

        def ready() -> None:
            say(f"\n  {entrance}  the demo: two shop windows, two help centres, the desk")
            if link is not None:
                say(f"  {link}\n  the desk's entrance, once: choose a password there")
            say("\nStop with Ctrl+C.")
            if not no_browser:
                webbrowser.open(entrance)

        run(running.start(chosen, urls, running.Parts(demo=True, on_ready=ready)))

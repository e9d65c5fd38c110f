"""The commands. Each reads its arguments and calls one function."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from okienko import log, settings
from okienko.database.embedded import NoServer
from okienko.database.migrate import MigrationRefused
from okienko.database.pool import DatabaseAway
from okienko.keys import WrongKey
from okienko.settings import Settings, WrongSetting

console = Console(stderr=True, highlight=False)
Result = TypeVar("Result")

data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the embedded database."
)


def refuse(message: str) -> NoReturn:
    """Ends with what is wrong and what to do."""
    console.print(f"[red]✗[/red] {message}", markup=True)
    sys.exit(1)


def read_settings(data: Path | None, **changes: Any) -> Settings:
    """The environment's settings; an option on the command line wins."""
    try:
        read = settings.read(os.environ, Path.home())
    except WrongSetting as wrong:
        refuse(str(wrong))
    if data is not None:
        changes["data"] = data.absolute()
    return dataclasses.replace(read, **{name: value for name, value in changes.items() if value is not None})


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="okienko")
def commands() -> None:
    """okienko: a self-hosted customer-service desk with a bot."""


def main() -> None:
    """The entry point: expected troubles end with a sentence, not with a traceback."""
    log.configure()
    try:
        commands()
    except (WrongSetting, MigrationRefused, WrongKey, NoServer) as trouble:
        refuse(str(trouble))
    except DatabaseAway as away:
        refuse(f"{away}. Is it running? Try: okienko doctor")


@commands.command()
@data_option
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (8700).")
@click.option("--with-work", is_flag=True, help="Take turns in this process, too.")
def serve(data: Path | None, host: str | None, port: int | None, with_work: bool) -> None:
    """Serve the widget, the help centre, the hooks and the desk."""
    chosen = read_settings(data, host=host, port=port)
    with start.open_database(chosen) as urls:

        def ready() -> None:
            console.print(f"okienko listens on {address(chosen)}")

        link = run(first_link(chosen, urls))
        if link is not None:
            console.print(f"Nobody can sign in yet. The first administrator begins here, once:\n  {link}")
        run(start.run(chosen, urls, start.Parts(work=with_work, on_ready=ready)))


@commands.command()
@data_option
def work(data: Path | None) -> None:
    """Take turns, send and keep house; beside `okienko serve`, as many as wanted."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        parts = start.Parts(serve=False, on_ready=lambda: console.print("okienko works"))
        run(start.run(chosen, urls, parts))


@commands.command()
@data_option
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (8700).")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--reset", is_flag=True, help="Remove the demo's brands and load them anew.")
def demo(data: Path | None, port: int | None, no_browser: bool, reset: bool) -> None:
    """Two invented brands with articles and conversations, in one process, to look around in."""
    folder = (data or Path.home() / ".local" / "share" / "okienko-demo").absolute()
    # The demo keeps its keys beside its data, so that deleting one folder removes all of it. Real data deserve better.
    chosen = read_settings(folder, port=port, keys=folder / "keys")
    console.print(f"Starting the demo in {folder} (its keys are kept there too, which is for a demo only) …")
    with start.open_database(chosen) as urls:
        link = run(prepare_demo(chosen, urls, reset=reset))
        entrance = f"http://localhost:{chosen.port}/"

        def ready() -> None:
            console.print(f"\n  [bold]{entrance}[/bold]  the demo\n  {link}  the desk, signed in once\n\nStop: Ctrl+C")
            if not no_browser:
                webbrowser.open(entrance)

        run(start.run(chosen, urls, start.Parts(demo=True, on_ready=ready)))


@commands.group()
def articles() -> None:
    """The help centre's articles."""


@articles.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@data_option
@click.option("--brand", help="The brand's slug; made when there is none of this name.")
@click.option("--category", help="For articles that name none.")
@click.option("--lang", "language", type=click.Choice(["pl", "en"]), help="For articles that name none.")
def import_(source: Path, data: Path | None, brand: str | None, category: str | None, language: str | None) -> None:
    """Import a folder of Markdown files with front matter, or a JSONL file. All of it, or nothing."""
    from okienko.articles.importing import read_source

    drafts, problems = read_source(source, category=category, language=language)
    if problems:
        for problem in problems:
            console.print(f"[red]✗[/red] {problem}", soft_wrap=True)
        refuse(f"Nothing was imported: {len(problems)} to mend.")
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        console.print(run(import_articles(chosen, urls, drafts, brand)))


@commands.command()
@click.argument("question")
@data_option
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option("--lang", "language", type=click.Choice(["pl", "en"]), default="pl", show_default=True)
@click.option("--category", help="Look in this category only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ask(
    question: str, data: Path | None, brand: str | None, language: Language, category: str | None, as_json: bool
) -> None:
    """Ask what a customer would ask; prints what the bot would say."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        said = run(ask_bot(chosen, urls, question, brand, language, category))
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"[{said['kind']}] {said['text']}")
    for citation in said["citations"]:
        click.echo(f"  — {citation['title']} ({citation['article']})")


@commands.command()
@click.argument("source", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--jsonl", is_flag=True, help='Read lines {"id", "text"} and print {"id", "masked", "spans"}.')
@click.option("--lang", "language", type=click.Choice(["pl", "en"]), default="pl", show_default=True)
def mask(source: TextIO, jsonl: bool, language: Language) -> None:
    """Mask personal data in text from a file or standard input. Nothing is stored."""
    mask_lines(source, jsonl=jsonl, language=language)


@commands.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(data: Path | None, as_json: bool) -> None:
    """Say what is wrong with this installation and how to mend it."""


@commands.command()
@click.option("--seconds", type=click.IntRange(1, 3600), default=20, show_default=True, help="Length of each load.")
@click.option("--articles", "source", type=click.Path(exists=True, path_type=Path), help="A JSONL file of articles.")
@click.option("--rate", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Turns a second, steady.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench(seconds: int, source: Path | None, rate: int, as_json: bool) -> None:
    """Measure this machine with everything started afresh."""


@commands.group()
def staff() -> None:
    """The people at the desk."""


@staff.command("add")
@click.option("--login", required=True, help="What the person signs in with.")
@click.option("--name", required=True, help="What customers and colleagues see.")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option("--role", type=click.Choice(["agent", "lead", "admin"]), default="agent", show_default=True)
@data_option
def add(login: str, name: str, brand: str | None, role: Role, data: Path | None) -> None:
    """Add a person and print the one-time link where they choose a password."""

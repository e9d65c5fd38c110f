"""`okienko ask`: what the bot would say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from okienko.answers.index import build_index
from okienko.answers.store import read_published, read_synonyms
from okienko.ask import ask
from okienko.brands.store import read_categories
from okienko.cli.terminal import LANGUAGES, brand_option, data_option, json_option, read_settings, run
from okienko.commands import open_brand
from okienko.database.pool import LONGEST_WORK
from okienko.database.urls import Urls
from okienko.opening import now, open_database
from okienko.values import Language, RawText


@click.command("ask")
@click.argument("question")
@data_option
@brand_option
@click.option("--lang", "language", type=LANGUAGES, default="pl", show_default=True)
@click.option("--category", help="Look in this category only.")
@json_option
def ask_(  # noqa: PLR0917 - one parameter an option
    question: str, data: Path | None, brand: str | None, language: Language, category: str | None, as_json: bool
) -> None:
    """Ask what a customer would ask; prints what the bot would say. Nothing is stored."""
    with open_database(read_settings(data)) as urls:
        said = run(ask_bot(urls, RawText(question), brand, language, category))
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"[{said['kind']}] {said['text']}")
    for citation in said["citations"]:
        click.echo(f"  — {citation['title']} ({citation['article']})")


async def ask_bot(
    urls: Urls, question: RawText, slug: str | None, language: Language, category: str | None
) -> dict[str, Any]:
    """What the bot would say to a question; see `okienko.ask`."""
    async with open_brand(urls, slug, longest=LONGEST_WORK) as (brand, connection):
        articles = await read_published(connection, brand.id)
        categories = await read_categories(connection)
        index = build_index(articles, synonyms=await read_synonyms(connection, brand.id))
    return ask(index, categories, brand, question, language=language, category=category, clock=now)

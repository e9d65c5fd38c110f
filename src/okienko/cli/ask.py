"""`okienko ask`: what the bot would say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from okienko.answers.index import Index, build_index
from okienko.answers.meaning import store
from okienko.answers.meaning.rule import list_missing, put_in
from okienko.answers.store import read_published, read_synonyms
from okienko.ask import ask
from okienko.brands.store import read_categories
from okienko.cli.terminal import LANGUAGES, brand_option, data_option, json_option, read_settings, run
from okienko.commands import open_brand
from okienko.database.pool import LONGEST_WORK, Connection
from okienko.database.urls import Urls
from okienko.encoders import Encoder, fitted
from okienko.encoders.files import open_encoder
from okienko.encoders.vectors import TooMany
from okienko.opening import now, open_database
from okienko.playing import Stage
from okienko.scenarios.read import read_scenario
from okienko.scenarios.store import read_running
from okienko.settings import Settings
from okienko.values import Brand, Language, RawText


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
    settings = read_settings(data)
    with open_database(settings) as urls:
        said = run(ask_bot(urls, settings, RawText(question), slug=brand, language=language, category=category))
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"[{said['kind']}] {said['text']}")
    for citation in said["citations"]:
        click.echo(f"  — {citation['title']} ({citation['article']})")


async def ask_bot(
    urls: Urls, settings: Settings, question: RawText, *, slug: str | None, language: Language, category: str | None
) -> dict[str, Any]:
    """What the bot would say to a question; see `okienko.ask`. Raises `NoModel`."""
    async with open_brand(urls, slug, longest=LONGEST_WORK) as (brand, connection):
        articles = await read_published(connection, brand.id)
        categories = await read_categories(connection)
        index = build_index(articles, synonyms=await read_synonyms(connection, brand.id))
        encoder = await choose_encoder(connection, settings)
        if encoder is not None:
            index = await attach(connection, index, encoder)
        stage = await read_stage(connection, brand)
    return ask(
        index,
        categories,
        brand,
        question,
        language=language,
        category=category,
        clock=now,
        encoder=encoder,
        stage=stage,
    )


async def read_stage(connection: Connection, brand: Brand) -> Stage:
    """The scenarios that begin now, as if somebody were at the desk."""
    _, files = await read_running(connection, brand.id)
    begins = {name: version for name, version, _, starts in files if starts}
    return Stage(
        brand=brand.name,
        open=True,
        today=now().astimezone(ZoneInfo(brand.timezone)).date(),
        scenarios={(name, version): read_scenario(body) for name, version, body, starts in files if starts},
        begins=begins,
    )


async def choose_encoder(connection: Connection, settings: Settings) -> Encoder | None:
    """The encoder of this process, where the current brand has one on; a server is not asked. Raises `NoModel`."""
    if settings.encoder is None or "://" in settings.encoder or not await store.is_on(connection):
        return None
    return open_encoder(settings.encoder, settings.data)


async def attach(connection: Connection, index: Index, encoder: Encoder) -> Index:
    """The index with the vectors that are kept; articles that the encoder has not read yet are found by words."""
    try:
        rule = fitted.choose(encoder.name)
        index = put_in(index, {}, encoder.languages, rule=rule)
        kept = await store.read_vectors(connection, encoder.name, list(list_missing(index)))
        return put_in(index, kept, encoder.languages, index, rule=rule)
    except TooMany:
        return index

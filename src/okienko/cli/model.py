"""`okienko model`: whether a language model may word a brand's answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from okienko.answers.model import store
from okienko.answers.model.store import Switch
from okienko.cli.terminal import brand_option, data_option, read_settings, run
from okienko.commands import each_brand, open_brand, record
from okienko.database.urls import Urls
from okienko.opening import now, open_database
from okienko.phrase import open_model
from okienko.settings import Settings, WrongSetting
from okienko.values import Brand


@click.group()
def model() -> None:
    """A language model that may word answers, brand by brand. None is needed or used until it is asked for."""


@model.command("on")
@brand_option
@click.option(
    "--budget",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    default=1.0,
    show_default=True,
    help="For a day, in the currency of OKIENKO_MODEL_PRICES; without prices, in millions of tokens.",
)
@data_option
def model_on(brand: str | None, budget: float, data: Path | None) -> None:
    """Let the model word a brand's answers, within a daily budget."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        into = run(switch_model(chosen, urls, slug=brand, budget=max(1, round(budget * 1_000_000))))
    click.echo(f"The model words answers of “{into.slug}”, for at most {budget:g} a day.")


@model.command("off")
@brand_option
@data_option
def model_off(brand: str | None, data: Path | None) -> None:
    """Let a brand's answers be the articles' own words again, at once; calls under way end within seconds."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        into = run(switch_model(chosen, urls, slug=brand, budget=None))
    click.echo(f"The answers of “{into.slug}” are the articles' own words.")


async def switch_model(settings: Settings, urls: Urls, *, slug: str | None, budget: int | None) -> Brand:
    """Lets a brand's answers be worded by the model for at most `budget` millionths a day; None: not any more.

    Running processes follow within a second or two.
    """
    if budget is not None and open_model(settings) is None:
        raise WrongSetting("there is no model: set OKIENKO_MODEL_URL and OKIENKO_MODEL_NAME, also for `okienko work`")
    async with open_brand(urls, slug) as (brand, connection):
        if budget is None:
            await store.switch_off(connection, now())
        else:
            await store.switch_on(connection, budget=budget, now=now())
        await record(connection, "model-switched", brand.id, budget=budget or 0)
    return brand


@model.command("status")
@data_option
def model_status(data: Path | None) -> None:
    """Say which brands use the model, what it has cost them today, and what came of its calls in the last day."""
    chosen = read_settings(data)
    click.echo(f"Model: {chosen.model_name} at {chosen.model_url}" if chosen.model_url else "There is no model.")
    with open_database(chosen) as urls:
        for brand, switch, outcomes in run(read_model(urls)):
            if switch is None or not switch.enabled:
                click.echo(f"{brand.slug}: off")
            else:
                click.echo(f"{brand.slug}: on, {switch.spent / 1e6:.4g} of {switch.budget / 1e6:.4g} spent today")
            for what, count in outcomes.items():
                click.echo(f"  {count:>7}  {what}")


async def read_model(urls: Urls) -> list[tuple[Brand, Switch | None, dict[str, int]]]:
    """Each brand with what it has decided about the model, and what came of its calls in the last 24 hours."""
    found: list[tuple[Brand, Switch | None, dict[str, int]]] = []
    async for brand, connection in each_brand(urls):
        switch = await store.read_switch(connection, now().astimezone(ZoneInfo(brand.timezone)).date())
        outcomes = await store.count_outcomes(connection, purpose="wording", since=now() - timedelta(days=1))
        found.append((brand, switch, outcomes))
    return found

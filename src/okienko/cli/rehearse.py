"""`okienko rehearse`: a past evening at ten times its load, against a scratch copy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from okienko.cli.terminal import FILE, brand_option, data_option, json_option, read_settings, refuse, run, say
from okienko.commands import open_brand, record
from okienko.database.pool import LONGEST_WORK
from okienko.database.urls import Urls
from okienko.opening import now, open_database
from okienko.rehearsal.evening import MOST, Written, read_evening, write_evening
from okienko.rehearsal.scratch import Copy, read_brand
from okienko.rehearsal.store import record as read_past

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@click.command("rehearse")
@click.option("--replay", type=FILE, help="A recorded evening: JSON lines.")
@click.option("--example", is_flag=True, help="The invented evening that comes with okienko, at the demo's shop.")
@click.option("--record", "recorded", type=MOMENT, nargs=2, metavar="FROM TO", help="Record an evening (UTC) to --out.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The new file of --record.")
@click.option("--times", type=click.IntRange(1, 100), default=10, show_default=True, help="How much more load.")
@click.option("--calm", type=click.FloatRange(min=1), default=60, show_default=True, help="Seconds at its own load.")
@click.option("--declare", is_flag=True, help="Make incidents of what the radar notices, to see what becomes of it.")
@brand_option
@data_option
@json_option
def rehearse_(
    *,
    replay: Path | None,
    example: bool,
    recorded: tuple[datetime, datetime] | None,
    out: Path | None,
    times: int,
    calm: float,
    declare: bool,
    brand: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Replay a past evening against a scratch copy of a brand: who is answered, who waits, and for how long.

    Nothing of the installation is written; the copy is removed afterwards.
    """
    from okienko.rehearsal import rehearse  # noqa: PLC0415 - it brings the bench

    if [replay is not None, example, recorded is not None].count(True) != 1:
        refuse("Say one of --replay FILE, --example and --record FROM TO.")
    settings = read_settings(data)
    if recorded is not None:
        if out is None or out.exists():
            refuse("Say with --out where the evening is written: a file that is not there yet.")
        since, until = (moment.replace(tzinfo=UTC) for moment in recorded)
        with open_database(settings) as urls:
            written = run(record_evening(urls, brand, since=since, until=until))
        out.touch(0o600)  # nobody else may read it
        out.write_text(write_evening(written), "utf-8")
        left_out = sum(one.text is None for one in written)
        click.echo(f"{out}: {len(written)} messages; of {left_out} only the time, for their words may not be exported.")
        return
    copy = None
    if replay is not None:
        evening = read_evening(replay.read_text("utf-8").splitlines())
        with open_database(settings) as urls:
            copy = run(_copy(urls, brand))
    else:
        evening = rehearse.read_example()
    figures = rehearse.rehearse(evening, times=times, copy=copy, calm_seconds=calm, declaring=declare, say=say)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        for name, value in figures.items():
            click.echo(f"{name:>24}  {'–' if value is None else value}")


async def _copy(urls: Urls, slug: str | None) -> Copy:
    async with open_brand(urls, slug, longest=LONGEST_WORK) as (brand, connection):
        return await read_brand(connection, brand.id, until=now())


async def record_evening(urls: Urls, slug: str | None, *, since: datetime, until: datetime) -> list[Written]:
    """What was written, and on record that somebody has it."""
    async with open_brand(urls, slug, longest=LONGEST_WORK) as (brand, connection):
        written = await read_past(connection, since=since, until=until, limit=MOST)
        times = {"since": f"{since:%Y-%m-%dT%H:%MZ}", "until": f"{until:%Y-%m-%dT%H:%MZ}"}
        await record(connection, "evening-recorded", brand.id, messages=len(written), **times)
    return written

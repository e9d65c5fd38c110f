"""`okienko doctor`, `bench` and `prove`: what is wrong, how fast it is, and whether it holds."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from okienko.cli.terminal import data_option, json_option, mark, read_settings, run, say

# Each imports what it needs when it runs: nothing else needs that.


@click.command("doctor")
@data_option
@json_option
def doctor_(data: Path | None, as_json: bool) -> None:
    """Say what is wrong with this installation, and how to mend it."""
    from okienko import doctor  # noqa: PLC0415

    findings = run(doctor.examine(read_settings(data)))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    for finding in () if as_json else findings:
        say(f"{mark(well=finding.well)} {finding.what}")
        if not finding.well:
            say(f"    {finding.fix}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


@click.command("bench")
@click.option("--seconds", type=click.IntRange(1, 3600), default=20, show_default=True, help="Length of each load.")
@click.option("--articles", "source", type=click.Path(exists=True, path_type=Path), help="Articles: a JSONL file.")
@click.option("--rate", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Turns a second, steady.")
@json_option
def bench_(seconds: int, source: Path | None, rate: int, as_json: bool) -> None:
    """Measure this machine, with everything started afresh in a temporary folder."""
    from okienko.bench import bench  # noqa: PLC0415

    figures = bench.measure(seconds=seconds, articles=source, rate=rate, say=say)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        for name, value in figures.items():
            click.echo(f"{name:>18}  {value}")


@click.command("prove")
@click.option("--break", "broken", is_flag=True, help="Recognise nothing: to see that the proof can fail.")
@click.option("--seed", type=click.IntRange(0), help="Of the invented values; drawn anew without it.")
@json_option
def prove_(broken: bool, seed: int | None, as_json: bool) -> None:
    """Plant invented personal data in a desk of its own, and search all that the desk wrote. Fails on one hit."""
    from rich.console import Console  # noqa: PLC0415

    from okienko.prove import prove, report  # noqa: PLC0415

    chosen = int.from_bytes(os.urandom(4)) if seed is None else seed
    found = prove.prove(seed=chosen, masked=not broken, say=say)
    if as_json:
        click.echo(json.dumps(found.show(), ensure_ascii=False))
    else:
        report.show(Console(highlight=False), found)
    sys.exit(0 if found.holds else 1)

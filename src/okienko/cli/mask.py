"""`okienko mask`: personal data in text, from a file or standard input."""

from __future__ import annotations

from typing import TextIO

import click

from okienko.cli.terminal import LANGUAGES
from okienko.keys import Keys
from okienko.masking.explain import explain
from okienko.masking.jsonl import mask_lines
from okienko.masking.kinds import ENTITIES
from okienko.masking.mask import find, render
from okienko.values import Language, RawText


@click.command("mask")
@click.argument("source", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--jsonl", is_flag=True, help='Read lines {"id", "text"}; print {"id", "masked", "spans"}.')
@click.option("--lang", "language", type=LANGUAGES, default="pl", show_default=True, help="Of the placeholders.")
@click.option("--keep", default="", metavar="LABEL,…", help="Report these kinds but leave them in the text.")
@click.option("--explain", "why", is_flag=True, help="Say which detector decided and why. Quotes the text.")
def mask_(source: TextIO, jsonl: bool, language: Language, keep: str, why: bool) -> None:
    """Mask personal data in text from a file or standard input. Nothing is stored."""
    passing = Keys.passing()
    kept = {label.strip().upper() for label in keep.split(",") if label.strip()}
    unknown = sorted(kept - ENTITIES.keys())
    if unknown:
        raise click.BadParameter(
            f"no kind is called {unknown[0]}. The kinds: {', '.join(ENTITIES)}.", param_hint="--keep"
        )
    if jsonl:
        for line in mask_lines(source, keys=passing, language=language, keep=kept, why=why):
            click.echo(line)
        return
    raw = RawText(source.read())
    findings = explain(raw) if why else find(raw)
    click.echo(render(raw, findings, {}, passing, language, keep=kept).text.text, nl=False)
    for span in findings.spans if why else ():
        click.echo(f"{span.label} {span.start}…{span.end} {span.why}", err=True)

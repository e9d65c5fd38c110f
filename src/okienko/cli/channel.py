"""`okienko channel`: what the channels make of what vendors send."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import click

from okienko.cli.terminal import json_option, say

ENDINGS: Final = frozenset({".json", ".eml"})


@click.group("channel")
def channel() -> None:
    """Ways in and out: Messenger, e-mail and others."""


@channel.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--channel", "name", required=True, help="Whose payloads they are.")
@json_option
def check(folder: Path, name: str, as_json: bool) -> None:
    """Read recorded payloads of a vendor and print what comes of each; nothing is stored."""
    from okienko.channels.check import check_body, find_reader  # noqa: PLC0415

    read_events = find_reader(name)
    results: Counter[str] = Counter()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file()):
        found: dict[str, Any] = {"file": str(path.relative_to(folder)), **check_body(path.read_bytes(), read_events)}
        results[found["result"]] += 1
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False))
        else:
            kinds = ", ".join(event["kind"] for event in found["events"])
            click.echo(f"{found['result']:>9}  {found['file']}  {kinds or found['reason']}")
    if not as_json:
        say(", ".join(f"{count} {result}" for result, count in sorted(results.items())) or "no files")

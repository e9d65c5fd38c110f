"""`okienko scenario`: conversations that the support team writes itself, as files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from okienko.cli.terminal import FILE, mark, refuse
from okienko.scenarios.check import find_problems
from okienko.scenarios.document import Problem, ScenarioRefused
from okienko.scenarios.files import read_texts
from okienko.scenarios.play import Played, play_all
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Scenario
from okienko.scenarios.schema import make_schema


@click.group()
def scenario() -> None:
    """Conversations that the support team writes itself. docs/scenarios.md says how."""


@scenario.command("check")
@click.argument("paths", metavar="FILE…", type=FILE, nargs=-1, required=True)
def scenario_check(paths: tuple[Path, ...]) -> None:
    """Say what is wrong with scenarios, by line; exit with 1 when anything is."""
    problems = [f"{path}:{_tell(problem)}" for path in paths for problem in _check(path)[1]]
    if problems:
        refuse(f"{len(problems)} to mend.", problems)
    click.echo(f"{mark(well=True)} {len(paths)} checked: nothing to mend.")


@scenario.command("test")
@click.argument("paths", metavar="FILE…", type=FILE, nargs=-1, required=True)
@click.option("--show", is_flag=True, help="Print each dialogue as it goes.")
def scenario_test(paths: tuple[Path, ...], show: bool) -> None:
    """Play the example dialogues of scenarios; exit with 1 when one goes otherwise than it says."""
    problems: list[str] = []
    count = 0
    for path in paths:
        read, found = _check(path)
        problems += [f"{path}:{_tell(problem)}" for problem in found]
        for played in play_all(read) if read is not None else ():
            count += 1
            problems += [f"{path}:{_tell(problem)}" for problem in played.problems]
            click.echo(f"{mark(well=not played.problems)} {path.name}: {played.dialogue}")
            if show:
                _show(played)
    if problems:
        refuse(f"{len(problems)} to mend.", problems)
    click.echo(f"{mark(well=True)} {count} dialogues played: all go as they say.")


@scenario.command("ready")
@click.argument("name", required=False)
def scenario_ready(name: str | None) -> None:
    """List the scenarios that come with okienko, or print the file of one, to begin from."""
    texts = read_texts()
    if name is None:
        for id_, text in texts.items():
            click.echo(f"{id_:24}{read_scenario(text).name['en']}")
    elif name in texts:
        click.echo(texts[name], nl=False)
    else:
        refuse(f"There is no ready scenario “{name}”. There are: {', '.join(texts)}.")


@scenario.command("schema")
def scenario_schema() -> None:
    """Print the JSON Schema of a scenario's file, for editors that check while one types."""
    click.echo(json.dumps(make_schema(), indent=2, ensure_ascii=False))


def _check(path: Path) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """The scenario, if it can be read, and all that is wrong with it."""
    try:
        read = read_scenario(path.read_text("utf-8"))
    except ScenarioRefused as refused:
        return None, refused.problems
    except UnicodeDecodeError:
        refuse(f"{path} is not UTF-8. Save it as UTF-8 and try again.")
    return read, find_problems(read)


def _tell(problem: Problem) -> str:
    where = f"{problem.line}: " if problem.line else " "
    return f"{where}{str(problem).removeprefix(f'line {problem.line}: ')}"


def _show(played: Played) -> None:
    for line in played.lines:
        choices = f"  [{' | '.join(line.choices)}]" if line.choices else ""
        click.echo(f"    {'>' if line.customer else ' '} {line.text}{choices}")

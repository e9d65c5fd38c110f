"""`okienko scenario`: conversations that the support team writes itself, as files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from pathlib import Path

import click

from okienko.cli.terminal import FILE, brand_option, data_option, mark, read_settings, refuse, run
from okienko.commands import open_brand, record
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.database.urls import Urls
from okienko.opening import now, open_database
from okienko.scenarios import store
from okienko.scenarios.check import find_problems
from okienko.scenarios.document import Problem, ScenarioRefused
from okienko.scenarios.files import read_texts
from okienko.scenarios.play import Played, play_all
from okienko.scenarios.publish import publish
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Scenario
from okienko.scenarios.schema import make_schema
from okienko.scenarios.store import Listed, Version
from okienko.values import Brand


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


@scenario.command("import")
@click.argument("paths", metavar="FILE…", type=FILE, nargs=-1, required=True)
@data_option
@brand_option
@click.option("--publish", "publishing", is_flag=True, help="Let them run from now on.")
def scenario_import(paths: tuple[Path, ...], data: Path | None, brand: str | None, publishing: bool) -> None:
    """Save scenarios as drafts of a brand, or let them run: all, or nothing."""
    files = {path: read_file(path) for path in paths}
    with open_database(read_settings(data)) as urls:
        outcome = run(import_scenarios(urls, files, brand, publishing=publishing))
    if isinstance(outcome, list):
        refuse("Nothing was imported.", outcome)
    for id_, version in outcome.items():
        click.echo(f"{mark(well=True)} {id_}, version {version}{' runs' if publishing else ', a draft'}")


@scenario.command("export")
@click.argument("name", required=False)
@data_option
@brand_option
@click.option("--version", "number", type=int, help="Instead of the latest.")
def scenario_export(name: str | None, data: Path | None, brand: str | None, number: int | None) -> None:
    """List a brand's scenarios, or print the file of one."""
    with open_database(read_settings(data)) as urls:
        listed, versions = run(read_scenarios(urls, brand, name))
    if name is None:
        for one in listed:
            runs = "does not run" if one.published is None else f"version {one.published} runs"
            click.echo(f"{one.id:24}{runs}{', a draft waits' if one.draft else ''}")
        return
    found = next((version for version in versions if number in {None, version.version}), None)
    if found is None:
        refuse(f"There is no such scenario. There are: {', '.join(one.id for one in listed) or 'none'}.")
    click.echo(found.body, nl=False)


@scenario.command("diff")
@click.argument("path", metavar="FILE", type=FILE)
@data_option
@brand_option
def scenario_diff(path: Path, data: Path | None, brand: str | None) -> None:
    """Show what differs between a file and the version that runs, or the latest draft."""
    body = read_file(path)
    id_ = read_scenario(body).id
    with open_database(read_settings(data)) as urls:
        listed, versions = run(read_scenarios(urls, brand, id_))
    runs = next((one.published for one in listed if one.id == id_), None)
    known = next((version for version in versions if version.version == runs), versions[0] if versions else None)
    before = known.body if known is not None else ""
    label = f"{id_}, version {known.version}" if known is not None else f"{id_}, nowhere"
    for line in unified_diff(before.splitlines(), body.splitlines(), label, str(path), lineterm=""):
        click.echo(line)


@scenario.command("withdraw")
@click.argument("name")
@data_option
@brand_option
def scenario_withdraw(name: str, data: Path | None, brand: str | None) -> None:
    """Let a scenario begin no more. Conversations that are in it go on to its end."""
    with open_database(read_settings(data)) as urls:
        if not run(withdraw_scenario(urls, brand, name)):
            refuse(f"No scenario “{name}” runs in this brand.")
    click.echo(f"{mark(well=True)} {name} begins no more.")


async def import_scenarios(
    urls: Urls, files: Mapping[Path, str], slug: str | None, *, publishing: bool
) -> dict[str, int] | list[str]:
    """The versions by id, or what is wrong with which file; then nothing is changed."""
    saved: dict[str, int] = {}
    try:
        async with open_brand(urls, slug) as (brand, connection):
            for path, body in files.items():
                saved |= await _import(connection, brand, path, body, publishing=publishing)
    except _Wrong as wrong:
        return wrong.problems
    return saved


class _Wrong(Exception):
    """A file that cannot be taken."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.problems = [f"{path}:{_tell(problem)}" for problem in problems]


async def _import(connection: Connection, brand: Brand, path: Path, body: str, *, publishing: bool) -> dict[str, int]:
    at = now()
    try:
        id_ = read_scenario(body).id
        versions = await store.read_versions(connection, brand.id, id_)
        if not versions or versions[0].body != body:
            base = (versions[0].version, versions[0].edits) if versions else None
            await store.save(connection, brand.id, id_, body, base=base, staff_id=None, now=at)
            await record(connection, "scenario-saved", brand.id, scenario=id_)
        latest, *_ = await store.read_versions(connection, brand.id, id_)
        if publishing:
            await publish(connection, brand, latest, publication=new_id(at), staff_id=None, now=at)
            await record(connection, "scenario-published", brand.id, scenario=id_, version=latest.version)
    except ScenarioRefused as refused:
        raise _Wrong(path, refused.problems) from None
    return {id_: latest.version}


async def read_scenarios(urls: Urls, slug: str | None, name: str | None) -> tuple[list[Listed], list[Version]]:
    """All scenarios of a brand, and the versions of one, the latest first."""
    async with open_brand(urls, slug) as (brand, connection):
        listed = await store.list_scenarios(connection, brand.id)
        return listed, [] if name is None else await store.read_versions(connection, brand.id, name)


async def withdraw_scenario(urls: Urls, slug: str | None, name: str) -> bool:
    """Whether it ran."""
    async with open_brand(urls, slug) as (brand, connection):
        listed = await store.list_scenarios(connection, brand.id)
        if not any(one.id == name and one.published is not None for one in listed):
            return False
        await store.withdraw(connection, brand.id, name, publication=new_id(now()), staff_id=None, now=now())
        await record(connection, "scenario-withdrawn", brand.id, scenario=name)
    return True


@scenario.command("schema")
def scenario_schema() -> None:
    """Print the JSON Schema of a scenario's file, for editors that check while one types."""
    click.echo(json.dumps(make_schema(), indent=2, ensure_ascii=False))


def _check(path: Path) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """The scenario, if it can be read, and all that is wrong with it."""
    try:
        read = read_scenario(read_file(path))
    except ScenarioRefused as refused:
        return None, refused.problems
    return read, find_problems(read)


def read_file(path: Path) -> str:
    """A file's text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        refuse(f"{path} is not UTF-8. Save it as UTF-8 and try again.")


def _tell(problem: Problem) -> str:
    where = f"{problem.line}: " if problem.line else " "
    return f"{where}{str(problem).removeprefix(f'line {problem.line}: ')}"


def _show(played: Played) -> None:
    for line in played.lines:
        choices = f"  [{' | '.join(line.choices)}]" if line.choices else ""
        click.echo(f"    {'>' if line.customer else ' '} {line.text}{choices}")

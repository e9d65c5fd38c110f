"""`okienko keys`: the operator's keys, and a new one in place of the old one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from okienko import rotate
from okienko.audit import store as audit
from okienko.cli.terminal import data_option, progress, read_settings, run, say
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.keys import Keys, WrongKey, begin_rotation, end_rotation, find_retired
from okienko.opening import now, open_database, open_keys
from okienko.settings import Settings


@click.group("keys")
def keys_() -> None:
    """The operator's keys, which wrap every person's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """One of the operator's keys."""

    id: str
    role: Literal["wraps", "opens", "retired", "unknown"]
    people: int  # whose keys it wraps


@keys_.command("status")
@data_option
def keys_status(data: Path | None) -> None:
    """Say which keys there are, and what they wrap."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        states, lost = run(read_keys(chosen, urls))
    roles = {
        "wraps": "wraps and opens",
        "opens": "opens what it wrapped; `okienko keys rotate` goes on",
        "retired": "retired: for backups that are older",
        "unknown": "not there: bring it back from where your keys are kept",
    }
    for state in states:
        click.echo(f"{state.id}  {state.people:>9} people  {roles[state.role]}")
    if lost:
        click.echo(f"No key opens the secrets of {lost} connections: these are not the keys of this database.")


async def read_keys(settings: Settings, urls: Urls) -> tuple[list[KeyState], int]:
    """The operator's keys and what they wrap; how many secrets of connections and apps none of them opens."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        wrapped = await rotate.count_wrapped(database, keys)
    retired = () if settings.keys_command else find_retired(settings.keys)
    known = [*keys.key_ids, *(key for key in retired if key not in keys.key_ids)]
    roles: dict[str, Literal["wraps", "opens", "retired", "unknown"]] = dict.fromkeys(wrapped.people, "unknown")
    roles |= {**dict.fromkeys(retired, "retired"), **dict.fromkeys(keys.key_ids, "opens"), keys.key_id: "wraps"}
    ordered = [*known, *sorted(set(wrapped.people) - set(known))]
    return [KeyState(id=key, role=roles[key], people=wrapped.people.get(key, 0)) for key in ordered], wrapped.lost


@keys_.command("rotate")
@data_option
@click.option("--make-only", is_flag=True, help="Make the new key and stop, to copy the folder to other machines.")
def keys_rotate(data: Path | None, make_only: bool) -> None:
    """Wrap every person's key anew with a new operator's key. May be stopped and run again; serve and work run on."""
    chosen = read_settings(data)
    if make_only:
        key = make_key(chosen)
        click.echo(f"{key} lies in {chosen.keys}. Copy the folder to all machines, then run `okienko keys rotate`.")
        return

    async def pause() -> None:
        say("Waiting for whatever is under way …")
        await asyncio.sleep(rotate.PAUSE)

    with open_database(chosen) as urls, progress("Wrapping keys anew", None) as show:
        key, former = run(rotate_keys(chosen, urls, on_progress=show, pause=pause))
    click.echo(f"{key} wraps everything now. Nothing names {', '.join(former)} any more.")
    if chosen.keys_command:
        click.echo("Take it out of what the command prints; keep it until your older backups have expired.")
    else:
        click.echo(
            "Its file ends in .retired.key: back the keys up, and delete it when your older backups have expired."
        )


def make_key(settings: Settings) -> str:
    """A new operator's key beside the old one; its id. It wraps from now on, and nothing is wrapped anew yet."""
    if settings.keys_command:
        raise WrongKey("with OKIENKO_KEYS_COMMAND you make the new key yourself, where your keys are kept")
    Keys.open(settings.keys)
    return begin_rotation(settings.keys)


async def rotate_keys(
    settings: Settings,
    urls: Urls,
    *,
    on_progress: Callable[[int, int], None],
    pause: Callable[[], Awaitable[None]],
) -> tuple[str, Sequence[str]]:
    """Wraps everything with a new operator's key: (its id, ids of the keys that nothing names any more).

    A rotation that was stopped goes on. Raises `WrongKey`, with what to do, when something is left.
    """
    if not settings.keys_command:
        make_key(settings)
    keys = open_keys(settings)
    former = keys.key_ids[1:]
    if not former:
        raise WrongKey(
            "OKIENKO_KEYS_COMMAND prints one operator's key. Make a new one, 32 random bytes, where your keys are "
            'kept; have the command print "operator": [new, old]; then run this again'
        )
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            await audit.record(
                connection, "keys-rotated", by=audit.OPERATOR, brand=None, kind="key", object=keys.key_id, now=now()
            )
        wrapped = await rotate.wrap_all_anew(database, keys, on_progress=on_progress, pause=pause)
    left = {key: count for key, count in wrapped.people.items() if key in former}
    if left or wrapped.lost:
        raise WrongKey(
            f"{sum(left.values())} people's keys and {wrapped.lost} secrets of connections and apps are still wrapped "
            "with another key, so the former one stays. Run this again; `okienko keys status` says which keys are named"
        )
    if not settings.keys_command:
        end_rotation(settings.keys)
    return keys.key_id, former

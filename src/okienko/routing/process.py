"""Training beside the desk: in a process that ends, so that its memory and its time are not those of the worker."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from okienko.database.pool import Database
from okienko.routing import learn, store
from okienko.routing.train import Example
from okienko.values import BrandId, Clock

FEWEST: Final = 15  # examples a category, in the mean
LONGEST: Final = 300.0  # seconds, also when the machine is busy
AGAIN: Final = timedelta(minutes=1)  # so often at most a brand's router is trained
GIVE_UP: Final = timedelta(seconds=LONGEST) + AGAIN  # when somebody else may try


class TrainingFailed(Exception):
    """The process that trains has ended without a router. Says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An encoder of this machine that the process which trains can open for itself."""

    name: str
    kind: str  # of `okienko.encoders.files`
    data: Path  # the folder where its files may be


async def teach(database: Database, brand_id: BrandId, clock: Clock, reading: Reading | None = None) -> bool:
    """Trains a brand's router if its examples have changed; whether it did. Raises `TrainingFailed`.

    `reading`: for the brands that want an encoder.
    """
    async with database.brand(brand_id) as connection:
        now = clock()
        name = "" if reading is None else reading.name
        task = await store.claim_training(connection, brand_id, now=now, until=now + GIVE_UP, encoder=name)
        if task is None:
            return False
        examples = await store.read_examples(connection, brand_id)
    used = reading if task.encoder else None
    model = await train_apart(examples, used) if _are_enough(examples) else None
    async with database.brand(brand_id) as connection:
        await store.save_router(
            connection, brand_id, model, task=task, examples=len(examples), now=clock(), again=AGAIN
        )
    return True


def _are_enough(examples: Sequence[Example]) -> bool:
    """Whether a router is worth having: with fewer, the search among articles knows as much."""
    return len(examples) >= FEWEST * len({example.intent for example in examples})


async def train_apart(examples: Sequence[Example], reading: Reading | None = None) -> bytes | None:
    """The bytes of a router that a process of its own has trained; None when the examples are too few."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", learn.__name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback could quote an example
        env={**learn.ENVIRON, "PATH": os.environ.get("PATH", "")},
    )
    try:
        async with asyncio.timeout(LONGEST):
            kind, data = (None, None) if reading is None else (reading.kind, reading.data)
            model, _ = await process.communicate(learn.write_orders(examples, encoder=kind, data=data))
    except TimeoutError:
        raise TrainingFailed(f"did not end within {LONGEST:g} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == learn.TOO_FEW:
        return None
    if process.returncode != 0:
        raise TrainingFailed(f"ended with {process.returncode}")
    return model

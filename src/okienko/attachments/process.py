"""Checking an upload: pictures and texts in a thread, PDFs in a short-lived process with little to spend.

That process gets the file through a pipe and answers through another. It may write to no file, sees no environment, and
ends when it has used its share of time or memory (`pdf.py`): a hostile file costs no more than that.

Looking for malware is left to a program of the operator's choice. It gets the file through a pipe, too, and answers by
its exit status alone; what it prints could name the file's content and is read by nobody.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from okienko.attachments.check import clean, recognise
from okienko.attachments.kinds import Checked, FileType, Refused, Why

LONGEST: Final = 60.0  # seconds, also when the machine is busy
LONGEST_SCAN: Final = 30.0  # seconds for one file


class ScanFailed(Exception):
    """The scanner gave no verdict. Says how it ended, in words of ours."""


async def examine(data: bytes) -> Checked:
    """What a file is, without its metadata. Raises `Refused`."""
    type_ = recognise(data)
    if type_ is FileType.PDF:
        return Checked(type=type_, body=await _clean_pdf(data))
    return Checked(type=type_, body=await asyncio.to_thread(clean, type_, data))


def read_status(status: int | None) -> Why | None:
    """Why the process that rewrites PDFs ended as it did; None when all went well. Pure."""
    match status:
        case 0:
            return None
        case 3:
            return "damaged"
        case 4:
            return "protected"
        case _:  # its own word for it, or a signal: it was ended by its limits
            return "too_complex"


async def scan(command: Sequence[str], *bodies: bytes, seconds: float = LONGEST_SCAN) -> None:
    """Has the operator's command, run without a shell, look for malware; each body once, all within `seconds`.

    Raises `Refused("infected")` when it finds something, and `ScanFailed` when it does not say.
    """
    settings = {name: value for name, value in os.environ.items() if not name.startswith("OKIENKO_")}
    try:
        async with asyncio.timeout(seconds):
            for body in dict.fromkeys(bodies):
                status, _ = await _run(command, body, environ=settings)  # without ours: some are secrets
                read_verdict(status)
    except TimeoutError:
        raise ScanFailed(f"did not end within {seconds:g} seconds") from None
    except FileNotFoundError:
        raise ScanFailed("is not there: write the whole path of the program") from None
    except OSError:
        raise ScanFailed("cannot be run: see that it is a program which this user may run") from None


def read_verdict(status: int) -> None:
    """What a scanner's exit status says, as ClamAV's and others' do; no error is a clean file. Pure.

    Raises `Refused("infected")` and `ScanFailed`.
    """
    match status:
        case 0:
            return
        case 1:
            raise Refused("infected")
        case _:  # negative: ended by a signal
            raise ScanFailed(f"ended with {status}")


async def _clean_pdf(data: bytes) -> bytes:
    command = (sys.executable, "-I", "-m", "okienko.attachments.pdf")
    try:
        async with asyncio.timeout(LONGEST):
            status, out = await _run(command, data, environ={}, answers=True)
    except TimeoutError:
        raise Refused("too_complex") from None
    why = read_status(status)
    if why is not None:
        raise Refused(why)
    return out


async def _run(
    command: Sequence[str], data: bytes, *, environ: Mapping[str, str], answers: bool = False
) -> tuple[int, bytes]:
    """A program that reads `data`: its exit status, and what it printed when it `answers`. Ended when nobody waits."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE if answers else asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback could quote the file
        env=environ,
    )
    try:
        out, _ = await process.communicate(data)
        return await process.wait(), out or b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

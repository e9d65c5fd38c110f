"""Checking an upload: pictures and texts in a thread, PDFs in a short-lived process with little to spend.

The process gets the file through a pipe and answers through another. It may write to no file, sees no environment, and
ends when it has used its share of time or memory (`pdf.py`): a hostile file costs no more than that.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final

from okienko.attachments.check import clean, recognise
from okienko.attachments.kinds import Checked, FileType, Refused, Why

LONGEST: Final = 60.0  # seconds, also when the machine is busy


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


async def _clean_pdf(data: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "okienko.attachments.pdf"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback could quote the file
        env={},
    )
    try:
        async with asyncio.timeout(LONGEST):
            out, _ = await process.communicate(data)
    except TimeoutError:
        raise Refused("too_complex") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    why = read_status(process.returncode)
    if why is not None:
        raise Refused(why)
    return out

"""Checking an upload: pictures and texts in a thread, PDFs in a short-lived process with little to spend.

The process gets the file through a pipe and answers through another. It may write to no file, sees no environment, and
ends when it has used its share of time or memory (`pdf.py`): a hostile file costs no more than that.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Final

from okienko.attachments.check import clean, recognise
from okienko.attachments.kinds import Checked, FileType, Refused, Why

LONGEST: Final = 30.0  # seconds, also when the machine is busy
REASONS: Final[Mapping[int, Why]] = {3: "damaged", 4: "protected", 5: "too_large"}  # by exit status


async def examine(data: bytes) -> Checked:
    """What a file is, without its metadata. Raises `Refused`."""
    type_ = recognise(data)
    if type_ is FileType.PDF:
        return Checked(type=type_, body=await _clean_pdf(data))
    return Checked(type=type_, body=await asyncio.to_thread(clean, type_, data))


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
        raise Refused("damaged") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise Refused(REASONS.get(process.returncode or 0, "damaged"))
    return out

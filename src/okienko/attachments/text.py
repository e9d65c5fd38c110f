"""Plain text: readable as UTF-8, or as what Windows calls Unicode, and nothing that a program would run or draw."""

from __future__ import annotations

import codecs
import re
from typing import Final

from okienko.attachments.kinds import Refused

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP: Final = re.compile(r"\s*(<[!?a-zA-Z/]|\{\\rtf|%!PS|#!)")  # HTML, SVG, XML; RTF; PostScript; scripts


def clean_text(data: bytes) -> bytes:
    """The text as UTF-8 without a byte order mark. Raises `Refused`."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("unknown") from None
    if _CONTROL.search(text) is not None or _MARKUP.match(text) is not None:
        raise Refused("unknown")
    if not text.strip():
        raise Refused("empty")
    return text.encode()

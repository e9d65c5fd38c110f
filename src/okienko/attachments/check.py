"""From bytes to a checked file: what it is by its first bytes, then rebuilt by the rules of that type.

A name or a declared type is never asked for. Whatever a file is besides (a picture that is also an archive or a page)
is not rebuilt, so that only what it begins as is left of it. PDF is not done here but in a process of its own.
"""

from __future__ import annotations

from typing import Final

from okienko.attachments.gif import clean_gif
from okienko.attachments.jpeg import clean_jpeg
from okienko.attachments.kinds import MOST_BYTES, Checked, FileType, Refused
from okienko.attachments.png import SIGNATURE as PNG
from okienko.attachments.png import clean_png
from okienko.attachments.text import clean_text
from okienko.attachments.webp import clean_webp

_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def recognise(data: bytes) -> FileType:
    """What a file is by its first bytes. Raises `Refused` for what is never taken."""
    if not data:
        raise Refused("empty")
    if len(data) > MOST_BYTES:
        raise Refused("too_large")
    if data.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if data.startswith(PNG):
        return FileType.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return FileType.WEBP
    if data.startswith((b"GIF87a", b"GIF89a")):
        return FileType.GIF
    if data.startswith(b"%PDF-"):
        return FileType.PDF
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise Refused("heic")
    if data.startswith(
        (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"{\\rtf")
    ):
        raise Refused("office")
    return FileType.TEXT


def clean(type: FileType, data: bytes) -> bytes:  # noqa: A002 - the word of the field
    """A file of this type, not PDF, without its metadata. Raises `Refused`."""
    match type:
        case FileType.JPEG:
            return clean_jpeg(data)
        case FileType.PNG:
            return clean_png(data)
        case FileType.WEBP:
            return clean_webp(data)
        case FileType.GIF:
            return clean_gif(data)
        case FileType.TEXT:
            return clean_text(data)
        case FileType.PDF:
            raise ValueError("a PDF is cleaned in a process of its own")


def check(data: bytes) -> Checked:
    """`recognise` and `clean` in one, for everything but PDF."""
    type_ = recognise(data)
    return Checked(type=type_, body=clean(type_, data))

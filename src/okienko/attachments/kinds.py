"""What may be attached, in which size, and why something is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

MOST_BYTES: Final = 10_000_000  # of one file, as it was sent
MOST_PIXELS: Final = 64_000_000  # of one picture: a browser unpacks each to four bytes
MOST_PIECES: Final = 100_000  # of one file: no real one has so many, and work stays short on one that is made of crumbs


class FileType(StrEnum):
    """What a file is, by its content."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    PDF = "pdf"
    TEXT = "txt"

    @property
    def family(self) -> Family:
        """What people call it."""
        match self:
            case FileType.PDF:
                return "pdf"
            case FileType.TEXT:
                return "text"
            case _:
                return "image"


Family = Literal["image", "pdf", "text"]

MEDIA_TYPES: Final[Mapping[FileType, str]] = {
    FileType.JPEG: "image/jpeg",
    FileType.PNG: "image/png",
    FileType.WEBP: "image/webp",
    FileType.GIF: "image/gif",
    FileType.PDF: "application/pdf",
    FileType.TEXT: "text/plain; charset=utf-8",
}

Why = Literal[
    "empty",
    "too_large",
    "too_many_pixels",
    "heic",
    "office",
    "unknown",
    "damaged",
    "protected",
    "too_complex",
    "infected",
    "unscanned",
]
"""nothing in it; over `MOST_BYTES`; over `MOST_PIXELS`; a telephone's format that browsers cannot show; a document of
an office suite, or an archive (they look alike); nothing we take; cut off or not built as its kind is; a password;
more work than a check may be; malware; the scanner gave no verdict."""


class Refused(Exception):
    """A file that is not taken. Says why by a word of a closed list, and nothing of what is in it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file as it may be sealed: its type is known, its metadata are gone."""

    type: FileType
    body: bytes = field(repr=False)


def require_size(width: int, height: int) -> None:
    """Raises `Refused` for a picture without a surface, or with one that is too large to be unpacked."""
    if width < 1 or height < 1:
        raise Refused("damaged")
    if width * height > MOST_PIXELS:
        raise Refused("too_many_pixels")

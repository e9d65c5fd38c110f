"""PDF without metadata and without anything that acts: written anew from what its pages need.

What goes: the document's information and XMP, programs' own notes, thumbnails, scripts and other actions, files inside
the file, earlier revisions and whatever no page refers to; photographs inside lose their EXIF like any other. What
stays: the pages, their comments with the names that stand on them, form fields, links. A digital signature does not
survive.

A parser of PDF is a large thing, so this is run as a process of its own by `process.py`: `python -m` this file.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from io import BytesIO
from typing import Final, cast

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from okienko.attachments.jpeg import clean_jpeg
from okienko.attachments.kinds import MOST_BYTES, Refused, Why

MOST_CPU: Final = 20  # seconds
MOST_MEMORY: Final = 512 * 1024 * 1024  # bytes of address space
STATUS: Final[Mapping[Why, int]] = {"damaged": 3, "protected": 4, "too_complex": 5}  # what the process ends with
_ANYWHERE: Final = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/Thumb"),
    *("/OpenAction", "/AA", "/JavaScript", "/JS", "/EmbeddedFiles", "/EF", "/AF", "/Collection", "/Perms"),
)
_HARMLESS: Final = ("/GoTo", "/URI", "/Named")  # actions of links


def clean_pdf(data: bytes) -> bytes:
    """The document with its pages alone. Raises `Refused`: damaged, protected by a password, or too complex."""
    try:
        reader = PdfReader(BytesIO(data), strict=False)
        opened = not reader.is_encrypted or bool(reader.decrypt(""))
        body = _rewrite(reader) if opened else b""
    except MemoryError:
        raise Refused("too_complex") from None
    except Exception:  # noqa: BLE001 - a parser may raise whatever it likes over a file that is none
        raise Refused("damaged") from None
    if not body:
        raise Refused("protected")
    return body


def _rewrite(reader: PdfReader) -> bytes:
    trailer = cast("dict[str, PdfObject]", reader.trailer)
    trailer.pop("/Info", None)
    trailer.pop("/ID", None)
    _strip(reader.root_object)  # that of the trailer, or what the reader takes for it
    if len(reader.pages) == 0:
        raise Refused("damaged")
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _strip(root: PdfObject) -> None:
    """Takes out of everything that can be reached from here what is not to be copied."""
    seen: set[tuple[int, int]] = set()
    waiting: list[PdfObject | None] = [root]
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place in seen:
                continue
            seen.add(place)
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            values = cast("dict[str, PdfObject]", found)
            for name in _ANYWHERE:
                values.pop(name, None)
            _strip_action(values)
            if isinstance(found, StreamObject):
                _strip_photograph(found)
            waiting += values.values()
        elif isinstance(found, ArrayObject):
            waiting += cast("list[PdfObject]", found)


def _strip_photograph(stream: StreamObject) -> None:
    # The base class's own words for the bytes as they stand; the other ones would decode the picture.
    data = StreamObject.get_data(stream)
    if data.startswith(b"\xff\xd8\xff"):  # a photograph, whatever is said of it
        StreamObject.set_data(stream, clean_jpeg(data))
    elif stream.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        raise Refused("damaged")


def _strip_action(values: dict[str, PdfObject]) -> None:
    if "/A" not in values:
        return
    action = values["/A"].get_object()
    if isinstance(action, DictionaryObject) and action.get("/S") in _HARMLESS:
        cast("dict[str, PdfObject]", action).pop("/Next", None)
    else:
        del values["/A"]


def limit() -> None:
    """Takes from this process what a parser does not need."""
    for what, most in (
        (resource.RLIMIT_CPU, MOST_CPU),
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),  # nothing reaches a file
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> int:
    """Reads a PDF, writes its pages; the exit status is one of `STATUS`."""
    limit()
    try:
        body = clean_pdf(sys.stdin.buffer.read())
    except Refused as refused:
        return STATUS[refused.why]
    if len(body) > 2 * MOST_BYTES:  # written anew, it may grow
        return STATUS["too_complex"]
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

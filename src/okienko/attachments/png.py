"""PNG without metadata: only the chunks that a picture needs are copied.

What goes: texts, times, EXIF but for the orientation, chunks that nobody knows, and whatever stands after the end (a
screenshot that was cropped in place may have the rest of itself there, CVE-2023-21036). Source: PNG, third edition.
"""

from __future__ import annotations

import zlib
from typing import Final

from okienko.attachments.exif import read_orientation, write_orientation
from okienko.attachments.kinds import MOST_PIECES, Refused, require_size

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_KEPT: Final = _CRITICAL | {
    *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYS", b"cICP", b"mDCV", b"cLLI"),
    *(b"acTL", b"fcTL", b"fdAT"),  # moving pictures
}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # by type of colour


def clean_png(data: bytes) -> bytes:
    """The picture alone. Raises `Refused`."""
    kept: list[bytes | memoryview] = [SIGNATURE]
    view = memoryview(data)
    turned: bytes | None = None
    pixels = False
    at = len(SIGNATURE)
    for n in range(MOST_PIECES):
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data) or (n == 0) != (name == b"IHDR"):
            raise Refused("damaged")
        if name in _CRITICAL and zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise Refused("damaged")
        content = view[at + 8 : end - 4]
        if name == b"IHDR":
            _require_header(bytes(content))
        if name == b"IEND":
            if not pixels or length > 0:
                raise Refused("damaged")
            return b"".join([*kept, view[at:end]])
        if name == b"eXIf" and turned is None and (orientation := read_orientation(bytes(content))) > 1:
            turned = _chunk(b"eXIf", write_orientation(orientation))
        if name == b"IDAT" and not pixels:
            pixels = True
            kept.append(turned or b"")
        if name == b"iCCP":
            kept.append(_without_name(bytes(content)))
        elif name in _KEPT:
            kept.append(view[at:end])
        elif not (name.isalpha() and name.isascii() and name[:1].islower()):
            raise Refused("damaged")  # a chunk that must be understood
        at = end
    raise Refused("damaged")


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def _without_name(profile: bytes) -> bytes:
    """A colour profile under a name that says nothing."""
    name, _, rest = profile.partition(b"\0")
    return _chunk(b"iCCP", b"icc\0" + rest) if 1 <= len(name) <= 79 else b""


def _require_header(content: bytes) -> None:
    if len(content) != 13 or content[8] not in _DEPTHS.get(content[9], ()) or content[10:12] != b"\0\0":
        raise Refused("damaged")
    require_size(int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big"))

"""JPEG without metadata: only the segments that a picture needs are copied, its pixels byte by byte.

What goes: EXIF but for the orientation, XMP, IPTC, makers' notes, comments, embedded thumbnails, and whatever stands
after the end (second pictures, videos of telephones, anything else). What stays for the colours: ICC profile, Adobe's
transform flag. Source: ITU-T T.81, annex B.
"""

from __future__ import annotations

import re
from typing import Final

from okienko.attachments.exif import read_orientation, write_orientation
from okienko.attachments.kinds import MOST_PIECES, Refused, require_size

_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what browsers show
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})  # Huffman, quantisation, restart interval
_META: Final = frozenset({*range(0xE0, 0xF0), 0xFE})  # APP0 to APP15, COM
_SCAN, _END = 0xDA, 0xD9
_MARKER: Final = re.compile(rb"\xff+([^\xff])")
# In a scan, FF 00 is a byte of the picture and FF D0 to FF D7 are its restarts; any other marker ends it.
_SCAN_END: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def clean_jpeg(data: bytes) -> bytes:
    """The picture alone. Raises `Refused`."""
    kept: list[bytes | memoryview] = []
    view = memoryview(data)
    orientation: int | None = None
    framed = scanned = False
    at = 2
    for _ in range(MOST_PIECES):
        found = _MARKER.match(data, at)
        if found is None:
            raise Refused("damaged")
        marker, at = found[1][0], found.end()
        if marker == _END:
            if not scanned:
                raise Refused("damaged")
            turned = b"" if orientation in (None, 1) else _segment(0xE1, b"Exif\0\0" + write_orientation(orientation))
            return b"".join([b"\xff\xd8", *_first(kept), turned, *kept[len(_first(kept)) :], b"\xff\xd9"])
        length = int.from_bytes(data[at : at + 2], "big")
        end = at + length
        if length < 2 or end > len(data):
            raise Refused("damaged")
        content = data[at + 2 : end]
        if marker in _META:
            if orientation is None and marker == 0xE1 and content.startswith(b"Exif\0"):
                orientation = read_orientation(content[6:])
            kept += _needed(marker, content)
        elif marker in _TABLES:
            kept += [bytes((0xFF, marker)), view[at:end]]
        elif marker in _FRAMES and not framed:
            framed = True
            _require_frame(content)
            kept += [bytes((0xFF, marker)), view[at:end]]
        elif marker == _SCAN and framed:
            scanned = True
            over = _SCAN_END.search(data, end)
            if over is None:
                raise Refused("damaged")
            kept += [b"\xff\xda", view[at : over.start()]]
            end = over.start()
        else:
            raise Refused("damaged")
        at = end
    raise Refused("damaged")


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _needed(marker: int, content: bytes) -> list[bytes | memoryview]:
    """Of what is not the picture itself, that without which its colours or proportions would change."""
    if marker == 0xE0 and content.startswith(b"JFIF\0") and len(content) >= 14:
        return [_segment(marker, content[:12] + b"\0\0")]  # without its thumbnail
    if marker == 0xE2 and content.startswith(b"ICC_PROFILE\0"):
        return [_segment(marker, content)]
    if marker == 0xEE and content.startswith(b"Adobe") and len(content) >= 12:
        return [_segment(marker, content[:12])]
    return []


def _first(kept: list[bytes | memoryview]) -> list[bytes | memoryview]:
    """The JFIF segment, which comes first when there is one."""
    return kept[:1] if kept and bytes(kept[0][:2]) == b"\xff\xe0" else []


def _require_frame(content: bytes) -> None:
    if len(content) < 6 or content[0] != 8 or content[5] not in (1, 3, 4) or len(content) != 6 + 3 * content[5]:
        raise Refused("damaged")
    require_size(int.from_bytes(content[3:5], "big"), int.from_bytes(content[1:3], "big"))

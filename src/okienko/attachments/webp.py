"""WebP without metadata: EXIF (but for the orientation), XMP and unknown chunks go, also from within frames.

Source: RFC 9649.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from okienko.attachments.exif import read_orientation, write_orientation
from okienko.attachments.kinds import MOST_PIECES, Refused, require_size

_PICTURES: Final = (b"VP8 ", b"VP8L")
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


def clean_webp(data: bytes) -> bytes:
    """The picture alone. Raises `Refused`."""
    size = int.from_bytes(data[4:8], "little")
    if size + 8 > len(data) or size < 4:
        raise Refused("damaged")
    kept: list[tuple[bytes, bytes]] = []
    orientation = 1
    for n, (name, content) in enumerate(_chunks(data[12 : size + 8])):
        if n == 0 and name not in (*_PICTURES, b"VP8X"):
            raise Refused("damaged")
        if name == b"VP8X":
            if n > 0 or len(content) != 10:
                raise Refused("damaged")
            require_size(1 + int.from_bytes(content[4:7], "little"), 1 + int.from_bytes(content[7:10], "little"))
            kept.append((name, content))
        elif name in _PICTURES:
            _require_picture(name, content)
            kept.append((name, content))
        elif name in (b"ICCP", b"ANIM", b"ALPH"):
            kept.append((name, content))
        elif name == b"ANMF":
            kept.append((name, _clean_frame(content)))
        elif name == b"EXIF":
            orientation = read_orientation(content.removeprefix(b"Exif\0\0"))
    if not any(name in (*_PICTURES, b"ANMF") for name, _ in kept):
        raise Refused("damaged")
    if kept[0][0] == b"VP8X":
        flags = kept[0][1][0] & ~(_EXIF_FLAG | _XMP_FLAG)
        if orientation > 1:
            flags |= _EXIF_FLAG
            kept.append((b"EXIF", write_orientation(orientation)))
        kept[0] = (b"VP8X", bytes([flags]) + kept[0][1][1:])
    body = b"WEBP" + b"".join(_chunk(name, content) for name, content in kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(MOST_PIECES):
        if at == len(data):
            return
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length
        if at + 8 > len(data) or end > len(data):
            break
        yield data[at : at + 4], data[at + 8 : end]
        at = min(end + length % 2, len(data))  # the last one's padding may be missing
    raise Refused("damaged")


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def _clean_frame(content: bytes) -> bytes:
    """A frame of a moving picture: 16 bytes of where and how long, then chunks of its own."""
    parts = [(name, part) for name, part in _chunks(content[16:]) if name in (*_PICTURES, b"ALPH")]
    pictures = [(name, part) for name, part in parts if name in _PICTURES]
    if len(pictures) != 1:
        raise Refused("damaged")
    _require_picture(*pictures[0])
    return content[:16] + b"".join(_chunk(name, part) for name, part in parts)


def _require_picture(name: bytes, content: bytes) -> None:
    if name == b"VP8L":
        if content[:1] != b"\x2f" or len(content) < 5:
            raise Refused("damaged")
        size = int.from_bytes(content[1:5], "little")
        return require_size(1 + (size & 0x3FFF), 1 + (size >> 14 & 0x3FFF))
    if content[3:6] != b"\x9d\x01\x2a" or len(content) < 10:
        raise Refused("damaged")
    return require_size(
        int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF
    )

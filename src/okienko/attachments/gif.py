"""GIF without metadata: comments, plain-text and applications' blocks go; how often it repeats stays.

Source: GIF89a specification.
"""

from __future__ import annotations

from typing import Final

from okienko.attachments.kinds import MOST_PIECES, Refused, require_size

_IMAGE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS: Final = (b"\x0bNETSCAPE2.0\3\1", b"\x0bANIMEXTS1.0\3\1")


def clean_gif(data: bytes) -> bytes:
    """The picture alone. Raises `Refused`."""
    if len(data) < 13:
        raise Refused("damaged")
    _require_size(data[6:10])
    at = 13 + _table(data[10])
    kept = [data[:at]]
    pictures, pieces = 0, MOST_PIECES
    while pieces > 0:
        kind = data[at : at + 1]
        if kind in (bytes([_END]), b"") and pictures > 0:  # some programs forget the end
            return b"".join([*kept, bytes([_END])])
        if kind == bytes([_IMAGE]) and at + 11 <= len(data):
            start = at
            require_size(
                int.from_bytes(data[at + 5 : at + 7], "little"), int.from_bytes(data[at + 7 : at + 9], "little")
            )
            at += 10 + _table(data[at + 9]) + 1  # then the least size of a code, then the codes
            at, pieces = _skip(data, at, pieces)
            kept.append(data[start:at])
            pictures += 1
        elif kind == bytes([_EXTENSION]) and at + 2 < len(data):
            start, label = at, data[at + 1]
            at, pieces = _skip(data, at + 2, pieces)
            if label == _CONTROL and at - start == 8:
                kept.append(data[start:at])
            elif label == _APPLICATION and data[start + 2 : start + 16] in _LOOPS:
                kept.append(data[start : start + 18] + b"\0")
        else:
            break
        pieces -= 1
    raise Refused("damaged")


def _require_size(sides: bytes) -> None:
    require_size(int.from_bytes(sides[:2], "little"), int.from_bytes(sides[2:], "little"))


def _table(flags: int) -> int:
    """Bytes of the table of colours that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip(data: bytes, at: int, pieces: int) -> tuple[int, int]:
    """Behind a run of sub-blocks, each up to 255 bytes long and the last one empty; and how many pieces are left."""
    while pieces > 0 and at < len(data):
        length = data[at]
        at += 1 + length
        if length == 0:
            return at, pieces
        pieces -= 1
    raise Refused("damaged")

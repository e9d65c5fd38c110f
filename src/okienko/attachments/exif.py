"""The one thing of EXIF that is kept: which way up a picture is. Without it, photographs would lie on their side.

Source: Exif 2.32 (CIPA DC-008), which is TIFF 6.0: a header of 8 bytes, then a directory of 12-byte entries.
"""

from __future__ import annotations

from typing import Final, Literal

_ORIENTATION: Final = 0x0112
_SHORT: Final = 3


def read_orientation(tiff: bytes) -> int:
    """1 to 8 as the TIFF tag has it; 1, upright, when there is none or it cannot be read."""
    order: Literal["little", "big"]
    match tiff[:4]:
        case b"II*\0":
            order = "little"
        case b"MM\0*":
            order = "big"
        case _:
            return 1
    start = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[start : start + 2], order)
    for at in range(start + 2, min(start + 2 + 12 * count, len(tiff) - 11), 12):
        if int.from_bytes(tiff[at : at + 2], order) == _ORIENTATION:
            short = int.from_bytes(tiff[at + 2 : at + 4], order) == _SHORT
            value = int.from_bytes(tiff[at + 8 : at + 10], order)
            return value if short and 1 <= value <= 8 else 1
    return 1


def write_orientation(value: int) -> bytes:
    """A TIFF of 26 bytes that says nothing else."""
    entry = b"".join(
        [
            _ORIENTATION.to_bytes(2, "little"),
            _SHORT.to_bytes(2, "little"),
            (1).to_bytes(4, "little"),
            value.to_bytes(4, "little"),
        ]
    )
    return b"II*\0" + (8).to_bytes(4, "little") + (1).to_bytes(2, "little") + entry + bytes(4)

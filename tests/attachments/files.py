"""Small files as telephones, scanners and office programs make them, with words planted wherever a format has room."""

from __future__ import annotations

import zlib
from base64 import b64decode
from typing import Final

SECRET: Final = b"Anna Nowak, Krucza 5"  # nobody; in Latin letters, so that it reads the same in every format
WIDE: Final = SECRET.decode().encode("utf-16-be")  # as PDF and Windows write it, too
GPS: Final = b"\x34\x00\x00\x00\x01\x00\x00\x00\x0d\x00\x00\x00\x01\x00\x00\x00"  # 52 degrees, 13 minutes
XMP: Final = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>" + SECRET + b"</dc:creator></x:xmpmeta>"

# A picture of 16 by 8 pixels, as a browser's canvas writes it.
JPEG: Final = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19i"
    "Z2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj"
    "Y2NjY2NjY2P/wAARCAAIABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAQG/8QAGBABAAMBAAAAAAAAAAAAAAAAABZl"
    "o+L/xAAVAQEBAAAAAAAAAAAAAAAAAAAABf/EABYRAQEBAAAAAAAAAAAAAAAAAAIAMf/aAAwDAQACEQMRAD8AvnVbvyx4FSIJy//Z"
)
VP8: Final = b64decode("kAEAnQEqEAAIAALATCWgAALcl0YAAP76qO/or78UBmsv+VW/kf/Cj5OoAAA=")
VP8L: Final = b64decode("Lw/AAQAP8A/w6xW+R3j+Aw8K2rZhzJ90uwMiov8RHwA=")


def exif(orientation: int = 6, order: str = "II") -> bytes:
    """An EXIF block: which way up, who took it, and where."""
    big = order == "MM"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "big" if big else "little")

    artist, place = 8 + 2 + 3 * 12 + 4, 8 + 2 + 3 * 12 + 4 + len(SECRET)
    entries = [
        number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + b"\0\0",
        number(0x013B, 2) + number(2, 2) + number(len(SECRET), 4) + number(artist, 4),
        number(0x8825, 2) + number(4, 2) + number(1, 4) + number(place, 4),
    ]
    head = (b"MM\0*" if big else b"II*\0") + number(8, 4) + number(len(entries), 2)
    return head + b"".join(entries) + number(0, 4) + SECRET + GPS


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg(*segments: bytes, after: bytes = b"") -> bytes:
    """A JPEG with these segments after its first one."""
    return JPEG[:20] + b"".join(segments) + JPEG[20:] + after


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def header(width: int = 4, height: int = 3, depth: int = 8, colour: int = 2) -> bytes:
    """The header of a PNG."""
    return chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((depth, colour, 0, 0, 0)))


PIXELS: Final = chunk(b"IDAT", zlib.compress((b"\0" + bytes((122, 31, 61)) * 4) * 3))
END: Final = chunk(b"IEND", b"")


def png(*chunks: bytes, after: bytes = b"") -> bytes:
    """A PNG of 4 by 3 pixels with these chunks before its pixels."""
    return b"\x89PNG\r\n\x1a\n" + header() + b"".join(chunks) + PIXELS + END + after


def piece(name: bytes, content: bytes) -> bytes:
    """A chunk of a WebP."""
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def webp(*pieces: bytes, after: bytes = b"") -> bytes:
    """A WebP of these chunks."""
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + len(body).to_bytes(4, "little") + body + after


def extended(flags: int, width: int = 16, height: int = 8) -> bytes:
    """The head of a WebP that holds more than one picture's bits."""
    return piece(
        b"VP8X", bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )


def blocks(*contents: bytes) -> bytes:
    """Sub-blocks of a GIF, with their end."""
    return b"".join(bytes([len(content)]) + content for content in contents) + b"\0"


DOT: Final = b"\x2c" + bytes(4) + b"\x01\0\x01\0\0" + b"\x02" + blocks(b"\x44\x01")  # one pixel


def gif(*parts: bytes, after: bytes = b"") -> bytes:
    """A GIF of one pixel with these blocks before it."""
    return b"GIF89a\x01\0\x01\0\x80\0\0" + bytes((122, 31, 61, 255, 255, 255)) + b"".join(parts) + DOT + b"\x3b" + after


def pdf(*, secret: bytes = SECRET, trailer: bytes = b"", acting: bool = True, picture: bytes | None = None) -> bytes:
    """A PDF of one page that says "Reklamacja", with everything around it that programs leave there."""
    picture = jpeg(segment(0xE1, b"Exif\0\0" + exif())) if picture is None else picture
    acts = (
        b"/OpenAction 7 0 R /AA << /WC 7 0 R >> /Names << /EmbeddedFiles << /Names [(x) 8 0 R] >> >>" if acting else b""
    )
    words = b"BT /F1 24 Tf 40 100 Td (Reklamacja) Tj ET q 160 0 0 80 40 10 cm /P Do Q"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 5 0 R /PieceInfo << /X << /Private ("
        + secret
        + b") >> >> "
        + acts
        + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /LastModified (" + secret + b") "
        b"/Resources << /Font << /F1 10 0 R >> /XObject << /P 11 0 R >> >> /Annots [12 0 R] >>",
        stream(b"", words),
        stream(b"/Type /Metadata /Subtype /XML", b"<rdf>" + secret + b"</rdf>"),
        b"<< /Author (" + secret + b") /Title <" + b"\xfe\xff".hex().encode() + WIDE.hex().encode() + b"> >>",
        b"<< /S /JavaScript /JS (app.alert\\('" + secret + b"'\\)) >>",
        b"<< /Type /Filespec /F (x) /EF << /F 9 0 R >> >>",
        stream(b"/Type /EmbeddedFile", secret),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        stream(
            b"/Type /XObject /Subtype /Image /Width 16 /Height 8 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
            b"/Filter /DCTDecode",
            picture,
        ),
        b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (" + secret + b") >> >>",
    ]
    out, places = bytearray(b"%PDF-1.7\n"), list[int]()
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )
    return bytes(out)


def stream(head: bytes, content: bytes) -> bytes:
    """A PDF's stream."""
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (head, len(content), content)

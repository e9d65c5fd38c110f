"""What is taken, what is left of it, and what is refused: a table of small files, and any bytes at all."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.attachments import kinds
from okienko.attachments.check import check, recognise
from okienko.attachments.exif import read_orientation, write_orientation
from okienko.attachments.kinds import FileType, Refused, Why
from tests.attachments.files import (
    DOT,
    END,
    GPS,
    JPEG,
    PIXELS,
    SECRET,
    VP8,
    VP8L,
    XMP,
    blocks,
    chunk,
    exif,
    extended,
    gif,
    header,
    jpeg,
    pdf,
    piece,
    png,
    segment,
    webp,
)

EXIF = segment(0xE1, b"Exif\0\0" + exif())
ICC = b"ICC_PROFILE\0\1\1" + b"the colours" * 9
ADOBE = b"Adobe\0\x64\0\0\0\0\1"
NETSCAPE = b"\x21\xff\x0bNETSCAPE2.0" + blocks(b"\1\0\0")
CONTROL = b"\x21\xf9" + blocks(b"\0\x0a\0\0")
FRAME = bytes(16)
ZIP = b"PK\x03\x04" + SECRET

# name: (the file, its type, what of it has to be left)
TAKEN = {
    "jpeg": (JPEG, FileType.JPEG, JPEG),
    "jpeg, exif and gps": (jpeg(EXIF), FileType.JPEG, b"Exif\0\0" + write_orientation(6)),
    "jpeg, exif of a big-endian camera": (
        jpeg(segment(0xE1, b"Exif\0\0" + exif(3, "MM"))),
        FileType.JPEG,
        write_orientation(3),
    ),
    "jpeg, upright": (jpeg(segment(0xE1, b"Exif\0\0" + exif(1))), FileType.JPEG, JPEG),
    "jpeg, xmp": (jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)), FileType.JPEG, JPEG),
    "jpeg, iptc": (jpeg(segment(0xED, b"Photoshop 3.0\x008BIM\4\4" + SECRET)), FileType.JPEG, JPEG),
    "jpeg, comment": (jpeg(segment(0xFE, SECRET)), FileType.JPEG, JPEG),
    "jpeg, colours": (jpeg(segment(0xE2, ICC), segment(0xEE, ADOBE)), FileType.JPEG, ICC),
    "jpeg, second picture": (jpeg(segment(0xE2, b"MPF\0" + SECRET), after=jpeg(EXIF)), FileType.JPEG, JPEG),
    "jpeg, video of a telephone": (jpeg(after=b"\0\0\0\x18ftypmp42" + SECRET), FileType.JPEG, JPEG),
    "jpeg and zip": (jpeg(after=ZIP), FileType.JPEG, JPEG),
    "jpeg, thumbnail": (
        b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\x07\1" + SECRET + b"!") + JPEG[20:],
        FileType.JPEG,
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + JPEG[20:],
    ),
    "png": (png(), FileType.PNG, png()),
    "png, text": (png(chunk(b"tEXt", b"Author\0" + SECRET), chunk(b"tIME", b"\7\xea\1\1\0\0\0")), FileType.PNG, png()),
    "png, compressed text": (png(chunk(b"zTXt", b"Author\0\0" + zlib.compress(SECRET))), FileType.PNG, png()),
    "png, xmp": (png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)), FileType.PNG, png()),
    "png, exif": (png(chunk(b"eXIf", exif())), FileType.PNG, chunk(b"eXIf", write_orientation(6))),
    "png, unknown chunk": (png(chunk(b"saNd", SECRET)), FileType.PNG, png()),
    "png, colours": (png(chunk(b"iCCP", SECRET + b"\0\0xyz")), FileType.PNG, chunk(b"iCCP", b"icc\0\0xyz")),
    "png, what was cropped away": (png(after=SECRET + PIXELS + END), FileType.PNG, png()),
    "webp": (webp(piece(b"VP8 ", VP8)), FileType.WEBP, webp(piece(b"VP8 ", VP8))),
    "webp, lossless": (webp(piece(b"VP8L", VP8L)), FileType.WEBP, webp(piece(b"VP8L", VP8L))),
    "webp, exif and xmp": (
        webp(extended(0x0C), piece(b"VP8 ", VP8), piece(b"EXIF", exif()), piece(b"XMP ", XMP)),
        FileType.WEBP,
        webp(extended(0x08), piece(b"VP8 ", VP8), piece(b"EXIF", write_orientation(6))),
    ),
    "webp, upright": (
        webp(extended(0x0C), piece(b"VP8 ", VP8), piece(b"EXIF", b"Exif\0\0" + exif(1)), piece(b"oops", SECRET)),
        FileType.WEBP,
        webp(extended(0), piece(b"VP8 ", VP8)),
    ),
    "webp, moving": (
        webp(
            extended(2), piece(b"ANIM", bytes(6)), piece(b"ANMF", FRAME + piece(b"VP8 ", VP8) + piece(b"oops", SECRET))
        ),
        FileType.WEBP,
        webp(extended(2), piece(b"ANIM", bytes(6)), piece(b"ANMF", FRAME + piece(b"VP8 ", VP8))),
    ),
    "webp and zip": (webp(piece(b"VP8 ", VP8), after=ZIP), FileType.WEBP, webp(piece(b"VP8 ", VP8))),
    "gif": (gif(), FileType.GIF, gif()),
    "gif, comment": (gif(b"\x21\xfe" + blocks(SECRET)), FileType.GIF, gif()),
    "gif, xmp": (gif(b"\x21\xff\x0bXMP DataXMP" + blocks(XMP)), FileType.GIF, gif()),
    "gif, plain text": (gif(b"\x21\x01" + blocks(bytes(12), SECRET)), FileType.GIF, gif()),
    "gif, moving": (gif(NETSCAPE, CONTROL, DOT, CONTROL), FileType.GIF, gif(NETSCAPE, CONTROL, DOT, CONTROL)),
    "gif, loop with something behind": (
        gif(b"\x21\xff\x0bNETSCAPE2.0" + blocks(b"\1\0\0", SECRET)),
        FileType.GIF,
        gif(NETSCAPE),
    ),
    "gif without its end": (gif()[:-1], FileType.GIF, gif()),
    "gif and zip": (gif(after=ZIP), FileType.GIF, gif()),
    "text": ("Zażółć\r\n\tgęślą".encode(), FileType.TEXT, "Zażółć\r\n\tgęślą".encode()),
    "text with a mark": ("\ufeffjaźń".encode(), FileType.TEXT, "jaźń".encode()),
    "text of Windows": ("jaźń".encode("utf-16"), FileType.TEXT, "jaźń".encode()),
}

# name: (the file, why not)
REFUSED: dict[str, tuple[bytes, Why]] = {
    "nothing": (b"", "empty"),
    "blank": (b" \n\t ", "empty"),
    "too large": (b"a" * (kinds.MOST_BYTES + 1), "too_large"),
    "too many pixels": (b"\x89PNG\r\n\x1a\n" + header(8001, 8000) + PIXELS + END, "too_many_pixels"),
    "heic": (b"\0\0\0\x24ftypheic" + bytes(40), "heic"),
    "heif": (b"\0\0\0\x24ftypmif1" + bytes(40), "heic"),
    "avif": (b"\0\0\0\x24ftypavif" + bytes(40), "unknown"),
    "video": (b"\0\0\0\x18ftypmp42" + bytes(40), "unknown"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "unknown"),
    "xml": (b"\xef\xbb\xbf <?xml version='1.0'?><svg/>", "unknown"),
    "html": (b"\n\n<!doctype html><p>x", "unknown"),
    "wide html": ("<html>".encode("utf-16"), "unknown"),
    "script": (b"#!/bin/sh\nrm -rf x\n", "unknown"),
    "word": (b"PK\x03\x04\x14\0\6\0[Content_Types].xml", "office"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "office"),
    "rtf": (b"{\\rtf1 x}", "office"),
    "windows program": (b"MZ\x90\0\3\0\0\0", "unknown"),
    "linux program": (b"\x7fELF\2\1\1\0", "unknown"),
    "random": (bytes(range(256)), "unknown"),
    "not utf-8": ("zażółć".encode("cp1250"), "unknown"),
    "bmp": (b"BM" + bytes(60), "unknown"),
    "wave": (b"RIFF\x04\0\0\0WAVE", "unknown"),
    "pdf that begins later": (b"\0" + pdf(), "unknown"),
    "jpeg, cut off": (JPEG[:-2], "damaged"),
    "jpeg, no picture": (b"\xff\xd8\xff\xd9", "damaged"),
    "jpeg, segment past the end": (b"\xff\xd8\xff\xe1\xff\xff" + JPEG[20:], "damaged"),
    "jpeg, scan before frame": (b"\xff\xd8" + segment(0xDA, bytes(10)) + b"\xff\xd9", "damaged"),
    "jpeg, lossless": (JPEG.replace(b"\xff\xc0\0\x11", b"\xff\xc3\0\x11"), "damaged"),
    "png, cut off": (png()[:-6], "damaged"),
    "png, wrong sum": (png().replace(b"IDAT", b"IDAT", 1)[:-13] + b"\0" + END, "damaged"),
    "png, no pixels": (b"\x89PNG\r\n\x1a\n" + header() + END, "damaged"),
    "png, no header": (b"\x89PNG\r\n\x1a\n" + PIXELS + END, "damaged"),
    "png, chunk that must be understood": (png(chunk(b"ABCD", b"")), "damaged"),
    "png, of no size": (b"\x89PNG\r\n\x1a\n" + header(0, 3) + PIXELS + END, "damaged"),
    "png, of no such depth": (b"\x89PNG\r\n\x1a\n" + header(4, 3, 4, 2) + PIXELS + END, "damaged"),
    "webp, cut off": (webp(piece(b"VP8 ", VP8))[:-8], "damaged"),
    "webp, no picture": (webp(extended(0)), "damaged"),
    "webp, no picture's bits": (webp(piece(b"VP8 ", b"no picture")), "damaged"),
    "gif, cut off": (gif()[:-2], "damaged"),
    "gif, no picture": (b"GIF89a\x01\0\x01\0\0\0\0\x3b", "damaged"),
    "gif, unknown block": (gif(b"\x99"), "damaged"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_sec_12_a_file_keeps_its_picture_and_loses_the_rest(name: str) -> None:
    data, type_, left = TAKEN[name]
    checked = check(data)
    assert checked.type is type_
    assert left in checked.body
    for planted in (SECRET, GPS, zlib.compress(SECRET), b"PK\x03\x04", b"adobe:ns:meta"):
        assert planted not in checked.body
    assert check(checked.body) == checked  # what comes out is what would be taken, and loses nothing more


@pytest.mark.parametrize("name", REFUSED)
def test_sec_12_a_file_is_refused_and_says_why(name: str) -> None:
    data, why = REFUSED[name]
    with pytest.raises(Refused) as refused:
        check(data)
    assert refused.value.why == why


def test_the_probes_see_what_is_planted() -> None:
    assert GPS in jpeg(EXIF)
    assert SECRET in jpeg(EXIF)


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("order", ["II", "MM"])
def test_the_orientation_is_read_and_written(value: int, order: str) -> None:
    assert read_orientation(exif(value, order)) == value
    assert read_orientation(write_orientation(value)) == value


@given(st.binary())
def test_any_exif_has_an_orientation(tiff: bytes) -> None:
    assert 1 <= read_orientation(b"II*\0" + tiff) <= 8


WHOLE = [data for data, _, _ in TAKEN.values()]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file of which a few bytes are changed, left out, doubled or cut off."""
    data = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["change", "cut", "drop", "put"])):
            case "change":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=4))
            case "cut":
                del data[at:]
            case "drop":
                del data[at : at + draw(st.integers(1, 40))]
            case _:
                data[at:at] = draw(st.binary(max_size=40))
    return bytes(data)


@given(damaged())
def test_damage_is_refused_or_leaves_a_sound_file(data: bytes) -> None:
    try:
        checked = check(data)
    except Refused:
        return
    assert check(checked.body) == checked


MAGIC = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBP", b"GIF89a", b""]


@given(st.sampled_from(MAGIC), st.binary(max_size=300))
def test_any_bytes_are_refused_or_taken(magic: bytes, rest: bytes) -> None:
    try:
        if recognise(magic + rest) is not FileType.PDF:
            check(magic + rest)
    except Refused:
        pass


@pytest.mark.parametrize(
    "crumbs",
    [
        b"\xff\xd8" + segment(0xFE, b"") * (kinds.MOST_PIECES + 1) + JPEG[2:],
        b"\xff\xd8" + b"\xff" * 9_000_000,
        JPEG[:-2] + b"\xff\x00" * 4_000_000 + segment(0xDA, b"") * (kinds.MOST_PIECES + 1),
        png(chunk(b"tEXt", b"") * (kinds.MOST_PIECES + 1)),
        webp(extended(0), piece(b"oops", b"") * (kinds.MOST_PIECES + 1), piece(b"VP8 ", VP8)),
        gif(b"\x21\xfe" + b"\1x" * (kinds.MOST_PIECES + 1) + b"\0"),
        gif(DOT * (kinds.MOST_PIECES + 1)),
    ],
    ids=["jpeg", "jpeg, filling", "jpeg, scans", "png", "webp", "gif", "gif, frames"],
)
def test_a_file_of_crumbs_is_given_up(crumbs: bytes) -> None:
    """Each would be millions of steps at ten megabytes; the limit on pieces ends it, whatever the machine's speed."""
    assert len(crumbs) < kinds.MOST_BYTES
    with pytest.raises(Refused, match="damaged"):
        check(crumbs)

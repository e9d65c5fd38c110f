"""A PDF comes out with its pages alone, and a hostile one costs a process and nothing more."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from okienko.attachments.check import check
from okienko.attachments.kinds import FileType, Refused
from okienko.attachments.pdf import STATUS, clean_pdf
from okienko.attachments.process import examine, read_status
from tests.attachments.files import GPS, SECRET, WIDE, jpeg, pdf, png


def unpack(document: bytes) -> bytes:
    """A document with all its objects and streams in clear, also those of compressed object streams."""
    reader = PdfReader(BytesIO(document))
    writer = PdfWriter(clone_from=reader)
    for found in writer.pages:
        found.compress_content_streams(level=0)
    out = BytesIO()
    writer.write(out)
    return document + out.getvalue()


def test_the_probe_sees_what_is_planted() -> None:
    planted = pdf()
    assert planted.count(SECRET) >= 6
    assert WIDE.hex().encode() in planted
    assert GPS in planted


@pytest.mark.parametrize("later", [b"", pdf(secret=b"another one")], ids=["once", "revised"])
def test_sec_12_a_pdf_keeps_its_page_and_loses_the_rest(later: bytes) -> None:
    cleaned = unpack(clean_pdf(pdf() + later))
    assert PdfReader(BytesIO(cleaned)).pages[0].extract_text().strip() == "Reklamacja"
    for planted in (SECRET, b"another one", WIDE, WIDE.hex().encode(), WIDE.hex().upper().encode(), GPS):
        assert planted not in cleaned
    for acting in (b"/JavaScript", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"/Info", b"/Metadata"):
        assert acting not in cleaned
    assert jpeg()[:20] in cleaned  # the photograph is there


def test_what_is_clean_stays_as_it_is_for_the_eye() -> None:
    once = clean_pdf(pdf())
    assert PdfReader(BytesIO(clean_pdf(once))).pages[0].extract_text().strip() == "Reklamacja"


def encrypted(user: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    writer.encrypt(user, "the owner's", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_that_may_only_not_be_changed_is_read() -> None:
    assert PdfReader(BytesIO(clean_pdf(encrypted("")))).pages[0].extract_text().strip() == "Reklamacja"


def test_a_pdf_with_a_password_is_refused() -> None:
    with pytest.raises(Refused, match="protected"):
        clean_pdf(encrypted("secret"))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + bytes(1000),
        pdf()[:600],
        pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
        pdf().replace(b"/Kids [3 0 R]", b"/Kids [99 0 R]"),
        pdf(picture=b"no picture"),
        b"%PDF-1.7\n" + b"[" * 100_000,
    ],
    ids=["head", "zeros", "cut off", "its own child", "no child", "no picture", "deep"],
)
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="damaged"):
        clean_pdf(data)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(st.integers(0, len(pdf()) - 1), st.binary(min_size=1, max_size=8))
def test_damage_is_refused_or_leaves_nothing_planted(at: int, change: bytes) -> None:
    data = bytearray(pdf())
    data[at : at + len(change)] = change
    try:
        cleaned = clean_pdf(bytes(data))
    except Refused:
        return
    assert GPS not in cleaned


@pytest.mark.anyio
async def test_a_pdf_is_examined_in_a_process_of_its_own() -> None:
    checked = await examine(pdf())
    assert checked.type is FileType.PDF
    assert PdfReader(BytesIO(checked.body)).pages[0].extract_text().strip() == "Reklamacja"
    with pytest.raises(Refused, match="protected"):
        await examine(encrypted("secret"))
    with pytest.raises(Refused, match="damaged"):
        await examine(pdf()[:600])
    assert (await examine(png())) == check(png())


@pytest.mark.parametrize(
    ("status", "why"),
    [(0, None), *((status, why) for why, status in STATUS.items()), (-9, "too_complex"), (-24, "too_complex")],
)
def test_how_the_process_ended_says_why(status: int, why: str | None) -> None:
    assert read_status(status) == why


GREEDY = """
from okienko.attachments.pdf import MOST_MEMORY, limit
limit()
try:
    bytes(MOST_MEMORY)
except MemoryError:
    print("no memory")
try:
    with open("left-behind", "wb", buffering=0) as file:
        file.write(b"x")
except OSError:
    print("no file")
"""


def test_the_process_may_neither_fill_the_memory_nor_write_a_file(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", GREEDY], cwd=tmp_path, capture_output=True, text=True, check=False)
    # Linux ends a process that writes too much with a signal; Python ignores it, and the write fails.
    assert done.stdout.split("\n")[:2] == ["no memory", "no file"], done.stderr
    assert [file.stat().st_size for file in tmp_path.iterdir()] == [0]

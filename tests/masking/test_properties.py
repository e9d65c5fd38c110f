"""What has to hold for every text, not only for those we thought of."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_97_10
from stdnum.pl import nip, pesel

from okienko.keys import Keys
from okienko.masking.kinds import Fate
from okienko.masking.mask import find, mask
from okienko.values import RawText

KEYS = Keys(operator=b"o" * 32, index=b"i" * 32)


def masked(text: str) -> str:
    return mask(RawText(text), keys=KEYS, language="pl").text.text


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=count, max_size=count)


def grouped(number: str, *sizes: int) -> st.SearchStrategy[str]:
    """A number as people write it: in one piece, or in groups with one kind of mark between them."""
    pieces: list[str] = []
    at = 0
    for size in sizes:
        pieces.append(number[at : at + size])
        at += size
    return st.sampled_from(["", " ", "-", "\u00a0"]).map(lambda mark: mark.join(pieces))


FULL_WIDTH = str.maketrans("0123456789@.", "０１２３４５６７８９＠．")


def disguised(plain: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The same identifier as it is, in full-width signs, or with a zero-width sign in it."""
    return (
        plain
        | plain.map(lambda text: text.translate(FULL_WIDTH))
        | plain.map(lambda text: f"{text[:3]}\u200b{text[3:]}")
    )


PHONES = st.tuples(
    st.sampled_from(["", "+48 ", "0048"]), st.sampled_from(["50", "51", "60", "66", "73", "88"]), digits(7)
).flatmap(lambda parts: grouped(parts[1] + parts[2], 3, 3, 3).map(lambda number: parts[0] + number))
PESELS = (
    st.dates()
    .filter(lambda day: 1900 <= day.year < 2100)
    .flatmap(
        lambda day: digits(4).map(
            lambda serial: f"{day.year % 100:02}{day.month + (20 if day.year >= 2000 else 0):02}{day.day:02}{serial}"
        )
    )
    .map(lambda ten: ten + pesel.calc_check_digit(ten))
    .flatmap(lambda number: grouped(number, 6, 5))
)
NIPS = (
    st.tuples(st.integers(1, 9), digits(9))
    .map(lambda parts: f"{parts[0]}{parts[1]}")
    .map(
        lambda ten: ten[:9] + str(sum(w * int(d) for w, d in zip((6, 5, 7, 2, 3, 4, 5, 6, 7), ten, strict=False)) % 11)
    )
    .filter(nip.is_valid)
    .flatmap(lambda number: grouped(number, 3, 3, 2, 2))
)
ACCOUNTS = digits(24).flatmap(
    lambda account: grouped(mod_97_10.calc_check_digits(account + "2521") + account, 2, 4, 4, 4, 4, 4, 4)
)
CARDS = (
    st.tuples(st.sampled_from(["4", "51", "52", "53", "54", "55"]), digits(14))
    .map(lambda parts: (parts[0] + parts[1])[:15])
    .map(lambda fifteen: fifteen + luhn.calc_check_digit(fifteen))
    .flatmap(lambda number: grouped(number, 4, 4, 4, 4))
)
EMAILS = st.tuples(
    st.from_regex(r"[a-z][a-z0-9]{1,9}([._+-][a-z0-9]{1,8})?", fullmatch=True),
    st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z]", fullmatch=True),
    st.sampled_from(["@", " @ ", "%40", " (at) ", "[at]"]),
).map(lambda parts: f"{parts[0]}{parts[2]}{parts[1]}.example")
IDENTIFIERS = disguised(PHONES | PESELS | NIPS | ACCOUNTS | CARDS) | EMAILS
CARRIERS = st.sampled_from(
    [
        " Dzień dobry, ",
        " — proszę o pilną odpowiedź, ",
        "\n",
        " oraz ",
        ", a także ",
        "; ",
        " (",
        ") ",
        " 🙂 ",
        ". Reszta bez zmian: ",
    ]
)


@given(st.lists(st.tuples(CARRIERS, IDENTIFIERS), min_size=1, max_size=4), CARRIERS)
@settings(max_examples=150, deadline=None)
def test_no_planted_identifier_survives_and_nothing_else_changes(planted: list[tuple[str, str]], rest: str) -> None:
    text = "".join(carrier + identifier for carrier, identifier in planted) + rest
    expected = "".join(re.escape(carrier) + r"\[[^\]]+\]" for carrier, _ in planted) + re.escape(rest)
    assert re.fullmatch(expected, masked(text)), masked(text)


WORDS = [
    "konto", "tel.", "nr", "PESEL", "NIP", "karta", "zamówienie", "paczka", "hasło to", "kod", "faktura",
    "dzwonić na", "EAN", "601 156 759", "601156759", "+48", "84082828709", "5417 0942 1228 3146",
    "68 1090 5812 3196 8536 1230 5178", "PL", "12/28", "123", "4", "00", "99999999999", "333-247-26-18",
    "jan@wp.pl", "jan", "małpa", "kropka", "wp", "pl", "@", "(at)", "at", "[e-mail]", "[telefon 2]",
    "[numer konta]", "[", "]", "pięć", "sześć", "sto", "zł", "Kotek83!", ".", ",", "-", "/", "(", "\n", " ",
]  # fmt: skip
PIECES = st.sampled_from(WORDS)
PIECED = st.lists(st.tuples(PIECES, st.sampled_from([" ", "", " ", ", ", "-"])), max_size=14).map(
    lambda pieces: "".join(piece + mark for piece, mark in pieces)
)


@given(PIECED | st.text() | st.text(alphabet="0123456789 -./()+@a", max_size=60))
@settings(max_examples=150, deadline=None)
@example("konto 68 1090 5812 3196 8536 1230 5178 12345678901")
@example("[e-mail] jan@wp.pl")
def test_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@given(PIECED | st.text())
@settings(max_examples=150, deadline=None)
def test_spans_lie_in_order_inside_the_original_and_nothing_else_changes(text: str) -> None:
    findings = find(RawText(text))
    at = 0
    expected = ""
    for span in findings.spans:
        assert at <= span.start < span.end <= len(text)
        expected += re.escape(text[at : span.start])
        expected += re.escape(text[span.start : span.end]) if span.fate is Fate.KEEP else r"\[[^\]]+\]"
        at = span.end
    expected += re.escape(text[at:])
    storable = text.replace("\0", "").encode("utf-8", "replace").decode()
    assert storable != text or re.fullmatch(expected, masked(text))

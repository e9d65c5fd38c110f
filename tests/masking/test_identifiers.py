"""Identifiers that are made here by the rules of their issuers: none survives, and nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from operator import mul

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_97_10
from stdnum.pl import nip, pesel, regon
from stdnum.ua import rntrc

from okienko.keys import Keys
from okienko.masking.detectors import (
    DETECTORS,
    access_code,
    account,
    card,
    driving_licence,
    email_address,
    identity_card,
    ip_address,
    nino,
    number,
    order,
    passport,
    password,
    phone,
    plate,
    secret,
    spoken,
    ssn,
    url,
    vin,
)
from okienko.masking.detectors import nip as nip_file
from okienko.masking.detectors import pesel as pesel_file
from okienko.masking.detectors import regon as regon_file
from okienko.masking.detectors import rnokpp as rnokpp_file
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.labels import is_number, is_plain, kind_of
from okienko.masking.mask import find, render
from okienko.masking.panel import Panel
from okienko.masking.reading import FILLER, read
from okienko.values import RawText

KEYS = Keys(operator=b"o" * 32, index=b"i" * 32)
# Names and addresses are found by other files, with tests of their own.
STRUCTURED = Panel(
    one.DETECTOR
    for one in (
        access_code, account, card, driving_licence, email_address, identity_card, ip_address, nino, nip_file, number,
        order, passport, password, pesel_file, phone, plate, regon_file, rnokpp_file, secret, spoken, ssn, url, vin,
    )
)  # fmt: skip


def masked(text: str) -> str:
    raw = RawText(text)
    return render(raw, find(raw, detectors=STRUCTURED), {}, KEYS, "pl").text.text


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=count, max_size=count)


def letters(count: int, alphabet: str = "ABCDEFGHIJKLMNOPRSTUWYZ") -> st.SearchStrategy[str]:
    return st.text(alphabet=alphabet, min_size=count, max_size=count)


def grouped(*sizes: int, marks: tuple[str, ...] = ("", " ", "-", "  ")) -> Callable[[str], st.SearchStrategy[str]]:
    """A number as people write it: in one piece, or in groups with one kind of mark between them."""

    def write(value: str) -> st.SearchStrategy[str]:
        pieces: list[str] = []
        at = 0
        for size in sizes:
            pieces.append(value[at : at + size])
            at += size
        return st.sampled_from(marks).map(lambda mark: mark.join(pieces))

    return write


def weighted(weights: tuple[int, ...], signs: str) -> int:
    return sum(weight * int(sign, 36) for weight, sign in zip(weights, signs, strict=True)) % 10


SHORT_SERIES = letters(2).filter(lambda two: not kind_of(two.lower()) and not is_number(two.lower()))
SERIES = letters(3).filter(lambda three: is_plain(three.lower()))


def identity_number(parts: tuple[str, str]) -> str:
    series, serial = parts
    return series + str(weighted((7, 3, 1, 7, 3, 1, 7, 3), series + serial)) + serial


def passport_number(parts: tuple[str, str]) -> str:
    series, serial = parts
    return series + str(weighted((7, 3, 1, 7, 3, 1, 7, 3), series + serial)) + serial


MOBILES = st.tuples(st.sampled_from(["50", "51", "53", "60", "66", "69", "72", "78", "79", "88"]), digits(7)).map(
    "".join
)
PESELS = (
    st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
    .flatmap(
        lambda day: digits(4).map(
            lambda serial: f"{day.year % 100:02}{day.month + (20 if day.year >= 2000 else 0):02}{day.day:02}{serial}"
        )
    )
    .map(lambda ten: ten + pesel.calc_check_digit(ten))
)
NIPS = (
    st.tuples(st.integers(1, 9).map(str), digits(9))
    .map("".join)
    .map(lambda ten: ten[:9] + str(sum(map(mul, (6, 5, 7, 2, 3, 4, 5, 6, 7), map(int, ten))) % 11))
    .filter(nip.is_valid)
)
REGONS = digits(8).map(lambda eight: eight + regon.calc_check_digit(eight))
TAX_NUMBERS = digits(9).map(lambda nine: nine + rntrc.calc_check_digit(nine))
ACCOUNTS = digits(24).map(lambda account_: mod_97_10.calc_check_digits(account_ + "2521") + account_)
CARDS = (
    st.tuples(st.sampled_from(["4", "51", "55"]), digits(14))
    .map(lambda parts: "".join(parts)[:15])
    .map(lambda fifteen: fifteen + luhn.calc_check_digit(fifteen))
)
OCTETS = st.integers(0, 255).map(str)
HEX = st.text(alphabet="0123456789abcdef", min_size=4, max_size=4).filter(lambda four: not four.isalpha())

# (what it is called, which is part of the text and stays; the identifier)
LABELLED: dict[str, tuple[tuple[str, ...], st.SearchStrategy[str]]] = {
    "phone": (("tel.", "telefon:", "moj nr telfonu", "dzwonić na", "phone"), MOBILES.flatmap(grouped(3, 3, 3))),
    "foreign phone": (("tel.", "phone"), digits(8).map(lambda rest: "+49 151 " + rest)),
    "PESEL": (("PESEL", "pesel:", "pesle", "nr PESEL to"), PESELS.flatmap(grouped(6, 5))),
    "PESEL with a wrong digit": (("PESEL", "mój pesel to"), digits(11).flatmap(grouped(6, 5))),
    "NIP": (("NIP", "nip:", "NIP do faktury"), NIPS.flatmap(grouped(3, 3, 2, 2))),
    "NIP with a wrong digit": (("NIP", "nip:"), digits(10).flatmap(grouped(3, 3, 2, 2))),
    "REGON": (("REGON", "regon:"), REGONS.flatmap(grouped(3, 3, 3))),
    "account": (("konto", "nr konta:", "zwrot na rachunek"), ACCOUNTS.flatmap(grouped(2, 4, 4, 4, 4, 4, 4))),
    "account with a wrong digit": (("konto", "nr konta:"), digits(26).flatmap(grouped(2, 4, 4, 4, 4, 4, 4))),
    "card": (("karta", "nr karty:", "card number"), CARDS.flatmap(grouped(4, 4, 4, 4))),
    "identity card": (
        ("dowód osobisty", "nr dowodu:", "dowod"),
        st.tuples(SERIES, digits(5)).map(identity_number).flatmap(grouped(3, 6, marks=("", " "))),
    ),
    "identity card with a wrong digit": (
        ("dowód", "seria i nr dowodu"),
        st.tuples(SERIES, digits(6)).map("".join),
    ),
    "passport": (("paszport", "passport number"), st.tuples(SHORT_SERIES, digits(6)).map(passport_number)),
    "British passport": (("passport number is", "nr paszportu"), digits(9)),
    "driving licence": (
        ("prawo jazdy", "nr prawa jazdy:"),
        st.tuples(digits(5), digits(2), digits(4)).map("/".join),
    ),
    "VIN": (
        ("VIN", "nr nadwozia"),
        st.tuples(letters(3, "BDFGHJ"), digits(1), letters(6, "ABCDEFGHJKLMN0123456789"), digits(7)).map("".join),
    ),
    "plate": (("nr rejestracyjny", "tablice:"), digits(5).map(lambda five: "WX " + five)),
    "SSN": (("SSN", "social security number"), digits(9).flatmap(grouped(3, 2, 4, marks=("", " ", "-")))),
    "NINO": (("NINO", "national insurance number"), digits(6).map(lambda six: f"AB{six}C")),
    "RNOKPP": (("РНОКПП", "IPN"), TAX_NUMBERS),
    "IPv4": (("IP", "adres ip:"), st.tuples(OCTETS, OCTETS, OCTETS, OCTETS).map(".".join)),
    "IPv6": (("IP", "adres ip:"), st.lists(HEX, min_size=8, max_size=8).map(":".join)),
    "PIN": (("PIN:", "pin to"), digits(4)),
    "BLIK": (("kod BLIK", "blik:"), digits(6).flatmap(grouped(3, 3, marks=("", " ")))),
    "CVV": (("CVV", "kod cvv:"), digits(3)),
    "one-time code": (("kod z smsa to", "verification code is"), digits(6)),
    "password": (
        ("hasło:", "password:", "moje hasło to"),
        st.from_regex(r"[A-Z][a-z]{3,8}[0-9]{1,4}[!#$]", fullmatch=True),
    ),
    "key": (("klucz api:", "token:"), st.from_regex(r"sk_live_[a-z][A-Za-z0-9]{18}[0-9]", fullmatch=True)),
    "e-mail": (
        ("mail:", "e-mail to"),
        st.from_regex(r"[a-z]{3,8}[.][a-z]{3,8}(@|\(at\)|\[at\]| @ )poczta[.]example", fullmatch=True),
    ),
}  # fmt: skip
# They show what they are, whatever stands around them.
UNLABELLED = st.one_of(
    MOBILES.flatmap(grouped(3, 3, 3)),
    PESELS.flatmap(grouped(6, 5)),
    NIPS.flatmap(grouped(3, 3, 2, 2)),
    ACCOUNTS.flatmap(grouped(2, 4, 4, 4, 4, 4, 4)),
    CARDS.flatmap(grouped(4, 4, 4, 4)),
    st.tuples(letters(3, "BCDEF"), digits(5)).map(identity_number),
    st.tuples(letters(2, "BCDFG"), digits(6)).map(passport_number),
    st.tuples(OCTETS, OCTETS, OCTETS, OCTETS).map(".".join),
    st.lists(HEX, min_size=8, max_size=8).map(":".join),
    digits(12).map(lambda serial: "https://sklep.example/reset?token=x" + serial),
    digits(6).filter(lambda six: len(set(six)) > 1).map(lambda six: f"https://www.facebook.com/jan.nowak.{six}"),
)
CARRIERS = st.sampled_from(
    [
        " Dzień dobry, ",
        " — proszę o pilną odpowiedź, ",
        "\n",
        " oraz ",
        ", a także ",
        "; ",
        " 🙂 ",
        ". Reszta bez zmian: ",
    ]
)


@pytest.mark.parametrize("kind", LABELLED)
def test_what_is_called_by_its_name_is_masked_and_the_rest_stays(kind: str) -> None:
    names, identifiers = LABELLED[kind]

    @given(CARRIERS, st.sampled_from(names), identifiers, CARRIERS)
    @settings(max_examples=25, deadline=None)
    def check(before: str, name: str, identifier: str, after: str) -> None:
        done = masked(f"{before}{name} {identifier}{after}")
        assert re.fullmatch(re.escape(before + name) + r" \[[^\]]+\]" + re.escape(after), done), done

    check()


@given(st.lists(st.tuples(CARRIERS, UNLABELLED), min_size=1, max_size=3), CARRIERS)
@settings(max_examples=100, deadline=None)
def test_what_shows_what_it_is_needs_no_name(planted: list[tuple[str, str]], rest: str) -> None:
    done = masked("".join(before + identifier for before, identifier in planted) + rest)
    expected = "".join(re.escape(before) + r"\[[^\]]+\]" for before, _ in planted) + re.escape(rest)
    assert re.fullmatch(expected, done), done


WORDS = [
    "konto", "tel.", "nr", "PESEL", "NIP", "REGON", "dowód", "paszport", "prawo jazdy", "VIN", "tablice", "SSN",
    "NINO", "karta", "zamówienie", "paczka", "hasło to", "hasło:", "kod", "PIN", "blik", "CVV", "token", "faktura",
    "EAN", "ABC123456", "ABA300000", "ZS0000177", "WX 12345", "KR 1AB23", "AB123456C", "266-37-6980",
    "WVWZZZ1KZ6W612305", "12345/12/1234", "8.8.8.8", "::1", "2001:db8::1", "Kotek83!",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "https://t.me/jan", "www.sklep.example/a?b=1", "601 156 759", "jan#wp.pl",
    "j a n @ w p . p l", "12.07.2026", "199,99 zł", "DE136695976", "1Z999AA10123456784", "to", "mój", "i", "/", ":",
    "\n",
]  # fmt: skip
PIECED = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", "", " ", ", ", "-"])), max_size=12).map(
    lambda pieces: "".join(piece + mark for piece, mark in pieces)
)


@given(PIECED)
@settings(max_examples=200, deadline=None)
@example("hasło to 1 " * 300)
@example("kod 1234 " * 300)
@example("ABC123456 " * 300)
def test_masking_twice_changes_nothing_and_spans_lie_in_order(text: str) -> None:
    once = masked(text)
    assert masked(once) == once
    at = 0
    for span in find(RawText(text), detectors=STRUCTURED).spans:
        assert at <= span.start < span.end <= len(text)
        at = span.end


@given(PIECED | st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_no_detector_reports_what_is_painted_over_or_outside(text: str) -> None:
    for painted in (text, text.replace("1", FILLER)):
        reading = read(painted)
        for detector in DETECTORS:
            for hit in detector.find(reading):
                assert 0 <= hit.start < hit.end <= len(painted), (detector.label, painted)
                assert FILLER not in painted[hit.start : hit.end], (detector.label, painted)


# Sentences as customers write them in which nothing is to be masked: product models, sizes, prices, parcels.
HARD = [
    "Zamówienie nr 55012345 z 12.03.2026 jeszcze nie dotarło",
    "numer zamówienia: 601234567",
    "paczka 630012345678901234567890 utknęła",
    "przesyłka DPD 0000123456789A, DHL JD0002254012345678",
    "faktura 601234567/2026 i FV/123456/03/2026",
    "my order number is 114-3941689-8772232",
    "EAN 5901234123457, indeks 4455667788, SKU: 123-456-789",
    "numer części 06A 906 032 PR albo 8K0 615 301 A",
    "IMEI 490154203237518, numer seryjny R58M12345AB",
    "Samsung SM-G991B/DS, iPhone 13 Pro 256GB, WH-1000XM4, WAN28282PL",
    "rozmiary 36/38/40/42/44/46, opona 205/55 R16 91V, 120x60x75 cm",
    "cena 1 299,00 zł a było 1 599,00 zł, total 1,234,567.89 USD",
    "w dniach 01.03.2026-31.03.2026 o 12:30:45",
    "wersja 10.0.19045.3803, Android 14 build UP1A.231005.007, chrome 121.0.6167.140",
    "kod rabatowy WIOSNA25, kod pocztowy 00-950, kod błędu 1234",
    "hasło nie działa, zapomniałem hasła, hasło zmieniłem wczoraj o 15:30",
    "my password does not work, the password is incorrect",
    "zapłaciłem blikiem 150 zł, płatność BLIK 199,99 zł odrzucona",
    "karta podarunkowa 200 zł, karta graficzna RTX 4070",
    "https://allegro.example/oferta/sluchawki-sony-wh-1000xm4-12345678901",
    "paczkomat WAW123M pełny, PN 12345, DIN 933, ISO 9001",
    "małpa pluszowa 30 cm, look at allegro.pl, 2 @ 30 zł",
]


@pytest.mark.parametrize("text", HARD)
def test_what_names_no_person_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("telfonu", "PHONE_NUMBER"),
        ("telefonnu", "PHONE_NUMBER"),
        ("teelfon", "PHONE_NUMBER"),
        ("pesle", "PL_PESEL"),
        ("pazport", "PASSPORT"),
        ("nrreklamacji", "ORDER_NUMBER"),
        ("zamowineia", "ORDER_NUMBER"),
        ("partnumber", "GOODS"),
        ("region", ""),
        ("kota", ""),
        ("dziekuje", ""),
    ],
)
def test_misspelt_labels_are_understood(word: str, kind: str) -> None:
    assert kind_of(word) == kind


def test_every_label_of_the_words_is_masked_or_kept_on_purpose() -> None:
    assert ENTITIES["ORDER_NUMBER"].fate is Fate.KEEP
    assert all(one.label in ENTITIES for one in STRUCTURED.detectors)

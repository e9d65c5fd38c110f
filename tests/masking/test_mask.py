"""From what somebody typed to what may be stored."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import pytest

from okienko.keys import Keys
from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.explain import explain
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import Findings, MaskingFailed, find, mask, published, render
from okienko.masking.panel import Panel
from okienko.masking.reading import Reading
from okienko.values import Language, MaskedText, RawText

KEYS = Keys(operator=b"o" * 32, index=b"i" * 32)


def masked(text: str, language: Language = "pl", allowed: tuple[str, ...] = ()) -> str:
    return mask(RawText(text), keys=KEYS, language=language, allowed=allowed).text.text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        # e-mail
        ("pisz na jan.nowak@poczta.example.", "pisz na [e-mail]."),
        ("JAN@POCZTA.EXAMPLE lub jan@poczta.example", "[e-mail] lub [e-mail]"),
        ("a@b.example, b@c.example; a@b.example", "[e-mail], [e-mail 2]; [e-mail]"),
        ("jan małpa wp kropka pl", "[e-mail]"),
        ("mail:jan@poczta.example,tel:601156759", "mail:[e-mail],tel:[telefon]"),
        ("o'connor@post.example", "[e-mail]"),
        # telephone
        ("601156759", "[telefon]"),
        ("601156759, +48 601 156 759, 0048 601-156-759", "[telefon], [telefon], [telefon]"),
        ("tel.601156759lub 730440627", "tel.[telefon]lub [telefon 2]"),
        ("przesyłka nie doszła, dzwonić: 601 156 759", "przesyłka nie doszła, dzwonić: [telefon]"),
        ("tel. (22) 558-45-80 w. 12", "tel. [telefon]"),
        # account
        ("na 68109058123196853612305178", "na [numer konta]"),
        ("PL65 1020 7459 3477 7014 4771 9647 i dziękuję", "[numer konta] i dziękuję"),
        # card
        ("karta 5417 0942 1228 3146 12/28 123", "karta [karta]"),
        # PESEL, NIP
        ("PESEL 84082828709 i NIP 333-247-26-18", "PESEL [PESEL] i NIP [NIP]"),
        # any other number
        ("coś tam 99999999999", "coś tam [numer]"),
        # secrets
        ("hasło: Kotek-83, kod z SMS 123456", "hasło: [hasło lub kod], kod z SMS [hasło lub kod]"),
        # kept
        ("Zamówienie nr 601156759, paczka 708744316398562065885561", None),
        ("faktura FV/601156759/2026", None),
        ("EAN 5902210199848, zamówione 12.07.2026 za 1934,45 zł", None),
        ("kupiono 3 szt. po 19,99 zł dnia 2026-07-12 o 14:30", None),
        ("wersja 19.5.9.228, wymiary 681x189x84 cm", None),
        ("Katalog mówi, że 100% bawełny & len", None),
        ("", None),
        # placeholders stay
        ("[e-mail] i [telefon 2]", None),
        ("[numer konta] 12 345", None),
    ],
)
def test_table_of_cases(typed: str, stored: str | None) -> None:
    assert masked(typed) == (typed if stored is None else stored)


@pytest.mark.parametrize("label", [label for label, one in ENTITIES.items() if one.fate is not Fate.KEEP])
def test_every_kind_has_words_in_both_languages_that_say_what_was_there(label: str) -> None:
    entity = ENTITIES[label]
    assert entity.pl
    assert entity.en
    assert masked(f"[{entity.pl}] [{entity.en} 3]") == f"[{entity.pl}] [{entity.en} 3]"


def test_placeholders_speak_the_conversations_language() -> None:
    typed = "601156759 jan@poczta.example 68109058123196853612305178 PESEL 84082828709"
    assert masked(typed, "en") == "[phone] [e-mail] [account number] PESEL [national ID]"


def test_numbers_go_on_where_the_conversation_stands() -> None:
    first = mask(RawText("a@b.example i b@c.example"), keys=KEYS, language="pl")
    known = {(one.label, one.lookup): one.number for one in first.vaulted}
    assert sorted(known.values()) == [1, 2]
    second = mask(RawText("c@d.example B@C.example 601156759"), keys=KEYS, language="pl", known=known)
    assert second.text.text == "[e-mail 3] [e-mail 2] [telefon]"
    assert [(one.label, one.number, one.value.reveal()) for one in second.vaulted] == [
        ("EMAIL_ADDRESS", 3, "c@d.example"),
        ("PHONE_NUMBER", 1, "+48601156759"),
    ]


def test_only_what_may_be_needed_later_is_vaulted() -> None:
    typed = "karta 5417094212283146, PESEL 84082828709, NIP 3332472618, hasło: Kotek-83, 99999999999"
    done = mask(RawText(typed), keys=KEYS, language="pl")
    assert done.vaulted == ()
    assert find(RawText(typed)).vaulted == ()
    assert done.text.text == "karta [karta], PESEL [PESEL], NIP [NIP], hasło: [hasło lub kod], [numer]"


def test_a_typed_placeholder_is_no_number_to_give_out() -> None:
    done = mask(RawText("[e-mail] to nie ja, ja mam a@b.example"), keys=KEYS, language="pl")
    assert done.text.text == "[e-mail] to nie ja, ja mam [e-mail 2]"
    assert done.vaulted[0].number == 2


def test_a_typed_placeholder_with_a_huge_number_does_not_carry_others_away() -> None:
    assert masked("[e-mail 999999999] a@b.example") == "[e-mail 999999999] [e-mail]"


@pytest.mark.parametrize(
    ("allowed", "typed"),
    [
        ("pomoc@sklep.example", "napisano z POMOC@sklep.example"),
        ("+48 22 558 45 80", "infolinia 22 558-45-80 nie odbiera"),
        ("800 123 456", "numer 800123456"),
        ("68 1090 5812 3196 8536 1230 5178", "wpłata na PL68109058123196853612305178"),
    ],
)
def test_the_brands_own_values_stay(allowed: str, typed: str) -> None:
    assert masked(typed) != typed
    assert masked(typed, allowed=(allowed,)) == typed
    assert "[e-mail]" in masked(typed + " a@b.example", allowed=(allowed,))


def test_published_words_are_not_looked_at() -> None:
    assert published("Infolinia: 601156759") == MaskedText("Infolinia: 601156759")


def test_nothing_found_needs_no_numbers() -> None:
    findings = find(RawText("dzień dobry"))
    assert findings == Findings()
    assert render(RawText("dzień dobry"), findings, {}, KEYS, "pl").text == MaskedText("dzień dobry")


def test_findings_hide_their_values() -> None:
    shown = repr(find(RawText("jan@poczta.example 601156759"))) + repr(
        mask(RawText("jan@poczta.example 601156759"), keys=KEYS, language="pl")
    )
    assert "jan@" not in shown
    assert "601156759" not in shown


def test_what_postgresql_cannot_hold_does_not_come_through() -> None:
    assert masked("60\x001156759 a\x00b \ud800") == "[telefon] ab ?"


def test_prv_04_any_failure_is_closed_and_silent() -> None:
    def break_down(reading: Reading) -> Iterator[Hit]:
        raise ValueError(reading.text)

    broken = Detector(label="NUMBER", find=break_down, yes=(), no=())
    raw = RawText("jan@poczta.example")
    with pytest.raises(MaskingFailed) as failed:
        find(raw, detectors=Panel((broken,)))
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert "jan@" not in "".join(traceback.format_exception(failed.value))


def test_what_is_left_of_a_number_is_read_again() -> None:
    def first_half(reading: Reading) -> Iterator[Hit]:
        at = reading.text.find("12")
        if at >= 0:
            yield Hit(label="NUMBER", start=at, end=at + 2, value="12", rank=Rank.SHAPE)

    half = Detector(label="NUMBER", find=first_half, digits=1, rows=True, yes=(), no=())
    spans = find(RawText("12 12 12"), detectors=Panel((half,))).spans
    assert [(one.start, one.end) for one in spans] == [(0, 2), (3, 5), (6, 8)]


def test_of_a_text_full_of_finds_the_rest_goes_unread() -> None:
    lines = [f"kod AB{number}X601156{number}Y" for number in range(100, 200)]
    stored = masked("\n".join([*lines, "to wszystko", "cena 12"])).splitlines()
    assert set(stored[:-2]) == {"kod [numer][numer][numer]"}
    assert stored[-2:] == ["to wszystko", "cena [numer]"]


def test_a_piece_longer_than_anybody_writes_goes_whole() -> None:
    piece = "zq" * 200 + "/jan.nowak@poczta.example/" + "qz" * 200
    assert "zq" not in masked(f"oto {piece} i tyle")
    assert masked(f"oto {piece} i tyle").startswith("oto [")
    assert masked(f"oto {piece} i tyle").endswith("] i tyle")


@pytest.mark.parametrize("place", [0, 3000, 4070, 4085, 4090, 4096, 4100, 4300, 8180, 9000])
def test_long_texts_are_read_in_chunks_that_overlap(place: int) -> None:
    filler = "dzień dobry, " * 800
    text = f"{filler[:place]} konto 68 1090 5812 3196 8536 1230 5178, {filler[place:]}"
    findings = find(RawText(text))
    assert [(one.label, text[one.start : one.end]) for one in findings.spans] == [
        ("IBAN_CODE", "68 1090 5812 3196 8536 1230 5178")
    ]


HOSTILE = [
    "a.a.a.", "1 2 3 ", "@@@@", "+48 ", "a@", "a@a.", "123456789 ", "+380671389972 ", "tel 12345678 ", "PL12 ",
    "konto 12345678901 ", "małpa kropka ", "a at b dot c ", "jeden dwa ", "[e-mail", "&#64;", "e\u0301", "0",
    "kod to ", "haslo ", "eyjaaaaaaaaaaaa.", "x @ y . pl ", "4111 1111 1111 1111 ", "zamówienie 1 ", "аa", "(12) ",
    "sk_",
]  # fmt: skip


@pytest.mark.timeout(5)  # the slowest takes some 20 ms; a pattern that backtracks takes half a minute
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_come_to_an_end(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    assert masked(masked(text)) == masked(text)


def test_a_phrase_of_the_brand_stays_where_it_stands_alone_and_not_inside_something_longer() -> None:
    found = find(RawText("piszcie na sklep@a.example i jan@a.example"), allowed=["Sklep@a.example", "róża"])
    assert [span.value for span in found.spans] == ["jan@a.example"]
    longer = find(RawText("nie-sklep@a.example"), allowed=["sklep@a.example"])
    assert [span.value for span in longer.spans] == ["nie-sklep@a.example"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("projekt Żółw-7 ruszył", "projekt [hasło lub kod] ruszył"),
        ("PROJEKT ZOLW-7!", "PROJEKT [hasło lub kod]!"),
        ("żółw-77 i bzzżółw-7", "żółw-77 i bzzżółw-7"),
        ("telefon do pana Jana 601 156 759", "telefon do pana Jana [numer]"),
    ],
)
def test_what_the_brand_denies_is_masked_as_it_says(text: str, masked: str) -> None:
    denied = [("SECRET", "żółw-7"), ("NUMBER", "601  156 759")]
    found = find(RawText(text), denied=denied, allowed=["601 156 759"], detectors=Panel(()))
    assert render(RawText(text), found, {}, KEYS, "pl").text.text == masked


def test_an_explanation_names_the_detector_the_reason_and_the_words_in_front() -> None:
    (span,) = explain(RawText("mój pesel to 84082828700")).spans
    assert span.label == "PL_PESEL"
    assert span.why == "pesel: words around it say so, after “moj pesel to”"
    (kept,) = explain(RawText("mam cukrzycę")).spans
    assert kept.why.startswith("health: it is said about health or another special category; the words stay")


def test_labels_to_keep_stay_and_are_reported() -> None:
    raw = RawText("mail jan@a.example, tel. 601 156 759")
    found = find(raw)
    assert render(raw, found, {}, KEYS, "en", keep={"EMAIL_ADDRESS"}).text.text == "mail jan@a.example, tel. [phone]"
    assert [span.label for span in found.spans] == ["EMAIL_ADDRESS", "PHONE_NUMBER"]

"""Words, stems, 4-grams and sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.answers.text import cut_grams, leave_out_placeholders, read_tokens, split_sentences, stem
from okienko.folding import fold
from okienko.values import Language


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Żółta ŁÓDŹ", "zolta lodz"), ("Málaga", "malaga"), ("plain", "plain"), ("Zwrot—już", "zwrot—juz")],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("language", "tokens", "expected"),
    [
        ("pl", ("kaucja", "kaucję", "kaucji"), "kaucj"),
        ("pl", ("strona", "stronę", "strone", "strony"), "stron"),
        ("pl", ("kasować", "kasowałam", "kasuje", "kasowanie", "kasowany", "kasuj"), "~kas"),
        ("pl", ("opłacić", "opłaciłem", "opłaciła", "oplacilismy"), "~oplac"),
        ("en", ("deposit", "deposits", "deposited"), "deposit"),
        ("pl", ("się", "jak", "proszę"), ""),
        ("en", ("the", "my"), ""),
    ],
)
def test_inflections_share_a_stem(language: Language, tokens: tuple[str, ...], expected: str) -> None:
    assert {stem(token, language) for token in tokens} == {expected}


def test_grams_stay_inside_a_word() -> None:
    assert cut_grams("rower") == ("#row", "rowe", "ower", "wer#")
    assert cut_grams("ŁÓDŹ") == cut_grams("lodz")
    assert cut_grams("za") == ("#za#",)
    assert cut_grams("a") == ("#a#",)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Sprawdź np. wyciąg. Potem napisz.", ["Sprawdź np. wyciąg.", "Potem napisz."]),
        ("Stacja jest przy ul. Długiej. Obok stoi kiosk.", ["Stacja jest przy ul. Długiej.", "Obok stoi kiosk."]),
        ("Opłata, tzn. kaucja, wraca. Zawsze.", ["Opłata, tzn. kaucja, wraca.", "Zawsze."]),
        ("Działa od 2021 r. Wcześniej nie.", ["Działa od 2021 r.", "Wcześniej nie."]),
        ("Działa od 2021 r. we wtorki.", ["Działa od 2021 r. we wtorki."]),
        ("Kosztuje 1.50 zł. Tanio!", ["Kosztuje 1.50 zł.", "Tanio!"]),
        ("Rowery, kaski itd. Wszystko jest.", ["Rowery, kaski itd.", "Wszystko jest."]),
        ("Pisze J. Kowalski. Odpisz.", ["Pisze J. Kowalski.", "Odpisz."]),
        ("Use a lock, e.g. a chain. It helps.", ["Use a lock, e.g. a chain.", "It helps."]),
        ("Is it open? Yes! Until 10 p.m. Then not.", ["Is it open?", "Yes!", "Until 10 p.m.", "Then not."]),
        ("He said “stop.” Then he left…", ["He said “stop.”", "Then he left…"]),
        ("„Czy to już?” Tak.", ["„Czy to już?”", "Tak."]),
        ("   ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@settings(deadline=None)
@given(st.text(st.sampled_from("Ala ma. kota! np. 1.5?\n…”żŁ"), max_size=200) | st.text(max_size=900))
def test_sentences_leave_out_white_space_only(text: str) -> None:
    spans = list(split_sentences(text))
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
    assert all(0 < end - start <= 420 for start, end in spans)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_words_or_none(text: str) -> None:
    for token in read_tokens(text):
        assert cut_grams(token)
        assert stem(token, "pl") == fold(stem(token, "pl"))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("ile mam czasu na zwrot? mój mail to [e-mail]", "ile mam czasu na zwrot?"),
        ("proszę odpisać na adres [e-mail], paczka nie doszła", "proszę odpisać  , paczka nie doszła"),
        ("tel. [telefon 2]", ""),
        ("my phone number is [phone] and the film stops", "and the film stops"),
        ("zmiana adresu e-mail", "zmiana adresu e-mail"),
    ],
)
def test_a_placeholder_takes_the_words_that_lead_to_it_along(said: str, left: str) -> None:
    assert leave_out_placeholders(said).strip() == left

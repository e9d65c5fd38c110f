"""Values as they were written, and back into the text again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.keys import Keys
from okienko.masking.forms import find_forms, put_back, read_pieces
from okienko.masking.keeping import KEEPING, SENSITIVE, expiry, sensitive_until
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import find, mask, render
from okienko.values import MaskedText, RawText
from tests.desk_world import BEGIN

KEYS = Keys(operator=bytes(32), index=bytes(range(32)))
WRITTEN = [
    "wysłaliśmy na Jan@Firma.example",
    "jan@firma.example i ewa@firma.example, znów jan@firma.example",
    "tel. 501 234 567, karta 4111 1111 1111 1111, mail jan @ firma.example",
    "[e-mail] to nie jan@firma.example, a [telefon 7] to 501-234-567",
    "zamówienie 123456789012 jest w drodze",
    "PESEL 44051401458 i nic więcej",
    "",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_was_written_comes_back_but_for_what_is_dropped(text: str) -> None:
    findings = find(RawText(text))
    masked = render(RawText(text), findings, {}, KEYS, "pl").text
    forms = find_forms(RawText(text), findings, masked)
    assert len(forms) == len(findings.vaulted)
    pieces = read_pieces(RawText(text), findings, masked)
    back = put_back(masked, {form.place: form.value for form in forms})
    assert back == "".join(piece.text for piece in pieces)
    if all(span.fate is not Fate.DROP for span in findings.spans):
        assert back == text
    for dropped in ("4111", "44051401458"):
        assert dropped not in back
    assert put_back(masked, {}) == masked.text


def test_each_kind_of_piece() -> None:
    text = "mail jan@firma.example, karta 4111 1111 1111 1111."
    findings = find(RawText(text))
    masked = render(RawText(text), findings, {}, KEYS, "pl").text
    pieces = [(piece.text, piece.fate) for piece in read_pieces(RawText(text), findings, masked)]
    assert pieces == [
        ("mail ", None), ("jan@firma.example", Fate.VAULT), (", karta ", None), ("[karta]", Fate.DROP), (".", None),
    ]  # fmt: skip


@given(st.text(max_size=60), st.dictionaries(st.integers(0, 80), st.text(max_size=9), max_size=4))
def test_a_place_without_a_placeholder_changes_nothing(text: str, places: dict[int, str]) -> None:
    masked = MaskedText(text.replace("[", "("))
    assert put_back(masked, {place: RawText(value) for place, value in places.items()}) == masked.text


def test_a_spent_number_is_not_given_out_again() -> None:
    raw = RawText("jan@firma.example ewa@firma.example")
    findings = find(raw)
    masked = render(raw, findings, {}, KEYS, "pl", spent={"EMAIL_ADDRESS": 2, "PERSON": 9})
    assert masked.text.text == "[e-mail 3] [e-mail 4]"
    known = {("EMAIL_ADDRESS", KEYS.lookup("EMAIL_ADDRESS", "ewa@firma.example")): 5}
    assert render(raw, findings, known, KEYS, "pl", spent={"EMAIL_ADDRESS": 4}).text.text == "[e-mail 6] [e-mail 5]"
    assert mask(raw, keys=KEYS, language="en").text.text == "[e-mail] [e-mail 2]"


def test_every_vaulted_kind_has_a_purpose_and_a_term() -> None:
    vaulted = {label for label, entity in ENTITIES.items() if entity.fate is Fate.VAULT}
    assert vaulted == {label for label, keeping in KEEPING.items() if not keeping.asked}
    assert {ENTITIES[label].fate for label, keeping in KEEPING.items() if keeping.asked} == {Fate.DROP}
    assert not {"CREDIT_CARD", "SECRET"} & set(KEEPING), "dropped, always"


def test_a_value_is_never_kept_longer_than_its_conversation() -> None:
    for label in KEEPING:
        for months in (1, 12, 72):
            assert expiry(label, now=BEGIN, keep_months=months) > BEGIN
            assert (expiry(label, now=BEGIN, keep_months=months) - BEGIN).days <= 31 * months
    assert (expiry("IBAN_CODE", now=BEGIN, keep_months=12) - BEGIN).days == 92
    assert (expiry("IBAN_CODE", now=BEGIN, keep_months=1) - BEGIN).days == 31


def test_only_what_is_sensitive_gives_a_message_a_term_of_its_own() -> None:
    """No brand keeps a conversation for less than a month, so the term is never the longer one."""
    assert {ENTITIES[label].fate for label in SENSITIVE} == {Fate.KEEP}, "the words stay"
    until = sensitive_until(["PERSON", *SENSITIVE], now=BEGIN)
    assert until is not None
    assert (until - BEGIN).days == 31
    assert sensitive_until(ENTITIES.keys() - SENSITIVE, now=BEGIN) is None

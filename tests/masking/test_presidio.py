"""okienko's recogniser in Microsoft Presidio itself. Collected where Presidio is installed; see tests/conftest.py."""

from __future__ import annotations

import socket

import pytest

from okienko.masking.kinds import ENTITIES
from okienko.masking.mask import MaskingFailed
from okienko.masking.presidio import LANGUAGES, MASKED, OkienkoRecognizer, open_analyzer

TEXT = "Anna Nowak, tel. 601 156 759, anna@poczta.example, zamówienie nr 4410023"
FOUND = [("PERSON", "Anna Nowak"), ("PHONE_NUMBER", "601 156 759"), ("EMAIL_ADDRESS", "anna@poczta.example")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_presidio_finds_what_okienko_finds_without_model_and_network(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: asked.append(address))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    results = sorted(open_analyzer().analyze(TEXT, language), key=lambda result: result.start)
    assert [(result.entity_type, TEXT[result.start : result.end]) for result in results] == FOUND
    assert {result.score for result in results} == {1.0}
    assert {result.recognition_metadata["recognizer_name"] for result in results} == {"okienko"}
    assert asked == []


def test_only_what_is_asked_for_is_reported() -> None:
    (mail,) = open_analyzer().analyze(TEXT, "pl", entities=["EMAIL_ADDRESS"])
    assert mail.entity_type == "EMAIL_ADDRESS"
    orders = OkienkoRecognizer("pl", ["ORDER_NUMBER"]).analyze(TEXT, list(ENTITIES))
    assert [(result.entity_type, TEXT[result.start : result.end]) for result in orders] == [("ORDER_NUMBER", "4410023")]
    assert set(ENTITIES) - set(MASKED) == {"ORDER_NUMBER", "HEALTH"}


def test_a_brand_s_own_words() -> None:
    ours = OkienkoRecognizer("pl", allowed=["+48 601 156 759"], denied=[("PERSON", "poczta")])
    kinds = [result.entity_type for result in ours.analyze("poczta, tel. 601 156 759", MASKED)]
    assert kinds == ["PERSON"]


def test_a_kind_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="CRYPTO is not a kind"):
        OkienkoRecognizer("pl", ["CRYPTO"])
    with pytest.raises(ValueError, match="CRYPTO is not a kind"):
        OkienkoRecognizer("pl", denied=[("CRYPTO", "x")])


def test_failing_is_told_without_the_text() -> None:
    broken = OkienkoRecognizer("pl", denied=[("PERSON", "x")])
    with pytest.raises(MaskingFailed) as failed:
        broken.analyze(None, MASKED)  # pyright: ignore[reportArgumentType]
    assert failed.value.__cause__ is None

"""The built-in messages: enough of them, well marked, and two halves that share nothing."""

from __future__ import annotations

from random import Random

import pytest
from stdnum import ean, iban, luhn
from stdnum.pl import nip, pesel, regon

from okienko.evaluation.corpus import identifiers
from okienko.evaluation.corpus.generate import PARTS, Part, generate
from okienko.evaluation.corpus.noise import NOISES, add_noise
from okienko.evaluation.corpus.parts import HALVES, Half, is_unseen, read_parts
from okienko.evaluation.messages import Message, Span
from okienko.masking.kinds import ENTITIES
from okienko.masking.mask import find
from okienko.values import Language, RawText

SPLIT = ("carriers", "given", "surnames", "unknown", "streets", "villages", "negatives")


@pytest.fixture(scope="module")
def everything() -> dict[tuple[Half, Part], tuple[Message, ...]]:
    return {(half, part): generate(half, part) for half in HALVES for part in PARTS}


def test_there_are_enough_different_messages(everything: dict[tuple[Half, Part], tuple[Message, ...]]) -> None:
    def count(part: Part, language: str) -> int:
        return len({one.text for half in HALVES for one in everything[half, part] if one.language == language})

    assert count("clean", "pl") >= 1500
    assert count("clean", "en") >= 800
    assert count("negative", "pl") + count("negative", "en") >= 600
    assert count("noisy", "pl") + count("noisy", "en") >= 400


@pytest.mark.parametrize("half", HALVES)
def test_every_kind_is_there(everything: dict[tuple[Half, Part], tuple[Message, ...]], half: Half) -> None:
    assert {span.label for one in everything[half, "clean"] for span in one.spans} == set(ENTITIES)


def test_spans_are_in_order_inside_the_text_and_hold_something(
    everything: dict[tuple[Half, Part], tuple[Message, ...]],
) -> None:
    for messages in everything.values():
        for one in messages:
            at = 0
            for span in one.spans:
                assert at <= span.start < span.end <= len(one.text), one.id
                assert one.text[span.start : span.end] == one.text[span.start : span.end].strip(), one.id
                assert any(sign.isalnum() for sign in one.text[span.start : span.end]), one.id
                assert span.lane.startswith(f"{span.label}/")
                at = span.end
            assert "{" not in one.text.replace("{at}", ""), one.text


def test_negatives_hold_nothing_personal(everything: dict[tuple[Half, Part], tuple[Message, ...]]) -> None:
    for half in HALVES:
        assert all(one.negative and one.lane.startswith("neg/") for one in everything[half, "negative"])


def test_messages_are_the_same_every_time() -> None:
    assert generate("seen", "noisy") == generate("seen", "noisy")


@pytest.mark.parametrize("language", ["pl", "en"])
def test_halves_share_no_part(language: Language) -> None:
    seen, unseen = read_parts(language, "seen"), read_parts(language, "unseen")
    for section in seen:
        if section.split("/")[0] in SPLIT:
            assert not {*seen[section]} & {*unseen[section]}
            assert not any(map(is_unseen, seen[section]))
    total = {half: len(read_parts(language, half)["carriers"]) for half in HALVES}
    assert 0.2 < total["unseen"] / sum(total.values()) < 0.45
    assert sum(total.values()) >= (150 if language == "pl" else 90)


def test_check_digits_fit() -> None:
    random = Random(3)
    for _ in range(100):
        assert pesel.is_valid(identifiers.pesel(random))
        assert pesel.is_valid(identifiers.pesel(random, young=True))
        assert nip.is_valid(identifiers.nip(random))
        assert regon.is_valid(identifiers.regon(random))
        assert regon.is_valid(identifiers.regon(random, 14))
        assert luhn.is_valid(identifiers.card(random))
        assert iban.is_valid(identifiers.foreign_iban(random))
        assert iban.is_valid("PL" + identifiers.account(random))
        assert ean.is_valid(identifiers.ean(random))
        assert not luhn.is_valid(identifiers.broken(identifiers.card(random)))
        for weights, number in (
            ((7, 3, 1, 9, 7, 3, 1, 7, 3), identifiers.id_card(random)),
            ((7, 3, 9, 1, 7, 3, 1, 7, 3), identifiers.passport_pl(random)),
        ):
            assert sum(weight * int(sign, 36) for weight, sign in zip(weights, number, strict=True)) % 10 == 0


@pytest.mark.parametrize("name", sorted(NOISES))
def test_noise_moves_spans_along(name: str) -> None:
    text = "Proszę zadzwonić do Łucji Żółtek, najlepiej dzisiaj wieczorem."
    start = text.index("Łucji")
    spans = (Span(start=start, end=start + len("Łucji Żółtek"), label="PERSON", lane="PERSON/genitive"),)
    changed = 0
    for seed in range(40):
        noisy, (span,) = add_noise(Random(seed), text, spans, name)
        changed += noisy != text
        assert span.lane == f"PERSON/{name}"
        assert noisy[: span.start].endswith(("o ", "o", "O ", "d ")) or noisy[span.start - 1 : span.start] in " doDO"
        assert "," not in noisy[span.start : span.end]
        assert noisy[span.end : span.end + 1] == ","
    assert changed


def test_the_whole_road_from_message_to_finding() -> None:
    (one, *_) = (one for one in generate("seen", "clean") if one.spans[0].lane == "EMAIL_ADDRESS/plain")
    (found, *_) = find(RawText(one.text)).spans
    assert (found.label, found.start, found.end) == ("EMAIL_ADDRESS", one.spans[0].start, one.spans[0].end)

"""Special categories are noticed and their words stay."""

from __future__ import annotations

import pytest

from okienko.keys import Keys
from okienko.masking.detectors import address_pl, health
from okienko.masking.kinds import Fate
from okienko.masking.mask import find, render
from okienko.masking.panel import Panel
from okienko.values import RawText

KEYS = Keys(operator=b"o" * 32, index=b"i" * 32)

SAID = [
    "Mam raka i nie mogę odebrać paczki",
    "Jestem osobą z niepełnosprawnością ruchową",
    "leżę w szpitalu po wypadku",
    "moja żona jest w ciąży",
    "choruję na depresję",
    "Po udarze trudno mi pisać",
    "Syn ma autyzm",
    "mam alergię na orzechy",
    "biorę leki na padaczkę",
    "I'm pregnant and need",
    "I was diagnosed with MS",
    "my surgery is on Monday",
    "I have diabetes",
    "I'm disabled and can't walk",
    "I am Jewish so no delivery on Saturday",
    "my wheelchair arrived broken",
    "jestem lesbijką",
    "jestem Świadkiem Jehowy",
    "należę do związku zawodowego",
    "my mental health suffers",
    "jestem po zawale",
    "babcia ma demencję",
    "jestem chora i nie odbiorę",
    "miałam zawał",
    "jestem na zwolnieniu lekarskim",
]  # fmt: skip


@pytest.mark.parametrize("message", SAID)
def test_a_special_category_is_noticed_and_not_masked(message: str) -> None:
    spans = find(RawText(message), detectors=Panel((health.DETECTOR,))).spans
    assert {span.label for span in spans} == {"HEALTH"}
    assert all(span.fate is Fate.KEEP for span in spans)


def test_an_address_with_such_a_word_is_masked_all_the_same() -> None:
    text = "jestem w szpitalu, ul. Szpitalna 5/2, 30-001 Kraków"
    raw = RawText(text)
    found = find(raw, detectors=Panel((health.DETECTOR, address_pl.DETECTOR)))
    assert {span.label for span in found.spans} == {"HEALTH", "ADDRESS"}
    assert render(raw, found, {}, KEYS, "pl").text.text == "jestem w szpitalu, [adres]"

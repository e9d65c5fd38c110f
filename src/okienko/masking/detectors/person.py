"""Names of people by their form, in any language: given name and surname, initials, a capital in mid-sentence.

What counts as a name is decided in `okienko.masking.names`; `person_pl` and `person_en` find those that are announced.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit
from okienko.masking.detectors.person_en import ENGLISH
from okienko.masking.detectors.person_pl import POLISH
from okienko.masking.names.grammar import LABEL, Cue, Language, people
from okienko.masking.reading import Reading

ANY: Final = Language(
    cues={
        word: cue
        for language in (ENGLISH, POLISH)
        for word, cue in language.cues.items()
        if cue > Cue.NEAR  # words that announce names are none themselves
    },
    after={},
    by_form=True,
)


def find(reading: Reading) -> Iterator[Hit]:
    return people(reading, ANY)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("Rozmawiałem z Piotrem Zalewskim z infolinii", ("Piotrem Zalewskim",)),
        ("rozmawiałam z różą zielińską wczoraj", ("różą zielińską",)),
        ("PACZKA DLA: odebrał ZOFIĄ STĘPIEŃ", ("ZOFIĄ STĘPIEŃ",)),
        ("Paczka miała być dla Milana Dvořáka, a nie jest", ("Milana Dvořáka",)),
        ("paczka dla J. Kowalskiego", ("J. Kowalskiego",)),
        ("A.M. Nowak odebrał", ("A.M. Nowak",)),
        ("podał się za Jana K., ale", ("Jana K",)),
        ("zamówienie złożył Kowalski Jan", ("Kowalski Jan",)),
        ("dla Anny Nowak-Kowalskiej.", ("Anny Nowak-Kowalskiej",)),
        ("kupił to Wysocki w sklepie", ("Wysocki",)),
        ("Nie mam informacji o Kotowskim i o Sowie", ("Kotowskim", "Sowie")),
        ("z Katarzyną Nowak", ("Katarzyną Nowak",)),
        ("od zosi nic nie przyszło", ("zosi",)),
        ("I spoke with Hannah Young from your hotline", ("Hannah Young",)),
        ("The parcel was for emily o'connor, but", ("emily o'connor",)),
        ("ask Ludwig van der Berg about it", ("Ludwig van der Berg",)),
        ("zamówił to Олександр Шевченко", ("Олександр Шевченко",)),
    ),
    no=(
        "Maj był zimny, a kot śpi",
        "Róża zwiędła po dwóch dniach",
        "paczka nie dotarła do Krakowa",
        "krem Nivea i telefon Nokia",
        "Lampa Diana przyszła pęknięta",
        "It will arrive in May, I hope",
        "The Ruby lamp and the Victoria colour",
        "napisz na jan.kowalski@poczta.example",
        "Price and Page are shown in the app",
        "Regulamin Sklepu i Polityka Prywatności",
    ),
)

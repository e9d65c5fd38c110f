"""Names of people, announced (`nazywam się`, `Mr`, `account holder:`) or by their form, in Polish and English messages.

What counts as a name is decided in `okienko.masking.names`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit
from okienko.masking.names.grammar import LABEL, people
from okienko.masking.reading import Reading


def find(reading: Reading) -> Iterator[Hit]:
    return people(reading)


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
        ("Pani Aniu, dziękuję", ("Aniu",)),
        ("Panie Marku, proszę o pomoc", ("Marku",)),
        ("dla państwa Nowaków i państwu Kowalskim", ("Nowaków", "Kowalskim")),
        ("Nazywam się Maja Bąk i czekam", ("Maja Bąk",)),
        ("nazywam się jan xyzański i czekam", ("jan xyzański",)),
        ("odbiorca: Oleksandr Shevchenko", ("Oleksandr Shevchenko",)),
        ("to prezent dla mojej córki zuzanny", ("zuzanny",)),
        ("Dzień dobry, kiedy dojdzie?\nz poważaniem\nanna nowak", ("anna nowak",)),
        ("Czy pani Tran jest dziś w pracy?", ("Tran",)),
        ("My name is Nguyen Thi Lan and", ("Nguyen Thi Lan",)),
        ("Mr Okonkwo-Smythe called", ("Okonkwo-Smythe",)),
        ("this is Priya speaking", ("Priya",)),
        ("Where is it?\nRegards,\nJohn", ("John",)),
        ("account holder: Maria de la Cruz", ("Maria de la Cruz",)),
        ("on behalf of my husband Declan McDonald", ("Declan McDonald",)),
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
        "Dzień dobry Pani, proszę o pomoc",
        "Szanowni Państwo, Reklamacja została wysłana",
        "film Pan Tadeusz jest długi",
        "Pozdrawiam i czekam na odpowiedź",
        "I am sorry, it is 601156759 and it works",
        "My name is missing on the invoice",
        "Kind regards to the whole team",
    ),
)

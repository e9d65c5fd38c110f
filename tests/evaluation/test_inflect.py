"""Polish names in seven cases."""

from __future__ import annotations

import pytest

from okienko.evaluation.corpus.inflect import CASES, Gender, decline_given, decline_surname


@pytest.mark.parametrize(
    ("name", "gender", "forms"),
    [
        ("Anna", "f", "Anna Anny Annie Annę Anną Annie Anno"),
        ("Katarzyna", "f", "Katarzyna Katarzyny Katarzynie Katarzynę Katarzyną Katarzynie Katarzyno"),
        ("Maria", "f", "Maria Marii Marii Marię Marią Marii Mario"),
        ("Kasia", "f", "Kasia Kasi Kasi Kasię Kasią Kasi Kasiu"),
        ("Maja", "f", "Maja Mai Mai Maję Mają Mai Maju"),
        ("Alicja", "f", "Alicja Alicji Alicji Alicję Alicją Alicji Alicjo"),
        ("Olga", "f", "Olga Olgi Oldze Olgę Olgą Oldze Olgo"),
        ("Róża", "f", "Róża Róży Róży Różę Różą Róży Różo"),
        ("Jadwiga", "f", "Jadwiga Jadwigi Jadwidze Jadwigę Jadwigą Jadwidze Jadwigo"),
        ("Marek", "m", "Marek Marka Markowi Marka Markiem Marku Marku"),
        ("Paweł", "m", "Paweł Pawła Pawłowi Pawła Pawłem Pawle Pawle"),
        ("Piotr", "m", "Piotr Piotra Piotrowi Piotra Piotrem Piotrze Piotrze"),
        ("Jerzy", "m", "Jerzy Jerzego Jerzemu Jerzego Jerzym Jerzym Jerzy"),
        ("Antoni", "m", "Antoni Antoniego Antoniemu Antoniego Antonim Antonim Antoni"),
        ("Kuba", "m", "Kuba Kuby Kubie Kubę Kubą Kubie Kubo"),
        ("Wojciech", "m", "Wojciech Wojciecha Wojciechowi Wojciecha Wojciechem Wojciechu Wojciechu"),
        ("Robert", "m", "Robert Roberta Robertowi Roberta Robertem Robercie Robercie"),
    ],
)
def test_given_names(name: str, gender: Gender, forms: str) -> None:
    assert " ".join(decline_given(name, gender, case) for case in CASES) == forms


@pytest.mark.parametrize(
    ("name", "gender", "forms"),
    [
        ("Kowalski", "m", "Kowalski Kowalskiego Kowalskiemu Kowalskiego Kowalskim Kowalskim Kowalski"),
        ("Kowalski", "f", "Kowalska Kowalskiej Kowalskiej Kowalską Kowalską Kowalskiej Kowalska"),
        ("Cichy", "f", "Cicha Cichej Cichej Cichą Cichą Cichej Cicha"),
        ("Nowak", "m", "Nowak Nowaka Nowakowi Nowaka Nowakiem Nowaku Nowak"),
        ("Nowak", "f", "Nowak Nowak Nowak Nowak Nowak Nowak Nowak"),
        ("Zaręba", "f", "Zaręba Zaręby Zarębie Zarębę Zarębą Zarębie Zaręba"),
        ("Kania", "m", "Kania Kani Kani Kanię Kanią Kani Kania"),
        ("Stępień", "m", "Stępień Stępnia Stępniowi Stępnia Stępniem Stępniu Stępień"),
        ("Kopeć", "m", "Kopeć Kopcia Kopciowi Kopcia Kopciem Kopciu Kopeć"),
        ("Mróz", "m", "Mróz Mroza Mrozowi Mroza Mrozem Mrozie Mróz"),
        ("Kościuszko", "m", "Kościuszko Kościuszki Kościuszce Kościuszkę Kościuszką Kościuszce Kościuszko"),
        (
            "Wilk-Górski",
            "f",
            "Wilk-Górska Wilk-Górskiej Wilk-Górskiej Wilk-Górską Wilk-Górską Wilk-Górskiej Wilk-Górska",
        ),
    ],
)
def test_surnames(name: str, gender: Gender, forms: str) -> None:
    assert " ".join(decline_surname(name, gender, case) for case in CASES) == forms

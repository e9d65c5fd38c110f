"""A small help centre of a bicycle hire, in Polish and English, for the tests of answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from okienko.answers.passages import Article
from okienko.values import Language

CENTRE: tuple[tuple[str, Language, str, str, str, str], ...] = (
    (
        "kaucja",
        "pl",
        "platnosci",
        "Kiedy wraca kaucja?",
        "Zwrot kaucji po oddaniu roweru.",
        "Kaucję oddajemy w ciągu trzech dni od zwrotu roweru. Pieniądze trafiają na tę samą kartę.\n\n"
        "## Kaucja nie wróciła\n\nSprawdź wyciąg z ostatniego tygodnia, np. w aplikacji banku. Jeśli jej tam nie ma, "
        "podaj numer wypożyczenia.",
    ),
    (
        "przebita-detka",
        "pl",
        "usterki",
        "Przebita dętka",
        "",
        "Z przebitą dętką nie jedź dalej.\n\n1. Zatrzymaj się w bezpiecznym miejscu.\n"
        "2. Zgłoś usterkę w aplikacji.\n3. Poczekaj na **serwisanta** albo zostaw rower przy stacji.\n\n"
        "Naprawa jest bezpłatna.",
    ),
    (
        "rachunek",
        "pl",
        "platnosci",
        "Rachunek za wypożyczenie",
        "",
        "Rachunek za wypożyczenie wysyłamy na koniec miesiąca. Można go [pobrać](https://rowery.example/r) w koncie.",
    ),
    (
        "rower-dzieciecy",
        "pl",
        "rowery",
        "Rower dla dziecka",
        "",
        "Rowery dziecięce czekają na większych stacjach. Dziecko musi mieć kask.",
    ),
    (
        "godziny",
        "pl",
        "rowery",
        "Godziny otwarcia wypożyczalni",
        "",
        "Wypożyczalnia jest otwarta codziennie od 7 do 22. W święta zamykamy o 18.",
    ),
    (
        "zgubiony-kask",
        "pl",
        "usterki",
        "Zgubiony kask",
        "",
        "Za zgubiony kask pobieramy 60 zł. Znaleziony kask można oddać na dowolnej stacji.",
    ),
    (
        "kaucja",
        "en",
        "platnosci",
        "When does the deposit come back?",
        "",
        "We return the deposit within three days of the bike coming back. It goes to the same card, e.g. a debit card.",
    ),
    (
        "winter",
        "en",
        "rowery",
        "Can I ride in winter?",
        "",
        "Our bikes have winter tyres from December to March. Snow chains are not available.",
    ),
)


@pytest.fixture(scope="session")
def articles() -> tuple[Article, ...]:
    """Eight articles; one of them in both languages."""
    return tuple(
        Article(
            id=id_,
            language=language,
            category=category,
            version=1,
            title=title,
            description=description,
            body=body,
            published=datetime(2027, 3, 1, tzinfo=UTC),
        )
        for id_, language, category, title, description, body in CENTRE
    )

"""What the bench's customers write: words of the articles in sentences of their own, some with personal data."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

OPENINGS: Final = (
    "Dzień dobry, mam pytanie:",
    "witam",
    "hej, nie wiem co zrobić,",
    "Proszę o pomoc w sprawie:",
    "nie działa mi",
    "jak mam ustawić",
    "Czy można",
    "od wczoraj",
)
CLOSINGS: Final = ("", "z góry dziękuję", "co teraz?", "pilne", "to już drugi raz", "pozdrawiam")


def make_questions(titles: Sequence[str], many: int, chance: Random) -> list[str]:
    """`many` different messages of about 6 to 20 words; one in seven has an address or a number to be masked."""
    questions: list[str] = []
    for n in range(many):
        title = chance.choice(titles).split()
        words = chance.sample(title, k=min(len(title), chance.randint(2, 6)))
        parts = [chance.choice(OPENINGS), " ".join(title[:6]), " ".join(words).lower(), chance.choice(CLOSINGS)]
        if n % 7 == 0:
            parts.append(_personal(chance))
        questions.append(" ".join(part for part in parts if part))
    return questions


def _personal(chance: Random) -> str:
    number = chance.randint(100_000_000, 999_999_999)
    return chance.choice(
        (
            f"mój adres to klient{number}@poczta.example",
            f"proszę dzwonić pod 5{number % 100_000_000:08d}",
            f"zamówienie {number}, mail osoba.{number}@skrzynka.example",
        )
    )

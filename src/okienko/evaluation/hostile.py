"""Ten thousand characters each that make bad patterns and bad resolutions slow; nobody writes them by accident.

Used by `okienko eval masking` and by tests/masking/test_fuzz.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

LENGTH: Final = 10_000

_ROWS: Final = {  # repeated until the length is reached
    "a.a.a.": "a.a.",
    "a@a@a@": "a@",
    "at signs": "@",
    "dots": ".",
    "dashes": "-",
    "a-a-a-": "a-",
    "digits": "1234567890",
    "one digit": "0",
    "digit and space": "1 ",
    "digits in threes": "123 ",
    "digits in fours": "4556 ",
    "digits and letters": "1a2b",
    "digits and dashes": "12-34-",
    "brackets open": "(",
    "brackets closed": ")",
    "brackets around digits": "(22) ",
    "square brackets": "[",
    "placeholders": "[e-mail] ",
    "broken placeholders": "[telefon ",
    "one long word": "konstantynopolitanczykowianeczka",
    "capitals": "KONSTANTY",
    "capitalised words": "Konstanty ",
    "names in a row": "Anna Maria Nowak Jan Kowalski ",
    "surnames with hyphens": "Nowak-Kowalska-",
    "initials": "J. K. ",
    "triggers in a row": "pan pani nazywam się ",
    "street words": "ul. ulica al. os. ",
    "street and number": "ul. Lipowa 12/3 m. ",
    "postcodes": "00-950 ",
    "account rows": "PL61 1090 1014 0000 0712 1981 2874 ",
    "account beginnings": "PL61PL61",
    "checked numbers in a row": "44051401359 ",
    "cards in a row": "4556 7375 8689 9855 ",
    "labels in a row": "PESEL NIP konto karta hasło ",
    "password labels": "hasło: hasło: ",
    "dates": "12.03.1984 ",
    "IP addresses": "1.1.1.1.",
    "colons and hexadecimal": "a:b1:",
    "URLs": "https://a.b/c?d=e&f=g ",
    "URL beginnings": "http://http://",
    "spoken digits": "pięć sześć ",
    "spaced letters": "m a ł p a ",
    "percent signs": "%",
    "encoded at signs": "%40",
    "double encoding": "%2540",
    "HTML entities": "&#64;",
    "half entities": "&&#&amp;amp;",
    "zero-width characters": "\u200b",
    "zero-width between digits": "1\u200b",
    "combining marks": "a\u0301\u0301",
    "full-width": "１２＠ａ．",
    "Cyrillic and Latin": "аa",
    "emoji": "🙂👍🏽",
    "spaces": " ",
    "new lines": "\n",
    "tabs and new lines": "a\t\n",
    "NUL": "\0",
    "quotes": "'\"„”",
    "slashes": "/\\",
    "underscores": "a_",
}


def hostile_texts() -> Iterator[tuple[str, str]]:
    """Names and texts; the last are seeded random mixtures of the others' pieces."""
    for name, piece in _ROWS.items():
        yield name, (piece * (LENGTH // len(piece) + 1))[:LENGTH]
    random = Random(7)  # noqa: S311 - the same every time
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
    yield "base64", "".join(random.choice(letters) for _ in range(LENGTH))
    yield "base64 in lines", "\n".join("".join(random.choice(letters) for _ in range(76)) for _ in range(LENGTH // 77))
    yield "digits and spaces at random", "".join(random.choice("0123456789   ") for _ in range(LENGTH))
    yield "digits and marks at random", "".join(random.choice("0123456789 .-/()+") for _ in range(LENGTH))
    for number in range(1, 4):
        yield f"mixture {number}", mixture(random)


def mixture(random: Random, length: int = LENGTH) -> str:
    """Pieces of the rows above, one after the other at random, some of them many times."""
    pieces: list[str] = []
    size = 0
    rows = list(_ROWS.values())
    while size < length:
        piece = random.choice(rows)
        if random.random() < 0.2:
            piece *= random.randint(2, 200)
        if random.random() < 0.2:
            piece = piece[: random.randint(1, len(piece))]
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces)[:length]

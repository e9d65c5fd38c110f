"""Which words are names: a table of half a million forms, looked up by a hash.

The table knows every case and number of the Polish names in SGJP, names from elsewhere with and without Polish endings,
and what else a form may be. It is built by `bin/build_names.py`; nothing of it is read before the first look-up.
"""

from __future__ import annotations

import unicodedata
import zlib
from bisect import bisect_left
from typing import Final

from okienko.masking.names.files import Entry, read_table

GIVEN: Final = 1  # Anna, Zosi, Oleksandr
SURNAME: Final = 2  # Kowalskiej, Nowakom, Patel
FOREIGN: Final = 4  # known from lists of other countries only
ORDINARY_PL: Final = 8  # a Polish word as well: róża, kot, maja
ORDINARY_EN: Final = 16  # an English word as well: will, price, rose
COMMON: Final = 32  # hardly ever a name: ale, dla, jest, may
PLACE: Final = 64  # a place as well: Katarzyna, Zakopane
POPULAR: Final = 128  # one of the few hundred given names that most people have
FUNCTION: Final = 256  # a word of grammar: no name in any context
WIDESPREAD: Final = 512  # one of the thousand surnames that most people have
SIFT_BITS: Final = 7 << 22  # 3.5 MiB
THING: Final = "="  # begins, in the filter, a noun that is no person

_LETTERS: Final = str.maketrans(
    {
        **dict(zip("ąćęłńóśźżøđıðþæœß", "acelnoszzodidtaos", strict=True)),
        **dict(zip("абвгґдеєзиіїйклмнопрстуфыэьъёўћ", "abvhgdeezyiiiklmnoprstufye  eut", strict=True)),
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ю": "iu",
        "я": "ia",
        "ь": "",
        "ъ": "",
    }
)


def fold(word: str) -> str:
    """A lower-case word in the letters of the table: no diacritics, Cyrillic as in Ukrainian passports."""
    if word.isascii():
        return word
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFC", word).translate(_LETTERS))
    return "".join(character for character in plain if not unicodedata.combining(character))


def look_up(word: str) -> Entry | None:
    """What the table knows of a folded word. One in eight thousand words that are no names is taken for one."""
    table = read_table()
    key = zlib.crc32(word.encode())
    place = bisect_left(table.keys, key)
    if place == len(table.keys) or table.keys[place] != key:
        return None
    return table.entries[table.kinds[place]]


def is_ordinary(word: str) -> bool:
    """Whether a folded word is found in a Polish or English dictionary or is a place. Wrong for one stranger in 100.

    Three million forms in a Bloom filter; asked only where a name is expected and stands in no table.
    """
    sift = read_table().sift
    if len(word) > 6 and word.startswith(("nie", "naj")) and is_ordinary(word[3:]):
        return True
    return all(sift[place >> 3] >> (place & 7) & 1 for place in sift_places(word))


def is_thing(word: str) -> bool:
    """Whether a folded word is a Polish noun for a thing. Wrong for one other word in 100."""
    sift = read_table().sift
    return all(sift[place >> 3] >> (place & 7) & 1 for place in sift_places(THING + word))


def sift_places(word: str) -> tuple[int, int, int, int]:
    """Its four places in the filter."""
    data = word.encode()
    one, other = zlib.crc32(data), zlib.crc32(data[::-1], len(data))
    return (one % SIFT_BITS, (one + other) % SIFT_BITS, (one + 2 * other) % SIFT_BITS, (one + 3 * other) % SIFT_BITS)


def base(word: str, rule: str) -> str:
    """The base form that a rule of an entry makes of a word: `kowalskiego`, `3` gives `kowalski`."""
    cut = 0
    while cut < len(rule) and rule[cut].isdigit():
        cut += 1
    return word[: len(word) - int(rule[:cut])] + rule[cut:] if cut else word

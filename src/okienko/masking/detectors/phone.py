"""Telephone numbers: Polish in any grouping, international with their code, foreign by shape or in context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import phonenumbers

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import AMOUNT, CALL, GOODS, NUMBERED, ORDER, kind_of
from okienko.masking.reading import LONG, Reading, Run

LABEL: Final = "PHONE_NUMBER"

# Mobile prefixes and area codes of the Polish numbering plan (UKE); 80x and 70x are shared-cost and premium lines.
_POLISH: Final = re.compile(
    r"(?:4[569]|5[0137]|6[069]|7[02389]|8[08]"
    r"|1[2-8]|2[2-69]|3[2-49]|4[1-468]|5[24-689]|6[1-357]|7[14-7]|8[1-79]|9[145])[0-9]{7}"
)
_AMERICAN: Final = re.compile(r"1?[2-9][0-9]{2}[2-9][0-9]{6}")
_POLISH_SHAPES: Final = frozenset(
    {(9,), (3, 3, 3), (2, 3, 2, 2), (2, 2, 2, 2, 1), (1,) * 9, (2, 7), (3, 6), (6, 3), (3, 2, 2, 2), (2, 2, 2, 3)}
    | {(1, 2, 2, 2, 2), (3, 4, 2), (4, 5), (5, 4), (2, 3, 4), (2, 4, 3), (4, 3, 2)}
)
_AMERICAN_SHAPES: Final = frozenset({(3, 3, 4), (1, 3, 3, 4)})
_BRITISH_SHAPES: Final = frozenset({(5, 6), (5, 3, 3), (4, 3, 4), (3, 4, 4)})
_POLISH_PREFIXES: Final = ("", "48", "0048", "0")
_MOST_ASKED: Final = 16
_REGIONS: Final = ("PL", "US", "GB", "DE", "UA")
_VETOES: Final = frozenset({ORDER, GOODS, AMOUNT})
_MOST_APART: Final = 4  # words between a label and its number
_NOT_ASKED: Final = frozenset({ORDER, GOODS, AMOUNT, "IBAN_CODE", "PL_PESEL", "PL_NIP", "PL_REGON", "CREDIT_CARD"})
_GLUED_LABEL: Final = re.compile(r"(?:tel|telefon|telefonu|kom|nr|numer|phone|mob|na|pod|to|i|oraz|and|call)$")
_CODED: Final = re.compile(r"[0-9][A-Za-z]{1,5}[./_-]$|[/_]$|[A-Z][.-]$")
_LAST_WORD: Final = re.compile(r"[^\W\d_]+$")
_WORDS: Final = re.compile(r"[^\W\d_]++")
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_EXTENSION: Final = re.compile(r",? ?\(?(?:wewn?[a-z]*|w|ext|extension|x)[ .:]{0,3}(?:nr )?[0-9]{1,5}(?![0-9/])\)?")


def find(reading: Reading) -> Iterator[Hit]:
    runs = reading.long
    if not runs:
        return
    # Asking a country's plan costs 50 µs. A message with a page of numbers gets all of them masked unasked.
    ask = len(runs) <= _MOST_ASKED
    for run in runs:
        for hit in _numbers(reading, run, ask=ask):
            extension = _EXTENSION.match(reading.folded, hit.end, hit.end + 16)
            yield replace(hit, end=extension.end()) if extension else hit


def _numbers(reading: Reading, run: Run, *, ask: bool) -> Iterator[Hit]:
    opening = reading.text[max(0, run.start - 3) : run.start].rstrip(" (")
    plus = opening.endswith("+")
    name = run.name
    if not plus and (run.linked or (name.direct in _VETOES and not _called_before(run))):
        return
    named = name.kind == LABEL and name.between <= _MOST_APART
    sure = named or (name.kind in {CALL, NUMBERED} and name.between <= _MOST_APART)
    if not sure and not plus and _part_of_code(reading, run):
        return
    free = 0  # the first group that no number has taken yet
    if plus or run.digits.startswith("00"):
        found = _international(run, plus=plus, ask=ask)
        if found is not None:
            last, value = found
            start = _bracket(reading, reading.text.rindex("+", 0, run.start) if plus else run.start, run.ends[last])
            yield Hit(label=LABEL, start=start, end=run.ends[last], value=value, rank=Rank.CERTAIN)
            free = last + 1
    while free < len(run.starts):
        first = free
        free += 1
        found = _polish(run, first, loose=sure and first == 0) or _foreign(
            run, first, ask=ask and sure and first == 0 and name.kind not in _NOT_ASKED
        )
        if found is not None:
            last, value = found
            rank = Rank.LABELLED if sure and first == 0 else Rank.SHAPE
            yield Hit(
                label=LABEL,
                start=_bracket(reading, run.starts[first], run.ends[last]),
                end=run.ends[last],
                value=value,
                rank=rank,
            )
            free = last + 1
            named = sure = False
    if (named or (sure and not ask)) and not plus and len(run.digits) <= 15:
        # Called a telephone, but no plan knows it: a digit may be missing, or it lacks its area code.
        yield Hit(
            label=LABEL, start=_bracket(reading, run.start, run.end), end=run.end, value=run.digits, rank=Rank.SHAPE
        )


def _called_before(run: Run) -> bool:
    """Whether it is a telephone in spite of the order in front of it: `kontakt w sprawie zamówienia: 601 156 759`."""
    apart = run.context.rstrip().endswith((":", "-")) or run.lengths == (3, 3, 3)
    return apart and run.name.direct == ORDER and any(kind_of(word) == LABEL for word in _WORDS.findall(run.context))


def _bracket(reading: Reading, start: int, end: int) -> int:
    """The start of `(22) 558 45 80`, brackets included."""
    return start - 1 if start and reading.text[start - 1] == "(" and ")" in reading.text[start:end] else start


def _part_of_code(reading: Reading, run: Run) -> bool:
    """Digits that are glued to letters of a code (`RR483101208PL`), not to a word (`tel601…zadzwoń`)."""
    if _CODED.search(reading.text, max(0, run.start - 12), run.start) is not None:
        word = _LAST_WORD.search(reading.text[max(0, run.start - 13) : run.start - 1])
        if word is None or not kind_of(word.group().lower()):
            return True
    before = _LAST_WORD.search(reading.text[max(0, run.start - 12) : run.start])
    if before is not None:
        word = before.group()
        if not (_GLUED_LABEL.search(word.lower()) or (len(word) > 2 and word.islower())):
            return True
    after = _FIRST_WORD.match(reading.text, run.end, run.end + 12)
    return after is not None and (len(after.group()) < 2 or (after.group().isupper() and not reading.text.isupper()))


def _polish(run: Run, first: int, *, loose: bool) -> tuple[int, str] | None:
    """A number of the Polish plan from a group on, with or without 48, 0048 or a leading zero: last group, E.164."""
    seen = run.before[first]
    for prefix in _POLISH_PREFIXES:
        last = run.group_ending.get(seen + len(prefix) + 9)
        if last is None or not run.digits.startswith(prefix, seen):
            continue
        number = run.digits[seen + len(prefix) : seen + len(prefix) + 9]
        if not _POLISH.fullmatch(number):
            continue
        shape = run.shape(first, last)
        if loose and last == len(run.starts) - 1:
            known = True
        elif prefix:  # glued to the first group, or a group of its own
            known = len(shape) == 1 or shape[0] in {len(prefix), len(prefix) + 2, len(prefix) + 3}
        else:
            known = shape in _POLISH_SHAPES and (shape[-1] != 1 or shape[0] != 1 or len(run.digits) == 9)
        if known:
            return last, "+48" + number
    return None


def _foreign(run: Run, first: int, *, ask: bool) -> tuple[int, str] | None:
    """A number of another country: by its shape, or by a few countries' plans when a word calls it a telephone."""
    seen = run.before[first]
    for length in (10, 11):
        last = run.group_ending.get(seen + length)
        if last is None:
            continue
        digits = run.digits[seen : seen + length]
        shape = run.shape(first, last)
        if shape in _AMERICAN_SHAPES and _AMERICAN.fullmatch(digits):
            return last, "+1" + digits[-10:]
        if shape in _BRITISH_SHAPES and digits.startswith(("01", "02", "07")):
            return last, "+44" + digits[1:]
    if ask:
        for length in (11, 10, 12, 9, 8):
            last = run.group_ending.get(seen + length)
            if last is not None:
                value = _valid_anywhere(run.digits[seen : seen + length])
                if value is not None:
                    return last, value
    return None


def _international(run: Run, *, plus: bool, ask: bool) -> tuple[int, str] | None:
    """A number with its country's code: the longest row of groups that is valid, else what could be one."""
    skip = 0 if plus else 2
    digits = run.digits[skip : skip + 15]
    ends = [(size, run.group_ending[skip + size]) for size in range(15, 6, -1) if skip + size in run.group_ending]
    if digits.startswith("48"):
        for length, last in ends:
            if length == 11 and _POLISH.fullmatch(digits, 2, 11):
                return last, "+" + digits[:11]
    for length, last in ends if ask else ():
        value = _valid("+" + digits[:length], None)
        if value is not None:
            return last, value
    if plus and ends and ends[0][0] >= 8:
        return ends[0][1], "+" + digits[: ends[0][0]]
    return None


def _valid_anywhere(digits: str) -> str | None:
    for region in _REGIONS:
        value = _valid(digits, region)
        if value is not None:
            return value
    return None


def _valid(number: str, region: str | None) -> str | None:
    """The number in E.164 if its country's plan knows it."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=LONG,
    rows=True,
    yes=(
        ("nr 601156759 proszę", ("601156759",)),
        ("nr 660 870 649, 730-440-627 albo 537.274.291", ("660 870 649", "730-440-627", "537.274.291")),
        ("73 07 31 78 2", ("73 07 31 78 2",)),
        ("+48 793 612 095 i 0048537478844", ("+48 793 612 095", "0048537478844")),
        ("(12) 558 45 80", ("(12) 558 45 80",)),
        ("6 0 1 7 1 4 7 7 5", ("6 0 1 7 1 4 7 7 5",)),
        ("+380 67 138 99 72 lub +49 151 27252395", ("+380 67 138 99 72", "+49 151 27252395")),
        ("Please call me back on 2125368946 after five", ("2125368946",)),
        ("(415) 555-5417 or 07700 900260", ("(415) 555-5417", "07700 900260")),
        ("tel601156759zadzwoń", ("601156759",)),
        ("６６０５３５１４８", ("６６０５３５１４８",)),
        ("660870649/730440627", ("660870649", "730440627")),
        ("przesyłka nie dotarła, tel. 601 156 759", ("601 156 759",)),
        ("tel. 55 123 45", ("55 123 45",)),
        ("(+48) 601 156 759 i (0-22) 558 45 80", ("(+48) 601 156 759", "(0-22) 558 45 80")),
        ("6O1 l56 759", ("6O1 l56 759",)),
        ("601,156,759 albo 601*156*759", ("601,156,759", "601*156*759")),
        ("020 7946 0958 is mine", ("020 7946 0958",)),
        ("telefon do zamówienia: 601156759", ("601156759",)),
        ("moj nr telfonu 6011567 59", ("6011567 59",)),
        ("5I6 0z5 486", ("5I6 0z5 486",)),
        ("502 133 211 to mój nr", ("502 133 211",)),
        ("Gdzie jest moja paczka? 601156759", ("601156759",)),
        ("Proszę o kontakt w sprawie zamówienia: 601156759", ("601156759",)),
        ("tel. 22 558 45 80 wew. 12", ("22 558 45 80 wew. 12",)),
        ("0151 27252395 ist meine Handynummer", ("0151 27252395",)),
        ("call me on 415-555-5417 ext. 204", ("415-555-5417 ext. 204",)),
    ),
    no=(
        "Zamówienie nr 60578749 miało",
        "zamówienie 601156759",
        "Część o numerze katalogowym 787-4868-05",
        "Status paczki RR483101208PL nie zmienił się",
        "Zapłaciłem 1934,45 zł za 3 sztuki",
        "od 12.07.2026 do 2026-07-13",
        "wymiary 681x189x84 cm",
        "wersja 19.5.9.228",
        "Rozdzielczość 2480x935",
        "kompilacja 13929.20386, telewizor 13929.20386",
    ),
)

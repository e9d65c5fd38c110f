"""Who is a person: words that the table knows as names, read with what stands around them.

A word is weighed by what else it may be, by its capital, by its neighbours (given name and surname, initials, hyphens)
and by words that announce a name: `pani`, `nazywam się`, `mąż`, `odbiorca:`, `Regards`. Messages mix Polish and
English, so one pass knows the words of both. Linear: each word is looked at a fixed number of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from okienko.masking.detector import Hit, Rank
from okienko.masking.names.announced import announced
from okienko.masking.names.codes import (
    AMBIGUOUS,
    ANNOUNCES,
    BEGINS,
    CODES,
    NAME,
    SMALL,
    SURE,
    entry_of,
    given_level,
    surname_level,
)
from okienko.masking.names.lexicon import GIVEN, SURNAME, base, fold
from okienko.masking.names.message import Message
from okienko.masking.names.shapes import by_form
from okienko.masking.names.slips import mended, unglued
from okienko.masking.reading import Reading

LABEL: Final = "PERSON"
_LOOKED_AT: Final = ANNOUNCES | BEGINS
_CLOSELY: Final = ANNOUNCES | SMALL
_MOST_MENDED: Final = 24  # words of a reading that may be mistyped names
_CROWD: Final = 160  # places of a reading that are looked at closely; a letter of 4,000 signs has a third of them
_LONGEST: Final = 40  # words of a name in a crowd


def people(reading: Reading) -> Iterator[Hit]:
    """Names in a reading, from left to right and without overlaps."""
    text, words, starts = reading.text, reading.words, reading.starts
    apart = unglued(text, words, starts)
    if apart is not None:
        words, starts = apart
    codes = list(map(CODES.__getitem__, words))
    if 0 in codes:
        strange = [
            place for place, code in enumerate(codes) if not code and not text[(at := starts[place]) : at + 2].islower()
        ]
        for place in strange[:_MOST_MENDED]:
            codes[place] = mended(words[place])
    places = [
        place
        for place, code in enumerate(codes)
        if code & _LOOKED_AT
        and (code & _CLOSELY or not ((begins := text[(at := starts[place]) : at + 2]).islower() or begins == "I "))
    ]
    if not places:
        return
    message = Message(text, words, starts, codes)
    for place in places[:_CROWD]:
        if place < message.done:
            continue
        code = codes[place]
        found = announced(message, place) if code & ANNOUNCES else None
        if found is not None:
            first, end, rank = found
        elif code & BEGINS and (code & SMALL or message.capital(place) or message.shouted):
            span = by_form(message, place)
            if span is None:
                continue
            (first, end), rank = span, Rank.SHAPE
        else:
            continue
        while end < message.count and codes[end] & NAME and message.gap(end) == "-":
            end += 1  # however long the row: its rest would be found only when this is painted over
        message.done = end
        yield _hit(message, first, end, rank)
    if len(places) > _CROWD:
        yield from _crowd(message, places[_CROWD:])


def _crowd(message: Message, places: Sequence[int]) -> Iterator[Hit]:
    """The rest of a page that is full of names: whatever is one by itself, and with a capital whatever may be one."""
    codes = message.codes
    first = end = message.done
    for place in places:
        level = max(given_level(codes[place]), surname_level(codes[place]))
        if place < end or level < (AMBIGUOUS if message.capital(place) else SURE):
            continue
        if place > end or end - first >= _LONGEST:
            if first < end:
                yield _hit(message, first, end, Rank.SHAPE)
            first = place
        end = place + 1
    if message.done <= first < end:
        yield _hit(message, first, end, Rank.SHAPE)


def _hit(message: Message, first: int, end: int, rank: Rank) -> Hit:
    """The span, and the base forms, given names first: equal for all cases of a name."""
    given: list[str] = []
    surnames: list[str] = []
    codes = message.codes
    reversed_ = codes[first] & NAME == SURNAME and bool(codes[end - 1] & GIVEN)  # Kowalski Jan
    for place in range(first, end):
        word = fold(message.words[place])
        entry = entry_of(word)
        code = codes[place]
        last = place + 1 == end and end - first > 1 and not reversed_
        if entry is None or not (entry.given or entry.surname):
            surnames.append(word)
        elif entry.given and (not entry.surname or (not last and given_level(code) >= surname_level(code))):
            given.append(base(word, entry.given))
        else:
            surnames.append(base(word, entry.surname))
    return Hit(
        label=LABEL,
        start=message.starts[first],
        end=message.end(end - 1),
        value=" ".join(given + surnames),
        rank=rank,
    )

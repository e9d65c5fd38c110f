"""Dates of birth: what a word for birth says, and full dates that lie so far back that hardly anything else is meant.

Without such a word only a year up to `LATEST_YEAR` counts. Detectors are pure and ask no clock, so the year is written
down, 13 years before the last look at it; a test says when it has grown old. Until then it errs by keeping a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.places import listed, slips
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "DATE_OF_BIRTH"
LATEST_YEAR: Final = 2013  # of a date without a word for birth
_EARLIEST_YEAR: Final = 1900

_MONTH: Final = (
    r"(?:stycz(?:nia|en|niu)|styc?|lut(?:ego|y|ym)?|mar(?:ca|zec|cu)?|kwie(?:tnia|cien|tniu)|kwi|maj[au]?|czerw(?:ca"
    r"|iec|cu)|cze|czer"
    r"|lip(?:ca|iec|cu)?|sierp(?:nia|ien|niu)?|wrze(?:snia|sien|sniu)|wrz|paz(?:dziernika|dziernik|dzierniku|dz)?"
    r"|list?(?:opada|opad|opadzie)?|gru(?:dnia|dzien|dniu|dz)?"
    r"|jan(?:uary)?|feb(?:ruary)?|march|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR: Final = r"(?:[12][0-9]{3}|['’]?[0-9]{2})"
_TAIL: Final = r"(?: ?r(?:oku|\.)?(?!\w)|(?![\w]|[./-][0-9]|,[0-9]))"
_DAY: Final = r"[0-3]?[0-9](?:st|nd|rd|th|-?e?go|\.)?"
_OPEN: Final = r"(?<![\w/,.+-])"
# Full dates: numbers in either order, roman months, months' names. Read from a number on, or from the month before it.
_DATE: Final = re.compile(
    (
        rf"(?:[0-3]?[0-9o] ?[./,-] ?[0-3]?[0-9o] ?[./,-] ?(?P<last>{_YEAR})"
        rf"|(?P<first>[12][0-9]{{3}}) ?[./-] ?[0-3]?[0-9] ?[./-] ?[0-3]?[0-9]"
        rf"|{_DAY}[ .-]{{0,2}}(?:xii|xi|x|ix|viii|vii|vi|v|iv|iii|ii|i)[ .-]{{1,2}}(?P<roman>[12][0-9]{{3}})"
        rf"|{_DAY}(?: of)?[ .-]{{0,2}}{_MONTH}[ ,.-]{{0,3}}(?P<named>{_YEAR})"
        rf"|{_DAY}(?: of)?[ .-]{{0,2}}(?P<month>[a-z]{{3,14}})[ ,.-]{{1,3}}(?P<mistyped>[12][0-9]{{3}})"
        rf"|[0-3]?[0-9] {{1,2}}[01]?[0-9] {{1,2}}(?P<spaced>(?:19|20)[0-9]{{2}}))"
    )
    + _TAIL
)
_MONTH_FIRST: Final = re.compile(rf"(?<![a-z]){_MONTH}[ .-]{{1,2}}{_DAY}[ ,.-]{{1,3}}(?P<named>{_YEAR}){_TAIL}")
_MONTHS_FIRST: Final = listed(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec
    """
)
# What only a word for birth makes a date: eight digits, a day and a month, a year, a day in words.
_ORDINAL: Final = (
    r"(?:(?:dwudziest[a-z]+|trzydziest[a-z]+) )?(?:pierwsz|drug|trzeci|czwart|piat|szost|siodm|osm|dziewiat|dziesiat"
    r"|jedenast|dwunast|trzynast"
    r"|czternast|pietnast|szesnast|siedemnast|osiemnast|dziewietnast|dwudziest|trzydziest)[a-z]{1,3}"
)
_PARTIAL: Final = re.compile(
    rf"{_OPEN}(?:[0-9]{{8}}(?![0-9])|[0-9]{{6}}(?![0-9])"
    r"|[0-3]?[0-9] [0-3]?[0-9] (?:[12][0-9])?[0-9]{2}(?![0-9])"
    rf"|{_DAY}(?: of)? ?{_MONTH}(?![\w])|(?<![a-z]){_MONTH} {_DAY}(?![\w])"
    rf"|{_DAY} ?[ivx]{{1,4}}(?:[ .-]{{1,2}}[0-9]{{2,4}}(?: ?r\.?)?)?(?![\w])"
    r"|[0-3]?[0-9][./-][0-1]?[0-9](?![\w]|[./-][0-9]| ?(?:zl|szt))|(?:19|20)[0-9]{2}(?![\w]|[./-][0-9])(?: ?r(?:oku"
    r"|\.|(?!\w)))?|['’][0-9]{2}(?![0-9])"
    rf"|(?<![a-z]){_MONTH} (?:19|20)[0-9]{{2}}(?![0-9]))"
    rf"|(?<![a-z]){_ORDINAL} {_MONTH}(?: [12][0-9]{{3}}| (?:tysiac|dwa tysiace|dwutysieczn)[a-z ]{{0,48}}?(?:roku"
    rf"|ego|ego roku)(?![a-z]))?(?: ?r(?:oku|\.|(?!\w)))?"
)
# Words for birth, and what fast fingers make of them.
_BIRTH: Final = listed(
    """
    urodzenia urodzeniem urodzeniu urodzenie urodzen urodzony urodzona urodzone urodzonego urodzonej urodzonym urodzil
    urodzila urodzilem urodzilam urodzilo urodzili dataurodzenia birth birthdate born dob ur narodzin bday
    """
)
_PARTY: Final = listed("urodzin urodziny urodzinach urodzinami urodzinom birthday birthdays bday")
_SLIPPED: Final = {slip for word in _BIRTH if len(word) > 4 for slip in slips(word) if slip[0] == word[0]}
_SLIPPED_PARTY: Final = {
    slip
    for word in _PARTY
    if len(word) > 6
    for slip in slips(word)
    if slip[0] == word[0]  # not `rodziny`
} - _SLIPPED
# Those that are read together with what stands behind them.
_LONGER: Final = re.compile(
    r"(?P<party>birth ?days?|b-day)(?![a-z])|ur(?=\.? ?[0-9:w'’])\.?|(?:d\.? ?o\.? ?b|birth ?dates?|birth)(?![a-z])"
)
_BEGINS: Final = listed("ur d b birth birthdate birthday birthdays")
_COHORT: Final = re.compile(
    r"(?<![a-z])(?:jestem|moj|mojego|ja)(?: to| z)? rocznik(?:a|iem)? ?:? ?(?P<year>(?:19|20)?[0-9]{2})(?![0-9])"
)
# One of these words stands in everything that is not a full date with its day in front; `d` is for `D.O.B.`.
_SAID: Final = _BIRTH | _PARTY | _SLIPPED | _SLIPPED_PARTY | _BEGINS
_TRIGGERS: Final = _SAID | _MONTHS_FIRST | listed("rocznik rocznika rocznikiem")
# What every full date has at its first number. Begins with one plain class, so that `re` skips text without digits at
# full speed.
_MAYBE_DATE: Final = re.compile(
    r"[0-9](?<![0-9].)[0-9]{0,3}+(?:o? ?[./,-] ?[0-9o]{1,2} ?[./,-] ?['’]?(?:[0-9]{2}){1,2}(?![0-9]|[./-][0-9])"
    r"|(?:st|nd|rd|th|-?e?go)?+\.?+(?: of)?+[ .-]{0,2}+(?:sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paz|lis|gru"
    r"|jan|feb|apr|may|jun|jul|aug|sep|oct|nov|dec|[ivx]{1,4}[ .-]{1,2}[12]))"
)
_REACH: Final = 56  # characters from a word for birth to its date
_SHORT_REACH: Final = 28  # to what is a date only because of it
_SENTENCE: Final = re.compile(r"[.!?](?=\s+[^\W\d_]{3})|\n\n")
_NEXT: Final = re.compile(
    r"[ ,;:()/-]*(?:(?:na|a|i|nie|lub|albo|not|to|and|or|zamiast|instead|of|jest|is|powinno|byc|should|be|was"
    r"|bylo)[ ,:]+){0,3}"
)
_PARTY_LINK: Final = re.compile(
    r"[ ,:=-]*(?:(?:mam|ma|mamy|obchodze|obchodzi|sa|jest|is|are|on|w|dniu|przypada[a-z]*|dnia|the|was|falls|to"
    r"|meine|syna|corki|zony|meza|mojego)[ ,:]+){0,3}"
)
_AFTER: Final = re.compile(
    r"[ ,()-]{1,3}(?:(?:to|is|jest|as|moja|moj|my|the|data|date|of)[ ]){0,4}(?:urodz(?!in)|ur\.|dob(?![a-z])|birth"
    r"|born|data ur)"
)
_OTHER: Final = re.compile(
    r"(?<![a-z])(?:z dnia|dnia|kupi|zakup|zamow|faktur|wydan|premier|film|album|ustaw|dyrektyw|rozporzadz|wersj"
    r"|aktualiz|gwaranc|umow"
    r"|rachun|wazn|releas|version|issued|bought|purchas|order|invoice|update|modif|publi|founded|expir|warrant|since"
    r"|copyright|powsta|wygas|termin)"
    r"[a-z]*+(?: [a-z]{1,10}){0,2}[ :.(]{1,3}$|(?<![a-z])(?:od|do|until|till|after|przed)[ ]$"
)
_YEAR_ONLY: Final = re.compile(r"['’]?[0-9]{2,4}(?: ?r(?:oku|\.)?)?")
_YEAR_LINK: Final = re.compile(
    r"[ :,.()-]{0,4}(?:(?:in|w|roku|rok|to|is|was|of|sie|year|the|jest|mam)[ :,.-]{1,3}){0,3}"
)
_INSIDE: Final = re.compile(r"[\w/,.+-]")
_GOES_ON: Final = re.compile(r"[ .-]{0,3}[a-z]|,[0-9]")
_SIZES: Final = (1, 2, 4)  # of the first number of a date
_MOST_LOOKED_AT: Final = 256  # numbers in one reading; no message has more
_LONGEST: Final = 32  # characters of a date
_PIECE: Final = re.compile(r"[^\W_]+")


class _Said(NamedTuple):
    """A word for birth."""

    end: int
    party: bool  # birthdays are celebrated, too


def find(reading: Reading) -> Iterable[Hit]:
    trigger = not _TRIGGERS.isdisjoint(reading.words)
    said = list(_said(reading)) if trigger else []
    hits = [*_cohort(reading), *_partial(reading, said)] if trigger else []
    if reading.runs and (trigger or _MAYBE_DATE.search(reading.folded) is not None):
        hits += _full(reading, said)
    return hits


def _said(reading: Reading) -> Iterator[_Said]:
    """Words for birth, by place."""
    places = [place for place, word in enumerate(reading.words) if word in _SAID]
    for place in places[:_MOST_LOOKED_AT]:
        word = reading.words[place]
        if word in _BEGINS:
            longer = _LONGER.match(reading.folded, reading.starts[place])
            if longer is not None:
                yield _Said(longer.end(), longer["party"] is not None)
            elif word == "ur" and place and reading.words[place - 1] in {"data", "date", "daty"}:
                yield _Said(reading.starts[place] + len(word), False)
        else:
            yield _Said(reading.starts[place] + len(word), word in _PARTY or word in _SLIPPED_PARTY)


def _cohort(reading: Reading) -> Iterator[Hit]:
    """`jestem rocznik 85`."""
    if "rocznik" in reading.folded:
        for cohort in _COHORT.finditer(reading.folded):
            yield _hit(reading, cohort.start("year"), cohort.end())


def _partial(reading: Reading, said: list[_Said]) -> Iterator[Hit]:
    """What is a date only because of the word before it: a year, a day and a month, eight digits, words."""
    folded = reading.folded
    for number, word in enumerate(said):
        end = said[number + 1].end if number + 1 < len(said) else len(folded)
        if not word.party:
            partial = _PARTIAL.search(folded, word.end, min(end, word.end + _SHORT_REACH + 32))
            if partial is not None and _YEAR_ONLY.fullmatch(partial.group()):
                linked = _YEAR_LINK.fullmatch(folded, word.end, partial.start()) is not None
            else:
                linked = partial is not None and _linked(folded, word.end, partial.start(), _SHORT_REACH)
            if partial is not None and linked:
                yield _hit(reading, *partial.span())
        else:
            link = _PARTY_LINK.match(folded, word.end, min(end, word.end + _REACH))
            partial = _PARTIAL.match(folded, link.end(), min(end, link.end() + 32)) if link else None
            if partial is not None and not _YEAR_ONLY.fullmatch(partial.group()):
                yield _hit(reading, *partial.span())


def _dates(reading: Reading, said: list[_Said]) -> Iterator[re.Match[str]]:
    """Full dates, by place and without overlaps."""
    folded = reading.folded
    behind = {word.end for word in said}  # `data urodzenia14.11.1955`
    done = looked_at = 0
    for run in reading.runs:
        if looked_at > _MOST_LOOKED_AT:
            return
        if run.start < done or (run.end - run.start > 2 and run.written.isdigit()):
            continue
        month = folded[max(0, run.start - 12) : run.start].rstrip(" .-").rpartition(" ")[2].lstrip("(:,")
        if month in _MONTHS_FIRST:  # `March 12th, 1985`
            begin = folded.rindex(month, 0, run.start)
            date = _MONTH_FIRST.match(folded, begin, begin + _LONGEST)
            if date is not None:
                yield date
                done = date.end()
                continue
        for first, start in enumerate(run.starts):
            end = run.ends[first]
            last = first + 1 == len(run.starts)
            if start < done or end - start not in _SIZES or (last and not _GOES_ON.match(folded, end)):
                continue
            looked_at += 1
            date = _DATE.match(folded, start, start + _LONGEST)
            if date is not None and (not start or start in behind or not _INSIDE.match(folded, start - 1, start)):
                yield date
                done = date.end()


def _full(reading: Reading, said: list[_Said]) -> Iterator[Hit]:
    """Full dates: the first after each word for birth, those that follow it directly, and those long ago."""
    folded = reading.folded
    waiting = iter(said)
    word = next(waiting, None)
    last = -1  # where the last date of birth ended
    for date in _dates(reading, said):
        start, end = date.span()
        plain, year = _year(date)
        ago = plain and _EARLIEST_YEAR <= year <= LATEST_YEAR
        if not ago and not said:
            continue
        named = False
        while word is not None and word.end <= start:
            named = named or ((not word.party or ago or year < 100) and _linked(folded, word.end, start, _REACH))
            word = next(waiting, None)
        named = named or (last >= 0 and _NEXT.fullmatch(folded, last, start) is not None)
        named = named or (bool(said) and _AFTER.match(folded, end, end + 40) is not None)
        if named or (ago and not _OTHER.search(reading.before(start))):
            last = end if named else last
            yield _hit(reading, start, end)


def _year(date: re.Match[str]) -> tuple[bool, int]:
    """Its year, and whether it is a date even where no word for birth says so: not `5 razy 1985`, `12 10 1985`."""
    parts = date.groupdict()
    plain = not parts.get("mistyped") and not parts.get("spaced")
    year = next(parts[name] for name in ("last", "first", "roman", "named", "mistyped", "spaced") if parts.get(name))
    return plain, int(year.strip("'’"))


def _linked(folded: str, end: int, start: int, reach: int) -> bool:
    """Whether what stands between a word for birth and a date leaves them together."""
    return start - end <= reach and FILLER not in folded[end:start] and not _SENTENCE.search(folded, end, start)


def _hit(reading: Reading, start: int, end: int) -> Hit:
    value = " ".join(_PIECE.findall(reading.folded, start, end))
    return Hit(label=LABEL, start=start, end=end, value=value, rank=Rank.LABELLED)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_TRIGGERS,
    digits=1,
    yes=(
        ("ur. 12.03.1985 w Łodzi", ("12.03.1985",)),
        ("data urodzenia: 6.3.89, proszę", ("6.3.89",)),
        ("urodzona 12 marca 1985 r. w Łodzi", ("12 marca 1985 r.",)),
        ("złą datę urodzenia, powinno być 28 lipca 1994, tak", ("28 lipca 1994",)),
        ("urodziłem się 12 III 1985", ("12 III 1985",)),
        ("urodzony w 1985 roku", ("1985 roku",)),
        ("syn urodził się 5.05.2024", ("5.05.2024",)),
        ("data urodzenia 12031985", ("12031985",)),
        ("mam urodziny 12 marca", ("12 marca",)),
        ("jestem rocznik 85", ("85",)),
        ("1985-03-12 to moja data urodzenia", ("1985-03-12",)),
        ("DOB 12/3/85", ("12/3/85",)),
        ("I was born on March 12th, 1985 in Leeds", ("March 12th, 1985",)),
        ("date of birth is 12 Mar '85", ("12 Mar '85",)),
        ("my birthday is the 12th of March", ("12th of March",)),
        ("PESEL nie, ale 12.03.1985 tak", ("12.03.1985",)),
        ("nie 12.03.1985, data urodzenia to 13.03.1985", ("12.03.1985", "13.03.1985")),
        ("urodzony dwunastego marca 1985 roku", ("dwunastego marca 1985 roku",)),
    ),
    no=(
        "zamówienie z 12.03.2026, dostawa 2026-03-15",
        "kupione 12.03.2012 w sklepie",
        "film z 1985 roku",
        "prezent na urodziny, odbiór 12.03.2026",
        "promocja od 15.7 do 16.7",
        "wersja 19.5.9.228",
        "May 2026, June 12",
        "faktura z dnia 12.03.2010",
        "data urodzenia jest błędna",
        "I was born in Leeds, order 12345",
    ),
)

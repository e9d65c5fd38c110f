"""From what somebody typed to text that may be stored.

The road does it in two steps: `find` outside any transaction, since it costs time and needs nothing; then `render`,
which needs the numbers that the conversation has given out, and those only when something is to be vaulted. `mask`
does both.

Placeholders that stand in the text already (somebody typed `[e-mail]`, or the text was masked before) stay as they are,
so masking masked text changes nothing. A typed one can only ever name a value of the same conversation; new values of
the same message never take its number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from okienko.keys import Keys
from okienko.masking.detector import Hit, Rank
from okienko.masking.detectors import DETECTORS
from okienko.masking.kinds import ENTITIES, Fate, placeholder
from okienko.masking.normalise import normalise
from okienko.masking.panel import Panel
from okienko.masking.reading import FILLER, MOST_LONG, fold, read
from okienko.masking.resolve import START, resolve
from okienko.values import Language, MaskedText, OperatorError, RawText

_CHUNK: Final = 4096  # characters read at once
_SHORT: Final = 512  # characters; a text that is always read anew as a whole
_AROUND: Final = 160  # characters on each side of what is read anew in a longer one
_OVERLAP: Final = 512  # half of it on each side: longer than any context or identifier
_ROUNDS: Final = 12  # what is found is painted over and the rest read again; texts that are no attack need two
_LONGEST_PIECE: Final = 320  # characters without a space; the longest links have fewer
_DENSE: Final = 32  # places to read again; no message has more, and of a text with more the rest goes unread
_PAINTED: Final = re.compile(f"{FILLER}++")
_DIGITS: Final = re.compile(r"[0-9]")
_NEAR: Final = 12  # characters beside what was painted
_MARKS: Final = ".,;:!?()\"'„”"
_PIECE: Final = re.compile(r"\S++")
_REST: Final = re.compile(rf"[^\s{FILLER}]++")

_WORDS: Final = {word: entity.label for entity in ENTITIES.values() for word in (entity.pl, entity.en)}
_PLACEHOLDER: Final = re.compile(
    rf"\[({'|'.join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))})(?: ([1-9][0-9]{{0,8}}))?\]"
)


class MaskingFailed(OperatorError):
    """A text could not be masked and must not be stored. Carries neither the text nor the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One span of the original text, `start` included and `end` not, and its value in canonical form."""

    label: str
    start: int
    end: int
    value: str = field(repr=False)
    why: str = field(default="", repr=False)  # filled in only when an explanation was asked for

    @property
    def fate(self) -> Fate:
        """What becomes of it."""
        return ENTITIES[self.label].fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything found in one text, by place and without overlaps; kept kinds included."""

    spans: tuple[Finding, ...] = ()

    @property
    def vaulted(self) -> tuple[Finding, ...]:
        """What goes to the vault, so that `render` needs the conversation's numbers."""
        return tuple(span for span in self.spans if span.fate is Fate.VAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vaulted:
    """A value that the conversation has not seen before: to be sealed and stored under its number."""

    label: str
    number: int
    lookup: bytes
    value: RawText


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """Text that may be stored, and the new values that belong into the vault."""

    text: MaskedText
    vaulted: tuple[Vaulted, ...] = ()


PANEL: Final = Panel(DETECTORS)
_NOTHING: Final = Findings()
_KEPT: Final = frozenset(label for label, entity in ENTITIES.items() if entity.fate is Fate.KEEP)


def find(
    raw: RawText,
    *,
    allowed: Sequence[str] = (),
    denied: Sequence[tuple[str, str]] = (),
    detectors: Panel = PANEL,
) -> Findings:
    """Everything personal in a text, in the original's offsets. Pure, and linear in the text's length.

    `allowed`: the brand's own addresses and numbers, in any spelling, and phrases such as the names of its products;
    they are never reported. `denied`: labels and phrases that are always reported, allowed or not. Phrases are whole
    words, in any case, with or without Polish marks. Raises `MaskingFailed` whatever goes wrong inside: then only the
    message's shell may be stored.
    """
    try:
        return _find(raw.reveal(), tuple(allowed), tuple(denied), detectors)
    except Exception:  # noqa: BLE001 - whatever it was, it may carry the text
        failed = MaskingFailed("the text could not be masked")
    raise failed  # out here, so that the cause is not even chained


def find_whole(raw: RawText, label: str) -> Findings:
    """All of a text as one finding, where whoever hands it over says what it is: the name of whoever writes."""
    text = raw.reveal()
    value = " ".join(text.split())
    return Findings(spans=(Finding(label=label, start=0, end=len(text), value=value),)) if value else _NOTHING


def render(
    raw: RawText,
    findings: Findings,
    numbers: Mapping[tuple[str, bytes], int],
    keys: Keys,
    language: Language,
    *,
    spent: Mapping[str, int] | None = None,
    keep: Collection[str] = (),
) -> Masked:
    """The text with a placeholder for everything found in it, but for the labels to `keep`.

    `numbers`: what the conversation has given out so far, by label and lookup; read it under the conversation's lock
    when `findings.vaulted` is not empty, otherwise `{}` will do. `spent`: by label, the highest number whose value is
    gone; it is not given out again.
    """
    text = raw.reveal()
    spans = [span for span in findings.spans if span.fate is not Fate.KEEP and span.label not in keep]
    if not spans:
        return Masked(text=_storable(text))
    numbers = dict(numbers)
    taken = {(label, number) for (label, _), number in numbers.items()} | _typed(text)
    vaulted: list[Vaulted] = []
    pieces: list[str] = []
    at = 0
    for span in spans:
        number = 1
        if span.fate is Fate.VAULT:
            lookup = keys.lookup(span.label, span.value)
            known = numbers.get((span.label, lookup))
            if known is None:
                number += (spent or {}).get(span.label, 0)
                while (span.label, number) in taken:
                    number += 1
                taken.add((span.label, number))
                numbers[span.label, lookup] = number
                vaulted.append(Vaulted(label=span.label, number=number, lookup=lookup, value=RawText(span.value)))
            else:
                number = known
        pieces += (text[at : span.start], placeholder(span.label, number, language))
        at = span.end
    pieces.append(text[at:])
    return Masked(text=_storable("".join(pieces)), vaulted=tuple(vaulted))


def mask(
    raw: RawText,
    *,
    keys: Keys,
    language: Language,
    allowed: Sequence[str] = (),
    denied: Sequence[tuple[str, str]] = (),
    known: Mapping[tuple[str, bytes], int] | None = None,
) -> Masked:
    """`find` and `render` in one step. Raises `MaskingFailed`."""
    return render(raw, find(raw, allowed=allowed, denied=denied), known or {}, keys, language)


def read_placeholder(text: str, place: int) -> tuple[str, int, int] | None:
    """(label, number, end) of the placeholder that begins at `place`, in whatever language; None when there is none."""
    match = _PLACEHOLDER.match(text, place)
    return None if match is None else (_WORDS[match[1]], int(match[2] or 1), match.end())


def published(text: str) -> MaskedText:
    """Words that the brand has published or that we ship: nothing is looked for in them."""
    return MaskedText(text)


def _find(text: str, allowed: tuple[str, ...], denied: tuple[tuple[str, str], ...], detectors: Panel) -> Findings:
    normalised = normalise(text)
    rest = _PLACEHOLDER.sub(_paint, normalised.text) if "[" in normalised.text else normalised.text
    own = [phrase.span() for phrase in _phrases(allowed).finditer(fold(rest))] if allowed else []
    found = _denied(rest, denied) if denied else []
    rest = _painted(rest, found) if found else rest
    hits = _hits(rest, detectors)
    kept: list[Hit] = []
    for _ in range(_ROUNDS):
        masked = [hit for hit in hits if hit.label not in _KEPT]
        if len(masked) < len(hits):
            kept += [hit for hit in hits if hit.label in _KEPT]
        if not masked:
            break
        found += masked
        rest = _painted(rest, masked)
        if len(rest) > _LONGEST_PIECE:
            glued = list(_glued(rest))
            found += glued
            rest = _painted(rest, glued)
        touched, cut = _disturbed(rest)
        if not touched and not cut:
            break
        if len(touched) + len(cut) > _DENSE:
            swept = list(_swept(rest))
            found += swept
            rest = _painted(rest, swept)
            break
        again = detectors if touched else detectors.of_rows
        hits = resolve(
            [
                hit.moved(start)
                for start, end in _surroundings(rest, touched or cut)
                for hit in _hits(rest[start:end], again)
            ]
        )
    else:
        raise MaskingFailed("the text does not settle")
    if kept:
        found += [hit for hit in resolve(kept) if FILLER not in rest[hit.start : hit.end]]
    if not found:
        return _NOTHING
    values = _canonical(allowed) if allowed else frozenset[tuple[str, str]]()
    spans: list[Finding] = []
    done = 0
    for hit in sorted(found, key=START):
        if (
            allowed
            and hit.rank is not Rank.DENIED
            and ((hit.label, hit.value) in values or any(start <= hit.start and hit.end <= end for start, end in own))
        ):
            continue
        start, end = normalised.original(hit.start, hit.end)
        start = max(start, done)  # two may share a sign that is read as several
        if start >= end:
            continue
        done = end
        spans.append(Finding(label=hit.label, start=start, end=end, value=hit.value, why=hit.why))
    return Findings(spans=tuple(spans))


def _disturbed(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where painting took something away from what is left: letters or signs that touch it, and digits near it.

    Words that stand by themselves become nothing new by that. What was glued to something may: it is read anew by all
    detectors. What is left of a row of digits may: it is read anew by those that read digits.
    """
    touched: list[tuple[int, int]] = []
    cut: list[tuple[int, int]] = []
    for match in _PAINTED.finditer(text):
        place = start, end = match.span()
        before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
        left, right = before.rstrip(_MARKS), after.lstrip(_MARKS)
        if (left and left[-1] != FILLER and not left[-1].isspace()) or (
            right and right[0] != FILLER and not right[0].isspace()
        ):
            touched.append(place)
        elif _DIGITS.search(before) or _DIGITS.search(after):
            cut.append(place)
    return touched, cut


def _glued(text: str) -> Iterator[Hit]:
    """What is left of pieces that are longer than anything people write, and hold a find: it is not read again."""
    for piece in _PIECE.finditer(text):
        if piece.end() - piece.start() > _LONGEST_PIECE and FILLER in piece.group():
            yield from _rest(text, piece)


def _swept(text: str) -> Iterator[Hit]:
    """Of a text that is full of finds, whatever is glued to one, and whatever holds a digit."""
    for piece in _PIECE.finditer(text):
        if FILLER in piece.group() or _DIGITS.search(piece.group()):
            yield from _rest(text, piece)


def _rest(text: str, piece: re.Match[str]) -> Iterator[Hit]:
    for rest in _REST.finditer(text, *piece.span()):
        yield Hit(label="NUMBER", start=rest.start(), end=rest.end(), value="", rank=Rank.LAST)


def _surroundings(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """All of a short text, and of a long one the words around some places."""
    if len(text) <= _SHORT:
        return [(0, len(text))]
    found: list[tuple[int, int]] = []
    for start, end in places:
        first = text.rfind(" ", 0, max(0, start - _AROUND)) + 1
        last = text.find(" ", end + _AROUND)
        last = len(text) if last < 0 else last
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def _denied(text: str, denied: tuple[tuple[str, str], ...]) -> list[Hit]:
    folded = fold(text)
    hits = [
        Hit(label=label, start=place.start(), end=place.end(), value=place.group(), rank=Rank.DENIED)
        for label in dict.fromkeys(label for label, _ in denied)
        for place in _phrases(tuple(phrase for of, phrase in denied if of == label)).finditer(folded)
    ]
    return resolve(hits)


@lru_cache(maxsize=256)  # a brand's lists are public, and short
def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the phrases as whole words, in a folded text; the longest first."""
    folded = {r"\s+".join(re.escape(word) for word in fold(normalise(phrase).text).split()) for phrase in phrases}
    either = "|".join(sorted(filter(None, folded), key=lambda phrase: (-len(phrase), phrase)))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)")


def _storable(text: str) -> MaskedText:
    """Without what PostgreSQL cannot hold, and nobody types: the zero character and halves of surrogate pairs."""
    return MaskedText(text.replace("\0", "").encode("utf-8", "replace").decode())


def _hits(text: str, detectors: Panel) -> list[Hit]:
    if len(text) <= _CHUNK:
        reading = read(text)
        return resolve(detectors.find(reading))
    hits: list[Hit] = []
    half = _OVERLAP // 2
    for offset in range(0, len(text), _CHUNK):
        first = max(0, offset - half)
        reading = read(text[first : offset + _CHUNK + half], most_long=MOST_LONG // 2)
        # Each place belongs to one chunk, the one that sees what stands around it.
        hits += (
            hit.moved(first)
            for hit in detectors.find(reading)
            if hit.start + first < offset + _CHUNK and hit.end + first > offset
        )
    return resolve(hits)


def _painted(text: str, hits: Iterable[Hit]) -> str:
    pieces: list[str] = []
    at = 0
    for hit in hits:
        pieces += (text[at : hit.start], FILLER * (hit.end - hit.start))
        at = hit.end
    pieces.append(text[at:])
    return "".join(pieces)


def _paint(match: re.Match[str]) -> str:
    return FILLER * len(match.group())


def _typed(text: str) -> set[tuple[str, int]]:
    """Placeholders that stand in the text already."""
    if "[" not in text:
        return set()
    return {(_WORDS[word], int(number or 1)) for word, number in _PLACEHOLDER.findall(text)}


@lru_cache(maxsize=256)  # a brand's list is public, and short
def _canonical(allowed: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """The brand's own values as detectors report them."""
    return frozenset((hit.label, hit.value) for one in allowed for hit in _hits(normalise(one).text, PANEL))

"""The second look, at every way out: does a text of the bot's say what the conversation's vault hides?

The vault's values are known here by their keyed hashes alone. So the text is read for everything that may be a value,
each in the one form in which values are looked up (a name by its base forms, a number by its digits), and the hashes
are compared. Detectors ask for context, since they must not mask an article number; here the hash is the proof, and
none is asked for.

What a brand has published may hold its own addresses and numbers: quotes are left out. What a model writes is masked
whole besides (`guard`); no model writes anything yet.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Final

from okienko.keys import Keys
from okienko.masking.kinds import ENTITIES, Fate, placeholder
from okienko.masking.mask import Findings, MaskingFailed, find
from okienko.masking.names import lexicon
from okienko.masking.normalise import normalise
from okienko.masking.reading import fold
from okienko.values import Language, MaskedText, RawText

REMEMBERED: Final = 2048  # texts: the bot says the same things again and again
_LONGEST: Final = 60  # characters of a value
_PIECES: Final = 26  # of a value: an account number digit by digit
_NAMES: Final = 4  # words of a name
_GAP: Final = 4  # characters between the pieces of a value
_PIECE: Final = re.compile(r"[^\W_]+")
_WORD: Final = re.compile(r"[^\W\d_]+")

Place = tuple[int, int, str, bytes]
"""Start, end, label, keyed hash."""


class Gate:
    """Looks at texts on their way out. Remembers the hashes of what they may say, never the values."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.said: dict[str, frozenset[bytes]] = {}

    def stop(
        self, text: MaskedText, hidden: Collection[bytes], *, quoted: Sequence[str] = (), language: Language
    ) -> MaskedText:
        """The text, with placeholders for what the vault hides; nearly always the very same.

        `hidden`: keyed hashes of the conversation's values. `quoted`: published words that stand in the text. Raises
        `MaskingFailed`: then the text must not leave.
        """
        if not hidden:
            return text
        own = text.text
        for quote in quoted:
            own = own.replace(quote, "\n")
        if not own.strip() or self._may_say(own).isdisjoint(hidden):
            return text
        places = [place for place in find_places(own, self._keys) if place[3] in hidden]
        said = {own[start:end]: label for start, end, label, _ in places}
        masked = text.text
        for words in sorted(said, key=len, reverse=True):
            masked = masked.replace(words, placeholder(said[words], 1, language))
        return MaskedText(masked)

    def _may_say(self, text: str) -> frozenset[bytes]:
        known = self.said.get(text)
        if known is None:
            if len(self.said) >= REMEMBERED:
                del self.said[next(iter(self.said))]
            known = self.said[text] = frozenset(place[3] for place in find_places(text, self._keys))
        return known


def guard(
    raw: RawText,
    hidden: Collection[bytes],
    *,
    keys: Keys,
    language: Language,
    allowed: Sequence[str] = (),
    denied: Sequence[tuple[str, str]] = (),
) -> MaskedText:
    """Words that nobody has published, as they may leave: everything personal masked, and what the vault hides.

    Raises `MaskingFailed`.
    """
    text = raw.reveal()
    spans = [
        (span.start, span.end, span.label)
        for span in find(raw, allowed=allowed, denied=denied).spans
        if span.fate is not Fate.KEEP
    ]
    spans += [(start, end, label) for start, end, label, lookup in find_places(text, keys) if lookup in hidden]
    pieces: list[str] = []
    at = 0
    for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= at:
            continue
        pieces += (text[at:start], placeholder(label, 1, language))
        at = end
    return MaskedText("".join([*pieces, text[at:]]))


def find_lookups(findings: Findings, typed: RawText, keys: Keys) -> set[bytes]:
    """Keyed hashes of whatever somebody may be looked up by who is searched for: what was found in what was typed, and
    all of it read as a value. A name without its capitals or a number without its context may be somebody's all the
    same. Raises `MaskingFailed`.
    """
    text = typed.reveal()
    found = {keys.lookup(span.label, span.value) for span in findings.vaulted}
    return found | {lookup for start, end, _, lookup in find_places(text, keys) if end - start == len(text)}


def find_places(text: str, keys: Keys) -> list[Place]:
    """Everything in a text that may be a value, in the original's offsets, overlaps and all. Raises `MaskingFailed`."""
    try:
        return _find_places(text, keys)
    except Exception:  # noqa: BLE001 - whatever it was, it may carry the text
        failed = MaskingFailed("the text could not be looked at")
    raise failed


def _find_places(text: str, keys: Keys) -> list[Place]:
    normalised = normalise(text)
    folded = fold(normalised.text)
    read = {*_numbers(folded), *_addresses(folded), *_names(normalised.text)}
    places = [(*normalised.original(start, end), label, keys.lookup(label, value)) for start, end, label, value in read]
    places += [
        (span.start, span.end, span.label, keys.lookup(span.label, span.value))
        for span in find(RawText(text)).spans
        if ENTITIES[span.label].fate is Fate.VAULT
    ]
    return places


def _numbers(folded: str) -> Iterator[tuple[int, int, str, str]]:
    """Pieces with a digit among them, one to many in a row, as every kind that is looked up by such pieces."""
    pieces = [(piece.start(), piece.end(), piece.group()) for piece in _PIECE.finditer(folded)]
    if not any(character.isdigit() for character in folded):
        return
    yield from _rows(pieces)
    joined = _join_digits(folded, pieces)
    if len(joined) < len(pieces):
        yield from _rows(joined)


def _join_digits(folded: str, pieces: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """`5 0 1` written digit by digit is one piece."""
    joined: list[tuple[int, int, str]] = []
    single = False
    for start, end, piece in pieces:
        follows = bool(joined) and folded[joined[-1][1] : start] == " " and len(piece) == 1 and piece.isdigit()
        if follows and single:
            joined[-1] = (joined[-1][0], end, joined[-1][2] + piece)
        else:
            joined.append((start, end, piece))
            single = len(piece) == 1 and piece.isdigit()
    return joined


def _rows(pieces: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, str, str]]:
    for first, (begin, _, _) in enumerate(pieces):
        words: list[str] = []
        end, digits = begin, False
        for start, stop, piece in pieces[first : first + _PIECES]:
            if (words and start - end > _GAP) or stop - begin > _LONGEST:
                break
            words.append(piece)
            end = stop
            digits = digits or any(character.isdigit() for character in piece)
            if digits:
                for label, value in _readings(words):
                    yield begin, end, label, value


def _readings(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What pieces may be, in the forms of the detectors."""
    tight, joined = "".join(words), " ".join(words)
    size = len(tight)
    if tight.isdigit() and 7 <= size <= 15:
        yield "PHONE_NUMBER", tight
        yield "PHONE_NUMBER", "+" + tight.removeprefix("00")
        yield "PHONE_NUMBER", "+48" + tight
    if 4 <= size <= 9:
        yield "VEHICLE_PLATE", tight.upper()
        yield "POSTAL_CODE", tight
    if 10 <= size <= 34:
        yield "IBAN_CODE", tight.upper()
        yield "IBAN_CODE", "PL" + tight
    if size == 17:
        yield "VIN", tight.upper()
    if tight.isdigit() and size == 8:
        yield "DATE_OF_BIRTH", f"{tight[:2]} {tight[2:4]} {tight[4:]}"
        yield "DATE_OF_BIRTH", f"{tight[:4]} {tight[4:6]} {tight[6:]}"
    if len(words) <= 3:
        yield "DATE_OF_BIRTH", joined
        for between in ("", "_", ".", "-"):
            yield "USERNAME", between.join(words)
    yield "ADDRESS", joined


def _addresses(folded: str) -> Iterator[tuple[int, int, str, str]]:
    """What stands around an @, near and far, without its spaces."""
    for at in re.finditer("@", folded):
        before = [piece.start() for piece in _PIECE.finditer(folded, max(0, at.start() - _LONGEST), at.start())]
        after = [piece.end() for piece in _PIECE.finditer(folded, at.end(), at.end() + _LONGEST)]
        for start, end in product(before[-_PIECES:], after[:_PIECES]):
            yield start, end, "EMAIL_ADDRESS", "".join(folded[start:end].split())


def _names(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Words in a row of which one stands in the table of names, by all their base forms, given names first."""
    words = [(word.start(), word.end(), lexicon.fold(word.group().lower())) for word in _WORD.finditer(text)]
    readings = [_bases(word) for _, _, word in words]
    for first, (begin, _, _) in enumerate(words):
        for last in range(first, min(first + _NAMES, len(words))):
            if last > first and words[last][0] - words[last - 1][1] > _GAP:
                break
            if not any(known for known, _ in readings[first : last + 1]):
                continue
            for chosen in product(*(forms for _, forms in readings[first : last + 1])):
                given = [form for form, is_given in chosen if is_given]
                surnames = [form for form, is_given in chosen if not is_given]
                yield begin, words[last][1], "PERSON", " ".join([*given, *surnames])


def _bases(word: str) -> tuple[bool, tuple[tuple[str, bool], ...]]:
    """Whether a folded word is a name, and its base forms, each as (form, whether it is a given name)."""
    entry = lexicon.look_up(word)
    if entry is None or not (entry.given or entry.surname) or entry.flags & lexicon.FUNCTION:
        return False, ((word, False),)
    forms = [(lexicon.base(word, entry.given), True)] if entry.given else []
    if entry.surname:
        forms.append((lexicon.base(word, entry.surname), False))
    return True, tuple(forms)

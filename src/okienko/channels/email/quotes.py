"""What somebody writes in a letter, apart from what it quotes and how it is signed. Pure; linear in its length.

Programs announce a quote by one line ("W dniu … użytkownik … napisał:", "On … wrote:") or by a head of several
("Od: … Wysłano: … Do: …"). A line of the first kind counts only if it ends with a colon behind a word of writing, has a
date or an address, and what follows is quoted or is the end of the letter: customers, too, tell who wrote what when.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST: Final = 200_000  # characters that are looked at
_MOST_LINES: Final = 3  # of an announcement that a program has wrapped
_MOST_LETTERS: Final = 300
_MOST_SIGNATURE: Final = 6  # lines behind a closing
_LONGEST_SIGNATURE_LINE: Final = 70

_WROTE: Final = re.compile(
    r"""(?:napisał(?:\(a\)|/a|a)?|pisze|napisano|wrote|writes|schrieb|a\s+écrit|escribió|ha\s+scritto|schreef|skrev
    |napsal(?:\(a\)|a)?|написал(?:\(а\)|а)?|пишет)\s*:?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_WROTE_WHO: Final = re.compile(r"\b(?:schrieb|escribió|skrev)\b[^<:]{0,80}<[^>]{1,100}>\s*:$", re.IGNORECASE)
_BEGINS: Final = re.compile(
    r"""\s*(?:W\s+dniu\b|Dnia\b|On\b|Am\b|Le\b|El\b|Il\b|Op\b|Den\b|Dne\b|At\b
    |(?:pon|wt|śr|sr|czw|pt|sob|niedz|nd|ndz|pn)\.?,?\s|(?:mon|tue|wed|thu|fri|sat|sun)\w*\.?,?\s|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}
    |\d{1,2}\s+\w{3,12}\.?\s+\d{4})""",
    re.IGNORECASE | re.VERBOSE,
)
_PLACED: Final = re.compile(r"\S@\S|użytkownik|\b\d{1,2}[:.]\d{2}\b|\b\d{4}\b", re.IGNORECASE)
_APPLE: Final = re.compile(
    r"\s*(?:Wiadomość napisana przez|Początek przekazanej wiadomości|Begin forwarded message)\b", re.IGNORECASE
)
_RULE: Final = re.compile(
    r"""\s*(?:_{5,}|-{2,}\s*(?:Wiadomość\s+oryginalna|Oryginalna\s+wiadomość|Wiadomość\s+przekazana|Przekazana\s+wiadomość
    |On\s[^\n]{10,100}\swrote|Original\s+Message|Original\s+Email|Forwarded\s+message|Ursprüngliche\s+Nachricht|Message\s+d'origine|Reply\s+message)
    \s*-{0,})\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_HEAD: Final = re.compile(r"\s*\*?(?:Od|From|Von|De|Da|Van|Från|Fra|От)\s*:\*?\s*\S", re.IGNORECASE)
_HEAD_NEXT: Final = re.compile(
    r"""\s*\*?(?:Wysłano|Data|Do|Temat|DW|Dw|Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Inviato|A
    |Oggetto|Verzonden|Aan|Onderwerp|Skickat|Till|Ämne|Sendt|Til|Emne|Отправлено|Дата|Кому|Тема)\s*:\*?\s*""",
    re.IGNORECASE | re.VERBOSE,
)

_SENT_FROM: Final = re.compile(
    r"""\s*(?:Wysłan[eoay]\s+(?:z|ze|za\s+pomocą|przez)\s|Pobierz\s+(?:aplikację\s+)?Outlook|Sent\s+(?:from|via|with)\s+(?:my\s|Outlook|Mail|
    Yahoo|Gmail|Samsung|an?\s|the\s|Windows)|Get\s+Outlook\s+for|Von\s+meinem\s|Envoyé\s+de\s+mon|Enviado\s+desde\s+mi)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_SENT_FROM: Final = 80
_CLOSING: Final = re.compile(
    r"""\s*(?:z\s+(?:poważaniem|powazaniem|wyrazami\s+szacunku)|(?:serdecznie\s+|gorąco\s+)?pozdrawiam(?:\s+serdecznie)?|pozdrowienia
    |(?:best|kind|warm)?\s*regards|best\s+wishes|yours\s+(?:sincerely|faithfully)|sincerely|cheers)\s*[,.!]?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_DISCLAIMER: Final = re.compile(
    r"""\s*(?:Niniejsza\s+wiadomość|Treść\s+tej\s+wiadomości|Ta\s+wiadomość|Informacje\s+zawarte|This\s+(?:e-?mail|message)|The\s+information
    \s+contained)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CONFIDENTIAL: Final = re.compile(r"poufn|adresat|confidential|intended\s+(?:solely|only|for)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A letter's own words, and the rest of it: quotes, signature, small print."""

    own: str
    rest: str


def part_from_quotes(text: str) -> Said:
    """The letter's own words. If nothing is left of them, all of it is: it was forwarded, or has only a quote."""
    lines = text[:MOST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    own = _drop_quotes(lines)
    own = _drop_signature(own)
    kept = "\n".join(own).strip()
    if not kept:
        return Said(own=text.strip(), rest="")
    left = set(own)
    return Said(own=kept, rest="\n".join(line for line in lines if line not in left).strip())


def _drop_quotes(lines: list[str]) -> list[str]:
    own: list[str] = []
    at = 0
    while at < len(lines):
        ends = _find_announcement(lines, at)
        if ends is not None:
            after = _skip_quoted(lines, ends)
            if after is None:
                break  # nothing is marked as quoted: it goes on to the end
            at = after
        elif _is_quoted(lines[at]):
            at += 1
        else:
            own.append(lines[at])
            at += 1
    return own


def _find_announcement(lines: list[str], at: int) -> int | None:
    """Where the announcement of a quote that begins at this line ends; None where none does."""
    line = lines[at]
    if _RULE.match(line):
        after = _next_words(lines, at + 1)
        if not line.lstrip().startswith("_") or (after is not None and _HEAD.match(lines[after])):
            return at + 1
        return None
    if _HEAD.match(line):
        following = [other for other in lines[at + 1 : at + 6] if other.strip()]
        return (
            at + 1
            if sum(_HEAD_NEXT.match(other) is not None for other in following) >= 2
            or (following and _HEAD_NEXT.match(following[0]) and _PLACED.search(line))
            else None
        )
    apple = _APPLE.match(line) is not None
    if not apple and not _BEGINS.match(line):
        return None
    joined = ""
    for many in range(1, _MOST_LINES + 1):
        if at + many > len(lines):
            return None
        words = lines[at + many - 1].strip()
        joined = f"{joined} {words}"
        if not words or words.startswith(">") or len(joined) > _MOST_LETTERS:
            return None
        ends = joined.endswith(":")
        if ends and (apple or ((_WROTE.search(joined) or _WROTE_WHO.search(joined)) and _PLACED.search(joined))):
            return at + many if _is_followed_by_quote(lines, at + many) else None
    return None


def _is_followed_by_quote(lines: list[str], at: int) -> bool:
    """What follows is quoted, or at least stands in a paragraph of its own: nobody's sentence goes on there."""
    after = _next_words(lines, at)
    if after is None or _is_quoted(lines[after]):
        return True
    return after > at or not any(_is_quoted(line) for line in lines[at:])


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _next_words(lines: list[str], at: int) -> int | None:
    return next((place for place in range(at, len(lines)) if lines[place].strip()), None)


def _skip_quoted(lines: list[str], at: int) -> int | None:
    """The line behind the quoted ones; None where they are not marked."""
    after = _next_words(lines, at)
    if after is None or not _is_quoted(lines[after]):
        return None
    while after < len(lines) and (not lines[after].strip() or _is_quoted(lines[after])):
        after += 1
    return after


def _drop_signature(lines: list[str]) -> list[str]:
    """The lines before the signature, the mark of a program, or small print at the end."""
    for place, line in enumerate(lines):
        if line in {"-- ", "--"} and any(other.strip() for other in lines[:place]):
            return lines[:place]
        if _DISCLAIMER.match(line) and _CONFIDENTIAL.search(" ".join(lines[place : place + 6])):
            return _drop_signature(lines[:place])
    kept = list(lines)
    while kept and (not kept[-1].strip() or _is_mark(kept[-1])):
        kept.pop()
    for place in range(max(0, len(kept) - _MOST_SIGNATURE - 1), len(kept)):
        behind = [line for line in kept[place + 1 :] if line.strip()]
        if _CLOSING.match(kept[place]) and all(len(line) <= _LONGEST_SIGNATURE_LINE for line in behind):
            before = kept[:place]
            return before if any(line.strip() for line in before) else kept
    return kept


def _is_mark(line: str) -> bool:
    return len(line) <= _LONGEST_SENT_FROM and _SENT_FROM.match(line) is not None

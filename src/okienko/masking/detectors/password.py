"""Passwords, by the words around them: `hasło: …`, `my password is …`, `login i hasło: jan / …`, `… to moje hasło`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import kind_of, mistypes
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "SECRET"

# The word itself, misspelt or with its neighbours run into it.
_FULL: Final = ("haslo", "hasla", "haslem", "haslu", "haselko", "password", "passwd", "passwort", "passphrase")
_FRONTS: Final = ("", "moje", "my", "stare", "nowe", "login", "i")
_BACKS: Final = ("", "to", "mam", "jest", "do", "is", "was", "na", "i")
_SHORT: Final = "pass passw pswd pwd psw pw kennwort hasle haselka haselkiem psas paswort pasword пароль"
_COMMON: Final = frozenset({"halo", "hala", "hasa", "hasel"})
_NAMES: Final = (
    frozenset(_SHORT.split())
    | {front + word + back for word in _FULL for front in _FRONTS for back in _BACKS}
    | {typo for word in _FULL for typo in mistypes(word) if len(typo) > 3}
    | {word[:place] + word[place - 1 :] for word in _FULL for place in range(1, len(word) + 1)}
) - _COMMON
_STEP: Final = re.compile(rf"[ \t]*+(?:\n[ \t]*+)?(?:([:=]+>?|->|[-/|,](?=\s))|([^\s{FILLER}]{{1,80}}+))")
_CLOSING: Final = {'"': '"”', "„": '”"“', "“": '”"', "'": "'’", "‘": "’'", "«": "»", "`": "`", "(": ")", "[": "]"}
_MOST_STEPS: Final = 8
_MOST_UNKNOWN: Final = 2  # words of the sentence that are no road to a password
_SAYS: Final = frozenset(
    [
        "to",
        "brzmi",
        "bzmi",
        "is",
        "was",
        "jest",
        "bylo",
        "byl",
        "mam",
        "ma",
        "ustawilem",
        "ustawilam",
        "wpisuje",
        "podaje",
        "uzywam",
        "takie",
    ]
)
_ON: Final = frozenset(
    word
    for words in (
        "sms smsa",
        "do dla for na moje moj my mojego mojej nasze our stare nowe nowego tymczasowe old new current temporary",
        "aktualne obecne konta konto sklepu account the wifi wi-fi wi fi panelu aplikacji strony maila poczty mail",
        "email e-mail logowania login klienta portalu systemu banku routera serwisu shop store website app your",
        "wasz waszego waszej ze ktore ktorego which that dostalem dostalam otrzymalem mi mnie z from of with tam tu",
        "jednorazowe one-time jednorazowym startowe pierwsze drugie internetowego",
    )
    for word in words.split()
)
_NO: Final = frozenset(
    word
    for words in (
        "forgot forgotten unknown brak none",
        "nie not wrong incorrect invalid zle niepoprawne nieprawidlowe bledne poprawne prawidlowe ok dobre za zbyt",
        "too very already still being never always no expired correct accepted rejected required weak strong same",
        "reset saved locked blocked lost gone wygaslo wymagane puste inne krotkie dlugie slabe mocne silne nadal",
        "dalej znowu czy jak kiedy dlaczego skoro gdy bo zeby aby when if because so but ale by please prosze",
        "prosic chyba tylko wciaz ciagle working changed problem niby tak zmienione zapomniane moze musi powinno",
        "will would should can cannot can't doesn't isn't does did has had being link must needs",
    )
    for word in words.split()
)
_JOINS: Final = frozenset({"i", "oraz", "and", "&", "+", "or", "lub", "a"})
_ENDS: Final = frozenset({"i", "a", "ale", "oraz", "lecz", "czy", "and", "but", "nie", "bo", "or", "lub", "prosze"})
_LOGIN: Final = ("login", "mail", "e-mail", "nazw", "user")
_LOGIN_BEFORE: Final = re.compile(
    r"(?:login\w*|user(?: ?name)?|uzytkownik\w*|nick|id|e-?mail|mail|nazwa)[ ]?(?:i|/|,|and|oraz|&|\+|lub)[ ]?$"
)
_SECOND: Final = re.compile(r"[ ]*(?:[/,;|\\-]|i|and|oraz|haslo:?)?[ \n]*([^\s]{3,64})")
_ANOTHER: Final = re.compile(
    r"(?:[,;]? (?:a|i|na|to|nowe|stare|new|old|drugie|lub|albo|or|and|oraz|is|potem|then|->|=>)){1,3}:? ([^\s]{4,64})"
)
_LEADS: Final = (" to ", "is ", "jest ", "was ", "moje ", "my ", "nowe ", "stare ", "the ", "- ", "= ")
_SAID_BEFORE: Final = re.compile(
    r"([^\s]{4,64}?)[\"”'’]?(?: ?[-,=] ?| )(?:to|jest|is|was|(?<=[-=] ))(?: (?:jest|moje|my|nowe|stare|the))*? $"
)
_GLUED: Final = re.compile(r"(?:to|is|jest)(?=[A-Z0-9#!@$])")
_SPECIAL: Final = frozenset("!@#$%^&*_+=?~")
_DATE_OR_PRICE: Final = re.compile(
    r"[a-z]{0,2}[0-9]{1,4}(?:[./:-]{1,2}[0-9]{1,4}){1,2}|[0-9]{1,4}(?:zl|pln|h|x|%|r|eur)|[0-9]{1,3}"
)
_REST: Final = re.compile(rf"[^{FILLER}]++")
_SHORTEST: Final = 4
_CROWD: Final = 64  # such words in a text that is read at once


def find(reading: Reading) -> Iterator[Hit]:
    text, folded = reading.text, reading.folded
    seen = 0
    for word, begin in zip(reading.words, reading.starts, strict=True):
        if word not in _NAMES or folded[begin - 1 : begin] == "-":
            continue
        seen += 1
        stop = begin + len(word)
        if seen > _CROWD:  # no message; the rest goes unread
            for piece in _REST.finditer(text, begin):
                yield _hit(reading, *piece.span())
            return
        place = _after(reading, stop + 2 if folded.startswith("'s", stop) else stop)
        if folded.endswith(_LEADS, 0, begin):
            said = _SAID_BEFORE.search(text, max(0, begin - 90), begin)
            if said is not None and _secretive(said.group(1).strip("\"„'“")):
                yield _hit(reading, *said.span(1))
        if place is None:
            continue
        start, end = place
        if _LOGIN_BEFORE.search(folded, max(0, begin - 24), begin):
            start, end = _second(text, start, end)
        if end - start < _SHORTEST - 1:
            continue
        yield _hit(reading, start, end)
        another = _ANOTHER.match(text, end)
        if another is not None:
            value = another.group(1).rstrip(".,;:)")
            if _secretive(value):
                yield _hit(reading, another.start(1), another.start(1) + len(value))


def _hit(reading: Reading, start: int, end: int) -> Hit:
    return Hit(label=LABEL, start=start, end=end, value=reading.text[start:end], rank=Rank.LABELLED)


def _after(reading: Reading, at: int) -> tuple[int, int] | None:
    """Where the password stands that the words up to a place lead to: start and end."""
    text, folded = reading.text, reading.folded
    told = said = False  # told: a colon leads to it; said: `to`, `is`
    unknown = 0
    for _ in range(_MOST_STEPS):
        step = _STEP.match(folded, at)
        if step is None or ("\n" in step.group() and not told):
            return None
        at = step.end()
        if step.group(1):
            told = told or step.group(1) not in {"/", "|", ","}
            continue
        start = step.start(2)
        word = step.group(2)
        quoted = _quoted(text, start) if told or said or text[start] not in "([" else None
        if quoted is not None:
            return quoted
        plain = word.rstrip(".,;)")
        core = plain.rstrip(":=?!")
        if core in _JOINS and not told and not folded.startswith(_LOGIN, at + 1):
            return None
        if core in _SAYS or (not told and (core in _ON or core in _JOINS)):
            said = said or core in _SAYS
            told = told or plain.endswith((":", "="))
            continue
        sign = len(word) - len(word.lstrip(":="))
        if sign and len(plain) > sign:
            start += sign
            plain = plain[sign:]
            told = True
        amount = unknown and not told and not said and plain.isdigit() and len(plain) <= _SHORTEST
        if not plain or core in _NO or amount:
            return None
        verdict = _verdict(reading, start, start + len(plain), told=told, said=said)
        if verdict is not None:
            return (start, start + len(plain)) if verdict else None
        told = plain.endswith((":", "="))
        unknown += 1
        named = kind_of(core) not in {"", "IBAN_CODE"}
        if not told and (plain != word or named or unknown > _MOST_UNKNOWN):
            return None  # the end of the sentence, or something else is spoken of
    return None


def _verdict(reading: Reading, start: int, end: int, *, told: bool, said: bool) -> bool | None:
    """Whether a piece is the password, or is no password and ends the search; `None` where one may still come."""
    text, folded = reading.text, reading.folded
    if _GLUED.match(text, start):
        said = True
    plain = folded[start:end]
    if told:
        return end - start >= _SHORTEST - 1 and not _DATE_OR_PRICE.fullmatch(plain)
    if _secretive(text[start:end]):
        return True
    if said:
        own = text[start].isupper() or _ends(folded, end)
        return own and end - start >= _SHORTEST and not kind_of(plain)
    return None


def _second(text: str, start: int, end: int) -> tuple[int, int]:
    """The password after the login: `jan / Kotek1`, `jan/Kotek1`, `jan Kotek1`."""
    if "/" in text[start:end]:
        return text.index("/", start, end) + 1, end
    second = _SECOND.match(text, end)
    return (start, end) if second is None else (second.start(1), second.start(1) + len(second.group(1).rstrip(".,;:)")))


def _quoted(text: str, start: int) -> tuple[int, int] | None:
    if text[start] not in _CLOSING:
        return None
    for end in range(start + _SHORTEST, min(len(text), start + 66)):
        if text[end] in _CLOSING[text[start]]:
            return start, end + 1
        if text[end] in "\n" + FILLER:
            return None
    return None


def _ends(folded: str, at: int) -> bool:
    """Whether a sentence ends or goes on with another thought: `hasło to kotek i nie działa`."""
    rest = folded[at : at + 12]
    return not rest.strip() or rest[0] in ".,;!?)\n" or rest.split()[0].rstrip(".,") in _ENDS


def _secretive(word: str) -> bool:
    """Whether it does not look like a word of a language."""
    if (
        len(word) < _SHORTEST
        or FILLER in word
        or "://" in word
        or "[" in word
        or _DATE_OR_PRICE.fullmatch(word.lower())
    ):
        return False
    return (
        any(map(str.isdigit, word))
        or not _SPECIAL.isdisjoint(word[:-1])
        or (not word.isupper() and any(map(str.isupper, word[1:])) and "-" not in word)
        or word[-1] in "@#$%^&*_+=~"
    )


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_NAMES,
    yes=(
        ("Moje hasło to Burek07? i nadal", ("Burek07?",)),
        ("My password is #ab#4e7Bygw and", ("#ab#4e7Bygw",)),
        ("hasło: Kotek-83.", ("Kotek-83",)),
        ("hasło: kotek", ("kotek",)),
        ('hasło to "Kotek 83" jak', ('"Kotek 83"',)),
        ("moje haslo to kotek i nie działa", ("kotek",)),
        ("pass kotek123 nie wchodzi", ("kotek123",)),
        ("login i hasło: jan / Kotek1", ("Kotek1",)),
        ("login/hasło jan/Kotek1", ("Kotek1",)),
        ("login jan, pwd=Tajne!23", ("Tajne!23",)),
        ("hasło do konta allegro to Zima2024", ("Zima2024",)),
        ("tymczasowe hasło, które dostałem: xK92mmQ", ("xK92mmQ",)),
        ("zmieniłem hasło z Kotek1 na Kotek2!", ("Kotek1", "Kotek2!")),
        ("stare hasło Zima22, nowe Lato23", ("Zima22", "Lato23")),
        ("Kotek83! to moje hasło", ("Kotek83!",)),
        ("mojehaslo to Kotek83", ("Kotek83",)),
        ("hslo: kotek83, hasllo Kotek84", ("kotek83", "Kotek84")),
    ),
    no=(
        "hasło jest nieprawidłowe",
        "my password is wrong",
        "reset-your-password-recovery-keys",
        "zapomniałem hasła, proszę o reset",
        "hasło nie działa od 12.07.2026, zamówienie 60115675",
        "hasło wpisuję 3 razy i nic",
        "nie pamiętam hasła do konta",
        "hasło i numer zamówienia ZAM/2024/80895",
        "Have you changed it? I pass by at 10:30",
        "hasło zmieniłem wczoraj o 15:30",
        "hasło musi mieć 8 znaków",
        "I pass the exam in 2024",
        "password: forgot it",
        "halo, czy ktoś to czyta",
    ),
)

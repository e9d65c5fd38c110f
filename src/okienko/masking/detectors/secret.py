"""Keys and tokens, by what they look like or are called, and the answers to security questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log2
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "SECRET"

# What a security question asks for. A tilde is a space or a few.
_ANSWER: Final = re.compile(
    (
        r"(?<![a-z])(?:odpowied\w{1,4}~na~(?:moje~)?(?:pytanie|pyt\.)(?:~(?:pomocn|bezpiecz|kontroln|zabezpiecz|weryfikac)[a-z]*)?"
        r"|odpowied\w{1,4}~(?:bezpiecz|pomocn|kontroln|zabezpiecz)[a-z]*|pytanie~(?:pomocn|kontroln|zabezpiecz|bezpiecz)[a-z]*"
        r"[^\n.]{0,60}?odpowied\w{1,4}|(?:security|secret|my)~answer|answer~to~(?:my|the|your)~(?:security|secret)~question"
        r"|security~question[^\n.]{0,60}?answer|(?:nazwisko~)?pan?i?e?i?n?skie(?:~nazwisko)?(?:~mojej)?~(?:matki|mamy)"
        r"|nazwisko~rodowe(?:~mojej)?~(?:matki|mamy)|(?:my~|your~)?mother'?s?~maiden~name|maiden~name"
        r"|imi[ea]~(?:mojego~|twojego~)?pierwszego~(?:psa|kota|zwierzaka|zwierzecia|chomika|pupila)"
        r"|(?:the~)?name~of~my~first~pet|my~first~pet(?:'?s)?(?:~name|~was~called)?)"
        r"(?P<said>(?:[ ]?[:=-]+|~(?:to|brzmi|is|was|jest|bylo|byla)(?![a-z]):?){1,2})[ ]?"
        r"(?P<value>[\"„'“][^\"”'“\n]{2,64}[\"”'“]|[^\W_][\w'-]{1,40})"
    ).replace("~", " {1,3}")
)
_SEED: Final = re.compile(
    r"(?<![a-z])(?:seed(?: phrase)?|recovery phrase|fraz[aye](?: (?:odzyskiwania|seed))?)(?: (?:to|is))?[ :=\n-]{1,4}"
    r"(?P<value>(?:[a-z]{3,8}[ ,\n]{1,2}){11,23}[a-z]{3,8})(?![a-z])"
)

# Keys.
_KEY: Final = re.compile(
    r"(?<![\w-])(?:(?:sk|pk|rk|ghp|gho|ghs|ghu|glpat|glptt|xox[abeoprs]|xapp|npm|hf|shp(?:at|ca|pa|ss)|whsec|dop_v1|pypi|lin_api"
    r"|sq0[a-z]{3}|key|pat|ntn|secret|tok|rzp|r8|gsk|xai|figd|dckr_pat|github_pat|api|live|test|prod)[_-][\w-]{16,255}"
    r"|(?:akia|asia)[0-9a-z]{16}|aiza[\w-]{35}|ya29\.[\w-]{20,255}|sg\.[\w-]{16,32}\.[\w-]{16,64}|[0-9]{8,10}:[\w-]{35}"
    r"|eyj[\w-]{10,4000}+\.[\w-]{10,4000}+(?:\.[\w-]{5,4000}+)?)(?![\w-])"
)
_KEY_LABELLED: Final = re.compile(
    r"(?<![a-z])(?:api[ _-]{0,2}(?:key|token|secret)|klucz(?:a|em|u)?"
    r"(?: {1,2}(?:do )?(?:api|prywatny|licencyjny|dostepu|aktywacyjny|produktu|licencji))?"
    r"|(?:access|auth|refresh|bearer|session|csrf|app|client|secret|private|license|licence|product|activation|encryption)"
    r"[ _-]{0,2}(?:key|token|secret|id)|se?c?re?c?e?t|token(?:u|em|a)?|bearer|authorization|phpsessid|sessionid"
    r"|secret[ _-]?access[ _-]?key)(?: {1,2}(?:to|is|do api|api|jest|brzmi|basic|bearer)){0,2}[\"']?[ ]?[:= \n][ ]?"
    r"(?:bearer |basic |token )?[\"']?(?P<value>[\w+/=.~-]{8,512}+)"
)
_TOKEN: Final = re.compile(r"(?<![\w+/=.@:-])[A-Za-z0-9_+/=-]{24,512}+(?![\w@.])")
_HEX: Final = re.compile(r"(?:[0-9a-f]{32,}|[0-9A-F]{32,})")
_KEY_WORDS: Final = frozenset(
    [
        "token",
        "tokena",
        "tokenu",
        "tokens",
        "klucz",
        "klucza",
        "kluczem",
        "kluczu",
        "key",
        "keys",
        "apikey",
        "secret",
        "sercet",
        "bearer",
        "authorization",
        "phpsessid",
        "sessionid",
        "api",
    ]
)
_ANSWER_WORDS: Final = frozenset(
    [
        "odpowiedz",
        "odpowiedzi",
        "odpoweidz",
        "answer",
        "maiden",
        "panienskie",
        "panieskie",
        "paneinskie",
        "paienskie",
        "rodowe",
        "pierwszego",
        "pet",
        "seed",
        "fraza",
        "frazy",
        "fraze",
        "phrase",
    ]
)
_PEM: Final = "-----BEGIN "
_PEM_END: Final = re.compile(r"-----END [A-Z ]{0,40}-----")
_PEM_BODY: Final = re.compile(r"-----BEGIN [A-Z ]{0,40}(?:-----)?[A-Za-z0-9+/=\s:,-]*+")
_KEY_SIZE: Final = 20  # signs of the shortest key
_LONG_PIECE: Final = re.compile(rf"(?<![^\s{FILLER}])[^\s{FILLER}]{{20,}}+")
_ENOUGH_BITS: Final = 3.5  # of entropy a sign; words and slugs have about 3


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    if reading.runs:
        yield from _keys(reading)
    if not _ANSWER_WORDS.isdisjoint(reading.words):
        for pattern in (_ANSWER, _SEED):
            for answer in pattern.finditer(folded):
                yield _hit(reading, *answer.span("value"), Rank.LABELLED)
    if "-----" in folded:
        yield from _private_keys(reading)


def _hit(reading: Reading, start: int, end: int, rank: Rank) -> Hit:
    return Hit(label=LABEL, start=start, end=end, value=reading.text[start:end], rank=rank)


def _keys(reading: Reading) -> Iterator[Hit]:
    text, folded = reading.text, reading.folded
    for piece in _LONG_PIECE.finditer(folded) if max(map(len, folded.split()), default=0) >= _KEY_SIZE else ():
        start, end = piece.span()
        for key in _KEY.finditer(folded, start, end):
            if any(map(str.isdigit, key.group())):
                yield _hit(reading, key.start(), key.end(), Rank.CERTAIN)
        for key in _TOKEN.finditer(text, start, end):
            if _random(key.group()) and "://" not in text[start : key.start()]:
                yield _hit(reading, key.start(), key.end(), Rank.SHAPE)
    if _KEY_WORDS.isdisjoint(reading.words):
        return
    for key in _KEY_LABELLED.finditer(folded):
        start, end = key.span("value")
        value = text[start:end].rstrip(".-")
        if any(map(str.isdigit, value)) and (any(map(str.isalpha, value)) or len(value) >= _KEY_SIZE):
            yield _hit(reading, start, start + len(value), Rank.LABELLED)


def _random(token: str) -> bool:
    """Whether somebody's machine made it: hexadecimal, or signs of all classes in no order."""
    if _HEX.fullmatch(token):
        return any(map(str.isalpha, token)) and any(map(str.isdigit, token))
    if sum(map(str.isdigit, token)) < 3 or token.count("-") > 3 or token.count("/") > 2:
        return False
    if not (any(map(str.islower, token)) and any(map(str.isupper, token))):
        return False
    size = len(token)
    counts = [token.count(sign) for sign in set(token)]
    return log2(size) - sum([count * log2(count) for count in counts if count > 1]) / size >= _ENOUGH_BITS


def _private_keys(reading: Reading) -> Iterator[Hit]:
    text = reading.text
    at = text.find(_PEM)
    while at >= 0:
        end = _PEM_END.search(text, at)
        body = _PEM_BODY.match(text, at)
        stop = end.end() if end is not None else (body.end() if body is not None else at + len(_PEM))
        yield _hit(reading, at, stop, Rank.CERTAIN)
        at = text.find(_PEM, stop)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_ANSWER_WORDS,
    signs=("-----",),
    digits=1,
    yes=(
        ("klucz sk_live_4eC39HqLyjWDarjtT1zdp7dc", ("sk_live_4eC39HqLyjWDarjtT1zdp7dc",)),
        ("api key: 8f14e45fceea167a", ("8f14e45fceea167a",)),
        ("mam Zx9kQ2mWv7Lp4TnB8sRd3Yh6Kc1 w panelu", ("Zx9kQ2mWv7Lp4TnB8sRd3Yh6Kc1",)),
        ("nazwisko panieńskie matki: Kowalska", ("Kowalska",)),
        ("My mother's maiden name is Smith.", ("Smith",)),
        ("pytanie pomocnicze, odpowiedź: Burek", ("Burek",)),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY----- proszę",
            ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----",),
        ),
    ),
    no=(
        "Lenovo-ThinkPad-X1-Carbon-Gen-11",
        "klucz do szafki 12",
        "token wygasł po 30 minutach",
        "proszę o odpowiedź: kiedy wysyłka",
        "zestaw kluczy nasadowych 1/4 108 elementów",
    ),
)

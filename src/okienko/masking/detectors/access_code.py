"""Codes that open something: one-time codes, PIN, PUK, BLIK, CVV. Numbers of three to eight digits, by their words."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import kind_of
from okienko.masking.reading import Reading, Run

LABEL: Final = "SECRET"

# What they are called, and how many digits they have.
_SIZES: Final = {
    word: size
    for words, size in (
        ("pin pinu pinem", range(4, 9)),
        ("puk puku pukiem", range(8, 9)),
        ("blik blika blikiem bliku", range(6, 7)),
        ("cvv cvc cid", range(3, 5)),
        ("cyfry cyferki digits digts digist", range(3, 5)),
        ("otp passcode fa mfa", range(4, 9)),
    )
    for word in words.split()
}
_CODES: Final = frozenset(
    ["kod", "kodu", "kodem", "kodzik", "code", "codes", "coed", "kdo", "token", "tokenu", "tokenem"]
)
# The word with its neighbours run into it: `kodcvv`, `zsmsa`, `codefrom`, `gotis`.
_JOINED: Final = {
    front + code + end: ""
    for front in ("", "jako", "to", "moj", "my", "the", "as")
    for code in ("kod", "code")
    for end in (
        *("", "z", "ze", "to", "zsmsa", "sms", "smsa", "from", "fromthe", "is", "was", "blik", "pin", "cvv", "cvc"),
        *("jest", "autoryzacyjny", "weryfikacyjny"),
    )
} | {
    front + code + end: code
    for front in ("", "kod", "moj", "my")
    for code in ("pin", "cvv", "cvc", "blik", "otp")
    for end in ("", "to", "is", "do", "jest", "em", "kod")
}
# One of these words stands near everything that is looked for.
_TRIGGERS: Final = frozenset(_SIZES) | _CODES | frozenset(_JOINED)
_FAR: Final = 64  # characters
# Beginnings of words that make a code one that opens something.
_OPENING: Final = re.compile(
    r"z?(?:sms|esemes|weryf|autoryz|jednoraz|potwierdz|aktywac|bezpiecz|logowani|dostep|odbior|zabezp|zapas|blik|pin|cvv|cvc"
    r"|verif|authen|secur|confirm|login|access|backup|recover|one$|time$|text|mess|mssg|thetext|otp|tyl|back$|bram|domofon"
    r"|klatk|furtk|aplikacj|bank|app$|mail|mejl|przyszed|dostal|otrzym|got|received|sent|wpis|podal|podaj)"
)
# Codes that give nothing away: `zip code 90210`, `error code 1234`, `kod rabatowy`.
_OTHER: Final = re.compile(
    r"(?:errors?|sort|zip|postal|post|area|country|promo\w*|discount|voucher|coupon|source|qr|bar|product|item|status|dress"
    r"|colou?r\w*|model\w*|kolor\w*|http|bled\w*|blad|rabat\w*|exit|poczt\w*|kresk\w*|produkt\w*|kupon\w*|kierunk\w*|swift"
    r"|pkd|cn|towar\w*|artykul\w*|znizk\w*|response|dostawc\w*|podarunk\w*)"
)
_NOT_BETWEEN: Final = frozenset(
    word
    for words in (
        "nie not brak wrong niepoprawny nieprawidlowy bledny czekam czeka minelo trwa wygasl dopiero nigdy zamiast juz",
        "never didn doesn doesnt didnt expired invalid isn wasn haven waiting since after ago within",
    )
    for word in words.split()
)
# Words after which a number is a time, a place or an amount.
_NOT_BEFORE: Final = frozenset(
    [
        "od",
        "za",
        "po",
        "w",
        "we",
        "o",
        "przez",
        "ponad",
        "about",
        "for",
        "in",
        "since",
        "at",
        "after",
        "by",
        "okolo",
        "ok",
        "x",
        "until",
        "co",
    ]
)
_QUANTITY: Final = re.compile(
    r"(?:,[0-9]{2})? ?(?:zl|pln|dni|dnia|szt|%|days?|usd|eur|gbp|euro|h\b|godz|min|sek|sec|roku|rok\b|r\.|lat\b|times"
    r"|razy|osob|kg|cm|mm|gb|mb|x\b|€|\$|£)"
)
_YEAR: Final = re.compile(r"(?:19[0-9]|20[0-4])[0-9]")
_SHAPES: Final = frozenset(
    {(3, 3), (4, 4), (2, 2, 2), (2, 2), (4, 2), (2, 4), (2, 2, 2, 2), (1, 3), (1,) * 3, (1,) * 4, (1,) * 6, (1,) * 8}
)
_SAYS: Final = frozenset({"to", "is", "jest", "was", "brzmi", "are", "says", "mam"})
# What may be named between a code and its number without being the number's name.
_ARTICLES: Final = frozenset({"the", "a", "my", "this", "that", "ten", "moj", "jakis"})
_TRANSPARENT: Final = frozenset({"", "SECRET", "CREDIT_CARD", "IBAN_CODE", "PHONE_NUMBER", "CALL", "VEHICLE_PLATE"})
_WORD: Final = re.compile(r"[^\W\d_]++")
_LETTER: Final = re.compile(r"(?<![a-z0-9])[a-z]{1,2}-$")
_PICKING_UP: Final = frozenset({"odbioru", "odebrania", "wydania"})  # `kod odbioru paczki`
_CVV2: Final = re.compile(r"cv[vc]2[ :=-]{1,4}(?:(?:to|is|jest)[ :]{1,2})?$")
_NEAR: Final = 5  # words
_MOST: Final = 9
_ONE_TIME: Final = 6  # digits of a code that needs no further word
_LONGEST: Final = 15  # signs: eight digits, one by one
# With letters in it, only when it is called more than a code.
_MIXED: Final = re.compile(
    r"(?<![a-z])(?:kod|code)(?:[ :-]{1,2}(?:z|sms|smsa|do|logowania|the|to|is|jest|dostepu)){0,2} {1,2}"
    r"(?:weryfikacyjn|autoryzacyjn|jednorazow|zapasow|odzyskiwania|bezpieczenstwa|2fa|aktywacyjn)[a-z]*"
    r"(?: (?:to|jest|brzmi|do konta))?[ :=-]{1,3}"
    r"(?P<value>(?=[a-z-]{0,9}[0-9])[a-z0-9]{4,12}(?:-[a-z0-9]{3,8}){0,5})(?![a-z0-9])"
    r"|(?<![a-z])(?:verification|security|recovery|backup|authentication|one-time|2fa|access|activation|login)"
    r" {1,2}(?:code|key|token)(?: (?:is|was|i got is|says))?[ :=-]{1,3}"
    r"(?P<other>(?=[a-z-]{0,9}[0-9])[a-z0-9]{4,12}(?:-[a-z0-9]{3,8}){0,5})(?![a-z0-9])"
)
_MIXED_WORDS: Final = re.compile(
    r"weryfikac|autoryzac|jednorazow|zapasow|odzyskiw|bezpiecz|2fa|aktywac|verifi|securi|recover|backup|authent|one-time"
    r"|access|activat|login"
)
_BEHIND: Final = re.compile(
    r"[ ,)-]{1,3}(?:to|jest|is|was|jako|as|z|that is|its)"
    r"(?: {1,2}(?:jest|moj|my|the|a|ten|tamten|nowy|aktualny|numer|moim|jako|jednorazowy|verification|security)){0,3}"
    r" {0,2}"
    r"(?:to|jako|moj)?(?:kod|code|pin|blik|otp|cvv|cvc|puk|sms)"
)


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    places = [start for word, start in zip(reading.words, reading.starts, strict=True) if word in _TRIGGERS]
    for run in reading.runs:
        if run.end - run.start > _LONGEST:
            continue
        near = bisect(places, run.start - _FAR)
        if near == len(places) or places[near] > run.end + _FAR:
            continue
        if _may_be(folded, run) and (_named(run) or _named_behind(folded, run)):
            letter = _LETTER.search(folded, max(0, run.start - 4), run.start)
            start = run.start if letter is None else letter.start()
            if run.written[0] == "2" and len(run.starts) > 1 and folded.endswith(("cvv", "cvc"), 0, start):
                start = run.starts[1]  # `CVV2 123`
            yield Hit(label=LABEL, start=start, end=run.end, value=run.digits, rank=Rank.LABELLED)
    for code in _MIXED.finditer(folded) if _MIXED_WORDS.search(folded) else ():
        start, end = code.span("value" if code["value"] else "other")
        yield Hit(label=LABEL, start=start, end=end, value=folded[start:end], rank=Rank.LABELLED)


def _may_be(folded: str, run: Run) -> bool:
    if not 3 <= len(run.digits) <= 8 or not (run.written.isdigit() or run.lengths in _SHAPES) or run.linked:
        return False
    after = folded[run.end : run.end + 2]
    if after[:1].isalpha() or (after[:1] in ".,/-:" and after[1:].isdigit()) or _QUANTITY.match(folded, run.end):
        return False
    before = folded[max(0, run.start - 2) : run.start]
    return not (before[-1:] in ".,/:-" and before[:1].isdigit())


def _named(run: Run) -> bool:
    """Whether the words in front of it call it a code; the nearest that names anything decides."""
    words = _WORD.findall(run.context)[-_MOST:]
    if not words:
        return False
    size = len(run.digits)
    said = run.context.rstrip(" \"'„“(#\n")[-1:] in {":", "="}
    if not said and words[-1] in _NOT_BEFORE:
        return False
    year = _YEAR.fullmatch(run.digits) is not None
    opening = said or words[-1] in _SAYS or words[-1].endswith(("to", "is"))
    for between, word in enumerate(reversed(words)):
        if word in _NOT_BETWEEN or _OTHER.fullmatch(word):
            return False
        joined = _JOINED.get(word)
        if word in {"cvv", "cvc"} and run.lengths == (1, 3):
            return True
        sizes = _SIZES.get(word) or (_SIZES.get(joined) if joined else None)
        front = words[-between - 2] if between + 2 <= len(words) else ""
        if sizes is not None and size in sizes and not (word == "fa" and run.context[-1].isalpha()):  # `FA123456`
            return not year or said or between < 2
        if word in _CODES or (joined is not None and sizes is None):
            if _OTHER.fullmatch(front):
                return False
            if front in _ARTICLES:  # `got the code 92673478`
                front = words[-between - 3] if between + 3 <= len(words) else ""
            sure = opening or _OPENING.match(front) is not None
            return (size == _ONE_TIME and between <= _NEAR) or (sure and not (year and not said and between > 1))
        if sizes is None and kind_of(word) not in _TRANSPARENT and front not in _PICKING_UP and "paczkomat" not in word:
            return False
        opening = opening or _OPENING.match(word) is not None
    return False


def _named_behind(folded: str, run: Run) -> bool:
    """`482 913 to kod z smsa`; or its name ends in a digit of its own."""
    if _CVV2.search(folded, max(0, run.start - 16), run.start):
        return len(run.digits) < 5
    return len(run.digits) > 3 and _BEHIND.match(folded, run.end) is not None


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_TRIGGERS,
    rows=True,
    yes=(
        ("Kod z smsa to 289999, ale system", ("289999",)),
        ("Kod z smsa to 258 295, ale", ("258 295",)),
        ("The code from the text message is 0405, but", ("0405",)),
        ("kod BLIK 123456", ("123456",)),
        ("123 456 to mój kod blik", ("123 456",)),
        ("blikiem 482 913 zapłaciłam", ("482 913",)),
        ("CVV: 123", ("123",)),
        ("trzy cyfry z tyłu karty: 123", ("123",)),
        ("security code 123", ("123",)),
        ("PIN do karty to 4821", ("4821",)),
        ("your verification code is G-482913", ("G-482913",)),
        ("kod weryfikacyjny: A7K9Q2", ("A7K9Q2",)),
        ("dostałem kod 4829 13", ("4829 13",)),
        ("Kod zsmsa to 182 800, ale", ("182 800",)),
        ("The codefrom the text messge is 7147", ("7147",)),
        ("wpisałem 482913 jako kod", ("482913",)),
        ("kod do bramy 4829", ("4829",)),
        ("kod odbioru paczki 739201", ("739201",)),
        ("kod do paczkomatu 739201", ("739201",)),
        ("CVV2: 739", ("739",)),
    ),
    no=(
        "kod rabatowy LATO2026 nie działa",
        "kod pocztowy 30-001",
        "Kod kreskowy 5902210199848",
        "kod 20% rabatu",
        "error code E29",
        "error code 1234",
        "kod błędu 1234",
        "zip code is 90210",
        "code 404",
        "pin 3 sztuki",
        "token 3 dni temu",
        "kod nie przyszedł od 120 minut",
        "zapłaciłem blikiem 150 zł",
        "kod SMS nie dochodzi, zamówienie 55012345",
        "płatność BLIK 1500,00 zł",
        "kod wysłany o 1530",
    ),
)

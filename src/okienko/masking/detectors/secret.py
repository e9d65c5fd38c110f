"""Passwords, codes and keys: what a word before them gives away, and keys that show what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "SECRET"

# After `hasło:` anything is a password; after `hasło to` only what does not look like a word.
_PASSWORD: Final = re.compile(
    r"(?<![a-z])(?:hasl(?:o|a|em)|password|passwd|passphrase|pass)"
    r"(?: (?:do|for|na|moje|my|tymczasowe|stare|nowe|konta|sklepu|account|the|wifi|wi-fi)){0,3}+"
    r"(?:(?P<said> ?[:=] ?| (?:to|brzmi|is|was|jest) ?: ?)"
    r"| (?:to|jest|brzmi|is|was|mam|bylo) | - | (?=[^ ]{0,64}[0-9]))"
    rf"(?P<value>[\"„'“][^\"”'“\n{FILLER}]{{3,64}}[\"”'“]|[^\s{FILLER}]{{4,64}})"
)
_CODE: Final = re.compile(
    r"(?<![a-z])(?P<label>kod(?:u|em)?|code|pin(?:u|em)?|puk|blik(?:a|iem)?|otp|passcode|cvv2?|cvc2?)(?![a-z])"
    r"(?:[ ,:=-]{1,3}(?:z|smsa|sms|sms-a|blik|pin|cvv2?|cvc2?|do|karty|from|the|text|message|e-?mail|maila|app"
    r"|aplikacji|to|is|was|jest|moj|brzmi|dostal[a-z]*|weryfikacyjny|jednorazowy|autoryzacyjny|dostepu|your|my|that|i|got|mam"
    r"|ktory|przyszedl|verification|security|podaje)(?![a-z])){0,6}+[ :=#-]{1,3}"
    r"(?P<value>[0-9]{3,4}[ -][0-9]{3,4}|[0-9]{3,8}|[a-z]-[0-9]{6})(?![0-9]|[.,/-][0-9]| ?(?:zl|pln|dni|szt|%))"
)
# Codes that give nothing away: `zip code 90210`, `error code 1234`.
_OTHER_CODE: Final = re.compile(
    r"(?:error|zip|postal|post|area|country|promo|discount|source|qr|bar|product|status|dress) $"
)
_ONE_TIME: Final = 6  # digits of a code that needs no further word
_KEY: Final = re.compile(
    r"(?<![\w-])(?:(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs]|npm|hf|shpat)[_-][\w-]{16,200}|akia[0-9a-z]{16}"
    r"|eyj[\w-]{10,600}\.[\w-]{10,600}(?:\.[\w-]{5,600})?)(?![\w-])"
)
_WORDS: Final = ("hasl", "pass", "kod", "code", "pin", "puk", "blik", "otp", "cv")
_KEY_SIZE: Final = 20  # the shortest key
_SIGNS: Final = ("_", "-", "eyj", "akia")


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    if any(word in folded for word in _WORDS):
        for password in _PASSWORD.finditer(folded):
            value = reading.text[password.start("value") : password.end("value")].rstrip(".,;:)")
            quoted = value[0] in "\"„'“"
            if len(value) >= 4 and (password["said"] or quoted or not value.replace("-", "").isalpha()):
                start = password.start("value")
                yield Hit(label=LABEL, start=start, end=start + len(value), value=value, rank=Rank.LABELLED)
        for code in _CODE.finditer(folded):
            start, end = code.span("value")
            link = folded[code.end("label") : start]
            bare = code["label"] in {"kod", "code"} and not any(sign.isalpha() or sign == ":" for sign in link)
            if (bare and end - start != _ONE_TIME) or _OTHER_CODE.search(
                folded[max(0, code.start() - 12) : code.start()]
            ):
                continue
            yield Hit(label=LABEL, start=start, end=end, value=code["value"], rank=Rank.LABELLED)
    if any(sign in folded for sign in _SIGNS) and max(map(len, folded.split())) >= _KEY_SIZE:
        for key in _KEY.finditer(folded):
            yield Hit(label=LABEL, start=key.start(), end=key.end(), value=key.group(), rank=Rank.CERTAIN)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("Kod z smsa to 289999, ale system", ("289999",)),
        ("Kod z smsa to 258 295, ale", ("258 295",)),
        ("The code from the text message is 0405, but", ("0405",)),
        ("Moje hasło to Burek07? i nadal", ("Burek07?",)),
        ("My password is #ab#4e7Bygw and", ("#ab#4e7Bygw",)),
        ("hasło: Kotek-83.", ("Kotek-83",)),
        ("hasło: kotek", ("kotek",)),
        ('hasło to "Kotek 83" jak', ('"Kotek 83"',)),
        ("kod BLIK 123456", ("123456",)),
        ("CVV: 123", ("123",)),
        ("klucz sk_live_4eC39HqLyjWDarjtT1zdp7dc", ("sk_live_4eC39HqLyjWDarjtT1zdp7dc",)),
    ),
    no=(
        "hasło jest nieprawidłowe",
        "my password is wrong",
        "reset-your-password-recovery-keys",
        "kod rabatowy LATO2026 nie działa",
        "kod pocztowy 30-001",
        "Kod kreskowy 5902210199848",
        "kod 20% rabatu",
        "error code E29",
        "error code 1234",
        "zip code is 90210",
        "code 404",
    ),
)

"""Passwords, codes and answers by the words around them; keys by what they look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log2
from typing import Final

from okienko.masking.context import kind_of
from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "SECRET"

# Passwords. From the word on, its neighbours are read one by one until one of them is the password.
_PASSWORD: Final = re.compile(
    r"(?<![a-z])(?:hasl(?:o|a|em|e|u)|haselk(?:o|a|iem)|haso|hsalo|halso|haslko|password|passwort|kennwort|passwd|passwrd"
    r"|pasword|passwod|passphrase|passw|pass|pswd|pwd|psw|pw|пароль)(?![a-z-])(?:'s|y|s)?"
)
_PASSWORD_WORDS: Final = frozenset(
    word
    for words in (
        "haslo hasla haslem hasle haslu haselko haselka haselkiem haso hsalo halso haslko password passwords passwort",
        "kennwort passwd passwrd pasword passwod passphrase passw pass pswd pwd psw pw пароль",
    )
    for word in words.split()
)
_STEP: Final = re.compile(rf"[ \t]*+(?:\n[ \t]*+)?(?:([:=]+>?|->|[-/|,](?=\s))|([^\s{FILLER}]{{1,80}}+))")
_CLOSING: Final = {'"': '"”', "„": '”"“', "“": '”"', "'": "'’", "‘": "’'", "«": "»", "`": "`", "(": ")", "[": "]"}
_MOST_STEPS: Final = 8
_SAYS: Final = frozenset(
    [
        "to",
        "brzmi",
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
        "do dla for na moje moj my mojego mojej nasze our stare nowe nowego tymczasowe old new current temporary aktualne",
        "obecne konta konto sklepu account the wifi wi-fi wi fi panelu aplikacji strony maila poczty mail email e-mail",
        "logowania login klienta portalu systemu banku routera serwisu shop store website app your wasz waszego waszej",
        "mi mnie z na from of with tam tu jednorazowe jednorazowym one-time startowe pierwsze drugie internetowego",
    )
    for word in words.split()
)
_NO: Final = frozenset(
    word
    for words in (
        "nie not wrong incorrect invalid zle niepoprawne nieprawidlowe bledne poprawne prawidlowe ok dobre za zbyt too very",
        "already still being never always no expired correct accepted rejected required weak strong same reset saved",
        "locked blocked lost gone wygaslo wymagane puste inne krotkie dlugie slabe mocne silne jest sa nadal dalej znowu",
        "czy jak kiedy dlaczego skoro gdy bo zeby aby ze ktore ktorego which that when if because so but ale by",
        "please prosze prosic chyba tylko wciaz ciagle working changed problem niby tak zmienione zapomniane moze musi",
        "powinno will would should can cannot can't doesn't isn't does did has had being link must needs",
    )
    for word in words.split()
)
_JOINS: Final = frozenset({"i", "oraz", "and", "&", "+", "or", "lub", "a"})
_ENDS: Final = frozenset({"i", "a", "ale", "oraz", "lecz", "czy", "and", "but", "nie", "bo", "or", "lub", "prosze"})
_LOGIN_BEFORE: Final = re.compile(
    r"(?:login\w*|user(?: ?name)?|uzytkownik\w*|nick|id|e-?mail|mail|nazwa)[ ]?(?:i|/|,|and|oraz|&|\+|lub)[ ]?$"
)
_SECOND: Final = re.compile(r"[ ]*(?:[/,;|\\-]|i|and|oraz|haslo:?)?[ \n]*([^\s]{3,64})")
_CHANGED_TO: Final = re.compile(r" (?:na|to|->|=>|lub|albo|or|i|and|oraz) ([^\s]{4,64})")
_SAID_AFTER: Final = re.compile(
    r"([^\s]{4,64}?)[\"”'’]? ?(?:- ?|, ?|= ?)?(?:to|jest|is|was|(?<=[-=] ))(?: (?:jest|moje|my|nowe|stare|the))*? $"
)
_LEADS: Final = ("to ", "is ", "jest ", "was ", "moje ", "my ", "nowe ", "stare ", "the ", "- ", "= ")
_SPECIAL: Final = frozenset("!@#$%^&*_+=?~")
_DATE_OR_PRICE: Final = re.compile(r"[0-9]{1,4}(?:[./:-][0-9]{1,4}){0,2}(?:zl|pln|h|x|%|r)?|[0-9]{1,3}")

# One-time codes, PINs and the like.
_CODE: Final = re.compile(
    r"(?<![a-z])(?P<label>kod(?:u|em|zik)?|code|pin(?:u|em)?|puk|blik(?:a|iem|u)?|otp|passcode|cvv2?|cvc2?|cid|2fa|mfa|token(?:u|em)?"
    r"|(?:trzy|3|three) (?:cyfry|cyferki|digits)|domofon(?:u|em)?)(?![a-z])"
    r"(?:[ ,:=(\"-]{1,3}(?:z|smsa|sms|sms-a|sms-em|smsem|smsie|esemesa|blik|blika|pin|puk|otp|cvv2?|cvc2?|do|karty|karcie|from|the|text|message|e-?mail|maila"
    r"|app|aplikacji|to|is|was|jest|moj|moim|brzmi|dostal[a-z]*|otrzymal[a-z]*|autoryz[a-z]*|weryfik[a-z]*|jednoraz[a-z]*"
    r"|dostepu|bezpieczenstwa|zabezpiecz[a-z]*|aktywac[a-z]*|potwierdz[a-z]*|logowania|zapasow[a-z]*|odbioru|your|my|that|i"
    r"|got|mam|ktory|przyszedl|mi|verification|authenti[a-z]*|security|recovery|backup|confirmation|login|podaje|podalem|podalam"
    r"|tylu|odwrocie|back|on|of|card|for|telefonu|konta|account|phone|bramy|domofonu|klatki|furtki|sent|received|kod|code|one-time"
    r"|banku|bank|transakcji|numer|number|nr|wpisuje|wpisalem|wpisalam|a|are|sa|ze|strony|tam|it|says|said|me|you|u|byl)(?![a-z])){0,8}+[ :=#(\"\n-]{1,4}"
    r"(?P<value>[0-9]{3,4}[ -][0-9]{3,4}|[0-9]{2}[ -][0-9]{2}[ -][0-9]{2}|(?:[0-9][ -]){3,7}[0-9]|[0-9]{3,8}|[a-z]{1,2}-[0-9]{5,6})"
    r"(?![0-9]|[.,/-][0-9]| ?(?:zl|pln|dni|szt|%|days|usd|eur|gbp)(?![a-z])|[a-z]{2})"
)
_CODE_WORDS: Final = frozenset(
    word
    for words in (
        "kod kodu kodem kodzik code codes pin pinu pinem puk blik blika blikiem bliku otp passcode cvv cvc cid fa mfa",
        "token tokenu tokenem cyfry cyferki digits domofon domofonu domofonem key haslo haslem sms sms-a smsa",
    )
    for word in words.split()
)
_CODE_LETTERS: Final = re.compile(
    r"(?<![a-z])(?:kod|code)(?:[ :-]{1,2}(?:z|sms|smsa|do|logowania|the|to|is|jest|dostepu)){0,2}"
    r"[ ](?:weryfikacyjn|autoryzacyjn|jednorazow|zapasow|odzyskiwania|bezpieczenstwa|2fa|aktywacyjn)[a-z]*(?: (?:to|jest|brzmi|do konta))?"
    r"[ :=-]{1,3}(?P<value>(?=[a-z-]{0,9}[0-9])[a-z0-9]{4,12}(?:-[a-z0-9]{3,8}){0,5})(?![a-z0-9])"
    r"|(?<![a-z])(?:verification|security|recovery|backup|authentication|one-time|2fa|access|activation|login) (?:code|key|token)"
    r"(?: (?:is|was|i got is|says))?[ :=-]{1,3}(?P<other>(?=[a-z-]{0,9}[0-9])[a-z0-9]{4,12}(?:-[a-z0-9]{3,8}){0,5})(?![a-z0-9])"
)
# Codes that give nothing away: `zip code 90210`, `error code 1234`.
_OTHER_CODE: Final = re.compile(
    r"(?:error|zip|postal|post|area|country|promo|promotional|discount|voucher|coupon|source|qr|bar|product|item|status|dress"
    r"|color|colour|model|kolor|http|bledu|blad|rabatowy|exit) $"
)
_CODE_BEFORE: Final = re.compile(
    r"(?<![0-9.,/-])([0-9]{3,4}[ -][0-9]{3,4}|[0-9]{4,8})[ ,)-]{1,3}(?:to|jest|is|was|jako|as|z|that is|its)"
    r"(?: (?:jest|moj|my|the|a|ten|tamten|nowy|aktualny|numer|moim|jako|jednorazowy|verification|security)){0,3} $"
)
_ONE_TIME: Final = 6  # digits of a code that needs no further word
_WEAK: Final = frozenset(
    {"kod", "code", "kodu", "kodem", "kodzik", "token", "tokenu", "tokenem", "domofon", "domofonu", "domofonem", "cid"}
)

# What a security question asks for.
_ANSWER: Final = re.compile(
    r"(?<![a-z])(?:odpowiedz na (?:moje )?(?:pytanie|pyt\.)(?: (?:pomocnicze|bezpieczenstwa|kontrolne|zabezpieczajace|weryfikacyjne))?"
    r"|odpowiedz (?:bezpieczenstwa|pomocnicza|kontrolna|zabezpieczajaca)|pytanie (?:pomocnicze|kontrolne|zabezpieczajace)[^\n.]{0,60}?odpowiedz"
    r"|(?:security|secret|my) answer|answer to (?:my|the|your) (?:security|secret) question|security question[^\n.]{0,60}?answer"
    r"|(?:nazwisko )?panienskie(?: nazwisko)?(?: mojej)? (?:matki|mamy)|nazwisko rodowe(?: mojej)? (?:matki|mamy)"
    r"|(?:my |your )?mother'?s? maiden name|maiden name"
    r"|imi[ea] (?:mojego |twojego )?pierwszego (?:psa|kota|zwierzaka|zwierzecia|chomika|pupila)"
    r"|(?:the )?name of my first pet|my first pet(?:'?s)?(?: name| was called)?|my first pet's name)"
    r"(?P<said>(?:[ ]?[:=-]+|[ ](?:to|brzmi|is|was|jest|bylo|byla)(?![a-z]):?){1,2})[ ]?"
    r"(?P<value>[\"„'“][^\"”'“\n]{2,64}[\"”'“]|[^\W_][\w'-]{1,40}(?: [A-Z][\w-]{1,40})?)"
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
    r"(?<![a-z])(?:api[ _-]?(?:key|token|secret)|klucz(?:a|em|u)?(?: (?:do )?(?:api|prywatny|licencyjny|dostepu|aktywacyjny|produktu|licencji))?"
    r"|(?:access|auth|refresh|bearer|session|csrf|app|client|secret|private|license|licence|product|activation|encryption)[ _-]?(?:key|token|secret|id)"
    r"|secret|token(?:u|em)?|bearer|authorization|phpsessid|sessionid|jsessionid|secret[ _-]?access[ _-]?key)"
    r"(?: (?:to|is|do api|api|jest|brzmi|basic|bearer)){0,2}[\"']?[ ]?[:= \n][ ]?(?:bearer |basic |token )?[\"']?"
    r"(?P<value>[\w+/=.~-]{8,512}+)"
)
_TOKEN: Final = re.compile(r"(?<![\w+/=.@:-])[A-Za-z0-9_+/=-]{24,512}+(?![\w@.])")
_HEX: Final = re.compile(r"(?:[0-9a-f]{32,}|[0-9A-F]{32,})")
_PEM: Final = "-----BEGIN "
_PEM_END: Final = re.compile(r"-----END [A-Z ]{0,40}-----")
_PEM_BODY: Final = re.compile(r"-----BEGIN [A-Z ]{0,40}(?:-----)?[A-Za-z0-9+/=\s:,-]*+")
_KEY_SIZE: Final = 20  # signs of the shortest key
_LONG_PIECE: Final = re.compile(r"\S{20}")
_ENOUGH_BITS: Final = 3.5  # of entropy a sign; words and slugs have about 3


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    if not _PASSWORD_WORDS.isdisjoint(reading.words):
        yield from _passwords(reading)
    if reading.runs:
        if not _CODE_WORDS.isdisjoint(reading.words):
            yield from _codes(folded)
        if (
            _LONG_PIECE.search(folded)
            or "token" in folded
            or "klucz" in folded
            or "key" in folded
            or "secret" in folded
        ):
            yield from _keys(reading)
    if (
        "odpowied" in folded
        or "answer" in folded
        or "panien" in folded
        or "maiden" in folded
        or "pierwszego" in folded
        or "rodowe" in folded
        or "first pet" in folded
    ):
        for answer in _ANSWER.finditer(folded):
            yield _hit(reading, *answer.span("value"), Rank.LABELLED)
    if "seed" in folded or "fraz" in folded or "phrase" in folded:
        for seed in _SEED.finditer(folded):
            yield _hit(reading, *seed.span("value"), Rank.LABELLED)
    if "-----" in folded:
        yield from _private_keys(reading)


def _hit(reading: Reading, start: int, end: int, rank: Rank) -> Hit:
    return Hit(label=LABEL, start=start, end=end, value=reading.text[start:end], rank=rank)


def _passwords(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    for label in _PASSWORD.finditer(folded):
        place = _password(reading, label.end())
        if place is not None:
            start, end = place
            login = _LOGIN_BEFORE.search(folded, max(0, label.start() - 24), label.start())
            second = _SECOND.match(reading.text, end) if login is not None else None
            if second is not None:
                start, end = second.start(1), second.start(1) + len(second.group(1).rstrip(".,;:)"))
                if end - start < 3:
                    continue
            yield _hit(reading, start, end, Rank.LABELLED)
            changed = _CHANGED_TO.match(reading.text, end)
            if changed is not None:
                other = changed.group(1).rstrip(".,;:)")
                if _secretive(other):
                    yield _hit(reading, changed.start(1), changed.start(1) + len(other), Rank.LABELLED)
        elif folded.endswith(_LEADS, 0, label.start()):
            said = _SAID_AFTER.search(reading.text, max(0, label.start() - 90), label.start())
            if said is not None and _secretive(said.group(1).strip("\"„'“")):
                yield _hit(reading, *said.span(1), Rank.LABELLED)


def _password(reading: Reading, at: int) -> tuple[int, int] | None:
    """Where the password stands that is spoken of up to a place: start and end."""
    text, folded = reading.text, reading.folded
    told = said = False  # told: a colon leads to it; said: `to`, `is`
    for _ in range(_MOST_STEPS):
        step = _STEP.match(folded, at)
        if step is None or ("\n" in step.group() and not told):
            return None
        at = step.end()
        if step.group(1):
            told = told or step.group(1) not in "/|,"
            continue
        start = step.start(2)
        word = step.group(2)
        if text[start] in _CLOSING and (told or said or text[start] not in "(["):
            quoted = _quoted(text, start)
            if quoted is not None:
                return quoted
        plain = word.rstrip(".,;)")
        core = plain.rstrip(":=?!")
        if (core in _SAYS or core in _ON or core in _JOINS) and not (told and core not in _SAYS):
            said = said or core in _SAYS
            told = told or plain.endswith((":", "="))
            if core in _JOINS and not folded.startswith(("login", "mail", "e-mail", "nazw", "user"), at + 1):
                return None
            continue
        glued = re.match(r"[:=]+", word)
        if glued is not None and len(word) > glued.end():
            start += glued.end()
            plain = plain[glued.end() :]
            told = True
        if not plain or core in _NO:
            return None
        end = start + len(plain)
        if told and plain.endswith(":"):
            end -= 1
        if told or _secretive(text[start:end]):
            enough = 3 if told else 4
            return (
                (start, end)
                if (end - start >= enough and not _DATE_OR_PRICE.fullmatch(plain)) or (told and end - start >= 4)
                else None
            )
        if said:
            own = text[start].isupper() or _ends(folded, end)
            return (start, end) if own and end - start >= 4 and kind_of(core) == "" else None
        if plain != word or kind_of(core) not in {
            "",
            "IBAN_CODE",
        }:  # the end of the sentence, or something else is named
            told = told or plain.endswith(":")
            if not plain.endswith(":"):
                return None
        told = told or word.endswith(":")
    return None


def _quoted(text: str, start: int) -> tuple[int, int] | None:
    for end in range(start + 4, min(len(text), start + 66)):
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
    if len(word) < 4 or FILLER in word or _DATE_OR_PRICE.fullmatch(word.lower()) or "://" in word or "[" in word:
        return False
    return (
        any(map(str.isdigit, word))
        or not _SPECIAL.isdisjoint(word[:-1])
        or (not word.isupper() and any(map(str.isupper, word[1:])) and "-" not in word)
        or (word[-1] in "@#$%^&*_+=~")
    )


def _codes(folded: str) -> Iterator[Hit]:
    for code in _CODE.finditer(folded):
        start, end = code.span("value")
        link = folded[code.end("label") : start]
        digits = sum(map(str.isdigit, code["value"]))
        weak = code["label"] in _WEAK and not any(sign.isalpha() or sign == ":" for sign in link)
        if (weak and digits != _ONE_TIME) or _OTHER_CODE.search(folded[max(0, code.start() - 14) : code.start()]):
            continue
        yield Hit(label=LABEL, start=start, end=end, value=code["value"], rank=Rank.LABELLED)
    if "kod" in folded or "code" in folded or "token" in folded or "key" in folded:
        for code in _CODE_LETTERS.finditer(folded):
            group = "value" if code["value"] else "other"
            start, end = code.span(group)
            yield Hit(label=LABEL, start=start, end=end, value=code[group], rank=Rank.LABELLED)
    for label in re.finditer(r"(?<![a-z])(?:kod|code|pin|blik|otp|cvv|cvc|puk|sms|hasl)", folded):
        before = _CODE_BEFORE.search(folded, max(0, label.start() - 56), label.start())
        if before is not None:
            start, end = before.span(1)
            yield Hit(label=LABEL, start=start, end=end, value=before.group(1), rank=Rank.LABELLED)


def _keys(reading: Reading) -> Iterator[Hit]:
    text, folded = reading.text, reading.folded
    for key in _KEY.finditer(folded):
        if any(map(str.isdigit, key.group())):
            yield _hit(reading, key.start(), key.end(), Rank.CERTAIN)
    for key in _KEY_LABELLED.finditer(folded):
        start, end = key.span("value")
        value = text[start:end].rstrip(".-")
        if any(map(str.isdigit, value)) and (any(map(str.isalpha, value)) or len(value) >= _KEY_SIZE):
            yield _hit(reading, start, start + len(value), Rank.LABELLED)
    for key in _TOKEN.finditer(text):
        if _random(key.group()) and "://" not in text[max(0, key.start() - 60) : key.start()].rpartition(" ")[2]:
            yield _hit(reading, key.start(), key.end(), Rank.SHAPE)


def _random(token: str) -> bool:
    """Whether somebody's machine made it: hexadecimal, or signs of all classes in no order."""
    if _HEX.fullmatch(token):
        return any(map(str.isalpha, token)) and any(map(str.isdigit, token))
    if sum(map(str.isdigit, token)) < 3 or token.count("-") > 3 or token.count("/") > 2:
        return False
    if not (any(map(str.islower, token)) and any(map(str.isupper, token))):
        return False
    return sum(-count / len(token) * log2(count / len(token)) for count in Counter(token).values()) >= _ENOUGH_BITS


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
    yes=(
        ("Kod z smsa to 289999, ale system", ("289999",)),
        ("Kod z smsa to 258 295, ale", ("258 295",)),
        ("The code from the text message is 0405, but", ("0405",)),
        ("Moje hasło to Burek07? i nadal", ("Burek07?",)),
        ("My password is #ab#4e7Bygw and", ("#ab#4e7Bygw",)),
        ("hasło: Kotek-83.", ("Kotek-83",)),
        ("hasło: kotek", ("kotek",)),
        ('hasło to "Kotek 83" jak', ('"Kotek 83"',)),
        ("moje haslo to kotek i nie działa", ("kotek",)),
        ("pass kotek123 nie wchodzi", ("kotek123",)),
        ("login i hasło: jan / Kotek1", ("Kotek1",)),
        ("login jan, pwd=Tajne!23", ("Tajne!23",)),
        ("hasło do konta allegro to Zima2024", ("Zima2024",)),
        ("zmieniłem hasło z Kotek1 na Kotek2!", ("Kotek1", "Kotek2!")),
        ("Kotek83! to moje hasło", ("Kotek83!",)),
        ("kod BLIK 123456", ("123456",)),
        ("123 456 to mój kod blik", ("123 456",)),
        ("blikiem 482 913 zapłaciłam", ("482 913",)),
        ("CVV: 123", ("123",)),
        ("trzy cyfry z tyłu karty: 123", ("123",)),
        ("PIN do karty to 4821", ("4821",)),
        ("your verification code is G-482913", ("G-482913",)),
        ("kod weryfikacyjny: A7K9Q2", ("A7K9Q2",)),
        ("klucz sk_live_4eC39HqLyjWDarjtT1zdp7dc", ("sk_live_4eC39HqLyjWDarjtT1zdp7dc",)),
        ("api key: 8f14e45fceea167a", ("8f14e45fceea167a",)),
        ("mam Zx9kQ2mWv7Lp4TnB8sRd3Yh6Kc1 w panelu", ("Zx9kQ2mWv7Lp4TnB8sRd3Yh6Kc1",)),
        ("nazwisko panieńskie matki: Kowalska", ("Kowalska",)),
        ("My mother's maiden name is Smith.", ("Smith",)),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY----- proszę",
            ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----",),
        ),
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
        "kod rabatowy LATO2026 nie działa",
        "kod pocztowy 30-001",
        "Kod kreskowy 5902210199848",
        "kod 20% rabatu",
        "error code E29",
        "error code 1234",
        "zip code is 90210",
        "code 404",
        "pin 3 sztuki",
        "Lenovo-ThinkPad-X1-Carbon-Gen-11",
        "token 3 dni temu",
    ),
)

"""Links that lead to a person: with a token, a session or an e-mail in them, to a profile, or with a password.

Other links are kept: a shop cannot help with a product that it cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "URL"

_LINK: Final = re.compile(
    rf"(?:(?:https?|hxxps?|ftps?|wss?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?|smtp)://|www\.)[^\s<>\"{FILLER}]{{3,2048}}+"
    rf"|(?<![\w@./-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}[a-z]{{2,12}}(?::[0-9]{{2,5}})?[/?][^\s<>\"{FILLER}]{{1,2048}}+"
)
_PARTS: Final = re.compile(
    r"(?:[a-z+]{2,11}://)?(?P<user>[^/?#@]*@)?(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)", re.DOTALL
)
# Parameters whose value opens a door or names somebody.
_SECRET_NAME: Final = re.compile(
    r"[a-z0-9_.-]{0,24}(?:token|key|sess|sid|auth|sig|signature|hash|secret|passw|pwd|pass|hasl|otp|jwt|credential|nonce|ticket|csrf|oob"
    r"|e-?mail|mail|login|user|uid|member|klient|customer|phone|tel|pesel|nip|imie|nazwisko|name|invite|reset|verif|confirm|activat|magic)"
    r"[a-z0-9_.-]{0,16}"
)
_SECRET_NAMES: Final = frozenset({"u", "t", "h", "s", "e", "m", "k", "code", "kod", "c", "otp"})
_PLAIN_NAME: Final = re.compile(
    r"utm_.*|.*keyword.*|.*_?keys?word.*|sort.*|product.*|nazwa.*|filename|tracking.*|.*number|ref|gclid|fbclid|hashtag|search.*"
)
_DOORS: Final = re.compile(
    r"(?:^|[/_-])(?:profil\w*|profile|user|users|uzytkownik\w*|account|konto|moje-konto|my-account|reset|resetuj|verify|weryfikacja|activate|aktywuj|aktywacja"
    r"|confirm|potwierdz\w*|unsubscribe|wypisz|login|logowanie|signin|invite|zaproszenie|magic|auth|oauth|sso|token|session|sesja|password|haslo"
    r"|share|shared|drive|d|file|folders|faktura|invoice|u|me|order-status|zwrot|download|pobierz)(?=[/_.-]|$)"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SEGMENT: Final = re.compile(r"[^/?#&=;]+")
_PROFILE: Final = re.compile(
    r"(?:[a-z-]{1,8}\.)?(?:"
    r"(?:facebook|fb)\.com/(?!groups?/|events?/|pages?/|marketplace|sharer?|watch|help|login|policies|hashtag|ads|business|photo|story|reel|plugins|tr\b|dialog)[\w.@-]+"
    r"|(?:fb\.me|m\.me)/[\w.-]+"
    r"|instagram\.com/(?!p/|reels?/|explore|stories/?$|accounts|tv/|about|legal)[\w.@-]+"
    r"|linkedin\.com/(?:in|pub)/[^/?#]+"
    r"|(?:twitter|x)\.com/(?!home|share|intent|search|hashtag|i/|explore|login|settings|tos|privacy)@?\w+"
    r"|tiktok\.com/@[\w.-]+|(?:t|telegram)\.me/(?!share|joinchat)\+?\w+|wa\.me/\+?[0-9]+|api\.whatsapp\.com/send\S+"
    r"|youtube\.com/(?:@|user/|c/)[\w.-]+|snapchat\.com/add/[\w.-]+|pinterest\.[a-z.]{2,6}/(?!pin/|search|ideas)[\w.-]+"
    r"|threads\.net/@[\w.-]+|github\.com/(?!features|topics|search|login|about)[\w-]+/?$|gitlab\.com/[\w.-]+/?$"
    r"|vk\.com/[\w.-]+|ok\.ru/profile/[0-9]+|steamcommunity\.com/(?:id|profiles)/[\w.-]+|twitch\.tv/\w+|reddit\.com/(?:u|user)/[\w-]+"
    r"|allegro\.pl/uzytkownik/[\w.-]+|olx\.pl/(?:oferty/)?uzytkownik/[\w.-]+|vinted\.[a-z]{2,3}/member/[\w.-]+|ebay\.[a-z.]{2,6}/usr/[\w.-]+"
    r"|discord(?:app)?\.com/users/[0-9]+|open\.spotify\.com/user/[\w.-]+|goldenline\.pl/[\w-]+/?$|bsky\.app/profile/[\w.-]+|paypal\.me/[\w.-]+"
    r"|revolut\.me/[\w.-]+|calendly\.com/[\w-]+|about\.me/[\w.-]+|linktr\.ee/[\w.-]+)"
)
# Whatever the host: a folder for people, or a last piece that reads like `name.surname`.
_PERSON: Final = re.compile(
    r"[^?#]*/(?:(?:u|in|users?|profiles?|profil|uzytkownik|members?|people|autor|author)/@?[\w.%-]{3,64}/?"
    r"|@?[a-z]{3,24}\.(?!html?$|php$|aspx?$|jsp$|pdf$|jpe?g$|png$|gif$|webp$|svg$|css$|zip$|apk$|exe$|xml$|json$|txt$)"
    r"[a-z]{3,24}[0-9]{0,4}/?)(?:[?#]|$)"
)
_LONG: Final = 16  # signs of an identifier that no person chose
_SHORT: Final = 8  # the same behind a door: `/reset/b29e3b55d9`
_CERTAIN: Final = 20
_VALUE: Final = 4


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    for link in _LINK.finditer(folded):
        start, end = link.span()
        if "www." in folded[start:end] and "://" not in folded[start:end]:
            start = folded.index("www.", start)
        plain = folded[start:end].rstrip(".,;:!?'”’»*")
        while plain.endswith((")", "]", "}")) and plain.count("([{"[")]}".index(plain[-1])]) < plain.count(plain[-1]):
            plain = plain[:-1].rstrip(".,;:!?")
        written = reading.text[start : start + len(plain)]
        if _personal(plain, written):
            yield Hit(label=LABEL, start=start, end=start + len(plain), value=written, rank=Rank.CERTAIN)


def _personal(link: str, written: str) -> bool:
    parts = _PARTS.match(link)
    if parts is None:
        return False
    if parts["user"] is not None and ("://" in link or ":" in parts["user"]):
        return True
    bare = link.partition("://")[2] or link
    if _PROFILE.match(bare.removeprefix("www.").removeprefix("m.")):
        return True
    if _PERSON.match(parts["path"]):
        return True
    if parts["rest"] and _telling(parts["rest"], written[len(written) - len(parts["rest"]) :]):
        return True
    if "@" in parts["path"] or "%40" in parts["path"]:
        return True
    path = written[len(written) - len(parts["rest"]) - len(parts["path"]) : len(written) - len(parts["rest"])]
    door = _DOORS.search(parts["path"]) is not None or _DOORS.search("/" + parts["host"].partition(".")[0]) is not None
    return any(
        _made(segment, _SHORT if door else _LONG) or (door and segment.isdigit() and len(segment) >= 5)
        for segment in _SEGMENT.findall(path)
    )


def _telling(rest: str, written: str) -> bool:
    """Whether a parameter opens a door or names somebody."""
    at = 0
    for parameter in re.split(r"[?&#;]", rest):
        name, sign, value = parameter.partition("=")
        at = rest.index(parameter, at)
        if not sign:
            if _made(written[at : at + len(parameter)], _LONG):
                return True
            continue
        if _PLAIN_NAME.fullmatch(name) or not value:
            continue
        if "@" in value:
            return True
        if len(value) >= _VALUE and (name in _SECRET_NAMES or _SECRET_NAME.fullmatch(name)):
            return True
        if _made(written[at + len(name) + 1 : at + len(parameter)], _LONG):
            return True
    return False


def _made(segment: str, shortest: int) -> bool:
    """Whether a machine made it: long, with letters and digits mixed, and no row of words."""
    if _UUID.search(segment.lower()):
        return True
    segment = (
        max(re.split(r"[.-]", segment.partition(".htm")[0]), key=len) if "-" in segment or "." in segment else segment
    )
    if len(segment) < shortest or not segment.replace("_", "").isalnum():
        return False
    digits = sum(map(str.isdigit, segment))
    if len(segment) >= _CERTAIN and digits and any(map(str.islower, segment)) and any(map(str.isupper, segment)):
        return True
    turns = len(re.findall(r"[0-9]+|[A-Za-z]+", segment))
    return 2 <= digits < len(segment) and turns >= 4


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    signs=("/", "www."),
    yes=(
        ("mój profil https://social.example/u/wanda.golebiowski", ("https://social.example/u/wanda.golebiowski",)),
        ("https://spolecznosc.example/barbara.marczak", ("https://spolecznosc.example/barbara.marczak",)),
        (
            "Link https://www.moje-konto.example/profil/b29e3b55d9 z",
            ("https://www.moje-konto.example/profil/b29e3b55d9",),
        ),
        ("www.facebook.com/jan.nowak nie", ("www.facebook.com/jan.nowak",)),
        (
            "(https://sklep.example/reset?token=1d1ec222cd&u=64774).",
            ("https://sklep.example/reset?token=1d1ec222cd&u=64774",),
        ),
        ("sklep.example/aktywacja?kod=8d7f6a5e", ("sklep.example/aktywacja?kod=8d7f6a5e",)),
        ("https://jan:tajne@panel.example/", ("https://jan:tajne@panel.example/",)),
        ("https://sklep.example/?email=jan@poczta.example", ("https://sklep.example/?email=jan@poczta.example",)),
        ("instagram.com/kasia_gotuje, polecam", ("instagram.com/kasia_gotuje",)),
        ("https://www.linkedin.com/in/jan-nowak-1a2b3c/", ("https://www.linkedin.com/in/jan-nowak-1a2b3c/",)),
        ("https://t.me/jannowak i wa.me/48601156759", ("https://t.me/jannowak", "wa.me/48601156759")),
        (
            "https://sklep.example/s/550e8400-e29b-41d4-a716-446655440000",
            ("https://sklep.example/s/550e8400-e29b-41d4-a716-446655440000",),
        ),
        ("https://sklep.example/cart/Zx9kQ2mWv7Lp4TnB8s", ("https://sklep.example/cart/Zx9kQ2mWv7Lp4TnB8s",)),
    ),
    no=(
        "https://sklep.example/buty/nike-air-max-90-czarne-rozmiar-42",
        "www.sklep.example/promocje?utm_source=mail&utm_campaign=lato2026",
        "https://sklep.example/p/B08N5WRWNW",
        "https://inpost.example/sledzenie?number=708744316398562065885561",
        "https://sklep.example/szukaj?q=buty&sort=price&page=2",
        "https://www.facebook.com/groups/sklep",
        "https://www.instagram.com/p/Cx1",
        "rozmiar 42/43, waga 1.5/2 kg",
        "wejdź na www.sklep.example albo sklep.example",
        "zwrot/reklamacja, i/lub",
        "https://sklep.example/konto/zamowienia",
        "https://sklep.example/regulamin.pdf",
    ),
)

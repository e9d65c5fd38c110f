"""User names and handles: what a word like login or nick introduces, and `@name`.

`login: kasia` is one whatever it looks like; after `login to` or `username is` it must not be a word that says
something about the login (`username is wrong`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.places import listed
from okienko.masking.reading import Reading

LABEL: Final = "USERNAME"

_NAME: Final = r"(?:@|u/|live:)?[^\W_][\w.-]{1,38}+(?:#[0-9]{3,5})?(?! ?@| ?[(\[]at)"
_QUOTE: Final = r"[\"'„“‘»«]"
_SERVICES: Final = (
    r"steam|discord|skype|telegram|tg|signal|messenger|facebook|fb|instagram|insta|ig|tiktok|tik tok|twitter"
    r"|snapchat|snap|twitch"
    r"|youtube|reddit|linkedin|github|psn|xbox|epic|battle\.?net|allegro|vinted|olx|gg|gadu-gadu|viber|whatsapp"
)
_WORD: Final = (
    r"login(?:u|em|ie)?|nick(?:iem|u|a|name|name'?u?)?|ksywk[aeią]|pseudonim(?:em|u)?|user ?-?names?|user ?-?id"
    r"|user name|screen ?-?name"
    r"|nazw[aeyą] (?:mojego |moja |mojej |mego )?(?:uzytkownika|konta|profilu|uzytkowniczki)|nazw[aey] uz\.?"
    r"|loguje sie (?:na|do)|user(?= ?:)|kont[oa] o nazwie|konta o nazwie|koncie o nazwie|profil(?:u|em)? o nazwie"
    r"|handle|gamertag|gamer tag|id gracza"
    r"|player (?:id|name)|nazwa gracza"
    r"|profile name|account name|log-?in name|log-?in id|id uzytkownika"
)
_LABELLED: Final = re.compile(
    rf"(?<![\w-])(?:(?P<word>{_WORD})|(?P<service>{_SERVICES})(?: id| tag| nick| login| username| handle| name"
    rf"| konto| profil)?)"
    r"(?: (?:na|w|do|u|on|for|in|z) [a-z]{2,12}(?: [a-z]{2,12})??| klienta| gracza| uzytkownika)?"
    rf"(?P<link> ?[:=] ?| ?[-–] ?(?=[^\s])| (?:to|brzmi|is|jest|mam|mialem|mialam|was|pod nazwa|podaje|moj to|jako"
    rf"|as|name is|id is|called)(?: to| jest)?(?: ?:)? | ?\(| ?{_QUOTE}| )"
    rf"{_QUOTE}?(?P<name>{_NAME})"
)
_SIGNED_IN: Final = re.compile(
    r"(?<![a-z])(?:(?:za|prze|wy)?logow[a-z]+(?: sie)?|zalogowan[a-z]+|loguj[a-z]*(?: sie)?|log(?:ged|ging)? ?-?in"
    r"|sign(?:ed|ing)? ?-?in|registered|zarejestrowan[a-z]+"
    r"|zarejestrow[a-z]+(?: sie)?|wystepuj[a-z]+|(?:jestem|mnie) znan[aey]|jestem(?= jako)"
    r"|i'?a?m known|gram|i play|i go by"
    r"|post(?:ed|ing)? as|pisz[a-z]+)(?: (?:sie|tam|u was|to|there|online))? (?:jako|as|pod nickiem|pod nazwa"
    r"|pod loginem|under|by)"
    rf"(?: (?:user|uzytkownik|the user|login|nick))?:? {_QUOTE}?(?P<name>{_NAME})"
)
_ACCOUNT: Final = re.compile(
    rf"(?<![a-z])(?:kont[aoe]|koncie|profil(?:u|em)?|account|profile|user|uzytkownik(?:a|iem)?|uzytkownicz[a-z]+"
    rf"|nick(?:iem|u)?|login(?:u|em)?)[ :]{{1,2}}{_QUOTE}?(?P<name>{_NAME})"
)
_HANDLE: Final = re.compile(r"@(?<![\w.@/+-]@)(?P<name>[a-z][\w.]{1,38}(?<![.]))(?![\w@/]|\.[a-z])")
_TAG: Final = re.compile(r"(?<![\w#])(?P<name>[a-z][\w.]{1,30}#[0-9]{4})(?![\w])")
_NOT_HANDLES: Final = listed(
    """
    media import here everyone shopping amazon allegro inpost google bing wikipedia history bookmarks tabs edytuj
    channel all param return returns override property test font-face keyframes charset supports gmail gmail.com wp.pl
    o2.pl onet.pl interia.pl outlook.com yahoo.com icloud.com hotmail.com example team teams
    """
)
# What people say about a login instead of telling it.
_STOP: Final = listed(
    """
    a aby ale albo bez bo brak by byl byla bylo byly co czy dla do ani oraz gdy gdzie haslo hasla i ich inny innym ja
    jak jaki jakis jako je jej jego jest juz kod konto konta lub ma mam mail maila mailem mi mnie moj moje moja moim
    moge mozna na nadal nazwa nazwisko nic nie niepoprawne niepoprawny nieprawidlowy nieznany niedostepny numer od on
    ona pan po pod podaje podany poprawny prawidlowy prosze przez sam samo sie staly ta taki taka takie tak tam te ten
    to tu tutaj tylko twoj twoja twoje uzytkownikowi ty u uzytkownika uzytkownik w wam we wpisuje wygasl wyglada z za
    zablokowany zablokowane zajety zajeta ze zeby zly zmienic znow zostal zostalo dziala dzialal pasuje pamietam chce
    adres email e-mail adresu adresem imie wlasciwy aktualny stary nowy nowe stare fb google facebook apple microsoft
    office outlook powinien aktywny usunac usuniety widoczny publiczny publicznego prywatny prywatne firmowe firmowy
    sluzbowy sluzbowe premium pro plus glowne glowny wrong incorrect invalid right correct not the my your our their
    his her its is was were are be been being and or but with without for from in on at to of by as an no yes it this
    that these those which what who how when where why already taken unavailable blocked locked disabled unknown
    missing different same new old too so just still now page button screen form field name names password passwords
    passcode email mail address details detail information info data does do did doesn't don't can't cannot can could
    has have had having here there works working work fails failed fail error errors issue issues problem problems
    please will would should must may if then than because expired deleted gone empty required recognized recognised
    accepted valid accepting rejected changed change reset credential credentials account accounts access also only
    app application security settings setting session status sync synced interface experience experiences friendly
    guide manual agent license licence licenses id ids type types policy policies group groups profile profiles profil
    picture photo image support service services manager mode agreement rights role roles permission permissions need
    needs wants want using use used uses see saw try trying tried menu first last full real actual own one ones shown
    displayed stored saved autofill manage management domyslny domyslna docelowy koncowy koncowych koncowych
    zewnetrzny zewnetrznych nazwa nazwe moze musi musisz nalezy kliknij wybierz otrzyma otrzymuje zobaczy widzi bedzie
    chcialbym chcialabym dostep aplikacja aplikacji online offline oboje razem sklep sklepu klient klienta klientem
    gosc guest admin administrator user users anonymous root default business enterprise personal home live shop store
    live basic free standard family premium kids pages page chat video room rooms
    """
)
# After one of these no name stands, whatever stands before it: most accounts are only spoken of.
_SAYS_NOTHING: Final = _STOP - listed(
    """
    to jest is was mam on na w do u for in z i s of from at with moj moja moje moim mojego my mial jako as id ids name
    names user users uzytkownika uzytkownik uzytkownikiem konto konta profil profile profili account login nick tag
    klienta gracza moze your the for screen nazwa nazwe nazwy fb google facebook apple allegro page app by o a pod
    podany podaje brzmi sie called full public service live xbox steam game gry shop sklepu sklep online aplikacji
    mail e email
    """
)
# What stands before `jako` or `as`: `zalogowana jako`, `pisałem u was jako`, `I go by`.
_AFTER_WORDS: Final = frozenset(("", " ", ",", "?", "!", "\n"))
_BEFORE_AS: Final = listed(
    """
    jestem in sie signed registered znany znana known gram play go posted posting tam was to there online pod insta
    instagramie facebooku fb allegro discordzie
    """
)
_BEFORE_AS_STARTS: Final = ("log", "zalog", "przelog", "wylog", "rejestr", "zarejestr", "wystep", "pisz")
_AS: Final = listed("jako as pod by under")
_CROWD: Final = 400  # such words in one reading; no message has more
_BACK: Final = 40  # characters of `zalogować się tam jako`
_REACH: Final = 96  # characters of such a phrase
# One of these stands in every phrase that is looked for.
_SIGNS: Final = listed(
    """
    userid loguje login loginu loginem loginie nick nickiem nicku nicka nickname nicknamem ksywka ksywke ksywki ksywa
    pseudonim pseudonimem pseudonimu username usernames user name id nazwa nazwe nazwy uzytkownik uzytkownika
    uzytkownikiem uzytkowniczka uzytkowniczki konto konta koncie account profil profilu profilem profile handle
    gamertag gamer gracza screen jako as pod log logged signed registered nazwie steam discord skype telegram tg
    signal messenger facebook fb instagram insta ig tiktok tik twitter snapchat snap twitch youtube reddit linkedin
    github psn xbox epic battle allegro vinted olx gg gadu viber whatsapp dc btag go known by under
    """
)
_MIXED: Final = re.compile(r"[0-9_]|[a-z]\.[a-z]{3}")
_BREAK: Final = re.compile(
    r"[ ]?(?:[,.;:!?)\"'”»]|$|\n| (?:i|a|ale|and|but|oraz|prosze|please|haslo|password)(?![a-z]))"
)


def find(reading: Reading) -> Iterator[Hit]:
    if "@" in reading.folded:
        yield from _handles(reading)
    if not _SIGNS.isdisjoint(reading.words):
        yield from _introduced(reading)
        if "#" in reading.folded:
            yield from _tags(reading)


def _handles(reading: Reading) -> Iterator[Hit]:
    for handle in _HANDLE.finditer(reading.folded):
        if handle["name"] not in _NOT_HANDLES:
            yield _hit(reading, handle.start(), handle.end("name"), Rank.SHAPE)


def _introduced(reading: Reading) -> Iterator[Hit]:
    """What a word for a user name stands before."""
    words = reading.words
    done = count = 0
    for place, word in enumerate(words):
        if word not in _SIGNS:
            continue
        before = words[place - 1] if place else ""
        if word in _AS and before not in _BEFORE_AS and not before.startswith(_BEFORE_AS_STARTS):
            continue
        start = reading.starts[place]
        if start < done or _says_nothing(reading, place, start + len(word)):
            continue
        count += 1
        if count > _CROWD:
            return
        found = _signed_in(reading, start) if word in _AS else _said(reading, start)
        if found is not None:
            yield _named(reading, found)
            done = found.end()


def _says_nothing(reading: Reading, place: int, end: int) -> bool:
    """Whether a word follows after which no name stands: `konto nie działa`, but not `login nie.wiem`."""
    after = reading.words[place + 1] if place + 1 < len(reading.words) else ""
    if after not in _SAYS_NOTHING or not reading.folded.startswith(after, end + 1):
        return False
    stop = end + 1 + len(after)
    return reading.folded[end] == " " and reading.folded[stop : stop + 1] in _AFTER_WORDS


def _signed_in(reading: Reading, at: int) -> re.Match[str] | None:
    """`zalogowana jako ewka99`; `at` is where `jako` stands."""
    signed = _SIGNED_IN.search(reading.folded, max(0, at - _BACK), at + _REACH)
    if signed is None:
        return None
    name = signed["name"].rstrip(".-")
    ends = _BREAK.match(reading.folded, signed.start("name") + len(name)) is not None
    return signed if name not in _STOP and (ends or _looks(reading, signed)) else None


def _said(reading: Reading, at: int) -> re.Match[str] | None:
    """`login: ewka99`, `mój nick to …`, `konto ewka99`."""
    labelled = _LABELLED.match(reading.folded, at, at + _REACH)
    if labelled and _told(reading, labelled):
        return labelled
    account = _ACCOUNT.match(reading.folded, at, at + _REACH)
    return account if account and _looks(reading, account) else None


def _tags(reading: Reading) -> Iterator[Hit]:
    for tag in _TAG.finditer(reading.folded):
        if _TAG_BEFORE.search(reading.before(tag.start())):
            yield _named(reading, tag)


_TAG_BEFORE: Final = re.compile(r"(?<![a-z])(?:discord|nick|tag|battle|btag|dc|login|konto|profil|id)")


def _told(reading: Reading, labelled: re.Match[str]) -> bool:
    link = labelled["link"].strip()
    name = labelled["name"].rstrip(".-")
    if name in _STOP:
        return False
    if name.isdigit():  # `Steam ID: 7656…`, `id gracza 99887766`
        return len(name) >= 6 and "id" in labelled.group()[: -len(name)]
    if _looks(reading, labelled):
        return True
    end = labelled.start("name") + len(name)
    ends = _BREAK.match(reading.folded, end) is not None
    lower = reading.text[labelled.start("name")].islower()
    if labelled["service"]:
        return link in {":", "="} and len(name) > 2 and lower and ends
    if link in {":", "="}:
        return lower or ends or labelled["word"].startswith("nazw")
    if link and link in "\"'„“‘»«":
        return ends
    if link == "(":
        return False
    if not link or link == "-":
        return labelled["word"].endswith("nazwie") and ends
    return ends


def _looks(reading: Reading, found: re.Match[str]) -> bool:
    """Whether it looks like a user name and like nothing else: `jan_k85`, `JanKowalski`, not `AB12345` or `HP15`."""
    name = found["name"].rstrip(".-")
    written = reading.text[found.start("name") : found.start("name") + len(name)]
    letters = sum(sign.isalpha() for sign in name)
    if (
        name in _STOP
        or letters < 2
        or ("." in name.rstrip(".") and name.rpartition(".")[2] in {"com", "pl", "org", "net", "exe", "eu"})
    ):
        return False
    if written.isupper() and "_" not in written:
        return False
    camel = any(a.islower() and b.isupper() for a, b in pairwise(written))
    return _MIXED.search(name) is not None or (camel and found.re is not _ACCOUNT) or name.startswith("@")


def _named(reading: Reading, found: re.Match[str]) -> Hit:
    name = found["name"].rstrip(".-")
    start = found.start("name")
    return _hit(reading, start, start + len(name), Rank.CERTAIN)


def _hit(reading: Reading, start: int, end: int, rank: Rank) -> Hit:
    return Hit(label=LABEL, start=start, end=end, value=reading.folded[start:end].lstrip("@"), rank=rank)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_SIGNS,
    signs="@",
    yes=(
        ("login: jan_k85", ("jan_k85",)),
        ("mój login to kasia, hasło nie działa", ("kasia",)),
        ("nazwa użytkownika Burek77 nie działa", ("Burek77",)),
        ("mój nick to Zosia_Samosia", ("Zosia_Samosia",)),
        ("piszcie do @jan.kowalski na insta", ("@jan.kowalski",)),
        ("my username is sunflower", ("sunflower",)),
        ("my handle is @night_owl.", ("@night_owl",)),
        ("profil jan85 zniknął", ("jan85",)),
        ("konto o nazwie tomek", ("tomek",)),
        ("Discord: jan#1234", ("jan#1234",)),
        ("nie mogę się zalogować jako ewka99", ("ewka99",)),
        ("I am logged in as maryj", ("maryj",)),
        ("Nazwa konta: zosia-9, proszę", ("zosia-9",)),
        ("steam id gaben_xx", ("gaben_xx",)),
    ),
    no=(
        "login nie działa",
        "username is wrong",
        "login i hasło",
        "mój login jest niepoprawny",
        "login to mój e-mail",
        "my username is already taken",
        "konto Premium jest drogie",
        "zalogować jako administrator",
        "pisać na jan@poczta.example",
        "login: jan.k85@poczta.example i konto jan.k85@poczta.example",
        "@media screen",
        "zamówienie#1234",
        "user interface",
    ),
)

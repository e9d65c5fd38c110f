"""E-mail addresses: plain, international, with spaces, and as people write them when they hide from robots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "EMAIL_ADDRESS"

# What stands for "@". A bare "at" or "małpa" is a word of the language too and needs more evidence around it.
_WORD_AT: Final = "malpa|malpka|malp|at|sobaka|собака"
_AT: Final = re.compile(
    r"[ ]{0,2}@{1,3}[ ]{0,2}|[ ]?[(\[{<][ ]?(?:at|@|a|et|malpa|malpka|sobaka)[ ]?[)\]}>][ ]?"
    rf"|[ _.-](?:{_WORD_AT})[ _.-]"
    r"|=40|\\u0040|malpa(?=\w)|[ ]?[#*$][ ]?(?=\w)"
)
# Without any of these in a text only a plain "@" can match: most texts, and the quickest to look through.
_SIGNS: Final = re.compile(r"[(\[{<#*$=\\]")
_WORDS: Final = (" at ", "malp", "_at_", "-at-", ".at.", "sobak", "собак")
_PLAIN_AT: Final = re.compile(r"@{1,3} {0,2}")
_TOP: Final = (
    "pl|com|eu|net|org|de|uk|ua|info|biz|edu|gov|io|me|fm|cz|sk|fr|it|es|nl|at|ch|lt|dev|app|shop|example|test|co|us"
    "|online"
)
_LONGEST_FIRST: Final = sorted(_TOP.split("|"), key=len, reverse=True)
_TOPS: Final = frozenset(_TOP.split("|"))
_SPOKEN_DOT: Final = "dot|kropka|kropeczka|kropk|krpka|точка|крапка"
_DOT: Final = (
    rf"(?:\.{{1,3}}|\ ?[(\[{{<]\ ?(?:{_SPOKEN_DOT}|\.|k|d)\ ?[)\]}}>]\ ?|[ _-](?:{_SPOKEN_DOT})[ _-]"
    rf"|\ ?[.,;]\ ?(?=(?:{_TOP})(?![\w@]))|\ (?=(?:pl|com|eu|net|org)(?![\w@.])))"
)
_DOMAIN: Final = re.compile(rf"[^\W_][\w-]{{0,62}}+(?:{_DOT}[^\W_][\w-]{{0,62}}+){{0,8}}+")
_SPELLED_HOST: Final = re.compile(r"[a-z0-9](?: ?[.-]?+ ?[a-z0-9](?![a-z0-9])){2,40}+")
_SPELLED_NAME_BACK: Final = re.compile(r" ?[a-z0-9._+-](?: [a-z0-9._+-](?!\w)){2,40}+")
_TWO_SIGNS: Final = re.compile(r"[a-z0-9]{2}")
_SPOKEN: Final = re.compile(rf"[(\[{{< _-](?:{_SPOKEN_DOT}|\.)[)\]}}> _-]")
_SPELL: Final = re.compile(rf"\ ?[(\[{{< _-](?:{_SPOKEN_DOT}|\.|k|d)[)\]}}> _-]\ ?|\ ?[.,;]+\ ?|\ ")
# The local part is read backwards from the "@", hence the reversed words: linear, and no limit but its length.
_BACK: Final = "|".join(
    word[::-1]
    for word in [
        "dot",
        "kropka",
        "kropeczka",
        "podkreslnik",
        "podkreslenie",
        "podloga",
        "underscore",
        "myslnik",
        "minus",
        "dash",
        "hyphen",
    ]
)
_WORD: Final = r"[\w+'!#$%&*=?^~`|-]{1,64}+"
_DOT_BACK: Final = rf"(?:\.+|\ ?[)\]}}>]\ ?(?:{_BACK}|\.)\ ?[(\[{{<]\ ?|[ _-](?:{_BACK})[ _-]|\ \.\ )"
_LOCAL_BACK: Final = re.compile(rf"{_WORD}(?:{_DOT_BACK}{_WORD}){{0,6}}+\.?")
_PROVIDER: Final = (
    "gmail|googlemail|gmial|gmai|wp|onet|o2|interia|tlen|poczta|op|vp|gazeta|yahoo|outlook|hotmail|icloud|proton|protonmail"
    "|live|msn|aol|gmx|buziaczek|spoko|ukr|mail"
)
_PROVIDERS: Final = re.compile(rf"(?:{_PROVIDER})(?![a-z])")
# A provider's host without any "@" in front of it: `jan.nowakgmail.com`, `mail: jan.nowak wp.pl`.
_HOST: Final = re.compile(
    r"(?:gmail\.com|wp\.pl|o2\.pl|onet\.(?:pl|eu)|interia\.(?:pl|eu|com)|tlen\.pl|op\.pl|vp\.pl|yahoo\.com|outlook\.com|hotmail\.com"
    r"|icloud\.com)(?![\w/-]|\.[a-z])"
)
_NAME_BEFORE: Final = re.compile(r"(?<![\w.@+/-])([a-z0-9][a-z0-9._+-]{2,40}?)( ?)$")
_MAIL_BEFORE: Final = re.compile(
    r"(?<![a-z])(?:e-?mail[a-z]*|mail[a-z]*|mejl[a-z]*|adres[a-z]*|poczt[aey]|pisa[cl]\w*|napisz\w*)[^a-z0-9@]{1,3}"
    r"(?:(?:to|na|jest|is|moj|my)[ :]{1,2}){0,3}$"
)
_SITES: Final = frozenset(
    [
        "www",
        "poczta",
        "mail",
        "m",
        "login",
        "konto",
        "accounts",
        "account",
        "profil",
        "sport",
        "wiadomosci",
        "pogoda",
        "the",
        "na",
        "z",
        "w",
        "do",
        "od",
        "przez",
        "from",
        "to",
        "on",
        "at",
        "in",
        "via",
    ]
)
# What stands before "at" in a sentence: `look at gmail.com`.
_LOOKS: Final = frozenset(
    word
    for words in (
        "look looking looked me is was am are not only here found error login log sign hosted available it them email",
        "mail account address one working shop shopping bought order ordered support contact arrive arrived stop met",
        "price prices sold stock buy website site page checkout started live located based good great and or up out",
    )
    for word in words.split()
)
# A top domain that runs into the next word: `jan@wp.plhasło`; a few longer top domains begin like that.
_GLUED_TOP: Final = re.compile(
    r"(?<=[. ])(pl(?!(?:ace|umbing|us|ay)(?![a-z]))|com(?!(?:munity|pany|pare|puter|sec)(?![a-z]))|eu(?!s(?![a-z]))"
    r"|net(?!(?:work|flix|bank)(?![a-z]))|org(?!anic(?![a-z])))[a-z]{2,}"
)
_CROWD: Final = 64  # signs in a text that is read at once
_PIECE: Final = re.compile(rf"[^\s{FILLER}]++")
_SHORTEST_HOST: Final = 2  # wp
_EDGE: Final = "'`!#$%&*=?^~{|}.-"
_MARKS: Final = frozenset("._+0123456789")


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    if folded.count("@") > _CROWD:  # a list of addresses, or an attack: whatever holds a sign goes, unread
        for piece in _PIECE.finditer(folded):
            if "@" in piece.group():
                yield Hit(label=LABEL, start=piece.start(), end=piece.end(), value=piece.group(), rank=Rank.CERTAIN)
        return
    at = 0
    for start, end in _signs(folded):
        if start < at:
            continue
        hit = _address(folded, start, end)
        if hit is not None:
            at = hit.end
            yield hit
    if ".pl" in folded or ".com" in folded or ".eu" in folded:
        for host in _HOST.finditer(folded):
            hit = _without_sign(folded, host)
            if hit is not None:
                yield hit


def _signs(folded: str) -> Iterator[tuple[int, int]]:
    """Where something stands that may be read as "@", with the spaces around it."""
    if _SIGNS.search(folded) is not None or [word for word in _WORDS if word in folded]:
        for sign in _AT.finditer(folded):
            yield sign.span()
    elif "@" in folded:
        for sign in _PLAIN_AT.finditer(folded):
            start, end = sign.span()
            while start and sign.start() - start < 2 and folded[start - 1] == " ":
                start -= 1
            yield start, end


def _address(folded: str, start: int, end: int) -> Hit | None:
    """The address around a sign."""
    sign = folded[start:end]
    domain = _DOMAIN.match(folded, end, end + 255)
    if domain is None:
        return None
    host = _cut(domain.group().rstrip("-_"))
    if len(host) < _SHORTEST_HOST:  # `j a n @ w p . p l`
        domain = _SPELLED_HOST.match(folded, end, end + 160)
        if domain is None:
            return None
        host = _spelled(domain.group())
        plain_host = host.replace(" ", "")
    else:
        plain_host = _SPELL.sub(".", host)
    back = folded[max(0, start - 128) : start]
    local = _LOCAL_BACK.match(back[::-1])
    if local is None:
        return None
    name = local.group()[::-1].lstrip(_EDGE)
    if not _TWO_SIGNS.search(name) and (sign[0] == " " or " " in host):
        spelled = _SPELLED_NAME_BACK.match(back[::-1])
        if spelled is not None:
            name = spelled.group()[::-1]
    if not name or not _convincing(name, host, plain_host, sign):
        return None
    return Hit(
        label=LABEL,
        start=start - len(name),
        end=end + len(host),
        value=f"{_SPELL.sub('.', name)}@{plain_host}",
        rank=Rank.CERTAIN,
    )


def _cut(host: str) -> str:
    """Without the next sentence, when no space stands before it: `jan@wp.pl.Proszę`, `jan@wp.pl601156759`."""
    labels = host.split(".")
    last = labels[-1]
    if last in _TOPS:
        return host
    glued = _GLUED_TOP.search(host)
    if glued is not None:
        return host[: glued.end(1)]
    if len(labels) < 2:
        return host
    top = last.partition("-")[0].rstrip("0123456789")
    if top in _TOPS:
        return host[: len(host) - len(last) + len(top)]
    for number in range(len(labels) - 2, 0, -1):
        if labels[number] in _TOPS:
            return ".".join(labels[: number + 1])
    return host


def _spelled(host: str) -> str:
    """A host in single signs, as far as its top domain: `w p . p l i czekam` goes on with another word."""
    plain = host.replace(" ", "")
    name, dot, rest = plain.partition(".")
    top = next((top for top in _LONGEST_FIRST if rest.startswith(top)), rest) if dot else ""
    signs = len(name + dot + top)
    for place, sign in enumerate(host):
        signs -= sign != " "
        if not signs:
            return host[: place + 1]
    return host


def _convincing(name: str, host: str, plain_host: str, sign: str) -> bool:
    """Whether a name and a host around a sign are an address and not just words."""
    dotted = "." in plain_host
    provider = _PROVIDERS.match(plain_host) is not None
    marked = not _MARKS.isdisjoint(name)
    if sign.strip() in {"#", "*", "$"} or sign == "malpa":  # glued; between spaces it is a word, see below
        known = plain_host.rpartition(".")[2] in _TOPS
        return (provider and dotted and known) or (dotted and known and marked and sign == "#" and not name.isdigit())
    if "@" in sign or sign.strip()[0] in "([{<=\\":
        if dotted or provider:
            return True
        # `jan@firma`, but not `2 @ 30` and `piszcie @ nas`
        return sign == "@" and len(name) > 1 and len(host) > 2 and not name.isdigit() and not host.isdigit()
    # A bare "at" or "małpa": `look at allegro.pl` is no address; `jan.k at wp.pl` and `jan at wp dot pl` are.
    if "at" in sign and not dotted:
        return provider and marked and not name.isdigit()
    return (
        (provider and name not in _LOOKS)
        or _SPOKEN.search(host) is not None
        or (dotted and not name.isdigit() and marked)
    )


def _without_sign(folded: str, host: re.Match[str]) -> Hit | None:
    back = folded[max(0, host.start() - 44) : host.start()]
    name = _NAME_BEFORE.search(back)
    if name is None or name.group(1).rstrip(".") in _SITES or name.group(1).startswith("www."):
        return None
    labelled = (
        _MAIL_BEFORE.search(folded, max(0, host.start() - 80), host.start() - len(back) + name.start()) is not None
    )
    glued = not name.group(2) and not name.group(1).endswith((".", "-"))
    if not labelled and not (glued and host.group().startswith(("gmail", "yahoo", "hotmail", "outlook", "icloud"))):
        return None
    start = host.start() - len(back) + name.start()
    return Hit(
        label=LABEL, start=start, end=host.end(), value=f"{name.group(1).rstrip('.')}@{host.group()}", rank=Rank.SHAPE
    )


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    signs=(*"@([{<#*$=\\", *_WORDS, ".pl", ".com", ".eu"),
    yes=(
        ("adres jan.nowak@poczta.example proszę", ("jan.nowak@poczta.example",)),
        ("mój mail: Jan.Nowak+sklep@POCZTA.EXAMPLE.", ("Jan.Nowak+sklep@POCZTA.EXAMPLE",)),
        ("anna@książki.example oraz ANNA_K@ŻÓŁW.EXAMPLE", ("anna@książki.example", "ANNA_K@ŻÓŁW.EXAMPLE")),
        ("jan [at] poczta [dot] example", ("jan [at] poczta [dot] example",)),
        ("jan.k (at) poczta kropka example", ("jan.k (at) poczta kropka example",)),
        ("pisać na jan.k małpa poczta kropka example", ("jan.k małpa poczta kropka example",)),
        ("jan kropka k małpa wp kropka pl dziękuję", ("jan kropka k małpa wp kropka pl",)),
        ("piszcie na jan.k16 małpa firma7 kropka example", ("jan.k16 małpa firma7 kropka example",)),
        ("jan @ poczta.example", ("jan @ poczta.example",)),
        ("jan%40poczta.example", ("jan%40poczta.example",)),
        ("a@b.example b@c.example", ("a@b.example", "b@c.example")),
        ("jan@gmail i tyle", ("jan@gmail",)),
        ("jan@gmail com", ("jan@gmail com",)),
        ("jan_at_poczta_dot_example, jan{at}wp{dot}pl", ("jan_at_poczta_dot_example", "jan{at}wp{dot}pl")),
        ("jan . k @ poczta . pl", ("jan . k @ poczta . pl",)),
        ("kowalski@wp,pl", ("kowalski@wp,pl",)),
        ("mary.jones at post dot example", ("mary.jones at post dot example",)),
        ("<mailto:jan@poczta.example>", ("jan@poczta.example",)),
        ("jan#wp.pl lub jan(a)wp.pl", ("jan#wp.pl", "jan(a)wp.pl")),
        ("jan @wp.pl; jan[malpa]wp[kropka]pl", ("jan @wp.pl", "jan[malpa]wp[kropka]pl")),
        ("j a n @ w p . p l i czekam", ("j a n @ w p . p l",)),
        ("jan.k@wp.pl.Proszę o odpowiedź", ("jan.k@wp.pl",)),
        ("jan@wppl, jan@@wp.pl", ("jan@wppl", "jan@@wp.pl")),
        ("mój mail jan.nowakgmail.com", ("jan.nowakgmail.com",)),
        ("mail: jan.nowak wp.pl", ("jan.nowak wp.pl",)),
        ("jan podkreślnik k małpa o2 kropka pl", ("jan podkreślnik k małpa o2 kropka pl",)),
        ("jan.k at gmail, proszę", ("jan.k at gmail",)),
        ("e-mail:jan@wp.pl,anna@o2.pl", ("jan@wp.pl", "anna@o2.pl")),
        ("jаn@poczta.example", ("jаn@poczta.example",)),
        ("jan\u200b@\u200bpoczta.example", ("jan\u200b@\u200bpoczta.example",)),
    ),
    no=(
        "Please look at allegro.pl today",
        "Windows 10 at sklep.pl",
        "pluszowa małpa kosztuje 30 zł",
        "2 @ 30 zł",
        "we met at noon. Dot was there",
        "napiszcie na @ proszę",
        "ocena 5/5 @",
        "please look at gmail.com",
        "poczta.wp.pl nie działa, na wp.pl też nie",
        "część #123 * 2",
        "numer #12.pl",
        "jestem na wp.pl codziennie",
    ),
)

"""E-mail addresses: plain, international, with spaces, and as people write them when they hide from robots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "EMAIL_ADDRESS"

# What stands for "@". A bare "at" or "małpa" is a word of the language too and needs more evidence around it.
_AT: Final = re.compile(
    r"\ ?@\ ?|[ ]?[(\[{<][ ]?(?:at|@|malpa|malpka)[ ]?[)\]}>][ ]?|[ _-](?:malpa|malpka|at)[ _-]", re.VERBOSE
)
_TOP: Final = (
    "pl|com|eu|net|org|de|uk|ua|info|biz|edu|gov|io|me|fm|cz|sk|fr|it|es|nl|at|ch|lt|dev|app|shop|example|test"
)
_DOT: Final = (
    r"(?:\.|\ ?[(\[{<]\ ?(?:dot|kropka|\.)\ ?[)\]}>]\ ?|[ _-](?:dot|kropka|kropeczka)[ _-]"
    rf"|\ ?[.,]\ ?(?=(?:{_TOP})(?![\w@]))|\ (?=(?:pl|com|eu|net|org)(?![\w@.])))"
)
_DOMAIN: Final = re.compile(rf"[^\W_][\w-]{{0,62}}+(?:{_DOT}[^\W_][\w-]{{0,62}}+){{0,8}}+")
_SPOKEN: Final = re.compile(r"[(\[{< _-](?:dot|kropka|kropeczka|\.)[)\]}> _-]")
_SPELL: Final = re.compile(r"\ ?[(\[{< _-](?:dot|kropka|kropeczka|\.)[)\]}> _-]\ ?|\ ?[.,]\ ?|\ ")
# The local part is read backwards from the "@", hence the reversed words: linear, and no limit but its length.
_WORD: Final = r"[\w+'!#$%&*=?^~`|-]{1,64}+"
_DOT_BACK: Final = r"(?:\.+|\ ?[)\]}>]\ ?(?:tod|akpork|\.)\ ?[(\[{<]\ ?|[ _-](?:tod|akpork)[ _-]|\ \.\ )"
_LOCAL_BACK: Final = re.compile(rf"{_WORD}(?:{_DOT_BACK}{_WORD}){{0,6}}+\.?")
_PROVIDERS: Final = re.compile(
    r"(?:gmail|googlemail|wp|onet|o2|interia|tlen|poczta|op|vp|gazeta|yahoo|outlook|hotmail|icloud|proton|live|msn|aol"
    r"|gmx)(?![a-z])"
)
_SHORTEST_HOST: Final = 2  # wp
_EDGE: Final = "'`!#$%&*=?^~{|}.-"


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    if (
        "@" in folded
        or " at " in folded
        or "malp" in folded
        or "at)" in folded
        or "at]" in folded
        or "at}" in folded
        or "at>" in folded
        or "_at_" in folded
    ):
        for at in _AT.finditer(folded):
            hit = _address(folded, at)
            if hit is not None:
                yield hit


def _address(folded: str, at: re.Match[str]) -> Hit | None:
    domain = _DOMAIN.match(folded, at.end(), at.end() + 255)
    if domain is None or len(domain.group()) < _SHORTEST_HOST:
        return None
    local = _LOCAL_BACK.match(folded[max(0, at.start() - 128) : at.start()][::-1])
    if local is None:
        return None
    name = local.group()[::-1].lstrip(_EDGE)
    host = domain.group().rstrip("-_")
    plain_host = _SPELL.sub(".", host)
    if not name or not _convincing(name, host, plain_host, at.group()):
        return None
    return Hit(
        label=LABEL,
        start=at.start() - len(name),
        end=at.end() + len(host),
        value=f"{_SPELL.sub('.', name)}@{plain_host}",
        rank=Rank.CERTAIN,
    )


def _convincing(name: str, host: str, plain_host: str, sign: str) -> bool:
    """Whether a name and a host around a sign are an address and not just words."""
    dotted = "." in plain_host
    provider = _PROVIDERS.match(plain_host) is not None
    if "@" in sign or sign.strip()[0] in "([{<":
        if dotted or provider:
            return True
        # `jan@firma`, but not `2 @ 30` and `piszcie @ nas`
        return sign == "@" and len(name) > 1 and len(host) > 2 and not name.isdigit() and not host.isdigit()
    # A bare "at" or "małpa": `look at allegro.pl` is no address; `jan.k at wp.pl` and `jan at wp dot pl` are.
    if "at" in sign and not dotted:
        return False
    return (
        provider
        or _SPOKEN.search(host) is not None
        or (dotted and not name.isdigit() and any(mark in name for mark in "._+0123456789"))
    )


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("adres jan.nowak@poczta.example proszę", ("jan.nowak@poczta.example",)),
        ("mój mail: Jan.Nowak+sklep@POCZTA.EXAMPLE.", ("Jan.Nowak+sklep@POCZTA.EXAMPLE",)),
        ("anna@książki.example oraz ANNA_K@ŻÓŁW.EXAMPLE", ("anna@książki.example", "ANNA_K@ŻÓŁW.EXAMPLE")),
        ("jan [at] poczta [dot] example", ("jan [at] poczta [dot] example",)),
        ("jan.k (at) poczta kropka example", ("jan.k (at) poczta kropka example",)),
        ("pisać na jan.k małpa poczta kropka example", ("jan.k małpa poczta kropka example",)),
        ("jan kropka k małpa wp kropka pl dziękuję", ("jan kropka k małpa wp kropka pl",)),
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
    ),
)

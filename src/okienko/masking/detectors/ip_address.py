"""Addresses of machines: IPv4, IPv6 and MAC. Versions and chapters look the same and are told apart by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "IP_ADDRESS"
_DOTS: Final = 3
_CROWD: Final = 128  # candidates in a text that is read at once
_REST: Final = re.compile(rf"[^{FILLER}]++")
_GROUPS: Final = 8
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4: Final = re.compile(rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w]|\.[0-9])")
_NOT_IP: Final = re.compile(
    r"(?<![a-z])(?:wersj|version|ver|v|firmware|build|aktualizacj|update|release|soft|sterownik|driver|app|aplikacj"
    r"|android|ios|windows|chrome|firefox|system|oprogramowan|punkt|pkt|rozdzial|section|chapter|par|ust|program|bios)"
    r"[a-z]*(?:[^a-z0-9]{1,3}(?:nr|no|numer|to|is|jest|do|w|app|aplikacji|systemu)){0,2}[^a-z0-9]{0,3}$"
)
_IPV6: Final = re.compile(r"(?<![\w:.])[0-9a-f:]{2,39}+(?:%[a-z0-9]{1,15})?(?![\w:])")
_MAC: Final = re.compile(
    r"(?<![\w:.-])(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})"
    r"(?![\w:-])"
)
_BARE_MAC: Final = re.compile(
    r"(?<![a-z])mac(?: ?-? ?(?:adres[a-z]*|address|to|is|urzadzenia)){0,3}[ :=]{1,3}([0-9a-f]{12})(?!\w)"
)


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    if folded.count(".") >= _DOTS:
        yield from _ipv4(reading)
    if folded.count(":") >= 2:
        for number, address in enumerate(_IPV6.finditer(folded)):
            if number == _CROWD:  # no message; the rest goes unread
                for piece in _REST.finditer(folded, address.start()):
                    yield _hit(*piece.span(), "", Rank.CERTAIN)
                break
            plain = address.group().rstrip(":") if not address.group().endswith("::") else address.group()
            if _is_ipv6(plain):
                yield _hit(address.start(), address.start() + len(plain), plain, Rank.CERTAIN)
    if _may_be_mac(folded):
        for address in _MAC.finditer(folded):
            plain = address.group()
            if any(map(str.isalpha, plain)) or ":" in plain or "mac" in folded:
                yield _hit(address.start(), address.end(), plain, Rank.CHECKED)
    if "mac" in folded and reading.runs:
        for address in _BARE_MAC.finditer(folded):
            yield _hit(address.start(1), address.end(1), address.group(1), Rank.LABELLED)


# A message that speaks of software and not of a network means a version: `na iOS 17 działało, na 9.0.3.75 już nie`.
_SOFTWARE_WORDS: Final = """
ios android androida androidzie macos windows linux firmware wersja wersji wersje wersjami wersjach version versions
build aktualizacji aktualizacja aktualizacje update updated updates plugin plugins wtyczka wtyczki wtyczke theme
motyw motywu motywem sterownik sterownika sterowniki driver drivers release wydanie wydania oprogramowanie
oprogramowania software patch latka modul modulu module biblioteka biblioteki library sdk api apk bios uefi kernel
jadro przegladarka przegladarki browser chrome firefox safari edge wordpress woocommerce prestashop
"""
_SOFTWARE: Final = frozenset(_SOFTWARE_WORDS.split())
_NETWORK: Final = frozenset(
    ("ip", "adres", "adresu", "address", "server", "serwer", "serwera", "router", "host", "vpn")
)


def _ipv4(reading: Reading) -> Iterator[Hit]:
    for run in reading.runs:
        if run.written.count(".") >= _DOTS:
            of_software = not _SOFTWARE.isdisjoint(reading.words) and _NETWORK.isdisjoint(reading.words)
            for address in _IPV4.finditer(reading.folded, run.start, run.end + 2):
                if not of_software and not _NOT_IP.search(reading.before(address.start())):
                    yield _hit(address.start(), address.end(), address.group(), Rank.CERTAIN)


def _may_be_mac(folded: str) -> bool:
    return folded.count(":") >= 5 or folded.count("-") >= 5 or ("mac" in folded and folded.count(".") >= 2)


def _is_ipv6(text: str) -> bool:
    """Eight groups, or fewer around one `::`. Not `std::` or `a::b`, which are written like that: it has a digit."""
    groups = text.partition("%")[0].split(":")
    if len(groups) < 3 or max(map(len, groups)) > 4 or text.count("::") > 1 or ":::" in text:
        return False
    if not any(map(str.isdigit, text)):
        return False
    return len(groups) == _GROUPS if "::" not in text else len(groups) <= _GROUPS and (text == "::1" or groups[0] != "")


def _hit(start: int, end: int, value: str, rank: Rank) -> Hit:
    return Hit(label=LABEL, start=start, end=end, value=value, rank=rank)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    signs=(":", "mac", "-"),
    digits=1,
    yes=(
        ("adres 192.168.100.200 jest zablokowany", ("192.168.100.200",)),
        ("IP: 8.8.8.8.", ("8.8.8.8",)),
        ("z adresu 2001:db8:1124::dbd6, to", ("2001:db8:1124::dbd6",)),
        ("fe80::1ff:fe23:4567:890a%eth0", ("fe80::1ff:fe23:4567:890a%eth0",)),
        ("IPv6 2001:0DB8:85A3:0000:0000:8A2E:0370:7334.", ("2001:0DB8:85A3:0000:0000:8A2E:0370:7334",)),
        ("mac 00:1A:2B:3C:4D:5E i 00-1A-2B-3C-4D-5E", ("00:1A:2B:3C:4D:5E", "00-1A-2B-3C-4D-5E")),
        ("adres MAC: 001A2B3C4D5E", ("001A2B3C4D5E",)),
        ("203.0.113.56:8080", ("203.0.113.56",)),
        ("http://203.0.113.56/panel", ("203.0.113.56",)),
    ),
    no=(
        "wersja 19.5.9.228",
        "v12.0.1.2",
        "300.1.2.3",
        "1.2.3",
        "1.2.3.4.5",
        "aplikacja w wersji nr 1.2.3.4",
        "Chrome 120.0.6099.109",
        "std::vector",
        "o 12:30:45 i 10:20",
        "a::b",
        "punkt 1.2.3.4 regulaminu",
        "12-30-45-12-30-45",
        "stosunek 1:2:3",
    ),
)

"""Addresses of machines: IPv4. Numbers of versions look the same and are told apart by the word before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "IP_ADDRESS"
_DOTS: Final = 3
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4: Final = re.compile(rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w]|\.[0-9])")
_VERSION: Final = re.compile(
    r"(?<![a-z])(?:wersj|version|ver|v|firmware|build|aktualizacj|update|release)[a-z]*[^a-z0-9]{0,3}$"
)


def find(reading: Reading) -> Iterator[Hit]:
    if reading.folded.count(".") < _DOTS:
        return
    for address in _IPV4.finditer(reading.folded):
        if not _VERSION.search(reading.before(address.start())):
            yield Hit(label=LABEL, start=address.start(), end=address.end(), value=address.group(), rank=Rank.CERTAIN)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(("adres 192.168.100.200 jest zablokowany", ("192.168.100.200",)), ("IP: 8.8.8.8.", ("8.8.8.8",))),
    no=("wersja 19.5.9.228", "v12.0.1.2", "300.1.2.3", "1.2.3", "1.2.3.4.5"),
)

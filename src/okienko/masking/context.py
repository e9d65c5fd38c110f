"""Words that stand before a number and say what it is: patterns for `Run.context`, which ends at the number."""

from __future__ import annotations

import re
from typing import Final


def label_before(stems: str, words_between: int = 2) -> re.Pattern[str]:
    """One of the stems as a word's beginning, at most so many words later the number.

    Digits may not stand in between, so that a label names the first number after it and no other.
    """
    return re.compile(
        rf"(?<![a-z])(?:{stems})[a-z]*+(?:[^a-z0-9\n]{{1,4}}+[a-z]++){{0,{words_between}}}[^a-z0-9\n]{{0,4}}$"
    )


def _link(more: str) -> str:
    """What may stand between such a word and its number: `nr`, `number is:`, `#`."""
    words = rf"nr|numer[a-z]*|no|number|num|o|id|to|is|status|code|kod|{more}"
    return rf"(?:[ .:#-]{{1,3}}+(?:{words})(?![a-z/])){{0,3}}+[ .:#-]{{0,4}}+"


# An order, a parcel, an invoice, a case: the word stands directly before the number; further away it explains nothing.
ORDER_WORDS: Final = (
    r"(?<![a-z])(?:zamowieni|zam\b|order|paczk|paczek|przesyl|parcel|package|shipment|tracking|faktur|invoice|reklamacj"
    r"|ticket|zgloszeni|list\w* (?:przewozow|polecon)|fv\b|nr ref|ref\b|referenc"
    r"|waybill|paragon|receipt|transakcj|transaction|zwrotu\b|return number)[a-z]*+"
    + _link("zamowieni[a-z]*|paczki|przewozow[a-z]*|vat|fv|fs|proforma|ref[a-z]*")
)
ORDER_BEFORE: Final = re.compile(ORDER_WORDS + "$")

# Goods: bar codes, part, model and serial numbers.
GOODS_BEFORE: Final = re.compile(
    r"(?<![a-z])(?:ean|gtin|isbn|sku|kod\w* kreskow|barcode|bar code|part|katalogow|model|indeks|symbol|artykul|product"
    r"|produkt|seryjn|serial)[a-z]*+" + _link("produktu|sn") + "$"
)

"""Words that stand near a number and say what it is.

The nearest such word names the number: `zamówienie, tel. 601…` is a telephone, `telefon: zamówienie 601…` an order. A
word of five letters and more may have a letter too few or too many, or two of them swapped (`pesle`, `nr telfonu`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Names that are no label of their own in the table of kinds.
CALL: Final = "CALL"  # a verb that asks for a call
GOODS: Final = "GOODS"  # bar codes, part, model, serial and version numbers
AMOUNT: Final = "AMOUNT"
BIRTH: Final = "BIRTH"
ORDER: Final = "ORDER_NUMBER"
NUMBERED: Final = "NUMBERED"  # nothing but `numer`, `nr`, `number`

# Beginnings of words, folded. A dot at the end: the whole word.
_STEMS: Final = {
    "PHONE_NUMBER": (
        "tel. telef tele. tell. komork komorec kom. phone telephone mobil mob. cell. cellphone cellular whatsup "
        "whatsap signal. viber sms. kontakt contact. fax faks. faksu infolini handy. handynummer rufnummer "
        "numertel nrtel fon. komora. телефон тел. моб. мобільн номера"
    ),
    CALL: "zadzwo oddzwo przedzwo dzwon call. calling ring. text. reach. reached napisz pisac piszcie",
    "IBAN_CODE": (
        "konto. konta. koncie. kontem. kontu. kont. konot. rachun account. acct. acc. iban nrb. przelew. "
        "przelewu. przelac przelejcie bank. banku. bankow kontonummer konta рахун"
    ),
    "CREDIT_CARD": (
        "karta. karty. karte. karcie. kart. karto. kartami. kartach. katra. karat. karete. krata. card. cards. "
        "visa mastercard maestro. amex. kredytow debetow platnicz"
    ),
    "PL_PESEL": "pesel national. pesla.",
    "PL_NIP": "nip. nipu. nipem. nipie. nipp. vat. vatin. tin. podatkow tax. steuernummer ust. ustid",
    "PL_REGON": "regon",
    "PL_ID_CARD": (
        "dowod. dowodu. dowodem. dowodzie. dowodow. mdowod dowd. dowdu. dowo. dwod. dowodo. dowdo. identity. "
        "personalausweis"
    ),
    "PASSPORT": "paszport pasport passport reisepass паспорт",
    "DRIVING_LICENCE": "jazdy. prawko. prawka. driving driver. drivers dvla fuhrerschein licence. prawajazdy",
    "VIN": "vin. vinu. vinem. nadwozi podwozi chassis",
    "VEHICLE_PLATE": (
        "tablic. tablice. tablicy. tablicach tablica. plate. plates. rej. reg. registration numberplate "
        "kennzeichen blach. blachy. blachach. registered. auto. auta. autem. samochod pojazd car. rejestrac "
        "vehicle"
    ),
    "US_SSN": "ssn. social. ssns.",
    "UK_NINO": "nino. insurance. ni.",
    "RNOKPP": "rnokpp ipn. рнокпп ркнопп іпн. інн. инн. ідентифікаційн",
    ORDER: (
        "zamowien zam. zamowinie zamowie. order. orders. paczk paczek paczuszk paczce. przesyl parcel package. "
        "packages. shipment tracking. track. faktur invoice reklamacj ticket zgloszen przewozow polecon fv. fvs. "
        "ref. referenc waybill paragon receipt transakcj transaction zwrotu. rma. sledzenia. awb. booking "
        "rezerwacj case. sprawy. consignment listu. zlecen ordr. zamuwien "
        "zamowene. nadania. bookin. dispatch. dostaw. korekt proform subskrypcj subscription"
    ),
    GOODS: (
        "ean. eanu. eanem. gtin. isbn. issn. asin. sku. kreskow barcode part. parts. model indeks symbol artykul "
        "product produkt seryjn serial imei. imeis. sn. mpn. pn. oem. kat. katalog partii. batch. lot. towar "
        "item. items. article version wersj firmware build. kompilacj aktualizacj czesc. czesci. referencyjn "
        "licencj wydani"
    ),
    AMOUNT: (
        "cen. cena. ceny. cene. cenie. kwot koszt cost. costs. price. prices. total. sum. suma. sumie. amount. "
        "wartosc saldo. time. czas. timestamp. epoch. ts."
    ),
    BIRTH: "urodz dob. birth born. ur.",
    "SECRET": (
        "haslo. hasla. haslem. hasle. haso. haslo password passwd. pass. pin. pinu. pinem. puk. puku. blik. "
        "blika. blikiem. bliku. otp. cvv. cvc. cvv2. token. tokena. klucz. kod. kodu. kodem. code. codes. "
        "passcode."
    ),
    "IP_ADDRESS": "ip. mac. ipv.",
    "CLIENT": "klienta. customer. client. uzytkownika. user.",
}
# What two words name together; they win over what the second one says alone.
_PAIRS: Final = {
    ("id", "card"): "PL_ID_CARD",
    ("identity", "card"): "PL_ID_CARD",
    ("karta", "pobytu"): "PL_ID_CARD",
    ("karty", "pobytu"): "PL_ID_CARD",
    ("residence", "card"): "PL_ID_CARD",
    ("residence", "permit"): "PL_ID_CARD",
    ("legitymacja", "szkolna"): "PL_ID_CARD",
    ("sim", "card"): GOODS,
    ("karta", "sim"): GOODS,
    ("karty", "sim"): GOODS,
    ("gift", "card"): GOODS,
    ("graphics", "card"): GOODS,
    ("national", "insurance"): "UK_NINO",
    ("license", "plate"): "VEHICLE_PLATE",
    ("licence", "plate"): "VEHICLE_PLATE",
    ("driver", "license"): "DRIVING_LICENCE",
    ("drivers", "license"): "DRIVING_LICENCE",
    ("driving", "license"): "DRIVING_LICENCE",
    ("s", "license"): "DRIVING_LICENCE",
    ("bank", "account"): "IBAN_CODE",
    ("purchase", "order"): ORDER,
    ("social", "security"): "US_SSN",
    ("dowod", "rejestracyjny"): "VEHICLE_PLATE",
    ("dowodu", "rejestracyjnego"): "VEHICLE_PLATE",
    ("dowod", "nadania"): ORDER,
    ("dowod", "zakupu"): ORDER,
    ("dowodu", "zakupu"): ORDER,
    ("dowodem", "zakupu"): ORDER,
    ("proof", "purchase"): ORDER,
    ("security", "code"): "SECRET",
    ("list", "przewozowy"): ORDER,
    ("kod", "produktu"): GOODS,
    ("numer", "kontaktowy"): "PHONE_NUMBER",
    ("numeru", "kontaktowego"): "PHONE_NUMBER",
    ("bar", "code"): GOODS,
    ("national", "id"): "PL_PESEL",
    ("item", "number"): GOODS,
    ("article", "number"): GOODS,
    ("case", "number"): ORDER,
    ("return", "number"): ORDER,
    ("numer", "zwrotu"): ORDER,
    ("numer", "dostawy"): ORDER,
    ("nr", "dostawy"): ORDER,
    ("numer", "telefon"): "PHONE_NUMBER",
}
# They stand between a label and its number without taking them apart.
_LINKS: Final = frozenset(
    word
    for words in (
        "nr numer numeru numerem numery numerze number numbers num no nbr n nosi o id to is was are jest sa by byl",
        "bylo status kod code mam mamy moj moja moje mojego mojej moim my mine the this ten ta tego tej podaje podam",
        "brzmi oto it its s a vat fv fs proforma pro forma inpost dpd dhl ups gls fedex pocztex orlen ruch polska",
        "poczta poczty allegro proszę prosze please seria serii i series paczkomat paczkomatu kurierski kurierska",
        "kurierskiej u e nasz nasze nasza our ma mial wynosi identyfikacyjny identyfikacji pl eu ue mein meine номер",
        "мій",
    )
    for word in words.split()
)
_NUMBER: Final = frozenset(
    word
    for words in ("nr numer numeru numerem numery number numbers num numerek numre nuemr mumer numr номер",)
    for word in words.split()
)
_OF: Final = frozenset({"do", "dla", "z", "for", "ze", "of", "przy", "on"})
_VETOES: Final = frozenset({ORDER, GOODS, AMOUNT})

_WORD: Final = re.compile(r"[^\W\d_]++")
_MOST: Final = 7  # words that are looked at
_FURTHEST: Final = 4  # words between a label and its number
_TYPO: Final = 5  # letters that a word needs before one of them may be wrong
_LONGEST_ENDING: Final = 7
_LONGEST_SHORT: Final = 5  # letters of a word that a dot may shorten: `zam.`, `fakt.`


def label_before(stems: str, words_between: int = 2) -> re.Pattern[str]:
    """One of the stems as a word's beginning, at most so many words later the number.

    Digits may not stand in between, so that a label names the first number after it and no other.
    """
    return re.compile(
        rf"(?<![a-z])(?:{stems})[a-z]*+(?:[^a-z0-9\n]{{1,4}}+[a-z]++){{0,{words_between}}}[^a-z0-9\n]{{0,4}}$"
    )


@dataclass(frozen=True, slots=True)
class Name:
    """What a number is called, and how many words stand between; links such as `nr` and `to jest` do not count."""

    kind: str
    between: int

    @property
    def direct(self) -> str:
        """The kind, if the word stands directly before the number."""
        return "" if self.between or self.kind == NUMBERED else self.kind


UNNAMED: Final = Name("", 0)


def name_before(context: str) -> Name:
    """What the words in front of a number call it. `context` is folded and ends at the number."""
    words = _WORD.findall(_line(context) if "\n" in context else context)
    if not words:
        return UNNAMED
    if len(words) > _MOST:
        del words[:-_MOST]
    if context[-1].isalpha() and not kind_of(words[-1]):
        words.pop()  # letters of the number itself: `dowód ABC 123456`, `RR483101208PL`
    between = 0
    numbered = False
    veto = UNNAMED
    at = len(words)
    while at:
        at -= 1
        word = words[at]
        kind = (_PAIRS.get((words[at - 1], word)) if at else None) or kind_of(word)
        if kind:
            if kind not in _VETOES:
                # The order is where the number is from, not what it is: `telefon do zamówienia`.
                return veto if veto is not UNNAMED and between > 1 else Name(kind, between)
            if veto is UNNAMED and _cut(context, word):
                between += 1
                continue
            if veto is UNNAMED:
                veto = Name(kind, between)
            if not at or words[at - 1] not in _OF:
                return veto
            at -= 1
            between = 0
        elif word in _LINKS or len(word) == 1:
            numbered = numbered or (word in _NUMBER and between < 2)
        else:
            between += 1
            if between > _FURTHEST:
                break
    if veto is not UNNAMED:
        return veto
    return Name(NUMBERED, 0) if numbered else UNNAMED


def _line(context: str) -> str:
    """The number's own line, or the one above when there is nothing else in its own."""
    above, _, line = context.rpartition("\n")
    return line if _WORD.search(line) else above.rstrip().rpartition("\n")[2]


def _cut(context: str, word: str) -> bool:
    """Whether a sentence ends between a word and the number: `Gdzie jest moja paczka? 601 156 759`."""
    gap = context[context.rindex(word) + len(word) :]
    if "\n" in gap:
        return ":" not in gap
    return any(mark in gap for mark in "?!;,") or (". " in gap and len(word) > _LONGEST_SHORT)


_LINK_AFTER: Final = re.compile(
    r"[ ,;:.)\"'-]{0,3}+(?:(?:to|jest|is|sa|are|thats|that's|this is|to jest|tak brzmi|jako|ist|as|being)\b|[(=<-]|- ?)"
)
_NEXT: Final = re.compile(r"[^\W\d_]++|[0-9.!?\n]")
_AFTER: Final = 44  # characters


def name_after(folded: str, at: int) -> str:
    """What the words behind a number call it: `502 133 211 to mój nr`, `84082828709 (PESEL)`."""
    link = _LINK_AFTER.match(folded, at, at + _AFTER)
    if link is None:
        return ""
    numbered = False
    for seen, word in enumerate(_NEXT.finditer(folded, link.end(), at + _AFTER)):
        piece = word.group()
        if not piece.isalpha() or seen > 4:
            break
        kind = kind_of(piece)
        if kind and kind != CALL:
            return kind
        if piece in _NUMBER:
            numbered = True
        elif piece not in _LINKS:
            break
    return NUMBERED if numbered else ""


def is_plain(word: str) -> bool:
    """Whether a folded word neither names a number nor leads to one: it may be a part of it."""
    return word not in _LINKS and not kind_of(word)


@lru_cache(maxsize=2048)  # bounded; holds words, never numbers
def kind_of(word: str) -> str:
    """What a folded word calls a number, or nothing."""
    whole = _WHOLE.get(word)
    if whole is not None:
        return whole
    for size in range(len(word), 1, -1):
        kind = _BEGINNINGS.get(word[:size])
        if kind is not None and len(word) - size <= _LONGEST_ENDING:
            return kind
    if len(word) >= _TYPO:
        for size in range(min(len(word), 12), _TYPO - 2, -1):
            kind = _MISTYPED.get(word[:size])
            if kind is not None and len(word) - size <= _LONGEST_ENDING - 2:
                return kind
        for place in range(1, len(word)):  # one letter too many
            shorter = word[:place] + word[place + 1 :]
            for size in range(min(len(shorter), 12), _TYPO - 1, -1):
                kind = _LONG_BEGINNINGS.get(shorter[:size])
                if kind is not None and len(shorter) - size <= _LONGEST_ENDING - 4:
                    return kind
    return ""


def _stems() -> tuple[dict[str, str], dict[str, str]]:
    whole: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    for kind, stems in _STEMS.items():
        for stem in stems.split():
            if stem.endswith("."):
                whole[stem[:-1]] = kind
            else:
                beginnings[stem] = kind
    return whole, beginnings


_WHOLE, _BEGINNINGS = _stems()
_LONG_BEGINNINGS: Final = {stem: kind for stem, kind in _BEGINNINGS.items() if len(stem) >= _TYPO}


def _mistypes(stem: str) -> set[str]:
    """The stem with a letter missing or two of them swapped; its first letter stays."""
    missing = {stem[:place] + stem[place + 1 :] for place in range(1, len(stem) - 1)}
    swapped = {stem[:place] + stem[place + 1] + stem[place] + stem[place + 2 :] for place in range(1, len(stem) - 1)}
    return missing | swapped


_MISTYPED: Final = {
    typo: kind
    for stem, kind in _LONG_BEGINNINGS.items()
    for typo in _mistypes(stem)
    if len(typo) >= _TYPO - 1 and typo not in _BEGINNINGS
}

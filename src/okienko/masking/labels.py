"""Words that stand near a number and say what it is: tables, and how a misspelt word is still understood."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# Names that are no label of their own in the table of kinds.
CALL: Final = "CALL"  # a verb that asks for a call
GOODS: Final = "GOODS"  # bar codes, part, model, serial and version numbers
AMOUNT: Final = "AMOUNT"
BIRTH: Final = "BIRTH"
ORDER: Final = "ORDER_NUMBER"
CARRIER: Final = "CARRIER"  # who brings a parcel: its number, but also the number of the driver's telephone
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
        "dowod. dowodu. dowodem. dowodzie. dowodow. mdowod dowd. dowdu. dowo. dwod. dowodo. dowdo. dow. identity. "
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
        "rezerwacj case. sprawy. sledzeniu. sledzenie. consignment listu. zlecen ordr. zamuwien "
        "zamowene. nadania. bookin. dispatch. dostaw. korekt proform subskrypcj subscription"
    ),
    GOODS: (
        "ean. eanu. eanem. gtin. isbn. issn. asin. sku. kreskow barcode part. parts. model indeks symbol artykul "
        "product artikel produkt seryjn serial imei. imeis. sn. mpn. pn. oem. kat. katalog partii. batch. lot. towar "
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
        "blika. blikiem. bliku. otp. cvv. cvc. cvv2. token. tokena. klucz. passcode."
    ),
    "IP_ADDRESS": "ip. mac. ipv.",
    "CLIENT": "klienta. customer. client. uzytkownika. user.",
}
# What two words name together; they win over what the second one says alone.
PAIRS: Final = {
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
LINKS: Final = frozenset(
    word
    for words in (
        "nr numer numeru numerem numery numerze number numbers num no nbr n nosi o id to is was are jest sa by byl",
        "bylo status kod kodu kodzie codes kodem code mam mamy moj moja moje mojego mojej moim my mine the this ten",
        "ta tego tej podaje podam",
        "brzmi oto it its s a vat fv fs proforma pro forma inpost dpd dhl ups gls fedex pocztex orlen ruch polska",
        "poczta poczty allegro prosze please seria serii i series paczkomat paczkomatu kurierski kurierska",
        "kurierskiej u e nasz nasze nasza our ma mial wynosi identyfikacyjny identyfikacji pl eu ue mein meine номер",
        "мій",
    )
    for word in words.split()
)
_NUMBERS: Final = frozenset(
    word
    for words in ("nr numer numeru numerem numery number numbers num numerek numre nuemr mumer numr номер",)
    for word in words.split()
)

_CARRIERS: Final = frozenset({"dhl", "dpd", "gls", "ups", "fedex", "pocztex", "inpost", "orlen"})

_TYPO: Final = 5  # letters that a word needs before one of them may be wrong
_LONGEST_STEM: Final = 12
_ENDING: Final = 7  # letters that may follow a stem
_ENDING_OF_TYPO: Final = 5
# Words of their own that are one letter away from a stem.
_OTHER_WORDS: Final = re.compile(
    r"(?:region|regian|motel|kota|cars$|kara|mode$|modem|modny|modna|hotel|kolacz|polecam|polecen|preced)"
)


def is_link(word: str) -> bool:
    """Whether a folded word leads from a label to its number."""
    return word in LINKS or word in _MISTYPED_NUMBERS


def is_carrier(word: str) -> bool:
    """Whether a folded word is a company that brings parcels."""
    return word in _CARRIERS


def is_number(word: str) -> bool:
    """Whether a folded word says no more than that a number follows."""
    return word in _NUMBERS or word in _MISTYPED_NUMBERS


def is_plain(word: str) -> bool:
    """Whether a folded word neither names a number nor leads to one: it may be a part of it."""
    return not is_link(word) and not kind_of(word)


@lru_cache(maxsize=2048)  # bounded; holds words, never numbers
def kind_of(word: str) -> str:
    """What a folded word calls a number, or nothing."""
    kind = _correct(word)
    if kind or word in LINKS or len(word) < _TYPO - 1 or _OTHER_WORDS.match(word):
        return kind
    if len(word) < _TYPO:
        return _MISTYPED_WHOLE.get(word, "")
    return _mistyped(word) or _joined(word)


def _correct(word: str) -> str:
    whole = _WHOLE.get(word)
    if whole is not None:
        return whole
    for size in range(len(word), 1, -1):
        kind = _BEGINNINGS.get(word[:size])
        if kind is not None and len(word) - size <= _ENDING:
            return kind
    return ""


def _mistyped(word: str) -> str:
    """With a letter missing, doubled, wrong, or two of them swapped; the first is right."""
    whole = _MISTYPED_WHOLE.get(word)
    if whole is not None:
        return whole
    for size in range(min(len(word), _LONGEST_STEM), _TYPO - 2, -1):
        ending = len(word) - size
        if ending > _ENDING_OF_TYPO:
            break
        kind = _MISTYPED.get(word[:size])
        if kind is not None:
            return kind
        for place in range(1, size if size > _TYPO else 0):
            kind = _MISTYPED.get(f"{word[:place]}?{word[place + 1 : size]}")
            if kind is not None:
                return kind
    for place in range(1, len(word)):
        shorter = word[:place] + word[place + 1 :]
        whole = _WHOLE.get(shorter) if len(shorter) >= _TYPO - 1 and word[place - 1] == word[place] else None
        if whole is not None:
            return whole
        for size in range(min(len(shorter), _LONGEST_STEM), _TYPO - 1, -1):
            if len(shorter) - size > _ENDING_OF_TYPO - 2:
                break
            kind = _LONG_BEGINNINGS.get(shorter[:size])
            if kind is not None:
                return kind
    return ""


def _joined(word: str) -> str:
    """Two words without a space: `nrreklamacji`, `partnumber`, `mojpesel`."""
    for place in range(2, len(word) - 2):
        front, back = word[:place], word[place:]
        if is_link(front) and len(back) > 2:
            kind = _correct(back)
        elif is_link(back) and len(front) > 2:
            kind = _correct(front)
        else:
            continue
        if kind:
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


def mistypes(word: str) -> set[str]:
    """The word with a letter missing or two of them swapped; its first letter stays."""
    missing = {word[:place] + word[place + 1 :] for place in range(1, len(word))}
    swapped = {word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(1, len(word) - 1)}
    return (missing | swapped) - {word}


def _wrong_letters(word: str) -> set[str]:
    return {word[:place] + "?" + word[place + 1 :] for place in range(1, len(word))}


_MISTYPED: Final = {
    typo: kind
    for stem, kind in _LONG_BEGINNINGS.items()
    for typo in mistypes(stem) | _wrong_letters(stem)
    if len(typo) >= _TYPO - 1 and typo != stem[:-1] and typo not in _BEGINNINGS
}
_MISTYPED_WHOLE: Final = {
    typo: kind
    for word, kind in _WHOLE.items()
    if len(word) >= _TYPO
    for typo in mistypes(word)
    if typo not in _WHOLE and typo not in LINKS
}
_MISTYPED_NUMBERS: Final = frozenset(
    typo for word in ("numer", "numeru", "numerem", "numerze", "number") for typo in mistypes(word) if len(typo) > 3
)

"""Number plates: Polish ones by their county and shape, any other after a word for a car or a plate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import GOODS, is_plain
from okienko.masking.reading import Reading, Run

LABEL: Final = "VEHICLE_PLATE"

# Codes of counties (regulation on the registration of vehicles, annex on distinguishing marks).
_COUNTIES: Final = frozenset(
    word
    for words in (
        "DB DJ DL DW DX DBA DBL DDZ DGR DGL DJA DJE DKA DKL DLE DLB DLU DLW DMI DOA DOL DPL DSR DST DSW DTR DWL DWR",
        "DZA DZG DZL CB CG CT CW CAL CBR CBY CCH CGD CGR CIN CLI CMG CNA CRA CRY CSE CSW CTR CTU CWA CWL CZN LU LB LC",
        "LZ LBI LBL LCH LHR LJA LKR LKS LLB LLE LLU LOP LPA LPU LRA LRY LSW LTM LUB LWL LZA FG FZ FGW FKR FMI FNW FSD",
        "FSL FSU FSW FWS FZA FZG FZI EL EP ES ED EBE EBR EKU ELA ELC ELE ELW EOP EPA EPD EPI EPJ ERA ERW ESI ESK ETM",
        "EWE EWI EZD EZG KR KK KN KT KBC KBR KCH KDA KGR KLI KMI KMY KNS KNT KOL KOS KPR KRA KSU KTA KTT KWA KWI WA",
        "WB WD WE WF WH WI WJ WK WN WO WP WR WS WT WU WW WX WY WZ WBR WCI WGM WGR WGS WKZ WLI WLS WMA WMI WML WND WOR",
        "WOS WOT WPI WPL WPN WPP WPR WPS WPU WPY WPZ WRA WSC WSE WSI WSK WSZ WWE WWL WWV WWY WZU WZW WZY OP OB OGL OK",
        "OKL OKR ONA ONY OOL OPO OPR OST RZ RP RK RT RBI RBR RDE RJA RJS RKL RKR RLA RLE RLS RLU RMI RNI RPR RPZ RRS",
        "RSA RSR RST RTA RZE RZR RZZ BI BL BS BAU BBI BGR BHA BIA BKL BLM BMN BSE BSI BSK BSU BWM BZA GD GA GS GSP",
        "GBY GCH GCZ GDA GKA GKS GKW GLE GMB GND GPU GSL GST GSZ GTC GWE SB SC SD SG SH SI SJ SK SL SM SN SO SR ST SW",
        "SY SZ SBE SBI SBL SBN SCI SCN SCZ SGL SKL SLU SMI SMY SPI SPS SRB SRC STA STY SWD SWZ SZA SZY TK TBU TJE TKA",
        "TKI TKN TLW TOP TOS TPI TSA TSK TST TSZ NE NO NBA NBR NDZ NEB NEL NGI NGO NIL NKE NLI NMR NNI NNM NOE NOG",
        "NOL NOS NPI NSZ NWE PO PY PK PN PL PA PC PCH PCT PGN PGO PGS PJA PKA PKE PKL PKN PKO PKR PKS PLE PMI PNT POB",
        "POS POT POZ PPL PRA PSE PSL PSR PSZ PTU PWA PWL PWR PZ PZL ZS ZK ZBI ZCH ZDR ZGL ZGR ZGY ZKA ZKL ZKO ZLO ZMY",
        "ZPL ZPY ZSD ZSL ZST ZSW ZSZ ZWA",
    )
    for word in words.split()
)
# They stand before other numbers too: standards, orders, delivery notes, series.
_AMBIGUOUS: Final = frozenset(
    word for words in ("NO PN PO SN PL ZS ZK WZ PZ SO OP OK WW SD ES DX CB SC ST PC",) for word in words.split()
)
_TWO: Final = r"[0-9]{5}|[0-9]{4}[A-Z]|[0-9]{3}[A-Z]{2}|[0-9][A-Z][0-9]{3}|[0-9][A-Z]{2}[0-9]{2}"
_THREE: Final = (
    r"[0-9]{5}|[A-Z][0-9]{3}|[0-9]{2}[A-Z]{2}|[0-9][A-Z][0-9]{2}|[0-9]{2}[A-Z][0-9]|[0-9][A-Z]{2}[0-9]|[A-Z]{2}[0-9]{2}"
    r"|[0-9]{4}[A-Z]|[0-9]{3}[A-Z]{2}|[A-Z][0-9]{2}[A-Z]|[A-Z][0-9][A-Z]{2}"
)
_PLATE: Final = re.compile(
    rf"(?<![A-Z0-9/_-])(?:([A-Z]{{2}})( ?)({_TWO})|([A-Z]{{3}})( ?)({_THREE}))"
    r"(?![A-Za-z0-9/_]|-[A-Za-z0-9]| [0-9]{3})"
)
_CAR: Final = re.compile(
    r"(?<![a-z])(?:aut[aoe]m?(?![a-z])|samochod|pojazd|tablic|rejestr|parking|vehicle|car(?![a-z])|plate)"
)
_ANY: Final = re.compile(
    r"(?:[a-z]{1,3}[ -]?){0,2}[0-9][0-9a-z]{0,6}(?:[ -][a-z]{2,3}(?![a-z0-9])|[ -][0-9][0-9a-z]{2,3})?(?![a-z0-9])"
)
_FRONT: Final = re.compile(r"(?<![a-z0-9])[a-z]{1,3}[ -]?(?:[a-z]{1,2}[ -]?)?$")
_SIZE: Final = re.compile(r"[0-9]+[XH][0-9]+")
_SIZES: Final = (5, 8)
_FRONT_OF_PLATE: Final = 6  # letters and a space before its first digit, and one sign more


def find(reading: Reading) -> Iterator[Hit]:
    done = 0
    car: bool | None = None
    for run in reading.codes:
        if run.called(LABEL):
            hit = _labelled(reading, run)
            if hit is not None:
                yield hit
        plate = _shaped(reading.text, run, done)
        if plate is None:
            continue
        done = plate.end()
        if run.linked or run.name.direct or run.name.kind == GOODS:
            continue
        county, gap, rest = (part for part in plate.groups() if part is not None)
        if car is None:
            car = _CAR.search(reading.folded) is not None
        if car or (gap and not (county in _AMBIGUOUS and rest.isdigit()) and is_plain(county.lower())):
            yield _hit(plate.start(), plate.end(), plate.group(), Rank.SHAPE)


def _shaped(text: str, run: Run, done: int) -> re.Match[str] | None:
    """A Polish plate by its county and shape whose first digits are here."""
    at = run.start
    before = text[max(0, at - 2) : at]
    if not (before[-1:].isupper() or (before[-1:] == " " and before[:1].isupper())):
        return None
    plate = _PLATE.search(text, max(done, at - _FRONT_OF_PLATE), at + _SIZES[1])
    return plate if plate is not None and (plate[1] or plate[4]) in _COUNTIES else None


def _labelled(reading: Reading, run: Run) -> Hit | None:
    folded = reading.folded
    front = _FRONT.search(folded, max(0, run.start - 7), run.start)
    start = run.start
    if front is not None:
        start = front.start()
        words = front.group().replace("-", " ").split()
        if not is_plain(words[0]) and len(words) > 1:
            start += folded[start : run.start].index(words[1], len(words[0]))
        elif not is_plain(words[0]) or (len(words[0]) == 1 and not reading.text[start].isupper()):
            start = run.start
    plate = _ANY.match(folded, start)
    if plate is None or plate.end() < run.starts[0] + 1:
        return None
    end = plate.end()
    tail = plate.group().rpartition(" ")[2]
    if tail.isalpha() and not (is_plain(tail) and (reading.text[end - 1].isupper() or not run.name.between)):
        end -= len(tail) + 1
    value = "".join(filter(str.isalnum, folded[start:end])).upper()
    if not _SIZES[0] <= len(value) <= _SIZES[1] or value.isdigit() or _SIZE.fullmatch(value):
        return None
    return _hit(start, end, value, Rank.LABELLED)


def _hit(start: int, end: int, plate: str, rank: Rank) -> Hit:
    return Hit(label=LABEL, start=start, end=end, value=plate.replace(" ", "").upper(), rank=rank)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=1,
    rows=True,
    yes=(
        ("Auto stoi na parkingu, WX 12345, proszę", ("WX 12345",)),
        ("kierowca KR 1AB23 zajechał mi drogę", ("KR 1AB23",)),
        ("widziałam WI 027HJ pod sklepem", ("WI 027HJ",)),
        ("nr rejestracyjny wx12345", ("wx12345",)),
        ("tablice: kr 1ab23", ("kr 1ab23",)),
        ("rejestracja WPR9A12, montaż haka", ("WPR9A12",)),
        ("number plate AB12 CDE", ("AB12 CDE",)),
        ("my car reg is LK19 ABC", ("LK19 ABC",)),
        ("Kennzeichen B-AB 1234", ("B-AB 1234",)),
        ("rej. AA 1234 BB", ("AA 1234 BB",)),
        ("GD 5X123 to moje auto", ("GD 5X123",)),
    ),
    no=(
        "model WX 12345",
        "PN 12345",
        "zamówienie ZS 12345",
        "rejestracja w sklepie 12.07.2026",
        "RTX 4070",
        "laptop KR12345",
        "części do auta z 2015 roku",
        "PS5 CFI-1216A",
        "nr rejestracyjny podam w 24 h",
    ),
)

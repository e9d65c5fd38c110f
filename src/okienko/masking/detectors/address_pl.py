"""Polish addresses: a street, square, estate or village with its number, the flat, the postcode and the town.

A small grammar over the folded text. It starts at one of two places: at a word for a street (`ul.`, `os.`), or at a
number that could be a house's. From there it reads the name, forwards or backwards, and then as much of the rest as
stands there: flat, staircase, floor, postcode, town, province. Every step looks at a bounded piece of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.places import (
    ADJECTIVE_ENDS,
    FIRST_PARTS,
    LINE_END,
    NAME_WORD,
    NOT_IN_NAMES,
    TOWN_ENDS,
    line_end,
    listed,
    slips,
    streetlike,
    town,
    town_after,
)
from okienko.masking.reading import Reading

LABEL: Final = "ADDRESS"

_SLIPPED: Final = (slips("ulica") | slips("osiedle")) - listed("lica ulia ulica osiedle")
_SLIPPED_SHORT: Final = listed("ull uul aal oss pll bulw")
_STREET_WORDS: Final = (
    _SLIPPED
    | _SLIPPED_SHORT
    | listed(
        """
    ul ulica ulicy ulice ulic al aleja aleje alei aleji alejach aleję os osiedle osiedlu osiedla pl plac placu rondo
    ronda rondzie skwer skweru skwerze bulwar bulwaru bulwarze bulwary trakt traktu trakcie szosa szosie szosy pasaz
    pasazu wybrzeze wybrzezu zaulek zaulku wies wsi miejscowosc miejscowosci kolonia kolonii przysiolek przysiolku
    solectwo osada
    """
    )
)
_STREET: Final = re.compile(
    r"(?<![\w.@/-])(?:(?P<short>ul|al|os|pl|ull|uul|aal|oss|pll|bulw)(?:[ ]?\.[ ]?:?[ ]?|[ :]{1,2}| ?\n)"
    rf"|(?P<long>{'|'.join(sorted(_SLIPPED))}|ulic[aey]|alej[aei]|alei|alejach|osiedl[eua]|placu?|rond(?:o|a|zie)|skwer(?:u|ze)?"
    rf"|bulwar(?:u|ze|y)?"
    r"|trakt(?:u|cie)?|szos(?:a|ie|y)|pasazu?|wybrzez[eu]|zaulek|zaulku)(?:[ :]{1,3}|(?= ?[0-9]))"
    r"|(?P<village>wies|wsi|miejscowosci?|koloni[ai]{1,2}|przysiolku?|przysiolek|osada)[ :]{1,3})"
    r"(?:im\.? ?|imienia |to |jest )?"
)
_SQUARE: Final = re.compile(r"pl(?<![\w.@/-]..)[ .:\n]")
_MONTH: Final = r"stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrzesnia|pazdziernika|listopada|grudnia"
# They may begin a name (`ul. Na Stoku 5`), never stand inside it.
_OPENERS: Final = listed(
    """
    na pod nad za przy w
    """
)
# Names of goods and what they run on: `iPhone 13`, `Windows 11`, `Galaxy S23 128`.
_GOODS: Final = listed(
    """
    ocena liga pociag lot bilet mecz nagroda konkurs mercedes lozko stol krzeslo szafa sofa kanapa dywan rabat kupon
    poduszka krem perfumy rower wozek plecak torba koc kubek ekspres odkurzacz microsoft iphone ipad samsung galaxy
    xiaomi redmi poco huawei motorola nokia oppo realme pixel android androida androidzie windows windowsa windowsie
    macos ios linux ubuntu playstation xbox nintendo switch office excel word chrome firefox edge teams outlook
    airpods apple watch macbook dell lenovo asus acer hp lg sony bosch philips tefal electrolux whirlpool amica beko
    candy gorenje bmw audi ford opel skoda toyota honda mazda seat fiat renault volvo kia hyundai nissan lego allegro
    amazon ceneo olx empik netflix spotify facebook instagram inpost dpd dhl ups gls orlen zabka biedronka lidl
    rossmann ikea pro max plus mini ultra lite air core ryzen geforce rtx intel amd usb hdmi bluetooth wifi xl xxl ean
    sku iso din kurtka bluza koszula spodnie buty sukienka rozm size punkty czlowiek zestaw lampa pralka lodowka
    telewizor laptop krok bilet gra ksiazka pakiet opcja wariant tabela rysunek zdjecie zalacznik ustep artykul art
    ust par pkt ram ssd gb tb led volt wat mah bar kanal sezon tura runda grupa klasa kategoria typ numer strefa zone
    opona opony teams sharepoint onedrive exchange server azure surface powershell power visio project access
    publisher onenote skype kodeks ustawa rozporzadzenie dyrektywa version wersje
    """
)
_UNIT_AFTER: Final = re.compile(
    r" ?(?:zl|pln|eur|euro|usd|gbp|gr|szt|sztuk|sztuki|lat|lata|rok|roku|dni|dniach|dnia|dzien|godz|godzin|godziny"
    r"|godzinie|h"
    r"|min|minut|minuty|sek|sekund|km|cm|mm|kg|dag|ml|gb|tb|mb|kb|cali|cale|cal|procent|proc|razy|osob|osoby|tys|mln"
    r"|hz|mah|mies|miesiecy|miesiace|tygodni|tygodnie|tyg|pkt|punktow|stron|strony|par|pary|produktow|sztuka|osobowy"
    rf"|opakowan|days?|hours?|weeks?|months?|minutes?|years?|times|items|people|percent|kompletow|zamowien|ton|ha|st"
    rf"|stopni|kwietniu|maju|proby|prob|{_MONTH})(?![a-z0-9])"
    r"|[ ]?[%€$\"”°]|[.:][0-9]|,[0-9]{1,2}(?![0-9-])|x[0-9]|[ ]x[ ]?[0-9]|[ ]?-[ ]?[0-9]{1,4} ?(?:zl|szt|cm|mm|dni"
    r"|lat)|[0-9]|[.-]?go\b|-[a-z]"
)
_UNIT: Final = r"(?:m|lok(?:alu?)?|miesz(?:k|kani[aeu])?|kl(?:atk[ai])?|bl(?:oku?)?|pietro)"
_HOUSE: Final = re.compile(
    # 12/3, 12 A / 3, 51/D7
    r"[0-9]{1,4}(?:(?: ?[a-z])?(?: {0,2}[/\\]{1,2} {0,2}[a-z]{0,2}[0-9]{1,4}[a-z]?){1,2}(?![0-9a-z])"
    rf"|(?:[a-z](?=[ ,]{{0,2}}{_UNIT})| [a-z](?=[ ,]{{1,2}}{_UNIT})"
    rf"| [a-f](?={_UNIT}[0-9]))(?=[ ,]{{0,2}}{_UNIT}(?:\.? ?(?:nr ?)?[0-9]|[ .][a-z](?![a-z])))"  # 12 a m 3, 67am32
    r"| [a-z](?= ?(?:[,;)\n]|\.(?! ?[0-9])|$)| [0-9]{2} ?- ?[0-9]{3})| [a-f](?= [^\W\d_]{2})"  # 12 a,
    r"|[a-z](?![a-z0-9])|/[a-z](?![a-z])|-[0-9]{1,3}[a-z]?(?![0-9a-z-])"
    rf"|(?={_UNIT}\.? ?[0-9])|(?![a-z0-9]))"  # 15mieszkania 3
)
_CALLED: Final = re.compile(
    r"(?:[ ,]?\n(?=(?:nr|numer|dom)(?![a-z])|[0-9]{1,4}[a-z]?(?: ?/ ?[0-9]{1,4}[a-z]?)? ?(?:\n|$))|[ ,.]{0,3})"
    r"(?:nr|numer|no|n)?\.?:? ?(?:(?:domu|dom|budynku|budynek|bud|bloku|blok|posesji|bl)\.?:? ?(?:nr"
    r"|numer)?\.? ?)?"
)
_UNITS: Final = re.compile(
    r"(?:[ ,./;\n(-]{0,3}(?:"
    r"(?:nr |numer )?(?:m|mieszk|mieszkani[aeu]|miesz|m-?nie|lok|lokalu?|klatk[ai]|klatce|kl|pietro|pietrze|pietra|p"
    r"|pok|pokoj"
    r"|ap|apt|apart|apartamentu?|domofonu?|bram[ay]|hal[aei]|pawilonu?|stoisko|boks|oficyna|segment|segmentu|budynek|budynku|bud|bloku?|bl|wejscie"
    r"|kod (?:do )?(?:domofonu|klatki|bramy)|kod domofon|skrytka)"
    r"(?:\.|:| nr| numer| to)?[. :]{0,2}#?(?:(?:(?<=[. :])[a-z])?[0-9]{1,4}(?:[a-z](?![a-z]))?(?:/[0-9]{1,4}"
    r"|\.[0-9]{1,3}(?![0-9.]))?#?|(?<=[. :])(?:[a-z]"
    r"|[ivx]{1,4})(?![a-z0-9]))(?![0-9])"
    r"|(?:[0-9]{1,2}|[ivx]{1,4})\.? ?(?:pietro|pietrze|p\.|klatka)|(?:na )?(?:pierwsz|drug|trzec|czwart"
    r"|ostatni)[a-z]{1,4} (?:pietro|pietrze|pietra)"
    r"|parter(?:ze)?(?![a-z])|oficyna|poddasze"
    r")){1,6}"
)
_FLAT: Final = re.compile(r"[ ,./]{0,3}(?:m|lok|mieszk|mieszkani[aeu]|lokalu?|klatka|kl)\.? ?(?:nr )?[0-9]")
_SPACED_LETTER: Final = re.compile(r" [A-HJ-NP-TV](?![\w.]| ?[0-9])")
_MAYBE_UNIT: Final = re.compile(
    r"[ ,./;(-]{0,3}(?:[ivx]{1,4} )?(?P<word>[^\W\d_]{2,12})(?:\.? ?:? ?(?:[0-9]{1,4}[a-z]?|[a-z])(?![a-z0-9])"
    r"|(?<=[eo])(?=[ ,.]|$))"
)
_SLIPPED_UNITS: Final = frozenset(
    slip
    for word in ("mieszkanie", "mieszkania", "klatka", "pietro", "lokal", "lok")
    for slip in slips(word)
    if len(slip) > 2 or slip == "ok"
)
# A digit too many or too few, once an address has begun and a town follows.
_NEARLY_CODE: Final = re.compile(
    r"[ ,;\n]{1,3}(?P<code>[0-9]{1,3} {0,2}-? {0,2}[0-9] ?[0-9]{1,3}(?: [0-9])?)(?![0-9])[a-z]?"
)
_POST: Final = r"(?:pl[ -]?)?(?<![0-9])[0-9ol]{2}(?: ?- ?|[ ._])?[0-9ol]{3}(?![0-9]| ?[-/]?[0-9])"
_POSTCODE: Final = re.compile(
    r"[ ,.;:/\n\t()|-]{0,4}(?:(?:i |oraz |a )?kod(?: pocztowy| poczt\.?)?[ :-]{0,3}(?:to |jest )?)?"
    rf"(?P<code>{_POST})"
    r"(?! ?(?:zl|pln|szt|sztuk|gb|mb|km|kg|cm|mm|lat|dni|eur|euro)(?![a-z])|[.,][0-9])"
)
# Some words and then a postcode: a town, a district, a village with its post office.
_FAR_POSTCODE: Final = re.compile(
    r"(?:[ ,.;:/\n()-]{1,3}[^\W\d_]{2,20}){1,4}?[ ,.;:/\n()-]{1,3}(?:kod(?: pocztowy)?[ :-]{0,3})?"
    r"(?P<code>[0-9]{2}(?: ?- ?)[0-9]{3})(?![0-9])(?! ?(?:zl|pln|szt|sztuk|gb|km|kg|cm)(?![a-z]))"
)
_REGION: Final = re.compile(
    r"[ ,.;\n(]{1,3}(?:(?:woj|wojewodztwo|gm|gmina|pow|powiat|poczta|k|kolo|dzielnica)(?:[.:] ?"
    r"| )[^\W\d_]{3,20}(?:[ -][^\W\d_]{3,20}(?=[,.;\n)]|$))?"
    r"\)?|polska(?![a-z])|poland(?![a-z]))"
)
_BOX: Final = re.compile(
    r"(?<![a-z])s{0,2}k{1,2}r{1,2}(?:ytk[a-z]{1,2}|ytka)?\.? {0,2}(?:p[oczt]{1,6}[a-z]{0,5}\.?|p\.)"
    r"(?: ?(?:nr|numer))?[. :]{0,3}[0-9]{1,5}(?![0-9])"
)
_OFFICE: Final = re.compile(r" [0-9]{1,2}(?= ?(?:[,;.\n]|$))")  # `30-960 Kraków 1`
_NUMBERED: Final = re.compile(
    r"(?<![a-z])(?:numer|nr) (?:(?:mojego |naszego )?(?:domu|mieszkania|lokalu|bloku|klatki|posesji|domofonu))"
    r"(?: to| jest|:| -"
    r"| z)? ?(?P<number>[0-9]{1,4}[a-z]?(?:/[0-9]{1,4})?(?: na [0-9]{1,4}[a-z]?(?:/[0-9]{1,4})?)?)(?![0-9a-z])"
)
_PARTS: Final = re.compile(
    r"(?<![a-z])(?:blok|bloku|klatka|budynek|dom)\.? ?(?:nr )?(?:[0-9]{1,3}[a-z]?|[a-z])(?![a-z0-9])[ ,]{1,2}"
    r"(?:m|mieszkani[aeu]|lok|lokal|klatka|klatce|pietro)\.? ?(?:nr )?(?:[0-9]{1,4}[a-z]?|[a-z])(?![a-z0-9])"
)
# What says directly before a name that an address follows.
_LINK: Final = (
    r"(?:(?: |: ?|, | - |\n| \()(?:dostawy|zamieszkania|wysylki|korespondencyjny|korespondencji|domowy|sie|to|jest"
    r"|na|przy|pod|w"
    r"|we|do|z|ze|adres(?:em)?|moj|moim|nowy|nowym|nowego|nowe|stary|firmy|firmowy|sluzbowy|pracy|biura|sklepu|brzmi|prosze|zamiast|teraz|obecnie|zwrotu"
    r"|byc|podaje"
    r"|powinien|powinno|tylko|paczki|rodzicow|dla|ktory|mieszkanie|tego|wlasciwy|poprawny|prawidlowy|aktualny"
    r"|siostry|odbiorcy"
    r"|nadawcy"
    r"|klienta|kuriera|bylo|byl|nizej|ponizej|mamy|mieszkam))*+[ :,\n(„\"'-]{0,4}$"
)
_ADDRESS_BEFORE: Final = re.compile(
    r"(?<![a-z])(?:adres(?!at)[a-z]*+|zamieszka[a-z]++|zameldowan[a-z]++|zam\.|mieszka(?:m|my|ja|jac[a-z]*"
    r"|l[a-z]++)?(?![a-z]))" + _LINK
)
_DELIVERY_BEFORE: Final = re.compile(
    r"(?<![a-z])(?:siedzib|lokalizacj|dostaw|doreczeni|przeprowadz|wyprowadz|posesj|wysl|wysyl|dostarcz|przesl"
    r"|przekier|dorecz"
    r"|kurier|paczk|przesylk|przyjech|podjech|przywie|przywo|odebra|odbi|zwrot|dom"
    r"|blok)[a-z]*+(?: [a-z]{1,12}){0,3}? ?[:,]?"
    r" (?:na|przy|pod|z|do|w)" + _LINK
)
_NO_ADDRESS: Final = re.compile(r"(?:ip|mail|mailowy|url|strony|www|mac|e-mail|internetowy)[ :]{0,3}$")
_AT: Final = re.compile(r"(?:^|[^a-z])(?:na|przy|z|ze|do|w|u|pod|od)[ ]$")
_TOWN_BEFORE: Final = re.compile(
    r"(?P<code>(?<![0-9-])[0-9]{2} ?- ?[0-9]{3}[ ,\n]{1,3})?(?P<town>[^\W\d_]{2,20}+(?:[ -][^\W\d_]{2,20}+){0,2})"
    r"(?P<gap>[ ,:\n(-]{1,3}(?:(?:na|przy|z|w)[ ]|adres:? )?)$"
)
_ON: Final = re.compile(r"(?:^|[^a-z])(?:na|przy)[ ]$")
_LOCATIVE: Final = ("ej", "ego", "ich", "ych")
_IN_HOUSE: Final = re.compile(r"(?<![a-z])(?:blok|bloku|budynek|budynku|kamienica|kamienicy|domu)[ ,:]{1,2}$")
_MEANT: Final = re.compile(
    r"(?<![a-z])(?:(?:mialo|ma|mial|powinno|powinna) byc|pomyl[a-z]{1,5}|a nie|zamiast"
    r"|kurier[a-z]{0,2} (?:pojechal|byl)(?: na| pod)?)[ :]{1,2}$"
)
_LINE_START: Final = re.compile(r"(?:^|\n)[ \t\"„(]*$")
_PIECE: Final = re.compile(r"[^\W_]+")
# `Żwirki i Wigury 12`, `Centrum A 14`: short words that go on only when the number follows.
_GOES_ON: Final = re.compile(r"i [^\W\d_]{3,20} (?:nr )?[0-9]|[a-e] [0-9]")
_ORDINAL: Final = re.compile(
    rf"[0-9]{{1,4}}(?:\.? ?-?(?:go |ego )? ?(?:{_MONTH})|[ -]?(?:lecia|letnia)| (?:pulku|dywizji|armii|batalionu"
    rf"|brygady|kwietniowa)[a-z ]{{0,24}}?)(?![a-z])"
)
_COUNT_BEFORE: Final = re.compile(r"[0-9][ -]?$")
_NEXT_WORD: Final = re.compile(r"(?P<gap>[ .\"„'-]{0,3})(?P<word>[^\W\d_]++)[\"”']?")
_CALLED_BEFORE: Final = re.compile(r"[ ,]{0,2}(?:nr|numer|nr domu|numer domu|dom|bud|budynek|blok)\.? ?$")
_MONTHS: Final = frozenset(_MONTH.split("|"))
_DAY_BEFORE: Final = re.compile(r"(?<![0-9.])[0-9]{1,2}\.? $")
_FLAT_SURE: Final = re.compile(
    r"[ ,./]{0,3}(?:m\.? ?|lok\.? ?|mieszk\.? ?|mieszkani[aeu] ?"
    r"|lokalu? )(?:nr )?[0-9]{1,3}(?![0-9x,.]*[0-9])(?! ?(?:zl|cm|kg))"
)
_CONTEXT_WORDS: Final = listed(
    """
    adres adresem adresie adresu adresy mieszkam mieszka mieszkamy zamieszkaly zamieszkala zamieszkania zam mieszkalam
    mieszkalem zameldowany zameldowana dostawa dostawy dostawe dostarczyc dostarczcie wyslac wyslijcie wyslanie
    wysylki wysylka przeslac kurier kuriera kurierem paczka paczke paczki przesylka przesylke przesylki przyjechac
    przyjedzie odbior odebrac przeprowadzka przeprowadzilam przeprowadzilem siedziba na przy ul ulica ulicy ulice os
    osiedle
    """
)
# A number of up to four digits behind a word, that is no date and no beginning of something longer. Begins with one
# plain class, so that `re` skips text without digits at full speed.
_MAYBE_HOUSE: Final = re.compile(
    r"[0-9](?<=[a-z .\u00df-\u024f].)(?<![0-9][ .].)(?<![^a-z\u00df-\u024f][a-z].)[0-9]{0,3}+"
    r"(?![0-9]|[.:][0-9]|[/-][0-9]{4}(?![0-9])|([/-])[0-9]{1,2}\1[0-9]{4}|[ .][0-9]{3,4}[ .-][0-9]{2}"
    r"|-[0-9]{3,4}-[0-9]{2})"
)
_POSTCODE_SHAPE: Final = re.compile(r"[0-9][ -][0-9]{3}(?![0-9])")
_HOUSEHOLD: Final = listed("domu mieszkania lokalu bloku klatki posesji domofonu")
_BLOCKS: Final = listed("blok bloku klatka budynek dom")
_BOXES: Final = {
    f"{box}{end}"
    for box in ("skr", "sskr", "skkr", "skrr", "kr", "sr")
    for end in ("", "ytka", "ytki", "ytke", "ytce", "ytkapocztowa", "poczt", "pocz", "p")
}
_LABELS: Final = _HOUSEHOLD | _BLOCKS | _BOXES
_ANY: Final = _STREET_WORDS | _LABELS
_NO_NAMES: Final = ((NOT_IN_NAMES | _GOODS) - _MONTHS) | listed(
    "january february march april may june july august september october november december"
)
_ALSO_COUNTED: Final = frozenset(("os", "al", "pl"))  # `dla 4 os.`
_MOST_IN_VAIN: Final = 48  # names with numbers in one reading that were no addresses
_MOST_LOOKED_AT: Final = 192  # numbers, and words for a street, in one reading; no message has more
_CROWD: Final = 12  # so many in one reading are read; what follows is masked to the end of its line
_BEFORE_NOUN: Final = ("ych", "ich", "ego")  # of a name of two words without capitals
_AFTER_NOUN: Final = ("skich", "ckich", "gorne", "dolne", "wielkie", "male", "dolny", "gorny", "skie")
_POSTCODE_ALONE: Final = re.compile(r"[0-9]{2}-[0-9]{3}")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_AFTER_TOWN: Final = (*ADJECTIVE_ENDS, "ne", "ny", "nej", "nym", "le", "lym", "kie", "we", "wej")
_NO_PLACES: Final = frozenset(("zabaw", "budowy"))
_LONGEST_WORD: Final = 24
_BEFORE_THREE: Final = ("-", " ")  # a postcode ends in three digits
# `mieszkanie 6 4,`, `12 5/3`: a space too many in a number.
_STRAY: Final = re.compile(r" {1,2}[0-9]{1,2}[a-z]?(?: ?/ ?[0-9]{1,3})?(?= ?(?:[,;)\n]|\.(?![0-9])|$))")
_UNITS_REACH: Final = 96
_NUMBER_WORDS: Final = frozenset(("nr", "numer", "domu", "dom"))
_ENOUGH: Final = 64  # characters that one step may read
_MOST_WORDS: Final = 5  # of a name
_TITLES: Final = listed(
    """
    gen sw ks plk mjr kpt dr prof bl bp abp kard por ppor hr inz marsz rtm o s hm adm dh red mar jana ii iii iv xx xxx
    """
)


def find(reading: Reading) -> Iterable[Hit]:
    words = reading.words
    hits: list[Hit] = []
    said = not _ANY.isdisjoint(words)
    if said and not _STREET_WORDS.isdisjoint(words):
        hits += _by_street(reading)
    if reading.runs:
        if _MAYBE_HOUSE.search(reading.folded) is not None:
            hits += _by_number(reading, hits[:])
        if said and not _LABELS.isdisjoint(words):
            hits += _labelled(reading)
    return hits


def _hit(reading: Reading, start: int, end: int) -> Hit:
    value = " ".join(_PIECE.findall(reading.folded, start, end))
    return Hit(label=LABEL, start=start, end=end, value=value, rank=Rank.CERTAIN)


def _labelled(reading: Reading) -> Iterator[Hit]:
    """Boxes, and parts of an address that say what they are: `skr. poczt. 12`, `numer domu: 7`, `blok 7 m. 3`."""
    folded, words = reading.folded, reading.words
    if not _BOXES.isdisjoint(words):
        for box in islice(_BOX.finditer(folded), _CROWD):
            end = _place(reading, box.end())
            office = _OFFICE.match(folded, end) if end > box.end() else None
            yield _hit(reading, box.start(), office.end() if office else end)
    if not _HOUSEHOLD.isdisjoint(words):
        for number in _NUMBERED.finditer(folded):
            yield _hit(reading, number.start("number"), number.end())
    if not _BLOCKS.isdisjoint(words):
        for parts in islice(_PARTS.finditer(folded), _CROWD):
            yield _hit(reading, parts.start(), _rest(reading, parts.end()))


def _by_street(reading: Reading) -> Iterator[Hit]:
    """Addresses with a word for a street, a square, an estate or a village."""
    done = found = 0
    places = [place for place, word in enumerate(reading.words) if word in _STREET_WORDS]
    if all(reading.words[place] == "pl" for place in places) and _SQUARE.search(reading.folded) is None:
        return  # of an e-mail's or a page's address
    for place in places[:_MOST_LOOKED_AT]:
        if reading.starts[place] < done:
            continue
        street = _STREET.match(reading.folded, reading.starts[place])
        if street is None:
            continue
        if found >= _CROWD:
            done = line_end(reading.folded, street.end())
            yield _hit(reading, street.start(), done)
            continue
        name = _name_after(reading, street)
        end = 0 if name is None else _unnumbered(reading, street, name) or _numbered(reading, street, name)
        if end:
            start = max(_town_before(reading, street.start()), done)
            yield _hit(reading, start, end)
            done = end
            found += 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Name:
    """What stands after a word for a street."""

    words: list[str]
    end: int  # of as much as would be the name if no number followed
    capital: bool
    house: re.Match[str] | None


def _name_after(reading: Reading, street: re.Match[str]) -> _Name | None:
    """The name of a street, read word by word as far as a house number or something that no name holds."""
    folded, text = reading.folded, reading.text
    short = street["short"]
    if short in _ALSO_COUNTED and _COUNT_BEFORE.search(folded, max(0, street.start() - 8), street.start()):
        return None
    at = end = street.end()
    words: list[str] = []
    ordinal = _ORDINAL.match(folded, at, at + _ENOUGH)
    if ordinal:  # `ul. 3 Maja`, `pl. 1000-lecia`
        words.append(ordinal.group())
        at = end = ordinal.end()
    house = None
    while len(words) <= _MOST_WORDS:
        house = _house(folded, at) if words else None
        word = None if house else _NEXT_WORD.match(folded, at, at + _ENOUGH)
        if word is None or (words and "." in word["gap"] and words[-1] not in _TITLES and len(words[-1]) > 1):
            break
        piece = word["word"]
        upper = text[word.start("word")].isupper()
        initial = len(piece) == 1 and folded.startswith(".", word.end())
        opens = not words and piece in _OPENERS and (short or upper or street["long"] == "osiedle")
        goes_on = initial or opens or (words and _GOES_ON.match(folded, word.start("word")))
        if piece in NOT_IN_NAMES and not goes_on:
            break
        words.append(piece)
        at = word.end() + len(" 303") * (piece == "dywizjonu" and folded.startswith(" 303", word.end()))
        if len(words) == 1 or upper or words[-2] in _TITLES or words[-2] in _OPENERS:
            end = at
    if not words:
        return None
    return _Name(words=words, end=end, capital=text[street.end()].isupper() or ordinal is not None, house=house)


def _unnumbered(reading: Reading, street: re.Match[str], name: _Name) -> int:
    """The end of a street without a number, as people say it: `ul. Długa`, `na ulicy Długiej`; 0 if it is none.

    The game `Ulica Sezamkowa` is none.
    """
    folded, short, long = reading.folded, street["short"], street["long"] or ""
    house = name.house
    if house and not (house.group().isdigit() and _UNIT_AFTER.match(folded, house.end(), house.end() + _ENOUGH)):
        return 0
    if short not in {"ul", "al"} and not long.startswith(("ulic", "alei", "osiedlu", "placu")):
        return 0
    if not (name.capital or short == "ul" or (long.startswith("ulic") and streetlike(name.words[0]))):
        return 0
    if long and not _AT.search(folded, max(0, street.start() - 8), street.start()):
        return 0
    return _place(reading, name.end)


def _numbered(reading: Reading, street: re.Match[str], name: _Name) -> int:
    """The end of an address with a house number, 0 if it is none."""
    folded, house = reading.folded, name.house
    if house is None or (house.group().isdigit() and _UNIT_AFTER.match(folded, house.end(), house.end() + _ENOUGH)):
        return 0
    end = _rest(reading, house.end())
    short, long, first = street["short"], street["long"] or "", name.words[0]
    if name.capital or short == "ul" or long.startswith("ulic") or end > house.end() + 2:
        return end
    if any(map(streetlike, name.words)) or not house.group().isdigit():
        return end
    if first in _NO_PLACES:
        return 0
    near = reading.before(street.start())
    said = (short and "." in street.group()) or _ADDRESS_BEFORE.search(near) or _DELIVERY_BEFORE.search(near)
    return end if said else 0


def _house(folded: str, at: int) -> re.Match[str] | None:
    called = _CALLED.match(folded, at, at + _ENOUGH)
    return _HOUSE.match(folded, called.end() if called else at, at + 2 * _ENOUGH)


def _by_number(reading: Reading, streets: list[Hit]) -> Iterator[Hit]:
    """Addresses without a word for a street: `Długa 15/3, Kraków`, `mieszkam na Puławskiej 12`, `Kąty 5a, 05-806 …`."""
    folded = reading.folded
    done = found = vain = 0
    for at, house in _houses(reading, streets):
        if at < done:
            continue
        if found >= _CROWD:
            done = line_end(folded, at)
            yield _hit(reading, _word_start(folded, at), done)
            continue
        begin, reach = _name_before(reading, at)
        if not done <= begin < at:
            continue
        if vain >= _MOST_IN_VAIN:
            break
        sure = _convincing(reading, begin, house)
        if done <= reach < begin:
            if not sure and _ADDRESS_BEFORE.search(reading.before(reach)):
                sure, begin = True, reach  # `adres: cypriana kamila norwida 12`
            elif sure and reading.text[begin:at].islower():
                begin = reach  # `na stefana batorego 12`: whatever stands there belongs to the name
        if sure:
            end = _rest(reading, house.end())
            yield _hit(reading, max(done, _town_before(reading, begin)), end)
            done = end
            found += 1
        else:
            vain += 1


def _houses(reading: Reading, streets: list[Hit]) -> Iterator[tuple[int, re.Match[str]]]:
    """Numbers that may be a house's, behind a word that may be a name's, outside of what has been found already."""
    folded = reading.folded
    waiting = iter(streets)
    street = next(waiting, None)
    more: bool | None = None
    for maybe in islice(_MAYBE_HOUSE.finditer(folded), _MOST_LOOKED_AT):
        at = maybe.start()
        while street is not None and street.end <= at:
            street = next(waiting, None)
        if street is not None and street.start <= at:
            continue
        name = _word_before(folded, at)
        if name is None:
            continue
        begin, word = name
        if not streetlike(word) and not reading.text[begin].isupper():
            # A name without a capital needs more around it: words for an address, or a postcode.
            if more is None:
                more = not _CONTEXT_WORDS.isdisjoint(reading.words) or _POSTCODE_SHAPE.search(folded) is not None
            if not more:
                continue
        house = _house_number(folded, at, word)
        if house is not None:
            yield at, house


def _word_before(folded: str, at: int) -> tuple[int, str] | None:
    """The word before a number and where it begins, if it may be a street's or a village's name."""
    floor = max(0, at - 32)
    front = folded[floor:at].rstrip(" .")
    space = front.rfind(" ")
    word = front[space + 1 :]
    if word in _NUMBER_WORDS:
        front = front[: max(space, 0)].rstrip(" .,")
        space = front.rfind(" ")
        word = front[space + 1 :]
    if len(word) < 2 or word in _NO_NAMES or not word[-1].isalpha():
        return None
    if folded[at - 1].isalpha() and not streetlike(word):
        return None
    return floor + space + 1, word


def _house_number(folded: str, at: int, word: str) -> re.Match[str] | None:
    """The house number that stands behind a word, `None` if it is an amount, a size, a date or a postcode."""
    skipped = len("303 ") if word == "dywizjonu" and folded.startswith("303 ", at) else 0
    house = _HOUSE.match(folded, at + skipped, at + _ENOUGH)
    if house is None or _POSTCODE_ALONE.fullmatch(house.group()):
        return None
    if house.group().isdigit() and _UNIT_AFTER.match(folded, house.end(), house.end() + _ENOUGH):
        return None
    return house


def _word_start(folded: str, at: int) -> int:
    """Where the last word before a place begins."""
    floor = max(0, at - 24)
    end = floor + len(folded[floor:at].rstrip(" ."))
    space = folded.rfind(" ", floor, end)
    return floor if space < 0 else space + 1


def _name_before(reading: Reading, at: int) -> tuple[int, int]:
    """The start of the name that ends before a house number, `at` itself if there is none; and how far back more words
    reach that could belong to it but are not written like a name."""
    folded, text = reading.folded, reading.text
    called = _CALLED_BEFORE.search(folded, max(0, at - 16), at)
    start = called.start() if called else at
    found = at
    capital = shouted = adjective = open_ = False
    for count in range(_MOST_WORDS):
        stop = start
        while stop > 0 and folded[stop - 1] == " " and start - stop < 2:
            stop -= 1
        dotted = stop > 0 and folded[stop - 1] == "."
        stop -= dotted
        begin = stop
        while begin > 0 and stop - begin < _LONGEST_WORD and (folded[begin - 1].isalpha() or folded[begin - 1] in "-'"):
            begin -= 1
        word = folded[begin:stop]
        if not word or (dotted and word not in _TITLES and len(word) > 1):
            break
        if word in _MONTHS:  # `3 Maja 12`
            day = _DAY_BEFORE.search(folded, max(0, begin - 5), begin)
            return (day.start() if day else found), found
        upper = text[begin].isupper()
        joins = word == "i" and (capital or folded.startswith("wigury", start))
        opens = capital and upper and not shouted and word in _OPENERS
        if (word in NOT_IN_NAMES and not joins and not opens) or (count and word in _GOODS):
            break
        if not count:
            capital = upper
            shouted = len(word) > 1 and text[begin + 1].isupper()
            adjective = word.endswith(_AFTER_NOUN)
        elif capital and not upper and word not in _TITLES and not joins:
            break
        start = begin
        if joins:
            continue
        likely = word in FIRST_PARTS or word in _TITLES or streetlike(word) or word.endswith(_BEFORE_NOUN)
        if count and not capital and not likely and not (count == 1 and adjective):
            open_ = True
        if not open_:
            found = begin
    return found, start


def _convincing(reading: Reading, begin: int, house: re.Match[str]) -> bool:
    """Whether a name and a number are an address, and not goods and how many of them."""
    folded, text = reading.folded, reading.text
    pieces = [piece for piece in _PIECE.finditer(folded, begin, house.start()) if piece.group() not in _NUMBER_WORDS]
    name = [piece.group() for piece in pieces]
    if not name or not _GOODS.isdisjoint(name):
        return False
    capital = text[begin].isdigit() or any(text[piece.start()].isupper() for piece in pieces)
    known = streetlike(name[-1]) or streetlike(name[0])
    end = _units(folded, house.end())
    code = _code(folded, end)
    if not code and capital and _FAR_POSTCODE.match(folded, end, end + _ENOUGH):
        return True
    if code and (capital or known or town_after(reading, code, sure=True) > code):
        return True
    if capital and _REGION.match(folded, end, end + _ENOUGH):
        return True
    flat = end > house.end()
    if not flat and _YEAR.fullmatch(house.group()) and not _ADDRESS_BEFORE.search(reading.before(begin)):
        return False
    plain = house.group().isdigit() and not flat
    if (capital or known) and town_after(reading, end, sure=False, sure_of_street=known or not plain) > end:
        return True
    near = reading.before(begin)
    if (capital or known) and (known or flat) and _AT.search(near[-6:]):
        return True
    if (capital and _on_street(near, name[-1], plain=plain)) or (known and _FLAT.match(folded, house.end())):
        return True
    if known and capital and (not plain or (_LINE_START.search(near) and LINE_END.match(folded, end))):
        return True
    if capital and flat and _FLAT_SURE.match(folded, house.end()):
        return True
    if _NO_ADDRESS.search(near):
        return False
    if _ADDRESS_BEFORE.search(near):
        return True
    return (capital or known or not plain or name[-1].endswith("ej")) and _DELIVERY_BEFORE.search(near) is not None


def _on_street(near: str, last: str, *, plain: bool) -> bool:
    """Whether what stands before a name makes it a street's: `na Łagodnej 29/73`, `w bloku Ceglana 85b`."""
    if plain:
        return (last.endswith("ej") and _ON.search(near) is not None) or (
            streetlike(last) and _MEANT.search(near) is not None
        )
    return (last.endswith(_LOCATIVE) and _AT.search(near[-6:]) is not None) or _IN_HOUSE.search(near) is not None


def _units(folded: str, at: int) -> int:
    """The end of the flat, staircase, floor and so on that stand next."""
    for _ in range(4):
        units = _UNITS.match(folded, at, at + _UNITS_REACH)
        if units is None:
            units = _MAYBE_UNIT.match(folded, at, at + _ENOUGH)
            if units is None or units["word"] not in _SLIPPED_UNITS:
                break
        at = units.end()
    return at


def _rest(reading: Reading, at: int) -> int:
    """The end of what follows a house number: `A`, flat, floor, postcode, town, province."""
    letter = _SPACED_LETTER.match(reading.text, at)
    if letter:
        at = letter.end()
    at = _units(reading.folded, at)
    stray = _STRAY.match(reading.folded, at)
    return _place(reading, stray.end() if stray else at)


def _place(reading: Reading, at: int) -> int:
    """The end of a postcode and a town that stand next."""
    folded = reading.folded
    for _ in range(3):
        code = _code(folded, at)
        if not code:
            far = _FAR_POSTCODE.match(folded, at, at + _ENOUGH)
            code = far.end() if far else _nearly_code(reading, at)
        at = town_after(reading, code or at, sure=code > 0)
        region = _REGION.match(folded, at, at + _ENOUGH)
        if region is None:
            break
        at = region.end()
    return at


def _code(folded: str, at: int) -> int:
    """The end of a postcode that stands next, 0 if none does."""
    code = _POSTCODE.match(folded, at, at + _ENOUGH)
    if code is None or sum(sign.isdigit() for sign in code["code"]) < 3:
        return 0
    return code.end()


def _nearly_code(reading: Reading, at: int) -> int:
    """The end of what is a postcode but for a slip of the fingers, 0 if nothing like it stands before a town."""
    code = _NEARLY_CODE.match(reading.folded, at, at + _ENOUGH)
    if code is None or not 4 <= sum(sign.isdigit() for sign in code["code"]) <= 6:
        return 0
    return code.end() if town_after(reading, code.end(), sure=True) > code.end() else 0


def _town_before(reading: Reading, start: int) -> int:
    """Where an address begins that has its town in front of the street, else `start`."""
    folded, text = reading.folded, reading.text
    floor = max(0, start - 56)
    near = _PIECE.findall(folded, floor, start)[-4:]
    if (
        "," not in folded[max(floor, start - 10) : start]
        and not any(word in FIRST_PARTS or town(word, capital=True) for word in near)
        and _POSTCODE_SHAPE.search(folded, floor, start) is None
    ):
        return start
    before = _TOWN_BEFORE.search(folded, floor, start)
    if before is None:
        return start
    if before["code"]:
        return before.start("code")
    words = NAME_WORD.findall(before["town"].replace("-", " "))
    place = before.start("town")
    if words[-1] in _OPENERS:
        words.pop()
    for skipped in range(len(words)):
        rest = words[skipped:]
        if town(rest[0], capital=text[place].isupper()) and (
            rest[-1].endswith(ADJECTIVE_ENDS) if len(rest) > 1 else ":" not in before["gap"]
        ):
            return place
        if len(rest) == 2 and "," in before["gap"] and rest[1].endswith(_AFTER_TOWN) and rest[0] not in NOT_IN_NAMES:
            second = folded.index(rest[1], place + len(rest[0]), start)
            if text[place].isupper() and text[second].isupper():
                return place
        if (
            "," in before["gap"]
            and reading.text[place].isupper()
            and rest[0] not in NOT_IN_NAMES
            and (
                rest[0] in FIRST_PARTS
                or (len(rest) == 1 and (rest[0].endswith(TOWN_ENDS) or _AT.search(folded, max(0, place - 6), place)))
            )
        ):
            return place
        place += len(rest[0]) + 1
    return start


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("adres ul. Długa 15 m. 3, 31-147 Kraków proszę", ("ul. Długa 15 m. 3, 31-147 Kraków",)),
        ("moj adres to ul dluga 15 m 3 31147 krakow prosze", ("ul dluga 15 m 3 31147 krakow",)),
        ("UL. DŁUGA 15/3, 31-147 KRAKÓW", ("UL. DŁUGA 15/3, 31-147 KRAKÓW",)),
        ("ul.Długa15/3 albo ulica dluga 15mieszkania 3", ("ul.Długa15/3", "ulica dluga 15mieszkania 3")),
        ("na os. Złotej Jesieni 12/4, tak", ("os. Złotej Jesieni 12/4",)),
        ("al. Jana Pawła II 20 i ul. gen. Andersa 5", ("al. Jana Pawła II 20", "ul. gen. Andersa 5")),
        ("ul. 3 Maja 15 lok. 4, II piętro", ("ul. 3 Maja 15 lok. 4, II piętro",)),
        ("mieszkam na Puławskiej 12 od lat", ("Puławskiej 12",)),
        ("Długa 51/D7, Kraków", ("Długa 51/D7, Kraków",)),
        ("Marszałkowska 10 m 5", ("Marszałkowska 10 m 5",)),
        ("na Brzezinki 82b, 57-423 Żabno, dzięki", ("Brzezinki 82b, 57-423 Żabno",)),
        ("mieszkam: wieś Kąty 5a", ("wieś Kąty 5a",)),
        ("Kraków, ul. Krótka 5", ("Kraków, ul. Krótka 5",)),
        ("Adres:\nZielona 14\n62-100 Wągrowiec", ("Zielona 14\n62-100 Wągrowiec",)),
        ("skr. poczt. 12, 00-950 Warszawa", ("skr. poczt. 12, 00-950 Warszawa",)),
        ("dom ma blok 7 m. 12", ("blok 7 m. 12",)),
        ("numer domu: 17a", ("17a",)),
        ("mieszkamy na ulicy Długiej obok parku", ("ulicy Długiej",)),
    ),
    no=(
        "sklep w Krakowie, wysyłka do Warszawy 15 zł",
        "na Allegro 15 sztuk",
        "na Androidzie 14 nie działa",
        "Galaxy S23 128",
        "pokój 12, sala 5",
        "plac zabaw 3 zł",
        "dla 4 os. 2 pokoje, os. 3",
        "paczkomat KRA012M albo WAW234A",
        "grę Ulica Sezamkowa",
        "lampy do alei ogrodowej",
        "Kurtka 38/40 i rura 3/4 cala",
        "paczka do Krakowa 12 maja",
        "cena 10-150 zł, od 24-500 sztuk",
        "kod 31-147 nie działa",
        "Zamówienie 12/3/2026 z Warszawy",
        "adres IP 10.0.0.1",
    ),
)

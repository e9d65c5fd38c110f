"""British and American addresses: a number, a street and what stands around them, on one line or on several.

Each reading starts at a number with a type of street some words later, at a box, or at a British postcode or a state
with its ZIP code. Types that are also words (`drive`, `way`, `court`) need capitals, a place, or words for an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.places import (
    ENGLISH_TOWNS,
    MAYBE_POSTCODE,
    NOT_IN_NAMES,
    STATES,
    UK_POSTCODE_ANY,
    english_postcodes,
    line_end,
    listed,
    slips,
)
from okienko.masking.reading import FILLER, Reading

LABEL: Final = "ADDRESS"

_SURE: Final = listed(
    """
    street road avenue lane boulevard crescent terrace ave blvd rd ln parkway pkwy highway hwy mews gardens cres
    esplanade turnpike strasse
    """
)
_UNSURE: Final = listed(
    """
    st str av drive dr close court ct place pl way square sq hill row grove walk view green park rise circle cir trail
    trl loop alley pike quay wharf parade embankment heights ridge bend run crossing cove point plaza common end vale
    meadow meadows fields gate yard approach causeway path terr cl gdns gdn bvd pde
    """
)
# Streets that are called by one word.
_ALONE: Final = listed("broadway strand piccadilly haymarket cheapside poultry bowery embarcadero kingsway millbank")
# What fast fingers make of the longer ones.
_SLIPPED: Final = frozenset(
    slip
    for word in (
        *("street", "road", "avenue", "lane", "boulevard", "crescent", "terrace", "parkway", "gardens", "drive"),
        *("court", "close", "square", "place", "pkwy"),
    )
    for slip in slips(word)
    if slip[0] == word[0] and len(slip) > 3
) - (
    _SURE
    | _UNSURE
    | listed("coast places roads lanes drives courts squares drie dive trace cloes plac pace cose curt cour palace")
)
_TYPES: Final = _SURE | _UNSURE | _ALONE | listed("route rte county")
_PART: Final = r"(?:[^\W\d_]{1,20}+(?:['’-][^\W\d_]{1,20}+)?\.?|[0-9]{1,3}(?:st|nd|rd|th))"
_TYPE: Final = "|".join(sorted(_SURE | _UNSURE, key=len, reverse=True))
# Every alternative begins with one plain class, so that `re` skips text without digits at full speed.
_FIRST: Final = r"[0-9](?<![\w.,/$£€#-].)"


def _street(types: str) -> re.Pattern[str]:
    return re.compile(
        rf"{_FIRST}(?:"
        # 12345 County Road 12
        r"[0-9]{0,5} (?:[nsew]\.? )?(?P<route>(?:county|state|us|old|farm|ranch) (?:road|route|highway|hwy|rd)"
        r"|route|rte|rt|highway|hwy|fm|cr|sr) #?[0-9]{1,4}[a-z]?(?![\w])(?: [nsew](?![a-z]))?"
        # 12 High Street, 350 5th Ave NW
        rf"|[0-9]{{0,5}}[a-z]?(?:[-/][0-9]{{1,4}}[a-z]?)?(?: 1/2)?(?:,? |,? ?\n)(?P<name>(?:{_PART} ){{1,4}}?)"
        rf"(?P<type>{types})(?![\w'’])(?:\.? (?:{types})(?![\w'’]))?"
        r"(?:\.? (?:n|s|e|w|ne|nw|se|sw|north|south|east|west)(?![a-z]))?"
        # 1633 Broadway
        r"|[0-9]{0,5}[a-z]?,? (?:(?:n|s|e|w|the|north|south|east|west)\.? )?"
        rf"(?P<alone>{'|'.join(sorted(_ALONE))})(?![a-z]))"
    )


_STREET: Final = _street(_TYPE)
_STREET_SLIPPED: Final = _street("|".join(sorted(_SLIPPED, key=len, reverse=True)))
# No street is called so, but goods, counts and distances are: `2 way street`, `64 gb usb drive`, `10 miles of road`.
_STOP: Final = listed(
    """
    a an the of in on to at for from with and or but my your our his her their is are was were be been this that these
    those day days week weeks month months year years hour hours hr hrs minute minutes min mins second seconds mile
    miles km meter meters metre metres m cm mm inch inches ft feet yard yards kg g lb lbs oz ml gb tb mb kb mbps mhz
    ghz hz w v volt watt star stars way ways times time x per pack packs piece pieces pc pcs item items unit units
    pair pairs set sets box boxes people persons person guys men women kids usb hdmi ssd hdd hard flash thumb pen disk
    disc memory external internal portable wireless wired optical cd dvd test one two three four five off down up out
    across along near new old more less other different same last next first please can could would will should want
    need have has had i we you he she it they not no yes if when where what which who how so then than as by about
    over under into percent pm am dollars usd eur gbp pounds euros pln zl order orders number version windows chrome
    firefox office iphone samsung galaxy android ipad google amazon bank credit debit account card cards ticket
    tickets parking seat seats lane-change tier step steps level levels lanes wheel door car cars bus train pass
    cookie cookies gallon gallons litre liter mb/s parcel parcels package packages deliver delivered came
    """
)
_UNIT: Final = (
    r"(?:(?:flat|apt|apartment|unit|suite|ste|room|rm|floor|fl|bldg|building|block|lot|level|tower|studio|villa"
    r"|house|trailer|space)"
    r"(?:\.|:)? ?(?:no\.? ?|number )?#?(?:[0-9]{1,4}[a-z]?|[a-z][0-9]{0,3})(?![\w])|# ?[0-9]{1,4}[a-z]?(?!\w)"
    r"|(?:[0-9]{1,2}(?:st|nd|rd|th)|ground|first|second|third|fourth|top) (?:floor|fl)(?![a-z])|(?:basement"
    r"|ground floor|top floor)(?: flat)?(?![a-z]))"
)
_UNITS: Final = re.compile(rf"(?:[ ,.\n/-]{{0,3}}{_UNIT}){{1,4}}")
# `Flat 4, 12 …`, `3/2, 45 …`, and what only says what the number is: `Unit 5, Riverside …`, `number 14 …`.
_UNITS_BEFORE: Final = re.compile(
    rf"(?<![a-z0-9])(?:{_UNIT}[ ,.\n/-]{{1,3}}){{1,4}}(?:at |of )?$|(?<![\w/.,-])[0-9]{{1,2}}/[0-9]{{1,2}},? $"
    r"|(?<![a-z])(?:unit|flat|apt|apartment|suite|studio|number) $"
)
_BUILDING_BEFORE: Final = re.compile(
    r"(?<![a-z0-9])(?:[0-9]{1,4}[a-z]? )?(?:[^\W\d_]{2,20} ){1,3}(?:house|court|cottage|towers?|lodge|hall|building"
    r"|mansions?|farm|heights|point|apartments|centre|center|manor|villas?|barn)[ ,\n]{1,3}$"
)
# One of these stands in every unit and every building's name.
_FRONT_WORDS: Final = listed(
    """
    flat apt apartment apartments unit suite ste room rm floor fl bldg building block lot level tower towers studio
    villa villas house trailer space basement court cottage lodge hall mansion mansions farm heights point centre center
    manor barn number
    """
)
_POST: Final = (
    rf"(?:{UK_POSTCODE_ANY}|(?:{STATES})\.?,? ?[0-9]{{5}}(?:-[0-9]{{4}})?|[a-z][0-9][a-z] [0-9][a-z][0-9]"
    rf"|(?:nsw|vic|qld|wa|sa|tas|act|nt) [0-9]{{4}}|[acdefhknprtvwxy][0-9]{{2}} [a-z0-9]{{4}}"
    rf"|dublin [0-9]{{1,2}})(?![\w-])"
)
_TO_POST: Final = re.compile(
    rf"\.?[ ,\n]{{1,3}}(?:[^\W\d_]{{1,20}}\.?(?:'s)?[ ,\n-]{{1,3}}){{0,6}}?(?:zip:? |postcode:? "
    rf"|zip code:? )?{_POST}"
)
_TO_ZIP: Final = re.compile(
    r"\.?(?:[ ,\n]{1,3}[^\W\d_]{3,20}){1,3}[ ,\n]{1,2}[0-9]{5}(?:-[0-9]{4})?(?![\w-]| ?(?:gb|usd|times|people|items))"
)
_STATE_NAME: Final = (
    rf"(?:{STATES}|england|scotland|wales|ireland|northern ireland|uk|u\.k\.|usa|u\.s\.a\.|us|united kingdom"
    rf"|united states|great britain|canada|australia"
    r"|california|texas|florida|new york|illinois|ohio|oregon|washington|massachusetts|georgia|michigan|virginia"
    r"|pennsylvania|arizona|colorado|nevada"
    r"|kent|surrey|essex|sussex|norfolk|suffolk|devon|cornwall|dorset|cheshire|lancashire|yorkshire|hampshire"
    r"|somerset|cumbria|merseyside|hertfordshire"
    r"|oxfordshire|berkshire|west yorkshire|south yorkshire|north yorkshire|greater manchester|west midlands"
    r"|middlesex|co\. [a-z]+)"
)
_COUNTRY: Final = re.compile(rf"[ ,\n]{{1,3}}{_STATE_NAME}(?![\w])")
_CITY: Final = re.compile(
    r"(?P<gap>,? in |\.?,? ?\n|\.?, ?|\. | )(?P<city>[^\W\d_]{3,20}+(?:[-'][^\W\d_]{2,20}+){0,3})"
)
_MORE_CITY: Final = re.compile(r" (?P<word>[^\W\d_]{2,20}+(?:-[^\W\d_]{2,20}+){0,3})")
_CITY_ENDS: Final = re.compile(
    r" ?(?:[,.;:!?)\n]|$|- )| (?:since|all|again|has|had|have|with|without|until|yesterday|today|where|when|still|keeps"
    r"|needs|no|and|but|is|was|not|because|so|instead|for|by|if|i|to|on|in|from|last|after|at|this"
    r"|thanks|please|it)(?![a-z])"
)
_NO_CITY: Final = listed(
    """
    please thanks thank kindly regards hello best can could would will when where what why how the this that there
    they but and not also however because since then i'm it is my our your we you he she his her if so let
    unfortunately sorry phone tel mobile email mail sincerely cheers order yours dear hi call contact name postcode
    zip
    """
)
_CONTEXT: Final = re.compile(
    r"(?<![a-z])(?:it's|it is|its|i'm|we're|i am|we are|(?:right|correct) one|address(?:es|ed)?|live[sd]?|living"
    r"|resid[a-z]+|deliver(?:y|ed|ing)?|ship(?:ped|ping|ment)?|send|sent|mail|moved|moving|located|house"
    r"|home|office|meant|parcel|package|redirect(?:ed)?|forward(?:ed)?|return(?:ed)?|collect(?:ed)?|pick(?:ed)? up"
    r"|pickup|drop(?:ped)?|come|visit|left|leave|order)"
    r"(?:[ :,-]{1,3}(?:address|is|was|to|at|it|them|me|now|the|my|our|new|old|for|from|on|of|should|be|by|in|over"
    r"|parcel|package|into|going|sent|located|correct"
    r"|everything|order|in|go|please|house|been|has|was|have|off|back|goods|stuff|flat|off|this"
    r"|that))*+[ :,\n\"'(-]{0,4}$"
)
_STRONG_CONTEXT: Final = re.compile(
    r"(?<![a-z])(?:address(?: is| was|:| to| -)?(?: now)?|live[sd]? at|living at|reside at|moved to|delivered? to"
    r"|delivery to|ship(?:ped)? (?:it )?to|sent? (?:it |them )?to|shipping address is)"
    r"[ :\n]{1,2}$"
)
_BARE: Final = re.compile(
    r"(?P<number>[0-9]{1,5}[a-z]?),? (?:the )?(?P<name>[^\W\d_]{3,20}(?: [^\W\d_]{3,20}){0,2})(?![\w'’])"
)
_BOX: Final = re.compile(
    r"(?<![a-z.])(?:p\.? ?o\.?[ -]?box|post office box|pob|rr ?[0-9]{1,3},? box)(?: no\.?"
    r"| number)?[ :#]{0,3}[0-9]{1,6}(?![0-9])"
)
_UNIT_ALONE: Final = re.compile(
    r"(?<![a-z0-9])(?:flat|apt|apartment) ?(?:no\.? ?|number )?#?[0-9]{1,4}[a-z]?(?![\w.,]*[0-9])(?! (?:screen|head"
    r"|file|inch|screws?))"
)
_UNIT_CONTEXT: Final = re.compile(
    r"(?<![a-z])(?:live|lives|living|address|deliver|delivered|moved|my|our|at|to|in|buzz|ring|bell|leave|left"
    r"|neighbou?r|is)(?: (?:in|at|to|is|it|my|the|for|me|number|by))*[ :,]{1,2}$"
)
_NAMED_STREET: Final = re.compile(
    rf"(?<![a-z])(?:live[sd]?|living|moved|house|home|flat|apartment) (?:is )?(?:on|in|at|to"
    rf"|off) (?P<street>(?:[^\W\d_]{{2,20}} ){{1,2}}(?:{'|'.join(sorted(_SURE))}|drive|close|court|place|way|square"
    rf"|hill|st|dr))(?![a-z])"
)
_HERE: Final = re.compile(r"(?<![a-z])(?:at|to|from|of|near|outside|is|it's|by)[ :]$")
_SENTENCE_END: Final = re.compile(r" ?(?:[,.;!?)\n]|$)")
_SMALL_WORDS: Final = listed("of the on upon in le la under by and st and")
_GOODS_AFTER: Final = re.compile(
    r" (?:vouchers?|posters?|shops?|stores?|plates?|prices?|brands?|lights?|lamps?|bikes?|maps?|signs?|fashion"
    r"|edition|games?|puzzles?|dvds?|cds?|lps?|movies?|films?|series|album|book|books|boxset|blu-?ray|toys?|set|magazine"
    r"|calendars?|tickets?|toes?|covers?|letters?)(?![a-z])"
)
_COUNTED: Final = re.compile(
    r"(?<![a-z])(?:chapter|part|episode|season|level|page|step|section|volume|vol|act|row|seat|top) $"
)
_LOWER_WORD: Final = re.compile(r" [a-z]{3}")
_ENOUGH: Final = 96
_MOST_LOOKED_AT: Final = 192  # streets, convincing or not, in one reading
_CROWD: Final = 12  # so many in one reading are read; what follows is masked to the end of its line
_PIECE: Final = re.compile(r"[^\W_]+")


def find(reading: Reading) -> Iterable[Hit]:
    folded = reading.folded
    hits: list[Hit] = []
    streets: list[Hit] = []
    if not _ANY.isdisjoint(reading.words):
        typed = not _TYPES.isdisjoint(reading.words)
        at_home = not _AT_HOME.isdisjoint(reading.words)
        if typed and at_home:
            hits += _without_number(reading)
        if reading.runs and (typed or not _SLIPPED.isdisjoint(reading.words)):
            streets += _by_street(reading, _STREET if typed else _STREET_SLIPPED)
            hits += streets
        if reading.runs and at_home:
            hits += _at_home(reading)
    if not reading.runs:
        return hits
    if "box" in folded or "pob" in folded:
        hits += _boxes(reading)
    if MAYBE_POSTCODE.search(folded) is not None:
        hits += _by_postcode(reading, streets[-1].end if streets else 0)
    return hits


def _by_street(reading: Reading, pattern: re.Pattern[str]) -> Iterator[Hit]:
    """A number, a name and a type of street."""
    folded = reading.folded
    done = found = 0
    for street in islice(pattern.finditer(folded), _MOST_LOOKED_AT):
        if street.start() < done:
            continue
        if found >= _CROWD:
            done = line_end(folded, street.end())
            yield _hit(reading, street.start(), done)
        elif _convincing(reading, street):
            end = _rest(reading, street.end())
            yield _hit(reading, max(done, _front(reading, street.start())), end)
            done = end
            found += 1


def _boxes(reading: Reading) -> Iterator[Hit]:
    for count, box in enumerate(_BOX.finditer(reading.folded)):
        yield _hit(reading, box.start(), _rest(reading, box.end()) if count < _CROWD else box.end())


def _by_postcode(reading: Reading, done: int) -> Iterator[Hit]:
    """What is read backwards from a British postcode or a ZIP code with its state."""
    for count, (start, end, _) in enumerate(english_postcodes(reading)):
        if start < done:
            continue
        if count >= _CROWD:
            yield _hit(reading, max(done, start - _ENOUGH // 2), end)
            continue
        begin = _before_post(reading, start, done)
        if begin is not None:
            yield _hit(reading, begin, _country(reading, end))


_AT_HOME: Final = listed(
    "address live lives lived living reside moved deliver delivered ship shipped send sent delivery flat apt apartment"
)


_ANY: Final = _TYPES | _SLIPPED | _AT_HOME


def _without_number(reading: Reading) -> Iterator[Hit]:
    """`I live on Baker Street`."""
    for named in _NAMED_STREET.finditer(reading.folded):
        start = named.start("street")
        if reading.text[start].isupper() and _STOP.isdisjoint(named["street"].split()[:-1]):
            yield _hit(reading, start, named.end("street"))


def _at_home(reading: Reading) -> Iterator[Hit]:
    """After words for an address, neither a number with a name (`I live at 42 Elm`) nor a flat needs more."""
    folded = reading.folded
    for run in reading.runs[:_CROWD]:
        bare = _BARE.match(folded, run.start, run.start + _ENOUGH)
        if bare is None or not _STRONG_CONTEXT.search(reading.before(run.start)):
            continue
        start = end = bare.start("name")
        for word in bare["name"].split():
            if not reading.text[start].isupper() or word in _STOP or word in _MONTHS:
                break
            end = start + len(word)
            start = end + 1
        if end > bare.start("name"):
            yield _hit(reading, _front(reading, run.start), _rest(reading, end))
    if not _FLATS.isdisjoint(reading.words):
        for unit in islice(_UNIT_ALONE.finditer(folded), _CROWD):
            if _UNIT_CONTEXT.search(reading.before(unit.start())):
                yield _hit(reading, unit.start(), _rest(reading, unit.end()))


_FLATS: Final = listed("flat apt apartment")
_MONTHS: Final = listed(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec
    """
)


def _convincing(reading: Reading, street: re.Match[str]) -> bool:
    folded, text = reading.folded, reading.text
    if _COUNTED.search(folded, max(0, street.start() - 12), street.start()):
        return False
    if street["type"] is None and len(street.group().split()[0]) < 3:  # `2 Broadway shows`
        return (
            _context(reading, street.start())
            or (
                street["alone"] is not None
                and text[street.start("alone")].isupper()
                and _SENTENCE_END.match(folded, street.end()) is not None
                and folded[max(0, street.start() - 3) : street.start()].endswith((": ", "at ", ":\n"))
            )
            or _TO_POST.match(folded, street.end(), street.end() + _ENOUGH) is not None
        )
    if street["type"] is None:
        return street["alone"] is None or text[street.start("alone")].isupper() or _context(reading, street.start())
    if _GOODS_AFTER.match(folded, street.end()):
        return False
    words = [word.strip(".") for word in street["name"].split() if len(word) > 1]
    if not words:
        return False
    if words == ["the"] and text[street.start("name")].isupper():  # `15 The Crescent`
        return text[street.start("type")].isupper()
    stops = _STOP.intersection(words)
    if not stops <= _IN_NAMES or not _MONTHS.isdisjoint(words[:-1]):
        return False
    start = street.start("name")
    capital = all(text[start + at].isupper() or text[start + at].isdigit() for at in _begins(street["name"]))
    kind = street["type"]
    shouted = text[start : street.end("type")].isupper()
    if (
        kind in _UNSURE
        and kind != "st"
        and capital
        and not shouted
        and _LOWER_WORD.match(text, street.end())
        and not _CITY_ENDS.match(folded, street.end())
        and not _HERE.search(folded, max(0, street.start() - 8), street.start())
    ):
        return _context(reading, _front(reading, street.start()))
    if capital and not (shouted and stops) and (text[street.start("type")].isupper() or kind in _SURE or kind == "st"):
        return True
    if kind in _SURE and not stops and len(words) <= 2 and (words[0][0].isdigit() or len(words[-1]) > 2):
        return True
    end = street.end()
    units = _UNITS.match(folded, end, end + _ENOUGH)
    if units or _TO_POST.match(folded, end, end + _ENOUGH):
        return True
    city = _CITY.match(folded, end, end + 48)
    return (city is not None and city["city"].split()[0] in ENGLISH_TOWNS) or _context(
        reading, _front(reading, street.start())
    )


def _begins(name: str) -> Iterator[int]:
    at = 0
    for word in name.split(" "):
        if word:
            yield at
        at += len(word) + 1


def _context(reading: Reading, at: int) -> bool:
    return _CONTEXT.search(reading.before(at)) is not None


def _front(reading: Reading, start: int) -> int:
    """Where an address begins whose number is here: `Flat 4, Rose House, 12 …`."""
    folded = reading.folded
    if _FRONT_WORDS.isdisjoint(reading.words) and "/" not in folded[max(0, start - 6) : start]:
        return start
    for _ in range(2):
        units = _UNITS_BEFORE.search(folded, max(0, start - 48), start)
        if units:
            start = units.start()
        building = _BUILDING_BEFORE.search(folded, max(0, start - 64), start)
        if building is None:
            break
        at = building.start()
        for word in building.group().split():
            if (reading.text[at].isupper() or word[0].isdigit()) and (word not in _STOP or word in _IN_NAMES):
                break
            at += len(word) + 1
        if at >= building.end():
            break
        start = at
    return start


def _rest(reading: Reading, at: int) -> int:
    """The end of what follows a street: a flat, a town, a state, a postcode, a country."""
    folded = reading.folded
    units = _UNITS.match(folded, at, at + _ENOUGH)
    if units:
        at = units.end()
    post = _TO_POST.match(folded, at, at + _ENOUGH) or _TO_ZIP.match(folded, at, at + _ENOUGH)
    if post:
        return _country(reading, post.end())
    for _ in range(3):
        city = _city(reading, at)
        if city == at:
            break
        at = city
    return _country(reading, at)


def _city(reading: Reading, at: int) -> int:
    """The end of a town that stands next, else `at`."""
    folded, text = reading.folded, reading.text
    city = _CITY.match(folded, at, at + 48)
    if city is None:
        return at
    word = city["city"].partition("-")[0]
    start = city.start("city")
    capital = text[start].isupper() and text[start + 1].islower()
    if word in _NO_CITY or word in _STOP or word in _MONTHS or word in NOT_IN_NAMES:
        return at
    end = city.end()
    for _ in range(2):
        more = _MORE_CITY.match(folded, end, end + 32)
        if more is None or more["word"] in _NO_CITY or more["word"] in _STOP:
            break
        begin = more.start("word")
        if not (capital and text[begin].isupper() and text[begin + 1].islower()) and not _CITY_ENDS.match(
            folded, more.end()
        ):
            break
        if not capital and more["word"] not in _CITY_PARTS and not _known_next(folded, more.end()):
            break
        end = more.end()
    known = word in ENGLISH_TOWNS or (not capital and end > city.end())
    if city["gap"] == ". " and not known:
        return at
    if known or capital or ("," in city["gap"] and _CITY_ENDS.match(folded, end)):
        return end
    return at


def _known_next(folded: str, at: int) -> bool:
    """Whether a known town follows: `upper poppleton, york`."""
    city = _CITY.match(folded, at, at + 32)
    return city is not None and city["gap"] == ", " and city["city"] in ENGLISH_TOWNS


_CITY_PARTS: Final = listed(
    "city keynes upon tyne york jose diego francisco angeles vegas orleans antonio louis hampton beach springs falls"
)


def _country(reading: Reading, at: int) -> int:
    for _ in range(2):
        country = _COUNTRY.match(reading.folded, at, at + 32)
        if country is None:
            break
        short = len(country.group().strip(" ,\n")) <= 3 and "," not in country.group() and "\n" not in country.group()
        if short and not country.group().strip().startswith("u"):
            break
        at = country.end()
    return at


def _before_post(reading: Reading, at: int, done: int) -> int | None:
    """The start of an address that is read from its postcode backwards; None if there is no more than a town.

    Words with capitals belong to it, numbers, and in a text without capitals all words up to one that no address holds.
    """
    text, folded = reading.text, reading.folded
    floor = max(done, at - 120)
    start = first = at
    plain = not any(sign.isupper() for sign in text[floor:at])
    convincing = False
    for word in reversed(list(_PIECE.finditer(folded, floor, at))):
        gap = folded[word.end() : start]
        name = word.group()
        if (
            len(gap) > 3
            or ("." in gap and name not in _TYPES)
            or any(sign in gap for sign in _BREAKS)
            or (name in _NO_CITY and name != "the")
        ):
            break
        if name not in _SMALL_WORDS and not plain and not (text[word.start()].isupper() or name[0].isdigit()):
            break
        unit = name in _FRONT_WORDS and start < at and folded[start].isdigit()
        if name in _STOP and not unit and name not in _IN_NAMES and name not in _SMALL_WORDS:
            break
        convincing = (
            convincing
            or name[0].isdigit()
            or name in _TYPES
            or name in _BUILDINGS
            or (not plain and "," in gap and start < at)
        )
        start = word.start()
        if name not in _SMALL_WORDS or name == "the":
            first = start
    return first if convincing and first < at else None


_BUILDINGS: Final = listed(
    "house cottage tower towers lodge hall building mansions farm heights apartments barn rectory"
)
_BREAKS: Final = "!?:;(" + FILLER
_IN_NAMES: Final = listed("the new old first second")


def _hit(reading: Reading, start: int, end: int) -> Hit:
    value = " ".join(_PIECE.findall(reading.folded, start, end))
    return Hit(label=LABEL, start=start, end=end, value=value, rank=Rank.CERTAIN)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_ANY,
    digits=1,
    yes=(
        ("I moved to 221B Baker Street, London NW1 6XE last week", ("221B Baker Street, London NW1 6XE",)),
        ("Flat 4, 12 High St please", ("Flat 4, 12 High St",)),
        ("Apt 5B, 1200 Main Street, Springfield, IL 62704", ("Apt 5B, 1200 Main Street, Springfield, IL 62704",)),
        ("my address is 12 high st london", ("12 high st london",)),
        ("meant for 125 cedar drive, portland, or 97205, but", ("125 cedar drive, portland, or 97205",)),
        ("PO Box 1234, Austin, TX 78701", ("PO Box 1234, Austin, TX 78701",)),
        ("Rose Cottage, Mill Lane, Dunton, SG18 8PQ", ("Rose Cottage, Mill Lane, Dunton, SG18 8PQ",)),
        ("5 Oak Road\nLeeds\nLS1 4DY\nThanks", ("5 Oak Road\nLeeds\nLS1 4DY",)),
        ("at 1633 Broadway, New York, NY 10019", ("1633 Broadway, New York, NY 10019",)),
        ("350 5th Ave Suite 200", ("350 5th Ave Suite 200",)),
        ("I live at 42 Elm, ring twice", ("42 Elm",)),
        ("I live on Baker Street by the way", ("Baker Street",)),
        ("12345 County Road 12, Mesa, AZ 85201", ("12345 County Road 12, Mesa, AZ 85201",)),
        ("leave it at apt 5B", ("apt 5B",)),
    ),
    no=(
        "a 5 star way to shop, 2 way street",
        "10 day drive, 64 GB USB drive",
        "Do you sell Abbey Road posters and a Wall Street calendar?",
        "one street, 3 shops on the street",
        "I waited 10 minutes down the road",
        "Parcel 40472086411747 came",
        "delivered to 2 different people",
        "a 1 TB hard drive and 2 items in a row",
        "Unit 7 of the course is missing",
        "sent to 3 March sale",
    ),
)

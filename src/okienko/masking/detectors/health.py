"""Words about health and the other special categories of the GDPR's article 9: noticed, never masked.

The words stay, since the answer may depend on them; the message is flagged, a person is offered, and it is kept for a
shorter time. Words count alone where they mean little else (`nowotwór`, `chemotherapy`). Those with another life in
shops and software (`udar` of a drill, `disabled` accounts, `party`) count only in what somebody says about a person.
Both lists are written down by hand and will miss words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.places import listed
from okienko.masking.reading import Reading

LABEL: Final = "HEALTH"

_FIRST: Final = 5  # letters by which a word is ruled out
# Beginnings of words that need no company; at least five letters each.
_STEMS: Final = tuple(
    listed(
        """
    nowotwor onkolog chemioterap radioterap cukrzyc diabet insulin astmat astma astme astmy asthma padaczk epilep
    depresj depression antydepres antidepress schizofren schizophren dwubiegunow bipolar autyzm autyst autism autistic
    alzheimer parkinson demencj dementia miazdzyc bialaczk leukemi leukaemi lymphoma tumour chemotherap radiotherap
    miscarr cancer poronieni poronil niepelnosprawn inwalid wheelchair disabilit hospicjum hospice szpitalu szpitala
    szpital psychiatr psychoterap psychotherap terapeut therapist rehabilitacji rehabilitacje rehabilitacja rehab
    alergik alergie alergia alergii alergiczk uczulony uczulona uczulenie uczulenia allerg celiaki celiac coeliac
    hashimot anoreks anorex bulimi alkoholizm alcoholic alkoholik narkoman gruzlic tubercul stomia stomii dializ
    dialysis transplantac ciazy pregnan menopauz endometrio migren migraine reumat arthriti osteopor kardiolog
    cardiolog neurolog samobojst samobojc suicid zastrzyk covid koronawirus schorzeni przewlekle antybioty antibioti
    pneumonia stroke-survivor prosthe protez amputa paraliz paralys bezplodn infertil psycholog hepatit zakrzep
    krwotok omdlen seizure biopsj biopsy
    """
    )
)
_FIVES: Final = frozenset(stem[:_FIRST] for stem in _STEMS)
_SHORT: Final = listed("hiv adhd ptsd ivf copd gluchy glucha niewidomy niewidoma")
# Words that count when a person has, is or does them.
_PERSONAL: Final = re.compile(
    r"(?<![a-z])(?:"
    r"(?:mam|mial[aeo]?m?|ma|maja|choruj[a-z]*|chor[aey]|zmar[a-z]+|umar[a-z]+|leczon[aey]|lecze sie|walcz[a-z]*"
    r"|cierpi[a-z]*|diagnoz[a-z]*|zdiagnozowa[a-z]*|stwierdz[a-z]+|wykry[a-z]+|po|z|na)"
    r" (?:[a-z]{1,12} ){0,2}?(?:rak(?:a|iem|u)?|guz[ae]?m?|zawal(?:e|u|em)?|udar(?:ze|u)? (?:mozgu|i|w)|wylew(?:ie"
    r"|u)|stwardnieni[a-z]+|chorob[aeyi]|choroby|chorobe|depresji|wypadku|przeszczepie|porodzie|chemii"
    r"|zapaleni[a-z]+|grype|grypy|goraczke|tarczyc[a-z]+|nadcisnieni[a-z]+|nerwic[a-z]+)"
    r"|(?:jestem|jestesmy|jest|byl[ae]?m?|bylam|bedac|lez[aeiy][a-z]*|zona|maz|mama|tata|corka|syn|babcia"
    r"|dziadek) (?:[a-z]{1,12} ){0,2}?(?:chor[aey]|w szpitalu|w ciazy|po operacji|po udarze|po zawale|na chemii"
    r"|na zwolnieniu lekarskim|na l4|na rencie|osoba z niepelnosprawnoscia|niewidom[aey]|niedoslysz[a-z]+"
    r"|glu[a-z]{1,3}|uzaleznion[aey] od (?:alkoholu|narkotykow|lekow|hazardu))"
    r"|po (?:[a-z]{1,12} )?operacji(?! (?:bankow|platn|na konc|zwrot|anulow))|(?:po|przed) zabieg(?:u|iem) (?:operac"
    r"|chirurg|w szpital|usuni)[a-z]*|zlamani[aeu]m? (?:nogi|reki|kregosl|biodr)[a-z]*|w ciazy|po udarze|udar mozgu"
    r"|choruje|(?:moj[aey]?|mojej|mojego|swojej) (?:chorob[aeyi]|lekarz[a-z]*|lekark[aie]|operacj[aie]|terapi[aie]"
    r"|recept[aey]|diagnoz[aey]|leki|lekow|leczeni[ae])"
    r"|zlamal(?:am|em|a)? (?:sobie )?(?:noge|reke|biodro|kregoslup|nadgarstek|kostke|palec)"
    r"|biore (?:[a-z]+ )?(?:leki|tabletki|sterydy)|orzeczenie o (?:stopniu|niepeln)[a-z]*|zwolnieni[aeu] lekarski[a-z]+"
    r"|(?:i'?m|i am|i was|i've been|i have been|is|she's|he's|was|been|feel|got) (?:[a-z]{1,12} ){0,2}?(?:sick"
    r"|seriously ill|terminally ill|ill|pregnant|in (?:the )?hospital|deaf|blind|diagnosed|depressed|in therapy"
    r"|on medication|on chemo|bedridden|recovering from|immunocompromised|suffering from)(?= |[,.;!?]|$)(?! of"
    r"| and tired)"
    r"|(?:i'?m|i am|she is|he is|she's|he's|(?:wife|husband|son|daughter|mother"
    r"|father) is) (?:a )?(?:severely )?disabled"
    r"|(?:my|his|her|our) (?:[a-z]{1,12} ){0,1}(?:surgery|operation|illness|disease|medical (?:condition|treatment"
    r"|history|records?)|medication|meds|doctor|depression|anxiety|disability|pregnancy|chemo|stroke|heart (?:attack"
    r"|condition)|mental health|injury|treatment|condition is)"
    r"|(?:have|had|has|having|suffer(?:s|ed|ing)? from|with|after|since|recovering from|diagnosed with) (?:a |an "
    r"|the |my |severe |chronic |type \d |stage \d )*(?:surgery|stroke|heart attack|miscarriage|asthma|epilepsy"
    r"|mental health|anxiety disorder|chronic|cancer|medical condition|seizures?|arthritis|eating disorder)"
    r"|chemo|broke my (?:leg|arm|hip|wrist|back|ankle)|diagnosed with|mental health|sick leave|medical leave"
    # religion, orientation, origin, union, politics
    r"|(?:jestem|jestesmy|jako|bedac) (?:[a-z]{1,12} )?(?:muzulman[a-z]+|zyd(?:em|owka)|katoli(?:kiem|czka)"
    r"|chrzescijan[a-z]+|prawoslawn[a-z]+|protestant[a-z]+|ewangeli[a-z]+|swiad(?:kiem|kini[a-z]*) jehowy|ateist[a-z]+"
    r"|gejem|lesbijka|biseksual[a-z]+|homoseksual[a-z]+|transplciow[a-z]+|trans|niebinarn[a-z]+|aseksualn[a-z]+"
    r"|rom(?:em|ka)|cygan[a-z]+)"
    r"|(?:moj[aey]?|mojej|mojego|moim|swojej) (?:religi[a-z]+|wyznani[a-z]+|wiar[aey]|orientacj[a-z]+ seksualn[a-z]+"
    r"|pochodzeni[a-z]+ etniczn[a-z]+|poglad[a-z]+ polityczn[a-z]+)"
    r"|orientacj[a-z]+ seksualn[a-z]+|pochodzeni[a-z]+ (?:romski|zydowski|etniczn)[a-z]+"
    r"|naleze do (?:zwiazku zawodowego|partii|solidarnosci|zwiazkow)|(?:czlonek|czlonkiem"
    r"|czlonkinia) (?:zwiazku zawodowego|partii)|zwiazkow(?:iec|cem|czyni)"
    r"|(?:i'?m|i am|we'?re|we are|as) (?:a |an )?(?:practi[cs]ing |devout |proud |openly )?(?:muslims?|jewish|jew"
    r"|catholics?|christians?|hindus?|buddhists?|sikhs?|atheists?|protestants?|jehovah'?s witness(?:es)?|gay|lesbian"
    r"|bisexual|queer|transgender|transsexual|trans|non-?binary|asexual|homosexual|romani|black|of [a-z]+ (?:descent"
    r"|origin))(?![a-z])"
    r"|(?:my|our|his|her) (?:religion|faith|sexuality|sexual orientation|ethnicity|ethnic origin|race"
    r"|gender identity|trade union|political (?:views?|opinions?|beliefs?|party))|trade union(?:ist)?|(?:union"
    r"|party) member(?:ship)?|because (?:i'?m|i am|of being) (?:gay|black|muslim|jewish|trans)"
    r")(?![a-z])"
)
# One of these words stands in each of those phrases.
_KEYS: Final = listed(
    """
    rak raka rakiem raku guz guza guzem zawal zawale zawalu zawalem udar udaru udarze wylew wylewie wylewu operacji
    zabiegu choroba choroby chorobe chorobie depresji wypadku przeszczepie porodzie chemii grype grypy goraczke chora
    chory chore choruje choruja szpitalu ciazy lekarz lekarza lekarka lekarki lekarskim lekarskie rencie operacja
    operacje terapia terapii terapie recepta recepty diagnoza diagnozy leki lekow leczenie leczenia zlamalam zlamalem
    zlamala tabletki sterydy orzeczenie gluchy glucha sick ill pregnant hospital disabled deaf blind diagnosed
    depressed therapy rehab medication meds bedridden recovering immunocompromised suffering suffer suffers surgery
    operation illness disease medical doctor depression anxiety disability pregnancy chemo stroke heart mental injury
    treatment condition miscarriage asthma epilepsy chronic cancer seizure seizures arthritis eating broke leave gejem
    lesbijka trans romem romka zydem zydowka katolikiem katoliczka jehowy religia religii religie wyznanie wyznania
    wyznaniu wiara wiary wiare orientacja orientacji orientacje zawodowego partii solidarnosci zwiazkowiec zwiazkowcem
    muslim muslims jewish jew catholic catholics christian christians hindu hindus buddhist buddhists sikh sikhs
    atheist atheists protestant protestants jehovah gay lesbian bisexual queer transgender transsexual nonbinary
    binary asexual homosexual romani black descent origin religion faith sexuality sexual ethnicity ethnic race gender
    union unionist political politics party
    """
)
_KEY_STARTS: Final = tuple(
    listed(
        """
    stwardn zlamani zapalen tarczyc nadcisn nerwic niedosly uzalezn muzulm chrzesc prawosl protest ewangel ateist
    biseks homosek transpl niebina aseksua cygan pochodz poglad
    """
    )
)
_KEY_FIVES: Final = frozenset(start[:_FIRST] for start in _KEY_STARTS)


_beginning: Final = itemgetter(slice(_FIRST))


def find(reading: Reading) -> Iterator[Hit]:
    words = reading.words
    for place, word in enumerate(words):
        if word in _SHORT or (word[:_FIRST] in _FIVES and word.startswith(_STEMS)):
            yield _hit(reading.starts[place], word)
    if not _KEYS.isdisjoint(words) or not _KEY_FIVES.isdisjoint(map(_beginning, words)):
        for said in _PERSONAL.finditer(reading.folded):
            yield _hit(said.start(), said.group())


def _hit(start: int, words: str) -> Hit:
    return Hit(label=LABEL, start=start, end=start + len(words), value=words, rank=Rank.LAST)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_SHORT | _KEYS,
    stems=(*_STEMS, *_KEY_STARTS),
    yes=(
        ("Mam cukrzycę i potrzebuję", ("cukrzycę",)),
        ("jestem w ciąży, czy mogę", ("jestem w ciąży",)),
        ("wracam po operacji biodra", ("po operacji",)),
        ("mam orzeczenie o niepełnosprawności", ("orzeczenie o niepełnosprawności",)),
        ("walczę z rakiem od roku", ("walczę z rakiem",)),
        ("I have cancer", ("have cancer",)),
        ("because of my depression I forgot", ("my depression",)),
        ("I am in hospital until May", ("I am in hospital",)),
        ("jestem muzułmanką", ("jestem muzułmanką",)),
        ("I'm gay and", ("I'm gay",)),
        ("I am a trade union member", ("trade union",)),
    ),
    no=(
        "krem Zdrowie i Uroda",
        "wiertarka z udarem",
        "my account is disabled",
        "a party dress in black",
        "operacja się nie powiodła",
        "po zabiegu anulowania zamówienia",
        "karta zdrowia produktu",
        "I am sick and tired of waiting",
        "wirus zainfekował komputer",
        "the heart of the matter, leave me alone",
    ),
)

"""What a text is made of, for searching: folded tokens, stems, character 4-grams, sentences. Pure.

Customers type Polish without diacritics, in any inflection, with slips. Two readings of a word meet that: its stem
(Snowball, https://snowballstem.org), which joins inflections, and its folded character 4-grams, which join what the
stemmer does not and forgive slips.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from snowballstemmer import stemmer

from okienko.folding import fold
from okienko.values import Language

WORD: Final = re.compile(r"[^\W_]+")
# What masking left in the place of personal data, with the words that lead to it: "mój mail to [e-mail]".
PLACEHOLDER: Final = re.compile(
    r"""(?:\b(?:(?:mój|moj|moja|my|na|pod|to|at|on|me)\s+)*
      (?:(?:adres|e-?mail|mail|meil|tel(?:efon)?|numer|nr|kontakt|address|phone|number|contact)(?:em|u|a|owy|owego)?\b
        [\s.:,]*){1,3}(?:(?:to|is|jest)\b[\s:]*)?)?
      \[[^\[\]\n]{1,40}\]""",
    re.VERBOSE | re.IGNORECASE,
)

_STEMMERS: Final[Mapping[Language, str]] = {"pl": "polish", "en": "english"}
_GRAM: Final = 4
# Endings of Polish verbs, of what is made of them („zwracanie”, „opłacony”), and of their aspects: customers tell what
# they did („kasowałam”), articles say what to do („skasować”), and Snowball keeps most of these apart. Folded.
_VERB: Final = re.compile(
    r"""(\w{3,}?)(?:
      owa?(?:c|l\w{0,5}|n\w{0,4}) | uj(?:e|emy|ecie|esz|a|ac\w{0,3}|my|cie)?
      | [iy]wa(?:c|l\w{0,5}|n\w{0,4}|m|my|sz|cie|ja|j)?
      | (?:[aeiyo]l|nal|nel)[aoiy]?(?:m|em|am|s|es|as|smy|ysmy|ismy|by\w{0,4})? | [aeiy]c
      | [aei]ni(?:e|a|u|em|om|ach|ami) | (?:[ae]|(?<=\w{5})o)n[yae](?:go|mu|j|ch|m|mi)? | [aei](?:my|cie|sz|j|jcie|ja)
    )""",
    re.VERBOSE,
)
_VERB_MARK: Final = "~"  # tells the stem of a verb from a noun's

# Words that find nothing, because every second question has them. Folded, as customers' words are.
_POLISH: Final = """
    a aby ale ani az albo bardzo bez bo bedzie beda by byc byl byla bylo byly chce chcialbym chcialabym ci cie co czy
    czyli da dac dla dlaczego do dobry dzien go gdy gdzie i ich ile im inny ja jak jaki jaka jakie jako jakos je jego
    jej jest jestem jesli jezeli juz kiedy kto ktora ktore ktory ktos ku lub ma maja mam mi mna mnie moge mozna moj moja
    moje mojego mojej mojemu moze mozecie moi my na nad nam nas nasz nasza nasze nic nich nie nim niz no o od ode oraz
    po pod podczas poza prosze przed przez przy sa sam sama sie skad swoj swoja swoje ta tak taka taki takie tam te
    tego tej ten teraz tez to tu tutaj tylko tym tych u w wam was we wiec witam wy z za ze zeby zbyt czesc hej
    dzieki dziekuje pozdrawiam pozdrowienia pytanie
"""
_ENGLISH: Final = """
    a about all am an and any are as at be been but by can cant could did do does doesn doing don dont for from get
    got had has have having hello hey hi how i id if ill im in into is isn it its ive just let like me my myself
    need no not of on one or our please s she should so some t than thanks that the their them then there these
    they this those to too up us very want was we were what when where which while who why will with won would you
    your question regards
"""
STOP_WORDS: Final[Mapping[Language, frozenset[str]]] = {
    "pl": frozenset(_POLISH.split()),
    "en": frozenset(_ENGLISH.split()),
}

_SHORT: Final = """
    np tj tzn tzw m.in ul al pl os nr str pkt ust art godz tel pt ds dr prof inż mgr św zob por wg ww red max maks
    ew ewent jw b p.o n.p e.g i.e mr mrs ms vs approx fig nos dept est ext a.k.a
"""
# These may also end a sentence: they do when the next word begins with a capital letter.
_SHORT_LAST: Final = "itd itp etc r zł gr min sek tys mln mld inc ltd p.m a.m u.s ok co no st"
_ABBREVIATIONS: Final = frozenset(_SHORT.split())
_MAY_END: Final = frozenset(_SHORT_LAST.split())
_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"'”»’)\]]*(?=\s|$)")
_LAST_WORD: Final = re.compile(r"[\w.]*\w$")
_NEXT_STARTS: Final = re.compile(r"\s*[\"'„“«(\[]*(.)", re.DOTALL)
_LONGEST_SENTENCE: Final = 420
_LINK: Final = re.compile(r"\b[a-z]{2,8}://\S+", re.IGNORECASE)  # customers show where something is; it names nothing


def leave_out_placeholders(text: str) -> str:
    """A text without what masking left in it, without the words that lead there, and without links."""
    if "://" in text:
        text = _LINK.sub(" ", text)
    return PLACEHOLDER.sub(" ", text) if "[" in text else text


@lru_cache(maxsize=100_000)
def fold_token(token: str) -> str:
    """`fold` for single words, which come again and again."""
    return fold(token)


def read_tokens(text: str) -> list[str]:
    """The words and numbers of a text in lower case, with their diacritics."""
    return WORD.findall(unicodedata.normalize("NFC", text).lower())


@lru_cache(maxsize=100_000)
def stem(token: str, language: Language) -> str:
    """The folded stem of a token; an empty string for a stop word."""
    folded = fold(token)
    if folded in STOP_WORDS[language]:
        return ""
    verb = _VERB.fullmatch(folded) if language == "pl" else None
    if verb is not None:
        return _VERB_MARK + verb[1]
    # A stemmer of its own for each call: they keep their word in themselves, and an index may be built in a thread.
    return fold(stemmer(_STEMMERS[language]).stemWord(token))


@lru_cache(maxsize=100_000)
def cut_grams(token: str) -> tuple[str, ...]:
    """The character 4-grams of a folded token with its edges marked; a short token is one gram. Each gram once."""
    edged = f"#{fold(token)}#"
    if len(edged) <= _GRAM:
        return (edged,)
    return tuple(dict.fromkeys(edged[i : i + _GRAM] for i in range(len(edged) - _GRAM + 1)))


def split_sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences in `text[start:end]`, without surrounding white space.

    A full stop after an abbreviation, an initial or inside "1.5" ends nothing. What has no full stop for very long
    is cut at a comma or a space, so that nothing quoted grows without bound.
    """
    stop = len(text) if end is None else end
    begin = start
    for match in _SENTENCE_END.finditer(text, start, stop):
        if _ends_sentence(text, begin, match.start(), match.end(), stop):
            yield from _trim(text, begin, match.end())
            begin = match.end()
    yield from _trim(text, begin, stop)


def _ends_sentence(text: str, begin: int, dot: int, after: int, stop: int) -> bool:
    follows = _NEXT_STARTS.match(text, after, stop)
    if follows is None:
        return True
    word = _LAST_WORD.search(text, max(begin, dot - 20), dot) if text[dot:after] == "." else None
    if word is not None:
        last = word[0].lower()
        if last in _MAY_END:
            return follows[1].isupper()
        initial = len(last) == 1 and word[0].isupper()
        number = last.isdigit() and word.start() == begin  # "1. First do this"
        if last in _ABBREVIATIONS or initial or number:
            return False
    return not follows[1].islower()


def _trim(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    while end - begin > _LONGEST_SENTENCE:
        limit = begin + _LONGEST_SENTENCE
        cut = max(text.rfind(mark, begin + _LONGEST_SENTENCE // 2, limit) for mark in (", ", "; ", " ", "\n"))
        cut = limit if cut < 0 else cut + 1
        yield from _trim(text, begin, cut)
        begin = cut
        while begin < end and text[begin].isspace():
            begin += 1
    if begin < end:
        yield begin, end

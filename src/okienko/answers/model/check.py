"""Whether a model's reply may be shown: is every sentence backed by the passage that it cites? Pure.

A lexical test, ours and strict, with no model in it: every word of a sentence that carries meaning must stand in one
sentence of the cited passage or in its title; numbers with what they count and what stands before them; as many
negations, on the same words; and every condition, limit, duty and "perhaps" of that sentence. A reply that fails is not
mended: the customer gets the article's own words instead, so the test may well refuse a good reply, and often does.

What it cannot see: who does what to whom when a sentence only turns its words around, "and" for "or", and a sentence
that is backed but does not answer the question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from okienko.answers.model.prompt import Excerpt
from okienko.answers.text import split_sentences, stem
from okienko.folding import fold
from okienko.values import Language

MOST_LETTERS: Final = 900  # shown
MOST_SENTENCES: Final = 8

Fault = Literal[
    "empty",
    "long",
    "characters",  # invisible ones, or letters that no passage has
    "markup",
    "link",
    "uncited",
    "citation",  # of a passage that was not given
    "unsupported",
    "number",
    "negation",
    "condition",
    "language",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backed:
    """A reply that passed."""

    text: str  # without its citation marks
    cited: tuple[int, ...]  # positions of the passages that it rests on, ascending


def check(
    reply: str, passages: Sequence[Excerpt], *, language: Language, allowed: Sequence[str] = ()
) -> Backed | Fault:
    """What may be shown of a reply, or the first thing that is wrong with it.

    `allowed`: links that may stand in a reply although the cited passage has them not.
    """
    reply = unicodedata.normalize("NFC", reply).replace("\r\n", "\n")
    reply = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in reply).strip()
    if not reply:
        return "empty"
    if len(reply) > MOST_LETTERS:
        return "long"
    known = set("".join(passage.title + passage.text for passage in passages))
    if any(not _is_plain(letter, known) for letter in reply):
        return "characters"
    if _MARKUP.search(reply) or _BRACKET.search(_MARKS.sub("", reply)):
        return "markup"
    claims = list(_cut_claims(reply))
    if len(claims) > MOST_SENTENCES:
        return "long"
    cited: set[int] = set()
    for claim, marks in claims:
        if not marks:
            return "uncited"
        if not all(1 <= number <= len(passages) for number in marks):
            return "citation"
        fault = _find_fault(claim, [passages[number - 1] for number in marks], language, allowed)
        if fault is not None:
            return fault
        cited.update(number - 1 for number in marks)
    text = _tidy(reply)
    if not _speaks(text, language):
        return "language"
    return Backed(text=text, cited=tuple(sorted(cited))) if claims and text else "empty"


# form -----------------------------------------------------------------------------------------------------------------

_POLISH: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_SIGNS: Final = frozenset("„”“’‘«»–—…€£§°×•½¼¾²³ ")
_MARKUP: Final = re.compile(
    r"[<>`{}|\\^~]|\]\s*[(\[:]\s*[^\s\[\d]|!\[|&#?\w{1,12};|\*\*|__|(?m:^\s*#{1,6}\s)|(?m:^\s*(?:-{3,}|={3,})\s*$)|%[0-9a-fA-F]{2}"
)
_MARK: Final = r"\[\s*\d{1,2}(?:\s*,\s*\d{1,2})*\s*\]"
_MARKS: Final = re.compile(rf"(?:[ \t]*{_MARK})+")
_BRACKET: Final = re.compile(r"[\[\]]")
_BULLET: Final = re.compile(r"^\s*(?:[-•*–]|\d{1,2}[.)])\s+")
_END: Final = " \t.,;:!?…\"'”»)"


def _is_plain(letter: str, known: set[str]) -> bool:
    """Whether a character may stand in a reply; what the passages have may, unless nobody could see it."""
    if letter == "\n" or letter in _POLISH or letter in _SIGNS or " " <= letter <= "~":
        return True
    return letter in known and unicodedata.category(letter)[0] not in "CZM"


def _cut_claims(reply: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Sentences with the passages that they cite; marks stand before or after a sentence's full stop."""
    for line in reply.split("\n"):
        at = 0
        row = _BULLET.sub("", line)
        for found in _MARKS.finditer(row):
            said = row[at : found.start()].strip(_END if at else " \t")
            at = found.end()
            numbers = tuple(int(number) for number in re.findall(r"\d+", found.group()))
            sentences = [said[start:end] for start, end in split_sentences(said)]
            yield from ((sentence, ()) for sentence in sentences[:-1])
            if sentences:
                yield sentences[-1], numbers
            elif not said.strip(_END):
                yield "", ()
        if row[at:].strip(_END):
            yield row[at:].strip(), ()


def _tidy(reply: str) -> str:
    text = _MARKS.sub("", reply)
    text = re.sub(r"[ \t]+([.,;:!?…])", r"\1", text)
    text = re.sub(r"([.!?…])[ \t]*\.(?=\s|$)", r"\1", text)
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def _speaks(text: str, language: Language) -> bool:
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", text)]
    other: Language = "en" if language == "pl" else "pl"
    foreign = sum(word in _ONLY[other] for word in words)
    return foreign == 0 or foreign < sum(word in _ONLY[language] or not word.isascii() for word in words)


# links ----------------------------------------------------------------------------------------------------------------

_LINK: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}:(?://|(?=[^\s\d]))\S+"  # with a scheme, also one that opens nothing
    r"|\S+@\S+"
    r"|www\.\S+"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:[/:]\S*)?"
    r"|(?<![\w.])[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}(?![\w])(?:[/:?#]\S*)?",
    re.IGNORECASE,
)


def find_links(text: str) -> list[str]:
    """Whatever a reader, or their mail program, may take for an address, in lower case without the stop behind it."""
    return [found.group().strip("\"'„”«»()[],.;:!?…").lower() for found in _LINK.finditer(text)]


# support --------------------------------------------------------------------------------------------------------------

# Words that say nothing by themselves. All others have to stand in what is cited, also prepositions such as "po".
_POLISH_GLUE: Final = """
    a aby by byc ci cie co dla do gdzie i ich im jak jako je jego jej jest jestes ja juz ktora ktore ktorej ktorego
    ktorych ktory ktorym lub ma masz mozesz mozna na nad nam nas nasz nasza nasze o od oraz pan pana pani panstwa
    panstwo sa sie swoj swoja swoje swojego swojej swoich swoim ta tak takie taki taka te tego tej ten to tych tym tutaj
    twoj twoja twoje twojego twojej u w we wiec z ze za zeby zas
"""
_ENGLISH_GLUE: Final = """
    a an and are as at be by can do does for from has have he her here his i in into is it its my of on or our she so
    that the their them then there these they this those to us was we were which who will with you your
"""
_GLUE: Final = {"pl": frozenset(_POLISH_GLUE.split()), "en": frozenset(_ENGLISH_GLUE.split())}
_NO: Final = """
    nie bez brak ani nigdy zaden zadna zadne zadnego zadnej zadnych nic nikt nigdzie niestety niemozliwe
    not no never without nor neither none nothing nobody cannot t cant dont doesnt isnt arent wont
"""
_NEGATIONS: Final = frozenset(_NO.split())
# What makes a sentence true only sometimes, or makes it a duty: what is cited with one is not told without it.
_CONDITIONS: Final = re.compile(
    r"""tylko|wylacznie|jedynie|chyba|gdy|kiedy|jesli|jezeli|dopoki|pod|warun\w+|oprocz|poza|wyjat\w+|wyjatk\w+|przed|po|ponad
    |powyzej|ponizej|najpozniej|najwczesniej|najwyzej|maksymaln\w+|minimaln\w+|maksimum|minimum|najmniej|najwiecej
    |mus\w{1,4}|trzeba|nalezy|wymag\w+|obowiaz\w+|koniecz\w+|powin\w+|moze|moga|zwykle|zazwyczaj|czasem|czasami|okolo
    |niektor\w+|czesc\w*
    |only|solely|unless|if|when|except|excluding|provided|once|until|before|after|over|under|above|below|least|most
    |maximum|must|needs?|required?|requires|should|shall|may|might|could|usually|sometimes|often|about|some|up|within""",
    re.VERBOSE,
)
# What stands right before a number and changes what it means.
_BEFORE_NUMBERS: Final = """
    do od po przed ponad powyzej ponizej co za na z najwyzej najmniej maksymalnie minimum maksimum okolo
    to from after before over under above below until by every within least most than about up maximum
"""
_BEFORE: Final = frozenset(_BEFORE_NUMBERS.split())
_NUMERAL: Final = re.compile(
    r"jed[en]|dw(?:a|i|o|u|ie)|trz[ye]|czter|piec|piet|piat|szes|szos|siod|siedem|siedm|osiem|osm|dziewi|dziesi|sto$|"
    r"setk|tysi|milion|polow|polt|one$|two$|three|four|five|six|seven|eight|nine|ten$|eleven|twel|thirt|fift|twent|"
    r"hundred|thousand|million|half|twice|double|once$"
)
_TOKEN: Final = re.compile(r"\d{1,3}(?:[ ]\d{3})+(?:[.,:]\d+)*(?!\d)|\d+(?:[.,:/]\d+)*|[^\W\d_]+|[%€£$§°]")
_CLOSEST: Final[tuple[Fault, ...]] = ("condition", "negation", "number")
_SHARE: Final = 0.7  # of the longer of two words that begin alike
_STEM: Final = 4  # letters that they share at least


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # folded
    negated: bool
    glue: bool


def _find_fault(claim: str, passages: Sequence[Excerpt], language: Language, allowed: Iterable[str]) -> Fault | None:
    """Why no passage that a sentence cites backs it; None when one does."""
    links = {*allowed, *(link for passage in passages for link in find_links(passage.text))}
    if any(link not in links for link in find_links(claim)):
        return "link"
    said = _read(claim, language)
    if all(word.glue for word in said):
        return "unsupported"
    found: set[Fault] = set()
    for passage in passages:
        title = _read(passage.title, language)
        for sentence in _cut_sentences(passage.text):
            fault = _compare(said, _read(sentence, language), title, language)
            if fault is None:
                return None
            found.add(fault)
    # The sentence that came closest says what is really wrong.
    for fault in _CLOSEST:
        if fault in found:
            return fault
    return "unsupported"


def _cut_sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from (line[start:end] for start, end in split_sentences(line))


def _compare(
    said: Sequence[_Word], sentence: Sequence[_Word], title: Sequence[_Word], language: Language
) -> Fault | None:
    """What one sentence of a passage has against what was said; its title may name what it is about."""
    helped = () if any(word.text in _NEGATIONS for word in title) else title
    turned = False
    for word in said:
        if word.glue or word.text[0].isdigit():
            continue
        same = [other for other in (*sentence, *helped) if _alike(word.text, other.text, language)]
        if not same:
            return "unsupported"
        turned = turned or not any(other.negated == word.negated for other in same)
    if not _has_numbers(said, sentence, language):
        return "number"
    if turned or _count_negations(said) != _count_negations(sentence):
        return "negation"
    conditions = [word.text for word in sentence if _CONDITIONS.fullmatch(word.text)]
    if any(not any(_alike(word, other.text, language) for other in said) for word in conditions):
        return "condition"
    return None


def _count_negations(words: Sequence[_Word]) -> int:
    return sum(word.text in _NEGATIONS for word in words)


def _has_numbers(said: Sequence[_Word], sentence: Sequence[_Word], language: Language) -> bool:
    """Whether each number stands there, before the same word and after the same preposition.

    Where a sentence has several numbers, all of them must be told and its words must keep their order: else "courier
    15, locker 10" would become "locker 15".
    """
    mine, theirs = list(_numbers(said)), list(_numbers(sentence))
    for before, number, after in mine:
        if not any(
            before == other[0] and number == other[1] and (after == other[2] or _alike(after, other[2], language))
            for other in theirs
        ):
            return False
    if not mine or len({number for _, number, _ in theirs}) < 2:
        return True
    if {number for _, number, _ in theirs} != {number for _, number, _ in mine}:
        return False
    rest = iter([word.text for word in sentence])
    return all(
        any(_alike(word.text, other, language) for other in rest)
        for word in said
        if not word.glue and word.text not in _NEGATIONS
    )


def _numbers(words: Sequence[_Word]) -> Iterator[tuple[str, str, str]]:
    """(preposition before it or "", number, what is counted or "")."""
    for nth, word in enumerate(words):
        if not (word.text[0].isdigit() or _NUMERAL.match(word.text)):
            continue
        before = words[nth - 1].text if nth and words[nth - 1].text in _BEFORE else ""
        follows = words[nth + 1] if nth + 1 < len(words) else None
        yield before, word.text, "" if follows is None or follows.glue else follows.text


def _alike(word: str, other: str, language: Language) -> bool:
    """Whether two folded words are forms of one. Numbers, and words for them, are the same or they are not."""
    if word == other:
        return True
    if not word or not other or any(one[0].isdigit() or _NUMERAL.match(one) for one in (word, other)):
        return False
    root = stem(word, language)
    if root and root == stem(other, language):
        return True
    shared = next((nth for nth, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), None)
    if shared is None:
        shared = min(len(word), len(other))
    return shared >= _STEM and shared >= _SHARE * max(len(word), len(other))


def _read(text: str, language: Language) -> tuple[_Word, ...]:
    """A sentence as words; negated is the next word with meaning after a "no"."""
    glue = _GLUE[language]
    words: list[_Word] = []
    negated = False
    for found in _TOKEN.findall(text):
        word = found.replace(" ", "").replace(",", ".") if found[0].isdigit() else fold(found)
        if word in _NEGATIONS:
            negated = True
            words.append(_Word(word, negated=False, glue=False))
            continue
        is_glue = word in glue
        words.append(_Word(word, negated=negated and not is_glue, glue=is_glue))
        negated = negated and is_glue
    return tuple(words)


# Words of one language alone, for telling which one a reply is in.
_POLISH_ONLY: Final = "jest się nie są dla oraz czy już być można możesz który która które jak przez przed także tylko"
_ENGLISH_ONLY: Final = "the and is are you your of for with not can will this that be have from or it if in"
_ONLY: Final = {"pl": frozenset(_POLISH_ONLY.split()), "en": frozenset(_ENGLISH_ONLY.split())}

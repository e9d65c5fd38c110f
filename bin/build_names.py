# /// script
# requires-python = ">=3.11"
# dependencies = ["morfeusz2==1.99.15", "Faker==40.54.0", "names==0.3.0", "numpy>=2.3"]
# ///
"""Build `names.npz`, forms of Polish and other names and what else each may be, and `words.bin`, ordinary words.

Needed only to change the table. In an environment of its own:

    pip install morfeusz2==1.99.15 Faker==40.54.0 names==0.3.0 numpy
    apt-get download wamerican wamerican-small && dpkg -x wamerican_*.deb scowl && dpkg -x wamerican-small_*.deb scowl
    python bin/build_names.py scowl/usr/share/dict/american-english-small

Sources: the SGJP dictionary inside Morfeusz (all cases and numbers of Polish names, and which forms are ordinary words
or places as well), the name lists of Faker and of the US census, SCOWL (which forms are English words), and the lists
beside the table that were written by hand. Licences: NOTICE.md beside the table.

The same inputs give the same file. morfeusz2 is not imported: it has no call that lists its dictionary, so the
generator's automaton is read from its library. Its layout: fsabuilder/morfeuszbuilder/fsa in Morfeusz's sources.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, cast

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from okienko.masking.names.lexicon import (
    COMMON,
    FOREIGN,
    FUNCTION,
    GIVEN,
    ORDINARY_EN,
    ORDINARY_PL,
    PLACE,
    POPULAR,
    SIFT_BITS,
    SURNAME,
    THING,
    WIDESPREAD,
    fold,
    sift_places,
)

HERE: Final = Path(__file__).parent.parent / "src" / "okienko" / "masking" / "names"
_MAGIC: Final = b"\x8f\xc2\xbc\x1b\x15"  # with the version of the format, 21
_SYNTHESIS: Final = 1  # the library holds two dictionaries, the second is the generator's
_ALPHABET: Final = 256
# Readings under these labels are known to dictionaries and hardly anybody else.
_RARE: Final = ("daw.", "rzad.", "hist.", "gwar.", "przest.", "arch.", "herald.", "hom.", "środ.", "chem.", "biol.")
_FREQUENT_GIVEN: Final = 300  # of each list of the census
_ADJECTIVES: Final = ("ski", "cki", "dzki", "ska", "cka", "dzka")
# Popular names that are words first, so that a capital alone does not make them names.
_SELDOM: Final = """
april may june august maj sylwester sylwestra dane danie dany dana jaki inna inne sama same idzie ide mieszka robie
zycie
pole polach polami polom polu stan ad an as can id min nine nor tin hung don viva
"""
_WOMEN: Final = (  # how a noun for women is made of one for men
    ("ka", ("", "ec", "iec", "a", "arz")),
    ("rka", ("rz", "r")),
    ("czka", ("k", "cz", "ec")),
    ("nka", ("nek", "n", "niec")),
    ("ica", ("ik", "nik")),
    ("ini", ("", "ec")),
    ("yni", ("", "a")),
    ("czyni", ("ca",)),
    ("ożka", ("og",)),
    ("yczka", ("yk",)),
)
_ABSTRACT: Final = ("nie", "cie", "ość", "acja", "ycja", "izm", "two")
_WIDESPREAD: Final = 1000
_LONGEST_SIFTED: Final = 14  # letters
_LATIN: Final = """
cs_CZ da_DK de_AT de_CH de_DE en en_GB en_IE en_IN en_KE en_NG en_NZ en_PK en_US es_AR es_CL es_CO es_ES es_MX et_EE
fi_FI
fr_CA fr_FR ga_IE ha_NG hr_HR hu_HU id_ID ig_NG it_IT lt_LT lv_LV nl_BE nl_NL no_NO pt_BR pt_PT ro_RO sk_SK sl_SI sv_SE
tr_TR tw_GH vi_VN yo_NG zu_ZA
"""
_CYRILLIC: Final = ("uk_UA", "ru_RU", "bg_BG")
_POLISH_LETTERS: Final = {  # as Polish newspapers spell Cyrillic names; the passport's way is `fold`
    "zh": "z",
    "sh": "sz",
    "ch": "cz",
    "kh": "ch",
    "v": "w",
}
_ENDINGS: Final = (
    ("", ("a", "owi", "em", "ie", "u", "y", "ow", "om")),
    ("a", ("y", "i", "ie", "e", "a", "o")),
    ("o", ("a", "owi", "em", "u", "y", "i", "e")),
    ("y", ("ego", "emu", "ym", "m")),
    ("i", ("ego", "emu", "im", "m")),
    ("e", ("go", "mu", "m")),
)


def cstring(data: bytes, at: int) -> tuple[str, int]:
    """The text up to the next zero, and the place after it."""
    end = data.index(0, at)
    return data[at:end].decode(), end + 1


def table(data: bytes, at: int) -> tuple[dict[int, str], int]:
    """Numbered texts: how many, then each with its number."""
    size, at = int.from_bytes(data[at : at + 2], "big"), at + 2
    found: dict[int, str] = {}
    for _ in range(size):
        number = int.from_bytes(data[at : at + 2], "big")
        found[number], at = cstring(data, at + 2)
    return found, at


def states(data: bytes, start: int) -> Iterator[tuple[bytes, bytes]]:
    """All words of a CFSA1 automaton and what is stored with them."""
    frequent = {short: label for label, short in enumerate(data[start : start + _ALPHABET]) if short}
    stack = [(start + _ALPHABET + 1, b"")]
    while stack:
        at, word = stack.pop()
        first, at = data[at], at + 1
        transitions = first & 127
        if transitions == 127:
            transitions, at = data[at], at + 1
        if first & 128:
            size = int.from_bytes(data[at : at + 2], "big")
            yield word, data[at + 2 : at + 2 + size]
            at += 2 + size
        for _ in range(transitions):
            short, width = data[at] >> 2, data[at] & 3
            at += 1
            if short:
                label = frequent[short]
            else:
                label, at = data[at], at + 1
            offset = int.from_bytes(data[at : at + width], "big")
            at += width
            stack.append((at + offset, word + bytes((label,))))


def sgjp() -> Iterator[tuple[str, str, str, str, str]]:
    """Lemma, form, tag, kinds of name joined by `|`, and usage labels of every form in the dictionary."""
    library = next(
        Path(str(file.locate()))
        for file in importlib.metadata.files("morfeusz2") or ()
        if file.name.startswith("libmorfeusz2")
    )
    data = library.read_bytes()
    at = -1
    for _ in range(_SYNTHESIS + 1):
        at = data.index(_MAGIC, at + 1)
    body = at + 10
    end = body + int.from_bytes(data[at + 6 : at + 10], "big") + 4
    for _ in range(3):  # the dictionary's name, its licence, the tagset's name
        _, end = cstring(data, end)
    tags, end = table(data, end)
    kinds, end = table(data, end)
    labels, end = table(data, end)
    for key, stored in states(data, body):
        lemma = key.decode()
        at = 0
        while at < len(stored):
            stop = at + 3 + int.from_bytes(stored[at + 1 : at + 3], "big")
            at += 3
            while at < stop:
                _, at = cstring(stored, at)
                prefix, at = cstring(stored, at)
                cut = stored[at]
                suffix, at = cstring(stored, at + 1)
                form = prefix + lemma[: len(lemma) - cut] + suffix
                tag = tags[int.from_bytes(stored[at : at + 2], "big")]
                yield lemma, form, tag, kinds[stored[at + 2]], labels[int.from_bytes(stored[at + 3 : at + 5], "big")]
                at += 5


def words(file: str) -> Iterator[str]:
    """The words of a list beside the table; `#` begins a comment."""
    for line in (HERE / file).read_text("utf-8").splitlines():
        yield from line.partition("#")[0].split()


def faker(locale: str) -> tuple[set[str], set[str]]:
    """Given names and surnames of a Faker locale, folded."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    given: set[str] = set()
    surnames: set[str] = set()
    for attribute in dir(provider):
        value: object = getattr(provider, attribute)
        if not attribute.endswith(("first_names", "last_names", "names_male", "names_female")) or not isinstance(
            value, Iterable
        ):
            continue
        names = {piece for name in cast("Iterable[object]", value) for piece in pieces(str(name))}
        (given if "first" in attribute else surnames).update(names)
    return given, surnames


def pieces(name: str) -> Iterator[str]:
    """`O'Brien` is `o` and `brien` to a reading."""
    plain = "".join(character if character.isalpha() else " " for character in unicodedata.normalize("NFC", name))
    for piece in plain.split():
        folded = fold(piece.lower())
        if len(folded) > 1 and folded.isascii():
            yield folded


def census(file: str) -> Iterator[str]:
    """A list of the US census of 1990, most frequent first."""
    for entry in importlib.metadata.files("names") or ():
        if entry.name == file:
            for line in Path(str(entry.locate())).read_text("ascii").splitlines():
                yield line.split()[0].lower()


def in_polish(name: str) -> Iterator[str]:
    """What Polish cases make of a foreign name, without Polish letters; too many rather than too few."""
    if len(name) < 3:
        return
    for ending, others in _ENDINGS:
        if name.endswith(ending) if ending else name[-1] not in "aeioy":
            stem = name.removesuffix(ending)
            for other in others:
                yield stem + other
            if ending == "" and name[-1] in "kg":
                yield stem + "iem"
            if ending in {"", "a", "o"}:
                yield from softened(stem)


def softened(stem: str) -> Iterator[str]:
    """Marta: Marcie; Robert: Robercie; Peter: Peterze."""
    for hard, soft in (("t", "cie"), ("d", "dzie"), ("r", "rze"), ("k", "ce"), ("g", "dze"), ("ch", "sze")):
        if stem.endswith(hard):
            yield stem.removesuffix(hard) + soft


def _masculine(surname: str) -> str:
    """Kowalska: Kowalski."""
    return surname[:-1] + "i" if surname.endswith(("ska", "cka", "dzka")) else surname


def rule(form: str, lemma: str) -> str:
    """How to get from a form to its lemma: how many letters to cut, and what to add."""
    same = 0
    for one, other in zip(form, lemma, strict=False):
        if one != other:
            break
        same += 1
    return f"{len(form) - same}{lemma[same:]}"


class Nouns:
    """Sorts Polish nouns out: which forms are those of things, and of nothing else."""

    def __init__(self) -> None:
        self.things_by_lemma: defaultdict[str, set[str]] = defaultdict(set)
        self.men: set[str] = set()
        self.others: set[str] = set()  # forms of verbs, adjectives, and of words for people
        self.beside = set(words("beside.txt"))

    def add(self, lemma: str, form: str, tag: str) -> None:
        """One form, spelled with its Polish letters."""
        if form[0].isupper():
            return
        word, _, _ = lemma.partition(":")
        kind, *parts = tag.split(":")
        if kind != "subst":
            if kind != "impt":  # krzew
                self.others.add(form)
        elif "m1" in parts:
            self.men.add(word)
            self.others.add(form)
        elif "m2" not in parts and not word.endswith(_ABSTRACT):
            self.things_by_lemma[word].add(form)

    def things(self) -> set[str]:
        """Folded forms of nouns that are no people, and of no other word."""
        people = {lemma for lemma in self.things_by_lemma if lemma in self.beside or self.woman(lemma)}
        for lemma in people:
            self.others |= self.things_by_lemma[lemma]
        others = {fold(form) for form in self.others}
        forms = {fold(form) for lemma, found in self.things_by_lemma.items() if lemma not in people for form in found}
        return {form for form in forms if form.isalpha() and form not in others}

    def woman(self, noun: str) -> bool:
        """Whether a feminine noun is made of one for men: nauczycielka, lekarka, pracownica, dozorczyni."""
        for ending, men in _WOMEN:
            if noun.endswith(ending) and any(noun.removesuffix(ending) + man in self.men for man in men):
                return True
        return False


def main(english: str) -> None:  # noqa: PLR0912, PLR0915 - one list after the other
    flags: defaultdict[str, int] = defaultdict(int)
    lemmas: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    ordinary: set[str] = set()
    places = {fold(word.lower()) for word in words("places.txt")}
    cities = {word for word in words("ordinary.txt") if word[0].isupper()}
    known_places: set[str] = set()
    adjectives: set[str] = set()  # Wysocki, Krakowska: nearly all are far more frequent as surnames than as words

    def add(form: str, flag: int, lemma: str) -> None:
        flags[form] |= flag
        lemmas[form, flag & (GIVEN | SURNAME)].add(lemma)

    given_pl, surnames_pl = faker("pl_PL")
    popular = given_pl | surnames_pl
    frequent_given = given_pl | {fold(name) for name in words("given.txt")}
    widespread = surnames_pl | {fold(name) for name in words("surnames.txt")}
    widespread |= {name for position, name in enumerate(census("dist.all.last")) if position < _WIDESPREAD}
    for file in ("dist.male.first", "dist.female.first"):
        frequent_given |= {name for position, name in enumerate(census(file)) if position < _FREQUENT_GIVEN}
    nouns = Nouns()
    for lemma, form, tag, kinds, labels in sgjp():
        folded = fold(form.lower())
        if len(folded) < 2 or not folded.isalpha():
            continue
        nouns.add(lemma, form, tag)
        base = fold(lemma.lower())
        kind = kinds.split("|")
        if "imię" in kind:
            add(folded, GIVEN | (POPULAR if base in frequent_given else 0), base)
        if any(one.startswith(("nazwisko", "człon_nazwiska")) for one in kind):
            if base.endswith(_ADJECTIVES):
                adjectives.add(folded)
            add(folded, SURNAME | (WIDESPREAD if _masculine(base) in widespread else 0), base)
        if "nazwa_geograficzna" in kind:
            places.add(folded)
            if lemma in cities:
                known_places.add(folded)
        if form[0].islower() and not any(label in labels for label in _RARE):
            ordinary.add(folded)
    polish = set(flags)

    for name in words("given.txt"):
        add(fold(name), GIVEN, fold(name))
    for name in words("surnames.txt"):
        add(fold(name), SURNAME, fold(name))
    foreign: set[tuple[str, int]] = {(fold(n), GIVEN) for n in words("given.txt")}
    foreign |= {(fold(n), SURNAME) for n in words("surnames.txt")}
    for locale in _LATIN.split():
        given, surnames = faker(locale)
        foreign |= {(name, GIVEN) for name in given} | {(name, SURNAME) for name in surnames}
    for locale in _CYRILLIC:
        given, surnames = faker(locale)
        for names, flag in ((given, GIVEN), (surnames, SURNAME)):
            for name in names:
                spelled = name
                for passport, press in _POLISH_LETTERS.items():
                    spelled = spelled.replace(passport, press)
                foreign |= {(name, flag), (spelled, flag)}
    foreign |= {(name, GIVEN) for file in ("dist.male.first", "dist.female.first") for name in census(file)}
    frequent = {name for position, name in enumerate(census("dist.all.last")) if position < 30_000}
    foreign |= {(name, SURNAME) for name in frequent}
    for name, flag in sorted(foreign):
        if flag == GIVEN and name in frequent_given:
            flags[name] |= POPULAR
        if flag == SURNAME and name in widespread:
            flags[name] |= WIDESPREAD
        if not flags[name] & flag:
            add(name, flag | FOREIGN, name)
    many = {
        fold(w.lower()) for w in Path(english).with_name("american-english").read_text("utf-8").split() if w.isalpha()
    }
    declined = {entry for entry in foreign if entry[1] == GIVEN or entry[0] not in frequent or entry[0] in popular}
    for name, flag in sorted(declined):
        if name in polish:
            continue
        for form in in_polish(name):
            if form not in ordinary and form not in many and form not in flags:
                flags[form] = flag | FOREIGN
                flags[form] |= POPULAR if flag == GIVEN and name in frequent_given else 0
                flags[form] |= WIDESPREAD if flag == SURNAME and name in widespread else 0
                lemmas[form, flag].add(name)

    scowl = {w for w in Path(english).read_text("utf-8").split() if w.isalpha() and w.islower()}
    function = {fold(word) for word in words("function.txt")}
    # A popular given name is a name first, unless the lists say otherwise: Tomek is no tomato to anybody.
    either = {fold(word.removesuffix("*")) for word in words("ordinary.txt") if word.endswith("*")}
    forms_of_either = {
        form for form, flag in list(lemmas) if flag == GIVEN and form in ordinary and lemmas[form, flag] & either
    }
    common = known_places | forms_of_either | {fold(word) for word in words("ordinary.txt") if word.islower()}
    seldom = frozenset(_SELDOM.split())
    first_names = {form for form, flag in flags.items() if flag & POPULAR}
    for form in function:
        flags.setdefault(form, 0)
    for form in list(flags):
        if form in function:
            flags[form] |= FUNCTION
        name_first = form not in common and (form in adjectives or form in first_names)
        if form in ordinary and not name_first:
            flags[form] |= ORDINARY_PL
        if form in scowl and not (form in first_names and form not in common):
            flags[form] |= ORDINARY_EN
        if form in common:
            flags[form] |= COMMON
        if form in places:
            flags[form] |= PLACE
        if form in seldom:
            flags[form] &= ~POPULAR

    def best(form: str, flag: int) -> str:
        found = lemmas.get((form, flag), set())
        if not found:
            return ""
        return rule(form, min(found, key=lambda lemma: (lemma not in popular, lemma != form, len(lemma), lemma)))

    # Words that a stranger's name could be mixed up with; `nie-` and `naj-` are taken off before looking.
    sifted = {
        word
        for word in ordinary | places | many
        if 1 < len(word) <= _LONGEST_SIFTED and not word.startswith(("nie", "naj"))
    }
    things = {word for word in nouns.things() if 2 < len(word) <= _LONGEST_SIFTED}
    sift = np.zeros(SIFT_BITS // 8, dtype=np.uint8)
    for word in sorted(sifted) + [THING + word for word in sorted(things)]:
        for place in sift_places(word):
            sift[place >> 3] |= 1 << (place & 7)

    entries: dict[int, tuple[int, str, str]] = {}
    for form in sorted(flags):
        key = zlib.crc32(form.encode())
        entry = (flags[form], best(form, GIVEN), best(form, SURNAME))
        if key in entries:
            entry = (entry[0] | entries[key][0], entries[key][1] or entry[1], entries[key][2] or entry[2])
        entries[key] = entry
    kinds_found = [entry for entry, _ in Counter(entries.values()).most_common()]
    if len(kinds_found) > 0xFFFF:
        raise SystemExit(f"{len(kinds_found)} kinds of entry do not fit 16 bits")
    number = {entry: position for position, entry in enumerate(kinds_found)}
    keys = np.array(sorted(entries), dtype=np.uint32)
    gaps = np.diff(keys, prepend=np.uint32(0)).astype("<u4")
    (HERE / "words.bin").write_bytes(sift.tobytes())
    np.savez_compressed(
        HERE / "names.npz",
        gaps=np.ascontiguousarray(gaps.view(np.uint8).reshape(-1, 4).T),  # by byte: the upper ones are nearly all zero
        kinds=np.array([number[entries[int(key)]] for key in keys], dtype="<u2"),
        flags=np.array([entry[0] for entry in kinds_found], dtype="<u2"),
        rules=np.frombuffer("\n".join(f"{given} {surname}" for _, given, surname in kinds_found).encode(), np.uint8),
    )
    counts = Counter(bit for value in flags.values() for bit in range(16) if value >> bit & 1)
    sys.stdout.write(
        f"{len(sifted)} words, {len(things)} for things\n"
        f"{len(entries)} forms, {len(kinds_found)} kinds; flags {sorted(counts.items())}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])

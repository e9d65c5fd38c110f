"""Polish given names and surnames in seven cases, by rules and a table of exceptions.

The rules are those of school grammar (declension of personal names, as in J. Grzenia, *Słownik nazw własnych*); the
forms of every name in `pl.txt` were compared with Morfeusz 2 (SGJP) once, and the exceptions come from there.
"""

from __future__ import annotations

from typing import Final, Literal

Case = Literal["nom", "gen", "dat", "acc", "ins", "loc", "voc"]
Gender = Literal["f", "m"]
CASES: Final[tuple[Case, ...]] = ("nom", "gen", "dat", "acc", "ins", "loc", "voc")

# What the last consonants become before -e of the dative and locative.
_SOFTENED: Final = (
    ("ch", "sz"), ("st", "ści"), ("zd", "ździ"), ("sł", "śl"), ("sn", "śni"), ("sm", "śmi"),
    ("k", "c"), ("g", "dz"), ("r", "rz"), ("ł", "l"), ("t", "ci"), ("d", "dzi"), ("s", "si"), ("z", "zi"),
    ("n", "ni"), ("m", "mi"), ("b", "bi"), ("p", "pi"), ("w", "wi"), ("f", "fi"), ("h", "sz"),
)  # fmt: skip
_HISTORIC: Final = ("c", "j", "l", "sz", "cz", "rz", "ż", "dz", "dż")  # take -u and -i or -y: soft once
_ACUTE: Final = {"ń": "ni", "ś": "si", "ć": "ci", "ź": "zi"}

# The stem of the other cases, where it is not the nominative's.
_STEMS: Final = {
    "Paweł": "Pawł", "Aleksander": "Aleksandr", "Kacper": "Kacpr", "Sylwester": "Sylwestr", "Wróbel": "Wróbl",
    "Stępień": "Stępń", "Kwiecień": "Kwietń", "Kopeć": "Kopć", "Mróz": "Mroz",
}  # fmt: skip
_ADJECTIVES: Final = frozenset({"Cichy", "Bury", "Biały", "Konieczny", "Szczęsny", "Mądry"})
_PET: Final = frozenset(
    {"Kasia", "Basia", "Ania", "Asia", "Gosia", "Zosia", "Krysia", "Ola", "Ala", "Ela", "Pola", "Maja", "Kaja"}
)


def decline_given(name: str, gender: Gender, case: Case) -> str:
    """A given name in a case."""
    if name.endswith("a"):
        return _decline_a(name, case, vocative=True)
    if gender == "f":
        return name
    if name[-1] in "yi":
        return _decline_adjective_m(name, case)
    if name.endswith("o"):
        return _decline_noun(name[:-1], case, nominative=name, vocative=False)
    return _decline_noun(_stem(name), case, nominative=name, vocative=True)


def decline_surname(name: str, gender: Gender, case: Case) -> str:
    """A surname, given in its masculine form, in a case. The vocative is the nominative, as people use it."""
    if "-" in name:
        return "-".join(decline_surname(part, gender, case) for part in name.split("-"))
    if name.endswith(("ski", "cki", "dzki")) or name in _ADJECTIVES:
        return _decline_adjective_m(name, case) if gender == "m" else _decline_adjective_f(name, case)
    if name.endswith("a"):
        return _decline_a(name, case, vocative=False)
    if gender == "f":
        return name
    if name.endswith("o"):
        return _decline_a(name[:-1] + "a", case, vocative=False) if case not in {"nom", "voc"} else name
    if name[-1] in "yi":
        return _decline_adjective_m(name, case)
    return _decline_noun(_stem(name), case, nominative=name, vocative=False)


def _stem(name: str) -> str:
    if name in _STEMS:
        return _STEMS[name]
    if name.endswith("iec"):
        return name[:-3] + "c"
    if name.endswith(("ek", "ec")) and len(name) > 4:
        return name[:-3] + name[-1] if name[-3] == "i" else name[:-2] + name[-1]
    return name


def _decline_noun(stem: str, case: Case, *, nominative: str, vocative: bool) -> str:
    """Masculine nouns."""
    soft = stem[-1] in _ACUTE
    before = stem[:-1] + _ACUTE[stem[-1]] if soft else stem  # before a vowel
    if case == "nom" or (case == "voc" and not vocative):
        return nominative
    if case in {"gen", "acc"}:
        return before + "a"
    if case == "dat":
        return before + "owi"
    if case == "ins":
        return before + ("iem" if stem[-1] in "kg" and not soft else "em")
    if soft or stem[-1] in "kg" or stem.endswith(("ch", *_HISTORIC)):
        return before + "u"
    return _soften(stem) + "e"


def _decline_a(name: str, case: Case, *, vocative: bool) -> str:
    """Nouns in -a, of either gender."""
    stem = name[:-1]
    if case == "nom" or (case == "voc" and not vocative):
        return name
    if case == "acc":
        return stem + "ę"
    if case == "ins":
        return stem + "ą"
    if case == "voc":
        return stem + ("u" if name in _PET else "o")
    soft = stem.endswith(("i", *_HISTORIC))
    if case == "gen" or soft:
        if stem.endswith("i"):
            return stem if name in _PET or (stem[-2] in "nśźć" and not vocative) else stem + "i"
        if stem.endswith("j"):
            return (stem[:-1] if stem[-2] in "aeou" else stem) + "i"
        return stem + ("i" if stem[-1] in "kgl" else "y")
    return _soften(stem) + "e"


def _decline_adjective_m(name: str, case: Case) -> str:
    stem = name if name[-1] == "i" else name[:-1]
    if case in {"nom", "voc"}:
        return name
    return stem + {"gen": "ego", "acc": "ego", "dat": "emu"}.get(case, "m" if name[-1] == "i" else "ym")


def _decline_adjective_f(name: str, case: Case) -> str:
    stem = name[:-1]
    hard = "i" if name[-1] == "i" else ""
    return stem + {"nom": "a", "voc": "a", "acc": "ą", "ins": "ą"}.get(case, hard + "ej")


def _soften(stem: str) -> str:
    for end, soft in _SOFTENED:
        if stem.endswith(end):
            return stem[: -len(end)] + soft
    return stem

"""What a customer's words are as the answer to a question. Pure.

A reader gives the value as text, or None when these words are no such answer: then the bot looks whether they are a
question of their own, and asks again. It is stricter than people: a wrong value costs more than a second question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, Literal

from okienko.folding import fold
from okienko.masking.kinds import ENTITIES
from okienko.scenarios.dates import OTHER_FORMS, SMALL_NUMBERS, read_day
from okienko.scenarios.scenario import EVERYWHERE, Ask, Choice
from okienko.values import Language

LONGEST: Final = 500  # characters of a text that is kept
SHORT: Final = 8  # words of an answer that may name a choice in passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a customer wrote, masked, or the choice that they pressed."""

    text: str
    choice: str | None = None


def understand(ask: Ask, said: Said, language: Language, today: date) -> str | None:
    """The value of an answer, as it is kept: a choice's value, a number's digits, a date as 2026-11-22."""
    return _READERS[ask.kind](ask, said, language, today)


Wish = Literal["back", "again", "stop"]


def wishes(text: str) -> Wish | None:
    """Whether somebody wants to go back a step, begin again, or leave: only where nothing else is said."""
    said = " ".join(_words(text))
    return next((wish for wish, pattern in _WISHES.items() if pattern.fullmatch(said)), None)


_PLEASE: Final = r"(?:(?:prosze|please|chce|chcialbym|chcialabym|moge|mozna|i want to|can i|let me|let s) )?"
_WISHES: Final[Mapping[Wish, re.Pattern[str]]] = {
    "back": re.compile(_PLEASE + r"(?:wroc|wrocic|wstecz|cofnij|cofnac|poprzednie(?: pytanie)?|(?:go )?back)"),
    "again": re.compile(
        _PLEASE
        + r"(?:od (?:nowa|poczatku)|zaczn(?:ij|ijmy) od (?:nowa|poczatku)|zaczac od (?:nowa|poczatku)"
        + r"|jeszcze raz od (?:nowa|poczatku)|(?:start|begin) (?:again|over))"
    ),
    "stop": re.compile(
        _PLEASE
        + r"(?:przerwij|przerwac|przestan|anuluj|stop|koniec|niewazne|juz nic|rezygnuje|cancel|never ?mind|quit|exit)"
    ),
}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


# a choice ------------------------------------------------------------------------------------------------------------

_YES: Final[Mapping[Language, frozenset[str]]] = {
    "pl": frozenset({"tak", "owszem", "jasne", "oczywiscie", "potwierdzam", "dokladnie"}),
    "en": frozenset({"yes", "yeah", "yep", "sure", "correct"}),
}
_NO: Final[Mapping[Language, frozenset[str]]] = {"pl": frozenset({"nie", "jednak"}), "en": frozenset({"no", "nope"})}
_DENIALS: Final[Mapping[Language, frozenset[str]]] = {
    "pl": frozenset({"nie", "bez", "ani", "zaden", "zadna", "zadne"}),
    "en": frozenset({"not", "no", "none", "neither", "never", "don", "t", "isn", "doesn"}),
}


def _choice(ask: Ask, said: Said, language: Language, today: date) -> str | None:
    del today
    if said.choice is not None:
        return next((choice.value for choice in ask.choices if choice.value == said.choice), None)
    words = _words(said.text)
    if not words:
        return None
    if len(words) == 1 and words[0].isdecimal() and words[0].isascii():
        place = int(words[0])
        return ask.choices[place - 1].value if 1 <= place <= len(ask.choices) else None
    exact = [choice for choice in ask.choices if words in _names(choice, language)]
    if exact:
        return exact[0].value if len(exact) == 1 else None
    if len(words) > SHORT:
        return None
    plain = _yes_or_no(ask.choices, words, language)
    if plain is not None:
        return plain
    named = [
        choice
        for choice in ask.choices
        if any(
            _stands_in(name, words) and (_denied(name, language) or not _denied(words, language))
            for name in _names(choice, language)
        )
    ]
    return named[0].value if len(named) == 1 else None


def _names(choice: Choice, language: Language) -> Iterable[list[str]]:
    """What a choice may be called: its label, and what it is called also."""
    if language in choice.label.texts:
        for part in choice.label.texts[language][EVERYWHERE].parts:
            if isinstance(part, str):
                yield _words(part)
    for name in choice.also.get(language, ()):
        yield _words(name)


def _yes_or_no(choices: Iterable[Choice], words: list[str], language: Language) -> str | None:
    """For a question whose choices are `yes` and `no`."""
    values = {choice.value for choice in choices}
    if not {"yes", "no"} <= values:
        return None
    first = words[0]
    if first in _NO[language]:
        return "no"
    return "yes" if first in _YES[language] and not _denied(words, language) else None


def _denied(words: Iterable[str], language: Language) -> bool:
    return not _DENIALS[language].isdisjoint(words)


def _stands_in(name: list[str], words: list[str]) -> bool:
    return any(words[at : at + len(name)] == name for at in range(len(words) - len(name) + 1))


# a text, a number, an order, an address, a day ------------------------------------------------------------------------


def _text(ask: Ask, said: Said, language: Language, today: date) -> str | None:
    del ask, language, today
    return said.text.strip()[:LONGEST] or None


def _number(ask: Ask, said: Said, language: Language, today: date) -> str | None:
    del today
    found = _numbers(said.text, language)
    if len(found) != 1:
        return None
    number = found[0]
    if (ask.least is not None and number < ask.least) or (ask.most is not None and number > ask.most):
        return None
    return str(number)


def _numbers(text: str, language: Language) -> list[int]:
    digits = re.findall(r"(?<![\w.,-])\d{1,9}(?![\w]|[.,]\d)", text, re.ASCII)
    if digits or any(sign.isdigit() for sign in text):
        return [int(number) for number in digits]
    small = SMALL_NUMBERS[language]
    return [
        small.index(word) if word in small else OTHER_FORMS[word]
        for word in _words(text)
        if word in {*small, *OTHER_FORMS}
    ]


_ANY_ORDER: Final = re.compile(
    r"(?<![\w/-])(?=(?:[a-z/-]*[0-9]){4})[a-z0-9](?:[a-z0-9]|[/-](?=[a-z0-9])){3,39}(?![\w/-])"
)
_SIGNS: Final = {"#": "[0-9]", "@": "[a-z]", "*": "[a-z0-9]"}


def _order_number(ask: Ask, said: Said, language: Language, today: date) -> str | None:
    del language, today
    pattern = _ANY_ORDER if ask.like is None else _shape(ask.like)
    found = {match.upper() for match in pattern.findall(said.text.lower())}
    return found.pop() if len(found) == 1 else None


@cache
def _shape(like: str) -> re.Pattern[str]:
    """`ZAM-######`: what stands there stands there, in capitals or not."""
    signs = "".join(_SIGNS.get(sign, re.escape(sign.lower())) for sign in like)
    return re.compile(rf"(?<![\w]){signs}(?![\w])")


_ADDRESSES: Final = "|".join({re.escape(ENTITIES["EMAIL_ADDRESS"].pl), re.escape(ENTITIES["EMAIL_ADDRESS"].en)})
_EMAIL: Final = re.compile(rf"\[(?:{_ADDRESSES})(?: \d+)?\]")


def _email(ask: Ask, said: Said, language: Language, today: date) -> str | None:
    """The placeholder: the address itself is in the vault."""
    del ask, language, today
    found = _EMAIL.findall(said.text)
    return found[0] if len(found) == 1 else None


def _date(ask: Ask, said: Said, language: Language, today: date) -> str | None:
    day = read_day(said.text, language, today, ask.when)
    return None if day is None else day.isoformat()


_READERS: Final[Mapping[str, Callable[[Ask, Said, Language, date], str | None]]] = {
    "choice": _choice,
    "text": _text,
    "number": _number,
    "date": _date,
    "order_number": _order_number,
    "email": _email,
}

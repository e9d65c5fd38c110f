"""Messages with variables: the part of ICU MessageFormat that a support desk needs.

    Zamówienie {order} dotrze za {days, plural, one {# dzień} few {# dni} many {# dni} other {# dnia}}.
    {plan, select, family {Plan rodzinny} other {Twój plan}} działa do {until, date}.

`{name}` puts a value in; `{name, date}` and `{name, number}` write it as the language does; `plural` chooses by the
language's forms (`=0` and the like come first, `#` is the number), `select` by the value itself. An apostrophe before
a brace quotes it. The grammar: https://unicode-org.github.io/icu/userguide/format_parse/messages/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from okienko.values import Language
from okienko.web.i18n import Words, mark

Value = str | int | Decimal | date
DEEPEST: Final = 5  # choices within choices
PLURAL_FORMS: Final[Mapping[Language, frozenset[str]]] = {
    "pl": frozenset({"one", "few", "many", "other"}),
    "en": frozenset({"one", "other"}),
}
_NAME: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


class BadMessage(ValueError):
    """A text that cannot be read: what is wrong (a msgid), at which character of it, counted from 0."""

    def __init__(self, what: str, at: int, **values: object) -> None:
        super().__init__(what)
        self.at = at
        self.values = values

    def tell(self, speak: Words) -> str:
        """In the reader's language."""
        return speak.gettext(str(self.args[0]), **self.values)


@dataclass(frozen=True, slots=True)
class Put:
    """A value, written as it is, as a date or as a number."""

    name: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """One of several texts, by a value."""

    name: str
    plural: bool
    options: tuple[tuple[str, Message], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """`#` in a plural form: the number itself."""

    name: str


Part = str | Put | Choose | Count


@dataclass(frozen=True, slots=True)
class Message:
    """A text that was read."""

    parts: tuple[Part, ...]

    def names(self) -> Iterator[str]:
        """The variables that it needs, wherever they stand."""
        for part in self.parts:
            match part:
                case str():
                    pass
                case Choose(name=name, options=options):
                    yield name
                    for _, option in options:
                        yield from option.names()
                case Put(name=name) | Count(name=name):
                    yield name

    def choices(self) -> Iterator[Choose]:
        """The choices in it, outer ones first."""
        for part in self.parts:
            if isinstance(part, Choose):
                yield part
                for _, option in part.options:
                    yield from option.choices()

    def write(self, values: Mapping[str, Value], language: Language) -> str:
        """The text for these values. Raises `KeyError` with the name of a variable that has none."""
        return "".join(_write(part, values, language) for part in self.parts)


def read_message(text: str) -> Message:
    """Reads a text. Raises `BadMessage`."""
    reader = _Reader(text)
    message = reader.message(counted=None, depth=0)
    if reader.at < len(text):
        raise BadMessage(mark("this closing brace closes nothing; write '}' for the sign itself"), reader.at)
    return message


def _write(part: Part, values: Mapping[str, Value], language: Language) -> str:
    match part:
        case str():
            return part
        case Put(name=name, style=style):
            return _write_value(values[name], style, language)
        case Count(name=name):
            return _write_value(values[name], "number", language)
        case Choose(name=name, plural=plural, options=options):
            known = dict(options)
            value = values[name]
            chosen = known.get(f"={value}") if plural else known.get(str(value))
            if chosen is None and plural:
                chosen = known.get(plural_form(value, language))
            return (chosen or known["other"]).write(values, language)


def _write_value(value: Value, style: str, language: Language) -> str:
    if isinstance(value, date) and style != "number":
        return format_date(value, "d MMMM y", locale=language)
    if isinstance(value, int | Decimal) and style == "number":
        return format_decimal(value, locale=language)
    return str(value)


def plural_form(value: Value, language: Language) -> str:
    """`one`, `few`, `many` or `other`; whatever is no number is `other`."""
    return _locale(language).plural_form(value) if isinstance(value, int | Decimal) else "other"


@cache
def _locale(language: Language) -> Locale:
    return Locale(language)


class _Reader:
    """Goes through a text once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def message(self, *, counted: str | None, depth: int) -> Message:
        """Reads up to a closing brace or the end. `counted`: whose number `#` stands for."""
        parts: list[Part] = []
        plain: list[str] = []
        while self.at < len(self.text) and self.text[self.at] != "}":
            sign = self.text[self.at]
            if sign == "'":
                plain.append(self._quoted(counted))
                continue
            self.at += 1
            if sign != "{" and not (sign == "#" and counted is not None):
                plain.append(sign)
                continue
            if plain:
                parts.append("".join(plain))
                plain = []
            parts.append(self._argument(depth) if sign == "{" else Count(counted or ""))
        if plain:
            parts.append("".join(plain))
        return Message(tuple(parts))

    def _quoted(self, counted: str | None) -> str:
        """An apostrophe is one, doubled it is one, before a brace (or a number's sign) it quotes up to the next."""
        following = self.text[self.at + 1 : self.at + 2]
        if following == "'":
            self.at += 2
            return "'"
        if following not in ("{", "}") and not (following == "#" and counted is not None):
            self.at += 1
            return "'"
        end = self.text.find("'", self.at + 2)
        if end < 0:
            raise BadMessage(mark("this apostrophe opens a quotation that nothing closes"), self.at)
        quoted = self.text[self.at + 1 : end]
        self.at = end + 1
        return quoted

    def _argument(self, depth: int) -> Put | Choose:
        opened = self.at - 1
        name = self._word()
        if not name or name[0].isdigit():
            raise BadMessage(
                mark("a variable's name is missing after this brace (small letters, digits and _)"), opened
            )
        sign = self._sign(opened)
        if sign == "}":
            return Put(name)
        style = self._word()
        if style in {"plural", "select"}:
            if self._sign(opened) != ",":
                raise BadMessage(
                    mark("after “%(style)s” comes a comma and the texts to choose from"), opened, style=style
                )
            return self._choose(name, plural=style == "plural", opened=opened, depth=depth + 1)
        if style not in {"date", "number"}:
            raise BadMessage(mark("after the comma comes plural, select, date or number"), opened)
        if self._sign(opened) != "}":
            raise BadMessage(mark("after “%(style)s” the brace has to close"), opened, style=style)
        return Put(name, style)

    def _choose(self, name: str, *, plural: bool, opened: int, depth: int) -> Choose:
        if depth > DEEPEST:
            raise BadMessage(mark("choices may stand in each other %(most)s deep at most"), opened, most=DEEPEST)
        options: dict[str, Message] = {}
        while True:
            self._blank()
            if self.text[self.at : self.at + 1] == "}":
                self.at += 1
                break
            start = self.at
            if start == len(self.text):
                raise BadMessage(mark("a brace is not closed"), opened)
            key = ("=" if plural and self._take("=") else "") + self._word(letters_only=False)
            self._blank()
            if not key or not self._take("{"):
                raise BadMessage(mark("here comes a form and its text in braces, such as other {…}"), start)
            if key in options:
                raise BadMessage(mark("“%(key)s” stands here twice"), start, key=key)
            options[key] = self.message(counted=name if plural else None, depth=depth)
            if not self._take("}"):
                raise BadMessage(mark("a brace is not closed"), start)
        if "other" not in options:
            raise BadMessage(mark("“other {…}” is missing: it is said when nothing else fits"), opened)
        return Choose(name, plural, tuple(options.items()))

    def _word(self, *, letters_only: bool = True) -> str:
        self._blank()
        start = self.at
        while self.at < len(self.text) and (
            self.text[self.at] in _NAME
            or (not letters_only and (self.text[self.at].isalnum() or self.text[self.at] in "-."))
        ):
            self.at += 1
        word = self.text[start : self.at]
        self._blank()
        return word

    def _sign(self, opened: int) -> str:
        sign = self.text[self.at : self.at + 1]
        if sign not in {"}", ","} or not sign:
            raise BadMessage(mark("a brace is not closed, or a variable's name has signs that it may not have"), opened)
        self.at += 1
        return sign

    def _take(self, sign: str) -> bool:
        if self.text[self.at : self.at + 1] == sign:
            self.at += 1
            return True
        return False

    def _blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

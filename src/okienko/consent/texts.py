"""The texts that come with okienko, as a brand publishes them. Pure.

What is published is what is shown, word for word: names and periods are filled in before. A brand that is renamed, or
keeps conversations for longer, so publishes another version.

A brand may word a text itself. What the law or okienko promises stays in it, sentence by sentence (`find_missing`):
nobody can empty the notice, or take the person out of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Final

from okienko.values import Brand, Language
from okienko.web.i18n import Words, mark, words

NOTICE: Final = "ai.notice"
CONSENT: Final = "chat.consent.us"

Written = Mapping[tuple[str, Language], str]
"""Texts by kind and language."""

LONGEST: Final = 2_000  # characters of a brand's own wording
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    NOTICE: (),
    "chat.notice": ("brand", "period"),
    CONSENT: ("brand",),
    "chat.refuse": (),
}
"""Each text with the places that are filled in when it is published: `{brand}`, `{period}`. All of them stay in it."""
STAYS: Final[Mapping[str, tuple[str, ...]]] = {
    NOTICE: (mark("This is a program (a bot), not a person."), mark("You can ask for a person at any time.")),
    "chat.notice": (mark("We do not use it to train AI."),),
    CONSENT: (mark("Nothing you typed has been sent yet."),),
    "chat.refuse": (mark("Use the form, and a person will answer you."),),
}
"""The sentences that a brand's own wording of a text keeps: bans that no brand can lift, and the way to a person."""


def write_notice(speak: Words) -> str:
    """Said before the bot's first word."""
    return speak.gettext(
        "This is a program (a bot), not a person. It can be wrong. You can ask for a person at any time."
    )


def write_texts(brand: Brand, own: Written) -> Written:
    """The bodies that a brand has now, in each of its languages; the AI notice in both, whatever they are.

    `own`: the brand's own wordings, where it has some.
    """
    written = dict(_write(brand.languages, brand.name, _period(brand)))
    for (kind, language), wording in own.items():
        if (kind, language) in written:
            written[kind, language] = fill(wording, brand, language)
    return written


def write_wordings(brand: Brand) -> Written:
    """The same as they come with okienko, with the places that are filled in: what somebody begins to edit."""
    return _write(brand.languages, "{brand}", dict.fromkeys(brand.languages, "{period}"))


def fill(wording: str, brand: Brand, language: Language) -> str:
    """A wording as it is published."""
    return wording.replace("{brand}", brand.name).replace("{period}", _period(brand)[language])


def find_missing(kind: str, language: Language, wording: str) -> Sequence[str]:
    """The sentences and places that a wording has to have and has not, in its language. Empty: it may be published."""
    said = " ".join(wording.split()).casefold()
    stays = [words(language).gettext(sentence) for sentence in STAYS[kind]]
    places = [f"{{{place}}}" for place in PLACES[kind]]
    return [one for one in (*stays, *places) if one.casefold() not in said]


def find_unknown(kind: str, wording: str) -> Sequence[str]:
    """Places in braces that nobody would fill in. A single brace counts as one, too."""
    try:
        names = [name for _, name, _, _ in Formatter().parse(wording) if name is not None]
    except ValueError:
        return ["{"]
    return [f"{{{name}}}" for name in names if name not in PLACES[kind]]


def _period(brand: Brand) -> Mapping[Language, str]:
    return {
        language: words(language).ngettext("%(n)s month", "%(n)s months", brand.keep_months)
        for language in brand.languages
    }


def _write(languages: Sequence[Language], name: str, periods: Mapping[Language, str]) -> Written:
    written: dict[tuple[str, Language], str] = {}
    for language in languages:
        speak = words(language)
        written["chat.notice", language] = speak.gettext(
            "%(brand)s runs this chat. We keep it to handle your case for %(period)s. We do not use it to train AI. "
            "Do not type passwords or health data.",
            brand=name,
            period=periods[language],
        )
        written["chat.consent.us", language] = speak.gettext(
            "By choosing “Agree”, you let %(brand)s, and the providers that work only for %(brand)s, process and "
            "record this chat, also with AI. Nothing you typed has been sent yet.",
            brand=name,
        )
        written["chat.refuse", language] = speak.gettext(
            "That is fine. Use the form, and a person will answer you. What you typed in the chat has not been sent."
        )
    for language in ("pl", "en"):
        written["ai.notice", language] = write_notice(words(language))
    return written

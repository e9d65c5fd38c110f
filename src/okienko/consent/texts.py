"""The texts that come with okienko, as a brand publishes them. Pure.

What is published is what is shown, word for word: names and periods are filled in before. A brand that is renamed, or
keeps conversations for longer, so publishes another version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from okienko.values import Brand, Language
from okienko.web.i18n import Words, words

NOTICE: Final = "ai.notice"
CONSENT: Final = "chat.consent.us"


def write_notice(speak: Words) -> str:
    """Said before the bot's first word. Not a brand's to change."""
    return speak.gettext(
        "This is a program (a bot), not a person. It can be wrong. You can ask for a person at any time."
    )


def write_texts(brand: Brand) -> Mapping[tuple[str, Language], str]:
    """The bodies that a brand has now, in each of its languages; the AI notice in both, whatever they are."""
    written: dict[tuple[str, Language], str] = {}
    for language in brand.languages:
        speak = words(language)
        period = speak.ngettext("%(n)s month", "%(n)s months", brand.keep_months)
        written["chat.notice", language] = speak.gettext(
            "%(brand)s runs this chat. We keep it to handle your case for %(period)s. We do not use it to train AI. "
            "Do not type passwords or health data.",
            brand=brand.name,
            period=period,
        )
        written["chat.consent.us", language] = speak.gettext(
            "By choosing “Agree”, you let %(brand)s, and the providers that work only for %(brand)s, process and "
            "record this chat, also with AI. Nothing you typed has been sent yet.",
            brand=brand.name,
        )
        written["chat.refuse", language] = speak.gettext(
            "That is fine. Use the form, and a person will answer you. What you typed in the chat has not been sent."
        )
    for language in ("pl", "en"):
        written["ai.notice", language] = write_notice(words(language))
    return written

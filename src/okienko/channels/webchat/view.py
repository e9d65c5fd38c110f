"""A conversation in the words of its customer's window: as values for the stream, and as a text to keep. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from okienko.attachments.kinds import FileType
from okienko.attachments.lines import drop_lines
from okienko.channels.choices import name_choices
from okienko.conversations.store.threads import Visible, VisibleMessage
from okienko.values import Author, Brand, Citation, Kind, Language, MessageId
from okienko.web.i18n import Words

_MARKS: Final[Mapping[Language, str]] = {"pl": "„”", "en": "“”"}


def article_address(brand: Brand, citation: Citation) -> str:
    """Where a quoted article can be read."""
    return f"/help/{brand.slug}/{citation.language}/articles/{citation.article}"


def show_state(visible: Visible) -> dict[str, Any]:
    """Who answers and what is going on."""
    return {
        "reference": visible.reference,
        "holder": visible.holder.value,
        "agent": visible.agent,
        "closed": visible.closed,
        "searching": visible.searching,
        "contact": visible.contact,
        "people_only": visible.people_only,
        "consent": visible.consent,
    }


def show_message(
    message: VisibleMessage,
    *,
    clear: Mapping[MessageId, str],
    brand: Brand,
    words: Words,
    categories: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """One message, ready to be drawn. A quick reply whose `name` is None is not a button (`contact`, `code`: forms).

    `clear`: agents' messages as their customer reads them, where that is not how they are stored.
    """
    named = name_choices(
        message.choices, labels=message.labels, citations=message.citations, categories=categories, words=words
    )
    return {
        "id": str(message.id),
        "author": message.author.value,
        "kind": message.kind.value,
        "ai_generated": message.author is Author.BOT,
        "generator": message.generator,
        "name": message.name,
        "text": drop_lines(clear.get(message.id, message.text.text), len(message.attachments)),
        "attachments": [
            {"name": family_name(one.type, words), "size": words.size(one.size)} for one in message.attachments
        ],
        "at": message.at.isoformat(),
        "time": words.moment(message.at, brand.timezone, now=now),
        "choices": [{"slug": slug, "name": name} for slug, name in named],
        "citations": [
            {
                "title": citation.title,
                "quote": citation.quote,
                "best": citation.parts[1],
                "language": citation.language,
                "address": article_address(brand, citation),
                "date": words.date(citation.published, brand.timezone, today=now.date()),
                "version": citation.version,
            }
            for citation in message.citations
        ],
        "helped": message.helped,
    }


def family_name(type_: FileType, words: Words) -> str:
    """What a file is called in the window."""
    names = {"image": words.gettext("Image"), "pdf": words.gettext("PDF document"), "text": words.gettext("Text file")}
    return names[type_.family]


def only_new(visible: Visible, shown: Collection[object]) -> tuple[VisibleMessage, ...]:
    """The messages that a stream has not shown yet."""
    return tuple(message for message in visible.messages if message.id not in shown)


def transcript(visible: Visible, *, clear: Mapping[MessageId, str], brand: Brand, words: Words, now: datetime) -> str:
    """The conversation as plain text, in the order in which it was had. `clear` as for `show_message`."""
    title = words.gettext("conversation %(reference)s", reference=visible.reference)
    saved = words.gettext("Saved on %(moment)s", moment=_moment(now, brand, words))
    lines = [f"{brand.name} · {title}", saved, ""]
    for message in visible.messages:
        lines += [
            f"{_speaker(message, words)} · {_moment(message.at, brand, words)}",
            *([clear[message.id]] if message.id in clear else _said(message, brand, words)),
            "",
        ]
    return "\n".join(lines)


def _moment(moment: datetime, brand: Brand, words: Words) -> str:
    return f"{words.date(moment, brand.timezone)}, {words.time(moment, brand.timezone)}"


def _speaker(message: VisibleMessage, words: Words) -> str:
    if message.author is Author.CUSTOMER:
        return words.gettext("You")
    if message.author is Author.BOT:
        return words.gettext("Bot")
    if message.author is Author.AGENT:
        return message.name or words.gettext("Agent")
    return words.gettext("Information")


def _said(message: VisibleMessage, brand: Brand, words: Words) -> list[str]:
    if message.kind is Kind.UNREADABLE:
        return [words.gettext("This message could not be read. Please send it once more.")]
    if message.kind is Kind.CLARIFY:
        return [message.text.text, *(f"– {citation.title}" for citation in message.citations)]
    lines = (
        []
        if message.citations and all(c.quote in message.text.text for c in message.citations)
        else [message.text.text]
    )
    for citation in message.citations:
        source = words.gettext(
            "as of %(date)s, version %(version)s",
            date=words.date(citation.published, brand.timezone),
            version=citation.version,
        )
        opening, closing = _MARKS[citation.language]
        lines += [
            f"{opening}{citation.quote}{closing}",
            f"{citation.title}, {source}, {article_address(brand, citation)}",
        ]
    return lines

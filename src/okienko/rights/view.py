"""A person's copy of their data as a page that opens without any server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from okienko.rights.package import Copy
from okienko.values import Language
from okienko.web.i18n import mark, words
from okienko.web.templates import environment

TITLES: Final = {
    "person": mark("You"),
    "identity": mark("How you can be reached"),
    "conversation": mark("Conversations"),
    "message": mark("Messages"),
    "vault_item": mark("Values that were taken out of messages"),
    "vault_form": mark("Values as they were written to you"),
    "vault_reveal": mark("Who opened a value"),
    "attachment": mark("Files"),
    "attachment_view": mark("Who opened a file"),
    "citation": mark("Articles that answers quote"),
    "answer_feedback": mark("Your ratings"),
    "rights_request": mark("Your requests about your data"),
}
AUTHORS: Final = {
    "customer": mark("You"),
    "bot": mark("Program (bot)"),
    "agent": mark("Employee"),
    "system": mark("System"),
    "note": mark("Employee’s note"),
}


def render_html(copy: Copy) -> bytes:
    """`index.html` of the package: conversations as they went, then everything else, table by table."""
    by_conversation: dict[str, list[Mapping[str, Any]]] = {}
    for message in sorted(copy.rows("message"), key=lambda row: str(row["id"])):
        by_conversation.setdefault(message["conversation_id"], []).append(message)
    text = (
        environment(copy.language)
        .get_template("rights/export.html")
        .render(
            copy=copy,
            conversations=sorted(copy.rows("conversation"), key=lambda row: str(row["created_at"])),
            messages=by_conversation,
            others=[table for table in copy.tables if table.rows and table.name not in {"conversation", "message"}],
            titles=_translate(TITLES, copy.language),
            authors=_translate(AUTHORS, copy.language),
        )
    )
    return text.encode()


def _translate(texts: Mapping[str, str], language: Language) -> dict[str, str]:
    spoken = words(language)
    return {name: spoken.gettext(text) for name, text in texts.items()}

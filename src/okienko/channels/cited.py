"""A message as plain text for channels that show nothing else: its words, what it quotes, its choices. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from okienko.values import SCENARIO, Choice, Citation, Kind, Outgoing
from okienko.web.i18n import words


def write(outgoing: Outgoing) -> str:
    """The words, and below them each quote with the article's title and, where its address is known, a link."""
    parts = [outgoing.text.strip(), *(_cite(outgoing, citation) for citation in quoted(outgoing))]
    return "\n\n".join(part for part in parts if part)


def quoted(outgoing: Outgoing) -> Sequence[Citation]:
    """What a message quotes; articles that are only offered to be picked from are among its choices."""
    if outgoing.kind is Kind.CLARIFY:
        return ()
    return [citation for citation in outgoing.citations if not citation.article.startswith(SCENARIO)]


def link(outgoing: Outgoing, citation: Citation) -> str | None:
    """Where a quoted article can be read; None where nobody has said under which address we are."""
    return f"{outgoing.help}/{citation.language}/articles/{citation.article}" if outgoing.help else None


def _cite(outgoing: Outgoing, citation: Citation) -> str:
    quote = "" if citation.quote in outgoing.text else words(citation.language).quote(citation.quote)
    source = words(outgoing.language).gettext("Source: %(title)s", title=citation.title)
    return "\n".join(part for part in (quote, source, link(outgoing, citation)) if part)


def number(text: str, choices: Sequence[Choice]) -> str:
    """The words, and below them the choices by number."""
    lines = [f"{place}. {choice.label}" for place, choice in enumerate(choices, start=1)]
    return "\n".join([text, "", *lines] if text else lines)

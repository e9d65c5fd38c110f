"""An article's Markdown as HTML that is safe to show, with an anchor at every heading. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS: Final = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "strong", "em", "code", "pre", "blockquote", "a"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "ol": {"start"},
    "table": {"tabindex"},
    **{f"h{n}": {"id"} for n in range(2, 7)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of the second level, for the list of contents."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What an article's page shows below its title."""

    html: Markup
    headings: tuple[Heading, ...]


def anchor_for(text: str) -> str:
    """`Żółty ekran: co robić?` → `zolty-ekran-co-robic`."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-") or "part"


def find_links(markdown: str) -> tuple[str, ...]:
    """Where an article leads on the internet, each address once and without what stands behind its `#`."""
    found: dict[str, None] = {}
    for token in _MARKDOWN.parse(markdown):
        for child in token.children or ():
            address = str(child.attrGet("href") or "")
            if child.type == "link_open" and address.startswith(("http://", "https://")):
                found.setdefault(address.split("#", maxsplit=1)[0])
    return tuple(found)


def render_body(markdown: str) -> Body:
    """Raw HTML shows as text, images are left out, links are http(s), mail or within the site.

    A heading of the first level becomes one of the second: the first is the title's.
    """
    tokens = _MARKDOWN.parse(markdown)
    headings: list[Heading] = []
    taken: set[str] = set()
    for token, inline in pairwise(tokens):
        if token.type == "table_open":
            token.attrSet("tabindex", "0")  # a wide one scrolls sideways, also by keyboard
        if token.type in {"heading_open", "heading_close"} and token.tag == "h1":
            token.tag = "h2"
        if token.type != "heading_open":
            continue
        text = "".join(child.content for child in inline.children or ())
        anchor, n = anchor_for(text), 2
        while anchor in taken:
            anchor, n = f"{anchor_for(text)}-{n}", n + 1
        taken.add(anchor)
        token.attrSet("id", anchor)
        if token.tag == "h2":
            headings.append(Heading(anchor=anchor, text=text))
    html = nh3.clean(
        _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return Body(html=Markup(html), headings=tuple(headings))  # noqa: S704 - nh3 has cleaned it

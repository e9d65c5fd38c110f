"""A letter's HTML as the text that somebody reads of it. Pure; the parser is Python's own."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

MOST: Final = 400_000  # characters that are looked at
_UNSEEN: Final = frozenset({"style", "script", "head", "title", "template", "noscript", "svg"})
_BLOCKS: Final = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "pre", "hr", "dl"}
)
_QUOTES: Final = frozenset({"blockquote"})
_VOID: Final = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "wbr", "base", "area"})
_SPACES: Final = re.compile(r"[ \t\r\f\v\n\u00a0]+")
_EMPTY: Final = re.compile(r"\n(?:[> ]*\n){2,}")


class _Reader(HTMLParser):
    """Collects what is seen; what is quoted gets a `>` in front of each line, as in plain letters."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.hidden: list[str] = []
        self.quoted = 0
        self.plain = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag in {"br", "hr"}:
                self._break()
            return
        if self.hidden or tag in _UNSEEN:
            self.hidden.append(tag)
            return
        if tag in _QUOTES:
            self._break_block()
            self.quoted += 1
        elif tag in _BLOCKS:
            self._break_block()
        elif tag == "li":
            self._break_block()
            self._add("- ")
        self.plain += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            if tag in self.hidden:  # tags that nobody has closed inside it end with it
                while self.hidden.pop() != tag:
                    pass
            return
        if tag in _QUOTES:
            self._break_block()
            self.quoted = max(0, self.quoted - 1)
        elif tag in _BLOCKS or tag == "li":
            self._break_block()
        elif tag in {"td", "th"}:
            self._add(" ")
        if tag == "pre":
            self.plain = max(0, self.plain - 1)

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.plain:
            first, *rest = data.split("\n")
            self._add(first)
            for line in rest:
                self._break()
                self._add(line)
        else:
            self._add(_SPACES.sub(" ", data))

    def _add(self, text: str) -> None:
        if not self.lines[-1] and not self.plain:
            text = text.lstrip(" ")
        if text:
            self.lines[-1] += text if self.lines[-1] else "> " * min(self.quoted, 5) + text

    def _break(self) -> None:
        self.lines.append("")

    def _break_block(self) -> None:
        if self.lines[-1].strip("> "):
            self._break()


def read_markup(html: str) -> str:
    """The text of an HTML letter. Never raises: what is broken is read as far as it goes."""
    reader = _Reader()
    reader.feed(html[:MOST])
    reader.close()
    text = "\n".join(line.rstrip() for line in reader.lines)
    return _EMPTY.sub("\n\n", text).strip()

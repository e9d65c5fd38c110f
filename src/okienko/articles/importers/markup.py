"""HTML as our Markdown, and pages of HTML as articles. Pure: names and bytes in, drafts out.

nh3 reads what browsers would read and leaves out what no article has; what is left is well-formed, so that the little
reader here can be plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urljoin, urlsplit

import nh3

from okienko.articles.drafts import Defaults, Draft, Field, Problem, accept, make_draft, make_slug

_BLOCKS: Final = frozenset(
    {
        *("article", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
        *("details", "summary", "header", "footer", "address", "caption"),
    }
)
_INLINE: Final = frozenset({"a", "b", "strong", "em", "i", "code", "kbd", "samp", "br", "span"})
_VOID: Final = frozenset({"br", "hr"})
_NEVER: Final = frozenset(
    {
        *("script", "style", "noscript", "template", "nav", "aside", "form", "button", "select", "textarea", "svg"),
        *("iframe", "object", "dialog", "menu", "video", "audio", "canvas", "title"),
    }
)
_AROUND: Final = frozenset({"header", "footer"})  # of a page, where nothing says what its main part is
_SPACES: Final = re.compile(r"[ \t\r\n\f\u00a0\u200b]+")
_MARKS: Final = re.compile(r"([\\`*\[\]<])|(?<!\w)_|_(?!\w)")
_BEGINS: Final = re.compile(r"^(#{1,6}|[-+>])(?=\s)")
_CHARSET: Final = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{2,40})", re.IGNORECASE)
_MARKED: Final = 4096  # bytes within which a page says its encoding
_MOST_HEADINGS: Final = 6


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: Mapping[str, str]
    children: list[_Node | str] = field(default_factory=list["_Node | str"])

    def find(self, tag: str) -> Iterator[_Node]:
        for child in self.children:
            if isinstance(child, _Node):
                if child.tag == tag:
                    yield child
                yield from child.find(tag)

    @property
    def words(self) -> str:
        return "".join(child if isinstance(child, str) else child.words for child in self.children)


class _Tree(HTMLParser):
    """Well-formed HTML as nodes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


class _Head(HTMLParser):
    """What a page says of itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.description = ""
        self.language = ""
        self.hidden = False  # it asks not to be found
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "meta" and given.get("name", "").lower() == "description":
            self.description = given.get("content", "")
        elif tag == "meta" and given.get("name", "").lower() == "robots":
            self.hidden = "noindex" in given.get("content", "").lower()

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def read_pages(files: Iterable[tuple[str, bytes]], defaults: Defaults) -> tuple[Draft, ...]:
    """One article a page, given as the name of its file or as its address, and its content.

    The title is the first heading, else the page's title; the text is the page's main part. A page in a folder belongs
    to the category of that name; one that was fetched, to the default one. Pages that say `noindex` are left out.
    Raises `ImportRefused` with every problem of every page.
    """
    problems: list[Problem] = []
    found: list[tuple[Draft, str, int]] = []
    for file, content in files:
        draft = _read_page(file, content, defaults, problems)
        if draft is not None:
            found.append((draft, file, 1))
    return accept(found, problems)


def _read_page(file: str, content: bytes, defaults: Defaults, problems: list[Problem]) -> Draft | None:
    before = len(problems)
    text = _decode(content)
    if text is None:
        fix = 'Save it as UTF-8, or say the encoding with <meta charset="…">'
        problems.append(Problem(file=file, line=1, what="the encoding of the page is not known", fix=fix))
        return None
    head = _Head()
    head.feed(text)
    if head.hidden:
        return None
    address = file if "://" in file else ""
    try:
        title, body = convert(text, base=address)
    except RecursionError:
        fix = "Import it as Markdown"
        problems.append(Problem(file=file, line=1, what="the page is nested too deeply", fix=fix))
        return None
    folder = "" if address else PurePosixPath(file).parent.name
    fields = {
        "id": _name(file),
        "title": title or head.title,
        "description": head.description,
        "body": body,
        "category": folder if make_slug(folder) else "",
        "language": _language(head.language),
    }
    draft = make_draft(
        {name: Field(text=value, line=1) for name, value in fields.items() if value},
        defaults,
        file=file,
        line=1,
        problems=problems,
    )
    return draft if len(problems) == before else None


def convert(html: str, *, base: str = "") -> tuple[str, str]:
    """(the first heading of the first level, the rest as Markdown). `base`: where relative links lead from.

    Scripts, forms, navigation and pictures are left out; links that lead nowhere are their words.
    """
    root = _parse(html, _NEVER)
    parts = [*root.find("main")] or [*root.find("article")]
    main = parts[0] if parts and parts[0].words.strip() else _parse(html, _NEVER | _AROUND)
    title = ""
    heading = next((node for node in main.find("h1") if node.words.strip()), None)
    if heading is not None:
        title = _SPACES.sub(" ", heading.words).strip()
        heading.children.clear()
    return title, "\n\n".join(_blocks(main, base)).strip()


def _parse(html: str, without: frozenset[str]) -> _Node:
    clean = nh3.clean(
        html,
        tags=set(_BLOCKS | _INLINE) - without,
        clean_content_tags=set(without),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    tree = _Tree()
    tree.feed(clean)
    tree.close()
    return tree.root


def _decode(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    said = _CHARSET.search(content[:_MARKED])
    for name in (said[1].decode("ascii") if said else "utf-8", "utf-8-sig"):
        try:
            return content.decode(name).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError):
            continue
    return None


def _name(file: str) -> str:
    """`zwroty/kaucja.html` → kaucja; `zwroty/index.html` → zwroty; of an address, its whole path."""
    if "://" in file:
        path = urlsplit(file).path.strip("/")
        return re.sub(r"(/index)?\.\w{2,5}$", "", path) or "index"
    path = PurePosixPath(file)
    return path.parent.name if path.stem.lower() == "index" and path.parent.name else path.stem


def _language(said: str) -> str:
    """A page in a language that we do not speak is taken for one in the default language: `lang` is often wrong."""
    return said if said.lower().startswith(("pl", "en")) else ""


# Markdown ------------------------------------------------------------------------------------------------------------


def _blocks(node: _Node, base: str) -> list[str]:
    """The blocks of a node's children, to be parted by blank lines."""
    blocks: list[str] = []
    run: list[_Node | str] = []

    def flush() -> None:
        text = _line("".join(_inline(one, base) for one in run))
        run.clear()
        if text:
            blocks.append(_BEGINS.sub(r"\\\1", text) if not text.startswith("-") else "–" + text[1:])

    for child in node.children:
        if isinstance(child, str) or child.tag not in _BLOCKS:
            run.append(child)
            continue
        flush()
        blocks += _block(child, base)
    flush()
    return blocks


def _block(node: _Node, base: str) -> list[str]:
    match node.tag:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            text = _line("".join(_inline(child, base) for child in node.children)).replace("\n", " ")
            return ["#" * min(max(int(node.tag[1]), 2), _MOST_HEADINGS) + " " + text] if text else []
        case "summary":
            text = _line("".join(_inline(child, base) for child in node.children)).replace("\n", " ")
            return [f"### {text}"] if text else []
        case "dt":
            text = _line("".join(_inline(child, base) for child in node.children)).replace("\n", " ")
            return [f"**{text}**"] if text else []
        case "ul" | "ol":
            return ["\n".join(_items(node, base))] if any(_items(node, base)) else []
        case "blockquote":
            inside = "\n\n".join(_blocks(node, base))
            return ["\n".join(f"> {line}".rstrip() for line in inside.split("\n"))] if inside else []
        case "pre":
            code = node.words.strip("\n")
            fence = "```" if "```" not in code else "~~~~"
            return [f"{fence}\n{code}\n{fence}"] if code.strip() else []
        case "table":
            return _table(node, base)
        case "hr":
            return ["---"]
        case _:
            return _blocks(node, base)


def _items(node: _Node, base: str) -> Iterator[str]:
    number = int(node.attributes.get("start", "1")) if node.attributes.get("start", "1").isdecimal() else 1
    for child in node.children:
        if isinstance(child, str) or not child.words.strip():
            continue
        mark = f"{number}. " if node.tag == "ol" else "- "
        inside = _blocks(child, base) if child.tag == "li" else _block(child, base)
        # A list that goes on elsewhere than at 1 needs a blank line before it, and blocks of other kinds do, too.
        tight = all(at == 0 or block.startswith(("- ", "1. ")) for at, block in enumerate(inside))
        lines = ("\n" if tight else "\n\n").join(inside).split("\n")
        indent = " " * len(mark)
        yield mark + "\n".join(line if at == 0 or not line else indent + line for at, line in enumerate(lines))
        number += 1


def _table(node: _Node, base: str) -> list[str]:
    """A table with one line a row; what stands in a cell becomes one line."""
    rows = [
        [
            _line("".join(_inline(one, base) for one in cell.children)).replace("\n", " ").replace("|", "\\|")
            for cell in row.children
            if isinstance(cell, _Node) and cell.tag in {"td", "th"}
        ]
        for row in node.find("tr")
    ]
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    width = max(map(len, rows))
    if width == 1:
        return [row[0] for row in rows]
    filled = [row + [""] * (width - len(row)) for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in filled]
    return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]


def _inline(node: _Node | str, base: str) -> str:
    if isinstance(node, str):
        return _MARKS.sub(lambda mark: "\\" + mark[0], _SPACES.sub(" ", node))
    inside = "".join(_inline(child, base) for child in node.children)
    bare = inside.strip()
    if node.tag == "br":
        return "\n"
    if not bare:
        return " " if inside else ""
    left, right = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
    match node.tag:
        case "b" | "strong":
            return f"{left}**{bare}**{right}"
        case "em" | "i":
            return f"{left}*{bare}*{right}"
        case "code" | "kbd" | "samp":
            words = _SPACES.sub(" ", node.words).strip()
            return f"{left}`{words}`{right}" if "`" not in words else inside
        case "a":
            address = _address(node.attributes.get("href", ""), base)
            return f"{left}[{bare}]({address}){right}" if address else inside
        case tag if tag in _BLOCKS:
            return f" {inside} "
        case _:
            return inside


def _address(href: str, base: str) -> str:
    """Where a link leads; nothing when that cannot be said, or is another place of the same page."""
    href = href.strip().replace(" ", "%20")
    if not href or href.startswith("#"):
        return ""
    try:
        address = urljoin(base, href) if base else href
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    if scheme not in {"http", "https", "mailto", "tel"} or re.search(r"[\s<>]", address):
        return ""
    return address.replace("(", "%28").replace(")", "%29")


def _line(text: str) -> str:
    """Words without surplus spaces; a line end stays where the page has one."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)

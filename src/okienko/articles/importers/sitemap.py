"""What a sitemap lists and what a site's robots.txt lets us read. Pure; `okienko.sources` fetches.

Formats: https://www.sitemaps.org/protocol.html and RFC 9309. A sitemap is XML of one shape; its addresses are read
without an XML parser, so that nothing in it can be made to grow.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urldefrag, urlsplit
from urllib.robotparser import RobotFileParser

AGENT: Final = "okienko"
_LOCATION: Final = re.compile(r"<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</(?:\w+:)?loc>")
_IMAGE: Final = re.compile(r"<(image|video|news):\w+[^>]*>.*?</\1:\w+>", re.DOTALL)
_GZIP: Final = b"\x1f\x8b"
_LONGEST_DELAY: Final = 10.0  # seconds; a site that asks for more is asked to allow us by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """The addresses of a sitemap: of pages, or of further sitemaps."""

    addresses: tuple[str, ...]
    of_sitemaps: bool


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site lets us read."""

    rules: RobotFileParser

    def allow(self, address: str) -> bool:
        """Whether we may fetch it."""
        return self.rules.can_fetch(AGENT, address)

    @property
    def delay(self) -> float:
        """Seconds that the site wants between two requests; at most ten."""
        asked = self.rules.crawl_delay(AGENT)
        return min(float(asked), _LONGEST_DELAY) if asked else 0.0


def read_robots(status: int, content: bytes) -> Robots:
    """What robots.txt says; a site that has none allows all, one that is in trouble nothing (RFC 9309, 2.3.1)."""
    rules = RobotFileParser()
    if 200 <= status < 300:
        rules.parse(content.decode("utf-8", errors="replace").splitlines())
    elif 400 <= status < 500:
        rules.parse([])
    else:
        rules.parse(["User-agent: *", "Disallow: /"])
    return Robots(rules)


def read_sitemap(content: bytes, *, most_bytes: int) -> Sitemap | None:
    """The addresses of a sitemap, packed or not; None when it is none, or larger than `most_bytes`."""
    if content.startswith(_GZIP):
        unpacked = _unpack(content, most_bytes)
        if unpacked is None:
            return None
        content = unpacked
    text = content.decode("utf-8", errors="replace")
    of_sitemaps = "<sitemapindex" in text
    if not of_sitemaps and "<urlset" not in text:
        return None
    addresses = [unescape(found) for found in _LOCATION.findall(_IMAGE.sub("", text))]
    return Sitemap(addresses=tuple(dict.fromkeys(urldefrag(one)[0] for one in addresses)), of_sitemaps=of_sitemaps)


def of_site(addresses: Sequence[str], site: str) -> tuple[str, ...]:
    """The addresses on the same host by the same scheme and port; a site cannot send us elsewhere."""
    own = _origin(site)
    return tuple(address for address in addresses if _origin(address) == own)


def _origin(address: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname.lower(), port


def _unpack(content: bytes, most_bytes: int) -> bytes | None:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(content, most_bytes)
    except zlib.error:
        return None
    return unpacked if unpacker.eof else None

"""A source's settings as somebody writes them at the desk. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from okienko.articles.drafts import Defaults, make_slug
from okienko.values import Brand, Language
from okienko.web.i18n import mark

LONGEST: Final = 2_000  # characters of an address
MOST_HOURS: Final = 8_760
USUAL: Final = (1, 6, 24, 168)  # hours that are offered

Field = Literal["location", "category", "every"]
RULES: Final[Mapping[Field | Literal["taken"], str]] = {
    "location": mark("Write the address of a sitemap, such as https://shop.example/sitemap.xml#/help/."),
    "taken": mark("This address is a source of the brand already."),
    "category": mark("Choose a category, or write one of at most 63 characters."),
    "every": mark("Choose how often it is read, from every hour to once a year."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be read, and how often."""

    location: str
    defaults: Defaults
    every_hours: int


def is_address(location: str) -> bool:
    """Whether a source is a sitemap on the internet, not a path on the worker's machine."""
    return location.startswith(("http://", "https://"))


def check(form: Mapping[str, str], brand: Brand, *, path: str | None = None) -> Wanted | frozenset[Field]:
    """The settings, or the fields that are wrong.

    The desk names addresses alone: which files of the machine are read is its operator's business. The `path` of a
    source that was added on the command line stays.
    """
    wrong: set[Field] = set()
    location = path or form.get("location", "").strip()
    if path is None and not _is_whole(location):
        wrong.add("location")
    category = make_slug(form.get("category", ""))
    if not 0 < len(category) <= 63:
        wrong.add("category")
    spoken: dict[str, Language] = {one: one for one in brand.languages}
    language = spoken.get(form.get("language", ""), brand.language)
    every = form.get("every", "")
    hours = int(every) if every.isascii() and every.isdecimal() and len(every) < 6 else 0
    if not 1 <= hours <= MOST_HOURS:
        wrong.add("every")
    if wrong:
        return frozenset(wrong)
    return Wanted(location=location, defaults=Defaults(category=category, language=language), every_hours=hours)


def _is_whole(location: str) -> bool:
    if len(location) > LONGEST or not location.isprintable() or " " in location:
        return False
    try:
        parts = urlsplit(location)
        return is_address(location) and bool(parts.hostname) and parts.username is None and parts.password is None
    except ValueError:
        return False

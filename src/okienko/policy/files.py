"""The policy files that come with okienko, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from okienko.policy.book import Book, read_book
from okienko.policy.rules import Ban


@cache
def read_own_book() -> Book:
    """The policies of this okienko. Raises `PolicyRefused` when somebody has spoilt a file."""
    folder = files("okienko.policy")
    return read_book({path.name: path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".toml")})


@cache
def list_improvable() -> tuple[str, ...]:
    """The places where what people wrote may make the bot better, for `may_improve` in SQL. Never the strictest."""
    book = read_own_book()
    banned = {
        place
        for place in book.places
        if any(isinstance(rule, Ban) and rule.value for rule in book.policies[place].rules.get("ban.improvement", ()))
    }
    return tuple(place for place in book.places if place not in banned)

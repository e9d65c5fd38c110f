"""The policy files that come with okienko, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from okienko.policy.book import Book, read_book


@cache
def read_own_book() -> Book:
    """The policies of this okienko. Raises `PolicyRefused` when somebody has spoilt a file."""
    folder = files("okienko.policy")
    return read_book({path.name: path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".toml")})

"""Small scenarios for the tests of this folder."""

from __future__ import annotations

from textwrap import dedent, indent

HEAD = """\
scenario: test
name: {pl: Próba, en: A test}
triggers: {button: true}
steps:
"""


def file(steps: str, *, head: str = HEAD, tail: str = "") -> str:
    """A scenario's file with these steps, which begin at its fifth line."""
    return head + indent(dedent(steps).strip("\n"), "  ") + "\n" + dedent(tail)

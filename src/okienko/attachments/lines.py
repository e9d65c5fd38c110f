"""How attachments stand in a message's text: after the words, a line for each, such as `[attachment: image]`.

So whatever reads texts alone (a search, an export, a model) knows that something was attached, and what kind of thing.
"""

from __future__ import annotations

from collections.abc import Sequence

from okienko.values import MaskedText


def add_lines(words: MaskedText, lines: Sequence[str]) -> MaskedText:
    """The words, if any, and the lines."""
    return MaskedText("\n".join([*([words.text] if words.text.strip() else []), *lines]))


def drop_lines(text: str, count: int) -> str:
    """The words of a text that has so many lines: for those who are shown the attachments themselves."""
    return "\n".join(text.split("\n")[:-count]) if count else text

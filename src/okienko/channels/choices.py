"""What the choices below a message are called, in the window and in every other channel. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from okienko.values import ARTICLE, Citation
from okienko.web.i18n import Words

PERSON: Final = "person"  # a quick reply that is no category: the button for a person
SKIP: Final = "skip"  # another: on to a person without a code


def name_choices(
    choices: Sequence[str],
    *,
    labels: Sequence[str],
    citations: Sequence[Citation],
    categories: Mapping[str, str],
    words: Words,
) -> list[tuple[str, str | None]]:
    """Each choice and what it is called. One without a name is no button (`contact`, `code`: forms of the window).

    `labels` are what the first of the choices are called, where nothing else says so.
    """
    names = {
        **categories,
        **{ARTICLE + citation.article: citation.title for citation in citations},
        **dict(zip(choices, labels, strict=False)),
        PERSON: words.gettext("Talk to a person"),
        SKIP: words.gettext("Go on without a code"),
    }
    return [(choice, names.get(choice)) for choice in choices]

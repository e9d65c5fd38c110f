"""What a source says now against what is published: what to import, what is in conflict, what has vanished. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

import orjson

from okienko.articles.drafts import Draft
from okienko.values import Language

RUNS_UNTIL_GONE: Final = 2  # so often an article must be missing before it is unpublished: sites have bad days

Key = tuple[str, Language]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An article as it is."""

    version: int
    withdrawn: bool
    by_import: bool  # nobody at the desk has touched it last


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of an article that came from a source."""

    version: int  # that the source made last; another one that is published was made at the desk
    digest: bytes  # of what the source said last
    missed: int = 0  # runs in a row that did not find it


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do."""

    imports: tuple[Draft, ...]  # to publish, and to remember as this source's
    conflicts: tuple[Draft, ...]  # to keep beside what the desk has published
    seen: tuple[Key, ...]  # found as before
    missed: Mapping[Key, int]  # not found: how often now
    withdraw: tuple[Key, ...]
    taken: tuple[Draft, ...]  # another source has this article: left alone


def digest(draft: Draft) -> bytes:
    """Of all that a source says of an article."""
    said = (
        *(draft.title, draft.description, draft.body, draft.category, draft.category_name, draft.owner),
        str(draft.review_on),
        [question.text for question in draft.questions],
    )
    return sha256(orjson.dumps(said)).digest()


def compare(
    drafts: Sequence[Draft],
    published: Mapping[Key, Published],
    origins: Mapping[Key, Origin],
    *,
    others: frozenset[Key] = frozenset(),
) -> Step:
    """`origins`: of this source; `others`: articles of other sources.

    What was edited or withdrawn at the desk since the source said it last is never overwritten and never unpublished.
    """
    imports: list[Draft] = []
    conflicts: list[Draft] = []
    seen: list[Key] = []
    taken: list[Draft] = []
    for draft in drafts:
        key = (draft.id, draft.language)
        match _judge(draft, published.get(key), origins.get(key), of_another=key in others):
            case "import":
                imports.append(draft)
            case "conflict":
                conflicts.append(draft)
            case "taken":
                taken.append(draft)
            case "same":
                seen.append(key)
    there = {(draft.id, draft.language) for draft in drafts}
    missed = {key: origin.missed + 1 for key, origin in origins.items() if key not in there}
    return Step(
        imports=tuple(imports),
        conflicts=tuple(conflicts),
        seen=tuple(seen),
        missed=missed,
        withdraw=tuple(
            key
            for key, times in missed.items()
            if times == RUNS_UNTIL_GONE and key in published and not _is_desks(published[key], origins[key])
        ),
        taken=tuple(taken),
    )


def _judge(
    draft: Draft, article: Published | None, origin: Origin | None, *, of_another: bool
) -> Literal["import", "conflict", "taken", "same"]:
    if of_another:
        return "taken"
    if article is None:
        return "import"
    if origin is None:  # an article that was there before the source was
        return "import" if article.by_import and not article.withdrawn else "conflict"
    came_back = origin.missed >= RUNS_UNTIL_GONE and article.withdrawn
    if origin.digest == digest(draft) and not came_back:
        return "same"
    return "conflict" if _is_desks(article, origin) else "import"


def _is_desks(article: Published, origin: Origin) -> bool:
    by_us = origin.missed >= RUNS_UNTIL_GONE
    return article.version != origin.version or (article.withdrawn and not by_us)

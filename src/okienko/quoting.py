"""What the bot would quote, now and with other example questions: the answers of one room for the editor of another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from okienko.answers.answer import Answer, answer
from okienko.answers.index import Index, build_index, search
from okienko.answers.shelf import Shelf
from okienko.answers.store import join_own, read_articles_version, read_published, read_synonyms
from okienko.answers.text import leave_out_placeholders, read_tokens, stem
from okienko.articles.asked.bot import Change, Gain, Quoted
from okienko.database.pool import LONGEST_WORK, Database
from okienko.values import SCENARIO, Brand, Citation, Language, MaskedText

_NEAR: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """The `Bot` that the editor asks."""

    database: Database
    shelf: Shelf

    def terms(self, text: str, language: Language) -> frozenset[str]:
        """The stems of its words that are no stop words, numbers left out."""
        roots = (stem(token, language) for token in read_tokens(leave_out_placeholders(text)) if token.isalpha())
        return frozenset(root for root in roots if len(root) > 1)

    async def quote(self, brand: Brand, language: Language, questions: Sequence[str]) -> Mapping[str, Quoted]:
        """What would be said to each question, from the index that answers customers."""
        index = await self._index(brand)
        return await asyncio.to_thread(_quote_all, index, language, questions)

    async def list_quoted(self, brand: Brand, questions: Sequence[str]) -> Sequence[Citation]:
        """The articles that are quoted to one of these questions, in whichever language it is, the most often first."""
        index = await self._index(brand)

        def count() -> list[Citation]:
            quoted: Counter[tuple[str, str]] = Counter()
            cited: dict[tuple[str, str], Citation] = {}
            for question in questions:
                found: dict[tuple[str, str], Citation] = {
                    (citation.article, citation.language): citation
                    for language in brand.languages
                    for citation in find_citations(index, question, language)
                    if not citation.article.startswith(SCENARIO)
                }
                quoted.update(list(found))
                cited |= found
            return [cited[key] for key, _ in quoted.most_common()]

        return await asyncio.to_thread(count)

    async def compare(
        self,
        brand: Brand,
        language: Language,
        article: str,
        variants: Sequence[Sequence[str]],
        asked: Sequence[str],
    ) -> Sequence[Gain]:
        """Ranks in memory with and without: an index is built for each variant, beside the one that is in use."""
        index = await self._index(brand)
        async with self.database.brand(brand.id, longest=LONGEST_WORK) as connection:
            articles = await read_published(connection, brand.id)
            synonyms = await read_synonyms(connection, brand.id)

        def build() -> Iterator[Index]:
            for variant in variants:
                changed = (
                    replace(one, questions=tuple(variant)) if (one.id, one.language) == (article, language) else one
                    for one in articles
                )
                yield build_index(changed, index, synonyms=synonyms)

        return await asyncio.to_thread(_compare_all, index, build(), language, asked)

    async def compare_synonyms(
        self, brand: Brand, language: Language, lines: Mapping[Language, Sequence[str]], asked: Sequence[str]
    ) -> Gain:
        """The same for a brand's own synonyms, of which `lines` has those of every language."""
        index = await self._index(brand)
        async with self.database.brand(brand.id, longest=LONGEST_WORK) as connection:
            articles = await read_published(connection, brand.id)

        def build() -> Iterator[Index]:
            yield build_index(articles, index, synonyms=join_own(lines))

        (gain,) = await asyncio.to_thread(_compare_all, index, build(), language, asked)
        return gain

    async def _index(self, brand: Brand) -> Index:
        async with self.database.brand(brand.id) as connection:
            version = await read_articles_version(connection, brand.id)
        return await self.shelf.get(self.database, replace(brand, articles_version=version))


def find_citations(index: Index, question: str, language: Language) -> Sequence[Citation]:
    """What would be quoted, a scenario that would begin among it; nothing when there would be no answer."""
    found = answer(index, MaskedText(question), language=language, category=None)
    return found.citations if isinstance(found, Answer) else ()


def find_answer(index: Index, question: str, language: Language) -> str | None:
    """The id of the article that would be quoted first; None when there would be no answer."""
    return next((citation.article for citation in find_citations(index, question, language)), None)


def _quote_all(index: Index, language: Language, questions: Sequence[str]) -> Mapping[str, Quoted]:
    return {
        question: Quoted(
            article=find_answer(index, question, language),
            near=tuple(hit.article.id for hit in search(index, question, language=language, limit=_NEAR)),
        )
        for question in questions
    }


def _compare_all(index: Index, others: Iterable[Index], language: Language, asked: Sequence[str]) -> list[Gain]:
    """What each of the other indexes would answer otherwise."""
    now = {question: find_answer(index, question, language) for question in dict.fromkeys(asked)}
    gains: list[Gain] = []
    for other in others:
        then = {question: find_answer(other, question, language) for question in now}
        changes = tuple(
            Change(question=question, before=before, after=then[question])
            for question, before in now.items()
            if before != then[question]
        )
        gains.append(Gain(changes=changes, asked=len(now)))
    return gains

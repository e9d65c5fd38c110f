"""How well questions find their articles: recall, rank, what is answered, and how long it takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from okienko.answers.answer import Answer, Clarify, Refuse, answer
from okienko.answers.index import Index, build_index, rank, read_question
from okienko.answers.meaning.rule import weigh
from okienko.answers.passages import Article
from okienko.answers.text import leave_out_placeholders, read_tokens
from okienko.articles.drafts import Draft, Problem, make_slug
from okienko.embed import hear
from okienko.encoders import Encoder
from okienko.evaluation.meaning import fill
from okienko.values import Language, MaskedText

PASSES: Final = 5  # over all questions; the best time of each counts
_DEEP: Final = 10
_LINE: Final = "Write: article-id, a tab, the question; several ids apart by commas"


class BadQuestions(Exception):
    """Lines that are no questions with articles. Says which lines and what is wrong, never their words."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and the articles that answer it, any of them as well as another."""

    articles: frozenset[str]
    question: str


def read_asked(file: Path, known: Collection[str]) -> list[Asked]:
    """Lines `article-id[,article-id]<TAB>question`; empty lines and those that begin with # are passed over.

    Ids are read as the import reads them. `known`: the ids of the articles. Raises `BadQuestions` with every problem.
    """
    problems: list[Problem] = []
    found: list[Asked] = []

    def refuse(line: int, what: str, fix: str) -> None:
        problems.append(Problem(file=file.name, line=line, what=what, fix=fix))

    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(1, "the file is not UTF-8", "Save it as UTF-8")
        raise BadQuestions(problems) from None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        ids, tab, question = line.partition("\t")
        articles = [make_slug(one) for one in ids.split(",")]
        if not tab:
            refuse(number, "the line has no tab", _LINE)
        elif not all(articles):
            refuse(number, "an article id is missing", _LINE)
        elif not question.strip():
            refuse(number, "the question is missing", _LINE)
        elif missing := [one for one in articles if one not in known]:
            refuse(number, f"no article has the id “{missing[0][:80]}”", "Use an id of the file of articles")
        else:
            found.append(Asked(articles=frozenset(articles), question=question.strip()))
    if not found and not problems:
        refuse(1, "the file has no question", _LINE)
    if problems:
        raise BadQuestions(problems)
    return found


def make_articles(drafts: Iterable[Draft], *, published: datetime) -> list[Article]:
    """Drafts as if they had been published then."""
    return [
        Article(
            id=draft.id,
            language=draft.language,
            category=draft.category,
            version=1,
            title=draft.title,
            description=draft.description,
            body=draft.body,
            published=published,
            questions=tuple(question.text for question in draft.questions),
        )
        for draft in drafts
    ]


def evaluate(
    articles: Sequence[Article],
    asked: Sequence[Asked],
    *,
    language: Language | None = None,
    encoder: Encoder | None = None,
) -> dict[str, Any]:
    """All figures: shares between 0 and 1, times in milliseconds of `answer`, warm, the best of some passes.

    With an encoder the times are those of its vectors, too, and building is reading all articles with it.

    Without a language it is that of most articles. An article that is shown as the twin of another counts as found.
    """
    spoken: Language = language or Counter[Language](article.language for article in articles).most_common(1)[0][0]
    begun = time.process_time()
    index = build_index(articles)
    if encoder is not None:
        index = fill(index, encoder)
    built = time.process_time() - begun
    places = [_place(index, one, spoken, encoder) for one in asked]
    replies = [_reply(index, one, spoken, encoder) for one in asked]
    quoted = [(one, reply) for one, reply in zip(asked, replies, strict=True) if isinstance(reply, Answer)]
    right = sum(any(citation.article in one.articles for citation in reply.citations) for one, reply in quoted)
    times = _time(index, asked, spoken, encoder)
    return {
        "articles": index.size,
        "questions": len(asked),
        "language": spoken,
        "recall@1": _share(sum(place == 1 for place in places), len(asked)),
        "recall@5": _share(sum(0 < place <= 5 for place in places), len(asked)),
        "mrr@10": _share(sum(1 / place for place in places if place), len(asked)),
        "answered": _share(len(quoted), len(asked)),
        "answered_right": _share(right, len(quoted)) if quoted else None,
        "asked_back": _share(sum(isinstance(reply, Clarify) for reply in replies), len(asked)),
        "ms_p50": round(times[49], 3),
        "ms_p99": round(times[98], 3),
        "build_s": round(built, 2),
    }


def write_figures(figures: dict[str, Any]) -> Iterator[str]:
    """Lines for a terminal."""
    for name, figure in figures.items():
        share = isinstance(figure, float) and not name.startswith(("ms_", "build_"))
        yield f"{name:<15} {'–' if figure is None else f'{figure * 100:.1f} %' if share else figure}"


def _place(index: Index, one: Asked, language: Language, encoder: Encoder | None) -> int:
    """Where the first right article stands, from 1; 0: not among the first ten."""
    ranking = index.rankings.get(language)
    if ranking is None:
        return 0
    text = leave_out_placeholders(one.question)
    question = read_question(ranking, read_tokens(text))
    likeness = hear(index, encoder, MaskedText(one.question), language).get(text, {})
    if language in likeness:
        question = weigh(question, likeness[language], index.rule)
    for place, hit in enumerate(rank(ranking, question, limit=_DEEP), 1):
        if not one.articles.isdisjoint({hit.article.id, *(twin.id for twin in hit.also)}):
            return place
    return 0


def _reply(index: Index, one: Asked, language: Language, encoder: Encoder | None) -> Answer | Clarify | Refuse:
    text = MaskedText(one.question)
    return answer(index, text, language=language, category=None, heard=hear(index, encoder, text, language))


def _time(index: Index, asked: Sequence[Asked], language: Language, encoder: Encoder | None) -> list[float]:
    """Percentiles, 1 to 99."""
    best = [float("inf")] * len(asked)
    for _ in range(PASSES):
        for at, one in enumerate(asked):
            begun = time.perf_counter()
            _reply(index, one, language, encoder)
            best[at] = min(best[at], (time.perf_counter() - begun) * 1000)
    return quantiles(best, n=100, method="inclusive") if len(best) > 1 else best * 99


def _share(part: float, whole: int) -> float:
    return round(part / whole, 4)

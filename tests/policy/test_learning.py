"""No query gives out customers' words to learn from without asking whose they are."""

from __future__ import annotations

import re

import pytest

from tests.test_sql import STATEMENTS

# Rooms that make the bot better, and what they are made from.
LEARNING = re.compile(
    r"okienko\.(answers|routing|articles|embed|quoting|evaluation|conversations\.store\.unanswered)\b"
)
WORDS = re.compile(r"\b(from|join) (article_question|message)\b")
# Those that read words for another end.
OTHERWISE = {
    "okienko.articles.store.SAVE_DRAFTS": "compares an article with itself and deletes what was taken out",
    "okienko.articles.store.READ_ARTICLE": "shows an editor the article that is edited",
}
READING = [name for name, sql in STATEMENTS.items() if LEARNING.match(name) and WORDS.search(sql)]


def test_prv_13_learning_queries_are_found() -> None:
    assert set(READING) >= {
        "okienko.answers.store.READ_PUBLISHED",
        "okienko.articles.store.LIST_QUESTIONS",
        "okienko.conversations.store.unanswered.LIST_RECENT_QUESTIONS",
        "okienko.conversations.store.unanswered.LIST_UNANSWERED",
        "okienko.routing.store.READ_EXAMPLES",
    }
    assert set(OTHERWISE) <= set(READING)


@pytest.mark.parametrize("name", READING)
def test_prv_13_every_query_that_builds_learning_data_asks_whose_words_they_are(name: str) -> None:
    assert ("may_improve(" in STATEMENTS[name]) is (name not in OTHERWISE)

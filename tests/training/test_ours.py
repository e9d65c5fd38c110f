"""The corpus in the repository passes its checker, and the topics that are held out stay the same."""

from __future__ import annotations

from training.corpus import check, find_sets_of_ours, read_corpus
from training.pairs import read_evaluated


def test_the_corpus_passes_its_checker() -> None:
    assert check(read_corpus(), read_evaluated(find_sets_of_ours())) == []


def test_the_same_tenth_of_the_topics_is_held_out_everywhere() -> None:
    held = {topic.slug for topic in read_corpus() if topic.part == "held_out"}
    assert {"bank-lost-card", "shop-login-problem"}.isdisjoint(held)
    assert {"bank-card-limit", "delivery-chilled-food", "energy-moving-in"} <= held
    assert 0.05 < len(held) / len(read_corpus()) < 0.16

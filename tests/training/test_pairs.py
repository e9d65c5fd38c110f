"""What is learnt from: filters, passages, slips. Nothing here needs torch."""

from __future__ import annotations

import random
from pathlib import Path

from training.corpus import Said, Topic
from training.pairs import Pair, join_passages, keep, normalise, read_evaluated
from training.samples import Sample, add_topics, make_samples, slip


def make_pair(pl: str, en: str, source: str = "people", file: str = "a") -> Pair:
    return Pair(source=source, file=file, pl=pl, en=en)


def make_topic(slug: str) -> Topic:
    messages = tuple(Said(pl=f"nie ma {slug} {nth}", en=f"no {slug} {nth}") for nth in range(14))
    return Topic(slug=slug, domain="shop", title=Said(pl=slug, en=slug), help=Said(pl=slug, en=slug), messages=messages)


def test_each_filter_takes_its_pairs_and_counts_them() -> None:
    pairs = [
        make_pair("Gdzie jest kot?", "Where is the cat?"),
        make_pair("gdzie jest KOT", "where is the cat"),
        make_pair("słowo " * 46, "word"),
        make_pair("Jak zmienić moje hasło?", "How do I change it?"),
        make_pair("…", "…"),
        make_pair("Pies śpi.", "The dog sleeps.", source="others"),
    ]
    kept = keep(pairs, sources={"people"}, evaluated={"jak zmienic moje haslo"})
    assert kept.pairs == (pairs[0],)
    assert kept.counts == {
        "others": {"not_used": 1},
        "people": {"empty": 1, "evaluated": 1, "kept": 1, "repeated": 1, "too_long": 1},
    }


def test_evaluation_files_are_read_by_sentence_and_short_ones_passed_over(tmp_path: Path) -> None:
    articles, questions = tmp_path / "a.jsonl", tmp_path / "q.tsv"
    articles.write_text(
        '{"id": "x", "body": "Pierwsze zdanie tego artykułu. Nie.", "tags": ["ab cd ef gh"]}\n', "utf-8"
    )
    questions.write_text("x\tco zrobić z tym fantem?\n", "utf-8")
    found = read_evaluated([articles, questions])
    assert {"pierwsze zdanie tego artykulu", "ab cd ef gh", "co zrobic z tym fantem"} <= found
    assert "nie" not in found


def test_passages_are_sentences_of_one_file_and_the_same_for_a_seed() -> None:
    pairs = [
        make_pair(f"zdanie {file} {nth}", f"sentence {file} {nth}", file=file) for file in "ab" for nth in range(6)
    ]
    passages = join_passages(pairs, ["people"], count=20, seed=3)
    assert passages == join_passages(pairs, ["people"], count=20, seed=3)
    assert len(passages) == 20
    for passage in passages:
        assert passage.pl.replace("zdanie", "sentence") == passage.en
        assert len({word for word in passage.en.split() if word in {"a", "b"}}) == 1


def test_nothing_of_a_topic_that_is_measured_with_is_learnt() -> None:
    samples: list[Sample] = []
    topics = [make_topic(f"topic-{nth}") for nth in range(60)]
    found = add_topics(samples, topics, rate=1.0, seed=0, evaluated={"no topic 3 5"})
    assert len(found) == sum(topic.part == "learnt" for topic in topics)
    read = {normalise(sample.taught) for sample in samples}
    assert "no topic 3 5" not in read
    assert "no topic 3 6" in read
    held = [topic for topic in topics if topic.part != "learnt"]
    assert held
    for topic in held:
        assert read.isdisjoint(normalise(said.en) for said in (topic.title, topic.help, *topic.messages))


def test_both_sides_are_learnt_the_english_one_half_as_often() -> None:
    samples = make_samples([make_pair("kot", "cat")], {"people": 2.0}, ["dog"], words_rate=0.5, seed=0)
    assert [(sample.text, sample.taught, sample.rate) for sample in samples] == [
        ("kot", "cat", 2.0),
        ("cat", "cat", 1.0),
        ("dog", "dog", 0.5),
    ]


def test_a_slip_changes_one_longer_word_a_little() -> None:
    rng = random.Random(1)
    for _ in range(50):
        before = "nie mam juz paczki"
        after = slip(before, rng)
        assert after.split()[:3] == before.split()[:3]
        assert abs(len(after) - len(before)) <= 1
    assert slip("nie ma", rng) == "nie ma"

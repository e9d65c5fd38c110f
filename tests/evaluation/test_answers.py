"""Questions with the articles that answer them: figures that can be reckoned by hand, and lines that are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from okienko.cli import okienko

ARTICLES = (
    {"id": "kaucja", "title": "Kiedy wraca kaucja", "body": "Kaucja wraca na kartę po trzech dniach.", "lang": "pl"},
    {"id": "Kask_1", "title": "Zgubiony kask", "body": "Za zgubiony kask pobieramy opłatę.", "lang": "pl"},
    {"id": "zima", "title": "Jazda zimą", "body": "Zimą rowery mają inne opony.", "lang": "pl"},
    {
        "id": "dziecko",
        "title": "Rower dla dziecka",
        "body": "Są na większych stacjach.",
        "lang": "pl",
        "questions": ["coś dla malucha"],
    },
)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    file = tmp_path / "articles.jsonl"
    file.write_text("\n".join(json.dumps(article) for article in ARTICLES), "utf-8")
    return file


def evaluate(articles: Path, questions: str, *more: str) -> tuple[int, str]:
    file = articles.with_name("questions.tsv")
    file.write_text(questions, "utf-8")
    arguments = ["eval", "answers", "--articles", str(articles), "--questions", str(file), *more]
    done = CliRunner().invoke(okienko, arguments)
    return done.exit_code, done.output


def test_figures(articles: Path) -> None:
    questions = (
        "kaucja\tkiedy wraca kaucja\n# a remark\n\nkask-1,zima\tzgubiłem kask\ndziecko\tdla malucha?\nzima\txyzzy\n"
    )
    code, output = evaluate(articles, questions, "--json")
    figures = json.loads(output)
    assert code == 0
    assert (figures["articles"], figures["questions"], figures["language"]) == (4, 4, "pl")
    assert figures["recall@1"] == figures["recall@5"] == figures["mrr@10"] == figures["answered"] == 0.75
    assert figures["answered_right"] == 1.0
    assert 0 < figures["ms_p50"] <= figures["ms_p99"]


def test_figures_in_words(articles: Path) -> None:
    code, output = evaluate(articles, "kaucja\tkiedy wraca kaucja\n")
    assert code == 0
    assert "recall@5        100.0 %" in output.splitlines()


@pytest.mark.parametrize(
    ("questions", "line", "what"),
    [
        ("kaucja kiedy wraca", 1, "no tab"),
        ("kaucja\tkiedy wraca\n\tkiedy", 2, "an article id is missing"),
        ("kaucja,\tkiedy wraca", 1, "an article id is missing"),
        ("kaucja\t  ", 1, "the question is missing"),
        ("\n\nkaucja,lato\tkiedy wraca", 3, "no article has the id “lato”"),
        ("# nothing else", 1, "no question"),
    ],
)
def test_bad_lines_are_named(articles: Path, questions: str, line: int, what: str) -> None:
    code, output = evaluate(articles, questions)
    assert code == 1
    assert f"questions.tsv:{line}: " in output
    assert what in output
    assert "kiedy" not in output


def test_bad_articles_are_named(articles: Path) -> None:
    articles.write_text('{"id": "kaucja"}', "utf-8")
    code, output = evaluate(articles, "kaucja\tkiedy wraca kaucja")
    assert code == 1
    assert "articles.jsonl:1: " in output

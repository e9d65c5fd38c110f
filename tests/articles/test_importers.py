"""Files become drafts, or a list of everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.articles.drafts import Defaults, Draft, ImportRefused, Problem, make_slug
from okienko.articles.importers.files import read_path
from okienko.articles.importers.jsonl import read_jsonl
from okienko.articles.importers.markdown import read_markdown

DEFAULTS = Defaults(category="pomoc", language="pl")

FULL = """---
title: Jak oddać rower?
description: Termin i miejsce zwrotu.
category: Zwroty i reklamacje
lang: pl
owner: Zespół wypożyczalni
review_on: 2027-03-31
---

Rower oddaje się tam, skąd został wzięty.
"""


def markdown(text: str, name: str = "Zwrot roweru.md") -> Draft:
    (draft,) = read_markdown([(name, text.encode())], DEFAULTS)
    return draft


def refused(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportRefused) as refusal:
        read_markdown([("a.md", text.encode())], DEFAULTS)
    return [(problem.line, problem.what, problem.fix) for problem in refusal.value.problems]


def test_front_matter_says_everything() -> None:
    assert markdown(FULL) == Draft(
        id="zwrot-roweru",
        language="pl",
        category="zwroty-i-reklamacje",
        category_name="Zwroty i reklamacje",
        title="Jak oddać rower?",
        description="Termin i miejsce zwrotu.",
        body="Rower oddaje się tam, skąd został wzięty.",
        owner="Zespół wypożyczalni",
        review_on=date(2027, 3, 31),
    )


QUESTIONS = "---\ntitle: A\nquestions:\n  - Jak  oddać rower?\n  - {}\n  - Jak oddać rower?\n---\nTekst"


def test_example_questions_are_a_list_and_masked() -> None:
    draft = markdown(QUESTIONS.format("piszcie na jan.nowak@poczta.example, gdzie oddać?"))
    assert [question.text for question in draft.questions] == [
        "Jak oddać rower?",
        "piszcie na [e-mail], gdzie oddać?",
    ]
    lines = '{"id": "a", "title": "A", "body": "B", "questions": ["gdzie\\noddać", "kto"]}'
    (draft,) = read_jsonl("a.jsonl", lines.encode(), DEFAULTS)
    assert [question.text for question in draft.questions] == ["gdzie oddać", "kto"]


def test_without_front_matter_the_heading_is_the_title() -> None:
    draft = markdown("# Kaucja\n\nKaucja wraca po trzech dniach.\n", "folder/kaucja.md")
    assert (draft.id, draft.title, draft.body) == ("kaucja", "Kaucja", "Kaucja wraca po trzech dniach.")
    assert (draft.category, draft.category_name, draft.language) == ("pomoc", "Pomoc", "pl")


def test_values_stay_as_they_were_written() -> None:
    draft = markdown("---\ntitle: 1.10\nid: no\nowner: ~\ndescription:\n---\nTekst")
    assert (draft.title, draft.id, draft.owner, draft.description) == ("1.10", "no", "", "")


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        ("---\ntitle: A\n", 1, "no end", "---"),
        ("---\ntitle: A\ncatgory: b\n---\nTekst", 3, "“catgory”", "“category”"),
        ("---\ntitle: A\nxyzzy: b\n---\nTekst", 3, "“xyzzy”", "review_on"),
        ("---\ntitle: A\ntitle: B\n---\nTekst", 3, "twice", "one"),
        ("---\ntitle: [A, B]\n---\nTekst", 2, "not one text", "title: …"),
        ("---\ntitle: A\nreview_on: 31.03.2027\n---\nTekst", 3, "no date", "2027-03-31"),
        ("---\ntitle: A\nreview_on: 2027-02-30\n---\nTekst", 3, "no date", "2027-03-31"),
        ("---\ntitle: A\nlanguage: de\n---\nTekst", 3, "“de”", "“pl” or “en”"),
        ("---\ntitle: A: B: C\n---\nTekst", 2, "not YAML", "quote"),
        ("---\n- a\n- b\n---\nTekst", 2, "no keys", "key: value"),
        ("---\ntitle: A\n---\n\n***\n", 4, "no text", "Write"),
        ("Tekst bez tytułu", 1, "title is missing", "title"),
        ("---\ntitle: A\nid: '!!!'\n---\nTekst", 3, "id is missing", "letters"),
        ("---\ntitle: A\ncategory: '...'\n---\nTekst", 3, "category", "returns"),
        ("---\ntitle: A\n---\nTe\0kst", 4, "no text", "NUL"),
        ("---\ntitle: A\nquestions: [[a]]\n---\nTekst", 3, "not a list of texts", "- question"),
        (f"---\ntitle: A\nquestions: [{'x' * 301}]\n---\nTekst", 3, "too long", "300"),
        (f"---\ntitle: A\nquestions: {list(range(51))}\n---\nTekst", 3, "51 example questions", "50"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_a_fix(text: str, line: int, what: str, fix: str) -> None:
    (found,) = refused(text)
    assert found[0] == line
    assert what in found[1]
    assert fix in found[2]


def test_one_bad_file_refuses_all_and_every_problem_is_listed() -> None:
    files = [
        ("b.md", b"---\ntitle: B\nowne: x\nlang: fr\n---\nTekst"),
        ("a.md", b"\xff"),
        ("c.md", b"# C\n\nDobry tekst"),
    ]
    with pytest.raises(ImportRefused) as refusal:
        read_markdown(files, DEFAULTS)
    assert [(problem.file, problem.line) for problem in refusal.value.problems] == [
        ("a.md", 1),
        ("b.md", 3),
        ("b.md", 4),
    ]
    assert str(refusal.value).startswith("a.md:1: the file is not UTF-8. Save it as UTF-8.")


def test_an_id_twice_is_refused_but_two_languages_are_one_article() -> None:
    polish, english = b"# Kaucja\n\nWraca.", b"---\nlang: en\n---\n# Deposit\n\nIt comes back."
    assert len(read_markdown([("pl/kaucja.md", polish), ("en/kaucja.md", english)], DEFAULTS)) == 2
    with pytest.raises(ImportRefused) as refusal:
        read_markdown([("a/kaucja.md", polish), ("b/Kaucja.md", polish)], DEFAULTS)
    assert refusal.value.problems == (
        Problem(
            file="b/Kaucja.md",
            line=1,
            what="the id “kaucja” (pl) was used in a/kaucja.md:1",
            fix="Give one of them another “id”",
        ),
    )


def test_lines_of_json() -> None:
    lines = (
        '{"id": "Deposit_1.5", "title": "Deposit", "body": "It comes\\nback.", "lang": "en-GB", "sections": [1]}\n'
        "\n"
        '{"id": 7, "title": "Kaucja", "body": "Wraca\u2028po dniu.", "category": "platnosci", "owner": null}\n'
    )
    english, polish = read_jsonl("a.jsonl", b"\xef\xbb\xbf" + lines.encode(), DEFAULTS)
    assert (english.id, english.language, english.category) == ("deposit-1-5", "en", "pomoc")
    assert (polish.id, polish.body, polish.category) == ("7", "Wraca\u2028po dniu.", "platnosci")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 5000, "not JSON"),
        ('{"id": "a", "title": "A"}', "no text"),
        ('{"id": "a", "body": "A"}', "title is missing"),
        ('{"title": "A", "body": "A"}', "id is missing"),
        ('{"id": "a", "title": ["A"], "body": "A"}', "“title” is not text"),
        ('{"id": "a", "title": "A", "body": "A", "questions": ["kto?", 1]}', "“questions” is not a list"),
        ('{"id": "a", "title": "A", "body": "A", "lang": "xx"}', "“xx”"),
    ],
)
def test_a_bad_line_is_named(line: str, what: str) -> None:
    good = '{"id": "x", "title": "X", "body": "X"}'
    with pytest.raises(ImportRefused) as refusal:
        read_jsonl("a.jsonl", f"{good}\n{line}\n".encode(), DEFAULTS)
    assert refusal.value.problems[0].line == 2
    assert what in refusal.value.problems[0].what


def test_a_path_is_read_by_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "kaucja.md").write_text("# Kaucja\n\nWraca.")
    (tmp_path / "a.jsonl").write_text('{"id": "x", "title": "X", "body": "X"}')
    assert [draft.id for draft in read_path(tmp_path, DEFAULTS)] == ["kaucja"]
    assert [draft.id for draft in read_path(tmp_path / "pl" / "kaucja.md", DEFAULTS)] == ["kaucja"]
    assert [draft.id for draft in read_path(tmp_path / "a.jsonl", DEFAULTS)] == ["x"]
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.doc").write_text("x")
    for name in ("empty", "a.doc", "missing.md"):
        with pytest.raises(ImportRefused):
            read_path(tmp_path / name, DEFAULTS)


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Zwrot środków", "zwrot-srodkow"), ("Łódź", "lodz"), ("can't open_file.txt", "can-t-open-file-txt"), ("…", "")],
)
def test_slugs(text: str, slug: str) -> None:
    assert make_slug(text) == slug


odd = st.text(st.sampled_from("---\n:#[]{}&*!|>'\"%@`titleidlangcategory 2027-\0\ud800ąŁ\t\r"), max_size=80)


contents = (
    st.binary(max_size=80)
    | odd.map(lambda text: text.encode(errors="surrogatepass"))
    | odd.map(lambda text: f"---\n{text}\n---\n{text}".encode(errors="surrogatepass"))
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), contents), max_size=3))
def test_odd_markdown_is_read_or_refused(files: list[tuple[str, bytes]]) -> None:
    assert read_or_refused(lambda: read_markdown(files, DEFAULTS))


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda part: st.lists(part, max_size=2)
)


@settings(deadline=None)
@given(
    st.lists(
        st.binary(max_size=40)
        | st.dictionaries(st.sampled_from(["id", "title", "body", "lang", "category", "review_on", "x"]), json).map(
            lambda value: orjson.dumps(value, default=str) if all_fit(value) else b"{"
        ),
        max_size=4,
    )
)
def test_odd_json_is_read_or_refused(lines: list[bytes]) -> None:
    assert read_or_refused(lambda: read_jsonl("a.jsonl", b"\n".join(lines), DEFAULTS))


def read_or_refused(read: Callable[[], tuple[Draft, ...]]) -> bool:
    try:
        drafts = read()
    except ImportRefused as refusal:
        return all(problem.line >= 1 and problem.what and problem.fix for problem in refusal.problems)
    return all(fits_the_tables(draft) for draft in drafts)


def all_fit(value: object) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def fits_the_tables(draft: Draft) -> bool:
    texts = (draft.title, draft.description, draft.body, draft.owner, draft.category_name)
    return (
        make_slug(draft.id) == draft.id
        and 0 < len(draft.id) <= 200
        and make_slug(draft.category) == draft.category
        and 0 < len(draft.category) <= 63
        and bool(draft.title and draft.body and draft.category_name)
        and all("\0" not in text and text.encode() for text in texts if text)
    )

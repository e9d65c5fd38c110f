"""An export of a Zendesk Help Center, as its API gives it. Pure: names and bytes in, drafts out.

The API's pages of `articles`, `sections` and `categories` are saved as they come, each as a JSON file; or one file with
all three, as `GET /api/v2/help_center/articles?include=sections,categories` gives it. Reference:
https://developer.zendesk.com/api-reference/help_center/help-center-api/articles/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, cast

import orjson

from okienko.articles.drafts import Defaults, Draft, Field, Problem, accept, make_draft, read_text
from okienko.articles.importers.markup import convert

_KINDS: Final = ("articles", "sections", "categories")
_FIX: Final = "Save the API's answers as they come: {“articles”: […]}, {“sections”: […]}, {“categories”: […]}"

Row = Mapping[str, object]


def read_zendesk(files: Iterable[tuple[str, bytes]], defaults: Defaults) -> tuple[Draft, ...]:
    """The published articles in Polish and English, with their Zendesk number as id and their category by name.

    Left out: drafts, articles that only some readers may see (`user_segment_id`), and other languages. Raises
    `ImportRefused` with every problem of every article.
    """
    problems: list[Problem] = []
    rows: dict[str, list[tuple[Row, str, str]]] = {kind: [] for kind in _KINDS}
    for file, content in files:
        text = read_text(content, file=file, problems=problems)
        for kind, row in _read_rows(text, file=file, problems=problems) if text is not None else ():
            rows[kind].append((row, file, text or ""))
    categories = {row.get("id"): _words(row, "name") for row, _, _ in rows["categories"]}
    sections = {row.get("id"): row for row, _, _ in rows["sections"]}
    found: list[tuple[Draft, str, int]] = []
    left_out = 0
    for row, file, text in rows["articles"]:
        if _is_left_out(row):
            left_out += 1
            continue
        section = sections.get(row.get("section_id"), {})
        category = categories.get(section.get("category_id")) or _words(section, "name")
        line = _find_line(text, row.get("id"))
        draft = _read_article(row, category, defaults, file=file, line=line, problems=problems)
        if draft is not None:
            found.append((draft, file, line))
    if not found and not problems:
        what = f"there is no article to publish ({left_out} left out)" if left_out else "there are no “articles”"
        name = rows["articles"][0][1] if rows["articles"] else "export"
        problems.append(Problem(file=name, line=1, what=what, fix=_FIX))
    return accept(found, problems)


def _read_rows(text: str, *, file: str, problems: list[Problem]) -> list[tuple[str, Row]]:
    try:
        value: object = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        problems.append(Problem(file=file, line=1, what="the file is not JSON", fix=_FIX))
        return []
    found: list[tuple[str, Row]] = []
    known = False
    for kind in _KINDS:
        rows = cast("dict[str, object]", value).get(kind) if isinstance(value, dict) else None
        if isinstance(rows, list):
            known = True
            found += [(kind, cast("Row", row)) for row in cast("list[object]", rows) if isinstance(row, dict)]
    if not known:
        what = "the file has neither “articles” nor “sections” nor “categories”"
        problems.append(Problem(file=file, line=1, what=what, fix=_FIX))
    return found


def _is_left_out(row: Row) -> bool:
    locale = _words(row, "locale").lower()
    spoken = not locale or locale.split("-")[0] in {"pl", "en"}
    return row.get("draft") is True or row.get("user_segment_id") is not None or not spoken


def _read_article(
    row: Row, category: str, defaults: Defaults, *, file: str, line: int, problems: list[Problem]
) -> Draft | None:
    before = len(problems)
    number = row.get("id")
    try:
        heading, body = convert(_words(row, "body"), base=_words(row, "html_url"))
    except RecursionError:
        fix = "Import it as Markdown"
        problems.append(Problem(file=file, line=line, what="the article is nested too deeply", fix=fix))
        return None
    title = _words(row, "title")
    fields = {
        "id": str(number) if isinstance(number, int | str) else "",
        "title": title or heading,
        "body": f"## {heading}\n\n{body}" if heading and title and heading != title else body,
        "category": category,
        "language": _words(row, "locale"),
    }
    draft = make_draft(
        {name: Field(text=value, line=line) for name, value in fields.items() if value},
        defaults,
        file=file,
        line=line,
        problems=problems,
    )
    return draft if len(problems) == before else None


def _words(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _find_line(text: str, number: object) -> int:
    """Where an article stands in its file, for somebody who has to look."""
    found = re.search(rf'"id"\s*:\s*"?{re.escape(str(number))}\b', text)
    return text.count("\n", 0, found.start()) + 1 if found else 1

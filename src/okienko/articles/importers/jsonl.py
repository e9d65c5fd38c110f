"""JSON lines: one article a line. Pure: a name and bytes in, drafts out."""

from __future__ import annotations

from typing import TypeGuard, cast

import orjson

from okienko.articles.drafts import FIELDS, OTHER_NAMES, Defaults, Draft, Field, Problem, accept, make_draft, read_text


def read_jsonl(file: str, content: bytes, defaults: Defaults) -> tuple[Draft, ...]:
    """Articles from lines with `id`, `title` and `body`, and perhaps the other fields. Other keys are passed over.

    `questions` is a list of texts: how customers ask for the article.

    Raises `ImportRefused` with every problem of every line.
    """
    problems: list[Problem] = []
    found: list[tuple[Draft, str, int]] = []
    text = read_text(content, file=file, problems=problems)
    # Not splitlines(): a line separator (U+2028) inside a JSON string is part of it.
    for number, line in enumerate((text or "").split("\n"), 1):
        if line.strip():
            draft = _read_line(line, defaults, file=file, line=number, problems=problems)
            if draft is not None:
                found.append((draft, file, number))
    if not found and not problems:
        problems.append(Problem(file=file, line=1, what="the file has no article", fix="Write one JSON object a line"))
    return accept(found, problems)


def _read_line(text: str, defaults: Defaults, *, file: str, line: int, problems: list[Problem]) -> Draft | None:
    before = len(problems)
    fix = "Write one JSON object a line, with “id”, “title” and “body”"
    try:
        value: object = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        problems.append(Problem(file=file, line=line, what="the line is not JSON", fix=fix))
        return None
    if not isinstance(value, dict):
        problems.append(Problem(file=file, line=line, what="the line is not a JSON object", fix=fix))
        return None
    fields: dict[str, Field] = {}
    for key, written in cast("dict[str, object]", value).items():
        name = OTHER_NAMES.get(key, key)
        if name not in FIELDS or written is None:
            continue
        if isinstance(written, str) or (name == "id" and isinstance(written, int)):
            fields[name] = Field(text=str(written), line=line)
        elif name == "questions" and _is_list_of_texts(written):
            fields[name] = Field(text="\n".join(" ".join(question.split()) for question in written), line=line)
        elif name == "questions":
            what = f"“{key}” is not a list of texts"
            problems.append(Problem(file=file, line=line, what=what, fix=f'Write “{key}” as ["…", "…"]'))
            fields[name] = Field(text=None, line=line)
        else:
            what = f"“{key}” is not text"
            problems.append(Problem(file=file, line=line, what=what, fix=f"Write “{key}” in quotes"))
            fields[name] = Field(text=None, line=line)
    draft = make_draft(fields, defaults, file=file, line=line, problems=problems)
    return draft if len(problems) == before else None


def _is_list_of_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in cast("list[object]", value))

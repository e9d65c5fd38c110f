"""Markdown files with YAML front matter. Pure: names and bytes in, drafts out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

import yaml

from okienko.articles.drafts import (
    FIELDS,
    OTHER_NAMES,
    Defaults,
    Draft,
    Field,
    Problem,
    accept,
    make_draft,
    read_text,
    suggest_field,
)

_NULL: Final = "tag:yaml.org,2002:null"
_TITLE: Final = re.compile(r"\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|$)")


def read_markdown(files: Iterable[tuple[str, bytes]], defaults: Defaults) -> tuple[Draft, ...]:
    """One article a file, given as name and content.

    The id is the file's name unless the front matter says another; the title may also be a first heading; `questions`
    is a list. Raises `ImportRefused` with every problem of every file.
    """
    problems: list[Problem] = []
    found: list[tuple[Draft, str, int]] = []
    for file, content in files:
        draft = _read_file(file, content, defaults, problems)
        if draft is not None:
            found.append((draft, file, 1))
    return accept(found, problems)


def _read_file(file: str, content: bytes, defaults: Defaults, problems: list[Problem]) -> Draft | None:
    text = read_text(content, file=file, problems=problems)
    if text is None:
        return None
    before = len(problems)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fields: dict[str, Field] = {}
    start = 0
    if lines[0].rstrip() == "---":
        end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."}), 0)
        if not end:
            fix = "End it with a line that is “---”"
            problems.append(Problem(file=file, line=1, what="the front matter has no end", fix=fix))
            return None
        read = _read_front_matter("\n".join(lines[1:end]), file=file, problems=problems)
        if read is None:
            return None
        fields = read
        start = end + 1
    body = "\n".join(lines[start:])
    heading = _TITLE.match(body)
    if heading and "title" not in fields:
        fields["title"] = Field(text=heading[1], line=start + 1)
        body = body[heading.end() :]
    fields["body"] = Field(text=body, line=min(start + 1, len(lines)))
    fields.setdefault("id", Field(text=PurePosixPath(file).stem, line=1))
    draft = make_draft(fields, defaults, file=file, line=1, problems=problems)
    return draft if len(problems) == before else None


def _read_front_matter(text: str, *, file: str, problems: list[Problem]) -> dict[str, Field] | None:
    """The keys of the front matter as they were written: "2026-07-31", "no" and "1.0" stay text. None: not readable."""

    def refuse(line: int, what: str, fix: str) -> None:
        problems.append(Problem(file=file, line=line + 2, what=what, fix=fix))  # after the first "---", from 1

    fields: dict[str, Field] = {}
    try:
        node = yaml.SafeLoader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        refuse(mark.line if mark else 0, "the front matter is not YAML", "Write “key: value”; quote values with colons")
        return None
    except (yaml.YAMLError, RecursionError):
        refuse(0, "the front matter is not YAML", "Write one “key: value” a line")
        return None
    if node is None:
        return fields
    if not isinstance(node, yaml.MappingNode):
        refuse(node.start_mark.line, "the front matter has no keys", "Write one “key: value” a line")
        return None
    for key, value in node.value:
        line = key.start_mark.line
        written = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        name = OTHER_NAMES.get(written, written)
        if name not in FIELDS or name == "body":
            refuse(line, f"the key “{written[:40]}” is not known", suggest_field(written))
        elif name in fields:
            refuse(line, f"“{written}” is there twice", "Keep one of them")
        elif name == "questions" and isinstance(value, yaml.SequenceNode):
            fields[name] = Field(text=_read_list(value), line=line + 2)
            if fields[name].text is None:
                refuse(line, f"“{written}” is not a list of texts", "Write one “- question” a line")
        elif not isinstance(value, yaml.ScalarNode):
            refuse(line, f"“{written}” is not one text", f"Write “{written}: …” on one line")
            fields[name] = Field(text=None, line=line + 2)
        else:
            fields[name] = Field(text="" if value.tag == _NULL else value.value, line=line + 2)
    return fields


def _read_list(node: yaml.SequenceNode) -> str | None:
    """The texts of a list, one a line; None when something else is in it."""
    lines: list[str] = []
    for item in node.value:
        if not isinstance(item, yaml.ScalarNode):
            return None
        lines.append(" ".join(item.value.split()))
    return "\n".join(lines)

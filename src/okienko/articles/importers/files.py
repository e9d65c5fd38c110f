"""Articles from the disk: what a path holds decides how it is read. The only importer that opens files."""

from __future__ import annotations

from pathlib import Path

from okienko.articles.drafts import Defaults, Draft, ImportRefused, Problem
from okienko.articles.importers.jsonl import read_jsonl
from okienko.articles.importers.markdown import read_markdown


def read_path(path: Path, defaults: Defaults) -> tuple[Draft, ...]:
    """The articles of a folder of Markdown files (and its folders), of one Markdown file or of one JSONL file.

    Raises `ImportRefused`; also when there is nothing to read.
    """
    fix = "Give a folder with *.md files, or a .jsonl file"
    try:
        if path.is_dir():
            paths = sorted(found for found in path.rglob("*.md") if found.is_file())
            if not paths:
                raise ImportRefused([Problem(file=str(path), line=1, what="the folder has no *.md file", fix=fix)])
            return read_markdown(
                [(found.relative_to(path).as_posix(), found.read_bytes()) for found in paths], defaults
            )
        if path.suffix.lower() in {".md", ".markdown"}:
            return read_markdown([(path.name, path.read_bytes())], defaults)
        if path.suffix.lower() in {".jsonl", ".ndjson"}:
            return read_jsonl(path.name, path.read_bytes(), defaults)
    except OSError as error:
        what = f"it cannot be read ({error.strerror})"
        raise ImportRefused([Problem(file=str(path), line=1, what=what, fix=fix)]) from None
    raise ImportRefused([Problem(file=str(path), line=1, what="the format is not known", fix=fix)])

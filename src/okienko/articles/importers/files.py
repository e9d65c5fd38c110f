"""Articles from the disk: what a path holds decides how it is read. The only importer that opens files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from okienko.articles.drafts import Defaults, Draft, ImportRefused, Problem
from okienko.articles.importers.jsonl import read_jsonl
from okienko.articles.importers.markdown import read_markdown
from okienko.articles.importers.markup import read_pages
from okienko.articles.importers.table import read_table
from okienko.articles.importers.zendesk import read_zendesk

Several = Callable[[Iterable[tuple[str, bytes]], Defaults], tuple[Draft, ...]]
Single = Callable[[str, bytes, Defaults], tuple[Draft, ...]]

_FIX: Final = "Give a folder of .md, .html or Zendesk's .json files, or a .jsonl, .csv, .md, .html or .json file"
_SEVERAL: Final[dict[str, Several]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_pages,
    ".htm": read_pages,
    ".json": read_zendesk,
}
_SINGLE: Final[dict[str, Single]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_table,
    ".tsv": read_table,
}


def read_path(path: Path, defaults: Defaults) -> tuple[Draft, ...]:
    """The articles of a folder (and its folders) of Markdown, of HTML or of a Zendesk export, or of one file.

    A folder of several formats is read as the first of them that it holds. Raises `ImportRefused`; also when there is
    nothing to read.
    """
    try:
        if path.is_dir():
            return _read_folder(path, defaults)
        suffix = path.suffix.lower()
        if several := _SEVERAL.get(suffix):
            return several([(path.name, path.read_bytes())], defaults)
        if single := _SINGLE.get(suffix):
            return single(path.name, path.read_bytes(), defaults)
    except OSError as error:
        what = f"it cannot be read ({error.strerror})"
        raise ImportRefused([Problem(file=str(path), line=1, what=what, fix=_FIX)]) from None
    raise ImportRefused([Problem(file=str(path), line=1, what="the format is not known", fix=_FIX)])


def _read_folder(folder: Path, defaults: Defaults) -> tuple[Draft, ...]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in _SEVERAL)
    for read in dict.fromkeys(_SEVERAL.values()):
        chosen = [path for path in paths if _SEVERAL[path.suffix.lower()] is read]
        if chosen:
            return read([(path.relative_to(folder).as_posix(), path.read_bytes()) for path in chosen], defaults)
    what = "the folder has no .md, .html or .json file"
    raise ImportRefused([Problem(file=str(folder), line=1, what=what, fix=_FIX)])

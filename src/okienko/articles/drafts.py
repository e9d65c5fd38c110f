"""An article on its way in: what it must be, and what is wrong with it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final, Literal

from okienko.articles.questions import LONGEST, MOST, mask_questions, split_questions
from okienko.values import Brand, Language, MaskedText

FIELDS: Final = ("id", "title", "description", "body", "category", "language", "owner", "review_on", "questions")
OTHER_NAMES: Final = {"lang": "language"}

_LONGEST: Final = {
    "id": 200,
    "title": 300,
    "description": 1_000,
    "body": 200_000,
    "category": 63,
    "language": 20,
    "owner": 200,
    "review_on": 30,
    "questions": MOST * (LONGEST + 1),
}
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")  # PostgreSQL keeps neither NUL nor half a character
_LETTERS: Final = str.maketrans("łŁøØđĐ", "lLoOdD")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One article in one language, checked: it fits the tables."""

    id: str
    language: Language
    category: str  # its slug
    category_name: str  # for a category that does not exist yet
    title: str
    description: str
    body: str  # Markdown
    owner: str
    review_on: date | None
    questions: tuple[MaskedText, ...] = ()  # how customers ask for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why an import is refused, and what to do about it."""

    file: str
    line: int  # from 1
    what: str
    fix: str
    field: str = ""  # which value it is about, if it is about one

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}. {self.fix}."


Refusal = Literal["content", "page", "away", "no_sitemap", "robots", "empty", "too_much"]


class ImportRefused(Exception):
    """Something is wrong with the files, so nothing of them was imported. Lists every problem found; `why` is what they
    come to, for who is not to read the list."""

    def __init__(self, problems: Sequence[Problem], why: Refusal = "content") -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
        self.why: Refusal = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value as it was written, and where."""

    text: str | None  # None: it could not be read, and that has been said
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for articles that do not say it themselves."""

    category: str
    language: Language
    brand: Brand | None = None  # whose own words are not masked in example questions


def make_slug(text: str) -> str:
    """A name for an address: "Zwrot środków" becomes "zwrot-srodkow". Empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def make_draft(
    fields: Mapping[str, Field], defaults: Defaults, *, file: str, line: int, problems: list[Problem]
) -> Draft | None:
    """A draft from the fields of one article; what is wrong is appended to `problems`, and then there is none.

    `line` is where the article begins, for what is missing. Ids and categories become slugs; example questions, one a
    line, are masked. Of a missing id or title the caller has made the best already.
    """
    before = len(problems)

    def refuse(name: str, what: str, fix: str) -> None:
        field = fields.get(name, Field(text="", line=line))
        if field.text is not None:
            problems.append(Problem(file=file, line=field.line, what=what, fix=fix, field=name))

    text = {name: _tidy(name, fields[name].text or "") if name in fields else "" for name in FIELDS}
    for name, value in text.items():
        if _NO_TEXT.search(value):
            refuse(name, f"“{name}” has a character that is no text", "Remove NUL characters and broken escapes")
        if len(value) > _LONGEST[name]:
            refuse(name, f"“{name}” has {len(value)} characters", f"Make it at most {_LONGEST[name]}")
    if not text["title"]:
        refuse("title", "the title is missing", "Give the article a “title”")
    if not any(letter.isalnum() for letter in text["body"]):
        refuse("body", "the article has no text", "Write the article, or leave it out")
    slug = make_slug(text["id"])
    if not slug:
        refuse("id", "the id is missing", "Give the article an “id” of letters, digits and hyphens")
    category = text["category"] or defaults.category
    if not make_slug(category):
        refuse("category", "the category has no letters or digits", "Name a category such as “returns”")
    language = _read_language(text["language"] or defaults.language)
    if language is None:
        refuse("language", f"the language “{text['language'][:20]}” is not known", "Use “pl” or “en”")
    review_on = _read_date(text["review_on"])
    if text["review_on"] and review_on is None:
        refuse("review_on", f"“{text['review_on'][:30]}” is no date", "Write it as year-month-day: 2027-03-31")
    questions = split_questions(text["questions"])
    if len(questions) > MOST:
        refuse("questions", f"the article has {len(questions)} example questions", f"Keep at most {MOST}")
    if any(len(question) > LONGEST for question in questions):
        refuse("questions", "an example question is too long", f"Make each at most {LONGEST} characters")
    if len(problems) > before or language is None:
        return None
    return Draft(
        id=slug,
        language=language,
        category=make_slug(category),
        category_name=category if category != make_slug(category) else category.replace("-", " ").capitalize(),
        title=text["title"],
        description=text["description"],
        body=text["body"],
        owner=text["owner"],
        review_on=review_on,
        questions=mask_questions(questions, language, defaults.brand),
    )


def suggest_field(name: str) -> str:
    """What an unknown key may have meant."""
    close = get_close_matches(name.lower(), [*FIELDS, *OTHER_NAMES], n=1, cutoff=0.5)
    known = ", ".join(field for field in FIELDS if field != "body")
    return f"Did you mean “{close[0]}”?" if close else f"Known keys: {known}"


def accept(found: Iterable[tuple[Draft, str, int]], problems: Sequence[Problem]) -> tuple[Draft, ...]:
    """All drafts, with the file and line of each, or none. Raises `ImportRefused` for problems and for doubles."""
    refused = list(problems)
    first: dict[tuple[str, str], tuple[str, int]] = {}
    drafts: list[Draft] = []
    for draft, file, line in found:
        seen = first.get((draft.id, draft.language))
        if seen is None:
            first[draft.id, draft.language] = (file, line)
        else:
            what = f"the id “{draft.id}” ({draft.language}) was used in {seen[0]}:{seen[1]}"
            refused.append(Problem(file=file, line=line, what=what, fix="Give one of them another “id”"))
        drafts.append(draft)
    if refused:
        raise ImportRefused(sorted(refused, key=lambda problem: (problem.file, problem.line)))
    return tuple(drafts)


def read_text(content: bytes, *, file: str, problems: list[Problem]) -> str | None:
    """The text of a file; None and a problem when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file=file, line=line, what="the file is not UTF-8", fix="Save it as UTF-8"))
        return None


def _tidy(name: str, text: str) -> str:
    if name == "questions":
        return "\n".join(split_questions(text))
    return text.strip() if name == "body" else " ".join(text.split())


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:
        return None


def _read_language(text: str) -> Language | None:
    match text.lower().replace("_", "-").split("-")[0]:
        case "pl":
            return "pl"
        case "en":
            return "en"
        case _:
            return None

"""What somebody has typed into the editor, and whether it makes an article. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from okienko.articles.drafts import Defaults, Draft, Field, Problem, make_draft, make_slug
from okienko.values import Brand, Language

_PROPOSED: Final = 80  # characters of an id that is made from the title


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The fields as they were typed; kept whatever is wrong with them."""

    id: str = ""
    title: str = ""
    description: str = ""
    category: str = ""  # a slug that exists, or nothing when `new_category` names one
    new_category: str = ""
    owner: str = ""
    review_on: str = ""
    body: str = ""
    questions: str = ""  # one a line
    base: int = 0  # the version that was edited; 0 for a new article


def read_written(form: Mapping[str, str]) -> Written:
    """The fields of a sent form. Browsers end lines with a carriage return, too; articles do not."""
    typed = {name: value.replace("\r\n", "\n") for name, value in form.items()}
    base = typed.get("base", "")
    return Written(
        id=typed.get("id", ""),
        title=typed.get("title", ""),
        description=typed.get("description", ""),
        category=typed.get("category", ""),
        new_category=typed.get("new_category", ""),
        owner=typed.get("owner", ""),
        review_on=typed.get("review_on", ""),
        body=typed.get("body", ""),
        questions=typed.get("questions", ""),
        base=int(base) if base.isascii() and base.isdecimal() and len(base) < 10 else 0,
    )


def propose_id(written: Written) -> Written:
    """With an id from the title, where none was typed."""
    if written.id.strip():
        return written
    return replace(written, id=make_slug(written.title)[:_PROPOSED].strip("-"))


def check(
    written: Written, language: Language, categories: Mapping[str, str], brand: Brand | None = None
) -> tuple[Draft | None, frozenset[str]]:
    """The article, or the names of the fields that are wrong. By the rules of the import.

    `categories`: the brand's, slug → name in the article's language (in another one where it has none). `brand`: whose
    own words stay readable in example questions.
    """
    slug = written.category or make_slug(written.new_category)
    known = slug in categories
    fields = {
        "id": written.id,
        "title": written.title,
        "description": written.description,
        "body": written.body,
        "category": slug if known else written.new_category if not written.category else "",
        "owner": written.owner,
        "review_on": written.review_on,
        "questions": written.questions,
    }
    problems: list[Problem] = []
    draft = make_draft(
        {name: Field(text=text, line=1) for name, text in fields.items()},
        Defaults(category="", language=language, brand=brand),
        file="",
        line=1,
        problems=problems,
    )
    wrong = {problem.field for problem in problems}
    if "title" in wrong and not written.id:
        wrong.discard("id")  # there will be one as soon as there is a title
    if draft is not None and known:
        draft = replace(draft, category_name=categories[slug])
    return draft, frozenset(wrong)

"""`okienko ask` says what a customer would be told: where meaning is on, with meaning."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from okienko.ask import ask
from okienko.encoders import Encoder
from okienko.values import Brand, BrandId, RawText
from tests.meaning.conftest import Concepts
from tests.meaning.test_rule import SHOP, build_index, fill

BRAND = Brand(
    id=BrandId(UUID(int=1)),
    slug="sklep",
    name="Sklep",
    language="pl",
    languages=("pl",),
    accent="#000000",
    timezone="Europe/Warsaw",
    hours="",
    allowed=(),
    origins=(),
    keep_months=24,
    articles_version=1,
)


@pytest.mark.parametrize(("encoder", "found"), [(Concepts(), "haslo"), (None, "zwrot")])
def test_a_question_in_other_words_is_answered_where_meaning_is_on(encoder: Encoder | None, found: str) -> None:
    said = ask(
        fill(build_index(SHOP)),
        {"pl": {"sklep": "Sklep"}},
        BRAND,
        RawText("jak dostać się do środka"),
        language="pl",
        category=None,
        clock=lambda: datetime(2027, 3, 1, tzinfo=UTC),
        encoder=encoder,
    )
    assert [citation["article"] for citation in said["citations"]] == [found]

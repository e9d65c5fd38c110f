"""What the demo says: invented, masked, consistent, and in good Polish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from okienko.answers.index import build_index, rank, read_question
from okienko.answers.passages import Article, cut_passages
from okienko.answers.text import leave_out_placeholders, read_tokens
from okienko.articles.drafts import Defaults
from okienko.articles.importers.files import read_path
from okienko.demo.load import FOLDER, find_placeholders, invent
from okienko.demo.past import Conversation, Dialogue, Script, Voice, fold_words, play, read_script
from okienko.demo.world import SLUGS, WRITTEN_ON, Plan, date_drafts, find_voice, read_plan, read_staff
from okienko.desk.hours import read_hours
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import find
from okienko.values import Author, Kind, Language, RawText
from okienko.web.accent import accent_for

NOW: Final = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
DEFAULTS: Final = Defaults(category="inne", language="pl")

PLANS: Final = {slug: read_plan((FOLDER / slug / "brand.yaml").read_text("utf-8")) for slug in SLUGS}
SCRIPTS: Final = {slug: read_script((FOLDER / slug / "dialogues.yaml").read_text("utf-8")) for slug in SLUGS}
DRAFTS: Final = {slug: read_path(FOLDER / slug / "articles", DEFAULTS) for slug in SLUGS}
STAFF: Final = read_staff((FOLDER / "staff.yaml").read_text("utf-8"))

# "-łem", "-łaś": the past tense of the first and second person, which gives the speaker or the customer a sex.
GENDERED: Final = re.compile(r"\b\w+[aeiyąęu]ł(?:em|am|eś|aś)\b")
# Domains in addresses and in running text; "kramik.example" ends as it should.
DOMAIN: Final = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:pl|com|org|net|eu|io|example|test|local)\b")


def conversations(slug: str) -> list[Conversation]:
    """The past of a brand."""
    plan = PLANS[slug]
    voices: dict[Language, Voice] = {language: find_voice(plan, language) for language in plan.languages}
    return play(SCRIPTS[slug], voices, seed=slug, now=NOW, timezone=plan.timezone)


def answers(script: Script) -> Iterator[tuple[Dialogue, str, str]]:
    """Every quote: its dialogue, the article, the words."""
    for dialogue in script.dialogues:
        for step in dialogue.steps:
            if step.what == "answer":
                yield from ((dialogue, step.wordings[0], quote) for quote in step.quotes)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_quote_is_in_its_article_letter_by_letter(slug: str) -> None:
    plain = {(draft.id, draft.language): cut_passages(draft.body).text for draft in DRAFTS[slug]}
    for dialogue, article, quote in answers(SCRIPTS[slug]):
        assert quote in plain[article, dialogue.language], dialogue.name


def test_enough_of_everything() -> None:
    drafts = [draft for slug in SLUGS for draft in DRAFTS[slug]]
    assert 40 <= len(drafts) <= 48
    assert sum(draft.language == "pl" for draft in drafts) > sum(draft.language == "en" for draft in drafts) >= 15
    assert sum(len(script.dialogues) for script in SCRIPTS.values()) >= 45
    assert len({dialogue.name for script in SCRIPTS.values() for dialogue in script.dialogues}) >= 45


@pytest.mark.parametrize("slug", SLUGS)
def test_an_english_article_has_a_polish_twin_in_the_same_category(slug: str) -> None:
    polish = {draft.id: draft for draft in DRAFTS[slug] if draft.language == "pl"}
    for draft in DRAFTS[slug]:
        assert polish[draft.id].category == draft.category
        assert polish[draft.id].review_on == draft.review_on


@pytest.mark.parametrize("slug", SLUGS)
def test_articles_fit_their_brand(slug: str) -> None:
    plan = PLANS[slug]
    for draft in DRAFTS[slug]:
        assert (draft.category, draft.language) in {(category, spoken) for category, spoken, _ in plan.categories}
        assert draft.owner
        assert draft.description
        assert draft.review_on is not None
        assert find(RawText(f"{draft.title}\n{draft.body}"), allowed=plan.allowed).vaulted == ()
    assert read_hours(plan.hours)
    assert accent_for(plan.accent, "light")


def test_three_articles_are_overdue_whenever_the_demo_begins() -> None:
    for now in (NOW, NOW + timedelta(days=1000)):
        overdue = {
            draft.id
            for slug in SLUGS
            for published, group in date_drafts(DRAFTS[slug], now, "Europe/Warsaw")
            for draft in group
            if draft.review_on is not None and draft.review_on < now.date() and published < now
        }
        assert overdue == {"cennik-dla-sprzedajacych", "okres-probny", "aktualizacja-aplikacji"}
    written = [draft.review_on for slug in SLUGS for draft in DRAFTS[slug] if draft.review_on is not None]
    assert sum(review_on < WRITTEN_ON for review_on in written) == 3


def test_every_address_is_invented() -> None:
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in {".md", ".yaml"}:
            text = path.read_text("utf-8")
            assert all(found.endswith(".example") for found in DOMAIN.findall(text)), path.name
            assert all(address.endswith(".example") for address in re.findall(r"[\w.+-]+@([\w.-]+\w)", text)), path.name
    assert all(colleague.login.endswith("@okienko.example") for colleague in STAFF)


@pytest.mark.parametrize("slug", SLUGS)
def test_customers_words_are_masked_already(slug: str) -> None:
    words = {
        language: {entity.word(language) for entity in ENTITIES.values() if entity.fate is not Fate.KEEP}
        for language in PLANS[slug].languages
    }
    own = (*PLANS[slug].allowed, *(colleague.name for colleague in STAFF))
    for conversation in conversations(slug):
        for message in conversation.messages:
            spans = find(RawText(message.text), allowed=own).spans
            assert [span for span in spans if span.fate is not Fate.KEEP] == [], conversation.name
            for found in re.findall(r"\[([^\]]*)\]", message.text):
                assert re.sub(r" [2-9]$", "", found) in words[conversation.language], conversation.name


def test_what_is_sealed_is_nobodys() -> None:
    sealed = {
        label for slug in SLUGS for conversation in conversations(slug) for label, _ in find_placeholders(conversation)
    }
    assert sealed == {"EMAIL_ADDRESS", "PHONE_NUMBER", "IBAN_CODE"}
    assert invent("EMAIL_ADDRESS", 7).endswith(".example")
    assert invent("PHONE_NUMBER", 1007) == "+447700900007"  # Ofcom keeps this range free for drama
    assert invent("IBAN_CODE", 7).startswith("PL00")  # 00 is never the check of an account


@pytest.mark.parametrize("slug", SLUGS)
def test_dialogues_fit_their_brand(slug: str) -> None:
    plan = PLANS[slug]
    names = {colleague.name for colleague in STAFF if colleague.login in plan.roles}
    categories = {category for category, _, _ in plan.categories}
    for dialogue in SCRIPTS[slug].dialogues:
        assert dialogue.language in plan.languages
        assert dialogue.category is None or dialogue.category in categories
        for step in dialogue.steps:
            assert step.what != "joined" or step.wordings[0] in names, dialogue.name
            assert set(step.categories) <= categories, dialogue.name
            assert step.reason in {None, "wrong", "unclear", "outdated", "other"}, dialogue.name


@pytest.mark.parametrize("slug", SLUGS)
def test_a_conversation_ends_as_it_was_written(slug: str) -> None:
    wanted = {dialogue.name: dialogue for dialogue in SCRIPTS[slug].dialogues}
    played = conversations(slug)
    assert len({conversation.reference for conversation in played}) == len(played)
    for conversation in played:
        dialogue = wanted[conversation.name]
        assert (conversation.closed_at is not None) == (dialogue.ends == "closed")
        assert dialogue.ends in {"closed", conversation.holder.value}, conversation.name
        assert dialogue.agent in {None, conversation.agent}
        moments = [message.at for message in conversation.messages]
        assert moments == sorted(set(moments))
        assert conversation.updated_at <= NOW
        assert NOW - conversation.created_at < timedelta(days=18)
        assert conversation.messages[0].author is Author.CUSTOMER


def test_the_same_seed_plays_the_same_past() -> None:
    assert conversations("seans") == conversations("seans")


@pytest.mark.parametrize("slug", SLUGS)
def test_what_we_say_is_calm_and_neutral(slug: str) -> None:
    ours = [f"{draft.title}\n{draft.description}\n{draft.body}" for draft in DRAFTS[slug] if draft.language == "pl"]
    ours += [
        message.text
        for conversation in conversations(slug)
        if conversation.language == "pl"
        for message in conversation.messages
        if message.author is not Author.CUSTOMER
    ]
    for text in ours:
        assert "!" not in text
        assert '"' not in text
        assert text.count("„") == text.count("”")
        assert GENDERED.search(text) is None, GENDERED.search(text)
    assert all("!" not in draft.body for draft in DRAFTS[slug])


@pytest.mark.parametrize("slug", SLUGS)
def test_the_program_speaks_polish(slug: str) -> None:
    plan: Plan = PLANS[slug]
    polish, english = find_voice(plan, "pl"), find_voice(plan, "en")
    for name in (field.name for field in fields(Voice)):
        assert getattr(polish, name) != getattr(english, name), name


@pytest.mark.parametrize("slug", SLUGS)
def test_search_finds_what_customers_ask_in_their_own_words(slug: str) -> None:
    index = build_index(
        Article(
            id=draft.id,
            language=draft.language,
            category=draft.category,
            version=1,
            title=draft.title,
            description=draft.description,
            body=draft.body,
            published=NOW,
        )
        for draft in DRAFTS[slug]
    )
    asked = right = 0
    for conversation in conversations(slug):
        question, *answers = conversation.messages
        answer = next((message for message in answers if message.author is Author.BOT), None)
        if answer is None or answer.kind is not Kind.ANSWER:
            continue
        ranking = index.rankings[conversation.language]
        hits = rank(ranking, read_question(ranking, read_tokens(leave_out_placeholders(question.text))))
        asked += 1
        right += bool(hits) and hits[0].article.id == answer.quoted[0].article
    assert right / asked >= 0.8


def test_folding_is_what_hurried_people_type() -> None:
    assert fold_words("Żółta łódź, KR-20418") == "zolta lodz, KR-20418"

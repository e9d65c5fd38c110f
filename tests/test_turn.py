"""The decision, as a table: situation and words in, plan out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest

import okienko
from okienko.answers.answer import Answer, Clarify, Refuse
from okienko.heard import asks_whether_program, wants_person
from okienko.turn import CODE, CONTACT, PERSON, SKIP, Found, House, as_letter, decide, give_up
from okienko.values import (
    Asked,
    Because,
    Citation,
    ConnectionId,
    ConversationId,
    Holder,
    Kind,
    Language,
    MaskedText,
    PersonId,
    Situation,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CITATION = Citation(article="zwrot", language="pl", version=2, title="Zwrot", quote="Masz 14 dni.", published=NOW)
ANSWER = Answer(text="Masz 14 dni.", citations=(CITATION,), category="zwroty", confidence=0.9)


def house(found: Found = ANSWER, *, people: int = 1, is_open: bool = True) -> House:
    return House(
        name="Próbny",
        hours={"pl": "pn.–pt. 8–20", "en": "Mon–Fri 8–20"},
        open=is_open,
        people=people,
        categories={"pl": {"zwroty": "Zwroty", "konto": "Konto"}},
        look_up=lambda _question, _language, _category: found,
    )


def asked(text: str = "ile dni na zwrot", kind: Kind = Kind.TEXT, choice: str | None = None) -> Asked:
    return Asked(arrival=1, kind=kind, text=MaskedText(text), choice=choice, at=NOW)


def situation(*messages: Asked, language: Language = "pl") -> Situation:
    return Situation(
        conversation=ConversationId(UUID(int=1)),
        person=PersonId(UUID(int=2)),
        connection=ConnectionId("chat"),
        channel="webchat",
        token=1,
        version=0,
        holder=Holder.BOT,
        closed=False,
        language=language,
        category=None,
        picked=False,
        reference="K7F-2QDA",
        noticed=True,
        misses=0,
        failures=0,
        arrived=1,
        asked=messages or (asked(),),
        open_question=None,
    )


def test_an_answer_quotes_and_cites() -> None:
    plan = decide(situation(), house())
    (say,) = plan.says
    assert (say.kind, say.text.text, say.citations) == (Kind.ANSWER, "Masz 14 dni.", (CITATION,))
    assert (plan.holder, plan.category, plan.misses) == (Holder.BOT, "zwroty", 0)


@pytest.mark.parametrize("holder", [Holder.AGENT, Holder.QUEUE])
@pytest.mark.parametrize("text", ["ile dni na zwrot", "chcę rozmawiać z człowiekiem", "czy jesteś botem?"])
def test_the_bot_is_silent_while_a_person_holds_it(holder: Holder, text: str) -> None:
    plan = decide(replace(situation(asked(text)), holder=holder), house())
    assert (plan.says, plan.holder) == ((), holder)


def test_a_closed_conversation_begins_again_with_the_bot() -> None:
    plan = decide(replace(situation(), holder=Holder.AGENT, closed=True), house())
    assert (plan.says[0].kind, plan.holder) == (Kind.ANSWER, Holder.BOT)


def test_the_notice_comes_before_the_first_word() -> None:
    plan = decide(replace(situation(), noticed=False), house())
    assert [say.kind for say in plan.says] == [Kind.NOTICE, Kind.ANSWER]
    silent = decide(replace(situation(), noticed=False, holder=Holder.QUEUE), house())
    assert silent.says == ()


@pytest.mark.parametrize(
    ("people", "is_open", "choices"),
    [(1, True, ()), (0, True, (CONTACT,)), (1, False, (CONTACT,)), (0, False, (CONTACT,))],
)
def test_a_person_is_promised_only_when_one_is_there(people: int, is_open: bool, choices: tuple[str, ...]) -> None:
    plan = decide(situation(asked("Człowiek", Kind.PERSON)), house(people=people, is_open=is_open))
    assert plan.holder is Holder.QUEUE
    assert plan.says[0].kind is Kind.HANDOFF
    assert plan.says[0].choices == choices
    assert "K7F-2QDA" in plan.says[0].text.text


def test_two_turns_without_an_answer_bring_a_person() -> None:
    nothing = house(Refuse(reason="nothing"))
    first = decide(situation(), nothing)
    assert (first.holder, first.misses, first.says[0].choices) == (Holder.BOT, 1, (PERSON,))
    second = decide(replace(situation(), misses=first.misses), nothing)
    assert (second.holder, second.says[0].kind) == (Holder.QUEUE, Kind.HANDOFF)
    assert decide(replace(situation(), misses=1), house()).misses == 0


def test_what_is_not_sure_is_offered_by_its_title_and_the_pick_is_answered_from_that_article() -> None:
    other = replace(CITATION, article="wymiana", title="Wymiana")
    offer = decide(situation(), house(Clarify(articles=(CITATION, other), confidence=0.2)))
    (say,) = offer.says
    assert (say.kind, say.choices) == (Kind.CLARIFY, ("article:zwrot", "article:wymiana", PERSON))
    assert (say.citations, offer.reason, offer.misses) == ((CITATION, other), "clarified", 0)
    heard: list[tuple[str, str | None]] = []

    def look_up(question: MaskedText, _language: Language, where: str | None) -> Found:
        heard.append((question.text, where))
        return ANSWER

    listening = replace(house(), look_up=look_up)
    pick = asked("Wymiana", Kind.CHOICE, "article:wymiana")
    at_once = decide(replace(situation(pick), open_question=MaskedText("za małe")), listening)
    assert (at_once.says[0].kind, at_once.picked) == (Kind.ANSWER, False)  # an article is no category
    decide(situation(pick), listening)  # later, in an older message
    decide(situation(pick, asked("a ile to kosztuje")), listening)  # further words ask anew
    assert heard == [("za małe", "article:wymiana"), ("Wymiana", "article:wymiana"), ("a ile to kosztuje", None)]


def test_an_article_that_is_gone_is_looked_for_everywhere() -> None:
    def look_up(_question: MaskedText, _language: Language, where: str | None) -> Found:
        return ANSWER if where is None else Refuse(reason="nothing")

    pick = asked("Wymiana", Kind.CHOICE, "article:wymiana")
    assert decide(situation(pick), replace(house(), look_up=look_up)).reason == "answered"


def test_a_tie_asks_which_category_and_the_choice_answers_the_question_asked_before() -> None:
    tie = decide(situation(), house(Clarify(categories=("zwroty", "konto"), confidence=0.5)))
    assert (tie.says[0].kind, tie.says[0].choices) == (Kind.CLARIFY, ("zwroty", "konto"))
    heard: list[tuple[str, str | None]] = []

    def look_up(question: MaskedText, _language: Language, category: str | None) -> Found:
        heard.append((question.text, category))
        return ANSWER

    chosen = replace(
        situation(asked("Zwroty", Kind.CHOICE, "zwroty")), open_question=MaskedText("kiedy dostanę pieniądze")
    )
    assert decide(chosen, replace(house(), look_up=look_up)).says[0].kind is Kind.ANSWER
    assert heard == [("kiedy dostanę pieniądze", "zwroty")]


def test_a_category_picked_after_a_greeting_asks_for_words() -> None:
    chosen = replace(situation(asked("Zwroty", Kind.CHOICE, "zwroty")), open_question=MaskedText("dzień dobry"))

    def greet(question: MaskedText, language: Language, category: str | None) -> Found:
        return Refuse(reason="greeting")

    plan = decide(chosen, replace(house(), look_up=greet))
    assert plan.reason == "category_picked"
    assert plan.category == "zwroty"


def test_a_category_picked_first_asks_for_words_and_scopes_what_follows() -> None:
    plan = decide(situation(asked("Zwroty", Kind.CHOICE, "zwroty")), house())
    assert (plan.says[0].text.text, plan.category) == ("Zwroty. Napisz, co się stało.", "zwroty")
    unknown = decide(situation(asked("x", Kind.CHOICE, "no-such")), house())
    assert unknown.category is None


def test_only_a_picked_category_scopes_and_what_it_lacks_is_looked_for_everywhere() -> None:
    heard: list[str | None] = []

    def look_up(_question: MaskedText, _language: Language, category: str | None) -> Found:
        heard.append(category)
        return Refuse(reason="nothing") if category == "konto" else ANSWER

    everywhere = replace(house(), look_up=look_up)
    assert decide(replace(situation(), category="konto", picked=False), everywhere).category == "zwroty"
    assert heard == [None]
    heard.clear()
    assert decide(replace(situation(), category="konto", picked=True), everywhere).says[0].kind is Kind.ANSWER
    assert heard == ["konto", None]


def test_several_messages_are_answered_together() -> None:
    heard: list[str] = []

    def look_up(question: MaskedText, _language: Language, _category: str | None) -> Found:
        heard.append(question.text)
        return ANSWER

    decide(situation(asked("hej"), asked("nie działa mi tv")), replace(house(), look_up=look_up))
    assert heard == ["hej\nnie działa mi tv"]


def test_thanks_are_no_question_and_no_miss() -> None:
    plan = decide(replace(situation(asked("dziękuję")), misses=1), house(Refuse(reason="thanks")))
    assert (plan.holder, plan.misses, plan.says[0].choices) == (Holder.BOT, 0, ())


def test_what_could_not_be_read_is_told_and_given_to_a_person() -> None:
    plan = decide(situation(asked("[…]", Kind.UNREADABLE)), house())
    assert plan.holder is Holder.QUEUE
    assert plan.says[0].text.text.startswith("Tej wiadomości nie udało się odczytać")


@pytest.mark.parametrize(
    "messages",
    [
        (asked("[załącznik: zdjęcie]", Kind.ATTACHMENT),),
        (asked("ile dni na zwrot\n[załącznik: zdjęcie]", Kind.ATTACHMENT),),
        (asked("ile dni na zwrot"), asked("[załącznik: PDF]", Kind.ATTACHMENT)),
        (asked("czy to bot?\n[załącznik: PDF]", Kind.ATTACHMENT),),
    ],
)
def test_what_is_attached_is_for_a_person(messages: tuple[Asked, ...]) -> None:
    plan = decide(situation(*messages), house())
    assert (plan.holder, plan.reason, plan.says[-1].kind) == (Holder.QUEUE, "attachment", Kind.HANDOFF)
    assert "Bot nie otwiera załączników" in plan.says[-1].text.text


def test_somebody_who_asks_for_a_person_too_gets_one_for_that() -> None:
    plan = decide(situation(asked("[załącznik: zdjęcie]", Kind.ATTACHMENT), asked("konsultant proszę")), house())
    assert plan.reason == "asked_for_person"


def test_what_is_attached_while_a_person_has_it_is_theirs() -> None:
    plan = decide(replace(situation(asked("[załącznik: PDF]", Kind.ATTACHMENT)), holder=Holder.AGENT), house())
    assert (plan.reason, plan.says) == ("person_has_it", ())


CARE = "Wygląda na to, że chodzi o zdrowie"


@pytest.mark.parametrize(
    ("found", "kinds", "choices"),
    [
        (ANSWER, [Kind.TEXT, Kind.ANSWER], (PERSON,)),
        (
            Clarify(categories=("zwroty", "konto"), confidence=0.5),
            [Kind.TEXT, Kind.CLARIFY],
            ("zwroty", "konto", PERSON),
        ),
        (Refuse(reason="nothing"), [Kind.TEXT, Kind.TEXT], (PERSON,)),
    ],
)
def test_beside_an_answer_to_words_about_health_a_person_is_offered(
    found: Found, kinds: list[Kind], choices: tuple[str, ...]
) -> None:
    plan = decide(replace(situation(asked("mam cukrzycę")), sensitive=True), house(found))
    care, said = plan.says
    assert ([care.kind, said.kind], said.choices, plan.holder) == (kinds, choices, Holder.BOT)
    assert care.text.text.startswith(CARE)
    assert care.text.text.endswith("Możesz też porozmawiać z człowiekiem.")
    again = decide(replace(situation(asked("mam cukrzycę")), sensitive=True, sensitive_before=True), house(found))
    assert again.says == (said,)
    assert CARE not in "".join(say.text.text for say in decide(situation(), house(found)).says)


def test_who_reads_words_about_health_is_said_with_the_notice_and_when_a_person_takes_it() -> None:
    first = decide(replace(situation(), sensitive=True, noticed=False), house())
    assert [say.kind for say in first.says] == [Kind.NOTICE, Kind.TEXT, Kind.ANSWER]
    handed = decide(replace(situation(asked("Człowiek", Kind.PERSON)), sensitive=True), house())
    care, handoff = handed.says
    assert (care.text.text.startswith(CARE), handoff.kind, handoff.choices) == (True, Kind.HANDOFF, ())
    assert "człowiekiem" not in care.text.text  # one takes it already
    held = decide(replace(situation(), sensitive=True, holder=Holder.AGENT), house())
    assert held.says == ()


def test_giving_up_gives_it_to_a_person() -> None:
    plan = give_up(situation(), house())
    assert (plan.holder, plan.reason, plan.says[0].kind) == (Holder.QUEUE, "broken", Kind.HANDOFF)
    in_public = give_up(replace(situation(), public=True), house())
    assert (in_public.holder, in_public.reason, in_public.says) == (Holder.QUEUE, "broken", ())


@pytest.mark.parametrize(
    ("found", "text", "proposed"),
    [
        (ANSWER, "ile dni na zwrot", ["Masz 14 dni."]),
        (Clarify(categories=("zwroty", "konto"), confidence=0.4), "nie wiem", []),
        (Refuse(reason="greeting"), "dzień dobry", []),
        (Refuse(reason="nothing"), "kiedy leci prom", []),
        (ANSWER, "czy to bot?", []),
        (ANSWER, "chcę człowieka", []),
    ],
)
def test_where_everybody_reads_the_bot_only_proposes_to_a_person(found: Found, text: str, proposed: list[str]) -> None:
    for sensitive in (False, True):
        plan = decide(
            replace(situation(asked(text)), public=True, noticed=False, sensitive=sensitive), house(found, people=0)
        )
        assert (plan.holder, plan.reason, plan.notice, plan.run) == (Holder.QUEUE, "public", None, None)
        assert [(say.text.text, say.proposed) for say in plan.says] == [(words, True) for words in proposed]
    held = decide(replace(situation(asked(text)), public=True, holder=Holder.AGENT), house(found))
    assert (held.says, held.holder, held.reason) == ((), Holder.AGENT, "person_has_it")


@pytest.mark.parametrize(
    "text",
    [
        "chcę rozmawiać z człowiekiem",
        "Chce porozmawiac z konsultantem",
        "proszę o kontakt z konsultantem",
        "połącz mnie z człowiekiem",
        "czy mogę porozmawiać z żywym człowiekiem?",
        "konsultant",
        "poproszę konsultanta",
        "daj mi człowieka",
        "I want to talk to a human",
        "can I speak to a real person please",
        "agent please",
        "human",
        "get me a representative",
    ],
)
def test_asking_for_a_person_is_heard(text: str) -> None:
    assert wants_person(MaskedText(text))


@pytest.mark.parametrize(
    "text",
    [
        "konsultant powiedział, że paczka będzie jutro, a jej nie ma",
        "jak dodać drugą osobę do konta",
        "film o człowieku z marmuru się nie odtwarza",
        "ile osób może oglądać naraz",
        "how many people can watch at once",
        "the agent in the shop sold me a wrong code",
        "nie mogę się zalogować",
    ],
)
def test_words_about_people_are_not_a_wish_for_one(text: str) -> None:
    assert not wants_person(MaskedText(text))


@pytest.mark.parametrize(
    "text",
    [
        "czy jesteś botem?",
        "czy to bot",
        "rozmawiam z człowiekiem? czy to robot",
        "are you a real person?",
        "are you human",
        "is this a bot",
    ],
)
def test_whether_it_is_a_program_is_answered_truly(text: str) -> None:
    assert asks_whether_program(MaskedText(text))
    plan = decide(situation(asked(text)), house())
    assert plan.says[0].text.text.startswith("To jest program (bot), nie człowiek.")
    assert plan.says[0].choices == (PERSON,)


@pytest.mark.parametrize("text", ["robot kuchenny nie dotarł", "program lojalnościowy", "is this a bottle"])
def test_talk_about_programs_is_not_that_question(text: str) -> None:
    assert not asks_whether_program(MaskedText(text))


@pytest.mark.parametrize("reason", get_args(Because))
def test_the_desk_has_words_for_every_reason(reason: str) -> None:
    parts = Path(okienko.__file__).parent / "web" / "templates" / "desk" / "parts.html"
    assert f'"{reason}": _(' in parts.read_text("utf-8")


ACCOUNT = replace(house(Refuse(reason="nothing")), verifying=frozenset({"konto"}), can_mail=True)


def about_account(*messages: Asked) -> Situation:
    return replace(situation(*messages), category="konto", picked=True)


@pytest.mark.parametrize(
    ("now", "where", "holder", "reason", "choices"),
    [
        (about_account(asked("konsultant proszę")), ACCOUNT, Holder.BOT, "code_asked", (CODE, SKIP)),
        (about_account(asked("x", Kind.PERSON)), ACCOUNT, Holder.BOT, "code_asked", (CODE, SKIP)),
        (about_account(asked("[zdjęcie]", Kind.ATTACHMENT)), ACCOUNT, Holder.BOT, "code_asked", (CODE, SKIP)),
        (replace(about_account(asked()), misses=1), ACCOUNT, Holder.BOT, "code_asked", (CODE, SKIP)),
        # another topic, known already, asked before, or nobody may be asked
        (situation(asked("x", Kind.PERSON)), ACCOUNT, Holder.QUEUE, "asked_for_person", ()),
        (replace(about_account(asked("x", Kind.PERSON)), verified=True), ACCOUNT, Holder.QUEUE, "asked_for_person", ()),
        (replace(about_account(asked("x", Kind.PERSON)), code_asked=True), ACCOUNT, Holder.QUEUE, "asked_for_person",
            ()),
        (replace(about_account(asked()), people_only=True), ACCOUNT, Holder.QUEUE, "people_only", ()),
        (replace(about_account(asked()), restricted=True), ACCOUNT, Holder.QUEUE, "restricted", ()),
        (about_account(asked("x", Kind.UNREADABLE)), ACCOUNT, Holder.QUEUE, "unreadable", ()),
    ],
)  # fmt: skip
def test_a_topic_may_ask_for_a_code_before_a_person_takes_it(
    now: Situation, where: House, holder: Holder, reason: Because, choices: tuple[str, ...]
) -> None:
    plan = decide(now, where)
    assert (plan.holder, plan.reason, plan.says[-1].choices) == (holder, reason, choices)


@pytest.mark.parametrize(("where", "channel"), [(replace(ACCOUNT, can_mail=False), "webchat"), (ACCOUNT, "webhook")])
def test_where_no_code_can_be_asked_for_the_person_comes_and_it_is_said(where: House, channel: str) -> None:
    plan = decide(replace(about_account(asked("x", Kind.PERSON)), channel=channel), where)
    assert plan.holder is Holder.QUEUE
    assert "Nie sprawdziliśmy, czy to Ty" in plan.says[-1].text.text


@pytest.mark.parametrize(
    ("answer", "verified", "reason"),
    [
        (asked("Kod podany", Kind.CHOICE, CODE), True, "code_entered"),
        (asked("Pomiń", Kind.CHOICE, SKIP), False, "code_skipped"),
        (asked("Kod podany", Kind.CHOICE, CODE), False, "code_skipped"),  # saying so proves nothing
        (asked("nie mam dostępu do poczty"), False, "code_skipped"),
        (asked("x", Kind.PERSON), False, "code_skipped"),
    ],
)
def test_after_the_code_or_without_it_the_person_comes(answer: Asked, verified: bool, reason: Because) -> None:
    now = replace(about_account(answer), code_asked=True, code_awaited=True, verified=verified)
    plan = decide(now, ACCOUNT)
    assert (plan.holder, plan.reason, plan.category) == (Holder.QUEUE, reason, "konto")


def test_who_asks_whether_it_is_a_program_is_told_so_before_the_code() -> None:
    plan = decide(replace(about_account(asked("jesteś botem? chcę konsultanta"))), ACCOUNT)
    assert plan.reason == "code_asked"
    assert plan.says[-1].text.text.startswith("To jest program")


def test_by_e_mail_everything_is_said_in_one_letter() -> None:
    plan = decide(replace(situation(), noticed=False, channel="email"), house())
    (say,) = as_letter(plan).says
    notice, answer = plan.says
    assert say == replace(answer, text=MaskedText(f"{notice.text.text}\n\n{answer.text.text}"))
    assert as_letter(plan).notice == plan.notice is not None
    chat = decide(replace(situation(), noticed=False), house())
    assert as_letter(chat) == chat


def test_a_letter_that_asks_something_is_a_question() -> None:
    plan = decide(
        replace(situation(), noticed=False, channel="email"),
        house(Clarify(categories=("zwroty", "konto"), confidence=0.5)),
    )
    (say,) = as_letter(plan).says
    assert say.kind is plan.says[-1].kind
    assert say.choices == plan.says[-1].choices

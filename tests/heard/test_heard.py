"""Questions about what answers, and wishes for a person: every wording in the files beside this one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko import heard
from okienko.answers.answer import Refuse
from okienko.heard import asks_whether_program, mentions_person, wants_person, wishes_people_only
from okienko.turn import CONTACT, PERSON, AiNotice, decide
from okienko.values import Holder, Kind, Language, MaskedText
from tests.test_turn import asked, house, situation

FOLDER = Path(__file__).parent


def read_wordings(name: str) -> Iterator[tuple[str, str]]:
    """(section, wording) of a file."""
    section = ""
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            yield section, line


PROGRAM = list(read_wordings("program"))
TRUTHS: dict[Language, str] = {
    "pl": "To jest program (bot), nie człowiek.",
    "en": "This is a program (a bot), not a person.",
}
# The words of hints that are several words long, and some that stand beside them.
HINTED = (
    "de verdad do you have what who a are is exactly z kim kims czym czyms jestes ty kto mi wer was bist mit wem quien"
    " que quie quen eres e es con qui et je ai me es-tu suis-je (kim jestes? kim, «qui transfer live chat"
)
DENIALS = ("Nie, ", "No, ", "Tak, ", "Yes, ", "jestem człowiekiem", "I am a human")


def test_there_are_two_hundred_wordings_in_five_languages() -> None:
    plain = [section for section, _ in PROGRAM if section != "injections"]
    assert len(plain) >= 200
    assert {plain.count(language) >= 39 for language in ("pl", "en", "de", "es", "fr")} == {True}
    assert len(set(PROGRAM)) == len(PROGRAM)


@pytest.mark.parametrize(("section", "text"), PROGRAM)
def test_ai_03_whether_it_is_a_person_is_answered_truly(section: str, text: str) -> None:
    assert asks_whether_program(MaskedText(text))
    for language, truth in TRUTHS.items():
        plan = decide(situation(asked(text), language=language), house())
        said = " ".join(say.text.text for say in plan.says)
        assert truth in said
        assert not any(denial in said for denial in DENIALS)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.ATTACHMENT])
@pytest.mark.parametrize("restricted", [False, True])
def test_ai_03_the_truth_is_told_whatever_else_the_turn_does(kind: Kind, restricted: bool) -> None:
    text = "czy jesteś botem? chcę rozmawiać z człowiekiem"
    plan = decide(replace(situation(asked(text, kind)), restricted=restricted), house())
    assert plan.says[0].text.text.startswith("To jest program (bot), nie człowiek.")
    assert plan.holder is Holder.QUEUE


@pytest.mark.parametrize(("_", "text"), list(read_wordings("not-program")))
def test_ai_03_nearly_the_same_words_are_another_matter(_: str, text: str) -> None:
    assert not asks_whether_program(MaskedText(text))


def test_ai_05_a_wish_for_a_person_is_heard_and_never_argued_with() -> None:
    """Of our own list, 99 % at least; whoever is heard is not asked back even once."""
    wishes = [(section, text) for section, text in read_wordings("person")]
    missed = [text for _, text in wishes if not wants_person(MaskedText(text))]
    assert len(wishes) >= 200
    assert len(missed) <= len(wishes) / 100, missed
    for language, text in wishes:
        if text not in missed:
            plan = decide(situation(asked(text), language="pl" if language == "pl" else "en"), house())
            assert (plan.holder, plan.says[-1].kind) == (Holder.QUEUE, Kind.HANDOFF), text


@pytest.mark.parametrize(("_", "text"), list(read_wordings("not-person")))
def test_ai_05_words_about_people_are_no_wish(_: str, text: str) -> None:
    assert not wants_person(MaskedText(text))


def test_ai_05_a_word_for_a_person_without_an_answer_brings_one() -> None:
    text = "a jakiś doradca nie mógłby tego zobaczyć"
    assert not wants_person(MaskedText(text))
    assert mentions_person(MaskedText(text))
    plan = decide(situation(asked(text)), house(Refuse(reason="nothing")))
    assert (plan.holder, plan.reason) == (Holder.QUEUE, "asked_for_person")
    assert decide(situation(asked(text)), house()).says[0].kind is Kind.ANSWER


def test_ai_04_a_person_is_one_step_away_from_whatever_the_bot_says() -> None:
    """The button is in every state of the window; said in words, it works in every state of a turn."""
    button = asked("Porozmawiaj z człowiekiem", Kind.PERSON)
    for change in (
        {},
        {"restricted": True},
        {"people_only": True},
        {"misses": 1},
        {"picked": True},
        {"noticed": False},
    ):
        for people in (0, 1):
            plan = decide(replace(situation(button), **change), house(people=people))
            assert plan.holder is Holder.QUEUE
            assert plan.says[-1].choices == ((CONTACT,) if people == 0 else ())


# people only ----------------------------------------------------------------------------------------------------------

WISHES = {
    "tylko ludzie, proszę": True,
    "nie chcę, żeby odpowiadał mi bot": True,
    "bez AI": True,
    "żadnych botów": True,
    "no AI please": True,
    "people only": True,
    "do not use AI on me": True,
    "bot może odpowiadać": False,
    "Bot może znów odpowiadać.": False,
    "niech znów odpowiada bot": False,
    "włącz bota": False,
    "the bot may answer": False,
    "let the bot answer": False,
    "czy tylko ludzie mogą kupić?": None,
    "is there a plan without AI?": None,
    "czy jesteś botem?": None,
    "ile dni na zwrot": None,
}


@pytest.mark.parametrize(("text", "wish"), list(WISHES.items()))
def test_people_only_is_a_wish_that_is_heard(text: str, wish: bool | None) -> None:
    assert wishes_people_only(MaskedText(text)) is wish


def test_people_only_hands_over_without_an_answer_and_is_taken_back_as_easily() -> None:
    wished = decide(situation(asked("tylko ludzie, proszę")), house())
    assert (wished.people_only, wished.holder, wished.reason) == (True, Holder.QUEUE, "people_only")
    assert "bot może odpowiadać" in wished.says[0].text.text  # which is what takes it back
    later = decide(replace(situation(), people_only=True), house())
    assert (later.holder, later.people_only, later.says[0].kind) == (Holder.QUEUE, None, Kind.HANDOFF)
    waiting = replace(situation(asked("bot może odpowiadać")), people_only=True, holder=Holder.QUEUE)
    back = decide(waiting, house())
    assert (back.people_only, back.holder, back.reason) == (False, Holder.BOT, "bot_allowed")
    held = decide(replace(waiting, holder=Holder.AGENT), house())
    assert (held.people_only, held.holder, held.says) == (False, Holder.AGENT, ())


def test_the_notice_is_the_published_one() -> None:
    published = replace(house(), notices={"pl": AiNotice(version=7, text="Odpowiada bot.")})
    plan = decide(replace(situation(), noticed=False), published)
    assert (plan.notice, plan.says[0].kind, plan.says[0].text.text) == (7, Kind.NOTICE, "Odpowiada bot.")
    assert decide(situation(), published).notice is None
    assert decide(replace(situation(), noticed=False), house()).notice == 1


def test_whoever_asks_what_answers_is_offered_a_person() -> None:
    assert decide(situation(asked("czy jesteś botem?")), house()).says[0].choices == (PERSON,)


@given(words=st.lists(st.sampled_from(HINTED.split()), min_size=1, max_size=6))
def test_a_hint_in_several_words_is_seen_in_one_of_them(words: list[str]) -> None:
    said = " ".join(words)
    if heard._PROGRAM_HINT.search(said) is not None:  # pyright: ignore[reportPrivateUsage] - what the short look stands for
        assert "program" in heard._listen(said)[1]  # pyright: ignore[reportPrivateUsage] - the short look

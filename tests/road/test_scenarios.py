"""A scenario in a conversation: begun by what somebody writes, moved on by answers, interrupted, left, handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from okienko.cli.ask import ask_bot
from okienko.conversations.store import threads
from okienko.database.ids import new_id
from okienko.masking.mask import published
from okienko.scenarios import store
from okienko.scenarios.files import read_texts
from okienko.scenarios.publish import publish
from okienko.settings import Settings
from okienko.values import ConversationId, RawText
from tests.road.conftest import World

FILE: Final = read_texts()["delivery-problem"].replace("category: delivery", "category: zwroty")


ANN: Final = "ann-" + "a" * 40
BOB: Final = "bob-" + "b" * 40


async def publish_scenario(world: World, body: str = FILE) -> None:
    """Saves a file as the newest version and lets it run."""
    now = world.clock()
    async with world.database.brand(world.brand.id) as connection:
        versions = await store.read_versions(connection, world.brand.id, "delivery-problem")
        base = (versions[0].version, versions[0].edits) if versions else None
        saved = await store.save(
            connection, world.brand.id, "delivery-problem", body, base=base, staff_id=None, now=now
        )
        assert saved is not None
        version, *_ = await store.read_versions(connection, world.brand.id, "delivery-problem")
        assert await publish(connection, world.brand, version, publication=new_id(now), staff_id=None, now=now)
    world.clock.move(1)


async def _ask(world: World, text: str, *, choice: str | None = None, token: str = ANN) -> None:
    said = await world.say(token, text, kind="choice" if choice else "text", choice=choice)
    assert said.status == 200, said
    await world.settle()
    await world.worker.scenarios.settle()
    world.clock.move(1)


async def _last(world: World, conversation: ConversationId) -> str:
    *_, (_, _, text) = await world.transcript(conversation)
    return text


async def _runs(world: World) -> list[tuple[str, int, str, list[str]]]:
    async with world.database.brand(world.brand.id) as connection:
        rows = await (
            await connection.execute("select scenario_id, version, step, answers from scenario_run")
        ).fetchall()
    return [(scenario, version, step, answers) for scenario, version, step, answers in rows]


@pytest.mark.anyio
async def test_words_begin_a_scenario_and_answers_move_it_on_to_a_person(world: World) -> None:
    await publish_scenario(world)
    conversation = await world.begin(ANN)
    await _ask(world, "moja paczka nie dotarła")
    assert await _last(world, conversation) == "Co się stało z przesyłką?"
    assert await _runs(world) == [("delivery-problem", 1, "what", [])]
    await _ask(world, "Nie dotarła", choice="option:late")
    assert await _last(world, conversation) == "Kiedy było złożone zamówienie?"
    await _ask(world, "01.01.2020")
    await _ask(world, "ZAM-2041 anna@kowalska.example")
    assert "Zamówienie ZAM-2041: sprawdzi je" in (await world.transcript(conversation))[-2][2]
    assert "anna@kowalska.example" not in str(await world.transcript(conversation))
    assert await _runs(world) == []
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select holder, reason, category from conversation")).fetchone()
    assert row == ("queue", "scenario", "zwroty")


@pytest.mark.anyio
async def test_a_question_in_between_is_answered_and_the_scenario_asks_again(world: World) -> None:
    await publish_scenario(world)
    conversation = await world.begin(ANN)
    await _ask(world, "moja paczka nie dotarła")
    await _ask(world, "nie przyszła")
    await _ask(world, "a jak zmienić hasło?")
    (_, kind, _), (_, _, again) = (await world.transcript(conversation))[-2:]
    assert (kind, again) == ("answer", "Kiedy było złożone zamówienie?")
    assert await _runs(world) == [("delivery-problem", 1, "ordered", ["late"])]


@pytest.mark.anyio
async def test_back_again_stop_and_a_person_at_any_moment(world: World) -> None:
    await publish_scenario(world)
    conversation = await world.begin(ANN)
    await _ask(world, "moja paczka nie dotarła")
    await _ask(world, "nie przyszła")
    await _ask(world, "wróć")
    assert await _runs(world) == [("delivery-problem", 1, "what", [])]
    await _ask(world, "2")
    assert await _runs(world) == [("delivery-problem", 1, "number", ["damaged"])]
    await _ask(world, "od nowa")
    assert await _runs(world) == [("delivery-problem", 1, "what", [])]
    await _ask(world, "przerwij")
    assert await _runs(world) == []
    assert "O co chodzi" in await _last(world, conversation)
    await _ask(world, "moja paczka nie dotarła")
    await _ask(world, "chcę rozmawiać z człowiekiem")
    assert await _runs(world) == []
    assert "nikogo nie ma" in await _last(world, conversation)


@pytest.mark.anyio
async def test_a_change_does_not_touch_whoever_is_in_it(world: World) -> None:
    await publish_scenario(world)
    ann, bob = await world.begin(ANN), await world.begin(BOB)
    await _ask(world, "moja paczka nie dotarła")
    await publish_scenario(
        world, FILE.replace("Co się stało z przesyłką?", "Co jest nie tak?").replace("Kiedy było", "Którego dnia było")
    )
    await _ask(world, "nie przyszła")
    assert await _last(world, ann) == "Kiedy było złożone zamówienie?"
    await _ask(world, "moja paczka nie dotarła", token=BOB)
    await _ask(world, "moja paczka nie dotarła", token=BOB)
    assert {(version, step) for _, version, step, _ in await _runs(world)} >= {(1, "ordered")}
    assert (await world.transcript(bob))[1][2] == "Co jest nie tak?"


@pytest.mark.anyio
async def test_another_worker_knows_a_version_that_began_elsewhere_a_moment_ago(world: World) -> None:
    await publish_scenario(world)
    conversation = await world.begin(ANN)
    await _ask(world, "moja paczka nie dotarła")
    world.worker.scenarios._kept.clear()  # pyright: ignore[reportPrivateUsage] - as one that has just been started
    await _ask(world, "nie przyszła")
    assert await _last(world, conversation) == "Kiedy było złożone zamówienie?"


@pytest.mark.anyio
async def test_what_has_something_to_mend_is_not_published(world: World) -> None:
    now = world.clock()
    whim = (
        read_texts()["complaint"].replace("category: complaints", "category: zwroty").replace("case: c", "case: whim-c")
    )
    async with world.database.brand(world.brand.id) as connection:
        await store.save(connection, world.brand.id, "complaint", whim, base=None, staff_id=None, now=now)
        (version,) = await store.read_versions(connection, world.brand.id, "complaint")
        with pytest.raises(Exception, match="no cases of the kind"):
            await publish(connection, world.brand, version, publication=new_id(now), staff_id=None, now=now)


@pytest.mark.anyio
async def test_whoever_asks_at_a_terminal_sees_which_scenario_would_begin(world: World, tmp_path: Path) -> None:
    await publish_scenario(world)
    settings = Settings(data=tmp_path, keys=tmp_path)

    async def ask(question: str) -> tuple[str, str | None, str]:
        said = await ask_bot(world.urls, settings, RawText(question), slug="probny", language="pl", category=None)
        return said["kind"], said["scenario"], said["text"]

    assert await ask("moja paczka nie dotarła") == (
        "scenario",
        "delivery-problem",
        "Co się stało z przesyłką?\n1. Nie dotarła\n2. Jest uszkodzona\n3. Czegoś brakuje",
    )
    kind, scenario, _ = await ask("jak zmienić hasło?")
    assert (kind, scenario) == ("answer", None)


@pytest.mark.anyio
async def test_what_a_link_offers_begins_with_a_press(world: World) -> None:
    await publish_scenario(world)
    conversation = await world.begin(ANN)
    await _ask(world, "Problem z dostawą", choice="scenario:delivery-problem")
    assert await _last(world, conversation) == "Co się stało z przesyłką?"


SILENT: Final = """\
scenario: delivery-problem
name: {pl: Cisza, en: Silence}
category: zwroty
triggers: {examples: {pl: [moja paczka nie dotarła], en: [my parcel has not arrived]}}
steps:
  - step: helped
    ask: choice
    save: helped
    say: {pl: "Czy to pomogło?", en: "Did this help?"}
    choices: [{value: "yes", pl: Tak, en: Yes}, {value: "no", pl: Nie, en: No, go: unsolved}]
  - {step: done, end: solved}
  - {step: unsolved, end: unsolved}
dialogues:
  - {dialogue: pomogło, language: pl, turns: [{customer: tak, ends: solved}]}
  - {dialogue: it helped, language: en, turns: [{customer: "yes", ends: solved}]}
"""


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "last"),
    [
        ("tak", "Dobrze. Jeśli pojawi się coś jeszcze, napisz tutaj."),
        ("nie", "Bot nic więcej o tym nie wie. Można poprosić o człowieka."),
    ],
)
async def test_an_end_that_says_nothing_leaves_nobody_without_an_answer(world: World, answer: str, last: str) -> None:
    await publish_scenario(world, SILENT)
    conversation = await world.begin(ANN)
    await _ask(world, "moja paczka nie dotarła")
    await _ask(world, answer)
    assert await _last(world, conversation) == last
    assert await _runs(world) == []


@pytest.mark.anyio
async def test_below_what_a_scenario_says_it_may_be_asked_whether_it_helped(world: World) -> None:
    last = "  - {step: done, end: solved, rate: true, say: {pl: Proszę uruchomić router ponownie., en: Restart it.}}\n"
    await publish_scenario(world, SILENT.replace("  - {step: done, end: solved}\n", last))
    conversation = await world.begin(ANN)
    await _ask(world, "moja paczka nie dotarła")
    await _ask(world, "tak")
    *_, said = await world.transcript(conversation)
    assert said == ("bot", "answer", "Proszę uruchomić router ponownie.")
    async with world.database.brand(world.brand.id) as connection:
        visible = await threads.read_visible(connection, conversation)
        assert visible is not None
        message = visible.messages[-1].id
        assert await threads.give_feedback(
            connection,
            conversation=conversation,
            message=message,
            helped=False,
            reason="unclear",
            comment=published(""),
            now=world.clock(),
        )
        row = await (await connection.execute("select helped, reason from answer_feedback")).fetchone()
    assert row == (False, "unclear")

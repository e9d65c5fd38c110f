"""An incident on the road: heard of first by whoever asks about it, once, and remembered in the turn's commit."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import pytest

from okienko.conversations.store import turns
from okienko.conversations.store.choices import tell
from okienko.database.ids import new_id
from okienko.incidents import store
from okienko.incidents.incident import Incident
from okienko.incidents.publish import tell_all_clear
from okienko.turn import decide
from okienko.values import ConversationId, MaskedText, MessageId
from tests.road.conftest import World
from tests.road.test_scenarios import publish_scenario

pytestmark = pytest.mark.anyio

ANN: Final = "ann-" + "a" * 40
BOB: Final = "bob-" + "b" * 40
NOTICE: Final = "Płatności BLIK są chwilowo odrzucane. Karta i przelew działają."


def blik(world: World, **changes: Any) -> Incident:
    """Payments by BLIK fail, for three hours at most."""
    given: dict[str, Any] = {
        "broke": "Płatności BLIK nie przechodzą",
        "since": world.clock() - timedelta(minutes=5),
        "until": world.clock() + timedelta(hours=3),
        "notice": {"pl": NOTICE, "en": "BLIK payments are being declined for now. Cards and transfers work."},
        "examples": ["nie mogę zapłacić blikiem", "blik mi odrzuca płatność", "kod blik nie działa przy płaceniu"],
    }
    return Incident(**{**given, **changes})


async def declare(world: World, incident: Incident) -> UUID:
    id_ = new_id(world.clock())
    async with world.database.brand(world.brand.id) as connection:
        await store.declare(connection, world.brand.id, incident, id_=id_, staff_id=None, now=world.clock())
    await refresh(world)
    return id_


async def refresh(world: World) -> None:
    """As long as it takes until a worker has looked and learnt, which it does by itself, every second."""
    await world.worker.learn_incidents()
    await world.worker.incidents.settle()
    world.clock.move(1)


async def ask(world: World, text: str, *, token: str = ANN) -> None:
    said = await world.say(token, text)
    assert said.status == 200, said
    await world.settle()
    world.clock.move(1)


async def said(world: World, conversation: ConversationId) -> list[str]:
    """What the bot has said so far."""
    return [text for author, _, text in await world.transcript(conversation) if author == "bot"]


async def reports(world: World) -> list[tuple[Any, ...]]:
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute("select conversation_id, told, asked from incident_report order by first_at")
        return await rows.fetchall()


async def test_whoever_asks_hears_of_it_first_and_nobody_else(world: World) -> None:
    await declare(world, blik(world))
    ann, bob = await world.begin(ANN), await world.begin(BOB)
    await ask(world, "próbuję zapłacić blikiem i ciągle odrzuca")
    await ask(world, "jak zmienić hasło?", token=BOB)
    (notice,) = await said(world, ann)
    assert notice.startswith("Próbny informuje o awarii (od 12:55):\n" + NOTICE)
    assert not any(NOTICE in text for text in await said(world, bob))
    assert await reports(world) == [(ann, 1, 1)]


async def test_it_is_said_once_and_in_short_to_who_asks_again(world: World) -> None:
    await declare(world, blik(world, news_at=world.clock() + timedelta(hours=1)))
    ann = await world.begin(ANN)
    await ask(world, "nie moge zaplacic blikiem")
    await ask(world, "i co z tym blikiem, dalej nie moge zaplacic")
    first, again, *_ = await said(world, ann)
    assert NOTICE in first
    assert "Następne informacje: 14:00." in first
    assert NOTICE not in again
    assert "Trwa nadal" in again
    assert "Następne informacje: 14:00." in again
    assert await reports(world) == [(ann, 1, 2)]


async def test_then_comes_what_would_have_come_without_it(world: World) -> None:
    await declare(world, blik(world, examples=["ile czekać na zwrot towaru", "zwrot towaru nie działa"]))
    ann = await world.begin(ANN)
    await ask(world, "Ile dni mam na zwrot towaru?")
    (_, first_kind, first), (_, kind, answer) = (await world.transcript(ann))[1:]
    assert (first_kind, kind) == ("text", "answer")
    assert NOTICE in first
    assert "14 dni" in answer


async def test_a_person_who_has_it_is_not_talked_over_but_sees_what_it_is_about(world: World) -> None:
    await declare(world, blik(world))
    ann = await world.begin(ANN)
    await ask(world, "chcę rozmawiać z człowiekiem")
    before = await said(world, ann)
    await ask(world, "blik mi odrzuca płatność")
    assert await said(world, ann) == before
    assert await reports(world) == [(ann, None, 1)]


async def test_conditions_exclude_only_what_is_known(world: World) -> None:
    await declare(world, blik(world, languages=("pl",), categories=("konto",)))
    ann, bob = await world.begin(ANN), await world.begin(BOB, language="en")
    await ask(world, "blik mi odrzuca płatność")
    await ask(world, "my blik payment is declined, blik mi odrzuca płatność", token=BOB)
    assert NOTICE in (await said(world, ann))[0]
    assert not any("BLIK payments" in text for text in await said(world, bob))
    assert [conversation for conversation, _, _ in await reports(world)] == [ann]


async def test_it_ends_by_itself_and_a_draft_says_nothing(world: World) -> None:
    draft = new_id(world.clock())
    async with world.database.brand(world.brand.id) as connection:
        await store.save(connection, world.brand.id, draft, blik(world), base=None, staff_id=None, now=world.clock())
    await refresh(world)
    ann = await world.begin(ANN)
    await ask(world, "blik mi odrzuca płatność")
    assert not any(NOTICE in text for text in await said(world, ann))
    await declare(world, blik(world))
    world.clock.move(3 * 3600)
    bob = await world.begin(BOB)
    await ask(world, "blik mi odrzuca płatność", token=BOB)
    assert not any(NOTICE in text for text in await said(world, bob))
    assert await reports(world) == []


async def test_a_new_text_is_told_in_full_to_who_asks_again(world: World) -> None:
    id_ = await declare(world, blik(world))
    ann = await world.begin(ANN)
    await ask(world, "blik mi odrzuca płatność")
    newer = blik(world, notice={"pl": "BLIK wraca po kolei do każdego banku.", "en": "BLIK is coming back."})
    async with world.database.brand(world.brand.id) as connection:
        version = await store.save(
            connection, world.brand.id, id_, newer, base=(1, 1), staff_id=None, now=world.clock()
        )
        assert version == 2
        assert await store.go_live(connection, world.brand.id, id_, (2, 1), now=world.clock())
    await refresh(world)
    assert len(await said(world, ann)) == 1, "nobody is told by themselves"
    await ask(world, "blik mi odrzuca płatność")
    assert "wraca po kolei" in (await said(world, ann))[1]
    assert await reports(world) == [(ann, 2, 2)]


# the all clear --------------------------------------------------------------------------------------------------------


async def end(world: World, id_: UUID, *, solved: bool = True) -> None:
    async with world.database.brand(world.brand.id) as connection:
        assert await store.end(connection, world.brand.id, id_, solved=solved, staff_id=None, now=world.clock())


async def clears(world: World, conversation: ConversationId) -> int:
    """How often it was said in a conversation that it is over."""
    return sum("jest usunięta" in text for _, _, text in await world.transcript(conversation))


async def outcomes(world: World) -> list[tuple[Any, ...]]:
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute("select conversation_id, outcome from incident_report order by first_at")
        return await rows.fetchall()


async def test_exactly_those_who_asked_are_told_once_that_it_is_over(world: World) -> None:
    id_ = await declare(world, blik(world))
    ann, bob = await world.begin(ANN), await world.begin(BOB)
    await ask(world, "blik mi odrzuca płatność")
    await ask(world, "jak zmienić hasło?", token=BOB)
    await world.worker.tend_incidents()
    assert await clears(world, ann) == 0
    await end(world, id_)
    for _ in range(3):
        await world.worker.tend_incidents()
    assert (await clears(world, ann), await clears(world, bob)) == (1, 0)
    assert (await world.transcript(ann))[-1][:2] == ("system", "event")
    assert await outcomes(world) == [(ann, "told")]


async def test_what_is_not_solved_says_nothing_until_it_is(world: World) -> None:
    id_ = await declare(world, blik(world))
    ann = await world.begin(ANN)
    await ask(world, "blik mi odrzuca płatność")
    await end(world, id_, solved=False)
    await world.worker.tend_incidents()
    assert await clears(world, ann) == 0
    async with world.database.brand(world.brand.id) as connection:
        assert await store.solve(connection, world.brand.id, id_)
    await world.worker.tend_incidents()
    assert await clears(world, ann) == 1


@pytest.mark.parametrize(("clear", "told"), [(True, 1), (False, 0)])
async def test_whose_time_is_over_counts_as_solved_only_if_its_editor_said_so(
    world: World, clear: bool, told: int
) -> None:
    await declare(world, blik(world, clears=clear))
    ann = await world.begin(ANN)
    await ask(world, "blik mi odrzuca płatność")
    world.clock.move(3 * 3600)
    await world.worker.tend_incidents()
    assert await clears(world, ann) == told


class Killed(Exception):
    """As a worker that dies."""


async def _die_while_telling(world: World) -> None:
    async with world.database.brand(world.brand.id) as connection:
        claimed = await store.claim_unsettled(connection, world.brand.id, now=world.clock(), most=2)
        for one in claimed:
            message = MessageId(new_id(world.clock()))
            text = MaskedText("jest usunięta")
            await tell(connection, one.conversation, message=message, text=text, now=world.clock())
        assert len(claimed) == 2
        raise Killed


async def test_a_worker_that_dies_half_way_tells_nobody_twice_and_leaves_nobody_out(world: World) -> None:
    id_ = await declare(world, blik(world))
    tokens = [f"{name}-" + name * 40 for name in "abcdef"]
    conversations = [await world.begin(token) for token in tokens]
    for token in tokens:
        await ask(world, "blik mi odrzuca płatność", token=token)
    await end(world, id_)
    brand, now = world.brand, world.clock()
    assert len(await tell_all_clear(world.database, brand, now, can_mail=False, most=2)) == 2
    with pytest.raises(Killed):
        await _die_while_telling(world)
    assert sum([await clears(world, conversation) for conversation in conversations]) == 2
    await world.worker.tend_incidents()
    assert [await clears(world, conversation) for conversation in conversations] == [1] * 6


async def test_two_workers_at_once_tell_each_conversation_once(world: World) -> None:
    id_ = await declare(world, blik(world))
    tokens = [f"{name}-" + name * 40 for name in "abcdef"]
    conversations = [await world.begin(token) for token in tokens]
    for token in tokens:
        await ask(world, "blik mi odrzuca płatność", token=token)
    await end(world, id_)
    await asyncio.gather(
        *(tell_all_clear(world.database, world.brand, world.clock(), can_mail=False, most=4) for _ in range(3))
    )
    await world.worker.tend_incidents()
    assert [await clears(world, conversation) for conversation in conversations] == [1] * 6


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ("update person set restricted_at = now()", "restricted"),
        ("update thread set muted = true", "withdrawn"),
    ],
)
async def test_who_may_not_be_written_to_is_not_and_the_page_can_say_why(
    world: World, change: LiteralString, outcome: str
) -> None:
    id_ = await declare(world, blik(world))
    ann = await world.begin(ANN)
    await ask(world, "blik mi odrzuca płatność")
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(change)
    await end(world, id_)
    await world.worker.tend_incidents()
    assert await clears(world, ann) == 0
    assert await outcomes(world) == [(ann, outcome)]
    async with world.database.brand(world.brand.id) as connection:
        (account,) = await store.read_account(connection, world.brand.id, id_)
    assert (account.what, account.count, len(account.references)) == (outcome, 1, 1)


async def test_a_conversation_that_a_person_has_is_told_too_and_stays_theirs(world: World) -> None:
    id_ = await declare(world, blik(world))
    ann = await world.begin(ANN)
    await ask(world, "chcę rozmawiać z człowiekiem")
    await ask(world, "blik mi odrzuca płatność")
    await end(world, id_)
    await world.worker.tend_incidents()
    assert await clears(world, ann) == 1
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select holder from conversation")).fetchone()
    assert row == ("queue",)


async def test_a_letter_goes_to_a_verified_address_when_nobody_seems_to_look(world: World) -> None:
    id_ = await declare(world, blik(world))
    ann, bob = await world.begin(ANN), await world.begin(BOB)
    await ask(world, "blik mi odrzuca płatność")
    await ask(world, "blik mi odrzuca płatność", token=BOB)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            """insert into identity
              (brand_id, person_id, id, kind, lookup, sealed, created_at, verified_at, verified_by)
            select brand_id, person_id, gen_random_uuid(), 'email', 'x', 'x', now(), now(), 'code' from conversation
            where id = %s""",
            (ann,),
        )
    world.clock.move(3600)
    await end(world, id_)
    await tell_all_clear(world.database, world.brand, world.clock(), can_mail=True)
    await tell_all_clear(world.database, world.brand, world.clock(), can_mail=True)
    assert await outcomes(world) == [(ann, "letter"), (bob, "told")]
    assert (await clears(world, ann), await clears(world, bob)) == (1, 1)
    async with world.database.brand(world.brand.id) as connection:
        rows = await (await connection.execute("select template, about from letter")).fetchall()
    assert rows == [("all_clear", id_)]


async def test_a_person_with_two_conversations_is_told_in_the_newer_one(world: World) -> None:
    id_ = await declare(world, blik(world))
    ann, again = await world.begin(ANN), await world.begin(BOB)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "update conversation set person_id = (select person_id from conversation where id = %s) where id = %s",
            (ann, again),
        )
    await ask(world, "blik mi odrzuca płatność")
    await ask(world, "blik mi odrzuca płatność", token=BOB)
    await end(world, id_)
    await world.worker.tend_incidents()
    assert (await clears(world, ann), await clears(world, again)) == (0, 1)
    assert await outcomes(world) == [(ann, "elsewhere"), (again, "told")]


# in between -----------------------------------------------------------------------------------------------------------


async def test_inside_a_scenario_it_is_said_in_between_and_the_scenario_asks_again(world: World) -> None:
    await publish_scenario(world)
    ann = await world.begin(ANN)
    await ask(world, "moja paczka nie dotarła")
    await world.worker.scenarios.settle()
    await ask(world, "nie przyszła")
    await declare(world, blik(world))
    for _ in range(4):  # as often as it would have been given up, had it been no answer
        await ask(world, "nie moge zaplacic blikiem")
    first, again, *_ = [text for text in await said(world, ann) if "awari" in text]
    assert NOTICE in first
    assert NOTICE not in again
    assert (await said(world, ann))[-1] == "Kiedy było złożone zamówienie?"
    async with world.database.brand(world.brand.id) as connection:
        rows = await (await connection.execute("select step, tries from scenario_run")).fetchall()
    assert rows == [("ordered", 0)]


async def test_who_asks_for_a_person_as_well_hears_of_it_and_gets_the_person(world: World) -> None:
    await declare(world, blik(world))
    ann = await world.begin(ANN)
    await ask(world, "blik mi odrzuca płatność, chcę rozmawiać z człowiekiem")
    kinds = [(kind, NOTICE in text) for author, kind, text in await world.transcript(ann) if author == "bot"]
    assert kinds == [("text", True), ("handoff", False)]


@pytest.mark.parametrize(("column", "linked"), [("restricted_at", False), ("people_only_at", True)])
async def test_who_wants_no_program_is_told_nothing_by_one(world: World, column: LiteralString, linked: bool) -> None:
    await declare(world, blik(world))
    ann = await world.begin(ANN)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(f"update person set {column} = now()".encode())
    await ask(world, "blik mi odrzuca płatność")
    await ask(world, "blik mi odrzuca płatność")
    assert not any(NOTICE in text for text in await said(world, ann))
    assert [(conversation, told) for conversation, told, _ in await reports(world)] == ([(ann, None)] if linked else [])


async def test_a_takeover_drops_the_notice_and_the_link_with_it(world: World) -> None:
    """What a plan says and what it notes are one commit: with a plan that is dropped, neither is there."""
    await declare(world, blik(world))
    ann = await world.begin(ANN)
    await world.say(ANN, "blik mi odrzuca płatność")
    worker = world.worker
    async with world.database.shared() as connection:
        leases = await turns.claim_lanes(connection, limit=8, now=world.clock(), lease=timedelta(seconds=10))
    async with world.database.brand(world.brand.id) as connection:
        (situation,) = await turns.read_situations(connection, leases, world.clock())
        await connection.execute("update conversation set version = version + 1")
    plan = decide(situation, await worker.house(world.brand.id))
    assert plan.report is not None
    async with world.database.brand(world.brand.id) as connection:
        packed = turns.pack_plans([plan], [[new_id(world.clock()) for _ in plan.says]], world.clock())
        await connection.execute(turns.WRITE_PLANS, packed)
    assert await said(world, ann) == []
    assert await reports(world) == []

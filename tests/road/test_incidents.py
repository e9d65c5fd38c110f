"""An incident on the road: heard of first by whoever asks about it, once, and remembered in the turn's commit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from okienko.database.ids import new_id
from okienko.incidents import store
from okienko.incidents.incident import Incident
from okienko.values import ConversationId
from tests.road.conftest import World

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
    """As long as it takes until workers look at the brand anew."""
    world.clock.move(1)
    await world.worker.house(world.brand.id)
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

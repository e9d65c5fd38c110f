"""No AI, people only: said once in one conversation, it holds in the person's others, on whatever channel."""

from __future__ import annotations

import pytest

from tests.road.conftest import World

pytestmark = pytest.mark.anyio

TOKEN, OTHER = "t" * 43, "u" * 43


async def test_people_only_holds_for_the_person_everywhere_until_it_is_taken_back(world: World) -> None:
    first, second = await world.begin(TOKEN), await world.begin(OTHER)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "update conversation c set person_id = f.person_id, channel = 'webhook' from conversation f"
            " where c.id = %s and f.id = %s",
            (second, first),
        )
    await world.say(TOKEN, "tylko ludzie, proszę")
    await world.settle()
    await world.say(OTHER, "ile mam dni na zwrot")
    await world.settle()
    for conversation in (first, second):
        kinds = [kind for author, kind, _ in await world.transcript(conversation) if author == "bot"]
        assert kinds == ["handoff"]
    await world.say(OTHER, "bot może odpowiadać")
    await world.settle()
    author, _, text = (await world.transcript(second))[-1]
    assert (author, text) == ("bot", "Bot znów może odpowiadać. Czego dotyczy sprawa?")
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute(
            "select people_only_at from person where id = (select person_id from conversation where id = %s)", (first,)
        )
        assert await rows.fetchone() == (None,)

"""Whoever takes a conversation over has all that was said, and its customer is asked once for a way to be reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.desk_world import csrf
from tests.trust.house import QUESTION, House

pytestmark = pytest.mark.anyio


async def test_ai_06_a_handoff_carries_what_was_said_and_a_contact_is_asked_for_once(house: House) -> None:
    async with house.browser() as browser:
        chat = await house.chat(browser)
        await chat.write("Konto", kind="choice", choice="konto")
        await chat.write(QUESTION)
        await house.settle()
        await chat.write("to nie pomogło, mój numer to 601 202 303")
        await house.settle()
        await chat.write("Porozmawiaj z człowiekiem", kind="person")
        await house.settle()
        assert (await chat.post("contact", value="anna@poczta.example")).status_code == 200
        await chat.write("halo, czy ktoś tam jest")
        await chat.write("Porozmawiaj z człowiekiem", kind="person")
        await house.settle()
        _, update = await house.listen(f"/chat/{chat.door}/stream?lang=pl", chat.token)
        said: list[dict[str, Any]] = update["messages"]
        asked = [choice["slug"] for one in said for choice in one.get("choices") or ()]
        assert asked.count("contact") == 1, "nobody is there, so a way to be reached is asked for, once"
        talk = f"/desk/conversations/{house.world.brand.slug}/{update['state']['reference']}"
    async with await house.enter("agent") as agent:
        token = {"csrf": csrf((await agent.get(talk)).text)}
        await agent.post(f"{talk}/take-over", data=token)
        page = (await agent.get(talk)).text
        for carried in (
            QUESTION,
            "Kod działa 10 minut",  # what the bot quoted
            "to nie pomogło, mój numer to [telefon]",
            "halo, czy ktoś tam jest",
            "Konto",  # the category that was chosen
        ):
            assert carried in page, carried
        assert page.count('id="hidden-') == 2, "the number and the address are at hand, to be shown with a reason"
        await agent.post(f"{talk}/hand-back", data=token)
    async with house.browser() as browser:
        again = replace(chat, browser=browser)
        await again.write("Porozmawiaj z człowiekiem", kind="person")
        await house.settle()
        _, update = await house.listen(f"/chat/{chat.door}/stream?lang=pl", chat.token)
    asked = [choice["slug"] for one in update["messages"] for choice in one.get("choices") or ()]
    assert asked.count("contact") == 1, "nor again, though the bot had it in between"
    assert "pod zostawionym kontaktem" in update["messages"][-1]["text"]

"""The desk through its pages, on a real database: reading, taking over, replying, revealing, searching."""

from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import httpx2
import pytest

from okienko.audit.store import Actor
from okienko.conversations.store import actions, reveals
from okienko.conversations.store import desk as store
from okienko.database.ids import new_id
from okienko.staff.store import Role
from okienko.values import MaskedText, StaffId
from tests.desk_world import Begun, World, csrf, once

pytestmark = pytest.mark.anyio

MESSAGES = "select author, text from message where conversation_id = %(id)s order by id"
OUTBOX = "select author, state from outbox where conversation_id = %(id)s order by message_id"
HOLDER = "select holder, agent_id, version, closed_at is not null from conversation where id = %(id)s"


def seen(page: str) -> str:
    """What says that a preview was seen."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


async def hire_ola(world: World, role: Role = "agent") -> StaffId:
    return await world.hire("Ola", {world.brand.id: role})


async def take(world: World, begun: Begun, who: StaffId, holder: StaffId | None = None) -> str:
    async with world.services.database.brand(begun.brand.id) as connection:
        return await actions.take_over(
            connection,
            conversation_id=begun.id,
            staff_id=who,
            holder=holder,
            message_id=new_id(world.at),
            said=MaskedText("dołącza"),
            now=world.at,
        )


async def bot_says(world: World, begun: Begun, state: str = "waiting") -> None:
    message = new_id(world.at)
    await begun.change("update conversation set noticed = true where id = %(id)s")
    await begun.change(
        """
        with said as (
          insert into message (brand_id, conversation_id, id, author, kind, text, answers, generator, at)
          values (current_brand(), %(id)s, %(message)s, 'bot', 'answer', 'Tak.', 1, 'okienko', %(now)s))
        insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
        values (current_brand(), %(id)s, %(message)s, %(door)s, 'webchat', 'bot', %(state)s, %(now)s)
        """,
        message=message,
        door=begun.door,
        state=state,
        now=world.at,
    )


async def test_an_empty_desk_says_what_will_appear(world: World) -> None:
    ola = await hire_ola(world)
    async with await world.enter(ola) as browser:
        for view, says in [
            ("mine", "które przejmiesz"),
            ("waiting", "Nikt nie czeka"),
            ("all", "Nie ma jeszcze rozmów"),
        ]:
            page = await browser.get(f"/desk?view={view}")
            assert page.status_code == 200
            assert says in page.text


async def test_nobody_sees_another_brand(world: World) -> None:
    ola = await hire_ola(world)
    mine, other = await world.begin("moje"), await world.begin("cudze", brand=world.other)
    async with await world.enter(ola) as browser:
        page = await browser.get("/desk?view=all")
        assert mine.reference in page.text
        assert other.reference not in page.text
        assert (await browser.get(mine.address)).status_code == 200
        assert (await browser.get(other.address)).status_code == 404
        assert (await browser.get(mine.address.replace("seans", "kramik"))).status_code == 404
        token = csrf(page.text)
        assert (await browser.post(other.address + "/take-over", data={"csrf": token})).status_code == 404
    assert (await other.read(HOLDER))[0][0] == "bot"


async def test_without_signing_in_there_is_only_the_door(world: World) -> None:
    begun = await world.begin("dzień dobry")
    async with world.browser() as browser:
        for address in ("/desk", "/desk/check", "/desk/live", "/desk/colleagues", begun.address):
            answer = await browser.get(address)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/desk/sign-in?next=")
        for address in (
            "/desk/search",
            begun.address + "/say",
            begun.address + "/take-over",
            begun.address + "/reveal",
        ):
            assert (await browser.post(address, data={})).status_code == 303


async def test_a_change_needs_the_token_of_the_session(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("dzień dobry")
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get(begun.address)).text)
        assert (await browser.post(begun.address + "/take-over", data={"csrf": ""})).status_code == 403
        elsewhere = {"sec-fetch-site": "cross-site"}
        answer = await browser.post(begun.address + "/take-over", data={"csrf": token}, headers=elsewhere)
        assert answer.status_code == 403
    assert (await begun.read(HOLDER))[0][0] == "bot"


async def test_taking_over_silences_the_bot(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("nie działa tv")
    await bot_says(world, begun, "sent")
    await bot_says(world, begun, "sending")
    await bot_says(world, begun)
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get(begun.address)).text)
        after = f"{begun.address}?did=take-over"
        for _ in range(2):  # a double click
            answer = await browser.post(begun.address + "/take-over", data={"csrf": token})
            assert answer.headers["location"] == after
        page = (await browser.get(after)).text
    assert await begun.read(HOLDER) == [("agent", ola, 1, False)]
    assert await begun.read(OUTBOX) == [
        ("bot", "sent"), ("bot", "sending"), ("bot", "cancelled"), ("system", "sent"),
    ]  # fmt: skip
    tries = await begun.read("select last_try from outbox where conversation_id = %(id)s and author = 'bot' order by 1")
    assert tries == [(False,), (True,), (True,)]
    assert "Do rozmowy dołącza Ola." in page
    assert "nie wysłano: rozmowę przejęła osoba" in page
    assert "Rozmowa jest Twoja; bot milczy." in page


async def test_two_people_take_over_and_one_has_it(world: World) -> None:
    ola, ewa = await hire_ola(world), await world.hire("Ewa", {world.brand.id: "agent"})
    begun = await world.begin("halo")
    assert await take(world, begun, ola) == "done"
    assert await take(world, begun, ewa) == "held"
    assert await take(world, begun, ola) == "already"
    assert await take(world, begun, ewa, holder=ewa) == "held", "not from whom it is"
    assert await take(world, begun, ewa, holder=ola) == "done"
    assert (await begun.read(HOLDER))[0][1] == ewa


async def test_an_agent_confirms_before_taking_from_a_colleague(world: World) -> None:
    ola, ewa = await hire_ola(world), await world.hire("Ewa", {world.brand.id: "agent"})
    begun = await world.begin("halo")
    await take(world, begun, ewa)
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        assert "Rozmowę prowadzi Ewa" in page
        form = {"csrf": csrf(page), "from": str(ewa)}
        answer = await browser.post(begun.address + "/take-over", data=form)
        assert answer.headers["location"].endswith("?but=held")
        await browser.post(begun.address + "/take-over", data=form | {"sure": "yes"})
    assert (await begun.read(HOLDER))[0][1] == ola


async def test_rel_05_a_reply_goes_out_once(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    await take(world, begun, ola)
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": once(page), "as": "reply", "text": "Dzień dobry,\njuż sprawdzam."}
        for _ in range(3):  # a double click, and a resend after the connection was lost
            assert (await browser.post(begun.address + "/say", data=form)).status_code == 303
        page = (await browser.get(begun.address)).text
    assert await begun.read(MESSAGES) == [
        ("customer", "halo"), ("system", "dołącza"), ("agent", "Dzień dobry,\njuż sprawdzam."),
    ]  # fmt: skip
    assert (await begun.read(OUTBOX))[-1] == ("agent", "sent")
    assert "wysłano" in page


async def test_a_reply_is_stored_masked_and_a_new_value_is_shown_before_it_leaves(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("mój adres to jan.kowalski@poczta.example")
    await take(world, begun, ola)
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        assert "jan.kowalski" not in page
        typed = "Proszę pisać na pomoc@seans.example albo Anna@poczta.example, nie jan.kowalski@poczta.example"
        form = {"csrf": csrf(page), "once": once(page), "as": "reply", "text": typed}
        asked = await browser.post(begun.address + "/say", data=form)
        assert asked.status_code == 200
        assert "<mark>Anna@poczta.example</mark>" in asked.text
        assert "Zaznaczone: klient to zobaczy." in asked.text
        assert "W nawiasach" not in asked.text, "nothing is hidden for good"
        assert once(asked.text) == form["once"], "the same message, whatever it takes"
        assert await begun.read("select 1 from message where conversation_id = %(id)s and author = 'agent'") == []
        token = seen(asked.text)
        other = form | {"text": typed.replace("Anna", "Inna"), "seen": token}
        assert (await browser.post(begun.address + "/say", data=other)).status_code == 200, "that was not seen"
        for _ in range(2):
            assert (await browser.post(begun.address + "/say", data=form | {"seen": token})).status_code == 303
        again = form | {"once": str(uuid4()), "text": "Czyli anna@poczta.example"}
        assert (await browser.post(begun.address + "/say", data=again)).status_code == 303, "a known value is not asked"
        page = (await browser.get(begun.address)).text
        assert "nna@poczta.example" not in page
    stored = await begun.read(
        "select text from message where conversation_id = %(id)s and author = 'agent' order by id"
    )
    assert stored == [("Proszę pisać na pomoc@seans.example albo [e-mail 2], nie [e-mail]",), ("Czyli [e-mail 2]",)]
    items = await begun.read("select label, number, purpose from vault_item order by number")
    assert items == [("EMAIL_ADDRESS", 1, "contact"), ("EMAIL_ADDRESS", 2, "contact")]
    assert await begun.read("select place from vault_form order by id") == [(41,), (57,), (6,)]


async def test_what_is_dropped_is_hidden_from_the_customer_too_and_the_agent_is_told(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    await take(world, begun, ola)
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": once(page), "as": "reply", "text": "karta 4111 1111 1111 1111 wygasła"}
        asked = await browser.post(begun.address + "/say", data=form)
        assert '<strong class="harm">[karta]</strong>' in asked.text
        assert "W nawiasach: dane ukryte na zawsze" in asked.text
        assert "Zaznaczone" not in asked.text
        answer = await browser.post(begun.address + "/say", data=form | {"seen": seen(asked.text)})
        assert answer.status_code == 303
    assert await begun.read("select text from message where author = 'agent'") == [("karta [karta] wygasła",)]
    assert await begun.read("select 1 from vault_item union all select 1 from vault_form") == []


async def test_nothing_is_sealed_for_a_person_whose_key_is_destroyed(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    await take(world, begun, ola)
    await begun.change("update person_key set wrapped = null, destroyed_at = now()")
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": once(page), "as": "reply", "text": "to anna@poczta.example"}
        asked = await browser.post(begun.address + "/say", data=form)
        assert '<strong class="harm">[e-mail]</strong>' in asked.text
        assert (await browser.post(begun.address + "/say", data=form | {"seen": seen(asked.text)})).status_code == 303
    assert await begun.read("select text from message where author = 'agent'") == [("to [e-mail]",)]
    assert await begun.read("select 1 from vault_item union all select 1 from vault_form") == []


async def test_agents_and_customers_who_write_at_once_never_share_a_number(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    await take(world, begun, ola)
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text

        async def note(n: int) -> None:
            form = {"csrf": csrf(page), "once": str(uuid4()), "as": "note", "text": f"kurier{n}@poczta.example"}
            assert (await browser.post(begun.address + "/say", data=form)).status_code == 303

        await asyncio.gather(*(note(n) for n in range(8)))
    texts = await begun.read("select text from message where author = 'note'")
    assert {text for (text,) in texts} == {"[e-mail]", *(f"[e-mail {n}]" for n in range(2, 9))}
    assert await begun.read("select count(*), max(number) from vault_item") == [(8, 8)]
    assert await begun.read("select 1 from vault_form") == [], "no customer reads a note"


async def test_who_does_not_have_it_cannot_reply_and_loses_nothing(world: World) -> None:
    ola, ewa = await hire_ola(world), await world.hire("Ewa", {world.brand.id: "agent"})
    begun = await world.begin("halo")
    await take(world, begun, ola)
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        await take(world, begun, ewa, holder=ola)
        form = {"csrf": csrf(page), "once": once(page), "as": "reply", "text": "Bardzo długa odpowiedź"}
        answer = await browser.post(begun.address + "/say", data=form)
        assert answer.status_code == 409
        assert "Bardzo długa odpowiedź</textarea>" in answer.text
    assert ("agent", "Bardzo długa odpowiedź") not in await begun.read(MESSAGES)


async def test_a_note_never_leaves(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": once(page), "as": "note", "text": "Dzwonić po 16: 600 123 456"}
        for _ in range(2):
            assert (await browser.post(begun.address + "/say", data=form)).status_code == 303
        page = (await browser.get(begun.address)).text
    assert await begun.read(MESSAGES) == [("customer", "halo"), ("note", "Dzwonić po 16: [telefon]")]
    assert await begun.read(OUTBOX) == []
    assert "notatka" in page


@pytest.mark.parametrize("text", ["", "   ", "a" * 5001])
async def test_an_empty_or_endless_text_is_refused(world: World, text: str) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": once(page), "as": "note", "text": text}
        assert (await browser.post(begun.address + "/say", data=form)).status_code == 422


async def test_a_conversation_is_put_into_another_category(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get(begun.address)).text)

        async def file(category: str) -> httpx2.Response:
            return await browser.post(f"{begun.address}/category", data={"csrf": token, "category": category})

        for _ in range(2):
            assert (await file("konto")).headers["location"] == f"{begun.address}?did=category"
        assert await begun.read("select category, picked, version from conversation") == [("konto", True, 1)]
        assert (await file("nie-ma-takiej")).status_code == 400
        await browser.post(f"{begun.address}/close", data={"csrf": token})
        assert (await file("konto")).headers["location"] == f"{begun.address}?but=closed"
    assert [text for author, text in await begun.read(MESSAGES) if author == "system"] == [
        "Rozmowa została zamknięta. Nowa wiadomość otworzy ją ponownie."
    ], "the customer is told nothing of categories"


@pytest.mark.anyio
async def test_giving_away_closing_and_opening_again(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("halo")
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get(begun.address)).text)

        async def act(action: str) -> str:
            answer = await browser.post(f"{begun.address}/{action}", data={"csrf": token})
            return answer.headers["location"].removeprefix(begun.address)

        assert await act("queue") == "?but=held", "nobody gives away what they do not have"
        for action, holder, closed in [
            ("take-over", "agent", False),
            ("hand-back", "bot", False),
            ("hand-back", "bot", False),
            ("take-over", "agent", False),
            ("queue", "queue", False),
            ("close", "queue", True),
            ("close", "queue", True),
            ("take-over", "queue", True),
            ("reopen", "agent", False),
            ("close", "agent", True),
        ]:
            await act(action)
            row = (await begun.read(HOLDER))[0]
            assert (row[0], row[3]) == (holder, closed), action
        assert (await browser.post(begun.address + "/explode", data={"csrf": token})).status_code == 404
    texts = [text for author, text in await begun.read(MESSAGES) if author == "system"]
    assert texts == [
        "Do rozmowy dołącza Ola.",
        "Od teraz znów odpowiada bot.",
        "Do rozmowy dołącza Ola.",
        "Rozmowa czeka na inną osobę z zespołu.",
        "Rozmowa została zamknięta. Nowa wiadomość otworzy ją ponownie.",
        "Rozmowa jest znów otwarta. Odpowiada Ola.",
        "Rozmowa została zamknięta. Nowa wiadomość otworzy ją ponownie.",
    ]


async def test_a_failed_reply_can_be_sent_again(world: World) -> None:
    ola = await hire_ola(world, "lead")
    begun = await world.begin("halo")
    await take(world, begun, ola)
    await begun.change("update outbox set state = 'unsure', error = 'timeout' where conversation_id = %(id)s")
    async with await world.enter(ola) as browser:
        assert "brak potwierdzenia" in (await browser.get("/desk/check")).text
        page = (await browser.get(begun.address)).text
        form = {"csrf": csrf(page), "once": once(page), "as": "reply", "text": "Już jestem"}
        await browser.post(begun.address + "/say", data=form)
        await begun.change("update outbox set state = 'failed' where conversation_id = %(id)s and author = 'agent'")
        message = (await begun.read("select id from message where conversation_id = %(id)s and author = 'agent'"))[0][0]
        again = {"csrf": csrf(page), "message": str(message)}
        await browser.post(begun.address + "/send-again", data=again)
    assert (await begun.read(OUTBOX))[-1] == ("agent", "sent")


# the person --------------------------------------------------------------------------------------------------------

SECRET = "jan.kowalski@poczta.example"
REASON = "wysyłka nowego linku do logowania"


async def test_prv_14_a_hidden_value_is_shown_once_with_a_reason(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin(f"mój adres to {SECRET}")
    await take(world, begun, ola)
    item = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    async with await world.enter(ola) as browser:
        page = (await browser.get(begun.address)).text
        assert SECRET not in page
        form = {"csrf": csrf(page), "item": str(item), "reason": REASON}
        for wrong in ({"reason": "bo tak"}, {"item": str(uuid4())}):
            answer = await browser.post(begun.address + "/reveal", data=form | wrong)
            assert answer.status_code == 422
            assert SECRET not in answer.text
        assert await begun.read("select 1 from vault_reveal") == []
        answer = await browser.post(begun.address + "/reveal", data=form)
        assert answer.status_code == 200
        assert SECRET in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["refresh"] == f"600; url={begun.address}", "without a script the page goes by itself"
        piece = await browser.post(begun.address + "/reveal", data=form, headers={"HX-Request": "true"})
        assert "refresh" not in piece.headers
        assert 'data-until="600000"' in piece.text
        assert SECRET not in (await browser.get(begun.address)).text
    recorded = await begun.read("select item_id, staff_id, reason, conversation_id from vault_reveal")
    assert recorded == [(item, ola, REASON, begun.id)] * 2, "each look is recorded"


async def test_prv_14_the_twenty_first_value_of_an_hour_stays_hidden(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "lead", world.other.id: "agent"})
    begun, elsewhere = await world.begin(f"to {SECRET}"), await world.begin("halo", brand=world.other)
    item = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    for there in (begun, elsewhere):
        for _ in range(10):
            await there.change(
                """insert into vault_reveal (brand_id, id, conversation_id, item_id, staff_id, reason, at)
                values (current_brand(), %(reveal)s, %(id)s, %(reveal)s, %(staff)s, 'z innego powodu', %(now)s)""",
                reveal=new_id(world.at),
                staff=ola,
                now=world.at,
            )
    async with await world.enter(ola) as browser:
        form = {"csrf": csrf((await browser.get(begun.address)).text), "item": str(item), "reason": REASON}
        answer = await browser.post(begun.address + "/reveal", data=form)
        assert answer.status_code == 422
        assert SECRET not in answer.text
        world.later(minutes=61)
    async with await world.enter(ola) as browser:
        form["csrf"] = csrf((await browser.get(begun.address)).text)
        answer = await browser.post(begun.address + "/reveal", data=form)
        assert SECRET in answer.text


async def test_prv_14_of_many_at_once_twenty_are_shown_in_all_brands_together(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "lead", world.other.id: "lead"})
    there = [await world.begin(f"to {SECRET}"), await world.begin(f"to {SECRET}", brand=world.other)]
    items = [(await one.read("select id from vault_item where conversation_id = %(id)s"))[0][0] for one in there]
    shown: list[bool] = []

    async def look(nth: int) -> None:
        one, item = there[nth % 2], items[nth % 2]
        async with world.services.database.brand(one.brand.id) as connection:
            recorded = await reveals.record_reveal(
                connection,
                reveal_id=new_id(world.at),
                conversation_id=one.id,
                item_id=item,
                by=Actor(kind="staff", id=ola, role="lead"),
                brand=one.brand.id,
                reason=MaskedText(REASON),
                now=world.at,
            )
            shown.append(recorded)

    await asyncio.gather(*(look(nth) for nth in range(26)))
    assert shown.count(True) == 20
    recorded = [(await one.read("select count(*) from vault_reveal"))[0][0] for one in there]
    assert sum(recorded) == 20
    assert all(recorded), "both brands count"


async def test_prv_14_an_agent_without_the_conversation_reveals_nothing(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin(f"to {SECRET}")
    item = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    async with await world.enter(ola) as browser:
        form = {"csrf": csrf((await browser.get(begun.address)).text), "item": str(item), "reason": REASON}
        assert (await browser.post(begun.address + "/reveal", data=form)).status_code == 403


async def test_a_destroyed_key_opens_nothing(world: World) -> None:
    ola = await hire_ola(world, "lead")
    begun = await world.begin(f"to {SECRET}")
    item = (await begun.read("select id from vault_item where conversation_id = %(id)s"))[0][0]
    await begun.change("update person_key set wrapped = null, destroyed_at = now()")
    async with await world.enter(ola) as browser:
        form = {"csrf": csrf((await browser.get(begun.address)).text), "item": str(item), "reason": REASON}
        answer = await browser.post(begun.address + "/reveal", data=form)
        assert answer.status_code == 422
    assert await begun.read("select 1 from vault_reveal") == [], "what was not shown is not recorded as shown"


# searching -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        ("telewizor", True),
        ("TELEWIZOR działa", True),
        ("działa telewizor", True),
        ("pralka", False),
        ("100%", False),
        ("_", False),
        (SECRET, True),
        ("601202303", True),
        ("zamówienie 601202303", False),
        ("Jan.Kowalski@Poczta.example", True),
        ("inny@poczta.example", False),
        ("", False),
    ],
)
async def test_search(world: World, words: str, finds: bool) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("nie działa telewizor", f"jestem {SECRET}, tel. 601 202 303")
    await world.begin("zupełnie co innego")
    async with await world.enter(ola) as browser:
        form = {"csrf": csrf((await browser.get("/desk")).text), "words": words}
        page = await browser.post("/desk/search", data=form)
        assert (begun.reference in page.text) is finds
        by_reference = await browser.post("/desk/search", data=form | {"words": begun.reference.lower()})
        assert begun.reference in by_reference.text
    async with world.browser() as browser:
        assert (await browser.get("/desk/search")).status_code == 405


@pytest.mark.parametrize("words", ["Anna Kowalska", "Annie Kowalskiej", "kowalską annę", "ANNĄ KOWALSKĄ"])
async def test_a_person_is_found_by_the_name_in_any_case(world: World, words: str) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("dzień dobry, nazywam się Anna Kowalska")
    other = await world.begin("dzień dobry, nazywam się Jan Wiśniewski")
    async with await world.enter(ola) as browser:
        form = {"csrf": csrf((await browser.get("/desk")).text), "words": words}
        page = await browser.post("/desk/search", data=form)
    assert begun.reference in page.text
    assert other.reference not in page.text
    assert "Kowalsk" not in page.text


# pieces of pages -----------------------------------------------------------------------------------------------------


async def test_htmx_gets_the_conversation_alone(world: World) -> None:
    ola = await hire_ola(world)
    begun = await world.begin("<script>alert(1)</script>")
    async with await world.enter(ola) as browser:
        piece = await browser.get(begun.address, headers={"HX-Request": "true"})
        assert "<html" not in piece.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in piece.text
        assert piece.headers["vary"] == "HX-Request"
        assert piece.headers["cache-control"] == "no-store"
        back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in (await browser.get(begun.address, headers=back)).text


async def test_lists_are_in_order_and_counted(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent", world.other.id: "agent"})
    begun: list[str] = []
    for n, brand in enumerate([world.brand, world.other, world.brand]):
        world.later(minutes=1)
        one = await world.begin(f"sprawa {n}", brand=brand)
        await one.change(
            "update conversation set holder = 'queue', queued_at = %(now)s, updated_at = %(now)s where id = %(id)s",
            now=world.at,
        )
        begun.append(one.reference)
    async with await world.enter(ola) as browser:
        page = (await browser.get("/desk?view=waiting")).text
        assert re.findall(r"conversations/\w+/([A-Z0-9-]{8})", page)[::2] == begun, "whoever waits longest comes first"
        page = (await browser.get("/desk?view=all")).text
        assert re.findall(r"conversations/\w+/([A-Z0-9-]{8})", page)[::2] == begun[::-1]
        one_brand = (await browser.get("/desk?view=waiting&brand=kramik")).text
        assert begun[1] in one_brand
        assert begun[0] not in one_brand
    async with world.services.database.brand(world.brand.id) as connection:
        assert await store.count_views(connection, ola) == {"mine": 0, "waiting": 2, "bot": 0}


async def test_words_about_health_are_flagged_on_the_message_and_in_the_list(world: World) -> None:
    ola = await hire_ola(world)
    begun, other = await world.begin("jestem w ciąży", "i co z paczką?"), await world.begin("gdzie jest paczka?")
    browser = await world.enter(ola)
    page = (await browser.get(begun.address)).text
    lines = re.findall(r'<li class="bubble customer".*?</li>', page, re.DOTALL)
    assert ["Dane wrażliwe" in line for line in lines] == [True, False]
    assert "Klient pisze o zdrowiu" in page
    assert "Klient pisze o zdrowiu" not in (await browser.get(other.address)).text
    rows = re.findall(r'<li id="row-.*?</li>', (await browser.get("/desk?view=bot")).text, re.DOTALL)
    assert [("ciąży" in row or "paczką" in row, "Dane wrażliwe" in row) for row in rows] == [
        (False, False),
        (True, True),
    ]


async def test_an_agents_words_are_not_flagged(world: World) -> None:
    """What a colleague writes of health is their work; the customer's words are what the law is about."""
    ola = await hire_ola(world)
    begun = await world.begin("gdzie jest paczka?")
    assert await take(world, begun, ola) == "done"
    browser = await world.enter(ola)
    for mode in ("reply", "note"):
        page = (await browser.get(begun.address)).text
        sent = {"csrf": csrf(page), "once": once(page), "as": mode, "text": "to zrozumiałe, że jest Pani w szpitalu"}
        assert (await browser.post(begun.address + "/say", data=sent)).status_code == 303
    flagged = await begun.read(
        "select author from message where conversation_id = %(id)s and sensitive_until is not null"
    )
    assert flagged == []

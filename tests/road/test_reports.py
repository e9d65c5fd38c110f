"""What vendors deliver: stored once and in their order, reported on at any time, answered once and by one side only."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from okienko.channels.connections.store import read_connection
from okienko.http import Answered
from okienko.reporting import find_placeholders, put_text, read_moment, read_sign
from okienko.values import ConversationId, MaskedText, Unsure
from tests.road.conftest import World
from tests.road.test_way_in import dump
from tests.road.vendors import APP, MESSENGER, PAGE, PSID, Messenger, WhatsApp, call, connect, sign

pytestmark = pytest.mark.anyio
QUESTION = "ile mam czasu na zwrot towaru?"
SENT = Answered(status=200, headers={}, body=orjson.dumps({"recipient_id": PSID, "message_id": "m_out"}))


@pytest.fixture
async def page(world: World) -> Messenger:
    """A page of Messenger."""
    page = Messenger(world=world)
    await page.open()
    return page


@pytest.fixture
async def number(world: World) -> WhatsApp:
    """A number of WhatsApp."""
    number = WhatsApp(world=world)
    await number.open()
    return number


async def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    async with world.database.brand(world.brand.id) as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def only(world: World) -> ConversationId:
    """The one conversation that there is."""
    ((conversation,),) = await rows(world, "select id from conversation")
    return ConversationId(conversation)


async def said(world: World) -> list[tuple[str, str, str]]:
    return await world.transcript(await only(world))


async def answer_all(world: World, *, seconds: float = 5) -> None:
    """Time passes, so that what came in a row is answered, message by message, each with an id from the vendor."""
    world.clock.move(seconds)
    number = len(world.http.calls)
    for place in range(number, number + 8):
        body = {"recipient_id": PSID, "message_id": f"m_out{place}"}
        world.http.answers.append(Answered(status=200, headers={}, body=orjson.dumps(body)))
    for _ in range(3):
        await world.settle()
        world.clock.move(2)  # a vendor's pace
    world.http.answers.clear()


# the greeting ------------------------------------------------------------------------------------------------------


async def test_a_vendor_that_asks_whether_the_address_is_ours_gets_its_word_back(page: Messenger) -> None:
    query = urlencode({"hub.mode": "subscribe", "hub.verify_token": "słowo", "hub.challenge": "1158201444"})
    got = await call(page.world, f"/hooks/messenger/page?{query}", b"", method="GET")
    assert (got.status, got.body) == (200, b"1158201444")
    assert got.headers["content-type"].startswith("text/plain")
    assert got.headers["x-content-type-options"] == "nosniff"
    async with page.world.database.brand(page.world.brand.id) as connection:
        kept = await read_connection(connection, "page")
    assert kept is not None
    assert kept.greeted_at == page.world.clock(), "the page that connects it can say so"


@pytest.mark.parametrize(
    "query",
    ["", "hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.verify_token=inne&hub.challenge=1", "a=%00%ff"],
)
async def test_anybody_else_who_asks_is_refused(page: Messenger, query: str) -> None:
    got = await call(page.world, f"/hooks/messenger/page?{query}", b"", method="GET")
    assert got.status == 403
    assert (await call(page.world, "/hooks/webhook/hook", b"", method="GET")).status == 405


async def test_a_connection_that_nobody_has_set_up_refuses_everything(world: World) -> None:
    await connect(world, "empty", "messenger", {})
    before = dump(world.urls.owner)
    for secret in ("", "x"):
        headers = {"x-hub-signature-256": sign(b"{}", secret)}
        assert (await call(world, "/hooks/messenger/empty", b"{}", headers)).status == 401
    query = "hub.mode=subscribe&hub.verify_token=&hub.challenge=1"
    assert (await call(world, f"/hooks/messenger/empty?{query}", b"", method="GET")).status == 403
    assert dump(world.urls.owner) == before


# messages ----------------------------------------------------------------------------------------------------------


async def test_a_message_is_masked_answered_and_its_vendors_ids_are_nowhere(page: Messenger) -> None:
    world, began = page.world, page.world.clock()
    assert (await page.deliver(page.words("m_1", f"{QUESTION} jan@poczta.example"))).status == 200
    await answer_all(world)
    assert [(author, kind) for author, kind, _ in await said(world)] == [
        ("customer", "text"), ("bot", "notice"), ("bot", "answer"),
    ]  # fmt: skip
    stored = dump(world.urls.owner)
    for value in (PSID, "m_1", "jan@poczta.example", "m_out"):
        assert value not in stored
    ((acted,),) = await rows(world, "select acted_at from thread where acted_at is not null")
    assert acted == began


async def test_several_in_a_row_are_answered_once(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", "dzień dobry"))
    await world.settle()
    world.clock.move(3)
    await page.deliver(page.words("m_2", QUESTION))
    world.clock.move(3)
    await world.settle()
    assert [author for author, _, _ in await said(world)] == ["customer", "customer"], "still quiet"
    await answer_all(world, seconds=2)
    assert [kind for author, kind, _ in await said(world) if author == "bot"] == ["notice", "answer"]


async def test_sec_03_sixty_four_copies_of_a_delivery_are_one_message_and_one_reply(page: Messenger) -> None:
    world, words = page.world, page.words("m_1", QUESTION)
    got = await asyncio.gather(*(page.deliver(words) for _ in range(64)))
    assert {one.status for one in got} == {200}
    await answer_all(world)
    assert [kind for _, kind, _ in await said(world)] == ["text", "notice", "answer"]
    assert len(world.http.calls) == 2


async def test_messages_are_in_the_vendors_order_whatever_order_they_came_in(page: Messenger) -> None:
    await page.deliver(page.words("m_2", "drugie", ago=1))
    await page.deliver(page.words("m_3", "trzecie"), page.words("m_1", "pierwsze", ago=2))
    assert [text for _, _, text in await said(page.world)] == ["pierwsze", "drugie", "trzecie"]


async def test_within_one_second_they_are_in_the_order_in_which_they_came(number: WhatsApp) -> None:
    words = ["raz", "dwa", "trzy", "cztery", "pięć"]
    await number.deliver(*(number.words(f"w_{place}", text) for place, text in enumerate(words)))
    assert [text for _, _, text in await said(number.world)] == words


@pytest.mark.parametrize("ago", [-3600.0, 30 * 86_400.0])
async def test_a_clock_that_cannot_be_right_is_not_believed(page: Messenger, ago: float) -> None:
    await page.deliver(page.words("m_1", "teraz", ago=ago))
    assert await rows(page.world, "select at from message") == [(page.world.clock(),)]


async def test_a_bad_event_leaves_the_others_and_what_is_not_understood_is_kept_by_its_shape(page: Messenger) -> None:
    world = page.world
    got = await page.deliver(
        page.words("m_1", "pierwsze", ago=2),
        {"sender": {"id": "1"}, "tajne": "tajne"},
        page.event(message={"text": "bez numeru"}),
        page.event(game_play={"game_id": "1"}),
        page.words("m_2", "drugie", ago=1),
    )
    assert got.status == 200
    assert [text for _, _, text in await said(world)] == ["pierwsze", "drugie"]
    shapes = [shape for (shape,) in await rows(world, "select shape from unparsed order by shape")]
    assert len(shapes) == 3
    assert "unknown: game_play" in shapes
    assert "tajne" not in str(shapes)


async def test_one_address_takes_what_is_for_another_page_of_the_same_application(world: World) -> None:
    here, there = Messenger(world=world), Messenger(world=world, door="second", page="999")
    await here.open()
    await there.open()
    await connect(world, "stranger", "messenger", {**MESSENGER, "page_id": "777", "app_secret": "inna"})
    assert (await here.deliver(there.words("m_1", "do drugiej"), page="999")).status == 200
    assert await rows(world, "select connection_id from conversation") == [("second",)]
    assert (await here.deliver(here.words("m_2", "do obcej"), page="777")).status == 200
    assert (await here.deliver(here.words("m_3", "do nikogo"), page="888")).status == 200
    assert await rows(world, "select connection_id from conversation") == [("second",)]
    assert await rows(world, "select shape from unparsed") == [("unrouted: message",)] * 2


async def test_that_something_came_is_noted_once_a_minute(page: Messenger) -> None:
    world, began = page.world, page.world.clock()
    await page.deliver(page.words("m_1", "raz"))
    world.clock.move(30)
    await page.deliver(page.words("m_2", "dwa"))
    assert await rows(world, "select in_at from connection_state") == [(began,)]
    world.clock.move(31)
    await page.deliver(page.words("m_3", "trzy"))
    assert await rows(world, "select in_at from connection_state") == [(began + timedelta(seconds=61),)]


async def test_whoever_has_two_ids_has_one_conversation(number: WhatsApp) -> None:
    world = number.world
    await number.deliver(number.words("w_1", "z numeru"))
    await number.deliver(number.words("w_2", "z numeru i nazwy", from_user_id="PL.abc"))
    number.user = ""
    value = number.words("w_3", "z nazwy")
    value["messages"][0] |= {"from_user_id": "PL.abc"}
    del value["messages"][0]["from"]
    value["contacts"] = [{"profile": {"name": "Anna"}, "user_id": "PL.abc"}]
    await number.deliver(value)
    assert [text for _, _, text in await said(world)] == ["z numeru", "z numeru i nazwy", "z nazwy"]


async def test_a_sticker_is_shown_and_answered_with_nothing(page: Messenger) -> None:
    world = page.world
    thumb = {"type": "sticker", "payload": {"url": "https://cdn.vendor.example/x", "sticker_id": 369239263222822}}
    await page.deliver(page.event(message={"mid": "m_1", "attachments": [thumb]}))
    await answer_all(world)
    assert await said(world) == [("customer", "text", "[naklejka]")]
    assert await rows(world, "select arrived - answered from lane") == [(0,)]
    assert world.http.calls == []


async def test_what_a_program_writes_does_not_open_a_closed_conversation_again(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", QUESTION))
    await answer_all(world)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute("update conversation set closed_at = %s", (world.clock(),))
    thumb = {"type": "like_heart"}
    await page.deliver(page.event(message={"mid": "m_2", "attachments": [thumb]}))
    await answer_all(world)
    assert await rows(world, "select closed_at is null from conversation") == [(False,)]
    await page.deliver(page.words("m_3", "jeszcze coś"))
    await answer_all(world)
    assert await rows(world, "select closed_at is null from conversation") == [(True,)]


# edits, and what is taken back -------------------------------------------------------------------------------------


def edit(page: Messenger, mid: str, text: str, count: int, ago: float = 0.0) -> dict[str, Any]:
    return page.event(ago=ago, message_edit={"mid": mid, "text": text, "num_edit": count})


def unsend(page: Messenger, mid: str, ago: float = 0.0) -> dict[str, Any]:
    return page.event(ago=ago, message={"mid": mid, "is_deleted": True})


async def test_an_edit_puts_other_words_there_and_values_that_nothing_names_are_forgotten(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", "mail jan@poczta.example, tel. 501 234 567", ago=2))
    await page.deliver(edit(page, "m_1", "mail ewa@poczta.example, tel. 501 234 567", 1))
    assert [text for _, _, text in await said(world)] == ["mail [e-mail 2], tel. [telefon]"]
    found = await rows(world, "select label, number from vault_item order by label")
    assert found == [("EMAIL_ADDRESS", 2), ("PHONE_NUMBER", 1)]
    await page.deliver(page.words("m_2", "a jednak jan@poczta.example"))
    assert [text for _, _, text in await said(world)][-1] == "a jednak [e-mail 3]", "a number is not given out again"


async def test_what_is_taken_back_leaves_a_mark_and_nothing_else(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", f"{QUESTION} jan@poczta.example"))
    await page.deliver(unsend(page, "m_1"))
    await answer_all(world)
    assert await said(world) == [("customer", "text", "[wiadomość cofnięta przez nadawcę]")], "and nothing answers it"
    assert await rows(world, "select taken_back_at is not null from message") == [(True,)]
    assert await rows(world, "select from vault_item") == []
    await page.deliver(edit(page, "m_1", "znowu", 1))
    await page.deliver(page.words("m_1", QUESTION))
    assert await said(world) == [("customer", "text", "[wiadomość cofnięta przez nadawcę]")]


async def test_the_answer_that_waits_for_a_message_that_was_taken_back_is_not_sent(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", QUESTION))
    world.clock.move(5)
    await world.worker.take_turns()
    assert [state for (state,) in await rows(world, "select state from outbox")] == ["waiting", "waiting"]
    await page.deliver(unsend(page, "m_1"))
    await world.settle()
    assert {state for (state,) in await rows(world, "select state from outbox")} == {"cancelled"}
    assert world.http.calls == []


async def test_reports_wait_for_their_message_and_the_sweep_finds_what_was_left(page: Messenger) -> None:
    """What is about a message comes first; and a process may die between a message and what waited for it."""
    world = page.world
    await page.deliver(edit(page, "m_1", "poprawione", 1))
    assert await rows(world, "select kind, text from parked") == [("edited", "poprawione")]
    await page.deliver(page.words("m_1", "pierwotne", ago=1))
    assert [text for _, _, text in await said(world)] == ["poprawione"]
    assert await rows(world, "select from parked") == []
    await page.deliver(edit(page, "m_1", "znów", 2), edit(page, "m_9", "nigdy", 1))
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "insert into parked select brand_id, gen_random_uuid(), connection_id, %s, 'edited', 'po śmierci', null,"
            " at + interval '1 s', until from parked",
            (world.keys.lookup("event:page", "m_1"),),
        )
    await world.worker.sweep_reports()
    assert [text for _, _, text in await said(world)] == ["po śmierci"]
    assert await rows(world, "select text from parked") == [("nigdy",)]
    world.clock.move(86_401)
    await world.worker.sweep_reports()
    assert await rows(world, "select from parked") == []


async def test_a_reaction_is_one_sign_and_may_be_taken_back(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", "dobrze", ago=9))

    def react(action: str, ago: float, emoji: str | None = "❤️") -> dict[str, Any]:
        return page.event(ago=ago, reaction={"mid": "m_1", "action": action, "reaction": "love", "emoji": emoji})

    await page.deliver(react("react", 5), react("unreact", 3))
    await page.deliver(react("react", 5))
    assert await rows(world, "select sign from reaction") == [(None,)], "an older report does not bring it back"
    await page.deliver(react("react", 1, "jan@poczta.example"))
    assert await rows(world, "select sign from reaction") == [("•",)], "text is no sign"


# how our messages fare ---------------------------------------------------------------------------------------------


async def answered(page: Messenger) -> None:
    await page.deliver(page.words("m_1", QUESTION))
    await answer_all(page.world)


STATES = "select state, delivered_at is not null, read_at is not null from outbox order by message_id"


async def test_deliveries_and_readings_up_to_a_moment(page: Messenger) -> None:
    world = page.world
    await answered(page)
    mark = int(world.clock().timestamp() * 1000)
    await page.deliver(page.event(delivery={"watermark": mark}))
    assert await rows(world, STATES) == [("sent", True, False)] * 2
    await page.deliver(page.event(read={"watermark": mark}))
    await page.deliver(page.event(read={"watermark": mark}))
    assert await rows(world, STATES) == [("sent", True, True)] * 2


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (("sent", "delivered", "read"), ("sent", True, True)),
        (("read", "delivered", "sent"), ("sent", True, True)),
        (("failed", "sent"), ("failed", False, False)),
        (("failed", "delivered"), ("sent", True, False)),
        (("delivered", "failed"), ("sent", True, False)),
        (("sent", "failed", "failed"), ("failed", False, False)),
        (("in_orbit", "delivered"), ("sent", True, False)),
    ],
)
async def test_a_state_goes_forward_only(
    number: WhatsApp, statuses: tuple[str, ...], state: tuple[str, bool, bool]
) -> None:
    world = number.world
    await number.deliver(number.words("w_1", QUESTION))
    await answer_all(world)
    for status in statuses:
        errors = [{"code": 131026, "title": "x"}] if status == "failed" else []
        await number.deliver(number.status("m_out0", status, errors=errors))
    assert (await rows(world, STATES))[0] == state


async def test_a_status_that_comes_before_the_answer_to_our_call_is_not_lost(number: WhatsApp) -> None:
    world = number.world
    await number.deliver(number.words("w_1", QUESTION))
    await number.deliver(number.status("m_out0", "delivered"))
    await answer_all(world)
    await world.worker.sweep_reports()
    assert (await rows(world, STATES))[0] == ("sent", True, False)


async def test_what_nobody_knew_of_is_sent_when_the_vendor_tells_it_with_our_own_word(page: Messenger) -> None:

    world = page.world
    await page.deliver(page.words("m_1", QUESTION))
    world.clock.move(5)
    world.http.answers.append(Unsure(reason="lost"))
    await world.settle()
    ((message, state),) = await rows(world, "select message_id, state from outbox where state = 'unsure'")
    assert state == "unsure"
    await page.deliver(page.echo("m_out", "AI", app_id=APP, metadata=str(message)))
    ((state,),) = await rows(world, f"select state from outbox where message_id = '{message}'")
    assert state == "sent"
    assert "echo" not in [kind for _, kind, _ in await said(world)]


# who has the thread ------------------------------------------------------------------------------------------------


async def test_our_own_echo_is_nothing_new(page: Messenger) -> None:
    world = page.world
    await answered(page)
    before = await said(world)
    await page.deliver(page.echo("m_out0", "…", app_id=APP), page.echo("m_out1", "…"))
    assert await said(world) == before
    await page.deliver(page.echo("m_soon", "…", app_id=APP))  # its answer is still on its way to us
    assert await said(world) == before
    assert await rows(world, "select elsewhere_until from conversation") == [(None,)]


async def test_whoever_answers_in_the_vendors_inbox_silences_the_bot(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", QUESTION))
    world.clock.move(5)
    await world.worker.take_turns()
    await page.deliver(page.echo("m_2", "Już sprawdzam, jan@poczta.example", app_id="263902037430900"))
    await world.settle()
    assert {state for (state,) in await rows(world, "select state from outbox")} == {"cancelled"}
    assert ("system", "echo", "Już sprawdzam, [e-mail]") in await said(world)
    world.clock.move(60)
    await page.deliver(page.words("m_3", "dziękuję"))
    await answer_all(world)
    assert world.http.calls == [], "a person answers there"
    world.clock.move(12 * 3600)
    await page.deliver(page.words("m_4", QUESTION))
    await answer_all(world)
    assert world.http.calls, "and after twelve hours the bot does again"


async def test_an_echo_that_may_be_ours_waits_until_that_is_known(page: Messenger) -> None:
    """It has no word of ours and no application: it beats the answer to our call, or somebody else has written."""
    world = page.world
    await page.deliver(page.words("m_1", QUESTION))
    world.clock.move(5)
    await world.worker.take_turns()
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute("update outbox set state = 'sending', claimed_until = %s", (world.clock(),))
    await page.deliver(page.echo("m_x", "AI"), page.echo("m_y", "to ja, Ola z biura"))
    assert len(await rows(world, "select from parked")) == 2
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "insert into seen (connection_id, key, at, conversation_id, message_id) select 'page', %s, %s,"
            " conversation_id, message_id from outbox limit 1",
            (world.keys.lookup("event:page", "m_x"), world.clock()),
        )
        await connection.execute("update outbox set state = 'sent', sent_at = %s", (world.clock(),))
    await world.worker.sweep_reports()
    echoes = [text for _, kind, text in await said(world) if kind == "echo"]
    assert len(echoes) == 1
    assert echoes[0].startswith("to ja")


async def test_a_thread_that_another_program_has_is_read_and_not_answered(page: Messenger) -> None:
    world = page.world
    await page.deliver(page.words("m_1", "dzień dobry"), standby=True)
    await answer_all(world)
    assert await said(world) == [("customer", "text", "dzień dobry")]
    assert world.http.calls == []
    handed = {"new_owner_app_id": int(APP), "previous_owner_app_id": "263902037430900"}
    world.clock.move(1)
    await page.deliver(page.event(pass_thread_control=handed))
    await page.deliver(page.words("m_2", QUESTION))
    await answer_all(world)
    assert [kind for author, kind, _ in await said(world) if author == "bot"] == ["notice", "answer"]
    older = page.event(ago=60, take_thread_control={"new_owner_app_id": "5", "previous_owner_app_id": APP})
    await page.deliver(older)
    assert await rows(world, "select elsewhere_until from conversation") == [(None,)], "what is older changes nothing"
    taken = page.event(take_thread_control={"new_owner_app_id": "5", "previous_owner_app_id": APP})
    await page.deliver(taken)
    await page.deliver(page.words("m_3", QUESTION))
    calls = len(world.http.calls)
    await answer_all(world)
    assert len(world.http.calls) == calls


async def test_what_is_said_about_an_account_is_told_once(page: Messenger) -> None:
    warned = {"recipient": {"id": PAGE}, "timestamp": 1, "policy_enforcement": {"action": "warning", "reason": "tajne"}}
    await page.deliver(warned)
    await page.deliver(warned)
    assert await rows(page.world, "select kind, word from connection_notice") == [("policy_enforcement", "warning")]


# whatever the order ------------------------------------------------------------------------------------------------


Deliveries = list[Callable[[], Awaitable[object]]]


def story(page: Messenger) -> Deliveries:
    """A conversation as its vendor tells it, event by event, in its order."""
    thumb = {"type": "sticker", "payload": {"sticker_id": 1}}
    events = [
        page.words("m_1", "dzień dobry", ago=60),
        page.words("m_2", "pytanie o zwrot", ago=50),
        edit(page, "m_2", "pytanie o zwrot butów", 1, ago=45),
        edit(page, "m_2", "pytanie o zwrot kurtki", 2, ago=40),
        page.words("m_3", "pomyłka", ago=35),
        unsend(page, "m_3", ago=30),
        page.event(ago=28, reaction={"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤️"}),
        page.event(ago=27, reaction={"mid": "m_1", "action": "unreact", "reaction": "love", "emoji": "❤️"}),
        page.event(ago=26, reaction={"mid": "m_2", "action": "react", "reaction": "like", "emoji": "👍"}),
        page.echo("m_4", "Odpisuję stąd", ago=20, app_id="263902037430900"),
        page.event(ago=15, message={"mid": "m_5", "attachments": [thumb]}),
        page.event(ago=10, pass_thread_control={"new_owner_app_id": APP, "previous_owner_app_id": "5"}),
        page.words("m_6", "dziękuję", ago=5),
    ]
    return [lambda event=event: page.deliver(event) for event in events]


async def tell(world: World) -> tuple[object, ...]:
    """What a conversation is in the end, without our own ids."""
    signs = "select m.text, r.sign from reaction r join message m on m.id = r.message_id order by 1"
    return (
        await said(world),
        await rows(world, signs),
        await rows(world, "select elsewhere_until, elsewhere_at from conversation"),
        await rows(world, "select acted_at from thread where acted_at is not null"),
        await rows(world, "select text, edited_at, taken_back_at, apart from message order by id"),
    )


@pytest.mark.parametrize("seed", range(6))
async def test_rel_01_shuffled_and_repeated_deliveries_end_in_the_same_conversation(world: World, seed: int) -> None:
    """Each seed is another order; every event comes twice. The first conversation has them in their order."""
    chance = random.Random(seed)
    ordered = Messenger(world=world)
    await ordered.open()
    for deliver in story(ordered):
        await deliver()
    told = await tell(world)
    assert [text for _, _, text in told[0]] == [  # type: ignore[attr-defined]
        "dzień dobry",
        "pytanie o zwrot kurtki",
        "[wiadomość cofnięta przez nadawcę]",
        "Odpisuję stąd",
        "[naklejka]",
        "dziękuję",
    ]
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute("delete from conversation")
        await connection.execute("delete from seen")
    shuffled = [*story(ordered), *story(ordered)]
    chance.shuffle(shuffled)
    for deliver in shuffled:
        await deliver()
    await world.worker.sweep_reports()
    assert await tell(world) == told
    assert await rows(world, "select from parked") == []


# pure --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sign_"),
    [
        ("👍", "👍"), ("👍🏽", "👍🏽"), ("❤️", "❤️"), ("🇵🇱", "🇵🇱"), ("1️⃣", "1️⃣"), ("love", "❤"), ("like", "👍"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),  # a family: one sign of two
        (None, "•"), ("", "•"), ("ok", "•"), ("👍👍", "•"), ("👍 tak", "•"), ("501234567", "•"), ("a@b.example", "•"),
        ("❤️" * 9, "•"),
    ],
)  # fmt: skip
def test_a_reaction_is_a_sign(given: str | None, sign_: str) -> None:
    assert read_sign(given) == sign_


def test_new_words_keep_the_lines_of_files_and_not_placeholders() -> None:
    old = "opis\n[załącznik: zdjęcie]\n[załącznik: film]"
    assert put_text(old, MaskedText("nowy")).text == "nowy\n[załącznik: zdjęcie]\n[załącznik: film]"
    assert put_text("mój mail\n[e-mail]", MaskedText("nic")).text == "nic"
    assert put_text("[naklejka]", MaskedText("")).text == "[naklejka]"


def test_placeholders_are_found() -> None:
    assert find_placeholders("[e-mail] i [telefon 2], nie [naklejka]") == {("EMAIL_ADDRESS", 1), ("PHONE_NUMBER", 2)}


def test_moments() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    for off, believed in ((-8 * 86_400, False), (-6 * 86_400, True), (59, True), (120, False)):
        moment = now + timedelta(seconds=off)
        assert (read_moment(moment, now) == moment) is believed
    assert read_moment(None, now) == now

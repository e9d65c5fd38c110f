"""Codes: to whom they go, what they open, and what nobody learns from asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from okienko.database.urls import Urls
from okienko.identity.codes import NotAnAddress, Over, Proved, TooMany, Wrong, derive_code
from okienko.identity.levels import Level
from okienko.keys import Keys
from okienko.rights.store import requests
from okienko.values import Failed, Sent, Unsure
from tests.identity.world import ADDRESS, OTHER, People, open_people

OF_ANOTHER = "000000"


@pytest.fixture
async def people(database_urls: Urls) -> AsyncIterator[People]:
    async with open_people(database_urls) as people:
        yield people


def wrong_for(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code.replace(' ', '')) + 1) % 10**6:06d}"


def test_a_code_is_six_digits_that_another_installation_would_not_say() -> None:
    ours, theirs = Keys(operator=b"o" * 32, index=b"i" * 32), Keys(operator=b"o" * 32, index=b"j" * 32)
    ids = [uuid4() for _ in range(200)]
    codes = [derive_code(ours, id_) for id_ in ids]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(set(codes)) > 190
    assert codes == [derive_code(ours, id_) for id_ in ids]
    assert sum(derive_code(theirs, id_) == code for id_, code in zip(ids, codes, strict=True)) < 3


@pytest.mark.parametrize(("level", "wanted", "enough"), [
    (Level.NONE, Level.NONE, True),
    (Level.NONE, Level.CODE, False),
    (Level.ORDER, Level.CODE, False),
    (Level.CODE, Level.CODE, True),
    (Level.PERSON, Level.CODE, True),
    (Level.CODE, Level.PERSON, False),
])  # fmt: skip
def test_the_ladder(level: Level, wanted: Level, enough: bool) -> None:
    assert level.reaches(wanted) is enough


@pytest.mark.anyio
async def test_sec_01_a_code_goes_to_the_address_on_record_and_proves_who_it_is(people: People) -> None:
    known = await people.known()
    request = await people.request()
    challenge = await people.ask(request, "Halina.Sroka@poczta.example ")
    assert await people.send() == 1
    (letter,) = people.post.taken
    assert letter["To"] == ADDRESS
    entered = await people.enter(challenge, request, people.post.code())
    assert entered == Proved(people=(known.person,))
    async with people.world.database.brand(people.world.brand.id) as connection:
        assert await requests.verify(connection, request, known.person, by="code", now=people.clock())
    assert await people.enter(challenge, request, people.post.code()) == Over()  # once


@pytest.mark.anyio
async def test_sec_01_an_address_that_nobody_has_or_nobody_verified_gets_nothing(people: People) -> None:
    left = await people.begin()
    await people.leave(left, ADDRESS)
    people.clock.move(minutes=1)
    for address in (OTHER, ADDRESS):
        request = await people.request()
        challenge = await people.ask(request, address)
        await people.send()
        right = derive_code(people.keys, challenge)
        assert await people.enter(challenge, request, right) == Wrong(left=4)  # guessed, and still nobody
    assert people.post.taken == []
    assert [row[:2] for row in await people.letters()] == [("code", "nobody"), ("code", "nobody")]


@pytest.mark.anyio
async def test_sec_01_asking_writes_the_same_whether_the_address_is_known(people: People) -> None:
    await people.known()
    seen: list[object] = []
    for address in (ADDRESS, OTHER):
        request = await people.request()
        await people.ask(request, address)
        ((challenge,),) = await people.world.rows(
            "select row(purpose, person_id, tries, created_at, expires_at, ended_at, length(lookup)) from challenge "
            "where request_id = %(id)s",
            id=request,
        )
        ((letter,),) = await people.world.rows(
            "select row(template, language, l.person_id, identity_id, state, due_at, until) from letter l "
            "join challenge c on c.id = l.about where c.request_id = %(id)s",
            id=request,
        )
        seen.append((challenge, letter))
    assert seen[0] == seen[1]


@pytest.mark.anyio
async def test_sec_01_what_was_typed_is_kept_nowhere(people: People) -> None:
    request = await people.request()
    await people.ask(request, OTHER)
    await people.send()
    tables = await people.world.rows(
        "select relname from pg_class where relnamespace = 'okienko'::regnamespace and relkind = 'r' "
        "and has_table_privilege(oid, 'select')"
    )
    for (table,) in tables:
        rows = await people.world.rows(f'select t::text from "{table}" t')
        assert not any("kto.inny" in str(row[0]) for row in rows), table


@pytest.mark.anyio
async def test_five_tries_and_ten_minutes(people: People) -> None:
    await people.known()
    request = await people.request()
    challenge = await people.ask(request)
    await people.send()
    right = people.post.code()
    for left in (4, 3, 2, 1, 0):
        assert await people.enter(challenge, request, wrong_for(right)) == Wrong(left=left)
    assert await people.enter(challenge, request, right) == Over()
    challenge = await people.ask(request)
    people.clock.move(minutes=10)
    assert await people.enter(challenge, request, derive_code(people.keys, challenge)) == Over()


@pytest.mark.anyio
async def test_a_code_is_for_one_request_and_the_newest_holds(people: People) -> None:
    known = await people.known()
    mine, other = await people.request(), await people.request()
    first = await people.ask(mine)
    assert await people.enter(first, other, derive_code(people.keys, first)) == Over()
    assert await people.enter(first, mine, derive_code(people.keys, first), "contact") == Over()
    second = await people.ask(mine)
    assert await people.enter(first, mine, derive_code(people.keys, first)) == Over()
    spaced = f"{derive_code(people.keys, second)[:3]}-{derive_code(people.keys, second)[3:]} "
    assert await people.enter(second, mine, spaced) == Proved(people=(known.person,))
    assert await people.enter(UUID(int=4), mine, OF_ANOTHER) == Over()


@pytest.mark.anyio
@pytest.mark.parametrize("address", [ADDRESS, OTHER])
async def test_three_codes_an_hour_for_whoever_asks_and_for_an_address(people: People, address: str) -> None:
    await people.known()
    request = await people.request()
    for _ in range(3):
        await people.ask(request, address)
    with pytest.raises(TooMany) as refused:
        await people.ask(request, "jeszcze.kto@poczta.example")
    assert 3500 < refused.value.seconds <= 3600
    with pytest.raises(TooMany):
        await people.ask(await people.request(), address)
    people.clock.move(hours=1)
    await people.ask(request, address)


@pytest.mark.anyio
@pytest.mark.parametrize("typed", ["", "halina", "600 700 800", f"{ADDRESS}, {OTHER}", "zadzwońcie: 600 700 800"])
async def test_what_is_no_address_is_not_asked_about(people: People, typed: str) -> None:
    with pytest.raises(NotAnAddress):
        await people.ask(await people.request(), typed)


@pytest.mark.anyio
async def test_one_address_may_be_several_peoples_and_accounts_come_first(people: People) -> None:
    chat = await people.known()
    account = await people.begin("account")
    await people.leave(account, ADDRESS, verified="import")
    people.clock.move(minutes=1)
    request = await people.request()
    challenge = await people.ask(request)
    entered = await people.enter(challenge, request, derive_code(people.keys, challenge))
    assert entered == Proved(people=(account.person, chat.person))


# taking over somebody else's account --------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_apl_10_an_address_that_is_brought_along_proves_nothing_in_that_conversation(people: People) -> None:
    await people.known()  # the victim
    attacker = await people.begin("attacker")
    await people.leave(attacker, OTHER)
    contact = await people.ask(attacker.conversation, OTHER, "contact")
    await people.send()
    assert people.post.taken[0]["To"] == OTHER
    entered = await people.enter(contact, attacker.conversation, people.post.code(), "contact")
    assert entered == Proved(people=(attacker.person,))
    # Confirmed, and yet it is not what anybody was known by when this conversation began.
    people.clock.move(minutes=1)
    challenge = await people.ask(attacker.conversation, OTHER, "conversation")
    await people.send()
    assert len(people.post.taken) == 1
    right = derive_code(people.keys, challenge)
    assert await people.enter(challenge, attacker.conversation, right, "conversation") == Wrong(left=4)


@pytest.mark.anyio
async def test_apl_10_a_code_for_the_victim_goes_to_the_victim(people: People) -> None:
    await people.known()
    attacker = await people.begin("attacker")
    await people.leave(attacker, OTHER)
    await people.ask(attacker.conversation, ADDRESS, "conversation")
    await people.send()
    assert [letter["To"] for letter in people.post.taken] == [ADDRESS]
    assert not any(OTHER in str(letter) for letter in people.post.taken)


@pytest.mark.anyio
async def test_apl_10_a_changed_address_is_not_a_verified_one(people: People) -> None:
    known = await people.known()
    await people.world.run(
        "update identity set lookup = %(lookup)s where person_id = %(p)s",
        lookup=people.keys.lookup("EMAIL_ADDRESS", OTHER),
        p=known.person,
    )
    assert await people.world.rows("select verified_at, verified_by from identity") == [(None, None)]
    request = await people.request()
    challenge = await people.ask(request, OTHER)
    await people.send()
    assert people.post.taken == []
    assert await people.enter(challenge, request, derive_code(people.keys, challenge)) == Wrong(left=4)


@pytest.mark.anyio
async def test_apl_10_the_address_is_looked_at_again_when_the_code_comes(people: People) -> None:
    known = await people.known()
    request = await people.request()
    challenge = await people.ask(request)
    await people.send()
    await people.world.run(
        "update identity set lookup = %(lookup)s where person_id = %(p)s",
        lookup=people.keys.lookup("EMAIL_ADDRESS", OTHER),
        p=known.person,
    )
    assert await people.enter(challenge, request, people.post.code()) == Wrong(left=4)


# letters ------------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_killed_sender_loses_no_code_and_sends_the_same_again(people: People) -> None:
    known = await people.known()
    request = await people.request()
    challenge = await people.ask(request)
    people.post.answers = [KeyboardInterruptOfATest()]
    await people.send()
    assert (await people.letters())[0][:3] == ("code", "sending", 1)
    assert await people.send() == 0  # another sender leaves it alone while it may be under way
    people.clock.move(seconds=61)
    assert await people.send() == 1
    first, second = people.post.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert people.post.code(0) == people.post.code(1)
    assert await people.enter(challenge, request, people.post.code()) == Proved(people=(known.person,))
    assert (await people.letters())[0][:3] == ("code", "sent", 2)


class KeyboardInterruptOfATest(Exception):
    """The process ends between the send and its settling."""


@pytest.mark.anyio
async def test_greylisting_and_a_server_that_is_away_are_waited_out(people: People) -> None:
    await people.known()
    await people.ask(await people.request())
    people.post.answers = [
        Failed(reason="the mail server answered 450", permanent=False),
        Unsure(reason="the mail server broke off"),
        Sent(receipt=""),
    ]
    assert await people.send() == 1
    assert await people.send() == 0
    people.clock.move(seconds=6)
    await people.send()
    people.clock.move(seconds=11)
    await people.send()
    assert (await people.letters())[0] == ("code", "sent", 3, None)


@pytest.mark.anyio
async def test_a_letter_that_cannot_go_ends_and_says_why(people: People) -> None:
    await people.known()
    await people.ask(await people.request())
    people.post.answers = [Failed(reason="the mail server answered 550", permanent=True)]
    await people.send()
    assert (await people.letters())[0] == ("code", "failed", 1, "the mail server answered 550")


@pytest.mark.anyio
async def test_a_code_whose_time_is_over_is_not_sent(people: People) -> None:
    await people.known()
    await people.ask(await people.request())
    people.clock.at += timedelta(minutes=10)
    await people.send()
    assert people.post.taken == []
    assert (await people.letters())[0][:2] == ("code", "failed")


@pytest.mark.anyio
async def test_who_was_erased_gets_no_letter(people: People) -> None:
    known = await people.known()
    await people.ask(await people.request())
    await people.world.run("delete from person where id = %(p)s", p=known.person)
    await people.send()
    assert people.post.taken == []

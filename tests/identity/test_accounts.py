"""A brand's own accounts: an import, and what becomes of those that the next one is without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from okienko.database.urls import Urls
from okienko.doctor import look_at_mail
from okienko.identity.accounts import BadFile, Imported, import_accounts, read_accounts
from okienko.identity.codes import Proved, Wrong, derive_code
from okienko.rights.retention import nightly
from okienko.settings import Settings
from tests.identity.world import ADDRESS, OTHER, People, open_people
from tests.mail.smtp_server import run_server


@pytest.fixture
async def people(database_urls: Urls) -> AsyncIterator[People]:
    async with open_people(database_urls) as people:
        yield people


async def take(people: People, text: str, *, whole: bool = False) -> Imported:
    brand = people.world.brand.id
    async with people.world.database.brand(brand) as connection:
        return await import_accounts(
            connection, people.keys, brand, read_accounts(text), whole=whole, now=people.clock()
        )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "columns"),
        (f"{ADDRESS}\n", "columns"),
        ("email,name\na@poczta.example,Anna\n", "columns"),
        (f"email\n{ADDRESS}\nhalina\n", "line 3"),
        (f"email\n{ADDRESS}; {OTHER}\n", "line 2"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(text: str, says: str) -> None:
    with pytest.raises(BadFile, match=says) as refused:
        read_accounts(text)
    assert "halina" not in str(refused.value)


@pytest.mark.anyio
async def test_an_account_may_be_proved_by_its_address_until_it_is_gone(people: People) -> None:
    done = await take(people, f"Email,Country\n{ADDRESS},PL\n{ADDRESS.upper()},PL\n{OTHER},US-CA\n")
    assert done == Imported(added=2, known=0, removed=0)
    assert await people.world.rows("select account from person order by account") == [("pl",), ("us-ca",)]
    again = await take(people, f"email\n{ADDRESS}\nnowy@poczta.example\n")
    assert again == Imported(added=1, known=1, removed=0)
    people.clock.move(minutes=1)
    request = await people.request()
    challenge = await people.ask(request)
    await people.send()
    assert [letter["To"] for letter in people.post.taken] == [ADDRESS]
    assert isinstance(await people.enter(challenge, request, people.post.code()), Proved)
    without = await take(people, f"email\n{OTHER}\n", whole=True)
    assert without == Imported(added=0, known=1, removed=2)
    other = await people.request()
    challenge = await people.ask(other)
    assert await people.enter(challenge, other, derive_code(people.keys, challenge)) == Wrong(left=4)


@pytest.mark.anyio
async def test_what_is_kept_of_an_account_is_sealed(people: People) -> None:
    await take(people, f"email\n{ADDRESS}\n")
    rows = await people.world.rows("select i::text from identity i union all select p::text from person p")
    assert len(rows) == 2
    assert not any("halina" in str(row) for row in rows)


@pytest.mark.anyio
async def test_an_account_stays_until_an_import_is_without_it(people: People) -> None:
    await take(people, f"email\n{ADDRESS}\n{OTHER}\n")
    people.clock.at += timedelta(days=200)
    await nightly.run_if_due(people.world.database, people.world.brand, people.clock)
    assert await people.world.rows("select count(*) from person") == [(2,)]
    await take(people, f"email\n{ADDRESS}\n", whole=True)
    people.clock.at += timedelta(days=1)
    await nightly.run_if_due(people.world.database, people.world.brand, people.clock)
    assert await people.world.rows("select verified_by from identity") == [("import",)]


@pytest.mark.anyio
async def test_the_doctor_says_whether_codes_can_be_sent(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys=tmp_path)
    none = await look_at_mail(settings)
    assert none.well
    assert "no codes can be sent" in none.what
    async with run_server() as server:
        there = replace(settings, mail_url=f"smtp://127.0.0.1:{server.port}", mail_from="a@firma.example")
        assert (await look_at_mail(there)).well
    away = await look_at_mail(there)
    assert not away.well
    assert "cannot be reached" in away.what
    lost = replace(there, mail_password_file=tmp_path / "none")
    assert "OKIENKO_MAIL_PASSWORD_FILE" in (await look_at_mail(lost)).fix

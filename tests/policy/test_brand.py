"""A brand's place and its own choices: towards the stricter alone, and recorded with the rules that they led to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from okienko.audit.store import OPERATOR
from okienko.brands.store import add_brand, read_brands
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.policy.brand import check_choices, is_longer, put_in_force
from okienko.policy.clocks import Running, find_due, keep_until
from okienko.policy.files import read_own_book
from okienko.policy.periods import read_period
from okienko.policy.places import choose_place
from okienko.policy.read import PolicyRefused
from okienko.policy.rules import is_banned, is_required
from okienko.policy.store import read_policy_text, record_policy, set_policy
from okienko.values import Brand
from tests.desk_world import make_brand

BOOK = read_own_book()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")
TODAY = date(2026, 11, 22)

STRICTER = """\
[clock.dsar_answer]
start = "received"
period = "P14D"
calendar = "civil"

[ban.improvement]
value = true

[gate.consent_before_first_keystroke]
value = true
when = "before_first_keystroke"

[limit.redisclose_every_messages]
value = 10
direction = "at_most"

[retention.transcript]
trigger = "conversation_closed"
period = "P24M"
"""


def clock(period: str, rest: str = "", *, name: str = "dsar_answer", calendar: str = "civil") -> str:
    return f'[clock.{name}]\nstart = "received"\nperiod = "{period}"\ncalendar = "{calendar}"\n{rest}'


def kept(period: str, name: str = "transcript", trigger: str = "conversation_closed", rest: str = "") -> str:
    return f'[retention.{name}]\ntrigger = "{trigger}"\nperiod = "{period}"\n{rest}'


def test_stricter_choices_hold() -> None:
    check_choices(BOOK, "pl", STRICTER)
    mine = put_in_force(BOOK, brand="pl", choices=STRICTER)
    due = find_due(mine.policy, "dsar_answer", Running(started=datetime(2027, 1, 31, 12, tzinfo=WARSAW)), WARSAW)
    assert due is not None
    assert due.day == date(2027, 2, 14)
    assert is_required(mine.policy, "consent_before_first_keystroke", TODAY)
    assert is_banned(mine.policy, "improvement", TODAY)
    # A longer term than the usual one, within the cap, is a brand's to choose.
    closed = datetime(2027, 1, 10, tzinfo=WARSAW)
    assert keep_until(mine.policy, "transcript", closed, WARSAW) == datetime(2029, 1, 11, tzinfo=WARSAW)
    gone = datetime(2022, 6, 1, tzinfo=WARSAW)
    assert keep_until(mine.policy, "transcript", closed, WARSAW, capped_from=gone) == datetime(
        2028, 6, 2, tzinfo=WARSAW
    )


@pytest.mark.parametrize(
    "ban", ["training", "removing_human_route", "hiding_ai_notice", "improvement", "bot_authority"]
)
def test_a_ban_cannot_be_lifted(ban: str) -> None:
    with pytest.raises(PolicyRefused, match=rf"\[ban\.{ban}\]: a brand cannot lift a ban .*Take these lines out"):
        check_choices(BOOK, "pl", f"[ban.{ban}]\nvalue = false\n")


@pytest.mark.parametrize(
    ("place", "choices", "says"),
    [
        ("pl", '[gate.human_on_request]\nvalue = false\nwhen = "at_any_time"\n', "cannot open a gate"),
        ("pl", '[gate.ai_disclosure]\nvalue = true\nwhen = "afterwards"\n', "another moment.*before_first_bot_message"),
        ("pl", '[notice.collection]\nwhen = "afterwards"\nui = ["ai.notice"]\n', "another moment"),
        ("pl", clock("P2M"), "P2M is laxer than"),
        ("pl", clock("P1M", calendar="eu-1182-71"), ""),
        ("pl", clock("P30D"), "P30D is laxer than"),  # in February it is
        ("pl", clock("P28D"), ""),
        ("ca", clock("P30D"), ""),
        ("ca", clock("P1M"), "P1M is laxer than"),
        ("pl", clock("P14D", "pause = true\n"), "a pause is laxer"),
        ("uk", clock("P14D", "pause = true\n"), ""),
        ("ca-qc", clock("P14D", 'extension = { max = "P1D", notify_within = "P1D", needs_reason = true }\n'),
         "an extension by P1D is laxer"),
        ("pl", clock("P14D", 'extension = { max = "P90D", notify_within = "P14D", needs_reason = true }\n'),
         r"\[clock\.dsar_answer\.extension\]: an extension by P90D is laxer"),
        ("pl", clock("P14D").replace("received", "sent"), "this is another clock"),
        ("pl", clock("PT72H", calendar="elapsed"), "hours and days cannot be compared"),
        ("pl", clock("P14D", name="opt_out"), "there is no rule of this name to be stricter than"),
        ("pl", '[clock.appeal_window]\nstart = "informed"\nperiod = "P3M"\ncalendar = "civil"\n'
         'direction = "at_least"\n', "P3M is laxer"),
        ("pl", '[clock.appeal_window]\nstart = "informed"\nperiod = "P12M"\ncalendar = "civil"\n'
         'direction = "at_least"\n', ""),
        ("pl", '[limit.redisclose_every_messages]\nvalue = 21\ndirection = "at_most"\n', "21 is laxer"),
        ("pl", '[limit.consent_age]\nvalue = 13\ndirection = "at_least"\n', "13 is laxer"),
        ("pl", '[limit.consent_age]\nvalue = 18\ndirection = "at_least"\n', ""),
        ("pl", '[limit.consent_age]\nvalue = 18\ndirection = "at_most"\n', "laxer"),
        ("pl", kept("P32D", "sensitive_message", "written"), "P32D against P31D is laxer"),
        ("pl", kept("P7D", "sensitive_message", "written"), ""),
        ("pl", kept("P7D", "dedupe_key", "arrived", 'direction = "at_least"\n'), "P7D against P30D is laxer"),
        ("pl", kept("PT73H", "id_document", "decided"), "PT73H against PT72H"),
        ("pl", kept("P3D", "id_document", "decided"), ""),
        ("pl", kept("P12M", trigger="written"), "this begins with something else"),
        ("pl", "title = \"Mine\"\n", "a brand cannot say this"),
        ("pl", "[clock.dsar_answer]\nperiod = \"P1D\"\n", r"\[clock\.dsar_answer\.start\]: it is missing"),
        ("pl", "nothing", "this is no TOML"),
    ],
)  # fmt: skip
def test_what_is_laxer_is_refused_with_the_law_that_it_would_break(place: str, choices: str, says: str) -> None:
    if not says:
        check_choices(BOOK, place, choices)
        return
    with pytest.raises(PolicyRefused, match=says):
        check_choices(BOOK, place, choices)


@pytest.mark.parametrize("period", ["P7Y", "P73M", "P2193D"])
@pytest.mark.parametrize("name", ["transcript", "attachment", "contact"])
def test_prv_12_nothing_is_kept_for_more_than_six_years_after_the_account(period: str, name: str) -> None:
    with pytest.raises(PolicyRefused, match=f"{period} against the cap of P6Y"):
        check_choices(BOOK, "pl", kept(period, name))
    check_choices(BOOK, "pl", kept("P6Y", name))


@pytest.mark.parametrize(
    ("period", "bound", "longer"),
    [
        ("P1M", "P30D", True), ("P30D", "P1M", True), ("P28D", "P1M", False), ("P31D", "P1M", True),
        ("P12M", "P1Y", False), ("P366D", "P1Y", True), ("P365D", "P1Y", False), ("PT25H", "P1D", True),
        ("PT24H", "P1D", False), ("P1D", "PT23H", True), ("PT1H", "P1M", False), ("P1M", "PT672H", True),
    ],
)  # fmt: skip
def test_which_period_can_be_longer(period: str, bound: str, longer: bool) -> None:
    assert is_longer(read_period(period), read_period(bound)) is longer


def test_the_hash_is_that_of_the_rules_and_changes_with_them() -> None:
    mine = put_in_force(BOOK, brand="pl")
    assert mine.hash == sha256(mine.text.encode()).digest() == put_in_force(BOOK, declared="pl", brand="us").hash
    assert "clock.reklamacja" in mine.text
    others = [
        put_in_force(BOOK, brand="pl", choices=STRICTER),
        put_in_force(BOOK, brand="eu"),
        put_in_force(BOOK, brand=None),
    ]
    assert len({mine.hash, *(other.hash for other in others)}) == 4


# stored --------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def brand(database_urls: Urls) -> AsyncIterator[tuple[Database, Brand]]:
    async with await Database.open(database_urls.app, size=2) as database:
        brand = make_brand("seans", "Seans", NOW)
        async with database.shared() as connection:
            await add_brand(connection, brand, NOW)
        yield database, brand


async def read_brand(database: Database) -> Brand:
    async with database.shared() as connection:
        (brand,) = await read_brands(connection)
    return brand


@pytest.mark.anyio
async def test_a_brand_s_policy_is_kept_with_the_rules_behind_its_hash(brand: tuple[Database, Brand]) -> None:
    database, made = brand
    assert (await read_brand(database)).jurisdiction is None
    async with database.brand(made.id) as connection:
        mine = await set_policy(connection, made.id, BOOK, jurisdiction="pl", choices=STRICTER, by=OPERATOR, now=NOW)
        assert await read_policy_text(connection, mine.hash) == mine.text
        assert await record_policy(connection, mine, NOW) == mine.hash  # a second time changes nothing
        assert await read_policy_text(connection, b"another") is None
        cursor = await connection.execute("select action, detail from audit_payload where brand_id = current_brand()")
        assert await cursor.fetchall() == [("policy-changed", f"hash={mine.hash.hex()} place=pl")]
    known = await read_brand(database)
    assert (known.jurisdiction, known.choices) == ("pl", STRICTER)
    assert put_in_force(BOOK, brand=known.jurisdiction, choices=known.choices).hash == mine.hash


@pytest.mark.anyio
async def test_what_is_refused_changes_nothing(brand: tuple[Database, Brand]) -> None:
    database, made = brand
    for place, choices in (("atlantis", ""), ("default", ""), ("pl", "[ban.training]\nvalue = false\n")):
        with pytest.raises(PolicyRefused):
            async with database.brand(made.id) as connection:
                await set_policy(connection, made.id, BOOK, jurisdiction=place, choices=choices, by=OPERATOR, now=NOW)
    known = await read_brand(database)
    assert (known.jurisdiction, known.choices) == (None, "")


@pytest.mark.anyio
async def test_the_rules_behind_a_hash_cannot_be_changed_or_forged(brand: tuple[Database, Brand]) -> None:
    database, made = brand
    mine = put_in_force(BOOK, brand="pl")
    async with database.brand(made.id) as connection:
        await record_policy(connection, mine, NOW)
    for statement in ("update policy_text set text = 'x'", "delete from policy_text"):
        with pytest.raises(InsufficientPrivilege):
            async with database.brand(made.id) as connection:
                await connection.execute(statement.encode())
    with pytest.raises(CheckViolation):
        async with database.brand(made.id) as connection:
            await connection.execute(
                b"insert into policy_text (brand_id, hash, text, at) values (current_brand(), 'x', 'no rules', now())"
            )


def test_the_database_places_people_as_python_does(urls: Urls) -> None:
    with psycopg.connect(urls.app) as connection:
        connection.execute("set search_path = okienko")
        for declared in (None, "uk", "strictest"):
            for account in (None, "pl"):
                for place in (None, "us"):
                    row = connection.execute(
                        "select jurisdiction_of(%s, %s, %s)", (declared, account, place)
                    ).fetchone()
                    expected = choose_place(BOOK, declared=declared, account=account, brand=place).id
                    assert row == (expected,)

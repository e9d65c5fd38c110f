"""Policy files as they are read, merged and resolved: the strictest wins, and nobody loses a duty on the way."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from okienko.masking.keeping import KEEPING, SENSITIVE_DAYS
from okienko.policy.book import Book, check_reviews, list_pending, read_book
from okienko.policy.clocks import NoSuchClock, NotAllowed, Running, find_due, keep_until
from okienko.policy.files import list_improvable, read_own_book
from okienko.policy.periods import Period
from okienko.policy.places import choose_place, find_place
from okienko.policy.read import PolicyRefused, make_schema, read_policy
from okienko.policy.rules import (
    Ban,
    Clock,
    Extension,
    Gate,
    Limit,
    Notice,
    Origin,
    Policy,
    Retention,
    Rule,
    find_limit,
    is_banned,
    is_required,
    list_notices,
    merge,
)
from okienko.policy.table import render_book

ROOT = Path(__file__).resolve().parents[2]
TEXTS = {path.name: path.read_text("utf-8") for path in files("okienko.policy").iterdir() if path.name[-5:] == ".toml"}
BOOK = read_own_book()
TODAY = date(2026, 11, 22)
WARSAW = ZoneInfo("Europe/Warsaw")


# what the files say --------------------------------------------------------------------------------------------------


def test_the_table_in_the_repository_is_what_the_files_say() -> None:
    """A change of law is a change of this table: run `okienko policy table > docs/policies.table.txt` and read it."""
    assert render_book(BOOK) == (ROOT / "docs" / "policies.table.txt").read_text("utf-8")


def test_the_published_schema_is_the_reader_s() -> None:
    published = (ROOT / "docs" / "policy.schema.json").read_text("utf-8")
    assert json.loads(published) == make_schema()


def test_every_place_is_there() -> None:
    assert BOOK.places == ("ca", "ca-qc", "eu", "pl", "uk", "us", "us-ca")
    assert check_reviews(BOOK, TODAY) == []
    # Nobody has reviewed them. Whoever has writes two names into a file, and takes its id out of this line.
    assert list_pending(BOOK) == ["ca", "ca-qc", "default", "eu", "pl", "uk", "us", "us-ca"]


@pytest.mark.parametrize("place", [*BOOK.places, "strictest"])
def test_what_no_place_lifts(place: str) -> None:
    policy = BOOK.policies[place]
    for ban in ("training", "removing_human_route", "hiding_ai_notice", "bot_authority", "typing_preview"):
        assert is_banned(policy, ban, TODAY)
    for gate in ("ai_disclosure", "ai_truth", "human_on_request", "human_gate_for_decisions", "verified_identity"):
        assert is_required(policy, gate, TODAY)
    assert list_notices(policy, "collection", TODAY)
    assert (find_limit(policy, "redisclose_every_messages", TODAY) or 99) <= 20


def test_where_words_are_asked_for_before_the_first_key() -> None:
    asking = [
        place for place in BOOK.places if is_required(BOOK.policies[place], "consent_before_first_keystroke", TODAY)
    ]
    assert asking == ["ca", "ca-qc", "us", "us-ca"]
    assert is_required(BOOK.policies["strictest"], "consent_before_first_keystroke", TODAY)


def test_prv_13_training_is_banned_everywhere_and_improving_where_the_law_or_doubt_forbids_it() -> None:
    assert all(is_banned(policy, "training", TODAY) for policy in BOOK.policies.values())
    assert list_improvable() == ("us", "us-ca")
    for place in ("eu", "pl", "uk", "strictest"):
        assert is_banned(BOOK.policies[place], "improvement", TODAY)


@pytest.mark.parametrize(
    ("place", "age"), [("pl", 16), ("eu", 16), ("uk", 13), ("us", 13), ("strictest", 16), ("ca", None)]
)
def test_the_age_of_consent(place: str, age: int | None) -> None:
    assert find_limit(BOOK.policies[place], "consent_age", TODAY) == age


def test_terms_that_code_keeps_by_itself_are_those_of_the_policy() -> None:
    since = datetime(2027, 3, 1, 12, tzinfo=UTC)

    def days(name: str) -> int:
        until = keep_until(BOOK.policies["default"], name, since, ZoneInfo("UTC"))
        assert until is not None
        return (until - since).days

    assert days("account_number") == KEEPING["IBAN_CODE"].days
    assert days("date_of_birth") == KEEPING["DATE_OF_BIRTH"].days
    assert days("id_document") == KEEPING["PASSPORT"].days
    assert days("sensitive_message") == SENSITIVE_DAYS


def test_a_duty_begins_on_its_day() -> None:
    eu = BOOK.files["eu"].policy
    assert not is_required(eu, "ai_disclosure", date(2026, 8, 1))
    assert is_required(eu, "ai_disclosure", date(2026, 8, 2))


# merging -------------------------------------------------------------------------------------------------------------

periods = st.one_of(
    st.builds(Period, count=st.integers(1, 24), unit=st.just("M")),
    st.builds(Period, count=st.integers(1, 100), unit=st.just("D")),
)
origins = st.builds(
    Origin,
    policy=st.sampled_from(["a", "b", "c"]),
    law=st.just(("house:x",)),
    confidence=st.just("high"),
    since=st.sampled_from([None, date(2026, 1, 1), date(2028, 6, 1)]),
)
DIRECTIONS = {"x": "at_most", "y": "at_least"}


@st.composite
def clocks(draw: st.DrawFn, name: str) -> Clock:
    period = draw(periods)
    calendar = draw(st.sampled_from(["eu-1182-71", "civil", *(["working-days"] if period.unit == "D" else [])]))
    extension = Extension(by=replace(period, count=draw(st.integers(1, 9))), notify_within=period)
    return Clock(
        origin=draw(origins),
        start="received",
        period=period,
        calendar=cast("Any", calendar),
        direction=cast("Any", DIRECTIONS[name]),
        extension=draw(st.sampled_from([None, extension])),
        pause=draw(st.booleans()) and calendar != "working-days",
    )


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, Rule]:
    name, section = (
        draw(st.sampled_from("xy")),
        draw(st.sampled_from(["clock", "gate", "ban", "limit", "retention", "notice"])),
    )
    origin, direction = draw(origins), cast("Any", DIRECTIONS[name])
    match section:
        case "clock":
            rule: Rule = draw(clocks(name))
        case "gate":
            rule = Gate(origin=origin, value=draw(st.booleans()), when="before")
        case "ban":
            rule = Ban(origin=origin, value=draw(st.booleans()))
        case "limit":
            rule = Limit(origin=origin, value=draw(st.integers(0, 50)), direction=direction)
        case "retention":
            cap = draw(st.sampled_from([None, ("closed", Period(count=72, unit="M"))]))
            rule = Retention(origin=origin, trigger="closed", period=draw(periods), direction=direction, cap=cap)
        case _:
            rule = Notice(origin=origin, when="before", ui=(draw(st.sampled_from(["ai.notice", "ai.label"])),))
    return f"{section}.{name}", rule


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    found: dict[str, frozenset[Rule]] = {}
    for key, rule in draw(st.lists(rules(), max_size=8)):
        found[key] = found.get(key, frozenset()) | {rule}
    return Policy(
        places=frozenset(draw(st.sets(st.sampled_from("abc"), min_size=1))),
        holidays=frozenset(draw(st.sampled_from([{"none"}, {"pl"}, {"us"}, {"pl", "england"}]))),
        rules=dict(sorted(found.items())),
    )


@settings(deadline=None)
@given(a=policies(), b=policies(), c=policies())
def test_merging_is_commutative_associative_and_idempotent(a: Policy, b: Policy, c: Policy) -> None:
    assert merge([a, b]) == merge([b, a])
    assert merge([merge([a, b]), c]) == merge([a, merge([b, c])]) == merge([a, b, c])
    assert merge([a, a]) == merge([a])
    assert merge([merge([a, b]), a]) == merge([a, b])


def due(policy: Policy, name: str, day: date, *, extended: bool) -> datetime | None:
    """The due moment; None where there is no such clock, or no extension."""
    try:
        found = find_due(
            policy, name, Running(started=datetime.combine(day, time(12), WARSAW), extended=extended), WARSAW
        )
    except (NoSuchClock, NotAllowed):
        return None
    assert found is not None
    return found.until


@settings(deadline=None)
@given(parts=st.lists(policies(), min_size=1, max_size=3), day=st.dates(date(2026, 1, 1), date(2029, 12, 31)))
def test_a_merged_policy_is_never_laxer_than_any_of_its_parts(parts: list[Policy], day: date) -> None:
    whole = merge(parts)
    since = datetime.combine(day, time(12), WARSAW)
    for part in parts:
        for name, direction in DIRECTIONS.items():
            assert is_required(whole, name, day) >= is_required(part, name, day)
            assert is_banned(whole, name, day) >= is_banned(part, name, day)
            assert set(list_notices(whole, name, day)) >= set(list_notices(part, name, day))
            pairs: list[tuple[Any, Any]] = [
                (find_limit(whole, name, day), find_limit(part, name, day)),
                (due(whole, name, day, extended=False), due(part, name, day, extended=False)),
                (keep_until(whole, name, since, WARSAW), keep_until(part, name, since, WARSAW)),
            ]
            for merged, own in pairs:
                assert own is None or (merged <= own if direction == "at_most" else merged >= own)
            # Extended only where the part extends too, and not for longer; a window that is longer is no harm.
            merged, own = due(whole, name, day, extended=True), due(part, name, day, extended=True)
            plain = due(part, name, day, extended=False)
            if merged is not None and plain is not None and direction == "at_most":
                assert own is not None
                assert merged <= own


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="nothing"):
        merge([])


@pytest.mark.parametrize("place", BOOK.places)
def test_a_place_has_everything_that_it_extends_and_the_strictest_everything_there_is(place: str) -> None:
    above = BOOK.files[place].extends
    assert above is not None
    for key, some in BOOK.policies[above].rules.items():
        assert BOOK.policies[place].rules[key] >= some
    for key, some in BOOK.policies[place].rules.items():
        assert BOOK.policies["strictest"].rules[key] >= some
    for day in (date(2027, 1, 1) + timedelta(days=n) for n in range(0, 400, 7)):
        for key in BOOK.policies[place].rules:
            if key.startswith("clock."):
                name = key.removeprefix("clock.")
                mine = due(BOOK.policies[place], name, day, extended=False)
                all_ = due(BOOK.policies["strictest"], name, day, extended=False)
                window = any(
                    isinstance(rule, Clock) and rule.direction == "at_least" for rule in BOOK.policies[place].rules[key]
                )
                assert all_ is not None
                assert mine is None or (all_ >= mine if window else all_ <= mine), (key, day)


# places --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "account", "brand", "expected"),
    [
        ("uk", "pl", "us", ("uk", "declared")),
        (None, "pl", "us", ("pl", "account")),
        (None, None, "us-ca", ("us-ca", "brand")),
        (None, None, None, ("strictest", "strictest")),
        ("strictest", "us", "us", ("strictest", "strictest")),  # a country without a policy
        (None, "strictest", "us", ("strictest", "strictest")),
        (None, None, "atlantis", ("strictest", "strictest")),
        ("default", None, "us", ("strictest", "strictest")),  # nobody is everywhere
    ],
)
def test_whose_rules_hold(
    declared: str | None, account: str | None, brand: str | None, expected: tuple[str, str]
) -> None:
    place = choose_place(BOOK, declared=declared, account=account, brand=brand)
    assert (place.id, place.basis) == expected


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("PL", "pl"), ("pl", "pl"), ("DE", "eu"), ("NO", "eu"), ("IS", "eu"), ("LI", "eu"), ("RE", "eu"), ("GB", "uk"),
        ("GB-SCT", "uk"), ("US", "us"), ("US-TX", "us"), ("US-CA", "us-ca"), ("CA", "ca"), ("CA-ON", "ca"),
        ("CA-QC", "ca-qc"), ("PL-14", "pl"), ("CH", "strictest"), ("BR", "strictest"), ("", "strictest"),
        ("XX", "strictest"), ("GI", "strictest"),
    ],
)  # fmt: skip
def test_countries_and_their_parts(code: str, place: str) -> None:
    assert find_place(code) == place
    assert place == "strictest" or place in BOOK.places


# files that are wrong ------------------------------------------------------------------------------------------------

SMALL = """\
schema = 1
id = "xx"
title = "Somewhere"
extends = "default"
review = "pending"
review_due = 2027-05-21

[clock.dsar_answer]
law = ["gdpr:12(3)"]
start = "received"
period = "P1M"
calendar = "eu-1182-71"
confidence = "high"
"""


def book_with(text: str, name: str = "xx.toml") -> Book:
    return read_book({**TEXTS, name: text})


def test_a_small_file_is_read() -> None:
    assert "xx" in book_with(SMALL).places


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("schema = 1", "schema = 2", r"xx\.toml \[schema\].*Write 1"),
        ('id = "xx"', 'id = "yy"', r"\[id\].*not the file's name"),
        ('title = "Somewhere"', "", r"\[title\]: it is missing"),
        ('extends = "default"', 'extends = "nowhere"', r"\[extends\]: there is no nowhere\.toml"),
        ('extends = "default"', 'extends = "xx"', r"\[extends\]: files extend each other in a circle"),
        ('extends = "default"', "", r"\[extends\]: it does not lead to default"),
        ('review = "pending"', 'review = "done"', r"\[reviewed_by\]"),
        ('review = "pending"', 'review = "pending"\nreviewed_on = 2026-11-21', r"\[reviewed_on\]: it does not go with"),
        ('review = "pending"', 'review = "done"\nreviewed_by = ["A"]\nreviewed_on = 2026-11-21', "at least two names"),
        ("review_due = 2027-05-21", 'review_due = "2027-05-21"', "without quotation marks"),
        ('law = ["gdpr:12(3)"]', 'law = ["lex:1"]', r"\[clock\.dsar_answer\.law\]: nobody knows what lex:1 is"),
        ('law = ["gdpr:12(3)"]', "law = []", r"\[clock\.dsar_answer\.law\]: the value does not fit"),
        ('period = "P1M"', 'period = "30 days"', r"period\]: the value does not fit\. Write a period such as P1M"),
        ('period = "P1M"', 'period = "PT72H"', r"calendar\]: PT72H and eu-1182-71 do not go together"),
        ('calendar = "eu-1182-71"', 'calendar = "working-days"', "P1M and working-days do not go together"),
        ('calendar = "eu-1182-71"', 'calendar = "lunar"', r"calendar\]: the value does not fit\. Write one of"),
        ('start = "received"', 'start = "sent"', r"dsar_answer\]: ca\.toml has received, at_most here"),
        ('confidence = "high"', 'confidence = "high"\ncolour = "red"', r"colour\]: there is no such key\. Keys are"),
        ('confidence = "high"', "", r"confidence\]: it is missing"),
        ("[clock.dsar_answer]", "[timer.dsar_answer]", r"\[timer\]: there is no such key"),
        ("[clock.dsar_answer]", "[clock.DSAR]", r"\[clock\.DSAR\]: this is no name"),
        ("[clock.dsar_answer]", "[clock.dsar_answer", "this is no TOML.*line 8"),
        ('confidence = "high"', 'confidence = "high"\n[notice.x]\nlaw = ["house:default"]\nconfidence = "high"\n'
         'when = "ever"\nui = ["ai.notcie"]', r"\[notice\.x\.ui\]: the value does not fit\. Write a list of texts'"),
        ('confidence = "high"', 'confidence = "high"\npause = true\n', ""),
        ('confidence = "high"', 'confidence = "high"\nwarn = "PT1H"\n', "a reminder has a day"),
        ('confidence = "high"', 'confidence = "high"\n'
         'extension = { max = "P30D", notify_within = "P1M", needs_reason = true }\n', "units do not go together"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_file_key_and_fix(old: str, new: str, says: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    if not says:
        assert "xx" in book_with(text).places
        return
    with pytest.raises(PolicyRefused, match=says):
        book_with(text)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = SMALL.replace('period = "P1M"', 'period = "1M"').replace('title = "Somewhere"', "")
    with pytest.raises(PolicyRefused) as refused:
        book_with(wrong)
    assert [problem.key for problem in refused.value.problems] == ["title", "clock.dsar_answer.period"]


def test_a_book_without_its_base_or_with_a_false_name_is_refused() -> None:
    with pytest.raises(PolicyRefused, match=r"default\.toml: it is missing"):
        read_book({name: text for name, text in TEXTS.items() if name != "default.toml"})
    with pytest.raises(PolicyRefused, match="this id is taken"):
        book_with(SMALL.replace('"xx"', '"strictest"'), "strictest.toml")


def test_a_review_expires() -> None:
    assert check_reviews(BOOK, date(2027, 5, 21)) == []
    problems = check_reviews(BOOK, date(2027, 5, 22))
    assert [problem.file for problem in problems] == [f"{id_}.toml" for id_ in sorted(BOOK.files)]
    assert "Have counsel read it" in str(problems[0])


# the schema ----------------------------------------------------------------------------------------------------------


def as_json(raw: Mapping[str, Any]) -> Any:
    """A TOML document as tools for JSON see it: days are strings."""
    return json.loads(json.dumps(raw, default=str))


@pytest.mark.parametrize("name", sorted(set(TEXTS) - {"sources.toml"}))
def test_every_file_fits_the_schema(name: str) -> None:
    Draft202012Validator(make_schema()).validate(as_json(tomllib.loads(TEXTS[name])))


@settings(deadline=None)
@given(data=st.data())
def test_schema_and_reader_agree_about_files_with_one_mistake(data: st.DataObject) -> None:
    """Whatever value one of a file's keys is given, or without it: both take the file, or neither does.

    The reader alone knows what goes together and days from texts, so it may refuse more where its problem says so.
    """
    name = data.draw(st.sampled_from(sorted(set(TEXTS) - {"sources.toml"})))
    raw = tomllib.loads(TEXTS[name])
    tables: list[dict[str, Any]] = [raw]
    for section in ("clock", "gate", "ban", "limit", "retention", "notice"):
        tables += list(raw.get(section, {}).values())
    table = data.draw(st.sampled_from(tables))
    key = data.draw(st.sampled_from(sorted(table)))
    values: list[Any] = [
        None,
        True,
        3,
        -1,
        "P1M",
        "PT2H",
        "high",
        "civil",
        "at_least",
        [],
        ["gdpr:6"],
        ["ai.notice"],
        "x y",
    ]
    value = data.draw(st.sampled_from(values))
    if value is None:
        del table[key]
    else:
        table[key] = value
    reads = True
    try:
        read_policy(name, write_toml(raw))
    except PolicyRefused as refused:
        together = ("do not go together", "cannot be paused", "a reminder has a day", "not the file's name")
        if any(word in problem.what for problem in refused.problems for word in together):
            return
        reads = False
    assert Draft202012Validator(make_schema()).is_valid(as_json(raw)) is reads


def write_toml(raw: Mapping[str, Any]) -> str:
    """As much of TOML as policy files use."""

    def write(value: Any) -> str:
        if isinstance(value, dict):
            inside = ", ".join(f"{key} = {write(one)}" for key, one in cast("dict[str, Any]", value).items())
            return f"{{ {inside} }}"
        if isinstance(value, list):
            return f"[{', '.join(write(one) for one in cast('list[Any]', value))}]"
        return str(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False)

    return "".join(f"{key} = {write(value)}\n" for key, value in raw.items())

"""Due dates: worked cases, and every day of twenty years against another algorithm.

The oracle shares nothing with what it judges: months by python-dateutil, holidays by the holidays library, working days
by numpy, hours by the clock of UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays as library
import numpy as np
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.policy.clocks import (
    NoSuchClock,
    NotAllowed,
    Pause,
    Running,
    count_out,
    end_of_day,
    find_clocks,
    find_due,
    find_notice_due,
    find_warning,
    keep_until,
    may_pause,
)
from okienko.policy.files import read_own_book
from okienko.policy.holidays import public_holidays
from okienko.policy.periods import Period, read_period
from okienko.policy.rules import Calendar, Clock, Policy

BOOK = read_own_book()
WARSAW, LONDON = ZoneInfo("Europe/Warsaw"), ZoneInfo("Europe/London")
ANGELES, SYDNEY = ZoneInfo("America/Los_Angeles"), ZoneInfo("Australia/Sydney")
FIRST, LAST = date(2026, 1, 1), date(2046, 12, 31)
DAYS = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
YEARS = range(2025, 2049)  # a period may begin before and end after


@cache
def their_holidays(calendar: str) -> frozenset[date]:
    """What the library says, with the same meaning: in California those that are federal and the state's."""
    match calendar:
        case "pl":
            found = [library.country_holidays("PL", years=YEARS)]
        case "england":
            found = [library.country_holidays("GB", subdiv="ENG", years=YEARS)]
        case "us":
            found = [library.country_holidays("US", years=YEARS)]
        case "us-ca":
            found = [
                library.country_holidays("US", years=YEARS),
                library.country_holidays("US", subdiv="CA", years=YEARS),
            ]
        case "ca":
            both = library.country_holidays("CA", years=YEARS, categories=("public", "government"))
            # Days kept instead and Boxing Day are left out on purpose.
            return frozenset(day for day, name in both.items() if "observed" not in name and "Boxing" not in name)
        case _:
            return frozenset()
    return frozenset(found[0]).intersection(*found[1:])


@pytest.mark.parametrize("calendar", ["pl", "england", "us", "us-ca", "ca", "none"])
def test_public_holidays_are_those_of_the_library(calendar: str) -> None:
    for year in range(2025, 2048):
        theirs = {day for day in their_holidays(calendar) if day.year == year}
        assert {day for day in public_holidays(calendar, year) if day.weekday() < 5} == {
            day for day in theirs if day.weekday() < 5
        }


@cache
def working_calendar(holidays: frozenset[date]) -> np.busdaycalendar:
    return np.busdaycalendar(holidays=[np.datetime64(day) for day in sorted(holidays)])


def oracle(first: date, period: Period, calendar: Calendar, holidays: frozenset[date]) -> date:
    """The last day of a period, computed in another way."""
    if calendar == "working-days":
        # From a weekend or a holiday, counting begins with the working day before it.
        counted = np.busday_offset(
            np.datetime64(first), period.count, roll="backward", busdaycal=working_calendar(holidays)
        )
        return date.fromisoformat(str(counted))
    if period.unit == "M":
        last = first + relativedelta(months=period.count)
    else:
        last = date.fromordinal(first.toordinal() + period.count)
    while calendar == "eu-1182-71" and (last.isoweekday() in (6, 7) or last in holidays):
        last = date.fromordinal(last.toordinal() + 1)
    return last


CLOCKS = [
    (place, name.removeprefix("clock."))
    for place in BOOK.places
    for name in BOOK.policies[place].rules
    if name.startswith("clock.")
]


@pytest.mark.parametrize(("place", "name"), CLOCKS)
def test_dsr_01_due_dates_are_right_for_every_day_of_twenty_years(place: str, name: str) -> None:
    policy = BOOK.policies[place]
    (calendar,) = policy.holidays
    holidays = their_holidays(calendar)
    zone = WARSAW if place in ("eu", "pl") else LONDON if place == "uk" else ANGELES
    for day in DAYS:
        started = datetime.combine(day, time(16, 20), zone)
        rules = [rule for rule in policy.rules[f"clock.{name}"] if isinstance(rule, Clock) and rule.origin.holds(day)]
        if not rules:
            with pytest.raises(NoSuchClock):
                find_due(policy, name, Running(started=started), zone)
            continue
        due = find_due(policy, name, Running(started=started), zone)
        assert due is not None
        if rules[0].calendar == "elapsed":
            assert (due.until.timestamp() - started.timestamp()) == min(rule.period.count for rule in rules) * 3600
            continue
        days = [oracle(day, rule.period, rule.calendar, holidays) for rule in rules]
        assert due.day == (max(days) if rules[0].direction == "at_least" else min(days)), (place, name, day)
        # A moment before the end it is still that day where the brand is; at the end it is not.
        assert (due.until - timedelta(seconds=1)).astimezone(zone).date() == due.day
        assert due.until.astimezone(zone).date() == due.day + timedelta(days=1)


def policies_with(extension: bool) -> list[str]:
    return [
        place
        for place in BOOK.places
        if all(clock.extension for clock in find_clocks(BOOK.policies[place], "dsar_answer", date(2027, 1, 1)))
        is extension
    ]


@pytest.mark.parametrize("place", policies_with(extension=True))
def test_dsr_01_extended_due_dates_are_right_for_every_day_of_twenty_years(place: str) -> None:
    policy = BOOK.policies[place]
    (calendar,) = policy.holidays
    for day in DAYS:
        started = datetime.combine(day, time(9), WARSAW)
        rules = [rule for rule in policy.rules["clock.dsar_answer"] if isinstance(rule, Clock)]
        due = find_due(policy, "dsar_answer", Running(started=started, extended=True), WARSAW)
        assert due is not None
        expected: list[date] = []
        for rule in rules:
            assert rule.extension is not None
            whole = Period(count=rule.period.count + rule.extension.by.count, unit=rule.period.unit)
            expected.append(oracle(day, whole, rule.calendar, their_holidays(calendar)))
        assert due.day == min(expected)
        told = find_notice_due(policy, "dsar_answer", Running(started=started), WARSAW)
        assert told.day <= due.day


@settings(deadline=None)
@given(
    day=st.dates(FIRST, LAST),
    period=st.one_of(
        st.builds(Period, count=st.integers(1, 120), unit=st.just("M")),
        st.builds(Period, count=st.integers(1, 400), unit=st.just("D")),
    ),
    calendar=st.sampled_from(["eu-1182-71", "civil"]),
    country=st.sampled_from(["pl", "england", "us", "us-ca", "ca", "none"]),
)
def test_dsr_01_any_period_from_any_day(day: date, period: Period, calendar: Calendar, country: str) -> None:
    if (day + timedelta(days=31 * period.count)).year > 2046:
        calendar = "civil"  # the oracle's holidays end there
    assert count_out(day, period, calendar, [country]) == oracle(day, period, calendar, their_holidays(country))


@settings(deadline=None)
@given(day=st.dates(FIRST, LAST), count=st.integers(1, 60), country=st.sampled_from(["us", "us-ca", "ca", "pl"]))
def test_dsr_01_any_number_of_working_days(day: date, count: int, country: str) -> None:
    period = Period(count=count, unit="D")
    expected = oracle(day, period, "working-days", their_holidays(country))
    assert count_out(day, period, "working-days", [country]) == expected


# worked cases --------------------------------------------------------------------------------------------------------


def due_on(place: str, name: str, started: datetime, zone: ZoneInfo, *, extended: bool = False) -> date:
    due = find_due(BOOK.policies[place], name, Running(started=started, extended=extended), zone)
    assert due is not None
    return due.day


@pytest.mark.parametrize(
    ("place", "received", "due", "extended"),
    [
        # No 31 February: its last day, a Sunday, so Monday. Thirty days would be 2 March, and late.
        ("pl", "2027-01-31", "2027-03-01", "2027-04-30"),
        ("eu", "2026-11-30", "2026-12-30", "2027-03-01"),
        # 24 December has been a holiday since 2025; with Christmas and the weekend, Monday.
        ("pl", "2026-11-24", "2026-12-28", "2027-02-24"),
        ("eu", "2026-11-24", "2026-12-24", "2027-02-24"),
        ("uk", "2026-11-25", "2026-12-29", "2027-02-25"),  # Boxing Day is a Saturday and kept on Monday
        # Corpus Christi, and a leap year's February.
        ("pl", "2027-04-27", "2027-05-28", "2027-07-27"),
        ("pl", "2028-01-31", "2028-02-29", "2028-05-02"),
        ("us-ca", "2026-11-22", "2027-01-06", "2027-02-20"),
        ("ca", "2027-01-31", "2027-03-02", "2027-04-01"),
    ],
)
def test_dsr_01_worked_cases_of_an_answer(place: str, received: str, due: str, extended: str) -> None:
    started = datetime.fromisoformat(f"{received}T12:00:00").replace(tzinfo=WARSAW)
    assert due_on(place, "dsar_answer", started, WARSAW) == date.fromisoformat(due)
    assert due_on(place, "dsar_answer", started, WARSAW, extended=True) == date.fromisoformat(extended)


def test_dsr_01_half_past_eleven_at_night_belongs_to_that_day() -> None:
    night = datetime(2027, 1, 14, 22, 30, tzinfo=UTC)  # 23:30 in Warsaw, the 15th in Sydney
    assert due_on("eu", "dsar_answer", night, WARSAW) == date(2027, 2, 15)  # the 14th is a Sunday
    assert due_on("eu", "dsar_answer", datetime(2027, 1, 15, 22, 30, tzinfo=UTC), WARSAW) == date(2027, 2, 15)
    assert due_on("eu", "dsar_answer", datetime(2027, 1, 15, 23, 30, tzinfo=UTC), WARSAW) == date(2027, 2, 16)
    assert due_on("eu", "dsar_answer", datetime(2027, 1, 15, 23, 30, tzinfo=UTC), SYDNEY) == date(2027, 2, 16)


def test_dsr_01_the_last_hour_follows_the_clock_s_change() -> None:
    """The last day ends at local midnight, in summer time and out of it."""
    assert end_of_day(date(2027, 3, 27), WARSAW) == datetime(2027, 3, 27, 23, tzinfo=UTC)
    assert end_of_day(date(2027, 3, 28), WARSAW) == datetime(2027, 3, 28, 22, tzinfo=UTC)
    assert end_of_day(date(2027, 10, 30), WARSAW) == datetime(2027, 10, 30, 22, tzinfo=UTC)
    assert end_of_day(date(2027, 10, 31), WARSAW) == datetime(2027, 10, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("aware", "until"),
    [
        ("2027-03-26T18:00:00+01:00", "2027-03-29T19:00:00+02:00"),  # over a weekend, the clock put forward
        ("2027-10-29T18:00:00+02:00", "2027-11-01T17:00:00+01:00"),  # put back, ending on All Saints
        ("2026-12-24T23:59:00+01:00", "2026-12-27T23:59:00+01:00"),  # Christmas counts
    ],
)
def test_dsr_01_hours_elapse_through_nights_weekends_and_the_clock_s_change(aware: str, until: str) -> None:
    due = find_due(BOOK.policies["pl"], "breach_authority", Running(started=datetime.fromisoformat(aware)), WARSAW)
    assert due is not None
    assert due.until == datetime.fromisoformat(until)


def test_dsr_10_a_complaint_s_fourteen_days_run_from_receipt_and_warn_on_the_tenth() -> None:
    received = datetime(2026, 12, 11, 23, 30, tzinfo=WARSAW)
    assert due_on("pl", "reklamacja", received, WARSAW) == date(2026, 12, 25)  # a holiday moves nothing here
    warned = find_warning(BOOK.policies["pl"], "reklamacja", Running(started=received), WARSAW)
    assert warned == date(2026, 12, 21)
    assert find_warning(BOOK.policies["pl"], "dsar_answer", Running(started=received), WARSAW) is None


def test_dsr_08_the_united_kingdom_acknowledges_within_thirty_days_and_may_stop_the_clock() -> None:
    uk, received = BOOK.policies["uk"], datetime(2027, 3, 1, 10, tzinfo=LONDON)
    assert due_on("uk", "complaint_ack", received, LONDON) == date(2027, 3, 31)
    with pytest.raises(NoSuchClock):  # the duty is in force since 19 June 2026
        find_due(uk, "complaint_ack", Running(started=datetime(2026, 6, 18, 10, tzinfo=LONDON)), LONDON)
    asked = Pause(asked=datetime(2027, 3, 5, 9, tzinfo=LONDON), answered=datetime(2027, 3, 12, 17, tzinfo=LONDON))
    paused = find_due(uk, "dsar_answer", Running(started=received, pauses=[asked]), LONDON)
    assert paused is not None
    assert paused.day == date(2027, 4, 8)  # 1 April and seven days
    waiting = Running(started=received, pauses=[Pause(asked=datetime(2027, 3, 5, 9, tzinfo=LONDON))])
    assert find_due(uk, "dsar_answer", waiting, LONDON) is None
    too_late = Running(started=received, pauses=[Pause(asked=datetime(2027, 4, 2, 9, tzinfo=LONDON))])
    ended = find_due(uk, "dsar_answer", too_late, LONDON)
    assert ended is not None
    assert ended.day == date(2027, 4, 1)


def test_dsr_08_days_of_questions_that_overlap_count_once() -> None:
    uk, received = BOOK.policies["uk"], datetime(2027, 3, 1, 10, tzinfo=LONDON)
    pauses = [
        Pause(asked=datetime(2027, 3, 10, tzinfo=LONDON), answered=datetime(2027, 3, 12, tzinfo=LONDON)),
        Pause(asked=datetime(2027, 3, 5, tzinfo=LONDON), answered=datetime(2027, 3, 11, tzinfo=LONDON)),
    ]
    due = find_due(uk, "dsar_answer", Running(started=received, pauses=pauses), LONDON)
    assert due is not None
    assert due.day == date(2027, 4, 8)


@pytest.mark.parametrize("place", [place for place in (*BOOK.places, "strictest") if place != "uk"])
def test_dsr_08_nobody_else_stops_the_clock(place: str) -> None:
    policy, received = BOOK.policies[place], datetime(2027, 3, 1, 10, tzinfo=LONDON)
    assert not may_pause(find_clocks(policy, "dsar_answer", received.date()))
    with pytest.raises(NotAllowed, match="paused"):
        find_due(policy, "dsar_answer", Running(started=received, pauses=[Pause(asked=received)]), LONDON)


@pytest.mark.parametrize("place", [*policies_with(extension=False), "strictest"])
def test_where_the_law_knows_no_extension_none_is_given(place: str) -> None:
    running = Running(started=datetime(2027, 3, 1, 10, tzinfo=ANGELES), extended=True)
    with pytest.raises(NotAllowed, match="extended"):
        find_due(BOOK.policies[place], "dsar_answer", running, ANGELES)
    with pytest.raises(NotAllowed, match="extended"):
        find_notice_due(BOOK.policies[place], "dsar_answer", running, ANGELES)


def test_an_appeal_may_be_made_for_six_months_at_least() -> None:
    informed = datetime(2026, 8, 31, 12, tzinfo=WARSAW)
    assert due_on("pl", "appeal_window", informed, WARSAW) == date(2027, 3, 1)  # no 31 February; the 28th is a Sunday


def test_californian_business_days_leave_out_thanksgiving_and_not_columbus_day() -> None:
    assert due_on("us-ca", "dsar_ack", datetime(2026, 11, 22, 12, tzinfo=ANGELES), ANGELES) == date(2026, 12, 7)
    assert due_on("us-ca", "dsar_ack", datetime(2026, 10, 9, 12, tzinfo=ANGELES), ANGELES) == date(2026, 10, 23)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due_on("pl", "dsar_answer", datetime(2027, 1, 1), WARSAW)  # noqa: DTZ001 - that is the point


# keeping -------------------------------------------------------------------------------------------------------------


def kept(policy: Policy, name: str, since: datetime, capped_from: datetime | None = None) -> datetime:
    until = keep_until(policy, name, since, WARSAW, capped_from=capped_from)
    assert until is not None
    return until


def test_a_transcript_is_kept_for_twelve_months_and_never_past_six_years_after_the_account() -> None:
    closed = datetime(2027, 2, 28, 15, tzinfo=WARSAW)
    assert kept(BOOK.policies["pl"], "transcript", closed) == datetime(2028, 2, 29, tzinfo=WARSAW)
    long_ago = datetime(2021, 5, 4, 12, tzinfo=WARSAW)
    assert kept(BOOK.policies["pl"], "transcript", closed, long_ago) == datetime(2027, 5, 5, tzinfo=WARSAW)


def test_hours_of_keeping_elapse() -> None:
    decided = datetime(2027, 3, 27, 12, tzinfo=WARSAW)
    assert kept(BOOK.policies["pl"], "id_document", decided) == decided.astimezone(UTC) + timedelta(hours=72)


def test_records_that_have_to_be_kept_are_kept_for_the_longest() -> None:
    found = datetime(2027, 1, 1, 12, tzinfo=WARSAW)
    assert kept(BOOK.policies["ca"], "breach_record", found) == datetime(2029, 1, 2, tzinfo=WARSAW)
    assert kept(BOOK.policies["ca-qc"], "breach_record", found) == datetime(2032, 1, 2, tzinfo=WARSAW)
    assert keep_until(BOOK.policies["pl"], "breach_record", found, WARSAW) is None


@pytest.mark.parametrize("text", ["P1M", "P12M", "P6Y", "P10D", "PT72H"])
def test_periods_are_written_as_they_are_read(text: str) -> None:
    assert str(read_period(text)) == text


@pytest.mark.parametrize("text", ["", "P", "1M", "P1H", "PT1M", "P-1D", "P1M2D", "P0D", "p1m", "P1M "])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        read_period(text)

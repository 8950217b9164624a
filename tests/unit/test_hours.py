"""Business hours: whether people are there, when they are back, and how that is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from escalation.config import WEEKDAYS, Hours
from escalation.domain.hours import (
    business_after,
    business_seconds,
    business_time,
    is_open,
    minutes,
    next_opening,
    opening_in_words,
    stretches,
)

LONDON, NEW_YORK = "Europe/London", "America/New_York"
OFFICE = Hours(
    timezone=LONDON,
    **dict.fromkeys(WEEKDAYS[:4], ("09:00-12:00", "13:00-18:00")),
    friday=("09:00-17:00",),
    holidays=("2026-12-25", "2026-12-28"),
)


def local(text: str, zone: str = LONDON, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-23 09:00", "2026-11-23 09:00"),
        ("2026-11-23 11:59", "2026-11-23 11:59"),
        ("2026-11-23 12:00", "2026-11-23 13:00"),
        ("2026-11-23 18:00", "2026-11-24 09:00"),
        ("2026-11-22 10:15", "2026-11-23 09:00"),
        ("2026-11-27 17:00", "2026-11-30 09:00"),
        ("2026-12-24 18:00", "2026-12-29 09:00"),
        ("2026-12-25 10:00", "2026-12-29 09:00"),
    ],
    ids="at_opening within at_lunch after_closing sunday friday_night before_holidays on_a_holiday".split(),
)
def test_people_are_back_at_the_next_opening(at: str, opens: str) -> None:
    assert next_opening(OFFICE, local(at)) == local(opens)


def test_without_any_hours_people_are_always_there() -> None:
    at = utc("2026-12-25 03:00")
    assert Hours().always
    assert next_opening(Hours(), at) == at


def test_no_opening_is_promised_when_every_day_is_a_holiday() -> None:
    mondays = tuple(utc("2026-11-23").date() + timedelta(weeks=week) for week in range(60))
    assert next_opening(Hours(monday=("09:00-17:00",), holidays=mondays), utc("2026-11-22 12:00")) is None


def test_the_order_in_which_spans_are_written_does_not_matter() -> None:
    swapped = Hours(timezone=LONDON, monday=("13:00-18:00", "09:00-12:00"))
    assert next_opening(swapped, local("2026-11-23 06:00")) == local("2026-11-23 09:00")
    assert next_opening(swapped, local("2026-11-23 12:30")) == local("2026-11-23 13:00")


def test_a_day_may_end_at_midnight_and_go_on_in_the_next() -> None:
    late = Hours(timezone=LONDON, monday=("18:00-24:00",), tuesday=("00:00-02:00",))
    for open_at in ("2026-11-23 23:59:59", "2026-11-24 00:00", "2026-11-24 01:59"):
        assert next_opening(late, local(open_at)) == local(open_at)
    assert next_opening(late, local("2026-11-24 02:00")) == local("2026-11-30 18:00")


@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes"),
    [
        (LONDON, "2026-03-29", "2026-03-29 00:30", "2026-03-29 03:00"),
        (LONDON, "2026-10-25", "2026-10-24 23:30", "2026-10-25 04:00"),
        (NEW_YORK, "2026-03-08", "2026-03-08 05:30", "2026-03-08 08:00"),
        (NEW_YORK, "2026-11-01", "2026-11-01 04:30", "2026-11-01 09:00"),
    ],
)
def test_hours_follow_the_wall_clock_through_the_switch_nights(zone: str, day: str, opens: str, closes: str) -> None:
    night = Hours(timezone=zone, sunday=("00:30-04:00",))
    assert next_opening(night, local(f"{day} 00:00", zone)) == utc(opens)
    last = utc(closes) - timedelta(seconds=1)
    assert next_opening(night, last) == last
    following = next_opening(night, utc(closes))
    assert following is not None
    assert following - utc(opens) in {timedelta(days=7), timedelta(days=7, hours=1), timedelta(days=7, hours=-1)}


def test_a_morning_s_opening_is_named_by_the_clock_after_the_switch() -> None:
    sunday = Hours(timezone=LONDON, sunday=("09:00-12:00",))
    for evening in ("2026-03-28 20:00", "2026-10-24 20:00"):
        at = local(evening)
        opening = next_opening(sunday, at)
        assert opening is not None
        assert opening_in_words(opening, at, sunday) == "tomorrow at 09:00"


@pytest.mark.parametrize(("zone", "day"), [(LONDON, "2026-03-29"), (NEW_YORK, "2026-03-08")])
def test_an_opening_in_the_hour_that_is_left_out_is_told_by_a_time_that_there_is(zone: str, day: str) -> None:
    skipped = "01:30" if zone == LONDON else "02:30"
    hours = Hours(timezone=zone, sunday=(f"{skipped}-08:00",))
    at = local(f"{day} 00:15", zone)
    opening = next_opening(hours, at)
    assert opening is not None
    assert opening_in_words(opening, at, hours) == f"today at {'02:30' if zone == LONDON else '03:30'}"


def test_in_an_hour_that_comes_twice_people_are_there_by_any_clock() -> None:
    # Python says that a time within such an hour equals none in another zone.
    hours = Hours(timezone=NEW_YORK, sunday=("00:00-04:00",))
    for at in (local("2026-11-01 01:29", NEW_YORK), local("2026-11-01 01:29", NEW_YORK, fold=1)):
        assert is_open(hours, at) and is_open(hours, at.astimezone(UTC))


def test_a_span_that_the_switch_leaves_nothing_of_is_no_opening() -> None:
    hours = Hours(timezone=NEW_YORK, sunday=("02:30-03:00",), monday=("09:00-17:00",))
    assert next_opening(hours, local("2026-03-08 01:59", NEW_YORK)) == local("2026-03-09 09:00", NEW_YORK)


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    hours = Hours(timezone=NEW_YORK, sunday=("00:00-01:30",), monday=("09:00-17:00",))
    assert next_opening(hours, local("2026-11-01 01:29", NEW_YORK)) == local("2026-11-01 01:29", NEW_YORK)
    second = local("2026-11-01 01:29", NEW_YORK, fold=1)
    assert next_opening(hours, second) == local("2026-11-02 09:00", NEW_YORK)


SPANS = st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True).map(
    lambda quarters: "-".join(f"{q // 4:02}:{q % 4 * 15:02}" for q in sorted(quarters))
)
WEEKS = st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(SPANS, min_size=1, max_size=3), min_size=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - zone beside


@given(WEEKS, MOMENTS, st.sampled_from([LONDON, NEW_YORK]), st.booleans())
def test_the_next_opening_is_not_past_and_people_are_there_then(
    week: dict[str, list[str]], at: datetime, zone: str, in_zone: bool
) -> None:
    hours = Hours.model_validate({"timezone": zone, **week})
    opening = next_opening(hours, at.astimezone(ZoneInfo(zone)) if in_zone else at)
    assert opening is not None
    assert opening.astimezone(UTC) >= at
    assert next_opening(hours, opening) == opening
    assert next_opening(hours, at) == opening.astimezone(UTC)


@pytest.mark.parametrize(
    ("opens", "words"),
    [
        ("2026-11-22 18:00", "today at 18:00"),
        ("2026-11-23 09:00", "tomorrow at 09:00"),
        ("2026-11-24 09:00", "on Tuesday at 09:00"),
        ("2026-11-28 09:00", "on Saturday at 09:00"),
        ("2026-11-29 09:05", "on Sunday 29 November at 09:05"),
        ("2027-01-04 09:00", "on Monday 4 January at 09:00"),
    ],
)
def test_an_opening_is_said_as_people_say_it(opens: str, words: str) -> None:
    assert opening_in_words(local(opens), local("2026-11-22 10:15"), OFFICE) == words


def test_today_is_the_day_where_the_people_are() -> None:
    at, opens = utc("2026-11-23 02:00"), utc("2026-11-23 14:00")
    assert opening_in_words(opens, at, Hours(timezone=NEW_YORK)) == "tomorrow at 09:00"
    assert opening_in_words(opens, at, Hours(timezone=LONDON)) == "today at 14:00"


@pytest.mark.parametrize(
    "span", ["9-17", "09:00", "17:00-09:00", "09:00-09:00", "09:00-24:01", "09:60-10:00", "-", "a:bc-d:ef", "²:00-9:00"]
)
def test_what_is_no_span_of_a_day_is_refused_with_an_example(span: str) -> None:
    with pytest.raises(ValidationError, match="write one such as 09:00"):
        Hours(monday=(span,))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_an_unknown_time_zone_is_refused_with_an_example(zone: str) -> None:
    with pytest.raises(ValidationError, match="write one such as Europe/London"):
        Hours(timezone=zone)


def test_minutes_count_from_midnight_to_its_end() -> None:
    assert [minutes(clock) for clock in ("00:00", "9:05", " 23:59 ", "24:00")] == [0, 545, 1439, 1440]


MINUTE = timedelta(minutes=1)
# The nights in which the clocks change, and the days around a holiday.
NIGHTS = [
    (LONDON, "2026-03-28 12:00"),
    (LONDON, "2026-10-24 12:00"),
    (NEW_YORK, "2026-03-07 12:00"),
    (NEW_YORK, "2026-10-31 12:00"),
    (LONDON, "2026-12-24 12:00"),
]


def open_minutes(hours: Hours, start: datetime, count: int) -> list[bool]:
    """Whether each minute from ``start`` on lies within a span, looked up one by one."""
    zone = ZoneInfo(hours.timezone)
    days = {(start + n * 6 * 60 * MINUTE).astimezone(zone).date() for n in range(count // 360 + 2)}
    spans = [(day, *map(minutes, span.split("-"))) for day in days for span in hours.spans(day)]
    # A day's wall-clock time, written with the zone and read as a moment.
    moments = [(wall(day, opens, zone), wall(day, closes, zone)) for day, opens, closes in spans]
    return [any(opens <= start + n * MINUTE < closes for opens, closes in moments) for n in range(count)]


def wall(day: date, after_midnight: int, zone: ZoneInfo) -> datetime:
    naive = datetime.combine(day, time()) + after_midnight * MINUTE
    return naive.replace(tzinfo=zone).astimezone(UTC)


@settings(max_examples=60)
@given(WEEKS, st.sampled_from(NIGHTS), st.integers(0, 24 * 60), st.integers(0, 36 * 60), st.booleans())
def test_business_seconds_are_what_counting_minute_by_minute_finds(
    week: dict[str, list[str]], night: tuple[str, str], later: int, length: int, with_holiday: bool
) -> None:
    zone, noon = night
    start = local(noon, zone).astimezone(UTC) + later * MINUTE
    holidays = [str((start + timedelta(days=1)).date())] if with_holiday else []
    hours = Hours.model_validate({"timezone": zone, "holidays": holidays, **week})
    counted = open_minutes(hours, start, length)
    assert business_seconds(hours, start, start + length * MINUTE) == 60 * sum(counted)
    assert [is_open(hours, start + n * MINUTE) for n in range(0, length, 97)] == counted[::97]


@settings(max_examples=60)
@given(WEEKS, st.datetimes(datetime(2026, 5, 1), datetime(2026, 9, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - zone beside
def test_away_from_the_switch_nights_a_minute_counts_when_the_clock_on_the_wall_is_within_a_span(
    week: dict[str, list[str]], at: datetime
) -> None:
    hours = Hours.model_validate({"timezone": LONDON, **week})
    clock = at.astimezone(ZoneInfo(LONDON))
    shown = clock.hour * 60 + clock.minute
    spans = [tuple(map(minutes, span.split("-"))) for span in hours.spans(clock.date())]
    assert is_open(hours, at) == any(opens <= shown < closes for opens, closes in spans)


@given(WEEKS, MOMENTS, st.floats(0, 400_000), st.sampled_from([LONDON, NEW_YORK]))
def test_business_after_is_the_first_moment_by_which_so_much_is_used(
    week: dict[str, list[str]], start: datetime, seconds: float, zone: str
) -> None:
    hours = Hours.model_validate({"timezone": zone, **week})
    moment = business_after(hours, start, seconds)
    assert moment is not None
    assert business_time(hours, start, moment) == timedelta(seconds=seconds)
    a_moment_before = business_time(hours, start, moment - timedelta(microseconds=1))
    assert a_moment_before < timedelta(seconds=seconds) or moment == start


@given(WEEKS, MOMENTS, st.integers(0, 10_000), st.integers(0, 10_000))
def test_business_time_adds_up(week: dict[str, list[str]], start: datetime, first: int, second: int) -> None:
    hours = Hours.model_validate({"timezone": LONDON, **week})
    between, end = start + first * MINUTE, start + (first + second) * MINUTE
    parts = business_time(hours, start, between) + business_time(hours, between, end)
    assert parts == business_time(hours, start, end)


@pytest.mark.parametrize(
    ("zone", "day", "seconds"),
    [
        (LONDON, "2026-03-29", 2.5 * 3600),
        (LONDON, "2026-10-25", 4.5 * 3600),
        (NEW_YORK, "2026-03-08", 2.5 * 3600),
        (NEW_YORK, "2026-11-01", 4.5 * 3600),
    ],
)
def test_a_switch_night_is_an_hour_shorter_or_longer(zone: str, day: str, seconds: float) -> None:
    night = Hours(timezone=zone, sunday=("00:30-04:00",))
    start = local(f"{day} 00:00", zone)
    assert business_seconds(night, start, local(f"{day} 12:00", zone)) == seconds
    assert business_after(night, start, seconds) == local(f"{day} 04:00", zone)


def test_spans_over_one_another_count_once() -> None:
    twice = Hours(timezone=LONDON, monday=("09:00-12:00", "11:00-13:00", "10:00-10:30"))
    assert business_seconds(twice, local("2026-11-23 00:00"), local("2026-11-24 00:00")) == 4 * 3600


def test_a_night_over_midnight_is_counted_through() -> None:
    late = Hours(timezone=LONDON, monday=("18:00-24:00",), tuesday=("00:00-02:00",))
    assert business_seconds(late, local("2026-11-23 12:00"), local("2026-11-24 12:00")) == 8 * 3600
    assert business_after(late, local("2026-11-23 12:00"), 7 * 3600) == local("2026-11-24 01:00")


def test_without_hours_every_second_counts() -> None:
    start = utc("2026-03-28 23:00")
    assert business_seconds(Hours(), start, start + timedelta(days=2)) == 2 * 86_400
    assert business_after(Hours(), start, 90.0) == start + timedelta(seconds=90)
    assert is_open(Hours(), start)


def test_backwards_nothing_is_counted_and_nothing_asked_for_is_now() -> None:
    start = local("2026-11-23 10:00")
    assert business_seconds(OFFICE, start, start - timedelta(hours=3)) == 0
    assert business_after(OFFICE, local("2026-11-22 10:00"), 0) == local("2026-11-22 10:00")
    assert not is_open(OFFICE, local("2026-11-23 12:00"))


def test_no_moment_is_named_when_the_calendar_has_no_more_time() -> None:
    mondays = tuple(utc("2026-11-30").date() + timedelta(weeks=week) for week in range(60))
    once = Hours(timezone=LONDON, monday=("09:00-10:00",), holidays=mondays)
    start = local("2026-11-22 12:00")
    assert business_after(once, start, 3600) == local("2026-11-23 10:00")
    assert business_after(once, start, 3601) is None
    assert len(list(stretches(once, start))) == 1

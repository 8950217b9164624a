"""Business hours: whether people are there, when they are back, and how that is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from escalation.config import WEEKDAYS, Hours
from escalation.domain.hours import minutes, next_opening, opening_in_words

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


@settings(deadline=None)
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

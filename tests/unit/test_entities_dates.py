"""Days are read as people write them, relative to a day that is given; what is no day is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.facts import days
from bot.nlu.facts.dates import dates
from bot.nlu.facts.found import longest

TODAY = date(2026, 3, 11)  # a Wednesday


def read(text: str) -> list[tuple[str, str]]:
    return [(text[found.start : found.end], found.value) for found in longest(dates(text, TODAY))]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("it came yesterday", "yesterday", "2026-03-10"),
        ("is there any chance for tommorow morning", "tommorow morning", "2026-03-12"),
        ("I rang you this morning", "this morning", "2026-03-11"),
        ("last night the site was down", "last night", "2026-03-10"),
        ("the day before yesterday it was in Leeds", "the day before yesterday", "2026-03-09"),
        ("last Monday I paid", "last Monday", "2026-03-09"),
        ("next Friday would suit us", "next Friday", "2026-03-20"),
        ("this Friday would suit us", "this Friday", "2026-03-13"),
        ("Monday week", "Monday week", "2026-03-23"),
        ("can it come a week on Monday", "a week on Monday", "2026-03-23"),
        ("we're back two weeks on Friday", "two weeks on Friday", "2026-03-27"),
        ("I'd like it a fortnight from Saturday", "a fortnight from Saturday", "2026-03-28"),
        ("do you come twice a week on Monday", "Monday", "2026-03-16"),
        ("you promised Friday last week", "Friday last week", "2026-03-06"),
        ("deliver it on Sat please", "Sat", "2026-03-14"),
        ("it left last week", "last week", "2026-03-02/2026-03-08"),
        ("we move house next month", "next month", "2026-04-01/2026-04-30"),
        ("since the week before last", "the week before last", "2026-02-23/2026-03-01"),
        ("by the end of the month", "the end of the month", "2026-03-21/2026-03-31"),
        ("were you shut at the weekend", "the weekend", "2026-03-07/2026-03-08"),
        ("can it come at the weekend", "the weekend", "2026-03-14/2026-03-15"),
        ("bought ten days ago", "ten days ago", "2026-03-01"),
        ("a couple of weeks back", "a couple of weeks back", "2026-02-25"),
        ("a few days ago", "a few days ago", "2026-03-06/2026-03-09"),
        ("weeks ago I asked", "weeks ago", "2026-02-04/2026-02-25"),
        ("I'm away in two weeks' time", "in two weeks' time", "2026-03-25"),
        ("half of it came an hour ago", "an hour ago", "2026-03-11"),
        ("posted on 9/3", "9/3", "2026-03-09"),
        ("dated 28.02.2026", "28.02.2026", "2026-02-28"),
        ("the invoice of 2025-12-31", "2025-12-31", "2025-12-31"),
        ("03/25/2026 it says", "03/25/2026", "2026-03-25"),
        ("on 12 April", "12 April", "2026-04-12"),
        ("9 March", "9 March", "2026-03-09"),
        ("will you be there on 9 March", "9 March", "2027-03-09"),
        ("sent on February 27th", "February 27th", "2026-02-27"),
        ("paid on the twenty-first of January", "the twenty-first of January", "2026-01-21"),
        ("Friday 3rd April 2026", "Friday 3rd April 2026", "2026-04-03"),
        ("I sent it on the 28th", "the 28th", "2026-02-28"),
        ("will it be here by the 28th?", "the 28th", "2026-03-28"),
        ("in June, perhaps", "June", "2026-06-01/2026-06-30"),
        ("it broke last December", "last December", "2025-12-01/2025-12-31"),
        ("mid-May", "mid-May", "2026-05-11/2026-05-21"),
        ("needed for Mother's Day", "Mother's Day", "2026-03-15"),
        ("nothing has happened since Boxing Day", "Boxing Day", "2025-12-26"),
        ("will it come before xmas", "xmas", "2026-12-25"),
    ],
)
def test_a_day_is_read_with_its_words(text: str, words: str, value: str) -> None:
    assert read(text) == [(words, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("I ordered on Friday", "2026-03-06"),
        ("you said Friday", "2026-03-06"),
        ("nothing since Friday", "2026-03-06"),
        ("can it come on Friday", "2026-03-13"),
        ("I need it by Friday, I ordered ages back", "2026-03-13"),
        ("Friday?", "2026-03-13"),
        ("I bought it. Will you be open on Friday?", "2026-03-13"),
    ],
)
def test_the_words_around_a_weekday_say_whether_it_is_behind_or_ahead(text: str, value: str) -> None:
    assert [found.value for found in dates(text, TODAY)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "I've waited for three weeks",
        "are you open on Sundays",
        "the 3rd one is broken",
        "on the 2nd attempt",
        "may I send it back",
        "I bought 2 may I return one",
        "we sat in the sun",
        "it's £12.50",
        "24/7",
        "1/2 of the plates",
        "on 31 February",
        "march on",
        "a second pan",
        "in time",
        "the week",
        "customer since 2011",
        "999999999 days ago",
    ],
)
def test_what_is_no_day_is_left_alone(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("year", "sunday"), [(2019, date(2019, 4, 21)), (2024, date(2024, 3, 31)), (2026, date(2026, 4, 5))]
)
def test_easter_is_where_the_calendar_has_it(year: int, sunday: date) -> None:
    assert days.easter(year) == sunday


def test_a_month_later_than_the_31st_is_the_last_of_that_month() -> None:
    assert days.shifted(date(2026, 1, 31), 1, "month") == date(2026, 2, 28)

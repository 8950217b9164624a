"""The SLA is read from what happened: only business time counts, and none of it while the contact is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from escalation.config import WEEKDAYS, Hours, Targets
from escalation.domain.hours import is_open
from escalation.domain.sla import Clock, Facts, Reading, State, read

ON_TRACK, AT_RISK, BREACHED, MET = State.ON_TRACK, State.AT_RISK, State.BREACHED, State.MET
# 24 hours of the opening, so that the clock is plain to read; and an office around the night of a switch.
ALWAYS = Hours()
OFFICE = Hours(
    timezone="Europe/London", **dict.fromkeys(WEEKDAYS, ("00:30-04:00", "09:00-17:00")), holidays=["2026-03-30"]
)
OPENED = datetime(2026, 3, 28, 15, 0, tzinfo=ZoneInfo("Europe/London")).timestamp()
TARGETS = Targets(first_reply=10, next_reply=15, resolution=60)


def m(minutes: float) -> float:
    """So many minutes after the opening."""
    return OPENED + 60 * minutes


def facts(
    *,
    contact: Sequence[float] = (),
    agent: Sequence[float] = (),
    ended: float | None = None,
    snoozed: Sequence[tuple[float, float | None]] = (),
) -> Facts:
    """Facts in minutes after the opening."""
    return Facts(
        OPENED,
        None if ended is None else m(ended),
        [m(at) for at in contact],
        [m(at) for at in agent],
        [(m(begun), None if over is None else m(over)) for begun, over in snoozed],
    )


def at(minutes: float, given_facts: Facts, targets: Targets = TARGETS, hours: Hours = ALWAYS) -> Reading:
    return read(given_facts, targets, hours, m(minutes))


@pytest.mark.parametrize(
    ("minutes", "state", "look"),
    [(0, ON_TRACK, 7.5), (7.4, ON_TRACK, 7.5), (7.5, AT_RISK, 10), (9.9, AT_RISK, 10), (10, BREACHED, None)],
)
def test_a_first_reply_is_at_risk_and_then_missed(minutes: float, state: State, look: float | None) -> None:
    clock = at(minutes, facts()).first
    assert clock == Clock(state, 60 * minutes, 600, m(10), None if look is None else m(look))


def test_the_first_word_of_an_agent_stops_the_first_clock_for_good() -> None:
    assert at(50, facts(agent=[9.5])).first == Clock(MET, 570, 600, None, None)
    assert at(50, facts(agent=[12, 13])).first == Clock(BREACHED, 720, 600, m(10), None)


def test_words_from_before_the_opening_are_no_reply() -> None:
    assert at(5, facts(agent=[-3], contact=[-2])) == at(5, facts())


def test_what_is_said_later_is_not_looked_at() -> None:
    assert at(5, facts(agent=[6], ended=7, contact=[6.5])) == at(5, facts())


def test_an_end_settles_what_was_not_answered() -> None:
    assert at(99, facts(ended=9)) == Reading(
        Clock(MET, 540, 600, None, None), None, Clock(MET, 540, 3600, None, None), None, None
    )
    late = at(99, facts(ended=61))
    assert [late.first and late.first.state, late.resolution and late.resolution.state] == [BREACHED, BREACHED]


def test_a_next_reply_is_owed_from_the_oldest_unanswered_word() -> None:
    before = at(10, facts(agent=[5], contact=[1, 4]))
    assert before.next is None
    asked = facts(agent=[5], contact=[8, 12, 20])
    assert at(21, asked).next == Clock(AT_RISK, 780, 900, m(23), m(23))
    assert at(23, asked).next == Clock(BREACHED, 900, 900, m(23), None)
    answered = replace(asked, agent_said=[m(5), m(22)])
    assert at(60, answered).next == Clock(MET, 840, 900, None, None)
    again = replace(answered, contact_said=[*asked.contact_said, m(30)])
    assert at(31, again).next == Clock(ON_TRACK, 60, 900, m(45), m(41.25))


def test_what_the_contact_says_with_the_answer_is_answered() -> None:
    assert at(9, facts(agent=[5, 8], contact=[8])).next is None


def test_the_resolution_stands_still_while_the_contact_is_waited_for() -> None:
    waiting = facts(agent=[10])
    assert at(500, waiting).resolution == Clock(ON_TRACK, 600, 3600, None, None)
    assert at(500, replace(waiting, contact_said=[m(490)])).resolution == Clock(ON_TRACK, 1200, 3600, m(540), m(525))
    assert at(999, replace(waiting, ended_at=m(400))).resolution == Clock(MET, 600, 3600, None, None)


def test_nothing_runs_while_snoozed_until_the_contact_writes() -> None:
    asleep = at(500, facts(snoozed=[(4, None)]))
    assert asleep.first == Clock(ON_TRACK, 240, 600, None, None)
    assert asleep.resolution == Clock(ON_TRACK, 240, 3600, None, None)
    assert (asleep.look_at, asleep.due_at) == (None, None)


def test_a_snooze_until_a_time_moves_the_targets_by_as_much() -> None:
    asleep = at(5, facts(snoozed=[(4, 64), (30, 90)]))
    assert asleep.first == Clock(ON_TRACK, 240, 600, m(96), m(93.5))


def test_only_business_time_counts() -> None:
    # Saturday 15:00; 2 h are left of it, 3.5 h of the night (2.5: the clocks change), nothing of the holiday.
    targets = Targets(resolution=5.5 * 60)
    reading = read(facts(), targets, OFFICE, m(0))
    due = datetime(2026, 3, 29, 10, 0, tzinfo=ZoneInfo("Europe/London")).timestamp()
    assert reading.resolution and reading.resolution.due_at == due == reading.due_at


def test_what_a_night_used_up_before_a_snooze_is_taken_off_what_is_left_after_it() -> None:
    # 2 h of Saturday and 2.5 h of the night; asleep from 05:00 to 10:00; 1 h is left.
    def clock(text: str) -> float:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London")).timestamp()

    asleep = Facts(OPENED, snoozed=[(clock("2026-03-29 05:00"), clock("2026-03-29 10:00"))])
    reading = read(asleep, Targets(resolution=5.5 * 60), OFFICE, clock("2026-03-29 06:00"))
    assert reading.resolution and reading.resolution.used == 4.5 * 3600
    assert reading.resolution.due_at == clock("2026-03-29 11:00") == reading.look_at


def test_without_targets_there_are_no_clocks() -> None:
    assert at(99, facts(contact=[1])) != at(99, facts(contact=[1]), Targets())
    assert at(99, facts(contact=[1]), Targets()) == Reading(None, None, None, None, None)


def test_the_nearest_target_that_can_still_be_kept_is_named() -> None:
    assert at(0, facts()).due_at == m(10)
    assert at(11, facts()).due_at == m(60)
    assert at(99, facts()).due_at is None


MINUTES = st.integers(-30, 3000)
TALK = st.lists(MINUTES, max_size=8)
# Within business hours, and not: two days around the switch of the clocks.
SNOOZES = st.lists(st.tuples(st.integers(0, 2500), st.none() | st.integers(0, 1500)), max_size=3).map(
    lambda spans: [(begun, None if length is None else begun + length) for begun, length in spans]
)
STORIES = st.builds(
    lambda contact, agent, ended, snoozed: facts(contact=contact, agent=agent, ended=ended, snoozed=snoozed),
    TALK,
    TALK,
    st.none() | st.integers(0, 3000),
    SNOOZES,
)
GOALS = st.builds(Targets, **dict.fromkeys(Targets.model_fields, st.none() | st.integers(1, 600)))
PARTS = st.sampled_from([0.3, 0.5, 0.7, 0.75, 0.9])
CALENDARS = st.sampled_from([ALWAYS, OFFICE])
RANK = {MET: 0, ON_TRACK: 0, AT_RISK: 1, BREACHED: 2}


def clocks(reading: Reading) -> tuple[Clock | None, ...]:
    return reading.first, reading.next, reading.resolution


def states(reading: Reading) -> list[State | None]:
    return [clock.state if clock else None for clock in clocks(reading)]


def until(moment: float, story: Facts) -> Facts:
    """What of the story has happened by then; of a snooze its end is known before."""
    return replace(
        story,
        ended_at=story.ended_at if story.ended_at is not None and story.ended_at <= moment else None,
        contact_said=[said for said in story.contact_said if said <= moment],
        agent_said=[said for said in story.agent_said if said <= moment],
        snoozed=[span for span in story.snoozed if span[0] <= moment],
    )


@cache
def open_at(always: bool, minute: float) -> bool:
    return is_open(ALWAYS if always else OFFICE, datetime.fromtimestamp(minute, UTC))


def counted(story: Facts, hours: Hours, now: float) -> dict[str, float]:
    """The seconds used by each clock, counted minute by minute as one would with a watch."""
    used = {"first": 0.0, "next": 0.0, "resolution": 0.0}
    spoke = sorted(said for said in story.agent_said if OPENED <= said <= now)
    replied, owed, awaited, always = False, False, False, hours.always
    end = now if story.ended_at is None else min(now, story.ended_at)
    minute = OPENED
    while minute <= end:
        if minute in story.contact_said and replied:
            if not owed and minute not in spoke:
                used["next"], owed = 0.0, True
            awaited = awaited and minute in spoke
        if minute in spoke:
            replied, owed, awaited = True, False, True
        asleep = any(begun <= minute and (over is None or minute < over) for begun, over in story.snoozed)
        if not asleep and minute < end and open_at(always, minute):
            used["first"] += 0 if replied else 60
            used["next"] += 60 if owed else 0
            used["resolution"] += 0 if awaited else 60
        minute += 60
    return used


@settings(max_examples=60)
@given(STORIES, CALENDARS, st.integers(0, 3200))
def test_what_is_used_is_what_a_watch_would_count(story: Facts, hours: Hours, minutes: int) -> None:
    reading = read(story, Targets(first_reply=2e4, next_reply=2e4, resolution=2e4), hours, m(minutes))
    assert reading.first and reading.resolution
    used = counted(story, hours, m(minutes))
    assert reading.first.used == used["first"]
    assert reading.resolution.used == used["resolution"]
    assert (reading.next.used if reading.next else 0) == used["next"]


@given(STORIES, GOALS, CALENDARS, st.integers(0, 3200), st.integers(0, 1000))
def test_time_never_makes_it_better(story: Facts, goals: Targets, hours: Hours, minutes: int, later: int) -> None:
    before, after = at(minutes, story, goals, hours), at(minutes + later, story, goals, hours)
    for early, late in ((before.first, after.first), (before.resolution, after.resolution)):
        assert (early is None) == (late is None)
        if early and late:
            assert early.used <= late.used
            assert early.state is late.state or early.state in {ON_TRACK, AT_RISK}
            assert not (early.state is AT_RISK and late.state is ON_TRACK)


@given(STORIES, GOALS, CALENDARS, st.integers(0, 3200), SNOOZES)
def test_a_snooze_never_makes_it_worse(
    story: Facts, goals: Targets, hours: Hours, minutes: int, more: list[tuple[int, int | None]]
) -> None:
    snoozed = replace(story, snoozed=[*story.snoozed, *facts(snoozed=more).snoozed])
    awake, asleep = at(minutes, story, goals, hours), at(minutes, snoozed, goals, hours)
    for one, other in zip(clocks(awake), clocks(asleep), strict=True):
        assert (one is None) == (other is None)
        if one and other:
            assert other.used <= one.used
            assert RANK[other.state] <= RANK[one.state]
            assert other.due_at is None or (one.due_at is not None and one.due_at <= other.due_at)


@given(STORIES, GOALS, CALENDARS, st.integers(0, 3200), st.floats(0, 1, exclude_max=True), PARTS)
def test_look_at_is_when_a_state_changes_next_if_nobody_does_anything(
    story: Facts, goals: Targets, hours: Hours, minutes: int, part: float, at_risk: float
) -> None:
    known = until(m(minutes), story)

    def seen(moment: float) -> Reading:
        return read(known, goals, hours, moment, at_risk)

    now = seen(m(minutes))
    if now.look_at is None:
        assert states(seen(m(minutes + 20_000))) == states(now)
        return
    assert now.look_at > m(minutes)
    between = m(minutes) + part * (now.look_at - m(minutes))
    assume(between < now.look_at - 1e-5)
    assert states(seen(between)) == states(now)
    assert states(seen(now.look_at)) != states(now)


@given(STORIES, GOALS, CALENDARS, st.integers(0, 3200))
def test_due_at_is_when_the_target_is_used_up(story: Facts, goals: Targets, hours: Hours, minutes: int) -> None:
    known = until(m(minutes), story)
    now = at(minutes, known, goals, hours)
    for index, clock in enumerate(clocks(now)):
        if clock and clock.due_at is not None:
            assert (clock.state is BREACHED) == (clock.due_at <= m(minutes))
            then = clocks(read(known, goals, hours, max(m(minutes), clock.due_at)))[index]
            assert then and then.state is BREACHED

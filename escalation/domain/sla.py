"""The SLA: how much of each target is used up, computed from what the record says anyway. Pure functions.

No clock is kept, so none can be wrong after a crash, a jump of the clock, other settings, or a reopening.

Where a rule is taken from:
    First reply: from the opening to the first public word of a person; what machines say does not count. A greeting
    that a button says for the agent is no reply either: it does not stand in `Facts.agent_said`.
    https://support.zendesk.com/hc/en-us/articles/4408821871642
    Next reply: from the oldest word of the contact that is not answered.
    https://support.zendesk.com/hc/en-us/articles/4408829459866
    Resolution stands still while the contact is waited for.
    https://www.plain.com/docs/graphql-reference/types/FirstResolutionTimeServiceLevelAgreement
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Protocol

from escalation.domain.hours import Calendar, business_after, business_time

_NEVER = datetime.max.replace(tzinfo=UTC)
# From the first, up to the second; one that is still open ends at `_NEVER`.
_Span = tuple[datetime, datetime]


class State(StrEnum):
    """How a target stands. ``met`` and ``breached`` are final for what was measured."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"


class Targets(Protocol):
    """Targets in minutes of business time, above 0; None: there is none. `escalation.config.Targets` are such."""

    @property
    def first_reply(self) -> float | None: ...

    @property
    def next_reply(self) -> float | None: ...

    @property
    def resolution(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened to a handoff, in Unix seconds.

    ``contact_said`` and ``agent_said`` are when they spoke, without greetings that a button says. ``snoozed`` are spans
    from and to; to None: until the contact writes. The time between an end and a reopening is given as such a span too.
    """

    opened_at: float
    ended_at: float | None = None
    contact_said: Sequence[float] = ()
    agent_said: Sequence[float] = ()
    snoozed: Sequence[tuple[float, float | None]] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """One target. ``used`` and ``target`` are business seconds.

    ``due_at`` is when it is, or was, used up; None when it was met in time, or stands still for who knows how long.
    ``look_at`` is when its state changes next if nobody does anything; None: not by itself.
    """

    state: State
    used: float
    target: float
    due_at: float | None
    look_at: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks that there are. ``look_at`` is when the first of them changes by itself.

    ``due_at`` is the nearest target that can still be kept.
    """

    first: Clock | None
    next: Clock | None
    resolution: Clock | None
    look_at: float | None
    due_at: float | None


def read(facts: Facts, targets: Targets, calendar: Calendar, at: float, at_risk: float = 0.75) -> Reading:
    """How the targets stand at a moment (Unix seconds); what was said or ended later is not looked at.

    Clocks run in business hours only, and not while snoozed. A target is missed when it is used up before the word, or
    the end, that stops the clock; it is at risk when the part ``at_risk`` of it is. An end stops all clocks: what it
    leaves unanswered was settled by it.
    """
    now = _moment(at)
    opened = _moment(facts.opened_at)
    ended = _moment(facts.ended_at) if facts.ended_at is not None and facts.ended_at <= at else None
    until = ended or now
    contact = sorted(m for m in map(_moment, facts.contact_said) if opened <= m <= until)
    agent = sorted(m for m in map(_moment, facts.agent_said) if opened <= m <= until)
    snoozed = [(_moment(begun), _NEVER if over is None else _moment(over)) for begun, over in facts.snoozed]

    def clock(
        target: float | None, span: tuple[datetime | None, datetime | None], pauses: Sequence[_Span]
    ) -> Clock | None:
        begun, stopped = span
        if target is None or begun is None:
            return None
        return _clock(calendar, now, (timedelta(minutes=target), at_risk), (begun, stopped), pauses)

    first = clock(targets.first_reply, (opened, agent[0] if agent else ended), snoozed)
    following = clock(targets.next_reply, _unanswered(contact, agent, ended), snoozed)
    whole = clock(targets.resolution, (opened, ended), [*snoozed, *_waits(contact, agent)])
    there = [one for one in (first, following, whole) if one]
    looks = [one.look_at for one in there if one.look_at is not None]
    due = [one.due_at for one in there if one.due_at is not None and one.state is not State.BREACHED]
    return Reading(first, following, whole, look_at=min(looks, default=None), due_at=min(due, default=None))


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _asked_after(contact: Sequence[datetime], replied: datetime) -> datetime | None:
    """The contact's first word after a reply; what came with it is answered by it."""
    index = bisect_right(contact, replied)
    return contact[index] if index < len(contact) else None


def _unanswered(
    contact: Sequence[datetime], agent: Sequence[datetime], ended: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """From when on the contact waits for a next reply, and when it came: of the latest such wait."""
    begun = stopped = None
    for replied, following in zip_longest(agent, agent[1:]):
        asked = _asked_after(contact, replied)
        if asked is not None and (following is None or asked < following):
            begun, stopped = asked, following or ended
    return begun, stopped


def _waits(contact: Sequence[datetime], agent: Sequence[datetime]) -> Iterator[_Span]:
    """From each word of an agent to the contact's next one."""
    for replied in agent:
        yield replied, _asked_after(contact, replied) or _NEVER


def _clock(
    calendar: Calendar,
    now: datetime,
    goal: tuple[timedelta, float],
    span: tuple[datetime, datetime | None],
    pauses: Sequence[_Span],
) -> Clock:
    """``goal`` is the target and the part of it that is a risk, ``span`` when the clock began and what stopped it."""
    (target, part), (begun, stopped) = goal, span
    running = list(_running(begun, stopped or _NEVER, pauses))
    used = sum((business_time(calendar, start, min(end, now)) for start, end in running), timedelta())
    due_at, look_at = _reached(calendar, running, target), None
    if used >= target:
        state = State.BREACHED
    elif stopped:
        state = State.MET
    elif used >= target * part:
        state, look_at = State.AT_RISK, due_at
    else:
        state, look_at = State.ON_TRACK, _reached(calendar, running, target * part)
    return Clock(state, used.total_seconds(), target.total_seconds(), _seconds(due_at), _seconds(look_at))


def _running(begun: datetime, stopped: datetime, pauses: Sequence[_Span]) -> Iterator[_Span]:
    """What is left of a stretch of time without the pauses."""
    for start, end in sorted(pauses):
        if begun < min(start, stopped):
            yield begun, min(start, stopped)
        begun = max(begun, end)
    if begun < stopped:
        yield begun, stopped


def _reached(calendar: Calendar, running: Sequence[_Span], needed: timedelta) -> datetime | None:
    """When so much business time of these stretches has gone by; None when they have not that much."""
    for start, end in running:
        moment = business_after(calendar, start, needed.total_seconds())
        if moment is None or moment <= end:
            return moment
        needed -= business_time(calendar, start, end)
    return None


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()

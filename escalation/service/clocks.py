"""The clocks of a handoff: its targets as they stand, computed from the record, and announced when they change.

No clock is kept. Each look computes the same answer from what happened (`escalation.domain.sla`), so a crash, a jump of
a process's clock, other settings or a reopening leave nothing to repair.
"""

from __future__ import annotations

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import or_, select, update

from conversations import events as e
from conversations.handoff import OPEN_STATES, Handoff, HandoffUnknown, Step
from conversations.model import Sender
from conversations.store import conversations, events, steps
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation.config import Team, Teams
from escalation.domain import sla
from escalation.domain.sla import Clock, Facts, Reading, State
from escalation.service import ladder
from escalation.service.holding import locked
from escalation.service.ladder import Ladder

log = structlog.get_logger()
SLA = "sla"
OUTCOMES = Counter(
    "frontdesk_sla_outcomes",
    "Targets met or breached, by clock: first, next (reply) or resolution",
    ["clock", "state", "team"],
)
FIRST_REPLY = Histogram(
    "frontdesk_first_reply_seconds",
    "From a handoff's opening to the first words of a person, by the wall clock",
    buckets=(10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400),
)
# What a button says for an agent is no reply.
_GREETING = "agent:greet:%"
_STEPS = {State.AT_RISK: Step.AT_RISK, State.BREACHED: Step.BREACHED}
# Set in `Handoff.sla` beside the clocks once the first reply was counted.
REPLIED = "replied"
_PAUSES = {Step.SNOOZED, Step.WOKEN, Step.RESOLVED, Step.RETURNED, Step.ABANDONED, Step.REOPENED}
_PAUSE_ENDS = {Step.WOKEN, Step.REOPENED}


class Sla:
    """The handler of ``sla`` work: the key is a handoff. It sleeps until a clock changes by itself."""

    def __init__(self, database: Database, teams: Teams, climbing: Ladder) -> None:
        self._database, self._teams, self._ladder = database, teams, climbing

    async def __call__(self, handoff_id: str) -> float | None:
        async with self._database.write() as tx:
            try:
                handoff, _ = await locked(tx, handoff_id)
            except HandoffUnknown:
                return None
            team, at, facts = self._teams.of(handoff.team), await conversations.clock(tx), await facts_of(tx, handoff)
            reading = read(facts, team, handoff.priority, at)
            await self._announce(tx, handoff, reading, facts)
        is_open = handoff.state in OPEN_STATES
        return max(0.05, reading.look_at - at) if is_open and reading.look_at is not None else None

    async def _announce(self, tx: Transaction, handoff: Handoff, reading: Reading, facts: Facts) -> None:
        stand = _clocks(reading)
        said = {name: handoff.sla[name] for name in stand if name in handoff.sla}
        changed = {name: clock.state for name, clock in stand.items() if said.get(name) != clock.state}
        now_stand = {name: str(clock.state) for name, clock in stand.items()}
        if facts.agent_said and (first := min(facts.agent_said)) >= handoff.created_at:
            now_stand[REPLIED] = "yes"
            if REPLIED not in handoff.sla:
                tx.observe(FIRST_REPLY, first - handoff.created_at)
        is_open = handoff.state in OPEN_STATES
        due_at = reading.due_at if is_open else None
        due = {name: clock.due_at for name, clock in stand.items() if is_open and clock.due_at is not None}
        if (now_stand, due, due_at) == (handoff.sla, handoff.sla_due, handoff.sla_due_at):
            return
        values = {"sla": now_stand, "sla_due": due, "sla_due_at": due_at}
        await tx.execute(update(t.handoff).where(t.handoff.c.id == handoff.id).values(values))
        for name, state in changed.items():
            await self._say(tx, handoff, name, state, before=said.get(name))
        if (due, due_at) != (handoff.sla_due, handoff.sla_due_at) or changed:
            tx.signal("handoff", handoff.id)
            tx.signal("queue", handoff.team)

    async def _say(self, tx: Transaction, handoff: Handoff, name: str, state: State, *, before: str | None) -> None:
        if state in {State.MET, State.BREACHED}:
            tx.count(OUTCOMES.labels(name, state, handoff.team))
        if state in _STEPS:
            await steps.record(tx, handoff, _STEPS[state], comment=name)
        if before is not None or state is not State.ON_TRACK:
            told = e.SlaChanged(handoff.id, handoff.conversation_id, name, state)
            await events.record(tx, handoff.conversation_id, told)
        if state is State.BREACHED:
            log.warning("target missed", handoff_id=handoff.id, clock=name)
            again_in = await self._ladder.climb(tx, handoff, breached=True)
            if again_in is not None:
                await schedule(tx, ladder.LADDER, handoff.id, again_in, move=True)


def read(facts: Facts, team: Team, priority: int, at: float) -> Reading:
    """How the targets of a team stand."""
    return sla.read(facts, team.sla.targets(priority), team.hours, at, team.sla.at_risk)


def _clocks(reading: Reading) -> dict[str, Clock]:
    named = {"first": reading.first, "next": reading.next, "resolution": reading.resolution}
    return {name: clock for name, clock in named.items() if clock is not None}


async def facts_of(tx: Transaction, handoff: Handoff) -> Facts:
    """What happened to a handoff, as the record has it."""
    c = t.message.c
    statement = select(c.sender, c.at).where(
        c.conversation_id == handoff.conversation_id,
        c.episode >= handoff.first_episode,
        c.at >= handoff.created_at,
        c.sender.in_([Sender.CONTACT, Sender.AGENT]),
        or_(c.native_key.is_(None), c.native_key.not_like(_GREETING)),
    )
    if handoff.ended_at is not None:
        statement = statement.where(c.at <= handoff.ended_at)
    said: dict[str, list[float]] = {Sender.CONTACT: [], Sender.AGENT: []}
    for row in await tx.execute(statement):
        said[row.sender].append(row.at)
    return Facts(
        opened_at=handoff.created_at,
        ended_at=handoff.ended_at,
        contact_said=said[Sender.CONTACT],
        agent_said=said[Sender.AGENT],
        snoozed=await _pauses(tx, handoff),
    )


async def _pauses(tx: Transaction, handoff: Handoff) -> list[tuple[float, float | None]]:
    """When it was snoozed, or had ended before it was reopened."""
    spans: list[tuple[float, float | None]] = []
    for step in await steps.of(tx, handoff.id, _PAUSES):
        if step.what not in _PAUSE_ENDS:
            if not spans or spans[-1][1] is not None:
                spans.append((step.at, None))
        elif spans and spans[-1][1] is None:
            spans[-1] = spans[-1][0], step.at
    if handoff.ended_at is not None and spans and spans[-1][1] is None:  # its end stops all clocks anyway
        spans[-1] = spans[-1][0], handoff.ended_at
    return spans

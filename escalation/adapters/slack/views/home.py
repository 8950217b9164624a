"""Somebody's App Home, and the same in the answer to a command: their handoffs, the queue, what is late, themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from conversations.text import shortened
from escalation.adapters.slack.buttons import button
from escalation.adapters.slack.status import moment
from escalation.config import Teams
from escalation.http.wire import Agent, Counts, HandoffList, HandoffSummary
from vendors.slack.text import escaped, literal

HERE, BUSY, AWAY_HOUR, AWAY_TOMORROW = "home_here", "home_busy", "home_away_hour", "home_away_tomorrow"
_SIGNS = {"here": "🟢 here", "busy": "🟡 busy: nothing new is offered to you", "away": "⚪ away"}
_SLA = {"at_risk": "🟠", "breached": "🔴"}
_MOST, _LINE = 8, 180


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as one person sees it. ``links`` lead to cards, by handoff; ``limit`` is what they may grant."""

    me: Agent
    queue: HandoffList
    teams: Teams
    links: Mapping[str, str] = field(default_factory=dict)
    limit: str | None = None

    @property
    def mine(self) -> list[HandoffSummary]:
        """What is in hand, put off, or offered to them."""
        held = [one for one in (*self.queue.assigned, *self.queue.snoozed) if one.agent_id == self.me.id]
        return [one for one in self.queue.waiting if one.offered_to == self.me.name] + held

    @property
    def pressing(self) -> list[HandoffSummary]:
        """What is late or about to be, the latest first."""
        found = [one for one in (*self.queue.waiting, *self.queue.assigned) if _worst(one)]
        return sorted(found, key=lambda one: (_worst(one) != "breached", one.waiting_since))


def home(desk: Desk) -> View:
    """The Home tab."""
    shown: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=shortened(desk.me.name, 150), emoji=False)),
        *availability(desk.me),
        ActionsBlock(
            elements=[
                button("I am here", HERE, "here"),
                button("Busy", BUSY, "busy"),
                button("Away for an hour", AWAY_HOUR, "away"),
                button("Away until tomorrow", AWAY_TOMORROW, "away"),
            ]
        ),
        *limits(desk),
        DividerBlock(),
        *handoffs("My handoffs", desk.mine, desk, "Nothing is in your hands."),
        *handoffs("Late, or about to be", desk.pressing, desk, "Nothing is late."),
        *queue(desk),
    ]
    return View(type="home", blocks=shown[:100])


def availability(me: Agent) -> Iterator[Block]:
    """Whether they are here."""
    until = f" until {moment(me.away_until)}" if me.away_until and me.availability != "here" else ""
    shift = "" if me.on_shift else " · not on shift now"
    yield _formatted(f"{_SIGNS[me.availability]}{until}{shift}")


def limits(desk: Desk) -> Iterator[Block]:
    """What they may and can."""
    me = desk.me
    parts = [
        f"{me.held} of {me.capacity} in hand",
        f"teams: {', '.join(desk.teams.of(team).shown if team in desk.teams else team for team in me.teams)}",
        f"writes: {', '.join(me.languages)}" if me.languages else "",
        f"skills: {', '.join(me.skills)}" if me.skills else "",
        f"goodwill: up to {desk.limit} a contact" if desk.limit else "",
    ]
    yield ContextBlock(elements=[literal(" · ".join(part for part in parts if part))])


def queue(desk: Desk) -> Iterator[Block]:
    """Who waits in each of their teams."""
    for name in desk.me.teams:
        counts = desk.queue.counts.get(name, Counts(0, 0))
        waiting = [one for one in desk.queue.waiting if one.team == name]
        title = f"{desk.teams.of(name).shown if name in desk.teams else name}: {counts.waiting} waiting"
        title += f", {counts.assigned} in hand" if counts.assigned else ""
        yield from handoffs(title, waiting, desk, "Nobody waits.", more=counts.waiting)


def handoffs(
    title: str, found: Sequence[HandoffSummary], desk: Desk, nothing: str, *, more: int = 0
) -> Iterator[Block]:
    """A list of handoffs. A contact's words stand in plain text."""
    yield _formatted(f"*{escaped(title)}*")
    if not found:
        yield ContextBlock(elements=[literal(nothing)])
    for one in found[:_MOST]:
        url, place = desk.links.get(one.id), f"{one.place}. " if one.place else ""
        about = f"{_SLA.get(_worst(one), '')} {place}{one.contact}: {' '.join(one.ask.split()) or 'asks for a person'}"
        reference = f"<{url}|{one.reference}>" if url else one.reference
        yield ContextBlock(
            elements=[
                MarkdownTextObject(text=f"*{reference}* · {moment(one.waiting_since, '{time}')}"),
                literal(shortened(about.strip(), _LINE)),
            ]
        )
    left = max(more, len(found)) - min(len(found), _MOST)
    if left > 0:
        yield ContextBlock(elements=[literal(f"and {left} more")])


def _worst(summary: HandoffSummary) -> str:
    """``breached`` before ``at_risk`` before ""."""
    if summary.sla is None:
        return ""
    states = {clock.state for clock in (summary.sla.first, summary.sla.next, summary.sla.resolution) if clock}
    return next((state for state in ("breached", "at_risk") if state in states), "")


def _formatted(text: str) -> Block:
    return SectionBlock(text=MarkdownTextObject(text=text))

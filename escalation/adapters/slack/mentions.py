"""Calls the right people into a thread: who stands on the ladder's rung, to whom it is offered, whom a target concerns.

Each once in a waiting, an offer, or a running of a target's clock: the handoff's steps tell these apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock

from conversations.handoff import OPEN_STATES, Handoff, HandoffState, Step
from conversations.staff import OVERSEERS
from escalation.adapters.slack.marks import Mark, Wanted
from escalation.adapters.slack.places import Posted
from escalation.adapters.slack.status import CLOCK_NAMES, moment, name_of
from escalation.config import Team, Teams
from escalation.http.wire import Agent, HandoffDetail
from escalation.service.people import People

# https://docs.slack.dev/reference/objects/usergroup-object
_GROUP = re.compile(r"S[A-Z0-9]{2,}")
# So many are called at once; more would be nobody in particular.
_MOST = 20
_CALLS = {"at_risk": "🟠 {what} at risk", "breached": "🔴 {what} late"}
# With which a waiting begins, and an offer.
_WAITS = (Step.OPENED, Step.RELEASED, Step.LEASE_OVER, Step.TRANSFERRED)
_OFFERS = (Step.OFFERED, Step.TRANSFERRED)


class _Call(NamedTuple):
    """What calls for somebody, under the key of its post: for ``agent_id`` alone, or for whom the rung names."""

    key: str
    text: str
    agent_id: str | None = None
    is_offer: bool = False


class Mentions:
    """The posts that call somebody. What was posted stays as it is: an edit calls nobody."""

    def __init__(self, people: People, teams: Teams) -> None:
        self._people, self._teams = people, teams

    async def __call__(self, handoff: Handoff, detail: HandoffDetail, posts: Mapping[str, Posted]) -> Wanted:
        team = self._teams.of(handoff.team)
        lacking = [one for one in _calls(handoff, detail, team) if one.key not in posts]
        if not lacking:
            return Wanted()
        everyone = await self._people.everyone()
        rung = team.ladder[min(handoff.rung, len(team.ladder) - 1)].who if team.ladder else "team"
        marks = []
        for key, text, agent_id, is_offer in lacking:
            alone = [one for one in everyone if one.id == agent_id]
            called = mention(alone) if agent_id else who_is_called(rung, team, everyone)
            if called or not is_offer:  # who is not in Slack reads of an offer at the web desk
                marks.append(call(key, called, text))
        return Wanted(marks)


def _calls(handoff: Handoff, detail: HandoffDetail, team: Team) -> Iterator[_Call]:
    """What calls for somebody now."""
    summary, is_waiting = detail.summary, handoff.state is HandoffState.WAITING
    done = Counter(step.what for step in detail.steps)
    if is_waiting and team.ladder and handoff.rung_at is not None:
        waits = f"{summary.reference} waits since {moment(handoff.waiting_since, '{time}')}: who takes it?"
        yield _Call(f"rung:{handoff.rung}:{sum(done[one] for one in _WAITS)}", waits)
    if is_waiting and handoff.offered_to and handoff.offered_until:
        until = moment(handoff.offered_until, "{time}")
        offered = (
            f"{summary.reference} is offered to {name_of(summary.offered_to)} until {until}: claim it, or press Not me."
        )
        yield _Call(f"offer:{sum(done[one] for one in _OFFERS)}", offered, handoff.offered_to, is_offer=True)
    if summary.sla is None or handoff.state not in OPEN_STATES:
        return
    for name, what in CLOCK_NAMES.items():
        clock = getattr(summary.sla, name)
        if clock is None or clock.state not in _CALLS:
            continue
        due = f", due {moment(clock.due_at, '{time}')}" if clock.due_at else ""
        told = sum((step.what, step.comment) == (clock.state, name) for step in detail.steps)
        late = f"{_CALLS[clock.state].format(what=what)}{due} ({summary.reference})"
        yield _Call(f"sla:{name}:{clock.state}:{told}", late, None if is_waiting else handoff.agent_id)


def who_is_called(who: str, team: Team, everyone: list[Agent]) -> str:
    """The mentions of a rung: `escalation.config.Rung` says what it may name.

    A group by its id: https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups
    """
    if who == "team" or who.startswith("team:"):
        name = who.removeprefix("team:") if who != "team" else team.name
        return mention([one for one in everyone if name in one.teams and one.availability == "here" and one.on_shift])
    if who == "leads":
        return mention([one for one in everyone if one.role in OVERSEERS and team.name in one.teams])
    if _GROUP.fullmatch(who):
        return f"<!subteam^{who}>"
    return mention([one for one in everyone if one.name == who])


def mention(people: list[Agent]) -> str:
    """Those of them who are in Slack."""
    return " ".join(f"<@{one.slack_id}>" for one in people[:_MOST] if one.slack_id)


def call(key: str, called: str, text: str) -> Mark:
    """A post that calls people: those who are ``called``, and what for. Both are formatted text of ours."""
    said = MarkdownTextObject(text=f"{called} {text}".strip())
    return Mark(key, text.partition("<")[0].strip() or text, [SectionBlock(text=said)])

"""Calls the right people into a thread, each once: who stands on the ladder's rung, and whom a target concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock

from conversations.handoff import Handoff, HandoffState
from conversations.staff import OVERSEERS
from escalation.adapters.slack.marks import Mark, Wanted
from escalation.adapters.slack.places import Posted
from escalation.adapters.slack.status import CLOCK_NAMES, moment
from escalation.config import Team, Teams
from escalation.http.wire import Agent, HandoffDetail, HandoffSummary
from escalation.service.people import People

# https://docs.slack.dev/reference/objects/usergroup-object
_GROUP = re.compile(r"S[A-Z0-9]{2,}")
# So many are called at once; more would be nobody in particular.
_MOST = 20
_CALLS = {"at_risk": "🟠 {what} at risk", "breached": "🔴 {what} late"}


class Mentions:
    """The posts that call somebody. What was posted stays as it is: an edit calls nobody."""

    def __init__(self, people: People, teams: Teams) -> None:
        self._people, self._teams = people, teams

    async def __call__(self, handoff: Handoff, detail: HandoffDetail, posts: Mapping[str, Posted]) -> Wanted:
        team, summary = self._teams.of(handoff.team), detail.summary
        lacking = {key: text for key, text in _calls(handoff, summary, team) if key not in posts}
        if not lacking:
            return Wanted()
        everyone = await self._people.everyone()
        rung = team.ladder[min(handoff.rung, len(team.ladder) - 1)].who if team.ladder else "team"
        holder = [one for one in everyone if one.id == handoff.agent_id]
        called = mention(holder) if handoff.state is HandoffState.ASSIGNED else who_is_called(rung, team, everyone)
        return Wanted([call(key, called, text) for key, text in lacking.items()])


def _calls(handoff: Handoff, summary: HandoffSummary, team: Team) -> Iterator[tuple[str, str]]:
    """What calls for somebody now, by the key of its post."""
    if handoff.state is HandoffState.WAITING and team.ladder and handoff.rung_at is not None:
        waits = f"{summary.reference} waits since {moment(handoff.waiting_since, '{time}')}: who takes it?"
        yield f"rung:{handoff.rung}", waits
    if summary.sla is None or handoff.state not in {HandoffState.WAITING, HandoffState.ASSIGNED}:
        return
    for name, what in CLOCK_NAMES.items():
        clock = getattr(summary.sla, name)
        if clock is None or clock.state not in _CALLS:
            continue
        due = f", due {moment(clock.due_at, '{time}')}" if clock.due_at else ""
        yield f"sla:{name}:{clock.state}", f"{_CALLS[clock.state].format(what=what)}{due} ({summary.reference})"


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

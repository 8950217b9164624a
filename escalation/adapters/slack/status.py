"""How a handoff stands, as the lines under a card's title: times as each reader's own clock shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from conversations.text import shortened
from escalation.http.wire import ClockView, HandoffSummary
from vendors.slack.text import escaped

_NAME_LIMIT = 80
OUTCOMES = {
    "solved": "Solved",
    "not_solved": "Not solved",
    "no_answer": "No answer from the contact",
    "spam": "Spam",
}
# The fields of `wire.Sla`.
CLOCK_NAMES = {"first": "First reply", "next": "Next reply", "resolution": "Resolution"}
_CLOCKS = {"on_track": "⏱ {what} by {due}", "at_risk": "🟠 *{what} at risk*, due {due}", "breached": "🔴 *{what} late*"}


def moment(at: float, form: str = "{date_short_pretty}, {time}") -> str:
    """A time as each reader's own clock shows it: https://docs.slack.dev/messaging/formatting-message-text#date-formatting."""
    fallback = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at)}^{form}|{fallback}>"


def name_of(agent: str | None) -> str:
    """An agent's name in formatted text."""
    return escaped(shortened(agent or "somebody", _NAME_LIMIT))


def status(summary: HandoffSummary) -> list[str]:
    """The lines, each formatted text of ours: nothing of the contact's is in them."""
    return [" · ".join(_state(summary)), *filter(None, (" · ".join(_clocks(summary)), " · ".join(_contact(summary))))]


def _state(summary: HandoffSummary) -> Iterator[str]:
    yield (_BY_THEMSELVES.get(summary.outcome or "") or _WORDS[summary.state])(summary)
    if summary.team_title:
        yield escaped(summary.team_title)
    if summary.state in {"waiting", "assigned"}:
        yield f"priority {summary.priority}"
    if summary.offered_to and summary.offered_until:
        yield f"offered to *{name_of(summary.offered_to)}* until {moment(summary.offered_until, '{time}')}"
    if summary.snoozed:
        until = moment(summary.snoozed_until) if summary.snoozed_until else "the contact writes"
        yield f"😴 *Snoozed* until {until}"
    elif summary.state == "assigned" and summary.lease_until:
        yield f"⌛ back to the queue {moment(summary.lease_until, '{time}')} without an answer"
    if summary.tags:
        yield "🏷 " + ", ".join(escaped(tag) for tag in summary.tags)


_WORDS: dict[str, Callable[[HandoffSummary], str]] = {
    "waiting": lambda one: f"*Waiting* since {moment(one.waiting_since)}",
    "assigned": lambda one: f"*{name_of(one.agent)}* has it · asked {moment(one.created_at)}",
    "resolved": lambda one: f"*Resolved* by {name_of(one.agent)}{_outcome(one)}{_stars(one)}",
    "returned": lambda one: f"*Returned to the assistant* by {name_of(one.agent)}",
    "abandoned": lambda one: "*Called off* by the contact",
}
# Ends that are not what their state says, by the outcome: nobody resolved these, and no contact called them off.
_BY_THEMSELVES: dict[str, Callable[[HandoffSummary], str]] = {
    "contact_silent": lambda one: f"*Resolved* by itself: the contact left {name_of(one.agent)}'s word be{_stars(one)}",
    "blocked": lambda one: "*Resolved* by blocking the contact",
    "abandoned": lambda one: "*Let go*: the contact was away too long",
}


def _outcome(summary: HandoffSummary) -> str:
    outcome = OUTCOMES.get(summary.outcome or "")
    return f" · {outcome}" if outcome else ""


def _stars(summary: HandoffSummary) -> str:
    return f" · {'★' * summary.stars}{'☆' * (5 - summary.stars)}" if summary.stars else ""


def _clocks(summary: HandoffSummary) -> Iterator[str]:
    """The targets that are still to be kept, or were not."""
    if summary.sla is None or summary.state not in {"waiting", "assigned"}:
        return
    for name, what in CLOCK_NAMES.items():
        clock: ClockView | None = getattr(summary.sla, name)
        if clock is not None and clock.state in _CLOCKS and (clock.due_at is not None or clock.state == "breached"):
            yield _CLOCKS[clock.state].format(what=what, due=moment(clock.due_at or 0, "{time}"))


def _contact(summary: HandoffSummary) -> Iterator[str]:
    """What is to be known of the contact before one writes to them."""
    if summary.blocked:
        yield "🚫 *Blocked*: nothing reaches them"
    if summary.left_at:
        yield f"⛔ *The contact left* {moment(summary.left_at)}"
    if summary.state not in {"waiting", "assigned"}:
        return
    if summary.reachable == "mail":
        yield "✉️ reachable by e-mail"
    elif summary.reachable == "no" and not summary.left_at:
        yield "📵 *Not reachable*: they left the page and no e-mail address"
    if summary.left_with_us_at:
        yield f"📨 left it with us {moment(summary.left_with_us_at)}"

"""The card of a handoff in the lobby: a pure function of what the desk knows.

Whatever may hold a contact's words is a plain text object, in which nothing is live
(https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from conversations.handoff import OPEN_STATES
from conversations.text import shortened
from escalation.domain.brief import blocks
from escalation.domain.facts import CHANNELS
from escalation.http.wire import Brief, Fact, HandoffDetail, HandoffSummary, TranscriptLine
from vendors.slack.text import escaped, literal

CLAIM, RESOLVE, GIVE_BACK, RELEASE, SEND_AGAIN = "claim", "resolve", "give_back", "release", "send_again"
# https://docs.slack.dev/reference/block-kit/blocks/header-block
_HEADER_LIMIT, _NAME_LIMIT = 150, 80
_SECTION_LIMIT = 2900
_LAST_TURNS, _LINE_LIMIT, _TRIED = 5, 240, 3
_ENDED = {"resolved": "✅", "returned": "🤖", "abandoned": "👋"}
OUTCOMES = {
    "solved": "Solved",
    "not_solved": "Not solved",
    "no_answer": "No answer from the contact",
    "spam": "Spam",
}


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown, and the one line that stands in the notification."""

    text: str
    blocks: list[Block]


def card(detail: HandoffDetail, assistant: str) -> Card:
    """The card as it is to look now; ``assistant`` is the assistant's name."""
    summary = detail.summary
    why = ", ".join(dict.fromkeys(reason.label for reason in summary.reasons))
    text = f"{summary.reference}: {summary.contact}. {why or 'For a person'}"
    blocks = [_header(summary), _status(summary), *_wish(detail.brief)]
    if summary.comment:
        blocks += _section("Comment", [summary.comment])
    if summary.state in OPEN_STATES:  # an ended one needs little room
        blocks += [*_brief(detail.brief), *_last_turns(detail, assistant), *_actions(summary)]
    return Card(shortened(text, 300), blocks)


def moment(at: float, form: str = "{date_short_pretty}, {time}") -> str:
    """A time as each reader's own clock shows it: https://docs.slack.dev/messaging/formatting-message-text#date-formatting."""
    fallback = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at)}^{form}|{fallback}>"


def _header(summary: HandoffSummary) -> Block:
    channel = CHANNELS.get(summary.channel, summary.channel)
    language = f" · {summary.language}" if summary.language else ""
    title = f"{_sign(summary)} {summary.reference} · {summary.contact} · {channel}{language}"
    return HeaderBlock(text=PlainTextObject(text=shortened(title, _HEADER_LIMIT), emoji=False))


def _sign(summary: HandoffSummary) -> str:
    if summary.state == "waiting":
        return "🔴" if summary.priority >= 4 else "🟠" if summary.priority >= 2 else "🟡"
    return _ENDED.get(summary.state, "💬")


def _status(summary: HandoffSummary) -> Block:
    agent = escaped(shortened(summary.agent or "", _NAME_LIMIT))
    outcome = OUTCOMES.get(summary.outcome or "", "")
    words = {
        "waiting": f"*Waiting* since {moment(summary.waiting_since)} · priority {summary.priority}",
        "assigned": f"*{agent}* has it · asked {moment(summary.created_at)} · priority {summary.priority}",
        "resolved": f"*Resolved* by {agent}" + (f" · {outcome}" if outcome else "") + _stars(summary),
        "returned": f"*Returned to the assistant* by {agent}",
        "abandoned": "*Called off* by the contact",
    }
    gone = f" · ⛔ *The contact left* {moment(summary.left_at)}" if summary.left_at else ""
    return ContextBlock(elements=[MarkdownTextObject(text=words[summary.state] + gone)])


def _stars(summary: HandoffSummary) -> str:
    return f" · {'★' * summary.stars}{'☆' * (5 - summary.stars)}" if summary.stars else ""


def _wish(brief: Brief) -> Iterator[Block]:
    yield from _section("Wants", [brief.ask])
    yield from _section("Why it is here", [f"• {reason.label}: {reason.evidence}" for reason in brief.reasons])


def _brief(brief: Brief) -> Iterator[Block]:
    tried = [f"• {one.understood}: {one.answer}" for one in brief.tried[-_TRIED:]]
    mood = blocks(brief.mood)
    yield from _section("Known", _facts([*brief.facts, *brief.orders, *brief.history]))
    yield from _section("The assistant tried", tried)
    if len(brief.mood) > 1:
        yield from _section("Mood, oldest first", [f"{mood}  {brief.mood[-1]:+.1f}"])


def _facts(facts: Sequence[Fact]) -> list[str]:
    return [f"• {fact.label}: {fact.value}" for fact in facts[:12]]


def _last_turns(detail: HandoffDetail, assistant: str) -> Iterator[Block]:
    """The latest words before it came to people; what is said later stands in the thread."""
    matter = max((line.episode for line in detail.transcript), default=0)
    talk = [line for line in detail.transcript if not line.note and line.episode == matter]
    said = [line for line in talk if line.sender in {"contact", "bot"}]
    before = [line for line in said if line.at <= detail.summary.created_at][-2 * _LAST_TURNS :]
    names = {"contact": detail.summary.contact, "bot": assistant}
    lines = [f"{names[line.sender]}: {_one_line(line)}" for line in before]
    yield from _section("Last words", lines)


def _one_line(line: TranscriptLine) -> str:
    if line.deleted:
        return "(deleted by the contact)" if line.sender == "contact" else "(deleted)"
    names = [f"📎 {file.name}" for file in line.files]
    edited = ["(edited)"] if line.edited else []
    return shortened(" ".join([*line.text.split(), *names, *edited]), _LINE_LIMIT)


def _section(title: str, lines: Sequence[str]) -> Iterator[Block]:
    if lines:
        text = shortened("\n".join(lines), _SECTION_LIMIT)
        yield ContextBlock(elements=[MarkdownTextObject(text=f"*{title}*")])
        yield SectionBlock(text=literal(text))


def _actions(summary: HandoffSummary) -> Iterator[Block]:
    if summary.state == "waiting":
        yield ActionsBlock(elements=[_button("Claim", CLAIM, summary.id, style="primary")])
        yield _hint("Claim it to answer. Until then the thread is among colleagues: the contact reads nothing of it.")
    elif summary.state == "assigned":
        back = ConfirmObject(
            title="Return to the assistant?",
            text="The assistant answers the contact again. Choose this when a person is no longer needed.",
            confirm="Return",
            deny="Cancel",
        )
        yield ActionsBlock(
            elements=[
                _button("Resolve", RESOLVE, summary.id, style="primary"),
                _button("Return to assistant", GIVE_BACK, summary.id, confirm=back),
                _button("Release", RELEASE, summary.id),
            ]
        )
        holder = escaped(shortened(summary.agent or "the holder", _NAME_LIMIT))
        yield _hint(f"What {holder} writes in the thread goes to the contact. Begin with // for a private note.")


def _button(
    title: str, action: str, value: str, *, style: str | None = None, confirm: ConfirmObject | None = None
) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=title), action_id=action, value=value, style=style, confirm=confirm)


def _hint(text: str) -> Block:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])

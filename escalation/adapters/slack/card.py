"""The card of a handoff in the lobby: a pure function of what the desk knows.

Whatever may hold a contact's words is a plain text object, in which nothing is live
(https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from conversations.handoff import OPEN_STATES
from conversations.text import shortened
from escalation.adapters.slack.buttons import actions
from escalation.adapters.slack.status import name_of, status
from escalation.domain.brief import blocks
from escalation.domain.facts import CHANNELS
from escalation.http.wire import Brief, Fact, HandoffDetail, HandoffSummary, TranscriptLine
from vendors.slack.text import literal

# https://docs.slack.dev/reference/block-kit/blocks/header-block
_HEADER_LIMIT, _SECTION_LIMIT = 150, 2900
_LAST_TURNS, _LINE_LIMIT, _TRIED, _FACTS, _MOST_LINKS = 5, 240, 3, 12, 12
_ENDED = {"resolved": "✅", "returned": "🤖", "abandoned": "👋"}
# A line of the brief, and the number of the message that it rests on.
_Line = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Links:
    """Where the messages stand in the card's thread: ``posts`` by their numbers, ``base`` is the workspace's address.

    https://docs.slack.dev/reference/methods/chat.getPermalink shows what such a link looks like.
    """

    base: str | None = None
    channel: str = ""
    thread: str = ""
    posts: Mapping[int, str] = field(default_factory=dict)

    def to(self, message: int | None) -> str | None:
        ts = self.posts.get(message or 0)
        if self.base is None or ts is None:
            return None
        return f"{self.card(ts)}?thread_ts={self.thread}&amp;cid={self.channel}"

    def card(self, ts: str) -> str:
        """A message that stands in the channel itself."""
        return f"{self.base}archives/{self.channel}/p{ts.replace('.', '')}"


NO_LINKS = Links()


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown, and the one line that stands in the notification."""

    text: str
    blocks: list[Block]


def card(detail: HandoffDetail, assistant: str, links: Links = NO_LINKS) -> Card:
    """The card as it is to look now; ``assistant`` is the assistant's name."""
    summary = detail.summary
    why = ", ".join(dict.fromkeys(reason.label for reason in summary.reasons))
    text = f"{summary.reference}: {summary.contact}. {why or 'For a person'}"
    shown = [_header(summary), *_status(summary), *_wish(detail.brief, links)]
    if summary.comment:
        shown += _section("Comment", [(summary.comment, None)])
    if summary.state in OPEN_STATES:  # an ended one needs little room
        shown += [*_brief(detail, links), *_last_turns(detail, assistant)]
    return Card(shortened(text, 300), [*shown, *actions(summary.id, detail.may), *_hint(summary)])


def moved(detail: HandoffDetail) -> Card:
    """What is left of a card whose handoff was passed on to a team with a lobby of its own."""
    summary = detail.summary
    text = f"{summary.reference} moved to {summary.team_title or summary.team}"
    told = SectionBlock(text=literal(f"➡️ {text}. It goes on there; nothing that is written here reaches the contact."))
    return Card(shortened(text, 300), [_header(summary), told])


def _header(summary: HandoffSummary) -> Block:
    channel = CHANNELS.get(summary.channel, summary.channel)
    language = f" · {summary.language}" if summary.language else ""
    title = f"{_sign(summary)} {summary.reference} · {summary.contact} · {channel}{language}"
    return HeaderBlock(text=PlainTextObject(text=shortened(title, _HEADER_LIMIT), emoji=False))


def _sign(summary: HandoffSummary) -> str:
    if summary.state == "waiting":
        return "🔴" if summary.priority >= 4 else "🟠" if summary.priority >= 2 else "🟡"
    return _ENDED.get(summary.state, "😴" if summary.snoozed else "💬")


def _status(summary: HandoffSummary) -> Iterator[Block]:
    for line in status(summary):
        yield ContextBlock(elements=[MarkdownTextObject(text=line)])


def _wish(brief: Brief, links: Links) -> Iterator[Block]:
    yield from _section("Wants", [(brief.ask, brief.ask_message)], links)
    reasons = [(f"{reason.label}: {reason.evidence}", reason.message) for reason in brief.reasons]
    yield from _section("Why it is here", reasons, links, listed=True)


def _brief(detail: HandoffDetail, links: Links) -> Iterator[Block]:
    brief = detail.brief
    tried: list[_Line] = [(f"{one.understood}: {one.answer}", one.message) for one in brief.tried[-_TRIED:]]
    granted = [
        (f"{one.kind}, {one.amount:.2f} {one.currency} by {one.by} ({one.reference})", None) for one in detail.goodwill
    ]
    yield from _section("Contact", _facts(brief.profile), links, listed=True)
    known = [*_facts([*brief.facts, *brief.orders, *brief.history])[:_FACTS], *granted[:3]]
    yield from _section("Known", known, links, listed=True)
    yield from _section("The assistant tried", tried, links, listed=True)
    if len(brief.mood) > 1:
        mood = brief.moods_in_blocks or blocks(brief.mood)
        yield from _section("Mood, oldest first", [(f"{mood}  {brief.mood[-1]:+.1f}", None)])


def _facts(facts: Sequence[Fact]) -> list[_Line]:
    return [(f"{fact.label}: {fact.value}{_sure(fact)}", fact.message) for fact in facts]


def _sure(fact: Fact) -> str:
    return "" if fact.confidence is None else f" ({fact.confidence:.0%} sure)"


def _last_turns(detail: HandoffDetail, assistant: str) -> Iterator[Block]:
    """The latest words before it came to people; what is said later stands in the thread."""
    matter = max((line.episode for line in detail.transcript), default=0)
    talk = [line for line in detail.transcript if not line.note and line.episode == matter]
    said = [line for line in talk if line.sender in {"contact", "bot"}]
    before = [line for line in said if line.at <= detail.summary.created_at][-2 * _LAST_TURNS :]
    names = {"contact": detail.summary.contact, "bot": assistant}
    yield from _section("Last words", [(f"{names[line.sender]}: {_one_line(line)}", None) for line in before])


def _one_line(line: TranscriptLine) -> str:
    if line.deleted:
        return "(deleted by the contact)" if line.sender == "contact" else "(deleted)"
    names = [f"📎 {file.name}" for file in line.files]
    edited = ["(edited)"] if line.edited else []
    return shortened(" ".join([*line.text.split(), *names, *edited]), _LINE_LIMIT)


def _section(title: str, lines: Sequence[_Line], links: Links = NO_LINKS, *, listed: bool = False) -> Iterator[Block]:
    """A title, with a link for each line whose message stands in the thread, and the lines themselves as plain text."""
    if not any(text for text, _ in lines):
        return
    found = [(number, links.to(message)) for number, (_, message) in enumerate(lines, start=1)]
    shown = [f"<{url}|{f'↗{number}' if listed else '↗'}>" for number, url in found if url][:_MOST_LINKS]
    mark = "{}. " if shown and listed else "• " if listed else ""
    text = "\n".join(mark.format(number) + line for number, (line, _) in enumerate(lines, start=1))
    yield ContextBlock(elements=[MarkdownTextObject(text=" ".join([f"*{title}*", *shown]))])
    yield SectionBlock(text=literal(shortened(text, _SECTION_LIMIT)))


def _hint(summary: HandoffSummary) -> Iterator[Block]:
    if summary.state == "waiting":
        words = "Claim it to answer. Until then the thread is among colleagues: the contact reads nothing of it."
    elif summary.state == "assigned":
        words = (
            f"What {name_of(summary.agent)} writes in the thread goes to the contact. Begin with // for a private note."
        )
    else:
        return
    yield ContextBlock(elements=[MarkdownTextObject(text=words)])

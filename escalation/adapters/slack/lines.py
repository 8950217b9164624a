"""What is said, as posts in the thread of a card: pure functions. Several lines go into one post, to save turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject, SectionBlock

from conversations.model import Message, Sender, Status
from conversations.text import shortened
from escalation.adapters.slack.status import moment
from escalation.domain.brief import visible_text
from vendors.slack.text import chunks, literal

# Under Slack's 50 blocks; and not more text at once than somebody wants to see of one message.
_BLOCKS, _TEXT, _LINE, _QUIET, _NAME = 40, 12_000, 6_000, 1_500, 150


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the thread; ``message`` or ``note`` is its place in the record, and the other one is 0."""

    who: str
    text: str
    at: float
    quiet: bool = False
    message: int = 0
    note: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """The next post, and how far the thread has come with it: the last message's number, the last note's id."""

    text: str
    blocks: list[Block]
    message: int
    note: int
    messages: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()


def of_message(message: Message, contact: str, assistant: str) -> Line:
    """A message of the record as a line."""
    names = {
        Sender.CONTACT: f"👤 {contact}",
        Sender.BOT: f"🤖 {assistant}",
        Sender.AGENT: f"🧑‍💼 {message.name or 'Agent'}",
        Sender.SYSTEM: "Told the contact",
    }
    who = names[message.sender]
    if message.status is Status.WITHDRAWN:
        who += " (withdrawn: the contact never saw it)"
    elif message.status in {Status.FAILED, Status.UNKNOWN}:
        who += " ⚠️ (may not have arrived)"
    return Line(who, _said(message), message.at, quiet=message.sender is Sender.SYSTEM, message=message.number)


def _said(message: Message) -> str:
    """What a message says, its files by their names, and what became of it since."""
    if message.deleted_at is not None:
        return "(deleted by the contact)" if message.sender is Sender.CONTACT else "(deleted)"
    parts = [visible_text(message)]
    if message.sender is Sender.BOT:
        parts += [f"[{button.title}]" for button in message.buttons]
    parts += [f"📎 {shortened(file.name, _NAME)} ({in_words(file.size)})" for file in message.attachments]
    if message.edited_at is not None:
        parts.append("(edited)")
    return "\n".join(part for part in parts if part)


def in_words(size: int) -> str:
    """A number of bytes."""
    for unit, of in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= of:
            return f"{size / of:.1f} {unit}" if size < 10 * of else f"{round(size / of)} {unit}"
    return f"{size} bytes"


def of_note(note_id: int, who: str, text: str, at: float) -> Line:
    """A note that was written at the web desk."""
    return Line(f"🔒 {who}, private note", text, at, note=note_id)


def post(lines: Sequence[Line]) -> Post | None:
    """The next post: as many of the oldest lines as fit; None when there is none."""
    blocks: list[Block] = []
    taken: list[Line] = []
    size = 0
    for line in sorted(lines, key=lambda line: line.at):
        more = _blocks(line, head=not taken or taken[-1].who != line.who)
        size += min(len(line.text), _LINE)
        if taken and (len(blocks) + len(more) > _BLOCKS or size > _TEXT):
            break
        blocks += more
        taken.append(line)
    if not taken:
        return None
    loud = [line for line in taken if not line.quiet] or taken
    text = shortened(f"{loud[-1].who}: {' '.join(loud[-1].text.split())}", 300)
    messages, notes = tuple(o.message for o in taken if o.message), tuple(o.note for o in taken if o.note)
    return Post(text, blocks, _last(messages), _last(notes), messages, notes)


def post_again(lines: Sequence[Line]) -> Post | None:
    """A post that stands in the thread, as it is to look now: all of its lines, shortened where they have grown."""
    made = post(lines)
    if made is None or len(made.messages) + len(made.notes) == len(lines):
        return made
    least = max(200, _TEXT // 2 // len(lines))
    return post([replace(line, text=shortened(line.text, least)) for line in lines])


def _last(numbers: Iterable[int]) -> int:
    return max(numbers, default=0)


def _blocks(line: Line, *, head: bool) -> list[Block]:
    when = MarkdownTextObject(text=moment(line.at, "{time}"))
    if line.quiet:
        return [ContextBlock(elements=[literal(shortened(f"ⓘ {line.text}", _QUIET)), when])]
    text = line.text
    if len(text) > _LINE:
        left = len(text) - _LINE
        text = f"{text[:_LINE]}…\n({left:,} more characters: read them at the web desk)"
    sections = [SectionBlock(text=literal(part)) for part in chunks(text)]
    return [ContextBlock(elements=[literal(shortened(line.who, _NAME)), when]), *sections] if head else list(sections)

"""A message of the record as Slack's posts: a pure function.

Texts are plain text objects, in which Slack follows no mention, link or format
(https://docs.slack.dev/reference/block-kit/composition-objects/text-object), so people read what was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    ImageBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from conversations.model import Button, Message
from conversations.text import shortened
from vendors.slack.text import chunks, escaped, literal

# The action of a button under a message is this and the button's place: they differ within a block.
PRESS = "say:"
# Characters of a post: far less than the 40,000 of its text, since its blocks are limited, too, in a way that Slack's
# documentation does not tell (``msg_blocks_too_long``).
POST_LIMIT = 9_000
_SECTION = 3000
# https://docs.slack.dev/reference/block-kit/block-elements/button-element, …/blocks/actions-block, …/image-block
_TITLE_LIMIT, _BUTTONS_A_BLOCK, _ALT_LIMIT = 75, 25, 2000
_NOTIFICATION = 300
_FORMATS = str.maketrans("", "", "*_~`")


@dataclass(frozen=True, slots=True)
class Post:
    """``text`` is what a notification and a screen reader say, unescaped; ``speaker`` goes into Slack's own line."""

    text: str
    blocks: list[Block]
    speaker: str | None = None

    @classmethod
    def of_text(cls, text: str) -> Post:
        """A post of nothing but a short text."""
        return cls(shortened(text, _NOTIFICATION), list(_sections(text)))


def posts(
    message: Message,
    *,
    own_line: bool,
    chosen: int | None = None,
    done: bool = False,
    more: Sequence[ButtonElement] = (),
) -> list[Post]:
    """What one message is posted as: mostly one post; a long one in several, the buttons under the last.

    Args:
        own_line: Slack itself shows who speaks (``chat:write.customize``); else a line in bold does.
        chosen: the button that was pressed: the buttons make way for it.
        done: there is a press, of whatever button: the buttons go.
        more: buttons behind the message's own, such as one that opens a form.
    """
    parts = list(chunks(message.text, POST_LIMIT)) if message.text.strip() else [_names_of(message)]
    return [
        Post(
            shortened(part, _NOTIFICATION) or "…",
            [
                *([] if own_line or at else _speaker(message.name)),
                *_sections(part),
                *(_foot(message, chosen, more, done=done) if at == len(parts) - 1 else ()),
            ],
            message.name if own_line else None,
        )
        for at, part in enumerate(parts)
    ]


def delivery_id(message: Message, at: int = 0) -> str:
    """What a post carries, so that it is known again when the answer to it was lost."""
    return f"{message.conversation_id}#{message.number}" + (f".{at}" if at else "")


def _names_of(message: Message) -> str:
    """A message of files alone says which."""
    return "\n".join(f"📎 {one.name}" for one in message.attachments) or "…"


def _speaker(name: str | None) -> list[Block]:
    bare = (name or "").translate(_FORMATS).strip()
    return [ContextBlock(elements=[MarkdownTextObject(text=f"*{escaped(bare)}*", verbatim=True)])] if bare else []


def _sections(text: str) -> Iterator[Block]:
    for piece in chunks(text, _SECTION):
        yield SectionBlock(text=literal(piece))


def _foot(message: Message, chosen: int | None, more: Sequence[ButtonElement], *, done: bool) -> Iterator[Block]:
    """The picture, and the buttons or the choice that was made."""
    if message.image:
        yield ImageBlock(image_url=message.image, alt_text=shortened(message.text, _ALT_LIMIT) or "…")
    if chosen is not None and chosen < len(message.buttons):
        yield ContextBlock(elements=[literal(f"✓ {message.buttons[chosen].title}")])
    elif not done:
        all_of_them = [*(_button(message, at, button) for at, button in enumerate(message.buttons)), *more]
        for row in batched(all_of_them, _BUTTONS_A_BLOCK):
            yield ActionsBlock(elements=list(row))


def _button(message: Message, at: int, button: Button) -> ButtonElement:
    return ButtonElement(
        text=PlainTextObject(text=shortened(button.title, _TITLE_LIMIT) or "…", emoji=False),
        action_id=f"{PRESS}{at}",
        value=f"{message.conversation_id} {message.number}:{at}",
    )

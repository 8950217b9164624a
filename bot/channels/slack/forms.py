"""A form before the contact, where the assistant asks for several things one after the other.

It is only another way to write: what is filled in comes as one message, in the contact's words, and the assistant asks
for what is missing. Which forms there are says ``forms`` in ``frontdesk.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import ButtonElement, InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View
from sqlalchemy import func, select

from bot.channels.slack.places import CHANNEL, Place, place_of
from conversations.model import InboundKind, InboundMessage, Message
from conversations.notices import Notices
from conversations.store import tables as t
from conversations.store.database import Database
from conversations.text import shortened
from vendors.slack.payloads import NotThisShape, Submission

# The button's action, and the form's name.
OPEN, FILLED = "fill_in", "filled_in"
# https://docs.slack.dev/reference/views/modal-views, …/block-kit/block-elements/plain-text-input-element
_TITLE_LIMIT, _LABEL_LIMIT, _TEXT_LIMIT, _LINE_LIMIT = 24, 2000, 3000, 200
# What of a label stands before a value: up to what explains it.
_EXPLAINED = re.compile(r"\s*[,(?:;].*", re.DOTALL)

Forms = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Meant:
    """What a form was opened for: written into it by us, and given back by Slack."""

    conversation_id: str
    channel: str
    intent: str

    def text(self) -> str:
        return f"{self.conversation_id} {self.channel} {self.intent}"


def button(message: Message, intent: str, notices: Notices) -> ButtonElement:
    """Opens the form."""
    title = PlainTextObject(text=shortened(notices("form_button"), 75), emoji=False)
    return ButtonElement(text=title, action_id=OPEN, value=f"{message.conversation_id} {intent}")


def form(meant: Meant, labels: Sequence[str], notices: Notices) -> View:
    """The first field holds a text of any length; the others are short and may stay empty."""
    return View(
        type="modal",
        callback_id=FILLED,
        private_metadata=meant.text(),
        title=_plain(notices("form_button"), _TITLE_LIMIT),
        submit=_plain(notices("form_send"), _TITLE_LIMIT),
        close=_plain(notices("form_close"), _TITLE_LIMIT),
        blocks=[_field(at, label) for at, label in enumerate(labels)],
    )


def filled(submission: Submission, forms: Forms) -> InboundMessage:
    """What was filled in, as one message.

    Raises:
        NotThisShape: it is no form of ours.
    """
    conversation_id, channel, intent = _meant(submission.view.private_metadata)
    labels, place = forms.get(intent), place_of(conversation_id)
    if not labels or place is None:
        raise NotThisShape("a form of another name")
    team = submission.person.team_id or place.team
    return InboundMessage(
        conversation_id,
        CHANNEL,
        f"{team}/{submission.person.id}",
        InboundKind.SAID,
        text=_in_words(labels, [submission.text(_name(at)) for at in range(len(labels))]),
        native_key=f"v:{channel}:{submission.view.id}",
    )


async def offered(database: Database, forms: Forms, message: Message) -> str | None:
    """The intent whose form goes with a message: the last of a turn that made a form begin to ask."""
    if not (forms and message.asking and message.turn is not None):
        return None
    c = t.message.c
    last = select(func.max(c.number)).where(c.conversation_id == message.conversation_id, c.turn == message.turn)
    turn = select(t.turn.c.parse).where(
        t.turn.c.conversation_id == message.conversation_id, t.turn.c.first == message.turn
    )
    async with database.read() as tx:
        if (await tx.execute(last)).scalar_one() != message.number:
            return None
        parse = (await tx.execute(turn)).scalar_one_or_none() or {}
    intent = parse.get("intent")
    return intent if intent in forms else None


def place_and_intent(value: str) -> tuple[Place | None, str]:
    """What the button's value says."""
    conversation_id, _, intent = value.partition(" ")
    return place_of(conversation_id), intent


def _meant(metadata: str) -> tuple[str, str, str]:
    parts = metadata.split(" ")
    if len(parts) != 3:
        raise NotThisShape("a form of another shape")
    return parts[0], parts[1], parts[2]


def _in_words(labels: Sequence[str], values: Sequence[str]) -> str:
    said = [values[0]]
    said += [
        f"{_EXPLAINED.sub('', label)}: {value}" for label, value in zip(labels[1:], values[1:], strict=True) if value
    ]
    return "\n".join(line for line in said if line)


def _name(at: int) -> str:
    return f"field{at}"


def _field(at: int, label: str) -> InputBlock:
    limit = _LINE_LIMIT if at else _TEXT_LIMIT
    element = PlainTextInputElement(action_id=_name(at), multiline=at == 0, max_length=limit)
    return InputBlock(block_id=_name(at), label=_plain(label, _LABEL_LIMIT), element=element, optional=at > 0)


def _plain(text: str, limit: int) -> PlainTextObject:
    return PlainTextObject(text=shortened(text, limit), emoji=False)

"""Messages of the record as the browser may see them: pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot import choices
from bot.channels.web.wire import ButtonView, FileView, MessageView, StateView
from conversations.handoff import Handoff, HandoffState
from conversations.model import Button, ButtonKind, Command, Conversation, InboundKind, Message, Owner, Sender, Status


def message(stored: Message, conversation: Conversation, *, waiting: bool, chosen: int | None) -> MessageView:
    """One message; what was withdrawn or deleted keeps only its number."""
    if stored.status is Status.WITHDRAWN:
        return MessageView(stored.number, stored.sender, "", stored.at, withdrawn=True)
    own = stored.sender is Sender.CONTACT
    if stored.deleted_at is not None:
        key = stored.native_key if own else None
        return MessageView(stored.number, stored.sender, "", stored.at, name=stored.name, id=key, deleted=True)
    buttons = [
        ButtonView(button.title, f"{stored.number}:{index}", button.kind, stays=_stays(button))
        for index, button in enumerate(stored.buttons)
    ]
    is_open = any(choices.is_open(button, stored, conversation, waiting=waiting) for button in stored.buttons)
    return MessageView(
        number=stored.number,
        sender=stored.sender,
        text=stored.text,
        at=stored.at,
        name=stored.name,
        id=stored.native_key if own else None,
        image=stored.image,
        files=[FileView(one.file_id, one.name, one.media_type, one.size) for one in stored.attachments],
        buttons=buttons,
        chosen=chosen,
        open=is_open or not buttons,
        pressed=own and stored.kind == InboundKind.PRESSED,
        choice=stored.choice if own else None,
        masked=masked_in(stored.text) if own else None,
        edited=stored.edited_at is not None,
    )


def _stays(button: Button) -> bool:
    """Whether it excludes none of those beside it: who gets their data may go on to erase it."""
    return button.kind is ButtonKind.COMMAND and button.value in {Command.SEND_DATA, Command.ERASE, Command.LINK}


def masked_in(text: str) -> str | None:
    """What `conversations.masking` took out of a text: ``card``, ``secret`` or nothing."""
    return next((kind for kind in ("card", "secret") if f"[{kind}]" in text), None)


def chosen_in(messages: Sequence[Message]) -> Mapping[int, int]:
    """Which button of which message was pressed last: message number to index."""
    found: dict[int, int] = {}
    for one in messages:
        number = choices.offered_number(one.choice)
        if number is not None and one.choice is not None:
            found[number] = int(one.choice.partition(":")[2])
    return found


def state(conversation: Conversation | None, handoff: Handoff | None, place: int | None) -> StateView:
    """Who answers now."""
    if conversation is None:
        return StateView(owner=Owner.BOT)
    return StateView(
        owner=conversation.owner,
        agent=handoff.agent_name if handoff and conversation.owner is Owner.AGENT else None,
        waiting=handoff is not None and handoff.state is HandoffState.WAITING,
        place=place,
        reference=handoff.reference if handoff else None,
    )

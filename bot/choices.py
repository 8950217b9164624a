"""Buttons: what a press of ``<message number>:<index>`` means, and whether it is still open. Pure functions."""

from __future__ import annotations

from conversations.model import Button, ButtonKind, Command, Conversation, Message

MENU = "menu:"


def offered_number(choice: str | None) -> int | None:
    """The number of the message whose button was pressed; None for a menu's command or anything malformed."""
    number, _, index = (choice or "").partition(":")
    return int(number) if _is_number(number) and _is_number(index) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def menu_command(choice: str | None) -> Command | None:
    """The command pressed in a standing menu."""
    value = (choice or "").removeprefix(MENU)
    return Command(value) if (choice or "").startswith(MENU) and value in {Command.HUMAN} else None


def pressed(choice: str | None, offered: Message | None) -> Button | None:
    """The button that was pressed, whether or not it is still open."""
    if offered is None or offered_number(choice) != offered.number:
        return None
    index = int((choice or "").partition(":")[2])
    return offered.buttons[index] if index < len(offered.buttons) else None


def is_open(button: Button, offered: Message, conversation: Conversation, *, waiting: bool) -> bool:
    """Whether pressing it still does something.

    Replies count in the episode that offered them, a form's only while its question stands; a survey for its episode
    until the one after the next begins; commands while what they end or change still stands (``waiting``: a handoff
    waits).
    """
    if button.kind is ButtonKind.SURVEY or button.value == Command.SURVEY_COMMENT:
        return conversation.episode - offered.episode <= 1
    if button.value in {Command.ASK_MEANWHILE, Command.CANCEL_HANDOFF} and button.kind is ButtonKind.COMMAND:
        return waiting and offered.episode == conversation.episode
    if offered.asking:
        return conversation.asking == offered.turn
    return offered.episode == conversation.episode

"""Buttons: what a press of ``<message number>:<index>`` means, and whether it is still open. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.spoken import agrees, meant
from conversations.model import Button, ButtonKind, Command, Conversation, Message, Sender, Status

MENU = "menu:"
OPENING = "open:"
LINKED = "link:"
# What a standing menu may hold. An erasure is confirmed only by the button of the question that asks for it.
_IN_MENUS = {
    Command.START,
    Command.HELP,
    Command.HUMAN,
    Command.PRIVACY,
    Command.SEND_DATA,
    Command.ERASE,
    Command.LINK,
}
_WHILE_WAITING = {Command.ASK_MEANWHILE, Command.LEAVE_WITH_US, Command.LEAVE_EMAIL, Command.CANCEL_HANDOFF}
_TYPED = {f"/{name}": name for name in (Command.START, Command.HELP, Command.HUMAN, Command.PRIVACY, Command.LINK)}
# "/link ABCD-2345". Without the slash, which some apps keep for themselves, only what looks like one of our codes.
_TYPED_CODE = re.compile(
    r"/link[ \t]+(?P<code>[^\n]{1,40})|link[ \t]+(?P<bare>[2-9BCDFGHJKMNPQRSTVWXZ]{4}[- ]?[2-9BCDFGHJKMNPQRSTVWXZ]{4})",
    re.IGNORECASE | re.ASCII,
)
# Seconds in which an erasure may be confirmed.
CONFIRM_WITHIN = 600.0


def offered_number(choice: str | None) -> int | None:
    """The number of the message whose button was pressed; None for a menu's command or anything malformed."""
    number, _, index = (choice or "").partition(":")
    return int(number) if _is_number(number) and _is_number(index) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def menu_command(choice: str | None) -> Command | None:
    """The command pressed in a standing menu."""
    value = (choice or "").removeprefix(MENU)
    return Command(value) if (choice or "").startswith(MENU) and value in _IN_MENUS else None


def typed_command(typed: str) -> Command | None:
    """The command of a standing menu that a text names which is nothing else: ``/help``."""
    return _TYPED.get(typed.strip().casefold())


def typed_code(typed: str) -> str | None:
    """What was typed as a code by which this place is to be joined to another."""
    match = _TYPED_CODE.fullmatch(typed.strip())
    return (match["code"] or match["bare"]) if match else None


def concerns_contact(choice: str | None, typed: str) -> bool:
    """Whether it is about the contact themselves (what is kept, a code), whatever matter they have in hand."""
    asked = menu_command(choice) or typed_command(typed)
    return asked in {Command.PRIVACY, Command.SEND_DATA, Command.ERASE, Command.LINK} or typed_code(typed) is not None


def link_outcome(choice: str | None) -> str | None:
    """What came of a code that was typed: `bot.gateway.linking.Outcome`."""
    given = choice or ""
    return given.removeprefix(LINKED) if given.startswith(LINKED) else None


def opening_payload(choice: str | None) -> str | None:
    """The payload (`client_payloads`) that a client opened the conversation with."""
    given = choice or ""
    return given.removeprefix(OPENING) if given.startswith(OPENING) else None


def latest_offer(messages: Sequence[Message]) -> list[Message]:
    """Of the latest messages, in order: what the assistant said last, with what is told beside it.

    That is the run of messages below which the contact, or an agent, said something.
    """
    kept = [message for message in messages if message.status is not Status.WITHDRAWN]
    while kept and kept[-1].sender is Sender.CONTACT:
        kept.pop()
    run: list[Message] = []
    while kept and kept[-1].sender in {Sender.BOT, Sender.SYSTEM}:
        run.insert(0, kept.pop())
    return run


def names(typed: str, button: Button) -> bool:
    """Whether a typed text is this button's payload, to the letter, or its title, in capitals or not."""
    said = typed.strip()
    is_payload = button.kind is ButtonKind.REPLY and said == button.value.strip()
    return is_payload or said.casefold() == button.title.strip().casefold()


def typed_choice(typed: str, offer: Sequence[Message]) -> tuple[str, Button, Message] | None:
    """The choice of an offer that a typed text names, with its button and message; a later message goes first.

    Of the very last message a reply may also be named in other words, "the second", "no, the blue one"; and a yes to
    what it offers to do is its first button.
    """
    if not typed.strip():
        return None
    for message in reversed(offer):
        for index, button in enumerate(message.buttons):
            if names(typed, button):
                return f"{message.number}:{index}", button, message
    latest = offer[-1] if offer else None
    if latest is not None and latest.buttons and agrees(typed, latest.text):
        first = latest.buttons[0]
        if first.kind is ButtonKind.REPLY or first.value == Command.HUMAN:
            return f"{latest.number}:0", first, latest
    if latest is None or any(button.kind is not ButtonKind.REPLY for button in latest.buttons):
        return None
    spoken = meant(typed, [button.title for button in latest.buttons])
    return None if spoken is None else (f"{latest.number}:{spoken}", latest.buttons[spoken], latest)


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
    waits); an erasure is confirmed within minutes, in the episode that asked.
    """
    if button.kind is ButtonKind.SURVEY or button.value == Command.SURVEY_COMMENT:
        return conversation.episode - offered.episode <= 1
    if button.kind is ButtonKind.COMMAND and button.value in _WHILE_WAITING:
        return waiting and offered.episode == conversation.episode
    if button.kind is ButtonKind.COMMAND and button.value == Command.ERASE_CONFIRMED:
        in_time = conversation.read_at - offered.at <= CONFIRM_WITHIN
        return in_time and offered.episode == conversation.episode
    if offered.asking:
        return conversation.asking == offered.turn
    return offered.episode == conversation.episode

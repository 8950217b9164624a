"""Telegram's updates as messages of the record: pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.channels.telegram import contents
from bot.channels.telegram.contents import Enclosed
from bot.channels.telegram.place import CHANNEL, GROUPS, PRIVATE, Place
from bot.channels.telegram.shapes import Entity, Membership, Message, Person, Press, Update
from bot.choices import MENU, offered_number
from conversations.model import Command, InboundKind, InboundMessage
from vendors.telegram.text import within

# https://core.telegram.org/bots/features#global-commands, and ours.
COMMANDS = frozenset({Command.START, Command.HELP, Command.HUMAN, Command.PRIVACY, Command.LINK})
_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
# How the bot may stand in a private chat: https://core.telegram.org/bots/api#chatmember
_BLOCKED, _UNBLOCKED = "kicked", "member"


@dataclass(frozen=True, slots=True)
class Bot:
    """Who we are there: ``username`` without ``@``, in any case of letters."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a contact did. ``enclosed`` is to be fetched; ``press`` to be answered; ``start`` is a link's payload.

    ``if_known``: it counts only as a change of what was said to us before.
    """

    inbound: InboundMessage
    enclosed: Enclosed | None = None
    press: str | None = None
    start: str | None = None
    if_known: bool = False


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """In a group somebody pressed a button that was shown to somebody else."""

    press: str


@dataclass(frozen=True, slots=True)
class NotForUs:
    """People talk to each other, or a program talks."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing that is heard here: it is acknowledged and counted under ``kind``."""

    kind: str


Parsed = Heard | NotTheirs | NotForUs | Unknown


def parse(update: Update, bot: Bot) -> Parsed:
    """What an update of a kind that is heard means."""
    if (said := update.message or update.edited_message) is not None:
        return _message(said, bot, edited=update.message is None)
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _came_or_went(update.my_chat_member)
    return Unknown("other")


def _message(said: Message, bot: Bot, *, edited: bool) -> Parsed:
    if said.chat.type not in GROUPS | PRIVATE:
        return Unknown("chat type")
    if said.sender is None or said.sender.is_bot:
        return NotForUs()
    is_group = said.chat.type in GROUPS
    is_ours = not is_group or _is_addressed(said, bot)
    if not is_ours and not edited:
        return NotForUs()
    place = Place(said.chat.id, said.sender.id)
    command, payload = _command(said.text or "", bot, is_group=is_group)
    enclosed = contents.enclosed(said)
    described = contents.described(said)
    if described is None:
        return Unknown("service message")
    key = f"m:{said.message_id}"
    if edited:
        kind, of, native = InboundKind.EDITED, key, f"e:{said.message_id}:{int(said.edit_date or said.date)}"
    else:
        kind, of, native = InboundKind.PRESSED if command else InboundKind.SAID, None, key
    inbound = InboundMessage(
        str(place),
        CHANNEL,
        str(said.sender.id),
        kind,
        locale=_locale(said.sender),
        display_name=said.sender.name or None,
        text="" if command else _without_mention(described, said, bot) if is_group else described,
        native_key=native,
        choice=MENU + command if command and not edited else None,
        sent_at=said.edit_date or said.date or None,
        of=of,
    )
    if edited:  # a file stays what it was
        return Heard(inbound if not command else _typed(inbound, described), if_known=not is_ours)
    return Heard(inbound, enclosed, start=payload if command == Command.START else None)


def _typed(inbound: InboundMessage, text: str) -> InboundMessage:
    """A message that was edited into a command does nothing: it reads as it was typed."""
    return replace(inbound, text=text)


def _locale(person: Person) -> str | None:
    return (person.language_code or "")[:35] or None


def _command(text: str, bot: Bot, *, is_group: bool) -> tuple[Command | None, str | None]:
    """The command that a text is, with what stands behind it; in a group only one that names us.

    In a private chat it is for us whatever name it bears.
    """
    found = _COMMAND.fullmatch(text.strip())
    if found is None or found[1].lower() not in COMMANDS:
        return None, None
    if is_group and (found[2] or "").lower() != bot.username.lower():
        return None, None
    command = Command(found[1].lower())
    if command is Command.LINK and found[3]:
        return None, None  # with a code behind it, which the gateway reads
    return command, found[3]


def _is_addressed(said: Message, bot: Bot) -> bool:
    replied = said.reply_to_message.sender if said.reply_to_message else None
    if replied is not None and replied.id == bot.id:
        return True
    return any(_names(entity, said, bot) for entity in _entities(said))


def _entities(said: Message) -> tuple[Entity, ...]:
    return said.entities or said.caption_entities


def _names(entity: Entity, said: Message, bot: Bot) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == bot.id
    named = within(said.text or said.caption, entity.offset, entity.length).lower()
    at = f"@{bot.username.lower()}"
    return (entity.type == "mention" and named == at) or (entity.type == "bot_command" and named.endswith(at))


def _without_mention(text: str, said: Message, bot: Bot) -> str:
    """What was said to us, without our name: "@shop_bot when are you open?" asks when we are open."""
    whole = said.text or said.caption
    names = {
        within(whole, entity.offset, entity.length)
        for entity in _entities(said)
        if entity.type != "bot_command" and _names(entity, said, bot)
    }
    for name in names:
        text = re.sub(rf"{re.escape(name)}[ ,:]*", "", text)
    return text.strip()


def _press(press: Press) -> Parsed:
    if press.message is None or press.message.chat.type not in GROUPS | PRIVATE:
        return Unknown("callback_query")
    choice, _, rest = press.data.partition("@")
    chat, _, shown_to = rest.rpartition("/")
    if shown_to and shown_to != str(press.sender.id):
        return NotTheirs(press.id)
    place = Place(_group(chat) or press.message.chat.id, press.sender.id)
    inbound = InboundMessage(
        str(place),
        CHANNEL,
        str(press.sender.id),
        InboundKind.PRESSED,
        native_key=f"c:p{press.id}" if _group(chat) else f"c:{press.id}",
        locale=_locale(press.sender),
        display_name=press.sender.name or None,
        choice=choice if offered_number(choice) is not None else "unreadable",
    )
    return Heard(inbound, press=press.id)


def _group(chat: str) -> int | None:
    """The group of a conversation that has moved to the private chat (`render.press_data`)."""
    return int(chat) if re.fullmatch(r"-\d{1,19}", chat, re.ASCII) else None


def _came_or_went(change: Membership) -> Parsed:
    """Only in a private chat: whether the contact can be reached there."""
    kinds = {_BLOCKED: InboundKind.LEFT, _UNBLOCKED: InboundKind.JOINED}
    kind = kinds.get(change.new_chat_member.status)
    if change.chat.type not in PRIVATE or kind is None:
        return Unknown("my_chat_member")
    place = Place(change.chat.id, change.sender.id)
    return Heard(
        InboundMessage(
            str(place),
            CHANNEL,
            str(change.sender.id),
            kind,
            locale=_locale(change.sender),
            display_name=change.sender.name or None,
            sent_at=change.date or None,
        )
    )

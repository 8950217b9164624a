"""Messages of the record as Telegram shows them: pure functions.

Text goes as it is, with no parse mode: nothing in it can format, and there is nothing to escape. What is bold (who says
it) is marked beside the text: https://core.telegram.org/bots/api#messageentity
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.channels.telegram.place import Place
from conversations.model import Attachment, ButtonKind, Message, Sender
from vendors.telegram.text import TEXT_LIMIT, TITLE_LIMIT, parts, shortened, units


@dataclass(frozen=True, slots=True)
class Key:
    """A button below a message: it sends ``data`` back, or opens ``url``."""

    title: str
    data: str = ""
    url: str = ""


Keyboard = tuple[tuple[Key, ...], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text message; its first ``bold`` units are who says it."""

    text: str
    bold: int = 0
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its address."""

    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file of ours; its caption is who sends it, in bold."""

    file: Attachment
    caption: str = ""


Part = Text | Picture | Document


def rendered(message: Message, place: Place, *, private: bool, before: str = "") -> list[Part]:
    """The message in what Telegram takes at a time, in order: picture, texts, files.

    Args:
        place: the conversation's.
        private: whether it is told in the contact's own chat with the bot.
        before: what is said before it, in the same breath.
    """
    pictures = [Picture(message.image or "")] if shows_picture(message) else []
    said = texts(message, place, private=private, before=before)
    caption = name_of(message) if not said else ""
    return [*pictures, *said, *(Document(file, caption) for file in message.attachments)]


def texts(message: Message, place: Place, *, private: bool, before: str = "", chosen: int | None = None) -> list[Text]:
    """The texts of a message; its buttons are below the last, or in their place the choice that was made."""
    said = "\n\n".join(part for part in (before, message.text) if part)
    if message.image and not shows_picture(message):
        said = f"{said}\n{message.image}".strip()
    if not said.strip():
        if not message.buttons:
            return []
        said = "…"  # Telegram has no buttons without a text
    name = name_of(message)
    line = f"{name}\n" if name else ""
    cut = list(parts(line + said))
    made = [Text(part, units(name) if name and index == 0 else 0) for index, part in enumerate(cut)]
    last = made[-1]
    if chosen is not None and chosen < len(message.buttons):
        made[-1] = replace(last, text=_with_choice(last.text, message.buttons[chosen].title))
    else:
        made[-1] = replace(last, keyboard=keyboard(message, place, private=private))
    return made


def name_of(message: Message) -> str:
    """Who says it, where that is not the bot itself: an agent."""
    return shortened(message.name or "", TITLE_LIMIT) if message.sender is Sender.AGENT else ""


def keyboard(message: Message, place: Place, *, private: bool) -> Keyboard:
    """The buttons of a message: stars in one row, all others below each other."""
    keys = [
        Key(shortened(button.title, TITLE_LIMIT), press_data(message.number, index, place, private=private))
        for index, button in enumerate(message.buttons)
    ]
    if all(button.kind is ButtonKind.SURVEY for button in message.buttons):
        return (tuple(keys),) if keys else ()
    return tuple((key,) for key in keys)


def press_data(number: int, index: int, place: Place, *, private: bool) -> str:
    """What a press sends back: at most 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton).

    That is the choice; in a group also whose it is, and in the private chat the group of a conversation that moved.
    """
    choice = f"{number}:{index}"
    if not place.is_group:
        return choice
    return f"{choice}@{place.chat if private else ''}/{place.person}"


def _with_choice(text: str, title: str) -> str:
    told = f"{text}\n\n✓ {title}"
    return told if units(told) <= TEXT_LIMIT else text


def shows_picture(message: Message) -> bool:
    """Whether its image is at an address from which Telegram may fetch it."""
    address = urlsplit(message.image or "")
    return address.scheme in {"http", "https"} and bool(address.netloc)


def start_link(username: str, place: Place) -> str:
    """Opens the private chat, and tells there which group the contact comes from.

    https://core.telegram.org/bots/features#deep-linking
    """
    return f"https://t.me/{username}?start=g{place.chat}"


def group_of(start: str | None) -> int | None:
    """The group that a link's payload names."""
    given = (start or "").removeprefix("g-")
    is_number = given.isascii() and given.isdigit() and len(given) < 20
    return -int(given) if (start or "").startswith("g-") and is_number else None

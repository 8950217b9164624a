"""What is read of Telegram's updates, as typed structs; whatever else they hold is passed over.

https://core.telegram.org/bots/api#available-types
"""

from __future__ import annotations

from typing import Any

import msgspec

# The kinds that there are; those that are not heard are counted by these names, any other as "other".
KINDS = frozenset(
    "message edited_message channel_post edited_channel_post business_connection business_message "
    "edited_business_message deleted_business_messages message_reaction message_reaction_count inline_query "
    "chosen_inline_result callback_query shipping_query pre_checkout_query purchased_paid_media poll poll_answer "
    "my_chat_member chat_member chat_join_request chat_boost removed_chat_boost".split()
)
# The kinds that Telegram is asked for.
HEARD = ("message", "edited_message", "callback_query", "my_chat_member")


class Person(msgspec.Struct):
    """https://core.telegram.org/bots/api#user"""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    language_code: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Chat(msgspec.Struct):
    """https://core.telegram.org/bots/api#chat"""

    id: int
    type: str = ""


class Entity(msgspec.Struct):
    """Offsets are in UTF-16 units: https://core.telegram.org/bots/api#messageentity"""

    type: str
    offset: int
    length: int
    user: Person | None = None


class File(msgspec.Struct):
    """Any kind of file; a picture in one of its sizes."""

    file_id: str
    file_size: int | None = None
    file_name: str | None = None
    mime_type: str | None = None
    emoji: str | None = None
    is_animated: bool = False
    is_video: bool = False


class Location(msgspec.Struct):
    latitude: float
    longitude: float


class Venue(msgspec.Struct):
    location: Location
    title: str = ""
    address: str = ""


class Card(msgspec.Struct):
    """A contact card."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Dice(msgspec.Struct):
    emoji: str = ""
    value: int = 0


class Poll(msgspec.Struct):
    question: str = ""


class RepliedTo(msgspec.Struct):
    """A message that another one replies to."""

    sender: Person | None = msgspec.field(default=None, name="from")


class Message(msgspec.Struct):
    """https://core.telegram.org/bots/api#message"""

    message_id: int
    chat: Chat
    date: float = 0
    edit_date: float | None = None
    sender: Person | None = msgspec.field(default=None, name="from")
    text: str | None = None
    caption: str = ""
    entities: tuple[Entity, ...] = ()
    caption_entities: tuple[Entity, ...] = ()
    reply_to_message: RepliedTo | None = None
    photo: tuple[File, ...] = ()
    document: File | None = None
    audio: File | None = None
    voice: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    sticker: File | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Card | None = None
    dice: Dice | None = None
    poll: Poll | None = None
    story: dict[str, Any] | None = None
    game: dict[str, Any] | None = None
    paid_media: dict[str, Any] | None = None
    checklist: dict[str, Any] | None = None


class Press(msgspec.Struct):
    """https://core.telegram.org/bots/api#callbackquery"""

    id: str
    sender: Person = msgspec.field(name="from")
    data: str = ""
    message: Message | None = None


class Standing(msgspec.Struct):
    status: str = ""


class Membership(msgspec.Struct):
    """https://core.telegram.org/bots/api#chatmemberupdated"""

    chat: Chat
    sender: Person = msgspec.field(name="from")
    date: float = 0
    new_chat_member: Standing = msgspec.field(default_factory=Standing)


class Update(msgspec.Struct):
    """https://core.telegram.org/bots/api#update"""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None

    @property
    def chat(self) -> Chat | None:
        """Where it happened."""
        about = self.message or self.edited_message or self.my_chat_member
        if about is None and self.callback_query is not None:
            about = self.callback_query.message
        return about.chat if about is not None else None

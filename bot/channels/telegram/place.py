"""Where a conversation is on Telegram: a private chat, or one person in a group."""

from __future__ import annotations

from dataclasses import dataclass

CHANNEL = "telegram"
# https://core.telegram.org/bots/api#chat
PRIVATE, GROUPS = frozenset({"private"}), frozenset({"group", "supergroup"})


@dataclass(frozen=True, slots=True)
class Place:
    """``chat`` is below 0 for a group; in a private chat it is the person's own id."""

    chat: int
    person: int

    @classmethod
    def of(cls, conversation_id: str) -> Place:
        """The place of a conversation of this channel."""
        chat, _, person = conversation_id.partition(":")[2].partition("/")
        return cls(int(chat), int(person or chat))

    @property
    def is_group(self) -> bool:
        return self.chat < 0

    def __str__(self) -> str:
        return f"{CHANNEL}:{self.chat}/{self.person}" if self.is_group else f"{CHANNEL}:{self.chat}"

"""The words of the record: owners, senders, messages, conversations. Standard library only.

Every ``…_at`` is in Unix seconds (UTC). Messages are numbered per conversation from 1 without gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Owner(StrEnum):
    """Who answers a conversation now."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


class Sender(StrEnum):
    """Who said a message. ``system`` tells facts (who joined, place in line) that nobody in particular says."""

    CONTACT = "contact"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class InboundKind(StrEnum):
    """What a contact did."""

    SAID = "said"
    PRESSED = "pressed"
    EDITED = "edited"
    DELETED = "deleted"
    JOINED = "joined"
    LEFT = "left"


class Status(StrEnum):
    """How far a message has come.

    ``received`` is a contact's message. An outbound one is ``pending`` until its channel takes it in hand
    (``sending``), then ``sent``; ``failed`` on a permanent error; ``unknown`` when a send got no answer;
    ``withdrawn`` when an agent took over before it was being sent.
    """

    RECEIVED = "received"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


class ButtonKind(StrEnum):
    """``reply`` carries Rasa's ``/intent`` payload; ``command`` one of `Command`; ``survey`` a number of stars."""

    REPLY = "reply"
    COMMAND = "command"
    SURVEY = "survey"


class Command(StrEnum):
    """What the gateway itself does when a button or a menu asks for it; never a turn of the assistant."""

    START = "start"
    HELP = "help"
    HUMAN = "human"
    PRIVACY = "privacy"
    SEND_DATA = "send_data"
    ERASE = "erase"
    ERASE_CONFIRMED = "erase_confirmed"
    ERASE_KEPT = "erase_kept"
    LINK = "link"
    ASK_MEANWHILE = "ask_meanwhile"
    CANCEL_HANDOFF = "cancel_handoff"
    LEAVE_WITH_US = "leave_with_us"
    LEAVE_EMAIL = "leave_email"
    SURVEY_COMMENT = "survey_comment"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message; ``value`` stays in the record, a channel sends back only its index."""

    title: str
    kind: ButtonKind
    value: str

    def as_json(self) -> dict[str, str]:
        return {"title": self.title, "kind": self.kind, "value": self.value}


def command(title: str, value: Command) -> Button:
    """A button that the gateway itself acts on."""
    return Button(title, ButtonKind.COMMAND, value)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file kept in the blob store under ``file_id``; ``size`` in bytes."""

    file_id: str
    name: str
    media_type: str
    size: int

    def as_json(self) -> dict[str, str | int]:
        return {"file_id": self.file_id, "name": self.name, "media_type": self.media_type, "size": self.size}


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a channel's ``parse`` makes of one vendor update.

    ``native_key`` is unique in its conversation and made from the vendor's own ids, so that a redelivered update is
    recognised (None: the channel has none, repeats cannot be told). ``choice`` is ``<message number>:<index>``, or a
    `Command` pressed in a standing menu; the gateway itself writes a payload that opened the conversation there.
    ``sent_at`` is the vendor's time, if given; of an edit that of the edit. ``of`` is the native key of the message
    that was edited or deleted. A contact who ``left`` can no longer be reached here (they blocked us, or closed the
    place) until they ``joined`` again, or write. ``timezone`` (IANA's name) is the contact's own word of where they
    are; ``profile`` what the business says of them, which nobody else can: pairs such as ``("tier", "gold")``.
    """

    conversation_id: str
    channel: str
    identity: str
    kind: InboundKind
    text: str = ""
    native_key: str | None = None
    choice: str | None = None
    attachments: tuple[Attachment, ...] = ()
    locale: str | None = None
    display_name: str | None = None
    sent_at: float | None = None
    of: str | None = None
    timezone: str | None = None
    profile: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to be said: not yet numbered."""

    sender: Sender
    text: str
    name: str | None = None
    agent_id: str | None = None
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    native_key: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the record. ``turn`` is the number of the contact's message that it answers, for the bot's.

    ``asking`` when it was said while a form asked: its buttons are open only as long as that question stands.
    ``vendor_id`` is what its channel calls it once it is sent. What was deleted keeps its number and has no text.
    """

    conversation_id: str
    number: int
    episode: int
    sender: Sender
    kind: str
    text: str
    at: float
    status: Status
    name: str | None = None
    agent_id: str | None = None
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    choice: str | None = None
    native_key: str | None = None
    turn: int | None = None
    asking: bool = False
    vendor_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    edited_at: float | None = None
    deleted_at: float | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One contact in one place.

    ``epoch`` grows at every change of owner and fences everything that was begun before it. ``settled_through`` is the
    number of the last contact message answered, handed over or closed; ``last_contact_number`` that of the last one.
    ``state`` is the engine's bounded dialogue state, ``facts`` what a new episode starts with. ``expecting`` is
    ``survey:<episode>``, ``comment:<episode>`` or ``email:<episode>`` when the next message may be such an answer.
    ``told`` says which wait notices were given for the message in hand (1: still working, 2: a person was offered);
    ``acknowledged`` is the epoch in which a waiting contact was told that their message was passed on; ``cut_form``
    the form that a handoff interrupted; ``asking`` the turn whose answer holds the question of the form that is asking
    now. ``silent_for`` is for how many seconds the contact had said nothing when it was read, by the database's clock.
    ``left_at`` is since when the contact cannot be reached here; ``came_or_went_at`` when they last left or came back,
    by the vendor's clock. ``email`` is where who waits on the web asked to be written to; ``away_since``, there, since
    when no page of theirs is open. A contact who ``is_blocked`` is heard and not answered.
    """

    id: str
    channel: str
    contact_id: str
    owner: Owner
    epoch: int
    settled_through: int
    last_number: int
    last_contact_number: int
    episode: int
    created_at: float
    last_contact_at: float
    state: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)
    expecting: str | None = None
    cut_form: str | None = None
    told: int = 0
    acknowledged: int = 0
    asking: int | None = None
    left_at: float | None = None
    came_or_went_at: float | None = None
    email: str | None = None
    away_since: float | None = None
    silent_for: float = 0.0
    is_blocked: bool = False

    @property
    def read_at(self) -> float:
        """When it was read, by the database's clock."""
        return self.last_contact_at + self.silent_for

    @property
    def language(self) -> str | None:
        """The ISO 639-1 code of what the contact wrote last, as far as that could be told."""
        told: str | None = self.slots.get("language") or self.facts.get("language")
        return told

    @property
    def known(self) -> dict[str, Any]:
        """Facts, and over them the slots that are filled."""
        return {**self.facts, **{name: value for name, value in self.slots.items() if value is not None}}

    def carried_facts(self) -> dict[str, Any]:
        """What the next episode starts with: a few typed facts, not the talk."""
        known = self.known
        return {name: known[name] for name in CARRIED_SLOTS if known.get(name)}


# Slots that a new episode starts with, when they are filled: who it is, and which order it was about.
CARRIED_SLOTS = ("name", "email", "language", "last_order")

# Channels whose readers fetch by a cursor: nothing is pushed to them through the outbox.
PULL_CHANNELS = frozenset({"web", "rest"})

# Channels that answer calls: each message has an answer of its own, however fast they come.
CALL_CHANNELS = frozenset({"rest"})

# Channels where what was said can be changed or taken back.
REVISING_CHANNELS = frozenset({"web", "telegram", "slack"})

"""What one side asks of another without importing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from conversations.handoff import Handoff, Reason
from conversations.model import Button, Command, Conversation, Owner, command
from conversations.notices import Notices
from conversations.store.database import Transaction
from conversations.store.handoffs import PLACE_SHOWN


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a waiting contact may be told: ``place`` in line; ``wait`` in words; ``opens`` when nobody works now.

    ``mail``: they may leave an e-mail address, to be written to when they are gone.
    """

    place: int
    wait: str
    opens: str | None = None
    mail: bool = False

    @property
    def number(self) -> str:
        """The place as it is told."""
        return place_shown(self.place)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a handoff is about, as far as a team is chosen by it: kinds of reasons, intents, channel, language."""

    kinds: tuple[str, ...]
    intents: tuple[str, ...]
    channel: str
    language: str | None


def place_shown(place: int) -> str:
    """A place in line as a contact reads it: how far back it is beyond a thousand helps nobody."""
    return str(place) if place <= PLACE_SHOWN else f"{PLACE_SHOWN:,}+"


# The highest priority, of a crisis: no place in line is told, and no way out or back to a program is shown.
_AT_ONCE = 9


def is_at_once(priority: int) -> bool:
    """Whether a handoff of this priority is about somebody in danger, so that nothing may sound like a queue."""
    return priority >= _AT_ONCE


def place_in_words(notices: Notices, handoff: Handoff, outlook: Outlook) -> str:
    """The place in line and the wait, or when people are back; in a crisis no place, and where help is meanwhile."""
    notices = notices.spoken(handoff.language)
    if is_at_once(handoff.priority):
        name = "at_once" if outlook.opens is None else "at_once_out_of_hours"
        return notices(name, handoff.id, opens=outlook.opens, wait=outlook.wait, reference=handoff.reference)
    if outlook.opens is not None:
        return notices("out_of_hours", handoff.id, opens=outlook.opens, reference=handoff.reference)
    return notices("place", handoff.id, place=outlook.number, wait=outlook.wait)


def waiting_buttons(
    notices: Notices, handoff: Handoff, owner: Owner = Owner.QUEUE, *, mail: bool = False
) -> tuple[Button, ...]:
    """What somebody who waits may press; in a crisis nothing.

    Ask the assistant meanwhile, leave the matter with us, leave an e-mail address (``mail``), or need nobody any more.
    """
    if is_at_once(handoff.priority):
        return ()
    offered = [
        (Command.ASK_MEANWHILE, owner is Owner.QUEUE),
        (Command.LEAVE_WITH_US, handoff.left_with_us_at is None),
        (Command.LEAVE_EMAIL, mail),
        (Command.CANCEL_HANDOFF, True),
    ]
    return tuple(command(notices(f"button_{one}"), one) for one, shown in offered if shown)


class Desk(Protocol):
    """What the gateway asks of escalation."""

    def team_for(self, opening: Opening) -> str:
        """The name of the team that a handoff goes to."""

    def skills_for(self, team: str, intents: Collection[str]) -> Collection[str]:
        """The skills that a team asks for matters like these."""

    async def outlook(self, tx: Transaction, handoff: Handoff) -> Outlook:
        """Place and wait, judged now."""

    async def left_with_us(self, tx: Transaction, handoff: Handoff) -> str | None:
        """The contact does not wait on: they are told no more, and written to when somebody is there.

        Returns when people are back, in words; None while they are there.
        """

    async def speaks(self, tx: Transaction, language: str) -> bool:
        """Whether somebody who takes handoffs writes this language (ISO 639-1)."""


class NoVectors(Exception):
    """Nobody makes vectors just now: the engine is away, or has no sentence encoder."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of length 1, one for each text, in order; ``encoder`` names what made them: others do not compare."""

    encoder: str
    rows: Sequence[Sequence[float]]


# Vectors for up to 32 texts; raises `NoVectors`.
Embed = Callable[[Sequence[str]], Awaitable[Vectors]]


class OpenHandoff(Protocol):
    """What escalation asks of the gateway: to hand a conversation over, as when the assistant does."""

    async def __call__(
        self, tx: Transaction, held: Conversation, reasons: Sequence[Reason], *, team: str | None = None
    ) -> None:
        """Opens a handoff, or adds reasons to the open one. The conversation must be locked."""

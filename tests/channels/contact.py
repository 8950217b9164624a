"""A contact on a channel, as the contract's tests see one: each channel's tests bring their own, over its peer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the contact's app shows it now: ``name`` is who says it, as the contact can see."""

    text: str
    name: str = ""
    buttons: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes], ...] = field(default=())


class Contact(Protocol):
    """Somebody who uses one channel, through whatever stands for the vendor."""

    channel: str
    conversation_id: str
    can_delete: bool

    async def say(self, text: str) -> str:
        """Writes a message, returned once it was acknowledged; returns a reference to it."""

    async def repeat(self, reference: str) -> None:
        """The vendor delivers the same update again."""

    async def edit(self, reference: str, text: str) -> None:
        """Changes what was written."""

    async def delete(self, reference: str) -> None:
        """Takes back what was written; only where ``can_delete``."""

    async def send_file(self, name: str, media_type: str, content: bytes, text: str = "") -> str:
        """Sends a file."""

    async def press(self, title: str) -> None:
        """Presses the latest button of this title."""

    async def command(self, name: str) -> None:
        """``start``, ``help``, ``human`` or ``privacy``, in this channel's own way."""

    async def do_something_odd(self) -> None:
        """An update of a kind that nobody here knows."""

    def shown(self) -> list[Shown]:
        """What the app shows from the other side, in order."""


async def until(true: Callable[[], bool], contact: Contact, seconds: float = 15) -> None:
    """Waits until something is so; fails with what was shown when it does not come."""
    try:
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"did not come on {contact.channel}; shown: {contact.shown()}") from None


async def until_shown(contact: Contact, part: str, times: int = 1) -> None:
    """Waits until a text is shown."""
    await until(lambda: sum(part in one.text for one in contact.shown()) >= times, contact)

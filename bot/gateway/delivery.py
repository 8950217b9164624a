"""Brings messages to channels that are pushed to (Telegram, Slack): in order, each once, with its outcome recorded.

The row goes ``pending → sending`` before the vendor is called and ``sent``, ``failed`` or ``unknown`` after it. A send
whose outcome is unknown is never blindly repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import structlog
from prometheus_client import Counter
from sqlalchemy import update

from conversations.model import Message, Sender, Status
from conversations.store import conversations, outgoing, posted, revising
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.revising import REVISE
from conversations.store.work import schedule

log = structlog.get_logger()
DELIVERED = Counter(
    "frontdesk_messages_delivered", "Messages handed to a channel, by how it ended", ["channel", "status"]
)
_AGAIN, _REVISED_AGAIN = 1.0, 10.0


class ChannelError(Exception):
    """The channel did not take the message."""


class TemporaryError(ChannelError):
    """Trying again later may help; ``retry_after`` in seconds when the vendor said so. The message was not taken."""

    def __init__(self, cause: str, retry_after: float | None = None) -> None:
        super().__init__(cause)
        self.retry_after = retry_after


class PermanentError(ChannelError):
    """It will never be taken: the contact blocked us, the place is gone, the token was revoked."""


class OutcomeUnknown(ChannelError):
    """The vendor did not answer: it may or may not have taken the message."""


class NotYetKnown(ChannelError):
    """The vendor did not answer, and can be asked later (``retry_after`` seconds) whether it has taken the message."""

    def __init__(self, cause: str, retry_after: float = _AGAIN) -> None:
        super().__init__(cause)
        self.retry_after = retry_after


class PushChannel(Protocol):
    """A channel that is pushed to."""

    async def send(self, message: Message) -> str:
        """Hands the message to the vendor; returns the vendor's id of it.

        Raises:
            TemporaryError, PermanentError, OutcomeUnknown, NotYetKnown.
        """

    async def revise(self, message: Message, chosen: int | None) -> None:
        """Shows a message that was sent as it is now: its text, or that it was taken back, and the choice once made.

        ``chosen`` is the index of the button that was pressed last: buttons make way for it.

        Raises:
            TemporaryError, PermanentError, OutcomeUnknown: it may be asked again, it is the same each time.
        """

    async def take_back(self, conversation_id: str, vendor_id: str) -> None:
        """Takes back what was sent under this id, of which nothing else is known any more; done twice it is done once.

        Raises:
            TemporaryError, OutcomeUnknown: it may be asked again.
            PermanentError: some of it stays.
        """

    async def find(self, message: Message) -> str | None:
        """The vendor's id of a message that may have been taken before; None when it was not.

        Raises:
            OutcomeUnknown: the vendor offers no way to find out.
            PermanentError, NotYetKnown.
        """


class Delivery:
    """The handler of ``deliver`` work: the key is a conversation."""

    def __init__(self, database: Database, channels: Mapping[str, PushChannel]) -> None:
        self._database, self._channels = database, channels

    async def __call__(self, conversation_id: str) -> float | None:
        """Sends what is pending, oldest first; returns seconds when the channel asks to wait."""
        channel = self._channels.get(conversation_id.partition(":")[0])
        if channel is None:
            log.warning("no such channel is connected: its messages wait", conversation_id=conversation_id)
            return 60.0
        while (message := await self._next(conversation_id)) is not None:
            again_in = await self._send(channel, message)
            if again_in is not None:
                return again_in
        return None

    async def _next(self, conversation_id: str) -> Message | None:
        async with self._database.read() as tx:
            return await outgoing.first_to_send(tx, conversation_id)

    async def _send(self, channel: PushChannel, message: Message) -> float | None:
        resumed = message.status is Status.SENDING
        first = Status.SENDING if message.deleted_at is None else Status.WITHDRAWN
        if not resumed and (not await self._mark(message, Status.PENDING, first) or first is Status.WITHDRAWN):
            return None
        try:
            vendor_id = await channel.find(message) if resumed else None
            if resumed and vendor_id is None and not await self._still_wanted(message):
                return None
            vendor_id = vendor_id or await channel.send(message)
        except NotYetKnown as silent:
            return silent.retry_after  # it stays ``sending``: `find` is asked before anything is sent again
        except TemporaryError as later:
            wanted = await self._still_wanted(message, Status.PENDING, failure=str(later))
            return (later.retry_after or _AGAIN) if wanted else None
        except PermanentError as never:
            await self._ended(message, Status.FAILED, failure=str(never))
        except OutcomeUnknown as unknown:
            await self._ended(message, Status.UNKNOWN, failure=str(unknown))
        else:
            await self._ended(message, Status.SENT, vendor_id=vendor_id)
        return None

    async def _ended(self, message: Message, status: Status, **changes: str) -> None:
        DELIVERED.labels(message.conversation_id.partition(":")[0], status).inc()
        if status is not Status.SENT:
            log.warning(
                "message not delivered", conversation_id=message.conversation_id, number=message.number, status=status
            )
        async with self._database.write() as tx:
            done = await self._set(tx, message, Status.SENDING, {"status": status, **changes})
            now = await conversations.message(tx, message.conversation_id, message.number)
            if now is None and status is Status.SENT:  # its contact was erased meanwhile
                await posted.add(tx, message.conversation_id, changes["vendor_id"])
            if not done:
                return
            if now is not None and (now.edited_at, now.deleted_at) != (message.edited_at, message.deleted_at):
                # Changed while it was being sent: what went is not what it says now.
                await schedule(tx, REVISE, f"{message.conversation_id}#{message.number}")

    async def _still_wanted(self, message: Message, to: Status = Status.SENDING, **changes: str) -> bool:
        """Before another try of what was not taken: what the bot said is withdrawn if somebody took over meanwhile."""
        async with self._database.write() as tx:
            await conversations.get(tx, message.conversation_id, lock=True)
            taken_over = message.sender is Sender.BOT and await outgoing.joined_since(tx, message)
            changes["status"] = Status.WITHDRAWN if taken_over else to
            done = await self._set(tx, message, Status.SENDING, changes)
        return done and not taken_over

    async def _mark(self, message: Message, expected: Status, to: Status, **changes: str) -> bool:
        """Compare-and-set on the status: False when it was withdrawn meanwhile."""
        async with self._database.write() as tx:
            return await self._set(tx, message, expected, {"status": to, **changes})

    async def _set(self, tx: Transaction, message: Message, expected: Status, changes: dict[str, str]) -> bool:
        done = await tx.execute(
            update(t.message)
            .where(
                t.message.c.conversation_id == message.conversation_id,
                t.message.c.number == message.number,
                t.message.c.status == expected,
            )
            .values(**changes)
        )
        if message.sender is Sender.AGENT or changes["status"] == Status.WITHDRAWN:
            tx.signal("messages", message.conversation_id)
        return bool(done.rowcount)


class Revision:
    """The handler of ``revise`` work: the key is ``<conversation>#<number>`` of what was changed after it went.

    A channel that cannot be reached is asked again; one that refuses has been told in the log.
    """

    def __init__(self, database: Database, channels: Mapping[str, PushChannel]) -> None:
        self._database, self._channels = database, channels

    async def __call__(self, key: str) -> float | None:
        conversation_id, _, number = key.rpartition("#")
        channel = self._channels.get(conversation_id.partition(":")[0])
        async with self._database.read() as tx:
            message = await conversations.message(tx, conversation_id, int(number))
            chosen = await revising.chosen_of(tx, conversation_id, int(number))
        if message is not None and message.status is Status.SENDING:
            return _AGAIN  # pressed or changed as soon as it was there, before we know where it stands
        if channel is None or message is None or message.vendor_id is None:
            return None
        try:
            await channel.revise(message, chosen)
        except TemporaryError as later:
            return later.retry_after or _AGAIN
        except OutcomeUnknown:
            return _REVISED_AGAIN  # it is the same each time
        except PermanentError as refused:
            log.warning("message not revised", conversation_id=conversation_id, number=number, cause=str(refused))
        return None

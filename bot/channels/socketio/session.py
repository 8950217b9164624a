"""One open socket of a client made for Rasa: says what was not said to anybody, then all that is said."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import update

from bot.channels.files import PICTURES
from bot.channels.socketio.render import utterances
from bot.channels.web import identity
from bot.channels.web.arriving import Arrival
from bot.channels.web.channel import WebChannel
from bot.channels.web.parse import conversation_of
from conversations.bus import MISSED
from conversations.model import Message, Sender, Status
from conversations.store import conversations, handoffs, outgoing
from conversations.store import tables as t
from conversations.store.database import Signal

log = structlog.get_logger()
# Seconds, while the database is away.
_TRY_AGAIN = 1.0
_PAGE = 200
# Bytes: a packet must stay under the million that clients take.
_LARGEST_PICTURE = 600_000


Say = Callable[[Sequence[dict[str, Any]]], Awaitable[None]]


class Gone(Exception):
    """The client is not there any more."""


class Session:
    """A socket whose visitor is known. ``say`` returns once the client's transport has taken the utterances.

    The protocol knows no cursor: what was said while no socket was open is what the record has as not sent. It is
    ``sending`` from when it can no longer be withdrawn and ``sent`` once the client's transport took it; what a crash
    leaves in between is said again.
    """

    def __init__(self, channel: WebChannel, arrival: Arrival, say: Say) -> None:
        self._channel, self.arrival, self._say = channel, arrival, say
        self.conversation_id = conversation_of(arrival.place)
        self._cursor = 0
        self._erased = False
        self._changed = asyncio.Event()
        self._end_watch: Callable[[], None] = lambda: None
        self._task: asyncio.Task[None] | None = None
        self._marking: asyncio.Task[None] | None = None

    @property
    def token(self) -> str:
        """What the client keeps as its ``session_id``."""
        return identity.sign(self.arrival.place, self._channel.secret, self.arrival.until)

    async def begin(self) -> None:
        """From here everything that is said is shown."""
        self._end_watch = self._channel.bus.watch(self._on_signal, self.conversation_id)
        async with self._channel.database.read() as tx:
            held = await conversations.get(tx, self.conversation_id)
            unsaid = await outgoing.first_to_send(tx, self.conversation_id)
        self._cursor = unsaid.number - 1 if unsaid else held.last_number if held else 0
        self._changed.set()
        self._task = asyncio.create_task(self._follow())

    async def end(self) -> None:
        """The socket is gone."""
        self._end_watch()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._marking is not None:
            with contextlib.suppress(Exception):  # told already, or the database is away: it is said again
                await self._marking

    def _on_signal(self, signal: Signal) -> None:
        self._erased = self._erased or (signal.topic == "erased" and signal.key == self.conversation_id)
        if signal.topic == MISSED or (signal.topic == "messages" and signal.key == self.conversation_id):
            self._changed.set()

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._erased:  # the conversation begins anew, and so do its numbers
                self._erased, self._cursor = False, 0
            try:
                while new := await self._taken():
                    await self._shown(new)
            except Gone:
                return
            except Exception:
                log.exception("nothing could be shown; trying again", conversation_id=self.conversation_id)
                self._changed.set()
                await asyncio.sleep(_TRY_AGAIN)

    async def _taken(self) -> list[Message]:
        """What is above the cursor, taken in hand: from here it can no longer be withdrawn."""
        async with self._channel.database.read() as tx:
            new = await conversations.messages(tx, self.conversation_id, self._cursor, limit=_PAGE)
        if not any(one.status is Status.PENDING for one in new):
            return new
        async with self._channel.database.write() as tx:
            await conversations.get(tx, self.conversation_id, lock=True)
            await tx.execute(
                update(t.message)
                .where(
                    t.message.c.conversation_id == self.conversation_id,
                    t.message.c.number.between(new[0].number, new[-1].number),
                    t.message.c.status == Status.PENDING,
                )
                .values(status=Status.SENDING)
            )
            # Read again: an agent may have taken over meanwhile.
            return await conversations.messages(tx, self.conversation_id, self._cursor, through=new[-1].number)

    async def _shown(self, new: list[Message]) -> None:
        for message in new:
            if said := utterances(message, await self._pictures(message)):
                await self._say(said)
            self._cursor = message.number
        if any(one.status is Status.SENDING for one in new):
            # What a client has taken is marked so even if it is gone by now.
            self._marking = asyncio.create_task(self._mark(new))
            await asyncio.shield(self._marking)

    async def _pictures(self, message: Message) -> dict[str, str]:
        """Pictures that somebody here attached, as data addresses by their file's id; large ones are left out."""
        if message.sender is Sender.CONTACT or message.deleted_at is not None:
            return {}
        small = [one for one in message.attachments if one.media_type in PICTURES and one.size <= _LARGEST_PICTURE]
        found = {}
        for one in small:
            content = b"".join([part async for part in self._channel.blobs.get(one.file_id)])
            found[one.file_id] = f"data:{one.media_type};base64,{base64.b64encode(content).decode()}"
        return found

    async def _mark(self, new: list[Message]) -> None:
        async with self._channel.database.write() as tx:
            _, handoff = await handoffs.beside(tx, self.conversation_id, lock=True)
            await outgoing.mark_shown(tx, self.conversation_id, new[-1].number)
            if handoff is not None and any(one.sender is Sender.AGENT for one in new):
                tx.signal("handoff", handoff.id)

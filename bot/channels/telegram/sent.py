"""How far a message has come on Telegram, in the record: the ids of its parts, behind what tells where they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from bot.channels.telegram.placing import LINKED, TOLD
from conversations.model import Message, Status
from conversations.store import tables as t
from conversations.store.database import Database

# As many ids as the record has room for; a message of 20,000 characters has ten parts.
_MOST = 20
# Before the id of the group's message that links to the private chat, where parts are in that.
_LINK = "l"


def ids_of(vendor_id: str | None) -> list[int]:
    """The parts that went."""
    return [int(one) for one in (vendor_id or "").removeprefix(TOLD).split(",") if one.isdigit()]


def link_of(vendor_id: str | None) -> int | None:
    """The group's message that links to the private chat."""
    told = (vendor_id or "").replace(LINKED, _LINK, 1).removeprefix(TOLD).split(",")
    return next((int(one[1:]) for one in told if one.startswith(_LINK) and one[1:].isdigit()), None)


class Sent:
    """Writes it down, so that no part is sent twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, ids: Sequence[int], prefix: str, link: int | None = None) -> str:
        """The parts as the record has them."""
        return prefix + ",".join([*(str(one) for one in ids[:_MOST]), *([f"{_LINK}{link}"] if link else [])])

    async def so_far(self, message: Message, ids: Sequence[int], prefix: str) -> None:
        """While it is being sent: these parts have gone."""
        await self._write(message, self.named(ids, prefix, link_of(message.vendor_id)), Status.SENDING)

    async def failed_with_link(self, message: Message, link: int) -> None:
        """While it is being sent: nothing went but a link in the group."""
        await self._write(message, f"{LINKED}{link}", Status.SENDING)

    async def changed(self, message: Message, ids: Sequence[int], link: int | None = None) -> None:
        """After it was sent: these parts are left; ``link`` came since."""
        prefix = TOLD if (message.vendor_id or "").startswith(TOLD) else ""
        await self._write(message, self.named(ids, prefix, link or link_of(message.vendor_id)), Status.SENT)

    async def _write(self, message: Message, vendor_id: str, status: Status) -> None:
        c = t.message.c
        row = update(t.message).where(c.conversation_id == message.conversation_id, c.number == message.number)
        async with self._database.write() as tx:
            await tx.execute(row.where(c.status == status).values(vendor_id=vendor_id))

"""The same signed request does not count twice, on whichever front it arrives.

Slack signs each try anew, with the second in which it is made; the same bytes and signature again are a replay.
"""

from __future__ import annotations

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from conversations.store.database import Database, now
from escalation.tables import slack_request

# A signature is good for five minutes in either direction of our clock; then its time alone refuses it.
_KEPT = 660.0


async def is_first(database: Database, signature: str) -> bool:
    """Writes the signature down; False when it came before."""
    try:
        async with database.write() as tx:
            await tx.execute(delete(slack_request).where(slack_request.c.at < now() - _KEPT))
            await tx.execute(insert(slack_request).values(signature=signature, at=now()))
    except IntegrityError:
        return False
    return True


async def forget(database: Database, signature: str) -> None:
    """What it asked for could not be done: Slack may try again within the same second."""
    async with database.write() as tx:
        await tx.execute(delete(slack_request).where(slack_request.c.signature == signature))

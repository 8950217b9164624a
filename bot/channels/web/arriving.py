"""Who somebody is who opens the chat, and in which conversation they are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bot.channels.web import identity
from bot.channels.web.channel import WebChannel
from bot.channels.web.parse import CHANNEL, conversation_of
from conversations.store import contacts, handoffs
from conversations.store import tables as t
from conversations.store.database import Transaction, now

log = structlog.get_logger()


_LINK_OVER = "That link is too old, or not whole. You can write all the same."


class TooManyNew(Exception):
    """Too many new chats begin from this network."""

    text = "Too many new chats from your network. Please try again in a minute."


@dataclass(frozen=True, slots=True)
class Arrival:
    """``place`` is the visitor's; ``stays`` when it is the one that their token names.

    ``until`` is when a customer's token ends who came by that alone (Unix seconds): only their site renews it.
    ``refused`` says why the id that the host site gave does not count; ``name`` is what the host site calls them, and
    ``profile`` what else it says of them.
    """

    place: str
    stays: bool = False
    refused: str | None = None
    name: str | None = None
    profile: tuple[tuple[str, str], ...] = ()
    until: int | None = None


async def arrive(
    channel: WebChannel, token: object, signed: str | None, address: str, back: str | None = None
) -> Arrival:
    """Who it is by their token and by what the host site signed; else somebody new.

    Whoever comes ``back`` by the link of an e-mail is the visitor whom it was written to: here and now that counts.

    Raises:
        TooManyNew: and so is nobody.
    """
    named, refused = identity.verify(token, channel.secret), None
    if back is not None:
        place = identity.returned(back, channel.secret)
        if place is not None:
            return Arrival(place, stays=place == named)
        refused = _LINK_OVER
    visitor = named
    if signed:
        try:
            return await _known(channel, identity.known_by(signed, channel.identity_secret), visitor)
        except identity.ContactRefused as no:
            log.warning("a signed contact id was refused", cause=str(no.__cause__ or no))
            # The site's proof is short-lived, ours outlives it: whoever came with both need not hear of it.
            refused = None if visitor and identity.is_known(visitor) else str(no)
    if visitor is not None:
        return Arrival(visitor, stays=True, refused=refused, until=identity.ends(token, channel.secret))
    if not channel.newcomers.take(address):
        raise TooManyNew
    return Arrival(identity.new_visitor(), refused=refused)


async def _known(channel: WebChannel, known: identity.Known, visitor: str | None) -> Arrival:
    """A customer of the host site. What they said here before they signed in is theirs, by their own token."""
    if visitor is None or identity.is_known(visitor):
        return Arrival(known.place, stays=visitor == known.place, name=known.name, profile=known.profile)
    async with channel.database.write() as tx:
        await _belongs(tx, visitor, known.place)
        handoff = await handoffs.open_of(tx, conversation_of(visitor))
    # A matter that a person has in hand, or will have, is ended where it began: the answer comes there.
    stays = handoff is not None
    return Arrival(visitor if stays else known.place, stays=stays, name=known.name, profile=known.profile)


async def _belongs(tx: Transaction, visitor: str, place: str) -> None:
    """Makes the contact of a visitor that of a customer; never when they were another customer's before.

    Two customers of one browser keep apart: the second one's page has the token of nobody who was signed in.
    """
    was = await contacts.contact_of(tx, CHANNEL, visitor)
    if was is None:
        return
    theirs = select(t.identity.c.native_id).where(t.identity.c.contact_id == was, t.identity.c.channel == CHANNEL)
    known = {one for one in (await tx.execute(theirs)).scalars() if identity.is_known(one)}
    if known:
        if known != {place}:
            log.warning("a visitor who was one customer before comes as another: kept apart")
        return
    now_is = await contacts.contact_of(tx, CHANNEL, place)
    if now_is is None:
        now_is = await _made(tx, place)
    await contacts.join(tx, was, now_is)


async def _made(tx: Transaction, place: str) -> str:
    """The contact of a customer who has said nothing yet as such."""
    contact_id = uuid.uuid4().hex
    try:
        async with tx.connection.begin_nested():
            await tx.execute(insert(t.contact).values(id=contact_id, created_at=now()))
            await tx.execute(insert(t.identity).values(channel=CHANNEL, native_id=place, contact_id=contact_id))
    except IntegrityError:  # their other tab made it in the same moment
        found = await contacts.contact_of(tx, CHANNEL, place)
        assert found is not None
        return found
    return contact_id

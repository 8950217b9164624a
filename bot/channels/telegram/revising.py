"""Shows a message that was sent as it is now: other words, none, or the choice in the place of the buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.channels.telegram.calls import Calls
from bot.channels.telegram.place import Place
from bot.channels.telegram.placing import TOLD
from bot.channels.telegram.render import Text, shows_picture, texts
from bot.channels.telegram.sent import Sent, ids_of, link_of
from bot.gateway.delivery import PermanentError
from conversations.model import Message
from vendors.telegram.text import TEXT_LIMIT, shortened


async def revise(calls: Calls, sent: Sent, message: Message, chosen: int | None, before: str, gone: str) -> None:
    """Edits or deletes the parts of a message; done twice it is done once.

    Args:
        chosen: the index of the button that was pressed last.
        before: what was said before it, in the same breath.
        gone: what stands in the place of words that Telegram does not delete any more.

    Raises:
        TemporaryError, PermanentError, OutcomeUnknown.
    """
    place, private = Place.of(message.conversation_id), (message.vendor_id or "").startswith(TOLD)
    chat, ids = place.person if private else place.chat, ids_of(message.vendor_id)
    if message.deleted_at is not None:
        await _take_back(calls, [(chat, number) for number in ids], gone)
        return
    made = texts(message, place, private=private, before=before, chosen=chosen)
    shown = ids[1 if shows_picture(message) else 0 : len(ids) - len(message.attachments)]
    if message.edited_at is None:  # only the buttons have changed, and they are below the last
        made, shown = made[-1:], shown[-1:]
    for number, text in zip(shown, _fitting(made, len(shown)), strict=False):
        await calls.edit(chat, number, text)
    surplus = shown[len(made) :]
    for number in surplus:
        await calls.delete(chat, number)
    if surplus:
        await sent.changed(message, [one for one in ids if one not in surplus])


def _fitting(made: list[Text], most: int) -> list[Text]:
    """The texts in as many messages as there are: what is too long for them is cut, and shows it."""
    if len(made) <= most or most == 0:
        return made
    rest = "\n".join(one.text for one in made[most - 1 :])
    last = replace(made[most - 1], text=shortened(rest, TEXT_LIMIT), keyboard=made[-1].keyboard)
    return [*made[: most - 1], last]


async def take_back(calls: Calls, conversation_id: str, vendor_id: str, gone: str) -> None:
    """Takes everything back that was sent under an id of the record; ``gone`` as in `revise`.

    Raises:
        TemporaryError, OutcomeUnknown: it may be asked again.
        PermanentError: some of it stays.
    """
    place = Place.of(conversation_id)
    chat = place.person if vendor_id.startswith(TOLD) else place.chat
    link = link_of(vendor_id)
    parts = [(chat, number) for number in ids_of(vendor_id)] + ([(place.chat, link)] if link else [])
    await _take_back(calls, parts, gone)


async def _take_back(calls: Calls, parts: Sequence[tuple[int, int]], gone: str) -> None:
    """As far as Telegram lets us; of what it refuses the first reason is raised at the end."""
    refusals: list[PermanentError] = []
    for chat, number in parts:
        try:
            await calls.delete(chat, number)
        except PermanentError:  # older than 48 hours
            try:
                await calls.edit(chat, number, Text(gone))
            except PermanentError as refused:  # a picture, a file
                refusals.append(refused)
    if refusals:
        raise refusals[0]

"""``/frontdesk`` and ``/canned`` as agents use them; the answer is seen by them alone."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.models.blocks import Block, SectionBlock

from conversations.handoff import HandoffError
from conversations.staff import Availability, Principal
from escalation.adapters.slack import away
from escalation.adapters.slack.canned import CannedReplying
from escalation.adapters.slack.homes import Homes
from escalation.adapters.slack.views import home
from escalation.adapters.slack.whispers import Whispers
from escalation.adapters.slack.who import Door, Refused
from escalation.config import Teams
from escalation.service.parts import DeskParts
from vendors.slack.payloads import CommandGiven, Shortcut, read
from vendors.slack.text import literal

COMMAND, CANNED_COMMAND, CANNED_SHORTCUT = "/frontdesk", "/canned", "canned"
HELP = """/frontdesk queue: who waits in your teams
/frontdesk mine: what is in your hands
/frontdesk here | busy | away [until]: whether you take handoffs; until is 14:30, 2h, tomorrow or 2026-12-31
/canned words: a canned reply for a contact in your hands; also in the menu of a card, and of any message in its thread
In a card's thread: what the holder writes goes to the contact, // keeps it inside."""
_WORDS = frozenset({"queue", "mine", "here", "busy", "away"})
Answer = list[Block]


class Commands:
    """The desk's commands: a table by the first word."""

    def __init__(
        self, door: Door, parts: DeskParts, homes: Homes, canned: CannedReplying, whispers: Whispers, teams: Teams
    ) -> None:
        self._door, self._parts, self._homes, self._whispers = door, parts, homes, whispers
        self._canned, self._teams, self._lobbies = canned, teams, frozenset(teams.lobbies.values())
        self._acts: Mapping[str, Callable[[Principal, str], Awaitable[Answer]]] = {
            "queue": self._queue,
            "mine": self._mine,
            "here": self._available,
            "busy": self._available,
            "away": self._available,
        }

    async def is_for_the_desk(self, body: Any) -> bool:
        """Whether a command is meant for the desk: by its word, or because an agent asks for help in a lobby."""
        given = read(CommandGiven, body)
        word = _first(given.text)
        if word in _WORDS:
            return True
        return (
            word in {"", "help"} and given.channel in self._lobbies and await self._door.known(given.person) is not None
        )

    async def __call__(self, body: Any) -> Answer:
        """``/frontdesk``, with the answer.

        Raises:
            NotThisShape: it is none.
        """
        given = read(CommandGiven, body)
        try:
            who = await self._door.person(given.person)
            act = self._acts.get(_first(given.text))
            return await act(who, given.text) if act else _said(HELP)
        except Refused as refused:
            return _said(str(refused))
        except HandoffError as no:
            return _said(await self._door.why(no, None))

    async def canned(self, body: Any) -> Answer:
        """``/canned words``; returns what is wrong, if anything is.

        Raises:
            NotThisShape: it is none.
        """
        given = read(CommandGiven, body)
        wrong = await self._open(given.person, given.trigger_id, None, given.text.strip())
        return _said(wrong) if wrong else []

    async def shortcut(self, body: Any) -> None:
        """The shortcut on a message of a thread; who cannot use it is told there, alone.

        Raises:
            NotThisShape: it is none.
        """
        used = read(Shortcut, body)
        thread = used.message.thread_ts or used.message.ts or used.message_ts
        place = await self._door.place(used.channel.id, thread)
        wrong = await self._open(used.person.id, used.trigger_id, place.handoff_id if place else None, "")
        if wrong:
            self._whispers.tell(used.channel.id, used.person.id, wrong, thread)

    async def _open(self, slack_id: str, trigger_id: str, handoff_id: str | None, words: str) -> str | None:
        try:
            await self._canned.open(await self._door.person(slack_id), trigger_id, handoff_id, words)
        except Refused as refused:
            return str(refused)
        except HandoffError as no:
            return await self._door.why(no, handoff_id)
        return None

    async def _queue(self, who: Principal, text: str) -> Answer:
        return list(home.queue(await self._homes.desk(who)))

    async def _mine(self, who: Principal, text: str) -> Answer:
        desk = await self._homes.desk(who)
        return list(home.handoffs("My handoffs", desk.mine, desk, "Nothing is in your hands."))

    async def _available(self, who: Principal, text: str) -> Answer:
        word, _, rest = text.strip().partition(" ")
        try:
            until = away.until(rest, time.time(), self._teams.of(who.team).hours)
        except ValueError as unclear:
            return _said(str(unclear))
        said = Availability(word.lower())
        await self._parts.people.set_availability(who, said, None if said is Availability.HERE else until)
        desk = await self._homes.desk(who)
        return list(home.availability(desk.me))


def _first(text: str) -> str:
    return text.strip().partition(" ")[0].lower()


def _said(text: str) -> Answer:
    return [SectionBlock(text=literal(text))]

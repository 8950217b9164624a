"""What one open browser is shown of its conversation: the record above its cursor, looked up anew at every signal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import ClientConnectionResetError

from bot.channels.web import render
from bot.channels.web.channel import WebChannel
from bot.channels.web.parse import place_of
from bot.channels.web.presence import STILL_HERE
from bot.channels.web.wire import Messages, MessageView, Problem, ServerFrame, StateView, Typing
from conversations.bus import AGENT_TYPES, CONTACT_TYPES, MISSED
from conversations.events import AgentSeen
from conversations.handoff import Handoff, HandoffState
from conversations.model import Conversation, Message, Owner, Sender, Status
from conversations.ports import is_at_once
from conversations.store import conversations, events, handoffs, outgoing
from conversations.store.database import Signal, Transaction

log = structlog.get_logger()
# While the database is away.
_TRY_AGAIN = 1.0
_PAGE = 200
_ERASED = "Everything about you was erased here."

Seen = tuple[Conversation | None, Handoff | None]


class Showing:
    """Pushes to one browser: ``cursor`` is the highest number that it was sent, ``send`` takes a frame to it."""

    def __init__(self, channel: WebChannel, send: Callable[[ServerFrame], Awaitable[None]]) -> None:
        self._channel, self._send = channel, send
        self._conversation_id = ""
        self.cursor = 0
        self._waiting = False
        self._state: StateView | None = None
        # Messages shown with buttons that can be pressed; messages shown changed, with the time of the change.
        self._open_buttons: set[int] = set()
        self._revised: dict[int, float] = {}
        self._changed = asyncio.Event()
        self._topics: set[str] = set()
        self._said = False

    async def begin(self, conversation_id: str, cursor: int) -> tuple[StateView, int, Callable[[], None]]:
        """From here what is committed is not missed; returns the state, the last number, and how to end the watch."""
        self._conversation_id = conversation_id
        # Watched before anything is read.
        end_watch = self._channel.bus.watch(self._on_signal, conversation_id)
        async with self._channel.database.read() as tx:
            held, handoff = await handoffs.beside(tx, conversation_id)
        last = held.last_number if held else 0
        self.cursor = min(max(0, cursor), last)
        self._state = await self._state_of((held, handoff))
        return self._state, last, end_watch

    async def catch_up(self) -> None:
        """Sends what the browser lacks: what changed below its cursor, then everything above it."""
        if self.cursor:
            async with self._channel.database.read() as tx:
                shown = await conversations.messages(
                    tx, self._conversation_id, max(0, self.cursor - _PAGE), through=self.cursor
                )
            self._open_buttons = {message.number for message in shown if message.buttons}
            await self._refresh(revised=True)
        await self._push_messages()

    def replay(self, after: int) -> None:
        """Has everything after ``after`` sent again, and the state, changed or not: it may be asked for as a probe."""
        self._state = None
        self.cursor = min(self.cursor, max(0, after))
        self._topics.add("messages")
        self._changed.set()

    def with_agent(self) -> bool:
        """Whether an agent answers now, as far as was shown."""
        return self._state is not None and self._state.owner == Owner.AGENT

    def with_people(self) -> bool:
        """Whether an agent has the conversation, or is waited for, as far as was shown."""
        return self._state is not None and (self._state.waiting or self._state.owner != Owner.BOT)

    def _on_signal(self, signal: Signal) -> None:
        if signal.topic == MISSED:
            self._topics |= {"messages", "state", "revised"}
        elif signal.key == self._conversation_id:
            if signal.topic == "typing" and signal.data == CONTACT_TYPES:
                return
            self._topics.add(signal.data if signal.data in {AGENT_TYPES, "revised"} else signal.topic)
            self._said = self._said or signal.data == "said"
        else:
            return
        self._changed.set()

    async def push(self) -> None:
        """Sends whatever changed, until the browser is gone: a signal only says that it is worth looking.

        It ends, too, when everything was erased that the browser was shown: its numbers count for nothing any more.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            topics, self._topics = self._topics, set()
            try:
                if await self._show(topics):
                    return
            except ClientConnectionResetError:
                return  # the browser is gone; a lost database is told in other words, and comes back
            except Exception:
                log.exception("nothing could be shown; trying again", conversation_id=self._conversation_id)
                self._topics |= topics
                self._changed.set()
                await asyncio.sleep(_TRY_AGAIN)

    async def _show(self, topics: set[str]) -> bool:
        """Says whether the conversation was erased."""
        if topics & {"typing", AGENT_TYPES}:
            name = self._channel.assistant.name
            if AGENT_TYPES in topics:
                name = (self._state.agent if self._state else None) or ""
            await self._send(Typing(on=True, name=name or None))
        seen = await self._push_messages() if "messages" in topics else None
        if seen is not None and await self._is_erased(seen[0]):
            await self._send(Problem("erased", _ERASED))
            return True
        if STILL_HERE in topics:
            await self._channel.presence.here(place_of(self._conversation_id))
        if topics & {"state", "messages"} or ("place" in topics and self._waiting):
            await self._show_state(seen)
        if topics & {"state", "revised"}:
            await self._refresh(revised="revised" in topics)
        return False

    async def _is_erased(self, held: Conversation | None) -> bool:
        """Whether there are fewer messages than were shown. What was just seen may be older than its messages."""
        if held is None or held.last_number < self.cursor:
            async with self._channel.database.read() as tx:
                held = await conversations.get(tx, self._conversation_id)
        return (held.last_number if held else 0) < self.cursor

    async def _show_state(self, seen: Seen | None) -> None:
        state = await self._state_of(seen)
        if state != self._state:
            await self._send(state)
            self._state = state

    async def _state_of(self, seen: Seen | None) -> StateView:
        """Who answers now, by what was just seen."""
        if seen is None:
            async with self._channel.database.read() as tx:
                seen = await handoffs.beside(tx, self._conversation_id)
        held, handoff = seen
        self._waiting = _waits(handoff)
        place = None
        if handoff is not None and self._waiting and not is_at_once(handoff.priority):
            async with self._channel.database.read() as tx:
                place = await handoffs.place_of(tx, handoff)
        return render.state(held, handoff, place)

    async def _push_messages(self) -> Seen:
        """Everything above the cursor, in order; what is sent can no longer be withdrawn. Returns what it saw last."""
        while True:
            said, self._said = self._said, False
            held, handoff, new = await (self._take_new() if said else self._read_new())
            if not said and any(m.status is Status.PENDING for m in new):
                held, handoff, new = await self._take_new()
            if held is None or not new:
                return held, handoff
            await self._send_batch(self.cursor, new, held, handoff)
            self.cursor = max(self.cursor, new[-1].number)
            if len(new) < _PAGE:
                return held, handoff

    async def _read_new(self) -> tuple[Conversation | None, Handoff | None, list[Message]]:
        async with self._channel.database.read() as tx:
            held, handoff = await handoffs.beside(tx, self._conversation_id)
            new = await conversations.messages(tx, self._conversation_id, self.cursor, limit=_PAGE) if held else []
        return held, handoff, new

    async def _take_new(self) -> tuple[Conversation | None, Handoff | None, list[Message]]:
        """What is new, taken in hand: from here it can no longer be withdrawn."""
        async with self._channel.database.write() as tx:
            # Locked first, as everybody does: a claim that withdraws these messages waits, or was before.
            held, handoff = await handoffs.beside(tx, self._conversation_id, lock=True)
            new = await conversations.messages(tx, self._conversation_id, self.cursor, limit=_PAGE) if held else []
            if any(m.status is Status.PENDING for m in new):
                await outgoing.mark_shown(tx, self._conversation_id, new[-1].number)
                if handoff is not None:
                    await self._seen(tx, handoff, new)
        return held, handoff, new

    async def _seen(self, tx: Transaction, handoff: Handoff, new: Sequence[Message]) -> None:
        """Agents see that what they said has been shown."""
        tx.signal("handoff", handoff.id)
        theirs = [m.number for m in new if m.sender is Sender.AGENT and m.status is Status.PENDING]
        if theirs:
            seen = AgentSeen(handoff.id, self._conversation_id, theirs[-1])
            await events.record(tx, self._conversation_id, seen)

    async def _send_batch(self, after: int, new: list[Message], held: Conversation, handoff: Handoff | None) -> None:
        waiting = _waits(handoff)
        chosen = render.chosen_in(new)
        items = [render.message(m, held, waiting=waiting, chosen=chosen.get(m.number)) for m in new]
        self._noted(items, new)
        await self._send(Messages(after, items))
        if any(number <= after for number in chosen):
            await self._refresh()

    async def _refresh(self, *, revised: bool = False) -> None:
        """Messages shown before that are no longer so are sent again: pressed, closed, and ``revised`` ones."""
        if not self._open_buttons and not revised:
            return
        after = max(0, self.cursor - _PAGE) if revised else self.cursor
        async with self._channel.database.read() as tx:
            held = await conversations.get(tx, self._conversation_id)
            stored = await conversations.messages(
                tx, self._conversation_id, min({after, *(n - 1 for n in self._open_buttons)})
            )
            waiting = _waits(await handoffs.open_of(tx, self._conversation_id))
        if held is None:
            return
        chosen = render.chosen_in(stored)
        shown = [m for m in stored if m.number <= self.cursor]
        views = {m.number: render.message(m, held, waiting=waiting, chosen=chosen.get(m.number)) for m in shown}
        changed = [m for m in shown if self._is_news(m, views[m.number], revised=revised)]
        self._open_buttons -= {number for number, view in views.items() if not view.open}
        if changed:
            items = [views[m.number] for m in changed]
            self._noted(items, changed)
            await self._send(Messages(self.cursor, items))

    def _is_news(self, message: Message, view: MessageView, *, revised: bool) -> bool:
        if message.number in self._open_buttons and (not view.open or view.chosen is not None):
            return True
        at = _revised_at(message)
        return revised and at is not None and self._revised.get(message.number) != at

    def _noted(self, views: list[MessageView], messages: list[Message]) -> None:
        """Remembers of what is sent only what may have to be sent again."""
        self._open_buttons |= {view.number for view in views if view.buttons and view.open}
        self._revised |= {m.number: at for m in messages if (at := _revised_at(m)) is not None}


def _revised_at(message: Message) -> float | None:
    return message.deleted_at if message.deleted_at is not None else message.edited_at


def _waits(handoff: Handoff | None) -> bool:
    return handoff is not None and handoff.state is HandoffState.WAITING

"""The web socket ``/ws``: one object per open socket, woken by the live bus, reading the record by its cursor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import structlog
from aiohttp import ClientConnectionResetError, WSCloseCode, WSMsgType, web
from prometheus_client import Gauge

from bot.channels.web import identity, render
from bot.channels.web.limits import Buckets
from bot.channels.web.parse import CHANNEL, TEXT_LIMIT, FrameRefused, decode, parse
from bot.channels.web.wire import (
    Accepted,
    Hello,
    Menu,
    Messages,
    Press,
    Problem,
    Replay,
    Say,
    ServerFrame,
    StateView,
    Typing,
    Welcome,
)
from bot.config import Assistant
from bot.gateway.receive import Receive
from conversations.bus import MISSED, Bus
from conversations.handoff import Handoff, HandoffState
from conversations.model import Conversation, Message, Status
from conversations.store import conversations, handoffs
from conversations.store.database import Database, Signal

log = structlog.get_logger()
SOCKETS = Gauge("frontdesk_web_sockets", "Open web sockets")

_ENCODER = msgspec.json.Encoder()
# A frame holds at most TEXT_LIMIT characters of up to 4 bytes, each perhaps escaped; beyond it the socket is closed.
_FRAME_LIMIT = 1024 * 1024
_HELLO_LIMIT = 15.0
# While the database is away.
_TRY_AGAIN = 1.0
_PAGE = 200


Seen = tuple[Conversation | None, Handoff | None]


@dataclass(frozen=True, slots=True)
class WebChannel:
    """What every socket needs.

    ``origins`` are the sites (``https://shop.example``) that may open the chat besides our own.
    """

    database: Database
    receive: Receive
    bus: Bus
    secret: str
    origins: frozenset[str]
    business: str
    assistant: Assistant
    newcomers: Buckets
    pace: Buckets
    open_sockets: set[web.WebSocketResponse] = field(default_factory=set)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """``GET /ws``."""
        if not self._origin_allowed(request):
            log.warning("web socket refused: origin not allowed")
            raise web.HTTPForbidden(text="This site is not on the list of sites that may open the chat (web.origins).")
        socket = web.WebSocketResponse(heartbeat=25, max_msg_size=_FRAME_LIMIT, compress=False)
        await socket.prepare(request)
        self.open_sockets.add(socket)
        SOCKETS.set(len(self.open_sockets))
        try:
            await Visit(self, socket, request.remote or "").run()
        finally:
            self.open_sockets.discard(socket)
            SOCKETS.set(len(self.open_sockets))
        return socket

    async def close(self) -> None:
        """Tells every browser to come back: it reconnects and names its cursor."""
        for socket in tuple(self.open_sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restarting")

    def _origin_allowed(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if origin is None:
            return True  # not a browser: it has no cookies of ours to abuse, and the token is in the first frame
        return origin in self.origins or origin.partition("://")[2] == request.host


class Visit:
    """One open socket of one visitor."""

    def __init__(self, channel: WebChannel, socket: web.WebSocketResponse, address: str) -> None:
        self._channel, self._socket, self._address = channel, socket, address
        self._visitor = ""
        self._locale: str | None = None
        self._conversation_id = ""
        self._cursor = 0
        self._open_buttons: set[int] = set()
        self._changed = asyncio.Event()
        self._topics: set[str] = set()
        self._waiting = False
        # Something was said that nobody has been shown, as far as a signal can tell.
        self._said = False
        self._state_shown: StateView | None = None
        self._end_watch: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Greets, then reads and pushes until the socket closes."""
        try:
            await self._serve()
        finally:
            self._end_watch()

    async def _serve(self) -> None:
        try:
            async with asyncio.timeout(_HELLO_LIMIT):
                hello = await self._hello()
        except TimeoutError:
            hello = None
        if hello is None:
            await self._socket.close(code=4400, message=b"say hello first")
            return
        pusher = asyncio.create_task(self._push())
        try:
            await self._read()
        finally:
            pusher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pusher

    async def _hello(self) -> Hello | None:
        message = await self._socket.receive()
        if message.type is not WSMsgType.TEXT:
            return None
        try:
            frame = decode(message.data)
        except FrameRefused as refused:
            await self._send(Problem(refused.code, refused.text))
            return None
        if not isinstance(frame, Hello):
            return None
        visitor = identity.verify(frame.token, self._channel.secret)
        if visitor is None and not self._channel.newcomers.take(self._address):
            await self._send(
                Problem("too_many", "Too many new chats from your network. Please try again in a minute.", retry=True)
            )
            return None
        self._visitor = visitor or identity.new_visitor()
        self._conversation_id = f"{CHANNEL}:{self._visitor}"
        # Watched before anything is read: what is committed while the browser is brought up to date must not be missed.
        self._end_watch = self._channel.bus.watch(self._on_signal, self._conversation_id)
        self._locale = frame.locale[:35] if frame.locale else None
        # A foreign or expired token starts a new conversation, and the browser's cursor belongs to the old one.
        self._cursor = max(0, frame.after) if visitor else 0
        await self._welcome()
        return frame

    async def _welcome(self) -> None:
        channel = self._channel
        async with channel.database.read() as tx:
            held, handoff = await handoffs.beside(tx, self._conversation_id)
        last = held.last_number if held else 0
        self._cursor = min(self._cursor, last)
        self._state_shown = await self._state((held, handoff))
        await self._send(
            Welcome(
                token=identity.sign(self._visitor, channel.secret),
                state=self._state_shown,
                business=channel.business,
                assistant=channel.assistant.name,
                greeting=channel.assistant.greeting,
                starters=list(channel.assistant.starters),
                last_number=last,
                text_limit=TEXT_LIMIT,
            )
        )
        if held is None:
            return
        async with channel.database.read() as tx:
            shown = await conversations.messages(
                tx, self._conversation_id, max(0, self._cursor - _PAGE), through=self._cursor
            )
        self._open_buttons = {message.number for message in shown if message.buttons}
        await self._refresh_buttons(through=self._cursor)
        await self._push_messages()

    def _on_signal(self, signal: Signal) -> None:
        if signal.topic == MISSED:
            self._topics |= {"messages", "state"}
        elif signal.key == self._conversation_id:
            self._topics.add(signal.topic)
            self._said = self._said or signal.data == "said"
        elif signal.topic == "queue":
            self._topics.add("place")
        else:
            return
        self._changed.set()

    async def _push(self) -> None:
        """Sends whatever changed, looked up anew: a signal only says that it is worth looking."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            topics, self._topics = self._topics, set()
            try:
                if "typing" in topics:
                    await self._send(Typing(on=True, name=self._channel.assistant.name))
                seen = await self._push_messages() if "messages" in topics else None
                if topics & {"state", "messages"} or ("place" in topics and self._waiting):
                    await self._show_state(seen)
                if "state" in topics:
                    await self._refresh_buttons(through=self._cursor)
            except ClientConnectionResetError:
                return  # the browser is gone; a lost database is told in other words, and comes back
            except Exception:
                log.exception("nothing could be shown; trying again", conversation_id=self._conversation_id)
                self._topics |= topics
                self._changed.set()
                await asyncio.sleep(_TRY_AGAIN)

    async def _show_state(self, seen: Seen | None) -> None:
        state = await self._state(seen)
        if state != self._state_shown:
            await self._send(state)
            self._state_shown = state

    async def _state(self, seen: Seen | None = None) -> StateView:
        """Who answers now, by what was just seen."""
        if seen is None:
            async with self._channel.database.read() as tx:
                seen = await handoffs.beside(tx, self._conversation_id)
        held, handoff = seen
        self._waiting = _waits(handoff)
        place = None
        if handoff is not None and self._waiting:
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
            await self._send_batch(self._cursor, new, held, handoff)
            self._cursor = new[-1].number
            if len(new) < _PAGE:
                return held, handoff

    async def _read_new(self) -> tuple[Conversation | None, Handoff | None, list[Message]]:
        async with self._channel.database.read() as tx:
            held, handoff = await handoffs.beside(tx, self._conversation_id)
            new = await conversations.messages(tx, self._conversation_id, self._cursor, limit=_PAGE) if held else []
        return held, handoff, new

    async def _take_new(self) -> tuple[Conversation | None, Handoff | None, list[Message]]:
        """What is new, taken in hand: from here it can no longer be withdrawn."""
        async with self._channel.database.write() as tx:
            # Locked first, as everybody does: a claim that withdraws these messages waits, or was before.
            held, handoff = await handoffs.beside(tx, self._conversation_id, lock=True)
            new = await conversations.messages(tx, self._conversation_id, self._cursor, limit=_PAGE) if held else []
            if any(m.status is Status.PENDING for m in new):
                await conversations.mark_shown(tx, self._conversation_id, new[-1].number)
                if handoff is not None:
                    tx.signal("handoff", handoff.id)
        return held, handoff, new

    async def _send_batch(self, after: int, new: list[Message], held: Conversation, handoff: Handoff | None) -> None:
        waiting = _waits(handoff)
        chosen = render.chosen_in(new)
        items = [render.message(m, held, waiting=waiting, chosen=chosen.get(m.number)) for m in new]
        self._open_buttons |= {item.number for item in items if item.buttons and item.open}
        await self._send(Messages(after, items))
        earlier = {number for number in chosen if number <= after}
        if earlier:
            await self._refresh_buttons(through=after)

    async def _refresh_buttons(self, through: int) -> None:
        """Messages shown before whose buttons were pressed or closed since are sent again, changed."""
        if not self._open_buttons:
            return
        first = min(self._open_buttons)
        async with self._channel.database.read() as tx:
            held = await conversations.get(tx, self._conversation_id)
            stored = await conversations.messages(tx, self._conversation_id, first - 1)
            waiting = _waits(await handoffs.open_of(tx, self._conversation_id))
        assert held is not None
        chosen = render.chosen_in(stored)
        views = [
            render.message(m, held, waiting=waiting, chosen=chosen.get(m.number))
            for m in stored
            if m.number in self._open_buttons and m.number <= through
        ]
        changed = [view for view in views if not view.open or view.chosen is not None]
        self._open_buttons -= {view.number for view in views if not view.open}
        if changed:
            await self._send(Messages(self._cursor, changed))

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                await self._send(Problem("bad_frame", "The chat takes text frames only."))
                continue
            try:
                await self._frame(decode(message.data))
            except FrameRefused as refused:
                await self._send(Problem(refused.code, refused.text, refused.key))

    async def _frame(self, frame: object) -> None:
        match frame:
            case Say() | Press() | Menu():
                await self._take(frame)
            case Replay():
                self._state_shown = None  # an answer in any case: it may be asked for to see whether we live
                self._cursor = min(self._cursor, max(0, frame.after))
                self._topics.add("messages")
                self._changed.set()
            case _:
                raise FrameRefused("bad_frame", "The chat has been opened already.")

    async def _take(self, frame: Say | Press | Menu) -> None:
        inbound = parse(frame, self._visitor, self._locale)
        if not self._channel.pace.take(self._visitor):
            text = "That was a lot at once. Your message was not taken; please send it again in a few seconds."
            await self._send(Problem("too_fast", text, inbound.native_key, retry=True))
            return
        try:
            receipt = await self._channel.receive(inbound)
        except Exception:
            log.exception("message not stored", conversation_id=self._conversation_id)
            text = "Your message could not be stored just now. It stays here and is sent again in a moment."
            await self._send(Problem("not_stored", text, inbound.native_key, retry=True))
            return
        await self._send(Accepted(frame.id, receipt.number))

    async def _send(self, frame: ServerFrame) -> None:
        if not self._socket.closed:
            await self._socket.send_str(_ENCODER.encode(frame).decode())


def _waits(handoff: Handoff | None) -> bool:
    return handoff is not None and handoff.state is HandoffState.WAITING

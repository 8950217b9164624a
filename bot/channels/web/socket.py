"""The web socket ``/ws``: one object per open socket, which takes what the contact does and shows what is said."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from prometheus_client import Gauge
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web import identity, uploads
from bot.channels.web.arriving import Arrival, TooManyNew, arrive
from bot.channels.web.channel import WebChannel
from bot.channels.web.parse import BAD_FRAME, CHANNEL, TEXT_LIMIT, FrameRefused, conversation_of, decode, parse
from bot.channels.web.showing import Showing
from bot.channels.web.wire import (
    Accepted,
    Act,
    Delete,
    Edit,
    FilesView,
    Hello,
    Menu,
    Press,
    Problem,
    Replay,
    Say,
    ServerFrame,
    Welcome,
    Writing,
)
from bot.gateway.limits import TokenBucket
from bot.gateway.receive import UNKNOWN
from conversations.bus import CONTACT_TYPES
from conversations.model import Attachment
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Signal

log = structlog.get_logger()
SOCKETS = Gauge("frontdesk_web_sockets", "Open web sockets")

_ENCODER = msgspec.json.Encoder()
# A frame holds at most TEXT_LIMIT characters of up to 4 bytes, each perhaps escaped; beyond it the socket is closed.
_FRAME_LIMIT = 1024 * 1024
_ERASED_CODE = 4410
_HELLO_LIMIT = 15.0
_TOO_FAST = "That was a lot at once. What is marked was not taken; please send it again in a few seconds."
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")
# Seconds between two signals that a contact is writing.
_WRITING_EVERY = 2.0


async def handle(channel: WebChannel, request: web.Request) -> web.StreamResponse:
    """``GET /ws``."""
    if not channel.allows(request.headers.get("Origin"), request.host):
        log.warning("web socket refused: origin not allowed")
        raise web.HTTPForbidden(text="This site is not on the list of sites that may open the chat (web.origins).")
    socket = web.WebSocketResponse(heartbeat=25, max_msg_size=_FRAME_LIMIT, compress=False)
    await socket.prepare(request)
    channel.open_sockets.add(socket)
    SOCKETS.set(len(channel.open_sockets))
    try:
        await Visit(channel, socket, request.remote or "").run()
    finally:
        channel.open_sockets.discard(socket)
        SOCKETS.set(len(channel.open_sockets))
    return socket


async def close(channel: WebChannel) -> None:
    """Tells every browser to come back: it reconnects and names its cursor."""
    for socket in tuple(channel.open_sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restarting")


class Visit:
    """One open socket of one visitor."""

    def __init__(self, channel: WebChannel, socket: web.WebSocketResponse, address: str) -> None:
        self._channel, self._socket, self._address = channel, socket, address
        self._arrival = Arrival("")
        self._locale: str | None = None
        self._timezone: str | None = None
        self._told_of = False
        self._showing = Showing(channel, self._send)
        self._end_watch: Callable[[], None] = lambda: None
        self._wrote_at = 0.0
        self._present = False
        self._frames = TokenBucket(rate=20, burst=200)  # a widget sends a few in a second at most

    async def run(self) -> None:
        """Greets, then reads and shows until the browser goes away."""
        try:
            await self._serve()
        finally:
            self._end_watch()
            await self._gone()

    async def _gone(self) -> None:
        """The page is closed. While the database is away nobody hears of it: they are thought to be here."""
        if self._present:
            with contextlib.suppress(SQLAlchemyError, OSError):
                matters = self._showing.with_people()
                await self._channel.presence.left(self._arrival.place, matters=matters)

    async def _push(self) -> None:
        """Shows what changes; when it was all erased, the browser is to come back and begin anew."""
        await self._showing.push()
        await self._socket.close(code=_ERASED_CODE, message=b"erased")

    async def _serve(self) -> None:
        try:
            async with asyncio.timeout(_HELLO_LIMIT):
                greeted = await self._hello()
        except TimeoutError:
            greeted = False
        if not greeted:
            await self._socket.close(code=4400, message=b"say hello first")
            return
        pusher = asyncio.create_task(self._push())
        try:
            await self._read()
        finally:
            pusher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pusher

    async def _hello(self) -> bool:
        message = await self._socket.receive()
        if message.type is not WSMsgType.TEXT:
            return False
        try:
            frame = decode(message.data)
        except FrameRefused as refused:
            await self._refuse(refused)
            return False
        if not isinstance(frame, Hello):
            return False
        try:
            self._arrival = await arrive(self._channel, frame.token, frame.contact, self._address, frame.back)
        except TooManyNew:
            await self._send(Problem("too_many", TooManyNew.text, retry=True))
            return False
        self._locale = frame.locale[:35] if frame.locale else None
        self._timezone = frame.timezone if _ZONE.fullmatch(frame.timezone or "") else None
        await self._welcome(frame)
        return True

    async def _welcome(self, hello: Hello) -> None:
        channel, arrival, showing = self._channel, self._arrival, self._showing
        # The cursor of another conversation says nothing about this one.
        cursor = hello.after if arrival.stays else 0
        state, last, self._end_watch = await showing.begin(conversation_of(arrival.place), cursor)
        files = channel.files
        welcome = Welcome(
            token=identity.sign(arrival.place, channel.secret, arrival.until),
            state=state,
            business=channel.business,
            assistant=channel.assistant.name,
            greeting=channel.assistant.greeting,
            starters=list(channel.assistant.starters),
            last_number=last,
            text_limit=TEXT_LIMIT,
            after=showing.cursor,
            files=FilesView(files.most, sorted(files.types), files.at_once),
            known=identity.is_known(arrival.place),
        )
        await self._send(welcome)
        if arrival.refused is not None:
            await self._send(Problem("not_known", arrival.refused))
        self._present = True
        await channel.presence.came(arrival.place)
        await showing.catch_up()

    async def _read(self) -> None:
        async for message in self._socket:
            if not self._frames.take():
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"too many frames")
                return
            try:
                if message.type is not WSMsgType.TEXT:
                    raise FrameRefused(BAD_FRAME, "The chat takes text frames only.")
                await self._frame(decode(message.data))
            except FrameRefused as refused:
                await self._refuse(refused)

    async def _refuse(self, refused: FrameRefused) -> None:
        if refused.code == BAD_FRAME:
            UNKNOWN.labels(CHANNEL, "frame").inc()
        await self._send(Problem(refused.code, refused.text, refused.key))

    async def _frame(self, frame: object) -> None:
        match frame:
            case Say() | Press() | Menu() | Edit() | Delete():
                await self._take(frame)
            case Replay():
                self._showing.replay(frame.after)
            case Writing():
                self._writes()
            case _:
                raise FrameRefused(BAD_FRAME, "The chat has been opened already.")

    def _writes(self) -> None:
        """Lets the agent see that the contact is writing."""
        at = asyncio.get_running_loop().time()
        if self._showing.with_agent() and at - self._wrote_at >= _WRITING_EVERY:
            self._wrote_at = at
            self._channel.bus.publish([Signal("typing", conversation_of(self._arrival.place), CONTACT_TYPES)])

    async def _take(self, frame: Act) -> None:
        place, channel = self._arrival.place, self._channel
        files = self._files(frame) if isinstance(frame, Say) else ()
        # The first message of a visit says where they are and who they are to the business.
        of_them = () if self._told_of else (self._timezone, self._arrival.profile)
        inbound = parse(frame, place, self._locale, files, self._arrival.name, *of_them)
        if not channel.pace.take(place):
            text = _TOO_FAST if channel.floods.begins(place) else ""
            await self._send(Problem("too_fast", text, inbound.native_key, retry=True))
            return
        try:
            await self._check_unused(inbound.conversation_id, inbound.native_key or "", files)
            receipt = await channel.receive(inbound)
        except FrameRefused:
            raise
        except Exception:
            log.exception("message not stored", conversation_id=inbound.conversation_id)
            text = "Your message could not be stored just now. It stays here and is sent again in a moment."
            await self._send(Problem("not_stored", text, inbound.native_key, retry=True))
            return
        self._told_of = True
        await self._send(Accepted(frame.id, receipt.number))

    def _files(self, frame: Say) -> Sequence[Attachment]:
        """The files of a message: uploads of this very visitor."""
        at_once = self._channel.files.at_once
        if len(frame.files) > at_once:
            raise FrameRefused(
                "too_many_files", f"A message takes {at_once} files. Send the others after it.", frame.id
            )
        found = [uploads.opened(one, self._arrival.place, self._channel.secret) for one in frame.files]
        if None in found:
            raise FrameRefused(
                "bad_file", "A file of this message is not there any more. Please add it again.", frame.id
            )
        return [one for one in found if one is not None]

    async def _check_unused(self, conversation_id: str, key: str, files: Sequence[Attachment]) -> None:
        """A file goes with one message; the same message may come twice."""
        if not files:
            return
        async with self._channel.database.read() as tx:
            used = select(t.file.c.id).where(t.file.c.id.in_([one.file_id for one in files]))
            taken = (await tx.execute(used)).first() is not None
            repeated = taken and await conversations.number_of(tx, conversation_id, key) is not None
        if taken and not repeated:
            raise FrameRefused("bad_file", "A file of this message was sent before. Please add it again.", key)

    async def _send(self, frame: ServerFrame) -> None:
        if not self._socket.closed:
            await self._socket.send_str(_ENCODER.encode(frame).decode())

"""What every door of the web channel needs, and who may use it."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from bot.channels.files import FileRules
from bot.channels.web.presence import Presence
from bot.config import Assistant
from bot.gateway.limits import Buckets, Floods
from bot.gateway.receive import Receive
from conversations.bus import Bus
from conversations.store.blobs import Blobs
from conversations.store.database import Database


@dataclass(frozen=True, slots=True)
class WebChannel:
    """The parts of the web channel.

    ``origins`` are the sites (``https://shop.example``) that may open the chat besides our own; ``identity_secret`` is
    what the host site signs its customers' ids with. ``newcomers`` limits new chats of each address, ``pace`` what each
    visitor sends, ``uploads`` their files.
    """

    database: Database
    receive: Receive
    bus: Bus
    blobs: Blobs
    secret: str
    identity_secret: str | None
    origins: frozenset[str]
    business: str
    assistant: Assistant
    files: FileRules
    newcomers: Buckets
    pace: Buckets
    uploads: Buckets
    presence: Presence
    floods: Floods = field(default_factory=Floods)
    open_sockets: set[web.WebSocketResponse] = field(default_factory=set)

    def allows(self, origin: str | None, host: str | None) -> bool:
        """Whether a page of this origin may talk to us, who were called by the name ``host``."""
        if origin is None:
            return True  # not a browser: it has no cookies of ours to abuse, and proves itself by its token
        return origin in self.origins or (bool(host) and origin.partition("://")[2] == host)

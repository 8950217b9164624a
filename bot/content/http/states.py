"""``/studio/api/states``: what was saved, also what is not in the folder any more, and the way back to it."""

from __future__ import annotations

from aiohttp import web

from bot.content.folder import ContentRefused
from bot.content.http.serving import API, Served
from bot.content.saving import Content
from bot.content.states import bring_back, saved_states
from conversations.http.bodies import respond
from conversations.staff import Principal


class StatesApi:
    """The routes' handlers."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def routes(self) -> list[Served]:
        return [
            ("GET", f"{API}/states", self.listed),
            ("POST", f"{API}/states/{{id}}/restore", self.restore),
        ]

    async def listed(self, request: web.Request, who: Principal) -> web.Response:
        """The latest, newest first."""
        return respond(await saved_states(self._content))

    async def restore(self, request: web.Request, who: Principal) -> web.Response:
        """Brings one back into the folder; answers with all as they then are."""
        text = request.match_info["id"]
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            raise ContentRefused("There is no such saved state. Look at the list again.")
        await bring_back(self._content, int(text), who.name)
        return respond(await saved_states(self._content))

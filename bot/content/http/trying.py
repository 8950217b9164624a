"""``/studio/api/trial``: the draft beside the live model."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from bot.content.http.serving import API, Served
from bot.content.shelf import Shelf
from bot.content.trial import Trial, TrialState
from conversations.http.bodies import read, respond
from conversations.staff import Principal


class TrialView(msgspec.Struct, frozen=True):
    """How the draft stands, and the version of the content as it is now: if it is another one, it needs training."""

    draft: TrialState
    content: int


class Said(msgspec.Struct, frozen=True):
    """A message to both."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class TryingApi:
    """The routes' handlers."""

    def __init__(self, trial: Trial, shelf: Shelf) -> None:
        self._trial, self._shelf = trial, shelf

    def routes(self) -> list[Served]:
        return [
            ("GET", f"{API}/trial", self.state),
            ("POST", f"{API}/trial", self.begin),
            ("POST", f"{API}/trial/say", self.say),
            ("POST", f"{API}/trial/again", self.again),
        ]

    async def state(self, request: web.Request, who: Principal) -> web.Response:
        """How the draft stands."""
        version, _ = await self._shelf.content.look()
        return respond(TrialView(await self._trial.state(), version.id))

    async def begin(self, request: web.Request, who: Principal) -> web.Response:
        """Trains what is new, and starts the draft's engine."""
        version, _ = await self._shelf.content.look()
        await self._trial.begin(version.id, who.name)
        return respond(TrialView(await self._trial.state(), version.id))

    async def say(self, request: web.Request, who: Principal) -> web.Response:
        """What both answer."""
        return respond(await self._trial.say(who.id, (await read(request, Said)).text))

    async def again(self, request: web.Request, who: Principal) -> web.Response:
        """Both conversations begin anew."""
        self._trial.again(who.id)
        return respond(None)

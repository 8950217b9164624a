"""``/api/v1/canned``, ``/tags`` and suggestions: what agents say, and what they call matters."""

from __future__ import annotations

from aiohttp import web

from conversations.http.bodies import read, respond
from escalation.http import wire
from escalation.http.api import handoff_id
from escalation.http.route import LEADS, MADE, WHO, Query, Route, asked_for
from escalation.service.canned import CannedReplies
from escalation.service.parts import DeskParts

_HANDOFF = Query("handoff", "For this handoff: its team's and everybody's, its language first")
_WORDS = Query("q", "Words, all of which stand in name or text")
_CANNED = r"/api/v1/canned/{number:\d{1,9}}"


class Knowledge:
    """The routes' handlers."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts

    @property
    def _canned(self) -> CannedReplies:
        return self._parts.canned

    def routes(self) -> list[Route]:
        """As `Route` says."""
        return [
            Route(
                "GET",
                "/api/v1/canned",
                self.found,
                answer=list[wire.Canned],
                query=(_HANDOFF, _WORDS),
                summary="Canned replies",
            ),
            Route(
                "POST",
                "/api/v1/canned",
                self.add,
                wire.NewCanned,
                wire.Canned,
                roles=LEADS,
                summary="Add a canned reply",
                repeat=self.added,
            ),
            Route("PATCH", _CANNED, self.change, wire.NewCanned, wire.Canned, roles=LEADS, summary="Change one"),
            Route("DELETE", _CANNED, self.delete, roles=LEADS, summary="Take one away"),
            Route(
                "POST",
                f"{_CANNED}/preview",
                self.preview,
                wire.PreviewFor,
                wire.Preview,
                summary="One as it would be said in a handoff",
            ),
            Route("GET", "/api/v1/tags", self.tags, answer=list[wire.Tag], summary="The tags in use"),
            Route("POST", "/api/v1/tags", self.add_tag, wire.NewTag, wire.Tag, roles=LEADS, summary="Add a tag"),
            Route("DELETE", "/api/v1/tags/{name}", self.remove_tag, roles=LEADS, summary="Take a tag out of use"),
            Route(
                "GET",
                "/api/v1/handoffs/{id}/suggestions",
                self.suggestions,
                answer=list[wire.Suggestion],
                summary="What was answered to questions like the one that waits",
            ),
        ]

    async def found(self, request: web.Request) -> web.Response:
        handoff, words = asked_for(request, _HANDOFF), asked_for(request, _WORDS, "")
        return respond(await self._canned.found(request[WHO], handoff, words))

    async def add(self, request: web.Request) -> web.Response:
        return await self._save(request, None)

    async def change(self, request: web.Request) -> web.Response:
        return await self._save(request, _number(request))

    async def _save(self, request: web.Request, canned_id: int | None) -> web.Response:
        body = await read(request, wire.NewCanned)
        kept = await self._canned.save(
            request[WHO], name=body.name, text=body.text, team=body.team, language=body.language, canned_id=canned_id
        )
        request[MADE] = str(kept)
        return respond(await self._canned.one(kept))

    async def added(self, request: web.Request, made: str) -> web.Response:
        """Was added before: as it is now."""
        return respond(await self._canned.one(int(made)))

    async def delete(self, request: web.Request) -> web.Response:
        await self._canned.delete(request[WHO], _number(request))
        return respond(None)

    async def preview(self, request: web.Request) -> web.Response:
        body = await read(request, wire.PreviewFor)
        filled = await self._canned.preview(request[WHO], body.handoff_id, _number(request))
        return respond(wire.Preview(filled.text, list(filled.missing)))

    async def tags(self, request: web.Request) -> web.Response:
        return respond([wire.Tag(name) for name in await self._canned.tags()])

    async def add_tag(self, request: web.Request) -> web.Response:
        body = await read(request, wire.NewTag)
        await self._canned.save_tag(request[WHO], body.name)
        return respond(wire.Tag(body.name))

    async def remove_tag(self, request: web.Request) -> web.Response:
        await self._canned.remove_tag(request[WHO], request.match_info["name"])
        return respond(None)

    async def suggestions(self, request: web.Request) -> web.Response:
        await self._parts.view.seen(request[WHO], handoff_id(request))
        return respond(await self._parts.suggesting.for_handoff(handoff_id(request)))


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])

"""Lists: the queue, handoffs page by page, what is searched for; for overseers figures and ratings."""

from __future__ import annotations

from aiohttp import web

from conversations.handoff import HandoffState
from conversations.http.bodies import read, respond
from escalation.http import wire
from escalation.http.bodies import check_text
from escalation.http.route import AFTER, LEADS, LIMIT, MADE, WHO, Query, Route, asked_for
from escalation.service.parts import DeskParts

_STATE = Query("state", "Only in this state", choices=tuple(HandoffState))
_TEAM = Query("team", "Only of this team")
_AGENT = Query("agent", "Only those that this person holds, or ended, by their id")
_TAG = Query("tag", "Only with this tag")
_WORDS = Query("q", "Words, all of which stand in a message; or a reference")
_CHANGED = Query("since", "Only what changed: what an earlier answer gave as since")
_SINCE = Query("since", "Only what ended since this moment (Unix seconds)", float, most=1e11)


class Listing:
    """The routes' handlers."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts

    def routes(self) -> list[Route]:
        """As `Route` says."""
        by, part, figures = (_STATE, _TEAM, _AGENT, _TAG), (AFTER, LIMIT), (_SINCE, AFTER, LIMIT)
        return [
            Route(
                "GET",
                "/api/v1/queue",
                self.queue,
                answer=wire.HandoffList,
                query=(_CHANGED,),
                summary="The queue as it stands, or what changed in it",
            ),
            Route(
                "GET",
                "/api/v1/handoffs",
                self.handoffs,
                answer=wire.HandoffPage,
                query=(*by, *part),
                summary="Handoffs, newest first",
            ),
            Route(
                "POST",
                "/api/v1/handoffs",
                self.open,
                wire.NewHandoff,
                wire.HandoffDetail,
                roles=LEADS,
                summary="Hand a conversation over to people",
                repeat=self.opened,
            ),
            Route(
                "GET",
                "/api/v1/search",
                self.search,
                answer=wire.Hits,
                query=(_WORDS, *part),
                summary="Messages of the last 180 days with all of the words",
            ),
            Route(
                "GET",
                "/api/v1/facts",
                self.facts,
                answer=wire.FactsPage,
                query=figures,
                roles=LEADS,
                summary="What happened to each handoff that ended",
            ),
            Route(
                "GET",
                "/api/v1/surveys",
                self.surveys,
                answer=wire.Surveys,
                query=figures,
                roles=LEADS,
                summary="What contacts said of matters that ended",
            ),
        ]

    async def queue(self, request: web.Request) -> web.Response:
        who, since = request[WHO], asked_for(request, _CHANGED)
        view = self._parts.view
        return respond(await (view.changed(who, since) if since else view.queue(who)))

    async def handoffs(self, request: web.Request) -> web.Response:
        page = await self._parts.view.page(
            request[WHO],
            state=asked_for(request, _STATE),
            team=asked_for(request, _TEAM),
            agent=asked_for(request, _AGENT),
            tag=asked_for(request, _TAG),
            after=asked_for(request, AFTER),
            limit=asked_for(request, LIMIT, 50),
        )
        return respond(page)

    async def open(self, request: web.Request) -> web.Response:
        body = await read(request, wire.NewHandoff)
        check_text(body.evidence)
        made = await self._parts.openings.create(
            request[WHO], body.conversation_id, body.evidence, body.priority, body.team
        )
        request[MADE] = made
        return await self.opened(request, made)

    async def opened(self, request: web.Request, made: str) -> web.Response:
        """The handoff as it stands."""
        return respond(await self._parts.view.detail(request[WHO], made))

    async def search(self, request: web.Request) -> web.Response:
        words, after = asked_for(request, _WORDS, ""), asked_for(request, AFTER)
        return respond(await self._parts.searching.search(request[WHO], words, after, asked_for(request, LIMIT, 20)))

    async def facts(self, request: web.Request) -> web.Response:
        return respond(await self._parts.facts.ended(request[WHO], *_part(request)))

    async def surveys(self, request: web.Request) -> web.Response:
        return respond(await self._parts.facts.surveys(request[WHO], *_part(request)))


def _part(request: web.Request) -> tuple[float, str | None, int]:
    return asked_for(request, _SINCE, 0.0), asked_for(request, AFTER), asked_for(request, LIMIT, 100)

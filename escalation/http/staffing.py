"""``/api/v1/agents``, ``/teams``, ``/board`` and one's own availability: who is there, and how the teams stand."""

from __future__ import annotations

import msgspec
from aiohttp import web

from conversations.handoff import NobodyThere
from conversations.http.bodies import read, respond
from conversations.http.problems import problem
from conversations.staff import Availability
from escalation.config import Teams
from escalation.http import wire
from escalation.http.route import ADMINS, LEADS, MADE, WHO, Route
from escalation.http.signing_in import SigningIn
from escalation.service.parts import DeskParts

_ONE = "/api/v1/agents/{id}"


class Staffing:
    """The routes' handlers."""

    def __init__(self, parts: DeskParts, teams: Teams, signing_in: SigningIn) -> None:
        self._people, self._hiring, self._ending = parts.people, parts.hiring, parts.ending
        self._teams, self._signing_in = teams, signing_in

    def routes(self) -> list[Route]:
        """As `Route` says."""
        agents, mine = "/api/v1/agents", "/api/v1/me/availability"
        return [
            Route("GET", agents, self.everyone, answer=list[wire.Agent], summary="The roster"),
            Route(
                "POST",
                agents,
                self.add,
                wire.NewAgent,
                wire.Added,
                roles=ADMINS,
                summary="Put somebody on the roster",
                repeat=self.added,
            ),
            Route(
                "PATCH",
                _ONE,
                self.change,
                wire.AgentChange,
                wire.Agent,
                roles=LEADS,
                summary="Change somebody's teams, skills, languages, capacity, shifts or role",
            ),
            Route("DELETE", _ONE, self.remove, roles=ADMINS, summary="Take somebody off the roster"),
            Route("PUT", mine, self.availability, wire.SetAvailability, wire.Me, summary="Say whether one is here"),
            Route("GET", "/api/v1/teams", self.teams, answer=list[wire.TeamName], summary="The teams"),
            Route("GET", "/api/v1/board", self.board, answer=wire.Board, roles=LEADS, summary="How it stands now"),
            Route(
                "POST",
                "/api/v1/contacts/{id}/unblock",
                self.unblock,
                summary="Answer a contact again",
            ),
        ]

    async def everyone(self, request: web.Request) -> web.Response:
        return respond(await self._people.everyone())

    async def add(self, request: web.Request) -> web.Response:
        added = await self._hiring.add(request[WHO], await read(request, wire.NewAgent))
        request[MADE] = added.id
        return respond(added)

    async def added(self, request: web.Request, made: str) -> web.Response:
        """Was added before: the token is not shown again."""
        raise problem(409, "They are on the roster already; their token was shown once.", "Remove and add them anew.")

    async def change(self, request: web.Request) -> web.Response:
        body = await read(request, wire.AgentChange)
        changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
        try:
            return respond(await self._people.change(request[WHO], request.match_info["id"], **changes))
        except NobodyThere:
            raise _nobody() from None

    async def remove(self, request: web.Request) -> web.Response:
        try:
            await self._hiring.remove(request[WHO], request.match_info["id"])
        except NobodyThere:
            raise _nobody() from None
        return respond(None)

    async def availability(self, request: web.Request) -> web.Response:
        body = await read(request, wire.SetAvailability)
        await self._people.set_availability(request[WHO], Availability(body.availability), body.until)
        return respond(await self._signing_in.told(request))

    async def teams(self, request: web.Request) -> web.Response:
        return respond([wire.TeamName(team.name, team.shown) for team in self._teams])

    async def board(self, request: web.Request) -> web.Response:
        return respond(await self._people.board(request[WHO]))

    async def unblock(self, request: web.Request) -> web.Response:
        await self._ending.unblock(request[WHO], request.match_info["id"])
        return respond(None)


def _nobody() -> web.HTTPException:
    return problem(404, "There is nobody with this id on the roster.", "Reload the list.")

"""Serves the studio's routes: who asks and whether they may, and what was refused, for all alike.

A handler is called with the request and who asks. Who that is, the front says (`Who`): its sign-in is the desk's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec
import structlog
from aiohttp import web

from bot.content.amending import Changed
from bot.content.background import Running
from bot.content.folder import ContentRefused
from bot.content.labelling import NotThere
from bot.content.models import LiveChanged
from bot.content.rolling_back import Refused
from bot.content.unanswered import errors as unanswered
from bot.content.versions import Conflict
from conversations.http.bodies import respond
from conversations.http.problems import MEDIA_TYPE, problem
from conversations.staff import Principal, Role

Handler = Callable[[web.Request, Principal], Awaitable[web.StreamResponse]]
# Method, path, handler.
Served = tuple[str, str, Handler]
# Who is signed in; raises the 401 that says that nobody is, and the 403 when a page of another site asks.
Who = Callable[[web.Request], Awaitable[Principal]]

API = "/studio/api"
EDITORS = frozenset({Role.EDITOR, Role.LEAD, Role.ADMIN})
_log = structlog.get_logger()


class Clashing(msgspec.Struct, frozen=True):
    """A file that two changed: as it was opened, as it is, as it was to be."""

    path: str
    seen: str | None
    theirs: str | None
    wanted: str | None


def add(app: web.Application, who: Who, routes: Sequence[Served]) -> None:
    """Adds the routes; whatever else is asked for under the API is told not to be there."""
    for method, path, handler in routes:
        app.router.add_route(method, path, _served(handler, who))
    app.router.add_route("*", API + "/{rest:.*}", _served(_nothing, who))


def _served(handler: Handler, who: Who) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        asking = await who(request)
        if asking.role not in EDITORS:
            raise problem(403, "Your role does not edit what the assistant says.", "Ask an admin to change your role.")
        try:
            return await handler(request, asking)
        except web.HTTPRequestEntityTooLarge as large:
            if large.content_type == MEDIA_TYPE:
                raise
            raise problem(413, "That is too much at once.", "Save it in several parts.") from None
        except Exception as wrong:
            if (told := _told(wrong)) is None:
                raise
            return told

    return serve


async def _nothing(request: web.Request, who: Principal) -> web.StreamResponse:
    raise problem(404, "There is nothing at this address.", "Reload the page.")


def _told(wrong: Exception) -> web.StreamResponse | None:
    """What is known to go wrong, in words; None for a fault of ours."""
    match wrong:
        case Changed():
            more = {"by": wrong.by, "version": wrong.version.id, "seen": wrong.seen, "theirs": wrong.now}
            return refusal(409, str(wrong), "Their change stands beside yours: merge both, then save again.", **more)
        case Conflict():
            clashes = [Clashing(c.path, *map(_text, (c.seen, c.theirs, c.wanted))) for c in wrong.clashes]
            return refusal(409, str(wrong), "Nothing you wrote is lost.", clashes=clashes, by=wrong.by)
        case ContentRefused() | unanswered.Refused():
            return refusal(422, str(wrong), "Nothing was changed.")
        case NotThere() | unanswered.Unknown():
            return refusal(404, str(wrong), "Reload the list.")
        case unanswered.NoEngine():
            return refusal(503, str(wrong), "Try again soon.")
        case unanswered.BadQuery() | msgspec.DecodeError():
            return refusal(400, "This is not what the route takes.", str(wrong))
        case Running():
            return refusal(409, str(wrong), "You see its steps on this page.")
        case Refused():
            return refusal(409, str(wrong), "The live model answers as before.")
        case LiveChanged():
            return refusal(409, "Another version was made live meanwhile.", "Look at the versions again.")
    return None


def refusal(status: int, title: str, detail: str, **more: object) -> web.Response:
    """A problem that carries more than words."""
    body = {"type": f"/problems/{status}", "title": title, "status": status, "detail": detail, **more}
    answer = respond(body, status)
    answer.content_type = MEDIA_TYPE
    return answer


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")

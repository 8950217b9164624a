"""``/api/v1/handoffs/{id}`` and what is done with it: what the web desk and other programs do with handoffs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from conversations.http.bodies import read, respond
from conversations.http.problems import problem
from conversations.staff import Principal
from escalation.http import wire
from escalation.http.bodies import TEXT_LIMIT, check_key, check_text
from escalation.http.route import WHO, Handler, Route
from escalation.service.files import MOST_FILES, FileGone
from escalation.service.moving import Target
from escalation.service.parts import DeskParts

# Does something with a handoff, on behalf of somebody.
Act = Callable[[Principal, str], Awaitable[object]]
_ONE = "/api/v1/handoffs/{id}"


class Api:
    """The routes' handlers."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts

    def routes(self) -> list[Route]:
        """As `Route` says; each act is answered with the handoff as it stands after it."""
        act, told, parts = self._act, self._told, self._parts
        return [
            Route("GET", _ONE, self.handoff, None, wire.HandoffDetail, summary="One handoff whole; that is recorded"),
            told("claim", self._claim, "Take a waiting handoff", wire.Claim),
            act("release", parts.moving.release, "Give it back to the queue, in its old place"),
            act("return", parts.moving.give_back, "Return the conversation to the assistant"),
            told("reply", self._reply, "Say something to the contact", wire.Reply),
            told("note", self._note, "Write a note for colleagues", wire.Note),
            told("resolve", self._resolve, "End the matter and ask for stars", wire.Resolve),
            told("transfer", self._transfer, "Pass it on to a team or a person", wire.Transfer),
            act("decline", parts.moving.decline, "Let an offer pass to the next"),
            act("step-in", parts.moving.step_in, "Take it from who holds it"),
            told("snooze", self._snooze, "Put it off until a moment, or until the contact writes", wire.Snooze),
            act("wake", parts.moving.wake, "Take up what was put off"),
            act("reopen", parts.ending.reopen, "Take up a resolved matter again"),
            told("block", self._block, "Answer this contact no more", wire.Block),
            act("unblock", self._unblock, "Answer this contact again"),
            told("goodwill", self._goodwill, "Grant the contact something, within one's limits", wire.Goodwill),
            Route(
                "POST",
                f"{_ONE}/typing",
                self.typing,
                summary="Let the contact see that you are writing, for some seconds",
            ),
        ]

    def _act(self, name: str, do: Act, summary: str) -> Route:
        """A route that does something with a handoff, and needs to be told nothing more."""

        async def handler(request: web.Request) -> web.StreamResponse:
            return await self.done(request, do)

        return self._told(name, handler, summary, None)

    def _told(self, name: str, handler: Handler, summary: str, body: type | None) -> Route:
        path = f"{_ONE}/{name}"
        return Route("POST", path, handler, body, wire.HandoffDetail, summary=summary, repeat=self.repeated)

    async def done(self, request: web.Request, do: Act) -> web.Response:
        """Does an act with a handoff that this person may see; answers with the handoff as it stands after it."""
        who, which = request[WHO], handoff_id(request)
        await self._parts.view.seen(who, which)
        await do(who, which)
        return respond(await self._parts.view.detail(who, which))

    async def repeated(self, request: web.Request, made: str) -> web.Response:
        """Was done before: the handoff as it stands now."""
        return respond(await self._parts.view.detail(request[WHO], made or handoff_id(request)))

    async def handoff(self, request: web.Request) -> web.Response:
        """One handoff whole; the opening is recorded."""
        return respond(await self._parts.view.detail(request[WHO], handoff_id(request)))

    async def typing(self, request: web.Request) -> web.Response:
        """The contact sees that the agent is writing, if it is the agent's to write."""
        await self._parts.typing(request[WHO], handoff_id(request))
        return respond(None)

    async def _claim(self, request: web.Request) -> web.Response:
        greet = (await read(request, wire.Claim)).greet
        return await self.done(request, lambda who, which: self._parts.desk.claim(who, which, greet=greet))

    async def _reply(self, request: web.Request) -> web.Response:
        body = await read(request, wire.Reply)
        check_key(body.id)
        if len(body.file_ids) > MOST_FILES:
            raise problem(400, f"A message carries up to {MOST_FILES} files.", "Send them in several messages.")
        check_text(body.text, may_be_empty=bool(body.file_ids))
        try:
            return await self.done(request, lambda who, which: self._say(who, which, body))
        except FileGone:
            title = "A file of this reply is not here any more, so nothing was sent."
            raise problem(409, title, "Attach it again, and send again.") from None

    async def _say(self, who: Principal, which: str, body: wire.Reply) -> None:
        desk = self._parts.desk
        sent = await desk.knows(which, body.id)  # then its files are no longer among what was uploaded
        files = [] if sent else await self._parts.files.uploaded(who, which, body.file_ids)
        await desk.reply(who, which, body.text, body.id, files)

    async def _note(self, request: web.Request) -> web.Response:
        body = await read(request, wire.Note)
        check_key(body.id)
        check_text(body.text)
        return await self.done(request, lambda who, which: self._parts.desk.note(who, which, body.text, body.id))

    async def _resolve(self, request: web.Request) -> web.Response:
        body = await read(request, wire.Resolve)
        _check_comment(body.comment)
        end, how = self._parts.ending.resolve, (body.outcome, body.comment, body.tags)
        return await self.done(request, lambda who, which: end(who, which, *how, teach=body.teach))

    async def _transfer(self, request: web.Request) -> web.Response:
        body = await read(request, wire.Transfer)
        _check_comment(body.comment)
        if (body.team is None) == (body.agent_id is None):
            raise problem(400, "It goes to a team or to a person.", "Send one of team and agent_id.")
        to = Target(body.team, body.agent_id)
        pass_on = self._parts.moving.transfer
        return await self.done(request, lambda who, which: pass_on(who, which, to, body.comment))

    async def _snooze(self, request: web.Request) -> web.Response:
        body = await read(request, wire.Snooze)
        _check_comment(body.comment)
        put_off = self._parts.moving.snooze
        return await self.done(request, lambda who, which: put_off(who, which, body.until, body.comment))

    async def _block(self, request: web.Request) -> web.Response:
        body = await read(request, wire.Block)
        check_text(body.why)
        return await self.done(request, lambda who, which: self._parts.ending.block(who, which, body.why))

    async def _unblock(self, who: Principal, which: str) -> None:
        contact_id = (await self._parts.view.whole(which)).contact_id
        await self._parts.ending.unblock(who, contact_id)

    async def _goodwill(self, request: web.Request) -> web.Response:
        body = await read(request, wire.Goodwill)
        check_key(body.id)
        _check_comment(body.note)
        pence, grant = round(min(body.amount, _MOST_AMOUNT) * 100), self._parts.goodwill.grant
        return await self.done(request, lambda who, which: grant(who, which, body.kind, pence, body.note, body.id))


# More than that is refused anyway, and can be counted.
_MOST_AMOUNT = 1e6


def handoff_id(request: web.Request) -> str:
    return request.match_info["id"]


def _check_comment(comment: str) -> None:
    if len(comment) > TEXT_LIMIT:
        raise problem(400, f"The comment is longer than {TEXT_LIMIT:,} characters.", "Shorten it.")

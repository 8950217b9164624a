"""``/api/v1``: what the web desk and other programs do with handoffs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from aiohttp import web

from conversations.handoff import ClaimLost, HandoffError, HandoffState, HandoffUnknown, KeptAsNote, NotHolder
from conversations.staff import Principal
from conversations.typed_json import NotThisShape, decode
from escalation.http import wire
from escalation.http.auth import COOKIE, Auth
from escalation.http.problems import problem
from escalation.service.amending import BeingSent, CannotBeRevised, HasArrived, MatterEnded, NotTheirMessage
from escalation.service.desk import Desk
from escalation.service.files import MOST_FILES, FileGone, Files
from escalation.service.typing import Typing
from escalation.service.view import View

log = structlog.get_logger()
TEXT_LIMIT = 20_000
_SIGN_IN_PER_MINUTE = 10
_MOST_ADDRESSES = 10_000


class Api:
    """The routes' handlers."""

    def __init__(self, auth: Auth, desk: Desk, view: View, files: Files, typing: Typing, business: str) -> None:
        self._auth, self._desk, self._view, self._files, self._business = auth, desk, view, files, business
        self._typing = typing
        self._sign_ins: dict[str, list[float]] = {}

    async def sign_in(self, request: web.Request) -> web.Response:
        """Signs in with an agent token; too many wrong ones from one address have to wait."""
        self._slow_guessing(request.remote or "")
        body = await read(request, wire.SignIn)
        who = await self._auth.sign_in(body.token)
        if who is None:
            log.warning("sign-in refused", address=request.remote)
            raise problem(401, "That token is not known here.", "Check it, or ask your admin for a new one.")
        self._sign_ins.pop(request.remote or "", None)
        response = respond(self._me(who))
        self._auth.set_cookie(response, request, who, body.token)
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """Forgets the sign-in."""
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/")
        return response

    async def me(self, request: web.Request) -> web.Response:
        """Who is signed in."""
        return respond(self._me(await self._auth.principal(request)))

    async def handoffs(self, request: web.Request) -> web.Response:
        """The queue."""
        await self._auth.principal(request)
        return respond(await self._view.queue())

    async def handoff(self, request: web.Request) -> web.Response:
        """One handoff whole; the opening is recorded."""
        who = await self._auth.principal(request)
        return await self.answer(request, who, None)

    async def claim(self, request: web.Request) -> web.Response:
        """Takes a waiting handoff."""
        who = await self._auth.principal(request)
        return await self.answer(request, who, self._desk.claim(who, handoff_id(request)))

    async def release(self, request: web.Request) -> web.Response:
        """Gives it back to the queue, in its old place."""
        who = await self._auth.principal(request)
        return await self.answer(request, who, self._desk.release(who, handoff_id(request)))

    async def give_back(self, request: web.Request) -> web.Response:
        """Returns the conversation to the assistant."""
        who = await self._auth.principal(request)
        return await self.answer(request, who, self._desk.give_back(who, handoff_id(request)))

    async def reply(self, request: web.Request) -> web.Response:
        """Says something to the contact."""
        who = await self._auth.principal(request)
        body = await read(request, wire.Reply)
        _check(body.id, body.text, files=len(body.file_ids))
        return await self.answer(request, who, self._reply(who, handoff_id(request), body))

    async def _reply(self, who: Principal, handoff: str, body: wire.Reply) -> None:
        sent = await self._desk.knows(handoff, body.id)  # then its files are no longer among what was uploaded
        files = [] if sent else await self._files.uploaded(who, handoff, body.file_ids)
        await self._desk.reply(who, handoff, body.text, body.id, files)

    async def typing(self, request: web.Request) -> web.Response:
        """The contact sees that the agent is writing, if it is the agent's to write."""
        await self._typing(await self._auth.principal(request), handoff_id(request))
        return web.Response(status=204)

    async def note(self, request: web.Request) -> web.Response:
        """Writes a note for colleagues."""
        who = await self._auth.principal(request)
        body = await read(request, wire.Note)
        _check(body.id, body.text)
        return await self.answer(request, who, self._desk.note(who, handoff_id(request), body.text, body.id))

    async def resolve(self, request: web.Request) -> web.Response:
        """Ends the matter and asks for stars."""
        who = await self._auth.principal(request)
        body = await read(request, wire.Resolve)
        if len(body.comment) > TEXT_LIMIT:
            raise problem(400, f"The comment is longer than {TEXT_LIMIT:,} characters.", "Shorten it.")
        act = self._desk.resolve(who, handoff_id(request), body.outcome, body.comment)
        return await self.answer(request, who, act)

    async def answer(self, request: web.Request, who: Principal, act: Awaitable[object] | None) -> web.Response:
        """Does the act, and answers with the handoff as it stands after it."""
        try:
            if act is not None:
                await act
            return respond(await self._view.detail(who, handoff_id(request)))
        except HandoffUnknown:
            raise problem(404, "There is no such handoff.", "Go back to the queue.") from None
        except ClaimLost as lost:
            raise _lost(lost) from None
        except FileGone:
            title = "A file of this reply is not here any more, so nothing was sent."
            raise problem(409, title, "Attach it again, and send again.") from None
        except NotHolder:
            raise problem(
                409,
                "You do not hold this handoff any more, so nothing was sent or changed.",
                "Your text is still here. Claim it again to send, or keep it as a note.",
            ) from None
        except HandoffError as no:
            if type(no) not in _REFUSALS:
                raise
            raise problem(409, *_REFUSALS[type(no)]) from None

    def _me(self, who: Principal) -> wire.Me:
        return wire.Me(who.id, who.name, who.role, who.team, self._business)

    def _slow_guessing(self, address: str) -> None:
        at = time.monotonic()
        if len(self._sign_ins) > _MOST_ADDRESSES:
            self._sign_ins.clear()
        recent = [moment for moment in self._sign_ins.get(address, []) if moment > at - 60]
        if len(recent) >= _SIGN_IN_PER_MINUTE:
            raise problem(429, "Too many attempts to sign in.", "Wait a minute and try again.")
        self._sign_ins[address] = [*recent, at]


def handoff_id(request: web.Request) -> str:
    return request.match_info["id"]


def respond(body: msgspec.Struct) -> web.Response:
    """A JSON answer that nobody keeps."""
    return web.Response(
        body=msgspec.json.encode(body), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def read[T](request: web.Request, kind: type[T]) -> T:
    """The request's body.

    Raises:
        web.HTTPException: 400 with the reason when it is broken or of another shape.
    """
    try:
        return decode(await request.read(), kind)
    except NotThisShape as wrong:
        raise problem(400, "The request's body is not what this route takes.", str(wrong)) from None


def _check(key: str, text: str, files: int = 0) -> None:
    if not 8 <= len(key) <= 64:
        raise problem(400, "The id must have 8 to 64 characters.", "Send a UUID, and the same one when you send again.")
    if files > MOST_FILES:
        raise problem(400, f"A message carries up to {MOST_FILES} files.", "Send them in several messages.")
    check_text(text, may_be_empty=files > 0)


def check_text(text: str, *, may_be_empty: bool = False) -> None:
    """Raises: web.HTTPException: 400 with the reason."""
    if not text.strip() and not may_be_empty:
        raise problem(400, "There is nothing to send.", "Write something first.")
    if len(text) > TEXT_LIMIT:
        raise problem(400, f"The text is longer than {TEXT_LIMIT:,} characters.", "Send it in shorter parts.")


def _lost(lost: ClaimLost) -> web.HTTPException:
    if lost.agent_name is None or lost.state is not HandoffState.ASSIGNED:
        return problem(409, f"This handoff is {lost.state} already.", "Go back to the queue.")
    ago = max(0, round(time.time() - (lost.at or time.time())))
    when = f"{ago} seconds ago" if ago < 120 else f"{ago // 60} minutes ago"
    return problem(409, f"{lost.agent_name} claimed this {when}.", "You can leave a note for them.")


# Why a message was not changed or sent again, and what to do.
_REFUSALS: dict[type[HandoffError], tuple[str, str]] = {
    NotTheirMessage: ("This is not a message of yours to the contact, so it was not changed.", "Change your own only."),
    MatterEnded: ("This matter has ended, so its messages stay as they are.", "Nothing needs to be done."),
    CannotBeRevised: (
        "The contact's channel cannot change what it has shown: they keep seeing the old text.",
        "Send a correction as a new message.",
    ),
    BeingSent: ("The message is on its way to the contact this moment, so it was not changed.", "Try again soon."),
    HasArrived: ("There is nothing to send again.", "Reload the handoff to see how it stands."),
    KeptAsNote: ("This was kept as a note before, so it was not sent.", "Send it under a new id."),
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler, Any, Any, str]


def routes(api: Api) -> list[Route]:
    """Method, path, handler, body, answer and summary of every route: what is served and what OpenAPI tells."""
    one = "/api/v1/handoffs/{id}"
    detail = wire.HandoffDetail
    return [
        ("POST", "/api/v1/sign-in", api.sign_in, wire.SignIn, wire.Me, "Sign in with an agent token"),
        ("POST", "/api/v1/sign-out", api.sign_out, None, None, "Forget the sign-in"),
        ("GET", "/api/v1/me", api.me, None, wire.Me, "Who is signed in"),
        ("GET", "/api/v1/handoffs", api.handoffs, None, wire.HandoffList, "The queue"),
        ("GET", one, api.handoff, None, detail, "One handoff whole; the opening is recorded"),
        ("POST", f"{one}/claim", api.claim, None, detail, "Take a waiting handoff"),
        ("POST", f"{one}/release", api.release, None, detail, "Give it back to the queue, in its old place"),
        ("POST", f"{one}/return", api.give_back, None, detail, "Return the conversation to the assistant"),
        ("POST", f"{one}/reply", api.reply, wire.Reply, detail, "Say something to the contact"),
        ("POST", f"{one}/typing", api.typing, None, None, "Let the contact see that you are writing, for some seconds"),
        ("POST", f"{one}/note", api.note, wire.Note, detail, "Write a note for colleagues"),
        ("POST", f"{one}/resolve", api.resolve, wire.Resolve, detail, "End the matter and ask for stars"),
    ]

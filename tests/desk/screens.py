"""The desk's page over answers that a test gives, in the wire's own structs: every state of every screen can be had.

What the API really does is tested over a whole front (`test_page`); here it is what the page makes of its answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from conversations.http.problems import MEDIA_TYPE, problem_body
from escalation.http import wire
from escalation.http.page import add_page

NOW = 1_790_000_000.0
ME = wire.Me(
    "me", "Ana", "lead", "support", "Pineapple & Co", ["support", "care"], goodwill_kinds=["voucher", "postage refund"]
)
REFUSED = (409, "Dana claimed this 40 seconds ago.", "You can leave a note for them.")


def summary(id: str = "h1", **over: Any) -> wire.HandoffSummary:
    """A waiting handoff."""
    row: dict[str, Any] = {
        "reference": f"FD-{id.upper()}",
        "state": "waiting",
        "priority": 4,
        "channel": "web",
        "contact": f"Visitor {id}",
        "ask": "Where is my wok? It should have come on Monday.",
        "mood": -0.6,
        "reasons": [wire.Reason("mood", "Upset", "this is the third time", 3)],
        "place": 1,
        "waiting_since": NOW - 300,
        "created_at": NOW - 300,
        "agent_id": None,
        "agent": None,
        "awaiting": None,
        "lease_until": None,
        "outcome": None,
        "comment": None,
        "stars": None,
        "language": None,
        "last_text": "Hello? Is anybody there?",
        "last_at": NOW - 60,
        "team": "support",
        "team_title": "Customer care",
    }
    return wire.HandoffSummary(id=id, **{**row, **over})


def mine(id: str = "h1", **over: Any) -> wire.HandoffSummary:
    """A handoff that I hold, and whose contact waits for me."""
    held = {"state": "assigned", "agent_id": "me", "agent": "Ana", "place": None, "awaiting": NOW - 90}
    return summary(id, **{**held, "lease_until": NOW + 500, **over})


def brief() -> wire.Brief:
    return wire.Brief(
        ask="Where is my wok? It should have come on Monday.",
        ask_message=1,
        reasons=[wire.Reason("mood", "Upset", "this is the third time", 3)],
        tried=[wire.Tried(1, "Where is my order", "Asked for the order number")],
        facts=[wire.Fact("Order", "PX-4711", 3, 0.97), wire.Fact("Product", "wok", 1, 0.62)],
        mood=[0.1, -0.2, -0.6],
        orders=[wire.Fact("PX-4711", "Wok, sent on Friday with Royal Mail", None)],
        history=[wire.Fact("FD-1", "Solved in March", None)],
        profile=[wire.Fact("Customer since", "2021", None), wire.Fact("E-mail", "sam@shop.example", None)],
        moods_in_blocks="▅▄▂",
    )


def lines() -> list[wire.TranscriptLine]:
    line = wire.TranscriptLine
    return [
        line(1, "contact", None, "Where is my wok? It should have come on Monday.", NOW - 400, "received"),
        line(2, "bot", None, "I can look. What is your order number?", NOW - 395, "sent", buttons=["I have none"]),
        line(3, "contact", None, "PX-4711, this is the third time", NOW - 380, "received"),
        line(4, "system", None, "A person has been asked. You are number 1 in line.", NOW - 300, "sent"),
        line(None, "agent", "Dana", "The carrier lost it.", NOW - 200, "note", note=True),
        line(5, "agent", "Ana", "Hello, I am looking into it.", NOW - 100, "sent", may=["edit", "delete"]),
        line(6, "contact", None, "Hello? Is anybody there?", NOW - 60, "received"),
    ]


ALL_OF_MINE: list[wire.May] = [
    "reply",
    "note",
    "resolve",
    "return",
    "release",
    "transfer",
    "snooze",
    "goodwill",
    "block",
]


def detail(row: wire.HandoffSummary | None = None, may: list[wire.May] | None = None) -> wire.HandoffDetail:
    """A handoff whole; mine, with all that may be done with it, unless said otherwise."""
    step = wire.Step
    return wire.HandoffDetail(
        summary=row or mine(),
        brief=brief(),
        transcript=lines(),
        may=ALL_OF_MINE if may is None else may,
        conversation_id="web:1",
        contact_id="c1",
        steps=[
            step("opened", NOW - 300),
            step("transferred", NOW - 250, "Dana", None, "support", "Knows about woks"),
            step("claimed", NOW - 120, "Ana", "Ana"),
        ],
        goodwill=[wire.GoodwillGiven("voucher", 5.0, "GBP", "Dana", NOW - 9000, "FD-1", "Late parcel")],
    )


def agent(id: str, name: str, **over: Any) -> wire.Agent:
    person: dict[str, Any] = {
        "role": "agent",
        "teams": ["support"],
        "skills": ["refunds"],
        "languages": ["en", "de"],
        "capacity": 4,
        "held": 2,
        "availability": "here",
        "away_until": None,
        "on_shift": True,
    }
    return wire.Agent(id=id, name=name, **{**person, **over})


PEOPLE = [
    agent("me", "Ana", role="lead", teams=["support", "care"]),
    agent("dana", "Dana", held=4, availability="busy"),
    agent("eli", "Elisabeth van der Hoeven-Montgomery", availability="away", away_until=NOW + 3600, on_shift=False),
]
TEAMS = [
    wire.TeamView("support", "Customer care", wire.Counts(12, 3, 1, 2, 1), NOW - 4000, None, 2),
    wire.TeamView("care", "Returns", wire.Counts(0, 0), None, "on Monday at 09:00", 0),
]
QUEUE = wire.HandoffList(
    waiting=[
        summary("h1", offered_to="Ana", offered_until=NOW + 55),
        summary("h2", place=2, contact="Kim", sla=wire.Sla(first=wire.ClockView("at_risk", NOW + 90), due_at=NOW + 90)),
        summary("h3", place=3, team="care", team_title="Returns", language="French", priority=9, tags=["returns"]),
    ],
    assigned=[
        mine("h4", sla=wire.Sla(next=wire.ClockView("breached"))),
        mine("h5", agent_id="dana", agent="Dana", channel="telegram", awaiting=None, reachable="no"),
    ],
    ended=[summary("h7", state="resolved", place=None, outcome="solved", stars=5)],
    snoozed=[mine("h6", snoozed=True, snoozed_until=NOW + 3600, awaiting=None, lease_until=None)],
    now=NOW,
    counts={"support": wire.Counts(320, 2, 1, 1, 1), "care": wire.Counts(1, 0)},
)
CANNED = [
    wire.Canned(1, "late parcel", "Hello {contact}, I am sorry that {order} is late. {agent}"),
    wire.Canned(2, "return label", "Here is your label, {contact}.", "care"),
]
HITS = [wire.Hit("h1", "FD-H1", "Kim", 3, "contact", "PX-4711, this is the third time", NOW - 380)]

Answer = Any


@dataclass
class Screens:
    """What the API answers, by ``METHOD path``; a tuple is a problem, a future is one that does not come yet."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any] | None]] = field(default_factory=list)
    streams: list[web.StreamResponse] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        usual: dict[str, Answer] = {
            "GET /me": ME,
            "GET /queue": QUEUE,
            "GET /handoffs/h1": detail(),
            "GET /agents": PEOPLE,
            "GET /teams": [wire.TeamName("support", "Customer care"), wire.TeamName("care", "Returns")],
            "GET /board": wire.Board(PEOPLE, TEAMS, NOW),
            "GET /canned": CANNED,
            "GET /tags": [wire.Tag("returns"), wire.Tag("late-parcel")],
            "GET /search": wire.Hits(HITS, None),
            "POST /canned/1/preview": wire.Preview("Hello Kim, I am sorry that {order} is late. Ana", ["order"]),
            "GET /handoffs/h1/suggestions": [wire.Suggestion("It comes on Friday.", "where is it?", 0.83, "FD-9")],
        }
        self.answers = {**usual, **self.answers}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v1")
        body = await request.json() if request.can_read_body else None
        name = f"{request.method} {path}"
        self.asked.append((name, body if body is not None else dict(request.query) or None))
        answer = self.answers.get(name, self.answers["GET /handoffs/h1"] if "/handoffs/" in path else (404, "No", ""))
        if asyncio.isfuture(answer):
            answer = await answer
        if isinstance(answer, tuple):
            return web.Response(status=answer[0], body=problem_body(*answer), content_type=MEDIA_TYPE)
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")

    async def live(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        self.streams.append(response)
        await asyncio.Event().wait()
        return response

    async def signal(self, topic: str, id: str = "") -> None:
        """Tells the page to look again."""
        for stream in self.streams:
            await stream.write(f'event: {topic}\ndata: {{"id": "{id}"}}\n\n'.encode())

    def sent(self, name: str) -> list[dict[str, Any] | None]:
        """The bodies (or queries) of the requests to one route."""
        return [body for asked, body in self.asked if asked == name]


@asynccontextmanager
async def screens(**answers: Answer) -> AsyncIterator[Screens]:
    """The page on a server of its own."""
    shown = Screens(answers)
    app = web.Application()
    add_page(app)
    app.router.add_get("/api/v1/live", shown.live)
    app.router.add_route("*", "/api/v1/{rest:.*}", shown.handle)
    async with TestServer(app) as server:
        shown.url = str(server.make_url("/desk"))
        yield shown

"""A front is killed as it pushes to a vendor: what is sent is sent once, and what is not known is marked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.core import checker
from tests.core.killable import POINTS_OF_PUSHING
from tests.core.site import PATIENCE, Process, Site

PEOPLE, SAYINGS = ("4711", "4712"), 3


@dataclass
class Vendor:
    """Takes messages over HTTP and writes down what it took; brings what people write until it is acknowledged."""

    url: str = ""
    taken: list[tuple[str, int, str]] = field(default_factory=list)
    unacknowledged: list[dict[str, str]] = field(default_factory=list)

    async def send(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.taken.append((said["to"], said["number"], said["text"]))
        return web.json_response(f"v{said['number']}")

    async def find(self, request: web.Request) -> web.Response:
        said = await request.json()
        known = (said["to"], said["number"], said["text"]) in self.taken
        return web.json_response(f"v{said['number']}" if known else None)

    async def bring(self, front: Process) -> None:
        """Brings everything that is not acknowledged, people by turns, as long as somebody takes it."""
        with contextlib.suppress(aiohttp.ClientError):
            async with aiohttp.ClientSession() as session:
                for said in list(self.unacknowledged):
                    async with session.post(f"{front.base}/post", json=said) as response:
                        if response.status == 200:
                            self.unacknowledged.remove(said)


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    made, app = Vendor(), web.Application()
    app.router.add_post("/send", made.send)
    app.router.add_post("/find", made.find)
    made.unacknowledged = [
        {"from": person, "key": f"m:{number}", "text": f"{number} of {person}"}
        for number in range(SAYINGS)
        for person in PEOPLE
    ]
    async with TestServer(app) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made


@pytest.mark.parametrize("can_find", [True, False], ids=["which can look up", "which cannot look up"])
@pytest.mark.parametrize("point", POINTS_OF_PUSHING)
async def test_a_push_is_taken_once_or_marked_when_a_front_is_killed_as(
    site: Site, vendor: Vendor, point: str, can_find: bool
) -> None:
    async with site.front(point=point, times=2, vendor=vendor.url, can_find=can_find) as doomed:
        await vendor.bring(doomed)
        await doomed.until_killed()
    in_flight = _with_status(await site.record(), "sending")
    await site.a_dead_front_is_given_up()
    async with site.front(vendor=vendor.url, can_find=can_find) as front:
        async with asyncio.timeout(PATIENCE):
            while vendor.unacknowledged:
                await vendor.bring(front)
        record = await site.everything_settled(_all_delivered)
    checker.check_record(record)
    unknown = _with_status(record, "unknown")
    # Exactly what was on its way is marked, and only where nobody can find out; what came later went on.
    assert unknown == (set() if can_find else in_flight)
    said = {_name(m) for m in _pushed(record)}
    assert len(said) == len(record.turn) and _answered(record) == len(PEOPLE) * SAYINGS
    assert _with_status(record, "sent") == said - unknown
    for person in PEOPLE:
        numbers = [number for to, number, _ in vendor.taken if to == f"telegram:{person}"]
        assert numbers == sorted(set(numbers))
    assert said - unknown <= {(to, number) for to, number, _ in vendor.taken} <= said
    assert in_flight or point not in {"a message is marked as being sent", "the vendor has taken a message"}


def _pushed(record: checker.Record) -> list[dict[str, Any]]:
    return [m for m in record.message if m["sender"] != "contact"]


def _name(message: dict[str, Any]) -> tuple[str, int]:
    return message["conversation_id"], message["number"]


def _with_status(record: checker.Record, status: str) -> set[tuple[str, int]]:
    return {_name(m) for m in _pushed(record) if m["status"] == status}


def _answered(record: checker.Record) -> int:
    """Contacts' messages that were answered, each with an answer of its own or together with those before it."""
    turns = [(turn["conversation_id"], turn["first"], turn["through"]) for turn in record.turn]
    said = [_name(message) for message in record.message if message["sender"] == "contact"]
    return sum(
        any(place == at and first <= number <= through for at, first, through in turns) for place, number in said
    )


def _all_delivered(record: checker.Record) -> bool:
    return _answered(record) >= len(PEOPLE) * SAYINGS and not (
        _with_status(record, "pending") | _with_status(record, "sending")
    )

"""Races that were once lost, each with the one interleaving that loses it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import WSMessage, WSMsgType

from bot.channels.web import identity
from bot.channels.web.socket import Visit
from tests.core import checker
from tests.core.builder import Builder
from tests.core.scheduler import Scheduler
from tests.core.world import Window, World

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def until_it_would_read(world: World, strand: str) -> None:
    """Lets one strand go on until it has read the handoff and is about to lock the conversation."""
    await go(world.scheduler, strand)  # it has begun, and reads the handoff


async def go(scheduler: Scheduler, strand: str) -> None:
    """Lets one strand go on to its next gate."""
    async with asyncio.timeout(10):
        while True:
            await scheduler.quiet()
            choices = scheduler.choices(sensible=True)
            mine = [i for i, one in enumerate(choices) if one.strand.startswith(strand)]
            if mine:
                await scheduler.step(mine[0], sensible=True)
                return
            await asyncio.sleep(0.005)


@on_postgresql
async def test_nobody_is_told_to_wait_on_after_an_agent_joined(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> None:
    world = await Builder(monkeypatch, tmp_path, database_url).build()
    try:
        world.press(world.contacts[0], "menu:human", 0)
        await world.scheduler.drain()
        await world.settle_down()
        handoff = (await world.record()).handoff[0]
        told = asyncio.ensure_future(_tell_again(world, handoff["id"]))
        await asyncio.sleep(0)
        await until_it_would_read(world, "told")
        world.act(world.agents[0], "claim", handoff["id"], 0)
        await _until_ended(world, "claim")
        await world.scheduler.drain()
        await told
        checker.check_timeline(await world.record(), world.timeline)
    finally:
        await world.close()


class Arriving(Window):
    """A browser that says hello with a token and stays."""

    def __init__(self, token: str, scheduler: Scheduler) -> None:
        super().__init__()
        self._scheduler = scheduler
        self._hello = json.dumps({"type": "hello", "token": token, "after": 0})

    async def send_str(self, frame: str) -> None:
        if json.loads(frame)["type"] == "messages":
            await self._scheduler.gate("shown what there is")
        await super().send_str(frame)

    async def receive(self) -> WSMessage:
        return WSMessage(WSMsgType.TEXT, self._hello, None)

    def __aiter__(self) -> Arriving:
        return self

    async def __anext__(self) -> WSMessage:
        await asyncio.Event().wait()
        raise StopAsyncIteration


async def test_an_answer_that_comes_while_a_browser_arrives_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> None:
    """Committed after the browser was brought up to date, and before it listens for what is new."""
    world = await Builder(monkeypatch, tmp_path, database_url).build()
    try:
        contact, channel = world.contacts[0], world.contacts[0].tabs[0].visit._channel
        world.say(contact, "hello", 0)
        await world.scheduler.drain()
        window = Arriving(identity.sign(contact.place.partition(":")[2], channel.secret), world.scheduler)
        world.scheduler.strand("arriving", Visit(channel, window, "").run())  # type: ignore[arg-type] # a socket's end
        await _until(world, "arriving", "shown what there is")
        world.settle(contact, 0)
        await _until_ended(world, "settle")
        await _everybody_parks(world)
        assert "You said: hello 1" in window.seen.texts().values()
    finally:
        await world.close()


async def _until(world: World, strand: str, point: str) -> None:
    """Lets one strand go on until it stands at the gate."""
    await world.scheduler.quiet()
    while not any(one.strand.startswith(strand) and one.point == point for one in world.scheduler.choices()):
        await go(world.scheduler, strand)


async def _everybody_parks(world: World) -> None:
    """Until nobody has anything to do."""
    await world.scheduler.quiet()
    while choices := world.scheduler.choices(sensible=True):
        await go(world.scheduler, choices[0].strand)


async def _tell_again(world: World, handoff_id: str) -> None:
    handler = world.fronts[1].jobs._handlers["tell_again"]
    await world.scheduler.strand("told", handler(handoff_id))


async def _until_ended(world: World, strand: str) -> None:
    while any(name.startswith(strand) for name in world.scheduler.alive):
        await go(world.scheduler, strand)


async def test_two_workers_on_one_message_tell_of_the_wait_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> None:
    world = await Builder(monkeypatch, tmp_path, database_url).build()
    try:
        contact = world.contacts[0]
        world.say(contact, "hello", 0)
        await world.scheduler.drain()
        for front in (0, 1):
            world.settle(contact, front)
        await _wait_in_vain(world, minutes=2)
        said = [m["text"] for m in (await world.record()).messages(contact.place, "bot")]
        assert len(said) == len(set(said))
    finally:
        await world.close()


async def _wait_in_vain(world: World, minutes: int) -> None:
    """Lets two workers go on but not the engine, which does not answer for so long."""
    left = minutes * 2
    while True:
        await world.scheduler.quiet()
        choices = world.scheduler.choices()
        able = [i for i, one in enumerate(choices) if one.point not in {"patience", "engine asked"}]
        idle = [i for i, one in enumerate(choices) if one.point == "patience"]
        if not able and not left:
            return
        if able:
            await world.scheduler.step(able[0])
        elif len(idle) == 2:
            await world.scheduler.step(idle[left % len(idle)])
            left -= 1
        else:
            await asyncio.sleep(0.005)

"""An engine without a model that it can load: the front serves, people are told, and a person can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.engine.client import EngineRefused
from bot.engine.model_files import file_hash, publish, sidecar, write_json
from bot.engine.server import EngineOptions, serve
from conversations.likeness import LIKE_ENOUGH, likeness
from frontdesk.app import FRONT, create_app
from tests.engine.conftest import ACTIONS
from tests.front import House, settings
from tests.scripted_engine import Script

_ASKED_OTHERWISE = "Is it possible to send back a kettle that I have opened?"
IMPATIENT = {"wait": 0.3, "offer": 0.6, "give_up": 1}


@pytest.fixture(params=["missing", "broken"])
async def home(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[House]:
    """A front, and the real engine with nothing to load."""
    models, socket, stop = tmp_path / "models", tmp_path / "engine.sock", asyncio.Event()
    models.mkdir()
    if request.param == "broken":
        broken = models / "broken.tar.gz"
        broken.write_bytes(b"no model at all")
        write_json(sidecar(broken), {"sha256": file_hash(broken)})
        publish(models, broken)
    database = tmp_path / "frontdesk.db"
    database.write_bytes(sqlite_template.read_bytes())
    made = settings(tmp_path, f"sqlite+aiosqlite:///{database}", bounds=IMPATIENT)
    options = EngineOptions(models, made.engine_secret, ACTIONS, action_limit=0.5, poll_every=0.05)
    serving = asyncio.create_task(serve(options, socket=socket, stop=stop))
    async with asyncio.timeout(10):
        while not socket.exists():
            await asyncio.sleep(0.01)
    app = create_app(made)
    async with TestClient(TestServer(app)) as client:
        house = House(client, app[FRONT], Script())
        yield house
        for browser in house.browsers:
            await browser.close()
    stop.set()
    await serving


async def test_people_are_told_and_reach_a_person_while_the_engine_has_no_model(home: House) -> None:
    async with home.client.get("/readyz") as ready:
        assert ready.status == 200
    assert not (await home.front.engine.ready()).ready
    browser, agent = await home.browser(), await home.agent()
    await browser.say("where is my parcel?")
    await browser.until(lambda: len(browser.texts("bot")) >= 1)  # of the wait
    await browser.until(lambda: browser.state["owner"] == "queue", 30)
    (waiting,) = await agent.waiting()
    await agent.act(waiting["id"], "claim")
    await agent.reply(waiting["id"], "I am looking for it.")
    await browser.until_said("agent", "I am looking for it.")
    impatient = await home.browser()
    await home.handoff(impatient)
    assert impatient.state["owner"] == "queue"


async def test_vectors_are_made_without_a_model_and_like_questions_have_like_ones(home: House) -> None:
    made = await home.front.engine.embed(["Can I return an opened kettle?", _ASKED_OTHERWISE, "Where is my parcel?"])
    one, other, parcel = made.vectors
    assert ":" in made.encoder
    assert likeness(one, one) == pytest.approx(1, abs=1e-3)
    assert likeness(one, other) > LIKE_ENOUGH > likeness(one, parcel)
    with pytest.raises(EngineRefused):
        await home.front.engine.embed(["too many"] * 33)

"""The whole way with Slack as the desk: the product as people start it, a real Chromium, and Slack's stand-in."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journey.conftest import ROOT, Product, environment, running
from tests.journey.test_journey import ANGRY, PATIENCE, page_of, said, write
from tests.slack.conftest import buttons, words
from tests.slack_stand_in import CHANNEL, Message, Slack, slack_stand_in

ALEX = "U0ALEX"


class Workspace:
    """The stand-in in a thread of its own: Playwright's loop leaves no room for another."""

    def __init__(self) -> None:
        self._loop, self._open = asyncio.new_event_loop(), AsyncExitStack()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.slack: Slack = self.do(self._open.enter_async_context(slack_stand_in()))
        self.slack.add_user(ALEX, "Alex")

    def do[T](self, act: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(60)

    def close(self) -> None:
        self.do(self._open.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def cards(self) -> list[Message]:
        return [message for message in self.slack.posts() if message.thread_ts is None]

    def thread(self) -> str:
        return "\n".join(words(line) for line in self.slack.posts(CHANNEL, self.cards()[0].ts))


def until[T](true: Callable[[], T], seconds: float = 20) -> T:
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "did not come"
        time.sleep(0.05)
    return found


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace()
    yield made
    made.close()


@pytest.fixture
def product(models: Path, workspace: Workspace, tmp_path: Path) -> Iterator[Product]:
    slack = workspace.slack
    slack.socket_mode = True
    tokens = {"BOT_TOKEN": slack.token, "APP_TOKEN": slack.app_token, "API_URL": slack.api_url}
    variables = {f"FRONTDESK_SLACK_{name}": value for name, value in tokens.items()}
    with running(
        models, tmp_path / "data", more=f"\nteams: [{{name: support, lobby: {CHANNEL}}}]\n", **variables
    ) as made:
        yield made


def frontdesk(product: Product, *arguments: str) -> str:

    done = subprocess.run(
        [sys.executable, "-m", "frontdesk", *arguments],
        cwd=ROOT,
        env=environment(product.data, FRONTDESK_CONFIG=str(product.data / "frontdesk.yml")),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_a_question_a_handoff_a_claim_a_reply_a_note_and_the_stars(
    chromium: Browser, product: Product, workspace: Workspace
) -> None:
    slack, contact = workspace.slack, page_of(chromium)
    assert re.search(r"Slack desk: +on\n", product.said.read_text())
    assert "may act in Slack" in frontdesk(product, "agents", "link", "Alex", "--slack", ALEX)
    contact.goto(product.base)
    write(contact, "how long does delivery take?")
    said(contact, "bot", "working day")
    write(contact, ANGRY)
    said(contact, "system", "in line")

    card = until(workspace.cards)[0]
    assert "how long does delivery take?" in words(card) and "Upset" in words(card)
    until(lambda: ANGRY in workspace.thread())
    workspace.do(slack.press(ALEX, CHANNEL, card.ts, "claim"))
    said(contact, "system", "Alex")
    until(lambda: "resolve" in buttons(card))
    workspace.do(slack.write(ALEX, CHANNEL, "Hello, I'm Alex. What happened?", card.ts))
    said(contact, "agent", "What happened?")
    workspace.do(slack.write(ALEX, CHANNEL, "// sounds angry", card.ts))
    write(contact, "my parcel never came")
    until(lambda: "my parcel never came" in workspace.thread())
    assert "sounds angry" not in contact.content()

    workspace.do(slack.press(ALEX, CHANNEL, card.ts, "resolve"))
    form = until(lambda: next((view for view in slack.views.values() if view.open), None))
    workspace.do(slack.submit(ALEX, form.id, {"outcome": "solved", "comment": "sent again"}))
    star = contact.get_by_test_id("star-4")
    expect(star).to_be_visible(timeout=PATIENCE)
    star.click()
    said(contact, "system", re.compile("thank", re.IGNORECASE))
    until(lambda: "★★★★☆" in words(card))
    assert "Resolved" in words(card) and len(workspace.cards()) == 1
    write(contact, "do you have a warranty?")
    said(contact, "bot", re.compile("warrant|year", re.IGNORECASE))

"""The whole way, the person in Slack: question, handoff, human reply, files, resolve, survey, and the assistant again.

For contacts in Slack it is ``tests/slack_contacts/test_journey.py``: there both are in one workspace.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.channels.contact import Contact, until, until_shown
from tests.slack.conftest import ANA, LOBBY, SlackHouse, buttons, tokens, words
from tests.slack_stand_in import CHANNEL, slack_stand_in

PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(params=["web", "telegram"])
async def way(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str, redis_url: str | None
) -> AsyncIterator[tuple[SlackHouse, Contact]]:
    """A contact on one channel, and an agent in Slack."""
    opened: Callable[..., Any] = importlib.import_module(f"tests.channels.{request.param}_contact").opened
    async with slack_stand_in(burst=50) as slack:
        slack.add_user(ANA, "Ana")
        async with opened(tmp_path, database_url, redis_url, env=tokens(slack), **LOBBY) as (house, contact):
            slack.events_url = str(house.client.make_url("/slack/events"))
            yield SlackHouse(house, slack), contact


async def test_a_question_goes_through_a_person_in_slack_to_the_survey(way: tuple[SlackHouse, Contact]) -> None:
    desk, contact = way
    await desk.hire("Ana", ANA)
    await contact.say("how long does delivery take?")
    await until_shown(contact, "You said: how long does delivery take?")
    await contact.command("human")
    await until_shown(contact, "reference")
    await desk.until(desk.cards)
    card = desk.cards()[0]
    assert "how long does delivery take?" in desk.said(card) + words(card)
    await desk.slack.press(ANA, CHANNEL, card.ts, "claim")
    await until_shown(contact, "Ana")
    await desk.slack.write(ANA, CHANNEL, "Hello, I'm Ana. Which parcel is it?", card.ts)
    await until_shown(contact, "Which parcel is it?")
    assert "Ana" in next(one.name for one in contact.shown() if "Which parcel is it?" in one.text)
    await desk.slack.write(ANA, CHANNEL, "// careful, third time this week", card.ts)
    reference = await contact.say("the one with the wok")
    await desk.until(lambda: "the one with the wok" in desk.said(card))
    await contact.edit(reference, "the one with the big wok")
    await desk.until(lambda: "the one with the big wok" in desk.said(card))
    await contact.send_file("label.png", "image/png", PHOTO, "this is the label")
    await desk.until(lambda: "this is the label" in desk.said(card) and "label.png" in _all(desk, card))
    await desk.until(lambda: "resolve" in buttons(card))
    await desk.slack.press(ANA, CHANNEL, card.ts, "resolve")
    form = await desk.until(desk.form)
    await desk.slack.submit(ANA, form.id, {"outcome": "solved", "comment": "sent again"})
    await until(lambda: any(len(one.buttons) == 5 for one in contact.shown()), contact)
    await contact.press(next(one.buttons for one in contact.shown() if len(one.buttons) == 5)[3])
    await desk.until(lambda: "★★★★☆" in words(card))
    await contact.say("when do you open again?")
    await until_shown(contact, "You said: when do you open again?")
    await asyncio.sleep(0.2)
    assert not any("careful" in one.text for one in contact.shown())
    assert [one.text for one in contact.shown() if "Which parcel is it?" in one.text] == [
        "Hello, I'm Ana. Which parcel is it?"
    ]


def _all(desk: SlackHouse, card: Any) -> str:
    """Everything in a card's thread, names of files too."""
    return desk.said(card) + " ".join(str(getattr(one, "files", "")) for one in desk.thread(card))

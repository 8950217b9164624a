"""The App Home and the commands: one's handoffs, the queue, what is late, and whether one is there."""

from __future__ import annotations

from typing import Any

from conversations.staff import Availability
from conversations.store import staff
from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, words
from tests.slack_stand_in import CHANNEL, contacts
from tests.slack_stand_in.delivery import Attempt


class Shown:
    """What `words` reads."""

    def __init__(self, blocks: list[Any]) -> None:
        self.blocks = blocks


def shown(home: SlackHouse, user: str) -> str:
    found = home.slack.homes.get(user)
    return words(Shown(found.view["blocks"])) if found else ""


def answered(attempt: Attempt) -> str:
    return words(Shown(attempt.json["blocks"]))


async def availability(home: SlackHouse, name: str) -> tuple[Availability, bool]:
    async with home.house.front.database.read() as tx:
        who = await staff.by_name(tx, name)
    assert who is not None
    return who.availability, who.away_until is not None


async def test_the_home_shows_the_desk_and_follows_what_changes(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    _, card = await home.card_of(browser, "<!channel> where is my parcel")
    await home.slack.open_home(ANA)
    await home.until(lambda: "1 waiting" in shown(home, ANA))
    assert "0 of 4 in hand" in shown(home, ANA) and "<!channel> where is my parcel" in shown(home, ANA)
    assert f"archives/{CHANNEL}/p{card.ts.replace('.', '')}" in shown(home, ANA)
    await home.slack.press(ANA, CHANNEL, card.ts, "claim")
    await home.until(lambda: "0 waiting" in shown(home, ANA) and "1 of 4 in hand" in shown(home, ANA), 30)


async def test_somebody_says_on_their_home_whether_they_are_there(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    await home.slack.open_home(ANA)
    await home.until(lambda: "🟢 here" in shown(home, ANA))
    for button, sign, said in (
        ("home_busy", "🟡 busy", (Availability.BUSY, False)),
        ("home_away_hour", "⚪ away until <!date", (Availability.AWAY, True)),
        ("home_away_tomorrow", "⚪ away until <!date", (Availability.AWAY, True)),
        ("home_here", "🟢 here", (Availability.HERE, False)),
    ):
        assert (await home.slack.press_at_home(ANA, button)).status == 200
        await home.until(lambda sign=sign: sign in shown(home, ANA))
        assert await availability(home, "Ana") == said


async def test_a_stranger_s_home_says_no_and_tells_nothing(home: SlackHouse) -> None:
    await home.card_of(await home.house.browser(), "where is my parcel")
    await home.slack.open_home(EVE)
    await home.until(lambda: "for the support team" in shown(home, EVE))
    assert "parcel" not in shown(home, EVE)


async def test_the_command_tells_the_same(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    await home.card_of(browser, "where is my parcel")

    async def said(text: str) -> str:
        return answered(await contacts.command(home.slack, ANA, text, CHANNEL))

    assert "where is my parcel" in await said("queue")
    assert "Nothing is in your hands" in await said("mine")
    assert "🟡 busy" in await said("busy")
    assert "⚪ away until <!date" in await said("away 2h")
    assert "Write a time such as" in await said("away sometime")
    assert await availability(home, "Ana") == (Availability.AWAY, True)
    assert "🟢 here" in await said("here")
    assert "/canned" in await said("help")


async def test_who_is_no_agent_is_refused_the_desk_s_words_and_keeps_the_contacts_ones(home: SlackHouse) -> None:
    await home.card_of(await home.house.browser(), "where is my parcel")
    refused = answered(await contacts.command(home.slack, BEN, "queue", CHANNEL))
    assert "roster" in refused and "parcel" not in refused
    theirs = await contacts.command(home.slack, BEN, "help")
    assert theirs.status == 200 and "queue" not in theirs.body.decode()

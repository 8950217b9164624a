"""Whoever writes whatever wherever: what goes out is what the holder wrote in the thread, live, and nothing else."""

from __future__ import annotations

import random

import pytest

from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, buttons
from tests.slack_stand_in import CHANNEL, Message, typed

ACTS = 60
PREFIXES = (
    "",
    "",
    "",
    "//",
    "*//",
    "> // ",
    "_//",
    "// ",
    " //",
    "/",
    "/ /",
    "> ",
    "<@U0BEN> ",
    "<!here> ",
    "*",
    "&lt;!channel&gt; ",
)


@pytest.mark.parametrize("seed", range(3))
async def test_only_the_holder_s_live_words_reach_the_contact(home: SlackHouse, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a game
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    home.slack.add_user("U0BOT", "bot", bot=True)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.until(lambda: home.thread(card))
    holder, live = None, dict[str, str]()  # by their time in Slack
    for number in range(ACTS):
        who = dice.choice((ANA, ANA, BEN, EVE, "U0BOT"))
        act = dice.choice(("write", "write", "write", "claim", "release", "outside", "subtype", "edit", "delete"))
        text = f"{dice.choice(PREFIXES)}word {number}"
        if act == "write":
            sent = await home.slack.write(who, CHANNEL, text, card.ts)
            if who == holder and "//" not in text and "<" not in text:
                live[sent.ts] = text.replace("&lt;", "<").replace("&gt;", ">").strip()
        elif act == "outside":
            await home.slack.write(who, CHANNEL, text)
        elif act == "subtype":
            await home.slack.write(who, CHANNEL, text, card.ts, subtype="bot_message")
        elif act in ("edit", "delete") and (mine := written_by(home, who)):
            changed = dice.choice(mine).ts
            if act == "edit":
                await home.slack.edit(who, CHANNEL, changed, typed(f"edited {number}"))
            else:
                await home.slack.delete(who, CHANNEL, changed)
            if changed in live:
                live[changed] = f"edited {number}" if act == "edit" else ""
        elif act == "claim" and "claim" in buttons(card):
            await home.slack.press(who, CHANNEL, card.ts, "claim")
            holder = who if holder is None and who in (ANA, BEN) else holder
        elif act == "release" and "release" in buttons(card):
            await home.choose(who, card, "release")
            holder = None if who == holder else holder
    assert live
    await browser.until(lambda: browser.texts("agent") == list(live.values()))


def written_by(home: SlackHouse, who: str) -> list[Message]:
    return [m for m in home.slack.channels[CHANNEL].messages if m.user == who and not m.deleted]

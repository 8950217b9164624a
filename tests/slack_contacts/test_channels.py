"""Mentions in channels: what all may read stays in the thread, what is about one person alone moves."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from sqlalchemy import func, select, update

from bot.engine.wire import Button
from conversations.store import tables as t
from tests.scripted_engine import understood
from tests.slack.conftest import words
from tests.slack_contacts.conftest import CARLA, DAN, TOWN, Contacts, buttons
from tests.slack_stand_in import contacts, typed


async def conversations_there(home: Contacts) -> int:
    async with home.house.front.database.read() as tx:
        return int((await tx.execute(select(func.count()).select_from(t.conversation))).scalar_one())


def knows(home: Contacts) -> None:
    home.engine.answer("when are you open?", "Nine to five.", understood("store_hours"))
    home.engine.answer("where is my order?", "Which order is it?", understood("order_status"))


async def test_a_general_answer_stays_in_the_thread(home: Contacts) -> None:
    knows(home)
    act = await home.mention("when are you open?")
    assert act.statuses == [200, 200], "it comes as a message and as a mention"
    answer = (await home.until(lambda: home.thread(act.ts)))[0]
    assert words(answer) == "Nine to five." and not home.direct()
    place = f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}"
    assert await home.said(place) == ["when are you open?"]
    await asyncio.sleep(0.3)
    assert len(home.thread(act.ts)) == len(home.engine.asked) == 1


async def test_a_personal_matter_moves_to_a_direct_message_with_one_sentence(home: Contacts) -> None:
    knows(home)
    act = await home.mention("where is my order?")
    await home.until(lambda: "Which order is it?" in home.told())
    told = [words(one) for one in home.thread(act.ts)]
    assert told == ["This is for you alone, so I answer you in a direct message."]
    await home.write("PC-10452 it is, thanks")
    await home.until(lambda: "You said: PC-10452" in home.told())
    place = f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}"
    assert await home.said(place) == ["where is my order?", "PC-10452 it is, thanks"]
    assert len(home.thread(act.ts)) == 1, "what is answered to a direct message is answered there"


async def test_what_slack_sends_again_stays_where_it_was_put_whatever_happened_meanwhile(home: Contacts) -> None:
    knows(home)
    await home.mention("where is my order?")
    await home.until(lambda: "Which order is it?" in home.told())
    await home.write("PC-10452 it is, thanks")
    payload = next(one.payload for one in reversed(home.slack.deliveries) if one.payload["event"].get("user") == CARLA)
    await home.until(lambda: "You said: PC-10452" in home.told())
    async with home.house.front.database.write() as tx:  # the matter is long over
        await tx.execute(update(t.conversation).values(last_contact_at=1.0))
    await home.write("a new matter, another day")
    await home.until(lambda: "You said: a new matter" in home.told())
    assert await home.said(home.id_of()) == ["a new matter, another day"]
    again = {"X-Slack-Retry-Num": "3", "X-Slack-Retry-Reason": "http_timeout"}
    assert (await home.slack.signed_post(payload, headers=again, timestamp=int(time.time()) - 9)).status == 200
    await asyncio.sleep(0.3)
    assert await home.said(home.id_of()) == ["a new matter, another day"] and home.told().count("PC-10452") == 1


async def test_two_wishes_of_which_one_is_personal_move_both(home: Contacts) -> None:
    from msgspec.structs import replace

    from bot.engine.wire import Wish

    two = replace(understood("store_hours"), wishes=(Wish("a", "store_hours", 0.9), Wish("b", "order_status", 0.9)))
    home.engine.answer("open when, and my order?", "Nine to five. Which order?", two)
    act = await home.mention("open when, and my order?")
    await home.until(lambda: "Which order?" in home.told())
    assert all("Nine" not in words(one) for one in home.thread(act.ts))


async def test_a_person_is_asked_for_in_a_thread_and_answers_in_the_direct_message(home: Contacts) -> None:
    knows(home)
    home.engine.answer("a person please now", "", understood("talk_to_human"))
    agent = await home.house.agent("Ana Lopes")
    act = await home.mention("a person please now")
    await home.until(lambda: "reference" in home.told())
    assert [words(one) for one in home.thread(act.ts)] == [
        "This is for you alone, so I answer you in a direct message."
    ]
    handoff = (await agent.waiting())[0]["id"]
    await agent.act(handoff, "claim")
    await agent.reply(handoff, "Hello Carla, what happened?")
    await home.until(lambda: "what happened?" in home.told())
    await home.write("my pan is broken")
    place = f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}"
    await home.until_recorded(lambda found: found[-1].text == "my pan is broken", place)
    await agent.act(handoff, "resolve", outcome="solved")
    stars = await home.until(lambda: next((one for one in home.direct() if len(buttons(one)) == 5), None))
    await home.press(stars, buttons(stars)[4])
    await home.until(lambda: "hank" in words(home.direct()[-1]))
    assert len(home.thread(act.ts)) == 1, "nothing more is said where others read"


async def test_what_follows_in_their_thread_is_for_the_app_unless_it_calls_somebody_else(home: Contacts) -> None:
    knows(home)
    act = await home.mention("when are you open?")
    await home.until(lambda: home.thread(act.ts))
    home.engine.answer("and on sundays too?", "Not on Sundays.", understood("store_hours"))
    await home.slack.write(CARLA, TOWN, "and on sundays too?", act.ts)
    await home.until(lambda: len(home.thread(act.ts)) == 2)
    await home.slack.write(CARLA, TOWN, f"<@{DAN}> look at this", act.ts)
    await home.slack.write(DAN, TOWN, "that is early", act.ts)
    await home.slack.write(DAN, TOWN, "lunch anybody?")
    await asyncio.sleep(0.3)
    assert len(home.thread(act.ts)) == 2 and await conversations_there(home) == 1


async def test_two_people_in_one_thread_have_a_conversation_each(home: Contacts) -> None:
    knows(home)
    act = await home.mention("when are you open?")
    await home.until(lambda: home.thread(act.ts))
    await home.mention("when are you open?", DAN, act.ts)
    await home.until(lambda: len(home.thread(act.ts)) == 2)
    assert await home.said(f"slack:{home.slack.team}/{TOWN}/{act.ts}/{DAN}") == ["when are you open?"]


async def test_somebody_else_s_button_in_a_thread_is_refused(home: Contacts) -> None:
    home.engine.answer("hello there you all", "What is it?", understood("greet"), Button("Hours", "/store_hours"))
    home.engine.answer("/store_hours", "Nine to five.", understood("store_hours"))
    act = await home.mention("hello there you all")
    asked = (await home.until(lambda: home.thread(act.ts)))[0]
    await home.press(asked, "Hours", DAN)
    whisper = (await home.until(lambda: home.slack.ephemerals))[0]
    assert whisper.user == DAN and buttons(asked) == ["Hours"]
    await home.press(asked, "Hours")
    await home.until(lambda: len(home.thread(act.ts)) == 2)
    assert words(home.thread(act.ts)[1]) == "Nine to five."


async def test_a_bare_mention_opens_the_talk(home: Contacts) -> None:
    act = await home.slack.mention(CARLA, TOWN)
    place = f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}"
    found = await home.until_recorded(lambda messages: messages, place)
    assert found[0].choice == "menu:start"


async def test_an_edit_in_a_channel_counts_only_for_what_was_said_to_the_app(home: Contacts) -> None:
    knows(home)
    act = await home.mention("when are you open?")
    await home.until(lambda: home.thread(act.ts))
    other = await home.slack.write(CARLA, TOWN, "lunch?")
    await home.slack.edit(CARLA, TOWN, other.ts, "lunch today?")
    await home.slack.edit(CARLA, TOWN, act.ts, f"<@{home.slack.bot_user}> when do you open?")
    place = f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}"
    await home.until_recorded(lambda found: found[0].text == "when do you open?", place)
    await home.slack.delete(CARLA, TOWN, act.ts)
    await home.until_recorded(lambda found: found[0].deleted_at is not None, place)
    assert await conversations_there(home) == 1


async def test_somebody_of_another_workspace_is_known_by_their_own(home: Contacts) -> None:
    knows(home)
    home.slack.add_user("U0FAR", "Farah", stranger=True)
    act = await home.mention("when are you open?", "U0FAR")
    await home.until(lambda: home.thread(act.ts))
    async with home.house.front.database.read() as tx:
        identity = (await tx.execute(select(t.identity.c.native_id))).scalar_one()
    assert identity == "T0STRANGE1/U0FAR"


async def test_two_bots_in_one_channel_do_not_answer_each_other(home: Contacts) -> None:
    home.slack.add_user("U0BOT", "Parrot", bot=True)
    act = await home.mention("polly wants a cracker", "U0BOT")
    await home.slack.write("U0BOT", contacts.direct(home.slack, CARLA).id, "hello from a bot")
    await home.slack.settled()
    await asyncio.sleep(0.3)
    assert not home.thread(act.ts) and await conversations_there(home) == 0


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_personal_is_ever_said_in_a_thread(home: Contacts, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a game
    knows(home)
    home.engine.answer("a person please now", "", understood("talk_to_human"))
    home.answers_in_form("I want to complain now", "What happened exactly?", understood("complaint"))
    threads: list[str] = []
    for number in range(12):
        who = dice.choice((CARLA, DAN))
        text = dice.choice(
            (
                "when are you open?",
                "where is my order?",
                "a person please now",
                "I want to complain now",
                f"word {number} here",
            )
        )
        where = dice.choice(("mention", "thread", "direct"))
        if where == "direct":
            await home.write(text, who)
        elif where == "thread" and threads:
            await home.slack.write(who, TOWN, typed(text), dice.choice(threads))
        else:
            threads.append((await home.mention(text, who)).ts)
    async with asyncio.timeout(60):
        while await waits(home):
            await asyncio.sleep(0.1)
    allowed = {"Nine to five.", "This is for you alone, so I answer you in a direct message."}
    assert {words(post) for post in home.slack.posts(TOWN)} <= allowed


async def waits(home: Contacts) -> int:
    async with home.house.front.database.read() as tx:
        pending = select(func.count()).select_from(t.message).where(t.message.c.status.in_(("pending", "sending")))
        unsettled = (
            select(func.count())
            .select_from(t.conversation)
            .where(t.conversation.c.last_contact_number > t.conversation.c.settled_through)
        )
        return int((await tx.execute(pending)).scalar_one()) + int((await tx.execute(unsettled)).scalar_one())

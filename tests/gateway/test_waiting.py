"""What who waits is told, and what becomes of it: place, wait, promises, leaving it with us, and going away."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import insert

from conversations.handoff import HandoffState, Step
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import now
from conversations.store.handoffs import PLACE_SHOWN
from conversations.store.turns import PROMISE
from escalation.service.outlook import TELL_AGAIN
from escalation.service.silence import ABANDON, SILENT
from escalation.service.waiting import PLACES
from tests.front import Browser, House, house
from tests.gateway.later import handoff, look, pass_time, rows, until


async def history(home: House, handoff_id: str, *waits: float) -> None:
    """Handoffs of the team that were claimed lately, after so many seconds each."""
    async with home.front.database.write() as tx:
        given = [{"what": Step.CLAIMED, "team": "support", "handoff_id": handoff_id, "seconds": one} for one in waits]
        for one in given:
            await tx.execute(insert(t.handoff_step).values(at=now() - 60, **one))


def outcomes(kind: str) -> dict[str, float]:
    """How many promises of a kind were judged so far, by outcome."""
    names = "kept", "broken", "void"
    sample = REGISTRY.get_sample_value
    return {name: sample("frontdesk_promises_total", {"kind": kind, "outcome": name}) or 0 for name in names}


async def waited_before(home: House, *waits: float) -> None:
    """A queue with a history: somebody was here before."""
    first = await home.browser()
    await history(home, await home.handoff(first), *waits)
    await first.press("Cancel, I don't need a person")
    await first.until(lambda: first.state["owner"] == "bot")


async def test_the_wait_is_told_from_the_team_s_own_history_once_there_is_enough(home: House) -> None:
    early = await home.browser()
    handoff_id = await home.handoff(early)
    await early.until(lambda: any("can't say yet how long" in text for text in early.texts("system")))
    await history(home, handoff_id, *(300 + 10 * n for n in range(12)))
    later = await home.browser()
    await home.handoff(later)
    await later.until(lambda: any("It usually takes 6 to 7 minutes" in text for text in later.texts("system")))


async def test_far_back_in_a_long_line_the_place_is_more_than_a_thousand(home: House) -> None:
    browser = await home.browser()
    first = await handoff(home, await home.handoff(browser))
    async with home.front.database.write() as tx:
        row = (await tx.execute(t.handoff.select().where(t.handoff.c.id == first.id))).one()._mapping
        held = (await tx.execute(t.conversation.select())).one()._mapping
        ids = [f"{n:032x}" for n in range(PLACE_SHOWN + 200)]
        await tx.execute(insert(t.conversation), [{**held, "id": f"web:{one}"} for one in ids])
        before = {"waiting_since": first.waiting_since - 10, "told": None}
        given = [{**row, **before, "id": one, "conversation_id": f"web:{one}", "reference": one[-16:]} for one in ids]
        await tx.execute(insert(t.handoff), given)
        assert await handoffs.place_of(tx, first) == PLACE_SHOWN + 1
        middle = await handoffs.get(tx, ids[41])
        assert middle is not None and await handoffs.place_of(tx, middle) == 42
    late = await home.browser()
    await home.handoff(late)
    await late.until(lambda: any("1,000+" in text for text in late.texts("system")))


async def test_a_place_that_changed_is_shown_by_the_next_look_not_by_every_claim(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, bounds={"places": 3600, "sweep": 60}) as home:
        first, second, agent = await home.browser(), await home.browser(), await home.agent()
        ahead = await home.handoff(first)
        await home.handoff(second)
        await second.until(lambda: second.state.get("place") == 2)
        shown = len(second.frames)
        await agent.act(ahead, "claim")
        await asyncio.sleep(0.5)
        assert second.state["place"] == 2 and len(second.frames) == shown
        await look(home, PLACES, "support")
        await second.until(lambda: second.state["place"] == 1)


async def test_a_wait_that_became_another_is_said_and_the_same_one_is_not_said_again(home: House) -> None:
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    await history(home, handoff_id, *(1200.0 for _ in range(12)))
    for _ in range(2):
        await look(home, PLACES, "support")
        await browser.until_said("system", "You're number 1 in line now. It usually takes about 20 minutes.")
    await asyncio.sleep(0.3)
    assert sum("in line now" in text for text in browser.texts("system")) == 1
    [promise] = await rows(home, t.promise, handoff_id=handoff_id)
    assert promise.kind == "wait" and abs(promise.due_at - promise.made_at - 1200) < 5


async def test_who_waits_again_after_a_claim_is_promised_anew_and_each_word_is_judged(home: House) -> None:
    await waited_before(home, *(600.0 for _ in range(12)))
    before = outcomes("wait")
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await pass_time(home, 540)
    await agent.act(handoff_id, "release")
    await until(lambda: _waits_again(browser))
    first, second = sorted(await rows(home, t.promise, handoff_id=handoff_id), key=lambda row: row.made_at)
    assert abs(second.due_at - first.due_at - 540) < 5
    await pass_time(home, 601)
    for one in first, second:
        await look(home, PROMISE, str(one.id))
        await until(lambda one=one: _judged(home, one.id))  # type: ignore[misc] # bound now
    after = outcomes("wait")
    assert {name: after[name] - before[name] for name in after} == {"kept": 1, "broken": 1, "void": 0}


async def _waits_again(browser: Browser) -> bool:
    return bool(browser.state["owner"] == "queue")


@pytest.mark.parametrize(("in_time", "outcome"), [(True, "kept"), (False, "broken")])
async def test_a_wait_that_was_told_is_a_promise_kept_by_who_comes_in_time(
    home: House, in_time: bool, outcome: str
) -> None:
    await waited_before(home, *(600.0 for _ in range(12)))
    before = outcomes("wait")
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    [promise] = await rows(home, t.promise, handoff_id=handoff_id)
    assert promise.kind == "wait" and abs(promise.due_at - promise.made_at - 600) < 5
    if in_time:
        await agent.act(handoff_id, "claim")
    await pass_time(home, 601)
    for _ in range(2):
        await look(home, PROMISE, str(promise.id))
        await until(lambda: _judged(home, promise.id))
    after = outcomes("wait")
    assert {name: after[name] - before[name] for name in after} == {"kept": 0, "broken": 0, "void": 0, outcome: 1}


async def _judged(home: House, promise_id: int) -> bool:
    [row] = await rows(home, t.promise, id=promise_id)
    return (row.kept_at is None) != (row.broken_at is None)


async def test_what_was_promised_to_who_cancelled_is_neither_kept_nor_broken(home: House) -> None:
    await waited_before(home, *(600.0 for _ in range(12)))
    before = outcomes("wait")
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    [promise] = await rows(home, t.promise, handoff_id=handoff_id)
    await browser.press("Cancel, I don't need a person")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await pass_time(home, 601)
    await look(home, PROMISE, str(promise.id))

    async def void() -> bool:
        return outcomes("wait")["void"] == before["void"] + 1

    await until(void)
    assert not await _judged(home, promise.id)


async def test_when_people_are_back_is_a_promise_too(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    closed = {"timezone": "Europe/London", "monday": ["00:00-00:01"]}
    async with house(tmp_path, database_url, redis_url, teams=[{"name": "support", "hours": closed}]) as home:
        handoff_id = await home.handoff(await home.browser())
        [promise] = await rows(home, t.promise, handoff_id=handoff_id)
        assert promise.kind == "back" and promise.what.startswith("people are back")
        assert promise.due_at > promise.made_at


async def test_who_leaves_it_with_us_is_told_no_more_and_written_to_here(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await browser.press("Don't wait, read the answer later")
    await browser.until_said("system", "it's with us now: no need to wait")
    assert (await handoff(home, handoff_id)).left_with_us_at is not None
    assert [row.what for row in await rows(home, t.handoff_step, what=Step.LEFT_WITH_US)] == ["left_with_us"]
    [promise] = await rows(home, t.promise, handoff_id=handoff_id, kind="write")
    told = len(browser.texts("system"))
    await look(home, TELL_AGAIN, handoff_id)
    await pass_time(home, 400 * 3600)
    await look(home, ABANDON, handoff_id)
    await asyncio.sleep(0.5)
    assert len(browser.texts("system")) == told
    assert (await handoff(home, handoff_id)).state is HandoffState.WAITING
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Here I am.")
    await browser.until_said("agent", "Here I am.")
    assert promise.due_at > promise.made_at


async def test_in_a_crisis_nothing_is_offered_to_leave(home: House) -> None:
    from tests.scripted_engine import understood

    home.engine.answer("I want to die", "I hear you.", understood("crisis"))
    browser = await home.browser()
    await browser.say("I want to die")
    await browser.until(lambda: browser.state["owner"] == "queue")
    assert not {"Don't wait, read the answer later", "E-mail me the answer"} & set(browser.buttons())


async def test_a_contact_who_leaves_the_agent_s_word_be_is_told_that_it_is_closed(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Does it work now?")
    await browser.until_said("agent", "Does it work now?")
    await pass_time(home, 23 * 3600)
    await look(home, SILENT, handoff_id)
    await asyncio.sleep(0.3)
    assert (await handoff(home, handoff_id)).state is HandoffState.ASSIGNED
    await pass_time(home, 2 * 3600)
    for _ in range(2):
        await look(home, SILENT, handoff_id)
        await browser.until_said("system", "I haven't heard from you since Ana last wrote")
    await browser.until(lambda: browser.state["owner"] == "bot" and "3 of 5" in browser.buttons())
    ended = await handoff(home, handoff_id)
    assert (ended.state, ended.outcome) == (HandoffState.RESOLVED, "contact_silent")
    assert sum("haven't heard" in text for text in browser.texts("system")) == 1


async def test_who_answered_is_not_silent(home: House) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Does it work now?")
    await browser.say("no")
    await until(lambda: _said_last(home, browser, "no"))
    await pass_time(home, 48 * 3600)
    await look(home, SILENT, handoff_id)
    await asyncio.sleep(0.3)
    assert (await handoff(home, handoff_id)).outcome is None


async def _said_last(home: House, browser: Browser, text: str) -> bool:
    return browser.texts("contact")[-1:] == [text]


async def test_who_waits_and_is_gone_for_days_is_let_go_kindly_and_who_is_here_is_not(home: House) -> None:
    gone, here = await home.browser(), await home.browser()
    left, kept = await _gone(home, gone), await home.handoff(here)
    await pass_time(home, 73 * 3600)
    for one in (left, kept):
        await look(home, ABANDON, one)
    await until(lambda: _is(home, left, HandoffState.ABANDONED))
    assert (await handoff(home, kept)).state is HandoffState.WAITING
    back = await home.browser(gone.token)
    await back.until_said("system", "nobody was free while you were here")
    assert back.state["owner"] == "bot"


async def test_nobody_is_let_go_before_what_was_promised_is_due(home: House) -> None:
    await waited_before(home, *(100 * 3600.0 for _ in range(12)))
    left = await _gone(home)
    await pass_time(home, 73 * 3600)
    await look(home, ABANDON, left)
    await asyncio.sleep(0.5)
    assert (await handoff(home, left)).state is HandoffState.WAITING
    await pass_time(home, 28 * 3600)
    await look(home, ABANDON, left)
    await until(lambda: _is(home, left, HandoffState.ABANDONED))


async def test_only_hours_in_which_people_are_there_count_against_who_is_gone(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    in_four_days = f"{datetime.now(UTC) + timedelta(days=4):%A}".lower()
    hours = {"timezone": "UTC", in_four_days: ["09:00-18:00"]}
    async with house(tmp_path, database_url, redis_url, teams=[{"name": "support", "hours": hours}]) as home:
        left = await _gone(home)
        for _ in range(2):  # before people are back, and long after what was promised is due
            await pass_time(home, 73 * 3600)
            await look(home, ABANDON, left)
            await asyncio.sleep(0.5)
            assert (await handoff(home, left)).state is HandoffState.WAITING
        await pass_time(home, 9 * 7 * 24 * 3600)
        await look(home, ABANDON, left)
        await until(lambda: _is(home, left, HandoffState.ABANDONED))


async def _gone(home: House, browser: Browser | None = None) -> str:
    """A handoff that waits, and whose contact has closed the page."""
    browser = browser or await home.browser()
    handoff_id = await home.handoff(browser)
    await browser.close()
    place = (await handoff(home, handoff_id)).conversation_id
    async with home.front.database.write() as tx:
        await tx.execute(t.conversation.update().where(t.conversation.c.id == place).values(away_since=now()))
    return handoff_id


async def _is(home: House, handoff_id: str, state: HandoffState) -> bool:
    return (await handoff(home, handoff_id)).state is state


async def test_who_is_put_off_hears_until_when_and_that_is_a_promise_kept_by_the_agent_s_words(home: House) -> None:
    before = outcomes("snooze")
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    async with home.front.database.read() as tx:
        until_then = await conversations.clock(tx) + 7200
    await home.front.parts.moving.snooze(agent.who, handoff_id, until_then)
    await browser.until_said("system", "Ana will write to you here again")
    [promise] = await rows(home, t.promise, handoff_id=handoff_id, kind="snooze")
    await agent.reply(handoff_id, "It is on its way.")
    await pass_time(home, 3 * 3600 + 60)
    await look(home, PROMISE, str(promise.id))
    await until(lambda: _judged(home, promise.id))
    assert outcomes("snooze")["kept"] == before["kept"] + 1

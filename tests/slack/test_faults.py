"""Slack fails in every way that it can: no card is missing, none is doubled, nothing is said twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from conversations.store import handoffs
from frontdesk import app
from tests.front import House, house, settings
from tests.slack.conftest import ANA, BEN, EVE, LOBBY, SlackHouse, buttons, tokens, words
from tests.slack_stand_in import CHANNEL, Slack, slack_stand_in


def asked_of(slack: Slack, method: str) -> list[str]:
    return [(call.answer or {}).get("error", "ok") for call in slack.called(method)]


async def test_while_slack_is_away_the_queue_holds_and_the_cards_come_later(home: SlackHouse) -> None:
    home.slack.away = True
    browsers = [await home.house.browser() for _ in range(3)]
    for browser in browsers:
        await home.house.handoff(browser)
        assert browser.state["place"] >= 1
    await home.until(lambda: len(home.slack.requests) >= 0)
    await asyncio.sleep(0.5)
    assert not home.cards()
    home.slack.away = False
    await home.until(lambda: len(home.cards()) == 3, 40)
    await home.until(lambda: all(home.thread(card) for card in home.cards()), 40)
    assert len(home.cards()) == 3


@pytest.mark.parametrize("times", [1, 2])
async def test_a_card_whose_answer_was_lost_is_not_posted_again(home: SlackHouse, times: int) -> None:
    await home.hire("Ana", ANA)
    home.slack.lose_answer("chat.postMessage", times)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    assert (await home.slack.press(ANA, CHANNEL, card.ts, "claim")).status == 200
    await browser.until(lambda: browser.state["owner"] == "agent")
    await home.until(lambda: "resolve" in buttons(card) and home.thread(card), 30)
    await browser.say("still there?")
    await home.until(lambda: "still there?" in home.said(card), 30)
    assert len(home.cards()) == 1
    assert home.said(card).count("still there?") == 1
    assert home.said(card).count("[Talk to a person]") == 1


async def test_a_line_whose_answer_was_lost_is_not_said_again(home: SlackHouse) -> None:
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.until(lambda: home.thread(card))
    home.slack.lose_answer("chat.postMessage")
    await browser.say("the first")
    await home.until(lambda: "the first" in home.said(card))
    await browser.say("the second")
    await home.until(lambda: "the second" in home.said(card), 30)
    assert home.said(card).count("the first") == home.said(card).count("the second") == 1


async def test_slack_s_own_limit_is_kept_and_everything_comes(tmp_path: Path, database_url: str) -> None:
    async with (
        slack_stand_in(burst=1) as slack,
        house(tmp_path, database_url, env=tokens(slack), **LOBBY) as built,
    ):
        home = SlackHouse(built, slack)
        browsers = [await built.browser() for _ in range(3)]
        for browser in browsers:
            await built.handoff(browser)
        await home.until(lambda: len(home.cards()) == 3 and all(home.thread(card) for card in home.cards()), 60)
        assert len(home.cards()) == 3
        assert asked_of(slack, "chat.postMessage").count("ok") == len(home.all_posts())
        assert asked_of(slack, "chat.postMessage").count("ratelimited") <= 6, "Retry-After is obeyed"


async def test_a_card_that_somebody_deleted_is_posted_anew_with_its_thread(home: SlackHouse) -> None:
    agent, browser = await home.house.agent(), await home.house.browser()
    handoff_id, card = await home.card_of(browser, "where is it")
    await home.until(lambda: home.thread(card))
    home.slack.remove(card)
    await agent.act(handoff_id, "claim")
    fresh = await home.until(lambda: next((c for c in home.cards() if c.ts != card.ts), None), 30)
    await home.until(lambda: "where is it" in home.said(fresh), 30)
    assert "resolve" in buttons(fresh)


async def test_words_in_the_thread_of_a_deleted_card_are_not_lost(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.write(ANA, CHANNEL, "said before", card.ts)
    home.slack.remove(card)
    await browser.say("still there?")
    fresh = await home.until(lambda: next((c for c in home.cards() if c.ts != card.ts), None), 30)
    await home.until(lambda: "still there?" in home.said(fresh), 30)
    assert "said before" in home.said(fresh)
    await home.slack.write(ANA, CHANNEL, "from the old thread", card.ts)
    await browser.until_said("agent", "from the old thread")


async def test_a_card_goes_to_the_lobby_that_is_named_now(tmp_path: Path, database_url: str) -> None:
    async with slack_stand_in() as slack:
        wrong = {"teams": [{"name": "support", "lobby": "C0WRONG"}]}
        async with house(tmp_path, database_url, env=tokens(slack), **wrong) as built:
            await built.handoff(await built.browser())
            home = SlackHouse(built, slack)
            await home.until(lambda: "channel_not_found" in asked_of(slack, "chat.postMessage"))
        async with house(tmp_path, database_url, env=tokens(slack), **LOBBY) as built:
            home = SlackHouse(built, slack)
            await built.front.slack.cards((await handoff_ids(built))[0])  # type: ignore[union-attr] # Slack is on
            await home.until(home.cards, 30)


async def handoff_ids(built: House) -> list[str]:
    async with built.front.database.read() as tx:
        return [handoff.id for handoff in await handoffs.waiting(tx)]


async def test_another_thread_of_the_lobby_is_not_held_up_by_a_card_that_slack_refuses(home: SlackHouse) -> None:
    home.slack.fail("chat.postMessage", "restricted_action", 50)
    await home.house.handoff(await home.house.browser())
    await home.until(lambda: "restricted_action" in asked_of(home.slack, "chat.postMessage"))
    top = await home.slack.write(EVE, CHANNEL, "lunch?")
    await home.until(lambda: not home.house.front.slack.cards._in_hand)  # type: ignore[union-attr] # Slack is on
    assert (await home.slack.write(BEN, CHANNEL, "yes", top.ts)).statuses == [200]


async def test_a_refused_post_is_tried_again_and_the_desk_goes_on(home: SlackHouse) -> None:
    home.slack.fail("chat.postMessage", "channel_not_found")
    agent, browser = await home.house.agent(), await home.house.browser()
    handoff_id = await home.house.handoff(browser)
    await agent.act(handoff_id, "claim")
    await browser.until(lambda: browser.state["owner"] == "agent")
    # It is asked again after a minute, or as soon as something happens to the handoff.
    await agent.reply(handoff_id, "the web desk serves")
    await browser.until_said("agent", "the web desk serves")
    await home.until(home.cards)


async def test_what_could_not_be_committed_is_not_acknowledged_and_comes_again(
    home: SlackHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    desk, reply = home.house.front.parts.desk, home.house.front.parts.desk.reply
    failing = [True]

    async def sometimes(*args: object) -> int:
        if failing.pop():
            failing.append(False)
            raise OSError("the database is away")
        failing.append(False)
        return await reply(*args)  # type: ignore[arg-type] # as given

    monkeypatch.setattr(desk, "reply", sometimes)
    act = await home.slack.write(ANA, CHANNEL, "in the end it came", card.ts)
    assert act.statuses[0] == 500 and act.statuses[-1] == 200
    await browser.until_said("agent", "in the end it came")
    assert browser.texts("agent") == ["in the end it came"]


async def test_words_in_a_thread_whose_card_is_not_known_yet_come_again(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    home.slack.retry_delays = ()
    home.slack.slow(1.5, "chat.postMessage")
    _, card = await home.card_of(await home.house.browser())
    act = await home.slack.write(ANA, CHANNEL, "early bird", card.ts)
    assert act.status == 500
    home.slack.slow(0, "chat.postMessage")
    await home.until(lambda: home.thread(card), 30)
    assert all(delivery.confirmed for delivery in await home.slack.redeliver())
    await home.until(lambda: home.told(ANA))


async def test_a_handoff_from_before_slack_was_connected_gets_its_card(tmp_path: Path, database_url: str) -> None:
    async with house(tmp_path, database_url) as without:
        await without.handoff(await without.browser())
    async with slack_stand_in() as slack, house(tmp_path, database_url, env=tokens(slack), **LOBBY) as built:
        home = SlackHouse(built, slack)
        await home.until(home.cards, 30)
        await home.until(lambda: home.thread(home.cards()[0]))
        assert len(home.cards()) == 1


async def test_a_form_that_cannot_be_opened_is_told(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    home.slack.fail("views.open", "expired_trigger_id")
    assert (await home.slack.press(ANA, CHANNEL, card.ts, "resolve")).status == 200
    assert "Press the button again" in (await home.until(lambda: home.told(ANA)))[0].text
    await home.slack.press(ANA, CHANNEL, card.ts, "resolve")
    await home.until(home.form)


async def test_without_a_token_slack_is_off_and_it_is_said(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = app.create_app(settings(tmp_path, database_url))
    assert made[app.FRONT].slack is None
    assert "/slack/events" not in {route.resource.canonical for route in made.router.routes() if route.resource}
    assert "Slack desk is off" in capsys.readouterr().out
    await made[app.FRONT].database.close()


async def test_the_card_says_nothing_twice_when_it_did_not_change(home: SlackHouse) -> None:
    browser = await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    await home.until(lambda: "archives" in words(card))  # its lines lead into the thread by now
    await home.until(lambda: not home.house.front.slack.cards._in_hand)  # type: ignore[union-attr] # Slack is on
    updates = len(home.slack.called("chat.update"))
    for _ in range(3):
        await home.house.front.slack.cards(handoff_id)  # type: ignore[union-attr] # Slack is on
    assert len(home.slack.called("chat.update")) == updates
    assert "Waiting" in words(card)

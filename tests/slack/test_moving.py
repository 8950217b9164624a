"""What passes on, rests, ends and begins again, by the buttons and forms of a card."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conversations.handoff import HandoffState
from conversations.staff import Principal, Role
from conversations.store import staff
from tests.front import house
from tests.gateway.later import handoff
from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, buttons, menu, tokens, words
from tests.slack.test_erasing import erased
from tests.slack_stand_in import CHANNEL, Slack

BILLING = "C0BILLING1"
TEAMS = {
    "teams": [
        {"name": "support", "title": "Customer care", "lobby": CHANNEL},
        {"name": "billing", "title": "Billing", "lobby": BILLING, "takes": {"intents": ["refund_time"]}},
    ]
}


@pytest.fixture
async def two(tmp_path: Path, database_url: str, slack: Slack) -> AsyncIterator[SlackHouse]:
    """Two teams, each with a lobby."""
    slack.add_channel(BILLING, "billing")
    for user in (ANA, BEN, EVE):
        slack.channels[BILLING].members.add(user)
    async with house(tmp_path, database_url, env=tokens(slack), **TEAMS) as built:
        slack.events_url = str(built.client.make_url("/slack/events"))
        yield SlackHouse(built, slack)


async def hired(home: SlackHouse, name: str, slack_id: str, *teams: str, role: Role = Role.AGENT) -> Principal:
    async with home.house.front.database.write() as tx:
        return (await staff.add(tx, name, role, teams, slack_id))[0]


async def test_claim_and_greet_says_hello_in_the_agent_s_name(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await asyncio.gather(*(home.slack.press(ANA, CHANNEL, card.ts, "greet") for _ in range(2)))
    await browser.until_said("agent", "Ana")
    await home.until(lambda: browser.texts("agent")[0] in home.said(card))
    assert len(browser.texts("agent")) == 1


async def test_who_does_not_see_a_team_s_handoffs_claims_none_in_its_lobby(two: SlackHouse) -> None:
    await hired(two, "Ben", BEN, "billing")
    await hired(two, "Eve", EVE, "billing", role=Role.LEAD)
    handoff_id, card = await two.card_of(await two.house.browser())
    await two.slack.press(BEN, CHANNEL, card.ts, "claim")
    assert "another team's" in (await two.until(lambda: two.told(BEN)))[-1].text
    assert (await handoff(two.house, handoff_id)).state is HandoffState.WAITING
    await two.slack.press(EVE, CHANNEL, card.ts, "claim")
    await two.until(lambda: "Eve" in words(two.slack.posts(CHANNEL)[0]))


async def test_a_transferred_handoff_has_its_card_in_the_other_lobby_and_the_old_one_says_so(two: SlackHouse) -> None:
    await hired(two, "Ana", ANA, "support")
    await hired(two, "Ben", BEN, "billing")
    browser = await two.house.browser()
    card = await two.claimed(browser)
    await browser.say("it is about my bill")
    await two.until(lambda: "it is about my bill" in two.said(card))
    await two.slack.press(ANA, CHANNEL, card.ts, "transfer")
    form = await two.until(two.form)
    refused = await two.slack.submit(ANA, form.id, {})
    assert "Choose a team or a person" in refused.json["errors"]["team"]
    await two.slack.submit(ANA, form.id, {"team": "billing", "comment": "she pays by card"})
    await two.until(lambda: "moved to Billing" in words(card))
    assert buttons(card) == []
    there = (await two.until(lambda: two.slack.posts(BILLING)))[0]
    assert "Billing" in words(there) and "claim" in buttons(there)
    await two.until(lambda: any("it is about my bill" in words(one) for one in two.slack.posts(BILLING, there.ts)))
    await two.slack.write(ANA, CHANNEL, "still here?", card.ts)
    assert "goes on in another lobby" in (await two.until(lambda: two.told(ANA)))[-1].text
    await two.until(lambda: any("still here?" in words(one) for one in two.slack.posts(BILLING, there.ts)))
    await two.slack.press(BEN, BILLING, there.ts, "claim")
    await two.slack.write(BEN, BILLING, "I look into the bill.", there.ts)
    await browser.until_said("agent", "I look into the bill.")
    assert browser.texts("agent") == ["I look into the bill."]
    assert len(two.slack.posts(BILLING)) - len(two.slack.posts(BILLING, there.ts)) == 1


async def test_a_handoff_is_passed_on_to_a_person_who_is_on_the_roster(two: SlackHouse) -> None:
    await hired(two, "Ana", ANA, "support")
    await hired(two, "Ben", BEN, "support")
    browser = await two.house.browser()
    card = await two.claimed(browser)
    await two.slack.press(ANA, CHANNEL, card.ts, "transfer")
    form = await two.until(two.form)
    refused = await two.slack.submit(ANA, form.id, {"person": EVE})
    assert "not on the support roster" in refused.json["errors"]["person"]
    await two.slack.submit(ANA, form.id, {"person": BEN})
    await two.until(lambda: "offered to *Ben*" in words(card))
    await two.slack.press(ANA, CHANNEL, card.ts, "claim")
    assert "kept for Ben" in (await two.until(lambda: two.told(ANA)))[0].text
    await two.slack.press(BEN, CHANNEL, card.ts, "claim")
    await two.until(lambda: "*Ben* has it" in words(card))


@pytest.mark.parametrize("chosen", ["hour", "tomorrow", "writes", "time"])
async def test_a_handoff_is_put_off_and_woken(home: SlackHouse, chosen: str) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.press(ANA, CHANNEL, card.ts, "snooze")
    form = await home.until(home.form)
    given = {"until": chosen, "comment": "asks the warehouse"}
    if chosen == "time":
        lacking = await home.slack.submit(ANA, form.id, given)
        assert "Choose the time" in lacking.json["errors"]["time"]
        given |= {"time": int(time.time()) + 7200}
    assert (await home.slack.submit(ANA, form.id, given)).status == 200
    until = "until the contact writes" if chosen == "writes" else "until <!date"
    await home.until(lambda: "Snoozed" in words(card) and until in words(card))
    assert "wake" in buttons(card) and "snooze" not in buttons(card)
    await home.slack.press(ANA, CHANNEL, card.ts, "wake")
    await home.until(lambda: "Snoozed" not in words(card))


async def test_a_colleague_steps_in_and_the_former_holder_s_words_stay_inside(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.choose(BEN, card, "step_in")
    await home.until(lambda: "*Ben* has it" in words(card))
    await home.slack.write(ANA, CHANNEL, "I was just about to", card.ts)
    assert "Ben has this handoff now" in (await home.until(lambda: home.told(ANA)))[0].text
    await home.slack.write(ANA, CHANNEL, "and this, too", card.ts)
    await home.slack.write(BEN, CHANNEL, "Now it is me.", card.ts)
    await browser.until_said("agent", "Now it is me.")
    assert browser.texts("agent") == ["Now it is me."] and len(home.told(ANA)) == 1


async def test_resolving_names_what_it_was_about_and_it_can_be_reopened(home: SlackHouse) -> None:
    lead = await home.hire("Lea", EVE, Role.LEAD)
    await home.hire("Ana", ANA)
    await home.house.front.parts.canned.save_tag(lead, "late-delivery")
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.press(ANA, CHANNEL, card.ts, "resolve")
    form = await home.until(home.form)
    filled = {"outcome": "solved", "tags": ["late-delivery"], "teach": ["yes"], "comment": ""}
    assert not (await home.slack.submit(ANA, form.id, filled)).body
    await home.until(lambda: "🏷 late-delivery" in words(card) and "reopen" in buttons(card))
    await home.slack.press(ANA, CHANNEL, card.ts, "reopen")
    await home.until(lambda: "*Ana* has it" in words(card))
    await browser.until(lambda: browser.state["owner"] == "agent")
    await home.slack.write(ANA, CHANNEL, "One more thing.", card.ts)
    await browser.until_said("agent", "One more thing.")


async def test_goodwill_is_granted_within_the_limits_and_once(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.choose(ANA, card, "goodwill")
    form = await home.until(home.form)
    given = {"kind": "voucher", "amount": "lots", "note": "came broken"}
    assert "no amount" in (await home.slack.submit(ANA, form.id, given)).json["errors"]["amount"]
    given["amount"] = "500"
    assert "too much" in (await home.slack.submit(ANA, form.id, given)).json["errors"]["amount"]
    given["amount"] = "7,50"
    assert not (await home.slack.submit(ANA, form.id, given)).body
    await home.until(lambda: "voucher, 7.50 GBP by Ana" in words(card))


async def test_a_contact_is_blocked_and_answered_again(home: SlackHouse) -> None:
    await home.hire("Lea", EVE, Role.LEAD)
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.choose(ANA, card, "block")
    form = await home.until(home.form)
    assert not (await home.slack.submit(ANA, form.id, {"why": "threats"})).body
    await home.until(lambda: "Blocked" in words(card) and "unblock" in buttons(card))
    await home.choose(EVE, card, "unblock")
    await home.until(lambda: "*Blocked*" not in words(card))


async def test_a_form_sent_twice_has_no_second_effect(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.choose(ANA, card, "goodwill")
    form = await home.until(home.form)
    await home.slack.submit(ANA, form.id, {"kind": "voucher", "amount": "4", "note": ""})
    form.open = True
    await home.slack.submit(ANA, form.id, {"kind": "voucher", "amount": "4", "note": ""})
    handoff_id = menu(card)["goodwill"].partition(" ")[2]
    granted = await home.house.front.parts.view.whole(handoff_id)
    assert [one.amount for one in granted.goodwill] == [4.0]


async def test_who_may_not_see_no_form_and_is_told(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    card = await home.claimed(await home.house.browser())
    for act in ("snooze", "transfer"):
        await home.slack.press(BEN, CHANNEL, card.ts, act)
    for act in ("goodwill", "block"):
        await home.choose(BEN, card, act)
    await home.until(lambda: len(home.told(BEN)) == 4)
    assert all("Nothing was changed" in one.text for one in home.told(BEN)) and home.form() is None
    await home.choose(EVE, card, "step_in")
    assert "roster" in (await home.until(lambda: home.told(EVE)))[0].text


async def test_who_is_erased_is_erased_in_the_lobby_that_the_handoff_left_too(two: SlackHouse) -> None:
    await hired(two, "Ana", ANA, "support")
    browser = await two.house.browser()
    await browser.say("canary7f3a broke")
    await browser.until(lambda: bool(browser.texts("bot")))
    card = await two.claimed(browser)
    await two.until(lambda: "canary7f3a" in two.said(card))
    await two.slack.press(ANA, CHANNEL, card.ts, "transfer")
    form = await two.until(two.form)
    await two.slack.submit(ANA, form.id, {"team": "billing"})
    there = (await two.until(lambda: two.slack.posts(BILLING)))[0]
    await two.until(lambda: two.slack.posts(BILLING, there.ts))
    await erased(two)

    def left() -> list[str]:
        posts = [one for lobby in (CHANNEL, BILLING) for one in two.slack.posts(lobby)]
        return [words(one) for one in posts if "canary7f3a" in words(one)]

    await two.until(lambda: not left(), 30)

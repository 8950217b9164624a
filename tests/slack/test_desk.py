"""The journey of a handoff with Slack as the desk, and who may do what there."""

from __future__ import annotations

import asyncio

import pytest

from conversations.staff import Role
from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, buttons, words
from tests.slack_stand_in import CHANNEL, live_parts


async def test_the_whole_journey_with_slack_as_the_desk(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser, slack = await home.house.browser(), home.slack
    _, card = await home.card_of(browser, "where is my parcel")
    assert buttons(card)[:2] == ["claim", "greet"]
    assert "where is my parcel" in words(card) and "Waiting" in words(card)
    await home.until(lambda: "where is my parcel" in home.said(card))

    assert (await slack.press(ANA, CHANNEL, card.ts, "claim")).status == 200
    await browser.until(lambda: browser.state["owner"] == "agent")
    await home.until(lambda: {"resolve", "give_back", "release"} <= set(buttons(card)))
    assert "Ana" in words(card)

    await slack.write(ANA, CHANNEL, "Hello, I am looking &lt;now&gt; :smile:", card.ts)
    await browser.until_said("agent", "Hello, I am looking <now> 😄")
    await slack.write(ANA, CHANNEL, "// this one is tricky", card.ts)
    await browser.say("thank you, I wait")
    await home.until(lambda: "thank you, I wait" in home.said(card))

    await slack.press(ANA, CHANNEL, card.ts, "resolve")
    form = await home.until(home.form)
    act = await slack.submit(ANA, form.id, {"outcome": "solved", "comment": "was at the neighbour's"})
    assert act.status == 200 and not act.body
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.until_said("system", "How did we do?")
    await browser.press("5 of 5")
    await home.until(lambda: "★★★★★" in words(card))

    assert "Resolved" in words(card) and "resolve" not in buttons(card)
    assert "was at the neighbour's" in words(card)
    assert len(home.cards()) == 1, "one card for one handoff"
    assert browser.texts("agent") == ["Hello, I am looking <now> 😄"]
    assert not any("tricky" in text for _, text in browser.shown())


async def test_of_two_claims_at_once_one_wins_and_the_other_hears_who(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    _, card = await home.card_of(await home.house.browser())
    await asyncio.gather(*(home.slack.press(user, CHANNEL, card.ts, "claim") for user in (ANA, BEN)))
    await home.until(lambda: len(home.slack.ephemerals) == 1)
    loser = home.slack.ephemerals[0]
    winner = {ANA: "Ben", BEN: "Ana"}[loser.user]
    assert f"{winner} has this handoff" in loser.text
    await home.until(lambda: f"*{winner}*" in words(card))


@pytest.mark.parametrize("kind", ["stranger", "guest", "bot", "editor"])
async def test_who_may_not_act_alone_sees_a_no_and_nothing_changes(home: SlackHouse, kind: str) -> None:
    user = f"U0{kind.upper()}"
    home.slack.add_user(user, kind, guest=kind == "guest", bot=kind == "bot", stranger=kind == "stranger")
    if kind == "editor":
        await home.hire("Edda", user, Role.EDITOR)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.until(lambda: "archives" in words(card))  # its lines lead into the thread by now
    shown = words(card)
    assert (await home.slack.press(user, CHANNEL, card.ts, "claim")).status == 200
    await home.until(lambda: home.told(user))
    assert "nothing was changed" in home.told(user)[0].text
    assert [one.user for one in home.slack.ephemerals] == [user]
    assert browser.state["owner"] == "queue" and words(card) == shown


async def test_what_is_written_before_a_claim_stays_among_colleagues_unless_it_is_sent(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.slack.write(ANA, CHANNEL, "who takes this one?", card.ts)
    offered = (await home.until(lambda: home.told(ANA)))[0]
    assert "nobody has claimed" in words(offered)
    assert not browser.texts("agent")

    await home.slack.press(ANA, CHANNEL, offered.ts, "claim_and_send")
    await browser.until_said("agent", "who takes this one?")
    assert browser.state["owner"] == "agent"


async def test_only_the_holder_s_words_go_out(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.write(BEN, CHANNEL, "ask for the number", card.ts)
    await home.slack.write(EVE, CHANNEL, "I am nobody", card.ts)
    await home.slack.write(ANA, CHANNEL, f"<@{BEN}> do you know?", card.ts)
    await home.slack.write(ANA, CHANNEL, "//note", card.ts)
    await home.slack.write(ANA, CHANNEL, "outside of the thread")
    await home.slack.write(ANA, CHANNEL, "What is your order number?", card.ts)
    await browser.until_said("agent", "What is your order number?")
    assert browser.texts("agent") == ["What is your order number?"]
    await home.until(lambda: home.told(EVE) and home.told(ANA))
    assert "mentions somebody" in home.told(ANA)[0].text and not home.told(BEN)


async def test_after_the_end_nothing_goes_out(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.press(ANA, CHANNEL, card.ts, "give_back")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await home.slack.write(ANA, CHANNEL, "one more thing", card.ts)
    assert "has ended" in (await home.until(lambda: home.told(ANA)))[0].text
    assert not browser.texts("agent")


async def test_a_released_handoff_waits_again_in_slack_too(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.choose(ANA, card, "release")
    await home.until(lambda: "claim" in buttons(card))
    assert browser.state["owner"] == "queue"


async def test_the_form_is_for_the_holder_and_is_refused_when_it_comes_too_late(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.press(BEN, CHANNEL, card.ts, "resolve")
    assert "Ana has this handoff" in (await home.until(lambda: home.told(BEN)))[0].text
    await home.slack.press(ANA, CHANNEL, card.ts, "resolve")
    form = await home.until(home.form)
    await home.choose(ANA, card, "release")
    await browser.until(lambda: browser.state["owner"] == "queue")
    late = await home.slack.submit(ANA, form.id, {"outcome": "solved", "comment": ""})
    assert "claim it first" in late.json["errors"]["outcome"]
    assert browser.state["owner"] == "queue"


async def test_what_is_done_at_the_web_desk_is_seen_in_slack(home: SlackHouse) -> None:
    agent, browser = await home.house.agent(), await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "from the web desk")
    await agent.act(handoff_id, "note", id="7c9e6679-7425-40de-944b-e07fc1f90ae7", text="a quiet word")
    await home.until(lambda: "from the web desk" in home.said(card) and "a quiet word" in home.said(card))
    assert home.said(card).count("from the web desk") == home.said(card).count("a quiet word") == 1


HOSTILE = (
    "<!channel> <@U0BEN> <#C1|general> <http://evil.example|Claim> *bold* _it_ ~no~ `code` :tada: "
    "&lt;!here&gt; > quote https://evil.example/x"
)


async def test_nothing_that_a_contact_writes_is_live(home: SlackHouse) -> None:
    browser = await home.house.browser()
    _, card = await home.card_of(browser, HOSTILE)
    await browser.say(HOSTILE)
    await home.until(lambda: home.said(card).count(HOSTILE) >= 2)
    theirs = ("evil", "!channel", "!here", "U0BEN", "C1|", "bold", "it_", "no~", "code", "tada", "quote")
    for message in home.all_posts():
        assert [part for part in live_parts(message) if any(word in part.text for word in theirs)] == []
    assert HOSTILE in words(card)


async def test_long_talks_and_long_words_fit_slack_s_limits(home: SlackHouse) -> None:
    browser = await home.house.browser()
    _, card = await home.card_of(browser, "x" * 3900)
    await browser.say("long " * 3000)
    await home.until(lambda: "more characters" in home.said(card))
    for number in range(15):
        await browser.say(f"line {number}.")
    await home.until(lambda: "line 14." in home.said(card), 30)
    assert [home.said(card).count(f"line {number}.") for number in range(15)] == [1] * 15
    assert not [call for call in home.slack.calls if (call.answer or {}).get("error")]

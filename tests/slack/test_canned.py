"""Canned replies and suggestions in Slack: chosen, seen filled in, sent once; edited by leads."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conversations.staff import Principal, Role
from escalation.http.wire import Suggestion
from tests.slack.conftest import ANA, BEN, EVE, SlackHouse, words
from tests.slack_stand_in import CHANNEL, View, contacts

LATE = "Hello {contact}, I am {agent}. {reference}: it is late, and we are sorry."


async def kept(home: SlackHouse, name: str = "late", text: str = LATE) -> tuple[Principal, int]:
    lead = await home.hire("Lea", EVE, Role.LEAD)
    return lead, await home.house.front.parts.canned.save(lead, name=name, text=text)


def value_of(form: View) -> str:
    inputs = [block["element"] for block in form.view["blocks"] if block["type"] == "input"]
    return str(inputs[0].get("initial_value", ""))


async def test_a_canned_reply_is_chosen_seen_filled_in_changed_and_sent_once(home: SlackHouse) -> None:
    _, number = await kept(home)
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.choose(ANA, card, "canned")
    form = await home.until(home.form)
    assert "late" in words(_Shown(form)) and not form.view["submit"]
    await home.slack.press_in_view(ANA, form.id, "canned_pick", value=str(number))
    await home.until(lambda: "I am Ana" in value_of(form))
    assert "{contact}" in value_of(form) and "Nothing is known for {contact}" in words(_Shown(form))
    text = value_of(form).replace("{contact}", "Carla")
    assert not (await home.slack.submit(ANA, form.id, {"text": text})).body
    await browser.until_said("agent", "Hello Carla, I am Ana. FD-")
    form.open = True
    await home.slack.submit(ANA, form.id, {"text": text})
    await home.until(lambda: "Hello Carla" in home.said(card))
    assert len(browser.texts("agent")) == 1


async def test_the_command_finds_by_words_and_asks_for_whom(home: SlackHouse) -> None:
    lead, _ = await kept(home)
    await home.house.front.parts.canned.save(lead, name="greeting", text="Good morning")
    await home.hire("Ana", ANA)
    assert "claim one first" in (await contacts.command(home.slack, ANA, "late", CHANNEL, "/canned")).body.decode()
    browsers = [await home.house.browser() for _ in range(2)]
    for browser in browsers:
        await home.claimed(browser)
    await contacts.command(home.slack, ANA, "late", CHANNEL, "/canned")
    form = await home.until(home.form)
    shown = words(_Shown(form))
    references = set(re.findall("FD-[A-Z0-9]+", shown))
    assert "late" in shown and "greeting" not in shown and len(references) == 2
    stranger = await contacts.command(home.slack, "U0BEN", "late", CHANNEL, "/canned")
    assert "roster" in stranger.body.decode()


async def test_the_shortcut_on_a_message_means_the_handoff_of_its_thread(home: SlackHouse) -> None:
    await kept(home)
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await browser.say("where is it")
    await home.until(lambda: "where is it" in home.said(card))
    assert (await home.slack.shortcut(ANA, CHANNEL, home.thread(card)[-1].ts, "canned")).status == 200
    form = await home.until(home.form)
    assert "late" in words(_Shown(form))
    assert (await home.slack.shortcut(BEN, CHANNEL, home.thread(card)[-1].ts, "canned")).status == 200
    assert "roster" in (await home.until(lambda: home.told(BEN)))[0].text


async def test_leads_edit_them_and_broken_variables_are_refused(home: SlackHouse) -> None:
    lead, number = await kept(home)
    browser = await home.house.browser()
    card = await home.claimed(browser, EVE)
    await home.choose(EVE, card, "canned")
    form = await home.until(home.form)
    await home.slack.press_in_view(EVE, form.id, "canned_pick", value=str(number))
    await home.slack.press_in_view(EVE, form.id, "canned_edit")
    edit = await home.until(lambda: (v := home.form()) is not None and v.id != form.id and v)
    given = {"name": "late", "text": "Hello {contat}", "team": "team:", "language": "en"}
    refused = await home.slack.submit(EVE, edit.id, given)
    assert "is {contact} meant?" in refused.json["errors"]["text"]
    given["text"] = "Hello {contact}"
    assert not (await home.slack.submit(EVE, edit.id, given)).body
    assert (await home.house.front.parts.canned.one(number)).text == "Hello {contact}"
    await home.hire("Ana", ANA)
    mine = await home.claimed(await home.house.browser())
    await home.choose(ANA, mine, "canned")
    assert "canned_edit" not in str(home.slack.open_view(ANA).view) and lead.oversees


async def test_an_answer_that_was_given_before_is_suggested_and_used(
    home: SlackHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def suggested(handoff_id: str) -> list[Suggestion]:
        return [Suggestion("It comes on Friday. <!channel>", "when does it come", 0.91, "FD-OLDONE")]

    monkeypatch.setattr(home.house.front.parts.suggesting, "for_handoff", suggested)
    await home.hire("Ana", ANA)
    await home.hire("Ben", BEN)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    line = await home.until(lambda: next((m for m in home.thread(card) if "Answered before" in words(m)), None))
    assert "It comes on Friday. <!channel>" in words(line)
    await home.slack.press(ANA, CHANNEL, line.ts, "use_suggestion")
    form = await home.until(home.form)
    assert value_of(form) == "It comes on Friday. <!channel>"
    await home.slack.submit(ANA, form.id, {"text": "It comes on Friday."})
    await browser.until_said("agent", "It comes on Friday.")
    await home.choose(ANA, card, "release")
    await home.until(lambda: "Friday" not in words(line))


class _Shown:
    """What `words` reads."""

    def __init__(self, form: View) -> None:
        self.blocks: list[Any] = form.view["blocks"]

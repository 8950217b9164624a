"""Socket Mode: the same desk without a public address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.front import house
from tests.slack.conftest import ANA, LOBBY, SlackHouse, tokens
from tests.slack_stand_in import CHANNEL, Slack


@pytest.fixture
async def home(tmp_path: Path, database_url: str, slack: Slack) -> AsyncIterator[SlackHouse]:
    slack.socket_mode = True
    given = tokens(slack, slack_signing_secret=None, slack_app_token=slack.app_token)
    async with house(tmp_path, database_url, env=given, **LOBBY) as built:
        made = SlackHouse(built, slack)
        await made.until(lambda: slack.open_sockets)
        yield made


async def test_a_handoff_is_claimed_answered_and_resolved_over_a_socket(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.write(ANA, CHANNEL, "over the socket", card.ts)
    await browser.until_said("agent", "over the socket")
    await home.slack.press(ANA, CHANNEL, card.ts, "resolve")
    form = await home.until(home.form)
    await home.slack.submit(ANA, form.id, {"outcome": "solved", "comment": ""})
    await browser.until(lambda: browser.state["owner"] == "bot")


async def test_there_is_no_address_for_requests_without_a_secret(home: SlackHouse) -> None:
    async with home.house.client.post("/slack/events", data=b"{}") as answer:
        assert answer.status == 404


async def test_what_happened_while_the_socket_was_away_comes_when_it_is_back(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    home.slack.retry_delays = ()
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.disconnect()
    await home.slack.write(ANA, CHANNEL, "while you were away", card.ts)
    await browser.until_said("agent", "while you were away")
    assert browser.texts("agent") == ["while you were away"]


async def test_a_slack_that_is_away_at_the_start_does_not_stop_the_front(
    tmp_path: Path, database_url: str, slack: Slack
) -> None:
    slack.away = slack.socket_mode = True
    given = tokens(slack, slack_signing_secret=None, slack_app_token=slack.app_token)
    async with house(tmp_path, database_url, env=given, **LOBBY) as built:
        browser = await built.browser()
        await browser.say("hello")
        await browser.until_said("bot", "hello")
        slack.away = False
        home = SlackHouse(built, slack)
        await home.until(lambda: slack.open_sockets, 30)


async def test_a_socket_that_does_not_connect_is_told(
    tmp_path: Path, database_url: str, slack: Slack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontdesk.slack_app._SILENCE", 0.5)
    slack.socket_mode = True
    given = tokens(slack, slack_signing_secret=None, slack_app_token="xapp-wrong")
    async with house(tmp_path, database_url, env=given, **LOBBY) as built:
        home = SlackHouse(built, slack)
        said = []

        def told() -> bool:
            said.append(capsys.readouterr().out)
            return "does not connect" in "".join(said)

        await home.until(told)

"""The whole way in one workspace: the contact asks the app directly, the agent works in the lobby."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.front import house
from tests.scripted_engine import understood
from tests.slack.conftest import tokens, words
from tests.slack_contacts.conftest import ANA, CARLA, LOBBY, Contacts, buttons
from tests.slack_stand_in import CHANNEL, Message, Slack
from tests.slack_stand_in.delivery import PATIENCE


def card(home: Contacts) -> Message | None:
    return next((one for one in home.slack.posts(CHANNEL) if one.thread_ts is None), None)


def in_lobby(home: Contacts) -> str:
    return "\n".join(words(one) for one in home.slack.posts(CHANNEL))


async def a_question_a_person_and_the_stars(home: Contacts) -> None:
    await home.hire("Ana", ANA)
    home.engine.answer("how long does delivery take?", "Two days.", understood("delivery_time"))
    home.engine.answer("a person please now", "", understood("talk_to_human"))
    await home.write("how long does delivery take?")
    await home.until(lambda: "Two days." in home.told())
    await home.write("a person please now")
    await home.until(lambda: "reference" in home.told())
    shown = await home.until(lambda: card(home))
    await home.until(lambda: "a person please now" in in_lobby(home))
    assert "Carla" in words(shown) or "Slack" in words(shown)
    await home.slack.press(ANA, CHANNEL, shown.ts, "claim")
    await home.until(lambda: "Ana" in home.told())
    await home.slack.write(ANA, CHANNEL, "Hello, I'm Ana. What happened?", shown.ts)
    await home.until(lambda: any(words(m) == "Hello, I'm Ana. What happened?" for m in home.direct()))
    said = next(m for m in home.direct() if "What happened?" in words(m))
    assert said.username == "Ana"
    await home.slack.write(ANA, CHANNEL, "// between us: careful", shown.ts)
    await home.write("my parcel never came")
    await home.until(lambda: "my parcel never came" in in_lobby(home))
    await home.until(
        lambda: "resolve" in [e["action_id"] for b in shown.blocks if b["type"] == "actions" for e in b["elements"]]
    )
    await home.slack.press(ANA, CHANNEL, shown.ts, "resolve")
    view = await home.until(lambda: next((one for one in home.slack.views.values() if one.open), None))
    await home.slack.submit(ANA, view.id, {"outcome": "solved", "comment": "sent again"})
    stars = await home.until(lambda: next((one for one in home.direct() if len(buttons(one)) == 5), None))
    await home.press(stars, buttons(stars)[3])
    await home.until(lambda: "★★★★☆" in words(shown))
    assert "careful" not in home.told()
    await home.write("when do you open again?")
    await home.until(lambda: "You said: when do you open again?" in home.told())


async def test_a_question_a_person_and_the_stars_by_signed_requests(home: Contacts) -> None:
    await a_question_a_person_and_the_stars(home)


@pytest.fixture
async def by_socket(tmp_path: Path, database_url: str, redis_url: str | None, slack: Slack) -> Any:
    slack.socket_mode = True
    env = tokens(slack, slack_signing_secret=None, slack_app_token=slack.app_token)
    async with house(tmp_path, database_url, redis_url, env=env, **LOBBY) as built:
        async with asyncio.timeout(20):
            while not slack.open_sockets:
                await asyncio.sleep(0.05)
        yield Contacts(built, slack)


async def test_a_question_a_person_and_the_stars_by_socket_mode(by_socket: Contacts) -> None:
    await a_question_a_person_and_the_stars(by_socket)


async def refuse_once(home: Contacts, act: Callable[[], Awaitable[Any]]) -> None:
    """Does something while nothing can be committed, and then again what Slack redelivers."""
    receive = home.house.front.slack_contacts.contacts._receive  # type: ignore[union-attr] # Slack is on
    original = receive._store

    async def broken(*_: Any, **__: Any) -> Any:
        raise OSError("the database is away")

    receive._store = broken  # type: ignore[method-assign] # a fault
    try:
        await act()
    finally:
        receive._store = original  # type: ignore[method-assign]


async def not_committed_is_not_acknowledged(home: Contacts) -> None:
    home.slack.retry_delays, home.slack.patience = (), 1.0
    await refuse_once(home, lambda: home.write("while the record is away"))
    assert home.slack.undelivered, "Slack was not told that it was taken"
    assert await home.record(home.id_of()) == []
    home.slack.patience = PATIENCE
    while home.slack.undelivered:
        await home.slack.redeliver()
    await home.until(lambda: "You said: while the record is away" in home.told())
    assert await home.said(home.id_of()) == ["while the record is away"]


async def test_what_is_not_committed_is_not_acknowledged_by_signed_requests(home: Contacts) -> None:
    await not_committed_is_not_acknowledged(home)


async def test_what_is_not_committed_is_not_acknowledged_by_socket_mode(by_socket: Contacts) -> None:
    await not_committed_is_not_acknowledged(by_socket)


async def test_contacts_and_agents_may_have_an_app_each(
    tmp_path: Path, database_url: str, redis_url: str | None, slack: Slack
) -> None:
    slack.token = "xoxb-the-contacts-app"
    from tests.slack_stand_in import contacts, slack_stand_in

    async with slack_stand_in(burst=20) as agents_slack:
        agents_slack.add_user(ANA, "Ana")
        env = {
            **tokens(agents_slack),
            "slack_contacts_bot_token": slack.token,
            "slack_contacts_signing_secret": "another-secret-of-the-contacts-app",
        }
        slack.signing_secret = "another-secret-of-the-contacts-app"
        agents_slack.others.append(slack)
        async with house(tmp_path, database_url, redis_url, env=env, **LOBBY) as built:
            agents_slack.events_url = str(built.client.make_url("/slack/events"))
            slack.events_url = str(built.client.make_url("/slack/contacts/events"))
            home = Contacts(built, slack)
            await home.write("hello to you all")
            await home.until(lambda: "You said: hello to you all" in home.told())
            before = len(built.engine.asked)
            slack.events_url = agents_slack.events_url
            act = await home.write("signed with the other app's secret")
            assert act.status == 401
            agents_slack.add_user(CARLA, "Carla")
            await contacts.type_and_send(agents_slack, CARLA, "by the agents' app, no contact")
            await asyncio.sleep(0.3)
            assert len(built.engine.asked) == before

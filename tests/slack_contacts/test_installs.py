"""One deployment, many workspaces: installs by OAuth, each with its own token, and workspaces that leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select, update

from bot.channels.slack.tables import slack_install, slack_install_state
from tests.front import house
from tests.slack.conftest import words
from tests.slack_contacts.conftest import CARLA, Contacts
from tests.slack_stand_in import Slack, contacts, slack_stand_in

PUBLIC = "https://desk.example"


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[Contacts]:
    """A front that has no workspace of its own: each installs the app by itself."""
    async with slack_stand_in(burst=20) as slack:
        slack.add_user(CARLA, "Carla")
        env = {
            "slack_contacts_signing_secret": slack.signing_secret,
            "slack_client_id": slack.client[0],
            "slack_client_secret": slack.client[1],
            "slack_api_url": slack.api_url,
            "public_url": PUBLIC,
        }
        async with house(tmp_path, database_url, redis_url, env=env) as built:
            slack.events_url = str(built.client.make_url("/slack/contacts/events"))
            yield Contacts(built, slack)


async def begin(home: Contacts) -> tuple[str, str]:
    """Opens the page of the install; returns the state in the address and the browser's cookie."""
    async with home.house.client.get("/slack/install", allow_redirects=False) as answer:
        assert answer.status == 302
        to = urlsplit(answer.headers["Location"])
        cookie = SimpleCookie(answer.headers["Set-Cookie"])
    query = parse_qs(to.query)
    assert (to.scheme, to.netloc, to.path) == ("https", "slack.com", "/oauth/v2/authorize")
    assert query["redirect_uri"] == [f"{PUBLIC}/slack/oauth_redirect"]
    assert "im:history" in query["scope"][0] and "user_scope" not in query
    (morsel,) = cookie.values()
    assert morsel["secure"] and morsel["httponly"]
    return query["state"][0], f"{morsel.key}={morsel.value}"


async def come_back(home: Contacts, code: str, state: str, cookie: str) -> ClientResponse:
    headers = {"Cookie": cookie} if cookie else {}
    async with home.house.client.get(
        "/slack/oauth_redirect", params={"code": code, "state": state}, headers=headers
    ) as answer:
        await answer.read()
        return answer


async def install(home: Contacts, workspace: Slack) -> None:
    state, cookie = await begin(home)
    answer = await come_back(home, contacts.new_code(home.slack, workspace), state, cookie)
    assert answer.status == 200


async def installed(home: Contacts) -> list[str]:
    async with home.house.front.database.read() as tx:
        return list((await tx.execute(select(slack_install.c.team_id))).scalars())


async def test_a_workspace_that_installs_the_app_is_served_with_its_own_token(home: Contacts) -> None:
    await install(home, home.slack)
    await home.write("hello to you all")
    await home.until(lambda: "You said: hello to you all" in home.told())


async def test_tokens_lie_encrypted(home: Contacts) -> None:
    await install(home, home.slack)
    async with home.house.front.database.read() as tx:
        sealed = (await tx.execute(select(slack_install.c.sealed_token))).scalar_one()
    assert home.slack.token not in sealed and "xoxb" not in sealed


async def test_two_workspaces_side_by_side_never_mix(home: Contacts) -> None:
    other = contacts.another(home.slack, "T0OTHER")
    other.add_user(CARLA, "Another Carla", joins=[])
    await install(home, home.slack)
    await install(home, other)
    there = Contacts(home.house, other)
    await asyncio.gather(home.write("hello from here, all"), there.write("hello from there, all"))
    await home.until(lambda: home.direct() and there.direct())
    assert words(home.direct()[0]) == "You said: hello from here, all"
    assert words(there.direct()[0]) == "You said: hello from there, all"
    assert len(home.direct()) == len(there.direct()) == 1
    assert {call.token for call in other.called("chat.postMessage")} == {other.token}
    assert await there.said(there.id_of()) == ["hello from there, all"]


@pytest.mark.parametrize("how", ["no cookie", "another's cookie", "forged", "used twice", "expired"])
async def test_an_install_with_a_bad_state_is_refused_and_stores_nothing(home: Contacts, how: str) -> None:
    state, cookie = await begin(home)
    other_state, other_cookie = await begin(home)
    code = contacts.new_code(home.slack, home.slack)
    if how == "no cookie":
        cookie = ""
    elif how == "another's cookie":
        cookie = other_cookie
    elif how == "forged":
        state, cookie = "forged", f"{cookie.partition('=')[0]}=forged"
    elif how == "used twice":
        assert (await come_back(home, "no such code", state, cookie)).status == 401
    else:
        async with home.house.front.database.write() as tx:
            await tx.execute(update(slack_install_state).values(until=1.0))
    assert (await come_back(home, code, state, cookie)).status in {400, 401}
    assert await installed(home) == [] and code in home.slack.codes, "Slack was not even asked"
    assert other_state != state


async def test_somebody_who_says_no_on_slack_s_page_is_told_so(home: Contacts) -> None:
    async with home.house.client.get("/slack/oauth_redirect", params={"error": "access_denied"}) as answer:
        assert answer.status == 200 and "access_denied" in await answer.text()
    assert await installed(home) == []


async def test_a_workspace_that_takes_the_app_away_is_left_alone_until_it_installs_it_again(home: Contacts) -> None:
    await install(home, home.slack)
    await home.write("hello to you all")
    await home.until(home.direct)
    await contacts.uninstall(home.slack)
    posts = len(home.slack.called("chat.postMessage"))
    await home.write("is anybody still there?")
    found = await home.until_recorded(lambda messages: messages[-1].status == "failed", home.id_of())
    assert found[-2].text == "is anybody still there?"
    assert len(home.slack.called("chat.postMessage")) == posts, "a revoked token is not tried"
    home.slack.revoked, home.slack.token = False, "xoxb-a-new-token"
    await install(home, home.slack)
    await home.write("and now, my friends?")
    await home.until(lambda: "You said: and now" in home.told())


async def test_a_workspace_without_the_app_gets_no_answer_and_breaks_nothing(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until_recorded(lambda messages: messages and messages[-1].status == "failed", home.id_of())


async def test_many_installs_begun_from_one_address_are_refused(home: Contacts) -> None:
    statuses = []
    for _ in range(14):
        async with home.house.client.get("/slack/install", allow_redirects=False) as answer:
            statuses.append(answer.status)
    assert statuses[0] == 302 and statuses[-1] == 429

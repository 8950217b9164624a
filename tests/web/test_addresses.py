"""Behind a proxy of ours every limit by address counts the people behind it, and nobody can write another's address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.front import Browser, House, house
from tests.web.rasa_widget import RasaWidget

ONE_CHAT = {"new_chats_at_once": 1, "new_chats_a_second": 0.001, "socketio": {"enabled": True}}
TOKEN = "a-token-of-the-rest-protocol"


def of(*addresses: str) -> dict[str, str]:
    return {"X-Forwarded-For": ", ".join(addresses)}


@pytest.fixture
async def behind(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    """A front whose own proxy runs on this machine."""
    env = {"trusted_proxies": "127.0.0.1,::1", "rest_token": TOKEN}
    async with house(tmp_path, database_url, redis_url, env=env, web=ONE_CHAT, rest={"enabled": True}) as home:
        yield home


async def begins(home: House, *addresses: str) -> bool:
    """Whether a new visitor of these addresses may begin a chat."""
    browser = Browser(home.client.server)  # type: ignore[arg-type] # a TestServer
    home.browsers.append(browser)
    await browser.open(**of(*addresses))
    return "too_many" not in browser.problems()


async def test_new_chats_are_counted_for_each_address_behind_the_proxy(behind: House) -> None:
    assert await begins(behind, "198.51.100.1")
    assert not await begins(behind, "198.51.100.1")
    assert await begins(behind, "198.51.100.2")


async def test_an_address_that_a_visitor_wrote_into_the_header_does_not_help_them(behind: House) -> None:
    assert await begins(behind, "203.0.113.1", "198.51.100.1")
    assert not await begins(behind, "203.0.113.2", "198.51.100.1")


async def test_without_a_trusted_proxy_the_header_is_not_read(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with house(tmp_path, database_url, redis_url, web=ONE_CHAT) as home:
        assert await begins(home, "198.51.100.1")
        assert not await begins(home, "198.51.100.2")


async def test_socket_io_counts_new_chats_by_the_same_addresses(behind: House) -> None:
    assert await begins(behind, "198.51.100.1")
    for address, confirmed in (("198.51.100.1", False), ("198.51.100.2", True)):
        widget = await RasaWidget(behind, headers=of(address)).connect()
        await widget.client.emit("session_request", {})
        await widget.until(lambda: bool(widget.confirmed or widget.heard))  # noqa: B023 - awaited here
        assert bool(widget.confirmed) == confirmed
        await widget.close()


async def test_calls_of_the_rest_protocol_are_counted_for_each_address(behind: House) -> None:
    assert behind.front.rest is not None
    while behind.front.rest.callers.take("198.51.100.1"):
        pass

    async def status(address: str) -> int:
        headers = {**of(address), "Authorization": f"Bearer {TOKEN}"}
        return (await behind.rasa_client().post({"sender": "anna", "message": "hi"}, headers=headers))[0]

    assert await status("198.51.100.1") == 429
    assert await status("198.51.100.2") == 200


async def test_who_guesses_tokens_of_agents_holds_up_nobody_else(behind: House) -> None:
    async def status(address: str) -> int:
        body = {"token": "not-a-token"}
        async with behind.client.post("/api/v1/sign-in", json=body, headers=of(address)) as response:
            return response.status

    while await status("198.51.100.1") == 401:
        pass
    assert await status("198.51.100.1") == 429
    assert await status("198.51.100.2") == 401

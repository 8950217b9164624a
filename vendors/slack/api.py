"""Slack's Web API as this house uses it. Every answer of Slack's is told in one of three errors, or is a success."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.blocks import Block
from slack_sdk.models.metadata import Metadata
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from vendors.slack.text import escaped

# The longest that a call may take, in seconds; past it nobody knows what became of it.
CALL_SECONDS = 10.0
# "Generally no more than one message a second per channel", https://docs.slack.dev/apis/web-api/rate-limits
EVERY = 1.0
_POST = "frontdesk_post"
# These say nothing about whether it was done: https://docs.slack.dev/reference/methods/chat.postMessage#errors
_UNCLEAR = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
_PAGES = 5
# So many channels are remembered that had a turn lately.
_REMEMBERED = 10_000


class SlackError(Exception):
    """Slack did not do what was asked."""


class SlackBusy(SlackError):
    """Not done; it may be asked again after ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"again in {retry_after:.1f} s")
        self.retry_after = retry_after


class SlackRefused(SlackError):
    """Not done, and asking again would not help; ``code`` is Slack's own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackSilent(SlackError):
    """No answer: it may or may not have been done."""


class Pace:
    """Turns for posting into a channel, in the order in which they were asked for: one each ``every`` seconds.

    ``burst`` of them may go at once after a rest: Slack allows short bursts, and a card with its thread is one.
    """

    def __init__(self, every: float = EVERY, burst: int = 3, most: float = 5.0) -> None:
        self._every, self._ahead, self._most = every, (burst - 1) * every, most
        self._due: dict[str, float] = {}

    async def turn(self, channel: str) -> None:
        """Waits for a turn.

        Raises:
            SlackBusy: it would take longer than ``most`` seconds.
        """
        here = time.monotonic()
        due = max(here - self._ahead, self._due.get(channel, 0.0))
        if due - here > self._most:
            raise SlackBusy(due - here - self._most / 2)
        self._due[channel] = due + self._every
        if len(self._due) > _REMEMBERED:  # whoever had a rest may go at once, and need not be remembered for that
            self._due = {one: when for one, when in self._due.items() if when > here - self._ahead}
        await asyncio.sleep(max(0.0, due - here))

    def hold(self, channel: str, seconds: float) -> None:
        """Nobody has a turn for so long: Slack asked for it."""
        self._due[channel] = max(self._due.get(channel, 0.0), time.monotonic() + seconds)


class SlackApi:
    """The calls that the desk makes. Nothing is retried here: who calls knows what may be asked twice."""

    def __init__(self, token: str, base_url: str, pace: Pace | None = None) -> None:
        # The SDK's own retry would send a post again whose answer was lost.
        self.client = AsyncWebClient(token=token, base_url=base_url, timeout=int(CALL_SECONDS), retry_handlers=[])
        self._pace = pace or Pace()

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block],
        *,
        delivery_id: str,
        thread: str | None = None,
        speaker: str | None = None,
    ) -> str:
        """Posts; returns the message's ``ts``. ``delivery_id`` goes with it, so that `find` knows it again.

        ``speaker`` is the name shown as the sender's; it needs the scope ``chat:write.customize``.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        await self._pace.turn(channel)
        try:
            answer = await _told(
                self.client.chat_postMessage,
                channel=channel,
                text=escaped(text),
                blocks=list(blocks),
                thread_ts=thread,
                username=speaker,
                metadata=Metadata(_POST, {"delivery_id": delivery_id}),
                mrkdwn=False,
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackBusy as busy:
            self._pace.hold(channel, busy.retry_after)
            raise
        return str(answer["ts"])

    async def turn(self, channel: str) -> None:
        """Waits for a turn to post into a channel by another method.

        Raises:
            SlackBusy.
        """
        await self._pace.turn(channel)

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Puts other blocks in the place of a message's.

        Raises:
            SlackBusy, SlackRefused, SlackSilent: it may be asked again.
        """
        await _told(
            self.client.chat_update,
            channel=channel,
            ts=ts,
            text=escaped(text),
            blocks=list(blocks),
            parse="none",
            link_names=False,
        )

    async def delete(self, channel: str, ts: str) -> None:
        """Takes a message of ours back.

        Raises:
            SlackBusy, SlackRefused, SlackSilent: it may be asked again.
        """
        await _told(self.client.chat_delete, channel=channel, ts=ts)

    async def whisper(
        self, channel: str, user: str, text: str, blocks: Sequence[Block] | None = None, *, thread: str | None = None
    ) -> None:
        """Says something that only ``user`` sees.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        await _told(
            self.client.chat_postEphemeral,
            channel=channel,
            user=user,
            text=escaped(text),
            blocks=list(blocks) if blocks else None,
            thread_ts=thread,
            parse="none",
            link_names=False,
        )

    async def ask(self, method: str, **parameters: Any) -> Any:
        """Any other method, as a form; returns the SDK's response.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        return await _told(self.client.api_call, api_method=method, data=parameters)

    async def ask_with(self, token: str, method: str) -> Any:
        """As `ask`, with another token.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        headers = {"Authorization": f"Bearer {token}"}
        return await _told(self.client.api_call, api_method=method, headers=headers)

    async def open_view(self, trigger_id: str, view: View) -> None:
        """Opens a form before the person who pressed; Slack takes it for three seconds after the press.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        await _told(self.client.views_open, trigger_id=trigger_id, view=view)

    async def suggest(self, channel_id: str, thread_ts: str, prompts: Sequence[dict[str, str]]) -> None:
        """Offers questions in a chat of the assistant container.

        Raises:
            SlackBusy, SlackRefused, SlackSilent: it may be asked again.
        """
        await _told(
            self.client.assistant_threads_setSuggestedPrompts,
            channel_id=channel_id,
            thread_ts=thread_ts,
            prompts=list(prompts),
        )

    async def find(self, channel: str, delivery_id: str, *, thread: str | None) -> str | None:
        """The ``ts`` of what `post` sent with this id; None when Slack does not have it.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        async for message in self._messages(channel, thread, oldest=None):
            if self.delivery_id_of(message) == delivery_id:
                return str(message["ts"])
        return None

    async def posted(self, channel: str, *, thread: str | None, oldest: float) -> list[dict[str, Any]]:
        """What stands in a channel, or in a thread of it, from a time on (Unix seconds), in order.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        found = [message async for message in self._messages(channel, thread, oldest)]
        return sorted(found, key=lambda message: str(message["ts"]))

    @staticmethod
    def delivery_id_of(message: dict[str, Any]) -> str | None:
        """The id with which `post` sent a message; None when it is another's."""
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        found = payload.get("delivery_id")
        return found if isinstance(found, str) else None

    async def _messages(self, channel: str, thread: str | None, oldest: float | None) -> AsyncIterator[dict[str, Any]]:
        cursor = ""
        for _ in range(_PAGES):
            about: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": 200, "cursor": cursor}
            if oldest is not None:
                about["oldest"] = f"{oldest:.6f}"
            if thread is None:
                answer = await _told(self.client.conversations_history, **about)
            else:
                answer = await _told(self.client.conversations_replies, ts=thread, **about)
            for message in answer["messages"]:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


async def _told(call: Callable[..., Awaitable[Any]], **arguments: Any) -> Any:
    """Makes a call and tells its outcome in our words."""
    try:
        return await call(**{name: value for name, value in arguments.items() if value is not None})
    except SlackApiError as refused:
        raise _translated(refused) from refused
    except aiohttp.ClientConnectorError as away:
        raise SlackBusy(2.0) from away
    except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as silent:
        raise SlackSilent(type(silent).__name__) from silent


def _translated(refused: SlackApiError) -> SlackError:
    response = refused.response
    status = getattr(response, "status_code", 200)
    data = response if isinstance(response, dict) else getattr(response, "data", {})
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        headers = {name.lower(): value for name, value in (getattr(response, "headers", None) or {}).items()}
        return SlackBusy(float(headers.get("retry-after", 1)))
    if status >= 500 or not code or code in _UNCLEAR:
        return SlackSilent(code or f"status {status}")
    return SlackRefused(code)

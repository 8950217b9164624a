"""Slack's Web API as this house uses it. Every answer of Slack's is told in one of three errors, or is a success."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.blocks import Block
from slack_sdk.models.metadata import Metadata
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from vendors.slack.errors import SlackBusy, SlackError, SlackRefused, SlackSilent
from vendors.slack.pace import Pace, Turns
from vendors.slack.text import escaped

__all__ = ["CALL_SECONDS", "SlackApi", "SlackBusy", "SlackError", "SlackRefused", "SlackSilent"]

# The longest that a call may take, in seconds; past it nobody knows what became of it.
CALL_SECONDS = 10.0
_POST = "frontdesk_post"
# These say nothing about whether it was done: https://docs.slack.dev/reference/methods/chat.postMessage#errors
_UNCLEAR = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
_PAGES = 5


class SlackApi:
    """The calls that the desk makes. Nothing is retried here: who calls knows what may be asked twice."""

    def __init__(self, token: str, base_url: str, pace: Turns | None = None) -> None:
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
            await self._pace.hold(channel, busy.retry_after)
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

    async def react(self, channel: str, ts: str, name: str) -> None:
        """Puts a reaction on a message; one that is there already is as good.

        Raises:
            SlackBusy, SlackRefused, SlackSilent: it may be asked again.
        """
        await self._reaction(self.client.reactions_add, "already_reacted", channel, ts, name)

    async def unreact(self, channel: str, ts: str, name: str) -> None:
        """Takes a reaction of ours away; one that is not there is as good.

        Raises:
            SlackBusy, SlackRefused, SlackSilent: it may be asked again.
        """
        await self._reaction(self.client.reactions_remove, "no_reaction", channel, ts, name)

    async def _reaction(
        self, call: Callable[..., Awaitable[Any]], as_good: str, channel: str, ts: str, name: str
    ) -> None:
        try:
            await _told(call, channel=channel, timestamp=ts, name=name)
        except SlackRefused as refused:
            if refused.code != as_good:
                raise

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

    async def push_view(self, trigger_id: str, view: View) -> None:
        """Opens a form on top of the one in which somebody pressed.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        await _told(self.client.views_push, trigger_id=trigger_id, view=view)

    async def update_view(self, view_id: str, view: View) -> None:
        """Shows another form in the place of one that is open.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        await _told(self.client.views_update, view_id=view_id, view=view)

    async def publish_home(self, person: str, view: View) -> None:
        """Shows somebody's Home tab: https://docs.slack.dev/reference/methods/views.publish.

        Raises:
            SlackBusy, SlackRefused, SlackSilent: it may be asked again.
        """
        await _told(self.client.views_publish, user_id=person, view=view)

    async def respond(self, response_url: str, what: dict[str, Any]) -> None:
        """Answers an interaction where Slack said that it may be answered.

        Raises:
            SlackRefused, SlackSilent.
        """
        session = self.client.session
        assert session is not None, "it is called while the front runs"
        try:
            async with session.post(response_url, json=what, allow_redirects=False) as answer:
                if answer.status >= 400:
                    raise SlackRefused(f"status_{answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as silent:
            raise SlackSilent(type(silent).__name__) from silent

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

    async def text_of(self, channel: str, ts: str) -> str | None:
        """What a message says now, as Slack writes it; None when Slack does not have it.

        The `ts` of a reply gives that reply: https://docs.slack.dev/reference/methods/conversations.replies

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        answer = await _told(self.client.conversations_replies, channel=channel, ts=ts, limit=1)
        return next((str(one.get("text") or "") for one in answer["messages"] if one["ts"] == ts), None)

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

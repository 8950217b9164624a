"""What the stand-in holds: people, channels, messages, views, the calls made, and the faults to show."""

from __future__ import annotations

import asyncio
import copy
import itertools
import math
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TEAM, OTHER_TEAM = "T0STANDIN1", "T0STRANGE1"
APP, BOT_ID, BOT_USER = "A0STANDIN1", "B0STANDIN1", "U0STANDBOT"
CHANNEL = "C0SUPPORT1"
SCOPES = (
    "app_mentions:read assistant:write channels:history channels:read chat:write chat:write.customize commands "
    "files:read files:write groups:history groups:read im:history im:write reactions:write users:read"
)


class Refused(Exception):
    """A method's refusal: Slack's word for it, what else the answer says, and the HTTP status."""

    def __init__(self, error: str, *, status: int = 200, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(error)
        self.status, self.retry_after = status, retry_after
        self.answer: Json = {"ok": False, "error": error, **more}


@dataclass
class User:
    """https://docs.slack.dev/reference/objects/user-object."""

    id: str
    name: str
    guest: bool = False
    bot: bool = False
    team: str = TEAM
    bot_id: str | None = None
    deleted: bool = False
    stranger: bool = False

    def told(self) -> Json:
        profile = {
            "display_name": self.name,
            "real_name": self.name,
            "team": self.team,
            "email": f"{self.id}@a.example",
        }
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "deleted": self.deleted,
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_bot": self.bot,
            "is_app_user": False,
            "is_stranger": self.stranger,
            "locale": "en-GB",
            "tz": "Europe/Rome",
            "profile": {**profile, "bot_id": self.bot_id} if self.bot else profile,
        }


@dataclass
class Message:
    """A message as stored. ``history`` is what it said before each edit."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    subtype: str | None = None
    files: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    client_msg_id: str | None = None
    team: str = TEAM
    parent_user_id: str | None = None
    edited: Json | None = None
    deleted: bool = False
    tombstone: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    history: list[Json] = field(default_factory=list)
    args: Json = field(default_factory=dict)
    username: str | None = None

    def told(self, all_metadata: bool = True) -> Json:
        """https://docs.slack.dev/reference/events/message. Without ``include_all_metadata`` only the metadata's type is
        shown; that could not be confirmed from the vendor's page."""
        if self.tombstone:
            return {
                "type": "message",
                "subtype": "tombstone",
                "user": "USLACKBOT",
                "text": "This message was deleted.",
                "hidden": True,
                "ts": self.ts,
                "thread_ts": self.ts,
            }
        metadata = self.metadata if all_metadata or not self.metadata else {"event_type": self.metadata["event_type"]}
        reactions = [{"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()]
        by_bot = {"name": "frontdesk", "id": self.bot_id, "app_id": self.app_id, "team_id": self.team, "deleted": False}
        told = {
            "type": "message",
            "subtype": self.subtype,
            "user": self.user,
            "text": self.text,
            "username": self.username,
            "ts": self.ts,
            "team": self.team,
            "client_msg_id": self.client_msg_id,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "bot_profile": by_bot if self.bot_id else None,
            "thread_ts": self.thread_ts,
            "parent_user_id": self.parent_user_id,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "files": self.files,
            "metadata": metadata,
            "edited": self.edited,
            "reactions": reactions,
        }
        return copy.deepcopy({key: value for key, value in told.items() if value not in (None, [], {})})


@dataclass
class Ephemeral:
    """A message that one person alone sees: from chat.postEphemeral or through a response_url."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    deleted: bool = False
    history: list[Json] = field(default_factory=list)
    args: Json = field(default_factory=dict)

    def told(self) -> Json:
        return {"text": self.text, "blocks": copy.deepcopy(self.blocks)}


@dataclass
class Channel:
    id: str
    name: str
    private: bool = False
    archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    im: bool = False

    def message(self, ts: str) -> Message | None:
        return next((one for one in self.messages if one.ts == ts and not one.deleted), None)

    def replies(self, ts: str) -> list[Message]:
        return [one for one in self.messages if one.thread_ts == ts and one.ts != ts and not one.deleted]

    @property
    def kind(self) -> str:
        return "im" if self.im else "group" if self.private else "channel"


@dataclass
class View:
    """A modal: who sees it, what it shows now, whether it is open, and the errors last shown in it."""

    id: str
    user: str
    view: Json
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict)
    history: list[Json] = field(default_factory=list)

    def told(self) -> Json:
        return copy.deepcopy(self.view)


@dataclass
class Call:
    """A call of the Web API, with what was answered (None while it is not, or was lost)."""

    method: str
    args: Json
    time: float
    answer: Json | None = None
    token: str = ""


@dataclass
class Trigger:
    user: str
    at: float
    used: bool = False


@dataclass
class ResponseUrl:
    channel: str
    user: str
    message_ts: str
    ephemeral: bool
    at: float
    uses: int = 0


class Workspace:
    """A workspace with one app and its bot user, which is a member of ``CHANNEL``."""

    def __init__(
        self, *, channel: str = CHANNEL, burst: int = 5, clock: Callable[[], float] = time.time, team: str = TEAM
    ) -> None:
        self.team, self.app_id, self.bot_id, self.bot_user = team, APP, BOT_ID, BOT_USER
        self.token, self.app_token = "xoxb-stand-in-bot-token", "xapp-1-stand-in-app-token"
        # Chats of the assistant container with what was set there; installs under way; other workspaces served here.
        self.chats: dict[tuple[str, str], list[tuple[str, Any]]] = {}
        self.client = ("1.2", "a-client-secret-for-tests")
        self.codes: dict[str, Any] = {}
        self.others: list[Any] = []
        self.signing_secret = "a-slack-signing-secret-for-tests"
        self.verification_token = "a-verification-token"
        self.scopes, self.app_scopes = set(SCOPES.split()), {"connections:write"}
        self.revoked = False
        self.burst, self.per_second = burst, 1.0
        self.blocks_limit: int | None = None
        self.update_limit = 4_000
        self.clock = clock
        self.users = {BOT_USER: User(BOT_USER, "Frontdesk", bot=True, bot_id=BOT_ID)}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[Ephemeral] = []
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.calls: list[Call] = []
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        # Uploads that are announced, files that are there, their bytes, and where a file's reader is sent instead.
        self.uploads: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self.contents: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.uploads_away = False
        self.url = ""
        self._away = False
        self._slow: dict[str, float] = {}
        self._faults: dict[str, list[Refused | None]] = {}
        self._tiers: dict[str, int] = {}
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._second, self._step = 0, 0
        self._count = itertools.count(1)
        self.add_channel(channel, "support")

    # People and channels

    def add_channel(self, id: str, name: str, *, private: bool = False, member: bool = True) -> Channel:
        """A channel, with the app's bot user in it unless ``member`` is false."""
        self.channels[id] = Channel(id, name, private=private, members={self.bot_user} if member else set())
        return self.channels[id]

    def add_user(
        self,
        id: str,
        name: str,
        *,
        guest: bool = False,
        bot: bool = False,
        stranger: bool = False,
        joins: Iterable[str] | None = None,
    ) -> User:
        """A person (or another app's bot), who joins the named channels, or all there are. ``stranger``: of another
        workspace, through Slack Connect."""
        team = OTHER_TEAM if stranger else self.team
        bot_id = f"B{id[1:]}" if bot else None
        self.users[id] = User(id, name, guest=guest, bot=bot, team=team, bot_id=bot_id, stranger=stranger)
        for channel in self.channels if joins is None else joins:
            self.channels[channel].members.add(id)
        return self.users[id]

    # Looking

    def posts(self, channel: str = CHANNEL, thread_ts: str | None = None) -> list[Message]:
        """The app's own messages there that were not deleted, oldest first; with ``thread_ts`` its replies alone."""
        return [
            one
            for one in self.channels[channel].messages
            if one.app_id == self.app_id and not one.deleted and (thread_ts is None or one.thread_ts == thread_ts)
        ]

    def message(self, channel: str, ts: str) -> Message:
        found = self.channels[channel].message(ts)
        assert found is not None, f"no message {ts} in {channel}"
        return found

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    # Faults

    def slow(self, seconds: float, method: str = "*") -> None:
        """Every call (or this method's) is done at once and answered only after so many seconds; 0 ends it."""
        self._slow[method] = seconds

    def lose_answer(self, method: str, times: int = 1) -> None:
        """The next call is done and its connection cut with no answer: the caller cannot know the outcome."""
        self._faults.setdefault(method, []).extend([None] * times)

    def fail(
        self, method: str, error: str, times: int = 1, *, status: int | None = None, retry_after: int | None = None
    ) -> None:
        """The next calls are refused with this error and nothing is done. ``ratelimited`` is a 429."""
        if error == "ratelimited":
            status, retry_after = status or 429, retry_after or 1
        refused = Refused(error, status=status or 200, retry_after=retry_after)
        self._faults.setdefault(method, []).extend([refused] * times)

    def limit(self, method: str, per_minute: int | None) -> None:
        """A tier: more than so many calls of the method in a minute are a 429; None lifts it."""
        self._tiers.pop(method, None)
        if per_minute is not None:
            self._tiers[method] = per_minute

    def next_fault(self, method: str) -> tuple[bool, Refused | None]:
        """Whether a fault is due for this call, and the refusal if it is one (else its answer is lost)."""
        due = self._faults.get(method)
        return (True, due.pop(0)) if due else (False, None)

    def delay(self, method: str) -> float:
        return self._slow.get(method, self._slow.get("*", 0.0))

    def check_tier(self, method: str) -> None:
        """https://docs.slack.dev/apis/web-api/rate-limits: so many a minute and method."""
        if method in self._tiers:
            self._take((method, ""), self._tiers[method] / 60, self._tiers[method])

    def check_posting(self, channel: str) -> None:
        """https://docs.slack.dev/apis/web-api/rate-limits: about one message a second into a channel, with short
        bursts. How long a burst may be the page does not say: ``burst`` sets it."""
        self._take(("chat.postMessage", channel), self.per_second, self.burst)

    def _take(self, key: tuple[str, str], rate: float, most: int) -> None:
        now = time.monotonic()
        left, at = self._buckets.get(key, (float(most), now))
        left = min(float(most), left + (now - at) * rate)
        if left < 1:
            self._buckets[key] = (left, now)
            raise Refused("ratelimited", status=429, retry_after=max(1, math.ceil((1 - left) / rate)))
        self._buckets[key] = (left - 1, now)

    # Making ids

    def next_ts(self) -> str:
        """Unique and increasing, as Slack's: seconds, and six digits that say the order within one."""
        self._step += 100
        if (now := int(self.clock())) > self._second or self._step > 999_900:
            self._second, self._step = max(now, self._second + 1), 100
        return f"{self._second}.{self._step:06d}"

    def new_trigger(self, user: str) -> str:
        """https://docs.slack.dev/interactivity/handling-user-interaction: usable once, within three seconds."""
        made = f"{next(self._count)}.{self._second or 1}.{secrets.token_hex(8)}"
        self.triggers[made] = Trigger(user, time.monotonic())
        return made

    def new_response_url(self, channel: str, user: str, message_ts: str, ephemeral: bool) -> str:
        key = f"{self.team}/{next(self._count)}/{secrets.token_hex(8)}"
        self.response_urls[key] = ResponseUrl(channel, user, message_ts, ephemeral, time.monotonic())
        return f"{self.url}/actions/{key}"

    def new_id(self, letter: str) -> str:
        return f"{letter}{next(self._count):010d}"

    def completed(self, blocks: list[Json]) -> list[Json]:
        """Blocks as Slack keeps them: with the ids and text flags it fills in."""
        made = copy.deepcopy(blocks)
        for block in made:
            block.setdefault("block_id", secrets.token_hex(3))
            parts = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
            for part in parts:
                if isinstance(part, dict) and part.get("type") not in ("plain_text", "mrkdwn", "image", None):
                    if not str(part["type"]).startswith("rich_text"):
                        part.setdefault("action_id", secrets.token_hex(3))
                    _flag(part.get("text"))
            for one in (block.get("text"), *(block.get("fields") or []), *(block.get("elements") or [])):
                _flag(one)
        return made


def _flag(text: Any) -> None:
    if isinstance(text, dict) and text.get("type") == "plain_text":
        text.setdefault("emoji", True)
    elif isinstance(text, dict) and text.get("type") == "mrkdwn":
        text.setdefault("verbatim", False)


class Tasks:
    """Work that goes on beside the tests: waited for with ``settled``, ended with ``stop``."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        while waited := self._alive():
            await asyncio.wait(waited)

    async def stop(self) -> None:
        for task in self._alive():
            task.cancel()
        await self.settled()

    def _alive(self) -> set[asyncio.Task[Any]]:
        here = asyncio.get_running_loop()
        return {task for task in self._tasks if not task.done() and task.get_loop() is here}

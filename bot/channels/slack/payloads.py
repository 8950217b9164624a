"""What Slack sends about contacts beside messages, presses and forms (`vendors.slack.payloads`)."""

from __future__ import annotations

from typing import Any

import msgspec

from vendors.slack.payloads import Id, Plain, Trigger


class Authorization(msgspec.Struct):
    team_id: Plain | None = None
    bot: Plain | None = msgspec.field(name="user_id", default=None)


class Event(msgspec.Struct):
    """The envelope: https://docs.slack.dev/apis/events-api#event-type-structure."""

    event: Any
    team_id: Plain | None = None
    authorizations: list[Authorization] = []

    @property
    def team(self) -> str:
        """The workspace where the app is installed that this is for; of a shared channel's the other's may be told."""
        installed = next((one.team_id for one in self.authorizations if one.team_id), None)
        return installed or self.team_id or ""

    @property
    def bot(self) -> str:
        """The member id of the app itself, as far as it is told."""
        return next((one.bot for one in self.authorizations if one.bot), "")


class Container(msgspec.Struct):
    """Of ``assistant_thread_started``: https://docs.slack.dev/reference/events/assistant_thread_started."""

    person: Id = msgspec.field(name="user_id")
    channel: Id = msgspec.field(name="channel_id")
    thread: Id = msgspec.field(name="thread_ts")


class ContainerStarted(msgspec.Struct):
    assistant_thread: Container


class CommandGiven(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling."""

    person: Id = msgspec.field(name="user_id")
    team: Id = msgspec.field(name="team_id")
    channel: Plain = msgspec.field(name="channel_id", default="")
    text: str = ""
    trigger_id: Trigger

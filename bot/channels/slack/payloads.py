"""What Slack sends about contacts, as far as it is read. Anything of another shape raises `NotThisShape`."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

# Ids and times of Slack are plain: nothing else reaches the database.
Plain = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]*$", max_length=64)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)]
Trigger = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+$", max_length=200)]


class NotThisShape(ValueError):
    """This is not what Slack's documentation says."""


class File(msgspec.Struct):
    """https://docs.slack.dev/reference/objects/file-object."""

    id: Plain = ""
    name: str | None = None
    size: int | None = None
    url_private_download: str = ""
    mode: str = ""
    file_access: str = ""


class Edited(msgspec.Struct):
    ts: Id


class Written(msgspec.Struct):
    """A message as it stands inside of another event: what was edited or deleted."""

    ts: Plain = ""
    person: Plain = msgspec.field(name="user", default="")
    text: str = ""
    thread_ts: Plain | None = None
    subtype: str | None = None
    bot_id: str | None = None
    team: Plain | None = None
    person_team: Plain | None = msgspec.field(name="user_team", default=None)
    source_team: Plain | None = None
    edited: Edited | None = None


class Said(msgspec.Struct):
    """https://docs.slack.dev/reference/events/message and /app_mention."""

    type: str
    channel: Id
    ts: Id
    person: Plain = msgspec.field(name="user", default="")
    text: str = ""
    thread_ts: Plain | None = None
    channel_type: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    team: Plain | None = None
    person_team: Plain | None = msgspec.field(name="user_team", default=None)
    source_team: Plain | None = None
    files: list[File] = []
    assistant_thread: dict[str, Any] | None = None
    message: Written | None = None
    previous_message: Written | None = None
    deleted_ts: Plain | None = None


class Authorization(msgspec.Struct):
    team_id: Plain | None = None
    bot: Plain | None = msgspec.field(name="user_id", default=None)


class Container(msgspec.Struct):
    """Of ``assistant_thread_started``: https://docs.slack.dev/reference/events/assistant_thread_started."""

    person: Id = msgspec.field(name="user_id")
    channel: Id = msgspec.field(name="channel_id")
    thread: Id = msgspec.field(name="thread_ts")


class ContainerStarted(msgspec.Struct):
    assistant_thread: Container


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


class Person(msgspec.Struct):
    id: Id
    team_id: Plain | None = None


class Team(msgspec.Struct):
    id: Plain = ""


class Action(msgspec.Struct):
    action_id: Annotated[str, msgspec.Meta(max_length=255)]
    value: str = ""


class PressedIn(msgspec.Struct):
    channel_id: Plain = ""
    message_ts: Plain = ""
    thread_ts: Plain | None = None


class Press(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""

    person: Person = msgspec.field(name="user")
    actions: Annotated[list[Action], msgspec.Meta(min_length=1)]
    container: PressedIn
    trigger_id: Trigger
    team: Team | None = None


class CommandGiven(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling."""

    person: Id = msgspec.field(name="user_id")
    team: Id = msgspec.field(name="team_id")
    channel: Plain = msgspec.field(name="channel_id", default="")
    text: str = ""
    trigger_id: Trigger


class Value(msgspec.Struct):
    value: str | None = None


class State(msgspec.Struct):
    values: dict[str, dict[str, Value]]


class Form(msgspec.Struct):
    id: Id
    private_metadata: Annotated[str, msgspec.Meta(max_length=3000)]
    state: State


class Submission(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""

    person: Person = msgspec.field(name="user")
    view: Form
    team: Team | None = None

    def given(self, name: str) -> str:
        """What stands in an input, by its name for block and action alike."""
        filled = self.view.state.values.get(name, {}).get(name)
        return (filled.value or "").strip() if filled else ""


def read[T](kind: type[T], payload: Any) -> T:
    """The payload as a structure.

    Raises:
        NotThisShape: with the path of what is wrong, and without its content.
    """
    try:
        return msgspec.convert(payload, kind)
    except (msgspec.ValidationError, RecursionError) as wrong:
        raise NotThisShape(str(wrong)) from wrong

"""What Slack sends of messages, presses and forms, as far as it is read here. Any other shape: `NotThisShape`."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

# Ids and times of Slack are plain: nothing else reaches the database.
Plain = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]*$", max_length=64)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)]
Trigger = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+$", max_length=200)]
_BY_PEOPLE = {None, "file_share", "thread_broadcast", "me_message"}


class NotThisShape(ValueError):
    """This is not what Slack's documentation says."""


def read[T](kind: type[T], payload: Any) -> T:
    """The payload as a structure.

    Raises:
        NotThisShape: with the path of what is wrong, and without its content.
    """
    try:
        return msgspec.convert(payload, kind)
    except (msgspec.ValidationError, RecursionError) as wrong:
        raise NotThisShape(str(wrong)) from wrong


class File(msgspec.Struct):
    """https://docs.slack.dev/reference/objects/file-object."""

    id: Plain = ""
    name: str | None = None
    size: int | None = None
    mode: str | None = None
    is_external: bool | None = None
    file_access: str | None = None
    url_private: str | None = None
    url_private_download: str | None = None

    @property
    def url(self) -> str | None:
        """Where its bytes are; None for what people of other workspaces shared, of which only the id comes."""
        return self.url_private_download or self.url_private

    def as_json(self) -> dict[str, Any]:
        return msgspec.structs.asdict(self)


class Edited(msgspec.Struct):
    ts: Id


class Written(msgspec.Struct):
    """A message as it stands inside of another event: as it was, or as it is now."""

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
    """https://docs.slack.dev/reference/events/message and /app_mention.

    Of an edit or a deletion (``subtype``) ``message`` is what it is now, ``previous_message`` what it was.
    """

    channel: Id
    ts: Id
    type: str = ""
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


def is_by_a_person(said: Said | Written) -> bool:
    """Not by a program, and not what Slack itself tells (…/events/message#subtypes)."""
    return said.subtype in _BY_PEOPLE and not said.bot_id


class Person(msgspec.Struct):
    id: Id
    team_id: Plain | None = None


class Team(msgspec.Struct):
    id: Plain = ""


class Option(msgspec.Struct):
    value: str


class Action(msgspec.Struct):
    """A button carries a ``value``; of a menu the option comes that was chosen."""

    action_id: Annotated[str, msgspec.Meta(max_length=255)]
    value: str = ""
    selected_option: Option | None = None


class PressedIn(msgspec.Struct):
    channel_id: Plain = ""
    message_ts: Plain = ""
    thread_ts: Plain | None = None


class InView(msgspec.Struct):
    """The form in which somebody pressed: https://docs.slack.dev/reference/views/modal-views."""

    id: Id
    private_metadata: Annotated[str, msgspec.Meta(max_length=3000)] = ""
    callback_id: Plain = ""
    hash: Plain = ""

    def meant[T](self, kind: type[T]) -> T:
        """What the form carries with it.

        Raises:
            NotThisShape.
        """
        return _carried(self.private_metadata, kind)


def _carried[T](metadata: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(metadata, type=kind)
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise NotThisShape(str(wrong)) from wrong


class Press(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""

    person: Person = msgspec.field(name="user")
    actions: Annotated[list[Action], msgspec.Meta(min_length=1)]
    container: PressedIn
    trigger_id: Trigger
    team: Team | None = None
    view: InView | None = None
    response_url: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Input(msgspec.Struct):
    value: str | None = None
    selected_option: Option | None = None
    selected_options: list[Option] | None = None
    selected_person: Plain | None = msgspec.field(name="selected_user", default=None)
    selected_date_time: int | None = None


class State(msgspec.Struct):
    values: dict[str, dict[str, Input]]


class Form(msgspec.Struct):
    id: Id
    private_metadata: Annotated[str, msgspec.Meta(max_length=3000)]
    state: State
    callback_id: Plain = ""


class Submission(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""

    person: Person = msgspec.field(name="user")
    view: Form
    team: Team | None = None

    def given(self, name: str) -> Input:
        """An input, by its name for block and action alike."""
        return self.view.state.values.get(name, {}).get(name) or Input()

    def text(self, name: str) -> str:
        """What was written into an input."""
        return (self.given(name).value or "").strip()

    def chosen(self, name: str) -> str:
        """The value of the option that was chosen; "" for none."""
        option = self.given(name).selected_option
        return option.value if option else ""

    def all_chosen(self, name: str) -> list[str]:
        """The values of the options that were chosen."""
        return [option.value for option in self.given(name).selected_options or ()]

    def text_of(self, action: str) -> str:
        """What was written into the input with this action, in whichever block it stands."""
        found = (inputs[action] for inputs in self.view.state.values.values() if action in inputs)
        return (next(found, Input()).value or "").strip()

    def meant[T](self, kind: type[T]) -> T:
        """What the form carries with it.

        Raises:
            NotThisShape.
        """
        return _carried(self.view.private_metadata, kind)


class Shortcut(msgspec.Struct, kw_only=True):
    """On a message: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload."""

    person: Person = msgspec.field(name="user")
    trigger_id: Trigger
    callback_id: Plain
    channel: Team
    message: Written
    message_ts: Plain = ""


class CommandGiven(msgspec.Struct):
    """https://docs.slack.dev/interactivity/implementing-slash-commands: a form of its own."""

    person: Id = msgspec.field(name="user_id")
    channel: Id = msgspec.field(name="channel_id")
    trigger_id: Trigger
    command: Annotated[str, msgspec.Meta(max_length=64)] = ""
    text: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class HomeOpened(msgspec.Struct):
    """https://docs.slack.dev/reference/events/app_home_opened."""

    person: Id = msgspec.field(name="user")
    tab: str = "home"

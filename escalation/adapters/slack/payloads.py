"""What Slack sends, as far as the desk reads it. Anything of another shape is not for us: `NotThisShape`."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

# Ids and times of Slack are plain: nothing else reaches the database.
Plain = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]*$", max_length=64)]


class _Person(msgspec.Struct):
    id: Plain


class _Action(msgspec.Struct):
    action_id: Annotated[str, msgspec.Meta(max_length=255)]
    value: str = ""


class _Container(msgspec.Struct):
    channel_id: Plain = ""
    message_ts: Plain = ""
    thread_ts: Plain | None = None


class Press(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""

    person: _Person = msgspec.field(name="user")
    actions: Annotated[list[_Action], msgspec.Meta(min_length=1)]
    container: _Container
    trigger_id: str = ""


class _Option(msgspec.Struct):
    value: str


class _Input(msgspec.Struct):
    value: str | None = None
    selected_option: _Option | None = None


class _State(msgspec.Struct):
    values: dict[str, dict[str, _Input]]


class _View(msgspec.Struct):
    state: _State
    private_metadata: str


class Meant(msgspec.Struct):
    """What the form of *Resolve* carries with it: the handoff, and its card's place."""

    handoff: Plain
    channel: Plain
    ts: Plain


class Submission(msgspec.Struct, kw_only=True):
    """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""

    person: _Person = msgspec.field(name="user")
    view: _View

    def meant(self) -> Meant:
        """Raises: NotThisShape."""
        try:
            return msgspec.json.decode(self.view.private_metadata, type=Meant)
        except (msgspec.DecodeError, RecursionError) as wrong:
            raise NotThisShape(str(wrong)) from wrong

    def given(self, name: str) -> _Input:
        """An input, by its name for block and action alike."""
        return self.view.state.values.get(name, {}).get(name) or _Input()


class Said(msgspec.Struct):
    """https://docs.slack.dev/reference/events/message."""

    channel: Plain
    ts: Plain
    slack_id: Plain = msgspec.field(name="user", default="")
    text: str = ""
    thread_ts: Plain | None = None
    subtype: str | None = None
    bot_id: str | None = None
    files: list[Any] = []

    @property
    def written_in_a_thread(self) -> bool:
        """By a person; not an edit, a deletion, or what a program or Slack itself tells."""
        plain = self.subtype in {None, "thread_broadcast", "file_share", "me_message"}
        return plain and not self.bot_id and self.thread_ts not in {None, self.ts}


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

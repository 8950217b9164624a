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


class File(msgspec.Struct):
    """https://docs.slack.dev/reference/objects/file-object."""

    id: Plain
    name: Annotated[str, msgspec.Meta(max_length=1024)] | None = None
    size: int | None = None
    mode: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    is_external: bool | None = None
    url_private: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    url_private_download: Annotated[str, msgspec.Meta(max_length=2048)] | None = None

    @property
    def url(self) -> str | None:
        """Where its bytes are; None for what people of other workspaces shared, of which only the id comes."""
        return self.url_private_download or self.url_private

    def as_json(self) -> dict[str, Any]:
        return msgspec.structs.asdict(self)


class Said(msgspec.Struct):
    """https://docs.slack.dev/reference/events/message."""

    channel: Plain
    ts: Plain
    slack_id: Plain = msgspec.field(name="user", default="")
    text: str = ""
    thread_ts: Plain | None = None
    subtype: str | None = None
    bot_id: str | None = None
    files: list[File] = []

    @property
    def written_in_a_thread(self) -> bool:
        """By a person; not an edit, a deletion, or what a program or Slack itself tells."""
        plain = self.subtype in {None, "thread_broadcast", "file_share", "me_message"}
        return plain and not self.bot_id and self.thread_ts not in {None, self.ts}


class _Edited(msgspec.Struct):
    ts: Plain


class Version(msgspec.Struct):
    """A message as it was, or as it is now."""

    ts: Plain
    slack_id: Plain = msgspec.field(name="user", default="")
    text: str = ""
    thread_ts: Plain | None = None
    subtype: str | None = None
    bot_id: str | None = None
    edited: _Edited | None = None


class Changed(msgspec.Struct):
    """https://docs.slack.dev/reference/events/message/message_changed and …/message_deleted."""

    channel: Plain
    ts: Plain
    subtype: str
    message: Version | None = None
    previous_message: Version | None = None

    @property
    def before(self) -> Version | None:
        """What a person wrote in a thread and has edited or deleted; None for anything else.

        Links that unfold and threads that grow are told as changes, too: then nothing was edited.
        """
        was, now = self.previous_message, self.message
        if was is None or was.bot_id or was.thread_ts in {None, was.ts}:
            return None
        if self.subtype == "message_deleted" or (now is not None and now.subtype == "tombstone"):
            return was
        return was if now is not None and now.edited is not None and now.text != was.text else None

    @property
    def text(self) -> str | None:
        """What it says now; None when it was deleted."""
        deleted = self.subtype == "message_deleted" or self.message is None or self.message.subtype == "tombstone"
        return None if deleted or self.message is None else self.message.text

    @property
    def at(self) -> float:
        """When, in Unix seconds.

        Raises:
            NotThisShape: it is no time.
        """
        edited = self.message.edited if self.message is not None else None
        try:
            return float(edited.ts if edited is not None and self.text is not None else self.ts)
        except ValueError as wrong:
            raise NotThisShape("a time that is none") from wrong


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

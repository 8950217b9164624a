"""Slack's events as what a contact did: pure functions.

One and the same message may come as ``message`` and as ``app_mention``; both have one ``ts`` and make one native key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.channels.slack.payloads import CommandGiven, Event
from bot.channels.slack.places import CHANNEL, is_direct
from conversations.model import Command, InboundKind, InboundMessage
from vendors.slack.payloads import File, Said, Written, is_by_a_person, read
from vendors.slack.text import calls_somebody, readable

MENU = "menu:"
_CHANNEL_TYPES = {None, "channel", "group", "im"}
_OF_SLACK = {"USLACKBOT", ""}
# What a contact may write behind the slash command; the agents' words are others.
_COMMANDS = {one.value: one for one in (Command.START, Command.HELP, Command.HUMAN, Command.PRIVACY, Command.LINK)}


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody did, before it is known in which conversation.

    ``thread`` is the thread that it stands in, or would begin. ``mention`` says that the app was called; ``to_others``
    that somebody else was. ``in_container`` is known to stand in the assistant container.
    """

    team: str
    channel: str
    thread: str
    threaded: bool
    person: str
    person_team: str
    kind: InboundKind
    native_key: str
    text: str = ""
    of: str | None = None
    sent_at: float | None = None
    mention: bool = False
    to_others: bool = False
    in_container: bool = False
    files: tuple[File, ...] = field(default=())

    @property
    def is_direct(self) -> bool:
        return is_direct(self.channel)

    @property
    def identity(self) -> str:
        """Who it is: of another workspace in a shared channel, with that workspace's id."""
        return f"{self.person_team}/{self.person}"

    @property
    def ts(self) -> str:
        return self.native_key.rpartition(":")[2]

    def inbound(self, conversation_id: str, **more: Any) -> InboundMessage:
        """The message as the gateway takes it. A bare mention opens the talk, as a press of *Start* does."""
        opens = self.mention and self.kind is InboundKind.SAID and not self.text and not self.files
        return InboundMessage(
            conversation_id,
            CHANNEL,
            self.identity,
            InboundKind.PRESSED if opens else self.kind,
            text=self.text,
            native_key=self.native_key,
            choice=MENU + Command.START if opens else None,
            sent_at=self.sent_at,
            of=self.of,
            **more,
        )


class UnknownKind(Exception):
    """An update of a kind, or from a sort of place, that nobody here knows."""


def heard(body: Any) -> Heard | None:
    """What a ``message`` or ``app_mention`` event says; None when it is no contact's: our own, another app's, Slack's.

    Raises:
        NotThisShape: it is no such event.
        UnknownKind: a place or a subtype that nobody here knows.
    """
    envelope = read(Event, body)
    said = read(Said, envelope.event)
    if said.channel_type not in _CHANNEL_TYPES:
        raise UnknownKind(f"channel type {said.channel_type[:20]}" if said.channel_type else "")
    if said.subtype == "message_changed":
        return _changed(envelope, said)
    if said.subtype == "message_deleted":
        return _deleted(envelope, said)
    if said.bot_id or said.subtype == "bot_message" or said.person in {*_OF_SLACK, envelope.bot}:
        return None
    if not is_by_a_person(said):
        raise UnknownKind(f"subtype {said.subtype}"[:40])
    text, mention = _without_mention(said.text, envelope.bot, called=said.type == "app_mention")
    return Heard(
        team=envelope.team,
        channel=said.channel,
        thread=said.thread_ts or said.ts,
        threaded=said.thread_ts is not None,
        person=said.person,
        person_team=_team_of(said, envelope),
        kind=InboundKind.SAID,
        native_key=f"m:{said.channel}:{said.ts}",
        text=readable(text),
        sent_at=_seconds(said.ts),
        mention=mention,
        to_others=calls_somebody(text),
        in_container=said.assistant_thread is not None,
        files=tuple(said.files),
    )


def _changed(envelope: Event, said: Said) -> Heard | None:
    """An edit. Slack also tells as changed what only got a preview or a reply: that has no time of an edit."""
    now = said.message
    if now is None:
        return None
    if now.subtype == "tombstone":
        return _deleted(envelope, said)
    if now.edited is None or not _is_a_contacts(now, envelope):
        return None
    text, mention = _without_mention(now.text, envelope.bot, called=False)
    key = f"e:{said.channel}:{now.ts}:{now.edited.ts}"
    return _revision(envelope, said, now, InboundKind.EDITED, key, _seconds(now.edited.ts), readable(text), mention)


def _deleted(envelope: Event, said: Said) -> Heard | None:
    before = said.previous_message
    if before is None or not _is_a_contacts(before, envelope):
        return None
    key = f"d:{said.channel}:{before.ts}"
    return _revision(envelope, said, before, InboundKind.DELETED, key, _seconds(said.ts), "", mention=False)


def _revision(
    envelope: Event,
    said: Said,
    about: Written,
    kind: InboundKind,
    key: str,
    at: float | None,
    text: str,
    mention: bool,
) -> Heard:
    return Heard(
        team=envelope.team,
        channel=said.channel,
        thread=about.thread_ts or about.ts,
        threaded=about.thread_ts is not None,
        person=about.person,
        person_team=_team_of(about, envelope),
        kind=kind,
        native_key=key,
        text=text,
        of=f"m:{said.channel}:{about.ts}",
        sent_at=at,
        mention=mention,
    )


def _is_a_contacts(written: Written, envelope: Event) -> bool:
    return is_by_a_person(written) and bool(written.ts) and written.person not in {*_OF_SLACK, envelope.bot}


def _team_of(said: Said | Written, envelope: Event) -> str:
    return said.person_team or said.source_team or said.team or envelope.team


def _without_mention(text: str, bot: str, *, called: bool) -> tuple[str, bool]:
    """The text without the call of the app, and whether there was one."""
    name = re.escape(bot) if bot else r"[UW][A-Z0-9]+"
    start = "" if bot else r"\A"
    pattern = rf"{start} ?<@{name}(?:\|[^<>]*)?> ?"
    if not (bot or called):
        return text, False
    rest, calls = re.subn(pattern, " ", text)
    return rest.strip(), called or calls > 0


def _seconds(ts: str) -> float | None:
    """Slack's times are Unix seconds with six digits that tell the order within one."""
    try:
        return float(ts)
    except ValueError:
        return None


def command(given: CommandGiven) -> str:
    """The menu's command that was written behind the slash command; anything else asks for help."""
    word = given.text.strip().casefold()
    return MENU + _COMMANDS.get(word, Command.HELP)

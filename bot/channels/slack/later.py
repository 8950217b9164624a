"""What needs Slack's answer before it can be taken: written down as work with the acknowledgement, done after it.

A work row has only a key, so what was said is read again from Slack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select, update

from bot import choices
from bot.channels.slack.parse import Heard, UnknownKind, heard
from bot.channels.slack.payloads import CommandGiven
from bot.channels.slack.places import CHANNEL, Place, place_of
from bot.channels.slack.workspaces import NotInstalled, Workspaces
from conversations.model import InboundKind, InboundMessage
from conversations.store import contacts
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from vendors.slack.api import SlackBusy, SlackRefused, SlackSilent
from vendors.slack.payloads import NotThisShape

if TYPE_CHECKING:
    from bot.channels.slack.contacts import Contacts
    from bot.channels.slack.fetching import Fetching
    from bot.channels.slack.placing import Placing
    from bot.gateway.receive import Receive

log = structlog.get_logger()
# Kinds of work.
SLACK_FILES, SLACK_COMMAND, SLACK_PERSON = "slack_files", "slack_command", "slack_person"
_AGAIN, _ITS_TURN = 5.0, 0.3
_NONE = "-"


def files_key(this: Heard, conversation_id: str, bot: str) -> str:
    """Names a message with files: where it stands, and for whom it is."""
    thread = this.thread if this.threaded else _NONE
    return " ".join((conversation_id, this.channel, this.ts, thread, bot or _NONE))


async def any_waits(tx: Transaction, conversation_id: str, before: str | None = None) -> bool:
    """Whether a message of this conversation waits for its files, or its turn; ``before`` a time of Slack's."""
    c = t.work.c
    waiting = select(c.key).where(
        c.kind == SLACK_FILES, c.key.startswith(f"{conversation_id} ", autoescape=True), c.set_aside.is_(False)
    )
    keys = (await tx.execute(waiting)).scalars().all()
    return any(before is None or key.split(" ")[2] < before for key in keys)


def command_key(given: CommandGiven, command: str) -> str:
    """Names a command that was given outside of the direct message."""
    return " ".join((given.team, given.person, command, given.trigger_id))


def command_inbound(conversation_id: str, identity: str, command: str, channel: str, trigger: str) -> InboundMessage:
    """The command as a press in a standing menu."""
    key = f"a:{channel}:{trigger}"
    return InboundMessage(conversation_id, CHANNEL, identity, InboundKind.PRESSED, choice=command, native_key=key)


class Later:
    """The handlers; each returns after how many seconds it must be asked again, or None when it is done."""

    def __init__(
        self,
        database: Database,
        workspaces: Workspaces,
        contacts: Contacts,
        fetching: Fetching,
        placing: Placing,
        receive: Receive,
    ) -> None:
        self._database, self._workspaces, self._contacts = database, workspaces, contacts
        self._fetching, self._placing, self._receive = fetching, placing, receive

    async def files(self, key: str) -> float | None:
        """``slack_files``: reads a message again with its files, and takes it, after what was said before it."""
        conversation_id, channel, ts, thread, bot = key.split(" ")
        place = place_of(conversation_id)
        assert place is not None, "written by `files_key`"
        async with self._database.read() as tx:
            if await any_waits(tx, conversation_id, before=ts):
                return _ITS_TURN
        try:
            found = await self._message(place.team, channel, ts, None if thread == _NONE else thread)
            if found is None:
                return None  # taken back meanwhile
            body = {
                "team_id": place.team,
                "authorizations": [{"team_id": place.team, "user_id": bot}] if bot != _NONE else [],
                "event": {**found, "type": "message", "channel": channel},
            }
            this = heard(body)
            if this is not None:
                fetched = await self._fetching.fetch(place.team, this.files)
                await self._contacts.take(this, conversation_id, fetched)
        except (SlackBusy, SlackSilent) as again:
            return getattr(again, "retry_after", _AGAIN)
        except (SlackRefused, NotInstalled, NotThisShape, UnknownKind) as never:
            log.warning("slack: a message with files cannot be read", conversation_id=conversation_id, cause=str(never))
            await self._contacts.not_read(conversation_id)
        return None

    async def _message(self, team: str, channel: str, ts: str, thread: str | None) -> dict[str, Any] | None:
        api = await self._workspaces.api(team)
        about: dict[str, Any] = {"channel": channel, "oldest": ts, "latest": ts, "inclusive": True, "limit": 2}
        method = "conversations.replies" if thread else "conversations.history"
        answer = await api.ask(method, **about, **({"ts": thread} if thread else {}))
        return next((one for one in answer["messages"] if one.get("ts") == ts), None)

    async def command(self, key: str) -> float | None:
        """``slack_command``: opens the direct message, and takes the command there."""
        team, person, command, trigger = key.split(" ")
        try:
            channel = await self._workspaces.direct(await self._workspaces.api(team), team, person)
        except (SlackBusy, SlackSilent) as again:
            return getattr(again, "retry_after", _AGAIN)
        except (SlackRefused, NotInstalled) as never:
            log.warning("slack: a direct message cannot be opened", team=team, cause=str(never))
            return None
        identity = f"{team}/{person}"
        meant = Place(team, channel).conversation_id
        if not choices.concerns_contact(command, ""):
            meant = await self._placing.meant(Place(team, channel), identity, f"a:{channel}:{trigger}")
        await self._receive(command_inbound(meant, identity, command, channel, trigger))
        return None

    async def person(self, key: str) -> float | None:
        """``slack_person``: how a contact is called, and their locale."""
        team, _, identity = key.partition(" ")
        try:
            api = await self._workspaces.api(team)
            asked = {"user": identity.rpartition("/")[2], "include_locale": True}
            found = (await api.ask("users.info", **asked))["user"]
        except (SlackBusy, SlackSilent) as again:
            return getattr(again, "retry_after", _AGAIN)
        except (SlackRefused, NotInstalled) as never:
            log.info("slack: a name is not known", cause=str(never))
            return None
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found.get("real_name") or found.get("name")
        async with self._database.write() as tx:
            contact_id = await contacts.contact_of(tx, CHANNEL, identity)
            if contact_id is not None:
                known = {
                    "display_name": str(name)[:200] if name else None,
                    "locale": str(found.get("locale") or "")[:35],
                }
                row = update(t.contact).where(t.contact.c.id == contact_id)
                await tx.execute(row.values(**{column: value for column, value in known.items() if value}))
        return None

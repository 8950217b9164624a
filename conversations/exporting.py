"""Everything that is kept about a contact, as JSON for themselves: over all of their conversations, in parts.

Pages of rows and parts of files go by; neither a long conversation nor a file is ever in memory whole. What agents
write among themselves (notes, the comment with which they end a matter) is about their work and is not in it.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Table, select

from conversations.model import Sender
from conversations.store import tables as t
from conversations.store.blobs import Blobs
from conversations.store.contacts import conversations_of
from conversations.store.database import Database, Transaction

_PAGE = 500
_ABOUT = (
    "Everything that is kept about you here, in all chats that are known to be yours. Notes that people of ours write "
    "among themselves are not part of it. Times are in UTC."
)
_MESSAGE = "number episode sender name kind text at edited_at deleted_at status choice image".split()
_TURN = "first through episode at model parse failed".split()
_CONTACT = ("id", "display_name", "locale", "timezone", "profile", "created_at", "blocked_at")
_EPISODE = "number started_at ended_at ended_by stars comment".split()
_HANDOFF = "reference episode state priority created_at assigned_at ended_at outcome language left_with_us_at".split()
_COMPLAINT = "reference order_number cause description filed_at outcome".split()
_PROMISE = "kind what made_at due_at kept_at broken_at".split()
_FILE = "id name media_type size created_at".split()


class ContactUnknown(LookupError):
    """There is no such contact."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of a table that another package keeps of contacts (``contact_id``), and which columns are about them."""

    name: str
    table: Table
    columns: Sequence[str]


class Export:
    """Makes exports; ``sections`` are what there is beside the record."""

    def __init__(self, database: Database, blobs: Blobs, sections: Sequence[Section] = ()) -> None:
        self._database, self._blobs, self._sections = database, blobs, sections

    async def __call__(self, contact_id: str, contents: int) -> AsyncIterator[bytes]:
        """The parts of the JSON text.

        Args:
            contents: so many bytes of files go into it, as base64; of the others only what they are called.

        Raises:
            ContactUnknown: before the first part.
        """
        head = await self._head(contact_id)
        yield _opened(head, 0) + b',\n  "conversations": ['
        async with self._database.read() as tx:
            places = await conversations_of(tx, contact_id)
        for index, place in enumerate(places):
            yield _new_line(2, first=not index)
            async for part in self._conversation(place, contents // len(places)):
                yield part
        yield b"\n  ]\n}\n"

    async def _head(self, contact_id: str) -> dict[str, Any]:
        async with self._database.read() as tx:
            found = (await tx.execute(select(t.contact).where(t.contact.c.id == contact_id))).one_or_none()
            identities = select(t.identity).where(t.identity.c.contact_id == contact_id)
            known = (await tx.execute(identities.order_by(t.identity.c.channel, t.identity.c.native_id))).all()
            more = {section.name: await self._section(tx, section, contact_id) for section in self._sections}
        if found is None:
            raise ContactUnknown(contact_id)
        return {
            "about": _ABOUT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "contact": _fields(found, _CONTACT),
            "identities": [_fields(one, ("channel", "native_id")) for one in known],
            **more,
        }

    async def _section(self, tx: Transaction, section: Section, contact_id: str) -> list[dict[str, Any]]:
        c = section.table.c
        rows = await tx.execute(select(section.table).where(c.contact_id == contact_id).order_by(c.at))
        return [_fields(row, section.columns) for row in rows]

    async def _conversation(self, place: str, contents: int) -> AsyncIterator[bytes]:
        head, made_here = await self._place(place), set[str]()
        yield _opened(head, 2) + b',\n      "messages": ['
        async for part in self._listed(t.message, t.message.c.number, place, _MESSAGE, made_here):
            yield part
        yield b'\n      ],\n      "understood": ['
        async for part in self._listed(t.turn, t.turn.c.first, place, _TURN):
            yield part
        yield b'\n      ],\n      "files": ['
        async for part in self._files(place, contents, made_here):
            yield part
        yield b"\n      ]\n    }"

    async def _place(self, place: str) -> dict[str, Any]:
        """A conversation with what there is only little of."""
        async with self._database.read() as tx:
            held = (await tx.execute(select(t.conversation).where(t.conversation.c.id == place))).one()

            async def rows(table: Table, names: Sequence[str], *order: Any) -> list[dict[str, Any]]:
                statement = select(table).where(table.c.conversation_id == place).order_by(*order)
                return [_fields(row, names) for row in await tx.execute(statement)]

            return {
                **_fields(held, ("id", "channel", "created_at", "last_contact_at", "left_at", "email")),
                "known": {name: value for name, value in {**held.facts, **held.slots}.items() if value is not None},
                "episodes": await rows(t.episode, _EPISODE, t.episode.c.number),
                "handoffs": await rows(t.handoff, _HANDOFF, t.handoff.c.created_at),
                "complaints": await rows(t.complaint, _COMPLAINT, t.complaint.c.filed_at),
                "promises": await rows(t.promise, _PROMISE, t.promise.c.id),
            }

    async def _listed(
        self, table: Table, number: Any, place: str, names: Sequence[str], made_here: set[str] | None = None
    ) -> AsyncIterator[bytes]:
        """The rows of a table, page by page; ``made_here`` gathers the files that we ourselves made."""
        after = 0
        while True:
            page = select(table).where(table.c.conversation_id == place, number > after).order_by(number).limit(_PAGE)
            async with self._database.read() as tx:
                rows = (await tx.execute(page)).all()
            if not rows:
                return
            for row in rows:
                yield _new_line(4, first=not after) + _json(_fields(row, names) | _extra(row), 4)
                after = row._mapping[number.name]
                if made_here is not None and row.sender == Sender.SYSTEM:
                    made_here |= {one["file_id"] for one in row.attachments}

    async def _files(self, place: str, contents: int, made_here: set[str]) -> AsyncIterator[bytes]:
        """The files; an earlier export is not put into the next one."""
        statement = select(t.file).where(t.file.c.conversation_id == place).order_by(t.file.c.created_at, t.file.c.id)
        async with self._database.read() as tx:
            rows = (await tx.execute(statement)).all()
        for index, row in enumerate(rows):
            yield _new_line(4, first=not index) + _opened(_fields(row, _FILE), 4)
            if row.size <= contents and row.id not in made_here:
                contents -= row.size
                yield b',\n          "base64": "'
                async for part in self._base64(row.id):
                    yield part
                yield b'"'
            yield b"\n        }"

    async def _base64(self, file_id: str) -> AsyncIterator[bytes]:
        rest = b""
        async for part in self._blobs.get(file_id):
            held = rest + part
            whole = len(held) - len(held) % 3
            yield base64.b64encode(held[:whole])
            rest = held[whole:]
        yield base64.b64encode(rest)


def _extra(row: Row[Any]) -> dict[str, Any]:
    """What a message shows beside its words."""
    shown: dict[str, Any] = {}
    if buttons := row._mapping.get("buttons"):
        shown["buttons"] = [button["title"] for button in buttons]
    if attachments := row._mapping.get("attachments"):
        shown["files"] = [one["file_id"] for one in attachments]
    return shown


def _fields(row: Row[Any], names: Sequence[str]) -> dict[str, Any]:
    """Those that there is something in; times as people read them."""
    found = {name: row._mapping[name] for name in names}
    return {name: _readable(name, value) for name, value in found.items() if value is not None}


def _readable(name: str, value: Any) -> Any:
    if (name == "at" or name.endswith("_at")) and isinstance(value, float):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
    return value


def _new_line(depth: int, *, first: bool) -> bytes:
    """What stands before an item of a list."""
    return (b"\n" if first else b",\n") + b"  " * depth


def _json(value: Any, depth: int) -> bytes:
    """A value as people read it, within as many brackets."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).replace(b"\n", b"\n" + b"  " * depth)


def _opened(value: dict[str, Any], depth: int) -> bytes:
    """An object that goes on: without its end."""
    return _json(value, depth).removesuffix(b"\n" + b"  " * depth + b"}")

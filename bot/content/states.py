"""Saved states: every content version, those too that a rollback or an older file took out of the folder.

Nothing that was saved is lost: what is not in the folder any more is found here, and brought back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import msgspec

from bot.content import editing, versions
from bot.content.folder import ContentRefused, Files
from bot.content.saving import Content
from bot.content.versions import Version

_SHOWN = 30
_READ = 64  # files that stay read: reading a large one takes 50 ms of a core

# What a file teaches and says: ("intent", its name) and ("answer", its name), with examples and wordings.
type _Said = Mapping[tuple[str, str], tuple[str | None, ...]]


class SavedState(msgspec.Struct, frozen=True):
    """A content version: who saved it, when (Unix seconds), and why.

    ``is_here``: it is what the folder holds. Else it differs from that in so many ``files``, and in these numbers of
    intents and answers, which are None where one of the files cannot be read.
    """

    id: int
    at: float
    by: str
    note: str
    is_here: bool
    files: int
    intents: int | None
    answers: int | None


async def saved_states(content: Content) -> list[SavedState]:
    """The latest, newest first; what was changed in the folder is one of them.

    Raises:
        ContentRefused: the folder holds what is no content.
    """
    here, files = await content.look()
    found: list[tuple[Version, set[str], Files]] = []
    async with content.database.read() as tx:
        for one in await versions.latest(tx, _SHOWN):
            other = {path for path in {*one.files, *here.files} if one.files.get(path) != here.files.get(path)}
            own = {path: sha256 for path, sha256 in one.files.items() if path in other}
            found.append((one, other, await versions.content_of(tx, replace(one, files=own))))
    return await asyncio.to_thread(lambda: [_state(one, other, own, files) for one, other, own in found])


async def bring_back(content: Content, state: int, by: str) -> Version:
    """Makes the folder hold a saved state again. What is there now stays a state of its own.

    Raises:
        ContentRefused: there is no such state, or the folder holds it already.
    """
    here, _ = await content.look()
    async with content.database.read() as tx:
        wanted = await versions.get(tx, state)
    if wanted is None:
        raise ContentRefused(f"There is no saved state {state}. Look at the list again.")
    if wanted.files == here.files:
        raise ContentRefused(f"The folder holds what was saved as state {state} already.")
    return await content.restore(wanted, by, f"brought back: {wanted.note or f'state {state}'}")


def _state(one: Version, other: set[str], own: Files, here: Files) -> SavedState:
    try:
        was, now = _said(own), _said({path: here[path] for path in other if path in here})
    except ContentRefused:
        kinds = None
    else:
        kinds = [kind for kind, name in {*was, *now} if was.get((kind, name)) != now.get((kind, name))]
    intents, answers = (None if kinds is None else kinds.count(kind) for kind in ("intent", "answer"))
    return SavedState(one.id, one.at, one.by, one.note, not other, len(other), intents, answers)


def _said(files: Files) -> _Said:
    """An intent's examples may stand in several files."""
    found: dict[tuple[str, str], tuple[str | None, ...]] = {}
    for name in sorted(files):
        for key, texts in _read(name, files[name]).items():
            found[key] = found.get(key, ()) + texts
    return found


@lru_cache(_READ)
def _read(name: str, content: bytes) -> _Said:
    found: dict[tuple[str, str], tuple[str | None, ...]] = {}
    for _, section in editing.sections({name: content}):
        key = ("intent", section.intent)
        found[key] = found.get(key, ()) + tuple(example.text for example in section.examples)
    if name.startswith("domain"):
        for answer, wordings in editing.answers_in(content, name).items():
            found["answer", answer] = tuple(wordings)
    return found

"""An editor changes an intent: examples come, go and read otherwise, wordings change. Beside others who do the same.

What others changed meanwhile elsewhere is no hindrance, though a file holds many intents: the change is made again to
the files as they are now. What they changed of the same intent is shown first (`Changed`), and nothing is written.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import msgspec

from bot.content import editing, rewording, versions
from bot.content.folder import ContentRefused, Files
from bot.content.intents import Words, same_words, words_of
from bot.content.saving import Content
from bot.content.shelf import Book, Shelf
from bot.content.versions import Conflict, Version
from bot.content.whole import READING

_TRIES = 5
_MOST = 500  # changes at once
_LOOKED_BACK = 20  # versions, to find who it was


class Reworded(msgspec.Struct, frozen=True):
    """An example that reads otherwise."""

    old: str
    new: str


class NewWords(msgspec.Struct, frozen=True):
    """A wording that says something else; ``was`` is what it said."""

    answer: str
    number: int
    was: str
    text: str


class NewWording(msgspec.Struct, frozen=True):
    """One more wording of an answer, for some only or for everybody."""

    answer: str
    text: str
    channel: str = ""
    tone: str = ""
    language: str = ""
    until: str = ""


class LostWording(msgspec.Struct, frozen=True):
    """A wording that goes."""

    answer: str
    number: int
    was: str


class Edit(msgspec.Struct, frozen=True):
    """All that an editor changed of an intent before they saved. ``reading`` is the phrase that says it back, where
    there was none."""

    add: Annotated[tuple[str, ...], msgspec.Meta(max_length=_MOST)] = ()
    remove: Annotated[tuple[str, ...], msgspec.Meta(max_length=_MOST)] = ()
    reword: Annotated[tuple[Reworded, ...], msgspec.Meta(max_length=_MOST)] = ()
    words: Annotated[tuple[NewWords, ...], msgspec.Meta(max_length=_MOST)] = ()
    more_wordings: Annotated[tuple[NewWording, ...], msgspec.Meta(max_length=_MOST)] = ()
    fewer_wordings: Annotated[tuple[LostWording, ...], msgspec.Meta(max_length=_MOST)] = ()
    reading: str = ""


class Changed(Exception):
    """Somebody else changed this intent since it was opened. Nothing was written: merge both, then save again."""

    def __init__(self, by: str, version: Version, seen: Words, now: Words) -> None:
        super().__init__(f"{by} changed this intent since you opened it. Nothing was saved.")
        self.by, self.version, self.seen, self.now = by, version, seen, now


def amended(files: Files, intent: str, edit: Edit) -> dict[str, bytes]:
    """The files with an edit made.

    Raises:
        ContentRefused: it cannot be; the message says why and what to do.
    """
    after = dict(files)
    for reworded in edit.reword:
        after = rewording.change_example(after, intent, reworded.old, reworded.new)
    if edit.add:
        after = editing.add_examples(after, intent, edit.add)
    if edit.remove:
        after = editing.remove_examples(after, intent, edit.remove)
    for words in edit.words:
        _refuse_other(after, words)
        after = editing.change_answer(after, words.answer, words.number, words.text)
    for lost in sorted(edit.fewer_wordings, key=lambda one: -one.number):
        after = rewording.remove_wording(after, lost.answer, lost.number, lost.was)
    for more in edit.more_wordings:
        whom = rewording.For(more.channel, more.tone, more.language, more.until)
        after = rewording.add_wording(after, more.answer, more.text, whom)
    if reading := " ".join(edit.reading.split()):
        after = _read_back(after, READING + intent.partition("/")[0], reading)
    return after


class Amending:
    """Saves what editors change."""

    def __init__(self, content: Content, shelf: Shelf) -> None:
        self._content, self._shelf = content, shelf

    async def save(self, intent: str, seen_version: int, edit: Edit, by: str, note: str) -> Version:
        """Saves an edit that was made of an intent as it was in a version.

        Raises:
            Changed: somebody changed the same intent meanwhile; nothing was written.
            ContentRefused: it cannot be; nothing was written.
        """
        seen = await self._shelf.at(seen_version)
        if seen is None:
            raise ContentRefused("The version that was opened is not kept. Open the intent again.")
        was = words_of(seen.whole, intent)
        for _ in range(_TRIES):
            book = await self._shelf.now()
            is_now = words_of(book.whole, intent)
            if not same_words(was, is_now):
                raise Changed(await self._who(intent, seen, book), book.version, was, is_now)
            after = amended(book.files, intent, edit)
            try:
                return await self._content.save(*_differing(book.files, after), by, note or f'changed "{intent}"')
            except Conflict:
                continue
        raise ContentRefused("Others are saving all the time just now. Nothing was saved; try again.")

    async def _who(self, intent: str, seen: Book, book: Book) -> str:
        """Who changed an intent last, among the versions since one."""
        async with self._content.database.read() as tx:
            latest = [one for one in await versions.latest(tx, _LOOKED_BACK) if one.id > seen.version.id]
        later = words_of(book.whole, intent)
        for version, before in pairwise([*latest, seen.version]):
            earlier = await self._shelf.at(before.id)
            if earlier is not None and not same_words(words_of(earlier.whole, intent), later):
                return version.by
        return book.version.by


def _read_back(files: Files, name: str, reading: str) -> dict[str, bytes]:
    """The domain may be several files: the phrase may stand in another one than new answers go to."""
    domain = [(path, content) for path, content in files.items() if path.startswith("domain")]
    if any(name in editing.answers_in(content, path) for path, content in domain):
        raise ContentRefused(f'There is an answer "{name}" already. Open the intent again, and change its words.')
    return editing.add_answers(files, {name: reading})


def _refuse_other(files: Files, words: NewWords) -> None:
    """What an editor saw there must still be there: numbers alone could mean another wording."""
    for name, content in files.items():
        if not name.startswith("domain"):
            continue
        known = editing.answers_in(content, name).get(words.answer)
        if known is not None and (words.number >= len(known) or (known[words.number] or "") != words.was):
            raise ContentRefused(f'That wording of "{words.answer}" reads otherwise by now. Open it again.')


def _differing(before: Files, after: Files) -> tuple[dict[str, bytes | None], dict[str, bytes | None]]:
    paths = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    return {path: before.get(path) for path in paths}, {path: after.get(path) for path in paths}

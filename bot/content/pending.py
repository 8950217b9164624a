"""What is changed and does not answer anybody yet: the folder's content beside that of the live model."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bot.content import models, versions
from bot.content.intents import title_of
from bot.content.shelf import Book, Shelf
from bot.content.whole import Whole
from conversations.store.database import Database

_LOOKED_BACK = 200  # versions


class Saved(msgspec.Struct, frozen=True):
    """A version of the content: who saved it, when (Unix seconds), and why."""

    version: int
    at: float
    by: str
    note: str


class ChangedIntent(msgspec.Struct, frozen=True):
    """An intent whose examples are others than the live ones."""

    intent: str
    title: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    is_new: bool
    is_gone: bool


class ChangedAnswer(msgspec.Struct, frozen=True):
    """An answer that says something else than the live one: all its wordings before and now."""

    name: str
    before: tuple[str, ...]
    now: tuple[str, ...]


class Pending(msgspec.Struct, frozen=True):
    """What is not live yet. ``known`` is False where it is not known what content the live model was made of."""

    known: bool
    saved: tuple[Saved, ...] = ()
    intents: tuple[ChangedIntent, ...] = ()
    answers: tuple[ChangedAnswer, ...] = ()
    other: tuple[str, ...] = ()


async def pending(database: Database, shelf: Shelf) -> Pending:
    """What a publishing would change.

    Raises:
        ContentRefused: the folder holds what is no content.
    """
    book = await shelf.now()
    async with database.read() as tx:
        live = await models.live(tx)
        latest = await versions.latest(tx, _LOOKED_BACK)
    was = await shelf.at(live.content) if live is not None and live.content is not None else None
    if was is None:
        return Pending(False)
    same = [one.id for one in latest if one.files == was.version.files]
    since = max([was.version.id, *same])
    saved = tuple(Saved(one.id, one.at, one.by, one.note) for one in latest if one.id > since)
    intents, answers = tuple(_intents(was.whole, book.whole)), tuple(_answers(was.whole, book.whole))
    return Pending(True, saved, intents, answers, () if intents or answers else _files(was, book))


def _intents(was: Whole, now: Whole) -> Iterator[ChangedIntent]:
    before, after = _examples(was), _examples(now)
    for intent in sorted(before.keys() | after.keys()):
        old, new = before.get(intent, []), after.get(intent, [])
        added, removed = (
            tuple(one for one in here if one not in there) for here, there in ((new, set(old)), (old, set(new)))
        )
        if added or removed:
            yield ChangedIntent(intent, title_of(intent), added, removed, intent not in before, intent not in after)


def _answers(was: Whole, now: Whole) -> Iterator[ChangedAnswer]:
    before, after = _said(was), _said(now)
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ()), after.get(name, ())
        if old != new:
            yield ChangedAnswer(name, old, new)


def _files(was: Book, book: Book) -> tuple[str, ...]:
    """Files that differ in something else: rules, stories, settings of the pipeline, comments."""
    old, new = was.version.files, book.version.files
    return tuple(sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path)))


def _examples(whole: Whole) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for section in whole.data.sections:
        found.setdefault(section.intent, []).extend(example.text for example in section.examples)
    return found


def _said(whole: Whole) -> dict[str, tuple[str, ...]]:
    return {name: tuple(one.text for one in answer.wordings) for name, answer in whole.domain.answers.items()}

"""Teaches the assistant from a group: a few of its questions become examples, an agent's answer the answer.

The content is changed first, and then the group says so: after a crash between the two the same is simply done again,
since examples that stand there already are left as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select

from bot.content import editing
from bot.content.check import key_of
from bot.content.folder import Files
from bot.content.saving import Content
from bot.content.unanswered import showing, wire
from bot.content.unanswered.deciding import decide
from bot.content.unanswered.errors import Refused, Unknown
from bot.content.unanswered.states import State
from bot.content.unanswered.tables import group as g
from bot.content.unanswered.tables import label
from bot.content.unanswered.tables import question as q
from bot.content.unanswered.texts import Place
from bot.content.unanswered.veil import MASKS
from bot.content.versions import Clash, Conflict
from conversations.staff import Principal
from conversations.store.database import Database, Transaction, now

_UTTER = "utter_"


class Teaching:
    """The use case. ``content`` is where the words are changed."""

    def __init__(self, database: Database, content: Content) -> None:
        self._database, self._content = database, content

    async def teach(self, who: Principal, group_id: int, lesson: wire.Lesson) -> wire.Taught:
        """Saves a version of the content with what is taught; the group is drafted, its chosen questions are labelled.

        Raises:
            Unknown: the group, or a chosen question of it, is not there any more.
            Refused, ContentRefused: something of it cannot be taught; the message says what.
            Conflict: somebody else changed the words meanwhile. Nothing was changed.
        """
        texts = sound(lesson)
        chosen = {(one.conversation_id, one.number or 0) for one in lesson.examples if one.conversation_id is not None}
        async with self._database.read() as tx:
            await _require(tx, group_id, chosen)
        version, before = await self._content.look()
        after = await asyncio.to_thread(taught, before, lesson, texts, version.by)
        changed = [path for path in after if before.get(path) != after[path]]
        if changed:
            seen = {path: before.get(path) for path in changed}
            note = lesson.note.strip() or f"taught from what was not answered: {lesson.intent}"
            version = await self._content.save(seen, {path: after[path] for path in changed}, who.name, note)
        async with self._database.write() as tx:
            came_of_it = {"intent": lesson.intent, "examples": texts, "content": version.id, "model": None}
            await decide(tx, group_id, State.DRAFTED, who.name, lesson.note, reason=None, **came_of_it)
            await _label(tx, group_id, chosen, lesson.intent, who.name)
            return wire.Taught(version.id, await showing.one_group(tx, group_id))


def sound(lesson: wire.Lesson) -> list[str]:
    """The texts of a lesson, each in one line; `Refused` or `ContentRefused` when one is no example."""
    if not lesson.examples:
        raise Refused("Choose at least one question as an example, or write one.")
    texts = [editing.sound_example(one.text) for one in lesson.examples]
    for text in texts:
        if masked := MASKS.search(text):
            raise Refused(f'"{text[:60]}" still has {masked.group()} in it. Put something made up in its place.')
    if lesson.answer is not None and (masked := MASKS.search(lesson.answer.text)):
        raise Refused(
            f"The answer still has {masked.group()} in it: contacts would read that. Write what holds for all."
        )
    return texts


def taught(files: Files, lesson: wire.Lesson, texts: Sequence[str], last_by: str) -> Mapping[str, bytes]:
    """The content with the lesson in it. Examples that stand under the intent already are left as they are."""
    if lesson.is_new:
        if lesson.answer is None:
            raise Refused(f'"{lesson.intent}" is new and needs an answer. Pick one that an agent gave, or write it.')
        return editing.add_intent(
            files, lesson.intent, texts, lesson.answer.text, lesson.reading, lesson.topic or "questions"
        )
    known = {
        key_of(example.words)
        for _, section in editing.sections(files)
        if section.intent == lesson.intent
        for example in section.examples
    }
    new = [text for text in texts if key_of(text) not in known]
    after = editing.add_examples(files, lesson.intent, new) if new or not known else dict(files)
    return after if lesson.answer is None else _answered(after, files, lesson.intent, lesson.answer, last_by)


def _answered(after: Files, before: Files, intent: str, answer: wire.Wording, last_by: str) -> Mapping[str, bytes]:
    name = _UTTER + intent
    for path, content in before.items():
        known = editing.answers_in(content, path) if path.startswith("domain") else {}
        if name not in known:
            continue
        now_said = known[name][answer.wording] if 0 <= answer.wording < len(known[name]) else None
        if answer.was is not None and now_said != answer.was:
            seen, theirs, wanted = (text.encode() for text in (answer.was, now_said or "", answer.text))
            raise Conflict([Clash(path, seen, theirs, wanted)], last_by)
        return editing.change_answer(after, name, answer.wording, answer.text)
    return editing.add_answers(after, {name: answer.text})


async def _require(tx: Transaction, group_id: int, chosen: set[Place]) -> None:
    if (await tx.execute(select(g.c.id).where(g.c.id == group_id))).one_or_none() is None:
        raise Unknown
    own = select(q.c.conversation_id, q.c.number).where(q.c.group_id == group_id)
    there = {(row.conversation_id, row.number) for row in await tx.execute(own)} if chosen else set()
    if not chosen <= there:
        raise Unknown


async def _label(tx: Transaction, group_id: int, chosen: set[Place], intent: str, by: str) -> None:
    """The chosen questions that were one message each: real messages of which it is known now what they mean."""
    own = select(q.c.conversation_id, q.c.number).where(q.c.group_id == group_id, q.c.number == q.c.through)
    alone = {(row.conversation_id, row.number) for row in await tx.execute(own)} if chosen else set()
    for place, number in sorted(chosen & alone):
        await tx.execute(delete(label).where(label.c.conversation_id == place, label.c.number == number))
        row = {"conversation_id": place, "number": number, "intent": intent, "source": "taught", "by": by}
        await tx.execute(insert(label).values(**row, at=now()))

"""Which examples of the live model are near to texts that an editor is about to teach."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.markup import plain
from bot.content.somebodys import somebodys
from bot.content.unanswered import wire
from bot.content.unanswered.errors import NoEngine, Refused
from bot.content.unanswered.ports import Read
from bot.engine.client import EngineError

_MOST, _LIKELIEST, _SHOWN = 32, 2, 3
_LONGEST = 2000


class Comparing:
    """The use case. Examples of two intents that are ``too_near`` alike (cosine) mean the same to the model."""

    def __init__(self, read: Read, too_near: float) -> None:
        self._read, self._too_near = read, too_near

    async def near(self, texts: Sequence[str], intent: str = "") -> wire.AllCompared:
        """Each text beside the examples that are nearest to it, what the live model takes it for, and what is personal.

        Raises:
            Refused: there are too many. NoEngine.
        """
        if len(texts) > _MOST:
            raise Refused(f"At most {_MOST} texts are compared at once. Compare fewer.")
        try:
            return wire.AllCompared([await self._compared(text, intent) for text in texts])
        except EngineError as away:
            raise NoEngine from away

    async def _compared(self, text: str, intent: str) -> wire.Compared:
        words = plain(text)[:_LONGEST]
        parse = await self._read(words)
        likely = [wire.Likely(one.intent, round(one.confidence, 3)) for one in parse.ranking[:_LIKELIEST]]
        near = [
            wire.Close(
                one.text,
                one.intent,
                round(one.similarity, 3),
                one.intent != intent and one.similarity >= self._too_near,
            )
            for one in parse.nearest[:_SHOWN]
        ]
        personal = somebodys(words, [(one.kind, words[one.start : one.end]) for one in parse.personal])
        return wire.Compared(text, likely, near, personal)

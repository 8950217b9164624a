"""What the assistant says differently to somebody annoyed: the feeling first, once, and no jokes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.config import Mood
from bot.handoff_policy import SOUNDS_UPSET, Heard
from conversations.model import Conversation, Outbound, Sender
from conversations.notices import Notices

_APOLOGISES = re.compile(r"\b(?:sorry|apolog\w+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Tone:
    """By the settings of ``mood`` and the words of the content; ``assistant`` is its name."""

    mood: Mood
    notices: Notices
    assistant: str

    def is_annoyed(self, heard: Heard) -> bool:
        """Whether this turn is to be answered with care: how it sounds is not enough, there must be a sign with a name.

        To be told that one is annoyed, when one is not, is annoying.
        """
        rule, named = self.mood.acknowledge, set(heard.parse.mood_reasons) - {SOUNDS_UPSET}
        return rule.enabled and bool(named) and heard.parse.mood <= rule.below

    def is_careful(self, heard: Heard) -> bool:
        """Whether what was said before in the episode matters for how this turn is answered."""
        return self.is_annoyed(heard) or heard.parse.intent in self.mood.no_jokes

    def set(
        self, said: Sequence[Outbound], heard: Heard, earlier: Sequence[Heard], held: Conversation
    ) -> list[Outbound]:
        """The answer as it is to be said; ``earlier`` are the turns of the episode so far."""
        annoyed, before = self.is_annoyed(heard), any(map(self.is_annoyed, earlier))
        notices, words = self.notices.spoken(held.language), list(said)
        if (annoyed or before) and heard.parse.intent in self.mood.no_jokes:
            words = [Outbound(Sender.BOT, notices("no_joke", held.id), self.assistant)]
        return self._acknowledging(words, notices, held.id) if annoyed and not before else words

    def _acknowledging(self, said: list[Outbound], notices: Notices, seed: str) -> list[Outbound]:
        """One apology an episode: an answer that apologises itself only gets the feeling said."""
        at = next((number for number, word in enumerate(said) if word.sender is Sender.BOT and word.text), None)
        apologises = any(_APOLOGISES.search(word.text) for word in said)
        feeling = notices("annoyed" if apologises else "annoyed_sorry", seed)
        if at is None:
            return [Outbound(Sender.BOT, feeling, self.assistant), *said]
        return [*said[:at], replace(said[at], text=f"{feeling} {said[at].text}"), *said[at + 1 :]]

"""What a contact hears who writes a language that the content has not: whether somebody here speaks it."""

from __future__ import annotations

from collections.abc import Collection

from bot.engine.wire import Parse
from conversations.languages import name_of
from conversations.model import Command, Conversation, Outbound, Sender, command
from conversations.notices import Notices
from conversations.ports import Desk
from conversations.store.database import Transaction


class Speakers:
    """``languages`` (ISO 639-1) are the content's. The engine knows no roster, so the front says this."""

    def __init__(self, notices: Notices, desk: Desk, languages: Collection[str], assistant: str) -> None:
        self._notices, self._desk, self._assistant = notices, desk, assistant
        self._languages = frozenset(languages)

    async def word(self, tx: Transaction, held: Conversation, parse: Parse) -> list[Outbound]:
        """A notice with the button for a person, when what was said in another language was not understood."""
        language = parse.language
        if parse.understood or not language or language in self._languages:
            return []
        spoken = self._notices.spoken(language)
        name = "speaker_here" if await self._desk.speaks(tx, language) else "speaker_unknown"
        person = command(spoken("talk_to_person"), Command.HUMAN)
        text = spoken(name, held.id, language=name_of(language))
        return [Outbound(Sender.BOT, text, name=self._assistant, buttons=(person,))]

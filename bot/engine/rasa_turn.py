"""Rasa for one request: what it answers to a message, or to a part of one, from a dialogue state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor

from bot.config import Acknowledge
from bot.engine.current import CurrentTurn, turn_in_hand
from bot.engine.wire import Button, Reply, TurnRequest
from bot.engine.wishes import Ran

READING = "utter_reading_"
TONE, PLAIN = "tone", "plain"  # a slot, and its value while the contact is upset: answers may have words for that
UPSET = Acknowledge().below
_SOUNDS_UPSET = "sounds upset"  # the reason that is no sign with a name (bot.nlu.feeling.judge)


class TurnChannel(CollectingOutputChannel):  # type: ignore[misc]
    """Collects replies whole and has the contact's channel as its name, so answers may differ by channel."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:
        """The contact's channel."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply as it is; Rasa's own channel would split it at blank lines."""
        self.messages.append(message)


@dataclass(frozen=True)
class Rasa:
    """Rasa, for one request."""

    processor: MessageProcessor
    request: TurnRequest

    async def run(self, parse_data: dict[str, Any], state: dict[str, Any] | None) -> Ran:
        """What Rasa answers to the parse data of a message, or of a part of it, from a state."""
        slots = {slot.name for slot in self.processor.domain.slots}
        known = {name: value for name, value in known_from(parse_data).items() if name in slots}
        turn = CurrentTurn(state, self.request.facts, known)
        channel = TurnChannel(self.request.channel)
        with turn_in_hand(turn):
            await self.processor.handle_message(message_of(self.request, parse_data, channel))
        replies = list(filter(None, map(reply_of, channel.messages)))
        if not replies and not turn.effects:
            turn.fail("nothing was said")
        return Ran(turn, replies)

    def words(self, response: str, turn: CurrentTurn, **intents: str) -> Reply | None:
        """A response of the content with the words for intents filled in; None when the content lacks any of them."""
        readings = {name: self._said(f"{READING}{intent}", turn) for name, intent in intents.items()}
        if not all(readings.values()):
            return None
        return self.says(response, turn, **readings)

    def says(self, response: str, turn: CurrentTurn, **values: str) -> Reply | None:
        """A response of the content with values filled in, and its buttons; None when the content lacks it."""
        return reply_of(self._found(response, turn, **values))

    def knows(self, intent: str) -> bool:
        """Whether the model has this intent."""
        return intent in self.processor.domain.intents

    def entities_for(self, slot: str | None) -> set[str]:
        """The entities that fill a slot."""
        mappings = [
            mapping for known in self.processor.domain.slots if known.name == slot for mapping in known.mappings
        ]
        return {mapping["entity"] for mapping in mappings if mapping.get("entity")}

    def _said(self, response: str, turn: CurrentTurn) -> str:
        return str(self._found(response, turn).get("text") or "")

    def _found(self, response: str, turn: CurrentTurn, **values: str) -> dict[str, Any]:
        slots = dict.fromkeys(slot.name for slot in self.processor.domain.slots) | turn.slots
        found = self.processor.nlg.generate_from_slots(response, slots, self.request.channel, **values)
        return dict(found or {})


def known_from(parse_data: dict[str, Any]) -> dict[str, Any]:
    """Slots that a message fills by itself. A message too short to tell its language leaves the last one standing.

    What is pressed has no mood: the tone stays as it was.
    """
    language, mood = (parse_data.get("language") or {}).get("code"), parse_data.get("mood")
    known: dict[str, Any] = {"language": language} if language else {}
    return known | {TONE: PLAIN if _is_upset(mood) else None} if mood else known


def _is_upset(mood: dict[str, Any]) -> bool:
    """As the gateway tells it: how it sounds is not enough, there must be a sign with a name."""
    return float(mood["value"]) <= UPSET and bool(set(mood["reasons"]) - {_SOUNDS_UPSET})


def message_of(request: TurnRequest, parse_data: dict[str, Any], channel: TurnChannel) -> UserMessage:
    """The message in Rasa's shape."""
    return UserMessage(
        parse_data["text"],
        channel,
        request.conversation_id,
        # Actions read the turn's id from the latest message, here and on an action server alike.
        parse_data={**parse_data, "turn_id": request.turn_id},
        input_channel=request.channel,
        message_id=request.turn_id,
    )


def reply_of(message: dict[str, Any]) -> Reply | None:
    """A reply in the shape of the wire; None when there is nothing to show."""
    offered = message.get("buttons") or message.get("quick_replies") or []
    buttons = tuple(Button(str(b["title"]), str(b.get("payload") or b["title"])) for b in offered if b.get("title"))
    text, image = str(message.get("text") or "").strip(), message.get("image")
    if not text and not image and not buttons:
        return None
    return Reply(text=text, buttons=buttons, image=str(image) if image else None)

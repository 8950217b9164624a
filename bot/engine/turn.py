"""One turn: a request in, a result out, nothing kept. Nothing here logs what a contact said."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import msgspec
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor

from bot.engine.actions_endpoint import where
from bot.engine.current import CurrentTurn, turn_in_hand
from bot.engine.plain import plain
from bot.engine.text import payload_parse, safe_text
from bot.engine.wire import Button, Entity, Near, Parse, Ranked, Reply, Span, TurnRequest, TurnResult, Wish

if TYPE_CHECKING:
    from bot.engine.model import LoadedModel

TURN_LIMIT = 10.0  # seconds
FALLBACK = "nlu_fallback"
RANKING = 5

_log = logging.getLogger(__name__)


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


async def answer(model: LoadedModel, request: TurnRequest, limit: float = TURN_LIMIT) -> TurnResult:
    """Answer a turn within ``limit`` seconds.

    It does not raise: what goes wrong is told in ``failed``, and the state is then the one that came.
    """
    turn = CurrentTurn(request.state, request.facts)
    channel = TurnChannel(request.channel)
    parse_data: dict[str, Any] = fallback_parse("")
    timer = asyncio.timeout(limit)
    try:
        async with timer:
            parse_data = await _parse_data(model.processor, request)
            turn.known = _known(parse_data)
            with turn_in_hand(turn):
                await model.processor.handle_message(_message(request, parse_data, channel))
    except Exception as error:
        cause = f"the turn took longer than {limit:g} s" if timer.expired() else f"Rasa raised {type(error).__name__}"
        turn.fail(cause)
        _log.error("turn %s: %s at %s", request.turn_id, cause, where(error))
    replies = tuple(filter(None, map(_reply, channel.messages)))
    if not replies and not turn.effects:
        turn.fail("nothing was said")
    if turn.failure:
        return TurnResult(model=model.sha256, parse=to_parse(parse_data), state=request.state, failed=turn.failure)
    return _result(model.sha256, parse_data, replies, turn)


async def understand(model: LoadedModel, text: str) -> Parse:
    """How a text is understood, without answering it; raises what Rasa raises."""
    return to_parse(await _parse_text(model.processor, text))


def _result(sha256: str, parse_data: dict[str, Any], replies: tuple[Reply, ...], turn: CurrentTurn) -> TurnResult:
    parse = to_parse(parse_data)
    return TurnResult(
        model=sha256,
        # What a form takes as the answer to its question was understood, whatever intent it looks like.
        parse=msgspec.structs.replace(parse, understood=parse.understood or turn.taken_by_form),
        replies=replies,
        state=turn.new_state,
        effects=tuple(turn.effects),
        slots=turn.slots,
        active_form=turn.active_form,
        requested_slot=turn.requested_slot,
    )


def _known(parse_data: dict[str, Any]) -> dict[str, Any]:
    """Slots that a message fills by itself. A message too short to tell its language leaves the last one standing."""
    language = (parse_data.get("language") or {}).get("code")
    return {"language": language} if language else {}


def _message(request: TurnRequest, parse_data: dict[str, Any], channel: TurnChannel) -> UserMessage:
    return UserMessage(
        parse_data["text"],
        channel,
        request.conversation_id,
        # Actions read the turn's id from the latest message, here and on an action server alike.
        parse_data={**parse_data, "turn_id": request.turn_id},
        input_channel=request.channel,
        message_id=request.turn_id,
    )


async def _parse_data(processor: MessageProcessor, request: TurnRequest) -> dict[str, Any]:
    """Parse data of what was pressed or typed. A payload whose intent the model lacks counts as its title, typed."""
    if request.payload is None:
        return await _parse_text(processor, request.text)
    pressed = payload_parse(request.payload, request.text)
    if pressed is not None and pressed["intent"]["name"] in processor.domain.intents:
        known = set(processor.domain.entities)
        return {**pressed, "entities": [found for found in pressed["entities"] if found["entity"] in known]}
    words = request.text if request.payload.startswith("/") else request.payload
    return await _parse_text(processor, words)


async def _parse_text(processor: MessageProcessor, text: str) -> dict[str, Any]:
    safe = safe_text(text)
    if not safe:
        return fallback_parse(safe)
    found: dict[str, Any] = plain(await processor.parse_message(UserMessage(safe)))
    found.pop("text_tokens", None)
    return found


def fallback_parse(text: str) -> dict[str, Any]:
    """Parse data of a text without words."""
    return {"text": text, "intent": {"name": FALLBACK, "confidence": 0.0}, "intent_ranking": [], "entities": []}


def to_parse(data: dict[str, Any]) -> Parse:
    """Rasa's parse data in the shape of the wire."""
    ranked = [entry for entry in data.get("intent_ranking") or [] if entry["name"] != FALLBACK]
    mood, scope = data.get("mood") or {}, data.get("scope") or {}
    intent = data["intent"]
    is_known = bool(intent["name"]) and intent["name"] != FALLBACK
    return Parse(
        intent=intent["name"] or FALLBACK,
        confidence=float(intent["confidence"]),
        understood=is_known and scope.get("class", "in") == "in",
        mood=float(mood.get("value", 0.0)),
        mood_reasons=tuple(mood.get("reasons", ())),
        ranking=tuple(Ranked(entry["name"], float(entry["confidence"])) for entry in ranked[:RANKING]),
        entities=tuple(_entity(found) for found in data.get("entities") or []),
        scope=scope.get("class", "in" if is_known else "out"),
        scope_score=float(scope.get("score", 0.0)),
        nearest=tuple(msgspec.convert(found, Near) for found in data.get("nearest") or []),
        wishes=tuple(msgspec.convert(found, Wish) for found in data.get("wishes") or []),
        language=(data.get("language") or {}).get("code", ""),
        personal=tuple(msgspec.convert(found, Span) for found in data.get("personal") or []),
    )


def _entity(found: dict[str, Any]) -> Entity:
    return Entity(found["entity"], found["value"], int(found.get("start") or 0), int(found.get("end") or 0))


def _reply(message: dict[str, Any]) -> Reply | None:
    """A reply in the shape of the wire; None when there is nothing to show."""
    offered = message.get("buttons") or message.get("quick_replies") or []
    buttons = tuple(Button(str(b["title"]), str(b.get("payload") or b["title"])) for b in offered if b.get("title"))
    text, image = str(message.get("text") or "").strip(), message.get("image")
    if not text and not image and not buttons:
        return None
    return Reply(text=text, buttons=buttons, image=str(image) if image else None)

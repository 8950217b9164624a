"""One turn: a request in, a result out, nothing kept. Nothing here logs what a contact said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

from bot.engine import follow_up, wishes
from bot.engine.actions_endpoint import where
from bot.engine.plain import plain
from bot.engine.rasa_turn import Rasa
from bot.engine.text import payload_parse, safe_text
from bot.engine.wire import Entity, Near, Parse, Ranked, Span, TurnRequest, TurnResult, Wish

if TYPE_CHECKING:
    from bot.engine.model import LoadedModel

TURN_LIMIT = 10.0  # seconds
FALLBACK = "nlu_fallback"
RANKING = 5

_log = logging.getLogger(__name__)


async def answer(model: LoadedModel, request: TurnRequest, limit: float = TURN_LIMIT) -> TurnResult:
    """Answer a turn within ``limit`` seconds.

    It does not raise: what goes wrong is told in ``failed``, and the state is then the one that came.
    """
    parse_data: dict[str, Any] = fallback_parse("")
    failure = None
    timer = asyncio.timeout(limit)
    try:
        async with timer:
            parse_data = await _parse_data(model.processor, request)
            runs = await wishes.answer(Rasa(model.processor, request), parse_data, request.state)
            failure = runs[-1].turn.failure
    except Exception as error:
        failure = f"the turn took longer than {limit:g} s" if timer.expired() else f"Rasa raised {type(error).__name__}"
        _log.error("turn %s: %s at %s", request.turn_id, failure, where(error))
    if failure:
        return TurnResult(model=model.sha256, parse=to_parse(parse_data), state=request.state, failed=failure)
    return _result(model.sha256, parse_data, runs)


async def understand(model: LoadedModel, text: str) -> Parse:
    """How a text is understood, without answering it; raises what Rasa raises."""
    return to_parse(await _parse_text(model.processor, text))


def _result(sha256: str, parse_data: dict[str, Any], runs: Sequence[wishes.Ran]) -> TurnResult:
    parse, last = to_parse(parse_data), runs[-1].turn
    return TurnResult(
        model=sha256,
        # What a form takes as the answer to its question was understood, whatever intent it looks like.
        parse=msgspec.structs.replace(parse, understood=parse.understood or any(r.turn.taken_by_form for r in runs)),
        replies=wishes.replies_of(runs),
        state=last.new_state,
        effects=tuple(effect for ran in runs for effect in ran.turn.effects),
        slots=last.slots,
        active_form=last.active_form,
        requested_slot=last.requested_slot,
    )


async def _parse_data(processor: MessageProcessor, request: TurnRequest) -> dict[str, Any]:
    """Parse data of what was pressed or typed. A payload whose intent the model lacks counts as its title, typed."""
    if request.payload is None:
        found = await _parse_text(processor, request.text)
        return await follow_up.read_on(found, request.state, partial(_parse_text, processor))
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
        danger=data.get("danger") or "",
        danger_reasons=tuple(data.get("danger_reasons") or ()),
    )


def _entity(found: dict[str, Any]) -> Entity:
    return Entity(found["entity"], found["value"], int(found.get("start") or 0), int(found.get("end") or 0))

"""What front and engine say to each other: the JSON bodies of ``POST /turn``, ``POST /parse`` and ``POST /embed``.

The engine is a pure function of these structs: it keeps nothing between two turns.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """A choice offered under a reply; ``payload`` is Rasa's ``/intent{"entity": "value"}``, kept in the record."""

    title: str
    payload: str


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing the assistant says. ``image`` is an http(s) address from the content.

    ``wish`` is the intent that it answers, when the message had several wishes and each was answered.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    wish: str = ""


class Ranked(msgspec.Struct, frozen=True):
    """An intent with its confidence, 0 to 1."""

    intent: str
    confidence: float


class Entity(msgspec.Struct, frozen=True):
    """A value found in the text; ``start`` and ``end`` are character offsets, end exclusive."""

    name: str
    value: Any
    start: int = 0
    end: int = 0


class Near(msgspec.Struct, frozen=True):
    """A training example close to the message: its text, its intent, and their cosine similarity, −1 to 1."""

    text: str
    intent: str
    similarity: float


class Wish(msgspec.Struct, frozen=True):
    """One of several wishes in a message: the part of the text that says it, and how that part was understood."""

    text: str
    intent: str
    confidence: float


class Span(msgspec.Struct, frozen=True):
    """Characters ``start`` to ``end`` (exclusive) of the text, and what they are: name, address, email, phone."""

    kind: str
    start: int
    end: int


class Parse(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a message was understood.

    ``mood`` runs from −1 (furious) to 1 (delighted); ``mood_reasons`` name the evidence. ``scope`` is ``in``, ``grey``
    (in doubt between two readings: a question is asked) or ``out``, by ``scope_score``; ``understood`` is False when it
    is not ``in``. ``ranking`` keeps the five likeliest intents, without the fallback. ``nearest`` are the training
    examples closest to it. ``wishes``, when there are several, are all of the message's wishes in their order.
    ``language`` is an ISO 639-1 code, empty when the text is too short to tell. ``personal`` is what of the text is to
    be masked in logs, exports and the studio. ``clarifies`` is set when a press answered the question which of two
    readings was meant: the number of the message that was in doubt, kept for the editors. ``danger`` is ``crisis``,
    ``threat`` or ``safety`` when words of danger were seen, ``danger_reasons`` are their names.
    """

    intent: str
    confidence: float
    understood: bool
    mood: float = 0.0
    mood_reasons: tuple[str, ...] = ()
    ranking: tuple[Ranked, ...] = ()
    entities: tuple[Entity, ...] = ()
    scope: str = "in"
    scope_score: float = 0.0
    nearest: tuple[Near, ...] = ()
    wishes: tuple[Wish, ...] = ()
    language: str = ""
    personal: tuple[Span, ...] = ()
    clarifies: int | None = None
    danger: str = ""
    danger_reasons: tuple[str, ...] = ()


class ComplaintFiled(msgspec.Struct, frozen=True, tag="complaint_filed"):
    """A complaint to be written to the record with the turn. ``reference`` is what the contact was told."""

    reference: str
    cause: str
    description: str
    order: str | None = None


class HandoffAsked(msgspec.Struct, frozen=True, tag="handoff_asked"):
    """An action asks for a person: ``reason`` is one of the handoff policy's reasons, ``evidence`` a short sentence."""

    reason: str
    evidence: str


class PromiseMade(msgspec.Struct, frozen=True, tag="promise_made"):
    """Something that we said we would do, with the time (Unix seconds) by which it is due."""

    what: str
    due_at: float


Effect = ComplaintFiled | HandoffAsked | PromiseMade


class TurnRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn to answer.

    ``state`` is the opaque dialogue state that the previous turn returned, or None at the start of an episode; then
    ``facts`` (slot name to value) are what is known. ``payload`` is set when the contact pressed a button: it is handed
    to Rasa as parse data, and ``text`` is the button's title. ``text`` is already masked and cut for the engine.
    """

    turn_id: str
    conversation_id: str
    channel: str
    text: str
    payload: str | None = None
    state: dict[str, Any] | None = None
    facts: dict[str, Any] = {}


class TurnResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a turn.

    ``failed`` holds a short cause when the turn could not be answered (an action raised or hung, or nothing was said):
    then ``replies`` must not be shown. ``slots`` are the filled slots after the turn; ``active_form`` the form that is
    still asking, ``requested_slot`` what it asks for. ``model`` is the SHA-256 of the model file.
    """

    model: str
    parse: Parse
    replies: tuple[Reply, ...] = ()
    state: dict[str, Any] | None = None
    effects: tuple[Effect, ...] = ()
    slots: dict[str, Any] = {}
    active_form: str | None = None
    requested_slot: str | None = None
    failed: str | None = None


class ParseRequest(msgspec.Struct, frozen=True):
    """A text to be understood without answering it."""

    text: str


class Ready(msgspec.Struct, frozen=True):
    """``GET /ready``: 200 when a canary turn was answered with this model, else 503 with the reason."""

    ready: bool
    model: str | None = None
    reason: str | None = None


# Texts of one request.
MOST_EMBEDDED = 32


class EmbedRequest(msgspec.Struct, frozen=True):
    """Texts whose vectors are wanted: up to `MOST_EMBEDDED`, of which each counts as far as the encoder reads."""

    texts: tuple[str, ...]


class Embedded(msgspec.Struct, frozen=True):
    """A vector of length 1 for each text, in order; ``encoder`` names what made them: others do not compare."""

    encoder: str
    vectors: tuple[tuple[float, ...], ...]

"""What editors are shown of the unanswered, and what they send: the JSON of ``/studio/api/unanswered``.

Times are Unix seconds; texts of contacts and agents are masked.
"""

from __future__ import annotations

import msgspec


class Likely(msgspec.Struct, frozen=True):
    """An intent that the model takes a question for, with its confidence."""

    intent: str
    confidence: float


class Group(msgspec.Struct, frozen=True):
    """Questions that mean the same.

    ``name`` is the most central one. ``people`` and ``questions`` are of the days that were asked for, ``before`` are
    the people of as many days before them. ``since``: questions since it was dismissed, or went live. ``in_scope``:
    mostly understood, and yet not answered well. ``answered`` counts those that a person answered, ``stars`` is the
    mean CSAT of their episodes.
    """

    id: int
    name: str
    state: str
    state_at: float
    state_by: str | None
    reason: str | None
    language: str
    people: int
    before: int
    questions: int
    since: int
    first_at: float
    last_at: float
    sources: dict[str, int]
    likely: list[Likely]
    in_scope: bool
    answered: int
    stars: float | None
    intent: str | None
    examples: list[str]
    content: int | None
    model: int | None


class Listed(msgspec.Struct, frozen=True):
    """A part of the groups, most people first; ``waiting`` questions are in no group yet."""

    days: int
    groups: list[Group]
    next: int | None
    count: int
    new: int
    people: int
    before: int
    waiting: int


class Answer(msgspec.Struct, frozen=True):
    """How a person answered."""

    text: str
    by: str
    handoff_id: str | None
    reference: str | None
    number: int


class Label(msgspec.Struct, frozen=True):
    """Which intent somebody said that a message has."""

    intent: str
    source: str


class Question(msgspec.Struct, frozen=True):
    """A question with what was said to it and what became of it."""

    conversation_id: str
    number: int
    text: str
    at: float
    channel: str
    language: str
    sources: list[str]
    likely: list[Likely]
    said: str
    answer: Answer | None
    stars: int | None
    label: Label | None
    likeness: float


class Draft(msgspec.Struct, frozen=True):
    """An answer that people gave, ``count`` times in about the same words."""

    text: str
    by: str
    count: int
    handoff_id: str | None
    reference: str | None
    taught: bool


class Day(msgspec.Struct, frozen=True):
    """How many asked on a day (UTC)."""

    day: str
    questions: int
    people: int


class Step(msgspec.Struct, frozen=True):
    """What was decided about a group."""

    state: str
    at: float
    by: str
    note: str


class Near(msgspec.Struct, frozen=True):
    """Another group that is near; ``questions`` are all that it has."""

    id: int
    name: str
    state: str
    likeness: float
    questions: int


class Shown(msgspec.Struct, frozen=True):
    """A group with its questions, what people answered, and what was decided."""

    group: Group
    questions: list[Question]
    drafts: list[Draft]
    by_day: list[Day]
    steps: list[Step]
    near: list[Near]


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text to be taught; the place is that of the question that it was made of, if of any."""

    text: str
    conversation_id: str | None = None
    number: int | None = None


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of an answer. ``was`` is what the editor saw in the place of that wording (the first is 0)."""

    text: str
    wording: int = 0
    was: str | None = None


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be taught from a group: examples of an intent, and what is answered."""

    intent: str
    examples: list[Example]
    is_new: bool = False
    answer: Wording | None = None
    reading: str = ""
    topic: str = "questions"
    note: str = ""


class Taught(msgspec.Struct, frozen=True):
    """The version of the content that has it now."""

    version: int
    group: Group


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something is dismissed."""

    reason: str


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word to what was decided."""

    note: str = ""


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The group that another one goes into."""

    into: int


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, and the group that it goes into; None: a new one."""

    conversation_id: str
    number: int
    into: int | None


class Proposed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts that may become examples of an intent."""

    texts: list[str]
    intent: str = ""


class Close(msgspec.Struct, frozen=True):
    """An example of the live model that is near; ``too_near``: it means the same, and is of another intent."""

    text: str
    intent: str
    similarity: float
    too_near: bool


class Compared(msgspec.Struct, frozen=True):
    """How the live model reads a proposed text. ``personal`` are the kinds of what may be somebody's in it."""

    text: str
    likely: list[Likely]
    near: list[Close]
    personal: list[str]


class AllCompared(msgspec.Struct, frozen=True):
    """The proposed texts, in order."""

    texts: list[Compared]


class OfIntent(msgspec.Struct, frozen=True):
    """How often an intent was asked for, and how it went. ``contained``: the share that needed no person after it."""

    intent: str
    turns: int
    people: int
    before: int
    contained: float
    escalated: int
    unsure: int
    stars: float | None


class OfGroup(msgspec.Struct, frozen=True):
    """How often something was asked that is not answered well."""

    id: int
    name: str
    state: str
    people: int
    before: int
    questions: int
    escalated: int
    stars: float | None


class Frequent(msgspec.Struct, frozen=True):
    """The frequent issues of the last days, most people first."""

    days: int
    intents: list[OfIntent]
    groups: list[OfGroup]

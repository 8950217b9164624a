"""Cards and lines keep Slack's limits, whatever stands in the record."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.model import Button, ButtonKind, Message, Sender, Status
from escalation.adapters.slack import lines
from escalation.adapters.slack.card import card
from escalation.http.wire import Brief, Fact, HandoffDetail, HandoffSummary, Reason, TranscriptLine, Tried
from tests.slack_stand_in import rules

texts = st.builds(lambda part, times: part * times, st.text(max_size=12), st.integers(0, 1000))
states = st.sampled_from(["waiting", "assigned", "resolved", "returned", "abandoned"])
facts = st.lists(st.builds(Fact, texts, texts, st.none()), max_size=14)
reasons = st.lists(st.builds(Reason, st.just("asked"), texts, texts, st.none()), max_size=20)
briefs = st.builds(
    Brief,
    ask=texts,
    ask_message=st.none(),
    reasons=reasons,
    tried=st.lists(st.builds(Tried, st.integers(1, 9), texts, texts), max_size=6),
    facts=facts,
    mood=st.lists(st.floats(-1, 1), max_size=12),
    orders=facts,
    history=facts,
)
summaries = st.builds(
    HandoffSummary,
    id=st.just("a" * 32),
    reference=st.just("FD-7K3QX9"),
    state=states,
    priority=st.integers(0, 9),
    channel=st.sampled_from(["web", "rest", "other"]),
    contact=texts,
    ask=texts,
    mood=st.just(0.0),
    reasons=reasons,
    place=st.none(),
    waiting_since=st.just(1e9),
    created_at=st.just(2e9),
    agent_id=st.none(),
    agent=st.none() | texts,
    awaiting=st.none(),
    lease_until=st.none(),
    outcome=st.sampled_from([None, "solved", "unheard of"]),
    comment=st.none() | texts,
    stars=st.none() | st.integers(1, 5),
    language=st.sampled_from([None, "German"]),
    last_text=texts,
    last_at=st.just(1e9),
)
said = st.lists(
    st.builds(TranscriptLine, st.integers(1, 9), st.sampled_from(["contact", "bot", "system"]), st.none(), texts,
              st.just(1e9), st.just("sent")),
    max_size=20,
)  # fmt: skip


def accepted(blocks: list[Any]) -> None:
    assert rules.blocks([block.to_dict() for block in blocks]) == []


@settings(max_examples=25, deadline=None)
@given(summaries, briefs, said)
def test_a_card_is_one_that_slack_takes(summary: HandoffSummary, brief: Brief, said: list[TranscriptLine]) -> None:
    made = card(HandoffDetail(summary, brief, said, []), "Pina")
    accepted(made.blocks)
    assert 0 < len(made.text) <= 300


messages = st.builds(
    Message,
    conversation_id=st.just("web:1"),
    number=st.integers(1, 99),
    episode=st.just(1),
    sender=st.sampled_from(Sender),
    kind=st.sampled_from(["said", "pressed"]),
    text=texts,
    at=st.floats(1e9, 2e9),
    status=st.sampled_from(Status),
    name=st.none() | texts,
    buttons=st.just(()) | st.just((Button("Yes", ButtonKind.REPLY, "/affirm"),)),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(messages, min_size=1, max_size=30), texts)
def test_posts_are_ones_that_slack_takes_and_come_to_an_end(said: list[Message], contact: str) -> None:
    left = sorted((lines.of_message(m, contact, "Pina") for m in said), key=lambda line: line.at)
    shown = 0
    while left:
        made = lines.post(left)
        assert made is not None
        accepted(made.blocks)
        taken = next(n for n in range(1, len(left) + 1) if n == len(left) or lines.post(left[:n]) == made)
        shown += taken
        left = left[taken:]
    assert shown == len(said)


def test_nothing_to_say_is_no_post() -> None:
    assert lines.post([]) is None


def test_the_head_of_a_card_names_a_language_that_is_not_the_content_s() -> None:
    summary = HandoffSummary(
        "a" * 32, "FD-7K3QX9", "waiting", 1, "web", "Ana", "", 0.0, [], 1, 1e9, 1e9,
        None, None, None, None, None, None, None, "German", "", 1e9,
    )  # fmt: skip
    head = card(HandoffDetail(summary, Brief("", None, [], [], [], [], [], []), [], []), "Pina").blocks[0]
    assert head.to_dict()["text"]["text"].endswith("FD-7K3QX9 · Ana · Web · German")

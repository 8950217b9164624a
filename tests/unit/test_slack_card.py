"""Cards and lines keep Slack's limits, whatever stands in the record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.handoff import HandoffState
from conversations.model import Button, ButtonKind, Message, Sender, Status
from escalation.adapters.slack import lines
from escalation.adapters.slack.card import NO_LINKS, Links, card, moved
from escalation.adapters.slack.views.words import who_has_it
from escalation.http.wire import (
    Brief,
    ClockView,
    Fact,
    GoodwillGiven,
    HandoffDetail,
    HandoffSummary,
    May,
    Reason,
    Sla,
    TranscriptLine,
    Tried,
)
from tests.slack_stand_in import rules

texts = st.builds(lambda part, times: part * times, st.text(max_size=12), st.integers(0, 1000))
states = st.sampled_from(["waiting", "assigned", "resolved", "returned", "abandoned"])
facts = st.lists(st.builds(Fact, texts, texts, st.none() | st.integers(1, 9), st.none() | st.floats(0, 1)), max_size=14)
reasons = st.lists(st.builds(Reason, st.just("asked"), texts, texts, st.none() | st.integers(1, 9)), max_size=20)
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
clocks = st.none() | st.builds(
    ClockView, st.sampled_from(["on_track", "at_risk", "breached", "met"]), st.none() | st.just(1e9)
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
    team=st.just("support"),
    team_title=st.text(max_size=60),
    offered_to=st.none() | texts,
    offered_until=st.none() | st.just(2e9),
    snoozed=st.booleans(),
    snoozed_until=st.none() | st.just(2e9),
    left_with_us_at=st.none() | st.just(1e9),
    tags=st.lists(st.just("late-delivery"), max_size=3),
    blocked=st.booleans(),
    reachable=st.sampled_from(["yes", "mail", "no"]),
    sla=st.none() | st.builds(Sla, clocks, clocks, clocks),
)
granted = st.lists(
    st.builds(GoodwillGiven, texts, st.floats(0, 500), st.just("GBP"), texts, st.just(1e9), st.just("FD-7K3QX9")),
    max_size=4,
)
# Nobody may block and unblock at once.
acts = st.lists(st.sampled_from([act for act in May.__args__ if act != "unblock"]), unique=True)
THERE = Links("https://acme.slack.com/", "C0LOBBY", "1.000100", {4: "1.000200", 9: "1.000300"})
links = st.sampled_from([NO_LINKS, THERE])
said = st.lists(
    st.builds(TranscriptLine, st.integers(1, 9), st.sampled_from(["contact", "bot", "system"]), st.none(), texts,
              st.just(1e9), st.just("sent")),
    max_size=20,
)  # fmt: skip


def accepted(blocks: list[Any]) -> None:
    assert rules.blocks([block.to_dict() for block in blocks]) == []


@settings(max_examples=25)
@given(summaries, briefs, said, acts, granted, links)
def test_a_card_is_one_that_slack_takes(
    summary: HandoffSummary,
    brief: Brief,
    said: list[TranscriptLine],
    acts: list[May],
    granted: list[GoodwillGiven],
    links: Links,
) -> None:
    detail = HandoffDetail(summary, brief, said, acts, goodwill=granted)
    for made in (card(detail, "Pina", links), moved(detail)):
        accepted(made.blocks)
        assert 0 < len(made.text) <= 300


def a_card(summary: HandoffSummary, brief: Brief, *acts: May, links: Links = NO_LINKS) -> str:
    made = card(HandoffDetail(summary, brief, [], list(acts)), "Pina", links)
    return json.dumps([block.to_dict() for block in made.blocks], ensure_ascii=False)


def a_summary(**changes: Any) -> HandoffSummary:
    made: dict[str, Any] = {
        "id": "a" * 32,
        "reference": "FD-7K3QX9",
        "state": "waiting",
        "priority": 3,
        "channel": "web",
        "contact": "Carla",
        "ask": "",
        "mood": 0.0,
        "reasons": [],
        "place": 1,
        "waiting_since": 1e9,
        "created_at": 1e9,
        "last_text": "",
        "last_at": 1e9,
    }
    nothing = dict.fromkeys(
        ("agent_id", "agent", "awaiting", "lease_until", "outcome", "comment", "stars", "language"), None
    )
    return HandoffSummary(**{**nothing, **made, **changes})


A_BRIEF = Brief("Where is it?", 4, [Reason("asked", "Asked for a person", "a person", 4)], [], [], [], [], [])


def test_the_card_says_how_the_handoff_stands() -> None:
    sla = Sla(ClockView("at_risk", 1e9 + 60), None, ClockView("breached", 1e9 + 30))
    waiting = a_card(a_summary(team_title="Billing", offered_to="Ben", offered_until=1e9 + 60, sla=sla), A_BRIEF)
    assert "<!date^1000000000^" in waiting and "Billing" in waiting
    assert "offered to *Ben* until <!date^1000000060^" in waiting
    assert "🟠 *First reply at risk*, due <!date^1000000060^" in waiting and "🔴 *Resolution late*" in waiting
    assert "Next reply" not in waiting
    held = a_summary(state="assigned", agent="Ana", lease_until=1e9 + 600, tags=["late"], reachable="no")
    assert "back to the queue <!date^1000000600^" in a_card(held, A_BRIEF)
    assert "🏷 late" in a_card(held, A_BRIEF) and "Not reachable" in a_card(held, A_BRIEF)
    asleep = a_card(a_summary(state="assigned", agent="Ana", snoozed=True), A_BRIEF)
    assert "Snoozed* until the contact writes" in asleep and "😴 FD-7K3QX9" in asleep


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        ({"state": "resolved", "agent": "Ana", "outcome": "solved"}, "*Resolved* by Ana · Solved"),
        ({"state": "resolved", "agent": None, "outcome": "blocked"}, "*Resolved* by blocking the contact"),
        (
            {"state": "resolved", "agent": "Ana", "outcome": "contact_silent"},
            "*Resolved* by itself: the contact left Ana",
        ),
        ({"state": "abandoned", "outcome": "abandoned"}, "*Let go*: the contact was away too long"),
        ({"state": "abandoned", "outcome": None}, "*Called off* by the contact"),
    ],
)
def test_the_card_says_who_or_what_ended_it(ended: dict[str, str | None], says: str) -> None:
    assert says in a_card(a_summary(**ended), A_BRIEF)


def test_a_refusal_names_nobody_where_nobody_had_it() -> None:
    assert who_has_it(HandoffState.RESOLVED, "Ana").startswith("This handoff was resolved by Ana.")
    assert who_has_it(HandoffState.RESOLVED, None).startswith("This handoff has ended.")
    assert "called" not in who_has_it(HandoffState.ABANDONED, None), "it may have been the timer"


def test_there_is_a_button_for_each_act_and_for_nothing_else() -> None:
    row = {"claim": ["claim", "greet"], "resolve": ["resolve"], "snooze": ["snooze"], "wake": ["wake"]}
    row |= {"transfer": ["transfer"], "return": ["give_back"], "decline": ["decline"], "reopen": ["reopen"]}
    menu = {"reply": "canned", "goodwill": "goodwill", "release": "release", "step_in": "step_in", "block": "block"}
    menu |= {"unblock": "unblock"}
    for act in May.__args__:
        shown = a_card(a_summary(), A_BRIEF, act)
        ids = [
            one["action_id"] for block in json.loads(shown) if block["type"] == "actions" for one in block["elements"]
        ]
        assert ids == (["more"] if act in menu else row.get(act, [])), act
        assert (f'"{menu.get(act)} {"a" * 32}"' in shown) == (act in menu)


def test_each_line_of_the_brief_leads_to_its_message_in_the_thread() -> None:
    shown = a_card(a_summary(), A_BRIEF, links=THERE)
    url = "https://acme.slack.com/archives/C0LOBBY/p1000200?thread_ts=1.000100&amp;cid=C0LOBBY"
    assert f"*Wants* <{url}|↗>" in shown and f"*Why it is here* <{url}|↗1>" in shown
    assert "archives" not in a_card(a_summary(), A_BRIEF)


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


@settings(max_examples=25)
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

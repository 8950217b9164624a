"""When a conversation goes to a person, with which evidence, and how urgent it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.config import HandoffPolicy
from bot.engine.wire import ComplaintFiled, Effect, HandoffAsked, Parse, PromiseMade, Wish
from bot.handoff_policy import EVIDENCE_LIMIT, Heard, reasons_for, vip
from conversations.handoff import Reason, ReasonKind

POLICY = HandoffPolicy()


def heard(number: int = 1, text: str = "Where is my order?", in_form: bool = False, **parse: Any) -> Heard:
    understood = {"intent": "order_status", "confidence": 0.9, "understood": True, **parse}
    return Heard(number, text, Parse(**understood), in_form)


def unclear(number: int, text: str = "gnarf") -> Heard:
    return heard(number, text, intent="nlu_fallback", understood=False)


def moods(*values: float) -> list[Heard]:
    """Turns that ask different things, so that only the mood counts."""
    return [heard(number, intent=f"intent_{number}", mood=mood) for number, mood in enumerate(values, 1)]


def reasons(turns: Sequence[Heard], effects: Sequence[Effect] = (), **policy: Any) -> list[Reason]:
    return reasons_for(turns[-1], turns[:-1], effects, HandoffPolicy.model_validate(policy))


def kinds(turns: Sequence[Heard], effects: Sequence[Effect] = (), **policy: Any) -> list[ReasonKind]:
    return [reason.kind for reason in reasons(turns, effects, **policy)]


def test_an_ordinary_question_gives_no_reason() -> None:
    assert reasons([heard()], [ComplaintFiled("C-1", "late", "It is late"), PromiseMade("call back", 1.8e9)]) == []


def test_asking_for_a_person_is_a_reason_with_the_words_as_evidence() -> None:
    asked = heard(3, "a human,\n please", intent="talk_to_human")
    assert reasons([asked]) == [Reason(ReasonKind.ASKED, "“a human, please”", POLICY.asked.priority, 3)]


def test_which_intents_ask_for_a_person_is_configured() -> None:
    assert kinds([heard(intent="call_me")], asked_intents=["call_me"]) == [ReasonKind.ASKED]
    assert kinds([heard(intent="talk_to_human")], asked_intents=["call_me"]) == []


@pytest.mark.parametrize("intent", ["talk_to_human", "legal_threat"])
def test_an_intent_that_the_scope_gate_refused_is_no_reason(intent: str) -> None:
    assert kinds([heard(intent=intent, understood=False)]) == []


@pytest.mark.parametrize(("intent", "priority"), POLICY.reserved_intents.items())
def test_a_reserved_intent_goes_to_people_with_its_own_priority(intent: str, priority: int) -> None:
    [reason] = reasons([heard(2, "words", intent=intent)])
    assert (reason.kind, reason.priority, reason.message) == (ReasonKind.RESERVED, priority, 2)
    assert reason.evidence == intent.replace("_", " ").capitalize() + ": “words”"


def test_a_wish_for_a_person_counts_among_several_and_the_most_urgent_reserved_one_is_told() -> None:
    intents = "store_hours", "talk_to_human", "legal_threat", "crisis"
    wishes = tuple(Wish("…", intent, 0.9) for intent in intents)
    found = reasons([heard(intent="store_hours", wishes=wishes)])
    assert [(reason.kind, reason.priority) for reason in found] == [(ReasonKind.RESERVED, 9), (ReasonKind.ASKED, 2)]
    assert found[0].evidence.startswith("Crisis: ")


@pytest.mark.parametrize(
    ("mood", "expected"), [(-0.5, [ReasonKind.MOOD_LOW]), (-0.49, []), (-1, [ReasonKind.MOOD_LOW])]
)
def test_a_mood_at_the_threshold_or_below_is_low(mood: float, expected: list[ReasonKind]) -> None:
    assert kinds([heard(mood=mood)]) == expected


def test_a_low_mood_is_told_with_what_it_was_seen_by() -> None:
    [reason] = reasons([heard(text="THIS IS A JOKE", mood=-0.8, mood_reasons=("capitals", "insult"))])
    assert reason.evidence == "“THIS IS A JOKE” (capitals, insult)"


@pytest.mark.parametrize(
    ("course", "falls"),
    [
        ([0.1, -0.1, -0.3], True),
        ([0.05, -0.1, -0.35], True),  # 0.4 exactly, which binary fractions make a little less
        ([0.1, -0.1, -0.29], False),
        ([0.0, -0.2, -0.39], False),
        ([0.1, -0.35, -0.3], False),
        ([0.1, 0.1, -0.3], True),
        ([0.9, -0.3], False),
        ([0.9, -0.3, -0.3, -0.3], False),
    ],
    ids="at_thresholds rounding not_low_enough not_far_enough up_again late_drop too_few before_the_window".split(),
)
def test_a_mood_falls_over_a_number_of_messages_to_a_low_one(course: list[float], falls: bool) -> None:
    assert kinds(moods(*course)) == ([ReasonKind.MOOD_FALLING] if falls else [])


def test_a_falling_mood_is_told_as_a_trend() -> None:
    [reason] = reasons(moods(0.3, 0.0, -0.4))
    assert reason.evidence == "+0.3 → +0.0 → -0.4: “Where is my order?”"
    assert reason.message == 3


@pytest.mark.parametrize(("intent", "falls"), [("goodbye", False), ("thanks", False), ("order_status", True)])
def test_a_goodbye_that_only_sounds_low_is_no_fall(intent: str, falls: bool) -> None:
    first, second, _ = moods(0.3, 0.0, -0.4)
    last = heard(3, "perfect, that's all. bye!", intent=intent, mood=-0.4, mood_reasons=("sounds upset",))
    assert kinds([first, second, last]) == ([ReasonKind.MOOD_FALLING] if falls else [])


def test_a_mood_that_is_low_is_not_told_as_falling_too() -> None:
    assert kinds(moods(0.3, 0.0, -0.6)) == [ReasonKind.MOOD_LOW]
    assert kinds(moods(0.3, 0.0, -0.6), mood_low={"enabled": False}) == [ReasonKind.MOOD_FALLING]


def test_twice_running_not_understood_is_a_reason_and_once_is_none() -> None:
    assert kinds([unclear(1)]) == []
    assert kinds([unclear(1), heard(2), unclear(3)]) == []
    [reason] = reasons([heard(1), unclear(2, "gnarf"), unclear(3, "gnorf")])
    assert (reason.kind, reason.message) == (ReasonKind.NOT_UNDERSTOOD, 3)
    assert reason.evidence == "“gnarf”, then “gnorf”"


def test_how_often_is_not_understood_too_often_is_configured() -> None:
    assert kinds([unclear(1)], not_understood={"times": 1}) == [ReasonKind.NOT_UNDERSTOOD]
    assert kinds([unclear(1), unclear(2)], not_understood={"times": 3}) == []


def test_the_same_question_three_times_running_is_a_circle() -> None:
    assert kinds([heard(1), heard(2)]) == []
    [reason] = reasons([heard(1), heard(2), heard(3, "where IS it")])
    assert reason.kind is ReasonKind.CIRCLES
    assert reason.evidence == "the same question 3 times running: “where IS it”"


@pytest.mark.parametrize(
    "turns",
    [
        [heard(1), heard(2, intent="return"), heard(3)],
        [heard(n, intent="thanks") for n in (1, 2, 3)],
        [heard(1), heard(2, in_form=True), heard(3)],
        [heard(1), unclear(2), heard(3)],
    ],
    ids=["another between", "small talk", "a form asks", "not understood between"],
)
def test_what_may_repeat_or_was_interrupted_is_no_circle(turns: list[Heard]) -> None:
    assert kinds(turns) == []


@pytest.mark.parametrize(
    ("asked_for", "kind", "priority"),
    [
        ("form_failed", ReasonKind.FORM_FAILED, POLICY.form_failed.priority),
        ("engine_failing", ReasonKind.ENGINE_FAILING, POLICY.engine_failing.priority),
        ("asked", ReasonKind.ASKED, POLICY.asked.priority),
        ("something new", ReasonKind.RESERVED, POLICY.asked.priority),
    ],
)
def test_an_action_may_ask_for_a_person(asked_for: str, kind: ReasonKind, priority: int) -> None:
    effect = HandoffAsked(reason=asked_for, evidence="order number asked for twice without success")
    assert reasons([heard(4)], [effect]) == [Reason(kind, effect.evidence, priority, 4)]


@pytest.mark.parametrize(
    ("trigger", "turns", "effects"),
    [
        ("asked", [heard(intent="talk_to_human")], []),
        ("mood_low", [heard(mood=-1)], []),
        ("mood_falling", moods(0.3, 0.0, -0.4), []),
        ("not_understood", [unclear(1), unclear(2)], []),
        ("circles", [heard(1), heard(2), heard(3)], []),
        ("form_failed", [heard()], [HandoffAsked("form_failed", "twice")]),
        ("engine_failing", [heard()], [HandoffAsked("engine_failing", "an action hung")]),
    ],
)
def test_a_trigger_that_is_switched_off_gives_no_reason(
    trigger: str, turns: list[Heard], effects: list[Effect]
) -> None:
    assert kinds(turns, effects) == [ReasonKind(trigger)]
    assert kinds(turns, effects, **{trigger: {"enabled": False}}) == []


def test_the_most_urgent_reason_comes_first() -> None:
    turns = [heard(1, intent="safety"), heard(2, intent="safety"), heard(3, intent="safety", mood=-0.9)]
    effects = [HandoffAsked("form_failed", "twice")]
    assert kinds(turns, effects) == [
        ReasonKind.RESERVED,
        ReasonKind.MOOD_LOW,
        ReasonKind.CIRCLES,
        ReasonKind.FORM_FAILED,
    ]
    assert kinds(turns, effects, circles={"priority": 9})[0] is ReasonKind.CIRCLES


def test_evidence_quotes_long_messages_shortened() -> None:
    long = "word " * 4_000
    turns = [unclear(1, long), unclear(2, long)]
    [not_understood] = reasons(turns)
    assert not_understood.evidence.count("…") == 2
    assert len(not_understood.evidence) <= 2 * (EVIDENCE_LIMIT + 2) + len(", then ")
    [asked] = reasons([heard(text=long, intent="talk_to_human")])
    assert asked.evidence.startswith("“word word") and asked.evidence.endswith("…”")
    [failed] = reasons([heard()], [HandoffAsked("form_failed", long)])
    assert len(failed.evidence) <= EVIDENCE_LIMIT


@pytest.mark.parametrize(
    ("mood", "intent", "reasons", "expected"),
    [
        (-0.6, "late_parcel", ("sounds upset",), []),
        (-0.8, "late_parcel", ("sounds upset",), [ReasonKind.MOOD_LOW]),
        (-0.9, "goodbye", ("sounds upset",), []),
        (-0.6, "late_parcel", ("outrage", "sounds upset"), [ReasonKind.MOOD_LOW]),
    ],
)
def test_how_it_only_sounds_must_be_worse_than_a_sign_that_has_a_name(
    mood: float, intent: str, reasons: tuple[str, ...], expected: list[ReasonKind]
) -> None:
    assert kinds([heard(intent=intent, mood=mood, mood_reasons=reasons)]) == expected


@pytest.mark.parametrize(
    ("profile", "evidence"),
    [
        ({"tier": "gold"}, ["tier: gold"]),
        ({"tier": "gold", "since": "1999", "plan": "annual"}, ["plan: annual, tier: gold"]),
        ({"tier": "silver"}, []),
        ({"gold": "tier"}, []),
        ({}, []),
    ],
)
def test_who_is_a_vip_stands_in_what_the_business_says_of_them(profile: dict[str, str], evidence: list[str]) -> None:
    says = {"tier": ["gold", "platinum"], "plan": ["annual"]}
    policy = HandoffPolicy.model_validate({"vip": {"profile": says, "priority": 5}})
    found = vip(profile, 7, policy)
    assert [(reason.evidence, reason.priority, reason.message) for reason in found] == [(one, 5, 7) for one in evidence]
    off = HandoffPolicy.model_validate({"vip": {"profile": says, "enabled": False}})
    assert vip(profile, 7, off) == vip(profile, 7, POLICY) == []

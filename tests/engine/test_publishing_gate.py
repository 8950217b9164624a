"""The gate's verdict: what speaks against a candidate, in words that an editor can act on."""

from __future__ import annotations

from dataclasses import replace

from bot.config import Publishing
from bot.content.evidence import Evidence, HeldOut, Judged, Labelled, Past, Reading, Tested, TooNear
from bot.content.gate import NOT_ANSWERED, NOW_ANSWERED, OTHER_WORDS, judge, paired

RULES = Publishing()


def judged(intent: str, right: int, wrong: int = 0, other: str = "other", first: int = 0) -> list[Judged]:
    """Examples of an intent, numbered; the last ones are taken for ``other``."""
    taken = [intent] * right + [other] * wrong
    return [Judged(f"{intent} {first + at}", intent, to, 0.9) for at, to in enumerate(taken)]


def held_out(*parts: list[Judged], near: tuple[TooNear, ...] = ()) -> HeldOut:
    return HeldOut([one for part in parts for one in part], near)


BASE = held_out(judged("hours", 20), judged("other", 20))


def test_a_model_as_good_as_the_live_one_passes() -> None:
    verdict = judge(Evidence(BASE, BASE), RULES)
    assert verdict.passed and verdict.against == ()


def test_an_intent_that_loses_more_than_the_margin_stops_it_and_says_to_what() -> None:
    verdict = judge(Evidence(held_out(judged("hours", 17, 3), judged("other", 20)), BASE), RULES)
    assert not verdict.passed
    assert verdict.against[0].startswith('"hours" gets worse: of its 20 examples 85%')
    assert "taken for other" in verdict.against[0]


def test_a_loss_within_the_margin_or_of_a_single_example_is_no_reason() -> None:
    worse = held_out(judged("hours", 19, 1), judged("other", 20))
    assert judge(Evidence(worse, BASE), RULES).passed
    worse = held_out(judged("hours", 17, 3), judged("other", 20))
    assert judge(Evidence(worse, BASE), Publishing(margin=0.2)).passed


def test_an_example_that_moved_to_another_intent_is_no_loss() -> None:
    before = held_out(judged("hours", 10, 10), judged("other", 20))
    moved = [Judged(f"hours {at}", "other", "other", 0.9) for at in range(10, 20)]
    after = held_out(judged("hours", 10), judged("other", 20), moved)
    verdict = judge(Evidence(after, before), Publishing(calibration=1))
    assert verdict.passed


def test_copied_examples_of_another_intent_are_named_as_such() -> None:
    copied = [Judged(f"copied {at}", "hours", "other", 0.8) for at in range(5)]
    verdict = judge(Evidence(held_out(judged("hours", 20), copied, judged("other", 20)), BASE), RULES)
    assert verdict.against[0].startswith('5 of the 5 new examples of "hours" read as "other": "copied 0", "copied 1"')
    assert "and 2 more" in verdict.against[0]


def test_new_examples_that_overlap_another_intent_stop_it_and_old_overlaps_do_not() -> None:
    pair = TooNear("open today", "hours", "open today?", "other", 0.97)
    near = replace(BASE, too_near=(pair,))
    verdict = judge(Evidence(near, BASE), RULES)
    assert verdict.against == (
        '"hours" and "other" now overlap: "open today" and "open today?" mean nearly the same. '
        "Keep each sentence under one of the two.",
    )
    assert judge(Evidence(near, near), RULES).passed


def test_confidence_that_is_less_true_stops_it() -> None:
    sure = held_out([Judged(f"{at}", "hours", "hours", 1.0) for at in range(20)])
    unsure = held_out([Judged(f"{at}", "hours", "hours", 0.6) for at in range(20)])
    verdict = judge(Evidence(unsure, sure), RULES)
    assert verdict.against[0].startswith("Its confidence is less true: it is off by 40.0 points")
    assert judge(Evidence(unsure, unsure), RULES).passed


def labelled(count: int, live: str, now: str) -> Evidence:
    labels = [Labelled(f"real {at}", "hours") for at in range(count)]
    texts = [one.text for one in labels]
    readings = paired(texts, [Reading(live, True)] * count, [Reading(now, True)] * count)
    return Evidence(BASE, BASE, labelled=labels, readings=readings)


def test_labelled_real_messages_that_are_misread_now_stop_it() -> None:
    verdict = judge(labelled(100, "hours", "other"), RULES)
    assert verdict.against == (
        'Of 100 real messages that people labelled "hours", 0 are read rightly, where it was 100.',
    )
    assert judge(labelled(100, "other", "hours"), RULES).passed


def test_a_message_labelled_as_none_of_ours_is_read_rightly_when_it_is_not_understood() -> None:
    found = labelled(100, "", "hours")
    none = {text: (replace(was, understood=False), is_now) for text, (was, is_now) in found.readings.items()}
    people = [replace(one, intent="") for one in found.labelled]
    verdict = judge(replace(found, labelled=people, readings=none), RULES)
    assert verdict.against == (
        "Of 100 real messages that people labelled as none of ours, 0 are read rightly, where it was 100.",
    )


def test_what_was_turned_down_as_out_of_scope_counts_as_not_answered() -> None:
    readings = paired(["wrap?"], [Reading("out_of_scope", True)], [Reading("gift_wrapping", True)])
    verdict = judge(Evidence(BASE, BASE, past=[Past("wrap?", "wrap?", True)], readings=readings), RULES)
    assert [(one.before, one.after, one.note) for one in verdict.changes] == [("", "gift_wrapping", NOW_ANSWERED)]


def test_what_an_intent_is_taken_for_is_told_with_its_figures() -> None:
    verdict = judge(Evidence(held_out(judged("hours", 18, 2), judged("other", 20)), BASE), RULES)
    assert verdict.intents[0].taken_for == (("other", 2),)


def test_under_a_hundred_labels_the_gate_says_that_it_could_not_judge_them() -> None:
    verdict = judge(labelled(99, "hours", "other"), RULES)
    assert verdict.passed
    assert any("99 labelled" in text and "could not judge this part" in text for text in verdict.remarks)


def test_a_failing_conversation_test_stops_it_and_none_is_said() -> None:
    verdict = judge(Evidence(BASE, BASE, tested=Tested(3, ("refund: a person was to come",))), RULES)
    assert verdict.against == ("1 of 3 conversation tests fail: refund: a person was to come.",)
    assert any("no conversation tests" in text for text in judge(Evidence(BASE, BASE), RULES).remarks)


def test_past_messages_whose_answer_changes_are_listed_with_the_escalated_first() -> None:
    past = [Past("a", "a", False), Past("b", "[email]", True), Past("c", "c", False), Past("d", "d", False)]
    live = [Reading("hours", True), Reading("hours", False), Reading("hours", True), Reading("hours", True)]
    new = [Reading("other", True), Reading("wrap", True), Reading("hours", False), Reading("hours", True)]
    words = ({"hours": "nine to five"}, {"hours": "nine to six"})
    found = Evidence(BASE, BASE, past=past, readings=paired(["a", "b", "c", "d"], live, new), answers=words)
    verdict = judge(found, RULES)
    assert [(one.text, one.before, one.after, one.note) for one in verdict.changes] == [
        ("[email]", "", "wrap", NOW_ANSWERED),
        ("a", "hours", "other", ""),
        ("c", "hours", "", NOT_ANSWERED),
        ("d", "hours", "hours", OTHER_WORDS),
    ]
    assert any("Of 1 that went to a person 1 would now be answered." in text for text in verdict.remarks)


def test_what_is_kept_of_a_verdict_holds_no_words_of_contacts() -> None:
    past = [Past("my name is Ann", "my name is Ann", True)]
    readings = paired(["my name is Ann"], [Reading("x", False)], [Reading("hours", True)])
    verdict = judge(Evidence(BASE, BASE, past=past, readings=readings), RULES)
    kept = verdict.for_the_record()
    assert "Ann" not in str(kept) and kept["changes"] == {NOW_ANSWERED: 1}


def test_a_first_model_passes_and_says_that_there_was_nothing_to_compare_with() -> None:
    verdict = judge(Evidence(BASE), RULES)
    assert verdict.passed and verdict.remarks[0].startswith("There is no live model")


def test_an_intent_that_loses_most_of_its_examples_stops_it_and_what_moves_is_not_lost() -> None:
    gutted = held_out(judged("hours", 1), judged("other", 20))
    verdict = judge(Evidence(gutted, BASE), RULES)
    assert verdict.against[0].startswith(
        '19 of the 20 examples of "hours" are taken out, and stand nowhere else: "hours 1"'
    )
    assert not judge(Evidence(held_out(judged("other", 20)), BASE), RULES).passed
    assert judge(Evidence(held_out(judged("hours", 10), judged("other", 20)), BASE), RULES).passed

"""Conversation tests as they are written, labelled sentences, and the figures of a model's examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.domain import read_domain
from bot.content.evidence import Judged, Reading
from bot.content.learned.holding import _is_said
from bot.content.report import report
from bot.content.scenarios import read_scenarios
from bot.content.sentences import Measured, measured, read_sentences
from bot.content.yaml_lines import Unreadable
from bot.engine.wire import Reply

OURS = """conversations:
- conversation: late
  channel: telegram
  steps:
  - contact: where is it
    bot: [utter_a, utter_b]
    handoff: no
  - press: Check
    says: number
  - contact: a person
    handoff: asked
"""


def test_a_conversation_test_says_who_does_what_and_what_must_follow(tmp_path: Path) -> None:
    (tmp_path / "test_a.yml").write_text(OURS)
    (tmp_path / "test_b.yml").write_text("stories:\n- story: x\n  steps:\n  - intent: a\n")
    found = read_scenarios([tmp_path], tmp_path)
    [scenario] = found.ours
    assert (scenario.name, scenario.channel, found.problems, found.stories) == (
        "late",
        "telegram",
        (),
        (tmp_path / "test_b.yml",),
    )
    first, second, third = scenario.steps
    assert (first.contact, first.bot, first.handoff, str(first.place)) == (
        "where is it",
        ("utter_a", "utter_b"),
        "no",
        "test_a.yml:5",
    )
    assert (second.is_press, second.bot, second.says, third.handoff) == (True, None, ("number",), "asked")


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (OURS.replace("bot:", "robot:"), "test_a.yml:6"),
        (OURS.replace("contact: where is it", "says: it"), "test_a.yml:5"),
        ("conversations:\n- conversation: late\n", "test_a.yml:2"),
    ],
    ids=["unknown word", "nobody acts", "no steps"],
)
def test_what_is_wrong_with_a_conversation_test_is_told_with_its_line(tmp_path: Path, written: str, place: str) -> None:
    (tmp_path / "test_a.yml").write_text(written)
    [problem] = read_scenarios([tmp_path], tmp_path).problems
    assert str(problem.place) == place


def test_replies_are_compared_with_any_wording_and_anything_in_its_braces(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text(
        'responses:\n  utter_a:\n  - text: "Hello {name}. (1+1)"\n  - text: Hi\n  utter_b: [{text: "{{x}}"}]\n'
    )
    domain = read_domain(tmp_path / "domain.yml", tmp_path)
    assert _is_said(["utter_a"], [Reply("Hello Ana. (1+1)")], domain)
    assert _is_said(["utter_a", "utter_b"], [Reply("Hi"), Reply("{x}")], domain)
    assert not _is_said(["utter_a"], [Reply("Hello Ana. 2")], domain)
    assert not _is_said(["utter_a"], [Reply("Hi"), Reply("{x}")], domain)
    assert not _is_said(["utter_c"], [Reply("Hi")], domain)


def test_labelled_sentences_are_counted_in_scope_and_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text(
        "- {text: one, intent: a}\n- {text: two, intent: a, also: [b]}\n- {text: three, intent: a}\n"
        "- {text: four, intent: out_of_scope}\n- {text: five, intent: out_of_scope}\n"
    )
    known = read_sentences([tmp_path / "s.yml"], tmp_path)
    understood = [("a", True), ("b", True), ("a", False), ("out_of_scope", True), ("b", True)]
    assert measured(known, [Reading(*one) for one in understood]) == Measured(3, 2, 1, 2, 1)
    (tmp_path / "s.yml").write_text("- one\n")
    with pytest.raises(Unreadable):
        read_sentences([tmp_path / "s.yml"], tmp_path)


def test_the_figures_name_the_worst_intent_first_and_what_it_is_taken_for() -> None:
    judged = [
        Judged("1", "a", "a", 0.9),
        Judged("2", "a", "b", 0.6),
        Judged("3", "b", "b", 0.9),
        Judged("4", "b", "b", 1.0),
    ]
    figures = report(judged)
    assert [(one.intent, one.share, one.taken_for) for one in figures.intents] == [
        ("a", 0.5, (("b", 1),)),
        ("b", 1.0, ()),
    ]
    assert (figures.right, figures.pairs) == (0.75, (("a", "b", 1),))
    assert [(one.examples, one.right) for one in figures.bins] == [(1, 0.0), (3, 1.0)]
    assert figures.off == pytest.approx((0.6 + 0.2) / 4)

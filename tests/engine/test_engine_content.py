"""What editors write, in the engine: an intent with its answer alone, words for the upset, words that ran out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bot.config import HandoffPolicy
from bot.content.learned.holding import hold
from bot.engine.server import EngineOptions
from bot.engine.training import TrainingError, train
from bot.engine.wordings import Wordings
from tests.engine.conftest import ACTIONS, PROJECT, ROOT, Say

HOLDS = {"text": "now", "metadata": {"until": "2026-12-31"}}
OVER = {"text": "then", "metadata": {"until": "2026-11-30"}}


def words(*variants: dict[str, object], today: date = date(2026, 12, 31), **slots: object) -> str | None:
    said = Wordings({"utter_it": list(variants), "utter_ran_out": [{"text": "ran out"}]}, lambda: today)
    found = said.generate_from_slots("utter_it", slots, "web")
    return found["text"] if found else None


async def test_an_intent_and_an_answer_of_its_name_need_no_rule_and_no_place_in_the_domain_s_list(say: Say) -> None:
    result = await say("can you gift wrap it")
    assert (result.parse.intent, [reply.text for reply in result.replies]) == (
        "gift_wrapping",
        ["We wrap presents with great pleasure!"],
    )


async def test_such_a_question_is_answered_in_a_form_which_then_goes_on(say: Say) -> None:
    await say("where is my order")
    result = await say("do you wrap presents")
    assert [reply.text for reply in result.replies] == [
        "We wrap presents with great pleasure!",
        "What is your order number?",
    ]


async def test_who_is_upset_gets_the_plain_wording_and_the_usual_one_when_calm_again(say: Say) -> None:
    upset = await say("this is bloody awful, can nobody wrap this present")
    calm = await say("can you gift wrap it")
    assert upset.parse.mood < 0
    assert [reply.text for reply in upset.replies] == ["We wrap presents for £3."]
    assert [reply.text for reply in calm.replies] == ["We wrap presents with great pleasure!"]


async def test_a_wording_whose_day_is_over_is_not_said(say: Say) -> None:
    for _ in range(5):
        assert [reply.text for reply in (await say("is there a summer sale")).replies] == ["The sale is over."]


async def test_an_answer_that_ran_out_wholly_says_so(say: Say) -> None:
    assert [reply.text for reply in (await say("is there a winter sale")).replies] == ["I don't know how that is now."]


@pytest.mark.parametrize(
    ("today", "said"),
    [(date(2026, 11, 30), {"now", "then"}), (date(2026, 12, 1), {"now"}), (date(2027, 1, 1), {"ran out"})],
)
def test_a_wording_holds_through_its_day(today: date, said: set[str]) -> None:
    assert {words(HOLDS, OVER, today=today) for _ in range(40)} == said


def test_the_contact_s_language_comes_before_their_tone_and_more_conditions_before_fewer() -> None:
    de, plain = {"type": "slot", "name": "language", "value": "de"}, {"type": "slot", "name": "tone", "value": "plain"}
    given = (
        {"text": "any"},
        {"text": "german", "condition": [de]},
        {"text": "plain", "condition": [plain]},
        {"text": "both", "condition": [de, plain]},
    )
    assert {words(*given[:3], language="de", tone="plain") for _ in range(20)} == {"german"}
    assert {words(*given, language="de", tone="plain") for _ in range(20)} == {"both"}
    assert {words(*given, language="en", tone="plain") for _ in range(20)} == {"plain"}
    assert {words(*given, language="en", tone=None) for _ in range(20)} == {"any"}


CONVERSATIONS = """conversations:
- conversation: as it goes
  channel: telegram
  steps:
  - contact: do you have a discount
    bot: utter_discount
  - press: "Yes"
    says: pan10
    handoff: no
- conversation: otherwise
  steps:
  - contact: can you gift wrap it
    bot: utter_hours
- conversation: no such button
  steps:
  - contact: hello
  - press: Maybe
- conversation: nobody comes
  steps:
  - contact: hello
    handoff: yes
"""
STORIES = """version: "3.1"
stories:
- story: as it goes
  steps:
  - user: hello
    intent: greet
  - action: utter_greet
- story: otherwise
  steps:
  - user: hello
    intent: greet
  - action: utter_hours
"""


async def test_conversation_tests_tell_what_goes_otherwise_with_file_and_line(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "test_ours.yml").write_text(CONVERSATIONS)
    (tmp_path / "test_rasas.yml").write_text(STORIES)
    options = EngineOptions(models=model_file.parent, secret="s" * 32, actions_package=ACTIONS)
    tested = await hold(PROJECT, model_file, options, HandoffPolicy(), [tmp_path])
    assert tested is not None and tested.held == 6
    told = dict(zip(("wording", "button", "handoff", "story"), tested.failed, strict=True))
    assert 'test_ours.yml:12: "otherwise": after "can you gift wrap it" utter_hours should be said' in told["wording"]
    assert "read as gift_wrapping" in told["wording"]
    assert "there is no such button" in told["button"]
    assert "no person came" in told["handoff"]
    assert 'the story "otherwise"' in told["story"]


async def test_a_project_without_conversation_tests_is_not_said_to_pass_any(model_file: Path) -> None:
    options = EngineOptions(models=model_file.parent, secret="s" * 32, actions_package=ACTIONS)
    assert await hold(PROJECT, model_file, options, HandoffPolicy()) is None


def test_training_refuses_what_the_check_calls_an_error(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path / "project")
    with (tmp_path / "project/data/rules.yml").open("a") as rules:
        rules.write("  - rule: lost\n    steps: [{intent: mute}, {action: utter_lost}]\n")
    with pytest.raises(TrainingError, match="utter_lost"):
        train(tmp_path / "project", tmp_path / "models")


def test_the_command_measures_examples_sentences_and_conversations(tmp_path: Path) -> None:
    project, picture = tmp_path / "project", tmp_path / "confusion.png"
    shutil.copytree(PROJECT, project)
    (project / "tests/conversations").mkdir(parents=True)
    (project / "tests/conversations/test_ours.yml").write_text(CONVERSATIONS)
    (project / "tests/conversations/held_out.yml").write_text(
        "- {text: hello there, intent: greet}\n- {text: who won the world cup, intent: out_of_scope}\n"
    )
    folders = {"FRONTDESK_PROJECT": str(project), "FRONTDESK_DATA": str(tmp_path / "var")}
    command = [sys.executable, "-m", "frontdesk", "content", "test", "--json", "--picture", str(picture)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | folders, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert {one["intent"] for one in found["examples"]["intents"]} >= {"greet", "gift_wrapping"}
    assert (found["sentences"]["in_scope"], found["sentences"]["out_of_scope"]) == (1, 1)
    assert (found["conversations"]["held"], len(found["conversations"]["failed"])) == (4, 3)
    assert picture.read_bytes().startswith(b"\x89PNG")

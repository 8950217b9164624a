"""What editors are told about a project's answers, rules and stories, and about what its examples mean and hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.content import folder
from bot.content.learned import near, personal
from bot.content.problems import Problem, Severity, errors
from bot.content.project import check_whole, read_project
from bot.content.told import Format, told
from bot.content.yaml_lines import Unreadable, load
from frontdesk.cli import app

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 12, 1)
NLU = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - hey
    - good morning
    - hiya all
- intent: hours
  examples: |
    - when are you open
    - till when is the shop open
    - opening times
    - are you there on sunday
    - closed today?
"""
DOMAIN = """intents: [greet, hours]
slots:
  name: {type: text, mappings: [{type: custom}]}
responses:
  utter_greet:
  - text: "Hello {name}!"
  utter_hours:
  - text: "Nine to five."
"""
RULES = """rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
"""
CONFIG = "importers: [{name: bot.nlu.faq.FaqImporter}]\n"

Project = Callable[..., list[Problem]]


@pytest.fixture
def checked(tmp_path: Path) -> Project:
    """The problems of a project that is sound but for what a test adds to a file, or puts in place of it."""

    def check(domain: str = "", rules: str = "", nlu: str = "", **instead: str) -> list[Problem]:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "domain.yml").write_text(instead.get("whole_domain", DOMAIN + domain))
        (tmp_path / "data/rules.yml").write_text(RULES + rules)
        (tmp_path / "data/nlu.yml").write_text(NLU + nlu)
        (tmp_path / "config.yml").write_text(instead.get("config", CONFIG))
        return check_whole(read_project(tmp_path, TODAY))

    return check


def only(problems: list[Problem]) -> tuple[Severity, str, str]:
    [problem] = problems
    return problem.severity, str(problem.place), problem.text


def test_an_intent_and_its_answer_without_a_rule_are_sound(checked: Project) -> None:
    assert checked() == []


def test_our_own_content_has_no_errors() -> None:
    assert errors(check_whole(read_project(ROOT, TODAY))) == []


def test_an_intent_without_a_rule_is_an_error_where_rasa_is_not_told_of_it(checked: Project) -> None:
    severity, place, text = only(checked(config="language: en\n"))
    assert (severity, place) == (Severity.ERROR, "data/nlu.yml:10")
    assert "FaqImporter" in text


def test_an_intent_that_nothing_answers_is_told(checked: Project) -> None:
    said = ["can I park", "a car park?", "my car", "is it free to stop", "bikes"]
    more = "- intent: parking\n  examples: |\n" + "".join(f"    - {one}\n" for one in said)
    assert only(checked(nlu=more, domain="# parking\n"))[:2] == (Severity.WARNING, "data/nlu.yml:17")


def test_a_missing_answer_is_told_where_it_is_said(checked: Project) -> None:
    more = "- rule: hours\n  steps:\n  - intent: hours\n  - action: utter_ours\n"
    missing, unused = sorted(checked(rules=more), key=lambda one: one.severity)
    assert (missing.severity, str(missing.place)) == (Severity.ERROR, "data/rules.yml:9")
    assert '"utter_ours" is said here' in missing.text and 'Nothing says the answer "utter_hours"' in unused.text


def test_an_answer_that_nothing_says_is_told_and_what_forms_and_code_say_is_not(checked: Project) -> None:
    more = (
        "  utter_spare:\n  - text: x\n  utter_ask_name:\n  - text: Who?\n  utter_notice_any:\n  - text: '{whatever}'\n"
    )
    severity, place, text = only(checked(domain=more + "forms:\n  ask:\n    required_slots: [name]\n"))
    assert (severity, place) == (Severity.WARNING, "domain.yml:9") and '"utter_spare"' in text


def test_a_wording_that_ran_out_is_told_with_what_is_said_instead(checked: Project) -> None:
    days = ("2026-11-30", "2026-12-01")
    more = "".join(f'  - text: "Till six."\n    metadata: {{until: "{day}"}}\n' for day in days)
    severity, place, text = only(checked(domain=more))
    assert (severity, place) == (Severity.WARNING, "domain.yml:9")
    assert "held until 2026-11-30" in text and "other wordings are said" in text


@pytest.mark.parametrize("day", ["2027-01-31", '"31.1.2027"', "soon"])
def test_a_day_that_is_none_or_without_quotes_is_an_error(checked: Project, day: str) -> None:
    severity, place, text = only(checked(domain=f"    metadata:\n      until: {day}\n"))
    assert (severity, place) == (Severity.ERROR, "domain.yml:10") and "no day in quotes" in text


def test_braces_that_nobody_fills_in_are_an_error(checked: Project) -> None:
    severity, place, text = only(checked(domain='  - text: "Till {hour}, {{really}}, {name}."\n'))
    assert (severity, place) == (Severity.ERROR, "domain.yml:9") and "{hour}" in text


def test_a_condition_on_a_slot_that_is_not_there_is_an_error(checked: Project) -> None:
    more = "  - text: Nur bis fünf.\n    condition: [{type: slot, name: tongue, value: de}]\n"
    assert only(checked(domain=more))[:2] == (Severity.ERROR, "domain.yml:9")


def test_a_condition_that_a_channel_s_own_wording_always_goes_before_is_told(checked: Project) -> None:
    more = "  - text: A!\n    condition: [{type: slot, name: name, value: A}]\n  - text: short\n    channel: telegram\n"
    severity, place, text = only(checked(domain=more))
    assert (severity, place) == (Severity.WARNING, "domain.yml:9") and "On telegram" in text


def test_an_intent_that_is_misspelt_in_a_rule_is_an_error(checked: Project) -> None:
    more = "- rule: again\n  steps:\n  - intent: gret\n  - action: utter_greet\n"
    assert only(checked(rules=more))[:2] == (Severity.ERROR, "data/rules.yml:8")


def flow(head: str, *steps: str) -> str:
    """A rule or story of steps such as ``intent: greet``."""
    return f"- {head}\n  steps:\n" + "".join(f"  - {step}\n" for step in steps)


GREET, HOURS, SAY_HELLO, SAY_HOURS = "intent: greet", "intent: hours", "action: utter_greet", "action: utter_hours"
CONTRADICTING = {
    "two rules": flow("rule: again", GREET, SAY_HOURS),
    "more than the rule": flow("rule: again", GREET, SAY_HELLO, SAY_HOURS),
    "a story": "stories:\n" + flow("story: told", HOURS, SAY_HOURS, GREET, SAY_HOURS),
    "two stories": "stories:\n" + flow("story: one", HOURS, SAY_HOURS) + flow("story: two", HOURS, SAY_HELLO),
}


@pytest.mark.parametrize("more", CONTRADICTING.values(), ids=CONTRADICTING.keys())
def test_what_contradicts_is_an_error_that_names_both(checked: Project, more: str) -> None:
    [problem] = errors(checked(rules=more))
    assert "contradicts" in problem.text and "data/rules.yml:" in problem.text


AGREEING = {
    "in a form": flow("rule: again\n  condition: [{active_loop: f}]", GREET, SAY_HOURS),
    "after a form began": "stories:\n" + flow("story: s", HOURS, "action: f", "active_loop: f", GREET, SAY_HOURS),
    "with an entity": flow("rule: a", "{intent: greet, entities: [name]}", SAY_HOURS)
    + flow("rule: b", "{intent: greet, entities: [{name: Ana}]}", SAY_HELLO),
    "the same, longer": "stories:\n" + flow("story: s", GREET, SAY_HELLO, HOURS, SAY_HOURS),
}


@pytest.mark.parametrize("more", AGREEING.values(), ids=AGREEING.keys())
def test_what_only_seems_to_contradict_is_sound(checked: Project, more: str) -> None:
    assert [problem for problem in checked(rules=more) if "contradicts" in problem.text] == []


def test_a_file_that_nothing_reads_and_one_that_is_broken_are_told(checked: Project, tmp_path: Path) -> None:
    checked()
    (tmp_path / "data/lost.yml").write_text("nul:\n- intent: x\n")
    (tmp_path / "data/broken.yml").write_text('stories:\n- story: "open\n')
    found = check_whole(read_project(tmp_path, TODAY))
    assert [(str(one.place), one.severity) for one in found] == [
        ("data/broken.yml:2", Severity.ERROR),
        ("data/lost.yml", Severity.WARNING),
    ]


def test_an_example_that_looks_like_a_payload_is_an_error(checked: Project) -> None:
    severity, place, text = only(checked(nlu="    - /greet\n"))
    assert (severity, place) == (Severity.ERROR, "data/nlu.yml:17") and "slash" in text


def letters(texts: object) -> np.ndarray:
    """Vectors by the words in a text."""
    rows = []
    for text in texts:  # type: ignore[attr-defined]
        row = np.zeros(64, np.float32)
        for word in re.findall(r"\w+", text):
            row[sum(map(ord, word)) % 64] += 1
        rows.append(row / np.linalg.norm(row))
    return np.array(rows)


@pytest.mark.parametrize("encode", [letters, None], ids=["by meaning", "by letters"])
def test_examples_of_two_intents_that_mean_the_same_are_told_with_how_they_are_confused(
    checked: Project, tmp_path: Path, encode: object
) -> None:
    checked(nlu="    - hi there.\n    - \U0001f44d\n")
    [problem] = near.problems(read_project(tmp_path, TODAY), encode)  # type: ignore[arg-type]
    assert str(problem.place) == "data/nlu.yml:6"
    assert '"hi there." under "hours" at data/nlu.yml:17' in problem.text
    assert re.search(r'Judged by all others, \d of 5 examples of "greet" are taken for "hours"', problem.text)


def test_examples_that_all_say_one_thing_are_told(checked: Project, tmp_path: Path) -> None:
    said = [f"    - {' '.join(words)}\n" for words in permutations(["wrap", "it", "please"])]
    checked(nlu="- intent: wrap\n  examples: |\n" + "".join(said))
    [problem] = near.problems(read_project(tmp_path, TODAY), letters)
    assert str(problem.place) == "data/nlu.yml:19" and 'of "wrap" all say one thing' in problem.text


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("write to ana.lopes@gmail.com", "an e-mail address"),
        ("ring me on 020 7183 8750", "a phone number"),
        ("my card is 4111 1111 1111 1111", "card"),
        ("my name is Ana Lopes", "full name"),
        ("write to ana@example.com", ""),
        ("ring 07700 900123", ""),
        ("my name is Ana", ""),
        ("order PC-10452 is late", ""),
    ],
)
def test_examples_that_hold_somebody_s_data_are_told(checked: Project, tmp_path: Path, example: str, said: str) -> None:
    checked(nlu=f"    - {example}\n")
    found = list(personal.problems(read_project(tmp_path, TODAY)))
    assert [str(one.place) for one in found] == ["data/nlu.yml:17"] * bool(said)
    assert all(said in one.text for one in found)


def test_problems_are_told_in_lines_as_json_and_to_github(checked: Project) -> None:
    [problem] = problems = checked(nlu="    - /greet, 100%\n")
    assert told(problems, Format.TEXT) == str(problem)
    assert json.loads(told(problems, Format.JSON)) == [
        {"severity": "error", "file": "data/nlu.yml", "line": 17, "text": problem.text}
    ]
    assert told(problems, Format.GITHUB).startswith('::error file=data/nlu.yml,line=17::"/greet, 100%25" begins')
    assert told([], Format.JSON) == "[]"


def test_a_file_of_50_mb_is_told_and_not_read(checked: Project, tmp_path: Path) -> None:
    checked()
    with (tmp_path / "data/large.yml").open("wb") as file:
        file.truncate(50_000_000)
    found = errors(check_whole(read_project(tmp_path, TODAY)))
    assert {str(one.place) for one in found} == {"data/large.yml"}
    assert "50 MB" in found[0].text


@pytest.mark.parametrize(
    ("more", "options", "code"),
    [
        ("", ["--strict"], 0),
        ("    - closed today?\n", [], 0),
        ("    - closed today?\n", ["--strict"], 1),
        ("    - /greet\n", ["--format", "github"], 1),
    ],
    ids=["sound", "warnings", "warnings, strict", "errors"],
)
def test_the_command_ends_with_an_exit_code_for_ci(
    checked: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, options: list[str], code: int
) -> None:
    checked(nlu=more)
    for name, value in (("PROJECT", str(tmp_path)), ("DATA", str(tmp_path / "var")), ("ENCODER", "none")):
        monkeypatch.setenv(f"FRONTDESK_{name}", value)
    done = CliRunner().invoke(app, ["content", "check", *options])
    assert done.exit_code == code
    assert ("data/nlu.yml" in done.stdout) == bool(more)


def test_a_link_to_a_device_is_refused_and_not_read_for_ever(tmp_path: Path) -> None:
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    (tmp_path / "data" / "nlu" / "endless.yml").symlink_to("/dev/zero")
    with pytest.raises(folder.ContentRefused, match=r"endless\.yml is no file"):
        folder.read(tmp_path)
    with pytest.raises(Unreadable, match="no file"):
        load(tmp_path / "data" / "nlu" / "endless.yml", Path("endless.yml"))

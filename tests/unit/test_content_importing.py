"""What is brought in from tables and Rasa projects, and what clashes with the content that is here."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.content import editing, folder, importing
from bot.content.folder import ContentRefused
from frontdesk.cli import app
from tests.unit.test_content_editing import DOMAIN, NLU, SMALL

TABLE = """Intent;Text;Answer
Gift wrapping;do you wrap presents;"We wrap; it costs £3."
gift_wrapping;gift wrap please;
greet;good evening;Hello again
greet;bye!;
greet;HELLO;
lost;where am I;
greet;/restart;
"""


def examples(files: folder.Files) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, section in editing.sections(files):
        found.setdefault(section.intent, []).extend(one.text for one in section.examples)
    return found


@pytest.mark.parametrize("table", [TABLE, "\ufeff" + TABLE.replace("\n", "\r\n")], ids=["plain", "by a spreadsheet"])
def test_a_table_brings_intents_with_answers_and_examples_and_clashes_are_told(tmp_path: Path, table: str) -> None:
    (tmp_path / "t.csv").write_bytes(table.encode())
    plan = importing.plan(SMALL, importing.from_csv(tmp_path / "t.csv"))
    found = examples(plan.files)
    assert found["gift_wrapping"] == ["do you wrap presents", "gift wrap please"]
    assert found["greet"] == ["hello", "hi  there", "good evening"]
    assert editing.answers_in(plan.files["domain.yml"], "domain.yml")["utter_gift_wrapping"] == [
        "We wrap; it costs £3."
    ]
    assert plan.added == ("the intent gift_wrapping with 2 examples and its answer", "1 example more for greet")
    told = "\n".join(plan.clashes)
    for word in ('"bye!" stands under goodbye', "begins with a slash", "it has an answer here", "lost: it is new here"):
        assert word in told
    assert plan.files["domain.yml"].startswith(DOMAIN.rpartition(b"intents")[0][:200])


def test_the_same_table_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    brought = importing.from_csv(tmp_path / "t.csv")
    once = importing.plan(SMALL, brought)
    assert importing.plan(once.files, brought).files == once.files


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "names the columns"),
        (b"a,b\n1,2\n", "names the columns"),
        ("intent,text\ngreet,grüß\n".encode("latin-1"), "UTF-8"),
        (b"intent,text\n" + b"x" * 6_000_000, "MB"),
    ],
    ids=["empty", "other columns", "latin-1", "large"],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ContentRefused, match=why):
        importing.from_csv(tmp_path / "t.csv")


def test_a_rasa_project_brings_examples_answers_and_rules_and_says_what_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/nlu.yml").write_text("nlu:\n- intent: parking\n  examples: |\n    - can I park\n    - hello\n")
    (tmp_path / "data/rules.yml").write_text(
        "rules:\n- rule: p\n  steps:\n  - intent: parking\n  - action: utter_park\n"
    )
    (tmp_path / "domain.yml").write_text(
        "intents: [parking]\nslots: {car: {type: text, mappings: []}}\n"
        "responses:\n  utter_park:\n  - text: Behind the shop.\n  - text: Yes.\n  utter_greet:\n  - text: Oi\n"
    )
    plan = importing.plan(SMALL, importing.from_rasa(tmp_path))
    assert examples(plan.files)["parking"] == ["can I park"]
    assert plan.files["data/imported/rules.yml"] == (tmp_path / "data/rules.yml").read_bytes()
    assert editing.answers_in(plan.files["domain.yml"], "domain.yml")["utter_park"] == ["Behind the shop."]
    told = "\n".join(plan.clashes)
    for word in ('"hello" stands under greet', '"utter_greet" already', "slots (1)", "further wordings (1)"):
        assert word in told


def test_the_command_writes_only_when_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    folder.write(project, SMALL, {})
    (tmp_path / "t.csv").write_text(TABLE)
    monkeypatch.setenv("FRONTDESK_PROJECT", str(project))
    monkeypatch.setenv("FRONTDESK_DATA", str(tmp_path / "var"))
    dry = CliRunner().invoke(app, ["content", "import", str(tmp_path / "t.csv")])
    assert dry.exit_code == 0 and "new\tthe intent gift_wrapping" in dry.output
    assert folder.read(project) == SMALL
    CliRunner().invoke(app, ["content", "import", str(tmp_path / "t.csv"), "--write", "--topic", "presents"])
    assert (project / "data/nlu/talk.yml").read_bytes() != NLU
    assert "gift_wrapping" in (project / "data/nlu/presents.yml").read_text()

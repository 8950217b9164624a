"""Which sentences each of Rasa's commands has checked before it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.command import problems_for

SOUND = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi
    - hey
    - morning
    - hiya
- intent: goodbye
  examples: |
    - bye
    - later
    - ciao
    - so long
    - good night
"""
THIN = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n'
TWISTED = SOUND + "    - Hello!\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual folder is sound but for what the domain names; other files are not."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/nlu.yml").write_text(SOUND)
    (tmp_path / "domain.yml").write_text("intents: [greet, goodbye, refund]\n")
    (tmp_path / "sound.yml").write_text("intents: [greet, goodbye]\n")
    (tmp_path / "thin.yml").write_text(THIN)
    (tmp_path / "twisted.yml").write_text(TWISTED)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("train", {"domain.yml"}),
        ("train --domain sound.yml", set()),
        ("train -d sound.yml --data data thin.yml --out models", {"thin.yml"}),
        ("train --fixed-model-name x --data=twisted.yml -d sound.yml", {"twisted.yml"}),
        ("train --data nowhere -d sound.yml", set()),
        ("train nlu", set()),
        ("train nlu -u thin.yml -c config.yml", {"thin.yml"}),
        ("train nlu --nlu twisted.yml --out models", {"twisted.yml"}),
        ("train nlu -d domain.yml", {"domain.yml"}),
        ("train core --stories twisted.yml", set()),
        ("test", set()),
        ("test nlu", set()),
        ("test nlu -u thin.yml", set()),
        ("test nlu -u thin.yml --cross-validation -f 2", {"thin.yml"}),
        ("test nlu -u twisted.yml -m models", {"twisted.yml"}),
        ("test core -s twisted.yml", set()),
        ("data validate", {"domain.yml"}),
        ("data validate --data thin.yml -d sound.yml", {"thin.yml", "sound.yml"}),
        ("data validate stories --data thin.yml", set()),
        ("data split nlu -u twisted.yml", set()),
        ("train nlu -u twisted.yml --help", set()),
        ("shell nlu", set()),
        ("run", set()),
        ("--version", set()),
        ("", set()),
    ],
)
def test_a_command_has_checked_what_it_reads(command: str, files: set[str]) -> None:
    assert {str(problem.place.file) for problem in problems_for(command.split())} == files

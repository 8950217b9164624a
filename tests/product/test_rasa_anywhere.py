"""``frontdesk rasa …`` with our pipeline, in a folder that holds nothing of ours but ``config.yml``."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.journey.conftest import environment

# Three processes that import Rasa, one of which trains twice.
pytestmark = pytest.mark.timeout(600)

EXAMPLES = {
    "book_table": "book a table|a table for two please|can I reserve a table|I want to book for tonight|"
    "table for four on friday|reserve a place for dinner|is a table free tonight|we need a table at eight",
    "opening": "when do you open|opening hours|till when are you open|are you open on sunday|what time do you close|"
    "open on holidays?|how late is the kitchen open|hours please",
    "menu": "show me the menu|what is there to eat|do you have vegan dishes|what's on the menu|today's specials|"
    "is there soup|which desserts do you serve|list of dishes",
    "allergy": "is there gluten in the bread|I'm allergic to nuts|is the soup free of milk|which dishes have no eggs|"
    "can coeliacs eat here|does the curry contain peanuts|lactose intolerant, what can I have|any shellfish in it",
    "thanks": "thanks|thank you|cheers|great, thanks a lot|much appreciated|thank you very much|ta|many thanks",
}


def frontdesk(folder: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / ".venv/bin/frontdesk", *arguments],
        cwd=folder,
        env=environment(folder / "own", COLUMNS="200"),
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
    )


def section(intent: str) -> str:
    examples = "".join(f"    - {example}\n" for example in EXAMPLES[intent].split("|"))
    return f"- intent: {intent}\n  examples: |\n{examples}"


@pytest.fixture(scope="module")
def restaurant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Rasa project of five intents with eight examples each."""
    subprocess.run(["make", "--silent", ".venv/bin/frontdesk"], cwd=ROOT, check=True)
    folder = tmp_path_factory.mktemp("restaurant")
    shutil.copy(ROOT / "config.yml", folder)
    (folder / "data").mkdir()
    (folder / "data/nlu.yml").write_text('version: "3.1"\nnlu:\n' + "".join(section(intent) for intent in EXAMPLES))
    return folder


def test_it_trains_where_it_is_called_and_understands_what_it_trained(restaurant: Path) -> None:
    trained = frontdesk(restaurant, "rasa", "train", "nlu")
    assert trained.returncode == 0, trained.stderr
    assert list((restaurant / "models").glob("nlu-*.tar.gz"))

    talked = frontdesk(restaurant, "rasa", "shell", "nlu", said="can i book a table\n\n👍\n")
    assert talked.returncode == 0, talked.stderr
    parsed = parses(talked.stdout)
    assert [parse["text"] for parse in parsed] == ["can i book a table", "", "👍"]
    ranked = [intent["name"] for intent in parsed[0]["intent_ranking"] if intent["name"] != "nlu_fallback"]
    assert ranked[0] == "book_table"


def test_it_cross_validates_where_it_is_called(restaurant: Path) -> None:
    tested = frontdesk(restaurant, "rasa", "test", "nlu", "--cross-validation", "-f", "2")
    assert tested.returncode == 0, tested.stderr
    report = json.loads((restaurant / "results/intent_report.json").read_text())
    assert EXAMPLES.keys() <= report.keys()
    assert report["weighted avg"]["support"] == 40
    assert report["weighted avg"]["recall"] > 0.4  # by chance it would be 0.2
    assert (restaurant / "results/intent_histogram.png").exists()


def test_wrong_training_data_ends_it_with_file_and_line(restaurant: Path) -> None:
    (restaurant / "wrong.yml").write_text('version: "3.1"\nnlu:\n- intent: greet\n  examples:\n  - hello\n')
    told = frontdesk(restaurant, "rasa", "train", "nlu", "--nlu", "wrong.yml")
    assert told.returncode == 1
    assert told.stderr.startswith("wrong.yml:5: error: ")
    assert "Traceback" not in told.stderr


def test_the_other_commands_are_about_the_project_wherever_they_are_called(restaurant: Path) -> None:
    (restaurant / ".env").write_text("FRONTDESK_PORT=many\n")  # of somebody else's project
    told = frontdesk(restaurant, "doctor")
    assert "frontdesk migrate" in told.stderr and "FRONTDESK_PORT" not in told.stderr


def parses(printed: str) -> list[dict[str, Any]]:
    """The objects that Rasa's shell prints between its prompts."""
    decoder, found = json.JSONDecoder(), []
    while (start := printed.find("{\n")) >= 0:
        parse, length = decoder.raw_decode(printed[start:])
        found.append(parse)
        printed = printed[start + length :]
    return found

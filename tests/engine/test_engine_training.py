"""Training: once per content, whole or not at all, the last ten kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.content.examples import read_examples
from bot.engine import training
from bot.engine.model_files import ModelError, checked_hash, file_hash, publish, sidecar, write_json
from tests.engine.conftest import PROJECT, ROOT


def small_project(folder: Path) -> Path:
    for path in PROJECT.rglob("*.yml"):
        target = folder / path.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text())
    return folder


def made(_project: Path, work: Path) -> Path:
    """Stands for what Rasa makes, where it does not matter."""
    model = work / "model.tar.gz"
    model.write_bytes(b"model")
    return model


def test_the_same_content_is_trained_once(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_run_rasa", lambda *_: pytest.fail("trained again"))
    assert training.train(PROJECT, model_file.parent) == model_file


@pytest.mark.parametrize("changed", ["config.yml", "domain.yml", "data/nlu.yml", "data/rules.yml", "data/new.yml"])
def test_each_change_of_content_makes_another_model(tmp_path: Path, changed: str) -> None:
    project = small_project(tmp_path)
    before = training.content_hash(project)
    with (project / changed).open("a") as file:
        file.write("# changed\n")
    assert training.content_hash(project) != before


def test_a_file_that_is_no_content_makes_no_other_model(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    before = training.content_hash(project)
    (project / "README.md").write_text("hello")
    assert training.content_hash(project) == before


def test_a_training_that_is_killed_leaves_no_model_and_the_next_one_clears_up(tmp_path: Path) -> None:
    models = tmp_path / "models"
    code = (
        "import sys; from pathlib import Path; from bot.engine.training import train; train(*map(Path, sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, str(PROJECT), str(models)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 100
    while not list(models.glob(".training-*/cache")) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.wait()
    assert list(models.glob(".training-*"))
    assert not list(models.glob("*.tar.gz")) and not list(models.glob("*.json"))
    model = training.train(PROJECT, models)
    assert checked_hash(model)
    assert not list(models.glob(".training-*"))


def test_a_model_without_its_record_is_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_run_rasa", made)
    model = training.train(PROJECT, tmp_path)
    sidecar(model).unlink()
    with pytest.raises(ModelError, match="no hash was recorded"):
        checked_hash(model)
    assert checked_hash(training.train(PROJECT, tmp_path))
    assert not os.access(model, os.W_OK) or os.geteuid() == 0


def test_the_last_ten_models_and_the_live_one_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(13):
        old = tmp_path / f"old{number:02}.tar.gz"
        old.write_bytes(b"x")
        os.utime(old, (number, number))
        write_json(sidecar(old), {"sha256": file_hash(old)})
    publish(tmp_path, tmp_path / "old00.tar.gz")
    monkeypatch.setattr(training, "_run_rasa", made)
    new = training.train(PROJECT, tmp_path)
    kept = sorted(path.name for path in tmp_path.glob("*.tar.gz"))
    assert kept == sorted([new.name, "old00.tar.gz", *(f"old{number:02}.tar.gz" for number in range(4, 13))])
    assert not sidecar(tmp_path / "old01.tar.gz").exists()


def test_content_that_contradicts_itself_is_not_trained_and_its_places_are_told(tmp_path: Path) -> None:
    project, models = small_project(tmp_path / "project"), tmp_path / "models"
    twice = 'version: "3.1"\nnlu:\n- intent: hours\n  examples: |\n    - Hello!\n- intent: lost\n  examples: |\n'
    (project / "data/more.yml").write_text(twice)
    with pytest.raises(training.TrainingError) as wrong:
        training.train(project, models)
    none, same = str(wrong.value).splitlines()
    assert same.startswith("data/nlu.yml:5: error: ") and "data/more.yml:5" in same
    assert none.startswith("data/more.yml:6: error: ")
    assert not list(models.glob("*.tar.gz"))


def test_what_is_only_doubtful_is_told_and_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(training, "_run_rasa", made)
    project = small_project(tmp_path / "project")
    (project / "data/more.yml").write_text('version: "3.1"\nnlu:\n- intent: rare\n  examples: |\n    - seldom\n')
    assert checked_hash(training.train(project, tmp_path / "models"))
    assert "data/more.yml:3: warning: " in capsys.readouterr().err


LAYOUTS = """version: "3.1"
nlu:
- intent: greet
  examples: |
    -   hello
    - the [frying pan](product:pan), from [York]{"entity": "city", "role": "from"}
    left out

    -
      - left out, too
- intent: faq/opening
  metadata: {source: shop}
  examples:
  - text: "when do you open?"
  - text: |
      - with a dash
    metadata: {source: phone}
- intent: goodbye
  examples: "- bye\\n- so long"
- intent: thanks
  examples: >
    - folded
    - in one
- synonym: pan
  examples: |
    - skillet
"""


@pytest.mark.parametrize("folder", ["data", "tests/engine/project/data", "tests/parity/project/data", "layouts"])
def test_we_read_the_same_examples_as_rasa(tmp_path: Path, folder: str) -> None:
    from rasa.shared.nlu.training_data.loading import load_data

    (tmp_path / "layouts.yml").write_text(LAYOUTS)
    files = sorted((ROOT / folder).rglob("*.yml")) if folder != "layouts" else [tmp_path / "layouts.yml"]
    with_examples = [file for file in files if file.read_text().count("nlu:")]
    theirs = {
        (message.get_full_intent(), message.get("text"))
        for file in with_examples
        for message in load_data(str(file)).nlu_examples
    }
    ours = {(example.intent, example.words) for example in read_examples(files, ROOT).examples if example.text}
    assert ours == theirs and ours


def test_rasas_own_command_line_does_not_begin_with_wrong_content(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text('version: "3.1"\nnlu:\n- intent: greet\n  examples:\n  - hello\n')
    done = subprocess.run(
        [sys.executable, "-m", "bot.engine.rasa_cli", "train", "nlu", "--nlu", "nlu.yml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("nlu.yml:5: error: ")
    assert "Traceback" not in done.stderr and not (tmp_path / "models").exists()


def test_rasas_own_command_line_works_under_the_placeholders(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "bot.engine.rasa_cli", "data", "validate"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LOG_LEVEL": "INFO"}, capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "No story structure conflicts found" in done.stderr + done.stdout

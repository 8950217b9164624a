"""What stands in for the packages that Frontdesk leaves out."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import pytest
import yaml

from bot.engine import placeholders
from bot.engine.training import TrainingError, train
from bot.engine.turn import answer
from bot.engine.wire import TurnRequest
from tests.engine.conftest import FINDER, PROJECT

TOUCHED = Path(__file__).parent / "touched_placeholders.txt"


def test_the_placeholders_touched_while_training_and_serving_are_the_committed_ones() -> None:
    """In a process of its own: other tests touch more. A package that is installed after all is not touched."""
    import subprocess
    import sys

    code = (
        "import asyncio, sys; sys.path.insert(0, '.')\n"
        "from tests.engine.conftest import FINDER, ACTIONS, InProcessActions, PROJECT, load, train\n"
        "from pathlib import Path; import tempfile\n"
        "with tempfile.TemporaryDirectory() as models:\n"
        "    asyncio.run(load(train(PROJECT, Path(models)), InProcessActions(ACTIONS)))\n"
        "print('TOUCHED', *sorted(FINDER.touched))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True, timeout=150
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("TOUCHED"))
    expected = [name for name in TOUCHED.read_text().split() if not _installed(name)]
    assert line.split()[1:] == expected


def _installed(name: str) -> bool:
    spec = importlib.util.find_spec(name.partition(".")[0])
    return spec is not None and spec.loader is not FINDER


def test_a_pipeline_that_names_diet_fails_with_one_sentence(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    for path in PROJECT.rglob("*.yml"):
        (project / path.relative_to(PROJECT)).write_text(path.read_text())
    config = yaml.safe_load((PROJECT / "config.yml").read_text())
    config["pipeline"] = [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "DIETClassifier"},
    ]
    (project / "config.yml").write_text(yaml.safe_dump(config))
    with pytest.raises(TrainingError, match=r"^DIETClassifier needs TensorFlow, which Frontdesk leaves out"):
        train(project, tmp_path / "models")
    assert not list((tmp_path / "models").glob("*.tar.gz"))


def test_a_placeholder_may_be_imported_subclassed_annotated_and_caught() -> None:
    import keras
    from aiogram.utils.exceptions import TelegramAPIError

    class Layer(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """As Rasa's own modules do."""

    annotation = keras.Model[int] | None
    try:
        raise KeyError
    except (TelegramAPIError, KeyError):
        pass
    assert annotation is not None
    with pytest.raises(placeholders.LeftOut, match="needs TensorFlow"):
        Layer()


def test_matplotlib_hears_that_nothing_is_a_tensor() -> None:
    import tensorflow

    assert tensorflow.is_tensor(3) is False


def test_a_module_that_is_not_on_the_list_stays_missing() -> None:
    assert importlib.util.find_spec("tensorflow_hub") is None
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("tensorflow.lite")


def test_what_is_installed_comes_before_a_placeholder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cachecontrol.py").write_text("REAL = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    import sys

    monkeypatch.delitem(sys.modules, "cachecontrol", raising=False)
    assert importlib.import_module("cachecontrol").REAL is True
    sys.modules.pop("cachecontrol")


def test_serving_needs_no_placeholder_beyond_loading(loaded: object) -> None:
    before = set(FINDER.touched)
    asyncio.run(answer(loaded, TurnRequest("t", "c", "web", "hello")))  # type: ignore[arg-type]
    assert before == FINDER.touched

"""A workshop whose models are scripted: each sentence of ``data/nlu.yml`` after a dash is an example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.evidence import HeldOut, Judged, Reading
from bot.content.folder import hash_of
from bot.content.problems import Place, Problem, error
from bot.engine.model_files import file_hash, sidecar, write_json


@dataclass
class ScriptedWorkshop:
    """Models are the bytes of the content. ``before_training`` may raise or edit; ``broken`` models do not answer.

    A line "- text" is an example of the intent "known"; with "?" at its end it is taken for "other".
    """

    models: Path
    before_training: Callable[[], object] = lambda: None
    broken: bool = False
    trained: list[str] = field(default_factory=list)

    def check(self, project: Path) -> list[Problem]:
        wrong = b"WRONG" in (project / "data/nlu.yml").read_bytes()
        return [error(Place(Path("data/nlu.yml"), 1), "It is wrong.")] if wrong else []

    def train(self, project: Path) -> Path:
        self.before_training()
        content = (project / "data/nlu.yml").read_bytes()
        path = self.models / f"{hash_of(content)[:16]}.tar.gz"
        self.models.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        write_json(sidecar(path), {"sha256": file_hash(path)})
        self.trained.append(path.name)
        return path

    def held_out(self, model: Path, like: Path | None = None) -> HeldOut:
        return HeldOut([Judged(t, "known", "other" if t.endswith("?") else "known", 1.0) for t in _texts(model)], [])

    async def read(self, model: Path, texts: Sequence[str]) -> list[Reading]:
        if self.broken:
            raise RuntimeError("the canary turn failed")
        known = {text.rstrip("?") for text in _texts(model)}
        return [Reading("known", text in known) for text in texts]


def _texts(model: Path) -> list[str]:
    return [line.removeprefix(b"- ").decode() for line in model.read_bytes().splitlines() if line.startswith(b"- ")]

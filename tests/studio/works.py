"""What the studio starts, scripted: ``python -m tests.studio.works publish|draft|engine``.

Publishing is the real one, with a workshop whose models are the content's examples: nothing is trained, and a text is
understood when it is an example. What ends with "?!" reads as another intent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.config import Publishing
from bot.content import background, past
from bot.content.evidence import HeldOut, Judged, Reading
from bot.content.examples import read_examples
from bot.content.folder import hash_of
from bot.content.model_store import ModelStore
from bot.content.problems import Problem
from bot.content.publish import Publisher
from bot.content.saving import Content
from bot.engine.model_files import file_hash, sidecar, write_json
from bot.engine.wire import Parse, Ranked, Reply, TurnResult
from conversations.store.database import Database
from tests.scripted_engine import MODEL, scripted_engine


@dataclass
class Examples:
    """Models are lists of [intent, example]."""

    models: Path

    def check(self, project: Path) -> list[Problem]:
        return list(read_examples([project / "data"], project).problems)

    def train(self, project: Path) -> Path:
        found = [(one.intent, one.words) for one in read_examples([project / "data"], project).examples]
        content = msgspec.json.encode(found)
        path = self.models / f"{hash_of(content)[:16]}.tar.gz"
        self.models.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        write_json(sidecar(path), {"sha256": file_hash(path)})
        return path

    def held_out(self, model: Path, like: Path | None = None) -> HeldOut:
        return HeldOut([Judged(t, i, "other" if t.endswith("?!") else i, 1.0) for i, t in _pairs(model)], [])

    async def read(self, model: Path, texts: Sequence[str]) -> list[Reading]:
        known = {text: intent for intent, text in _pairs(model)}
        return [Reading(known.get(text, "nlu_fallback"), text in known) for text in texts]


def _pairs(model: Path) -> list[tuple[str, str]]:
    return msgspec.json.decode(model.read_bytes(), type=list[tuple[str, str]])


async def publish(given: argparse.Namespace) -> None:
    database, models = Database(os.environ["STUDIO_DATABASE"]), Path(os.environ["STUDIO_MODELS"])
    content = Content(database, Path(os.environ["STUDIO_PROJECT"]), Path(os.environ["STUDIO_LOCK"]))
    try:
        with background.told_in(given.tell) as told:
            store, shop = ModelStore(database, models), Examples(models)
            publisher = Publisher(database, content, store, shop, Publishing(), past=past.past_messages, say=told)
            published = await publisher.publish(given.by, given.note, given.anyway)
            background.tell(given.tell, outcome=msgspec.to_builtins(published))
    finally:
        await database.close()


async def draft(given: argparse.Namespace) -> None:
    database = Database(os.environ["STUDIO_DATABASE"])
    content = Content(database, Path(os.environ["STUDIO_PROJECT"]), Path(os.environ["STUDIO_LOCK"]))
    try:
        with background.told_in(given.tell) as told:
            told("Checking and training …")
            version, _ = await content.look()
            background.tell(given.tell, outcome={"version": version.id, "sha256": MODEL})
    finally:
        await database.close()


async def engine(given: argparse.Namespace) -> None:
    async with scripted_engine(Path(os.environ["STUDIO_SOCKET"])) as script:
        ranking = (Ranked("gift_wrapping", 0.9),)
        parse = Parse("gift_wrapping", 0.9, True, mood=-0.4, mood_reasons=("cross words",), ranking=ranking)
        script.answers["do you wrap presents"] = TurnResult(MODEL, parse, (Reply("Yes, for £3."),), {"n": 1})
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("publish", "draft", "engine"))
    for name in ("--by", "--note", "--anyway"):
        parser.add_argument(name, default="")
    parser.add_argument("--tell", type=Path)
    given = parser.parse_args()
    asyncio.run({"publish": publish, "draft": draft, "engine": engine}[given.work](given))


if __name__ == "__main__":
    main()

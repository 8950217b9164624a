"""Publishing: from the content in the folder to the model that answers, past the gate; and the way back.

The live model answers all the while. What is killed on the way leaves the live one where it was: a candidate begins to
be live in one transaction, and its files were written before that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.config import Publishing
from bot.content import folder, models, versions
from bot.content.answers import answers
from bot.content.evidence import Evidence, HeldOut, Labelled, Labels, Past, Reading, Tested, Tests, Workshop
from bot.content.folder import ContentRefused
from bot.content.freezing import frozen
from bot.content.gate import Verdict, judge, paired, texts_of
from bot.content.model_store import ModelStore
from bot.content.models import Model
from bot.content.problems import errors
from bot.content.rolling_back import Refused, roll_back
from bot.content.saving import Content
from conversations.store.database import Database, Transaction

Say = Callable[[str], None]
# The latest past messages, at most so many.
PastMessages = Callable[[Transaction, int], Awaitable[Sequence[Past]]]


class Published(msgspec.Struct, frozen=True):
    """What came of it: ``version`` is the new model's, None when the gate refused it.

    ``seconds`` are of the whole way. ``anyway`` is the reason for which the gate's reasons were overruled, if so.
    """

    version: int | None
    verdict: Verdict
    seconds: float
    anyway: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publisher:
    """Publishes and rolls back. ``labels`` and ``tests`` are optional sources; ``say`` is told each step."""

    database: Database
    content: Content
    store: ModelStore
    workshop: Workshop
    rules: Publishing
    labels: Sequence[Labels] = ()
    past: PastMessages | None = None
    tests: Tests | None = None
    say: Say = lambda text: None

    async def publish(self, by: str, note: str, anyway: str = "") -> Published:
        """Checks, trains, judges, and if the verdict allows it, or ``anyway`` says why it should, makes it live.

        Raises:
            Refused: the content has errors, cannot be trained, or makes a model that does not answer.
            models.LiveChanged: somebody published meanwhile.
        """
        begun = time.monotonic()
        try:
            version, files = await self.content.look()
        except ContentRefused as wrong:
            raise Refused(str(wrong)) from wrong
        live = await self._live()
        with frozen(files, self.content.project) as project:
            self.say("Checking the content …")
            problems = await asyncio.to_thread(self.workshop.check, project)
            if found := errors(problems):
                raise Refused("\n".join(map(str, found)))
            self.say("Training beside the live model …")
            model = await asyncio.to_thread(self._train, project)
            self.say("Comparing it with the live model …")
            verdict = await self._judged(live, model, files, project)
        warnings = tuple(map(str, problems))
        if not verdict.passed and not anyway:
            return Published(None, verdict, time.monotonic() - begun, warnings=warnings)
        made = await self._make_live(live, model, version.id, by, note, verdict, anyway)
        return Published(made.version, verdict, time.monotonic() - begun, "" if verdict.passed else anyway, warnings)

    async def rollback(self, by: str, to: int | None = None, note: str = "") -> Model:
        """As `bot.content.rolling_back.roll_back`."""
        return await roll_back(self.database, self.content, self.store, by, to, note)

    async def _live(self) -> Model | None:
        """The live model's row; a model that was trained before there were rows gets one."""
        async with self.database.read() as tx:
            live = await models.live(tx)
        named = await asyncio.to_thread(self.store.live)
        if live is not None or named is None:
            return live
        async with self.database.write() as tx:
            return await models.add_live(
                tx,
                instead_of=None,
                name=named.name,
                sha256=named.sha256,
                content=None,
                by="frontdesk train",
                note="trained before versions were kept",
                verdict=None,
            )

    def _train(self, project: Path) -> Path:
        try:
            return self.workshop.train(project)
        except Exception as wrong:
            raise Refused(f"It could not be trained: {wrong}") from wrong

    async def _judged(self, live: Model | None, model: Path, files: folder.Files, project: Path) -> Verdict:
        async with self.database.read() as tx:
            labelled: list[Labelled] = [one for source in self.labels for one in await source(tx)]
            past = await self.past(tx, self.rules.past) if self.past is not None else []
            before = await versions.get(tx, live.content) if live is not None and live.content else None
            old_files = await versions.content_of(tx, before) if before is not None else files
        texts = texts_of(labelled, past)
        old = await self._of_the_live(live, texts)
        try:
            like = self.store.folder / live.name if live is not None and old is not None else None
            candidate = await asyncio.to_thread(self.workshop.held_out, model, like)
            readings = await self.workshop.read(model, texts)
        except Exception as wrong:
            raise Refused(f"The new model does not work: {wrong}") from wrong
        old_held_out, old_readings = old or (None, None)
        found = Evidence(
            candidate=candidate,
            live=old_held_out,
            labelled=labelled,
            past=past,
            readings=paired(texts, old_readings, readings),
            answers=(answers(old_files), answers(files)),
            tested=await self._tested(project, model),
        )
        return judge(found, self.rules)

    async def _of_the_live(self, live: Model | None, texts: Sequence[str]) -> tuple[HeldOut, list[Reading]] | None:
        """What the live model says of the same; None where there is none.

        Raises:
            Refused: it cannot be loaded, and so nothing can be compared.
        """
        if live is None:
            return None
        path = self.store.folder / live.name
        try:
            if (problem := await self.store.fetch(live.name, live.sha256)) is not None:
                raise Refused(problem)
            return await asyncio.to_thread(self.workshop.held_out, path), await self.workshop.read(path, texts)
        except Exception as wrong:
            raise Refused(
                f"The live model (version {live.version}) cannot be compared with: {wrong}. Go back to a version that "
                "works, or publish without comparing: frontdesk train"
            ) from wrong

    async def _tested(self, project: Path, model: Path) -> Tested | None:
        try:
            return await self.tests(project, model) if self.tests is not None else None
        except Exception as wrong:
            raise Refused(f"The conversation tests could not be held: {wrong}") from wrong

    async def _make_live(
        self, live: Model | None, model: Path, content: int, by: str, note: str, verdict: Verdict, anyway: str
    ) -> Model:
        sha256 = await self.store.keep(model)
        kept = {**verdict.for_the_record(), "anyway": "" if verdict.passed else anyway}
        async with self.database.write() as tx:
            made = await models.add_live(
                tx,
                instead_of=live.version if live is not None else None,
                name=model.name,
                sha256=sha256,
                content=content,
                by=by,
                note=note,
                verdict=kept,
            )
            await models.prune(tx)
        await self.store.name_live(model.name)
        return made

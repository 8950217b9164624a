"""Publishing and rollback over both databases, with scripted models: what becomes live, and what is left when not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.config import Publishing
from bot.content import folder, models, versions
from bot.content.evidence import Labelled, Past, Tested
from bot.content.model_store import Follow, ModelStore
from bot.content.models import KEPT, LiveChanged
from bot.content.publish import Publisher, Refused
from bot.content.saving import Content
from bot.content.tables import stored
from bot.engine.model_files import ModelError, checked_hash, live_model
from conversations.store.database import Database, Transaction
from tests.engine.workshops import ScriptedWorkshop

NLU = "data/nlu.yml"
TEN = "".join(f"- text {n}\n" for n in range(10))


@pytest.fixture
def publisher(database: Database, tmp_path: Path) -> Publisher:
    project, place = tmp_path / "project", tmp_path / "models"
    folder.write(project, {"config.yml": b"", "domain.yml": b"", NLU: TEN.encode()}, {})
    content, store = Content(database, project, tmp_path / "lock"), ModelStore(database, place)
    return Publisher(database, content, store, ScriptedWorkshop(place), Publishing())


def write(publisher: Publisher, text: str) -> None:
    (publisher.content.project / NLU).write_text(text)


async def live(publisher: Publisher) -> models.Model | None:
    async with publisher.database.read() as tx:
        return await models.live(tx)


async def test_what_passes_the_gate_is_live_with_who_made_it_and_why_it_may(publisher: Publisher) -> None:
    first = await publisher.publish("Edna", "the beginning")
    assert first.version == 1 and first.verdict.passed
    write(publisher, TEN + "- one more\n")
    second = await publisher.publish("Eve", "one more")
    row = await live(publisher)
    assert row is not None and (row.version, row.made_by, row.note) == (second.version, "Eve", "one more")
    assert row.verdict is not None and row.verdict["passed"]
    named = live_model(publisher.store.folder)
    assert (named.name, named.sha256) == (row.name, row.sha256)


async def test_what_the_gate_stops_leaves_the_live_model_and_the_editors_work(publisher: Publisher) -> None:
    await publisher.publish("Edna", "")
    before = live_model(publisher.store.folder)
    write(publisher, TEN + "".join(f"- strange {n}?\n" for n in range(5)))
    stopped = await publisher.publish("Eve", "copied")
    assert stopped.version is None
    assert stopped.verdict.against[0].startswith('5 of the 5 new examples of "known" read as "other"')
    row = await live(publisher)
    assert row is not None and row.version == 1 and live_model(publisher.store.folder) == before
    assert "strange" in (publisher.content.project / NLU).read_text()


async def test_who_publishes_in_spite_of_the_gate_says_why_and_it_is_kept(publisher: Publisher) -> None:
    await publisher.publish("Edna", "")
    write(publisher, TEN + "".join(f"- strange {n}?\n" for n in range(5)))
    done = await publisher.publish("Lee", "", anyway="split in two on purpose")
    row = await live(publisher)
    assert row is not None and row.version == done.version
    assert row.verdict is not None and not row.verdict["passed"]
    assert row.verdict["anyway"] == "split in two on purpose"


async def test_content_with_errors_is_told_and_not_trained(publisher: Publisher) -> None:
    write(publisher, "WRONG")
    with pytest.raises(Refused, match=r"data/nlu\.yml:1: error: It is wrong\."):
        await publisher.publish("Edna", "")
    assert isinstance(publisher.workshop, ScriptedWorkshop) and publisher.workshop.trained == []


async def test_a_training_that_fails_leaves_the_live_model_and_says_why(publisher: Publisher) -> None:
    await publisher.publish("Edna", "")

    def fail() -> None:
        raise RuntimeError("no space left")

    failing = replace(publisher, workshop=ScriptedWorkshop(publisher.store.folder, before_training=fail))
    with pytest.raises(Refused, match="could not be trained: no space left"):
        await failing.publish("Eve", "")
    row = await live(publisher)
    assert row is not None and row.version == 1


async def test_a_model_that_does_not_answer_its_canary_is_never_live(publisher: Publisher) -> None:
    broken = replace(publisher, workshop=ScriptedWorkshop(publisher.store.folder, broken=True))
    with pytest.raises(Refused, match="does not work: the canary turn failed"):
        await broken.publish("Edna", "")
    assert await live(publisher) is None
    with pytest.raises(ModelError):
        live_model(publisher.store.folder)


async def test_what_is_edited_during_the_training_is_not_half_in_the_model(publisher: Publisher) -> None:
    shop = ScriptedWorkshop(publisher.store.folder, before_training=lambda: write(publisher, "- edited meanwhile\n"))
    await replace(publisher, workshop=shop).publish("Edna", "")
    row = await live(publisher)
    assert row is not None and row.content is not None
    async with publisher.database.read() as tx:
        version = await versions.get(tx, row.content)
        assert version is not None and (await versions.content_of(tx, version))[NLU] == TEN.encode()
    assert (publisher.store.folder / row.name).read_bytes() == TEN.encode()


async def test_of_two_that_publish_at_once_one_is_told_to_compare_again(publisher: Publisher) -> None:
    await publisher.publish("Edna", "")
    write(publisher, TEN + "- mine\n")
    done = await asyncio.gather(*(publisher.publish(who, "") for who in ("Edna", "Eve")), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["LiveChanged", "Published"]


async def test_a_former_model_is_live_again_in_one_step_with_its_content(publisher: Publisher) -> None:
    await publisher.publish("Edna", "")
    write(publisher, TEN + "- regretted\n")
    await publisher.publish("Eve", "")
    write(publisher, TEN + "- not yet published\n")
    back = await publisher.rollback("Edna")
    row = await live(publisher)
    assert row is not None and row.version == back.version == 1
    assert live_model(publisher.store.folder).sha256 == row.sha256
    assert (publisher.content.project / NLU).read_text() == TEN
    async with publisher.database.read() as tx:
        kept = [await versions.content_of(tx, version) for version in await versions.latest(tx)]
    assert TEN + "- not yet published\n" in [files[NLU].decode() for files in kept]


async def test_a_rollback_goes_further_back_and_forward_by_number(publisher: Publisher) -> None:
    for number in range(3):
        write(publisher, f"{TEN}- number {number}\n")
        await publisher.publish("Edna", "")
    assert [(await publisher.rollback("Edna")).version for _ in range(2)] == [2, 1]
    assert (await publisher.rollback("Edna", 3)).version == 3
    for wrong in (3, 9):
        with pytest.raises(Refused):
            await publisher.rollback("Edna", wrong)
    await publisher.rollback("Edna", 1)
    with pytest.raises(Refused, match="no such version"):
        await publisher.rollback("Edna")


async def test_the_last_ten_models_are_kept_with_their_content(publisher: Publisher) -> None:
    for number in range(KEPT + 2):
        write(publisher, f"{TEN}- number {number}\n")
        await publisher.publish("Edna", "")
    async with publisher.database.read() as tx:
        found = await models.latest(tx)
        kept = set((await tx.execute(select(stored.c.sha256))).scalars())
    assert [model.version for model in found] == list(range(KEPT + 2, 2, -1))
    assert {model.sha256 for model in found} <= kept
    for path in publisher.store.folder.glob("*.tar.gz"):
        path.unlink()
    assert (await publisher.rollback("Edna", 3)).version == 3
    assert (publisher.content.project / NLU).read_text() == f"{TEN}- number 2\n"


@pytest.mark.parametrize("where", ["folder", "both"])
async def test_an_altered_model_file_is_mended_from_the_record_or_refused(publisher: Publisher, where: str) -> None:
    await publisher.publish("Edna", "")
    first = await live(publisher)
    assert first is not None
    write(publisher, TEN + "- more\n")
    await publisher.publish("Edna", "")
    (publisher.store.folder / first.name).write_bytes(b"altered")
    if where == "folder":
        assert (await publisher.rollback("Eve")).version == 1
        assert checked_hash(publisher.store.folder / first.name) == first.sha256
        return
    async with publisher.database.write() as tx:
        altered = stored.update().where(stored.c.sha256 == first.sha256).values(data=b"altered, too")
        await tx.execute(altered)
    with pytest.raises(Refused, match=r"its copy in the database was altered\. Version 2 stays live"):
        await publisher.rollback("Eve")
    row = await live(publisher)
    assert row is not None and row.version == 2 and live_model(publisher.store.folder).sha256 == row.sha256


async def test_another_machine_gets_the_model_and_follows_every_change(publisher: Publisher, tmp_path: Path) -> None:
    other = ModelStore(publisher.database, tmp_path / "other")
    follow = Follow(publisher.database, other)
    await follow()
    assert other.live() is None
    for number in range(2):
        write(publisher, f"{TEN}- number {number}\n")
        await publisher.publish("Edna", "")
        await follow()
        assert other.live() == publisher.store.live() is not None
    await publisher.rollback("Edna")
    await follow()
    assert other.live() == publisher.store.live()


async def test_killed_between_the_record_and_the_folder_the_next_sweep_finishes_it(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publisher.publish("Edna", "")
    write(publisher, TEN + "- more\n")

    async def killed(self: ModelStore, name: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ModelStore, "name_live", killed)
        with pytest.raises(KeyboardInterrupt):
            await publisher.publish("Edna", "")
    row = await live(publisher)
    assert row is not None and row.version == 2 and live_model(publisher.store.folder).sha256 != row.sha256
    await Follow(publisher.database, publisher.store)()
    assert live_model(publisher.store.folder).sha256 == row.sha256


async def test_a_model_that_does_not_get_here_leaves_the_old_one_and_says_why(
    publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = ModelStore(publisher.database, tmp_path / "other")
    follow = Follow(publisher.database, other)
    await publisher.publish("Edna", "")
    await follow()
    before = other.live()
    write(publisher, TEN + "- more\n")
    await publisher.publish("Edna", "")
    row = await live(publisher)
    assert row is not None
    async with publisher.database.write() as tx:
        await tx.execute(delete(stored).where(stored.c.sha256 == row.sha256))
    for _ in range(2):
        await follow()
    assert other.live() == before
    assert caplog.text.count("version 2 of the model does not get here") == 1


async def test_labels_past_messages_and_tests_are_asked_for_through_ports(publisher: Publisher) -> None:
    await publisher.publish("Edna", "")
    write(publisher, TEN + "- gift\n")

    async def labels(tx: Transaction) -> Sequence[Labelled]:
        return [Labelled("text 1", "known")]

    async def past(tx: Transaction, most: int) -> Sequence[Past]:
        assert most == 500
        return [Past("gift", "gift", True), Past("unheard of", "unheard of", True)]

    async def tests(project: Path, model: Path) -> Tested:
        assert (project / NLU).read_bytes() == model.read_bytes()
        return Tested(2, ("the second fails",))

    asked = replace(publisher, labels=(labels,), past=past, tests=tests)
    done = await asked.publish("Edna", "")
    assert done.version is None and done.verdict.against == ("1 of 2 conversation tests fail: the second fails.",)
    assert [(change.text, change.note) for change in done.verdict.changes] == [("gift", "would now be answered")]
    assert "Of 2 that went to a person 1 would now be answered." in " ".join(done.verdict.remarks)


async def test_nobody_revives_a_model_over_one_that_they_have_not_seen(publisher: Publisher) -> None:
    await publisher.publish("Edna", "")
    write(publisher, TEN + "- more\n")
    await publisher.publish("Edna", "")
    with pytest.raises(LiveChanged):
        async with publisher.database.write() as tx:
            await models.revive(tx, 1, 1)
    row = await live(publisher)
    assert row is not None and row.version == 2


async def test_a_folder_that_cannot_be_written_is_told_and_stops_no_sweep(
    publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await publisher.publish("Edna", "")
    (tmp_path / "a file").write_text("")
    await Follow(publisher.database, ModelStore(publisher.database, tmp_path / "a file"))()
    assert "version 1 of the model does not get here" in caplog.text

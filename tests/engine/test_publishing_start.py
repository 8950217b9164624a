"""What a start does with content that was changed: trained by itself until the gate is used, and after that judged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.config import Publishing
from bot.content import folder, models
from bot.content.model_store import ModelStore
from bot.content.publish import Publisher
from bot.engine.model_files import live_model, publish
from conversations.store.database import Database
from frontdesk import publishing
from frontdesk.settings import Config, Environment, Settings
from tests.engine.workshops import ScriptedWorkshop

NLU = "data/nlu.yml"


@pytest.fixture
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    project = tmp_path / "project"
    folder.write(project, {"config.yml": b"", "domain.yml": b"", NLU: b"- one\n"}, {})
    environment = Environment(data=tmp_path / "data", project=project, database_url=database_url)
    return Settings(environment, Config())


def publisher(settings: Settings, database: Database) -> Publisher:
    store, content = ModelStore(database, settings.models), publishing.content_of(settings, database)
    return Publisher(database, content, store, ScriptedWorkshop(settings.models), Publishing())


async def train(settings: Settings) -> None:
    model = ScriptedWorkshop(settings.models).train(settings.environment.project)
    publish(settings.models, model)
    await publishing.trained(settings, model)


def edit(settings: Settings) -> None:
    (settings.environment.project / NLU).write_text("- one\n- two\n")


async def test_before_the_gate_is_used_changed_content_may_be_trained_by_a_start(
    settings: Settings, database: Database
) -> None:
    await train(settings)
    edit(settings)
    assert await publishing.changed_since(settings) is None
    await train(settings)
    assert [(model.version, model.verdict) for model in await publishing.versions(settings)] == [(2, None), (1, None)]


async def test_once_the_gate_was_used_changed_content_waits_for_it(settings: Settings, database: Database) -> None:
    await publisher(settings, database).publish("Edna", "")
    assert await publishing.changed_since(settings) is None
    edit(settings)
    waits = await publishing.changed_since(settings)
    assert waits is not None and waits.version == 1


async def test_the_same_content_trained_anew_by_a_newer_program_keeps_its_verdict(
    settings: Settings, database: Database
) -> None:
    await publisher(settings, database).publish("Edna", "")
    newer = settings.models / "newer.tar.gz"
    shutil.copy(settings.models / live_model(settings.models).name, newer)
    with newer.open("ab") as file:
        file.write(b"by another program")
    from bot.engine.model_files import file_hash, sidecar, write_json

    write_json(sidecar(newer), {"sha256": file_hash(newer)})
    await publishing.trained(settings, newer)
    async with database.read() as tx:
        live = await models.live(tx)
    assert live is not None and live.verdict is not None and live.note == "the program changed"
    edit(settings)
    assert await publishing.changed_since(settings) is not None


async def test_a_start_on_another_machine_fetches_the_live_model(settings: Settings, database: Database) -> None:
    await publisher(settings, database).publish("Edna", "")
    before = live_model(settings.models)
    shutil.rmtree(settings.models)
    await publishing.changed_since(settings)
    assert live_model(settings.models) == before


async def test_a_model_trained_before_there_were_versions_can_be_gone_back_to(
    settings: Settings, database: Database
) -> None:
    settings.prepare_data()
    publish(settings.models, ScriptedWorkshop(settings.models).train(settings.environment.project))
    edit(settings)
    ours = publisher(settings, database)
    await ours.publish("Edna", "")
    assert (await ours.rollback("Edna")).note == "trained before versions were kept"
    assert live_model(settings.models).sha256 == (await publishing.versions(settings))[-1].sha256


async def test_without_a_record_training_leaves_it_alone(settings: Settings, tmp_path: Path) -> None:
    environment = settings.environment.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'none.db'}"})
    bare = Settings(environment, Config())
    await train(bare)
    assert await publishing.changed_since(bare) is None

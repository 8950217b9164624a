"""``frontdesk content states`` and ``restore`` over a record, without a front."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from frontdesk.cli import app
from tests.studio.conftest import project


def test_what_an_older_file_took_out_is_listed_and_restored(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sqlite_template, tmp_path / "frontdesk.db")
    place = project(tmp_path / "project")
    url = f"sqlite+aiosqlite:///{tmp_path / 'frontdesk.db'}"
    settings = {"DATA": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": "x" * 32, "PROJECT": str(place)}
    for name, value in settings.items():
        monkeypatch.setenv(f"FRONTDESK_{name}", value)

    def told(*arguments: str, code: int = 0) -> list[list[str]]:
        done = CliRunner().invoke(app, ["content", *arguments])
        assert done.exit_code == code, done.output
        return [line.split("\t") for line in done.stdout.splitlines()]

    returns = place / "data/nlu/returns.yml"
    older = returns.read_text()
    newer = older.replace("    - are returns free\n", "    - are returns free\n    - is it dear to return\n")
    returns.write_text(newer)
    [[saved, _, by, differs, note]] = told("states")
    assert (by, differs, note) == ("the folder", "in the folder", "as found")
    returns.write_text(older)
    assert [line[3] for line in told("states")] == ["in the folder", "other intents: 1, answers: 0, files: 1"]
    told("restore", saved, "--by", "Edna")
    assert returns.read_text() == newer
    assert [told("states")[0][at] for at in (2, 4)] == ["Edna", "brought back: as found"]
    told("restore", saved, code=2)
    told("restore", "999", code=2)

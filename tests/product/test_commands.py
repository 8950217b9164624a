"""The command line, as an admin meets it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from frontdesk.cli import app
from tests.conftest import ROOT, free_port, wait_for_port
from tests.journey.conftest import environment

Commands = Callable[..., Result]


def frontdesk(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "frontdesk", *arguments],
        cwd=ROOT,
        env=environment(data, COLUMNS="200", **more),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def migrated(tmp_path: Path, sqlite_template: Path) -> Path:
    """A data folder with a record."""
    shutil.copy(sqlite_template, tmp_path / "frontdesk.db")
    return tmp_path


@pytest.fixture
def here(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Commands on that folder, in this process: a process for each takes a second."""
    for name, value in environment(migrated, COLUMNS="200").items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str, **more: str) -> Result:
        return CliRunner().invoke(app, arguments, env=more)

    return command


def test_the_version_is_told(tmp_path: Path) -> None:
    assert frontdesk(tmp_path, "--version").stdout.startswith("frontdesk 0.")


def test_wrong_settings_are_one_clear_message_naming_all_of_them(tmp_path: Path) -> None:
    config = tmp_path / "frontdesk.yml"
    config.write_text(
        "bounds: {wait: soon}\nhandoff: {mood_low: {belwo: -1}}\nteams: [{hours: {timezone: Mars/Olympus}}]\n"
    )
    told = frontdesk(
        tmp_path, "serve", FRONTDESK_CONFIG=str(config), FRONTDESK_PORT="many", FRONTDESK_SECERT_KEY="x" * 40
    )
    assert told.returncode == 2
    for name in (
        "bounds.wait",
        "handoff.mood_low.belwo",
        "teams.0.hours.timezone",
        "FRONTDESK_PORT",
        "FRONTDESK_SECERT_KEY",
    ):
        assert name in told.stderr, told.stderr
    assert "Traceback" not in told.stderr


def test_a_front_refuses_a_database_without_its_schema_and_says_what_to_do(tmp_path: Path) -> None:
    told = frontdesk(tmp_path, "serve")
    assert told.returncode == 2
    assert "frontdesk migrate" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_database_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    away = "postgresql://nobody@127.0.0.1:1/none"
    told = frontdesk(tmp_path, "migrate", FRONTDESK_DATABASE_URL=away)
    assert told.returncode == 2
    assert "FRONTDESK_DATABASE_URL" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_doctor_says_what_to_do_before_the_first_start(tmp_path: Path) -> None:
    told = frontdesk(tmp_path / "new", "doctor")
    assert told.returncode == 1
    for todo in ("frontdesk migrate", "frontdesk train"):
        assert todo in told.stderr, told.stderr
    assert "Traceback" not in told.stderr


def test_people_are_added_listed_and_removed(here: Commands, migrated: Path) -> None:
    assert "frontdesk agents add" in here("agents", "list").stderr
    added = here("agents", "add", "Ana", "--role", "lead", "--slack", "U123")
    assert added.stdout.startswith("fd_")
    assert added.stdout.strip() not in (migrated / "frontdesk.db").read_bytes().decode("latin-1")
    assert here("agents", "add", "Ana").exit_code == 2
    listed = ["Ana", "lead", "support", "U123", "-", "-", "4", "here\n"]
    assert here("agents", "list").stdout.split("\t") == listed
    assert here("agents", "remove", "Ana").exit_code == 0
    assert here("agents", "remove", "Ana").exit_code == 2


def test_people_serve_teams_that_there_are_and_are_changed_and_say_whether_they_are_there(
    here: Commands, migrated: Path
) -> None:
    config = migrated / "frontdesk.yml"
    config.write_text("teams: [{name: care}, {name: billing, takes: {reasons: [asked]}}]\n")

    def agents(*arguments: str) -> Result:
        return here("agents", *arguments, FRONTDESK_CONFIG=str(config))

    refused = agents("add", "Ana", "--team", "care", "--team", "nowhere")
    assert refused.exit_code == 2
    assert "There is no team called nowhere. There are: care, billing." in refused.stderr
    skilled = ("--team", "billing", "--team", "care", "--skill", "refunds", "--capacity", "2", "--language", "de")
    assert agents("add", "Ana", *skilled).exit_code == 0
    assert agents("add", "Ben").exit_code == 0
    assert agents("change", "Ana", "--team", "elsewhere").exit_code == 2
    assert agents("change", "Ana", "--capacity", "3", "--skill", "", "--shift", "monday=09:00-12:30").exit_code == 0
    assert "Shifts are" in agents("change", "Ana", "--shift", "monday=9 to 5").stderr
    assert agents("availability", "Ben", "away", "--back-in", "30").exit_code == 0
    assert agents("availability", "Nobody", "away").exit_code == 2
    rows = [line.split("\t") for line in agents("list").stdout.splitlines()]
    assert [row[2:] for row in rows] == [
        ["billing,care", "-", "de", "-", "3", "here"],
        ["care", "-", "-", "-", "4", "away"],
    ]
    assert "Ana serves billing, which is no team" in here("doctor").stderr


def test_the_languages_of_people_are_kept_and_an_unknown_one_is_refused(here: Commands) -> None:
    assert here("agents", "add", "Ana", "--languages", "en,de").exit_code == 0
    assert here("agents", "list").stdout.split("\t")[4] == "en,de"
    assert "Ana writes English, Polish." in here("agents", "languages", "Ana", "en pl").stderr
    assert here("agents", "list").stdout.split("\t")[4] == "en,pl"
    for wrong in (("add", "Ben", "--languages", "deutsch"), ("languages", "Ana", "xx"), ("languages", "Nobody", "de")):
        assert here("agents", *wrong).exit_code == 2


def test_the_data_folder_and_its_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "var"
    assert frontdesk(data, "migrate").returncode == 0
    assert data.stat().st_mode & 0o777 == 0o700


def test_a_second_front_without_redis_is_refused_in_a_sentence(migrated: Path) -> None:
    port = free_port()
    first = subprocess.Popen(
        [sys.executable, "-m", "frontdesk", "serve"], cwd=ROOT, env=environment(migrated, FRONTDESK_PORT=str(port))
    )
    try:
        assert wait_for_port(port, first)
        told = frontdesk(migrated, "serve", FRONTDESK_PORT=str(free_port()))
    finally:
        first.terminate()
        first.wait(30)
    assert told.returncode == 2
    assert "FRONTDESK_REDIS_URL" in told.stderr
    assert "Traceback" not in told.stderr

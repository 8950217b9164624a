"""Settings are read once, everything wrong with them is told at once, and secrets are the owner's only."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from escalation.config import Teams
from frontdesk.settings import Config, Environment, Settings, SettingsWrong, load

SHIPPED = Path(__file__).parents[2] / "frontdesk.yml"
Given = Callable[..., None]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Given:
    """Starts in an empty folder with these variables, this ``.env`` and this ``frontdesk.yml``, and no others."""
    for name in list(os.environ):
        if name.upper().startswith("FRONTDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def given(variables: dict[str, str] | None = None, env: str | bytes = "", config: str | None = "{}") -> None:
        monkeypatch.setenv("FRONTDESK_CONFIG", str(tmp_path / "frontdesk.yml"))
        for name, value in (variables or {}).items():
            monkeypatch.setenv(name, value)
        (tmp_path / ".env").write_bytes(env if isinstance(env, bytes) else env.encode())
        if config is not None:
            (tmp_path / "frontdesk.yml").write_text(config, encoding="utf-8")

    return given


def refusal() -> str:
    with pytest.raises(SettingsWrong) as refused:
        load()
    return str(refused.value)


def settings(data: Path, **environment: Any) -> Settings:
    return Settings(Environment(_env_file=None, data=data, **environment), Config())  # type: ignore[call-arg]


def test_without_any_settings_the_defaults_are_used(given: Given, tmp_path: Path) -> None:
    given()
    made = load()
    assert (made.environment.host, made.environment.port) == ("127.0.0.1", 8080)
    assert made.data == tmp_path / "var"
    assert made.config == Config()


def test_the_shipped_configuration_is_understood() -> None:
    Config.model_validate(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))


def test_a_variable_of_the_environment_goes_before_one_of_the_file(given: Given) -> None:
    given({"FRONTDESK_PORT": "9001"}, env="FRONTDESK_PORT=9002\nFRONTDESK_HOST=0.0.0.0\n")
    made = load()
    assert (made.environment.port, made.environment.host) == (9001, "0.0.0.0")  # noqa: S104 - read, not bound


def test_everything_that_is_wrong_is_told_in_one_message(given: Given) -> None:
    given(
        {"FRONTDESK_PORT": "eighty", "FRONTDESK_SECRET_KEY": "tooshort", "FRONTDESK_PROT": "8080"},
        env="FRONTDESK_DATABASE_ULR=x\nOTHER_PROGRAMS=fine\nFRONTDESK_ENGINE_SECRET=short\n",
        config=yaml.safe_dump(
            {
                "bussiness": "x",
                "bounds": {"wait": -1, "wiat": 3},
                "handoff": {"mood_low": {"below": "low"}},
                "teams": [{"hours": {"timezone": "Mars", "monday": ["9-17"]}}],
            }
        ),
    )
    told = refusal()
    lines = [line.removeprefix("  - ").split(": ", 1)[0] for line in told.splitlines()[1:]]
    assert sorted(lines) == sorted(
        ["FRONTDESK_PORT", "FRONTDESK_SECRET_KEY", "FRONTDESK_PROT", "FRONTDESK_DATABASE_ULR"]
        + ["FRONTDESK_ENGINE_SECRET"]
        + ["frontdesk.yml"] * 6
    )
    for where in ("bussiness: unknown key", "bounds.wait", "bounds.wiat", "handoff.mood_low.below", "monday.0"):
        assert where in told
    assert "tooshort" not in told


@pytest.mark.parametrize("name", ["FRONTDESK_PROT", "frontdesk_prot", "FRONTDESK_"])
def test_an_unknown_variable_is_refused_in_the_environment_and_in_the_file(given: Given, name: str) -> None:
    given({name: "1"})
    assert f"{name.upper()}: no such setting" in refusal()


@pytest.mark.parametrize("line", ["FRONTDESK_PROT=1", "frontdesk_prot=1", "export FRONTDESK_PROT=1", "FRONTDESK_PROT"])
def test_an_unknown_variable_of_the_file_is_refused(given: Given, line: str) -> None:
    given(env=f"# ours\nPATH=/bin\n{line}\n")
    assert "FRONTDESK_PROT: no such setting" in refusal()


def test_other_programs_variables_are_nobody_s_business(given: Given) -> None:
    given({"MY_FRONTDESK_PORT": "x"}, env="RASA_TELEMETRY_ENABLED=false\nUNHEARD_OF=1\n")
    assert load().environment.port == 8080


def test_the_variables_of_the_test_set_up_are_not_refused(given: Given) -> None:
    given({"FRONTDESK_TEST_REQUIRE_SERVICES": "1"})
    load()


@pytest.mark.parametrize(
    "config",
    [
        "[1, 2]",
        "business: [",
        "text only",
        "teams: [{hours: {holidays: [2026-02-30]}}]",
        "teams: [{hours: {holidays: [soon]}}]",
        None,
    ],
    ids=["list", "broken", "text", "no such day", "no date", "missing"],
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(given: Given, config: str | None) -> None:
    given(config=config)
    assert "  - frontdesk.yml: " in refusal()


def test_a_file_of_variables_that_cannot_be_read_is_told_by_its_name(given: Given) -> None:
    given(env=b"FRONTDESK_PORT=\xff\xfe\n", config="bussiness: x")
    told = refusal()
    assert "  - .env: cannot be read" in told
    assert "bussiness: unknown key" in told


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("postgres://u:p@db/frontdesk", "postgresql+asyncpg://u:p@db/frontdesk"),
        ("postgresql://u:p@db/frontdesk", "postgresql+asyncpg://u:p@db/frontdesk"),
        ("postgresql+asyncpg://u:p@db/frontdesk", "postgresql+asyncpg://u:p@db/frontdesk"),
        ("sqlite:////srv/f.db", "sqlite+aiosqlite:////srv/f.db"),
        ("sqlite:///f.db", "sqlite+aiosqlite:///f.db"),
        ("sqlite+aiosqlite:///f.db", "sqlite+aiosqlite:///f.db"),
    ],
)
def test_a_database_is_named_as_people_name_it(tmp_path: Path, url: str, opened: str) -> None:
    assert settings(tmp_path, database_url=url).database_url == opened


def test_the_record_is_in_the_data_folder_by_default(tmp_path: Path) -> None:
    assert settings(tmp_path).database_url == f"sqlite+aiosqlite:///{tmp_path / 'frontdesk.db'}"


def test_the_engine_is_found_where_it_listens(tmp_path: Path) -> None:
    assert settings(tmp_path).engine_urls == [f"unix:{tmp_path / 'engine.sock'}"]
    assert settings(tmp_path, engine_listen="127.0.0.1:5005").engine_urls == ["http://127.0.0.1:5005"]
    several = settings(tmp_path, engine_urls="http://a:1, http://b:2,")
    assert several.engine_urls == ["http://a:1", "http://b:2"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    made = settings(tmp_path / "var")
    assert len(made.secret_key) >= 43
    assert made.secret_key != made.engine_secret
    assert settings(tmp_path / "var").secret_key == made.secret_key
    assert mode(tmp_path / "var") == 0o700
    assert {path.name: mode(path) for path in (tmp_path / "var").iterdir() if path.is_file()} == {
        "secret_key": 0o600,
        "engine_secret": 0o600,
    }


def test_a_data_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o755)
    settings(tmp_path / "var").prepare_data()
    assert mode(tmp_path / "var") == 0o700


def test_a_given_secret_is_used_and_none_is_made(tmp_path: Path) -> None:
    assert settings(tmp_path, secret_key="k" * 32).secret_key == "k" * 32
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    together, found = threading.Barrier(8), set()

    def start() -> None:
        made = settings(tmp_path / "var")
        together.wait()
        found.add(made.secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {settings(tmp_path / "var").secret_key}


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_secret_that_was_half_written_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret_key").write_text(content)
    with pytest.raises(SettingsWrong, match="secret_key holds no secret"):
        _ = settings(tmp_path).secret_key


SLACK = {"FRONTDESK_SLACK_BOT_TOKEN": "xoxb-1", "FRONTDESK_SLACK_SIGNING_SECRET": "s"}
LOBBY = "teams: [{name: support, lobby: C0123456789}]"


def test_slack_needs_a_way_in_and_a_lobby(given: Given) -> None:
    given(SLACK, config=LOBBY)
    assert Teams(load().config.teams).lobbies == {"support": "C0123456789"}
    given({"FRONTDESK_SLACK_SIGNING_SECRET": ""})
    said = refusal()
    assert "FRONTDESK_SLACK_SIGNING_SECRET or FRONTDESK_SLACK_APP_TOKEN" in said
    assert "APP_TOKEN" in said
    given(SLACK, config="{}")
    assert "its lobby channel" in refusal()


@pytest.mark.parametrize(
    ("teams", "told"),
    [
        ("[{name: a}, {name: a}]", "the same name"),
        ("[{name: a, lobby: C01}, {name: b, lobby: C01}]", "the same lobby"),
        ("[{name: a, ladder: [{who: 'team:b'}]}]", "no team"),
        ("[{name: Customer Care}]", "name"),
        ("[]", "teams"),
    ],
)
def test_teams_that_do_not_fit_together_are_refused(given: Given, teams: str, told: str) -> None:
    given(config=f"teams: {teams}")
    assert told in refusal()


def test_keys_that_moved_into_a_team_are_told_as_such(given: Given) -> None:
    given(config="hours: {timezone: Europe/Paris}\nslack: {lobbies: {support: C01}}")
    said = refusal()
    assert "hours: now a key of a team" in said
    assert "slack: now a key of a team" in said


def test_a_channel_s_name_is_not_its_id(given: Given) -> None:
    given(SLACK, config='teams: [{name: support, lobby: "#support"}]')
    assert "no channel's id" in refusal()


def test_a_slack_secret_alone_is_told(given: Given) -> None:
    given({"FRONTDESK_SLACK_APP_TOKEN": "xapp-1"}, config=LOBBY)
    assert "FRONTDESK_SLACK_BOT_TOKEN: missing" in refusal()


def test_trusted_proxies_are_addresses_and_networks(given: Given) -> None:
    given({"FRONTDESK_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,::1"})
    assert [str(one) for one in load().environment.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]


def test_a_trusted_proxy_that_is_no_address_is_refused(given: Given) -> None:
    given({"FRONTDESK_TRUSTED_PROXIES": "127.0.0.1, nginx"})
    assert "FRONTDESK_TRUSTED_PROXIES.1: value is not a valid IPv4 or IPv6 network" in refusal()

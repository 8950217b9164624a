"""Rasa's REST protocol is off unless it is enabled, and never open to other machines without a token."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from bot.channels.rest.access import is_loopback
from frontdesk import doctor
from frontdesk.settings import PROJECT, Config, Environment, Settings, SettingsWrong, load

ON = "rest: {enabled: true}"


def start(monkeypatch: pytest.MonkeyPatch, folder: Path, config: str, **variables: str) -> Settings:
    """Reads the settings in an empty folder, with this ``frontdesk.yml`` and these variables only."""
    for name in list(os.environ):
        if name.upper().startswith("FRONTDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    (folder / "frontdesk.yml").write_text(config, encoding="utf-8")
    monkeypatch.setenv("FRONTDESK_CONFIG", str(folder / "frontdesk.yml"))
    for name, value in variables.items():
        monkeypatch.setenv(f"FRONTDESK_{name}", value)
    return load()


def test_it_is_off_by_default_and_on_in_the_quick_start() -> None:
    assert not Config().rest.enabled
    shipped = Config.model_validate(yaml.safe_load((PROJECT / "frontdesk.yml").read_text(encoding="utf-8")))
    assert shipped.rest.enabled
    assert shipped.client_payloads == Config().client_payloads == ("/greet", "/get_started")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_on_this_machine_only_it_needs_no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str) -> None:
    assert start(monkeypatch, tmp_path, ON, HOST=host).environment.rest_token is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "shop.example"])  # noqa: S104 - read, not bound
@pytest.mark.parametrize("token", [None, ""])
def test_where_other_machines_reach_it_nothing_starts_without_a_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str, token: str | None
) -> None:
    variables = {"HOST": host} | ({} if token is None else {"REST_TOKEN": token})
    with pytest.raises(SettingsWrong) as refused:
        start(monkeypatch, tmp_path, ON + "\nbussiness: x", **variables, PORT="many")
    told = str(refused.value)
    assert "FRONTDESK_PORT" in told
    with pytest.raises(SettingsWrong, match="FRONTDESK_REST_TOKEN") as refused:
        start(monkeypatch, tmp_path, ON, **variables)
    assert len(str(refused.value).splitlines()) == 2


def test_with_a_token_or_without_the_protocol_it_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    token = "0123456789abcdef"
    assert start(monkeypatch, tmp_path, ON, HOST="0.0.0.0", REST_TOKEN=token).environment.rest_token == token  # noqa: S104
    monkeypatch.delenv("FRONTDESK_REST_TOKEN")
    start(monkeypatch, tmp_path, "{}", HOST="0.0.0.0")  # noqa: S104 - read, not bound


def test_a_token_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="FRONTDESK_REST_TOKEN") as refused:
        start(monkeypatch, tmp_path, ON, REST_TOKEN="guess-me")
    assert "guess-me" not in str(refused.value)


@pytest.mark.parametrize("payload", ["greet", "/", "/greet now", '/greet{"name": "x"}', "//greet", "/" + "x" * 51, 7])
def test_only_intents_without_entities_open_a_conversation(payload: object) -> None:
    with pytest.raises(ValueError, match="client_payloads"):
        Config.model_validate({"client_payloads": [payload]})


@pytest.mark.parametrize(
    ("name", "loopback"),
    [
        *(("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), ("LOCALHOST", True)),
        *(("", False), ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("localhost.evil.example", False)),  # noqa: S104
        *(("127.0.0.1.evil.example", False), ("2130706433", False)),
    ],
)
def test_this_machine_is_known_by_its_loopback_names(name: str, loopback: bool) -> None:
    assert is_loopback(name) is loopback


@pytest.mark.parametrize(
    ("enabled", "environment", "said", "level"),
    [
        (False, {}, "off", "ok"),
        (True, {}, "this machine only", "ok"),
        (True, {"rest_token": "0123456789abcdef"}, "asks for the token", "ok"),
        (True, {"public_url": "https://support.example"}, "this machine only", "note"),
    ],
)
async def test_the_doctor_says_whether_it_is_on_and_who_may_use_it(
    tmp_path: Path, enabled: bool, environment: dict[str, str], said: str, level: str
) -> None:
    made = Environment(_env_file=None, data=tmp_path, **environment)  # type: ignore[call-arg,arg-type]
    findings = await doctor.examine(Settings(made, Config.model_validate({"rest": {"enabled": enabled}})))
    (found,) = [finding for finding in findings if finding.subject == "REST"]
    assert (said in found.text, found.level) == (True, level)

"""``frontdesk doctor`` knows Slack, and says what to do."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from conversations.staff import Principal, Role
from escalation.adapters.slack.commands import CANNED_COMMAND, CANNED_SHORTCUT, COMMAND
from escalation.adapters.slack.scopes import APP_SCOPE, SCOPES
from frontdesk.settings import Settings
from frontdesk.slack_check import slack_findings
from tests.front import settings
from tests.slack.conftest import ANA, LOBBY, tokens
from tests.slack_stand_in import CHANNEL, Slack

PEOPLE = [Principal("1", "Ana", Role.AGENT, ("support",), ANA), Principal("2", "Edda", Role.EDITOR, ("support",))]
PAGE = (Path(__file__).parents[2] / "docs" / "slack.md").read_text("utf-8")


def made(slack: Slack, data: Path, lobby: str = CHANNEL, **more: Any) -> Settings:
    config = {"teams": [{"name": "support", "lobby": lobby}]} if lobby != CHANNEL else LOBBY
    return settings(data, "sqlite+aiosqlite://", env=tokens(slack, **more), **config)


async def bad(found: Settings, people: list[Principal] = PEOPLE) -> dict[str, str]:
    findings = await slack_findings(found, people)
    assert all(finding.todo for finding in findings if finding.level == "bad")
    return {f.subject: f"{f.text} → {f.todo}" for f in findings if f.level == "bad"}


async def test_all_is_well(slack: Slack, tmp_path: Path) -> None:
    assert await bad(made(slack, tmp_path)) == {}
    assert await bad(made(slack, tmp_path, slack_signing_secret=None, slack_app_token=slack.app_token)) == {}


async def test_a_token_that_is_wrong_or_revoked(slack: Slack, tmp_path: Path) -> None:
    assert "invalid_auth" in (await bad(made(slack, tmp_path, slack_bot_token="xoxb-wrong")))["Slack"]
    slack.revoked = True
    assert "Reinstall" in (await bad(made(slack, tmp_path)))["Slack"]


async def test_slack_that_does_not_answer(slack: Slack, tmp_path: Path) -> None:
    slack.away = True
    assert "does not answer" in (await bad(made(slack, tmp_path)))["Slack"]


async def test_scopes_that_are_missing_are_named(slack: Slack, tmp_path: Path) -> None:
    slack.scopes -= {"groups:history", "users:read"}
    found = await bad(made(slack, tmp_path))
    assert "groups:history, users:read" in found["Slack scopes"]


async def test_a_lobby_that_is_unknown_archived_or_without_us(slack: Slack, tmp_path: Path) -> None:
    subject = "Slack lobby of support"
    assert "channel_not_found" in (await bad(made(slack, tmp_path, "C0NOWHERE")))[subject]
    slack.add_channel("C0ALONE", "alone", member=False)
    assert "/invite" in (await bad(made(slack, tmp_path, "C0ALONE")))[subject]
    slack.channels[CHANNEL].archived = True
    assert "archived" in (await bad(made(slack, tmp_path)))[subject]


async def test_a_roster_without_anybody_of_slack(slack: Slack, tmp_path: Path) -> None:
    assert "agents link" in (await bad(made(slack, tmp_path), PEOPLE[1:]))["Slack roster"]
    unknown = [replace(PEOPLE[0], slack_id="U0NOBODY")]
    assert "user_not_found" in (await bad(made(slack, tmp_path), unknown))["Slack: Ana"]


async def test_an_app_token_that_is_wrong(slack: Slack, tmp_path: Path) -> None:
    found = await bad(made(slack, tmp_path, slack_app_token="xapp-wrong"))
    assert APP_SCOPE in found["Slack events"]


def test_the_manifest_of_the_page_asks_for_what_is_needed_and_no_more() -> None:
    manifests = re.findall(r"```yaml\n(display_information.*?)```", PAGE, re.DOTALL)
    assert len(manifests) == 1
    scopes = re.search(r"bot:\n((?: +- .*\n)+)", manifests[0])
    assert scopes is not None
    assert {line.strip("- \n") for line in scopes[1].splitlines()} == set(SCOPES)
    assert all(reason in PAGE for reason in SCOPES.values()) and APP_SCOPE in PAGE
    listened_to = (f"command: {COMMAND}", f"command: {CANNED_COMMAND}", f"callback_id: {CANNED_SHORTCUT}")
    assert all(part in manifests[0] for part in (*listened_to, "app_home_opened", "home_tab_enabled: true"))

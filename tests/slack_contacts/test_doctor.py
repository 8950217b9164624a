"""``frontdesk doctor`` knows Slack for contacts; the page and the scopes are the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from slack_sdk.oauth.installation_store.models.installation import Installation

from bot.channels.slack.installs import Installs, Seal
from bot.channels.slack.scopes import SCOPES
from conversations.store.database import Database
from frontdesk.settings import Settings
from frontdesk.slack_contacts_check import contacts_findings
from tests.channels.slack_contact import tokens
from tests.front import settings
from tests.slack.conftest import LOBBY
from tests.slack.conftest import tokens as desk_tokens
from tests.slack_stand_in import Slack

PAGE = (Path(__file__).parents[2] / "docs" / "slack.md").read_text("utf-8")


def made(data: Path, database_url: str = "sqlite+aiosqlite://", **env: Any) -> Settings:
    return settings(data, database_url, env=env, **LOBBY)


async def told(found: Settings) -> dict[str, str]:
    return {f.subject: f"{f.level}: {f.text} {f.todo or ''}" for f in await contacts_findings(found)}


async def test_all_is_well_by_an_app_of_its_own_and_by_the_agents_app(slack: Slack, tmp_path: Path) -> None:
    for env in (tokens(slack), desk_tokens(slack)):
        found = await told(made(tmp_path, **env, public_url="https://desk.example"))
        assert {line.partition(":")[0] for line in found.values()} == {"ok"}
    assert "/slack/contacts/events" in (await told(made(tmp_path, **tokens(slack))))["Slack for contacts: events"]


async def test_what_is_missing_is_named_and_what_it_can_do_without_is_a_note(slack: Slack, tmp_path: Path) -> None:
    slack.scopes -= {"assistant:write", "chat:write.customize"}
    found = await told(made(tmp_path, **tokens(slack)))
    assert found["Slack for contacts: scopes"].startswith("note: it works without")
    slack.scopes -= {"im:history"}
    found = await told(made(tmp_path, **tokens(slack)))
    assert "im:history" in found["Slack for contacts: scopes"] and found["Slack for contacts: scopes"].startswith("bad")


async def test_a_token_that_is_wrong_is_told_with_what_to_do(slack: Slack, tmp_path: Path) -> None:
    found = await told(made(tmp_path, **{**tokens(slack), "slack_contacts_bot_token": "xoxb-wrong"}))
    assert "invalid_auth" in found["Slack for contacts"] and "OAuth & Permissions" in found["Slack for contacts"]


async def test_each_workspace_that_installed_the_app_is_looked_at(
    slack: Slack, tmp_path: Path, database_url: str
) -> None:
    env = {**tokens(slack), "slack_client_id": "1.2", "slack_client_secret": "s", "public_url": "https://desk.example"}
    found = made(tmp_path, database_url, **env)
    assert "no workspace has installed it" in (await told(found))["Slack for contacts: installs"]
    database = Database(database_url)
    installs = Installs(database, Seal(found.secret_key))
    for team, name, token in (("T1", "One", slack.token), ("T2", "Two", "xoxb-gone"), ("T3", "Three", "x")):
        scopes = ",".join(SCOPES)
        given = {"team_id": team, "team_name": name, "bot_token": token, "bot_scopes": scopes, "user_id": "U1"}
        await installs.async_save(Installation(**given))
    await installs.revoke("T3")
    await database.close()
    lines = await told(found)
    assert lines["Slack for contacts: One"].startswith("ok")
    assert lines["Slack for contacts: Two"].startswith("bad") and "invalid_auth" in lines["Slack for contacts: Two"]
    assert lines["Slack for contacts: Three"].startswith("note")
    other_key = Settings(
        found.environment.model_copy(update={"secret_key": "another-secret-key-of-32-characters-x"}), found.config
    )
    assert "another FRONTDESK_SECRET_KEY" in (await told(other_key))["Slack for contacts: One"]


def test_the_page_names_every_scope_with_its_reason_and_in_its_manifest() -> None:
    section = PAGE.partition("# Contacts in Slack")[2]
    for scope, reason in SCOPES.items():
        assert f"| `{scope}` | {reason} |" in section
        assert re.search(rf"^      - {re.escape(scope)}$", section, re.MULTILINE), scope

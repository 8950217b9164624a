"""Where the app is installed, and installs under way: kept in the record, tokens encrypted with the secret key."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from dataclasses import dataclass
from logging import Logger
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from sqlalchemy import delete, insert, select, update

from bot.channels.slack.tables import slack_install, slack_install_state
from conversations.store.database import Database, Transaction, now

# So long (seconds) somebody may take to say yes on Slack's page.
STATE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Installed:
    """A workspace with the app in it; ``token`` is None once it took the app away."""

    team_id: str
    token: str | None
    scopes: frozenset[str]
    team_name: str | None = None


class Seal:
    """Encrypts tokens, so that a copy of the database gives nobody a workspace: Fernet (AES-128-CBC with HMAC)."""

    def __init__(self, secret_key: str) -> None:
        key = hashlib.sha256(b"slack tokens\0" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def sealed(self, token: str) -> str:
        return self._fernet.encrypt(token.encode()).decode()

    def opened(self, sealed: str) -> str | None:
        """The token; None when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


class Installs(AsyncInstallationStore):
    """Slack's SDK saves here what an install brought; only the bot's token is kept, one per workspace."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal

    @property
    def logger(self) -> Logger:
        return logging.getLogger("frontdesk.slack.installs")

    async def of(self, team_id: str) -> Installed | None:
        """The install in a workspace, good or revoked."""
        async with self._database.read() as tx:
            row = (await tx.execute(select(slack_install).where(slack_install.c.team_id == team_id))).one_or_none()
        if row is None:
            return None
        token = self._seal.opened(row.sealed_token) if row.sealed_token and row.revoked_at is None else None
        return Installed(team_id, token, frozenset(row.scopes.split(",")), row.team_name)

    async def everywhere(self) -> list[Installed]:
        """All of them, by name."""
        async with self._database.read() as tx:
            ids = list(
                (await tx.execute(select(slack_install.c.team_id).order_by(slack_install.c.team_name))).scalars()
            )
        return [found for one in ids if (found := await self.of(one)) is not None]

    async def revoke(self, team_id: str) -> bool:
        """The workspace took the app away, or its token: written down, and the token forgotten."""
        gone = (
            update(slack_install)
            .where(slack_install.c.team_id == team_id, slack_install.c.revoked_at.is_(None))
            .values(revoked_at=now(), sealed_token=None)
        )
        async with self._database.write() as tx:
            return bool((await tx.execute(gone)).rowcount)

    async def async_save(self, installation: Installation) -> None:
        if not installation.team_id or not installation.bot_token:
            raise ValueError("an install without a workspace or a bot's token, such as a whole organisation's")
        row = {
            "team_id": installation.team_id,
            "team_name": installation.team_name,
            "app_id": installation.app_id,
            "bot_id": installation.bot_id,
            "bot_member": vars(installation)["bot_user_id"],
            "scopes": ",".join(installation.bot_scopes or []),
            "sealed_token": self._seal.sealed(installation.bot_token),
        }
        async with self._database.write() as tx:
            await self._put(tx, row)

    async def _put(self, tx: Transaction, row: dict[str, Any]) -> None:
        changed = {**row, "installed_at": now(), "revoked_at": None}
        there = update(slack_install).where(slack_install.c.team_id == row["team_id"]).values(**changed)
        if not (await tx.execute(there)).rowcount:
            await tx.execute(insert(slack_install).values(**changed))

    async def async_save_bot(self, bot: Bot) -> None:
        """Bolt saves a bot alone only when it rotates tokens, which is not supported here (docs/slack.md)."""
        raise NotImplementedError("only whole installs are saved")


class States(AsyncOAuthStateStore):
    """States of installs under way: each is good once, for ten minutes, on whichever front it comes back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def logger(self) -> Logger:
        return logging.getLogger("frontdesk.slack.installs")

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        state = secrets.token_urlsafe(32)
        async with self._database.write() as tx:
            await tx.execute(delete(slack_install_state).where(slack_install_state.c.until < now()))
            row = insert(slack_install_state).values(hash=_hash(state), until=now() + STATE_SECONDS)
            await tx.execute(row)
        return state

    async def async_consume(self, state: str) -> bool:
        used = delete(slack_install_state).where(
            slack_install_state.c.hash == _hash(state), slack_install_state.c.until >= now()
        )
        async with self._database.write() as tx:
            return bool((await tx.execute(used)).rowcount)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode(errors="replace")).hexdigest()

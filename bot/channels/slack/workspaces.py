"""Slack's Web API by workspace: each is reached with its own token, and paced by its channels."""

from __future__ import annotations

import aiohttp
import structlog

from bot.channels.slack.installs import Installs
from vendors.slack.api import SlackApi, SlackError
from vendors.slack.pace import Turns

log = structlog.get_logger()
CUSTOMIZE = "chat:write.customize"
# So many direct messages' channels are remembered; Slack tells them again.
_REMEMBERED = 10_000


class NotInstalled(Exception):
    """The workspace does not have the app, or not any more. Somebody there has to install it: /slack/install."""


class Workspaces:
    """The APIs of all workspaces.

    Args:
        own: for the workspace of the token in the settings, if there is one: shared with the desk, so that both keep
            one pace.
        installs: workspaces that installed the app by themselves.
        turns: the pace of their channels; None: one of this process for each workspace.
    """

    def __init__(self, own: SlackApi | None, installs: Installs, base_url: str, turns: Turns | None = None) -> None:
        self._own, self._installs, self._base_url, self._turns = own, installs, base_url, turns
        self._apis: dict[str, SlackApi] = {}
        self._own_scopes: frozenset[str] | None = None
        self._directs: dict[tuple[str, str], str] = {}
        self.session: aiohttp.ClientSession | None = None

    async def api(self, team: str) -> SlackApi:
        """The API with the workspace's token.

        Raises:
            NotInstalled.
        """
        installed = await self._installs.of(team)
        if installed is None:
            if self._own is None:
                raise NotInstalled(team)
            return self._own
        if installed.token is None:
            self._apis.pop(team, None)
            raise NotInstalled(team)
        known = self._apis.get(team)
        if known is None or known.client.token != installed.token:
            known = self._apis[team] = SlackApi(installed.token, self._base_url, self._turns)
        known.client.session = self.session
        return known

    async def direct(self, api: SlackApi, team: str, person: str) -> str:
        """The channel of the direct message with a person.

        Raises:
            SlackBusy, SlackRefused, SlackSilent: it may be asked again.
        """
        known = self._directs.get((team, person))
        if known is None:
            # https://docs.slack.dev/reference/methods/conversations.open: the same one each time
            if len(self._directs) >= _REMEMBERED:
                self._directs.clear()
            opened = await api.ask("conversations.open", **{"users": person})
            known = self._directs[team, person] = str(opened["channel"]["id"])
        return known

    async def shows_speaker(self, team: str) -> bool:
        """Whether the app may say in Slack's own line who speaks."""
        installed = await self._installs.of(team)
        if installed is not None:
            return CUSTOMIZE in installed.scopes
        return CUSTOMIZE in await self._scopes()

    async def _scopes(self) -> frozenset[str]:
        """What the settings' token may do: asked once; until Slack answers, as little as can be."""
        if self._own_scopes is None and self._own is not None:
            try:
                about = await self._own.ask("auth.test")
            except SlackError as failed:
                log.info("slack: the token's scopes are not known yet", cause=str(failed))
                return frozenset()
            self._own_scopes = frozenset(one.strip() for one in about.headers.get("x-oauth-scopes", "").split(","))
        return self._own_scopes or frozenset()

    async def revoked(self, team: str) -> None:
        """The workspace took the app away."""
        self._apis.pop(team, None)
        kept = await self._installs.revoke(team)
        log.warning("slack: a workspace took the app away", team=team, by_install=kept)

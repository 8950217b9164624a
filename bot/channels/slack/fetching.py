"""Files that contacts send: fetched from Slack's own host, capped, and named and typed by us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.channels.files import FileRefused, FileRules, keep
from bot.channels.slack.workspaces import Workspaces
from conversations.model import Attachment
from conversations.store.blobs import Blobs
from vendors.slack.api import SlackApi, SlackRefused
from vendors.slack.files import download
from vendors.slack.payloads import File, read

# Of a file that Slack shows no more: https://docs.slack.dev/reference/objects/file-object
_NOT_THERE = {"tombstone", "hidden_by_limit"}


@dataclass(slots=True)
class Fetched:
    """What was taken; ``refused`` has a sentence for the contact for each reason why something was not."""

    attachments: list[Attachment] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Fetching:
    """``rules`` say what may come; ``failed`` is the sentence when Slack does not give a file."""

    def __init__(self, workspaces: Workspaces, blobs: Blobs, rules: FileRules, failed: str) -> None:
        self._workspaces, self._blobs, self._rules, self._failed = workspaces, blobs, rules, failed

    async def fetch(self, team: str, files: Sequence[File]) -> Fetched:
        """The files of one message, as many as a message may have.

        Raises:
            SlackBusy, SlackSilent, NotInstalled: it may be asked again.
        """
        api, fetched = await self._workspaces.api(team), Fetched()
        for file in files[: self._rules.at_once]:
            try:
                fetched.attachments.append(await self._take(api, await _known(api, file)))
            except FileRefused as refused:
                fetched.refused.append(refused.text)
            except SlackRefused:
                fetched.refused.append(self._failed)
        fetched.refused = list(dict.fromkeys(fetched.refused))
        return fetched

    async def _take(self, api: SlackApi, file: File) -> Attachment:
        url = file.url_private_download
        if file.mode in _NOT_THERE or not url:
            raise SlackRefused("file_not_there")
        if (file.size or 0) > self._rules.most:
            raise self._rules.too_large()
        return await keep(self._blobs, download(api, url), file.name or "", self._rules)


async def _known(api: SlackApi, file: File) -> File:
    """A file of a channel that two workspaces share comes without its address."""
    if file.file_access != "check_file_info" or not file.id:
        return file
    return read(File, (await api.ask("files.info", file=file.id))["file"])

"""A commit for each version of the content, where its folder is a git checkout and ``content.git`` is on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 30.0


class GitRefused(Exception):
    """git did not commit. The files are written and the version is kept; commit by hand, or mend what git says."""


async def commit(project: Path, paths: Sequence[str], by: str, note: str) -> None:
    """Commits these files and nothing else, in the name of ``by``.

    Raises:
        GitRefused: with git's own words.
    """
    await _git(project, "add", "--all", "--", *paths)
    who = " ".join(by.split()).translate({ord("<"): None, ord(">"): None}) or "Frontdesk"
    identity = ("-c", f"user.name={who}", "-c", "user.email=frontdesk@localhost", "-c", "commit.gpgsign=false")
    await _git(project, *identity, "commit", "--quiet", "--no-verify", "--only", "-m", note or "Content", "--", *paths)


async def _git(project: Path, *arguments: str) -> None:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        process = await asyncio.create_subprocess_exec(
            *("git", "-C", str(project), *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
        )
    except OSError as wrong:
        raise GitRefused(f"git cannot be started: {wrong.strerror}") from wrong
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise GitRefused(f"git did not end within {_SECONDS:g} s") from None
    if process.returncode:
        raise GitRefused(f"git says: {said.decode(errors='replace').strip()[:300]}")

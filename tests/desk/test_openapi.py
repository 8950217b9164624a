"""The OpenAPI document is true: what others' tool makes of it, right and wrong, is answered as it says."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from conversations.staff import Role
from tests.front import House

# Schemathesis makes requests of the document, such as fit it and such as do not, and compares the answers with it.
# Left out: whatever fits a schema need not be accepted, since no schema says that a text of blanks says nothing.
LEFT_OUT = "positive_data_acceptance"
EXAMPLES = 4
# Each takes half a minute: `make test` has the stricter database, FRONTDESK_TEST_ALL=1 both.
DATABASES = ["sqlite", "postgresql"] if os.environ.get("FRONTDESK_TEST_ALL") == "1" else ["postgresql"]


async def prepared(home: House, folder: Path) -> str:
    """A handoff that an admin holds, and settings that name it; returns the admin's token."""
    browser, admin = await home.browser(), await home.agent("Ada", Role.ADMIN)
    handoff_id = await home.handoff(browser)
    await admin.act(handoff_id, "claim")
    (folder / "schemathesis.toml").write_text(f'[parameters]\n"path.id" = "{handoff_id}"\n')
    return admin.token


@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
async def test_every_answer_is_as_the_openapi_document_says(home: House, tmp_path: Path) -> None:
    token = await prepared(home, tmp_path)
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml")]
    limits = ["--max-examples", str(EXAMPLES), "--phases", "coverage,fuzzing", "--generation-deterministic"]
    checks = ["--checks", "all", "--exclude-checks", LEFT_OUT, "--request-timeout", "20", "--no-color"]
    document = str(home.client.make_url("/api/openapi.json"))
    bearer = ["--header", f"Authorization: Bearer {token}"]
    running = await asyncio.create_subprocess_exec(
        *program, "run", document, *limits, *checks, *bearer,
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(running.communicate(), 150)
    finally:
        if running.returncode is None:
            running.kill()
    assert running.returncode == 0, said.decode()[-20_000:]

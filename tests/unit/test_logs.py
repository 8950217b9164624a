"""Logs: a JSON object a line, and secrets in none of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from frontdesk.logs import redact

ROOT = Path(__file__).parents[2]
TELEGRAM = "123456789:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"[:35]
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("xoxb-1234567890-abcdefghij", "[secret]"),
        ("token xapp-1-A0-9-f00 given", "token [secret] given"),
        (
            f"POST https://api.telegram.org/bot{TELEGRAM}/sendMessage",
            "POST https://api.telegram.org/bot[secret]/sendMessage",
        ),
        ("fd_" + "Zx9-_" * 9, "[secret]"),
        (f"?token={JWT}", "?token=[secret]"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [secret]"),
        ("authorization: bearer abc.def", "authorization: bearer [secret]"),
        ("postgresql://frontdesk:hunter2@db:5432/x", "postgresql://[secret]@db:5432/x"),
        ("redis://:hunter2@cache:6379/0", "redis://[secret]@cache:6379/0"),
        ("http://127.0.0.1:8080/desk", "http://127.0.0.1:8080/desk"),
        ("conversation web:8f3 has 12 messages", "conversation web:8f3 has 12 messages"),
    ],
)
def test_a_secret_is_masked_and_the_rest_stays(written: str, kept: str) -> None:
    assert redact(None, "info", {"event": written}) == {"event": kept}


def test_a_secret_is_masked_however_deep_it_lies_and_whatever_holds_it() -> None:
    line: dict[str, Any] = {
        "headers": {"Authorization": f"Bearer {JWT}", "n": 1},
        "tried": [("redis://:hunter2@cache", None, 1.5)],
        "error": OSError(f"cannot reach https://api.telegram.org/bot{TELEGRAM}/getMe"),
        "body": b"xoxb-1234567890-abcdefghij",
    }
    kept = json.dumps(redact(None, "info", line))
    assert [secret for secret in (JWT, "hunter2", TELEGRAM, "xoxb-1") if secret in kept] == []
    assert json.loads(kept)["headers"] == {"Authorization": "Bearer [secret]", "n": 1}
    assert json.loads(kept)["tried"] == [["redis://[secret]@cache", None, 1.5]]


_PROGRAM = """
import logging, structlog
from frontdesk import logs
logs.set_up()
structlog.contextvars.bind_contextvars(conversation_id="web:8f3")
log = structlog.get_logger("bot.gateway")
log.info("turn settled", number=3, took=0.5)
log.debug("not at this level")
logging.getLogger("some.library").warning("took %s ms", 12)
logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/...")
try:
    raise ValueError("redis://:hunter2@cache does not answer")
except ValueError:
    log.exception("two\\nlines")
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """What a small program of its own logs: the set-up of logs is one for a whole process."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_a_json_object_with_its_time_level_and_source(lines: list[dict[str, Any]]) -> None:
    assert [line["event"] for line in lines] == ["turn settled", "took 12 ms", "two\nlines"]
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert {line["logger"] for line in lines} == {"bot.gateway", "some.library"}
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert (lines[0]["number"], lines[0]["took"]) == (3, 0.5)


def test_every_line_names_the_conversation_libraries_lines_too(lines: list[dict[str, Any]]) -> None:
    assert {line["conversation_id"] for line in lines} == {"web:8f3"}


def test_an_exception_is_told_in_its_line_without_its_secret(lines: list[dict[str, Any]]) -> None:
    assert "ValueError: redis://[secret]@cache does not answer" in lines[-1]["exception"]
    assert "hunter2" not in json.dumps(lines)

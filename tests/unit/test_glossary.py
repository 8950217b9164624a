"""One word per thing: the words that we do not use stand in no name and in no sentence of ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("conversations", "escalation", "frontdesk", "bot/gateway", "bot/channels")
# We say: contact, handoff, agent.
NOT_USED = {"user", "users", "ticket", "tickets", "operator", "operators"}
# Words of others' protocols: Telegram's fields, and the events of Rasa's Socket.IO channel with their settings.
THEIRS = {"user", "user_uttered", "_user_uttered", "user_message_evt"}
_THEIR_FOLDERS = ("bot/channels/telegram/", "bot/channels/socketio/", "frontdesk/settings.py")
# Fields of a node that hold a name; imports are left out, since others' packages are named by others.
_NAME_FIELDS = ("id", "attr", "arg", "name")


def words(name: str) -> set[str]:
    """``agentJoined``, ``agent_joined`` and ``an agent`` have the word agent."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that is defined or used, with its line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.alias):
            for field in _NAME_FIELDS:
                if isinstance(name := getattr(node, field, None), str):
                    yield getattr(node, "lineno", 0), name


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text with a blank in it, docstrings too, less addresses and code: one without is a key or a pattern."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield node.lineno, re.sub(r"\S+://\S+|``\S+``", "", node.value)


def trees() -> list[tuple[str, ast.Module]]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_bytes())) for path in paths]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("slack_user", {"user"}),
        ("TicketView", {"ticket"}),
        ("USERS", {"users"}),
        ("getUserID", {"user"}),
        ("userland", set()),
        ("the operator's desk", {"operator"}),
        ("operation", set()),
    ],
)
def test_a_word_is_found_in_names_and_sentences_but_not_within_another_word(name: str, found: set[str]) -> None:
    assert words(name) & NOT_USED == found


def is_theirs(path: str, name: str) -> bool:
    return name in THEIRS and path.startswith(_THEIR_FOLDERS)


def test_no_name_says_it_otherwise() -> None:
    found = [
        (path, line, name)
        for path, tree in trees()
        for line, name in names(tree)
        if words(name) & NOT_USED and not is_theirs(path, name)
    ]
    assert found == []


def test_no_sentence_says_it_otherwise() -> None:
    found = [(path, line, text) for path, tree in trees() for line, text in sentences(tree) if words(text) & NOT_USED]
    assert found == []


def test_names_and_sentences_are_read() -> None:
    read = dict(trees())["conversations/model.py"]
    assert "InboundMessage" in {name for _, name in names(read)}
    assert any("Unix seconds" in text for _, text in sentences(read))

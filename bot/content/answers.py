"""What the assistant says to each intent, read from the content: the first answer of the rule that begins with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import yaml

from bot.content.folder import Files
from conversations import yaml_text


def answers(files: Files) -> dict[str, str]:
    """Intents to all wordings of their answer; intents that an action answers are not in it.

    Without a rule an intent is answered by the answer of its name. Files that cannot be read say nothing.
    """
    documents = [document for content in files.values() if (document := _load(content))]
    responses: dict[str, Any] = {}
    for document in documents:
        responses.update(document.get("responses") or {})
    said = {name: _words(variants) for name, variants in responses.items()}
    by_name = {name.removeprefix("utter_"): words for name, words in said.items()}
    ruled = {intent: said.get(action) for document in documents for intent, action in _rules(document)}
    return {intent: words for intent, words in {**by_name, **ruled}.items() if words is not None}


def _rules(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for rule in document.get("rules") or ():
        steps = rule.get("steps") or []
        for step, following in pairwise(steps):
            if isinstance(step.get("intent"), str) and isinstance(following.get("action"), str):
                yield step["intent"], following["action"]
                break


def _words(variants: Any) -> str:
    return repr(variants)


def _load(content: bytes) -> dict[str, Any] | None:
    try:
        loaded = yaml_text.loads(content)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    return loaded if isinstance(loaded, dict) else None

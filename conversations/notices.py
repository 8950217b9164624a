"""The words that Frontdesk itself says (place in line, who joined, …): ``utter_notice_…`` responses of ``domain.yml``.

They stand beside the assistant's answers so that editors own all words in one place; the front reads them itself, since
it must be able to speak while the engine is down.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

NAMES = (
    "handoff_asked handoff_upset handoff_not_understood handoff_circles handoff_form_failed handoff_engine_failing "
    "handoff_reserved handoff_again place out_of_hours queue_ack ask_meanwhile cancelled agent_joined "
    "agent_left_waiting transferred returned resolved survey survey_thanks survey_comment_ask "
    "survey_comment_thanks still_working offer_human told_again cut not_kept choice_closed failed may_not_have_arrived "
    "continue_form"
).split()
_PREFIX, _READING = "utter_notice_", "utter_reading_"


class NoticesIncomplete(Exception):
    """``domain.yml`` lacks words that Frontdesk itself needs, or has some that cannot be said; all are named."""


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True)
class Notices:
    """Wordings by name. ``readings`` say back an intent ("where your order is")."""

    wordings: Mapping[str, Sequence[str]]
    readings: Mapping[str, str]

    def __call__(self, name: str, seed: str = "", /, **variables: object) -> str:
        """The notice with its variables filled in; the wording is chosen by ``seed``, so that a retry says the same."""
        wordings = self.wordings[name]
        text = wordings[zlib.crc32(seed.encode()) % len(wordings)]
        filled = text.format_map(_Gaps({key: str(value) for key, value in variables.items()}))
        return " ".join(part for part in filled.split(" ") if part).strip()

    def reading(self, intent: str | None) -> str | None:
        """How to say back what an intent means; None when the content has no words for it."""
        return self.readings.get(intent or "")


def load(domain: Path) -> Notices:
    """Reads the notices of a domain file.

    Raises:
        NoticesIncomplete: the file cannot be read, lacks a notice, or has one whose braces cannot be filled in.
    """
    try:
        responses = (yaml.safe_load(domain.read_text(encoding="utf-8")) or {}).get("responses") or {}
        texts = {name: _texts(variants) for name, variants in responses.items()}
    except (OSError, UnicodeError, yaml.YAMLError, AttributeError) as wrong:
        raise NoticesIncomplete(f"{domain} cannot be read: {wrong}") from wrong
    missing = [_PREFIX + name for name in NAMES if not texts.get(_PREFIX + name)]
    if missing:
        raise NoticesIncomplete(f"{domain} has no words for: {', '.join(missing)}. Add them under 'responses'.")
    broken = [_PREFIX + name for name in NAMES if not all(map(_can_be_filled, texts[_PREFIX + name]))]
    if broken:
        raise NoticesIncomplete(f"{domain} has braces that name no variable in: {', '.join(broken)}.")
    readings = {name.removeprefix(_READING): t[0] for name, t in texts.items() if name.startswith(_READING) and t}
    return Notices({name: texts[_PREFIX + name] for name in NAMES}, readings)


def _can_be_filled(text: str) -> bool:
    try:
        text.format_map(_Gaps())
    except (ValueError, LookupError, AttributeError):
        return False
    return True


def _texts(variants: object) -> list[str]:
    if not isinstance(variants, list):
        return []
    return [str(one["text"]).strip() for one in variants if isinstance(one, dict) and one.get("text")]

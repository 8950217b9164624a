"""The words that Frontdesk itself says (place in line, who joined, …): ``utter_notice_…`` responses of ``domain.yml``.

They stand beside the assistant's answers so that editors own all words in one place; the front reads them itself, since
it must be able to speak while the engine is down.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from conversations import yaml_text

NAMES = (
    "handoff_asked handoff_upset handoff_still_upset handoff_not_understood handoff_circles handoff_form_failed "
    "handoff_promise_late handoff_vip "
    "handoff_engine_failing handoff_reserved handoff_again said_back "
    "said_back_asked_again said_back_waited said_back_unanswered place at_once at_once_again at_once_out_of_hours "
    "out_of_hours queue_ack queue_ack_upset ask_meanwhile cancelled agent_joined agent_greets agent_left_waiting "
    "transferred returned resolved survey survey_thanks survey_comment_ask survey_comment_thanks still_working "
    "offer_human told_again told_again_behind getting_ready cut not_kept too_fast file_alone choice_closed failed "
    "may_not_have_arrived continue_form speaker_here speaker_unknown button_ask_meanwhile button_cancel_handoff "
    "talk_to_person annoyed annoyed_sorry no_joke help now_agent now_queue privacy button_send_data button_erase "
    "button_link private_only send_data_begun send_data_ready send_data_lately send_data_too_large send_data_no_files "
    "erase_ask button_erase_confirmed button_erase_kept erase_kept erase_begun link_code link_joined "
    "link_joined_there link_same link_unknown link_too_often moved_to_direct file_failed not_read typing agent_types "
    "form_button form_send form_close open_private file_too_large file_not_sent taken_back not_your_button menu_help "
    "menu_human menu_privacy menu_link button_leave_with_us left_with_us left_with_us_until button_leave_email "
    "leave_email_ask leave_email_kept put_off place_now silent abandoned mail_subject mail_intro mail_back mail_why"
).split()
_PREFIX, _READING = "utter_notice_", "utter_reading_"


class NoticesIncomplete(Exception):
    """``domain.yml`` lacks words that Frontdesk itself needs, or has some that cannot be said; all are named."""


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


Wordings = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Notices:
    """Wordings by name. ``readings`` say back an intent ("where your order is"); ``by_language`` are other wordings."""

    wordings: Wordings
    readings: Mapping[str, str]
    by_language: Mapping[str, Wordings] = field(default_factory=dict)

    def __call__(self, name: str, seed: str = "", /, **variables: object) -> str:
        """The notice with its variables filled in; the wording is chosen by ``seed``, so that a retry says the same."""
        wordings = self.wordings[name]
        text = wordings[zlib.crc32(seed.encode()) % len(wordings)]
        filled = text.format_map(_Gaps({key: str(value) for key, value in variables.items()}))
        return " ".join(part for part in filled.split(" ") if part).strip()

    def spoken(self, language: str | None) -> Notices:
        """The same notices, in ``language`` (ISO 639-1) where there are words for it."""
        theirs = self.by_language.get(language or "")
        return self if theirs is None else replace(self, wordings={**self.wordings, **theirs})

    def reading(self, intent: str | None) -> str | None:
        """How to say back what an intent means; None when the content has no words for it."""
        return self.readings.get(intent or "")


def load(domain: Path) -> Notices:
    """Reads the notices of a domain file. A wording whose condition is a value of the slot ``language`` is for that.

    Raises:
        NoticesIncomplete: the file cannot be read, lacks a notice, or has one whose braces cannot be filled in.
    """
    try:
        responses = (yaml_text.loads(domain.read_text(encoding="utf-8")) or {}).get("responses") or {}
        found = {name: _texts(variants) for name, variants in responses.items()}
    except (OSError, UnicodeError, yaml.YAMLError, AttributeError, TypeError) as wrong:
        raise NoticesIncomplete(f"{domain} cannot be read: {wrong}") from wrong
    texts = {name: [text for language, text in variants if language is None] for name, variants in found.items()}
    missing = [_PREFIX + name for name in NAMES if not texts.get(_PREFIX + name)]
    if missing:
        raise NoticesIncomplete(f"{domain} has no words for: {', '.join(missing)}. Add them under 'responses'.")
    broken = [_PREFIX + name for name in NAMES if not all(_can_be_filled(text) for _, text in found[_PREFIX + name])]
    if broken:
        raise NoticesIncomplete(f"{domain} has braces that name no variable in: {', '.join(broken)}.")
    readings = {name.removeprefix(_READING): t[0] for name, t in texts.items() if name.startswith(_READING) and t}
    return Notices({name: texts[_PREFIX + name] for name in NAMES}, readings, _by_language(found))


def _by_language(found: Mapping[str, list[tuple[str | None, str]]]) -> dict[str, dict[str, list[str]]]:
    words: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in NAMES:
        for language, text in found[_PREFIX + name]:
            if language is not None:
                words[language][name].append(text)
    return {language: dict(theirs) for language, theirs in words.items()}


def _can_be_filled(text: str) -> bool:
    try:
        text.format_map(_Gaps())
    except (ValueError, LookupError, AttributeError):
        return False
    return True


def _texts(variants: object) -> list[tuple[str | None, str]]:
    """Each wording with the language that it is for; None: for any."""
    if not isinstance(variants, list):
        return []
    worded = [one for one in variants if isinstance(one, dict) and one.get("text")]
    return [(_language(one), str(one["text"]).strip()) for one in worded]


def _language(wording: dict[str, Any]) -> str | None:
    conditions = wording.get("condition") or []
    return next((str(given.get("value")) for given in conditions if given.get("name") == "language"), None)

"""Which wording of an answer is said: one that still holds, the closest to who is spoken to, else by chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor

from bot.content.domain import UNTIL

# Said when no wording of an answer holds any more; without it the turn fails, and people are told and helped.
RAN_OUT = "utter_ran_out"

type Wording = dict[str, Any]


def _today() -> date:
    return datetime.now(UTC).date()


class Wordings(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Rasa's choice of a wording by channel and conditions, less those whose day is over (UTC).

    Of several whose conditions hold, one for the contact's language comes first, then the one with the most conditions:
    whoever writes German and is upset gets the German words.
    """

    def __init__(self, responses: dict[str, list[Wording]], today: Callable[[], date] = _today) -> None:
        super().__init__(responses)
        self._today = today

    def _random_response_for(self, utter_action: str, output_channel: str, filled_slots: dict[str, Any]) -> Any:
        today = self._today()
        holding = [one for one in self.responses.get(utter_action, ()) if _holds(one, today)]
        name = utter_action if holding or utter_action not in self.responses else RAN_OUT
        variants = {name: holding or self.responses.get(name, [])}
        found = ResponseVariationFilter(variants).responses_for_utter_action(name, output_channel, filled_slots)
        closest = max(map(_closeness, found), default=None)
        return _one_of([one for one in found if _closeness(one) == closest])


def use(processor: MessageProcessor) -> None:
    """Have a loaded model choose its words so; an endpoint for them, where one is set up, stays."""
    if type(processor.nlg) is TemplatedNaturalLanguageGenerator:
        processor.nlg = Wordings(processor.nlg.responses)


def _holds(wording: Wording, today: date) -> bool:
    until = (wording.get("metadata") or {}).get(UNTIL)
    try:
        return until is None or today <= date.fromisoformat(str(until))
    except ValueError:
        return True  # training refuses what is no day


def _closeness(wording: Wording) -> tuple[bool, int]:
    conditions = wording.get("condition") or []
    return any(one.get("name") == "language" for one in conditions), len(conditions)


def _one_of(found: list[Wording]) -> Wording | None:
    import numpy as np

    chosen: Wording | None = np.random.choice(found) if found else None  # type: ignore[arg-type]
    return chosen

"""What is said when a message is out of scope, in doubt between two readings, or in another language."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.languages import say_other_language, wrote_another_language

READINGS = "utter_reading_"
NEITHER = "something_else"
OFFERED = 2


class NotUnderstood(Action):  # type: ignore[misc]
    """Another language: a kind word. In doubt: the two likeliest readings as buttons. Else an honest "I can't"."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Nothing is remembered here: what the contact chooses is a press, kept with the question in the record."""
        if wrote_another_language(tracker):
            say_other_language(dispatcher)
            return []
        ranked = [entry["name"] for entry in tracker.latest_message.get("intent_ranking") or []]
        likely = [intent for intent in ranked if _reading(intent, domain) and intent != NEITHER][:OFFERED]
        if _is_in_doubt(tracker) and len(likely) == OFFERED:
            choices = [{"title": _reading(intent, domain), "payload": f"/{intent}"} for intent in (*likely, NEITHER)]
            dispatcher.utter_message(response="utter_which_reading", buttons=choices)
        else:
            dispatcher.utter_message(response="utter_way_out" if tracker.active_loop else "utter_default")
        return []


def _is_in_doubt(tracker: Tracker) -> bool:
    return (tracker.latest_message.get("scope") or {}).get("class") == "grey"


def _reading(intent: str, domain: dict[str, Any]) -> str:
    """The content's words for an intent, beginning with a capital; "" if it has none."""
    variations = (domain.get("responses") or {}).get(f"{READINGS}{intent}") or [{}]
    words = str(variations[0].get("text") or "").strip()
    return words[:1].upper() + words[1:]

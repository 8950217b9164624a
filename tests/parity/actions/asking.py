"""What the forms have in common: asking in vain, and being left."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

TRIES = 2
OF_ONE_FORM = ("complaint_text", "complaint_order", "complaint_cause", "complaint_confirmed", "requested_slot")


def failed_try(slot: str, response: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> dict[str, Any]:
    """Slots after a failed try: say ``response``, or from the second try on leave the form."""
    tries = int(tracker.get_slot("form_tries") or 0) + 1
    if tries < TRIES:
        dispatcher.utter_message(response=response)
        return {slot: None, "form_tries": tries}
    dispatcher.utter_message(response="utter_form_failed")
    return {slot: None, "form_tries": 0, "requested_slot": None}


def gave(tracker: Tracker, *entities: str) -> bool:
    """Whether the latest message has one of ``entities`` in it."""
    return any(found["entity"] in entities for found in tracker.latest_message.get("entities") or [])


class LeaveForm(Action):
    """A kind word, and what only the form needed is forgotten."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_leave_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Facts such as the order number stay known."""
        dispatcher.utter_message(response="utter_cancelled")
        return [*(SlotSet(slot, None) for slot in OF_ONE_FORM), SlotSet("form_tries", 0)]

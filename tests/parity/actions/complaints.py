"""Complaints: taken down, said back, and put on record."""

from __future__ import annotations

import zlib
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from tests.parity.actions.asking import failed_try
from tests.parity.actions.orders import order_number_in

OWN_SLOTS = ("complaint_text", "complaint_order", "complaint_cause", "complaint_confirmed")
CAUSES = {"damaged": ("damag", "brok", "crack", "smash"), "late": ("late", "waiting", "delay"), "wrong": ("wrong",)}


def cause_in(text: str) -> str:
    """The first cause that a text names, or ``other``."""
    return next((cause for cause, words in CAUSES.items() if any(word in text.lower() for word in words)), "other")


class ValidateComplaintForm(FormValidationAction):
    """Takes what happened in the contact's own words."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "validate_complaint_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        """The order is not asked for when the cause is ``other``."""
        other = tracker.get_slot("complaint_cause") == "other"
        return [slot for slot in domain_slots if not (other and slot == "complaint_order")]

    def validate_complaint_text(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Anything with two words in it."""
        if len(str(value).split()) > 1:
            return {"complaint_text": str(value).strip()}
        return failed_try("complaint_text", "utter_complaint_text_missing", dispatcher, tracker)

    def validate_complaint_cause(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """One of the causes."""
        return {"complaint_cause": cause_in(str(value))}

    def validate_complaint_order(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """A number, or ``none``."""
        return {"complaint_order": order_number_in(value) or "none"}

    def validate_complaint_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """A no starts over."""
        if value is False:
            again: dict[str, Any] = dict.fromkeys(OWN_SLOTS)
            response = "utter_complaint_misunderstood"
            return {**again, **failed_try("complaint_confirmed", response, dispatcher, tracker)}
        return {"complaint_confirmed": value}


class AskComplaintConfirmed(Action):
    """Says back the complaint and asks whether it is right."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_ask_complaint_form_complaint_confirmed"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """With or without an order."""
        order = tracker.get_slot("complaint_order")
        values = {
            "story": tracker.get_slot("complaint_text"),
            "cause": tracker.get_slot("complaint_cause"),
            "order": f", order {order}" if order not in (None, "none") else "",
        }
        dispatcher.utter_message(response="utter_complaint_confirm", **values)
        return []


class FileComplaint(Action):
    """Puts a confirmed complaint on record. Silent when the form was left early."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_file_complaint"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The reference depends on the words only."""
        if tracker.get_slot("complaint_confirmed") is True:
            name = tracker.get_slot("name")
            reference = f"C-{zlib.crc32(str(tracker.get_slot('complaint_text')).encode()) % 10**6:06}"
            comma_name = f", {name}" if name else ""
            dispatcher.utter_message(response="utter_complaint_filed", reference=reference, comma_name=comma_name)
        return [SlotSet(slot, None) for slot in OWN_SLOTS]

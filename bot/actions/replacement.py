"""Who wants a new one for what came broken, wrong or not at all: it is taken down, with what was told before."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.complaint import FORM


class Replacement(Action):  # type: ignore[misc]
    """Starts the complaint form with the trouble that was told, adds to the one in hand, or explains."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_replacement"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Only somebody who has told of a trouble is owed a new one; anybody else hears how it works."""
        text, told = str(tracker.latest_message.get("text") or ""), tracker.get_slot("complaint_text")
        form, trouble = tracker.active_loop_name, tracker.get_slot("trouble")
        if form == FORM and told:
            dispatcher.utter_message(response="utter_complaint_added")
            return [SlotSet("complaint_text", f"{told}\n{text}")]
        if form or not trouble:
            dispatcher.utter_message(response="utter_replacement")
            return []
        dispatcher.utter_message(response="utter_replacement_start")
        return [SlotSet("complaint_cause", trouble), FollowupAction(FORM)]

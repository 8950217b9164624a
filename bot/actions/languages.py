"""What a contact hears who writes a language that the content has not."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher


def wrote_another_language(tracker: Tracker) -> bool:
    """Whether the latest message was not understood because of its language, as the scope gate found."""
    return (tracker.latest_message.get("scope") or {}).get("why") == "language"


def say_other_language(dispatcher: CollectingDispatcher) -> None:
    """Say so kindly, in that language where the content has words for it: they hang on the slot ``language``.

    Whether somebody speaks it stands on the roster, which the engine has not: the front adds it, with the button for a
    person.
    """
    dispatcher.utter_message(response="utter_other_language")

"""The form of *Snooze*: until when it is put off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import DateTimePickerElement
from slack_sdk.models.views import View

from conversations.handoff import Handoff
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.views import parts
from escalation.domain.hours import Calendar, next_opening

SNOOZE_FORM = "snooze_form"
HOUR, TOMORROW, WRITES, TIME = "hour", "tomorrow", "writes", "time"


def snooze_form(handoff: Handoff, place: Place) -> View:
    """What is chosen is turned into a time by `until`."""
    choices = [
        (HOUR, "For an hour"),
        (TOMORROW, "Until we open tomorrow"),
        (WRITES, "Until the contact writes"),
        (TIME, "Until the time below"),
    ]
    blocks = [
        parts.radio("until", "Put it off", choices),
        parts.field("time", "Time", DateTimePickerElement(action_id="time"), optional=True),
        parts.words("comment", "Comment for colleagues"),
        parts.remark("It stays yours. Whatever is chosen, it wakes when the contact writes."),
    ]
    return parts.modal(SNOOZE_FORM, f"Snooze {handoff.reference}", "Snooze", parts.of_card(place), blocks)


def until(chosen: str, time: int | None, at: float, hours: Calendar) -> float | None:
    """The time meant, in Unix seconds; None: until the contact writes.

    Raises:
        ValueError: with what is lacking.
    """
    if chosen == WRITES:
        return None
    if chosen == HOUR:
        return at + 3600
    if chosen == TOMORROW:
        return tomorrow(at, hours)
    if time is None:
        raise ValueError("Choose the time, too.")
    return float(time)


def tomorrow(at: float, hours: Calendar) -> float:
    """When people are back after today, in Unix seconds; nine o'clock for who is always there."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(hours.timezone))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    opens = None if hours.always else next_opening(hours, midnight)
    return (opens or midnight.replace(hour=9)).timestamp()

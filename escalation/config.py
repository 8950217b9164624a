"""What ``frontdesk.yml`` says about the desk: business hours and holidays."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from escalation.domain.hours import minutes

# So far every handoff is one team's.
TEAM = "support"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/London") from unknown
    return name


def _span(text: str) -> str:
    start, dash, end = text.partition("-")
    if not dash or minutes(start) >= minutes(end):
        raise ValueError(f"{text!r} is no span of a day; write one such as 09:00-17:30")
    return text


# https://docs.slack.dev/reference/objects/conversation-object
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,}")

Span = Annotated[str, AfterValidator(_span)]


class Hours(BaseModel):
    """When people are there. A weekday without spans is closed; nothing at all means always open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: Annotated[str, AfterValidator(_zone)] = Field("Europe/London", description="The zone of these hours.")
    monday: tuple[Span, ...] = Field((), description="Spans such as 09:00-12:30.")
    tuesday: tuple[Span, ...] = Field((), description="As Monday.")
    wednesday: tuple[Span, ...] = Field((), description="As Monday.")
    thursday: tuple[Span, ...] = Field((), description="As Monday.")
    friday: tuple[Span, ...] = Field((), description="As Monday.")
    saturday: tuple[Span, ...] = Field((), description="As Monday.")
    sunday: tuple[Span, ...] = Field((), description="As Monday.")
    holidays: tuple[date, ...] = Field((), description="Days on which nobody is there.")

    def spans(self, day: date) -> tuple[str, ...]:
        """The open spans of a day."""
        spans: tuple[str, ...] = getattr(self, WEEKDAYS[day.weekday()])
        return () if day in self.holidays else spans

    @property
    def always(self) -> bool:
        return not any(getattr(self, day) for day in WEEKDAYS)


def _channel(given: str) -> str:
    if not _CHANNEL_ID.fullmatch(given):
        raise ValueError(
            f"{given!r} is no channel's id; copy it from the channel's details in Slack, such as C0123456789"
        )
    return given


class Slack(BaseModel):
    """Where agents work in Slack."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lobbies: dict[str, Annotated[str, AfterValidator(_channel)]] = Field(
        default_factory=dict,
        description="The lobby channel of each team, by its id: `support: C0123456789`. See docs/slack.md.",
    )

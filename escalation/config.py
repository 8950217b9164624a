"""What ``frontdesk.yml`` says about the desk: the teams, their hours, who takes what, and what they aim at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from conversations.handoff import ReasonKind
from escalation.domain.hours import minutes

# The team of who names none.
TEAM = "support"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# https://docs.slack.dev/reference/objects/conversation-object
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,}")
_NAME = r"[a-z0-9][a-z0-9-]{0,31}"


class Section(BaseModel):
    """Keys that belong together; an unknown one is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


def _channel(given: str) -> str:
    if not _CHANNEL_ID.fullmatch(given):
        raise ValueError(
            f"{given!r} is no channel's id; copy it from the channel's details in Slack, such as C0123456789"
        )
    return given


Span = Annotated[str, AfterValidator(_span)]
Channel = Annotated[str, AfterValidator(_channel)]
Minutes = Annotated[float, Field(gt=0)]


class Hours(Section):
    """When people are there. A weekday without spans is closed; nothing at all means always open."""

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


class Takes(Section):
    """Which handoffs go to a team: those that fit each key that is given; without any, all that no other team takes."""

    reasons: tuple[ReasonKind, ...] = Field((), description="Kinds of reasons, such as asked or mood_low.")
    intents: tuple[str, ...] = Field((), description="What the contact is here for, such as refund_time.")
    channels: tuple[Literal["web", "telegram", "slack"], ...] = Field((), description="Channels of contacts.")
    languages: tuple[str, ...] = Field((), description="Languages of contacts (ISO 639-1).")

    @property
    def in_particular(self) -> bool:
        return bool(self.reasons or self.intents or self.channels or self.languages)

    def fits(self, kinds: Collection[str], intents: Collection[str], channel: str, language: str | None) -> bool:
        """Whether a handoff with these reasons, matters, channel and language is this team's."""
        return (
            (not self.reasons or not set(kinds).isdisjoint(self.reasons))
            and (not self.intents or not set(intents).isdisjoint(self.intents))
            and (not self.channels or channel in self.channels)
            and (not self.languages or language in self.languages)
        )


class Targets(Section):
    """Minutes of business hours; without a number there is no target."""

    first_reply: Minutes | None = Field(None, description="From the handoff to the agent's first message.")
    next_reply: Minutes | None = Field(None, description="From a contact's message to the agent's next one.")
    resolution: Minutes | None = Field(None, description="From the handoff to its end, less what the contact takes.")


class Sla(Targets):
    """What a team aims at."""

    at_risk: float = Field(0.75, gt=0, lt=1, description="At risk when this part of a target is used up.")
    by_priority: dict[int, Targets] = Field(
        default_factory=dict, description="Other targets from a priority on: `5: {first_reply: 2}`."
    )

    def targets(self, priority: int) -> Targets:
        """The targets of a priority: each from the highest step below it that names one, else the general one."""
        steps = [self, *(self.by_priority[step] for step in sorted(self.by_priority) if step <= priority)]
        names = Targets.model_fields
        found = {name: [value for step in steps if (value := getattr(step, name)) is not None] for name in names}
        return Targets(**{name: values[-1] for name, values in found.items() if values})


class Rung(Section):
    """A step of a ladder: who is told, and for how many minutes before the next step."""

    who: str = Field(
        description="`team` (who is there), `leads`, the name of another team as `team:billing`, of a person on the "
        "roster, or the id of a group in Slack (S0123456789)."
    )
    minutes: float = Field(5, ge=0, description="Business minutes until the next step; nothing follows the last.")


class Team(Section):
    """People who take handoffs together."""

    name: Annotated[str, Field(pattern=f"^{_NAME}$")] = Field(TEAM, description="Small letters, digits and hyphens.")
    title: str = Field("", max_length=60, description="As agents read it; else the name.")
    mode: Literal["open", "offer"] = Field(
        "open", description="open: whoever claims first. offer: to the best first, one after the other."
    )
    offer_seconds: float = Field(60, gt=0, description="How long an offer is kept for somebody.")
    lobby: Channel | None = Field(None, description="Its lobby channel in Slack, by its id. See docs/slack.md.")
    hours: Hours = Hours()
    takes: Takes = Takes()
    skills: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="What a matter needs: `refunds: [return_item, refund_time]` (skill: intents)."
    )
    sla: Sla = Sla()
    ladder: tuple[Rung, ...] = Field((), description="Who is told while nobody claims, in this order.")
    silent_hours: float = Field(24, gt=0, description="A contact silent for so long after the agent: resolved.")
    abandoned_hours: float = Field(72, gt=0, description="Waiting, not seen for so many business hours: closed kindly.")

    @property
    def shown(self) -> str:
        return self.title or self.name.capitalize()

    def skills_for(self, intents: Collection[str]) -> frozenset[str]:
        """The skills that these matters need."""
        return frozenset(skill for skill, matters in self.skills.items() if not set(intents).isdisjoint(matters))


class Teams:
    """The teams of ``frontdesk.yml``, by name; the first that takes nothing in particular takes the rest."""

    def __init__(self, teams: Iterable[Team]) -> None:
        self._by_name = {team.name: team for team in teams}
        every = list(self._by_name.values())
        self.rest = next((team for team in every if not team.takes.in_particular), every[0])

    def __iter__(self) -> Iterator[Team]:
        return iter(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def of(self, name: str) -> Team:
        """The team with this name; the one for the rest where there is none (any more)."""
        return self._by_name.get(name, self.rest)

    def for_(self, kinds: Collection[str], intents: Collection[str], channel: str, language: str | None) -> Team:
        """Whose a handoff is."""
        choosy = (team for team in self if team.takes.in_particular)
        return next((team for team in choosy if team.takes.fits(kinds, intents, channel, language)), self.rest)

    @property
    def lobbies(self) -> dict[str, str]:
        """The lobby channel of each team that has one."""
        return {team.name: team.lobby for team in self._by_name.values() if team.lobby}


class Goodwill(Section):
    """What agents may grant on their own, so that a small thing is put right at once."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = Field("GBP", description="ISO 4217.")
    kinds: tuple[str, ...] = Field(("voucher", "postage refund"), description="What there is to grant.")
    limits: dict[Literal["agent", "lead", "admin"], float] = Field(
        default_factory=lambda: {"agent": 10, "lead": 50, "admin": 200},  # type: ignore[arg-type] # literals
        description="The most that each role grants a contact within the days below. 0: none.",
    )
    per_contact_days: int = Field(90, ge=1, description="Days over which what a contact got is added up.")


class Mail(Section):
    """E-mail to who left the page while waiting; sent only with FRONTDESK_SMTP_URL."""

    sender: str = Field("help@localhost", description="The From address: Pineapple & Co <help@shop.example>.")
    unread_seconds: float = Field(300, gt=0, description="An agent's message unread for so long is sent by e-mail.")


def _fit_together(teams: tuple[Team, ...]) -> tuple[Team, ...]:
    names = [team.name for team in teams]
    lobbies = [team.lobby for team in teams if team.lobby]
    if not teams:
        raise ValueError("name at least one")
    if len(set(names)) < len(names):
        raise ValueError("two have the same name")
    if len(set(lobbies)) < len(lobbies):
        raise ValueError("two have the same lobby; each team has a channel of its own")
    for team in teams:
        unknown = [rung.who for rung in team.ladder if rung.who.startswith("team:") and rung.who[5:] not in names]
        if unknown:
            raise ValueError(f"the ladder of {team.name} names {unknown[0]}, which is no team")
    return teams


TeamList = Annotated[tuple[Team, ...], AfterValidator(_fit_together)]

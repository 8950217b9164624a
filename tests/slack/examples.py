"""One matter as agents see it in Slack, from its card to its end: what docs/agents.md shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.views import View

from conversations.handoff import Handoff, HandoffState
from escalation.adapters.slack import mentions
from escalation.adapters.slack.buttons import anybody_may
from escalation.adapters.slack.card import Card, Links, card, moved
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.views import offers, words
from escalation.adapters.slack.views.canned import canned_form
from escalation.adapters.slack.views.home import Desk, home
from escalation.adapters.slack.views.resolve import resolve_form
from escalation.adapters.slack.views.snooze import snooze_form
from escalation.adapters.slack.views.transfer import transfer_form
from escalation.config import Team, Teams
from escalation.domain.canned import Filled
from escalation.http.wire import (
    Agent,
    Brief,
    Canned,
    ClockView,
    Counts,
    Fact,
    GoodwillGiven,
    HandoffDetail,
    HandoffList,
    HandoffSummary,
    Reason,
    Sla,
    TranscriptLine,
    Tried,
)

AT = 1_795_773_600.0  # 27 November 2026, 10:00 UTC
ID = "3f2a" * 8
TEAMS = Teams([Team(name="support", title="Customer care"), Team(name="billing", title="Billing")])
LINKS = Links("https://acme.slack.com/", "C0LOBBY", "1.000100", {1: "1.000200", 3: "1.000200", 5: "1.000200"})
PLACE = Place(ID, "C0LOBBY", "1.000100", None, 5, 0, None, None, None, None, None)
SAID = [
    ("contact", "Where is my parcel? It should have been here on Monday."),
    ("bot", "Which order is it about? Its number begins with PC."),
    ("contact", "PC-10452"),
    ("bot", "It left our warehouse on Friday and is with the carrier."),
    ("contact", "That is what you said last week. I want to speak to a person, please."),
]


@dataclass(frozen=True, slots=True)
class Picture:
    """A message's blocks, or a view; ``names`` are those of the people who are mentioned."""

    name: str
    blocks: Sequence[dict[str, Any]] = ()
    view: dict[str, Any] | None = None
    who: str = "Frontdesk"
    names: Mapping[str, str] = field(default_factory=lambda: {"U0ANA": "Ana", "U0BEN": "Ben"})


def handoff(**changes: Any) -> Handoff:
    made: dict[str, Any] = {"state": HandoffState.WAITING, "priority": 3, "reasons": ()}
    return Handoff(ID, "FD-7K3QX9", "web:1", 1, "support", created_at=AT, waiting_since=AT, **{**made, **changes})


def summary(**changes: Any) -> HandoffSummary:
    nothing = ("agent_id", "agent", "awaiting", "lease_until", "outcome", "comment", "stars", "language")
    made: dict[str, Any] = {
        "id": ID,
        "reference": "FD-7K3QX9",
        "state": "waiting",
        "priority": 3,
        "channel": "web",
        "contact": "Carla Rossi",
        "ask": SAID[0][1],
        "mood": -0.5,
        "reasons": REASONS,
        "place": 1,
        "waiting_since": AT,
        "created_at": AT,
        "last_text": SAID[-1][1],
        "last_at": AT,
        "team": "support",
        "team_title": "Customer care",
        "sla": Sla(ClockView("on_track", AT + 600), None, ClockView("on_track", AT + 28_800)),
    }
    return HandoffSummary(**{**dict.fromkeys(nothing), **made, **changes})


REASONS = [
    Reason("asked", "Asked for a person", "“I want to speak to a person, please”", 5),
    Reason("mood_falling", "Getting upset", "“That is what you said last week”", 5),
]
BRIEF = Brief(
    ask=SAID[0][1],
    ask_message=1,
    reasons=REASONS,
    tried=[Tried(1, "where an order is", SAID[1][1]), Tried(3, "where an order is", SAID[3][1])],
    facts=[Fact("Order", "PC-10452", 3, 0.98)],
    mood=[0.1, -0.2, -0.5],
    orders=[Fact("PC-10452", "with the carrier, Teapot “Luna”", None)],
    history=[Fact("12 October", "Complaint about damage, solved by Ben", None)],
    profile=[Fact("E-mail", "carla@example.com", None), Fact("Customer since", "May 2024", None)],
    moods_in_blocks="▅▄▂",
)
TALK = [TranscriptLine(n, who, None, text, AT - 60, "sent", episode=1) for n, (who, text) in enumerate(SAID, start=1)]


def a_card(made: HandoffSummary, of: Handoff, **more: Any) -> Card:
    return card(HandoffDetail(made, BRIEF, TALK, sorted(anybody_may(of)), **more), "Pina", LINKS)


def pictures() -> Iterator[Picture]:
    """All of them, as JSON that Slack would be given."""
    held = {"state": "assigned", "agent_id": "ana", "agent": "Ana", "place": None}
    in_hand = handoff(state=HandoffState.ASSIGNED, agent_id="ana", agent_name="Ana")
    yield Picture("waiting", _shown(a_card(summary(), handoff())))
    late = Sla(ClockView("breached", AT - 60), ClockView("at_risk", AT + 300), ClockView("on_track", AT + 28_800))
    given = [GoodwillGiven("voucher", 5.0, "GBP", "Ana", AT, "FD-7K3QX9")]
    yield Picture("held", _shown(a_card(summary(**held, lease_until=AT + 600, sla=late), in_hand, goodwill=given)))
    asleep = handoff(state=HandoffState.ASSIGNED, agent_id="ana", snoozed_at=AT)
    done = {"state": "resolved", "outcome": "solved", "comment": "Was at the neighbour's.", "stars": 5}
    yield Picture("snoozed", _head(a_card(summary(**held, snoozed=True), asleep)))
    resolved = summary(**{**held, **done}, tags=["late-delivery"])
    yield Picture("resolved", _shown(a_card(resolved, handoff(state=HandoffState.RESOLVED))))
    yield Picture("moved", _shown(moved(HandoffDetail(summary(team_title="Billing"), BRIEF, [], []))))
    asked = offers.offer(words.KEPT_WAITING, offers.TAKE_OVER, offers.ONLY_DISCUSS, ID, "k")
    yield Picture("first-word", [one.to_dict() for one in asked], who="Frontdesk · only visible to you")
    waits = f"FD-7K3QX9 waits since <!date^{int(AT)}^{{time}}|10:00>: who takes it?"
    called = mentions.call("rung:0", "<@U0ANA> <@U0BEN>", waits)
    yield Picture("called", [one.to_dict() for one in called.blocks])
    yield Picture("resolve", view=_view(resolve_form(in_hand, PLACE, ["damage", "late-delivery", "refund"])))
    yield Picture("transfer", view=_view(transfer_form(in_hand, PLACE, TEAMS)))
    yield Picture("snooze", view=_view(snooze_form(in_hand, PLACE)))
    late_one = Canned(1, "Late parcel", "")
    filled = Filled("Hello Carla Rossi, I am Ana. I am sorry that PC-10452 is late: I ask the carrier now.")
    form = canned_form([(ID, "FD-7K3QX9")], ID, [late_one], chosen=late_one, filled=filled)
    yield Picture("canned", view=_view(form))
    me = Agent("ana", "Ana", "agent", ["support"], ["refunds"], ["en", "it"], 4, 1, "here", None, on_shift=True)
    queue = HandoffList(
        waiting=[summary(id="2" * 32, reference="FD-W9XZ24", contact="Ben Okafor", ask="My teapot came broken.")],
        assigned=[summary(**held, sla=late)],
        ended=[],
        now=AT,
        counts={"support": Counts(1, 1)},
    )
    links = {one.id: LINKS.card("1.000100") for one in (*queue.waiting, *queue.assigned)}
    yield Picture("home", view=_view(home(Desk(me, queue, TEAMS, links, "10 GBP"))))


def _shown(made: Card) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(one.to_dict())) for one in made.blocks]


def _head(made: Card) -> list[dict[str, Any]]:
    """The lines that tell how it stands, and the buttons: what lies between is as before."""
    shown = _shown(made)
    return [*shown[:3], *(one for one in shown if one["type"] == "actions")]


def _view(made: View) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(made.to_dict()))
    return found

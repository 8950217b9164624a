"""One job decides who is offered what: asked for by whatever may need or free somebody, it looks at all there is.

So nobody is passed over, whatever happens at once: a look that came too early is followed by another one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog

from conversations import events
from conversations.handoff import HandoffUnknown
from conversations.staff import Availability, Principal
from conversations.store import conversations, offers, staff, steps
from conversations.store.database import Database, Transaction
from conversations.store.work import schedule
from escalation.config import Teams
from escalation.domain.routing import Hand, Offer, plan
from escalation.service.needs import demands, first
from escalation.service.offers import Offers
from escalation.service.shifts import comes_in, is_here

log = structlog.get_logger()
# One look is at all teams: people serve several. So its key is always the same.
ROUTE, EVERYBODY = "route", "everybody"


class Routing:
    """The handler of ``route`` work. Teams whose mode is ``open`` are claimed from, not offered from."""

    def __init__(self, database: Database, teams: Teams, languages: Collection[str], offers: Offers) -> None:
        """``languages`` (ISO 639-1) are the content's: anybody writes those."""
        self._database, self._teams, self._offers = database, teams, offers
        self._languages = frozenset(languages)
        self._routed = [team.name for team in teams if team.mode == "offer"]

    async def __call__(self, key: str) -> float | None:
        """Offers what can be offered. Returns the seconds until somebody comes for whom something waits."""
        await self._withdraw_from_who_is_away()
        async with self._database.read() as tx:
            offers, look_in = await self._plan(tx)
        for offer in offers:
            if not await self._make(offer):
                return 0.0  # something changed meanwhile: look again, so that nobody is passed over
        return look_in

    async def _make(self, offer: Offer) -> bool:
        try:
            made = await self._offers.make(offer.handoff_id, offer.agent_id)
        except HandoffUnknown:
            return False
        log.info("handoff offered", handoff_id=offer.handoff_id, agent_id=offer.agent_id, made=made)
        return made

    async def _withdraw_from_who_is_away(self) -> None:
        async with self._database.read() as tx:
            offered = await offers.offered(tx)
            people = {one.id: one for one in await staff.everyone(tx)} if offered else {}
        for handoff in offered:
            person = people.get(handoff.offered_to or "")
            if person is None or person.availability is Availability.AWAY:
                await self._offers.withdraw(handoff.id, handoff.offered_to or "")

    async def _plan(self, tx: Transaction) -> tuple[list[Offer], float | None]:
        if not self._routed:
            return [], None
        at, people = await conversations.clock(tx), await staff.everyone(tx)
        hands = await self._hands(tx, [one for one in people if is_here(one, self._teams, at)])
        kinds = await offers.kinds(tx, self._routed)
        asked = demands(kinds, people, self._languages)
        needs = [need for demand, alike in asked.items() for need in await first(tx, demand, alike, hands)]
        planned = plan(needs, hands)
        if len(planned) == sum(kinds.values()):
            return planned, None
        coming = [seconds for one in people if (seconds := comes_in(one, self._teams, at)) is not None]
        return planned, min(coming, default=None)

    async def _hands(self, tx: Transaction, here: Sequence[Principal]) -> list[Hand]:
        held, took = await offers.in_hand(tx), await steps.last_claims(tx)
        return [
            Hand(
                one.id,
                frozenset(one.teams),
                one.capacity,
                held.get(one.id, 0),
                took.get(one.id, 0.0),
                frozenset(one.skills),
                frozenset(one.languages),
            )
            for one in here
        ]


class RouteListener:
    """Has the queue looked at after whatever needs or frees somebody."""

    name = "route"
    _TELLING = (
        events.HandoffOpened,
        events.ReasonAdded,
        events.HandoffChanged,
        events.HandoffTransferred,
        events.HandoffSnoozed,
        events.HandoffWoken,
        events.ContactErased,
    )

    def __init__(self, database: Database, *, offers: bool = True) -> None:
        """``offers``: whether any team offers. Else an offer begins only where something is passed on to a person."""
        self._database = database
        self._telling = self._TELLING if offers else events.HandoffTransferred

    async def on(self, event_id: int, event: events.Event) -> None:
        if isinstance(event, self._telling):
            async with self._database.write() as tx:
                await schedule(tx, ROUTE, EVERYBODY)

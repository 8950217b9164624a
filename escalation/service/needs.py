"""What of the queue one look at it reads: of each demand the oldest, as many as there are free hands to serve it.

So a look costs as much as there is to give, however long the queue is, and nobody older who fits is passed over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from conversations.handoff import Handoff
from conversations.staff import Principal
from conversations.store import handoffs, offers, steps
from conversations.store.database import Transaction
from conversations.store.offers import Kind
from escalation.domain.routing import Hand, Need, fits

# So many rows are read at once; fewer, where fewer hands are free.
_FEWEST, _MOST = 50, 500


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of the agent: a language that is not everybody's, and every skill, as far as the team has them."""

    team: str
    skills: frozenset[str]
    language: str | None

    def need(self, handoff: Handoff, knew: str | None = None, declined: frozenset[str] = frozenset()) -> Need:
        """The handoff as it is routed."""
        place = handoff.priority, handoff.waiting_since
        return Need(handoff.id, self.team, *place, self.language, self.skills, knew, declined)

    def met_by(self, hand: Hand) -> bool:
        """Whether this hand is free and fits, whoever is in need."""
        return fits(Need("", self.team, 0, 0.0, self.language, self.skills), hand)


def demands(
    kinds: Collection[Kind], people: Sequence[Principal], everybodys: Collection[str]
) -> dict[Demand, list[Kind]]:
    """The kinds by what they ask of an agent.

    What nobody of the team can do is asked of nobody: the contact would wait for ever.

    Args:
        people: the roster.
        everybodys: the languages (ISO 639-1) that anybody writes.
    """
    found: dict[Demand, list[Kind]] = defaultdict(list)
    for kind in kinds:
        team = [one for one in people if kind.team in one.teams and one.works_the_desk]
        there = frozenset(skill for one in team for skill in one.skills)
        some = kind.language not in everybodys and any(kind.language in one.languages for one in team)
        skills = there.intersection(json.loads(kind.skills))
        found[Demand(kind.team, skills, kind.language if some else None)].append(kind)
    return found


async def first(tx: Transaction, demand: Demand, kinds: Sequence[Kind], hands: Sequence[Hand]) -> list[Need]:
    """The oldest needs of a demand that these hands could serve, and no more than they could.

    What some of them declined may be served by the others, or by none: it is read, but does not count. When as many
    others are found as there are places, either these take up all places, or none is left for one of them.
    """
    able = {hand.agent_id: hand.capacity - hand.held for hand in hands if demand.met_by(hand)}
    places, found, after = sum(able.values()), list[Need](), None
    limit = min(max(places, _FEWEST), _MOST)
    while places > 0:
        chunk = await offers.unoffered(tx, demand.team, kinds, limit, after)
        declined = await steps.declined(tx, [handoff.id for handoff in chunk])
        knew = await handoffs.last_agents(tx, [handoff.conversation_id for handoff in chunk])
        for handoff in chunk:
            let_go = declined.get(handoff.id, frozenset())
            if able.keys() <= let_go:
                continue
            found.append(demand.need(handoff, knew.get(handoff.conversation_id), let_go))
            places -= let_go.isdisjoint(able)
            if places <= 0:
                break
        if len(chunk) < limit:
            break
        after = chunk[-1]
    return found

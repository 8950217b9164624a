"""Who is offered which handoff: pure functions of the queue and of the people who are there.

Skill, capacity and language bind offers, not claims: whoever knows better may always claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Need:
    """A waiting handoff that is offered to nobody yet.

    ``waiting_since`` is in Unix seconds. ``language`` (ISO 639-1) is one that only some people write; None when anybody
    will do. ``knew`` is who spoke with this contact last, ``declined`` who let an offer of this waiting pass.
    """

    handoff_id: str
    team: str
    priority: int
    waiting_since: float
    language: str | None = None
    skills: frozenset[str] = frozenset()
    knew: str | None = None
    declined: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[int, float, str]:
        """The order of the queue: priority, then age."""
        return -self.priority, self.waiting_since, self.handoff_id


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who is here and on shift. ``held`` are the handoffs in their hands or offered to them, of ``capacity``.

    ``idle_since`` (Unix seconds) is when they last took one.
    """

    agent_id: str
    teams: frozenset[str]
    capacity: int
    held: int = 0
    idle_since: float = 0.0
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom a handoff is to be offered."""

    handoff_id: str
    agent_id: str


def fits(need: Need, hand: Hand) -> bool:
    """Whether this may be offered to them: team, a free hand, every skill, the language, and not declined before."""
    return (
        need.team in hand.teams
        and hand.held < hand.capacity
        and need.skills <= hand.skills
        and (need.language is None or need.language in hand.languages)
        and hand.agent_id not in need.declined
    )


def best(need: Need, hands: Iterable[Hand]) -> str | None:
    """The id of the one who fits best; None when nobody fits.

    Who knew the contact last; then who has the smallest part of their capacity in use; then who took one longest ago.
    """
    ranks = (
        (hand.agent_id != need.knew, hand.held / hand.capacity, hand.idle_since, hand.agent_id)
        for hand in hands
        if fits(need, hand)
    )
    found = min(ranks, default=None)
    return found[-1] if found else None


def plan(needs: Iterable[Need], hands: Iterable[Hand]) -> list[Offer]:
    """The offers to be made now, in the order of the queue; each takes up a hand of whom it is made to.

    Nobody is passed over for somebody behind them whom the same person could have served. Who fits nobody waits, and
    holds up nobody. The same queue and people give the same offers, in whatever order they are given.
    """
    free = {hand.agent_id: hand for hand in hands if hand.held < hand.capacity}
    offers: list[Offer] = []
    # Hands only fill up while planning: what fitted nobody fits nobody later on, so long queues need no second look.
    in_vain = set()
    for need in sorted(needs, key=lambda need: need.place):
        if not free:
            break
        demand = need.team, need.skills, need.language, need.declined
        if demand in in_vain:
            continue
        agent_id = best(need, free.values())
        if agent_id is None:
            in_vain.add(demand)
            continue
        offers.append(Offer(need.handoff_id, agent_id))
        hand = replace(free[agent_id], held=free[agent_id].held + 1)
        free[agent_id] = hand
        if hand.held >= hand.capacity:
            del free[agent_id]
    return offers

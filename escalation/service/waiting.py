"""Tells those who wait what has changed about their place and their wait, when it changes what they would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

from sqlalchemy import select, text

from conversations.handoff import HandoffState
from conversations.model import PULL_CHANNELS, Outbound, Sender
from conversations.notices import Notices
from conversations.ports import is_at_once, place_shown
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.handoffs import PLACE_SHOWN
from conversations.store.work import schedule
from escalation.config import Team, Teams
from escalation.domain.hours import is_open
from escalation.domain.wait import Range, Told, in_words, is_material
from escalation.service import promises, waits
from escalation.service.promises import Kind

PLACES = "places"
# Seconds between two looks at a team's line, however fast it moves.
EVERY = 5.0
# So many rows are written at once: a claim waits for no more.
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the line, as far as it matters here: a line is long."""

    id: str
    conversation_id: str
    priority: int
    left_with_us_at: float | None
    told: dict[str, float] | None


class Places:
    """The handler of ``places`` work: the key is a team. It looks at its line again and again.

    On the web the place stands beside the chat and is only shown anew; elsewhere it is said. Who left the matter with
    us is told nothing, and out of hours nobody is.
    """

    def __init__(self, database: Database, notices: Notices, teams: Teams, every: float = EVERY) -> None:
        self._database, self._notices, self._teams, self._every = database, notices, teams, every
        self._begun = False

    async def begin(self) -> None:
        """A watchdog: has every team looked at, once this process is up."""
        if not self._begun:
            async with self._database.write() as tx:
                for team in self._teams:
                    await schedule(tx, PLACES, team.name, self._every)
            self._begun = True

    async def __call__(self, name: str) -> float | None:
        if name not in self._teams:
            return None
        team = self._teams.of(name)
        async with self._database.read() as tx:
            at = await conversations.clock(tx)
            line = await _line(tx, name)
            expected = await waits.expected(tx, team, at) if line else None
        news = [(place, one) for place, one in enumerate(line, 1) if _is_news(waits.told(one.told), place, expected)]
        said = [(place, one) for place, one in news if self._is_said(team, one, expected, at)]
        await self._show([pair for pair in news if pair not in said], expected)
        for place, one in said:
            await self._say(one.id, place, expected)
        return self._every

    def _is_said(self, team: Team, handoff: Waiting, expected: Range | None, at: float) -> bool:
        """Said as a message; on the web only a wait that became another: the place stands beside the chat."""
        if handoff.left_with_us_at is not None or is_at_once(handoff.priority):
            return False
        if not is_open(team.hours, datetime.fromtimestamp(at, UTC)):
            return False
        before = waits.told(handoff.told)
        by_pull = handoff.conversation_id.partition(":")[0] in PULL_CHANNELS
        return not by_pull or (before is not None and is_material(before, before.place, expected))

    async def _show(self, news: Sequence[tuple[int, Waiting]], expected: Range | None) -> None:
        for some in batched(news, _BATCH):
            told = [(one.id, place, _as_told(one, expected)) for place, one in some]
            async with self._database.write() as tx:
                await waits.remember_all(tx, told)
                for _, one in some:
                    tx.signal("place", one.conversation_id)

    async def _say(self, handoff_id: str, place: int, expected: Range | None) -> None:
        async with self._database.write() as tx:
            found = await handoffs.get(tx, handoff_id)
            held = await conversations.get(tx, found.conversation_id, lock=True) if found else None
            handoff = await handoffs.get(tx, handoff_id)
            if held is None or handoff is None or handoff.state is not HandoffState.WAITING:
                return
            if not _is_news(waits.told(handoff.told), place, expected):  # told meanwhile, by another way
                return
            await waits.remember(tx, handoff_id, place, expected)
            if expected is not None:
                due_at = await conversations.clock(tx) + expected.high
                await promises.make(tx, handoff, Kind.WAIT, in_words(expected), due_at)
            notices = self._notices.spoken(handoff.language)
            text = notices("place_now", handoff_id, place=place_shown(place), wait=in_words(expected))
            await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, text)])
            tx.signal("place", held.id)


async def _line(tx: Transaction, team: str) -> list[Waiting]:
    """A team's line, in order, as far as places are told."""
    c = t.handoff.c
    columns = [c[name] for name in Waiting.__dataclass_fields__]
    ordered = (
        select(*columns)
        .where(c.team == team, text("handoff.state = 'waiting'"))
        .order_by(c.priority.desc(), c.waiting_since, c.id)
    )
    return [Waiting(*row) for row in await tx.execute(ordered.limit(PLACE_SHOWN))]


def _as_told(handoff: Waiting, expected: Range | None) -> Range | None:
    """The wait that stands as told when only the place is shown anew."""
    before = waits.told(handoff.told)
    return before.expected if before else expected


def _is_news(before: Told | None, place: int, expected: Range | None) -> bool:
    return before is None or is_material(before, place, expected)

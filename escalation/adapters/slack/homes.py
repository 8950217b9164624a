"""App Homes: published when somebody opens theirs, and again while it may be looked at and something changes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.bus import MISSED
from conversations.staff import Availability, Principal
from conversations.store.database import Database, Signal, now
from conversations.store.work import schedule
from escalation import tables
from escalation.adapters.slack.card import Links
from escalation.adapters.slack.permalinks import Permalinks
from escalation.adapters.slack.views import words
from escalation.adapters.slack.views.home import AWAY_HOUR, AWAY_TOMORROW, BUSY, HERE, Desk, home
from escalation.adapters.slack.views.snooze import tomorrow
from escalation.adapters.slack.who import Door, Refused
from escalation.config import Goodwill, Teams
from escalation.service.parts import DeskParts
from vendors.slack.api import SlackApi, SlackBusy, SlackRefused, SlackSilent
from vendors.slack.payloads import HomeOpened, Press, read
from vendors.slack.text import literal

log = structlog.get_logger()
# The kind of work; its key is a person's Slack id.
SLACK_HOME = "slack_home"
# It is kept up to date for so long after it was opened, at most once in so many seconds.
_LOOKED_AT, _AT_MOST_EVERY = 900.0, 5.0
_AGAIN_SILENT = 5.0
_NO_HOME = {"not_enabled", "user_not_found", "missing_scope"}


class Homes:
    """The handler of ``slack_home`` work, and what is pressed on a Home."""

    def __init__(
        self, database: Database, door: Door, parts: DeskParts, api: SlackApi, teams: Teams, goodwill: Goodwill
    ) -> None:
        self._database, self._door, self._parts, self._api = database, door, parts, api
        self._teams, self._goodwill = teams, goodwill
        self._permalinks = Permalinks(api)
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0.0

    @property
    def presses(self) -> Mapping[str, Callable[[Press], Awaitable[None]]]:
        """What is pressed on a Home."""
        return dict.fromkeys((HERE, BUSY, AWAY_HOUR, AWAY_TOMORROW), self._pressed)

    async def opened(self, event: Any) -> None:
        """Somebody looks at their Home; the messages beside it are the contacts'.

        Raises:
            NotThisShape: it is no such event.
        """
        seen = read(HomeOpened, event)
        if seen.tab != "home":
            return
        made = sqlite_insert if self._database.is_sqlite else pg_insert
        row = made(tables.slack_home).values(slack_id=seen.person, opened_at=now())
        row = row.on_conflict_do_update(index_elements=["slack_id"], set_={"opened_at": now(), "shown": None})
        async with self._database.write() as tx:
            await tx.execute(row)
            await schedule(tx, SLACK_HOME, seen.person)

    def on_signal(self, signal: Signal) -> None:
        """Hears the bus: what changed may stand on a Home that is looked at."""
        if signal.topic not in {"queue", "staff", MISSED} or self._looking is not None:
            return
        self._looking = asyncio.get_running_loop().create_task(self._look_soon())

    def stop(self) -> None:
        """The front goes down."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look_soon(self) -> None:
        await asyncio.sleep(max(0.0, self._looked_at + _AT_MOST_EVERY - time.monotonic()))
        self._looked_at, self._looking = time.monotonic(), None
        await self._look_again()

    async def _look_again(self) -> None:
        h = tables.slack_home.c
        async with self._database.read() as tx:
            looked_at = (await tx.execute(select(h.slack_id).where(h.opened_at > now() - _LOOKED_AT))).scalars().all()
        if looked_at:
            async with self._database.write() as tx:
                for slack_id in looked_at:
                    await schedule(tx, SLACK_HOME, slack_id)

    async def __call__(self, slack_id: str) -> float | None:
        """Publishes somebody's Home if it changed."""
        view = await self._view(slack_id)
        shown = hashlib.sha256(json.dumps(view.to_dict(), sort_keys=True).encode()).hexdigest()
        h = tables.slack_home
        async with self._database.read() as tx:
            was = (await tx.execute(select(h.c.shown).where(h.c.slack_id == slack_id))).scalar_one_or_none()
        if was == shown:
            return None
        try:
            await self._api.publish_home(slack_id, view)
        except SlackBusy as busy:
            return busy.retry_after
        except SlackSilent:
            return _AGAIN_SILENT
        except SlackRefused as refused:
            log.warning("slack: no App Home; frontdesk doctor tells why", code=refused.code)
            return None if refused.code in _NO_HOME else 60.0
        async with self._database.write() as tx:
            await tx.execute(update(h).where(h.c.slack_id == slack_id).values(shown=shown))
        return None

    async def _view(self, slack_id: str) -> View:
        if await self._door.known(slack_id) is None:  # a contact, perhaps
            return View(type="home", blocks=[SectionBlock(text=literal(words.NOT_YOUR_HOME))])
        try:
            return home(await self.desk(await self._door.person(slack_id)))
        except Refused as refused:
            return View(type="home", blocks=[SectionBlock(text=literal(str(refused)))])

    async def desk(self, who: Principal) -> Desk:
        """What this person sees of the desk."""
        me = next(one for one in await self._parts.people.everyone() if one.id == who.id)
        queue = await self._parts.view.queue(who)
        found = Desk(me, queue, self._teams)
        shown = [*found.mine, *found.pressing[:20], *queue.waiting[:50]]
        most = dict(self._goodwill.limits).get(who.role.value)  # type: ignore[call-overload] # a role's name
        limit = f"{most:g} {self._goodwill.currency}" if most else None
        return Desk(me, queue, self._teams, await self._links([one.id for one in shown]), limit)

    async def _links(self, ids: Sequence[str]) -> dict[str, str]:
        """Links to the cards of handoffs."""
        c, base = tables.slack_card.c, await self._permalinks.base()
        if base is None or not ids:
            return {}
        where = select(c.handoff_id, c.channel, c.ts).where(c.handoff_id.in_(set(ids)), c.ts.is_not(None))
        async with self._database.read() as tx:
            rows = (await tx.execute(where)).all()
        return {row.handoff_id: Links(base, row.channel).card(row.ts) for row in rows}

    async def _pressed(self, press: Press) -> None:
        """One of the buttons under one's name."""
        try:
            who = await self._door.person(press.person.id)
        except Refused:
            return
        action, at = press.actions[0].action_id, time.time()
        back = {AWAY_HOUR: at + 3600, AWAY_TOMORROW: tomorrow(at, self._teams.of(who.team).hours)}.get(action)
        said = {HERE: Availability.HERE, BUSY: Availability.BUSY}.get(action, Availability.AWAY)
        await self._parts.people.set_availability(who, said, back)
        async with self._database.write() as tx:
            await schedule(tx, SLACK_HOME, press.person.id)

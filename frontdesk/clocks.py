"""Builds what keeps the desk's time: targets, ladders, places, promises, silence, and e-mail to who has left."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.web.identity import sign_return
from bot.channels.web.parse import CHANNEL
from conversations.jobs import Jobs
from conversations.notices import Notices
from conversations.ports import OpenHandoff
from conversations.store.database import Database
from conversations.store.turns import PROMISE
from escalation.config import Teams
from escalation.service.clock_listener import ClockListener
from escalation.service.clocks import SLA, Sla
from escalation.service.holding import Holding
from escalation.service.ladder import LADDER, Ladder
from escalation.service.mailing import MAIL, Mailing
from escalation.service.promises import Judge
from escalation.service.silence import ABANDON, SILENT, Abandon, Silent
from escalation.service.waiting import PLACES, Places
from frontdesk.settings import Settings


def handle_clocks(
    jobs: Jobs,
    settings: Settings,
    database: Database,
    notices: Notices,
    teams: Teams,
    holding: Holding,
    open_handoff: OpenHandoff,
) -> ClockListener:
    """Registers the work of the clocks; returns who hears the events that change them."""
    climbing = Ladder(database, teams)
    jobs.handle(SLA, Sla(database, teams, climbing), gives_way=True)
    jobs.handle(LADDER, climbing, gives_way=True)
    jobs.handle(SILENT, Silent(database, holding, teams), gives_way=True)
    jobs.handle(ABANDON, Abandon(database, holding, teams), gives_way=True)
    late = settings.config.handoff.promise_late
    judge = Judge(database, teams, open_handoff, late.priority if late.enabled else None)
    jobs.handle(PROMISE, judge, gives_way=True)
    places = Places(database, notices, teams, settings.config.bounds.places)
    jobs.handle(PLACES, places, gives_way=True)
    jobs.at_sweep(places.begin)
    mailing = _mailing(settings, database, notices)
    if mailing is None:
        return ClockListener(database, teams, None)
    jobs.handle(MAIL, mailing, gives_way=True)
    return ClockListener(database, teams, settings.config.mail.unread_seconds)


def _mailing(settings: Settings, database: Database, notices: Notices) -> Mailing | None:
    """E-mail, when there is a server for it."""
    given = settings.environment.smtp_url
    if given is None:
        return None
    from frontdesk.mail import Post

    config = settings.config
    post = Post(given, config.mail.sender)
    return Mailing(
        database,
        notices,
        post,
        link_back(settings.environment.public_url or "", settings.secret_key),
        business=config.business,
        unread_seconds=config.mail.unread_seconds,
    )


def link_back(public_url: str, secret: str) -> Callable[[str], str]:
    """Makes the link to a conversation's chat: its proof stands behind the ``#``, so no server or proxy sees it."""

    def link(conversation_id: str) -> str:
        proof = sign_return(conversation_id.removeprefix(f"{CHANNEL}:"), secret)
        return f"{public_url.rstrip('/')}/" + (f"#return={proof}" if proof else "")

    return link

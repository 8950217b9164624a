"""What people do in the lobby: press, fill in, and write in a card's thread. Acknowledged means committed.

Only people on the roster act; whoever else tries is told so, and they alone see it. A button is believed only where
the record says that its card stands. Answers to the person go out after the commit.
"""

from __future__ import annotations

from conversations.store.database import Database
from escalation.adapters.slack.canned import CannedReplying
from escalation.adapters.slack.commands import Commands
from escalation.adapters.slack.homes import Homes
from escalation.adapters.slack.opening import Opening
from escalation.adapters.slack.outgoing import Outgoing
from escalation.adapters.slack.presses import Presses
from escalation.adapters.slack.said import Heard
from escalation.adapters.slack.submissions import Submissions
from escalation.adapters.slack.whispers import Whispers
from escalation.adapters.slack.who import Door
from escalation.config import Goodwill, Teams
from escalation.service.parts import DeskParts
from vendors.slack.api import SlackApi


class Acts:
    """All of them, each a callable that takes Slack's payload and raises `NotThisShape` for any other."""

    def __init__(
        self,
        database: Database,
        parts: DeskParts,
        api: SlackApi,
        outgoing: Outgoing,
        whispers: Whispers,
        teams: Teams,
        goodwill: Goodwill,
    ) -> None:
        door = Door(database)
        canned = CannedReplying(database, door, parts, api, teams)
        opening = Opening(door, parts, api, teams)
        self.homes = Homes(database, door, parts, api, teams, goodwill)
        self.pressed = Presses(door, parts, opening, canned, api, whispers, {**canned.presses, **self.homes.presses})
        self.submitted = Submissions(door, parts, teams, canned)
        self.said = Heard(database, door, parts, outgoing, whispers)
        self.commanded = Commands(door, parts, self.homes, canned, whispers, teams)

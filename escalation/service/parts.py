"""The services of the desk, built once (`frontdesk.desk`) and handed to each surface whole."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.service.amending import Amending
from escalation.service.canned import CannedReplies
from escalation.service.desk import Desk
from escalation.service.ending import Ending
from escalation.service.facts import Facts
from escalation.service.files import Files
from escalation.service.goodwill import Goodwills
from escalation.service.hiring import Hiring
from escalation.service.moving import Moving
from escalation.service.offers import Offers
from escalation.service.openings import Openings
from escalation.service.people import People
from escalation.service.searching import Searching
from escalation.service.suggesting import Suggesting
from escalation.service.typing import Typing
from escalation.service.view import View


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What agents do: `desk` (claim, reply, note), `moving` and `ending`; and what they see."""

    desk: Desk
    moving: Moving
    offers: Offers
    people: People
    ending: Ending
    amending: Amending
    files: Files
    view: View
    typing: Typing
    goodwill: Goodwills
    canned: CannedReplies
    suggesting: Suggesting
    searching: Searching
    facts: Facts
    hiring: Hiring
    openings: Openings

"""The parts of the unanswered, built once: for the studio's routes, the front's work, and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from bot.content.unanswered.capture import Capture, CaptureLater
from bot.content.unanswered.comparing import Comparing
from bot.content.unanswered.deciding import Deciding
from bot.content.unanswered.grouping import Grouping
from bot.content.unanswered.living import Living
from bot.content.unanswered.showing import Showing
from bot.content.unanswered.teaching import Teaching
from conversations.store.database import Database


@dataclass(frozen=True, slots=True)
class UnansweredParts:
    """What is done with questions that were not answered well."""

    database: Database
    capture: Capture
    later: CaptureLater
    grouping: Grouping
    living: Living
    showing: Showing
    deciding: Deciding
    teaching: Teaching
    comparing: Comparing

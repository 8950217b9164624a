"""Opens the forms of a card: a table by the button, each only for who may do what it asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog
from slack_sdk.models.views import View

from conversations.handoff import Handoff
from conversations.staff import Principal
from escalation.adapters.slack import buttons as names
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.views import words
from escalation.adapters.slack.views.goodwill import block_form, goodwill_form
from escalation.adapters.slack.views.resolve import resolve_form
from escalation.adapters.slack.views.snooze import snooze_form
from escalation.adapters.slack.views.transfer import transfer_form
from escalation.adapters.slack.who import Door, Refused
from escalation.config import Teams
from escalation.http.wire import May
from escalation.service.allowed import may
from escalation.service.parts import DeskParts
from vendors.slack.api import SlackApi, SlackError

log = structlog.get_logger()
Made = Callable[[Handoff, Place], Awaitable[View]]


class Opening:
    """Asks Slack to open a form before the one who pressed, within the three seconds that it takes a trigger."""

    def __init__(self, door: Door, parts: DeskParts, api: SlackApi, teams: Teams) -> None:
        self._door, self._parts, self._api, self._teams = door, parts, api, teams
        self._forms: Mapping[str, tuple[May, Made]] = {
            names.RESOLVE: ("resolve", self._resolve),
            names.TRANSFER: ("transfer", self._transfer),
            names.SNOOZE: ("snooze", self._snooze),
            names.GOODWILL: ("goodwill", self._goodwill),
            names.BLOCK: ("block", self._block),
        }

    @property
    def names(self) -> list[str]:
        """The buttons that open a form."""
        return list(self._forms)

    async def __call__(self, name: str, who: Principal, place: Place, trigger_id: str) -> None:
        """Opens the form of a button.

        Raises:
            Refused: they may not do that now, or Slack does not open it.
        """
        needed, made = self._forms[name]
        handoff = await self._door.handoff(place.handoff_id)
        if needed not in may(who, handoff):
            raise Refused(words.who_has_it(handoff.state, handoff.agent_name))
        await show(self._api, trigger_id, await made(handoff, place))

    async def _resolve(self, handoff: Handoff, place: Place) -> View:
        return resolve_form(handoff, place, await self._parts.canned.tags())

    async def _transfer(self, handoff: Handoff, place: Place) -> View:
        return transfer_form(handoff, place, self._teams)

    async def _snooze(self, handoff: Handoff, place: Place) -> View:
        return snooze_form(handoff, place)

    async def _goodwill(self, handoff: Handoff, place: Place) -> View:
        return goodwill_form(handoff, place, self._parts.goodwill.kinds, self._parts.goodwill.currency)

    async def _block(self, handoff: Handoff, place: Place) -> View:
        return block_form(handoff, place)


async def show(api: SlackApi, trigger_id: str, view: View) -> None:
    """Opens a form.

    Raises:
        Refused: Slack does not.
    """
    try:
        await api.open_view(trigger_id, view)
    except SlackError as failed:
        log.warning("slack: the form did not open", cause=str(failed))
        raise Refused(words.NO_FORM) from failed

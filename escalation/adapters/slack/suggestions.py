"""What colleagues answered to questions like the one that waits: shown once to whoever has it, with a button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, SectionBlock

from conversations.handoff import Handoff, HandoffState
from conversations.text import shortened
from escalation.adapters.slack.buttons import button
from escalation.adapters.slack.canned import fingerprint_of
from escalation.adapters.slack.marks import Mark, Wanted
from escalation.adapters.slack.places import Places, Posted
from escalation.adapters.slack.presses import USE_SUGGESTION
from escalation.http.wire import HandoffDetail, Suggestion
from escalation.service.suggesting import NoSuggestions, Suggesting
from vendors.slack.text import literal

SUGGESTED = "suggested"
_NONE, _MOST, _LENGTH = "none", 2, 600
_TITLE, _OVER = "💡 Answered before", "💡 What was answered before is shown while somebody has this."


class Suggestions:
    """Asks once for each handoff, when somebody has taken it; when it is over the answers of others are taken away."""

    def __init__(self, suggesting: Suggesting, places: Places) -> None:
        self._suggesting, self._places = suggesting, places

    async def __call__(self, handoff: Handoff, detail: HandoffDetail, posts: Mapping[str, Posted]) -> Wanted:
        known = posts.get(SUGGESTED)
        if known is not None:
            over = handoff.state is not HandoffState.ASSIGNED and known.shown != _NONE
            return Wanted([Mark(SUGGESTED, _OVER, [ContextBlock(elements=[literal(_OVER)])])] if over else [])
        if handoff.state is not HandoffState.ASSIGNED:
            return Wanted()
        try:
            found = await self._suggesting.for_handoff(handoff.id)
        except NoSuggestions:
            return Wanted()
        if not found:
            await self._places.put(handoff.id, Posted(SUGGESTED, "", shown=_NONE))
            return Wanted()
        return Wanted([Mark(SUGGESTED, _TITLE, list(_blocks(handoff.id, found[:_MOST])))])


def _blocks(handoff_id: str, found: Sequence[Suggestion]) -> Iterator[Block]:
    yield ContextBlock(elements=[literal(_TITLE)])
    for one in found:
        yield SectionBlock(
            text=literal(f"{shortened(one.text, _LENGTH)}\n({one.likeness:.0%} like it, {one.reference})")
        )
        use = button("Use it", USE_SUGGESTION, f"{handoff_id} {fingerprint_of(one.text)}")
        yield ActionsBlock(elements=[use])

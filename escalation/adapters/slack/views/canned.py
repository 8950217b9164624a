"""The forms around canned replies: choose and see it filled in, send it; and, for leads, edit it."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    InputBlock,
    InteractiveElement,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from escalation.adapters.slack.buttons import button
from escalation.adapters.slack.views import parts
from escalation.config import Teams
from escalation.domain.canned import LIMIT, VARIABLES, Filled
from escalation.http.wire import Canned
from vendors.slack.text import literal

CANNED_FORM, EDIT_FORM = "canned_form", "canned_edit_form"
PICK, FOR, EDIT, NEW = "canned_pick", "canned_for", "canned_edit", "canned_new"
# A handoff in hand: its id, and how it is called.
Mine = Sequence[tuple[str, str]]


def canned_form(
    mine: Mine,
    handoff_id: str | None,
    found: Sequence[Canned],
    *,
    words: str = "",
    chosen: Canned | None = None,
    filled: Filled | None = None,
    edits: bool = False,
) -> View:
    """Which one, and how it would read; it may be changed before it goes. ``edits``: this person may edit them."""
    blocks: list[Block] = []
    if len(mine) > 1:
        element = _select(FOR, mine, handoff_id)
        blocks.append(SectionBlock(block_id=FOR, text=literal("For"), accessory=element))
    if found:
        named = [(str(one.id), one.name) for one in found]
        element = _select(PICK, named, str(chosen.id) if chosen else None)
        blocks.append(SectionBlock(block_id=PICK, text=literal("Canned reply"), accessory=element))
    else:
        blocks.append(SectionBlock(text=literal("There is none with these words.")))
    if filled is not None:
        # Slack keeps what stands in an input by its id: another reply needs another one.
        key = f"text-{handoff_id}-{chosen.id if chosen else 0}"
        blocks.append(_text(key, filled.text))
    if filled is not None and filled.missing:
        lacking = ", ".join(f"{{{name}}}" for name in filled.missing)
        blocks.append(parts.remark(f"⚠️ Nothing is known for {lacking}: write it yourself."))
    if edits:
        acts: list[InteractiveElement] = [button("New", NEW, "new")]
        if chosen is not None:
            acts.insert(0, button("Edit this one", EDIT, str(chosen.id)))
        blocks.append(ActionsBlock(elements=acts))
    carried = {"handoff": handoff_id or "", "words": words}
    return parts.modal(CANNED_FORM, "Canned reply", "Send" if filled else None, carried, blocks)


def send_form(handoff_id: str, text: str) -> View:
    """A text that may be changed before it goes to the contact."""
    return parts.modal(CANNED_FORM, "Send this answer", "Send", {"handoff": handoff_id}, [_text("text", text)])


def _text(block_id: str, text: str) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text="To the contact"),
        element=PlainTextInputElement(action_id="text", multiline=True, initial_value=text[:LIMIT], max_length=LIMIT),
    )


def _select(action: str, given: Mine, chosen: str | None) -> StaticSelectElement:
    shown = parts.options(given)
    initial = next((one for one in shown if one.value == chosen), None)
    return StaticSelectElement(
        action_id=action, options=shown, initial_option=initial, placeholder=PlainTextObject(text="Choose")
    )


def edit_form(one: Canned | None, teams: Teams) -> View:
    """A canned reply as leads edit it; None: a new one."""
    variables = ", ".join(f"{{{name}}}" for name in VARIABLES)
    owners = [("", "Everybody"), *((team.name, team.shown) for team in teams)]
    # An option's value is never empty.
    owners = [(f"team:{name}", title) for name, title in owners]
    shown = parts.options(owners)
    initial = next((o for o in shown if o.value == f"team:{one.team if one else ''}"), shown[0])
    text = PlainTextInputElement(
        action_id="text", multiline=True, max_length=LIMIT, initial_value=one.text if one else None
    )
    blocks: list[Block] = [
        parts.words("name", "Name", optional=False, multiline=False, initial=one.name if one else ""),
        parts.field("text", "Text", text, hint=f"Variables: {variables}. A brace itself is {{{{ or }}}}."),
        parts.field("team", "Whose", StaticSelectElement(action_id="team", options=shown, initial_option=initial)),
        parts.words("language", "Language", optional=False, multiline=False, initial=one.language if one else "en"),
    ]
    if one is not None:
        blocks.append(parts.tick("delete", "Or", "Delete it"))
    carried = {"canned": one.id if one else 0}
    return parts.modal(EDIT_FORM, "Edit canned reply" if one else "New canned reply", "Save", carried, blocks)

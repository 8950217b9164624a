"""What our forms are made of: the limits are Slack's (https://docs.slack.dev/reference/block-kit/blocks/input-block)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ContextBlock,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    StaticMultiSelectElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from conversations.text import shortened
from escalation.adapters.slack.places import Place
from vendors.slack.text import literal

COMMENT_LIMIT = 2000
_TITLE, _LABEL, _OPTIONS = 24, 75, 100


def modal(name: str, title: str, submit: str | None, carried: Mapping[str, Any], blocks: Sequence[Block]) -> View:
    """A form; what is ``carried`` goes with it and comes back. Without ``submit`` it is for reading."""
    return View(
        type="modal",
        callback_id=name,
        title=PlainTextObject(text=shortened(title, _TITLE)),
        submit=PlainTextObject(text=submit) if submit else None,
        close=PlainTextObject(text="Cancel" if submit else "Close"),
        private_metadata=json.dumps(carried),
        blocks=list(blocks),
    )


def of_card(place: Place) -> dict[str, str | None]:
    """What the form of a card carries: the handoff, and its card's place."""
    return {"handoff": place.handoff_id, "channel": place.channel, "ts": place.ts}


def options(given: Iterable[tuple[str, str]]) -> list[Option]:
    """Options as (value, text), at most as many as a menu has."""
    shown = list(given)[:_OPTIONS]
    return [Option(text=literal(shortened(text, _LABEL)), value=value) for value, text in shown]


def field(
    name: str, label: str, element: InputInteractiveElement, *, optional: bool = False, hint: str | None = None
) -> InputBlock:
    """An input, by its name for block and action alike."""
    made = hint and PlainTextObject(text=hint)
    return InputBlock(
        block_id=name, label=PlainTextObject(text=label), element=element, optional=optional, hint=made or None
    )


def words(
    name: str, label: str, *, optional: bool = True, multiline: bool = True, hint: str | None = None, initial: str = ""
) -> InputBlock:
    """An input of text."""
    element = PlainTextInputElement(
        action_id=name, multiline=multiline, max_length=COMMENT_LIMIT, initial_value=initial or None
    )
    return field(name, label, element, optional=optional, hint=hint)


def choice(name: str, label: str, given: Iterable[tuple[str, str]], *, optional: bool = False) -> InputBlock:
    """One of several, in a menu that can be searched."""
    return field(name, label, StaticSelectElement(action_id=name, options=options(given)), optional=optional)


def radio(name: str, label: str, given: Iterable[tuple[str, str]]) -> InputBlock:
    """One of a few, the first one unless another is chosen."""
    shown = options(given)
    return field(name, label, RadioButtonsElement(action_id=name, options=shown, initial_option=shown[0]))


def several(name: str, label: str, given: Iterable[tuple[str, str]]) -> InputBlock:
    """Any of several."""
    return field(name, label, StaticMultiSelectElement(action_id=name, options=options(given)), optional=True)


def tick(name: str, label: str, text: str) -> InputBlock:
    """Yes or no; no unless it is ticked."""
    return field(name, label, CheckboxesElement(action_id=name, options=options([("yes", text)])), optional=True)


def remark(text: str) -> Block:
    """A small line of ours."""
    return ContextBlock(elements=[literal(text)])

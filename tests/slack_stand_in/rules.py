"""What Slack refuses in blocks, views and metadata.

Limits: https://docs.slack.dev/reference/block-kit/blocks, /block-elements and /composition-objects. The wording of the
complaints (``must be less than 3001 characters [json-pointer:/blocks/0/text/text]``, ``no more than 50 items allowed``,
``invalid additional property``, ``missing required field``) is what people who met them report; the words for a doubled
``block_id`` or ``action_id``, an unknown type and a wrong JSON type could not be confirmed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

PLAIN, ANY = ("plain_text",), ("plain_text", "mrkdwn")
URL_MOST, ID_MOST = 3_000, 255

# What an element must have, and may have besides ``type`` and ``action_id``.
ELEMENTS: dict[str, tuple[set[str], set[str]]] = {
    "button": ({"text"}, {"url", "value", "style", "confirm", "accessibility_label"}),
    "static_select": (set(), {"placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load"}),
    "multi_static_select": (
        set(),
        {
            "placeholder",
            "options",
            "option_groups",
            "initial_options",
            "confirm",
            "max_selected_items",
            "focus_on_load",
        },
    ),
    "users_select": (set(), {"placeholder", "initial_user", "confirm", "focus_on_load"}),
    "overflow": ({"options"}, {"confirm"}),
    "radio_buttons": ({"options"}, {"initial_option", "confirm", "focus_on_load"}),
    "checkboxes": ({"options"}, {"initial_options", "confirm", "focus_on_load"}),
    "datepicker": (set(), {"placeholder", "initial_date", "confirm", "focus_on_load"}),
    "timepicker": (set(), {"placeholder", "initial_time", "confirm", "focus_on_load", "timezone"}),
    "datetimepicker": (set(), {"initial_date_time", "confirm", "focus_on_load"}),
    "plain_text_input": (
        set(),
        {
            "placeholder",
            "initial_value",
            "multiline",
            "min_length",
            "max_length",
            "dispatch_action_config",
            "focus_on_load",
        },
    ),
    "image": ({"alt_text"}, {"image_url", "slack_file"}),
}
IN_ACTIONS = set(ELEMENTS) - {"image", "plain_text_input"}
IN_ACCESSORY = set(ELEMENTS) - {"plain_text_input"}
IN_INPUT = set(ELEMENTS) - {"image", "button", "overflow"}
OPTIONS_MOST = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}

# What a block must have, and may have besides ``type`` and ``block_id``.
BLOCKS: dict[str, tuple[set[str], set[str]]] = {
    "actions": ({"elements"}, set()),
    "context": ({"elements"}, set()),
    "divider": (set(), set()),
    "header": ({"text"}, set()),
    "image": ({"alt_text"}, {"image_url", "slack_file", "title"}),
    "input": ({"label", "element"}, {"hint", "optional", "dispatch_action"}),
    "markdown": ({"text"}, set()),
    "rich_text": ({"elements"}, set()),
    "section": (set(), {"text", "fields", "accessory", "expand"}),
}


def blocks(found: Any, at: str = "/blocks", most: int = 50) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks: 50 blocks in a message, 100 in a view."""
    if not isinstance(found, list):
        return [_said("must be an array", at)]
    said = [] if len(found) <= most else [_said(f"no more than {most} items allowed", at)]
    for n, block in enumerate(found):
        said += _block(block, f"{at}/{n}")
    ids = [block.get("block_id") for block in found if isinstance(block, dict) and "block_id" in block]
    for n, block in enumerate(found):
        if isinstance(block, dict) and ids.count(block.get("block_id")) > 1:
            said.append(_said(f"`block_id` {block['block_id']!r} is not unique", f"{at}/{n}/block_id"))
    return said


def view(found: Any) -> list[str]:
    """https://docs.slack.dev/reference/views/modal-views and /home-tab-views."""
    at = "/view"
    if not isinstance(found, dict):
        return [_said("must be an object", at)]
    if found.get("type") == "home":
        return _home(found, at)
    allowed = {"type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "clear_on_close"}
    said = list(_keys(found, {"type", "title", "blocks"}, allowed | {"notify_on_close", "external_id"}, at))
    if found.get("type") not in ("modal", None):
        said.append(_said(f"unsupported type: {found['type']}", f"{at}/type"))
    for key in ("title", "submit", "close"):
        said += text(found[key], f"{at}/{key}", 24, PLAIN) if key in found else []
    said += blocks(found.get("blocks", []), f"{at}/blocks", 100)
    said += _string(found, "private_metadata", at, 3_000, least=0)
    said += _string(found, "callback_id", at, ID_MOST, least=0) + _string(found, "external_id", at, ID_MOST, least=0)
    inputs = isinstance(found.get("blocks"), list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in found["blocks"]
    )
    if inputs and "submit" not in found:
        said.append(_said("missing required field: submit", at))
    return said


def _home(found: dict[str, Any], at: str) -> list[str]:
    said = list(
        _keys(found, {"type", "blocks"}, {"type", "blocks", "private_metadata", "callback_id", "external_id"}, at)
    )
    said += blocks(found.get("blocks", []), f"{at}/blocks", 100)
    return said + _string(found, "private_metadata", at, 3_000, least=0)


def metadata(found: Any) -> str | None:
    """https://docs.slack.dev/messaging/message-metadata: the error for metadata that Slack refuses, or None.

    The size (16 KiB) and the characters of an ``event_type`` could not be confirmed.
    """
    if found in ({}, None):
        return None
    if not isinstance(found, dict) or set(found) - {"event_type", "event_payload"}:
        return "invalid_metadata_format"
    kind, payload = found.get("event_type"), found.get("event_payload")
    if not isinstance(kind, str) or not re.fullmatch(r"\w{1,255}", kind, re.ASCII) or not isinstance(payload, dict):
        return "invalid_metadata_format"
    return "metadata_too_large" if len(json.dumps(found).encode()) > 16 * 1024 else None


def text(found: Any, at: str, most: int = 3_000, kinds: tuple[str, ...] = ANY) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/composition-objects/text-object: ``emoji`` on plain_text only,
    ``verbatim`` on mrkdwn only, 1 to ``most`` characters."""
    said = list(_text(found, at, most, kinds))
    return [_said("failed to match all allowed schemas", at), *said] if said else []


def _text(found: Any, at: str, most: int, kinds: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(found, dict):
        yield _said("must be an object", at)
        return
    if "type" in found and found["type"] not in kinds:
        yield _said("must be a valid enum value", f"{at}/type")
    own = "emoji" if found.get("type") == "plain_text" else "verbatim"
    yield from _keys(found, {"type", "text"}, {"type", "text", own}, at)
    yield from _string(found, "text", at, most)
    if own in found and not isinstance(found[own], bool):
        yield _said("must be a boolean", f"{at}/{own}")


def _block(block: Any, at: str) -> list[str]:
    if not isinstance(block, dict):
        return [_said("must be an object", at)]
    kind = block.get("type")
    if kind is None:
        return [_said("missing required field: type", at)]
    if kind not in BLOCKS:
        return [_said(f"unsupported type: {kind}", f"{at}/type")]
    required, optional = BLOCKS[kind]
    said = list(_keys(block, required, required | optional | {"type", "block_id"}, at))
    said += _string(block, "block_id", at, ID_MOST)
    check = CHECKS.get(kind)
    return said + (check(block, at) if check else [])


def _section(block: dict[str, Any], at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks/section-block."""
    said = []
    if "text" not in block and "fields" not in block:
        said.append(_said("must define either `text` or `fields`", at))
    if "text" in block:
        said += text(block["text"], f"{at}/text")
    if "fields" in block:
        said += _items(block["fields"], f"{at}/fields", 10)
        for n, one in enumerate(_list(block["fields"])):
            said += text(one, f"{at}/fields/{n}", 2_000)
    if "accessory" in block:
        said += _element(block["accessory"], f"{at}/accessory", IN_ACCESSORY)
    return said


def _header(block: dict[str, Any], at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks/header-block."""
    return text(block["text"], f"{at}/text", 150, PLAIN) if "text" in block else []


def _context(block: dict[str, Any], at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks/context-block."""
    said = _items(block.get("elements", []), f"{at}/elements", 10)
    for n, one in enumerate(_list(block.get("elements"))):
        where = f"{at}/elements/{n}"
        is_image = isinstance(one, dict) and one.get("type") == "image"
        said += _element(one, where, {"image"}) if is_image else text(one, where)
    return said


def _actions(block: dict[str, Any], at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks/actions-block. Two elements with one ``action_id`` in a block
    are refused, though the page only says that it should be unique."""
    said = _items(block.get("elements", []), f"{at}/elements", 25)
    elements = _list(block.get("elements"))
    ids = [one.get("action_id") for one in elements if isinstance(one, dict)]
    for n, one in enumerate(elements):
        where = f"{at}/elements/{n}"
        said += _element(one, where, IN_ACTIONS)
        if isinstance(one, dict) and one.get("action_id") and ids.count(one["action_id"]) > 1:
            said.append(_said(f"`action_id` {one['action_id']!r} is not unique", f"{where}/action_id"))
    return said


def _image(block: dict[str, Any], at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks/image-block; the element's page says the same."""
    said = _string(block, "image_url", at, URL_MOST) + _string(block, "alt_text", at, 2_000)
    if "image_url" not in block and "slack_file" not in block:
        said.append(_said("must define either `image_url` or `slack_file`", at))
    return said + (text(block["title"], f"{at}/title", 2_000, PLAIN) if "title" in block else [])


def _input(block: dict[str, Any], at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks/input-block."""
    said = text(block["label"], f"{at}/label", 2_000, PLAIN) if "label" in block else []
    said += text(block["hint"], f"{at}/hint", 2_000, PLAIN) if "hint" in block else []
    return said + (_element(block["element"], f"{at}/element", IN_INPUT) if "element" in block else [])


def _markdown(block: dict[str, Any], at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks/markdown-block."""
    return _string(block, "text", at, 12_000)


CHECKS: dict[str, Callable[[dict[str, Any], str], list[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
}


def _element(element: Any, at: str, allowed: set[str]) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/block-elements."""
    if not isinstance(element, dict):
        return [_said("must be an object", at)]
    kind = element.get("type")
    if kind not in allowed:
        return [_said("missing required field: type", at) if kind is None else _said(f"unsupported type: {kind}", at)]
    required, optional = ELEMENTS[kind]
    own = set() if kind == "image" else {"action_id"}
    said = list(_keys(element, required, required | optional | own | {"type"}, at))
    said += _string(element, "action_id", at, ID_MOST)
    if kind == "image":
        return said + _image(element, at)
    if "text" in element:
        said += text(element["text"], f"{at}/text", 75, PLAIN)
    if "placeholder" in element:
        said += text(element["placeholder"], f"{at}/placeholder", 150, PLAIN)
    if "confirm" in element:
        said += _confirm(element["confirm"], f"{at}/confirm")
    said += _string(element, "value", at, 2_000, least=0) + _string(element, "url", at, URL_MOST)
    said += _string(element, "accessibility_label", at, 75) + _string(element, "initial_value", at, 3_000, least=0)
    if element.get("style", "primary") not in ("primary", "danger"):
        said.append(_said("must be a valid enum value", f"{at}/style"))
    return said + _options(element, kind, at)


def _options(element: dict[str, Any], kind: str, at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/composition-objects/option-object and /option-group-object."""
    said: list[str] = []
    if kind.endswith("static_select") and ("options" in element) == ("option_groups" in element):
        said.append(_said("must define either `options` or `option_groups`", at))
    if "options" in element:
        said += _items(element["options"], f"{at}/options", OPTIONS_MOST.get(kind, 100))
        for n, option in enumerate(_list(element["options"])):
            said += _option(option, kind, f"{at}/options/{n}")
    for n, group in enumerate(_list(element.get("option_groups"))):
        where = f"{at}/option_groups/{n}"
        said += text(group.get("label"), f"{where}/label", 75, PLAIN)
        said += _items(group.get("options"), f"{where}/options", 100)
        for m, option in enumerate(_list(group.get("options"))):
            said += _option(option, kind, f"{where}/options/{m}")
    return said


def _option(option: Any, kind: str, at: str) -> list[str]:
    if not isinstance(option, dict):
        return [_said("must be an object", at)]
    allowed = {"text", "value", "description"} | ({"url"} if kind == "overflow" else set())
    kinds = ANY if kind in ("radio_buttons", "checkboxes") else PLAIN
    said = list(_keys(option, {"text", "value"}, allowed, at))
    said += text(option["text"], f"{at}/text", 75, kinds) if "text" in option else []
    said += text(option["description"], f"{at}/description", 75, kinds) if "description" in option else []
    return said + _string(option, "value", at, 150) + _string(option, "url", at, URL_MOST)


def _confirm(found: Any, at: str) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object."""
    if not isinstance(found, dict):
        return [_said("must be an object", at)]
    parts = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    said = list(_keys(found, set(parts), {*parts, "style"}, at))
    for key, most in parts.items():
        said += text(found[key], f"{at}/{key}", most, PLAIN if key != "text" else ANY) if key in found else []
    return said


def _keys(found: dict[str, Any], required: set[str], allowed: set[str], at: str) -> Iterator[str]:
    for key in sorted(required - set(found)):
        yield _said(f"missing required field: {key}", at)
    for key in sorted(set(found) - allowed):
        yield _said(f"invalid additional property: {key}", at)


def _string(found: dict[str, Any], key: str, at: str, most: int, least: int = 1) -> list[str]:
    if key not in found:
        return []
    value = found[key]
    if not isinstance(value, str):
        return [_said("must be a string", f"{at}/{key}")]
    if len(value) < least:
        return [_said(f"must be more than {least - 1} characters", f"{at}/{key}")]
    return [_said(f"must be less than {most + 1} characters", f"{at}/{key}")] if len(value) > most else []


def _items(found: Any, at: str, most: int) -> list[str]:
    if not isinstance(found, list):
        return [_said("must be an array", at)]
    if not found:
        return [_said("no fewer than 1 items allowed", at)]
    return [_said(f"no more than {most} items allowed", at)] if len(found) > most else []


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _said(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at}]"

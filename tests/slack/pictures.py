"""Draws what agents see in Slack for docs/agents.md: our own Block Kit as HTML, photographed by Chromium.

    python -m tests.slack.pictures [folder]

The blocks are those that our functions make, as JSON, the way Slack is given them. Slack itself draws them a little
differently; what stands on them is what stands there.
"""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.slack.examples import Picture, pictures

Json = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_DATE = re.compile(r"&lt;!date\^(\d+)\^[^|]*\|[^&]*&gt;")
_LINK = re.compile(r"&lt;(https?:[^|]*)\|(.*?)&gt;")
_PERSON = re.compile(r"&lt;@(\w+)&gt;")
_BOLD = re.compile(r"\*([^*\n]+)\*")
_STYLE = """
body { font: 15px/1.46 Lato, "DejaVu Sans", sans-serif, "Noto Color Emoji"; color: #1d1c1d; margin: 0; padding: 14px;
  width: 640px; background: #fff; }
.who { font-weight: 700; margin-bottom: 4px } .who small { font-weight: 400; color: #616061; margin-left: 6px }
h1 { font-size: 18px; line-height: 1.3; margin: 6px 0 } .context { font-size: 13px; color: #616061; margin: 4px 0 }
.section { white-space: pre-wrap; margin: 2px 0 8px; overflow-wrap: anywhere }
a { color: #1264a3; text-decoration: none }
.actions { margin: 8px 0; display: flex; gap: 8px; flex-wrap: wrap } hr { border: 0; border-top: 1px solid #ddd }
button { font: inherit; font-weight: 700; font-size: 14px; border: 1px solid #bbb; border-radius: 4px; background: #fff;
  padding: 4px 12px } button.primary { background: #007a5a; border-color: #007a5a; color: #fff }
.menu { border: 1px solid #bbb; border-radius: 6px; display: inline-block; padding: 6px 0; font-size: 14px }
.menu div { padding: 2px 14px } label { font-weight: 700; display: block; margin-top: 10px }
.input { border: 1px solid #999; border-radius: 4px; padding: 6px 10px; min-height: 20px; white-space: pre-wrap }
.hint { font-size: 13px; color: #616061 } .modal { border: 1px solid #ccc; border-radius: 8px; padding: 16px; }
.modal h1 { font-size: 20px; margin-top: 0 } .end { text-align: right; margin-top: 14px } .mention { color: #1264a3;
  background: #e8f5fa } .row { display: flex; justify-content: space-between; align-items: center; margin: 6px 0 }
"""


def formatted(text: str, names: Mapping[str, str]) -> str:
    """Slack's mrkdwn, as far as we write it."""
    shown = html.escape(html.unescape(text), quote=False)
    shown = _DATE.sub(lambda found: datetime.fromtimestamp(int(found[1]), UTC).strftime("%H:%M"), shown)
    shown = _LINK.sub(lambda found: f'<a href="#">{found[2]}</a>', shown)
    shown = _PERSON.sub(lambda found: f'<span class="mention">@{names.get(found[1], found[1])}</span>', shown)
    return _BOLD.sub(r"<b>\1</b>", shown)


def text_of(found: Json, names: Mapping[str, str]) -> str:
    return formatted(found["text"], names) if found["type"] == "mrkdwn" else html.escape(found["text"], quote=False)


def block(one: Json, names: Mapping[str, str]) -> Iterator[str]:
    match one["type"]:
        case "header":
            yield f"<h1>{text_of(one['text'], names)}</h1>"
        case "divider":
            yield "<hr>"
        case "context":
            yield f'<div class="context">{" &nbsp; ".join(text_of(part, names) for part in one["elements"])}</div>'
        case "section":
            accessory = element(one["accessory"], names) if "accessory" in one else ""
            shown = f'<div class="section">{text_of(one["text"], names)}</div>'
            yield f'<div class="row">{shown}{accessory}</div>' if accessory else shown
        case "actions":
            yield f'<div class="actions">{"".join(element(part, names) for part in one["elements"])}</div>'
            menus = [part for part in one["elements"] if part["type"] == "overflow"]
            for menu in menus:
                lines = "".join(f"<div>{text_of(option['text'], names)}</div>" for option in menu["options"])
                yield f'<div class="menu">{lines}</div>'
        case "input":
            yield f"<label>{text_of(one['label'], names)}{' (optional)' if one.get('optional') else ''}</label>"
            yield element(one["element"], names)
            if "hint" in one:
                yield f'<div class="hint">{text_of(one["hint"], names)}</div>'


def element(one: Json, names: Mapping[str, str]) -> str:
    kind = one["type"]
    if kind == "button":
        return f'<button class="{one.get("style", "")}">{text_of(one["text"], names)}</button>'
    if kind == "overflow":
        return "<button>⋯</button>"
    if kind in ("radio_buttons", "checkboxes"):
        initial = (one.get("initial_option") or {}).get("value")
        signs = ("◉", "○") if kind == "radio_buttons" else ("☑", "☐")
        lines = [
            f"<div>{signs[option['value'] != initial]} {text_of(option['text'], names)}</div>"
            for option in one["options"]
        ]
        return "".join(lines)
    if kind == "plain_text_input":
        return f'<div class="input">{html.escape(one.get("initial_value") or "")}</div>'
    shown = (one.get("initial_option") or {}).get("text", {}).get("text") or one.get("placeholder", {}).get(
        "text", "Choose"
    )
    return f'<div class="input">{html.escape(shown)} ▾</div>'


def message(blocks: Sequence[Json], who: str, names: Mapping[str, str]) -> str:
    head = f'<div class="who">{html.escape(who)}<small>APP</small></div>' if who else ""
    return head + "".join("".join(block(one, names)) for one in blocks)


def modal(view: Json, names: Mapping[str, str]) -> str:
    ends = [view["close"]["text"]] if view.get("close") else []
    buttons = "".join(f"<button>{html.escape(text)}</button> " for text in ends)
    if view.get("submit"):
        buttons += f'<button class="primary">{html.escape(view["submit"]["text"])}</button>'
    inside = "".join("".join(block(one, names)) for one in view["blocks"])
    title = f"<h1>{html.escape(view['title']['text'])}</h1>" if view.get("title") else ""
    return f'<div class="modal">{title}{inside}<div class="end">{buttons}</div></div>'


def drawing(picture: Picture) -> str:
    if picture.view:
        return modal(picture.view, picture.names)
    return message(picture.blocks, picture.who, picture.names)


def draw(folder: Path) -> list[Path]:
    """Draws every picture; returns the files."""
    program = shutil.which("chromium")
    assert program is not None, "Chromium draws the pictures: apt-get install chromium"
    drawn = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 668, "height": 200}, device_scale_factor=1.5)
        for picture in pictures():
            inside = (
                modal(picture.view, picture.names)
                if picture.view
                else message(picture.blocks, picture.who, picture.names)
            )
            page.set_content(f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style><body>{inside}")
            drawn.append(folder / f"card-{picture.name}.png")
            page.locator("body").screenshot(path=drawn[-1])
        browser.close()
    return drawn


if __name__ == "__main__":
    for path in draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path)

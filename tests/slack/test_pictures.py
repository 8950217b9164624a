"""What docs/agents.md shows is what Slack is given, and Slack would take it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.slack.examples import pictures
from tests.slack_stand_in import rules

PAGE = (Path(__file__).parents[2] / "docs" / "agents.md").read_text("utf-8")


def test_slack_takes_every_picture_s_blocks() -> None:
    for picture in pictures():
        said = rules.view(picture.view) if picture.view else rules.blocks(list(picture.blocks))
        assert said == [], picture.name


def test_the_guide_shows_the_pictures_that_there_are() -> None:
    drawn = {f"card-{picture.name}.png" for picture in pictures()}
    shown = set(re.findall(r"\(pictures/(card-[a-z-]+\.png)\)", PAGE))
    assert shown == drawn
    assert all((Path(__file__).parents[2] / "docs" / "pictures" / name).is_file() for name in drawn)

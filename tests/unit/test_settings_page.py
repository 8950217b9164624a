"""The page of settings is made from the settings, so it cannot be wrong without this test failing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from frontdesk.settings import Config, Environment
from frontdesk.settings_page import page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_of_settings_is_what_the_code_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m frontdesk.settings_page > docs/settings.md"


def test_every_setting_has_a_meaning() -> None:
    missing = [name for name, text in _meanings(Config, "") if not text]
    missing += [name for name, field in Environment.model_fields.items() if not field.description]
    assert missing == []


def test_the_page_tells_nothing_of_the_machine_it_was_made_on() -> None:
    assert str(Path(__file__).parents[2]) not in page()


def _meanings(section: type[BaseModel], prefix: str) -> Iterator[tuple[str, str | None]]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield prefix + name, kind.__doc__
            yield from _meanings(kind, f"{prefix}{name}.")
        else:
            yield prefix + name, field.description

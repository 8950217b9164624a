"""YAML read safely, by libyaml where there is one: fifteen times as quick, and every front reads a long domain file."""

from __future__ import annotations

from typing import Any

import yaml

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def loads(text: str | bytes) -> Any:
    """What a YAML document says; None of an empty one.

    Raises:
        yaml.YAMLError: it is none.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - one of the two safe ones

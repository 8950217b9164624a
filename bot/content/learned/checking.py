"""The whole check: how the content is written, and what its sentences mean and hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content.learned import near, personal
from bot.content.problems import Problem, in_order
from bot.content.project import check_whole, read_project
from bot.nlu.learning.cache import encode_cached
from bot.nlu.learning.encoder import EncoderError, encoder

if TYPE_CHECKING:
    from bot.nlu.learning.intent_model import Encode

VECTORS = "vectors"  # the folder beside the models in which training keeps vectors, too


def check_project(project: Path, vectors: Path, today: date | None = None) -> list[Problem]:
    """Every problem of a project's content. Vectors of sentences are kept in the folder ``vectors``."""
    whole = read_project(project, today)
    return in_order([*check_whole(whole), *near.problems(whole, encode_for(vectors)), *personal.problems(whole)])


def encode_for(vectors: Path) -> Encode | None:
    """What sentences mean, as vectors; None where no encoder can be used: letters tell then how alike they are."""
    try:
        used = encoder()
    except EncoderError:
        return None
    return None if used is None else lambda texts: encode_cached(used, texts, vectors)[:, 0]

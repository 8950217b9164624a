"""Which intents may be told in one story is learnt from the examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.learning.encoder import Vectors
from bot.nlu.learning.intent_model import IntentModel, train
from bot.nlu.learning.stories import read_pairs, told_together, write_pairs

WORDS = ("cracked", "new", "open", "login", "password")
EXAMPLES = {
    "damaged": ["cracked jug", "it is cracked", "cracked lid", "jug cracked", "cracked", "a cracked pan"],
    "replacement": ["new jug", "a new one", "new lid", "cracked jug, a new one", "cracked pan, a new jug", "new"],
    "hours": ["open today", "open now", "when open", "open late", "open", "are you open"],
}


def encode(texts: Sequence[str]) -> Vectors:
    """A text is the words of ``WORDS`` that it has, and the last of them counts most."""
    rows = [[0.1 + text.count(word) * (1 + 2 * text.rfind(word) / len(text)) for word in WORDS] for text in texts]
    vectors = np.array(rows, np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)[:, None]


def cut(text: str) -> list[str]:
    return text.split(", ") if ", " in text else []


def model(examples: dict[str, list[str]] = EXAMPLES, *, encoded: bool = True) -> IntentModel:
    pairs = [(text, intent) for intent, texts in examples.items() for text in texts]
    return train([text for text, _ in pairs], [intent for _, intent in pairs], encode if encoded else None).model


def test_intents_that_two_examples_tell_together_are_one_story() -> None:
    assert frozenset(("damaged", "replacement")) in (told_together(model(), cut, encode) or ())


def test_one_example_alone_makes_no_story() -> None:
    once = {**EXAMPLES, "hours": [*EXAMPLES["hours"][:-1], "cracked jug, are you open"]}
    assert frozenset(("damaged", "hours")) not in (told_together(model(once), cut, encode) or ())


def test_intents_with_examples_alike_are_one_story() -> None:
    alike = {
        **EXAMPLES,
        "account": ["login password", "password login now", "login", "login with password", "password, login"],
        "forgotten": ["password login", "login password now", "password", "password at login", "login, password"],
    }
    assert frozenset(("account", "forgotten")) in (told_together(model(alike), lambda _: [], encode) or ())


def test_without_an_encoder_nobody_knows_the_stories() -> None:
    assert told_together(model(encoded=False), cut, None) is None


def test_stories_are_read_as_they_were_written(tmp_path: Path) -> None:
    for number, pairs in enumerate((None, frozenset[frozenset[str]](), frozenset((frozenset(("a", "b")),)))):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_pairs(folder, pairs)
        assert read_pairs(folder) == pairs


def test_a_model_from_before_stories_were_learnt_knows_none(tmp_path: Path) -> None:
    assert read_pairs(tmp_path) is None

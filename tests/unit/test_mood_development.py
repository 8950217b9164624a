"""What the mood is developed on is not what it is measured on."""

from __future__ import annotations

from difflib import SequenceMatcher

from benchmarks.understanding import mood_data
from tests.unit.test_held_out import NEAR_COPY, held_out, normalised


def test_no_development_message_is_a_near_copy_of_a_held_out_one() -> None:
    written = [text for text in map(normalised, mood_data.development().texts) if len(text.split()) > 3]
    near = []
    for text in map(normalised, held_out()):
        matcher = SequenceMatcher(b=text, autojunk=False)
        for other in written:
            matcher.set_seq1(other)
            # Each is at least the next one, and far quicker.
            if matcher.real_quick_ratio() < NEAR_COPY or matcher.quick_ratio() < NEAR_COPY:
                continue
            if matcher.ratio() >= NEAR_COPY:
                near.append((text, other))
    assert not near


def test_no_development_message_stands_there_twice() -> None:
    texts = mood_data.development().texts
    assert len(set(texts)) == len(texts)

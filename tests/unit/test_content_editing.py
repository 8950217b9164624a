"""What tools change in the content, and that nothing else changes."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content import editing, folder
from bot.content.editing import ChangedMeanwhile
from bot.content.folder import ContentRefused, Files

ROOT = Path(__file__).parents[2]
OURS = folder.read(ROOT)
NLU = b"""version: "3.1"
# Ours.
nlu:

- intent: greet  # the first
  examples: |
    - hello
    - hi  there

# About leaving.
- intent: goodbye
  examples: |
    - bye
    - so long, [Ana](name)
# The end.
"""
DOMAIN = """# Words.
responses:
  utter_greet:
  - text: "Hello \u20ac \U0001f600"   # warm
    buttons: &both
    - {title: "Yes", payload: "/affirm"}
  - text: >-
      Good day
      to you
    buttons: *both
  # Leaving.
  utter_goodbye:
  - text: Bye  # short
intents: [greet, goodbye]  # all
""".encode()
INTENTS = sorted({one.intent for _, one in editing.sections(OURS)})
SMALL: dict[str, bytes] = {"domain.yml": DOMAIN, "data/nlu/talk.yml": NLU}
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]), min_size=1, max_size=60
)
breaks = st.sampled_from([b"\n", b"\r\n"])


def written(files: Files, end: bytes) -> dict[str, bytes]:
    return {name: content.replace(b"\n", end) for name, content in files.items()}


def lines_beside(before: bytes, after: bytes) -> tuple[list[bytes], list[bytes]]:
    """Lines that went and lines that came, where all others kept their order."""
    old, new = before.splitlines(), after.splitlines()
    head = next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return old[head : len(old) - tail], new[head : len(new) - tail]


def examples(files: Files, intent: str) -> list[str]:
    return [example.text for _, one in editing.sections(files) if one.intent == intent for example in one.examples]


def test_examples_come_after_the_last_one_of_their_intent_and_nothing_else_changes() -> None:
    after = editing.add_examples(SMALL, "greet", ["good  morning", "[Ana](name) here"])
    assert lines_beside(NLU, after["data/nlu/talk.yml"]) == ([], [b"    - good morning", b"    - [Ana](name) here"])
    assert examples(after, "greet") == ["hello", "hi  there", "good morning", "[Ana](name) here"]
    assert after["domain.yml"] == DOMAIN


@given(texts, breaks)
def test_whatever_example_is_added_is_there_and_taking_it_out_gives_the_same_bytes_back(text: str, end: bytes) -> None:
    files = written(SMALL, end)
    try:
        after = editing.add_examples(files, "greet", [text])
    except ContentRefused:
        return
    added = examples(after, "greet")[-1]
    assert added == " ".join(text.split())
    assert editing.remove_examples(after, "greet", [added]) == files


@given(texts, texts, breaks)
def test_words_of_an_answer_change_and_change_back_with_all_else_as_it_was(one: str, two: str, end: bytes) -> None:
    files = written(SMALL, end)
    try:
        first = editing.change_answer(files, "utter_greet", 0, one + "\n" + two)
    except ContentRefused:
        return
    assert editing.answers_in(first["domain.yml"], "domain.yml")["utter_greet"][0] == f"{one}\n{two}".strip()
    assert editing.change_answer(first, "utter_greet", 0, "Hello \u20ac \U0001f600") == files


def test_any_kind_of_text_gives_way_to_new_words_and_buttons_and_comments_stay() -> None:
    after = editing.change_answer(SMALL, "utter_goodbye", 0, 'Bye: "soon"\nor later')
    assert lines_beside(DOMAIN, after["domain.yml"]) == (
        [b"  - text: Bye  # short"],
        [b'  - text: "Bye: \\"soon\\"\\nor later"  # short'],
    )
    after = editing.change_answer(after, "utter_greet", 1, "Good day")
    assert b'  - text: "Good day"\n    buttons: *both\n  # Leaving.\n' in after["domain.yml"]


def test_an_example_moves_and_may_not_be_the_last_one() -> None:
    after = editing.move_examples(SMALL, "greet", "goodbye", ["hello"])
    assert (examples(after, "greet"), examples(after, "goodbye")) == (
        ["hi  there"],
        ["bye", "so long, [Ana](name)", "hello"],
    )
    with pytest.raises(ContentRefused, match="the last example"):
        editing.remove_examples(after, "greet", ["hi there"])


def test_an_intent_with_its_answer_begins_in_a_file_of_its_topic() -> None:
    after = editing.add_intent(
        SMALL, "wrapping", ["wrap it", "as a present"], "We wrap for £3.", "wrapping", "presents"
    )
    assert after["data/nlu/presents.yml"] == (
        b'version: "3.1"\nnlu:\n- intent: wrapping\n  examples: |\n    - wrap it\n    - as a present\n'
    )
    came = ["  utter_wrapping:", '  - text: "We wrap for £3."', "  utter_reading_wrapping:", '  - text: "wrapping"']
    assert lines_beside(DOMAIN, after["domain.yml"]) == ([], [line.encode() for line in came])
    again = editing.add_intent(after, "parking", ["can I park"], "You can.", topic="talk")
    assert again["data/nlu/talk.yml"].endswith(
        b"(name)\n- intent: parking\n  examples: |\n    - can I park\n# The end.\n"
    )


def test_our_own_content_can_be_edited_everywhere() -> None:
    files: Files = OURS
    for intent in INTENTS[::12]:
        files = editing.add_examples(files, intent, [f"a wholly new sentence for {intent}"])
    files = editing.add_intent(files, "gift_wrapping", ["do you wrap"], "We do.", "having it wrapped", "presents")
    for answer in ("utter_place_order", "utter_return_cost", "utter_late_parcel"):
        files = editing.change_answer(files, answer, 1, f"New words of {answer}.")
    came = b"".join(files.values()).count(b"\n") - b"".join(OURS.values()).count(b"\n")
    assert came == len(INTENTS[::12]) + 5 + 4


@pytest.mark.parametrize(
    ("example", "why"),
    [
        ("/greet", "slash"),
        ("\u200b\u2060/greet", "slash"),
        ("\uff0fgreet", "slash"),
        (" \u3000/restart", "slash"),
        ("   ", "empty"),
        ('[pan]{"entity"}', "not marked rightly"),
        ("a\x00b", "nobody can see"),
        ("x" * 2001, "too many"),
        ("Hello!", "stands at data/nlu/talk.yml:7 under"),
        ("bye.", "already"),
    ],
)
def test_what_cannot_be_an_example_is_refused(example: str, why: str) -> None:
    with pytest.raises(ContentRefused, match=why):
        editing.add_examples(SMALL, "goodbye", [example])


BOMB = b"nlu:\n- &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"- &%c [%s]\n" % (name, b", ".join([b"*%c" % (name - 1)] * 9)) for name in range(ord("b"), ord("k"))
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (BOMB, "endless"),
        (b"nlu: &a [*a]\n", "endless"),
        (b"nlu: " + b"[" * 100_000, "deep"),
        (b"nlu:\n" + b"- " * 100_000 + b"x\n", "deep"),
        (b"nlu:\n" + b"".join(b" " * at + b"-\n" for at in range(2000)), "deep"),
        (NLU + b"# gr\xfc\xdfe\n", "UTF-8"),
        (NLU.replace(b"  examples", b"\texamples"), "blanks"),
        (NLU.decode().encode("utf-16"), "UTF-8"),
        (NLU.replace(b"hello", b"hello \xe2\x80\xa8"), "line breaks"),
    ],
    ids=["bomb", "ring", "brackets", "dashes", "steps", "latin-1", "tab", "utf-16", "odd breaks"],
)
def test_a_file_that_is_no_content_is_refused_with_its_name_and_nothing_changes(content: bytes, why: str) -> None:
    files = {**SMALL, "data/nlu/talk.yml": content}
    with pytest.raises(ContentRefused, match=rf"data/nlu/talk.yml.*({why})"):
        editing.add_examples(files, "greet", ["good morning"])


def test_a_text_that_others_share_is_not_changed_for_them() -> None:
    shared = b'responses:\n  utter_a:\n  - text: &same "one"\n  utter_b:\n  - text: *same\n'
    with pytest.raises(ContentRefused):
        editing.change_answer({"domain.yml": shared}, "utter_b", 0, "two")
    with pytest.raises(ContentRefused):
        editing.change_answer({"domain.yml": shared}, "utter_a", 0, "two")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    folder.write(tmp_path, SMALL, {})
    seen = folder.read(tmp_path)
    (tmp_path / "data/nlu/talk.yml").write_bytes(NLU + b"# theirs\n")
    with pytest.raises(ChangedMeanwhile, match=r"data/nlu/talk\.yml was changed"):
        editing.save(tmp_path, seen, editing.add_intent(seen, "parking", ["park"], "Yes.", topic="talk"))
    assert folder.read(tmp_path) == {**SMALL, "data/nlu/talk.yml": NLU + b"# theirs\n"}
    assert editing.save(tmp_path, seen, editing.change_answer(seen, "utter_greet", 0, "Hi")) == ["domain.yml"]


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_no_bytes_break_anything(content: bytes) -> None:
    with contextlib.suppress(ContentRefused):
        editing.add_examples({**SMALL, "data/nlu/odd.yml": content}, "greet", ["good morning"])

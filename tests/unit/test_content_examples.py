"""Training data is read as Rasa reads it, and each example knows its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.examples import TrainingData, read_examples
from bot.content.problems import Severity

ROOT = Path(__file__).parents[2]


def reading(folder: Path, **files: str | bytes) -> TrainingData:
    for name, text in files.items():
        content = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.yml").write_bytes(content)
    return read_examples([folder], folder)


def examples(data: TrainingData) -> list[tuple[str, str, str]]:
    return [(example.intent, example.text, str(example.place)) for example in data.examples]


def test_examples_after_a_bar_have_their_lines(tmp_path: Path) -> None:
    data = reading(
        tmp_path,
        nlu="""version: "3.1"
nlu:
- intent: greet
  examples: | # how people begin

    - hello
    -  hi there!
- intent: goodbye
  metadata: {sentiment: neutral}
  examples: |
    - bye
""",
    )
    assert examples(data) == [
        ("greet", "hello", "nlu.yml:6"),
        ("greet", "hi there!", "nlu.yml:7"),
        ("goodbye", "bye", "nlu.yml:11"),
    ]
    assert data.problems == () and data.complete


def test_examples_in_a_list_have_their_lines(tmp_path: Path) -> None:
    data = reading(
        tmp_path,
        nlu="""version: "3.1"
nlu:
  - intent: greet
    examples:
      - text: hello
      - text: |
          hi there
        metadata:
          sentiment: good
      - {text: "hey"}
""",
    )
    assert examples(data) == [
        ("greet", "hello", "nlu.yml:5"),
        ("greet", "hi there", "nlu.yml:6"),
        ("greet", "hey", "nlu.yml:10"),
    ]


def test_other_sections_and_other_files_hold_no_examples(tmp_path: Path) -> None:
    data = reading(
        tmp_path,
        nlu="""version: "3.1"
nlu:
- intent: faq/opening
  examples: |
    - when do you open
- synonym: pan
  examples: |
    - skillet
- regex: order_number
  examples: |
    - PC-\\d{5}
- lookup: product
  examples: |
    - wok
responses:
  utter_faq/opening:
  - text: At nine.
""",
        stories="stories:\n- story: a\n  steps:\n  - intent: greet\n",
        empty="",
    )
    assert examples(data) == [("faq/opening", "when do you open", "nlu.yml:5")]
    assert data.problems == ()


def test_files_of_all_folders_are_read_in_order_and_a_path_may_be_a_file(tmp_path: Path) -> None:
    section = 'version: "3.1"\nnlu:\n- intent: {0}\n  examples: |\n    - {0}\n'
    (tmp_path / "nlu/deep").mkdir(parents=True)
    (tmp_path / "nlu/b.yaml").write_text(section.format("second"))
    (tmp_path / "nlu/deep/c.yml").write_text(section.format("third"))
    (tmp_path / "a.yml").write_text(section.format("first"))
    (tmp_path / "nlu/notes.txt").write_text(section.format("none"))
    everything = read_examples([tmp_path], tmp_path)
    assert [example.intent for example in everything.examples] == ["first", "second", "third"]
    one = read_examples([tmp_path / "nlu/b.yaml"], tmp_path)
    assert examples(one) == [("second", "second", "nlu/b.yaml:5")]


def test_every_example_of_our_own_content_stands_in_its_line() -> None:
    data = read_examples([ROOT / "data"], ROOT)
    assert len(data.examples) > 1000
    lines = {section.place.file: (ROOT / section.place.file).read_text().splitlines() for section in data.sections}
    elsewhere = [e for e in data.examples if lines[e.place.file][(e.place.line or 0) - 1].strip() != f"- {e.text}"]
    assert elsewhere == []


HEAD = 'version: "3.1"\nnlu:\n'


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (HEAD + "- intent: greet\n  examples:\n    - hello\n    - hi\n", "nlu.yml:5", "with the bar"),
        (HEAD + "- intent: greet\n  examples:\n    - text:\n    - text: hi\n", "nlu.yml:5", "with the bar"),
        (HEAD + "- synonym: pan\n  examples:\n    - skillet\n", "nlu.yml:3", "with the bar"),
        (HEAD + "- intent: greet\n  examples: 12\n", "nlu.yml:4", "with the bar"),
        (HEAD + "- intent: greet\n  examples: | - hi\n", "nlu.yml:4", "the next line"),
        (HEAD + "- intent: greet\n  examples: |\n  - hello\n  - hi\n", "nlu.yml:5", "blanks at the beginning"),
        (HEAD + "- intent: greet\n examples: |\n    - hi\n", "nlu.yml:4", "blanks at the beginning"),
        (HEAD + "- intent: greet\n\texamples: |\n", "nlu.yml:4", "tab"),
        (HEAD + "- intent greet\n  examples: |\n    - hi\n", "nlu.yml:4", "missing in the line above"),
        (HEAD + '- intent: greet\n  examples:\n  - text: "it\n  - text: hi\n', "nlu.yml:5", "quotation mark"),
        (HEAD + "- intent: greet\n  examples:\n  - text: [b\n  - text: hi\n", "nlu.yml:5", "bracket"),
        (HEAD + "- intent: greet\n  examples:\n  - text: *b\n", "nlu.yml:5", "quotes"),
        (HEAD + "- intent: a\n  examples: |\n    - b\n---\nnlu: []\n", "nlu.yml:6", "second document"),
        (HEAD + "- intent: a\n  examples: |\n    - b\nnlu: []\n", "nlu.yml:6", "a second time"),
        (HEAD + "- intent: a\n  example: |\n    - b\n", "nlu.yml:4", '"example" is not known'),
        (HEAD + "- intents: a\n  examples: |\n    - b\n", "nlu.yml:3", "neither an intent"),
        (HEAD + "- greet\n", "nlu.yml:3", "neither an intent"),
        (HEAD + "- intent: 12\n  examples: |\n    - b\n", "nlu.yml:3", "a number"),
        (HEAD + "- intent:\n  examples: |\n    - b\n", "nlu.yml:3", "no name"),
        (HEAD + "  intent: greet\n", "nlu.yml:3", "a dash"),
        ("version: 3.1\nnlu:\n- intent: a\n  examples: |\n    - b\n", "nlu.yml:1", "quotes"),
        (HEAD + "- intent: a\n  examples: |\n    - C:\\users\n", "nlu.yml:5", "\\u"),
        (HEAD + "- intent: a\n  examples: |\n    - b\x07\n", "nlu.yml:5", "nobody can see"),
        (HEAD.encode() + b"- intent: a\n  examples: |\n    - caf\xe9\n", "nlu.yml:5", "UTF-8"),
    ],
)
def test_what_rasa_cannot_read_is_an_error_with_its_line_and_what_to_do(
    tmp_path: Path, text: str | bytes, place: str, words: str
) -> None:
    data = reading(tmp_path, nlu=text)
    [problem] = data.problems
    assert (problem.severity, str(problem.place)) == (Severity.ERROR, place)
    assert words in problem.text
    assert not data.complete


def test_a_file_that_is_broken_leaves_the_others_readable(tmp_path: Path) -> None:
    data = reading(tmp_path, a="nlu:\n\t- x", b=HEAD + "- intent: greet\n  examples: |\n    - hi\n")
    assert examples(data) == [("greet", "hi", "b.yml:5")]
    assert [str(problem.place) for problem in data.problems] == ["a.yml:2"]


def test_a_broken_file_that_is_no_training_data_is_not_our_matter(tmp_path: Path) -> None:
    assert reading(tmp_path, other="a: b: c").problems == ()


def test_a_line_without_a_dash_is_left_out_and_told(tmp_path: Path) -> None:
    data = reading(tmp_path, nlu=HEAD + "- intent: greet\n  examples: |\n    - hello\n    hi\n      - hey\n")
    assert examples(data) == [("greet", "hello", "nlu.yml:5")]
    assert [(problem.severity, str(problem.place)) for problem in data.problems] == [
        (Severity.WARNING, "nlu.yml:6"),
        (Severity.WARNING, "nlu.yml:7"),
    ]
    assert data.complete


def test_json_is_not_looked_into_so_nothing_can_be_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "nlu.json").write_text('{"rasa_nlu_data": {"common_examples": []}}')
    assert not read_examples([tmp_path], tmp_path).complete

"""What editors are told about training data before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.check import check_sentences, check_training, read_content
from bot.content.problems import Problem, Severity, errors

ROOT = Path(__file__).parents[2]
SOUND = {"greet": ["hello", "hi", "hey", "good morning", "hiya"], "goodbye": ["bye", "later", "ciao", "so long", "ta"]}


def nlu(intents: dict[str, list[str]]) -> str:
    """Examples from the fifth line on; each intent begins two lines after the last example."""
    sections = (
        f"- intent: {name}\n  examples: |\n" + "".join(f"    - {e}\n" for e in intents[name]) for name in intents
    )
    return 'version: "3.1"\nnlu:\n' + "".join(sections)


def problems(folder: Path, intents: dict[str, list[str]], domain: str | None = None) -> list[Problem]:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data/nlu.yml").write_text(nlu(intents))
    if domain is not None:
        (folder / "domain.yml").write_text(domain)
    return check_training(read_content([folder / "data"], folder / "domain.yml" if domain else None, folder))


def test_sound_data_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path, SOUND, "intents: [greet, goodbye]\n") == []


def test_our_own_content_has_no_errors() -> None:
    assert errors(check_training(read_content([ROOT / "data"], ROOT / "domain.yml", ROOT))) == []


def test_an_intent_without_examples_is_an_error(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, {**SOUND, "refund": []})
    assert (problem.severity, str(problem.place)) == (Severity.ERROR, "data/nlu.yml:17")
    assert '"refund" has no examples' in problem.text


def test_empty_examples_do_not_count_and_are_told(tmp_path: Path) -> None:
    none, empty = problems(tmp_path, {**SOUND, "refund": [""]})
    assert none.severity is Severity.ERROR and "no examples" in none.text
    assert (empty.severity, str(empty.place)) == (Severity.WARNING, "data/nlu.yml:19")


def test_one_example_and_a_few_are_warnings(tmp_path: Path) -> None:
    one, few = problems(tmp_path, {**SOUND, "refund": ["refund"], "card": ["card", "cards", "a card", "The card"]})
    assert (one.severity, few.severity) == (Severity.WARNING, Severity.WARNING)
    assert '"refund" has only one example' in one.text
    assert '"card" has only 4 examples' in few.text


def test_an_intent_s_sections_count_together(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/more.yml").write_text(nlu({"refund": ["a", "b", "c"]}))
    assert problems(tmp_path, {**SOUND, "refund": ["d", "e"]}) == []


@pytest.mark.parametrize("again", ["Hello", "hello!!", " hello", "[hello](greeting)", "hel-lo"])
def test_the_same_example_under_two_intents_is_an_error_that_names_both_places(tmp_path: Path, again: str) -> None:
    [problem] = problems(tmp_path, {**SOUND, "refund": ["a", "b", "c", "d", "e", again]})
    assert (problem.severity, str(problem.place)) == (Severity.ERROR, "data/nlu.yml:24")
    for named in ('"refund" here', '"greet" at data/nlu.yml:5'):
        assert named in problem.text


@pytest.mark.parametrize(
    ("first", "second"),
    [("hello", "hello you"), ("?", "!"), ("👍", "👎"), ("1.5 litres", "15 litres"), ("£5", "5"), ("£5", "€5")],
)
def test_what_differs_in_more_than_case_blanks_and_punctuation_is_not_the_same(
    tmp_path: Path, first: str, second: str
) -> None:
    examples = ["a", "b", "c", "d"]
    assert problems(tmp_path, {"one": [*examples, first], "two": [*(f"2 {e}" for e in examples), second]}) == []


def test_the_same_example_twice_in_an_intent_is_a_warning(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, {**SOUND, "refund": ["a", "b", "c", "d", "e", "A."]})
    assert (problem.severity, str(problem.place)) == (Severity.WARNING, "data/nlu.yml:24")
    assert "already, at data/nlu.yml:19" in problem.text


@pytest.mark.parametrize(
    ("example", "severity"),
    [
        ('where is [1045]{"entity": order}', Severity.ERROR),
        ('where is [1045]{"value": "1045"}', Severity.ERROR),
        ('where is [1045]{"entity": 3}', Severity.ERROR),
        ('where is [1045][{"entity": "order"}, {"role": "new"}]', Severity.ERROR),
        ("where is [1045](order_number", Severity.WARNING),
        ("where is 1045](order_number)", Severity.WARNING),
        ("where is [1045] (order_number)", Severity.WARNING),
        ("where is [1045 (order_number)", Severity.WARNING),
        ("where is [](order_number)", Severity.WARNING),
        ("where is [1045][order_number]", Severity.WARNING),
    ],
)
def test_broken_markup_is_an_error_where_rasa_stops_and_a_warning_elsewhere(
    tmp_path: Path, example: str, severity: Severity
) -> None:
    [problem] = problems(tmp_path, {**SOUND, "order": ["a", "b", "c", "d", example]})
    assert (problem.severity, str(problem.place)) == (severity, "data/nlu.yml:23")
    assert example in problem.text and "[1045](order_number)" in problem.text


@pytest.mark.parametrize(
    "example",
    [
        "where is [1045](order_number)",
        "a [frying pan](product:pan) and a [wok](product)",
        'from [York]{"entity": "city", "role": "from", "value": "York"}',
        '[blue][{"entity": "colour"}, {"entity": "size", "value": 3}]',
        "the [second] one (please) :] :[",
    ],
)
def test_sound_markup_and_other_brackets_are_left_alone(tmp_path: Path, example: str) -> None:
    assert problems(tmp_path, {**SOUND, "order": ["a", "b", "c", "d", example]}) == []


def test_one_intent_is_too_few(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, {"greet": SOUND["greet"]})
    assert problem.severity is Severity.ERROR and "only intent" in problem.text


def test_several_answers_to_one_retrieval_intent_are_one_intent(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, {"faq/a": SOUND["greet"], "faq/b": SOUND["goodbye"]})
    assert problem.severity is Severity.ERROR and '"faq" is the only intent' in problem.text


def test_no_examples_at_all_are_told_with_the_folder(tmp_path: Path) -> None:
    [problem] = check_training(read_content([tmp_path / "data"], None, tmp_path))
    assert (problem.severity, str(problem.place)) == (Severity.ERROR, "data")


def test_an_intent_that_only_the_domain_names_is_an_error_there(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, SOUND, "intents:\n- greet\n- goodbye\n- refund:\n    use_entities: []\n")
    assert (problem.severity, str(problem.place)) == (Severity.ERROR, "domain.yml:4")
    assert '"refund"' in problem.text


@pytest.mark.parametrize("own", ["nlu_fallback", "session_start", "out_of_scope", "restart", "back"])
def test_rasa_s_own_intents_need_no_examples(tmp_path: Path, own: str) -> None:
    assert problems(tmp_path, SOUND, f"intents: [greet, goodbye, {own}]\n") == []


def test_an_intent_behind_a_button_needs_no_examples(tmp_path: Path) -> None:
    domain = """intents: [greet, goodbye, refund, late]
responses:
  utter_greet:
  - text: Hello
    buttons:
    - title: Refund
      payload: "/refund"
    - {title: Late, payload: '/late{{"cause": "post"}}'}
"""
    assert problems(tmp_path, SOUND, domain) == []


def test_a_retrieval_intent_is_named_in_the_domain_by_its_first_part(tmp_path: Path) -> None:
    taught = {"faq/a": ["a", "b", "c", "d", "e"], **SOUND}
    assert problems(tmp_path, taught, "intents: [greet, goodbye, faq]\n") == []


def test_a_domain_may_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain/a.yml").write_text("intents: [greet]\n")
    (tmp_path / "domain/b.yml").write_text("intents:\n- goodbye\n- refund\n")
    (tmp_path / "nlu.yml").write_text(nlu(SOUND))
    [problem] = check_training(read_content([tmp_path / "nlu.yml"], tmp_path / "domain", tmp_path))
    assert str(problem.place) == "domain/b.yml:3"


def test_a_broken_domain_is_told_with_its_line(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, SOUND, "intents:\n\t- greet\n")
    assert (problem.severity, str(problem.place)) == (Severity.ERROR, "domain.yml:2")


def test_what_cannot_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/broken.yml").write_text("nlu:\n\t- intent: goodbye\n")
    [problem] = problems(tmp_path, {"greet": SOUND["greet"]}, "intents: [greet, goodbye]\n")
    assert str(problem.place) == "data/broken.yml:2"


def test_sentences_for_a_test_may_be_few_but_not_contradict_one_another(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(nlu({"greet": ["hello"], "goodbye": ["Hello?"]}))
    [problem] = check_sentences(read_content([tmp_path], None, tmp_path))
    assert problem.severity is Severity.ERROR and '"greet"' in problem.text


def test_problems_come_in_the_order_of_files_and_lines_as_a_line_each(tmp_path: Path) -> None:
    found = problems(tmp_path, {"refund": ["a"], **SOUND, "late": ["", "bye"]})
    places = [problem.place.line or 0 for problem in found]
    assert places == sorted(places) and len(places) == 4
    for problem in found:
        assert str(problem).startswith(f"data/nlu.yml:{problem.place.line}: {problem.severity}: ")
        assert "\n" not in str(problem)

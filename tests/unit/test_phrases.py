"""The words of mood, danger and wishes stand in a file for each language, and a language needs no code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.nlu.feeling.model import model
from bot.nlu.feeling.rules import names
from bot.nlu.phrases import NEVER, PhrasesError, every, languages

SECTIONS = {"short", "signs", "feelings", "around", "crisis", "threat", "safety", "wishes", "acronyms", "stressed"}


def forms() -> list[tuple[str, str]]:
    """Every form that is shipped, with where it stands."""
    return [
        (f"{language.path.stem}: {section}: {name}", form)
        for language in languages()
        for section in ("signs", "around", "crisis", "threat", "safety", "wishes")
        for name, form in language.named(section).items()
    ]


def test_the_shipped_files_have_only_sections_that_are_read() -> None:
    assert {language.path.stem for language in languages()} >= {"en", "de", "fr", "es", "it", "pt", "nl", "pl"}
    for language in languages():
        assert set(language.said) <= SECTIONS, language.path


def test_no_form_has_a_part_that_is_named_nowhere() -> None:
    assert not [where for where, form in forms() if re.search(r"\{[a-z ]+\}", form)]


def test_no_form_reaches_to_the_end_of_a_text() -> None:
    assert not [where for where, form in forms() if re.search(r"\.[*+]", form)]


def test_the_model_weighs_every_sign_of_every_language() -> None:
    for weights in model().weights.values():
        assert set(names()) <= set(weights)


def test_every_feeling_is_a_sign() -> None:
    for language in languages():
        assert set(language.words("feelings")) <= set(language.named("signs"))


def test_a_language_is_added_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text("wishes:\n  please: |\n    please\n", "utf-8")
    (tmp_path / "sv.yml").write_text(
        "short: {ver: '(?:snälla|tack)'}\nwishes:\n  please: |\n    {ver} du\n    kan du\nacronyms: AB\n", "utf-8"
    )
    pattern = every("wishes", "please", tmp_path)
    assert all(re.search(rf"\b(?:{pattern})\b", text) for text in ("please", "snälla du", "tack du", "kan du"))
    assert languages(tmp_path)[1].words("acronyms") == ("AB",)


def test_what_no_language_has_matches_nothing(tmp_path: Path) -> None:
    assert every("wishes", "please", tmp_path) == NEVER
    assert not re.search(NEVER, "please")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("crisis:\n  a: |\n    (unclosed\n", "no regular expression"),
        ("crisis: [a, b]\n", "no list of names"),
        ("crisis:\n  a: ''\n", "no list of names"),
        ("short: {no: x}\ncrisis: {a: b}\n", "quote no"),
        ("just words", "no sections"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(content: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "xx.yml").write_text(content, "utf-8")
    with pytest.raises(PhrasesError, match=why) as told:
        every("crisis", "a", tmp_path)
    assert "xx.yml" in str(told.value)

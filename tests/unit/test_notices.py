"""Frontdesk's own words: complete or refused at once, filled in, and the same when said again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from conversations.notices import NAMES, Notices, NoticesIncomplete, load

DOMAIN = Path(__file__).parents[2] / "domain.yml"
WORDINGS = {f"utter_notice_{name}": [{"text": f"{name}: {{agent}} one"}, {"text": f"{name} two"}] for name in NAMES}


def written(folder: Path, responses: object) -> Path:
    path = folder / "domain.yml"
    path.write_text(yaml.safe_dump({"responses": responses}), encoding="utf-8")
    return path


@pytest.fixture
def notices(tmp_path: Path) -> Notices:
    return load(written(tmp_path, {**WORDINGS, "utter_reading_order_status": [{"text": "where your order is"}]}))


def test_the_shipped_content_has_every_notice() -> None:
    shipped = load(DOMAIN)
    assert [name for name in NAMES if not shipped(name)] == []


def test_all_missing_notices_are_named_at_once(tmp_path: Path) -> None:
    has = {**WORDINGS, "utter_notice_place": [], "utter_notice_resolved": [{"image": "x.png"}]}
    del has["utter_notice_survey"]
    with pytest.raises(NoticesIncomplete) as refused:
        load(written(tmp_path, has))
    named = ["utter_notice_place", "utter_notice_resolved", "utter_notice_survey"]
    assert re.findall(r"utter_\w+", str(refused.value)) == named


@pytest.mark.parametrize(
    "text", ["{", "You're number {}", "{0} is here", "{agent.name} is here", "{agent[0]}", "{a!x}"]
)
def test_a_notice_whose_braces_cannot_be_filled_in_is_refused_before_anybody_needs_it(
    tmp_path: Path, text: str
) -> None:
    wordings = {**WORDINGS, "utter_notice_agent_joined": [{"text": "fine"}, {"text": text}]}
    with pytest.raises(NoticesIncomplete, match="utter_notice_agent_joined"):
        load(written(tmp_path, wordings))


@pytest.mark.parametrize(
    "content",
    ["responses: [a, b]", "- a list", "just words", "responses: {utter_x: {", "", "\udcff"],
    ids=["list of responses", "list", "words", "broken", "empty", "no UTF-8"],
)
def test_a_file_that_is_no_domain_is_refused_by_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "domain.yml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(NoticesIncomplete, match=r"domain\.yml"):
        load(path)


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(NoticesIncomplete, match=r"domain\.yml cannot be read"):
        load(tmp_path / "domain.yml")


def test_variables_are_filled_in_and_what_is_not_known_is_left_out() -> None:
    notices = Notices({"place": ["Number {place} in line. {wait} {unheard_of}"]}, {})
    assert notices("place", place=3, wait="Not long.") == "Number 3 in line. Not long."
    assert notices("place") == "Number in line."


def test_braces_in_what_a_contact_wrote_are_not_filled_in() -> None:
    assert Notices({"x": ["{said}"]}, {})("x", said="{place} {0}", place=1) == "{place} {0}"


def test_the_same_seed_gives_the_same_wording_and_seeds_use_all_of_them(notices: Notices) -> None:
    said = {seed: notices("resolved", seed, agent="Ana") for seed in map(str, range(50))}
    assert set(said.values()) == {"resolved: Ana one", "resolved two"}
    # Whatever the process: a retry after a restart says the same.
    assert (notices("resolved", "", agent="Ana"), notices("resolved", "a")) == ("resolved: Ana one", "resolved two")


def test_what_an_intent_means_is_said_back_in_the_content_s_words(notices: Notices) -> None:
    assert notices.reading("order_status") == "where your order is"
    assert (notices.reading("greet"), notices.reading(None)) == (None, None)


def in_german(text: str) -> dict[str, object]:
    return {"text": text, "condition": [{"type": "slot", "name": "language", "value": "de"}]}


def test_a_wording_for_a_language_is_said_in_that_language_only(tmp_path: Path) -> None:
    wordings = {**WORDINGS, "utter_notice_place": [{"text": "Number {place}."}, in_german("Platz {place}.")]}
    notices = load(written(tmp_path, wordings))
    assert {notices("place", seed, place=3) for seed in map(str, range(20))} == {"Number 3."}
    assert notices.spoken("de")("place", place=3) == "Platz 3."
    assert notices.spoken("de")("resolved", "a") == notices("resolved", "a")
    assert notices.spoken("fr") is notices.spoken(None) is notices.spoken("") is notices


def test_words_for_one_language_only_are_not_enough(tmp_path: Path) -> None:
    with pytest.raises(NoticesIncomplete, match="utter_notice_place"):
        load(written(tmp_path, {**WORDINGS, "utter_notice_place": [in_german("Platz {place}.")]}))


def test_braces_are_looked_at_in_every_language(tmp_path: Path) -> None:
    with pytest.raises(NoticesIncomplete, match="utter_notice_place"):
        load(written(tmp_path, {**WORDINGS, "utter_notice_place": [{"text": "fine"}, in_german("{")]}))

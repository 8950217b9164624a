"""Listed names are found as people write them, and ordinary words are not taken for them."""

from __future__ import annotations

import json

import pytest

from bot.nlu.facts.catalogue import Catalogue, prepare

LISTED = (
    "frying pan;pan;saucepan;wok;whisk;knife;bread knife;chef's knife;colander;kettle;24 cm frying pan;teapot;plate;"
    "toaster;crêpe pan;measuring cups;dish;fork;salad spinner;glasses;pestle and mortar;grater;mixer"
).split(";")
ORDINARY = "walk plane greater grated mixed kennel plates plato fort whisky color late".split()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return prepare("product", LISTED, ORDINARY)


def read(catalogue: Catalogue, text: str) -> list[tuple[str, str]]:
    return [(text[found.start : found.end], found.value) for found in catalogue.find(text)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("wok", "wok"),
        ("WOKS", "wok"),
        ("knives", "knife"),
        ("dishes", "dish"),
        ("glass", "glasses"),
        ("measuring cup", "measuring cups"),
        ("wisk", "whisk"),
        ("nife", "knife"),
        ("cettle", "kettle"),
        ("kettel", "kettle"),
        ("colandr", "colander"),
        ("fring pan", "frying pan"),
        ("frying-pans", "frying pan"),
        ("fryingpan", "frying pan"),
        ("sauce pan", "saucepan"),
        ("tea pot", "teapot"),
        ("chefs knife", "chef's knife"),
        ("crepe pan", "crêpe pan"),
        ("24cm frying pan", "24 cm frying pan"),
        ("pestel and morter", "pestle and mortar"),
    ],
)
def test_a_name_is_found_however_it_is_written(catalogue: Catalogue, written: str, name: str) -> None:
    assert read(catalogue, f"my {written}, please") == [(written, name)]


@pytest.mark.parametrize(
    "text",
    [
        "I walk to the plane",
        "the greater part is mixed",
        "toasted sandwiches",
        "it is late, Plato",
        "for k",
        "a whisky",
        "salad. Spinner",
        "pana",
        "m1xer",
        "",
    ],
)
def test_ordinary_words_are_no_names(catalogue: Catalogue, text: str) -> None:
    assert read(catalogue, text) == []


def test_the_s_of_a_plural_is_no_letter_that_allows_one_more_slip() -> None:
    skimmers = prepare("product", ["skimmer"], [])
    assert [name for _, name in read(skimmers, "two skimers")] == ["skimmer"]
    assert read(skimmers, "you are scammers") == []


def test_of_names_that_begin_at_one_word_the_longest_is_found(catalogue: Catalogue) -> None:
    text = "24 cm frying pan and bread knife"
    assert [name for _, name in read(catalogue, text)] == ["24 cm frying pan", "bread knife"]


def test_a_catalogue_that_was_kept_finds_the_same(catalogue: Catalogue) -> None:
    kept = Catalogue.from_dict(json.loads(json.dumps(catalogue.to_dict())))
    text = "the kettel, two woks and a sauce pan for the kennel"
    assert read(kept, text) == read(catalogue, text) != []


def test_an_empty_list_finds_nothing() -> None:
    assert read(prepare("product", ["", "-"], ORDINARY), "a wok") == []

"""Names and addresses are found where people tell them, and brands, towns and moods are not taken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.facts.names import own_names
from bot.nlu.facts.personal import personal
from conversations.masking import mask_spans


def read(text: str) -> list[tuple[str, str]]:
    return [(found.kind, text[found.start : found.end]) for found in personal(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is Ana Lopes and I ordered a wok", "Ana Lopes"),
        ("hi my name's tom, where is it", "tom"),
        ("my name is ana lopes and i ordered", "ana lopes"),
        ("My full name is Maria de la Cruz.", "Maria de la Cruz"),
        ("Name: Zoë Müller", "Zoë Müller"),
        ("Hello, I'm John Smith, I ordered", "John Smith"),
        ("this is Mr Jones", "Jones"),
        ("Mrs. K. O'Brien rang", "K. O'Brien"),
        ("Dr. van der Berg", "van der Berg"),
        ("Hi, it's Priya again", "Priya"),
        ("it's Sarah", "Sarah"),
        ("This is Sarah.", "Sarah"),
        ("hello, I'm Owen", "Owen"),
        ("it's Fred", "Fred"),
        ("Ana Lopes here, any news?", "Ana Lopes"),
        ("Marek here, any news?", "Marek"),
        ("name's Marek", "Marek"),
        ("morning, name's Marek", "Marek"),
        ("the name is Nowak, the order 10452", "Nowak"),
        ("Where is it?\n\nRegards,\nJohn Smith", "John Smith"),
        ("kind regards\njohn smith", "john smith"),
        ("Yours sincerely, Mary-Ann McDonald", "Mary-Ann McDonald"),
        ("Any news?\nThanks,\nPriya", "Priya"),
        ("Many thanks, Tom Baker", "Tom Baker"),
        ("my wife Sarah ordered it", "Sarah"),
        ("it's under the name Nowak", "Nowak"),
        ("From: Marek Nowak\nSubject: the lid", "Marek Nowak"),
    ],
)
def test_a_name_is_found_where_it_is_told(text: str, name: str) -> None:
    assert read(text) == [("name", name)]


@pytest.mark.parametrize(
    "text",
    [
        "my Le Creuset is chipped",
        "This is Le Creuset quality?",
        "Bristol",
        "this is ridiculous",
        "This is Ridiculous",
        "I'm Furious",
        "I'm Disappointed",
        "it's Bristol",
        "it's Visa",
        "I'm Welsh",
        "It's Friday",
        "it's Sarah's",
        "I am not happy",
        "my name is not on the parcel",
        "my name is spelled wrong",
        "your name is lovely",
        "your friends' names please",
        "call me back please",
        "Same here, no parcel",
        "it's Black Friday, isn't it",
        "I bought it at Best Buy",
        "Thanks, bye",
        "thanks for the Kettle",
        "best wishes",
        "my friend ordered it",
        "THIS IS A JOKE",
        "on Monday",
    ],
)
def test_what_is_no_name_is_left_alone(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("send it to flat 3, 12 High Street, Bristol BS1 4DJ please", "flat 3, 12 High Street, Bristol BS1 4DJ"),
        ("i live at 12 high street", "12 high street"),
        ("22b Baker St.", "22b Baker St."),
        ("it's 25 Acacia Drive now", "25 Acacia Drive"),
        ("my postcode is ls1 4dy", "ls1 4dy"),
        ("we moved to 4 Rosewood", "4 Rosewood"),
        ("Hauptstraße 12, 10115 Berlin", "Hauptstraße 12, 10115 Berlin"),
        ("Müller Weg 3a", "Müller Weg 3a"),
        ("123 Main St, Springfield, IL 62704", "123 Main St, Springfield, IL 62704"),
        ("P.O. Box 77", "P.O. Box 77"),
    ],
)
def test_a_postal_address_is_found_from_its_first_part_to_its_last(text: str, address: str) -> None:
    assert read(text) == [("address", address)]


@pytest.mark.parametrize(
    "text",
    [
        "2 pans on the way",
        "2 weeks on the road",
        "PC-10452",
        "PC 10453 in Leeds",
        "order 10452 Thanks",
        "a 32 cm wok, 5 cm deep",
        "W10 5CM",
        "close to 12 people",
        "28 cm Pan",
    ],
)
def test_what_is_no_address_is_left_alone(text: str) -> None:
    assert read(text) == []


def test_all_kinds_are_found_in_the_order_of_the_text() -> None:
    text = "My name is Ana Lopes, 12 High Street, ana@example.com, 07700 900123"
    assert [kind for kind, _ in read(text)] == ["name", "address", "email", "phone"]


def test_another_s_name_is_not_the_writer_s_own() -> None:
    assert list(own_names("Mr Jones was rude, and my wife Sarah heard it")) == []
    assert [found.value for found in own_names("I'm Ana Lopes.")] == ["Ana Lopes"]
    assert [found.value for found in own_names("Any news? Thanks, Priya")] == ["Priya"]


def test_marked_spans_are_masked_by_their_kind() -> None:
    text = "My name is Ana Lopes, ana@example.com"
    marked = [(found.kind, found.start, found.end) for found in personal(text)]
    assert mask_spans(text, marked) == "My name is [name], [email]"


def test_spans_that_overlap_are_masked_as_one() -> None:
    assert mask_spans("0123456789", [("name", 2, 5), ("email", 4, 8), ("phone", 3, 4)]) == "01[name]89"


@given(st.text(), st.lists(st.tuples(st.just("name"), st.integers(-5, 40), st.integers(-5, 40))))
def test_masking_takes_any_spans_and_leaves_nothing_of_them(text: str, spans: list[tuple[str, int, int]]) -> None:
    inside = {at for _, start, end in spans for at in range(max(start, 0), min(end, len(text)))}
    outside = "".join(letter for at, letter in enumerate(text) if at not in inside)
    assert mask_spans(text, spans).replace("[name]", "") == outside.replace("[name]", "")


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("my card is 4111 1111 1111 1111, ok?", "card", "4111 1111 1111 1111"),
        ("5500-0055-5555-5559", "card", "5500-0055-5555-5559"),
        ("378282246310005", "card", "378282246310005"),
        ("refund to GB82 WEST 1234 5698 7654 32 please", "iban", "GB82 WEST 1234 5698 7654 32"),
        ("IBAN de89370400440532013000", "iban", "de89370400440532013000"),
    ],
)
def test_numbers_of_cards_and_bank_accounts_are_personal(text: str, kind: str, written: str) -> None:
    assert read(text) == [(kind, written)]


@pytest.mark.parametrize("text", ["4111 1111 1111 1112", "GB82 WEST 1234 5698 7654 33", "order 10452, 10453 and 10454"])
def test_numbers_whose_check_digits_are_wrong_are_no_cards_or_accounts(text: str) -> None:
    assert not [kind for kind, _ in read(text) if kind in ("card", "iban")]

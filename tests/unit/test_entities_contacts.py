"""E-mail addresses and telephone numbers are found whole, and other figures are not taken for them."""

from __future__ import annotations

import pytest

from bot.nlu.facts.contacts import emails, phones


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("it's Ana.Lopes@Example.com.", "ana.lopes@example.com"),
        ("<tom+shop@mail.example.co.uk>", "tom+shop@mail.example.co.uk"),
        ("jörg@exämple.de", "jörg@exämple.de"),
    ],
)
def test_an_address_is_found_in_small_letters(text: str, address: str) -> None:
    assert [found.value for found in emails(text)] == [address]


@pytest.mark.parametrize("text", ["ana @ example.com", "@home", "ana@home", "5 pans @ £3"])
def test_what_only_has_the_sign_is_no_address(text: str) -> None:
    assert list(emails(text)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+44 7700 900123", "+447700900123"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("0049 30 901820", "+4930901820"),
        ("07700 900123", "07700900123"),
        ("(0117) 496 0123", "01174960123"),
        ("0117-496-0123", "01174960123"),
        ("(555) 234-5678", "5552345678"),
    ],
)
def test_a_number_is_e164_when_its_country_is_written(text: str, number: str) -> None:
    found = [(text[one.start : one.end], one.value) for one in phones(text)]
    assert found == [(text, number)]
    assert [one.value for one in phones(f"ring me on {text}, thanks")] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "PC-10452",
        "10452",
        "SW4417820",
        "4006381333931",
        "01.02.2026",
        "2026-03-12",
        "£0.99",
        "12345678901234567890",
        "007",
        "0800",
    ],
)
def test_other_figures_are_no_telephone_number(text: str) -> None:
    assert list(phones(text)) == []

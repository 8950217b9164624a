"""Names and types of files are ours, whatever their sender says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.files import media_type
from escalation.service.files import clean_name

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("label.png", "label.png"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\ana\label.png", "label.png"),
        ("a\r\nX-Evil: 1.png", "aX-Evil: 1.png"),
        ("gpj\u202e.exe", "gpj.exe"),
        ("..", "file"),
        ("", "file"),
        ("  . ", "file"),
        ("x" * 500 + ".png", "x" * 116 + ".png"),
        ("Größe.pdf", "Größe.pdf"),
    ],
)
def test_a_name_is_only_a_name(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=300))
def test_no_name_is_a_path_or_holds_what_nobody_sees(name: str) -> None:
    made = clean_name(name)
    assert 0 < len(made) <= 120 and "/" not in made and "\\" not in made
    assert made not in {".", ".."} and made.isprintable()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, "image/png"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain"),
        ("Größe".encode()[:4], "text/plain"),
        (b"\xff\xfe\x00nothing known", None),
        (b"text\0with a hole", None),
    ],
)
def test_a_type_is_told_by_the_first_bytes(head: bytes, kind: str) -> None:
    assert media_type(head) == kind


@given(st.binary(max_size=300))
def test_any_bytes_have_a_type(head: bytes) -> None:
    assert "/" in (media_type(head) or "any/thing")

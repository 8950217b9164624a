"""Only a token that we signed for visitors names a visitor."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.identity import KNOWN_LIFETIME, LIFETIME, ends, known_by, new_visitor, sign, verify

SECRET, OTHER = "a-secret-of-64-characters-" + "s" * 38, "another-secret-of-64-characters-" + "o" * 32
VISITOR = "0123456789abcdef" * 2
AUDIENCE = "frontdesk-visitor"


def claims(**changed: Any) -> dict[str, Any]:
    made = {"sub": VISITOR, "aud": AUDIENCE, "iat": int(time.time()), "exp": int(time.time()) + 60, **changed}
    return {name: value for name, value in made.items() if value is not None}


def signed(secret: str = SECRET, algorithm: str = "HS256", **changed: Any) -> str:
    return jwt.encode(claims(**changed), secret, algorithm=algorithm)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_visitor_is_known_by_the_token_that_we_gave() -> None:
    assert verify(sign(VISITOR, SECRET), SECRET) == VISITOR
    assert verify(signed(), SECRET) == VISITOR  # what the refusals below change one thing of


def test_a_visitor_s_id_is_128_random_bits() -> None:
    made = {new_visitor() for _ in range(100)}
    assert len(made) == 100
    assert {len(bytes.fromhex(visitor)) for visitor in made} == {16}
    assert all(verify(sign(visitor, SECRET), SECRET) == visitor for visitor in made)


def test_a_token_lasts_for_its_lifetime() -> None:
    made = jwt.decode(sign(VISITOR, SECRET), SECRET, algorithms=["HS256"], audience=AUDIENCE)
    assert made["exp"] - made["iat"] == LIFETIME


def test_a_customer_s_token_lasts_for_a_day_only() -> None:
    made = jwt.decode(sign("u/4711", SECRET), SECRET, algorithms=["HS256"], audience=AUDIENCE)
    assert made["exp"] - made["iat"] == KNOWN_LIFETIME == 86_400
    assert verify(sign("u/4711", SECRET), SECRET) == "u/4711"
    assert verify(sign("u/4711", OTHER), SECRET) is None


def test_only_the_site_renews_a_customer_s_token() -> None:
    first = sign("u/4711", SECRET)
    until = ends(first, SECRET)
    again = jwt.decode(sign("u/4711", SECRET, until), SECRET, algorithms=["HS256"], audience=AUDIENCE)
    assert again["exp"] == until == jwt.decode(first, SECRET, algorithms=["HS256"], audience=AUDIENCE)["exp"]
    assert ends(sign(VISITOR, SECRET), SECRET) is None
    assert ends(sign("u/4711", OTHER), SECRET) is None


@pytest.mark.parametrize(
    "token",
    [
        signed(OTHER),
        signed(aud="frontdesk-desk"),
        signed(aud=None),
        signed(exp=int(time.time()) - 1),
        signed(exp=None),
        signed(sub=None),
        signed(algorithm="HS512"),
        signed(sub="victim"),
        signed(sub="../" + VISITOR[3:]),
        signed(sub=""),
        signed(iat=int(time.time()) + 3600),
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}.",
        f"{part({'alg': 'None'})}.{part(claims())}.",
        f"{part({'alg': ['HS256']})}.{part(claims())}.",
        f"{part([])}.{part(claims())}.",
        f"{signed().rpartition('.')[0]}.",
        signed()[:-2],
        signed().replace(".", "..", 1),
        VISITOR,
        f"web:{VISITOR}",
        "",
        "..",
        "\ud800.\ud800.\ud800",
        "ü.ü.ü",
        signed() + "." * 1000,
        signed(padding="x" * 1000),
    ],
    ids=[
        *("forged", "foreign audience", "no audience", "expired", "no end", "nobody", "other algorithm"),
        *("short id", "path", "empty id", "from the future", "no algorithm", "None", "listed", "no header"),
        *("no signature", "cut", "four parts", "bare id", "conversation id", "empty", "dots", "surrogates"),
        *("not ASCII", "padded", "huge"),
    ],
)
def test_any_other_token_names_nobody(token: str) -> None:
    assert verify(token, SECRET) is None


@pytest.mark.parametrize("token", [None, 0, 7, True, [], [sign(VISITOR, SECRET)], {"sub": VISITOR}, b"a.b.c", 1.5])
def test_what_is_no_text_names_nobody(token: object) -> None:
    assert verify(token, SECRET) is None


def test_a_token_for_the_public_key_of_another_kind_names_nobody() -> None:
    _, payload, signature = sign(VISITOR, SECRET).split(".")
    for algorithm in ("RS256", "ES256", "EdDSA", "HS384"):
        assert verify(f"{part({'alg': algorithm, 'typ': 'JWT'})}.{payload}.{signature}", SECRET) is None


@given(st.integers(0, 200), st.characters())
def test_a_token_with_one_character_changed_names_nobody_else(place: int, character: str) -> None:
    token = sign(VISITOR, SECRET)
    place %= len(token)
    assert verify(token[:place] + character + token[place + 1 :], SECRET) in {None, VISITOR}


@given(st.text(st.characters(codec=None)) | st.lists(st.text("abcXYZ019-_="), max_size=4).map(".".join))
def test_no_text_breaks_the_check(token: str) -> None:
    assert verify(token, SECRET) is None


@pytest.mark.parametrize(
    ("profile", "kept"),
    [
        ({"tier": "gold", "plan": " annual\n paid "}, (("tier", "gold"), ("plan", "annual paid"))),
        ({"tier": 3, "": "x", "empty": " ", "deep": {"a": "b"}, "ok": "yes"}, (("ok", "yes"),)),
        ({"long": "x" * 100}, (("long", "x" * 64),)),
        ({str(n): "x" for n in range(20)}, tuple((str(n), "x") for n in range(10))),
        ({"nul": "a\0b"}, (("nul", "ab"),)),
        ("gold", ()),
        (["tier"], ()),
        (None, ()),
    ],
)
def test_of_what_the_host_site_says_of_a_customer_short_texts_are_kept(profile: object, kept: object) -> None:
    known = known_by(signed(sub="42", aud="frontdesk", profile=profile), SECRET)
    assert known.profile == kept

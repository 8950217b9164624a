"""Vectors that were made before, kept by the hash of their text, so that training again encodes only what is new."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.nlu.learning.encoder import Encoder, Vectors

Known = dict[bytes, NDArray[np.float16]]
KEPT = 50_000  # texts; two layers of 384 numbers of two bytes each


def encode_cached(encoder: Encoder, texts: Sequence[str], folder: Path) -> Vectors:
    """As ``encoder.encode``, from the cache in ``folder`` where a text is known, and adding what is not.

    Both ways the vectors are rounded alike, so a model does not depend on what was cached.
    """
    path = folder / f"vectors-{hashlib.sha256(encoder.name.encode()).hexdigest()[:16]}.npz"
    known = _read(path, encoder.shape)
    keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if new:
        made = encoder.encode(list(new.values())).astype(np.float16)
        known.update(zip(new, made, strict=True))
        _write(path, known)
    return np.array([known[key] for key in keys], np.float32).reshape(len(texts), *encoder.shape)


def _read(path: Path, shape: tuple[int, int]) -> Known:
    """What is cached; nothing if the file is not there or is broken."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            keys, vectors = stored["keys"], stored["vectors"]
    except (OSError, ValueError, KeyError, EOFError):
        return {}
    if vectors.shape[1:] != shape or len(keys) != len(vectors):
        return {}
    return {bytes(key): vector for key, vector in zip(keys, vectors, strict=True)}


def _write(path: Path, known: Known) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    latest = list(known.items())[-KEPT:]
    keys = np.array([np.frombuffer(key, np.uint8) for key, _ in latest], np.uint8)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".npz")
    with os.fdopen(handle, "wb") as file:
        np.savez(file, keys=keys, vectors=np.array([vector for _, vector in latest], np.float16))
    Path(temporary).replace(path)

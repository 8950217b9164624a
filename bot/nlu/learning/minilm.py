"""The packaged encoder as a graph of fewer, faster steps, with the very same weights.

The package's file holds its weights in 8 bits, one scale a column, but multiplies them as 32-bit numbers, step by small
step. On one core a short text then waits for memory: 42 MB of weights are read for each. Here the same network (Devlin
et al. 2019, "BERT", section 3; Wang et al. 2020, "MiniLM") is written with onnxruntime's fused operators, and its
weights stay in 8 bits: `MatMulNBits` multiplies them by activations that it rounds to 8 bits, a scale for each
``_BLOCK`` (operators: the onnxruntime documentation, "Contrib Operators").

It also gives what its middle layer holds: less of what a text means, and more of how it is worded (Tenney et al. 2019,
"BERT rediscovers the classical NLP pipeline"). A classifier with few examples makes use of both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

FORM = "minilm-8bit-2"  # tells these vectors from those of the file as it is: cosine 0.9996 between them
LAYERS, HEADS, WIDTH = 6, 12, 384
MIDDLE = 3  # the layer that is given beside the last
OUTPUTS = ("last_hidden_state", "middle_hidden_state")
_BLOCK = 64  # numbers to a scale: 32 is closer (cosine 0.9998 for 0.9996) and a sixth slower
_ROUNDED = 4  # `accuracy_level`: activations in 8 bits
_EPSILON = 1e-12  # of BERT's layer normalization
_MIDDLE = 128  # unsigned 8-bit weights stand for themselves less this
_FUSED = "com.microsoft"
_EMBEDDINGS = "inner.embeddings."


def rewritten(model: bytes) -> bytes:
    """The package's model in the faster form: token ids and attention mask in, the hidden states of two layers out."""
    weights = {entry.name: numpy_helper.to_array(entry) for entry in onnx.load_from_string(model).graph.initializer}
    network: bytes = _Network(weights).made().SerializeToString()
    return network


class _Network:
    """A graph being written: each step takes names of values and gives the name of its result."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights = weights
        # The file numbers its matrices in the order of use: query, key, value, output, wide, narrow, layer by layer.
        numbers = sorted(
            int(name[len("val_") : -len("_q")]) for name in weights if name.startswith("val_") and name.endswith("_q")
        )
        self.matrices = [f"val_{number}" for number in numbers]
        self.steps: list[Any] = []
        self.constants: list[Any] = []

    def made(self) -> Any:
        """The whole network as an ONNX model."""
        states = self.embedded()
        mask = self.step("Cast", "attention_mask", to=onnx.TensorProto.INT32)
        for layer in range(LAYERS):
            states = self.layer(layer, states, mask)
            if layer + 1 == MIDDLE:
                self.steps.append(helper.make_node("Identity", [states], [OUTPUTS[1]]))
        self.steps.append(helper.make_node("Identity", [states], [OUTPUTS[0]]))
        ids = [
            helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["batch", "sequence"])
            for name in ("input_ids", "attention_mask")
        ]
        hidden = [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", "sequence", WIDTH])
            for name in OUTPUTS
        ]
        graph = helper.make_graph(self.steps, "minilm", ids, hidden, self.constants)
        operators = [helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=operators, ir_version=10)

    def embedded(self) -> str:
        """Each token's vector and its place's, summed and normalized. All tokens are of the first segment."""
        words = self.constant(self.weights[_EMBEDDINGS + "word_embeddings.weight_q"])
        scales = self.constant(self.weights[_EMBEDDINGS + "word_embeddings.weight_scale"].astype(np.float32))
        tokens = self.step("Cast", self.step("Gather", words, "input_ids"), to=onnx.TensorProto.FLOAT)
        tokens = self.step("Mul", tokens, self.step("Gather", scales, "input_ids"))
        places = self.weights[_EMBEDDINGS + "position_embeddings.weight_q"].astype(np.float32)
        places = places * self.weights[_EMBEDDINGS + "position_embeddings.weight_scale"]
        places = places + self.weights[_EMBEDDINGS + "token_type_embeddings.weight"][0]
        length = self.step("Shape", "input_ids", start=1, end=2)
        here = self.step("Slice", self.constant(places.astype(np.float32)), self.constant(np.array([0])), length)
        normal = self.named(_EMBEDDINGS + "LayerNorm.weight"), self.named(_EMBEDDINGS + "LayerNorm.bias")
        return self.step("LayerNormalization", self.step("Add", tokens, here), *normal, axis=-1, epsilon=_EPSILON)

    def layer(self, number: int, states: str, mask: str) -> str:
        """One layer: attention, then two matrices with a bend between, each added to what came in."""
        query, key, value, output, wide, narrow = self.matrices[number * 6 : number * 6 + 6]
        of = f"inner.encoder.layer.{number}."
        parts = self.split(self.multiplied(states, query, key, value))
        biases = [self.weights[of + f"attention.self.{part}.bias"] for part in ("query", "key", "value")]
        bias = self.constant(np.concatenate(biases))
        attended = self.step("MultiHeadAttention", *parts, bias, mask, domain=_FUSED, num_heads=HEADS)
        states = self.added(self.multiplied(attended, output), states, of + "attention.output.")
        bent = self.multiplied(states, wide)
        bent = self.step("BiasGelu", bent, self.named(of + "intermediate.dense.bias"), domain=_FUSED)
        return self.added(self.multiplied(bent, narrow), states, of + "output.")

    def added(self, change: str, states: str, of: str) -> str:
        """What came in, the change and its bias, summed and normalized."""
        normal = [self.named(of + name) for name in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
        return self.step("SkipLayerNormalization", change, states, *normal, domain=_FUSED, epsilon=_EPSILON)

    def multiplied(self, states: str, *matrices: str) -> str:
        """The states by one or several matrices side by side, these in 8 bits."""
        columns = np.concatenate([self.weights[name + "_q"] for name in matrices], 1).astype(np.int16).T
        scales = np.concatenate([self.weights[name + "_scale"] for name in matrices], 1).astype(np.float32)
        wide, deep = columns.shape
        blocks = (columns + _MIDDLE).astype(np.uint8).reshape(wide, deep // _BLOCK, _BLOCK)
        scale = np.repeat(scales.reshape(-1), deep // _BLOCK)
        sizes = {"K": deep, "N": wide, "bits": 8, "block_size": _BLOCK, "accuracy_level": _ROUNDED}
        return self.step("MatMulNBits", states, self.constant(blocks), self.constant(scale), domain=_FUSED, **sizes)

    def split(self, states: str) -> list[str]:
        """Query, key and value, multiplied in one go."""
        parts = [f"{states}/{part}" for part in ("query", "key", "value")]
        self.steps.append(helper.make_node("Split", [states], parts, axis=-1, num_outputs=3))
        return parts

    def step(self, operator: str, *given: str, **options: Any) -> str:
        """One operator's result."""
        result = f"{len(self.steps)}:{operator}"
        self.steps.append(helper.make_node(operator, list(given), [result], **options))
        return result

    def named(self, name: str) -> str:
        """A constant of the file, as it is."""
        return self.constant(self.weights[name])

    def constant(self, numbers: NDArray[Any]) -> str:
        """A constant's name."""
        name = f"constant {len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(numbers), name))
        return name

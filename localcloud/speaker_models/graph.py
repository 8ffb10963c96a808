"""Graph: an ONNX graph that grows node by node, with the parameters of a PyTorch network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from localcloud.speaker_models.checkpoint import Arrays

# Versions of the files' format: onnxruntime reads old ones for years, and newer ones than its own not at all.
_OPSET, _IR_VERSION = 17, 9
EPSILON = 1e-5  # of PyTorch's normalisations
_MICROSOFT = "com.microsoft"  # domain of onnxruntime's own operators
_INT8_MAX = 127
OUTPUT = "output"

Inputs = Mapping[str, tuple[int, Sequence[str | int]]]  # name → type and shape; an axis of any length has a name


class Graph:
    """An ONNX graph under construction. Every method adds nodes and returns the name of their output."""

    def __init__(self, parameters: Arrays) -> None:
        self._parameters = parameters
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}
        self._outputs = 0

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output."""
        return self.add_many(operator, *inputs, outputs=1, **attributes)[0]

    def add_many(self, operator: str, *inputs: str, outputs: int, **attributes: Any) -> list[str]:
        """Add a node with several outputs."""
        names = [f"t{self._outputs + number}" for number in range(outputs)]
        self._outputs += outputs
        self._nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names

    def constant(self, array: np.ndarray, name: str | None = None) -> str:
        """Add a constant; one of the same name is added once."""
        name = name or f"c{len(self._constants)}"
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def parameter(self, key: str) -> str:
        """Add a parameter of the network, as float32."""
        return self.constant(self._parameters[key].astype(np.float32), key)

    def convolution(self, x: str, key: str, temporal: bool = False, **attributes: Any) -> str:
        """Add a convolution with the parameters `key`.weight and, if there is one, `key`.bias.

        Args:
            x: its input.
            key: prefix of the names of its parameters.
            temporal: whether one-dimensional weights go over the last axis of a picture.
            attributes: the node's own attributes.
        """
        weight = f"{key}.weight"
        if temporal:
            kernel = self.constant(self._parameters[weight].astype(np.float32)[:, :, None], weight)
        else:
            kernel = self.parameter(weight)
        bias = [self.parameter(f"{key}.bias")] if f"{key}.bias" in self._parameters else []
        return self.add("Conv", x, kernel, *bias, **attributes)

    def batch_norm(self, x: str, key: str) -> str:
        """Add a batch normalisation as it acts in inference, over axis 1."""
        p = self._parameters
        size = len(p[f"{key}.running_mean"])
        gain = p.get(f"{key}.weight", np.ones(size)).astype(np.float32)
        shift = p.get(f"{key}.bias", np.zeros(size)).astype(np.float32)
        statistics = [self.parameter(f"{key}.{name}") for name in ("running_mean", "running_var")]
        constants = [self.constant(gain, f"{key}.gain"), self.constant(shift, f"{key}.shift"), *statistics]
        return self.add("BatchNormalization", x, *constants, epsilon=EPSILON)

    def instance_norm(self, x: str, key: str) -> str:
        """Add an instance normalisation."""
        weight, bias = self.parameter(f"{key}.weight"), self.parameter(f"{key}.bias")
        return self.add("InstanceNormalization", x, weight, bias, epsilon=EPSILON)

    def linear(self, x: str, key: str) -> str:
        """Add a linear layer over the last axis."""
        weight = self.constant(self._parameters[f"{key}.weight"].astype(np.float32).T, f"{key}.weight")
        return self.add("Add", self.add("MatMul", x, weight), self.parameter(f"{key}.bias"))

    def bidirectional_lstm(self, x: str, key: str, layer: int) -> str:
        """Add one layer of PyTorch's bidirectional LSTM with int8 weights; time first, shape (time, batch, features).

        Weights have a scale for each row. The inputs of each step are quantized as they come, with one scale.
        """
        names = [f"l{layer}", f"l{layer}_reverse"]
        p = self._parameters
        weight, recurrence = (
            np.stack([_onnx_gates(p[f"{key}.{kind}_{name}"]) for name in names]) for kind in ("weight_ih", "weight_hh")
        )
        biases = [
            np.concatenate([_onnx_gates(p[f"{key}.bias_ih_{name}"]), _onnx_gates(p[f"{key}.bias_hh_{name}"])])
            for name in names
        ]
        (w, *w_scale), (r, *r_scale) = self._int8(weight), self._int8(recurrence)
        bias = self.constant(np.stack(biases).astype(np.float32))
        unused = [""] * 4  # lengths of the sequences, first states, peepholes
        hidden = recurrence.shape[-1]
        y = self.add_many(
            "DynamicQuantizeLSTM", x, w, r, bias, *unused, *w_scale, *r_scale,
            outputs=3, hidden_size=hidden, direction="bidirectional", domain=_MICROSOFT,
        )[0]  # fmt: skip
        joined = self.add("Transpose", y, perm=[0, 2, 1, 3])  # (time, batch, direction, hidden)
        return self.add("Reshape", joined, self.constant(np.array([0, 0, 2 * hidden])))

    def serialized(self, inputs: Inputs, y: str, shape: Sequence[str | int], description: str) -> bytes:
        """Return the model file.

        Args:
            inputs: what the model takes.
            y: the node that becomes the output.
            shape: shape of the output.
            description: what the model is and under which licence.
        """
        graph = helper.make_graph(
            [*self._nodes, helper.make_node("Identity", [y], [OUTPUT])],
            "g",
            [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape)],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="earshot", ir_version=_IR_VERSION)
        model.doc_string = description
        onnx.checker.check_model(model)
        content: bytes = model.SerializeToString(deterministic=True)
        return content

    def _int8(self, weights: np.ndarray) -> tuple[str, str, str]:
        """Add weights of shape (directions, rows, columns) as onnxruntime has them: int8 columns, scales, zeros."""
        scales = np.abs(weights).max(2) / _INT8_MAX
        rounded = np.round(weights / scales[:, :, None]).astype(np.int8).transpose(0, 2, 1)
        zeros = np.zeros(scales.shape, np.int8)
        return self.constant(rounded), self.constant(scales.astype(np.float32)), self.constant(zeros)


def _onnx_gates(array: np.ndarray) -> np.ndarray:
    """Reorder an LSTM's gates: input, forget, cell, output in PyTorch; input, output, forget, cell in ONNX."""
    i, f, c, o = np.split(array, 4)
    return np.concatenate([i, o, f, c])

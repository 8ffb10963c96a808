"""Graph: an ONNX graph that grows node by node, with the parameters of a PyTorch network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from localcloud.speaker_models.checkpoint import Arrays

# Of the files' format: onnxruntime reads older ones for years, newer ones not at all.
_OPSET, _IR_VERSION = 17, 9
_EPSILON = 1e-5  # of PyTorch's normalisations
OUTPUT = "output"


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

    def convolution(self, x: str, key: str, **attributes: Any) -> str:
        """Add a convolution with the parameters `key`.weight and, if there is one, `key`.bias."""
        bias = [self.parameter(f"{key}.bias")] if f"{key}.bias" in self._parameters else []
        return self.add("Conv", x, self.parameter(f"{key}.weight"), *bias, **attributes)

    def batch_norm(self, x: str, key: str, dimensions: int) -> str:
        """Add a batch normalisation as it acts in inference, over axis 1 of a tensor of so many `dimensions`."""
        p = self._parameters
        mean, variance = p[f"{key}.running_mean"], p[f"{key}.running_var"]
        gain = p.get(f"{key}.weight", np.ones(len(mean))) / np.sqrt(variance + _EPSILON)
        shift = p.get(f"{key}.bias", np.zeros(len(mean))) - mean * gain
        shape = (1, len(mean)) + (1,) * (dimensions - 2)
        scaled = self.add("Mul", x, self.constant(gain.reshape(shape).astype(np.float32), f"{key}.gain"))
        return self.add("Add", scaled, self.constant(shift.reshape(shape).astype(np.float32), f"{key}.shift"))

    def instance_norm(self, x: str, key: str) -> str:
        """Add an instance normalisation."""
        weight, bias = self.parameter(f"{key}.weight"), self.parameter(f"{key}.bias")
        return self.add("InstanceNormalization", x, weight, bias, epsilon=_EPSILON)

    def linear(self, x: str, key: str) -> str:
        """Add a linear layer over the last axis."""
        weight = self.constant(self._parameters[f"{key}.weight"].astype(np.float32).T, f"{key}.weight")
        return self.add("Add", self.add("MatMul", x, weight), self.parameter(f"{key}.bias"))

    def bidirectional_lstm(self, x: str, key: str, layer: int) -> str:
        """Add one layer of PyTorch's bidirectional LSTM; time first, shape (time, batch, features)."""
        names = [f"l{layer}", f"l{layer}_reverse"]
        p = self._parameters
        weight = np.stack([_onnx_gates(p[f"{key}.weight_ih_{name}"]) for name in names])
        recurrence = np.stack([_onnx_gates(p[f"{key}.weight_hh_{name}"]) for name in names])
        biases = [
            np.concatenate([_onnx_gates(p[f"{key}.bias_ih_{name}"]), _onnx_gates(p[f"{key}.bias_hh_{name}"])])
            for name in names
        ]
        constants = [self.constant(array.astype(np.float32)) for array in (weight, recurrence, np.stack(biases))]
        hidden = recurrence.shape[-1]
        y = self.add_many("LSTM", x, *constants, outputs=3, hidden_size=hidden, direction="bidirectional")[0]
        joined = self.add("Transpose", y, perm=[0, 2, 1, 3])  # (time, batch, direction, hidden)
        return self.add("Reshape", joined, self.constant(np.array([0, 0, 2 * hidden])))

    def serialized(
        self, input: tuple[str, Sequence[str | int]], y: str, shape: Sequence[str | int], description: str
    ) -> bytes:
        """Return the model file.

        Args:
            input: name and shape of the input; an axis of any length has a name.
            y: the node that becomes the output.
            shape: shape of the output.
            description: what the model is and under which licence.
        """
        graph = helper.make_graph(
            [*self._nodes, helper.make_node("Identity", [y], [OUTPUT])],
            "g",
            [helper.make_tensor_value_info(input[0], TensorProto.FLOAT, input[1])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape)],
            list(self._constants.values()),
        )
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], producer_name="earshot", ir_version=_IR_VERSION)
        model.doc_string = description
        onnx.checker.check_model(model)
        content: bytes = model.SerializeToString(deterministic=True)
        return content


def _onnx_gates(array: np.ndarray) -> np.ndarray:
    """Reorder an LSTM's gates: input, forget, cell, output in PyTorch; input, output, forget, cell in ONNX."""
    i, f, c, o = np.split(array, 4)
    return np.concatenate([i, o, f, c])

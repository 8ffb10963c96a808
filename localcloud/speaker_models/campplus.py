"""CAM++ (3D-Speaker, arXiv 2303.00332): log mel energies of a second of one voice to a vector of 192 numbers."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from localcloud.speaker_models.checkpoint import Arrays
from localcloud.speaker_models.graph import Graph

_BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation of each densely connected block
_DESCRIPTION = "CAM++ zh+en (3D-Speaker, Apache-2.0), converted; for at most 2 s of audio"


def campplus(parameters: Arrays) -> bytes:
    """Return the ONNX file: `features` (n, frames, 80) to `output` (n, 192).

    Its context masks average over segments of 100 frames, of 20 ms. Up to 2 s there is one segment, whose mean is that
    of all frames; the graph computes that one only.

    Behind the head, snippets are rows of one picture, of shape (1, channels, n, frames). Convolutions over time do not
    mix rows, and onnxruntime's kernels for pictures take a third less time than those for one dimension.
    """
    g = Graph(parameters)
    x = g.add("Unsqueeze", g.add("Transpose", "features", perm=[0, 2, 1]), g.constant(np.array([1])))
    x = g.add("Transpose", _head(g, x, parameters), perm=[1, 0, 2])
    x = g.add("Unsqueeze", x, g.constant(np.array([0])))
    x = _temporal_convolution(g, x, "xvector.tdnn.linear", stride=2, padding=2)
    x = _relu(g, g.batch_norm(x, "xvector.tdnn.nonlinear.batchnorm"))
    for number, (layers, dilation) in enumerate(_BLOCKS, 1):
        for layer in range(1, layers + 1):
            x = _dense_layer(g, x, f"xvector.block{number}.tdnnd{layer}", dilation)
        key = f"xvector.transit{number}"
        x = _temporal_convolution(g, _relu(g, g.batch_norm(x, f"{key}.nonlinear.batchnorm")), f"{key}.linear")
    x = _relu(g, g.batch_norm(x, "xvector.out_nonlinear.batchnorm"))
    x = _temporal_convolution(g, _mean_and_deviation(g, x), "xvector.dense.linear")
    x = g.add("Transpose", g.add("Squeeze", x, g.constant(np.array([0, 3]))), perm=[1, 0])
    x = g.batch_norm(x, "xvector.dense.nonlinear.batchnorm")
    return g.serialized({"features": (TensorProto.FLOAT, ["n", "t", 80])}, x, ["n", 192], _DESCRIPTION)


def _head(g: Graph, x: str, parameters: Arrays) -> str:
    """Add the two-dimensional residual network in front; it reduces the mel axis to an eighth."""
    x = _relu(g, g.batch_norm(g.convolution(x, "head.conv1", pads=[1, 1, 1, 1]), "head.bn1"))
    for block in ("head.layer1.0", "head.layer1.1", "head.layer2.0", "head.layer2.1"):
        strides = [2, 1] if block.endswith("0") else [1, 1]
        y = g.convolution(x, f"{block}.conv1", pads=[1, 1, 1, 1], strides=strides)
        y = _relu(g, g.batch_norm(y, f"{block}.bn1"))
        y = g.batch_norm(g.convolution(y, f"{block}.conv2", pads=[1, 1, 1, 1]), f"{block}.bn2")
        if f"{block}.shortcut.0.weight" in parameters:
            x = g.batch_norm(g.convolution(x, f"{block}.shortcut.0", strides=strides), f"{block}.shortcut.1")
        x = _relu(g, g.add("Add", x, y))
    x = g.convolution(x, "head.conv2", pads=[1, 1, 1, 1], strides=[2, 1])
    x = _relu(g, g.batch_norm(x, "head.bn2"))
    return g.add("Reshape", x, g.constant(np.array([0, 320, -1])))


def _dense_layer(g: Graph, x: str, key: str, dilation: int) -> str:
    """Add a layer whose output is appended to its input, masked by the context of all frames."""
    y = _temporal_convolution(g, _relu(g, g.batch_norm(x, f"{key}.nonlinear1.batchnorm")), f"{key}.linear1")
    y = _relu(g, g.batch_norm(y, f"{key}.nonlinear2.batchnorm"))
    local = _temporal_convolution(g, y, f"{key}.cam_layer.linear_local", dilation=dilation, padding=dilation)
    mean = g.add("ReduceMean", y, axes=[-1], keepdims=1)
    # The mean over all frames and the one over the segment, which are the same here.
    context = _relu(g, _temporal_convolution(g, g.add("Add", mean, mean), f"{key}.cam_layer.linear1"))
    mask = g.add("Sigmoid", _temporal_convolution(g, context, f"{key}.cam_layer.linear2"))
    return g.add("Concat", x, g.add("Mul", local, mask), axis=1)


def _mean_and_deviation(g: Graph, x: str) -> str:
    """Add the statistics over time: the mean, and the deviation with one degree of freedom less than frames."""
    mean = g.add("ReduceMean", x, axes=[-1], keepdims=1)
    difference = g.add("Sub", x, mean)
    total = g.add("ReduceSum", g.add("Mul", difference, difference), g.constant(np.array([-1])), keepdims=1)
    frames = g.add("Gather", g.add("Shape", x), g.constant(np.array(3)), axis=0)
    degrees = g.add("Sub", g.add("Cast", frames, to=TensorProto.FLOAT), g.constant(np.array(1, np.float32)))
    return g.add("Concat", mean, g.add("Sqrt", g.add("Div", total, degrees)), axis=1)


def _temporal_convolution(g: Graph, x: str, key: str, stride: int = 1, padding: int = 0, dilation: int = 1) -> str:
    """Add a convolution over the last axis of a picture, with the weights of a one-dimensional one."""
    return g.convolution(x, key, temporal=True, strides=[1, stride], pads=[0, padding] * 2, dilations=[1, dilation])


def _relu(g: Graph, x: str) -> str:
    return g.add("Relu", x)

"""Layers of a convolutional detector, written straight into an ONNX graph, with random weights.

The weights keep the second moment of what passes through, as those of a trained network do with
its normalisation folded in: nothing saturates, and nothing dies into denormal numbers.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SILU_GAIN = 1.68
"""1 / sqrt(E[silu(z)^2]) for z of variance 1: what a layer behind a SiLU has to make up for."""

OPSET, IR_VERSION = 17, 8
"""What every ONNX Runtime since 1.14 reads."""


@dataclass(frozen=True)
class Maps:
    """Feature maps in the graph.

    Attributes:
        name: Name of the tensor.
        channels: Number of maps.
        size_hw: Height and width of each.
    """

    name: str
    channels: int
    size_hw: tuple[int, int]


@dataclass
class Graph:
    """An ONNX graph that grows layer by layer.

    Attributes:
        rng: Draws the weights.
        input_shape: Of its one input, `images`: [1, C, h, w].
        nodes: The operators so far.
        weights: The constants so far, by name.
        macs: Multiplications with a weight in one run, so far.
    """

    rng: np.random.Generator
    input_shape: tuple[int, int, int, int]
    nodes: list[Any] = field(default_factory=list)
    weights: dict[str, NDArray[Any]] = field(default_factory=dict)
    macs: int = 0

    def add(self, operator: str, inputs: list[str], **attributes: Any) -> str:
        """Append an operator with one output, and return the output's name."""
        from onnx import helper

        output = f'{operator.lower()}_{len(self.nodes)}'
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, values: Any, name: str = '') -> str:
        """Add a constant, and return its name."""
        name = name or f'constant_{len(self.weights)}'
        self.weights[name] = np.asarray(values)
        return name

    def integers(self, *values: int) -> str:
        """Add a list of integers, such as a shape, and return its name."""
        return self.constant(np.array(values, np.int64))

    def conv(
        self, x: Maps, channels: int, kernel: int = 1, stride: int = 1, groups: int = 1
    ) -> Maps:
        """Convolve and add a bias. The weights are '<output>.w' and '<output>.b'."""
        fan_in = x.channels // groups * kernel * kernel
        shape = (channels, x.channels // groups, kernel, kernel)
        weights = self.rng.normal(0, SILU_GAIN / np.sqrt(fan_in), shape).astype(np.float32)
        name = f'conv_{len(self.nodes)}'
        inputs = [
            x.name,
            self.constant(weights, f'{name}.w'),
            self.constant(np.zeros(channels, np.float32), f'{name}.b'),
        ]
        shapes = {'kernel_shape': [kernel] * 2, 'pads': [kernel // 2] * 4}
        self.add('Conv', inputs, strides=[stride] * 2, group=groups, **shapes)
        size_hw = (x.size_hw[0] // stride, x.size_hw[1] // stride)
        self.macs += weights.size * size_hw[0] * size_hw[1]
        return Maps(name, channels, size_hw)

    def silu(self, x: Maps) -> Maps:
        """Multiply by the sigmoid, as exporters write it: two operators."""
        gate = self.add('Sigmoid', [x.name])
        return Maps(self.add('Mul', [x.name, gate]), x.channels, x.size_hw)

    def conv_silu(self, x: Maps, channels: int, kernel: int = 1, stride: int = 1) -> Maps:
        """Convolve, and apply the SiLU."""
        return self.silu(self.conv(x, channels, kernel, stride))

    def concat(self, *parts: Maps) -> Maps:
        """Join feature maps of one size."""
        name = self.add('Concat', [part.name for part in parts], axis=1)
        return Maps(name, sum(part.channels for part in parts), parts[0].size_hw)

    def halves(self, name: str, extent: int) -> tuple[str, str]:
        """Split a tensor whose axis 1 has an even extent into two, and return their names."""
        from onnx import helper

        low, high = (f'split_{len(self.nodes)}_{i}' for i in range(2))
        sizes = self.integers(extent // 2, extent // 2)
        self.nodes.append(helper.make_node('Split', [name, sizes], [low, high], axis=1))
        return low, high

    def twice_as_large(self, x: Maps) -> Maps:
        """Repeat each pixel twice in both directions."""
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        name = self.add('Resize', [x.name, '', scales], mode='nearest')
        return Maps(name, x.channels, (x.size_hw[0] * 2, x.size_hw[1] * 2))

    def stages(self, x: Maps, channels: int, with_shortcut: bool) -> Maps:
        """Refine one half of the maps, and fuse all that came by.

        The cross-stage partial block (Wang et al., CSPNet, 2020) with every intermediate result
        fused at its end (Wang et al., ELAN, 2022), as YOLOv8's backbone has it.
        """
        x = self.conv_silu(x, channels)
        kept, last = (Maps(n, channels // 2, x.size_hw) for n in self.halves(x.name, channels))
        y = self.conv_silu(self.conv_silu(last, last.channels, 3), last.channels, 3)
        if with_shortcut:
            y = Maps(self.add('Add', [last.name, y.name]), y.channels, y.size_hw)
        return self.conv_silu(self.concat(kept, last, y), channels)

    def pyramid_pool(self, x: Maps) -> Maps:
        """See larger and larger surroundings by pooling the pooled (He et al., SPP, 2014)."""
        parts = [self.conv_silu(x, x.channels // 2)]
        for _ in range(3):
            name = self.add('MaxPool', [parts[-1].name], kernel_shape=[5, 5], pads=[2] * 4)
            parts.append(Maps(name, x.channels // 2, x.size_hw))
        return self.conv_silu(self.concat(*parts), x.channels)

    def model(self, outputs: list[str]) -> Any:
        """Return the whole as an ONNX model whose input is `images`."""
        from onnx import TensorProto, helper, numpy_helper, shape_inference

        image = helper.make_tensor_value_info('images', TensorProto.FLOAT, self.input_shape)
        results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs]
        constants = [numpy_helper.from_array(v, n) for n, v in self.weights.items()]
        graph = helper.make_graph(self.nodes, 'synthetic', [image], results, constants)
        opset = [helper.make_opsetid('', OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)
        return shape_inference.infer_shapes(model)

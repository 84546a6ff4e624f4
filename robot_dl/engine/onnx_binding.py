"""Run a small ONNX graph with as little around it as ONNX Runtime allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.engine import Arrays
from robot_dl.engine.request import EngineError


@dataclass(frozen=True)
class BoundGraph:
    """A graph on the CPU, and the arrays that it reads.

    Names, types and addresses are told to the runtime once; a network of the size of a policy
    takes three quarters of the time then (docs/performance.md).

    Attributes:
        session: An `onnxruntime.InferenceSession`.
        binding: Where its inputs lie.
        names: Its outputs.
        arrays: What lies there: kept, because the runtime only knows the addresses.
    """

    session: Any
    binding: Any
    names: Sequence[str]
    arrays: Arrays

    def __call__(self) -> dict[str, NDArray[Any]]:
        """Run the graph on what is in the arrays by now, and return new ones.

        Raises:
            EngineError: If the runtime fails.
        """
        try:
            self.session.run_with_iobinding(self.binding)
        except Exception as error:  # the runtime's errors share no narrower base class
            raise EngineError(f'ONNX Runtime failed: {error}') from error
        return dict(zip(self.names, self.binding.copy_outputs_to_cpu(), strict=True))


def bound(
    session: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec], arrays: Arrays
) -> BoundGraph:
    """Bind a graph to contiguous arrays that fit its inputs, by their names."""
    binding = session.io_binding()
    for spec in inputs:
        array = arrays[spec.name]
        address = array.ctypes.data
        binding.bind_input(spec.name, 'cpu', 0, array.dtype.type, array.shape, address)
    names = [spec.name for spec in outputs]
    for name in names:
        binding.bind_output(name, 'cpu')
    return BoundGraph(session, binding, names, dict(arrays))

"""Run TorchScript and torch.export files with torch. The one file that knows it."""

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robot_dl.core.node_params import DEVICES
from robot_dl.core.tensors import Shape, TensorSpec, check_arrays
from robot_dl.engine.engine import Arrays, Run
from robot_dl.engine.request import EngineError, Request, Weights
from robot_dl.engine.torch_archive import EXPORTED, TORCHSCRIPT, check_archive

CPU = torch.device('cpu')

COLORS = (1, 3, 4)
"""Channels of an image, by which [1, C, H, W] is told from [1, H, W, C]."""


@dataclass(frozen=True)
class Graph:
    """What a file contains.

    Attributes:
        run: Runs it on tensors, in the order of `inputs`.
        inputs: What it takes; an open shape where the file does not tell.
    """

    run: Callable[[list[torch.Tensor]], Any]
    inputs: tuple[TensorSpec, ...]


@dataclass(frozen=True)
class TorchEngine:
    """A graph in torch; see `engine.Engine`."""

    graph: Graph
    device: torch.device
    half: bool
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...] = ()
    notice: str = ''

    @property
    def provider(self) -> str:
        """What executes it."""
        return f'torch {self.device}'

    def __call__(self, arrays: Arrays) -> dict[str, NDArray[Any]]:
        """Run the graph once. Outputs without a name are called output0, output1 and so on.

        Raises:
            ValueError: If an array is missing or does not fit its input.
            EngineError: If torch fails.
        """
        return self.bind(arrays)()

    def bind(self, arrays: Arrays) -> Run:
        """Return what runs the graph on these arrays; see `engine.Engine.bind`.

        Raises:
            ValueError: If an array is missing or does not fit its input.
        """
        check_arrays(self.inputs, arrays)
        feed = [arrays[spec.name] for spec in self.inputs]
        return lambda: self._run([_tensor(array, self.device) for array in feed])

    def _run(self, tensors: list[torch.Tensor]) -> dict[str, NDArray[Any]]:
        try:
            # Autocast leaves in float32 what float16 is too coarse for: above 512 it only knows
            # every second half pixel, so that boxes would lose their place.
            with torch.inference_mode(), torch.autocast('cuda', torch.float16, enabled=self.half):
                result = self.graph.run(tensors)
        except Exception as error:  # what torch raises shares no narrower base class
            raise EngineError(f'torch failed: {_reason(error)}') from error
        return {name: _array(tensor) for name, tensor in _named(result)}


def open_weights(weights: Weights, request: Request) -> TorchEngine:
    """Open a TorchScript or torch.export file; see `engine.open_engine`."""
    if weights.files:
        raise EngineError('its card names further files, which only ONNX has')
    load = LOADERS[check_archive(weights.content)]
    device, missing = _device(request)
    notice = request.settle(device == CPU, missing)
    half = request.half and device != CPU
    if request.half and not half:
        notice = notice or (
            'half is set, but torch computes in float32 on the CPU, '
            'where float16 would be many times slower (docs/engines.md)'
        )
    torch.set_num_threads(request.cores)
    try:
        graph = load(weights.content, device)
    except EngineError:
        raise
    except Exception as error:  # what torch raises shares no narrower base class
        raise EngineError(f'torch {torch.__version__} cannot open it: {_reason(error)}') from error
    inputs = tuple(_as_claimed(spec, weights.inputs) for spec in graph.inputs)
    engine = TorchEngine(graph, device, half, inputs, (), notice)
    fit = {spec.name for spec in inputs} == {spec.name for spec in weights.inputs}
    return replace(engine, outputs=_outputs(engine)) if fit else engine


def available_devices() -> tuple[str, ...]:
    """Return the devices on which torch really runs here."""
    return tuple(d for d in DEVICES if d != 'auto' and not _device(Request(d))[1])


def _device(request: Request) -> tuple[torch.device, str]:
    """Return where a graph will run, and why that is not what was asked for."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    index = int(request.which or 0) if request.kind in ('auto', 'cuda') else 0
    best = torch.device('cuda', index) if index < count else CPU
    if request.kind == 'cpu':
        return CPU, ''
    if request.kind not in ('auto', 'cuda'):
        return best, (
            f'device {request.device!r} runs ONNX files only; running on torch {best}. '
            f'Export the model to ONNX, or set device: {best.type}'
        )
    missing = (
        f'device {request.device!r} needs CUDA, which this torch {torch.__version__} cannot start '
        f'(it sees {count} such devices); running on torch cpu. '
        'Install a torch built for CUDA, or set device: cpu'
    )
    return best, missing if best == CPU else ''


def _load_torchscript(content: bytes, device: torch.device) -> Graph:
    with warnings.catch_warnings():
        # It is announced to go, and is what most exporters write.
        warnings.simplefilter('ignore', DeprecationWarning)
        module = torch.jit.load(io.BytesIO(content), map_location=device).eval()
    arguments = module.forward.schema.arguments[1:]
    needed = [a for a in arguments if not a.has_default_value()]
    for argument in needed:
        if argument.type.kind() != 'TensorType':
            raise EngineError(f'it takes {argument.name}: {argument.type}; expected tensors only')
    inputs = tuple(TensorSpec(a.name, 'float32', (None,) * 4) for a in needed)
    return Graph(lambda tensors: module(*tensors), inputs)


def _load_exported(content: bytes, device: torch.device) -> Graph:
    _check_samples(content)
    program = torch.export.load(io.BytesIO(content))
    if device != CPU:
        from torch.export.passes import move_to_device_pass

        program = move_to_device_pass(program, device)
    names = program.graph_signature.user_inputs
    values = {n.name: n.meta.get('val') for n in program.graph.nodes if n.op == 'placeholder'}
    if any(not isinstance(values.get(str(name)), torch.Tensor) for name in names):
        raise EngineError(f'it takes {", ".join(map(str, names))}; expected tensors only')
    inputs = tuple(_spec(str(name), values[str(name)]) for name in names)
    module, nesting = program.module(), program.call_spec.in_spec

    def run(tensors: list[torch.Tensor]) -> Any:
        arguments, named = torch.utils._pytree.tree_unflatten(tensors, nesting)
        return module(*arguments, **named)

    return Graph(run, inputs)


def _check_samples(content: bytes) -> None:
    """Refuse sample inputs that torch.export.load would unpickle without restriction.

    It tries what is tried here first, and that only fails for what is no plain tensor.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith('/sample_inputs/model.pt')]
        samples = [archive.read(name) for name in names]
    for sample in filter(None, samples):
        try:
            torch.load(io.BytesIO(sample), weights_only=True)
        except Exception as error:  # an unpickler meets any bytes
            raise EngineError('its sample inputs are a pickle of more than tensors') from error


LOADERS = {TORCHSCRIPT: _load_torchscript, EXPORTED: _load_exported}
"""What opens each kind of archive, after it has been looked into."""


def _as_claimed(spec: TensorSpec, claims: tuple[TensorSpec, ...]) -> TensorSpec:
    """Return an input with what the card says where the file says nothing."""
    claim = next((claim for claim in claims if claim.name == spec.name), spec)
    return claim if all(n is None for n in spec.shape) else spec


def _outputs(engine: TorchEngine) -> tuple[TensorSpec, ...]:
    """Run a graph twice and return what came out; what differs, or is empty, can be any size."""
    rng = np.random.default_rng(0)
    shapes = [[n or 1 for n in spec.shape] for spec in engine.inputs]
    blank = {s.name: np.zeros(n, s.dtype) for s, n in zip(engine.inputs, shapes, strict=True)}
    noise = {
        name: rng.random(array.shape).astype(array.dtype) if array.dtype.kind == 'f' else array
        for name, array in blank.items()
    }
    try:
        first, second = engine(blank), engine(noise)
    except EngineError as error:
        given = ', '.join(f'{spec.name}: {spec}' for spec in engine.inputs)
        raise EngineError(f'it does not run on {given}: {error}') from error
    if set(first) != set(second):
        raise EngineError(f'it returns now {sorted(first)}, now {sorted(second)}')
    return tuple(
        TensorSpec(name, array.dtype.name, _common(array.shape, second[name].shape))
        for name, array in first.items()
    )


def _common(a: tuple[int, ...], b: tuple[int, ...]) -> Shape:
    if len(a) != len(b):
        raise EngineError(f'it returns now {list(a)}, now {list(b)}; expected one rank')
    return tuple(n if n == m and n else None for n, m in zip(a, b, strict=True))


def _spec(name: str, value: torch.Tensor) -> TensorSpec:
    shape = tuple(n if isinstance(n, int) else None for n in value.shape)
    return TensorSpec(name, str(value.dtype).removeprefix('torch.'), shape)


def _tensor(array: NDArray[Any], device: torch.device) -> torch.Tensor:
    """Return a copy, for a graph may write to its inputs."""
    image = array.ndim == 4 and array.shape[1] in COLORS
    # Convolutions on the CPU take two thirds of the time in this order (docs/engines.md).
    order = torch.channels_last if image else torch.contiguous_format
    source = array if array.flags.writeable else array.copy()
    return torch.from_numpy(source).to(device, memory_format=order, copy=True)


def _array(tensor: torch.Tensor) -> NDArray[Any]:
    # NumPy has no bfloat16.
    kept = tensor.float() if tensor.dtype == torch.bfloat16 else tensor
    return np.ascontiguousarray(kept.detach().cpu().numpy())


def _named(result: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield every tensor of nested containers by its name, or as output0, output1 and so on."""
    unnamed = 0
    for name, leaf in _leaves(result, ''):
        if not isinstance(leaf, torch.Tensor):
            raise EngineError(f'it returns {type(leaf).__name__}; expected tensors')
        yield name or f'output{unnamed}', leaf
        unnamed += not name


def _leaves(node: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f'{name}{key}')
    elif isinstance(node, (tuple, list)):
        for index, value in enumerate(node):
            yield from _leaves(value, f'{name}{index}' if name else '')
    elif node is not None:
        yield name, node


def _reason(error: Exception) -> str:
    """Return the line of an error that says what is wrong: torch puts it last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]

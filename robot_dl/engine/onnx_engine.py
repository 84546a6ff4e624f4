"""Run ONNX graphs with ONNX Runtime. The one file that knows it."""

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from robot_dl.core.node_params import DEVICES
from robot_dl.core.tensors import TensorSpec, check_arrays
from robot_dl.engine.engine import Arrays, Run
from robot_dl.engine.kept import kept_folder
from robot_dl.engine.onnx_binding import bound
from robot_dl.engine.onnx_providers import (
    CPU,
    HALVES,
    KEEPING,
    OPTIONS,
    PROVIDERS,
    REMEDIES,
    XNNPACK,
    Keeping,
)
from robot_dl.engine.request import EngineError, Request, Weights

EXTERNAL_WEIGHTS = 'session.model_external_initializers_file_folder_path'
NOWHERE = '/nonexistent'
WHERE_NODES_RUN = 'session.record_ep_graph_assignment_info'

NOTHING = (
    b'\x08\x08:7\n\x10\n\x01x\x12\x01y"\x08Identity\x12\x01gZ\x0f\n\x01x\x12\n\n\x08\x08\x01\x12\x04\n\x02\x08\x01'
    b'b\x0f\n\x01y\x12\n\n\x08\x08\x01\x12\x04\n\x02\x08\x01B\x04\n\x00\x10\r'
)
"""An ONNX file whose graph returns its input, to find out whether a provider starts."""

DTYPES = {
    'tensor(float)': 'float32',
    'tensor(float16)': 'float16',
    'tensor(double)': 'float64',
    'tensor(uint8)': 'uint8',
    'tensor(int8)': 'int8',
    'tensor(int32)': 'int32',
    'tensor(int64)': 'int64',
    'tensor(bool)': 'bool',
}


@dataclass(frozen=True)
class OnnxEngine:
    """An ONNX graph in an ONNX Runtime session; see `engine.Engine`."""

    session: ort.InferenceSession
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    provider: str
    notice: str
    nodes: Counter[str] = field(default_factory=Counter)

    def __call__(self, arrays: Arrays) -> dict[str, NDArray[Any]]:
        """Run the graph once.

        Raises:
            ValueError: If an array is missing or does not fit its input.
            EngineError: If the runtime fails.
        """
        check_arrays(self.inputs, arrays)
        names = [spec.name for spec in self.outputs]
        try:
            return dict(zip(names, self.session.run(names, dict(arrays)), strict=True))
        except Exception as error:  # the runtime's errors share no narrower base class
            raise EngineError(f'ONNX Runtime failed: {error}') from error

    def bind(self, arrays: Arrays) -> Run:
        """Return what runs the graph on these arrays; see `engine.Engine.bind`.

        Raises:
            ValueError: If an array is missing or does not fit its input.
        """
        check_arrays(self.inputs, arrays)
        kept = dict(arrays)
        if self.provider != CPU or not all(a.flags.c_contiguous for a in kept.values()):
            return lambda: self(kept)
        return bound(self.session, self.inputs, self.outputs, kept)


def open_weights(weights: Weights, request: Request) -> OnnxEngine:
    """Open an ONNX file; see `engine.open_engine`."""
    wanted = PROVIDERS[request.kind]
    present = [p for p in wanted if p in ort.get_available_providers()]
    keeping = _keeping(present, request)
    kept = _kept(keeping, weights, request)
    started_s = time.monotonic()
    if keeping:
        request.announce(keeping.beginning(kept))
    engine = _engine(_session(weights, [*present, CPU], request, kept))
    _first_run(engine, weights)
    if keeping and engine.provider == present[0]:
        request.announce(keeping.end(kept, time.monotonic() - started_s))
    missing = _missing(request, wanted, engine.provider)
    notice = request.settle(engine.provider == CPU, missing) or _remark(request, engine)
    return replace(engine, notice=notice)


def available_devices() -> tuple[str, ...]:
    """Return the devices whose best provider starts here: not all that are listed do."""
    return tuple(d for d in DEVICES if d == 'cpu' or _starts(Request(d)))


def session_options(threads: int) -> ort.SessionOptions:
    """Return the options of a node's session.

    Threads that wait for work spin for a moment within a run, and never between runs: that is the
    fastest on free cores and costs nothing on busy ones (docs/performance.md).

    Args:
        threads: CPU threads; 0 takes all cores up to four.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = Request(threads=threads).cores
    options.inter_op_num_threads = 1
    for key, value in spinning(ort.__version__).items():
        options.add_session_config_entry(key, value)
    options.log_severity_level = 3
    return options


def spinning(version: str) -> dict[str, str]:
    """Return how threads wait, for a version of ONNX Runtime such as '1.31.0'.

    Before 1.27 a thread cannot be told to spin briefly. Spinning for long doubles the latency
    when another process wants the core, so there it does not spin at all.
    """
    major, minor = map(int, version.split('.')[:2])
    if (major, minor) < (1, 27):
        return {'session.intra_op.allow_spinning': '0'}
    return {
        'session.intra_op.allow_spinning': '1',
        'session.intra_op.spin_duration_us': '30',
        'session.force_spinning_stop': '1',
    }


def _starts(request: Request) -> bool:
    wanted = PROVIDERS[request.kind][:1]
    if request.kind == 'auto' or not wanted or wanted[0] not in ort.get_available_providers():
        return False
    try:
        session = _session(Weights(NOTHING, '', '.onnx'), [*wanted, CPU], request, None)
        return _engine(session).provider == wanted[0]
    except EngineError:
        return False


def _keeping(present: list[str], request: Request) -> Keeping | None:
    """Return what will be built at the start, if that takes long."""
    keeping = KEEPING.get(present[0]) if present else None
    return keeping if keeping and request.which in keeping.whiches else None


def _kept(keeping: Keeping | None, weights: Weights, request: Request) -> Path | None:
    """Return the folder for what is built of these weights, by this runtime, for this device."""
    if keeping is None:
        return None
    parts = (
        weights.sha256[:32],
        ort.__version__,
        request.which or '0',
        'half' if request.half else 'full',
    )
    return kept_folder(keeping.folder, '-'.join(parts))


def _session(
    weights: Weights, providers: list[str], request: Request, kept: Path | None
) -> ort.InferenceSession:
    options = session_options(request.threads)
    if providers[0] == XNNPACK:
        # It has threads of its own, and these would take the cores from them.
        options.intra_op_num_threads = 1
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    options.add_session_config_entry(WHERE_NODES_RUN, '1')
    # The card's hashes cover the files that it names. What else a graph asks for is not covered,
    # and would be looked for in the working directory: there is nothing to be found here.
    options.add_session_config_entry(EXTERNAL_WEIGHTS, NOWHERE)
    _add_files(options, weights)
    told = [(p, OPTIONS[p](request, kept)) if p in OPTIONS else p for p in providers]
    try:
        # Left to itself it would print, and go on with the CPU whenever something fails.
        return ort.InferenceSession(weights.content, options, providers=told, enable_fallback=0)
    except Exception as error:  # the runtime's errors share no narrower base class
        raise EngineError(f'ONNX Runtime cannot open it: {error}') from error


def _add_files(options: ort.SessionOptions, weights: Weights) -> None:
    if not weights.files:
        return
    add = getattr(options, 'add_external_initializers_from_files_in_memory', None)
    if add is None:
        raise EngineError(
            f'its card names further files, which onnxruntime {ort.__version__} cannot take; '
            'install 1.24 or newer, or merge them into one file with `robot_dl models import`'
        )
    contents = list(weights.files.values())
    add(list(weights.files), contents, [len(content) for content in contents])


def _engine(session: ort.InferenceSession) -> OnnxEngine:
    inputs = tuple(_spec(node) for node in session.get_inputs())
    outputs = tuple(_spec(node) for node in session.get_outputs())
    nodes = _nodes(session)
    first = session.get_providers()[0]
    # A provider can start and then take no node, which get_providers() does not tell.
    provider = first if not nodes or nodes[first] else nodes.most_common(1)[0][0]
    return OnnxEngine(session, inputs, outputs, provider, '', nodes)


def _nodes(session: ort.InferenceSession) -> Counter[str]:
    """Return how many nodes each provider runs; empty where the runtime does not tell."""
    told = getattr(session, 'get_provider_graph_assignment_info', None)
    parts = told() if told else ()
    counts: Counter[str] = Counter()
    for part in parts:
        counts[part.ep_name] += len(part.get_nodes())
    return counts


def _first_run(engine: OnnxEngine, weights: Weights) -> None:
    """Run once where that takes long: what is not built by then is built now."""
    claims = {spec.name: spec.shape for spec in weights.inputs}
    fit = all(spec.accepts(claims.get(spec.name, ())) for spec in engine.inputs)
    if engine.provider != CPU and fit:
        shapes = {s.name: [n or 1 for n in claims[s.name]] for s in engine.inputs}
        engine({s.name: np.zeros(shapes[s.name], s.dtype) for s in engine.inputs})


def _missing(request: Request, wanted: tuple[str, ...], provider: str) -> str:
    """Return why the best provider does not run the graph; empty if it does."""
    if not wanted or provider == wanted[0]:
        return ''
    listed = ort.get_available_providers()
    why = 'its device or its libraries are missing'
    if wanted[0] not in listed:
        why = f'it has {", ".join(listed)}'
    return (
        f'device {request.device!r} needs {wanted[0]}, which this onnxruntime {ort.__version__} '
        f'cannot start ({why}); running on {provider}. {REMEDIES[wanted[0]]}'
    )


def _remark(request: Request, engine: OnnxEngine) -> str:
    """Return what else is not as one might expect; empty if all is."""
    total, on_cpu = sum(engine.nodes.values()), engine.nodes[CPU]
    if engine.provider != CPU and 2 * on_cpu > total:
        return (
            f'{engine.provider} runs only {total - on_cpu} of {total} operations of the graph; '
            'the CPU runs the rest'
        )
    if request.half and request.which not in HALVES.get(engine.provider, ()):
        return (
            f'half is set, but {engine.provider} computes as the graph says: make a float16 graph '
            'by `robot_dl quantize --mode fp16`'
        )
    return ''


def _spec(node: Any) -> TensorSpec:
    shape = tuple(n if isinstance(n, int) and n >= 0 else None for n in node.shape)
    return TensorSpec(node.name, DTYPES.get(node.type, node.type), shape)

"""Run ONNX graphs with ONNX Runtime. The one file that knows it."""

import os
from dataclasses import dataclass
from typing import Any

import onnxruntime as ort
from numpy.typing import NDArray

from robot_dl.core.names import choose
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.engine import Arrays, EngineError

CPU = 'CPUExecutionProvider'
PROVIDERS = {
    'auto': ('CUDAExecutionProvider',),
    'cpu': (),
    'cuda': ('CUDAExecutionProvider',),
    'tensorrt': ('TensorrtExecutionProvider', 'CUDAExecutionProvider'),
}
"""What each device asks for, best first; the CPU always comes last."""

EXTERNAL_WEIGHTS = 'session.model_external_initializers_file_folder_path'
NOWHERE = '/nonexistent'

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

    def __call__(self, arrays: Arrays) -> dict[str, NDArray[Any]]:
        """Run the graph once.

        Raises:
            ValueError: If an array is missing or does not fit its input.
            EngineError: If the runtime fails.
        """
        for spec in self.inputs:
            if spec.name not in arrays:
                raise ValueError(f'{spec.name}: expected {spec}, got nothing')
            spec.check(arrays[spec.name])
        names = [spec.name for spec in self.outputs]
        try:
            return dict(zip(names, self.session.run(names, dict(arrays)), strict=True))
        except Exception as error:  # the runtime's errors share no narrower base class
            raise EngineError(f'ONNX Runtime failed: {error}') from error


def open_weights(
    content: bytes, device: str, require_accelerator: bool, threads: int
) -> OnnxEngine:
    """Open the content of an ONNX file; see `engine.open_engine`."""
    wanted = choose('device', device, PROVIDERS)
    present = [p for p in wanted if p in ort.get_available_providers()]
    session = _session(content, [*present, CPU], threads)
    provider = session.get_providers()[0]
    missed = (
        wanted and provider != wanted[0] and not (device == 'auto' and not require_accelerator)
    )
    notice = _fallback_notice(device, wanted[0], provider) if missed else ''
    if require_accelerator and provider == CPU:
        raise EngineError(notice or f'require_accelerator is set, but device is {device!r}')
    inputs = tuple(_spec(node) for node in session.get_inputs())
    outputs = tuple(_spec(node) for node in session.get_outputs())
    return OnnxEngine(session, inputs, outputs, provider, notice)


def available_devices() -> tuple[str, ...]:
    """Return the devices whose best provider starts here: not all that are listed do."""
    return ('cpu', *(device for device, wanted in PROVIDERS.items() if _starts(device, wanted)))


def session_options(threads: int) -> ort.SessionOptions:
    """Return the options of a node's session.

    Threads that wait for work spin for a moment within a run, and never between runs: that is the
    fastest on free cores and costs nothing on busy ones (docs/performance.md).

    Args:
        threads: CPU threads; 0 takes all cores up to four.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or min(4, len(os.sched_getaffinity(0)))
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


def _starts(device: str, wanted: tuple[str, ...]) -> bool:
    if device == 'auto' or not wanted or wanted[0] not in ort.get_available_providers():
        return False
    try:
        return bool(_session(NOTHING, [wanted[0], CPU], 1).get_providers()[0] == wanted[0])
    except EngineError:
        return False


def _session(content: bytes, providers: list[str], threads: int) -> ort.InferenceSession:
    options = session_options(threads)
    # The card's hash covers one file. Weights that a graph keeps in others are not covered by it,
    # and would be looked for in the working directory: there are none to be found here.
    options.add_session_config_entry(EXTERNAL_WEIGHTS, NOWHERE)
    try:
        return ort.InferenceSession(content, options, providers=providers)
    except Exception as error:  # the runtime's errors share no narrower base class
        raise EngineError(f'ONNX Runtime cannot open it: {error}') from error


def _fallback_notice(device: str, wanted: str, provider: str) -> str:
    return (
        f'device {device!r} needs {wanted}, which this onnxruntime {ort.__version__} cannot '
        f'start (it has {", ".join(ort.get_available_providers())}); running on {provider}. '
        'Install onnxruntime-gpu, or set device: cpu'
    )


def _spec(node: Any) -> TensorSpec:
    shape = tuple(n if isinstance(n, int) and n >= 0 else None for n in node.shape)
    return TensorSpec(node.name, DTYPES.get(node.type, node.type), shape)

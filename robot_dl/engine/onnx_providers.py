"""What ONNX Runtime's execution providers are called, and what they are told.

The options are those of https://onnxruntime.ai/docs/execution-providers/.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from robot_dl.engine.request import Request

CPU = 'CPUExecutionProvider'
CUDA = 'CUDAExecutionProvider'
TENSORRT = 'TensorrtExecutionProvider'
OPENVINO = 'OpenVINOExecutionProvider'
XNNPACK = 'XnnpackExecutionProvider'

PROVIDERS: Mapping[str, tuple[str, ...]] = {
    'auto': (CUDA,),
    'cpu': (),
    'cuda': (CUDA,),
    'tensorrt': (TENSORRT, CUDA),
    'openvino': (OPENVINO,),
    'xnnpack': (XNNPACK,),
}
"""What each kind of device asks for, best first; the CPU always comes last."""

REMEDIES: Mapping[str, str] = {
    CUDA: 'Install onnxruntime-gpu, or set device: cpu',
    TENSORRT: 'Install onnxruntime-gpu and TensorRT, or set device: cuda or cpu',
    OPENVINO: 'Install onnxruntime-openvino instead of onnxruntime, or set device: cpu',
    XNNPACK: 'Build ONNX Runtime with --use_xnnpack, or set device: cpu',
}
"""What to do when a provider does not start."""


@dataclass(frozen=True)
class Keeping:
    """What a provider builds at the start, and keeps for the next one.

    Attributes:
        product: What it is called.
        folder: Name of the folder for it.
        pattern: What its files are called.
        whiches: On which of the provider's devices that takes long.
    """

    product: str
    folder: str
    pattern: str
    whiches: tuple[str, ...]

    def beginning(self, kept: Path | None) -> str:
        """Return what to say before."""
        if kept is not None and any(kept.glob(self.pattern)):
            return f'reading the {self.product} kept in {kept}'
        return f'building the {self.product}; this can take minutes'

    def end(self, kept: Path | None, seconds: float) -> str:
        """Return what to say after."""
        ready = f'the {self.product} is ready after {seconds:.0f} s'
        if kept is not None:
            return f'{ready}; it is kept in {kept}'
        return (
            f'{ready}; it will be built again at the next start, for there is no folder to keep '
            'it in: set XDG_CACHE_HOME to one that can be written'
        )


KEEPING: Mapping[str, Keeping] = {
    TENSORRT: Keeping('TensorRT engine', 'tensorrt', '*.engine', ('', '1')),
    OPENVINO: Keeping('OpenVINO program', 'openvino', '*.blob', ('GPU', 'NPU')),
}
"""For a CPU OpenVINO builds in a tenth of a second: not worth keeping."""


def _cuda(request: Request, kept: Path | None) -> dict[str, str]:
    return {'device_id': request.which or '0'}


def _tensorrt(request: Request, kept: Path | None) -> dict[str, str]:
    options = {'device_id': request.which or '0', 'trt_fp16_enable': str(request.half)}
    if kept is None:
        return options
    return options | {
        'trt_engine_cache_enable': 'True',
        'trt_engine_cache_path': str(kept),
        'trt_timing_cache_enable': 'True',
        'trt_timing_cache_path': str(kept),
    }


def _openvino(request: Request, kept: Path | None) -> dict[str, str]:
    device = request.which or 'CPU'
    options = {'device_type': device, 'num_of_threads': str(request.cores)}
    if device == 'GPU':
        # Left to itself it computes in float16 there, whatever the graph says.
        options['precision'] = 'FP16' if request.half else 'FP32'
    return options | ({'cache_dir': str(kept)} if kept else {})


def _xnnpack(request: Request, kept: Path | None) -> dict[str, str]:
    return {'intra_op_num_threads': str(request.cores)}


OPTIONS: Mapping[str, Callable[[Request, Path | None], dict[str, str]]] = {
    CUDA: _cuda,
    TENSORRT: _tensorrt,
    OPENVINO: _openvino,
    XNNPACK: _xnnpack,
}
"""What each provider is told."""

HALVES: Mapping[str, tuple[str, ...]] = {TENSORRT: ('', '1'), OPENVINO: ('GPU',)}
"""On which of its devices a provider can compute in float16 though the graph is float32."""

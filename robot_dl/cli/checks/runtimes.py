"""What networks can run on: ONNX Runtime's providers, CUDA, TensorRT, JetPack, torch."""

import ctypes
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from robot_dl.cli.checks.finding import Finding, broken, fine, note
from robot_dl.cli.checks.libraries import importable

JETPACK_FILE = Path('/etc/nv_tegra_release')
GPU_DEVICES = ('/dev/nvidia0', '/dev/nvhost-gpu', '/dev/nvgpu')


def check_onnxruntime() -> Finding:
    """Check ONNX Runtime, and that only one build of it is installed."""
    module = importable('onnxruntime')
    if isinstance(module, str):
        return broken('onnxruntime', module, 'pip install onnxruntime')
    builds = [n for n in ('onnxruntime', 'onnxruntime-gpu') if _installed(n)]
    providers = [p.removesuffix('ExecutionProvider') for p in module.get_available_providers()]
    text = f'{module.__version__} with {", ".join(providers)}'
    if len(builds) > 1:
        remedy = 'pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu'
        return broken('onnxruntime', f'{" and ".join(builds)} overwrite each other', remedy)
    return fine('onnxruntime', text)


def check_gpu() -> Finding:
    """Check that a GPU, if there is one, can be used."""
    if not has_gpu():
        return fine('gpu', 'none; networks run on the CPU')
    module = importable('onnxruntime')
    providers = [] if isinstance(module, str) else module.get_available_providers()
    usable = [p for p in ('TensorrtExecutionProvider', 'CUDAExecutionProvider') if p in providers]
    if not usable:
        remedy = 'pip install onnxruntime-gpu   (on a Jetson: the wheel for your JetPack)'
        return note('gpu', 'there is one, but this ONNX Runtime cannot use it', remedy)
    libraries = {'CUDA': 'libcudart.so', 'TensorRT': 'libnvinfer.so'}
    found = [name for name, library in libraries.items() if _loads(library)]
    return fine('gpu', f'{", ".join(usable)}; libraries: {", ".join(found) or "none found"}')


def check_jetpack() -> Finding:
    """Tell which JetPack a Jetson runs."""
    if not JETPACK_FILE.exists():
        return fine('jetpack', 'not a Jetson')
    return fine('jetpack', JETPACK_FILE.read_text(errors='replace').splitlines()[0])


def check_torch() -> Finding:
    """Tell whether torch is there, without importing it: that takes seconds."""
    if not _installed('torch'):
        return fine('torch', 'not installed; only training needs it')
    return fine('torch', version('torch'))


def has_gpu() -> bool:
    """Tell whether the kernel shows an NVIDIA GPU."""
    return any(Path(device).exists() for device in GPU_DEVICES)


def _installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True

"""Parameters that every node with a model has."""

from dataclasses import dataclass

from robot_dl.core.params import Params, param

DEVICES = ('auto', 'cpu', 'cuda', 'tensorrt')
TRANSPORTS = ('raw', 'compressed')


@dataclass(frozen=True)
class ModelNodeParams(Params):
    """Which model runs where, and how images arrive."""

    model: str = param('', 'Bundled or imported model, or a folder with model.yaml.', fixed=True)
    device: str = param(
        'auto',
        'Where the network runs; auto takes CUDA if the installed runtime has it.',
        choices=DEVICES,
        fixed=True,
    )
    require_accelerator: bool = param(
        False, 'Refuse to start rather than fall back to the CPU.', fixed=True
    )
    threads: int = param(
        0, 'CPU threads of the network; 0 takes all cores up to four.', low=0, high=256, fixed=True
    )
    transport: str = param(
        'raw',
        'Subscribe `image` (raw) or `image/compressed` (compressed).',
        choices=TRANSPORTS,
        fixed=True,
    )
    autostart: bool = param(
        True, 'Configure and activate at start; false waits for lifecycle transitions.', fixed=True
    )

"""Fixtures of this folder."""

import pytest


@pytest.fixture(scope='session')
def pt2():
    """Return a small network as torch.export writes it."""
    pytest.importorskip('torch')
    from torch_archives import BLANK
    from toy_torch import Colours, exported

    return exported(Colours((64, 96)), BLANK)


@pytest.fixture(scope='session')
def ts():
    """Return a small network as TorchScript."""
    pytest.importorskip('torch')
    from torch_archives import BLANK
    from toy_torch import Colours, torchscript

    return torchscript(Colours((64, 96)), BLANK)

"""Activations by torch's names, as operations of ONNX."""

from typing import Any

Step = tuple[str, dict[str, Any], bool]

ACTIVATIONS: dict[str, tuple[Step, ...]] = {
    'Identity': (),
    'Tanh': (('Tanh', {}, False),),
    'ReLU': (('Relu', {}, False),),
    'ELU': (('Elu', {'alpha': 1.0}, False),),
    'SELU': (('Selu', {}, False),),
    'LeakyReLU': (('LeakyRelu', {'alpha': 0.01}, False),),
    'Sigmoid': (('Sigmoid', {}, False),),
    'Softplus': (('Softplus', {}, False),),
    'Softsign': (('Softsign', {}, False),),
    'SiLU': (('Sigmoid', {}, False), ('Mul', {}, True)),
    'Mish': (('Softplus', {}, False), ('Tanh', {}, False), ('Mul', {}, True)),
}
"""Name of the class in torch.nn, with its defaults: operators one behind another, their
attributes, and whether they take what came into the first one too."""

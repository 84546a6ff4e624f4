"""Which operations of a graph should keep their precision."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

HEAVY = frozenset({'Conv', 'ConvTranspose', 'Gemm', 'MatMul'})
"""Operations whose time is worth saving; the others move numbers around."""


def tail(nodes: Iterable[Any]) -> list[str]:
    """Return the names of the nodes after the last heavy ones, where boxes and scores are made.

    Their numbers are pixels and probabilities of very different sizes in one tensor: eight bits
    for the range from 0 to 640 leave steps of 2.5 pixels and no score at all.
    """
    after = _users(nodes)
    leads: dict[str, bool] = {}
    for node in reversed(list(nodes)):  # ONNX demands that users come after what they use.
        leads[node.name] = any(user.op_type in HEAVY or leads[user.name] for user in after(node))
    return [n.name for n in nodes if n.op_type not in HEAVY and not leads[n.name]]


def first(nodes: Iterable[Any], inputs: Iterable[str]) -> list[str]:
    """Return the names of the first convolutions and of what is between them and the next ones.

    With three channels to multiply, eight bits save nothing there (docs/performance.md).
    """
    depth = dict.fromkeys(inputs, 0)
    chosen = []
    for node in nodes:
        known = [depth[name] for name in node.input if name in depth]
        if not known:
            continue
        level = max(known) + (node.op_type in HEAVY)
        depth.update(dict.fromkeys(node.output, level))
        if level == 1:
            chosen.append(node.name)
    return chosen


def name_all(nodes: Iterable[Any]) -> None:
    """Give each node a name of its own, in place: exporters and converters leave some out."""
    seen: Counter[str] = Counter()
    for node in nodes:
        base = node.name or node.op_type
        seen[base] += 1
        node.name = base if seen[base] == 1 else f'{base}~{seen[base]}'


def without_repeats(nodes: Iterable[Any]) -> list[Any]:
    """Return the nodes without those that define again what is there already.

    The converter to float16 writes the same cast once for each of its users.
    """
    seen: set[str] = set()
    kept = []
    for node in nodes:
        if not seen.issuperset(node.output):
            kept.append(node)
        seen.update(node.output)
    return kept


def _users(nodes: Iterable[Any]) -> Any:
    """Return a function that gives the nodes which use a node's outputs."""
    table: dict[str, list[Any]] = {}
    for node in nodes:
        for name in node.input:
            table.setdefault(name, []).append(node)
    return lambda node: [user for name in node.output for user in table.get(name, ())]

"""Networks that tell how far away each place is: one map, in metres or only what is nearer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import ASK, Draft, Guess, assumed, read
from robot_dl.cli.importing.facts import Facts

DEPTH = 'depth'
INVERSE_TYPES = ('dpt', 'depth_anything', 'prompt_depth_anything')
METRIC_TYPES = ('zoedepth', 'glpn')
PRO = 'depth_pro'
"""Model types of `transformers`, from the last steps of their heads."""

NAMES = {
    'inverse_depth': ('inverse_depth', 'disparity', 'predicted_inverse_depth'),
    'metric_depth': ('metric_depth',),
    'sigmoid_disparity': ('disp_0', 'disp0', 'disp'),
}
"""What exporters call the map where the name tells what its numbers are."""
PLAIN_NAMES = ('depth', 'predicted_depth')
FIT = 'the processors of such models resize to the input; --fit letterbox keeps the shape'


def tells_depth(output: str) -> bool:
    """Tell whether an output has a name that only maps of distances have."""
    return output.lower() in (*PLAIN_NAMES, *_all_names())


def recognise_inverse_depth(facts: Facts, known: Draft) -> Draft | None:
    """Recognise one map whose numbers are greater where it is nearer."""
    name = _map_of(facts, known, 'inverse_depth')
    kind = facts.beside.get('config.json', {})
    if name is None or _is_metric(kind) or not _may_be(name, known, 'inverse_depth', kind):
        return None
    if kind.get('model_type') == PRO:
        return _draft(facts, name, 'inverse_depth') | _pro(facts)
    if kind.get('model_type') in INVERSE_TYPES:
        reason = f'config.json: {kind["model_type"]}, relative: scale and shift are unknown'
        metric = read(reason, decoder_options__metric=False)
    else:
        why = 'most such models know no metres; for one that does give --option metric=true'
        metric = assumed(why, decoder_options__metric=False)
    return _draft(facts, name, 'inverse_depth') | metric


def recognise_metric_depth(facts: Facts, known: Draft) -> Draft | None:
    """Recognise one map of distances."""
    name = _map_of(facts, known, 'metric_depth')
    kind = facts.beside.get('config.json', {})
    is_other = kind.get('model_type') in (*INVERSE_TYPES, PRO) and not _is_metric(kind)
    if name is None or is_other or not _may_be(name, known, 'metric_depth', kind):
        return None
    if _is_metric(kind):
        reason = f'config.json: {kind["model_type"]}, metric, for cameras like those it has seen'
        return _draft(facts, name, 'metric_depth') | read(reason, decoder_options__metric=True)
    why = (
        'its distances are metres for every camera; for a canonical one give --option focal_px=…, '
        'for distances of unknown scale --option metric=false'
    )
    return _draft(facts, name, 'metric_depth') | assumed(why, decoder_options__metric=True)


def recognise_sigmoid_disparity(facts: Facts, known: Draft) -> Draft | None:
    """Recognise monodepth2 and its kin: a map from 0 to 1, greater where it is nearer."""
    name = _map_of(facts, known, 'sigmoid_disparity')
    if name is None or not (_is_wanted(known, 'sigmoid_disparity') or _is_called(facts, name)):
        return None
    why = (
        'whether its distances are metres: of a model trained on films false, of one trained on '
        'stereo pairs true, with --option scale=5.4 for the public models of KITTI'
    )
    ask = {f'{ASK}decoder_options.metric': Guess('false', why)}
    return _draft(facts, name, 'sigmoid_disparity') | ask


def recognise_sigmoid_range(facts: Facts, known: Draft) -> Draft | None:
    """Recognise a map from 0 to 1 that is a part of a range, which only the user can tell."""
    name = _map_of(facts, known, 'sigmoid_range')
    if name is None or not _is_wanted(known, 'sigmoid_range'):
        return None
    why = 'the distance in metres that 1 stands for, with which it was trained'
    ask = {f'{ASK}decoder_options.max_m': Guess('10', why)}
    return _draft(facts, name, 'sigmoid_range') | ask


def recognise_log_depth(facts: Facts, known: Draft) -> Draft | None:
    """Recognise logarithms of metres, with or without those of their expected error."""
    fitting = [n for n, a in facts.seen.items() if a.ndim == 4 and a.shape[1] in (1, 2)]
    if len(fitting) != 1 or not _is_wanted(known, 'log_depth'):
        return None
    return _draft(facts, fitting[0], 'log_depth')


def _draft(facts: Facts, name: str, decoder: str) -> dict[str, Guess]:
    array = facts.seen[name]
    reason = f'{name}: one map of {_hw(array)[0]}×{_hw(array)[1]}'
    draft = read(reason, decoder=decoder) | assumed(FIT, input__fit='stretch')
    if len(facts.seen) > 1:
        others = ', '.join(n for n in facts.seen if n != name)
        draft |= read(f'{reason}; not {others}', decoder_options__output=name)
    return draft


def _pro(facts: Facts) -> dict[str, Guess]:
    """Return what makes metres of Depth Pro's numbers: equation 1 of its paper."""
    reason = 'config.json: depth_pro, metric for a focal length of as many pixels as it is wide'
    width = float(facts.model_hw[1])
    return read(reason, decoder_options__metric=True, decoder_options__focal_px=width)


def _map_of(facts: Facts, known: Draft, decoder: str) -> str | None:
    """Return the output that holds a map of distances, if anything says that there is one."""
    maps = {n: a for n, a in facts.seen.items() if _is_map(a, facts.model_hw)}
    named = [n for n in maps if n.lower() in (*PLAIN_NAMES, *NAMES.get(decoder, ()))]
    kind = facts.beside.get('config.json', {}).get('model_type')
    told = kind in (*INVERSE_TYPES, *METRIC_TYPES, PRO) or _is_wanted(known, decoder)
    told = told or ('task' in known and known['task'].value == DEPTH)
    if not told and not any(map(tells_depth, maps)):
        return None
    chosen = known.get('decoder_options.output')
    fitting = [chosen.value] if chosen else named or _largest(maps)
    return fitting[0] if len(fitting) == 1 and fitting[0] in maps else None


def _may_be(name: str, known: Draft, decoder: str, config: Mapping[str, Any]) -> bool:
    """Tell whether nothing says that the numbers are something else."""
    if 'decoder' in known:
        return bool(known['decoder'].value == decoder)
    others = [n for other, names in NAMES.items() if other != decoder for n in names]
    return bool(config.get('model_type')) or name.lower() not in others


def _is_wanted(known: Draft, decoder: str) -> bool:
    return 'decoder' in known and known['decoder'].value == decoder


def _is_called(facts: Facts, name: str) -> bool:
    values = np.asarray(facts.seen[name], np.float64)
    inside = values.min() >= 0 and values.max() <= 1
    return name.lower() in NAMES['sigmoid_disparity'] and bool(inside)


def _is_metric(config: Mapping[str, Any]) -> bool:
    kind = config.get('model_type')
    return kind in METRIC_TYPES or (
        kind in INVERSE_TYPES and config.get('depth_estimation_type') == 'metric'
    )


def _is_map(array: NDArray[Any], model_hw: tuple[int, int]) -> bool:
    """Tell whether an output is one plane of numbers, of the input's shape and not tiny."""
    if array.dtype.kind != 'f' or array.ndim not in (2, 3, 4):
        return False
    height, width = _hw(array)
    alike = abs(height * model_hw[1] / (width * model_hw[0]) - 1) < 0.1
    return height * width == array.size and min(height, width) >= 4 and alike


def _hw(array: NDArray[Any]) -> tuple[int, int]:
    shape = array.shape[:-1] if array.ndim == 4 and array.shape[3] == 1 else array.shape
    return int(shape[-2]), int(shape[-1])


def _largest(maps: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return the maps of the greatest size: networks for training tell several."""
    most = max((a.size for a in maps.values()), default=0)
    return [n for n, a in maps.items() if a.size == most]


def _all_names() -> list[str]:
    return [name for names in NAMES.values() for name in names]

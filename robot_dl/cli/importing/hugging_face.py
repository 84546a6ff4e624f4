"""What Hugging Face's exporters leave beside a graph: config.json, preprocessor_config.json.

Source: the image processors of `transformers` (their keys and their order: resize, crop, rescale,
normalise) and the `pretrained_cfg` of timm.
"""

from collections.abc import Mapping
from typing import Any

from robot_dl.cli.importing.draft import Guess, read
from robot_dl.cli.importing.labels import named

CONFIG, PROCESSOR = 'config.json', 'preprocessor_config.json'
LICENSES = (
    'Apache-2.0 MIT BSD-2-Clause BSD-3-Clause AGPL-3.0 GPL-2.0 GPL-3.0 LGPL-3.0 MPL-2.0 '
    'CC0-1.0 CC-BY-4.0 CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 Unlicense'
)
SPDX = {name.lower(): name for name in LICENSES.split()}
"""Hubs write the identifiers in lower case."""

CONVNEXT_STRETCHES = 384
"""From this size on, the processor of ConvNeXT and ResNet crops nothing."""

UNUSUAL = ('rescale_offset', 'include_top', 'do_convert_to_bgr', 'do_flip_channel_order')
"""Steps of a few processors that change the numbers in other ways: these have to be asked for."""


def hugging_face_draft(beside: Mapping[str, Any]) -> dict[str, Guess]:
    """Return what the files beside a graph say, by key of the card."""
    config, processor = beside.get(CONFIG, {}), beside.get(PROCESSOR, {})
    timm = config.get('pretrained_cfg')
    draft = _labels(config) | _numbers(processor) | _geometry(processor) | _resampling(processor)
    if isinstance(timm, dict):
        draft |= _timm(timm)
    return _license_of(beside.get('README.md', {}), 'README.md beside it: license') | draft


def size_of(beside: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the height and width that a processor brings images to, if there is only one."""
    processor = beside.get(PROCESSOR, {})
    crop = _pair(processor.get('crop_size')) if processor.get('do_center_crop') else None
    size = processor.get('size')
    if 'crop_pct' in processor and isinstance(size, dict):
        crop = crop or _pair(size.get('shortest_edge'))
    timm = beside.get(CONFIG, {}).get('pretrained_cfg')
    shape = timm.get('input_size') if isinstance(timm, dict) else None
    if isinstance(shape, list) and len(shape) == 3:
        return _pair(shape[1:])
    return crop or _pair(size) or _pair(beside.get(CONFIG, {}).get('image_size'))


def _labels(config: Mapping[str, Any]) -> dict[str, Guess]:
    for key in ('id2label', 'label_names'):
        try:
            names = named(config.get(key))
        except ValueError:
            continue
        # What transformers writes when nobody gave names: no names, then.
        if names == [f'LABEL_{i}' for i in range(len(names))]:
            return {}
        return read(f'{CONFIG}: {key}, {len(names)} names', labels=names)
    return {}


def _numbers(processor: Mapping[str, Any]) -> dict[str, Guess]:
    """Return mean and standard deviation in 0-255 units: (x · factor - mean) / std."""
    if not processor or any(processor.get(key) for key in UNUSUAL):
        return {}
    factor = processor.get('rescale_factor', 1 / 255) if processor.get('do_rescale', True) else 1.0
    mean, std = [0.0] * 3, [1.0] * 3
    if processor.get('do_normalize', 'image_mean' in processor):
        mean, std = _triple(processor.get('image_mean')), _triple(processor.get('image_std'))
    if not _is_number(factor) or factor <= 0 or not (mean and std):
        return {}
    return read(
        f'{PROCESSOR}: rescale_factor, image_mean, image_std; its images are RGB',
        input__color='rgb',
        input__mean=[round(m / factor, 4) for m in mean],
        input__std=[round(s / factor, 4) for s in std],
    )


def _geometry(processor: Mapping[str, Any]) -> dict[str, Guess]:
    size = processor.get('size')
    shorter: Any = size.get('shortest_edge') if isinstance(size, dict) else size
    crop = _pair(processor.get('crop_size'))
    fraction: Any = processor.get('crop_pct')
    if processor.get('do_center_crop') and crop and _is_number(shorter):
        reason = f'{PROCESSOR}: shorter side to {shorter}, then the middle {crop[0]}×{crop[1]}'
        return _center_crop(reason, min(crop) / shorter)
    if _is_number(fraction) and _is_number(shorter):
        if shorter >= CONVNEXT_STRETCHES:
            return read(f'{PROCESSOR}: crop_pct counts below 384 only', input__fit='stretch')
        return _center_crop(f'{PROCESSOR}: crop_pct {fraction}', fraction)
    if isinstance(size, dict) and {'height', 'width'} <= set(size):
        height, width = size['height'], size['width']
        return read(f'{PROCESSOR}: resized to {height}×{width}', input__fit='stretch')
    return {}


def _resampling(processor: Mapping[str, Any]) -> dict[str, Guess]:
    if 'resample' not in processor:
        return {}
    return read(f'{PROCESSOR}: resample, done by Pillow', input__resampling='area')


def _center_crop(reason: str, fraction: float) -> dict[str, Guess]:
    fraction = min(1.0, round(fraction, 4))
    return read(reason, input__fit='center_crop', input__crop_fraction=fraction)


def _timm(settings: Mapping[str, Any]) -> dict[str, Guess]:
    mean, std = _triple(settings.get('mean')), _triple(settings.get('std'))
    draft: dict[str, Guess] = {}
    if mean and std:
        draft |= read(
            f'{CONFIG}: pretrained_cfg of timm',
            input__color='rgb',
            input__mean=[round(255 * m, 4) for m in mean],
            input__std=[round(255 * s, 4) for s in std],
        )
    fraction = settings.get('crop_pct', 0)
    if settings.get('crop_mode', 'center') == 'center' and _is_number(fraction) and fraction > 0:
        draft |= _center_crop(f'{CONFIG}: crop_pct {fraction}', fraction)
    return draft | _license_of(settings, f'{CONFIG}: license')


def _license_of(settings: Mapping[str, Any], reason: str) -> dict[str, Guess]:
    name = settings.get('license')
    if not isinstance(name, str) or name.lower() in ('other', 'unknown', ''):
        return {}
    return read(f'{reason} {name!r}', license=SPDX.get(name.lower(), name))


def _pair(size: Any) -> tuple[int, int] | None:
    if type(size) is int:
        return size, size
    if isinstance(size, dict):
        size = [size.get('height'), size.get('width')]
    if isinstance(size, list) and len(size) == 2 and all(type(n) is int and n > 0 for n in size):
        return size[0], size[1]
    return None


def _triple(value: Any) -> list[float]:
    """Return three numbers; none if it is anything else."""
    fine = isinstance(value, list) and len(value) == 3 and all(map(_is_number, value))
    return [float(n) for n in value] if fine else []


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

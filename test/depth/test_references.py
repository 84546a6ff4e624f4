"""Every decoder of depth agrees with somebody else's reading of the same maps, as documented."""

import re
from pathlib import Path

import numpy as np
import pytest
from depth_references import FOCAL_PX, MAP_HW, REFERENCES, SOURCE_HW

from robot_dl.core.dense import map_view
from robot_dl.core.fit import FITS
from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.decoders import DECODERS
from robot_dl.depth.focal import focal_factor

DOCS = Path(__file__).parents[2] / 'docs' / 'decoders.md'
ROW = re.compile(r'^\| `(.+?)` \| (.+?) \| (\S+) of the distance \|$', re.MULTILINE)
CAMERA = Pinhole(FOCAL_PX, FOCAL_PX, 63.5, 47.5, SOURCE_HW)
FIT = FITS['stretch'](SOURCE_HW, SOURCE_HW, 1.0)


def difference(name: str, seed: int) -> float:
    """Return the largest difference, as a part of the distance, or of a relative number."""
    reference = REFERENCES[name]
    outputs = reference.outputs(np.random.default_rng(seed))
    decoder = DECODERS[reference.decoder].from_dict(reference.options)
    reading = decoder.decode(outputs)
    if decoder.focal_px:
        reading = reading.farther(focal_factor(CAMERA, FIT, decoder.focal_px))
    values = reading.values
    if reference.at_image:
        values = map_view(FIT, MAP_HW).at_pixels(values)
    ours = 1 / values if reading.is_inverse and decoder.metric else values
    theirs = reference.read(outputs)
    assert ours.shape == theirs.shape
    assert np.ptp(theirs) > 0
    return float(np.abs(ours / theirs - 1).max())


def test_every_family_has_a_reference():
    assert {reference.decoder for reference in REFERENCES.values()} == set(DECODERS)


@pytest.mark.parametrize('name', sorted(REFERENCES))
def test_a_decoder_agrees_with_its_reference_as_documented(name):
    rows = {row[0]: row[1:] for row in ROW.findall(DOCS.read_text(encoding='utf-8'))}
    source, limit = rows[name]
    assert REFERENCES[name].source in source.replace('`', '')
    for seed in range(4):
        assert difference(name, seed) <= float(limit)

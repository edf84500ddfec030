"""How much ink is where: strokes stand out from the paper around them, however the light falls."""

from __future__ import annotations

import numpy
import numpy.typing
from scipy import ndimage

Values = numpy.typing.NDArray[numpy.float64]

LEAST_CONTRAST = 16  # of 255
WIDEST_STROKE = 0.28  # of the longer side; what is wider, as a shadow or a table, is no stroke
GRAIN = 0.7  # pixels: the noise of a camera
SMALLEST_WITH_GRAIN = 100  # pixels; a smaller picture has none to spare
FEW_PIXELS = 8
EDGE = 0.04  # of each side: there is paper


class NothingThere(Exception):
    """The picture is all paper."""


def ink_of(values: Values) -> Values:
    """Ink from 0 to 1 at each pixel [row, column] of a picture of brightness 0 to 255.

    Closing (the lightest nearby, then the darkest of that) wipes out dark strokes and leaves light
    and shade, so the difference is the ink; of light strokes it is the other way round. Of both
    that is ink which looks least like the paper at the edges. Raises NothingThere for too little
    contrast.
    """
    if max(values.shape) >= SMALLEST_WITH_GRAIN:
        values = ndimage.gaussian_filter(values, GRAIN)
    width = max(3, round(WIDEST_STROKE * max(values.shape)))
    dark = ndimage.grey_closing(values, (width, width)) - values
    light = values - ndimage.grey_opening(values, (width, width))
    ink = max((dark, light), key=lambda kind: _unlike_paper(values, kind))
    if _strongest(ink) < LEAST_CONTRAST:
        raise NothingThere
    threshold = _between(ink)
    # Full ink is what most of it is, and none what is nearer to paper than to ink.
    full = float(numpy.median(ink[ink > threshold]))
    faintest = threshold / 2
    return numpy.clip((ink - faintest) / (full - faintest), 0, 1)


def _unlike_paper(values: Values, ink: Values) -> float:
    """How far the brightness of the strongest strokes is from that at the picture's edges."""
    strongest = _strongest(ink)
    if strongest <= 0:
        return 0.0
    rows, columns = (max(1, round(EDGE * size)) for size in values.shape)
    inside = numpy.zeros(values.shape, bool)
    inside[rows:-rows, columns:-columns] = True
    strokes = values[ink > strongest / 2]
    return abs(float(numpy.median(strokes)) - float(numpy.median(values[~inside])))


def _between(ink: Values) -> float:
    """The threshold that tells ink from paper best: the largest variance between both.

    Otsu (1979), A Threshold Selection Method from Gray-Level Histograms.
    """
    counts, edges = numpy.histogram(ink, bins=128)
    centres = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    sums = (counts * centres).cumsum()
    with numpy.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1:][numpy.nanargmax(apart[:-1])])


def _strongest(ink: Values) -> float:
    """The ink of the strongest few pixels, but not of a single one."""
    return float(numpy.sort(ink, axis=None)[-FEW_PIXELS:].min())

"""From modules solved between dark and light to the likeliest pattern of dark and light ones, and the doubt in each.

Bounds alone let blur trade a grey module for its neighbours'. Here every module is dark or light, and one or two
neighbours at once are turned over as long as that brings the model nearer to the picture. What turning a module over
would cost in the end says how sure it is.
"""

from collections.abc import Iterator

import numpy as np

from camera.qr_grid import Grid

MOST_TURNED = 400
"""How often modules are turned over; a symbol that needs more is none."""
Kernel = Grid
Place = tuple[int, int]
Part = tuple[slice, slice]

_NEVER = 1e9
_TOO_LITTLE = 1e-3
_PAIRED = 2
_WAYS = [
    (down, across) for down in range(_PAIRED + 1) for across in range(-_PAIRED, _PAIRED + 1) if (down, across) > (0, 0)
]
"""Half of the ways to the modules that may be turned over with another; the other half are those modules' own."""


def settled(signs: Grid, slope: Grid, shared: Kernel, known: Grid) -> Grid:
    """The likeliest modules near ``signs``, each by how sure it is: +1 surely dark, -1 surely light.

    ``slope`` is how the picture pulls at ``signs``; ``shared`` what a module adds to each neighbour's sum. What is
    ``known`` (not 0) is never turned over.
    """
    signs, slope = signs.copy(), slope.copy()
    for _ in range(MOST_TURNED):
        cost, places = _cheapest(_costs(signs, slope, shared, known), signs, shared)
        if cost >= -_TOO_LITTLE * _own(shared):
            break
        for place in places:
            _turn_over(signs, slope, shared, place)
    return signs * _surety(_costs(signs, slope, shared, known), signs, shared)


def _own(shared: Kernel) -> float:
    middle = len(shared) // 2
    return float(shared[middle, middle])


def _costs(signs: Grid, slope: Grid, shared: Kernel, known: Grid) -> Grid:
    """By how much turning over one module takes the model away from the picture."""
    return np.where(known != 0, _NEVER, 2 * _own(shared) - 2 * signs * slope).astype(np.float32)


def _pairs(costs: Grid, signs: Grid, shared: Kernel) -> Iterator[tuple[Part, Part, Grid]]:
    """For each way from a module to a near one: the parts of the grid the two are in, and the costs of both at once."""
    middle, side = len(shared) // 2, len(signs)
    for down, across in _WAYS:
        left, right = max(0, -across), side - max(0, across)
        first = (slice(0, side - down), slice(left, right))
        second = (slice(down, side), slice(left + across, right + across))
        both = 4 * signs[first] * signs[second] * shared[middle + down, middle + across]
        yield first, second, costs[first] + costs[second] + both


def _cheapest(costs: Grid, signs: Grid, shared: Kernel) -> tuple[float, list[Place]]:
    """The module or the two whose turning over takes the model nearest to the picture."""
    at = int(costs.argmin())
    best, places = float(costs.ravel()[at]), [divmod(at, len(signs))]
    for first, second, both in _pairs(costs, signs, shared):
        at = int(both.argmin())
        if (cost := float(both.ravel()[at])) < best:
            row, column = divmod(at, both.shape[1])
            best = cost
            places = [(row + part[0].start, column + part[1].start) for part in (first, second)]
    return best, places


def _turn_over(signs: Grid, slope: Grid, shared: Kernel, place: Place) -> None:
    """Turn one module over, and with it how the picture pulls at its neighbours."""
    reach, side = len(shared) // 2, len(signs)
    near = [slice(max(0, at - reach), min(side, at + reach + 1)) for at in place]
    part = [slice(here.start - at + reach, here.stop - at + reach) for here, at in zip(near, place, strict=True)]
    slope[near[0], near[1]] -= 2 * signs[place] * shared[part[0], part[1]]
    signs[place] *= -1


def _surety(costs: Grid, signs: Grid, shared: Kernel) -> Grid:
    """What turning a module over costs at least, alone or with a near one, as a share of what it costs at most."""
    least = costs.copy()
    for first, second, both in _pairs(costs, signs, shared):
        least[first] = np.minimum(least[first], both)
        least[second] = np.minimum(least[second], both)
    return np.asarray(np.clip(least / (2 * _own(shared)), 0, 2), np.float32)

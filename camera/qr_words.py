"""From how dark each module of a QR seems to its repaired symbol: code words, errors and erasures, Reed-Solomon.

zxing-cpp is told of each module only dark or light. Where blur or glare leaves modules in doubt, saying so is worth
much: a code word known to be doubtful costs its error correction half of what a wrong one does. The symbol that comes
out is whole or there is none; two check words of every block stay unused, so that chance repairs nothing.
ISO/IEC 18004; versions 2 to 6, which have one alignment pattern and no version field.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from qrcode import base, util

from camera.qr_field import Words, syndromes
from camera.qr_field import repaired as repaired_block
from camera.qr_grid import Grid, known_pattern

Symbol = NDArray[np.bool_]
Cells = NDArray[np.intp]
MOST_ERASED = 0.67
"""The share of a block's check words that may be spent on doubtful words."""
LEAST_AGREEMENT = 0.85
"""The share of modules that must have looked, before repair, as they are in the repaired symbol."""
_CERTAINTY = 6.0
_FORMATS_TRIED = 2
_FORMAT_BITS = np.arange(15)
_BYTE = np.arange(7, -1, -1)


def repaired_symbol(soft: Grid) -> Symbol | None:
    """The whole symbol (dark is true) that ``soft`` shows; ``soft`` is side x side, +1 surely dark, -1 surely light."""
    if not np.isfinite(soft).all():
        return None
    for level, mask in _likely_formats(soft):
        words = _repaired_words(soft, level, mask)
        symbol = None if words is None else _drawn(len(soft), level, mask, words)
        if symbol is not None and np.mean(symbol == (soft > 0)) >= LEAST_AGREEMENT:
            return symbol
    return None


def _repaired_words(soft: Grid, level: int, mask: int) -> Words | None:
    blocks = _blocks((len(soft) - 17) // 4, level)
    words, doubt = _words_read(soft, mask, sum(len(places) for places, _ in blocks))
    whole = words.copy()
    for places, checks in blocks:
        block = _repaired_block(words[places], doubt[places], checks)
        if block is None:
            return None
        whole[places] = block
    return whole


def _repaired_block(words: Words, doubt: Grid, checks: int) -> Words | None:
    """Erase ever more of the most doubtful words until what is left can be repaired."""
    found = syndromes(words, checks)
    order = np.argsort(-doubt)
    for erased in range(0, int(MOST_ERASED * checks) + 1, 2):
        block = repaired_block(words, found, order[:erased].tolist())
        if block is not None:
            return block
    return None


def _words_read(soft: Grid, mask: int, count: int) -> tuple[Words, Grid]:
    """The code words in the order of the symbol, and how doubtful each is."""
    rows, columns = _data_cells(len(soft)).T
    values = soft[rows, columns] * np.where(_mask(len(soft), mask)[rows, columns], -1, 1)
    values = values[: 8 * count].reshape(count, 8)
    doubt = np.log1p(np.exp(-_CERTAINTY * np.abs(values))).sum(axis=1)
    return ((values > 0) @ (1 << _BYTE)).astype(np.intp), doubt.astype(np.float32)


def _likely_formats(soft: Grid) -> list[tuple[int, int]]:
    """The likeliest pairs of error correction level and mask, by the two copies of the format field."""
    seen = np.tanh(soft[*_format_cells(len(soft))[0].T]) + np.tanh(soft[*_format_cells(len(soft))[1].T])
    scores = [float(seen @ np.where(util.BCH_type_info(data) >> _FORMAT_BITS & 1, 1, -1)) for data in range(32)]
    best = sorted(range(32), key=lambda data: -scores[data])
    return [(data >> 3, data & 7) for data in best[:_FORMATS_TRIED]]


@cache
def _format_cells(side: int) -> tuple[Cells, Cells]:
    """Rows and columns of the format field's bits, lowest first: down the eighth column, along the eighth row."""
    down = [(bit, 8) if bit < 6 else (bit + 1, 8) if bit < 8 else (side - 15 + bit, 8) for bit in range(15)]
    along = [(8, side - bit - 1) if bit < 8 else (8, 7) if bit == 8 else (8, 14 - bit) for bit in range(15)]
    return np.array(down), np.array(along)


@cache
def _data_cells(side: int) -> Cells:
    """Rows and columns of the data modules in the order in which they carry bits: up and down in pairs of columns."""
    taken = known_pattern(side) != 0
    taken[8, :9] = taken[:9, 8] = taken[8, -8:] = taken[-8:, 8] = True
    pairs = [column if column > 6 else column - 1 for column in range(side - 1, 0, -2)]
    cells = []
    for number, right in enumerate(pairs):
        rows = range(side) if number % 2 else range(side - 1, -1, -1)
        cells += [(row, column) for row in rows for column in (right, right - 1) if not taken[row, column]]
    return np.array(cells)


@cache
def _mask(side: int, mask: int) -> Symbol:
    turns = util.mask_func(mask)
    return np.array([[turns(row, column) for column in range(side)] for row in range(side)], dtype=np.bool_)


@cache
def _blocks(version: int, level: int) -> tuple[tuple[Cells, int], ...]:
    """For each block the places of its words in the symbol's order, and how many of them are check words."""
    blocks = base.rs_blocks(version, level)
    places: list[list[int]] = [[] for _ in blocks]
    data, checks = [each.data_count for each in blocks], [each.total_count - each.data_count for each in blocks]
    place = 0
    for counts in (data, checks):
        for turn in range(max(counts)):
            for block, count in enumerate(counts):
                if turn < count:
                    places[block].append(place)
                    place += 1
    return tuple((np.array(each), count) for each, count in zip(places, checks, strict=True))


def _drawn(side: int, level: int, mask: int, words: Words) -> Symbol:
    """The symbol that carries these words."""
    symbol = known_pattern(side) > 0
    rows, columns = _data_cells(side).T
    bits = np.zeros(len(rows), np.bool_)
    bits[: 8 * len(words)] = (words[:, None] >> _BYTE & 1).astype(np.bool_).ravel()
    symbol[rows, columns] = bits ^ _mask(side, mask)[rows, columns]
    written = (util.BCH_type_info(level << 3 | mask) >> _FORMAT_BITS & 1).astype(np.bool_)
    for cells in _format_cells(side):
        symbol[*cells.T] = written
    symbol[side - 8, 8] = True
    return symbol

"""Reed-Solomon over the 256 values of a QR's code words: errors at unknown places and erasures at known ones.

Polynomials are lists of coefficients, lowest power first; a block's first word has its highest power (ISO/IEC 18004).
The field's tables are those of the qrcode package.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from qrcode import base

Words = NDArray[np.intp]
SPARE = 2
"""Check words of a block with erasures that stay unspent: what is repaired by chance fails on them."""

_ORDER = 255
_EXP: list[int] = [base.gexp(power) for power in range(_ORDER)] * 2
_LOG: list[int] = [0] + [base.glog(value) for value in range(1, 256)]
_EXPS, _LOGS = np.array(_EXP), np.array(_LOG)


def syndromes(words: Words, checks: int) -> list[int]:
    """The block's value at the ``checks`` roots of its code: all zero when nothing is wrong."""
    return [int(value) for value in _values(_syndrome_powers(len(words), checks), words)]


def repaired(words: Words, found: Sequence[int], erased: Sequence[int]) -> Words | None:
    """The block with its ``erased`` places and the errors elsewhere put right, or None beyond what is safe.

    ``found`` are the block's syndromes as read; their number is the number of check words.
    """
    if not any(found):
        return words.copy()
    count, spent = len(words), len(erased)
    most = (len(found) - spent - (SPARE if spent else 0)) // 2
    gone = [1]
    for place in erased:
        gone = _product(gone, [1, _EXP[count - 1 - place]])
    errors = _error_locator(_product(found, gone)[spent : len(found)], most)
    return _put_right(words, found, _product(errors, gone)) if errors is not None else None


def _error_locator(found: Sequence[int], most: int) -> list[int] | None:
    """Berlekamp and Massey: the shortest recurrence of the syndromes, if it needs at most ``most`` terms."""
    locator, before, length, gap, last = [1], [1], 0, 1, 1
    for number, value in enumerate(found):
        for term in range(1, min(length, len(locator) - 1) + 1):
            value ^= _times(locator[term], found[number - term])
        if value == 0:
            gap += 1
            continue
        step = _times(value, _inverse(last))
        changed = _sum(locator, [0] * gap + [_times(step, each) for each in before])
        if 2 * length > number:
            locator, gap = changed, gap + 1
            continue
        locator, before, length, gap, last = changed, locator, number + 1 - length, 1, value
        if length > most:
            return None
    while len(locator) > 1 and locator[-1] == 0:
        locator.pop()
    return locator if len(locator) - 1 == length <= most else None


def _put_right(words: Words, found: Sequence[int], locator: list[int]) -> Words | None:
    """Chien and Forney: the places the locator names, each changed by what the syndromes demand."""
    count = len(words)
    places = np.flatnonzero(_values(_chien_powers(count, len(locator)), np.array(locator)) == 0)
    if len(places) != len(locator) - 1:
        return None
    evaluator = _product(found, locator)[: len(found)]
    slope = [value if power % 2 == 0 else 0 for power, value in enumerate(locator[1:])]
    right = words.copy()
    for place in places.tolist():
        power = count - 1 - place
        inverse = _EXP[-power % _ORDER]
        below = _value(slope, inverse)
        if below == 0:
            return None
        right[place] ^= _times(_EXP[power], _times(_value(evaluator, inverse), _inverse(below)))
    return right if not any(syndromes(right, len(found))) else None


@cache
def _syndrome_powers(count: int, checks: int) -> Words:
    return np.outer(np.arange(checks), np.arange(count - 1, -1, -1)) % _ORDER


@cache
def _chien_powers(count: int, terms: int) -> Words:
    return np.outer(-np.arange(count - 1, -1, -1), np.arange(terms)) % _ORDER


def _values(powers: Words, coefficients: Words) -> Words:
    """For each row of powers the sum of the coefficients times these powers of the field's generator."""
    terms = np.where(coefficients == 0, 0, _EXPS[(powers + _LOGS[coefficients]) % _ORDER])
    return np.asarray(np.bitwise_xor.reduce(terms, axis=1), np.intp)


def _value(polynomial: Sequence[int], at: int) -> int:
    value = 0
    for each in reversed(polynomial):
        value = _times(value, at) ^ each
    return value


def _times(one: int, other: int) -> int:
    return _EXP[_LOG[one] + _LOG[other]] if one and other else 0


def _inverse(value: int) -> int:
    return _EXP[-_LOG[value] % _ORDER]


def _sum(one: Sequence[int], other: Sequence[int]) -> list[int]:
    size = max(len(one), len(other))
    pairs = zip([*one, *[0] * (size - len(one))], [*other, *[0] * (size - len(other))], strict=True)
    return [first ^ second for first, second in pairs]


def _product(one: Sequence[int], other: Sequence[int]) -> list[int]:
    result = [0] * (len(one) + len(other) - 1)
    for power, each in enumerate(one):
        for more, value in enumerate(other):
            result[power + more] ^= _times(each, value)
    return result

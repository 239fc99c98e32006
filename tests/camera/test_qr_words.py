import numpy as np
import pytest
import qrcode

from camera.qr_field import repaired, syndromes
from camera.qr_words import repaired_symbol

LEVELS = (
    qrcode.constants.ERROR_CORRECT_L,
    qrcode.constants.ERROR_CORRECT_M,
    qrcode.constants.ERROR_CORRECT_Q,
    qrcode.constants.ERROR_CORRECT_H,
)


def a_symbol(version: int = 4, level: int = qrcode.constants.ERROR_CORRECT_M, mask: int | None = None) -> np.ndarray:
    code = qrcode.QRCode(version=version, error_correction=level, border=0, mask_pattern=mask)
    code.add_data("https://x.jp/12")
    code.make(fit=True)
    return np.array(code.get_matrix(), dtype=bool)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("version", [2, 3, 4, 5, 6])
def test_every_size_and_level_is_taken_apart_and_put_together_again(version, level):
    symbol = a_symbol(version, level)
    assert np.array_equal(repaired_symbol(np.where(symbol, 1.0, -1.0).astype(np.float32)), symbol)


@pytest.mark.parametrize("mask", range(8))
def test_every_mask_is_known(mask):
    symbol = a_symbol(mask=mask)
    assert np.array_equal(repaired_symbol(np.where(symbol, 1.0, -1.0).astype(np.float32)), symbol)


def test_doubtful_modules_cost_less_than_wrong_ones():
    symbol = a_symbol()
    soft = np.where(symbol, 1.0, -1.0).astype(np.float32)
    soft[12:22, 20:32] = 0.0
    assert np.array_equal(repaired_symbol(soft), symbol)
    soft[12:22, 20:32] = np.where(symbol[12:22, 20:32], -1.0, 1.0)
    assert repaired_symbol(soft) is None


def test_noise_and_empty_grids_are_no_symbol():
    random = np.random.default_rng(5)
    for _ in range(60):
        assert repaired_symbol(random.normal(0, 1, (33, 33)).astype(np.float32)) is None
    for empty in (np.nan, 0.0, 1.0, -1.0):
        assert repaired_symbol(np.full((33, 33), empty, np.float32)) is None


def test_errors_and_erasures_are_repaired_up_to_what_is_safe_and_never_wrongly():
    random = np.random.default_rng(6)
    symbol_free = np.zeros(50, np.intp)  # all zero is a word of every such code
    for erased, wrong in ((0, 9), (2, 7), (6, 5), (12, 2)):
        places = random.permutation(50)[: erased + wrong]
        words = symbol_free.copy()
        words[places] = random.integers(1, 256, len(places))
        fixed = repaired(words, syndromes(words, 18), places[:erased].tolist())
        assert fixed is not None
        assert not fixed.any()
    for _ in range(40):
        words = random.integers(0, 256, 50)
        for erased in (0, 4, 12):
            assert repaired(words, syndromes(words, 18), list(range(erased))) is None

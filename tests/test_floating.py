"""The float64 spectrum engine as a whole: what it certifies is true, or it says why it cannot."""

import numpy as np
import pytest
from mpmath import mp

from properties.adversaries import floats
from verify.spectrum.engine import FLOAT64
from verify.spectrum.tracking import certified_lambda_max


def test_the_centre_of_a_cell_may_be_off_by_more_than_its_data_are_apart() -> None:
    """Two equal data and a faint one at -4096: once a false enclosure, 9e-13 too high."""
    w, b, a, c = floats([-15 / 8192]), floats([0.75]), floats([14.75]), -10.0625
    x, y = floats([-4096, 1.0794212433488621, 1.0794212433488621]), floats([1, 1, -1])
    with mp.workdps(60):
        matrix = mp.zeros(4)
        for at, label in zip(x.tolist(), y.tolist(), strict=True):
            z = mp.mpf(w[0]) * at + b[0]
            right = 1 / (1 + mp.exp(-label * (a[0] * z + c)))
            row = mp.matrix([a[0] * at, a[0], z, 1])
            matrix += right * (1 - right) * row * row.T / 3
            for i, pull in ((0, at), (1, 1)):
                matrix[i, 2] -= label * (1 - right) * pull / 3
                matrix[2, i] = matrix[i, 2]
        truth = max(mp.eigsy(matrix, eigvals_only=True))
        for width in (1e-3, 1e-6, 1e-9, 1e-10, 1e-12):
            found = certified_lambda_max(w, b, a, c, x, y, width=width)
            assert found.lo <= truth <= found.hi
            assert found.hi - found.lo <= width * found.hi


@pytest.mark.parametrize("width", [1e-9, 1e-12])
def test_an_ordinary_network_needs_no_balls(width: float) -> None:
    x = np.linspace(-1, 1, 9)
    w, b, a = floats([1.5, -2, 0.7]), floats([0.31, 0.23, -0.17]), floats([1, -0.6, 0.9])
    found = certified_lambda_max(w, b, a, 0.1, x, np.sign(x + 0.1), width=width)
    assert found.engine == FLOAT64
    assert found.reason == ""
    assert found.hi - found.lo <= width * found.hi

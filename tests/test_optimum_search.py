"""The search for certificates of B_opt: other data, trouble on the way, and bad input."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from verify.counterexample import EXAMPLE
from verify.model import Dataset, InputError
from verify.optimum import enclosure, path, prove
from verify.optimum.cells import GRID, Cell
from verify.optimum.certificate import certify
from verify.optimum.enclosure import SHIPPED

F = Fraction
FOUND = enclosure()


def test_other_data_get_a_certificate_of_their_own() -> None:
    data = Dataset(x=[F(1), F(0), F(1, 3)], y=[1, 1, -1])
    found = enclosure(data, width=1e-3)
    assert found.data == data.in_order
    assert prove(found.text) == found
    assert enclosure(Dataset(x=EXAMPLE.x[::-1], y=EXAMPLE.y[::-1])).text == FOUND.text
    assert FOUND.text == SHIPPED.read_text(encoding="utf-8")


def test_the_search_finds_what_is_shipped() -> None:
    found = prove(certify(EXAMPLE, width=1e-6))
    assert found.relative_width is not None
    assert found.relative_width < F(1, 10**6)
    assert found.lower <= FOUND.upper
    assert FOUND.lower <= found.upper


def test_kinks_are_found_where_the_search_did_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dual inequality fails elsewhere, and the neurons there join the list."""
    monkeypatch.setattr(Cell, "start", lambda self: (GRID // 3,) if self.base.any() else (GRID,))
    found = prove(certify(EXAMPLE, width=1e-5))
    assert F("7.484") < found.lower < found.upper < F("7.486")


@pytest.mark.parametrize("trouble", ["no more precision", "a singular system"])
def test_a_search_in_trouble_is_still_right(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if trouble == "no more precision":
        found = prove(certify(EXAMPLE, width=1e-16))
        assert found.upper - found.lower < F(1, 10)
    else:
        monkeypatch.setattr(path, "_newton", lambda *_: np.linalg.inv(np.zeros((2, 2))))
        found = prove(certify(EXAMPLE, width=1e-5))
        assert found.lower == 0
    assert found.lower <= FOUND.upper
    assert FOUND.lower <= found.upper


def test_one_label_needs_no_neuron() -> None:
    found = enclosure(Dataset(x=[0, 1, 1], y=[-1, -1, -1]))
    assert (found.lower, found.upper, found.relative_width) == (0, 0, None)
    assert found.network(F(3)).k == 0
    assert found.network(F(3))(F(7)) == -3


@pytest.mark.parametrize(
    ("data", "width", "reason"),
    [
        (Dataset(x=[0, 0], y=[1, -1]), 1e-6, "opposite labels"),
        (Dataset(x=range(41), y=[1, -1] * 20 + [1]), 1e-6, "at most 40"),
        (Dataset(x=[0, 10**10], y=[1, -1]), 1e-6, "too far apart"),
        (Dataset(x=[0, F(1, 10**10)], y=[1, -1]), 1e-6, "too close"),
        (EXAMPLE, 0.0, "width"),
        (EXAMPLE, math.nan, "width"),
    ],
)
def test_bad_input(data: Dataset, width: float, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        enclosure(data, width=width)

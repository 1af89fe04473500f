"""The symbolic cases on R^d: all close, and false closed forms leave the right ones open."""

import pytest
import sympy as sp

from verify.space.symbolic import block_cases, entry_cases, neuron_block


@pytest.mark.parametrize("d", [2, 3])
def test_every_entry_is_proved(d) -> None:
    cases = list(entry_cases(d))
    m = 2 * (d + 2) + 1
    assert len(cases) == 4 * (m + m * (m + 1) // 2)
    assert len({case.name for case in cases}) == len(cases)
    assert all(case.proved and case.difference == "0" for case in cases)


@pytest.mark.parametrize("d", [2, 3])
def test_blocks_and_split_are_proved(d) -> None:
    cases = list(block_cases(d))
    assert len(cases) == 3 + (d + 2) ** 2
    assert [case.name for case in cases if not case.proved] == []


def test_a_block_without_the_second_coordinate_leaves_its_entry_open() -> None:
    """Entry (w_2, a) of each active neuron: 2 neurons, each active in 2 of 4 patterns."""
    cases = list(entry_cases(2, lambda point: neuron_block(sp.Matrix([point[0], 0, 1]))))
    open_cases = [case.name for case in cases if not case.proved]
    assert len(open_cases) == 4
    assert all("_2, a" in name for name in open_cases)


def test_a_block_that_couples_coordinates_is_not_proved() -> None:
    def coupled(point: sp.Matrix) -> sp.Matrix:
        block = neuron_block(point)
        block[0, 1] = block[1, 0] = sp.Integer(1)
        return block

    assert sum(not case.proved for case in entry_cases(2, coupled)) == 4

"""The space V = span{1, 1_A, x 1_A} over a network's activation sets A, in exact rationals.

Equal inputs are merged: every function here lives on the m distinct inputs in
ascending order, with the numbers of positive and negative labels at each. The
*generators* of V are 1 and, for each activation set A, x 1_A and 1_A; they may be
dependent. Source: proofs_notes/structure.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpq_mat

from verify.ball import as_fraction, rational
from verify.model import Dataset, Network, Span, active_spans

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """V of a network on a dataset.

    `spans` holds for each neuron the positions of its active inputs, (0, 0) for a
    dead one; `sets` the distinct sets that are not empty. `cuts` are the occupied
    gaps: c stands for the one between the inputs c - 1 and c. `basis` lists D
    generators that are a basis of V, and column l of the D x M matrix `coordinates`
    expands generator l in it.
    """

    x: tuple[Fraction, ...]
    plus: tuple[int, ...]
    minus: tuple[int, ...]
    spans: tuple[Span, ...]
    sets: tuple[Span, ...]
    cuts: tuple[int, ...]
    basis: tuple[int, ...]
    coordinates: fmpq_mat

    @property
    def n(self) -> int:
        """The number of data."""
        return sum(self.plus) + sum(self.minus)

    @property
    def dimension(self) -> int:
        """D = dim V, exactly."""
        return len(self.basis)

    @property
    def cells(self) -> tuple[Span, ...]:
        """The ranges of inputs between consecutive occupied gaps."""
        return tuple(pairwise((0, *self.cuts, len(self.x))))

    def generator(self, index: int) -> list[Fraction]:
        """The values of a generator at the distinct inputs."""
        start, stop = self.sets[(index - 1) // 2] if index else (0, len(self.x))
        linear = index % 2 == 1
        return [(x if linear else ONE) if start <= j < stop else ZERO for j, x in enumerate(self.x)]

    def design(self) -> list[list[Fraction]]:
        """The m x D values of the basis at the distinct inputs."""
        columns = (self.generator(index) for index in self.basis)
        return [list(row) for row in zip(*columns, strict=True)]

    def determined(self) -> tuple[bool, ...]:
        """For each set A whether the values on the data determine the part (u x + v) 1_A.

        They do where no relation between the generators involves x 1_A or 1_A.
        """
        table, basis = self.coordinates.tolist(), set(self.basis)
        spare = [index for index in range(2 * len(self.sets) + 1) if index not in basis]
        tied = {
            self.basis[row] for row, entries in enumerate(table) if any(entries[i] for i in spare)
        }
        loose = tied | set(spare)
        return tuple(not {2 * i + 1, 2 * i + 2} & loose for i in range(len(self.sets)))


def _merged(data: Dataset) -> tuple[list[Fraction], list[int], list[int]]:
    """The distinct inputs in ascending order, and how many labels of each kind they carry."""
    x: list[Fraction] = []
    plus: list[int] = []
    minus: list[int] = []
    for at, label in zip(data.in_order.x, data.in_order.y, strict=True):
        if not x or x[-1] != at:
            x.append(at)
            plus.append(0)
            minus.append(0)
        plus[-1] += label == 1
        minus[-1] += label == -1
    return x, plus, minus


def _cell_rows(x: Sequence[Fraction], cells: Sequence[Span], sets: Sequence[Span]) -> fmpq_mat:
    """The generators in coordinates (slope, level) of each cell; a single input has a level only.

    These functions are affine on each cell, so the coordinates determine the values
    on the data and the other way round: ranks and relations are the same, with
    entries 0, 1 or one input.
    """
    rows = []
    for start, stop in cells:
        inside = [first <= start and stop <= last for first, last in sets]
        linear, level = x[start] if stop - start == 1 else ZERO, [ONE]
        for within in inside:
            level += [linear if within else ZERO, ONE if within else ZERO]
        rows.append(level)
        if stop - start > 1:
            rows.append([ZERO, *(entry for i in inside for entry in (ONE if i else ZERO, ZERO))])
    entries = [rational(entry) for row in rows for entry in row]
    return fmpq_mat(len(rows), 2 * len(sets) + 1, entries)


def space_of(network: Network, data: Dataset) -> Space:
    """V for the activation sets of the network; activity is exact, with relu'(0) = 0."""
    x, plus, minus = _merged(data)
    place = {at: position for position, at in enumerate(x)}
    ordered = data.in_order.x
    spans = tuple(
        (place[ordered[start]], place[ordered[stop - 1]] + 1) if start < stop else (0, 0)
        for start, stop in active_spans(network, data)
    )
    sets = tuple(sorted({span for span in spans if span != (0, 0)}))
    cuts = tuple(sorted({end for span in sets for end in span} - {0, len(x)}))
    cells = tuple(pairwise((0, *cuts, len(x))))
    reduced, rank = _cell_rows(x, cells, sets).rref()
    table = reduced.tolist()[:rank]
    basis = tuple(next(i for i, entry in enumerate(row) if entry != 0) for row in table)
    return Space(
        x=tuple(x),
        plus=tuple(plus),
        minus=tuple(minus),
        spans=spans,
        sets=sets,
        cuts=cuts,
        basis=basis,
        coordinates=fmpq_mat(rank, 2 * len(sets) + 1, [entry for row in table for entry in row]),
    )


def combination(space: Space, weights: Sequence[Fraction]) -> list[Fraction]:
    """The values at the distinct inputs of sum_l weights[l] * generator l."""
    total = [ZERO] * len(space.x)
    for index, weight in enumerate(weights):
        if weight != 0:
            values = space.generator(index)
            total = [sum_ + weight * value for sum_, value in zip(total, values, strict=True)]
    return total


def weights_of(network: Network, space: Space) -> list[Fraction]:
    """f on the data in the generators: c, and for each set the sums of a_i w_i and of a_i b_i."""
    weights = [network.c] + [ZERO] * (2 * len(space.sets))
    index = {span: 2 * position + 1 for position, span in enumerate(space.sets)}
    for span, a, w, b in zip(space.spans, network.a, network.w, network.b, strict=True):
        if span in index:
            weights[index[span]] += a * w
            weights[index[span] + 1] += a * b
    return weights


def expanded(space: Space, weights: Sequence[Fraction]) -> list[Fraction]:
    """The coordinates in the basis of sum_l weights[l] * generator l."""
    column = fmpq_mat(len(weights), 1, [rational(weight) for weight in weights])
    return [as_fraction(entry) for entry in (space.coordinates * column).entries()]

"""Proofs that there is no minimum, and what is refused or left undecided; words and JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from flint import arb, arb_mat, fmpq_mat

from verify.ball import ball, rational, working_precision
from verify.claims.common import SHARP
from verify.data import REAL, RealExample, load
from verify.minimum import Minimum, NoMinimum, certify_minimum, describe, document
from verify.minimum import fit as fitting
from verify.minimum.examples import TWO_SIDED, WAVE
from verify.minimum.point import has_set
from verify.minimum.separation import find_separation, separation
from verify.minimum.space import space_of
from verify.model import Dataset, InputError, Network


@pytest.mark.parametrize("example", REAL, ids=lambda example: example.name)
def test_the_trained_networks_have_no_minimum_with_their_sets(example: RealExample) -> None:
    network, data = load(example)
    found = certify_minimum(network, data)
    assert isinstance(found, NoMinimum)
    assert found.separation is not None
    assert found.separation.cell is not None
    start, stop = found.separation.cell
    inside = set(found.space.x[start:stop])
    labels = {y for x, y in zip(data.x, data.y, strict=True) if x in inside}
    assert len(labels) == 1


SEPARATED = {
    "affine": ((0, 1, 2, 3), (-1, -1, 1, 1)),
    "both labels at the boundary": ((0, 1, 1, 2), (-1, -1, 1, 1)),
    "one label": ((0, 1, 2), (1, 1, 1)),
}


@pytest.mark.parametrize("case", SEPARATED)
def test_a_separating_element_is_exact_and_lies_in_V(case: str) -> None:
    x, y = SEPARATED[case]
    data = Dataset(x=x, y=y)
    found = certify_minimum(Network(w=[1], b=[9], a=[1], c=0), data)
    assert isinstance(found, NoMinimum)
    assert found.separation is not None
    value = dict(zip(found.space.x, found.separation.values, strict=True))
    margins = [label * value[at] for at, label in zip(data.x, data.y, strict=True)]
    assert min(margins) >= 0
    assert sum(margin > 0 for margin in margins) == found.separation.strict > 0
    line = [[rational(v) for v in (Fraction(1), at, value[at])] for at in value]
    assert fmpq_mat(len(line), 3, [v for row in line for v in row]).rank() == 2


def test_labels_that_overlap_are_not_separated() -> None:
    data = Dataset(x=(0, 1, 2, 3), y=(-1, 1, -1, 1))
    space = space_of(Network(w=[1], b=[9], a=[1], c=0), data)
    assert find_separation(space) is None
    assert separation(space, [Fraction(-3, 2), Fraction(1), Fraction(0)]) is None
    assert separation(space, [Fraction(0)] * 3) is None


def test_krawczyk_fails_away_from_the_zero() -> None:
    found = certify_minimum(TWO_SIDED.network, TWO_SIDED.data)
    assert isinstance(found, Minimum)
    start = fitting.float_fit(found.space)
    assert start is not None
    assert fitting.certified_fit(found.space, start, 256) is not None
    table = [[rational(v) for v in row] for row in found.space.design()]
    exact = fmpq_mat(len(table), 5, [v for row in table for v in row])
    with working_precision(256):
        system = fitting._System(design=arb_mat(exact), space=found.space)
        beta = arb_mat(5, 1, [ball(Fraction(v)) for v in start])
        inside = fitting._krawczyk(system, beta, 256)
        assert inside is not None
        assert all(
            box.contains(point)
            for box, point in zip(inside.entries(), found.fit.coordinates, strict=True)
        )
        assert (
            fitting._krawczyk(system, arb_mat(5, 1, [v + 1 for v in beta.entries()]), 256) is None
        )


BAD = {
    "a kink on a datum": (SHARP.data.x, SHARP.data.y, [("1", "1", "-3/4")], "w x \\+ b = 0"),
    "no weight": ((0, 1), (1, -1), [("0", "1", "1")], r"a\[0\] is 0 and neuron 0 is active"),
    "beyond float64": ((10**400, 0), (1, -1), [("1", "1", "1")], "beyond float64"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_line(case: str) -> None:
    x, y, neurons, message = BAD[case]
    a, w, b = zip(*neurons, strict=True)
    with pytest.raises(InputError, match=message) as caught:
        certify_minimum(Network(w=w, b=b, a=a, c=0), Dataset(x=x, y=y))
    assert "\n" not in str(caught.value)


def test_a_fit_whose_kink_would_lie_on_a_datum_stays_undecided() -> None:
    """On WAVE one set of three hinges needs a kink at exactly -1/4, which is an input."""
    neurons = [("1", "6", "1.8"), ("-1", "11", "-3"), ("1", "-5", "-1.2")]
    a, w, b = zip(*neurons, strict=True)
    with pytest.raises(InputError, match="no split of the fit is sure to keep"):
        certify_minimum(Network(w=w, b=b, a=a, c="-1.8"), WAVE.data)


def test_a_fit_beyond_every_precision_stays_undecided() -> None:
    """The labels overlap by 1e-30: no separating element, and a fit that floats do not find."""
    data = Dataset(x=(0, 1, "1.000000000000000000000000000001", 2), y=(-1, 1, -1, 1))
    with pytest.raises(InputError, match=r"fit on V") as caught:
        certify_minimum(Network(w=[1], b=[9], a=[1], c=0), data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("slope", "level", "expected"),
    [
        (2, -3, True),
        (2, -4, None),
        (2, -2, None),
        (2, -5, False),
        (2, -1, False),
        (-2, 3, False),
        (0, 1, False),
    ],
)
def test_a_set_is_recognized_at_its_ends(slope: int, level: int, expected: bool | None) -> None:
    """On the inputs 0, .., 3 the set {2, 3} is that of kinks strictly between 1 and 2."""
    data = Dataset(x=(0, 1, 2, 3), y=(1, -1, 1, -1))
    space = space_of(Network(w=[2], b=[-3], a=[1], c=0), data)
    near = arb(level, arb(2) ** -60)
    assert has_set(space, (2, 4), arb(slope), near) is expected
    dead = has_set(space, (0, 0), arb(slope), near)
    assert dead is False
    assert has_set(space, (0, 0), arb(slope), arb(-7)) is True


def test_words_and_json() -> None:
    data = load(REAL[0])[1]
    misplaced = certify_minimum(Network(w=[1], b=["-1/4"], a=[1], c=0), data)
    separated = certify_minimum(load(REAL[0])[0], data)
    affine = certify_minimum(
        Network(w=[1], b=[9], a=[1], c=0), Dataset(x=(0, 1, 2, 3), y=(-1, -1, 1, 1))
    )
    constant = certify_minimum(Network(w=[], b=[], a=[], c=0), Dataset(x=[0, 1], y=[1, -1]))
    first = certify_minimum(TWO_SIDED.network, TWO_SIDED.data)
    assert isinstance(first, Minimum)
    found = (first, misplaced, separated, affine, constant)
    for one in found:
        assert all(line and "\n" not in line for line in describe(one))
        assert json.loads(json.dumps(document(one)))["stationary"] == isinstance(one, Minimum)
    text = "\n".join(describe(found[0]))
    assert "attracted here below     3.73789637 " in text
    assert "5 positive eigenvalues; its kernel, of dimension 2" in text
    assert document(found[1])["reason"] == "misplaced"
    assert document(found[2])["reason"] == "separated"
    assert "all 3 data in the cell [-1.7, -1.2] have label +1" in describe(found[2])[-1]
    limits = document(found[0])["attracted_below"]
    assert Fraction(limits["lo"]) < Fraction("3.73789637") < Fraction(limits["hi"]) + 10**-9
    many = replace(first, positive=first.positive[:1])
    assert any("least positive" in line for line in describe(many))


def test_many_neurons_are_cut_short_in_words() -> None:
    net = TWO_SIDED.network
    wide = Network(w=[*net.w, *[1] * 14], b=[*net.b, *[-9] * 14], a=[*net.a, *[0] * 14], c=net.c)
    found = certify_minimum(wide, TWO_SIDED.data)
    assert isinstance(found, Minimum)
    assert (found.nullity, found.sole) == (2 + 3 * 14, True)
    text = "\n".join(describe(found))
    assert "16 neurons (14 of them dead)" in text
    assert "(and 4 more neurons)" in text

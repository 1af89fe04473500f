"""Square and exponential loss: derivatives by sympy, Hessians by mpmath, and their domains."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import Phase, given, settings
from mpmath import mp, mpf

from properties.domains import DOMAINS, LOGISTIC_DOMAINS
from verify.ball import NotExact, approximate, ball, rational
from verify.evidence import instance_document
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC
from verify.losses import EXPONENTIAL, LOSSES, SQUARE
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities

F, Y = sympy.symbols("f y", real=True)
FORMULAS = {
    "logistic": sympy.log(1 + sympy.exp(-Y * F)),
    "square": (F - Y) ** 2 / 2,
    "exponential": sympy.exp(-Y * F),
}
NETWORK = Network(w=("3/2", "-2", "1"), b=("1/3", "3/4", "-3"), a=("1/2", "-1", "2"), c="1/5")
DATA = Dataset(x=("-1", "1/4", "2/3", "1/4"), y=(1, -1, -1, 1))
TARGETS = tuple(map(Fraction, ("7/2", "-1/3", "0", "2")))
POINTS = [(1, Fraction(3, 4)), (-1, Fraction(-5, 2)), (-1, Fraction(0)), (1, Fraction(7))]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(("y", "f"), POINTS)
def test_value_slope_and_curvature_are_the_derivatives_of_the_formula(name, y, f):
    loss, formula = LOSSES[name], FORMULAS[name]
    for order, scalar, array in (
        (0, loss.value, loss.float_value),
        (1, loss.slope, loss.float_slope),
        (2, loss.curvature, loss.float_curvature),
    ):
        point = {F: sympy.Rational(f.numerator, f.denominator), Y: y}
        expected = float(sympy.diff(formula, F, order).subs(point).evalf(30))
        assert approximate(scalar(y, ball(f))) == pytest.approx(expected, rel=1e-14, abs=1e-15)
        found = array(np.array([float(y)]), np.array([float(f)]))
        assert found.shape == (1,)
        assert found[0] == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_the_square_loss_is_exact_for_any_target_and_the_exponential_at_0_alone():
    f, y = rational(Fraction(1, 3)), Fraction(5, 6)
    assert SQUARE.value(y, f) == rational(Fraction(1, 8))
    assert SQUARE.slope(y, f) == rational(Fraction(-1, 2))
    assert EXPONENTIAL.slope(-1, rational(0)) == 1
    with pytest.raises(NotExact):
        EXPONENTIAL.curvature(1, f)


def numeric(loss, targets):
    """The Hessian of the mean loss by mpmath; parameters w, b, a per neuron, then c."""
    formula = sympy.lambdify((Y, F), FORMULAS[loss.name], "mpmath")
    start = [v for row in zip(NETWORK.w, NETWORK.b, NETWORK.a, strict=True) for v in row]
    start.append(NETWORK.c)

    def mean(*theta):
        total = mpf(0)
        for x, y in zip(DATA.x, targets, strict=True):
            f = theta[-1]
            for w, b, a in zip(theta[0:-1:3], theta[1:-1:3], theta[2:-1:3], strict=True):
                z = w * mpf(x.numerator) / x.denominator + b
                f += a * z if z > 0 else 0
            total += formula(mpf(y.numerator) / y.denominator, f)
        return total / DATA.n

    with mp.workdps(60):
        at, size = [mpf(v.numerator) / v.denominator for v in start], len(start)
        orders = [
            [int(k == i) + int(k == j) for k in range(size)]
            for i in range(size)
            for j in range(size)
        ]
        flat = [float(mp.diff(mean, tuple(at), tuple(order), h=mpf(10) ** -20)) for order in orders]
    return np.array(flat).reshape(size, size)


@pytest.mark.parametrize(("loss", "targets"), [(SQUARE, TARGETS), (EXPONENTIAL, None)])
def test_the_hessian_is_that_of_the_loss(loss, targets):
    instance = Instance(network=NETWORK, data=DATA, loss=loss, targets=targets)
    quantities = Quantities(instance=instance, number=ball, width=Fraction(1, 1 << 30))
    dense = dense_hessian(quantities.h)
    size = quantities.h.size
    found = np.array([[approximate(dense[i][j]) for j in range(size)] for i in range(size)])
    expected = numeric(loss, targets or tuple(map(Fraction, DATA.y)))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert approximate(quantities.lambda_max) == pytest.approx(np.linalg.eigvalsh(expected)[-1])


def test_targets_follow_the_data_through_their_order():
    h = loss_hessian(NETWORK, DATA, rational, SQUARE, [TARGETS[j] for j in DATA.order])
    turned = Dataset(x=DATA.x[::-1], y=DATA.y[::-1])
    other = Instance(network=NETWORK, data=turned, loss=SQUARE, targets=TARGETS[::-1])
    assert Quantities(instance=other, number=rational, width=Fraction(0)).h.r == h.r
    labels = replace(other, targets=None)
    assert Quantities(instance=labels, number=rational, width=Fraction(0)).h.r != h.r


def test_a_document_names_the_loss_and_the_targets_and_only_where_they_matter():
    document = instance_document(
        Instance(network=NETWORK, data=DATA, loss=SQUARE, targets=TARGETS, truth=TARGETS)
    )
    assert (document["loss"], document["targets"][0]) == ("square", "7/2")
    assert document["truth"] == document["targets"]
    assert not {"loss", "targets", "truth"} & set(
        instance_document(Instance(network=NETWORK, data=DATA))
    )


def sample(name, count=60):
    """Instances of a domain, as they come and without shrinking."""
    found = []

    @settings(max_examples=count, database=None, phases=[Phase.generate], deadline=None)
    @given(DOMAINS[name])
    def collect(instance):
        found.append(instance)

    collect()
    return found


NAMES = [
    name for name in sorted(set(DOMAINS) - set(LOGISTIC_DOMAINS)) if name.split("-")[0] in LOSSES
]


@pytest.mark.parametrize("name", NAMES)
def test_a_domain_has_the_loss_of_its_name(name):
    loss = LOSSES[name.split("-")[0]]
    assert loss is not LOGISTIC
    assert all(instance.loss is loss for instance in sample(name))


def test_square_targets_reach_labels_outputs_and_residuals():
    found = sample("square-plain", 200)
    fits = {
        tuple(map(one.network, one.data.x)) == one.targets
        for one in found
        if one.targets is not None
    }
    assert fits == {True, False}
    assert any(one.targets is None for one in found)

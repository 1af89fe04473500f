"""lambda_max on R^d: enclosures against other computations, and that no bad guess gets through."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, arb_mat
from mpmath import mp
from space_oracle import Oracle, drawn

from verify.ball import Enclosure, ball, dyadic, rational, working_precision
from verify.losses import SQUARE
from verify.space import spectrum
from verify.space.definite import is_semidefinite
from verify.space.exact import exact_largest
from verify.space.examples import BOTH_FANS, FAN, assemble
from verify.space.hessian import SpaceHessian, dense_hessian
from verify.space.matrices import counterpart, full_matrix, jacobian
from verify.space.quantities import SpaceInstance, SpaceQuantities
from verify.space.spectrum import largest
from verify.spectrum.balls import PrecisionExhausted
from verify.spectrum.exact import characteristic, roots_above


def hessian(instance: SpaceInstance, number=ball) -> SpaceHessian:
    return SpaceQuantities(instance=instance, number=number, width=Fraction(0)).merged


def floats(matrix) -> np.ndarray:
    rows = matrix.table() if isinstance(matrix, arb_mat) else matrix
    return np.array([[float(arb(value)) for value in row] for row in rows])


SHAPES = [(1, 2, 3), (2, 4, 3), (3, 3, 30), (5, 2, 40), (2, 1, 1)]
"""(d, k, n): more rows than data, and fewer."""
RUNGS = [(96, 30), (192, 80), (512, 220), (1536, 700)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("bits", "width"), RUNGS)
def test_the_enclosure_holds_and_has_the_width_asked(shape, bits, width) -> None:
    d, k, n = shape
    instance = drawn(7, d=d, k=k, n=n)
    with working_precision(bits):
        found = largest(hessian(instance), Fraction(1, 1 << width))
        assert found.hi - found.lo <= found.hi * ball(Fraction(1, 1 << width))
    with mp.workdps(30 + width * 3 // 10):
        if width > 80 and k * n > 20:
            return
        value = Oracle(instance).lambda_max
        text = mp.nstr(value, 20 + width * 3 // 10)
    with working_precision(bits + 200):
        middle = arb(text).mid()
        slack = found.hi * ball(Fraction(1, 1 << (width + 20)))
        assert found.lo - slack <= middle <= found.hi + slack


@pytest.mark.parametrize("seed", range(8))
def test_an_exact_count_agrees_under_the_square_loss(seed) -> None:
    """Rational H: no root of its characteristic polynomial above hi, one at or above lo."""
    targets = tuple(Fraction(j, 3) for j in range(4))
    instance = drawn(seed, d=1 + seed % 3, k=2, n=4, loss=SQUARE, targets=targets)
    polynomial = characteristic(dense_hessian(hessian(instance, rational)))
    with working_precision(128):
        found = largest(hessian(instance), Fraction(1, 1 << 50))
    assert roots_above(polynomial, dyadic(found.hi)) == 0
    assert roots_above(polynomial, dyadic(found.lo) * (1 - Fraction(1, 1 << 60))) >= 1


@pytest.mark.parametrize("instance", [FAN, BOTH_FANS], ids=["fan", "both"])
def test_the_exact_value_of_a_flat_point_is_that_of_the_whole_matrix(instance) -> None:
    h = hessian(instance, rational)
    polynomial = characteristic(dense_hessian(h))
    top = exact_largest(h)
    assert polynomial(top) == 0
    assert roots_above(polynomial, Fraction(int(top.p), int(top.q))) == 0


@pytest.mark.parametrize("f", [40, 800, -30_000])
def test_saturated_data_of_any_size(f) -> None:
    neuron = (Fraction(1), (Fraction(1), Fraction(2)), Fraction(1, 2))
    x = [(Fraction(1), Fraction(1)), (Fraction(-2), Fraction(1, 3))]
    instance = assemble(x, [1, 1], [neuron], Fraction(f))
    with working_precision(128), mp.workdps(30):
        found = largest(hessian(instance), Fraction(1, 1 << 40))
        value = Oracle(instance).lambda_max
        assert abs(found.lo / arb(mp.nstr(value, 25)) - 1) < 1e-11


def test_repeated_eigenvalues_and_no_active_neuron() -> None:
    twin = (Fraction(1, 64), (Fraction(1), Fraction(0)), Fraction(1))
    x = [(Fraction(1), Fraction(1)), (Fraction(2), Fraction(1))]
    instance = assemble(x, [-1, -1], [twin] * 5, Fraction(60))
    matrix = floats(dense_hessian(hessian(instance)))
    values = np.linalg.eigvalsh(matrix)
    assert abs(values[-1] - values[-3]) < 1e-12
    with working_precision(128):
        found = largest(hessian(instance), Fraction(1, 1 << 60))
        assert abs(float(found.lo) - values[-1]) < 1e-12
    dead = assemble(
        x, [1, 1], [(Fraction(1), (Fraction(-1), Fraction(0)), Fraction(-9))], Fraction(0)
    )
    with working_precision(128):
        assert largest(hessian(dead), Fraction(1, 1 << 60)).contains(Fraction(1, 4))


def test_the_counterpart_is_the_schur_complement() -> None:
    h = hessian(drawn(11, d=3, k=3, n=6))
    rows, R = floats(jacobian(h)), floats(full_matrix(h, jacobian(h)))
    p = np.array([float(arb(value)) for value in h.p])
    R = R - rows.T @ (p[:, None] * rows)
    mu = 2 * float(arb(h.largest_block())) + 0.3
    inner = np.linalg.inv(mu * np.eye(h.size) - R)
    wanted = np.eye(len(p)) - np.sqrt(np.outer(p, p)) * (rows @ inner @ rows.T)
    found = counterpart(h, arb(mu))
    assert found is not None
    assert np.abs(floats(found) - wanted).max() < 1e-12
    assert counterpart(h, h.largest_block()) is None
    assert counterpart(h, h.largest_block() * ball(Fraction(999, 1000))) is None


def _matrix(values: np.ndarray) -> arb_mat:
    return arb_mat(values.tolist())


@pytest.mark.parametrize("shift", [Fraction(1, 1 << 30), Fraction(1, 1 << 60)])
@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_definiteness_is_never_claimed_of_an_indefinite_matrix(size, shift) -> None:
    draw = np.random.default_rng(size)
    basis, _ = np.linalg.qr(draw.normal(size=(size, size)))
    for least, expected in ((4 * float(shift), True), (-4 * float(shift), False), (-0.5, False)):
        values = np.concatenate([[least], np.linspace(0.1, 1, size - 1)])
        with working_precision(192):
            exact_basis = _matrix(basis)
            diagonal = _matrix(np.diag(values))
            matrix = exact_basis * diagonal * exact_basis.transpose()
            if expected and size > 1 and shift < Fraction(1, 1 << 50):
                continue  # basis is orthogonal to 2^-52 only: the least value is not the one set
            assert is_semidefinite(matrix, shift) is expected


def test_the_zero_of_a_singular_matrix_is_not_passed_off_as_positive() -> None:
    with working_precision(128):
        assert not is_semidefinite(
            arb_mat([[1, 1], [1, ball(1 - Fraction(1, 1 << 100))]]), Fraction(1, 1 << 90)
        )
        wide = arb_mat([[1, arb(0, 2)], [arb(0, 2), 1]])
        assert not is_semidefinite(wide, Fraction(1, 1 << 20))


@pytest.mark.parametrize("shape", [(2, 4, 3), (3, 3, 30)])
def test_a_bad_eigenvector_cannot_give_a_wrong_answer(shape, monkeypatch) -> None:
    d, k, n = shape
    h = hessian(drawn(7, d=d, k=k, n=n))
    values, vectors = np.linalg.eigh(floats(dense_hessian(h)))
    second = [arb(v) for v in vectors[:, -2].tolist()]
    monkeypatch.setattr(spectrum, "_guess", lambda _h: second)
    monkeypatch.setattr(spectrum, "_refined", lambda _problem, vector, _shift: vector)
    assert values[-1] > 1.01 * values[-2]
    with working_precision(128), pytest.raises(PrecisionExhausted):
        largest(h, Fraction(1, 1 << 20))


def test_too_few_bits_are_reported_and_not_rounded() -> None:
    h = hessian(drawn(7, d=3, k=3, n=6))
    with working_precision(40), pytest.raises(PrecisionExhausted):
        largest(h, Fraction(1, 1 << 80))


def test_numbers_beyond_float64_are_reported() -> None:
    huge = Fraction(10) ** 400
    instance = assemble(
        [(huge, huge)], [1], [(Fraction(1), (huge, huge), Fraction(1))], Fraction(0)
    )
    with working_precision(96), pytest.raises(PrecisionExhausted, match="beyond float64"):
        largest(hessian(instance), Fraction(1, 1 << 30))


def test_a_hundred_and_sixty_rows_are_enclosed_by_the_default_width() -> None:
    instance = drawn(3, d=2, k=40, n=200, scale=1)
    with working_precision(160):
        found = largest(hessian(instance), Fraction(1, 10**12))
        assert found.relative_width() <= 1e-12
        top = np.linalg.eigvalsh(floats(dense_hessian(hessian(instance))))[-1]
    assert isinstance(found, Enclosure)
    assert abs(float(found.lo) / top - 1) < 1e-9
    assert mpmath.mpf(top) > 0

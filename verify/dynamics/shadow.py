"""How far float64 training is from exact training: a bound computed beside a run of 60 digits.

Let Phi(theta) = theta - eta grad L(theta), in exact arithmetic, theta_t the float64 run
of `verify.dynamics.walk` and Theta_t a run of the same recursion in numbers of BITS bits.
Balls give rigorous bounds of both defects,

    |theta_(t+1) - Phi(theta_t)| <= d_t,     |Theta_(t+1) - Phi(Theta_t)| <= D_t,

whatever made the steps; nothing is assumed about the code that trains. Let
E_t >= |theta_t - Theta_t|, E_0 = 0. If both points have the same activation pattern,
with no z_ij = 0, so has the segment between them, because z_ij is affine in theta.
On it f_j is quadratic with Hessian K_j, |K_j| <= k_j = sqrt(1 + x_j^2), and with
|l'''| <= 1/10, l'' <= 1/4

    |D^3 L| <= T = mean_j ((G_j + k_j E_t)^3 / 10 + 3/4 k_j (G_j + k_j E_t)),  G_j = |g_j(theta_t)|.

Integrating I - eta H along the segment, for lo <= eigenvalues of H(theta_t) <= hi,

    E_(t+1) = (max(1 - eta lo, eta hi - 1) + eta T E_t / 2) E_t + d_t + D_t.

lo and hi are certified by counting eigenvalues (`verify.spectrum.balls`). The bound
ends where the patterns differ, a sign or a count is undecided, or it exceeds a limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from verify.ball import Enclosure, Scalar, ball, maximum, sign, square_root, working_precision
from verify.dynamics.walk import descend
from verify.dynamics.walker import Walker, position, prepare
from verify.hessian.structured import StructuredHessian
from verify.logistic import LOGISTIC
from verify.model import InputError, Span
from verify.spectrum.balls import count_above
from verify.spectrum.hint import guess

Floats = NDArray[np.float64]
Vector = list[Scalar]

BITS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """`bound` (m,) and `difference` (m,): E_t, and |theta_t - Theta_t| rounded up, t = 0 .. m - 1.

    `stopped` is the first step without a bound below the limit, None if there is
    none; `reason` says in words why.
    """

    bound: Floats
    difference: Floats
    stopped: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Phi at a point, the Hessian there, and |g_j| (n,)."""

    image: Vector
    hessian: StructuredHessian
    lengths: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class _Data:
    x: Vector
    y: Sequence[int]
    eta: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """theta_t, Theta_t and E_t."""

    rounded: Vector
    precise: Vector
    error: Scalar


def _exact(values: Iterable[float]) -> Vector:
    return [ball(Fraction(value)) for value in values]


def _sum(values: Iterable[Scalar]) -> Scalar:
    return sum(values, ball(0))


def _norm(values: Iterable[Scalar]) -> Scalar:
    return square_root(_sum(value * value for value in values))


def _up(value: Scalar) -> float:
    return math.nextafter(float(Enclosure.of(value).hi), math.inf)


def _span(signs: Sequence[int]) -> Span:
    active = [j for j, found in enumerate(signs) if found > 0]
    return (active[0], active[-1] + 1) if active else (0, 0)


def _lengths(theta: Vector, x: Vector, z: list[Vector], seen: list[list[int]]) -> Vector:
    """|g_j| (n,), `seen` being the neurons active at each datum."""
    squares = [a * a for a in theta[2 * len(z) : 3 * len(z)]]
    lengths = []
    for j, at in enumerate(x):
        terms = (squares[i] * (1 + at * at) + z[i][j] * z[i][j] for i in seen[j])
        lengths.append(square_root(1 + _sum(terms)))
    return lengths


def _look(theta: Vector, x: Vector, y: Sequence[int], eta: Scalar) -> _Look | None:
    """What the recursion needs at theta = (w, b, a, c); None if some sign of z is not certain."""
    k, n = len(theta) // 3, len(x)
    w, b, a, c = theta[:k], theta[k : 2 * k], theta[2 * k : 3 * k], theta[3 * k]
    z = [[w[i] * at + b[i] for at in x] for i in range(k)]
    signs = [[sign(value) or 0 for value in row] for row in z]
    if any(0 in row for row in signs):
        return None
    seen = [[i for i in range(k) if signs[i][j] > 0] for j in range(n)]
    f = [c + _sum(a[i] * z[i][j] for i in seen[j]) for j in range(n)]
    slope = [LOGISTIC.slope(y[j], f[j]) / n for j in range(n)]
    spans = tuple(_span(row) for row in signs)
    pull = [_sum(slope[j] * x[j] for j in range(*span)) for span in spans]
    mass = [_sum(slope[start:stop]) for start, stop in spans]
    gradient = [a[i] * pull[i] for i in range(k)] + [a[i] * mass[i] for i in range(k)]
    gradient += [w[i] * pull[i] + b[i] * mass[i] for i in range(k)] + [_sum(slope)]
    hessian = StructuredHessian(
        x=tuple(x),
        p=tuple(LOGISTIC.curvature(y[j], f[j]) / n for j in range(n)),
        w=tuple(w),
        b=tuple(b),
        a=tuple(a),
        r=tuple(zip(pull, mass, strict=True)),
        spans=spans,
    )
    image = [value - eta * rise for value, rise in zip(theta, gradient, strict=True)]
    return _Look(image=image, hessian=hessian, lengths=_lengths(theta, x, z, seen))


def _stretch(h: StructuredHessian, eta: Scalar) -> Scalar | None:
    """A bound of the norm of I - eta H, certified; None if no count is decided near a guess."""
    found = guess(h)
    if found is None:
        return None
    low, high = found
    for exponent in (40, 30, 20):
        reach = high / 2**exponent
        lo, hi = (low - reach).mid(), (high + reach).mid()
        if count_above(h, hi) == 0 and count_above(h, lo) == h.size:
            return maximum([1 - eta * lo, eta * hi - 1], ball(0))
    return None


def _growth(look: _Look, eta: Scalar, error: Scalar) -> Scalar | None:
    """The factor in front of E_t."""
    stretch = _stretch(look.hessian, eta)
    if stretch is None:
        return None
    bends = [square_root(1 + at * at) for at in look.hessian.x]
    terms = []
    for bend, length in zip(bends, look.lengths, strict=True):
        steep = length + bend * error
        terms.append(steep * steep * steep / 10 + 3 * bend * steep / 4)
    return stretch + eta * error * _sum(terms) / (2 * len(terms))


def _distance(first: Vector, second: Vector) -> Scalar:
    return _norm(p - q for p, q in zip(first, second, strict=True))


def _advance(state: _State, walker: Walker, data: _Data) -> _State | str:
    """Both runs one step further, or why there is no bound for it."""
    here, there = (_look(at, data.x, data.y, data.eta) for at in (state.rounded, state.precise))
    if here is None or there is None:
        return "a datum may be on a kink"
    if here.hessian.spans != there.hessian.spans:
        return "the activation patterns differ"
    growth = _growth(here, data.eta, state.error)
    if growth is None:
        return "no count of eigenvalues is decided"
    descend(walker, float(data.eta), 1, math.inf)
    moved = position(walker)
    if not np.isfinite(moved).all():
        return "float64 overflows"
    rounded = _exact(moved.tolist())
    precise: Vector = [Enclosure.of(value).lo for value in there.image]
    defects = _distance(rounded, here.image) + _distance(precise, there.image)
    error = Enclosure.of(growth * state.error + defects).hi
    return _State(rounded=rounded, precise=precise, error=error)


def shadow(
    theta: Floats, x: Floats, y: Floats, *, eta: float, steps: int, limit: float = 1e-3
) -> Shadow:
    """Compare `steps` float64 steps from theta (3k + 1,) on data x, y (n,) with BITS-bit ones.

    Costs about a millisecond a step for k = 3, n = 6. Raises InputError for bad arguments.
    """
    if not (math.isfinite(eta) and eta > 0 and steps >= 0):
        needed = "a finite step size > 0 and steps >= 0 are needed"
        raise InputError(f"eta is {eta} and steps is {steps}; {needed}")
    walker = prepare(theta, x, y)
    bound, difference = [0.0], [0.0]
    reason = ""
    with working_precision(BITS):
        labels = [int(label) for label in walker.y]
        data = _Data(x=_exact(walker.x.tolist()), y=labels, eta=ball(Fraction(eta)))
        start = _exact(theta.tolist())
        state = _State(rounded=start, precise=start, error=ball(0))
        while len(bound) <= steps and not reason:
            moved = _advance(state, walker, data)
            if isinstance(moved, str):
                reason = moved
            elif not moved.error <= ball(Fraction(limit)):
                reason = f"the bound exceeds {limit:g}"
            else:
                state = moved
                bound.append(_up(state.error))
                difference.append(_up(_distance(state.rounded, state.precise)))
    return Shadow(
        bound=np.array(bound),
        difference=np.array(difference),
        stopped=len(bound) if reason else None,
        reason=reason,
    )

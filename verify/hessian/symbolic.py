"""Sympy derives gradient and Hessian of the loss and compares them with the closed form.

For one datum (x, y) and f(x) = sum_i a_i relu(w_i x + b_i) + c the closed form is

    grad l(f) = l'(f) g,    Hess l(f) = l''(f) g g^T + l'(f) Hess f,

g = (a_i x 1_i, a_i 1_i, relu(z_i)) per neuron in the order (w, b, a) and 1 for c;
Hess f is block diagonal with neuron block 1_i [[0,0,x],[0,0,1],[x,1,0]].

Two neurons under all four activation patterns, and c, decide every k and n:
an entry involves at most two neurons, the others enter f as a constant that c
absorbs, and the mean over the data is linear (proofs_notes/hessian.md).

A case is proved when sympy reduces the difference of both sides to the literal
0. Nothing here is a comparison of numbers. What is not reduced is not proved.
In a difference that is left over, E stands for e^f.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from types import MappingProxyType

import sympy as sp

from verify.hessian.case import Case
from verify.model import InputError

Pattern = tuple[int, int]
"""For each of the two neurons 1 where it is active at x, else 0."""

PATTERNS: tuple[Pattern, ...] = ((0, 0), (0, 1), (1, 0), (1, 1))
LABELS = (-1, 1)
X = sp.Symbol("x", real=True)
PARAMETERS: tuple[sp.Symbol, ...] = sp.symbols("w1 b1 a1 w2 b2 a2 c", real=True)

_NEURONS = (PARAMETERS[0:3], PARAMETERS[3:6])
_E = sp.Symbol("E", positive=True)  # e^f: makes every logistic expression rational
_POWERS = (-2, -1, 1, 2)
_F = sp.Symbol("f", real=True)
_L = sp.Function("l")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedForm:
    """A closed form of the Hessian, true or deliberately false, as the functions it is made of.

    `active` turns an activity (0 or 1) into the indicator that is used;
    `residual` is the weight of Hess f, given l'; `block` and `coupling` are the
    3x3 blocks of Hess f at x for one neuron and for two different ones; `slope`
    and `curvature` are the logistic l' and l'' at (y, e^f).
    """

    active: Callable[[int], int]
    residual: Callable[[sp.Expr], sp.Expr]
    block: Callable[[sp.Expr], sp.Matrix]
    coupling: Callable[[sp.Expr], sp.Matrix]
    slope: Callable[[int, sp.Expr], sp.Expr]
    curvature: Callable[[int, sp.Expr], sp.Expr]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumLoss:
    """The loss of one datum as a function of the parameters, with l' and l'' as claimed."""

    name: str
    value: sp.Expr
    slope: sp.Expr
    curvature: sp.Expr


def neuron_block(x: sp.Expr) -> sp.Matrix:
    """The Hessian of a relu(w x + b) in (w, b, a) where the neuron is active."""
    return sp.Matrix([[0, 0, x], [0, 0, 1], [x, 1, 0]])


def sigma(power: sp.Expr) -> sp.Expr:
    """sigma(t) = 1 / (1 + e^{-t}), as a rational function of e^t."""
    return 1 / (1 + 1 / power)


_TRUE_FORM = ClosedForm(
    active=lambda activity: activity,
    residual=lambda slope: slope,
    block=neuron_block,
    coupling=lambda _: sp.zeros(3, 3),
    slope=lambda y, power: -y * sigma(power**-y),
    curvature=lambda _, power: 1 / ((1 + power) * (1 + 1 / power)),
)
CLOSED_FORMS: Mapping[str, ClosedForm] = MappingProxyType(
    {
        "closed-form": _TRUE_FORM,
        "gauss-newton": replace(_TRUE_FORM, residual=lambda _: sp.Integer(0)),
        "no-bias-coupling": replace(
            _TRUE_FORM, block=lambda x: sp.Matrix([[0, 0, x], [0, 0, 0], [x, 0, 0]])
        ),
        "quarter-softness": replace(_TRUE_FORM, curvature=lambda *_: sp.Rational(1, 4)),
        "unsigned-slope": replace(_TRUE_FORM, slope=lambda y, power: sigma(power**-y)),
        "cross-neuron": replace(_TRUE_FORM, coupling=neuron_block),
        "active-always": replace(_TRUE_FORM, active=lambda _: 1),
    }
)
"""The closed form and its false variants, by name."""


def output(pattern: Pattern) -> sp.Expr:
    """f(x) on the open set of parameters where the neurons are active as `pattern` says."""
    terms = (active * a * (w * X + b) for active, (w, b, a) in zip(pattern, _NEURONS, strict=True))
    return sum(terms, PARAMETERS[-1])


def datum_losses(form: ClosedForm, f: sp.Expr) -> tuple[DatumLoss, ...]:
    """A generic twice differentiable l(f), and the logistic loss for each label."""
    t, power = sp.Dummy("t"), sp.exp(f)
    generic = DatumLoss(
        name="any l",
        value=_L(f),
        slope=_L(t).diff(t).subs(t, f),
        curvature=_L(t).diff(t, 2).subs(t, f),
    )
    logistic = (
        DatumLoss(
            name=f"logistic, y = {y}",
            value=sp.log(1 + sp.exp(-y * f)),
            slope=form.slope(y, power),
            curvature=form.curvature(y, power),
        )
        for y in LABELS
    )
    return generic, *logistic


def output_gradient(form: ClosedForm, pattern: Pattern) -> tuple[sp.Expr, ...]:
    """The closed form of g, in the order of PARAMETERS."""
    entries: list[sp.Expr] = []
    for activity, (w, b, a) in zip(pattern, _NEURONS, strict=True):
        entries += [form.active(activity) * part for part in (a * X, a, w * X + b)]
    return (*entries, sp.Integer(1))


def output_hessian(form: ClosedForm, pattern: Pattern) -> sp.Matrix:
    """The closed form of Hess f, a 7x7 matrix in the order of PARAMETERS."""
    first, second = (form.active(activity) for activity in pattern)
    mixed = first * second * form.coupling(X)
    matrix = sp.zeros(7, 7)
    matrix[0:3, 0:3], matrix[0:3, 3:6] = first * form.block(X), mixed
    matrix[3:6, 0:3], matrix[3:6, 3:6] = mixed.T, second * form.block(X)
    return matrix


def _case(name: str, left: sp.Expr, right: sp.Expr, f: sp.Expr = _F) -> Case:
    """Compare two expressions that are rational once E stands for e^f."""
    rational = (left - right).xreplace({sp.exp(power * f): _E**power for power in _POWERS})
    numerator, _ = sp.fraction(sp.together(rational))
    proved = sp.expand(numerator) == 0
    return Case(name=name, difference="0" if proved else str(sp.factor(rational)), proved=proved)


def _pattern_cases(form: ClosedForm, pattern: Pattern) -> Iterator[Case]:
    f = output(pattern)
    g, curved = output_gradient(form, pattern), output_hessian(form, pattern)
    size = range(len(PARAMETERS))
    for loss in datum_losses(form, f):
        where = f"{loss.name}, pattern {pattern[0]}{pattern[1]}"
        slopes = [loss.value.diff(parameter) for parameter in PARAMETERS]
        for i in size:
            yield _case(f"{where}, gradient {PARAMETERS[i]}", slopes[i], loss.slope * g[i], f)
        for i, j in combinations_with_replacement(size, 2):
            claimed = loss.curvature * g[i] * g[j] + form.residual(loss.slope) * curved[i, j]
            name = f"{where}, entry ({PARAMETERS[i]}, {PARAMETERS[j]})"
            yield _case(name, slopes[i].diff(PARAMETERS[j]), claimed, f)


def hessian_cases(variant: str = "closed-form") -> tuple[Case, ...]:
    """Every gradient and Hessian entry, for 4 patterns and 3 losses: 4 * 3 * (7 + 28) cases.

    `variant` names one of CLOSED_FORMS; all but "closed-form" are false and leave
    cases unproved. Raises InputError for another name. Claim `hessian`, Appendix C.
    """
    if variant not in CLOSED_FORMS:
        known = ", ".join(CLOSED_FORMS)
        raise InputError(f"there is no closed form {variant!r:.60}; there are {known}")
    form = CLOSED_FORMS[variant]
    return tuple(case for pattern in PATTERNS for case in _pattern_cases(form, pattern))


def logistic_cases() -> tuple[Case, ...]:
    """The derivatives of log(1 + e^{-y f}) for y = -1, 1, and what else is used of them."""
    power = sp.exp(_F)
    s, right = sp.exp(_F) / (1 + sp.exp(_F)) ** 2, sigma(power)
    cases = [
        _case("s(f) = sigma(f) sigma(-f)", s, right * sigma(1 / power)),
        _case("s(f) = 1 / ((1 + e^f) (1 + e^-f))", s, 1 / ((1 + power) * (1 + 1 / power))),
        _case("s(-f) = s(f)", s.subs(_F, -_F), s),
        _case("sigma(-f) = 1 - sigma(f)", sigma(1 / power), 1 - right),
        _case("sigma'(f) = s(f)", right.diff(_F), s),
        _case("s'(f) = s(f) (1 - 2 sigma(f))", s.diff(_F), s * (1 - 2 * right)),
        _case("1 - 2 sigma(f) = (1 - e^f) / (1 + e^f)", 1 - 2 * right, (1 - power) / (1 + power)),
        _case(
            "1/4 - s(f) = (1 - 2 sigma(f))^2 / 4", sp.Rational(1, 4) - s, (1 - 2 * right) ** 2 / 4
        ),
    ]
    for y in LABELS:
        value = sp.log(1 + sp.exp(-y * _F))
        slope, likelihood = value.diff(_F), sp.exp(-value)
        size = sp.Abs(sp.together(slope.xreplace({power: _E, 1 / power: 1 / _E})))
        cases += [
            _case(f"l' = -y sigma(-y f), y = {y}", slope, -y * sigma(power**-y)),
            _case(f"l'' = s(f), y = {y}", slope.diff(_F), s),
            _case(f"e^-l = sigma(y f), y = {y}", likelihood, sigma(power**y)),
            _case(f"|l'| = 1 - e^-l, y = {y}", size, 1 - likelihood),
        ]
    return tuple(cases)


def block_norm_cases() -> tuple[Case, ...]:
    """Eigenvalues and eigenvectors of the blocks of Hess f and of R.

    Claim `block-norm`; proofs_notes/block-norm.md.
    """
    t, r1, r2 = sp.symbols("t r1 r2", real=True)
    cubic = t**3 - (1 + X**2) * t
    root = sp.sqrt(1 + X**2)
    return (
        _case("det(t I - block) = t^3 - (1 + x^2) t", _characteristic(neuron_block(X), t), cubic),
        _case("the roots are 0 and +-sqrt(1 + x^2)", cubic, t * (t - root) * (t + root)),
        *_eigenvector_cases("sqrt(1 + x^2)", root, sp.Matrix([X, 1, root])),
        *_eigenvector_cases("-sqrt(1 + x^2)", -root, sp.Matrix([X, 1, -root])),
        *_eigenvector_cases("0", sp.Integer(0), sp.Matrix([1, -X, 0])),
        _case(
            "det(t I - block(r)) = t^3 - |r|^2 t",
            _characteristic(_residual_block(r1, r2), t),
            t**3 - (r1**2 + r2**2) * t,
        ),
    )


def split_cases() -> tuple[Case, ...]:
    """What one neuron adds to |v_q|^2 and to v_q^T R v_q, v_q = E_q g.

    alpha = E_q relu(z) >= 0 and (beta1, beta2) = (E_q[X 1], E_q[1]) of norm B.
    Claim `master`; proofs_notes/master.md.
    """
    a, alpha, beta1, beta2, r1, r2 = sp.symbols("a alpha beta1 beta2 r1 r2", real=True)
    norm = sp.sqrt(beta1**2 + beta2**2)
    v = sp.Matrix([a * beta1, a * beta2, alpha])
    mixed, difference = alpha * sp.Abs(a) * norm, alpha - sp.Abs(a) * norm
    return (
        _case("|v|^2 = 2 alpha |a| B + (alpha - |a| B)^2", v.dot(v), 2 * mixed + difference**2),
        _case(
            "v^T block(r) v = 2 alpha <beta, a r>",
            v.dot(_residual_block(r1, r2) * v),
            2 * alpha * (beta1 * a * r1 + beta2 * a * r2),
        ),
    )


def _residual_block(r1: sp.Expr, r2: sp.Expr) -> sp.Matrix:
    return sp.Matrix([[0, 0, r1], [0, 0, r2], [r1, r2, 0]])


def _characteristic(matrix: sp.Matrix, t: sp.Symbol) -> sp.Expr:
    return (t * sp.eye(3) - matrix).det()


def _eigenvector_cases(text: str, value: sp.Expr, vector: sp.Matrix) -> Iterator[Case]:
    image = neuron_block(X) * vector
    for row in range(3):
        name = f"block v = {text} v, coordinate {row + 1}"
        yield _case(name, image[row], value * vector[row])

"""The kernel of proofs: four rules, each of which may leave a step unproved.

    vanishes   an expression is identically 0 on a cone
    nonneg     an expression is >= 0 on a cone
    same       two functions of v are equal, from equality at v = 0 and equal derivatives
    rise       M(v) >= 0 for all v >= 0, from M = M' = .. = 0 at v = 0 and M^(r) >= 0

A `Cone` writes the real variables of a statement in coordinates, each of which is
any real or any non-negative real. In these an expression is turned into a rational
function: e^x becomes a variable E > 0 for a free x, and 1 + X with X >= 0 for an
x >= 0 (x itself may then occur too, as one more variable: forgetting that X = e^x - 1
only enlarges the domain; symbols of `slack` are declared non-negative in sympy). A
polynomial is >= 0 there if each of its factors is an even power or has coefficients
of one sign, and these signs multiply to +. Nothing is sampled. The facts used are:
e^x is positive, increasing, and its own derivative; log' is 1/x and log 1 = 0; a
polynomial with non-negative coefficients is >= 0 at non-negative points; even powers
are >= 0; a differentiable function with M(0) >= 0 and M' >= 0 on [0, v] has M(v) >= 0.
Differentiation, expansion and the check of each factorization are sympy's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sympy as sp

from verify.inequalities.step import Step


class NotRational(ArithmeticError):
    """An expression is no rational function of the coordinates and their exponentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cone:
    """Real variables in coordinates: `free` run over all reals, `slack` over x >= 0.

    `point` writes the other variables of a statement as integer combinations of them.
    """

    free: tuple[sp.Symbol, ...]
    slack: tuple[sp.Symbol, ...]
    point: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)

    @property
    def powers(self) -> dict[sp.Symbol, sp.Expr]:
        """e^x for each coordinate x: E_x > 0, or 1 + X_x with X_x >= 0."""
        positive = {x: sp.Symbol(f"E_{x}", positive=True) for x in self.free}
        return positive | {x: 1 + sp.Symbol(f"X_{x}", nonnegative=True) for x in self.slack}


def _monomial(argument: sp.Expr, powers: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """e^argument for an integer combination of coordinates, as a product of their powers."""
    left, product = sp.expand(argument), sp.Integer(1)
    for x, power in powers.items():
        count = left.coeff(x)
        if not count.is_Integer:
            raise NotRational(f"exp({argument})")
        left, product = sp.expand(left - count * x), product * power**count
    if left != 0:
        raise NotRational(f"exp({argument})")
    return product


def _polynomial(part: sp.Expr) -> sp.Poly:
    """A polynomial with rational coefficients in real variables; NotRational for anything else."""
    variables = sorted(part.free_symbols, key=str)
    if part.has(sp.Float) or not all(x.is_real for x in variables):
        raise NotRational(str(part))
    try:
        # One more generator, which does not occur, so that a constant is a polynomial too. All are
        # named: sympy would take a constant like cos(2), which is negative, for a variable.
        return sp.Poly(part, *variables, sp.Dummy(), domain=sp.QQ)
    except (sp.PolynomialError, sp.CoercionFailed) as reason:
        raise NotRational(str(part)) from reason


def fraction(expression: sp.Expr, cone: Cone) -> tuple[sp.Expr, sp.Expr]:
    """Numerator and denominator of an expression on a cone, both expanded polynomials.

    Raises NotRational where logarithms, absolute values or other functions are left.
    """
    powers = cone.powers
    placed = sp.sympify(expression).subs(cone.point, simultaneous=True)
    placed = placed.replace(sp.exp, lambda argument: _monomial(argument, powers))
    numerator, denominator = (sp.expand(part) for part in sp.fraction(sp.together(placed)))
    for part in (numerator, denominator):
        _polynomial(part)
    return numerator, denominator


def _factors(polynomial: sp.Expr) -> list[tuple[sp.Expr, int]]:
    """Factors with multiplicities, a constant first; their product is checked."""
    constant, found = sp.factor_list(polynomial)
    factors = [(sp.sympify(constant), 1), *found]
    product = sp.prod([base**count for base, count in factors])
    if sp.expand(product - polynomial) != 0:
        raise NotRational(f"no factors of {polynomial}")
    return factors


def _coefficient_sign(base: sp.Expr) -> int:
    """+-1 where all coefficients have that sign and all variables are >= 0, 0 if base is 0.

    Raises NotRational where this does not give the sign.
    """
    if base == 0:
        return 0
    signs = {value > 0 for value in _polynomial(base).coeffs()}
    if len(signs) != 1 or not all(x.is_nonnegative for x in base.free_symbols):
        raise NotRational(str(base))
    return 1 if signs.pop() else -1


def _weak_sign(polynomial: sp.Expr) -> int:
    """s in {-1, 0, 1} such that s * polynomial >= 0 is proved, 0 only for the polynomial 0."""
    sign = 1
    for base, count in _factors(polynomial):
        sign *= 1 if count % 2 == 0 else _coefficient_sign(base)
    return sign


def _strict_sign(polynomial: sp.Expr) -> int:
    """+-1 where the polynomial is proved to have that sign and no zero on the cone."""
    sign = 1
    for base, count in _factors(polynomial):
        own = _coefficient_sign(base)
        terms = sp.Add.make_args(sp.expand(base))
        # One term that is never 0, and no term of the other sign: the sum is never 0.
        if own == 0 or not any(all(x.is_positive for x in term.free_symbols) for term in terms):
            raise NotRational(f"{base} may be 0")
        sign *= own**count
    return sign


def _step(name: str, left: str | None) -> Step:
    return Step(name=name, difference=left or "0", proved=left is None)


def vanishes(name: str, expression: sp.Expr, cone: Cone) -> Step:
    """The step "expression = 0 on the cone"."""
    try:
        numerator, denominator = fraction(expression, cone)
        _strict_sign(denominator)
    except NotRational as reason:
        return _step(name, str(reason))
    return _step(name, None if numerator == 0 else str(sp.factor(numerator / denominator)))


def nonneg(name: str, expression: sp.Expr, cone: Cone) -> Step:
    """The step "expression >= 0 on the cone"; what is left over is a factor without a sign."""
    try:
        numerator, denominator = fraction(expression, cone)
        sign = _strict_sign(denominator) * _weak_sign(numerator)
    except NotRational as reason:
        return _step(name, str(reason))
    return _step(name, None if sign >= 0 else str(sp.factor(numerator / denominator)))


def _at_start(name: str, expression: sp.Expr, variable: sp.Symbol) -> Step:
    """The step "expression = 0 at variable = 0", whatever the other variables are."""
    start = expression.subs(variable, 0)
    everywhere = tuple(sorted(start.free_symbols, key=str))
    return vanishes(name, start, Cone(free=everywhere, slack=()))


def same(
    name: str, left: sp.Expr, right: sp.Expr, variable: sp.Symbol, cone: Cone
) -> Iterator[Step]:
    """The steps of "left = right wherever variable >= 0"; the cone is as in `rise`."""
    difference = left - right
    yield _at_start(f"{name}, at {variable} = 0", difference, variable)
    yield vanishes(f"{name}, derivatives", difference.diff(variable), cone)


def rise(
    name: str, expression: sp.Expr, variable: sp.Symbol, order: int, cone: Cone
) -> Iterator[Step]:
    """The steps of "expression >= 0 wherever variable >= 0", by `order` integrations from 0.

    It holds for all values of the other variables for which the cone covers the
    segment from 0 to the variable; that it does is the caller's to say.
    """
    derivative = expression
    for i in range(order):
        yield _at_start(f"{name}: derivative {i} is 0 at {variable} = 0", derivative, variable)
        derivative = derivative.diff(variable)
    yield nonneg(f"{name}: derivative {order} is >= 0", derivative, cone)

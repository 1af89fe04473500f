"""The block of one active neuron in Hess f(x) has norm exactly sqrt(1 + x^2)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verify.ball import Rational, magnitude, rational
from verify.claim import Claim, Constants, Control, Margin, Proof, Sides
from verify.claims.common import SHARP, instance
from verify.hessian.case import Case
from verify.quantities import Quantities
from verify.spectrum.exact import characteristic, largest_rational

ZERO, ONE = rational(0), rational(1)


def squared_norm(x: Rational) -> Rational:
    """|B|^2 for B = [[0,0,x],[0,0,1],[x,1,0]]: the largest root of B^2's polynomial, x rational."""
    rows = [[ZERO, ZERO, x], [ZERO, ZERO, ONE], [x, ONE, ZERO]]
    square = [
        [sum((rows[i][m] * rows[m][j] for m in range(3)), ZERO) for j in range(3)] for i in range(3)
    ]
    return largest_rational(characteristic(square))


def _against(claimed: Callable[[Rational, Constants], Rational]) -> Margin:
    """Sides 0 and sum over data of | claimed norm^2 - |B|^2 |: equality is demanded, exactly."""

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        points = [rational(x) for x in sorted(set(quantities.data.x))]
        errors = (magnitude(claimed(x, constants) - squared_norm(x)) for x in points)
        return Sides(larger=ZERO, smaller=sum(errors, ZERO))

    return margin


margin = _against(lambda x, constants: rational(constants["norm"] ** 2) * (1 + x * x))


def _block_cases() -> tuple[Case, ...]:
    from verify.hessian.symbolic import block_norm_cases

    return block_norm_cases()


AT_ZERO = instance((0,), (1,), (), 0)

CONTROLS = (
    Control(
        id="block-const",
        text="the norm becomes (999/1000) sqrt(1 + x^2)",
        why="sqrt(1 + x^2) is an eigenvalue",
        constants={"norm": Fraction(999, 1000)},
        witness=SHARP,
    ),
    Control(
        id="block-absx",
        text="sqrt(1 + x^2) becomes |x|",
        why="at x = 0 the bias still couples to a",
        margin=_against(lambda x, _constants: x * x),
        witness=AT_ZERO,
    ),
    Control(
        id="block-one",
        text="sqrt(1 + x^2) becomes 1",
        why="at x = 3/4 the norm is 5/4",
        margin=_against(lambda _x, _constants: ONE),
        witness=SHARP,
    ),
)

BLOCK_NORM = Claim(
    id="block-norm",
    label="Appendix C, block norm",
    title="the norm of a neuron's block",
    statement="[[0,0,x],[0,0,1],[x,1,0]] has norm {norm} sqrt(1 + x^2) for every x",
    domain="plain",
    assumptions=(),
    constants={"norm": Fraction(1)},
    margin=margin,
    controls=CONTROLS,
    proofs=(
        Proof(
            shows="the characteristic polynomial is t^3 - (1 + x^2) t",
            cases=_block_cases,
            whole=True,
        ),
    ),
    equalities=(SHARP,),
)

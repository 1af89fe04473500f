"""Appendix C: the closed form of gradient and Hessian is the true derivative of the loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from verify.ball import NotExact, ball
from verify.claim import Claim, Constants, Control, Margin, Proof, Sides
from verify.claims.common import DIFFERENTIABLE, STEEP, instance
from verify.hessian.case import Case
from verify.hessian.series import quadratic_form, second_derivative
from verify.hessian.structured import StructuredHessian
from verify.quantities import Quantities


def _direction(size: int) -> list[int]:
    """A fixed integer direction without zeros or symmetry, so that no wrong entry cancels."""
    mixed = (((index + 1) * 2654435761 >> 7) % 1994 for index in range(size))
    return [value - 997 if value < 997 else value - 996 for value in mixed]


def _against(change: Callable[[StructuredHessian], StructuredHessian]) -> Margin:
    """Sides 10^-digits (P + |q|) and |q - d^2/dt^2 L|, q = v^T H v for the changed closed form."""

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        if quantities.number is not ball:
            raise NotExact("the second derivative is expanded in balls")
        closed = change(quantities.h)
        direction = _direction(closed.size)
        labels, c = quantities.data.in_order.y, ball(quantities.network.c)
        form = quadratic_form(closed, direction)
        derivative = second_derivative(quantities.h, labels, c, direction)
        agreement = ball(Fraction(1, 10 ** int(constants["digits"])))
        return Sides(larger=agreement * (quantities.P + abs(form)), smaller=abs(form - derivative))

    return margin


def _proof(form: str) -> Callable[[], tuple[Case, ...]]:
    def cases() -> tuple[Case, ...]:
        from verify.hessian.symbolic import hessian_cases

        return hessian_cases(form)

    return cases


def _no_residual(h: StructuredHessian) -> StructuredHessian:
    return replace(h, r=tuple((0 * rx, 0 * r1) for rx, r1 in h.r))


def _no_bias(h: StructuredHessian) -> StructuredHessian:
    return replace(h, r=tuple((rx, 0 * r1) for rx, r1 in h.r))


def _flipped(h: StructuredHessian) -> StructuredHessian:
    return replace(h, r=tuple((-rx, -r1) for rx, r1 in h.r))


def _always_active(h: StructuredHessian) -> StructuredHessian:
    return replace(h, spans=tuple((0, len(h.x)) for _ in h.spans))


def _quarter(h: StructuredHessian) -> StructuredHessian:
    return replace(h, p=tuple(ball(Fraction(1, 4 * len(h.p))) for _ in h.p))


HALF = instance(("3/4", "-1/2"), (1, -1), ((1, 2, "1/4"), ("1/2", -1, "1/8")), "1/3")

CONTROLS = (
    Control(
        id="gauss-newton",
        text="the term l' Hess f is left out",
        why="the residual part is as large as the loss slope",
        margin=_against(_no_residual),
        proof=_proof("gauss-newton"),
        witness=STEEP,
    ),
    Control(
        id="no-bias-coupling",
        text="the (b, a) entry of the block is left out",
        why="d^2 f / db da = 1 on the active side",
        margin=_against(_no_bias),
        proof=_proof("no-bias-coupling"),
        witness=STEEP,
    ),
    Control(
        id="unsigned-slope",
        text="l' loses its sign",
        why="l' = -y sigma(-y f)",
        margin=_against(_flipped),
        proof=_proof("unsigned-slope"),
        witness=HALF,
    ),
    Control(
        id="active-always",
        text="the indicator of activity is left out",
        why="a neuron that is off has no gradient",
        margin=_against(_always_active),
        proof=_proof("active-always"),
        witness=HALF,
    ),
    Control(
        id="quarter-softness",
        text="l'' becomes 1/4 whatever f is",
        why="s(f) < 1/4 for f other than 0",
        margin=_against(_quarter),
        proof=_proof("quarter-softness"),
        witness=HALF,
    ),
)

HESSIAN = Claim(
    id="hessian",
    label="Appendix C",
    title="the closed-form gradient and Hessian",
    statement=(
        "Hess L = sum_j p_j g_j g_j^T + R for every k and n;"
        " on an instance v^T H v agrees with the power series of L to {digits} digits"
    ),
    domain="plain",
    assumptions=(DIFFERENTIABLE,),
    constants={"digits": Fraction(20)},
    margin=_against(lambda h: h),
    controls=CONTROLS,
    proofs=(
        Proof(
            shows="every entry for two neurons, four patterns and a general loss",
            cases=_proof("closed-form"),
            whole=True,
        ),
    ),
)

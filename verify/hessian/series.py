"""The second derivative of the loss along a line by power series: no closed form is used.

L(theta + t v) is expanded to order t^2 in ball arithmetic from the definition of
the loss, with the activation pattern of theta; 2 times the t^2 coefficient is
v^T H v. It is the independent side of claim `hessian`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flint import arb, arb_series, ctx

from verify.hessian.structured import StructuredHessian

Direction = Sequence[int]


def second_derivative(
    h: StructuredHessian, labels: Sequence[int], c: arb, direction: Direction
) -> arb:
    """d^2/dt^2 of the mean logistic loss along `direction`, (w, b, a) per neuron and then c.

    Only x, w, b, a and the spans of `h` are read, not its weights. `labels` are
    those of the sorted data.
    """
    with _order_two():
        total = arb_series([0])
        for j, (x, label) in enumerate(zip(h.x, labels, strict=True)):
            output = arb_series(_output_terms(h, j, arb(x), c, direction))
            total += _loss_series(label * output)
    return 2 * total[2] / len(h.x)


@contextmanager
def _order_two() -> Iterator[None]:
    """Keep series to order t^2 inside the block."""
    saved, ctx.cap = ctx.cap, 3
    try:
        yield
    finally:
        ctx.cap = saved


def _output_terms(h: StructuredHessian, j: int, x: arb, c: arb, direction: Direction) -> list[arb]:
    """The coefficients of f(x_j) at theta + t v: sum (a + t da)(z + t dz) + c + t dc."""
    level, first, second = c, arb(direction[-1]), arb(0)
    for i, ((start, stop), w, b, a) in enumerate(zip(h.spans, h.w, h.b, h.a, strict=True)):
        if start <= j < stop:
            dw, db, da = direction[3 * i : 3 * i + 3]
            z, dz = w * x + b, dw * x + db
            level, first, second = level + a * z, first + a * dz + da * z, second + da * dz
    return [level, first, second]


def _loss_series(margin: arb_series) -> arb_series:
    """log(1 + e^{-m}) of a series m, from the side on which no digits are lost."""
    if margin[0] < 0:
        return (1 + margin.exp()).log() - margin
    return (1 + (-margin).exp()).log()


def quadratic_form(h: StructuredHessian, direction: Direction) -> arb:
    """v^T H v from the closed form, in O(n k) operations."""
    total = arb(0)
    for j, (x, p) in enumerate(zip(h.x, h.p, strict=True)):
        slope = arb(direction[-1] * h.bias)
        for i, ((start, stop), w, b, a) in enumerate(zip(h.spans, h.w, h.b, h.a, strict=True)):
            if start <= j < stop:
                dw, db, da = direction[3 * i : 3 * i + 3]
                slope += a * (dw * x + db) + (w * x + b) * da
        total += p * slope * slope
    for i, (rx, r1) in enumerate(h.r):
        dw, db, da = direction[3 * i : 3 * i + 3]
        total += 2 * da * (rx * dw + r1 * db)
    return total

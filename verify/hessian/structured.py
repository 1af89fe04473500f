"""The Hessian of the loss as a low rank part plus small blocks, in O(n + k) numbers.

    H = sum_j p_j g_j g_j^T + R,   p_j = l''(f_j)/n,
    R = blockdiag over neurons of [[0, r_i], [r_i^T, 0]],  r_i = (1/n) sum_j l'_j 1_ij (x_j, 1)

in the parameter order (w_1, b_1, a_1, .., w_k, b_k, a_k, c). Source: the
paper's Appendix C; proofs_notes/hessian.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate

from verify.ball import Scalar, maximum, square_root
from verify.logistic import Loss, Target
from verify.model import Dataset, Network, Span, active_spans, outputs

ToScalar = Callable[[Fraction], Scalar]
Pair = tuple[Scalar, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredHessian:
    """What determines H: sorted data x with weights p (length n), neurons (length k), r and spans.

    `bias` is 1 where the output bias c is a parameter and 0 where it is not.
    """

    x: tuple[Scalar, ...]
    p: tuple[Scalar, ...]
    w: tuple[Scalar, ...]
    b: tuple[Scalar, ...]
    a: tuple[Scalar, ...]
    r: tuple[Pair, ...]
    spans: tuple[Span, ...]
    bias: int = 1

    @property
    def size(self) -> int:
        """The number of rows of H: 3k + bias."""
        return 3 * len(self.w) + self.bias

    def largest_block(self) -> Scalar:
        """max_i |r_i| = the largest eigenvalue of R where k > 0; always <= lambda_max(H)."""
        zero = self.p[0] * 0
        return square_root(maximum((rx * rx + r1 * r1 for rx, r1 in self.r), zero))


def span_sums(values: Sequence[Scalar], spans: Sequence[Span], zero: Scalar) -> list[Scalar]:
    """sum of values[start:stop] for each span, without subtraction.

    Every span starts at 0 or stops at len(values), so it is a prefix or a suffix.
    """
    prefix = list(accumulate(values, initial=zero))
    suffix = list(accumulate(reversed(values), initial=zero))[::-1]
    return [
        prefix[stop] if start == 0 else suffix[start] if stop > start else zero
        for start, stop in spans
    ]


def loss_hessian(
    network: Network,
    data: Dataset,
    number: ToScalar,
    loss: Loss,
    targets: Sequence[Target] | None = None,
) -> StructuredHessian:
    """H of the mean loss at the network, in balls or exact rationals as `number` decides.

    `targets` of the sorted data take the place of the labels. Activity is exact; at a
    datum on a kink this is the formal Hessian with relu'(0) = 0. Raises NotExact where
    `number` is exact and l', l'' are not.
    """
    ordered = data.in_order
    outs = [number(f) for f in outputs(network, data)]
    x = tuple(number(value) for value in ordered.x)
    spans = active_spans(network, data)
    n = number(Fraction(data.n))
    zero = number(Fraction(0))
    live = any(start < stop for start, stop in spans)
    pairs = list(zip(ordered.y if targets is None else targets, outs, strict=True))
    slopes = [loss.slope(y, f) / n if live else zero for y, f in pairs]
    moments = [s * at for s, at in zip(slopes, x, strict=True)]
    r = zip(span_sums(moments, spans, zero), span_sums(slopes, spans, zero), strict=True)
    return StructuredHessian(
        x=x,
        p=tuple(loss.curvature(y, f) / n for y, f in pairs),
        w=tuple(number(value) for value in network.w),
        b=tuple(number(value) for value in network.b),
        a=tuple(number(value) for value in network.a),
        r=tuple(r),
        spans=spans,
    )


def merge_repeats(h: StructuredHessian, x: Sequence[Fraction]) -> StructuredHessian:
    """The same H with data of equal x merged: g_j depends on x_j alone, so their p add up.

    `x` are the exact sorted inputs behind `h.x`. Fewer data make the recursion of
    spectrum/balls.py shorter and much better conditioned.
    """
    starts = [j for j in range(len(x)) if j == 0 or x[j] != x[j - 1]]
    if len(starts) == len(x):
        return h
    ends = [*starts[1:], len(x)]
    rank = {position: index for index, position in enumerate([*starts, len(x)])}
    zero = h.p[0] * 0
    return replace(
        h,
        x=tuple(h.x[j] for j in starts),
        p=tuple(sum(h.p[a:b], zero) for a, b in zip(starts, ends, strict=True)),
        spans=tuple((rank[start], rank[stop]) for start, stop in h.spans),
    )

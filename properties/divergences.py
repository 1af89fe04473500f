"""Instances with a truth at each datum: equal to the output, near it, or anywhere."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties.parts import ints
from verify.quantities import Instance

FINE, COARSE = Fraction(1, 1 << 14), Fraction(1, 4)


def _truth(draw: DrawFn, f: Fraction) -> Fraction:
    """f itself, a logit that knows nothing of f, or f moved by a large or a small step."""
    kind = draw(ints(0, 3))
    if kind == 0:
        return f
    step = draw(ints(-64, 64))
    if kind == 1:
        return step * COARSE
    return f + step * (COARSE if kind == 2 else FINE)


@st.composite
def with_truth(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """An instance of the strategy with a truth at each of its data."""
    drawn = draw(strategy)
    truth = tuple(_truth(draw, drawn.network(x)) for x in drawn.data.x)
    return replace(drawn, truth=truth)

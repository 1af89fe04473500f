"""What Coq's library means in numbers: exact rationals, and balls where they end.

R is `fmpq` as long as everything is rational and a ball from the first root or exponential on,
nat is int, a list is a list, a record a `Made`. Coq's functions are total, and so are these where
Coq's value is known: / 0 = 0, and sqrt of a negative number is 0. What a ball cannot decide raises
`Undecided`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.ball import (
    NotExact,
    Rational,
    Scalar,
    as_fraction,
    ball,
    exponential,
    magnitude,
    maximum,
    minimum,
    rational,
    sign,
    square_root,
)
from verify.formal.gallina_terms import Unknown

Value = Any
"""A scalar, int, bool, list, tuple, `Made` or `Function`."""


class Undecided(ArithmeticError):
    """A ball does not decide a comparison."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A value of a record type, equal to itself only."""

    constructor: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of `arity` arguments, of which some may be there already."""

    arity: int
    run: Callable[..., Value]
    given: tuple[Value, ...] = ()

    def __call__(self, *arguments: Value) -> Value:
        """Apply to any number of arguments, one after the other."""
        given = (*self.given, *arguments)
        if len(given) < self.arity:
            return Function(self.arity, self.run, given)
        result = self.run(*given[: self.arity])
        rest = given[self.arity :]
        return result(*rest) if rest else result


def natural(value: Value) -> int:
    """A value of nat; a numeral that stood where Coq expects nat arrives as a rational."""
    if isinstance(value, int):
        return value
    if isinstance(value, Rational) and value.q == 1 and value >= 0:
        return int(value.p)
    raise Unknown(f"{value} is no natural number")


def real(value: Value) -> Scalar:
    """A value of R."""
    if isinstance(value, bool | int | list | tuple | Made | Function):
        raise Unknown(f"{value} is no real number")
    scalar: Scalar = value
    return scalar


def decided(value: Scalar) -> int:
    """The sign of a real number. Raises Undecided where a ball straddles 0."""
    found = sign(value)
    if found is None:
        raise Undecided(f"the sign of {value}")
    return found


def _lifted(value: Scalar) -> Any:
    return ball(as_fraction(value)) if isinstance(value, Rational) else value


def _root(value: Scalar) -> Scalar:
    if sign(value) == -1:
        return rational(0)
    try:
        return square_root(value)
    except NotExact:
        return square_root(_lifted(value))


def _exponential(value: Scalar) -> Scalar:
    return rational(1) if sign(value) == 0 else exponential(_lifted(value))


def _quotient(left: Scalar, right: Scalar) -> Scalar:
    return left / right if decided(right) else rational(0)


def power(base: Scalar, exponent: Value) -> Scalar:
    result: Scalar = rational(1)
    for _ in range(natural(exponent)):
        result = result * base
    return result


def _without_repetition(_equal: Value, values: Sequence[Scalar]) -> list[Scalar]:
    """nodup keeps the last of equal members."""
    kept: list[Scalar] = []
    for value in reversed(values):
        if all(decided(value - other) for other in kept):
            kept.insert(0, value)
    return kept


def _fold_right(step: Function, first: Value, values: Sequence[Value]) -> Value:
    for value in reversed(values):
        first = step(value, first)
    return first


def _member(index: Value, values: Sequence[Value], default: Value) -> Value:
    at = natural(index)
    return values[at] if at < len(values) else default


REALS: Mapping[str, Callable[..., Value]] = {
    "Rabs": magnitude,
    "sqrt": _root,
    "exp": _exponential,
    "ln": lambda t: _lifted(t).log(),
    "Rmin": minimum,
    "Rmax": lambda s, t: maximum([s], t),
    "Rlt_dec": lambda s, t: decided(t - s) > 0,
    "Rle_dec": lambda s, t: decided(t - s) >= 0,
    "Req_EM_T": lambda s, t: decided(s - t) == 0,
}
"""Functions of real arguments; the decisions are tests of `if`."""
ARITY = {"Rabs": 1, "sqrt": 1, "exp": 1, "ln": 1}
BUILT_IN: Mapping[str, Value] = {
    **{
        name: Function(ARITY.get(name, 2), lambda *args, of=of: of(*map(real, args)))
        for name, of in REALS.items()
    },
    "INR": Function(1, lambda n: rational(natural(n))),
    "S": Function(1, lambda n: natural(n) + 1),
    "seq": Function(2, lambda start, n: list(range(natural(start), natural(start) + natural(n)))),
    "map": Function(2, lambda of, values: [of(value) for value in values]),
    "filter": Function(2, lambda test, values: [value for value in values if test(value)]),
    "nodup": Function(2, _without_repetition),
    "fold_right": Function(3, _fold_right),
    "nth": Function(3, _member),
    "length": Function(1, len),
    "pair": Function(2, lambda one, two: (one, two)),
    "fst": Function(1, lambda pair: pair[0]),
    "snd": Function(1, lambda pair: pair[1]),
    "nil": [],
    "true": True,
    "false": False,
}
"""Names of Coq's library that the definitions use."""


def in_nat(symbol: str, left: int, right: int) -> int:
    match symbol:
        case "+":
            return left + right
        case "*":
            return left * right
        case "-":
            return max(0, left - right)
    raise Unknown(f"{symbol} of natural numbers")


def in_reals(symbol: str, left: Scalar, right: Scalar) -> Scalar:
    match symbol:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return _quotient(left, right)
    raise Unknown(f"{symbol} of real numbers")

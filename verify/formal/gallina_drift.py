"""Whether the Coq development and the library speak of the same formulas, with the same constants.

Each `Row` sets a term of the development, read from its text, against what the library computes;
each `Conclusion` sets what a theorem concludes, larger side less smaller side, against the margin
of the claim. Both are evaluated on an instance in exact rationals and balls; a difference that
the balls prove, or a term that cannot be read, is drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.ball import Enclosure, Rational, Scalar, minimum, rational
from verify.claims import claim
from verify.formal.gallina import Scope, Values
from verify.formal.gallina_numbers import Function, Made, Value, natural
from verify.formal.gallina_reader import read
from verify.formal.gallina_terms import Apply, Infix, Let, Name, Number, Term, Unknown
from verify.quantities import Quantities

MODULES = (
    *("Sums", "Logistic", "Network", "Forms", "BlockNorm", "Jensen", "Spectrum", "Master", "TStar"),
    *("TV", "T", "TGamma", "TGrad", "TStat", "Structure", "Gaps", "Ramps", "Counterexample"),
    *("CounterexampleFloor", "CounterexampleLimit", "ConditionalWeights"),
    "Divergence",
)
"""The files of proofs_notes/coq whose definitions and statements are compared."""
WIDEST = Fraction(1, 2**40)
"""How wide enclosures that are to agree may be, absolutely or relatively."""

Computed = Callable[[Quantities], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A Gallina term over N, D, q, gamma, .. and the same in the library: a scalar or a list."""

    term: str
    computed: Computed


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Conclusions whose least gap, times `scale`, is `margin` of the library on each instance.

    The gap of `A <= B` is B - A, that of `A = B` as well. `admits` says on which instances the
    terms have a meaning; assumptions of the theorem need not hold for the formulas to agree.
    """

    names: tuple[str, ...]
    margin: Computed
    scale: Fraction = Fraction(1)
    admits: Callable[[Quantities], bool] = lambda _: True


def margin_of(id: str) -> Computed:
    """The margin of a claim with its own constants, larger side less smaller side."""

    def margin(quantities: Quantities) -> Scalar:
        stated = claim(id)
        sides = stated.margin(quantities, stated.constants)
        return sides.larger - sides.smaller

    return margin


def _list(values: Sequence[Scalar]) -> Function:
    def at(index: Value) -> Scalar:
        if natural(index) >= len(values):
            raise Unknown(f"index {index} is beyond the {len(values)} members of a list")
        return values[natural(index)]

    return Function(1, at)


def _exact(values: Sequence[Fraction | int]) -> Function:
    return _list([rational(value) for value in values])


def step_size(quantities: Quantities) -> Scalar:
    """eta; without one the largest at which the network is stable, as in claim t-gamma."""
    eta = quantities.instance.eta
    return 2 / quantities.lambda_max if eta is None else rational(eta)


def scope_of(values: Values, quantities: Quantities) -> dict[str, Value]:
    """The variables of the statements on an instance: N, D (sorted), q, lam, gamma, eta, v, ..

    L is the loss, X and W are max |x_j| and max x_j - min x_j, m is the largest margin, v the
    unit vector of the output bias, x the first input, t the first kink, j the last
    datum, f0 and f the first and the last output, ts a list as long as there
    are occupied gaps.
    """
    from verify.claims.stationary.cells import occupied

    network, data = quantities.network, quantities.data.in_order
    zero, one = rational(0), rational(1)
    reach = max(abs(data.x[0]), abs(data.x[-1]))
    outs = zip(data.y, quantities.outs, strict=True)
    unit, nought = Function(1, lambda _: one), Function(1, lambda _: zero)
    N = values["Network"](
        network.k, _exact(network.w), _exact(network.b), _exact(network.a), rational(network.c)
    )
    D = values["Data"](quantities.n, _exact(data.x), _exact(data.y))
    return {
        "N": N,
        "D": D,
        "L": values["loss"](N, D),
        "q": _list(quantities.q),
        "lam": quantities.lambda_max,
        "gamma": rational(quantities.gamma),
        "eta": step_size(quantities),
        "x_max": rational(reach),
        "X": rational(reach),
        "W": rational(data.x[-1] - data.x[0]),
        "m": rational(max(y * f for y, f in outs)),
        "omega": rational(Fraction(1, 2)),
        "v": Made("Vec", {"vw": nought, "vb": nought, "va": nought, "vc": one}),
        "x": rational(data.x[0]),
        "t": rational(next((t for t in network.kinks() if t is not None), Fraction(0))),
        "f0": rational(quantities.outs[0]),
        "f": rational(quantities.outs[-1]),
        "i": 0,
        "j": quantities.n - 1,
        "all_ones": Made("Vec", {"vw": unit, "vb": unit, "va": unit, "vc": one}),
        "ts": [zero] * occupied(quantities),
    }


def parts(term: Term, values: Values, scope: Scope) -> list[tuple[Term, Term, Scope]]:
    """(A, B, scope) of every `A <= B` or `A = B` in a conclusion; (0, B) of `is_lub set B`."""
    match term:
        case Let(name, value, body):
            return parts(body, values, {**scope, name: values.of(value, scope)})
        case Infix("/\\", left, right):
            return parts(left, values, scope) + parts(right, values, scope)
        case Infix("<=" | "=", left, right):
            return [(left, right, scope)]
        case Apply(Name("is_lub"), (_, value)):
            return [(Number(0), value, scope)]
    raise Unknown(f"a conclusion that compares no numbers: {term}")


def least_gap(values: Values, name: str, scope: Scope) -> Scalar:
    """The least B - A over the parts of a theorem's conclusion."""
    statement = values.library.statement(name)
    scope = {name: value for name, value in scope.items() if name in statement.variables}
    gaps = [
        values.of(right, inner) - values.of(left, inner)
        for left, right, inner in parts(statement.conclusion, values, scope)
    ]
    least: Scalar = gaps[0]
    for gap in gaps[1:]:
        least = minimum(least, gap)
    return least


def agree(one: Value, two: Value) -> bool:
    """Whether two values are the same as far as their enclosures tell, and these are narrow."""
    if isinstance(one, list):
        return len(one) == len(two) and all(map(agree, one, two))
    if isinstance(one, int | Rational) and isinstance(two, int | Rational):
        return bool(one == two)
    first, second = Enclosure.of(one), Enclosure.of(two)
    return _narrow(first) and _narrow(second) and first.lo <= second.hi and second.lo <= first.hi


def _narrow(value: Enclosure) -> bool:
    width = Enclosure.of(value.hi - value.lo).hi
    size = Enclosure.of(abs(value.lo).max(abs(value.hi))).lo
    return bool(width <= rational(WIDEST) * size.max(value.lo * 0 + 1))


def differences(
    values: Values, quantities: Quantities, rows: Sequence[Row], theorems: Sequence[Conclusion]
) -> Iterator[str]:
    """The rows and theorems that disagree with the library on an instance. Raises Unknown."""
    scope = scope_of(values, quantities)
    # A statement's own x, t and f would hide what the rows call by these names.
    plain = {name: value for name, value in scope.items() if name not in {"x", "t", "f"}}
    for row in rows:
        if not agree(values.of(read(row.term), plain), row.computed(quantities)):
            yield row.term
    for theorem in theorems:
        if theorem.admits(quantities):
            gap = least_gap(values, theorem.names[0], scope)
            for name in theorem.names[1:]:
                gap = minimum(gap, least_gap(values, name, scope))
            if not agree(rational(theorem.scale) * gap, theorem.margin(quantities)):
                yield " with ".join(theorem.names)

"""A certified minimum, or the proof that there is none, in words and as a JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from verify.ball import Enclosure, ball, display, magnitude, rounded_decimal, working_precision
from verify.minimum.analysis import Minimum, NoMinimum, step_limit
from verify.minimum.space import Space
from verify.model import Span

MOST_LINES = 12
"""Eigenvalues and neurons that are printed one by one."""


def _ends(value: Enclosure) -> dict[str, str]:
    return {
        "lo": rounded_decimal(value.lo, up=False),
        "hi": rounded_decimal(value.hi, up=True),
    }


def _balls(values: Sequence[arb]) -> list[dict[str, str]]:
    return [_ends(Enclosure.of(value)) for value in values]


TEN_DIGITS = Fraction(1, 10**9)
"""Relative width up to which ten digits of the middle are shown."""


def _line(name: str, value: Enclosure) -> str:
    ends, width = _ends(value), value.hi - value.lo
    # The middle of a wide interval is a number without a meaning.
    is_narrow = bool(width <= magnitude(value.ball) * ball(TEN_DIGITS))
    middle = f"{float(value.ball):.10g}" if is_narrow else "undecided"
    return f"{name:<27}{middle:<16} in [{ends['lo']}, {ends['hi']}]"


def gap_limit(space: Space) -> int:
    """The most gaps that a stationary point may occupy: n/2 - 1, rounded down."""
    return max(0, space.n // 2 - 1)


def _range(space: Space, span: Span) -> str:
    return f"[{display(space.x[span[0]], 6)}, {display(space.x[span[1] - 1], 6)}]"


def _heading(found: Minimum | NoMinimum) -> Iterator[str]:
    space = found.space
    dead = sum(span == (0, 0) for span in space.spans)
    without = f" ({dead} of them dead)" if dead else ""
    yield f"{found.network.k} neurons{without}, {space.n} data on {len(space.x)} inputs"
    sets, cuts = len(space.sets), len(space.cuts)
    yield (
        f"{sets} activation sets, {cuts} occupied gaps of at most {gap_limit(space)};"
        f" dim V = {space.dimension}"
    )


def _spectrum(found: Minimum) -> Iterator[str]:
    yield (
        f"Hessian: {found.space.dimension} positive eigenvalues; its kernel, of dimension"
        f" {found.nullity}, is tangent to the stationary manifold"
    )
    for index, value in enumerate(found.positive[:MOST_LINES], start=1):
        yield _line("  lambda_max" if index == 1 else f"  lambda_{index}", value)
    if len(found.positive) > MOST_LINES or len(found.positive) < found.space.dimension:
        yield _line("  least positive", found.least_positive)


def _parameters(found: Minimum) -> Iterator[str]:
    point = found.point
    far = rounded_decimal(found.far.hi, up=True, digits=3)
    yield f"stationary network, every a_i as given, within {far} of the given parameters:"
    for i in range(min(found.network.k, MOST_LINES)):
        for name, value in (("w", point.w[i]), ("b", point.b[i])):
            yield _line(f"  {name}[{i}]", Enclosure.of(value))
    if found.network.k > MOST_LINES:
        yield f"  (and {found.network.k - MOST_LINES} more neurons)"
    yield _line("  c", Enclosure.of(point.c))


def _steps(found: Minimum) -> Iterator[str]:
    yield "step sizes of gradient descent:"
    yield _line("  attracted here below", step_limit(found.lambda_max))
    whose = "network with these sets and values" if found.sole else "rescaling of the neurons"
    yield f"{_line('  stable somewhere up to', step_limit(found.least))}: some {whose}"
    yield f"{_line('  excluded by T-stat above', step_limit(found.floor))}"


def describe(found: Minimum | NoMinimum) -> list[str]:
    """What was certified, one fact a line."""
    if isinstance(found, NoMinimum):
        return [*_heading(found), *_absence(found)]
    with working_precision(found.fit.bits):
        return [*_heading(found), *_facts(found)]


def _facts(found: Minimum) -> Iterator[str]:
    yield _line("loss of the fit on V", Enclosure.of(found.fit.loss))
    yield f"  a unique minimizer over V, by Krawczyk's test with {found.fit.bits} bits"
    yield from _parameters(found)
    yield from _spectrum(found)
    yield _line("P softness", found.P)
    yield _line("S path sum", found.S)
    yield _line("P (1 + 2 S)", found.floor)
    yield _line("least lambda_max", found.least)
    factors = ", ".join(f"{float(t):.6g}" for t in found.factors[:MOST_LINES])
    more = ", .." if len(found.factors) > MOST_LINES else ""
    yield f"  over (w/t, b/t, t a), near t = {factors or 'none'}{more}"
    yield from _steps(found)


def _absence(found: NoMinimum) -> Iterator[str]:
    space, separated = found.space, found.separation
    what = "activation sets" if separated is not None else "activation sets and signs of a"
    yield f"no stationary point has these {what} with every active a_i other than 0:"
    if separated is not None and separated.cell is not None:
        label = 1 if space.plus[separated.cell[0]] else -1
        where = _range(space, separated.cell)
        yield f"  all {separated.strict} data in the cell {where} have label {label:+d}"
    elif separated is not None:
        yield (
            f"  an element of V has the sign of the label on {separated.strict} data"
            " and is 0 on the others"
        )
    elif found.misplaced is not None:
        where = _range(space, found.misplaced)
        yield "  the fit on V exists, but no neuron with the given sign of a that is active"
        yield f"  on {where} alone has the part of it that belongs there"
    else:
        yield "  the fit on V exists, but with certain weights q on the inputs sum q_j f(x_j) is at"
        yield "  least 0 for every network with these sets and signs, and negative for the fit"


def document(found: Minimum | NoMinimum) -> dict[str, Any]:
    """The JSON object of `flatcert minimum --json`; intervals are outward decimal strings."""
    space = found.space
    result: dict[str, Any] = {
        "stationary": isinstance(found, Minimum),
        "neurons": found.network.k,
        "data": space.n,
        "activation_sets": len(space.sets),
        "occupied_gaps": len(space.cuts),
        "occupied_gaps_limit": gap_limit(space),
        "dimension": space.dimension,
    }
    if isinstance(found, NoMinimum):
        signs = "given" if found.separation is None else "any"
        return result | {"signs_of_a": signs} | _reason(found)
    with working_precision(found.fit.bits):
        return result | _certified(found)


def _certified(found: Minimum) -> dict[str, Any]:
    point = found.point
    return {
        "network": {
            "w": _balls(point.w),
            "b": _balls(point.b),
            "a": [str(a) for a in point.a],
            "c": _balls([point.c])[0],
        },
        "distance": rounded_decimal(found.far.hi, up=True),
        "bits": found.fit.bits,
        "loss": _balls([found.fit.loss])[0],
        "nullity": found.nullity,
        "positive_eigenvalues": [_ends(value) for value in found.positive],
        "least_positive_eigenvalue": _ends(found.least_positive),
        "P": _ends(found.P),
        "S": _ends(found.S),
        "t_stat": _ends(found.floor),
        "least_lambda_max": _ends(found.least),
        "factors": [float(t) for t in found.factors],
        "all_representations": found.sole,
        "attracted_below": _ends(step_limit(found.lambda_max)),
        "stable_up_to": _ends(step_limit(found.least)),
        "excluded_above": _ends(step_limit(found.floor)),
    }


def _texts(values: Sequence[Fraction]) -> list[str]:
    return [str(value) for value in values]


def _reason(found: NoMinimum) -> dict[str, Any]:
    separated, wrong = found.separation, found.misplaced
    if wrong is not None:
        ends = (found.space.x[wrong[0]], found.space.x[wrong[1] - 1])
        return {"reason": "misplaced", "activation_set": _texts(ends)}
    if found.barrier is not None:
        return {"reason": "barrier", "weights": _texts(found.barrier)}
    if separated is None:
        raise AssertionError("no reason for the absence of a minimum")
    return {
        "reason": "separated",
        "weights": _texts(separated.weights),
        "values": _texts(separated.values),
        "strict": separated.strict,
    }

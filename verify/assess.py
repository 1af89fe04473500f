"""One network with one dataset: what `flatcert check` certifies, as data and as words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from verify.ball import Enclosure, Scalar, ball, display, rounded_decimal, working_precision
from verify.claim import Claim, Verdict
from verify.claims import NETWORK_CLAIMS
from verify.claims.space.family import SPACE_FAMILY
from verify.judge import FINE_LADDER, Judgement, Stages, ball_stages, judge
from verify.model import Dataset, InputError, Network
from verify.quantities import Instance, Quantities
from verify.space import assess as space
from verify.space.model import SpaceDataset, SpaceNetwork
from verify.space.quantities import SpaceInstance, parameters
from verify.spectrum import WIDTH
from verify.spectrum.balls import PrecisionExhausted, smallest
from verify.spectrum.engine import (
    ASSUMPTIONS,
    BALLS,
    FLOAT64,
    MAX_BITS,
    SHORT_ASSUMPTIONS,
    eigenvalues_above,
    float_largest,
    float_smallest,
)
from verify.spectrum.hint import guess

CLEAR_BITS = 30
SEVERAL = "its engine is for one input"
FORMAL_NOTE = "formal Hessian, relu'(0) = 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Certified numbers of eigenvalues below -2^exponent and above 2^exponent; None: undecided.

    2^exponent is about 1e-9 lambda_max. What lies nearer to 0 is counted as neither:
    dead neurons and rescalings make exact zeros.
    """

    exponent: int
    negative: int | None
    positive: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Certified facts about one network on one dataset.

    `stable` is lambda_max <= 2/eta, None where eta is absent or it is undecided.
    `uncertain` holds the data with |f_j| <= gamma, by x, where gamma was given.
    `formal` says that some datum lies on a kink and relu'(0) = 0 was taken there.
    `engine` proved lambda_max; where it is balls, `reason` says why float64 did not.
    On R^d there are the `terms` of verify.space.assess, no `lambda_min` and no `census`.
    """

    instance: Instance
    lambda_max: Enclosure
    lambda_min: Enclosure | None
    P: Enclosure
    S: Enclosure
    TV: Enclosure
    census: Census | None
    stable: bool | None
    uncertain: tuple[Fraction, ...] | None
    judgements: tuple[tuple[Claim, Judgement], ...]
    formal: bool
    engine: str
    reason: str
    terms: tuple[tuple[str, Enclosure], ...] = ()

    @property
    def refuted(self) -> bool:
        """Whether some claim is refuted on this instance."""
        return any(found.verdict is Verdict.REFUTED for _, found in self.judgements)


def _enclosed(stages: Stages, ask: Callable[[Quantities], Enclosure]) -> Enclosure:
    """The first enclosure of the width asked, or else the narrowest certified one."""
    reached = None
    for bits, quantities in stages:
        with working_precision(bits):
            try:
                return ask(quantities)
            except PrecisionExhausted as failure:
                reached = failure.reached or reached
    if reached is None:
        remedy = "rescale the network or the data"
        raise InputError(f"the spectrum is not decided with {stages[-1][0]} bits; {remedy}")
    return reached


def _sharpness(stages: Stages, quick: Enclosure | None) -> tuple[Enclosure, bool | None]:
    """lambda_max, narrowed until it is decided against 2/eta, and that decision."""
    top = quick or _enclosed(stages, lambda q: Enclosure.of(q.lambda_max))
    eta = stages[0][1].instance.eta
    if eta is None:
        return top, None
    for bits, quantities in stages[:3]:
        with working_precision(bits), suppress(PrecisionExhausted):
            above = top.compare(ball(2 / eta))
            if above is not None:
                return top, above < 0
            top = Enclosure.of(quantities.lambda_max)
    return top, None


def _least(stages: Stages, top: Enclosure) -> Enclosure:
    """lambda_min: by float64 where it was enough for lambda_max, or by balls."""
    instance = stages[0][1].instance
    quick = float_smallest(instance.network, instance.data, WIDTH)
    if isinstance(quick, Enclosure):
        return quick
    return _enclosed(stages, lambda q: smallest(q.merged, top.lo, WIDTH, guess(q.merged)))


def _census(instance: Instance, top: Enclosure) -> Census:
    network, data, formal = instance.network, instance.data, instance.formal
    mantissa, size = top.hi.man_exp()
    exponent = int(size) + int(mantissa).bit_length() - CLEAR_BITS
    if abs(exponent) > MAX_BITS:
        return Census(exponent=exponent, negative=None, positive=None)
    level = Fraction(2) ** exponent
    below = eigenvalues_above(network, data, -level, formal=formal)
    return Census(
        exponent=exponent,
        negative=None if below is None else 3 * network.k + 1 - below,
        positive=eigenvalues_above(network, data, level, formal=formal),
    )


def assess(
    network: Network | SpaceNetwork,
    data: Dataset | SpaceDataset,
    *,
    eta: Fraction | None = None,
    gamma: Fraction | None = None,
    formal: bool = False,
) -> Assessment:
    """Certify spectrum, stability at eta, uncertain set, P, S, TV and every claim.

    Raises InputError for eta <= 0, gamma < 0, and for a datum on a kink unless
    `formal` asks for relu'(0) = 0 there.
    """
    instance = space.instance_of(network, data, eta=eta, gamma=gamma, formal=formal)
    pairs = ball_stages(instance, FINE_LADDER)[0][1].on_kinks
    if pairs and not formal:
        space.refuse(instance, pairs)
    instance = replace(instance, formal=bool(pairs))
    stages = ball_stages(instance, FINE_LADDER)
    on_line = not isinstance(instance, SpaceInstance)
    quick = float_largest(instance.network, instance.data, WIDTH) if on_line else SEVERAL
    top, stable = _sharpness(stages, quick if isinstance(quick, Enclosure) else None)

    def enclosed(ask: Callable[[Quantities], Scalar]) -> Enclosure:
        return _enclosed(stages, lambda q: Enclosure.of(ask(q)))

    claims = NETWORK_CLAIMS if on_line else SPACE_FAMILY
    uncertain = (stages[0][1].data.in_order.x[j] for j in stages[0][1].uncertain)
    return Assessment(
        instance=instance,
        lambda_max=top,
        lambda_min=_least(stages, top) if on_line else None,
        census=_census(instance, top) if on_line else None,
        engine=FLOAT64 if isinstance(quick, Enclosure) else BALLS,
        reason="" if isinstance(quick, Enclosure) else quick,
        P=enclosed(lambda q: q.P),
        S=enclosed(lambda q: q.S),
        TV=enclosed(lambda q: q.TV),
        stable=stable,
        uncertain=None if gamma is None else tuple(uncertain),
        judgements=tuple((c, judge(c, instance, balls=stages)) for c in claims),
        formal=bool(pairs),
        terms=() if on_line else tuple((n, enclosed(ask)) for n, ask in space.TERMS.items()),
    )


def _plain(value: Fraction) -> float | str:
    """A JSON number where float64 holds the value, else the exact rational as a string."""
    try:
        nearest = float(value)
    except OverflowError:
        return str(value)
    return nearest if Fraction(nearest) == value else str(value)


def document(found: Assessment) -> dict[str, Any]:
    """The JSON object of `flatcert check --json`; the README documents its fields."""
    instance = found.instance
    result: dict[str, Any] = {"hessian": "formal" if found.formal else "exact"}
    result["engine"] = found.engine
    result["assumes"] = ASSUMPTIONS if found.engine == FLOAT64 else None
    for name in ("lambda_max", "lambda_min", "P", "S", "TV"):
        value = getattr(found, name)
        result[name] = value and value.as_json()
    census = found.census
    result["eigenvalues"] = census and {
        "level": f"2^{census.exponent}",
        "below": census.negative,
        "above": census.positive,
    }
    if found.terms:
        result["terms"] = {name: value.as_json() for name, value in found.terms}
    if instance.eta is not None:
        result["eta"], result["stable"] = str(instance.eta), found.stable
    if found.uncertain is not None:
        members = found.uncertain if found.census else ()
        hull = [_plain(members[0]), _plain(members[-1])] if members else None
        result["gamma"] = str(instance.gamma)
        result["uncertain"] = {"count": len(found.uncertain), "hull": hull}
    result["claims"] = [
        {
            "id": claim.id,
            "verdict": judgement.verdict.name,
            "margin": judgement.margin.as_json() if judgement.margin else None,
            "reason": judgement.reason,
        }
        for claim, judgement in found.judgements
    ]
    return result


def _short(value: Enclosure) -> str:
    middle = float(value.ball)
    if value.lo == value.hi == 0 or 1e-300 < abs(middle) < 1e300:
        return f"{middle:.10g}"
    return rounded_decimal(value.lo, up=False, digits=10)


def _between(name: str, value: Enclosure) -> str:
    ends = rounded_decimal(value.lo, up=False), rounded_decimal(value.hi, up=True)
    return f"{name:<13}{_short(value):<17} certified in [{ends[0]}, {ends[1]}]"


def _verdict_line(claim: Claim, judgement: Judgement) -> str:
    margin = judgement.margin
    shown = f"margin {_short(margin)}" if margin else judgement.reason
    return f"  {claim.id:<12} {judgement.verdict.name:<11}{shown}"


def _stability(found: Assessment) -> Iterator[str]:
    eta = found.instance.eta
    if eta is not None:
        words = {True: "stable", False: "NOT stable", None: "undecided"}[found.stable]
        relation = {True: "<=", False: ">", None: "too close to"}[found.stable]
        limit = f"2/eta = {display(2 / eta)}"
        yield f"at eta = {display(eta)}: {words}, lambda_max {relation} {limit}"


def _uncertainty(found: Assessment) -> Iterator[str]:
    members, gamma = found.uncertain, found.instance.gamma
    if members is not None and gamma is not None:
        has_hull = members and found.census
        where = f", hull [{display(members[0])}, {display(members[-1])}]" if has_hull else ""
        total = found.instance.data.n
        yield f"uncertain at gamma = {display(gamma)}: {len(members)} of {total} data{where}"


def _counted(found: Assessment) -> Iterator[str]:
    census, rows = found.census, parameters(found.instance)
    if census is not None and found.lambda_min is not None:
        yield _between("lambda_min", found.lambda_min)
        below, above = ("?" if n is None else n for n in (census.negative, census.positive))
        level = f"2^{census.exponent}"
        yield f"{'':<13}{rows} eigenvalues: {below} below -{level}, {above} above {level}"


def _engine(found: Assessment) -> str:
    if found.engine == FLOAT64:
        return f"float64 with derived error bounds, on {SHORT_ASSUMPTIONS}"
    return f"balls; float64 could not: {found.reason}"


def describe(found: Assessment) -> str:
    """The assessment in words, one fact a line."""
    instance = found.instance
    where = f" on R^{instance.data.d}" if isinstance(instance, SpaceInstance) else ""
    lines = [f"{instance.network.k} neurons, {instance.data.n} data{where}"]
    lines.append(_between("lambda_max", found.lambda_max))
    lines.append(f"{'':<13}by {_engine(found)}")
    lines += _counted(found)
    lines += _stability(found)
    lines += _uncertainty(found)
    lines.append(_between("P softness", found.P))
    lines.append(_between("S path sum", found.S))
    lines.append(_between("TV weighted", found.TV))
    lines += [_between(name, value) for name, value in found.terms]
    lines.append("claims (margin: by how much the larger side exceeds the smaller)")
    lines += [_verdict_line(claim, judgement) for claim, judgement in found.judgements]
    if found.formal:
        lines = [f"{line} ({FORMAL_NOTE})" for line in lines]
    return "\n".join(lines)

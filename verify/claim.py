"""What a claim is: types only.

A claim is a theorem with a signed margin, larger side minus smaller side, so
that the claim holds where the margin is >= 0. One margin serves the verdict,
the tightness report, the targeted search and the controls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from fractions import Fraction

from verify.ball import Enclosure, Scalar, Truth
from verify.hessian.case import Case
from verify.quantities import Instance, Quantities

Constants = Mapping[str, Fraction]


class Verdict(IntEnum):
    """What may be said of a claim, from worst to best."""

    ERROR = 0
    """The check itself broke; nothing is known."""
    REFUTED = 1
    """Certified false, with a witness."""
    VACUOUS = 2
    """Too few instances met the assumptions (or this one does not)."""
    UNDECIDED = 3
    """No precision that was tried decides it."""
    SUPPORTED = 4
    """Certified on every instance that was tried, or not contradicted by simulation."""
    CERTIFIED = 5
    """A mathematical fact about the stated instance or finite family, rounding included."""
    PROVED = 6
    """A proof for every instance: symbolic, formal, or by a finite certified cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The two sides of an inequality larger >= smaller, evaluated.

    `gap` encloses larger - smaller by a form without cancellation, where one is
    known; a test compares the two. It is an interval because a ball that begins
    at 0 dips below it by rounding.
    """

    larger: Scalar
    smaller: Scalar
    gap: Enclosure | None = None

    @property
    def margin(self) -> Enclosure:
        """An enclosure of larger - smaller at the working precision."""
        return Enclosure.of(self.larger - self.smaller) if self.gap is None else self.gap


Margin = Callable[[Quantities, Constants], Sides]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A hypothesis of a theorem, decided in three values on an instance."""

    id: str
    text: str
    holds: Callable[[Quantities], Truth]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A symbolic proof: what it shows and the exhaustive list of its cases.

    `whole` says whether it proves the claim for every instance (then the claim
    is PROVED), or a step of its proof.
    """

    shows: str
    cases: Callable[[], tuple[Case, ...]]
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A false variant of a claim, which the same check must refute.

    `constants` are replaced, `drops` names assumptions that are left out,
    `margin` replaces the margin, `proof` is a false symbolic variant that must
    leave a case unproved. `witness` is an exact instance on which it is false.
    `unsearchable` says why a random search is not expected to find one.
    """

    id: str
    text: str
    why: str
    witness: Instance
    constants: Constants = field(default_factory=dict)
    drops: tuple[str, ...] = ()
    margin: Margin | None = None
    proof: Callable[[], tuple[Case, ...]] | None = None
    domain: str | None = None
    unsearchable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One theorem, lemma or counterexample of the paper, in our explicit form.

    `statement` is filled from `constants`, so that what is printed is what is
    checked. `domain` names the strategy that draws instances. `uses` are the
    claims on which the proof rests. On `equalities` the margin is exactly 0: the
    claim is sharp there. `homogeneous` declares that both sides
    scale with l'' where no neuron is active on the data, so that the equality
    case of dead networks can be decided exactly. The note is proofs_notes/<id>.md,
    or proofs_notes/<note>.md for a claim that shares one. `simulated` marks a claim that
    says something in probability too: the margin is its half for each instance, the rest
    is proved by hand and measured by simulation, so that it is never PROVED here.
    """

    id: str
    label: str
    title: str
    statement: str
    domain: str
    assumptions: tuple[Assumption, ...]
    constants: Constants
    margin: Margin
    controls: tuple[Control, ...]
    proofs: tuple[Proof, ...] = ()
    uses: tuple[str, ...] = ()
    equalities: tuple[Instance, ...] = ()
    homogeneous: bool = False
    note: str = ""
    simulated: bool = False

    def stated(self) -> str:
        """The statement with its constants filled in."""
        return self.statement.format(**self.constants)


def variant(claim: Claim, control: Control) -> Claim:
    """The false claim that a control stands for."""
    return replace(
        claim,
        id=f"{claim.id}/{control.id}",
        constants={**claim.constants, **control.constants},
        assumptions=tuple(a for a in claim.assumptions if a.id not in control.drops),
        margin=control.margin or claim.margin,
        domain=control.domain or claim.domain,
        controls=(),
    )

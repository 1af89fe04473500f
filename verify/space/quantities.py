"""Every quantity that the theorems speak about, for a network on R^d, under the univariate names.

`SpaceQuantities` is a subclass so that the margins of the univariate claims are the
margins on R^d: what only needs p, |beta|, |r| and their sums is inherited, and only
what sees coordinates is evaluated anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from verify.ball import Scalar, Truth, as_fraction, magnitude, maximum, rational, sign, square_root
from verify.hessian.structured import ToScalar
from verify.logistic import Loss
from verify.model import active_spans
from verify.quantities import Instance, Quantities
from verify.space.exact import exact_largest
from verify.space.hessian import (
    SpaceHessian,
    Vector,
    homogeneous,
    inner,
    merge_equal,
    space_hessian,
    square,
    weighted_sums,
)
from verify.space.hyperplanes import hyperplane_terms
from verify.space.model import (
    Preactivations,
    SpaceDataset,
    SpaceNetwork,
    active_sets,
    on_hyperplanes,
    preactivations,
)
from verify.space.spectrum import largest
from verify.variation import KinkTerm


@dataclass(frozen=True, kw_only=True)
class SpaceInstance(Instance):
    """An instance whose network and data live in R^d; the other fields are those of `Instance`.

    The two fields do not narrow those of the base class: what reads coordinates must
    ask for `quantities_of`, and the claims of the line are not for these instances.
    """

    network: SpaceNetwork  # type: ignore[assignment] # see above
    data: SpaceDataset  # type: ignore[assignment] # see above


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceMoments:
    """alpha = sum q relu(z), beta = sum q 1 (x, 1) in R^{d+1} of one neuron, and |beta|^2."""

    alpha: Scalar
    beta: Vector
    size: Scalar


@dataclass(frozen=True, kw_only=True, eq=False)
class SpaceQuantities(Quantities):
    """`Quantities` of an instance in R^d; per-datum lists follow the lexicographic order.

    `h`, `merged` and `moments` stand for those of the line and have the same parts,
    with vectors of R^{d+1} in place of pairs.
    """

    instance: SpaceInstance

    @cached_property
    def z(self) -> Preactivations:
        """w_i . x_j + b_i, exactly."""
        return preactivations(self.instance.network, self.instance.data)

    @cached_property
    def on_kinks(self) -> tuple[tuple[int, int], ...]:
        return on_hyperplanes(self.z, self.instance.data)

    @cached_property
    def outs(self) -> tuple[Fraction, ...]:
        """f(x_j), exactly."""
        a, c = [rational(value) for value in self.network.a], rational(self.network.c)
        sums = (sum((u * v for u, v in zip(a, row, strict=True) if v > 0), c) for row in self.z)
        return tuple(map(as_fraction, sums))

    @cached_property
    def points(self) -> tuple[Vector, ...]:
        """(x_j, 1), which is rational where p need not be."""
        return homogeneous(self.instance.data, self.number)

    @cached_property
    def h(self) -> SpaceHessian:  # type: ignore[override] # a space of its own, see the class
        pairs = list(zip(self.targets, self.outs, strict=True))
        parts = (self.instance.network, self.points, self.z)
        return space_hessian(*parts, self.number, self.loss, pairs)

    @cached_property
    def merged(self) -> SpaceHessian:  # type: ignore[override] # as h
        """The same H with equal data merged: what its spectrum is computed from."""
        return merge_equal(self.h, self.instance.data.in_order.x)

    @cached_property
    def lambda_max(self) -> Scalar:
        """A ball of relative width `width` around lambda_max(H), or its exact rational value."""
        if self.number is rational:
            return exact_largest(self.merged)
        return largest(self.merged, self.width).ball

    @cached_property
    def moments(self) -> list[SpaceMoments]:  # type: ignore[override] # as h
        return self.moments_under(self.q)

    def moments_under(self, q: Sequence[Scalar], *, closed: bool = False) -> list[SpaceMoments]:
        """The moments of every neuron under the law q, with closed tails z >= 0 if asked."""
        active = active_sets(self.z, self.network.k, closed=True) if closed else self.h.active
        betas = weighted_sums(q, self.h.points, active, self.zero)
        alphas = [
            sum((q[j] * self.z[j][i] for j in members), self.zero)
            for i, members in enumerate(active)
        ]
        pairs = zip(alphas, betas, strict=True)
        return [SpaceMoments(alpha=alpha, beta=beta, size=square(beta)) for alpha, beta in pairs]

    @cached_property
    def moving(self) -> list[bool]:
        """Whether w_i != 0 and the neuron is active somewhere: the neurons that S counts."""
        pairs = zip(self.instance.network.w, self.h.active, strict=True)
        return [any(w) and bool(members) for w, members in pairs]

    @cached_property
    def S(self) -> Scalar:
        """S_q = sum alpha_i |a_i| |beta_i| over neurons with w_i != 0."""
        triples = zip(self.moving, self.moments, self.h.a, strict=True)
        terms = (
            m.alpha * magnitude(a) * square_root(m.size)
            for is_moving, m, a in triples
            if is_moving and a != 0
        )
        return sum(terms, self.zero)

    @cached_property
    def rho(self) -> Scalar:
        """rho_q = 2 sum_i alpha_i a_i <beta_i, r_i> / |v_q|^2: the Rayleigh quotient of R."""
        triples = zip(self.moments, self.h.a, self.h.r, strict=True)
        total = sum((m.alpha * a * inner(m.beta, r) for m, a, r in triples), self.zero)
        return 2 * total / self.v_squared

    @cached_property
    def block_norms(self) -> list[Scalar]:
        """sqrt(1 + |x_j|^2)."""
        return [square_root(square(at)) for at in self.points]

    @cached_property
    def residual(self) -> Scalar:
        """(1/n) sum_j |l'_j| sqrt(1 + |x_j|^2); where l'_j is 0 no root is taken."""
        pairs = zip(self.slopes, self.points, strict=True)
        terms = (magnitude(s) * square_root(square(at)) for s, at in pairs if sign(s) != 0)
        return sum(terms, self.zero) / self.n

    @cached_property
    def gradient_residual(self) -> Scalar:
        """max_i |beta_i| * |grad_{w,b} L|, with grad_{(w_i,b_i)} L = a_i r_i."""
        beta = maximum((m.size for m in self.moments), self.zero)
        pairs = zip(self.h.a, self.h.squared_blocks(), strict=True)
        return square_root(beta * sum((a * a * size for a, size in pairs), self.zero))

    @cached_property
    def gradient(self) -> list[Scalar]:
        """The entries of grad L: mean l'; a_i r_i and mean_j l'_j relu(z_ij) for each neuron."""
        entries = [sum(self.slopes, self.zero) / self.n]
        for i, (a, r, members) in enumerate(zip(self.h.a, self.h.r, self.h.active, strict=True)):
            outer = sum((self.slopes[j] * self.z[j][i] for j in members), self.zero)
            entries += [*(a * value for value in r), outer / self.n]
        return entries

    @property
    def is_stationary(self) -> Truth:
        """Whether grad L = 0."""
        signs = [sign(entry) for entry in self.gradient]
        if any(entry in (-1, 1) for entry in signs):
            return False
        return None if None in signs else True

    def kinks_under(self, q: Sequence[Scalar]) -> list[KinkTerm]:
        """The distinct hyperplanes with tail weights under q."""
        network, data = self.instance.network, self.instance.data
        return hyperplane_terms(network, data, self.points, q, self.number)


def quantities_of(
    instance: Instance, *, number: ToScalar, width: Fraction, assumed: Loss | None = None
) -> Quantities:
    """The quantities of an instance on the line or in R^d, by its type."""
    if isinstance(instance, SpaceInstance):
        return SpaceQuantities(instance=instance, number=number, width=width, assumed=assumed)
    return Quantities(instance=instance, number=number, width=width, assumed=assumed)


def parameters(instance: Instance) -> int:
    """The number of rows of H: k (d + 2) + 1."""
    inputs = instance.network.d if isinstance(instance, SpaceInstance) else 1
    return instance.network.k * (inputs + 2) + 1


def is_dead(instance: Instance) -> bool:
    """Whether no neuron is active on any datum, so that f = c there and H = P e_c e_c^T."""
    if isinstance(instance, SpaceInstance):
        z = preactivations(instance.network, instance.data)
        return not any(active_sets(z, instance.network.k))
    return all(start == stop for start, stop in active_spans(instance.network, instance.data))

"""Every quantity that the theorems speak about, for one instance, computed once and on demand.

`Quantities` evaluates in balls or in exact rationals; which one is the caller's
choice (`number`). Symbols are those of proofs_notes/notation.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from verify.ball import Enclosure, Scalar, magnitude, maximum, rational, sign, square_root
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import (
    StructuredHessian,
    ToScalar,
    loss_hessian,
    merge_repeats,
)
from verify.logistic import LOGISTIC, Loss, Target
from verify.model import Dataset, Network, data_on_kinks, outputs
from verify.spectrum.balls import largest
from verify.spectrum.engine import float_largest
from verify.spectrum.exact import characteristic, largest_rational
from verify.spectrum.hint import guess
from verify.variation import (
    KinkTerm,
    NeuronMoments,
    kink_terms,
    neuron_moments,
    path_sum,
    total_variation,
    uncertain_positions,
)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One network with one dataset, and what a theorem may add to them.

    `q` are unnormalized rational weights per datum in the dataset's order (None:
    q = p/P). `gamma` is the level of the uncertain set and `eta` the step size
    (None: the strongest ones, see claim t-gamma). `formal` admits data on kinks
    under relu'(0) = 0. `truth` is f0 at each datum in the dataset's order, a logit.
    `loss` is the loss whose Hessian is meant, and `targets` per datum take the place
    of the labels for a loss of regression. `extra` are further exact numbers by the
    names under which a claim asks for them.
    """

    network: Network
    data: Dataset
    q: tuple[Fraction, ...] | None = None
    gamma: Fraction | None = None
    eta: Fraction | None = None
    formal: bool = False
    truth: tuple[Fraction, ...] | None = None
    loss: Loss = LOGISTIC
    targets: tuple[Fraction, ...] | None = None
    extra: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Quantities:
    """Lazily evaluated quantities of an instance; per-datum lists follow the sorted data.

    `number` is `verify.ball.ball` or `verify.ball.rational`; with the latter,
    NotExact is raised by whatever is irrational. `width` is the relative width
    asked of lambda_max. Balls are evaluated at the precision in force when a
    quantity is first asked for. `assumed` takes the place of the instance's loss.
    """

    instance: Instance
    number: ToScalar
    width: Fraction
    assumed: Loss | None = None

    @property
    def loss(self) -> Loss:
        return self.assumed or self.instance.loss

    @property
    def network(self) -> Network:
        return self.instance.network

    @property
    def data(self) -> Dataset:
        return self.instance.data

    @property
    def n(self) -> int:
        return self.data.n

    @cached_property
    def zero(self) -> Scalar:
        return self.number(Fraction(0))

    @cached_property
    def on_kinks(self) -> tuple[tuple[int, int], ...]:
        return data_on_kinks(self.network, self.data)

    @cached_property
    def outs(self) -> tuple[Fraction, ...]:
        """f(x_j), exactly."""
        return outputs(self.network, self.data)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """What the loss compares f with: the labels, or the instance's targets."""
        if self.instance.targets is None:
            return tuple(self.data.in_order.y)
        return tuple(self.instance.targets[j] for j in self.data.order)

    @cached_property
    def truth(self) -> tuple[Fraction, ...]:
        """f0(x_j). Raises LookupError where the instance has no truth."""
        if self.instance.truth is None:
            raise LookupError("this instance has no truth f0")
        return tuple(self.instance.truth[j] for j in self.data.order)

    @cached_property
    def h(self) -> StructuredHessian:
        return loss_hessian(self.network, self.data, self.number, self.loss, self.targets)

    @cached_property
    def merged(self) -> StructuredHessian:
        """The same H with equal data merged: what its spectrum is computed from."""
        return merge_repeats(self.h, self.data.in_order.x)

    @cached_property
    def slopes(self) -> list[Scalar]:
        """l'_j."""
        pairs = zip(self.targets, self.outs, strict=True)
        return [self.loss.slope(y, self.number(f)) for y, f in pairs]

    @cached_property
    def lambda_max(self) -> Scalar:
        """A ball of relative width `width` around lambda_max(H), or its exact rational value."""
        if self.number is rational:
            return largest_rational(characteristic(dense_hessian(self.merged)))
        if self.loss is LOGISTIC:
            quick = float_largest(self.network, self.data, self.width)
            if isinstance(quick, Enclosure):
                return quick.ball
        return largest(self.merged, self.width, guess(self.merged)).ball

    @cached_property
    def P(self) -> Scalar:
        """P = sum p_j."""
        return sum(self.h.p, self.zero)

    @cached_property
    def q(self) -> list[Scalar]:
        """The probability vector of the test direction v_q."""
        if self.instance.q is None:
            return [p / self.P for p in self.h.p]
        total = sum(self.instance.q, Fraction(0))
        return [self.number(self.instance.q[j] / total) for j in self.data.order]

    @cached_property
    def inverse_D(self) -> Scalar:
        """1/D(q), D(q) = sum q_j^2 / p_j; it equals P at q = p/P."""
        if self.instance.q is None:
            return self.P
        return 1 / sum((q * q / p for q, p in zip(self.q, self.h.p, strict=True)), self.zero)

    @cached_property
    def moments(self) -> list[NeuronMoments]:
        return neuron_moments(self.h, self.q)

    @cached_property
    def S(self) -> Scalar:
        """S_q = sum alpha_i |a_i| |beta_i| over neurons with w_i != 0."""
        return path_sum(self.h, self.moments)

    @cached_property
    def v_squared(self) -> Scalar:
        """|v_q|^2 = 1 + sum_i (alpha_i^2 + a_i^2 |beta_i|^2), rational where the data are."""
        pairs = zip(self.moments, self.h.a, strict=True)
        terms = (m.alpha * m.alpha + a * a * m.size for m, a in pairs)
        return sum(terms, self.zero) + 1

    @cached_property
    def rho(self) -> Scalar:
        """rho_q = 2 sum_i alpha_i a_i <beta_i, r_i> / |v_q|^2: the Rayleigh quotient of R."""
        total = self.zero
        for m, a, (rx, r1) in zip(self.moments, self.h.a, self.h.r, strict=True):
            total += m.alpha * a * (m.beta[0] * rx + m.beta[1] * r1)
        return 2 * total / self.v_squared

    @cached_property
    def block_norms(self) -> list[Scalar]:
        """sqrt(1 + x_j^2)."""
        return [square_root(1 + x * x) for x in self.h.x]

    @cached_property
    def residual(self) -> Scalar:
        """(1/n) sum_j |l'_j| sqrt(1 + x_j^2); where l'_j is 0 no root is taken."""
        pairs = zip(self.slopes, self.h.x, strict=True)
        terms = (magnitude(s) * square_root(1 + x * x) for s, x in pairs if sign(s) != 0)
        return sum(terms, self.zero) / self.n

    @cached_property
    def largest_r(self) -> Scalar:
        """max_i |r_i|, 0 without neurons."""
        return self.h.largest_block()

    @cached_property
    def gradient_residual(self) -> Scalar:
        """max_i |beta_i| * |grad_{w,b} L|, with grad_{(w_i,b_i)} L = a_i r_i."""
        beta = maximum((m.size for m in self.moments), self.zero)
        pairs = zip(self.h.a, self.h.r, strict=True)
        slope = sum((a * a * (rx * rx + r1 * r1) for a, (rx, r1) in pairs), self.zero)
        return square_root(beta * slope)

    def kinks_under(self, q: Sequence[Scalar]) -> list[KinkTerm]:
        """The distinct kinks with tail weights under q."""
        return kink_terms(self.network, self.data.in_order.x, q, self.number)

    @cached_property
    def TV(self) -> Scalar:
        """TV_q = int |f''| min(g+, g-)."""
        return total_variation(self.kinks_under(self.q), self.number)

    @cached_property
    def gamma(self) -> Fraction:
        """The level asked, or else the lower median of |f_j|: half of the data are uncertain."""
        if self.instance.gamma is not None:
            return self.instance.gamma
        return sorted(abs(f) for f in self.outs)[(self.n - 1) // 2]

    @cached_property
    def uncertain(self) -> list[int]:
        """Sorted positions with |f_j| <= gamma."""
        return uncertain_positions(self.outs, self.gamma)

    @cached_property
    def uncertain_TV(self) -> Scalar:
        """int |f''| g_A for the uniform law on the uncertain data; 0 where there are none."""
        share, members = Fraction(1, len(self.uncertain) or 1), set(self.uncertain)
        q = [self.number(share if j in members else Fraction(0)) for j in range(self.n)]
        return total_variation(self.kinks_under(q), self.number)

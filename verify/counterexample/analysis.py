"""What can be said of one ramp network: exact numbers, certified enclosures, and a second opinion.

Every enclosure is certified by balls; `independent` is the one number that is
not, and it is there to disagree. Source: Theorem 3.1; proofs_notes/flat-overfit.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from verify.ball import Enclosure, Scalar, ball, exponential, working_precision
from verify.counterexample import bounds
from verify.counterexample.oracle import Independent, independent_lambda_max
from verify.counterexample.ramps import BALANCED, HALF, ramp_network, shown, sign_changes
from verify.logistic import LOGISTIC
from verify.model import Dataset, InputError, Network, Number, exact, outputs
from verify.spectrum import lambda_max

TrueLogit = Callable[[Fraction], Number] | Sequence[Number]
"""The true logit f0: a function of x, or its values in the order of the data."""

ONE = Fraction(1)
MOST_DIGITS = 1000
MOST_MARGIN = 10**18
"""e^{-m} has an exponent beyond this that no decimal string of the standard library can spell."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysis:
    """One ramp network and what Theorem 3.1 says of it, each item computed when first asked for.

    Enclosures of eigenvalues have relative width 10^-digits. `gamma` is the level
    of the uncertain set, `truth` the values f0(x_j) in the order of the data.
    """

    data: Dataset
    network: Network
    margin: Fraction
    omega: Fraction
    scaling: str
    digits: int
    gamma: Fraction
    truth: tuple[Fraction, ...] | None

    @property
    def width(self) -> Fraction:
        """10^-digits."""
        return Fraction(1, 10**self.digits)

    @property
    def power(self) -> int:
        """The exponent of m in lambda_max ~ B m^power e^{-m}."""
        return 1 if self.scaling == BALANCED else 2

    @cached_property
    def sign_changes(self) -> int:
        """N, the number of gaps over which the label changes."""
        return len(sign_changes(self.data))

    @cached_property
    def margins_exact(self) -> bool:
        """Whether y_j f(x_j) = m for every j, by exact rationals."""
        pairs = zip(self.data.in_order.y, outputs(self.network, self.data), strict=True)
        return all(y * f == self.margin for y, f in pairs)

    @cached_property
    def training_loss(self) -> Enclosure:
        """log(1 + e^{-m})."""
        return self._enclosure(lambda: LOGISTIC.value(1, ball(self.margin)))

    @cached_property
    def lambda_max(self) -> Enclosure:
        """The largest eigenvalue of the Hessian."""
        return lambda_max(self.network, self.data, width=self.width)

    @cached_property
    def scaled(self) -> Enclosure:
        """lambda_max e^m / m^power."""
        return self._times_exponential(self.margin**self.power)

    @cached_property
    def limit(self) -> Enclosure:
        """B, the limit of `scaled` as m grows, for exactly balanced ramps."""
        return bounds.asymptote(
            self.network, self.data, omega=self.omega, scaling=self.scaling, width=self.width
        )

    @cached_property
    def bound(self) -> Enclosure:
        """The upper bound of claim flat-overfit, from a_i^2 and w_i^2."""
        return self._enclosure(lambda: bounds.bound(self.network, self.data, self.margin))

    @cached_property
    def explicit_bound(self) -> Enclosure | None:
        """The upper bound from the data alone; None unless balanced."""
        if self.scaling != BALANCED:
            return None
        return self._enclosure(lambda: bounds.explicit_bound(self.data, self.margin, self.omega))

    @cached_property
    def below_bound(self) -> bool:
        """Whether lambda_max <= bound is certified."""
        return bool(self.lambda_max.hi <= self.bound.lo)

    @cached_property
    def floor(self) -> Enclosure:
        """A lower bound of lambda_max for every network with this margin on these data."""
        return self._enclosure(lambda: bounds.floor_of_all(self.data, self.margin))

    @cached_property
    def independent(self) -> Independent:
        """lambda_max by mpmath, with `scaled` = lambda_max e^m."""
        return independent_lambda_max(self.network, self.data, self.margin)

    @cached_property
    def agrees(self) -> bool | None:
        """Whether `independent`, up to its last digit, meets `lambda_max`; None if skipped."""
        if self.independent.scaled is None:
            return None
        value = Fraction(self.independent.scaled)
        slack = abs(value) / Fraction(10) ** (self.independent.digits - 1)
        ours = self._times_exponential(ONE)
        with working_precision(self._bits):
            return bool(ours.lo <= ball(value + slack) and ours.hi >= ball(value - slack))

    @cached_property
    def uncertain_length(self) -> Fraction:
        """The length of {x in [x_1, x_n] : |f(x)| <= gamma}, exactly."""
        return bounds.uncertain_length(
            self.data, margin=self.margin, omega=self.omega, gamma=self.gamma
        )

    @cached_property
    def uncertain_data(self) -> int:
        """The number of data with |f(x_j)| <= gamma."""
        return sum(abs(f) <= self.gamma for f in outputs(self.network, self.data))

    @cached_property
    def norm_squared(self) -> Fraction:
        """|theta|^2 = sum_i (w_i^2 + b_i^2 + a_i^2) + c^2, exactly."""
        entries = (*self.network.w, *self.network.b, *self.network.a, self.network.c)
        return sum((entry * entry for entry in entries), Fraction(0))

    @cached_property
    def excess_risk(self) -> Enclosure | None:
        """The mean KL divergence from the truth; None without a truth."""
        if (truth := self.truth) is None:
            return None
        return self._enclosure(lambda: bounds.excess_risk(self.data, self.margin, truth))

    @property
    def _bits(self) -> int:
        sizes = (self.margin, *(self.truth or ()))
        return 128 + 4 * self.digits + 2 * max(int(abs(size)).bit_length() for size in sizes)

    def _enclosure(self, value: Callable[[], Scalar]) -> Enclosure:
        with working_precision(self._bits):
            found = value()
        # Rounded outward to what was asked, so that a report is not a hundred digits long.
        with working_precision(64 + 4 * self.digits):
            return Enclosure.of(found)

    def _times_exponential(self, divisor: Fraction) -> Enclosure:
        factor = self._enclosure(lambda: exponential(ball(self.margin)) / ball(divisor))
        return self._enclosure(lambda: self.lambda_max.ball * factor.ball)


def analyse(
    data: Dataset,
    *,
    margin: Fraction,
    omega: Fraction = HALF,
    scaling: str = BALANCED,
    digits: int = 30,
    truth: TrueLogit | None = None,
    gamma: Fraction = ONE,
) -> Analysis:
    """The analysis of the ramp network of `data`.

    Raises InputError as `ramp_network` does, and for digits outside 1..1000, a
    margin above 10^18, a negative gamma, and a truth that does not give one number per datum.
    """
    if margin > MOST_MARGIN:
        raise InputError(f"the margin is {shown(margin)}; at most {MOST_MARGIN:.0e} is reported on")
    if not 1 <= digits <= MOST_DIGITS:
        raise InputError(f"digits is {digits}; a number from 1 to {MOST_DIGITS} is needed")
    if gamma < 0:
        raise InputError(f"gamma is {shown(gamma)}; a number of at least 0 is needed")
    return Analysis(
        data=data,
        network=ramp_network(data, margin=margin, omega=omega, scaling=scaling),
        margin=margin,
        omega=omega,
        scaling=scaling,
        digits=digits,
        gamma=gamma,
        truth=None if truth is None else _truth_values(data, truth),
    )


def _truth_values(data: Dataset, truth: TrueLogit) -> tuple[Fraction, ...]:
    values = [truth(x) for x in data.x] if callable(truth) else list(truth)
    if len(values) != data.n:
        message = f"the truth has {len(values)} values and the dataset {data.n} points"
        raise InputError(f"{message}; they must be equal in number")
    return tuple(exact(value, f"truth[{index}]") for index, value in enumerate(values))

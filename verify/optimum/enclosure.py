"""B_opt between two proved decimals, and what follows for networks with a margin m.

Source: proofs_notes/optimum.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from verify.ball import Enclosure, Scalar, ball, exponential, square_root, working_precision
from verify.counterexample import EXAMPLE
from verify.counterexample.analysis import MOST_MARGIN
from verify.counterexample.bounds import ROOT_SLACK
from verify.counterexample.ramps import near_root, shown
from verify.logistic import sigmoid, softness
from verify.model import Dataset, InputError, Network
from verify.optimum import checker

SHIPPED = Path(__file__).with_name("six_points.json")
WIDTH = 1e-6
LEAST_WIDTH, MOST_WIDTH = 1e-7, 0.1
BITS = 128


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """A certificate that the checker has accepted: its text, and what it proves."""

    text: str
    proved: checker.Certificate

    @property
    def lower(self) -> Fraction:
        """Proved: lower <= B_opt."""
        return self.proved.lower

    @property
    def upper(self) -> Fraction:
        """Proved: B_opt <= upper."""
        return self.proved.upper

    @property
    def relative_width(self) -> Fraction | None:
        """(upper - lower) / lower; None if lower is 0."""
        return (self.upper - self.lower) / self.lower if self.lower else None

    @cached_property
    def data(self) -> Dataset:
        """The data that B_opt belongs to."""
        return Dataset(x=self.proved.x, y=[int(label) for label in self.proved.y])

    def network(self, margin: Fraction) -> Network:
        """The network of the upper bound: y_j f(x_j) = margin exactly for every datum.

        a w is exact; w is rounded to 53 bits below its root. Raises InputError for
        a margin that is not positive.
        """
        _refuse(margin)
        inner = [
            near_root(margin * (neuron.slope / neuron.outer) ** 2) for neuron in self.proved.neurons
        ]
        neurons = list(zip(self.proved.neurons, inner, strict=True))
        return Network(
            w=[one.side * w for one, w in neurons],
            b=[-one.side * w * one.kink for one, w in neurons],
            a=[margin * one.slope / w for one, w in neurons],
            c=margin * self.proved.constant,
        )

    def floor(self, margin: Fraction) -> Enclosure:
        """s(m) m lower - sigma(-m) sqrt(1 + X^2): no network with margin m is flatter.

        lambda_max(H) of each network with y_j f(x_j) = m for all j is at least
        this, whatever its size (note, 1). Raises InputError as `network` does.
        """
        low = ball(self.lower)
        return self._bound(margin, lambda m, root: m * softness(m) * low - sigmoid(-m) * root)

    def ceiling(self, margin: Fraction) -> Enclosure:
        """e^{-m} (m upper + 1 + sqrt(1 + X^2)): `network` is as flat as that (note, 2).

        upper is multiplied by 1 + 2^-50, because w is rounded.
        """
        high = ball(self.upper * ROOT_SLACK)
        return self._bound(margin, lambda m, root: exponential(-m) * (m * high + 1 + root))

    def _bound(self, margin: Fraction, form: Callable[[Scalar, Scalar], Scalar]) -> Enclosure:
        _refuse(margin)
        reach = max(map(abs, self.proved.x))
        with working_precision(BITS + 2 * int(margin).bit_length()):
            return Enclosure.of(form(ball(margin), square_root(ball(1 + reach * reach))))


def enclosure(data: Dataset = EXAMPLE, *, width: float = WIDTH) -> Optimum:
    """B_opt of the data between two proved decimals, a relative `width` apart or nearly so.

    The certificate of the six points ships with the package; for other data one
    is searched for, in a time that grows like n^6 (n = 6: 0.2 s, n = 20: 5 s). How
    close the bounds come is reported and not promised. Raises InputError for
    more than 40 data, equal x with opposite labels, numbers of very different
    sizes, and a width outside 1e-7 .. 0.1.
    """
    if not LEAST_WIDTH <= width <= MOST_WIDTH:
        raise InputError(f"the width is {width}; a number from 1e-7 to 0.1 is needed")
    if data.in_order == EXAMPLE.in_order:
        return prove(SHIPPED.read_text(encoding="utf-8"))
    from verify.optimum.certificate import certify

    text = certify(data, width=width)
    return Optimum(text=text, proved=checker.check(text))


def prove(text: str) -> Optimum:
    """What a certificate proves. Raises InputError for a text that the checker does not accept."""
    try:
        return Optimum(text=text, proved=checker.check(text))
    except (checker.Malformed, checker.Rejected) as error:
        raise InputError(f"no certificate of B_opt that can be accepted: {error}") from None


def _refuse(margin: Fraction) -> None:
    if not 0 < margin <= MOST_MARGIN:
        raise InputError(
            f"the margin is {shown(margin)}; a number above 0 and up to 10^18 is needed"
        )

"""Instances for certificates for Coq, and the numbers of a certificate read back from its text."""

import random
import re
from fractions import Fraction

from mpmath import mpf

from verify.model import Dataset, Network

SHARP = Network(w=["5/3", "-5/3"], b=[0, 0], a=[1, 1], c="-5/4")
FOUR = Dataset(x=["3/4", "3/4", "-3/4", "-3/4"], y=[1, -1, 1, -1])


def drawn(k: int, n: int, seed: int, scale: float = 1.0) -> tuple[Network, Dataset]:
    """A network of floats on distinct decimal data; generic, so no datum is on a kink."""
    rng = random.Random(seed)
    w, b, a = ([rng.gauss(0, scale) for _ in range(k)] for _ in range(3))
    x = [Fraction(at, 100) for at in rng.sample(range(-150, 150), n)]
    return Network(w=w, b=b, a=a, c=rng.gauss(0, 1)), Dataset(x=x, y=rng.choices([-1, 1], k=n))


CASES = {
    "sharp": (SHARP, FOUR),
    "no neurons": (Network(w=[], b=[], a=[], c="1/3"), Dataset(x=[1, "1/7"], y=[1, -1])),
    "dead, flat and repeated": (
        Network(w=[1, -1, 0, 0, 1], b=[-10, -10, 1, -1, "1/2"], a=[1, 1, 3, 2, 0], c=0),
        Dataset(x=[2, 0, "1/3", 2], y=[1, 1, -1, 1]),
    ),
    "steep": drawn(5, 9, 1, scale=6.0),
    "flat": drawn(3, 4, 2, scale=0.1),
    "larger": drawn(10, 30, 3),
}


def integers_in(text: str) -> list[int]:
    return [int(word) for word in re.findall(r"-?\d+", text)]


def definition(text: str, name: str) -> list[int]:
    """All integers of one definition, in order."""
    found = re.search(rf"Definition {name}\b.*?:= (.*?)\.\n", text, re.DOTALL)
    assert found
    return integers_in(found[1])


def instance(text: str, k: int) -> tuple[Network, Dataset]:
    """The network and the data that the file is about, read back from its text."""
    den, *rest = definition(text, "instance")
    w, b, a = ([Fraction(value, den) for value in rest[i : 3 * k : 3]] for i in range(3))
    offset, grid, *points = rest[3 * k :]
    network = Network(w=w, b=b, a=a, c=Fraction(offset, den))
    return network, Dataset(x=[Fraction(x, grid) for x in points[::2]], y=points[1::2])


def bounds(text: str) -> tuple[Fraction, Fraction]:
    lo, hi = (Fraction(*definition(text, name)) for name in ("lower", "upper"))
    return lo, hi


def real(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator

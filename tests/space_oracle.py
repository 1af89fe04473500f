"""Networks on R^d evaluated from the definitions in mpmath, for the tests of verify.space.

Nothing of the library's formulas is used: relu is written out, H is a dense matrix, and the
weights are conditional expectations along unit normals.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from random import Random

import mpmath
from mpmath import mp, mpf

from verify.space.model import SpaceDataset, SpaceNetwork
from verify.space.quantities import SpaceInstance

DIGITS = 40


def as_mpf(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def drawn(seed: int, *, d: int, k: int = 3, n: int = 5, scale: int = 1, **extra) -> SpaceInstance:
    """A random instance in small rationals; no datum lies on a hyperplane."""
    draw = Random(seed)

    def point(denominator: int) -> list[Fraction]:
        return [Fraction(draw.randint(-9, 9), denominator) for _ in range(d)]

    x = [point(4) for _ in range(n)]
    network = SpaceNetwork(
        w=[point(3) for _ in range(k)],
        b=[Fraction(2 * draw.randint(-20, 20) + 1, 24) for _ in range(k)],
        a=[Fraction(draw.randint(-9, 9), 4) * scale for _ in range(k)],
        c=Fraction(draw.randint(-4, 4), 8),
        d=d,
    )
    y = [draw.choice((-1, 1)) for _ in range(n)]
    return SpaceInstance(network=network, data=SpaceDataset(x=x, y=y), **extra)


def norm(vector) -> mpf:
    return mp.sqrt(sum((value * value for value in vector), mpf(0)))


def dot(one, other) -> mpf:
    return sum((u * v for u, v in zip(one, other, strict=True)), mpf(0))


@dataclass(frozen=True)
class Oracle:
    """One instance at the precision in force, data in the given order."""

    instance: SpaceInstance

    @cached_property
    def neurons(self):
        net = self.instance.network
        return [
            ([as_mpf(v) for v in w], as_mpf(b), as_mpf(a))
            for w, b, a in zip(net.w, net.b, net.a, strict=True)
        ]

    @cached_property
    def x(self):
        return [[as_mpf(v) for v in point] for point in self.instance.data.x]

    @property
    def y(self):
        return self.instance.data.y

    def f(self, x) -> mpf:
        terms = (a * max(dot(w, x) + b, mpf(0)) for w, b, a in self.neurons)
        return as_mpf(self.instance.network.c) + sum(terms, mpf(0))

    @cached_property
    def slopes(self):
        return [-y / (1 + mp.exp(y * self.f(x))) for x, y in zip(self.x, self.y, strict=True)]

    @cached_property
    def p(self):
        values = (self.f(x) for x in self.x)
        return [1 / (2 + mp.exp(f) + mp.exp(-f)) / len(self.x) for f in values]

    @cached_property
    def law(self):
        if self.instance.q is None:
            return [p / sum(self.p) for p in self.p]
        return [as_mpf(q / sum(self.instance.q, Fraction(0))) for q in self.instance.q]

    def is_active(self, i: int, j: int) -> bool:
        w, b, _ = self.neurons[i]
        return dot(w, self.x[j]) + b > 0

    @cached_property
    def rows(self):
        table = []
        for j, x in enumerate(self.x):
            row = []
            for i, (w, b, a) in enumerate(self.neurons):
                on = self.is_active(i, j)
                row += [a * v * on for v in x] + [a * on, (dot(w, x) + b) * on]
            table.append([*row, mpf(1)])
        return mp.matrix(table)

    @cached_property
    def R(self):
        d, n = len(self.x[0]), len(self.x)
        matrix = mp.zeros(len(self.neurons) * (d + 2) + 1)
        for i in range(len(self.neurons)):
            outer = i * (d + 2) + d + 1
            for j, x in enumerate(self.x):
                for c, value in enumerate([*x, mpf(1)]):
                    change = self.slopes[j] * value * self.is_active(i, j) / n
                    matrix[i * (d + 2) + c, outer] += change
                    matrix[outer, i * (d + 2) + c] += change
        return matrix

    @cached_property
    def H(self):
        return self.rows.T * mp.diag(self.p) * self.rows + self.R

    @cached_property
    def lambda_max(self) -> mpf:
        return max(mpmath.eigsy(self.H, eigvals_only=True))

    @cached_property
    def largest_r(self) -> mpf:
        return max([*mpmath.eigsy(self.R, eigvals_only=True), mpf(0)])

    @cached_property
    def v(self):
        return self.rows.T * mp.matrix(self.law)

    @property
    def v_squared(self) -> mpf:
        return dot(self.v, self.v)

    @property
    def rho(self) -> mpf:
        return (self.v.T * self.R * self.v)[0] / self.v_squared

    @property
    def inverse_D(self) -> mpf:
        return 1 / sum(q * q / p for q, p in zip(self.law, self.p, strict=True))

    @property
    def residual(self) -> mpf:
        pairs = zip(self.slopes, self.x, strict=True)
        return sum(abs(s) * mp.sqrt(1 + dot(x, x)) for s, x in pairs) / len(self.x)

    def tail(self, u, t, law=None, length=None) -> mpf:
        """g+(u, t) = Pr(u.X > t)^2 E[u.X - t | ..] sqrt(1 + length(E[X | ..])^2)."""
        q = law or self.law
        beyond = [j for j, x in enumerate(self.x) if dot(u, x) > t and q[j] > 0]
        mass = sum((q[j] for j in beyond), mpf(0))
        if mass == 0:
            return mpf(0)
        mean = [sum(q[j] * self.x[j][c] for j in beyond) / mass for c in range(len(u))]
        excess = sum(q[j] * (dot(u, self.x[j]) - t) for j in beyond) / mass
        return (
            mass**2 * excess * mp.sqrt(1 + (norm(mean) if length is None else length(beyond)) ** 2)
        )

    def path_sum(self, length=None, law=None) -> mpf:
        total = mpf(0)
        for w, b, a in self.neurons:
            size = norm(w)
            if size != 0:
                u, t = [v / size for v in w], -b / size
                total += abs(a) * size * self.tail(u, t, law, length)
        return total

    def variation(self) -> mpf:
        """sum over distinct hyperplanes, found in exact rationals by cross products."""
        net = self.instance.network
        exact = [((*w, b), a) for w, b, a in zip(net.w, net.b, net.a, strict=True) if any(w)]
        groups: list[list[tuple[tuple[Fraction, ...], Fraction]]] = []
        for plane, a in exact:
            for group in groups:
                other = group[0][0]
                pairs = [(i, j) for i in range(len(plane)) for j in range(i)]
                if all(plane[i] * other[j] == plane[j] * other[i] for i, j in pairs):
                    group.append((plane, a))
                    break
            else:
                groups.append([(plane, a)])
        total = mpf(0)
        for group in groups:
            *w, b = (as_mpf(v) for v in group[0][0])
            size = norm(w)
            u, t = [v / size for v in w], -b / size
            jump = sum(as_mpf(a) * norm([as_mpf(v) for v in plane[:-1]]) for plane, a in group)
            total += abs(jump) * min(self.tail(u, t), self.tail([-v for v in u], -t))
        return total

    def gradient_residual(self) -> mpf:
        d, n = len(self.x[0]), len(self.x)
        gradient, largest = mpf(0), mpf(0)
        for i, (_, _, a) in enumerate(self.neurons):
            active = [j for j in range(n) if self.is_active(i, j)]
            homogeneous = {j: [*self.x[j], mpf(1)] for j in active}
            beta = [sum(self.law[j] * homogeneous[j][c] for j in active) for c in range(d + 1)]
            r = [sum(self.slopes[j] * homogeneous[j][c] for j in active) / n for c in range(d + 1)]
            largest = max(largest, norm(beta))
            gradient += a * a * dot(r, r)
        return largest * mp.sqrt(gradient)

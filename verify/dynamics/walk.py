"""Full-batch gradient descent in O(n + k) per step: kinks are walked along the sorted data.

    f(x) = sum_i a_i relu(w_i x + b_i) + c,   L = (1/n) sum_j log(1 + exp(-y_j f(x_j)))

Each neuron drops a_i w_i and a_i b_i where its active range begins; running sums
give f on all data; running sums of l'_j and l'_j x_j give each neuron its
gradient; at last its range is walked to its new place. (The same sums by hand,
in O(n k): `verify.dynamics.descent`.)

Activity is w x + b > 0 in float64 as written, that is fl(fl(w x) + b) > 0, with
relu'(0) = 0. A sum of two doubles rounds to 0 only if it is 0, and rounding is
monotone; so this is fl(w x) > -b, and it holds on a range that ends at one end of
the data. Where the range begins depends on w and b alone, not on the way there.

No libm is called and nothing is reassociated, so a step gives the same bits
wherever float64 is IEEE 754. Nothing here is certified.
"""

from __future__ import annotations

import math

import numpy as np

from verify.dynamics.start import parts
from verify.dynamics.walker import Floats, Walker, place_of, prepare
from verify.kernel import kernel
from verify.spectrum.floating.exponential import INVERSE_LN2, LARGEST, LN2_HIGH, LN2_LOW

SHIFTER = 1.5 * 2.0**52
"""v + SHIFTER holds the integer nearest to v in its last bits, for |v| < 2^51."""
LOW_BITS = 2**32 - 1
_C = tuple(1.0 / math.factorial(degree) for degree in range(14))


@kernel
def fill_outputs(walker: Walker) -> None:
    """f from w, b, a, c and place."""
    w, b, a, place = walker.w, walker.b, walker.a, walker.place
    x, tilts, levels, f, mirrored = (
        walker.x,
        walker.tilts,
        walker.levels,
        walker.f,
        walker.mirrored,
    )
    n, other = x.size, x.size + 2
    tilts[:] = 0.0
    levels[:] = 0.0
    for i in range(w.size):
        at = place[i]
        tilts[at] += a[i] * w[i]
        levels[at] += a[i] * b[i]
    tilt, level, left_tilt, left_level = 0.0, 0.0, 0.0, walker.c[0]
    for j in range(n):
        tilt += tilts[j]
        level += levels[j]
        f[j] = tilt * x[j] + level
        left_tilt += tilts[other + j]
        left_level += levels[other + j]
        mirrored[n - 1 - j] = left_tilt * x[n - 1 - j] + left_level
    for j in range(n):
        f[j] += mirrored[j]


@kernel
def fill_slopes(walker: Walker) -> None:
    """slope_j = -y_j sigma(-y_j f_j) / n from f, in loops that compile to vector instructions.

    e^(-|f|) as in `verify.spectrum.floating.exponential` (|f| is cut at LARGEST, where
    it is below 1e-303); the power of two is put together from its bits.
    """
    y, f, slope, scale, bits = walker.y, walker.f, walker.slope, walker.scale, walker.bits
    n = f.size
    for j in range(n):
        scale[j] = min(abs(f[j]), LARGEST) * INVERSE_LN2 + SHIFTER
    for j in range(n):
        power = scale[j] - SHIFTER
        s = (power * LN2_HIGH - min(abs(f[j]), LARGEST)) + power * LN2_LOW
        tail = _C[9] + s * (_C[10] + s * (_C[11] + s * (_C[12] + s * _C[13])))
        tail = _C[4] + s * (_C[5] + s * (_C[6] + s * (_C[7] + s * (_C[8] + s * tail))))
        slope[j] = _C[0] + s * (_C[1] + s * (_C[2] + s * (_C[3] + s * tail)))
    for j in range(n):
        bits[j] = (1023 - (bits[j] & LOW_BITS)) << 52
    for j in range(n):
        decay = slope[j] * scale[j]
        top = decay if y[j] * f[j] >= 0.0 else 1.0
        slope[j] = -y[j] * top / ((1.0 + decay) * n)


@kernel
def fill_pulls(walker: Walker) -> float:
    """pull and mass from slope and place; returns sum_j (|f_j| - y_j f_j).

    That is 2 n times the mean of max(-y f, 0), which is the loss up to log 2.
    """
    x, y, f, slope = walker.x, walker.y, walker.f, walker.slope
    moments, masses = walker.moments, walker.masses
    n, end = x.size, 2 * x.size + 1
    moment, mass, left_moment, left_mass, excess = 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(n):
        excess += abs(f[j]) - y[j] * f[j]
        left_mass += slope[j]
        left_moment += slope[j] * x[j]
        masses[end - j] = left_mass
        moments[end - j] = left_moment
        i = n - 1 - j
        mass += slope[i]
        moment += slope[i] * x[i]
        masses[i] = mass
        moments[i] = moment
    place, pulls, sums = walker.place, walker.pull, walker.mass
    for i in range(place.size):
        at = place[i]
        pulls[i] = moments[at]
        sums[i] = masses[at]
    return excess


@kernel
def move(walker: Walker, eta: float) -> None:
    """w, b, a, c one step down the gradient (a pull, a mass, w pull + b mass, sum of slopes)."""
    w, b, a, pull, mass = walker.w, walker.b, walker.a, walker.pull, walker.mass
    for i in range(w.size):
        old_w, old_b, old_a = w[i], b[i], a[i]
        w[i] = old_w - eta * (old_a * pull[i])
        b[i] = old_b - eta * (old_a * mass[i])
        a[i] = old_a - eta * (old_w * pull[i] + old_b * mass[i])
    walker.c[0] -= eta * walker.masses[0]


@kernel
def walk(walker: Walker) -> None:
    """Bring every place up to date with w and b."""
    w, b, line, place, todo = walker.w, walker.b, walker.line, walker.place, walker.todo
    other, last = walker.x.size + 2, line.size - 2
    count = 0
    for i in range(w.size):
        at, speed, height = place[i], abs(w[i]), -b[i]
        begins = (speed * line[at + 1] > height) & (not speed * line[at] > height)
        todo[count] = i
        if not (begins & ((w[i] >= 0.0) == (at < other))):
            count += 1
    for m in range(count):
        i = todo[m]
        step, speed, height = np.int64(place[i]), abs(w[i]), -b[i]
        if w[i] == 0.0 or (w[i] > 0.0) != (step < other):
            place[i] = place_of(w[i], b[i], line)
            continue
        while step < last and not speed * line[step + 1] > height:
            step += 1
        while speed * line[step] > height:
            step -= 1
        place[i] = step


@kernel
def descend(walker: Walker, eta: float, steps: int, limit: float) -> int:
    """Take `steps` gradient steps, or fewer: as soon as the sum of |f_j| - y_j f_j exceeds
    `limit`, or is no number, the walker stays where it is. Returns the number taken.
    """
    for step in range(steps):
        fill_outputs(walker)
        fill_slopes(walker)
        if not fill_pulls(walker) <= limit:
            return step
        move(walker, eta)
        walk(walker)
    return steps


def look(walker: Walker) -> tuple[float, float]:
    """L at the walker's theta, and the sum of |f_j| - y_j f_j that `descend` watches."""
    fill_outputs(walker)
    fill_slopes(walker)
    excess = fill_pulls(walker)
    margin = walker.y * walker.f
    loss = np.mean(np.log1p(np.exp(-np.abs(margin))) + np.maximum(-margin, 0.0))
    return float(loss), excess


def loss_and_gradient(theta: Floats, x: Floats, y: Floats) -> tuple[float, Floats]:
    """L and the gradient (3k + 1,) by which `descend` moves theta; raises as `prepare` does."""
    walker = prepare(theta, x, y)
    loss, _ = look(walker)
    w, b, a, _ = parts(theta)
    pull, mass = walker.pull, walker.mass
    return loss, np.concatenate([a * pull, a * mass, w * pull + b * mass, walker.masses[:1]])


def outputs(theta: Floats, x: Floats) -> Floats:
    """f(x_j) as training sees it, shape (n,), in the order of x; raises as `prepare` does."""
    walker = prepare(theta, x, np.ones_like(x))
    fill_outputs(walker)
    found = np.empty_like(x)
    found[np.argsort(x, kind="stable")] = walker.f
    return found

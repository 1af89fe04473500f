"""The checker of certificates, piece by piece, against exact matrices and Arb.

Every rounding direction, every error term and every inequality is compared with
a value that is worked out here in another way. Forged certificates as a whole
are in test_certificate.py.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flint import arb, ctx, fmpq

from verify.spectrum import checker
from verify.spectrum.checker import Parts

F = Fraction
Matrix = list[list[Fraction]]
SOURCE = Path(checker.__file__)


def exact_ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def draw(random: Random, scale: int = 8) -> Fraction:
    return F(random.randint(-40, 40), random.choice([1, 2, 3, 7, scale]))


def neurons_of(random: Random, k: int) -> list[tuple[Fraction, Fraction, Fraction]]:
    return [(draw(random), draw(random), draw(random)) for _ in range(k)]


def data_of(random: Random, n: int) -> list[tuple[Fraction, int]]:
    return [(draw(random), random.choice([-1, 1])) for _ in range(n)]


def is_active(neuron: tuple[Fraction, ...], x: Fraction) -> bool:
    return neuron[0] * x + neuron[1] > 0


def output(neurons: list[Any], c: Fraction, x: Fraction) -> Fraction:
    return c + sum(neuron[2] * max(neuron[0] * x + neuron[1], F(0)) for neuron in neurons)


# --- the exponential, sigma and s ---------------------------------------------------------------

ARGUMENTS = [F(0), F(1, 10**30), F(1, 3), F(1), F(2), F(22), F(25, 2), F(31), F(100, 7), F(64)]


@pytest.mark.parametrize("bits", [32, 33, 35, 36, 63, 64, 100, 148, 401, 2000])
def test_decay_is_within_its_proved_error(bits: int) -> None:
    random = Random(bits)
    many = [F(random.randint(0, bits << 40), 1 << 40) for _ in range(60)]
    for argument in [*ARGUMENTS, *many, F(bits), F(bits) - F(1, 1 << bits)]:
        t = math.floor(argument * (1 << bits))
        with ctx.workprec(2 * bits + 200):
            excess = checker.decay(t, bits) - (-exact_ball(F(t, 1 << bits))).exp() * 2**bits
            assert excess <= arb(1) / 16
            assert excess > -arb(17) / 16


def test_decay_is_exact_at_zero_and_zero_far_out() -> None:
    for bits in (32, 148, 1000):
        assert checker.decay(0, bits) == 1 << bits
        assert checker.decay(1, bits) < 1 << bits
        assert checker.decay(bits << bits, bits) == 0
        assert checker.decay(10**4000, bits) == 0


@pytest.mark.parametrize("bits", [32, 64, 150])
def test_logistic_is_within_four_units_for_both_signs(bits: int) -> None:
    random = Random(bits)
    worst = [F(0), F(0)]
    for _ in range(400):
        f = random.randint(-30 << bits, 30 << bits) if random.random() < 3 / 4 else draw(random)
        f = int(f)
        u, s = checker.logistic(f, bits)
        assert 0 <= u <= 1 << bits
        assert 0 <= s <= 1 << bits - 2
        with ctx.workprec(4 * bits):
            e = exact_ball(F(f, 1 << bits)).exp()
            for at, (found, true) in enumerate(((u, 1 / (1 + e)), (s, e / (1 + e) ** 2))):
                off = found - true * 2**bits
                assert abs(off) < 4
                worst[at] = max(worst[at], F(float(abs(off))))
    assert worst[0] > F(1, 2)
    assert worst[1] > F(1, 2)


def test_logistic_at_a_value_worked_out_by_hand() -> None:
    assert checker.logistic(0, 40) == (1 << 39, 1 << 38)
    assert checker.logistic(1, 40)[0] == (1 << 39) - 1
    assert checker.logistic(-1, 40)[0] == (1 << 39) + 1
    u, s = checker.logistic(1 << 64, 64)
    assert F(u, 1 << 64) == pytest.approx(0.2689414213699951, abs=1e-15)
    assert F(s, 1 << 64) == pytest.approx(0.19661193324148185, abs=1e-15)
    assert checker.logistic(-1 << 64, 64) == ((1 << 64) - u, s)


# --- activity, affine sums, parts ---------------------------------------------------------------


def test_the_active_range_and_kinks_agree_with_every_product() -> None:
    x = [F(-3), F(-1, 2), F(0), F(1, 3), F(2)]
    seen = set()
    for w in (F(-2), F(-1, 3), F(0), F(3, 2)):
        for b in (F(0), F(1), F(-1), F(1, 2), F(-3), F(9), F(-9), F(-1, 2)):
            (start, stop), on_kink = checker._place(x, w, b)
            values = [w * at + b for at in x]
            assert [start <= j < stop for j in range(5)] == [value > 0 for value in values]
            assert on_kink == (0 in values)
            assert start in (0, stop) or stop == 5
            seen.add((start, stop, on_kink))
    assert len(seen) > 12


def spans_at(x: list[Fraction], neurons: list[Any]) -> list[tuple[int, int]]:
    return [checker._place(x, w, b)[0] for w, b, _ in neurons]


@pytest.mark.parametrize("seed", range(12))
def test_affine_floors_each_number_and_each_product(seed: int) -> None:
    random = Random(seed)
    k, bits = random.randint(0, 6), random.choice([3, 10, 40])
    x = sorted({draw(random) for _ in range(6)})
    neurons = neurons_of(random, k)
    spans = spans_at(x, neurons)
    lines = [(draw(random), draw(random)) for _ in neurons]
    c = draw(random)
    found = checker.affine(x, spans, lines, c, bits)
    reach = math.ceil(max(map(abs, x))) + 1
    for j, at in enumerate(x):
        seen = [line for line, (start, stop) in zip(lines, spans, strict=True) if start <= j < stop]
        slope, level = (sum(math.floor(line[e] * 2**bits) for line in seen) for e in (0, 1))
        assert found[j] == math.floor(slope * at) + level + math.floor(c * 2**bits)
        exact = at * sum(line[0] for line in seen) + sum(line[1] for line in seen) + c
        assert abs(found[j] - exact * 2**bits) <= k * reach + 2


def nearest(neurons: list[Any], c: Fraction, data: list[Any], bits: int) -> Iterator[Any]:
    """(x, number of data, of them with label -1, u and s) for each distinct x, as specified."""
    x = sorted({at for at, _ in data})
    f = checker.affine(x, spans_at(x, neurons), [(a * w, a * b) for w, b, a in neurons], c, bits)
    for at, value in zip(x, f, strict=True):
        labels = [y for where, y in data if where == at]
        yield at, len(labels), labels.count(-1), *checker.logistic(value, bits)


@pytest.mark.parametrize("seed", range(25))
def test_parts_enclose_the_weights_and_the_blocks(seed: int) -> None:
    random = Random(seed)
    bits = random.choice([40, 64, 150])
    neurons, c = neurons_of(random, random.randint(0, 4)), draw(random)
    data = data_of(random, random.randint(1, 7))
    parts, kind = checker.assemble(neurons, c, data, bits)
    one, x = 1 << bits, parts.x
    assert kind == (
        "formal" if any(w * at + b == 0 for w, b, _ in neurons for at in x) else "exact"
    )
    assert (parts.n, parts.bits) == (len(data), bits)
    assert x == sorted({at for at, _ in data})
    assert parts.spans == spans_at(x, neurons)
    reach = math.ceil(max(map(abs, x))) + 1
    error = len(neurons) * reach + 6
    assert parts.error == error * reach + 1
    rows = list(nearest(neurons, c, data, bits))
    for (low, high), (_, total, _, _, s) in zip(parts.p, rows, strict=True):
        assert (low, high) == (total * max(s - error, 0), total * (s + error))
    for neuron, found in zip(neurons, parts.r, strict=True):
        rx = r1 = 0
        for at, total, minus, u, _ in rows:
            slope = (minus * one - total * u) * is_active(neuron, at)
            rx, r1 = rx + math.floor(slope * at), r1 + slope
        assert found == (rx, r1)
    with ctx.workprec(3 * bits):
        for at, (low, high) in zip(x, parts.p, strict=True):
            e = exact_ball(output(neurons, c, at)).exp()
            total = sum(where == at for where, _ in data)
            assert low <= total * e / (1 + e) ** 2 * one <= high
        for neuron, found in zip(neurons, parts.r, strict=True):
            true = [arb(0), arb(0)]
            for at, y in data:
                if is_active(neuron, at):
                    slope = -y / (1 + exact_ball(y * output(neurons, c, at)).exp())
                    true = [true[0] + slope * exact_ball(at), true[1] + slope]
            off = [arb(value) - one * entry for value, entry in zip(found, true, strict=True)]
            assert off[0] * off[0] + off[1] * off[1] <= (parts.n * parts.error) ** 2


def test_a_weight_below_the_error_has_the_lower_bound_zero() -> None:
    parts, _ = checker.assemble([], F(40), [(F(0), 1)], 32)
    assert parts.p == [(0, 6)]


def test_parts_cannot_be_changed_or_confused() -> None:
    parts, _ = checker.assemble([], F(0), [(F(0), 1)], 32)
    with pytest.raises(AttributeError):
        parts.error = 0  # type: ignore[misc]
    with pytest.raises(TypeError):
        Parts(1, [F(0)], [], [(0, 1)], [], 32, 7)  # type: ignore[misc]
    assert not hasattr(parts, "__dict__")


def test_lists_of_unequal_length_are_never_cut() -> None:
    x, span, neuron = [F(1), F(2)], (0, 2), (F(1), F(1), F(1))
    long = Parts(n=2, x=x, spans=[span], p=[(1, 2)] * 2, r=[(0, 0)], bits=40, error=9)
    short_p, short_r = replace(long, p=[(1, 2)]), replace(long, r=[])
    for call in (
        lambda: checker.affine(x, [span], [], F(0), 8),
        lambda: checker.affine(x, [span], [(F(1),)], F(0), 8),  # type: ignore[list-item]
        lambda: checker.reaches([neuron], short_p, [1, 1, 1, 1], F(0)),
        lambda: checker.reaches([neuron], short_r, [1, 1, 1, 1], F(0)),
        lambda: checker.stays_below([neuron], short_p, F(9), 40, 20),
        lambda: checker.stays_below([neuron], short_r, F(9), 40, 20),
        lambda: checker.stays_below([neuron] * 2, long, F(9), 40, 20),
    ):
        with pytest.raises(ValueError, match=r"shorter|longer"):
            call()


# --- lo -----------------------------------------------------------------------------------------


def quotient(neurons: list[Any], parts: Parts, v: list[int]) -> Fraction:
    """The greatest lo that v proves, from the formula of section 4, neuron by neuron."""
    unit = F(1, 1 << parts.bits)
    total = F(0)
    for at, (low, _) in zip(parts.x, parts.p, strict=True):
        t = F(v[-1])
        for i, neuron in enumerate(neurons):
            if is_active(neuron, at):
                w, b, a = neuron
                t += a * (at * v[3 * i] + v[3 * i + 1]) + (w * at + b) * v[3 * i + 2]
        total += low * unit * max(abs(t) - parts.error * unit, 0) ** 2
    for i, (rx, r1) in enumerate(parts.r):
        total += 2 * v[3 * i + 2] * (rx * v[3 * i] + r1 * v[3 * i + 1]) * unit
    return total / (parts.n * sum(entry * entry for entry in v)) - parts.error * unit


def dyadic(random: Random) -> Fraction:
    return F(random.randint(-64, 64), 16)


@pytest.mark.parametrize("seed", range(30))
def test_v_proves_lo_up_to_the_last_unit_and_no_further(seed: int) -> None:
    random = Random(seed)
    k, n = random.randint(0, 4), random.randint(1, 6)
    neurons = [tuple(dyadic(random) for _ in range(3)) for _ in range(k)]
    data = [(dyadic(random), random.choice([-1, 1])) for _ in range(n)]
    parts, _ = checker.assemble(neurons, dyadic(random), data, random.choice([32, 60]))
    for _ in range(6):
        v = [random.randint(-9, 9) * random.choice([0, 1, 1]) for _ in range(3 * k)]
        v.append(random.choice([-1, 1, 5]))
        least = quotient(neurons, parts, v)
        assert checker.reaches(neurons, parts, v, least)
        assert checker.reaches(neurons, parts, v, least - 1)
        assert not checker.reaches(neurons, parts, v, least + F(1, 10**300))
        assert not checker.reaches(neurons, parts, v, least + 1)


def test_a_component_below_its_error_counts_nothing() -> None:
    parts = Parts(n=1, x=[F(1)], spans=[], p=[(1000, 1200)], r=[], bits=2, error=6)
    assert checker.reaches([], parts, [1], F(-6, 4))
    assert not checker.reaches([], parts, [1], F(-6, 4) + F(1, 10**9))
    least = F(1000 * (8 - 6) ** 2, 4**3 * 4) - F(6, 4)
    assert checker.reaches([], parts, [-2], least)
    assert not checker.reaches([], parts, [-2], least + F(1, 10**9))


def test_the_zero_vector_proves_nothing() -> None:
    parts, _ = checker.assemble([(F(1), F(1), F(1))], F(0), [(F(1), 1)], 64)
    for lo in (F(-5), F(0), F(10**9)):
        assert not checker.reaches([(F(1), F(1), F(1))], parts, [0, 0, 0, 0], lo)


# --- hi: what is handed to the factorization ------------------------------------------------------


def inverse_form(neuron: tuple[Fraction, ...], rho: list[Fraction], m: Fraction) -> Matrix:
    """T^T (m I - R)^-1 T by Cramer's rule on the 3 x 3 block."""
    w, b, a = neuron
    block = [[m, F(0), -rho[0]], [F(0), m, -rho[1]], [-rho[0], -rho[1], m]]
    columns = [[a, F(0), w], [F(0), a, b]]
    solved = [solve(block, column) for column in columns]
    return [[sum(map(Fraction.__mul__, one, two)) for two in solved] for one in columns]


def determinant(matrix: Matrix) -> Fraction:
    if not matrix:
        return F(1)
    minors = (
        (-1) ** j * entry * determinant([row[:j] + row[j + 1 :] for row in matrix[1:]])
        for j, entry in enumerate(matrix[0])
        if entry
    )
    return sum(minors, F(0))


def solve(matrix: Matrix, right: list[Fraction]) -> list[Fraction]:
    whole = determinant(matrix)
    return [
        determinant(
            [[*row[:j], value, *row[j + 1 :]] for row, value in zip(matrix, right, strict=True)]
        )
        / whole
        for j in range(len(matrix))
    ]


@pytest.mark.parametrize("seed", range(40))
def test_block_lies_above_the_form_by_the_stated_slack(seed: int) -> None:
    random = Random(seed)
    bits = random.choice([4, 20, 64])
    neuron = draw(random), draw(random), draw(random)
    m = random.randint(max(1, (1 << bits) // 2), 1 << bits)
    rho = random.randint(-m // 2, m // 2), random.randint(-m // 2, m // 2)
    low, mixed, high = checker.block(neuron, rho, m, bits)
    unit = F(1, 1 << bits)
    true = inverse_form(neuron, [entry * unit for entry in rho], m * unit)
    assert low == math.floor(true[0][0] / unit) + 2
    assert mixed == math.floor(true[0][1] / unit)
    assert high == math.floor(true[1][1] / unit) + 2
    excess = [low - true[0][0] / unit, mixed - true[0][1] / unit, high - true[1][1] / unit]
    assert excess[0] > 0
    assert excess[0] * excess[2] > excess[1] ** 2


Call = tuple[list[tuple[int, int]], list[list[int]], list[list[int]], int, int]


def handed(
    monkeypatch: pytest.MonkeyPatch, neurons: list[Any], parts: Parts, hi: Fraction, grid: int
) -> Call | None:
    """What stays_below hands to is_positive, or None if it does not come to that."""
    calls: list[Call] = []
    monkeypatch.setattr(checker, "is_positive", lambda *call: calls.append(call) or True)
    found = checker.stays_below(neurons, parts, hi, grid, 17)
    monkeypatch.undo()
    assert found is bool(calls)
    return calls[0] if calls else None


@pytest.mark.parametrize("seed", range(30))
def test_what_is_factored_is_rounded_up(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(seed)
    neurons, data = neurons_of(random, random.randint(0, 4)), data_of(random, random.randint(1, 6))
    grid = random.choice([30, 48])
    hi = F(random.randint(1, 400), random.choice([1, 3, 1000])) + 6
    fine = grid + random.randint(0, 3)
    parts, _ = checker.assemble(neurons, draw(random), data, fine)
    call = handed(monkeypatch, neurons, parts, hi, grid)
    assert call is not None
    rows, right, left, *rest = call
    assert rest == [grid, 17]
    m = (1 << grid) - parts.error - 2
    for (first, second), at, (_, high) in zip(rows, parts.x, parts.p, strict=True):
        weight = second // at.denominator
        assert (first, second) == (weight * at.numerator, weight * at.denominator)
        target = F(high, 1 << fine) / parts.n / hi * 4**grid / at.denominator**2
        assert (weight - 1) ** 2 <= target < weight**2
    last = len(parts.x)
    sums = {"right": [[0, 0, 0] for _ in range(last)], "left": [[0, 0, 0] for _ in range(last)]}
    for neuron, r, (start, stop) in zip(neurons, parts.r, parts.spans, strict=True):
        rho = [math.floor(F(entry, 1 << fine) / parts.n / hi * 2**grid) for entry in r]
        form = checker.block(neuron, (rho[0], rho[1]), m, grid)
        for j in range(start, stop):
            side = sums["right" if stop == last else "left"][j]
            side[:] = [one + two for one, two in zip(side, form, strict=True)]
    for entry in sums["right"]:
        entry[2] += math.floor(F(4**grid, m)) + 1
    for steps, wanted in ((right, sums["right"]), (left, sums["left"])):
        state = [0, 0, 0]
        for step, expected in zip(steps, wanted, strict=False):
            state = [one + two for one, two in zip(state, step, strict=True)]
            assert state == expected


def planted(r: list[tuple[int, int]], *, bits: int, error: int, n: int = 1) -> Parts:
    spans = [(0, 1)] * len(r)
    return Parts(n=n, x=[F(1)], spans=spans, p=[(0, 5)], r=r, bits=bits, error=error)


@pytest.mark.parametrize(
    ("r", "passes"),
    [
        ((995, 0), True),
        ((996, 0), False),
        ((0, -996), False),
        ((597, 796), True),
        ((600, 796), False),
    ],
)
def test_blocks_must_be_smaller_than_the_level(
    r: tuple[int, int], passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 1024 - 26 - 2 = 996 is the level at 10 bits; |(597, 796)| = 995.
    neuron = F(1), F(1), F(1)
    call = handed(monkeypatch, [neuron], planted([r], bits=10, error=26), F(1), 10)
    assert (call is not None) == passes
    again = handed(monkeypatch, [neuron] * 2, planted([(0, 0), r], bits=10, error=26), F(1), 10)
    assert (again is not None) == passes


@pytest.mark.parametrize(
    ("error", "passes"), [(1021, True), (1022, False), (1023, False), (5000, False)]
)
def test_the_level_must_be_positive_without_neurons_too(
    error: int, passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = handed(monkeypatch, [], planted([], bits=10, error=error), F(1), 10)
    assert (call is not None) == passes


def test_the_blocks_and_weights_are_divided_by_hi_and_n(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = planted([(3 << 12, -5)], bits=12, error=1, n=3)
    call = handed(monkeypatch, [(F(0), F(0), F(1))], parts, F(8), 10)
    assert call is not None
    rows, right, left, _, _ = call
    assert left == [[0, 0, 0]] * 2
    m, rho = 1021, (128, -1)
    form = checker.block((F(0), F(0), F(1)), rho, m, 10)
    assert right[0] == [form[0], form[1], form[2] + math.floor(F(1 << 20, m)) + 1]
    weight = math.isqrt(math.floor(F(5 << 20, 3 * 8 << 12))) + 1
    assert rows == [(weight, weight)]


# --- hi: the factorization ----------------------------------------------------------------------

Steps = list[list[int]]
System = tuple[list[tuple[int, int]], Steps, Steps, int]


def system(random: Random, bits: int, load: float) -> System:
    """Rows and steps as stays_below makes them: forms that begin somewhere or end somewhere."""
    n, one = random.randint(1, 5), 1 << bits
    rows = [tuple(random.randint(-one, one) for _ in range(2)) for _ in range(n)]
    right, left = ([[0, 0, 0] for _ in range(n + 1)] for _ in range(2))
    right[0][2] += one // 8
    for _ in range(random.randint(1, 4)):
        e, f = random.uniform(-1, 1), random.uniform(-1, 1)
        form = [int(load * value * one) for value in (e * e + 0.1, e * f, f * f + 0.1)]
        edge = random.randint(0, n)
        side, start, stop = (right, edge, n) if random.random() < 1 / 2 else (left, 0, edge)
        for entry, value in enumerate(form):
            side[start][entry] += value
            side[stop][entry] -= value
    return rows, right, left, bits


def sums_of(steps: Steps, length: int) -> list[list[int]]:
    return [[sum(step[e] for step in steps[: i + 1]) for e in range(3)] for i in range(length)]


def dense(rows: list[tuple[int, int]], right: Steps, left: Steps, bits: int) -> Matrix:
    """S entry by entry, from its definition."""
    n, unit = len(rows), F(1, 1 << bits)
    u, v = sums_of(right, n), sums_of(left, n)
    matrix = [[F(0)] * n for _ in range(n)]
    for i in range(n):
        for m in range(i + 1):
            a, b, c = (u[m][e] + v[i][e] for e in range(3))
            (x, y), (s, t) = rows[i], rows[m]
            form = (x * (a * s + b * t) + y * (b * s + c * t)) * unit**3
            matrix[i][m] = matrix[m][i] = (i == m) - form
    return matrix


def is_definite(matrix: Matrix) -> bool:
    """All pivots of Gaussian elimination are positive."""
    rows = [list(row) for row in matrix]
    for m, pivot in enumerate(rows):
        if pivot[m] <= 0:
            return False
        for row in rows[m + 1 :]:
            factor = row[m] / pivot[m]
            row[:] = [one - factor * two for one, two in zip(row, pivot, strict=True)]
    return True


def dot(one: list[Fraction], two: list[Fraction]) -> Fraction:
    return sum(map(Fraction.__mul__, one, two), F(0))


def bound_of(
    rows: list[tuple[int, int]], right: Steps, left: Steps, bits: int, half: int
) -> Fraction | None:
    """The bound of ||E||_F^2 from dense matrices, checked against ||E||_F^2; None if no D > 0."""
    n, unit, c = len(rows), F(1, 1 << bits), F(1, 1 << half)
    target = dense(rows, right, left, bits)
    u, v = ([[e * unit for e in entry] for entry in sums_of(side, n)] for side in (right, left))
    z = [[F(x) * unit, F(y) * unit] for x, y in rows]

    def image(form: list[Fraction], at: list[Fraction]) -> list[Fraction]:
        return [form[0] * at[0] + form[1] * at[1], form[1] * at[0] + form[2] * at[1]]

    r = [[*z[i], *image(v[i], z[i])] for i in range(n)]
    s = [[-e for e in (*image(u[i], z[i]), *z[i])] for i in range(n)]
    pivots: list[Fraction] = []
    near: list[list[Fraction]] = []
    rest: list[list[Fraction]] = []
    for m in range(n):
        seen = [d * dot(one, r[m]) for d, one in zip(pivots, near, strict=True)]
        column = list(s[m])
        for weight, one in zip(seen, near, strict=True):
            column = [e - weight * f for e, f in zip(column, one, strict=True)]
        exact = (
            target[m][m] - c - sum(w * dot(one, r[m]) for w, one in zip(seen, near, strict=True))
        )
        pivot = math.floor(exact / unit) * unit
        if pivot <= 0:
            return None
        pivots.append(pivot)
        near.append([math.floor(e / pivot / unit) * unit for e in column])
        rest.append([e - pivot * f for e, f in zip(column, near[m], strict=True)])
    lower = [[dot(r[i], near[m]) if i > m else F(i == m) for m in range(n)] for i in range(n)]
    whole = own = F(0)
    for i in range(n):
        for m in range(n):
            entry = target[i][m] - c * (i == m)
            entry -= sum(pivots[j] * lower[i][j] * lower[m][j] for j in range(n))
            whole += entry**2
            own += entry**2 * (i == m)
    bound = own + 2 * sum(dot(e, e) for e in rest) * sum(dot(e, e) for e in r)
    assert whole <= bound
    return bound


@pytest.mark.parametrize("seed", range(120))
def test_the_verdict_is_that_of_dense_exact_matrices(seed: int) -> None:
    random = Random(seed)
    load = random.choice([0.05, 0.2, 0.2, 0.6])
    rows, right, left, bits = system(random, random.choice([6, 9, 14, 30]), load)
    matrix = dense(rows, right, left, bits)
    for half in range(1, 2 * bits):
        bound = bound_of(rows, right, left, bits, half)
        found = checker.is_positive(rows, right, left, bits, half)
        assert found == (bound is not None and bound <= F(1, 4**half))
        assert not found or is_definite(matrix)


def test_all_kinds_of_verdicts_occur() -> None:
    seen = set()
    for seed in range(120):
        random = Random(seed)
        load = random.choice([0.05, 0.2, 0.2, 0.6])
        rows, right, left, bits = system(random, random.choice([6, 9, 14, 30]), load)
        definite = is_definite(dense(rows, right, left, bits))
        verdicts = {
            checker.is_positive(rows, right, left, bits, half) for half in range(1, 2 * bits)
        }
        seen.add((definite, *sorted(verdicts)))
    assert seen == {(True, False, True), (False, False)}


def test_a_bound_equal_to_the_shift_suffices() -> None:
    # S = 1; the pivot 1 - 2^-5 is cut to 15/16 at 4 bits, so that E = 2^-5 = c.
    assert checker.is_positive([(0, 0)], [[0, 0, 0]], [[0, 0, 0]], 4, 5)
    # 1 - 2^-6 is cut to 15/16 as well: E = 3 c.
    assert not checker.is_positive([(0, 0)], [[0, 0, 0]], [[0, 0, 0]], 4, 6)


def test_a_pivot_of_one_unit_is_positive() -> None:
    # S = 1 - 58 * 8^2/16^3 = 3/32, less 2^-5 is 1/16: one unit at 4 bits, and nothing is rounded.
    assert checker.is_positive([(0, 8)], [[0, 0, 58]], [[0, 0, 0]], 4, 5)
    # With 59 S is 5/64, less 2^-5 is 3/64: below one unit.
    assert not checker.is_positive([(0, 8)], [[0, 0, 59]], [[0, 0, 0]], 4, 5)


def test_a_matrix_with_an_eigenvalue_below_the_shift_is_not_proved() -> None:
    # S = 1 - 15/16 = 2^-4 for one datum.
    assert checker.is_positive([(0, 16)], [[0, 0, 15]], [[0, 0, 0]], 4, 5) is False
    wide = [(0, 1 << 20)], [[0, 0, 15 << 16]], [[0, 0, 0]], 20
    assert checker.is_positive(*wide, 5)
    assert not checker.is_positive(*wide, 4)
    assert not checker.is_positive(*wide, 3)

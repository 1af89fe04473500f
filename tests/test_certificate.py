"""Certificates against eigenvalues by mpmath, and forgers of every kind against the checker.

The truth comes from the Hessian written out entry by entry at 60 digits, which
shares no code with the engines, with the producer or with the checker.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import mpmath
import pytest
from flint import arb
from mpmath import mp, mpf

from verify.ball import Enclosure
from verify.counterexample.ramps import ramp_network
from verify.model import Dataset, InputError, Network, data_on_kinks
from verify.spectrum import PrecisionExhausted, certificate
from verify.spectrum.certificate import certify, read_certificate, verify
from verify.spectrum.checker import Rejected

F = Fraction
DIGITS = 60


def plain(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def written_out(network: Network, data: Dataset) -> mpmath.matrix:
    """The (formal) Hessian of the mean logistic loss, datum by datum, from its definition."""
    size = 3 * network.k + 1
    matrix = mpmath.zeros(size)
    for x, y in zip(data.x, data.y, strict=True):
        row = [F(0)] * (size - 1) + [F(1)]
        active = []
        for i, (w, b, a) in enumerate(zip(network.w, network.b, network.a, strict=True)):
            if w * x + b > 0:
                row[3 * i : 3 * i + 3] = a * x, a, w * x + b
                active.append(i)
        f = plain(network(x))
        curvature = 1 / ((1 + mpmath.exp(f)) * (1 + mpmath.exp(-f)) * data.n)
        slope = -y / ((1 + mpmath.exp(y * f)) * data.n)
        g = mpmath.matrix([plain(entry) for entry in row])
        matrix += curvature * (g * g.T)
        for i in active:
            for at, entry in ((3 * i, plain(x)), (3 * i + 1, mpf(1))):
                matrix[at, 3 * i + 2] += slope * entry
                matrix[3 * i + 2, at] += slope * entry
    return matrix


def top(network: Network, data: Dataset) -> tuple[Fraction, list[mpf]]:
    """lambda_max to about 55 digits of its own size, and its eigenvector."""
    with mp.workdps(DIGITS):
        matrix = written_out(network, data)
        scale = max(abs(entry) for entry in matrix)
        values, vectors = mpmath.eigsy(matrix / scale)
        last = len(values) - 1
        sign, mantissa, exponent, _ = (values[last] * scale)._mpf_
        return F(-mantissa if sign else mantissa) * F(2) ** exponent, list(vectors[:, last])


def drawn(seed: int) -> tuple[Network, Dataset]:
    """A small network of one of several kinds, with repeated data."""
    random = Random(seed)

    def draw() -> Fraction:
        value = F(random.randint(-40, 40), random.choice([1, 2, 3, 7, 8, 16]))
        return F(float(value)) if seed % 2 else value

    k, n = random.randint(0, 4), random.randint(1, 6)
    steep = random.choice([1, 1, 1, 50])
    w, b, a = (
        [draw() * steep for _ in range(k)],
        [draw() for _ in range(k)],
        [draw() / 8 for _ in range(k)],
    )
    points = [draw() / 16 + F(1, 977) for _ in range(n)]
    x = [*points, *random.sample(points, random.randint(0, n))]
    y = [random.choice([-1, 1]) for _ in x]
    return Network(w=w, b=b, a=a, c=draw() / 8), Dataset(x=x, y=y)


def spread(n: int) -> dict[str, Any]:
    return {
        "x": [F(2 * j - n, n) for j in range(n + 1)],
        "y": [(-1) ** (j * j // 3) for j in range(n + 1)],
    }


SHARP = (
    {"w": ["5/3", "-5/3"], "b": [0, 0], "a": [1, 1], "c": "-5/4"},
    {"x": ["3/4", "3/4", "-3/4", "-3/4"], "y": [1, -1, 1, -1]},
)
SPECIAL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sharp": SHARP,
    "one datum": ({"w": [1], "b": [0], "a": [1], "c": 0}, {"x": ["3/4"], "y": [1]}),
    "no neuron": ({"w": [], "b": [], "a": [], "c": 2}, {"x": [1, 2, 2, -3], "y": [1, -1, 1, 1]}),
    "no neuron, x = 0": ({"w": [], "b": [], "a": [], "c": "1/3"}, {"x": [0], "y": [1]}),
    "some dead": (
        {"w": [1, 2, -1], "b": [-100, 0, -5], "a": [1, 1, 3], "c": 0},
        {"x": [1, 2, 3], "y": [1, -1, 1]},
    ),
    "all dead": (
        {"w": [1, -1], "b": [-100, -100], "a": [1, 1], "c": 0},
        {"x": [1, 2, 3], "y": [1, -1, 1]},
    ),
    "w = 0": (
        {"w": [0, 0, 1], "b": [1, -1, 1], "a": [1, 1, -1], "c": 0},
        {"x": [1, 2, 3], "y": [1, -1, 1]},
    ),
    "a = 0": (
        {"w": [1, -1, 2], "b": ["1/2", "1/2", 1], "a": [0, 0, 0], "c": 0},
        {"x": [1, 2, 3, "1/7"], "y": [1, -1, 1, 1]},
    ),
    "R alone": (
        {"w": ["1"] * 4, "b": ["1/1000"] * 4, "a": ["1/1000"] * 4, "c": -200},
        {"x": [1, 2, 3], "y": [1, 1, 1]},
    ),
    "nearly R": (
        {"w": [1, 1, 1], "b": [1, 1, 1], "a": [0, 0, 0], "c": -30},
        {"x": [1, 2, 3], "y": [1, 1, 1]},
    ),
    "twins": (
        {"w": [1, 1, -1, -1], "b": ["1/3"] * 4, "a": [1, -1, 1, -1], "c": 0},
        {"x": [-1, 1], "y": [1, 1]},
    ),
    "repeated x": (
        {"w": [3, -2], "b": ["1/7", "1/5"], "a": [1, 2], "c": -1},
        {"x": [1, 1, 1, -1, -1, 0], "y": [1, -1, 1, 1, 1, -1]},
    ),
    "steep": (
        {"w": [1e6, -1e6, 3e5], "b": [1e5, 1e5, -1e5], "a": [1, 1, -1], "c": 0},
        {"x": [j / 37 for j in range(-12, 12)], "y": [1, -1] * 12},
    ),
    "many denominators": (
        {
            "w": [F(1, i + 2) for i in range(4)],
            "b": [F(i + 1, i + 31) for i in range(4)],
            "a": [F(1, 2 * i + 3) for i in range(4)],
            "c": "1/97",
        },
        {"x": [F(j, j + 101) for j in range(8)], "y": [1, -1] * 4},
    ),
    "tiny x": (
        {"w": [1, -1], "b": [1e-310, 1e-300], "a": [1, 1], "c": 0},
        {"x": [5e-324, 2e-300, -1e-320], "y": [1, -1, 1]},
    ),
    "huge": (
        {"w": ["1e150"], "b": ["1e100"], "a": ["1e-200"], "c": 0},
        {"x": [1e-100, 2, 3e20], "y": [1, -1, 1]},
    ),
    "far out": ({"w": [1000], "b": [1], "a": [1000], "c": 0}, {"x": [1, -2, 1.5], "y": [1, -1, 1]}),
    "faint": (
        {"w": [1, -1], "b": [3, 2], "a": [1, 2], "c": 3000},
        {"x": [1, -2, 1.5], "y": [1, 1, 1]},
    ),
    "larger": (
        {"w": [3, -3, 2], "b": ["6/7", "9/7", "1/7"], "a": [2, 1, -1], "c": "-1/2"},
        spread(30),
    ),
}


def instance(name: str) -> tuple[Network, Dataset]:
    net, data = SPECIAL[name]
    return Network(**net), Dataset(**data)


def ends(text: str) -> tuple[Fraction, Fraction]:
    fields = json.loads(text)
    return F(fields["lo"]), F(fields["hi"])


def assert_right(network: Network, data: Dataset) -> None:
    text = certify(network, data)
    lo, hi = ends(text)
    truth, _ = top(network, data)
    assert lo < truth < hi
    assert hi - lo <= F(12, 10**13) * hi
    fields = json.loads(text)
    assert (
        verify(text, network, data)
        == f"{fields['lo']} <= lambda_max <= {fields['hi']} (exact Hessian)"
    )
    assert len(fields["v"]) == 3 * network.k + 1


@pytest.mark.parametrize("name", SPECIAL)
def test_special_networks_are_certified_around_the_truth(name: str) -> None:
    assert_right(*instance(name))


@pytest.mark.parametrize("seed", range(40))
def test_random_networks_are_certified_around_the_truth(seed: int) -> None:
    network, data = drawn(seed)
    if not data_on_kinks(network, data):
        assert_right(network, data)
        return
    text = certify(network, data, formal=True)
    lo, hi = ends(text)
    assert lo < top(network, data)[0] < hi
    assert verify(text, network, data).endswith("(formal Hessian)")


def test_a_ramp_network_of_margin_ten_thousand() -> None:
    data = Dataset(x=[F(j, 10) for j in (-9, -6, -2, 1, 3, 8)], y=[1, -1, -1, 1, -1, 1])
    network = ramp_network(data, margin=F(10_000), omega=F(1, 2))
    text = certify(network, data, eta=F(10) ** 300)
    lo, hi = ends(text)
    # 75.19531 m e^-m, an independent value; e^-10000 = 1.1354839e-4343.
    assert int(lo * 10**4342) == int(hi * 10**4342) == 85383
    assert verify(text, network, data).endswith(f"stable at eta = {10**300}")


# --- what certify says and refuses ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("eta", "stable"),
    [
        (None, None),
        (F(3), True),
        (F(16, 5), False),
        (F(128, 41), None),
        (F(128, 41) * (1 - F(1, 10**15)), True),
        (F(128, 41) * (1 + F(1, 10**30)), False),
        (F(128, 41) * (1 - F(1, 10**60)), None),
        (F(1, 10**300), True),
        (F(10) ** 300, False),
    ],
)
def test_stability_is_decided_where_an_interval_can(
    eta: Fraction | None, stable: bool | None
) -> None:
    network, data = instance("sharp")
    text = certify(network, data, eta=eta)
    fields = json.loads(text)
    assert fields["stable"] is stable
    assert fields["eta"] == (None if eta is None else str(eta))
    words = {True: "stable", False: "not stable", None: "undecided"}
    at_eta = "" if eta is None else f", {words[stable]} at eta = {eta}"
    assert verify(text, network, data).endswith(f"(exact Hessian){at_eta}")


def test_a_certificate_is_small_and_has_one_field_a_line() -> None:
    text = certify(*instance("larger"), eta=F(2, 5))
    names = [line.split('"')[1] for line in text.splitlines()]
    first = ["format", "subject", "hessian", "lo", "hi", "eta", "stable"]
    assert names == [*first, "bits", "v", "seal"]
    assert text.endswith("}\n")
    assert len(text) < 700
    assert max(abs(entry) for entry in json.loads(text)["v"]) < 10**12


@pytest.mark.parametrize(
    ("eta", "words"),
    [
        (F(0), "eta is 0; a step size above 0 is needed"),
        (F(-1, 3), "a step size above 0 is needed"),
        (F(1, 3**4000), "with more digits than a certificate holds"),
    ],
)
def test_a_bad_eta_is_refused(eta: Fraction, words: str) -> None:
    with pytest.raises(InputError, match=words):
        certify(*instance("sharp"), eta=eta)


def test_the_longest_eta_is_held() -> None:
    network, data = instance("sharp")
    eta = F(2**2999 - 1, 2**2999)
    assert verify(certify(network, data, eta=eta), network, data).endswith(f"stable at eta = {eta}")


def test_a_datum_on_a_kink_needs_the_formal_hessian() -> None:
    network, data = Network(w=[1, 1], b=[-1, 0], a=[1, 1], c=0), Dataset(x=[1, 2], y=[1, -1])
    with pytest.raises(InputError, match="neuron 0 has w x"):
        certify(network, data)
    text = certify(network, data, formal=True)
    lo, hi = ends(text)
    assert lo < top(network, data)[0] < hi
    assert json.loads(text)["hessian"] == "formal"
    assert verify(text, network, data).endswith("(formal Hessian)")
    plainly = certify(*instance("sharp"), formal=True)
    assert json.loads(plainly)["hessian"] == "exact"


@pytest.mark.parametrize(
    ("c", "words"),
    [
        ("60000", "no certificate of lambda_max: hi or an x needs 86709 bits"),
        ("1e12", "its exponent is beyond"),
    ],
)
def test_a_lambda_max_too_small_for_the_checker_is_said(c: str, words: str) -> None:
    network = Network(w=[], b=[], a=[], c=c)
    with pytest.raises(InputError, match=words):
        certify(network, Dataset(x=[1], y=[1]))


def test_failure_of_the_engine_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Enclosure:
        raise PrecisionExhausted("too hard")

    monkeypatch.setattr(certificate, "lambda_max", fail)
    with pytest.raises(InputError, match="lambda_max is not enclosed: too hard"):
        certify(*instance("sharp"))


@pytest.mark.parametrize(
    ("factors", "reason"),
    [
        ((F("0.9"), F("0.9999999")), "hi is not proved"),
        ((F("1.0000001"), F(2)), "v does not prove lo"),
    ],
)
def test_a_wrong_engine_yields_no_certificate(
    factors: tuple[Fraction, Fraction], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [F(41, 64) * factor for factor in factors]
    lo, hi = (arb(f"{int(end * 10**12)}e-12").mid() for end in wrong)
    monkeypatch.setattr(certificate, "lambda_max", lambda *_, **__: Enclosure(lo=lo, hi=hi))
    with pytest.raises(InputError, match=f"no certificate of lambda_max: {reason}"):
        certify(*instance("sharp"))


def test_where_the_iteration_breaks_down_nothing_is_proposed() -> None:
    assert certificate._top_vector(*instance("sharp"), arb(0), 9) == [0] * 7


def test_numbers_of_many_magnitudes_take_more_bits() -> None:
    assert json.loads(certify(*instance("sharp")))["bits"] < 160
    assert json.loads(certify(*instance("huge")))["bits"] > 300


# --- tampering ------------------------------------------------------------------------------------


def sealed(fields: dict[str, Any]) -> str:
    body = {name: value for name, value in fields.items() if name != "seal"}
    seal = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return json.dumps({**body, "seal": seal})


def refused(text: str, network: Network, data: Dataset) -> bool:
    try:
        verify(text, network, data)
    except (Rejected, InputError) as error:
        return "\n" not in str(error)
    return False


TAMPERED: dict[str, list[Any]] = {
    "format": ["flatcert lambda_max 2", "", None, 1],
    "subject": ["0" * 64, "", None],
    "hessian": ["formal", "", None, True],
    "lo": ["0.6406250001", "0.6", "0", "-1", "nan", "1e999999999", 0.5, None],
    "hi": ["0.6406249999", "0.7", "1e9", "1/0", "inf", "1e-999999999", 1, None],
    "eta": ["2", "4", "3.0", "-3", "0", None, 3],
    "stable": [False, None, "true", 1, 0],
    "bits": [32, 64, 147, 149, 4096, 5000, 10**9, -1, 0, "148", 148.0, True, None],
    "v": [[], [1], None, "v", [0] * 7, [1] * 7, [1.5] * 7],
    "seal": ["", "0" * 64, None, 0],
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_field_is_noticed(name: str) -> None:
    network, data = instance("sharp")
    fields = json.loads(certify(network, data, eta=F(3)))
    for value in TAMPERED[name]:
        if value != fields[name] or type(value) is not type(fields[name]):
            assert refused(json.dumps(fields | {name: value}), network, data), value
    smaller = {key: value for key, value in fields.items() if key != name}
    assert refused(json.dumps(smaller), network, data)
    assert refused(sealed(smaller), network, data) or name == "seal"
    assert refused(json.dumps(fields | {f"{name}2": fields[name]}), network, data)


def test_every_changed_character_is_noticed_or_changes_nothing() -> None:
    network, data = instance("one datum")
    text = certify(network, data, eta=F(3))
    fields, random = json.loads(text), Random(0)
    for at in range(len(text)):
        other = random.choice('0123456789abcdef"{}[],:. -')
        changed = text[:at] + other + text[at + 1 :]
        try:
            same = json.loads(changed) == fields
        except ValueError:
            same = False
        assert refused(changed, network, data) or same


def test_a_certificate_of_another_network_or_other_data_is_rejected() -> None:
    network, data = instance("repeated x")
    text = certify(network, data)
    w, x, y = list(network.w), list(data.x), list(data.y)
    others = [
        (Network(w=w, b=network.b, a=network.a, c=network.c + F(1, 10**30)), data),
        (Network(w=w[::-1], b=network.b[::-1], a=network.a[::-1], c=network.c), data),
        (Network(w=w, b=network.b, a=[1, 2 + F(1, 2**52)], c=network.c), data),
        (network, Dataset(x=x, y=[-label for label in y])),
        (network, Dataset(x=x, y=[*y[:1], -y[1], *y[2:]])),
        (network, Dataset(x=[*x[:5], F(1, 10**30)], y=y)),
        (network, Dataset(x=x[:5], y=y[:5])),
        (network, Dataset(x=x * 2, y=y * 2)),
    ]
    for other in others:
        with pytest.raises(Rejected, match="it is about other data or networks"):
            verify(text, *other)
    reordered = Dataset(x=x[::-1], y=y[::-1])
    assert verify(text, network, reordered) == verify(text, network, data)
    small = instance("one datum")
    with pytest.raises(InputError, match="v has the wrong type or length"):
        verify(text, *small)


# --- forging --------------------------------------------------------------------------------------

Forgery = Callable[[dict[str, Any], Random], Iterator[dict[str, Any]]]


def decimal(value: Fraction, digits: int = 40) -> str:
    """value to some digits after its first one, rounded down."""
    shift = digits
    while value * F(10) ** shift < F(10) ** digits:
        shift += digits
    return f"{value * F(10) ** shift // 1}e-{shift}"


def numbers_shaken(fields: dict[str, Any], random: Random) -> Iterator[dict[str, Any]]:
    """Each number of v made zero, opposite, slightly or much larger, or exchanged."""
    v = fields["v"]
    for at, entry in enumerate(v):
        other = random.randrange(len(v))
        for value in (
            0,
            -entry,
            entry + 1,
            entry - 1,
            entry * 1001 // 1000,
            entry * 3,
            entry + 10**9,
            10**60,
        ):
            yield {"v": [*v[:at], value, *v[at + 1 :]]}
        swapped = list(v)
        swapped[at], swapped[other] = swapped[other], swapped[at]
        yield {"v": swapped}
    for scale in (-1, 2, 10**40):
        yield {"v": [scale * entry for entry in v]}
    for value in (0, 1, 10**11):
        yield {"v": [value] * len(v)}
    yield {"v": [random.randint(-9, 9) for _ in v]}
    for bits in (32, 33, 40, 48, 64, 65, 90, 200, 4096):
        yield {"bits": bits}


def ends_moved(fields: dict[str, Any], random: Random) -> Iterator[dict[str, Any]]:
    """lo and hi each moved up and down by every size, exchanged, equal, reciprocal."""
    lo, hi = F(fields["lo"]), F(fields["hi"])
    for power in (0, 1, 3, 6, 9, 11, 12, 13, 14, 18, 30):
        for sign in (1, -1):
            factor = 1 + sign * F(random.randint(11, 99), 100) / 10**power
            yield {"lo": decimal(lo * factor)}
            yield {"hi": decimal(hi * factor)}
    yield {"lo": fields["hi"], "hi": fields["lo"]}
    yield {"lo": fields["hi"]}
    yield {"hi": fields["lo"]}
    yield {"lo": "0"}
    yield {"hi": f"{1 / hi}"}
    yield {"hi": "1e9999"}


FORGERS: dict[str, Forgery] = {"numbers": numbers_shaken, "ends": ends_moved}
FORGED = [
    "sharp",
    "one datum",
    "no neuron",
    "w = 0",
    "R alone",
    "nearly R",
    "twins",
    "repeated x",
    "far out",
    "faint",
]


@pytest.mark.parametrize("forger", FORGERS)
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_number_never_proves_what_is_false(name: str, forger: str) -> None:
    network, data = instance(name)
    truth, _ = top(network, data)
    fields = json.loads(certify(network, data))
    verdicts = set()
    for changes in FORGERS[forger](fields, Random(name)):
        forged = fields | changes
        is_true = F(forged["lo"]) <= truth <= F(forged["hi"])
        accepted = not refused(sealed(forged), network, data)
        assert is_true or not accepted, changes
        verdicts.add((is_true, accepted))
    assert (True, False) in verdicts or forger == "ends"
    assert (False, False) in verdicts or forger == "numbers"


GAPS = [F(1, 10**6), F(1, 10**9), F(1, 10**12), F(1, 10**15), F(1, 10**18), F(1, 10**24)]


@pytest.mark.parametrize("name", FORGED)
def test_no_precision_proves_an_upper_bound_below_the_truth(name: str) -> None:
    network, data = instance(name)
    truth, _ = top(network, data)
    fields = json.loads(certify(network, data)) | {"lo": "0"}
    for gap in GAPS:
        for bits in (32, 40, 64, 100, 128, 148, 256, 700):
            below = fields | {"hi": decimal(truth * (1 - gap)), "bits": bits}
            with pytest.raises(Rejected, match=r"^hi is not proved$"):
                verify(sealed(below), network, data)
        above = fields | {"hi": decimal(truth * (1 + gap)), "bits": 700}
        assert verify(sealed(above), network, data)


@pytest.mark.parametrize("name", FORGED)
def test_not_even_the_eigenvector_proves_a_lower_bound_above_the_truth(name: str) -> None:
    network, data = instance(name)
    truth, vector = top(network, data)
    with mp.workdps(DIGITS):
        size = max(abs(entry) for entry in vector)
        v = [int(mpmath.nint(entry / size * mpf(10) ** 30)) for entry in vector]
    fields = json.loads(certify(network, data)) | {"v": v, "hi": decimal(truth * 2)}
    for gap in GAPS:
        for bits in (32, 64, 148, 700):
            above = fields | {"lo": decimal(truth * (1 + gap)), "bits": bits}
            with pytest.raises(Rejected, match=r"^v does not prove lo$"):
                verify(sealed(above), network, data)
        below = fields | {"lo": decimal(truth * (1 - gap)), "bits": 700}
        assert verify(sealed(below), network, data)


def test_stability_cannot_be_forged() -> None:
    network, data = instance("repeated x")
    truth, _ = top(network, data)
    fields = json.loads(certify(network, data))
    for factor in (
        F(1, 2),
        1 - F(1, 10**9),
        1 - F(1, 10**20),
        1 + F(1, 10**20),
        1 + F(1, 10**9),
        F(2),
    ):
        eta = factor * 2 / truth
        for claim in (True, False):
            forged = sealed(fields | {"eta": f"{eta.limit_denominator(10**40)}", "stable": claim})
            if claim is (factor < 1) and abs(factor - 1) > F(1, 10**10):
                assert verify(forged, network, data)
            else:
                assert refused(forged, network, data)


# --- files ----------------------------------------------------------------------------------------


def test_a_certificate_is_read_from_a_file(tmp_path: Path) -> None:
    network, data = instance("sharp")
    text = certify(network, data)
    file = tmp_path / "c.json"
    file.write_text(text, encoding="utf-8")
    assert verify(read_certificate(file), network, data)
    file.write_text("\ufeff" + text, encoding="utf-8")
    assert read_certificate(str(file)) == text


def test_what_cannot_be_read_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bytes").write_bytes(b"ab\xff")
    monkeypatch.setattr(certificate, "MAX_BYTES", 10)
    (tmp_path / "long").write_text("x" * 11)
    (tmp_path / "fits").write_text("x" * 10)
    cases = {
        "bytes": r"not UTF-8 text \(byte 2\)",
        "long": "a regular file of at most 10 bytes is needed",
        "": "a regular file of at most 10 bytes is needed",
        "none": "No such file or directory",
    }
    for name, words in cases.items():
        with pytest.raises(InputError, match=words) as caught:
            read_certificate(tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert read_certificate(tmp_path / "fits") == "x" * 10
    with pytest.raises(InputError, match="not a certificate: no readable JSON"):
        verify("{", *instance("sharp"))

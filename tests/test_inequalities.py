"""The divergence of two logistic outputs and K1 to K5 in balls, against mpmath."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import pytest
from flint import arb
from mpmath import mp, mpf

from tests.witnesses import as_mpf
from verify.ball import dyadic, sign, working_precision
from verify.inequalities.divergence import divergence, gap, k, remainder, softness
from verify.inequalities.lemma import Lemma, Variant, false_form, sides_at
from verify.inequalities.lemmas import LEMMAS

BITS = 170
"""A little over 50 decimal digits."""
VARIANTS = [(lemma, variant) for lemma in LEMMAS for variant in lemma.variants]
each_lemma = pytest.mark.parametrize("lemma", LEMMAS, ids=lambda lemma: lemma.id)
each_variant = pytest.mark.parametrize(
    ("lemma", "variant"), VARIANTS, ids=[variant.id for _, variant in VARIANTS]
)


def sigma(u: mpf) -> mpf:
    return 1 / (1 + mp.exp(-u))


def kl(one: Fraction, other: Fraction) -> mpf:
    """The definition, without any rearrangement."""
    a, b = as_mpf(one), as_mpf(other)
    return sigma(a) * mp.log(sigma(a) / sigma(b)) + sigma(-a) * mp.log(sigma(-a) / sigma(-b))


def sides_by_hand(label: str, f0: Fraction, f: Fraction) -> tuple[mpf, mpf]:
    """(larger, smaller) of a true lemma, written out once more."""
    a, b, divergence = as_mpf(f0), as_mpf(f), kl(f0, f)
    t, square = abs(b - a), (sigma(b) - sigma(a)) ** 2
    s = {name: sigma(u) * sigma(-u) for name, u in (("f0", a), ("f", b))}
    match label:
        case "K1":
            return divergence, 2 * square
        case "K2":
            return t**2 / 8, divergence
        case "K3":
            return divergence, min(s.values()) * t**2 / 2
        case "K4, lower side":
            return divergence, s["f0"] * (mp.exp(-t) - 1 + t)
        case "K4, upper side":
            return s["f0"] * (mp.exp(t) - 1 - t), divergence
        case "K5":
            return square / s["f"], divergence
    raise AssertionError(label)


def holds(enclosure: arb, value: mpf) -> bool:
    """Whether the ball contains the value, which mpmath knows to far more digits."""
    return as_mpf(dyadic(enclosure.lower())) <= value <= as_mpf(dyadic(enclosure.upper()))


def is_narrow(enclosure: arb, bits: int) -> bool:
    return dyadic(enclosure.rad()) * 2**bits <= 2**5 * abs(dyadic(enclosure.mid()))


def pairs(count: int, seed: str) -> list[tuple[Fraction, Fraction]]:
    """Truths up to 300 in size with outputs up to 300 and down to 2^-300 away from them."""
    random, found = Random(seed), []
    for _ in range(count):
        size = Fraction(random.randint(1, 300), random.randint(1, 300))
        step = random.choice((-1, 1)) * size / 2 ** random.choice((0, 0, 3, 20, 80, 169, 171, 300))
        f0 = Fraction(random.randint(-300, 300), random.randint(1, 30))
        found.append((f0, f0 + step))
    return found


@pytest.mark.parametrize("bits", [53, BITS])
def test_every_term_holds_its_value_and_is_narrow(bits: int) -> None:
    with mp.workdps(700):
        for f0, f in pairs(150, "terms"):
            a, b = as_mpf(f0), as_mpf(f)
            with working_precision(bits):
                found = [
                    (divergence(f0, f), kl(f0, f)),
                    (gap(f0, f), sigma(b) - sigma(a)),
                    (remainder(f - f0), mp.exp(b - a) - 1 - (b - a)),
                    (softness(f), sigma(b) * sigma(-b)),
                ]
            assert all(holds(enclosure, value) for enclosure, value in found), (f0, f)
            assert all(is_narrow(enclosure, bits) for enclosure, _ in found), (f0, f)


def test_the_levels_of_the_transfer_lemma() -> None:
    low, high = Fraction(1), Fraction(3, 2)
    with working_precision(BITS), mp.workdps(70):
        for one, other, leading in ((low, high, "0.022622"), (high, low, "0.020636")):
            assert holds(k(one, other), kl(one, other))
            assert mp.nstr(kl(one, other), 5) == leading


def test_equality_is_exact_and_huge_arguments_stay_finite() -> None:
    third, huge = Fraction(1, 3), Fraction(10**30)
    for f in (Fraction(0), third, -huge):
        assert divergence(f, f) == gap(f, f) == remainder(f - f) == 0
        assert divergence(f, f + Fraction(1, 10**900)) > 0
    # KL of (almost) surely one label against (almost) surely the other is the logit.
    assert abs(divergence(huge, -huge) / arb(10**30) - 1) < arb(1) / 2**40
    # Far out D(f0||f) is -log(1 - sigma(f)).
    assert abs(divergence(-huge, Fraction(1)) - (arb(1).exp() + 1).log()) < arb(1) / 2**40


@each_lemma
def test_the_sides_are_those_written_by_hand(lemma: Lemma) -> None:
    with mp.workdps(700), working_precision(BITS):
        for f0, f in pairs(60, lemma.id):
            for enclosure, value in zip(
                sides_at(lemma, f0, f), sides_by_hand(lemma.label, f0, f), strict=True
            ):
                assert holds(enclosure, value), (f0, f)
                assert is_narrow(enclosure, BITS - 4)


@each_lemma
def test_a_lemma_is_decided_however_close_and_exactly_0_at_equality(lemma: Lemma) -> None:
    with working_precision(BITS):
        for f0, f in pairs(60, f"{lemma.id}, decided"):
            larger, smaller = sides_at(lemma, f0, f)
            assert sign(larger - smaller) in {1, None}
            if abs(f - f0) > Fraction(1, 2**30) and abs(f0) < 20:
                assert larger > smaller
            assert [side == 0 for side in sides_at(lemma, f0, f0)] == [True, True]


@each_variant
def test_a_witness_refutes_its_variant_and_not_the_lemma(lemma: Lemma, variant: Variant) -> None:
    larger, smaller = sides_at(false_form(lemma, variant), *variant.witness)
    assert larger < smaller
    larger, smaller = sides_at(lemma, *variant.witness)
    assert larger > smaller
    assert (variant.constant is None) != (variant.sides is None)


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """mpmath's values at a witness; `D` is D(f0||f), or D(f||f0) for a swapped control."""

    D: mpf
    gap: mpf
    t: mpf
    s: tuple[mpf, mpf]

    def quadratic(self, weight: mpf) -> mpf:
        return self.D - weight * self.t**2

    def exponential(self, sign: int, factor: str = "1") -> mpf:
        """D - factor s(f0) (e^(sign t) - 1 - sign t)."""
        t = sign * self.t
        return self.D - mpf(factor) * self.s[0] * (mp.exp(t) - 1 - t)

    def squared(self, factor: mpf) -> mpf:
        return self.D - factor * self.gap**2


# Larger side minus smaller side of each variant, written from its words.
VARIANTS_BY_HAND: dict[str, Callable[[ByHand], mpf]] = {
    "pinsker-const": lambda at: at.squared(mpf("2.001")),
    "pinsker-distance": lambda at: at.quadratic(mpf(1) / 8),
    "quadratic-const": lambda at: -at.quadratic(mpf("0.124")),
    "quadratic-truth": lambda at: -at.quadratic(at.s[0] / 2),
    "uncertain-const": lambda at: at.quadratic(mpf("0.501") * min(at.s)),
    "uncertain-truth": lambda at: at.quadratic(at.s[0] / 2),
    "uncertain-output": lambda at: at.quadratic(at.s[1] / 2),
    "below-const": lambda at: at.exponential(-1, "1.01"),
    "below-remainder": lambda at: at.exponential(1),
    "below-swapped": lambda at: at.exponential(-1),
    "above-const": lambda at: -at.exponential(1, "0.99"),
    "above-remainder": lambda at: -at.exponential(-1),
    "above-swapped": lambda at: -at.exponential(1),
    "chi-const": lambda at: -at.squared(mpf("0.9") / at.s[1]),
    "chi-truth": lambda at: -at.squared(1 / at.s[0]),
    "chi-swapped": lambda at: -at.squared(1 / at.s[1]),
}


@each_variant
def test_a_witness_refutes_what_its_words_say(lemma: Lemma, variant: Variant) -> None:
    f0, f = variant.witness
    with mp.workdps(60), working_precision(BITS):
        a, b = as_mpf(f0), as_mpf(f)
        at = ByHand(
            D=kl(f, f0) if variant.id.endswith("-swapped") else kl(f0, f),
            gap=sigma(b) - sigma(a),
            t=abs(b - a),
            s=(sigma(a) * sigma(-a), sigma(b) * sigma(-b)),
        )
        expected = VARIANTS_BY_HAND[variant.id](at)
        larger, smaller = sides_at(false_form(lemma, variant), f0, f)
        assert expected < 0
        assert holds(larger - smaller, expected)


@each_lemma
def test_exchanging_the_arguments_is_false_only_where_a_control_says_so(lemma: Lemma) -> None:
    """K1, K2 and K3 are symmetric in f0 and f; K4 and K5 are not."""
    has_control = any(variant.id.endswith("-swapped") for variant in lemma.variants)
    assert has_control == (lemma.label[:2] in {"K4", "K5"})
    if not has_control:
        with mp.workdps(700):
            for f0, f in pairs(20, "swapped"):
                ahead, back = (sides_by_hand(lemma.label, *pair) for pair in ((f0, f), (f, f0)))
                fixed = 0 if lemma.label == "K2" else 1
                assert mp.almosteq(ahead[fixed], back[fixed], mpf(10) ** -300)

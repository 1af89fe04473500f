"""Certificates for Coq: their numbers against mpmath; what coqc says of true and false ones."""

import random
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from formal_texts import CASES, FOUR, SHARP, bounds, definition, instance, real
from mpmath import mp, mpf

from verify.data import REAL, load
from verify.formal import prove
from verify.formal.decay import decay
from verify.formal.emit import coq_certificate
from verify.formal.outputs import NoWitness
from verify.formal.riccati import Step, follow
from verify.formal.subject import LONGEST, MOST_PAIRS, integers
from verify.formal.theorems import ALLOWED
from verify.formal.witness import find_witness
from verify.model import Dataset, InputError, Network

needs_coq = pytest.mark.skipif(prove.missing() != "", reason="Coq or a library of it is missing")
RADIX = 10**12
CERTIFICATES = prove.SOURCES / "certificates"


def largest_eigenvalue(network: Network, data: Dataset) -> mpf:
    """lambda_max from the matrix of second derivatives, written out entry by entry."""
    k, n = network.k, data.n
    h = mp.matrix(3 * k + 1, 3 * k + 1)
    for x, y in zip(data.x, data.y, strict=True):
        f, at = real(network(x)), real(x)
        e = mp.exp(-abs(f))
        slope = -y / (1 + mp.exp(y * f)) / n
        g = mp.matrix(3 * k + 1, 1)
        g[3 * k] = 1
        for i, (w, b, a) in enumerate(zip(network.w, network.b, network.a, strict=True)):
            if w * x + b > 0:
                g[3 * i], g[3 * i + 1], g[3 * i + 2] = real(a * x), real(a), real(w * x + b)
                for row, value in ((3 * i, slope * at), (3 * i + 1, slope)):
                    h[row, 3 * i + 2] += value
                    h[3 * i + 2, row] += value
        h += e / (1 + e) ** 2 / n * (g * g.T)
    return max(mp.eigsy(h, eigvals_only=True))


@pytest.mark.parametrize("name", CASES)
def test_the_file_is_about_exactly_this_network_and_these_data(name: str) -> None:
    network, data = CASES[name]
    text = coq_certificate(network, data)
    stated, points = instance(text, network.k)
    assert stated == network
    assert sorted(zip(points.x, points.y, strict=True)) == sorted(zip(data.x, data.y, strict=True))
    assert list(points.x) == sorted(data.x)
    lo, hi = bounds(text)
    for end in (lo, hi):
        assert f"{end.numerator} {end.denominator}" in text.partition("Theorem certified")[2]


@pytest.mark.parametrize("name", CASES)
def test_its_bounds_are_right_and_close(name: str) -> None:
    network, data = CASES[name]
    lo, hi = bounds(coq_certificate(network, data))
    with mp.workdps(40):
        truth = largest_eigenvalue(network, data)
        assert real(lo) < truth < real(hi)
        assert real(hi - lo) < 3e-9 * truth


def test_the_sharp_example_holds_41_64() -> None:
    lo, hi = bounds(coq_certificate(SHARP, FOUR))
    assert lo < Fraction(41, 64) < hi
    assert hi - lo < Fraction(1, 10**8)


def test_the_text_is_the_same_again_and_for_data_in_another_order() -> None:
    network, data = CASES["larger"]
    turned = Dataset(x=list(data.x)[::-1], y=list(data.y)[::-1])
    assert coq_certificate(network, data) == coq_certificate(network, turned)


def test_what_is_written_of_each_datum_bounds_the_true_numbers() -> None:
    network, data = CASES["steep"]
    subject = integers(network, data)
    lo, hi = bounds(text := coq_certificate(network, data))
    v = definition(text, "direction")
    found = find_witness(subject, lo=lo, hi=hi, v=v, gap=(hi - lo) / 2)
    unit = Fraction(data.n << found.slope_bits, subject.scale << found.form_bits)
    with mp.workdps(60):
        for (x, _), datum in zip(subject.points, found.data, strict=True):
            e = mp.exp(-abs(real(network(Fraction(x, subject.grid)))))
            n_p = e / (1 + e) ** 2
            assert abs(datum.sigma - e / (1 + e) * 2**found.slope_bits) < 1
            assert (
                n_p - mpf(4) / 2**found.slope_bits < mpf(datum.weight) / 2**found.slope_bits < n_p
            )
            assert datum.inverse * real(unit) < data.n / n_p


@pytest.mark.parametrize("seed", range(20))
def test_the_exponential_is_enclosed(seed: int) -> None:
    rng = random.Random(seed)
    bits, halvings = rng.randint(20, 200), rng.randint(6, 30)
    num, den = rng.randint(0, 40 * RADIX), rng.randint(1, RADIX)
    if seed == 0:
        num = 0
    lo, hi = decay(bits, halvings, num, den)
    with mp.workdps(120):
        exact = mp.exp(-mpf(num) / den) * mpf(2) ** bits
        assert 0 <= lo <= exact <= hi <= 2**bits


def positive_definite(steps: list[Step], shift: Fraction) -> bool:
    """By exact elimination in the dense matrix, with 1/p times 1 - shift."""
    n = len(steps)
    rows = [[Fraction(0)] * n for _ in range(n)]
    for j, early in enumerate(steps):
        for m in range(j, n):
            late = steps[m]
            pairs = (*zip(late.z, early.uz, strict=True), *zip(late.vz, early.z, strict=True))
            rows[m][j] = rows[j][m] = Fraction(-sum(p * q for p, q in pairs))
        rows[j][j] += early.inverse * (1 - shift)
    for j in range(n):
        if rows[j][j] <= 0:
            return False
        for m in range(j + 1, n):
            factor = rows[m][j] / rows[j][j]
            rows[m] = [p - factor * q for p, q in zip(rows[m], rows[j], strict=True)]
    return True


def test_the_recursion_succeeds_just_where_the_dense_matrix_is_positive() -> None:
    rng = random.Random(7)
    seen = set()
    for _ in range(60):
        steps, left = [], sorted(rng.sample(range(1, 60), 6), reverse=True)
        right = 0
        for x, level in zip(sorted(rng.sample(range(-20, 20), 6)), left, strict=True):
            right += rng.randint(0, 20)
            u, v = right << 40, level << 40
            steps.append(
                Step(
                    z=(x, 9),
                    uz=(u * x, u * 9),
                    vz=(v * x, v * 9),
                    inverse=rng.randint(1 << 45, 1 << 60),
                )
            )
        found = follow(steps, 45) is not None
        if positive_definite(steps, Fraction(1, 10**6)) == positive_definite(steps, Fraction(0)):
            assert found == positive_definite(steps, Fraction(0))
            seen.add(found)
    assert seen == {True, False}


def test_a_bound_beyond_lambda_max_has_no_witness() -> None:
    network, data = CASES["larger"]
    subject = integers(network, data)
    lo, hi = bounds(text := coq_certificate(network, data))
    v = definition(text, "direction")
    near = {"gap": (hi - lo) / 2, "v": v}
    assert find_witness(subject, lo=lo, hi=hi, **near)
    with pytest.raises(NoWitness, match="pivot"):
        find_witness(subject, lo=lo, hi=lo, **near)
    with pytest.raises(NoWitness, match="lower bound"):
        find_witness(subject, lo=hi, hi=hi, **near)
    with pytest.raises(NoWitness, match="residual block"):
        find_witness(subject, lo=lo, hi=hi / 10**6, **near)


@pytest.mark.parametrize(
    ("network", "data", "message"),
    [
        (Network(w=[1], b=["-3/4"], a=[1], c=0), FOUR, "neuron 0 has w x"),
        (Network(w=[1], b=[f"1/{2**LONGEST}"], a=[1], c=0), FOUR, "denominator has 1025 bits"),
        (Network(w=[1], b=[1], a=[1], c=900), Dataset(x=[1], y=[1]), "slopes need"),
        (
            Network(w=[1] * 1001, b=[1] * 1001, a=[1] * 1001, c=0),
            Dataset(x=list(range(1000)), y=[1] * 1000),
            f"up to {MOST_PAIRS}",
        ),
    ],
)
def test_what_cannot_be_certified_is_refused_in_one_line(network, data, message) -> None:
    with pytest.raises(InputError, match=message) as error:
        coq_certificate(network, data)
    assert "\n" not in str(error.value)


def required(name: str, found: list[str]) -> list[str]:
    """The files of the development that one of them needs, in an order to compile them."""
    text = prove.without_comments((prove.SOURCES / f"{name}.v").read_text(encoding="utf-8"))
    for other in " ".join(prove.REQUIRE.findall(text)).split():
        if other not in found:
            required(other, found)
    found.append(name)
    return found


def coqc(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    words = ["coqc", "-R", ".", "Flatcert", "-w", "-ambiguous-paths", name]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def development(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate.v and all that it needs, compiled in a fresh folder."""
    folder = tmp_path_factory.mktemp("coq")
    for name in required("Certificate", []):
        shutil.copyfile(prove.SOURCES / f"{name}.v", folder / f"{name}.v")
        done = coqc(folder, f"{name}.v")
        assert done.returncode == 0, done.stderr
    (folder / "certificates").mkdir()
    for path in CERTIFICATES.glob("*.v"):
        shutil.copy(path, folder / "certificates")
    return folder


def halves(text: str) -> tuple[str, str]:
    """What a file requires, and the rest."""
    head, mark, body = text.partition("Open Scope Z_scope.\n")
    return head + mark, body


def answer(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "Written.v").write_text(text, encoding="utf-8")
    return coqc(folder, "Written.v")


@pytest.mark.slow
@needs_coq
def test_coq_accepts_the_files_on_the_axioms_of_the_reals_alone(development: Path) -> None:
    texts = [coq_certificate(*case) for case in CASES.values()]
    head, _ = halves(texts[0])
    modules = (f"Module M{i}.\n{halves(text)[1]}End M{i}.\n" for i, text in enumerate(texts))
    done = answer(development, head + "".join(modules))
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split("Axioms:")[1:]
    assert len(answers) == len(CASES)
    for one in answers:
        axioms = prove.axioms_in("Axioms:" + one)
        assert axioms
        assert set(axioms) <= ALLOWED


def lowered(text: str) -> str:
    """The upper bound put at the lower one, in the definition and in the theorem."""
    lo, hi = bounds(text)
    for form in ("{0.numerator}, {0.denominator}", "{0.numerator} {0.denominator}"):
        text = text.replace(form.format(hi), form.format(lo))
    return text


def changed(pattern: str, by: int):
    """The first integer that follows the pattern, moved by so much."""

    def moved(found: re.Match[str]) -> str:
        return f"{found[1]}({int(found[2]) + by})"

    def change(text: str) -> str:
        return re.sub(rf"({pattern} )\(?(-?\d+)\)?", moved, text, count=1)

    return change


@pytest.mark.slow
@needs_coq
@pytest.mark.parametrize(
    "mangle",
    [
        lowered,
        changed("Matrix", -3),
        changed("DatumHint", 2),
        changed("NeuronHint", 1000),
        changed(r"Subject \d+\n  \[Neuron", 1 << 50),
    ],
    ids=["bound", "matrix", "sigma", "switch", "network"],
)
def test_coq_refuses_a_file_with_one_number_changed(development, mangle) -> None:
    text = coq_certificate(*CASES["larger"])
    assert mangle(text) != text
    done = answer(development, mangle(text))
    assert done.returncode != 0
    assert "checked" in done.stderr or "Qed" in done.stderr or "true" in done.stderr


@pytest.mark.slow
@needs_coq
@pytest.mark.parametrize("name", ["Mirrored", "Forged", "Challenger"])
def test_coq_accepts_the_files_that_are_kept(development, name: str) -> None:
    if name == "Forged":
        assert coqc(development, "certificates/Mirrored.v").returncode == 0
    done = coqc(development, f"certificates/{name}.v")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "subject"), [("Mirrored", (SHARP, FOUR)), ("Challenger", load(REAL[0]))]
)
def test_the_files_that_are_kept_are_about_these_networks(name, subject) -> None:
    kept = (CERTIFICATES / f"{name}.v").read_text(encoding="utf-8")
    fresh = coq_certificate(*subject)
    assert definition(kept, "instance") == definition(fresh, "instance")
    with mp.workdps(40):
        lo, hi = bounds(kept)
        assert real(lo) < largest_eigenvalue(*subject) < real(hi)

"""The Coq development and the library speak of the same formulas, and a drift would be seen.

The texts of proofs_notes/coq are read and evaluated on random instances against verify/. Then
every number and every sign in them is changed, one at a time, and each change has to be noticed.
"""

import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction

import mpmath
import pytest

from verify.ball import approximate, ball, rational, working_precision
from verify.formal.gallina import Values
from verify.formal.gallina_conclusions import CONCLUSIONS
from verify.formal.gallina_drift import MODULES, agree, differences
from verify.formal.gallina_library import Library, Statement, library
from verify.formal.gallina_numbers import Undecided
from verify.formal.gallina_omitted import NOT_COMPARED, OTHER_FILES
from verify.formal.gallina_reader import read
from verify.formal.gallina_rows import ROWS
from verify.formal.gallina_terms import Apply, Infix, Name, Number, Quantified, Term, Unknown
from verify.formal.prove import SOURCES, without_comments
from verify.formal.theorems import THEOREMS
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities

INSTANCES = 200
BITS = 160
DEVELOPMENT = library(MODULES)


def drawn(rng: random.Random, most: int = 4) -> Instance:
    """A small instance with repeated and distinct inputs, dead and flat neurons, any law."""

    def some(count: int) -> list[Fraction]:
        return [Fraction(rng.randint(-8, 8), rng.choice((1, 2, 3, 4))) for _ in range(count)]

    k, n = rng.randint(0, 3), rng.randint(1, most)
    network = Network(w=some(k), b=some(k), a=some(k), c=some(1)[0])
    data = Dataset(x=some(n), y=[rng.choice((-1, 1)) for _ in range(n)])
    weights = tuple(Fraction(rng.randint(0, 5) + (j == 0)) for j in range(n))
    return Instance(
        network=network,
        data=data,
        q=rng.choice((None, weights)),
        gamma=rng.choice((None, None, Fraction(rng.randint(8, 40), 4))),
        eta=rng.choice((None, Fraction(rng.randint(1, 9), 4))),
        formal=True,
    )


def quantities(instance: Instance) -> Quantities:
    return Quantities(instance=instance, number=ball, width=Fraction(1, 1 << 80))


def drifts(
    development: Library, instance: Instance, rows=ROWS, theorems=CONCLUSIONS
) -> Iterator[str]:
    found = differences(Values(library=development), quantities(instance), rows, theorems)
    # The precision must not stay raised while nobody asks for the next one.
    while True:
        with working_precision(BITS):
            drift = next(found, None)
        if drift is None:
            return
        yield drift


def test_the_development_and_the_library_agree_on_random_instances() -> None:
    rng = random.Random(20)
    admitted = dict.fromkeys((theorem.names for theorem in CONCLUSIONS), 0)
    for _ in range(INSTANCES):
        instance = drawn(rng)
        assert list(drifts(DEVELOPMENT, instance)) == []
        with working_precision(BITS):
            for theorem in CONCLUSIONS:
                admitted[theorem.names] += theorem.admits(quantities(instance))
    assert min(admitted.values()) >= INSTANCES // 10, admitted


def test_every_main_theorem_is_compared_or_has_a_reason_why_not() -> None:
    text = without_comments((SOURCES / "Axioms.v").read_text(encoding="utf-8"))
    listed = set(re.findall(r"\b[A-Z]\w*\.\w+", text.partition(":=")[2]))
    stated = {theorem.name for theorem in THEOREMS if theorem.control is None}
    compared = {name for theorem in CONCLUSIONS for name in theorem.names}
    assert len(listed) > 40
    assert not compared & NOT_COMPARED.keys()
    apart = tuple(OTHER_FILES)
    in_scope = {name for name in listed | stated if not name.startswith(apart)}
    assert in_scope <= compared | NOT_COMPARED.keys()
    assert NOT_COMPARED.keys() <= listed | stated


def variants(term: Term) -> Iterator[Term]:
    """The term with one numeral raised by 1, or one sum turned into a difference or back."""
    match term:
        case Number(value, nat):
            yield Number(value + 1, nat)
        case Infix("+" | "-" as symbol, left, right, nat):
            yield Infix("-" if symbol == "+" else "+", left, right, nat)
    if is_dataclass(term):
        for part in fields(term):
            for changed in varied(getattr(term, part.name)):
                yield replace(term, **{part.name: changed})


def compared_variants(conclusion: Term) -> Iterator[Term]:
    """The same of a conclusion; of `is_lub set B` only B is compared."""
    if isinstance(conclusion, Apply) and conclusion.function == Name("is_lub"):
        inside, value = conclusion.arguments
        return (replace(conclusion, arguments=(inside, new)) for new in variants(value))
    return variants(conclusion)


def varied(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for at, inner in enumerate(value):
            for changed in varied(inner):
                yield (*value[:at], changed, *value[at + 1 :])
    elif is_dataclass(value):
        yield from variants(value)


def reached() -> set[str]:
    """The definitions on which the rows and the compared conclusions rest."""
    terms = [read(row.term) for row in ROWS]
    names = [name for theorem in CONCLUSIONS for name in theorem.names]
    terms += [DEVELOPMENT.statement(name).conclusion for name in names]
    open_names = set().union(*map(mentioned, terms))
    found: set[str] = set()
    while open_names:
        name = open_names.pop()
        if name in DEVELOPMENT.definitions and name not in found:
            found.add(name)
            open_names |= mentioned(DEVELOPMENT.definitions[name])
    return found


def mentioned(value: object) -> set[str]:
    """Every name in a term, bound or not."""
    if isinstance(value, tuple):
        return set().union(*map(mentioned, value)) if value else set()
    if not is_dataclass(value):
        return set()
    own = {value.text} if hasattr(value, "text") else set()
    return own.union(*(mentioned(getattr(value, part.name)) for part in fields(value)))


def noticed(development: Library, instances: list[Instance], **compared) -> bool:
    """Whether a row or a conclusion differs, or no longer has a value."""
    try:
        return any(True for one in instances for _ in drifts(development, one, **compared))
    except (Unknown, Undecided):
        return True


@dataclass(frozen=True, kw_only=True)
class Changed(Library):
    """A library in which one statement says something else."""

    name: str
    said: Statement

    def statement(self, name: str) -> Statement:
        return self.said if name == self.name else super().statement(name)


def drawn_for_changes() -> list[Instance]:
    rng = random.Random(3)
    flat = Network(w=[0, 1], b=["2/3", "1/2"], a=["1/2", -1], c=1)
    data = Dataset(x=["1/4", 2, "-3/2"], y=[1, -1, 1])
    always_on = Instance(network=flat, data=data, eta=Fraction(1, 2), formal=True)
    return [always_on, *(drawn(rng, 3) for _ in range(25))]


UNNOTICEABLE = {
    "first_label": 1,  # of no point at all; there is a datum
    "gside": 2,  # at w = 0, where it is multiplied by |a w|
    "nothing": 3,  # the default of `nth` at an index that is never asked for
}
"""Changes that alter no statement about an instance."""


@pytest.mark.slow
def test_every_changed_number_or_sign_of_a_definition_is_noticed() -> None:
    instances, tried = drawn_for_changes(), 0
    for name in sorted(reached()):
        survived = 0
        for changed in variants(DEVELOPMENT.definitions[name]):
            definitions = {**DEVELOPMENT.definitions, name: changed}
            survived += not noticed(replace(DEVELOPMENT, definitions=definitions), instances)
            tried += 1
        assert survived == UNNOTICEABLE.get(name, 0), name
    assert tried > 150


UNNOTICEABLE_CONCLUSIONS = {
    "BlockNorm.block_attained": 1,  # 1 ^ 2 becomes 1 ^ 3
    "TV.TV_distinct": 1,  # at w = 0, where it is multiplied by |a w|
}


def test_every_changed_number_or_sign_of_a_conclusion_is_noticed() -> None:
    instances, tried = drawn_for_changes(), 0
    parts = {part.name: getattr(DEVELOPMENT, part.name) for part in fields(DEVELOPMENT)}
    for theorem in CONCLUSIONS:
        for name in theorem.names:
            stated, survived = DEVELOPMENT.statement(name), 0
            for conclusion in compared_variants(stated.conclusion):
                said = replace(stated, conclusion=conclusion)
                changed = Changed(**parts, name=name, said=said)
                survived += not noticed(changed, instances, rows=(), theorems=(theorem,))
                tried += 1
            assert survived == UNNOTICEABLE_CONCLUSIONS.get(name, 0), name
    assert tried > 140


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("T", "(1 + 2 * pathsum N D q)", "(1 + 2001 / 1000 * pathsum N D q)"),
        ("TGamma", "(2 / eta + res N D) - 1 / 2", "(2 / eta + res N D) - 1 / 3"),
        ("Jensen", "1 - exp (- L) <= Rmin 1 L", "1 - exp (- L) <= Rmin 1 (L / 2)"),
        ("Network", "Rmin (gplus D q t) (gminus D q t)", "Rmax (gplus D q t) (gminus D q t)"),
        ("Network", "if Rle_dec (Rabs (f N (x D j))) gamma", "if Rle_dec (f N (x D j)) gamma"),
        ("Logistic", "/ ((1 + exp t) * (1 + exp (- t)))", "/ ((1 + exp t) * (1 + exp t))"),
        ("Sums", "F t + Sum F ts", "F t - Sum F ts"),
    ],
)
def test_a_change_in_a_copy_of_the_sources_is_noticed(tmp_path, file, old, new) -> None:
    for module in MODULES:
        shutil.copy(SOURCES / f"{module}.v", tmp_path)
    assert not noticed(library(MODULES, tmp_path), drawn_for_changes()[:3])
    text = (tmp_path / f"{file}.v").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{file}.v").write_text(text.replace(old, new), encoding="utf-8")
    assert noticed(library(MODULES, tmp_path), drawn_for_changes())


@pytest.mark.parametrize(
    ("name", "assumed"),
    [
        ("Jensen.jensen", {"labelled"}),
        ("Master.master", {"<", "probability", "is_lambda_max"}),
        ("T.T", {"<", "probability", "is_lambda_max"}),
        ("TStar.T_star", {"<", "probability", "is_lambda_max"}),
        ("TGrad.T_grad", {"<", "probability", "is_lambda_max"}),
        ("TStat.T_stat", {"<", "stationary", "is_lambda_max"}),
        ("TGamma.T_gamma", {"<", "exists", "is_lambda_max", "<="}),
        ("CounterexampleLimit.flat_overfit", {"labelled", "consistent", "<"}),
    ],
)
def test_a_theorem_assumes_no_more_than_its_claim(name, assumed) -> None:
    found = {head(term) for term in DEVELOPMENT.statement(name).assumptions}
    assert found == assumed


def head(term: Term) -> str:
    match term:
        case Apply(Name(text), _) | Infix(text) | Quantified(text):
            return text
    raise AssertionError(term)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4 - 1 - 1", 12),
        ("- 2 ^ 2", -4),
        ("2 ^ 3 ^ 2", 512),
        ("8 / 4 / 2", 1),
        ("/ 2 * 4", 2),
        ("/ (1 - 1)", 0),
        ("- / 4 * - 8", 2),
        ("\\sum_(j < 3) INR j * 2 + 1", 7),
        ("\\sum_(t in [1; 5]) t ^ 2 / 2", 13),
        ("let g := fun x y => x - y in g 5 3", 2),
        ("if Rlt_dec 1 1 then 2 else 3 + 4", 7),
        ("INR (3 - 5)%nat + (3 - 5)", -2),
        ("INR (S (2 * 3))%nat", 7),
        ("Sum (fun t => t) (nodup Req_EM_T [2; 3; 2])", 5),
        ("match [4; 5] with [] => 0 | t :: _ => t end", 4),
        ("fst (1, 2) + snd (3, 4) + nth 1 [7; 8] 0", 13),
        ("Rmax (- 1) (Rabs (- 3)) + Rmin 2 1 + sqrt (- 4) + sqrt (9 / 4) * 2", 7),
        ("Max (fun t => t) [- 1; - 2]", 0),
    ],
)
def test_terms_are_read_and_evaluated_as_coq_does(text, value) -> None:
    assert Values(library=DEVELOPMENT).of(read(text), {}) == rational(value)


def test_irrational_functions_agree_with_mpmath() -> None:
    term = read("ln (2 + exp (- t)) * sqrt (1 + t ^ 2) - sigma t / s (- t) + l (- 1) t")
    for numerator in range(-9, 10, 3):
        with working_precision(BITS), mpmath.workprec(BITS):
            found = Values(library=DEVELOPMENT).of(term, {"t": rational(Fraction(numerator, 4))})
            t = mpmath.mpf(numerator) / 4
            sigma = 1 / (1 + mpmath.exp(-t))
            first = mpmath.log(2 + mpmath.exp(-t)) * mpmath.sqrt(1 + t * t)
            expected = first - 1 / (1 - sigma) + mpmath.log1p(mpmath.exp(t))
            assert abs(approximate(found) - float(expected)) < 1e-13 * (1 + abs(float(expected)))


@pytest.mark.parametrize(
    "text",
    [
        *("1.5", "x ? y", "fun '(a, b) => a", "f {x}", "1 +", "(1", "let (a, b) := p in a"),
        *("fix g x := x", "x =? y", "`(1)", "a && b", "match x return R with [] => 0 end", "1 2)"),
    ],
)
def test_what_is_not_known_is_refused(text) -> None:
    with pytest.raises(Unknown):
        read(text)


@pytest.mark.parametrize(
    "text",
    ["mystery 1", "forall x, x = x", "1 = 1", "if 1 then 2 else 3", "INR (1 / 2)", "nil + 1"],
)
def test_what_has_no_value_is_refused(text) -> None:
    with pytest.raises(Unknown):
        Values(library=DEVELOPMENT).of(read(text), {})


def test_a_comparison_that_a_ball_cannot_decide_is_refused() -> None:
    with pytest.raises(Undecided):
        Values(library=DEVELOPMENT).of(read("if Rlt_dec 0 (sqrt 2 ^ 2 - 2) then 1 else 0"), {})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Inductive tree := leaf.", "begins with 'Inductive'"),
        ("Definition one : R := 1 $ 2.", "cannot read"),
        ("Definition s (t : R) : R := t.", "anew"),
    ],
)
def test_sentences_that_are_not_known_are_refused(tmp_path, text, problem) -> None:
    shutil.copy(SOURCES / "Logistic.v", tmp_path)
    (tmp_path / "New.v").write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(Unknown, match=problem):
        library(("Logistic", "New"), tmp_path)


def test_wide_enclosures_do_not_count_as_agreement() -> None:
    with working_precision(20):
        third = ball(Fraction(1, 3))
        assert not agree(third, third)
    assert agree([rational(1)], [rational(1)])
    assert not agree([rational(1)], [])

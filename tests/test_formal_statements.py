"""Ways to be called proved without a proof of what is claimed, each of which has to be noticed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from verify.baseline import read_baseline
from verify.evidence import Evidence
from verify.formal import ledger, prove
from verify.formal.statements import COQ, STATEMENT
from verify.formal.theorems import Theorem
from verify.gate import Finding, compare, write_baseline
from verify.model import InputError

needs_coq = pytest.mark.skipif(prove.missing() != "", reason="Coq or a library of it is missing")
REALS = "From Coq Require Import Reals Lra.\nOpen Scope R_scope.\n"
BASIS = f"{REALS}Definition least := 0.\nDefinition bound (x : R) := least - 1 < x * x.\n"
SQUARES = (
    f"{REALS}From Flatcert Require Import Basis.\nSection All.\nVariable x : R.\n"
    "Theorem squares : bound x.\nProof. unfold bound, least. nra. Qed.\nEnd All.\n"
)


def evidence(folder: Path, name: str, **texts: str) -> Evidence:
    """What `flatcert prove` would say of one theorem of a development with these files."""
    for file, text in texts.items():
        (folder / f"{file}.v").write_text(text)
    (folder / "_CoqProject").write_text("".join(f"{file}.v\n" for file in texts))
    (line,) = ledger.prove_all((Theorem(name=name, claim="t", says="so"),), folder=folder)
    return line


CHEATS = {
    "guard": "Unset Guard Checking.\nFixpoint no (n : nat) : False := no n.\nSet Guard Checking.\n",
    "attribute": "#[bypass_check(guard)] Fixpoint no (n : nat) : False := no n.\n",
    "positivity": (
        "Unset Positivity Checking.\nInductive liar := Lie (_ : liar -> False).\n"
        "Set Positivity Checking.\nDefinition told (s : liar) := let (f) := s in f s.\n"
        "Definition no (n : nat) : False := told (Lie told).\n"
    ),
    "universes": (
        "From Coq Require Hurkens.\nUnset Universe Checking.\nDefinition no (n : nat) : False :="
        " Hurkens.TypeNeqSmallType.paradox Type eq_refl.\nSet Universe Checking.\n"
    ),
    "module": (
        "Module Type Sig.\nParameter no : nat -> False.\nEnd Sig.\nDeclare Module M : Sig.\n"
        "Definition no := M.no.\n"
    ),
}
FALSE = "Theorem false (x : R) : x + 1 = x + 0.\nProof. destruct (no 0). Qed.\n"


@pytest.mark.slow
@needs_coq
@pytest.mark.parametrize("cheat", CHEATS)
def test_a_proof_with_a_check_of_coq_switched_off_is_an_error(tmp_path, monkeypatch, cheat) -> None:
    text = REALS + CHEATS[cheat] + FALSE
    with pytest.raises(InputError, match="a proof is skipped"):
        evidence(tmp_path, "A.false", A=text)
    monkeypatch.setattr(prove, "escapes", lambda _folder: [])
    line = evidence(tmp_path, "A.false", A=text)
    assert line.verdict == "ERROR"
    assert line.detail.startswith("it rests on ")


@needs_coq
def test_an_axiom_under_the_name_of_an_allowed_one_is_refused(tmp_path) -> None:
    axiom = "Hypothesis sig_forall_dec : 0 = 1.\n"
    text = (
        "From Flatcert Require ClassicalDedekindReals.\nTheorem false : 0 = 1.\n"
        "Proof. exact Flatcert.ClassicalDedekindReals.sig_forall_dec. Qed.\n"
    )
    with pytest.raises(
        InputError, match=r"ClassicalDedekindReals\.v has the name of a file of Coq"
    ):
        evidence(tmp_path, "A.false", ClassicalDedekindReals=axiom, A=text)
    assert evidence(tmp_path, "A.one", A="Hypothesis one : 0 = 1.\n").verdict == "ERROR"


@needs_coq
def test_a_number_under_the_name_of_a_theorem_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match=r"expected to have type .Prop"):
        evidence(tmp_path, "A.one", A="Theorem one : nat.\nProof. exact 1. Defined.\n")


@pytest.mark.slow
@needs_coq
def test_the_checksum_is_of_the_statement_and_of_every_definition_below_it(tmp_path) -> None:
    def checksum(basis: str = BASIS, squares: str = SQUARES) -> str:
        line = evidence(tmp_path, "Squares.squares", Basis=basis, Squares=squares)
        assert line.verdict == "PROVED"
        return line.versions[STATEMENT]

    first = checksum()
    assert first == checksum(BASIS + "Definition more := 7.\n", SQUARES.replace("nra", "nra; lra"))
    others = [
        checksum(squares=SQUARES.replace("bound x.", "1 < x -> bound x.")),
        checksum(
            squares=SQUARES.replace("x : R.", "x : R. Hypothesis one : x = 1.", 1).replace(
                "Proof.", "Proof. assert (K := one)."
            )
        ),
        checksum(BASIS.replace("x * x", "x * x + 1")),
        checksum(BASIS.replace("least := 0", "least := -3")),
    ]
    assert len({first, *others}) == 5


def formal(name: str, checksum: str, coq: str = "8.16.1") -> Evidence:
    return Evidence(
        claim="t",
        method="formal",
        verdict="PROVED",
        statement="s",
        subject=name,
        versions={COQ: coq, STATEMENT: checksum},
    )


SEARCH = Evidence(claim="t", method="search", verdict="SUPPORTED", statement="s", admitted=1000)
TWIN = replace(formal("C.no", "22"), verdict="REFUTED", control="T-lead")
RUN = [replace(SEARCH, tried=1000), formal("T.T", "11"), TWIN]


@pytest.fixture
def baseline(tmp_path: Path):
    write_baseline(RUN, tmp_path / "baseline.json")
    return read_baseline(tmp_path / "baseline.json")


def test_a_part_of_a_run_does_not_replace_the_baseline(tmp_path: Path) -> None:
    path, other = tmp_path / "baseline.json", replace(SEARCH, claim="jensen", tried=1000)
    write_baseline([*RUN, other], path)
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"no claim jensen, .* or remove .*baseline\.json"):
        write_baseline(RUN, path)
    with pytest.raises(InputError, match="no false variant T-lead of t,"):
        write_baseline([*RUN[:2], other], path)
    assert path.read_bytes() == before
    write_baseline([*RUN, other, replace(other, claim="tv")], path)
    path.write_text("{}")
    with pytest.raises(InputError, match="not a baseline"):
        write_baseline(RUN, path)


@pytest.mark.parametrize("networks", [3, {"training x": -1}, {"training x": "many"}])
def test_a_baseline_with_a_bad_count_of_networks_is_refused(tmp_path: Path, networks) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(RUN, path)
    document = json.loads(path.read_text())
    document["claims"]["t"]["networks"] = networks
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="not a baseline"):
        read_baseline(path)


def failures(found: list[Finding]) -> list[str]:
    return [one.text for one in found if one.is_failure]


@pytest.mark.parametrize("at", [1, 2], ids=["theorem", "twin"])
def test_the_gate_notices_another_statement_under_the_same_name(baseline, at) -> None:
    assert compare(RUN, baseline) == []
    changed = replace(RUN[at], versions={COQ: "8.16.1", STATEMENT: "33"})
    (text,) = failures(compare([*RUN[:at], changed, *RUN[at + 1 :]], baseline))
    assert text.startswith(f"t: the statement of the Coq theorem {RUN[at].subject}")
    unrecorded = replace(RUN[at], versions={})
    (text,) = failures(compare([*RUN[:at], unrecorded, *RUN[at + 1 :]], baseline))
    assert text.endswith("is gone, or its statement is not recorded")


def test_statements_that_another_coq_printed_are_not_compared_and_that_is_said(baseline) -> None:
    lines = [replace(line, versions={**line.versions, COQ: "8.18.0"}) for line in RUN[1:]]
    lines[0].versions[STATEMENT] = "33"
    (found,) = compare([RUN[0], *lines], baseline)
    assert not found.is_failure
    assert "printed by Coq 8.18.0" in found.text


def test_where_coq_did_not_run_no_statement_is_missed(baseline) -> None:
    assert failures(compare(RUN[:1], baseline)) == []


def test_a_baseline_without_statements_is_read_and_asks_for_none(baseline) -> None:
    for entry in baseline.values():
        del entry["theorems"]
    assert compare(RUN, baseline) == []


def test_the_ledger_is_stale_after_a_change_of_what_is_asked(monkeypatch) -> None:
    before = ledger.made_from()
    monkeypatch.setattr(ledger, "ASKING", ledger.ASKING[:-1])
    assert ledger.made_from() != before

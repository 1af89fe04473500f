"""The door to Coq: what it accepts, what it refuses, and what the gate makes of it."""

import json
import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from verify import run
from verify.baseline import summary
from verify.claims import CLAIMS
from verify.evidence import Evidence, overall
from verify.formal import ledger, prove
from verify.formal.ledger import ALL
from verify.formal.theorems import ALLOWED, Theorem
from verify.formal.words import table
from verify.gate import compare, problems
from verify.model import InputError
from verify.report.page import page_html
from verify.report.table import print_table

needs_coq = pytest.mark.skipif(prove.missing() != "", reason="Coq or a library of it is missing")
HEAD = "From Coq Require Import Reals Lra.\nOpen Scope R_scope.\n"
GOOD = f"{HEAD}Theorem square (x : R) : 0 <= x * x.\nProof. nra. Qed.\n"
CLOSED = "Theorem one : 1 + 1 = 2.\nProof. reflexivity. Qed.\n"
LEANING = "Axiom moon : 1 = 2.\nTheorem cheese : 2 = 1.\nProof. symmetry. exact moon. Qed.\n"


def development(folder: Path, **texts: str) -> Path:
    """A folder with a _CoqProject over these files."""
    for name, text in texts.items():
        (folder / f"{name}.v").write_text(text)
    (folder / "_CoqProject").write_text("-R . Flatcert\n" + "".join(f"{n}.v\n" for n in texts))
    return folder


def theorem(name: str, claim: str = "t", control: str | None = None) -> Theorem:
    return Theorem(name=name, claim=claim, says="so it is", control=control)


def test_every_theorem_of_the_table_is_stated_in_the_sources_and_of_a_claim() -> None:
    known = {claim.id: {control.id for control in claim.controls} for claim in CLAIMS}
    assert len({one.name for one in ALL}) == len(ALL) > 30
    for one in ALL:
        assert one.claim in known
        assert one.control is None or one.control in known[one.claim]
        module, _, name = one.name.rpartition(".")
        source = f"{module.replace('.', '/')}.v"
        text = prove.without_comments((prove.SOURCES / source).read_text())
        assert f"Theorem {name}" in text or f"Corollary {name}" in text or f"Lemma {name}" in text
        assert source in prove.files()


def test_no_source_skips_a_proof_and_the_search_for_it_can_fail(tmp_path: Path) -> None:
    assert prove.escapes() == []
    text = "(* an Axiom (* Admitted *) in words *) Lemma x : True. Proof. Admitted.\n"
    assert prove.escapes(development(tmp_path, Bad=text)) == ["Bad.v says Admitted"]


def test_every_source_is_in_the_project() -> None:
    assert sorted(prove.files()) == sorted(
        str(path.relative_to(prove.SOURCES)) for path in prove.SOURCES.rglob("*.v")
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Closed under the global context\n", ()),
        ("Axioms:\nA.b\n  : forall x,\n    x = x\nc' : nat\n", ("A.b", "c'")),
        ("nothing at all", ("nothing at all",)),
        ("", ()),
        (
            "Axioms:\nf is assumed to be guarded.\nA.b : nat\n",
            ("f is assumed to be guarded.", "A.b"),
        ),
        ("Axioms:\nA.b\n  : 1 = 1\nSection Variables:\n", ("A.b", "Section Variables:")),
    ],
)
def test_axioms_are_read_from_what_coq_prints(answer: str, expected: tuple[str, ...]) -> None:
    assert prove.axioms_in(answer) == expected


def test_the_digest_changes_with_any_source(tmp_path: Path) -> None:
    folder = development(tmp_path, A=GOOD, B=CLOSED)
    before = prove.digest(folder)
    (folder / "B.v").write_text(CLOSED + " ")
    assert prove.digest(folder) != before


def test_a_folder_without_a_project_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Coq development here"):
        prove.files(tmp_path)


def test_a_machine_without_coq_is_told_what_to_install(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert prove.coq_version() is None
    with pytest.raises(InputError, match=r"not run: coqc is not installed; .*apt-get install"):
        ledger.prove_all(folder=development(tmp_path, A=CLOSED))


@needs_coq
def test_coq_compiles_in_order_and_says_what_a_theorem_rests_on(tmp_path: Path) -> None:
    folder = development(
        tmp_path, Last="From Flatcert Require Import First.\n" + CLOSED, First=GOOD
    )
    seen: list[str] = []
    asked = (theorem("First.square"), theorem("Last.one", control="T-lead"))
    lines = ledger.prove_all(asked, folder=folder, done=seen.append)
    assert seen == ["First.v", "Last.v"]
    assert [line.verdict for line in lines] == ["PROVED", "REFUTED"]
    assert "axioms: none" in lines[1].detail
    assert {name.rpartition(".")[2] for name in ALLOWED} >= set(
        lines[0].detail.partition("axioms: ")[2].split(", ")
    )
    assert (
        "1 theorems proved, 0 parts, steps and single networks, 1 false variants refuted"
        in list(table(lines))[-1]
    )
    assert not list(folder.glob("*.vo"))


@needs_coq
def test_coqchk_has_a_second_look_at_the_compiled_files(tmp_path: Path) -> None:
    folder = development(tmp_path, A=CLOSED)
    (line,) = ledger.prove_all((theorem("A.one"),), folder=folder, recheck=True)
    assert line.verdict == "PROVED"
    (tmp_path / "A.vo").write_bytes(b"no such proof")
    with pytest.raises(InputError, match="coqchk refused"):
        prove.recheck(tmp_path)


@needs_coq
def test_a_proof_from_an_axiom_of_ones_own_is_an_error(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(prove, "escapes", lambda _folder: [])
    folder = development(tmp_path, First=CLOSED, Second=LEANING)
    (line,) = ledger.prove_all((theorem("Second.cheese"),), folder=folder)
    assert line.verdict == "ERROR"
    assert line.detail == "it rests on Second.moon"
    assert problems([line]) != []


@needs_coq
@pytest.mark.parametrize(
    ("text", "asked", "words"),
    [
        ("Theorem no : 1 = 2.\nProof. reflexivity. Qed.\n", "A.no", "coqc refused A.v"),
        (CLOSED, "A.absent", "coqc refused Question.v"),
        ("Theorem no : 1 = 2.\nAdmitted.\n", "A.no", "a proof is skipped: A.v says Admitted"),
    ],
)
def test_what_coq_refuses_is_one_line(tmp_path: Path, text: str, asked: str, words: str) -> None:
    folder = development(tmp_path, A=text)
    with pytest.raises(InputError, match=words) as caught:
        ledger.prove_all((theorem(asked),), folder=folder)
    assert "\n" not in str(caught.value)


def line(method: str, verdict: str, **more: object) -> Evidence:
    found = Evidence(claim="t", method=method, verdict=verdict, statement="s")
    return replace(found, **more)  # type: ignore[arg-type]


SEARCH = line("search", "SUPPORTED", tried=1000, admitted=1000)
FORMAL = line("formal", "PROVED", subject="T.T")
TWIN = line("formal", "REFUTED", subject="C.no", control="T-lead")
RUN = [SEARCH, FORMAL, TWIN]
BASELINE = summary(RUN)["claims"]


def failures(lines: list[Evidence], require: tuple[str, ...] = ()) -> list[str]:
    return [found.text for found in compare(lines, BASELINE, require) if found.is_failure]


def test_table_and_page_say_formal_of_what_the_kernel_has_checked() -> None:
    for lines, times in ((RUN, 2), ([SEARCH], 0)):
        stream = StringIO()
        print_table(lines, Console(file=stream, width=200))
        assert ("(formal)" in stream.getvalue()) is (times > 0)
        assert page_html(lines).count('small soft">formal<') == times


def test_a_formal_proof_makes_a_claim_proved_and_the_gate_passes() -> None:
    assert overall(RUN).name == "PROVED"
    assert BASELINE["t"]["verdict"] == "SUPPORTED"
    assert failures(RUN, ("formal",)) == []


def test_where_coq_did_not_run_the_gate_gives_notice_and_fails_on_demand() -> None:
    found = [one.text for one in compare([SEARCH], BASELINE)]
    assert failures([SEARCH]) == []
    assert any(text.startswith("formal: not run; `flatcert prove`") for text in found)
    assert failures([SEARCH], ("formal",)) == [found[0]]
    assert failures([SEARCH], ("smt",)) != []


def test_a_proof_that_disappears_or_breaks_is_a_regression() -> None:
    other = replace(FORMAL, subject="T.other")
    assert any("no evidence by formal T.T" in text for text in failures([SEARCH, other, TWIN]))
    broken = replace(FORMAL, verdict="ERROR")
    assert any("ERROR by formal" in text for text in failures([SEARCH, broken, TWIN]))
    assert any("T-lead is no longer refuted by formal" in t for t in failures([SEARCH, FORMAL]))


def test_a_damaged_ledger_does_not_cost_a_run_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ledger.LEDGER).write_text("garbage\n")
    partial = tmp_path / "partial"
    partial.touch()
    assert run._finish([SEARCH], partial, tmp_path, extras=True) == 0
    assert (
        "line 1 is not a piece of evidence; run `flatcert prove` again" in capsys.readouterr().err
    )
    assert (tmp_path / "report.html").is_file()


def test_the_ledger_is_read_for_its_own_sources_alone(tmp_path: Path) -> None:
    assert ledger.read_ledger(tmp_path) == ([], "")
    fresh = replace(FORMAL, versions={ledger.MADE_FROM: ledger.made_from()})
    path = ledger.write_ledger([fresh], tmp_path / "out")
    assert ledger.read_ledger(path.parent) == ([fresh], "")
    document = json.loads(path.read_text())
    document["versions"][ledger.MADE_FROM] = "0" * 64
    path.write_text(json.dumps(document) + "\n")
    lines, why = ledger.read_ledger(path.parent)
    assert lines == []
    assert "run `flatcert prove` again" in why

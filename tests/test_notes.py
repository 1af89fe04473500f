"""Every number in the proof notes comes from lines that are run here."""

import doctest
from pathlib import Path

import pytest

from verify.claims import CLAIMS, note_of
from verify.formal.theorems import THEOREMS

NOTES = Path(__file__).parent.parent / "proofs_notes"


@pytest.mark.parametrize("note", sorted(NOTES.glob("*.md")), ids=lambda path: path.stem)
def test_examples_of_a_note_print_what_it_says(note: Path) -> None:
    assert doctest.testfile(str(note), module_relative=False).failed == 0


def test_the_notes_have_examples_at_all() -> None:
    parser = doctest.DocTestParser()
    found = [parser.get_examples(path.read_text(encoding="utf-8")) for path in NOTES.glob("*.md")]
    assert sum(map(len, found)) >= 90


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_has_a_note_that_names_its_controls(claim) -> None:
    text = (NOTES / note_of(claim.id)).read_text(encoding="utf-8")
    missing = [control.id for control in claim.controls if control.id not in text]
    assert not missing


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.name)
def test_a_note_names_the_coq_theorems_of_its_claim(theorem) -> None:
    assert f"`{theorem.name}`" in (NOTES / note_of(theorem.claim)).read_text(encoding="utf-8")

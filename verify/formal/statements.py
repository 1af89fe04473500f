"""What the theorems of a compiled development say, as checksums that Coq's own printer makes.

A checksum is over the type of a theorem and over every definition of the development that it
rests on, directly or not, as Coq prints them in full. A theorem that keeps its name and says
less has another one. Versions of Coq print differently; only those of one version compare.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from verify.model import InputError

SETTINGS = "Set Printing All.\nSet Printing Depth 1000000.\nSet Printing Width 1000000.\n"
MARK = "name under question:"
STATEMENT, COQ = "coq statement", "coq"
"""Where the checksum and the version of Coq stand among the versions of a piece of evidence."""

Compile = Callable[[str], str]
"""What Coq prints for the text of a file."""


def statements(
    head: str, theorems: Sequence[str], files: Sequence[str], compiled: Compile
) -> dict[str, str]:
    """A checksum of what each theorem says, by name, in a file that begins with `head`.

    Raises InputError for a name that Coq does not know and for one that is no proposition.
    """
    head += SETTINGS
    own = _names(files)
    asked = {name: f"Flatcert.{name}" for name in theorems}
    # Coq refuses a definition whose body is no proposition: a number under a theorem's name.
    goals = "".join(
        f"Definition proposition{i} : Prop := ltac:(let t := type of {full} in exact t).\n"
        for i, full in enumerate(asked.values())
    )
    answers = _answers(compiled(head + goals + _questions("Check", asked)), list(asked))
    # Coq repeats the name; with it, the proof would be printed and become part of the checksum.
    said = {name: text.partition(" : ")[2] for name, text in answers.items()}
    known: dict[str, str] = {}
    fresh = set().union(*(own(text) for text in said.values()))
    while fresh:
        names = {name: name for name in sorted(fresh)}
        known |= _answers(compiled(head + _questions("Print", names)), list(names))
        fresh = set().union(*(own(known[name]) for name in fresh)) - known.keys()
    return {name: _checksum(text, known, own) for name, text in said.items()}


def _names(files: Sequence[str]) -> Callable[[str], set[str]]:
    """The qualified names of the development in what Coq prints."""
    stems = "|".join(re.escape(Path(name).stem) for name in files)
    name = re.compile(rf"(?<![\w.'])(?:\w+\.)*(?:{stems})(?:\.[A-Za-z_][\w']*)+")
    return lambda text: set(name.findall(text))


def _questions(command: str, names: Mapping[str, str]) -> str:
    return "".join(
        f'Goal True. idtac "{MARK} {name}". exact I. Qed.\n{command} {full}.\n'
        for name, full in names.items()
    )


def _answers(printed: str, names: Sequence[str]) -> dict[str, str]:
    found = {}
    for name, answer in zip(names, printed.split(MARK)[1:], strict=True):
        about, _, text = answer.strip().partition("\n")
        if about != name:
            raise InputError(f"Coq answered about {about} when asked about {name}")
        found[name] = " ".join(text.split())
    return found


def _checksum(said: str, known: Mapping[str, str], own: Callable[[str], set[str]]) -> str:
    """The first 16 digits."""
    reached: set[str] = set()
    fresh = own(said)
    while fresh:
        reached |= fresh
        fresh = set().union(*(own(known[name]) for name in fresh)) - reached
    parts = [said, *(f"{name}: {known[name]}" for name in sorted(reached))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

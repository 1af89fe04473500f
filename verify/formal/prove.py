"""Compile the Coq development anew and ask Coq what each theorem rests on.

Nothing compiled before is trusted: the sources are copied to a fresh folder, compiled in
order, and one generated file prints the axioms behind each theorem of the table.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from verify.formal.statements import statements
from verify.formal.theorems import ALLOWED, Theorem
from verify.model import InputError

SOURCES = Path(__file__).parents[2] / "proofs_notes" / "coq"
LIBRARIES = ("Coquelicot", "Interval")
INSTALL = "on Debian and Ubuntu: apt-get install coq libcoq-coquelicot libcoq-interval"
FORBIDDEN = re.compile(
    r"\b(Admitted|admit|Axiom|Axioms|Parameter|Parameters|Conjecture|bypass_check|Load"
    r"|Declare\s+(?:ML\s+)?Module|Unset\s+\w+\s+Checking)\b"
)
NAME = re.compile(r"([A-Za-z_][\w.']*)(?=\s*:|\s*$)")
CLOSED = "Closed under the global context"
COMMENT = re.compile(r"\(\*(?:(?!\(\*|\*\)).)*\*\)", re.DOTALL)
REQUIRE = re.compile(r"From\s+Flatcert[\w.]*\s+Require\s+(?:Import\s+|Export\s+)?([^.]*)\.")
MARK = "theorem under question:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A theorem that Coq accepts, with the axioms that it rests on; `wrong` where it does not.

    `statement` is the checksum of what it says (verify.formal.statements).
    """

    theorem: Theorem
    axioms: tuple[str, ...]
    statement: str
    wrong: str = ""


def coq_version() -> str | None:
    """The version of the Coq that is installed, None without one."""
    if shutil.which("coqc") is None:
        return None
    return _run(["coqc", "--print-version"], Path.cwd()).split()[0]


def missing() -> str:
    """What a proof needs and this machine lacks, with how to install it; "" if nothing."""
    if shutil.which("coqc") is None:
        return f"coqc is not installed; {INSTALL}"
    where = Path(_run(["coqc", "-where"], Path.cwd()).strip()) / "user-contrib"
    absent = [name for name in LIBRARIES if not (where / name).is_dir()]
    return f"Coq has no library {' or '.join(absent)}; {INSTALL}" if absent else ""


def files(folder: Path = SOURCES) -> list[str]:
    """The source files of the development in the order of its _CoqProject."""
    try:
        lines = (folder / "_CoqProject").read_text(encoding="utf-8").split()
    except OSError:
        raise InputError(f"{folder}: no Coq development here; a checkout has it") from None
    return [name for name in lines if name.endswith(".v")]


def digest(folder: Path = SOURCES) -> str:
    """A checksum of all sources in order."""
    text = hashlib.sha256()
    for name in files(folder):
        text.update(f"{name}\n".encode() + (folder / name).read_bytes())
    return text.hexdigest()


def without_comments(text: str) -> str:
    """A source without its comments, nested ones too."""
    while (shorter := COMMENT.sub(" ", text)) != text:
        text = shorter
    return text


def escapes(folder: Path = SOURCES) -> list[str]:
    """Every word in a source that would let a statement pass without a proof, with its file.

    A file named like one of Coq's library could pass its axioms off as those of the library.
    """
    library = {name.partition(".")[0] for name in ALLOWED}
    found = [
        f"{name} has the name of a file of Coq"
        for name in files(folder)
        if Path(name).stem in library
    ]
    for name in files(folder):
        text = without_comments((folder / name).read_text(encoding="utf-8"))
        found += [f"{name} says {match}" for match in FORBIDDEN.findall(text)]
    return found


def _run(words: Sequence[str], folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())
        raise InputError(f"{' '.join(words[:1])} refused {words[-1]}: {said:.300}")
    return done.stdout


def _needs(folder: Path) -> dict[str, set[str]]:
    """File -> the files of the development that it requires; no two share a last name."""
    known = {Path(name).stem: name for name in files(folder)}
    needs = {}
    for name in files(folder):
        text = without_comments((folder / name).read_text(encoding="utf-8"))
        wanted = (word for group in REQUIRE.findall(text) for word in group.split())
        needs[name] = {known.get(word, f"{word}.v") for word in wanted}
    return needs


def _coqc(folder: Path, name: str) -> str:
    return _run(["coqc", "-R", ".", "Flatcert", "-w", "-ambiguous-paths", name], folder)


def build(
    folder: Path, target: Path, workers: int, done: Callable[[str], None] = lambda _: None
) -> None:
    """Compile every file of the development in `target`, those that need no other first.

    Raises InputError with Coq's own words for the first file that it refuses.
    """
    for name in ("_CoqProject", *files(folder)):
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(folder / name, target / name)
    order = TopologicalSorter(_needs(target))
    order.prepare()
    with ThreadPoolExecutor(workers) as pool:
        running: dict[Future[str], str] = {}
        while order.is_active():
            running |= {pool.submit(_coqc, target, name): name for name in order.get_ready()}
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                name = running.pop(future)
                future.result()
                done(name)
                order.done(name)


def _head(theorems: Sequence[Theorem]) -> str:
    modules = sorted({f"Flatcert.{one.name.rpartition('.')[0]}" for one in theorems})
    return f"Require {' '.join(modules)}.\n"


def _question(groups: Sequence[Sequence[Theorem]]) -> str:
    """Ask for the axioms of each group at once: of each theorem by itself it takes minutes."""
    lines = []
    for number, group in enumerate(groups):
        together = ", ".join(f"Flatcert.{theorem.name}" for theorem in group)
        lines.append(f"Definition group_{number} := ({together}).")
        lines.append(f'Goal True. idtac "{MARK} group_{number}". exact I. Qed.')
        lines.append(f"Print Assumptions group_{number}.")
    return _head([theorem for group in groups for theorem in group]) + "\n".join(lines) + "\n"


def axioms_in(text: str) -> tuple[str, ...]:
    """The names of the axioms that one answer of Print Assumptions lists.

    A line that names none is given whole, such as "f is assumed to be guarded."
    """
    if text.strip() == CLOSED:
        return ()
    before, _, listed = text.partition("Axioms:")
    # What is indented is the statement of the axiom above it.
    lines = [line for line in (before + listed).splitlines() if line.strip() and line[0] != " "]
    return tuple(name[1] if (name := NAME.match(line)) else line for line in lines)


def _groups(theorems: Sequence[Theorem]) -> list[list[Theorem]]:
    """The theorems of each claim, and all false variants."""
    found: dict[str, list[Theorem]] = {}
    for theorem in theorems:
        found.setdefault("" if theorem.control else theorem.claim, []).append(theorem)
    return list(found.values())


def _axioms(
    compiled: Callable[[str], str], groups: Sequence[Sequence[Theorem]]
) -> dict[str, tuple[str, ...]]:
    """Theorem -> the axioms behind its group, alone where the group rests on an odd one."""
    answers = compiled(_question(groups)).split(MARK)[1:]
    found, odd = {}, []
    for number, (group, answer) in enumerate(zip(groups, answers, strict=True)):
        name, _, rest = answer.strip().partition("\n")
        if name != f"group_{number}":
            raise InputError(f"Coq answered about {name} when asked about group_{number}")
        axioms = axioms_in(rest)
        if not axioms and CLOSED not in rest:
            axioms = ("an answer that lists no axioms and is not closed",)
        found.update(dict.fromkeys((theorem.name for theorem in group), axioms))
        if set(axioms) - ALLOWED and len(group) > 1:
            odd += [[theorem] for theorem in group]
    return {**found, **(_axioms(compiled, odd) if odd else {})}


def ask(target: Path, theorems: Sequence[Theorem]) -> list[Proven]:
    """What each theorem of a compiled development rests on, at the most, and what it says.

    Raises InputError for an unknown one, and for one that is no proposition.
    """

    def compiled(text: str) -> str:
        (target / "Question.v").write_text(text, encoding="utf-8")
        return _coqc(target, "Question.v")

    names = [theorem.name for theorem in theorems]
    said = statements(_head(theorems), names, files(target), compiled)
    axioms = _axioms(compiled, _groups(theorems))
    found = []
    for theorem in theorems:
        behind = axioms[theorem.name]
        odd = sorted(set(behind) - ALLOWED)
        wrong = f"it rests on {', '.join(odd)}" if odd else ""
        said_of = said[theorem.name]
        found.append(Proven(theorem=theorem, axioms=behind, statement=said_of, wrong=wrong))
    return found


def recheck(target: Path) -> None:
    """Let coqchk, a separate and smaller program, check the compiled files again."""
    modules = [f"Flatcert.{name.removesuffix('.v').replace('/', '.')}" for name in files(target)]
    _run(["coqchk", "-silent", "-R", ".", "Flatcert", *modules], target)

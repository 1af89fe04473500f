"""Mutation tests of the certifying float64 code, in a copy of the tree.

    pip install mutmut==3.8.1
    python tests/mutation/run.py            # or with the name of a folder to work in

mutmut leaves decorated functions alone, so the copy drops the lines "@kernel": what is mutated is
the plain Python that NUMBA_DISABLE_JIT=1 runs. The run fails if fewer than 95 % of the mutants are
killed, or if survivors.md does not explain a survivor.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
COPIED = ("verify", "properties", "tests", "proofs_notes")
MUTATED = ("verify/operators/exactly.py", "verify/operators/layout.py")
FLOATING = "verify/spectrum/floating"
WANTED = 0.95
KILLED = (1, 3, 24, 36, 37, 152, 255, -24)
"""Exit codes of a killed mutant: a failed test or error, or a time limit."""


def prepare(folder: Path) -> None:
    """A copy of the tree without compilation, configured for mutmut."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored, dirs_exist_ok=True)
    config = (HERE / "mutmut.toml").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(f"{project}\n{config}", encoding="utf-8")
    for file in [*(folder / name for name in MUTATED), *(folder / FLOATING).glob("*.py")]:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("@kernel\n", ""), encoding="utf-8")


def verdicts(folder: Path) -> dict[str, int | None]:
    """The exit code of the tests under each mutant."""
    found: dict[str, int | None] = {}
    for meta in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def change(folder: Path, mutant: str) -> tuple[str, str]:
    """The line of the source and what the mutant makes of it."""
    command = [sys.executable, "-m", "mutmut", "show", mutant]
    shown = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    lines = [line for line in shown.splitlines() if not line.startswith(("---", "+++", "#"))]
    old, new = ([line[1:].strip() for line in lines if line[:1] == sign] for sign in "-+")
    return " ".join(old), " ".join(new)


def main() -> int:
    """Run mutmut and print the rate and the survivors; exit status 1 if the aim is missed."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="mutants-"))
    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, "-m", "mutmut", "run"], cwd=folder, env=environment, check=True)
    codes = verdicts(folder)
    alive = [name for name, code in codes.items() if code not in KILLED]
    explained = (HERE / "survivors.md").read_text(encoding="utf-8")
    unexplained = 0
    for name in alive:
        old, new = change(folder, name)
        known = f"`{new}`" in explained
        unexplained += not known
        print(f"{'explained' if known else 'SURVIVED'} {name}\n    - {old}\n    + {new}")
    rate = 1 - len(alive) / len(codes)
    print(
        f"{len(codes)} mutants, {rate:.1%} killed, {unexplained} survivors unexplained ({folder})"
    )
    return int(rate < WANTED or unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())

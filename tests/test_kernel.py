"""Compiled code follows its sources: all of them, not only the file of the kernel."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from verify.kernel import ROOMS

PACKAGE = Path(__file__).resolve().parent.parent / "verify"
PROBE = """
from verify.operators.exactly import in_range
from verify.operators.layout import _edge
import numpy as np
print(_edge(1.0, 0.0, np.array([-1.0, 1.0]))[0])
"""


def _in_rooms(path: Path) -> bool:
    return path.parent.relative_to(PACKAGE).as_posix() in ROOMS


def test_kernels_stand_in_the_stamped_rooms() -> None:
    kernels = [p for p in PACKAGE.rglob("*.py") if "\n@kernel\n" in p.read_text(encoding="utf-8")]
    assert len(kernels) >= 8
    assert [path for path in kernels if not _in_rooms(path)] == []


def _edge_in_a_fresh_process(root: Path, cache: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_changed_callee_in_another_file_is_compiled_anew(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "verify", ignore=shutil.ignore_patterns("__pycache__"))
    cache = tmp_path / "cache"
    assert _edge_in_a_fresh_process(tmp_path, cache) == "1"
    callee = tmp_path / "verify" / "operators" / "exactly.py"
    source = callee.read_text(encoding="utf-8")
    assert source.count("return (product + b) + error") == 1
    callee.write_text(source.replace("(product + b) + error", "-1.0"), encoding="utf-8")
    assert _edge_in_a_fresh_process(tmp_path, cache) == "2"

"""Imports run one way between the rooms, and the command stays light.

The rules are checked on the source text, so an import inside a function or
under TYPE_CHECKING counts like any other. The checker is itself shown trees
that it has to reject.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
FACADE = "verify"
ROOMS = (
    *(
        "kernel",
        "ball",
        "inequalities",
        "model",
        "symmetry",
        "arrays",
        "formats",
        "logistic",
        "losses",
        "hessian",
        "operators",
        "spectrum",
        "variation",
    ),
    *("quantities", "space", "claim", "judge", "counterexample", "optimum", "dynamics"),
    *("statistics", "claims", "assess", "data", "minimum", "generalize"),
    *("user", "evidence", "checks", "formal", "baseline", "gate", "report", "bench", "experiments"),
    *(FACADE, "properties", "jobs", "run", "commands", "cli", "__main__"),
)
"""Lowest first. The facade verify/__init__.py may import anything and is imported from above."""
LEVEL = {room: level for level, room in enumerate(ROOMS)}
DOORS = {
    "flint": {
        *("ball", "inequalities", "logistic", "losses", "hessian", "spectrum", "space"),
        *("statistics", "minimum"),
    },
    "hypothesis": {"properties", "jobs", "run", "cli", "__main__"},
    "numba": {"kernel"},
}
"""Outside packages that only these rooms may import."""
HEAVY = {
    "hypothesis",
    "jax",
    "jinja2",
    "joblib",
    "matplotlib",
    "mpmath",
    "numba",
    "scipy",
    "sympy",
    "torch",
}


def room_of(module: str) -> str:
    """`verify.hessian.dense` -> `hessian`; `properties.domains` -> `properties`."""
    package, *rest = module.split(".")
    return rest[0] if package == FACADE and rest else package


def sources(root: Path) -> dict[str, Path]:
    """Dotted module name -> file, for every Python file of verify/ and properties/."""
    files = sorted(path for top in (FACADE, "properties") for path in (root / top).rglob("*.py"))
    names = (path.relative_to(root).with_suffix("").parts for path in files)
    return {
        ".".join(parts[:-1] if parts[-1] == "__init__" else parts): path
        for parts, path in zip(names, files, strict=True)
    }


def _named(node: ast.ImportFrom, package: list[str], known: Mapping[str, Path]) -> Iterator[str]:
    base = ".".join(
        [
            *(package[: len(package) - node.level + 1] if node.level else []),
            *([node.module] if node.module else []),
        ]
    )
    for alias in node.names:
        below = f"{base}.{alias.name}"
        is_room = base == FACADE and alias.name in LEVEL
        if below in known or is_room:
            yield below
        elif below != f"{FACADE}.__version__":
            yield base


def imports(module: str, path: Path, known: Mapping[str, Path]) -> set[str]:
    """Every module that the file imports, wherever in the file, by absolute dotted name."""
    package = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                found.update(alias.name for alias in node.names)
            case ast.ImportFrom():
                found.update(_named(node, package, known))
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                found.add(name)
    return found


def _offence(module: str, target: str) -> str | None:
    """Why `module` may not import `target`, or None where it may."""
    here, there = room_of(module), room_of(target)
    package, _, _ = target.partition(".")
    if package in DOORS and here not in DOORS[package]:
        return f"{module} imports {target}: {package} is for {', '.join(sorted(DOORS[package]))}"
    if package not in (FACADE, "properties") or here == there:
        return None
    if here not in LEVEL or there not in LEVEL or LEVEL[there] < LEVEL[here]:
        return None
    return f"{module} imports {target}: {there} is not below {here}"


def _cycle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [f"cycle: {' -> '.join(reversed(error.args[1]))}"]
    return []


def offences(root: Path) -> list[str]:
    """One line per broken rule in the tree at `root`; empty for a tree in order."""
    known = sources(root)
    graph = {
        module: imports(module, path, known) - {module}
        for module, path in known.items()
        if module != FACADE
    }
    found = [f"{m}: {room_of(m)} is not a room" for m in graph if room_of(m) not in LEVEL]
    pairs = [(module, target) for module, targets in graph.items() for target in sorted(targets)]
    found += [line for pair in pairs if (line := _offence(*pair))]
    within: dict[str, set[str]] = {module: set() for module in graph}
    for module, target in pairs:
        if target in known and room_of(module) == room_of(target):
            within[module].add(target)
    return found + _cycle(within)


def heavy_after(statement: str) -> set[str]:
    """The heavy packages that a fresh interpreter holds after `statement`."""
    report = "import json, sys; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\n{report}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return HEAVY & set(json.loads(done.stdout.splitlines()[-1]))


def _plant(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in {"verify/__init__.py": "", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_imports_run_one_way() -> None:
    assert offences(REPOSITORY) == []


def test_every_room_of_the_tree_is_seen() -> None:
    seen = {room_of(module) for module in sources(REPOSITORY)}
    assert {"ball", "model", "hessian", "spectrum", "claims", "properties", "cli"} <= seen
    assert seen <= set(ROOMS)


def test_the_command_loads_nothing_heavy() -> None:
    assert heavy_after("import verify.cli") == set()


@pytest.mark.parametrize("package", ["mpmath", "hypothesis"])
def test_a_heavy_import_would_be_noticed(package: str) -> None:
    assert package in heavy_after(f"import {package}")


def test_a_tree_in_order_has_no_offence(tmp_path: Path) -> None:
    tree = {
        "verify/__init__.py": "from verify.spectrum import bounds\n",
        "verify/ball.py": "from flint import arb\nfrom verify import __version__\n",
        "verify/model.py": "import math\nfrom verify import ball\nfrom verify.ball import Scalar\n",
        "verify/spectrum/__init__.py": "from .balls import bounds\nfrom verify.model import f\n",
        "verify/spectrum/balls.py": "from verify.spectrum import tools\nfrom ..ball import sign\n",
        "verify/spectrum/tools.py": "import numpy as np\n",
        "properties/domains.py": "import hypothesis.strategies as st\nfrom verify import Network\n",
        "verify/run.py": "from properties.domains import networks\n",
        "verify/cli.py": "def main():\n    from verify import run\n    import hypothesis\n",
        "verify/__main__.py": "from verify.cli import main\n",
    }
    assert offences(_plant(tmp_path, tree)) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "verify/ball.py",
            "from verify.model import Network\n",
            "verify.ball imports verify.model: model is not below ball",
        ),
        (
            "verify/model.py",
            "def f():\n    from verify import judge\n",
            "verify.model imports verify.judge: judge is not below model",
        ),
        (
            "verify/hessian/dense.py",
            "from ..gate import policy\n",
            "verify.hessian.dense imports verify.gate: gate is not below hessian",
        ),
        (
            "verify/claim.py",
            "if TYPE_CHECKING:\n    import verify.claims.stability\n",
            "verify.claim imports verify.claims.stability: claims is not below claim",
        ),
        (
            "verify/checks.py",
            "import importlib\nimportlib.import_module('properties.campaign')\n",
            "verify.checks imports properties.campaign: properties is not below checks",
        ),
        (
            "verify/quantities.py",
            "from verify import lambda_max\n",
            "verify.quantities imports verify: verify is not below quantities",
        ),
        (
            "properties/domains.py",
            "from verify.cli import main\n",
            "properties.domains imports verify.cli: cli is not below properties",
        ),
        (
            "verify/judge.py",
            "try:\n    from hypothesis import target\nexcept ImportError:\n    target = None\n",
            "verify.judge imports hypothesis: hypothesis is for "
            "__main__, cli, jobs, properties, run",
        ),
        (
            "verify/variation.py",
            "import flint.types.arb\n",
            "verify.variation imports flint.types.arb: flint is for "
            + ", ".join(sorted(DOORS["flint"])),
        ),
        ("verify/attic.py", "", "verify.attic: attic is not a room"),
    ],
)
def test_a_broken_rule_is_reported(tmp_path: Path, name: str, text: str, expected: str) -> None:
    assert offences(_plant(tmp_path, {name: text})) == [expected]


def test_a_cycle_within_a_room_is_reported(tmp_path: Path) -> None:
    tree = {
        "verify/hessian/__init__.py": "",
        "verify/hessian/dense.py": "from verify.hessian import structured\n",
        "verify/hessian/structured.py": "def f():\n    from .dense import g\n",
    }
    (line,) = offences(_plant(tmp_path, tree))
    assert line.startswith("cycle: ")
    assert {"verify.hessian.dense", "verify.hessian.structured"} <= set(line.split())


def test_no_room_is_listed_twice() -> None:
    assert len(LEVEL) == len(ROOMS)

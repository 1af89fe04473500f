"""Our certified enclosure of lambda_max against other tools, in one run on one machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Shows the step at hand where standard error is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("measuring") as status:
        yield status.update


def _size(text: str) -> tuple[int, int]:
    """(k, n) from "400,100"."""
    from verify.model import InputError

    parts = text.split(",")
    if len(parts) == 2 and all(re.fullmatch("[1-9][0-9]{0,8}", part) for part in parts):
        return int(parts[0]), int(parts[1])
    raise InputError(f"--sizes {text!r:.40} is no size; k,n of at least 1 is needed, as in 400,100")


def bench(*, out: Path, sizes: Sequence[str] = (), quick: bool = False) -> int:
    """Measure, print the tables, write bench.json, bench.svg and bench.png to `out`.

    `sizes`, written "k,n", are compared instead of everything else; `quick` takes
    small networks, few repetitions, and does not measure memory. Returns 1 if a
    certified enclosure is missing, wider than asked or not right, else 0. Raises
    InputError where the folder cannot be written or a size is no size.
    """
    from rich.console import Console

    from verify.bench.figure import figure_png, figure_svg
    from verify.bench.measure import measure, plan
    from verify.bench.table import print_results
    from verify.formats import write_atomically
    from verify.model import InputError

    chosen = plan([_size(text) for text in sizes], quick=quick)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{out}: cannot be written ({error.strerror}); choose another --out"
        ) from None
    with _progress() as step:
        results = measure(chosen, step)
    write_atomically(out / "bench.json", json.dumps(results.document(), indent=1) + "\n")
    write_atomically(out / "bench.svg", figure_svg(results))
    write_atomically(out / "bench.png", figure_png(results))
    print_results(results, Console())
    return 1 if results.failures else 0

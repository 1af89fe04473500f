"""Our lambda_max and our gradient descent against other tools, in one run on one machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

FILES = ("bench.json", "bench.svg", "bench.png")


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


def _check_writable(out: Path) -> None:
    """Try what will be written, so that nothing is measured in vain; files there stay."""
    from verify.formats import write_atomically
    from verify.model import InputError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{out}: cannot be written ({error.strerror}); choose another --out"
        ) from None
    for file in (out / name for name in FILES):
        # A regular file is replaced by one from its own folder, so the folder is what is tried.
        trial = file.resolve().with_name(f".{file.name}.trial") if file.is_file() else file
        write_atomically(trial, b"")
        trial.resolve().unlink()


def bench(*, out: Path, sizes: Sequence[str] = (), quick: bool = False) -> int:
    """Measure, print the tables, write bench.json, bench.svg and bench.png to `out`.

    `sizes`, written "k,n", are compared instead of everything else; `quick` takes
    small networks, few repetitions, and does not measure memory. Returns 1 if a
    certified enclosure is missing, wider than asked or not right, or if gradient
    descents that should be the same end in different places, else 0. Raises
    InputError, before measuring, where a file cannot be written or a size is no size.
    """
    from rich.console import Console

    from verify.bench.figure import figure_png, figure_svg
    from verify.bench.measure import measure, plan
    from verify.bench.table import print_results
    from verify.formats import write_atomically

    chosen = plan([_size(text) for text in sizes], quick=quick)
    _check_writable(out)
    with _progress() as step:
        results = measure(chosen, step)
    text = json.dumps(results.document(), indent=1) + "\n"
    contents: tuple[str | bytes, ...] = (text, figure_svg(results), figure_png(results))
    for name, content in zip(FILES, contents, strict=True):
        write_atomically(out / name, content)
    print_results(results, Console())
    return 1 if results.failures else 0

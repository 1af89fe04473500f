"""Real datasets, each with a network that was trained on it: two on the line, one in the plane.

Sources, standardization and the training commands are in README.md beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from verify.formats import read_dataset, read_network
from verify.model import Dataset, Network

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class RealExample:
    """A dataset and a trained network, as files of this package."""

    name: str
    network: Path
    data: Path
    source: str


REAL: tuple[RealExample, ...] = (
    RealExample(
        name="challenger",
        network=_HERE / "challenger_net.json",
        data=_HERE / "challenger.csv",
        source=(
            "23 shuttle launches before 28 January 1986: x = (joint temperature in F - 70)/10, "
            "y = +1 for thermal distress of an O-ring (Dalal, Fowlkes, Hoadley 1989)"
        ),
    ),
    RealExample(
        name="texture",
        network=_HERE / "texture_net.npz",
        data=_HERE / "texture.csv",
        source=(
            "569 breast masses: x = (mean texture - 20)/5, y = +1 for malignant "
            "(Breast Cancer Wisconsin, Diagnostic; Wolberg, Mangasarian, Street, Street)"
        ),
    ),
)


REAL_IN_SPACE: tuple[RealExample, ...] = (
    RealExample(
        name="masses2",
        network=_HERE / "masses2_net.json",
        data=_HERE / "masses2.csv",
        source=(
            "569 breast masses: x1 = mean radius, x2 = mean texture, standardized, y = +1 for "
            "malignant (Breast Cancer Wisconsin, Diagnostic; Wolberg, Mangasarian, Street, Street)"
        ),
    ),
)
"""With several inputs; verify.space.formats reads them."""


def load(example: RealExample) -> tuple[Network, Dataset]:
    """The network and the dataset of an example. Raises InputError for a damaged file."""
    return read_network(example.network), read_dataset(example.data)

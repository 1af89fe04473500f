"""What Theorem 3.7 says of one network: which assumption holds, what it buys, or what fails."""

from verify.generalize.heldout import from_holdout
from verify.generalize.known import against_truth
from verify.generalize.source import read_holdout, read_truth
from verify.generalize.words import describe, document

__all__ = [
    "against_truth",
    "describe",
    "document",
    "from_holdout",
    "read_holdout",
    "read_truth",
]

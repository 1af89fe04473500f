"""A user's own claims: a Python file that lives outside the package."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

from verify.claim import Claim
from verify.model import InputError


def load_claims(path: str) -> tuple[Claim, ...]:
    """The claims of a user's file: the Claim values in its list or tuple `CLAIMS`.

    Raises InputError where the file is missing, fails, or has no such list.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{path}: no such file; a Python file that defines CLAIMS is needed")
    spec = importlib.util.spec_from_file_location("flatcert_user_claims", file)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: not a Python file (.py)")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise InputError(f"{path}: {type(error).__name__}: {error}".splitlines()[0]) from None
    found = getattr(module, "CLAIMS", None)
    if not isinstance(found, (list, tuple)) or not all(isinstance(c, Claim) for c in found):
        raise InputError(f"{path}: a list CLAIMS of verify.claim.Claim values is needed")
    for ids in ([c.id for c in found], *([k.id for k in c.controls] for c in found)):
        repeated = [id for id, count in Counter(ids).items() if count > 1]
        if repeated:
            raise InputError(f"{path}: two claims or controls have the id {repeated[0]!r}")
    return tuple(found)

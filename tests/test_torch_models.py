"""A model of torch is read by its names and shapes; this holds without torch installed."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from verify.model import InputError
from verify.spectrum.tracking import SharpnessTracker


class Tensor:
    """As much of a torch tensor as is read."""

    def __init__(self, *values: object) -> None:
        self.array = np.array(values, dtype=np.float32)
        self.shape = self.array.shape

    def detach(self) -> "Tensor":
        return self

    cpu = detach

    def numpy(self) -> Any:
        return self.array


Linear, ReLU = type("Linear", (), {}), type("ReLU", (), {})
STATE = {
    "0.weight": Tensor([0.5], [-2]),
    "0.bias": Tensor(0.25, 1),
    "2.weight": Tensor([1, -1]),
    "2.bias": Tensor(0.5),
}


def model(layers: list[type], **state: Tensor) -> SimpleNamespace:
    return SimpleNamespace(
        state_dict=lambda: STATE | state, children=lambda: [layer() for layer in layers]
    )


def test_a_model_with_the_face_of_torch_is_read() -> None:
    tracker = SharpnessTracker([-1, 0.75], [1, -1])
    found = tracker(model([Linear, ReLU, Linear]))
    assert found == SharpnessTracker([-1, 0.75], [1, -1])([0.5, -2], [0.25, 1], [1, -1], 0.5)
    for wrong in (
        model([Linear, ReLU]),
        model([Linear, ReLU, Linear], extra=Tensor(1)),
        model([Linear, ReLU, Linear], **{"2.bias": Tensor(1, 2)}),
    ):
        with pytest.raises(InputError, match="the network is a SimpleNamespace that is not supp"):
            tracker(wrong)

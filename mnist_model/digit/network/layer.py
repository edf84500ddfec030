"""A layer of a network with the shapes around it, and how it is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.digit.network.stages import Shape


@dataclass
class Layer:
    """A layer, its name in the network, and the shapes before and after it without the batch."""

    module: Any
    name: str
    before: tuple[int, ...]
    after: tuple[int, ...]

    def require(self, condition: bool, problem: str) -> None:
        """Raises InputError, which names the layer and the problem, unless the condition holds."""
        if not condition:
            raise InputError(f"layer {self.name}, {self.module}: {problem}")


def shape_of(shape: tuple[int, ...]) -> Shape:
    """Channels, height and width of an input or output; a vector's values are its channels."""
    if len(shape) not in (1, 2, 3) or min(shape) < 1:
        raise InputError(
            f"shape {shape}: expected (values,), (channels, length) or (channels, height, width)"
        )
    if len(shape) == 3:
        return (shape[0], shape[1], shape[2])
    return (shape[0], 1, shape[1] if len(shape) == 2 else 1)

"""The network that the workbook is held against: torch's own, in float64."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from backprop_xlsx.spreadsheet.errors import InputError

DIGITS_OF_A_CELL = 15  # which it is sure to keep
DIGITS_OF_FLOAT32 = 9  # which tell it from its neighbours, and shorter ones too
BATCH = 100


def reference(module: nn.Module) -> nn.Module:
    """A copy in float64, ready to score, whose numbers are those that can stand in cells.

    Each is rounded once: to nine significant digits, or fifteen where it is a float64. Raises
    InputError where one is not finite.
    """
    twin = copy.deepcopy(module).cpu().eval()
    digits = {
        name: DIGITS_OF_A_CELL if tensor.dtype == torch.float64 else DIGITS_OF_FLOAT32
        for name, tensor in _numbers(twin).items()
    }
    twin = twin.double()
    for name, tensor in _numbers(twin).items():
        if not torch.isfinite(tensor).all():
            raise InputError(
                f"{name}: holds a value that is not finite, which no cell can; train the network "
                "again"
            )
        tensor.copy_(rounded(tensor, digits[name]))
    return twin.requires_grad_(False)


def rounded(values: Tensor, digits: int) -> Tensor:
    """Each value rounded to so many significant digits, in float64."""
    exact = [float(f"{value:.{digits}g}") for value in values.flatten().tolist()]
    return torch.tensor(exact, dtype=torch.float64).reshape(values.shape)


@torch.no_grad()
def outputs(twin: nn.Module, inputs: Tensor) -> Tensor:
    """What the reference gives for inputs [count, …]: values [count, outputs]."""
    return torch.cat([twin(part).flatten(1) for part in torch.split(inputs.double(), BATCH)])


def _numbers(module: nn.Module) -> dict[str, Tensor]:
    with torch.no_grad():
        return {
            name: tensor.detach()
            for name, tensor in module.state_dict(keep_vars=True).items()
            if tensor.is_floating_point()
        }

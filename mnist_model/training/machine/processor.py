"""The same layers the way a processor computes them fastest, and how exactly it does."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class OnProcessor(nn.Sequential):
    """The layers of a network, each computed the way that is fastest on a CPU."""

    def forward(self, values: Tensor) -> Tensor:
        """The network's outputs, as nn.Sequential has them but for rounding and dropout's draw."""
        for layer in self:
            if isinstance(layer, nn.Dropout) and layer.training:
                values = dropout(values, layer.p)
            elif isinstance(layer, nn.Flatten) and values.ndim == 4:
                # Else its gradient has the other layout, in which the layers before are slow.
                values = layer(_Layout.apply(values, torch.contiguous_format, torch.channels_last))
            elif isinstance(layer, nn.BatchNorm2d) and layer.num_features % BLOCK:
                inside = _Layout.apply(values, torch.contiguous_format, torch.channels_last)
                values = _Layout.apply(layer(inside), torch.channels_last, torch.contiguous_format)
            else:
                values = layer(values)
        return values


# With channels innermost, BatchNorm over a number of channels that does not fill the processor's
# registers is up to three times slower, and less exact, than in contiguous memory. Where it fills
# them, copying there and back costs more than it gains.
BLOCK = 16


class _Layout(torch.autograd.Function):
    """The same values in one memory layout, and their gradient in another."""

    @staticmethod
    def forward(
        context: Any, values: Tensor, layout: torch.memory_format, before: torch.memory_format
    ) -> Tensor:
        context.before = before
        return values.contiguous(memory_format=layout)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return gradient.contiguous(memory_format=context.before), None, None


def dropout(values: Tensor, probability: float) -> Tensor:
    """Each value 0 with that probability (to 16 bits), else enlarged so that the mean remains.

    The values lie in memory without gaps. torch's own draws one number after another, in double
    precision; here each 64 random bits decide on four values.
    """
    count = values.numel()
    words = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(2**63), None)
    dropped = round(probability * 2**16)
    kept = words.view(torch.int16).ge_(dropped - 2**15)
    factors = kept.to(values.dtype).mul_(1 / (1 - dropped / 2**16))
    return values * factors.as_strided(values.shape, values.stride())


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device computes in bfloat16 itself; elsewhere it would be slower, not faster."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # Older versions of torch cannot be asked: float32 is right everywhere.
    ask = getattr(torch.cpu, "get_capabilities", None)
    capabilities = ask() if ask is not None else {}
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))

"""Several processes as one trainer: torchrun starts them, torch's own engine averages."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class World:
    """This process's place among all: ``rank`` of ``size``. Alone it is 0 of 1."""

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this is the one process that writes files and speaks."""
        return self.rank == 0

    def wrap(self, network: nn.Sequential) -> nn.Module:
        """The network whose backward pass averages gradients over all processes.

        BatchNorm takes its statistics from all processes' pictures on GPUs, and from this
        process's own on CPUs.
        """
        if self.size == 1:
            return network
        module: nn.Module = network
        if next(network.parameters()).is_cuda:
            module = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        # BatchNorm's statistics are not sent round at each step, but averaged once an epoch.
        with warnings.catch_warnings():
            # Newer versions of torch have another name for it, older ones only this.
            warnings.simplefilter("ignore", FutureWarning)
            return DistributedDataParallel(module, broadcast_buffers=False)

    def average_buffers(self, network: nn.Module) -> None:
        """Gives BatchNorm's running statistics the mean of all processes' values."""
        if self.size == 1:
            return
        for buffer in network.buffers():
            if buffer.is_floating_point():
                distributed.all_reduce(buffer)
                buffer /= self.size

    def total(self, values: Tensor) -> Tensor:
        """The values summed over all processes, in place."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values

    def wait(self) -> None:
        """Returns once every process has come here."""
        if self.size > 1:
            distributed.barrier()


@contextlib.contextmanager
def join_world(device: torch.device) -> Iterator[World]:
    """The world that torchrun's environment describes; of one process where there is none."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield World(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()

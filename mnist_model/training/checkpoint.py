"""What can be loaded again: the state of an unfinished run, and a trained model."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from backprop_xlsx.spreadsheet.errors import FileError, InputError
from backprop_xlsx.spreadsheet.files import write
from mnist_model.training.networks import build_network
from mnist_model.training.record import MODEL_FILE, Epoch

CHECKPOINT_FILE = "checkpoint.pt"

# Every epoch draws its random numbers from a seed of its own, so no generator's state is kept.
Identity = dict[str, str | int | bool]


@dataclass(frozen=True)
class Checkpoint:
    """A run after an epoch. ``identity`` is all that a resumed run must have in common with it.

    ``losses`` are those of the training images, each when it was last trained on.
    """

    identity: Identity
    epochs: tuple[Epoch, ...]
    network: dict[str, Any]
    optimiser: dict[str, Any]
    losses: torch.Tensor


def save_checkpoint(
    folder: Path,
    identity: Identity,
    epochs: Sequence[Epoch],
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    losses: torch.Tensor,
) -> None:
    """Writes the run's state, at one go. Raises FileError if the folder cannot be written."""
    content = io.BytesIO()
    state = {
        "identity": identity,
        "epochs": [asdict(epoch) for epoch in epochs],
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "losses": losses,
    }
    torch.save(state, content)
    write(folder / CHECKPOINT_FILE, content.getvalue())


def load_checkpoint(folder: Path, identity: Identity) -> Checkpoint | None:
    """The state that a run left in its folder; None if it had not finished an epoch.

    Raises FileError for a damaged file or one with anything but tensors and plain values in it,
    InputError if the run was started differently.
    """
    path = folder / CHECKPOINT_FILE
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        checkpoint = Checkpoint(
            dict(state["identity"]),
            tuple(Epoch(**epoch) for epoch in state["epochs"]),
            dict(state["network"]),
            dict(state["optimiser"]),
            state["losses"],
        )
    # A damaged file can fail anywhere in zip, pickle or torch, in any of their ways.
    except (
        pickle.UnpicklingError,
        RuntimeError,
        OSError,
        EOFError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        raise FileError(
            f"{path}: damaged, or not a checkpoint of this program; run again with --overwrite"
        ) from error
    for key, value in identity.items():
        before = checkpoint.identity.get(key)
        if before != value:
            raise InputError(
                f"{folder}: was started with {key} {_told(before)}, now {value}; start as before, "
                "or run again with --overwrite"
            )
    return checkpoint


def _told(value: str | int | bool | None) -> str:
    return "not recorded" if value is None else str(value)


def restore(
    checkpoint: Checkpoint,
    folder: Path,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    losses: torch.Tensor,
) -> None:
    """Puts the state into network, optimiser and losses; FileError if it does not fit them."""
    try:
        network.load_state_dict(checkpoint.network)
        optimiser.load_state_dict(checkpoint.optimiser)
        losses.copy_(checkpoint.losses)
    except (RuntimeError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise FileError(
            f"{folder / CHECKPOINT_FILE}: holds the state of another network; "
            "run again with --overwrite"
        ) from error


def save_model(folder: Path, name: str, network: nn.Module) -> None:
    """Writes the trained network with its name. Raises FileError if that cannot be done."""
    tensors = {key: value.cpu().contiguous() for key, value in network.state_dict().items()}
    write(folder / MODEL_FILE, safetensors.torch.save(tensors, {"network": name}))


def load_model(folder: Path) -> tuple[str, nn.Sequential]:
    """The name of a run's network, and the network as it was trained, ready to score.

    Raises FileError if the folder holds no model or its file is damaged.
    """
    path = folder / MODEL_FILE
    if not path.is_file():
        raise FileError(f"{path}: is missing; expected the folder of a complete run")
    try:
        with safe_open(path, framework="pt") as file:
            name = (file.metadata() or {}).get("network", "without a name")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        network = build_network(name)
        network.load_state_dict(tensors)
    except (SafetensorError, InputError, RuntimeError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:150]
        raise FileError(f"{path}: damaged or another program's ({reason})") from error
    return name, network.eval()

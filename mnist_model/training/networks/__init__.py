"""The networks, each a flat torch.nn.Sequential that can be walked layer by layer.

A network is named after its number of parameters.
"""

from __future__ import annotations

import torch
from torch import nn

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.training.networks import own, published
from mnist_model.training.networks.blocks import Networks

_BUILDERS = {**published.NETWORKS, **own.NETWORKS}


def network_names() -> tuple[str, ...]:
    """The names of all networks, others' first."""
    return tuple(_BUILDERS)


def add_networks(builders: Networks) -> None:
    """Lets further networks be built by their names, in this process."""
    _BUILDERS.update(builders)


def build_network(name: str) -> nn.Sequential:
    """A network with torch's initial weights, drawn from its global random generator.

    Takes pictures [batch, 1, 28, 28] and returns logits [batch, 10]. Raises InputError for a name
    that there is not.
    """
    if name not in _BUILDERS:
        raise InputError(f"network {name}: expected one of {', '.join(_BUILDERS)}")
    return nn.Sequential(*_BUILDERS[name]())


def parameter_count(network: nn.Module) -> int:
    """The number of trained values; BatchNorm's running statistics are not among them."""
    return sum(parameter.numel() for parameter in network.parameters())


def has_layer(network: nn.Sequential, kinds: tuple[type[nn.Module], ...]) -> bool:
    """Whether a layer of one of these kinds is in the network."""
    return any(isinstance(layer, kinds) for layer in network)


NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
DROPOUTS = (nn.Dropout, nn.Dropout2d)
POOLINGS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


def device_of(network: nn.Module) -> torch.device:
    """Where the network's weights lie."""
    return next(network.parameters()).device

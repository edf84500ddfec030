"""The class network: two inputs, two hidden neurons, two outputs, and the names of its parts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Neuron:
    """One neuron: pre_activation = Σ weight · source, activation = σ(pre_activation)."""

    pre_activation: str
    activation: str
    weights: tuple[str, ...]
    sources: tuple[str, ...]


INPUTS = ("i1", "i2")
TARGETS = ("t1", "t2")
HIDDEN = (
    Neuron("h1", "a_h1", weights=("w1", "w2"), sources=INPUTS),
    Neuron("h2", "a_h2", weights=("w3", "w4"), sources=INPUTS),
)
OUTPUTS = (
    Neuron("o1", "a_o1", weights=("w5", "w6"), sources=("a_h1", "a_h2")),
    Neuron("o2", "a_o2", weights=("w7", "w8"), sources=("a_h1", "a_h2")),
)
LOSSES = ("E1", "E2")
TOTAL_LOSS = "E_total"
LEARNING_RATE = "η"

HIDDEN_WEIGHTS = tuple(weight for neuron in HIDDEN for weight in neuron.weights)
OUTPUT_WEIGHTS = tuple(weight for neuron in OUTPUTS for weight in neuron.weights)
WEIGHTS = HIDDEN_WEIGHTS + OUTPUT_WEIGHTS


def gradient_name(weight: str) -> str:
    """The name of ∂E/∂weight: ``w1`` gives ``dE/dw1``."""
    return f"dE/d{weight}"


GRADIENTS = tuple(gradient_name(weight) for weight in WEIGHTS)

"""A network and its training in words, each with a singular and a plural."""

from __future__ import annotations

from typing import Any

import pytest

from backprop_xlsx import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.words import neurons_in_words, training_in_words


@pytest.mark.parametrize(
    ("widths", "words"),
    [
        ((1, 1), "one input and one output neuron"),
        ((2, 2, 2), "two inputs, two hidden and two output neurons"),
        ((2, 1, 2), "two inputs, one hidden neuron and two output neurons"),
        ((2, 3, 1), "two inputs, three hidden neurons and one output neuron"),
        ((13, 4, 4, 1), "13 inputs, two hidden layers of four neurons and one output neuron"),
        ((1, 2, 3, 1, 12), "one input, hidden layers of two, three and one neuron, and twelve"),
    ],
)
def test_neurons_are_counted_layer_by_layer(widths: tuple[int, ...], words: str) -> None:
    network = Network(widths, ("tanh",) * (len(widths) - 1))
    assert neurons_in_words(network).startswith(words)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {},
            "The activation is sigmoid throughout; the loss is half squared error; there are "
            "no biases; there is one sample.",
        ),
        (
            {"activation": "leaky relu", "output_activation": "linear", "biases": "fixed"},
            "The activation is leaky ReLU in the hidden neurons and linear at the output; the "
            "loss is half squared error; the biases stay as they are; there is one sample.",
        ),
        (
            {
                "layers": "1-2-2-1",
                "activation": ["tanh", "relu"],
                "biases": "trained",
                "inputs": [[1], [2]],
                "targets": [[0], [1]],
                "loss": "mean squared error",
            },
            "The activations are tanh, ReLU in turn and sigmoid at the output; the loss is mean "
            "squared error; the biases learn as the weights do; each step sees all two samples "
            "and takes the mean gradient.",
        ),
        (
            {"layers": "1-1", "inputs": [[1], [2]], "targets": [[0], [1]], "batch": "one"},
            "The activation is sigmoid throughout; the loss is half squared error; there are "
            "no biases; each step sees one of two samples, in turn.",
        ),
    ],
)
def test_a_training_is_told_in_one_sentence(settings: dict[str, Any], words: str) -> None:
    assert training_in_words(Experiment.preset(**settings)) == words

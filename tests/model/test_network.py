"""Networks: how their quantities are named, and which networks there are not."""

from __future__ import annotations

from typing import Any

import pytest

from backprop_xlsx.model.network import CLASS_NETWORK, Network
from backprop_xlsx.spreadsheet.errors import InputError


def test_the_class_network_has_the_names_of_the_exercise() -> None:
    assert str(CLASS_NETWORK) == "2-2-2"
    assert [(n.pre_activation, *n.weights, *n.sources) for n in CLASS_NETWORK.neurons] == [
        ("h1", "w1", "w2", "i1", "i2"),
        ("h2", "w3", "w4", "i1", "i2"),
        ("o1", "w5", "w6", "a_h1", "a_h2"),
        ("o2", "w7", "w8", "a_h1", "a_h2"),
    ]
    assert CLASS_NETWORK.parameters == ("w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8")
    assert CLASS_NETWORK.losses == ("E1", "E2")
    assert all(neuron.bias is None for neuron in CLASS_NETWORK.neurons)


def test_layers_are_numbered_where_several_are_hidden() -> None:
    network = Network((3, 2, 1, 1), ("tanh", "relu", "linear"), "trained")
    assert [n.activation for n in network.neurons] == ["a_h1_1", "a_h1_2", "a_h2_1", "a_o1"]
    assert [n.bias for n in network.neurons] == ["b1", "b2", "b3", "b4"]
    assert network.layers[1].weights == ("w7", "w8")
    assert network.parameters == (*network.weights, "b1", "b2", "b3", "b4")
    assert network.losses == ()
    fixed = Network((3, 1), ("linear",), "fixed")
    assert (fixed.bias_names, fixed.parameters) == (("b1",), ("w1", "w2", "w3"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2,), ()), "layers: 2 given, expected at least two whole numbers above 0, as 2-3-1"),
        (((True, 2), ("tanh",)), "layers: True-2 given, expected at least two whole numbers"),
        (((2, 1.5), ("tanh",)), "layers: 2-1.5 given, expected at least two whole numbers"),
        (((0,) * 50, ("tanh",) * 49), f"layers: {'0-' * 29}0… given, expected at least two"),
        (((2, 2), ("tanh", "tanh")), "activations: 2 given, expected 1, one for each layer of 2-2"),
        (((2, 2), ("cosh",)), "activation: 'cosh' is unknown, expected one of: sigmoid, tanh"),
        (((2, 2, 2), ("softmax", "tanh")), "activations: softmax given for a hidden layer; it is"),
        (((2, 2), ("tanh",), "some"), "biases: 'some' is unknown, expected one of: none, fixed"),
        (((2, 2), ("tanh",), "none", "loss"), "loss: 'loss' is unknown, expected one of: half"),
        (((2, 2), ("tanh",), "none", "cross-entropy"), "loss: cross-entropy needs softmax at the"),
    ],
)
def test_other_networks_are_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Network(*arguments)
    assert message in str(caught.value)

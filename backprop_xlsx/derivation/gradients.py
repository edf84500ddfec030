"""The gradients, from the outputs back, layer by layer; then their mean over the samples."""

from __future__ import annotations

from backprop_xlsx import equations
from backprop_xlsx.derivation.lines import Extent, Line, Part, Remark, mean_gradient
from backprop_xlsx.derivation.remarks import slope_derived, ways_to_hidden_weight
from backprop_xlsx.formula.expression import Symbol, product, total
from backprop_xlsx.formula.names import MEAN_LOSS, gradient_name, label
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.words import in_words, layer_words, span


def gradients(network: Network, samples: int) -> list[Part]:
    """One part for the weights into the outputs, two for each hidden layer, one for the mean.

    ``samples`` is how many a step sees.
    """
    return _Gradients(network, samples).parts()


class _Gradients:
    def __init__(self, network: Network, samples: int) -> None:
        self._network = network
        self._samples = samples
        self._extent = Extent(network)
        self._written_out = equations.written_out(network, samples)

    def parts(self) -> list[Part]:
        last = len(self._network.layers) - 1
        parts = [self._outputs()]
        for layer in reversed(self._extent.layers):
            if layer < last:
                parts += [self._at_activations(layer), self._hidden(layer)]
        if self._samples > 1:
            parts.append(self._mean())
        # A sum too long to be shown leaves its part empty.
        return [part for part in parts if any(isinstance(line, Line) for line in part.lines)]

    def _outputs(self) -> Part:
        """The gradients of the weights into the outputs."""
        network, layer = self._network, len(self._network.layers) - 1
        names = self._gradients_of(layer)
        source, outputs = layer_words(network, layer - 1), layer_words(network, layer)
        if self._written_out:
            explanation = "The same three factors for each weight"
            if network.fused or network.has_softmax:
                explanation = "The same factors for each weight"
            explanation += f" between {source} and {outputs}"
            if len(network.outputs) == 2:
                a, b = network.outputs
                explanation += (
                    f": those into {a.pre_activation} carry the error of {a.activation}, those "
                    f"into {b.pre_activation} the error of {b.activation}"
                )
            lines = [Line(name, equations.gradients(network)[name]) for name in names]
        else:
            explanation = (
                "The runs have a cell for each ∂E/∂o. A weight's gradient is the ∂E/∂o that it "
                f"leads to, times what it weighs, from {source}"
            )
            lines = self._delta_lines(layer) + self._gradient_lines(layer)
        explanation += self._of_bias("o1") + "."
        return Part(span([label(name) for name in names]), explanation, tuple(lines))

    def _at_activations(self, layer: int) -> Part:
        """The gradient at the activations of a hidden layer."""
        network = self._network
        following = network.layers[layer + 1].neurons
        lines: list[Line | Remark] = list(ways_to_hidden_weight(network, layer))
        if self._written_out:
            lines += [
                Line(gradient_name(neuron.pre_activation), equations.output_delta(network, index))
                for index, neuron in enumerate(following)
            ]
        # The loss of an output comes back through that output alone, unless softmax ties them.
        split = (
            self._written_out
            and len(following) > 1
            and not (network.loss.averaged or network.has_softmax)
        )
        for index in self._extent.neurons(layer):
            activation = network.layers[layer].neurons[index].activation
            terms = [
                Symbol(gradient_name(next_neuron.pre_activation))
                * Symbol(next_neuron.weights[index])
                for next_neuron in following
            ]
            if split:
                names = [f"∂{loss}/∂{activation}" for loss in network.losses]
                lines += [Line(name, term) for name, term in zip(names, terms, strict=True)]
                terms = [Symbol(name) for name in names]
            gradient = Line(gradient_name(activation), total(terms))
            # It has no cell in the run from which to take the sum of very many terms.
            if self._extent.fits(gradient.expression):
                lines.append(gradient)
        title = "the hidden activations"
        if len(network.hidden_layers) > 1:
            title = f"the activations of {layer_words(network, layer)}"
        return Part(f"The gradient at {title}", self._pull(len(following), layer + 1), tuple(lines))

    def _pull(self, following: int, layer: int) -> str:
        """How errors come back from the layer after."""
        outputs = layer == len(self._network.layers) - 1
        of = "output" if outputs else "neuron"
        where = "" if outputs else " of the layer after it"
        if following == 1:
            return (
                f"A hidden activation acts on the {'output' if outputs else 'one neuron'}{where} "
                "alone, so the error travels back along a single weight."
            )
        if following == 2 and outputs and not self._network.has_softmax:
            return (
                "A hidden activation acts on both outputs, so both losses pull at it: each error "
                "travels back along its own weight, and the two add up."
            )
        return (
            f"A hidden activation acts on all {in_words(following)} {of}s{where}: from each, "
            "the error travels back along its own weight, and all of them add up."
        )

    def _hidden(self, layer: int) -> Part:
        """The gradients of the weights into a hidden layer."""
        network, extent = self._network, self._extent
        here = network.layers[layer]
        names = self._gradients_of(layer)
        neurons = [here.neurons[index] for index in extent.neurons(layer)]
        weight, h, a = neurons[0].weights[0], neurons[0].pre_activation, neurons[0].activation
        explanation = (
            "From the hidden activation on it is the chain rule again: "
            f"∂E/∂{weight} = ∂E/∂{a} · ∂{a}/∂{h} · ∂{h}/∂{weight}."
        )
        lines: list[Line | Remark] = list(self._slope_of(layer))
        if self._written_out:
            lines += [line for i in extent.neurons(layer) for line in self._chain(layer, i)]
            lines += [Line(name, equations.gradients(network)[name]) for name in names]
            explanation += " Written out in one formula each, as the runs compute them"
            slopes = equations.activation_slope(here, neurons[0])
            uses = [leaf for slope in slopes for leaf in slope.leaves()]
            if len(neurons) > 1 and Symbol(a) in uses:
                of_second, other = extent.weights(neurons[1]), neurons[1].activation
                listed = " and ".join(w for w, _ in of_second)
                if len(of_second) > 2:
                    listed = span([w for w, _ in of_second])
                belong = "belongs" if len(of_second) == 1 else "belong"
                explanation += (
                    f"; {listed} {belong} to {neurons[1].pre_activation}, so {other} stands "
                    f"there, not {a}"
                )
        else:
            lines += self._delta_lines(layer) + self._gradient_lines(layer)
            explanation += f" The first two factors are ∂E/∂{h}, which the runs have a cell for"
        explanation += self._of_bias(h) + "."
        return Part(span([label(name) for name in names]), explanation, tuple(lines))

    def _slope_of(self, layer: int) -> list[Remark]:
        """How the slope of a hidden layer's activation follows, unless it stands further up."""
        activations = [here.activation for here in self._network.layers]
        activation = activations[layer]
        return [] if activation in activations[layer + 1 :] else slope_derived(activation)

    def _chain(self, layer: int, index: int) -> list[Line]:
        """The gradients of a hidden neuron's weights, from the gradient at its activation."""
        here = self._network.layers[layer]
        neuron = here.neurons[index]
        of_activation = Symbol(gradient_name(neuron.activation))
        factors = [of_activation, *equations.activation_slope(here, neuron)]
        lines = [
            Line(gradient_name(weight), product([*factors, Symbol(source)]))
            for weight, source in self._extent.weights(neuron)
        ]
        if neuron.bias in self._network.parameters:
            lines.append(Line(gradient_name(str(neuron.bias)), product(factors)))
        return lines

    def _delta_lines(self, layer: int) -> list[Line]:
        """∂E/∂(pre-activation) of each neuron shown, from the gradient at its activation."""
        network = self._network
        here, lines = network.layers[layer], []
        for index in self._extent.neurons(layer):
            neuron = here.neurons[index]
            if here is network.layers[-1]:
                delta = equations.output_delta(network, index)
            else:
                delta = equations.hidden_delta(network, layer, index, None, self._samples)
                if self._extent.fits(
                    equations.activation_gradient(network, layer, index, None, self._samples)
                ):
                    at_activation = Symbol(gradient_name(neuron.activation))
                    slope = equations.activation_slope(here, neuron)
                    delta = product([at_activation, *slope])
            name = gradient_name(neuron.pre_activation)
            lines.append(self._extent.line(name, delta))
        return lines

    def _gradient_lines(self, layer: int) -> list[Line]:
        """∂E/∂w of the weights shown, and ∂E/∂b, from the ∂E/∂(pre-activation) above them."""
        lines: list[Line] = []
        biases: list[Line] = []
        for index in self._extent.neurons(layer):
            neuron = self._network.layers[layer].neurons[index]
            delta = Symbol(gradient_name(neuron.pre_activation))
            for weight, source in self._extent.weights(neuron):
                gradient = delta * Symbol(source)
                lines.append(Line(gradient_name(weight), gradient))
            if neuron.bias in self._network.parameters:
                biases.append(Line(gradient_name(str(neuron.bias)), delta))
        return lines + biases

    def _gradients_of(self, layer: int) -> list[str]:
        return [gradient_name(name) for name in self._extent.of_layer(layer)]

    def _of_bias(self, pre_activation: str) -> str:
        if self._network.biases != "trained":
            return ""
        return f"; a bias adds itself to {pre_activation}, so its last factor is 1"

    def _mean(self) -> Part:
        """The gradients over all samples, which the updates use."""
        network, number = self._network, in_words(self._samples)
        found = equations.gradients(network, self._samples)
        lines = [
            Line(
                gradient_name(name),
                found[gradient_name(name)],
                quantity=mean_gradient(name),
                over_samples=True,
            )
            for layer in self._extent.layers
            for name in self._extent.of_layer(layer)
        ]
        explanation = (
            f"So far for the chosen sample. The runs compute the same for all {number} samples, "
            f"side by side, and a gradient of {MEAN_LOSS} is the mean of theirs: the sum over the "
            "samples of ∂E/∂(pre-activation) · source, divided by their number."
        )
        return Part("The mean over the samples", explanation, tuple(lines))

"""The chain rule step by step, for the first weight of the output layer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from backprop_xlsx import equations
from backprop_xlsx.derivation.lines import Line, Part, Remark, written
from backprop_xlsx.derivation.remarks import (
    share_of_the_loss,
    slope_derived,
    way_to_output_weight,
)
from backprop_xlsx.formula.expression import (
    Call,
    Expression,
    Negation,
    Number,
    Symbol,
    Value,
    product,
    total,
)
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name, label
from backprop_xlsx.formula.notation import IN_SENTENCES, Notation
from backprop_xlsx.model.activations import ACTIVATIONS
from backprop_xlsx.model.network import Network

# A quotient by less than this is not shown: at 0 there is none, and near it rounding is magnified.
SMALLEST_DIVISOR, NOT_SHOWN = 1e-4, "not shown"
# Under softmax each output is shown up to so many of them.
MOST_OUTPUTS = 12


@dataclass(frozen=True)
class WhereDivisible(Expression):
    """A quotient where its divisor, or the smallest of several, is large enough; else a text."""

    divisor: Expression
    expression: Expression

    def formula(self, cell: Callable[[Expression], str]) -> str:
        divisor, inner = self.divisor.formula(cell), self.expression.formula(cell)
        return f'IF({divisor}>{SMALLEST_DIVISOR},{inner},"{NOT_SHOWN}")'

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        return self.expression.text(notation)

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        if self.divisor.value(lookup) > SMALLEST_DIVISOR:
            return self.expression.value(lookup)
        return NOT_SHOWN

    def children(self) -> tuple[Expression, ...]:
        return (self.divisor, self.expression)


def chain_rule(network: Network, samples: int) -> Part:
    """From the loss to the first weight of the output layer, factor by factor.

    ``samples`` is how many a step sees.
    """
    return _ChainRule(network, samples).part()


class _ChainRule:
    def __init__(self, network: Network, samples: int) -> None:
        self._network = network
        self._samples = samples
        self._layer = network.layers[-1]
        self._output = network.outputs[0]
        self._weight, self._source = self._output.weights[0], self._output.sources[0]
        self._pre, self._activation = self._output.pre_activation, self._output.activation
        self._target = network.targets[0]

    def part(self) -> Part:
        if self._network.has_softmax:
            explanation, lines = self._softmax()
        elif self._network.fused:
            explanation, lines = self._fused()
        else:
            explanation, lines = self._plain()
        if self._samples > 1:
            explanation += f" E is {TOTAL_LOSS} here, the loss of the chosen sample alone."
        opening = (way_to_output_weight(self._network), *share_of_the_loss(self._network))
        title = f"{label(self._gradient)}, step by step"
        return Part(title, explanation, (*opening, *lines))

    def _plain(self) -> tuple[str, tuple[Line | Remark, ...]]:
        """Neither softmax nor a loss that fuses with its activation."""
        explanation = (
            f"{self._weight} acts on {TOTAL_LOSS} through {self._pre} and {self._activation} "
            "alone. The chain rule takes that way step by step, and multiplies the slopes."
        )
        slopes = (gradient_name(self._activation), self._slope_name, self._source_name)
        gradient = product([Symbol(slope) for slope in slopes])
        of_loss, of_activation = self._two_slopes()
        lines: tuple[Line | Remark, ...] = (
            Remark(label(self._gradient), written(gradient)),
            of_loss,
            *slope_derived(self._layer.activation),
            of_activation,
            self._last_slope(),
            Line(self._gradient, gradient),
        )
        return explanation, lines

    def _fused(self) -> tuple[str, tuple[Line | Remark, ...]]:
        """Sigmoid and binary cross-entropy: two factors whose product needs no division."""
        a, t = self._activation, self._target
        outputs = len(self._network.outputs)
        rest = f"{a} − {t}" + (f", divided by the {outputs} outputs" if outputs > 1 else "")
        explanation = (
            f"{self._weight} acts on {TOTAL_LOSS} through {self._pre} and {a} alone. "
            f"Sigmoid and binary cross-entropy fit each other: ∂E/∂{a} has "
            f"{a} · (1 − {a}) for its denominator, which is what ∂{a}/∂{self._pre} is: their "
            f"product is {rest}. The runs compute that difference: it is right even where {a} is "
            "so near 0 or 1 that the quotient has no exact number, and is not shown."
        )
        first, second = self._two_slopes()
        both = Symbol(first.name) * Symbol(second.name)
        delta = label(gradient_name(self._pre))
        lines: tuple[Line | Remark, ...] = (
            Line(first.name, WhereDivisible(second.expression, first.expression), first.text),
            *slope_derived(self._layer.activation),
            second,
            Line("both factors", WhereDivisible(Symbol(second.name), both), quantity=delta),
            self._delta("the same after cancelling"),
            self._last_slope(),
            self._product_with_source(),
        )
        return explanation, lines

    def _softmax(self) -> tuple[str, tuple[Line | Remark, ...]]:
        """Every activation depends on every output, so ∂E/∂o is a sum over the activations."""
        network = self._network
        outputs = [neuron.activation for neuron in network.outputs]
        if len(outputs) > MOST_OUTPUTS:
            return self._softmax_explanation(), self._ending()
        fused = network.fused
        smallest = Call("MIN", tuple(Symbol(a) for a in outputs))
        lines: list[Line | Remark] = []
        terms: list[Expression] = []
        for index, a in enumerate(outputs):
            slope = product(equations.loss_slope(network, index))
            if fused:
                slope = WhereDivisible(Symbol(a), slope)
            own = Symbol(a) * (1 - Symbol(a))
            pull = own if index == 0 else Negation(Symbol(a)) * Symbol(self._activation)
            slopes = gradient_name(a), f"∂{a}/∂{self._pre}"
            lines += [Line(slopes[0], slope), Line(slopes[1], pull)]
            terms.append(Symbol(slopes[0]) * Symbol(slopes[1]))
        summed = total(terms)
        if fused:
            summed = WhereDivisible(smallest, summed)
        lines.append(Line("sum of all", summed, quantity=label(gradient_name(self._pre))))
        return self._softmax_explanation(), (*lines, *self._ending())

    def _softmax_explanation(self) -> str:
        network, a, t, o = self._network, self._activation, self._target, self._pre
        outputs = len(network.outputs)
        explanation = (
            f"Under softmax {o} acts on every output, as it is part of the denominator of them "
            f"all; ∂E/∂{o} is the sum of ∂E/∂a · ∂a/∂{o} over them. "
            f"∂a/∂{o} is {a} · (1 − {a}) for {a} itself and −a · {a} for every other a. "
        )
        if network.fused:
            explanation += (
                "With cross-entropy ∂E/∂a = −t/a, so that each a cancels: −t1 · (1 − a_o1), and "
                "t · a_o1 for each other target. Together they are a_o1 · (t1 + t2 + …) − t1, and "
                f"as targets sum to 1, ∂E/∂{o} = {a} − {t}. The runs compute that difference, "
                "which needs no division: it is right even where an output is so near 0 that the "
                "quotients are not shown."
            )
        else:
            explanation += (
                f"With the common factor {a} taken out, the sum is the formula of the runs."
            )
        if outputs > MOST_OUTPUTS:
            explanation += f" The terms of {outputs} outputs are left out here."
        return explanation

    def _ending(self) -> tuple[Line, ...]:
        """∂E/∂o as the runs compute it, then the weight."""
        return (
            self._delta("the same, simplified"),
            self._last_slope(),
            self._product_with_source(),
        )

    def _two_slopes(self) -> tuple[Line, Line]:
        """∂E/∂a and ∂a/∂o."""
        network, a, o = self._network, self._activation, self._pre
        of_loss = product(equations.loss_slope(network, 0))
        outputs = len(network.outputs)
        part = network.loss.plain.replace("·", " · ")
        divided = f"/{outputs}" if network.loss.averaged and outputs > 1 else ""
        if divided and not part.startswith("("):
            part = f"({part})"
        loss_text = f"∂({part}{divided})/∂{a} = {written(of_loss)}"
        factors = equations.activation_slope(self._layer, self._output)
        slope = product(factors) if factors else Number(1)
        function = written(ACTIVATIONS[self._layer.activation].function(Symbol(o)))
        simple = re.fullmatch(r"(\w+)\((.*)\)", function)
        if simple and simple[2] == o:
            slope_text = f"{simple[1]}′({o}) = {written(slope)}"
        elif function == o:
            slope_text = f"{written(slope)}, as {a} is {o} itself"
        else:
            slope_text = f"∂({function})/∂{o} = {written(slope)}"
        return (
            Line(gradient_name(a), of_loss, loss_text),
            Line(self._slope_name, slope, slope_text),
        )

    def _delta(self, remark: str) -> Line:
        name, delta = gradient_name(self._pre), equations.output_delta(self._network, 0)
        if len(self._network.outputs) <= MOST_OUTPUTS or self._network.fused:
            return Line(name, delta, f"{written(delta)}, {remark}")
        return Line(name, delta, in_run=True)

    def _last_slope(self) -> Line:
        own = written(Symbol(self._weight) * Symbol(self._source))
        others = len(self._output.weights) > 1 or self._output.bias is not None
        whole = f"∂({own}{' + …' if others else ''})/∂{self._weight}"
        return Line(self._source_name, Symbol(self._source), f"{whole} = {self._source}")

    def _product_with_source(self) -> Line:
        return Line(self._gradient, Symbol(gradient_name(self._pre)) * Symbol(self._source_name))

    @property
    def _gradient(self) -> str:
        return gradient_name(self._weight)

    @property
    def _slope_name(self) -> str:
        return f"∂{self._activation}/∂{self._pre}"

    @property
    def _source_name(self) -> str:
        return f"∂{self._pre}/∂{self._weight}"

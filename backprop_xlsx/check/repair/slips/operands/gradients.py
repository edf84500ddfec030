"""The gradient of a weight where the error of its neuron belongs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_xlsx.check.repair.changes import Repair, Replacement
from backprop_xlsx.check.repair.slips.operands.operand import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.wording import joined
from backprop_xlsx.check.repair.workshop import Workshop
from backprop_xlsx.equations import output_delta, written_out
from backprop_xlsx.formula.expression import Number, Symbol
from backprop_xlsx.model.names import gradient_name


class WeightGradient(OperandSlip):
    """A gradient of the later layer's weights in that of an earlier one."""

    code = "weight-gradient"
    meaning = "the gradient of a weight stands where the error of its neuron belongs"

    @classmethod
    def undone(cls, workshop: Workshop) -> Iterator[Repair]:
        """The error of an output instead of the gradient of one of its weights, wherever it is."""
        exercise = workshop.judge.exercise
        network = exercise.network
        source = next(
            (
                hidden
                for layer in network.hidden_layers
                for hidden, neuron in enumerate(layer.neurons)
                if workshop.quantity in map(gradient_name, neuron.weights)
            ),
            None,
        )
        if source is None or not written_out(network, exercise.samples_a_step):
            return
        for weighted in (False, True):
            replacements = []
            for output, neuron in enumerate(network.outputs):
                delta = output_delta(network, output)
                new = delta * Symbol(neuron.weights[source]) if weighted else delta
                for weight in neuron.weights:
                    spot = workshop.spot_of(Symbol(gradient_name(weight)))
                    if spot:
                        replacements.append(Replacement(spot, workshop.meaning(spot), new))
            if replacements:
                yield Repair(workshop.items, tuple(replacements))

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        whole = len(changes) > 1 or not isinstance(changes[0].new, (Symbol, Number))
        olds = [change.old.expression for change in changes]
        gradients = case.exercise.gradients
        return whole and all(isinstance(old, Symbol) and old.name in gradients for old in olds)

    def words(self, case: Case) -> str:
        wrong = joined(change.old.expression for change in self.changes)
        right = joined(change.new for change in self.changes)
        if len(self.changes) == 1:
            return f"uses the weight gradient {wrong} where {right} belongs"
        return f"uses the weight gradients {wrong} in place of {right}"

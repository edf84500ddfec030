"""The derivation of any network's gradients: each line an equation with what it says.

Lines name quantities of the exercise and, between them, the factors of the chain rule; each may
use all that stand above it. Where a step sees several samples, they are those of the sample that
the reader has chosen, and the mean over all of them follows.
"""

from __future__ import annotations

from backprop_xlsx.derivation.chain_rule import chain_rule
from backprop_xlsx.derivation.forward import forward_pass
from backprop_xlsx.derivation.gradients import gradients
from backprop_xlsx.derivation.lines import Part, numbered
from backprop_xlsx.derivation.updates import updates
from backprop_xlsx.model.experiment import Experiment


def derivation(experiment: Experiment) -> tuple[Part, ...]:
    """The parts, in the order in which they are taught: six for the class network."""
    network, samples = experiment.network, experiment.samples_a_step
    parts = [
        forward_pass(network, samples),
        chain_rule(network, samples),
        *gradients(network, samples),
        *updates(experiment),
    ]
    return numbered(parts)

"""The names of the exercise's quantities, built from those that they belong to."""

from __future__ import annotations

STEP = "step"
SAMPLE = "sample"
LEARNING_RATE = "η"
TOTAL_LOSS = "E_total"
# The loss of a step that sees several samples: the mean of their E_total.
MEAN_LOSS = "E_mean"
# Softmax of the outputs: the largest pre-activation, and the sum of the exponentials.
LARGEST_OUTPUT, EXPONENTIALS = "max_o", "sum_e"
_OF_THE_NEXT_STEP = " of the next step"


def step_loss(samples: int) -> str:
    """The name of a step's loss: that of its sample, or the mean over its samples."""
    return TOTAL_LOSS if samples == 1 else MEAN_LOSS


def activation_name(pre_activation: str) -> str:
    """The activation of a pre-activation: ``h1`` gives ``a_h1``."""
    return f"a_{pre_activation}"


def exponential_name(pre_activation: str) -> str:
    """The exponential of an output under softmax: ``o1`` gives ``e_o1``."""
    return f"e_{pre_activation}"


def gradient_name(quantity: str) -> str:
    """The name of ∂E/∂quantity: ``w1`` gives ``dE/dw1``."""
    return f"dE/d{quantity}"


def negative(name: str) -> str:
    """The name of a quantity with its sign turned: ``dE/dw1`` gives ``−dE/dw1``."""
    return f"−{name}"


def of_gradient(name: str) -> str:
    """What a gradient is taken by: ``dE/dw1`` gives ``w1``; any other name as it is."""
    return name.removeprefix(gradient_name(""))


def next_name(parameter: str) -> str:
    """What a parameter is in the next step: ``w1`` gives ``w1 of the next step``."""
    return f"{parameter}{_OF_THE_NEXT_STEP}"


def of_next(name: str) -> str:
    """The parameter that a name is of in the next step; any other name as it is."""
    return name.removesuffix(_OF_THE_NEXT_STEP)


def sampled(name: str, sample: int | None) -> str:
    """A quantity of one sample, from 0, among several: ``h1[1]``; without a sample, ``h1``."""
    return name if sample is None else f"{name}[{sample + 1}]"


def without_sample(name: str) -> str:
    """The quantity that a name is of, whichever sample's: ``h1`` for ``h1[2]``."""
    return name.partition("[")[0]


def label(name: str) -> str:
    """A quantity's name as the exercise writes it: ``dE/dw1`` becomes ``∂E/∂w1``."""
    return name.replace("dE/d", "∂E/∂")

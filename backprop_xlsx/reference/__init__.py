"""The same training in numpy, in matrix form: what the workbook is compared with.

Knows nothing of the equations, of formulas or of cells; the agreement of the two is the proof.
"""

from backprop_xlsx.model.activations import Array
from backprop_xlsx.reference.network import quantities
from backprop_xlsx.reference.rounding import run_rounding, step_rounding
from backprop_xlsx.reference.training import State, samples_of_rows, step, train

__all__ = [
    "Array",
    "State",
    "quantities",
    "run_rounding",
    "samples_of_rows",
    "step",
    "step_rounding",
    "train",
]

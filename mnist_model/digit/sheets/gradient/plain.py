"""Back through what is done to each value alone, and through log-softmax."""

from __future__ import annotations

from mnist_model.digit.network.stages import LogSoftmax, Normalisation
from mnist_model.digit.network.steps import Term
from mnist_model.digit.sheets.cells import Place
from mnist_model.digit.sheets.gradient.sheet import TiledGradient


class PlainGradient(TiledGradient):
    """BatchNorm shown on its own, and steps on their own: one factor for each value."""

    def back(self, at: Place) -> Term:
        """The gradient of the same place's sum."""
        gradient = self.reference(at)
        if isinstance(self.stage, Normalisation):
            constants = self.sheet.constants(at[0], f"'{self.sheet.name}'!")
            gradient += "*" + self.stage.slope(constants)
        return Term(gradient)


class LogSoftmaxGradient(TiledGradient):
    """Each gradient, less its probability's share of the sum of all."""

    stage: LogSoftmax

    def back(self, at: Place) -> Term:
        """The gradient of the same place's output, less that share."""
        result = self.sheet.outputs.reference(at)
        return Term(f"{self.reference(at)}-EXP({result})*SUM({self.sums.address})", is_sum=True)

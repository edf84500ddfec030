"""Which gradient sheet a stage's sheet has."""

from __future__ import annotations

from mnist_model.digit.network.stages import LogSoftmax, Pooling
from mnist_model.digit.sheets.gradient.plain import LogSoftmaxGradient, PlainGradient
from mnist_model.digit.sheets.gradient.pooling import PoolingGradient
from mnist_model.digit.sheets.gradient.sheet import GradientSheet
from mnist_model.digit.sheets.gradient.weighted import ConvolutionGradient, DenseGradient
from mnist_model.digit.sheets.stages.convolution_sheet import ConvolutionSheet
from mnist_model.digit.sheets.stages.dense_sheet import DenseSheet
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet


def gradient_sheet(sheet: StageSheet) -> GradientSheet:
    """The sheet that takes the gradient back through a stage."""
    if isinstance(sheet, ConvolutionSheet):
        return ConvolutionGradient(sheet)
    if isinstance(sheet, DenseSheet):
        return DenseGradient(sheet)
    if isinstance(sheet.stage, Pooling):
        return PoolingGradient(sheet)
    if isinstance(sheet.stage, LogSoftmax):
        return LogSoftmaxGradient(sheet)
    return PlainGradient(sheet)

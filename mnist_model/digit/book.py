"""A network as a workbook: planned first, and refused before any work where it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn
from xlsxwriter import Workbook

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.files import Placed, beside, place
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.properties import CREATED
from mnist_model.digit.examples import Examples, made_up
from mnist_model.digit.network.gradient import gradients
from mnist_model.digit.network.layer import shape_of
from mnist_model.digit.network.reading import read_stages
from mnist_model.digit.network.reference import outputs, reference
from mnist_model.digit.network.stages import Convolution, Dense, LogSoftmax, Stage, trace
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.first.choice_sheet import NAME as CHOICE
from mnist_model.digit.sheets.first.choice_sheet import ChoiceSheet
from mnist_model.digit.sheets.first.input_sheet import InputSheet
from mnist_model.digit.sheets.first.painting_sheet import NAME as PAINTING
from mnist_model.digit.sheets.gallery_sheet import Gallery
from mnist_model.digit.sheets.gradient.choice import gradient_sheet
from mnist_model.digit.sheets.gradient.sheet import GradientSheet
from mnist_model.digit.sheets.head import Links
from mnist_model.digit.sheets.layers_sheet import NAME as LAYERS
from mnist_model.digit.sheets.layers_sheet import write_layers
from mnist_model.digit.sheets.looks import Looks
from mnist_model.digit.sheets.proof_sheet import NAME as PROOF
from mnist_model.digit.sheets.proof_sheet import NAMES, Proof
from mnist_model.digit.sheets.ranking_sheet import NAME as RANKING
from mnist_model.digit.sheets.ranking_sheet import RankingSheet
from mnist_model.digit.sheets.stages.convolution_sheet import ConvolutionSheet
from mnist_model.digit.sheets.stages.dense_sheet import DenseSheet
from mnist_model.digit.sheets.stages.log_softmax_sheet import LogSoftmaxSheet
from mnist_model.digit.sheets.stages.map_sheet import MapSheet
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet, require_room
from mnist_model.digit.sheets.why_sheet import NAME as WHY
from mnist_model.digit.sheets.why_sheet import WhySheet

# Beyond, no spreadsheet program opens the file in reasonable time.
MOST_FORMULAS = 1_000_000


@dataclass(frozen=True, eq=False)
class Plan:
    """All that is known of a workbook before it is written: its sheets in order.

    ``twin`` is the network in float64, with the numbers that stand in cells.
    """

    twin: nn.Module
    title: str
    examples: Examples
    is_folded: bool
    input: InputSheet
    stages: tuple[StageSheet, ...]
    gradients: tuple[GradientSheet, ...]
    ranking: RankingSheet
    why: WhySheet
    proof: Proof
    gallery: Gallery
    choice: ChoiceSheet

    @property
    def shown(self) -> list[str]:
        """The names of the sheets to see, in order."""
        stages = (sheet.name for sheet in self.stages)
        return [self.input.name, WHY, LAYERS, *stages, PROOF, self.gallery.name]

    @property
    def hidden(self) -> list[str]:
        """The names of the sheets out of sight."""
        painting = [] if self.input.painting is None else [PAINTING]
        return [CHOICE, *painting, RANKING, *(sheet.name for sheet in self.gradients)]

    def links(self, name: str) -> Links:
        """Where the head of a sheet to see leads; after the last comes the first."""
        names = self.shown
        index = names.index(name)
        return Links(self.input.name, LAYERS, names[index - 1], names[(index + 1) % len(names)])


def plan(
    module: nn.Module,
    input_shape: tuple[int, ...],
    examples: Examples | None = None,
    batch_norm: str = "fold",
    title: str = "The layers of the network",
) -> Plan:
    """Reads a network and lays its workbook out; see :func:`to_workbook`."""
    twin = reference(module)
    stages = read_stages(twin, tuple(input_shape), batch_norm)
    examples = made_up(tuple(input_shape)) if examples is None else examples
    if tuple(examples.values.shape[1:]) != tuple(input_shape):
        raise InputError(
            f"examples: of shape {tuple(examples.values.shape[1:])}, expected {tuple(input_shape)}"
        )
    shape = shape_of(tuple(input_shape))
    sheets: list[StageSheet] = []
    for number, stage in enumerate(stages, start=1):
        is_signed = sheets[-1].is_signed if sheets else True
        sheets.append(_sheet(number, stage, stage is stages[-1], is_signed))
        sheets[-1].require_room()
    backward = tuple(gradient_sheet(sheet) for sheet in sheets)
    for sheet in backward:
        sheet.require_room()
    formulas = sum(sheet.formulas for sheet in sheets) + sum(s.formulas for s in backward)
    if formulas > MOST_FORMULAS:
        raise InputError(
            f"the network: would need {formulas:,} formulas, expected at most {MOST_FORMULAS:,}; "
            "take fewer channels or smaller inputs"
        )
    gallery = Gallery(f"{examples.noun.capitalize()}s", examples, shape)
    require_room("the inputs to choose from", gallery.tiles.last_row, gallery.tiles.last_column)
    expected = outputs(twin, examples.scaled)
    if not torch.isfinite(expected).all():
        raise InputError("the network: gives a value that is not finite for one of the examples")
    proof, choice = Proof(examples, expected.numpy()), ChoiceSheet(examples, gallery)
    first = InputSheet(examples.noun.capitalize(), shape, gallery, choice, proof)
    ranking = RankingSheet(sheets[-1].outputs, first.outputs)
    scaled = examples.scaled
    level = float(scaled.min() + scaled.max()) / 2
    why = WhySheet(shape, ranking, first.empty, level)
    require_room("the outputs", proof.last_row, proof.last_column)
    require_room("the input", first.last_row, first.last_column)
    require_room("the evidence", *why.last)
    require_room("the list of the evidence", *ranking.last)
    return Plan(
        twin, title, examples, batch_norm == "fold", first, tuple(sheets), backward, ranking, why,
        proof, gallery, choice,
    )  # fmt: skip


def _sheet(number: int, stage: Stage, is_last: bool, is_signed: bool) -> StageSheet:
    labels = tuple(map(str, range(stage.output_shape[0]))) if is_last else None
    if isinstance(stage, Convolution):
        return ConvolutionSheet(number, stage, labels, is_signed)
    if isinstance(stage, Dense):
        return DenseSheet(number, stage, labels, is_signed)
    if isinstance(stage, LogSoftmax):
        return LogSoftmaxSheet(number, stage, labels, is_signed)
    return MapSheet(number, stage, labels, is_signed)


def to_workbook(
    module: nn.Module,
    input_shape: tuple[int, ...],
    path: Path | str,
    examples: Examples | None = None,
    batch_norm: str = "fold",
) -> Placed:
    """Writes a trained ``torch.nn.Sequential`` as a workbook of live formulas, unverified.

    ``input_shape`` is (values,), (channels, length) or (channels, height, width), without the
    batch. ``examples`` are the inputs to choose from, made-up ones unless given; ``batch_norm`` is
    "fold" or "show". The network is left as it is. A file that is there with other content is kept
    under a numbered name.

    Raises InputError, before anything is written, for a layer that has no formula here, for an
    input that the network does not take, and where a sheet would have too many rows or columns;
    FileError where the file cannot be written.
    """
    planned = plan(module, input_shape, examples, batch_norm)
    target = Path(path)
    with beside(target) as temporary:
        write(planned, temporary)
        return place(temporary, target)


def write(planned: Plan, path: Path) -> None:
    """Writes a planned workbook to exactly ``path``."""
    values = _values(planned)
    with Workbook(str(path)) as workbook:
        workbook.set_properties({"title": planned.title, "created": CREATED})
        workbook.set_calc_mode("auto")
        looks = Looks(workbook)
        names = planned.shown + planned.hidden
        sheets = {name: workbook.add_worksheet(name) for name in names}

        def page(name: str) -> Page:
            # Made when it is written, and not kept: that of a large stage has many cells.
            return Page(sheets[name])

        first, gallery, empty = planned.input, planned.gallery, planned.input.empty
        live, found = planned.stages[-1].outputs, values[-1].flatten()
        first.write(page(first.name), looks, (WHY, LAYERS, PROOF, gallery.name), live, found)
        links = (first.name, PROOF, gallery.name)
        write_layers(page(LAYERS), looks, planned.title, links, planned.stages, planned.is_folded)
        source = first.outputs
        for sheet, (inputs, outputs) in zip(planned.stages, pairwise(values), strict=True):
            around = planned.links(sheet.name)
            sheet.write(page(sheet.name), looks, around, source, inputs, outputs, empty)
            source = sheet.outputs
        around = planned.links(PROOF)
        planned.proof.write(page(PROOF), looks, around, live, found, first.selected, empty)
        gallery.write(page(gallery.name), looks, planned.links(gallery.name))
        _write_backward(planned, page, looks, values)
        planned.choice.write(page(CHOICE), looks, first.chosen, planned.proof.column(NAMES))
        if first.painting is not None:
            first.painting.write(page(PAINTING), looks, empty.at_first)


def _write_backward(
    planned: Plan, page: Callable[[str], Page], looks: Looks, values: Sequence[Array]
) -> None:
    """The sheet Why, and the hidden ones behind it."""
    stages = [sheet.stage for sheet in planned.stages]
    found = gradients(stages, [torch.from_numpy(array) for array in values])
    upstream = planned.ranking.upstream
    sources = [planned.input.outputs, *(sheet.outputs for sheet in planned.stages)]
    for index in reversed(range(len(stages))):
        sheet = planned.gradients[index]
        sheet.write(page(sheet.name), looks, upstream, sources[index], values[index], found[index])
        upstream = list(sheet.gradients())
    evidence = found[0].inputs.reshape(values[0].shape) * values[0]
    planned.ranking.write(page(RANKING), looks, upstream, values[-1], values[0], evidence)
    planned.why.write(page(WHY), looks, planned.links(WHY), values[-1], values[0], evidence)


def _values(planned: Plan) -> list[Array]:
    """The input chosen at first and what each stage makes of it."""
    stages = [sheet.stage for sheet in planned.stages]
    chosen = planned.examples.scaled[planned.examples.chosen].reshape(planned.input.shape)
    with torch.no_grad():
        return [values.numpy() for values in trace(stages, chosen)]

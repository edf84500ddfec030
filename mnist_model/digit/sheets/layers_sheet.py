"""The sheet Layers: each stage with its shapes, parameters and receptive field, and links."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from mnist_model.digit.network.stages import Convolution, Dense, Pooling, Shape, Stage, is_list
from mnist_model.digit.network.wording import crossed
from mnist_model.digit.sheets.looks import Looks
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet
from mnist_model.sheets.addresses import area

NAME = "Layers"
HEADERS = (
    "sheet", "layers of the network", "in", "out", "kernel", "stride", "padding",
    "parameters", "receptive field", "formulas",
)  # fmt: skip
WIDTHS = (2, 20, 62, 14, 14, 9, 9, 9, 12, 15, 12)
LINK, LAYERS, IN, OUT, KERNEL, STRIDE, PADDING, PARAMETERS, FIELD, FORMULAS = range(1, 11)
TABLE = 8
COUNTS = "#,##0"
FOLDED = (
    "BatchNorm is folded: right after a convolution or a linear layer it is part of the weights "
    "and the bias, elsewhere a scale and a shift in the formula.",
    "It never goes into the weights after it: a zero border would not be normalised.",
)


def write_layers(
    page: Page,
    looks: Looks,
    title: str,
    links: Sequence[str],
    sheets: Sequence[StageSheet],
    is_folded: bool,
) -> None:
    """Writes the sheet; ``links`` are the other sheets to go to."""
    worksheet = page.worksheet
    for column, width in enumerate(WIDTHS):
        worksheet.set_column(column, column, width)
    page.text((0, 1), title, looks("title"))
    page.height(0, 30)
    page.text((1, 1), "One sheet for each stage; every value on it is one formula.", looks("lead"))
    if is_folded:
        for row, sentence in enumerate(FOLDED, start=2):
            page.text((row, 1), sentence, looks("quiet"))
    page.text((5, 1), "Go to", looks("bold"))
    for column, link in zip((LAYERS, IN, OUT), links, strict=True):
        page.link((5, column), link, link, looks("link"))
    page.text((TABLE - 1, 1), "Stage by stage", looks("heading"))
    for column, header in enumerate(HEADERS, start=1):
        page.text((TABLE, column), header, looks("header_left" if column < IN else "header_right"))
    for row, sheet in enumerate(sheets, start=TABLE + 1):
        _put_stage(page, looks, row, sheet)
    last = TABLE + len(sheets)
    page.text((last + 1, LINK), "total", looks("bold"))
    for column, total in (
        (PARAMETERS, sum(sheet.stage.parameters for sheet in sheets)),
        (FORMULAS, sum(sheet.formulas for sheet in sheets)),
    ):
        cells = area(TABLE + 1, column, len(sheets), 1)
        page.formula((last + 1, column), f"SUM({cells})", total, looks("counts", "bold"))
    page.text(
        (last + 3, 1),
        "Receptive field: height × width, in places of the input, of what one value depends on. "
        "White is 0, blue positive, orange negative.",
        looks("quiet"),
    )
    page.write()
    worksheet.freeze_panes(TABLE + 1, 0)
    prepare(worksheet, last + 3, len(WIDTHS) - 1)
    worksheet.fit_to_pages(1, 0)


def _put_stage(page: Page, looks: Looks, row: int, sheet: StageSheet) -> None:
    stage = sheet.stage
    page.link((row, LINK), sheet.name, sheet.name, looks("link", "ruled"))
    page.text((row, LAYERS), ", ".join(stage.layers), looks("ruled"))
    kernel, stride, padding = _window(stage)
    right = looks("ruled", "right")
    for column, text in (
        (IN, _shape(stage.input_shape)),
        (OUT, _shape(stage.output_shape)),
        (KERNEL, kernel),
        (STRIDE, stride),
        (PADDING, padding),
        (FIELD, crossed(stage.receptive_field)),
    ):
        page.text((row, column), text, right)
    page.number((row, PARAMETERS), stage.parameters, looks("counts", "ruled"))
    page.number((row, FORMULAS), sheet.formulas, looks("counts", "ruled"))


def _window(stage: Stage) -> tuple[str, str, str]:
    """Kernel, stride and padding in words."""
    if isinstance(stage, Convolution):
        (top, bottom), (left, right) = stage.padding
        sides = [top, left] if (top, left) == (bottom, right) else [top, bottom, left, right]
        return crossed(stage.weight.shape[2:]), _pair(stage.stride), _pair(sides)
    if isinstance(stage, Pooling):
        stride = "–" if stage.stride is None else _pair(stage.stride)
        return crossed(stage.kernel), stride, _pair(stage.padding)
    if isinstance(stage, Dense):
        return "all", "–", "–"
    return "–", "–", "–"


def _pair(values: Sequence[int]) -> str:
    return str(values[0]) if len(set(values)) == 1 else crossed(values)


def _shape(shape: Shape) -> str:
    return str(shape[0]) if is_list(shape) else crossed(shape)
